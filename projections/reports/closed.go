package reports

import (
	"maps"
	"slices"
	"time"

	"gridcommand/projections/casefile"
)

// back is a comeback as it is stored.
type back struct {
	Position int64          `json:"position"`
	At       time.Time      `json:"at"`
	Back     Back           `json:"back"`
	Reason   string         `json:"reason,omitempty"`
	Other    *casefile.Link `json:"other,omitempty"`
	Closed   closing        `json:"closed"`
}

// comesBack writes down how a closed incident came back. One that no unit handled
// against a limit was not put right in no time.
func (d *desk) comesBack(id string, m *memo, b back) error {
	if m.Closed == nil || m.Closed.Run == nil {
		return nil
	}
	b.Closed = *m.Closed
	return d.put(`INSERT INTO reports_returned (position, id, at, data) VALUES ($1, $2, $3, $4)`, b, b.Position, id, b.At.UnixMicro())
}

// double is one person's parts as they are stored.
type double struct {
	By    who    `json:"by"` // as they closed, or did the first part
	Parts []Part `json:"parts"`
	Unit  string `json:"unit"`
}

// doubles writes down who had more than one part in an incident that is closed now.
func (d *desk) doubles(s casefile.Step, m *memo) error {
	people := map[string]*double{}
	for _, part := range Parts {
		for _, w := range m.Parts[part] {
			p := people[w.Person]
			if p == nil {
				p = &double{By: w, Unit: s.Before.Unit}
				people[w.Person] = p
			}
			if !slices.Contains(p.Parts, part) {
				p.Parts = append(p.Parts, part)
			}
		}
	}
	for _, person := range slices.Sorted(maps.Keys(people)) {
		if p := people[person]; len(p.Parts) > 1 {
			err := d.put(`INSERT INTO reports_hands (position, person, id, at, data) VALUES ($1, $2, $3, $4, $5)`,
				p, int64(s.Record.Position), person, s.After.ID, s.Record.At.UnixMicro())
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// viewing is one look at a caller as it is stored.
type viewing struct {
	By     who    `json:"by"`
	Reason string `json:"reason"`
}

func (d *desk) viewed(kind, id string, position int64, at time.Time, by who, reason string) error {
	return d.put(`INSERT INTO reports_views (position, kind, id, at, data) VALUES ($1, $2, $3, $4, $5)`,
		viewing{by, reason}, position, kind, id, at.UnixMicro())
}

package reports

import (
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/paulmach/orb"
	geodistance "github.com/paulmach/orb/geo"

	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// sameMeters is how near to one another two incidents of one matter are the same thing
// to somebody who complains again (P).
const sameMeters = 200

// call is what is kept of a ticket.
type call struct {
	Number       string `json:"number"`
	Line         string `json:"line,omitempty"` // reference to the telephone
	Confidential bool   `json:"confidential,omitempty"`
	Incident     string `json:"incident,omitempty"`
}

func (d *desk) call(id string) (c call, err error) {
	var data string
	err = d.tx.QueryRowContext(d.ctx, `SELECT data FROM reports_tickets WHERE id = $1`, id).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(data), &c)
	}
	return c, err
}

func (d *desk) keep(id string, c call) error {
	return d.put(`INSERT INTO reports_tickets (id, data) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET data = excluded.data`, c, id)
}

// ticket folds one fact of a ticket.
func (d *desk) ticket(r eventstore.Record) error {
	e, err := ticket.Decode(r.Type, r.Data)
	if err != nil {
		return err
	}
	id := r.Stream.ID()
	switch e := e.(type) {
	case ticket.Received:
		return d.says(id, e.Content)
	case ticket.Changed:
		return d.says(id, e.Content)
	case ticket.Linked:
		return d.linked(r, id, e.Incident)
	case ticket.CallerViewed:
		return d.viewed(OfTicket, id, int64(r.Position), r.At.UTC(), whoOf(e.By), e.Reason)
	default:
	}
	return nil
}

// says notes what the city says of a ticket.
func (d *desk) says(id string, content ticket.Content) error {
	c, err := d.call(id)
	if err != nil {
		return err
	}
	c.Number, c.Line, c.Confidential = content.Number, "", false
	if content.Caller != nil {
		c.Line, c.Confidential = content.Caller.Line, content.Caller.Confidential
	}
	return d.keep(id, c)
}

// linked looks whether somebody complains again about what was closed: by joining the
// closed incident, or of the same telephone by another one of its matter at its place.
func (d *desk) linked(r eventstore.Record, id, about string) error {
	c, err := d.call(id)
	if err != nil {
		return err
	}
	c.Incident = about
	if err := d.keep(id, c); err != nil {
		return err
	}
	again := []string{about}
	if c.Line != "" {
		if err := projections.Scan(d.ctx, d.tx, `SELECT incident FROM reports_lines WHERE line = $1 ORDER BY incident`, []any{c.Line}, func(rows *sql.Rows) error {
			var earlier string
			err := rows.Scan(&earlier)
			if !slices.Contains(again, earlier) {
				again = append(again, earlier)
			}
			return err
		}); err != nil {
			return err
		}
		if _, err := d.tx.ExecContext(d.ctx, `INSERT INTO reports_lines (line, incident) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.Line, about); err != nil {
			return err
		}
	}
	now, err := d.memo(about)
	if err != nil {
		return err
	}
	for _, earlier := range again {
		m, err := d.memo(earlier)
		if err != nil {
			return err
		}
		if earlier != about && !same(*m, *now) {
			continue
		}
		if err := d.comesBack(earlier, m, back{
			Position: int64(r.Position), At: r.At.UTC(), Back: BackComplaint, Ticket: true, Other: &casefile.Link{ID: id, Number: c.Number},
		}); err != nil {
			return err
		}
	}
	return nil
}

// same tells whether two incidents are one thing to somebody who calls.
func same(a, b memo) bool {
	return a.Matter != "" && a.Matter == b.Matter && a.Lng != nil && a.Lat != nil && b.Lng != nil && b.Lat != nil &&
		geodistance.Distance(orb.Point{*a.Lng, *a.Lat}, orb.Point{*b.Lng, *b.Lat}) <= sameMeters
}

package reports

import (
	"database/sql"
	"encoding/json"
	"errors"

	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// call is what is kept of a ticket.
type call struct {
	Number       string `json:"number"`
	Confidential bool   `json:"confidential,omitempty"`
	Incident     string `json:"incident,omitempty"`
	Again        string `json:"again,omitempty"` // the closed incident that it was counted as a complaint about
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
	case ticket.Repeated:
		return d.repeated(r, id, e.Of)
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
	c.Number, c.Confidential = content.Number, content.Caller != nil && content.Caller.Confidential
	return d.keep(id, c)
}

// linked notes which incident a ticket is about. One that joins a closed incident
// complains again about it.
func (d *desk) linked(r eventstore.Record, id, about string) error {
	c, err := d.call(id)
	if err != nil {
		return err
	}
	c.Incident = about
	return d.complains(r, id, c, about)
}

// repeated looks what became of what the same caller called about before.
func (d *desk) repeated(r eventstore.Record, id, of string) error {
	c, err := d.call(id)
	if err != nil {
		return err
	}
	before, err := d.call(of)
	if err != nil || before.Incident == "" {
		return err
	}
	return d.complains(r, id, c, before.Incident)
}

// complains keeps a ticket, and writes down, once, that it complains about what was
// closed.
func (d *desk) complains(r eventstore.Record, id string, c call, about string) error {
	m, err := d.memo(about)
	if err != nil {
		return err
	}
	if m.Closed == nil || c.Again == about {
		return d.keep(id, c)
	}
	c.Again = about
	if err := d.keep(id, c); err != nil {
		return err
	}
	return d.comesBack(about, m, back{
		Position: int64(r.Position), At: r.At.UTC(), Back: BackComplaint, Other: &casefile.Link{ID: id, Number: c.Number},
	})
}

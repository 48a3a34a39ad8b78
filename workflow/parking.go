package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// ErrNotParked says that no parked row has the number asked for.
var ErrNotParked = errors.New("workflow: nothing is parked under this number")

// A lot is what parks together: one incident at one handler.
type lot struct{ handler, incident string }

// parking keeps the facts that a handler could not cope with. The table is the
// truth; held only spares a look at it for the incidents, nearly all, that have nothing there.
type parking struct {
	db  *sqldb.DB
	now func() time.Time

	mu   sync.Mutex // held over changes of the table, so that a lot is freed or added to, never both
	held map[lot]int
}

// parkedRow is a row of the table.
type parkedRow struct {
	Parked
	detail string // a timer's text
}

func (r parkedRow) lot() lot { return lot{r.Handler, r.Incident} }

// load reads what is parked.
func (p *parking) load(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.all(ctx)
	return err
}

// all reads every row. The lock is held.
func (p *parking) all(ctx context.Context) ([]parkedRow, error) {
	rows, err := p.query(ctx, parkedAll)
	if err != nil {
		return nil, err
	}
	p.held = map[lot]int{}
	for _, r := range rows {
		p.held[r.lot()]++
	}
	return rows, nil
}

// park stores m as parked for reason. It is stored when park returns; parking
// the same twice changes nothing.
func (p *parking) park(ctx context.Context, handler string, m *message.Message, reason string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.add(ctx, handler, m, reason)
}

// behind parks m if earlier facts of its incident are parked, and tells whether it did.
func (p *parking) behind(ctx context.Context, handler string, m *message.Message) (bool, error) {
	l := lot{handler, m.Metadata[metaIncident]}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held[l] == 0 {
		return false, nil
	}
	rows, err := p.query(ctx, parkedOf, l.handler, l.incident)
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		delete(p.held, l) // another process freed it
		return false, nil
	}
	return true, p.add(ctx, handler, m, fmt.Sprintf("waits behind %d", rows[0].ID))
}

// add stores a row. The lock is held.
func (p *parking) add(ctx context.Context, handler string, m *message.Message, reason string) error {
	position, err := positionOf(m)
	if err != nil {
		return err
	}
	kind, incident, detail := m.Metadata[metaType], m.Metadata[metaIncident], ""
	if kind == timerType {
		detail = string(m.Payload)
	}
	return p.db.Tx(ctx, func(tx *sql.Tx) error {
		var id int64
		if err := tx.QueryRowContext(ctx, counterAdd, "parked", 1).Scan(&id); err != nil {
			return fmt.Errorf("workflow: parking: %w", err)
		}
		done, err := tx.ExecContext(ctx, parkIt, id, handler, incident, int64(position), kind, detail, reason, p.now().UnixMicro())
		if err != nil {
			return fmt.Errorf("workflow: parking: %w", err)
		}
		added, err := done.RowsAffected()
		p.held[lot{handler, incident}] += int(added)
		return err
	})
}

// free lets a lot's incident go on if none of its facts is left, and tells whether it did.
func (p *parking) free(ctx context.Context, l lot) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rows, err := p.query(ctx, parkedOf, l.handler, l.incident)
	if err != nil || len(rows) > 0 {
		return false, err
	}
	delete(p.held, l)
	return true, nil
}

// remove takes a row out.
func (p *parking) remove(ctx context.Context, r parkedRow) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.db.Write.ExecContext(ctx, "DELETE FROM workflow_parked WHERE id = $1", r.ID); err != nil {
		return fmt.Errorf("workflow: parked %d: %w", r.ID, err)
	}
	// The lot stays held until it is freed: its next fact may not overtake.
	p.held[r.lot()] = max(1, p.held[r.lot()]-1)
	return nil
}

// failed notes that a retry of r failed.
func (p *parking) failed(ctx context.Context, r parkedRow, why error) error {
	if _, err := p.db.Write.ExecContext(ctx, parkedFailed, why.Error(), r.ID); err != nil {
		return fmt.Errorf("workflow: parked %d: %w", r.ID, err)
	}
	return nil
}

// holds tells whether facts of l are parked.
func (p *parking) holds(l lot) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held[l] > 0
}

// count returns how many rows a handler has parked.
func (p *parking) count(handler string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for l, rows := range p.held {
		if l.handler == handler {
			n += rows
		}
	}
	return n
}

func (p *parking) one(ctx context.Context, id int64) (parkedRow, error) {
	rows, err := p.query(ctx, parkedOne, id)
	switch {
	case err != nil:
		return parkedRow{}, err
	case len(rows) == 0:
		return parkedRow{}, ErrNotParked
	}
	return rows[0], nil
}

func (p *parking) query(ctx context.Context, text string, args ...any) (_ []parkedRow, err error) {
	rows, err := p.db.Read.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("workflow: reading parked facts: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var out []parkedRow
	for rows.Next() {
		var r parkedRow
		var position, at int64
		if err := rows.Scan(&r.ID, &r.Handler, &r.Incident, &position, &r.Type, &r.detail, &r.Reason, &at, &r.Tries); err != nil {
			return nil, fmt.Errorf("workflow: reading parked facts: %w", err)
		}
		r.Position, r.At = eventstore.Position(position), time.UnixMicro(at).UTC()
		out = append(out, r)
	}
	return out, rows.Err()
}

package replay

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/workflow"
)

// An Imported says what an import did.
type Imported struct {
	Rows  int // in the file
	Added int // new in the ledger
	Known int // already there, under the same number
}

// Import writes rows as facts with their own times, marked imported; the
// workflow leaves those alone. A row that is already in the ledger stays as it is.
func Import(ctx context.Context, s *workflow.Service, ledger eventstore.Store, c Carrier, rows []Row) (Imported, error) {
	c.Flags = append(c.Flags, incident.Imported)
	done := Imported{Rows: len(rows)}
	added := make([]bool, len(rows))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i, row := range rows {
		g.Go(func() error {
			key := c.key(row)
			if _, known, err := ledger.Lookup(gctx, key); err != nil || known {
				return err
			}
			number, err := s.NextNumber(gctx, row.Reported)
			if err != nil {
				return err
			}
			_, err = s.Carry(gctx, uuid.Must(uuid.NewV7()).String(), func(st incident.State) (workflow.Move, bool) {
				return c.whole(row, st, number)
			}, workflow.Options{Key: key, At: row.Reported})
			if err != nil {
				return fmt.Errorf("import: line %d: %w", row.Line, err)
			}
			added[i] = true
			return nil
		})
	}
	err := g.Wait()
	for _, new := range added {
		if new {
			done.Added++
		}
	}
	done.Known = done.Rows - done.Added
	return done, err
}

// whole carries a row from its report to its close, or to handling where it was
// never closed, at the row's own times.
func (c Carrier) whole(row Row, s incident.State, number string) (workflow.Move, bool) {
	if row.Closed == nil || s.Stage == "" && s.Status == "" {
		return c.Next(row, s, row.Reported, number, true)
	}
	at := row.Reported
	if s.Stage == incident.Handling || s.Stage == incident.Checking || s.Stage == incident.Closing {
		at = *row.Closed
	}
	return c.Finish(row, s, at, number)
}

// Check carries rows through the rules without a ledger and returns what would be
// refused: an import is all or nothing, so it is asked first.
func Check(s *workflow.Service, c Carrier, rows []Row) []Fault {
	c.Flags = append(c.Flags, incident.Imported)
	var faults []Fault
	for _, row := range rows {
		state := incident.State{}
		for {
			move, more := c.whole(row, state, "check")
			if !more {
				break
			}
			order := s.Order(move.At.UTC().Truncate(time.Microsecond), move.By)
			order.Command = move.Command
			events, err := incident.Decide(state, order)
			if err != nil {
				faults = append(faults, Fault{Line: row.Line, Reason: err.Error()})
			}
			if err != nil || len(events) == 0 {
				break
			}
			for _, e := range events {
				state = incident.Evolve(state, e)
			}
		}
	}
	return faults
}

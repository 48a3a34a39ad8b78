package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
)

// Recompute names what reckons anew the deadlines that a calendar could not say; it is
// stored with keys.
const Recompute = "recompute"

// anew is which editions of the calendar were followed by a reckoning; guarded by the
// board's lock.
type anew struct{ done map[eventstore.Position]bool }

// toRecompute returns the editions of the calendar in force at now that no reckoning
// has followed yet, the oldest first. The board's lock is held.
func (s *Service) toRecompute(now time.Time) []eventstore.Position {
	if s.library == nil {
		return nil
	}
	var list []eventstore.Position
	known := s.library.shown.Load()
	for i, e := range known.history.Editions {
		if e.Tables[reference.CalendarTable] != nil && !e.Effective.After(now) && !s.anew.done[known.enacted[i]] {
			list = append(list, known.enacted[i])
		}
	}
	return list
}

// recompute follows the editions of the calendar until ctx ends. Each is followed once
// by a command to every open incident that had a deadline beyond the calendar; the key
// of the command derives from the edition and the incident, so a kill in between does
// nothing twice.
func (s *Service) recompute(ctx context.Context, epoch string) {
	defer s.board.wakeOn(ctx)()
	if err := s.recomputed(ctx, epoch); err != nil && ctx.Err() == nil {
		s.log.Error("cannot read which calendars were followed", "error", err)
	}
	for ctx.Err() == nil {
		come := s.library.Changed()
		now := s.now()
		s.board.Lock()
		due := s.toRecompute(now)
		s.board.Unlock()
		if len(due) == 0 {
			select {
			case <-ctx.Done():
			case <-come:
			case <-time.After(tick): // the effective time of one may have come
			}
			continue
		}
		if err := s.reckon(ctx, due[0], epoch); err != nil && ctx.Err() == nil {
			s.log.Warn("cannot reckon deadlines anew, trying again", "error", err)
			sleep(ctx, s.patience.first)
		}
	}
}

// reckon gives the command to every undated incident and ticket, and notes that it was done.
func (s *Service) reckon(ctx context.Context, edition eventstore.Position, epoch string) error {
	head, err := s.ledger.Head(ctx)
	if err != nil {
		return err
	}
	ids, err := s.undatedAt(ctx, head)
	if err != nil {
		return err
	}
	for _, id := range ids {
		o := derived(Recompute, edition)
		o.Key.ID = fmt.Sprintf("%d-%s", edition, id)
		if _, err := s.Do(ctx, id, incident.Recompute{}, incident.Workflow, o); refusedIsDone(err) != nil {
			return fmt.Errorf("workflow: reckoning %s anew: %w", id, err)
		}
	}
	tickets, err := s.tickets.undatedAt(ctx, head)
	if err != nil {
		return err
	}
	for _, id := range tickets {
		if err := s.tickets.give(ctx, id, fmt.Sprintf("recompute:%d-%s", edition, id), ticket.Recompute{}, time.Time{}); err != nil {
			return fmt.Errorf("workflow: reckoning ticket %s anew: %w", id, err)
		}
	}
	if err := s.state.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, recomputedSet, epoch, int64(edition))
		return err
	}); err != nil {
		return err
	}
	s.log.Info("reckoned deadlines anew by a new calendar", "edition", edition, "incidents", len(ids), "tickets", len(tickets))
	s.board.Lock()
	s.anew.done[edition] = true
	s.board.change()
	s.board.Unlock()
	return nil
}

// undatedAt returns the undated incidents once everything up to p is folded.
func (s *Service) undatedAt(ctx context.Context, p eventstore.Position) ([]string, error) {
	s.board.Lock()
	defer s.board.Unlock()
	for s.timers.read < p && s.timers.stopped == "" && ctx.Err() == nil {
		s.board.await(ctx, s.board.changes)
	}
	if s.timers.stopped != "" {
		return nil, &StoppedError{Handler: Timers, Reason: s.timers.stopped}
	}
	return slices.Sorted(maps.Keys(s.timers.undated)), ctx.Err()
}

// recomputed reads which editions were followed already.
func (s *Service) recomputed(ctx context.Context, epoch string) (err error) {
	rows, err := s.state.Read.QueryContext(ctx, "SELECT position FROM workflow_recomputed WHERE epoch = $1", epoch)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	s.board.Lock()
	defer s.board.Unlock()
	for rows.Next() {
		var p eventstore.Position
		if err := rows.Scan(&p); err != nil {
			return err
		}
		s.anew.done[p] = true
	}
	return rows.Err()
}

func (s *Service) undatedRows(ctx context.Context) (ids []string, err error) {
	rows, err := s.state.Read.QueryContext(ctx, "SELECT incident FROM workflow_undated")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// writeUndated writes which of the incidents ids are undated.
func writeUndated(ctx context.Context, tx *sql.Tx, ids, undated []string) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, "DELETE FROM workflow_undated WHERE incident = $1", id); err != nil {
			return err
		}
	}
	for _, id := range undated {
		if _, err := tx.ExecContext(ctx, "INSERT INTO workflow_undated (incident) VALUES ($1)", id); err != nil {
			return err
		}
	}
	return nil
}

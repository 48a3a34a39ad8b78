package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// keepEvery is how often checkpoints are written. It bounds what is looked at again
// after a kill, nothing else.
const keepEvery = time.Second

// resume reads where each handler was and what was parked, and returns the ledger's
// epoch. Checkpoints of another epoch, or past the head, belong to a ledger that is
// no more: then everything begins anew, and the keys in the ledger see to it that
// nothing is done twice.
func (s *Service) resume(ctx context.Context) (epoch string, err error) {
	if epoch, err = s.ledger.Epoch(ctx); err != nil {
		return "", fmt.Errorf("workflow: %w", err)
	}
	head, err := s.ledger.Head(ctx)
	if err != nil {
		return "", fmt.Errorf("workflow: %w", err)
	}
	at, stale, err := s.checkpoints(ctx, epoch, head)
	if err != nil {
		return "", fmt.Errorf("workflow: reading checkpoints: %w", err)
	}
	if stale {
		s.log.Warn("the ledger was restored, handlers begin at its first fact")
		if err := s.forget(ctx); err != nil {
			return "", fmt.Errorf("workflow: forgetting checkpoints: %w", err)
		}
		at = nil
	}
	timers, err := s.timerRows(ctx)
	if err != nil {
		return "", fmt.Errorf("workflow: reading timers: %w", err)
	}
	s.parking.mu.Lock()
	parked, err := s.parking.all(ctx)
	s.parking.mu.Unlock()
	if err != nil {
		return "", err
	}
	if err := s.sightings.start(ctx); err != nil {
		return "", err
	}
	for _, f := range s.followers {
		f.start(at[f.name])
	}
	undated, err := s.undatedRows(ctx)
	if err != nil {
		return "", fmt.Errorf("workflow: reading what has no deadline: %w", err)
	}
	s.timers.start(at[Timers], timers, undated, parked)
	if err := s.tickets.start(ctx, epoch, at[TicketDesk]); err != nil {
		return "", fmt.Errorf("workflow: reading the tickets' timers: %w", err)
	}
	s.kept = nil
	return epoch, nil
}

// checkpoints reads the handlers' positions, and whether they mean anything in the
// ledger of this epoch and head.
func (s *Service) checkpoints(ctx context.Context, epoch string, head eventstore.Position) (at map[string]eventstore.Position, stale bool, err error) {
	rows, err := s.state.Read.QueryContext(ctx, "SELECT handler, epoch, position FROM workflow_checkpoint")
	if err != nil {
		return nil, false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	at = map[string]eventstore.Position{}
	for rows.Next() {
		var name, of string
		var p eventstore.Position
		if err := rows.Scan(&name, &of, &p); err != nil {
			return nil, false, err
		}
		at[name] = p
		stale = stale || of != epoch || p > head
	}
	return at, stale, rows.Err()
}

// forget empties everything that speaks of positions.
func (s *Service) forget(ctx context.Context) error {
	return s.state.Tx(ctx, func(tx *sql.Tx) error {
		for _, text := range []string{
			"DELETE FROM workflow_checkpoint", "DELETE FROM workflow_timer", "DELETE FROM workflow_parked", "DELETE FROM workflow_undated",
			"DELETE FROM workflow_closing", "DELETE FROM workflow_photo", "DELETE FROM workflow_ticket",
		} {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) timerRows(ctx context.Context) (all []timerRow, err error) {
	rows, err := s.state.Read.QueryContext(ctx, timerAll)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r timerRow
		var clock string
		var at, due int64
		if err := rows.Scan(&r.incident, &clock, &r.Kind, &at, &due, &r.set); err != nil {
			return nil, err
		}
		r.Clock, r.At, r.Due = incident.Clock(clock), time.UnixMicro(at).UTC(), time.UnixMicro(due).UTC()
		all = append(all, r)
	}
	return all, rows.Err()
}

// keep writes checkpoints from time to time until ctx ends.
func (s *Service) keep(ctx context.Context, epoch string) {
	for sleep(ctx, keepEvery) {
		if err := s.flush(ctx, epoch); err != nil && ctx.Err() == nil {
			s.log.Error("cannot write checkpoints, trying again", "error", err)
		}
	}
}

// flush writes every handler's checkpoint, and the timers that changed, as they are
// at one moment and in one transaction.
func (s *Service) flush(ctx context.Context, epoch string) error {
	s.board.Lock()
	at := map[string]eventstore.Position{Timers: s.timers.read}
	for _, f := range s.followers {
		at[f.name] = f.low()
	}
	ids, timers, undated := s.timers.takeDirty()
	s.board.Unlock()
	seen := s.sightings.take()
	if len(ids) == 0 && seen.empty() && maps.Equal(at, s.kept) {
		return nil
	}

	err := s.state.Tx(ctx, func(tx *sql.Tx) error {
		for name, p := range at {
			if _, err := tx.ExecContext(ctx, checkpointSet, name, epoch, int64(p)); err != nil {
				return err
			}
		}
		return errors.Join(writeTimers(ctx, tx, ids, timers), writeUndated(ctx, tx, ids, undated), seen.write(ctx, tx))
	})
	s.sightings.wrote(seen, err == nil)
	if err != nil {
		s.board.Lock()
		for _, id := range ids {
			s.timers.dirty[id] = true
		}
		s.board.Unlock()
		return fmt.Errorf("workflow: writing checkpoints: %w", err)
	}
	s.kept = at
	return nil
}

func writeTimers(ctx context.Context, tx *sql.Tx, ids []string, timers []timerRow) error {
	if len(ids) == 0 {
		return nil
	}
	clear, err := tx.PrepareContext(ctx, "DELETE FROM workflow_timer WHERE incident = $1")
	if err != nil {
		return err
	}
	defer func() { _ = clear.Close() }()
	for _, id := range ids {
		if _, err := clear.ExecContext(ctx, id); err != nil {
			return err
		}
	}
	set, err := tx.PrepareContext(ctx, timerInsert)
	if err != nil {
		return err
	}
	defer func() { _ = set.Close() }()
	for _, r := range timers {
		if _, err := set.ExecContext(ctx, r.incident, string(r.Clock), r.Kind, r.At.UnixMicro(), r.Due.UnixMicro(), int64(r.set)); err != nil {
			return err
		}
	}
	return nil
}

package workflow

import (
	"context"
	"fmt"
	"time"

	"gridcommand/eventstore"
)

// Idle returns when the running handlers have nothing left to do: every fact there
// is, is handled, so are the facts that followed from it, and no timer is due.
// A handler that stopped as a whole is a [*StoppedError]; parked facts count as
// done with. It waits without polling.
func (s *Service) Idle(ctx context.Context) error {
	defer s.board.wakeOn(ctx)()
	head, err := s.ledger.Head(ctx)
	for err == nil {
		if s.library != nil {
			if err = s.library.Reach(ctx, head); err != nil {
				break
			}
		}
		if err = s.quietAt(ctx, head); err != nil {
			return err
		}
		was := head
		if head, err = s.ledger.Head(ctx); head == was && err == nil {
			return nil
		}
	}
	return fmt.Errorf("workflow: waiting for the handlers: %w", err)
}

// quietAt waits until everything up to head is done with and no timer is due.
func (s *Service) quietAt(ctx context.Context, head eventstore.Position) error {
	for {
		s.board.Lock()
		seen := s.board.changes
		s.board.Unlock()
		now := s.now() // not under the lock, like the timers' loop
		s.board.Lock()
		quiet, err := s.quiet(head, now)
		if !quiet && err == nil {
			s.board.await(ctx, seen)
			err = ctx.Err()
		}
		s.board.Unlock()
		if quiet || err != nil {
			return err
		}
	}
}

// quiet tells whether everything up to head is done with at now. The lock is held.
func (s *Service) quiet(head eventstore.Position, now time.Time) (bool, error) {
	for _, f := range s.followers {
		if f.stopped != "" {
			return false, &StoppedError{Handler: f.name, Reason: f.stopped}
		}
		if f.low() < head {
			return false, nil
		}
	}
	if s.timers.stopped != "" {
		return false, &StoppedError{Handler: Timers, Reason: s.timers.stopped}
	}
	if s.tickets.stopped != "" {
		return false, &StoppedError{Handler: TicketDesk, Reason: s.tickets.stopped}
	}
	return s.timers.quiet(head, now) && s.tickets.quiet(head, now) && len(s.toRecompute(now)) == 0, nil
}

// NextTimer returns when the next timer fires, if any waits: what a stepped clock
// asks after [Service.Idle]. Timers of parked incidents are not counted.
func (s *Service) NextTimer(ctx context.Context) (time.Time, bool, error) {
	at, ok := s.timers.upcoming()
	if other, waits := s.tickets.upcoming(); waits && (!ok || other.Before(at)) {
		at, ok = other, true
	}
	return at, ok, ctx.Err()
}

// ClockMoved tells the timers that a stepped clock moved.
func (s *Service) ClockMoved() { s.board.poke() }

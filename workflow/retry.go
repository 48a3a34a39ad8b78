package workflow

import (
	"context"
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
)

// Parked returns everything that waits for an operator, in the ledger's order.
func (s *Service) Parked(ctx context.Context) ([]Parked, error) {
	s.parking.mu.Lock()
	rows, err := s.parking.all(ctx)
	s.parking.mu.Unlock()
	out := make([]Parked, len(rows))
	for i, r := range rows {
		out[i] = r.Parked
	}
	return out, err
}

// Retry runs what the handler of parked row id has parked of its incident again, in
// order, whichever of the rows id is, until none is left or one fails again; then
// that one and those behind it stay, with the new reason.
func (s *Service) Retry(ctx context.Context, id int64) error {
	s.operator.Lock()
	defer s.operator.Unlock()
	first, err := s.parking.one(ctx, id)
	if err != nil {
		return err
	}
	l := first.lot()
	for {
		rows, err := s.parking.query(ctx, parkedOf, l.handler, l.incident)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := s.again(ctx, r); err != nil {
				if ctx.Err() == nil {
					if err := s.parking.failed(ctx, r, err); err != nil {
						return err
					}
				}
				return fmt.Errorf("workflow: parked %d, %s at position %d: %w", r.ID, r.Handler, r.Position, err)
			}
			if err := s.parking.remove(ctx, r); err != nil {
				return err
			}
		}
		freed, err := s.parking.free(ctx, l)
		if err != nil {
			return err
		}
		if freed {
			if l.handler == Timers {
				err = s.timers.unblock(ctx, l.incident)
			}
			return err
		}
	}
}

// Drop gives up parked row id: its handler never handles it. What waits behind it
// stays parked; when nothing does, the incident goes on.
func (s *Service) Drop(ctx context.Context, id int64) error {
	s.operator.Lock()
	defer s.operator.Unlock()
	r, err := s.parking.one(ctx, id)
	if err != nil {
		return err
	}
	if r.Type == timerType {
		t, err := timerOf(timerMessage(ctx, r.Incident, r.Position, []byte(r.detail)))
		if err != nil {
			return err
		}
		s.timers.fired(r.Incident, t)
	}
	if err := s.parking.remove(ctx, r); err != nil {
		return err
	}
	freed, err := s.parking.free(ctx, r.lot())
	if freed && r.Handler == Timers {
		if err := s.timers.unblock(ctx, r.Incident); err != nil {
			// It was given up because it cannot be read; its next fact parks it again.
			s.log.Warn("a dropped incident has no timers", "incident", r.Incident, "error", err)
		}
	}
	return err
}

// again gives r to its handler once more.
func (s *Service) again(ctx context.Context, r parkedRow) error {
	handle, ok := s.handles[r.Handler]
	if !ok {
		return fmt.Errorf("no handler is called %q", r.Handler)
	}
	var m *message.Message
	switch {
	case r.Type == timerType:
		m = timerMessage(ctx, r.Incident, r.Position, []byte(r.detail))
	case r.Handler == Timers:
		_, _, err := s.Load(ctx, r.Incident) // the fold, not a timer, was what failed
		return err
	default:
		page, err := s.ledger.Page(ctx, r.Position-1, 1)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			return fmt.Errorf("the ledger ends before position %d", r.Position)
		}
		m = newMessage(ctx, page[0])
	}
	if _, err := middleware.Recoverer(quiet(handle))(m); err != nil {
		return err
	}
	if r.Type == timerType {
		t, err := timerOf(m)
		if err != nil {
			return err
		}
		s.timers.fired(r.Incident, t)
	}
	return nil
}

// quiet makes a handler of one that publishes nothing.
func quiet(h message.NoPublishHandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) { return nil, h(m) }
}

package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// A Move is one command of a [Service.Carry].
type Move struct {
	Command incident.Command
	By      incident.Actor
	At      time.Time // ledger time
}

// Carry gives one command after another, each chosen by next in view of what the
// last one made of the incident, until next says false; then it appends all their
// facts in one go, or none of them. It is for those who bring in what already
// happened elsewhere. A known key is answered before anything is decided.
//
// Errors are those of [Service.Do]; a refusal of any command refuses the whole.
func (s *Service) Carry(ctx context.Context, id string, next func(incident.State) (Move, bool), o Options) (Outcome, error) {
	if out, known, err := s.replay(ctx, o.Key); known || err != nil {
		return out, err
	}
	for try := 1; ; try++ {
		out, err := s.carry(ctx, id, next, o)
		if !errors.Is(err, eventstore.ErrConflict) || try == attempts {
			return out, err
		}
	}
}

// maxMoves bounds a carry: no incident needs more to go from report to close.
const maxMoves = 32

func (s *Service) carry(ctx context.Context, id string, next func(incident.State) (Move, bool), o Options) (Outcome, error) {
	state, was, err := s.Load(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	same := Outcome{ID: id, Records: was, Version: int64(len(was)), Nothing: true}
	if n := len(was); n > 0 {
		same.Position = was[n-1].Position
	}
	var facts []incident.Event
	actor := ""
	for moves := 0; ; moves++ {
		move, more := next(state)
		if !more {
			break
		}
		if moves == maxMoves {
			return Outcome{}, fmt.Errorf("workflow: %s: no end after %d commands", id, maxMoves)
		}
		order := s.Order(s.when(move.At, was), move.By)
		order.Command = move.Command
		events, err := incident.Decide(state, order)
		if err != nil {
			return Outcome{}, err
		}
		if len(events) == 0 {
			break
		}
		for _, e := range events {
			state = incident.Evolve(state, e)
		}
		facts, actor = append(facts, events...), move.By.Person
	}
	if len(facts) == 0 {
		return same, nil
	}
	return s.append(ctx, id, was, facts, actor, o)
}

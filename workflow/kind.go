package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gridcommand/domain"
	"gridcommand/eventstore"
)

// A Kind joins the rules of one kind of stream, other than the incident, to the
// ledger: reference data, rosters, patrols, campaigns. C is an order with everything
// a rule reads, E a fact, S what the rules know of one stream.
type Kind[C, E, S any] struct {
	Category string // of its streams
	Rules    domain.Decider[C, E, S]
	Encode   func(E) (name string, data []byte, err error)
	Decode   func(name string, data []byte) (E, error)
	At       func(E) time.Time // when a fact came true
}

// A Given is what became of an order to a stream of a [Kind].
type Given[S any] struct {
	State    S
	Position eventstore.Position // of the last fact the order added; with Nothing, of the stream's last fact
	Version  int64               // of the stream, as it is now
	Replayed bool                // the key was known; nothing was added
	Nothing  bool                // its effect was already there
}

// Read returns one stream of the kind as its rules know it, with its facts. A
// stream without facts has the zero state.
func (k Kind[C, E, S]) Read(ctx context.Context, ledger eventstore.Store, id string) (S, []eventstore.Record, error) {
	var state S
	var records []eventstore.Record
	for r, err := range ledger.Read(ctx, eventstore.StreamOf(k.Category, id), 0) {
		if err != nil {
			return state, nil, fmt.Errorf("workflow: reading %s %s: %w", k.Category, id, err)
		}
		e, err := k.Decode(r.Type, r.Data)
		if err != nil {
			return state, nil, fmt.Errorf("workflow: fact %d: %w", r.Position, err)
		}
		state, records = k.Rules.Evolve(state, e), append(records, r)
	}
	return state, records, nil
}

// Give decides an order against a stream of a kind and appends what follows, under
// the promises and errors of [Service.Do]. The order is made anew each time the
// stream was read; at is the moment it counts from.
func Give[C, E, S any](ctx context.Context, s *Service, k Kind[C, E, S], id, actor string, order func(state S, at time.Time) C, o Options) (Given[S], error) {
	if !o.Key.IsZero() {
		result, known, err := s.ledger.Lookup(ctx, o.Key)
		switch {
		case isAnswer(err):
			return Given[S]{}, err
		case err != nil:
			return Given[S]{}, fmt.Errorf("workflow: looking up a key: %w", err)
		case known:
			return given(ctx, s, k, result)
		}
	}
	for try := 1; ; try++ {
		state, was, err := k.Read(ctx, s.ledger, id)
		if err != nil {
			return Given[S]{}, err
		}
		out, err := give(ctx, s, k, id, actor, state, was, order, o)
		if !errors.Is(err, eventstore.ErrConflict) || try == attempts {
			return out, err
		}
	}
}

func give[C, E, S any](ctx context.Context, s *Service, k Kind[C, E, S], id, actor string, state S, was []eventstore.Record,
	order func(S, time.Time) C, o Options,
) (Given[S], error) {
	have := int64(len(was))
	if o.ExpectVersion != 0 && o.ExpectVersion != have {
		return Given[S]{}, &VersionError{Have: have}
	}
	out := Given[S]{State: state, Version: have, Nothing: true}
	if have > 0 {
		out.Position = was[have-1].Position
	}
	events, err := k.Rules.Decide(state, order(state, s.when(o.At, was)))
	if err != nil || len(events) == 0 {
		return out, err
	}
	drafts := make([]eventstore.Draft, len(events))
	for i, e := range events {
		name, data, err := k.Encode(e)
		if err != nil {
			return Given[S]{}, err
		}
		drafts[i] = eventstore.Draft{Type: name, At: k.At(e).UTC().Truncate(time.Microsecond), Data: data}
		out.State = k.Rules.Evolve(out.State, e)
	}
	result, err := s.ledger.Append(ctx, eventstore.Append{
		Writes: []eventstore.Write{{
			Stream: eventstore.StreamOf(k.Category, id), Expect: eventstore.At(eventstore.Version(have)), Drafts: drafts,
		}},
		Key:  o.Key,
		Meta: eventstore.Meta{Actor: actor, Correlation: o.Correlation, Causation: o.Causation},
	})
	switch {
	case err != nil && !isAnswer(err):
		return Given[S]{}, fmt.Errorf("workflow: %s %s: %w", k.Category, id, err)
	case err != nil:
		return Given[S]{}, err
	case result.Replayed:
		return given(ctx, s, k, result)
	}
	out.Position, out.Version, out.Nothing = result.Last, int64(result.Version), false
	return out, nil
}

// given rebuilds the answer that a key was given first, with the stream as it is now.
func given[C, E, S any](ctx context.Context, s *Service, k Kind[C, E, S], r eventstore.Result) (Given[S], error) {
	state, records, err := k.Read(ctx, s.ledger, r.Stream.ID())
	return Given[S]{State: state, Position: r.Last, Version: int64(len(records)), Replayed: true}, err
}

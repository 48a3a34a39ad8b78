package eventstoretest_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/memory"
)

// The negative controls of RunLinearizable: ledgers that are nearly right. Each must be
// found out, or the check could not tell a bad ledger from a good one.

// looksFirst judges expectations before it takes its turn.
type looksFirst struct{ eventstore.Store }

func (s looksFirst) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	loose := a
	loose.Writes = nil
	for _, w := range a.Writes {
		have := eventstore.Version(0)
		for r, err := range s.Read(ctx, w.Stream, 0) {
			if err != nil {
				return eventstore.Result{}, err
			}
			have = r.Version
		}
		if !w.Expect.Met(have) {
			if r, known, err := s.Lookup(ctx, a.Key); known || err != nil {
				return r, err
			}
			return eventstore.Result{}, &eventstore.ConflictError{Stream: w.Stream, Want: w.Expect, Have: have}
		}
		w.Expect = eventstore.Any
		loose.Writes = append(loose.Writes, w)
	}
	runtime.Gosched()
	return s.Store.Append(ctx, loose)
}

// forgetsKeys looks a key up, and then stores without it.
type forgetsKeys struct{ eventstore.Store }

func (s forgetsKeys) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	if r, known, err := s.Lookup(ctx, a.Key); known || err != nil {
		return r, err
	}
	a.Key = eventstore.Key{}
	return s.Store.Append(ctx, a)
}

// tornAppend stores one write after the other.
type tornAppend struct{ eventstore.Store }

func (s tornAppend) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	part := a
	part.Writes = a.Writes[:1]
	first, err := s.Store.Append(ctx, part)
	for _, w := range a.Writes[1:] {
		if err != nil || first.Replayed {
			return first, err
		}
		runtime.Gosched()
		var next eventstore.Result
		next, err = s.Store.Append(ctx, eventstore.Append{Writes: []eventstore.Write{w}, Meta: a.Meta})
		first.Last = next.Last
	}
	return first, err
}

// staleHead tells the head that it knew at the call before.
type staleHead struct {
	eventstore.Store
	mu   sync.Mutex
	last eventstore.Position
}

func (s *staleHead) Head(ctx context.Context) (eventstore.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	told := s.last
	var err error
	s.last, err = s.Store.Head(ctx)
	return told, err
}

// saysNothingWasStored refuses, for want of room, some of what it has stored.
type saysNothingWasStored struct{ eventstore.Store }

func (s saysNothingWasStored) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	r, err := s.Store.Append(ctx, a)
	if err == nil && r.Last%7 == 0 {
		return eventstore.Result{}, eventstore.ErrOverloaded
	}
	return r, err
}

func TestLedgersThatAreNearlyRightAreFoundOut(t *testing.T) {
	for what, wrong := range map[string]func(eventstore.Store) eventstore.Store{
		"one that judges expectations before it takes its turn": func(s eventstore.Store) eventstore.Store { return looksFirst{s} },
		"one that does not remember keys":                       func(s eventstore.Store) eventstore.Store { return forgetsKeys{s} },
		"one that stores one write after the other":             func(s eventstore.Store) eventstore.Store { return tornAppend{s} },
		"one whose head lags behind":                            func(s eventstore.Store) eventstore.Store { return &staleHead{Store: s} },
		"one that stores what it refuses":                       func(s eventstore.Store) eventstore.Store { return saysNothingWasStored{s} },
	} {
		t.Run(what, func(t *testing.T) {
			for range 50 {
				s := wrong(memory.New(nil))
				seen, err := eventstoretest.Linearizable(t.Context(), []eventstore.Store{s}, eventstoretest.Load{Seed: 1, Streams: 3, Callers: 8, Calls: 40, Rounds: 1})
				if v, ok := errors.AsType[*eventstoretest.Violation](err); ok {
					t.Logf("%s: %d calls left over", v.What, len(v.Lost))
					return
				}
				if err != nil {
					t.Fatal(seen, err)
				}
			}
			t.Error("it was taken for a ledger")
		})
	}
}

// What makes the first of them wrong is that others come between: alone it is right.
func TestWithOneCallerTheOrderIsThatOfTheCalls(t *testing.T) {
	load := eventstoretest.Load{Streams: 3, Callers: 1, Calls: 400, Rounds: 3}
	eventstoretest.CheckLinearizable(t, []eventstore.Store{looksFirst{memory.New(nil)}}, load)
}

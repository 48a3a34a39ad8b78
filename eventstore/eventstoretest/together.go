package eventstoretest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"gridcommand/eventstore"
)

func oneWins(t *testing.T, s eventstore.Store) {
	const callers, rounds = 8, 10
	for round := range rounds {
		var won atomic.Int64
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				_, err := s.Append(t.Context(), expecting("incident-1", eventstore.At(eventstore.Version(round))))
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, eventstore.ErrConflict):
					t.Errorf("Append: %v", err)
				}
			})
		}
		wg.Wait()
		same(t, "winners", won.Load(), 1)
	}
	same(t, "facts", len(everything(t, s)), rounds)
}

// badFailAlone has good appends, conflicts, replays and reused keys arrive in
// the same moment, many to one stream.
func badFailAlone(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, keyed(one("incident-there", 1), "known", 1))
	const each = 40
	var wg sync.WaitGroup
	start := make(chan struct{})
	var mu sync.Mutex
	good := map[eventstore.Position]string{}
	try := func(a eventstore.Append, check func(eventstore.Result, error) bool) {
		wg.Go(func() {
			<-start
			if r, err := s.Append(t.Context(), a); !check(r, err) {
				t.Errorf("append to %s: %+v, %v", a.Writes[0].Stream, r, err)
			}
		})
	}
	for i := range each {
		stored := func(name string) func(eventstore.Result, error) bool {
			return func(r eventstore.Result, err error) bool {
				mu.Lock()
				defer mu.Unlock()
				good[r.First] = name
				return err == nil && !r.Replayed && r.Last == r.First
			}
		}
		fresh := fmt.Sprint("incident-", i)
		try(keyed(expecting(eventstore.Stream(fresh), eventstore.NoStream), fresh, 1), stored(fresh))
		try(one("incident-busy", 1), stored("incident-busy"))
		try(expecting("incident-there", eventstore.NoStream), func(_ eventstore.Result, err error) bool {
			return errors.Is(err, eventstore.ErrConflict)
		})
		try(keyed(one("incident-x", 1), "known", 2), func(_ eventstore.Result, err error) bool {
			return errors.Is(err, eventstore.ErrKeyReused)
		})
		try(keyed(one("incident-x", 1), "known", 1), func(r eventstore.Result, err error) bool {
			return err == nil && r.Replayed && r.First == 1
		})
	}
	close(start)
	wg.Wait()
	all := everything(t, s)
	same(t, "facts", len(all), 1+2*each)
	for _, r := range all[1:] {
		same(t, "stream at the position that was answered", string(r.Stream), good[r.Position])
	}
	same(t, "version of the busy stream", len(stream(t, s, "incident-busy", 0)), each)
}

func readYourWrite(t *testing.T, s eventstore.Store) {
	const callers, rounds = 6, 15
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			name := eventstore.StreamOf("incident", fmt.Sprint(c))
			for i := range rounds {
				if err := readBack(t.Context(), s, name, i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func readBack(ctx context.Context, s eventstore.Store, name eventstore.Stream, i int) error {
	r, err := s.Append(ctx, keyed(one(name, 1), fmt.Sprint(name, i), 1))
	if err != nil {
		return err
	}
	if head, err := s.Head(ctx); err != nil || head < r.Last {
		return fmt.Errorf("head is %d after an append at %d: %w", head, r.Last, err)
	}
	page, err := s.Page(ctx, r.First-1, 1)
	if err != nil || len(page) != 1 || page[0].Position != r.First || page[0].Stream != name {
		return fmt.Errorf("page at %d: %+v, %w", r.First, page, err)
	}
	seen := 0
	for fact, err := range s.Read(ctx, name, r.Version-1) {
		if err != nil || fact.Position != r.First {
			return fmt.Errorf("stream %s: %+v, %w", name, fact, err)
		}
		seen++
	}
	if seen != 1 {
		return fmt.Errorf("stream %s shows %d new facts, want 1", name, seen)
	}
	if err := s.Wait(ctx, r.First-1); err != nil {
		return err
	}
	if _, known, err := s.Lookup(ctx, keyed(one(name, 1), fmt.Sprint(name, i), 1).Key); err != nil || !known {
		return fmt.Errorf("key is known: %v, %w", known, err)
	}
	return nil
}

func closeWaits(t *testing.T, s eventstore.Store) {
	const callers = 16
	var stored atomic.Int64
	var wg sync.WaitGroup
	begun := make(chan struct{}, callers)
	for c := range callers {
		wg.Go(func() {
			for i := 0; ; i++ {
				_, err := s.Append(t.Context(), one(eventstore.StreamOf("incident", fmt.Sprint(c)), 1))
				if errors.Is(err, eventstore.ErrClosed) {
					return
				}
				if err != nil {
					t.Errorf("Append while closing: %v", err)
					return
				}
				stored.Add(1)
				if i == 0 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range callers {
		<-begun
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	wg.Wait()
	if stored.Load() < callers {
		t.Errorf("%d appends were answered, at least %d were", stored.Load(), callers)
	}
}

package eventstoretest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"gridcommand/eventstore"
)

func replay(t *testing.T, s eventstore.Store) {
	a := keyed(eventstore.Append{Writes: []eventstore.Write{
		{Stream: "incident-1", Drafts: drafts(2)},
		{Stream: "incident-2", Drafts: drafts(1)},
	}}, "k1", 1)
	mustAppend(t, s, one("incident-1", 1))
	want := mustAppend(t, s, a)
	same(t, "first", want, eventstore.Result{First: 2, Last: 4, Stream: "incident-1", Version: 3})
	mustAppend(t, s, one("incident-1", 5))

	want.Replayed = true
	same(t, "second", mustAppend(t, s, a), want)
	same(t, "third", mustAppend(t, s, a), want)
	got, known, err := s.Lookup(t.Context(), a.Key)
	if err != nil || !known {
		t.Fatalf("Lookup: known %v, %v", known, err)
	}
	same(t, "looked up", got, want)
	same(t, "head", mustHead(t, s), 9)

	if _, known, err := s.Lookup(t.Context(), eventstore.Key{Scope: "suite", ID: "other"}); known || err != nil {
		t.Errorf("Lookup of an unknown key: known %v, %v", known, err)
	}
	if _, known, err := s.Lookup(t.Context(), eventstore.Key{}); known || err != nil {
		t.Errorf("Lookup of no key: known %v, %v", known, err)
	}
}

func keyBeforeExpectation(t *testing.T, s eventstore.Store) {
	a := keyed(expecting("incident-1", eventstore.NoStream), "k1", 1)
	want := mustAppend(t, s, a)
	want.Replayed = true
	same(t, "again", mustAppend(t, s, a), want)

	// The key counts; what stands beside it the second time does not.
	same(t, "elsewhere", mustAppend(t, s, keyed(expecting("incident-2", eventstore.Exists), "k1", 1)), want)

	_, err := s.Append(t.Context(), keyed(expecting("incident-1", eventstore.NoStream), "k1", 2))
	if !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("another digest where the expectation is not met either: %v, want ErrKeyReused", err)
	}
	same(t, "head", mustHead(t, s), 1)
}

func keyReused(t *testing.T, s eventstore.Store) {
	a := keyed(one("incident-1", 1), "k1", 1)
	mustAppend(t, s, a)
	other := keyed(one("incident-2", 1), "k1", 2)
	if _, err := s.Append(t.Context(), other); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("Append: %v, want ErrKeyReused", err)
	}
	if _, _, err := s.Lookup(t.Context(), other.Key); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("Lookup: %v, want ErrKeyReused", err)
	}
	same(t, "head", mustHead(t, s), 1)
}

func keyOfRefused(t *testing.T, s eventstore.Store) {
	a := keyed(expecting("incident-1", eventstore.Exists), "k1", 1)
	if _, err := s.Append(t.Context(), a); !errors.Is(err, eventstore.ErrConflict) {
		t.Fatalf("Append: %v, want a conflict", err)
	}
	if _, known, err := s.Lookup(t.Context(), a.Key); known || err != nil {
		t.Errorf("the key of a refused append is known: %v, %v", known, err)
	}
	mustAppend(t, s, one("incident-1", 1))
	same(t, "second try", mustAppend(t, s, a), eventstore.Result{First: 2, Last: 2, Stream: "incident-1", Version: 2})
}

func keyScopes(t *testing.T, s eventstore.Store) {
	a, b := keyed(one("incident-1", 1), "k1", 1), keyed(one("incident-1", 1), "k1", 2)
	b.Key.Scope = "elsewhere"
	c := keyed(one("incident-1", 1), "k1", 3)
	c.Key.Scope = ""
	for i, a := range []eventstore.Append{a, b, c} {
		if r := mustAppend(t, s, a); r.Replayed || r.First != eventstore.Position(i+1) {
			t.Errorf("append %d: %+v", i, r)
		}
	}
}

func keyRace(t *testing.T, s eventstore.Store) {
	const callers, keys = 8, 12
	results := make([][callers]eventstore.Result, keys)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for k := range keys {
				a := keyed(one(eventstore.StreamOf("incident", fmt.Sprint(k)), 2), fmt.Sprint("race", k), 7)
				r, err := s.Append(t.Context(), a)
				if err != nil {
					t.Errorf("Append: %v", err)
				}
				results[k][c] = r
			}
		})
	}
	wg.Wait()
	for k, answers := range results {
		stored := 0
		for _, r := range answers {
			if !r.Replayed {
				stored++
			}
			r.Replayed = answers[0].Replayed
			same(t, fmt.Sprintf("answer to key %d", k), r, answers[0])
		}
		same(t, fmt.Sprintf("times key %d was stored", k), stored, 1)
	}
	same(t, "facts", len(everything(t, s)), keys*2)
}

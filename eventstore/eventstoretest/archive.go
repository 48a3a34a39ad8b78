package eventstoretest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"gridcommand/eventstore"
)

// RunArchive tries the promises of an [eventstore.Archive] on ledgers that open returns.
// Each call of open gives an empty one; RunArchive closes it.
func RunArchive(t *testing.T, open func(t *testing.T) eventstore.Archive) {
	opened := func(t *testing.T) eventstore.Archive {
		s := open(t)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
		return s
	}
	for _, c := range []struct {
		promise string
		try     func(t *testing.T, open func(*testing.T) eventstore.Archive)
	}{
		{"an empty ledger has no keys, and nothing may be loaded into it", archiveEmpty},
		{"keys come page by page in the order of their facts, those of refused appends not", archiveKeys},
		{"a copy holds the same facts and keys, in pieces of any size", archiveCopy},
		{"a copy answers every key as the ledger it was copied from", archiveAnswers},
		{"appends go on after a load, and a load after appends", archiveGoesOn},
		{"what does not fit is refused whole and leaves no trace", archiveRefuses},
		{"a follower of a ledger sees what is loaded", archiveFollowed},
		{"after Close Keys and Load say ErrClosed", archiveClosed},
	} {
		t.Run(c.promise, func(t *testing.T) { c.try(t, opened) })
	}
}

// lived is a ledger with a past: many streams, appends to several at once, with keys and
// without, conflicts, replays and callers who come together.
func lived(t *testing.T, s eventstore.Archive) (results map[eventstore.Key]eventstore.Result) {
	t.Helper()
	results = map[eventstore.Key]eventstore.Result{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for caller := range 6 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(7, uint64(caller)))
			for i := range 40 {
				a := eventstore.Append{Meta: eventstore.Meta{Actor: fmt.Sprint("caller ", caller), Correlation: "花都"}}
				for w := range 1 + rnd.IntN(3) {
					// Streams are shared, so that some appends meet a conflict.
					name := eventstore.StreamOf("incident", fmt.Sprint(w, ".", rnd.IntN(20)))
					write := eventstore.Write{Stream: name, Drafts: drafts(1 + rnd.IntN(3))}
					if rnd.IntN(4) == 0 {
						write.Expect = eventstore.At(eventstore.Version(rnd.IntN(3)))
					}
					a.Writes = append(a.Writes, write)
				}
				if rnd.IntN(3) > 0 {
					a.Key = eventstore.Key{Scope: fmt.Sprint("scope", caller%2), ID: fmt.Sprint(caller, "/", i), Digest: [32]byte{byte(i), 1}}
				}
				r, err := s.Append(t.Context(), a)
				switch {
				case errors.Is(err, eventstore.ErrConflict):
				case err != nil:
					t.Error(err)
				case !a.Key.IsZero():
					if _, err := s.Append(t.Context(), a); err != nil { // a retry leaves nothing
						t.Error(err)
					}
					r.Replayed = true
					mu.Lock()
					results[a.Key] = r
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return results
}

func everyKey(t *testing.T, s eventstore.Archive, size int) []eventstore.KeyRecord {
	t.Helper()
	var all []eventstore.KeyRecord
	after := eventstore.Position(0)
	for {
		page, err := s.Keys(t.Context(), after, size)
		if err != nil {
			t.Fatalf("Keys: %v", err)
		}
		if len(page) > size && size > 0 {
			t.Fatalf("%d keys where at most %d were asked for", len(page), size)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		after = page[len(page)-1].First
	}
}

// copied loads all of `from` into an empty ledger in pieces of `size` facts: the keys of a
// piece are those whose facts end in it.
func copied(t *testing.T, from, to eventstore.Archive, size int) {
	t.Helper()
	keys := everyKey(t, from, 0)
	for after := eventstore.Position(0); ; {
		page, err := from.Page(t.Context(), after, size)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].Position
		n := 0
		for n < len(keys) && keys[n].Last <= after {
			n++
		}
		if err := to.Load(t.Context(), page, keys[:n]); err != nil {
			t.Fatalf("Load up to position %d: %v", after, err)
		}
		keys = keys[n:]
	}
	if len(keys) > 0 {
		t.Fatalf("%d keys stand for facts that are not there", len(keys))
	}
}

func archiveEmpty(t *testing.T, open func(*testing.T) eventstore.Archive) {
	s := open(t)
	if keys := everyKey(t, s, 10); len(keys) > 0 {
		t.Errorf("an empty ledger remembers %+v", keys)
	}
	if err := s.Load(t.Context(), nil, nil); err != nil {
		t.Errorf("Load of nothing: %v", err)
	}
	same(t, "head", mustHead(t, s), 0)
}

func archiveKeys(t *testing.T, open func(*testing.T) eventstore.Archive) {
	s := open(t)
	mustAppend(t, s, keyed(one("incident-z", 3), "z", 1))
	mustAppend(t, s, one("incident-none", 1))
	mustAppend(t, s, keyed(one("incident-a", 1), "a", 2))
	if _, err := s.Append(t.Context(), keyed(expecting("incident-a", eventstore.NoStream), "refused", 3)); !errors.Is(err, eventstore.ErrConflict) {
		t.Fatal(err)
	}
	mustAppend(t, s, keyed(one("incident-z", 2), "m", 4))
	want := []eventstore.KeyRecord{
		{Key: keyed(one("x-1", 1), "z", 1).Key, First: 1, Last: 3, Version: 3},
		{Key: keyed(one("x-1", 1), "a", 2).Key, First: 5, Last: 5, Version: 1},
		{Key: keyed(one("x-1", 1), "m", 4).Key, First: 6, Last: 7, Version: 5},
	}
	for _, size := range []int{0, 1, 2, 3, 100} {
		same(t, fmt.Sprint("keys in pages of ", size), everyKey(t, s, size), want)
	}
	within, err := s.Keys(t.Context(), 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "keys after position 1", within, want[1:2])
}

func archiveCopy(t *testing.T, open func(*testing.T) eventstore.Archive) {
	from := open(t)
	lived(t, from)
	for _, size := range []int{1 << 20, 100, 7} {
		to := open(t)
		copied(t, from, to, size)
		same(t, fmt.Sprint("facts copied in pieces of ", size), everything(t, to), everything(t, from))
		same(t, fmt.Sprint("keys copied in pieces of ", size), everyKey(t, to, 33), everyKey(t, from, 0))
		for _, r := range everything(t, from)[:20] {
			same(t, string(r.Stream), stream(t, to, r.Stream, 0), stream(t, from, r.Stream, 0))
		}
		if mustEpoch(t, to) == mustEpoch(t, from) {
			t.Error("a copy is not the same ledger, and has an epoch of its own")
		}
	}
}

func archiveAnswers(t *testing.T, open func(*testing.T) eventstore.Archive) {
	from, to := open(t), open(t)
	results := lived(t, from)
	copied(t, from, to, 50)
	head := mustHead(t, to)
	for key, want := range results {
		got, known, err := to.Lookup(t.Context(), key)
		if !known || err != nil {
			t.Fatalf("Lookup: %v, %v", known, err)
		}
		same(t, "Lookup of "+key.ID, got, want)
		again := one("incident-other", 1)
		again.Key = key
		same(t, "answer to "+key.ID, mustAppend(t, to, again), want)
		again.Key.Digest[9]++
		if _, err := to.Append(t.Context(), again); !errors.Is(err, eventstore.ErrKeyReused) {
			t.Errorf("another use of key %s: %v, want ErrKeyReused", key.ID, err)
		}
	}
	same(t, "head after the answers", mustHead(t, to), head)
}

func archiveGoesOn(t *testing.T, open func(*testing.T) eventstore.Archive) {
	from, to := open(t), open(t)
	lived(t, from)
	copied(t, from, to, 64)
	last := everything(t, from)[0].Stream
	v := eventstore.Version(len(stream(t, from, last, 0)))
	for _, s := range []eventstore.Archive{from, to} {
		a := keyed(expecting(last, eventstore.At(v)), "after the copy", 1)
		same(t, "version", mustAppend(t, s, a).Version, v+1)
		if _, err := s.Append(t.Context(), expecting(last, eventstore.At(v))); !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("append at a version of before: %v, want a conflict", err)
		}
		mustAppend(t, s, keyed(one("incident-new", 2), "and a new one", 1))
	}
	same(t, "facts", everything(t, to), everything(t, from))

	// What came meanwhile is copied after it.
	mustAppend(t, from, keyed(one("incident-new", 2), "later", 1))
	head := mustHead(t, to)
	page, err := from.Page(t.Context(), head, 100)
	keys, keysErr := from.Keys(t.Context(), head, 100)
	if err := errors.Join(err, keysErr); err != nil {
		t.Fatal(err)
	}
	if err := to.Load(t.Context(), page, keys); err != nil {
		t.Fatal(err)
	}
	same(t, "facts after a second load", everything(t, to), everything(t, from))
	same(t, "keys after a second load", everyKey(t, to, 0), everyKey(t, from, 0))
	report, err := eventstore.Verify(t.Context(), to)
	if err != nil || !report.Sound() {
		t.Errorf("report %+v, %v", report, err)
	}
}

func archiveRefuses(t *testing.T, open func(*testing.T) eventstore.Archive) {
	s := open(t)
	mustAppend(t, s, keyed(one("incident-1", 2), "known", 1)) // positions 1 and 2
	fact := func(p eventstore.Position, stream eventstore.Stream, v eventstore.Version) eventstore.Record {
		return eventstore.Record{Position: p, Stream: stream, Version: v, Type: "suite.happened", At: noon, Data: []byte("{}")}
	}
	key := func(id string, first, last eventstore.Position, v eventstore.Version) eventstore.KeyRecord {
		return eventstore.KeyRecord{Key: eventstore.Key{Scope: "suite", ID: id}, First: first, Last: last, Version: v}
	}
	good := []eventstore.Record{fact(3, "incident-1", 3), fact(4, "incident-2", 1), fact(5, "incident-2", 2)}
	with := func(i int, change func(*eventstore.Record)) []eventstore.Record {
		r := slices.Clone(good)
		change(&r[i])
		return r
	}
	before := everything(t, s)
	for what, c := range map[string]struct {
		records []eventstore.Record
		keys    []eventstore.KeyRecord
	}{
		"positions that are taken":            {records: []eventstore.Record{fact(2, "incident-2", 1)}},
		"a hole before the first":             {records: good[1:]},
		"a hole within":                       {records: with(1, func(r *eventstore.Record) { r.Position++ })},
		"a version that is taken":             {records: with(0, func(r *eventstore.Record) { r.Version = 2 })},
		"a version that is skipped":           {records: with(0, func(r *eventstore.Record) { r.Version = 4 })},
		"a version skipped within":            {records: with(2, func(r *eventstore.Record) { r.Version = 3 })},
		"a stream without an id":              {records: with(1, func(r *eventstore.Record) { r.Stream = "incident" })},
		"a fact without a type":               {records: with(2, func(r *eventstore.Record) { r.Type = "" })},
		"data that are not JSON":              {records: with(2, func(r *eventstore.Record) { r.Data = []byte("{") })},
		"meta that is not text":               {records: with(2, func(r *eventstore.Record) { r.Meta.Actor = "\xff" })},
		"a key without an id":                 {good, []eventstore.KeyRecord{key("", 3, 3, 3)}},
		"a key whose facts are still to come": {good, []eventstore.KeyRecord{key("k", 5, 6, 2)}},
		"a key whose end is before its start": {good, []eventstore.KeyRecord{key("k", 4, 3, 1)}},
		"a key with a place that is taken":    {good, []eventstore.KeyRecord{key("k", 1, 1, 1)}},
		"a key in the midst of another":       {good, []eventstore.KeyRecord{key("k", 2, 3, 2)}},
		"two keys with one place":             {good, []eventstore.KeyRecord{key("k", 3, 3, 3), key("l", 3, 4, 3)}},
		"keys out of order":                   {good, []eventstore.KeyRecord{key("k", 4, 5, 2), key("l", 3, 3, 3)}},
		"a key with another version":          {good, []eventstore.KeyRecord{key("k", 4, 5, 1)}},
		"a key that is known":                 {good, []eventstore.KeyRecord{key("k", 3, 3, 3), key("known", 4, 5, 2)}},
		"a key that comes twice":              {good, []eventstore.KeyRecord{key("k", 3, 3, 3), key("k", 4, 5, 2)}},
	} {
		if err := s.Load(t.Context(), c.records, c.keys); !errors.Is(err, eventstore.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", what, err)
		}
		same(t, "facts after "+what, everything(t, s), before)
		same(t, "keys after "+what, len(everyKey(t, s, 0)), 1)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Load(ended, good, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Load: %v, want context.Canceled", err)
	}
	if err := s.Load(t.Context(), good, []eventstore.KeyRecord{key("k", 3, 3, 3), key("l", 4, 5, 2)}); err != nil {
		t.Errorf("Load of what fits: %v", err)
	}
	same(t, "head", mustHead(t, s), 5)
	mustAppend(t, s, expecting("incident-2", eventstore.At(2)))
}

func archiveFollowed(t *testing.T, open func(*testing.T) eventstore.Archive) {
	from, to := open(t), open(t)
	lived(t, from)
	head := mustHead(t, from)
	ctx := bounded(t)
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for page, err := range eventstore.Follow(ctx, to, 0, 11) {
				if err != nil {
					t.Error(err)
					return
				}
				if page[len(page)-1].Position == head {
					return
				}
			}
		})
	}
	copied(t, from, to, 20)
	wg.Wait()
}

func archiveClosed(t *testing.T, open func(*testing.T) eventstore.Archive) {
	s := open(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keys(t.Context(), 0, 1); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("Keys: %v, want ErrClosed", err)
	}
	if err := s.Load(t.Context(), nil, nil); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("Load: %v, want ErrClosed", err)
	}
}

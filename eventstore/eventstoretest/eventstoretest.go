// Package eventstoretest states the promises of an [eventstore.Store] one by one
// and tries each on a real store. Every implementation runs [Run]; those that
// outlive their process run [RunDurable] and those with a queue [RunOverload] as
// well.
package eventstoretest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"gridcommand/eventstore"

	"github.com/google/go-cmp/cmp"
)

// noon is when the facts of the suite came true, unless a case says otherwise.
var noon = time.Date(2026, 11, 23, 4, 0, 0, 123456000, time.UTC)

// Run tries every promise on stores that open returns. Each call of open gives an
// empty ledger; Run closes it.
func Run(t *testing.T, open func(t *testing.T) eventstore.Store) {
	cases := []struct {
		promise string
		try     func(t *testing.T, s eventstore.Store)
	}{
		{"an empty ledger has head 0, an empty page, and an epoch that stays", empty},
		{"what was appended is read back as it was given", roundTrip},
		{"text of every script and data of a megabyte come back byte for byte", content},
		{"positions are dense in commit order and versions dense in each stream", dense},
		{"an append to several streams is stored whole, in the order of its writes", manyStreams},
		{"one conflicting write refuses the whole append and uses up no position", allOrNothing},
		{"every expectation is met exactly when the stream is as it says", expectations},
		{"a conflict says what was wanted and what is there", conflictSays},
		{"of many writers at the same version exactly one wins", oneWins},
		{"a repeated key returns the first result and stores nothing", replay},
		{"a key is looked at before expectations are", keyBeforeExpectation},
		{"a key that comes again for something else is an error and stores nothing", keyReused},
		{"a refused append does not use up its key", keyOfRefused},
		{"of many that come at once with one key exactly one is stored", keyRace},
		{"the same id in another scope is another key", keyScopes},
		{"among appends that arrive together the bad ones fail alone", badFailAlone},
		{"once Append has returned, every way of reading sees the facts", readYourWrite},
		{"what one read has seen, the next one does not deny", seenStaysSeen},
		{"a page gives at most what was asked, from any position", pages},
		{"a stream longer than a page is read whole, from any version", longStream},
		{"a reader that stops early, and appends while it reads, harms nothing", readerStops},
		{"a tailing reader misses nothing that concurrent writers append", tail},
		{"Follow gives dense pages across catching up and live", follow},
		{"Wait returns at once when the head is past, and an append wakes it", waits},
		{"when ctx ends, Append, Wait and Follow say so", cancelled},
		{"what can never be stored is refused and leaves no trace", invalid},
		{"what a caller does to its bytes afterwards does not reach the ledger", ownBytes},
		{"after Close every call says ErrClosed, and Close may be repeated", closed},
		{"Close lets appends under way finish: each is answered truly", closeWaits},
		{"a sound ledger verifies", verified},
	}
	for _, c := range cases {
		t.Run(c.promise, func(t *testing.T) {
			s := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("Close: %v", err)
				}
			})
			c.try(t, s)
		})
	}
}

// bounded makes a store that loses facts fail a case instead of keeping it waiting.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// one is an append of n facts to a stream that expects nothing.
func one(stream eventstore.Stream, n int) eventstore.Append {
	return eventstore.Append{Writes: []eventstore.Write{{Stream: stream, Drafts: drafts(n)}}}
}

func expecting(stream eventstore.Stream, e eventstore.Expect) eventstore.Append {
	a := one(stream, 1)
	a.Writes[0].Expect = e
	return a
}

func keyed(a eventstore.Append, id string, digest byte) eventstore.Append {
	a.Key = eventstore.Key{Scope: "suite", ID: id, Digest: [32]byte{digest}}
	return a
}

func drafts(n int) []eventstore.Draft {
	d := make([]eventstore.Draft, n)
	for i := range d {
		d[i] = eventstore.Draft{Type: "suite.happened", At: noon, Data: fmt.Appendf(nil, `{"n":%d}`, i)}
	}
	return d
}

func mustAppend(t *testing.T, s eventstore.Store, a eventstore.Append) eventstore.Result {
	t.Helper()
	r, err := s.Append(t.Context(), a)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return r
}

func mustHead(t *testing.T, s eventstore.Store) eventstore.Position {
	t.Helper()
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatalf("Head: %v", err)
	}
	return head
}

func mustEpoch(t *testing.T, s eventstore.Store) string {
	t.Helper()
	epoch, err := s.Epoch(t.Context())
	if err != nil {
		t.Fatalf("Epoch: %v", err)
	}
	return epoch
}

// everything reads the whole ledger and checks that it is dense.
func everything(t *testing.T, s eventstore.Store) []eventstore.Record {
	t.Helper()
	all, err := whole(t.Context(), s)
	if err != nil {
		t.Fatalf("read everything: %v", err)
	}
	if err := eventstore.CheckDense(0, all); err != nil {
		t.Fatal(err)
	}
	return all
}

func whole(ctx context.Context, s eventstore.Store) ([]eventstore.Record, error) {
	var all []eventstore.Record
	after := eventstore.Position(0)
	for {
		page, err := s.Page(ctx, after, 100)
		if err != nil || len(page) == 0 {
			return all, err
		}
		all = append(all, page...)
		after = page[len(page)-1].Position
	}
}

func stream(t *testing.T, s eventstore.Store, name eventstore.Stream, after eventstore.Version) []eventstore.Record {
	t.Helper()
	var facts []eventstore.Record
	for r, err := range s.Read(t.Context(), name, after) {
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		facts = append(facts, r)
	}
	return facts
}

func same[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got, cmp.Comparer(func(a, b json.RawMessage) bool { return string(a) == string(b) })); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func empty(t *testing.T, s eventstore.Store) {
	same(t, "head", mustHead(t, s), 0)
	if all := everything(t, s); len(all) != 0 {
		t.Errorf("an empty ledger holds %d facts", len(all))
	}
	if facts := stream(t, s, "incident-none", 0); len(facts) != 0 {
		t.Errorf("a stream that does not exist holds %d facts", len(facts))
	}
	epoch := mustEpoch(t, s)
	if len(epoch) < 16 {
		t.Errorf("epoch %q is too short to be random", epoch)
	}
	mustAppend(t, s, one("incident-1", 1))
	same(t, "epoch", mustEpoch(t, s), epoch)
}

func verified(t *testing.T, s eventstore.Store) {
	for i := range 50 {
		mustAppend(t, s, one(eventstore.StreamOf("incident", fmt.Sprint(i%7)), 1+i%3))
	}
	r, err := eventstore.Verify(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "report", r, eventstore.Report{Epoch: mustEpoch(t, s), Head: 99, Facts: 99, Streams: 7})
}

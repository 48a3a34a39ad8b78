package eventstoretest

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gridcommand/eventstore"
)

func roundTrip(t *testing.T, s eventstore.Store) {
	shanghai := time.FixedZone("CST", 8*3600)
	meta := eventstore.Meta{Actor: "station-a", Correlation: "request-1", Causation: "fact-7"}
	r := mustAppend(t, s, eventstore.Append{
		Meta: meta,
		Writes: []eventstore.Write{{Stream: "incident-1", Drafts: []eventstore.Draft{
			{Type: "incident.reported", At: time.Date(2026, 2, 28, 23, 59, 59, 999_999_999, shanghai), Data: []byte(`{"matter": "21001",  "n":1.50}`)},
			{Type: "incident.filed", At: time.Date(1969, 12, 31, 0, 0, 0, 1500, time.UTC), Data: []byte(`null`)},
		}}},
	})
	same(t, "result", r, eventstore.Result{First: 1, Last: 2, Stream: "incident-1", Version: 2})
	mustAppend(t, s, one("incident-2", 1))
	want := []eventstore.Record{
		{Position: 1, Stream: "incident-1", Version: 1, Type: "incident.reported", At: time.Date(2026, 2, 28, 15, 59, 59, 999_999_000, time.UTC), Data: []byte(`{"matter": "21001",  "n":1.50}`), Meta: meta},
		{Position: 2, Stream: "incident-1", Version: 2, Type: "incident.filed", At: time.Date(1969, 12, 31, 0, 0, 0, 1000, time.UTC), Data: []byte(`null`), Meta: meta},
		{Position: 3, Stream: "incident-2", Version: 1, Type: "suite.happened", At: noon, Data: []byte(`{"n":0}`)},
	}
	same(t, "page", everything(t, s), want)
	same(t, "stream", stream(t, s, "incident-1", 0), want[:2])
	same(t, "rest of the stream", stream(t, s, "incident-1", 1), want[1:2])
	if zone := everything(t, s)[0].At.Location(); zone != time.UTC {
		t.Errorf("times are in %v, promised is UTC", zone)
	}
}

func content(t *testing.T, s eventstore.Store) {
	texts := []string{
		`"花都区秀全街道 — 井盖缺失"`,
		`"𠮷野家 𪚥 👩‍👩‍👧‍👦 café cafe\u0301 \u202e right to left"`,
		`"\u0000 escaped, \ud800 a lone half, \"quoted\" \\ back"`,
		`{"a":[1,2.0,1e400,-0,9007199254740993],"a":"twice","":{}}`,
		`"` + strings.Repeat("占道经营", 1<<20/12) + `"`,
		`"'; DROP TABLE events; -- $1 ? :a @b %s"`,
	}
	a := eventstore.Append{
		Meta: eventstore.Meta{Actor: "巡查员甲", Correlation: `"quoted" \ '`},
		Key:  eventstore.Key{Scope: "范围", ID: strings.Repeat("键", 128), Digest: [32]byte{0, 255, 0}},
	}
	w := eventstore.Write{Stream: "incident-村-1-2"}
	for _, text := range texts {
		w.Drafts = append(w.Drafts, eventstore.Draft{Type: "suite.说", At: noon, Data: []byte(text)})
	}
	a.Writes = []eventstore.Write{w}
	r := mustAppend(t, s, a)
	for i, fact := range everything(t, s) {
		if !bytes.Equal(fact.Data, []byte(texts[i])) {
			t.Errorf("data %d changed: %.80q", i, fact.Data)
		}
		same(t, "meta", fact.Meta, a.Meta)
		same(t, "stream", fact.Stream, w.Stream)
		same(t, "type", fact.Type, "suite.说")
	}
	r.Replayed = true
	same(t, "replay", mustAppend(t, s, a), r)
}

func dense(t *testing.T, s eventstore.Store) {
	versions := map[eventstore.Stream]eventstore.Version{}
	head := eventstore.Position(0)
	for i := range 60 {
		name := eventstore.StreamOf("incident", fmt.Sprint(i%5))
		n := 1 + i%3
		r := mustAppend(t, s, one(name, n))
		versions[name] += eventstore.Version(n)
		same(t, "result", r, eventstore.Result{First: head + 1, Last: head + eventstore.Position(n), Stream: name, Version: versions[name]})
		head = r.Last
	}
	seen := map[eventstore.Stream]eventstore.Version{}
	for _, r := range everything(t, s) {
		seen[r.Stream]++
		same(t, "version", r.Version, seen[r.Stream])
	}
	same(t, "versions", seen, versions)
	same(t, "head", mustHead(t, s), head)
}

func manyStreams(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-b", 2))
	r := mustAppend(t, s, eventstore.Append{Writes: []eventstore.Write{
		{Stream: "incident-b", Expect: eventstore.At(2), Drafts: drafts(2)},
		{Stream: "incident-a", Expect: eventstore.NoStream, Drafts: drafts(1)},
		{Stream: "unit-b", Drafts: drafts(1)},
	}})
	same(t, "result", r, eventstore.Result{First: 3, Last: 6, Stream: "incident-b", Version: 4})
	type place struct {
		Position eventstore.Position
		Stream   eventstore.Stream
		Version  eventstore.Version
	}
	var got []place
	for _, r := range everything(t, s)[2:] {
		got = append(got, place{r.Position, r.Stream, r.Version})
	}
	same(t, "places", got, []place{{3, "incident-b", 3}, {4, "incident-b", 4}, {5, "incident-a", 1}, {6, "unit-b", 1}})
}

func allOrNothing(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-b", 1))
	a := eventstore.Append{Writes: []eventstore.Write{
		{Stream: "incident-a", Drafts: drafts(2)},
		{Stream: "incident-b", Expect: eventstore.NoStream, Drafts: drafts(1)},
		{Stream: "incident-c", Drafts: drafts(1)},
	}}
	if _, err := s.Append(t.Context(), a); !errors.Is(err, eventstore.ErrConflict) {
		t.Fatalf("Append: %v, want a conflict", err)
	}
	for _, name := range []eventstore.Stream{"incident-a", "incident-c"} {
		if facts := stream(t, s, name, 0); len(facts) != 0 {
			t.Errorf("%s holds %d facts of a refused append", name, len(facts))
		}
	}
	same(t, "next position", mustAppend(t, s, one("incident-a", 1)), eventstore.Result{First: 2, Last: 2, Stream: "incident-a", Version: 1})
}

func expectations(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-there", 2))
	for _, c := range []struct {
		stream eventstore.Stream
		expect eventstore.Expect
		met    bool
	}{
		{"incident-none", eventstore.Exists, false},
		{"incident-none", eventstore.At(1), false},
		{"incident-none", eventstore.At(0), true},
		{"incident-none2", eventstore.NoStream, true},
		{"incident-none3", eventstore.Any, true},
		{"incident-there", eventstore.NoStream, false},
		{"incident-there", eventstore.At(0), false},
		{"incident-there", eventstore.At(1), false},
		{"incident-there", eventstore.At(3), false},
		{"incident-there", eventstore.At(2), true},
		{"incident-there", eventstore.At(2), false}, // it is at 3 by now
		{"incident-there", eventstore.Exists, true},
		{"incident-there", eventstore.Any, true},
	} {
		_, err := s.Append(t.Context(), expecting(c.stream, c.expect))
		if c.met && err != nil || !c.met && !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("append to %s expecting %s: %v, met should be %v", c.stream, c.expect, err, c.met)
		}
	}
}

func conflictSays(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-1", 3))
	for _, want := range []eventstore.Expect{eventstore.NoStream, eventstore.At(2)} {
		_, err := s.Append(t.Context(), expecting("incident-1", want))
		conflict, ok := errors.AsType[*eventstore.ConflictError](err)
		if !ok {
			t.Fatalf("Append: %v, want a conflict", err)
		}
		if conflict.Stream != "incident-1" || conflict.Want != want || conflict.Have != 3 {
			t.Errorf("conflict says %v", conflict)
		}
	}
}

func invalid(t *testing.T, s eventstore.Store) {
	draft := drafts(1)[0]
	with := func(change func(*eventstore.Append)) eventstore.Append {
		a := one("incident-1", 1)
		change(&a)
		return a
	}
	for what, a := range map[string]eventstore.Append{
		"nothing":         {},
		"no drafts":       with(func(a *eventstore.Append) { a.Writes[0].Drafts = nil }),
		"no category":     with(func(a *eventstore.Append) { a.Writes[0].Stream = "-1" }),
		"no id":           with(func(a *eventstore.Append) { a.Writes[0].Stream = "incident" }),
		"NUL in a stream": with(func(a *eventstore.Append) { a.Writes[0].Stream = "incident-\x00" }),
		"stream too long": with(func(a *eventstore.Append) {
			a.Writes[0].Stream = eventstore.StreamOf("incident", strings.Repeat("x", 600))
		}),
		"a stream twice":    with(func(a *eventstore.Append) { a.Writes = append(a.Writes, a.Writes[0]) }),
		"no type":           with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Type = "" }),
		"no time":           with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].At = time.Time{} }),
		"no data":           with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Data = nil }),
		"data not JSON":     with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Data = []byte("{") }),
		"two JSON values":   with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Data = []byte("1 2") }),
		"data not UTF-8":    with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Data = []byte("\"\xff\"") }),
		"NUL in data":       with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Data = []byte("\"\x00\"") }),
		"key not UTF-8":     with(func(a *eventstore.Append) { a.Key.ID = "\xff" }),
		"key too long":      with(func(a *eventstore.Append) { a.Key.ID = strings.Repeat("k", 129) }),
		"key without id":    with(func(a *eventstore.Append) { a.Key.Scope = "suite" }),
		"actor not UTF-8":   with(func(a *eventstore.Append) { a.Meta.Actor = "\xc3" }),
		"a version below 0": with(func(a *eventstore.Append) { a.Writes[0].Expect = eventstore.At(-1) }),
		"second draft bad":  with(func(a *eventstore.Append) { a.Writes[0].Drafts = []eventstore.Draft{draft, {}} }),
		"twenty megabytes":  with(func(a *eventstore.Append) { a.Writes[0].Drafts[0].Data = []byte("1" + strings.Repeat("0", 20<<20)) }),
	} {
		if _, err := s.Append(t.Context(), a); !errors.Is(err, eventstore.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", what, err)
		}
	}
	same(t, "head", mustHead(t, s), 0)
}

func ownBytes(t *testing.T, s eventstore.Store) {
	data := []byte(`{"n":1}`)
	a := one("incident-1", 1)
	a.Writes[0].Drafts[0].Data = data
	mustAppend(t, s, a)
	data[5] = '2'
	read := everything(t, s)
	same(t, "data", string(read[0].Data), `{"n":1}`)
	read[0].Data[5] = '3'
	for _, r := range stream(t, s, "incident-1", 0) {
		same(t, "data", string(r.Data), `{"n":1}`)
		r.Data[5] = '4'
	}
	same(t, "data", string(everything(t, s)[0].Data), `{"n":1}`)
}

package casefile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
	"gridcommand/projections/historytest"
)

// Every fact there may be is folded and counted, wherever it comes: a view never stops
// on a fact whose type it knows, and what is stored of it comes back.
func TestEveryFactIsFolded(t *testing.T) {
	folder := historytest.Folder(t)
	h := historytest.New(t, 12)
	h.Live(400)
	streams := map[string][]eventstore.Record{}
	for _, r := range h.Records() {
		streams[r.Stream.ID()] = append(streams[r.Stream.ID()], r)
	}
	stages := map[incident.Stage]bool{}
	for _, records := range append([][]eventstore.Record{nil}, values(streams)...) {
		f, err := folder.Fold(records)
		if err != nil {
			t.Fatal(err)
		}
		if f.Stage != nil {
			stages[*f.Stage] = true
		}
		for _, e := range incident.Events {
			name, _, err := incident.Encode(e)
			if err != nil {
				t.Fatal(err)
			}
			r := eventstore.Record{
				Stream: eventstore.StreamOf(casefile.Category, "x"), Version: eventstore.Version(f.Version + 1), Position: 9999, At: h.Now, Type: name,
			}
			after := folder.Evolve(f, r, e)
			figures.Of(casefile.Step{Record: r, Event: e, Before: f, After: after})
			kept, err := after.Marshal()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			back, err := casefile.Unmarshal(kept)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(after, back); diff != "" {
				t.Fatalf("%s: stored and read back (-folded +read):\n%s", name, diff)
			}
		}
	}
	if len(stages) < 5 {
		t.Errorf("the facts met incidents at %d stages only", len(stages))
	}
}

func values(m map[string][]eventstore.Record) [][]eventstore.Record {
	var out [][]eventstore.Record
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

package historytest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
)

// Make opens one view with its rows in db.
type Make func(db *sqldb.DB) projections.View

// SameRows checks the first promise of a view: its rows follow from the facts alone.
// Folded as they come, in pages of any size, through a crash between pages, or all
// at once by a rebuild, they are the same byte for byte.
func SameRows(t *testing.T, open func(testing.TB) *sqldb.DB, make Make, seed uint64, facts int) {
	t.Helper()
	h := New(t, seed)
	rnd := rand.New(rand.NewPCG(seed, 2))
	live := open(t)
	view := make(live)
	runner := projections.NewRunner(live, h.Ledger, view, &projections.Options{Page: 1 + rnd.IntN(20)})
	for range 12 {
		h.Live(facts / 12)
		run(t, runner)
		if rnd.IntN(2) == 0 { // a new process, with another appetite
			view = make(live)
			runner = projections.NewRunner(live, h.Ledger, view, &projections.Options{Page: 1 + rnd.IntN(200)})
		}
	}
	want := Dump(t, live, view)
	for _, page := range []int{1, 7, 10_000} {
		db := open(t)
		v := make(db)
		run(t, projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: page}))
		if diff := cmp.Diff(want, Dump(t, db, v)); diff != "" {
			t.Fatalf("pages of %d facts give other rows (-live +at once):\n%s", page, diff)
		}
	}
	if err := runner.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, Dump(t, live, view)); diff != "" {
		t.Fatalf("a rebuild gives other rows (-live +rebuilt):\n%s", diff)
	}
	head, err := h.Ledger.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if runner.Position() != head {
		t.Errorf("rebuilt to %d, the head is %d", runner.Position(), head)
	}
}

// A Watch is what one watcher may and wants to see.
type Watch struct{ Any, Scope []string }

// Resumes checks what whoever watches leans on: a snapshot, and then the changes
// since, add up to the snapshot of the end, wherever the connection was cut,
// whether memory or only the database remembers that far back. With exact, nothing
// is ever said to be gone that was not there.
func Resumes(t *testing.T, open func(testing.TB) *sqldb.DB, make Make, seed uint64, facts int, watches []Watch, exact bool) {
	t.Helper()
	h := New(t, seed)
	rnd := rand.New(rand.NewPCG(seed, 3))
	db := open(t)
	view := make(db)
	runner := projections.NewRunner(db, h.Ledger, view, &projections.Options{Page: 1 + rnd.IntN(30)})
	run(t, runner)
	live := func() projections.Live { return view.(projections.Live) }

	type watcher struct {
		Watch
		items map[string]string
		at    eventstore.Position
	}
	var watchers []*watcher
	start := func(w Watch) {
		s, err := live().Snapshot(t.Context(), w.Any, w.Scope)
		if err != nil {
			t.Fatal(err)
		}
		items := map[string]string{}
		for _, it := range s.Items {
			items[it.ID] = string(it.Data)
		}
		watchers = append(watchers, &watcher{w, items, s.Position})
	}
	follow := func(w *watcher) {
		d, err := live().Since(t.Context(), w.Any, w.Scope, w.at)
		if err != nil {
			t.Fatalf("since %d: %v", w.at, err)
		}
		for _, id := range d.Gone {
			if _, had := w.items[id]; exact && !had {
				t.Errorf("%s is gone from a watch that never had it", id)
			}
			delete(w.items, id)
		}
		for _, it := range d.Put {
			w.items[it.ID] = string(it.Data)
		}
		w.at = d.To
	}
	for range 15 {
		h.Live(facts / 15)
		run(t, runner)
		for _, w := range watchers {
			if rnd.IntN(3) == 0 {
				follow(w)
			}
		}
		for _, w := range watches {
			if rnd.IntN(4) == 0 {
				start(w)
			}
		}
		if rnd.IntN(4) == 0 { // a new process remembers nothing
			view = make(db)
			runner = projections.NewRunner(db, h.Ledger, view, &projections.Options{Page: 1 + rnd.IntN(100)})
			run(t, runner)
		}
	}
	seen := 0
	for _, w := range watchers {
		follow(w)
		s, err := live().Snapshot(t.Context(), w.Any, w.Scope)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{}
		for _, it := range s.Items {
			want[it.ID] = string(it.Data)
		}
		seen += len(want)
		if diff := cmp.Diff(want, w.items); diff != "" {
			t.Fatalf("watch %v: resumed state differs from the snapshot (-snapshot +resumed):\n%s", w.Watch, diff)
		}
	}
	if seen == 0 {
		t.Fatal("nobody saw anything: the watches are of no use")
	}
}

func run(t *testing.T, r *projections.Runner) {
	t.Helper()
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Watches returns watches of many kinds for the incident views: places, cells and
// units, seen by the district, by streets, by offices, by reporters and by nobody.
func (h *History) Watches() []Watch {
	keys := map[string]bool{"area:440114": true}
	for _, s := range h.stations[:6] {
		keys["area:"+s.Area], keys["area:"+s.Area[:9]], keys["held:"+s.Area[:9]] = true, true, true
		keys["holder:"+s.Area[:9]], keys["holder:"+s.Area] = true, true
	}
	for i := range 3 {
		keys[fmt.Sprintf("by:system:person-%d", i)] = true
	}
	all := slices.Sorted(maps.Keys(keys))
	var out []Watch
	for _, scope := range [][]string{{"area:440114"}, {"area:440114002", "held:440114002"}, {"held:440114002", "by:system:person-1"}, {"area:440114001"}, nil} {
		out = append(out, Watch{[]string{"area:440114"}, scope})
		for range 6 {
			out = append(out, Watch{[]string{all[h.rnd.IntN(len(all))], all[h.rnd.IntN(len(all))]}, scope})
		}
	}
	return out
}

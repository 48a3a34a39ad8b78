package projections_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// lengths is a small view: of each stream, how many facts it has.
type lengths struct {
	*projections.Board
	db       *sqldb.DB
	keep     eventstore.Position // of past states
	versions *projections.Versions
	note     string            // part of the schema
	fail     func(n int) error // called before the nth page
	pages    int
}

func newLengths(db *sqldb.DB) *lengths { return newLengthsKeeping(db, 0) }

func newLengthsKeeping(db *sqldb.DB, keep eventstore.Position) *lengths {
	versions := projections.NewVersions("lengths", keep)
	return &lengths{db: db, keep: keep, Board: projections.NewBoard("lengths", db, versions), versions: versions}
}

func (v *lengths) Schema() string {
	return "-- " + v.note + "\nCREATE TABLE lengths_of (stream TEXT PRIMARY KEY, n BIGINT NOT NULL);\n" + v.versions.Schema()
}
func (v *lengths) Tables() []string { return []string{"lengths_of", v.versions.Table()} }

func (v *lengths) Again() projections.View {
	again := newLengthsKeeping(v.db, v.keep)
	again.note, again.fail = v.note, v.fail
	return again
}

func (v *lengths) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	var ids []string
	for _, r := range page {
		ids = append(ids, string(r.Stream))
	}
	if err := v.versions.Begin(ctx, tx, ids); err != nil {
		return nil, err
	}
	for _, r := range page {
		if r.Type == "riddle" {
			return nil, &projections.FoldError{View: "lengths", Position: r.Position, Err: errors.New("what is a riddle?")}
		}
		var n int
		err := tx.QueryRowContext(ctx, `INSERT INTO lengths_of (stream, n) VALUES ($1, 1) ON CONFLICT (stream) DO UPDATE SET n = lengths_of.n + 1 RETURNING n`,
			string(r.Stream)).Scan(&n)
		if err != nil {
			return nil, err
		}
		v.versions.Set(string(r.Stream), r.Position, r.At, fmt.Appendf(nil, `{"n":%d}`, n), []string{"all"})
	}
	v.pages++
	if v.fail != nil {
		if err := v.fail(v.pages); err != nil {
			return nil, err
		}
	}
	return v.versions.Save(ctx, tx, page[len(page)-1].Position)
}

func add(t *testing.T, s eventstore.Store, kind string, streams ...string) eventstore.Position {
	t.Helper()
	var last eventstore.Position
	for _, stream := range streams {
		r, err := s.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: eventstore.StreamOf("thing", stream), Drafts: []eventstore.Draft{{Type: kind, At: noon, Data: []byte("{}")}},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		last = r.Last
	}
	return last
}

func shown(t *testing.T, v *lengths) string {
	t.Helper()
	s, err := v.Snapshot(t.Context(), []string{"all"}, []string{"all"})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, it := range s.Items {
		out = append(out, it.ID+string(it.Data))
	}
	return fmt.Sprintf("%d %s", s.Position, strings.Join(out, " "))
}

// A page whose transaction fails leaves nothing behind, and the next try does it once.
func TestAFailedPageIsDoneOnceInTheEnd(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	add(t, s, "fact", "a", "b", "a", "a")
	v := newLengths(db)
	broken := errors.New("power cut")
	v.fail = func(n int) error {
		if n == 2 {
			return broken
		}
		return nil
	}
	r := projections.NewRunner(db, s, v, &projections.Options{Page: 2})
	if err := r.RunToEnd(t.Context()); !errors.Is(err, broken) {
		t.Fatalf("got %v", err)
	}
	if got := r.Status(); got.Position != 2 || got.State != projections.Failing {
		t.Errorf("status %+v", got)
	}
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := shown(t, v), `4 thing-a{"n":3} thing-b{"n":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := r.Status(); got.Position != 4 || got.State != projections.Current || got.Err != nil || !got.At.Equal(noon) {
		t.Errorf("status %+v", got)
	}
}

// A fact that cannot be folded stops the view where it stands and says why; those
// who wait are told, and nothing after it is taken in.
func TestAFactThatCannotBeFoldedStopsTheView(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	add(t, s, "fact", "a", "b")
	v := newLengths(db)
	r := projections.NewRunner(db, s, v, &projections.Options{Page: 2})
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	wg.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	if err := r.WaitFor(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	add(t, s, "riddle", "a")
	head := add(t, s, "fact", "a")
	if err := r.WaitFor(t.Context(), head); !errors.Is(err, projections.ErrStopped) || !strings.Contains(err.Error(), "riddle") {
		t.Fatalf("got %v", err)
	}
	if got := r.Status(); got.State != projections.Stopped || got.Position != 2 {
		t.Errorf("status %+v", got)
	}
	if got, want := shown(t, v), `2 thing-a{"n":1} thing-b{"n":1}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	stop()
	wg.Wait()
}

// The rows of another ledger, of another schema, or of a future that a restored
// ledger has not, are of no use: the view is dropped and folded anew.
func TestRowsOfNoUseAreDropped(t *testing.T) {
	db := historytest.Views(t)
	first := memory.New(&memory.Options{Epoch: "first"})
	add(t, first, "fact", "a", "a", "a")
	run := func(s eventstore.Store, note string) string {
		t.Helper()
		v := newLengths(db)
		v.note = note
		if err := projections.NewRunner(db, s, v, nil).RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		return shown(t, v)
	}
	if got, want := run(first, "one"), `3 thing-a{"n":3}`; got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	second := memory.New(&memory.Options{Epoch: "second"})
	add(t, second, "fact", "b", "b", "b", "b")
	if got, want := run(second, "one"), `4 thing-b{"n":4}`; got != want {
		t.Errorf("another epoch: got %s, want %s", got, want)
	}
	if got, want := run(second, "two"), `4 thing-b{"n":4}`; got != want {
		t.Errorf("another schema: got %s, want %s", got, want)
	}
	shorter := memory.New(&memory.Options{Epoch: "second"})
	add(t, shorter, "fact", "c")
	if got, want := run(shorter, "two"), `1 thing-c{"n":1}`; got != want {
		t.Errorf("a checkpoint past the head: got %s, want %s", got, want)
	}
	if got, want := run(shorter, "two"), `1 thing-c{"n":1}`; got != want {
		t.Errorf("once more: got %s, want %s", got, want)
	}
}

// Two runners of one view share the work: no fact is folded twice, and both boards
// show all of it.
func TestTwoRunnersShareOneView(t *testing.T) {
	testTwoRunners(t, historytest.Views(t))
}

func testTwoRunners(t *testing.T, db *sqldb.DB) {
	s := memory.New(nil)
	views := []*lengths{newLengths(db), newLengths(db)}
	var runners []*projections.Runner
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for _, v := range views {
		r := projections.NewRunner(db, s, v, &projections.Options{Page: 3})
		runners = append(runners, r)
		wg.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	var head eventstore.Position
	for range 40 {
		head = add(t, s, "fact", "a", "b", "a")
	}
	for i, r := range runners {
		if err := r.WaitFor(t.Context(), head); err != nil {
			t.Fatal(err)
		}
		if got, want := shown(t, views[i]), `120 thing-a{"n":80} thing-b{"n":40}`; got != want {
			t.Errorf("runner %d shows %s, want %s", i, got, want)
		}
	}
	stop()
	wg.Wait()
}

// While a view is rebuilt those who watch keep what they had, and afterwards go on
// from where they were.
func TestWatchesOutliveARebuild(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	add(t, s, "fact", "a", "b", "a", "a")
	v := newLengths(db)
	r := projections.NewRunner(db, s, v, &projections.Options{Page: 1})
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := shown(t, v)
	half := 0
	v.fail = func(int) error {
		half++
		if got := shown(t, v); half <= 4 && got != before {
			t.Errorf("during the rebuild: %s, want %s", got, before)
		}
		return nil
	}
	if err := r.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	add(t, s, "fact", "b")
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if half != 5 {
		t.Fatalf("%d pages were folded", half)
	}
	for _, after := range []eventstore.Position{1, 4} {
		d, err := v.Since(t.Context(), []string{"all"}, []string{"all"}, after)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{`thing-b{"n":2}`}
		if after == 1 {
			want = []string{`thing-a{"n":3}`, `thing-b{"n":2}`}
		}
		var got []string
		for _, it := range d.Put {
			got = append(got, it.ID+string(it.Data))
		}
		if diff := cmp.Diff(want, got); diff != "" || d.To != 5 || len(d.Gone) != 0 {
			t.Errorf("since %d: %+v\n%s", after, d, diff)
		}
	}
}

// Positions the view has not reached are said to be ahead; positions from before
// memory are answered from the database.
func TestSinceKnowsItsEnds(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	add(t, s, "fact", "a", "b")
	v := newLengths(db)
	r := projections.NewRunner(db, s, v, nil)
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Since(t.Context(), []string{"all"}, []string{"all"}, 3); !errors.Is(err, projections.ErrAhead) {
		t.Errorf("ahead: got %v", err)
	}
	d, err := v.Since(t.Context(), []string{"all"}, []string{"all"}, 2)
	if err != nil || d.To != 2 || len(d.Put)+len(d.Gone) != 0 {
		t.Errorf("at the end: %+v, %v", d, err)
	}
	d, err = v.Since(t.Context(), []string{"all"}, []string{"nobody"}, 0)
	if err != nil || d.To != 2 || len(d.Put)+len(d.Gone) != 0 {
		t.Errorf("out of scope: %+v, %v", d, err)
	}
	if d, err = v.Since(t.Context(), []string{"all"}, []string{"all"}, 0); err != nil || d.To != 2 || len(d.Put) != 2 || len(d.Gone) != 0 {
		t.Errorf("since the beginning: %+v, %v", d, err)
	}
	pokes, done := v.Changed()
	defer done()
	add(t, s, "fact", "c")
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-pokes:
	default:
		t.Error("nobody was poked")
	}
}

// Many watches of many kinds read while pages are folded; each delta starts where
// the last one ended and none is torn.
func TestWatchesReadWhilePagesAreFolded(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	v := newLengths(db)
	r := projections.NewRunner(db, s, v, &projections.Options{Page: 2})
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	const facts = 200
	var wg sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	wg.Go(func() { _ = r.Run(ctx) })
	for range 8 {
		wg.Go(func() {
			pokes, done := v.Changed()
			defer done()
			have, at := map[string]string{}, eventstore.Position(0)
			for at < facts {
				d, err := v.Since(t.Context(), []string{"all"}, []string{"all"}, at)
				if err != nil {
					t.Error(err)
					return
				}
				for _, it := range d.Put {
					have[it.ID] = string(it.Data)
				}
				sum := 0
				for _, data := range have {
					var n int
					if _, err := fmt.Sscanf(data, `{"n":%d}`, &n); err != nil {
						t.Error(err)
						return
					}
					sum += n
				}
				if sum != int(d.To) {
					t.Errorf("at position %d the lengths add up to %d", d.To, sum)
					return
				}
				if at = d.To; at < facts {
					<-pokes
				}
			}
		})
	}
	for i := range facts {
		add(t, s, "fact", fmt.Sprint(i%7))
	}
	if err := r.WaitFor(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	stop()
	wg.Wait()
}

// A view that was never run has nothing to read from, and says so.
func TestAViewNeverRunIsNotReady(t *testing.T) {
	db := historytest.Views(t)
	read := func() error {
		return projections.Read(t.Context(), db, "lengths", func(*sql.Tx, eventstore.Position, time.Time) error { return nil })
	}
	if err := read(); !errors.Is(err, projections.ErrNotReady) {
		t.Errorf("got %v", err)
	}
	if err := projections.NewRunner(db, memory.New(nil), newLengths(db), nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := read(); err != nil {
		t.Errorf("got %v", err)
	}
}

// A thousand watches of a busy view cost little: the fold of one page and a look at
// its changes for each.
func BenchmarkThousandWatches(b *testing.B) {
	db := historytest.Views(b)
	v := newLengths(db)
	s := memory.New(nil)
	r := projections.NewRunner(db, s, v, nil)
	if err := r.RunToEnd(b.Context()); err != nil {
		b.Fatal(err)
	}
	at := make([]eventstore.Position, 1000)
	for b.Loop() {
		for i := range 100 {
			if _, err := s.Append(b.Context(), eventstore.Append{Writes: []eventstore.Write{{
				Stream: eventstore.StreamOf("thing", fmt.Sprint(i)), Drafts: []eventstore.Draft{{Type: "fact", At: noon, Data: []byte("{}")}},
			}}}); err != nil {
				b.Fatal(err)
			}
		}
		if err := r.RunToEnd(b.Context()); err != nil {
			b.Fatal(err)
		}
		for i := range at {
			d, err := v.Since(b.Context(), []string{"all", fmt.Sprint(i)}, []string{"all"}, at[i])
			if err != nil {
				b.Fatal(err)
			}
			at[i] = d.To
		}
	}
}

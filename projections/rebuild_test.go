package projections_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
)

// onBoth runs a test on views in SQLite and in PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, db *sqldb.DB)) {
	t.Run("sqlite", func(t *testing.T) { test(t, historytest.Views(t)) })
	t.Run("postgres", func(t *testing.T) {
		db, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "views")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		test(t, db)
	})
}

// rowsRead returns what the rows say that are read, and where they stand.
func rowsRead(t *testing.T, db *sqldb.DB, v projections.View) (string, eventstore.Position) {
	t.Helper()
	at, ok := projections.Stands(t.Context(), db, v, "e")
	if !ok {
		t.Fatal("there are no rows to be read")
	}
	return historytest.Dump(t, db, v), at
}

func ledgerOf(t *testing.T) *memory.Store {
	s := memory.New(&memory.Options{Epoch: "e"})
	add(t, s, "fact", strings.Split(strings.Repeat("abcabda", 12), "")...)
	return s
}

// places are what lies beside the database of views.
func places(t *testing.T, db *sqldb.DB) []string {
	t.Helper()
	names, err := db.ListBeside(t.Context(), "lengths_")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// While rows are made anew, those there are go on to be read and to follow the ledger;
// positions never go back, and in the end the rows are the same and lie at one place.
func TestRowsAreReadAndKeptUpWhileNewOnesAreMade(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		s := ledgerOf(t)
		v := newLengths(db)
		r := projections.NewRunner(db, s, v, &projections.Options{Page: 4})
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = r.Run(ctx) })
		defer running.Wait()
		defer stop()
		if err := r.WaitFor(ctx, 84); err != nil {
			t.Fatal(err)
		}
		last, looked := eventstore.Position(0), 0
		v.fail = func(int) error { // before each page that is folded into either rows
			if _, at := rowsRead(t, db, v); at < last {
				t.Errorf("rows went back from %d to %d", last, at)
			} else {
				last = at
			}
			looked++
			if looked%5 == 0 && looked < 60 {
				if err := r.WaitFor(ctx, add(t, s, "fact", "a")-1); err != nil {
					return err
				}
			}
			return nil
		}
		for range 2 {
			if err := r.Rebuild(ctx); err != nil {
				t.Fatal(err)
			}
		}
		v.fail = nil
		if err := r.WaitFor(ctx, add(t, s, "fact", "z")); err != nil {
			t.Fatal(err)
		}
		got, at := rowsRead(t, db, v)
		fresh := historytest.Views(t)
		w := newLengths(fresh)
		if err := projections.NewRunner(fresh, s, w, nil).RunToEnd(ctx); err != nil {
			t.Fatal(err)
		}
		if want, head := rowsRead(t, fresh, w); got != want || at != head {
			t.Errorf("at %d, want %d:\n%s\nwant\n%s", at, head, got, want)
		}
		if looked < 40 || last < 84 {
			t.Errorf("looked %d times, up to %d", looked, last)
		}
		if got := places(t, db); len(got) != 1 {
			t.Errorf("rows lie at %v, want one place", got)
		}
		if st := r.Status(); st.Coming != 0 || st.State == projections.Rebuilding {
			t.Errorf("status %+v", st)
		}
	})
}

// A program that ends in the middle of a rebuild leaves the old rows in use; the next one
// goes on where it was.
func TestARebuildThatEndedInTheMiddleGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		s := ledgerOf(t)
		v := newLengths(db)
		r := projections.NewRunner(db, s, v, &projections.Options{Page: 4})
		if err := r.RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		want, _ := rowsRead(t, db, v)
		killed := errors.New("killed")
		v.fail = func(n int) error {
			if n == 10 {
				return killed
			}
			return nil
		}
		if err := r.Rebuild(t.Context()); !errors.Is(err, killed) {
			t.Fatalf("got %v", err)
		}
		if got, at := rowsRead(t, db, v); got != want || at != 84 {
			t.Errorf("after the end, at %d:\n%s", at, got)
		}
		next := newLengths(db)
		pages := 0
		next.fail = func(int) error { pages++; return nil }
		if err := projections.NewRunner(db, s, next, &projections.Options{Page: 4}).RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		if pages != 21-9 {
			t.Errorf("%d pages were folded, want the 12 that were missing", pages)
		}
		if got, at := rowsRead(t, db, next); got != want || at != 84 {
			t.Errorf("resumed, at %d:\n%s", at, got)
		}
		if got := places(t, db); len(got) != 1 {
			t.Errorf("rows lie at %v, want one place", got)
		}
	})
}

// Rows made with other data than today's stay in use until new ones are made, by whoever
// runs the view.
func TestOutdatedRowsStayInUseUntilTheyAreMadeAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		s := ledgerOf(t)
		run := func(made string, fail func(int) error) (*lengths, error) {
			v := newLengths(db)
			v.note, v.fail = "remark\n-- made with "+made, fail
			return v, projections.NewRunner(db, s, v, &projections.Options{Page: 8}).RunToEnd(t.Context())
		}
		if _, err := run("old laws", nil); err != nil {
			t.Fatal(err)
		}
		before := ""
		v, err := run("new laws", func(int) error {
			before = historytest.Dump(t, db, newLengths(db))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, at := rowsRead(t, db, v)
		if before != got || at != 84 {
			t.Errorf("at %d:\n%s\nwhile they were made:\n%s", at, got, before)
		}
		if _, ok := projections.Stands(t.Context(), db, v, "e"); !ok || len(places(t, db)) != 1 {
			t.Errorf("they were not made anew: %v", places(t, db))
		}
	})
}

// A fact that the new rows cannot take leaves the old ones as they are.
func TestARebuildThatCannotBeDoneIsGivenUp(t *testing.T) {
	s, db := ledgerOf(t), historytest.Views(t)
	v := newLengths(db)
	r := projections.NewRunner(db, s, v, nil)
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, _ := rowsRead(t, db, v)
	v.fail = func(int) error { return &projections.FoldError{View: "lengths", Position: 1, Err: errors.New("no")} }
	if err := r.Rebuild(t.Context()); err == nil {
		t.Fatal("it was done")
	}
	v.fail = nil
	if err := projections.NewRunner(db, s, newLengths(db), nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := rowsRead(t, db, v); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Several programs share a rebuild: whoever ends it, all read the new rows after that and
// fold each fact once.
func TestProgramsShareARebuild(t *testing.T) {
	url := postgrestest.URL(t)
	s := ledgerOf(t)
	var runners []*projections.Runner
	var views []*lengths
	var dbs []*sqldb.DB
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	for range 3 {
		db, err := sqldb.OpenPostgres(ctx, url, "views")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		v := newLengths(db)
		r := projections.NewRunner(db, s, v, &projections.Options{Page: 3})
		runners, views, dbs = append(runners, r), append(views, v), append(dbs, db)
		running.Go(func() { _ = r.Run(ctx) })
		if err := r.WaitFor(ctx, 84); err != nil {
			t.Fatal(err)
		}
	}
	var rebuilding sync.WaitGroup
	for _, r := range runners[:2] {
		rebuilding.Go(func() {
			if err := r.Rebuild(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for range 30 {
		add(t, s, "fact", "a", "b")
		for i, db := range dbs {
			if _, ok := projections.Stands(ctx, db, views[i], "e"); !ok {
				t.Error("there are no rows")
			}
		}
	}
	rebuilding.Wait()
	head := add(t, s, "fact", "z")
	for i, r := range runners {
		if err := r.WaitFor(ctx, head); err != nil {
			t.Fatal(err)
		}
		if got, want := shown(t, views[i]), shown(t, views[0]); got != want {
			t.Errorf("program %d shows %s, want %s", i, got, want)
		}
	}
	got, _ := rowsRead(t, dbs[2], views[2])
	fresh := historytest.Views(t)
	w := newLengths(fresh)
	if err := projections.NewRunner(fresh, s, w, nil).RunToEnd(ctx); err != nil {
		t.Fatal(err)
	}
	if want, _ := rowsRead(t, fresh, w); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Files that a program which was killed left behind go at the next start.
func TestFilesThatNobodyNamesAreDropped(t *testing.T) {
	dir := t.TempDir()
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "views.db"))
	if err != nil {
		t.Fatal(err)
	}
	s := ledgerOf(t)
	r := projections.NewRunner(db, s, newLengths(db), nil)
	for range 2 {
		if err := r.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	left := filepath.Join(dir, "views-lengths_1.db")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := places(t, db); len(got) != 1 || got[0] != "lengths_3" {
		t.Errorf("beside it lie %v", got)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// States that were forgotten meanwhile are not there after a rebuild either, whatever the
// pages were, and those that are remembered are.
func TestARebuildForgetsWhatWasForgotten(t *testing.T) {
	for _, size := range []int{0, 1, 7, 40} {
		s, db := ledgerOf(t), historytest.Views(t)
		v := newLengthsKeeping(db, 20)
		if err := projections.NewRunner(db, s, v, &projections.Options{Page: 3}).RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		want, _ := rowsRead(t, db, v)
		if err := projections.NewRunner(db, s, v, &projections.Options{Page: size}).Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, at := rowsRead(t, db, v); got != want || at != 84 || strings.Count(want, "true:all") < 20 {
			t.Errorf("pages of %d, at %d:\n%s\nwant\n%s", size, at, got, want)
		}
	}
}

package projections_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
)

// order is a view of where each fact stood: it notes the pages it is given and folds what
// it is told to.
type order struct {
	sizes []int
	fail  func(page []eventstore.Record) error
}

func (v *order) Name() string { return "far" }
func (v *order) Schema() string {
	return "-- Remarks may hold anything; also this.\nCREATE TABLE far_rows (position BIGINT NOT NULL PRIMARY KEY, data BLOB NOT NULL, stream TEXT NOT NULL, n BIGINT NOT NULL);"
}
func (v *order) Tables() []string { return []string{"far_rows"} }

func (v *order) Again() projections.View { return v }

func (v *order) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	v.sizes = append(v.sizes, len(page))
	var rows [][]any
	for _, r := range page {
		rows = append(rows, []any{int64(r.Position), r.Data, string(r.Stream), int64(r.Version)})
	}
	if err := (projections.Bulk{Table: "far_rows", Columns: []string{"position", "data", "stream", "n"}}).Write(ctx, tx, rows); err != nil {
		return nil, err
	}
	if v.fail != nil {
		return nil, v.fail(page)
	}
	return nil, nil
}

// many appends n facts to one stream.
func many(t *testing.T, s eventstore.Store, n int) {
	t.Helper()
	for n > 0 {
		drafts := make([]eventstore.Draft, min(n, 1000))
		for i := range drafts {
			drafts[i] = eventstore.Draft{Type: "fact", At: noon, Data: fmt.Appendf(nil, `{"n":%d}`, n-i)}
		}
		n -= len(drafts)
		if _, err := s.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{Stream: "thing-a", Drafts: drafts}}}); err != nil {
			t.Fatal(err)
		}
	}
}

// Far behind, pages grow; at the head they are small again. However a transaction fails
// in between, and whatever was read ahead then, each fact is folded once.
func TestFarBehindPagesGrowAndNothingIsFoldedTwice(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	const facts = 30_000
	many(t, s, facts)
	broken := errors.New("power cut")
	v, failed := &order{}, map[eventstore.Position]bool{}
	v.fail = func(page []eventstore.Record) error {
		if first := page[0].Position; len(v.sizes)%2 == 0 && !failed[first] {
			failed[first] = true
			return broken
		}
		return nil
	}
	r := projections.NewRunner(db, s, v, nil)
	for {
		err := r.RunToEnd(t.Context())
		if err == nil {
			break
		}
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
	if len(failed) < 2 {
		t.Errorf("only %d pages failed", len(failed))
	}
	if most := slices.Max(v.sizes); v.sizes[0] > 1024 || most < 8*1024 || most > 16*1024 {
		t.Errorf("pages of %v facts", v.sizes)
	}
	checkOrder(t, db, facts)

	v.fail = nil
	many(t, s, 5)
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	many(t, s, 3000)
	v.sizes = nil
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v.sizes[0] != 1024 {
		t.Errorf("at the head, the first page has %d facts, want 1024", v.sizes[0])
	}
	checkOrder(t, db, facts+3005)
}

func checkOrder(t *testing.T, db *sqldb.DB, want int) {
	t.Helper()
	got := 0
	err := projections.Read(t.Context(), db, "far", func(tx *sql.Tx, _ eventstore.Position, _ time.Time) error {
		return projections.Scan(t.Context(), tx, "SELECT position, data, stream, n FROM far_rows ORDER BY position", nil, func(rows *sql.Rows) error {
			var position, n int
			var data, stream string
			if err := rows.Scan(&position, &data, &stream, &n); err != nil {
				return err
			}
			if got++; position != got || n != got || stream != "thing-a" || data == "" {
				t.Fatalf("row %d is %d %q %q %d", got, position, data, stream, n)
			}
			return nil
		})
	})
	if err != nil || got != want {
		t.Fatalf("%d rows, %v, want %d", got, err, want)
	}
}

// A page that was read ahead and is of no use any more does not hide what came since: the
// view was sent back to its first fact.
func TestARebuildBeginsAtTheFirstFact(t *testing.T) {
	s, db := memory.New(nil), historytest.Views(t)
	many(t, s, 5000)
	v := &order{}
	broken := errors.New("power cut")
	v.fail = func(page []eventstore.Record) error {
		if page[0].Position > 1 {
			return broken
		}
		return nil
	}
	r := projections.NewRunner(db, s, v, nil)
	if err := r.RunToEnd(t.Context()); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	v.fail = nil
	if err := r.Rebuild(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkOrder(t, db, 5000)
}

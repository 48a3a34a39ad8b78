package casebook

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
)

// A cache that is asked at a place says what it lacks, and stays what it was when the
// rows could not be read to their end.
func TestTheCacheGoesWhereItIsAsked(t *testing.T) {
	var c cache
	errGone := errors.New("whoever asked is gone")
	reads := 0
	some := func(n int, err error) rows { // rows of incidents with one fact each, up to position n
		return func(after eventstore.Position, take func([]row) error) error {
			reads++
			for i := int(after) + 1; i <= n; i++ {
				if err := take([]row{{int64(i), entry{id: fmt.Sprint(i)}}}); err != nil {
					return err
				}
			}
			return err
		}
	}
	ask := func(name string, is stand, met *stand, load bool, fails error, want error, wantRows, wantReads int) {
		t.Helper()
		reads = 0
		release, err := c.reach(is, met, load, some(int(is.position), fails))
		if err == nil {
			if got := len(c.index.firsts); got != wantRows {
				t.Errorf("%s: %d rows, want %d", name, got, wantRows)
			}
			release()
		}
		if !errors.Is(err, want) || err != nil && want == nil || reads != wantReads {
			t.Errorf("%s: %v after %d reads, want %v after %d", name, err, reads, want, wantReads)
		}
		if !c.mu.TryLock() {
			t.Fatalf("%s: the cache is held", name)
		}
		c.mu.Unlock()
	}
	a, b := func(p eventstore.Position) stand { return stand{"a", p} }, func(p eventstore.Position) stand { return stand{"b", p} }
	ask("cold", a(3), nil, false, nil, errCold, 0, 0)
	ask("loading fails", a(3), nil, true, errGone, errGone, 0, 1)
	ask("still cold", a(3), nil, false, nil, errCold, 0, 0)
	ask("loaded", a(3), nil, true, nil, nil, 3, 1)
	ask("there", a(3), nil, false, nil, nil, 3, 0)
	ask("further fails", a(5), nil, false, errGone, errGone, 0, 1)
	ask("still there", a(3), nil, false, nil, nil, 3, 0)
	ask("further", a(5), nil, false, nil, nil, 5, 1)
	ask("an older transaction", a(3), nil, false, nil, errElsewhere, 0, 0)
	ask("one that began when the cache was less far", a(3), new(a(3)), false, nil, errElsewhere, 0, 0)
	ask("one that began later", a(3), new(a(5)), false, nil, errCold, 0, 0)
	ask("which loads", a(3), new(a(5)), true, nil, nil, 3, 1)
	ask("of other rows", b(4), nil, false, nil, errElsewhere, 0, 0)
	ask("of other rows, when those are known to be gone", b(4), new(a(3)), true, nil, nil, 4, 1)
	ask("one that other rows were met before", a(3), &stand{"c", 1}, true, nil, errElsewhere, 0, 0)
	ask("of the rows that are gone, begun before", a(3), new(a(3)), true, nil, errElsewhere, 0, 0)
}

// The rows that changed are found by their positions; all rows are read as they lie.
func TestHowRowsAreRead(t *testing.T) {
	db := historytest.Views(t)
	if err := projections.NewRunner(db, historytest.New(t, 1).Ledger, New(db, historytest.Folder(t)), nil).Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{readLater: "USING INDEX casebook_rows_position", readAll: "SCAN casebook_rows"} {
		var plan []string
		err := db.Tx(t.Context(), func(tx *sql.Tx) error {
			return projections.Scan(t.Context(), tx, "EXPLAIN QUERY PLAN "+query, []any{7}, func(r *sql.Rows) error {
				var id, parent, unused int
				var detail string
				err := r.Scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
		})
		if err != nil || !strings.Contains(plan[0], want) {
			t.Errorf("%s\nis read by %q, want %s, %v", query, plan, want, err)
		}
	}
}

package workflow

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

func (w *town) number(at time.Time) string {
	w.t.Helper()
	n, err := w.NextNumber(context.Background(), at)
	must(w.t, err)
	return n
}

func TestNumbersCountWithinADayOfTheDistrict(t *testing.T) {
	w := founded(t, inMemory())
	lateSunday := time.Date(2026, 9, 6, 16, 30, 0, 0, time.UTC) // 00:30 on Monday in Guangzhou
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{monday, "440114-20260907-00001"},
		{lateSunday, "440114-20260907-00002"},
		{monday.AddDate(0, 0, 1), "440114-20260908-00001"},
		{monday, "440114-20260907-00003"},
	} {
		if got := w.number(c.at); got != c.want {
			t.Errorf("at %s: %s, want %s", c.at.In(deadline.CST), got, c.want)
		}
	}
}

func TestNumbersGoOnAfterAnOrderlyEnd(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	w.number(monday)
	w.idle()
	stop()
	again := over(t, w.ledger, w.state, w.dir, w.clock)
	if got := again.number(monday); got != "440114-20260907-00002" {
		t.Errorf("got %s, want the next one", got)
	}
}

// Several processes over one state database, some of them killed: no number twice.
func TestNumbersAreUniqueAmongProcesses(t *testing.T) {
	w := founded(t, inMemory())
	unique(t, func() *town { return over(t, w.ledger, w.state, w.dir, w.clock) })
}

func unique(t *testing.T, process func() *town) {
	t.Helper()
	var mu sync.Mutex
	given := map[string]bool{}
	for range 2 {
		var wg sync.WaitGroup
		for range 3 {
			p := process()
			for range 2 {
				wg.Go(func() {
					for range 50 {
						n, err := p.NextNumber(context.Background(), monday)
						mu.Lock()
						if err != nil || given[n] {
							t.Errorf("%s given twice, or %v", n, err)
						}
						given[n] = true
						mu.Unlock()
					}
				})
			}
		}
		wg.Wait()
	}
}

// Whoever loses the state database, or restores an old one, gets no number again
// that an incident has.
func TestNumbersOutliveTheStateDatabase(t *testing.T) {
	ledger := inMemory()
	w := founded(t, ledger)
	for range 3 {
		w.reports(inspector, nil) // takes 00001 to 00003
	}
	for _, lost := range []struct {
		name string
		sql  string
	}{
		{"lost", "DELETE FROM workflow_counter"},
		{"older", "UPDATE workflow_counter SET last = CASE WHEN name = 'searched' THEN 2 ELSE 1 END"},
	} {
		t.Run(lost.name, func(t *testing.T) {
			_, err := w.state.Write.Exec(lost.sql)
			must(t, err)
			again := over(t, ledger, w.state, w.dir, w.clock)
			if got := again.number(monday); got != "440114-20260907-00004" {
				t.Errorf("got %s, want the one after those in the ledger", got)
			}
		})
	}
}

// checkpointed reads a handler's stored position.
func checkpointed(t *testing.T, db *sqldb.DB, handler string) (p eventstore.Position) {
	t.Helper()
	must(t, db.Read.QueryRow("SELECT position FROM workflow_checkpoint WHERE handler = $1", handler).Scan(&p))
	return p
}

func statePath(dir string) string { return filepath.Join(dir, "state.db") }

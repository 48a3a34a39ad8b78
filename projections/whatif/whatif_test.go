package whatif

import (
	"testing"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/projections/historytest"
)

var always = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// read returns the whole of a random past.
func read(t testing.TB, h *historytest.History) *History {
	t.Helper()
	past, err := Read(t.Context(), h.Ledger, time.Time{}, always)
	if err != nil {
		t.Fatal(err)
	}
	return past
}

// TestTodaysRulesReproduceHistory: with no tables laid, every fact of random pasts follows
// again, in its place, those of the clocks too.
func TestTodaysRulesReproduceHistory(t *testing.T) {
	for seed := range uint64(6) {
		h := historytest.New(t, seed)
		h.Live(1200)
		past := read(t, h)
		kinds := map[string]int{}
		for _, facts := range past.lives {
			got := replay(h, h, facts, past.at)
			for i, f := range got.made {
				kinds[stored(f.event)]++
				if i >= len(facts) || !same(f.event, facts[i].event) {
					break
				}
			}
			if got.differs >= 0 || len(got.made) != len(facts) {
				n := got.differs
				var was, now any
				if n >= 0 && n < len(facts) {
					was = facts[n].event
				}
				if n >= 0 && n < len(got.made) {
					now = got.made[n].event
				}
				t.Fatalf("seed %d: %d facts became %d; fact %d differs:\nwas %T %+v\nnow %T %+v\nrefused %+v", seed, len(facts), len(got.made), n+1, was, was, now, now, got.refused)
			}
		}
		if seed == 0 {
			for _, e := range incident.Events {
				if kinds[stored(e)] == 0 {
					t.Logf("no %s in this past", stored(e))
				}
			}
		}
	}
}

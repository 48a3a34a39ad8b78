package faults

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gridcommand/eventstore/postgrestest"
)

// A writer is killed without warning in the midst of its commits, again and again.
func TestWritersAreKilled(t *testing.T) {
	for _, store := range []struct {
		name  string
		where func(*testing.T) string
	}{
		{"sqlite", func(t *testing.T) string { return t.TempDir() }},
		{"postgres", func(t *testing.T) string { return postgrestest.URL(t) }},
	} {
		t.Run(store.name, func(t *testing.T) {
			cycles := often(25, 500)
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			chance := rand.New(rand.NewPCG(seed, 0))
			var acknowledged, unanswered int
			var slowest time.Duration
			var where string
			var told *tale
			for cycle := range cycles {
				if cycle%25 == 0 { // a young ledger keeps the checks quick
					where, told = store.where(t), newTale()
				}
				die := 1 + chance.IntN(60)
				l := begin(t, "write", where, fmt.Sprintf("life%d", cycle), told, func(l *life, n int) {
					if n == die {
						l.kill()
					}
				})
				<-l.over
				before := len(told.acknowledged)
				unanswered += len(told.unknown)
				slowest = max(slowest, reopen(t, where, told, true))
				acknowledged = max(acknowledged, before)
				if len(told.other) > 0 {
					t.Fatalf("cycle %d: a writer said %q", cycle, told.other)
				}
				if t.Failed() {
					t.Fatalf("cycle %d", cycle)
				}
			}
			saw(t, "kill -9, "+store.name, "%d cycles, up to %d appends acknowledged in one ledger, %d cut off without an answer, opened anew in %v at most", cycles, acknowledged, unanswered, slowest.Round(time.Millisecond))
		})
	}
}

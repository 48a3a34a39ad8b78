package workflow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqlite"
)

// Killing the program anywhere does nothing twice and skips nothing. A kill is
// played as the worst it can be: the ledger keeps what it acknowledged, some answers
// are lost on the way, and the state database stands as it was at any time before.
func TestKilledAnywhereNothingIsDoneTwiceOrSkipped(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	c := &clock{at: monday}
	var ids []string

	const cycles = 12
	for cycle := range cycles {
		saved := readAll(t, dir)
		func() {
			store, err := sqlite.Open(context.Background(), dir, nil)
			must(t, err)
			defer store.Close()
			ctx, kill := context.WithCancel(context.Background())
			defer kill()
			var mu sync.Mutex
			left := 1 + random.IntN(12) // appends of the workflow until the kill
			ledger := &troubled{Store: store, after: func(a eventstore.Append, _ eventstore.Result) error {
				if !strings.HasPrefix(a.Key.Scope, "workflow:") {
					return nil
				}
				mu.Lock()
				defer mu.Unlock()
				if left--; left <= 0 {
					kill()
					return fmt.Errorf("killed between commit and answer: %w", context.Canceled)
				}
				return nil
			}}
			w := open(t, ledger, dir, c)
			defer w.state.Close()
			for range 4 {
				ids = append(ids, w.reports(inspector, nil))
			}
			// From the second half on, time passes and timers are due as well.
			if cycle >= cycles/2 {
				c.set(c.now().AddDate(0, 0, 3))
			}
			if cycle == cycles-1 {
				w.ledger = store
				w.prepare()
				stop := w.runs()
				w.idle()
				w.moves(monday.AddDate(0, 3, 0))
				w.checkEach(ids)
				stop()
				return
			}
			go func() { // or, at the latest, when there is nothing left to do
				_ = w.Idle(ctx)
				kill()
			}()
			must(t, w.Run(ctx))
		}()
		if random.IntN(2) == 0 {
			restore(t, dir, saved)
		}
	}
}

// checkEach wants every incident to have gone its whole way once.
func (w *town) checkEach(ids []string) {
	w.t.Helper()
	for _, id := range ids {
		state, records, err := w.Load(context.Background(), id)
		must(w.t, err)
		count := map[string]int{}
		for _, r := range records {
			e, err := incident.Decode(r.Type, r.Data)
			must(w.t, err)
			name := r.Type
			switch e := e.(type) { // the clocks speak once for each of their runs
			case incident.Warned:
				name = fmt.Sprint(name, e.Clock, e.Due)
			case incident.Expired:
				name = fmt.Sprint(name, e.Clock, e.Due)
			default:
			}
			count[name]++
		}
		for name, n := range count {
			if n != 1 {
				w.t.Errorf("%s has %s %d times: %s", id, name, n, names1(records))
			}
		}
		for _, name := range []string{"incident.filed", "incident.dispatched"} {
			if count[name] == 0 {
				w.t.Errorf("%s was never %s: %s", id, name, names1(records))
			}
		}
		if left := state.Timers(); len(left) != 0 {
			w.t.Errorf("timers of %s that never fired: %+v", id, left)
		}
	}
}

// readAll reads the files of the state database.
func readAll(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(statePath(dir) + "*")
	must(t, err)
	files := map[string][]byte{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		must(t, err)
		files[name] = data
	}
	return files
}

// restore puts the state database back as it was.
func restore(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name := range readAll(t, dir) {
		must(t, os.Remove(name))
	}
	for name, data := range files {
		must(t, os.WriteFile(name, data, 0o600))
	}
}

// A ledger restored from a backup has another epoch: positions in the state mean
// nothing any more, and everything is looked at again.
func TestARestoredLedgerIsFollowedFromItsBeginning(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	for range 5 {
		w.reports(inspector, nil)
	}
	w.idle()
	stop()

	restored := inMemory()
	other := over(t, restored, w.state, w.dir, w.clock)
	id := other.reports(inspector, nil)
	other.runs()
	other.idle()
	other.wants(id, "reported routed filed dispatched")
	if got, want := other.status(AutoFile).Checkpoint, eventstore.Position(4); got != want {
		t.Errorf("checkpoint %d, want %d", got, want)
	}
}

// Without its state database the workflow looks at everything again, and does
// nothing twice.
func TestWithoutItsStateNothingIsDoneTwice(t *testing.T) {
	ledger := inMemory()
	w := founded(t, ledger)
	stop := w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	w.moves(monday.AddDate(0, 1, 0))
	before := w.facts(id)
	stop()
	again := open(t, ledger, t.TempDir(), w.clock)
	again.runs()
	again.idle()
	again.wants(id, before)
}

// Checkpoints are written at an orderly end.
func TestCheckpointsAreWrittenAtTheEnd(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	w.reports(inspector, nil)
	w.idle()
	stop()
	head, err := w.ledger.Head(t.Context())
	must(t, err)
	for _, name := range []string{AutoFile, AutoDispatch, Timers} {
		if got := checkpointed(t, w.state, name); got != head {
			t.Errorf("%s is at %d, want %d", name, got, head)
		}
	}
}

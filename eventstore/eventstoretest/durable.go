package eventstoretest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"gridcommand/eventstore"
)

// RunDurable tries the promises of a ledger that outlives its process. Each call
// of fresh gives the means to open one ledger, new at first, as often as needed;
// the one opened before has been closed by then.
func RunDurable(t *testing.T, fresh func(t *testing.T) (open func() eventstore.Store)) {
	t.Run("a ledger opened again holds every fact, every key and its epoch, and goes on where it was", func(t *testing.T) {
		open := fresh(t)
		s := open()
		epoch := mustEpoch(t, s)
		a := keyed(expecting("incident-0", eventstore.NoStream), "k", 1)
		first := mustAppend(t, s, a)
		for i := range 300 {
			mustAppend(t, s, one(eventstore.StreamOf("incident", fmt.Sprint(i%7)), 1+i%3))
		}
		want := everything(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}

		s = open()
		defer func() { _ = s.Close() }()
		same(t, "epoch", mustEpoch(t, s), epoch)
		same(t, "facts", everything(t, s), want)
		same(t, "head", mustHead(t, s), eventstore.Position(len(want)))
		first.Replayed = true
		same(t, "known key", mustAppend(t, s, a), first)
		if _, err := s.Append(t.Context(), expecting("incident-0", eventstore.NoStream)); !errors.Is(err, eventstore.ErrConflict) {
			t.Errorf("Append: %v, want a conflict", err)
		}
		at := eventstore.Version(len(stream(t, s, "incident-3", 0)))
		r := mustAppend(t, s, expecting("incident-3", eventstore.At(at)))
		same(t, "next", r, eventstore.Result{
			First: eventstore.Position(len(want) + 1), Last: eventstore.Position(len(want) + 1),
			Stream: "incident-3", Version: at + 1,
		})
	})

	t.Run("two ledgers have two epochs", func(t *testing.T) {
		a, b := fresh(t)(), fresh(t)()
		defer func() { _, _ = a.Close(), b.Close() }()
		if mustEpoch(t, a) == mustEpoch(t, b) {
			t.Error("they share one")
		}
	})
}

// RunOverload tries what a ledger does whose commits do not come through. open
// gives a ledger in which at most queue appends wait, and hold, which keeps it
// from committing until release is called.
func RunOverload(t *testing.T, queue int, open func(t *testing.T) (s eventstore.Store, hold func() (release func()))) {
	t.Run("a full queue refuses at once, and what was refused is not stored", func(t *testing.T) {
		s, hold := open(t)
		defer func() { _ = s.Close() }()
		mustAppend(t, s, one("incident-0", 1))
		release := hold()

		// The committer takes what it finds and is held; the queue fills; from then
		// on there is no room. Callers go on until one of them is refused.
		var wg sync.WaitGroup
		var mu sync.Mutex
		stored := map[eventstore.Stream]bool{}
		refused := make(chan struct{})
		var once sync.Once
		const callers = 16
		if callers < queue+2 {
			t.Fatalf("a queue of %d is more than %d callers fill", queue, callers)
		}
		for c := range callers {
			wg.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-refused:
						return
					default:
					}
					name := eventstore.StreamOf("incident", fmt.Sprint(c, ".", i))
					_, err := s.Append(t.Context(), one(name, 1))
					switch {
					case err == nil:
						mu.Lock()
						stored[name] = true
						mu.Unlock()
					case errors.Is(err, eventstore.ErrOverloaded):
						once.Do(func() { close(refused) })
						return
					default:
						t.Errorf("Append: %v", err)
						once.Do(func() { close(refused) })
						return
					}
				}
			})
		}
		<-refused
		release()
		wg.Wait()
		for _, r := range everything(t, s)[1:] {
			if !stored[r.Stream] {
				t.Errorf("%s is in the ledger but was not acknowledged", r.Stream)
			}
			delete(stored, r.Stream)
		}
		same(t, "acknowledged but not in the ledger", len(stored), 0)
		mustAppend(t, s, one("incident-after", 1))
	})
}

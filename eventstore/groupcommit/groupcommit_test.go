package groupcommit_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// disk is a commit whose progress the test decides: it announces each batch and
// goes on when told. An append to stream "bad-…" is refused.
type disk struct {
	begun   chan []string
	proceed chan struct{}
	head    eventstore.Position
}

var errBad = errors.New("bad")

func newDisk() *disk {
	return &disk{begun: make(chan []string), proceed: make(chan struct{})}
}

func (d *disk) commit(batch []eventstore.Append, outcomes []groupcommit.Outcome) {
	var names []string
	for i, a := range batch {
		names = append(names, a.Writes[0].Stream.ID())
		if a.Writes[0].Stream.Category() == "bad" {
			outcomes[i].Err = errBad
			continue
		}
		d.head++
		outcomes[i].Result = eventstore.Result{First: d.head, Last: d.head}
	}
	d.begun <- names
	<-d.proceed
}

func named(stream string) eventstore.Append {
	return eventstore.Append{Writes: []eventstore.Write{{Stream: eventstore.Stream(stream), Drafts: []eventstore.Draft{
		{Type: "test.happened", At: time.Unix(1, 0), Data: []byte("1")},
	}}}}
}

type answer struct {
	result eventstore.Result
	err    error
}

// ask appends in the background and returns once the append waits or is answered.
func ask(ctx context.Context, c *groupcommit.Committer, stream string) <-chan answer {
	answers := make(chan answer, 1)
	go func() {
		r, err := c.Append(ctx, named(stream))
		answers <- answer{r, err}
	}()
	synctest.Wait()
	return answers
}

func TestWhatArrivesDuringACommitGoesIntoTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		c := groupcommit.New(nil, d.commit)
		defer c.Close()
		first := ask(t.Context(), c, "good-a")
		same(t, <-d.begun, []string{"a"})
		second, bad, third := ask(t.Context(), c, "good-b"), ask(t.Context(), c, "bad-c"), ask(t.Context(), c, "good-d")
		d.proceed <- struct{}{}
		same(t, (<-first).result.First, 1)
		same(t, <-d.begun, []string{"b", "c", "d"})
		d.proceed <- struct{}{}
		same(t, (<-second).result.First, 2)
		if err := (<-bad).err; !errors.Is(err, errBad) {
			t.Errorf("the bad one: %v", err)
		}
		same(t, (<-third).result.First, 3)
	})
}

func TestABatchHasItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		c := groupcommit.New(&groupcommit.Options{Batch: 2}, d.commit)
		defer c.Close()
		for _, name := range []string{"a", "b", "c", "d"} {
			ask(t.Context(), c, "good-"+name)
		}
		for _, want := range [][]string{{"a"}, {"b", "c"}, {"d"}} {
			same(t, <-d.begun, want)
			d.proceed <- struct{}{}
		}
	})
}

func TestAFullQueueRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		c := groupcommit.New(&groupcommit.Options{Queue: 2}, d.commit)
		defer c.Close()
		ask(t.Context(), c, "good-a")
		<-d.begun
		b, e := ask(t.Context(), c, "good-b"), ask(t.Context(), c, "good-c")
		if a := <-ask(t.Context(), c, "good-d"); !errors.Is(a.err, eventstore.ErrOverloaded) {
			t.Errorf("one too many: %v, want ErrOverloaded", a.err)
		}
		d.proceed <- struct{}{}
		same(t, <-d.begun, []string{"b", "c"})
		d.proceed <- struct{}{}
		same(t, (<-b).result.First, 2)
		same(t, (<-e).result.First, 3)
	})
}

func TestAnAppendGivenUpBeforeItsTurnIsNeverCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		c := groupcommit.New(nil, d.commit)
		defer c.Close()
		ask(t.Context(), c, "good-a")
		<-d.begun
		ctx, cancel := context.WithCancel(t.Context())
		given := ask(ctx, c, "good-given-up")
		kept := ask(t.Context(), c, "good-kept")
		cancel()
		a := <-given
		if want := "eventstore: append, nothing was stored: context canceled"; a.err == nil || a.err.Error() != want {
			t.Errorf("error %v, want %s", a.err, want)
		}
		d.proceed <- struct{}{}
		same(t, <-d.begun, []string{"kept"})
		d.proceed <- struct{}{}
		same(t, (<-kept).result.First, 2)
	})
}

func TestAnAppendGivenUpDuringItsCommitHasAnUnknownOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		c := groupcommit.New(nil, d.commit)
		defer c.Close()
		ctx, cancel := context.WithCancel(t.Context())
		given := ask(ctx, c, "good-a")
		<-d.begun
		cancel()
		a := <-given
		if want := "eventstore: append, the outcome is unknown: context canceled"; a.err == nil || a.err.Error() != want {
			t.Errorf("error %v, want %s", a.err, want)
		}
		d.proceed <- struct{}{}
	})
}

func TestCloseAnswersWhatWasTakenAndRefusesWhatComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		c := groupcommit.New(nil, d.commit)
		a := ask(t.Context(), c, "good-a")
		<-d.begun
		b := ask(t.Context(), c, "good-b")
		closed := make(chan struct{})
		go func() {
			c.Close()
			close(closed)
		}()
		synctest.Wait()
		if late := <-ask(t.Context(), c, "good-late"); !errors.Is(late.err, eventstore.ErrClosed) {
			t.Errorf("a late append: %v, want ErrClosed", late.err)
		}
		select {
		case <-closed:
			t.Fatal("Close returned while an append was under way")
		default:
		}
		d.proceed <- struct{}{}
		<-d.begun
		d.proceed <- struct{}{}
		<-closed
		same(t, (<-a).result.First, 1)
		same(t, (<-b).result.First, 2)
		c.Close()
	})
}

func TestTheBellWakesEveryWaiterOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b groupcommit.Bell
		b.Ring(5)
		if err := b.Wait(t.Context(), 4); err != nil {
			t.Error(err)
		}
		begun := time.Now()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := b.Wait(t.Context(), 5); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		b.Ring(6)
		wg.Wait()
		same(t, time.Since(begun), 0)
		b.Ring(3) // heard late: the head does not go back
		same(t, b.Head(), 6)

		if err := b.Wait(t.Context(), 6); err != nil {
			t.Error(err)
		}
		same(t, time.Since(begun), groupcommit.Patience)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := b.Wait(ctx, 6); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait: %v, want DeadlineExceeded", err)
		}
		b.Close()
		if err := b.Wait(t.Context(), 0); !errors.Is(err, eventstore.ErrClosed) {
			t.Errorf("Wait: %v, want ErrClosed", err)
		}
	})
}

// Many callers at once: each gets the answer to its own append.
func TestEachCallerGetsItsOwnAnswer(t *testing.T) {
	var mu sync.Mutex
	places := map[string]eventstore.Position{}
	head := eventstore.Position(0)
	c := groupcommit.New(nil, func(batch []eventstore.Append, outcomes []groupcommit.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		for i, a := range batch {
			head++
			places[a.Writes[0].Stream.ID()] = head
			outcomes[i].Result.First = head
		}
	})
	defer c.Close()
	var wg sync.WaitGroup
	for caller := range 32 {
		wg.Go(func() {
			for i := range 100 {
				name := fmt.Sprintf("%d.%d", caller, i)
				r, err := c.Append(t.Context(), named("good-"+name))
				mu.Lock()
				want := places[name]
				mu.Unlock()
				if err != nil || r.First != want {
					t.Errorf("append %s is answered %d, %v; it is at %d", name, r.First, err, want)
				}
			}
		})
	}
	wg.Wait()
}

func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

package tail_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqlite"
	"gridcommand/eventstore/tail"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func TestStore(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) eventstore.Store{
		"memory": func(*testing.T) eventstore.Store { return memory.New(nil) },
		"SQLite": func(t *testing.T) eventstore.Store {
			s, err := sqlite.Open(t.Context(), t.TempDir(), nil)
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			eventstoretest.Run(t, func(t *testing.T) eventstore.Store { return tail.New(open(t), nil) })
		})
		t.Run(name+", hardly anything remembered", func(t *testing.T) {
			eventstoretest.Run(t, func(t *testing.T) eventstore.Store { return tail.New(open(t), &tail.Options{Facts: 3, Bytes: 300}) })
		})
	}
}

func TestStoreOverPostgres(t *testing.T) {
	eventstoretest.Run(t, func(t *testing.T) eventstore.Store {
		s, err := postgres.Open(t.Context(), postgrestest.URL(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		return tail.New(s, nil)
	})
}

// add appends n facts, one append each.
func add(t *testing.T, s eventstore.Store, n int) {
	t.Helper()
	for range n {
		a := eventstore.Append{Writes: []eventstore.Write{{Stream: "incident-1", Drafts: []eventstore.Draft{{Type: "a", At: noon, Data: []byte(`"0123456789"`)}}}}}
		if _, err := s.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
}

func made(t *testing.T, s eventstore.Store, o *tail.Options) *tail.Tail {
	t.Helper()
	shared := tail.New(s, o)
	t.Cleanup(func() { _ = shared.Close() })
	return shared
}

// limited makes what would hang fail.
func limited(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// until follows from a position until it has seen another, and calls each after each page.
func until(ctx context.Context, s eventstore.Store, after, to eventstore.Position, each func(eventstore.Position)) error {
	for page, err := range eventstore.Follow(ctx, s, after, 0) {
		if err != nil {
			return err
		}
		at := page[len(page)-1].Position
		if each != nil {
			each(at)
		}
		if at >= to {
			return nil
		}
	}
	return nil
}

// Two hundred followers read no more pages from the ledger than one does.
func TestManyFollowersCostOneReader(t *testing.T) {
	const facts = 100
	pages := func(t *testing.T, followers int) int64 {
		ctx := limited(t)
		s := made(t, memory.New(nil), nil)
		seen := make([]atomic.Int64, followers)
		var wg sync.WaitGroup
		moved := make(chan struct{}, 1)
		for i := range seen {
			wg.Go(func() {
				err := until(ctx, s, 0, facts, func(p eventstore.Position) {
					seen[i].Store(int64(p))
					select {
					case moved <- struct{}{}:
					default:
					}
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		for n := range facts {
			add(t, s, 1)
			for behind := true; behind && ctx.Err() == nil; { // all are at the head before the next
				behind = false
				for i := range seen {
					behind = behind || seen[i].Load() <= int64(n)
				}
				if behind {
					select {
					case <-moved:
					case <-ctx.Done():
					}
				}
			}
		}
		wg.Wait()
		shared, alone := s.Reads()
		// A follower who starts late may have to look for the first fact itself.
		t.Logf("%d followers of %d facts: %d pages read together, %d alone", followers, facts, shared, alone)
		return shared + max(0, alone-int64(followers))
	}
	one, many := pages(t, 1), pages(t, 200)
	// Each fact is found by one reading; another may find that there is no more yet.
	if most := int64(3*facts + 20); one > most || many > most {
		t.Errorf("one follower needs %d pages, 200 need %d, want at most %d", one, many, most)
	}
}

func TestASlowFollowerDelaysNobodyAndMissesNothing(t *testing.T) {
	const facts = 2000
	ctx := limited(t)
	s := made(t, memory.New(nil), &tail.Options{Facts: 50})
	add(t, s, 1)
	var wg sync.WaitGroup
	holding, release := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		err := until(ctx, s, 0, facts, func(p eventstore.Position) {
			if p == 1 {
				close(holding)
				<-release
			}
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holding
	for range 5 {
		wg.Go(func() {
			if err := until(ctx, s, 1, facts, nil); err != nil {
				t.Error(err)
			}
		})
	}
	quick := make(chan error)
	go func() { quick <- until(ctx, s, 1, facts, nil) }()
	add(t, s, facts-1)
	if err := <-quick; err != nil {
		t.Error(err)
	}
	if held, _ := tail.Remembered(s); held > 5*50+eventstore.DefaultPage {
		t.Errorf("%d facts are remembered for the sake of one follower", held)
	}
	close(release)
	wg.Wait()
}

// Followers start anywhere while others write, with so little remembered that they fall
// out and join again. Follow itself checks that no fact is missing.
func TestFollowersJoinAndFallBehindWithoutAGap(t *testing.T) {
	const facts = 1500
	ctx := limited(t)
	s := made(t, memory.New(nil), &tail.Options{Facts: 7, Bytes: 2000})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := until(ctx, s, eventstore.Position(i*40), facts, nil); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() { // one of those who look and wait by themselves
			after := eventstore.Position(i)
			for after < facts {
				page, err := s.Page(ctx, after, 1+i)
				if err == nil {
					err = eventstore.CheckDense(after, page)
				}
				if err == nil && len(page) == 0 {
					err = s.Wait(ctx, after)
				}
				if err != nil {
					t.Error(err)
					return
				}
				after += eventstore.Position(len(page))
			}
		})
	}
	add(t, s, facts)
	wg.Wait()
}

func TestWhatIsRememberedIsBounded(t *testing.T) {
	s := made(t, memory.New(nil), &tail.Options{Facts: 100, Bytes: 5000})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- until(ctx, s, 0, 1<<40, nil) }()
	for range 50 {
		add(t, s, 30)
		if _, err := s.Page(t.Context(), 0, 1); err != nil {
			t.Fatal(err)
		}
		facts, bytes := tail.Remembered(s)
		if facts > 4*100+2*eventstore.DefaultPage || bytes > 2*5000+eventstore.DefaultPage*150 {
			t.Fatalf("%d facts and %d bytes are held", facts, bytes)
		}
	}
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A reader that nobody has needed for long does not read what nobody waits for.
func TestTheReaderJumpsToTheHead(t *testing.T) {
	ctx := limited(t)
	under := memory.New(nil)
	s := made(t, under, &tail.Options{Facts: 10})
	add(t, s, 1)
	if err := until(ctx, s, 0, 1, nil); err != nil {
		t.Fatal(err)
	}
	add(t, under, 20_000)
	before, _ := s.Reads()
	next := make(chan error)
	go func() { next <- until(ctx, s, 20_001, 20_002, nil) }()
	add(t, s, 1)
	if err := <-next; err != nil {
		t.Fatal(err)
	}
	if after, _ := s.Reads(); after-before > 20 {
		t.Errorf("the reader read %d pages to be back at the head", after-before)
	}
}

// failing is a ledger whose pages cannot be read for a while.
type failing struct {
	*memory.Store
	broken atomic.Bool
}

var errBroken = errors.New("broken")

func (f *failing) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	if f.broken.Load() {
		return nil, errBroken
	}
	return f.Store.Page(ctx, after, limit)
}

func TestFollowersHearOfAFailureAndMayComeBack(t *testing.T) {
	ctx := limited(t)
	under := &failing{Store: memory.New(nil)}
	s := made(t, under, nil)
	add(t, s, 1)
	errs := make(chan error)
	for range 10 {
		go func() { errs <- until(ctx, s, 1, 2, nil) }()
	}
	under.broken.Store(true)
	add(t, s, 1)
	for range 10 {
		// One that looked before the failure has its fact.
		if err := <-errs; err != nil && !errors.Is(err, errBroken) {
			t.Errorf("a follower ends with %v", err)
		}
	}
	if _, err := s.Page(ctx, 2, 1); !errors.Is(err, errBroken) {
		t.Errorf("Page: %v", err)
	}
	under.broken.Store(false)
	for range 10 {
		go func() { errs <- until(ctx, s, 1, 2, nil) }()
	}
	for range 10 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestCloseWakesFollowers(t *testing.T) {
	s := tail.New(memory.New(nil), nil)
	add(t, s, 3)
	errs := make(chan error)
	seen := make(chan struct{})
	for range 10 {
		go func() {
			errs <- until(context.WithoutCancel(t.Context()), s, 0, 9, func(eventstore.Position) { seen <- struct{}{} })
		}()
		<-seen
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for range 10 {
		if err := <-errs; !errors.Is(err, eventstore.ErrClosed) {
			t.Errorf("a follower ends with %v, want ErrClosed", err)
		}
	}
}

func BenchmarkFollowers(b *testing.B) {
	for _, followers := range []int{1, 200} {
		b.Run(fmt.Sprint(followers), func(b *testing.B) {
			s := tail.New(memory.New(nil), nil)
			defer func() { _ = s.Close() }()
			ctx := b.Context()
			var wg sync.WaitGroup
			for range followers {
				wg.Go(func() {
					if err := until(ctx, s, 0, eventstore.Position(b.N), nil); err != nil {
						b.Error(err)
					}
				})
			}
			a := eventstore.Append{Writes: []eventstore.Write{{Stream: "incident-1", Drafts: []eventstore.Draft{{Type: "a", At: noon, Data: []byte("{}")}}}}}
			for range b.N {
				if _, err := s.Append(ctx, a); err != nil {
					b.Fatal(err)
				}
			}
			wg.Wait()
			shared, alone := s.Reads()
			b.ReportMetric(float64(shared)/float64(b.N), "shared/op")
			b.ReportMetric(float64(alone)/float64(b.N), "alone/op")
		})
	}
}

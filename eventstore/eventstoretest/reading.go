package eventstoretest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gridcommand/eventstore"
)

func pages(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-1", 10))
	for _, c := range []struct {
		after       eventstore.Position
		limit       int
		first, last eventstore.Position
	}{
		{0, 3, 1, 3}, {3, 3, 4, 6}, {9, 3, 10, 10}, {0, 10, 1, 10}, {0, 1000, 1, 10}, {2, 0, 3, 10}, {10, 5, 0, 0}, {99, 5, 0, 0}, {-5, 2, 1, 2},
	} {
		page, err := s.Page(t.Context(), c.after, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if c.first == 0 {
			same(t, fmt.Sprintf("size of page after %d", c.after), len(page), 0)
			continue
		}
		if len(page) != int(c.last-c.first+1) || page[0].Position != c.first || page[len(page)-1].Position != c.last {
			t.Errorf("page after %d of at most %d: %d facts, want %d to %d", c.after, c.limit, len(page), c.first, c.last)
		}
	}
}

// seenStaysSeen reads to the end again and again while others append: neither the
// head nor a page may go back behind what was read a moment before.
func seenStaysSeen(t *testing.T, s eventstore.Store) {
	ctx := bounded(t)
	var writers sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			for i := range 60 {
				if _, err := s.Append(ctx, one(eventstore.Stream(fmt.Sprintf("incident-%d-%d", w, i)), 1)); err != nil {
					t.Errorf("append: %v", err)
					return
				}
			}
		})
	}
	go func() { writers.Wait(); close(done) }()
	seen := eventstore.Position(0)
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		page, err := s.Page(ctx, max(seen-1, 0), 10)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(page); n > 0 {
			seen = max(seen, page[n-1].Position)
		}
		head, err := s.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Page(ctx, seen-1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if seen > 0 && (head < seen || len(again) == 0) {
			t.Fatalf("position %d was read, but the head is %d and a page from there has %d facts", seen, head, len(again))
		}
	}
	<-done
}

func longStream(t *testing.T, s eventstore.Store) {
	const n = 2*eventstore.DefaultPage + 3
	for v := 0; v < n; v += 205 {
		mustAppend(t, s, one("incident-1", min(205, n-v)))
		mustAppend(t, s, one("incident-2", 1))
	}
	for _, after := range []eventstore.Version{0, 1, eventstore.DefaultPage, n - 1, n, n + 5} {
		facts := stream(t, s, "incident-1", after)
		same(t, fmt.Sprintf("facts after version %d", after), len(facts), max(n-int(after), 0))
		for i, r := range facts {
			if r.Version != after+eventstore.Version(i)+1 || r.Stream != "incident-1" {
				t.Fatalf("fact %d after version %d is %s at version %d", i, after, r.Stream, r.Version)
			}
		}
	}
}

func readerStops(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-1", 1200))
	for range 50 {
		for r, err := range s.Read(t.Context(), "incident-1", 0) {
			if err != nil {
				t.Fatal(err)
			}
			mustAppend(t, s, one("incident-2", 1))
			if r.Version == 2 {
				break
			}
		}
	}
	same(t, "facts", len(everything(t, s)), 1300)
}

func tail(t *testing.T, s eventstore.Store) {
	missed, err := Missed(bounded(t), s, 8, 40)
	if err != nil {
		t.Fatal(err)
	}
	if len(missed) > 0 {
		t.Errorf("the reader missed %d facts, first at position %d", len(missed), missed[0])
	}
}

// Missed has writers append `each` facts to s, one at a time, while a tailing
// reader asks again and again for what comes after the last fact it saw. It
// returns the positions of the facts that are in the ledger afterwards and that
// the reader never saw. A true ledger has none.
//
// The reader is the loop of [eventstore.Follow] without its check for holes, so
// that it shows what a trusting reader would lose.
func Missed(ctx context.Context, s eventstore.Store, writers, each int) ([]eventstore.Position, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	start, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() {
			for i := 0; i < each && errs[w] == nil; i++ {
				_, errs[w] = s.Append(ctx, one(eventstore.StreamOf("writer", fmt.Sprint(w)), 1))
			}
		})
	}
	written := make(chan struct{})
	go func() {
		wg.Wait()
		close(written)
	}()

	seen := map[eventstore.Position]bool{}
	readErr := tailUntil(ctx, s, start, written, seen)
	if readErr != nil {
		cancel()
	}
	<-written
	if err := errors.Join(append(errs, readErr)...); err != nil {
		return nil, err
	}
	var missed []eventstore.Position
	all, err := whole(ctx, s)
	for _, r := range all {
		if r.Position > start && !seen[r.Position] {
			missed = append(missed, r.Position)
		}
	}
	return missed, err
}

// tailUntil notes every position it sees; once written is closed it reads to
// the head and returns.
func tailUntil(ctx context.Context, s eventstore.Store, after eventstore.Position, written <-chan struct{}, seen map[eventstore.Position]bool) error {
	for last := false; ; {
		page, err := s.Page(ctx, after, 16)
		if err != nil {
			return err
		}
		for _, r := range page {
			seen[r.Position] = true
			after = r.Position
		}
		if len(page) > 0 {
			continue
		}
		if last {
			return nil
		}
		select {
		case <-written:
			last = true
		default:
			if err := s.Wait(ctx, after); err != nil {
				return err
			}
		}
	}
}

func follow(t *testing.T, s eventstore.Store) {
	const before, writers, each = 300, 4, 30
	ctx := bounded(t)
	mustAppend(t, s, one("incident-before", before))
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range each {
				if _, err := s.Append(t.Context(), one(eventstore.StreamOf("incident", fmt.Sprint(w)), 2)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	after := eventstore.Position(100)
	for page, err := range eventstore.Follow(ctx, s, after, 7) {
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 || len(page) > 7 {
			t.Fatalf("a page of %d facts", len(page))
		}
		if err := eventstore.CheckDense(after, page); err != nil {
			t.Fatal(err)
		}
		after = page[len(page)-1].Position
		if after == before+writers*each*2 {
			break
		}
	}
	wg.Wait()
}

func waits(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-1", 1))
	if err := s.Wait(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	// Every waiter wakes, by the append or by its own patience; none hangs.
	ctx := bounded(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for {
				if err := s.Wait(ctx, 1); err != nil {
					t.Error(err)
					return
				}
				if head, err := s.Head(t.Context()); head > 1 || err != nil {
					return
				}
			}
		})
	}
	mustAppend(t, s, one("incident-1", 1))
	wg.Wait()
}

func cancelled(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-1", 1))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Append(ended, one("incident-2", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("Append: %v, want context.Canceled", err)
	}
	same(t, "head", mustHead(t, s), 1)
	if err := s.Wait(ended, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v, want context.Canceled", err)
	}
	if _, err := s.Page(ended, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Page: %v, want context.Canceled", err)
	}
	for _, err := range s.Read(ended, "incident-1", 0) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Read: %v, want context.Canceled", err)
		}
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pages := 0
	for page, err := range eventstore.Follow(ctx, s, 0, 0) {
		if pages++; pages == 1 {
			same(t, "first page", len(page), 1)
			cancel() // it is now about to wait for more
			continue
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Follow: %v, want context.Canceled", err)
		}
	}
	same(t, "steps of Follow", pages, 2)
}

func closed(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, one("incident-1", 1))
	waiting := make(chan error)
	go func() {
		var err error
		for err == nil {
			err = s.Wait(context.WithoutCancel(t.Context()), 1)
		}
		waiting <- err
	}()
	if err := s.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if err := <-waiting; !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("Wait that was under way: %v, want ErrClosed", err)
	}
	_, appendErr := s.Append(t.Context(), one("incident-1", 1))
	_, _, lookupErr := s.Lookup(t.Context(), eventstore.Key{Scope: "suite", ID: "k"})
	_, pageErr := s.Page(t.Context(), 0, 1)
	_, headErr := s.Head(t.Context())
	_, epochErr := s.Epoch(t.Context())
	var readErr error
	for _, readErr = range s.Read(t.Context(), "incident-1", 0) {
	}
	for what, err := range map[string]error{
		"Append": appendErr, "Lookup": lookupErr, "Page": pageErr, "Head": headErr, "Epoch": epochErr, "Read": readErr,
		"Wait": s.Wait(t.Context(), 0),
	} {
		if !errors.Is(err, eventstore.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", what, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

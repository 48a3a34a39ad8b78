package simulate

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"gridcommand/eventstore"

	"github.com/google/go-cmp/cmp"
)

var (
	seeds = flag.Uint64("seeds", usual, "how many seeds TestSeeds plays")
	from  = flag.Uint64("from", 1, "the first of them")
	seed  = flag.Uint64("seed", 0, "the one seed that TestSeed plays")
)

// TestSeed plays one seed again and tells its story.
func TestSeed(t *testing.T) {
	n := max(*seed, 1)
	report, err := Run(t.Context(), n, t.TempDir(), nil)
	t.Logf("%v", report)
	if err != nil {
		t.Error(err)
	}
}

func TestSeeds(t *testing.T) {
	var next atomic.Uint64
	var wg sync.WaitGroup
	var mu sync.Mutex
	var total Report
	failed := 0
	dir := t.TempDir()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for t.Context().Err() == nil {
				n := next.Add(1) - 1
				if n >= *seeds {
					return
				}
				n += *from
				here := filepath.Join(dir, fmt.Sprint(n))
				report, err := Run(t.Context(), n, here, nil)
				_ = os.RemoveAll(here)
				mu.Lock()
				total.add(report)
				if err != nil {
					if failed++; failed <= 5 {
						t.Errorf("%v\nagain: go test ./eventstore/simulate -run 'TestSeed$' -seed %d", err, n)
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("%d seeds, %d failed: %v", *seeds, failed, total)
}

func TestTheSameSeedIsTheSameRun(t *testing.T) {
	for n := range uint64(min(8, usual/5)) {
		first, err := Run(t.Context(), n+1000, filepath.Join(t.TempDir(), "run"), nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Run(t.Context(), n+1000, filepath.Join(t.TempDir(), "run"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(first, again); d != "" {
			t.Errorf("seed %d, first and second run:\n%s", n+1000, d)
		}
	}
}

// The negative controls: something wrong stands before the ledger, and a run finds it.
type wrong struct {
	eventstore.Store
	append func(ctx context.Context, s eventstore.Store, a eventstore.Append) (eventstore.Result, error)
	lookup bool // keys are never known
}

func (w wrong) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	if w.append == nil {
		return w.Store.Append(ctx, a)
	}
	return w.append(ctx, w.Store, a)
}

func (w wrong) Lookup(ctx context.Context, k eventstore.Key) (eventstore.Result, bool, error) {
	if w.lookup {
		return eventstore.Result{}, false, nil
	}
	return w.Store.Lookup(ctx, k)
}

func TestWhatIsWrongIsFoundOut(t *testing.T) {
	for what, bad := range map[string]wrong{
		"keys are forgotten": {lookup: true, append: func(ctx context.Context, s eventstore.Store, a eventstore.Append) (eventstore.Result, error) {
			a.Key = eventstore.Key{}
			return s.Append(ctx, a)
		}},
		"expectations are not judged": {append: func(ctx context.Context, s eventstore.Store, a eventstore.Append) (eventstore.Result, error) {
			a.Writes = slices.Clone(a.Writes)
			for i := range a.Writes {
				a.Writes[i].Expect = eventstore.Any
			}
			return s.Append(ctx, a)
		}},
		"some that are refused are stored": {append: func(ctx context.Context, s eventstore.Store, a eventstore.Append) (eventstore.Result, error) {
			r, err := s.Append(ctx, a)
			if errors.Is(err, eventstore.ErrConflict) {
				loose := a
				loose.Writes = []eventstore.Write{{Stream: a.Writes[0].Stream, Drafts: a.Writes[0].Drafts}}
				_, _ = s.Append(ctx, loose)
			}
			return r, err
		}},
		"answers come before the facts are stored": {append: func(ctx context.Context, s eventstore.Store, a eventstore.Append) (eventstore.Result, error) {
			r, err := s.Append(ctx, a)
			if err != nil && !errors.Is(err, eventstore.ErrConflict) {
				head, _ := s.Head(ctx)
				return eventstore.Result{First: head + 1, Last: head + 1, Stream: a.Writes[0].Stream, Version: 1}, nil
			}
			return r, err
		}},
	} {
		t.Run(what, func(t *testing.T) {
			for n := range uint64(40) {
				o := &Options{Wrap: func(s eventstore.Store) eventstore.Store { w := bad; w.Store = s; return w }}
				if _, err := Run(t.Context(), n+1, filepath.Join(t.TempDir(), "run"), o); err != nil {
					failure, ok := errors.AsType[*Failure](err)
					if !ok {
						t.Fatal(err)
					}
					t.Logf("seed %d: %s", failure.Seed, failure.What)
					return
				}
			}
			t.Error("40 seeds found nothing")
		})
	}
}

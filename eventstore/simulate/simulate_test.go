package simulate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seeds = flag.Uint64("seeds", 300, "how many seeds TestSeeds plays")
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

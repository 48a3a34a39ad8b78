package eventstore

import (
	"context"
	"encoding/json"
	"fmt"
)

// A Report says what [Verify] saw.
type Report struct {
	Epoch   string
	Head    Position // the last fact looked at
	Facts   int64
	Streams int64
	Faults  []Fault // empty in a sound ledger; at most MaxFaults
	More    bool    // there are more faults than are listed
}

// MaxFaults bounds how many faults a Report lists.
const MaxFaults = 100

// Sound tells whether nothing was wrong.
func (r Report) Sound() bool { return len(r.Faults) == 0 }

// A Fault is something wrong at one place of the ledger.
type Fault struct {
	Position Position
	Stream   Stream
	What     string
}

func (f Fault) String() string {
	return fmt.Sprintf("position %d, stream %s: %s", f.Position, f.Stream, f.What)
}

// Verify walks the ledger from its first fact to the head it had at the call
// and checks what the package promises: positions are 1, 2, 3, …; the versions of
// each stream are 1, 2, 3, … in the order of positions; data is JSON. It keeps
// one number per stream in memory. The error is about reading; what is wrong
// with the ledger is in the Report.
func Verify(ctx context.Context, s Store) (Report, error) {
	var r Report
	var err error
	if r.Epoch, err = s.Epoch(ctx); err != nil {
		return r, fmt.Errorf("verify: %w", err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		return r, fmt.Errorf("verify: %w", err)
	}
	versions := map[Stream]Version{}
	for r.Head < head {
		page, err := s.Page(ctx, r.Head, DefaultPage)
		if err != nil {
			return r, fmt.Errorf("verify: %w", err)
		}
		if len(page) == 0 {
			r.fault(Fault{Position: r.Head + 1, What: fmt.Sprintf("missing, though the head is %d", head)})
			break
		}
		for _, fact := range page {
			if fact.Position > head {
				break
			}
			r.check(fact, versions)
		}
	}
	r.Streams = int64(len(versions))
	return r, nil
}

func (r *Report) check(fact Record, versions map[Stream]Version) {
	at := Fault{Position: fact.Position, Stream: fact.Stream}
	if want := r.Head + 1; fact.Position != want {
		at.What = fmt.Sprintf("position %d was expected here", want)
		r.fault(at)
	}
	if want := versions[fact.Stream] + 1; fact.Version != want {
		at.What = fmt.Sprintf("version %d, expected %d", fact.Version, want)
		r.fault(at)
	}
	if !json.Valid(fact.Data) {
		at.What = "data is not JSON"
		r.fault(at)
	}
	versions[fact.Stream] = fact.Version
	r.Head = max(r.Head+1, fact.Position) // a repeated position must not keep us here
	r.Facts++
}

func (r *Report) fault(f Fault) {
	if len(r.Faults) == MaxFaults {
		r.More = true
		return
	}
	r.Faults = append(r.Faults, f)
}

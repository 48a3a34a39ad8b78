package patrol

import (
	"math"
	"time"

	"github.com/paulmach/orb"
)

// A Visit is a stay in one grid.
type Visit struct {
	Grid     string
	From, To time.Time // of its first and last fix
	Fixes    int
}

// Visits cuts the fixes of one day, by time, into stays. A fix whose accuracy names
// no grid neither makes a stay nor ends one; a fix in another grid does end it, and so
// does a gap.
func Visits(fixes []Fix, p Policy) []Visit {
	var all []Visit
	for _, f := range fixes {
		if f.Grid == "" || f.AccuracyM > p.DoubtMeters {
			continue
		}
		if n := len(all); n > 0 && all[n-1].Grid == f.Grid && f.At.Sub(all[n-1].To) <= p.Gap {
			all[n-1].To = f.At
			all[n-1].Fixes++
			continue
		}
		all = append(all, Visit{Grid: f.Grid, From: f.At, To: f.At, Fixes: 1})
	}
	return all
}

// A Fault is what is wrong with one fix.
type Fault struct {
	Fix    int    // its place in the batch
	Field  string // "at" or "accuracy_m"; empty: the fix as a whole
	Code   string
	Detail string
}

// Judge says which fixes of a batch no device can have measured: those of the future,
// those too old, those measured so badly that they say nothing, those of a device that
// flew.
func Judge(fixes []Fix, now time.Time, p Policy) []Fault {
	var faults []Fault
	for i, f := range fixes {
		switch {
		case f.At.After(now.Add(p.Ahead)):
			faults = append(faults, Fault{i, "at", "in_the_future", "lies in the future"})
		case f.At.Before(now.Add(-p.Oldest)):
			faults = append(faults, Fault{i, "at", "too_old", "lies too far back"})
		}
		if math.IsNaN(f.AccuracyM) || f.AccuracyM > p.AbsurdMeters {
			faults = append(faults, Fault{i, "accuracy_m", "absurd", "says nothing of where it was"})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	order := merge(nil, fixes)
	for i := 1; i < len(order); i++ {
		a, b := order[i-1], order[i]
		seconds := b.At.Sub(a.At).Seconds()
		if slack := Distance(a.Point, b.Point) - a.AccuracyM - b.AccuracyM - 100; seconds > 0 && slack/seconds > p.LongestStride {
			at := 0
			for j, f := range fixes {
				if f.At.Equal(b.At) {
					at = j
				}
			}
			faults = append(faults, Fault{at, "", "absurd", "is farther from the one before than anybody gets"})
		}
	}
	return faults
}

// Distance returns the metres between two points, a few kilometres apart at most.
func Distance(a, b orb.Point) float64 {
	const degree = 111_195 // metres in a degree of latitude, on the sphere of 6,371 km
	dx := (b[0] - a[0]) * math.Cos((a[1]+b[1])/2*math.Pi/180)
	dy := b[1] - a[1]
	return math.Hypot(dx, dy) * degree
}

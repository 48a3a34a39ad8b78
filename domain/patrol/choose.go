package patrol

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// A Walker is an inspector who might go and look.
type Walker struct {
	Person string
	Name   string
	Grids  []string // that are theirs; none: the whole community
	On     bool     // on duty
	Last   *Fix     // where they were last; nil: not known
}

// A Site is where somebody has to go.
type Site struct {
	Grid  string
	Point *orb.Point // nil: unplaced
}

// Choose says who goes: of those whose grid it is, else of those who walk the whole
// community, else of all; somebody on duty before others, the nearest of several by
// their last fix, then by account. Not those barred, who handled it. False: nobody is left.
func Choose(site Site, walkers []Walker, barred []string, now time.Time, p Policy) (Walker, string, bool) {
	left := slices.DeleteFunc(slices.Clone(walkers), func(w Walker) bool { return slices.Contains(barred, w.Person) })
	if len(left) == 0 {
		return Walker{}, "", false
	}
	class := func(w Walker) int {
		switch {
		case slices.Contains(w.Grids, site.Grid) && site.Grid != "":
			return 0
		case len(w.Grids) == 0:
			return 1
		}
		return 2
	}
	away := func(w Walker) float64 {
		if w.Last == nil || site.Point == nil || now.Sub(w.Last.At) > p.StaleAfter || !w.On {
			return -1
		}
		return Distance(w.Last.Point, *site.Point)
	}
	best := slices.MinFunc(left, func(a, b Walker) int {
		onFirst := func(w Walker) int {
			if w.On {
				return 0
			}
			return 1
		}
		// Whoever's whereabouts are known comes before those of whom nothing is.
		far := func(w Walker) float64 {
			if d := away(w); d >= 0 {
				return d
			}
			return 1e9
		}
		return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(onFirst(a), onFirst(b)), cmp.Compare(far(a), far(b)), cmp.Compare(a.Person, b.Person))
	})
	return best, reasonFor(class(best), best.On, away(best), len(left)), true
}

func reasonFor(class int, on bool, away float64, of int) string {
	why := [...]string{"本格网格员", "本村（社区）网格员", "本村（社区）其他网格的网格员"}[class]
	if on {
		why += "，在岗"
	} else {
		why += "，不在岗"
	}
	if away >= 0 && of > 1 {
		why += fmt.Sprintf("，距现场最近（%.0f 米）", away)
	}
	return why
}

package basegrid

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Overlaps and gaps smaller than this come from rounding and are no faults.
const toleratedM2 = 1.0

// survey finds where grids overlap and where they leave gaps between them.
//
// It cuts the plane into level slabs at the latitudes of all vertices, and a
// slab again where edges cross in it. In what is left the edges stand side by
// side without touching, like fence posts; walking along them from west to east
// says which grids cover each trapezoid between two posts:
//
//	──────────────────────────── next vertex
//	   /      |    \     |
//	  /   A   | A+B \  B |  gap   (C …
//	 /        |      \   |
//	──────────────────────────── this vertex
//
// Trapezoids that nobody covers are joined with those above and below; what
// cannot get out to the open is a gap.
func survey(ground [][][]Vertex) []Fault {
	s := newSurvey(ground)
	for s.next() {
		s.slab(s.low, s.high, 0)
	}
	return s.faults()
}

// A post is an edge as the survey sees it, from its lower to its upper end.
type post struct {
	from, to Vertex
	feature  int
	enters   bool // walking east across it, one comes into the feature
}

func (p post) at(y float64) float64 {
	t := (y - float64(p.from.Y)) / float64(p.to.Y-p.from.Y)
	return float64(p.from.X) + t*float64(p.to.X-p.from.X)
}

type surveyor struct {
	origin Vertex
	posts  []post // by their lower end
	levels []int64
	level  int
	used   int
	active []post

	low, high float64
	overlaps  map[[2]int]float64 // lattice units²

	voids  []void // all trapezoids that nobody covers
	parent []int  // of voids, joined into gaps
	below  []int  // voids of the last slab
}

// A void is a trapezoid that nobody covers, or the open at the end of a slab.
type void struct {
	bottom, top [2]float64 // west and east end
	area        float64
	feature     int // to its west, -1 in the open
	middle      Vertex
}

const open = 0 // the void that stands for everything outside

func newSurvey(ground [][][]Vertex) *surveyor {
	s := &surveyor{overlaps: make(map[[2]int]float64), voids: []void{{feature: -1}}, parent: []int{open}}
	for f, rings := range ground {
		for _, ring := range rings {
			if s.origin == (Vertex{}) {
				s.origin = ring[0]
			}
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				a = Vertex{a.X - s.origin.X, a.Y - s.origin.Y}
				b = Vertex{b.X - s.origin.X, b.Y - s.origin.Y}
				s.levels = append(s.levels, a.Y)
				// The ground is on the left: east of an edge that runs down.
				switch {
				case a.Y < b.Y:
					s.posts = append(s.posts, post{a, b, f, false})
				case a.Y > b.Y:
					s.posts = append(s.posts, post{b, a, f, true})
				}
			}
		}
	}
	slices.Sort(s.levels)
	s.levels = slices.Compact(s.levels)
	slices.SortFunc(s.posts, func(a, b post) int { return cmp.Compare(a.from.Y, b.from.Y) })
	return s
}

// next moves on to the slab between the next two levels.
func (s *surveyor) next() bool {
	if s.level+1 >= len(s.levels) {
		return false
	}
	low, high := s.levels[s.level], s.levels[s.level+1]
	s.level++
	s.active = slices.DeleteFunc(s.active, func(p post) bool { return p.to.Y <= low })
	for ; s.used < len(s.posts) && s.posts[s.used].from.Y <= low; s.used++ {
		s.active = append(s.active, s.posts[s.used])
	}
	s.low, s.high = float64(low), float64(high)
	return true
}

// slab walks along the posts between two latitudes, in parts if posts cross.
func (s *surveyor) slab(low, high float64, depth int) {
	middle := (low + high) / 2
	slices.SortFunc(s.active, func(a, b post) int { return cmp.Compare(a.at(middle), b.at(middle)) })
	if cut, ok := s.crossing(low, high); ok && depth < 12 {
		s.slab(low, cut, depth+1)
		s.slab(cut, high, depth+1)
		return
	}
	var now []void
	var inside []int
	last, lastFeature := post{}, -1
	for i, p := range s.active {
		if i > 0 {
			width := (p.at(low) + p.at(high) - last.at(low) - last.at(high)) / 2
			area := width * (high - low)
			switch {
			case len(inside) == 0 && max(p.at(low)-last.at(low), p.at(high)-last.at(high)) > near:
				now = append(now, void{
					bottom: [2]float64{last.at(low), p.at(low)}, top: [2]float64{last.at(high), p.at(high)},
					area: area, feature: lastFeature,
					middle: Vertex{int64((last.at(middle) + p.at(middle)) / 2), int64(middle)},
				})
			case len(inside) > 1:
				for j, f := range inside {
					for _, g := range inside[:j] {
						s.overlaps[[2]int{min(f, g), max(f, g)}] += area
					}
				}
			}
		}
		if p.enters {
			inside = append(inside, p.feature)
		} else if k := slices.Index(inside, p.feature); k >= 0 {
			inside = slices.Delete(inside, k, k+1)
		} else {
			// Two neighbours share this post and the one who leaves was sorted
			// first: take back the entry that is still to come.
			inside = append(inside, ^p.feature)
		}
		inside = settled(inside)
		last, lastFeature = p, p.feature
	}
	s.join(now, low == s.low && s.level == 1)
}

// settled lets an entry and an exit of the same feature cancel, whichever came
// first.
func settled(inside []int) []int {
	for i, f := range inside {
		if k := slices.Index(inside, ^f); k >= 0 {
			inside = slices.Delete(inside, max(i, k), max(i, k)+1)
			return slices.Delete(inside, min(i, k), min(i, k)+1)
		}
	}
	return inside
}

// crossing returns a latitude inside the slab at which two neighbouring posts
// cross, if any do by more than rounding.
func (s *surveyor) crossing(low, high float64) (float64, bool) {
	if high-low < 2 {
		return 0, false
	}
	for i := 1; i < len(s.active); i++ {
		a, b := s.active[i-1], s.active[i]
		below, above := b.at(low)-a.at(low), b.at(high)-a.at(high)
		if below < -1 || above < -1 { // the order in the middle does not hold at an end
			if t := below / (below - above); t > 0.001 && t < 0.999 {
				return low + t*(high-low), true
			}
			return (low + high) / 2, true
		}
	}
	return 0, false
}

// join adds the voids of a slab and joins them with those of the slab below
// where they meet. The open lies to the west and east of all posts, and below
// the first slab and above the last.
func (s *surveyor) join(now []void, first bool) {
	var ids []int
	for _, v := range now {
		id := len(s.voids)
		s.voids = append(s.voids, v)
		s.parent = append(s.parent, id)
		ids = append(ids, id)
		if first {
			s.unite(id, open)
		}
		west, east := s.reach(s.below, v.bottom)
		for _, b := range s.below {
			if min(v.bottom[1], s.voids[b].top[1])-max(v.bottom[0], s.voids[b].top[0]) > near {
				s.unite(id, b)
			}
		}
		if west || east {
			s.unite(id, open)
		}
	}
	s.touchOpen(ids)
	s.below = ids
	s.remember()
}

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
	s := newSurveyor(ground)
	for k := range len(s.levels) - 1 {
		s.activate(s.levels[k])
		s.slab(float64(s.levels[k]), float64(s.levels[k+1]), 0)
	}
	for _, v := range s.below {
		s.join(v, open)
	}
	return s.faults()
}

// A post is an edge as the survey sees it, from its lower to its upper end.
type post struct {
	from, to Vertex
	feature  int
}

func (p post) at(y float64) float64 {
	t := (y - float64(p.from.Y)) / float64(p.to.Y-p.from.Y)
	return float64(p.from.X) + t*float64(p.to.X-p.from.X)
}

// A span is a stretch of a level, from west to east.
type span [2]float64

// meets reports whether spans share more than rounding can explain.
func (s span) meets(t span) bool { return min(s[1], t[1])-max(s[0], t[0]) > near }

// within reports whether s stays between the ends of t.
func (s span) within(t span) bool { return s[0] >= t[0]-near && s[1] <= t[1]+near }

// A void is a trapezoid that nobody covers.
type void struct {
	bottom, top span
	area        float64 // lattice units²
	feature     int     // to its west
	middle      Vertex
}

const open = 0 // the void that stands for everything outside

type surveyor struct {
	origin Vertex
	posts  []post // by their lower end
	levels []int64
	used   int    // posts that have been active
	active []post // those in the present slab

	overlaps map[[2]int]float64 // lattice units²
	voids    []void
	parent   []int // of each void; voids of one gap have one root
	below    []int // voids of the slab below
	covered  span  // from the first to the last post, at the top of the slab below
}

var nothing = span{math.Inf(1), math.Inf(-1)}

func newSurveyor(ground [][][]Vertex) *surveyor {
	s := &surveyor{
		origin: ground[0][0][0], overlaps: make(map[[2]int]float64),
		voids: make([]void, 1), parent: []int{open}, covered: nothing,
	}
	for f, rings := range ground {
		for _, ring := range rings {
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				a = Vertex{a.X - s.origin.X, a.Y - s.origin.Y}
				b = Vertex{b.X - s.origin.X, b.Y - s.origin.Y}
				s.levels = append(s.levels, a.Y)
				if a.Y > b.Y {
					a, b = b, a
				}
				if a.Y != b.Y {
					s.posts = append(s.posts, post{a, b, f})
				}
			}
		}
	}
	slices.Sort(s.levels)
	s.levels = slices.Compact(s.levels)
	slices.SortStableFunc(s.posts, func(a, b post) int { return cmp.Compare(a.from.Y, b.from.Y) })
	return s
}

// activate leaves the posts of the slab that begins at a level.
func (s *surveyor) activate(low int64) {
	s.active = slices.DeleteFunc(s.active, func(p post) bool { return p.to.Y <= low })
	for ; s.used < len(s.posts) && s.posts[s.used].from.Y <= low; s.used++ {
		s.active = append(s.active, s.posts[s.used])
	}
}

// slab walks along the posts between two latitudes, in parts if posts cross.
func (s *surveyor) slab(low, high float64, depth int) {
	middle := (low + high) / 2
	slices.SortStableFunc(s.active, func(a, b post) int { return cmp.Compare(a.at(middle), b.at(middle)) })
	if cut, ok := s.crossing(low, high); ok && depth < 12 {
		s.slab(low, cut, depth+1)
		s.slab(cut, high, depth+1)
		return
	}
	var voids []void
	var inside []int // the features that cover the place, each crossed an odd number of times
	for i, p := range s.active {
		if i > 0 {
			last := s.active[i-1]
			v := void{
				bottom: span{last.at(low), p.at(low)}, top: span{last.at(high), p.at(high)}, feature: last.feature,
				middle: Vertex{int64((last.at(middle)+p.at(middle))/2) + s.origin.X, int64(middle) + s.origin.Y},
			}
			v.area = (v.bottom[1] - v.bottom[0] + v.top[1] - v.top[0]) / 2 * (high - low)
			if len(inside) == 0 && max(v.bottom[1]-v.bottom[0], v.top[1]-v.top[0]) > near {
				voids = append(voids, v)
			}
			for j, f := range inside {
				for _, g := range inside[:j] {
					s.overlaps[[2]int{min(f, g), max(f, g)}] += v.area
				}
			}
		}
		if k := slices.Index(inside, p.feature); k >= 0 {
			inside = slices.Delete(inside, k, k+1)
		} else {
			inside = append(inside, p.feature)
		}
	}
	s.stack(voids, low, high)
}

// crossing returns a latitude inside the slab at which neighbouring posts
// cross, if any do by more than rounding: their order in the middle does not
// hold at an end.
func (s *surveyor) crossing(low, high float64) (float64, bool) {
	if high-low < 2 {
		return 0, false
	}
	for i := 1; i < len(s.active); i++ {
		a, b := s.active[i-1], s.active[i]
		below, above := b.at(low)-a.at(low), b.at(high)-a.at(high)
		if below >= -1 && above >= -1 {
			continue
		}
		if t := below / (below - above); t > 0.001 && t < 0.999 {
			return low + t*(high-low), true
		}
		return (low + high) / 2, true
	}
	return 0, false
}

// stack puts the voids of a slab on those of the slab below. The open is to the
// west and east of all posts.
func (s *surveyor) stack(voids []void, low, high float64) {
	bottom, top := nothing, nothing
	if n := len(s.active); n > 0 {
		bottom = span{s.active[0].at(low), s.active[n-1].at(low)}
		top = span{s.active[0].at(high), s.active[n-1].at(high)}
	}
	var ids []int
	for _, v := range voids {
		id := len(s.voids)
		s.voids = append(s.voids, v)
		s.parent = append(s.parent, id)
		ids = append(ids, id)
		if v.bottom[1]-v.bottom[0] > near && !v.bottom.within(s.covered) {
			s.join(id, open)
		}
		for _, b := range s.below {
			if v.bottom.meets(s.voids[b].top) {
				s.join(id, b)
			}
		}
	}
	for _, b := range s.below {
		if t := s.voids[b].top; t[1]-t[0] > near && !t.within(bottom) {
			s.join(b, open)
		}
	}
	s.below, s.covered = ids, top
}

func (s *surveyor) root(v int) int {
	for s.parent[v] != v {
		s.parent[v] = s.parent[s.parent[v]]
		v = s.parent[v]
	}
	return v
}

// join makes two voids one gap; the open stays the root.
func (s *surveyor) join(v, w int) {
	v, w = s.root(v), s.root(w)
	s.parent[max(v, w)] = min(v, w)
}

func (s *surveyor) faults() []Fault {
	const metersOfUnit = 110770.0 / Lattice
	lat := float64(s.origin.Y) / Lattice * math.Pi / 180
	m2 := metersOfUnit * metersOfUnit * math.Cos(lat)

	var faults []Fault
	for _, pair := range slices.SortedFunc(maps.Keys(s.overlaps), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		if area := s.overlaps[pair] * m2; area > toleratedM2 {
			faults = append(faults, Fault{
				Feature: pair[0], Other: pair[1], Kind: "overlap", AreaM2: area,
				Detail: fmt.Sprintf("overlaps feature %d by %.0f m²", pair[1], area),
			})
		}
	}
	area := make(map[int]float64)
	widest := make(map[int]void)
	for id := range s.voids {
		r := s.root(id)
		area[r] += s.voids[id].area
		if v, ok := widest[r]; !ok || s.voids[id].area > v.area {
			widest[r] = s.voids[id]
		}
	}
	for _, r := range slices.Sorted(maps.Keys(area)) {
		if gap := area[r] * m2; r != open && gap > toleratedM2 {
			v := widest[r]
			p := v.middle.Point()
			faults = append(faults, Fault{
				Feature: v.feature, Other: -1, Kind: "gap", AreaM2: gap,
				Detail: fmt.Sprintf("a gap of %.0f m² lies beside it, around %.6f, %.6f", gap, p[0], p[1]),
			})
		}
	}
	return faults
}

package basegrid

import (
	"cmp"
	"math"
	"slices"
)

// An index finds edges or vertices near a place: they are listed by the square
// bins that their rectangle touches.
type index[T any] struct {
	bin  int64
	list map[Vertex][]T
}

// newIndex has bins about as large as an edge, and not so many along a side
// that one long edge among short ones would take for ever.
func newIndex[T any](rings [][]Vertex) *index[T] {
	var length float64
	n := int64(1)
	lo, hi := rings[0][0], rings[0][0]
	for _, ring := range rings {
		for i, v := range ring {
			w := ring[(i+1)%len(ring)]
			length += math.Hypot(float64(w.X-v.X), float64(w.Y-v.Y))
			n++
			lo = Vertex{min(lo.X, v.X), min(lo.Y, v.Y)}
			hi = Vertex{max(hi.X, v.X), max(hi.Y, v.Y)}
		}
	}
	bin := max(int64(length)/n, max(hi.X-lo.X, hi.Y-lo.Y)/1000, 1000)
	return &index[T]{bin: bin, list: make(map[Vertex][]T)}
}

func (x *index[T]) each(a, b Vertex, margin int64, do func(bin Vertex)) {
	for i := (min(a.X, b.X) - margin) / x.bin; i <= (max(a.X, b.X)+margin)/x.bin; i++ {
		for j := (min(a.Y, b.Y) - margin) / x.bin; j <= (max(a.Y, b.Y)+margin)/x.bin; j++ {
			do(Vertex{i, j})
		}
	}
}

// selfCrossing returns a place where a ring passes twice or rings cross. They
// may share a vertex: a hole may touch its shell in a corner.
func selfCrossing(rings [][]Vertex) (at Vertex, crosses bool) {
	x := newIndex[[2]Vertex](rings)
	for _, ring := range rings {
		seen := make(map[Vertex]bool, len(ring))
		for i, v := range ring {
			if seen[v] {
				return v, true
			}
			seen[v] = true
			e := [2]Vertex{v, ring[(i+1)%len(ring)]}
			x.each(e[0], e[1], 0, func(bin Vertex) {
				for _, f := range x.list[bin] {
					if !crosses && conflict(e, f) {
						at, crosses = v, true
					}
				}
				x.list[bin] = append(x.list[bin], e)
			})
			if crosses {
				return at, true
			}
		}
	}
	return at, false
}

// conflict reports whether two edges share a point that is not an end of both.
func conflict(e, f [2]Vertex) bool {
	if e == f || e[0] == f[1] && e[1] == f[0] {
		return false
	}
	for _, v := range e {
		if v != f[0] && v != f[1] && onSegment(f, v) {
			return true
		}
	}
	for _, v := range f {
		if v != e[0] && v != e[1] && onSegment(e, v) {
			return true
		}
	}
	a, b := Cross(e[0], e[1], f[0]), Cross(e[0], e[1], f[1])
	c, d := Cross(f[0], f[1], e[0]), Cross(f[0], f[1], e[1])
	return (a < 0 && b > 0 || a > 0 && b < 0) && (c < 0 && d > 0 || c > 0 && d < 0)
}

func onSegment(e [2]Vertex, v Vertex) bool {
	return Cross(e[0], e[1], v) == 0 && min(e[0].X, e[1].X) <= v.X && v.X <= max(e[0].X, e[1].X) &&
		min(e[0].Y, e[1].Y) <= v.Y && v.Y <= max(e[0].Y, e[1].Y)
}

// near is the distance in lattice units, about 2 cm, within which a vertex
// counts as lying on a neighbour's vertex or edge: surveyed files are rounded
// to centimetres.
const near = 200

// align makes neighbours share their edges vertex for vertex: vertices that are
// near each other become one, and a vertex near the edge of another grid is put
// into that edge. It changes the rings in place.
func align(ground [][][]Vertex) {
	var all [][]Vertex
	for _, rings := range ground {
		all = append(all, rings...)
	}
	x := newIndex[Vertex](all)
	one := make(map[Vertex]Vertex)
	merge := func(v Vertex) Vertex {
		if m, ok := one[v]; ok {
			return m
		}
		best := v
		x.each(v, v, near, func(bin Vertex) {
			for _, w := range x.list[bin] {
				if d := math.Hypot(float64(w.X-v.X), float64(w.Y-v.Y)); d <= near && best == v {
					best = w
				}
			}
		})
		if best == v {
			x.each(v, v, 0, func(bin Vertex) { x.list[bin] = append(x.list[bin], v) })
		}
		one[v] = best
		return best
	}
	for _, rings := range ground {
		for k, ring := range rings {
			for i, v := range ring {
				ring[i] = merge(v)
			}
			rings[k] = compacted(ring)
		}
	}
	for _, rings := range ground {
		for k, ring := range rings {
			var out []Vertex
			for i, v := range ring {
				out = append(out, v)
				out = append(out, between(x, v, ring[(i+1)%len(ring)])...)
			}
			rings[k] = out
		}
	}
}

// compacted drops vertices that have become equal to their neighbour.
func compacted(ring []Vertex) []Vertex {
	out := slices.Compact(ring)
	if n := len(out); n > 1 && out[0] == out[n-1] {
		out = out[:n-1]
	}
	return out
}

// between returns the indexed vertices near the edge from a to b, in order.
func between(x *index[Vertex], a, b Vertex) []Vertex {
	type stop struct {
		v   Vertex
		way float64
	}
	var stops []stop
	dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
	length2 := dx*dx + dy*dy
	x.each(a, b, near, func(bin Vertex) {
		for _, v := range x.list[bin] {
			if v == a || v == b || distance2(v, a, b) > near*near {
				continue
			}
			way := (float64(v.X-a.X)*dx + float64(v.Y-a.Y)*dy) / length2
			if way > 0 && way < 1 {
				stops = append(stops, stop{v, way})
			}
		}
	})
	slices.SortFunc(stops, func(s, t stop) int { return cmp.Compare(s.way, t.way) })
	var out []Vertex
	for _, s := range stops {
		out = append(out, s.v)
	}
	return out
}

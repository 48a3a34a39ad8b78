package basegrid

import (
	"math"

	"github.com/paulmach/orb"
)

// Lattice is the number of lattice units in a degree: a unit is a tenth of a
// millimetre. Differences within a district stay far below 2³¹, so that cross
// products of them are exact in an int64.
const Lattice = 1_000_000_000

// A Vertex is a point on the lattice: longitude and latitude (WGS-84) in units
// of 1/[Lattice] degree.
type Vertex struct{ X, Y int64 }

// VertexAt returns the lattice point nearest to p, which must be valid.
func VertexAt(p orb.Point) Vertex {
	return Vertex{int64(math.Round(p[0] * Lattice)), int64(math.Round(p[1] * Lattice))}
}

// Point returns v in degrees. VertexAt(v.Point()) is v again.
func (v Vertex) Point() orb.Point {
	return orb.Point{float64(v.X) / Lattice, float64(v.Y) / Lattice}
}

// Cross returns twice the signed area of the triangle o, a, b: positive when
// the turn from a to b, seen from o, is to the left.
func Cross(o, a, b Vertex) int64 {
	return (a.X-o.X)*(b.Y-o.Y) - (a.Y-o.Y)*(b.X-o.X)
}

// Area2 returns twice the signed area of a ring, positive when it runs
// counter-clockwise. The closing edge from last to first is implied.
func Area2(ring []Vertex) int64 {
	var sum int64
	for i := range ring {
		sum += Cross(ring[0], ring[i], ring[(i+1)%len(ring)])
	}
	return sum
}

// Whereabouts of a point and a ring.
type Whereabouts int8

const (
	Outside Whereabouts = iota
	OnEdge
	Inside
)

// Find says where v lies in the region bounded by rings, by the even-odd rule
// and exactly. An edge crosses the ray from v to the east when one end is above
// it and the other is not, and v lies to its left:
//
//	      b
//	     /
//	v --/---->   Cross(a, b, v) > 0 while the edge runs up from a to b
//	   /
//	  a
func Find(v Vertex, rings ...[]Vertex) Whereabouts {
	in := false
	for _, ring := range rings {
		if len(ring) == 0 {
			continue
		}
		a := ring[len(ring)-1]
		for _, b := range ring {
			if (a.Y > v.Y) != (b.Y > v.Y) {
				c := Cross(a, b, v)
				if c == 0 {
					return OnEdge
				}
				if (c > 0) == (b.Y > a.Y) {
					in = !in
				}
			} else if a.Y == v.Y || b.Y == v.Y {
				if onFlat(a, b, v) {
					return OnEdge
				}
			}
			a = b
		}
	}
	if in {
		return Inside
	}
	return Outside
}

// onFlat reports whether v lies on an edge that does not pass through its
// latitude from below to above: at one of the ends, or on a level edge.
func onFlat(a, b, v Vertex) bool {
	if a == v || b == v {
		return true
	}
	return a.Y == v.Y && b.Y == v.Y && (a.X < v.X) != (b.X < v.X)
}

package basegrid

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// The ring used below, with a bay in its north side:
//
//	4 +-----+     +-----+
//	  |      \   /      |
//	2 |        +        |
//	  |                 |
//	0 +-----------------+
//	  0     2  3  4     6
var bay = []Vertex{{0, 0}, {6, 0}, {6, 4}, {4, 4}, {3, 2}, {2, 4}, {0, 4}}

func TestFind(t *testing.T) {
	for v, want := range map[Vertex]Whereabouts{
		{1, 1}: Inside, {3, 1}: Inside, {1, 3}: Inside, {5, 3}: Inside,
		{0, 0}: OnEdge, {3, 2}: OnEdge, {6, 4}: OnEdge, {3, 0}: OnEdge, {0, 2}: OnEdge, {6, 1}: OnEdge, {1, 4}: OnEdge, {5, 4}: OnEdge,
		{3, 3}: Outside, {3, 4}: Outside, {7, 2}: Outside, {-1, 2}: Outside, {-1, 0}: Outside, {7, 0}: Outside, {7, 4}: Outside, {-1, 4}: Outside, {3, -1}: Outside, {3, 5}: Outside,
	} {
		if got := Find(v, bay); got != want {
			t.Errorf("Find(%v) = %d, want %d", v, got, want)
		}
		if got := Find(v, reversed(bay)); got != want {
			t.Errorf("Find(%v) in the reversed ring = %d, want %d", v, got, want)
		}
	}
}

func TestFindMindsHoles(t *testing.T) {
	shell := []Vertex{{0, 0}, {10, 0}, {10, 10}, {0, 10}}
	hole := []Vertex{{4, 4}, {4, 6}, {6, 6}, {6, 4}}
	for v, want := range map[Vertex]Whereabouts{{2, 2}: Inside, {5, 5}: Outside, {4, 5}: OnEdge, {6, 6}: OnEdge, {7, 5}: Inside} {
		if got := Find(v, shell, hole); got != want {
			t.Errorf("Find(%v) = %d, want %d", v, got, want)
		}
	}
}

func TestAreaDoesNotDependOnWhereTheRingBegins(t *testing.T) {
	if got := Area2(bay); got != 2*(24-2) {
		t.Errorf("area %d", got)
	}
	for k := range bay {
		turned := append(append([]Vertex{}, bay[k:]...), bay[:k]...)
		if Area2(turned) != Area2(bay) || Area2(reversed(turned)) != -Area2(bay) {
			t.Errorf("begun at %d: %d", k, Area2(turned))
		}
	}
}

// Degrees and back is the same lattice point, anywhere on earth.
func TestLatticePointsSurviveDegrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Vertex{rapid.Int64Range(-180*Lattice, 180*Lattice).Draw(t, "x"), rapid.Int64Range(-90*Lattice, 90*Lattice).Draw(t, "y")}
		if got := VertexAt(v.Point()); got != v {
			t.Fatalf("%v became %v", v, got)
		}
	})
	if got := VertexAt(orb.Point{113.2203, 23.4042}); got != (Vertex{113220300000, 23404200000}) {
		t.Errorf("%v", got)
	}
}

// Two squares that touch in one corner come out as two rings, and the shared
// edge of two neighbours vanishes.
//
//	2 +---+---+
//	  | a | b |
//	1 +---+---+---+
//	          | c |
//	0         +---+
//	  0   1   2   3
func TestDissolve(t *testing.T) {
	a := []Vertex{{0, 1}, {1, 1}, {1, 2}, {0, 2}}
	b := []Vertex{{1, 1}, {2, 1}, {2, 2}, {1, 2}}
	c := []Vertex{{2, 0}, {3, 0}, {3, 1}, {2, 1}}
	want := [][]Vertex{{{0, 1}, {1, 1}, {2, 1}, {2, 2}, {1, 2}, {0, 2}}, {{2, 0}, {3, 0}, {3, 1}, {2, 1}}}
	if diff := cmp.Diff(want, dissolve([][]Vertex{c, b, a})); diff != "" {
		t.Error(diff)
	}
}

// Two slivers that touch in their tips, both to the east: each edge goes on with
// its own sliver, though both lie on the same side of the way back.
func TestRingsTurnAsSharplyAsTheyCan(t *testing.T) {
	low := []Vertex{{0, 0}, {10, 0}, {10, 1}}
	high := []Vertex{{0, 0}, {10, 5}, {9, 6}}
	if diff := cmp.Diff([][]Vertex{low, high}, dissolve([][]Vertex{high, low})); diff != "" {
		t.Error(diff)
	}
}

// A ring of eight squares around an empty one has a hole, clockwise.
func TestDissolveLeavesHoles(t *testing.T) {
	var squares [][]Vertex
	for x := range int64(3) {
		for y := range int64(3) {
			if x != 1 || y != 1 {
				squares = append(squares, []Vertex{{x, y}, {x + 1, y}, {x + 1, y + 1}, {x, y + 1}})
			}
		}
	}
	r := newRegion("frame", "", "", dissolve(squares))
	if len(r.rings) != 2 || Area2(r.rings[0]) != 18 || Area2(r.rings[1]) != -2 {
		t.Fatalf("rings %v", r.rings)
	}
	if mp := r.multiPolygon(); len(mp) != 1 || len(mp[0]) != 2 {
		t.Errorf("shape %v", mp)
	}
}

func TestRingsLeaveOutBlindEdges(t *testing.T) {
	edges := [][2]Vertex{{{0, 0}, {2, 0}}, {{2, 0}, {0, 2}}, {{0, 2}, {0, 0}}, {{5, 5}, {6, 6}}}
	if got := Rings(edges); len(got) != 1 || Area2(got[0]) != 4 {
		t.Errorf("%v", got)
	}
}

// The middle of a bow lies outside it; its label does not.
func TestInteriorOfABow(t *testing.T) {
	const k = 1_000_000
	bow := []Vertex{{0, 0}, {10 * k, 0}, {10 * k, 10 * k}, {9 * k, 10 * k}, {9 * k, k}, {k, k}, {k, 10 * k}, {0, 10 * k}}
	r := newRegion("bow", "", "", [][]Vertex{bow})
	if Find(Vertex{5 * k, 5 * k}, bow) != Outside {
		t.Fatal("the middle should be outside")
	}
	if Find(r.interior, bow) != Inside || depth(r.interior, r.rings) < 0.4*k {
		t.Errorf("label at %v, %.0f deep", r.interior, depth(r.interior, r.rings))
	}
}

// Even a needle one unit wide has a place for its label, if on its edge.
func TestInteriorOfANeedle(t *testing.T) {
	needle := []Vertex{{0, 0}, {100_000, 1}, {100_000, 2}}
	if v := newRegion("", "", "", [][]Vertex{needle}).interior; Find(v, needle) == Outside {
		t.Errorf("label at %v", v)
	}
}

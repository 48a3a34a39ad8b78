package basegrid

import (
	"testing"

	"github.com/paulmach/orb"
)

// One of the traps of the trade; all twelve are in docs/traps.md.
//
//	┌────┬────┐
//	│ 1  ●  2 │   ● lies on the edge of two grids, ◆ on a corner of more:
//	├────◆────┤   each belongs to exactly one, and to the same one always.
//	│    3    │
//	└─────────┘
//
// Counted grid by grid, such a point is counted once.
func TestTrapSharedBoundaries(t *testing.T) {
	g := loaded(t)
	shared := map[Vertex]map[string]bool{}
	for _, c := range g.cells {
		ring := g.regions[c.Code].rings[0]
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			middle := Vertex{(p.X + q.X) / 2, (p.Y + q.Y) / 2}
			for _, v := range []Vertex{p, middle} {
				if shared[v] == nil {
					shared[v] = map[string]bool{}
				}
				shared[v][c.Code] = true
			}
		}
	}
	edges, counted := 0, map[string]int{}
	for v, owners := range shared {
		if len(owners) < 2 {
			continue
		}
		edges++
		c, ok := g.Locate(v.Point())
		if !ok {
			t.Fatalf("%v belongs to nobody, not to one of %v", v, owners)
		}
		counted[c.Code]++
		// The point comes back from degrees as it went in: the answer does not flicker.
		p := v.Point()
		if again, _ := g.Locate(orb.Point{p.Lon(), p.Lat()}); again.Code != c.Code {
			t.Fatalf("%v belongs to %s, then to %s", v, c.Code, again.Code)
		}
		if community := c.Code[:12]; c.Community != community || c.Street != community[:9] || c.District != community[:6] {
			t.Fatalf("%v lies in %+v", v, c)
		}
	}
	sum := 0
	for _, n := range counted {
		sum += n
	}
	if edges == 0 || sum != edges {
		t.Errorf("of %d points on shared edges %d are counted", edges, sum)
	}
}

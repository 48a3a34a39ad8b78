package basegrid

import (
	"math"
	"slices"
	"strings"
)

// A Change is what one version of the ground has in place of another, grid by grid.
type Change struct {
	Code     string  `json:"code"`
	Kind     string  `json:"kind"` // added, removed or changed
	Name     string  `json:"name"`
	BeforeM2 float64 `json:"before_m2,omitempty"`
	AfterM2  float64 `json:"after_m2,omitempty"`
}

// Difference returns what b has in place of a, by code. Ground that lies as it did is no
// change, whatever it is called and wherever its rings begin.
func Difference(a, b *Grid) []Change {
	list := []Change{}
	for _, c := range a.cells {
		now, there := b.regions[c.Code]
		was := a.regions[c.Code]
		switch {
		case !there:
			list = append(list, Change{Code: c.Code, Kind: "removed", Name: c.Name, BeforeM2: was.m2()})
		case !sameGround(was.rings, now.rings):
			list = append(list, Change{Code: c.Code, Kind: "changed", Name: now.name, BeforeM2: was.m2(), AfterM2: now.m2()})
		}
	}
	for _, c := range b.cells {
		if _, there := a.regions[c.Code]; !there {
			list = append(list, Change{Code: c.Code, Kind: "added", Name: c.Name, AfterM2: b.regions[c.Code].m2()})
		}
	}
	slices.SortFunc(list, func(x, y Change) int { return strings.Compare(x.Code, y.Code) })
	return list
}

// m2 is the area in square metres, to a few parts in a thousand, as the survey measures.
func (r *region) m2() float64 {
	const metersOfUnit = 110770.0 / Lattice
	lat := float64(r.lo.Y) / Lattice * math.Pi / 180
	sum := 0.0
	for _, ring := range r.rings {
		sum += float64(Area2(ring)) / 2
	}
	return math.Round(sum * metersOfUnit * metersOfUnit * math.Cos(lat))
}

func sameGround(a, b [][]Vertex) bool {
	x, y := straightened(a), straightened(b)
	return slices.EqualFunc(x, y, func(p, q []Vertex) bool { return slices.Equal(p, q) })
}

// straightened returns rings without the vertices that change nothing, each from its
// lowest vertex on, and in the order of these.
func straightened(rings [][]Vertex) [][]Vertex {
	var out [][]Vertex
	for _, ring := range rings {
		var bent []Vertex
		n := len(ring)
		for i, v := range ring {
			if Cross(ring[(i+n-1)%n], v, ring[(i+1)%n]) != 0 {
				bent = append(bent, v)
			}
		}
		if len(bent) == 0 {
			continue
		}
		first := 0
		for i, v := range bent {
			if compare(v, bent[first]) < 0 {
				first = i
			}
		}
		out = append(out, append(slices.Clone(bent[first:]), bent[:first]...))
	}
	slices.SortFunc(out, func(p, q []Vertex) int { return slices.CompareFunc(p, q, compare) })
	return out
}

package basegrid

import (
	"cmp"
	"slices"
)

// dissolve returns the boundary of the union of rings that tile it. Where two
// rings are neighbours their shared edge runs both ways and cancels; what is
// left runs around the union, with the union on its left.
func dissolve(rings [][]Vertex) [][]Vertex {
	edges := make(map[[2]Vertex]bool)
	for _, ring := range rings {
		for i, v := range ring {
			edges[[2]Vertex{v, ring[(i+1)%len(ring)]}] = true
		}
	}
	var left [][2]Vertex
	for e := range edges {
		if !edges[[2]Vertex{e[1], e[0]}] {
			left = append(left, e)
		}
	}
	return Rings(left)
}

// Rings joins directed edges to rings that begin at their lowest vertex, in the
// order of these. Where rings touch, each edge continues with the first one
// clockwise from the way back, so that ground which only touches itself in a
// point comes out as two rings. Edges that lead nowhere are left out.
func Rings(edges [][2]Vertex) [][]Vertex {
	slices.SortFunc(edges, func(a, b [2]Vertex) int {
		return cmp.Or(compare(a[0], b[0]), compare(a[1], b[1]))
	})
	out := make(map[Vertex][]int, len(edges))
	for i, e := range edges {
		out[e[0]] = append(out[e[0]], i)
	}
	used := make([]bool, len(edges))
	var rings [][]Vertex
	for i := range edges {
		var ring []Vertex
		k := i
		for k >= 0 && !used[k] {
			used[k] = true
			ring = append(ring, edges[k][0])
			k = onward(edges, out, k)
		}
		if k == i && len(ring) > 2 {
			rings = append(rings, ring)
		}
	}
	return rings
}

// onward returns the edge that follows edge k around the ground on its left,
// or -1 where nothing does.
func onward(edges [][2]Vertex, out map[Vertex][]int, k int) int {
	from, at := edges[k][0], edges[k][1]
	best := -1
	for _, n := range out[at] {
		if edges[n][1] == from {
			continue
		}
		if best < 0 || clockwiseFirst(at, from, edges[n][1], edges[best][1]) {
			best = n
		}
	}
	return best
}

// clockwiseFirst reports whether someone who stands at o, looks to back and
// turns clockwise, sees a before b.
func clockwiseFirst(o, back, a, b Vertex) bool {
	sector := func(v Vertex) int { // the half turn to the right, straight behind, the half turn to the left
		switch c := Cross(o, back, v); {
		case c < 0:
			return 0
		case c > 0:
			return 2
		}
		return 1
	}
	if sa, sb := sector(a), sector(b); sa != sb {
		return sa < sb
	}
	return Cross(o, a, b) < 0
}

func compare(a, b Vertex) int {
	return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
}

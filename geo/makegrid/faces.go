package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"gridcommand/geo/basegrid"
)

// A half is one direction of a piece of boundary. left is the site on its left;
// the outline runs counter-clockwise and has no other direction.
type half struct {
	from, to basegrid.Vertex
	left     int
}

const unowned = -1

// trace returns, for every site, the halves around its ground.
func trace(sites []site, edges []edge, outline []point) ([]half, error) {
	halves, err := cut(sites, edges, outline)
	if err != nil {
		return nil, err
	}
	faces, err := walkFaces(halves)
	if err != nil {
		return nil, err
	}
	if err := own(halves, faces); err != nil {
		return nil, err
	}
	if err := merge(sites, halves, faces); err != nil {
		return nil, err
	}
	// What has the same owner on both sides is no boundary any more.
	twin := make(map[[2]basegrid.Vertex]int, len(halves))
	for _, h := range halves {
		twin[[2]basegrid.Vertex{h.from, h.to}] = h.left
	}
	return slices.DeleteFunc(halves, func(h half) bool {
		other, ok := twin[[2]basegrid.Vertex{h.to, h.from}]
		return ok && other == h.left
	}), nil
}

func vertex(p point) basegrid.Vertex {
	const units = basegrid.Lattice / 1e6
	return basegrid.Vertex{X: p.x * units, Y: p.y * units}
}

// cut bends the edges, cuts them at the outline, keeps what lies inside, and
// adds the outline itself, broken where edges meet it.
//
// A piece of the outline from p to q is broken at thousandths of its length
// only: with p and q in micro-degrees such a point lies exactly on the line and
// exactly on the lattice, so that the outline keeps its area to the last unit.
func cut(sites []site, edges []edge, outline []point) ([]half, error) {
	broken := make([]map[int64]bool, len(outline))
	for i := range broken {
		broken[i] = make(map[int64]bool)
	}
	var halves []half
	for _, e := range edges {
		line := bend(e, sites)
		in := contains(outline, line[0])
		for k := range len(line) - 1 {
			a, b := line[k], line[k+1]
			if a == b {
				return nil, fmt.Errorf("a piece of an edge at %v has no length", a)
			}
			cuts, err := crossings(a, b, outline)
			if err != nil {
				return nil, err
			}
			at := vertex(a)
			for _, c := range cuts {
				if broken[c.piece][c.thousandth] {
					return nil, fmt.Errorf("two edges meet the outline at %v; change the seed", c.at)
				}
				broken[c.piece][c.thousandth] = true
				if in {
					halves = append(halves, half{at, c.at, e.left}, half{c.at, at, e.right})
				}
				at, in = c.at, !in
			}
			if in {
				halves = append(halves, half{at, vertex(b), e.left}, half{vertex(b), at, e.right})
			}
		}
	}
	for i, p := range outline {
		q := outline[(i+1)%len(outline)]
		at := vertex(p)
		for _, k := range slices.Sorted(maps.Keys(broken[i])) {
			next := along(p, q, k)
			halves = append(halves, half{at, next, unowned})
			at = next
		}
		halves = append(halves, half{at, vertex(q), unowned})
	}
	return halves, nil
}

// along returns the point at k thousandths of the way from p to q.
func along(p, q point, k int64) basegrid.Vertex {
	return basegrid.Vertex{X: p.x*1000 + (q.x-p.x)*k, Y: p.y*1000 + (q.y-p.y)*k}
}

// A crossing is a point where an edge meets a piece of the outline.
type crossing struct {
	piece      int
	thousandth int64
	at         basegrid.Vertex
	way        float64 // along the edge, 0 to 1
}

func crossings(a, b point, outline []point) ([]crossing, error) {
	var found []crossing
	for i, p := range outline {
		q := outline[(i+1)%len(outline)]
		if max(a.x, b.x) < min(p.x, q.x) || min(a.x, b.x) > max(p.x, q.x) ||
			max(a.y, b.y) < min(p.y, q.y) || min(a.y, b.y) > max(p.y, q.y) {
			continue
		}
		ca, cb := cross(p, q, a), cross(p, q, b)
		cp, cq := cross(a, b, p), cross(a, b, q)
		if ca > 0 == (cb > 0) && ca != 0 && cb != 0 || cp > 0 == (cq > 0) && cp != 0 && cq != 0 {
			continue
		}
		if ca == 0 || cb == 0 || cp == 0 || cq == 0 {
			return nil, fmt.Errorf("an edge at %v touches the outline in a corner; change the seed", a)
		}
		k := min(max((1000*cp+(cp-cq)/2)/(cp-cq), 1), 999)
		found = append(found, crossing{i, k, along(p, q, k), float64(ca) / float64(ca-cb)})
	}
	slices.SortFunc(found, func(x, y crossing) int { return cmp.Compare(x.way, y.way) })
	return found, nil
}

// contains reports whether p, which is on no edge of it, is inside the ring.
func contains(ring []point, p point) bool {
	in := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && (cross(a, b, p) > 0) == (b.y > a.y) {
			in = !in
		}
	}
	return in
}

// A face is the halves around one connected piece of ground, in order.
type face struct {
	halves []int
	area2  int64
	owner  int
}

// walkFaces groups the halves by the face on their left.
func walkFaces(halves []half) ([]*face, error) {
	edges := make([][2]basegrid.Vertex, len(halves))
	index := make(map[[2]basegrid.Vertex]int, len(halves))
	for i, h := range halves {
		edges[i] = [2]basegrid.Vertex{h.from, h.to}
		index[edges[i]] = i
	}
	if len(index) != len(halves) {
		return nil, errors.New("two pieces of boundary lie on each other; change the seed")
	}
	var faces []*face
	walked := 0
	for _, ring := range basegrid.Rings(edges) {
		f := &face{owner: unowned, area2: basegrid.Area2(ring)}
		if f.area2 <= 0 {
			return nil, fmt.Errorf("a face at %v is inside out; change the seed", ring[0])
		}
		for i, v := range ring {
			f.halves = append(f.halves, index[[2]basegrid.Vertex{v, ring[(i+1)%len(ring)]}])
		}
		walked += len(ring)
		faces = append(faces, f)
	}
	if walked != len(halves) {
		return nil, errors.New("a boundary ends blindly; change the seed")
	}
	return faces, nil
}

// own writes the site of every face into all its halves, outline included.
func own(halves []half, faces []*face) error {
	for _, f := range faces {
		for _, k := range f.halves {
			switch left := halves[k].left; {
			case left == unowned:
			case f.owner == unowned:
				f.owner = left
			case f.owner != left:
				return fmt.Errorf("a face at %v has two sites", halves[k].from)
			}
		}
		if f.owner == unowned {
			return errors.New("a face has no site")
		}
		for _, k := range f.halves {
			halves[k].left = f.owner
		}
	}
	return nil
}

// merge leaves every site one face. Where the outline cuts a cell in two, the
// smaller piece goes to the neighbour with which it shares the longest boundary.
func merge(sites []site, halves []half, faces []*face) error {
	index := make(map[[2]basegrid.Vertex]int, len(halves))
	for i, h := range halves {
		index[[2]basegrid.Vertex{h.from, h.to}] = i
	}
	largest := make(map[int]*face)
	for _, f := range faces {
		if l := largest[f.owner]; l == nil || f.area2 > l.area2 {
			largest[f.owner] = f
		}
	}
	for i, s := range sites {
		if largest[i] == nil {
			return fmt.Errorf("site %d at %v has no ground", i, s.at)
		}
	}
	slices.SortStableFunc(faces, func(a, b *face) int { return cmp.Compare(b.area2, a.area2) })
	for _, f := range faces {
		if largest[f.owner] == f {
			continue
		}
		shared := make(map[int]float64)
		for _, k := range f.halves {
			h := halves[k]
			if t, ok := index[[2]basegrid.Vertex{h.to, h.from}]; ok && halves[t].left != f.owner {
				shared[halves[t].left] += math.Hypot(float64(h.to.X-h.from.X), float64(h.to.Y-h.from.Y))
			}
		}
		best, found := 0, false
		for _, n := range slices.Sorted(maps.Keys(shared)) {
			if !found || shared[n] > shared[best] {
				best, found = n, true
			}
		}
		if !found {
			return fmt.Errorf("a stray piece of site %d has no neighbour", f.owner)
		}
		f.owner = best
		for _, k := range f.halves {
			halves[k].left = best
		}
	}
	return nil
}

package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// An edge is the straight boundary between the cells of two sites, with left on
// its left from a to b.
type edge struct {
	left, right int
	a, b        point
}

// The sides of a box around the district take the part of a neighbour where a
// cell is open to the outside.
const (
	west = -1 - iota
	east
	south
	north
)

// voronoi returns the edges between the cells of all sites, out to a box well
// beyond the outline.
func voronoi(sites []site, outline []point) ([]edge, error) {
	lo, hi := outline[0], outline[0]
	for _, p := range outline {
		lo = point{min(lo.x, p.x), min(lo.y, p.y)}
		hi = point{max(hi.x, p.x), max(hi.y, p.y)}
	}
	const margin = 100_000 // micro-degrees, about 10 km
	box := [2]point{{lo.x - margin, lo.y - margin}, {hi.x + margin, hi.y + margin}}

	var edges []edge
	corners := make(map[[3]int]point)
	corner := func(i, j, k int) point {
		t := [3]int{i, j, k}
		slices.Sort(t[:])
		if _, ok := corners[t]; !ok {
			corners[t] = meet(t, sites, box)
		}
		return corners[t]
	}
	seen := make(map[[2]int]int)
	for i := range sites {
		around := neighbours(i, sites, box)
		for k, j := range around {
			if j < 0 {
				continue
			}
			seen[[2]int{min(i, j), max(i, j)}]++
			if i > j {
				continue // told by the other side
			}
			before, after := around[(k+len(around)-1)%len(around)], around[(k+1)%len(around)]
			e := edge{left: i, right: j, a: corner(i, before, j), b: corner(i, j, after)}
			if e.a != e.b {
				edges = append(edges, e)
			}
		}
	}
	for pair, n := range seen {
		if n != 2 {
			return nil, fmt.Errorf("sites %v disagree about being neighbours; change the seed", pair)
		}
	}
	return edges, nil
}

// neighbours returns the sites and sides around the cell of site i,
// counter-clockwise: the box, cut by the bisector with one site after another,
// nearest first, until no farther site can reach the cell.
func neighbours(i int, sites []site, box [2]point) []int {
	type corner struct {
		x, y  float64 // from site i, in units of distance2
		label int     // of the side that begins here
	}
	me := sites[i].at
	x := func(p point) float64 { return float64(scaleX * (p.x - me.x)) }
	y := func(p point) float64 { return float64(scaleY * (p.y - me.y)) }
	cell := []corner{
		{x(box[0]), y(box[0]), south},
		{x(box[1]), y(box[0]), east},
		{x(box[1]), y(box[1]), north},
		{x(box[0]), y(box[1]), west},
	}
	others := make([]int, 0, len(sites)-1)
	for j := range sites {
		if j != i {
			others = append(others, j)
		}
	}
	slices.SortFunc(others, func(a, b int) int {
		return cmp.Or(cmp.Compare(distance2(sites[a].at, me), distance2(sites[b].at, me)), cmp.Compare(a, b))
	})
	for _, j := range others {
		sx, sy := x(sites[j].at), y(sites[j].at)
		d2 := float64(sx*sx) + float64(sy*sy)
		reach := 0.0
		for _, c := range cell {
			reach = max(reach, float64(c.x*c.x)+float64(c.y*c.y))
		}
		if d2 > 4*reach {
			break
		}
		// Beyond the bisector: c · s > |s|²/2.
		beyond := func(c corner) float64 { return float64(c.x*sx) + float64(c.y*sy) - d2/2 }
		var kept []corner
		for k, c := range cell {
			n := cell[(k+1)%len(cell)]
			bc, bn := beyond(c), beyond(n)
			at := func(label int) corner {
				t := bc / (bc - bn)
				return corner{c.x + float64(t*(n.x-c.x)), c.y + float64(t*(n.y-c.y)), label}
			}
			if bc <= 0 {
				kept = append(kept, c)
				if bn > 0 {
					kept = append(kept, at(j))
				}
			} else if bn <= 0 {
				kept = append(kept, at(c.label))
			}
		}
		cell = kept
	}
	labels := make([]int, len(cell))
	for k, c := range cell {
		labels[k] = c.label
	}
	return labels
}

// meet returns the place, to the nearest micro-degree, where the cells of t
// meet: the centre of the circle through three sites, or the point where a
// bisector leaves the box. The conversions to float64 keep the compiler from
// fusing operations, so that every machine draws the same map.
func meet(t [3]int, sites []site, box [2]point) point {
	if t[0] < 0 {
		return leave(t[0], sites[t[1]].at, sites[t[2]].at, box)
	}
	o := sites[t[0]].at
	local := func(i int) (x, y, d2 float64) {
		p := sites[i].at
		return float64(scaleX * (p.x - o.x)), float64(scaleY * (p.y - o.y)), float64(distance2(p, o))
	}
	bx, by, b2 := local(t[1])
	cx, cy, c2 := local(t[2])
	det := 2 * (float64(bx*cy) - float64(by*cx))
	ux := (float64(cy*b2) - float64(by*c2)) / det
	uy := (float64(bx*c2) - float64(cx*b2)) / det
	return point{o.x + int64(math.Round(ux/scaleX)), o.y + int64(math.Round(uy/scaleY))}
}

// leave returns where the bisector of a and b crosses a side of the box.
func leave(side int, a, b point, box [2]point) point {
	// Every point of the bisector is x·nx + y·ny = c, doubled to stay whole.
	nx, ny := 2*scaleX*scaleX*(b.x-a.x), 2*scaleY*scaleY*(b.y-a.y)
	c := scaleX*scaleX*(b.x-a.x)*(b.x+a.x) + scaleY*scaleY*(b.y-a.y)*(b.y+a.y)
	switch side {
	case west:
		return point{box[0].x, (c - nx*box[0].x) / ny}
	case east:
		return point{box[1].x, (c - nx*box[1].x) / ny}
	case south:
		return point{(c - ny*box[0].y) / nx, box[0].y}
	}
	return point{(c - ny*box[1].y) / nx, box[1].y}
}

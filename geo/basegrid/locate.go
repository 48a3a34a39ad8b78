package basegrid

import "github.com/paulmach/orb"

// An accelerator is a raster over the district. A pixel knows its owner when
// one grid covers it whole, else the few grids that reach into it; only then is
// there anything to compute.
type accelerator struct {
	bound      orb.Bound
	lo, hi     Vertex
	step       int64 // lattice units
	columns    int
	pixels     []int32   // empty, a cell, or -(k+2) for lists[k]
	lists      [][]int32 // ascending, so that the lowest code is asked first
	boundaries [][][]Vertex
}

const (
	empty      = int32(-1)
	rasterSize = 512 // pixels along the longer side; about 100 m in a district
)

// Locate returns the grid that owns p (WGS-84). On a shared edge or corner the
// lowest code owns it; outside every grid there is none.
func (g *Grid) Locate(p orb.Point) (Cell, bool) {
	if i := g.owners.locate(p); i >= 0 {
		return g.cells[i], true
	}
	return Cell{}, false
}

func (a *accelerator) locate(p orb.Point) int32 {
	// Written so that NaN is outside.
	if !(p[0] >= a.bound.Min[0] && p[0] <= a.bound.Max[0] && p[1] >= a.bound.Min[1] && p[1] <= a.bound.Max[1]) {
		return empty
	}
	v := VertexAt(p)
	owner := a.pixels[a.pixel(v.X-a.lo.X, v.Y-a.lo.Y)]
	if owner >= empty {
		return owner
	}
	for _, i := range a.lists[-owner-2] {
		if Find(v, a.boundaries[i]...) != Outside {
			return i
		}
	}
	return empty
}

func (a *accelerator) pixel(dx, dy int64) int {
	return int(dy/a.step)*a.columns + int(dx/a.step)
}

func accelerate(cells []Cell, regions map[string]*region) accelerator {
	var a accelerator
	if len(cells) == 0 {
		return a
	}
	first := regions[cells[0].Code]
	a.lo, a.hi = first.lo, first.hi
	for _, c := range cells {
		r := regions[c.Code]
		a.lo = Vertex{min(a.lo.X, r.lo.X), min(a.lo.Y, r.lo.Y)}
		a.hi = Vertex{max(a.hi.X, r.hi.X), max(a.hi.Y, r.hi.Y)}
		a.boundaries = append(a.boundaries, r.rings)
	}
	a.bound = orb.Bound{Min: a.lo.Point(), Max: a.hi.Point()}
	width, height := a.hi.X-a.lo.X, a.hi.Y-a.lo.Y
	a.step = max(width, height)/rasterSize + 1
	a.columns = int(width/a.step) + 1
	rows := int(height/a.step) + 1
	reach := make([][]int32, a.columns*rows)
	whole := make([]bool, a.columns*rows)
	for i, c := range cells {
		a.mark(int32(i), regions[c.Code], reach, whole)
	}
	a.pixels = make([]int32, len(reach))
	for k, list := range reach {
		switch {
		case len(list) == 0:
			a.pixels[k] = empty
		case len(list) == 1 && whole[k]:
			a.pixels[k] = list[0]
		default:
			a.lists = append(a.lists, list)
			a.pixels[k] = -int32(len(a.lists)) - 1
		}
	}
	return a
}

// mark enters cell i into the pixels it reaches: those in the rectangle of one
// of its edges, and those it covers whole. A pixel without an edge of the cell
// is covered if its middle is.
func (a *accelerator) mark(i int32, r *region, reach [][]int32, whole []bool) {
	type place struct{ x, y int64 }
	touched := make(map[place]bool)
	for _, ring := range r.rings {
		p := ring[len(ring)-1]
		for _, q := range ring {
			for y := (min(p.Y, q.Y) - a.lo.Y) / a.step; y <= (max(p.Y, q.Y)-a.lo.Y)/a.step; y++ {
				for x := (min(p.X, q.X) - a.lo.X) / a.step; x <= (max(p.X, q.X)-a.lo.X)/a.step; x++ {
					touched[place{x, y}] = true
				}
			}
			p = q
		}
	}
	for y := (r.lo.Y - a.lo.Y) / a.step; y <= (r.hi.Y-a.lo.Y)/a.step; y++ {
		for x := (r.lo.X - a.lo.X) / a.step; x <= (r.hi.X-a.lo.X)/a.step; x++ {
			k := int(y)*a.columns + int(x)
			if touched[place{x, y}] {
				reach[k] = append(reach[k], i)
				continue
			}
			middle := Vertex{a.lo.X + x*a.step + a.step/2, a.lo.Y + y*a.step + a.step/2}
			if Find(middle, r.rings...) == Inside {
				reach[k] = append(reach[k], i)
				whole[k] = true
			}
		}
	}
}

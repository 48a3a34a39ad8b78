package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gridcommand/geo/basegrid"
)

// A drawing is the finished grid.
type drawing struct {
	in    *input
	cells []cell // by code
	lines [][]basegrid.Vertex
}

type cell struct {
	code  string
	urban bool
	ring  []basegrid.Vertex // counter-clockwise
	arcs  []int
}

// number closes the halves to rings, gives codes and finds the arcs.
func number(in *input, p *plan, halves []half) (*drawing, error) {
	from := make(map[int]map[basegrid.Vertex]half)
	for _, h := range halves {
		if from[h.left] == nil {
			from[h.left] = make(map[basegrid.Vertex]half)
		}
		if _, twice := from[h.left][h.from]; twice {
			return nil, fmt.Errorf("the ground of site %d touches itself at %v", h.left, h.from)
		}
		from[h.left][h.from] = h
	}
	members := make(map[string][]cell)
	for i, s := range p.sites {
		if len(from[i]) == 0 {
			return nil, fmt.Errorf("site %d has no ground", i)
		}
		start := slices.MinFunc(slices.Collect(maps.Keys(from[i])), compare)
		var ring []basegrid.Vertex
		for v := start; ; {
			ring = append(ring, v)
			if v = from[i][v].to; v == start {
				break
			}
		}
		if len(ring) != len(from[i]) {
			return nil, fmt.Errorf("the ground of site %d is not in one piece", i)
		}
		members[s.community] = append(members[s.community], cell{urban: s.urban, ring: ring})
	}
	d := &drawing{in: in}
	for _, s := range in.streets {
		for _, u := range s.units {
			inReadingOrder(members[u.code])
			for i, c := range members[u.code] {
				c.code = fmt.Sprintf("%s%03d", u.code, i+1)
				d.cells = append(d.cells, c)
			}
		}
	}
	slices.SortFunc(d.cells, func(a, b cell) int { return strings.Compare(a.code, b.code) })
	d.findArcs(halves)
	return d, nil
}

func compare(a, b basegrid.Vertex) int {
	return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
}

// inReadingOrder sorts the grids of a community as a page is read: rows from
// north to south, and in a row from west to east.
func inReadingOrder(cells []cell) {
	middle := func(c cell) (m basegrid.Vertex) {
		for _, v := range c.ring {
			m.X += v.X / int64(len(c.ring))
			m.Y += v.Y / int64(len(c.ring))
		}
		return m
	}
	slices.SortFunc(cells, func(a, b cell) int {
		return cmp.Or(cmp.Compare(middle(b).Y, middle(a).Y), cmp.Compare(middle(a).X, middle(b).X))
	})
	rows := max(1, int(math.Round(math.Sqrt(float64(len(cells))))))
	for r := range rows {
		row := cells[r*len(cells)/rows : (r+1)*len(cells)/rows]
		slices.SortFunc(row, func(a, b cell) int { return cmp.Compare(middle(a).X, middle(b).X) })
	}
}

// findArcs cuts the rings at junctions, where three or more boundaries meet.
func (d *drawing) findArcs(halves []half) {
	around := make(map[basegrid.Vertex]map[basegrid.Vertex]bool)
	link := func(a, b basegrid.Vertex) {
		if around[a] == nil {
			around[a] = make(map[basegrid.Vertex]bool)
		}
		around[a][b] = true
	}
	for _, h := range halves {
		link(h.from, h.to)
		link(h.to, h.from)
	}
	known := make(map[[2]basegrid.Vertex]int) // the first two vertices of an arc
	for i := range d.cells {
		c := &d.cells[i]
		first := slices.IndexFunc(c.ring, func(v basegrid.Vertex) bool { return len(around[v]) > 2 })
		if first < 0 {
			first = 0
		}
		c.ring = slices.Concat(c.ring[first:], c.ring[:first])
		line := []basegrid.Vertex{c.ring[0]}
		for k := range c.ring {
			v := c.ring[(k+1)%len(c.ring)]
			line = append(line, v)
			if len(around[v]) == 2 && k+1 < len(c.ring) {
				continue
			}
			n := len(line)
			if k, ok := known[[2]basegrid.Vertex{line[n-1], line[n-2]}]; ok {
				c.arcs = append(c.arcs, -(k + 1))
			} else {
				known[[2]basegrid.Vertex{line[0], line[1]}] = len(d.lines)
				d.lines = append(d.lines, line)
				c.arcs = append(c.arcs, len(d.lines))
			}
			line = []basegrid.Vertex{v}
		}
	}
}

// file returns the stored form.
func (d *drawing) file() basegrid.File {
	f := basegrid.File{
		Version:      "illustrative-2026-1",
		Illustrative: true,
		District:     basegrid.FileArea{Code: d.in.district.code, Name: d.in.district.name, Kind: d.in.district.kind},
	}
	for _, s := range d.in.streets {
		f.Streets = append(f.Streets, basegrid.FileArea{Code: s.code, Name: s.name, Kind: s.kind})
		for _, u := range s.units {
			f.Communities = append(f.Communities, basegrid.FileArea{Code: u.code, Name: u.name, Kind: u.kind})
		}
	}
	for _, l := range d.lines {
		f.Arcs = append(f.Arcs, basegrid.NewArc(l))
	}
	for _, c := range d.cells {
		f.Cells = append(f.Cells, basegrid.FileCell{Code: c.code, Ring: c.arcs})
	}
	return f
}

// summary says how the areas came out, for the person at the keyboard.
func (d *drawing) summary() string {
	var b strings.Builder
	for _, s := range d.in.streets {
		var area2 int64
		n := 0
		for _, c := range d.cells {
			if strings.HasPrefix(c.code, s.code) {
				area2 += basegrid.Area2(c.ring)
				n++
			}
		}
		fmt.Fprintf(&b, "%s %s: %d communities, %d grids, %.1f km² (wanted %.1f)\n", s.code, s.name, len(s.units), n, squareKm(area2), s.areaKm2)
	}
	return b.String()
}

// squareKm turns twice an area in lattice units into square kilometres.
func squareKm(area2 int64) float64 {
	const latKm = 110.77
	return float64(area2) / 2 / basegrid.Lattice / basegrid.Lattice * latKm * latKm * scaleX / scaleY
}

package basegrid

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed data/grid.json
var embedded []byte

var load = sync.OnceValues(func() (*Grid, error) {
	var f File
	if err := json.Unmarshal(embedded, &f); err != nil {
		return nil, fmt.Errorf("basegrid: embedded grid: %w", err)
	}
	return f.Grid()
})

// Load returns the embedded illustrative grid. All callers share one.
func Load() (*Grid, error) { return load() }

// Grid returns the grid that f stores.
func (f File) Grid() (*Grid, error) {
	if f.Unit != fileUnit {
		return nil, fmt.Errorf("basegrid: unit %q, want %q", f.Unit, fileUnit)
	}
	lines := make([][]Vertex, len(f.Arcs))
	for i, a := range f.Arcs {
		lines[i] = a.Line()
		if len(lines[i]) < 2 {
			return nil, fmt.Errorf("basegrid: arc %d has no length", i)
		}
	}
	ground := make(map[string][][]Vertex, len(f.Cells))
	for _, c := range f.Cells {
		ring, err := c.ring(lines)
		if err != nil {
			return nil, err
		}
		if len(c.Code) != gridDigits || ground[c.Code] != nil {
			return nil, fmt.Errorf("basegrid: code %q is malformed or there twice", c.Code)
		}
		ground[c.Code] = [][]Vertex{ring}
	}
	streets, err := areas(f.Streets, streetDigits, districtDigits)
	if err != nil {
		return nil, err
	}
	communities, err := areas(f.Communities, communityDigits, streetDigits)
	if err != nil {
		return nil, err
	}
	district, err := areas([]FileArea{f.District}, districtDigits, 0)
	if err != nil {
		return nil, err
	}
	return build(f.Version, f.Illustrative, district[0], streets, communities, ground), nil
}

// areas gives stored areas the parents that their codes name.
func areas(stored []FileArea, digits, parentDigits int) ([]Area, error) {
	var out []Area
	for _, a := range stored {
		if len(a.Code) != digits {
			return nil, fmt.Errorf("basegrid: area %q should have a code of %d digits", a.Code, digits)
		}
		out = append(out, Area{Code: a.Code, Name: a.Name, Kind: a.Kind, Parent: a.Code[:parentDigits]})
	}
	return out, nil
}

// ring follows the cell's arcs, which must join end to end and close.
func (c FileCell) ring(lines [][]Vertex) ([]Vertex, error) {
	var ring []Vertex
	for _, k := range c.Ring {
		i := max(k, -k) - 1
		if i < 0 || i >= len(lines) {
			return nil, fmt.Errorf("basegrid: grid %s refers to arc %d", c.Code, k)
		}
		line := lines[i]
		for n := range line {
			v := line[n]
			if k < 0 {
				v = line[len(line)-1-n]
			}
			if n == 0 && len(ring) > 0 {
				if ring[len(ring)-1] != v {
					return nil, fmt.Errorf("basegrid: the boundary of grid %s has a break at arc %d", c.Code, k)
				}
				continue
			}
			ring = append(ring, v)
		}
	}
	if n := len(ring); n < 4 || ring[0] != ring[n-1] {
		return nil, fmt.Errorf("basegrid: the boundary of grid %s does not close", c.Code)
	}
	return ring[:len(ring)-1], nil
}

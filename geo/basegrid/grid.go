// Package basegrid is the ground divided: duty grids, the communities and
// streets they make up, and the question which grid owns a point.
//
// What stays true:
//
//   - Every coordinate is a whole number of [Lattice] units, and every test of
//     a point against a grid is exact integer arithmetic.
//   - Neighbours share their edge vertex for vertex. A community is exactly the
//     union of its grids, a street of its communities: their outlines are what
//     is left of the grids' edges when those that run both ways cancel.
//   - A point inside the district has exactly one owner. On a shared edge or
//     corner that is the grid with the lowest code.
//   - The embedded grid is illustrative and says so in every feature and tile.
package basegrid

import (
	"cmp"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// A Cell is one duty grid: its 15-digit code, the units it belongs to and
// their names.
type Cell struct {
	Code      string // 15 digits
	Community string // 12 digits
	Street    string // 9 digits
	District  string // 6 digits

	Name          string // e.g. 桂花居委会003网格
	CommunityName string
	StreetName    string
	DistrictName  string
}

// An Area is a street or town (9 digits), a community or village (12 digits),
// or the district (6 digits).
type Area struct {
	Code   string
	Name   string
	Kind   string // district, street, town, community or village
	Parent string // empty for the district
}

// Lengths of codes.
const (
	districtDigits  = 6
	streetDigits    = 9
	communityDigits = 12
	gridDigits      = 15
)

// A Grid is one version of the ground. It does not change; many goroutines may
// use it at once.
type Grid struct {
	version      string
	illustrative bool
	district     Area
	streets      []Area
	communities  []Area
	cells        []Cell // by code

	regions map[string]*region // of every code, all four levels
	owners  accelerator
	levels  map[string]*level // by name of the layer
	tiles   tileCache
}

// A region is the ground of one code.
type region struct {
	name, kind, parent string

	rings    [][]Vertex // shells counter-clockwise, holes clockwise
	lo, hi   Vertex
	interior Vertex
}

// build makes a grid of cells whose ground is known. The cells are sorted by
// code here; areas come in the order in which they should be listed.
func build(version string, illustrative bool, district Area, streets, communities []Area, ground map[string][][]Vertex) *Grid {
	g := &Grid{
		version: version, illustrative: illustrative,
		district: district, streets: streets, communities: communities,
		regions: make(map[string]*region),
	}
	names := map[string]string{district.Code: district.Name}
	for _, a := range slices.Concat(streets, communities) {
		names[a.Code] = a.Name
	}
	for code := range ground {
		g.cells = append(g.cells, Cell{
			Code: code, Community: code[:communityDigits], Street: code[:streetDigits], District: code[:districtDigits],
			Name:          names[code[:communityDigits]] + code[communityDigits:] + "网格",
			CommunityName: names[code[:communityDigits]], StreetName: names[code[:streetDigits]], DistrictName: names[code[:districtDigits]],
		})
	}
	slices.SortFunc(g.cells, func(a, b Cell) int { return cmp.Compare(a.Code, b.Code) })

	within := make(map[string][][]Vertex) // rings of the cells of an area
	for _, c := range g.cells {
		g.regions[c.Code] = newRegion(c.Name, "grid", c.Community, ground[c.Code])
		for _, up := range []string{c.Community, c.Street, c.District} {
			within[up] = append(within[up], ground[c.Code]...)
		}
	}
	for _, a := range slices.Concat(streets, communities, []Area{district}) {
		g.regions[a.Code] = newRegion(a.Name, a.Kind, a.Parent, dissolve(within[a.Code]))
	}
	g.owners = accelerate(g.cells, g.regions)
	g.levels = map[string]*level{
		"streets":     newLevel(codes(g.streets), g.regions),
		"communities": newLevel(codes(g.communities), g.regions),
		"grids":       newLevel(cellCodes(g.cells), g.regions),
	}
	g.levels["density"] = g.levels["grids"]
	return g
}

func newRegion(name, kind, parent string, rings [][]Vertex) *region {
	r := &region{name: name, kind: kind, parent: parent, rings: rings}
	if len(rings) == 0 {
		return r
	}
	r.lo, r.hi = rings[0][0], rings[0][0]
	for _, ring := range rings {
		for _, v := range ring {
			r.lo = Vertex{min(r.lo.X, v.X), min(r.lo.Y, v.Y)}
			r.hi = Vertex{max(r.hi.X, v.X), max(r.hi.Y, v.Y)}
		}
	}
	r.interior = interior(rings, r.lo, r.hi)
	return r
}

func codes(areas []Area) []string {
	var out []string
	for _, a := range areas {
		out = append(out, a.Code)
	}
	return out
}

func cellCodes(cells []Cell) []string {
	var out []string
	for _, c := range cells {
		out = append(out, c.Code)
	}
	return out
}

// Version names this grid. Incidents keep the version in force when they
// happened.
func (g *Grid) Version() string { return g.version }

// Illustrative reports whether the lines are invented (示意网格).
func (g *Grid) Illustrative() bool { return g.illustrative }

// District returns the district.
func (g *Grid) District() Area { return g.district }

// Streets returns the streets and towns, in the order of their list.
func (g *Grid) Streets() []Area { return slices.Clone(g.streets) }

// Communities returns the communities and villages, in the order of their list.
func (g *Grid) Communities() []Area { return slices.Clone(g.communities) }

// Cells returns all duty grids by code.
func (g *Grid) Cells() []Cell { return slices.Clone(g.cells) }

// CommunityCells returns the duty grids of a community by code. Any shorter
// code works as well: a street's, or the district's.
func (g *Grid) CommunityCells(code string) []Cell {
	first, _ := slices.BinarySearchFunc(g.cells, code, func(c Cell, code string) int { return cmp.Compare(c.Code, code) })
	last := first
	for last < len(g.cells) && strings.HasPrefix(g.cells[last].Code, code) {
		last++
	}
	return slices.Clone(g.cells[first:last])
}

// Cell returns the duty grid of a 15-digit code and its ground.
func (g *Grid) Cell(code string) (Cell, orb.MultiPolygon, bool) {
	i, ok := slices.BinarySearchFunc(g.cells, code, func(c Cell, code string) int { return cmp.Compare(c.Code, code) })
	if !ok {
		return Cell{}, nil, false
	}
	return g.cells[i], g.regions[code].multiPolygon(), true
}

// Bound returns the rectangle around the district.
func (g *Grid) Bound() orb.Bound {
	r := g.regions[g.district.Code]
	return orb.Bound{Min: r.lo.Point(), Max: r.hi.Point()}
}

// Feature returns the ground of a grid, community, street or of the district,
// by its code. Its id is the code.
func (g *Grid) Feature(code string) (*geojson.Feature, bool) {
	r, ok := g.regions[code]
	if !ok {
		return nil, false
	}
	var shape orb.Geometry
	switch mp := r.multiPolygon(); len(mp) {
	case 1:
		shape = mp[0]
	default:
		shape = mp
	}
	f := geojson.NewFeature(shape)
	f.ID = code
	f.Properties = geojson.Properties{
		"code": code, "name": r.name, "kind": r.kind, "parent": r.parent,
		"version": g.version, "illustrative": g.illustrative,
	}
	return f, true
}

// InteriorPoint returns a point well inside the ground of a code, for a label
// or a pin. It is inside even where the ground is shaped like a bow.
func (g *Grid) InteriorPoint(code string) (orb.Point, bool) {
	r, ok := g.regions[code]
	if !ok || len(r.rings) == 0 {
		return orb.Point{}, false
	}
	return r.interior.Point(), true
}

// RandomPoint returns a point strictly inside the ground of a code; rnd gives
// numbers in [0, 1). An unknown code has the zero point.
func (g *Grid) RandomPoint(code string, rnd func() float64) orb.Point {
	r, ok := g.regions[code]
	if !ok || len(r.rings) == 0 {
		return orb.Point{}
	}
	// Most grounds fill half of their rectangle; a bad rnd must not hang us.
	for range 200 {
		v := Vertex{
			r.lo.X + int64(rnd()*float64(r.hi.X-r.lo.X)),
			r.lo.Y + int64(rnd()*float64(r.hi.Y-r.lo.Y)),
		}
		if Find(v, r.rings...) == Inside {
			return v.Point()
		}
	}
	return r.interior.Point()
}

// multiPolygon gives the region as closed rings in degrees, each hole with its
// shell.
func (r *region) multiPolygon() orb.MultiPolygon {
	var shells [][]Vertex
	var mp orb.MultiPolygon
	for _, ring := range r.rings {
		if Area2(ring) > 0 {
			shells = append(shells, ring)
			mp = append(mp, orb.Polygon{closed(ring)})
		}
	}
	for _, ring := range r.rings {
		if Area2(ring) > 0 {
			continue
		}
		for i, shell := range shells {
			if surrounds(shell, ring) {
				mp[i] = append(mp[i], closed(ring))
				break
			}
		}
	}
	return mp
}

// surrounds reports whether a hole lies in a shell: one of its vertices does,
// off the shell's line, or all of them are on that line.
func surrounds(shell, hole []Vertex) bool {
	for _, v := range hole {
		if w := Find(v, shell); w != OnEdge {
			return w == Inside
		}
	}
	return true
}

func closed(ring []Vertex) orb.Ring {
	out := make(orb.Ring, 0, len(ring)+1)
	for _, v := range ring {
		out = append(out, v.Point())
	}
	return append(out, out[0])
}

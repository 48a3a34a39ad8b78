package basegrid

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gridcommand/geo"

	"github.com/paulmach/orb"
)

// A Fault is one reason why a file cannot become the grid.
type Fault struct {
	Feature int     // index in the file's features, from 0; -1 for the file as a whole
	Other   int     // the other feature of an overlap or duplicate, else -1
	Kind    string  // stable, snake_case, e.g. "overlap"
	Detail  string  // one English sentence for a person
	AreaM2  float64 // of overlaps and gaps, square metres
}

func (f Fault) String() string {
	if f.Feature < 0 {
		return f.Kind + ": " + f.Detail
	}
	return fmt.Sprintf("feature %d: %s: %s", f.Feature, f.Kind, f.Detail)
}

// Limits of a file. A district needs a small part of them.
const (
	maxFileBytes = 256 << 20
	maxVertices  = 1_000_000
	maxDegrees   = 1.5 // along a side; keeps the arithmetic exact
)

// official is what is read of a file.
type official struct {
	Type     string
	Version  string
	CRS      *struct{ Properties struct{ Name string } }
	Features []struct {
		Geometry *struct {
			Type        string
			Coordinates json.RawMessage
		}
		Properties map[string]any
	}
}

// ReadGeoJSON reads an official grid: a FeatureCollection with one Polygon or
// MultiPolygon for each duty grid, in the given system. A feature's properties
// are code (15 digits), and if wanted parent, which must then be the code's
// community, and community_name and street_name; names that are not given are
// those of the embedded grid. The version is the file's member of that name, or
// else made from its content.
//
// The file is checked as a whole. If there are faults the grid is nil and they
// are all named, by the index of their feature: unreadable geometry, rings that
// are not closed or cross themselves, codes that are malformed, there twice or
// under another parent, ground that overlaps, and gaps enclosed by grids. An
// error means that the file is not such a collection at all.
func ReadGeoJSON(r io.Reader, crs geo.CRS) (*Grid, []Fault, error) {
	if _, err := geo.ParseCRS(string(crs)); err != nil {
		return nil, nil, err
	}
	return read(r, crs, true)
}

// read is ReadGeoJSON; whole: overlaps and gaps are looked for.
func read(r io.Reader, crs geo.CRS, whole bool) (*Grid, []Fault, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxFileBytes+1))
	if err != nil {
		return nil, nil, fmt.Errorf("basegrid: read grid: %w", err)
	}
	if len(raw) > maxFileBytes {
		return nil, nil, fmt.Errorf("basegrid: the file is larger than %d MB", maxFileBytes>>20)
	}
	var doc official
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, nil, fmt.Errorf("basegrid: the file is not GeoJSON: %w", err)
	}
	if doc.Type != "FeatureCollection" {
		return nil, nil, fmt.Errorf("basegrid: the file is a %q, want a FeatureCollection", doc.Type)
	}
	if len(doc.Features) == 0 {
		return nil, nil, errors.New("basegrid: the file has no features")
	}
	if err := doc.agrees(crs); err != nil {
		return nil, nil, err
	}
	if doc.Version == "" {
		sum := sha256.Sum256(raw)
		doc.Version = "official-" + hex.EncodeToString(sum[:6])
	}
	in := intake{crs: crs, codes: make(map[string]int)}
	for i := range doc.Features {
		in.take(i, &doc)
	}
	if in.vertices > maxVertices {
		return nil, nil, fmt.Errorf("basegrid: the file has more than %d vertices", maxVertices)
	}
	if len(in.faults) == 0 {
		in.checkExtent()
	}
	if len(in.faults) == 0 && whole {
		in.faults = append(in.faults, survey(in.ground)...)
	}
	if len(in.faults) > 0 {
		slices.SortStableFunc(in.faults, func(a, b Fault) int { return cmp.Compare(a.Feature, b.Feature) })
		return nil, in.faults, nil
	}
	return in.grid(doc.Version)
}

// agrees compares the system that the caller names with the one in the file, if
// it has the old member crs.
func (doc *official) agrees(crs geo.CRS) error {
	if doc.CRS == nil {
		return nil
	}
	name := doc.CRS.Properties.Name
	var said geo.CRS
	switch {
	case strings.HasSuffix(name, "CRS84"), strings.HasSuffix(name, ":4326"):
		said = geo.WGS84
	case strings.HasSuffix(name, ":4490"):
		said = geo.CGCS2000
	default:
		return fmt.Errorf("basegrid: the file is in %q, which is not a system in degrees that is known here", name)
	}
	if same := geo.FromWGS84(orb.Point{113, 23}, crs) == (orb.Point{113, 23}); !same {
		return fmt.Errorf("basegrid: the file says it is in %s, not in %s", said, crs)
	}
	return nil
}

// An intake collects the features of a file and what is wrong with them.
type intake struct {
	crs      geo.CRS
	ground   [][][]Vertex // rings of each feature
	code     []string
	names    map[string]string
	codes    map[string]int // first feature of each
	vertices int
	faults   []Fault
}

func (in *intake) fault(feature int, kind, format string, args ...any) {
	in.faults = append(in.faults, Fault{Feature: feature, Other: -1, Kind: kind, Detail: fmt.Sprintf(format, args...)})
}

func (in *intake) take(i int, doc *official) {
	f := doc.Features[i]
	code, _ := f.Properties["code"].(string)
	in.code = append(in.code, code)
	in.ground = append(in.ground, nil)
	in.takeCode(i, code, f.Properties)

	if f.Geometry == nil {
		in.fault(i, "no_geometry", "the geometry is missing or null")
		return
	}
	var polygons [][][][]float64
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
	default:
		in.fault(i, "geometry_type", "the geometry is a %q, want a Polygon or MultiPolygon", f.Geometry.Type)
		return
	}
	if err != nil {
		in.fault(i, "coordinates", "the coordinates are not those of a %s", f.Geometry.Type)
		return
	}
	before := len(in.faults)
	for _, polygon := range polygons {
		in.takePolygon(i, polygon)
	}
	rings := in.ground[i]
	if len(in.faults) > before {
		return
	}
	if len(rings) == 0 {
		in.fault(i, "no_geometry", "the geometry is empty")
		return
	}
	if at, crosses := selfCrossing(rings); crosses {
		p := at.Point()
		in.fault(i, "self_intersection", "the boundary crosses or touches itself near %.6f, %.6f", p[0], p[1])
	}
}

func (in *intake) takeCode(i int, code string, properties map[string]any) {
	digits := strings.Trim(code, "0123456789") == ""
	switch {
	case code == "":
		in.fault(i, "no_code", "the property code is missing, empty or not text")
		return
	case !digits || len(code) != gridDigits:
		in.fault(i, "code_length", "the code %q is not %d digits", code, gridDigits)
		return
	case strings.HasSuffix(code, "000"):
		in.fault(i, "code_sequence", "the code %s ends in 000; grids count from 001", code)
	}
	if first, twice := in.codes[code]; twice {
		in.faults = append(in.faults, Fault{
			Feature: i, Other: first, Kind: "duplicate_code",
			Detail: fmt.Sprintf("feature %d has the code %s too", first, code),
		})
	} else {
		in.codes[code] = i
	}
	if district := in.code[0]; len(district) == gridDigits && code[:districtDigits] != district[:districtDigits] {
		in.fault(i, "parent_mismatch", "the code %s is of another district than %s", code, district)
	}
	if parent, given := properties["parent"]; given && parent != code[:communityDigits] {
		in.fault(i, "parent_mismatch", "the parent is %v, by the code it is %s", parent, code[:communityDigits])
	}
	for property, n := range map[string]int{"community_name": communityDigits, "street_name": streetDigits} {
		name, _ := properties[property].(string)
		if name == "" {
			continue
		}
		if in.names == nil {
			in.names = make(map[string]string)
		}
		if known, ok := in.names[code[:n]]; ok && known != name {
			in.fault(i, "parent_mismatch", "%s is called %s here and %s before", code[:n], name, known)
			continue
		}
		in.names[code[:n]] = name
	}
}

// takePolygon adds a polygon's rings to the ground of feature i, turned the
// right way: the shell counter-clockwise, holes clockwise.
func (in *intake) takePolygon(i int, polygon [][][]float64) {
	var shell []Vertex
	for k, positions := range polygon {
		in.vertices += len(positions)
		ring, ok := in.takeRing(i, positions)
		if !ok {
			return
		}
		if (Area2(ring) > 0) != (k == 0) {
			slices.Reverse(ring)
		}
		switch {
		case k == 0:
			shell = ring
		case !surrounds(shell, ring):
			in.fault(i, "hole_outside", "hole %d is not inside its shell", k)
			return
		}
		in.ground[i] = append(in.ground[i], ring)
	}
}

func (in *intake) takeRing(i int, positions [][]float64) ([]Vertex, bool) {
	var ring []Vertex
	for _, p := range positions {
		if len(p) < 2 {
			in.fault(i, "coordinates", "a position has %d numbers", len(p))
			return nil, false
		}
		at := orb.Point{p[0], p[1]} // a height, if there is one, is no concern here
		if err := geo.Valid(at); err != nil {
			in.fault(i, "coordinates", "%v", err)
			return nil, false
		}
		if v := VertexAt(geo.ToWGS84(at, in.crs)); len(ring) == 0 || ring[len(ring)-1] != v {
			ring = append(ring, v)
		}
	}
	switch n := len(ring); {
	case n == 0:
		in.fault(i, "no_geometry", "a ring is empty")
		return nil, false
	case ring[0] != ring[n-1]:
		in.fault(i, "unclosed_ring", "a ring of %d positions does not end where it begins", len(positions))
		return nil, false
	case n < 4:
		in.fault(i, "coordinates", "a ring has only %d different positions", n-1)
		return nil, false
	}
	ring = ring[:len(ring)-1]
	for _, v := range ring {
		far := int64(maxDegrees * Lattice)
		if d := v.X - ring[0].X; d > far || d < -far {
			in.fault(i, "extent", "a grid is wider than %v degrees", maxDegrees)
			return nil, false
		}
	}
	if Area2(ring) == 0 {
		in.fault(i, "coordinates", "a ring has no area")
		return nil, false
	}
	return ring, true
}

func (in *intake) checkExtent() {
	lo, hi := in.ground[0][0][0], in.ground[0][0][0]
	for i, rings := range in.ground {
		for _, ring := range rings {
			for _, v := range ring {
				lo = Vertex{min(lo.X, v.X), min(lo.Y, v.Y)}
				hi = Vertex{max(hi.X, v.X), max(hi.Y, v.Y)}
			}
		}
		if max(hi.X-lo.X, hi.Y-lo.Y) > maxDegrees*Lattice {
			in.fault(i, "extent", "this grid is more than %v degrees away from others", maxDegrees)
			return
		}
	}
}

// grid makes the grid of a file without faults.
func (in *intake) grid(version string) (*Grid, []Fault, error) {
	known, err := Load()
	if err != nil {
		return nil, nil, err
	}
	align(in.ground)
	ground := make(map[string][][]Vertex)
	streets, communities := make(map[string]Area), make(map[string]Area)
	area := func(code, kind string, parentDigits int) Area {
		a := Area{Code: code, Name: code, Kind: kind, Parent: code[:parentDigits]}
		if r := known.regions[code]; r != nil {
			a.Name, a.Kind = r.name, r.kind
		}
		if name := in.names[code]; name != "" {
			a.Name = name
		}
		return a
	}
	for i, code := range in.code {
		ground[code] = in.ground[i]
		streets[code[:streetDigits]] = area(code[:streetDigits], "street", districtDigits)
		communities[code[:communityDigits]] = area(code[:communityDigits], "community", streetDigits)
	}
	byCode := func(m map[string]Area) []Area {
		return slices.SortedFunc(maps.Values(m), func(a, b Area) int { return cmp.Compare(a.Code, b.Code) })
	}
	district := area(in.code[0][:districtDigits], "district", 0)
	return build(version, false, district, byCode(streets), byCode(communities), ground), nil, nil
}

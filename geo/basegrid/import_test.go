package basegrid

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gridcommand/geo"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
)

// collection makes a file of features: each a code and its rings, in
// hundredths of a degree from (113° E, 23° N).
func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func polygon(code string, rings ...[][2]int) string {
	var out [][][2]float64
	for _, ring := range rings {
		var positions [][2]float64
		for _, p := range ring {
			positions = append(positions, [2]float64{float64(11300+p[0]) / 100, float64(2300+p[1]) / 100})
		}
		out = append(out, positions)
	}
	raw, err := json.Marshal(out)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q},"geometry":{"type":"Polygon","coordinates":%s}}`, code, raw)
}

// box is the ring around a rectangle.
func box(west, south, east, north int) [][2]int {
	return [][2]int{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

const one, two, three, four = "440114001001001", "440114001001002", "440114001002001", "440114002001001"

func mustRead(t *testing.T, file string, crs geo.CRS) *Grid {
	t.Helper()
	g, faults, err := ReadGeoJSON(strings.NewReader(file), crs)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
	if g == nil {
		t.FailNow()
	}
	return g
}

// What is exported by Feature and imported again is the same ground.
func TestTheGridSurvivesExportAndImport(t *testing.T) {
	g := loaded(t)
	for _, crs := range []geo.CRS{geo.WGS84, geo.GCJ02} {
		var features []string
		for _, c := range g.Cells() {
			f, _ := g.Feature(c.Code)
			for _, ring := range f.Geometry.(orb.Polygon) {
				for i, p := range ring {
					ring[i] = geo.FromWGS84(p, crs)
				}
			}
			raw, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			features = append(features, string(raw))
		}
		back := mustRead(t, collection(features...), crs)
		if back.Illustrative() || len(back.Cells()) != 1401 || len(back.Communities()) != 261 || len(back.Streets()) != 10 {
			t.Fatalf("%s: %d grids", crs, len(back.Cells()))
		}
		if diff := cmp.Diff(g.Cells(), back.Cells()); diff != "" {
			t.Error(diff)
		}
		if crs == geo.WGS84 {
			for code, r := range g.regions {
				if b := back.regions[code]; Area2(b.rings[0]) != Area2(r.rings[0]) || len(b.rings) != 1 {
					t.Errorf("%s has changed", code)
				}
			}
		}
		rnd := rand.New(rand.NewPCG(3, 4))
		for range 2000 {
			p := g.RandomPoint("440114", rnd.Float64)
			was, _ := g.Locate(p)
			if is, ok := back.Locate(p); !ok || is.Code != was.Code {
				t.Errorf("%s: %v was in %s, is in %q", crs, p, was.Code, is.Code)
			}
		}
	}
}

// A long edge opposite two short ones is one boundary after the import: the
// community is a single ring, and the corner in the middle of the long edge
// belongs to the lowest code.
//
//	2 +---+---+
//	  |   | 2 |
//	1 | 1 +---+
//	  |   | 3 |
//	0 +---+---+
//	  0   1   2
func TestCornersOnEdgesAreTakenIn(t *testing.T) {
	g := mustRead(t, collection(
		polygon(two, box(1, 1, 2, 2)), polygon(one, box(0, 0, 1, 2)), polygon(three, box(1, 0, 2, 1)),
	), geo.CGCS2000)
	if rings := g.regions["440114"].rings; len(rings) != 1 || len(rings[0]) != 7 {
		t.Errorf("the district is %v", rings)
	}
	if c, ok := g.Locate(orb.Point{113.01, 23.01}); !ok || c.Code != one {
		t.Errorf("the corner belongs to %+v", c)
	}
	if c, _ := g.Cells()[0], 0; c.CommunityName != "云山居委会" || c.StreetName != "新华街道" || c.DistrictName != "花都区" {
		t.Errorf("names %+v", c)
	}
	if !strings.HasPrefix(g.Version(), "official-") {
		t.Errorf("version %q", g.Version())
	}
	raw, ok := g.TileJSON("grids", "")
	if !ok || strings.Contains(string(raw), "示意") {
		t.Errorf("an official grid calls itself illustrative: %s", raw)
	}
}

func TestNamesAndVersionOfAFile(t *testing.T) {
	file := `{"type":"FeatureCollection","version":"2027-1","features":[
	{"type":"Feature","properties":{"code":"440114001001001","parent":"440114001001","community_name":"甲","street_name":"乙"},
	 "geometry":{"type":"MultiPolygon","coordinates":[[[[113,23,5],[113.01,23,5],[113.01,23.01,5],[113,23.01,5],[113,23,5]]],
	                                                  [[[113.02,23],[113.02,23.01],[113.03,23.01],[113.03,23],[113.02,23]]]]}}]}`
	g := mustRead(t, file, geo.WGS84)
	c, ground, ok := g.Cell(one)
	if !ok || g.Version() != "2027-1" || c.CommunityName != "甲" || c.StreetName != "乙" || c.Name != "甲001网格" || len(ground) != 2 {
		t.Errorf("%+v %v", c, ground)
	}
	f, _ := g.Feature(one)
	if f.Geometry.GeoJSONType() != "MultiPolygon" {
		t.Error("two pieces became one")
	}
}

func TestFaultsAreNamed(t *testing.T) {
	square := polygon(one, box(0, 0, 1, 1))
	with := func(properties, geometry string) string {
		return `{"type":"Feature","properties":` + properties + `,"geometry":` + geometry + `}`
	}
	ring := func(positions string) string { return `{"type":"Polygon","coordinates":[` + positions + `]}` }
	type fault struct {
		Feature int
		Kind    string
	}
	for name, c := range map[string]struct {
		features []string
		want     []fault
	}{
		"null geometry":       {[]string{square, with(`{"code":"440114001001002"}`, `null`)}, []fault{{1, "no_geometry"}}},
		"empty":               {[]string{with(`{"code":"440114001001002"}`, `{"type":"MultiPolygon","coordinates":[]}`)}, []fault{{0, "no_geometry"}}},
		"empty ring":          {[]string{with(`{"code":"440114001001002"}`, ring(`[]`))}, []fault{{0, "no_geometry"}}},
		"a point":             {[]string{with(`{"code":"440114001001002"}`, `{"type":"Point","coordinates":[113,23]}`)}, []fault{{0, "geometry_type"}}},
		"a collection":        {[]string{with(`{"code":"440114001001002"}`, `{"type":"GeometryCollection","geometries":[]}`)}, []fault{{0, "geometry_type"}}},
		"wrong nesting":       {[]string{with(`{"code":"440114001001002"}`, `{"type":"Polygon","coordinates":[[113,23]]}`)}, []fault{{0, "coordinates"}}},
		"one number":          {[]string{with(`{"code":"440114001001002"}`, ring(`[[113],[113,23],[114,23],[113]]`))}, []fault{{0, "coordinates"}}},
		"swapped":             {[]string{with(`{"code":"440114001001002"}`, ring(`[[23,113],[23.1,113],[23.1,113.1],[23,113]]`))}, []fault{{0, "coordinates"}}},
		"metres":              {[]string{with(`{"code":"440114001001002"}`, ring(`[[720000,2590000],[720100,2590000],[720100,2590100],[720000,2590000]]`))}, []fault{{0, "coordinates"}}},
		"unclosed":            {[]string{square, polygon(two, [][2]int{{1, 0}, {2, 0}, {2, 1}, {1, 1}})}, []fault{{1, "unclosed_ring"}}},
		"two corners":         {[]string{polygon(one, [][2]int{{1, 0}, {2, 0}, {1, 0}})}, []fault{{0, "coordinates"}}},
		"no area":             {[]string{polygon(one, [][2]int{{0, 0}, {2, 0}, {1, 0}, {0, 0}})}, []fault{{0, "coordinates"}}},
		"bow tie":             {[]string{square, polygon(two, [][2]int{{1, 0}, {3, 0}, {1, 1}, {2, 2}, {1, 0}})}, []fault{{1, "self_intersection"}}},
		"spike":               {[]string{polygon(one, [][2]int{{0, 0}, {2, 0}, {2, 2}, {2, 3}, {2, 1}, {0, 2}, {0, 0}})}, []fault{{0, "self_intersection"}}},
		"touches itself":      {[]string{polygon(one, [][2]int{{0, 0}, {2, 0}, {1, 1}, {2, 2}, {0, 2}, {1, 1}, {0, 0}})}, []fault{{0, "self_intersection"}}},
		"hole outside":        {[]string{polygon(one, box(0, 0, 1, 1), box(3, 3, 4, 4))}, []fault{{0, "hole_outside"}}},
		"hole crosses":        {[]string{polygon(one, box(0, 0, 4, 4), [][2]int{{1, 1}, {6, 2}, {1, 3}, {1, 1}})}, []fault{{0, "self_intersection"}}},
		"duplicate code":      {[]string{square, polygon(two, box(1, 0, 2, 1)), polygon(one, box(2, 0, 3, 1))}, []fault{{2, "duplicate_code"}}},
		"code too short":      {[]string{square, polygon("44011400100101", box(1, 0, 2, 1))}, []fault{{1, "code_length"}}},
		"code with letters":   {[]string{square, polygon("44011400100100a", box(1, 0, 2, 1))}, []fault{{1, "code_length"}}},
		"code of a street":    {[]string{square, polygon("440114001", box(1, 0, 2, 1))}, []fault{{1, "code_length"}}},
		"code a number":       {[]string{square, with(`{"code":440114001001002}`, ring(`[[113.01,23],[113.02,23],[113.02,23.01],[113.01,23]]`))}, []fault{{1, "no_code"}}},
		"no properties":       {[]string{with(`null`, ring(`[[113.01,23],[113.02,23],[113.02,23.01],[113.01,23]]`))}, []fault{{0, "no_code"}}},
		"sequence 000":        {[]string{polygon("440114001001000", box(0, 0, 1, 1))}, []fault{{0, "code_sequence"}}},
		"wrong parent":        {[]string{with(`{"code":"440114001001001","parent":"440114001002"}`, ring(`[[113,23],[113.01,23],[113.01,23.01],[113,23]]`))}, []fault{{0, "parent_mismatch"}}},
		"another district":    {[]string{square, polygon("440111001001001", box(1, 0, 2, 1))}, []fault{{1, "parent_mismatch"}}},
		"far away":            {[]string{square, polygon(two, box(500, 0, 501, 1))}, []fault{{1, "extent"}}},
		"overlap":             {[]string{square, polygon(two, [][2]int{{0, 0}, {2, 0}, {2, 1}, {0, 1}, {0, 0}})}, []fault{{0, "overlap"}}},
		"the same twice":      {[]string{square, polygon(two, box(0, 0, 1, 1))}, []fault{{0, "overlap"}}},
		"one inside another":  {[]string{polygon(one, box(0, 0, 5, 5)), polygon(two, box(1, 1, 2, 2))}, []fault{{0, "overlap"}}},
		"several at once":     {[]string{polygon("1", box(0, 0, 1, 1)), with(`{"code":"440114001001002"}`, `null`)}, []fault{{0, "code_length"}, {1, "no_geometry"}}},
		"an enclosed gap":     {[]string{polygon(one, box(0, 0, 5, 5), box(1, 1, 2, 2))}, []fault{{0, "gap"}}},
		"grid in a hole":      {[]string{polygon(one, box(0, 0, 5, 5), box(1, 1, 2, 2)), polygon(two, box(1, 1, 2, 2))}, nil},
		"a bay is no gap":     {[]string{polygon(one, [][2]int{{0, 0}, {6, 0}, {6, 4}, {4, 4}, {3, 2}, {2, 4}, {0, 4}, {0, 0}})}, nil},
		"a bay below":         {[]string{polygon(one, [][2]int{{0, 4}, {6, 4}, {6, 0}, {4, 0}, {3, 2}, {2, 0}, {0, 0}, {0, 4}})}, nil},
		"a bay to the east":   {[]string{polygon(one, [][2]int{{0, 0}, {4, 0}, {4, 1}, {1, 2}, {4, 3}, {4, 4}, {0, 4}, {0, 0}})}, nil},
		"islands are no gap":  {[]string{square, polygon(two, box(3, 0, 4, 1)), polygon(three, box(0, 4, 1, 5))}, nil},
		"clockwise is turned": {[]string{polygon(one, [][2]int{{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}})}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			g, faults, err := ReadGeoJSON(strings.NewReader(collection(c.features...)), geo.WGS84)
			if err != nil {
				t.Fatal(err)
			}
			var got []fault
			for _, f := range faults {
				got = append(got, fault{f.Feature, f.Kind})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s\n%v", diff, faults)
			}
			if (g == nil) != (len(faults) > 0) {
				t.Error("a grid comes exactly when there are no faults")
			}
		})
	}
}

// Overlaps and gaps are measured. A hundredth of a degree squared is about
// 1.13 km² here.
//
//	3 +-----------+
//	  |     1     |
//	2 +---+---+---+
//	  | 3 |gap| 4 |
//	1 +---+---+---+
//	  |     2     |
//	0 +-----------+
//	  0   1   2   3
func TestOverlapsAndGapsAreMeasured(t *testing.T) {
	const unitM2 = 1107.7 * 1107.7 * 0.9205 // cos 23°
	frame := []string{
		polygon(one, box(0, 2, 3, 3)), polygon(two, box(0, 0, 3, 1)),
		polygon(three, box(0, 1, 1, 2)), polygon(four, box(2, 1, 3, 2)),
	}
	measure := func(t *testing.T, features []string) Fault {
		t.Helper()
		_, faults, err := ReadGeoJSON(strings.NewReader(collection(features...)), geo.WGS84)
		if err != nil || len(faults) != 1 {
			t.Fatalf("%v %v", faults, err)
		}
		return faults[0]
	}
	if f := measure(t, frame); f.Kind != "gap" || math.Abs(f.AreaM2/unitM2-1) > 0.001 || f.Feature != 2 {
		t.Errorf("%v: %.4f of a square", f, f.AreaM2/unitM2)
	}
	// Two crossing diamonds: edges cross in the middle of nowhere.
	diamonds := []string{
		polygon(one, [][2]int{{0, 2}, {2, 0}, {4, 2}, {2, 4}, {0, 2}}),
		polygon(two, [][2]int{{2, 2}, {4, 0}, {6, 2}, {4, 4}, {2, 2}}),
	}
	if f := measure(t, diamonds); f.Kind != "overlap" || f.Other != 1 || math.Abs(f.AreaM2/unitM2-2) > 0.002 {
		t.Errorf("%v: %.4f squares, want 2", f, f.AreaM2/unitM2)
	}
}

// One corner moved by five metres opens a gap on one side and an overlap on the
// other; both are seen.
func TestAMovedCornerIsSeen(t *testing.T) {
	g := loaded(t)
	cells := g.CommunityCells("440114002002")
	var features []string
	moved := false
	for _, c := range cells {
		f, _ := g.Feature(c.Code)
		ring := f.Geometry.(orb.Polygon)[0]
		for i := 1; i < len(ring)-1 && !moved; i++ {
			inner := 0
			for _, other := range cells {
				if slices.Contains(g.regions[other.Code].rings[0], VertexAt(ring[i])) {
					inner++
				}
			}
			if inner == 3 {
				ring[i][0] += 0.00005
				moved = true
			}
		}
		raw, _ := json.Marshal(f)
		features = append(features, string(raw))
	}
	if !moved {
		t.Fatal("no corner of three grids")
	}
	_, faults, err := ReadGeoJSON(strings.NewReader(collection(features...)), geo.WGS84)
	if err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]int)
	for _, f := range faults {
		kinds[f.Kind]++
	}
	if kinds["overlap"] == 0 || kinds["gap"] == 0 {
		t.Errorf("faults %v", faults)
	}
}

func TestFilesThatAreNoGrid(t *testing.T) {
	square := polygon(one, box(0, 0, 1, 1))
	withCRS := func(name string) string {
		return `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"` + name + `"}},"features":[` + square + `]}`
	}
	for name, c := range map[string]struct {
		file string
		crs  geo.CRS
	}{
		"not JSON":        {`{"type":`, geo.WGS84},
		"empty":           {``, geo.WGS84},
		"a feature":       {square, geo.WGS84},
		"no features":     {collection(), geo.WGS84},
		"an unknown crs":  {collection(square), "utm50"},
		"a metric crs":    {withCRS("urn:ogc:def:crs:EPSG::4547"), geo.CGCS2000},
		"contradicts crs": {withCRS("urn:ogc:def:crs:EPSG::4490"), geo.GCJ02},
	} {
		t.Run(name, func(t *testing.T) {
			if g, faults, err := ReadGeoJSON(strings.NewReader(c.file), c.crs); err == nil || g != nil {
				t.Errorf("taken: %v", faults)
			}
		})
	}
	mustRead(t, withCRS("urn:ogc:def:crs:EPSG::4490"), geo.CGCS2000)
	mustRead(t, withCRS("urn:ogc:def:crs:OGC:1.3:CRS84"), geo.WGS84)
}

// Whatever comes in, it is refused or it is a grid that works.
func FuzzReadGeoJSON(f *testing.F) {
	f.Add(collection(polygon(one, box(0, 0, 1, 1)), polygon(two, box(1, 0, 2, 1))))
	f.Add(collection(polygon(one, box(0, 0, 5, 5), box(1, 1, 2, 2))))
	f.Add(`{"type":"FeatureCollection","features":[{"geometry":null}]}`)
	f.Fuzz(func(t *testing.T, file string) {
		g, faults, err := ReadGeoJSON(strings.NewReader(file), geo.WGS84)
		if err != nil || len(faults) > 0 {
			if g != nil {
				t.Fatal("a grid in spite of faults")
			}
			return
		}
		for _, c := range g.Cells() {
			p, ok := g.InteriorPoint(c.Code)
			if _, located := g.Locate(p); !ok || !located {
				t.Fatalf("%s: its own point %v is outside", c.Code, p)
			}
		}
	})
}

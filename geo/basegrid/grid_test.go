package basegrid

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/geom"
	"pgregory.net/rapid"
)

func loaded(t testing.TB) *Grid {
	t.Helper()
	g, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTheDistrictHasItsUnits(t *testing.T) {
	g := loaded(t)
	if s, c, n := len(g.Streets()), len(g.Communities()), len(g.Cells()); s != 10 || c != 261 || n != 1401 {
		t.Fatalf("%d streets, %d communities, %d grids; want 10, 261, 1401", s, c, n)
	}
	if !g.Illustrative() || g.Version() != "illustrative-2026-1" {
		t.Errorf("version %q, illustrative %v", g.Version(), g.Illustrative())
	}
	names := make(map[string]string)
	for _, a := range append(g.Streets(), g.Communities()...) {
		names[a.Code] = a.Name
		if !strings.HasPrefix(a.Code, a.Parent) || a.Parent == "" {
			t.Errorf("%s has parent %q", a.Code, a.Parent)
		}
	}
	for code, want := range map[string]string{"440114002004": "紫薇西", "440114002002": "桂花", "440114001": "新华"} {
		if !strings.HasPrefix(names[code], want) {
			t.Errorf("%s is %q, want %s…", code, names[code], want)
		}
	}
}

// Codes have 15 digits and count from 001 in each community without a break.
func TestGridCodesCountFromOne(t *testing.T) {
	g := loaded(t)
	total := 0
	for _, a := range g.Communities() {
		cells := g.CommunityCells(a.Code)
		if len(cells) == 0 {
			t.Errorf("%s %s has no grid", a.Code, a.Name)
		}
		for i, c := range cells {
			if want := fmt.Sprintf("%s%03d", a.Code, i+1); c.Code != want || c.Community != a.Code || c.Street != a.Parent || c.District != "440114" {
				t.Errorf("grid %+v, want code %s", c, want)
			}
			if c.CommunityName != a.Name || c.Name != a.Name+c.Code[12:]+"网格" {
				t.Errorf("grid %s is named %q in %q", c.Code, c.Name, c.CommunityName)
			}
		}
		total += len(cells)
	}
	if total != 1401 || len(g.CommunityCells("440114")) != 1401 || len(g.CommunityCells("440115")) != 0 {
		t.Errorf("communities have %d grids", total)
	}
}

// Two places whose street is known lie in it.
func TestKnownPlaces(t *testing.T) {
	g := loaded(t)
	for p, street := range map[orb.Point]string{{113.2203, 23.4042}: "440114002", {113.20802, 23.37289}: "440114001"} {
		if c, ok := g.Locate(p); !ok || c.Street != street {
			t.Errorf("%v is in %+v, want %s", p, c, street)
		}
	}
}

// Every edge is used twice, once in each direction, or once on the outline; the
// areas add up to the last unit. Together with rings that are simple and edges
// that do not cross, this is a tiling.
func TestGridsTileTheOutline(t *testing.T) {
	g := loaded(t)
	used := make(map[[2]Vertex]int)
	var sum int64
	for _, c := range g.cells {
		for _, ring := range g.regions[c.Code].rings {
			if Area2(ring) <= 0 {
				t.Fatalf("%s runs the wrong way", c.Code)
			}
			sum += Area2(ring)
			for i, v := range ring {
				used[[2]Vertex{v, ring[(i+1)%len(ring)]}]++
			}
		}
	}
	var rim int
	outline := sourceOutline(t)
	for e, n := range used {
		if n != 1 {
			t.Fatalf("edge %v is used %d times in one direction", e, n)
		}
		if used[[2]Vertex{e[1], e[0]}] == 0 {
			rim++
			if !onRing(outline, e[0]) || !onRing(outline, e[1]) {
				t.Fatalf("edge %v has one neighbour and is not on the outline", e)
			}
		}
	}
	if want := Area2(outline); sum != want {
		t.Errorf("grids have twice the area %d, the outline %d", sum, want)
	}
	if district := g.regions["440114"].rings; len(district) != 1 || len(district[0]) != rim || Area2(district[0]) != sum {
		t.Errorf("the district has %d rings", len(district))
	}
}

// sourceOutline reads the published outline, counter-clockwise.
func sourceOutline(t *testing.T) []Vertex {
	t.Helper()
	raw, err := os.ReadFile("data/huadu_outline.geojson")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Features []struct {
			Geometry struct{ Coordinates [][]orb.Point }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	var ring []Vertex
	for _, p := range doc.Features[0].Geometry.Coordinates[0] {
		if v := VertexAt(p); len(ring) == 0 || ring[len(ring)-1] != v && ring[0] != v {
			ring = append(ring, v)
		}
	}
	if Area2(ring) < 0 {
		ring = reversed(ring)
	}
	return ring
}

func onRing(ring []Vertex, v Vertex) bool { return Find(v, ring) == OnEdge }

// No edge crosses another or runs into its middle.
func TestEdgesMeetOnlyAtTheirEnds(t *testing.T) {
	g := loaded(t)
	seen := make(map[[2]Vertex]bool)
	hash := make(map[Vertex][][2]Vertex)
	const bin = 2_000_000 // about 200 m
	for _, c := range g.cells {
		ring := g.regions[c.Code].rings[0]
		for i, v := range ring {
			w := ring[(i+1)%len(ring)]
			if compare(v, w) > 0 {
				v, w = w, v
			}
			e := [2]Vertex{v, w}
			if seen[e] {
				continue
			}
			seen[e] = true
			for x := v.X / bin; x <= w.X/bin; x++ {
				for y := min(v.Y, w.Y) / bin; y <= max(v.Y, w.Y)/bin; y++ {
					hash[Vertex{x, y}] = append(hash[Vertex{x, y}], e)
				}
			}
		}
	}
	for _, edges := range hash {
		for i, e := range edges {
			for _, f := range edges[:i] {
				if conflict(e, f) {
					t.Fatalf("edges %v and %v meet between their ends", e, f)
				}
			}
		}
	}
}

// oracle gives a region to an independent geometry library.
func oracle(t *testing.T, r *region) geom.Geometry {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"type": "MultiPolygon", "coordinates": r.multiPolygon()})
	if err != nil {
		t.Fatal(err)
	}
	shape, err := geom.UnmarshalGeoJSON(raw)
	if err != nil {
		t.Fatalf("%s: %v", r.name, err)
	}
	return shape
}

func TestOracleFindsEveryRegionValidAndInOnePiece(t *testing.T) {
	g := loaded(t)
	for code, r := range g.regions {
		if err := oracle(t, r).Validate(); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if mp := r.multiPolygon(); len(mp) != 1 || len(mp[0]) != 1 {
			t.Errorf("%s %s is in %d pieces", code, r.name, len(mp))
		}
	}
}

// The union of a community's grids, by the oracle, is the community: no overlap
// (the areas add up) and nothing missing or over (the difference is empty).
func TestOracleFindsCommunitiesTheUnionOfTheirGrids(t *testing.T) {
	g := loaded(t)
	for i, a := range g.Communities() {
		if i%8 != 0 && a.Parent != "440114002" {
			continue // every eighth, and all of one street: the oracle is slow
		}
		var parts []geom.Geometry
		var sum float64
		for _, c := range g.CommunityCells(a.Code) {
			shape := oracle(t, g.regions[c.Code])
			sum += shape.Area()
			parts = append(parts, shape)
		}
		union, err := geom.UnionMany(parts)
		if err != nil {
			t.Fatal(err)
		}
		whole := oracle(t, g.regions[a.Code])
		rest, err := geom.SymmetricDifference(union, whole)
		if err != nil {
			t.Fatal(err)
		}
		// Square degrees; a tenth of a square metre is 1e-11.
		if rest.Area() > 1e-11 || sum-union.Area() > 1e-11 || union.Area()-sum > 1e-11 {
			t.Errorf("%s: union %g, sum %g, whole %g", a.Code, union.Area(), sum, whole.Area())
		}
	}
}

func TestStreetsAreNearTheirArea(t *testing.T) {
	g := loaded(t)
	want := map[string]float64{
		"440114001": 30, "440114002": 27, "440114003": 40, "440114004": 25, "440114103": 91.1,
		"440114104": 115.5, "440114105": 212.8, "440114107": 110.1, "440114108": 159.6, "440114109": 158.2,
	}
	for code, km2 := range want {
		const km2Of = 110.77 * 110.77 * 11 / 12 / 2 / Lattice / Lattice
		got := float64(Area2(g.regions[code].rings[0])) * km2Of
		if got < 0.85*km2 || got > 1.15*km2 {
			t.Errorf("%s has %.1f km², want about %.1f", code, got, km2)
		}
	}
}

// owners asks every grid, without the raster.
func owners(g *Grid, v Vertex) (codes []string) {
	for _, c := range g.cells {
		r := g.regions[c.Code]
		if v.X < r.lo.X || v.X > r.hi.X || v.Y < r.lo.Y || v.Y > r.hi.Y {
			continue
		}
		if Find(v, r.rings...) != Outside {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// Locate names the lowest code of all grids that hold the point or have it on
// their boundary, and nothing exactly where there is none: for points anywhere,
// on corners, on the middles of edges and a unit away from them.
func TestLocateAgreesWithAskingEveryGrid(t *testing.T) {
	g := loaded(t)
	b := g.Bound().Pad(0.01)
	rapid.Check(t, func(t *rapid.T) {
		var v Vertex
		c := g.cells[rapid.IntRange(0, len(g.cells)-1).Draw(t, "cell")]
		ring := g.regions[c.Code].rings[0]
		i := rapid.IntRange(0, len(ring)-1).Draw(t, "vertex")
		p, q := ring[i], ring[(i+1)%len(ring)]
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			v = VertexAt(orb.Point{rapid.Float64Range(b.Min[0], b.Max[0]).Draw(t, "lon"), rapid.Float64Range(b.Min[1], b.Max[1]).Draw(t, "lat")})
		case 1:
			v = p
		case 2:
			v = Vertex{(p.X + q.X) / 2, (p.Y + q.Y) / 2}
		}
		v.X += rapid.Int64Range(-1, 1).Draw(t, "dx")
		v.Y += rapid.Int64Range(-1, 1).Draw(t, "dy")
		want := owners(g, v)
		got, ok := g.Locate(v.Point())
		switch {
		case ok != (len(want) > 0):
			t.Fatalf("%v: located %v, owners %v", v, ok, want)
		case ok && got.Code != want[0]:
			t.Fatalf("%v: located %s, owners %v", v, got.Code, want)
		}
		inside := Find(v, g.regions["440114"].rings...)
		if ok != (inside != Outside) {
			t.Fatalf("%v: located %v, but it is %v of the district", v, ok, inside)
		}
		strictly := 0
		for _, code := range want {
			if Find(v, g.regions[code].rings...) == Inside {
				strictly++
			}
		}
		if strictly > 1 || strictly == 1 && len(want) > 1 {
			t.Fatalf("%v is inside %d of %v", v, strictly, want)
		}
	})
}

func TestEveryVertexHasItsLowestOwner(t *testing.T) {
	g := loaded(t)
	lowest := make(map[Vertex]string)
	for _, c := range g.cells { // ascending
		for _, v := range g.regions[c.Code].rings[0] {
			if lowest[v] == "" {
				lowest[v] = c.Code
			}
		}
	}
	for v, want := range lowest {
		if got, ok := g.Locate(v.Point()); !ok || got.Code != want {
			t.Fatalf("%v belongs to %q, want %s", v, got.Code, want)
		}
	}
}

func TestLocateOutside(t *testing.T) {
	g := loaded(t)
	for _, p := range []orb.Point{{}, {23.4, 113.2}, {113.2, 24}, {112, 23.4}, {-0.1276, 51.5072}, {113.0, 23.6}, {1e300, 1e300}} {
		if c, ok := g.Locate(p); ok {
			t.Errorf("%v is in %s", p, c.Code)
		}
	}
}

func TestPointsInside(t *testing.T) {
	g := loaded(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for code, r := range g.regions {
		p, ok := g.InteriorPoint(code)
		if !ok || Find(VertexAt(p), r.rings...) != Inside {
			t.Errorf("%s: label point %v is not inside", code, p)
		}
		for range 5 {
			p := g.RandomPoint(code, rnd.Float64)
			if c, ok := g.Locate(p); !ok || !strings.HasPrefix(c.Code, code) {
				t.Errorf("%s: random point %v is in %q", code, p, c.Code)
			}
		}
	}
	// A source that always says the same must not hang, nor leave the ground.
	for _, stuck := range []float64{0, 0.999999} {
		if c, ok := g.Locate(g.RandomPoint("440114002002001", func() float64 { return stuck })); !ok || c.Code != "440114002002001" {
			t.Errorf("stuck at %v: %q", stuck, c.Code)
		}
	}
	if _, ok := g.InteriorPoint("440115"); ok {
		t.Error("a foreign code has a point")
	}
	if p := g.RandomPoint("440115", rnd.Float64); p != (orb.Point{}) {
		t.Error("a foreign code has a random point")
	}
}

func TestFeature(t *testing.T) {
	g := loaded(t)
	for code, want := range map[string][2]string{
		"440114": {"花都区", "district"}, "440114002": {"花城街道", "street"},
		"440114002002": {"桂花居委会", "community"}, "440114002002001": {"桂花居委会001网格", "grid"},
	} {
		f, ok := g.Feature(code)
		if !ok || f.ID != code || f.Properties["name"] != want[0] || f.Properties["kind"] != want[1] || f.Properties["illustrative"] != true {
			t.Errorf("%s: %+v", code, f)
			continue
		}
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var back struct {
			Geometry json.RawMessage
		}
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		shape, err := geom.UnmarshalGeoJSON(back.Geometry)
		if err != nil || shape.Type() != geom.TypePolygon {
			t.Errorf("%s: %v %v", code, shape.Type(), err)
		}
	}
	if _, ok := g.Feature("440114002999"); ok {
		t.Error("a feature without ground")
	}
	cell, ground, ok := g.Cell("440114002002001")
	if !ok || cell.Street != "440114002" || len(ground) != 1 || !ground[0][0].Closed() || ground[0][0].Orientation() != orb.CCW {
		t.Errorf("Cell: %+v %v", cell, ok)
	}
	if _, _, ok := g.Cell("440114002002"); ok {
		t.Error("a community is no grid")
	}
}

func BenchmarkLocate(b *testing.B) {
	g := loaded(b)
	rnd := rand.New(rand.NewPCG(1, 2))
	points := make([]orb.Point, 1<<14)
	for i := range points {
		points[i] = g.RandomPoint("440114", rnd.Float64)
	}
	for i := 0; b.Loop(); i++ {
		if _, ok := g.Locate(points[i&(1<<14-1)]); !ok {
			b.Fatal("lost")
		}
	}
}

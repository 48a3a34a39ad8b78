package basegrid

import (
	"encoding/json"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/peterstace/simplefeatures/geom"
)

// decoded returns the features of a tile by layer, in the tile's units.
func decoded(t *testing.T, raw []byte) map[string][]*geojson.Feature {
	t.Helper()
	out := make(map[string][]*geojson.Feature)
	if len(raw) == 0 {
		return out
	}
	layers, err := mvt.Unmarshal(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range layers {
		if l.Version != 2 || l.Extent != extent {
			t.Errorf("layer %s has version %d, extent %d", l.Name, l.Version, l.Extent)
		}
		out[l.Name] = l.Features
	}
	return out
}

// cover lists the tiles of a zoom that the district touches.
func cover(g *Grid, z uint32) []maptile.Tile {
	b := g.Bound()
	nw := maptile.At(orb.Point{b.Min[0], b.Max[1]}, maptile.Zoom(z))
	se := maptile.At(orb.Point{b.Max[0], b.Min[1]}, maptile.Zoom(z))
	var tiles []maptile.Tile
	for x := nw.X; x <= se.X; x++ {
		for y := nw.Y; y <= se.Y; y++ {
			tiles = append(tiles, maptile.New(x, y, maptile.Zoom(z)))
		}
	}
	return tiles
}

// At every zoom each unit has one label in one tile.
func TestLabelsAreDrawnOnce(t *testing.T) {
	g := loaded(t)
	for layer, want := range map[string]int{"streets": 10, "communities": 261, "grids": 1401, "density": 1401} {
		for z := uint32(7); z <= 13; z++ {
			seen := make(map[string]int)
			for _, at := range cover(g, z) {
				raw, ok := g.Tile(layer, z, at.X, at.Y)
				if !ok {
					t.Fatalf("no tile %s %v", layer, at)
				}
				for _, f := range decoded(t, raw)[layer+"-label"] {
					seen[f.Properties["code"].(string)]++
				}
			}
			if len(seen) != want {
				t.Errorf("%s at zoom %d labels %d units, want %d", layer, z, len(seen), want)
			}
			for code, n := range seen {
				if n != 1 {
					t.Errorf("%s at zoom %d labels %s %d times", layer, z, code, n)
				}
			}
		}
	}
}

// Neighbours share their edges at every zoom, however simple the lines have
// become: in a tile that holds the whole district, what runs both ways cancels
// and leaves one ring, the outline.
func TestNeighboursStillShareEdgesFarAway(t *testing.T) {
	g := loaded(t)
	for _, layer := range []string{"streets", "communities", "grids"} {
		l := g.levels[layer]
		for _, z := range []uint32{8, 10, 12, 14} {
			f := newFrame(z, 0, 0)
			limit := tolerance(z, layer)
			kept := make(map[[2]orb.Point]int)
			for _, code := range l.codes {
				for _, ring := range l.outline(l.regions[code], f, limit) {
					for i, p := range ring[1:] {
						kept[[2]orb.Point{ring[i], p}]++
					}
				}
			}
			next := make(map[orb.Point]orb.Point)
			for e, n := range kept {
				if n -= kept[[2]orb.Point{e[1], e[0]}]; n > 0 {
					if _, twice := next[e[0]]; twice || n > 1 {
						t.Fatalf("%s at zoom %d: the outline forks at %v", layer, z, e[0])
					}
					next[e[0]] = e[1]
				}
			}
			var start orb.Point
			for start = range next {
				break
			}
			steps := 1
			for p := next[start]; p != start && steps <= len(next); p = next[p] {
				steps++
			}
			if steps != len(next) {
				t.Errorf("%s at zoom %d: the outline has %d edges, %d of them in one ring", layer, z, len(next), steps)
			}
		}
	}
}

// Far away there are far fewer vertices; close up there are all.
func TestTilesAreSimplerFarAway(t *testing.T) {
	g := loaded(t)
	count := func(z uint32) (n int) {
		l := g.levels["streets"]
		for _, code := range l.codes {
			for _, ring := range l.outline(l.regions[code], newFrame(z, 0, 0), tolerance(z, "streets")) {
				n += len(ring) - 1
			}
		}
		return n
	}
	var all int
	for _, a := range g.Streets() {
		all += len(g.regions[a.Code].rings[0])
	}
	if far, close := count(7), count(14); close != all || far*3 > all {
		t.Errorf("%d vertices at zoom 7, %d at 14, %d in all", far, close, all)
	}
}

func TestTileOfTheOldTown(t *testing.T) {
	g := loaded(t)
	at := maptile.At(orb.Point{113.2203, 23.4042}, 14)
	raw, ok := g.Tile("grids", 14, at.X, at.Y)
	if !ok {
		t.Fatal("no tile")
	}
	features := decoded(t, raw)["grids"]
	if len(features) < 4 {
		t.Fatalf("%d grids", len(features))
	}
	area := 0.0
	for _, f := range features {
		code := f.Properties["code"].(string)
		c, _, ok := g.Cell(code)
		if !ok || f.Properties["name"] != c.Name || f.Properties["parent"] != c.Community || f.Properties["illustrative"] != true {
			t.Errorf("feature %v", f.Properties)
		}
		raw, err := json.Marshal(geojson.NewGeometry(f.Geometry))
		if err != nil {
			t.Fatal(err)
		}
		shape, err := geom.UnmarshalGeoJSON(raw)
		if err != nil {
			t.Errorf("%s: %v", code, err)
		}
		area += shape.Area()
		bound := f.Geometry.Bound()
		if !clipBound.Contains(bound.Min) || !clipBound.Contains(bound.Max) {
			t.Errorf("%s reaches to %v", code, bound)
		}
	}
	// The tile lies inside the district: its grids fill it, buffer included.
	if want := math.Pow(extent+2*buffer, 2); math.Abs(area/want-1) > 1e-4 {
		t.Errorf("grids fill %.6f of the tile", area/want)
	}
	again, _ := g.Tile("grids", 14, at.X, at.Y)
	if !slices.Equal(raw, again) {
		t.Error("the second answer differs")
	}
}

// Shells have a positive area where y grows to the south, as the format wants.
func TestWindingOfShells(t *testing.T) {
	g := loaded(t)
	at := cover(g, 9)[0]
	raw, _ := g.Tile("streets", 9, at.X, at.Y)
	for _, f := range decoded(t, raw)["streets"] {
		for _, polygon := range polygons(f.Geometry) {
			if polygon[0].Orientation() != orb.CCW { // with y to the north this reads as positive
				t.Errorf("%v winds the wrong way", f.Properties["code"])
			}
		}
	}
}

func polygons(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	}
	return nil
}

func TestDensityCountsOpenIncidents(t *testing.T) {
	g := loaded(t)
	at := maptile.At(orb.Point{113.2203, 23.4042}, 9)
	const busy = "440114002002001"
	features := decoded(t, g.DensityTile(9, at.X, at.Y, map[string]int{busy: 7}))
	for _, layer := range []string{"density", "density-label"} {
		found := false
		for _, f := range features[layer] {
			want := 0.0
			if f.Properties["code"] == busy {
				want, found = 7, true
			}
			if n := f.Properties["n"]; n != want {
				t.Fatalf("%s: %v has n %v, want %v", layer, f.Properties["code"], n, want)
			}
		}
		if !found {
			t.Errorf("%s lacks %s", layer, busy)
		}
	}
	quiet, ok := g.Tile("density", 9, at.X, at.Y)
	if !ok || !slices.Equal(quiet, g.DensityTile(9, at.X, at.Y, nil)) {
		t.Error("no counts and zero counts differ")
	}
}

func TestTilesThatAreNot(t *testing.T) {
	g := loaded(t)
	for _, c := range []struct {
		layer   string
		z, x, y uint32
	}{{"roads", 9, 1, 1}, {"", 9, 1, 1}, {"streets", 9, 512, 0}, {"streets", 9, 0, 512}, {"streets", 23, 0, 0}, {"streets", 40, 0, 0}, {"streets-label", 9, 1, 1}} {
		if _, ok := g.Tile(c.layer, c.z, c.x, c.y); ok {
			t.Errorf("there is a tile %v", c)
		}
	}
	if raw, ok := g.Tile("streets", 9, 0, 0); !ok || raw == nil || len(raw) != 0 {
		t.Errorf("the tile of an empty sea is %v %v", raw, ok)
	}
	if raw := g.DensityTile(40, 0, 0, nil); raw != nil {
		t.Error("a density tile off the map")
	}
}

func TestTileJSON(t *testing.T) {
	g := loaded(t)
	for _, layer := range Layers {
		raw, ok := g.TileJSON(layer, "https://grid.example/api/v1/")
		if !ok {
			t.Fatalf("no TileJSON of %s", layer)
		}
		var doc struct {
			TileJSON    string
			Tiles       []string
			Attribution string
			Bounds      []float64
			Layers      []struct {
				ID     string
				Fields map[string]string
			} `json:"vector_layers"`
		}
		if err := json.Unmarshal(raw, &doc); err != nil {
			t.Fatal(err)
		}
		if doc.TileJSON != "3.0.0" || doc.Attribution != "示意网格 (illustrative) illustrative-2026-1" {
			t.Errorf("%+v", doc)
		}
		if diff := cmp.Diff([]string{"https://grid.example/api/v1/tiles/" + layer + "/{z}/{x}/{y}.mvt"}, doc.Tiles); diff != "" {
			t.Error(diff)
		}
		if len(doc.Layers) != 2 || doc.Layers[0].ID != layer || doc.Layers[1].ID != layer+"-label" {
			t.Errorf("layers %+v", doc.Layers)
		}
		if _, has := doc.Layers[0].Fields["n"]; has != (layer == "density") {
			t.Errorf("%s: fields %v", layer, doc.Layers[0].Fields)
		}
		if len(doc.Bounds) != 4 || doc.Bounds[0] > 113 || doc.Bounds[3] < 23.6 {
			t.Errorf("bounds %v", doc.Bounds)
		}
	}
	if _, ok := g.TileJSON("roads", ""); ok {
		t.Error("a TileJSON of no layer")
	}
}

// The cache begins anew when it is full and gives the same tiles.
func TestCacheIsBounded(t *testing.T) {
	g := loaded(t)
	for x := range uint32(cachedTiles + 100) {
		g.Tile("streets", 14, x, 0)
	}
	g.tiles.mu.Lock()
	n := len(g.tiles.tiles)
	g.tiles.mu.Unlock()
	if n > cachedTiles {
		t.Errorf("%d tiles are kept", n)
	}
}

// A grid serves many readers at once; run with -race this says more.
func TestManyReadersAtOnce(t *testing.T) {
	g := loaded(t)
	var wg sync.WaitGroup
	for k := range uint32(8) {
		wg.Go(func() {
			for _, at := range cover(g, 10) {
				first, _ := g.Tile("communities", 10, at.X, at.Y)
				again, ok := g.Tile("communities", 10, at.X, at.Y)
				if !ok || !slices.Equal(first, again) {
					t.Errorf("reader %d: tile %v differs", k, at)
				}
				g.Locate(at.Center())
			}
		})
	}
	wg.Wait()
}

package basegrid

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
)

const (
	extent  = 4096 // units along the side of a tile
	buffer  = 64   // units that polygons reach beyond it, so that outlines do not show its sides
	deepest = 22   // zoom
)

// zooms are the zooms a layer is made for; beyond the last, maps stretch its
// tiles, which hold every vertex.
var zooms = map[string]struct{ min, max int }{
	"streets":     {6, 14},
	"communities": {8, 14},
	"grids":       {9, 14},
	"density":     {7, 14},
}

// Layers lists the names of the layers.
var Layers = []string{"streets", "communities", "grids", "density"}

// A tileCache keeps tiles that were asked for. It holds a screenful of views
// many times over, and begins anew when it is full.
type tileCache struct {
	mu    sync.Mutex
	tiles map[tileKey][]byte
}

type tileKey struct {
	layer   string
	z, x, y uint32
}

const cachedTiles = 2048

// Tile returns a tile as a Mapbox vector tile, not compressed; empty ground has
// an empty tile. Callers share the bytes and must not change them. It is not ok for an unknown layer or a tile off the map.
//
// The layer of that name holds polygons with code, name, kind, parent and
// illustrative, and the code as the feature's numeric id; the layer named with
// "-label" added holds one interior point for each, in exactly one tile.
func (g *Grid) Tile(layer string, z, x, y uint32) ([]byte, bool) {
	if g.levels[layer] == nil || !onMap(z, x, y) {
		return nil, false
	}
	key := tileKey{layer, z, x, y}
	g.tiles.mu.Lock()
	tile, ok := g.tiles.tiles[key]
	g.tiles.mu.Unlock()
	if ok {
		return tile, true
	}
	var counts map[string]int
	if layer == "density" {
		counts = map[string]int{}
	}
	tile = g.encode(layer, z, x, y, counts)
	g.tiles.mu.Lock()
	defer g.tiles.mu.Unlock()
	if g.tiles.tiles == nil || len(g.tiles.tiles) >= cachedTiles {
		g.tiles.tiles = make(map[tileKey][]byte)
	}
	g.tiles.tiles[key] = tile
	return tile, true
}

// DensityTile returns a tile of the layer density: the grids, each with its
// count as the property n (zero where counts has none). It is not cached.
func (g *Grid) DensityTile(z, x, y uint32, counts map[string]int) []byte {
	if !onMap(z, x, y) {
		return nil
	}
	if counts == nil {
		counts = map[string]int{}
	}
	return g.encode("density", z, x, y, counts)
}

func onMap(z, x, y uint32) bool { return z <= deepest && x < 1<<z && y < 1<<z }

// A frame turns lattice points into units of one tile.
type frame struct {
	scale float64 // units of the tile around the world
	x, y  float64 // of the tile's corner in the north-west
}

func newFrame(z, x, y uint32) frame {
	return frame{scale: extent * math.Exp2(float64(z)), x: float64(x) * extent, y: float64(y) * extent}
}

// place returns v in the web Mercator projection, to the nearest unit, so that
// a vertex has the same place in whatever polygon it is.
func (f frame) place(v Vertex) orb.Point {
	p := v.Point()
	lat := p[1] * math.Pi / 180
	return orb.Point{
		math.Round((p[0]/360+0.5)*f.scale) - f.x,
		math.Round((0.5-math.Asinh(math.Tan(lat))/(2*math.Pi))*f.scale) - f.y,
	}
}

var (
	tileBound  = orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{extent, extent}}
	clipBound  = tileBound.Pad(buffer)
	noFeatures = []byte{}
)

// encode draws a tile; counts is nil except for density.
func (g *Grid) encode(layer string, z, x, y uint32, counts map[string]int) []byte {
	l, f := g.levels[layer], newFrame(z, x, y)
	limit := tolerance(z, layer)
	shapes, labels := geojson.NewFeatureCollection(), geojson.NewFeatureCollection()
	for _, code := range l.codes {
		r := l.regions[code]
		if len(r.rings) == 0 {
			continue
		}
		box := orb.MultiPoint{f.place(r.lo), f.place(r.hi)}.Bound()
		if !box.Intersects(clipBound) {
			continue
		}
		properties := geojson.Properties{
			"code": code, "name": r.name, "kind": r.kind, "parent": r.parent, "illustrative": g.illustrative,
		}
		if counts != nil {
			properties["n"] = counts[code]
		}
		if shape := l.shape(r, f, limit); len(shape) > 0 {
			shapes.Append(feature(shape, code, properties))
		}
		// The half-open tile: a label on its edge belongs to one tile.
		if at := f.place(r.interior); at[0] >= 0 && at[0] < extent && at[1] >= 0 && at[1] < extent {
			labels.Append(feature(at, code, properties))
		}
	}
	var layers mvt.Layers
	if len(shapes.Features) > 0 {
		layers = append(layers, mvt.NewLayer(layer, shapes))
	}
	if len(labels.Features) > 0 {
		layers = append(layers, mvt.NewLayer(layer+"-label", labels))
	}
	if len(layers) == 0 {
		return noFeatures
	}
	for _, l := range layers {
		l.Version, l.Extent = 2, extent
	}
	tile, err := mvt.Marshal(layers)
	if err != nil {
		panic("basegrid: tile: " + err.Error()) // only for geometries and properties that are not used here
	}
	return tile
}

// tolerance is how heavy a vertex must be to be drawn, in lattice units: a
// quarter of a screen pixel (512 to a tile). At a layer's last zoom all are.
func tolerance(z uint32, layer string) float64 {
	if z >= uint32(zooms[layer].max) {
		return 0
	}
	return 360 * Lattice / 512 / math.Exp2(float64(z)) / 4
}

func feature(shape orb.Geometry, code string, properties geojson.Properties) *geojson.Feature {
	f := geojson.NewFeature(shape)
	f.Properties = properties
	if id, err := strconv.ParseUint(code, 10, 53); err == nil {
		f.ID = id
	}
	return f
}

// shape returns a region in the frame's units, without the vertices lighter
// than limit, clipped to the tile and its buffer.
func (l *level) shape(r *region, f frame, limit float64) orb.MultiPolygon {
	var shells, holes []orb.Ring
	for _, ring := range l.outline(r, f, limit) {
		if ring.Orientation() == orb.CCW {
			shells = append(shells, ring)
		} else {
			holes = append(holes, ring)
		}
	}
	var mp orb.MultiPolygon
	for i, shell := range shells {
		polygon := orb.Polygon{shell}
		if i == 0 {
			// Vector tiles know holes by their winding alone; which shell they
			// follow makes no difference to the fill.
			polygon = append(polygon, holes...)
		}
		polygon = clip.Polygon(clipBound, polygon)
		for k := range polygon {
			polygon[k] = rounded(polygon[k])
		}
		if len(polygon) > 0 && len(polygon[0]) > 3 {
			mp = append(mp, polygon)
		}
	}
	return mp
}

// outline returns the closed rings of a region in the frame's units, not
// clipped. Units grow to the south and the rings are turned round, so that
// shells have a positive area, as vector tiles want it. A ring that has shrunk to a line or a point
// is left out.
func (l *level) outline(r *region, f frame, limit float64) []orb.Ring {
	var rings []orb.Ring
	for _, ring := range r.rings {
		var out orb.Ring
		for i := range ring {
			v := ring[len(ring)-1-i]
			if l.weight[v] < limit {
				continue
			}
			if p := f.place(v); len(out) == 0 || out[len(out)-1] != p {
				out = append(out, p)
			}
		}
		if len(out) > 1 && out[0] == out[len(out)-1] {
			out = out[:len(out)-1]
		}
		if len(out) < 3 {
			continue
		}
		out = append(out, out[0])
		if want := Area2(ring) > 0; want == (out.Orientation() == orb.CCW) && out.Orientation() != 0 {
			rings = append(rings, out)
		}
	}
	return rings
}

// rounded brings the points that clipping made back to whole units.
func rounded(ring orb.Ring) orb.Ring {
	for i, p := range ring {
		ring[i] = orb.Point{math.Round(p[0]), math.Round(p[1])}
	}
	return ring
}

// TileJSON describes a layer by TileJSON 3.0. Its tiles are at
// baseURL/tiles/{layer}/{z}/{x}/{y}.mvt.
func (g *Grid) TileJSON(layer, baseURL string) ([]byte, bool) {
	zoom, ok := zooms[layer]
	if !ok {
		return nil, false
	}
	fields := map[string]string{
		"code": "code of the unit", "name": "its name", "kind": "street, town, community, village or grid",
		"parent": "code of the unit above it", "illustrative": "true while the lines are invented",
	}
	if layer == "density" {
		fields["n"] = "open incidents"
	}
	attribution := "网格 " + g.version
	if g.illustrative {
		attribution = "示意网格 (illustrative) " + g.version
	}
	b := g.Bound()
	center := b.Center()
	type vectorLayer struct {
		ID      string            `json:"id"`
		Fields  map[string]string `json:"fields"`
		MinZoom int               `json:"minzoom"`
		MaxZoom int               `json:"maxzoom"`
	}
	doc, err := json.Marshal(struct {
		TileJSON     string        `json:"tilejson"`
		Name         string        `json:"name"`
		Version      string        `json:"version"`
		Attribution  string        `json:"attribution"`
		Scheme       string        `json:"scheme"`
		Tiles        []string      `json:"tiles"`
		MinZoom      int           `json:"minzoom"`
		MaxZoom      int           `json:"maxzoom"`
		Bounds       [4]float64    `json:"bounds"`
		Center       [3]float64    `json:"center"`
		VectorLayers []vectorLayer `json:"vector_layers"`
	}{
		TileJSON: "3.0.0", Name: layer, Version: "1.0.0", Attribution: attribution, Scheme: "xyz",
		Tiles:   []string{strings.TrimRight(baseURL, "/") + "/tiles/" + layer + "/{z}/{x}/{y}.mvt"},
		MinZoom: zoom.min, MaxZoom: zoom.max,
		Bounds: [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}, Center: [3]float64{center[0], center[1], float64(zoom.min + 3)},
		VectorLayers: []vectorLayer{{layer, fields, zoom.min, zoom.max}, {layer + "-label", fields, zoom.min, zoom.max}},
	})
	return doc, err == nil
}

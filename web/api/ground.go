package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/projections/casefile"
	"gridcommand/projections/picture"
)

type locateQuery struct {
	Lng *float64 `query:"lng" required:"true"`
	Lat *float64 `query:"lat" required:"true"`
	CRS string   `query:"crs" required:"true" enum:"wgs84,gcj02,bd09,cgcs2000"`
}

// Located says which grid owns a point.
type Located struct {
	Grid      casefile.Grid `json:"grid"`
	Community string        `json:"community"`
	Street    string        `json:"street"`
	District  string        `json:"district"`
	Name      string        `json:"name" doc:"of the grid"`
	Lng       float64       `json:"lng" doc:"in WGS-84"`
	Lat       float64       `json:"lat"`
}

func (s *server) locate(_ context.Context, _ *Request, q locateQuery) (Located, error) {
	var faults []FieldError
	for name, missing := range map[string]bool{"lng": q.Lng == nil, "lat": q.Lat == nil, "crs": q.CRS == ""} {
		if missing {
			faults = append(faults, FieldError{Parameter: name, Detail: "is required"})
		}
	}
	if len(faults) > 0 {
		return Located{}, invalid(faults...)
	}
	point, faults := toWGS84(orb.Point{*q.Lng, *q.Lat}, q.CRS)
	for i := range faults {
		faults[i].Parameter, faults[i].Pointer = faults[i].Pointer[1:], ""
	}
	if len(faults) > 0 {
		return Located{}, invalid(faults...)
	}
	cell, ok := s.grid().Locate(point)
	if !ok {
		return Located{}, problem(http.StatusNotFound, "outside_grid", "no grid of this district owns this point")
	}
	return Located{
		Grid: casefile.Grid{Code: cell.Code, Version: s.grid().Version()}, Community: cell.Community, Street: cell.Street,
		District: cell.District, Name: cell.Name, Lng: point[0], Lat: point[1],
	}, nil
}

// A GroundFeature is a GeoJSON feature of a grid, community or street.
type GroundFeature struct {
	Type       string          `json:"type" enum:"Feature"`
	ID         any             `json:"id,omitempty"`
	Geometry   json.RawMessage `json:"geometry"`
	Properties json.RawMessage `json:"properties"`
}

func (s *server) cell(_ context.Context, r *Request, _ none) (GroundFeature, error) {
	f, ok := s.grid().Feature(r.PathValue("code"))
	if !ok {
		return GroundFeature{}, notFound()
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return GroundFeature{}, err
	}
	var out GroundFeature
	if err := json.Unmarshal(raw, &out); err != nil {
		return GroundFeature{}, err
	}
	r.header.Set("Cache-Control", "private, max-age=3600")
	return out, nil
}

const mvt = "application/vnd.mapbox-vector-tile"

// layers are the tile layers. Density shows incidents; the others only ground.
var layers = map[string]bool{"streets": true, "communities": true, "grids": true, "density": true}

// tileQuery lets a client ask for a version of the ground, so that caches may keep tiles long.
type tileQuery struct {
	V string `query:"v" maxLength:"64" doc:"version of the ground, from the layer's TileJSON; changes nothing but caching"`
}

func (s *server) tile(ctx context.Context, r *Request, q tileQuery) (blob, error) {
	layer := r.PathValue("layer")
	z, okZ := tileNumber(r.PathValue("z"), 22)
	x, okX := tileNumber(r.PathValue("x"), 1<<z-1)
	y, okY := tileNumber(r.PathValue("y"), 1<<z-1)
	if !layers[layer] || !okZ || !okX || !okY {
		return blob{}, notFound()
	}
	out := blob{media: mvt, cache: "private, max-age=300"}
	if layer == "density" {
		counts, err := s.density(ctx, r)
		if err != nil {
			return blob{}, err
		}
		out.cache = "private, no-cache"
		out.data = s.grid().DensityTile(z, x, y, counts)
	} else {
		if q.V == s.grid().Version() {
			out.cache = "private, max-age=31536000, immutable"
		}
		out.data, _ = s.grid().Tile(layer, z, x, y)
	}
	if len(out.data) == 0 {
		out.empty = true
		return out, nil
	}
	sum := sha256.Sum256(out.data)
	out.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	return out, nil
}

// densities remembers, for each scope, the counts of the last position asked for: the
// tiles of one map come together.
type densities struct {
	mu sync.Mutex
	by map[string]density
}

type density struct {
	position eventstore.Position
	counts   map[string]int
}

// density counts the open incidents that the caller may see, by grid. A grid may reach
// beyond any tile, so it is counted whole.
func (s *server) density(ctx context.Context, r *Request) (map[string]int, error) {
	if err := s.await(ctx, "picture", 0); err != nil {
		return nil, err
	}
	scope := s.scope(r.Person)
	key, position := strings.Join(scope, " "), s.Picture.Position()
	s.densities.mu.Lock()
	known, ok := s.densities.by[key]
	s.densities.mu.Unlock()
	if ok && known.position == position {
		return known.counts, nil
	}
	seen, err := s.Picture.Features(ctx, picture.Query{Area: s.reference().Book.District(), Scope: scope})
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, raw := range seen.Features {
		var f picture.Feature
		if err := json.Unmarshal(raw, &f); err != nil {
			return nil, err
		}
		if f.Geometry == nil {
			continue
		}
		if cell, ok := s.grid().Locate(orb.Point(f.Geometry.Coordinates)); ok {
			counts[cell.Code]++
		}
	}
	s.densities.mu.Lock()
	defer s.densities.mu.Unlock()
	if len(s.densities.by) >= 64 || s.densities.by == nil {
		s.densities.by = map[string]density{}
	}
	s.densities.by[key] = density{position: seen.Position, counts: counts}
	return counts, nil
}

// tileNumber reads a tile's coordinate in its one spelling.
func tileNumber(text string, limit uint32) (uint32, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return uint32(n), err == nil && uint32(n) <= limit && strconv.FormatUint(n, 10) == text
}

// A TileJSON describes a tile layer, by TileJSON 3.0.
type TileJSON struct {
	TileJSON     string            `json:"tilejson"`
	Tiles        []string          `json:"tiles"`
	VectorLayers []json.RawMessage `json:"vector_layers"`
	Name         string            `json:"name,omitempty"`
	Description  string            `json:"description,omitempty"`
	Attribution  string            `json:"attribution,omitempty"`
	Version      string            `json:"version,omitempty"`
	Scheme       string            `json:"scheme,omitempty"`
	MinZoom      *int              `json:"minzoom,omitempty"`
	MaxZoom      *int              `json:"maxzoom,omitempty"`
	Bounds       []float64         `json:"bounds,omitempty"`
	Center       []float64         `json:"center,omitempty"`
}

func (s *server) tileJSON(_ context.Context, r *Request, _ none) (TileJSON, error) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	raw, ok := s.grid().TileJSON(r.PathValue("layer"), scheme+"://"+r.Host+prefix)
	if !ok {
		return TileJSON{}, notFound()
	}
	var out TileJSON
	if err := json.Unmarshal(raw, &out); err != nil {
		return TileJSON{}, err
	}
	return out, nil
}

// gridOn is the ground as it was divided when a day ended; of today, as it is now.
func (s *server) gridOn(day string) *basegrid.Grid {
	at, now := s.Now(), s.Now()
	if begin, err := time.ParseInLocation(time.DateOnly, day, deadline.CST); err == nil {
		at = begin.AddDate(0, 0, 1).Add(-time.Nanosecond)
	}
	if at.After(now) {
		at = now
	}
	return s.Grid.At(at)
}

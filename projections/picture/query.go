package picture

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A Query asks for the open incidents of some cells, of a box or of an area: give
// one of the three, or none for all.
type Query struct {
	Cells []string   // z14 tiles, "14/13342/7106"
	BBox  *orb.Bound // WGS-84
	Area  string     // 440114, a street or a community; 440114 includes what lies outside every grid
	At    *time.Time // as it was then; nil: now
	Scope []string   // visibility keys of the caller, any of which suffices
}

// A Collection is the answer: GeoJSON features in order of id.
type Collection struct {
	Features []json.RawMessage
	Position eventstore.Position
	At       time.Time
}

// all is a key that every feature has.
const all = "all"

// Any returns the watch keys of cells or an area; of all there is, if both are empty.
func Any(cells []string, area string) []string {
	if len(cells) == 0 && area == "" {
		return []string{all}
	}
	var keys []string
	for _, c := range cells {
		keys = append(keys, "cell:"+c)
	}
	if area != "" {
		keys = append(keys, "area:"+area)
	}
	return keys
}

// Features returns the features that q asks for. What it says is now, it says
// from memory; the past it reads.
func (v *View) Features(ctx context.Context, q Query) (Collection, error) {
	if q.At != nil {
		return v.featuresAt(ctx, q)
	}
	s, err := v.Snapshot(ctx, Any(q.Cells, q.Area), q.Scope)
	if err != nil {
		return Collection{}, err
	}
	c := Collection{Features: make([]json.RawMessage, 0, len(s.Items)), Position: s.Position, At: s.At}
	for _, it := range s.Items {
		if q.boxed(it.Data) {
			c.Features = append(c.Features, it.Data)
		}
	}
	return c, nil
}

func (v *View) featuresAt(ctx context.Context, q Query) (Collection, error) {
	c := Collection{Features: []json.RawMessage{}, At: q.At.UTC()}
	has := func(keys, want []string) bool {
		return slices.ContainsFunc(keys, func(k string) bool { return slices.Contains(want, k) })
	}
	selection := Any(q.Cells, q.Area)
	err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, _ time.Time) error {
		c.Position = position
		return v.versions.At(ctx, tx, *q.At, func(_ string, data json.RawMessage, keys []string) {
			if has(keys, selection) && has(keys, q.Scope) && q.boxed(data) {
				c.Features = append(c.Features, data)
			}
		})
	})
	return c, err
}

// boxed tells whether a feature lies in the box asked for. Unplaced ones lie in none.
func (q Query) boxed(data json.RawMessage) bool {
	if q.BBox == nil {
		return true
	}
	var f struct {
		Geometry *Geometry `json:"geometry"`
	}
	return json.Unmarshal(data, &f) == nil && f.Geometry != nil && q.BBox.Contains(f.Geometry.Coordinates)
}

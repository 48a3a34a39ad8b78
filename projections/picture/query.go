package picture

import (
	"context"
	"encoding/json"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/eventstore"
)

// A Query asks for the open incidents of some cells, a box or an area. The
// fields given all hold; several cells are alternatives.
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

// Features returns the features that q asks for.
func (v *View) Features(ctx context.Context, q Query) (Collection, error) { panic("soon") }

// Any returns the watch keys of cells and an area.
func Any(cells []string, area string) []string { panic("soon") }

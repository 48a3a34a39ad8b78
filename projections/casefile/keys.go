package casefile

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// Keys returns the visibility keys of f: where it is, who holds it, who held it or had a
// hand in it, who has something to do on it, and who reported it. A place outside
// every grid lies only in its district; those that it is about have no key.
func (f File) Keys() []string {
	keys := make([]string, 0, 7+len(f.Held))
	for _, area := range []string{f.Seen.District, f.Seen.Street, f.Seen.Community} {
		if area != "" {
			keys = append(keys, "area:"+area)
		}
	}
	if p, ok := f.Point(); ok {
		keys = append(keys, "cell:"+CellOf(p))
	}
	for _, unit := range f.Holders() {
		keys = append(keys, "held:"+unit)
	}
	if f.Holder != nil {
		keys = append(keys, "holder:"+f.Holder.Unit)
	}
	for _, unit := range f.Hands() {
		keys = append(keys, "hand:"+unit)
	}
	if by := f.SeenBy(); by != "" {
		keys = append(keys, "by:"+by)
	}
	return keys
}

// Point returns where f lies, and whether it is placed.
func (f File) Point() (orb.Point, bool) {
	if f.Location.Lng == nil || f.Location.Lat == nil {
		return orb.Point{}, false
	}
	return orb.Point{*f.Location.Lng, *f.Location.Lat}, true
}

// CellZoom is the zoom of the tiles by which the ground is watched.
const CellZoom = 14

// CellOf returns the slippy-map tile that p (WGS-84) lies in, as "14/x/y".
func CellOf(p orb.Point) string {
	t := maptile.At(p, CellZoom)
	return fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y)
}

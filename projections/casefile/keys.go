package casefile

import (
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// Keys returns the visibility keys of f: where it is, who holds it, who held it and
// who reported it. A place outside every grid lies only in its district.
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
	for _, unit := range f.Held {
		keys = append(keys, "held:"+unit)
	}
	if f.Holder != nil {
		keys = append(keys, "holder:"+f.Holder.Unit)
	}
	if f.ReportedBy != "" {
		keys = append(keys, "by:"+f.ReportedBy)
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

// CellOf returns the slippy-map tile that p (WGS-84) lies in, as "14/x/y":
//
//	x = ⌊2^z · (lon + 180°)/360°⌋
//	y = ⌊2^z · (1 − ln(tan lat + 1/cos lat)/π)/2⌋
func CellOf(p orb.Point) string {
	n := math.Exp2(CellZoom)
	lat := p.Lat() * math.Pi / 180
	x := math.Floor(n * (p.Lon() + 180) / 360)
	y := math.Floor(n * (1 - math.Asinh(math.Tan(lat))/math.Pi) / 2)
	clamp := func(v float64) string { return strconv.Itoa(int(min(max(v, 0), n-1))) }
	return strconv.Itoa(CellZoom) + "/" + clamp(x) + "/" + clamp(y)
}

// Package geo converts coordinates between the systems used in China.
//
// Inside the program every point is WGS-84, longitude first. Whatever crosses
// the edge names its system ([CRS]) and passes [Valid] and [ToWGS84] once.
//
// GCJ-02 is WGS-84 moved by a smooth, bounded offset that exists only inside a
// rectangle around China; BD-09 moves GCJ-02 once more. In Huadu the offsets
// are about 610 m and 1,250 m: enough to name the wrong grid. CGCS2000 differs
// from WGS-84 by centimetres and is taken as equal.
//
// What stays true: points outside the rectangle pass unshifted; an inverse
// followed by its conversion returns the same point within 1 cm.
package geo

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// A CRS names a coordinate reference system as it is written on the wire.
type CRS string

// The systems that devices, map services and surveys in China speak.
const (
	WGS84    CRS = "wgs84"
	GCJ02    CRS = "gcj02"
	BD09     CRS = "bd09"
	CGCS2000 CRS = "cgcs2000"
)

// All lists every CRS.
var All = []CRS{WGS84, GCJ02, BD09, CGCS2000}

// ErrCRS is in the chain of the error for a name that is no CRS.
var ErrCRS = errors.New("geo: unknown coordinate system")

// ErrPoint is in the chain of the error for numbers that are no place on earth.
var ErrPoint = errors.New("geo: not a place")

// ParseCRS returns the system of that name. Names are lower case; the empty
// name is not a system, because a coordinate that does not say its system
// cannot be trusted to 600 m.
func ParseCRS(name string) (CRS, error) {
	switch c := CRS(name); c {
	case WGS84, GCJ02, BD09, CGCS2000:
		return c, nil
	}
	return "", fmt.Errorf("%w %q: want wgs84, gcj02, bd09 or cgcs2000", ErrCRS, name)
}

// Valid returns an error for a point that is not finite or not on the globe.
func Valid(p orb.Point) error {
	lon, lat := p[0], p[1]
	switch {
	case math.IsNaN(lon) || math.IsInf(lon, 0):
		return fmt.Errorf("%w: longitude is not a finite number", ErrPoint)
	case math.IsNaN(lat) || math.IsInf(lat, 0):
		return fmt.Errorf("%w: latitude is not a finite number", ErrPoint)
	case math.Abs(lat) > 90 && math.Abs(lat) <= 180 && math.Abs(lon) <= 90:
		return fmt.Errorf("%w: latitude %v is beyond ±90; longitude and latitude look swapped", ErrPoint, lat)
	case math.Abs(lat) > 90:
		return fmt.Errorf("%w: latitude %v is beyond ±90", ErrPoint, lat)
	case math.Abs(lon) > 180:
		return fmt.Errorf("%w: longitude %v is beyond ±180", ErrPoint, lon)
	}
	return nil
}

// ToWGS84 returns p, given in the system from, in WGS-84.
func ToWGS84(p orb.Point, from CRS) orb.Point {
	switch from {
	case WGS84, CGCS2000:
		return p
	case GCJ02:
		return invert(p, gcjFromWGS)
	case BD09:
		return invert(invert(p, bdFromGCJ), gcjFromWGS)
	}
	panic(fmt.Sprintf("geo: unknown CRS %q", string(from)))
}

// FromWGS84 returns the WGS-84 point p in the system to.
func FromWGS84(p orb.Point, to CRS) orb.Point {
	switch to {
	case WGS84, CGCS2000:
		return p
	case GCJ02:
		return gcjFromWGS(p)
	case BD09:
		return bdFromGCJ(gcjFromWGS(p))
	}
	panic(fmt.Sprintf("geo: unknown CRS %q", string(to)))
}

// InChina reports whether the shift applies at p: the customary rectangle,
// which is generous and takes in parts of the neighbouring countries.
func InChina(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// The ellipsoid of the shift: Krasovsky 1940.
const (
	semiMajorMeters = 6378245.0
	eccentricity2   = 0.00669342162296594323
)

// gcjFromWGS moves p by the GCJ-02 offset. The offset is a sum of sine waves
// in metres around (105° E, 35° N), turned into degrees on the ellipsoid:
//
//	Δlat = north · 180 / (π · M),  M = a(1−e²) / (1 − e² sin² lat)^1.5
//	Δlon = east · 180 / (π · N cos lat),  N = a / √(1 − e² sin² lat)
func gcjFromWGS(p orb.Point) orb.Point {
	if !InChina(p) {
		return p
	}
	x, y := p[0]-105, p[1]-35
	sin := func(v float64) float64 { return math.Sin(v * math.Pi) }
	short := (20*sin(6*x) + 20*sin(2*x)) * 2 / 3

	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + short +
		(20*sin(y)+40*sin(y/3))*2/3 +
		(160*sin(y/12)+320*sin(y/30))*2/3
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + short +
		(20*sin(x)+40*sin(x/3))*2/3 +
		(150*sin(x/12)+300*sin(x/30))*2/3

	lat := p[1] * math.Pi / 180
	w := 1 - eccentricity2*math.Sin(lat)*math.Sin(lat)
	meridian := semiMajorMeters * (1 - eccentricity2) / (w * math.Sqrt(w))
	parallel := semiMajorMeters / math.Sqrt(w) * math.Cos(lat)
	const degrees = 180 / math.Pi
	return orb.Point{p[0] + east/parallel*degrees, p[1] + north/meridian*degrees}
}

// bdFromGCJ turns and stretches p around the origin, a little differently
// everywhere, and adds a constant. Like the shift before it, it is confined to
// China, so that a point abroad keeps its numbers in every system.
func bdFromGCJ(p orb.Point) orb.Point {
	if !InChina(p) {
		return p
	}
	const k = math.Pi * 3000 / 180
	r := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*k)
	theta := math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*k)
	return orb.Point{r*math.Cos(theta) + 0.0065, r*math.Sin(theta) + 0.006}
}

// invert returns the p for which forward(p) = q. The offset changes by far
// less than one per step, so p ← q − (forward(p) − p) contracts: a dozen steps
// reach the last digit. At the rim of the rectangle the shift begins with a
// jump, and some q have no p at all; the best step is returned there.
func invert(q orb.Point, forward func(orb.Point) orb.Point) orb.Point {
	const enough = 1e-12 // degrees; a ten-thousandth of a millimetre
	best, bestMiss := q, math.Inf(1)
	p := q
	for range 32 {
		f := forward(p)
		dx, dy := f[0]-q[0], f[1]-q[1]
		if miss := math.Hypot(dx, dy); miss < bestMiss {
			best, bestMiss = p, miss
		}
		if bestMiss < enough {
			break
		}
		p = orb.Point{p[0] - dx, p[1] - dy}
	}
	return best
}

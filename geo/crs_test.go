package geo

import (
	"encoding/csv"
	"errors"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"pgregory.net/rapid"
)

// vector is one row of testdata/crs_vectors.csv; bd is nil where none is published.
type vector struct {
	name     string
	wgs, gcj orb.Point
	bd       *orb.Point
}

func vectors(t *testing.T) []vector {
	t.Helper()
	f, err := os.Open("testdata/crs_vectors.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	point := func(lon, lat string) orb.Point {
		x, errX := strconv.ParseFloat(lon, 64)
		y, errY := strconv.ParseFloat(lat, 64)
		if errX != nil || errY != nil {
			t.Fatalf("bad pair %q %q", lon, lat)
		}
		return orb.Point{x, y}
	}
	var vs []vector
	for _, r := range rows[1:] {
		v := vector{name: r[0], wgs: point(r[1], r[2]), gcj: point(r[3], r[4])}
		if r[5] != "" {
			bd := point(r[5], r[6])
			v.bd = &bd
		}
		vs = append(vs, v)
	}
	if len(vs) < 8 {
		t.Fatalf("only %d vectors", len(vs))
	}
	return vs
}

func near(t *testing.T, what string, got, want orb.Point) {
	t.Helper()
	const tolerance = 2e-6
	if math.Abs(got[0]-want[0]) > tolerance || math.Abs(got[1]-want[1]) > tolerance {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestPublishedVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.name, func(t *testing.T) {
			near(t, "wgs84→gcj02", FromWGS84(v.wgs, GCJ02), v.gcj)
			near(t, "gcj02→wgs84", ToWGS84(v.gcj, GCJ02), v.wgs)
			if v.bd != nil {
				near(t, "wgs84→bd09", FromWGS84(v.wgs, BD09), *v.bd)
				near(t, "bd09→wgs84", ToWGS84(*v.bd, BD09), v.wgs)
			}
			near(t, "wgs84→cgcs2000", FromWGS84(v.wgs, CGCS2000), v.wgs)
			near(t, "cgcs2000→wgs84", ToWGS84(v.wgs, CGCS2000), v.wgs)
		})
	}
}

// In Huadu a missing conversion is worth several hundred metres.
func TestOffsetsInHuadu(t *testing.T) {
	for _, v := range vectors(t)[:4] {
		if d := orbgeo.Distance(v.wgs, FromWGS84(v.wgs, GCJ02)); d < 600 || d > 625 {
			t.Errorf("%s: GCJ-02 is %.0f m off", v.name, d)
		}
		if d := orbgeo.Distance(v.wgs, FromWGS84(v.wgs, BD09)); d < 1230 || d > 1280 {
			t.Errorf("%s: BD-09 is %.0f m off", v.name, d)
		}
	}
}

// Away from the rim of the rectangle, there and back again is within 1 cm.
func TestRoundTripsInsideChina(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{rapid.Float64Range(73, 136).Draw(t, "lon"), rapid.Float64Range(2, 55).Draw(t, "lat")}
		crs := rapid.SampledFrom(All).Draw(t, "crs")
		if d := orbgeo.Distance(p, ToWGS84(FromWGS84(p, crs), crs)); d > 0.01 {
			t.Fatalf("%v by %s comes back %.4f m away", p, crs, d)
		}
		if d := orbgeo.Distance(p, FromWGS84(ToWGS84(p, crs), crs)); d > 0.01 {
			t.Fatalf("%v in %s comes back %.4f m away", p, crs, d)
		}
	})
}

func TestOutsideChinaNothingMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// West, east, south or north of the rectangle.
		side := rapid.SampledFrom([][4]float64{
			{-180, 72, -90, 90}, {137.835, 180, -90, 90}, {-180, 180, -90, 0.829}, {-180, 180, 55.8272, 90},
		}).Draw(t, "side")
		p := orb.Point{rapid.Float64Range(side[0], side[1]).Draw(t, "lon"), rapid.Float64Range(side[2], side[3]).Draw(t, "lat")}
		crs := rapid.SampledFrom(All).Draw(t, "crs")
		if FromWGS84(p, crs) != p || ToWGS84(p, crs) != p {
			t.Fatalf("%v moved by %s", p, crs)
		}
	})
}

func TestParseCRS(t *testing.T) {
	for _, c := range All {
		if got, err := ParseCRS(string(c)); got != c || err != nil {
			t.Errorf("ParseCRS(%q) = %q, %v", c, got, err)
		}
	}
	for _, name := range []string{"", "WGS84", "gps", "epsg:4326", "bd09mc", " gcj02"} {
		if got, err := ParseCRS(name); !errors.Is(err, ErrCRS) {
			t.Errorf("ParseCRS(%q) = %q, %v", name, got, err)
		}
	}
}

func TestValid(t *testing.T) {
	for _, p := range []orb.Point{{113.2, 23.4}, {0, 0}, {-180, -90}, {180, 90}} {
		if err := Valid(p); err != nil {
			t.Errorf("Valid(%v): %v", p, err)
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []orb.Point{{nan, 23}, {113, nan}, {inf, 23}, {113, -inf}, {23.4, 113.2}, {181, 0}, {0, 90.01}, {-180.1, 0}, {1e300, 0}} {
		if err := Valid(p); !errors.Is(err, ErrPoint) {
			t.Errorf("Valid(%v) = %v", p, err)
		}
	}
}

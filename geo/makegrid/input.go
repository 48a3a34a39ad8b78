package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"
)

// A point is a place in whole micro-degrees (WGS-84).
type point struct{ x, y int64 }

// A degree of longitude in Huadu is eleven twelfths of a degree of latitude,
// within a part in a thousand. So 11·Δx and 12·Δy measure both in the same
// unit (about 9 mm), and distances are whole numbers too.
const scaleX, scaleY = 11, 12

// distance2 is the square of the distance between a and b in those units.
func distance2(a, b point) int64 {
	dx, dy := scaleX*(a.x-b.x), scaleY*(a.y-b.y)
	return dx*dx + dy*dy
}

// meters of one unit of length of distance2.
const unitMeters = 110770.0 / 1e6 / scaleY

func cross(o, a, b point) int64 {
	return (a.x-o.x)*(b.y-o.y) - (a.y-o.y)*(b.x-o.x)
}

type street struct {
	code, name, kind string
	center           point
	areaKm2          float64
	units            []unit
}

type unit struct{ code, name, kind string }

// input is what the data files say.
type input struct {
	district unit
	outline  []point // counter-clockwise, not closed
	streets  []street
}

func read(data fs.FS) (*input, error) {
	in := new(input)
	if err := in.readOutline(data); err != nil {
		return nil, fmt.Errorf("huadu_outline.geojson: %w", err)
	}
	if err := in.readStreets(data); err != nil {
		return nil, fmt.Errorf("huadu_streets.csv: %w", err)
	}
	if err := in.readUnits(data); err != nil {
		return nil, fmt.Errorf("huadu_units.csv: %w", err)
	}
	return in, nil
}

func (in *input) readOutline(data fs.FS) error {
	raw, err := fs.ReadFile(data, "huadu_outline.geojson")
	if err != nil {
		return err
	}
	var doc struct {
		Features []struct {
			Properties struct{ Code, Name string }
			Geometry   struct{ Coordinates [][][2]float64 }
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return err
	}
	if len(doc.Features) != 1 || len(doc.Features[0].Geometry.Coordinates) != 1 {
		return errors.New("want one polygon without holes")
	}
	f := doc.Features[0]
	in.district = unit{code: f.Properties.Code, name: f.Properties.Name, kind: "district"}
	for _, c := range f.Geometry.Coordinates[0] {
		p := micro(c[0], c[1])
		if n := len(in.outline); n > 0 && in.outline[n-1] == p {
			continue
		}
		in.outline = append(in.outline, p)
	}
	if n := len(in.outline); in.outline[0] == in.outline[n-1] {
		in.outline = in.outline[:n-1]
	}
	if area2(in.outline) < 0 {
		for i, j := 0, len(in.outline)-1; i < j; i, j = i+1, j-1 {
			in.outline[i], in.outline[j] = in.outline[j], in.outline[i]
		}
	}
	return nil
}

func micro(lon, lat float64) point {
	return point{int64(math.Round(lon * 1e6)), int64(math.Round(lat * 1e6))}
}

func area2(ring []point) int64 {
	var sum int64
	for i := range ring {
		sum += cross(ring[0], ring[i], ring[(i+1)%len(ring)])
	}
	return sum
}

func (in *input) readStreets(data fs.FS) error {
	return table(data, "huadu_streets.csv", func(r map[string]string) error {
		lon, errLon := strconv.ParseFloat(r["center_lng"], 64)
		lat, errLat := strconv.ParseFloat(r["center_lat"], 64)
		area, errArea := strconv.ParseFloat(r["area_km2"], 64)
		in.streets = append(in.streets, street{code: r["code"], name: r["name"], kind: r["kind"], center: micro(lon, lat), areaKm2: area})
		return errors.Join(errLon, errLat, errArea)
	})
}

func (in *input) readUnits(data fs.FS) error {
	return table(data, "huadu_units.csv", func(r map[string]string) error {
		for i := range in.streets {
			if s := &in.streets[i]; s.code == r["street_code"] {
				s.units = append(s.units, unit{code: r["unit_code"], name: r["unit_name"], kind: r["kind"]})
				return nil
			}
		}
		return fmt.Errorf("%s: no street %s", r["unit_code"], r["street_code"])
	})
}

// table calls row for every row of a CSV file, by column name.
func table(data fs.FS, name string, row func(map[string]string) error) error {
	f, err := data.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	for i, r := range rows[1:] {
		m := make(map[string]string, len(r))
		for j, v := range r {
			m[rows[0][j]] = v
		}
		if err := row(m); err != nil {
			return fmt.Errorf("row %d: %w", i+2, err)
		}
	}
	return nil
}

package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
)

// A Mapping says how the columns of a foreign file become reports.
type Mapping struct {
	Columns struct {
		ExternalID  string `json:"external_id"`
		ReportedAt  string `json:"reported_at"`
		DueAt       string `json:"due_at"`
		ClosedAt    string `json:"closed_at"`
		Description string `json:"description"`
		Type        string `json:"type"`
		Address     string `json:"address"`
		Lng         string `json:"lng"`
		Lat         string `json:"lat"`
	} `json:"columns"`
	TimeLayout string `json:"time_layout"` // as Go writes layouts
	Zone       string `json:"zone"`        // IANA name of the file's local time
	Relocate   *struct {
		From [4]float64 `json:"from"` // west, south, east, north in degrees
		To   [4]float64 `json:"to"`
	} `json:"relocate"`
	Start   *time.Time `json:"start"` // where the earliest row falls; nil: times stay as they are
	Matters []struct {
		Match string `json:"match"` // glob on the whole type: * any run, ? one character
		Code  string `json:"code"`  // of the national scheme, kind matter
	} `json:"matters"`
	DefaultMatter string          `json:"default_matter"`
	Source        incident.Source `json:"source"`

	zone *time.Location
}

// ReadMapping reads and checks a mapping; known tells whether a matter's code exists.
func ReadMapping(r io.Reader, known func(catalogue.Key) bool) (*Mapping, error) {
	text, err := io.ReadAll(io.LimitReader(r, 1<<20+1))
	if err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	if len(text) > 1<<20 {
		return nil, fmt.Errorf("mapping: larger than 1 MiB")
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("mapping: not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	dec.DisallowUnknownFields()
	var m Mapping
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("mapping: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("mapping: something follows the object")
	}
	if m.zone, err = time.LoadLocation(m.Zone); err != nil {
		return nil, fmt.Errorf("mapping: zone: %w", err)
	}
	switch {
	case m.Zone == "Local":
		return nil, fmt.Errorf("mapping: zone: Local is another place on every machine; name one, like Asia/Shanghai")
	case m.Columns.ExternalID == "":
		return nil, fmt.Errorf("mapping: columns.external_id is needed: rows are known by it")
	case m.Columns.ReportedAt == "":
		return nil, fmt.Errorf("mapping: columns.reported_at is needed")
	case (m.Columns.Lng == "") != (m.Columns.Lat == ""):
		return nil, fmt.Errorf("mapping: columns.lng and columns.lat come together")
	case m.TimeLayout == "":
		return nil, fmt.Errorf("mapping: time_layout is needed")
	case !tellsTime(m.TimeLayout):
		return nil, fmt.Errorf("mapping: time_layout %q has no year, month and day; write it with the moment 2006-01-02 15:04:05", m.TimeLayout)
	case m.DefaultMatter == "":
		return nil, fmt.Errorf("mapping: default_matter is needed")
	}
	if !slices.Contains(incident.Sources, m.Source) {
		return nil, fmt.Errorf("mapping: source %q is none of %v", m.Source, incident.Sources)
	}
	if !known(national(m.DefaultMatter)) {
		return nil, fmt.Errorf("mapping: default_matter %q is not in the catalogue", m.DefaultMatter)
	}
	for i, rule := range m.Matters {
		if !known(national(rule.Code)) {
			return nil, fmt.Errorf("mapping: matters[%d]: code %q is not in the catalogue", i, rule.Code)
		}
	}
	if r := m.Relocate; r != nil {
		for _, box := range [][4]float64{r.From, r.To} {
			if box[0] >= box[2] || box[1] >= box[3] {
				return nil, fmt.Errorf("mapping: relocate: %v is not west, south, east, north", box)
			}
			if box[0] < -180 || box[1] < -90 || box[2] > 180 || box[3] > 90 {
				return nil, fmt.Errorf("mapping: relocate: %v is not in degrees of longitude and latitude", box)
			}
		}
	}
	return &m, nil
}

// tellsTime tells whether a layout keeps a date through writing and reading: one
// written as YYYY-MM-DD would fit no time at all.
func tellsTime(layout string) bool {
	day := time.Date(1987, 12, 31, 0, 0, 0, 0, time.UTC)
	back, err := time.Parse(layout, day.Format(layout))
	return err == nil && back.Equal(day)
}

func national(code string) catalogue.Key {
	return catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: code}
}

// Matter returns the matter of a type: that of the first rule that matches, else the default.
func (m *Mapping) Matter(typ string) catalogue.Key {
	for _, rule := range m.Matters {
		if glob(rule.Match, typ) {
			return national(rule.Code)
		}
	}
	return national(m.DefaultMatter)
}

// glob tells whether pattern matches the whole of s, case-sensitive; unlike path
// patterns, * also matches slashes. Only the last star ever has to give way, so the
// work is bounded by the product of the two lengths, whatever the pattern.
func glob(pattern, s string) bool {
	p, text := []rune(pattern), []rune(s)
	star, resume := -1, 0 // the last star, and where the text goes on after what it took
	i, j := 0, 0
	for j < len(text) {
		switch {
		case i < len(p) && p[i] == '*':
			star, resume = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == text[j]):
			i++
			j++
		case star >= 0:
			resume++
			i, j = star+1, resume
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// place moves a point of the file to where it is shown; false: it has no place.
func (m *Mapping) place(p orb.Point) (orb.Point, bool) {
	if m.Relocate == nil {
		return p, true
	}
	f, t := m.Relocate.From, m.Relocate.To
	if p[0] < f[0] || p[0] > f[2] || p[1] < f[1] || p[1] > f[3] {
		return orb.Point{}, false
	}
	return orb.Point{
		t[0] + (p[0]-f[0])/(f[2]-f[0])*(t[2]-t[0]),
		t[1] + (p[1]-f[1])/(f[3]-f[1])*(t[3]-t[1]),
	}, true
}

// System names the other system in facts: rows are known by (source, external id).
func (m *Mapping) System() string { return string(m.Source) }

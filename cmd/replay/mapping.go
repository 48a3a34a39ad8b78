package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
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
	if dec.More() {
		return nil, fmt.Errorf("mapping: something follows the object")
	}
	if m.zone, err = time.LoadLocation(m.Zone); err != nil {
		return nil, fmt.Errorf("mapping: zone: %w", err)
	}
	switch {
	case m.Columns.ExternalID == "":
		return nil, fmt.Errorf("mapping: columns.external_id is needed: rows are known by it")
	case m.Columns.ReportedAt == "":
		return nil, fmt.Errorf("mapping: columns.reported_at is needed")
	case (m.Columns.Lng == "") != (m.Columns.Lat == ""):
		return nil, fmt.Errorf("mapping: columns.lng and columns.lat come together")
	case m.TimeLayout == "":
		return nil, fmt.Errorf("mapping: time_layout is needed")
	case m.DefaultMatter == "":
		return nil, fmt.Errorf("mapping: default_matter is needed")
	}
	if !contains(incident.Sources, m.Source) {
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
		}
	}
	return &m, nil
}

func contains[T comparable](all []T, x T) bool {
	for _, y := range all {
		if x == y {
			return true
		}
	}
	return false
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
// patterns, * also matches slashes.
func glob(pattern, s string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return fits(head, s) && utf8.RuneCountInString(head) == utf8.RuneCountInString(s)
	}
	if !fits(head, s) {
		return false
	}
	for range utf8.RuneCountInString(head) {
		_, n := utf8.DecodeRuneInString(s)
		s = s[n:]
	}
	for {
		if glob(rest, s) {
			return true
		}
		if s == "" {
			return false
		}
		_, n := utf8.DecodeRuneInString(s)
		s = s[n:]
	}
}

// fits tells whether s begins as head does, where ? stands for any one character.
func fits(head, s string) bool {
	for _, want := range head {
		have, n := utf8.DecodeRuneInString(s)
		if n == 0 || (want != '?' && want != have) {
			return false
		}
		s = s[n:]
	}
	return true
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

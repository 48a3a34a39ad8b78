package replay

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/catalogue"
)

// plainMapping is a mapping that names everything.
const plainMapping = `{
	"columns": {"external_id":"id","reported_at":"reported","due_at":"due","closed_at":"closed","description":"text","type":"type","address":"address","lng":"lng","lat":"lat"},
	"time_layout": "2006-01-02 15:04:05", "zone": "Asia/Shanghai",
	"relocate": {"from":[0,0,10,10],"to":[113,23,114,24]},
	"matters": [{"match":"SW-Dirty*","code":"06012"},{"match":"SW-*","code":"06035"},{"match":"a/*/c","code":"07003"},{"match":"Pot?ole","code":"06013"}],
	"default_matter": "06010", "source": "hotline"
}`

func known(k catalogue.Key) bool {
	return k.Scheme == catalogue.National && k.Kind == "matter" && strings.HasPrefix(k.Code, "0")
}

func mapped(t *testing.T, text string) *Mapping {
	t.Helper()
	m, err := ReadMapping(strings.NewReader(text), known)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheFirstRuleThatMatchesNamesTheMatter(t *testing.T) {
	m := mapped(t, plainMapping)
	for typ, want := range map[string]string{
		"SW-Dirty Alley": "06012", // both SW rules match; the first wins
		"SW-Bulk":        "06035",
		"SW-":            "06035",
		"sw-bulk":        "06010", // case counts
		"XSW-Bulk":       "06010", // the whole type, not a part of it
		"a/b/c":          "07003", // a star goes over slashes
		"a/b/d/c":        "07003",
		"a//c":           "07003",
		"a/c":            "06010",
		"Pothole":        "06013",
		"Pot洞ole":        "06013", // a question mark is one character, not one byte
		"Potole":         "06010",
		"Potholes":       "06010",
		"":               "06010",
	} {
		if got := m.Matter(typ); got != national(want) {
			t.Errorf("type %q is matter %s, want %s", typ, got.Code, want)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "任何/东西", true},
		{"**", "a", true},
		{"?", "", false},
		{"a*b", "ab", true},
		{"a*b", "axxb", true},
		{"a*b", "axxbc", false},
		{"*ab", "aab", true},
		{"*a*b*", "xxaxxbxx", true},
		{"*aab", "aaab", true},
		{"a?c*", "abcdef", true},
		{"[a]", "a", false},
		{"[a]", "[a]", true},
		{"a\\*", "a\\b", true},
	} {
		if got := glob(c.pattern, c.text); got != c.want {
			t.Errorf("glob(%q, %q) = %t", c.pattern, c.text, got)
		}
	}
}

// A pattern of many stars would take a backtracking matcher longer than anyone
// waits; here the work is the product of the lengths.
func TestNoPatternMakesTheGlobHang(t *testing.T) {
	if glob(strings.Repeat("a*", 200)+"b", strings.Repeat("a", 4000)) {
		t.Error("a text without b matches a pattern that ends in b")
	}
}

func TestPointsMoveFromFrameToFrame(t *testing.T) {
	m := mapped(t, plainMapping)
	for _, c := range []struct {
		in, want [2]float64
		placed   bool
	}{
		{[2]float64{0, 0}, [2]float64{113, 23}, true},
		{[2]float64{10, 10}, [2]float64{114, 24}, true},
		{[2]float64{5, 2.5}, [2]float64{113.5, 23.25}, true},
		{[2]float64{10.001, 5}, [2]float64{}, false},
		{[2]float64{5, -0.001}, [2]float64{}, false},
	} {
		if got, placed := m.place(c.in); placed != c.placed || [2]float64(got) != c.want {
			t.Errorf("%v goes to %v, %t; want %v, %t", c.in, got, placed, c.want, c.placed)
		}
	}
}

// changed returns plainMapping with keys set, or with a nil value left out.
func changed(t *testing.T, set map[string]any) string {
	t.Helper()
	all := map[string]any{}
	if err := json.Unmarshal([]byte(plainMapping), &all); err != nil {
		t.Fatal(err)
	}
	for key, value := range set {
		into := all
		if name, column, ok := strings.Cut(key, "."); ok {
			into, key = all[name].(map[string]any), column
		}
		into[key] = value
		maps.DeleteFunc(into, func(_ string, v any) bool { return v == nil })
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAMappingThatCannotBeMeantIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"not JSON":          {"{", "unexpected EOF"},
		"an array":          {"[]", "cannot unmarshal"},
		"empty":             {"", "EOF"},
		"not UTF-8":         {"{\"zone\":\"\xc4\xe3\"}", "not UTF-8"},
		"two objects":       {plainMapping + "{}", "something follows"},
		"rubbish behind":    {plainMapping + "}", "something follows"},
		"huge":              {strings.Repeat(" ", 1<<20) + plainMapping, "larger than 1 MiB"},
		"an unknown field":  {changed(t, map[string]any{"colums": 1}), `unknown field "colums"`},
		"an unknown column": {changed(t, map[string]any{"columns.kind": "x"}), `unknown field "kind"`},
		"no id":             {changed(t, map[string]any{"columns.external_id": nil}), "external_id"},
		"no reported_at":    {changed(t, map[string]any{"columns.reported_at": nil}), "reported_at"},
		"lng without lat":   {changed(t, map[string]any{"columns.lat": nil}), "come together"},
		"lat without lng":   {changed(t, map[string]any{"columns.lng": nil}), "come together"},
		"an unknown zone":   {changed(t, map[string]any{"zone": "Asia/Huadu"}), "zone"},
		"this machine":      {changed(t, map[string]any{"zone": "Local"}), "another place on every machine"},
		"no layout":         {changed(t, map[string]any{"time_layout": nil}), "time_layout"},
		"a foreign layout":  {changed(t, map[string]any{"time_layout": "YYYY-MM-DD hh:mm"}), "time_layout"},
		"a layout of hours": {changed(t, map[string]any{"time_layout": "15:04"}), "time_layout"},
		"no default":        {changed(t, map[string]any{"default_matter": nil}), "default_matter"},
		"unknown default":   {changed(t, map[string]any{"default_matter": "99999"}), `"99999" is not in the catalogue`},
		"unknown matter":    {changed(t, map[string]any{"matters": []any{map[string]string{"match": "a", "code": "06010"}, map[string]string{"match": "b", "code": "9"}}}), `matters[1]: code "9"`},
		"no source":         {changed(t, map[string]any{"source": nil}), "source"},
		"unknown source":    {changed(t, map[string]any{"source": "radio"}), `source "radio"`},
		"upside down":       {changed(t, map[string]any{"relocate.from": []float64{0, 10, 10, 0}}), "not west, south, east, north"},
		"east before west":  {changed(t, map[string]any{"relocate.to": []float64{114, 23, 113, 24}}), "not west, south, east, north"},
		"a frame in metres": {changed(t, map[string]any{"relocate.from": []float64{0, 0, 4e6, 4e6}}), "not in degrees"},
		"a bad start":       {changed(t, map[string]any{"start": "2021-01-04"}), "parsing time"},
	} {
		_, err := ReadMapping(strings.NewReader(c.text), known)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want an error that says %q", name, err, c.says)
		}
	}
}

func TestAMappingMayBeginWithAMarkAndLeaveColumnsOut(t *testing.T) {
	least := `{"columns":{"external_id":"id","reported_at":"at"},"time_layout":"2006-01-02T15:04:05Z07:00","default_matter":"06010","source":"citizen"}`
	m := mapped(t, "\ufeff"+least)
	if m.zone != time.UTC || m.System() != "citizen" {
		t.Errorf("zone %v, system %q", m.zone, m.System())
	}
	rows, err := ReadRows(strings.NewReader("id,at\n1,2026-09-07T09:00:00+08:00\n"), m)
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; r.Matter != national("06010") || r.Point != nil || r.Due != nil || r.Closed != nil {
		t.Errorf("%+v", r)
	}
}

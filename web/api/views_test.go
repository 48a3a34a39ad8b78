package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// By street there is a row for each street, even at zero, and rates carry numerator and
// denominator.
func TestStatistics(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	s.command("community", id, "file", fields{"matter": matter, "criterion": s.criterion("06010")}).want(200)
	s.fold()
	a := s.get("district", "/statistics").want(200)
	rows := a.at("items").([]any)
	if len(rows) != 10 {
		t.Fatalf("%d rows, want one for each of 10 streets", len(rows))
	}
	for _, row := range rows {
		r := row.(map[string]any)
		want := 0.0
		if r["key"] == "440114002" {
			want = 1
		}
		if r["filed"] != want || r["filed_on_time"].(map[string]any)["d"] != want {
			t.Errorf("%v: filed %v, on time %v", r["key"], r["filed"], r["filed_on_time"])
		}
	}
	if a.at("from") != "2026-11-01T00:00:00+08:00" || a.at("to") != "2026-12-01T00:00:00+08:00" {
		t.Errorf("this month is %v to %v", a.at("from"), a.at("to"))
	}
	if got := s.get("district", "/statistics?from=2026-10-01&to=2026-10-31").want(200).at("total", "filed"); got != 0.0 {
		t.Errorf("last month: %v", got)
	}
	for _, by := range []string{"street", "community", "unit", "matter", "source", "tier", "day"} {
		if got := s.get("district", "/statistics?from=2026-11-23&to=2026-11-23&by="+by+"&reading=exempted").want(200).at("total", "reported"); got != 1.0 && by != "unit" {
			t.Errorf("by %s: reported %v", by, got)
		}
	}
	if got := s.get("elsewhere", "/statistics").want(200).at("total", "reported"); got != 0.0 {
		t.Errorf("another street counts %v", got)
	}
	s.get("district", "/statistics?from=2026-11-02&to=2026-11-01").refused(422, "invalid").pointsAt("to")
}

func TestBooks(t *testing.T) {
	s := newSite(t)
	units := s.get("screen", "/units").want(200).at("items").([]any)
	found := map[string]map[string]any{}
	for _, u := range units {
		found[u.(map[string]any)["code"].(string)] = u.(map[string]any)
	}
	for code, want := range map[string]fields{
		"440114":        {"tier": "district", "kind": "center", "parent": nil},
		"440114002":     {"tier": "street", "kind": "center", "parent": "440114"},
		"440114002002":  {"tier": "community", "kind": "station", "parent": "440114002"},
		"440114002-S01": {"tier": "street", "kind": "office", "parent": "440114002"},
		"D01":           {"tier": "district", "kind": "department", "parent": "440114"},
	} {
		for name, v := range want {
			if got := found[code][name]; got != v {
				t.Errorf("%s: %s %v, want %v", code, name, got, v)
			}
		}
		if found[code]["name"] == "" {
			t.Errorf("%s has no name", code)
		}
	}
	matters := s.get("inspector", "/matters").want(200).at("items").([]any)
	criteria := s.get("inspector", "/criteria").want(200).at("items").([]any)
	if len(matters) < 100 || len(criteria) < 50 {
		t.Fatalf("%d matters, %d criteria", len(matters), len(criteria))
	}
	ids := map[string]bool{}
	for _, c := range criteria {
		c := c.(map[string]any)
		if ids[c["id"].(string)] || c["limit"].(float64) < 1 || c["matter"].(map[string]any)["name"] == "" {
			t.Errorf("%v", c)
		}
		ids[c["id"].(string)] = true
	}
}

// Long answers are compressed for those who take them so, and mean the same.
func TestLongAnswersAreCompressed(t *testing.T) {
	s := newSite(t)
	plain := s.get("street", "/units").want(200)
	r := httptest.NewRequestWithContext(t.Context(), "GET", prefix+"/units", nil)
	r.Header.Set("Authorization", "Bearer "+s.token("street"))
	r.Header.Set("Accept-Encoding", "br;q=1.0, gzip;q=0.8")
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" || w.Body.Len() > len(plain.raw)/2 {
		t.Fatalf("%d bytes, plain %d: %v", w.Body.Len(), len(plain.raw), w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := io.ReadAll(z); err != nil || !bytes.Equal(raw, plain.raw) {
		t.Errorf("unpacked it is not what it was (%v)", err)
	}
	for _, no := range []string{"", "br", "gzip;q=0", "gzip; q=0"} {
		if a := s.get("street", "/units", header("Accept-Encoding", no)).want(200); a.header.Get("Content-Encoding") != "" {
			t.Errorf("%q: compressed", no)
		}
	}
}

func TestTheGround(t *testing.T) {
	s := newSite(t)
	p := s.inside()
	text := func(v any) string { raw, _ := json.Marshal(v); return string(raw) }
	at := "lng=" + text(p["lng"]) + "&lat=" + text(p["lat"])
	a := s.get("inspector", "/grid/locate?"+at+"&crs=wgs84").want(200)
	code := a.at("grid", "code").(string)
	if !strings.HasPrefix(code, "440114002002") || len(code) != 15 || a.at("community") != "440114002002" || a.at("street") != "440114002" || a.at("district") != "440114" {
		t.Errorf("%s", a.raw)
	}
	s.get("inspector", "/grid/locate?lng=114.5&lat=24&crs=wgs84").refused(404, "outside_grid")
	for _, unit := range []string{code, "440114002002", "440114002"} {
		f := s.get("inspector", "/grid/cells/"+unit).want(200)
		if f.at("type") != "Feature" || !strings.HasSuffix(f.at("geometry", "type").(string), "Polygon") {
			t.Errorf("%s: %.200s", unit, f.raw)
		}
	}
	for _, layer := range []string{"streets", "communities", "grids", "density"} {
		a := s.get("screen", "/tiles/"+layer+".json").want(200)
		if a.at("tilejson") != "3.0.0" || len(a.at("vector_layers").([]any)) == 0 {
			t.Errorf("%s: %s", layer, a.raw)
		}
		url := a.at("tiles").([]any)[0].(string)
		if want := "http://example.com/api/v1/tiles/" + layer + "/{z}/{x}/{y}.mvt"; url != want {
			t.Errorf("tiles at %s, want %s", url, want)
		}
		if layer == "density" {
			continue
		}
		tile := s.get("screen", "/tiles/"+layer+s.tileAt(10)).want(200)
		if tile.header.Get("Content-Type") != mvt || tile.header.Get("ETag") == "" || tile.header.Get("Cache-Control") == "" {
			t.Errorf("%s: %v", layer, tile.header)
		}
		s.get("screen", "/tiles/"+layer+s.tileAt(10), header("If-None-Match", `W/"x", `+tile.header.Get("ETag"))).want(304)
		s.get("screen", "/tiles/"+layer+"/10/1/1.mvt").want(204)
		for _, bad := range []string{"23/0/0", "10/1024/0", "10/0/1024", "10/-1/0", "10/01/0", "a/b/c", "10/1e1/0"} {
			s.get("screen", "/tiles/"+layer+"/"+bad+".mvt").refused(404, "not_found")
		}
	}
}

// Density counts whole grids, and a new incident shows at once.
func TestDensityFollowsThePicture(t *testing.T) {
	s := newSite(t)
	s.reported("inspector", nil)
	s.fold()
	before := s.get("district", "/tiles/density"+s.tileAt(12))
	s.reported("inspector", nil)
	s.fold()
	after := s.get("district", "/tiles/density"+s.tileAt(12))
	before.want(200)
	if string(before.raw) == string(after.raw) {
		t.Error("a second incident changed nothing")
	}
	if after.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("Cache-Control %q", after.header.Get("Cache-Control"))
	}
}

// tileAt is the tile that holds the inspector's grid.
func (s *site) tileAt(z maptile.Zoom) string {
	p := s.inside()
	t := maptile.At(orb.Point{p["lng"].(float64), p["lat"].(float64)}, z)
	return fmt.Sprintf("/%d/%d/%d.mvt", t.Z, t.X, t.Y)
}

func TestMonths(t *testing.T) {
	day := func(text string) *moment {
		m, ok := parseMoment(text)
		if !ok {
			t.Fatal(text)
		}
		return &m
	}
	for _, c := range []struct {
		from, to *moment
		want     [2]string
	}{
		{nil, nil, [2]string{"2026-11-01", "2026-12-01"}},
		{day("2026-10-05"), nil, [2]string{"2026-10-05", "2026-11-24"}},
		{nil, day("2026-10-05"), [2]string{"2026-10-01", "2026-10-06"}},
		{nil, day("2026-10-31"), [2]string{"2026-10-01", "2026-11-01"}},
		{day("2026-01-01"), day("2026-01-01"), [2]string{"2026-01-01", "2026-01-02"}},
	} {
		from, to := months(c.from, c.to, nine)
		if got := [2]string{from.Format(time.DateOnly), to.Format(time.DateOnly)}; got != c.want {
			t.Errorf("%v to %v: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/geo"
	"gridcommand/geo/basegrid"
)

// TestTheGroundIsDividedAnew moves half a grid to another community while the program
// runs. New reports lie in the new grid, those before keep theirs with its version, and so
// do the figures as it was; the figures as it is now count both where they lie now. A file
// with faults changes nothing, a kill neither, and every view is equal to a fold.
func TestTheGroundIsDividedAnew(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dividedAnew(t, "--ledger", "sqlite:"+t.TempDir())
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		dividedAnew(t, "--ledger", postgrestest.URL(t), "--data", t.TempDir())
	})
}

const (
	givingGrid = "440114002002001" // of 桂花, which gives half of it
	takingUnit = "440114002004"    // 紫薇西
	takenGrid  = "440114002004900" // that half
)

func dividedAnew(t *testing.T, at ...string) {
	kept, given := halves(t, givingGrid)
	good := gridFile(t, "grid.geojson", kept, given)
	broken := gridFile(t, "broken.geojson", kept, given, func(features []*geojson.Feature) {
		features[3].Properties["code"] = "44011400200200"
		features[4].Properties["code"] = features[5].Properties["code"]
	})
	overlapping := gridFile(t, "overlap.geojson", kept, given, func(features []*geojson.Feature) {
		features[len(features)-1].Geometry = wholeCell(t, givingGrid)
	})
	here := midst(t, given)

	staffed(t, at...)
	serve := append([]string{"serve", "--listen", "127.0.0.1:0"}, at...)
	s := start(t, serve...)
	report := func(key string) map[string]any {
		t.Helper()
		return s.login("inspector").must(201, "POST", "/incidents", key, map[string]any{
			"source": "inspector", "description": "店外摆卖", "matter": map[string]any{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"},
			"location": map[string]any{"lng": here[0], "lat": here[1], "crs": "wgs84"},
		})
	}
	lies := func(i map[string]any) string {
		g := i["grid"].(map[string]any)
		return fmt.Sprint(g["code"], " ", g["version"], " ", i["community"])
	}
	located := func() string {
		t.Helper()
		return lies(s.login("district").get(fmt.Sprintf("/grid/locate?lng=%v&lat=%v&crs=wgs84", here[0], here[1])))
	}
	brings := func(code int, file string, says []string, more ...string) {
		t.Helper()
		out, talk, got := tool(t, append(append([]string{"import", "grid", file, "--crs", "wgs84"}, more...), at...)...)
		for _, text := range says {
			if got != code || !strings.Contains(out+talk, text) {
				t.Fatalf("exit %d, want %d and %q\n%.2000s%.2000s", got, code, text, out, talk)
			}
		}
	}
	const was, is = givingGrid + " illustrative-2026-1 440114002002", takenGrid + " 花都 2027 " + takingUnit

	before := report("r1")
	if got := lies(before); got != was {
		t.Fatalf("at first it lies in %s, want %s", got, was)
	}
	brings(1, broken, []string{"feature 3: code_length", "feature 5: duplicate_code", "nothing was brought in"})
	brings(1, overlapping, []string{"overlap", "nothing was brought in"})
	brings(1, good, []string{"effective", "passed"}, "--effective", "2020-01-01T00:00:00+08:00")
	brings(1, good, []string{"is the grid that the ledger began with"}, "--version", "illustrative-2026-1")
	brings(2, good, []string{"--effective"}, "--effective", "tomorrow")
	brings(0, good, []string{"+ " + takenGrid, "~ " + givingGrid, "would be 1402 grids: 1 added, 1 changed, 0 removed"}, "--dry-run", "--version", "花都 2027")
	brings(0, good, []string{"counts from"}, "--version", "明年", "--effective", time.Now().AddDate(0, 0, 1).Format(time.RFC3339))
	if got := located(); got != was {
		t.Fatalf("nothing counts yet, and it lies in %s", got)
	}
	brings(0, good, []string{"1402 grids: 1 added, 1 changed, 0 removed; grid 花都 2027 counts from"}, "--version", "花都 2027", "--basis", "花府办〔2026〕9 号")
	if got := located(); got != is {
		t.Errorf("now it lies in %s, want %s", got, is)
	}
	district := s.login("district")
	if f := district.get("/grid/cells/" + takenGrid)["properties"].(map[string]any); f["version"] != "花都 2027" || f["illustrative"] != false {
		t.Errorf("the new grid: %v", f)
	}
	after := report("r2")
	s.kill()
	s = start(t, serve...)
	if got := lies(report("r3")); got != is || lies(after) != is {
		t.Errorf("reports lie in %s and, after a restart, in %s; want %s", lies(after), got, is)
	}
	district = s.login("district")
	for _, id := range []any{before["id"], after["id"]} {
		want := map[any]string{before["id"]: was, after["id"]: is}[id]
		if got := lies(district.get("/incidents/" + id.(string))); got != want {
			t.Errorf("%v lies in %s, want %s", id, got, want)
		}
	}
	reported := func(ground string) string {
		t.Helper()
		position := district.get("/incidents/" + after["id"].(string))["position"].(float64)
		counts := map[any]any{}
		for _, row := range district.get(fmt.Sprintf("/statistics?by=community&ground=%s&min_position=%d", ground, int64(position)))["items"].([]any) {
			counts[row.(map[string]any)["key"]] = row.(map[string]any)["reported"]
		}
		return fmt.Sprint(counts["440114002002"], " ", counts[takingUnit])
	}
	if got := reported("was"); got != "1 2" {
		t.Errorf("as it was, 桂花 and 紫薇西 have %s reports, want 1 2", got)
	}
	if got := reported("now"); got != "<nil> 3" && got != "0 3" {
		t.Errorf("as it is now, they have %s, want 0 3", got)
	}

	// What if a lamp turned yellow at half the time? Nothing is on the ledger but what was.
	asked := s.login("supervisor").must(202, "POST", "/whatif", "", map[string]any{
		"from": "2020-01-01", "to": "2099-12-31", "tables": map[string]any{"policy": "name,value\nwarn_percent,50\n"},
	})
	answered := s.login("supervisor").until("/whatif/"+asked["id"].(string), func(q map[string]any) bool { return q["state"] == "done" })
	if r := answered["report"].(map[string]any); r["incidents"] != 3.0 || r["differ"] != 3.0 || len(r["not_reproduced"].([]any)) > 0 {
		t.Errorf("what if: %v", r)
	}

	if code := s.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.log)
	}
	brings(0, good, []string{"no change"}, "--version", "花都 2027") // without a server
	for _, command := range []string{"verify", "rebuild", "verify"} {
		if out, talk, code := tool(t, append([]string{command}, at...)...); code != 0 {
			t.Errorf("%s: exit %d\n%s%s", command, code, out, talk)
		}
	}
}

// until asks until an answer is as wanted.
func (c *caller) until(path string, is func(map[string]any) bool) map[string]any {
	c.t.Helper()
	var last map[string]any
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if last = c.get(path); is(last) {
			return last
		}
	}
	c.t.Fatalf("%s never came to that: %v", path, last)
	return nil
}

func earth(t *testing.T) *basegrid.Grid {
	t.Helper()
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	return grid
}

func wholeCell(t *testing.T, code string) orb.Polygon {
	t.Helper()
	f, ok := earth(t).Feature(code)
	if !ok {
		t.Fatalf("no grid %s", code)
	}
	return f.Geometry.(orb.Polygon)
}

// halves cuts a grid in two along a line between two of its corners: the shares closest
// to equal that are two grids without a fault.
func halves(t *testing.T, code string) (kept, given orb.Polygon) {
	t.Helper()
	ring := wholeCell(t, code)[0]
	corners, whole, best := ring[:len(ring)-1], math.Abs(planar.Area(ring)), 0.2
	for i := range corners {
		for j := i + 2; j < len(corners); j++ {
			a := append(append(orb.Ring{}, corners[i:j+1]...), corners[i])
			b := append(append(append(orb.Ring{}, corners[j:]...), corners[:i+1]...), corners[j])
			share := math.Abs(planar.Area(a)) / whole
			if math.Min(share, 1-share) <= best {
				continue
			}
			text, err := collectionOf(piece(code, orb.Polygon{a}), piece(takenGrid, orb.Polygon{b})).MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if g, faults, err := basegrid.ReadGeoJSON(strings.NewReader(string(text)), geo.WGS84); err == nil && len(faults) == 0 && g != nil {
				best, kept, given = math.Min(share, 1-share), orb.Polygon{a}, orb.Polygon{b}
			}
		}
	}
	if kept == nil {
		t.Fatalf("%s cannot be cut in two", code)
	}
	return kept, given
}

func piece(code string, shape orb.Geometry) *geojson.Feature {
	f := geojson.NewFeature(shape)
	f.Properties = geojson.Properties{"code": code}
	return f
}

func collectionOf(features ...*geojson.Feature) *geojson.FeatureCollection {
	all := geojson.NewFeatureCollection()
	all.Features = features
	return all
}

// gridFile writes the built-in grid with one of its grids cut in two, and with changes.
func gridFile(t *testing.T, name string, kept, given orb.Polygon, change ...func([]*geojson.Feature)) string {
	t.Helper()
	var features []*geojson.Feature
	for _, c := range earth(t).Cells() {
		if c.Code == givingGrid {
			features = append(features, piece(c.Code, kept))
		} else {
			features = append(features, piece(c.Code, wholeCell(t, c.Code)))
		}
	}
	features = append(features, piece(takenGrid, given))
	for _, f := range change {
		f(features)
	}
	text, err := collectionOf(features...).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// midst is a point well inside a piece of ground.
func midst(t *testing.T, p orb.Polygon) orb.Point {
	t.Helper()
	text, err := collectionOf(piece(takenGrid, p)).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	g, _, err := basegrid.ReadGeoJSON(strings.NewReader(string(text)), geo.WGS84)
	if err != nil {
		t.Fatal(err)
	}
	point, _ := g.InteriorPoint(takenGrid)
	return point
}

package workflow

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/geo"
	"gridcommand/geo/basegrid"
)

// boxes is a grid of squares side by side, a hundredth of a degree each, by their codes.
func boxes(t testing.TB, version string, codes ...string) *basegrid.Grid {
	t.Helper()
	var features []string
	for i, code := range codes {
		x := 113.20 + float64(i)/100
		features = append(features, fmt.Sprintf(
			`{"type":"Feature","properties":{"code":%q},"geometry":{"type":"Polygon","coordinates":[[[%.2f,23.40],[%.2f,23.40],[%.2f,23.41],[%.2f,23.41],[%.2f,23.40]]]}}`,
			code, x, x+0.01, x+0.01, x, x))
	}
	g, faults, err := basegrid.ReadGeoJSON(strings.NewReader(`{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`), geo.WGS84)
	must(t, err)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return g.Named(version)
}

// The ground of a moment is the grid in force then. What it was in the past stays, and a
// library that starts anew knows the same.
func TestTheGroundOfAMomentIsTheGridInForceThen(t *testing.T) {
	ledger, c := inMemory(), &clock{at: monday}
	w := readers(t, ledger, t.TempDir(), c)
	left, right := orb.Point{113.205, 23.405}, orb.Point{113.215, 23.405}
	draw := func(g *basegrid.Grid, effective time.Time) Redrawn {
		t.Helper()
		out, err := w.Draw(t.Context(), Drawing{Grid: g, Effective: effective}, keeper)
		must(t, err)
		return out
	}
	tomorrow := monday.AddDate(0, 0, 1)
	later := boxes(t, "later", "440114002002001", "440114002002002")
	if out := draw(later, tomorrow); !out.Effective.Equal(tomorrow) || len(out.Changes) == 0 {
		t.Errorf("%+v", out)
	}
	c.set(monday.Add(time.Hour))
	draw(boxes(t, "now", "440114002002001", "440114002004001"), time.Time{})
	if out := draw(boxes(t, "again", "440114002002001", "440114002004001").Named("now"), time.Time{}); !out.Effective.IsZero() {
		t.Errorf("the same ground again counts from %v", out.Effective)
	}
	again, err := OpenLibrary(t.Context(), LibraryDeps{Ledger: ledger, State: w.state, Now: c.now})
	must(t, err)
	for name, ground := range map[string]Ground{"running": w.Library().Ground(), "anew": again.Ground()} {
		for at, want := range map[time.Time]string{
			monday: "illustrative-2026-1", monday.Add(time.Hour - 1): "illustrative-2026-1",
			monday.Add(time.Hour): "now 440114002002001 440114002004001", tomorrow: "later 440114002002001 440114002002002",
		} {
			g := ground.At(at)
			got := g.Version()
			if got != "illustrative-2026-1" {
				a, _ := g.Locate(left)
				b, _ := g.Locate(right)
				got = fmt.Sprint(got, " ", a.Code, " ", b.Code)
			}
			if got != want {
				t.Errorf("%s, at %v: %s, want %s", name, at, got, want)
			}
		}
		must(t, ground.Verify())
	}
}

// What is of no community of the district is refused whole, and so is the name of the
// grid that the ledger began with; nothing is written.
func TestGroundOfNobodyIsRefused(t *testing.T) {
	ledger := inMemory()
	w := readers(t, ledger, t.TempDir(), &clock{at: monday})
	for want, g := range map[string]*basegrid.Grid{
		"440114002999":     boxes(t, "x", "440114002002001", "440114002999001"),
		"district":         boxes(t, "x", "440115002002001"),
		"the ledger began": boxes(t, "illustrative-2026-1", "440114002002001"),
	} {
		_, err := w.Draw(t.Context(), Drawing{Grid: g}, keeper)
		if wrong, ok := errors.AsType[*GroundError](err); !ok || !strings.Contains(wrong.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if head, err := ledger.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("the ledger has %d facts (%v)", head, err)
	}
}

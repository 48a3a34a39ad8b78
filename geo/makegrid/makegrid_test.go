package main

import (
	"bytes"
	"cmp"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"gridcommand/geo/basegrid"

	"pgregory.net/rapid"
)

// The grid in the repository is the one this program draws from the data beside
// it. Whoever changes either runs `go run ./geo/makegrid` and gives the file a
// new version, because incidents keep the version they were located in.
func TestTheStoredGridIsTheDrawnOne(t *testing.T) {
	d, err := makeGrid(os.DirFS("../basegrid/data"))
	if err != nil {
		t.Fatal(err)
	}
	var drawn bytes.Buffer
	if err := d.file().Write(&drawn); err != nil {
		t.Fatal(err)
	}
	stored, err := os.ReadFile("../basegrid/data/grid.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(drawn.Bytes(), stored) {
		t.Errorf("drawn %d bytes, stored %d, and they differ", drawn.Len(), len(stored))
	}
}

func TestApportionGivesOutEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(1, 9), 1, 300).Draw(t, "weights")
		total := rapid.IntRange(10*len(weights), 20*len(weights)).Draw(t, "total")
		counts := apportion(total, weights)
		sum := 0
		for i, n := range counts {
			sum += n
			for j, m := range counts {
				if weights[i] > weights[j] && n < m-1 {
					t.Fatalf("weights %v get %v", weights, counts)
				}
			}
			if n < 1 {
				t.Fatalf("%v leaves somebody without", counts)
			}
		}
		if sum != total {
			t.Fatalf("gave out %d of %d", sum, total)
		}
	})
}

// Two sites and the box: one edge, half-way, whose ends belong to both.
func TestVoronoiOfTwoSites(t *testing.T) {
	outline := []point{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}
	edges, err := voronoi([]site{{at: point{200, 500}}, {at: point{600, 500}}}, outline)
	if err != nil {
		t.Fatal(err)
	}
	if len(edges) != 1 || edges[0].a.x != 400 || edges[0].b.x != 400 {
		t.Fatalf("%+v", edges)
	}
	e := edges[0]
	if side := cross(e.a, e.b, point{200, 500}); side <= 0 || e.left != 0 || e.right != 1 {
		t.Errorf("site 0 is not on the left of %+v", e)
	}
}

// A corner is as far from its three sites, to a micro-degree.
func TestCornersAreEquallyFar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var sites []site
		for range 3 {
			sites = append(sites, site{at: point{rapid.Int64Range(0, 50_000).Draw(t, "x"), rapid.Int64Range(0, 50_000).Draw(t, "y")}})
		}
		a, b, c := sites[0].at, sites[1].at, sites[2].at
		if turn := cross(a, b, c); turn > -1e8 && turn < 1e8 {
			return // nearly on one line: the centre is far away and proves little
		}
		m := meet([3]int{0, 1, 2}, sites, [2]point{})
		for _, s := range sites[1:] {
			// |m−s|² − |m−a|² changes by 2·distance for a step of one.
			diff := distance2(m, s.at) - distance2(m, a)
			if step := 4 * scaleY * 50_000 * scaleY; diff > int64(step) || diff < -int64(step) {
				t.Fatalf("%v is nearer to one of %v by %d", m, sites, diff)
			}
		}
	})
}

func TestBentEdgesStayWithTheirSites(t *testing.T) {
	sites := []site{{at: point{0, 0}}, {at: point{20_000, 0}}}
	e := edge{left: 0, right: 1, a: point{10_000, -15_000}, b: point{10_000, 15_000}}
	line := bend(e, sites)
	if len(line) < 4 || line[0] != e.a || line[len(line)-1] != e.b {
		t.Fatalf("line %v", line)
	}
	for _, p := range line[1 : len(line)-1] {
		if p.x == e.a.x {
			continue
		}
		if !inTriangle(p, e.a, e.b, sites[0].at) && !inTriangle(p, e.a, e.b, sites[1].at) {
			t.Errorf("%v has left the kite", p)
		}
	}
	if again := bend(e, sites); !slices.Equal(line, again) {
		t.Error("the same edge bends differently")
	}
}

// A point at so many thousandths lies exactly on the outline.
func TestCutsLieOnTheOutline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := point{rapid.Int64Range(0, 1e6).Draw(t, "px"), rapid.Int64Range(0, 1e6).Draw(t, "py")}
		q := point{rapid.Int64Range(0, 1e6).Draw(t, "qx"), rapid.Int64Range(0, 1e6).Draw(t, "qy")}
		k := rapid.Int64Range(1, 999).Draw(t, "k")
		if basegrid.Cross(vertex(p), vertex(q), along(p, q, k)) != 0 {
			t.Fatalf("%d thousandths from %v to %v is off the line", k, p, q)
		}
	})
}

// Rows from north to south, in a row from west to east.
//
//	1 2
//	3 4
func TestReadingOrder(t *testing.T) {
	square := func(code string, x, y int64) cell {
		return cell{code: code, ring: []basegrid.Vertex{{X: x, Y: y}, {X: x + 8, Y: y}, {X: x + 8, Y: y + 8}, {X: x, Y: y + 8}}}
	}
	cells := []cell{square("4", 100, 0), square("2", 100, 104), square("1", 0, 100), square("3", 0, 4)}
	inReadingOrder(cells)
	if !slices.IsSortedFunc(cells, func(a, b cell) int { return cmp.Compare(a.code, b.code) }) {
		t.Errorf("%+v", cells)
	}
}

func TestInputIsChecked(t *testing.T) {
	good := func(name string) []byte {
		raw, err := os.ReadFile("../basegrid/data/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	files := func() fstest.MapFS {
		fs := fstest.MapFS{}
		for _, name := range []string{"huadu_outline.geojson", "huadu_streets.csv", "huadu_units.csv"} {
			fs[name] = &fstest.MapFile{Data: good(name)}
		}
		return fs
	}
	if _, err := read(files()); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(fstest.MapFS){
		"no outline":  func(fs fstest.MapFS) { delete(fs, "huadu_outline.geojson") },
		"no features": func(fs fstest.MapFS) { fs["huadu_outline.geojson"].Data = []byte(`{"features":[]}`) },
		"no json":     func(fs fstest.MapFS) { fs["huadu_outline.geojson"].Data = []byte(`{`) },
		"area not a number": func(fs fstest.MapFS) {
			fs["huadu_streets.csv"].Data = []byte("code,name,kind,center_lng,center_lat,area_km2,basis\n440114001,新华街道,street,113.2,23.4,large,x\n")
		},
		"unit of no street": func(fs fstest.MapFS) {
			fs["huadu_units.csv"].Data = []byte("street_code,street_name,unit_code,unit_name,kind\n440115001,x,440115001001,y,village\n")
		},
	} {
		t.Run(name, func(t *testing.T) {
			fs := files()
			spoil(fs)
			if _, err := read(fs); err == nil {
				t.Error("taken")
			}
		})
	}
}

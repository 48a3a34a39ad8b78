package basegrid

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/geo"
)

// What is packed comes back as the same ground under the same names, and packed again as
// the same bytes.
func TestAGridIsKeptAsItIs(t *testing.T) {
	g := loaded(t)
	packed, sum, err := g.Pack()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Unpack(packed, sum)
	if err != nil {
		t.Fatal(err)
	}
	if changes := Difference(g, back); len(changes) > 0 || back.Version() != g.Version() {
		t.Errorf("%s comes back with %v", back.Version(), changes)
	}
	if diff := cmp.Diff(g.Cells(), back.Cells()); diff != "" {
		t.Error(diff)
	}
	again, sumAgain, err := back.Pack()
	if err != nil || sumAgain != sum || !bytes.Equal(again, packed) {
		t.Errorf("packed again it is %s, was %s (%v)", sumAgain, sum, err)
	}
	t.Logf("%d grids: %d bytes", len(g.Cells()), len(packed))
}

func TestWhatIsNotTheGridIsNotUnpacked(t *testing.T) {
	packed, sum, err := mustRead(t, collection(polygon(one, box(0, 0, 1, 1))), geo.WGS84).Pack()
	if err != nil {
		t.Fatal(err)
	}
	for what, try := range map[string]func() (*Grid, error){
		"another sum": func() (*Grid, error) { return Unpack(packed, strings.Repeat("0", 64)) },
		"cut off":     func() (*Grid, error) { return Unpack(packed[:len(packed)/2], sum) },
		"no gzip":     func() (*Grid, error) { return Unpack([]byte("{}"), sum) },
	} {
		if g, err := try(); err == nil {
			t.Errorf("%s: unpacked as %s", what, g.Version())
		}
	}
}

// One grid of two is split and the other's edge moved; a third lies as it did, though its
// ring begins elsewhere and has a corner more on a straight edge.
//
//	2 +---+---+---+      2 +---+-+-----+
//	  |   |   |   |        |   | |     |
//	1 | 1 | 2 | 3 |   →  1 | 1 +-+  3  |   4 is new, 2 is its upper part
//	  |   |   |   |        |   |4|     |
//	0 +---+---+---+      0 +---+-+-----+
//	  0   2   4   6        0   2 3     6
func TestTheDifferenceIsWhatLiesOtherwise(t *testing.T) {
	third := "440114001001003"
	was := mustRead(t, collection(
		polygon(one, box(0, 0, 2, 2)), polygon(two, box(2, 0, 4, 2)), polygon(third, box(4, 0, 6, 2)),
	), geo.WGS84)
	now := mustRead(t, collection(
		polygon(one, [][2]int{{2, 0}, {2, 1}, {2, 2}, {0, 2}, {0, 0}, {2, 0}}), polygon(two, box(2, 1, 3, 2)), polygon(third, box(3, 0, 6, 2)),
		polygon("440114001001004", box(2, 0, 3, 1)),
	), geo.WGS84)
	var got []string
	for _, c := range Difference(was, now) {
		unit := was.regions[one].m2() / 4 // of one square
		got = append(got, fmt.Sprintf("%s %s %.1f→%.1f", c.Kind, c.Code[12:], c.BeforeM2/unit, c.AfterM2/unit))
	}
	want := []string{"changed 002 4.0→1.0", "changed 003 4.0→6.0", "added 004 0.0→1.0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if back := Difference(now, was); len(back) != 3 || back[2].Kind != "removed" {
		t.Errorf("the other way: %v", back)
	}
	if n := was.Named("花都 2027"); n.Version() != "花都 2027" || len(Difference(was, n)) > 0 {
		t.Error("by another name it is other ground")
	}
}

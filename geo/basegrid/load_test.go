package basegrid

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// smallFile is two squares side by side.
func smallFile() File {
	left := []Vertex{{1, 0}, {1, 1}} // the shared edge
	west := []Vertex{{1, 1}, {0, 1}, {0, 0}, {1, 0}}
	east := []Vertex{{1, 0}, {2, 0}, {2, 1}, {1, 1}}
	return File{
		Version: "v", Unit: fileUnit, District: FileArea{"440114", "花都区", "district"},
		Streets:     []FileArea{{"440114001", "新华街道", "street"}},
		Communities: []FileArea{{"440114001001", "云山居委会", "community"}},
		Arcs:        []FileArc{NewArc(left), NewArc(west), NewArc(east)},
		Cells:       []FileCell{{"440114001001001", []int{1, 2}}, {"440114001001002", []int{3, -1}}},
	}
}

func TestFileIsReadAsWritten(t *testing.T) {
	var b bytes.Buffer
	if err := smallFile().Write(&b); err != nil {
		t.Fatal(err)
	}
	var back File
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(smallFile(), back); diff != "" {
		t.Error(diff)
	}
	g, err := back.Grid()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]Vertex{{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {1, 1}, {0, 1}}}
	if diff := cmp.Diff(want, g.regions["440114001001"].rings); diff != "" {
		t.Error(diff)
	}
	if g.Illustrative() {
		t.Error("an official file became illustrative")
	}
}

func TestArcsSurvive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Vertex {
			return Vertex{rapid.Int64Range(-180*Lattice, 180*Lattice).Draw(t, "x"), rapid.Int64Range(-90*Lattice, 90*Lattice).Draw(t, "y")}
		}), 1, 20).Draw(t, "line")
		if got := NewArc(line).Line(); !slices.Equal(got, line) {
			t.Fatalf("%v became %v", line, got)
		}
	})
}

func TestBrokenFilesAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*File)
		want  string
	}{
		"unit":      {func(f *File) { f.Unit = "metres" }, "unit"},
		"arc":       {func(f *File) { f.Cells[0].Ring = []int{1, 9} }, "refers to arc 9"},
		"no arc":    {func(f *File) { f.Cells[0].Ring = []int{0} }, "refers to arc 0"},
		"short arc": {func(f *File) { f.Arcs[0] = FileArc{1, 2} }, "no length"},
		"break":     {func(f *File) { f.Cells[0].Ring = []int{1, 3} }, "break"},
		"open":      {func(f *File) { f.Cells[0].Ring = []int{2} }, "does not close"},
		"empty":     {func(f *File) { f.Cells[0].Ring = nil }, "does not close"},
		"code":      {func(f *File) { f.Cells[0].Code = "44011400100100" }, "malformed"},
		"twice":     {func(f *File) { f.Cells[1].Code = f.Cells[0].Code }, "there twice"},
		"area":      {func(f *File) { f.Streets[0].Code = "4401" }, "area"},
	} {
		t.Run(name, func(t *testing.T) {
			f := smallFile()
			c.spoil(&f)
			if _, err := f.Grid(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one about %q", err, c.want)
			}
		})
	}
}

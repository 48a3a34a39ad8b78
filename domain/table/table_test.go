package table_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/table"
)

func TestEveryFaultIsNamedWithItsLine(t *testing.T) {
	const in = "\ufeffday,kind\r\n2026-01-01, off \r\n2026-01-02\r\n2026-01-03,wo\"rk\r\n2026-01-04,\xff\r\n2026-01-05,work\r\n"
	rows, faults := table.Read("calendar", strings.NewReader(in), "day", "kind")
	want := []table.Row{{Line: 2, Fields: []string{"2026-01-01", "off"}}, {Line: 6, Fields: []string{"2026-01-05", "work"}}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var lines []int
	for _, f := range faults.List {
		lines = append(lines, f.Line)
	}
	if diff := cmp.Diff([]int{3, 4, 5}, lines); diff != "" {
		t.Errorf("lines of faults (-want +got):\n%s", diff)
	}
	if err := faults.Err(); err == nil || !strings.Contains(err.Error(), "calendar: line 3: 1 fields, not 2; line 4: ") {
		t.Errorf("error %q", err)
	}
}

func TestAnotherHeaderIsRefused(t *testing.T) {
	for _, in := range []string{"", "kind,day\n", "day\n", "day,kind,more\n", "\"day"} {
		if _, faults := table.Read("calendar", strings.NewReader(in), "day", "kind"); faults.Err() == nil {
			t.Errorf("header %q was taken", in)
		}
	}
}

func TestATableWithoutFaultsIsNoError(t *testing.T) {
	rows, faults := table.Read("calendar", strings.NewReader("day,kind\n"), "day", "kind")
	if err := faults.Err(); err != nil || len(rows) != 0 {
		t.Errorf("rows %v, error %v", rows, err)
	}
}

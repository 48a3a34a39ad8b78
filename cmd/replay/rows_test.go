package replay

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

const header = "id,reported,due,closed,text,type,address,lng,lat\n"

func cst(text string) time.Time {
	t, err := time.ParseInLocation(time.DateTime, text, deadline.CST)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func read(t *testing.T, file string) ([]Row, error) {
	t.Helper()
	return ReadRows(strings.NewReader(file), mapped(t, plainMapping))
}

func mustRead(t *testing.T, file string) []Row {
	t.Helper()
	rows, err := read(t, file)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestARowIsReadWhole(t *testing.T) {
	got := mustRead(t, header+`7,2026-09-07 09:00:00,2026-09-08 09:00:00,2026-09-07 10:00:00,"破损, ""井盖""`+"\n第二行\""+`,SW-Dirty Alley,狮岭镇,5,2.5`+"\n")
	due, closed := cst("2026-09-08 09:00:00"), cst("2026-09-07 10:00:00")
	want := []Row{{
		Line: 2, ExternalID: "7", Reported: cst("2026-09-07 09:00:00"), Due: &due, Closed: &closed,
		Type: "SW-Dirty Alley", Description: "破损, \"井盖\"\n第二行", Address: "狮岭镇", Matter: national("06012"),
		Point: &orb.Point{113.5, 23.25}, Flags: []incident.Flag{incident.Relocated},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRowsComeOldestFirstAndKeepTheirLines(t *testing.T) {
	rows := mustRead(t, header+"3,2026-09-09 09:00:00,,,,,,,\n\n1,2026-09-07 09:00:00,,,,,,,\n2,2026-09-07 09:00:00,,,,,,,\n")
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%s@%d", r.ExternalID, r.Line))
	}
	if want := []string{"1@4", "2@5", "3@2"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWhatARowLacksIsFlaggedNotRefused(t *testing.T) {
	for name, c := range map[string]struct {
		row   string
		flags []incident.Flag
		is    func(Row) bool
	}{
		"an empty description takes the type": {"1,2026-09-07 09:00:00,,,,SW-Bulk,,5,5", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.Description == "SW-Bulk" }},
		"no place":                            {"1,2026-09-07 09:00:00,,,,,,,", []incident.Flag{incident.Unplaced}, func(r Row) bool { return r.Point == nil }},
		"a place outside the frame":           {"1,2026-09-07 09:00:00,,,,,,-77,39", []incident.Flag{incident.Unplaced}, func(r Row) bool { return r.Point == nil }},
		"closed before it was reported":       {"1,2026-09-07 09:00:00,,2026-09-06 09:00:00,,,,5,5", []incident.Flag{incident.ClosedBeforeReported, incident.Relocated}, func(r Row) bool { return r.Closed.Equal(r.Reported) }},
		"closed when it was reported":         {"1,2026-09-07 09:00:00,,2026-09-07 09:00:00,,,,5,5", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.Closed.Equal(r.Reported) }},
		"never closed":                        {"1,2026-09-07 09:00:00,,,,,,5,5", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.Closed == nil && r.Due == nil }},
		"due before it was reported":          {"1,2026-09-07 09:00:00,2026-09-01 09:00:00,,,,,5,5", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.Due.Equal(cst("2026-09-01 09:00:00")) }},
		"blanks around what is written":       {" 1 , 2026-09-07 09:00:00 ,,, 文字 ,,, 5 , 5 ", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.ExternalID == "1" && r.Description == "文字" }},
		"a description beside the type":       {"1,2026-09-07 09:00:00,,,文字,SW-Bulk,,5,5", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.Description == "文字" && r.Type == "SW-Bulk" }},
		"a type that nobody has mapped":       {"1,2026-09-07 09:00:00,,,,Else,,5,5", []incident.Flag{incident.Relocated}, func(r Row) bool { return r.Matter == national("06010") }},
	} {
		r := mustRead(t, header+c.row+"\n")[0]
		if !slices.Equal(r.Flags, c.flags) || !c.is(r) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestWithoutRelocationNothingIsMarkedRelocated(t *testing.T) {
	m := mapped(t, changed(t, map[string]any{"relocate": nil}))
	rows, err := ReadRows(strings.NewReader(header+"1,2026-09-07 09:00:00,,,,,,113.2,23.4\n"), m)
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; len(r.Flags) != 0 || *r.Point != (orb.Point{113.2, 23.4}) {
		t.Errorf("%+v", r)
	}
}

func TestStartShiftsAllTimesAlike(t *testing.T) {
	m := mapped(t, changed(t, map[string]any{"start": "2021-01-04T08:00:00+08:00", "zone": "America/New_York"}))
	// Between them New York's clocks went forward: the rows are 24 hours apart, not 25.
	rows, err := ReadRows(strings.NewReader(header+
		"2,2018-03-11 10:00:00,2018-03-12 10:00:00,2018-03-11 11:00:00,,,,,\n1,2018-03-10 11:00:00,,,,,,,\n"), m)
	if err != nil {
		t.Fatal(err)
	}
	first := cst("2021-01-04 08:00:00")
	for _, c := range []struct{ got, want time.Time }{
		{rows[0].Reported, first},
		{rows[1].Reported, first.Add(22 * time.Hour)},
		{*rows[1].Due, first.Add(46 * time.Hour)},
		{*rows[1].Closed, first.Add(23 * time.Hour)},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFilesMayBePackedAndMarked(t *testing.T) {
	const text = header + "1,2026-09-07 09:00:00,,,文字,,,5,5\n"
	want := mustRead(t, text)
	for name, file := range map[string]string{
		"packed": string(packed(t, text)), "marked": "\ufeff" + text, "both": string(packed(t, "\ufeff"+text)),
		"with CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "without a last line end": strings.TrimSuffix(text, "\n"),
	} {
		if diff := cmp.Diff(want, mustRead(t, file)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func wide(text string, mark bool) string {
	var b strings.Builder
	if mark {
		b.WriteString("\xff\xfe")
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteString(string([]byte{byte(u), byte(u >> 8)}))
	}
	return b.String()
}

func TestEveryFaultIsNamedWithItsLine(t *testing.T) {
	const good = "1,2026-09-07 09:00:00,,,文字,,,5,5\n"
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"empty":                       {"", []string{"line 1: the file is empty"}},
		"a header alone":              {header, []string{"line 1: no rows follow the header"}},
		"UTF-16":                      {wide(header+good, true), []string{"line 1: the file is UTF-16; save it as UTF-8"}},
		"UTF-16 without its mark":     {wide(header+good, false), []string{"line 1: the header is not UTF-8; save the file as UTF-8"}},
		"GBK":                         {"\xb1\xe0\xba\xc5,reported\n1,2\n", []string{"line 1: the header is not UTF-8; save the file as UTF-8"}},
		"GBK below a Latin header":    {header + "1,2026-09-07 09:00:00,,,\xce\xc4\xd7\xd6,,,5,5\n", []string{"line 2, text: not UTF-8 text"}},
		"a NUL":                       {header + "1,2026-09-07 09:00:00,,,a\x00b,,,5,5\n", []string{"line 2, text: not UTF-8 text"}},
		"a column named twice":        {"id,reported,due,closed,text,type,address,lng,lat,id\n" + good, []string{"line 1, id: the header names this column twice"}},
		"columns that are not there":  {"id,reported,due,closed,text,type\n", []string{"line 1, address: the mapping names this column, the header does not", "line 1, lng: the mapping names this column, the header does not", "line 1, lat: the mapping names this column, the header does not"}},
		"too few and too many fields": {header + "1,2026-09-07 09:00:00\n" + "2,2026-09-07 09:00:00,,,,,,5,5,6\n", []string{"line 2: 2 fields, the header has 9", "line 3: 10 fields, the header has 9"}},
		"a quote that stays open":     {header + good + "2,\"2026-09-07\n3,\n4,\n", []string{`line 3: extraneous or missing " in quoted-field; what follows was not read`}},
		"a bare quote":                {header + "a\"b,2026-09-07 09:00:00,,,,,,5,5\n", []string{`line 2: bare " in non-quoted-field; what follows was not read`}},
		"a bare quote in the header":  {"a\"b\n", []string{`line 1: no header: parse error on line 1, column 2: bare " in non-quoted-field`}},
		"one number twice":            {header + good + strings.Replace(good, "文字", "又", 1) + good, []string{`line 3, id: "1" also stands in line 2`, `line 4, id: "1" also stands in line 2`}},
		"no number":                   {header + ",2026-09-07 09:00:00,,,,,,5,5\n", []string{"line 2, id: empty: rows are known by it"}},
		"a long number":               {header + strings.Repeat("号", 129) + ",2026-09-07 09:00:00,,,,,,5,5\n", []string{"line 2, id: longer than 128 characters"}},
		"no time":                     {header + "1,,,,,,,5,5\n", []string{"line 2, reported: empty"}},
		"nothing at all":              {header + ",,,,,,,,\n", []string{"line 2, id: empty: rows are known by it", "line 2, reported: empty"}},
		"bad times": {header + "1,2026-02-30 09:00:00,soon,07/09/2026,,,,5,5\n", []string{
			`line 2, due: "soon" is not a time like "2006-01-02 15:04:05"`, `line 2, closed: "07/09/2026" is not a time like "2006-01-02 15:04:05"`,
			`line 2, reported: "2026-02-30 09:00:00" is not a time like "2006-01-02 15:04:05"`,
		}},
		"times of no incident": {header + "1,0001-01-01 00:00:00,9999-12-31 00:00:00,,,,,5,5\n", []string{
			`line 2, due: "9999-12-31 00:00:00" is not between 1900 and 2199`, `line 2, reported: "0001-01-01 00:00:00" is not between 1900 and 2199`,
		}},
		"bad coordinates": {header + "1,2026-09-07 09:00:00,,,,,,NaN,5\n2,2026-09-07 09:00:00,,,,,,5,Inf\n3,2026-09-07 09:00:00,,,,,,五,5\n4,2026-09-07 09:00:00,,,,,,5,\n5,2026-09-07 09:00:00,,,,,,23.4,113.2\n6,2026-09-07 09:00:00,,,,,,181,5\n", []string{
			`line 2, lng: "NaN", "5" is not a longitude and a latitude`, `line 3, lng: "5", "Inf" is not a longitude and a latitude`,
			`line 4, lng: "五", "5" is not a longitude and a latitude`, `line 5, lng: "5", "" is not a longitude and a latitude`,
			`line 6, lng: "23.4", "113.2" is not a longitude and a latitude`, `line 7, lng: "181", "5" is not a longitude and a latitude`,
		}},
		"a fault after many good rows": {header + good + "2,2026-09-07 09:00:00,,,\"二\n行\",,,5,5\n3,never,,,,,,5,5\n", []string{`line 5, reported: "never" is not a time like "2006-01-02 15:04:05"`}},
	} {
		rows, err := read(t, c.file)
		var faults *FaultsError
		if !errors.As(err, &faults) {
			t.Errorf("%s: %d rows, %v; want faults", name, len(rows), err)
			continue
		}
		var got []string
		for _, f := range faults.Faults {
			got = append(got, f.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if rows != nil {
			t.Errorf("%s: rows come with the faults", name)
		}
	}
}

func TestAPackedFileThatBreaksOffIsRefused(t *testing.T) {
	whole := packed(t, header+strings.Repeat("1,2026-09-07 09:00:00,,,文字,,,5,5\n", 1000))
	for _, n := range []int{3, len(whole) / 2, len(whole) - 4} {
		if rows, err := ReadRows(bytes.NewReader(whole[:n]), mapped(t, plainMapping)); err == nil || rows != nil {
			t.Errorf("cut at %d of %d bytes: %d rows, %v", n, len(whole), len(rows), err)
		}
	}
}

// FuzzReadRows looks for a file that makes reading panic, or that comes in half.
func FuzzReadRows(f *testing.F) {
	f.Add(header + "1,2026-09-07 09:00:00,,,文字,,,5,5\n")
	f.Add("\"")
	f.Add("id,reported\n\"a")
	f.Fuzz(func(t *testing.T, file string) {
		rows, err := read(t, file)
		if (err == nil) != (len(rows) > 0) {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
	})
}

package sheets_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"gridcommand/domain/reference"
	"gridcommand/workflow/sheets"
)

var once = sync.OnceValues(reference.LoadBase)

func base(t testing.TB) reference.Tables {
	t.Helper()
	b, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return b.Tables
}

func same(t *testing.T, what string, want, got reference.Tables) {
	t.Helper()
	for _, name := range reference.TableNames {
		if want[name] != nil && !reference.Same(want[name], got[name]) {
			t.Errorf("%s: %s comes back otherwise: %d rows of %d", what, name, len(got[name]), len(want[name]))
		}
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	tables := base(t)
	book, err := sheets.WriteWorkbook(tables, reference.TableNames...)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sheets.Read("", book)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "a workbook", tables, got)
	for _, name := range reference.TableNames {
		one := reference.Tables{name: tables[name]}
		text := sheets.WriteCSV(tables, name)
		for what, data := range map[string][]byte{
			"CSV": text, "without a mark": bytes.TrimPrefix(text, []byte("\ufeff")),
			"with CRLF":  []byte(strings.ReplaceAll(string(text), "\n", "\r\n")),
			"GB 18030":   encoded(t, simplifiedchinese.GB18030.NewEncoder().Bytes, bytes.TrimPrefix(text, []byte("\ufeff"))),
			"UTF-16":     encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes, bytes.TrimPrefix(text, []byte("\ufeff"))),
			"blank ends": append(bytes.Clone(text), []byte(strings.Repeat(",,,\n", 500))...),
		} {
			for _, as := range []string{name, ""} {
				got, err := sheets.Read(as, data)
				if err != nil {
					t.Fatalf("%s of %s: %.300v", what, name, err)
				}
				same(t, what, one, got)
			}
		}
		book, err := sheets.WriteWorkbook(tables, name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err = sheets.Read(name, book); err != nil {
			t.Fatal(err)
		}
		same(t, "a workbook of one", one, got)
	}
}

func encoded(t *testing.T, with func([]byte) ([]byte, error), text []byte) []byte {
	t.Helper()
	out, err := with(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFaultsOfAFileAreNamed(t *testing.T) {
	for what, c := range map[string]struct{ name, text, want string }{
		"no table":             {"jokes", "a,b\n", "there is no table"},
		"nothing":              {"calendar", "", "empty"},
		"only blanks":          {"calendar", "\n\n", "no header"},
		"an unknown column":    {"calendar", "date,kind,colour\n", `line 1: the header's "colour"`},
		"a column twice":       {"calendar", "date,kind,date\n", "line 1, date: the header names it twice"},
		"a column short":       {"calendar", "date,festival\n", "line 1, kind: the header lacks it"},
		"a header of no table": {"", "a,b\n1,2\n", "that of no table"},
		"too many cells":       {"calendar", "date,kind\n2027-01-01,off,x,y\n", "line 2: 4 cells"},
		"too few cells":        {"calendar", "date,kind,festival\n2027-01-01,off\n", "line 2: 2 cells, the header has 3"},
		"a quote left open":    {"calendar", "date,kind\n\"2027-01-01,off\n", "line "},
		"NUL":                  {"calendar", "date,kind\n2027-01-01,o\x00ff\n", "NUL"},
		"no known text":        {"calendar", "date,kind\n2027-01-01,off\n2027-01-02,\xff\xff\xff\n", "line 3: neither UTF-8 nor GB 18030"},
		"mixed encodings":      {"calendar", "date,kind,festival\n2027-01-01,off,\xd4\xaa\xb5\xa9\n2027-02-06,off,春节\n", "line 3: this line is UTF-8"},
		"an old Excel file":    {"calendar", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or a locked"},
		"no zip":               {"calendar", "PK\x03\x04 and nothing", "no workbook"},
		"a wrong divider":      {"calendar", "sep=\"\ndate,kind\n", "line 1"},
		"too long":             {"calendar", strings.Repeat("x", sheets.MaxBytes+1), "more than"},
		"too many rows":        {"calendar", "date,kind\n" + strings.Repeat("2027-01-01,off\n", 60_000), "rows"},
	} {
		_, err := sheets.Read(c.name, []byte(c.text))
		var f *reference.FaultsError
		if !errors.As(err, &f) || !strings.Contains(f.Error(), c.want) {
			t.Errorf("%s: %.300v does not say %q", what, err, c.want)
		}
	}
}

// The decoder at hand leaves some codes of GB 18030 unread; iconv reads them as this.
func TestRareCharactersOfGB18030AreRead(t *testing.T) {
	data := []byte("date,kind,festival\n2027-01-01,off,\xd4\xaa\xfe\x59\xb5\xa9\xfe\xa0\xa6\xd9\x82\x35\x87\x38\n")
	got, err := sheets.Read("calendar", data)
	if err != nil {
		t.Fatal(err)
	}
	if text := got["calendar"][0].Fields[2]; text != "元龴旦龻︐䶵" {
		t.Errorf("read as %q", text)
	}
	_, err = sheets.Read("calendar", []byte("date,kind,festival\n2027-01-01,off,\xd4\xaa\xaa\xa1\n"))
	var f *reference.FaultsError
	if !errors.As(err, &f) || !strings.Contains(f.Error(), "line 2: neither") {
		t.Errorf("a character for private use: %v", err)
	}
}

func TestOtherDividersAreUnderstood(t *testing.T) {
	for _, text := range []string{
		"sep=;\ndate;kind;festival\n2027-01-01;off;元旦\n", "date;kind\n2027-01-01;off\n", "kind\tdate\noff\t2027-01-01\n",
		"date,kind\r2027-01-01,off\r", " DATE , Kind \n 2027-01-01 , off \n",
	} {
		got, err := sheets.Read("calendar", []byte(text))
		if err != nil || len(got["calendar"]) != 1 || got["calendar"][0].Fields[0] != "2027-01-01" || got["calendar"][0].Fields[1] != "off" {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
}

// workbook makes a workbook of one sheet.
func workbook(t *testing.T, sheet string, fill func(*excelize.File)) []byte {
	t.Helper()
	book := excelize.NewFile()
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{"A1": "date", "B1": "kind", "C1": "festival", "A2": "2027-01-01", "B2": "off", "C2": "元旦"} {
		if err := book.SetCellValue(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if fill != nil {
		fill(book)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbooksThatHideSomethingAreRefused(t *testing.T) {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for what, c := range map[string]struct {
		data []byte
		want string
	}{
		"a formula":    {workbook(t, "calendar", func(b *excelize.File) { must(b.SetCellFormula("calendar", "B2", "A1&\"off\"")) }), "B2"},
		"merged cells": {workbook(t, "calendar", func(b *excelize.File) { must(b.MergeCell("calendar", "A1", "B1")) }), "merged (A1:B1)"},
		"a hidden one": {workbook(t, "calendar", func(b *excelize.File) {
			_, err := b.NewSheet("units")
			must(err)
			must(b.SetSheetVisible("units", false))
		}), "hidden"},
		"another sheet": {workbook(t, "假日", nil), `sheet "假日" is no table`},
		"lost digits": {workbook(t, "calendar", func(b *excelize.File) {
			must(b.SetCellStr("calendar", "C2", "4.40114E+17"))
		}), "C2: the number"},
		"macros":    {repacked(t, map[string]string{"xl/vbaProject.bin": "x"}), "macros"},
		"links":     {repacked(t, map[string]string{"xl/externalLinks/externalLink1.xml": "x"}), "refers to other files"},
		"a slip":    {repacked(t, map[string]string{"../../evil": "x"}), "points outside"},
		"an entity": {repacked(t, map[string]string{"xl/worksheets/sheet9.xml": `<!DOCTYPE x [<!ENTITY a "b">]><x/>`}), "DOCTYPE"},
		"a bomb":    {repacked(t, map[string]string{"xl/media/zeros": strings.Repeat("\x00", 33<<20)}), "unpacked"},
		"many":      {repacked(t, many()), "parts inside"},
	} {
		_, err := sheets.Read("", c.data)
		var f *reference.FaultsError
		if !errors.As(err, &f) || !strings.Contains(f.Error(), c.want) {
			t.Errorf("%s: %.300v does not say %q", what, err, c.want)
		}
	}
}

func many() map[string]string {
	parts := map[string]string{}
	for i := range 600 {
		parts[fmt.Sprintf("p%d", i)] = ""
	}
	return parts
}

// repacked is a good workbook with more parts inside.
func repacked(t *testing.T, more map[string]string) []byte {
	t.Helper()
	good := workbook(t, "calendar", nil)
	in, err := zip.NewReader(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range more {
		w, err := out.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDaysOfASpreadsheetAreDays(t *testing.T) {
	got, err := sheets.Read("", workbook(t, "Calendar", func(b *excelize.File) {
		if err := b.SetCellValue("Calendar", "A2", 46388); err != nil {
			t.Fatal(err)
		}
	}))
	if err != nil || got["calendar"][0].Fields[0] != "2027-01-01" {
		t.Errorf("read as %v, %v", got, err)
	}
}

// Policy and evaluation have the same header: the rows tell.
func TestSettingsAreToldApartByTheirNames(t *testing.T) {
	for text, want := range map[string]string{
		"name,value\nweight.rework,3\n":                 reference.EvaluationTable,
		"name,value,meaning\ngrade.A,95,from here on\n": reference.EvaluationTable,
		"name,value\nwarn_percent,70\n":                 reference.PolicyTable,
	} {
		tables, err := sheets.Read("", []byte(text))
		if err != nil || tables[want] == nil {
			t.Errorf("%q is taken for %v (%v)", text, tables, err)
		}
	}
}

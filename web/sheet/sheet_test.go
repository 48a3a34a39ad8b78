package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"gridcommand/domain/deadline"
	"gridcommand/web/sheet"
	"gridcommand/web/sheet/sheettest"
)

// hostile is what people write into cells, and what those write who wish a spreadsheet
// to do something.
var hostile = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\",\"y\")", "=cmd|' /C calc'!A0", "＝1+1", "　=1", " =1", "'=1", "''=1", "'plain",
	"a\"b", "a,b", "a;b", "a\r\nb", "a\nb", " a ", "", "null", "1e5", "0012", "440114002002", "𠂇龴︐ḿ€", "_x000D_", "<b>&amp;</b>", "]]>", "\ue000\ue816", strings.Repeat("长", 2000),
	"\ufeffx", "-", "=", "2026-11-23", "TRUE", "#REF!",
}

var columns = []sheet.Column{
	{Name: "text", Head: "文本"},
	{Name: "n", Head: "数", Kind: sheet.Whole},
	{Name: "share", Head: "率", Kind: sheet.Percent},
	{Name: "at", Head: "时间", Kind: sheet.Moment},
}

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func csvOf(t testing.TB, e sheet.Encoding, rows [][]any) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewCSV(&b, e, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Write(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bookOf(t testing.TB, rows [][]any) []byte {
	t.Helper()
	book, err := sheet.NewBook("清单", noon)
	if err != nil {
		t.Fatal(err)
	}
	p, err := book.Page(sheet.Page{Name: "清单", Title: "R&D 清单", Columns: columns, Filter: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := p.Write(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := book.Page(sheet.Page{Name: "说明", Upright: true, Columns: columns[:1]})
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := book.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func hostileRows() [][]any {
	var rows [][]any
	for i, text := range hostile {
		rows = append(rows, []any{text, -i, float64(i) / 100, noon.Add(time.Duration(i) * time.Minute)})
	}
	return rows
}

// Whatever stands in a cell, every reader finds it again, as text; no reader finds a
// formula; numbers, also those below nothing, are numbers.
func TestNoCellIsAFormula(t *testing.T) {
	for _, e := range sheet.Encodings {
		for reader, found := range sheettest.Readers(t, csvOf(t, e, hostileRows()), "csv", e) {
			for i, row := range found.Sheets[0].Rows[1:] {
				text := row[0].(string)
				if first, _ := utf8.DecodeRuneInString(text); strings.ContainsRune("=+-@\t\r＝＋－＠", first) {
					t.Errorf("%s %s: %q is read as a formula", e, reader, text)
				}
				if got := sheet.Unguarded(text); got != hostile[i] && !(e == sheet.GB18030 && editions(hostile[i])) {
					t.Errorf("%s %s: %q comes back as %q", e, reader, hostile[i], got)
				}
				if row[1] != fmt.Sprint(-i) || !strings.HasPrefix(row[3].(string), "2026-11-23 12:") {
					t.Errorf("%s %s: the row %v", e, reader, row[1:])
				}
			}
		}
	}
	for reader, found := range sheettest.Readers(t, bookOf(t, hostileRows()), "xlsx", sheet.UTF8) {
		if found.Formulas != 0 || len(found.Sheets) != 2 || len(found.Sheets[0].Rows) != len(hostile)+1 {
			t.Fatalf("%s finds %d formulas, %d sheets", reader, found.Formulas, len(found.Sheets))
		}
		for i, row := range found.Sheets[0].Rows[1:] {
			want := any(hostile[i])
			if want == "" {
				want = nil
			}
			if row[0] != want {
				t.Errorf("%s: %q comes back as %q", reader, want, row[0])
			}
			// Noon of the district is half a day after the midnight that 46349 counts to.
			if row[1] != float64(-i) || row[2] != float64(i)/100 || row[3].(float64) < 46349.5 || row[3].(float64) > 46349.6 {
				t.Errorf("%s: the row %v", reader, row[1:])
			}
		}
	}
}

// editions tells whether a text has characters that the editions of GB 18030 write
// otherwise: Python follows that of 2000, Node that of 2022. They are held against iconv
// where they are encoded.
func editions(text string) bool { return strings.ContainsAny(text, "𠂇龴︐ḿ\ue816") }

// What was written comes back, whatever it is.
func TestTextComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if got := sheet.Unguarded(sheet.Guarded(text)); got != text {
			t.Fatalf("%q comes back as %q", text, got)
		}
		guarded := sheet.Guarded(text)
		if first, _ := utf8.DecodeRuneInString(guarded); guarded != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
			t.Fatalf("%q is read as a formula", guarded)
		}
	})
}

// A workbook is set up to be printed on A4, as wide as the paper, with its headings on
// every page, and shows shares as percent and times as times.
func TestAWorkbookPrintsWell(t *testing.T) {
	data := bookOf(t, hostileRows())
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	layout, err := book.GetPageLayout("清单")
	if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
		t.Errorf("the page is %+v, %v", layout, err)
	}
	if layout, err := book.GetPageLayout("说明"); err != nil || *layout.Orientation != "portrait" {
		t.Errorf("the second page is %+v, %v", layout, err)
	}
	parts := partsOf(t, data)
	for _, want := range []string{"_xlnm.Print_Titles", "$1:$1", "_xlnm._FilterDatabase"} {
		if !strings.Contains(parts["xl/workbook.xml"], want) {
			t.Errorf("the workbook does not say %s", want)
		}
	}
	for _, want := range []string{"R&amp;&amp;D 清单", "&amp;P", "<autoFilter ref=\"$A$1:$D$", "<pane ", "ySplit=\"1\""} {
		if !strings.Contains(parts["xl/worksheets/sheet1.xml"], want) {
			t.Errorf("the sheet does not say %s", want)
		}
	}
	if props, err := book.GetSheetProps("清单"); err != nil || props.FitToPage == nil || !*props.FitToPage {
		t.Errorf("it is not fitted to the page: %v", err)
	}
	if got, err := book.GetCellValue("清单", "C3"); err != nil || got != "1.00%" {
		t.Errorf("a share is shown as %q, %v", got, err)
	}
	if got, err := book.GetCellValue("清单", "D2"); err != nil || got != noon.In(deadline.CST).Format("2006-01-02 15:04") {
		t.Errorf("a time is shown as %q, %v", got, err)
	}
	if !maps.Equal(parts, partsOf(t, bookOf(t, hostileRows()))) { // the library puts them in any order
		t.Error("the same rows give other parts")
	}
}

func partsOf(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(text)
	}
	return parts
}

// Where LibreOffice is installed, it opens the workbook and says the same of its cells.
// Elsewhere the readers above stand for it.
func TestLibreOfficeOpensIt(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Log("no LibreOffice here: the workbook was read by others only")
		return
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "list.xlsx")
	if err := os.WriteFile(file, bookOf(t, hostileRows()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to",
		"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1", "--outdir", dir, file).CombinedOutput()
	if err != nil {
		t.Fatalf("LibreOffice: %v: %s", err, out)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(names) != 1 {
		t.Fatalf("LibreOffice wrote %v, %v: %s", names, err, out)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"=1+1,0,0%,2026-11-23 12:00:00", "@SUM(A1),-3,3%,2026-11-23 12:03:00", "=cmd|' /C calc'!A0,-7,7%,2026-11-23 12:07:00", "0012,", "440114002002,", "𠂇龴︐ḿ€"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("LibreOffice does not show %s", want)
		}
	}
}

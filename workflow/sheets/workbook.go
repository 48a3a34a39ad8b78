package sheets

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"gridcommand/domain/reference"
	"gridcommand/domain/table"
)

// readWorkbook reads an XLSX file: each sheet is the table of its name, or the only
// sheet is the table called name.
func readWorkbook(name string, data []byte) (reference.Tables, error) {
	if why := suspicious(data); why != "" {
		return nil, broken(name, "%s", why)
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxPlain, UnzipXMLSizeLimit: maxPlain / 2, RawCellValue: true,
	})
	if err != nil {
		return nil, broken(name, "it cannot be read as a workbook: %v", err)
	}
	defer book.Close()
	tables := reference.Tables{}
	var all []*table.Faults
	sheets := book.GetSheetList()
	for _, sheet := range sheets {
		as := strings.ToLower(strings.TrimSpace(sheet))
		if len(sheets) == 1 && name != "" {
			as = name
		}
		faults := &table.Faults{Table: as}
		all = append(all, faults)
		switch visible, err := book.GetSheetVisible(sheet); {
		case err != nil || !visible:
			faults.Add(0, "", "the sheet %q is hidden: show it or take it out", sheet)
			continue
		case reference.Columns(as) == nil:
			faults.Add(0, "", "the sheet %q is no table; there are %s", sheet, strings.Join(names(), ", "))
			continue
		case name != "" && as != name:
			continue // another table of the same book
		}
		if merged, err := book.GetMergeCells(sheet); err != nil || len(merged) > 0 {
			where := ""
			if len(merged) > 0 {
				where = merged[0].GetStartAxis() + ":" + merged[0].GetEndAxis()
			}
			faults.Add(0, "", "cells are merged (%s): each row needs its own", where)
			continue
		}
		tables[as] = lay(as, cellsOf(book, sheet, as, faults), faults)
	}
	if len(tables) == 0 && faulty(all) == nil {
		return nil, broken(name, "no sheet is the table %s", name)
	}
	return tables, faulty(all)
}

// suspicious says why a packed file is not even opened.
func suspicious(data []byte) string {
	packed, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "it is no workbook: " + err.Error()
	}
	if len(packed.File) > maxParts {
		return fmt.Sprintf("it has more than %d parts inside", maxParts)
	}
	var plain uint64
	for _, f := range packed.File {
		plain += f.UncompressedSize64
		name := strings.ToLower(f.Name)
		switch {
		case plain > maxPlain:
			return fmt.Sprintf("unpacked it has more than %d bytes", maxPlain)
		case strings.Contains(name, ".."):
			return "a part of it points outside"
		case strings.HasSuffix(name, "vbaproject.bin"):
			return "it holds macros: save it without"
		case strings.Contains(name, "externallinks/"):
			return "it refers to other files: write the values"
		}
		if strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml") || name == "xl/sharedstrings.xml" || name == "xl/workbook.xml" {
			if why := formulas(f); why != "" {
				return why
			}
		}
	}
	return ""
}

var (
	formula = regexp.MustCompile(`<c [^>]*r="([A-Z]+[0-9]+)"[^>]*>\s*<f[ >/]`)
	doctype = regexp.MustCompile(`<!DOCTYPE|<!ENTITY`)
)

// formulas says which cell of a part of a workbook is reckoned and not written.
func formulas(f *zip.File) string {
	part, err := f.Open()
	if err != nil {
		return "a part of it cannot be read: " + err.Error()
	}
	defer part.Close()
	text, err := io.ReadAll(io.LimitReader(part, maxPlain+1))
	switch {
	case err != nil:
		return "a part of it cannot be read: " + err.Error()
	case len(text) > maxPlain:
		return fmt.Sprintf("unpacked it has more than %d bytes", maxPlain)
	case doctype.Match(text):
		return "it declares what no workbook needs (DOCTYPE)"
	}
	if cell := formula.FindSubmatch(text); cell != nil {
		return fmt.Sprintf("cell %s of %s is a formula: write its value", cell[1], f.Name)
	}
	return ""
}

// scientific is how a spreadsheet writes a long number that has lost its last digits.
var scientific = regexp.MustCompile(`^\d(\.\d+)?[eE]\+?\d+$`)

func cellsOf(book *excelize.File, sheet, name string, faults *table.Faults) []line {
	rows, err := book.Rows(sheet)
	if err != nil {
		faults.Add(0, "", "the sheet cannot be read: %v", err)
		return nil
	}
	defer rows.Close()
	date := -1
	var lines []line
	for number := 1; rows.Next(); number++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			faults.Add(number, "", "the row cannot be read: %v", err)
			break
		}
		if len(cells) == 0 {
			continue
		}
		if len(lines) > maxRows {
			faults.Add(0, "", "more than %d rows", maxRows)
			return nil
		}
		if len(lines) == 0 {
			date = slices.IndexFunc(cells, func(c string) bool { return strings.EqualFold(strings.TrimSpace(c), "date") })
		}
		for i, c := range cells {
			if scientific.MatchString(c) {
				faults.Add(number, "", "%s: the number %s has lost digits: write it as text", cellName(i, number), c)
			}
			if i == date && name == reference.CalendarTable {
				cells[i] = day(c)
			}
		}
		lines = append(lines, line{number: number, cells: cells})
	}
	return lines
}

// day returns the day that a spreadsheet counts as days since 1899-12-30.
func day(cell string) string {
	n, err := strconv.Atoi(cell)
	if err != nil || n < 36_000 || n > 80_000 {
		return cell
	}
	return time.Date(1899, 12, 30+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// WriteWorkbook returns tables as an XLSX file, a sheet for each of names. Every cell is
// text: codes keep their zeros.
func WriteWorkbook(t reference.Tables, names ...string) ([]byte, error) {
	book := excelize.NewFile()
	defer book.Close()
	for i, name := range names {
		var err error
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), name)
		} else {
			_, err = book.NewSheet(name)
		}
		if err == nil {
			err = writeSheet(book, t, name)
		}
		if err != nil {
			return nil, fmt.Errorf("sheets: writing %s: %w", name, err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return nil, fmt.Errorf("sheets: writing a workbook: %w", err)
	}
	return b.Bytes(), nil
}

func writeSheet(book *excelize.File, t reference.Tables, name string) error {
	w, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	put := func(row int, fields []string) error {
		cells := make([]any, len(fields))
		for i, f := range fields {
			cells[i] = f
		}
		return w.SetRow(cellName(0, row), cells)
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := put(1, reference.Columns(name)); err != nil {
		return err
	}
	for i, row := range t[name] {
		if err := put(i+2, row.Fields); err != nil {
			return err
		}
	}
	return w.Flush()
}

package sheets

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"gridcommand/domain/deadline"
	"gridcommand/domain/table"
)

// A Form says what a file of rows looks like that is no table of reference data.
type Form struct {
	Name    string
	Columns []string            // in any order, each once; a file may lack some
	Needs   []string            // columns that it may not lack
	Aliases map[string][]string // other names of a column, lower case
}

// A Row is one line of such a file: what stands in its cells, by column. Empty cells
// are left out.
type Row struct {
	Line  int
	Cells map[string]string
}

// ReadRows returns the rows of a file, by its contents CSV or XLSX, under the same
// limits and precautions as [Read]. Of a workbook the only sheet counts. What is wrong
// comes back as a [*reference.FaultsError].
func ReadRows(f Form, data []byte) ([]Row, error) {
	faults := &table.Faults{Table: f.Name}
	var lines []line
	switch {
	case len(data) > MaxBytes:
		return nil, broken(f.Name, "the file has more than %d bytes", MaxBytes)
	case len(data) == 0:
		return nil, broken(f.Name, "the file is empty")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, broken(f.Name, "an old or a locked Excel file: save it as .xlsx without a password, or as CSV")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		if why := suspicious(data); why != "" {
			return nil, broken(f.Name, "%s", why)
		}
		book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxPlain, UnzipXMLSizeLimit: maxPlain / 2, RawCellValue: true})
		if err != nil {
			return nil, broken(f.Name, "it cannot be read as a workbook: %v", err)
		}
		defer book.Close()
		sheets := book.GetSheetList()
		if len(sheets) != 1 {
			return nil, broken(f.Name, "it has %d sheets; one is wanted", len(sheets))
		}
		if merged, err := book.GetMergeCells(sheets[0]); err != nil || len(merged) > 0 {
			return nil, broken(f.Name, "cells are merged: each row needs its own")
		}
		lines = cellsOf(book, sheets[0], f.Name, faults)
	default:
		text, why := decoded(data)
		if why != "" {
			return nil, broken(f.Name, "%s", why)
		}
		lines = split(text, faults)
		for i, l := range lines { // a sheet leaves empty ends out, a text does not: it was cut off
			if i > 0 && strings.TrimSpace(strings.Join(l.cells, "")) != "" && len(l.cells) < len(lines[0].cells) {
				faults.Add(l.number, "", "%d cells, the header has %d", len(l.cells), len(lines[0].cells))
			}
		}
	}
	if len(lines) > maxRows {
		return nil, broken(f.Name, "more than %d rows", maxRows)
	}
	rows := f.lay(lines, faults)
	return rows, faulty([]*table.Faults{faults})
}

func (f Form) column(cell string) string {
	word := strings.ToLower(strings.TrimSpace(cell))
	for _, c := range f.Columns {
		if c == word {
			return c
		}
		for _, alias := range f.Aliases[c] {
			if alias == word {
				return c
			}
		}
	}
	return ""
}

func (f Form) lay(lines []line, faults *table.Faults) []Row {
	blank := func(l line) bool { return strings.TrimSpace(strings.Join(l.cells, "")) == "" }
	for len(lines) > 0 && blank(lines[0]) {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		faults.Add(0, "", "it has no header")
		return nil
	}
	place := make([]string, len(lines[0].cells))
	seen := map[string]bool{}
	for i, cell := range lines[0].cells {
		place[i] = f.column(cell)
		switch {
		case strings.TrimSpace(cell) == "":
		case place[i] == "":
			faults.Add(lines[0].number, "", "the header's %q is no column; they are %s", cell, strings.Join(f.Columns, ", "))
		case seen[place[i]]:
			faults.Add(lines[0].number, place[i], "the header names it twice")
		}
		seen[place[i]] = true
	}
	for _, c := range f.Needs {
		if !seen[c] {
			faults.Add(lines[0].number, c, "the header lacks it")
		}
	}
	var rows []Row
	for _, l := range lines[1:] {
		if blank(l) {
			continue
		}
		row := Row{Line: l.number, Cells: map[string]string{}}
		for i, cell := range l.cells {
			cell = strings.TrimSpace(cell)
			switch {
			case cell == "":
			case scientific.MatchString(cell) && strings.Contains(cell, "+"):
				faults.Add(l.number, place[min(i, len(place)-1)], "the number %s has lost digits: write it as text", cell)
			case i >= len(place) || place[i] == "":
				faults.Add(l.number, "", "%q stands in a column without a name", cell)
			default:
				row.Cells[place[i]] = cell
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// moments are the ways in which offices write a time, in the district's zone.
var moments = []string{
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006年1月2日 15:04", "2006年1月2日15:04",
}

// Moment reads a time as a cell has it: with its zone, in the district's, or as the
// days since 1899-12-30 that a spreadsheet counts.
func Moment(cell string) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, cell); err == nil {
		return at, true
	}
	for _, layout := range moments {
		if at, err := time.ParseInLocation(layout, cell, deadline.CST); err == nil {
			return at, true
		}
	}
	days, ok := number(cell)
	if !ok || !(days >= 36_000 && days <= 80_000) {
		return time.Time{}, false
	}
	seconds := int64(days*86_400 + 0.5)
	return time.Date(1899, 12, 30, 0, 0, 0, 0, deadline.CST).Add(time.Duration(seconds) * time.Second), true
}

func number(cell string) (float64, bool) {
	n, err := strconv.ParseFloat(cell, 64)
	return n, err == nil
}

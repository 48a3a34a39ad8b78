// Package sheets reads and writes reference data as the files that offices use: CSV in
// UTF-8 or GB 18030, and XLSX with a sheet for each table. It keeps true that a file is
// read as a whole or every fault in it is named with its row, that no file makes the
// program use more than a fixed amount of memory, and that what it writes it reads back
// as the same.
package sheets

import (
	"fmt"
	"slices"
	"strings"

	"gridcommand/domain/reference"
	"gridcommand/domain/table"
)

// What a file may hold.
const (
	MaxBytes = 10 << 20 // of the file
	maxRows  = 50_000   // of one table
	maxPlain = 32 << 20 // of an XLSX, unpacked
	maxParts = 500      // files inside an XLSX
)

// XLSX is the media type of a workbook, CSV of text.
const (
	XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	CSV  = "text/csv"
)

// Read returns the tables of a file, by their contents CSV or XLSX. name says which
// table it is; empty: the header of a CSV tells, or the names of a workbook's sheets.
// What is wrong comes back as a [*reference.FaultsError].
func Read(name string, data []byte) (reference.Tables, error) {
	switch {
	case len(data) > MaxBytes:
		return nil, broken(name, "the file has more than %d bytes", MaxBytes)
	case len(data) == 0:
		return nil, broken(name, "the file is empty")
	case name != "" && reference.Columns(name) == nil:
		return nil, broken(name, "there is no table %q; there are %s", name, strings.Join(names(), ", "))
	case strings.HasPrefix(string(data[:min(4, len(data))]), "PK\x03\x04"):
		return readWorkbook(name, data)
	case strings.HasPrefix(string(data[:min(4, len(data))]), "\xd0\xcf\x11\xe0"):
		return nil, broken(name, "an old or a locked Excel file: save it as .xlsx without a password, or as CSV")
	}
	return readText(name, data)
}

func names() []string { return append(slices.Clone(reference.TableNames), reference.RulingTable) }

// broken is a fault of a file as a whole.
func broken(name, format string, args ...any) error {
	if name == "" {
		name = "file"
	}
	f := &table.Faults{Table: name}
	f.Add(0, "", format, args...)
	return &reference.FaultsError{Tables: []*table.Faults{f}}
}

// A line is one row of a file as it stands there.
type line struct {
	number int
	cells  []string
}

// lay lays the lines of a file out as the rows of a table. The first line is the header:
// the table's columns in any order, each once.
func lay(name string, lines []line, faults *table.Faults) []table.Row {
	lines = slices.DeleteFunc(lines, func(l line) bool {
		return !slices.ContainsFunc(l.cells, func(c string) bool { return strings.TrimSpace(c) != "" })
	})
	if len(lines) == 0 {
		faults.Add(0, "", "it has no header")
		return nil
	}
	columns := reference.Columns(name)
	place := header(name, lines[0], columns, faults)
	if len(faults.List) > 0 {
		return nil
	}
	var rows []table.Row
	for _, l := range lines[1:] {
		fields := make([]string, len(columns))
		for i, cell := range l.cells {
			switch {
			case i < len(place) && place[i] >= 0:
				fields[place[i]] = strings.TrimSpace(cell)
			case i >= len(place) && strings.TrimSpace(cell) != "":
				faults.Add(l.number, "", "%d cells, the header has %d", len(l.cells), len(place))
			}
		}
		rows = append(rows, table.Row{Line: l.number, Fields: fields})
	}
	return rows
}

// passed are columns of older files that say nothing new.
var passed = map[string][]string{reference.Criteria: {"name"}}

// header returns for each cell of the header the column it names; -1: one that is
// passed over.
func header(name string, l line, columns []string, faults *table.Faults) []int {
	cells := l.cells
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	place := make([]int, len(cells))
	seen := map[string]bool{}
	for i, cell := range cells {
		word := strings.ToLower(strings.TrimSpace(cell))
		place[i] = slices.Index(columns, word)
		switch {
		case seen[word]:
			faults.Add(l.number, word, "the header names it twice")
		case place[i] < 0 && !slices.Contains(passed[name], word):
			faults.Add(l.number, "", "the header's %q is no column of %s; they are %s", cell, name, strings.Join(columns, ", "))
		}
		seen[word] = true
	}
	for _, column := range columns {
		if !seen[column] && !slices.Contains(reference.Optional(name), column) {
			faults.Add(l.number, column, "the header lacks it")
		}
	}
	return place
}

// told returns the table that lines are of, by their header; empty: of none, or of
// several. Policy and evaluation share theirs, and are told apart by the name of the
// first row: the one has no dots.
func told(lines []line) string {
	l := lines[0]
	var fits []string
	for _, name := range names() {
		faults := &table.Faults{}
		if header(name, l, reference.Columns(name), faults); len(faults.List) == 0 {
			fits = append(fits, name)
		}
	}
	if slices.Equal(fits, []string{reference.PolicyTable, reference.EvaluationTable}) && len(lines) > 1 {
		if slices.ContainsFunc(lines[1].cells, func(c string) bool { return strings.HasPrefix(c, "weight.") || strings.HasPrefix(c, "grade.") }) {
			return reference.EvaluationTable
		}
		return reference.PolicyTable
	}
	if len(fits) != 1 {
		return ""
	}
	return fits[0]
}

func faulty(all []*table.Faults) error {
	all = slices.DeleteFunc(all, func(f *table.Faults) bool { return len(f.List) == 0 })
	if len(all) == 0 {
		return nil
	}
	return &reference.FaultsError{Tables: all}
}

// WriteCSV returns one table as CSV, beginning with the mark by which spreadsheets know
// UTF-8.
func WriteCSV(t reference.Tables, name string) []byte { return []byte("\ufeff" + t.Text(name)) }

func cellName(column, row int) string {
	text := ""
	for column++; column > 0; column = (column - 1) / 26 {
		text = string(rune('A'+(column-1)%26)) + text
	}
	return fmt.Sprintf("%s%d", text, row)
}

// Package table reads the tables a district hands over as CSV. It keeps one
// promise: a table is taken as a whole or every fault in it is named with its line.
package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Row is one line of a table, its fields in the order of the header.
type Row struct {
	Line   int // in the file, from 1
	Fields []string
}

// A Fault is what is wrong with one line.
type Fault struct {
	Line    int    // from 1; 0: the table as a whole
	Column  string // empty: the whole line
	Problem string
}

func (f Fault) String() string {
	switch {
	case f.Line == 0:
		return f.Problem
	case f.Column == "":
		return fmt.Sprintf("line %d: %s", f.Line, f.Problem)
	}
	return fmt.Sprintf("line %d, %s: %s", f.Line, f.Column, f.Problem)
}

// Faults is every fault of one table. It is an error when there is any.
type Faults struct {
	Table string
	List  []Fault
}

// Add notes a fault.
func (f *Faults) Add(line int, column, format string, args ...any) {
	f.List = append(f.List, Fault{Line: line, Column: column, Problem: fmt.Sprintf(format, args...)})
}

// Err returns f when it holds a fault, and nil when it holds none.
func (f *Faults) Err() error {
	if len(f.List) == 0 {
		return nil
	}
	return f
}

func (f *Faults) Error() string {
	text := make([]string, 0, len(f.List))
	for _, x := range f.List {
		text = append(text, x.String())
	}
	return f.Table + ": " + strings.Join(text, "; ")
}

// Read reads a table whose header is exactly columns, in that order. A byte order
// mark is passed over, space around a field is cut. The faults are also returned
// to be added to; reading goes on after a bad line, so that all are found at once.
func Read(name string, r io.Reader, columns ...string) ([]Row, *Faults) {
	faults := &Faults{Table: name}
	in := csv.NewReader(r)
	in.FieldsPerRecord = -1
	header, err := in.Read()
	if err != nil {
		faults.Add(0, "", "no header: %v", err)
		return nil, faults
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	if !slices.Equal(trimmed(header), columns) {
		faults.Add(1, "", "the header is %q, not %q", strings.Join(header, ","), strings.Join(columns, ","))
		return nil, faults
	}
	var rows []Row
	for {
		fields, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, faults
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			faults.Add(bad.Line, "", "%v", bad.Err)
			continue
		} else if err != nil {
			faults.Add(0, "", "reading: %v", err)
			return rows, faults
		}
		line, _ := in.FieldPos(0)
		switch fields = trimmed(fields); {
		case len(fields) != len(columns):
			faults.Add(line, "", "%d fields, not %d", len(fields), len(columns))
		case !utf8.ValidString(strings.Join(fields, "")):
			faults.Add(line, "", "not UTF-8")
		default:
			rows = append(rows, Row{Line: line, Fields: fields})
		}
	}
}

func trimmed(fields []string) []string {
	for i := range fields {
		fields[i] = strings.TrimSpace(fields[i])
	}
	return fields
}

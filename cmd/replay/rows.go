package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
)

// maxUnpacked bounds what a compressed file may unpack to.
const maxUnpacked = 1 << 30

// firstYear and lastYear bound what can be a time of an incident.
const firstYear, lastYear = 1900, 2199

// maxID is how long a row's number may be: the ledger keeps it as a key.
const maxID = 128

// A Row is one request of a foreign file, ready to be carried through the workflow.
type Row struct {
	Line        int // of the file, from 1; the header is line 1
	ExternalID  string
	Reported    time.Time
	Due, Closed *time.Time
	Type        string
	Description string
	Address     string
	Matter      catalogue.Key
	Point       *orb.Point // nil: it has no place
	Flags       []incident.Flag
}

// A Fault is what is wrong with one row of a file.
type Fault struct {
	Line   int
	Column string
	Reason string
}

func (f Fault) String() string {
	if f.Column == "" {
		return fmt.Sprintf("line %d: %s", f.Line, f.Reason)
	}
	return fmt.Sprintf("line %d, %s: %s", f.Line, f.Column, f.Reason)
}

// FaultsError says that a file can't come in, row by row.
type FaultsError struct{ Faults []Fault }

func (e *FaultsError) Error() string {
	return fmt.Sprintf("%d faults, the first: %s", len(e.Faults), e.Faults[0])
}

// ReadRows reads a CSV file (gzip where it begins like one) whole, by m, oldest
// row first. It returns every row or a [*FaultsError] that names every fault.
func ReadRows(r io.Reader, m *Mapping) ([]Row, error) {
	plain, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	c := csv.NewReader(plain)
	c.FieldsPerRecord = -1
	header, err := c.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, &FaultsError{[]Fault{{Line: 1, Reason: "the file is empty"}}}
	case err != nil:
		return nil, &FaultsError{[]Fault{{Line: 1, Reason: "no header: " + err.Error()}}}
	}
	at, faults := columns(header, m)
	if len(faults) > 0 {
		return nil, &FaultsError{faults}
	}
	var rows []Row
	seen := map[string]int{}
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			// What follows a broken quote means nothing.
			faults = append(faults, Fault{Line: parse.StartLine, Reason: parse.Err.Error() + "; what follows was not read"})
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading rows: %w", err)
		}
		line, _ := c.FieldPos(0)
		if len(fields) != len(header) {
			faults = append(faults, Fault{Line: line, Reason: fmt.Sprintf("%d fields, the header has %d", len(fields), len(header))})
			continue
		}
		row, bad := m.row(fields, at, line)
		if first, twice := seen[row.ExternalID]; twice && row.ExternalID != "" {
			bad = append(bad, Fault{line, m.Columns.ExternalID, fmt.Sprintf("%q also stands in line %d", row.ExternalID, first)})
		} else {
			seen[row.ExternalID] = line
		}
		faults = append(faults, bad...)
		rows = append(rows, row)
	}
	if len(faults) == 0 && len(rows) == 0 {
		faults = []Fault{{Line: 1, Reason: "no rows follow the header"}}
	}
	if len(faults) > 0 {
		return nil, &FaultsError{faults}
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return a.Reported.Compare(b.Reported) })
	m.shift(rows)
	return rows, nil
}

func unpacked(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("unpacking: %w", err)
		}
		b = bufio.NewReader(&bounded{r: z, left: maxUnpacked})
	}
	switch start, _ := b.Peek(3); {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return nil, &FaultsError{[]Fault{{Line: 1, Reason: "the file is UTF-16; save it as UTF-8"}}}
	case bytes.Equal(start, []byte("\ufeff")):
		_, _ = b.Discard(3)
	}
	return b, nil
}

type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the file unpacks to more than %d bytes", int64(maxUnpacked))
	}
	return n, err
}

func columns(header []string, m *Mapping) (map[string]int, []Fault) {
	at := map[string]int{}
	var faults []Fault
	for i, name := range header {
		if !utf8.ValidString(name) || strings.ContainsRune(name, 0) { // GBK; UTF-16 without its mark
			return nil, []Fault{{Line: 1, Reason: "the header is not UTF-8; save the file as UTF-8"}}
		}
		if _, twice := at[name]; twice {
			faults = append(faults, Fault{1, name, "the header names this column twice"})
		}
		at[name] = i
	}
	c := m.Columns
	for _, name := range []string{c.ExternalID, c.ReportedAt, c.DueAt, c.ClosedAt, c.Description, c.Type, c.Address, c.Lng, c.Lat} {
		if _, ok := at[name]; name != "" && !ok {
			faults = append(faults, Fault{1, name, "the mapping names this column, the header does not"})
		}
	}
	return at, faults
}

func (m *Mapping) row(fields []string, at map[string]int, line int) (Row, []Fault) {
	var faults []Fault
	get := func(column string) string {
		if column == "" {
			return ""
		}
		text := strings.TrimSpace(fields[at[column]])
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) { // a NUL is no text to PostgreSQL either
			faults = append(faults, Fault{line, column, "not UTF-8 text"})
			return ""
		}
		return text
	}
	when := func(column string) *time.Time {
		text := get(column)
		if text == "" {
			return nil
		}
		t, err := time.ParseInLocation(m.TimeLayout, text, m.zone)
		if err != nil {
			faults = append(faults, Fault{line, column, fmt.Sprintf("%q is not a time like %q", text, m.TimeLayout)})
			return nil
		}
		t = t.UTC()
		if t.Year() < firstYear || t.Year() > lastYear {
			faults = append(faults, Fault{line, column, fmt.Sprintf("%q is not between %d and %d", text, firstYear, lastYear)})
			return nil
		}
		return &t
	}
	c := m.Columns
	row := Row{
		Line: line, ExternalID: get(c.ExternalID), Due: when(c.DueAt), Closed: when(c.ClosedAt),
		Type: get(c.Type), Description: get(c.Description), Address: get(c.Address),
	}
	switch {
	case strings.TrimSpace(fields[at[c.ExternalID]]) == "":
		faults = append(faults, Fault{line, c.ExternalID, "empty: rows are known by it"})
	case utf8.RuneCountInString(row.ExternalID) > maxID:
		faults = append(faults, Fault{line, c.ExternalID, fmt.Sprintf("longer than %d characters", maxID)})
	}
	if reported := when(c.ReportedAt); reported != nil {
		row.Reported = *reported
	} else if strings.TrimSpace(fields[at[c.ReportedAt]]) == "" {
		faults = append(faults, Fault{line, c.ReportedAt, "empty"})
	}
	if row.Description == "" {
		row.Description = row.Type
	}
	row.Matter = m.Matter(row.Type)
	if row.Closed != nil && !row.Reported.IsZero() && row.Closed.Before(row.Reported) {
		reported := row.Reported
		row.Closed = &reported
		row.Flags = append(row.Flags, incident.ClosedBeforeReported)
	}
	if lng, lat := get(c.Lng), get(c.Lat); lng != "" || lat != "" {
		p, fault := point(lng, lat)
		if fault != "" {
			faults = append(faults, Fault{line, c.Lng, fault})
		} else if p, ok := m.place(p); ok {
			row.Point = &p
			if m.Relocate != nil {
				row.Flags = append(row.Flags, incident.Relocated)
			}
		}
	}
	if row.Point == nil {
		row.Flags = append(row.Flags, incident.Unplaced)
	}
	return row, faults
}

func point(lng, lat string) (orb.Point, string) {
	x, errX := strconv.ParseFloat(lng, 64)
	y, errY := strconv.ParseFloat(lat, 64)
	if errX != nil || errY != nil || math.IsNaN(x) || math.IsNaN(y) || math.Abs(x) > 180 || math.Abs(y) > 90 {
		return orb.Point{}, fmt.Sprintf("%q, %q is not a longitude and a latitude", lng, lat)
	}
	return orb.Point{x, y}, ""
}

// shift moves all times so that the earliest row falls on Start.
func (m *Mapping) shift(rows []Row) {
	if m.Start == nil {
		return
	}
	by := m.Start.Sub(rows[0].Reported)
	moved := func(t *time.Time) *time.Time {
		if t == nil {
			return nil
		}
		later := t.Add(by)
		return &later
	}
	for i := range rows {
		rows[i].Reported = rows[i].Reported.Add(by)
		rows[i].Due, rows[i].Closed = moved(rows[i].Due), moved(rows[i].Closed)
	}
}

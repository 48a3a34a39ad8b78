package sheets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"gridcommand/domain/reference"
	"gridcommand/domain/table"
)

// readText reads a CSV file.
func readText(name string, data []byte) (reference.Tables, error) {
	text, why := decoded(data)
	if why != "" {
		return nil, broken(name, "%s", why)
	}
	faults := &table.Faults{Table: name}
	lines := split(text, faults)
	if len(lines) > maxRows {
		return nil, broken(name, "more than %d rows", maxRows)
	}
	if name == "" && len(lines) > 0 {
		if name = told(lines); name == "" {
			return nil, broken(name, "line %d: the header %q is that of no table, or of several: say which it is", lines[0].number, strings.Join(lines[0].cells, ","))
		}
		faults.Table = name
	}
	for i, l := range lines {
		if blank := strings.TrimSpace(strings.Join(l.cells, "")) == ""; i > 0 && !blank && len(l.cells) < len(lines[0].cells) {
			faults.Add(l.number, "", "%d cells, the header has %d", len(l.cells), len(lines[0].cells)) // a sheet leaves empty ends out, a text does not
		}
	}
	wrong := &table.Faults{Table: name}
	rows := lay(name, lines, wrong)
	faults.List = append(faults.List, wrong.List...)
	return reference.Tables{name: rows}, faulty([]*table.Faults{faults})
}

// decoded returns a file's text: UTF-8 with or without a byte order mark, UTF-16 with
// one, or GB 18030; or why it is none of them.
func decoded(data []byte) (text, why string) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		wide, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", "it says it is UTF-16 and is not"
		}
		data = wide
	}
	if !utf8.Valid(data) {
		if n := lineOfUTF8(data); n > 0 {
			return "", table.Fault{Line: n, Problem: "this line is UTF-8 and others are not: the file mixes encodings"}.String()
		}
		wide, ok := readGB18030(data)
		if !ok {
			return "", lineOfBadText(data)
		}
		data = wide
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return "", "it holds NUL characters: it is no text"
	}
	return string(data), ""
}

// readGB18030 decodes a text without characters for private use; false: it is none.
func readGB18030(data []byte) ([]byte, bool) {
	wide, err := FromGB18030(data)
	wide = bytes.Map(plainText, wide)
	return wide, err == nil && !bytes.ContainsRune(wide, utf8.RuneError)
}

// lineOfUTF8 returns a line that is surely UTF-8: it has characters of three bytes and
// more, which text of another encoding hardly ever looks like. 0: there is none.
func lineOfUTF8(data []byte) int {
	for i, l := range bytes.Split(data, []byte("\n")) {
		if utf8.Valid(l) && bytes.ContainsFunc(l, func(r rune) bool { return r >= 0x800 }) && len(l)-utf8.RuneCount(l) >= 4 {
			return i + 1
		}
	}
	return 0
}

// lineOfBadText says where a file is neither UTF-8 nor GB 18030.
func lineOfBadText(data []byte) string {
	for i, l := range bytes.Split(data, []byte("\n")) {
		if _, ok := readGB18030(l); !ok && !utf8.Valid(l) {
			return table.Fault{Line: i + 1, Problem: "neither UTF-8 nor GB 18030"}.String()
		}
	}
	return "neither UTF-8 nor GB 18030"
}

// split cuts a text into lines of cells. A first line like sep=; names what divides
// them; otherwise it is the comma, or where the header has none the tab or semicolon.
func split(text string, faults *table.Faults) []line {
	skipped := 0
	first, rest, _ := strings.Cut(text, "\n")
	first = strings.TrimSpace(first)
	comma := ','
	if sep, ok := strings.CutPrefix(strings.ToLower(first), "sep="); ok && len(sep) == 1 {
		comma, text, skipped = rune(sep[0]), rest, 1
	} else if !strings.Contains(first, ",") {
		for _, other := range "\t;" {
			if strings.ContainsRune(first, other) {
				comma = other
				break
			}
		}
	}
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // as old Macintoshes end lines
	}
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.Comma = -1, comma
	var lines []line
	for len(lines) <= maxRows {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			faults.Add(bad.Line+skipped, "", "%v", bad.Err)
			if errors.Is(bad.Err, csv.ErrQuote) || errors.Is(bad.Err, csv.ErrBareQuote) {
				continue
			}
			break
		}
		if err != nil {
			faults.Add(1, "", "%v", err) // what divides the cells cannot
			break
		}
		number, _ := in.FieldPos(0)
		lines = append(lines, line{number: number + skipped, cells: cells})
	}
	return lines
}

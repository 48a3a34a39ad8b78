// Package sheet writes rows as the files that offices open: CSV in UTF-8 or GB 18030,
// and XLSX workbooks that print well.
//
// What it keeps true: a cell is never read as a formula, whatever is in it, and comes
// back as it was from any reader that knows the two conventions below; numbers are
// numbers and times are times of the district; and a file of a million rows takes no
// more memory than one of a hundred.
//
// In CSV, text that a spreadsheet would take for a formula stands behind an apostrophe
// ([Guarded]); text that itself begins with apostrophes before such a sign gets one more,
// so that taking one away ([Unguarded]) gives back what was written.
package sheet

import (
	"strings"
	"time"

	"gridcommand/domain/deadline"
)

// Kind is what stands in a column.
type Kind int

// The kinds.
const (
	Text    Kind = iota
	Whole        // a whole number
	Decimal      // a number
	Percent      // a share: 0.25 is shown as 25.00%
	Moment       // a time, to the minute
	Degree       // a coordinate, seven decimals
)

// A Column is one column of a sheet.
type Column struct {
	Name  string // as the API calls it
	Head  string // its heading
	Kind  Kind
	Width float64 // in characters; 0: as wide as its kind is
}

// As is a number that is shown otherwise than its column's are.
type As struct {
	Kind  Kind
	Value float64
}

// widths are how wide a kind is.
var widths = map[Kind]float64{Text: 16, Whole: 10, Decimal: 10, Percent: 10, Moment: 17, Degree: 13}

func (c Column) width() float64 {
	if c.Width > 0 {
		return c.Width
	}
	return widths[c.Kind]
}

// Encoding is how a text file is written.
type Encoding string

// The encodings.
const (
	UTF8    Encoding = "utf-8"
	GB18030 Encoding = "gb18030"
)

// Encodings holds every encoding.
var Encodings = []Encoding{UTF8, GB18030}

// signs begin what spreadsheets take for formulas: in plain and in full width, and the
// characters that some of them drop before they look.
const signs = "=+-@\t\r\n＝＋－＠"

// Guarded returns text so that no spreadsheet takes it for a formula.
func Guarded(text string) string {
	if suspect(text) {
		return "'" + text
	}
	return text
}

// Unguarded returns what [Guarded] was given.
func Unguarded(text string) string {
	if rest, ok := strings.CutPrefix(text, "'"); ok && suspect(rest) {
		return rest
	}
	return text
}

// suspect tells whether text begins like a formula, after blanks and apostrophes.
func suspect(text string) bool {
	text = strings.TrimLeft(text, "' \u00a0\u3000\ufeff")
	return text != "" && strings.ContainsRune(signs, []rune(text)[0])
}

// momentForm is how times stand in text.
const momentForm = "2006-01-02 15:04:05"

// cell returns what stands in a cell: nil, a string, an int64, a float64, an [As] or a time
// of the district.
func cell(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case As:
		return v
	case string:
		if v == "" {
			return nil
		}
		return v
	case int:
		return int64(v)
	case int64:
		return v
	case *int64:
		if v == nil {
			return nil
		}
		return *v
	case float64:
		return v
	case *float64:
		if v == nil {
			return nil
		}
		return *v
	case bool:
		if v {
			return "是"
		}
		return "否"
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return v.In(deadline.CST)
	case *time.Time:
		if v == nil {
			return nil
		}
		return cell(*v)
	}
	panic("sheet: a cell of an unknown type")
}

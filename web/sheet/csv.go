package sheet

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"

	"gridcommand/workflow/sheets"
)

// A CSV writes rows as text: a comma between cells, CR LF behind each row, quotation
// marks where RFC 4180 wants them. In UTF-8 it begins with a byte order mark, by which
// spreadsheets know it.
type CSV struct {
	out      *bufio.Writer
	encoding Encoding
	columns  []Column
	line     strings.Builder
}

// NewCSV begins a file with its headings.
func NewCSV(w io.Writer, e Encoding, columns []Column) (*CSV, error) {
	c := &CSV{out: bufio.NewWriterSize(w, 64<<10), encoding: e, columns: columns}
	if e == UTF8 {
		if _, err := c.out.WriteString("\ufeff"); err != nil {
			return nil, err
		}
	}
	heads := make([]any, len(columns))
	for i, column := range columns {
		heads[i] = column.Head
	}
	return c, c.Write(heads...)
}

// Write adds a row.
func (c *CSV) Write(cells ...any) error {
	c.line.Reset()
	for i, v := range cells {
		if i > 0 {
			c.line.WriteByte(',')
		}
		switch v := cell(v).(type) {
		case string:
			c.line.WriteString(quoted(Guarded(v)))
		case int64:
			c.line.WriteString(strconv.FormatInt(v, 10))
		case float64:
			c.line.WriteString(number(c.columns[i].Kind, v))
		case As:
			c.line.WriteString(number(v.Kind, v.Value))
		case time.Time:
			c.line.WriteString(v.Format(momentForm))
		}
	}
	c.line.WriteString("\r\n")
	if c.encoding == GB18030 {
		_, err := c.out.Write(sheets.ToGB18030(c.line.String()))
		return err
	}
	_, err := c.out.WriteString(c.line.String())
	return err
}

// number writes a number with as many decimals as its kind has.
func number(kind Kind, v float64) string {
	decimals := -1
	switch kind {
	case Percent:
		decimals = 6
	case Degree:
		decimals = 7
	case Decimal:
		decimals = 2
	case Text, Whole, Moment:
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// Close ends the file.
func (c *CSV) Close() error { return c.out.Flush() }

func quoted(text string) string {
	if !strings.ContainsAny(text, "\",\r\n\t;") && text == strings.TrimSpace(text) {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

package sheet

import (
	"fmt"
	"io"
	"math"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// A Book is a workbook being written.
type Book struct {
	file   *excelize.File
	styles [len(formats)]int // by kind
	head   int
	pages  int
	at     time.Time
}

// A Page is one sheet of a book. Its first row is the headings: it stays in sight and
// is printed on every page.
type Page struct {
	Name    string // at most 31 characters, without : \ / ? * [ ]
	Title   string // printed above; empty: the name
	Columns []Column
	Upright bool // portrait; else landscape
	Filter  bool // with buttons to filter by
}

// formats are how numbers of a kind are shown.
var formats = [...]string{Text: "@", Whole: "0", Decimal: "0.0", Percent: "0.00%", Moment: "yyyy-mm-dd hh:mm", Degree: "0.0000000"}

// NewBook begins a workbook. Of its properties, when it was made is at: the same rows
// give the same file.
func NewBook(title string, at time.Time) (*Book, error) {
	b := &Book{file: excelize.NewFile(), at: at}
	thin := []excelize.Border{
		{Type: "left", Color: "999999", Style: 1},
		{Type: "right", Color: "999999", Style: 1},
		{Type: "top", Color: "999999", Style: 1},
		{Type: "bottom", Color: "999999", Style: 1},
	}
	font := excelize.Font{Family: "宋体", Size: 10}
	var err error
	for kind, format := range formats { // in order: the same rows give the same file
		style := excelize.Style{Border: thin, Font: &font, CustomNumFmt: &format, Alignment: &excelize.Alignment{Vertical: "top", WrapText: Kind(kind) == Text}}
		if b.styles[kind], err = b.file.NewStyle(&style); err != nil {
			return nil, err
		}
	}
	if b.head, err = b.file.NewStyle(&excelize.Style{
		Border: thin, Font: &excelize.Font{Family: "黑体", Size: 10, Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7EDF3"}},
		Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "center", WrapText: true},
	}); err != nil {
		return nil, err
	}
	stamp := at.UTC().Format("2006-01-02T15:04:05Z")
	return b, b.file.SetDocProps(&excelize.DocProperties{Title: title, Creator: "gridcommand", LastModifiedBy: "gridcommand", Created: stamp, Modified: stamp})
}

// A Rows writes the rows of one page.
type Rows struct {
	book    *Book
	page    Page
	stream  *excelize.StreamWriter
	written int
}

// Page begins a sheet with its headings.
func (b *Book) Page(p Page) (*Rows, error) {
	if b.pages == 0 {
		if err := b.file.SetSheetName(b.file.GetSheetName(0), p.Name); err != nil {
			return nil, err
		}
	} else if _, err := b.file.NewSheet(p.Name); err != nil {
		return nil, err
	}
	b.pages++
	if err := b.setUp(p); err != nil {
		return nil, err
	}
	stream, err := b.file.NewStreamWriter(p.Name)
	if err != nil {
		return nil, err
	}
	r := &Rows{book: b, page: p, stream: stream}
	for i, c := range p.Columns {
		if err := stream.SetColWidth(i+1, i+1, c.width()); err != nil {
			return nil, err
		}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	heads := make([]any, len(p.Columns))
	for i, c := range p.Columns {
		heads[i] = excelize.Cell{StyleID: b.head, Value: c.Head}
	}
	r.written++
	return r, stream.SetRow("A1", heads, excelize.RowOpts{Height: 24})
}

// setUp says how a page is printed: on A4, as wide as the paper, with its title above
// and its number below.
func (b *Book) setUp(p Page) error {
	a4, wide, all, orientation := 9, 1, 0, "landscape"
	if p.Upright {
		orientation = "portrait"
	}
	if err := b.file.SetPageLayout(p.Name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &all}); err != nil {
		return err
	}
	fit, side, top, edge := true, 0.5, 0.8, 0.3
	if err := b.file.SetSheetProps(p.Name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := b.file.SetPageMargins(p.Name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &top, Bottom: &top, Header: &edge, Footer: &edge}); err != nil {
		return err
	}
	title := p.Title
	if title == "" {
		title = p.Name
	}
	if err := b.file.SetHeaderFooter(p.Name, &excelize.HeaderFooterOptions{
		OddHeader: "&C&\"黑体\"&14" + escapeHeader(title), OddFooter: "&C第 &P 页，共 &N 页",
	}); err != nil {
		return err
	}
	return b.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: "'" + p.Name + "'!$1:$1", Scope: p.Name,
	})
}

// escapeHeader keeps a title from being read as a header's codes.
func escapeHeader(text string) string {
	var out []rune
	for _, r := range text {
		if r == '&' {
			out = append(out, '&')
		}
		out = append(out, r)
	}
	if len(out) > 0 && out[0] >= '0' && out[0] <= '9' {
		return " " + string(out) // or the size would have more digits
	}
	return string(out)
}

// mostText is how much text a cell of a workbook holds.
const mostText = 32_000

// Write adds a row.
func (r *Rows) Write(cells ...any) error {
	row := make([]any, len(cells))
	for i, v := range cells {
		kind := Text
		if i < len(r.page.Columns) {
			kind = r.page.Columns[i].Kind
		}
		c := excelize.Cell{StyleID: r.book.styles[kind]}
		switch v := cell(v).(type) {
		case nil:
		case string:
			if len(v) > mostText { // never a cell that a spreadsheet would call broken
				v = v[:mostText]
				for !utf8.ValidString(v) {
					v = v[:len(v)-1]
				}
			}
			c.Value, c.StyleID = v, r.book.styles[Text]
		case As:
			c.Value, c.StyleID = v.Value, r.book.styles[v.Kind]
		case time.Time:
			c.Value = serial(v)
		default:
			c.Value = v
		}
		row[i] = c
	}
	r.written++
	return r.stream.SetRow(fmt.Sprintf("A%d", r.written), row)
}

// Close ends the page.
func (r *Rows) Close() error {
	if r.page.Filter && len(r.page.Columns) > 0 {
		last, err := excelize.CoordinatesToCellName(len(r.page.Columns), max(r.written, 1))
		if err != nil {
			return err
		}
		if err := r.book.file.AutoFilter(r.page.Name, "A1:"+last, nil); err != nil {
			return err
		}
	}
	return r.stream.Flush()
}

// serial counts days since 1899-12-30 by the wall, as spreadsheets do. It is never a
// hair too early: those that cut fractions off would show the minute before.
func serial(t time.Time) float64 {
	_, offset := t.Zone()
	return math.Ceil((float64(t.UnixMicro()+int64(offset)*1e6)/86_400e6+25_569)*1e9) / 1e9
}

// WriteTo writes the book and lets go of it.
func (b *Book) WriteTo(w io.Writer) (int64, error) {
	n, err := b.file.WriteTo(w)
	if closed := b.file.Close(); err == nil {
		err = closed
	}
	return n, err
}

// Close lets go of a book that is not written.
func (b *Book) Close() error { return b.file.Close() }

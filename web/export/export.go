// Package export writes lists of incidents as files: CSV, XLSX and GeoJSON. What a file
// says of an incident is what the list says of it, to the reader for whom it is made:
// callers masked, confidential texts left out. Rows go through as they come, so that a
// file of any length takes little memory.
package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/paulmach/orb/geojson"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/web/sheet"
	"gridcommand/workflow/sheets"
)

// Format is what a file is.
type Format string

// The formats.
const (
	CSV     Format = "csv"
	XLSX    Format = "xlsx"
	GeoJSON Format = "geojson"
)

// Formats holds every format.
var Formats = []Format{CSV, XLSX, GeoJSON}

// Media is the media type of a format.
func (f Format) Media(e sheet.Encoding) string {
	switch f {
	case XLSX:
		return sheets.XLSX
	case GeoJSON:
		return "application/geo+json"
	case CSV:
	}
	return "text/csv; charset=" + string(e) + "; header=present"
}

// A Writer takes incidents, one after another. Close ends the file.
type Writer interface {
	Write(casefile.File) error
	Close() error
}

// Options say how a file is made.
type Options struct {
	Format   Format
	Encoding sheet.Encoding // of a CSV
	Book     *jurisdiction.Book
	Position int64
	At       time.Time // of the last fact
}

// New begins a file of incidents.
func New(w io.Writer, o Options) (Writer, error) {
	switch o.Format {
	case GeoJSON:
		return newFeatures(w, o)
	case XLSX:
		return newBook(w, o)
	case CSV:
	default:
		return nil, fmt.Errorf("export: no format is called %q", o.Format)
	}
	out, err := sheet.NewCSV(w, o.Encoding, Columns)
	return &text{out, o}, err
}

// Columns are the columns of a list of incidents.
var Columns = []sheet.Column{
	{Name: "number", Head: "事件编号", Width: 24},
	{Name: "status", Head: "状态"},
	{Name: "stage", Head: "环节"},
	{Name: "tier", Head: "层级"},
	{Name: "lamp", Head: "灯态"},
	{Name: "source", Head: "来源", Width: 18},
	{Name: "severity", Head: "严重程度"},
	{Name: "matter", Head: "管理事项", Width: 22},
	{Name: "matter_code", Head: "事项编码", Width: 28},
	{Name: "description", Head: "问题描述", Width: 48},
	{Name: "street", Head: "街镇", Width: 14},
	{Name: "street_code", Head: "街镇编码", Width: 12},
	{Name: "community", Head: "村居", Width: 20},
	{Name: "community_code", Head: "村居编码", Width: 15},
	{Name: "grid", Head: "网格编码", Width: 18},
	{Name: "address", Head: "位置", Width: 32},
	{Name: "lng", Head: "经度（WGS-84）", Kind: sheet.Degree},
	{Name: "lat", Head: "纬度（WGS-84）", Kind: sheet.Degree},
	{Name: "holder", Head: "承办单位", Width: 26},
	{Name: "holder_code", Head: "承办单位编码", Width: 18},
	{Name: "reported_at", Head: "上报时间", Kind: sheet.Moment},
	{Name: "occurred_at", Head: "发生时间", Kind: sheet.Moment},
	{Name: "filed_at", Head: "立案时间", Kind: sheet.Moment},
	{Name: "handled_at", Head: "处置反馈时间", Kind: sheet.Moment},
	{Name: "closed_at", Head: "办结时间", Kind: sheet.Moment},
	{Name: "due_stage", Head: "环节时限截止", Kind: sheet.Moment},
	{Name: "due_total", Head: "总时限截止", Kind: sheet.Moment},
	{Name: "accepted", Head: "已签收"},
	{Name: "overdue", Head: "曾超时"},
	{Name: "suspended", Head: "挂账中"},
	{Name: "difficult", Head: "疑难"},
	{Name: "returns", Head: "退单次数", Kind: sheet.Whole},
	{Name: "transfers", Head: "改派次数", Kind: sheet.Whole},
	{Name: "reworks", Head: "返工次数", Kind: sheet.Whole},
	{Name: "extensions", Head: "延期次数", Kind: sheet.Whole},
	{Name: "flags", Head: "标记", Width: 24},
	{Name: "result", Head: "处置反馈", Width: 36},
	{Name: "reporter_name", Head: "诉求人（脱敏）"},
	{Name: "reporter_phone", Head: "电话（脱敏）"},
	{Name: "external", Head: "外部编号", Width: 22},
	{Name: "id", Head: "事件标识", Width: 38},
	{Name: "position", Head: "存证序号", Kind: sheet.Whole},
}

// row is an incident as one row.
func row(f casefile.File, book *jurisdiction.Book) []any {
	name := func(unit string) string {
		u, _ := book.Unit(unit)
		return u.Name
	}
	var matter, code, grid, holder, holderCode, caller, phone, external string
	if f.Matter != nil {
		matter, code = f.Matter.Name, f.Matter.Key()
	}
	if f.Grid != nil {
		grid = f.Grid.Code
	}
	if f.Holder != nil {
		holder, holderCode = f.Holder.Name, f.Holder.Unit
	}
	if f.Reporter != nil {
		caller, phone = f.Reporter.Name, f.Reporter.Phone
		if f.Reporter.Confidential {
			caller = flags[incident.Confidential]
		}
	}
	if f.External != nil {
		external = f.External.System + " " + f.External.ID
	}
	return []any{
		f.Number, Statuses[f.Status], StageOf(f), Tiers[f.Tier], Lamps[f.Lamp], Sources[f.Source], Severities[f.Severity], matter, code,
		f.Description, Area(name(f.Street)), f.Street, Area(name(f.Community)), f.Community, grid, f.Location.Address, f.Location.Lng, f.Location.Lat,
		holder, holderCode, f.ReportedAt, f.OccurredAt, f.FiledAt, f.HandledAt, f.ClosedAt, f.Due.Stage, f.Due.Total,
		f.Accepted, f.Overdue, f.Suspended, f.Difficult, f.Returns, f.Transfers, f.Reworks, f.Extensions, flagsOf(f), f.Result,
		caller, phone, external, f.ID, f.Position,
	}
}

type text struct {
	*sheet.CSV
	Options
}

func (t *text) Write(f casefile.File) error { return t.CSV.Write(row(f, t.Book)...) }

// workbook writes incidents as a workbook with a second sheet that says what it is.
type workbook struct {
	out  io.Writer
	book *sheet.Book
	rows *sheet.Rows
	n    int
	Options
}

func newBook(w io.Writer, o Options) (Writer, error) {
	book, err := sheet.NewBook("事件清单", o.At)
	if err != nil {
		return nil, err
	}
	rows, err := book.Page(sheet.Page{Name: "事件清单", Columns: Columns, Filter: true})
	return &workbook{out: w, book: book, rows: rows, Options: o}, err
}

func (b *workbook) Write(f casefile.File) error {
	b.n++
	return b.rows.Write(row(f, b.Book)...)
}

func (b *workbook) Close() error {
	if err := b.rows.Close(); err != nil {
		return err
	}
	notes, err := b.book.Page(sheet.Page{Name: "说明", Upright: true, Columns: []sheet.Column{{Head: "项目", Width: 18}, {Head: "内容", Width: 80}}})
	if err != nil {
		return err
	}
	for _, r := range [][]any{
		{"存证序号", b.Position}, {"数据截至", b.At}, {"条数", b.n}, {"坐标", "WGS-84"}, {"说明", "诉求人已脱敏；匿名保密件不列内容。"},
	} {
		if at, ok := r[1].(time.Time); ok {
			r[1] = at.In(deadline.CST).Format("2006-01-02 15:04:05")
		}
		if err := notes.Write(r...); err != nil {
			return err
		}
	}
	if err := notes.Close(); err != nil {
		return err
	}
	_, err = b.book.WriteTo(b.out)
	return err
}

// features writes incidents as a FeatureCollection (RFC 7946): WGS-84, longitude first;
// an unplaced one has no geometry. The properties are named as the API names them.
type features struct {
	out  *bufio.Writer
	some bool
	Options
}

func newFeatures(w io.Writer, o Options) (Writer, error) {
	f := &features{out: bufio.NewWriterSize(w, 64<<10), Options: o}
	at, err := json.Marshal(o.At)
	if err == nil {
		_, err = fmt.Fprintf(f.out, `{"type":"FeatureCollection","position":%d,"at":%s,"features":[`, o.Position, at)
	}
	return f, err
}

func (w *features) Write(f casefile.File) error {
	cells := row(f, w.Book)
	one := geojson.Feature{ID: f.ID, Type: "Feature", Properties: geojson.Properties{}}
	if p, ok := f.Point(); ok {
		one.Geometry = p
	}
	for i, c := range Columns {
		switch c.Name {
		case "lng", "lat", "id":
		default:
			one.Properties[c.Name] = cells[i]
		}
	}
	// What has a code for programs is told by it.
	for name, code := range map[string]any{
		"status": f.Status, "stage": f.Stage, "tier": f.Tier, "lamp": f.Lamp, "source": f.Source, "severity": f.Severity, "flags": f.Flags,
	} {
		one.Properties[name] = code
	}
	data, err := one.MarshalJSON()
	if err != nil {
		return err
	}
	if w.some {
		data = append([]byte(",\n"), data...)
	}
	w.some = true
	_, err = w.out.Write(data)
	return err
}

func (w *features) Close() error {
	if _, err := w.out.WriteString("]}\n"); err != nil {
		return err
	}
	return w.out.Flush()
}

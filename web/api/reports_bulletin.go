package api

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/projections/reports"
	"gridcommand/projections/tally"
	"gridcommand/web/export"
	"gridcommand/web/sheet"
	"gridcommand/workflow/sheets"
)

//go:embed reports_bulletin.html
var bulletinText string

var bulletinPages = template.Must(template.New("bulletin").Parse(bulletinText))

type bulletinQuery struct {
	FromView
	Month  string `query:"month" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$" patternDescription:"a month, as 2026-11" doc:"this month by the ledger's clock unless said"`
	Format string `query:"format" enum:"json,xlsx,html" doc:"json unless said"`
}

// A Bulletin is what a month was like: for the district, or for a street's own area.
type Bulletin struct {
	Month       string          `json:"month"`
	Title       string          `json:"title"`
	Area        casefile.Named  `json:"area"`
	From        time.Time       `json:"from"`
	To          time.Time       `json:"to" doc:"exclusive"`
	At          time.Time       `json:"at" doc:"of the last fact"`
	Position    int64           `json:"position"`
	Provisional bool            `json:"provisional" doc:"the month is not over"`
	Overview    []BulletinLine  `json:"overview"`
	Hotline     []BulletinLine  `json:"hotline"`
	Types       []reports.Count `json:"ticket_types"`
	Streets     BulletinTable   `json:"streets"`
	Units       BulletinTable   `json:"units"`
	Stations    BulletinTable   `json:"stations" doc:"the units that are stations of a community"`
	Matters     BulletinTable   `json:"matters"`
	Suspended   BulletinStock   `json:"suspended"`
	Notes       []BulletinNote  `json:"notes"`
}

// A BulletinLine is one indicator, in both readings and against then.
type BulletinLine struct {
	BulletinColumn
	Fact        BulletinFigure `json:"fact"`
	Exempted    BulletinFigure `json:"exempted"`
	YearAgo     BulletinFigure `json:"year_ago"`
	MonthAgo    BulletinFigure `json:"month_ago"`
	YearChange  *float64       `json:"year_change" doc:"of a share in points of one, of a count as a share of then; null: there is nothing to compare"`
	MonthChange *float64       `json:"month_change"`
}

// A BulletinColumn is an indicator.
type BulletinColumn struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	NameEN  string `json:"name_en"`
	Kind    string `json:"kind" enum:"share,count,number"`
	Formula string `json:"formula"`
}

// A BulletinFigure is what an indicator came to; of a share with what it is made of.
type BulletinFigure struct {
	N     *int64   `json:"n"`
	D     *int64   `json:"d"`
	Value *float64 `json:"value" doc:"null: not applicable"`
}

// A BulletinTable is a ranking.
type BulletinTable struct {
	Columns []BulletinColumn `json:"columns"`
	Rows    []BulletinRow    `json:"rows"`
}

// A BulletinRow is one that is ranked. Cells stand in the order of the columns.
type BulletinRow struct {
	Rank  *int             `json:"rank" doc:"equal ones share a rank; null: nothing to rank by"`
	Key   string           `json:"key"`
	Name  string           `json:"name"`
	Score *float64         `json:"score"`
	Grade *string          `json:"grade"`
	Cells []BulletinFigure `json:"cells"`
}

// A BulletinStock is what stood still when the month ended.
type BulletinStock struct {
	Count    int64           `json:"count"`
	Days     *float64        `json:"days" doc:"on average; null: none does"`
	ByUnit   []BulletinRow   `json:"by_unit"`
	ByGround []reports.Count `json:"by_ground" doc:"as of the last fact, not of the month's end"`
	ByAge    []AgeCount      `json:"by_age" doc:"likewise"`
}

// A BulletinNote is a footnote.
type BulletinNote struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

const (
	share  = "share"
	count  = "count"
	number = "number"
)

// lines are the indicators of the overview, of the rankings and of the hotline, by the
// names that a row of statistics has for them.
var (
	overviewLines = columnsOf("reported", "filed", "dispatched", "handled", "closed", "to_be_handled", "overdue", "to_be_closed",
		"verified_on_time", "filed_on_time", "dispatched_on_time", "accurate_dispatch", "signed_on_time", "handled_rate", "handled_on_time",
		"overdue_unhandled", "checked_on_time", "rework", "closed_rate", "closed_on_time", "return_rate", "extension", "recurrence", "false_handling",
		"found_by_ourselves", "valid_reports", "satisfaction", "patrol_coverage")
	streetLines = columnsOf("reported", "handled_on_time", "overdue_unhandled", "closed_on_time", "rework", "return_rate", "recurrence", "satisfaction", "per_grid", "per_10k")
	unitLines   = columnsOf("dispatched", "handled_on_time", "overdue", "signed_on_time", "return_rate", "rework", "extension", "satisfaction")
	matterLines = columnsOf("reported", "closed", "handled_on_time", "overdue", "return_rate", "rework", "recurrence", "satisfaction")
	ticketLines = columnsOf("tickets", "ticket_contact_on_time", "ticket_on_time", "ticket_internal_on_time", "ticket_response", "ticket_resolved",
		"ticket_satisfied", "ticket_returns", "repeat_complaints")
)

const mostMatters = 20

func (s *server) bulletin(ctx context.Context, r *Request, q bulletinQuery) (any, error) {
	now := s.Now().In(deadline.CST)
	from := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, deadline.CST)
	if q.Month != "" {
		at, err := time.ParseInLocation("2006-01", q.Month, deadline.CST)
		if err != nil || !inCalendar(at) {
			return nil, wrong("month", "is no month that there can be a bulletin of")
		}
		from = at
	}
	for _, view := range []string{"tally", "reports"} {
		if err := s.await(ctx, view, q.MinPosition); err != nil {
			return nil, err
		}
	}
	b, err := s.monthOf(ctx, r.Person, from)
	if err != nil {
		return nil, err
	}
	switch fileForm(q.Format) {
	case asXLSX:
		return bulletinBook(b)
	case asHTML:
		return bulletinPage(b, paperTime(new(s.Now())), s.actor(r.Person).Name)
	case asJSON, asCSV:
	}
	return b, nil
}

// A month is the statistics of one month, by JSON name.
type month struct {
	tally.Statistics
	rows  []record
	total record
}

// A record is a row's figures by name.
type record map[string]json.RawMessage

func recordOf(r tally.Row) (record, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	var f record
	return f, json.Unmarshal(data, &f)
}

// monthOf puts a bulletin together of what its reader may see.
func (s *server) monthOf(ctx context.Context, p jurisdiction.Person, from time.Time) (Bulletin, error) {
	to := from.AddDate(0, 1, 0)
	ask := func(by tally.By, reading tally.Reading, from time.Time) (month, error) {
		got, err := s.Tally.Statistics(ctx, s.measured(tally.Query{From: from, To: from.AddDate(0, 1, 0), By: by, Reading: reading, Scope: s.scope(p)}))
		m := month{Statistics: got}
		if err != nil {
			return m, err
		}
		if m.total, err = recordOf(got.Total); err != nil {
			return m, err
		}
		for _, row := range got.Items {
			f, err := recordOf(row)
			if err != nil {
				return m, err
			}
			m.rows = append(m.rows, f)
		}
		return m, nil
	}
	area := s.named(p.Unit)
	if p.Role == jurisdiction.Supervisor {
		area = s.named(s.reference().Book.District())
	}
	b := Bulletin{Month: from.Format("2006-01"), From: from, To: to, Area: area}
	b.Title = fmt.Sprintf("%s%d年%d月网格化管理月度运行通报", export.Area(area.Name), from.Year(), from.Month())
	streets, err := ask(tally.ByStreet, tally.Fact, from)
	if err != nil {
		return b, err
	}
	b.At, b.Position, b.Provisional = streets.At, int64(streets.Position), streets.At.Before(to)
	var then [3]month
	for i, x := range []struct {
		reading tally.Reading
		from    time.Time
	}{{tally.Exempted, from}, {tally.Fact, from.AddDate(-1, 0, 0)}, {tally.Fact, from.AddDate(0, -1, 0)}} {
		if then[i], err = ask(tally.ByStreet, x.reading, x.from); err != nil {
			return b, err
		}
	}
	b.Overview = linesOf(overviewLines, streets, then)
	b.Hotline = linesOf(ticketLines, streets, then)
	b.Types = typesOf(streets.total)
	b.Streets = tableOf(streetLines, streets, func(tally.Row, record) bool { return true })
	for i, r := range b.Streets.Rows {
		b.Streets.Rows[i].Name = export.Area(r.Name)
	}
	units, err := ask(tally.ByUnit, tally.Fact, from)
	if err != nil {
		return b, err
	}
	book := s.reference().Book
	handles := func(stations bool) func(tally.Row, record) bool {
		return func(r tally.Row, _ record) bool {
			u, ok := book.Unit(r.Key)
			return ok && (u.Kind == jurisdiction.Station) == stations && r.Dispatched+r.ToBeHandled+r.Returns+r.Reworks > 0
		}
	}
	b.Units, b.Stations = tableOf(unitLines, units, handles(false)), tableOf(unitLines, units, handles(true))
	matters, err := ask(tally.ByMatter, tally.Fact, from)
	if err != nil {
		return b, err
	}
	b.Matters = mattersOf(matters)
	b.Suspended, err = s.stockOf(ctx, p, streets, units)
	b.Notes = notesOf(b)
	return b, err
}

func (s *server) named(unit string) casefile.Named {
	u, _ := s.reference().Book.Unit(unit)
	return casefile.Named{Unit: unit, Name: u.Name}
}

// figure is what an indicator came to in a row; false: the row has none of that name.
func (f record) figure(c BulletinColumn) (BulletinFigure, bool) {
	raw, ok := f[c.Code]
	if !ok {
		return BulletinFigure{}, false
	}
	if c.Kind == share {
		var r tally.Ratio
		if json.Unmarshal(raw, &r) != nil {
			return BulletinFigure{}, false
		}
		return BulletinFigure{&r.N, &r.D, r.Rate}, true
	}
	var n *float64
	if json.Unmarshal(raw, &n) != nil {
		return BulletinFigure{}, false
	}
	return BulletinFigure{Value: n}, true
}

func linesOf(columns []BulletinColumn, now month, then [3]month) []BulletinLine {
	lines := []BulletinLine{}
	for _, c := range columns {
		fact, ok := now.total.figure(c)
		if !ok {
			continue
		}
		line := BulletinLine{BulletinColumn: c, Fact: fact}
		line.Exempted, _ = then[0].total.figure(c)
		line.YearAgo, _ = then[1].total.figure(c)
		line.MonthAgo, _ = then[2].total.figure(c)
		line.YearChange, line.MonthChange = change(c, fact, line.YearAgo), change(c, fact, line.MonthAgo)
		lines = append(lines, line)
	}
	return lines
}

// change is by how much a figure moved: of a share the difference, of a count the
// difference as a share of what it was.
func change(c BulletinColumn, now, then BulletinFigure) *float64 {
	switch {
	case now.Value == nil || then.Value == nil:
		return nil
	case c.Kind == share:
		return new(*now.Value - *then.Value)
	case *then.Value == 0:
		return nil
	}
	return new((*now.Value - *then.Value) / *then.Value)
}

// tableOf ranks rows: by score where there is one, else by what was handled on time.
// Equal ones share a rank, whoever had more to handle before the others, and what has
// neither comes last.
func tableOf(columns []BulletinColumn, m month, keep func(tally.Row, record) bool) BulletinTable {
	t := BulletinTable{Columns: []BulletinColumn{}, Rows: []BulletinRow{}}
	for _, c := range columns {
		if _, ok := m.total.figure(c); ok {
			t.Columns = append(t.Columns, c)
		}
	}
	measure, judged := map[string]float64{}, map[string]int64{}
	for i, f := range m.rows {
		if m.Items[i].Key == "" || !keep(m.Items[i], f) {
			continue
		}
		row := rowOf(t.Columns, m.Items[i], f)
		switch rate := m.Items[i].HandledOnTime.Rate; {
		case row.Score != nil:
			measure[row.Key] = *row.Score / 100
		case rate != nil:
			measure[row.Key] = *rate
		default:
			measure[row.Key] = math.Inf(-1)
		}
		judged[row.Key] = m.Items[i].ToBeHandled
		t.Rows = append(t.Rows, row)
	}
	slices.SortStableFunc(t.Rows, func(a, b BulletinRow) int {
		return cmp.Or(cmp.Compare(measure[b.Key], measure[a.Key]), cmp.Compare(judged[b.Key], judged[a.Key]), cmp.Compare(a.Key, b.Key))
	})
	for i := range t.Rows {
		switch here := measure[t.Rows[i].Key]; {
		case math.IsInf(here, -1):
		case i > 0 && measure[t.Rows[i-1].Key] == here:
			t.Rows[i].Rank = t.Rows[i-1].Rank
		default:
			t.Rows[i].Rank = new(i + 1)
		}
	}
	return t
}

func rowOf(columns []BulletinColumn, r tally.Row, f record) BulletinRow {
	row := BulletinRow{Key: r.Key, Name: cmp.Or(r.Name, r.Key), Cells: []BulletinFigure{}}
	if raw, ok := f["score"]; ok && json.Unmarshal(raw, &row.Score) != nil {
		row.Score = nil
	}
	if raw, ok := f["grade"]; ok && json.Unmarshal(raw, &row.Grade) != nil {
		row.Grade = nil
	}
	for _, c := range columns {
		cell, _ := f.figure(c)
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// mattersOf are the matters reported most.
func mattersOf(m month) BulletinTable {
	t := tableOf(matterLines, m, func(r tally.Row, _ record) bool { return r.Reported > 0 })
	reported := map[string]int64{}
	for _, r := range m.Items {
		reported[r.Key] = r.Reported
	}
	slices.SortStableFunc(t.Rows, func(a, b BulletinRow) int {
		return cmp.Or(cmp.Compare(reported[b.Key], reported[a.Key]), cmp.Compare(a.Key, b.Key))
	})
	for i := range t.Rows {
		if i > 0 && reported[t.Rows[i-1].Key] == reported[t.Rows[i].Key] {
			t.Rows[i].Rank = t.Rows[i-1].Rank
		} else {
			t.Rows[i].Rank = new(i + 1)
		}
	}
	t.Rows = t.Rows[:min(len(t.Rows), mostMatters)]
	return t
}

// typesOf counts tickets by type, in the order of the types.
func typesOf(f record) []reports.Count {
	counts := map[string]int64{}
	list := []reports.Count{}
	if json.Unmarshal(f["tickets_by_type"], &counts) != nil {
		return list
	}
	for _, t := range ticketTypes {
		if n, ok := counts[t.Key]; ok {
			list = append(list, reports.Count{Key: t.Key, Name: t.Name, Count: n})
		}
	}
	return list
}

var ticketTypes = []reports.Count{
	{Key: "consult", Name: "咨询"},
	{Key: "complaint", Name: "投诉"},
	{Key: "report", Name: "举报"},
	{Key: "suggestion", Name: "建议"},
	{Key: "help", Name: "求助"},
	{Key: "other", Name: "其他"},
}

// stockOf is what stood still at the month's end, by unit, and what stands still now, by
// ground and age.
func (s *server) stockOf(ctx context.Context, p jurisdiction.Person, m, units month) (BulletinStock, error) {
	out := BulletinStock{Count: m.Total.Suspended, Days: m.Total.SuspendedDays, ByUnit: []BulletinRow{}}
	for _, u := range units.Items {
		if u.Suspended > 0 {
			n := float64(u.Suspended)
			out.ByUnit = append(out.ByUnit, BulletinRow{Key: u.Key, Name: cmp.Or(u.Name, u.Key), Cells: []BulletinFigure{{Value: &n}, {Value: u.SuspendedDays}}})
		}
	}
	slices.SortStableFunc(out.ByUnit, func(a, b BulletinRow) int { return cmp.Compare(*b.Cells[0].Value, *a.Cells[0].Value) })
	got, err := s.Reports.Stock(ctx, reports.StockQuery{Scope: s.scope(p)})
	out.ByGround, out.ByAge, _ = stockGroups(got.Items)
	return out, err
}

func notesOf(b Bulletin) []BulletinNote {
	notes := []BulletinNote{
		{"数据", fmt.Sprintf("数据截至 %s，存证序号 %d。", b.At.In(deadline.CST).Format("2006年1月2日 15:04:05"), b.Position)},
		{"期间", fmt.Sprintf("%s 至 %s（不含）。", paperTime(&b.From), paperTime(&b.To))},
	}
	if b.Provisional {
		notes = append(notes, BulletinNote{"暂定", "本月尚未结束，各数为截至上述时间的暂定数。"})
	}
	notes = append(notes,
		BulletinNote{"口径", "事实口径为账本事实；考核口径为事实口径减去申诉成立不计的部分，申诉不改变事实。"},
		BulletinNote{"同比、环比", "同比为上年同月，环比为上月；比率为百分点之差，数量为增减百分比；无基数的以“—”表示。"},
		BulletinNote{"排名", "有综合得分的按得分，否则按按期处置率；并列者名次相同，无基数者不排名；村居网格工作站另行排名。事项按上报数排列。"},
		BulletinNote{"挂账", "各单位挂账数为月末存量；按事由、时长为数据截至时的存量。"},
	)
	told := map[string]bool{}
	for _, list := range [][]BulletinColumn{columnsIn(b.Overview), columnsIn(b.Hotline), b.Streets.Columns, b.Units.Columns, b.Matters.Columns} {
		for _, c := range list {
			if c.Formula != "" && !told[c.Code] {
				told[c.Code] = true
				notes = append(notes, BulletinNote{c.Name, c.Formula})
			}
		}
	}
	return notes
}

func columnsIn(lines []BulletinLine) []BulletinColumn {
	list := make([]BulletinColumn, len(lines))
	for i, l := range lines {
		list[i] = l.BulletinColumn
	}
	return list
}

// bulletinPage is the bulletin to be printed: A4, without a script.
func bulletinPage(b Bulletin, printed, printer string) (any, error) {
	var out bytes.Buffer
	err := bulletinPages.Execute(&out, struct {
		Bulletin
		Printed, Printer string
	}{b, printed, printer})
	return blob{media: html + "; charset=utf-8", data: out.Bytes(), cache: "no-store"}, err
}

// Text writes a figure as papers do.
func (f BulletinFigure) Text(kind string) string {
	switch {
	case f.Value == nil:
		return "—"
	case kind == share:
		return strconv.FormatFloat(*f.Value*100, 'f', 2, 64) + "%"
	case kind == number:
		return strconv.FormatFloat(*f.Value, 'f', 2, 64)
	}
	return strconv.FormatFloat(*f.Value, 'f', -1, 64)
}

// Of says what a share is made of.
func (f BulletinFigure) Of() string {
	if f.N == nil || f.D == nil {
		return ""
	}
	return fmt.Sprintf("%d/%d", *f.N, *f.D)
}

// Moved writes a change with its sign.
func (l BulletinLine) Moved(change *float64) string {
	if change == nil {
		return "—"
	}
	text := strconv.FormatFloat(*change*100, 'f', 2, 64)
	if *change > 0 {
		text = "+" + text
	}
	if l.Kind == share {
		return text + " 个百分点"
	}
	return text + "%"
}

// Place writes a rank.
func (r BulletinRow) Place() string {
	if r.Rank == nil {
		return "—"
	}
	return strconv.Itoa(*r.Rank)
}

// Points writes a score.
func (r BulletinRow) Points() string {
	if r.Score == nil {
		return "—"
	}
	return strconv.FormatFloat(*r.Score, 'f', 2, 64)
}

// GradeWord is the label of a grade.
func (r BulletinRow) GradeWord() string {
	if r.Grade == nil {
		return "—"
	}
	return cmp.Or(gradeWords[*r.Grade], *r.Grade)
}

var gradeWords = map[string]string{"A": "优秀", "B": "良好", "C": "合格", "D": "较差", "E": "差"}

// bulletinBook is the bulletin as a workbook.
func bulletinBook(b Bulletin) (any, error) {
	return spool(sheets.XLSX, b.Title+".xlsx", "bulletin-"+b.Month+".xlsx", b.Position, func(w io.Writer) error {
		book, err := sheet.NewBook(b.Title, b.At)
		if err != nil {
			return err
		}
		for _, p := range bulletinSheets(b) {
			p.page.Title = b.Title + " " + p.page.Name
			if err := writePage(book, p.page, p.rows); err != nil {
				return err
			}
		}
		_, err = book.WriteTo(w)
		return err
	})
}

type bulletinSheet struct {
	page sheet.Page
	rows [][]any
}

func bulletinSheets(b Bulletin) []bulletinSheet {
	lines := func(name string, lines []BulletinLine) bulletinSheet {
		p := bulletinSheet{page: sheet.Page{Name: name, Columns: []sheet.Column{
			{Head: "指标", Width: 18},
			{Head: "事实口径分子", Kind: sheet.Whole},
			{Head: "事实口径分母", Kind: sheet.Whole},
			{Head: "事实口径", Kind: sheet.Decimal, Width: 12},
			{Head: "考核口径分子", Kind: sheet.Whole},
			{Head: "考核口径分母", Kind: sheet.Whole},
			{Head: "考核口径", Kind: sheet.Decimal, Width: 12},
			{Head: "上年同月", Kind: sheet.Decimal, Width: 12},
			{Head: "同比", Kind: sheet.Percent, Width: 12},
			{Head: "上月", Kind: sheet.Decimal, Width: 12},
			{Head: "环比", Kind: sheet.Percent, Width: 12},
			{Head: "公式", Width: 44},
		}}}
		for _, l := range lines {
			v := func(f BulletinFigure) any { return valueCell(l.Kind, f.Value) }
			p.rows = append(p.rows, []any{
				l.Name, l.Fact.N, l.Fact.D, v(l.Fact), l.Exempted.N, l.Exempted.D, v(l.Exempted), v(l.YearAgo), l.YearChange, v(l.MonthAgo), l.MonthChange, l.Formula,
			})
		}
		return p
	}
	all := []bulletinSheet{lines("总体情况", b.Overview), tableSheet("街镇排名", "街镇", b.Streets), tableSheet("单位排名", "单位", b.Units), tableSheet("村居网格工作站排名", "单位", b.Stations), tableSheet("高发事项", "管理事项", b.Matters)}
	hotline := lines("热线", b.Hotline)
	for _, t := range b.Types {
		n := float64(t.Count)
		hotline.rows = append(hotline.rows, []any{"工单：" + t.Name, nil, nil, valueCell(count, &n), nil, nil, nil, nil, nil, nil, nil, ""})
	}
	stock := bulletinSheet{page: sheet.Page{Name: "挂账存量", Upright: true, Columns: []sheet.Column{
		{Head: "分类"}, {Head: "名称", Width: 30}, {Head: "件数", Kind: sheet.Whole}, {Head: "平均天数", Kind: sheet.Decimal},
	}}}
	stock.rows = append(stock.rows, []any{"月末存量", "合计", b.Suspended.Count, b.Suspended.Days})
	for _, u := range b.Suspended.ByUnit {
		stock.rows = append(stock.rows, []any{"月末存量", u.Name, int64(*u.Cells[0].Value), u.Cells[1].Value})
	}
	for _, g := range b.Suspended.ByGround {
		stock.rows = append(stock.rows, []any{"按事由（数据截至时）", g.Name, g.Count, nil})
	}
	for _, a := range b.Suspended.ByAge {
		stock.rows = append(stock.rows, []any{"按时长（数据截至时）", a.Text(), a.Count, nil})
	}
	notes := bulletinSheet{page: notesPage}
	for _, n := range b.Notes {
		notes.rows = append(notes.rows, []any{n.Name, n.Text})
	}
	return append(all, hotline, stock, notes)
}

// Text says how long.
func (a AgeCount) Text() string {
	if a.ToDays == nil {
		return fmt.Sprintf("%d 天以上", a.FromDays)
	}
	return fmt.Sprintf("%d 天至不满 %d 天", a.FromDays, *a.ToDays)
}

// valueCell is a figure as a cell that is shown as what it is.
func valueCell(kind string, v *float64) any {
	switch {
	case v == nil:
		return nil
	case kind == share:
		return sheet.As{Kind: sheet.Percent, Value: *v}
	case kind == count:
		return sheet.As{Kind: sheet.Whole, Value: *v}
	}
	return *v
}

func tableSheet(name, of string, t BulletinTable) bulletinSheet {
	p := bulletinSheet{page: sheet.Page{Name: name, Columns: []sheet.Column{
		{Head: "名次", Kind: sheet.Whole, Width: 6}, {Head: of, Width: 28}, {Head: "综合得分", Kind: sheet.Decimal}, {Head: "等次", Width: 8},
	}}}
	for _, c := range t.Columns {
		switch c.Kind {
		case share:
			p.page.Columns = append(p.page.Columns, sheet.Column{Head: c.Name, Kind: sheet.Percent},
				sheet.Column{Head: c.Name + "分子", Kind: sheet.Whole}, sheet.Column{Head: c.Name + "分母", Kind: sheet.Whole})
		case count:
			p.page.Columns = append(p.page.Columns, sheet.Column{Head: c.Name, Kind: sheet.Whole})
		default:
			p.page.Columns = append(p.page.Columns, sheet.Column{Head: c.Name, Kind: sheet.Decimal})
		}
	}
	for _, r := range t.Rows {
		var rank any
		if r.Rank != nil {
			rank = *r.Rank
		}
		grade := ""
		if r.Grade != nil {
			grade = r.GradeWord()
		}
		row := []any{rank, r.Name, r.Score, grade}
		for i, c := range t.Columns {
			row = append(row, r.Cells[i].Value)
			if c.Kind == share {
				row = append(row, r.Cells[i].N, r.Cells[i].D)
			}
		}
		p.rows = append(p.rows, row)
	}
	return p
}

package api

import (
	"context"
	"io"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/reports"
	"gridcommand/web/sheet"
	"gridcommand/workflow/sheets"
)

// Reports are for those who answer for others' work: the supervisor and the district,
// and a street for its own area.
func auditors(r jurisdiction.Role) bool {
	return r == jurisdiction.Supervisor || r == jurisdiction.DistrictDesk || r == jurisdiction.StreetDesk
}

// A fileForm is what an answer comes as.
type fileForm string

const (
	asJSON fileForm = "json"
	asCSV  fileForm = "csv"
	asXLSX fileForm = "xlsx"
	asHTML fileForm = "html"
)

// AsFile says that an answer is wanted as a file.
type AsFile struct {
	Format   string `query:"format" enum:"json,csv,xlsx" doc:"json unless said"`
	Encoding string `query:"encoding" enum:"utf-8,gb18030" doc:"of a CSV; utf-8, with a byte order mark, unless said"`
}

func (a AsFile) encoding() sheet.Encoding {
	if a.Encoding == "" {
		return sheet.UTF8
	}
	return sheet.Encoding(a.Encoding)
}

// InPeriod bounds a report.
type InPeriod struct {
	From *moment `query:"from" doc:"a day or a time; the first of the month unless said"`
	To   *moment `query:"to" doc:"up to and with a day, or a time; the end of the month, or today where from is given"`
}

// Told is what every report says of itself.
type Told struct {
	Total    int       `json:"total"`
	Position int64     `json:"position" doc:"up to which the facts are told"`
	At       time.Time `json:"at" doc:"of the last fact"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to" doc:"exclusive"`
}

func (s *server) period(q InPeriod) (reports.Query, error) {
	from, to := months(q.From, q.To, s.Now())
	if !from.Before(to) {
		return reports.Query{}, wrong("to", "is not after from")
	}
	return reports.Query{From: from, To: to}, nil
}

type unusualQuery struct {
	FromView
	InPeriod
	AsFile
	Within int               `query:"within" minimum:"1" maximum:"1440" doc:"minutes before red; 60 unless said"`
	Act    []reports.ActKind `query:"act" doc:"only these"`
}

// UnusualActs are acts given shortly before a clock ran out, and those given after red.
type UnusualActs struct {
	Items []reports.Act `json:"items"`
	Told
	Within int `json:"within" doc:"minutes"`
}

func (s *server) unusual(ctx context.Context, r *Request, q unusualQuery) (any, error) {
	if q.Within == 0 {
		q.Within = 60
	}
	period, err := s.period(q.InPeriod)
	if err != nil {
		return nil, err
	}
	if err := s.await(ctx, "reports", q.MinPosition); err != nil {
		return nil, err
	}
	period.Scope = s.scope(r.Person)
	got, err := s.Reports.Acts(ctx, reports.ActsQuery{Query: period, Within: time.Duration(q.Within) * time.Minute, Kinds: q.Act})
	if err != nil {
		return nil, err
	}
	told := Told{len(got.Items), int64(got.Position), got.At, period.From, period.To}
	if fileForm(q.Format) == asCSV || fileForm(q.Format) == asXLSX {
		return s.reportFile(q.AsFile, unusualPaper, told, rowsOf(got.Items, unusualRow), unusualNotes(q.Within))
	}
	return UnusualActs{got.Items, told, q.Within}, nil
}

type suspendedQuery struct {
	FromView
	AsFile
	Review *int `query:"review" minimum:"0" maximum:"366" doc:"days after which a suspension is looked at again; 30 unless said, 0: only when it ends"`
}

// SuspendedStock is what stands still, by age and ground.
type SuspendedStock struct {
	Items []reports.Standstill `json:"items"`
	Told
	Review   int             `json:"review" doc:"days"`
	ByGround []reports.Count `json:"by_ground"`
	ByAge    []AgeCount      `json:"by_age"`
	ByUnit   []reports.Count `json:"by_unit"`
}

// An AgeCount is how many stand still for so long.
type AgeCount struct {
	FromDays int64  `json:"from_days"`
	ToDays   *int64 `json:"to_days" doc:"exclusive; null: no end"`
	Count    int64  `json:"count"`
}

func (s *server) suspended(ctx context.Context, r *Request, q suspendedQuery) (any, error) {
	review := 30
	if q.Review != nil {
		review = *q.Review
	}
	if err := s.await(ctx, "reports", q.MinPosition); err != nil {
		return nil, err
	}
	got, err := s.Reports.Stock(ctx, reports.StockQuery{Scope: s.scope(r.Person), Review: time.Duration(review) * 24 * time.Hour})
	if err != nil {
		return nil, err
	}
	told := Told{Total: len(got.Items), Position: int64(got.Position), At: got.At, From: got.At, To: got.At}
	if len(got.Items) > 0 {
		told.From = got.Items[0].Since
	}
	if fileForm(q.Format) == asCSV || fileForm(q.Format) == asXLSX {
		return s.reportFile(q.AsFile, suspendedPaper, told, rowsOf(got.Items, suspendedRow), suspendedNotes(review))
	}
	out := SuspendedStock{Items: got.Items, Told: told, Review: review}
	out.ByGround, out.ByAge, out.ByUnit = stockGroups(got.Items)
	return out, nil
}

type reopenedQuery struct {
	FromView
	InPeriod
	AsFile
	Share   *int `query:"share" minimum:"0" maximum:"100" doc:"closed early: handled within this percent of the limit; 10 unless said"`
	Minutes *int `query:"minutes" minimum:"0" maximum:"10080" doc:"or within so many minutes of being given to the unit; 30 unless said"`
	Days    int  `query:"days" minimum:"1" maximum:"366" doc:"and came back within so many days of closing; 30 unless said"`
}

// ClosedEarly are incidents that were put right in no time, closed, and came back.
type ClosedEarly struct {
	Items []reports.Comeback `json:"items"`
	Told
	Share   int `json:"share" doc:"percent"`
	Minutes int `json:"minutes"`
	Days    int `json:"days"`
}

func (s *server) reopened(ctx context.Context, r *Request, q reopenedQuery) (any, error) {
	share, minutes := 10, 30
	if q.Share != nil {
		share = *q.Share
	}
	if q.Minutes != nil {
		minutes = *q.Minutes
	}
	if q.Days == 0 {
		q.Days = 30
	}
	period, err := s.period(q.InPeriod)
	if err != nil {
		return nil, err
	}
	if err := s.await(ctx, "reports", q.MinPosition); err != nil {
		return nil, err
	}
	period.Scope = s.scope(r.Person)
	got, err := s.Reports.Comebacks(ctx, reports.ComebackQuery{
		Query: period, Percent: share, Within: time.Duration(minutes) * time.Minute, After: time.Duration(q.Days) * 24 * time.Hour, Days: s.calendar,
	})
	if err != nil {
		return nil, err
	}
	told := Told{len(got.Items), int64(got.Position), got.At, period.From, period.To}
	if fileForm(q.Format) == asCSV || fileForm(q.Format) == asXLSX {
		return s.reportFile(q.AsFile, reopenedPaper, told, rowsOf(got.Items, reopenedRow), reopenedNotes(share, minutes, q.Days))
	}
	return ClosedEarly{got.Items, told, share, minutes, q.Days}, nil
}

// calendar is the one that a deadline was reckoned with, whatever it is now.
func (s *server) calendar(version string) *deadline.Calendar {
	if days := s.Reference.Calendar(version); days != nil {
		return days
	}
	return s.reference().Days
}

type reportQuery struct {
	FromView
	InPeriod
	AsFile
}

// OneHand are people who had more than one part in an incident.
type OneHand struct {
	Items []reports.Double `json:"items"`
	Told
	AllThree int `json:"all_three" doc:"how many of them dispatched, checked and closed"`
}

func (s *server) oneHand(ctx context.Context, r *Request, q reportQuery) (any, error) {
	period, err := s.period(q.InPeriod)
	if err != nil {
		return nil, err
	}
	if err := s.await(ctx, "reports", q.MinPosition); err != nil {
		return nil, err
	}
	period.Scope = s.scope(r.Person)
	got, err := s.Reports.Doubles(ctx, period)
	if err != nil {
		return nil, err
	}
	out := OneHand{Items: got.Items, Told: Told{len(got.Items), int64(got.Position), got.At, period.From, period.To}}
	for _, d := range got.Items {
		if d.AllThree {
			out.AllThree++
		}
	}
	if fileForm(q.Format) == asCSV || fileForm(q.Format) == asXLSX {
		return s.reportFile(q.AsFile, oneHandPaper, out.Told, rowsOf(got.Items, oneHandRow), oneHandNotes)
	}
	return out, nil
}

// CallerViews are the times that somebody was shown a caller's name and telephone.
type CallerViews struct {
	Items []reports.Viewing `json:"items"`
	Told
	People []reports.Count `json:"people" doc:"how often who, the most first"`
}

func (s *server) callerViews(ctx context.Context, r *Request, q reportQuery) (any, error) {
	period, err := s.period(q.InPeriod)
	if err != nil {
		return nil, err
	}
	if err := s.await(ctx, "reports", q.MinPosition); err != nil {
		return nil, err
	}
	period.Scope = s.scope(r.Person)
	got, err := s.Reports.Viewings(ctx, period)
	if err != nil {
		return nil, err
	}
	told := Told{len(got.Items), int64(got.Position), got.At, period.From, period.To}
	if fileForm(q.Format) == asCSV || fileForm(q.Format) == asXLSX {
		return s.reportFile(q.AsFile, callerViewsPaper, told, rowsOf(got.Items, callerViewsRow), callerViewsNotes)
	}
	return CallerViews{got.Items, told, reports.People(got.Items)}, nil
}

// A reportPaper is what a report is called and which columns it has as a file.
type reportPaper struct {
	title   string
	plain   string // the title in ASCII
	columns []sheet.Column
}

func rowsOf[T any](items []T, row func(T) []any) [][]any {
	all := make([][]any, len(items))
	for i, x := range items {
		all[i] = row(x)
	}
	return all
}

// reportFile writes a report as CSV, or as a workbook with a second sheet that says how
// it was made.
func (s *server) reportFile(as AsFile, p reportPaper, told Told, rows [][]any, notes []string) (any, error) {
	day := told.To.Add(-time.Nanosecond).In(deadline.CST).Format("20060102")
	name, plain := p.title+"_"+day, p.plain+"-"+day
	if fileForm(as.Format) == asCSV {
		return spool(csvMedia(as.encoding()), name+".csv", plain+".csv", told.Position, func(w io.Writer) error {
			out, err := sheet.NewCSV(w, as.encoding(), p.columns)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if err := out.Write(row...); err != nil {
					return err
				}
			}
			return out.Close()
		})
	}
	return spool(sheets.XLSX, name+".xlsx", plain+".xlsx", told.Position, func(w io.Writer) error {
		book, err := sheet.NewBook(p.title, told.At)
		if err != nil {
			return err
		}
		if err := writePage(book, sheet.Page{Name: p.title, Columns: p.columns, Filter: true}, rows); err != nil {
			return err
		}
		if err := writePage(book, notesPage, notesRows(told, notes)); err != nil {
			return err
		}
		_, err = book.WriteTo(w)
		return err
	})
}

func writePage(book *sheet.Book, p sheet.Page, rows [][]any) error {
	out, err := book.Page(p)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Write(row...); err != nil {
			return err
		}
	}
	return out.Close()
}

// csvMedia is the media type of a CSV with headings.
func csvMedia(e sheet.Encoding) string {
	return "text/csv; charset=" + string(e) + "; header=present"
}

var notesPage = sheet.Page{Name: "说明", Upright: true, Columns: []sheet.Column{{Head: "项目", Width: 18}, {Head: "内容", Width: 80}}}

func notesRows(told Told, notes []string) [][]any {
	rows := [][]any{
		{"存证序号", told.Position},
		{"数据截至", paperTime(&told.At)},
		{"统计期间", paperTime(&told.From) + " 至 " + paperTime(&told.To)},
		{"条数", told.Total},
	}
	for _, n := range notes {
		rows = append(rows, []any{"口径", n})
	}
	return rows
}

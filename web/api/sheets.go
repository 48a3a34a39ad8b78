package api

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/projections/casefile"
)

// Sheets are papers to be printed: one A4 page in Chinese, plain HTML without a script.
// They show what their reader may see of the incident, and nothing more.

//go:embed sheets.html
var sheetText string

//go:embed sheet.css
var sheetStyle template.CSS // of every paper

var sheetPages = paperOf("sheets", sheetText)

// paperOf makes the page of a kind of paper.
func paperOf(name, text string) *template.Template {
	style := func() template.CSS { return sheetStyle }
	return template.Must(template.New(name).Funcs(template.FuncMap{"style": style}).Parse(text))
}

const html = "text/html"

// A paper is what the page of sheets.html is filled with.
type paper struct {
	Title    string // 派遣单, 督办单
	File     casefile.File
	Street   string
	Area     string
	Reported string
	Occurred string
	Severity string
	Matter   string
	Class    string
	Filing   string
	Closing  string
	Place    string
	To       string // unit that the paper is for
	From     string // desk that gives it out
	Why      string
	Due      string
	Clock    string // how the deadline came about
	Note     string
	Helpers  []paperHelper
	Asked    []paperQuestion
	Printed  string
	Printer  string
}

type paperHelper struct{ Name, Task, Due string }

type paperQuestion struct {
	N                     int
	By, Question, ReplyBy string
	Answer, Replied       string
}

func (s *server) dispatchSheet(_ context.Context, r *Request, _ none) (blob, error) {
	page := s.paper(r, "派遣单")
	if page.To == "" {
		return blob{}, problem(422, "nothing_dispatched", "nothing was dispatched that a sheet could be printed for")
	}
	return printed(page)
}

func (s *server) supervisionSheet(_ context.Context, r *Request, _ none) (blob, error) {
	page := s.paper(r, "督办单")
	if len(page.Asked) == 0 {
		return blob{}, problem(422, "nothing_supervised", "nothing was asked that a sheet could be printed for")
	}
	return printed(page)
}

func printed(page paper) (blob, error) {
	var b bytes.Buffer
	if err := sheetPages.Execute(&b, page); err != nil {
		return blob{}, err
	}
	return blob{media: html + "; charset=utf-8", data: b.Bytes(), cache: "no-store"}, nil
}

var severityWords = map[incident.Severity]string{incident.Normal: "一般", incident.Urgent: "紧急", incident.Major: "重大"}

// paper is what both papers say of an incident.
func (s *server) paper(r *Request, title string) paper {
	f, state, book := r.Case.File, r.Case.State, s.reference().Book
	name := func(unit string) string {
		if u, ok := book.Unit(unit); ok {
			return u.Name
		}
		return unit
	}
	page := paper{
		Title: title, File: f, Street: name(f.Street), Area: name(f.Community), Severity: severityWords[f.Severity],
		Reported: paperTime(&f.ReportedAt), Occurred: paperTime(&f.OccurredAt), Place: f.Location.Address, Why: f.Routing.Reason,
		Printed: paperTime(new(s.Now())), Printer: s.actor(r.Person).Name,
	}
	if f.Matter != nil {
		page.Matter, page.Class = f.Matter.Name, f.Matter.Code
	}
	if f.Criterion != nil {
		page.Filing, page.Closing = f.Criterion.FilingCondition, f.Criterion.ClosingCondition
	}
	if state.Unit != "" {
		page.To, page.From = name(state.Unit), name(state.Dispatcher)
	}
	if state.Status == incident.StatusOpen && state.Stage == incident.Handling {
		page.Due = paperTime(f.Due.Stage)
		if d := s.explain("处置时限", &state.Deadline, s.Reference.At(state.Deadline.From)); d != nil {
			page.Clock = d.Sentence
		}
	}
	for _, h := range f.Helpers {
		page.Helpers = append(page.Helpers, paperHelper{h.Name, h.Task, paperTime(h.Due)})
	}
	for _, q := range f.Supervisions {
		page.Asked = append(page.Asked, paperQuestion{
			N: q.N, By: name(q.ByUnit), Question: q.Question, ReplyBy: paperTime(&q.ReplyBy), Answer: q.Answer, Replied: paperTime(q.RepliedAt),
		})
	}
	return page
}

// paperTime writes a time as papers do; none is blank.
func paperTime(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.In(deadline.CST).Format("2006年1月2日 15:04")
}

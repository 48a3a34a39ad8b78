package api

import (
	"context"
	"io"
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/projections/tally"
)

// countQuery says which counts a question about figures is about.
type countQuery struct {
	From      *moment             `query:"from" doc:"a day, or a time in it; the first of the month unless said"`
	To        *moment             `query:"to" doc:"up to and with a day, or a time in it; the end of the month, or today where from is given"`
	By        string              `query:"by" enum:"street,community,unit,person,matter,source,tier,day,month" doc:"street unless said"`
	Reading   string              `query:"reading" enum:"fact,exempted,both" doc:"fact unless said; exempted leaves out what upheld appeals took away; both sets it beside the facts"`
	Ground    string              `query:"ground" enum:"was,now" doc:"places as they were when it was counted, unless said; now: by the base grid in force"`
	Street    []string            `query:"street" pattern:"^[0-9]{9}$" patternDescription:"a street's code"`
	Community []string            `query:"community" pattern:"^[0-9]{12}$" patternDescription:"a community's code"`
	Unit      []string            `query:"unit" maxLength:"64" doc:"that the figure falls on"`
	Person    []string            `query:"person" maxLength:"200" doc:"account that the figure falls on"`
	Matter    []string            `query:"matter" maxLength:"128" doc:"scheme/kind/code"`
	Source    []incident.Source   `query:"source"`
	Tier      []jurisdiction.Tier `query:"tier"`
}

// asked returns what a count query asks, all of it known.
func (s *server) asked(r *Request, q countQuery) (tally.Query, error) {
	from, to := months(q.From, q.To, s.Now())
	if !from.Before(to) {
		return tally.Query{}, wrong("to", "is not after from")
	}
	out := tally.Query{
		From: from, To: to, By: tally.By(orElse(q.By, string(tally.ByStreet))), Reading: tally.Reading(orElse(q.Reading, string(tally.Fact))),
		Ground: tally.Ground(orElse(q.Ground, string(tally.Was))), Scope: s.scope(r.Person),
		Filter: tally.Filter{
			Street: q.Street, Community: q.Community, Unit: q.Unit, Person: q.Person, Matter: q.Matter, Source: wordsOf(q.Source), Tier: wordsOf(q.Tier),
		},
	}
	ref := s.reference()
	out.Grid, out.Evaluation, out.People = s.grid(), &ref.Evaluation, reference.People()
	if r.Person.Role == jurisdiction.Screen && (out.By == tally.ByPerson || len(q.Person) > 0) {
		return tally.Query{}, forbidden()
	}
	for _, list := range []struct {
		name  string
		by    tally.By
		words []string
	}{
		{"street", tally.ByStreet, q.Street},
		{"community", tally.ByCommunity, q.Community},
		{"unit", tally.ByUnit, q.Unit},
		{"matter", tally.ByMatter, q.Matter},
	} {
		for _, word := range list.words {
			if !s.Tally.Knows(list.by, word) {
				return tally.Query{}, wrong(list.name, "there is no %s %q", list.name, word)
			}
		}
	}
	return out, nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func wordsOf[T ~string](list []T) []string {
	var out []string
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}

type statisticsQuery struct {
	FromView
	countQuery
	AsFile
	Compare []string `query:"compare" enum:"year,month" doc:"periods to set beside this one: the same a year, a month before"`
}

// Statistics are the indicators of a period, in groups.
type Statistics struct {
	Items []tally.Row `json:"items"`
	Total tally.Row   `json:"total" doc:"of all groups together"`
	Counted
}

// Counted is what statistics say of themselves.
type Counted struct {
	By       string    `json:"by"`
	Reading  string    `json:"reading"`
	Ground   string    `json:"ground"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to" doc:"exclusive"`
	Position int64     `json:"position"`
	At       time.Time `json:"at"`
}

// writeTo writes s as [encode] would, rows by their own means and a few at a time: by
// person there are thousands.
func (s Statistics) writeTo(w io.Writer) {
	const some = 32 << 10
	b := make([]byte, 0, 2*some)
	b = append(b, `{"items":`...)
	for i := range s.Items {
		before := byte(',')
		if i == 0 {
			before = '['
		}
		b = s.Items[i].AppendJSON(append(b, before))
		if len(b) >= some {
			_, _ = w.Write(b) // whoever asked may be gone
			b = b[:0]
		}
	}
	switch {
	case s.Items == nil:
		b = append(b, "null"...)
	case len(s.Items) == 0:
		b = append(b, "[]"...)
	default:
		b = append(b, ']')
	}
	b = s.Total.AppendJSON(append(b, `,"total":`...))
	_, _ = w.Write(append(append(b, ','), encode(s.Counted)[1:]...))
}

func (s *server) statistics(ctx context.Context, r *Request, q statisticsQuery) (any, error) {
	asked, err := s.asked(r, q.countQuery)
	if err != nil {
		return nil, err
	}
	for _, ago := range tally.Agos {
		if slices.Contains(q.Compare, string(ago)) {
			asked.Compare = append(asked.Compare, ago)
		}
	}
	if err := s.await(ctx, "tally", q.MinPosition); err != nil {
		return nil, err
	}
	got, err := s.Tally.Statistics(ctx, asked)
	if err != nil {
		return nil, err
	}
	all := Statistics{
		Items: got.Items, Total: got.Total,
		Counted: Counted{
			By: string(asked.By), Reading: string(asked.Reading), Ground: string(asked.Ground),
			From: got.From, To: got.To, Position: int64(got.Position), At: got.At,
		},
	}
	if fileForm(q.Format) == asCSV || fileForm(q.Format) == asXLSX {
		return s.statisticsFile(q.AsFile, all)
	}
	return all, nil
}

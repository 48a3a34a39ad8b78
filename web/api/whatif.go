package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/projections/whatif"
	"gridcommand/workflow/sheets"
)

// askers of what-if read every incident: the supervisor and the district's desk. An
// administrator reads none.
func askers(r jurisdiction.Role) bool {
	return r == jurisdiction.Supervisor || r == jurisdiction.DistrictDesk
}

// WhatIfTables are tables laid over those of each moment, as CSV with a header.
type WhatIfTables struct {
	Policy         string `json:"policy,omitempty" doc:"settings, those not named stay"`
	Calendar       string `json:"calendar,omitempty" doc:"days of the years it names"`
	Limits         string `json:"limits,omitempty" doc:"limits of stages, those not named stay"`
	Responsibility string `json:"responsibility,omitempty" doc:"another list as a whole"`
	Criteria       string `json:"criteria,omitempty" doc:"criteria of the matters it names"`
}

func (t WhatIfTables) texts() map[string]string {
	return map[string]string{
		reference.PolicyTable: t.Policy, reference.CalendarTable: t.Calendar, reference.Limits: t.Limits,
		reference.Responsibility: t.Responsibility, reference.Criteria: t.Criteria,
	}
}

// WhatIfQuestion asks what would have been of the incidents reported in a period.
type WhatIfQuestion struct {
	From   string       `json:"from" doc:"a day, or a time with its zone: incidents reported from then on"`
	To     string       `json:"to" doc:"a day, which counts whole, or a time with its zone"`
	Tables WhatIfTables `json:"tables"`
}

// WhatIf is a question and how far it is. It is in memory only, and written nowhere.
type WhatIf struct {
	ID             string         `json:"id"`
	State          whatif.State   `json:"state"`
	From           time.Time      `json:"from"`
	To             time.Time      `json:"to" doc:"exclusive"`
	Tables         []string       `json:"tables" doc:"which were laid over"`
	AskedAt        time.Time      `json:"asked_at" doc:"wall time"`
	Ahead          int            `json:"ahead" doc:"questions that are answered first"`
	Facts          int64          `json:"facts" doc:"that the present state goes through; of one that is done, those of the report"`
	Done           int64          `json:"done" doc:"of these"`
	FactsPerSecond float64        `json:"facts_per_second" doc:"of the present state; of one that is done, of the answer"`
	Cached         bool           `json:"cached" doc:"history was decoded in memory already, from the question before"`
	Error          *string        `json:"error" doc:"why it failed; null: it did not"`
	Report         *whatif.Report `json:"report" doc:"null in lists, and until it is done; lists the first 5,000 incidents that differ"`
}

// WhatIfList is the caller's questions.
type WhatIfList struct {
	Items    []WhatIf `json:"items" doc:"the newest first"`
	Position int64    `json:"position"`
}

func whatIf(j whatif.Job, whole bool) WhatIf {
	out := WhatIf{
		ID: j.ID, State: j.State, From: j.Question.From, To: j.Question.To, Tables: []string{}, AskedAt: j.AskedAt, Ahead: j.Ahead,
		Facts: j.Facts, Done: j.Done, FactsPerSecond: float64(int64(j.Rate)), Cached: j.Cached,
	}
	for name := range j.Question.Tables {
		out.Tables = append(out.Tables, name)
	}
	slices.Sort(out.Tables)
	if j.Err != nil {
		why := "something broke"
		if long, ok := errors.AsType[*whatif.TooLongError](j.Err); ok {
			why = long.Error()
		} else if faults, ok := errors.AsType[*reference.FaultsError](j.Err); ok {
			why = faults.Error() // enacted meanwhile: they fit no longer
		}
		out.Error = &why
	}
	if whole {
		out.Report = j.Report
	}
	return out
}

func (s *server) askWhatIf(_ context.Context, r *Request, q WhatIfQuestion) (WhatIf, error) {
	var found []FieldError
	from, ok := parseMoment(q.From)
	if !ok {
		found = append(found, FieldError{Pointer: "/from", Detail: "is neither a day nor a time with its zone"})
	}
	to, also := parseMoment(q.To)
	if !also {
		found = append(found, FieldError{Pointer: "/to", Detail: "is neither a day nor a time with its zone"})
	}
	if ok && also && !from.Before(to.end()) {
		found = append(found, FieldError{Pointer: "/to", Detail: "is not after from"})
	}
	if len(found) > 0 {
		return WhatIf{}, invalid(found...)
	}
	laid, pointers := reference.Tables{}, map[string]string{}
	for name, text := range q.Tables.texts() {
		if text == "" {
			continue
		}
		pointers[name] = "/tables/" + name
		tables, err := sheets.Read(name, []byte(text))
		found = append(found, faultsAt(pointers, err)...)
		laid[name] = tables[name]
	}
	if len(found) > 0 {
		return WhatIf{}, notReplayed(found)
	}
	if s.WhatIf == nil {
		return WhatIf{}, busy("reference_fixed", "the reference data of this server is fixed")
	}
	j, err := s.WhatIf.Ask(whatif.Question{By: r.Person.Name, From: from.Time, To: to.end(), Tables: laid})
	switch found := faultsAt(pointers, err); {
	case len(found) > 0:
		return WhatIf{}, notReplayed(found)
	case errors.Is(err, whatif.ErrBusy):
		p := problem(http.StatusTooManyRequests, "whatif_busy", "too many questions are waiting")
		p.retryAfter = 10 * time.Second
		return WhatIf{}, p
	case err != nil:
		return WhatIf{}, err
	}
	r.header.Set("Location", prefix+"/whatif/"+j.ID)
	return whatIf(j, true), nil
}

// notReplayed is the 422 of tables with faults, each with its row.
func notReplayed(found []FieldError) *Problem {
	slices.SortStableFunc(found, func(a, b FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	p := problem(http.StatusUnprocessableEntity, "faulty_tables", "%d faults; nothing was replayed", len(found))
	p.Errors = found
	return p
}

func (s *server) whatIfs(ctx context.Context, r *Request, _ none) (WhatIfList, error) {
	head, err := s.Ledger.Head(ctx)
	out := WhatIfList{Items: []WhatIf{}, Position: int64(head)}
	if s.WhatIf != nil {
		for _, j := range s.WhatIf.Jobs(r.Person.Name) {
			out.Items = append(out.Items, whatIf(j, false))
		}
	}
	return out, err
}

// thereWhatIf lets through only what the caller asked.
func (s *server) thereWhatIf(_ context.Context, r *Request) error {
	if s.WhatIf != nil {
		if _, there := s.WhatIf.Job(r.PathValue("id"), r.Person.Name); there {
			return nil
		}
	}
	return notFound()
}

func (s *server) whatIf(_ context.Context, r *Request, _ none) (WhatIf, error) {
	j, there := s.WhatIf.Job(r.PathValue("id"), r.Person.Name)
	if !there {
		return WhatIf{}, notFound()
	}
	return whatIf(j, true), nil
}

func (s *server) cancelWhatIf(_ context.Context, r *Request, _ none) (none, error) {
	if !s.WhatIf.Cancel(r.PathValue("id"), r.Person.Name) {
		return none{}, notFound()
	}
	return none{}, nil
}

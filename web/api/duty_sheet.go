package api

import (
	"context"
	"slices"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
)

// openAt walks through every open incident that a desk sees, what breaks first coming
// first, and returns up to which position the casebook told it.
func (s *server) openAt(ctx context.Context, desk jurisdiction.Unit, see func(casefile.File)) (int64, error) {
	if err := s.await(ctx, "casebook", 0); err != nil {
		return 0, err
	}
	q := casebook.Query{
		Status: []incident.Status{incident.StatusOpen}, Sort: "due", Limit: 500,
		Scope: s.scope(jurisdiction.Person{Role: desk.Staff(), Unit: desk.Code}),
	}
	for {
		page, err := s.Casebook.List(ctx, q)
		if err != nil {
			return 0, err
		}
		for _, f := range page.Items {
			see(f)
		}
		if q.Cursor = page.NextCursor; q.Cursor == "" {
			return int64(page.Position), nil
		}
	}
}

// urgent tells whether an incident is urgent or grave, by what was reported or by a
// limit that runs day and night.
func urgent(f casefile.File) bool { return f.Severity != incident.Normal || f.CriterionUrgent }

// nextDue is when the first of its clocks runs out; nil: none runs.
func nextDue(f casefile.File) *time.Time {
	due := f.Due.Stage
	if f.Due.Total != nil && (due == nil || f.Due.Total.Before(*due)) {
		due = f.Due.Total
	}
	return due
}

// turnsRed tells whether a clock runs out from from to to that has not run out yet.
func turnsRed(f casefile.File, from, to time.Time) bool {
	due := nextDue(f)
	return due != nil && !f.Suspended && f.Lamp != incident.Red && !due.Before(from) && due.Before(to)
}

// waits tells whether an incident came to a desk outside its hours and nobody there has
// moved it since.
func waits(f casefile.File, desk string, hours duty.Hours, days *deadline.Calendar) bool {
	if f.Holder == nil || f.Holder.Unit != desk || f.Stage == nil {
		return false
	}
	switch *f.Stage {
	case incident.Verifying, incident.Intake, incident.Dispatching:
		return !hours.Has(f.StageClock.From, days)
	}
	return false
}

// asksOf tells whether a unit asks the desk that gave it the incident for something.
func asksOf(f casefile.File, desk string) bool {
	r := f.Requests
	return f.Dispatcher == desk && (r.Extension != nil || r.Suspension != nil || r.Return != nil)
}

// sheet is what a desk's sheet says now, for the change of shifts at moment.
func (s *server) sheet(ctx context.Context, desk jurisdiction.Unit, moment time.Time) (duty.Sheet, error) {
	ref, now := s.reference(), s.Now()
	hours, incoming := s.hoursOf(desk), duty.TurnAt(moment)
	sheet := filled(duty.Sheet{AsOf: now.UTC().Truncate(time.Microsecond)})
	add := func(count *int, list *[]duty.Line, f casefile.File) {
		if *count++; len(*list) < duty.ListLength {
			*list = append(*list, lineOf(f))
		}
	}
	c := &sheet.Counts
	position, err := s.openAt(ctx, desk, func(f casefile.File) {
		c.Open++
		if urgent(f) {
			add(&c.Urgent, &sheet.Urgent, f)
		}
		if turnsRed(f, now, incoming.To()) {
			add(&c.TurningRed, &sheet.TurningRed, f)
		}
		if f.Lamp == incident.Red {
			c.Overdue++
		}
		if asksOf(f, desk.Code) {
			add(&c.Pending, &sheet.Pending, f)
		}
		if f.Suspended {
			add(&c.Suspended, &sheet.Suspended, f)
		}
		if waits(f, desk.Code, hours, ref.Days) {
			c.Waiting++
		}
	})
	sheet.Position = position
	return sheet, err
}

// lineOf is an incident on a sheet: no description, no address, no person.
func lineOf(f casefile.File) duty.Line {
	l := duty.Line{ID: f.ID, Number: f.Number, Due: nextDue(f)}
	if f.Matter != nil {
		l.Matter = f.Matter.Name
	}
	if f.Stage != nil {
		l.Stage = *f.Stage
	}
	if f.Holder != nil {
		l.Holder = f.Holder.Name
	}
	if f.Suspension != nil {
		until := f.Suspension.Until
		l.Until = &until
	}
	return l
}

// A WaitingIncident came in outside a desk's hours and waits there.
type WaitingIncident struct {
	Incident casefile.File `json:"incident"`
	Came     time.Time     `json:"came" doc:"when the desk got it"`
	Urgent   bool          `json:"urgent"`
}

// A DutyQueue is what waits at a desk since it was not attended.
type DutyQueue struct {
	Desk     DeskRef           `json:"desk"`
	Hours    DeskHours         `json:"hours"`
	Attended bool              `json:"attended" doc:"the desk is attended now"`
	Items    []WaitingIncident `json:"items" doc:"urgent first, then as they came; 500 at most"`
	Total    int               `json:"total"`
	Position int64             `json:"position"`
}

type deskQuery struct {
	FromView
	Desk string `query:"desk" maxLength:"12" doc:"your own unless said"`
}

func (s *server) dutyQueue(ctx context.Context, r *Request, q deskQuery) (DutyQueue, error) {
	desk, err := s.desk(r, q.Desk, inQuery("desk"))
	if err != nil {
		return DutyQueue{}, err
	}
	if err := s.await(ctx, "casebook", q.MinPosition); err != nil {
		return DutyQueue{}, err
	}
	hours, days := s.hoursOf(desk), s.reference().Days
	out := DutyQueue{
		Desk: DeskRef{desk.Code, desk.Name, desk.Tier}, Hours: shownHours(hours), Attended: hours.Has(s.Now(), days), Items: []WaitingIncident{},
	}
	var waiting []casefile.File
	out.Position, err = s.openAt(ctx, desk, func(f casefile.File) {
		if waits(f, desk.Code, hours, days) {
			waiting = append(waiting, f)
		}
	})
	if err != nil {
		return out, err
	}
	out.Total = len(waiting)
	slices.SortStableFunc(waiting, func(a, b casefile.File) int {
		if urgent(a) != urgent(b) {
			if urgent(a) {
				return -1
			}
			return 1
		}
		return a.StageClock.From.Compare(b.StageClock.From)
	})
	for _, f := range waiting[:min(len(waiting), 500)] {
		shown, err := s.shown(ctx, r.Person, f.Listed(), nil)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, WaitingIncident{Incident: shown, Came: f.StageClock.From, Urgent: urgent(f)})
	}
	return out, nil
}

// A BriefingLine is one incident of a briefing.
type BriefingLine struct {
	ID          string            `json:"id"`
	Number      string            `json:"number"`
	Matter      string            `json:"matter" doc:"its name"`
	Description string            `json:"description"`
	Address     string            `json:"address"`
	Severity    incident.Severity `json:"severity"`
	Stage       *incident.Stage   `json:"stage"`
	Holder      string            `json:"holder" doc:"the unit's name"`
	Due         *time.Time        `json:"due" doc:"of the clock that runs out first"`
	Lamp        incident.Lamp     `json:"lamp"`
	Returns     int               `json:"returns"`
	Recurrences int               `json:"recurrences" doc:"which time it is, where it came back; else 0"`
	Until       *time.Time        `json:"until" doc:"of a suspension"`
	ReportedAt  time.Time         `json:"reported_at"`
}

// A BriefingPart is one list of a briefing, cut at a page's length.
type BriefingPart struct {
	Total int            `json:"total"`
	Items []BriefingLine `json:"items" doc:"40 at most"`
}

func (p *BriefingPart) add(f casefile.File) {
	if p.Total++; len(p.Items) >= duty.ListLength {
		return
	}
	l := lineOf(f)
	listed := f.Listed()
	line := BriefingLine{
		ID: f.ID, Number: f.Number, Matter: l.Matter, Description: listed.Description, Address: listed.Location.Address, Severity: f.Severity,
		Stage: f.Stage, Holder: l.Holder, Due: l.Due, Lamp: f.Lamp, Returns: f.Returns, Until: l.Until, ReportedAt: f.ReportedAt,
	}
	if f.Recurrence != nil {
		line.Recurrences = f.Recurrence.Count
	}
	p.Items = append(p.Items, line)
}

// A Briefing is the duty leader's page.
type Briefing struct {
	Desk         DeskRef      `json:"desk"`
	AsOf         time.Time    `json:"as_of"`
	Position     int64        `json:"position"`
	NightFrom    time.Time    `json:"night_from" doc:"of the last night, or of this one"`
	NightTo      time.Time    `json:"night_to"`
	Open         int          `json:"open"`
	Overnight    BriefingPart `json:"overnight_urgent" doc:"urgent, reported in the night"`
	TurningRed   BriefingPart `json:"turning_red" doc:"that fall due before midnight"`
	Returned     BriefingPart `json:"returned_twice"`
	Repeated     BriefingPart `json:"repeated" doc:"that came back after closing"`
	Expiring     BriefingPart `json:"suspensions_expiring" doc:"within three days"`
	Refused      BriefingPart `json:"calls_refused"`
	Unanswered   BriefingPart `json:"supervised_unanswered"`
	WaitingTotal int          `json:"waiting" doc:"came in outside the desk's hours and waits"`
}

// expiring is how long before its end a suspension is brought up (D).
const expiring = 3 * 24 * time.Hour

func (s *server) briefing(ctx context.Context, r *Request, q deskQuery) (Briefing, error) {
	desk, err := s.desk(r, q.Desk, inQuery("desk"))
	if err != nil {
		return Briefing{}, err
	}
	if err := s.await(ctx, "casebook", q.MinPosition); err != nil {
		return Briefing{}, err
	}
	now := s.Now()
	night := duty.TurnAt(now)
	if night.Shift == duty.DayShift {
		night = night.Before()
	}
	y, m, d := now.In(deadline.CST).Date()
	midnight := time.Date(y, m, d+1, 0, 0, 0, 0, deadline.CST)
	hours, days := s.hoursOf(desk), s.reference().Days

	out := Briefing{
		Desk: DeskRef{desk.Code, desk.Name, desk.Tier}, AsOf: now, NightFrom: night.From(), NightTo: night.To(),
	}
	parts := []*BriefingPart{&out.Overnight, &out.TurningRed, &out.Returned, &out.Repeated, &out.Expiring, &out.Refused, &out.Unanswered}
	for _, p := range parts {
		p.Items = []BriefingLine{}
	}
	out.Position, err = s.openAt(ctx, desk, func(f casefile.File) {
		out.Open++
		if urgent(f) && !f.ReportedAt.Before(night.From()) && f.ReportedAt.Before(night.To()) {
			out.Overnight.add(f)
		}
		if turnsRed(f, now, midnight) {
			out.TurningRed.add(f)
		}
		if f.Returns >= 2 {
			out.Returned.add(f)
		}
		if f.Recurrence != nil {
			out.Repeated.add(f)
		}
		if f.Suspension != nil && f.Suspension.Until.Before(now.Add(expiring)) {
			out.Expiring.add(f)
		}
		if slices.ContainsFunc(f.Calls, func(c casefile.Call) bool { return c.Answered == casefile.Refused }) {
			out.Refused.add(f)
		}
		if slices.ContainsFunc(f.Supervisions, func(x casefile.Supervision) bool { return x.RepliedAt == nil }) {
			out.Unanswered.add(f)
		}
		if waits(f, desk.Code, hours, days) {
			out.WaitingTotal++
		}
	})
	return out, err
}

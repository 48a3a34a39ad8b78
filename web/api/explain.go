package api

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
)

// DueExplained says how the deadlines that a fact set were reckoned.
type DueExplained struct {
	Stage  *DeadlineExplained `json:"stage,omitempty"`
	Total  *DeadlineExplained `json:"total,omitempty"`
	Accept *DeadlineExplained `json:"accept,omitempty"`
	Arrive *DeadlineExplained `json:"arrive,omitempty"`
	Review *DeadlineExplained `json:"review,omitempty"`
}

// A DeadlineExplained is a deadline with every stretch of time that was counted. The
// stretches of a limit add up to it.
type DeadlineExplained struct {
	From     time.Time        `json:"from"`
	Due      *time.Time       `json:"due"`
	Warn     *time.Time       `json:"warn,omitempty"`
	Limits   []deadline.Limit `json:"limits"`
	Calendar string           `json:"calendar,omitempty" doc:"version"`
	Rules    string           `json:"limit_version,omitempty" doc:"version of the policy and catalogue that the limits are from"`
	Missing  int              `json:"missing,omitempty" doc:"the year whose calendar is not published, where due is null"`
	Given    bool             `json:"given,omitempty" doc:"set from outside, not reckoned"`
	Pauses   []deadline.Pause `json:"pauses,omitempty"`
	Periods  []CountedPeriod  `json:"periods"`
	Sum      int64            `json:"sum_seconds" doc:"of the periods"`
	Sentence string           `json:"sentence" doc:"all of this in one Chinese sentence"`
}

// A CountedPeriod is a stretch of time that was counted toward a limit.
type CountedPeriod struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Day   string    `json:"day" doc:"in the district, on which it begins"`
	Limit int       `json:"limit" doc:"index into limits; -1: the time that was set from outside"`
}

// What the clocks are called in sentences.
const (
	stageWord  = "环节时限"
	totalWord  = "总时限"
	acceptWord = "签收时限"
	arriveWord = "报到时限"
	reviewWord = "审核时限"
	returnWord = "退单时限"
)

// explain says of a deadline how it came about. ref is the reference data that the
// limits were taken from.
func (s *server) explain(word string, d *deadline.Deadline, ref *reference.Reference) *DeadlineExplained {
	if d == nil || d.From.IsZero() {
		return nil
	}
	out := &DeadlineExplained{
		From: d.From, Due: d.Due, Warn: d.Warn, Limits: d.Limits, Calendar: d.Calendar, Missing: d.Missing,
		Given: d.Given, Pauses: d.Pauses, Periods: []CountedPeriod{},
	}
	if out.Limits == nil {
		out.Limits = []deadline.Limit{}
	} else {
		out.Rules = ref.Policy.Version + " " + ref.Matters.Version()
	}
	// By the calendar it was reckoned with, whatever the calendar is now.
	days := s.Reference.Calendar(d.Calendar)
	if days == nil {
		days = s.reference().Days
	}
	for _, p := range days.Explain(*d) {
		out.Periods = append(out.Periods, CountedPeriod{
			From: p.From, To: p.To, Day: p.From.In(deadline.CST).Format(time.DateOnly), Limit: p.Limit,
		})
		out.Sum += int64(p.To.Sub(p.From) / time.Second)
	}
	out.Sentence = sentence(word, out)
	return out
}

// limitWords are the labels of units of limits.
var limitWords = map[deadline.Unit]string{
	deadline.UrgentMinutes: "分钟", deadline.UrgentHours: "紧急工作时", deadline.UrgentDays: "紧急工作日",
	deadline.WorkingHours: "工作时", deadline.WorkingDays: "工作日", deadline.NaturalDays: "自然日",
}

// mostDays is how many days a sentence counts one by one.
const mostDays = 3

// sentence says it as people do: 总时限 4 工作时，11月23日 16:30 起算，当日计 1.5 工作时，次日计
// 2.5 工作时，截止 11月24日 10:30。
func sentence(word string, d *DeadlineExplained) string {
	parts := []string{word}
	if len(d.Limits) > 0 {
		limits := make([]string, len(d.Limits))
		for i, l := range d.Limits {
			limits[i] = strconv.Itoa(l.N) + " " + limitWords[l.Unit]
		}
		parts[0] += " " + strings.Join(limits, "＋")
	}
	if d.Given {
		parts = append(parts, "由来件方给定")
	}
	parts = append(parts, clockOf(d.From)+" 起算")
	for _, p := range d.Pauses {
		parts = append(parts, clockOf(p.From)+" 至 "+clockOf(p.To)+" 停表")
	}
	parts = append(parts, daysOf(d)...)
	switch {
	case d.Due != nil:
		parts = append(parts, "截止 "+clockOf(*d.Due))
	case d.Missing != 0:
		parts = append(parts, strconv.Itoa(d.Missing)+"年节假日安排尚未公布，时限为暂定")
	}
	return strings.Join(parts, "，") + "。"
}

// daysOf counts what each day gave. Long stretches are counted together after the
// first days.
func daysOf(d *DeadlineExplained) []string {
	type share struct {
		day    string
		counts string // what its hours are called
		time   time.Duration
	}
	var shares []share
	for _, p := range d.Periods {
		unit := deadline.NaturalDays
		if p.Limit >= 0 && p.Limit < len(d.Limits) {
			unit = d.Limits[p.Limit].Unit
		}
		for from := p.From.In(deadline.CST); from.Before(p.To); {
			y, m, day := from.Date()
			to := time.Date(y, m, day+1, 0, 0, 0, 0, deadline.CST)
			if to.After(p.To) {
				to = p.To
			}
			next := share{from.Format(time.DateOnly), hourWord(unit), to.Sub(from)}
			if n := len(shares); n > 0 && shares[n-1].day == next.day && shares[n-1].counts == next.counts {
				shares[n-1].time += next.time
			} else {
				shares = append(shares, next)
			}
			from = to
		}
	}
	first := d.From.In(deadline.CST)
	var parts []string
	for i, sh := range shares {
		if i == mostDays && len(shares) > mostDays+1 {
			rest := map[string]time.Duration{}
			var order []string
			for _, late := range shares[i:] {
				if _, known := rest[late.counts]; !known {
					order = append(order, late.counts)
				}
				rest[late.counts] += late.time
			}
			for j, counts := range order {
				order[j] = hours(rest[counts]) + " " + counts
			}
			return append(parts, "其后计 "+strings.Join(order, "、"))
		}
		parts = append(parts, dayWord(first, sh.day)+"计 "+hours(sh.time)+" "+sh.counts)
	}
	return parts
}

// hourWord is what an hour that counts toward a limit is called.
func hourWord(u deadline.Unit) string {
	switch {
	case u.Working():
		return limitWords[deadline.WorkingHours]
	case u.Urgent():
		return limitWords[deadline.UrgentHours]
	}
	return "小时"
}

// dayWord is what a day is called, seen from the day on which the clock began.
func dayWord(first time.Time, day string) string {
	switch day {
	case first.Format(time.DateOnly):
		return "当日"
	case first.AddDate(0, 0, 1).Format(time.DateOnly):
		return "次日"
	}
	at, err := time.ParseInLocation(time.DateOnly, day, deadline.CST)
	if err != nil {
		return day
	}
	return fmt.Sprintf("%d月%d日", at.Month(), at.Day())
}

// hours writes 1.5, with two decimals at most.
func hours(d time.Duration) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(d.Hours(), 'f', 2, 64), "0"), ".")
}

// clockOf writes a time as the district reads it.
func clockOf(t time.Time) string {
	t = t.In(deadline.CST)
	return fmt.Sprintf("%d月%d日 %s", t.Month(), t.Day(), t.Format("15:04"))
}

// Deadlines are the clocks of an incident that run, each explained.
type Deadlines struct {
	Stage     *DeadlineExplained `json:"stage" doc:"null: not open"`
	Total     *DeadlineExplained `json:"total" doc:"null: not filed, or not open"`
	Accept    *DeadlineExplained `json:"accept" doc:"until when to sign for it; null: nobody has to"`
	Return    *DeadlineExplained `json:"return" doc:"until when the holder may return it; null: it may not, or always"`
	Suspended bool               `json:"suspended" doc:"then the deadlines hold if it resumes as planned"`
	At        time.Time          `json:"at"`
	Position  int64              `json:"position" doc:"of the incident's last fact"`
}

func (s *server) deadlines(_ context.Context, r *Request, _ none) (Deadlines, error) {
	state := r.Case.State
	out := Deadlines{Suspended: state.Pause != nil, At: s.Now(), Position: r.Case.File.Position}
	if state.Status != incident.StatusOpen {
		return out, nil
	}
	// The data that a limit was taken from is that of the moment the clock began.
	of := func(word string, d *deadline.Deadline) *DeadlineExplained {
		if d == nil {
			return nil
		}
		return s.explain(word, d, s.Reference.At(d.From))
	}
	out.Stage, out.Total = of(stageWord, &state.Deadline), of(totalWord, state.Total)
	if state.Stage == incident.Handling {
		if !state.Accepted {
			out.Accept = of(acceptWord, &state.AcceptBy)
		}
		out.Return = of(returnWord, &state.ReturnBy)
	}
	return out, nil
}

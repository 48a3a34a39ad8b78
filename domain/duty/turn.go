package duty

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/deadline"
)

// Shift is which half of a desk's day it is.
type Shift string

// The shifts.
const (
	DayShift   Shift = "day"   // 08:00 to 20:00
	NightShift Shift = "night" // 20:00 to 08:00 of the next day
)

// Shifts holds both shifts.
var Shifts = []Shift{DayShift, NightShift}

// Shifts change at these hours.
const morning, evening = 8, 20

// A Turn is one shift of one day: a night belongs to the day on which it begins.
type Turn struct {
	Day   string `json:"day"` // 2026-11-23
	Shift Shift  `json:"shift"`
}

// TurnAt returns the turn in which t lies.
func TurnAt(t time.Time) Turn {
	t = t.In(deadline.CST)
	switch h := t.Hour(); {
	case h < morning:
		return Turn{Day: t.AddDate(0, 0, -1).Format(time.DateOnly), Shift: NightShift}
	case h < evening:
		return Turn{Day: t.Format(time.DateOnly), Shift: DayShift}
	}
	return Turn{Day: t.Format(time.DateOnly), Shift: NightShift}
}

// TurnFrom returns the turn that begins at t, if shifts change then.
func TurnFrom(t time.Time) (Turn, bool) {
	turn := TurnAt(t)
	return turn, turn.From().Equal(t)
}

// From returns when the turn begins.
func (t Turn) From() time.Time {
	day, err := time.ParseInLocation(time.DateOnly, t.Day, deadline.CST)
	if err != nil {
		return time.Time{} // no day: it was over long ago
	}
	if t.Shift == NightShift {
		return day.Add(evening * time.Hour)
	}
	return day.Add(morning * time.Hour)
}

// To returns when the turn ends.
func (t Turn) To() time.Time { return t.From().Add(12 * time.Hour) }

// Next returns the turn that follows.
func (t Turn) Next() Turn { return TurnAt(t.To()) }

// Before returns the turn that went before.
func (t Turn) Before() Turn { return TurnAt(t.From().Add(-time.Minute)) }

const momentForm = "20060102-1504"

// HandoverID names the change of shifts at a desk: 440114002-20261123-2000.
func HandoverID(desk string, moment time.Time) string {
	return desk + "-" + moment.In(deadline.CST).Format(momentForm)
}

// ParseHandoverID returns the desk and the moment that an id names.
func ParseHandoverID(id string) (desk string, moment time.Time, ok bool) {
	at := len(id) - len(momentForm) - 1
	if at <= 0 || id[at] != '-' {
		return "", time.Time{}, false
	}
	moment, err := time.ParseInLocation(momentForm, id[at+1:], deadline.CST)
	return id[:at], moment, err == nil && HandoverID(id[:at], moment) == id
}

// A Span is a stretch of a day in minutes after midnight; one that ends beyond 1,440
// goes on into the next day.
type Span struct{ From, To int }

// Clock returns both ends as a clock shows them.
func (s Span) Clock() (from, to string) {
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60%24, m%60) }
	return clock(s.From), clock(s.To)
}

func (s Span) String() string {
	from, to := s.Clock()
	return from + "–" + to
}

var spanForm = regexp.MustCompile(`([01]\d|2[0-3]):([0-5]\d)–([01]\d|2[0-3]):([0-5]\d)`)

// ParseSpans finds the stretches that a text names, like 08:30–12:00.
func ParseSpans(text string) []Span {
	var spans []Span
	for _, m := range spanForm.FindAllStringSubmatch(text, -1) {
		var n [4]int
		for i, digits := range m[1:] {
			n[i], _ = strconv.Atoi(digits) // two digits, by the form
		}
		s := Span{From: n[0]*60 + n[1], To: n[2]*60 + n[3]}
		if s.To <= s.From {
			s.To += 24 * 60
		}
		spans = append(spans, s)
	}
	return spans
}

// Hours are when a desk is attended, outside which what comes in waits.
type Hours struct {
	Text     string // as the table has it
	Spans    []Span
	Workdays bool // only on working days
}

// HoursOf reads a row of shifts. A hall that is staffed round the clock has its first
// shift as its hours: at night the units it would send to are closed. It is attended
// every day; other desks on working days.
func HoursOf(text string) Hours {
	spans := ParseSpans(text)
	sum := 0
	for _, s := range spans {
		sum += s.To - s.From
	}
	if sum >= 24*60 {
		return Hours{Text: text, Spans: spans[:1]}
	}
	return Hours{Text: text, Spans: spans, Workdays: true}
}

// Has tells whether the desk is attended at t. A day of which the calendar does not
// know whether people work counts by its weekday.
func (h Hours) Has(t time.Time, days *deadline.Calendar) bool {
	t = t.In(deadline.CST)
	works, published := days.IsWorkday(t)
	if !published {
		works = t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
	}
	if h.Workdays && !works {
		return false
	}
	minute := t.Hour()*60 + t.Minute()
	for _, s := range h.Spans {
		if minute >= s.From && minute < s.To || minute+24*60 < s.To {
			return true
		}
	}
	return false
}

// String lists the spans.
func (h Hours) String() string {
	texts := make([]string, len(h.Spans))
	for i, s := range h.Spans {
		texts[i] = s.String()
	}
	return strings.Join(texts, "、")
}

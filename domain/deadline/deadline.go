// Package deadline keeps one promise: a deadline is a pure function of a start, a
// limit, the pauses and a calendar, and can say how it was reached.
//
// Urgent limits and natural days run day and night. Working limits run only
// inside the working periods (08:00–12:00 and 14:00–18:00, China Standard Time) of
// working days; a working day is 8 working hours. A deadline that falls exactly
// at the end of a period is that end. Past the last published year there is no
// deadline, and the answer says which year is missing.
package deadline

import (
	"fmt"
	"time"
)

// CST is China Standard Time, UTC+8, in which calendars are written.
var CST = time.FixedZone("CST", 8*60*60)

// Unit is the unit of a limit. The text is what is stored.
type Unit string

// The limit units.
const (
	UrgentMinutes Unit = "urgent_minutes"
	UrgentHours   Unit = "urgent_hours"
	UrgentDays    Unit = "urgent_days"
	WorkingHours  Unit = "working_hours"
	WorkingDays   Unit = "working_days"
	NaturalDays   Unit = "natural_days"
)

// Units holds every unit.
var Units = []Unit{UrgentMinutes, UrgentHours, UrgentDays, WorkingHours, WorkingDays, NaturalDays}

// Urgent tells whether u runs day and night because the matter is urgent.
func (u Unit) Urgent() bool { return u == UrgentMinutes || u == UrgentHours || u == UrgentDays }

// Working tells whether u counts working time only.
func (u Unit) Working() bool { return u == WorkingHours || u == WorkingDays }

// A Limit is an amount of time in one unit, e.g. 4 working_hours.
type Limit struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

func (l Limit) String() string { return fmt.Sprintf("%d %s", l.N, l.Unit) }

// IsZero tells whether there is no limit.
func (l Limit) IsZero() bool { return l.N == 0 }

// A Pause stops a clock from From to To.
type Pause struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// A Deadline is when something is due, with what it was reckoned from. It is
// stored in facts, so that a later calendar never rewrites the past.
type Deadline struct {
	From     time.Time  `json:"from"`
	Limits   []Limit    `json:"limits,omitempty"`   // one, or a chain in which each begins where the last ended
	Warn     *time.Time `json:"warn,omitempty"`     // when the policy's share (80 %) of the limit is used up
	Due      *time.Time `json:"due"`                // nil: the calendar ends before it
	Calendar string     `json:"calendar,omitempty"` // version of the calendar
	Missing  int        `json:"missing,omitempty"`  // the year that is not published, when Due is nil
	Given    bool       `json:"given,omitempty"`    // set from outside, not reckoned
	Pauses   []Pause    `json:"pauses,omitempty"`   // counted out
}

// A Period is a stretch of time that was counted toward a limit.
type Period struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Limit int       `json:"limit"` // index into the deadline's limits
}

// A Calendar says which days are working days. It is immutable.
type Calendar struct {
	version     string
	exceptions  map[civil]bool // day → works, where it differs from Monday–Friday
	first, last int            // published years
}

// civil is a day in [CST].
type civil struct {
	year  int
	month time.Month
	day   int
}

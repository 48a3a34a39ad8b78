// Package deadline keeps one promise: a deadline is a pure function of a start, a
// limit, the pauses and a calendar, and can say how it was reached.
//
// Urgent limits and natural days run day and night; a day of theirs is 24 hours
// from the moment it starts. Working limits run only inside the working periods
// (08:00–12:00 and 14:00–18:00, China Standard Time) of working days; a working day
// is 8 working hours, and a start outside a period counts from the next one. A
// deadline that falls exactly at the end of a period is that end. Where a working
// limit needs a year that is not published there is no deadline, and the answer
// says which year is missing.
package deadline

import "time"

// CST is China Standard Time, UTC+8, in which calendars are written.
var CST = time.FixedZone("CST", 8*60*60)

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
	Due      *time.Time `json:"due"`                // nil: the calendar ends before it; then Warn is nil too
	Calendar string     `json:"calendar,omitempty"` // version of the calendar
	Missing  int        `json:"missing,omitempty"`  // the year that is not published, when Due is nil
	Given    bool       `json:"given,omitempty"`    // set from outside, not reckoned; Limits are what was added to it
	Set      *time.Time `json:"set,omitempty"`      // Given, then extended or paused: the due time that was set
	Pauses   []Pause    `json:"pauses,omitempty"`   // counted out
}

// A Period is a stretch of time that was counted toward a limit.
type Period struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Limit int       `json:"limit"` // index into the deadline's limits; -1: the time that was set from outside
}

// Package figures says what is counted, and keeps it to facts: every figure is a
// number of facts, each counted on the day it came true, for the place, unit,
// matter, source and tier it then concerned. No clock is read and nothing is
// estimated, so a sum over any days is the same whenever it is asked for.
//
// A stage's run begins when an incident comes to a stage and ends when it leaves
// it. It is judged once: on time, on the day its work was done, if the deadline had
// not passed; or expired, on the day of the deadline. From this follow the
// denominators:
//
//	to be done in a period = on time + expired   (e.g. to be handled)
//	overdue, still undone  = expired − late
//
// where late counts work done after the deadline, on the day of the deadline, beside
// the expiry it makes good. The total clock is judged likewise, at closing. A run
// whose deadline the calendar does not reach is not judged, nor is one that ended
// otherwise (returned, escalated, voided) before its deadline.
package figures

import (
	"fmt"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
)

// A Figure is something counted. The text is what is stored.
type Figure string

// The figures, each with the fact it counts and the unit it is counted for.
const (
	Reported          Figure = "reported"           // reported; the intake desk
	ReportedInspector Figure = "reported.inspector" // of these, by inspectors
	ReportedPublic    Figure = "reported.public"    // of these, by hotline and citizens
	Filed             Figure = "filed"              // filed; the desk that did
	FiledOnTime       Figure = "filed.on_time"      // of these, before intake's deadline
	FiledInspector    Figure = "filed.inspector"    // of these, for the first time and reported by inspectors
	Declined          Figure = "declined"           // declined; the desk that did
	Voided            Figure = "voided"             // voided; the unit that held it
	VoidedFiled       Figure = "voided.filed"       // of these, after having been filed
	Dispatched        Figure = "dispatched"         // dispatched or transferred to a handling unit; that unit
	Dispatches        Figure = "dispatches"         // the same; the desk that did
	Misdispatched     Figure = "misdispatched"      // returned as misdispatched; the desk it came back to
	SignedOnTime      Figure = "signed.on_time"     // signed for within its own limit; the unit
	Handled           Figure = "handled"            // handled; the unit
	Returned          Figure = "returned"           // returned, also a delegated one sent up as not ours; the unit
	Reworked          Figure = "reworked"           // failed its check; the unit that handles it again
	Escalated         Figure = "escalated"          // escalated; the desk or station that gave it up
	Closed            Figure = "closed"             // closed; the unit that handled it, else the intake desk
	Reopened          Figure = "reopened"           // reopened; the intake desk
)

// OnTime, Late and Expired name the judgements of a stage's run; the unit is the
// one that held it.
func OnTime(s incident.Stage) Figure  { return Figure(s) + ".on_time" }
func Late(s incident.Stage) Figure    { return Figure(s) + ".late" }
func Expired(s incident.Stage) Figure { return Figure(s) + ".expired" }

// The judgements of the total clock; the unit is the one that handled, else the
// intake desk.
const (
	TotalOnTime  Figure = "total.on_time"
	TotalLate    Figure = "total.late"
	TotalExpired Figure = "total.expired"
)

// ReturnedFor counts returns by their code.
func ReturnedFor(c incident.ReturnCode) Figure { return Returned + "." + Figure(c) }

// Day is a day in China Standard Time, as "2026-11-23".
type Day string

// DayOf returns the day of t.
func DayOf(t time.Time) Day { return Day(t.In(deadline.CST).Format(time.DateOnly)) }

// Dims are what a figure is counted by.
type Dims struct {
	Day       Day
	Street    string // where its people may see it; empty: outside every grid, or for the district's eyes only
	Community string
	Unit      string
	Matter    string // scheme/kind/code
	Source    incident.Source
	Tier      jurisdiction.Tier
}

// A Count adds one to a figure.
type Count struct {
	Dims
	Figure Figure
}

// counter collects the counts of one step.
type counter struct {
	day           Day
	before, after casefile.File
	counts        []Count
}

// Of returns what one fact counts for.
func Of(s casefile.Step) []Count {
	c := &counter{day: DayOf(s.Record.At), before: s.Before, after: s.After}
	switch e := s.Event.(type) {
	case incident.Reported:
		// Counted with Routed, which follows at once and says whose it is.
	case incident.Routed:
		c.now(c.after, c.after.IntakeDesk, Reported)
		switch {
		case c.after.Source == incident.FromInspector:
			c.now(c.after, c.after.IntakeDesk, ReportedInspector)
		case c.after.Source.Public():
			c.now(c.after, c.after.IntakeDesk, ReportedPublic)
		}
	case incident.Confirmed, incident.Refuted:
		c.done(incident.Verifying)
	case incident.Filed:
		c.now(c.after, holder(c.before), Filed)
		if c.before.StageMark != casefile.Expired {
			c.now(c.after, holder(c.before), FiledOnTime)
		}
		if e.First && c.after.Source == incident.FromInspector {
			c.now(c.after, holder(c.before), FiledInspector)
		}
		c.done(incident.Intake)
	case incident.Declined:
		c.now(c.before, holder(c.before), Declined)
		c.done(incident.Intake)
	case incident.Dispatched:
		c.now(c.after, holder(c.after), Dispatched)
		c.now(c.before, holder(c.before), Dispatches)
		c.done(incident.Dispatching)
	case incident.Delegated:
		c.done(incident.Dispatching)
	case incident.Accepted:
		if !e.Late {
			c.now(c.before, holder(c.before), SignedOnTime)
		}
	case incident.Handled:
		c.now(c.before, e.Unit, Handled)
		c.done(incident.Handling)
	case incident.Returned:
		c.now(c.before, holder(c.before), Returned)
		c.now(c.before, holder(c.before), ReturnedFor(e.Code))
		if e.Code == incident.Misdispatched {
			c.now(c.after, holder(c.after), Misdispatched)
		}
	case incident.Transferred:
		if *c.after.Stage == incident.Handling {
			c.now(c.after, holder(c.after), Dispatched)
			c.now(c.after, e.Desk, Dispatches)
		}
	case incident.Escalated:
		c.now(c.before, holder(c.before), Escalated)
		if e.Returns {
			c.now(c.before, holder(c.before), Returned)
			c.now(c.before, holder(c.before), ReturnedFor(incident.NotOurDuty))
		}
	case incident.Passed:
		c.done(incident.Checking)
	case incident.Failed:
		c.now(c.after, holder(c.after), Reworked)
		c.done(incident.Checking)
	case incident.Closed:
		c.now(c.before, answers(c.before), Closed)
		c.done(incident.Closing)
		switch {
		case c.before.TotalMark == casefile.Expired:
			c.on(expiry(*c.before.TotalClock), c.before, answers(c.before), TotalLate)
		case c.before.TotalClock != nil && c.before.TotalClock.Due != nil:
			c.now(c.before, answers(c.before), TotalOnTime)
		}
	case incident.Reopened:
		c.now(c.after, c.after.IntakeDesk, Reopened)
	case incident.Voided:
		c.now(c.before, holder(c.before), Voided)
		if c.before.FiledAt != nil {
			c.now(c.before, holder(c.before), VoidedFiled)
		}
	case incident.Commented, incident.Attached, incident.Warned:
	case incident.Expired:
		if e.Clock == incident.TotalClock {
			c.now(c.before, answers(c.before), TotalExpired)
		} else {
			c.now(c.before, holder(c.before), Expired(e.Stage))
		}
	default:
		panic(fmt.Sprintf("figures: unhandled event %T", e))
	}
	return c.counts
}

// done judges the run of a stage whose work is done.
func (c *counter) done(stage incident.Stage) {
	b := c.before
	switch {
	case b.Stage == nil || *b.Stage != stage: // done without a run of its own, e.g. handled on the spot
		c.now(b, holder(b), OnTime(stage))
	case b.StageMark == casefile.Expired:
		c.on(expiry(b.StageClock), b, holder(b), Late(stage))
	case b.StageClock.Due != nil:
		c.now(b, holder(b), OnTime(stage))
	}
}

// expiry is the day a clock expired: that of its deadline, or of its beginning if a
// deadline given from outside was over before.
func expiry(d deadline.Deadline) Day {
	if d.Due.Before(d.From) {
		return DayOf(d.From)
	}
	return DayOf(*d.Due)
}

func (c *counter) now(f casefile.File, unit string, figure Figure) { c.on(c.day, f, unit, figure) }

func (c *counter) on(day Day, f casefile.File, unit string, figure Figure) {
	d := Dims{Day: day, Street: f.Seen.Street, Community: f.Seen.Community, Unit: unit, Source: f.Source, Tier: f.Tier}
	if f.Matter != nil {
		d.Matter = f.Matter.Key()
	}
	c.counts = append(c.counts, Count{d, figure})
}

func holder(f casefile.File) string {
	if f.Holder == nil {
		return ""
	}
	return f.Holder.Unit
}

// answers is the unit that a total time is held against.
func answers(f casefile.File) string {
	if f.Unit != "" {
		return f.Unit
	}
	return f.IntakeDesk
}

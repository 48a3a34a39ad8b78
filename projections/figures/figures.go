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
// otherwise (returned, escalated, brought to coordination, voided) before its
// deadline. An expiry falls on who had the incident then, whoever has it when the work
// is done.
//
// A figure falls on a unit and on a person: the account that acted, or that did the work
// which is judged. What falls on nobody, as what the workflow does and most expiries, has
// no person. Late work falls on whom its expiry fell on.
//
// Where a run is judged, its length is kept in whole minutes: how long it took until the
// work was done, less what stood still.
//
// An appeal that is upheld takes nothing away: it counts once more, as exempt, what is
// no longer held against the unit, in the very place and on the very day where it was
// counted first. The reading "exempted" is the facts less what is exempt.
package figures

import (
	"fmt"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
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
	Signed            Figure = "signed"             // signed for; the unit
	SignedOnTime      Figure = "signed.on_time"     // of these, within its own limit; likewise
	Handled           Figure = "handled"            // handled; the unit
	Returned          Figure = "returned"           // returned, also a delegated one sent up as not ours; the unit
	Reworked          Figure = "reworked"           // failed its check; the unit that handles it again
	Escalated         Figure = "escalated"          // escalated; the desk or station that gave it up
	Closed            Figure = "closed"             // closed; the unit that handled it, else the intake desk
	Reopened          Figure = "reopened"           // reopened; the intake desk
	Extended          Figure = "extended"           // one more limit granted; the unit
	Suspended         Figure = "suspended"          // suspended; the unit
	Coordinated       Figure = "coordinated"        // brought to coordination; the desk that opened it
	Merged            Figure = "merged"             // ended as another one's duplicate, and counted as reported all the same; the unit that held it
	Unmerged          Figure = "unmerged"           // taken up again; the unit that holds it
	HandedOver        Figure = "handed_over"        // given to an emergency number or another authority; the desk or unit that held it
	Recurred          Figure = "recurred"           // found to be the same as one closed not long before; the intake desk
	Rated             Figure = "rated"              // rated; the unit that handled it, else the intake desk
	Satisfied         Figure = "satisfied"          // of these, with SatisfiedFrom or more; likewise
	SpotChecked       Figure = "spot_checked"       // looked at after closing; the unit that handled it
	False             Figure = "false"              // of these, found not to have been put right; likewise
	Walked            Figure = "walked"             // a grid walked on a day, whoever came there first; the inspector's unit
)

// The stock of suspended incidents, and when they were suspended: these two are added
// when one is suspended and taken away when it runs on, for the same place and unit.
// Their sums from the first day on are how many are suspended, and the sum of the
// seconds of Unix time since when.
const (
	Stock      Figure = "stock.suspended"
	StockSince Figure = "stock.suspended.since"
)

// SatisfiedFrom is the least of five points that counts as satisfied (P): "fairly
// satisfied" is not.
const SatisfiedFrom = 4

// Exempt counts what an upheld appeal takes from the reading "exempted" of f.
func Exempt(f Figure) Figure { return "exempt." + f }

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

// A Count adds to a figure. It comes of one fact, and a fact counts for a figure as often
// as it has counts.
type Count struct {
	Dims
	Figure   Figure
	N        int64               // 1, but for a stock's
	Person   string              // account that it falls on; empty: nobody's
	Position eventstore.Position // of the fact
	Subject  eventstore.Position // of the first fact of the incident or ticket; unique, and never changes
	Minutes  int64               // length of the run that is judged; −1: none is
}

// counter collects the counts of one step.
type counter struct {
	moment        time.Time
	position      eventstore.Position
	by            string
	before, after casefile.File
	counts        []Count
}

// Of returns what one fact counts for. What comes true of an incident while it is
// merged into another counts as if it were not.
func Of(s casefile.Step) []Count {
	c := &counter{
		moment: s.Record.At, position: s.Record.Position, by: casefile.PersonOf(s.Event), before: s.Before.Alone(), after: s.After.Alone(),
	}
	if _, merged := s.Event.(incident.Merged); merged {
		c.after = s.After
	}
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
		if !c.before.StageMark.Has(casefile.Expired) {
			c.now(c.after, holder(c.before), FiledOnTime)
		}
		if e.First && c.after.Source == incident.FromInspector {
			c.on(c.where(c.after, holder(c.before), c.after.ReportedBy), FiledInspector, -1)
		}
		c.done(incident.Intake)
	case incident.Declined:
		c.now(c.before, holder(c.before), Declined)
		c.done(incident.Intake)
	case incident.Dispatched:
		c.dispatched(holder(c.before))
		c.done(incident.Dispatching)
	case incident.Delegated:
		c.done(incident.Dispatching)
	case incident.Accepted:
		c.on(c.where(c.before, holder(c.before), c.by), Signed, ran(c.before.StageClock, c.moment))
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
			unit, person := c.misdispatcher()
			c.on(c.where(c.after, unit, person), Misdispatched, -1)
		}
	case incident.Transferred:
		if e.Stage == incident.Handling {
			c.dispatched(e.Desk)
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
		c.on(c.where(c.after, holder(c.after), c.before.HandledBy), Reworked, -1)
		c.done(incident.Checking)
	case incident.Closed:
		c.answer(c.before, Closed)
		c.done(incident.Closing)
		c.over()
	case incident.Reopened:
		c.now(c.after, c.after.IntakeDesk, Reopened)
	case incident.Voided:
		c.now(c.before, holder(c.before), Voided)
		if c.before.FiledAt != nil {
			c.now(c.before, holder(c.before), VoidedFiled)
		}
	case incident.Expired:
		switch _, again := c.before.Expiry(e.Clock); {
		case again: // its end was moved after it had passed, and passed again: a run is judged once
		case e.Clock == incident.TotalClock:
			c.answer(c.before, TotalExpired)
		default:
			now, _ := c.after.Expiry(e.Clock)
			c.on(c.where(c.before, e.Holder, now.Person), Expired(e.Stage), -1)
		}
	case incident.ExtensionGranted:
		c.now(c.before, holder(c.before), Extended)
	case incident.SuspensionGranted:
		c.now(c.before, holder(c.before), Suspended)
	case incident.CoordinationOpened:
		c.now(c.after, e.Desk, Coordinated)
	case incident.CoordinationConcluded:
		c.dispatched(e.Desk)
		c.done(incident.Coordinating)
	case incident.Merged:
		c.now(c.before, holder(c.before), Merged)
	case incident.Unmerged:
		c.now(c.after, holder(c.after), Unmerged)
	case incident.HandedOver:
		c.now(c.before, holder(c.before), HandedOver)
		c.answer(c.before, Closed)
		c.over()
	case incident.Recurred:
		c.now(c.after, c.after.IntakeDesk, Recurred)
	case incident.Rated:
		c.answer(c.after, Rated)
		if e.Score >= SatisfiedFrom {
			c.answer(c.after, Satisfied)
		}
	case incident.SpotChecked:
		who := c.where(c.before, e.Unit, c.before.HandledBy)
		c.on(who, SpotChecked, -1)
		if !e.Genuine {
			c.on(who, False, -1)
		}
	case incident.AppealUpheld:
		for _, b := range c.before.Exempts(e.Unit, e.Grounds) {
			c.exempted(b)
		}
	case incident.Commented, incident.Attached, incident.Warned, incident.ExtensionRequested, incident.ExtensionRefused,
		incident.SuspensionRequested, incident.SuspensionRefused, incident.Resumed, incident.Endorsed, incident.ReturnRequested,
		incident.ReturnRefused, incident.Recomputed, incident.Lapsed, incident.Helped, incident.Assigned, incident.Called,
		incident.Arrived, incident.CallRefused, incident.Tasked, incident.Urged, incident.Supervised, incident.Replied,
		incident.Appealed, incident.AppealRejected, incident.CallerViewed, incident.Absorbed, incident.Released,
		incident.Corrected, incident.Flagged:
	default:
		panic(fmt.Sprintf("figures: unhandled event %T", e))
	}
	c.stock(s.Before, s.After)
	return c.counts
}

// dispatched counts what a desk gave to a handling unit.
func (c *counter) dispatched(desk string) {
	c.now(c.after, holder(c.after), Dispatched)
	c.now(c.before, desk, Dispatches)
}

// misdispatcher is the desk that a wrong dispatch falls on: the one that dispatched.
func (c *counter) misdispatcher() (unit, person string) {
	if c.before.Dispatcher != "" {
		return c.before.Dispatcher, c.before.DispatchedBy
	}
	return holder(c.after), ""
}

// done judges the run of a stage whose work is done.
func (c *counter) done(stage incident.Stage) {
	b := c.before
	late, expired := b.Expiry(incident.StageClock)
	switch {
	case b.Stage == nil || *b.Stage != stage: // done without a run of its own, e.g. handled on the spot
		c.now(b, holder(b), OnTime(stage))
	case expired:
		c.on(late.Where, Late(stage), ran(b.StageClock, c.moment))
	case b.StageClock.Due != nil:
		c.on(c.where(b, holder(b), c.by), OnTime(stage), ran(b.StageClock, c.moment))
	}
}

// over judges the total clock of an incident that is closed.
func (c *counter) over() {
	b := c.before
	switch late, expired := b.Expiry(incident.TotalClock); {
	case expired:
		c.on(late.Where, TotalLate, ran(*b.TotalClock, c.moment))
	case b.TotalClock != nil && b.TotalClock.Due != nil:
		c.on(c.where(b, b.Answers(), b.AnswersBy()), TotalOnTime, ran(*b.TotalClock, c.moment))
	}
}

// ran is how many whole minutes a run took until it was done, less its pauses.
func ran(d deadline.Deadline, done time.Time) int64 {
	took := done.Sub(d.From)
	for _, p := range d.Pauses {
		took -= max(0, earlier(p.To, done).Sub(p.From))
	}
	return max(0, int64(took/time.Minute))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// exempted counts what is no longer held against a unit, where it was counted first.
func (c *counter) exempted(b casefile.Blame) {
	var these []Figure
	switch b.Ground {
	case incident.TimedOut:
		expired, late := Expired(b.Stage), Late(b.Stage)
		if b.Clock == incident.TotalClock {
			expired, late = TotalExpired, TotalLate
		}
		these = append(these, expired)
		if b.Late {
			these = append(these, late)
		}
	case incident.WasReturned:
		these = []Figure{Returned, ReturnedFor(b.Code)}
	case incident.WasReworked:
		these = []Figure{Reworked}
	}
	for _, f := range these {
		c.on(b.Where, Exempt(f), -1)
	}
}

// stock counts who begins to be suspended and who no longer is, whatever ended it.
func (c *counter) stock(before, after casefile.File) {
	move := func(f casefile.File, by int64) {
		w := *f.SuspendedAs
		since := w.At.Unix()
		w.At = c.moment
		c.add(w, Stock, by, -1)
		c.add(w, StockSince, by*since, -1)
	}
	switch was, is := before.Suspended, after.Suspended; {
	case is && !was:
		move(after, 1)
	case was && !is:
		move(before, -1)
	}
}

// now counts a figure for a unit and whoever acted.
func (c *counter) now(f casefile.File, unit string, figure Figure) {
	c.on(c.where(f, unit, c.by), figure, -1)
}

// answer counts a figure for who answers for the whole of f.
func (c *counter) answer(f casefile.File, figure Figure) {
	c.on(c.where(f, f.Answers(), f.AnswersBy()), figure, -1)
}

func (c *counter) where(f casefile.File, unit, person string) casefile.Where {
	w := casefile.Where{Street: f.Seen.Street, Community: f.Seen.Community, Tier: f.Tier, Unit: unit, Person: person, At: c.moment}
	if f.Matter != nil {
		w.Matter = f.Matter.Key()
	}
	return w
}

// on counts a figure, with the minutes of the run that it judges.
func (c *counter) on(w casefile.Where, figure Figure, minutes int64) { c.add(w, figure, 1, minutes) }

func (c *counter) add(w casefile.Where, figure Figure, n, minutes int64) {
	c.counts = append(c.counts, Count{
		Dims:   Dims{DayOf(w.At), w.Street, w.Community, w.Unit, w.Matter, c.after.Source, w.Tier},
		Figure: figure, N: n, Person: w.Person, Position: c.position, Subject: eventstore.Position(c.after.First), Minutes: minutes,
	})
}

func holder(f casefile.File) string {
	if f.Holder == nil {
		return ""
	}
	return f.Holder.Unit
}

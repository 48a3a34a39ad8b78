package incident

import (
	"slices"
	"time"

	"gridcommand/domain/deadline"
)

// The kinds of timer, and of the mark that one leaves.
const (
	WarnedKind  = "warned"
	ExpiredKind = "expired"
)

// A Timer is a moment at which a running clock has something to say.
type Timer struct {
	Clock Clock
	Kind  string    // WarnedKind or ExpiredKind
	At    time.Time // when it fires, by the ledger's clock
	Due   time.Time // the deadline it was set for: it names the run of the clock
}

// Command returns what the timer says when it fires.
func (t Timer) Command() Command {
	if t.Kind == WarnedKind {
		return Warn{Clock: t.Clock, Due: t.Due}
	}
	return Expire{Clock: t.Clock, Due: t.Due}
}

// Workflow is the actor behind timers and behind deadlines that passed unsaid.
var Workflow = Actor{Person: "system:workflow"}

// Timers returns the timers still to fire, the earliest first. A clock that has
// expired has nothing more to say; one whose deadline is not published says nothing.
func (s State) Timers() []Timer {
	if s.Status != StatusOpen {
		return nil
	}
	timers := s.timersOf(StageClock, s.Deadline)
	if s.Total != nil {
		timers = append(timers, s.timersOf(TotalClock, *s.Total)...)
	}
	slices.SortStableFunc(timers, func(a, b Timer) int { return a.At.Compare(b.At) })
	return timers
}

func (s State) timersOf(c Clock, d deadline.Deadline) []Timer {
	if d.Due == nil || s.Marked[Mark{c, ExpiredKind}] {
		return nil
	}
	expire := Timer{Clock: c, Kind: ExpiredKind, At: *d.Due, Due: *d.Due}
	if expire.At.Before(d.From) {
		// A due time given from outside may be over before the clock begins.
		expire.At = d.From
	}
	if d.Warn == nil || s.Marked[Mark{c, WarnedKind}] {
		return []Timer{expire}
	}
	return []Timer{{Clock: c, Kind: WarnedKind, At: *d.Warn, Due: *d.Due}, expire}
}

// Lamp returns the worst lamp of the clocks: of those that run, or of those that
// ran last. It follows from facts, not from the time of day.
func (s State) Lamp() Lamp {
	switch {
	case s.Marked[Mark{StageClock, ExpiredKind}], s.Marked[Mark{TotalClock, ExpiredKind}]:
		return Red
	case s.Marked[Mark{StageClock, WarnedKind}], s.Marked[Mark{TotalClock, WarnedKind}]:
		return Yellow
	}
	return Green
}

// waits tells whether a timer of that deadline is still to fire and its moment has come.
func (s State) waits(c Clock, kind string, due, now time.Time) bool {
	t, found := s.timer(c, kind, due)
	return found && !now.Before(t.At)
}

func (s State) timer(c Clock, kind string, due time.Time) (Timer, bool) {
	for _, t := range s.Timers() {
		if t.Clock == c && t.Kind == kind && t.Due.Equal(due) {
			return t, true
		}
	}
	return Timer{}, false
}

// spokenAt returns the time an order counts from. A timer speaks of the moment it
// was set for, however late it comes.
func (s State) spokenAt(o Order) time.Time {
	var t Timer
	switch c := o.Command.(type) {
	case Warn:
		t, _ = s.timer(c.Clock, WarnedKind, c.Due)
	case Expire:
		t, _ = s.timer(c.Clock, ExpiredKind, c.Due)
	default:
		return o.At
	}
	if t.At.IsZero() || t.At.After(o.At) {
		return o.At // it is not waited for: [State.overtook]
	}
	return t.At
}

// missed returns what the timers of deadlines before now should have said, in
// order of time.
func (s State) missed(now time.Time) []Event {
	var missed []Event
	for _, t := range s.Timers() {
		if t.Kind == ExpiredKind && t.At.Before(now) {
			missed = append(missed, Expired{
				Fact: Fact{At: t.At, By: Workflow}, Clock: t.Clock, Stage: s.Stage, Holder: s.Holder, Due: t.Due,
			})
		}
	}
	return missed
}

// urgent tells whether the short limits count: for what is grave, or filed (before
// filing: reported) under a criterion whose limit runs day and night.
func (s State) urgent(o Order) bool {
	limit := s.Limit
	if limit.IsZero() {
		c, _ := o.Matters.Criterion(s.Criterion)
		limit = c.Limit
	}
	return s.Severity == Urgent || s.Severity == Major || limit.Unit.Urgent()
}

// limit returns how long a stage may take.
func (s State) limit(o Order, stage Stage) deadline.Limit {
	if stage == Handling {
		return s.Limit
	}
	return o.Policy.StageLimits[stage].of(s.urgent(o))
}

func (l StageLimit) of(urgent bool) deadline.Limit {
	if urgent && !l.Urgent.IsZero() {
		return l.Urgent
	}
	return l.Normal
}

// stageDeadline returns the end of a stage that begins now. Handling ends when the
// world outside says so, where it said.
func (s State) stageDeadline(o Order, stage Stage) deadline.Deadline {
	if stage == Handling && s.DueAt != nil {
		return deadline.Given(o.At, *s.DueAt, o.Policy.WarnPercent)
	}
	return o.Days.Deadline(o.At, o.Policy.WarnPercent, s.limit(o, stage))
}

// acceptBy returns until when a unit that gets it now should sign for it.
func (s State) acceptBy(o Order) deadline.Deadline {
	return o.Days.Deadline(o.At, o.Policy.WarnPercent, o.Policy.AcceptLimit.of(s.urgent(o)))
}

// total returns the total clock of an incident filed now: given from outside, else
// the hotline's, else the stages that follow, one after another.
func (s State) total(o Order) *deadline.Deadline {
	var d deadline.Deadline
	switch {
	case s.DueAt != nil:
		d = deadline.Given(o.At, *s.DueAt, o.Policy.WarnPercent)
	case s.Source == FromHotline:
		d = o.Days.Deadline(o.At, o.Policy.WarnPercent, o.Policy.HotlineTotal)
	default:
		var chain []deadline.Limit
		for _, stage := range []Stage{Dispatching, Handling, Checking, Closing} {
			chain = append(chain, s.limit(o, stage))
		}
		d = o.Days.Deadline(o.At, o.Policy.WarnPercent, chain...)
	}
	return &d
}

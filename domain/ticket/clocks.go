package ticket

import (
	"cmp"
	"slices"
	"time"

	"gridcommand/domain/incident"
)

// A Clock is one of the three that run for a ticket.
type Clock string

// The clocks, each with what stops it.
const (
	ContactClock  Clock = "contact"  // the caller is called, reached or not, or the answer is out
	InternalClock Clock = "internal" // a reply is written that is not sent back
	CityClock     Clock = "city"     // the reply is out: the city is told
)

// AllClocks holds every clock, in the order in which they speak at one moment.
var AllClocks = []Clock{ContactClock, InternalClock, CityClock}

// The kinds of timer, each the mark that it leaves.
const (
	WarnedKind  = "warned"
	ExpiredKind = "expired"
)

// A Mark is what a clock has said, and of which end.
type Mark struct {
	Clock Clock     `json:"clock"`
	Kind  string    `json:"kind"`
	Due   time.Time `json:"due"`
	At    time.Time `json:"at"`
}

// A Timer is a moment at which a clock that runs has something to say.
type Timer struct {
	Clock Clock
	Kind  string
	At    time.Time // when it fires, by the ledger's clock
	Due   time.Time // the end that it was set for: it names the run
}

// Command returns what the timer says when it fires.
func (t Timer) Command() Command {
	if t.Kind == WarnedKind {
		return Warn{Clock: t.Clock, Due: t.Due}
	}
	return Expire{Clock: t.Clock, Due: t.Due}
}

// Fires returns the moment from which a timer may speak. What is done at the very
// instant of an end is in time, so an end waits for the next microsecond; its fact
// carries the end all the same.
func (t Timer) Fires() time.Time {
	if t.Kind == WarnedKind {
		return t.At
	}
	return t.At.Add(time.Microsecond)
}

func timerOf(c Command) (Timer, bool) {
	switch c := c.(type) {
	case Warn:
		return Timer{Clock: c.Clock, Kind: WarnedKind, Due: c.Due}, true
	case Expire:
		return Timer{Clock: c.Clock, Kind: ExpiredKind, Due: c.Due}, true
	default:
		return Timer{}, false
	}
}

// ends returns when a clock warns and when it ends; nil: the calendar does not say.
func (s State) ends(c Clock) (warn, due *time.Time) {
	switch c {
	case ContactClock:
		return s.Clocks.Contact.Warn, s.Clocks.Contact.Due
	case InternalClock:
		return s.Clocks.InternalWarn, s.Clocks.Internal
	default:
		return s.Clocks.City.Warn, s.Clocks.City.Due
	}
}

// stopped tells whether what a clock runs for is done.
func (s State) stopped(c Clock) bool {
	switch c {
	case ContactClock:
		return len(s.Contacts) > 0 || s.Told() != nil
	case InternalClock:
		return s.Written() != nil
	default:
		return s.Told() != nil
	}
}

// runs is since when a clock has been running without a break: since the ticket came,
// since the city refused to take it back, or since a reply was sent back.
func (s State) runs(c Clock) time.Time {
	from := s.Came
	for _, r := range s.Returns {
		if r.Ruling != nil && r.Ruling.At.After(from) {
			from = r.Ruling.At
		}
	}
	if c == InternalClock {
		for _, a := range s.Replies {
			if a.Review != nil && !a.Review.Passed && a.Review.At.After(from) {
				from = a.Review.At
			}
		}
	}
	return from
}

func (s State) marked(c Clock, kind string, due time.Time) bool {
	return slices.ContainsFunc(s.Marks, func(m Mark) bool { return m.Clock == c && m.Kind == kind && m.Due.Equal(due) })
}

// Expiry returns the first time that a clock ran out; nil: it never did. A run is
// judged once: an end that was moved after it had passed does not undo it.
func (s State) Expiry(c Clock) *Mark {
	for _, m := range s.Marks {
		if m.Clock == c && m.Kind == ExpiredKind {
			return &m
		}
	}
	return nil
}

// Lamp returns the worst lamp of the clocks. It follows from facts, not from the time
// of day.
func (s State) Lamp() incident.Lamp {
	lamp := incident.Green
	for _, c := range AllClocks {
		switch _, due := s.ends(c); {
		case due == nil:
		case s.marked(c, ExpiredKind, *due):
			return incident.Red
		case s.marked(c, WarnedKind, *due) && !s.stopped(c):
			lamp = incident.Yellow
		}
	}
	return lamp
}

// Timers returns the timers still to fire, the earliest first. While the city is asked
// to take a ticket back nothing runs out: what another is to do is not late with us. If
// the city refuses, what has passed by then runs out at that moment.
func (s State) Timers() []Timer {
	if !s.There() || s.Stage == AtReturned {
		return nil
	}
	var timers []Timer
	for _, c := range AllClocks {
		warn, due := s.ends(c)
		if due == nil || s.stopped(c) || s.marked(c, ExpiredKind, *due) {
			continue
		}
		runs := s.runs(c)
		if warn != nil && !s.marked(c, WarnedKind, *due) {
			timers = append(timers, Timer{Clock: c, Kind: WarnedKind, At: later(*warn, runs), Due: *due})
		}
		if s.Stage != AtReturning {
			timers = append(timers, Timer{Clock: c, Kind: ExpiredKind, At: later(*due, runs), Due: *due})
		}
	}
	slices.SortStableFunc(timers, func(a, b Timer) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(b.Kind, a.Kind), cmp.Compare(slices.Index(AllClocks, a.Clock), slices.Index(AllClocks, b.Clock)))
	})
	return timers
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// says returns what a timer that is waited for says, at its own moment.
func (t Timer) says() Event {
	f := Fact{At: t.At, By: incident.Workflow}
	if t.Kind == WarnedKind {
		return Warned{Fact: f, Clock: t.Clock, Due: t.Due}
	}
	return Expired{Fact: f, Clock: t.Clock, Due: t.Due}
}

// missed returns what clocks that ran out before at should have said by then, in order
// of time. A warning that was missed is not said any more.
func (s State) missed(at time.Time) []Event {
	var missed []Event
	for {
		timers := s.Timers()
		i := slices.IndexFunc(timers, func(t Timer) bool { return t.Kind == ExpiredKind && t.At.Before(at) })
		if i < 0 {
			return missed
		}
		e := timers[i].says()
		missed, s = append(missed, e), Evolve(s, e)
	}
}

// tick is what follows from a timer. One that nobody waits for any more says nothing.
func (s State) tick(o Order, named Timer) ([]Event, error) {
	if !o.By.System() {
		return nil, notYours.to(o.Command.Name())
	}
	for _, t := range s.Timers() {
		if t.Clock == named.Clock && t.Kind == named.Kind && t.Due.Equal(named.Due) && !t.At.After(o.At) {
			return append(s.missed(t.At), t.says()), nil
		}
	}
	return nil, nil
}

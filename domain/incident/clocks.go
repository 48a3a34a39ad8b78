package incident

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gridcommand/domain/deadline"
)

// The kinds of timer. The first two leave a mark on one of the two clocks.
const (
	WarnedKind  = "warned"
	ExpiredKind = "expired"
	ResumedKind = "resumed" // a suspension is over
	RefusedKind = "refused" // nobody answered in time
	LapsedKind  = "lapsed"  // a duty with a limit of its own was not done
)

// What else is waited for beside the two clocks, by the name that a timer gives it.
// Duties are numbered: see [DutyClock].
const (
	SuspensionClock Clock = "suspension"
	ReviewClock     Clock = "return_review"
)

// DutyClock names the clock of the n-th duty of a kind, from 1: "call:2".
func DutyClock(of Duty, n int) Clock { return Clock(fmt.Sprintf("%s:%d", of, n)) }

// duty is what a name made by [DutyClock] was made of.
func (c Clock) duty() (of Duty, n int) {
	name, number, numbered := strings.Cut(string(c), ":")
	if numbered {
		n, _ = strconv.Atoi(number)
	}
	return Duty(name), n
}

// A Timer is a moment at which a running clock has something to say.
type Timer struct {
	Clock Clock
	Kind  string
	At    time.Time // when it fires, by the ledger's clock
	Due   time.Time // the deadline it was set for: it names the run of the clock
}

// Command returns what the timer says when it fires.
func (t Timer) Command() Command {
	switch t.Kind {
	case WarnedKind:
		return Warn{Clock: t.Clock, Due: t.Due}
	case ExpiredKind:
		return Expire{Clock: t.Clock, Due: t.Due}
	case ResumedKind:
		return Resume{Due: &t.Due}
	case RefusedKind:
		return RefuseReturn{Due: &t.Due}
	}
	of, n := t.Clock.duty()
	return Lapse{Of: of, N: n, Due: t.Due}
}

// timerOf names the timer whose word c is; false: it is a person's.
func timerOf(c Command) (Timer, bool) {
	switch c := c.(type) {
	case Warn:
		return Timer{Clock: c.Clock, Kind: WarnedKind, Due: c.Due}, true
	case Expire:
		return Timer{Clock: c.Clock, Kind: ExpiredKind, Due: c.Due}, true
	case Resume:
		if c.Due != nil {
			return Timer{Clock: SuspensionClock, Kind: ResumedKind, Due: *c.Due}, true
		}
	case RefuseReturn:
		if c.Due != nil {
			return Timer{Clock: ReviewClock, Kind: RefusedKind, Due: *c.Due}, true
		}
	case Lapse:
		return Timer{Clock: DutyClock(c.Of, c.N), Kind: LapsedKind, Due: c.Due}, true
	default:
	}
	return Timer{}, false
}

// AtOnce tells whether the timer speaks at its very moment. The others wait until
// it is over: what is done at the instant of a deadline is in time.
func (t Timer) AtOnce() bool { return t.Kind == WarnedKind || t.Kind == ResumedKind }

// Workflow is the actor behind timers and behind deadlines that passed unsaid.
var Workflow = Actor{Person: "system:workflow"}

// Timers returns the timers still to fire, the earliest first. A clock that has
// expired has nothing more to say; one whose deadline is not published says nothing.
//
// A suspended incident's clocks are set for the end of its suspension, so theirs
// come after its own.
func (s State) Timers() []Timer {
	if s.Status != StatusOpen {
		return nil
	}
	timers := make([]Timer, 0, 4) // nearly always enough
	if s.Pause != nil {
		timers = append(timers, Timer{Clock: SuspensionClock, Kind: ResumedKind, At: s.Pause.Until, Due: s.Pause.Until})
	}
	timers = s.timersOf(timers, StageClock, &s.Deadline)
	if s.Total != nil {
		timers = s.timersOf(timers, TotalClock, s.Total)
	}
	if due := s.Asked[ReturnRequest].Review.Due; due != nil {
		timers = append(timers, Timer{Clock: ReviewClock, Kind: RefusedKind, At: *due, Due: *due})
	}
	if len(s.Calls)+len(s.Helpers)+len(s.Supervisions) > 0 {
		timers = append(timers, s.duties()...)
	}
	slices.SortFunc(timers, CompareTimers)
	return timers
}

// CompareTimers puts timers in the order in which they speak: by their moments; of
// one moment, the end of a suspension before the stage, the stage before the total
// clock, then what runs beside them.
func CompareTimers(a, b Timer) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	rank := func(t Timer) int {
		of, _ := t.Clock.duty()
		return slices.Index([]Clock{SuspensionClock, StageClock, TotalClock, ReviewClock, Clock(CallDuty), Clock(HelpDuty), Clock(ReplyDuty)}, Clock(of))
	}
	_, m := a.Clock.duty()
	_, n := b.Clock.duty()
	return cmp.Or(
		cmp.Compare(rank(a), rank(b)), cmp.Compare(m, n),
		cmp.Compare(b.Kind, a.Kind), // "warned" before "expired"
	)
}

// timersOf adds the timers of one of the two clocks. One that was used up before
// it began or before it last paused — a due time given from outside, work that was
// late already when a check sent it back — speaks as soon as it runs.
func (s State) timersOf(timers []Timer, c Clock, d *deadline.Deadline) []Timer {
	if d.Due == nil || s.Marked[Mark{c, ExpiredKind}] {
		return timers
	}
	runs := d.From
	for _, p := range d.Pauses {
		runs = latest(runs, p.To)
	}
	expire := Timer{Clock: c, Kind: ExpiredKind, At: latest(*d.Due, runs), Due: *d.Due}
	if d.Warn == nil || s.Marked[Mark{c, WarnedKind}] {
		return append(timers, expire)
	}
	return append(timers, Timer{Clock: c, Kind: WarnedKind, At: latest(*d.Warn, runs), Due: *d.Due}, expire)
}

// duties returns the timers of what has a limit of its own and is neither done nor lapsed.
func (s State) duties() []Timer {
	var timers []Timer
	owed := func(of Duty, i int, from time.Time, due *time.Time) {
		if due != nil {
			timers = append(timers, Timer{Clock: DutyClock(of, i+1), Kind: LapsedKind, At: latest(*due, from), Due: *due})
		}
	}
	for i, c := range s.Calls {
		if c.Answered == "" && !c.Lapsed {
			owed(CallDuty, i, c.Arrive.From, c.Arrive.Due)
		}
	}
	for i, h := range s.Helpers {
		if !h.Done && !h.Late {
			owed(HelpDuty, i, h.Deadline.From, h.Deadline.Due)
		}
	}
	for i, v := range s.Supervisions {
		if !v.Answered && !v.Lapsed {
			owed(ReplyDuty, i, time.Time{}, &v.ReplyBy)
		}
	}
	return timers
}

// ower returns the unit whose duty it is.
func (s State) ower(of Duty, n int) string {
	switch {
	case of == CallDuty && n <= len(s.Calls):
		return s.Calls[n-1].Unit
	case of == HelpDuty && n <= len(s.Helpers):
		return s.Helpers[n-1].Unit
	}
	return s.Holder
}

// says returns what a timer that is waited for says, as a fact of its moment.
func (s State) says(t Timer, f Fact) Event {
	switch t.Kind {
	case WarnedKind:
		return Warned{Fact: f, Clock: t.Clock, Stage: s.Stage, Holder: s.Holder, Due: t.Due}
	case ExpiredKind:
		return Expired{Fact: f, Clock: t.Clock, Stage: s.Stage, Holder: s.Holder, Due: t.Due}
	case ResumedKind:
		return Resumed{Fact: f, Auto: true, Standing: Standing{Stage: s.Stage, Tier: s.Tier, Holder: s.Holder, Deadline: s.Deadline}}
	case RefusedKind:
		return ReturnRefused{Fact: f, Desk: s.Dispatcher, Silent: true}
	}
	of, n := t.Clock.duty()
	return Lapsed{Fact: f, Of: of, N: n, Unit: s.ower(of, n), Due: t.Due}
}

// Lamp returns the worst lamp of the clocks: of those that run, or of those that
// ran last; grey while they stand still. It follows from facts, not from the time of day.
func (s State) Lamp() Lamp {
	switch {
	case s.Pause != nil:
		return Grey
	case s.Marked[Mark{StageClock, ExpiredKind}], s.Marked[Mark{TotalClock, ExpiredKind}]:
		return Red
	case s.Marked[Mark{StageClock, WarnedKind}], s.Marked[Mark{TotalClock, WarnedKind}]:
		return Yellow
	}
	return Green
}

// Kept tells which marks a clock keeps when its deadline becomes after: both if it
// is the same run; the warning alone if the clock goes on and only its end moved.
func Kept(before, after deadline.Deadline) (warned, expired bool) {
	switch {
	case sameRun(before, after):
		return true, true
	case !before.From.Equal(after.From) || before.Warn == nil || after.Warn == nil:
		return false, false
	}
	return before.Warn.Equal(*after.Warn), false
}

// waits returns the timer that t names if it is still to fire and its moment has come.
func (s State) waits(t Timer, now time.Time) (Timer, bool) {
	t, found := s.timer(t)
	return t, found && !now.Before(t.At)
}

func (s State) timer(named Timer) (Timer, bool) {
	for _, t := range s.Timers() {
		if t.Clock == named.Clock && t.Kind == named.Kind && t.Due.Equal(named.Due) {
			return t, true
		}
	}
	return Timer{}, false
}

// spokenAt returns the time an order counts from. A timer speaks of the moment it
// was set for, however late it comes.
func (s State) spokenAt(o Order) time.Time {
	named, timed := timerOf(o.Command)
	if !timed {
		return o.At
	}
	t, found := s.timer(named)
	if !found || t.At.After(o.At) {
		return o.At // it is not waited for: [State.overtook]
	}
	return t.At
}

// missed returns what the timers before an order should have said, in order of
// time. A warning that was missed is not said any more. A suspension that ends at
// this very moment has ended, unless the order is what ends it.
func (s State) missed(o Order) []Event {
	named, timed := timerOf(o.Command)
	due := func(t Timer) bool {
		switch {
		case t.Kind == WarnedKind:
			return false
		case t.Kind == ResumedKind && !(timed && named.Kind == ResumedKind):
			return !t.At.After(o.At)
		}
		return t.At.Before(o.At)
	}
	var missed []Event
	for {
		timers := s.Timers()
		i := slices.IndexFunc(timers, due)
		if i < 0 {
			return missed
		}
		e := s.says(timers[i], Fact{At: timers[i].At, By: Workflow})
		missed = append(missed, e)
		s = Evolve(s, e)
	}
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
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

// within returns the end of a limit that begins now; none where there is no limit.
func (s State) within(o Order, l StageLimit) deadline.Deadline {
	limit := l.of(s.urgent(o))
	if limit.IsZero() {
		return deadline.Deadline{}
	}
	return o.Days.Deadline(o.At, o.Policy.WarnPercent, limit)
}

// acceptBy returns until when a unit that gets it now should sign for it.
func (s State) acceptBy(o Order) deadline.Deadline { return s.within(o, o.Policy.AcceptLimit) }

// returnBy returns until when a unit that gets it now may hand it back; nil: as long
// as it has it.
func (s State) returnBy(o Order) *deadline.Deadline {
	d := s.within(o, o.Policy.ReturnWindow)
	if d.From.IsZero() {
		return nil
	}
	return &d
}

// paused returns d with one more pause counted out, if it lasted.
func (o Order) paused(d deadline.Deadline, p deadline.Pause) deadline.Deadline {
	if !p.From.Before(p.To) {
		return d
	}
	return o.Days.WithPauses(d, o.Policy.WarnPercent, append(slices.Clip(d.Pauses), p)...)
}

// total returns the total clock of an incident filed now: given from outside, else
// the hotline's by the type of its ticket, else the stages that follow, one after another.
func (s State) total(o Order) *deadline.Deadline {
	var d deadline.Deadline
	switch {
	case s.DueAt != nil:
		d = deadline.Given(o.At, *s.DueAt, o.Policy.WarnPercent)
	case s.Source == FromHotline:
		limit, known := o.Policy.Tickets.Limits[s.TicketType]
		if !known {
			limit = o.Policy.HotlineTotal
		}
		d = o.Days.Deadline(o.At, o.Policy.WarnPercent, limit)
	default:
		var chain []deadline.Limit
		for _, stage := range []Stage{Dispatching, Handling, Checking, Closing} {
			chain = append(chain, s.limit(o, stage))
		}
		d = o.Days.Deadline(o.At, o.Policy.WarnPercent, chain...)
	}
	return &d
}

package incident_test

import (
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

// Duties with limits of their own: a supervision to be replied to, a branch to arrive, a
// helper's task.

// supervised is shopDispatched with a question to be answered by noon.
func supervised(t *testing.T) *scene {
	t.Helper()
	return shopDispatched(t).does(supervisor, incident.Supervise{Question: "为何未处置", ReplyBy: november(23, 12, 0)})
}

// called is shopDispatched with two branches called, to arrive within half an hour and an hour.
func called(t *testing.T) *scene {
	t.Helper()
	call := func(n int, unit string, minutes int) incident.Called {
		return incident.Called{
			Fact: incident.Fact{At: nine, By: street}, N: n, Desk: huacheng, Unit: unit, Task: "现场执法",
			Arrive: world.Days.Deadline(nine, 80, limit(minutes, deadline.UrgentMinutes)),
		}
	}
	return shopDispatched(t).add(call(1, s02, 30), call(2, otherS01, 60))
}

// helped is shopFiled, dispatched with a helper who has two hours and one who has as long as the lead.
func helped(t *testing.T) *scene {
	t.Helper()
	two := limit(2, deadline.WorkingHours)
	return shopFiled(t).does(street, incident.Dispatch{Unit: s01, Helpers: []incident.HelpWanted{
		{Unit: s02, Task: "清运", Limit: &two}, {Unit: guihua, Task: "劝离"},
	}})
}

func TestEachDutyHasATimerOfItsOwn(t *testing.T) {
	supervised(t).timersAre("reply:1 lapsed 11-23 12:00", "stage warned 11-23 17:24", "stage expired 11-24 09:00",
		"total warned 11-25 09:48", "total expired 11-25 16:00")
	called(t).timersAre("call:1 lapsed 11-23 09:30", "call:2 lapsed 11-23 10:00", "stage warned 11-23 17:24",
		"stage expired 11-24 09:00", "total warned 11-25 09:48", "total expired 11-25 16:00")
	helped(t).timersAre("help:1 lapsed 11-23 11:00", "stage warned 11-23 17:24", "stage expired 11-24 09:00",
		"help:2 lapsed 11-24 09:00", "total warned 11-25 09:48", "total expired 11-25 16:00")
}

func TestADutyLapsesOnceAtItsLimit(t *testing.T) {
	for name, tt := range map[string]struct {
		sc   *scene
		of   incident.Duty
		unit string
		at   time.Time
	}{
		"reply": {supervised(t), incident.ReplyDuty, s01, november(23, 12, 0)},
		"call":  {called(t), incident.CallDuty, s02, november(23, 9, 30)},
		"help":  {helped(t), incident.HelpDuty, s02, november(23, 11, 0)},
	} {
		timer := tt.sc.s.Timers()[0]
		acts := tt.sc.s.Acts
		tt.sc.fires(time.Hour).followed("Lapsed")
		if e := last[incident.Lapsed](tt.sc); e.Of != tt.of || e.N != 1 || e.Unit != tt.unit || !e.At.Equal(tt.at) || !e.Due.Equal(tt.at) || e.By != incident.Workflow {
			t.Errorf("%s: %+v", name, e)
		}
		if tt.sc.s.Acts != acts {
			t.Errorf("%s: a clock's word moved the incident", name)
		}
		tt.sc.on(time.Hour).changesNothing(incident.Workflow, timer.Command())
		if next := tt.sc.s.Timers()[0]; next.Clock == timer.Clock {
			t.Errorf("%s: %+v is still to fire", name, next)
		}
	}
}

func TestADutyThatIsDoneDoesNotLapse(t *testing.T) {
	replied := supervised(t)
	timer := replied.s.Timers()[0]
	replied.to(23, 12, 0).does(handler, incident.Reply{Answer: "正在处置"}).
		on(time.Hour).changesNothing(incident.Workflow, timer.Command())
	arrived := called(t)
	timer = arrived.s.Timers()[0]
	arrived.add(incident.Arrived{Fact: incident.Fact{At: nine, By: handler2}, N: 1, Unit: s02}).
		on(time.Hour).changesNothing(incident.Workflow, timer.Command())
	done := helped(t)
	timer = done.s.Timers()[0]
	done.does(handler2, incident.Help{Result: "已清运"}).on(3*time.Hour).changesNothing(incident.Workflow, timer.Command())
	handled := helped(t).does(handler, incident.Handle{Result: "x"}) // with it the helpers' tasks are over
	handled.timersAre("stage warned 11-23 17:24", "stage expired 11-24 09:00", "total warned 11-25 09:48", "total expired 11-25 16:00")
}

func TestALateReplyComesAfterTheLapseThatNobodySaid(t *testing.T) {
	supervised(t).to(23, 12, 1).does(handler, incident.Reply{Answer: "正在处置"}).followed("Lapsed", "Replied")
	prompt := supervised(t).fires(0)
	prompt.to(23, 12, 1).does(handler, incident.Reply{Answer: "正在处置"}).followed("Replied")
}

func TestASuspensionStopsHelpersAndCallsButNoQuestion(t *testing.T) {
	sc := helped(t).to(23, 10, 0).does(supervisor, incident.Supervise{Question: "进度", ReplyBy: november(24, 12, 0)}).
		add(incident.Called{
			Fact: incident.Fact{At: november(23, 10, 0), By: street}, N: 1, Desk: huacheng, Unit: otherS01,
			Arrive: world.Days.Deadline(november(23, 10, 0), 80, limit(30, deadline.UrgentMinutes)),
		}).
		does(handler, suspension).does(street, incident.GrantSuspension{})
	sc.timersAre("reply:1 lapsed 11-24 12:00", "suspension resumed 11-30 09:00", "call:1 lapsed 11-30 09:30",
		"help:1 lapsed 11-30 10:00", "stage warned 11-30 16:24", "stage expired 11-30 18:00", "help:2 lapsed 11-30 18:00",
		"total warned 12-02 08:48", "total expired 12-02 15:00")
	sc.to(24, 8, 0).does(street, incident.Resume{}).timersAre("call:1 lapsed 11-24 08:30", "help:1 lapsed 11-24 09:00",
		"reply:1 lapsed 11-24 12:00", "stage warned 11-24 15:24", "stage expired 11-24 17:00", "help:2 lapsed 11-24 17:00",
		"total warned 11-25 17:48", "total expired 11-26 12:00")
}

func TestAHelperWithoutALimitHasAsLongAsTheLead(t *testing.T) {
	helped(t).does(handler, extension).does(street, incident.GrantExtension{}).
		timersAre("help:1 lapsed 11-23 11:00", "stage warned 11-24 15:48", "stage expired 11-25 09:00", "help:2 lapsed 11-25 09:00",
			"total warned 11-25 09:48", "total expired 11-25 16:00")
}

func TestATimerAndItsCommandNameTheSameMoment(t *testing.T) {
	sc := helped(t).does(supervisor, incident.Supervise{Question: "进度", ReplyBy: november(24, 12, 0)}).
		under(func(p *incident.Policy) { p.ReturnReview = incident.ReviewDesk }).does(handler, back).
		does(handler, suspension).does(street, incident.GrantSuspension{})
	seen := map[string]bool{}
	for _, timer := range sc.s.Timers() {
		seen[timer.Kind] = true
		early := *sc
		early.now = timer.At.Add(-time.Microsecond)
		early.changesNothing(incident.Workflow, timer.Command())
		sc.now = timer.At
		sc.does(incident.Workflow, timer.Command()).changesNothing(incident.Workflow, timer.Command())
	}
	for _, kind := range []string{incident.WarnedKind, incident.ExpiredKind, incident.ResumedKind, incident.RefusedKind, incident.LapsedKind} {
		if !seen[kind] {
			t.Errorf("no timer of the kind %s", kind)
		}
	}
	sc.timersAre()
}

package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

func (sc *scene) timersAre(want ...string) *scene {
	sc.t.Helper()
	var got []string
	for _, x := range sc.s.Timers() {
		got = append(got, string(x.Clock)+" "+x.Kind+" "+x.At.In(deadline.CST).Format("01-02 15:04"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		sc.t.Errorf("timers (-want +got):\n%s", diff)
	}
	return sc
}

func (sc *scene) lampIs(want incident.Lamp) *scene {
	sc.t.Helper()
	if got := sc.s.Lamp(); got != want {
		sc.t.Errorf("the lamp is %s, want %s", got, want)
	}
	return sc
}

// fires lets the earliest timer fire, late by some time.
func (sc *scene) fires(late time.Duration) *scene {
	sc.t.Helper()
	timer := sc.s.Timers()[0]
	sc.now = timer.At.Add(late)
	sc.does(incident.Workflow, timer.Command())
	sc.now = timer.At
	return sc
}

func TestTimersAreThoseStillToFire(t *testing.T) {
	begin(t).timersAre()
	shopFiled(t).lampIs(incident.Green).
		timersAre("stage warned 11-23 09:48", "stage expired 11-23 10:00", "total warned 11-25 09:48", "total expired 11-25 16:00").
		fires(0).followed("Warned").lampIs(incident.Yellow).
		timersAre("stage expired 11-23 10:00", "total warned 11-25 09:48", "total expired 11-25 16:00").
		fires(0).followed("Expired").lampIs(incident.Red).
		timersAre("total warned 11-25 09:48", "total expired 11-25 16:00").
		fires(0).fires(0).timersAre().lampIs(incident.Red)
	shopClosed(t).timersAre().lampIs(incident.Green)
}

func TestAStageThatBeginsHasAGreenLampUnlessTheTotalHasNot(t *testing.T) {
	sc := shopFiled(t).fires(0).fires(0).lampIs(incident.Red).
		does(street, incident.Dispatch{Unit: s01}).lampIs(incident.Green)
	sc.now = nine.Add(10 * 24 * time.Hour)
	sc.does(handler, incident.Handle{Result: "x"}).followed("Expired", "Expired", "Handled").lampIs(incident.Red).
		does(inspector, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true}).lampIs(incident.Red).
		does(street, incident.Reopen{Reason: "x"}).lampIs(incident.Green)
}

func TestATimerIsStampedWithTheMomentItWasDue(t *testing.T) {
	sc := shopFiled(t).fires(3 * time.Hour)
	w, ok := sc.last[len(sc.last)-1].(incident.Warned)
	if !ok || !w.At.Equal(nine.Add(48*time.Minute)) || !w.Due.Equal(nine.Add(time.Hour)) || w.Stage != incident.Dispatching || w.Holder != huacheng {
		t.Errorf("warned %+v", sc.last)
	}
	sc.followed("Warned").fires(30 * time.Hour)
	if e := last[incident.Expired](sc); !e.At.Equal(nine.Add(time.Hour)) || !e.Due.Equal(e.At) || e.By != incident.Workflow {
		t.Errorf("expired %+v", e)
	}
}

func TestATimerOfADeadlineNoLongerRunningSaysNothing(t *testing.T) {
	sc := shopFiled(t)
	timers := sc.s.Timers()
	sc.changesNothing(incident.Workflow, timers[0].Command()) // too early
	sc.on(10*time.Minute).does(street, incident.Dispatch{Unit: s01}).on(2 * time.Hour)
	sc.changesNothing(incident.Workflow, timers[0].Command()).changesNothing(incident.Workflow, timers[1].Command())
	over := shopClosed(t).on(100 * time.Hour)
	for _, x := range timers {
		over.changesNothing(incident.Workflow, x.Command())
	}
	marked := shopFiled(t).fires(0)
	marked.on(time.Minute).changesNothing(incident.Workflow, timers[0].Command())
}

func TestAnExpiredClockIsNotWarned(t *testing.T) {
	sc := shopFiled(t)
	warn := sc.s.Timers()[0].Command()
	sc.on(2*time.Hour).does(street, incident.Comment{Text: "x"}).followed("Expired", "Commented").
		changesNothing(incident.Workflow, warn)
}

func TestAnActAfterAMissedDeadlineIsToldAfterIt(t *testing.T) {
	sc := shopDispatched(t)
	sc.now = nine.Add(3 * 24 * time.Hour)
	sc.does(handler, incident.Handle{Result: "已拆除"}).followed("Expired", "Expired", "Handled")
	stage, total := sc.last[0].(incident.Expired), sc.last[1].(incident.Expired)
	if stage.Clock != incident.StageClock || clockOf(stage.At) != "11-24 09:00" || stage.Stage != incident.Handling || stage.Holder != s01 {
		t.Errorf("expired %+v", stage)
	}
	if total.Clock != incident.TotalClock || clockOf(total.At) != "11-25 16:00" || total.By != incident.Workflow {
		t.Errorf("expired %+v", total)
	}
}

func TestAnActAtTheVeryDeadlineIsInTime(t *testing.T) {
	shopDispatched(t).on(24*time.Hour).does(handler, incident.Handle{Result: "x"}).followed("Handled")
	shopDispatched(t).on(24*time.Hour+time.Nanosecond).does(handler, incident.Handle{Result: "x"}).followed("Expired", "Handled")
}

func TestARefusedOrRepeatedActTellsNoMissedDeadline(t *testing.T) {
	sc := shopDispatched(t).on(48 * time.Hour)
	sc.isRefused(street, incident.Dispatch{Unit: s02}, "wrong_stage").changesNothing(street, incident.Dispatch{Unit: s01})
}

func TestASlowTimerChangesNothing(t *testing.T) {
	prompt := shopDispatched(t).fires(0).fires(0) // warned, expired
	prompt.now = nine.Add(26 * time.Hour)
	prompt.does(handler, incident.Handle{Result: "x"})
	slow := shopDispatched(t)
	slow.now = nine.Add(26 * time.Hour)
	slow.does(handler, incident.Handle{Result: "x"})
	without := func(events []incident.Event) (kept []incident.Event) {
		for _, e := range events {
			if _, warned := e.(incident.Warned); !warned {
				kept = append(kept, e)
			}
		}
		return kept
	}
	if diff := cmp.Diff(without(prompt.events), without(slow.events)); diff != "" {
		t.Errorf("told otherwise (-prompt +slow):\n%s", diff)
	}
}

func TestADueTimeThatIsOverBeforeItsClockBeginsExpiresAtOnce(t *testing.T) {
	due := nine.Add(-time.Hour)
	sc := begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua, func(c *incident.Report) { c.DueAt = &due })).
		does(inspector, incident.Confirm{}).does(street, incident.File{Matter: shop, Criterion: shop1})
	timer := sc.s.Timers()[0]
	if timer.Clock != incident.TotalClock || timer.Kind != incident.ExpiredKind || !timer.At.Equal(nine) || !timer.Due.Equal(due) {
		t.Fatalf("the first timer is %+v", timer)
	}
	sc.fires(0)
	if e := last[incident.Expired](sc); !e.At.Equal(nine) || !e.Due.Equal(due) {
		t.Errorf("expired %+v", e)
	}
}

func TestAnUnpublishedDeadlineHasNoTimers(t *testing.T) {
	sc := begin(t)
	sc.now = time.Date(2026, 12, 31, 17, 0, 0, 0, deadline.CST)
	sc.does(inspector, report(incident.FromInspector, shop, atGuihua)).stands("intake street 440114002 12-31 18:00").
		does(street, incident.File{Matter: shop, Criterion: shop1}).
		stands("dispatching street 440114002 12-31 18:00").totalIs("unpublished").
		timersAre("stage warned 12-31 17:48", "stage expired 12-31 18:00").flagged(incident.CalendarNotPublished).
		does(street, incident.Dispatch{Unit: s01}).stands("handling street 440114002-S01 unpublished").timersAre()
}

func clockOf(t time.Time) string { return t.In(deadline.CST).Format("01-02 15:04") }

func TestAClockThatGoesOnKeepsItsMarks(t *testing.T) {
	shopDispatched(t).fires(0).lampIs(incident.Yellow).does(street, incident.Transfer{Unit: s02}).lampIs(incident.Yellow).
		timersAre("stage expired 11-24 09:00", "total warned 11-25 09:48", "total expired 11-25 16:00")
}

// A hotline incident's total is its ticket's limit by type, else the one of a type that
// is not known.
func TestAHotlineIncidentsTotalIsOfItsTicketsType(t *testing.T) {
	for kind, days := range map[string]int{"consult": 2, "help": 10, "rant": 15, "": 15} {
		sc := begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua, func(c *incident.Report) { c.TicketType = kind })).
			does(inspector, incident.Confirm{}).does(street, incident.File{Matter: shop, Criterion: shop1})
		if want := (deadline.Limit{N: days, Unit: deadline.WorkingDays}); len(sc.s.Total.Limits) != 1 || sc.s.Total.Limits[0] != want {
			t.Errorf("%q: %v, want %v", kind, sc.s.Total.Limits, want)
		}
	}
}

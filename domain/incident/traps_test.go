package incident_test

import (
	"slices"
	"testing"
	"time"

	"gridcommand/domain/incident"
)

// The traps of the trade that lie in the rules; all twelve are in docs/traps.md.

// Suspended over a night or a weekend, an incident has lost no working time, and its
// deadline is what it was.
func TestTrapSuspensionInsideNonWorkingTime(t *testing.T) {
	for _, off := range []struct{ from, to time.Duration }{
		{9*time.Hour + time.Minute, 22 * time.Hour}, // 18:01 to 07:00
		{3*time.Hour + time.Minute, 4 * time.Hour},  // over lunch
		{11 * time.Hour, 12 * time.Hour},            // an hour of the night
	} {
		sc := shopDispatched(t)
		stage, total := *sc.s.Deadline.Due, *sc.s.Total.Due
		sc.on(off.from).does(handler, incident.RequestSuspension{Reason: "夜间停工", Until: nine.Add(off.to)}).
			does(street, incident.GrantSuspension{})
		if !sc.s.Deadline.Due.Equal(stage) || !sc.s.Total.Due.Equal(total) {
			t.Errorf("suspended from %v to %v it is due %s and %s", off.from, off.to, clock(&sc.s.Deadline), clock(sc.s.Total))
		}
		sc.on(off.to-off.from+time.Minute).does(supervisor, incident.Comment{Text: "恢复了吗"})
		if sc.s.Pause != nil || !sc.s.Deadline.Due.Equal(stage) || !sc.s.Total.Due.Equal(total) {
			t.Errorf("resumed, it is due %s and %s", clock(&sc.s.Deadline), clock(sc.s.Total))
		}
	}
}

// A unit is in time when it says that it is done, however long the check and the
// closing take, and however late the timer of its deadline fires.
func TestTrapTimelinessAtTheUnitsConfirmation(t *testing.T) {
	lateOf := func(sc *scene, unit string) bool {
		return slices.ContainsFunc(sc.s.Late, func(l incident.Lateness) bool { return l.Holder == unit && l.Stage == incident.Handling })
	}
	sc := shopDispatched(t)
	due := *sc.s.Deadline.Due
	sc.on(due.Sub(nine)).does(handler, incident.Handle{Result: "已拆除"}). // at the very moment
										on(200*time.Hour).does(inspector, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true})
	if lateOf(sc, s01) {
		t.Errorf("in time at its confirmation, and late: %+v", sc.s.Late)
	}
	if !slices.ContainsFunc(sc.s.Late, func(l incident.Lateness) bool { return l.Holder == guihua && l.Stage == incident.Checking }) {
		t.Errorf("the check was late, and is not: %+v", sc.s.Late)
	}
	sc.isRefused(handler, incident.Appeal{Reason: "x"}, "nothing_to_appeal")

	sc = shopDispatched(t).on(due.Sub(nine)+time.Second).does(handler, incident.Handle{Result: "已拆除"}).followed("Expired", "Handled")
	if !lateOf(sc, s01) {
		t.Errorf("a second late, and in time: %+v", sc.s.Late)
	}
}

// Device time is kept and judges nothing: what was captured yesterday and sent today is
// due by today's clock, and one whose device is ahead gains nothing.
func TestTrapDeviceAndServerTime(t *testing.T) {
	for _, device := range []time.Duration{-26 * time.Hour, 0, 3 * time.Hour} {
		sc := begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) {
			captured := nine.Add(device)
			c.CapturedAt, c.OccurredAt = &captured, captured
		})).stands("intake street 440114002 11-23 10:00")
		r := sc.events[0].(incident.Reported)
		if !r.At.Equal(nine) || !r.CapturedAt.Equal(nine.Add(device)) || !r.OccurredAt.Equal(nine.Add(device)) {
			t.Errorf("three times became %v, %v, %v", r.OccurredAt, r.CapturedAt, r.At)
		}
		sc.does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}).totalIs("11-25 16:00")
	}
}

// Two units that hand a case to and fro end at a table: after one round, and whatever
// codes they find for it, after the third dispute.
func TestTrapReturnLoops(t *testing.T) {
	shopFiled(t).does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Code: incident.OwnerElsewhere, Reason: "属环卫"}).
		does(street, incident.Dispatch{Unit: s02}).does(handler2, incident.Return{Code: incident.OwnerElsewhere, Reason: "属执法"}).
		does(street, incident.Dispatch{Unit: s01}).
		isRefused(handler, incident.Return{Reason: "又来"}, "needs_coordination").
		isRefused(street, incident.Transfer{Unit: s02}, "needs_coordination").
		does(handler, incident.Handle{Result: "先处置"}) // nobody is kept from doing it
	difficult(t).isRefused(street, incident.Dispatch{Unit: s02}, "needs_coordination").
		does(street, incident.OpenCoordination{Units: []string{s01, s02}, Question: "由谁"}).
		does(street, incident.ConcludeCoordination{Lead: s02}).
		isRefused(handler2, incident.Return{Reason: "不服"}, "bound_by_coordination")
}

// Duplicates are one case and two callers: the second's ends as merged, and the second
// is still called back.
func TestTrapDuplicatesLinkButEveryCallerIsAnswered(t *testing.T) {
	caller := func(c *incident.Report) { c.Reporter = &incident.Reporter{Subject: "second"} }
	sc := begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua, caller)).
		does(street, into()).
		does(hotline, incident.ViewCaller{Reason: "答复诉求人"}).
		does(hotline, incident.ViewCaller{Reason: "再次回访"})
	if sc.s.Status != incident.StatusMerged || sc.s.MergedInto == "" {
		t.Errorf("it is %s, into %q", sc.s.Status, sc.s.MergedInto)
	}
	sc.does(street, incident.Unmerge{Reason: "不是同一处"})
	if !sc.s.HasCaller || sc.s.Status != incident.StatusOpen {
		t.Error("taken back, it has lost its caller")
	}
}

package incident_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// saysNo expects the Chinese sentence of a refusal.
func (sc *scene) saysNo(by incident.Actor, c incident.Command, want string) *scene {
	sc.t.Helper()
	_, err := incident.Decide(sc.s, sc.order(by, c))
	if no, ok := domain.AsRefusal(err); !ok || no.Zh != want {
		sc.t.Errorf("%s by %s: %v, want %s", c.Name(), by.Person, err, want)
	}
	return sc
}

// to moves the scene's clock to a moment of November 2026.
func (sc *scene) to(day, hour, minute int) *scene {
	sc.now = november(day, hour, minute)
	return sc
}

func november(day, hour, minute int) time.Time {
	return time.Date(2026, 11, day, hour, minute, 0, 0, deadline.CST)
}

var (
	extension  = incident.RequestExtension{Reason: "需协调吊车"}
	suspension = incident.RequestSuspension{Reason: "权属诉讼未决", Code: incident.Litigation, Until: november(30, 9, 0)}
	back       = incident.Return{Reason: "不属我单位职责"}
)

// suspended is shopDispatched, suspended on Monday at ten until next Monday at nine.
func suspended(t *testing.T) *scene {
	t.Helper()
	return shopDispatched(t).to(23, 10, 0).does(handler, suspension).does(street, incident.GrantSuspension{})
}

// manholeDispatched is an urgent incident with the water bureau, at nine.
func manholeDispatched(t *testing.T) *scene {
	t.Helper()
	return begin(t).does(inspector, report(incident.FromInspector, manhole, atGuihua)).
		does(center, incident.File{Matter: manhole, Criterion: manhole1}).does(center, incident.Dispatch{Unit: "D04"})
}

var water = actor("water", "D04", jurisdiction.Handler)

// stationHandling is rubbish that the station dispatched to itself, at nine.
func stationHandling(t *testing.T) *scene {
	t.Helper()
	return begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(station, incident.File{Matter: rubbish, Criterion: rubbish1}).does(station, incident.Dispatch{Unit: guihua})
}

// Extension.

func TestAnExtensionIsOneMoreOriginalLimitOnTheStageAlone(t *testing.T) {
	shopDispatched(t).does(handler, extension).followed("ExtensionRequested").stands("handling street 440114002-S01 11-24 09:00").
		does(street, incident.GrantExtension{}).followed("ExtensionGranted").
		stands("handling street 440114002-S01 11-25 09:00").totalIs("11-25 16:00").
		does(handler, incident.RequestExtension{Reason: "再缓一天"}).does(center, incident.GrantExtension{}).
		stands("handling street 440114002-S01 11-26 09:00").totalIs("11-25 16:00").
		isRefused(handler, incident.RequestExtension{Reason: "还要一天"}, "extension_limit")
}

func TestAStationThatHandlesAsksToo(t *testing.T) {
	stationHandling(t).stands("handling community 440114002002 11-23 15:00").
		does(station, extension).
		isRefused(station, incident.GrantExtension{}, "role_may_not").
		isRefused(incident.Actor{Person: "system:replay", Unit: guihua}, incident.GrantExtension{}, "not_your_desk"). // it dispatched to itself
		does(street, incident.GrantExtension{}).stands("handling community 440114002002 11-24 09:00")
}

func TestOnlyTheHolderAsksAndOnlyAboveItSaysYes(t *testing.T) {
	shopDispatched(t).
		isRefused(handler2, extension, "not_the_holder").
		isRefused(station, extension, "not_the_holder").
		isRefused(street, extension, "role_may_not").
		isRefused(street, incident.GrantExtension{}, "no_request").
		isRefused(street, incident.RefuseExtension{Reason: "x"}, "no_request").
		does(handler, extension).
		isRefused(xinhuaDesk, incident.GrantExtension{}, "not_your_desk").
		isRefused(handler, incident.GrantExtension{}, "role_may_not").
		isRefused(street, incident.RefuseExtension{}, "reason_required").
		does(street, incident.RefuseExtension{Reason: "理由不足"}).followed("ExtensionRefused").
		stands("handling street 440114002-S01 11-24 09:00").
		does(handler, extension) // and may ask again
	shopDispatched(t).isRefused(handler, incident.RequestExtension{}, "reason_required")
	shopFiled(t).isRefused(handler, extension, "wrong_stage")
	shopHandled(t).isRefused(handler, extension, "wrong_stage")
}

func TestOneRequestIsInFlight(t *testing.T) {
	shopDispatched(t).does(handler, extension).
		changesNothing(handler, extension).
		isRefused(handler, incident.RequestExtension{Reason: "另一理由"}, "request_pending").
		saysNo(handler, incident.RequestExtension{Reason: "另一理由"}, "不能延期：已有申请待审批。").
		does(supervisor, incident.Comment{Text: "关注"}).
		isRefused(handler, extension, "request_pending"). // the same, but not the same moment
		does(handler, suspension)                         // another kind of request
}

func TestAnExtensionComesBeforeTheTimeIsOver(t *testing.T) {
	shopDispatched(t).to(24, 9, 0).does(handler, extension).does(street, incident.GrantExtension{}).
		stands("handling street 440114002-S01 11-25 09:00")
	shopDispatched(t).to(24, 9, 1).isRefused(handler, extension, "too_late")
	shopDispatched(t).fires(0).fires(0).on(time.Minute).isRefused(handler, extension, "too_late") // said or not: the same
	shopDispatched(t).does(handler, extension).to(24, 9, 1).isRefused(street, incident.GrantExtension{}, "too_late").
		does(street, incident.RefuseExtension{Reason: "已超时"}).followed("Expired", "ExtensionRefused")
}

func TestUrgentMattersAreNeitherExtendedNorSuspended(t *testing.T) {
	manholeDispatched(t).isRefused(water, extension, "urgent_never").isRefused(water, suspension, "urgent_never").
		saysNo(water, extension, "不能延期：紧急类事项不得延期。").saysNo(water, suspension, "不能挂账：紧急类事项不得挂账。")
}

func TestAnExtensionTurnsTheLampGreenAgain(t *testing.T) {
	shopDispatched(t).fires(0).lampIs(incident.Yellow).to(23, 17, 30).does(handler, extension).does(street, incident.GrantExtension{}).
		lampIs(incident.Green).timersAre(
		// 80 % of 16 working hours from Monday 09:00 is 12 h 48 min.
		"stage warned 11-24 15:48", "stage expired 11-25 09:00", "total warned 11-25 09:48", "total expired 11-25 16:00")
}

func TestAnotherHandlingMayBeExtendedAnew(t *testing.T) {
	sc := shopDispatched(t).under(func(p *incident.Policy) { p.MaxExtensions = 1 }).
		does(handler, extension).does(street, incident.GrantExtension{}).isRefused(handler, extension, "extension_limit")
	// The clock goes on with the next unit: its extensions are the same handling's.
	sc.does(street, incident.Transfer{Unit: s02}).stands("handling street 440114002-S02 11-25 09:00").
		isRefused(handler2, extension, "extension_limit").
		on(time.Hour).does(handler2, back).does(street, incident.Dispatch{Unit: s01}).
		does(handler, extension).does(street, incident.GrantExtension{}).
		on(time.Hour).does(handler, incident.Handle{Result: "x"}).does(inspector, incident.Fail{Reason: "x"}).
		does(handler, extension)
}

func TestARequestLapsesWithTheStageAndTheHolder(t *testing.T) {
	for name, leave := range map[string]func(*scene) *scene{
		"handled":     func(sc *scene) *scene { return sc.does(handler, incident.Handle{Result: "x"}) },
		"transferred": func(sc *scene) *scene { return sc.does(street, incident.Transfer{Unit: s02}) },
		"returned":    func(sc *scene) *scene { return sc.does(handler, back) },
		"voided":      func(sc *scene) *scene { return sc.does(street, incident.Void{Reason: "x"}) },
	} {
		sc := leave(shopDispatched(t).does(handler, extension).does(handler, suspension))
		if len(sc.s.Asked) != 0 {
			t.Errorf("%s: requests left %v", name, sc.s.Asked)
		}
	}
	shopDispatched(t).does(handler, extension).does(street, incident.Transfer{Unit: s02}).
		isRefused(street, incident.GrantExtension{}, "no_request").does(handler2, extension)
}

func TestTheLadderIsClimbedRungByRung(t *testing.T) {
	whole := func(p *incident.Policy) {
		p.ExtensionLadder = []incident.Rung{incident.ByDesk, incident.ByDistrict, incident.ByDutyLeader}
	}
	sc := shopDispatched(t).under(whole).does(handler, extension).
		does(street, incident.GrantExtension{}).followed("Endorsed").stands("handling street 440114002-S01 11-24 09:00").
		changesNothing(street, incident.GrantExtension{}).
		isRefused(street, incident.GrantExtension{Extra: incident.Extra{Note: "再同意"}}, "not_your_rung").
		isRefused(street, incident.RefuseExtension{Reason: "x"}, "not_your_rung").
		holding(jurisdiction.DispatchPost).does(center, incident.GrantExtension{}).followed("Endorsed").
		isRefused(center, incident.GrantExtension{Extra: incident.Extra{Note: "再同意"}}, "not_your_rung").
		holding(jurisdiction.DutyLeader).does(center, incident.GrantExtension{Extra: incident.Extra{Note: "同意"}}).
		followed("ExtensionGranted").stands("handling street 440114002-S01 11-25 09:00")
	want := []incident.Rung{incident.ByDesk, incident.ByDistrict}
	var got []incident.Rung
	for _, e := range sc.events {
		if e, ok := e.(incident.Endorsed); ok {
			got = append(got, e.Rung)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rungs (-want +got):\n%s", diff)
	}
	// Whoever stands on several rungs says yes once.
	shopDispatched(t).under(whole).does(handler, extension).does(center, incident.GrantExtension{}).
		followed("Endorsed", "Endorsed", "ExtensionGranted").changesNothing(center, incident.GrantExtension{})
	// A no on any rung is a no.
	shopDispatched(t).under(whole).does(handler, extension).does(street, incident.GrantExtension{}).
		does(center, incident.RefuseExtension{Reason: "x"}).followed("ExtensionRefused").isRefused(center, incident.GrantExtension{}, "no_request")
}

// Suspension.

func TestASuspensionStopsBothClocksExactly(t *testing.T) {
	// One of eight working hours and one of the total's were used on Monday at ten.
	sc := suspended(t).followed("SuspensionGranted").lampIs(incident.Grey).
		stands("handling street 440114002-S01 11-30 18:00").totalIs("12-02 15:00").
		timersAre("suspension resumed 11-30 09:00", "stage warned 11-30 16:24", "stage expired 11-30 18:00",
			"total warned 12-02 08:48", "total expired 12-02 15:00")
	want := deadline.Pause{From: november(23, 10, 0), To: november(30, 9, 0)}
	for _, d := range []deadline.Deadline{sc.s.Deadline, *sc.s.Total} {
		if diff := cmp.Diff([]deadline.Pause{want}, d.Pauses); diff != "" {
			t.Errorf("pauses (-want +got):\n%s", diff)
		}
	}
	sc.fires(2 * time.Hour).followed("Resumed").lampIs(incident.Green).
		stands("handling street 440114002-S01 11-30 18:00").totalIs("12-02 15:00")
	if r := last[incident.Resumed](sc); !r.At.Equal(november(30, 9, 0)) || !r.Auto || r.By != incident.Workflow {
		t.Errorf("resumed %+v", r)
	}
}

func TestAnEarlyResumptionEndsThePauseThen(t *testing.T) {
	for _, by := range []incident.Actor{handler, street, center} {
		sc := suspended(t).to(24, 11, 0).does(by, incident.Resume{}).followed("Resumed").lampIs(incident.Green).
			// Monday 10–18 and Tuesday 8–11: nine working hours, seven and three of them paused.
			stands("handling street 440114002-S01 11-25 10:00").totalIs("11-26 17:00").
			changesNothing(by, incident.Resume{}).isRefused(station, incident.Resume{}, "not_the_holder")
		if got := sc.s.Deadline.Pauses; len(got) != 1 || !got[0].To.Equal(november(24, 11, 0)) {
			t.Errorf("pauses %v", got)
		}
		sc.to(30, 9, 0)
		sc.isRefused(by, incident.Resume{Extra: incident.Extra{Note: "再次"}}, "not_suspended")
	}
}

func TestASuspensionOutsideWorkingTimeCostsNothing(t *testing.T) {
	night := suspension
	night.Until = november(24, 8, 0)
	shopDispatched(t).to(23, 18, 0).does(handler, night).does(street, incident.GrantSuspension{}).
		stands("handling street 440114002-S01 11-24 09:00").totalIs("11-25 16:00").lampIs(incident.Grey).
		fires(0).followed("Resumed").lampIs(incident.Green).fires(0).followed("Warned").lampIs(incident.Yellow)
}

func TestASuspensionIsAskedForOnceAndForAWhile(t *testing.T) {
	far, past, odd := suspension, suspension, suspension
	far.Until, past.Until, odd.Code = nine.Add(365*24*time.Hour+1), nine, "weather"
	year := suspension
	year.Until = nine.Add(365 * 24 * time.Hour)
	shopDispatched(t).
		isRefused(handler, far, "until_too_far").
		isRefused(handler, past, "until_past").
		isRefused(handler, odd, "code_unknown").
		isRefused(handler, incident.RequestSuspension{Until: suspension.Until}, "reason_required").
		does(handler, year).changesNothing(handler, year).isRefused(handler, suspension, "request_pending").
		does(street, incident.RefuseSuspension{Reason: "可先处置"}).followed("SuspensionRefused").
		does(handler, suspension).to(30, 9, 0).isRefused(center, incident.GrantSuspension{}, "until_past")
	suspended(t).does(street, incident.Resume{}).isRefused(handler, suspension, "suspended_before").
		saysNo(handler, suspension, "不能挂账：每件只能挂账一次。")
	// Once per incident, not per handling.
	suspended(t).does(street, incident.Resume{}).does(street, incident.Transfer{Unit: s02}).isRefused(handler2, suspension, "suspended_before")
}

func TestWhileSuspendedOnlyTalkResumptionAndTheEndAreOpen(t *testing.T) {
	sc := suspended(t)
	for _, c := range []incident.Command{
		incident.Accept{}, incident.Handle{Result: "x"}, back, extension, suspension, incident.Assign{Team: "一队"},
	} {
		sc.isRefused(handler, c, "suspended")
	}
	for _, c := range []incident.Command{incident.Transfer{Unit: s02}, incident.GrantExtension{}, incident.RefuseReturn{Reason: "x"}} {
		sc.isRefused(street, c, "suspended")
	}
	open := []string{"comment", "attach", "resume", "reply", "view-caller", "void", "urge", "supervise", "merge", "correct", "hand-over"}
	for _, by := range []incident.Actor{handler, street, center} {
		allowed := incident.Allowed(sc.s, sc.order(by, nil))
		for _, name := range allowed {
			if !slices.Contains(open, name) {
				t.Errorf("%s may %s", by.Person, name)
			}
		}
		if !slices.Contains(allowed, "resume") || !slices.Contains(allowed, "comment") {
			t.Errorf("%s may only %v", by.Person, allowed)
		}
	}
	sc.does(supervisor, incident.Comment{Text: "关注"}).does(handler, incident.Attach{Extra: incident.Extra{Photos: []string{someImage}}}).
		lampIs(incident.Grey)
}

func TestWhatEndsASuspendedIncidentEndsItsSuspensionFirst(t *testing.T) {
	suspended(t).to(24, 11, 0).does(street, incident.Void{Reason: "误报"}).followed("Resumed", "Voided").lampIs(incident.Green).timersAre()
}

func TestACorrectionThatMovesASuspendedIncidentResumesIt(t *testing.T) {
	sc := suspended(t).to(24, 11, 0).does(center, place(atYunshan)).followed("Resumed", "Corrected").lampIs(incident.Green).
		stands("dispatching street 440114001 11-24 12:00").totalIs("11-26 17:00")
	if p := sc.s.Total.Pauses; len(p) != 1 || !p[0].To.Equal(november(24, 11, 0)) {
		t.Errorf("the total clock paused %v", p)
	}
}

func TestAMergedIncidentStaysSuspendedUntilItsMoment(t *testing.T) {
	suspended(t).does(street, into()).followed("Merged").lampIs(incident.Green).timersAre().
		to(24, 11, 0).does(street, incident.Unmerge{Reason: "不是同一处"}).followed("Unmerged").lampIs(incident.Grey).
		stands("handling street 440114002-S01 11-30 18:00").fires(0).followed("Resumed")
	early := suspension
	early.Until = november(24, 10, 0)
	shopDispatched(t).to(23, 10, 0).does(handler, early).does(street, incident.GrantSuspension{}).does(street, into()).
		to(24, 11, 0).does(street, incident.Unmerge{Reason: "不是同一处"}).followed("Resumed", "Unmerged").lampIs(incident.Green)
}

func TestASlowTimerResumesAllTheSame(t *testing.T) {
	handled := incident.Handle{Result: "已拆除"}
	prompt := suspended(t).fires(0)
	prompt.to(30, 10, 0).does(handler, handled)
	slow := suspended(t).to(30, 10, 0).does(handler, handled).followed("Resumed", "Handled")
	if diff := cmp.Diff(prompt.events, slow.events); diff != "" {
		t.Errorf("told otherwise (-prompt +slow):\n%s", diff)
	}
	// At its very end a suspension is over, whether anybody has said so or not.
	suspended(t).to(30, 9, 0).does(handler, handled).followed("Resumed", "Handled")
	sc := suspended(t)
	resume := sc.s.Timers()[0].Command()
	sc.to(30, 8, 59).changesNothing(incident.Workflow, resume)
	sc.to(30, 9, 0).does(incident.Workflow, resume).followed("Resumed").changesNothing(incident.Workflow, resume)
	// Deadlines that passed after it are told after it.
	suspended(t).on(30*24*time.Hour).does(handler, handled).followed("Resumed", "Expired", "Expired", "Handled")
}

func TestAWarningThatWasSaidIsNotSaidAgainAfterASuspension(t *testing.T) {
	sc := shopDispatched(t).fires(0).followed("Warned").to(23, 17, 30).does(handler, suspension).does(street, incident.GrantSuspension{})
	sc.fires(0).followed("Resumed").lampIs(incident.Yellow).
		timersAre("stage expired 11-30 10:30", "total warned 12-01 11:18", "total expired 12-01 17:30")
}

func TestAnExtensionAfterASuspension(t *testing.T) {
	suspended(t).to(24, 11, 0).does(street, incident.Resume{}).stands("handling street 440114002-S01 11-25 10:00").
		does(handler, extension).does(street, incident.GrantExtension{}).
		stands("handling street 440114002-S01 11-26 10:00").totalIs("11-26 17:00")
	// And a suspension after an extension.
	shopDispatched(t).does(handler, extension).does(street, incident.GrantExtension{}).to(23, 10, 0).
		does(handler, suspension).does(street, incident.GrantSuspension{}).
		stands("handling street 440114002-S01 12-01 18:00").totalIs("12-02 15:00")
}

func TestARedOneIsSuspendedByTheDutyLeaderOnly(t *testing.T) {
	sc := shopDispatched(t).to(24, 10, 0).does(handler, suspension).followed("Expired", "SuspensionRequested").
		isRefused(street, incident.GrantSuspension{}, "duty_leader_required").
		holding(jurisdiction.DispatchPost).isRefused(center, incident.GrantSuspension{}, "duty_leader_required").
		holding(jurisdiction.DutyLeader).does(center, incident.GrantSuspension{}).lampIs(incident.Grey).
		// What was over stays over; the total clock had time left, and keeps it.
		stands("handling street 440114002-S01 11-24 09:00").totalIs("12-01 15:00")
	sc.fires(0).followed("Resumed").lampIs(incident.Red).timersAre("total warned 12-01 08:48", "total expired 12-01 15:00")
}

func TestTheSuspensionLadder(t *testing.T) {
	sc := shopDispatched(t).under(func(p *incident.Policy) {
		p.SuspensionLadder = []incident.Rung{incident.ByDesk, incident.ByDistrict}
	}).does(handler, suspension).does(street, incident.GrantSuspension{}).followed("Endorsed").lampIs(incident.Green).
		changesNothing(street, incident.GrantSuspension{}).
		does(center, incident.GrantSuspension{}).followed("SuspensionGranted").lampIs(incident.Grey)
	g := last[incident.SuspensionGranted](sc)
	if g.Reason != suspension.Reason || g.Code != incident.Litigation || !g.Until.Equal(suspension.Until) || g.Desk != district {
		t.Errorf("granted %+v", g)
	}
}

// Returns.

func TestAReturnHasItsWindow(t *testing.T) {
	shopDispatched(t).to(23, 15, 0).does(handler, back).followed("Returned")
	shopDispatched(t).to(23, 15, 1).isRefused(handler, back, "return_window_over").
		saysNo(handler, back, "不能退单：已超过退单时限（派遣后 4 工作时），请提请会商。")
	manholeDispatched(t).on(30*time.Minute+time.Second).
		saysNo(water, back, "不能退单：已超过退单时限（派遣后 30 分钟），请提请会商。")
	// The next unit has a window of its own.
	shopDispatched(t).to(23, 15, 1).does(street, incident.Transfer{Unit: s02}).to(23, 17, 0).does(handler2, back)
	// Facts from before there were windows have none.
	old := shopFiled(t).does(street, incident.Dispatch{Unit: s01})
	d := last[incident.Dispatched](old)
	d.Return = nil
	again := &scene{t: t, world: world, now: nine.Add(20 * time.Hour)}
	again.add(old.events[:len(old.events)-1]...).add(d).does(handler, back).followed("Returned")
}

func TestOnlyDisputesAboutDutyCountTowardDifficult(t *testing.T) {
	for _, code := range incident.ReturnCodes {
		sc := shopDispatched(t).does(handler, incident.Return{Code: code, Reason: "x"})
		want := code == incident.NotOurDuty || code == incident.OwnerElsewhere
		if r := last[incident.Returned](sc); r.Counts == nil || *r.Counts != want {
			t.Errorf("a return as %s counts %v, want %t", code, r.Counts, want)
		}
	}
	sc := shopFiled(t)
	for range 4 {
		sc.does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Code: incident.WrongPlace, Reason: "x"})
	}
	if sc.s.Difficult || sc.s.Returns != 4 {
		t.Errorf("difficult %t after %d returns for the place", sc.s.Difficult, sc.s.Returns)
	}
}

func TestAnEscalationAsNotOursOfADelegatedIncidentIsADispute(t *testing.T) {
	sc := shopFiled(t).does(street, incident.Escalate{Reason: "x"}).under(func(p *incident.Policy) { p.DifficultAfter = 1 }).
		does(center, incident.Dispatch{Unit: huacheng}).does(street, incident.Escalate{Code: incident.NotOurs, Reason: "x"})
	if e := last[incident.Escalated](sc); !e.Returns || !e.Difficult || !sc.s.Difficult {
		t.Errorf("escalated %+v", e)
	}
}

func reviewed(t *testing.T, by incident.ReturnReview) *scene {
	t.Helper()
	return shopDispatched(t).under(func(p *incident.Policy) { p.ReturnReview = by })
}

func TestWithReviewTheUnitKeepsItUntilTheReturnIsApproved(t *testing.T) {
	because := incident.Return{Code: incident.OwnerElsewhere, Reason: "属交通设施", Clause: "条例第二十条"}
	sc := reviewed(t, incident.ReviewDesk).does(handler, because).followed("ReturnRequested").
		stands("handling street 440114002-S01 11-24 09:00").
		changesNothing(handler, because).isRefused(handler, back, "request_pending").
		isRefused(handler, incident.ApproveReturn{}, "role_may_not").
		isRefused(xinhuaDesk, incident.ApproveReturn{}, "not_your_desk").
		does(street, incident.ApproveReturn{}).followed("Returned").stands("dispatching street 440114002 11-23 10:00").
		changesNothing(street, incident.ApproveReturn{})
	r := last[incident.Returned](sc)
	if r.By != street || r.Unit != s01 || r.Code != because.Code || r.Reason != because.Reason || r.Clause != because.Clause || !*r.Counts {
		t.Errorf("returned %+v", r)
	}
}

func TestARefusedReturnStaysWithTheUnit(t *testing.T) {
	reviewed(t, incident.ReviewDesk).isRefused(street, incident.RefuseReturn{Reason: "x"}, "no_request").does(handler, back).
		isRefused(street, incident.RefuseReturn{}, "reason_required").
		does(street, incident.RefuseReturn{Reason: "属贵单位"}).followed("ReturnRefused").
		changesNothing(street, incident.RefuseReturn{Reason: "属贵单位"}).
		stands("handling street 440114002-S01 11-24 09:00").isRefused(street, incident.ApproveReturn{}, "no_request").does(handler, back)
}

func TestSilenceRefusesAReturn(t *testing.T) {
	sc := reviewed(t, incident.ReviewDesk).does(handler, back).fires(time.Hour).followed("ReturnRefused")
	if r := last[incident.ReturnRefused](sc); !r.Silent || !r.At.Equal(november(23, 11, 0)) || r.By != incident.Workflow || r.Desk != huacheng {
		t.Errorf("refused %+v", r)
	}
	// At the last moment it may still be approved; after it, silence has spoken, slow timer or not.
	reviewed(t, incident.ReviewDesk).does(handler, back).to(23, 11, 0).does(street, incident.ApproveReturn{}).followed("Returned")
	reviewed(t, incident.ReviewDesk).does(handler, back).to(23, 11, 1).isRefused(street, incident.ApproveReturn{}, "no_request").
		does(handler, incident.Accept{}).followed("ReturnRefused", "Accepted")
}

func TestTheDutyLeaderReviewsWhereThePolicySaysSo(t *testing.T) {
	reviewed(t, incident.ReviewDutyLeader).does(handler, back).
		isRefused(street, incident.ApproveReturn{}, "not_your_rung").
		holding(jurisdiction.DispatchPost).isRefused(center, incident.ApproveReturn{}, "not_your_rung").
		holding(jurisdiction.DutyLeader).does(center, incident.ApproveReturn{}).followed("Returned").
		stands("dispatching street 440114002 11-23 10:00")
}

// Rework.

func TestReworkRestartsOrContinuesByPolicy(t *testing.T) {
	// Three of eight working hours were used when it was handled on Monday at noon.
	fail := func(sc *scene) *scene {
		return sc.to(23, 12, 0).does(handler, incident.Handle{Result: "x"}).to(25, 9, 0).does(inspector, incident.Fail{Reason: "未净"})
	}
	fail(shopDispatched(t)).stands("handling street 440114002-S01 11-26 09:00").totalIs("11-25 16:00")
	goesOn := func(p *incident.Policy) { p.Rework = incident.ReworkContinue }
	sc := fail(shopDispatched(t).under(goesOn)).stands("handling street 440114002-S01 11-25 16:00").totalIs("11-25 16:00")
	var counted time.Duration
	for _, p := range world.Days.Explain(sc.s.Deadline) {
		counted += p.To.Sub(p.From)
	}
	if counted != 8*time.Hour {
		t.Errorf("the periods sum to %v", counted)
	}
	// An extension that was granted goes on with it, and is not granted anew.
	sc = fail(shopDispatched(t).under(goesOn).under(func(p *incident.Policy) { p.MaxExtensions = 1 }).
		does(handler, extension).does(street, incident.GrantExtension{})).
		stands("handling street 440114002-S01 11-26 16:00").isRefused(handler, extension, "extension_limit")
	// What did not last is no pause.
	at := shopDispatched(t).under(goesOn).to(23, 12, 0).does(handler, incident.Handle{Result: "x"}).does(inspector, incident.Fail{Reason: "未净"}).
		stands("handling street 440114002-S01 11-24 09:00")
	if len(at.s.Deadline.Pauses) != 0 {
		t.Errorf("pauses %v", at.s.Deadline.Pauses)
	}
	// And again: both rests are counted out.
	sc.to(25, 10, 0).does(handler, incident.Handle{Result: "x"}).to(25, 12, 0).does(inspector, incident.Fail{Reason: "y"}).
		stands("handling street 440114002-S01 11-26 18:00")
}

func TestWorkThatWasLateIsLateAgainWhenItComesBack(t *testing.T) {
	sc := shopDispatched(t).under(func(p *incident.Policy) { p.Rework = incident.ReworkContinue }).
		to(24, 10, 0).does(handler, incident.Handle{Result: "x"}).lampIs(incident.Green).
		to(24, 11, 0).does(inspector, incident.Fail{Reason: "未净"}).stands("handling street 440114002-S01 11-24 09:00").
		fires(0).followed("Warned").fires(0).followed("Expired").lampIs(incident.Red)
	if e := last[incident.Expired](sc); !e.At.Equal(november(24, 11, 0)) || !e.Due.Equal(november(24, 9, 0)) {
		t.Errorf("expired %+v", e)
	}
	if len(sc.s.Late) != 1 {
		t.Errorf("late by one deadline, told as %v", sc.s.Late)
	}
}

func TestAnEscalationRestartsTheStageAndTheDelayStaysWithWhoHadIt(t *testing.T) {
	sc := shopFiled(t).to(23, 11, 0).does(street, incident.Escalate{Reason: "超出权限"}).followed("Expired", "Escalated").
		stands("dispatching district 440114 11-23 12:00").totalIs("11-25 16:00").lampIs(incident.Green)
	want := []incident.Lateness{{Clock: incident.StageClock, Stage: incident.Dispatching, Holder: huacheng, Due: november(23, 10, 0)}}
	if diff := cmp.Diff(want, sc.s.Late); diff != "" {
		t.Errorf("late (-want +got):\n%s", diff)
	}
}

// Signing.

func TestWhatIsNotSignedInTimeCountsAsSignedLate(t *testing.T) {
	sc := shopDispatched(t)
	if sc.s.Accepted || clock(&sc.s.AcceptBy) != "11-23 11:00" {
		t.Errorf("signed %t, to be signed by %s", sc.s.Accepted, clock(&sc.s.AcceptBy))
	}
	sc.to(23, 11, 0).does(handler, incident.Accept{})
	if a := last[incident.Accepted](sc); a.Late || !sc.s.Accepted {
		t.Errorf("signed at the last moment: %+v", a)
	}
	if a := last[incident.Accepted](shopDispatched(t).to(23, 11, 1).does(handler, incident.Accept{})); !a.Late {
		t.Errorf("signed late: %+v", a)
	}
	// Signing moves no clock, and handling needs no signature.
	sc.stands("handling street 440114002-S01 11-24 09:00").isRefused(handler, incident.Accept{Extra: incident.Extra{Note: "x"}}, "already_accepted")
	shopDispatched(t).does(handler, incident.Handle{Result: "x"})
	// The next unit signs for itself.
	if sc.does(street, incident.Transfer{Unit: s02}); sc.s.Accepted || clock(&sc.s.AcceptBy) != "11-23 15:00" {
		t.Errorf("signed %t, to be signed by %s", sc.s.Accepted, clock(&sc.s.AcceptBy))
	}
}

// Calendar.

func TestDeadlinesAreRecomputedWhenTheYearIsLoaded(t *testing.T) {
	next, err := deadline.ParseCalendar("cn-2027", strings.NewReader("date,kind,festival\n2027-01-01,off,元旦\n"))
	if err != nil {
		t.Fatal(err)
	}
	loaded := world.Days.With(next)
	filed := func() *scene {
		sc := begin(t)
		sc.now = time.Date(2026, 12, 31, 17, 0, 0, 0, deadline.CST)
		return sc.does(inspector, report(incident.FromInspector, shop, atGuihua)).
			does(street, incident.File{Matter: shop, Criterion: shop1}).totalIs("unpublished").flagged(incident.CalendarNotPublished)
	}
	sc := filed().changesNothing(incident.Workflow, incident.Recompute{}) // still not published
	sc.world.Days = loaded
	was := sc.s.Deadline
	sc.does(incident.Workflow, incident.Recompute{}).followed("Recomputed").totalIs("01-06 12:00").flagged().
		changesNothing(incident.Workflow, incident.Recompute{})
	if diff := cmp.Diff(was, sc.s.Deadline); diff != "" {
		t.Errorf("the deadline that was known changed:\n%s", diff)
	}
	sc.does(supervisor, incident.Comment{Text: "x"}).changesNothing(incident.Workflow, incident.Recompute{}).
		isRefused(admin, incident.Recompute{}, "role_may_not")

	// A year that is loaded late says at once what is over.
	late := filed().does(street, incident.Dispatch{Unit: s01}).stands("handling street 440114002-S01 unpublished")
	late.world.Days = loaded
	late.now = time.Date(2027, 1, 5, 9, 0, 0, 0, deadline.CST)
	late.does(incident.Workflow, incident.Recompute{}).followed("Recomputed", "Expired").
		stands("handling street 440114002-S01 01-04 17:00").lampIs(incident.Red)
	if e := last[incident.Expired](late); !e.At.Equal(late.now) {
		t.Errorf("expired %+v", e)
	}
	if clock(&late.s.AcceptBy) != "01-04 09:00" || clock(&late.s.ReturnBy) != "01-04 11:00" {
		t.Errorf("to be signed by %s, to be returned by %s", clock(&late.s.AcceptBy), clock(&late.s.ReturnBy))
	}
}

func TestAChangedPolicyOrCalendarNeverRewritesThePast(t *testing.T) {
	sc := shopDispatched(t)
	was := sc.s
	holiday, err := deadline.ParseCalendar("cn-2026-b", strings.NewReader("date,kind,festival\n2026-11-24,off,临时放假\n"))
	if err != nil {
		t.Fatal(err)
	}
	sc.world.Days = world.Days.With(holiday)
	sc.under(func(p *incident.Policy) {
		p.Version, p.ReturnWindow.Normal, p.MaxExtensions = "policy-2", limit(1, deadline.WorkingHours), 0
		p.StageLimits = map[incident.Stage]incident.StageLimit{incident.Checking: {Normal: limit(2, deadline.WorkingHours)}}
	})
	sc.does(supervisor, incident.Comment{Text: "x"}).stands("handling street 440114002-S01 11-24 09:00").totalIs("11-25 16:00")
	if diff := cmp.Diff(was.ReturnBy, sc.s.ReturnBy); diff != "" {
		t.Errorf("the return window changed:\n%s", diff)
	}
	// It tells with which calendar it was reckoned, and goes by that until it changes.
	if sc.s.Deadline.Calendar != "cn-2026" {
		t.Errorf("reckoned on %s", sc.s.Deadline.Calendar)
	}
	// What is decided from now on goes by the new ones.
	sc.isRefused(handler, extension, "extension_limit").to(23, 15, 0).does(handler, incident.Handle{Result: "x"}).
		stands("checking street 440114002002 11-23 17:00").
		does(inspector, incident.Fail{Reason: "x"}).stands("handling street 440114002-S01 11-25 15:00")
	if sc.s.Deadline.Calendar != "cn-2026-b" {
		t.Errorf("reckoned on %s", sc.s.Deadline.Calendar)
	}
}

package incident_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

func (sc *scene) isDifficult(want bool) *scene {
	sc.t.Helper()
	if sc.s.Difficult != want {
		sc.t.Errorf("difficult: %t, want %t", sc.s.Difficult, want)
	}
	return sc
}

func (sc *scene) isSafeWith(unit, why string) *scene {
	sc.t.Helper()
	if u, w := incident.Safeguard(sc.s, sc.world.Book); u != unit || w != why {
		sc.t.Errorf("%q makes it safe as %q, want %q as %q", u, w, unit, why)
	}
	return sc
}

func (sc *scene) involves(want ...string) *scene {
	sc.t.Helper()
	if diff := cmp.Diff(want, incident.Involved(sc.s)); diff != "" {
		sc.t.Errorf("involved (-want +got):\n%s", diff)
	}
	return sc
}

func ask(units ...string) incident.OpenCoordination {
	return incident.OpenCoordination{Units: units, Question: "由谁处置"}
}

// coordinated is at the table of the street's desk, after three returns.
func coordinated(t *testing.T) *scene {
	t.Helper()
	return difficult(t).does(street, ask(s01, s02))
}

// Difficult.

func TestOnlyDisputesAboutDutyMakeItDifficult(t *testing.T) {
	sc := shopFiled(t)
	for _, code := range []incident.ReturnCode{incident.Misdispatched, incident.WrongPlace, incident.Duplicate, incident.NeedsSupport} {
		sc.does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "x", Code: code})
	}
	sc.isDifficult(false)
	if sc.s.Returns != 4 || sc.s.Disputes != 0 {
		t.Errorf("%d returns, %d disputes", sc.s.Returns, sc.s.Disputes)
	}
	sc = shopFiled(t)
	for _, code := range []incident.ReturnCode{incident.NotOurDuty, incident.OwnerElsewhere, incident.NotOurDuty} {
		sc.isDifficult(false).does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "x", Code: code})
	}
	sc.isDifficult(true)
}

func TestReturnsFromBeforeTheCodesCountedAllCount(t *testing.T) {
	s := incident.Evolve(shopDispatched(t).s, incident.Returned{Code: incident.Misdispatched})
	if s.Disputes != 1 {
		t.Errorf("%d disputes", s.Disputes)
	}
}

func TestBackToAUnitThatHadItBeforeAnotherIsDifficultAtOnce(t *testing.T) {
	back := func(unit string) *scene {
		return shopDispatched(t).does(handler, incident.Return{Reason: "x"}).does(street, incident.Dispatch{Unit: s02}).
			does(handler2, incident.Return{Reason: "x", Code: incident.Misdispatched}).isDifficult(false).
			does(street, incident.Dispatch{Unit: unit})
	}
	sc := back(s01).isDifficult(true).
		isRefused(handler, incident.Return{Reason: "x"}, "needs_coordination").
		isRefused(street, incident.Transfer{Unit: s02}, "needs_coordination")
	if !last[incident.Dispatched](sc).Difficult {
		t.Error("the dispatch does not say so")
	}
	back(s02).isDifficult(false)
	shopDispatched(t).does(street, incident.Transfer{Unit: s02}).isDifficult(false).
		does(street, incident.Transfer{Unit: s01}).isDifficult(true)
	// Between streets, too.
	begin(t).does(center, report(incident.FromLeader, manhole, atGuihua)).does(center, incident.File{Matter: manhole, Criterion: manhole1}).
		does(center, incident.Dispatch{Unit: huacheng}).does(street, incident.Escalate{Reason: "x"}).
		does(center, incident.Dispatch{Unit: xinhua}).does(xinhuaDesk, incident.Escalate{Reason: "x"}).isDifficult(false).
		does(center, incident.Dispatch{Unit: huacheng}).isDifficult(true)
}

func TestFilingAnewForgetsWhoHadIt(t *testing.T) {
	shopDispatched(t).does(street, incident.Transfer{Unit: s02}).does(handler2, incident.Handle{Result: "x"}).
		does(inspector, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true}).
		does(street, incident.Reopen{Reason: "x"}).does(street, incident.File{Matter: shop, Criterion: shop1}).
		does(street, incident.Dispatch{Unit: s01}).isDifficult(false)
}

func TestADifficultIncidentMovesByCoordinationWhoeverHoldsIt(t *testing.T) {
	difficult(t).
		isRefused(street, incident.Dispatch{Unit: s02}, "needs_coordination").
		isRefused(street, incident.Dispatch{Unit: guihua}, "needs_coordination").
		does(street, incident.Escalate{Reason: "多次退单"}).stands("dispatching district 440114 11-23 10:00").
		isRefused(center, incident.Dispatch{Unit: d01}, "needs_coordination").
		does(center, ask(d01, "D04")).stands("coordinating district 440114 11-24 09:00").
		does(center, incident.ConcludeCoordination{Lead: d01}).isDifficult(false).
		stands("handling district D01 11-24 09:00")
}

// Coordination.

func TestADeskAsksUnitsToTheTable(t *testing.T) {
	sc := shopFiled(t).on(time.Hour).
		isRefused(street, incident.OpenCoordination{Question: "x"}, "units_required").
		isRefused(street, incident.OpenCoordination{Units: []string{s01}}, "question_required").
		isRefused(street, ask(s01, "Z99"), "unit_unknown").
		isRefused(xinhuaDesk, ask(s01), "not_your_desk").
		isRefused(station, ask(s01), "role_may_not").
		isRefused(handler, ask(s01), "role_may_not").
		does(street, ask(s01, d01, s01)).followed("CoordinationOpened").
		stands("coordinating street 440114002 11-24 10:00").totalIs("11-25 16:00").involves(s01, d01)
	if e := last[incident.CoordinationOpened](sc); e.Desk != huacheng || len(e.Units) != 2 {
		t.Errorf("opened %+v", e)
	}
	// A desk above asks too, and has it then; a station's incident is asked about by its street.
	shopFiled(t).does(center, ask(s01, d01)).stands("coordinating district 440114 11-24 09:00")
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(street, ask(guihua, s02)).stands("coordinating street 440114002 11-24 09:00")
}

func TestWhileAUnitHasItCoordinationIsForWhatCannotBeReturned(t *testing.T) {
	shopDispatched(t).isRefused(street, ask(s01, s02), "return_window_open").
		on(4*time.Hour).isRefused(street, ask(s01, s02), "return_window_open"). // 13:00: two working hours are left
		on(3*time.Hour).does(street, ask(s01, s02)).stands("coordinating street 440114002 11-24 16:00")
	coordinated(t).does(street, incident.ConcludeCoordination{Lead: s01}).does(street, ask(s01, s02)).followed("CoordinationOpened")
	shopDispatched(t).does(street, incident.Transfer{Unit: s02}).does(street, incident.Transfer{Unit: s01}).
		does(street, ask(s01, s02)).followed("CoordinationOpened")
}

func TestConcludingMakesTheLeadTheHolder(t *testing.T) {
	sc := coordinated(t).on(time.Hour).
		isRefused(street, incident.ConcludeCoordination{}, "lead_required").
		isRefused(street, incident.ConcludeCoordination{Lead: "Z99"}, "unit_unknown").
		isRefused(street, incident.ConcludeCoordination{Lead: d01}, "out_of_reach").
		isRefused(street, incident.ConcludeCoordination{Lead: otherS01}, "out_of_reach").
		isRefused(street, incident.ConcludeCoordination{Lead: s01, Helpers: []incident.HelpWanted{{Unit: d01}}}, "out_of_reach").
		isRefused(xinhuaDesk, incident.ConcludeCoordination{Lead: otherS01}, "not_your_desk").
		isRefused(handler, incident.ConcludeCoordination{Lead: s01}, "role_may_not").
		does(street, incident.ConcludeCoordination{Lead: s01, Helpers: []incident.HelpWanted{{Unit: s02, Task: "清运"}}}).
		followed("CoordinationConcluded").stands("handling street 440114002-S01 11-24 10:00").totalIs("11-25 16:00").
		isDifficult(false).involves(s02).
		isRefused(handler, incident.Return{Reason: "x"}, "bound_by_coordination")
	if e := last[incident.CoordinationConcluded](sc); clock(&e.Accept) != "11-23 12:00" || e.Ruling != nil || e.Basis.Reason == "" {
		t.Errorf("concluded %+v", e)
	}
	sc.does(handler, incident.Handle{Result: "x"}).stands("checking street 440114002002 11-24 10:00")
}

func TestTheDistrictLeadsWhereNoStreetCan(t *testing.T) {
	coordinated(t).does(center, incident.ConcludeCoordination{Lead: d01, Helpers: []incident.HelpWanted{{Unit: s01}}}).
		stands("handling district D01 11-24 09:00").does(bureau, incident.Handle{Result: "x"})
	shopFiled(t).does(center, ask(s01, d01)).does(center, incident.ConcludeCoordination{Lead: s01}).
		stands("handling street 440114002-S01 11-24 09:00").
		does(handler, incident.Handle{Result: "x"})
	// A street's center that leads dispatches on.
	sc := shopFiled(t).does(center, ask(huacheng, xinhua)).
		isRefused(center, incident.ConcludeCoordination{Lead: xinhua, Helpers: []incident.HelpWanted{{Unit: d01}}}, "helpers_need_a_lead").
		isRefused(center, incident.ConcludeCoordination{Lead: "D19"}, "out_of_reach").
		does(center, incident.ConcludeCoordination{Lead: xinhua}).stands("dispatching street 440114001 11-23 10:00").
		does(xinhuaDesk, incident.Dispatch{Unit: otherS01})
	if sc.s.FirstReceiver != otherS01 {
		t.Errorf("the first receiver is %q", sc.s.FirstReceiver)
	}
}

func TestARulingBindsWhereItCan(t *testing.T) {
	rules := func(change func(*incident.Ruling)) incident.ConcludeCoordination {
		r := incident.Ruling{Matter: shop, Area: huacheng, Unit: s02}
		if change != nil {
			change(&r)
		}
		return incident.ConcludeCoordination{Lead: s02, Ruling: &r}
	}
	past := nine
	sc := coordinated(t).
		isRefused(street, rules(func(r *incident.Ruling) { r.Matter.Code = "99999" }), "matter_unknown").
		isRefused(street, rules(func(r *incident.Ruling) { r.Matter = staff }), "ruling_restricted").
		isRefused(street, rules(func(r *incident.Ruling) { r.Area = "44" }), "area_unknown").
		isRefused(street, rules(func(r *incident.Ruling) { r.Area = s01 }), "area_unknown").
		isRefused(street, rules(func(r *incident.Ruling) { r.Area = district }), "area_out_of_reach").
		isRefused(street, rules(func(r *incident.Ruling) { r.Area = ziwei }), "area_elsewhere").
		isRefused(street, rules(func(r *incident.Ruling) { r.Unit = "Z99" }), "unit_unknown").
		isRefused(street, rules(func(r *incident.Ruling) { r.Unit = d01 }), "out_of_reach").
		isRefused(street, rules(func(r *incident.Ruling) { r.Unit = otherS01 }), "out_of_reach").
		isRefused(street, rules(func(r *incident.Ruling) { r.Expires = &past }), "expires_past").
		does(street, rules(nil)).changesNothing(street, rules(nil))
	want := incident.Ruling{Number: "会商裁定 440114-20261123-00001", Authority: "花城街道指挥中心", Matter: shop, Area: huacheng, Unit: s02}
	e := last[incident.CoordinationConcluded](sc)
	if diff := cmp.Diff(&want, e.Ruling); diff != "" || e.Basis.Ruling != want.Number {
		t.Errorf("ruled (-want +got):\n%s%+v", diff, e.Basis)
	}
	e = last[incident.CoordinationConcluded](sc.does(street, ask(s01)).does(street, rules(nil)))
	if e.Ruling.Number != "会商裁定 440114-20261123-00001-2" {
		t.Errorf("the second ruling is %q", e.Ruling.Number)
	}
	until := nine.Add(1000 * time.Hour)
	e = last[incident.CoordinationConcluded](coordinated(t).does(center, rules(func(r *incident.Ruling) {
		r.Number, r.Authority, r.Area, r.Unit, r.Expires = "第 7 号", "区政府", district, d01, &until
	})))
	if e.Ruling.Number != "第 7 号" || e.Ruling.Authority != "区政府" || !e.Ruling.Expires.Equal(until) {
		t.Errorf("ruled %+v", e.Ruling)
	}
}

func TestWhoMakesItSafeWhileDutyIsDisputed(t *testing.T) {
	shopFiled(t).isSafeWith("", "").does(street, incident.Dispatch{Unit: s02}).isSafeWith("", "").
		does(handler2, incident.Return{Reason: "x"}).isSafeWith(s02, "first_receiver").
		does(supervisor, incident.Comment{Text: "x"}).isSafeWith(s02, "first_receiver").
		does(street, incident.Escalate{Reason: "x"}).isSafeWith(s02, "first_receiver").
		does(center, incident.Dispatch{Unit: d01}).isSafeWith("", "").
		does(bureau, incident.Return{Reason: "x"}).isSafeWith(s02, "first_receiver").
		does(center, ask(s02, d01)).isSafeWith(s02, "first_receiver").
		does(center, incident.ConcludeCoordination{Lead: d01}).isSafeWith("", "")
	sc := shopFiled(t).does(street, ask(s01, s02))
	if fallback, there := sc.world.Book.Fallback(shop, atGuihua); there {
		sc.isSafeWith(fallback.Code, "fallback")
	} else {
		sc.isSafeWith("", "")
	}
}

// Helpers.

func TestHelpersHaveTheirOwnTasksAndLimits(t *testing.T) {
	two, days := limit(2, deadline.WorkingHours), limit(3, deadline.WorkingDays)
	with := func(h ...incident.HelpWanted) incident.Dispatch { return incident.Dispatch{Unit: s01, Helpers: h} }
	sc := shopFiled(t).
		isRefused(street, with(incident.HelpWanted{Unit: "Z99"}), "unit_unknown").
		isRefused(street, with(incident.HelpWanted{Unit: s01}), "helper_is_lead").
		isRefused(street, with(incident.HelpWanted{Unit: s02}, incident.HelpWanted{Unit: s02}), "helper_twice").
		isRefused(street, with(incident.HelpWanted{Unit: d01}), "out_of_reach").
		isRefused(street, with(incident.HelpWanted{Unit: s02, Limit: &days}), "helper_later_than_lead").
		does(street, with(incident.HelpWanted{Unit: s02, Task: "清运", Limit: &two}, incident.HelpWanted{Unit: guihua, Task: "引导"})).
		changesNothing(street, with(incident.HelpWanted{Unit: s02, Task: "清运", Limit: &two}, incident.HelpWanted{Unit: guihua, Task: "引导"})).
		involves(s02, guihua)
	if h := sc.s.Helpers; len(h) != 2 || clock(&h[0].Deadline) != "11-23 11:00" || clock(&h[1].Deadline) != "11-24 09:00" {
		t.Errorf("helpers %+v", h)
	}
	sc.isRefused(handler2, incident.Help{}, "result_required").
		isRefused(handler, incident.Help{Result: "x"}, "not_a_helper").
		isRefused(ziweiStaff, incident.Help{Result: "x"}, "not_a_helper").
		isRefused(street, incident.Help{Result: "x"}, "role_may_not").
		on(2*time.Hour).does(handler2, incident.Help{Result: "已清运"}).followed("Helped").
		stands("handling street 440114002-S01 11-24 09:00").changesNothing(handler2, incident.Help{Result: "已清运"}).
		isRefused(handler2, incident.Help{Result: "又清运"}, "already_helped")
	if last[incident.Helped](sc).Late {
		t.Error("helping at the very limit is late")
	}
	sc.does(handler, incident.Handle{Result: "已拆除"}).flagged(incident.HelperUnfinished).
		isRefused(station, incident.Help{Result: "x"}, "wrong_stage").involves()
	if h := last[incident.Handled](sc); !slices.Equal(h.Unfinished, []string{guihua}) {
		t.Errorf("unfinished are %v", h.Unfinished)
	}
	sc.does(inspector, incident.Fail{Reason: "x"}).isRefused(station, incident.Help{Result: "x"}, "not_a_helper")
}

func TestAStationHelpsAndAHelperMayBeLate(t *testing.T) {
	two := limit(2, deadline.WorkingHours)
	sc := shopFiled(t).does(street, incident.Dispatch{Unit: s01, Helpers: []incident.HelpWanted{{Unit: guihua, Limit: &two}}}).
		on(3*time.Hour).does(station, incident.Help{Result: "已引导"})
	if !last[incident.Helped](sc).Late || !sc.s.Helpers[0].Done {
		t.Errorf("helpers %+v", sc.s.Helpers)
	}
	sc.does(handler, incident.Handle{Result: "已拆除"}).flagged()
}

func TestAHelperOfALateLeadIsLateAtOnce(t *testing.T) {
	sc := shopDispatched(t).on(30*time.Hour).does(street, incident.Transfer{Unit: s02, Helpers: []incident.HelpWanted{{Unit: s01}}}).
		followed("Expired", "Transferred")
	sc.on(time.Hour).does(handler, incident.Help{Result: "x"}).followed("Lapsed", "Helped")
	if l := sc.last[0].(incident.Lapsed); clockOf(l.At) != "11-24 15:00" || clockOf(l.Due) != "11-24 09:00" || l.Unit != s01 {
		t.Errorf("lapsed %+v", l)
	}
}

func TestTheTasksOfHelpersEndWithTheHandling(t *testing.T) {
	helped := func() *scene {
		return shopFiled(t).does(street, incident.Dispatch{Unit: s01, Helpers: []incident.HelpWanted{{Unit: guihua}}})
	}
	helped().does(handler, incident.Return{Reason: "x"}).involves()
	helped().does(street, incident.Escalate{Reason: "x"}).involves()
	helped().does(street, incident.Transfer{Unit: s02, Helpers: []incident.HelpWanted{{Unit: s01, Task: "交接"}}}).involves(s01)
	helped().isRefused(street, incident.Transfer{Unit: s02, Helpers: []incident.HelpWanted{{Unit: s02}}}, "helper_is_lead").
		isRefused(center, incident.Transfer{Unit: xinhua, Helpers: []incident.HelpWanted{{Unit: d01}}}, "helpers_need_a_lead")
	begin(t).does(center, report(incident.FromLeader, manhole, atGuihua)).
		does(center, incident.File{Matter: manhole, Criterion: manhole1}).
		isRefused(center, incident.Dispatch{Unit: huacheng, Helpers: []incident.HelpWanted{{Unit: d01}}}, "helpers_need_a_lead").
		isRefused(center, incident.Dispatch{Unit: "D04", Helpers: []incident.HelpWanted{{Unit: huacheng}}}, "helper_is_desk").
		does(center, incident.Dispatch{Unit: "D04", Helpers: []incident.HelpWanted{{Unit: d01}}})
}

// Inside a unit.

func TestAssigningInsideAUnitMovesNothing(t *testing.T) {
	sc := shopDispatched(t).
		isRefused(handler, incident.Assign{Reason: "x"}, "assignee_required").
		isRefused(handler2, incident.Assign{Team: "二中队"}, "not_the_holder").
		isRefused(street, incident.Assign{Team: "二中队"}, "role_may_not").
		on(time.Hour).does(handler, incident.Assign{Person: "li"}).followed("Assigned").
		stands("handling street 440114002-S01 11-24 09:00").totalIs("11-25 16:00")
	clerk, fitter := sc.order(handler, incident.Handle{Result: "x"}), sc.order(handler, incident.Handle{Result: "x"})
	clerk.Posts, fitter.Posts = []jurisdiction.Post{jurisdiction.Clerk}, []jurisdiction.Post{jurisdiction.DispatchPost}
	if events, err := incident.Decide(sc.s, clerk); err != nil || len(events) == 0 {
		t.Errorf("the clerk confirms: %v", err)
	}
	if _, err := incident.Decide(sc.s, fitter); !refusedAs(err, "clerk_confirms") {
		t.Errorf("who is no clerk confirms: %v", err)
	}
	if slices.Contains(incident.Allowed(sc.s, fitter), "handle") || !slices.Contains(incident.Allowed(sc.s, clerk), "handle") {
		t.Error("allowed does not know the clerk")
	}
	// Not assigned, anybody of the unit confirms.
	sc = shopDispatched(t)
	fitter = sc.order(handler, incident.Handle{Result: "x"})
	fitter.Posts = []jurisdiction.Post{jurisdiction.DispatchPost}
	if _, err := incident.Decide(sc.s, fitter); err != nil {
		t.Error(err)
	}
	if sc.does(handler, incident.Assign{Team: "二中队"}).does(handler, incident.Return{Reason: "x"}).s.Assignee != (incident.Assignee{}) {
		t.Error("what was returned is still assigned")
	}
}

// Calls.

func TestAStreetCallsABranch(t *testing.T) {
	call := incident.Call{Unit: police, Task: "维持秩序"}
	sc := shopDispatched(t).
		isRefused(street, incident.Call{Task: "x"}, "unit_required").
		isRefused(street, incident.Call{Unit: "Z99", Task: "x"}, "unit_unknown").
		isRefused(street, incident.Call{Unit: s02, Task: "x"}, "not_a_branch_here").
		isRefused(street, incident.Call{Unit: "440114001-B01", Task: "x"}, "not_a_branch_here").
		isRefused(street, incident.Call{Unit: police}, "task_required").
		isRefused(center, call, "role_may_not").
		isRefused(xinhuaDesk, call, "not_your_desk").
		isRefused(officer, incident.Arrive{}, "not_called").
		does(street, call).followed("Called").stands("handling street 440114002-S01 11-24 09:00").involves(police).
		changesNothing(street, call).
		isRefused(street, incident.Call{Unit: police, Task: "再来"}, "already_called").
		isRefused(handler, incident.Arrive{}, "not_called").
		isRefused(officer, incident.RefuseCall{}, "reason_required")
	if c := sc.s.Calls[0]; clock(&c.Arrive) != "11-23 10:00" {
		t.Errorf("called %+v", c)
	}
	sc.on(time.Hour).does(officer, incident.Arrive{}).followed("Arrived").isRefused(officer, incident.Arrive{Extra: incident.Extra{Note: "x"}}, "not_called")
	if a := last[incident.Arrived](sc); a.Late || a.N != 1 || a.Unit != police {
		t.Errorf("arrived %+v", a)
	}
	within := limit(15, deadline.UrgentMinutes)
	sc.does(street, incident.Call{Unit: police, Task: "再来", Within: &within}).on(16*time.Minute).does(officer, incident.Arrive{})
	if a := last[incident.Arrived](sc); !a.Late || a.N != 2 {
		t.Errorf("arrived %+v", a)
	}
}

func TestABranchThatDoesNotComeSaysWhyToTheDistrict(t *testing.T) {
	for name, at := range map[string]*scene{"dispatching": shopFiled(t), "handling": shopDispatched(t), "coordinating": coordinated(t)} {
		at.does(street, incident.Call{Unit: police, Task: "维持秩序"}).
			does(officer, incident.RefuseCall{Reason: "警力已出"}).followed("CallRefused").flagged(incident.CallRefusedFlag).
			changesNothing(officer, incident.RefuseCall{Reason: "警力已出"}).
			does(street, incident.Call{Unit: police, Task: "维持秩序"})
		if t.Failed() {
			t.Fatalf("while %s", name)
		}
	}
	// Its answer does not wait for the stage it was called in.
	shopDispatched(t).does(street, incident.Call{Unit: police, Task: "x"}).does(handler, incident.Handle{Result: "x"}).does(officer, incident.Arrive{})
}

func TestACallDoesNotStopTheAutomaticDispatch(t *testing.T) {
	sc := shopFiled(t)
	auto := incident.Dispatch{Unit: s01, Auto: true, IfAt: sc.s.Acts}
	sc.does(street, incident.Call{Unit: police, Task: "x"}).does(incident.Workflow, auto)
}

func TestASiteVisitIsGivenToOneInspector(t *testing.T) {
	task := incident.Task{Person: "inspector", Grid: guihua + "001", Why: "该网格的网格员在岗"}
	shopFiled(t).changesNothing(incident.Workflow, task).isRefused(street, task, "role_may_not")
	sc := shopHandled(t).does(incident.Workflow, task).followed("Tasked").changesNothing(incident.Workflow, task).
		does(inspector2, incident.Pass{})
	if sc.s.Tasked != "" {
		t.Error("the visit is over and still somebody's")
	}
}

func TestWhatIsKeptFromItsUnitsGathersNone(t *testing.T) {
	begin(t).does(hotline, report(incident.FromHotline, staff, atGuihua)).
		does(center, incident.File{Matter: staff, Criterion: "huadu-demo/matter/99/1"}).
		isRefused(center, ask(d01), "hand_over_only").isSafeWith("", "")
}

func refusedAs(err error, code string) bool {
	no, refused := domain.AsRefusal(err)
	return refused && no.Code == code
}

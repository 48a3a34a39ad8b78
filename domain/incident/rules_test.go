package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Reporting.

func TestAnInspectorsReportStartsInIntakeAtTheDeskOfItsTier(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua)).
		followed("Reported", "Routed").stands("intake street 440114002 11-23 10:00").totalIs("none").flagged()
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		stands("intake community 440114002002 11-23 10:00")
	begin(t).does(inspector, report(incident.FromInspector, manhole, atGuihua)).
		stands("intake district 440114 11-23 10:00")
}

func TestAPublicReportIsVerifiedFirst(t *testing.T) {
	complaint(t).stands("verifying street 440114002002 11-23 11:00")
	begin(t).does(hotline, report(incident.FromCitizen, catalogue.Key{}, atGuihua)).
		stands("verifying street 440114002002 11-23 11:00").flagged(incident.NoMatter)
	begin(t).does(hotline, report(incident.FromHotline, shop, offGrid)).
		stands("verifying district 440114 11-23 11:00").flagged(incident.OutsideGrid)
}

func TestOutsideEveryGridTheDistrictHoldsIt(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, shop, offGrid)).
		stands("intake district 440114 11-23 10:00").flagged(incident.OutsideGrid)
	begin(t).does(inspector, report(incident.FromInspector, shop, offGrid, func(c *incident.Report) {
		c.Location.Point, c.Flags = nil, []incident.Flag{incident.Unplaced, incident.Simulated}
	})).flagged(incident.Unplaced, incident.Simulated)
}

func TestAReportSaysWhatIsOddAboutIt(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, idle, atGuihua)).flagged(incident.NoCriterion)
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) {
		c.Location.Pinned = true
		c.Reporter = &incident.Reporter{Subject: "x", Confidential: true}
	})).flagged(incident.Pinned, incident.Confidential)
	sc := begin(t)
	sc.now = time.Date(2026, 12, 31, 17, 30, 0, 0, deadline.CST)
	sc.does(inspector, report(incident.FromInspector, shop, atGuihua)).
		stands("intake street 440114002 unpublished").flagged(incident.CalendarNotPublished)
	if r := sc.events[0].(incident.Reported); !cmp.Equal(r.Flags, []incident.Flag{incident.CalendarNotPublished}) {
		t.Errorf("reported with flags %v", r.Flags)
	}
}

func TestAReportFillsInWhatSilenceMeans(t *testing.T) {
	sc := begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua))
	r := sc.events[0].(incident.Reported)
	if r.Severity != incident.Normal || !r.OccurredAt.Equal(nine) || !r.At.Equal(nine) || r.By != inspector {
		t.Errorf("reported %+v", r)
	}
}

func TestAGraveReportHasTheShortLimits(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) { c.Severity = incident.Major })).
		stands("intake street 440114002 11-23 09:15")
	begin(t).does(inspector, report(incident.FromInspector, manhole, atGuihua, func(c *incident.Report) { c.Criterion = manhole1 })).
		stands("intake district 440114 11-23 09:15")
	begin(t).does(hotline, report(incident.FromHotline, manhole, atGuihua, func(c *incident.Report) { c.Severity = incident.Urgent })).
		stands("verifying street 440114002002 11-23 10:00")
}

func TestAReportIsRefused(t *testing.T) {
	begin(t).
		isRefused(inspector, report(incident.FromHotline, shop, atGuihua), "source_not_yours").
		isRefused(screen, report(incident.FromInspector, shop, atGuihua), "role_may_not").
		isRefused(inspector, report(incident.FromInspector, catalogue.ParsePrefixed("99999"), atGuihua), "matter_unknown").
		isRefused(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) { c.Criterion = rubbish1 }), "criterion_not_of_matter").
		isRefused(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) { c.OnTheSpot = true }), "photos_required").
		isRefused(street, report(incident.FromDepartment, shop, atGuihua, onTheSpot), "inspectors_only")
	shopReported(t).
		isRefused(inspector, report(incident.FromInspector, rubbish, atGuihua), "already_reported").
		isRefused(inspector2, report(incident.FromInspector, shop, atGuihua), "already_reported")
}

func TestNothingIsDoneToWhatWasNeverReported(t *testing.T) {
	begin(t).isRefused(street, incident.Comment{Text: "?"}, "not_open").isRefused(street, incident.Reopen{Reason: "?"}, "not_closed")
}

// Verifying.

func TestAnInspectorOfThePlaceConfirms(t *testing.T) {
	complaint(t).on(time.Hour).does(inspector, incident.Confirm{}).followed("Confirmed").stands("intake street 440114002 11-23 11:00")
}

func TestWhatIsNotFoundGoesToTheDeskToDecline(t *testing.T) {
	complaint(t).isRefused(inspector, incident.Refute{}, "reason_required").
		does(inspector, incident.Refute{Reason: "现场未发现"}).followed("Refuted").
		stands("intake street 440114002 11-23 10:00").flagged(incident.NotFound).
		isRefused(inspector, incident.Decline{Reason: "x"}, "role_may_not").
		does(street, incident.Decline{Reason: "核实不属实"}).followed("Declined").stands(" street  none")
}

func TestWhereThereIsAnInspectorNobodyElseVerifies(t *testing.T) {
	complaint(t).
		isRefused(stranger, incident.Confirm{}, "not_the_holder").
		isRefused(station, incident.Confirm{}, "not_the_holder").
		isRefused(street, incident.Confirm{}, "not_the_holder").
		isRefused(center, incident.Refute{Reason: "x"}, "not_the_holder").
		isRefused(handler, incident.Confirm{}, "role_may_not")
}

func TestWithoutAnInspectorTheStationOrADeskAboveVerifies(t *testing.T) {
	for _, by := range []incident.Actor{ziweiStaff, street, center} {
		begin(t).does(hotline, report(incident.FromHotline, shop, atZiwei)).
			isRefused(station, incident.Confirm{}, "not_the_holder").
			isRefused(xinhuaDesk, incident.Confirm{}, "not_the_holder").
			isRefused(inspector, incident.Confirm{}, "not_the_holder").
			does(by, incident.Confirm{}).stands("intake street 440114002 11-23 10:00")
	}
	begin(t).does(hotline, report(incident.FromHotline, shop, offGrid)).
		isRefused(street, incident.Confirm{}, "not_the_holder").
		does(center, incident.Confirm{})
}

// Intake.

func TestFilingStartsTheTotalClockAsAChain(t *testing.T) {
	sc := shopReported(t).does(street, incident.File{Matter: shop, Criterion: shop1}).
		followed("Filed").stands("dispatching street 440114002 11-23 10:00").totalIs("11-25 16:00")
	filed := last[incident.Filed](sc)
	if filed.Unit != s01 || !filed.First || filed.Limit != limit(1, deadline.WorkingDays) || filed.Severity != incident.Normal {
		t.Errorf("filed %+v", filed)
	}
	if filed.Basis.PolicyVersion != "book-1" || filed.Basis.Row == 0 || filed.Basis.Reason == "" {
		t.Errorf("the unit's basis is %+v", filed.Basis)
	}
}

func TestUrgentCriteriaUseUrgentLimits(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, manhole, atGuihua)).
		does(center, incident.File{Matter: manhole, Criterion: manhole1}).
		stands("dispatching district 440114 11-23 09:15").totalIs("11-24 09:15").
		does(center, incident.Dispatch{Unit: "D04"}).stands("handling district D04 11-23 11:00")
}

func TestFilingMayRaiseTheSeverity(t *testing.T) {
	shopReported(t).does(street, incident.File{Matter: shop, Criterion: shop1, Severity: incident.Urgent}).
		stands("dispatching street 440114002 11-23 09:15")
}

func TestAHotlineIncidentHasTheTicketsTotal(t *testing.T) {
	complaint(t).does(inspector, incident.Confirm{}).does(street, incident.File{Matter: shop, Criterion: shop1}).
		totalIs("12-14 09:00")
}

func TestAGivenDueTimeSetsTotalAndHandling(t *testing.T) {
	due := nine.Add(30 * time.Hour)
	sc := begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua, func(c *incident.Report) { c.DueAt = &due })).
		stands("verifying street 440114002002 11-23 11:00").
		does(inspector, incident.Confirm{}).does(street, incident.File{Matter: shop, Criterion: shop1}).
		stands("dispatching street 440114002 11-23 10:00").totalIs("11-24 15:00").
		does(street, incident.Dispatch{Unit: s01}).stands("handling street 440114002-S01 11-24 15:00")
	if !sc.s.Deadline.Given || !sc.s.Total.Given {
		t.Error("a deadline from outside does not say so")
	}
}

func TestFilingUnderAnotherMatterStartsAtThatMattersTier(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua)).
		does(street, incident.File{Matter: rubbish, Criterion: rubbish1}).
		stands("dispatching community 440114002002 11-23 10:00")
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(station, incident.File{Matter: manhole, Criterion: manhole1}).
		stands("dispatching district 440114 11-23 09:15")
}

func TestOnlyTheDeskThatHoldsItFilesOrDeclines(t *testing.T) {
	for _, by := range []incident.Actor{xinhuaDesk, center, station} {
		shopReported(t).
			isRefused(by, incident.File{Matter: shop, Criterion: shop1}, "not_the_holder").
			isRefused(by, incident.Decline{Reason: "x"}, "not_the_holder")
	}
	shopReported(t).isRefused(inspector, incident.File{Matter: shop, Criterion: shop1}, "role_may_not").
		isRefused(incident.Workflow, incident.Decline{Reason: "x"}, "role_may_not").
		isRefused(street, incident.Decline{}, "reason_required")
}

func TestFilingIsRefused(t *testing.T) {
	fiveDays := limit(5, deadline.WorkingDays)
	shopReported(t).
		isRefused(street, incident.File{}, "matter_required").
		isRefused(street, incident.File{Matter: catalogue.ParsePrefixed("99999")}, "matter_unknown").
		isRefused(street, incident.File{Matter: shop}, "criterion_required").
		isRefused(street, incident.File{Matter: shop, Criterion: rubbish1}, "criterion_not_of_matter").
		isRefused(street, incident.File{Matter: shop, Criterion: "none such"}, "criterion_not_of_matter").
		isRefused(street, incident.File{Matter: idle}, "matter_not_activated").
		isRefused(street, incident.File{Matter: idle, StandIn: &fiveDays}, "stand_in_reserved")
}

func TestReplayFilesUnderAStandIn(t *testing.T) {
	fiveDays := limit(5, deadline.WorkingDays)
	begin(t).does(inspector, report(incident.FromInspector, idle, atGuihua)).
		does(incident.Workflow, incident.File{Matter: idle, StandIn: &fiveDays}).flagged(incident.NoCriterion).
		stands("dispatching street 440114002 11-23 10:00").
		does(street, incident.Dispatch{Unit: s01}).stands("handling street 440114002-S01 11-30 09:00")
}

func TestWhatWasSettledOnTheSpotIsCheckedAtOnce(t *testing.T) {
	sc := begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot)).
		stands("intake street 440114002 11-23 10:00").
		does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}).
		followed("Filed", "Handled").stands("checking community 440114002002 11-24 09:00").
		isRefused(inspector, incident.Pass{}, "handled_it_yourself").
		isRefused(inspector, incident.Fail{Reason: "x"}, "handled_it_yourself")
	if h := last[incident.Handled](sc); !h.OnTheSpot || h.Unit != guihua || h.Result == "" {
		t.Errorf("handled %+v", h)
	}
	for _, by := range []incident.Actor{inspector2, station, street} {
		again := *sc
		again.does(by, incident.Pass{}).stands("closing community 440114002 11-23 15:00")
	}
	// Rework is the station's, which may give it back to the desk that would have dispatched.
	sc.does(inspector2, incident.Fail{Reason: "还在"}).stands("handling community 440114002002 11-24 09:00").
		does(station, incident.Return{Reason: "需执法"}).stands("dispatching street 440114002 11-23 10:00")
}

// Dispatching.

func TestDispatchGoesToAnOfficeOfTheDesk(t *testing.T) {
	sc := shopFiled(t).on(30*time.Minute).does(street, incident.Dispatch{Unit: s01, Reason: "请处置"}).
		followed("Dispatched").stands("handling street 440114002-S01 11-24 09:30").totalIs("11-25 16:00")
	d := last[incident.Dispatched](sc)
	if d.From != huacheng || d.Reason != "请处置" || clock(&d.Accept) != "11-23 11:30" {
		t.Errorf("dispatched %+v", d)
	}
	if d.Basis.Row == 0 || d.Basis.PolicyVersion != "book-1" {
		t.Errorf("a person's dispatch records %+v", d.Basis)
	}
	sc = shopFiled(t).does(street, incident.Dispatch{Unit: s02, Reason: "请环卫处置"})
	if b := last[incident.Dispatched](sc).Basis; b.Row != 0 || b.Reason != "请环卫处置" {
		t.Errorf("a unit that no row names has basis %+v", b)
	}
}

func TestDispatchIsRefused(t *testing.T) {
	shopFiled(t).
		isRefused(street, incident.Dispatch{}, "unit_required").
		isRefused(street, incident.Dispatch{Unit: "Z99"}, "unit_unknown").
		isRefused(street, incident.Dispatch{Unit: otherS01}, "out_of_reach").
		isRefused(street, incident.Dispatch{Unit: d01}, "out_of_reach").
		isRefused(street, incident.Dispatch{Unit: yunshan}, "out_of_reach").
		isRefused(street, incident.Dispatch{Unit: district}, "out_of_reach").
		isRefused(street, incident.Dispatch{Unit: huacheng}, "out_of_reach").
		isRefused(center, incident.Dispatch{Unit: d01}, "not_the_holder").
		isRefused(xinhuaDesk, incident.Dispatch{Unit: otherS01}, "not_the_holder").
		isRefused(handler, incident.Dispatch{Unit: s01}, "role_may_not")
	shopReported(t).isRefused(street, incident.Dispatch{Unit: s01}, "wrong_stage")
}

func TestAStationDispatchesToItself(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(incident.Workflow, incident.Dispatch{Unit: guihua}).followed("Dispatched").
		stands("handling community 440114002002 11-23 15:00").
		does(station, incident.Handle{Result: "已清理"})
}

func TestALowerDeskDispatchesOnAndAStationHandles(t *testing.T) {
	sc := begin(t).does(center, report(incident.FromLeader, manhole, atGuihua)).
		does(center, incident.File{Matter: manhole, Criterion: manhole1}).on(5*time.Minute).
		does(center, incident.Dispatch{Unit: huacheng}).followed("Delegated").
		stands("dispatching street 440114002 11-23 09:20").
		isRefused(center, incident.Dispatch{Unit: d01}, "not_the_holder").
		does(street, incident.Dispatch{Unit: guihua}).followed("Dispatched").
		stands("handling community 440114002002 11-23 11:05")
	if !sc.s.Delegated() {
		t.Error("it is not delegated")
	}
}

func TestAnAutomaticDispatchDecidedOnOtherFactsIsDropped(t *testing.T) {
	sc := shopFiled(t)
	auto := incident.Dispatch{Unit: s01, Auto: true, IfAt: sc.s.Acts, Basis: last[incident.Filed](sc).Basis}
	sc.does(supervisor, incident.Comment{Text: "关注"}).does(inspector, incident.Attach{Extra: incident.Extra{Photos: []string{someImage}}})
	moved, warned := *sc, *sc
	warned.fires(0).does(incident.Workflow, auto)
	sc.does(incident.Workflow, auto).stands("handling street 440114002-S01 11-24 09:00")
	if d := last[incident.Dispatched](sc); !d.Auto || d.Basis != auto.Basis || d.From != huacheng {
		t.Errorf("dispatched %+v", d)
	}
	moved.does(street, incident.Escalate{Reason: "无权处置"}).changesNothing(incident.Workflow, auto)
	over := *shopFiled(t)
	over.does(street, incident.Void{Reason: "误报"}).changesNothing(incident.Workflow, auto)
}

func TestWhatConcernsStaffLeavesByHandOverOnly(t *testing.T) {
	begin(t).does(hotline, report(incident.FromHotline, staff, atGuihua)).stands("intake district 440114 11-23 10:00").
		does(center, incident.File{Matter: staff, Criterion: "huadu-demo/matter/99/1"}).
		stands("dispatching district 440114 11-23 10:00").
		isRefused(center, incident.Dispatch{Unit: huacheng}, "hand_over_only").
		isRefused(center, incident.Dispatch{Unit: "D19"}, "hand_over_only")
}

func TestWhatConcernsStaffIsNotSettledOnTheSpot(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, staff, atGuihua, onTheSpot)).
		does(incident.Workflow, incident.File{Matter: staff, Criterion: "huadu-demo/matter/99/1"}).
		followed("Filed").stands("dispatching district 440114 11-23 10:00").
		does(center, incident.HandOver{Agency: "区纪委监委", Receipt: "1"})
}

// Handling.

func TestTheHolderSignsOnce(t *testing.T) {
	sc := shopDispatched(t).on(2*time.Hour).
		isRefused(handler2, incident.Accept{}, "not_the_holder").
		isRefused(street, incident.Accept{}, "role_may_not").
		does(handler, incident.Accept{}).followed("Accepted").stands("handling street 440114002-S01 11-24 09:00")
	if last[incident.Accepted](sc).Late {
		t.Error("signing at eleven is late, the limit is eleven")
	}
	sc.does(handler, incident.Comment{Text: "出发"}).isRefused(handler, incident.Accept{}, "already_accepted")
	late := shopDispatched(t).on(2*time.Hour+time.Second).does(handler, incident.Accept{})
	if !last[incident.Accepted](late).Late {
		t.Error("signing after eleven is not late")
	}
}

func TestTheUnitHandlesWithoutHavingSigned(t *testing.T) {
	sc := shopDispatched(t).on(time.Hour).
		isRefused(handler, incident.Handle{}, "result_required").
		isRefused(handler2, incident.Handle{Result: "x"}, "not_the_holder").
		isRefused(inspector, incident.Handle{Result: "x"}, "role_may_not").
		does(handler, incident.Handle{Result: "已拆除"}).followed("Handled").
		stands("checking street 440114002002 11-24 10:00").totalIs("11-25 16:00")
	if h := last[incident.Handled](sc); h.Unit != s01 || h.OnTheSpot {
		t.Errorf("handled %+v", h)
	}
}

func TestTheDeskNearestToThePlaceHasTheCheck(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, shop, atZiwei)).
		does(street, incident.File{Matter: shop, Criterion: shop1}).does(street, incident.Dispatch{Unit: s01}).
		does(handler, incident.Handle{Result: "已拆除"}).stands("checking street 440114002003 11-24 09:00").
		does(ziweiStaff, incident.Pass{})
	begin(t).does(inspector, report(incident.FromInspector, shop, offGrid)).
		does(center, incident.File{Matter: shop, Criterion: shop1}).does(center, incident.Dispatch{Unit: d01}).
		does(bureau, incident.Handle{Result: "已拆除"}).stands("checking district 440114 11-24 09:00").
		does(center, incident.Pass{})
}

func TestAReturnGoesToTheDeskThatDispatched(t *testing.T) {
	sc := shopDispatched(t).on(time.Hour).
		isRefused(handler, incident.Return{}, "reason_required").
		isRefused(handler, incident.Return{Reason: "x", Code: "no_mood"}, "code_unknown").
		isRefused(handler2, incident.Return{Reason: "x"}, "not_the_holder").
		does(handler, incident.Return{Reason: "不属我单位职责"}).followed("Returned").
		stands("dispatching street 440114002 11-23 11:00").totalIs("11-25 16:00")
	r := last[incident.Returned](sc)
	if r.Code != incident.NotOurDuty || r.Unit != s01 || r.Difficult || sc.s.Returns != 1 {
		t.Errorf("returned %+v", r)
	}
	sc.does(street, incident.Dispatch{Unit: s02}).stands("handling street 440114002-S02 11-24 10:00")
}

func TestATransferMovesItAndTheHandlingClockGoesOn(t *testing.T) {
	sc := shopDispatched(t).on(2*time.Hour).
		does(handler, incident.Accept{}).
		isRefused(street, incident.Transfer{}, "unit_required").
		isRefused(street, incident.Transfer{Unit: "Z99"}, "unit_unknown").
		isRefused(street, incident.Transfer{Unit: s01}, "same_unit").
		isRefused(street, incident.Transfer{Unit: otherS01}, "out_of_reach").
		isRefused(xinhuaDesk, incident.Transfer{Unit: otherS01}, "not_your_desk").
		isRefused(station, incident.Transfer{Unit: guihua}, "not_your_desk").
		isRefused(handler, incident.Transfer{Unit: s02}, "role_may_not").
		does(street, incident.Transfer{Unit: s02, Reason: "职责在服务中心"}).followed("Transferred").
		stands("handling street 440114002-S02 11-24 09:00")
	tr := last[incident.Transferred](sc)
	if tr.From != s01 || tr.Desk != huacheng || clock(&tr.Accept) != "11-23 15:00" || sc.s.Accepted || sc.s.Transfers != 1 {
		t.Errorf("transferred %+v", tr)
	}
	sc.isRefused(handler, incident.Handle{Result: "x"}, "not_the_holder").
		does(handler2, incident.Return{Reason: "x"}).stands("dispatching street 440114002 11-23 12:00")
}

func TestADeskAboveTransfersToo(t *testing.T) {
	shopDispatched(t).does(center, incident.Transfer{Unit: d01, Reason: "由区局处置"}).
		stands("handling district D01 11-24 09:00").
		does(bureau, incident.Return{Reason: "x"}).stands("dispatching district 440114 11-23 10:00")
	shopDispatched(t).on(time.Hour).does(center, incident.Transfer{Unit: xinhua, Reason: "属新华街道"}).
		stands("dispatching street 440114001 11-23 11:00").
		does(xinhuaDesk, incident.Dispatch{Unit: otherS01}).stands("handling street 440114001-S01 11-24 10:00")
}

func TestTheThirdReturnOrTransferMakesItDifficult(t *testing.T) {
	sc := shopDispatched(t).
		does(handler, incident.Return{Reason: "x"}).does(street, incident.Dispatch{Unit: s01}).
		does(street, incident.Transfer{Unit: s02})
	if sc.s.Difficult {
		t.Error("difficult after two")
	}
	sc.does(handler2, incident.Return{Reason: "x"})
	if !sc.s.Difficult || !last[incident.Returned](sc).Difficult {
		t.Error("not difficult after three")
	}
}

func TestADifficultIncidentMovesByCoordinationOrUp(t *testing.T) {
	difficult(t).isRefused(street, incident.Dispatch{Unit: s02}, "needs_coordination").
		does(street, incident.Escalate{Reason: "多次退单"}).stands("dispatching district 440114 11-23 10:00").
		isRefused(center, incident.Dispatch{Unit: d01}, "needs_coordination")
	// A third transfer leaves it with a unit that can only handle it.
	shopDispatched(t).does(street, incident.Transfer{Unit: s02}).does(handler2, incident.Return{Reason: "x"}).
		does(street, incident.Dispatch{Unit: s02}).does(street, incident.Transfer{Unit: guihua}).
		isRefused(station, incident.Return{Reason: "x"}, "needs_coordination").
		isRefused(street, incident.Transfer{Unit: s01}, "needs_coordination").
		isRefused(center, incident.Transfer{Unit: d01}, "needs_coordination").
		does(station, incident.Handle{Result: "已拆除"})
}

func TestEscalationRestartsTheStageClockAndNeverTheTotal(t *testing.T) {
	sc := shopFiled(t).on(time.Hour).
		isRefused(street, incident.Escalate{}, "reason_required").
		isRefused(street, incident.Escalate{Reason: "x", Code: "no_mood"}, "code_unknown").
		isRefused(xinhuaDesk, incident.Escalate{Reason: "x"}, "not_your_desk").
		isRefused(station, incident.Escalate{Reason: "x"}, "not_your_desk").
		isRefused(center, incident.Escalate{Reason: "x"}, "role_may_not").
		does(street, incident.Escalate{Reason: "跨街镇"}).followed("Escalated").
		stands("dispatching district 440114 11-23 11:00").totalIs("11-25 16:00")
	if e := last[incident.Escalated](sc); e.Code != incident.BeyondPower || e.From != huacheng || e.FromTier != jurisdiction.Street || e.Returns {
		t.Errorf("escalated %+v", e)
	}
	sc.isRefused(incident.Actor{Person: "system:replay", Unit: district}, incident.Escalate{Reason: "x"}, "top_tier")
}

func TestTheDeskOrAStationHandlingItEscalates(t *testing.T) {
	shopDispatched(t).isRefused(replayS01, incident.Escalate{Reason: "x"}, "not_your_desk").
		does(street, incident.Escalate{Reason: "需区局执法", Code: incident.NeedsEnforcement}).
		stands("dispatching district 440114 11-23 10:00")
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(incident.Workflow, incident.Dispatch{Unit: guihua}).
		does(station, incident.Escalate{Reason: "无力清运"}).stands("dispatching street 440114002 11-23 10:00").
		does(street, incident.Dispatch{Unit: guihua}).
		does(station, incident.Escalate{Reason: "仍无力清运"}).stands("dispatching street 440114002 11-23 10:00")
}

func TestADelegatedIncidentThatIsNotOursCountsAsReturned(t *testing.T) {
	delegated := func() *scene {
		return begin(t).does(center, report(incident.FromLeader, manhole, atGuihua)).
			does(center, incident.File{Matter: manhole, Criterion: manhole1}).does(center, incident.Dispatch{Unit: huacheng})
	}
	sc := delegated().does(street, incident.Escalate{Reason: "不属我街道", Code: incident.NotOurs})
	if sc.s.Returns != 1 || !last[incident.Escalated](sc).Returns || sc.s.Delegated() {
		t.Errorf("returns %d", sc.s.Returns)
	}
	sc = delegated().does(street, incident.Escalate{Reason: "无权", Code: incident.BeyondPower})
	if sc.s.Returns != 0 {
		t.Error("another reason counts as a return")
	}
	sc = shopFiled(t).does(street, incident.Escalate{Reason: "不属我街道", Code: incident.NotOurs})
	if sc.s.Returns != 0 {
		t.Error("what was never delegated counts as returned")
	}
	// Intake above the starting tier is no delegation, and settling on the spot neither.
	sc = complaint(t).does(inspector, incident.Confirm{}).does(street, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(station, incident.Escalate{Reason: "不属我社区", Code: incident.NotOurs})
	if sc.s.Returns != 0 {
		t.Error("what was taken in by the street counts as delegated")
	}
	sc = begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot)).
		does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}).does(inspector2, incident.Fail{Reason: "x"}).
		does(station, incident.Escalate{Reason: "不属我社区", Code: incident.NotOurs})
	if sc.s.Returns != 0 {
		t.Error("rework of what was settled on the spot counts as delegated")
	}
	sc = delegated()
	for range 2 {
		sc.does(street, incident.Escalate{Reason: "不属我街道", Code: incident.NotOurs}).does(center, incident.Dispatch{Unit: huacheng})
	}
	if sc.does(street, incident.Escalate{Reason: "不属我街道", Code: incident.NotOurs}); !sc.s.Difficult {
		t.Error("not difficult after three")
	}
}

// Checking and closing.

func TestAnInspectorOfThePlaceChecks(t *testing.T) {
	shopHandled(t).on(time.Hour).
		isRefused(stranger, incident.Pass{}, "not_the_holder").
		isRefused(station, incident.Pass{}, "not_the_holder").
		isRefused(street, incident.Pass{}, "not_the_holder").
		isRefused(handler, incident.Pass{}, "role_may_not").
		does(inspector, incident.Pass{}).followed("Passed").stands("closing street 440114002 11-23 16:00")
}

func TestAFailedCheckIsReworkAtTheSameUnit(t *testing.T) {
	sc := shopHandled(t).on(time.Hour).
		isRefused(inspector, incident.Fail{}, "reason_required").
		does(inspector, incident.Fail{Reason: "未拆净"}).followed("Failed").
		stands("handling street 440114002-S01 11-24 10:00").totalIs("11-25 16:00")
	if sc.s.Reworks != 1 {
		t.Errorf("%d reworks", sc.s.Reworks)
	}
	sc.does(handler, incident.Handle{Result: "已拆净"}).does(inspector, incident.Pass{})
}

func TestWhoHandledItNeitherChecksNorCloses(t *testing.T) {
	begin(t).does(hotline, report(incident.FromHotline, rubbish, atZiwei)).
		does(ziweiStaff, incident.Confirm{}).does(street, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(ziweiStaff, incident.Dispatch{Unit: ziwei}).does(ziweiStaff, incident.Handle{Result: "已清理"}).
		isRefused(ziweiStaff, incident.Pass{}, "handled_it_yourself").
		does(actor("ziwei2", ziwei, jurisdiction.CommunityStaff), incident.Pass{}).
		stands("closing community 440114002 11-23 15:00")
	begin(t).does(ziweiStaff, report(incident.FromInspector, rubbish, atZiwei)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(incident.Workflow, incident.Dispatch{Unit: ziwei}).
		does(ziweiStaff, incident.Handle{Result: "已清理"}).does(street, incident.Pass{}).
		isRefused(ziweiStaff, incident.Close{ClosingConditionMet: true}, "handled_it_yourself").
		isRefused(street, incident.Close{ClosingConditionMet: true}, "not_the_holder")
}

func TestClosingNeedsTheIntakeDeskAndTheClosingCondition(t *testing.T) {
	shopPassed(t).
		isRefused(street, incident.Close{}, "closing_condition_required").
		isRefused(center, incident.Close{ClosingConditionMet: true}, "not_the_holder").
		isRefused(inspector, incident.Close{ClosingConditionMet: true}, "role_may_not").
		does(street, incident.Close{ClosingConditionMet: true}).followed("Closed").stands(" street  none").totalIs("none").
		isRefused(street, incident.Comment{Text: "x"}, "not_open")
	// The intake desk does not change when the incident moves.
	shopFiled(t).does(street, incident.Escalate{Reason: "x"}).does(center, incident.Dispatch{Unit: d01}).
		does(bureau, incident.Handle{Result: "x"}).does(inspector, incident.Pass{}).stands("closing district 440114002 11-23 15:00").
		does(street, incident.Close{ClosingConditionMet: true})
}

func TestReopeningWithinTheWindow(t *testing.T) {
	shopClosed(t).on(72*time.Hour).
		isRefused(street, incident.Reopen{}, "reason_required").
		isRefused(xinhuaDesk, incident.Reopen{Reason: "x"}, "not_your_desk").
		isRefused(inspector, incident.Reopen{Reason: "x"}, "role_may_not").
		does(street, incident.Reopen{Reason: "反弹"}).followed("Reopened").
		stands("intake street 440114002 11-26 10:00").totalIs("none").flagged(incident.ReopenedFlag).
		isRefused(street, incident.Reopen{Reason: "again"}, "not_closed").
		does(street, incident.File{Matter: shop, Criterion: shop1}).totalIs("11-30 16:00")
	shopClosed(t).does(center, incident.Reopen{Reason: "领导要求"}).stands("intake street 440114002 11-23 10:00")
	shopClosed(t).on(72*time.Hour+time.Second).isRefused(street, incident.Reopen{Reason: "x"}, "window_over")
}

func TestWhatWasSettledOnTheSpotIsDispatchedOnceReopened(t *testing.T) {
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot)).
		does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}).
		does(inspector2, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true}).
		does(street, incident.Reopen{Reason: "反弹"}).does(street, incident.File{Matter: shop, Criterion: shop2}).
		followed("Filed").stands("dispatching street 440114002 11-23 10:00")
}

// At any stage.

func TestTheDeskInChargeOrOneAboveVoids(t *testing.T) {
	for name, at := range map[string]func(*testing.T) *scene{
		"verifying": complaint, "intake": shopReported, "dispatching": shopFiled, "handling": shopDispatched,
		"checking": shopHandled, "closing": shopPassed,
	} {
		for _, by := range []incident.Actor{street, center} {
			at(t).isRefused(by, incident.Void{}, "reason_required").
				isRefused(xinhuaDesk, incident.Void{Reason: "x"}, "not_your_desk").
				isRefused(station, incident.Void{Reason: "x"}, "not_your_desk").
				isRefused(handler, incident.Void{Reason: "x"}, "role_may_not").
				does(by, incident.Void{Reason: "误报"}).followed("Voided").totalIs("none").
				isRefused(by, incident.Reopen{Reason: "x"}, "not_closed").
				isRefused(by, incident.Comment{Text: "x"}, "not_open")
		}
		if t.Failed() {
			t.Fatalf("in %s", name)
		}
	}
}

func TestWhoeverSeesItCommentsAndAttaches(t *testing.T) {
	photo := incident.Extra{Photos: []string{someImage}}
	shopDispatched(t).
		isRefused(supervisor, incident.Comment{}, "text_required").
		isRefused(supervisor, incident.Attach{}, "photos_required").
		isRefused(screen, incident.Comment{Text: "x"}, "role_may_not").
		isRefused(admin, incident.Comment{Text: "x"}, "role_may_not").
		does(supervisor, incident.Comment{Text: "请抓紧"}).followed("Commented").
		does(handler, incident.Attach{Extra: photo}).followed("Attached").
		stands("handling street 440114002-S01 11-24 09:00")
}

func TestReplaysPeopleActAsTheirUnit(t *testing.T) {
	as := func(unit string) incident.Actor {
		return incident.Actor{Person: "system:replay:" + unit, Unit: unit}
	}
	begin(t).does(as(district), report(incident.FromHotline, shop, atGuihua)).
		isRefused(as(huacheng), incident.Confirm{}, "not_the_holder").
		does(as(guihua), incident.Confirm{}).does(as(huacheng), incident.File{Matter: shop, Criterion: shop1}).
		does(as(huacheng), incident.Dispatch{Unit: s01}).
		isRefused(as(s02), incident.Handle{Result: "x"}, "not_the_holder").
		does(as(s01), incident.Handle{Result: "x"}).
		isRefused(as(s01), incident.Pass{}, "not_the_holder").
		does(as(guihua), incident.Pass{}).does(as(huacheng), incident.Close{ClosingConditionMet: true})
}

func TestEveryCommandKeepsItsStage(t *testing.T) {
	at := map[incident.Stage]*scene{
		incident.Verifying: complaint(t), incident.Intake: shopReported(t), incident.Dispatching: shopFiled(t),
		incident.Handling: shopDispatched(t), incident.Checking: shopHandled(t), incident.Closing: shopPassed(t),
	}
	table := map[string][]incident.Stage{ // domain's table, once more by hand
		"confirm": {incident.Verifying}, "refute": {incident.Verifying}, "file": {incident.Intake}, "decline": {incident.Intake},
		"dispatch": {incident.Dispatching}, "accept": {incident.Handling}, "handle": {incident.Handling},
		"return": {incident.Handling}, "transfer": {incident.Handling},
		"escalate": {incident.Dispatching, incident.Handling}, "pass": {incident.Checking}, "fail": {incident.Checking},
		"close": {incident.Closing},
	}
	for name, stages := range table {
		for stage, sc := range at {
			var may bool
			for _, by := range people {
				for _, allowed := range incident.Allowed(sc.s, sc.order(by, nil)) {
					may = may || allowed == name
				}
			}
			var want bool
			for _, s := range stages {
				want = want || s == stage
			}
			if may != want {
				t.Errorf("%s while %s: somebody may %v, want %v", name, stage, may, want)
			}
		}
	}
}

func TestWhatAPostMayEverDo(t *testing.T) {
	for _, c := range []struct {
		role    jurisdiction.Role
		command string
		want    bool
	}{
		{jurisdiction.Inspector, "report", true},
		{jurisdiction.Inspector, "pass", true},
		{jurisdiction.Inspector, "dispatch", false},
		{jurisdiction.CommunityStaff, "handle", true},
		{jurisdiction.Handler, "return", true},
		{jurisdiction.Handler, "close", false},
		{jurisdiction.StreetDesk, "escalate", true},
		{jurisdiction.DistrictDesk, "escalate", false},
		{jurisdiction.Supervisor, "comment", true},
		{jurisdiction.Supervisor, "void", false},
		{jurisdiction.Screen, "comment", false},
		{jurisdiction.Admin, "report", false},
		{jurisdiction.Hotline, "report", true},
		{jurisdiction.StreetDesk, "warn", false},
		{jurisdiction.StreetDesk, "teleport", false},
	} {
		if got := incident.MayEver(c.role, c.command); got != c.want {
			t.Errorf("may %s ever %s: %v", c.role, c.command, got)
		}
	}
}

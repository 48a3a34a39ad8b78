package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

const another = "0198c0de-7000-7000-8000-000000000002"

// target is another incident, open at the street.
func target() *incident.State {
	return &incident.State{Status: incident.StatusOpen, Number: "440114-20261123-00002", Stage: incident.Intake}
}

func into(change ...func(*incident.State)) incident.Merge {
	other := target()
	for _, f := range change {
		f(other)
	}
	return incident.Merge{Into: another, Reason: "同一处", Target: other}
}

// Merging.

func TestADuplicateIsMergedIntoAnotherThatIsOpen(t *testing.T) {
	sc := shopDispatched(t).
		isRefused(street, incident.Merge{Reason: "x"}, "into_required").
		isRefused(street, incident.Merge{Into: another}, "into_unknown").
		isRefused(street, into(func(s *incident.State) { s.Number = "440114-20261123-00001" }), "into_itself").
		isRefused(street, into(func(s *incident.State) { s.Status = incident.StatusMerged }), "into_merged").
		isRefused(street, into(func(s *incident.State) { s.Status = incident.StatusClosed }), "into_not_open").
		isRefused(xinhuaDesk, into(), "not_your_desk").
		isRefused(station, into(), "not_your_desk").
		isRefused(handler, into(), "role_may_not").
		does(street, into()).followed("Merged").stands(" street  none").totalIs("none").timersAre().
		changesNothing(street, into()).
		isRefused(street, incident.Comment{Text: "x"}, "not_open").
		isRefused(street, incident.Reopen{Reason: "x"}, "not_closed")
	m := last[incident.Merged](sc)
	if m.Into != another || m.IntoNumber != "440114-20261123-00002" || sc.s.Status != incident.StatusMerged || sc.s.MergedInto != another {
		t.Errorf("merged %+v", m)
	}
	shopDispatched(t).does(center, into()).followed("Merged")
}

func TestUnmergingTakesItUpExactlyWhereItStood(t *testing.T) {
	sc := shopDispatched(t).does(handler, incident.Assign{Team: "二中队"}).fires(0)
	before := sc.s
	sc.does(street, into()).on(time.Hour).
		isRefused(street, incident.Unmerge{}, "reason_required").
		isRefused(xinhuaDesk, incident.Unmerge{Reason: "x"}, "not_your_desk").
		isRefused(handler, incident.Unmerge{Reason: "x"}, "role_may_not").
		does(street, incident.Unmerge{Reason: "不是同一处"}).followed("Unmerged").
		stands("handling street 440114002-S01 11-24 09:00").totalIs("11-25 16:00").lampIs(incident.Yellow).
		changesNothing(street, incident.Unmerge{Reason: "不是同一处"})
	if diff := cmp.Diff(before, sc.s, cmpopts.IgnoreFields(incident.State{}, "Version", "Acts", "Last")); diff != "" {
		t.Errorf("it stands otherwise (-before +after):\n%s", diff)
	}
	sc.isRefused(street, incident.Unmerge{Reason: "x"}, "not_merged").does(handler, incident.Handle{Result: "x"})
}

func TestTheClocksOfAMergedIncidentNeverStop(t *testing.T) {
	sc := shopDispatched(t).does(street, into()).on(48 * time.Hour)
	sc.does(center, incident.Unmerge{Reason: "不是同一处"}).followed("Expired", "Unmerged").lampIs(incident.Red).
		stands("handling street 440114002-S01 11-24 09:00")
	if e := sc.last[0].(incident.Expired); clockOf(e.At) != "11-24 09:00" || e.Holder != s01 || e.By != incident.Workflow {
		t.Errorf("expired %+v", e)
	}
	if len(sc.s.Late) != 1 {
		t.Errorf("late %+v", sc.s.Late)
	}
}

func TestUnmergingHasAWindow(t *testing.T) {
	shopDispatched(t).does(street, into()).on(72*time.Hour+time.Second).
		isRefused(street, incident.Unmerge{Reason: "x"}, "window_over")
	shopDispatched(t).does(street, into()).on(72*time.Hour).does(street, incident.Unmerge{Reason: "x"})
}

func TestTheOtherIncidentKnowsWhatWasMergedIntoIt(t *testing.T) {
	absorb := incident.Absorb{From: another, Number: "440114-20261123-00002"}
	release := incident.Release{From: another, Number: "440114-20261123-00002"}
	for _, sc := range []*scene{shopFiled(t), shopClosed(t)} {
		sc.isRefused(street, absorb, "role_may_not").
			changesNothing(incident.Workflow, release).
			does(incident.Workflow, absorb).followed("Absorbed").flagged(incident.Absorbing).changesNothing(incident.Workflow, absorb).
			does(incident.Workflow, incident.Absorb{From: "third", Number: "440114-20261123-00003"}).
			changesNothing(incident.Workflow, absorb).
			does(incident.Workflow, release).followed("Released").flagged(incident.Absorbing).changesNothing(incident.Workflow, release).
			does(incident.Workflow, incident.Release{From: "third", Number: "440114-20261123-00003"}).flagged()
	}
	sc := shopFiled(t)
	auto := incident.Dispatch{Unit: s01, Auto: true, IfAt: sc.s.Acts}
	sc.does(incident.Workflow, absorb).does(incident.Workflow, release).does(incident.Workflow, auto) // labels are no acts
	// What happened to a merged one meanwhile is not lost.
	sc = shopDispatched(t).does(street, into()).does(incident.Workflow, absorb).does(street, incident.Unmerge{Reason: "x"}).flagged(incident.Absorbing)
	if len(sc.s.Absorbed) != 1 {
		t.Errorf("absorbed %v", sc.s.Absorbed)
	}
}

// Correcting.

// place is a correction of the place.
func place(p jurisdiction.Place) incident.Correct {
	return incident.Correct{Field: "location", Reason: "定位偏差", Location: &somewhere, Place: &p}
}

func matterTo(m catalogue.Key, criterion string) incident.Correct {
	return incident.Correct{Field: "matter", Reason: "事项有误", Matter: &m, Criterion: criterion}
}

var atYunshan = jurisdiction.Place{Grid: yunshan + "001", GridVersion: "v1", Community: yunshan, Street: xinhua, District: district}

func TestACorrectionIsRefused(t *testing.T) {
	nowhere, noUnit := incident.Correct{Field: "location", Reason: "x"}, "Z99"
	shopDispatched(t).
		isRefused(street, incident.Correct{Field: "description", Text: "x"}, "reason_required").
		isRefused(street, incident.Correct{Field: "colour", Reason: "x"}, "field_unknown").
		isRefused(street, nowhere, "value_required").
		isRefused(street, incident.Correct{Field: "description", Reason: "x"}, "value_required").
		isRefused(street, incident.Correct{Field: "severity", Reason: "x", Severity: "grave"}, "value_unknown").
		isRefused(street, incident.Correct{Field: "concerns", Reason: "x"}, "value_required").
		isRefused(street, incident.Correct{Field: "concerns", Reason: "x", Concerns: &noUnit}, "value_unknown").
		isRefused(street, incident.Correct{Field: "matter", Reason: "x"}, "value_required").
		isRefused(street, matterTo(catalogue.ParsePrefixed("99999"), ""), "value_unknown").
		isRefused(street, matterTo(idle, ""), "matter_not_activated").
		isRefused(street, matterTo(rubbish, ""), "criterion_required").
		isRefused(street, matterTo(rubbish, shop1), "criterion_not_of_matter").
		isRefused(xinhuaDesk, place(atZiwei), "not_your_desk").
		isRefused(handler, place(atZiwei), "role_may_not")
}

func TestACorrectionThatChangesNobodyMovesNothing(t *testing.T) {
	sc := shopDispatched(t).on(time.Hour).does(street, place(atZiwei)).followed("Corrected").
		changesNothing(street, place(atZiwei)).
		stands("handling street 440114002-S01 11-24 09:00").totalIs("11-25 16:00").
		does(street, incident.Correct{Field: "description", Reason: "x", Text: "灯箱"}).
		does(street, incident.Correct{Field: "severity", Reason: "x", Severity: incident.Urgent}).
		stands("handling street 440114002-S01 11-24 09:00")
	if sc.s.Severity != incident.Urgent || sc.s.Place != atZiwei {
		t.Errorf("it is %s at %+v", sc.s.Severity, sc.s.Place)
	}
	sc.does(handler, incident.Handle{Result: "x"}).stands("checking street 440114002003 11-23 14:00")
}

func TestACorrectionThatChangesWhoAnswersGoesBackToTheirDesk(t *testing.T) {
	for name, at := range map[string]func(*testing.T) *scene{
		"dispatching": shopFiled, "handling": shopDispatched, "coordinating": coordinated, "checking": shopHandled, "closing": shopPassed,
	} {
		sc := at(t).on(30*time.Minute).does(center, place(atYunshan)).followed("Corrected").
			stands("dispatching street 440114001 11-23 10:30").totalIs("11-25 16:00").involves()
		if c := last[incident.Corrected](sc); c.Routing == nil || c.Routing.Unit != otherS01 || c.Back == nil || sc.s.IntakeDesk != xinhua || sc.s.Delegated() {
			t.Errorf("%s: corrected %+v", name, c)
		}
		if name != "coordinating" {
			sc.does(xinhuaDesk, incident.Dispatch{Unit: otherS01})
		}
		if t.Failed() {
			t.Fatalf("while %s", name)
		}
	}
	shopDispatched(t).does(street, matterTo(manhole, manhole1)).stands("dispatching district 440114 11-23 09:15").
		does(center, incident.Dispatch{Unit: "D04"}).stands("handling district D04 11-23 11:00")
}

func TestBeforeFilingTheNewPlacesDeskTakesItIn(t *testing.T) {
	complaint(t).on(30*time.Minute).does(street, place(atYunshan)).stands("verifying street 440114001001 11-23 11:30")
	complaint(t).does(street, place(atZiwei)).stands("verifying street 440114002003 11-23 11:00")
	shopReported(t).does(street, place(atYunshan)).stands("intake street 440114001 11-23 10:00").
		does(xinhuaDesk, matterTo(rubbish, "")).stands("intake community 440114001001 11-23 10:00")
	complaint(t).does(street, matterTo(staff, "")).stands("intake district 440114 11-23 10:00")
}

func TestTheVisitAndTheEndMoveWithThePlace(t *testing.T) {
	shopHandled(t).does(street, place(atZiwei)).stands("checking street 440114002003 11-24 09:00").
		does(ziweiStaff, incident.Pass{}).stands("closing street 440114002 11-23 15:00")
	// The same bureau answers in both streets, but another desk took it in and closes it.
	sc := begin(t).does(hotline, report(incident.FromHotline, manhole, atGuihua)).does(inspector, incident.Confirm{}).
		does(street, incident.File{Matter: manhole, Criterion: manhole1}).does(center, incident.Dispatch{Unit: "D04"}).
		does(actor("water", "D04", jurisdiction.Handler), incident.Handle{Result: "x"}).does(inspector, incident.Pass{})
	sc.stands("closing district 440114002 11-23 15:00").does(center, place(atYunshan)).stands("closing district 440114001 11-23 15:00").
		does(xinhuaDesk, incident.Close{ClosingConditionMet: true})
}

func TestANewCriterionsLimitCountsForLaterDispatches(t *testing.T) {
	sc := shopDispatched(t).does(street, matterTo(shop, shop2)).stands("handling street 440114002-S01 11-24 09:00")
	if sc.s.Limit != limit(5, deadline.WorkingDays) || sc.s.Criterion != shop2 {
		t.Errorf("limit %v of %s", sc.s.Limit, sc.s.Criterion)
	}
	sc.does(handler, incident.Return{Reason: "x"}).does(street, incident.Dispatch{Unit: s01}).
		stands("handling street 440114002-S01 11-30 09:00")
}

func TestACorrectionTakesAwayWhatWasOdd(t *testing.T) {
	unplaced := func(c *incident.Report) {
		c.Location.Point, c.Flags = nil, []incident.Flag{incident.Relocated, incident.Simulated}
	}
	pinned := place(atGuihua)
	pinned.Location = &incident.Location{Point: &here, Pinned: true}
	begin(t).does(hotline, report(incident.FromHotline, idle, offGrid, unplaced)).
		flagged(incident.Relocated, incident.Simulated, incident.NoCriterion, incident.Unplaced).
		does(center, pinned).flagged(incident.Simulated, incident.NoCriterion, incident.Pinned).
		does(street, place(offGrid)).flagged(incident.Simulated, incident.NoCriterion, incident.OutsideGrid).
		does(center, matterTo(shop, "")).flagged(incident.Simulated, incident.OutsideGrid)
}

func TestWhatConcernsAUnitGoesToTheDistrict(t *testing.T) {
	about, nobody := s01, ""
	sc := shopDispatched(t).does(street, incident.Correct{Field: "concerns", Reason: "投诉执法队", Concerns: &about}).
		flagged(incident.ConflictFlag).stands("dispatching district 440114 11-23 10:00").
		isRefused(center, incident.Dispatch{Unit: huacheng}, "hand_over_only").
		isRefused(center, ask(d01), "hand_over_only")
	sc.does(center, incident.Correct{Field: "concerns", Reason: "查无此事", Concerns: &nobody}).flagged().
		stands("dispatching street 440114002 11-23 10:00")
	shopReported(t).does(street, incident.Correct{Field: "concerns", Reason: "x", Concerns: &about}).stands("intake district 440114 11-23 10:00")
	complaint(t).does(street, incident.Correct{Field: "concerns", Reason: "x", Concerns: &about}).stands("intake district 440114 11-23 10:00")
	shopHandled(t).does(street, incident.Correct{Field: "concerns", Reason: "x", Concerns: &about}).stands("dispatching district 440114 11-23 10:00")
}

// Handing over.

func TestAHandOverEndsIt(t *testing.T) {
	over := incident.HandOver{Agency: "122", Receipt: "1123-7", Rest: "清理油污", RestID: another}
	for name, at := range map[string]func(*testing.T) *scene{
		"verifying": complaint, "intake": shopReported, "dispatching": shopFiled, "handling": shopDispatched, "coordinating": coordinated,
		"checking": shopHandled, "closing": shopPassed,
	} {
		for _, by := range []incident.Actor{street, center} {
			sc := at(t).
				isRefused(by, incident.HandOver{Receipt: "x"}, "agency_required").
				isRefused(by, incident.HandOver{Agency: "110"}, "receipt_required").
				isRefused(xinhuaDesk, over, "not_your_desk").
				isRefused(handler, over, "role_may_not").
				does(by, over).followed("HandedOver").totalIs("none").flagged(incident.HandedOverFlag).
				changesNothing(by, incident.HandOver{Agency: "122", Receipt: "1123-7", Rest: "清理油污", RestID: "another"}).
				isRefused(by, incident.Comment{Text: "x"}, "not_open")
			if h := last[incident.HandedOver](sc); h.RestID != another || sc.s.Status != incident.StatusClosed || !sc.s.ClosedAt.Equal(nine) {
				t.Errorf("handed over %+v", h)
			}
			if t.Failed() {
				t.Fatalf("while %s", name)
			}
		}
	}
	if h := last[incident.HandedOver](shopFiled(t).does(street, incident.HandOver{Agency: "110", Receipt: "x", RestID: another})); h.RestID != "" {
		t.Error("nothing remains and has an id")
	}
}

func TestWhatConcernsStaffIsHandedOver(t *testing.T) {
	begin(t).does(hotline, report(incident.FromHotline, staff, atGuihua)).
		does(center, incident.File{Matter: staff, Criterion: "huadu-demo/matter/99/1"}).
		isRefused(street, incident.HandOver{Agency: "纪检监察", Receipt: "x"}, "not_your_desk").
		does(center, incident.HandOver{Agency: "纪检监察", Receipt: "x"})
}

// What the program notices.

func TestTheProgramLinksAndFlagsOnce(t *testing.T) {
	recur := incident.Recur{Recurrence: incident.Recurrence{Of: another, Number: "440114-20261112-00003", ClosedAt: nine.Add(-264 * time.Hour), Count: 4}}
	flag := incident.MarkFlag{Flag: incident.SamePhoto, Other: another, Photo: someImage}
	sc := shopFiled(t)
	auto := incident.Dispatch{Unit: s01, Auto: true, IfAt: sc.s.Acts}
	sc.isRefused(street, recur, "role_may_not").isRefused(street, flag, "role_may_not").
		does(incident.Workflow, recur).followed("Recurred").does(incident.Workflow, flag).followed("Flagged").
		changesNothing(incident.Workflow, recur).changesNothing(incident.Workflow, flag).
		flagged(incident.RecurrenceFlag, incident.SamePhoto)
	if sc.s.Recurs.Count != 4 {
		t.Errorf("recurs %+v", sc.s.Recurs)
	}
	sc.does(incident.Workflow, auto) // labels are no acts
}

func TestARestKnowsWhoseItIs(t *testing.T) {
	sc := begin(t).does(incident.Workflow, report(incident.FromDepartment, shop, atGuihua, func(c *incident.Report) { c.Parent = another }))
	if r := sc.events[0].(incident.Reported); r.Parent != another {
		t.Errorf("reported %+v", r)
	}
}

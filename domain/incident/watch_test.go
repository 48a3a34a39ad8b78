package incident_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Those above.

func TestUrgingRemindsTheHolderAndMovesNoClock(t *testing.T) {
	sc := shopDispatched(t)
	before := sc.s.Deadline
	for _, by := range []incident.Actor{street, center, supervisor} {
		sc.does(by, incident.Urge{Reason: "群众再次来电"}).followed("Urged")
		if e := last[incident.Urged](sc); e.Holder != s01 {
			t.Errorf("urged %+v", e)
		}
	}
	if diff := cmp.Diff(before, sc.s.Deadline); diff != "" {
		t.Errorf("the clock moved:\n%s", diff)
	}
	sc.isRefused(street, incident.Urge{}, "reason_required").
		isRefused(xinhuaDesk, incident.Urge{Reason: "x"}, "not_your_desk").
		isRefused(station, incident.Urge{Reason: "x"}, "not_your_desk").
		isRefused(handler, incident.Urge{Reason: "x"}, "role_may_not").
		isRefused(hotline, incident.Urge{Reason: "x"}, "role_may_not")
	shopClosed(t).isRefused(supervisor, incident.Urge{Reason: "x"}, "not_open")
}

func TestTheHolderAnswersTheOldestQuestionFirst(t *testing.T) {
	sc := shopDispatched(t).
		isRefused(handler, incident.Reply{Answer: "x"}, "nothing_to_reply").
		isRefused(supervisor, incident.Supervise{ReplyBy: nine.Add(time.Hour)}, "question_required").
		isRefused(supervisor, incident.Supervise{Question: "x", ReplyBy: nine}, "reply_by_past").
		isRefused(xinhuaDesk, incident.Supervise{Question: "x", ReplyBy: nine.Add(time.Hour)}, "not_your_desk").
		isRefused(station, incident.Supervise{Question: "x", ReplyBy: nine.Add(time.Hour)}, "role_may_not").
		does(supervisor, incident.Supervise{Question: "为何未签收", ReplyBy: nine.Add(2 * time.Hour)}).flagged(incident.SupervisedFlag).
		does(center, incident.Supervise{Question: "何时完成", ReplyBy: nine.Add(time.Hour)}).
		isRefused(street, incident.Reply{Answer: "x"}, "not_the_holder").
		isRefused(handler, incident.Reply{}, "answer_required")
	if s := last[incident.Supervised](sc); s.N != 2 || s.Holder != s01 {
		t.Errorf("supervised %+v", s)
	}
	sc.on(2*time.Hour).does(handler, incident.Reply{Answer: "人手不足"}).flagged(incident.SupervisedFlag)
	if r := last[incident.Replied](sc); r.N != 1 || r.Unit != s01 || r.Late {
		t.Errorf("in time to the minute, replied %+v", r)
	}
	sc.does(handler, incident.Reply{Answer: "今天"}).flagged()
	if r := last[incident.Replied](sc); r.N != 2 || !r.Late {
		t.Errorf("an hour late, replied %+v", r)
	}
	sc.isRefused(handler, incident.Reply{Answer: "今天下午"}, "nothing_to_reply")
}

func TestWhoeverHoldsItAnswersForThoseBefore(t *testing.T) {
	shopDispatched(t).does(street, incident.Supervise{Question: "进展如何", ReplyBy: nine.Add(time.Hour)}).
		does(street, incident.Transfer{Unit: s02}).
		isRefused(handler, incident.Reply{Answer: "x"}, "not_the_holder").
		does(handler2, incident.Reply{Answer: "已到场"})
}

// Callers.

func TestTheHotlineAndTheReporterRateOnceAfterEachClosing(t *testing.T) {
	shopPassed(t).isRefused(hotline, incident.Rate{Score: 5, Rater: "电话回访"}, "not_closed")
	sc := shopClosed(t).
		isRefused(hotline, incident.Rate{Score: 0, Rater: "电话回访"}, "score_out_of_range").
		isRefused(hotline, incident.Rate{Score: 6, Rater: "电话回访"}, "score_out_of_range").
		isRefused(hotline, incident.Rate{Score: 5}, "rater_required").
		isRefused(handler, incident.Rate{Score: 5, Rater: "承办单位"}, "not_the_reporter").
		isRefused(inspector2, incident.Rate{Score: 5, Rater: "网格员"}, "not_the_reporter").
		isRefused(supervisor, incident.Rate{Score: 5, Rater: "x"}, "role_may_not").
		does(hotline, incident.Rate{Score: 2, Rater: "电话回访"}).followed("Rated").
		does(inspector, incident.Rate{Score: 4, Rater: "上报人"}).
		isRefused(hotline, incident.Rate{Score: 5, Rater: "诉求人"}, "already_rated").
		isRefused(inspector, incident.Rate{Score: 5, Rater: "上报人本人"}, "already_rated")
	sc.does(street, incident.Reopen{Reason: "不满意重办"}).
		does(street, incident.File{Matter: shop, Criterion: shop1}).does(street, incident.Dispatch{Unit: s01}).
		does(handler, incident.Handle{Result: "已清"}).does(inspector, incident.Pass{}).
		does(street, incident.Close{ClosingConditionMet: true}).
		does(hotline, incident.Rate{Score: 5, Rater: "电话回访"})
}

func TestEachLookAtTheCallerIsAFact(t *testing.T) {
	caller := func(c *incident.Report) { c.Reporter = &incident.Reporter{Subject: "s"} }
	sc := begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua, caller)).
		isRefused(hotline, incident.ViewCaller{}, "reason_required").
		does(inspector, incident.ViewCaller{Reason: "找不到门牌"}).followed("CallerViewed").
		does(inspector, incident.ViewCaller{Reason: "找不到门牌"}).followed("CallerViewed").
		does(hotline, incident.ViewCaller{Reason: "回访"}).
		does(street, incident.ViewCaller{Reason: "核对地址"}).
		isRefused(handler, incident.ViewCaller{Reason: "x"}, "not_the_holder").
		isRefused(xinhuaDesk, incident.ViewCaller{Reason: "x"}, "not_the_holder").
		isRefused(center, incident.ViewCaller{Reason: "x"}, "not_the_holder").
		isRefused(supervisor, incident.ViewCaller{Reason: "x"}, "role_may_not")
	// The look moves nothing: an automatic dispatch decided before it still counts.
	acts := sc.s.Acts
	sc.does(hotline, incident.ViewCaller{Reason: "再次回访"})
	if sc.s.Acts != acts {
		t.Errorf("%d acts became %d", acts, sc.s.Acts)
	}
	sc.does(inspector, incident.Confirm{}).isRefused(inspector, incident.ViewCaller{Reason: "x"}, "not_the_holder")
	sc.does(street, incident.Decline{Reason: "不属受理范围"}).does(hotline, incident.ViewCaller{Reason: "答复诉求人"})

	complaint(t).isRefused(hotline, incident.ViewCaller{Reason: "x"}, "no_caller")
	begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua, caller, func(c *incident.Report) { c.Reporter.Confidential = true })).
		isRefused(hotline, incident.ViewCaller{Reason: "x"}, "caller_confidential").
		isRefused(street, incident.ViewCaller{Reason: "x"}, "caller_confidential")
}

// Appeals.

// lateClosed was handled four days late, and closed.
func lateClosed(t *testing.T) *scene {
	t.Helper()
	return shopDispatched(t).on(96*time.Hour).does(handler, incident.Handle{Result: "已拆除"}).
		does(inspector, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true})
}

func TestAnAppealIsDecidedByTheDeskThatDispatchedThenByTheDistrict(t *testing.T) {
	lateClosed(t).
		isRefused(handler, incident.Appeal{}, "reason_required").
		isRefused(handler2, incident.Appeal{Reason: "x"}, "not_the_handler").
		isRefused(street, incident.UpholdAppeal{}, "no_appeal_here").
		does(handler, incident.Appeal{Reason: "暴雨停工"}).followed("Appealed").
		isRefused(handler, incident.Appeal{Reason: "还有"}, "already_appealed").
		isRefused(center, incident.UpholdAppeal{}, "no_appeal_here").
		isRefused(supervisor, incident.UpholdAppeal{}, "role_may_not").
		isRefused(street, incident.RejectAppeal{}, "reason_required").
		does(street, incident.RejectAppeal{Reason: "未达停工标准"}).
		isRefused(street, incident.UpholdAppeal{}, "no_appeal_here").
		does(center, incident.UpholdAppeal{}).flagged(incident.Exempted)

	sc := lateClosed(t).does(handler, incident.Appeal{Reason: "暴雨停工"})
	a := last[incident.Appealed](sc)
	if diff := cmp.Diff([]incident.Ground{incident.TimedOut}, a.Grounds); diff != "" || a.Desk != huacheng || a.Unit != s01 {
		t.Errorf("appealed %+v", a)
	}
	late := len(sc.s.Late)
	sc.does(street, incident.UpholdAppeal{}).flagged(incident.Exempted)
	if len(sc.s.Late) != late || sc.s.Lamp() != incident.Red {
		t.Errorf("the facts did not stay: %v, %s", sc.s.Late, sc.s.Lamp())
	}

	sc = lateClosed(t).does(handler, incident.Appeal{Reason: "暴雨停工"}).
		does(street, incident.RejectAppeal{Reason: "未达停工标准"}).does(center, incident.RejectAppeal{Reason: "维持"}).
		isRefused(center, incident.UpholdAppeal{}, "no_appeal_here").
		isRefused(handler, incident.Appeal{Reason: "再申诉"}, "already_appealed").flagged()
	if r := last[incident.AppealRejected](sc); r.Next != "" || r.Desk != district {
		t.Errorf("rejected %+v", r)
	}
}

func TestOnlyWhatHappenedToTheUnitItselfIsAGround(t *testing.T) {
	shopPassed(t).isRefused(handler, incident.Appeal{Reason: "x"}, "not_closed")
	shopClosed(t).isRefused(handler, incident.Appeal{Reason: "x"}, "nothing_to_appeal")
	// S01 was late, then S02 got it and was not: S01 did not handle it, S02 has no ground.
	sc := shopDispatched(t).on(96*time.Hour).does(street, incident.Escalate{Reason: "无权"}).
		does(center, incident.Dispatch{Unit: d01}).does(bureau, incident.Handle{Result: "已拆"}).
		does(inspector, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true}).
		isRefused(handler, incident.Appeal{Reason: "x"}, "not_the_handler").
		isRefused(bureau, incident.Appeal{Reason: "x"}, "nothing_to_appeal")
	if len(sc.s.Late) == 0 || sc.s.Late[0].Holder != s01 {
		t.Errorf("late were %+v", sc.s.Late)
	}
	// Another unit's return, and a check that was late at the station that had handled in time.
	shopDispatched(t).does(handler, incident.Return{Reason: "x"}).does(street, incident.Dispatch{Unit: s02}).
		does(handler2, incident.Handle{Result: "x"}).does(inspector, incident.Pass{}).
		does(street, incident.Close{ClosingConditionMet: true}).
		isRefused(handler2, incident.Appeal{Reason: "x"}, "nothing_to_appeal")
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(incident.Workflow, incident.Dispatch{Unit: guihua}).does(station, incident.Handle{Result: "x"}).
		on(200*time.Hour).does(inspector2, incident.Pass{}).
		does(actor("community2", guihua, jurisdiction.CommunityStaff), incident.Close{ClosingConditionMet: true}).
		isRefused(station, incident.Appeal{Reason: "x"}, "nothing_to_appeal")
	sc = shopDispatched(t).does(handler, incident.Return{Reason: "x"}).does(street, incident.Dispatch{Unit: s01}).
		does(handler, incident.Handle{Result: "x"}).does(inspector, incident.Fail{Reason: "未净"}).
		does(handler, incident.Handle{Result: "y"}).does(inspector, incident.Pass{}).
		does(street, incident.Close{ClosingConditionMet: true}).does(handler, incident.Appeal{Reason: "x"})
	if diff := cmp.Diff([]incident.Ground{incident.WasReturned, incident.WasReworked}, last[incident.Appealed](sc).Grounds); diff != "" {
		t.Error(diff)
	}
}

func TestNobodyDecidesTheirOwnAppeal(t *testing.T) {
	sc := begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(incident.Workflow, incident.Dispatch{Unit: guihua}).on(96*time.Hour).
		does(station, incident.Handle{Result: "已清理"}).does(inspector2, incident.Pass{}).
		does(actor("community2", guihua, jurisdiction.CommunityStaff), incident.Close{ClosingConditionMet: true}).
		does(station, incident.Appeal{Reason: "x"}).
		isRefused(station, incident.UpholdAppeal{}, "no_appeal_here")
	if a := last[incident.Appealed](sc); a.Desk != huacheng {
		t.Errorf("%s decides", a.Desk)
	}
	sc.does(street, incident.UpholdAppeal{})
}

// Spot checks.

func TestAFalseSpotCheckTakesItUpAgainAndNothingExemptsIt(t *testing.T) {
	lateClosed(t).
		isRefused(street, incident.SpotCheck{}, "role_may_not").
		isRefused(supervisor, incident.SpotCheck{}, "role_may_not").
		isRefused(center, incident.SpotCheck{}, "reason_required").
		does(center, incident.SpotCheck{Genuine: true}).flagged().
		does(handler, incident.Appeal{Reason: "暴雨"}).on(1000*time.Hour).
		does(center, incident.SpotCheck{Reason: "现场仍在"}).flagged(incident.FalseHandling, incident.CalendarNotPublished)
	sc := lateClosed(t).does(center, incident.SpotCheck{Reason: "现场仍在"}).flagged(incident.FalseHandling).
		stands("intake street 440114002 11-27 10:00").totalIs("none")
	if c := last[incident.SpotChecked](sc); c.Unit != s01 || c.Again == nil || sc.s.False != 1 {
		t.Errorf("spot checked %+v", c)
	}
	sc.does(street, incident.File{Matter: shop, Criterion: shop1}).does(street, incident.Dispatch{Unit: s01}).
		does(handler, incident.Handle{Result: "真拆了"}).does(inspector, incident.Pass{}).
		does(street, incident.Close{ClosingConditionMet: true}).
		isRefused(handler, incident.Appeal{Reason: "x"}, "found_false")
	shopPassed(t).isRefused(center, incident.SpotCheck{Genuine: true}, "not_closed")
}

func TestAFalseSpotCheckStopsAnAppealThatIsHeard(t *testing.T) {
	lateClosed(t).does(handler, incident.Appeal{Reason: "暴雨"}).does(center, incident.SpotCheck{Reason: "现场仍在"}).
		isRefused(street, incident.UpholdAppeal{}, "not_closed").
		does(street, incident.File{Matter: shop, Criterion: shop1}).does(street, incident.Dispatch{Unit: s01}).
		does(handler, incident.Handle{Result: "真拆了"}).does(inspector, incident.Pass{}).
		does(street, incident.Close{ClosingConditionMet: true}).
		isRefused(street, incident.UpholdAppeal{}, "found_false").
		does(street, incident.RejectAppeal{Reason: "虚假处置"})
}

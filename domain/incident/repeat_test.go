package incident_test

import (
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

func TestTheSameAgainChangesNothing(t *testing.T) {
	photo := incident.Extra{Note: "补充", Photos: []string{someImage}}
	first := report(incident.FromHotline, shop, atGuihua, func(c *incident.Report) {
		due, captured := nine.Add(100*time.Hour), nine.Add(-time.Hour)
		c.DueAt, c.CapturedAt, c.Flags = &due, &captured, []incident.Flag{incident.Simulated}
	})
	again := first
	again.Number, again.Flags, again.Severity = "440114-20261123-00002", nil, incident.Normal
	elsewhere := first.DueAt.In(time.UTC)
	again.DueAt = &elsewhere

	sc := begin(t).does(hotline, first).changesNothing(hotline, again).on(time.Minute).changesNothing(hotline, again)
	for _, step := range []struct {
		by incident.Actor
		c  incident.Command
	}{
		{inspector, incident.Confirm{Extra: photo}},
		{street, incident.File{Matter: shop, Criterion: shop1}},
		{street, incident.Dispatch{Unit: s01}},
		{handler, incident.Accept{}},
		{handler, incident.Return{Reason: "x"}},
		{street, incident.Dispatch{Unit: s01, Reason: "再派"}},
		{street, incident.Transfer{Unit: s02}},
		{handler2, incident.Handle{Result: "已拆除"}},
		{inspector, incident.Fail{Reason: "未净"}},
		{handler2, incident.Handle{Result: "已拆净"}},
		{inspector, incident.Pass{}},
		{street, incident.Close{ClosingConditionMet: true}},
		{street, incident.Reopen{Reason: "反弹"}},
		{street, incident.File{Matter: shop, Criterion: shop1, Severity: incident.Normal}},
		{supervisor, incident.Comment{Text: "关注"}},
		{handler, incident.Attach{Extra: photo}},
		{street, incident.Escalate{Reason: "x"}},
		{center, incident.Dispatch{Unit: huacheng}},
		{center, incident.Void{Reason: "误报"}},
	} {
		sc.does(step.by, step.c).changesNothing(step.by, step.c)
	}
	complaint(t).does(inspector, incident.Refute{Reason: "x"}).changesNothing(inspector, incident.Refute{Reason: "x"}).
		does(street, incident.Decline{Reason: "x"}).changesNothing(street, incident.Decline{Reason: "x"})
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot)).
		does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}).
		changesNothing(incident.Workflow, incident.File{Matter: shop, Criterion: shop1})
	fiveDays := limit(5, deadline.WorkingDays)
	begin(t).does(inspector, report(incident.FromInspector, idle, atGuihua)).
		does(incident.Workflow, incident.File{Matter: idle, StandIn: &fiveDays}).
		changesNothing(incident.Workflow, incident.File{Matter: idle, StandIn: &fiveDays})
}

func TestSilenceAndItsMeaningAreTheSame(t *testing.T) {
	shopDispatched(t).does(handler, incident.Return{Reason: "x"}).
		changesNothing(handler, incident.Return{Reason: "x", Code: incident.NotOurDuty}).
		does(street, incident.Escalate{Reason: "x", Code: incident.BeyondPower}).
		changesNothing(street, incident.Escalate{Reason: "x"})
	shopFiled(t).does(supervisor, incident.Comment{Text: "x"}).
		changesNothing(supervisor, incident.Comment{Text: "x", Extra: incident.Extra{Photos: []string{}}})
}

func TestAnythingElseIsNoRepeat(t *testing.T) {
	shopFiled(t).does(supervisor, incident.Comment{Text: "关注"}).
		does(center, incident.Comment{Text: "关注"}).followed("Commented").                            // somebody else
		does(center, incident.Comment{Text: "再关注"}).followed("Commented").                           // something else
		does(center, incident.Comment{Text: "再关注", Extra: incident.Extra{Note: "n"}}).               // a field more
		does(supervisor, incident.Comment{Text: "关注"}).followed("Commented").                        // after other facts
		isRefused(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}, "wrong_stage").  // long ago
		does(actor("supervisor", huacheng, supervisor.Role), incident.Comment{Text: "关注"}).fires(0). // for another unit
		does(actor("supervisor", huacheng, supervisor.Role), incident.Comment{Text: "关注"})           // a timer fired since
}

package incident_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// forbidden holds the codes by which Decide refuses who gives a command, or when.
// Every other refusal is about a field.
var forbidden = []string{
	"role_may_not", "already_reported", "not_open", "not_closed", "wrong_stage", "not_the_holder", "not_your_desk",
	"handled_it_yourself", "already_accepted", "needs_coordination", "hand_over_only", "top_tier", "window_over",
	"not_merged", "not_the_reporter", "not_the_handler", "no_appeal_here", "nothing_to_reply", "already_rated", "already_appealed",
	"nothing_to_appeal", "found_false", "left_by_hand_over", "no_caller", "caller_confidential", "duty_leader_required",
	"same_person", "post_not_held",
	"request_pending", "no_request", "not_your_rung", "too_late", "extension_limit", "urgent_never", "suspended", "suspended_before",
	"not_suspended", "return_window_over",
	"bound_by_coordination", "return_window_open", "clerk_confirms", "not_a_helper", "already_helped", "not_called",
}

// names holds the name of every command.
var names = func() (all []string) {
	for _, c := range incident.Commands {
		all = append(all, c.Name())
	}
	return all
}()

// A walk is one incident on which anybody does anything, sensible or not.
type walk struct {
	s      incident.State
	events []incident.Event
	states []incident.State // after each event
	now    time.Time
	world  incident.Order
}

// under draws what may differ from place to place.
func under(t *rapid.T) incident.Order {
	o, p := world, *world.Policy
	p.Separation = rapid.SampledFrom([]incident.Separation{incident.SeparationOff, incident.SeparationWarn, incident.SeparationEnforce}).Draw(t, "separation")
	p.DrawPercent = rapid.SampledFrom([]int{0, 100}).Draw(t, "drawn")
	p.ReturnReview = rapid.SampledFrom([]incident.ReturnReview{incident.ReviewOff, incident.ReviewDesk, incident.ReviewDutyLeader}).Draw(t, "return review")
	p.Rework = rapid.SampledFrom([]incident.Rework{incident.ReworkRestart, incident.ReworkContinue}).Draw(t, "rework")
	p.ExtensionLadder = rapid.SampledFrom([][]incident.Rung{nil, {incident.ByDesk, incident.ByDutyLeader}}).Draw(t, "ladder")
	o.Policy = &p
	return o
}

func (w *walk) add(e incident.Event) {
	w.s = incident.Evolve(w.s, e)
	w.events, w.states = append(w.events, e), append(w.states, w.s)
}

func (w *walk) step(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "minutes")) * time.Minute)
	o := w.world
	o.At = w.now
	o.By = rapid.SampledFrom(people).Draw(t, "by")
	o.Posts = rapid.SampledFrom([][]jurisdiction.Post{
		nil, nil, {jurisdiction.IntakePost}, {jurisdiction.DispatchPost, jurisdiction.Clerk}, {jurisdiction.ClosingPost, jurisdiction.DutyLeader},
	}).Draw(t, "posts")
	name := rapid.SampledFrom(names).Draw(t, "command")
	if moves := w.moves(o); len(moves) > 0 && rapid.IntRange(0, 9).Draw(t, "sensible") > 1 {
		move := rapid.SampledFrom(moves).Draw(t, "move")
		o.By, name = move.by, move.command
	}
	allowed := incident.Allowed(w.s, o)
	o.Command = command(t, name, w.s)

	events, err := incident.Decide(w.s, o)
	no, refused := domain.AsRefusal(err)
	switch {
	case err != nil && !refused:
		t.Fatalf("%s failed: %v", name, err)
	case refused && len(events) > 0:
		t.Fatalf("%s was refused and left %v", name, events)
	case refused && slices.Contains(forbidden, no.Code) == slices.Contains(allowed, name):
		t.Fatalf("%s by %v was refused as %s; allowed were %v", name, o.By, no.Code, allowed)
	case !refused && len(events) > 0 && !slices.Contains(allowed, name):
		t.Fatalf("%s by %v was done; allowed were %v", name, o.By, allowed)
	}
	before := w.s
	for _, e := range events {
		w.add(e)
	}
	if len(events) == 0 {
		return
	}
	w.standsOnce(t)
	w.isNotStuck(t)
	if again, err := incident.Decide(w.s, o); name != "view-caller" && (err != nil || len(again) > 0) {
		t.Fatalf("%s repeated: %v, %v", name, again, err)
	}
	if before.Total != nil && w.s.Total != nil && !cmp.Equal(before.Total, w.s.Total) && !slices.ContainsFunc(events, stopsOrStarts) {
		t.Fatalf("%s moved the total clock", name)
	}
}

// stopsOrStarts tells whether e stops both clocks or lets them run on.
func stopsOrStarts(e incident.Event) bool {
	switch e.(type) {
	case incident.SuspensionGranted, incident.Resumed:
		return true
	}
	return false
}

type move struct {
	by      incident.Actor
	command string
}

// moves returns what anybody may do, but for talking.
func (w *walk) moves(o incident.Order) (all []move) {
	for _, o.By = range people {
		for _, name := range incident.Allowed(w.s, o) {
			if name != "comment" && name != "attach" {
				all = append(all, move{o.By, name})
			}
		}
	}
	return all
}

// standsOnce fails unless an open incident has one stage, tier, holder and stage
// deadline, and an ended one none.
func (w *walk) standsOnce(t *rapid.T) {
	_, unit := world.Book.Unit(w.s.Holder)
	d := w.s.Deadline
	switch open := w.s.Status == incident.StatusOpen; {
	case open && (!slices.Contains(incident.Stages, w.s.Stage) || !unit || w.s.Tier.Rank() < 0):
		t.Fatalf("it is open and stands %q at %q tier %q", w.s.Stage, w.s.Holder, w.s.Tier)
	case open && world.Book.Keeps(w.s.Matter, w.s.Concerns) && w.s.Holder != district:
		t.Fatalf("it is kept from those below the district, and %s holds it in %s", w.s.Holder, w.s.Stage)
	case open && (d.Due == nil) != (d.Missing != 0):
		t.Fatalf("it is open and due %+v", d)
	case open && (w.s.Total == nil) != (w.s.Stage == incident.Verifying || w.s.Stage == incident.Intake):
		t.Fatalf("it is %s with total clock %+v", w.s.Stage, w.s.Total)
	case !open && (w.s.Stage != "" || w.s.Holder != "" || d.Due != nil || w.s.Total != nil || len(w.s.Timers()) > 0):
		t.Fatalf("it is %s and stands %+v", w.s.Status, w.s)
	}
}

// command draws the fields of a command: most of them good, some not.
func command(t *rapid.T, name string, s incident.State) incident.Command {
	text := rapid.SampledFrom([]string{"理由", "另一理由", "理由三", "理由四", "理由五", ""}).Draw(t, "text")
	extra := incident.Extra{Note: rapid.SampledFrom([]string{"", "注"}).Draw(t, "note")}
	if rapid.Bool().Draw(t, "with photo") {
		extra.Photos = []string{someImage}
	}
	unit := rapid.SampledFrom([]string{s01, s02, d01, "D04", "D19", huacheng, xinhua, guihua, ziwei, otherS01, district, "Z99", ""}).Draw(t, "unit")
	what := rapid.SampledFrom([]struct {
		matter    catalogue.Key
		criterion string
	}{{shop, shop1}, {shop, shop2}, {rubbish, rubbish1}, {manhole, manhole1}, {shop, rubbish1}, {idle, ""}, {staff, "huadu-demo/matter/99/1"}, {}}).Draw(t, "matter")
	severity := rapid.SampledFrom(append([]incident.Severity{""}, incident.Severities...)).Draw(t, "severity")
	if c := tied(t, name, extra, text, unit, what.matter, what.criterion); c != nil {
		return c
	}
	switch name {
	case "report":
		return routed(world, report(
			rapid.SampledFrom(incident.Sources).Draw(t, "source"), what.matter,
			rapid.SampledFrom([]jurisdiction.Place{atGuihua, atZiwei, offGrid}).Draw(t, "place"),
			func(c *incident.Report) {
				c.Extra, c.Severity, c.OnTheSpot = extra, severity, rapid.Bool().Draw(t, "on the spot")
				c.After = rapid.SampledFrom([][]string{nil, {otherImage}}).Draw(t, "photos after")
				c.Concerns = rapid.SampledFrom([]string{"", "", "", "", s01, guihua, "Z99"}).Draw(t, "concerns")
				if rapid.Bool().Draw(t, "caller") {
					c.Reporter = &incident.Reporter{Subject: "s", Confidential: rapid.IntRange(0, 3).Draw(t, "confidential") == 0}
				}
				if rapid.Bool().Draw(t, "given due") {
					due := nine.Add(time.Duration(rapid.IntRange(-50, 200).Draw(t, "hours")) * time.Hour)
					c.DueAt = &due
				}
			},
		))
	case "confirm":
		return incident.Confirm{Extra: extra}
	case "refute":
		return incident.Refute{Extra: extra, Reason: text}
	case "file":
		c := incident.File{Extra: extra, Matter: what.matter, Criterion: what.criterion, Severity: severity}
		if rapid.IntRange(0, 5).Draw(t, "stand-in") == 0 {
			c.StandIn = &deadline.Limit{N: 5, Unit: deadline.WorkingDays}
		}
		return c
	case "decline":
		return incident.Decline{Extra: extra, Reason: text}
	case "dispatch":
		return incident.Dispatch{
			Extra: extra, Unit: unit, Reason: text, Helpers: helpers(t), Auto: rapid.IntRange(0, 5).Draw(t, "auto") == 0,
			IfAt: s.Acts - rapid.IntRange(0, 1).Draw(t, "behind"),
		}
	case "accept":
		return incident.Accept{Extra: extra}
	case "handle":
		return incident.Handle{Extra: extra, Result: text}
	case "return":
		return incident.Return{Extra: extra, Code: rapid.SampledFrom(append([]incident.ReturnCode{"", "no_mood"}, incident.ReturnCodes...)).Draw(t, "code"), Reason: text}
	case "transfer":
		return incident.Transfer{Extra: extra, Unit: unit, Reason: text, Helpers: helpers(t)}
	case "escalate":
		return incident.Escalate{Extra: extra, Code: rapid.SampledFrom(append([]incident.EscalateCode{"", "no_mood"}, incident.EscalateCodes...)).Draw(t, "code"), Reason: text}
	case "pass":
		return incident.Pass{Extra: extra}
	case "fail":
		return incident.Fail{Extra: extra, Reason: text}
	case "close":
		return incident.Close{Extra: extra, ClosingConditionMet: rapid.IntRange(0, 5).Draw(t, "met") > 0}
	case "reopen":
		return incident.Reopen{Extra: extra, Reason: text}
	case "void":
		if rapid.IntRange(0, 9).Draw(t, "spare it") > 0 {
			text = "" // or few incidents would live long
		}
		return incident.Void{Extra: extra, Reason: text}
	case "request-extension":
		return incident.RequestExtension{Extra: extra, Reason: text}
	case "grant-extension":
		return incident.GrantExtension{Extra: extra}
	case "refuse-extension":
		return incident.RefuseExtension{Extra: extra, Reason: text}
	case "request-suspension":
		return incident.RequestSuspension{
			Extra: extra, Reason: text, Code: rapid.SampledFrom(append([]incident.SuspendCode{"", "weather"}, incident.SuspendCodes...)).Draw(t, "code"),
			Until: nine.Add(time.Duration(rapid.IntRange(-10, 400).Draw(t, "until")) * time.Hour),
		}
	case "grant-suspension":
		return incident.GrantSuspension{Extra: extra}
	case "refuse-suspension":
		return incident.RefuseSuspension{Extra: extra, Reason: text}
	case "resume":
		if s.Pause != nil && rapid.Bool().Draw(t, "by its timer") {
			return incident.Resume{Due: &s.Pause.Until}
		}
		return incident.Resume{Extra: extra}
	case "approve-return":
		return incident.ApproveReturn{Extra: extra}
	case "refuse-return":
		if due := s.Asked[incident.ReturnRequest].Review.Due; due != nil && rapid.Bool().Draw(t, "by its timer") {
			return incident.RefuseReturn{Due: due}
		}
		return incident.RefuseReturn{Extra: extra, Reason: text}
	case "recompute":
		return incident.Recompute{}
	case "lapse":
		duty := rapid.SampledFrom([]incident.Duty{incident.ReplyDuty, incident.CallDuty, incident.HelpDuty}).Draw(t, "duty")
		c := incident.Lapse{Of: duty, N: rapid.IntRange(0, 3).Draw(t, "n"), Due: nine}
		for _, timer := range s.Timers() {
			if known, ok := timer.Command().(incident.Lapse); ok && known.Of == duty {
				c = known
			}
		}
		return c
	case "urge":
		return incident.Urge{Extra: extra, Reason: text}
	case "supervise":
		by := nine.Add(time.Duration(rapid.IntRange(-50, 500).Draw(t, "reply by")) * time.Hour)
		return incident.Supervise{Extra: extra, Question: text, ReplyBy: by}
	case "reply":
		return incident.Reply{Extra: extra, Answer: text}
	case "rate":
		return incident.Rate{Extra: extra, Score: rapid.IntRange(0, 6).Draw(t, "score"), Rater: text}
	case "appeal":
		return incident.Appeal{Extra: extra, Reason: text}
	case "uphold-appeal":
		return incident.UpholdAppeal{Extra: extra}
	case "reject-appeal":
		return incident.RejectAppeal{Extra: extra, Reason: text}
	case "spot-check":
		return incident.SpotCheck{Extra: extra, Genuine: rapid.Bool().Draw(t, "genuine"), Reason: text}
	case "view-caller":
		return incident.ViewCaller{Extra: extra, Reason: text}
	case "comment":
		return incident.Comment{Extra: extra, Text: text}
	case "attach":
		return incident.Attach{Extra: extra}
	}
	timers := append(s.Timers(), incident.Timer{Clock: incident.StageClock, Due: nine})
	timer := rapid.SampledFrom(timers).Draw(t, "timer")
	if name == "warn" {
		return incident.Warn{Clock: timer.Clock, Due: timer.Due}
	}
	return incident.Expire{Clock: timer.Clock, Due: timer.Due}
}

func TestWhateverAnybodyDoes(t *testing.T) {
	// Half of the walks begin with nothing, the others deep in the workflow.
	begun := map[string]*scene{
		"complaint": complaint(t), "filed": shopFiled(t), "dispatched": shopDispatched(t), "handled": shopHandled(t),
		"passed": shopPassed(t), "closed": shopClosed(t), "difficult": difficult(t),
		"coordinated": coordinated(t), "merged": shopDispatched(t).does(street, into()),
		"called": shopDispatched(t).does(street, incident.Call{Unit: police, Task: "x"}),
	}
	rapid.Check(t, func(t *rapid.T) {
		w := &walk{now: nine, world: under(t)}
		if rapid.Bool().Draw(t, "deep") {
			for _, e := range begun[rapid.SampledFrom(slices.Sorted(maps.Keys(begun))).Draw(t, "begun")].events {
				w.add(e)
			}
		}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			w.step(t)
		}
		w.toldAgain(t)
	})
}

// toldAgain fails unless the same facts, read back from storage and folded in two
// parts cut anywhere, lead to the same state, and no later fact changed an earlier one's.
func (w *walk) toldAgain(t *rapid.T) {
	var again []incident.Event
	for _, e := range w.events {
		name, data, err := incident.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		e, err := incident.Decode(name, data)
		if err != nil {
			t.Fatal(err)
		}
		again = append(again, e)
	}
	cut := rapid.IntRange(0, len(again)).Draw(t, "cut")
	prefix := incident.Decider.Fold(incident.State{}, again[:cut]...)
	if cut > 0 {
		if diff := cmp.Diff(w.states[cut-1], prefix, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the state after %d facts is not what it was (-was +again):\n%s", cut, diff)
		}
	}
	if diff := cmp.Diff(w.s, incident.Decider.Fold(prefix, again[cut:]...), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("folding in two parts differs (-whole +parts):\n%s", diff)
	}
	var last time.Time
	merged := false
	for _, e := range w.events {
		switch e.(type) {
		case incident.Merged:
			merged = true
		case incident.Unmerged:
			merged = false
		}
		if merged && incident.FactOf(e).By == incident.Workflow {
			continue // what the clocks missed meanwhile, said when it is taken up again
		}
		if _, warned := e.(incident.Warned); warned {
			continue // a slow timer's, stamped with its moment
		}
		if at := incident.FactOf(e).At; at.Before(last) {
			t.Fatalf("%T at %v comes after a fact at %v", e, at, last)
		} else {
			last = at
		}
	}
}

func TestEvolveNeverFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(anyEvent, 0, 12).Draw(t, "events")
		s := incident.Decider.Fold(incident.State{}, events...)
		s.Lamp()
		s.Timers()
		if s.Version != len(events) {
			t.Fatalf("%d facts are version %d", len(events), s.Version)
		}
	})
}

func TestEvolveLeavesTheStateItCameFrom(t *testing.T) {
	before := shopDispatched(t).s
	before.Flags, before.Handlers = make([]incident.Flag, 1, 9), make([]string, 1, 9)
	before.Marked = map[incident.Mark]bool{}
	one := incident.Evolve(before, incident.Refuted{})
	incident.Evolve(before, incident.Reopened{})
	if one.Flags[1] != incident.NotFound || len(before.Flags) != 1 {
		t.Errorf("flags became %v", one.Flags)
	}
	one = incident.Evolve(before, incident.Handled{Fact: incident.Fact{By: handler}})
	incident.Evolve(before, incident.Handled{Fact: incident.Fact{By: handler2}})
	if one.Handlers[1] != handler.Person || len(before.Handlers) != 1 {
		t.Errorf("handlers became %v", one.Handlers)
	}
	one = incident.Evolve(before, incident.Warned{Clock: incident.StageClock})
	incident.Evolve(one, incident.Passed{Standing: incident.Standing{Deadline: world.Days.Deadline(nine, 80, limit(1, "urgent_hours"))}})
	if len(before.Marked) != 0 || len(one.Marked) != 1 {
		t.Errorf("marks became %v, %v", before.Marked, one.Marked)
	}
}

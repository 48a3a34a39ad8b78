package reports_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
	"gridcommand/projections/reports"
)

var shops = catalogue.Key{Scheme: "gb47678.5-2026", Kind: catalogue.KindMatter, Code: "07003"}

const (
	street  = "440114002"
	station = street + "002"
	lead    = street + "-S01"
	other   = street + "-S02"
)

var (
	district  = []string{"area:440114"}
	dutyChief = incident.Actor{Person: "chief", Unit: "440114", Role: jurisdiction.DistrictDesk}
)

func TestRowsFollowFromFactsAlone(t *testing.T) {
	folder := historytest.Folder(t)
	historytest.SameRows(t, historytest.Views, func(db *sqldb.DB) projections.View { return reports.New(db, folder) }, 41, 900)
}

// A place is a history and the view of it.
type place struct {
	*historytest.History
	t    *testing.T
	view *reports.View
	db   *sqldb.DB
}

func begin(t *testing.T, seed uint64) *place {
	h := historytest.New(t, seed)
	h.Now = time.Date(2026, 11, 23, 8, 0, 0, 0, deadline.CST)
	db := historytest.Views(t)
	return &place{h, t, reports.New(db, historytest.Folder(t)), db}
}

func (p *place) fold() {
	p.t.Helper()
	if err := projections.NewRunner(p.db, p.Ledger, p.view, nil).RunToEnd(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// given is a case that S01 has to handle, and until when.
func (p *place) given() (*historytest.Incident, time.Time) {
	p.t.Helper()
	in := p.Case(shops, station, nil)
	p.Must(in, street, "desk", incident.Dispatch{Unit: lead})
	return in, *in.State.Deadline.Due
}

func year() reports.Query {
	return reports.Query{From: time.Date(2026, 1, 1, 0, 0, 0, 0, deadline.CST), To: time.Date(2028, 1, 1, 0, 0, 0, 0, deadline.CST), Scope: district}
}

func (p *place) acts(within time.Duration, scope ...string) []reports.Act {
	p.t.Helper()
	p.fold()
	q := year()
	if scope != nil {
		q.Scope = scope
	}
	got, err := p.view.Acts(p.t.Context(), reports.ActsQuery{Query: q, Within: within})
	if err != nil {
		p.t.Fatal(err)
	}
	return got.Items
}

// told is an act in one line.
func told(a reports.Act) string {
	var yes []string
	for _, h := range a.ApprovedBy {
		yes = append(yes, strings.TrimPrefix(h.Person, "system:"))
	}
	asked := "-"
	if a.AskedLeft != nil {
		asked = fmt.Sprint(*a.AskedLeft)
	}
	return fmt.Sprintf("%s by %s of %s, %d left, asked at %s, approved by %v, %s, red %t, leader %t, %s, expired %t",
		a.Kind, strings.TrimPrefix(a.By.Person, "system:"), a.By.Unit, a.MinutesLeft, asked, yes, a.Clock, a.AfterRed, a.DutyLeader, a.Status, a.Outcome.Expired)
}

func TestActsShortlyBeforeRed(t *testing.T) {
	p := begin(t, 1)
	at := func(due time.Time, minutes int) { p.Now = due.Add(-time.Duration(minutes) * time.Minute) }

	longer, due := p.given()
	early, _ := p.given()
	late, _ := p.given()
	target, _ := p.given()
	merged, _ := p.given()
	still, _ := p.given()
	moved, _ := p.given()
	wrong, _ := p.given()
	sent, _ := p.given()
	red, _ := p.given()
	redder, _ := p.given()

	at(due, 180)
	p.Must(still, lead, "hand", incident.RequestSuspension{Reason: "诉讼未决", Code: incident.Litigation, Until: due.AddDate(0, 1, 0)})
	at(due, 61)
	p.Must(early, street, "desk", incident.Void{Reason: "误报"})
	at(due, 60)
	p.Must(late, street, "desk", incident.Void{Reason: "重复上报"})
	at(due, 50)
	p.Must(longer, lead, "hand", incident.RequestExtension{Reason: "等配件"})
	at(due, 40)
	p.Must(longer, street, "desk", incident.GrantExtension{})
	at(due, 30)
	p.Must(still, street, "desk", incident.GrantSuspension{})
	at(due, 20)
	p.Must(moved, street, "desk", incident.Transfer{Unit: other, Reason: "改派"})
	at(due, 10)
	p.Must(merged, street, "desk", incident.Merge{Into: target.ID, IntoNumber: target.State.Number, Target: &target.State, Reason: "同一事件"})
	at(due, 5)
	p.Must(sent, street, "desk", incident.HandOver{Agency: "119", Receipt: "消-1"})
	at(due, 1)
	p.Must(wrong, street, "desk", incident.Correct{Field: "description", Text: "另一处", Reason: "描述有误"})

	// After red only the duty leader may make it look better; a transfer makes nothing look better.
	at(due, -30)
	for _, in := range []*historytest.Incident{red, redder} {
		p.Give(in, incident.Workflow, incident.Expire{Clock: incident.StageClock, Due: due})
	}
	if !p.Give(red, dutyChief, incident.Void{Reason: "核实为误报"}) {
		t.Fatal("the duty leader may void what is red")
	}
	p.Must(redder, street, "desk", incident.Transfer{Unit: other})

	want := []string{
		"void by desk of 440114002, 60 left, asked at -, approved by [], stage, red false, leader false, voided, expired false",
		"extend by hand of 440114002-S01, 40 left, asked at 50, approved by [desk], stage, red false, leader false, open, expired false",
		"suspend by hand of 440114002-S01, 30 left, asked at 180, approved by [desk], stage, red false, leader false, open, expired false",
		"transfer by desk of 440114002, 20 left, asked at -, approved by [], stage, red false, leader false, open, expired false",
		"merge by desk of 440114002, 10 left, asked at -, approved by [], stage, red false, leader false, merged, expired false",
		"hand_over by desk of 440114002, 5 left, asked at -, approved by [], stage, red false, leader false, closed, expired false",
		"correct by desk of 440114002, 1 left, asked at -, approved by [], stage, red false, leader false, open, expired false",
		"void by chief of 440114, -30 left, asked at -, approved by [], stage, red true, leader true, voided, expired false",
	}
	var got []string
	for _, a := range p.acts(time.Hour) {
		got = append(got, told(a))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("acts (-want +got):\n%s", diff)
	}
	if n := len(p.acts(61 * time.Minute)); n != len(want)+1 {
		t.Errorf("within 61 minutes there are %d, not one more", n)
	}
	if n := len(p.acts(9 * time.Minute)); n != 3 {
		t.Errorf("within 9 minutes there are %d, want the hand-over, the correction and what came after red", n)
	}
	for _, a := range p.acts(time.Hour) {
		switch a.Kind {
		case reports.Extend:
			if a.DueAfter == nil || !a.DueAfter.After(a.Due) || !a.Due.Equal(due) || a.Reason != "等配件" {
				t.Errorf("the extension was from %s to %v: %s", a.Due, a.DueAfter, a.Reason)
			}
		case reports.Suspend:
			if a.Detail.Until == nil || a.Detail.Code != "litigation" || a.AskedAt == nil {
				t.Errorf("the suspension: %+v", a)
			}
		case reports.Merge:
			if a.Detail.Number != target.State.Number || a.DueAfter != nil {
				t.Errorf("the merge: %+v", a.Detail)
			}
		case reports.Transfer:
			if a.DetailUnit == nil || a.DetailUnit.Unit != other || a.Unit.Unit != lead {
				t.Errorf("the transfer from %v to %v", a.Unit, a.DetailUnit)
			}
		default:
		}
	}
	// Others see only what they may see of the incidents.
	if n := len(p.acts(time.Hour, "area:440114002")); n != len(want) {
		t.Errorf("the street sees %d", n)
	}
	if n := len(p.acts(time.Hour, "area:440114001")); n != 0 {
		t.Errorf("another street sees %d", n)
	}
	if n := len(p.acts(time.Hour, "area:440114001", "held:"+other)); n != 1 {
		t.Errorf("S02 sees %d, one was transferred to it before red", n)
	}

	// What was extended and expired all the same says so.
	p.Now = *longer.State.Deadline.Due
	p.Now = p.Now.Add(time.Minute)
	p.Give(longer, incident.Workflow, incident.Expire{Clock: incident.StageClock, Due: *longer.State.Deadline.Due})
	for _, a := range p.acts(time.Hour) {
		if a.Outcome.Expired != (a.Kind == reports.Extend) {
			t.Errorf("%s of %s: expired %t", a.Kind, a.Number, a.Outcome.Expired)
		}
	}
}

func TestNobodyReadsOfThemselvesWhatIsKeptFromThem(t *testing.T) {
	p := begin(t, 2)
	in, due := p.given()
	p.Now = due.Add(-10 * time.Minute)
	p.Must(in, street, "desk", incident.Correct{Field: "concerns", Concerns: new(lead), Reason: "反映该单位"})
	for _, scope := range [][]string{{"area:440114002", "held:440114002"}, {"held:" + lead}} {
		if n := len(p.acts(time.Hour, scope...)); n != 0 {
			t.Errorf("%v read %d acts on what is about S01", scope, n)
		}
	}
	if n := len(p.acts(time.Hour)); n == 0 {
		t.Error("the district reads none")
	}
}

func TestWhatStandsStill(t *testing.T) {
	p := begin(t, 3)
	long, _ := p.given()
	gone, _ := p.given()
	joined, _ := p.given()
	p.Now = p.Now.Add(time.Hour)
	since := p.Now
	until := since.AddDate(0, 3, 0)
	for i, in := range []*historytest.Incident{long, gone, joined} {
		p.Must(in, lead, fmt.Sprint("hand", i), incident.RequestSuspension{Reason: "列入工程计划", Code: incident.Planned, Until: until})
		p.Must(in, street, "desk", incident.GrantSuspension{})
	}
	p.Now = p.Now.Add(time.Hour)
	p.Must(gone, lead, "hand", incident.Resume{})
	target := p.Case(shops, station, nil)
	p.Must(joined, street, "desk", incident.Merge{Into: target.ID, IntoNumber: target.State.Number, Target: &target.State})
	p.Now = since.AddDate(0, 0, 40)
	p.Must(target, street, "desk", incident.Comment{Text: "四十天后"})
	stock := func(review time.Duration) []reports.Standstill {
		t.Helper()
		p.fold()
		got, err := p.view.Stock(t.Context(), reports.StockQuery{Scope: district, Review: review})
		if err != nil {
			t.Fatal(err)
		}
		return got.Items
	}
	month := 30 * 24 * time.Hour
	got := stock(month)
	if len(got) != 1 || got[0].ID != long.ID {
		t.Fatalf("there stand still %d", len(got))
	}
	s := got[0]
	if !s.Since.Equal(since) || !s.Until.Equal(until) || s.AgeDays != 40 || s.Code != incident.Planned || s.Unit.Unit != lead ||
		s.AskedBy.Person != "system:hand0" || len(s.ApprovedBy) != 1 || s.ApprovedBy[0].Person != "system:desk" || s.Reason != "列入工程计划" {
		t.Errorf("it stands still as %+v", s)
	}
	// Looked at after 30 days, so next after 60; without reviews when it ends.
	if !s.NextReview.Equal(since.AddDate(0, 0, 60)) {
		t.Errorf("next review %s", s.NextReview)
	}
	if got := stock(0)[0].NextReview; !got.Equal(until) {
		t.Errorf("without reviews the next is %s", got)
	}
	if got := stock(80 * 24 * time.Hour)[0].NextReview; !got.Equal(since.AddDate(0, 0, 80)) {
		t.Errorf("every 80 days the next is %s", got)
	}
	if got := stock(100 * 24 * time.Hour)[0].NextReview; !got.Equal(until) {
		t.Errorf("a review after the end: %s", got)
	}
}

func TestAMergeUndoneStandsStillAgain(t *testing.T) {
	p := begin(t, 4)
	in, _ := p.given()
	target, _ := p.given()
	p.Must(in, lead, "hand", incident.RequestSuspension{Reason: "列入工程计划", Until: p.Now.AddDate(0, 3, 0)})
	p.Must(in, street, "desk", incident.GrantSuspension{})
	since := p.Now
	p.Must(in, street, "desk", incident.Merge{Into: target.ID, IntoNumber: target.State.Number, Target: &target.State})
	stock := func() []reports.Standstill {
		p.fold()
		got, err := p.view.Stock(t.Context(), reports.StockQuery{Scope: district})
		if err != nil {
			t.Fatal(err)
		}
		return got.Items
	}
	if n := len(stock()); n != 0 {
		t.Errorf("merged, there stand still %d", n)
	}
	p.Now = p.Now.Add(time.Hour)
	p.Must(in, street, "desk", incident.Unmerge{Reason: "不是同一事件"})
	if got := stock(); len(got) != 1 || !got[0].Since.Equal(since) || got[0].AskedBy.Person != "system:hand" {
		t.Errorf("taken up again: %+v", got)
	}
}

func (p *place) comebacks(change func(*reports.ComebackQuery)) []reports.Comeback {
	p.t.Helper()
	p.fold()
	days := historytest.Reference(p.t).Days
	q := reports.ComebackQuery{
		Query: year(), Percent: 10, Within: 30 * time.Minute, After: 30 * 24 * time.Hour,
		Days: func(string) *deadline.Calendar { return days },
	}
	if change != nil {
		change(&q)
	}
	got, err := p.view.Comebacks(p.t.Context(), q)
	if err != nil {
		p.t.Fatal(err)
	}
	return got.Items
}

func TestWhatIsPutRightInNoTimeAndComesBack(t *testing.T) {
	p := begin(t, 5)
	handle := func(after time.Duration) *historytest.Incident {
		t.Helper()
		in, _ := p.given()
		p.Now = p.Now.Add(after)
		p.Must(in, lead, "hand", incident.Handle{Result: "已清理"})
		p.Close(in)
		return in
	}
	// The limit is one working day, eight hours.
	quick := handle(10 * time.Minute) // 10 of 480 min: 2.1 %
	slow := handle(60 * time.Minute)  // 12.5 %
	reworked, _ := p.given()
	p.Must(reworked, lead, "hand", incident.Handle{Result: "已清理"})
	p.Must(reworked, reworked.State.Holder, "eye", incident.Fail{Reason: "仍有残留"})
	p.Now = p.Now.Add(time.Hour)
	p.Must(reworked, lead, "hand", incident.Handle{Result: "再次清理"})
	p.Close(reworked)
	again, checked := handle(5*time.Minute), handle(5*time.Minute)
	handle(time.Minute) // and never comes back
	p.Now = p.Now.Add(26 * time.Hour)
	for _, in := range []*historytest.Incident{quick, slow, reworked} {
		p.Must(in, street, "desk", incident.Reopen{Reason: "复现"})
	}
	p.Must(checked, "440114", "auditor", incident.SpotCheck{Genuine: false, Reason: "现场未处置"})
	next := p.Case(shops, station, nil)
	p.Give(next, incident.Workflow, incident.Recur{Recurrence: incident.Recurrence{Of: again.ID, Number: again.State.Number, ClosedAt: again.State.ClosedAt, Count: 2}})

	line := func(c reports.Comeback) string {
		names := map[string]string{quick.ID: "quick", slow.ID: "slow", reworked.ID: "reworked", again.ID: "again", checked.ID: "checked"}
		other := ""
		if c.Other != nil {
			other = " " + c.Other.Number
		}
		return fmt.Sprintf("%s %s after %d h, %d of %d min%s", names[c.ID], c.Back, c.HoursAfter, c.UsedMinutes, c.LimitMinutes, other)
	}
	lines := func(list []reports.Comeback) []string {
		var out []string
		for _, c := range list {
			out = append(out, line(c))
		}
		return out
	}
	// From its own closing to coming back: 26 h, and what was done in between.
	want := []string{
		"quick reopened after 28 h, 10 of 480 min",
		"checked spot_check after 26 h, 5 of 480 min",
		"again recurrence after 26 h, 5 of 480 min " + next.State.Number,
	}
	if diff := cmp.Diff(want, lines(p.comebacks(nil))); diff != "" {
		t.Errorf("came back (-want +got):\n%s", diff)
	}
	if c := p.comebacks(nil)[0]; c.HandledBy.Person != "system:hand" || c.Unit.Unit != lead || c.Reason != "复现" || *c.Share != 10.0/480 {
		t.Errorf("quick came back as %+v", c)
	}
	// A wider net, and a narrower one.
	if got := lines(p.comebacks(func(q *reports.ComebackQuery) { q.Within = time.Hour })); len(got) != 5 || !strings.HasPrefix(got[1], "slow") || !strings.HasPrefix(got[2], "reworked") {
		t.Errorf("within an hour: %v", got)
	}
	if got := lines(p.comebacks(func(q *reports.ComebackQuery) { q.After = 27 * time.Hour })); len(got) != 2 {
		t.Errorf("within 27 hours of closing: %v", got)
	}
	if got := lines(p.comebacks(func(q *reports.ComebackQuery) { q.Within, q.Percent = 0, 2 })); len(got) != 2 {
		t.Errorf("within two percent, 9.6 minutes: %v", got)
	}
}

func TestOneHandHasSeveralParts(t *testing.T) {
	p := begin(t, 6)
	three := p.Case(shops, station, nil)
	p.Must(three, street, "one", incident.Dispatch{Unit: lead})
	p.Must(three, lead, "hand", incident.Handle{Result: "已清理"})
	p.Must(three, three.State.Holder, "one", incident.Pass{})
	p.Must(three, street, "one", incident.Close{ClosingConditionMet: true})

	two, _ := p.given() // dispatched by desk
	p.Must(two, lead, "hand", incident.Handle{Result: "已清理"})
	p.Must(two, two.State.Holder, "eye", incident.Pass{})
	p.Must(two, street, "desk", incident.Close{ClosingConditionMet: true})

	none, _ := p.given()
	p.Must(none, lead, "hand", incident.Handle{Result: "已清理"})
	p.Must(none, none.State.Holder, "eye", incident.Pass{})
	p.Must(none, street, "another", incident.Close{ClosingConditionMet: true})

	// What one did before it was taken up again counts no more.
	p.Must(none, street, "another", incident.Reopen{Reason: "复现"})
	p.Must(none, none.State.Holder, "another", incident.File{Matter: shops, Criterion: none.State.Criterion, Severity: incident.Normal})
	p.Must(none, street, "third", incident.Dispatch{Unit: lead})
	p.Must(none, lead, "hand", incident.Handle{Result: "已清理"})
	p.Must(none, none.State.Holder, "eye", incident.Pass{})
	p.Must(none, street, "desk", incident.Close{ClosingConditionMet: true})

	p.fold()
	got, err := p.view.Doubles(t.Context(), year())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, d := range got.Items {
		lines = append(lines, fmt.Sprint(d.Number == three.State.Number, " ", d.By.Person, " ", d.Parts, " ", d.AllThree, " ", d.Unit.Unit))
	}
	want := []string{
		"true system:one [dispatch check close] true 440114002-S01",
		"false system:desk [dispatch close] false 440114002-S01",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// tickets appends facts of a ticket.
func (p *place) tickets(id string, from int, events ...ticket.Event) {
	p.t.Helper()
	var drafts []eventstore.Draft
	for _, e := range events {
		name, data, err := ticket.Encode(e)
		if err != nil {
			p.t.Fatal(err)
		}
		drafts = append(drafts, eventstore.Draft{Type: name, At: p.Now, Data: data})
	}
	_, err := p.Ledger.Append(p.t.Context(), eventstore.Append{Writes: []eventstore.Write{{
		Stream: eventstore.StreamOf(ticket.Category, id), Expect: eventstore.At(eventstore.Version(from)), Drafts: drafts,
	}}})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *place) fact() ticket.Fact {
	return ticket.Fact{At: p.Now, By: incident.Actor{Person: "agent", Unit: "440114", Role: jurisdiction.Hotline}}
}

func TestACallerComplainsAgain(t *testing.T) {
	p := begin(t, 7)
	in, _ := p.given()
	first, second, third, private := ticket.StreamID("12345", "1"), ticket.StreamID("12345", "2"), ticket.StreamID("12345", "3"), ticket.StreamID("12345", "4")
	receive := func(id, number string, confidential bool) {
		p.tickets(id, 0, ticket.Received{Fact: p.fact(), Source: "12345", External: number, Content: ticket.Content{
			Version: 1, Number: number, Type: ticket.Complaint, Text: "又堆了", Caller: &ticket.Caller{Subject: "x", Line: "l", Confidential: confidential},
		}})
	}
	receive(first, "T1", false)
	p.tickets(first, 1, ticket.Linked{Fact: p.fact(), Incident: in.ID, Number: in.State.Number, Street: street})
	p.Now = p.Now.Add(5 * time.Minute)
	p.Must(in, lead, "hand", incident.Handle{Result: "已清理"})
	p.Close(in)
	p.Now = p.Now.Add(50 * time.Hour)
	receive(second, "T2", false)
	p.tickets(second, 1, ticket.Repeated{Fact: p.fact(), Of: first, Number: "T1", Count: 1})
	p.tickets(second, 2, ticket.Linked{Fact: p.fact(), Incident: in.ID, Number: in.State.Number, Street: street})
	receive(third, "T3", false)
	p.tickets(third, 1, ticket.Linked{Fact: p.fact(), Incident: in.ID, Number: in.State.Number, Street: street})
	receive(private, "T4", true)
	p.tickets(private, 1, ticket.CallerViewed{Fact: p.fact(), Reason: "核对地址"})
	p.tickets(third, 2, ticket.CallerViewed{Fact: p.fact(), Reason: "回访"})
	in2, _ := p.given()
	p.Give(in2, incident.Actor{Person: "desk", Unit: street, Role: jurisdiction.StreetDesk}, incident.ViewCaller{Reason: "联系"})

	got := p.comebacks(nil)
	if len(got) != 2 || got[0].Back != reports.BackComplaint || got[0].Other.Number != "T2" || got[1].Other.Number != "T3" || got[0].ID != in.ID || got[0].HoursAfter != 50 {
		t.Errorf("came back: %+v", got)
	}
	views := func(scope ...string) []reports.Viewing {
		q := year()
		q.Scope = scope
		r, err := p.view.Viewings(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		return r.Items
	}
	all := views(district...)
	text, _ := json.Marshal(all)
	if len(all) < 2 || all[0].Number != "T4" || all[0].Reason != casefile.ConfidentialText || all[1].Number != "T3" || all[1].Reason != "回访" || all[1].By.Person != "agent" {
		t.Errorf("callers were looked at: %s", text)
	}
	if near := views("area:" + street); len(near) == 0 || slices.ContainsFunc(near, func(v reports.Viewing) bool { return v.Number == "T4" }) {
		t.Errorf("the street reads %+v", near)
	}
	if far := views("area:440114001"); len(far) != 0 {
		t.Errorf("another street reads %+v", far)
	}
	if people := reports.People(all); people[0].Key != "agent" || people[0].Count != 2 {
		t.Errorf("by person: %+v", people)
	}
}

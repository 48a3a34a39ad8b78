package whatif

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/table"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/projections/historytest"
)

const (
	station = "440114002002" // 桂花
	street  = "440114002"
)

func base(t *testing.T) *reference.Base {
	t.Helper()
	b, err := reference.LoadBase()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// at is a time of 2026-11-23, a Monday, or of the days after it.
func at(day int, text string) time.Time {
	x, err := time.ParseInLocation("15:04", text, deadline.CST)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 23+day, x.Hour(), x.Minute(), 0, 0, deadline.CST)
}

// changed returns a table with what a change makes of its rows.
func changed(rows []table.Row, change func(fields []string)) []table.Row {
	var list []table.Row
	for _, row := range rows {
		fields := slices.Clone(row.Fields)
		change(fields)
		list = append(list, table.Row{Line: row.Line, Fields: fields})
	}
	return list
}

// ask answers what would have been with tables laid over.
func ask(t *testing.T, h *historytest.History, b *reference.Base, laid reference.Tables) *Report {
	t.Helper()
	now, err := NewTimeline(b, reference.History{}, laid, at(0, "08:00"))
	if err != nil {
		t.Fatal(err)
	}
	was, err := NewTimeline(b, reference.History{}, nil, at(0, "08:00"))
	if err != nil {
		t.Fatal(err)
	}
	past, err := Read(t.Context(), h.Ledger, Period{From: at(0, "00:00"), To: at(1, "00:00"), Was: was, Folder: historytest.Folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := past.Ask(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if r.Unlike > 0 {
		t.Fatalf("not reproduced: %+v", r.NotAlike)
	}
	return r
}

// fourHours returns the first criterion of a matter of the built-in catalogue that has 4 working
// hours and is answered for by an office of the street.
func fourHours(t *testing.T, b *reference.Base) (catalogue.Criterion, jurisdiction.Place) {
	t.Helper()
	place := jurisdiction.Place{Grid: station + "001", Community: station, Street: street, District: "440114"}
	for _, c := range b.Reference.Matters.Criteria() {
		first := b.Reference.Matters.CriteriaOf(c.Matter)[0]
		answer, ok := b.Reference.Book.Answer(c.Matter, place, jurisdiction.Street)
		if first.ID == c.ID && c.Limit == (deadline.Limit{N: 4, Unit: deadline.WorkingHours}) && ok && strings.HasSuffix(answer.Unit, "-S01") {
			return c, place
		}
	}
	t.Fatal("no such criterion")
	return catalogue.Criterion{}, place
}

// TestTwiceTheTime: dispatched at 9:00 and handled at 16:00, four working hours were over
// at 15:00; eight last until 10:00 the next day.
func TestTwiceTheTime(t *testing.T) {
	b := base(t)
	criterion, _ := fourHours(t, b)
	h := historytest.New(t, 1)
	h.Now = at(0, "08:50")
	in := h.Case(criterion.Matter, station, nil)
	h.Now = at(0, "09:00")
	h.Must(in, in.State.Holder, "desk", incident.Dispatch{Unit: street + "-S01"})
	h.Now = at(0, "16:00")
	h.Must(in, street+"-S01", "hand", incident.Handle{Result: "已清理"})
	h.Now = at(0, "17:00")
	h.Close(in)

	r := ask(t, h, b, laidCriterion(b, criterion.Matter, "8"))
	i := slices.Index(incident.Stages, incident.Handling)
	then, now := r.Then.Stages[i], r.Now.Stages[i]
	if then.OnTime != 0 || then.Expired != 1 || then.Late != 1 || now.OnTime != 1 || now.Expired != 0 || now.Due != 1 {
		t.Errorf("handling: %+v → %+v", then, now)
	}
	if r.Then.Expired != 1 || r.Now.Expired != 0 || r.Refused+r.Away > 0 || r.Differ != 1 {
		t.Errorf("expired %d → %d, refused %d, away %d, differ %d", r.Then.Expired, r.Now.Expired, r.Refused, r.Away, r.Differ)
	}
	d := r.Items[0]
	if d.Why != "处置时限 4 工作时 → 8 工作时" || !strings.HasPrefix(d.Change, "处置原超时 现按时") {
		t.Errorf("%q, %q", d.Why, d.Change)
	}
	if d.WhyEN != "handling limit 4 working hours → 8 working hours" || !strings.HasPrefix(d.ChangeEN, "handling was expired, now on time") {
		t.Errorf("in English %q, %q", d.WhyEN, d.ChangeEN)
	}
	if u := r.Units[0]; u.Unit != street+"-S01" || u.Then != 1 || u.Now != 1 || u.ThenExpired != 1 || u.NowExpired != 0 {
		t.Errorf("%+v", u)
	}
}

// laidCriterion is the criteria of a matter with another limit for those of four hours.
func laidCriterion(b *reference.Base, key catalogue.Key, hours string) reference.Tables {
	rows := slices.DeleteFunc(slices.Clone(b.Tables[reference.Criteria]), func(x table.Row) bool {
		return x.Fields[0] != key.Scheme || x.Fields[1] != string(key.Kind) || x.Fields[2] != key.Code
	})
	return reference.Tables{reference.Criteria: changed(rows, func(f []string) {
		if f[6] == "4" && f[7] == string(deadline.WorkingHours) {
			f[6] = hours
		}
	})}
}

// morning is a case dispatched at 9:00, extended by four hours at 10:30 and handled at 11:30.
func morning(t *testing.T, b *reference.Base) (*historytest.History, catalogue.Criterion) {
	t.Helper()
	criterion, _ := fourHours(t, b)
	h := historytest.New(t, 3)
	h.Now = at(0, "08:50")
	in := h.Case(criterion.Matter, station, nil)
	h.Now = at(0, "09:00")
	h.Must(in, in.State.Holder, "desk", incident.Dispatch{Unit: street + "-S01"})
	h.Now = at(0, "10:00")
	h.Must(in, street+"-S01", "hand", incident.RequestExtension{Reason: "须进场施工"})
	h.Now = at(0, "10:30")
	h.Must(in, street, "desk", incident.GrantExtension{})
	h.Now = at(0, "11:30")
	h.Must(in, street+"-S01", "hand", incident.Handle{Result: "已清理"})
	h.Now = at(0, "11:50")
	h.Close(in)
	return h, criterion
}

// TestLessTime: one working hour was over at 10:00, too early for the extension granted at
// 10:30; what was on time is late.
func TestLessTime(t *testing.T) {
	b := base(t)
	h, criterion := morning(t, b)
	r := ask(t, h, b, laidCriterion(b, criterion.Matter, "1"))
	i := slices.Index(incident.Stages, incident.Handling)
	then, now := r.Then.Stages[i], r.Now.Stages[i]
	if then.OnTime != 1 || then.Due != 1 || now.Expired != 1 || now.Late != 1 || now.Due != 1 {
		t.Errorf("handling: %+v → %+v", then, now)
	}
	// 9:48 is 80 % of the hour from 9:00.
	if r.Then.Expired != 0 || r.Now.Expired != 1 || r.Then.Warned != 0 || r.Now.Warned != 1 || r.Then.Extensions != 1 || r.Now.Extensions != 0 {
		t.Errorf("%+v\n%+v", r.Then, r.Now)
	}
	if d := r.Items[0]; d.Why != "处置时限 4 工作时 → 1 工作时" || !strings.HasPrefix(d.Change, "处置原按时 现超时") || len(d.Refused) != 1 || d.Refused[0].Code != "too_late" {
		t.Errorf("%+v", d)
	}
}

// TestWarnedEarlier: 30 % of four working hours from 9:00 are over at 10:12, and of the eight
// that the extension made of them at 11:24: two warnings that nobody had then. Half of the
// four would be over at 11:00, but the extension moves it to 15:00 before.
func TestWarnedEarlier(t *testing.T) {
	b := base(t)
	h, _ := morning(t, b)
	for percent, warned := range map[string]int64{"50": 0, "30": 2} {
		r := ask(t, h, b, reference.Tables{reference.PolicyTable: {{Line: 2, Fields: []string{"warn_percent", percent, ""}}}})
		if r.Then.Warned != 0 || r.Now.Warned != warned || r.Now.Expired != 0 || r.Refused+r.Away > 0 || r.Differ != 1 {
			t.Errorf("%s %%: warned %d → %d, %d refused", percent, r.Then.Warned, r.Now.Warned, r.Refused)
		}
	}
}

// TestNoExtensions: who asks is refused, and nobody has anything to grant.
func TestNoExtensions(t *testing.T) {
	b := base(t)
	h, _ := morning(t, b)
	r := ask(t, h, b, reference.Tables{reference.PolicyTable: {{Line: 2, Fields: []string{"max_extensions", "0", ""}}}})
	if r.Then.Extensions != 1 || r.Now.Extensions != 0 || r.Refused != 1 || r.Away != 1 || r.RefusedBy[0].Code != "extension_limit" {
		t.Errorf("extensions %d → %d, refused %+v, away %d", r.Then.Extensions, r.Now.Extensions, r.RefusedBy, r.Away)
	}
	if d := r.Items[0]; !strings.HasPrefix(d.Why, "不允许：不能延期") || d.Change != "延期 1 → 0" {
		t.Errorf("%q %q", d.Why, d.Change)
	}
}

// TestADayOff: with the Monday off, the working hour for filing from 8:50 ends on Tuesday
// at 9:00.
func TestADayOff(t *testing.T) {
	b := base(t)
	h, _ := morning(t, b)
	rows := slices.Concat(b.Tables[reference.CalendarTable], []table.Row{{Line: 900, Fields: []string{"2026-11-23", "off", "假设"}}})
	r := ask(t, h, b, reference.Tables{reference.CalendarTable: rows})
	if r.Differ != 1 || r.Now.Stages[slices.Index(incident.Stages, incident.Handling)].OnTime != 1 || r.Refused+r.Away > 0 {
		t.Errorf("%+v, refused %+v", r.Now, r.RefusedBy)
	}
	if d := r.Items[0]; d.Why != "立案时限截止 2026-11-23 09:50:00 → 2026-11-24 09:00:00" {
		t.Errorf("%q", d.Why)
	}
}

// TestWhatTodaysRulesDoNotReproduceIsSetApart: a fact as an older program stored it does not
// follow again. The incident is named, and counts as it was on both sides.
func TestWhatTodaysRulesDoNotReproduceIsSetApart(t *testing.T) {
	b := base(t)
	h, criterion := morning(t, b)
	older := memory.New(nil)
	for _, r := range h.Records() {
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := e.(incident.Dispatched); ok {
			d.Return = nil
			e = d
		}
		name, data, err := incident.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := older.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: r.Stream, Expect: eventstore.At(r.Version - 1), Drafts: []eventstore.Draft{{Type: name, At: r.At, Data: data}},
		}}}); err != nil {
			t.Fatal(err)
		}
	}
	was, err := NewTimeline(b, reference.History{}, nil, at(0, "08:00"))
	if err != nil {
		t.Fatal(err)
	}
	now, err := NewTimeline(b, reference.History{}, laidCriterion(b, criterion.Matter, "1"), at(0, "08:00"))
	if err != nil {
		t.Fatal(err)
	}
	past, err := Read(t.Context(), older, Period{To: always, Was: was, Folder: historytest.Folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := past.Ask(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if r.Unlike != 1 || r.Differ != 0 || len(r.NotAlike) != 1 || r.NotAlike[0].Why == "" || r.Then.Handled != 1 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff(r.Then, r.Now); diff != "" {
		t.Error(diff)
	}
}

// bounced is a case that the program gave to S01, which returned it, and S02 handled.
func bounced(t *testing.T, b *reference.Base) (*historytest.History, catalogue.Criterion, jurisdiction.Place) {
	t.Helper()
	criterion, place := fourHours(t, b)
	h := historytest.New(t, 2)
	h.Now = at(0, "09:00")
	in := h.Case(criterion.Matter, station, nil)
	records := h.Records()
	e, err := incident.Decode(records[len(records)-1].Type, records[len(records)-1].Data)
	if err != nil {
		t.Fatal(err)
	}
	filed := e.(incident.Filed)
	if !h.Give(in, incident.Workflow, incident.Dispatch{Unit: filed.Unit, Auto: true, IfAt: in.State.Acts, Basis: filed.Basis}) {
		t.Fatal("not dispatched")
	}
	h.Now = at(0, "10:00")
	h.Must(in, street+"-S01", "hand", incident.Return{Code: incident.NotOurDuty, Reason: "属市政环卫"})
	h.Now = at(0, "10:30")
	h.Must(in, street, "desk", incident.Dispatch{Unit: street + "-S02"})
	h.Now = at(0, "11:00")
	h.Must(in, street+"-S02", "other", incident.Handle{Result: "已清理"})
	h.Now = at(0, "12:00")
	h.Close(in)
	return h, criterion, place
}

// TestAnotherUnitAnswers: with the row of the list naming S02, the program dispatches it
// there at once; S01 never has it, so it gives nothing back and nobody dispatches again.
func TestAnotherUnitAnswers(t *testing.T) {
	b := base(t)
	h, criterion, place := bounced(t, b)
	answer, _ := b.Reference.Book.Answer(criterion.Matter, place, jurisdiction.Street)
	r := ask(t, h, b, reference.Tables{reference.Responsibility: changed(b.Tables[reference.Responsibility], func(f []string) {
		if f[0] == number(answer.Row) {
			f[3] = "S02"
		}
	})})
	if r.Then.Returns != 1 || r.Now.Returns != 0 || r.Then.Dispatched != 2 || r.Now.Dispatched != 1 || r.Refused != 0 || r.Away != 2 || r.Now.Closed != 1 {
		t.Errorf("%+v\n%+v\nrefused %+v, away %d", r.Then, r.Now, r.RefusedBy, r.Away)
	}
	loads := map[string][2]int64{}
	for _, u := range r.Units {
		loads[u.Unit] = [2]int64{u.Then, u.Now}
	}
	if loads[street+"-S01"] != [2]int64{1, 0} || loads[street+"-S02"] != [2]int64{1, 1} {
		t.Errorf("%v", loads)
	}
	if d := r.Items[0]; d.Why != "承办单位 花城街道综合行政执法队 → 花城街道市政环卫园林服务中心" || !strings.Contains(d.Change, "退单 1 → 0") {
		t.Errorf("%q, %q", d.Why, d.Change)
	}
}

// TestARefusedActIsListed: with half an hour to return it, the return at 10:00 is too late;
// S01 keeps it, and handles it when S02 did.
func TestARefusedActIsListed(t *testing.T) {
	b := base(t)
	h, _, _ := bounced(t, b)
	r := ask(t, h, b, reference.Tables{reference.Limits: {{Line: 2, Fields: []string{"return", "30 urgent_minutes", ""}}}})
	if r.Refused != 1 || r.Away != 1 || r.Now.Returns != 0 || r.Now.Dispatched != 1 || r.Now.Closed != 1 {
		t.Errorf("refused %+v, away %d, now %+v", r.RefusedBy, r.Away, r.Now)
	}
	if x := r.RefusedBy[0]; x.Command != "return" || x.Code != "return_window_over" || x.Count != 1 || x.Why == "" {
		t.Errorf("%+v", x)
	}
	if d := r.Items[0]; len(d.Refused) != 1 || d.Refused[0].Unit != street+"-S01" || !strings.Contains(d.Why, "退单时限") || d.Now.Unit != street+"-S01" {
		t.Errorf("%+v", d)
	}
}

// TestAReviewedReturnIsApprovedByWhatTheDeskDidNext: the desk dispatched it on.
func TestAReviewedReturnIsApprovedByWhatTheDeskDidNext(t *testing.T) {
	b := base(t)
	h, _, _ := bounced(t, b)
	r := ask(t, h, b, reference.Tables{reference.PolicyTable: {{Line: 2, Fields: []string{"return_review", "desk", ""}}}})
	if r.Refused != 0 || r.Away != 0 || r.Now.Returns != 1 || r.Now.Dispatched != 2 || r.Now.Closed != 1 || r.Differ != 1 {
		t.Errorf("refused %+v, away %d, now %+v", r.RefusedBy, r.Away, r.Now)
	}
	if d := r.Items[0]; d.Why != "退单 → 申请退单" {
		t.Errorf("%q", d.Why)
	}
}

// TestTablesAreLaidOverEveryMoment: over what was in force from the first day on and over
// every edition since, whose other settings stay; a ruling binds as long as it did.
func TestTablesAreLaidOverEveryMoment(t *testing.T) {
	b := base(t)
	criterion, place := fourHours(t, b)
	var history reference.History
	events, err := reference.Decide(history, reference.Order{
		At: at(1, "09:00"), By: incident.Workflow, Base: b,
		Command: reference.Enact{Tables: reference.Tables{reference.PolicyTable: {
			{Line: 2, Fields: []string{"difficult_after", "7", ""}}, {Line: 3, Fields: []string{"max_extensions", "5", ""}},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	history = reference.Evolve(history, events[0])
	history.Rulings = []jurisdiction.Ruling{{
		Number: "裁定1", Matter: criterion.Matter, Area: street, Unit: street + "-S03", Effective: at(2, "00:00"), Expires: at(3, "00:00"),
	}}
	now, err := NewTimeline(b, history, reference.Tables{reference.PolicyTable: {{Line: 2, Fields: []string{"max_extensions", "0", ""}}}}, at(5, "00:00"))
	if err != nil {
		t.Fatal(err)
	}
	was, err := NewTimeline(b, history, nil, at(5, "00:00"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		at                    time.Time
		difficult, extensions int
		ruled                 bool
	}{
		{time.Time{}, 3, 2, false},
		{at(1, "08:59"), 3, 2, false},
		{at(1, "09:00"), 7, 5, false},
		{at(2, "12:00"), 7, 5, true},
		{at(3, "00:00"), 7, 5, false},
		{at(99, "00:00"), 7, 5, false},
	} {
		then, other := was.At(0, tt.at), now.At(0, tt.at)
		if then.Policy.DifficultAfter != tt.difficult || then.Policy.MaxExtensions != tt.extensions {
			t.Errorf("%s: then %d, %d", tt.at, then.Policy.DifficultAfter, then.Policy.MaxExtensions)
		}
		if other.Policy.DifficultAfter != tt.difficult || other.Policy.MaxExtensions != 0 || other.Policy.Version != then.Policy.Version {
			t.Errorf("%s: now %d, %d of %s", tt.at, other.Policy.DifficultAfter, other.Policy.MaxExtensions, other.Policy.Version)
		}
		unit := other.Book.Route(jurisdiction.Question{Source: "inspector", Matter: criterion.Matter, Place: place}).Unit
		if ruled := unit == street+"-S03"; ruled != tt.ruled {
			t.Errorf("%s: %s", tt.at, unit)
		}
	}
	if _, changed := history.InForce(b, at(9, "00:00"), 1).Tables[reference.PolicyTable]; !changed || len(history.Editions) != 1 {
		t.Error("the history itself was changed")
	}
}

// TestFaultsOfLaidTablesAreNamed: with their lines.
func TestFaultsOfLaidTablesAreNamed(t *testing.T) {
	b := base(t)
	_, err := NewTimeline(b, reference.History{}, reference.Tables{
		reference.PolicyTable: {{Line: 2, Fields: []string{"max_extensions", "many", ""}}},
		reference.Limits:      {{Line: 7, Fields: []string{"dispatching", "1 fortnight", ""}}},
	}, at(0, "08:00"))
	var faults *reference.FaultsError
	if !errors.As(err, &faults) || !strings.Contains(err.Error(), "line 2") || !strings.Contains(err.Error(), "line 7") {
		t.Fatal(err)
	}
}

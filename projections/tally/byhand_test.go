package tally_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/domain/ticket"
	"gridcommand/projections/figures"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tally"
)

// A morning of one street in which happens what the fortnight lacks: what citizens
// report, what goes another way than to a close, tickets, and a patrol.
func morning(t *testing.T) *historytest.History {
	p := newPast(t, 1)
	h := p.History
	at := func(hour, minute int) { h.Now = time.Date(2026, 11, 23, hour, minute, 0, 0, deadline.CST) }
	place := jurisdiction.Place{Grid: station + "001", GridVersion: "illustrative-1", Community: station, Street: street, District: "440114"}
	criterion := historytest.Reference(t).Matters.CriteriaOf(shops)[0].ID
	calls := 0
	citizen := func() *historytest.Incident {
		calls++
		in := &historytest.Incident{ID: fmt.Sprintf("0198c0de-0000-7000-8000-%012d", calls)}
		h.Must(in, "", "caller", incident.Report{
			Number: fmt.Sprint("C", calls), Source: incident.FromCitizen, Matter: shops, Criterion: criterion, Description: "占道", Place: place,
			Routing: historytest.Reference(t).Book.Route(jurisdiction.Question{Source: "citizen", Matter: shops, Criterion: criterion, Place: place}),
		})
		return in
	}

	at(9, 0)
	a, b := citizen(), citizen()
	c, d, e, f, g := h.Case(shops, station, nil), h.Case(shops, station, nil), h.Case(shops, station, nil), h.Case(shops, station, nil), h.Case(shops, station, nil)
	var returned []*historytest.Incident
	for range 5 {
		returned = append(returned, h.Case(shops, station, nil))
	}
	at(9, 5)
	h.Must(f, street, "desk", incident.Merge{Into: g.ID, IntoNumber: g.State.Number, Target: &g.State})
	at(9, 10)
	h.Must(d, street, "desk", incident.Dispatch{Unit: first})
	for _, in := range returned {
		h.Must(in, street, "desk", incident.Dispatch{Unit: first})
	}
	at(9, 15)
	h.Must(f, street, "desk", incident.Unmerge{Reason: "不是同一件"})
	at(9, 20)
	h.Must(e, street, "desk", incident.Escalate{Code: incident.BeyondPower, Reason: "跨街道"})
	at(9, 30)
	h.Must(a, a.State.Holder, "eye", incident.Confirm{})
	h.Must(c, street, "desk", incident.Void{Reason: "误报"})
	h.Must(e, "440114", "chief", incident.OpenCoordination{Units: []string{first, second}, Question: "谁主办"})
	for i, code := range []incident.ReturnCode{incident.NotOurDuty, incident.WrongPlace, incident.OwnerElsewhere, incident.Duplicate, incident.NeedsSupport} {
		h.Must(returned[i], first, "hand", incident.Return{Code: code, Reason: "退"})
	}
	at(9, 40)
	h.Must(a, street, "desk", incident.File{Matter: shops, Criterion: criterion, Severity: incident.Normal})
	h.Must(d, first, "hand", incident.Handle{Result: "已清理"})
	at(9, 50)
	h.Must(d, d.State.Holder, "eye", incident.Pass{})
	at(9, 55)
	h.Must(d, d.State.Holder, "desk", incident.Close{ClosingConditionMet: true})
	at(10, 0)
	h.Must(b, b.State.Holder, "eye", incident.Refute{Reason: "没有"})
	h.Must(a, street, "desk", incident.Dispatch{Unit: first})
	at(10, 5)
	h.Must(a, first, "hand", incident.Accept{})
	at(10, 10)
	h.Must(b, street, "desk", incident.Decline{Reason: "没有"})
	at(10, 30)
	h.Must(d, street, "desk", incident.Reopen{Reason: "又有"})
	at(11, 30)
	h.Must(e, "440114", "chief", incident.ConcludeCoordination{Lead: first})
	at(12, 0)
	h.Must(a, first, "hand", incident.Handle{Result: "已清理"})
	at(12, 30)
	h.Must(a, a.State.Holder, "eye", incident.Pass{})
	at(13, 0)
	h.Must(a, a.State.Holder, "desk", incident.Close{ClosingConditionMet: true})

	nine := time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	by := incident.Actor{Person: "agent", Unit: "440114"}
	give := func(external string, minute int, e func(ticket.Fact) ticket.Event) {
		event := e(ticket.Fact{At: nine.Add(time.Duration(minute) * time.Minute), By: by})
		name, data, err := ticket.Encode(event)
		p.append(ticket.Category, ticket.StreamID("12345", external), name, ticket.FactOf(event).At, data, err)
	}
	for _, kind := range ticket.Types {
		content := ticket.Content{Version: 1, Number: string(kind), Type: kind, Place: place}
		clocks := ticket.Clocks{City: deadline.Deadline{From: nine}, Contact: deadline.Deadline{From: nine}}
		if kind == ticket.Complaint || kind == ticket.Consult || kind == ticket.Help {
			noon := nine.Add(3 * time.Hour)
			clocks = ticket.Clocks{City: deadline.Given(nine, nine.Add(6*time.Hour), 80), Contact: deadline.Given(nine, noon, 80), Internal: &noon}
		}
		give(string(kind), 0, func(f ticket.Fact) ticket.Event {
			return ticket.Received{Fact: f, Source: "12345", External: string(kind), Content: content, Clocks: clocks}
		})
	}
	contact := func(f ticket.Fact) ticket.Event { return ticket.Contacted{Fact: f, Reached: true, When: f.At} }
	reply := func(r ticket.Resolution) func(ticket.Fact) ticket.Event {
		return func(f ticket.Fact) ticket.Event {
			return ticket.Replied{Fact: f, ToCaller: "x", ToCity: "y", Resolution: r}
		}
	}
	passed := func(f ticket.Fact) ticket.Event { return ticket.Reviewed{Fact: f, Passed: true} }
	called := func(r ticket.Rating) func(ticket.Fact) ticket.Event {
		return func(f ticket.Fact) ticket.Event { return ticket.CalledBack{Fact: f, Result: r} }
	}
	expired := func(c ticket.Clock) func(ticket.Fact) ticket.Event {
		return func(f ticket.Fact) ticket.Event { return ticket.Expired{Fact: f, Clock: c} }
	}
	// The complaint: everything in time, content. The report: explained, not content, no clock.
	give("complaint", 60, contact)
	give("complaint", 120, reply(ticket.Resolved))
	give("complaint", 180, passed)
	give("complaint", 240, called(ticket.Basic))
	give("report", 120, reply(ticket.Explained))
	give("report", 180, passed)
	give("report", 240, called(ticket.NotSatisfied))
	// The consult: contacted late, then taken back. The help: out of time, and the same caller again.
	give("consult", 180, expired(ticket.ContactClock))
	give("consult", 600, contact)
	give("consult", 610, func(f ticket.Fact) ticket.Event { return ticket.ReturnAsked{Fact: f, Reason: "非本区"} })
	give("consult", 620, func(f ticket.Fact) ticket.Event { return ticket.Ruled{Fact: f, Decision: ticket.Accepted} })
	give("help", 1, func(f ticket.Fact) ticket.Event { return ticket.Repeated{Fact: f} })
	give("help", 180, expired(ticket.InternalClock))
	give("help", 360, expired(ticket.CityClock))

	// Two inspectors walk three grids of the community, one of them both.
	for i, who := range []string{"ann", "bob"} {
		cells := p.grid.CommunityCells(station)[i : i+2]
		var fixes []patrol.Fix
		for k, cell := range cells {
			fixes = append(fixes, patrol.Fix{At: nine.Add(time.Duration(k) * time.Minute), Point: orb.Point{113.2, 23.4}, Grid: cell.Code})
		}
		name, data, err := patrol.Encode(patrol.Tracked{Fact: patrol.Fact{At: nine, By: incident.Actor{Person: who, Unit: station}}, Fixes: fixes})
		p.append(patrol.Category, patrol.StreamID(who, "2026-11-23"), name, nine, data, err)
	}
	return h
}

// What the morning and the fortnight come to, reckoned by hand: n/d of a share, a
// count, n: median, p90 of a duration. Grids and people of the street are those of the
// data: 花城 has 172,000 people.
var byHand = map[string]map[string]string{
	"morning": {
		"reported": "12", "filed": "11", "declined": "1", "voided": "1", "dispatched": "8", "handled": "2", "closed": "2", "reopened": "1",
		"escalated": "1", "returns": "5", "coordinated": "1", "merged": "1", "unmerged": "1",
		"to_be_verified": "2", "to_be_dispatched": "7", "to_be_handled": "2", "to_be_checked": "2", "to_be_closed": "2",
		"verified_on_time":   "2/2",
		"filed_on_time":      "11/11",
		"accurate_filing":    "10/11", // one voided
		"dispatched_on_time": "7/7",   // not the one that was escalated
		"accurate_dispatch":  "8/8",   // the concluded coordination too
		"signed_on_time":     "1/8",
		"handled_rate":       "2/2",
		"handled_on_time":    "2/2",
		"checked_on_time":    "2/2",
		"closed_rate":        "2/2",
		"closed_on_time":     "2/2",
		"return_rate":        "5/8",
		"valid_reports":      "10/10",
		"found_by_ourselves": "10/12", // two by citizens

		"returns_by_code.not_our_duty": "1", "returns_by_code.wrong_place": "1", "returns_by_code.owner_elsewhere": "1",
		"returns_by_code.duplicate": "1", "returns_by_code.needs_support": "1",

		"durations.verifying":    "2: 30, 60",
		"durations.intake":       "12: 0, 10", // ten at once, two in ten minutes
		"durations.dispatching":  "7: 10, 20", // six in ten minutes
		"durations.coordinating": "1: 120, 120",
		"durations.signing":      "1: 5, 5",
		"durations.handling":     "2: 30, 120",
		"durations.checking":     "2: 10, 30",
		"durations.closing":      "2: 5, 30",
		"durations.total":        "2: 55, 200",

		"tickets": "6", "tickets_by_type.consult": "1", "tickets_by_type.complaint": "1", "tickets_by_type.report": "1",
		"tickets_by_type.suggestion": "1", "tickets_by_type.help": "1", "tickets_by_type.other": "1",
		"ticket_contact_on_time":   "1/2", // the consult's was late
		"ticket_on_time":           "1/2", // the help's is not answered
		"ticket_internal_on_time":  "1/2",
		"ticket_response":          "3/6", // called, called late, answered at once
		"ticket_resolved":          "1/2",
		"ticket_satisfied":         "1/2",
		"ticket_returns":           "1/6",
		"repeat_complaints":        "1/5", // a consult is no complaint
		"durations.ticket":         "1: 180, 180",
		"durations.ticket_contact": "2: 60, 601", // 600 minutes lie in 600 to 603

		"patrol_coverage": "3/GRIDS", "per_grid": "12/GRIDS", "per_10k": "12/17.2",
	},
	"fortnight": {
		"overdue": "1", "overdue_unhandled": "0/6", "rework": "1/6", "reworks": "1", "extension": "1/6", "extensions": "1", "suspensions": "2",
		"suspended": "1", "suspended_days": "2", "handed_over": "1", "recurrence": "1/6", "recurrences": "1", "false_handling": "1/1", "satisfaction": "2/3",
		"returns_by_code.misdispatched": "1",
		// In the facts one of six was handled late; two of nine were signed for or not.
		"handled_on_time": "5/6", "closed_on_time": "5/6", "accurate_dispatch": "8/9", "signed_on_time": "1/9", "return_rate": "1/9",
	},
}

// Every indicator of the catalogue, reckoned by hand.
func TestEveryIndicatorByHand(t *testing.T) {
	pasts := map[string]*historytest.History{"morning": morning(t), "fortnight": fortnight(t)}
	ref := newPast(t, 1)
	yard := tally.Yardsticks{Grid: ref.grid, People: map[string]int64{street: 172_000}}
	grids := 0
	for _, c := range ref.grid.Cells() {
		if c.Street == street {
			grids++
		}
	}
	for name, h := range pasts {
		q := tally.Query{
			From: time.Date(2026, 11, 23, 0, 0, 0, 0, deadline.CST), To: time.Date(2026, 11, 24, 0, 0, 0, 0, deadline.CST),
			Scope: []string{"area:440114"}, Yardsticks: yard,
		}
		if name == "fortnight" {
			q.To = time.Date(2026, 12, 3, 0, 0, 0, 0, deadline.CST)
		}
		s, err := tallied(t, h).Statistics(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var row map[string]any
		for _, r := range s.Items {
			if r.Key == street {
				data, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(data, &row); err != nil {
					t.Fatal(err)
				}
			}
		}
		for code, want := range byHand[name] {
			i, ok := figures.IndicatorOf(code)
			if !ok {
				t.Errorf("there is no indicator %s", code)
			}
			var n, d float64
			if k, err := fmt.Sscanf(strings.Replace(want, "GRIDS", fmt.Sprint(grids), 1), "%g/%g", &n, &d); err == nil && k == 2 {
				want = fmt.Sprintf("%g/%g", n, d)
			}
			if got := spelled(i, row, n, d); got != want {
				t.Errorf("%s, %s: %s, by hand %s", name, code, got, want)
			}
		}
	}
	for _, i := range figures.Indicators {
		if byHand["morning"][i.Code] == "" && byHand["fortnight"][i.Code] == "" {
			t.Errorf("nobody has reckoned %s by hand", i.Code)
		}
	}
}

// spelled says what a row has of an indicator, as byHand says it.
func spelled(i figures.Indicator, row map[string]any, n, d float64) string {
	var v any = row
	for part := range strings.SplitSeq(i.Code, ".") {
		v = v.(map[string]any)[part]
	}
	switch x := v.(type) {
	case map[string]any:
		if i.Kind == figures.Lapse {
			return fmt.Sprintf("%v: %v, %v", x["n"], x["median_min"], x["p90_min"])
		}
		return fmt.Sprintf("%v/%v", x["n"], x["d"])
	case float64:
		if i.Kind == figures.Per && d != 0 && math.Abs(x-n/d) < 1e-9 {
			return fmt.Sprintf("%g/%g", n, d)
		}
	}
	return fmt.Sprint(v)
}

package casebook_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// Each desk's inbox holds what waits for its word on the rung reached, once, and all
// inboxes together hold everything that waits.
func TestEachDeskHasItsInbox(t *testing.T) {
	ladders := map[string]*incident.Policy{
		"desk":   historytest.Reference(t).Policy,
		"ladder": {ExtensionLadder: []incident.Rung{incident.ByDesk, incident.ByDistrict}, SuspensionLadder: []incident.Rung{incident.ByDutyLeader}, ReturnReview: incident.ReviewDutyLeader},
	}
	kinds := map[string]int{}
	all := []string{"extension", "suspension", "return", "appeal", "call_refused"}
	lacks := func(kind string) bool { return kinds[kind] == 0 }
	for seed := uint64(0); seed < 2 || seed < 12 && slices.ContainsFunc(all, lacks); seed++ {
		h := historytest.New(t, seed+50)
		h.Live(700)
		h.Under(func(p *incident.Policy) { p.ReturnReview = incident.ReviewDesk })
		asks := h.Case(catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: "07003"}, "440114002002", nil)
		h.Must(asks, "440114002", "desk", incident.Dispatch{Unit: "440114002-S01"})
		h.Must(asks, "440114002-S01", "hand", incident.RequestSuspension{Reason: "诉讼", Until: h.Now.AddDate(0, 1, 0)})
		asks = h.Case(catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: "07003"}, "440114002002", nil)
		h.Must(asks, "440114002", "desk", incident.Dispatch{Unit: "440114002-S01"})
		h.Must(asks, "440114002-S01", "hand", incident.Return{Code: incident.NotOurDuty, Reason: "非我单位职责"})
		v, files := booked(t, h)
		for name, policy := range ladders {
			want := map[string][]string{}
			add := func(desk, kind string, f casefile.File) {
				want[desk] = append(want[desk], kind+" "+f.Number)
				kinds[kind]++
			}
			for _, f := range files {
				desk := func(laddered bool) string {
					if laddered && name == "ladder" {
						return "440114"
					}
					return f.Dispatcher
				}
				if r := f.Requests.Extension; r != nil {
					add(desk(r.Rungs > 0), "extension", f)
				}
				if f.Requests.Suspension != nil {
					add(desk(true), "suspension", f)
				}
				if f.Requests.Return != nil {
					add(desk(true), "return", f)
				}
				if f.Appeal != nil && f.Appeal.State == casefile.Pending {
					add(f.Appeal.Desk, "appeal", f)
				}
				if n := len(f.Calls); n > 0 && f.Calls[n-1].Answered == casefile.Refused && f.Stage != nil &&
					slices.Contains([]incident.Stage{incident.Dispatching, incident.Handling, incident.Coordinating, incident.Intake, incident.Verifying}, *f.Stage) {
					add("440114", "call_refused", f)
				}
			}
			desks := append(slices.Collect(maps.Keys(want)), "440114109", "440114002002")
			slices.Sort(desks)
			desks = slices.Compact(desks)
			everywhere := 0
			for _, desk := range desks {
				got, err := v.Approvals(t.Context(), casebook.Inbox{Desk: desk, Policy: policy, Scope: everything})
				if err != nil {
					t.Fatal(err)
				}
				var told []string
				for i, a := range got.Items {
					told = append(told, a.Kind+" "+a.Incident.Number)
					if a.Unit == "" || a.At.IsZero() || a.Desk != desk {
						t.Errorf("an approval lacks something: %+v", a)
					}
					if i > 0 && got.Items[i-1].Due == nil && a.Due != nil {
						t.Error("what is due comes after what is not")
					}
				}
				slices.Sort(told)
				slices.Sort(want[desk])
				if diff := cmp.Diff(want[desk], told); diff != "" {
					t.Errorf("seed %d, %s, inbox of %s (-files +view):\n%s", seed, name, desk, diff)
				}
				everywhere += len(told)
			}
			below, err := v.Approvals(t.Context(), casebook.Inbox{Desk: "440114", Below: true, Policy: policy, Scope: everything})
			if err != nil || len(below.Items) != everywhere {
				t.Errorf("the district sees %d of %d that wait, %v", len(below.Items), everywhere, err)
			}
			none, err := v.Approvals(t.Context(), casebook.Inbox{Desk: "440114", Below: true, Policy: policy})
			if err != nil || len(none.Items) != 0 {
				t.Errorf("without a key %d are seen, %v", len(none.Items), err)
			}
		}
	}
	for _, kind := range all {
		if kinds[kind] == 0 {
			t.Errorf("no %s waits anywhere: the histories are of no use", kind)
		}
	}
}

// Of a confidential report lists and inboxes tell neither text nor caller, and no
// search finds its words; the number still finds it.
func TestConfidentialReportsHideTheirText(t *testing.T) {
	h := historytest.New(t, 61)
	h.Live(1500)
	v, files := booked(t, h)
	hidden := 0
	for _, f := range files {
		if !f.IsConfidential() {
			continue
		}
		hidden++
		p, err := v.List(t.Context(), casebook.Query{Q: f.Number, Scope: everything})
		if err != nil || len(p.Items) != 1 {
			t.Fatalf("%s is found %d times, %v", f.Number, len(p.Items), err)
		}
		shown := fmt.Sprintf("%+v", p.Items[0])
		if strings.Contains(shown, f.Description) || strings.Contains(shown, f.Location.Address) || strings.Contains(shown, f.Subject) {
			t.Errorf("%s is told: %s", f.Number, shown)
		}
		if p.Items[0].Description != casefile.ConfidentialText {
			t.Errorf("%s says %q", f.Number, p.Items[0].Description)
		}
		for _, q := range []string{string([]rune(f.Description)[:3]), f.Location.Address} {
			found, err := v.List(t.Context(), casebook.Query{Q: q, Scope: everything, Limit: 500})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(found.Items, func(g casefile.File) bool { return g.ID == f.ID }) {
				t.Errorf("%q finds %s", q, f.Number)
			}
		}
	}
	if hidden == 0 {
		t.Fatal("nobody asked not to be known: the history is of no use")
	}
}

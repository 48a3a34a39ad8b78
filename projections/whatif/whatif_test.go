package whatif

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/incident"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
	"gridcommand/projections/historytest"
)

// TestTodaysRulesReproduceHistory: with no tables laid, every fact of random pasts follows
// again, in its place, those of the clocks too; and the pasts hold facts of every kind.
func TestTodaysRulesReproduceHistory(t *testing.T) {
	kinds := map[string]int{}
	for seed := range uint64(6) {
		h := historytest.New(t, seed)
		h.Live(1200)
		past := read(t, h)
		for _, l := range past.lives {
			got := replay(past.Was, past.Was, l.facts, past.at)
			for i := range max(len(got.made), len(l.facts)) {
				if i < len(got.made) && i < len(l.facts) && same(got.made[i].event, l.facts[i].event) {
					kinds[stored(l.facts[i].event)]++
					continue
				}
				t.Fatalf("seed %d: fact %d of %s: %s (refused: %+v)", seed, i+1, l.facts[0].record.Stream, both(l.facts, got.made, i), got.refused)
			}
			if got.differs >= 0 || l.again != nil || len(got.refused) > 0 || got.away > 0 {
				t.Fatalf("seed %d: every fact is the same, and yet %+v", seed, got)
			}
		}
		r, err := past.Ask(t.Context(), past.Was)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(r.Then, r.Now); diff != "" || r.Differ+r.Unlike+r.Refused+r.Away > 0 {
			t.Errorf("seed %d: today's rules change something: %s", seed, diff)
		}
	}
	for _, e := range incident.Events {
		if kinds[stored(e)] == 0 {
			t.Errorf("no %s in any of the pasts", stored(e))
		}
	}
}

// TestWhatIsNotPreparedIsAnsweredAlike: prepared or not, asked once or twice.
func TestWhatIsNotPreparedIsAnsweredAlike(t *testing.T) {
	h := historytest.New(t, 5)
	h.Live(600)
	prepared := read(t, h)
	plain, err := Read(t.Context(), h.Ledger, prepared.Period)
	if err != nil {
		t.Fatal(err)
	}
	other := relaid(prepared.Was, slower)
	want, err := prepared.Ask(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := plain.Ask(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		got.Elapsed, got.FactsPerSecond = want.Elapsed, want.FactsPerSecond
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
}

func both(was, now []fact, i int) string {
	show := func(facts []fact) string {
		if i >= len(facts) {
			return "none"
		}
		_, data, _ := incident.Encode(facts[i].event)
		return stored(facts[i].event) + " " + string(data)
	}
	return fmt.Sprintf("\nwas %s\nis  %s", show(was), show(now))
}

// TestThenIsWhatStatisticsCount: the figures of then are the sums of what the statistics
// count, fact by fact.
func TestThenIsWhatStatisticsCount(t *testing.T) {
	h := historytest.New(t, 11)
	h.Live(1500)
	past := read(t, h)
	r, err := past.Ask(t.Context(), relaid(past.Was, slower))
	if err != nil {
		t.Fatal(err)
	}
	sums, files := map[figures.Figure]int64{}, map[string]casefile.File{}
	for _, record := range h.Records() {
		e, err := incident.Decode(record.Type, record.Data)
		if err != nil {
			t.Fatal(err)
		}
		before := files[record.Stream.ID()]
		after := past.Folder.Evolve(before, record, e)
		files[record.Stream.ID()] = after
		for _, c := range figures.Of(casefile.Step{Record: record, Event: e, Before: before, After: after}) {
			sums[c.Figure] += c.N
		}
	}
	for _, run := range r.Then.Stages {
		want := [3]int64{sums[figures.OnTime(run.Stage)], sums[figures.Expired(run.Stage)], sums[figures.Late(run.Stage)]}
		if got := [3]int64{run.OnTime, run.Expired, run.Late}; got != want {
			t.Errorf("%s: %v, the statistics count %v", run.Stage, got, want)
		}
	}
	for what, x := range map[figures.Figure]int64{
		figures.TotalOnTime: r.Then.Total.OnTime, figures.TotalExpired: r.Then.Total.Expired, figures.Returned: r.Then.Returns,
		figures.Extended: r.Then.Extensions, figures.Dispatched: r.Then.Dispatched, figures.Closed: r.Then.Closed,
	} {
		if x != sums[what] {
			t.Errorf("%s: %d, the statistics count %d", what, x, sums[what])
		}
	}
	units := int64(0)
	for _, u := range r.Units {
		units += u.Then
	}
	if units != sums[figures.Dispatched] {
		t.Errorf("the units got %d, dispatched were %d", units, sums[figures.Dispatched])
	}
}

// TestUnderOtherRulesIncidentsStillLiveByTheRules: whatever other rules do, what follows is
// a life that the rules allow: folded, it comes to where the replay says it does; an open
// incident has a stage, a holder and clocks that have spoken up to the end; and who is not
// listed as different is the same.
func TestUnderOtherRulesIncidentsStillLiveByTheRules(t *testing.T) {
	for name, change := range map[string]func(*incident.Policy){
		"slower":        slower,
		"no extensions": func(p *incident.Policy) { p.MaxExtensions = 0 },
		"review":        func(p *incident.Policy) { p.ReturnReview = incident.ReviewDesk },
		"no review":     func(p *incident.Policy) { p.ReturnReview = incident.ReviewOff },
		"warn at half":  func(p *incident.Policy) { p.WarnPercent = 50 },
		"one dispute":   func(p *incident.Policy) { p.DifficultAfter = 1 },
		"rework":        func(p *incident.Policy) { p.Rework = incident.ReworkContinue },
	} {
		h := historytest.New(t, 21)
		h.Live(900)
		past := read(t, h)
		other := relaid(past.Was, change)
		r, err := past.Ask(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if r.Unlike > 0 || r.Differ == 0 {
			t.Errorf("%s: %d differ, %d are not reproduced", name, r.Differ, r.Unlike)
		}
		for _, l := range past.lives {
			got := replay(past.Was, other, l.facts, past.at)
			var s incident.State
			for _, f := range got.made {
				s = incident.Evolve(s, f.event)
			}
			if s.Status == incident.StatusOpen && (s.Stage == "" || s.Holder == "") {
				t.Errorf("%s: %s is open at no stage or with nobody", name, l.facts[0].record.Stream)
			}
			id := l.facts[0].record.Stream.ID()
			listed := slices.ContainsFunc(r.Items, func(d Difference) bool { return d.ID == id })
			if alike := got.differs < 0; alike == listed {
				t.Errorf("%s: %s differs: %v, listed: %v", name, id, !alike, listed)
			}
			if got.differs < 0 {
				continue
			}
			// A clock that history did not have, or had otherwise, has spoken by the end.
			var was incident.State
			for _, f := range l.facts {
				was = incident.Evolve(was, f.event)
			}
			for _, timer := range s.Timers() {
				if _, shared := was.Waits(timer); !shared && timer.At.Before(past.at) {
					t.Errorf("%s: %s: %s of %s should have been said at %s", name, id, timer.Kind, timer.Clock, timer.At)
				}
			}
		}
		for _, d := range r.Items {
			if d.Why == "" {
				t.Errorf("%s: nothing says why %s differs", name, d.Number)
			}
		}
	}
}

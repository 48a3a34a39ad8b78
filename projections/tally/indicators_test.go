package tally_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tally"
)

const (
	station = "440114002002"
	street  = "440114002"
	first   = "440114002-S01"
	second  = "440114002-S02"
)

var shops = catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: "07003"} // out on the pavement: first's

// A district's fortnight, small enough to reckon by hand: nine incidents of one street,
// each for something that is counted.
func fortnight(t *testing.T) *historytest.History {
	h := historytest.New(t, 1)
	at := func(day, hour, minute int) { h.Now = time.Date(2026, 11, day, hour, minute, 0, 0, deadline.CST) }
	must := func(in *historytest.Incident, unit, person string, c incident.Command) {
		t.Helper()
		h.Must(in, unit, person, c)
	}

	// 1: signed for, extended, done in time, and somebody is content.
	at(23, 9, 0)
	one := h.Case(shops, station, nil)
	must(one, street, "desk", incident.Dispatch{Unit: first})
	must(one, first, "hand", incident.Accept{})
	must(one, first, "hand", incident.RequestExtension{Reason: "等配件"})
	must(one, street, "desk", incident.GrantExtension{})
	must(one, first, "hand", incident.Handle{Result: "已清理"})
	h.Close(one)
	must(one, station, "reporter", incident.Rate{Score: 5, Rater: "上报人"})

	// 2: never signed for, late, sent back by the check, late in all; exempted on appeal.
	at(23, 10, 0)
	two := h.Case(shops, station, nil)
	must(two, street, "desk", incident.Dispatch{Unit: first})
	at(30, 9, 0)
	must(two, first, "hand", incident.Handle{Result: "已清理"}) // the deadline has passed: a fact before this one
	must(two, station, "eye", incident.Fail{Reason: "仍有残留"})
	must(two, first, "hand", incident.Handle{Result: "已清理干净"})
	h.Close(two)
	must(two, first, "hand", incident.Appeal{Reason: "停电"})
	must(two, street, "desk", incident.UpholdAppeal{})
	must(two, station, "reporter", incident.Rate{Score: 3, Rater: "上报人"})

	// 3: misdispatched, returned, and done by another.
	at(30, 10, 0)
	three := h.Case(shops, station, nil)
	must(three, street, "desk", incident.Dispatch{Unit: first})
	must(three, first, "hand", incident.Return{Code: incident.Misdispatched, Reason: "派错"})
	h.Finish(three, second)

	// 4: goes from hand to hand at the desk's word; done by the second.
	four := h.Case(shops, station, nil)
	must(four, street, "desk", incident.Dispatch{Unit: first})
	must(four, street, "desk", incident.Transfer{Unit: second, Reason: "改派"})
	must(four, second, "hand", incident.Handle{Result: "已清理"})
	h.Close(four)

	// 5: looked at after closing, and found not to have been done.
	five := h.Case(shops, station, nil)
	h.Finish(five, first)
	must(five, "440114", "auditor", incident.SpotCheck{Genuine: false, Reason: "现场未处置"})

	// 6: a duplicate of the seventh; 7: suspended since, the same again as the first.
	six, seven := h.Case(shops, station, nil), h.Case(shops, station, nil)
	must(six, street, "desk", incident.Merge{Into: seven.ID, IntoNumber: seven.State.Number, Target: &seven.State})
	must(seven, street, "desk", incident.Dispatch{Unit: first})
	h.Give(seven, incident.Workflow, incident.Recur{Recurrence: incident.Recurrence{Of: one.ID, Number: one.State.Number, ClosedAt: one.State.ClosedAt, Count: 2}})
	at(30, 12, 0)
	must(seven, first, "hand", incident.RequestSuspension{Reason: "诉讼", Code: incident.Litigation, Until: h.Now.AddDate(0, 2, 0)})
	must(seven, street, "desk", incident.GrantSuspension{})

	// 8: suspended and resumed; 9: handed over.
	eight := h.Case(shops, station, nil)
	must(eight, street, "desk", incident.Dispatch{Unit: first})
	must(eight, first, "hand", incident.RequestSuspension{Reason: "评审", Until: h.Now.AddDate(0, 2, 0)})
	must(eight, street, "desk", incident.GrantSuspension{})
	at(30, 13, 0)
	must(eight, first, "hand", incident.Resume{})
	nine := h.Case(shops, station, nil)
	must(nine, street, "desk", incident.HandOver{Agency: "119", Receipt: "消-1"})
	h.Now = time.Date(2026, 12, 2, 12, 0, 0, 0, deadline.CST)
	must(nine, station, "reporter", incident.Rate{Score: 4, Rater: "上报人"})
	return h
}

func tallied(t *testing.T, h *historytest.History) *tally.View {
	t.Helper()
	db := historytest.Views(t)
	v := tally.New(db, historytest.Folder(t))
	if err := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 150}).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

// Each indicator of the full trade, reckoned by hand, in both readings.
func TestIndicatorsByHand(t *testing.T) {
	v := tallied(t, fortnight(t))
	read := func(reading tally.Reading, by tally.By, key string) tally.Row {
		s, err := v.Statistics(t.Context(), tally.Query{
			From: time.Date(2026, 11, 23, 0, 0, 0, 0, deadline.CST), To: time.Date(2026, 12, 3, 0, 0, 0, 0, deadline.CST),
			By: by, Reading: reading, Scope: []string{"area:440114"},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Items {
			if r.Key == key {
				return r
			}
		}
		t.Fatalf("no row of %s", key)
		return tally.Row{}
	}
	type nd struct{ N, D int64 }
	of := func(r tally.Ratio) nd { return nd{r.N, r.D} }
	fact, exempted := read(tally.Fact, tally.ByStreet, street), read(tally.Exempted, tally.ByStreet, street)
	for name, c := range map[string]struct{ got, want nd }{
		// Dispatched: 1, 2, 3 twice, 4 twice (a transfer is one), 5, 7, 8.
		"signed on time":    {of(fact.SignedOnTime), nd{1, 9}},
		"accurate dispatch": {of(fact.AccurateDispatch), nd{8, 9}},
		"return rate":       {of(fact.ReturnRate), nd{1, 9}},
		// To be handled: 1, 2 twice (once late), 3, 4, 5.
		"handled on time":   {of(fact.HandledOnTime), nd{5, 6}},
		"overdue unhandled": {of(fact.OverdueUnhandled), nd{0, 6}},
		"extension":         {of(fact.Extension), nd{1, 6}},
		// Closed: 1, 2 (late in all), 3, 4, 5, 9 by hand-over.
		"rework":         {of(fact.Rework), nd{1, 6}},
		"closed on time": {of(fact.ClosedOnTime), nd{5, 6}},
		"recurrence":     {of(fact.Recurrence), nd{1, 6}},
		"false handling": {of(fact.FalseHandling), nd{1, 1}},
		"satisfaction":   {of(fact.Satisfaction), nd{2, 3}}, // 5 and 4, not 3

		"handled on time, exempted":   {of(exempted.HandledOnTime), nd{6, 6}},
		"overdue unhandled, exempted": {of(exempted.OverdueUnhandled), nd{0, 6}},
		"rework, exempted":            {of(exempted.Rework), nd{0, 6}},
		"closed on time, exempted":    {of(exempted.ClosedOnTime), nd{6, 6}},
		"false handling, exempted":    {of(exempted.FalseHandling), nd{1, 1}}, // no appeal helps
		"return rate, exempted":       {of(exempted.ReturnRate), nd{1, 9}},    // nobody appealed
	} {
		if c.got != c.want {
			t.Errorf("%s: %d of %d, by hand %d of %d", name, c.got.N, c.got.D, c.want.N, c.want.D)
		}
	}
	type counts struct {
		Reported, Filed, Merged, HandedOver, Recurrences, Extensions, Suspensions, Suspended, Overdue, Misdispatched int64
	}
	told := func(r tally.Row) counts {
		return counts{
			r.Reported, r.Filed, r.Merged, r.HandedOver, r.Recurrences, r.Extensions, r.Suspensions, r.Suspended, r.Overdue,
			r.ReturnsByCode[incident.Misdispatched],
		}
	}
	if diff := cmp.Diff(counts{9, 9, 1, 1, 1, 1, 2, 1, 1, 1}, told(fact)); diff != "" {
		t.Errorf("counts (-by hand +tally):\n%s", diff)
	}
	if exempted.Overdue != 0 || exempted.Reworks != 0 {
		t.Errorf("exempted: %d overdue, %d reworked", exempted.Overdue, exempted.Reworks)
	}
	// Suspended since 30 November 12:00, read on 2 December 12:00: two days.
	if d := fact.SuspendedDays; d == nil || *d != 2 {
		t.Errorf("the suspended one has been so for %v days", d)
	}
	// The misdispatch falls on the desk, the lateness on who had it.
	if desk := read(tally.Fact, tally.ByUnit, street); of(desk.AccurateDispatch) != (nd{8, 9}) || desk.Overdue != 0 {
		t.Errorf("the desk: %+v overdue %d", of(desk.AccurateDispatch), desk.Overdue)
	}
	if unit := read(tally.Fact, tally.ByUnit, first); unit.Overdue != 1 || unit.AccurateDispatch.Rate != nil || unit.Suspended != 1 {
		t.Errorf("the unit: %+v", unit)
	}
	// On the day it was suspended there were as many; on the days before none.
	if day := read(tally.Fact, tally.ByDay, "2026-11-30"); day.Suspended != 1 || *day.SuspendedDays != 0.5 {
		t.Errorf("on the 30th: %d suspended, for %v days", day.Suspended, day.SuspendedDays)
	}
	if day := read(tally.Fact, tally.ByDay, "2026-11-23"); day.Suspended != 0 || day.SuspendedDays != nil {
		t.Errorf("on the 23rd: %d suspended", day.Suspended)
	}
}

// What one unit gives up and another does is counted between them, and says which
// ruling to make.
func TestReturnsSayWhereTheListIsWrong(t *testing.T) {
	v := tallied(t, fortnight(t))
	x, err := v.Exchanges(t.Context(), first, second, shops.String(), 0)
	if err != nil || x.Year != 2026 || x.AToB != 2 || x.BToA != 0 || x.Count != 2 {
		t.Errorf("exchanged: %+v, %v", x, err)
	}
	back, err := v.Exchanges(t.Context(), second, first, shops.String(), 2026)
	if err != nil || back.BToA != 2 || back.AToB != 0 || back.Count != 2 {
		t.Errorf("seen from the other side: %+v, %v", back, err)
	}
	if other, err := v.Exchanges(t.Context(), first, second, shops.String(), 2025); err != nil || other.Count != 0 {
		t.Errorf("the year before: %+v, %v", other, err)
	}
	for _, scope := range []string{"area:440114", "area:440114002", "held:" + first} {
		m, err := v.Returns(t.Context(), tally.ReturnsQuery{
			From: time.Date(2026, 11, 1, 0, 0, 0, 0, deadline.CST), To: time.Date(2026, 12, 1, 0, 0, 0, 0, deadline.CST), Scope: []string{scope},
		})
		if err != nil || len(m.Items) != 1 {
			t.Fatalf("%s: %+v, %v", scope, m.Items, err)
		}
		r := m.Items[0]
		if r.Unit != first || r.Name == "" || r.Matter.Key() != shops.String() || r.Returns != 1 || r.Dispatched != 7 || r.ReturnRate.N != 1 {
			t.Errorf("%s: %+v", scope, r)
		}
		if len(r.Handled) != 1 || r.Handled[0].Unit != second || r.Handled[0].Count != 1 {
			t.Errorf("%s: handled by %+v", scope, r.Handled)
		}
		if s := r.Ruling; s == nil || s.Unit != second || s.Area != street || s.Count != 1 || s.Of != 1 || s.Matter.Key() != shops.String() {
			t.Errorf("%s: suggests %+v", scope, r.Ruling)
		}
	}
	if m, err := v.Returns(t.Context(), tally.ReturnsQuery{Scope: []string{"area:440114001"}}); err != nil || len(m.Items) != 0 {
		t.Errorf("another street sees %+v, %v", m.Items, err)
	}
}

// The two readings differ by what appeals took away and nothing else, exchanges and
// settlements are those of the facts, and what is suspended is what the files say,
// whatever happened. Reading every file is the judge.
func TestReadingsExchangesAndStockOfAnyPast(t *testing.T) {
	folder, upheld, exchanged, suspended := historytest.Folder(t), 0, int64(0), int64(0)
	for seed := range uint64(3) {
		h := historytest.New(t, seed+70)
		h.Live(1200)
		for range 80 { // to a moment at which something is suspended
			if slices.ContainsFunc(h.All(), func(in *historytest.Incident) bool { return in.State.Pause != nil }) {
				break
			}
			h.Live(10)
		}
		v := tallied(t, h)
		files := map[string]casefile.File{}
		type pair struct{ from, to, matter string }
		pairs, last := map[pair]int64{}, map[string]string{}
		for _, r := range h.Records() {
			id := r.Stream.ID()
			f, err := folder.Apply(files[id], r)
			if err != nil {
				t.Fatal(err)
			}
			e, err := casefile.Event(r)
			if err != nil {
				t.Fatal(err)
			}
			var matter string
			if f.Matter != nil {
				matter = f.Matter.Key()
			}
			gives := func(from, to string) {
				if from != "" && from != to {
					pairs[pair{from, to, matter}]++
				}
			}
			switch e := e.(type) {
			case incident.Filed:
				last[id] = ""
			case incident.Returned:
				last[id] = e.Unit
			case incident.Escalated:
				if e.Returns {
					last[id] = files[id].Holder.Unit
				}
			case incident.Dispatched:
				gives(last[id], e.Unit)
				last[id] = ""
			case incident.Transferred:
				gives(e.From, e.Unit)
				if e.Stage == incident.Handling {
					last[id] = ""
				}
			case incident.CoordinationConcluded:
				gives(last[id], e.Lead)
				if e.Stage == incident.Handling {
					last[id] = ""
				}
			case incident.Handled:
				if e.OnTheSpot {
					last[id] = ""
				}
			case incident.AppealUpheld:
				upheld++
			default:
			}
			files[id] = f
		}
		for p, n := range pairs {
			x, err := v.Exchanges(t.Context(), p.from, p.to, p.matter, 2026)
			if err != nil || x.AToB != n || x.BToA != pairs[pair{p.to, p.from, p.matter}] {
				t.Errorf("seed %d, %v: %d and back, the tally says %+v, %v", seed, p, n, x, err)
			}
			exchanged += n
		}
		var now int64
		for _, f := range files {
			if f.Suspended {
				now++
			}
		}
		suspended += now
		far := time.Date(2027, 6, 1, 0, 0, 0, 0, deadline.CST)
		for _, by := range tally.Bys {
			ask := func(reading tally.Reading) tally.Statistics {
				s, err := v.Statistics(t.Context(), tally.Query{
					From: time.Date(2026, 11, 1, 0, 0, 0, 0, deadline.CST), To: far, By: by, Reading: reading, Scope: []string{"area:440114"},
				})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			fact, exempted := ask(tally.Fact), ask(tally.Exempted)
			if fact.Total.Suspended != now {
				t.Errorf("seed %d by %s: %d suspended, the tally says %d", seed, by, now, fact.Total.Suspended)
			}
			var sum int64
			for i, r := range fact.Items {
				sum += r.Suspended
				x := exempted.Items[i]
				if x.Overdue > r.Overdue || x.Reworks > r.Reworks || x.Returns > r.Returns || x.HandledOnTime.N < r.HandledOnTime.N || x.ToBeHandled > r.ToBeHandled {
					t.Errorf("seed %d by %s, %s: exempted is worse than the facts: %+v, %+v", seed, by, r.Key, x, r)
				}
				if x.Overdue < 0 || x.Reworks < 0 || x.Returns < 0 || x.OverdueUnhandled.N < 0 || x.ClosedRate.N > x.ClosedRate.D {
					t.Errorf("seed %d by %s, %s: more is exempt than there was: %+v", seed, by, r.Key, x)
				}
			}
			if by != tally.ByDay && sum != now {
				t.Errorf("seed %d by %s: the groups have %d suspended, all %d", seed, by, sum, now)
			}
		}
	}
	if upheld < 3 || exchanged < 5 || suspended == 0 {
		t.Errorf("%d appeals upheld, %d exchanges, %d suspended: the histories are of no use", upheld, exchanged, suspended)
	}
}

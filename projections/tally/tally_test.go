package tally_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tally"
)

func TestRowsFollowFromFactsAlone(t *testing.T) {
	folder := historytest.Folder(t)
	historytest.SameRows(t, historytest.Views, func(db *sqldb.DB) projections.View { return tally.New(db, folder) }, 11, 900)
}

// count is a brute-force reading of the facts of a period, with sets of incidents
// and runs instead of running sums.
type count struct {
	Reported, Filed, Declined, Voided, Handled, Closed, Returns, Reworks, Overdue, OnTime, Late, TotalOnTime, TotalExpired, TotalLate int64
}

func bruteForce(t *testing.T, h *historytest.History, in func(time.Time) bool, only string) count {
	t.Helper()
	type run struct {
		handling, total deadline.Deadline
		stage           incident.Stage
		expired, over   time.Time // when the clock that runs expired; zero: it has not
		late, overdue   string    // the street where it was then
		matter          catalogue.Key
		place           jurisdiction.Place
		concerns        string
	}
	var c count
	runs := map[string]*run{}
	ref := historytest.Reference(t)
	street := func(r *run) string {
		return ref.Book.Seen(jurisdiction.Sight{Matter: r.matter, Place: r.place, Concerns: r.concerns}).Place.Street
	}
	stand := func(r *run, s incident.Standing) {
		if r.stage != s.Stage || !s.Deadline.From.Equal(r.handling.From) {
			r.expired = time.Time{}
		}
		r.stage, r.handling = s.Stage, s.Deadline
		if s.Total != nil {
			if !s.Total.From.Equal(r.total.From) {
				r.over = time.Time{}
			}
			r.total = *s.Total
		}
	}
	for _, rec := range h.Records() {
		e, err := casefile.Event(rec)
		if err != nil {
			t.Fatal(err)
		}
		r := runs[rec.Stream.ID()]
		if r == nil {
			r = &run{}
			runs[rec.Stream.ID()] = r
		}
		there := func(n *int64, at time.Time, there string) {
			if in(at) && (only == "" || only == there) {
				*n++
			}
		}
		one := func(n *int64) { there(n, rec.At, street(r)) }
		ends := func() {
			one(&c.Closed)
			if !r.over.IsZero() {
				there(&c.TotalLate, r.over, r.overdue)
			} else if r.total.Due != nil {
				one(&c.TotalOnTime)
			}
		}
		switch e := e.(type) {
		case incident.Reported:
			r.matter, r.place, r.concerns = e.Matter, e.Place, e.Concerns
			one(&c.Reported)
		case incident.Filed:
			r.matter = e.Matter
			one(&c.Filed)
		case incident.Declined:
			one(&c.Declined)
		case incident.Handled:
			one(&c.Handled)
			switch {
			case r.stage != incident.Handling:
				one(&c.OnTime)
			case !r.expired.IsZero():
				there(&c.Late, r.expired, r.late)
			case r.handling.Due != nil:
				one(&c.OnTime)
			}
		case incident.Returned:
			one(&c.Returns)
		case incident.Escalated:
			if e.Returns {
				one(&c.Returns)
			}
		case incident.Failed:
			one(&c.Reworks)
		case incident.Closed, incident.HandedOver:
			ends()
		case incident.Reopened:
			r.total, r.over = deadline.Deadline{}, time.Time{}
		case incident.SpotChecked:
			if e.Again != nil {
				r.total, r.over = deadline.Deadline{}, time.Time{}
			}
		case incident.Voided:
			one(&c.Voided)
		case incident.Corrected:
			if e.Place != nil {
				r.place = *e.Place
			}
			if e.Matter != nil {
				r.matter = *e.Matter
			}
			if e.Concerns != nil {
				r.concerns = *e.Concerns
			}
		case incident.Expired:
			switch {
			case e.Clock == incident.TotalClock && r.over.IsZero():
				r.over, r.overdue = rec.At, street(r)
				one(&c.TotalExpired)
			case e.Clock == incident.StageClock && r.expired.IsZero():
				r.expired, r.late = rec.At, street(r)
				if e.Stage == incident.Handling {
					one(&c.Overdue)
				}
			}
		default:
		}
		if s, stands := standingOf(e); stands {
			stand(r, s)
		}
	}
	return c
}

// standingOf returns where a fact says that its incident stands now, if it does.
func standingOf(e incident.Event) (incident.Standing, bool) {
	switch e := e.(type) {
	case incident.Corrected:
		if e.Back != nil {
			return *e.Back, true
		}
		return incident.Standing{}, false
	case incident.SpotChecked:
		if e.Again != nil {
			return *e.Again, true
		}
		return incident.Standing{}, false
	}
	f := reflect.ValueOf(e).FieldByName("Standing")
	if !f.IsValid() {
		return incident.Standing{}, false
	}
	s, ok := f.Interface().(incident.Standing)
	return s, ok
}

func of(r tally.Row) count {
	late := r.HandledRate.N - r.HandledOnTime.N
	return count{
		r.Reported, r.Filed, r.Declined, r.Voided, r.Handled, r.Closed, r.Returns, r.Reworks, r.Overdue, r.HandledOnTime.N, late,
		r.ClosedOnTime.N, r.ToBeClosed - r.ClosedOnTime.N, r.ClosedRate.N - r.ClosedOnTime.N,
	}
}

// The tally of any period, in any grouping, is what counting the facts by hand
// gives, and the groups add up to the whole.
func TestIndicatorsAreCountsOfFacts(t *testing.T) {
	folder := historytest.Folder(t)
	var late, totalLate int64
	for seed := range uint64(2) {
		h := historytest.New(t, seed)
		h.Live(1500)
		// A weekend in which nothing happens, so that some are closed long after it.
		h.Now = h.Now.AddDate(0, 0, 4)
		h.Live(700)
		db := historytest.Views(t)
		v := tally.New(db, folder)
		if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, deadline.CST) }
		for _, p := range []struct{ from, to time.Time }{{day(23), day(24)}, {day(24), day(26)}, {day(1), day(31).AddDate(0, 0, 20)}} {
			in := func(at time.Time) bool { return !at.Before(p.from) && at.Before(p.to) }
			want := bruteForce(t, h, in, "")
			late, totalLate = late+want.Late, totalLate+want.TotalLate
			for _, by := range tally.Bys {
				s, err := v.Statistics(t.Context(), tally.Query{From: p.from, To: p.to, By: by, Scope: []string{"area:440114"}})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, of(s.Total)); diff != "" {
					t.Fatalf("seed %d, %s to %s by %s (-facts +tally):\n%s", seed, p.from, p.to, by, diff)
				}
				var sum int64
				for _, r := range s.Items {
					sum += r.Reported + r.Handled + r.Overdue
				}
				if sum != want.Reported+want.Handled+want.Overdue {
					t.Fatalf("by %s the groups do not add up", by)
				}
				if by != tally.ByStreet {
					continue
				}
				for _, r := range s.Items {
					if r.Key == "" {
						continue
					}
					if diff := cmp.Diff(bruteForce(t, h, in, r.Key), of(r)); diff != "" {
						t.Fatalf("street %s (-facts +tally):\n%s", r.Key, diff)
					}
				}
			}
		}
	}
	if late == 0 || totalLate == 0 {
		t.Errorf("%d handled late, %d closed late: the histories are of no use", late, totalLate)
	}
}

// By street there is a row for each street in scope, even before anything happened,
// and a rate without a denominator is no rate.
func TestEveryStreetHasARow(t *testing.T) {
	db := historytest.Views(t)
	v := tally.New(db, historytest.Folder(t))
	h := historytest.New(t, 1)
	if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string]int{"area:440114": 10, "area:440114002": 1, "area:440114002002": 1, "held:D01": 0, "": 0} {
		s, err := v.Statistics(t.Context(), tally.Query{Scope: []string{scope}})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Items) != want {
			t.Errorf("%q sees %d rows, want %d", scope, len(s.Items), want)
		}
		for _, r := range s.Items {
			if r.HandledOnTime.Rate != nil || r.Name == "" {
				t.Errorf("row at zero: %+v", r)
			}
		}
	}
}

// Nobody counts what they may not see.
func TestScopeBoundsTheCount(t *testing.T) {
	db := historytest.Views(t)
	v := tally.New(db, historytest.Folder(t))
	h := historytest.New(t, 4)
	h.Live(1500)
	if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	count := func(scope ...string) (reported, dispatched int64, rows []tally.Row) {
		s, err := v.Statistics(t.Context(), tally.Query{By: tally.ByUnit, Scope: scope})
		if err != nil {
			t.Fatal(err)
		}
		return s.Total.Reported, s.Total.Dispatched, s.Items
	}
	all, _, _ := count("area:440114")
	one, _, _ := count("area:440114002")
	other, _, _ := count("area:440114001")
	both, _, _ := count("area:440114001", "area:440114002")
	none, _, _ := count("by:system:person-1")
	if one == 0 || other == 0 || one+other != both || both >= all || none != 0 {
		t.Errorf("all %d, one street %d, another %d, both %d, nobody %d", all, one, other, both, none)
	}
	if _, dispatched, rows := count("held:440114002-S01"); dispatched == 0 || len(rows) != 1 || rows[0].Key != "440114002-S01" {
		t.Errorf("an office sees %d dispatched in %d rows", dispatched, len(rows))
	}
}

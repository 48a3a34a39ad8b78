package tally_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
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

func bruteForce(t *testing.T, h *historytest.History, in func(time.Time) bool, street string) count {
	t.Helper()
	type run struct {
		handling, total deadline.Deadline
		stage           incident.Stage
		expired, over   bool
		expiredAt       time.Time
		overAt          time.Time
		street          string
	}
	var c count
	runs := map[string]*run{}
	stand := func(r *run, s incident.Standing) {
		if r.stage != s.Stage || !s.Deadline.From.Equal(r.handling.From) || (s.Deadline.Due == nil) != (r.handling.Due == nil) ||
			s.Deadline.Due != nil && !s.Deadline.Due.Equal(*r.handling.Due) {
			r.expired = false
		}
		r.stage, r.handling = s.Stage, s.Deadline
		if s.Total != nil {
			r.total, r.over = *s.Total, false
		}
	}
	ref := historytest.Reference(t)
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
		one := func(n *int64, at time.Time) {
			if in(at) && (street == "" || r.street == street) {
				*n++
			}
		}
		switch e := e.(type) {
		case incident.Reported:
			r.street = ref.Book.VisiblePlace(e.Matter, e.Place).Street
			one(&c.Reported, rec.At)
		case incident.Routed:
			stand(r, e.Standing)
		case incident.Confirmed:
			stand(r, e.Standing)
		case incident.Refuted:
			stand(r, e.Standing)
		case incident.Filed:
			stand(r, e.Standing)
			one(&c.Filed, rec.At)
		case incident.Declined:
			one(&c.Declined, rec.At)
		case incident.Dispatched:
			stand(r, e.Standing)
		case incident.Delegated:
			stand(r, e.Standing)
		case incident.Handled:
			one(&c.Handled, rec.At)
			switch {
			case r.stage != incident.Handling:
				one(&c.OnTime, rec.At)
			case r.expired:
				one(&c.Late, r.expiredAt)
			case r.handling.Due != nil:
				one(&c.OnTime, rec.At)
			}
			stand(r, e.Standing)
		case incident.Returned:
			one(&c.Returns, rec.At)
			stand(r, e.Standing)
		case incident.Transferred:
			stand(r, e.Standing)
		case incident.Escalated:
			if e.Returns {
				one(&c.Returns, rec.At)
			}
			stand(r, e.Standing)
		case incident.Passed:
			stand(r, e.Standing)
		case incident.Failed:
			one(&c.Reworks, rec.At)
			stand(r, e.Standing)
		case incident.Closed:
			one(&c.Closed, rec.At)
			if r.over {
				one(&c.TotalLate, r.overAt)
			} else if r.total.Due != nil {
				one(&c.TotalOnTime, rec.At)
			}
		case incident.Reopened:
			r.total, r.over = deadline.Deadline{}, false
			stand(r, e.Standing)
		case incident.Voided:
			one(&c.Voided, rec.At)
		case incident.Expired:
			if e.Clock == incident.TotalClock {
				r.over, r.overAt = true, rec.At
				one(&c.TotalExpired, rec.At)
				continue
			}
			r.expired, r.expiredAt = true, rec.At
			if e.Stage == incident.Handling {
				one(&c.Overdue, rec.At)
			}
		case incident.Commented, incident.Attached, incident.Warned, incident.Accepted:
		}
	}
	return c
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

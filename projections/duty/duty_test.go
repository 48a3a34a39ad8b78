package duty_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"

	"gridcommand/domain/campaign"
	"gridcommand/domain/deadline"
	dutydomain "gridcommand/domain/duty"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/duty"
	"gridcommand/projections/historytest"
)

const (
	desk = "440114002"
	day  = "2026-11-23"
	one  = "440114002002001"
	two  = "440114002002002"
	away = "440114002003001"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)

func minute(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }

func by(person, unit string) incident.Actor {
	return incident.Actor{Person: person, Unit: unit, Role: jurisdiction.Inspector}
}

// A book is a ledger that its test writes facts into.
type book struct {
	t *testing.T
	eventstore.Store
}

func newBook(t *testing.T) *book {
	t.Helper()
	b := &book{t: t, Store: memory.New(nil)}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *book) write(category, id, name string, at time.Time, data []byte, err error) {
	b.t.Helper()
	if err == nil {
		_, err = b.Append(b.t.Context(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: eventstore.StreamOf(category, id), Drafts: []eventstore.Draft{{Type: name, At: at, Data: data}},
		}}})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) duty(e dutydomain.Event) {
	b.t.Helper()
	name, data, err := dutydomain.Encode(e)
	stream := desk
	switch e := e.(type) {
	case dutydomain.Prepared:
		stream = e.Handover
	case dutydomain.Signed:
		stream = e.Handover
	}
	b.write(dutydomain.Category, stream, name, dutydomain.FactOf(e).At, data, err)
}

func (b *book) patrol(who, on string, e patrol.Event) {
	b.t.Helper()
	name, data, err := patrol.Encode(e)
	b.write(patrol.Category, patrol.StreamID(who, on), name, patrol.FactOf(e).At, data, err)
}

func (b *book) campaign(id string, e campaign.Event) {
	b.t.Helper()
	name, data, err := campaign.Encode(e)
	b.write(campaign.Category, id, name, campaign.FactOf(e).At, data, err)
}

func fix(n int, grid string) patrol.Fix {
	return patrol.Fix{At: minute(n).UTC(), Point: orb.Point{113.2212345, 23.3887654}, AccuracyM: 7.25, Grid: grid}
}

func (b *book) track(who string, fixes ...patrol.Fix) {
	b.t.Helper()
	b.patrol(who, day, patrol.Tracked{Fact: patrol.Fact{At: nine, By: by(who, one[:12])}, Fixes: fixes})
}

func (b *book) folded(db *sqldb.DB, page int) *duty.View {
	b.t.Helper()
	v := duty.New(db)
	if err := projections.NewRunner(db, b, v, &projections.Options{Page: page}).RunToEnd(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return v
}

// aDay is a desk's day with everything in it.
func aDay(t *testing.T) *book {
	b := newBook(t)
	fact := dutydomain.Fact{At: nine, By: by("ann", desk)}
	moment := nine.Add(-time.Hour)
	id := dutydomain.HandoverID(desk, moment)
	turn := dutydomain.TurnAt(nine)
	led := []dutydomain.Member{{Person: "ann", Name: "安", Post: jurisdiction.DutyLeader}}
	b.duty(dutydomain.Rostered{Fact: fact, Turn: turn, People: led, Note: "第一版"})
	b.duty(dutydomain.Rostered{Fact: fact, Turn: turn, People: led, Note: "第二版"})
	for open := range 2 {
		b.duty(dutydomain.Prepared{Fact: fact, Handover: id, Moment: moment, Outgoing: turn.Before(), Incoming: turn, Sheet: dutydomain.Sheet{AsOf: nine, Counts: dutydomain.Counts{Open: open}}})
	}
	b.duty(dutydomain.Signed{Fact: fact, Handover: id, Side: dutydomain.Incoming, Digest: "d"})

	b.patrol("wang", day, patrol.WentOn{Fact: patrol.Fact{At: nine, By: by("wang", one[:12])}})
	b.track("wang", fix(0, one), fix(4, one), fix(30, two))
	b.track("wang", fix(8, one), fix(12, one)) // late, and within what was walked
	b.patrol("wang", day, patrol.WentOff{Fact: patrol.Fact{At: minute(40), By: by("wang", one[:12])}})
	b.patrol("li", day, patrol.WentOn{Fact: patrol.Fact{At: nine, By: by("li", away[:12])}})
	b.track("li", fix(1, one))

	launched := campaign.Launched{
		Fact: campaign.Fact{At: nine, By: by("ann", desk)}, Desk: desk, Title: "专项", Area: []string{desk}, From: nine, Until: minute(600),
		Cells: []campaign.Cell{{Grid: one}, {Grid: two}, {Grid: away}},
	}
	b.campaign("c1", launched)
	launched.Desk, launched.Cells, launched.Until, launched.At = "440114001", []campaign.Cell{{Grid: "440114001001001"}}, minute(300), minute(1)
	b.campaign("c2", launched)
	b.campaign("c1", campaign.Visited{Fact: campaign.Fact{At: minute(20), By: by("wang", one[:12])}, Grid: one, Incidents: []string{"a", "b"}})
	b.campaign("c2", campaign.Finished{Fact: campaign.Fact{At: minute(30), By: by("far", "440114001")}})
	b.write("incident", "i", "incident.unknown", nine, []byte(`{}`), nil) // other views' business
	return b
}

func TestTheDayIsThere(t *testing.T) {
	for name, db := range map[string]*sqldb.DB{"sqlite": historytest.Views(t), "postgres": onPostgres(t)} {
		t.Run(name, func(t *testing.T) {
			v := aDay(t).folded(db, 3)
			ctx := t.Context()
			rosters, stand, err := v.Rosters(ctx, desk, day, day)
			if err != nil || len(rosters) != 1 || rosters[0].Note != "第二版" || stand.Position == 0 {
				t.Errorf("rosters: %+v %v", rosters, err)
			}
			h, found, _, err := v.Handover(ctx, dutydomain.HandoverID(desk, nine.Add(-time.Hour)))
			if err != nil || !found || h.Prepared.Sheet.Counts.Open != 1 || len(h.Signed) != 1 {
				t.Errorf("handover: %+v %v", h, err)
			}
			if all, _, err := v.Handovers(ctx, desk, nine, 10); err != nil || len(all) != 1 {
				t.Errorf("handovers: %+v %v", all, err)
			}
			if all, _, err := v.Handovers(ctx, desk, nine.Add(-time.Hour), 10); err != nil || len(all) != 0 {
				t.Errorf("handovers before it: %+v %v", all, err)
			}

			covered, _, err := v.Coverage(ctx, day, desk)
			want := []duty.Covered{
				{Grid: one, Visits: 2, Seconds: 12 * 60, First: minute(0), Last: minute(12)},
				{Grid: two, Visits: 1, First: minute(30), Last: minute(30)},
			}
			if diff := cmp.Diff(want, covered); diff != "" || err != nil {
				t.Errorf("coverage (-want +got): %s %v", diff, err)
			}
			if other, _, err := v.Coverage(ctx, day, "440114001"); err != nil || len(other) > 0 {
				t.Errorf("another street's coverage: %v %v", other, err)
			}
			p, fixes, found, _, err := v.Track(ctx, "wang", day)
			if err != nil || !found || p.Fixes != 5 || p.Grids != 2 || p.Seconds != 12*60 || p.Unit != one[:12] || !p.Last.Equal(minute(30)) || p.On(minute(50)) || !p.On(minute(39)) {
				t.Errorf("wang's day: %+v %v", p, err)
			}
			wantFixes := []patrol.Fix{fix(0, one), fix(4, one), fix(8, one), fix(12, one), fix(30, two)}
			if diff := cmp.Diff(wantFixes, fixes, cmpopts.EquateApprox(0, 1e-7)); diff != "" {
				t.Errorf("track (-want +got): %s", diff)
			}
			people, _, err := v.Patrols(ctx, day, desk)
			if err != nil || len(people) != 2 {
				t.Errorf("patrols: %+v %v", people, err)
			}

			all, _, err := v.Campaigns(ctx, desk, desk)
			if err != nil || len(all) != 1 || all[0].Grids != 3 || all[0].Done != 1 || all[0].Found != 2 || all[0].StatusAt(minute(60)) != campaign.Running {
				t.Errorf("the street's campaigns: %+v %v", all, err)
			}
			all, _, err = v.Campaigns(ctx, "440114", "440114")
			if err != nil || len(all) != 2 || all[0].ID != "c2" || all[0].StatusAt(minute(60)) != campaign.Ended {
				t.Errorf("the district's campaigns: %+v %v", all, err)
			}
			if all, _, err := v.Campaigns(ctx, "440114003", "440114001"); err != nil || len(all) != 1 || all[0].Grids != 0 {
				t.Errorf("a desk sees what it launched: %+v %v", all, err)
			}
			tasks, _, err := v.Waiting(ctx, one[:12], minute(60))
			if err != nil || len(tasks) != 1 || tasks[0].Grid != two || tasks[0].Campaign.Launched.Title != "专项" {
				t.Errorf("what waits: %+v %v", tasks, err)
			}
			for _, at := range []time.Time{nine.Add(-time.Second), minute(600)} {
				if tasks, _, err := v.Waiting(ctx, one[:12], at); err != nil || len(tasks) > 0 {
					t.Errorf("nothing waits at %v: %+v %v", at, tasks, err)
				}
			}
		})
	}
}

func onPostgres(t *testing.T) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "views")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// However the facts are cut into pages, and however a day's fixes into batches, the
// rows are the same.
func TestRowsFollowFromFactsAlone(t *testing.T) {
	b := aDay(t)
	rnd := rand.New(rand.NewPCG(11, 7))
	var fixes []patrol.Fix
	for n := range 300 {
		fixes = append(fixes, fix(n, []string{one, two, ""}[rnd.IntN(3)]))
	}
	rnd.Shuffle(len(fixes), func(i, j int) { fixes[i], fixes[j] = fixes[j], fixes[i] })
	for len(fixes) > 0 {
		n := min(len(fixes), 1+rnd.IntN(20))
		b.track("zhao", fixes[:n]...)
		fixes = fixes[n:]
	}
	var want string
	for _, page := range []int{1000, 1, 7} {
		db := historytest.Views(t)
		v := b.folded(db, page)
		got := historytest.Dump(t, db, v)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("pages of %d make other rows: %s", page, cmp.Diff(want, got))
		}
	}
}

// A fact of a newer program stops the view; it is never passed over.
func TestAnUnknownFactStopsTheView(t *testing.T) {
	for category, id := range map[string]string{
		dutydomain.Category: desk, patrol.Category: patrol.StreamID("wang", day), campaign.Category: "c",
	} {
		b := newBook(t)
		b.write(category, id, category+".newer", nine, []byte(`{}`), nil)
		db := historytest.Views(t)
		if err := projections.NewRunner(db, b, duty.New(db), nil).RunToEnd(t.Context()); err == nil {
			t.Errorf("%s passes over a fact", category)
		}
	}
	b := newBook(t)
	b.duty(dutydomain.Signed{Fact: dutydomain.Fact{At: nine, By: by("ann", desk)}, Handover: "never", Side: dutydomain.Incoming})
	db := historytest.Views(t)
	if err := projections.NewRunner(db, b, duty.New(db), nil).RunToEnd(t.Context()); err == nil {
		t.Error("a signature without a sheet is folded")
	}
}

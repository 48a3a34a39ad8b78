package historytest_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/historytest"
	"gridcommand/projections/picture"
	"gridcommand/projections/reports"
	"gridcommand/projections/tally"
	"gridcommand/projections/wall"
	"gridcommand/projections/worklist"
)

// every opens each view there is.
func every(t testing.TB) map[string]historytest.Make {
	folder := historytest.Folder(t)
	return map[string]historytest.Make{
		"casebook": func(db *sqldb.DB) projections.View { return casebook.New(db, folder) },
		"picture":  func(db *sqldb.DB) projections.View { return picture.New(db, folder) },
		"worklist": func(db *sqldb.DB) projections.View { return worklist.New(db, folder) },
		"wall":     func(db *sqldb.DB) projections.View { return wall.New(db, folder) },
		"tally":    func(db *sqldb.DB) projections.View { return tally.New(db, folder) },
		"reports":  func(db *sqldb.DB) projections.View { return reports.New(db, folder) },
	}
}

func onPostgres(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "views")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// What holds of the views on SQLite holds on PostgreSQL, and the rows are the same.
func TestViewsOnPostgres(t *testing.T) {
	for name, make := range every(t) {
		t.Run(name, func(t *testing.T) {
			historytest.SameRows(t, onPostgres, make, 21, 240)

			h := historytest.New(t, 22)
			h.Live(400)
			var dumps []string
			for _, db := range []*sqldb.DB{historytest.Views(t), onPostgres(t)} {
				v := make(db)
				if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
					t.Fatal(err)
				}
				dumps = append(dumps, historytest.Dump(t, db, v))
			}
			if diff := cmp.Diff(dumps[0], dumps[1]); diff != "" {
				t.Errorf("rows differ (-SQLite +PostgreSQL):\n%s", diff)
			}
		})
	}
}

func TestWatchesOnPostgres(t *testing.T) {
	views := every(t)
	historytest.Resumes(t, onPostgres, views["picture"], 23, 300, historytest.New(t, 23).Watches(), true)
	historytest.Resumes(t, onPostgres, views["wall"], 24, 300, []historytest.Watch{
		{Any: wall.Any("440114"), Scope: []string{"area:440114"}},
		{Any: wall.Any("440114002"), Scope: []string{"area:440114002"}},
	}, false)
}

// Two programs that run the same view on one PostgreSQL take turns: what they leave
// is what one alone leaves.
func TestTwoProgramsShareTheViews(t *testing.T) {
	h := historytest.New(t, 25)
	h.Live(500)
	head, err := h.Ledger.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range every(t) {
		t.Run(name, func(t *testing.T) {
			db, alone := onPostgres(t), historytest.Views(t)
			var wg sync.WaitGroup
			ctx, stop := context.WithCancel(t.Context())
			var runners []*projections.Runner
			for range 2 {
				r := projections.NewRunner(db, h.Ledger, make(db), &projections.Options{Page: 20})
				runners = append(runners, r)
				wg.Go(func() {
					if err := r.Run(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			for _, r := range runners {
				if err := r.WaitFor(t.Context(), head); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			wg.Wait()
			v := make(alone)
			if err := projections.NewRunner(alone, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(historytest.Dump(t, alone, v), historytest.Dump(t, db, v)); diff != "" {
				t.Errorf("rows differ (-alone +shared):\n%s", diff)
			}
		})
	}
}

// What is asked of the views is answered alike from both databases.
func TestQuestionsOnPostgres(t *testing.T) {
	h := historytest.New(t, 26)
	h.Live(700)
	folder := historytest.Folder(t)
	yes, noon, box := true, h.Now.Add(-8*time.Hour), orb.Bound{Min: orb.Point{113.1, 23.2}, Max: orb.Point{113.4, 23.5}}
	var answers []string
	for _, db := range []*sqldb.DB{historytest.Views(t), onPostgres(t)} {
		book, ground, sums, papers := casebook.New(db, folder), picture.New(db, folder), tally.New(db, folder), reports.New(db, folder)
		for _, v := range []projections.View{book, ground, sums, papers} {
			if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var all []any
		add := func(answer any, err error) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, answer)
		}
		for _, q := range []casebook.Query{
			{},
			{Sort: "number"},
			{Sort: "-due"},
			{Sort: "updated"},
			{Q: "生活垃圾"},
			{Q: "三㘵 00"},
			{Q: "lamp"},
			{Q: "100%"},
			{BBox: &box, Overdue: &yes},
			{Flag: []incident.Flag{incident.OutsideGrid}},
			{Flag: []incident.Flag{casebook.UnsignedMark}},
			{Accepted: &yes, Sort: "due"},
			{Suspended: &yes},
			{From: &noon, Status: []incident.Status{incident.StatusOpen, incident.StatusClosed}},
		} {
			for _, scope := range [][]string{{"area:440114"}, {"area:440114002", "held:440114002-S01"}, {"by:system:person-1"}, nil} {
				q.Scope, q.Limit, q.Cursor = scope, 20, ""
				first, err := book.List(t.Context(), q)
				add(first, err)
				if q.Cursor = first.NextCursor; q.Cursor != "" {
					add(book.List(t.Context(), q))
				}
			}
		}
		for _, scope := range [][]string{{"area:440114"}, {"area:440114002", "held:440114002-S01"}} {
			add(book.Approvals(t.Context(), casebook.Inbox{Desk: "440114", Below: true, Policy: historytest.Reference(t).Policy, Scope: scope}))
			add(sums.Returns(t.Context(), tally.ReturnsQuery{Scope: scope}))
			everything, err := book.List(t.Context(), casebook.Query{Scope: scope, Limit: 30})
			add(everything, err)
			for _, f := range everything.Items {
				if n, ok := casebook.Around(f, 20_000, 100*time.Hour, scope); ok {
					add(book.Duplicates(t.Context(), n))
					add(book.Recurrences(t.Context(), n))
					add(sums.Exchanges(t.Context(), f.IntakeDesk+"-S01", f.IntakeDesk+"-S02", n.Matter, 0))
				}
			}
		}
		for _, scope := range [][]string{{"area:440114"}, {"area:440114002", "held:440114002-S01"}} {
			q := reports.Query{From: noon.AddDate(0, 0, -30), To: noon.AddDate(0, 0, 30), Scope: scope}
			add(papers.Acts(t.Context(), reports.ActsQuery{Query: q, Within: reports.WithinMost}))
			add(papers.Stock(t.Context(), reports.StockQuery{Scope: scope, Review: 24 * time.Hour}))
			add(papers.Comebacks(t.Context(), reports.ComebackQuery{Query: q, Percent: 100, After: 1000 * time.Hour}))
			add(papers.Doubles(t.Context(), q))
			add(papers.Viewings(t.Context(), q))
		}
		add(ground.Features(t.Context(), picture.Query{At: &noon, Scope: []string{"area:440114"}}))
		add(ground.Features(t.Context(), picture.Query{BBox: &box, Scope: []string{"area:440114"}}))
		for _, by := range tally.Bys {
			add(sums.Statistics(t.Context(), tally.Query{By: by, Scope: []string{"area:440114"}}))
			add(sums.Statistics(t.Context(), tally.Query{By: by, Scope: []string{"area:440114002", "held:D01"}}))
			add(sums.Statistics(t.Context(), tally.Query{By: by, Reading: tally.Exempted, Scope: []string{"area:440114"}}))
		}
		data, err := json.MarshalIndent(all, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		answers = append(answers, string(data))
	}
	if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
		t.Errorf("answers differ (-SQLite +PostgreSQL):\n%s", diff[:min(len(diff), 4000)])
	}
	if len(answers[0]) < 10_000 {
		t.Error("the questions are of no use: hardly an answer")
	}
}

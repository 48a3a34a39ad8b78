package casebook_test

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// stores are the databases that a casebook's rows may be in.
var stores = map[string]func(testing.TB) *sqldb.DB{"sqlite": historytest.Views, "postgres": func(t testing.TB) *sqldb.DB {
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
}}

// A reader judges a casebook by the files alone.
type reader []casefile.File

// readerOf folds every file of a ledger.
func readerOf(t testing.TB, records []eventstore.Record) reader {
	t.Helper()
	folder, files := historytest.Folder(t), map[string]casefile.File{}
	var ids []string
	for _, r := range records {
		if r.Stream.Category() != casefile.Category {
			continue
		}
		id := r.Stream.ID()
		f, err := folder.Apply(files[id], r)
		if err != nil {
			t.Fatal(err)
		}
		if files[id] = f; r.Version == 1 {
			ids = append(ids, id)
		}
	}
	all := make(reader, len(ids))
	for i, id := range ids {
		all[i] = files[id]
	}
	return all
}

// list returns the whole list that q asks for.
func (all reader) list(q casebook.Query) []casefile.File {
	list := []casefile.File{}
	for _, f := range all {
		if fits(f, q) {
			list = append(list, f.Listed())
		}
	}
	column, down := strings.CutPrefix(cmp.Or(q.Sort, "-reported_at"), "-")
	slices.SortFunc(list, func(a, b casefile.File) int {
		c := map[string]int{
			"reported_at": a.ReportedAt.Compare(b.ReportedAt), "updated": a.UpdatedAt.Compare(b.UpdatedAt),
			"due": soonest(a).Compare(soonest(b)), "number": strings.Compare(a.Number, b.Number),
		}[column]
		if c = cmp.Or(c, cmp.Compare(a.First, b.First)); down {
			c = -c
		}
		return c
	})
	return list
}

// soonest is when the first of f's clocks runs out.
func soonest(f casefile.File) time.Time {
	soonest := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, at := range []*time.Time{f.Due.Stage, f.Due.Total} {
		if at != nil && at.Before(soonest) {
			soonest = *at
		}
	}
	return soonest
}

func fits(f casefile.File, q casebook.Query) bool {
	var stage incident.Stage
	if f.Stage != nil {
		stage = *f.Stage
	}
	var holder, key, code, name string
	if f.Holder != nil {
		holder = f.Holder.Unit
	}
	if f.Matter != nil {
		key, code, name = f.Matter.Key(), f.Matter.Code, f.Matter.Name
	}
	text := ""
	if !f.IsConfidential() {
		text = f.Description + "\n" + f.Location.Address
	}
	text = plain(text + "\n" + name)
	for _, w := range strings.Fields(plain(q.Q)) {
		if !strings.Contains(text, w) && (strings.Trim(w, "0123456789-") != "" || !strings.Contains(f.Number, w)) {
			return false
		}
	}
	p, placed := f.Point()
	marks := slices.Concat(f.Flags, casebook.MarksOf(f))
	return among(q.Status, f.Status) && among(q.Stage, stage) && among(q.Tier, f.Tier) && among(q.Street, f.Street) && among(q.Community, f.Community) &&
		among(q.Holder, holder) && (len(q.Matter) == 0 || slices.Contains(q.Matter, key) || slices.Contains(q.Matter, code)) &&
		among(q.Source, f.Source) && among(q.Lamp, f.Lamp) &&
		is(q.Overdue, f.Overdue) && is(q.Accepted, f.Accepted) && is(q.Suspended, f.Suspended) && is(q.Difficult, f.Difficult) &&
		!slices.ContainsFunc(q.Flag, func(m incident.Flag) bool { return !slices.Contains(marks, m) }) &&
		(q.BBox == nil || placed && q.BBox.Contains(p)) &&
		(q.From == nil || !f.ReportedAt.Before(*q.From)) && (q.To == nil || f.ReportedAt.Before(*q.To)) &&
		slices.ContainsFunc(f.Keys(), func(k string) bool { return slices.Contains(q.Scope, k) })
}

func among[T comparable](wanted []T, v T) bool { return len(wanted) == 0 || slices.Contains(wanted, v) }

func is(want *bool, v bool) bool { return want == nil || *want == v }

// plain is text as searches read it, as far as these histories need it.
func plain(s string) string {
	return strings.ToLower(strings.NewReplacer("㘵", "布", "，", ",").Replace(s))
}

// queryOf draws a query, of what the files have and now and then of what they lack.
func queryOf(t *rapid.T, all reader) casebook.Query {
	any := func() casefile.File { return rapid.SampledFrom(all).Draw(t, "file") }
	maybe := func(name string) bool { return rapid.IntRange(0, 9).Draw(t, name) == 0 }
	book := []string{"area:440114", "area:440114002", "area:440114001", "held:440114002", "held:440114002-S01", "by:system:person-1", "holder:440114002"}
	q := casebook.Query{Scope: []string{"area:440114"}, Limit: rapid.IntRange(1, 60).Draw(t, "limit")}
	if rapid.IntRange(0, 2).Draw(t, "scoped") == 0 {
		q.Scope = rapid.SliceOfN(rapid.SampledFrom(append(book, any().Keys()...)), 0, 3).Draw(t, "scope")
		q.Scope = slices.DeleteFunc(q.Scope, func(k string) bool { return strings.HasPrefix(k, "cell:") || strings.HasPrefix(k, "hand:") })
	}
	q.Sort = rapid.SampledFrom([]string{"", "reported_at", "updated", "-updated", "due", "-due", "number", "-number"}).Draw(t, "sort")
	if rapid.IntRange(0, 3).Draw(t, "status") == 0 {
		q.Status = rapid.SliceOfN(rapid.SampledFrom(incident.Statuses), 1, 2).Draw(t, "statuses")
	}
	if maybe("stage") {
		q.Stage = rapid.SliceOfN(rapid.SampledFrom(incident.Stages), 1, 3).Draw(t, "stages")
	}
	if maybe("tier") {
		q.Tier = []jurisdiction.Tier{any().Tier}
	}
	if maybe("street") {
		q.Street = []string{any().Street, any().Street}
	}
	if maybe("community") {
		q.Community = []string{any().Community, any().Community, any().Community}
	}
	if f := any(); f.Holder != nil && maybe("holder") {
		q.Holder = []string{f.Holder.Unit}
	}
	if f := any(); f.Matter != nil && maybe("matter") {
		q.Matter = []string{f.Matter.Code, f.Matter.Key()}[rapid.IntRange(0, 1).Draw(t, "by")%2:]
	}
	if maybe("source") {
		q.Source = []incident.Source{any().Source}
	}
	if maybe("lamp") {
		q.Lamp = []incident.Lamp{any().Lamp}
	}
	for _, b := range []**bool{&q.Overdue, &q.Accepted, &q.Suspended, &q.Difficult} {
		if maybe("bit") {
			*b = new(rapid.Bool().Draw(t, "is"))
		}
	}
	if maybe("flag") {
		q.Flag = []incident.Flag{rapid.SampledFrom(slices.Concat(incident.Flags, casebook.Marks)).Draw(t, "flag")}
	}
	if maybe("bbox") {
		west, south := rapid.Float64Range(113, 113.4).Draw(t, "west"), rapid.Float64Range(23.2, 23.5).Draw(t, "south")
		q.BBox = &orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + .2, south + .2}}
	}
	if maybe("from") {
		q.From = new(any().ReportedAt)
	}
	if maybe("to") {
		q.To = new(any().ReportedAt)
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "words") {
		f := any()
		said := f.Description + " " + f.Location.Address + " " + f.Number
		if f.Matter != nil {
			said += " " + f.Matter.Name
		}
		word := []rune(rapid.SampledFrom(strings.Fields(said)).Draw(t, "said"))
		n := min(rapid.IntRange(2, 6).Draw(t, "characters"), len(word))
		if n < 2 {
			continue
		}
		at := rapid.IntRange(0, len(word)-n).Draw(t, "at")
		word = slices.Clone(word[at : at+n])
		if maybe("wrong") {
			word[0], word[n-1] = word[n-1], word[0]
		}
		q.Q += string(word) + " "
	}
	if strings.TrimSpace(q.Q) == "" {
		q.Q = ""
	}
	return q
}

// same checks that the casebook answers a query as the reader does, over all pages.
func same(t *rapid.T, v *casebook.View, all reader, position eventstore.Position, q casebook.Query) int {
	want := all.list(q)
	var got []casefile.File
	for page := q; ; {
		p, err := v.List(context.Background(), page)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if p.Total != len(want) || p.AtLeast || p.Position != position {
			t.Fatalf("%+v: total %d at %d, %d fit at %d", q, p.Total, p.Position, len(want), position)
		}
		got = append(got, p.Items...)
		if page.Cursor = p.NextCursor; p.NextCursor == "" {
			break
		}
		if len(p.Items) != q.Limit {
			t.Fatalf("%+v: a page of %d and there is more", q, len(p.Items))
		}
	}
	if diff := gocmp.Diff(numbers(want), numbers(got)); diff != "" {
		t.Fatalf("%+v (-files +list):\n%s", q, diff)
	}
	if a, b := text(t, want), text(t, got); a != b {
		t.Fatalf("%+v: the files are others than those listed:\n%s", q, gocmp.Diff(a, b))
	}
	return len(want)
}

func text(t *rapid.T, files []casefile.File) string {
	data, err := json.Marshal(append([]casefile.File{}, files...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Any question about any history is answered as reading every file answers it, on both
// stores: while facts come in, after a restart, after a rebuild, and after the tables
// were dropped. What the index was brought to step by step is what it is when it is
// loaded at once.
func TestAnswersAreThoseOfTheFiles(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			for seed := range map[string]uint64{"sqlite": 2, "postgres": 1}[name] {
				h, rnd := historytest.New(t, 70+seed), rand.New(rand.NewPCG(seed, 4))
				db, folder := open(t), historytest.Folder(t)
				v := casebook.New(db, folder)
				runner := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 1 + rnd.IntN(50)})
				other := casebook.New(db, folder) // another program's
				for round := range 8 {
					h.Live(200)
					if err := runner.RunToEnd(t.Context()); err != nil {
						t.Fatal(err)
					}
					switch round {
					case 3: // a new process
						v = casebook.New(db, folder)
						runner = projections.NewRunner(db, h.Ledger, v, nil)
					case 4: // rebuilt, and asked on the way
						h.Live(100)
						if err := runner.Rebuild(t.Context()); err != nil {
							t.Fatal(err)
						}
					case 5: // half rebuilt when asked
						half := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 300})
						dropped(t, db, v)
						if err := half.Open(t.Context()); err != nil {
							t.Fatal(err)
						}
						if p, err := v.List(t.Context(), casebook.Query{Scope: everything}); err != nil || p.Total != 0 || p.Position != 0 {
							t.Fatalf("of no rows %d are listed at %d, %v", p.Total, p.Position, err)
						}
						runner = half
					case 6: // dropped, and come further than before when asked again
						dropped(t, db, v)
						h.Live(50)
						runner = projections.NewRunner(db, h.Ledger, v, nil)
					}
					if err := runner.RunToEnd(t.Context()); err != nil {
						t.Fatal(err)
					}
					all := readerOf(t, h.Records())
					fresh := casebook.New(db, folder)
					met := 0
					rapid.Check(t, func(rt *rapid.T) {
						q := queryOf(rt, all)
						met += same(rt, v, all, runner.Position(), q)
						switch round % 4 {
						case 1:
							same(rt, other, all, runner.Position(), q)
						case 3:
							same(rt, fresh, all, runner.Position(), q)
						}
					})
					if met == 0 {
						t.Error("no query met anything: they are of no use")
					}
				}
			}
		})
	}
}

// dropped drops the tables of a view, as somebody might by hand.
func dropped(t *testing.T, db *sqldb.DB, v projections.View) {
	t.Helper()
	var place string
	if err := db.Read.QueryRowContext(t.Context(), "SELECT place FROM views_places WHERE view = $1", v.Name()).Scan(&place); err != nil {
		t.Fatal(err)
	}
	if place != "" {
		beside, release, err := db.Beside(t.Context(), place, false)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		db = beside
	}
	err := db.Tx(t.Context(), func(tx *sql.Tx) error {
		for _, table := range v.Tables() {
			if _, err := tx.ExecContext(t.Context(), "DROP TABLE "+table); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(t.Context(), "DELETE FROM views_checkpoint WHERE view = 'casebook'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Another ledger in the same database is another book, however far both have come.
func TestAnotherLedgerIsAnotherBook(t *testing.T) {
	db, folder := historytest.Views(t), historytest.Folder(t)
	v := casebook.New(db, folder)
	for seed := range uint64(3) {
		h := historytest.New(t, 90+seed)
		h.Live(300)
		runner := projections.NewRunner(db, h.Ledger, v, nil)
		if err := runner.RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := readerOf(t, h.Records())
		rapid.Check(t, func(rt *rapid.T) { same(rt, v, all, runner.Position(), queryOf(rt, all)) })
	}
}

// Whoever asks while facts come in gets what was true at one position: as many incidents
// as were reported up to there, none with a later fact.
func TestAnswersAreOfOnePosition(t *testing.T) {
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			h := historytest.New(t, 77)
			h.Live(500)
			records := h.Records()
			reported := make([]int, len(records)+1) // position: incidents reported up to there
			for i, r := range records {
				if reported[i+1] = reported[i]; r.Stream.Category() == casefile.Category && r.Version == 1 {
					reported[i+1]++
				}
			}
			db, folder := open(t), historytest.Folder(t)
			v := casebook.New(db, folder)
			runner := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 7})
			if err := runner.Open(t.Context()); err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			done := make(chan struct{})
			for i := range 4 {
				wg.Go(func() {
					asks := v
					if i == 3 {
						asks = casebook.New(db, folder)
					}
					for {
						p, err := asks.List(t.Context(), casebook.Query{Scope: everything, Sort: "-updated", Limit: 20})
						if err != nil {
							t.Error(err)
							return
						}
						if p.Total != reported[p.Position] {
							t.Errorf("at %d there are %d, not %d", p.Position, p.Total, reported[p.Position])
						}
						for _, f := range p.Items {
							if f.Position > int64(p.Position) {
								t.Errorf("at %d a fact at %d is told", p.Position, f.Position)
							}
						}
						select {
						case <-done:
							return
						default:
						}
					}
				})
			}
			if err := runner.RunToEnd(t.Context()); err != nil {
				t.Error(err)
			}
			if err := runner.Rebuild(t.Context()); err != nil {
				t.Error(err)
			}
			close(done)
			wg.Wait()
		})
	}
}

// Before the view's tables are there, nothing can be read ahead, and that is said.
func TestWarm(t *testing.T) {
	h, db := historytest.New(t, 5), historytest.Views(t)
	h.Live(50)
	v := casebook.New(db, historytest.Folder(t))
	if err := v.Warm(t.Context()); err == nil {
		t.Error("without tables the index is warm")
	}
	if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := v.Warm(t.Context()); err != nil {
			t.Error(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := casebook.New(db, historytest.Folder(t)).Warm(ctx); err == nil {
		t.Error("a cancelled reading ahead says nothing")
	}
	if p, err := v.List(t.Context(), casebook.Query{Scope: everything}); err != nil || p.Total != len(h.All()) {
		t.Errorf("%d are listed of %d, %v", p.Total, len(h.All()), err)
	}
}

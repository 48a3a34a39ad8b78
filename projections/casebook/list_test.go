package casebook_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

var everything = []string{"area:440114"}

// lived returns a casebook with a random past, and every file in it.
func lived(t testing.TB, seed uint64, n int) (*casebook.View, []casefile.File) {
	t.Helper()
	h := historytest.New(t, seed)
	h.Live(n)
	db, folder := historytest.Views(t), historytest.Folder(t)
	v := casebook.New(db, folder)
	if err := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 100}).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	streams := map[string][]eventstore.Record{}
	for _, r := range h.Records() {
		streams[r.Stream.ID()] = append(streams[r.Stream.ID()], r)
	}
	var files []casefile.File
	for _, in := range h.All() {
		f, err := folder.Fold(streams[in.ID])
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f.Listed())
	}
	return v, files
}

func numbers(files []casefile.File) []string {
	out := []string{}
	for _, f := range files {
		out = append(out, f.Number)
	}
	return out
}

// all pages through a whole list.
func all(t testing.TB, v *casebook.View, q casebook.Query) ([]casefile.File, casebook.Page) {
	t.Helper()
	var items []casefile.File
	var first casebook.Page
	for pages := 0; ; pages++ {
		p, err := v.List(t.Context(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		if pages == 0 {
			first = p
		}
		items = append(items, p.Items...)
		if p.NextCursor == "" {
			return items, first
		}
		if len(p.Items) != q.Limit && q.Limit != 0 {
			t.Fatalf("a page of %d, asked for %d, and there is more", len(p.Items), q.Limit)
		}
		q.Cursor = p.NextCursor
	}
}

// Every filter lists exactly the incidents that fit, in order, over pages of any
// size; the total is theirs. Reading every file is the judge.
func TestListsHoldWhatFits(t *testing.T) {
	v, files := lived(t, 3, 1500)
	rnd := rand.New(rand.NewPCG(3, 3))
	any := func() casefile.File { return files[rnd.IntN(len(files))] }
	no, yes := false, true
	at := func() *time.Time { t := any().ReportedAt; return &t }
	box := orb.Bound{Min: orb.Point{113.1, 23.3}, Max: orb.Point{113.35, 23.45}}
	type test struct {
		name string
		q    casebook.Query
		fits func(casefile.File) bool
	}
	var tests []test
	add := func(name string, q casebook.Query, fits func(casefile.File) bool) {
		tests = append(tests, test{name, q, fits})
	}
	add("all", casebook.Query{}, func(casefile.File) bool { return true })
	for _, s := range incident.Statuses {
		add("status "+string(s), casebook.Query{Status: []incident.Status{s}}, func(f casefile.File) bool { return f.Status == s })
	}
	add("two statuses", casebook.Query{Status: []incident.Status{incident.StatusClosed, incident.StatusVoided}},
		func(f casefile.File) bool {
			return f.Status == incident.StatusClosed || f.Status == incident.StatusVoided
		})
	for _, s := range incident.Stages {
		add("stage "+string(s), casebook.Query{Stage: []incident.Stage{s}}, func(f casefile.File) bool { return f.Stage != nil && *f.Stage == s })
	}
	for _, x := range jurisdiction.Tiers {
		add("tier "+string(x), casebook.Query{Tier: []jurisdiction.Tier{x}}, func(f casefile.File) bool { return f.Tier == x })
	}
	for _, x := range incident.Lamps {
		add("lamp "+string(x), casebook.Query{Lamp: []incident.Lamp{x}}, func(f casefile.File) bool { return f.Lamp == x })
	}
	for _, x := range incident.Sources[:6] {
		add("source "+string(x), casebook.Query{Source: []incident.Source{x}}, func(f casefile.File) bool { return f.Source == x })
	}
	for _, x := range incident.Flags {
		add("flag "+string(x), casebook.Query{Flag: []incident.Flag{x}}, func(f casefile.File) bool { return f.Has(x) })
	}
	for _, x := range casebook.Marks {
		add("mark "+string(x), casebook.Query{Flag: []incident.Flag{x}}, func(f casefile.File) bool { return slices.Contains(casebook.MarksOf(f), x) })
	}
	add("not accepted", casebook.Query{Accepted: &no}, func(f casefile.File) bool { return !f.Accepted })
	add("suspended", casebook.Query{Suspended: &yes}, func(f casefile.File) bool { return f.Suspended })
	add("not difficult", casebook.Query{Difficult: &no}, func(f casefile.File) bool { return !f.Difficult })
	add("overdue", casebook.Query{Overdue: &yes}, func(f casefile.File) bool { return f.Overdue })
	add("not overdue", casebook.Query{Overdue: &no}, func(f casefile.File) bool { return !f.Overdue })
	add("bbox", casebook.Query{BBox: &box}, func(f casefile.File) bool { p, ok := f.Point(); return ok && box.Contains(p) })
	for range 5 {
		f, from, to := any(), at(), at()
		add("street "+f.Street, casebook.Query{Street: []string{f.Street}}, func(g casefile.File) bool { return g.Street == f.Street })
		add("community "+f.Community, casebook.Query{Community: []string{f.Community}}, func(g casefile.File) bool { return g.Community == f.Community })
		add("from to", casebook.Query{From: from, To: to}, func(g casefile.File) bool { return !g.ReportedAt.Before(*from) && g.ReportedAt.Before(*to) })
		if f.Holder != nil {
			add("holder", casebook.Query{Holder: []string{f.Holder.Unit}}, func(g casefile.File) bool { return g.Holder != nil && g.Holder.Unit == f.Holder.Unit })
		}
		if f.Matter != nil {
			add("matter by key", casebook.Query{Matter: []string{f.Matter.Key()}}, func(g casefile.File) bool { return g.Matter != nil && *g.Matter == *f.Matter })
			add("matter by code", casebook.Query{Matter: []string{f.Matter.Code}}, func(g casefile.File) bool { return g.Matter != nil && g.Matter.Code == f.Matter.Code })
		}
	}
	has := func(words ...string) func(casefile.File) bool {
		return func(f casefile.File) bool {
			text := f.Description + "\n" + f.Location.Address
			if f.IsConfidential() {
				text = ""
			}
			if f.Matter != nil {
				text += "\n" + f.Matter.Name
			}
			text = strings.ToLower(strings.ReplaceAll(text, "㘵", "布"))
			for _, w := range words {
				if !strings.Contains(text, w) && !strings.Contains(f.Number, w) {
					return false
				}
			}
			return true
		}
	}
	for q, words := range map[string][]string{
		"生活垃圾": {"生活垃圾"}, "垃圾": {"垃圾"}, "三㘵村": {"三布村"}, "三布": {"三布"}, "ＬＡＭＰ": {"lamp"}, "lamp 12": {"lamp", "12"}, "花城路7": {"花城路7"},
		"00017": {"00017"}, "440114-20261123-00003": {"440114-20261123-00003"}, "积水 村口": {"积水", "村口"}, "口积": {"口积"},
		"没有这样的": {"没有这样的"}, "积口": {"积口"}, "100%": {"100%"}, "__": {"__"}, "井盖缺失，夜间": {"井盖缺失，夜间"}, "12\t路灯": {"12", "路灯"},
	} {
		add("q "+q, casebook.Query{Q: q}, has(words...))
	}
	add("many at once", casebook.Query{Status: []incident.Status{incident.StatusOpen}, Q: "垃圾", Overdue: &yes, BBox: &box},
		func(f casefile.File) bool {
			p, ok := f.Point()
			return f.Status == incident.StatusOpen && has("垃圾")(f) && f.Overdue && ok && box.Contains(p)
		})

	met := 0
	for _, c := range tests {
		c.q.Scope, c.q.Limit, c.q.Sort = everything, 1+rnd.IntN(60), "number"
		got, first := all(t, v, c.q)
		var want []casefile.File
		for _, f := range files {
			if c.fits(f) {
				want = append(want, f)
			}
		}
		if diff := cmp.Diff(numbers(want), numbers(got)); diff != "" {
			t.Errorf("%s (-fits +listed):\n%s", c.name, diff)
		}
		if first.Total != len(want) || first.AtLeast {
			t.Errorf("%s: total %d, %d fit", c.name, first.Total, len(want))
		}
		if len(want) > 0 && len(want) < len(files) {
			met++
		}
	}
	if met < len(tests)/2 {
		t.Errorf("only %d of %d filters part the incidents", met, len(tests))
	}
}

// Lists come in the order asked for, the whole incident in each place.
func TestOrders(t *testing.T) {
	v, files := lived(t, 6, 900)
	breaks := func(f casefile.File) int64 {
		due := int64(1<<63 - 1)
		for _, d := range []*time.Time{f.Due.Stage, f.Due.Total} {
			if d != nil {
				due = min(due, d.UnixMicro())
			}
		}
		return due
	}
	for sort, value := range map[string]func(casefile.File) string{
		"reported_at": func(f casefile.File) string { return fmt.Sprintf("%020d", f.ReportedAt.UnixMicro()) },
		"updated":     func(f casefile.File) string { return fmt.Sprintf("%020d", f.UpdatedAt.UnixMicro()) },
		"due":         func(f casefile.File) string { return fmt.Sprintf("%020d", breaks(f)) },
		"number":      func(f casefile.File) string { return f.Number },
	} {
		for _, direction := range []string{"", "+", "-"} {
			got, _ := all(t, v, casebook.Query{Sort: direction + sort, Scope: everything, Limit: 37})
			want := slices.Clone(files)
			slices.SortFunc(want, func(a, b casefile.File) int {
				if c := strings.Compare(value(a), value(b)); c != 0 {
					return c
				}
				return int(a.First - b.First)
			})
			if direction == "-" {
				slices.Reverse(want)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("sorted by %s%s (-want +got):\n%s", direction, sort, diff[:min(len(diff), 2000)])
			}
		}
	}
	if got, _ := all(t, v, casebook.Query{Scope: everything}); !slices.IsSortedFunc(got, func(a, b casefile.File) int { return b.ReportedAt.Compare(a.ReportedAt) }) {
		t.Error("without a sort the newest report does not come first")
	}
}

// Nobody lists what they share no key with, and nobody without a key lists anything.
func TestNobodyListsWhatTheyMayNotSee(t *testing.T) {
	v, files := lived(t, 9, 1500)
	book := historytest.Reference(t).Book
	held := ""
	for _, f := range files {
		if strings.Contains(f.Unit, "-S") {
			held = f.Unit
		}
	}
	people := []jurisdiction.Person{
		{Name: "system:person-1", Role: jurisdiction.Inspector, Unit: "440114002001"},
		{Name: "b", Role: jurisdiction.CommunityStaff, Unit: "440114002002"},
		{Name: "c", Role: jurisdiction.StreetDesk, Unit: "440114002"},
		{Name: "d", Role: jurisdiction.DistrictDesk, Unit: "440114"},
		{Name: "e", Role: jurisdiction.Handler, Unit: held},
		{Name: "f", Role: jurisdiction.Handler, Unit: "D01"},
		{Name: "g", Role: jurisdiction.Supervisor, Unit: "440114"},
		{Name: "h", Role: jurisdiction.Admin, Unit: "440114"},
	}
	for _, p := range people {
		scope := book.Scope(p)
		got, first := all(t, v, casebook.Query{Scope: scope, Sort: "number"})
		var want []casefile.File
		for _, f := range files {
			if slices.ContainsFunc(f.Keys(), func(k string) bool { return slices.Contains(scope, k) }) {
				want = append(want, f)
			}
		}
		if diff := cmp.Diff(numbers(want), numbers(got)); diff != "" || first.Total != len(want) {
			t.Errorf("%s with %v, total %d (-may see +listed):\n%s", p.Role, scope, first.Total, diff)
		}
		if len(want) == 0 && p.Role != jurisdiction.Admin {
			t.Errorf("%s of %s sees nothing: the test is of no use", p.Role, p.Unit)
		}
		for _, f := range got {
			if !book.Sees(p, f.Seen, f.Held, f.ReportedBy) {
				t.Errorf("%s lists %s, which the book says they may not see", p.Role, f.Number)
			}
		}
	}
}

// A cursor that no list gave, or that another list gave, is refused.
func TestForgedCursorsAreRefused(t *testing.T) {
	v, _ := lived(t, 2, 200)
	q := casebook.Query{Scope: everything, Limit: 5}
	p, err := v.List(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(p.NextCursor)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-3] ^= 1
	for name, q := range map[string]casebook.Query{
		"changed":       {Cursor: base64.RawURLEncoding.EncodeToString(raw)},
		"shortened":     {Cursor: p.NextCursor[:8]},
		"nonsense":      {Cursor: "nonsense!"},
		"other filters": {Cursor: p.NextCursor, Q: "垃圾"},
		"other order":   {Cursor: p.NextCursor, Sort: "due"},
	} {
		q.Scope = everything
		_, err := v.List(t.Context(), q)
		if bad, ok := errors.AsType[*casebook.QueryError](err); !ok || bad.Field != "cursor" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := v.List(t.Context(), casebook.Query{Cursor: p.NextCursor, Scope: []string{"area:440114002"}, Limit: 9}); err != nil {
		t.Errorf("another caller, another limit: %v", err)
	}
}

func TestQueriesThatAreNone(t *testing.T) {
	v, _ := lived(t, 2, 10)
	for field, qs := range map[string][]casebook.Query{
		"q":     {{Q: "垃"}, {Q: "垃圾 a"}, {Q: "   "}, {Q: strings.Repeat("垃圾", 200)}, {Q: strings.Repeat("垃圾 ", 9)}},
		"sort":  {{Sort: "colour"}, {Sort: "--due"}, {Sort: "-"}, {Sort: "first; DROP TABLE casebook_rows"}},
		"limit": {{Limit: -1}, {Limit: 501}},
	} {
		for _, q := range qs {
			q.Scope = everything
			_, err := v.List(t.Context(), q)
			if bad, ok := errors.AsType[*casebook.QueryError](err); !ok || bad.Field != field {
				t.Errorf("%+v: got %v, want a fault of %s", q, err, field)
			}
		}
	}
}

// Beyond ten thousand a list says "at least".
func TestTotalsBeyondTenThousand(t *testing.T) {
	h := historytest.New(t, 1)
	const n = casebook.MaxTotal + 1
	h.Report(n)
	db := historytest.Views(t)
	v := casebook.New(db, historytest.Folder(t))
	r := projections.NewRunner(db, h.Ledger, v, nil)
	if err := r.RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := v.List(t.Context(), casebook.Query{Scope: everything})
	if err != nil || p.Total != casebook.MaxTotal || !p.AtLeast || p.Position != r.Position() {
		t.Errorf("total %d, at least %t, position %d, %v", p.Total, p.AtLeast, p.Position, err)
	}
	from := p.Items[1].ReportedAt
	p, err = v.List(t.Context(), casebook.Query{Scope: everything, From: &from})
	if err != nil || p.Total != 2 || p.AtLeast {
		t.Errorf("total of the last two: %d, at least %t, %v", p.Total, p.AtLeast, err)
	}
}

package picture_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
	"gridcommand/projections/picture"
)

func fresh(t testing.TB) historytest.Make {
	folder := historytest.Folder(t)
	return func(db *sqldb.DB) projections.View { return picture.New(db, folder) }
}

func TestRowsFollowFromFactsAlone(t *testing.T) {
	historytest.SameRows(t, historytest.Views, fresh(t), 11, 900)
}

func TestWatchesResume(t *testing.T) {
	for seed := range uint64(2) {
		historytest.Resumes(t, historytest.Views, fresh(t), seed, 900, historytest.New(t, seed).Watches(), true)
	}
}

// lived returns a picture with a random past, and the ledger it was folded from.
func lived(t *testing.T, seed uint64) (*picture.View, *historytest.History) {
	t.Helper()
	h := historytest.New(t, seed)
	h.Live(1200)
	db := historytest.Views(t)
	v := picture.New(db, historytest.Folder(t))
	if err := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 50}).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v, h
}

// asOf folds the facts that had come true by a time.
func asOf(t *testing.T, h *historytest.History, at time.Time) map[string]casefile.File {
	t.Helper()
	files := map[string]casefile.File{}
	for _, r := range h.Records() {
		if r.At.After(at) {
			continue
		}
		var err error
		if files[r.Stream.ID()], err = historytest.Folder(t).Apply(files[r.Stream.ID()], r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func seen(t *testing.T, c picture.Collection) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, data := range c.Features {
		var f picture.Feature
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		if _, twice := out[f.ID]; twice {
			t.Errorf("%s is there twice", f.ID)
		}
		place := "nowhere"
		if f.Geometry != nil {
			place = fmt.Sprint(f.Geometry.Coordinates)
		}
		out[f.ID] = fmt.Sprintf("%s %s %s %s %s %s %v", f.Properties.Number, *f.Properties.Stage, f.Properties.Tier, f.Properties.Lamp,
			f.Properties.Street, place, f.Properties.Flags)
	}
	return out
}

func open(files map[string]casefile.File, fits func(casefile.File) bool) map[string]string {
	out := map[string]string{}
	for id, f := range files {
		if f.Status != incident.StatusOpen || !fits(f) {
			continue
		}
		place := "nowhere"
		if p, ok := f.Point(); ok {
			place = fmt.Sprint([2]float64(p))
		}
		out[id] = fmt.Sprintf("%s %s %s %s %s %s %v", f.Number, *f.Stage, f.Tier, f.Lamp, f.Street, place, f.Flags)
	}
	return out
}

// The picture of any moment is what folding the facts up to it gives, and now is
// the last of them.
func TestThePictureAsItWas(t *testing.T) {
	v, h := lived(t, 31)
	records := h.Records()
	district := []string{"area:440114"}
	for i := range 12 {
		at := records[i*(len(records)-1)/11].At
		c, err := v.Features(t.Context(), picture.Query{Area: "440114", At: &at, Scope: district})
		if err != nil {
			t.Fatal(err)
		}
		want := open(asOf(t, h, at), func(casefile.File) bool { return true })
		if diff := cmp.Diff(want, seen(t, c)); diff != "" {
			t.Fatalf("at %s (-facts +picture):\n%s", at, diff)
		}
		if !c.At.Equal(at) || int(c.Position) != len(records) {
			t.Errorf("at %s, position %d", c.At, c.Position)
		}
	}
	then := h.Now.AddDate(1, 0, 0)
	now, err := v.Features(t.Context(), picture.Query{Scope: district})
	if err != nil {
		t.Fatal(err)
	}
	later, err := v.Features(t.Context(), picture.Query{Scope: district, At: &then})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(now.Features, later.Features); diff != "" {
		t.Errorf("now and a year from now differ (-now +later):\n%s", diff)
	}
	if before := records[0].At.Add(-time.Second); true {
		c, err := v.Features(t.Context(), picture.Query{Scope: district, At: &before})
		if err != nil || len(c.Features) != 0 {
			t.Errorf("before the first fact there are %d features, %v", len(c.Features), err)
		}
	}
}

// Cells, boxes and areas hold what lies in them: the district also what lies
// outside every grid, and no box what lies nowhere.
func TestPartsOfThePicture(t *testing.T) {
	v, h := lived(t, 33)
	files := asOf(t, h, h.Now.AddDate(1, 0, 0))
	var somewhere casefile.File
	unplaced := 0
	for _, f := range files {
		if _, placed := f.Point(); f.Status == incident.StatusOpen && placed && f.Street != "" && f.Seen.Street != "" {
			somewhere = f
		} else if f.Status == incident.StatusOpen && !placed {
			unplaced++
		}
	}
	p, ok := somewhere.Point()
	if !ok || unplaced == 0 {
		t.Fatal("the history is of no use")
	}
	box := orb.Bound{Min: orb.Point{113.1, 23.25}, Max: orb.Point{113.3, 23.45}}
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	district := []string{"area:440114"}
	placed := func(f casefile.File) bool { _, ok := f.Point(); return ok }
	for name, c := range map[string]struct {
		q    picture.Query
		fits func(casefile.File) bool
	}{
		"district":  {picture.Query{Area: "440114", Scope: district}, func(casefile.File) bool { return true }},
		"street":    {picture.Query{Area: somewhere.Street, Scope: district}, func(f casefile.File) bool { return f.Seen.Street == somewhere.Street }},
		"community": {picture.Query{Area: somewhere.Community, Scope: district}, func(f casefile.File) bool { return f.Seen.Community == somewhere.Community }},
		"cell": {picture.Query{Cells: []string{casefile.CellOf(p)}, Scope: district}, func(f casefile.File) bool {
			q, ok := f.Point()
			return ok && casefile.CellOf(q) == casefile.CellOf(p)
		}},
		"box":       {picture.Query{BBox: &box, Scope: district}, func(f casefile.File) bool { q, ok := f.Point(); return ok && box.Contains(q) }},
		"world":     {picture.Query{BBox: &world, Scope: district}, placed},
		"my street": {picture.Query{Area: "440114", Scope: []string{"area:" + somewhere.Street}}, func(f casefile.File) bool { return f.Seen.Street == somewhere.Street }},
		"mine":      {picture.Query{Scope: []string{"by:" + somewhere.ReportedBy}}, func(f casefile.File) bool { return f.ReportedBy == somewhere.ReportedBy }},
		"nobody's":  {picture.Query{Area: "440114"}, func(casefile.File) bool { return false }},
	} {
		got, err := v.Features(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(open(files, c.fits), seen(t, got)); diff != "" {
			t.Errorf("%s (-facts +picture):\n%s", name, diff)
		}
		at := h.Now.AddDate(1, 0, 0)
		c.q.At = &at
		then, err := v.Features(t.Context(), c.q)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got.Features, then.Features); diff != "" {
			t.Errorf("%s, from memory and from the database:\n%s", name, diff)
		}
	}
}

// A watch that comes back with an old position is answered from the rows, also
// while the view is taking in what is new.
func TestOldPositionsAreAnsweredWhileTheViewMoves(t *testing.T) {
	h := historytest.New(t, 5)
	h.Live(300)
	db := historytest.Views(t)
	folder := historytest.Folder(t)
	if err := projections.NewRunner(db, h.Ledger, picture.New(db, folder), nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.Live(500)
	again := picture.New(db, folder) // it remembers nothing of what came before
	runner := projections.NewRunner(db, h.Ledger, again, &projections.Options{Page: 1})
	folded := make(chan error, 1)
	go func() { folded <- runner.RunToEnd(t.Context()) }()
	everything := []string{"area:440114"}
	for answered := 0; ; {
		select {
		case err := <-folded:
			if err != nil || answered == 0 {
				t.Fatalf("folded with %v after %d answers", err, answered)
			}
			return
		default:
		}
		switch _, err := again.Since(t.Context(), everything, everything, 1); {
		case err == nil:
			answered++
		case !errors.Is(err, projections.ErrAhead): // the rows are not looked at yet
			t.Fatalf("after %d answers: %v", answered, err)
		}
	}
}

// What is suspended shows grey; what is merged or handed over leaves the picture, and
// what is taken up again comes back where it was.
func TestEndsAndPausesShow(t *testing.T) {
	h := historytest.New(t, 1)
	db := historytest.Views(t)
	v := picture.New(db, historytest.Folder(t))
	runner := projections.NewRunner(db, h.Ledger, v, nil)
	shows := func(want ...string) {
		t.Helper()
		if err := runner.RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		c, err := v.Features(t.Context(), picture.Query{Scope: []string{"area:440114"}})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, data := range c.Features {
			var f picture.Feature
			if err := json.Unmarshal(data, &f); err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %s %s", f.Properties.Number[len(f.Properties.Number)-1:], *f.Properties.Stage, f.Properties.Lamp))
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +shown):\n%s", diff)
		}
	}
	const street, unit = "440114002", "440114002-S01"
	matter, point := catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: "07003"}, orb.Point{113.21, 23.41}
	one, two := h.Case(matter, street+"002", &point), h.Case(matter, street+"002", &point)
	h.Must(one, street, "desk", incident.Dispatch{Unit: unit})
	shows("1 handling green", "2 dispatching green")
	h.Must(one, unit, "hand", incident.RequestSuspension{Reason: "诉讼", Until: h.Now.AddDate(0, 1, 0)})
	h.Must(one, street, "desk", incident.GrantSuspension{})
	shows("1 handling grey", "2 dispatching green")
	h.Must(one, street, "desk", incident.Merge{Into: two.ID, IntoNumber: two.State.Number, Target: &two.State})
	shows("2 dispatching green")
	h.Must(one, street, "desk", incident.Unmerge{Reason: "不是同一事件"})
	shows("1 handling grey", "2 dispatching green")
	h.Must(one, unit, "hand", incident.Resume{})
	h.Must(two, street, "desk", incident.HandOver{Agency: "119", Receipt: "消-1"})
	shows("1 handling green")
}

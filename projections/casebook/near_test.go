package casebook_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// crowded returns a casebook of many reports on a few hundred square metres over some
// days, a part of them closed, and every file.
func crowded(t *testing.T, seed uint64) (*casebook.View, []casefile.File) {
	t.Helper()
	h, rnd := historytest.New(t, seed), rand.New(rand.NewPCG(seed, 9))
	matters := []catalogue.Key{
		{Scheme: catalogue.National, Kind: "matter", Code: "07003"}, {Scheme: catalogue.National, Kind: "matter", Code: "06001"},
	}
	var last *historytest.Incident
	for range 120 {
		h.Now = h.Now.Add(time.Duration(rnd.IntN(4*60)) * time.Minute)
		station := []string{"440114002002", "440114001001"}[rnd.IntN(5)/4]
		point := orb.Point{113.2 + rnd.Float64()*0.0015, 23.4 + rnd.Float64()*0.0008}
		in := h.Case(matters[rnd.IntN(3)/2], station, &point)
		if rnd.IntN(2) == 0 {
			h.Finish(in, station[:9]+"-S01")
			if last != nil && rnd.IntN(3) == 0 {
				h.Give(in, incident.Workflow, incident.Recur{Recurrence: incident.Recurrence{
					Of: last.ID, Number: last.State.Number, ClosedAt: last.State.ClosedAt, Count: 2,
				}})
			}
			last = in
		}
	}
	return booked(t, h)
}

// booked returns the casebook of a history, and every file.
func booked(t *testing.T, h *historytest.History) (*casebook.View, []casefile.File) {
	t.Helper()
	db, folder := historytest.Views(t), historytest.Folder(t)
	v := casebook.New(db, folder)
	if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
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
		files = append(files, f)
	}
	return v, files
}

// metres is the distance of two files on a ball, reckoned another way than the view does.
func metres(a, b casefile.File) float64 {
	const r = orb.EarthRadius
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	dx := rad(*b.Location.Lng-*a.Location.Lng) * math.Cos(rad((*a.Location.Lat+*b.Location.Lat)/2))
	dy := rad(*b.Location.Lat - *a.Location.Lat)
	return r * math.Hypot(dx, dy)
}

// What is offered as the same is all that is near in place and time and of the same
// matter, and nothing else; what was closed before counts as before. Reading every
// file is the judge.
func TestWhatLiesNear(t *testing.T) {
	duplicates, recurrences, chains := 0, 0, 0
	for seed := range uint64(2) {
		v, files := crowded(t, seed)
		byID := map[string]casefile.File{}
		for _, f := range files {
			byID[f.ID] = f
		}
		for _, scope := range [][]string{everything, {"area:440114002"}} {
			sees := func(f casefile.File) bool {
				return slices.ContainsFunc(f.Keys(), func(k string) bool { return slices.Contains(scope, k) })
			}
			for _, f := range files {
				dup, _ := casebook.Around(f, 50, 24*time.Hour, scope)
				rec, _ := casebook.Around(f, 30, 7*24*time.Hour, scope)
				same, again := map[string]bool{}, map[string]bool{}
				var chain func(casefile.File)
				chain = func(g casefile.File) {
					if r := g.Recurrence; r != nil && r.Of != f.ID && !again[r.Of] {
						again[r.Of] = true
						chain(byID[r.Of])
					}
				}
				for _, g := range files {
					if g.ID == f.ID || *g.Matter != *f.Matter || !sees(g) {
						continue
					}
					if apart := g.ReportedAt.Sub(f.ReportedAt).Abs(); g.Status == incident.StatusOpen && apart <= 24*time.Hour && metres(f, g) <= 50 {
						same[g.ID] = true
					}
					if g.Status == incident.StatusClosed && metres(f, g) <= 30 && !g.ClosedAt.After(f.ReportedAt) && f.ReportedAt.Sub(*g.ClosedAt) <= 7*24*time.Hour {
						again[g.ID] = true
					}
				}
				near := len(again)
				for id := range again {
					chain(byID[id])
				}
				for id := range again {
					if !sees(byID[id]) {
						delete(again, id)
					}
				}
				if len(again) > near {
					chains++
				}
				check := func(what string, got casebook.Neighbours, err error, want map[string]bool) {
					if err != nil {
						t.Fatal(err)
					}
					has := map[string]bool{}
					for _, x := range got.Items {
						has[x.File.ID] = true
					}
					if diff := cmp.Diff(want, has); diff != "" {
						t.Fatalf("seed %d, %s of %s (-files +view):\n%s", seed, what, f.ID, diff)
					}
				}
				got, err := v.Duplicates(t.Context(), dup)
				check("duplicates", got, err, same)
				if !slices.IsSortedFunc(got.Items, func(a, b casebook.Neighbour) int { return int(a.Meters*1000) - int(b.Meters*1000) }) {
					t.Errorf("the nearest does not come first: %+v", got.Items)
				}
				before, err := v.Recurrences(t.Context(), rec)
				check("recurrences", before, err, again)
				if before.Count != len(again)+1 {
					t.Errorf("it is the %d. time, of %d before", before.Count, len(again))
				}
				duplicates, recurrences = duplicates+len(same), recurrences+len(again)
			}
		}
	}
	if duplicates < 20 || recurrences < 20 || chains == 0 {
		t.Errorf("%d duplicates, %d recurrences, %d chains: the crowd is of no use", duplicates, recurrences, chains)
	}
}

// Without a place or a matter nothing is near.
func TestNothingIsNearNowhere(t *testing.T) {
	if _, ok := casebook.Around(casefile.File{}, 50, time.Hour, everything); ok {
		t.Error("a file without place and matter has neighbours")
	}
}

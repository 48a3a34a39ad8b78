package wall_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/incident"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
	"gridcommand/projections/historytest"
	"gridcommand/projections/wall"
)

func fresh(t testing.TB) historytest.Make {
	folder := historytest.Folder(t)
	return func(db *sqldb.DB) projections.View { return wall.New(db, folder) }
}

var watches = []historytest.Watch{
	{Any: wall.Any("440114"), Scope: []string{"area:440114"}},
	{Any: wall.Any("440114002"), Scope: []string{"area:440114"}},
	{Any: wall.Any("440114002"), Scope: []string{"area:440114002", "held:440114002"}},
	{Any: wall.Any("440114"), Scope: []string{"area:440114002"}},
	{Any: []string{"area:440114"}, Scope: []string{"area:440114"}},
	{Any: wall.Any("440114001"), Scope: []string{"area:440114002"}},
}

func TestRowsFollowFromFactsAlone(t *testing.T) {
	historytest.SameRows(t, historytest.Views, fresh(t), 11, 900)
}

func TestWatchesResume(t *testing.T) {
	for seed := range uint64(2) {
		historytest.Resumes(t, historytest.Views, fresh(t), seed, 900, watches, false)
	}
}

// Every figure of the wall is what counting the incidents and the facts anew gives.
func TestFiguresAreCounts(t *testing.T) {
	for seed := range uint64(3) {
		h := historytest.New(t, seed)
		h.Live(1500)
		db := historytest.Views(t)
		v := wall.New(db, historytest.Folder(t))
		if err := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 100}).RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, scope := range []string{"440114", "440114002", "440114005"} {
			want := counted(t, h, scope)
			got := map[string]int64{}
			for _, it := range items(t, v, scope) {
				switch it.Kind {
				case wall.KindOpen, wall.KindStage, wall.KindTier, wall.KindSource, wall.KindLamp, wall.KindMatter, wall.KindUnit, wall.KindStreet:
					if *it.Count != 0 {
						got[it.ID] = *it.Count
					}
					if *it.Red != 0 {
						got[it.ID+" red"] = *it.Red
					}
				case wall.KindDay:
					got[it.ID+" reported"], got[it.ID+" handled"] = it.Reported, it.Handled
					got[it.ID+" overdue"], got[it.ID+" on time"] = it.Overdue, it.HandledOnTime
				}
			}
			maps.DeleteFunc(got, func(_ string, n int64) bool { return n == 0 })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, wall of %s (-counted +wall):\n%s", seed, scope, diff)
			}
		}
	}
}

func items(t *testing.T, v *wall.View, scope string) []wall.Item {
	t.Helper()
	s, err := v.Snapshot(t.Context(), wall.Any(scope), []string{"area:440114"})
	if err != nil {
		t.Fatal(err)
	}
	var out []wall.Item
	for _, it := range s.Items {
		if strings.HasPrefix(it.ID, "last:") {
			continue
		}
		var x wall.Item
		if err := json.Unmarshal(it.Data, &x); err != nil {
			t.Fatal(err)
		}
		if x.ID != it.ID {
			t.Errorf("item %s says it is %s", it.ID, x.ID)
		}
		out = append(out, x)
	}
	return out
}

// counted counts the open incidents and the facts of each day, from the facts.
func counted(t *testing.T, h *historytest.History, scope string) map[string]int64 {
	t.Helper()
	folder := historytest.Folder(t)
	n := map[string]int64{}
	files := map[string]casefile.File{}
	inside := func(f casefile.File) bool { return scope == "440114" || f.Seen.Street == scope }
	for _, r := range h.Records() {
		before := files[r.Stream.ID()]
		after, err := folder.Apply(before, r)
		if err != nil {
			t.Fatal(err)
		}
		files[r.Stream.ID()] = after
		day := fmt.Sprintf("day:%s:%s", figures.DayOf(r.At), scope)
		e, err := casefile.Event(r)
		if err != nil {
			t.Fatal(err)
		}
		if !inside(after) && !inside(before) {
			continue
		}
		switch e := e.(type) {
		case incident.Routed:
			n[day+" reported"]++
		case incident.Handled:
			n[day+" handled"]++
			if b := before; *b.Stage != incident.Handling || !b.StageMark.Has(casefile.Expired) && b.StageClock.Due != nil {
				n[day+" on time"]++
			}
		case incident.Expired:
			if e.Clock == incident.StageClock && e.Stage == incident.Handling {
				n[day+" overdue"]++
			}
		default:
		}
	}
	for _, f := range files {
		if f.Status != incident.StatusOpen || !inside(f) {
			continue
		}
		ids := []string{
			"open:" + scope, "stage:" + scope + ":" + string(*f.Stage), "tier:" + scope + ":" + string(f.Tier),
			"source:" + scope + ":" + string(f.Source), "lamp:" + scope + ":" + string(f.Lamp), "unit:" + scope + ":" + f.Holder.Unit,
		}
		if f.Matter != nil {
			ids = append(ids, "matter:"+scope+":"+f.Matter.Key())
		}
		if scope == "440114" && f.Seen.Street != "" {
			ids = append(ids, "street:"+f.Seen.Street)
		}
		for _, id := range ids {
			n[id]++
			if f.Lamp == incident.Red {
				n[id+" red"]++
			}
		}
	}
	return n
}

// The district's wall has the district's figures, a street's its own, however they
// are asked for, and whom they do not concern sees none.
func TestFiguresStandOnTheirOwnWall(t *testing.T) {
	h := historytest.New(t, 5)
	h.Live(600)
	db := historytest.Views(t)
	v := wall.New(db, historytest.Folder(t))
	if err := projections.NewRunner(db, h.Ledger, v, nil).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	ids := func(any, scope []string) string {
		s, err := v.Snapshot(t.Context(), any, scope)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, it := range s.Items {
			if strings.HasPrefix(it.ID, "open:") || strings.HasPrefix(it.ID, "day:") {
				out = append(out, it.ID)
			}
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct{ any, scope []string }{
		{wall.Any("440114"), []string{"area:440114"}}, {[]string{"area:440114"}, []string{"area:440114"}},
	} {
		if got := ids(c.any, c.scope); got != "day:2026-11-23:440114 day:2026-11-24:440114 open:440114" && got != "day:2026-11-23:440114 open:440114" {
			t.Errorf("%v: %s", c.any, got)
		}
	}
	if got := ids(wall.Any("440114002"), []string{"area:440114002"}); !strings.HasSuffix(got, "open:440114002") || strings.Contains(got, "open:440114 ") {
		t.Errorf("a street's wall: %s", got)
	}
	if got := ids(wall.Any("440114"), []string{"area:440114002"}) + ids(wall.Any("440114001"), []string{"area:440114002"}); got != "" {
		t.Errorf("a street sees another's figures: %s", got)
	}
}

// The wall tells of the last twenty incidents that something happened to, the
// same ones and in the same words as the ledger; and of nobody's text or person.
func TestWhatJustHappened(t *testing.T) {
	h := historytest.New(t, 5)
	h.Live(600)
	db := historytest.Views(t)
	v := wall.New(db, historytest.Folder(t))
	if err := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 33}).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	quiet := strings.Fields(`incident.routed incident.commented incident.attached incident.warned incident.extension_requested
		incident.extension_refused incident.suspension_requested incident.suspension_refused incident.endorsed incident.return_requested
		incident.return_refused incident.recomputed incident.lapsed incident.helped incident.assigned incident.tasked incident.urged
		incident.replied incident.rated incident.appealed incident.appeal_upheld incident.appeal_rejected incident.caller_viewed
		incident.absorbed incident.released incident.corrected incident.flagged`)
	var want []string
	seen := map[string]bool{}
	records := h.Records()
	for _, r := range slices.Backward(records) {
		if !slices.Contains(quiet, r.Type) && !seen[r.Stream.ID()] && len(want) < 20 {
			seen[r.Stream.ID()] = true
			want = append(want, fmt.Sprintf("%d %s %s", r.Position, r.Stream.ID(), strings.TrimPrefix(r.Type, "incident.")))
		}
	}
	s, err := v.Snapshot(t.Context(), wall.Any("440114"), []string{"area:440114"})
	if err != nil {
		t.Fatal(err)
	}
	var got []wall.Happening
	for _, it := range s.Items {
		if !strings.HasPrefix(it.ID, "last:") {
			continue
		}
		var x wall.Happening
		if err := json.Unmarshal(it.Data, &x); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"垃圾", "花城路", "system:"} {
			if strings.Contains(string(it.Data), secret) && x.Matter != nil && !strings.Contains(x.Matter.Name, secret) {
				t.Errorf("the wall says too much: %s", it.Data)
			}
		}
		got = append(got, x)
	}
	slices.SortFunc(got, func(a, b wall.Happening) int { return int(b.Position - a.Position) })
	var told []string
	for _, x := range got {
		told = append(told, fmt.Sprintf("%d %s %s", x.Position, x.Incident, x.Event))
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("what just happened (-ledger +wall):\n%s", diff)
	}
}

package worklist_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
	"gridcommand/projections/worklist"
)

func fresh(t testing.TB) historytest.Make {
	folder := historytest.Folder(t)
	return func(db *sqldb.DB) projections.View { return worklist.New(db, folder) }
}

func TestRowsFollowFromFactsAlone(t *testing.T) {
	historytest.SameRows(t, historytest.Views, fresh(t), 11, 900)
}

func TestWatchesResume(t *testing.T) {
	for seed := range uint64(2) {
		historytest.Resumes(t, historytest.Views, fresh(t), seed, 900, historytest.New(t, seed).Watches(), true)
	}
}

// A unit's worklist is what it holds now, in the words of the incident itself.
func TestAWorklistHoldsWhatTheUnitHolds(t *testing.T) {
	h := historytest.New(t, 41)
	h.Live(1200)
	db, folder := historytest.Views(t), historytest.Folder(t)
	v := worklist.New(db, folder)
	if err := projections.NewRunner(db, h.Ledger, v, &projections.Options{Page: 64}).RunToEnd(t.Context()); err != nil {
		t.Fatal(err)
	}
	files := map[string]casefile.File{}
	for _, r := range h.Records() {
		var err error
		if files[r.Stream.ID()], err = folder.Apply(files[r.Stream.ID()], r); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]map[string]map[string]any{} // unit → id → item
	for id, f := range files {
		units := f.Hands()
		if f.Holder != nil {
			units = append(units, f.Holder.Unit)
		}
		for _, unit := range units {
			if want[unit] == nil {
				want[unit] = map[string]map[string]any{}
			}
			want[unit][id] = fields(t, f.Listed())
		}
	}
	if len(want) < 10 {
		t.Fatalf("only %d units hold anything", len(want))
	}
	for unit, incidents := range want {
		s, err := v.Snapshot(t.Context(), worklist.Any(unit), []string{"area:440114"})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]map[string]any{}
		for _, it := range s.Items {
			got[it.ID] = fields(t, it.Data)
			for field := range incidents[it.ID] {
				if _, shown := got[it.ID][field]; !shown {
					delete(incidents[it.ID], field) // a row shows fewer fields, but the same ones
				}
			}
		}
		if diff := cmp.Diff(incidents, got); diff != "" {
			t.Fatalf("worklist of %s (-held +listed):\n%s", unit, diff)
		}
		for id, it := range got {
			if it["number"] == nil || it["due"] == nil || it["holder"] == nil || it["description"] == nil {
				t.Errorf("%s lacks fields: %v", id, it)
			}
		}
	}
}

func fields(t *testing.T, v any) map[string]any {
	t.Helper()
	data, ok := v.(json.RawMessage)
	if !ok {
		var err error
		if data, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

package simulation

import (
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
)

// walked folds what a ledger holds of patrols: facts, fixes and the grids they cover.
func walked(t *testing.T, w *town) (facts, fixes int, grids map[string]bool) {
	t.Helper()
	grids = map[string]bool{}
	page, err := w.ledger.Page(t.Context(), 0, 100_000)
	must(t, err)
	for _, r := range page {
		if r.Stream.Category() != patrol.Category {
			continue
		}
		facts++
		e, err := patrol.Decode(r.Type, r.Data)
		must(t, err)
		if tracked, is := e.(patrol.Tracked); is {
			fixes += len(tracked.Fixes)
			for _, g := range tracked.Grids {
				grids[g] = true
			}
		}
	}
	return facts, fixes, grids
}

// The simulated inspectors walk in their hours, and the same day is the same in however
// many steps it is given.
func TestPatrolsOfADay(t *testing.T) {
	w, v := founded(t, 7, monday), founded(t, 7, monday)
	begin := midnight(monday)
	must(t, NewPatrols(w.deps, begin).Until(t.Context(), begin.Add(24*time.Hour-1)))
	steps := NewPatrols(v.deps, begin)
	for at := begin; at.Before(begin.Add(24 * time.Hour)); at = at.Add(97 * time.Minute) {
		must(t, steps.Until(t.Context(), at))
	}
	must(t, NewPatrols(v.deps, begin.Add(10*time.Hour)).Until(t.Context(), begin.Add(24*time.Hour-1))) // after a restart
	facts, fixes, grids := walked(t, w)
	again, fixesAgain, gridsAgain := walked(t, v)
	if facts != again || fixes != fixesAgain || len(grids) != len(gridsAgain) {
		t.Errorf("%d facts with %d fixes in %d grids, in steps %d with %d in %d", facts, fixes, len(grids), again, fixesAgain, len(gridsAgain))
	}
	if facts < 100 || facts > 800 || len(grids) < 200 {
		t.Errorf("%d facts with %d fixes in %d of %d grids", facts, fixes, len(grids), len(w.deps.Grid.At(begin).Cells()))
	}
	for r, err := range w.ledger.Read(t.Context(), eventstore.StreamOf(patrol.Category, patrol.StreamID(NewPatrols(w.deps, begin).walkers[0].by.Person, patrol.DayOf(begin))), 0) {
		must(t, err)
		if h := r.At.In(deadline.CST).Hour(); h < 8 || h > 18 {
			t.Errorf("%s at %s", r.Type, r.At)
		}
	}
	sunday := begin.AddDate(0, 0, 6)
	must(t, NewPatrols(w.deps, sunday).Until(t.Context(), sunday.Add(24*time.Hour-1)))
	if now, _, _ := walked(t, w); now != facts {
		t.Errorf("%d facts of a Sunday", now-facts)
	}
}

func TestRostersOfTheCenters(t *testing.T) {
	w := founded(t, 7, monday)
	must(t, NewPatrols(w.deps, monday).Rosters(t.Context(), monday, monday.AddDate(0, 0, 1)))
	for _, desk := range []string{"440114", "440114002"} {
		state, _, err := dutyKind.Read(t.Context(), w.ledger, desk)
		must(t, err)
		for _, turn := range []duty.Turn{{Day: "2026-09-07", Shift: duty.DayShift}, {Day: "2026-09-08", Shift: duty.NightShift}} {
			if len(state.Rosters[turn].People) < 2 {
				t.Errorf("nobody is on duty at %s on %v", desk, turn)
			}
		}
	}
}

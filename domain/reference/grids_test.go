package reference_test

import (
	"testing"
	"time"

	"gridcommand/domain/reference"
)

func drawn(version, sha string, from time.Time) reference.DrawGrid {
	return reference.DrawGrid{Version: version, SHA256: sha, Effective: from, Grids: 2, GeoJSON: []byte{31, 139}}
}

func TestAGridCountsFromItsEffectiveTimeOn(t *testing.T) {
	monday := nine.AddDate(0, 0, 7)
	h := given(t, at(nine, drawn("g2", "b", monday)), at(nine.Add(time.Hour), drawn("g1", "a", time.Time{})))
	for when, want := range map[time.Time]int{
		nine: -1, nine.Add(time.Hour - 1): -1, nine.Add(time.Hour): 1, monday.Add(-1): 1, monday: 0, monday.AddDate(1, 0, 0): 0,
	} {
		if got := h.GridAt(when); got != want {
			t.Errorf("at %v it is %d, want %d", when, got, want)
		}
	}
}

func TestAGridIsRefusedForGoodReason(t *testing.T) {
	h := given(t, at(nine, drawn("g1", "a", time.Time{})))
	for code, c := range map[string]reference.DrawGrid{
		"effective_in_the_past": drawn("g2", "b", nine.Add(-1)),
		"version_taken":         drawn("g1", "b", time.Time{}),
		"no_grid":               {Version: "g2", SHA256: "b"},
		"invalid_text":          drawn("g\x002", "b", time.Time{}),
	} {
		_, err := do(t, h, at(nine, c))
		refusedWith(t, err, code)
	}
	if events, err := do(t, h, at(nine.Add(time.Hour), drawn("another name", "a", time.Time{}))); err != nil || len(events) > 0 {
		t.Errorf("the same ground again: %v %v", events, err)
	}
}

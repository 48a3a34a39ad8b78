package eventstoretest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gridcommand/eventstore"
)

// RunSurvey proves that a store counts its facts as they are: by category, type and day
// of the zone asked for.
func RunSurvey(t *testing.T, open func(t *testing.T) eventstore.Store) {
	t.Helper()
	store := open(t)
	counter, ok := store.(eventstore.Surveyor)
	if !ok {
		t.Fatalf("%T does not count itself", store)
	}
	survey := func() eventstore.Survey {
		t.Helper()
		s, err := counter.Survey(t.Context(), 8*time.Hour)
		if err != nil {
			t.Fatalf("Survey: %v", err)
		}
		return s
	}
	if s := survey(); len(s.Counts) != 0 || s.Keys != 0 {
		t.Errorf("an empty ledger holds %d kinds of facts and %d keys", len(s.Counts), s.Keys)
	}

	evening := time.Date(2026, 11, 23, 15, 59, 59, 999_999_000, time.UTC) // the last moment of the 23rd in Guangzhou
	for _, a := range []eventstore.Append{
		{Key: eventstore.Key{Scope: "s", ID: "k"}, Writes: []eventstore.Write{{Stream: "incident-a-b", Drafts: []eventstore.Draft{
			{Type: "incident.reported", At: evening, Data: []byte("{}")},
			{Type: "incident.filed", At: evening.Add(time.Microsecond), Data: []byte("{}")},
		}}}},
		{Writes: []eventstore.Write{
			{Stream: "incident-c", Drafts: []eventstore.Draft{{Type: "incident.reported", At: evening, Data: []byte("{}")}}},
			{Stream: "duty-d", Drafts: []eventstore.Draft{{Type: "duty.planned", At: evening, Data: []byte("{}")}}},
		}},
	} {
		if _, err := store.Append(t.Context(), a); err != nil {
			t.Fatalf("Append: %v", err)
		}
	}
	zone := time.FixedZone("", 8*3600)
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, zone) }
	want := []eventstore.Count{
		{Category: "duty", Type: "duty.planned", Day: day(23), Facts: 1, Streams: 1},
		{Category: "incident", Type: "incident.filed", Day: day(24), Facts: 1},
		{Category: "incident", Type: "incident.reported", Day: day(23), Facts: 2, Streams: 2},
	}
	s := survey()
	if d := cmp.Diff(want, s.Counts, cmpopts.SortSlices(func(a, b eventstore.Count) bool { return a.Type < b.Type })); d != "" {
		t.Errorf("counts differ (-want +got):\n%s", d)
	}
	if s.Keys != 1 || s.Bytes <= 0 {
		t.Errorf("%d keys in %d bytes, want 1 key in some", s.Keys, s.Bytes)
	}
}

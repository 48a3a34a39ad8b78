package historytest_test

import (
	"testing"

	"gridcommand/domain/incident"
	"gridcommand/projections/historytest"
)

// A history is worth testing with only if everything happens in it.
func TestEverythingHappens(t *testing.T) {
	h := historytest.New(t, 1)
	h.Live(3000)
	seen := map[string]int{}
	for _, r := range h.Records() {
		seen[r.Type]++
	}
	for _, e := range incident.Events {
		name, _, err := incident.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if seen[name] == 0 {
			t.Errorf("%s never happens", name)
		}
	}
	t.Log(len(h.Records()), "facts of", len(h.All()), "incidents:", seen)
}

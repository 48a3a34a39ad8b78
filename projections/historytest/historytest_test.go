package historytest_test

import (
	"testing"

	"gridcommand/domain/incident"
	"gridcommand/projections/historytest"
)

// A history is worth testing with only if everything happens in it.
func TestEverythingHappens(t *testing.T) {
	seen, facts, incidents := map[string]int{}, 0, 0
	for seed := range uint64(4) {
		h := historytest.New(t, seed)
		h.Live(2000)
		for _, r := range h.Records() {
			seen[r.Type]++
			facts++
		}
		incidents += len(h.All())
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
	t.Log(facts, "facts of", incidents, "incidents:", seen)
}

package casefile_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// The names of an incident's fields are an agreement with every client: none is
// lost or renamed by accident. Fields may be added; then they are added here.
func TestTheFieldsOfAnIncident(t *testing.T) {
	const agreed = `accept_due accepted captured_at closed_at community criterion description difficult due extensions external
		filed_at flags grid handled_at handled_on_the_spot holder id intake_desk lamp location matter number occurred_at overdue photos
		position reported_at reporter returns reworks routing severity source stage status street suspended tier transfers updated_at version`
	h := historytest.New(t, 3)
	h.Live(60)
	files := map[string]casefile.File{}
	for _, r := range h.Records() {
		var err error
		if files[r.Stream.ID()], err = historytest.Folder(t).Apply(files[r.Stream.ID()], r); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range files {
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(data, &fields); err != nil {
			t.Fatal(err)
		}
		delete(fields, "result") // there only once it was handled
		if diff := cmp.Diff(strings.Fields(agreed), slices.Sorted(maps.Keys(fields))); diff != "" {
			t.Fatalf("fields (-agreed +sent):\n%s\n%s", diff, data)
		}
		for _, list := range []string{"flags", "photos"} {
			if fields[list] == nil {
				t.Errorf("%s is null, an empty list was agreed", list)
			}
		}
		if routing := fields["routing"].(map[string]any); routing["candidates"] == nil {
			t.Error("routing.candidates is null, an empty list was agreed")
		}
	}
}

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
	const agreed = `absorbed accept_due accepted appeal assignee bound calls captured_at closed_at community concerns coordination
		criterion criterion_urgent description difficult due exemptions extensions external filed_at first_receiver flags grid
		handed_over handled_at handled_on_the_spot helpers holder id intake_desk lamp late location matter merged_into number
		occurred_at overdue parent photos photos_after position ratings recurrence reported_at reporter requests rest
		return_by returns reworks routing safeguard severity source spot_checks stage status street supervisions suspended
		suspension suspensions tasked tier transfers updated_at urges version`
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
		for _, list := range []string{
			"flags", "photos", "helpers", "calls", "supervisions", "absorbed", "ratings", "exemptions", "spot_checks", "late", "photos_after",
		} {
			if fields[list] == nil {
				t.Errorf("%s is null, an empty list was agreed", list)
			}
		}
		if routing := fields["routing"].(map[string]any); routing["candidates"] == nil {
			t.Error("routing.candidates is null, an empty list was agreed")
		}
	}
}

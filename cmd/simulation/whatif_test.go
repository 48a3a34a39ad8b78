package simulation

import (
	"testing"
	"time"

	"gridcommand/projections/casefile"
	"gridcommand/projections/whatif"
	"gridcommand/workflow"
)

// TestASimulatedDayIsReproduced: what simulated people and the workflow did in a day —
// automatic filings and dispatches, site visits, recurrences, every timer — follows again
// fact for fact when their acts are decided anew by the rules of then.
func TestASimulatedDayIsReproduced(t *testing.T) {
	w := founded(t, 20261123, monday)
	w.lives(monday.Add(20 * time.Hour))

	ctx := t.Context()
	library, err := workflow.OpenLibrary(ctx, workflow.LibraryDeps{Ledger: w.ledger, Now: w.clock.Now})
	must(t, err)
	was, err := whatif.NewTimeline(library.Base(), library.History(), nil, w.clock.Now())
	must(t, err)
	history, err := whatif.Read(ctx, w.ledger, whatif.Period{From: monday, To: monday.Add(24 * time.Hour), Was: was, Folder: casefile.Following(library)})
	must(t, err)
	r, err := history.Ask(ctx, was)
	must(t, err)
	if r.Incidents < 100 || r.Then.Warned == 0 || r.Then.Expired == 0 || r.Then.Returns == 0 {
		t.Errorf("a quiet day: %d incidents, %+v", r.Incidents, r.Then)
	}
	if r.Differ+r.Unlike+r.Refused+r.Away > 0 {
		t.Errorf("%d differ, %d are not reproduced, %d acts were refused, %d fell away; %+v", r.Differ, r.Unlike, r.Refused, r.Away, r.NotAlike)
	}
}

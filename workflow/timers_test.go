package workflow

import (
	"slices"
	"testing"
	"time"

	"gridcommand/domain/incident"
)

// moments returns when each of an incident's warnings and expiries came true.
func (w *town) moments(id string) map[string][]time.Time {
	w.t.Helper()
	_, records, err := w.Load(w.t.Context(), id)
	must(w.t, err)
	at := map[string][]time.Time{}
	for _, r := range records {
		if r.Type == "incident.warned" || r.Type == "incident.expired" {
			at[r.Type] = append(at[r.Type], r.At)
		}
	}
	return at
}

func TestTimersFireOnceAtTheMomentTheyWereDueHoweverLate(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	state, _, err := w.Load(t.Context(), id)
	must(t, err)
	want := state.Timers()
	if len(want) != 4 {
		t.Fatalf("timers %+v, want a warning and an end of both clocks", want)
	}
	first, ok, err := w.NextTimer(t.Context())
	if err != nil || !ok || !first.Equal(want[0].At) {
		t.Fatalf("NextTimer: %s, %t, %v; want %s", first, ok, err, want[0].At)
	}

	late := monday.AddDate(0, 1, 0)
	w.moves(late)
	w.moves(late.Add(time.Hour))
	stop()
	w.runs()
	w.idle()

	var got []time.Time
	for _, at := range w.moments(id) {
		got = append(got, at...)
	}
	slices.SortFunc(got, time.Time.Compare)
	if !slices.EqualFunc(got, want, func(at time.Time, t incident.Timer) bool { return at.Equal(t.At) }) {
		t.Errorf("fired at %v, want each of %+v once", got, want)
	}
	if at, ok, _ := w.NextTimer(t.Context()); ok {
		t.Errorf("a timer at %s is left", at)
	}
}

func TestATimerDoesNotFireEarly(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	at, _, _ := w.NextTimer(t.Context())
	w.moves(at.Add(-time.Microsecond))
	w.wants(id, "reported routed filed dispatched")
	w.moves(at)
	w.wants(id, "reported routed filed dispatched warned")
}

func TestTimersOfImportedIncidentsAreLeftAlone(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(incident.Workflow, func(r *incident.Report) { r.Flags = []incident.Flag{incident.Imported} })
	w.moves(monday.AddDate(1, 0, 0))
	w.wants(id, "reported routed")
}

// A program that was down over a deadline dispatches first: only then may the
// clocks of the filing speak.
func TestAnAutomaticDispatchGoesBeforeTheClocksOfItsFiling(t *testing.T) {
	w := founded(t, inMemory())
	id := w.reports(inspector, nil)
	w.clock.set(monday.AddDate(0, 1, 0))
	w.runs()
	w.idle()
	// Intake had run out unseen, and its end is said before the filing. The clocks of
	// the filing itself begin late and are still running.
	w.wants(id, "reported routed expired filed dispatched")
}

func TestTimersSurviveARestart(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	w.reports(inspector, nil)
	w.idle()
	before, _, _ := w.NextTimer(t.Context())
	stop()

	var rows int
	must(t, w.state.Read.QueryRow("SELECT COUNT(*) FROM workflow_timer").Scan(&rows))
	if rows != 4 {
		t.Errorf("%d timers in the table, want 4", rows)
	}
	again := over(t, w.ledger, w.state, w.dir, w.clock)
	again.runs()
	again.idle()
	after, ok, _ := again.NextTimer(t.Context())
	if !ok || !after.Equal(before) {
		t.Errorf("after a restart the next timer is %s (%t), before it was %s", after, ok, before)
	}
}

// A deadline is passed only after its instant: what is done at it is in time.
func TestAnEndSpeaksOnlyWhenItsDeadlineIsOver(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	state, _, err := w.Load(t.Context(), id)
	must(t, err)
	due := *state.Deadline.Due
	w.moves(due)
	w.wants(id, "reported routed filed dispatched warned")
	if at, ok, _ := w.NextTimer(t.Context()); !ok || !at.Equal(due.Add(time.Microsecond)) {
		t.Errorf("the next timer is at %s (%t), want a microsecond after %s", at, ok, due)
	}
	w.moves(due.Add(time.Microsecond))
	w.wants(id, "reported routed filed dispatched warned expired")
	if ends := w.moments(id)["incident.expired"]; len(ends) != 1 || !ends[0].Equal(due) {
		t.Errorf("it ended at %v, want %s", ends, due)
	}
}

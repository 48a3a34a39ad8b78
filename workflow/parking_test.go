package workflow

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

func TestAFactThatKeepsFailingParksItsIncidentAlone(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	w := founded(t, ledger)
	sick := w.reports(inspector, nil)
	ledger.set(failing(AutoFile, sick))
	stop := w.runs()
	well := w.reports(inspector, nil)
	w.idle()
	w.wants(sick, "reported routed")
	w.wants(well, "reported routed filed dispatched")

	rows := w.parked()
	if len(rows) != 1 {
		t.Fatalf("parked %+v, want one fact", rows)
	}
	r := rows[0]
	if r.Handler != AutoFile || r.Incident != sick || r.Position != 1 || r.Type != "incident.reported" ||
		!strings.Contains(r.Reason, errTrouble.Error()) || !r.At.Equal(monday) {
		t.Errorf("parked %+v", r)
	}
	if n := w.status(AutoFile).Parked; n != 1 {
		t.Errorf("status counts %d parked, want 1", n)
	}

	if err := w.Retry(t.Context(), r.ID); !errors.Is(err, errTrouble) {
		t.Errorf("a retry in vain: %v", err)
	}
	if again := w.parked(); len(again) != 1 || again[0].Tries != 1 {
		t.Errorf("after a retry in vain: %+v", again)
	}

	// It stays parked over a restart, and the checkpoint has passed it.
	stop()
	again := over(t, ledger, w.state, w.dir, w.clock)
	again.runs()
	again.idle()
	if n := again.status(AutoFile); n.Parked != 1 || n.Lag != 0 {
		t.Errorf("after a restart: %+v", n)
	}
	ledger.set(nil)
	must(t, again.Retry(t.Context(), r.ID))
	again.idle()
	again.wants(sick, "reported routed filed dispatched")
	if left := again.parked(); len(left) != 0 {
		t.Errorf("still parked: %+v", left)
	}
	if err := again.Retry(t.Context(), r.ID); !errors.Is(err, ErrNotParked) {
		t.Errorf("retrying what is gone: %v", err)
	}
}

func TestLaterFactsOfAParkedIncidentWaitBehindIt(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	w := founded(t, ledger)
	id := w.reports(inspector, nil)
	ledger.set(failing(AutoDispatch, id))
	w.runs()
	w.idle()
	w.finishes(id)
	w.does(id, incident.Reopen{Reason: "又坏了"}, street)
	w.does(id, w.filing(), street)
	w.idle()

	rows := w.parked()
	if len(rows) != 2 || rows[0].Position >= rows[1].Position || !strings.Contains(rows[1].Reason, "behind") {
		t.Fatalf("parked %+v, want both filings, the second behind the first", rows)
	}
	// Retrying the second runs the first before it: their order is kept.
	if err := w.Retry(t.Context(), rows[1].ID); err != nil {
		t.Fatal(err)
	}
	if left := w.parked(); len(left) != 0 {
		t.Errorf("still parked: %+v", left)
	}
	// A person had dispatched; nothing was left to do.
	w.wants(id, "reported routed filed dispatched handled passed closed reopened filed")
}

func TestADroppedFactIsNeverHandled(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	w := founded(t, ledger)
	id := w.reports(inspector, nil)
	ledger.set(failing(AutoFile, id))
	w.runs()
	w.idle()
	ledger.set(nil)
	must(t, w.Drop(t.Context(), w.parked()[0].ID))
	w.idle()
	w.wants(id, "reported routed")
	if w.parking.holds(lot{AutoFile, id}) {
		t.Error("the incident is still held")
	}
}

func TestAParkedTimerHoldsBackItsIncidentsTimersAlone(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	w := founded(t, ledger)
	stop := w.runs()
	sick, well := w.reports(inspector, nil), w.reports(inspector, nil)
	w.idle()
	ledger.set(failing(Timers, sick))
	w.moves(monday.AddDate(0, 1, 0))
	w.wants(sick, "reported routed filed dispatched")
	w.wants(well, "reported routed filed dispatched warned expired warned expired")
	rows := w.parked()
	if len(rows) != 1 || rows[0].Handler != Timers || rows[0].Type != timerType {
		t.Fatalf("parked %+v, want one timer", rows)
	}

	stop()
	ledger.set(nil)
	again := over(t, ledger, w.state, w.dir, w.clock)
	again.runs()
	again.idle()
	again.wants(sick, "reported routed filed dispatched")
	must(t, again.Retry(t.Context(), rows[0].ID))
	again.idle()
	again.wants(sick, "reported routed filed dispatched warned expired warned expired")
}

func TestACrowdedLedgerParksNothing(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	w := founded(t, ledger)
	refused := 0
	ledger.set(func(a eventstore.Append) error {
		if a.Key.Scope == "workflow:"+AutoFile && refused < 20 {
			refused++
			return eventstore.ErrOverloaded
		}
		return nil
	})
	id := w.reports(inspector, nil)
	w.runs()
	w.idle()
	w.wants(id, "reported routed filed dispatched")
	if rows := w.parked(); len(rows) != 0 || refused < 20 {
		t.Errorf("parked %+v after %d refusals", rows, refused)
	}
}

// A fact that only a newer program understands stops the handlers before it: nothing
// is skipped.
func TestAFactOfANewerProgramStopsTheHandlers(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	w.reports(inspector, nil)
	w.idle()
	head, err := w.ledger.Head(t.Context())
	must(t, err)
	_, err = w.ledger.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{
		Stream: "incident-x", Drafts: []eventstore.Draft{{Type: "incident.teleported", At: time.Unix(1, 0), Data: []byte("{}")}},
	}}})
	must(t, err)
	w.reports(inspector, nil)

	err = w.Idle(t.Context())
	if _, ok := errors.AsType[*StoppedError](err); !ok {
		t.Fatalf("Idle: %v, want a StoppedError", err)
	}
	for _, name := range []string{AutoFile, AutoDispatch, Timers} {
		for w.status(name).Stopped == "" { // each finds out by itself
			w.board.Lock()
			stopped := w.timers.stopped != "" && w.followers[0].stopped != "" && w.followers[1].stopped != ""
			if !stopped {
				w.board.await(t.Context(), w.board.changes)
			}
			w.board.Unlock()
		}
		h := w.status(name)
		if h.Checkpoint > head || !strings.Contains(h.Stopped, "incident.teleported") {
			t.Errorf("%+v, want it stopped before %d, with the name as the reason", h, head+1)
		}
	}
}

// Facts of other kinds of streams are nobody's concern here.
func TestOtherStreamsArePassedBy(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	_, err := w.ledger.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{
		Stream: "ruling-x", Drafts: []eventstore.Draft{{Type: "ruling.made", At: time.Unix(1, 0), Data: []byte("{}")}},
	}}})
	must(t, err)
	w.idle()
}

// An incident whose facts cannot be read is parked at the timers too; the others'
// clocks go on.
func TestAnUnreadableIncidentParksAlone(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	_, err := w.ledger.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{
		Stream: "incident-x", Drafts: []eventstore.Draft{{Type: "incident.reported", At: time.Unix(1, 0), Data: []byte(`{"at":7}`)}},
	}}})
	must(t, err)
	id := w.reports(inspector, nil)
	w.idle()
	w.wants(id, "reported routed filed dispatched")
	handlers := map[string]bool{}
	for _, r := range w.parked() {
		handlers[r.Handler] = r.Incident == "x"
	}
	if !handlers[AutoFile] || !handlers[Timers] {
		t.Errorf("parked %+v, want the incident at both handlers", w.parked())
	}
	for _, r := range w.parked() {
		if err := w.Retry(t.Context(), r.ID); err == nil {
			t.Error("what cannot be read was handled")
		}
		must(t, w.Drop(t.Context(), r.ID))
	}
	w.idle()
}

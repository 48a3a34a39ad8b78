package workflow

import (
	"context"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
)

// onPostgres returns a ledger and a way to start processes over it, each with
// connections of its own to one state schema.
func onPostgres(t *testing.T) (eventstore.Store, func(eventstore.Store) *town) {
	t.Helper()
	url := postgrestest.URL(t)
	ledger, err := postgres.Open(context.Background(), url, nil)
	must(t, err)
	t.Cleanup(func() { _ = ledger.Close() })
	c := &clock{at: monday}
	return ledger, func(ledger eventstore.Store) *town {
		state, err := sqldb.OpenPostgres(context.Background(), url, "state")
		must(t, err)
		t.Cleanup(func() { _ = state.Close() })
		return over(t, ledger, state, "", c)
	}
}

func TestOnPostgresTheWholeWayIsGone(t *testing.T) {
	store, process := onPostgres(t)
	ledger := &troubled{Store: store}
	w := process(ledger)
	sick := w.reports(inspector, nil)
	ledger.set(failing(AutoDispatch, sick))
	stop := w.runs()
	well := w.reports(inspector, nil)
	w.idle()
	w.wants(well, "reported routed filed dispatched")
	stop()

	again := process(store)
	again.runs()
	again.idle()
	again.wants(sick, "reported routed filed")
	rows := again.parked()
	if len(rows) != 1 || rows[0].Incident != sick {
		t.Fatalf("parked %+v, want the filing of %s", rows, sick)
	}
	must(t, again.Retry(t.Context(), rows[0].ID))
	again.moves(monday.AddDate(0, 1, 0))
	for _, id := range []string{sick, well} {
		again.wants(id, "reported routed filed dispatched warned expired warned expired")
	}
}

func TestOnPostgresNumbersAreUniqueAmongProcesses(t *testing.T) {
	store, process := onPostgres(t)
	unique(t, func() *town { return process(store) })
}

// Of two processes one runs the handlers; when it ends, the other takes over.
func TestOnPostgresOneProcessRunsTheHandlers(t *testing.T) {
	store, process := onPostgres(t)
	first := process(store)
	stop := first.runs()
	id := first.reports(inspector, nil)
	first.idle()

	second := process(store)
	second.runs()
	second.waits()
	stop()
	second.idle()
	second.wants(id, "reported routed filed dispatched")
	other := second.reports(inspector, nil)
	second.idle()
	second.wants(other, "reported routed filed dispatched")
}

// waits returns when w has found that another process runs the handlers.
func (w *town) waits() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	defer w.board.wakeOn(ctx)()
	w.board.Lock()
	defer w.board.Unlock()
	for !w.elsewhere && ctx.Err() == nil {
		w.board.await(ctx, w.board.changes)
	}
	if at := w.followers[0].low(); !w.elsewhere || at != 0 {
		w.t.Errorf("the waiting process is at %d, want it to wait", at)
	}
}

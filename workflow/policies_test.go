package workflow

import (
	"testing"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

func TestAnInspectorsReportIsFiledAndDispatchedAtOnce(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	w.wants(id, "reported routed filed dispatched")

	state, records, err := w.Load(t.Context(), id)
	must(t, err)
	if state.Holder != w.unitOf() || state.Stage != incident.Handling {
		t.Errorf("held by %s in %s, want %s in handling", state.Holder, state.Stage, w.unitOf())
	}
	for _, r := range records[2:] {
		if r.Meta.Actor != "system:workflow" || r.Meta.Causation == "" {
			t.Errorf("%s has meta %+v, want the workflow as its actor and a cause", r.Type, r.Meta)
		}
		if !r.At.Equal(monday) {
			t.Errorf("%s at %s, want %s", r.Type, r.At, monday)
		}
	}
}

func TestWithoutAChosenCriterionTheOnlyOneCounts(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	only := w.reports(inspector, func(r *incident.Report) { r.Criterion = "" })
	two := w.criterion(func(of []catalogue.Criterion, _ jurisdiction.Routing) bool { return len(of) > 1 })
	several := w.reports(inspector, func(r *incident.Report) { r.Matter, r.Criterion = two.Matter, "" })
	w.idle()
	w.wants(only, "reported routed filed dispatched")
	w.wants(several, "reported routed")
}

func TestWhatIsNotSettledStaysInIntake(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	unsaid := w.reports(inspector, func(r *incident.Report) { r.Matter, r.Criterion = catalogue.Key{}, "" })
	public := w.reports(hotline, func(r *incident.Report) { r.Source = incident.FromHotline })
	imported := w.reports(incident.Workflow, func(r *incident.Report) { r.Flags = []incident.Flag{incident.Imported} })
	w.idle()
	for _, id := range []string{unsaid, public, imported} {
		w.wants(id, "reported routed")
	}
}

func TestWhereThePolicyAsksForAPhotoTakenThereOnlyWithOneItIsFiledByItself(t *testing.T) {
	w := founded(t, inMemory())
	strict := *w.reference.At(monday)
	policy := *strict.Policy
	policy.AutoFilePhoto = true
	strict.Policy = &policy
	w.reference = &strict
	w.runs()
	stale := w.reports(inspector, nil)
	fresh := w.reports(inspector, func(r *incident.Report) { r.Fresh = true })
	w.idle()
	w.wants(stale, "reported routed")
	w.wants(fresh, "reported routed filed dispatched")
}

func TestWhatWasSettledOnTheSpotIsFiledAndNotDispatched(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(inspector, func(r *incident.Report) {
		r.OnTheSpot, r.Photos = true, []string{"5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"}
		r.After = []string{"6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}
	})
	w.idle()
	w.wants(id, "reported routed filed handled")
}

func TestOnlyTheFirstFilingIsDispatchedAutomatically(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	w.does(id, incident.Return{Code: incident.NotOurDuty, Reason: "不属于本办职责"}, handlerOf(w.unitOf()))
	w.idle()
	w.wants(id, "reported routed filed dispatched returned")

	w.finishes(id)
	w.does(id, incident.Reopen{Reason: "又坏了"}, street)
	w.does(id, w.filing(), street)
	w.idle()
	w.wants(id, "reported routed filed dispatched returned dispatched handled passed closed reopened filed")
}

// finishes takes an incident that waits for dispatch to its end.
func (w *town) finishes(id string) {
	w.t.Helper()
	w.does(id, incident.Dispatch{Unit: w.unitOf(), Reason: "属本办职责"}, street)
	w.does(id, incident.Handle{Result: "已修复"}, handlerOf(w.unitOf()))
	w.does(id, incident.Pass{}, other)
	w.does(id, incident.Close{ClosingConditionMet: true}, street)
}

// What came between filing and automatic dispatch is decided by a person; a comment
// decides nothing.
func TestAnAutomaticDispatchIsDroppedWhenSomethingCameSince(t *testing.T) {
	w := founded(t, inMemory())
	report := func() string {
		id := w.reports(hotline, func(r *incident.Report) { r.Source = incident.FromHotline })
		w.does(id, incident.Confirm{}, inspector)
		w.does(id, w.filing(), street)
		return id
	}
	moved, returned, remarked := report(), report(), report()
	w.does(returned, incident.Dispatch{Unit: w.unitOf()}, street)
	w.does(returned, incident.Return{Reason: "不属于本办职责"}, handlerOf(w.unitOf()))
	w.does(moved, incident.Escalate{Reason: "需要区里协调"}, street)
	w.does(remarked, incident.Comment{Text: "请尽快"}, street)

	w.runs()
	w.idle()
	w.wants(moved, "reported routed confirmed filed escalated")
	w.wants(returned, "reported routed confirmed filed dispatched returned")
	w.wants(remarked, "reported routed confirmed filed commented dispatched")
}

// A rule's no to a derived command is its answer: the fact is done with, not parked.
func TestARefusedDerivedCommandIsDone(t *testing.T) {
	w := founded(t, inMemory())
	id := w.reports(hotline, func(r *incident.Report) { r.Source = incident.FromHotline })
	w.does(id, incident.Confirm{}, inspector)
	state, _, err := w.Load(t.Context(), id)
	must(t, err)
	order := w.Order(monday, street)
	order.Command = w.filing()
	events, err := incident.Decide(state, order)
	must(t, err)
	filed := events[0].(incident.Filed)
	filed.Unit = "440114109-S01" // an office of another town, out of the desk's reach
	drafts, err := Drafts([]incident.Event{filed})
	must(t, err)
	_, err = w.ledger.Append(t.Context(), eventstore.Append{
		Writes: []eventstore.Write{{Stream: eventstore.StreamOf(Category, id), Drafts: drafts}},
	})
	must(t, err)

	w.runs()
	w.idle()
	w.wants(id, "reported routed confirmed filed")
	if rows := w.parked(); len(rows) != 0 {
		t.Errorf("parked %+v", rows)
	}
}

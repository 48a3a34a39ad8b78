package workflow

import (
	"context"
	"errors"
	"testing"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/patrol"
)

// walking returns a town whose inspectors are these; they may be changed.
func walking(t *testing.T, walkers *[]patrol.Walker) *town {
	t.Helper()
	w := founded(t, inMemory())
	w.walkers = func(_ context.Context, community string) ([]patrol.Walker, error) {
		if community != guihua.Community {
			return nil, nil
		}
		if *walkers == nil {
			return nil, errors.New("nobody knows")
		}
		return *walkers, nil
	}
	w.prepare()
	w.runs()
	return w
}

func TestAVisitIsTheGridsInspectors(t *testing.T) {
	near := patrol.Fix{At: monday.Add(-time.Minute), Point: [2]float64{113.2201, 23.39}}
	far := patrol.Fix{At: monday.Add(-time.Minute), Point: [2]float64{113.24, 23.39}}
	w := walking(t, &[]patrol.Walker{
		{Person: "far", On: true, Last: &far}, {Person: "near", On: true, Last: &near}, {Person: "home"}, {Person: "next", Grids: []string{"440114002002999"}, On: true},
	})
	id := w.reports(hotline, func(r *incident.Report) { r.Source = incident.FromHotline })
	w.idle()
	w.wants(id, "reported routed tasked")
	state, records, err := w.Load(t.Context(), id)
	must(t, err)
	if state.Tasked != "near" || state.Stage != incident.Verifying {
		t.Errorf("%s goes, in %s", state.Tasked, state.Stage)
	}
	e, err := incident.Decode(records[2].Type, records[2].Data)
	must(t, err)
	if tasked := e.(incident.Tasked); tasked.Why == "" || tasked.Grid != guihua.Grid || tasked.By.Person != "system:workflow" {
		t.Errorf("%+v", tasked)
	}
}

// Before closing it is another visit, and never who handled it.
func TestACheckIsAnotherVisit(t *testing.T) {
	walkers := []patrol.Walker{{Person: "inspector", On: true}, {Person: "inspector-2"}}
	w := walking(t, &walkers)
	id := w.reports(inspector, nil)
	w.idle()
	w.wants(id, "reported routed filed dispatched")
	w.does(id, incident.Handle{Result: "已修复"}, handlerOf(w.unitOf()))
	w.idle()
	w.wants(id, "reported routed filed dispatched handled tasked")

	spot := w.reports(inspector, func(r *incident.Report) {
		r.OnTheSpot = true
		r.Photos, r.After = []string{"a"}, []string{"b"}
	})
	w.idle()
	state, _, err := w.Load(t.Context(), spot)
	must(t, err)
	if state.Stage == incident.Checking && state.Tasked != "inspector-2" {
		t.Errorf("%q checks what inspector settled on the spot", state.Tasked)
	}
}

// What was drawn is looked at by an inspector of the next community, where this one has
// no other.
func TestADrawnCheckIsGivenWithinTheStreet(t *testing.T) {
	w := founded(t, inMemory())
	w.walkers = func(_ context.Context, community string) ([]patrol.Walker, error) {
		switch community {
		case guihua.Community:
			return []patrol.Walker{{Person: "inspector", On: true}}, nil
		case guihua.Street + "003":
			return []patrol.Walker{{Person: "neighbour", On: true}}, nil
		}
		return nil, nil
	}
	drawn := *w.reference.At(monday)
	policy := *drawn.Policy
	policy.DrawPercent = 100
	drawn.Policy = &policy
	w.reference = &drawn
	w.prepare()
	w.runs()
	spot := w.reports(inspector, func(r *incident.Report) {
		r.OnTheSpot = true
		r.Photos, r.After = []string{"a"}, []string{"b"}
	})
	w.idle()
	w.wants(spot, "reported routed filed handled tasked")
	state, _, err := w.Load(t.Context(), spot)
	must(t, err)
	if state.Tasked != "neighbour" {
		t.Errorf("%q is sent", state.Tasked)
	}
}

func TestNobodyIsSentWhereNobodyIs(t *testing.T) {
	walkers := []patrol.Walker{}
	w := walking(t, &walkers)
	id := w.reports(hotline, func(r *incident.Report) { r.Source = incident.FromHotline })
	about := w.reports(hotline, func(r *incident.Report) { r.Source, r.Concerns = incident.FromHotline, "440114002" })
	imported := w.reports(incident.Workflow, func(r *incident.Report) { r.Source, r.Flags = incident.FromHotline, []incident.Flag{incident.Imported} })
	w.idle()
	w.wants(id, "reported routed")
	w.wants(about, "reported routed")
	w.wants(imported, "reported routed")
}

// What cannot be asked is asked again, and then parked: nothing is skipped.
func TestUnknownInspectorsParkTheFact(t *testing.T) {
	var walkers []patrol.Walker
	w := walking(t, &walkers)
	id := w.reports(hotline, func(r *incident.Report) { r.Source = incident.FromHotline })
	w.idle()
	parked, err := w.Parked(t.Context())
	must(t, err)
	if len(parked) != 1 || parked[0].Handler != Tasking {
		t.Fatalf("parked: %+v", parked)
	}
	walkers = []patrol.Walker{{Person: "inspector"}}
	must(t, w.Retry(t.Context(), parked[0].ID))
	w.idle()
	w.wants(id, "reported routed tasked")
}

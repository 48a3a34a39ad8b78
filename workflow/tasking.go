package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
)

// Tasking is the name of the handler that gives site visits to inspectors. It is
// stored with checkpoints and keys.
const Tasking = "tasking"

// Walkers returns the inspectors of a community who may be sent: with their grids,
// whether they are on duty, and where they were last.
type Walkers func(ctx context.Context, community string) ([]patrol.Walker, error)

// visited are the facts after which somebody may have to go and look.
var visited = []incident.Event{incident.Routed{}, incident.Filed{}, incident.Handled{}, incident.Unmerged{}}

// tasking gives a site visit, before filing or before closing, to the inspector of the
// grid: of several the one on duty and nearest, never one who handled it. Who else
// lives there may still go. What is about a unit is looked at by nobody of the place,
// and what was imported waits for nobody.
func (s *Service) tasking(m *message.Message) error {
	r, err := factOf(m)
	if err != nil {
		return err
	}
	var failed error
	err = s.derive(m.Context(), Tasking, r, incident.Task{}, func(now incident.State, was []eventstore.Record) (incident.Command, bool) {
		if now.Stage != incident.Verifying && now.Stage != incident.Checking || now.Tasked != "" || now.Place.Community == "" ||
			now.Concerns != "" || slices.Contains(now.Flags, incident.Imported) {
			return nil, false
		}
		var c incident.Task
		var found bool
		c, found, failed = s.visitor(m.Context(), now, was)
		return c, found && failed == nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// visitor chooses who goes.
func (s *Service) visitor(ctx context.Context, now incident.State, was []eventstore.Record) (incident.Task, bool, error) {
	walkers, err := s.walkers(ctx, now.Place.Community)
	if err != nil {
		return incident.Task{}, false, fmt.Errorf("workflow: inspectors of %s: %w", now.Place.Community, err)
	}
	point, err := pointOf(was)
	if err != nil {
		return incident.Task{}, false, err
	}
	barred := slices.Clone(now.Handlers)
	if now.OnTheSpot {
		barred = append(barred, now.Reporter)
	}
	site := patrol.Site{Grid: now.Place.Grid, Point: point}
	w, why, ok := patrol.Choose(site, walkers, barred, s.now(), patrol.Default)
	if !ok && now.Drawn {
		w, why, ok, err = s.fromTheStreet(ctx, now, site, barred)
	}
	if err != nil {
		return incident.Task{}, false, err
	}
	return incident.Task{Person: w.Person, Grid: now.Place.Grid, Why: why}, ok, nil
}

// fromTheStreet chooses who looks at what an inspector settled on the spot and was drawn,
// where his community has no other: an inspector of another community of the street.
func (s *Service) fromTheStreet(ctx context.Context, now incident.State, site patrol.Site, barred []string) (patrol.Walker, string, bool, error) {
	var others []patrol.Walker
	for _, u := range s.reference.At(s.now()).Book.Units() {
		if u.Kind != jurisdiction.Station || u.Parent != now.Place.Street || u.Code == now.Place.Community {
			continue
		}
		walkers, err := s.walkers(ctx, u.Code)
		if err != nil {
			return patrol.Walker{}, "", false, fmt.Errorf("workflow: inspectors of %s: %w", u.Code, err)
		}
		others = append(others, walkers...)
	}
	w, _, ok := patrol.Choose(site, others, barred, s.now(), patrol.Default)
	return w, "自行处置抽中复核，由本街镇其他村（社区）网格员核查", ok, nil
}

// pointOf returns where an incident is, as it was reported or corrected last; nil: it is
// not placed.
func pointOf(was []eventstore.Record) (*orb.Point, error) {
	var point *orb.Point
	for _, r := range was {
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			return nil, fmt.Errorf("workflow: fact %d: %w", r.Position, err)
		}
		switch e := e.(type) {
		case incident.Reported:
			point = e.Location.Point
		case incident.Corrected:
			if e.Location != nil {
				point = e.Location.Point
			}
		default: // says nothing of the place
		}
	}
	return point, nil
}

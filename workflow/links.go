package workflow

import (
	"context"
	"fmt"
	"slices"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

// linked follows what ties two incidents together and says it at the other one.
func (s *Service) linked(m *message.Message) error {
	r, e, err := decoded(m)
	if err != nil {
		return err
	}
	_, records, err := s.Load(m.Context(), r.Stream.ID())
	if err != nil {
		return err
	}
	was, err := fold(incident.State{}, records[:r.Version])
	if err != nil {
		return err
	}
	if slices.Contains(was.Flags, incident.Imported) {
		return nil
	}
	switch e := e.(type) {
	case incident.Merged:
		return s.tellOther(m.Context(), r, e.Into, incident.Absorb{From: r.Stream.ID(), Number: was.Number})
	case incident.Unmerged:
		before, err := fold(incident.State{}, records[:r.Version-1])
		if err != nil {
			return err
		}
		return s.tellOther(m.Context(), r, before.MergedInto, incident.Release{From: r.Stream.ID(), Number: was.Number})
	case incident.HandedOver:
		if e.Rest != "" && e.RestID != "" {
			return s.reportRest(m.Context(), r, e, was, records[:r.Version])
		}
	default:
	}
	return nil
}

// tellOther gives a command to another incident than the fact's.
func (s *Service) tellOther(ctx context.Context, r eventstore.Record, id string, c incident.Command) error {
	other, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	at := latest(s.now(), r.At)
	if n := len(other); n > 0 {
		at = latest(at, other[n-1].At)
	}
	o := derived(Links, r.Position)
	o.Correlation, o.At = r.Meta.Correlation, at
	_, err = s.Do(ctx, id, c, incident.Workflow, o)
	return refusedIsDone(err)
}

// reportRest opens the incident that remains once another authority has the first: at
// the same place, held in intake by the desk that handed over.
func (s *Service) reportRest(ctx context.Context, r eventstore.Record, e incident.HandedOver, was incident.State, records []eventstore.Record) error {
	o := derived(Links, r.Position)
	if _, known, err := s.replay(ctx, o.Key); known || err != nil {
		return err
	}
	location, err := locationOf(records)
	if err != nil {
		return err
	}
	at := latest(s.now(), r.At)
	number, err := s.NextNumber(ctx, at)
	if err != nil {
		return err
	}
	rest := incident.Report{
		Number: number, Source: incident.FromDepartment, Matter: was.Matter, Description: e.Rest, Severity: was.Severity,
		Location: location, Place: was.Place, OccurredAt: e.At, Concerns: was.Concerns, Parent: r.Stream.ID(),
	}
	for _, f := range []incident.Flag{incident.Simulated, incident.Relocated} {
		if slices.Contains(was.Flags, f) {
			rest.Flags = append(rest.Flags, f)
		}
	}
	order := s.Order(at, incident.Workflow)
	rest.Routing = order.Book.Route(jurisdiction.Question{
		Source: string(rest.Source), Matter: rest.Matter, Severity: string(rest.Severity), Place: rest.Place, Concerns: rest.Concerns,
	})
	if unit, known := order.Book.Unit(e.By.Unit); known && unit.IsDesk() {
		rest.Routing.Desk = unit.Code
	}
	o.Correlation, o.At = r.Meta.Correlation, at
	_, err = s.Do(ctx, e.RestID, rest, incident.Workflow, o)
	return refusedIsDone(err)
}

// locationOf returns where an incident is said to be.
func locationOf(records []eventstore.Record) (incident.Location, error) {
	var where incident.Location
	for _, r := range records {
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			return where, fmt.Errorf("workflow: fact %d: %w", r.Position, err)
		}
		switch e := e.(type) {
		case incident.Reported:
			where = e.Location
		case incident.Corrected:
			if e.Location != nil {
				where = *e.Location
			}
		default:
		}
	}
	return where, nil
}

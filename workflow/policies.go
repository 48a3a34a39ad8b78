package workflow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// The handlers' names. They are stored with checkpoints and keys.
const (
	AutoFile     = "auto-file"
	AutoDispatch = "auto-dispatch"
	Links        = "links"
	Recurrences  = "recurrences"
	Timers       = "timers"
)

// autoFile files an inspector's report at once when its criterion is settled: the
// one the reporter chose, or else the matter's only one. Everything else stays in
// intake for a person, and so does, where the policy asks for one, a report without a
// photo taken there and then. It files only what was never filed.
func (s *Service) autoFile(m *message.Message) error {
	r, e, err := decoded(m)
	if err != nil {
		return err
	}
	report, ok := e.(incident.Reported)
	if !ok || report.Source != incident.FromInspector || slices.Contains(report.Flags, incident.Imported) {
		return nil
	}
	if s.reference.At(s.now()).Policy.AutoFilePhoto && !report.Fresh {
		return nil
	}
	criterion, ok := s.settled(report.Matter, report.Criterion)
	if !ok {
		return nil
	}
	file := incident.File{Matter: report.Matter, Criterion: criterion, Severity: report.Severity}
	return s.derive(m.Context(), AutoFile, r, file, func(now incident.State, _ []eventstore.Record) (incident.Command, bool) {
		return file, now.Stage == incident.Intake && now.Filings == 0
	})
}

// settled returns the criterion under which a report of m is filed without asking.
func (s *Service) settled(m catalogue.Key, chosen string) (string, bool) {
	if m.IsZero() {
		return "", false
	}
	listed := s.reference.At(s.now()).Matters
	if x, known := listed.Matter(m); !known || !x.Activated {
		return "", false
	}
	of := listed.CriteriaOf(m)
	if chosen == "" {
		if len(of) == 1 {
			return of[0].ID, true
		}
		return "", false
	}
	known := slices.ContainsFunc(of, func(c catalogue.Criterion) bool { return c.ID == chosen })
	return chosen, known
}

// autoDispatch dispatches once, right after the first filing, when exactly one
// unit answers. The command carries how many facts there were at filing, comments
// and attachments apart: if anything came since, a person decides.
func (s *Service) autoDispatch(m *message.Message) error {
	r, e, err := decoded(m)
	if err != nil {
		return err
	}
	filed, ok := e.(incident.Filed)
	if !ok || !filed.First || filed.Unit == "" {
		return nil
	}
	dispatch := incident.Dispatch{Unit: filed.Unit, Auto: true, Basis: filed.Basis}
	return s.derive(m.Context(), AutoDispatch, r, dispatch, func(now incident.State, was []eventstore.Record) (incident.Command, bool) {
		then, err := fold(incident.State{}, was[:r.Version])
		if err != nil || slices.Contains(now.Flags, incident.Imported) {
			return nil, false
		}
		dispatch.IfAt = then.Acts
		return dispatch, true
	})
}

// fire says what a timer has to say, stamped with the moment it was due.
func (s *Service) fire(m *message.Message) error {
	t, err := timerOf(m)
	if err != nil {
		return err
	}
	p, err := positionOf(m)
	if err != nil {
		return err
	}
	o := derived(Timers, p)
	o.Key.ID = fmt.Sprintf("%d-%s-%s", p, t.Clock, t.Kind)
	o.At = t.At
	_, err = s.Do(m.Context(), m.Metadata[metaIncident], t.Command(), incident.Workflow, o)
	return refusedIsDone(err)
}

// derive gives the command that follows from r, at most once. Its moment is now,
// but not before the fact itself: the clock may be stepped.
func (s *Service) derive(ctx context.Context, handler string, r eventstore.Record, kind incident.Command, choose choice) error {
	o := derived(handler, r.Position)
	o.Correlation = r.Meta.Correlation
	o.At = latest(s.now(), r.At)
	_, err := s.do(ctx, r.Stream.ID(), kind, choose, incident.Workflow, o)
	return refusedIsDone(err)
}

// derived returns the options of a command that follows from the fact at p.
func derived(handler string, p eventstore.Position) Options {
	id := fmt.Sprint(p)
	return Options{Key: eventstore.Key{Scope: "workflow:" + handler, ID: id}, Causation: "position:" + id}
}

// refusedIsDone turns a rule's no into success: it is the answer, and asking again
// would not change it.
func refusedIsDone(err error) error {
	if _, refused := domain.AsRefusal(err); refused {
		return nil
	}
	return err
}

func decoded(m *message.Message) (eventstore.Record, incident.Event, error) {
	r, err := factOf(m)
	if err != nil {
		return r, nil, err
	}
	e, err := incident.Decode(r.Type, r.Data)
	if err != nil {
		return r, nil, fmt.Errorf("workflow: fact %d: %w", r.Position, err)
	}
	return r, e, nil
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

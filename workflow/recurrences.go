package workflow

import (
	"context"
	"slices"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// looked holds the facts that tell where what was closed, and who showed which photo.
var looked = []incident.Event{
	incident.Reported{},
	incident.Filed{},
	incident.Corrected{},
	incident.Recurred{},
	incident.Closed{},
	incident.Reopened{},
	incident.SpotChecked{},
	incident.Handled{},
	incident.Attached{},
	incident.Declined{},
	incident.Voided{},
	incident.HandedOver{},
}

// looks sees a fact in order and tells whether something follows from it: hardly ever.
func (s *Service) looks(ctx context.Context, r eventstore.Record) (bool, error) {
	e, err := incident.Decode(r.Type, r.Data)
	if err != nil {
		return true, nil // whoever handles it says so
	}
	recur, flag, err := s.noticed(ctx, r, e, s.sightings.sight)
	if err != nil {
		return false, err
	}
	if err := s.sightings.note(ctx, r, e, s.reference.At(r.At).Policy.RecurrenceWithin); err != nil {
		return false, err
	}
	if recur != nil {
		s.sightings.counts(r.Stream.ID(), recur.Count)
	}
	return recur != nil || flag != nil, nil
}

// noticed returns what a fact shows to be the same again: an incident of the same
// matter at the same place that was closed not long before, a photo that was used
// before. Both are nil for nearly every fact. known says what was known of its incident.
func (s *Service) noticed(ctx context.Context, r eventstore.Record, e incident.Event, known knowledge) (*incident.Recur, *incident.MarkFlag, error) {
	again, err := s.sameAgain(ctx, r, e, known)
	if err != nil {
		return nil, nil, err
	}
	for as, photos := range shows(e) {
		for _, photo := range photos {
			other, odd, err := s.sightings.usedBefore(ctx, photo, r.Stream.ID(), as, r.Position)
			if err != nil {
				return nil, nil, err
			}
			both := as == showsAfter && slices.Contains(shows(e)[showsBefore], photo)
			if odd || both {
				return again, &incident.MarkFlag{Flag: incident.SamePhoto, Other: other, Photo: photo}, nil
			}
		}
	}
	return again, nil, nil
}

// sameAgain returns the link to the incident before this one: asked when it is reported,
// and when it is first filed under another matter than it was reported with.
func (s *Service) sameAgain(ctx context.Context, r eventstore.Record, e incident.Event, known knowledge) (*incident.Recur, error) {
	var x sight
	id := r.Stream.ID()
	switch e := e.(type) {
	case incident.Reported:
		x = sight{}.after(e)
	case incident.Filed:
		was, err := known(ctx, id, r.Version)
		if err != nil || !e.First || was.matter == e.Matter {
			return nil, err
		}
		x = was.after(e)
	default:
		return nil, nil
	}
	policy := s.reference.At(r.At).Policy
	of, c, found := s.sightings.before(id, x, r.Position, policy.RecurrenceMeters, policy.RecurrenceWithin)
	if !found {
		return nil, nil
	}
	return &incident.Recur{Recurrence: incident.Recurrence{Of: of, Number: c.number, ClosedAt: c.at, Count: c.times + 1}}, nil
}

// recur says what a fact shows to be the same again, each thing at most once.
// Imported incidents are left alone.
func (s *Service) recur(m *message.Message) error {
	r, e, err := decoded(m)
	if err != nil {
		return err
	}
	recur, flag, err := s.noticed(m.Context(), r, e, s.sightings.asRead)
	if err != nil {
		return err
	}
	if recur != nil {
		if err := s.label(m.Context(), r, "recurrence", *recur); err != nil {
			return err
		}
	}
	if flag != nil {
		return s.label(m.Context(), r, "photo", *flag)
	}
	return nil
}

func (s *Service) label(ctx context.Context, r eventstore.Record, what string, c incident.Command) error {
	o := derived(Recurrences, r.Position)
	o.Key.ID += "-" + what
	o.Correlation = r.Meta.Correlation
	o.At = latest(s.now(), r.At)
	_, err := s.do(ctx, r.Stream.ID(), c, func(now incident.State, _ []eventstore.Record) (incident.Command, bool) {
		return c, !slices.Contains(now.Flags, incident.Imported)
	}, incident.Workflow, o)
	return refusedIsDone(err)
}

package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

// Category is the category of an incident's stream.
const Category = "incident"

// attempts is how often a command is decided before a conflict is given back.
const attempts = 8

// Options say how a command is to be done. The zero value is a plain command
// given now.
type Options struct {
	Key           eventstore.Key // makes it happen at most once; zero: no key
	ExpectVersion int64          // the version the caller saw; 0: any
	At            time.Time      // ledger time of the command; zero: now
	Correlation   string         // the request that began it all
	Causation     string         // the fact or command that led here

	Posts []jurisdiction.Post // that the actor holds; nil: all
}

// An Outcome is what became of a command.
type Outcome struct {
	ID       string              // of the incident; a replayed report's is the first one's
	Records  []eventstore.Record // the incident's whole stream, as it is now
	Position eventstore.Position // of the last fact this command added; with Nothing, of the incident's last fact
	Version  int64               // of the incident, as it is now
	Replayed bool                // the key was known; nothing was added
	Nothing  bool                // a repeat: its effect was already there
}

// A VersionError says that the incident is at another version than the caller saw.
type VersionError struct{ Have int64 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("workflow: the incident is at version %d", e.Have)
}

// Do decides c against the incident id and appends what follows. A known key is
// answered with its first result before anything is decided. If another writer
// gets there first, Do reads what they wrote and decides again, a bounded number of
// times; then it returns the [*eventstore.ConflictError].
//
// A rule's no comes back as it is, a [*domain.Refusal]; nothing happened. So do
// [*VersionError], [eventstore.ErrKeyReused] and [eventstore.ErrOverloaded]. After any other error
// the outcome is unknown: the same key asks for it again.
func (s *Service) Do(ctx context.Context, id string, c incident.Command, by incident.Actor, o Options) (Outcome, error) {
	return s.do(ctx, id, c, always(c), by, o)
}

// A choice names the command to give in view of an incident as it stands, or says
// that there is none to give any more.
type choice func(incident.State, []eventstore.Record) (incident.Command, bool)

func always(c incident.Command) choice {
	return func(incident.State, []eventstore.Record) (incident.Command, bool) { return c, true }
}

// do is Do with a command chosen anew each time the incident was read. kind is
// any command of the kind that choose returns.
func (s *Service) do(ctx context.Context, id string, kind incident.Command, choose choice, by incident.Actor, o Options) (Outcome, error) {
	if out, known, err := s.replay(ctx, o.Key); known || err != nil {
		return out, err
	}
	// A report opens a stream under a new id: there is nothing to read.
	_, fresh := kind.(incident.Report)
	for try := 1; ; try++ {
		var was []eventstore.Record
		var state incident.State
		var err error
		if !fresh {
			if state, was, err = s.Load(ctx, id); err != nil {
				return Outcome{}, err
			}
		}
		out, err := s.attempt(ctx, id, state, was, choose, by, o)
		if !errors.Is(err, eventstore.ErrConflict) || try == attempts {
			return out, err
		}
		fresh = false
	}
}

func (s *Service) attempt(ctx context.Context, id string, state incident.State, was []eventstore.Record,
	choose choice, by incident.Actor, o Options,
) (Outcome, error) {
	have := int64(len(was))
	if o.ExpectVersion != 0 && o.ExpectVersion != have {
		return Outcome{}, &VersionError{Have: have}
	}
	same := Outcome{ID: id, Records: was, Version: have, Nothing: true}
	if have > 0 {
		same.Position = was[have-1].Position
	}
	c, ok := choose(state, was)
	if !ok {
		return same, nil
	}
	order := s.Order(s.when(o.At, was), by)
	order.Command, order.Posts = c, o.Posts
	events, err := incident.Decide(state, order)
	switch {
	case err != nil:
		return Outcome{}, err
	case len(events) == 0:
		return same, nil
	}
	out, err := s.append(ctx, id, was, events, by.Person, o)
	if err != nil && !isAnswer(err) {
		return Outcome{}, fmt.Errorf("workflow: %s %s: %w", c.Name(), id, err)
	}
	return out, err
}

// append adds events to an incident that was as the caller read it.
func (s *Service) append(ctx context.Context, id string, was []eventstore.Record, events []incident.Event, actor string,
	o Options,
) (Outcome, error) {
	drafts, err := Drafts(events)
	if err != nil {
		return Outcome{}, err
	}
	have := int64(len(was))
	meta := eventstore.Meta{Actor: actor, Correlation: o.Correlation, Causation: o.Causation}
	stream := eventstore.StreamOf(Category, id)
	result, err := s.ledger.Append(ctx, eventstore.Append{
		Writes: []eventstore.Write{{Stream: stream, Expect: eventstore.At(eventstore.Version(have)), Drafts: drafts}},
		Key:    o.Key,
		Meta:   meta,
	})
	if err != nil {
		return Outcome{}, err
	}
	if result.Replayed {
		return s.first(ctx, result)
	}
	if s.library != nil && slices.ContainsFunc(drafts, func(d eventstore.Draft) bool { return d.Type == concluded }) {
		// What was ruled binds whoever asks after this answer.
		if err := s.library.Reach(ctx, result.Last); err != nil {
			s.log.Warn("a ruling is stored, but not read yet", "error", err)
		}
	}
	now := make([]eventstore.Record, 0, len(was)+len(drafts))
	now = append(now, was...)
	for i, d := range drafts {
		now = append(now, eventstore.Record{
			Position: result.First + eventstore.Position(i),
			Stream:   stream,
			Version:  eventstore.Version(have + int64(i) + 1),
			Type:     d.Type,
			At:       d.At,
			Data:     d.Data,
			Meta:     meta,
		})
	}
	return Outcome{ID: id, Records: now, Position: result.Last, Version: int64(result.Version)}, nil
}

// isAnswer tells whether err is one of the ledger's plain refusals.
func isAnswer(err error) bool {
	return errors.Is(err, eventstore.ErrConflict) || errors.Is(err, eventstore.ErrKeyReused) || errors.Is(err, eventstore.ErrOverloaded)
}

// replay answers a key that is known.
func (s *Service) replay(ctx context.Context, k eventstore.Key) (Outcome, bool, error) {
	if k.IsZero() {
		return Outcome{}, false, nil
	}
	result, known, err := s.ledger.Lookup(ctx, k)
	switch {
	case isAnswer(err):
		return Outcome{}, false, err
	case err != nil:
		return Outcome{}, false, fmt.Errorf("workflow: looking up a key: %w", err)
	case !known:
		return Outcome{}, false, nil
	}
	out, err := s.first(ctx, result)
	return out, true, err
}

// first rebuilds the answer that a key was given first: its position, with the
// incident as it is now.
func (s *Service) first(ctx context.Context, r eventstore.Result) (Outcome, error) {
	id := r.Stream.ID()
	records, err := s.read(ctx, id)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{ID: id, Records: records, Position: r.Last, Version: int64(len(records)), Replayed: true}, nil
}

// Load returns the incident as the rules see it, and its facts. An incident that
// was never reported has the zero state and no facts.
func (s *Service) Load(ctx context.Context, id string) (incident.State, []eventstore.Record, error) {
	records, err := s.read(ctx, id)
	if err != nil {
		return incident.State{}, nil, err
	}
	state, err := fold(incident.State{}, records)
	if err != nil {
		return incident.State{}, nil, err
	}
	return state, records, nil
}

func (s *Service) read(ctx context.Context, id string) ([]eventstore.Record, error) {
	var records []eventstore.Record
	for r, err := range s.ledger.Read(ctx, eventstore.StreamOf(Category, id), 0) {
		if err != nil {
			return nil, fmt.Errorf("workflow: reading incident %s: %w", id, err)
		}
		records = append(records, r)
	}
	return records, nil
}

// fold returns the state after records, beginning at state.
func fold(state incident.State, records []eventstore.Record) (incident.State, error) {
	for _, r := range records {
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			return incident.State{}, fmt.Errorf("workflow: fact %d: %w", r.Position, err)
		}
		state = incident.Evolve(state, e)
	}
	return state, nil
}

// Order returns an order without its command: who gives it, when, and everything
// the rules may look at, as it is in force at that moment.
func (s *Service) Order(at time.Time, by incident.Actor) incident.Order {
	ref := s.reference.At(at)
	return incident.Order{At: at, By: by, Book: ref.Book, Matters: ref.Matters, Days: ref.Days, Policy: ref.Policy}
}

// when returns the moment of a command: the one it was given, or else now — but
// not before the incident's last fact, which another process with a faster clock
// may have written.
func (s *Service) when(at time.Time, was []eventstore.Record) time.Time {
	if at.IsZero() {
		at = s.now()
		if n := len(was); n > 0 && at.Before(was[n-1].At) {
			at = was[n-1].At
		}
	}
	return at.UTC().Truncate(time.Microsecond)
}

// Drafts encodes events for the ledger, each with the moment at which it came true.
func Drafts(events []incident.Event) ([]eventstore.Draft, error) {
	out := make([]eventstore.Draft, len(events))
	for i, e := range events {
		name, data, err := incident.Encode(e)
		if err != nil {
			return nil, err
		}
		out[i] = eventstore.Draft{Type: name, At: incident.FactOf(e).At.UTC().Truncate(time.Microsecond), Data: data}
	}
	return out, nil
}

package workflow

import (
	"context"
	"errors"
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/table"
	"gridcommand/eventstore"
)

// referenceKind is the rules of reference data, joined to the ledger.
var referenceKind = Kind[reference.Order, reference.Event, reference.History]{
	Category: ReferenceCategory,
	Rules:    reference.Decider,
	Encode:   reference.Encode,
	Decode:   reference.Decode,
	At:       func(e reference.Event) time.Time { return reference.FactOf(e).At },
}

// errFixed says that this service's reference data cannot change.
var errFixed = errors.New("workflow: the reference data of this service is fixed")

// Library returns the library the service goes by; nil: its reference data is fixed.
func (s *Service) Library() *Library { return s.library }

// Enact changes reference data: it enacts tables, makes rulings or ends one, under the
// promises of [Service.Do]. Faults of tables come back as a [*reference.FaultsError].
// When it returns, whoever asks the library is answered by what was enacted.
func (s *Service) Enact(ctx context.Context, c reference.Command, by incident.Actor, o Options) (Given[reference.History], error) {
	if s.library == nil {
		return Given[reference.History]{}, errFixed
	}
	others, err := s.concluded(ctx)
	if err != nil {
		return Given[reference.History]{}, err
	}
	out, err := Give(ctx, s, referenceKind, s.numbers.district, by.Person, func(_ reference.History, at time.Time) reference.Order {
		return reference.Order{At: at, By: by, Base: s.library.base, Others: others, Command: c}
	}, o)
	if err != nil {
		return out, err
	}
	return out, s.library.Reach(ctx, out.Position)
}

// concluded returns the rulings that coordinations made, as far as the ledger goes.
func (s *Service) concluded(ctx context.Context) ([]jurisdiction.Ruling, error) {
	head, err := s.ledger.Head(ctx)
	if err == nil {
		err = s.library.Reach(ctx, head)
	}
	return slices.DeleteFunc(slices.Clone(s.library.History().Rulings), func(r jurisdiction.Ruling) bool { return r.Incident == "" }), err
}

// A Preview is what an edition would change.
type Preview struct {
	Version   string
	Effective time.Time
	Changes   []reference.Change
	Position  eventstore.Position // of the ledger when it was made
}

// Preview says what tables would change if they were enacted at a moment (zero: now), or
// every fault in them, and enacts nothing.
func (s *Service) Preview(ctx context.Context, c reference.Enact, by incident.Actor, at time.Time) (Preview, error) {
	if s.library == nil {
		return Preview{}, errFixed
	}
	if _, err := s.concluded(ctx); err != nil {
		return Preview{}, err
	}
	h, base := s.library.History(), s.library.base
	events, err := reference.Decide(h, reference.Order{At: s.when(at, nil), By: by, Base: base, Command: c})
	p := Preview{Version: c.Version, Effective: c.Effective, Changes: []reference.Change{}, Position: s.library.Position()}
	if err != nil || len(events) == 0 {
		return p, err
	}
	e := events[0].(reference.Enacted)
	p.Version, p.Effective = e.Version, e.Effective
	after := reference.Evolve(h, e)
	p.Changes = reference.Diff(
		h.InForce(base, e.Effective, len(h.Editions)).Tables, after.InForce(base, e.Effective, len(after.Editions)).Tables)
	return p, nil
}

// Bring says how tables are brought in.
type Bring struct {
	reference.Enact      // Tables may hold the table of rulings, alone
	DryRun          bool // check and preview only
	Options         Options
}

// Bring checks tables as a whole, says what they change and, unless it is a dry run,
// enacts them: everything or nothing. Each row of a table of rulings is a ruling.
func (s *Service) Bring(ctx context.Context, b Bring, by incident.Actor) (Preview, error) {
	if rows, ok := b.Tables[reference.RulingTable]; ok {
		return s.bringRulings(ctx, b, rows, by)
	}
	p, err := s.Preview(ctx, b.Enact, by, b.Options.At)
	if err != nil || b.DryRun || len(p.Changes) == 0 {
		return p, err
	}
	out, err := s.Enact(ctx, b.Enact, by, b.Options)
	if n := len(out.State.Editions); err == nil && n > 0 {
		last := out.State.Editions[n-1]
		p.Version, p.Effective, p.Position = last.Version, last.Effective, out.Position
	}
	return p, err
}

func (s *Service) bringRulings(ctx context.Context, b Bring, rows []table.Row, by incident.Actor) (Preview, error) {
	p := Preview{Changes: []reference.Change{}}
	if len(b.Tables) > 1 {
		f := &table.Faults{Table: reference.RulingTable}
		f.Add(0, "", "rulings come in a file of their own: each is a fact by itself")
		return p, &reference.FaultsError{Tables: []*table.Faults{f}}
	}
	others, err := s.concluded(ctx)
	if err != nil {
		return p, err
	}
	list, faults := reference.RulingsFrom(rows)
	fresh, more := s.library.History().NewRulings(rows, list)
	if faults.List = append(faults.List, more.List...); len(faults.List) > 0 {
		return p, &reference.FaultsError{Tables: []*table.Faults{faults}}
	}
	p.Position = s.library.Position()
	if len(fresh) == 0 {
		return p, nil
	}
	rule := reference.Rule{Rulings: fresh}
	events, err := reference.Decide(s.library.History(), reference.Order{
		At: s.when(b.Options.At, nil), By: by, Base: s.library.base, Others: others, Command: rule,
	})
	if err != nil {
		return p, err
	}
	var after reference.History
	for _, e := range events {
		after = reference.Evolve(after, e)
	}
	for _, row := range reference.RulingTables(after.Rulings)[reference.RulingTable] {
		p.Changes = append(p.Changes, reference.Change{Table: reference.RulingTable, Kind: "added", Key: row.Fields[0], After: row.Fields})
	}
	if b.DryRun {
		return p, nil
	}
	out, err := s.Enact(ctx, rule, by, b.Options)
	p.Position = out.Position
	return p, err
}

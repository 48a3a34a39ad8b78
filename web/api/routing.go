package api

import (
	"context"
	"slices"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/tally"
)

// A RoutingExplained says why an incident is whose it is: the last decision, the line or
// ruling it stands on, and who could take it now.
type RoutingExplained struct {
	RoutingDecision
	Desk       string                   `json:"desk" doc:"in charge; empty: not open"`
	Candidates []jurisdiction.Candidate `json:"candidates" doc:"who could take it now from the desk in charge, best first"`
	Earlier    []RoutingDecision        `json:"earlier" doc:"the decisions before, oldest first"`
	Exchanges  *tally.Exchanges         `json:"exchanges" doc:"of this matter, this year, between the unit that has it and another; null: there is no other"`
}

// A RoutingDecision is one choice of who answers. Before anybody was given it, that is
// the choice of the desk that takes it in.
type RoutingDecision struct {
	casefile.Named
	At            time.Time   `json:"at"`
	Position      int64       `json:"position" doc:"of the fact"`
	Type          string      `json:"type" doc:"of the fact, e.g. incident.dispatched"`
	PolicyVersion string      `json:"policy_version"`
	Reason        string      `json:"reason" doc:"one Chinese sentence"`
	Row           *DutyRow    `json:"row" doc:"line of the responsibility list; null: none"`
	Ruling        *RulingText `json:"ruling" doc:"null: none"`
}

// A DutyRow is a line of the responsibility list, as it stood at a decision.
type DutyRow struct {
	Number     int    `json:"number"`
	Matter     string `json:"matter" doc:"the prefix it covers"`
	Unit       string `json:"unit"`
	Regulator  string `json:"regulator"`
	Enforcer   string `json:"enforcer"`
	Maintainer string `json:"maintainer_or_owner"`
	List       string `json:"list" enum:"own,assisting,withdrawn"`
}

// A RulingText is a ruling.
type RulingText struct {
	Number    string          `json:"number"`
	Authority string          `json:"authority"`
	Matter    casefile.Matter `json:"matter"`
	Area      string          `json:"area"`
	Unit      string          `json:"unit"`
	Effective *time.Time      `json:"effective" doc:"null: from ever"`
	Expires   *time.Time      `json:"expires" doc:"null: never"`
}

type routingQuery struct {
	FromView
	Unit string `query:"unit" maxLength:"64" doc:"the other unit of the exchanges; the one it came from, else the one it would go to, unless said"`
}

func (s *server) routing(ctx context.Context, r *Request, q routingQuery) (RoutingExplained, error) {
	if q.Unit != "" {
		if _, ok := s.reference().Book.Unit(q.Unit); !ok {
			return RoutingExplained{}, wrong("unit", "is no unit of this district")
		}
	}
	if err := s.await(ctx, "tally", q.MinPosition); err != nil {
		return RoutingExplained{}, err
	}
	state := r.Case.State
	var all []RoutingDecision
	for _, rec := range r.Case.Records {
		e, err := casefile.Event(rec)
		if err != nil {
			return RoutingExplained{}, err
		}
		if unit, basis, chose := choiceOf(e); chose {
			all = append(all, s.decision(rec, state.Matter, unit, basis))
		}
	}
	last := len(all) - 1 // there is one: a report is routed in the same append
	out := RoutingExplained{
		RoutingDecision: all[last], Earlier: append([]RoutingDecision{}, all[:last]...), Candidates: []jurisdiction.Candidate{},
		Desk: deskInCharge(state),
	}
	if out.Desk != "" {
		out.Candidates = append(out.Candidates, s.reference().Book.Candidates(state.Matter, state.Place, out.Desk)...)
	}
	var err error
	out.Exchanges, err = s.exchanges(ctx, r, q.Unit, out.Candidates)
	return out, err
}

// exchanges counts how often the unit that has it, or had it last, and another one gave
// this matter to each other this year.
func (s *server) exchanges(ctx context.Context, r *Request, other string, candidates []jurisdiction.Candidate) (*tally.Exchanges, error) {
	state := r.Case.State
	if state.Unit == "" || r.Case.File.Matter == nil {
		return nil, nil
	}
	offer := func(unit string) {
		if u, ok := s.reference().Book.Unit(unit); other == "" && unit != state.Unit && ok && u.Kind != jurisdiction.Center {
			other = unit
		}
	}
	for _, unit := range slices.Backward(state.Path) {
		offer(unit)
	}
	for _, c := range slices.Concat(candidates, r.Case.File.Routing.Candidates) {
		offer(c.Unit)
	}
	if other == "" || other == state.Unit {
		return nil, nil
	}
	x, err := s.Tally.Exchanges(ctx, state.Unit, other, r.Case.File.Matter.Key(), s.Now().In(deadline.CST).Year())
	return &x, err
}

// choiceOf returns the unit that a fact chose, and why.
func choiceOf(e incident.Event) (unit string, basis incident.Basis, ok bool) {
	switch e := e.(type) {
	case incident.Routed:
		return e.Routing.Desk, incident.Basis{PolicyVersion: e.Routing.PolicyVersion, Reason: e.Routing.Reason}, true
	case incident.Dispatched:
		return e.Unit, e.Basis, true
	case incident.Delegated:
		return e.Unit, e.Basis, true
	case incident.Transferred:
		return e.Unit, e.Basis, true
	case incident.CoordinationConcluded:
		return e.Lead, e.Basis, true
	default:
		return "", incident.Basis{}, false
	}
}

// deskInCharge is the desk that dispatches it now: the holder where a desk has it, else
// the desk that gave it to the holder.
func deskInCharge(s incident.State) string {
	switch {
	case s.Status != incident.StatusOpen:
		return ""
	case s.Stage == incident.Handling:
		return s.Dispatcher
	case s.Stage == incident.Dispatching || s.Stage == incident.Coordinating:
		return s.Holder
	}
	return s.IntakeDesk
}

// decision is a choice with the text it stands on, from the books of that day.
func (s *server) decision(rec eventstore.Record, matter catalogue.Key, unit string, basis incident.Basis) RoutingDecision {
	ref := s.Reference.At(rec.At)
	d := RoutingDecision{
		Named: casefile.Named{Unit: unit}, At: rec.At, Position: int64(rec.Position), Type: rec.Type,
		PolicyVersion: basis.PolicyVersion, Reason: basis.Reason,
	}
	if u, ok := ref.Book.Unit(unit); ok {
		d.Name = u.Name
	}
	if row, ok := ref.Book.Row(basis.Row); ok && basis.Row > 0 {
		d.Row = &DutyRow{
			Number: row.Number, Matter: row.Matter, Unit: row.Unit, Regulator: row.Regulator, Enforcer: row.Enforcer,
			Maintainer: row.Maintainer, List: string(row.List),
		}
	}
	if basis.Ruling != "" {
		d.Ruling = s.rulingText(ref, matter, basis.Ruling)
	}
	return d
}

// rulingText finds a ruling by its number. One that the books of that moment did not
// have yet, because the fact itself made it, is in those of now.
func (s *server) rulingText(then *reference.Reference, matter catalogue.Key, number string) *RulingText {
	out := &RulingText{Number: number, Matter: named(then.Matters, matter)}
	for _, ref := range []*reference.Reference{then, s.reference()} {
		for _, x := range ref.Book.InForce(matter) {
			if x.Number != number {
				continue
			}
			out.Authority, out.Area, out.Unit = x.Authority, x.Area, x.Unit
			if !x.Effective.IsZero() {
				out.Effective = &x.Effective
			}
			if !x.Expires.IsZero() {
				out.Expires = &x.Expires
			}
			return out
		}
	}
	return out
}

package api

import (
	"context"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// A RoutingExplained says why an incident is whose it is: every decision so far, the
// line or ruling that each stands on, and who could take it now.
type RoutingExplained struct {
	Decision   *RoutingDecision         `json:"decision" doc:"the last one; null: nobody was chosen yet"`
	Earlier    []RoutingDecision        `json:"earlier" doc:"the ones before, oldest first"`
	Candidates []jurisdiction.Candidate `json:"candidates" doc:"who could take it now from the desk in charge, best first"`
	Desk       string                   `json:"desk" doc:"in charge; empty: not open"`
	Exchanges  *Exchanges               `json:"exchanges" doc:"between the unit that has it and the one it came from or would go to; null: no two units"`
	Position   int64                    `json:"position" doc:"of the incident's last fact"`
}

// A RoutingDecision is one choice of a unit.
type RoutingDecision struct {
	casefile.Named
	At            time.Time   `json:"at"`
	Position      int64       `json:"position"`
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

func (s *server) routing(ctx context.Context, r *Request, _ none) (RoutingExplained, error) {
	out := RoutingExplained{Earlier: []RoutingDecision{}, Candidates: []jurisdiction.Candidate{}, Position: r.Case.File.Position}
	var all []RoutingDecision
	for _, rec := range r.Case.Records {
		e, err := casefile.Event(rec)
		if err != nil {
			return RoutingExplained{}, err
		}
		if unit, basis, chose := choiceOf(e); chose {
			all = append(all, s.decision(rec, r.Case.State.Matter, unit, basis))
		}
	}
	if n := len(all); n > 0 {
		out.Decision, out.Earlier = &all[n-1], append(out.Earlier, all[:n-1]...)
	}
	state := r.Case.State
	if out.Desk = deskInCharge(state); out.Desk != "" {
		out.Candidates = append(out.Candidates, s.reference().Book.Candidates(state.Matter, state.Place, out.Desk)...)
	}
	var err error
	out.Exchanges, err = s.exchangesOf(ctx, state, out.Candidates)
	return out, err
}

// choiceOf returns the unit that a fact chose, and why.
func choiceOf(e incident.Event) (unit string, basis incident.Basis, ok bool) {
	switch e := e.(type) {
	case incident.Dispatched:
		return e.Unit, e.Basis, true
	case incident.Delegated:
		return e.Unit, e.Basis, true
	case incident.Transferred:
		return e.Unit, e.Basis, true
	case incident.CoordinationConcluded:
		return e.Lead, e.Basis, true
	}
	return "", incident.Basis{}, false
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

// Exchanges is how often two units gave a matter to one another in a year.
type Exchanges struct {
	A      casefile.Named  `json:"a"`
	B      casefile.Named  `json:"b"`
	Matter casefile.Matter `json:"matter"`
	Year   int             `json:"year"`
	Count  int             `json:"count"`
}

func (s *server) exchangesOf(context.Context, incident.State, []jurisdiction.Candidate) (*Exchanges, error) {
	return nil, nil
}

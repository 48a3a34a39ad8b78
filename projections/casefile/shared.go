package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// shared folds what several units do on one incident.
func (d names) shared(f File, e incident.Event, at time.Time) File {
	switch e := e.(type) {
	case incident.CoordinationOpened:
		f = d.stand(f, e.Standing)
		f.Coordination = &Coordination{Desk: e.Desk, Units: []Named{}, Question: e.Question, OpenedAt: at}
		for _, unit := range e.Units {
			f.Coordination.Units = append(f.Coordination.Units, d.named(unit))
			f = f.hold(unit)
		}
	case incident.CoordinationConcluded:
		f = d.given(f.worked(), given{e.Desk, e.Lead, e.Accept, nil, e.Helpers, e.Basis, e.Standing})
		f.Bound = true
	case incident.Helped:
		i := slices.IndexFunc(f.Helpers, func(h Helper) bool { return h.Unit == e.Unit && !h.Done })
		f.Helpers = changed(f.Helpers, i, func(h *Helper) { h.Done, h.Late, h.Result = true, h.Late || e.Late, e.Result })
	case incident.Assigned:
		f.Assignee = &Assignee{e.Team, e.Person}
	case incident.Called:
		f.Calls = append(slices.Clip(f.Calls), Call{N: e.N, Named: d.named(e.Unit), Task: e.Task, Due: utc(e.Arrive.Due)})
		f = f.hold(e.Unit)
	case incident.Arrived:
		f.Calls = changed(f.Calls, e.N-1, func(c *Call) { c.Answered, c.AnsweredAt, c.Late = Came, &at, e.Late })
	case incident.CallRefused:
		f.Calls = changed(f.Calls, e.N-1, func(c *Call) { c.Answered, c.AnsweredAt, c.Reason = Refused, &at, e.Reason })
		f = f.flag(incident.CallRefusedFlag)
	case incident.Tasked:
		f.Tasked = &Tasked{e.Person, e.Grid, e.Why}
	}
	return f
}

// safeguard is who makes the place safe while duty is disputed: who got it first, else
// who answers when nobody else does. Disputing stops no clock and leaves no hole open.
func (d names) safeguard(f File) *Safeguard {
	switch {
	case f.Stage == nil:
		return nil
	case *f.Stage != incident.Coordinating && (*f.Stage != incident.Dispatching || !f.Disputed):
		return nil
	case f.FirstReceiver != nil:
		return &Safeguard{*f.FirstReceiver, FirstReceiver}
	}
	place := f.place(d.Book.District())
	for _, c := range d.Book.Candidates(f.key(), place, d.Book.Desk(jurisdiction.Street, place)) {
		if u, ok := d.Book.Unit(c.Unit); ok && !u.IsDesk() {
			return &Safeguard{Named{c.Unit, c.Name}, Fallback}
		}
	}
	return nil
}

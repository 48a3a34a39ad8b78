package casefile

import (
	"slices"
	"time"

	"gridcommand/domain/incident"
)

// shared folds what several units do on one incident.
func (d names) shared(f File, e incident.Event, at time.Time) File {
	switch e := e.(type) {
	case incident.CoordinationOpened:
		f = d.stand(f.leavesUnit(), e.Standing)
		f.Coordination = &Coordination{Desk: e.Desk, Units: []Named{}, Question: e.Question, OpenedAt: at}
		for _, unit := range e.Units {
			f.Coordination.Units = append(f.Coordination.Units, d.named(unit))
			f = f.hold(unit)
		}
	case incident.CoordinationConcluded:
		f = d.given(f.worked(), given{e.Desk, e.Lead, PersonOf(e), e.Accept, nil, e.Helpers, e.Basis, e.Standing})
		f.Bound, f.Difficult = true, false
	case incident.Helped:
		i := slices.IndexFunc(f.Helpers, func(h Helper) bool { return h.Unit == e.Unit && !h.Done })
		f.Helpers = changed(f.Helpers, i, func(h *Helper) { h.Done, h.Late, h.Result = true, e.Late, e.Result })
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
	default:
		return unhandled(e)
	}
	return f
}

// safeguard is who makes the place safe while duty is disputed, as the rules say.
func (d names) safeguard(f File) *Safeguard {
	if f.Stage == nil {
		return nil
	}
	s := incident.State{
		Status: f.Status, Stage: *f.Stage, Matter: f.key(), Place: f.place(d.Book.District()), Disputed: f.Disputed,
	}
	if f.FirstReceiver != nil {
		s.FirstReceiver = f.FirstReceiver.Unit
	}
	if f.Concerns != nil {
		s.Concerns = f.Concerns.Unit
	}
	unit, why := incident.Safeguard(s, d.Book)
	if unit == "" {
		return nil
	}
	return &Safeguard{d.named(unit), why}
}

package incident

import (
	"bytes"
	"encoding/json"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// repeats tells whether an order says again what its actor said last, in equal
// fields, with nothing added to the incident since.
func (s State) repeats(o Order) bool {
	if s.Last == nil {
		return false
	}
	by, last := FactOf(s.Last).By, told(s.Last)
	return by.Person == o.By.Person && by.Unit == o.By.Unit &&
		last.Name() == o.Command.Name() && same(last, s.meant(o.Command))
}

// lastSaid returns the fact that stands for what was said last, once e is added.
// It is nil after a timer: a clock's word is a fact, and makes the next act a new one.
func lastSaid(before, e Event) Event {
	switch e := e.(type) {
	case Routed:
		return before // said with Reported
	case Handled:
		if e.OnTheSpot {
			return before // said with Filed
		}
		return e
	case Warned, Expired:
		return nil
	default:
		return e
	}
}

// told returns the command that e followed from, in the form of [State.meant]: so
// what was said is known from facts alone. Facts nobody said have none.
func told(e Event) Command {
	f := FactOf(e)
	x := Extra{Note: f.Note, Photos: f.Photos}
	switch e := e.(type) {
	case Reported:
		occurred := e.OccurredAt
		if occurred.Equal(e.At) {
			occurred = time.Time{} // not said: now
		}
		return State{}.meant(Report{
			Extra: x, Source: e.Source, Matter: e.Matter, Criterion: e.Criterion, Description: e.Description,
			Severity: e.Severity, Location: e.Location, Place: e.Place, OccurredAt: occurred, CapturedAt: e.CapturedAt,
			Reporter: e.Reporter, OnTheSpot: e.OnTheSpot, External: e.External, DueAt: e.DueAt,
		})
	case Confirmed:
		return Confirm{x}
	case Refuted:
		return Refute{x, e.Reason}
	case Filed:
		var standIn *deadline.Limit
		if e.Criterion == "" {
			standIn = &e.Limit
		}
		return File{Extra: x, Matter: e.Matter, Criterion: e.Criterion, Severity: e.Severity, StandIn: standIn}
	case Declined:
		return Decline{x, e.Reason}
	case Dispatched:
		return Dispatch{Extra: x, Unit: e.Unit, Reason: e.Reason}
	case Delegated:
		return Dispatch{Extra: x, Unit: e.Unit, Reason: e.Reason}
	case Accepted:
		return Accept{x}
	case Handled:
		return Handle{x, e.Result}
	case Returned:
		return Return{Extra: x, Code: e.Code, Reason: e.Reason, Clause: e.Clause}
	case Transferred:
		return Transfer{Extra: x, Unit: e.Unit, Reason: e.Reason}
	case Escalated:
		return Escalate{x, e.Code, e.Reason}
	case Passed:
		return Pass{x}
	case Failed:
		return Fail{x, e.Reason}
	case Closed:
		return Close{x, e.ClosingConditionMet}
	case Reopened:
		return Reopen{x, e.Reason}
	case Voided:
		return Void{x, e.Reason}
	case Commented:
		return Comment{x, e.Text}
	case Attached:
		return Attach{x}
	case Routed, Warned, Expired:
	}
	return nil
}

// meant returns a command as its giver means it: with what silence stands for, and
// without what the edge and the rules add.
func (s State) meant(c Command) Command {
	switch c := c.(type) {
	case Report:
		c.Number, c.Flags, c.Routing = "", nil, jurisdiction.Routing{}
		c.OccurredAt, c.CapturedAt, c.DueAt = c.OccurredAt.UTC(), utc(c.CapturedAt), utc(c.DueAt)
		if c.Severity == "" {
			c.Severity = Normal
		}
		return c
	case File:
		if c.Severity == "" {
			c.Severity = s.Severity
		}
		if c.Criterion != "" {
			c.StandIn = nil
		}
		return c
	case Dispatch:
		return Dispatch{Extra: c.Extra, Unit: c.Unit, Reason: c.Reason}
	case Transfer:
		return Transfer{Extra: c.Extra, Unit: c.Unit, Reason: c.Reason}
	case Return:
		if c.Code == "" {
			c.Code = NotOurDuty
		}
		return c
	case Escalate:
		if c.Code == "" {
			c.Code = BeyondPower
		}
		return c
	default:
		return c
	}
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// same compares by JSON, in which equal times and empty lists look alike. What has
// no JSON (a coordinate that is no number) equals nothing.
func same(a, b Command) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

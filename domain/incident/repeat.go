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
	if by := FactOf(s.Last).By; by.Person != o.By.Person || by.Unit != o.By.Unit {
		return false
	}
	last := told(s.Last)
	return last.Name() == o.Command.Name() && same(last, s.meant(o.Command))
}

// lastSaid returns the fact that stands for what was said last, once e, which says a
// command or none, is added.
// It is nil after what nobody can say twice: a clock's word is a fact, and makes the
// next act a new one; and a second look at the caller is a second look.
func lastSaid(before, e Event, said Command) Event {
	switch x := e.(type) {
	case Routed:
		return before // said with Reported
	case Handled:
		if x.OnTheSpot {
			return before // said with Filed
		}
		return e
	default:
		if said == nil {
			return nil
		}
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
			Reporter: e.Reporter, OnTheSpot: e.OnTheSpot, External: e.External, DueAt: e.DueAt, TicketType: e.TicketType,
			After: e.After, Concerns: e.Concerns,
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
		return Dispatch{Extra: x, Unit: e.Unit, Reason: e.Reason, Helpers: wanted(e.Helpers)}
	case Delegated:
		return Dispatch{Extra: x, Unit: e.Unit, Reason: e.Reason}
	case Accepted:
		return Accept{x}
	case Handled:
		return Handle{x, e.Result}
	case Returned:
		if f.By.Unit != e.Unit {
			return ApproveReturn{x}
		}
		return Return{Extra: x, Code: e.Code, Reason: e.Reason, Clause: e.Clause}
	case Transferred:
		return Transfer{Extra: x, Unit: e.Unit, Reason: e.Reason, Helpers: wanted(e.Helpers)}
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
	case ExtensionRequested:
		return RequestExtension{x, e.Reason}
	case ExtensionGranted:
		return GrantExtension{x}
	case ExtensionRefused:
		return RefuseExtension{x, e.Reason}
	case SuspensionRequested:
		return RequestSuspension{Extra: x, Reason: e.Reason, Code: e.Code, Until: e.Until.UTC()}
	case SuspensionGranted:
		return GrantSuspension{x}
	case SuspensionRefused:
		return RefuseSuspension{x, e.Reason}
	case Resumed:
		if !e.Auto {
			return Resume{Extra: x}
		}
	case Endorsed:
		if e.Request == SuspensionRequest {
			return GrantSuspension{x}
		}
		return GrantExtension{x}
	case ReturnRequested:
		return Return{Extra: x, Code: e.Code, Reason: e.Reason, Clause: e.Clause}
	case ReturnRefused:
		if !e.Silent {
			return RefuseReturn{Extra: x, Reason: e.Reason}
		}
	case Recomputed:
		return Recompute{}
	case CoordinationOpened:
		return OpenCoordination{x, e.Units, e.Question}
	case CoordinationConcluded:
		return ConcludeCoordination{x, e.Lead, wanted(e.Helpers), e.Ruling}
	case Helped:
		return Help{x, e.Result}
	case Assigned:
		return Assign{x, e.Team, e.Person, e.Reason}
	case Called:
		return Call{x, e.Unit, e.Task, e.Within}
	case Arrived:
		return Arrive{x}
	case CallRefused:
		return RefuseCall{x, e.Reason}
	case Tasked:
		return Task{e.Person, e.Grid, e.Why}
	case Merged:
		return Merge{Extra: x, Into: e.Into, Reason: e.Reason}
	case Unmerged:
		return Unmerge{x, e.Reason}
	case Absorbed:
		return Absorb{e.From, e.Number}
	case Released:
		return Release{e.From, e.Number}
	case Corrected:
		return Correct{
			Extra: x, Field: e.Field, Reason: e.Reason, Location: e.Location, Matter: e.Matter, Criterion: e.Criterion,
			Text: e.Text, Severity: e.Severity, Concerns: e.Concerns,
		}
	case HandedOver:
		return HandOver{Extra: x, Agency: e.Agency, Receipt: e.Receipt, Rest: e.Rest}
	case Recurred:
		return Recur{e.Recurrence}
	case Flagged:
		return MarkFlag{e.Flag, e.Other, e.Photo}
	case Urged:
		return Urge{x, e.Reason}
	case Supervised:
		return Supervise{x, e.Question, e.ReplyBy.UTC()}
	case Replied:
		return Reply{x, e.Answer}
	case Rated:
		return Rate{x, e.Score, e.Rater}
	case Appealed:
		return Appeal{x, e.Reason}
	case AppealUpheld:
		return UpholdAppeal{x}
	case AppealRejected:
		return RejectAppeal{x, e.Reason}
	case SpotChecked:
		return SpotCheck{x, e.Genuine, e.Reason}
	case Routed, Warned, Expired, Lapsed, CallerViewed:
	}
	return nil
}

// meant returns a command as its giver means it: with what silence stands for, and
// without what the edge and the rules add.
func (s State) meant(c Command) Command {
	switch c := c.(type) {
	case Report:
		c.Number, c.Flags, c.Routing, c.Fresh, c.Parent = "", nil, jurisdiction.Routing{}, false, ""
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
		return Dispatch{Extra: c.Extra, Unit: c.Unit, Reason: c.Reason, Helpers: c.Helpers}
	case Transfer:
		return Transfer{Extra: c.Extra, Unit: c.Unit, Reason: c.Reason, Helpers: c.Helpers}
	case OpenCoordination:
		c.Units = with(nil, c.Units...)
		return c
	case ConcludeCoordination:
		c.Ruling = s.sameRuling(c.Ruling)
		return c
	case Merge:
		return Merge{Extra: c.Extra, Into: c.Into, Reason: c.Reason}
	case Correct:
		c.Place = nil
		return c
	case HandOver:
		c.RestID = ""
		return c
	case RequestSuspension:
		c.Until = c.Until.UTC()
		return c
	case Return:
		if c.Code == "" {
			c.Code = NotOurDuty
		}
		return c
	case Supervise:
		c.ReplyBy = c.ReplyBy.UTC()
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

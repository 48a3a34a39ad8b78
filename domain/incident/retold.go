package incident

import "slices"

// Retold returns the command that a fact followed from, whole enough to be decided
// again: with what the edge had added to it. Nil: the fact followed from another one's
// command (Routed, and what an inspector had settled on the spot), or a clock said it
// (see [SpokenBy]).
//
// The incident that one was merged into is taken as open, as it was.
func Retold(e Event) Command {
	switch e := e.(type) {
	case Reported:
		c, _ := told(e).(Report)
		c.Number, c.Fresh, c.Parent = e.Number, e.Fresh, e.Parent
		c.Flags = slices.DeleteFunc(slices.Clone(e.Flags), func(f Flag) bool {
			return f == CalendarNotPublished || f == DrawnFlag && e.Drawn // the rules say these anew
		})
		return c
	case Dispatched:
		return Dispatch{
			Extra: extraOf(e), Unit: e.Unit, Reason: e.Reason, Helpers: wanted(e.Helpers), Auto: e.Auto, Basis: e.Basis,
		}
	case Delegated:
		return Dispatch{Extra: extraOf(e), Unit: e.Unit, Reason: e.Reason, Basis: e.Basis}
	case Transferred:
		return Transfer{Extra: extraOf(e), Unit: e.Unit, Reason: e.Reason, Helpers: wanted(e.Helpers), Basis: e.Basis}
	case Merged:
		return Merge{
			Extra: extraOf(e), Into: e.Into, Reason: e.Reason, IntoNumber: e.IntoNumber,
			Target: &State{Status: StatusOpen, Number: e.IntoNumber},
		}
	case Corrected:
		c, _ := told(e).(Correct)
		c.Place = e.Place
		return c
	case HandedOver:
		return HandOver{Extra: extraOf(e), Agency: e.Agency, Receipt: e.Receipt, Rest: e.Rest, RestID: e.RestID}
	case CallerViewed:
		return ViewCaller{extraOf(e), e.Reason}
	case Handled:
		if e.OnTheSpot {
			return nil // said with Filed
		}
	default:
	}
	return told(e)
}

func extraOf(e Event) Extra {
	f := FactOf(e)
	return Extra{Note: f.Note, Photos: f.Photos}
}

// SpokenBy returns the timer whose word e is, in view of the incident before it; false:
// no clock said it.
func SpokenBy(before State, e Event) (Timer, bool) {
	for before.Was != nil {
		before = *before.Was
	}
	switch e := e.(type) {
	case Warned:
		return Timer{Clock: e.Clock, Kind: WarnedKind, At: e.At, Due: e.Due}, true
	case Expired:
		return Timer{Clock: e.Clock, Kind: ExpiredKind, At: e.At, Due: e.Due}, true
	case Lapsed:
		return Timer{Clock: DutyClock(e.Of, e.N), Kind: LapsedKind, At: e.At, Due: e.Due}, true
	case Resumed:
		if e.Auto && before.Pause != nil {
			return Timer{Clock: SuspensionClock, Kind: ResumedKind, At: e.At, Due: before.Pause.Until}, true
		}
		return Timer{}, e.Auto
	case ReturnRefused:
		if due := before.Asked[ReturnRequest].Review.Due; e.Silent && due != nil {
			return Timer{Clock: ReviewClock, Kind: RefusedKind, At: e.At, Due: *due}, true
		}
		return Timer{}, e.Silent
	default:
	}
	return Timer{}, false
}

// Waits returns the timer of s that says the same as t: of the same clock and the same
// deadline.
func (s State) Waits(t Timer) (Timer, bool) { return s.timer(t) }

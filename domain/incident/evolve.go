package incident

import (
	"maps"
	"slices"

	"gridcommand/domain/deadline"
)

// Evolve returns s after e. It is total: it never fails and never judges, and it
// leaves s as it was.
func Evolve(s State, e Event) State {
	s.Version++
	s.Acts++
	s.Last = lastSaid(s.Last, e)
	switch e := e.(type) {
	case Reported:
		s.Status = StatusOpen
		s.Source, s.Matter, s.Criterion, s.Severity = e.Source, e.Matter, e.Criterion, e.Severity
		s.Place, s.OnTheSpot, s.DueAt = e.Place, e.OnTheSpot, e.DueAt
		s.Reporter, s.ReporterUnit = e.By.Person, e.By.Unit
		s.Flags = with(s.Flags, e.Flags...)
	case Routed:
		s.IntakeDesk = e.Routing.Desk
		return s.stands(e.Standing)
	case Confirmed:
		return s.stands(e.Standing)
	case Refuted:
		s.Flags = with(s.Flags, NotFound)
		return s.stands(e.Standing)
	case Filed:
		s.Filings++
		s.Matter, s.Criterion, s.Severity, s.Limit = e.Matter, e.Criterion, e.Severity, e.Limit
		s.Peak = e.Tier
		if e.Criterion == "" {
			s.Flags = with(s.Flags, NoCriterion)
		}
		return s.stands(e.Standing)
	case Declined:
		return s.ends(StatusDeclined)
	case Dispatched:
		s.Dispatcher, s.Unit, s.AcceptBy, s.Accepted = e.From, e.Unit, e.Accept, false
		return s.stands(e.Standing)
	case Delegated:
		s.Dispatcher = e.From
		return s.stands(e.Standing)
	case Accepted:
		s.Accepted = true
	case Handled:
		s.Unit = e.Unit
		if e.OnTheSpot {
			// Nobody dispatched or delegated it: the desk that would have takes it back.
			s.Dispatcher, s.Peak = s.Holder, e.Tier
			s.Handlers = with(s.Handlers, s.Reporter)
		} else {
			s.Handlers = with(s.Handlers, e.By.Person)
		}
		return s.stands(e.Standing)
	case Returned:
		s.Returns++
		s.Difficult = s.Difficult || e.Difficult
		return s.stands(e.Standing)
	case Transferred:
		s.Transfers++
		s.Difficult = s.Difficult || e.Difficult
		s.Dispatcher, s.Unit, s.AcceptBy, s.Accepted = e.Desk, e.Unit, e.Accept, false
		return s.stands(e.Standing)
	case Escalated:
		if e.Returns {
			s.Returns++
		}
		s.Difficult = s.Difficult || e.Difficult
		return s.stands(e.Standing)
	case Passed:
		return s.stands(e.Standing)
	case Failed:
		s.Reworks++
		return s.stands(e.Standing)
	case Closed:
		s.ClosedAt = e.At
		return s.ends(StatusClosed)
	case Reopened:
		s.Status = StatusOpen
		s.Marked = without(s.Marked, TotalClock)
		s.Flags = with(s.Flags, ReopenedFlag)
		return s.stands(e.Standing)
	case Voided:
		return s.ends(StatusVoided)
	case Commented, Attached:
		s.Acts--
	case Warned:
		s.Acts--
		s.Marked = marked(s.Marked, Mark{e.Clock, WarnedKind})
	case Expired:
		s.Acts--
		s.Marked = marked(s.Marked, Mark{e.Clock, ExpiredKind})
	case ExtensionRequested, ExtensionGranted, ExtensionRefused, SuspensionRequested, SuspensionGranted, SuspensionRefused, Resumed, Endorsed, ReturnRequested, ReturnRefused, Recomputed, Lapsed:
		return s.evolveRequest(e)
	case CoordinationOpened, CoordinationConcluded, Helped, Assigned, Called, Arrived, CallRefused, Tasked:
		return s.evolveHands(e)
	case Urged, Supervised, Replied, Rated, Appealed, AppealUpheld, AppealRejected, SpotChecked, CallerViewed:
		return s.evolveWatch(e)
	case Merged, Unmerged, Absorbed, Released, Corrected, HandedOver, Recurred, Flagged:
		return s.evolveLinks(e)
	}
	return s
}

// stands returns s standing at w. A clock that begins anew has no marks.
func (s State) stands(w Standing) State {
	if !sameRun(s.Deadline, w.Deadline) {
		s.Marked = without(s.Marked, StageClock)
	}
	s.Stage, s.Tier, s.Holder, s.Deadline = w.Stage, w.Tier, w.Holder, w.Deadline
	if w.Tier.Rank() > s.Peak.Rank() {
		s.Peak = w.Tier
	}
	if w.Total != nil {
		s.Total = w.Total
		s.Marked = without(s.Marked, TotalClock)
	}
	if s.Deadline.Missing != 0 || s.Total != nil && s.Total.Missing != 0 {
		s.Flags = with(s.Flags, CalendarNotPublished)
	}
	return s
}

// ends returns s with no stage, no holder and no clock running. What the clocks
// said last stays.
func (s State) ends(as Status) State {
	s.Status, s.Stage, s.Holder = as, "", ""
	s.Deadline, s.Total = deadline.Deadline{}, nil
	return s
}

// sameRun tells whether a and b are one run of a clock.
func sameRun(a, b deadline.Deadline) bool {
	switch {
	case !a.From.Equal(b.From):
		return false
	case a.Due == nil || b.Due == nil:
		return a.Due == b.Due
	}
	return a.Due.Equal(*b.Due)
}

// with returns set and what of more it lacks, in a new slice.
func with[T comparable](set []T, more ...T) []T {
	set = slices.Clone(set)
	for _, x := range more {
		if !slices.Contains(set, x) {
			set = append(set, x)
		}
	}
	return set
}

func marked(m map[Mark]bool, add Mark) map[Mark]bool {
	m = maps.Clone(m)
	if m == nil {
		m = map[Mark]bool{}
	}
	m[add] = true
	return m
}

func without(m map[Mark]bool, c Clock) map[Mark]bool {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(k Mark, _ bool) bool { return k.Clock == c })
	return m
}

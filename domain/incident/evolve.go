package incident

import (
	"maps"
	"slices"

	"gridcommand/domain/deadline"
)

// Evolve returns s after e. It is total: it never fails and never judges, and it
// leaves s as it was.
func Evolve(s State, e Event) State {
	if s.Was != nil {
		return s.whileMerged(e)
	}
	s.Version++
	s.Acts++
	said := told(e)
	s.Last = lastSaid(s.Last, e, said)
	s.Posted = s.posted(e, said)
	switch e := e.(type) {
	case Reported:
		s.Status, s.Number = StatusOpen, e.Number
		s.Source, s.Matter, s.Criterion, s.Severity = e.Source, e.Matter, e.Criterion, e.Severity
		s.Place, s.OnTheSpot, s.DueAt, s.TicketType = e.Place, e.OnTheSpot, e.DueAt, e.TicketType
		s.Reporter, s.ReporterUnit, s.HasCaller = e.By.Person, e.By.Unit, e.Reporter != nil
		s.Concerns, s.Drawn = e.Concerns, e.Drawn
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
		s.Path, s.FirstReceiver, s.Disputed, s.Bound = nil, "", false, false
		if e.Criterion == "" {
			s.Flags = with(s.Flags, NoCriterion)
		}
		return s.stands(e.Standing)
	case Declined:
		return s.ends(StatusDeclined)
	case Dispatched:
		s.Dispatcher, s.AcceptBy, s.Accepted = e.From, e.Accept, false
		s.ReturnBy, s.Difficult = orNone(e.Return), s.Difficult || e.Difficult
		return s.given(e.Unit, e.Stage, e.Helpers).stands(e.Standing)
	case Delegated:
		s.Dispatcher, s.Difficult = e.From, s.Difficult || e.Difficult
		return s.given(e.Unit, e.Stage, nil).stands(e.Standing)
	case Accepted:
		s.Accepted = true
	case Handled:
		s.Unit, s.HandledAt, s.HandlingRun = e.Unit, e.At, s.Deadline
		if e.OnTheSpot {
			// Nobody dispatched or delegated it: the desk that would have takes it back.
			s.Dispatcher, s.Peak, s.HandlingRun = s.Holder, e.Tier, deadline.Deadline{}
			s = s.given(e.Unit, Handling, nil)
			s.Handlers = with(s.Handlers, s.Reporter)
		} else {
			s.Handlers = with(s.Handlers, e.By.Person)
			if s.Assignee.Person != "" {
				s.Handlers = with(s.Handlers, s.Assignee.Person)
			}
		}
		if len(e.Unfinished) > 0 {
			s.Flags = with(s.Flags, HelperUnfinished)
		}
		s.Helpers = nil // the unit's own people stay assigned: a check may fail
		return s.stands(e.Standing)
	case Returned:
		s.Returns++
		s.ReturnedBy = with(s.ReturnedBy, e.Unit)
		s.Difficult = s.Difficult || e.Difficult
		if e.Counts == nil || *e.Counts {
			s.Disputes++
		}
		s.Disputed = true
		return s.leavesUnit().stands(e.Standing)
	case Transferred:
		s.Transfers++
		s.Disputes++
		s.Difficult = s.Difficult || e.Difficult
		s.Dispatcher, s.AcceptBy, s.Accepted = e.Desk, e.Accept, false
		s.ReturnBy = orNone(e.Return)
		return s.given(e.Unit, e.Stage, e.Helpers).stands(e.Standing)
	case Escalated:
		if e.Returns {
			s.Returns++
			s.Disputes++
			s.Disputed = true
		}
		s.Difficult = s.Difficult || e.Difficult
		return s.leavesUnit().stands(e.Standing)
	case Passed:
		return s.stands(e.Standing)
	case Failed:
		s.Reworks++
		s.ReworkedBy = with(s.ReworkedBy, s.Unit)
		granted := s.Extensions
		s = s.stands(e.Standing)
		if e.Deadline.From.Equal(s.HandlingRun.From) {
			s.Extensions = granted // the same handling goes on
		}
		return s
	case Closed:
		s.ClosedAt = e.At
		return s.ends(StatusClosed)
	case Reopened:
		s.Flags = with(s.Flags, ReopenedFlag)
		return s.takenUp(e.Standing)
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
		s.Late = lateToo(s.Late, Lateness{e.Clock, e.Stage, e.Holder, e.Due})
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

// stands returns s standing at w. A clock that begins anew has no marks; with the
// stage or the holder go the requests made there; a handling that begins has had no
// extension.
func (s State) stands(w Standing) State {
	if s.Stage != w.Stage || s.Holder != w.Holder {
		s.Asked, s.Pause = nil, nil
	}
	if s.Stage != Handling && w.Stage == Handling {
		s.Extensions = 0
	}
	if s.Stage != w.Stage {
		s.Tasked = ""
	}
	s.Marked = keptMarks(s.Marked, StageClock, s.Deadline, w.Deadline)
	s.Stage, s.Tier, s.Holder, s.Deadline = w.Stage, w.Tier, w.Holder, w.Deadline
	if w.Tier.Rank() > s.Peak.Rank() {
		s.Peak = w.Tier
	}
	if w.Total != nil {
		s.Marked = keptMarks(s.Marked, TotalClock, orNone(s.Total), *w.Total)
		s.Total = w.Total
	}
	if s.Deadline.Missing != 0 || s.Total != nil && s.Total.Missing != 0 {
		s.Flags = with(s.Flags, CalendarNotPublished)
	}
	return s
}

// ends returns s with no stage, no holder and no clock running. What the clocks
// said last stays.
func (s State) ends(as Status) State {
	s.Status, s.Stage, s.Holder, s.Calls = as, "", "", s.callsOver()
	s.Supervisions = slices.Clone(s.Supervisions)
	for i := range s.Supervisions {
		s.Supervisions[i].Lapsed = true // taken up again, it is still to be answered, but nobody is reminded
	}
	s.Deadline, s.Total = deadline.Deadline{}, nil
	s.Asked, s.Pause = nil, nil
	return s
}

// orNone returns the deadline, or one that is never due.
func orNone(d *deadline.Deadline) deadline.Deadline {
	if d == nil {
		return deadline.Deadline{}
	}
	return *d
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

// keptMarks returns the marks that are left when a clock's deadline changes.
func keptMarks(m map[Mark]bool, c Clock, before, after deadline.Deadline) map[Mark]bool {
	warned, expired := Kept(before, after)
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(k Mark, _ bool) bool {
		return k.Clock == c && !(k.Kind == WarnedKind && warned || k.Kind == ExpiredKind && expired)
	})
	return m
}

// lateToo adds a lateness that is not told yet: work sent back late is late again by
// the same deadline.
func lateToo(all []Lateness, l Lateness) []Lateness {
	same := func(m Lateness) bool {
		return m.Clock == l.Clock && m.Stage == l.Stage && m.Holder == l.Holder && m.Due.Equal(l.Due)
	}
	if slices.ContainsFunc(all, same) {
		return all
	}
	return append(slices.Clip(all), l)
}

func without(m map[Mark]bool, c Clock) map[Mark]bool {
	m = maps.Clone(m)
	maps.DeleteFunc(m, func(k Mark, _ bool) bool { return k.Clock == c })
	return m
}

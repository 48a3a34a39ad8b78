package incident

import (
	"slices"
	"time"

	"gridcommand/domain/jurisdiction"
)

// evolveWatch returns s after one of the facts of this file. Of them only a spot
// check moves an incident.
func (s State) evolveWatch(e Event) State {
	s.Acts--
	switch e := e.(type) {
	case Supervised:
		s.Supervisions = append(slices.Clone(s.Supervisions), Supervision{By: e.By, Question: e.Question, ReplyBy: e.ReplyBy})
		s.Flags = with(s.Flags, SupervisedFlag)
	case Replied:
		return s.replied(e)
	case Rated:
		s.Raters = with(s.Raters, rater(e.By))
	case Appealed:
		s.Appeal = &AppealState{Unit: e.Unit, Grounds: e.Grounds, Desk: e.Desk}
	case AppealUpheld:
		s.Appeal = &AppealState{Unit: e.Unit, Grounds: e.Grounds, Upheld: true}
		s.Exempt, s.Flags = with(s.Exempt, e.Grounds...), with(s.Flags, Exempted)
	case AppealRejected:
		was := AppealState{Unit: e.Unit}
		if s.Appeal != nil {
			was = *s.Appeal
		}
		was.Desk = e.Next
		s.Appeal = &was
	case SpotChecked:
		return s.spotChecked(e)
	case Urged:
		s.Urges++
	case CallerViewed:
	default:
	}
	return s
}

// urge reminds the holder. No clock moves.
func (s State) urge(o Order, c Urge) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{Urged{Fact: o.fact(c.Extra), Holder: s.Holder, Reason: c.Reason}}, nil
}

// supervise asks the holder a question. Whoever holds it when the time comes answers.
func (s State) supervise(o Order, c Supervise) ([]Event, error) {
	switch {
	case c.Question == "":
		return nil, questionRequired.to(c)
	case !c.ReplyBy.After(o.At):
		return nil, replyByPast.to(c)
	}
	return []Event{Supervised{
		Fact: o.fact(c.Extra), N: len(s.Supervisions) + 1, Holder: s.Holder, Question: c.Question, ReplyBy: c.ReplyBy,
	}}, nil
}

// reply answers the oldest question that is open.
func (s State) reply(o Order, c Reply) ([]Event, error) {
	if c.Answer == "" {
		return nil, answerRequired.to(c)
	}
	n := s.unanswered()
	return []Event{Replied{
		Fact: o.fact(c.Extra), N: n + 1, Unit: s.Holder, Answer: c.Answer, Late: o.At.After(s.Supervisions[n].ReplyBy),
	}}, nil
}

// unanswered returns the index of the oldest supervision without a reply; -1: none.
func (s State) unanswered() int {
	return slices.IndexFunc(s.Supervisions, func(x Supervision) bool { return !x.Answered })
}

func (s State) replied(e Replied) State {
	s.Supervisions = slices.Clone(s.Supervisions)
	if e.N >= 1 && e.N <= len(s.Supervisions) {
		s.Supervisions[e.N-1].Answered = true
	}
	if s.unanswered() < 0 {
		s.Flags = lacking(s.Flags, SupervisedFlag)
	}
	return s
}

// rate notes how content somebody is.
func (s State) rate(o Order, c Rate) ([]Event, error) {
	switch {
	case c.Score < 1 || c.Score > 5:
		return nil, scoreOutOfRange.to(c)
	case c.Rater == "":
		return nil, raterRequired.to(c)
	}
	return []Event{Rated{Fact: o.fact(c.Extra), Score: c.Score, Rater: c.Rater}}, nil
}

// The kinds of rater: the hotline that calls back, and who reported. Each is heard
// once after each closing, whatever name the giver puts to it.
const (
	byCallback = "hotline"
	byReporter = "reporter"
)

func rater(a Actor) string {
	if a.Role == jurisdiction.Hotline {
		return byCallback
	}
	return byReporter
}

// appeal asks for an exemption from what happened to the unit, by the facts and not
// by its own word.
func (s State) appeal(o Order, c Appeal) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{Appealed{
		Fact: o.fact(c.Extra), Unit: s.Unit, Reason: c.Reason, Grounds: s.grounds(), Desk: s.firstInstance(o),
	}}, nil
}

// grounds returns what happened to the unit that handled, in the order of [Grounds].
func (s State) grounds() []Ground {
	var grounds []Ground
	late := slices.ContainsFunc(s.Late, func(l Lateness) bool { return l.Holder == s.Unit && l.Stage == Handling })
	for _, g := range []struct {
		is     bool
		ground Ground
	}{
		{late, TimedOut},
		{slices.Contains(s.ReturnedBy, s.Unit), WasReturned},
		{slices.Contains(s.ReworkedBy, s.Unit), WasReworked},
	} {
		if g.is {
			grounds = append(grounds, g.ground)
		}
	}
	return grounds
}

// firstInstance returns the desk that decides an appeal first: the one that
// dispatched, or the next above where a station had dispatched to itself.
func (s State) firstInstance(o Order) string {
	desk := s.Dispatcher
	if desk == s.Unit {
		desk, _ = o.Book.DeskAbove(s.Unit)
	}
	if desk == "" {
		return o.Book.District()
	}
	return desk
}

// upholdAppeal adds the exemption. The facts stay as they are.
func (s State) upholdAppeal(o Order, c UpholdAppeal) ([]Event, error) {
	return []Event{AppealUpheld{Fact: o.fact(c.Extra), Unit: s.Appeal.Unit, Desk: s.Appeal.Desk, Grounds: s.Appeal.Grounds}}, nil
}

// rejectAppeal says no. The first no goes on to the district's desk, whose own is final.
func (s State) rejectAppeal(o Order, c RejectAppeal) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	rejected := AppealRejected{Fact: o.fact(c.Extra), Unit: s.Appeal.Unit, Desk: s.Appeal.Desk, Reason: c.Reason}
	if s.Appeal.Desk != o.Book.District() {
		rejected.Next = o.Book.District()
	}
	return []Event{rejected}, nil
}

// spotCheck notes what a look after closing found. One that found it false takes it
// up again at the intake desk, however long ago it was closed.
func (s State) spotCheck(o Order, c SpotCheck) ([]Event, error) {
	checked := SpotChecked{Fact: o.fact(c.Extra), Genuine: c.Genuine, Reason: c.Reason, Unit: s.Unit}
	if c.Genuine {
		return []Event{checked}, nil
	}
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	again := s.at(o, Intake, o.Book.TierOf(s.takesIn(o)), s.takesIn(o))
	checked.Again = &again
	return []Event{checked}, nil
}

func (s State) spotChecked(e SpotChecked) State {
	s.SpotChecks++
	if !e.Genuine {
		s.False++
		s.Flags = with(s.Flags, FalseHandling)
	}
	if e.Again != nil {
		s.Acts++
		return s.takenUp(*e.Again)
	}
	return s
}

// takenUp returns s open again at w after it was closed. There is no total clock
// until it is filed again, and who rated it before may rate it again.
func (s State) takenUp(w Standing) State {
	s.Status, s.ClosedAt = StatusOpen, time.Time{}
	s.Marked = without(s.Marked, TotalClock)
	s.Raters = nil
	return s.stands(w)
}

// viewCaller notes that somebody was shown the caller. Each look is a fact, also the
// second of the same person.
func (s State) viewCaller(o Order, c ViewCaller) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{CallerViewed{Fact: o.fact(c.Extra), Reason: c.Reason}}, nil
}

// permitsWatching says what of this file is refused even to those whose business it is.
func (s State) permitsWatching(o Order, c Command) error {
	confidential := slices.Contains(s.Flags, Confidential)
	switch command := c.Name(); {
	case command == "reply" && s.unanswered() < 0:
		return nothingToReply.to(c)
	case command == "rate" && slices.Contains(s.Raters, rater(o.By)):
		return alreadyRated.to(c)
	case command == "appeal" && s.Appeal != nil:
		return alreadyAppealed.to(c)
	case (command == "appeal" || command == "uphold-appeal") && s.False > 0:
		return foundFalse.to(c)
	case command == "appeal" && len(s.grounds()) == 0:
		return nothingToAppeal.to(c)
	case command == "spot-check" && slices.Contains(s.Flags, HandedOverFlag):
		return leftByHandOver.to(c)
	case command == "view-caller" && !s.HasCaller:
		return noCaller.to(c)
	case command == "view-caller" && confidential:
		return callerConfidential.to(c)
	}
	return nil
}

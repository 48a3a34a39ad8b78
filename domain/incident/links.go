package incident

import (
	"slices"
	"time"

	"gridcommand/domain/jurisdiction"
)

// What ties incidents together, and what turned out to be wrong about one.

// evolveLinks returns s after one of the facts of this file.
func (s State) evolveLinks(e Event) State {
	switch e := e.(type) {
	case Merged:
		return s.mergedAway(e.Into, e.At)
	case Unmerged:
		// Folded by [State.whileMerged]; here nothing was merged.
		s.Status = StatusOpen
		return s.stands(e.Standing)
	case Absorbed:
		s.Acts--
		s.Absorbed, s.Flags = with(s.Absorbed, e.From), with(s.Flags, Absorbing)
	case Released:
		s.Acts--
		if s.Absorbed = lacking(s.Absorbed, e.From); len(s.Absorbed) == 0 {
			s.Flags = lacking(s.Flags, Absorbing)
		}
	case Corrected:
		return s.corrected(e)
	case HandedOver:
		s.ClosedAt, s.Flags = e.At, with(s.Flags, HandedOverFlag)
		return s.ends(StatusClosed)
	case Recurred:
		s.Acts--
		s.Recurs, s.Flags = &e.Recurrence, with(s.Flags, RecurrenceFlag)
	case Flagged:
		s.Acts--
		s.Flags = with(s.Flags, e.Flag)
	default:
	}
	return s
}

// mergedAway returns s ended as another's duplicate. It keeps what it was, and goes on
// keeping it: the clocks of what may be taken up again do not stop.
func (s State) mergedAway(into string, at time.Time) State {
	was := s
	s = s.ends(StatusMerged)
	s.Was, s.MergedInto, s.EndedAt = &was, into, at
	return s
}

// whileMerged returns the state of a merged incident after e: e came true of what it
// was, too.
func (s State) whileMerged(e Event) State {
	was := Evolve(*s.Was, e)
	if _, undone := e.(Unmerged); undone {
		return was
	}
	return was.mergedAway(s.MergedInto, s.EndedAt)
}

// merge ends it as a duplicate of another one that is open.
func (s State) merge(o Order, c Merge) ([]Event, error) {
	switch {
	case c.Into == "":
		return nil, intoRequired.to(c)
	case c.Target == nil || c.Target.Status == "":
		return nil, intoUnknown.to(c)
	case c.Target.Number == s.Number:
		return nil, intoItself.to(c)
	case c.Target.Status == StatusMerged:
		return nil, intoMerged.to(c)
	case c.Target.Status != StatusOpen:
		return nil, intoNotOpen.to(c)
	}
	return []Event{Merged{Fact: o.fact(c.Extra), Into: c.Into, IntoNumber: c.Target.Number, Reason: c.Reason}}, nil
}

// unmerge takes it up where it stood. What its clocks missed meanwhile is said first.
func (s State) unmerge(o Order, c Unmerge) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	was := *s.Was
	missed := was.missed(o)
	for _, e := range missed {
		was = Evolve(was, e)
	}
	standing := was.standing()
	standing.Total = was.Total
	return append(missed, Unmerged{Fact: o.fact(c.Extra), Reason: c.Reason, Standing: standing}), nil
}

// permitsUnmerging: the desk that was in charge, or one above it, within the window.
func (s State) permitsUnmerging(o Order, c Command) error {
	switch {
	case s.Status != StatusMerged || s.Was == nil:
		return notMerged.to(c)
	case !o.is(s.Was.desk()) && !o.Book.Above(o.By.Unit, s.Was.desk()):
		return notYourDesk.to(c)
	case o.At.After(s.EndedAt.Add(o.Policy.UnmergeWindow)):
		return unmergeWindowOver.to(c)
	}
	return nil
}

// absorb notes what was merged into it.
func (s State) absorb(o Order, c Absorb) ([]Event, error) {
	if slices.Contains(s.Absorbed, c.From) {
		return nil, nil
	}
	return []Event{Absorbed{Fact: o.fact(Extra{}), From: c.From, Number: c.Number}}, nil
}

// release notes that it was undone.
func (s State) release(o Order, c Release) ([]Event, error) {
	if !slices.Contains(s.Absorbed, c.From) {
		return nil, nil
	}
	return []Event{Released{Fact: o.fact(Extra{}), From: c.From, Number: c.Number}}, nil
}

// The fields that may be corrected.
const (
	LocationField    = "location"
	MatterField      = "matter"
	DescriptionField = "description"
	SeverityField    = "severity"
	ConcernsField    = "concerns"
)

// correct changes what was reported. Where that changes who answers, it goes back to
// the desk that dispatches there; the clocks of a handling that goes on do not move.
func (s State) correct(o Order, c Correct) ([]Event, error) {
	now, e := s, Corrected{Fact: o.fact(c.Extra), Field: c.Field, Reason: c.Reason}
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	switch c.Field {
	case LocationField:
		if c.Location == nil || c.Place == nil {
			return nil, valueRequired.to(c)
		}
		e.Location, e.Place, now.Place = c.Location, c.Place, *c.Place
		e.Flags = flagsOf(
			marks{Unplaced, c.Location.Point == nil},
			marks{OutsideGrid, c.Location.Point != nil && c.Place.Grid == ""},
			marks{Pinned, c.Location.Pinned},
		)
	case MatterField:
		if err := s.correctMatter(o, c, &e); err != nil {
			return nil, err
		}
		now.Matter, now.Criterion = *e.Matter, e.Criterion
		if e.Limit != nil {
			now.Limit = *e.Limit
		}
		e.Flags = flagsOf(marks{NoCriterion, len(o.Matters.CriteriaOf(*e.Matter)) == 0})
	case ConcernsField:
		switch {
		case c.Concerns == nil:
			return nil, valueRequired.to(c)
		case *c.Concerns != "" && !isUnit(o, *c.Concerns):
			return nil, valueUnknown.to(c)
		}
		e.Concerns, now.Concerns = c.Concerns, *c.Concerns
		e.Flags = flagsOf(marks{ConflictFlag, *c.Concerns != ""})
	case DescriptionField:
		if c.Text == "" {
			return nil, valueRequired.to(c)
		}
		e.Text = c.Text
		return []Event{e}, nil
	case SeverityField:
		if !slices.Contains(Severities, c.Severity) {
			return nil, valueUnknown.to(c)
		}
		e.Severity = c.Severity
		return []Event{e}, nil
	default:
		return nil, fieldUnknown.to(c)
	}
	routing := now.route(o)
	e.Routing, e.Back = &routing, s.goesBack(o, now, routing)
	return []Event{e}, nil
}

// correctMatter checks another matter; once filed it needs a criterion, whose limit
// counts for later dispatches.
func (s State) correctMatter(o Order, c Correct, e *Corrected) error {
	if c.Matter == nil || c.Matter.IsZero() {
		return valueRequired.to(c)
	}
	matter, known := o.Matters.Matter(*c.Matter)
	criterion, _ := o.Matters.Criterion(c.Criterion)
	switch {
	case !known:
		return valueUnknown.to(c)
	case s.isFiled() && !matter.Activated:
		return matterNotActivated.to(c)
	case s.isFiled() && c.Criterion == "":
		return criterionRequired.to(c)
	case c.Criterion != "" && !o.criterionOf(*c.Matter, c.Criterion):
		return criterionNotOfMatter.to(c)
	}
	e.Matter, e.Criterion = c.Matter, c.Criterion
	if s.isFiled() {
		e.Limit = &criterion.Limit
	}
	return nil
}

func (s State) isFiled() bool { return s.Stage != Verifying && s.Stage != Intake }

// route asks who answers for it as it is now.
func (s State) route(o Order) jurisdiction.Routing {
	return o.Book.Route(jurisdiction.Question{
		Source: string(s.Source), Matter: s.Matter, Criterion: s.Criterion, Severity: string(s.Severity), Place: s.Place,
		Concerns: s.Concerns,
	})
}

// goesBack returns where an incident stands once it is as `now` says, if a correction
// moves it: a visit to the new place, a report to its desk, and a case to the desk that
// dispatches it, if another one answers. Nil: it stays where it is.
func (s State) goesBack(o Order, now State, routing jurisdiction.Routing) *Standing {
	answers := func(r jurisdiction.Routing, p jurisdiction.Place) [2]string {
		return [2]string{r.Unit, o.Book.Desk(r.Tier, p)}
	}
	stage, holder := s.Stage, s.Holder
	switch desk := o.Book.Desk(routing.Tier, now.Place); {
	case s.Stage == Verifying && routing.Verify:
		holder = now.site(o)
	case !s.isFiled():
		stage, holder = Intake, routing.Desk
	case answers(s.route(o), s.Place) != answers(routing, now.Place) || now.isKept(o):
		stage, holder = Dispatching, desk
	case s.Stage == Checking:
		holder = now.site(o)
	case s.Stage == Closing:
		holder = routing.Desk
	}
	if stage == s.Stage && holder == s.Holder {
		return nil
	}
	tier := s.Tier
	if stage == Dispatching || stage == Intake || stage == Verifying {
		tier = o.Book.TierOf(holder)
	}
	if stage == Verifying {
		tier = o.Book.TierOf(routing.Desk)
	}
	back := now.at(o, stage, tier, holder)
	return &back
}

// A marks says whether a flag is on.
type marks struct {
	flag Flag
	is   bool
}

func flagsOf(all ...marks) []Flag {
	var flags []Flag
	for _, m := range all {
		if m.is {
			flags = append(flags, m.flag)
		}
	}
	return flags
}

// flagsFor holds the flags that speak of a field: a correction of it takes them away,
// and sets those of the new value.
var flagsFor = map[string][]Flag{
	LocationField: {Unplaced, OutsideGrid, Relocated, PlaceInDoubt, Pinned},
	MatterField:   {NoMatter, NoCriterion},
	ConcernsField: {ConflictFlag},
}

// CorrectedFlags returns the flags that hold after a correction.
func CorrectedFlags(flags []Flag, e Corrected) []Flag {
	return with(lacking(flags, flagsFor[e.Field]...), e.Flags...)
}

// lacking returns set without some, in a new slice.
func lacking[T comparable](set []T, some ...T) []T {
	return slices.DeleteFunc(slices.Clone(set), func(x T) bool { return slices.Contains(some, x) })
}

// corrected returns s as it was corrected.
func (s State) corrected(e Corrected) State {
	s.Flags = CorrectedFlags(s.Flags, e)
	if e.Place != nil {
		s.Place = *e.Place
	}
	if e.Matter != nil {
		s.Matter, s.Criterion = *e.Matter, e.Criterion
	}
	if e.Limit != nil {
		s.Limit = *e.Limit
	}
	if e.Severity != "" {
		s.Severity = e.Severity
	}
	if e.Concerns != nil {
		s.Concerns = *e.Concerns
	}
	if e.Routing != nil {
		s.IntakeDesk = e.Routing.Desk
	}
	if e.Back == nil {
		return s
	}
	s = s.leavesUnit().stands(*e.Back)
	s.Coordination, s.Peak = nil, e.Back.Tier
	return s
}

// handOver ends it here: somebody else has it, who was phoned first. What remains to
// be done becomes an incident of its own.
func (s State) handOver(o Order, c HandOver) ([]Event, error) {
	switch {
	case c.Agency == "":
		return nil, agencyRequired.to(c)
	case c.Receipt == "":
		return nil, receiptRequired.to(c)
	}
	over := HandedOver{Fact: o.fact(c.Extra), Agency: c.Agency, Receipt: c.Receipt, Rest: c.Rest}
	if c.Rest != "" {
		over.RestID = c.RestID
	}
	return []Event{over}, nil
}

// recur links it to the one before it, once.
func (s State) recur(o Order, c Recur) ([]Event, error) {
	if s.Recurs != nil {
		return nil, nil
	}
	return []Event{Recurred{Fact: o.fact(Extra{}), Recurrence: c.Recurrence}}, nil
}

// markFlag marks what the program noticed, once.
func (s State) markFlag(o Order, c MarkFlag) ([]Event, error) {
	if slices.Contains(s.Flags, c.Flag) {
		return nil, nil
	}
	return []Event{Flagged{Fact: o.fact(Extra{}), Flag: c.Flag, Other: c.Other, Photo: c.Photo}}, nil
}

// The reasons of this file.
var (
	unmergeWindowOver = reason{"window_over", "", "已超过撤销并案的期限", "the time for it is over"}

	intoRequired = reason{"into_required", "into", "请选择并入的事件", "the incident to merge into is required"}
	intoUnknown  = reason{"into_unknown", "into", "没有这个事件", "there is no such incident"}
	intoItself   = reason{"into_itself", "into", "不能并入自身", "it cannot be merged into itself"}
	intoMerged   = reason{"into_merged", "into", "并入的事件已被并案", "the other was merged away itself"}
	intoNotOpen  = reason{"into_not_open", "into", "并入的事件不在办", "the other is not open"}

	fieldUnknown  = reason{"field_unknown", "field", "没有这个可更正的内容", "there is no such field to correct"}
	valueRequired = reason{"value_required", "value", "请填写更正后的内容", "a value is required"}
	valueUnknown  = reason{"value_unknown", "value", "没有这个取值", "there is no such value"}

	agencyRequired  = reason{"agency_required", "agency", "请填写移交单位", "an agency is required"}
	receiptRequired = reason{"receipt_required", "receipt", "请填写移交回执号", "a receipt is required"}
)

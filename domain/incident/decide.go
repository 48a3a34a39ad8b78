// Package incident keeps the rules of one incident, from the report to the end.
//
//	report ─▶ verifying ─▶ intake ─▶ dispatching ─▶ handling ─▶ checking ─▶ closing ─▶ closed
//	  │                     ▲  │      ▲  │  │  ▲     │  ▲  ▲       │                     │
//	  │                     │  ▼      └──┘  │  └─────┘  │  └─ fail ┘                     │
//	  └── not the public's ─┤ declined      ▼           │                                │
//	                        │          coordinating ────┘                                │
//	                        └───────────────── reopen, within the window ────────────────┘
//
// The arrows along the top are: confirm or refute, file, dispatch, handle, pass,
// close. Escalation and delegation take it from one desk's dispatching to another's;
// a return or an escalation, from handling back to dispatching; units that dispute
// settle it in coordination, whose lead handles it. A transfer moves it between units
// within handling, or to a lower center to dispatch on. Void, merge and hand-over end it
// anywhere; filing what an inspector settled on the spot leads straight to checking.
//
// While a unit handles, it may ask for more time, for both clocks to stop or, where
// returns are reviewed, to hand it back: an extension adds the original limit to the
// stage alone; a suspension, once, stops stage and total exactly from its grant to its
// end, which comes by itself. A request lapses when the stage or the holder changes.
//
// Those above and outside move little. Urging and supervising move no clock. An appeal
// adds an exemption beside the facts, which stay; a spot check that finds the work false
// takes it up again, and nothing exempts that. What is about a unit or its staff stays at
// the district's desk until that hands it over.
//
// What it keeps true: an open incident has exactly one stage, one tier, one holder
// and one stage deadline; nobody checks or closes what they handled themselves; a
// deadline that passed stays a fact, whoever was slow to say so; a no leaves no
// trace; saying the same thing twice says it once; the periods that a clock counted sum
// to its limits.
//
// The rules are pure. [Decide] reads a [State] and an [Order] — the command with the
// time, the actor, the units, the matters, the calendar and the policy of the day —
// and returns facts; [Evolve] folds facts into the next State. Who may give which
// command, and from which stage, is in may.go, and at which post in posts.go; what a
// command does is here, in requests.go (extension, suspension, reviewed returns), in
// hands.go (several units), in watch.go (those above, callers and auditors) and in
// links.go (what ties incidents together); when the clocks run out is in clocks.go; the
// names under which facts are stored are in codec.go.
package incident

import (
	"fmt"
	"hash/fnv"
	"slices"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// Decider joins the rules to the ledger's shape.
var Decider = domain.Decider[Order, Event, State]{Decide: Decide, Evolve: Evolve}

// Decide returns the facts that follow from an order, or the reason there are
// none: a [*domain.Refusal]. No facts and no error mean that there is nothing left
// to do: the order repeats the last one, or the moment it was meant for is gone.
//
// Deadlines that passed before the order without anybody saying so come first, so
// that a slow timer changes nothing.
func Decide(s State, o Order) ([]Event, error) {
	if s.repeats(o) {
		return nil, nil
	}
	o.At = s.spokenAt(o)
	missed := s.missed(o)
	for _, e := range missed {
		s = Evolve(s, e)
	}
	if s.overtook(o) && o.may(o.Command.Name()) {
		return nil, nil
	}
	if err := s.permits(o, o.Command); err != nil {
		return nil, err
	}
	o.notices = s.noticed(o)
	follow, err := s.decide(o)
	if err != nil {
		return nil, err
	}
	return append(missed, s.awake(o, follow)...), nil
}

// decide is the last column of the table of commands: what each one does.
func (s State) decide(o Order) ([]Event, error) {
	switch c := o.Command.(type) {
	case Report:
		return s.report(o, c)
	case Confirm:
		return s.confirm(o, c)
	case Refute:
		return s.refute(o, c)
	case File:
		return s.file(o, c)
	case Decline:
		return s.decline(o, c)
	case Dispatch:
		return s.dispatch(o, c)
	case Accept:
		return s.accept(o, c)
	case Handle:
		return s.handle(o, c)
	case Return:
		return s.giveBack(o, c)
	case Transfer:
		return s.transfer(o, c)
	case Escalate:
		return s.escalate(o, c)
	case Pass:
		return s.pass(o, c)
	case Fail:
		return s.fail(o, c)
	case Close:
		return s.close(o, c)
	case Reopen:
		return s.reopen(o, c)
	case Void:
		return s.void(o, c)
	case Comment:
		return s.comment(o, c)
	case Attach:
		return s.attach(o, c)
	case Warn, Expire, Lapse:
		return s.tell(o), nil
	case RequestExtension:
		return s.requestExtension(o, c)
	case GrantExtension:
		return s.grantExtension(o, c)
	case RefuseExtension:
		return s.refuseExtension(o, c)
	case RequestSuspension:
		return s.requestSuspension(o, c)
	case GrantSuspension:
		return s.grantSuspension(o, c)
	case RefuseSuspension:
		return s.refuseSuspension(o, c)
	case Resume:
		return s.resume(o, c)
	case ApproveReturn:
		return s.approveReturn(o, c)
	case RefuseReturn:
		return s.refuseReturn(o, c)
	case Recompute:
		return s.recompute(o, c)
	case OpenCoordination:
		return s.openCoordination(o, c)
	case ConcludeCoordination:
		return s.concludeCoordination(o, c)
	case Help:
		return s.help(o, c)
	case Assign:
		return s.assign(o, c)
	case Call:
		return s.call(o, c)
	case Arrive:
		return s.arrive(o, c)
	case RefuseCall:
		return s.refuseCall(o, c)
	case Task:
		return s.task(o, c)
	case Urge:
		return s.urge(o, c)
	case Supervise:
		return s.supervise(o, c)
	case Reply:
		return s.reply(o, c)
	case Rate:
		return s.rate(o, c)
	case Appeal:
		return s.appeal(o, c)
	case UpholdAppeal:
		return s.upholdAppeal(o, c)
	case RejectAppeal:
		return s.rejectAppeal(o, c)
	case SpotCheck:
		return s.spotCheck(o, c)
	case ViewCaller:
		return s.viewCaller(o, c)
	case Merge:
		return s.merge(o, c)
	case Unmerge:
		return s.unmerge(o, c)
	case Absorb:
		return s.absorb(o, c)
	case Release:
		return s.release(o, c)
	case Correct:
		return s.correct(o, c)
	case HandOver:
		return s.handOver(o, c)
	case Recur:
		return s.recur(o, c)
	case MarkFlag:
		return s.markFlag(o, c)
	}
	panic(fmt.Sprintf("incident: unhandled command %T", o.Command))
}

// overtook tells whether s has moved on from the moment that a command of the
// program was meant for: an automatic dispatch decided on other facts, a timer of a
// deadline that no longer runs. Such a command is done, not refused.
//
// Neither talk nor a clock's word makes a dispatch another one. A clock's must not:
// it would come before the dispatch or after it, as the timer is quick or slow.
func (s State) overtook(o Order) bool {
	if t, timed := timerOf(o.Command); timed {
		_, waited := s.waits(t, o.At)
		return !waited
	}
	c, ok := o.Command.(Dispatch)
	return ok && c.Auto && c.IfAt != s.Acts
}

// report opens the incident: in verifying at the place's station if the public
// said it, otherwise in intake at the intake desk.
func (s State) report(o Order, c Report) ([]Event, error) {
	_, known := o.Matters.Matter(c.Matter)
	switch {
	case !o.By.System() && !slices.Contains(jurisdiction.MayReport(o.By.Role), string(c.Source)):
		return nil, sourceNotYours.to(c)
	case !c.Matter.IsZero() && !known:
		return nil, matterUnknown.to(c)
	case c.Criterion != "" && !o.criterionOf(c.Matter, c.Criterion):
		return nil, criterionNotOfMatter.to(c)
	case c.OnTheSpot && c.Source != FromInspector:
		return nil, onTheSpotByInspectors.to(c)
	case c.OnTheSpot && len(c.Photos) == 0:
		return nil, photosRequired.to(c)
	case c.OnTheSpot && len(with(c.Photos, c.After...)) < 2:
		return nil, photosBeforeAndAfter.to(c)
	case c.Concerns != "" && !isUnit(o, c.Concerns):
		return nil, concernsUnknown.to(c)
	}
	if c.Concerns != "" {
		// Whatever the edge made of it: nobody below the district hears of it.
		c.Routing = o.Book.Route(jurisdiction.Question{
			Source: string(c.Source), Matter: c.Matter, Criterion: c.Criterion, Severity: string(c.Severity), Place: c.Place,
			Concerns: c.Concerns,
		})
	}
	reported := Reported{
		Fact: o.fact(c.Extra), Number: c.Number, Source: c.Source, Matter: c.Matter, Criterion: c.Criterion,
		Description: c.Description, Severity: c.Severity, Location: c.Location, Place: c.Place,
		OccurredAt: c.OccurredAt, CapturedAt: c.CapturedAt, Reporter: c.Reporter, OnTheSpot: c.OnTheSpot,
		External: c.External, DueAt: c.DueAt, TicketType: c.TicketType, After: slices.Clone(c.After), Fresh: c.Fresh, Concerns: c.Concerns, Parent: c.Parent,
		Drawn: c.OnTheSpot && isDrawn(c.Number, o.Policy.DrawPercent),
	}
	reported.Flags = c.flags(o, reported.Drawn)
	if reported.Severity == "" {
		reported.Severity = Normal
	}
	if reported.OccurredAt.IsZero() {
		reported.OccurredAt = o.At
	}
	s = Evolve(s, reported)
	stage, holder := Intake, c.Routing.Desk
	if c.Routing.Verify {
		stage, holder = Verifying, s.site(o)
	}
	routed := Routed{Fact: o.fact(Extra{}), Routing: c.Routing}
	routed.Standing = s.at(o, stage, o.Book.TierOf(c.Routing.Desk), holder)
	if routed.Deadline.Due == nil {
		reported.Flags = append(reported.Flags, CalendarNotPublished)
	}
	return []Event{reported, routed}, nil
}

// flags returns what a reader should know of the report from the start.
func (c Report) flags(o Order, drawn bool) []Flag {
	flags := slices.Clone(c.Flags)
	for _, f := range []struct {
		is   bool
		flag Flag
	}{
		{c.Matter.IsZero(), NoMatter},
		{!c.Matter.IsZero() && len(o.Matters.CriteriaOf(c.Matter)) == 0, NoCriterion},
		{c.Location.Point == nil, Unplaced},
		{c.Location.Point != nil && c.Place.Grid == "", OutsideGrid},
		{c.Location.Pinned, Pinned},
		{c.Reporter != nil && c.Reporter.Confidential, Confidential},
		{c.Concerns != "", ConflictFlag},
		{drawn, DrawnFlag},
	} {
		if f.is && !slices.Contains(flags, f.flag) {
			flags = append(flags, f.flag)
		}
	}
	return flags
}

// confirm takes it to the intake desk as found.
func (s State) confirm(o Order, c Confirm) ([]Event, error) {
	return []Event{Confirmed{Fact: o.fact(c.Extra), Standing: s.at(o, Intake, s.Tier, s.IntakeDesk)}}, nil
}

// refute takes it to the intake desk as not found: only a desk declines.
func (s State) refute(o Order, c Refute) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{Refuted{Fact: o.fact(c.Extra), Reason: c.Reason, Standing: s.at(o, Intake, s.Tier, s.IntakeDesk)}}, nil
}

// file accepts it as a case: it waits for dispatch at the desk of the tier where
// the filed matter starts, and the total clock begins. What an inspector settled on
// the spot counts as handled and waits for its check; but what is kept from those it is
// about waits for its hand-over, whatever was done there.
func (s State) file(o Order, c File) ([]Event, error) {
	matter, known := o.Matters.Matter(c.Matter)
	criterion, _ := o.Matters.Criterion(c.Criterion)
	switch {
	case c.Matter.IsZero():
		return nil, matterRequired.to(c)
	case !known:
		return nil, matterUnknown.to(c)
	case c.StandIn != nil && !o.By.System():
		return nil, standInReserved.to(c)
	case c.StandIn == nil && !matter.Activated:
		return nil, matterNotActivated.to(c)
	case c.StandIn == nil && c.Criterion == "":
		return nil, criterionRequired.to(c)
	case c.Criterion != "" && !o.criterionOf(c.Matter, c.Criterion):
		return nil, criterionNotOfMatter.to(c)
	}
	first := s.Filings == 0
	s.Matter, s.Criterion, s.Limit = c.Matter, c.Criterion, criterion.Limit
	if c.Criterion == "" {
		s.Limit = *c.StandIn
	}
	if c.Severity != "" {
		s.Severity = c.Severity
	}
	routing := s.route(o)
	desk := o.Book.Desk(routing.Tier, s.Place)
	filed := Filed{
		Fact: o.fact(c.Extra), Matter: s.Matter, Criterion: s.Criterion, Severity: s.Severity, Limit: s.Limit,
		Candidates: routing.Candidates, Unit: routing.Unit, Basis: basisOf(routing.Candidates, routing.Unit, routing.PolicyVersion),
		First: first, Standing: s.at(o, Dispatching, o.Book.TierOf(desk), desk),
	}
	filed.Total = s.total(o)
	if !first || !s.OnTheSpot || s.isKept(o) {
		return []Event{filed}, nil
	}
	unit := s.ReporterUnit
	if unit == "" {
		unit = s.site(o)
	}
	return []Event{filed, Handled{
		Fact: o.fact(Extra{}), Unit: unit, Result: settledOnTheSpot, OnTheSpot: true,
		Standing: s.at(o, Checking, o.Book.TierOf(unit), s.site(o)),
	}}, nil
}

// decline refuses it as a case.
func (s State) decline(o Order, c Decline) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{Declined{Fact: o.fact(c.Extra), Reason: c.Reason}}, nil
}

// dispatch gives it to a unit within the desk's reach. A lower center dispatches
// on; a station, lower or its own, handles it itself.
func (s State) dispatch(o Order, c Dispatch) ([]Event, error) {
	desk := o.desk(s.Holder)
	unit, known := o.Book.Unit(c.Unit)
	switch {
	case c.Unit == "":
		return nil, unitRequired.to(c)
	case !known:
		return nil, unitUnknown.to(c)
	case !o.Book.Reaches(desk, c.Unit):
		return nil, outOfReach.to(c)
	case !o.Book.MayHold(s.Matter, s.Place, c.Unit):
		return nil, withdrawnMatter.to(c)
	case unit.Kind == jurisdiction.Center && len(c.Helpers) > 0:
		return nil, helpersNeedALead.to(c)
	case unit.Kind == jurisdiction.Center:
		return []Event{Delegated{
			Fact: o.fact(c.Extra), From: desk, Unit: unit.Code, Reason: c.Reason, Difficult: s.comesBack(unit.Code),
			Basis: s.basis(o, c.Basis, desk, unit.Code, c.Reason), Standing: s.at(o, Dispatching, unit.Tier, unit.Code),
		}}, nil
	}
	standing := s.at(o, Handling, unit.Tier, unit.Code)
	helpers, err := s.helpersOf(o, c, desk, standing, c.Helpers)
	if err != nil {
		return nil, err
	}
	return []Event{Dispatched{
		Fact: o.fact(c.Extra), From: desk, Unit: unit.Code, Reason: c.Reason, Auto: c.Auto,
		Basis: s.basis(o, c.Basis, desk, unit.Code, c.Reason), Accept: s.acceptBy(o), Return: s.returnBy(o),
		Helpers: helpers, Difficult: s.comesBack(unit.Code), Standing: standing,
	}}, nil
}

// accept signs for it. It is late after its own limit, and moves no clock.
func (s State) accept(o Order, c Accept) ([]Event, error) {
	due := s.AcceptBy.Due
	return []Event{Accepted{Fact: o.fact(c.Extra), Late: due != nil && o.At.After(*due)}}, nil
}

// handle says it is put right; the site is to be checked.
func (s State) handle(o Order, c Handle) ([]Event, error) {
	if c.Result == "" {
		return nil, resultRequired.to(c)
	}
	return []Event{Handled{
		Fact: o.fact(c.Extra), Unit: s.Holder, Result: c.Result, Unfinished: s.unfinished(),
		Standing: s.at(o, Checking, s.Tier, s.site(o)),
	}}, nil
}

// giveBack returns it to the desk that dispatched it; where returns are reviewed,
// it asks to. Only the codes that dispute whose duty it is count toward difficult.
func (s State) giveBack(o Order, c Return) ([]Event, error) {
	if c.Code == "" {
		c.Code = NotOurDuty
	}
	switch {
	case c.Reason == "":
		return nil, reasonRequired.to(c)
	case !slices.Contains(ReturnCodes, c.Code):
		return nil, codeUnknown.to(c)
	case o.Policy.reviewsReturns():
		return []Event{ReturnRequested{
			Fact: o.fact(c.Extra), Unit: s.Holder, Code: c.Code, Reason: c.Reason, Clause: c.Clause, Review: s.within(o, o.Policy.ReturnReviewLimit),
		}}, nil
	}
	return []Event{s.returned(o, c)}, nil
}

// returned is the fact that the holder hands it back.
func (s State) returned(o Order, c Return) Returned {
	counts := c.Code.counts()
	return Returned{
		Fact: o.fact(c.Extra), Unit: s.Holder, Code: c.Code, Reason: c.Reason, Clause: c.Clause,
		Counts: &counts, Difficult: counts && s.oneMoreIsDifficult(o),
		Standing: s.at(o, Dispatching, o.Book.TierOf(s.Dispatcher), s.Dispatcher),
	}
}

// transfer moves it to another unit within the desk's reach. The handling clock
// goes on: it runs from dispatch, and only escalation and rework restart it. A lower
// center, which has to dispatch first, gets the time for that.
func (s State) transfer(o Order, c Transfer) ([]Event, error) {
	desk := o.desk(s.Dispatcher)
	unit, known := o.Book.Unit(c.Unit)
	switch {
	case c.Unit == "":
		return nil, unitRequired.to(c)
	case !known:
		return nil, unitUnknown.to(c)
	case c.Unit == s.Holder:
		return nil, sameUnit.to(c)
	case !o.Book.Reaches(desk, c.Unit):
		return nil, outOfReach.to(c)
	case !o.Book.MayHold(s.Matter, s.Place, c.Unit):
		return nil, withdrawnMatter.to(c)
	case unit.Kind == jurisdiction.Center && len(c.Helpers) > 0:
		return nil, helpersNeedALead.to(c)
	}
	moved := Transferred{
		Fact: o.fact(c.Extra), Desk: desk, From: s.Holder, Unit: unit.Code, Reason: c.Reason,
		Basis: s.basis(o, c.Basis, desk, unit.Code, c.Reason), Difficult: s.oneMoreIsDifficult(o) || s.comesBack(unit.Code),
	}
	if unit.Kind == jurisdiction.Center {
		moved.Standing = s.at(o, Dispatching, unit.Tier, unit.Code)
		return []Event{moved}, nil
	}
	moved.Accept, moved.Return = s.acceptBy(o), s.returnBy(o)
	moved.Standing = Standing{Stage: Handling, Tier: unit.Tier, Holder: unit.Code, Deadline: s.Deadline}
	helpers, err := s.helpersOf(o, c, desk, moved.Standing, c.Helpers)
	if err != nil {
		return nil, err
	}
	moved.Helpers = helpers
	return []Event{moved}, nil
}

// escalate moves it to the next desk up, to be dispatched anew. A delegated
// incident that goes up as not ours counts as returned.
func (s State) escalate(o Order, c Escalate) ([]Event, error) {
	if c.Code == "" {
		c.Code = BeyondPower
	}
	switch {
	case c.Reason == "":
		return nil, reasonRequired.to(c)
	case !slices.Contains(EscalateCodes, c.Code):
		return nil, codeUnknown.to(c)
	}
	from := o.desk(s.desk())
	up, _ := o.Book.DeskAbove(from)
	returns := c.Code == NotOurs && s.Delegated()
	return []Event{Escalated{
		Fact: o.fact(c.Extra), From: from, FromTier: s.Tier, Code: c.Code, Reason: c.Reason,
		Returns: returns, Difficult: returns && s.oneMoreIsDifficult(o),
		Standing: s.at(o, Dispatching, o.Book.TierOf(up), up),
	}}, nil
}

// pass says the check found it put right; the intake desk closes.
func (s State) pass(o Order, c Pass) ([]Event, error) {
	return []Event{Passed{Fact: o.fact(c.Extra), Standing: s.at(o, Closing, s.Tier, s.IntakeDesk)}}, nil
}

// fail is rework: the same unit, with its limit from now.
func (s State) fail(o Order, c Fail) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	again := s.at(o, Handling, o.Book.TierOf(s.Unit), s.Unit)
	if run := s.HandlingRun; o.Policy.Rework == ReworkContinue && !run.From.IsZero() {
		again.Deadline = o.paused(run, deadline.Pause{From: s.HandledAt, To: o.At})
	}
	return []Event{Failed{Fact: o.fact(c.Extra), Reason: c.Reason, Standing: again}}, nil
}

// close ends it with the closing condition met.
func (s State) close(o Order, c Close) ([]Event, error) {
	if !c.ClosingConditionMet {
		return nil, closingConditionRequired.to(c)
	}
	return []Event{Closed{Fact: o.fact(c.Extra), ClosingConditionMet: true}}, nil
}

// reopen takes it back to the intake desk. There is no total clock until it is
// filed again.
func (s State) reopen(o Order, c Reopen) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{Reopened{
		Fact: o.fact(c.Extra), Reason: c.Reason,
		Standing: s.at(o, Intake, o.Book.TierOf(s.takesIn(o)), s.takesIn(o)),
	}}, nil
}

// void ends it as never valid. It is still counted.
func (s State) void(o Order, c Void) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{Voided{Fact: o.fact(c.Extra), Reason: c.Reason}}, nil
}

// comment adds a remark.
func (s State) comment(o Order, c Comment) ([]Event, error) {
	if c.Text == "" {
		return nil, textRequired.to(c)
	}
	return []Event{Commented{Fact: o.fact(c.Extra), Text: c.Text}}, nil
}

// attach adds photos.
func (s State) attach(o Order, c Attach) ([]Event, error) {
	if len(c.Photos) == 0 {
		return nil, photosRequired.to(c)
	}
	return []Event{Attached{Fact: o.fact(c.Extra)}}, nil
}

// tell says what a timer has to say, at the moment it was set for; see [State.overtook].
func (s State) tell(o Order) []Event {
	named, _ := timerOf(o.Command)
	t, _ := s.timer(named)
	return []Event{s.says(t, o.fact(Extra{}))}
}

// settledOnTheSpot is the result that stands for what the inspector did himself.
const settledOnTheSpot = "自行处置"

// fact returns what every event of the order carries.
func (o Order) fact(x Extra) Fact {
	return Fact{At: o.At, By: o.By, Note: x.Note, Photos: slices.Clone(x.Photos), Notices: o.notices}
}

// desk returns the desk that the order comes from: the actor's unit, or for the
// program, which stands at no desk, the one in charge.
func (o Order) desk(inCharge string) string {
	if o.By.Unit == "" {
		return inCharge
	}
	return o.By.Unit
}

// at returns where the incident stands once unit has it at a stage, the stage's
// clock beginning now.
func (s State) at(o Order, stage Stage, tier jurisdiction.Tier, unit string) Standing {
	return Standing{Stage: stage, Tier: tier, Holder: unit, Deadline: s.stageDeadline(o, stage)}
}

// isDrawn tells whether an incident settled on the spot is one of those that another
// inspector looks at. It follows from the number alone, which nobody chooses: hash of
// the number modulo 100, below percent.
func isDrawn(number string, percent int) bool {
	h := fnv.New32a()
	h.Write([]byte(number))
	return int(h.Sum32()%100) < percent
}

// isUnit tells whether code is a unit's.
func isUnit(o Order, code string) bool {
	_, known := o.Book.Unit(code)
	return known
}

// criterionOf tells whether id is a criterion of the matter.
func (o Order) criterionOf(m catalogue.Key, id string) bool {
	c, known := o.Matters.Criterion(id)
	return known && c.Matter == m
}

// site returns the desk nearest to the place: its community's station, else the
// next one up. It has the incident while the place is to be visited. What is kept from
// those it is about has no place below the district's desk.
func (s State) site(o Order) string {
	if s.isKept(o) {
		return o.Book.District()
	}
	return o.Book.Desk(jurisdiction.Community, s.Place)
}

// basis returns why a unit was chosen: as the caller says, else the row or ruling
// that names the unit, else the person's own reason.
func (s State) basis(o Order, given Basis, desk, unit, reason string) Basis {
	if given != (Basis{}) {
		return given
	}
	b := basisOf(o.Book.Candidates(s.Matter, s.Place, desk), unit, o.Book.Version())
	if b.Reason == "" {
		b.Reason = reason
	}
	return b
}

// basisOf returns the row or ruling by which unit stands among candidates.
func basisOf(candidates []jurisdiction.Candidate, unit, version string) Basis {
	b := Basis{PolicyVersion: version}
	for _, c := range candidates {
		if c.Unit == unit && unit != "" {
			b.Row, b.Ruling, b.Reason = c.Row, c.Ruling, c.Reason
			break
		}
	}
	return b
}

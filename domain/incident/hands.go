package incident

import (
	"fmt"
	"slices"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// More than one hand: the lead with its helpers, the branch that is called, the team
// inside the unit, and the table at which several units settle who does what.

// evolveHands returns s after one of the facts of this file.
func (s State) evolveHands(e Event) State {
	switch e := e.(type) {
	case CoordinationOpened:
		s.Coordination = &Coordination{Desk: e.Desk, Units: slices.Clone(e.Units), Question: e.Question, At: e.At}
		return s.leavesUnit().stands(e.Standing)
	case CoordinationConcluded:
		s.Coordination, s.Difficult, s.Disputes, s.Bound = nil, false, 0, true
		s.Path, s.Dispatcher, s.Accepted, s.AcceptBy = nil, e.Desk, false, e.Accept
		if e.Ruling != nil {
			s.Rulings++
		}
		return s.given(e.Lead, e.Stage, e.Helpers).stands(e.Standing)
	case Helped:
		s.Acts--
		s.Handlers = with(s.Handlers, e.By.Person)
		s.Helpers = slices.Clone(s.Helpers)
		for i := range s.Helpers {
			if h := &s.Helpers[i]; h.Unit == e.Unit && !h.Done {
				h.Done, h.Late, h.Result = true, e.Late, e.Result
			}
		}
	case Assigned:
		s.Acts--
		s.Assignee = Assignee{Team: e.Team, Person: e.Person}
	case Called:
		s.Acts--
		s.Calls = append(slices.Clone(s.Calls), CallState{Unit: e.Unit, Task: e.Task, Arrive: e.Arrive})
	case Arrived:
		s.Acts--
		return s.answered(e.N, callArrived)
	case CallRefused:
		s.Acts--
		s.Flags = with(s.Flags, CallRefusedFlag)
		return s.answered(e.N, callRefused)
	case Tasked:
		s.Acts--
		s.Tasked = e.Person
	default:
	}
	return s
}

// What became of a call.
const (
	callArrived = "arrived"
	callRefused = "refused"
	callOver    = "over" // the incident ended first
)

// callsOver returns the calls once the incident ends: nobody has to come any more.
func (s State) callsOver() []CallState {
	calls := slices.Clone(s.Calls)
	for i := range calls {
		if calls[i].Answered == "" {
			calls[i].Answered = callOver
		}
	}
	return calls
}

func (s State) answered(n int, how string) State {
	if n < 1 || n > len(s.Calls) {
		return s
	}
	s.Calls = slices.Clone(s.Calls)
	s.Calls[n-1].Answered = how
	return s
}

// given returns s with a unit having it, from now on with these helpers. A center that
// is to dispatch on receives nothing yet.
func (s State) given(unit string, at Stage, helpers []Helper) State {
	s = s.leavesUnit()
	if n := len(s.Path); n == 0 || s.Path[n-1] != unit {
		s.Path = append(slices.Clone(s.Path), unit)
	}
	if at != Handling {
		return s
	}
	s.Unit, s.Disputed = unit, false
	if s.FirstReceiver == "" {
		s.FirstReceiver = unit
	}
	for _, h := range helpers {
		s.Helpers = append(s.Helpers, HelperTask{Helper: h})
	}
	return s
}

// leavesUnit returns s with nobody's helpers and nobody assigned: what was asked of
// them ends with the handling.
func (s State) leavesUnit() State {
	s.Helpers, s.Assignee = nil, Assignee{}
	return s
}

// unfinished returns the helpers whose task is not done.
func (s State) unfinished() []string {
	var units []string
	for _, h := range s.Helpers {
		if !h.Done {
			units = append(units, h.Unit)
		}
	}
	return units
}

// comesBack tells whether unit had it before another unit did: A→B→A.
func (s State) comesBack(unit string) bool {
	n := len(s.Path)
	return n > 0 && s.Path[n-1] != unit && slices.Contains(s.Path, unit)
}

// counts tells whether a return for this reason is a dispute about whose duty it is.
// The other reasons say that something was wrong with the case.
func (c ReturnCode) counts() bool { return c == NotOurDuty || c == OwnerElsewhere }

// oneMoreIsDifficult tells whether the next return or transfer that counts is the one
// that makes the incident difficult.
func (s State) oneMoreIsDifficult(o Order) bool { return s.Disputes+1 >= o.Policy.DifficultAfter }

// Involved returns the units that have a hand in it beside the holder: helpers, those
// called and those asked to the table. They may see it, and say and show what they know.
func Involved(s State) []string {
	var units []string
	for _, h := range s.Helpers {
		units = with(units, h.Unit)
	}
	for _, c := range s.Calls {
		units = with(units, c.Unit)
	}
	if s.Coordination != nil {
		units = with(units, s.Coordination.Units...)
	}
	return units
}

// Why a unit makes the place safe.
const (
	AsFirstReceiver = "first_receiver" // 首接负责
	AsFallback      = "fallback"       // 兜底
)

// Safeguard returns who makes the place safe while duty is disputed — while it waits
// for dispatch after a return, and while units coordinate — and why it is they: the
// first receiver, else the street's fallback unit. Empty: duty is not disputed, or
// nobody is near. Disputing stops no clock.
func Safeguard(s State, b *jurisdiction.Book) (unit, why string) {
	fallback, there := b.Fallback(s.Matter, s.Place)
	switch {
	case s.Status != StatusOpen || b.Keeps(s.Matter, s.Concerns):
		return "", ""
	case s.Stage != Coordinating && !(s.Stage == Dispatching && s.Disputed):
		return "", ""
	case s.FirstReceiver != "":
		return s.FirstReceiver, AsFirstReceiver
	case there:
		return fallback.Code, AsFallback
	}
	return "", ""
}

// helpersOf returns the helpers that a desk wants beside a lead, each with its task and
// a deadline within the lead's.
func (s State) helpersOf(o Order, c Command, desk string, lead Standing, wanted []HelpWanted) ([]Helper, error) {
	reaches := o.Book.Reaches
	if _, settles := c.(ConcludeCoordination); settles {
		reaches = o.settles
	}
	var helpers []Helper
	for _, w := range wanted {
		unit, known := o.Book.Unit(w.Unit)
		h := Helper{Unit: w.Unit, Task: w.Task, Limit: w.Limit, Deadline: lead.Deadline}
		switch due := lead.Deadline.Due; {
		case w.Limit != nil:
			h.Deadline = o.Days.Deadline(o.At, o.Policy.WarnPercent, *w.Limit)
		case due != nil && !lead.Deadline.From.Equal(o.At):
			h.Deadline = deadline.Given(o.At, *due, o.Policy.WarnPercent) // what is left of it, if anything
		}
		switch {
		case !known:
			return nil, helperUnknown.to(c)
		case w.Unit == lead.Holder:
			return nil, helperIsLead.to(c)
		case unit.Kind == jurisdiction.Center:
			return nil, helperIsDesk.to(c)
		case slices.ContainsFunc(helpers, func(x Helper) bool { return x.Unit == w.Unit }):
			return nil, helperTwice.to(c)
		case !reaches(desk, w.Unit):
			return nil, helperOutOfReach.to(c)
		case later(h.Deadline, lead.Deadline):
			return nil, helperLaterThanLead.to(c)
		}
		helpers = append(helpers, h)
	}
	return helpers, nil
}

// later tells whether a ends after b. One past the published calendar is later than
// any that is not.
func later(a, b deadline.Deadline) bool {
	switch {
	case b.Due == nil:
		return false
	case a.Due == nil:
		return true
	}
	return a.Due.After(*b.Due)
}

// openCoordination asks units to the table. The desk that asks holds it until they
// are done; the total clock goes on.
func (s State) openCoordination(o Order, c OpenCoordination) ([]Event, error) {
	units := with([]string{}, c.Units...)
	switch {
	case len(units) == 0:
		return nil, unitsRequired.to(c)
	case slices.ContainsFunc(units, func(unit string) bool { return !isUnit(o, unit) }):
		return nil, unitsUnknown.to(c)
	case slices.ContainsFunc(units, func(unit string) bool { u, _ := o.Book.Unit(unit); return u.OnlyHandedTo }):
		return nil, unitsOnlyHandedTo.to(c)
	case c.Question == "":
		return nil, coordinationQuestionRequired.to(c)
	}
	desk := o.desk(s.desk())
	return []Event{CoordinationOpened{
		Fact: o.fact(c.Extra), Desk: desk, Units: units, Question: c.Question,
		Standing: s.at(o, Coordinating, o.Book.TierOf(desk), desk),
	}}, nil
}

// concludeCoordination settles it: the lead has it, with its whole limit from now, and
// may not return it. A lower center that leads dispatches on.
func (s State) concludeCoordination(o Order, c ConcludeCoordination) ([]Event, error) {
	desk := o.desk(s.Holder)
	lead, known := o.Book.Unit(c.Lead)
	switch {
	case c.Lead == "":
		return nil, leadRequired.to(c)
	case !known:
		return nil, leadUnknown.to(c)
	case !o.settles(desk, lead.Code):
		return nil, districtLeads.to(c)
	case !o.Book.MayHold(s.Matter, s.Place, lead.Code):
		return nil, withdrawnMatter.about("lead").to(c)
	}
	concluded := CoordinationConcluded{Fact: o.fact(c.Extra), Desk: desk, Lead: lead.Code}
	concluded.Basis = Basis{PolicyVersion: o.Book.Version(), Reason: "会商办结：" + s.question()}
	if c.Ruling != nil {
		ruling, err := s.rulingOf(o, c, desk)
		if err != nil {
			return nil, err
		}
		concluded.Ruling, concluded.Basis.Ruling = &ruling, ruling.Number
	}
	if lead.Kind == jurisdiction.Center {
		if len(c.Helpers) > 0 {
			return nil, helpersNeedALead.to(c)
		}
		concluded.Standing = s.at(o, Dispatching, lead.Tier, lead.Code)
		return []Event{concluded}, nil
	}
	concluded.Standing, concluded.Accept = s.at(o, Handling, lead.Tier, lead.Code), s.acceptBy(o)
	helpers, err := s.helpersOf(o, c, desk, concluded.Standing, c.Helpers)
	if err != nil {
		return nil, err
	}
	concluded.Helpers = helpers
	return []Event{concluded}, nil
}

func (s State) question() string {
	if s.Coordination == nil {
		return ""
	}
	return s.Coordination.Question
}

// settles tells whether a desk may say what unit does: what it dispatches to, and
// at the district also what the streets' desks dispatch to, for it leads where no
// street can.
func (o Order) settles(desk, unit string) bool {
	u, _ := o.Book.Unit(unit)
	above, stands := o.Book.DeskAbove(unit)
	return o.Book.Reaches(desk, unit) || stands && o.Book.Above(desk, above) && !u.OnlyHandedTo
}

// rulingOf returns a ruling with what silence stands for. It has to bind somebody: at
// the place that it came from, the unit must be within some desk's reach.
func (s State) rulingOf(o Order, c ConcludeCoordination, desk string) (Ruling, error) {
	r := *c.Ruling
	d, _ := o.Book.Unit(desk)
	area, isArea := o.Book.Unit(r.Area)
	_, known := o.Matters.Matter(r.Matter)
	binds := slices.ContainsFunc(jurisdiction.Tiers, func(t jurisdiction.Tier) bool {
		return o.Book.Reaches(o.Book.Desk(t, s.Place), r.Unit)
	})
	switch {
	case !known:
		return r, rulingMatterUnknown.to(c)
	case o.Book.Restricted(r.Matter):
		return r, rulingRestricted.to(c)
	case !isArea || !area.IsDesk():
		return r, rulingAreaUnknown.to(c)
	case area.Code != d.Code && !o.Book.Above(d.Code, area.Code):
		return r, rulingAreaBeyond.to(c)
	case !s.Place.Inside(r.Area):
		return r, rulingAreaElsewhere.to(c)
	case !isUnit(o, r.Unit):
		return r, rulingUnitUnknown.to(c)
	case !binds || !o.settles(desk, r.Unit):
		return r, rulingUnitOutOfReach.to(c)
	case r.Expires != nil && !r.Expires.After(o.At):
		return r, rulingExpired.to(c)
	}
	if r.Authority == "" {
		r.Authority = d.Name
	}
	if r.Number == "" {
		r.Number = fmt.Sprintf("会商裁定 %s", s.Number)
		if s.Rulings > 0 {
			r.Number += fmt.Sprintf("-%d", s.Rulings+1)
		}
	}
	r.Expires = utc(r.Expires)
	return r, nil
}

// help says that a helper has done its task.
func (s State) help(o Order, c Help) ([]Event, error) {
	if c.Result == "" {
		return nil, resultRequired.to(c)
	}
	helped := Helped{Fact: o.fact(c.Extra), Unit: o.By.Unit, Result: c.Result}
	for _, h := range s.Helpers {
		if h.Unit == o.By.Unit {
			helped.Late = passed(h.Deadline, o)
		}
	}
	return []Event{helped}, nil
}

// passed tells whether the order comes after a deadline.
func passed(d deadline.Deadline, o Order) bool { return d.Due != nil && o.At.After(*d.Due) }

// assign gives it to a team or person inside the unit. The unit goes on holding it.
func (s State) assign(o Order, c Assign) ([]Event, error) {
	if c.Team == "" && c.Person == "" {
		return nil, assigneeRequired.to(c)
	}
	return []Event{Assigned{Fact: o.fact(c.Extra), Unit: s.Holder, Team: c.Team, Person: c.Person, Reason: c.Reason}}, nil
}

// call asks a branch that serves the desk's street to come (吹哨).
func (s State) call(o Order, c Call) ([]Event, error) {
	desk, _ := o.Book.Unit(o.By.Unit)
	unit, known := o.Book.Unit(c.Unit)
	switch {
	case c.Unit == "":
		return nil, unitRequired.to(c)
	case !known:
		return nil, unitUnknown.to(c)
	case unit.Kind != jurisdiction.Branch || unit.Area != desk.Area:
		return nil, notABranchHere.to(c)
	case s.callTo(c.Unit) > 0:
		return nil, alreadyCalled.to(c)
	case c.Task == "":
		return nil, taskRequired.to(c)
	}
	within := o.Policy.CallLimit.of(s.urgent(o))
	if c.Within != nil {
		within = *c.Within
	}
	return []Event{Called{
		Fact: o.fact(c.Extra), N: len(s.Calls) + 1, Desk: desk.Code, Unit: c.Unit, Task: c.Task, Within: c.Within,
		Arrive: o.Days.Deadline(o.At, o.Policy.WarnPercent, within),
	}}, nil
}

// callTo returns the number of the oldest call to unit that is not answered; 0: none.
func (s State) callTo(unit string) int {
	for i, c := range s.Calls {
		if c.Unit == unit && c.Answered == "" {
			return i + 1
		}
	}
	return 0
}

// arrive says that the branch came (报到).
func (s State) arrive(o Order, c Arrive) ([]Event, error) {
	n := s.callTo(o.By.Unit)
	return []Event{Arrived{Fact: o.fact(c.Extra), N: n, Unit: o.By.Unit, Late: passed(s.Calls[n-1].Arrive, o)}}, nil
}

// refuseCall says that it does not; the district's desk sees why.
func (s State) refuseCall(o Order, c RefuseCall) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{CallRefused{Fact: o.fact(c.Extra), N: s.callTo(o.By.Unit), Unit: o.By.Unit, Reason: c.Reason}}, nil
}

// task gives the site visit to one inspector. Where there is no visit any more, or it
// is that inspector's already, there is nothing left to do.
func (s State) task(o Order, c Task) ([]Event, error) {
	if s.Stage != Verifying && s.Stage != Checking || s.Tasked == c.Person {
		return nil, nil
	}
	return []Event{Tasked{Fact: o.fact(Extra{}), Stage: s.Stage, Person: c.Person, Grid: c.Grid, Why: c.Why}}, nil
}

// isForHands tells whether one of the commands of this file is the actor's to give.
func (s State) isForHands(o Order, command string) bool {
	unit, _ := o.Book.Unit(o.By.Unit)
	inCharge := o.is(s.desk()) || o.Book.Above(o.By.Unit, s.desk())
	switch command {
	case "open-coordination":
		return inCharge && unit.Kind == jurisdiction.Center
	case "conclude-coordination":
		return inCharge
	case "call":
		return inCharge && unit.Kind == jurisdiction.Center && unit.Tier == jurisdiction.Street
	case "assign":
		return o.is(s.Holder)
	case "help":
		return slices.ContainsFunc(s.Helpers, func(h HelperTask) bool { return h.Unit == o.By.Unit })
	case "arrive", "refuse-call":
		return s.callTo(o.By.Unit) > 0
	}
	return true
}

// permitsHands says what is refused of moves between units even to those whose
// business it is.
//
// A difficult incident moves by coordination, whoever holds it; the way up stays open.
// What a coordination settled binds the lead. Coordination may be asked for as long as
// nobody has it, and while a unit has it, when the unit cannot give it back any more.
func (s State) permitsHands(o Order, c Command) error {
	settled := s.Difficult || s.Bound || passed(s.ReturnBy, o)
	switch command := c.Name(); {
	case (command == "open-coordination" || command == "call") && s.isKept(o):
		return handOverOnly.to(c)
	case (command == "dispatch" || command == "transfer" || command == "return") && s.Difficult:
		return needsCoordination.to(c)
	case command == "return" && s.Bound:
		return boundByCoordination.to(c)
	case command == "open-coordination" && s.Stage == Handling && !settled:
		return mayStillReturn.to(c)
	case command == "handle" && s.Assignee != Assignee{} && !jurisdiction.HasPost(o.Posts, jurisdiction.Clerk):
		return clerkConfirms.to(c)
	case command == "help" && !slices.Contains(s.unfinished(), o.By.Unit):
		return alreadyHelped.to(c)
	}
	return nil
}

// wanted returns the helpers as they were asked for.
func wanted(helpers []Helper) []HelpWanted {
	var all []HelpWanted
	for _, h := range helpers {
		all = append(all, HelpWanted{Unit: h.Unit, Task: h.Task, Limit: h.Limit})
	}
	return all
}

// sameRuling returns a ruling with what silence stood for in the one said last.
func (s State) sameRuling(r *Ruling) *Ruling {
	said, ok := s.Last.(CoordinationConcluded)
	if !ok || said.Ruling == nil || r == nil {
		return r
	}
	again := *r
	if again.Number == "" {
		again.Number = said.Ruling.Number
	}
	if again.Authority == "" {
		again.Authority = said.Ruling.Authority
	}
	again.Expires = utc(again.Expires)
	return &again
}

// The reasons of this file.
var (
	boundByCoordination = reason{"bound_by_coordination", "", "会商已确定主办单位，不能退单，可由指挥中心再次提请会商", "a coordination made the unit the lead: its desk may open another"}
	mayStillReturn      = reason{"return_window_open", "", "处置单位仍可退单，请先退单或改派", "the unit may still return it: return or transfer it"}
	clerkConfirms       = reason{"clerk_confirms", "", "已二级派遣，须由单位收发员审核反馈", "it is assigned inside the unit: the unit's clerk confirms"}
	notAHelper          = reason{"not_a_helper", "", "您的单位不是协办单位", "your unit is not a helper"}
	alreadyHelped       = reason{"already_helped", "", "您的单位已反馈协办情况", "your unit has done its task"}
	notCalled           = reason{"not_called", "", "没有待您的单位答复的吹哨", "no call to your unit is open"}

	unitsRequired                = reason{"units_required", "units", "请选择会商单位", "units are required"}
	unitsUnknown                 = reason{"unit_unknown", "units", "没有这个单位", "there is no such unit"}
	unitsOnlyHandedTo            = reason{"unit_hand_over_only", "units", "该单位不在平台办理", "the unit takes part by hand-over only"}
	coordinationQuestionRequired = reason{"question_required", "question", "请填写会商事项", "a question is required"}
	leadRequired                 = reason{"lead_required", "lead", "请选择主办单位", "a lead is required"}
	leadUnknown                  = reason{"unit_unknown", "lead", "没有这个单位", "there is no such unit"}
	districtLeads                = reason{"out_of_reach", "lead", "该单位超出本中心派遣范围，须由区指挥中心会商办结", "the unit is beyond the desk's reach: the district concludes"}

	helperUnknown       = reason{"unit_unknown", "helpers", "没有这个单位", "there is no such unit"}
	helperIsLead        = reason{"helper_is_lead", "helpers", "主办单位不能同时协办", "the lead does not help itself"}
	helperIsDesk        = reason{"helper_is_desk", "helpers", "指挥中心只派遣，不协办", "a command center dispatches and does not help"}
	helperTwice         = reason{"helper_twice", "helpers", "协办单位重复", "a helper is named twice"}
	helperOutOfReach    = reason{"out_of_reach", "helpers", "协办单位不在派遣范围内", "a helper is not within the desk's reach"}
	helperLaterThanLead = reason{"helper_later_than_lead", "helpers", "协办时限不得晚于主办时限", "a helper's limit ends after the lead's"}
	helpersNeedALead    = reason{"helpers_need_a_lead", "helpers", "下派时不能指定协办单位，由下级指挥中心派遣时指定", "the lower center names helpers when it dispatches"}

	rulingMatterUnknown  = reason{"matter_unknown", "ruling.matter", "没有这个管理事项", "there is no such matter"}
	rulingRestricted     = reason{"ruling_restricted", "ruling.matter", "该事项由区指挥中心移送，不作裁定", "the matter leaves by hand-over and is not ruled on"}
	rulingAreaUnknown    = reason{"area_unknown", "ruling.area", "没有这个区域", "there is no such area"}
	rulingAreaBeyond     = reason{"area_out_of_reach", "ruling.area", "裁定范围超出本中心辖区", "the area is beyond the desk's own"}
	rulingAreaElsewhere  = reason{"area_elsewhere", "ruling.area", "裁定范围须包含该事件的位置", "the area does not hold the incident's place"}
	rulingUnitUnknown    = reason{"unit_unknown", "ruling.unit", "没有这个单位", "there is no such unit"}
	rulingUnitOutOfReach = reason{"out_of_reach", "ruling.unit", "该单位不在派遣范围内", "the unit is not within the desk's reach"}
	rulingExpired        = reason{"expires_past", "ruling.expires", "裁定有效期须晚于现在", "the ruling would be over already"}

	assigneeRequired = reason{"assignee_required", "team", "请填写班组或承办人", "a team or a person is required"}
	taskRequired     = reason{"task_required", "task", "请填写任务", "a task is required"}
	notABranchHere   = reason{"not_a_branch_here", "unit", "只能吹哨本街镇的派出机构", "only a branch that serves the street may be called"}
	alreadyCalled    = reason{"already_called", "unit", "该单位尚未答复上一次吹哨", "a call to it is still open"}
)

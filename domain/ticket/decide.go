package ticket

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// Decide returns the facts that follow from an order, or the reason there are none.
// Saying the same thing again yields nothing.
func Decide(s State, o Order) ([]Event, error) {
	if t, timed := timerOf(o.Command); timed {
		return s.tick(o, t)
	}
	missed := s.missed(o.At)
	for _, e := range missed {
		s = Evolve(s, e)
	}
	events, err := s.answer(o)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	return append(missed, events...), nil
}

// answer is Decide for a ticket whose clocks have said what they had to.
func (s State) answer(o Order) ([]Event, error) {
	if c, ok := o.Command.(Receive); ok {
		return s.receive(o, c)
	}
	if _, ok := o.Command.(Recompute); ok {
		return s.recompute(o)
	}
	if s.There() && s.said(o) {
		return nil, nil
	}
	if no := s.permits(o, o.Command.Name()); no != nil {
		return nil, no.to(o.Command.Name())
	}
	return s.decide(o)
}

// Commands are the names of what people may do to a ticket.
var Commands = []string{"sign", "contact", "link", "reply", "review", "return", "rule", "callback", "redo", "view-caller"}

// Allowed returns the commands that would not be refused for reasons of role or stage.
func Allowed(s State, o Order) []string {
	out := []string{}
	for _, name := range Commands {
		if s.permits(o, name) == nil {
			out = append(out, name)
		}
	}
	return out
}

// MayEver tells whether a role may ever give orders about tickets.
func MayEver(r jurisdiction.Role) bool {
	return r == jurisdiction.Hotline || r == jurisdiction.DistrictDesk
}

// from are the stages at which a command may be given.
var from = map[string][]Stage{
	"sign": {AtReceived}, "contact": {AtSigned, AtAnswered, AtReviewed}, "link": {AtSigned}, "reply": {AtSigned}, "review": {AtAnswered},
	"return": {AtReceived, AtSigned}, "rule": {AtReceived, AtSigned, AtAnswered, AtReturning},
	"callback": {AtReviewed, AtCalledBack}, "redo": {AtCalledBack}, "view-caller": Stages, "repeat": Stages,
}

// permits says why somebody may not give a command now.
func (s State) permits(o Order, name string) *reason {
	switch {
	case !s.There():
		return &unknown
	case !MayEver(o.By.Role) && !(name == "repeat" && o.By.System()), name == "repeat" && !o.By.System():
		return &notYours
	case !slices.Contains(from[name], s.Stage):
		return &wrongStage
	}
	switch name {
	case "link":
		if s.Content.Type == Consult {
			return &consultDirect
		}
	case "reply":
		switch {
		case s.approved() && o.By.Person != s.Redo.Person:
			return &notTheOne
		case s.Content.Type != Consult && s.Link == nil:
			return &incidentRequired
		}
	case "review":
		if s.last().By.Person == o.By.Person {
			return &ownReply
		}
	case "callback":
		if s.Stage == AtCalledBack && s.Rating() != NotReached {
			return &calledBack
		}
	case "redo":
		return s.permitsRedo(o)
	case "view-caller", "repeat":
		switch c := s.Content.Caller; {
		case c == nil:
			return &noCaller
		case c.Confidential:
			return &callerConfidential
		}
	}
	return nil
}

func (s State) permitsRedo(o Order) *reason {
	last := s.Ratings[len(s.Ratings)-1]
	switch {
	case s.Redo != nil && s.Redo.Decided != nil:
		return &redoOnce
	case last.Result != NotSatisfied || !last.ForCause:
		return &noCause
	case s.Redo == nil:
		return nil
	}
	// One level up: the district's desk for the hotline's agents, whoever leads its
	// shift for the desk itself.
	asker := s.Redo.By
	switch {
	case asker.Person == o.By.Person,
		o.By.Role != jurisdiction.DistrictDesk,
		asker.Role == jurisdiction.DistrictDesk && !jurisdiction.HasPost(o.Posts, jurisdiction.DutyLeader):
		return &levelUp
	}
	return nil
}

// last is the reply that counts.
func (s State) last() Answer { return s.Replies[len(s.Replies)-1] }

// said tells whether the last thing of its kind was the same order by the same person.
func (s State) said(o Order) bool {
	switch c := o.Command.(type) {
	case Sign:
		return s.Signed != nil && s.Signed.By == o.By && s.Stage == AtSigned
	case Contact:
		n := len(s.Contacts)
		return n > 0 && !c.When.IsZero() && s.Contacts[n-1].By == o.By && s.Contacts[n-1].When.Equal(c.When) && s.Contacts[n-1].Reached == c.Reached && s.Contacts[n-1].Note == c.Note
	case Link:
		return s.Link != nil && s.Link.Incident == c.Incident
	case Reply:
		return s.Stage == AtAnswered && s.last().By == o.By && s.last().ToCaller == c.ToCaller && s.last().ToCity == c.ToCity && s.last().Resolution == c.Resolution
	case Review:
		return s.Stage == AtReviewed && c.Pass && s.last().Review.By == o.By
	case Return:
		n := len(s.Returns)
		return s.Stage == AtReturning && s.Returns[n-1].By == o.By && s.Returns[n-1].Reason == c.Reason
	case Rule:
		n := len(s.Returns)
		return c.Decision == Accepted && s.Stage == AtReturned && s.Returns[n-1].Ruling.Number == c.Number && s.Returns[n-1].Ruling.Reason == c.Reason ||
			c.Decision == Moved && s.Moved != nil && c.DueAt != nil && s.Moved.DueAt.Equal(*c.DueAt) && s.Moved.Number == c.Number
	case Callback:
		n := len(s.Ratings)
		return s.Stage == AtCalledBack && s.Ratings[n-1].By == o.By && s.Ratings[n-1].Result == c.Result && s.Ratings[n-1].ForCause == c.ForCause && s.Ratings[n-1].Note == c.Note
	case Redo:
		return s.Redo != nil && s.Redo.Decided == nil && c.Approve == nil && s.Redo.By == o.By && s.Redo.Person == c.Person && s.Redo.Reason == c.Reason
	case Repeat:
		return s.Repeat != nil
	case Receive, ViewCaller, Warn, Expire, Recompute:
	}
	return false
}

func (s State) decide(o Order) ([]Event, error) {
	name := o.Command.Name()
	no := func(r reason) ([]Event, error) { return nil, r.to(name) }
	switch c := o.Command.(type) {
	case Sign:
		return []Event{Signed{o.fact()}}, nil
	case Contact:
		when := c.When
		if when.IsZero() {
			when = o.At
		}
		switch {
		case when.After(o.At):
			return no(notYet)
		case when.Before(s.Clocks.Contact.From.Add(-24 * time.Hour)):
			return no(beforeIt)
		}
		return []Event{Contacted{Fact: o.fact(), Reached: c.Reached, When: when, Note: c.Note}}, nil
	case Link:
		return []Event{Linked{Fact: o.fact(), Incident: c.Incident, Number: c.Number, Street: c.Street, Community: c.Community, Tier: c.Tier}}, nil
	case Reply:
		switch {
		case blank(c.ToCaller):
			return no(toCallerRequired)
		case blank(c.ToCity):
			return no(toCityRequired)
		}
		return []Event{Replied{Fact: o.fact(), ToCaller: c.ToCaller, ToCity: c.ToCity, Resolution: c.Resolution, Unit: c.Unit}}, nil
	case Review:
		if !c.Pass && blank(c.Reason) {
			return no(reasonRequired)
		}
		return []Event{Reviewed{Fact: o.fact(), Passed: c.Pass, Reason: c.Reason}}, nil
	case Return:
		if blank(c.Reason) {
			return no(reasonRequired)
		}
		return []Event{ReturnAsked{Fact: o.fact(), Reason: c.Reason}}, nil
	case Rule:
		return s.rule(o, c)
	case Callback:
		if c.ForCause && c.Result != NotSatisfied {
			return no(noCause)
		}
		return []Event{CalledBack{Fact: o.fact(), Result: c.Result, ForCause: c.ForCause, Note: c.Note}}, nil
	case Redo:
		return s.redo(o, c)
	case ViewCaller: // each look is a fact, also the second of the same person
		if blank(c.Reason) {
			return no(reasonRequired)
		}
		return []Event{CallerViewed{Fact: o.fact(), Reason: c.Reason}}, nil
	case Repeat:
		return []Event{Repeated{Fact: o.fact(), Of: c.Of, Number: c.Number, Count: c.Count}}, nil
	case Receive, Warn, Expire, Recompute:
	}
	panic(fmt.Sprintf("ticket: unhandled command %T", o.Command))
}

func (s State) rule(o Order, c Rule) ([]Event, error) {
	ruled := Ruled{Fact: o.fact(), Decision: c.Decision, Number: c.Number, Reason: c.Reason}
	switch {
	case c.Decision == Moved && c.DueAt == nil:
		return nil, dueRequired.to("rule")
	case c.Decision == Moved && !c.DueAt.After(s.Clocks.City.From):
		return nil, duePast.to("rule")
	case c.Decision != Moved && s.Stage != AtReturning:
		return nil, nothingAsked.to("rule")
	case c.Decision != Moved && c.DueAt != nil:
		return nil, dueOnlyMoved.to("rule")
	case c.Decision == Moved:
		clocks := o.clocks(s.Content.Type, s.Clocks.City.From, c.DueAt)
		clocks.Contact = s.Clocks.Contact
		ruled.DueAt, ruled.Clocks = c.DueAt, &clocks
	}
	return []Event{ruled}, nil
}

func (s State) redo(o Order, c Redo) ([]Event, error) {
	if s.Redo != nil {
		switch {
		case c.Approve == nil:
			return nil, redoPending.to("redo")
		case !*c.Approve && blank(c.Reason):
			return nil, reasonRequired.to("redo")
		}
		return []Event{RedoDecided{Fact: o.fact(), Approved: *c.Approve, Reason: c.Reason}}, nil
	}
	switch {
	case c.Approve != nil:
		return nil, redoNotAsked.to("redo")
	case blank(c.Reason):
		return nil, reasonRequired.to("redo")
	case blank(c.Person):
		return nil, personRequired.to("redo")
	case slices.ContainsFunc(s.Replies, func(a Answer) bool { return a.By.Person == c.Person }):
		return nil, anotherPerson.to("redo")
	}
	return []Event{RedoAsked{Fact: o.fact(), Person: c.Person, Reason: c.Reason}}, nil
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// receive takes one version. Which facts follow depends on what came before; what the
// ticket is afterwards does not.
func (s State) receive(o Order, c Receive) ([]Event, error) {
	if o.By.Role != jurisdiction.Hotline && !o.By.System() {
		return nil, notYours.to("receive")
	}
	digest := c.Content.digest()
	if !s.There() {
		return []Event{Received{
			Fact: o.fact(), Source: c.Source, External: c.External, Digest: digest, Content: c.Content, Clocks: o.clocksOf(c.Content, o.At),
		}}, nil
	}
	switch seen, known := s.Seen[c.Content.Version]; {
	case seen == digest, slices.ContainsFunc(s.Conflicts, func(x Clash) bool { return x.Digest == digest }):
		return nil, nil
	case known:
		return []Event{Conflicted{Fact: o.fact(), Digest: digest, Content: c.Content}}, nil
	case c.Content.Version < s.Content.Version:
		return []Event{Noted{Fact: o.fact(), Digest: digest, Content: c.Content}}, nil
	}
	clocks := o.clocksOf(c.Content, s.Came)
	if due := c.Content.DueAt; s.Moved != nil && (due == nil || s.Over != nil && s.Over.Equal(*due)) {
		clocks = s.Clocks // the ruling stands until the city says another time
	}
	return []Event{Changed{Fact: o.fact(), Digest: digest, Content: c.Content, Clocks: clocks}}, nil
}

// clocksOf are the clocks that follow from a content alone; came is when the ticket
// first came to us.
func (o Order) clocksOf(c Content, came time.Time) Clocks {
	if c.ReceivedAt != nil {
		came = *c.ReceivedAt
	}
	return o.clocks(c.Type, came, c.DueAt)
}

func (o Order) clocks(t Type, came time.Time, due *time.Time) Clocks {
	limit, ok := o.Policy.Limits[t]
	if !ok {
		limit = o.Policy.Unknown
	}
	c := Clocks{
		City: o.Days.Deadline(came, o.Policy.Warn, limit), Reserve: o.Policy.Reserve,
		Contact: o.Days.Deadline(came, o.Policy.Warn, o.Policy.Contact),
	}
	if due != nil {
		c.City = deadline.Given(came, *due, o.Policy.Warn)
	}
	return o.reserved(c)
}

// reserved counts the internal limit back from the city's clock.
func (o Order) reserved(c Clocks) Clocks {
	if c.City.Due == nil {
		return c
	}
	came := c.City.From
	at, missing := o.Days.Back(*c.City.Due, c.Reserve)
	if missing != 0 || !at.After(came) {
		at = *c.City.Due // no day to spare
	}
	c.Internal, c.InternalWarn = &at, deadline.Given(came, at, o.Policy.Warn).Warn
	return c
}

// Undated tells whether a clock runs to a day of a year that is not published, and is
// still needed.
func (s State) Undated() bool {
	return s.There() && s.Stage != AtReturned &&
		(s.Clocks.City.Missing != 0 && !s.stopped(CityClock) || s.Clocks.Contact.Missing != 0 && !s.stopped(ContactClock))
}

// recompute reckons what the calendar could not say before, by the limits as they were.
func (s State) recompute(o Order) ([]Event, error) {
	if !o.By.System() {
		return nil, notYours.to("recompute")
	}
	if !s.Undated() {
		return nil, nil
	}
	c := s.Clocks
	if c.City.Missing != 0 {
		c.City = o.Days.Recompute(c.City, o.Policy.Warn)
		c = o.reserved(c)
	}
	if c.Contact.Missing != 0 {
		c.Contact = o.Days.Recompute(c.Contact, o.Policy.Warn)
	}
	if c.City.Missing != 0 && (s.Clocks.Contact.Missing == 0 || c.Contact.Missing != 0) {
		return nil, nil // nor can it now
	}
	return []Event{Recomputed{Fact: o.fact(), Calendar: o.Days.Version(), Clocks: c}}, nil
}

// Evolve returns the state after a fact.
func Evolve(s State, e Event) State {
	switch e := e.(type) {
	case Received:
		return State{
			Source: e.Source, External: e.External, Content: e.Content, Seen: map[int]string{e.Content.Version: e.Digest},
			Came: e.At, Clocks: e.Clocks, Stage: AtReceived, Desk: e.By.Unit,
		}
	case Changed:
		s = s.seen(e.Content.Version, e.Digest)
		s.Content = e.Content
		if e.Content.DueAt != nil && (s.Over == nil || !s.Over.Equal(*e.Content.DueAt)) {
			s.Moved, s.Over = nil, nil
		}
		s.Clocks = e.Clocks
	case Noted:
		s = s.seen(e.Content.Version, e.Digest)
	case Conflicted:
		s.Conflicts = append(slices.Clip(s.Conflicts), Clash{At: e.At, Digest: e.Digest, Content: e.Content})
	case Signed:
		s.Stage, s.Signed = AtSigned, &e.Fact
	case Contacted:
		s.Contacts = append(slices.Clip(s.Contacts), e)
	case Linked:
		s.Link = &e
	case Replied:
		s.Stage, s.Replies = AtAnswered, append(slices.Clip(s.Replies), Answer{Draft: Draft(e), Round: s.Round()})
	case Reviewed:
		s.Replies = slices.Clone(s.Replies)
		s.Replies[len(s.Replies)-1].Review = &e
		s.Stage = AtSigned
		if e.Passed {
			s.Stage = AtReviewed
		}
	case ReturnAsked:
		s.Before, s.Stage = s.Stage, AtReturning
		s.Returns = append(slices.Clip(s.Returns), Asked{Plea: Plea(e)})
	case Ruled:
		s = s.ruled(e)
	case CalledBack:
		s.Stage, s.Ratings = AtCalledBack, append(slices.Clip(s.Ratings), e)
	case RedoAsked:
		s.Redo = &Again{Wish: Wish(e)}
	case RedoDecided:
		again := *s.Redo
		again.Decided, s.Redo = &e, &again
		if e.Approved {
			s.Stage = AtSigned
		}
	case Warned:
		s.Marks = append(slices.Clip(s.Marks), Mark{Clock: e.Clock, Kind: WarnedKind, Due: e.Due, At: e.At})
	case Expired:
		s.Marks = append(slices.Clip(s.Marks), Mark{Clock: e.Clock, Kind: ExpiredKind, Due: e.Due, At: e.At})
	case Recomputed:
		s.Clocks = e.Clocks
	case Repeated:
		again := Repetition(e)
		s.Repeat = &again
	case CallerViewed:
		s.Views = append(slices.Clip(s.Views), Viewed(e))
	default:
		panic(fmt.Sprintf("ticket: unhandled event %T", e))
	}
	return s
}

func (s State) seen(version int, digest string) State {
	s.Seen = maps.Clone(s.Seen)
	s.Seen[version] = digest
	return s
}

func (s State) ruled(e Ruled) State {
	if e.Decision == Moved {
		s.Moved, s.Over, s.Clocks = &e, s.Content.DueAt, *e.Clocks
		return s
	}
	s.Returns = slices.Clone(s.Returns)
	s.Returns[len(s.Returns)-1].Ruling = &e
	s.Stage, s.Before = s.Before, ""
	if e.Decision == Accepted {
		s.Stage = AtReturned
	}
	return s
}

// A reason is why a rule says no; its sentences end what the act's begin.
type reason struct{ code, field, zh, en string }

// acts are what was asked, as both languages begin a refusal of it.
var acts = map[string]struct{ zh, en string }{
	"receive":     {"不能接收工单：", "Cannot take the ticket: "},
	"sign":        {"不能签收工单：", "Cannot sign for the ticket: "},
	"contact":     {"不能登记先行联系：", "Cannot log the call: "},
	"link":        {"不能关联事件：", "Cannot link the ticket: "},
	"reply":       {"不能答复：", "Cannot answer the ticket: "},
	"review":      {"不能审核：", "Cannot review the reply: "},
	"return":      {"不能退单：", "Cannot return the ticket: "},
	"rule":        {"不能登记市热线裁定：", "Cannot record the city's ruling: "},
	"callback":    {"不能登记回访：", "Cannot record the callback: "},
	"redo":        {"不能重办：", "Cannot have it done again: "},
	"view-caller": {"不能查看诉求人电话：", "Cannot show the caller: "},
	"repeat":      {"不能登记重复投诉：", "Cannot note a repeat complaint: "},
	"warn":        {"不能临期提醒：", "Cannot warn: "},
	"recompute":   {"不能重新计算时限：", "Cannot reckon deadlines anew: "},
	"expire":      {"不能登记超时：", "Cannot expire: "},
}

// The rules' reasons.
var (
	unknown            = reason{"unknown_ticket", "", "没有这张工单", "there is no such ticket"}
	notYours           = reason{"role_may_not", "", "由热线专办员或区指挥中心办理", "this is for the hotline's agents and the district's desk"}
	wrongStage         = reason{"wrong_stage", "", "工单不在该环节", "the ticket is at another stage"}
	consultDirect      = reason{"consult_answered_directly", "", "咨询类工单直接答复", "a consult is answered directly"}
	incidentRequired   = reason{"incident_required", "", "须先转为事件或关联已有事件", "it must first become an incident, or join one"}
	notTheOne          = reason{"not_the_redo_person", "", "重办由指定的另一人办理", "it is done again by the person named for it"}
	ownReply           = reason{"own_reply", "", "不能审核本人的答复", "nobody reviews their own reply"}
	calledBack         = reason{"already_called_back", "", "已回访", "the caller was called back already"}
	notYet             = reason{"when_in_future", "when", "联系时间晚于现在", "the call lies in the future"}
	beforeIt           = reason{"when_too_early", "when", "联系时间早于工单", "the call lies before the ticket"}
	toCallerRequired   = reason{"to_caller_required", "to_caller", "请填写答复诉求人的内容", "the answer to the caller is missing"}
	toCityRequired     = reason{"to_city_required", "to_city", "请填写回填办理结果", "the report to the city is missing"}
	reasonRequired     = reason{"reason_required", "reason", "请填写原因", "it needs a reason"}
	dueRequired        = reason{"due_required", "due_at", "请填写市热线定下的截止时间", "it needs the time that the city set"}
	duePast            = reason{"due_before_received", "due_at", "截止时间早于接收时间", "the time lies before the ticket came"}
	dueOnlyMoved       = reason{"due_not_moved", "due_at", "只有调整时限的裁定才有截止时间", "only a decision on the clock has a time"}
	nothingAsked       = reason{"nothing_asked", "decision", "没有待裁定的退单", "no return waits for a ruling"}
	noCause            = reason{"not_for_cause", "", "不是有理由的不满意", "the caller was not dissatisfied for cause"}
	redoOnce           = reason{"redo_once", "", "重办只有一次", "it is done again once"}
	redoPending        = reason{"request_pending", "", "重办申请待上一级批准", "it waits for the level above"}
	redoNotAsked       = reason{"redo_not_asked", "approve", "没有待批准的重办申请", "nobody has asked for it"}
	personRequired     = reason{"person_required", "person", "请指定重办的人", "it needs the person who does it"}
	anotherPerson      = reason{"another_person", "person", "重办须由另一人办理", "it must be another person"}
	noCaller           = reason{"no_caller", "", "没有诉求人信息", "nobody said who called"}
	callerConfidential = reason{"caller_confidential", "", "诉求人要求匿名保密", "the caller asked to be confidential"}
	levelUp            = reason{"approval_level_up", "", "须由上一级批准", "it is for the level above whoever asked"}
)

func (r reason) to(name string) *domain.Refusal {
	act := acts[name]
	no := domain.Refuse(r.code, act.zh+r.zh+"。", "%s%s.", act.en, r.en)
	no.Field = r.field
	return no
}

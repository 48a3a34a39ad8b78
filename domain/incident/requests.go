package incident

import (
	"maps"
	"slices"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// evolveRequest returns s after one of the facts of event_requests.go.
func (s State) evolveRequest(e Event) State {
	switch e := e.(type) {
	case ExtensionRequested:
		return s.asks(ExtensionRequest, Request{By: e.By, Unit: e.Unit, At: e.At, Reason: e.Reason})
	case ExtensionGranted:
		s.Extensions++
		s.Helpers = slices.Clone(s.Helpers)
		for i := range s.Helpers {
			if h := &s.Helpers[i]; h.Limit == nil && !h.Done {
				h.Deadline = e.Deadline // as long as the lead
			}
		}
		return s.settled(ExtensionRequest).stands(e.Standing)
	case ExtensionRefused:
		return s.settled(ExtensionRequest)
	case SuspensionRequested:
		return s.asks(SuspensionRequest, Request{
			By: e.By, Unit: e.Unit, At: e.At, Reason: e.Reason, Code: string(e.Code), Until: e.Until,
		})
	case SuspensionGranted:
		s.Suspensions++
		s = s.settled(SuspensionRequest).stands(e.Standing).besides(e.Beside)
		s.Pause = &Pause{From: e.At, Until: e.Until, Code: e.Code, Reason: e.Reason}
	case SuspensionRefused:
		return s.settled(SuspensionRequest)
	case Resumed:
		s = s.stands(e.Standing).besides(e.Beside)
		s.Pause = nil
	case Endorsed:
		asked, pending := s.Asked[e.Request]
		if !pending {
			return s
		}
		asked.Rungs++
		return s.asks(e.Request, asked)
	case ReturnRequested:
		return s.asks(ReturnRequest, Request{
			By: e.By, Unit: e.Unit, At: e.At, Reason: e.Reason, Code: string(e.Code), Clause: e.Clause, Review: e.Review,
		})
	case ReturnRefused:
		return s.settled(ReturnRequest)
	case Recomputed:
		s = s.stands(e.Standing)
		if e.Accept != nil {
			s.AcceptBy = *e.Accept
		}
		if e.Return != nil {
			s.ReturnBy = *e.Return
		}
		if s.Deadline.Missing == 0 && (s.Total == nil || s.Total.Missing == 0) {
			s.Flags = slices.DeleteFunc(slices.Clone(s.Flags), func(f Flag) bool { return f == CalendarNotPublished })
		}
	case Lapsed:
		s.Acts--
		return s.lapses(e)
	default:
	}
	return s
}

func (s State) asks(kind RequestKind, r Request) State {
	s.Asked = maps.Clone(s.Asked)
	if s.Asked == nil {
		s.Asked = map[RequestKind]Request{}
	}
	s.Asked[kind] = r
	return s
}

func (s State) settled(kind RequestKind) State {
	s.Asked = maps.Clone(s.Asked)
	delete(s.Asked, kind)
	return s
}

// besides sets the limits that run beside the two clocks.
func (s State) besides(b Beside) State {
	s.Helpers, s.Calls = slices.Clone(s.Helpers), slices.Clone(s.Calls)
	for i := range min(len(b.Helping), len(s.Helpers)) {
		s.Helpers[i].Deadline = b.Helping[i]
	}
	for i := range min(len(b.Calling), len(s.Calls)) {
		s.Calls[i].Arrive = b.Calling[i]
	}
	return s
}

// lapses notes a duty that was not done in time.
func (s State) lapses(e Lapsed) State {
	i := e.N - 1
	switch {
	case i < 0:
	case e.Of == CallDuty && i < len(s.Calls):
		s.Calls = slices.Clone(s.Calls)
		s.Calls[i].Lapsed = true
	case e.Of == HelpDuty && i < len(s.Helpers):
		s.Helpers = slices.Clone(s.Helpers)
		s.Helpers[i].Late = true
	case e.Of == ReplyDuty && i < len(s.Supervisions):
		s.Supervisions = slices.Clone(s.Supervisions)
		s.Supervisions[i].Lapsed = true
	}
	return s
}

// whileSuspended holds what may be done while the clocks stand still.
var whileSuspended = []string{
	"resume", "urge", "supervise", "reply", "comment", "attach", "void", "merge", "correct", "hand-over", "view-caller",
}

// requestOf says which request a command makes or answers.
var requestOf = map[string]RequestKind{
	"request-extension": ExtensionRequest, "grant-extension": ExtensionRequest, "refuse-extension": ExtensionRequest,
	"request-suspension": SuspensionRequest, "grant-suspension": SuspensionRequest, "refuse-suspension": SuspensionRequest,
	"return": ReturnRequest, "approve-return": ReturnRequest, "refuse-return": ReturnRequest,
}

// permitsRequest says what of this file is refused to those whose business it is.
func (s State) permitsRequest(o Order, c Command) error {
	command := c.Name()
	kind, concerns := requestOf[command]
	asked, pending := s.Asked[kind]
	asks := command == "request-extension" || command == "request-suspension" || command == "return"
	switch {
	case s.Pause != nil && !o.unaided() && !slices.Contains(whileSuspended, command):
		return suspendedNow.to(c)
	case command == "resume" && s.Pause == nil:
		return notSuspended.to(c)
	case !concerns:
		return nil
	case command == "request-extension" && s.Limit.Unit.Urgent():
		return urgentNotExtended.to(c)
	case command == "request-suspension" && s.Limit.Unit.Urgent():
		return urgentNotSuspended.to(c)
	case asks && pending:
		return requestPending.to(c)
	case !asks && !pending:
		return noRequest.to(c)
	case !asks && !o.unaided() && s.covers(o, o.Policy.ladder(kind), asked) == 0:
		return notYourRung.to(c)
	}
	switch due := s.Deadline.Due; {
	case (command == "request-extension" || command == "grant-extension") && due != nil && o.At.After(*due):
		return tooLate.to(c)
	case command == "request-extension" && s.Extensions >= o.Policy.MaxExtensions:
		return extensionLimit.to(c)
	case command == "request-suspension" && s.Suspensions > 0:
		return suspendedBefore.to(c)
	case command == "return" && s.ReturnBy.Due != nil && o.At.After(*s.ReturnBy.Due):
		return returnWindowOver.after(s.ReturnBy.Limits).to(c)
	}
	return nil
}

// unaided tells whether the order is the program's own, given at no desk.
func (o Order) unaided() bool { return o.By.System() && o.By.Unit == "" }

// reviewsReturns tells whether a return has to be approved.
func (p *Policy) reviewsReturns() bool { return p.ReturnReview != "" && p.ReturnReview != ReviewOff }

// ladder returns who grants a request, one after another: never nobody.
func (p *Policy) ladder(kind RequestKind) []Rung {
	var rungs []Rung
	switch {
	case kind == ExtensionRequest:
		rungs = p.ExtensionLadder
	case kind == SuspensionRequest:
		rungs = p.SuspensionLadder
	case p.ReturnReview == ReviewDutyLeader:
		rungs = []Rung{ByDutyLeader}
	}
	if len(rungs) == 0 {
		rungs = []Rung{ByDesk}
	}
	return rungs
}

// left returns the rungs that have not said yes. A ladder that has become shorter
// since leaves its last one.
func (r Request) left(ladder []Rung) []Rung { return ladder[min(r.Rungs, len(ladder)-1):] }

// covers returns how many of the rungs that are left, one after another, the actor
// stands on: whoever stands on two need not say yes twice.
func (s State) covers(o Order, ladder []Rung, asked Request) int {
	left := asked.left(ladder)
	for i, rung := range left {
		if !s.standsOn(o, rung) {
			return i
		}
	}
	return len(left)
}

// standsOn tells whether the actor says yes on a rung: on the first, every desk that
// answers requests at all, which is never the unit that asks ([State.isFor]).
func (s State) standsOn(o Order, rung Rung) bool {
	if rung == ByDesk {
		return true
	}
	return o.By.Unit == o.Book.District() && (rung != ByDutyLeader || jurisdiction.HasPost(o.Posts, jurisdiction.DutyLeader))
}

// grant returns the yeses of the rungs that the actor stands on. Unless it is the
// last one's, the request goes on to the next.
func (s State) grant(o Order, kind RequestKind, x Extra) (yes []Event, last bool) {
	ladder, asked := o.Policy.ladder(kind), s.Asked[kind]
	left := asked.left(ladder)
	covered := s.covers(o, ladder, asked)
	last = covered == len(left)
	for i, rung := range left[:covered] {
		if last && i == covered-1 {
			break
		}
		yes = append(yes, Endorsed{Fact: o.fact(x), Request: kind, Rung: rung, Desk: o.By.Unit})
	}
	return yes, last
}

// requestExtension asks for one more limit.
func (s State) requestExtension(o Order, c RequestExtension) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{ExtensionRequested{Fact: o.fact(c.Extra), Unit: s.Holder, Reason: c.Reason}}, nil
}

// grantExtension adds the limit that the stage began with. The total clock goes on.
func (s State) grantExtension(o Order, c GrantExtension) ([]Event, error) {
	yes, last := s.grant(o, ExtensionRequest, c.Extra)
	if !last {
		return yes, nil
	}
	limit := s.Limit
	if d := s.Deadline; !d.Given && len(d.Limits) > 0 {
		limit = d.Limits[0] // a correction since concerns later handlings
	}
	longer := s.standing()
	longer.Deadline = o.Days.Extend(s.Deadline, limit, o.Policy.WarnPercent)
	return append(yes, ExtensionGranted{Fact: o.fact(c.Extra), Desk: o.By.Unit, Standing: longer}), nil
}

// refuseExtension says no to it.
func (s State) refuseExtension(o Order, c RefuseExtension) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{ExtensionRefused{Fact: o.fact(c.Extra), Desk: o.By.Unit, Reason: c.Reason}}, nil
}

// requestSuspension asks to stop both clocks.
func (s State) requestSuspension(o Order, c RequestSuspension) ([]Event, error) {
	switch {
	case c.Reason == "":
		return nil, reasonRequired.to(c)
	case c.Code != "" && !slices.Contains(SuspendCodes, c.Code):
		return nil, codeUnknown.to(c)
	case !c.Until.After(o.At):
		return nil, untilPast.to(c)
	case c.Until.After(o.At.Add(o.Policy.SuspensionMax)):
		return nil, untilTooFar.to(c)
	}
	return []Event{SuspensionRequested{
		Fact: o.fact(c.Extra), Unit: s.Holder, Reason: c.Reason, Code: c.Code, Until: c.Until,
	}}, nil
}

// grantSuspension stops both clocks, and what runs beside them, until then.
func (s State) grantSuspension(o Order, c GrantSuspension) ([]Event, error) {
	asked := s.Asked[SuspensionRequest]
	if !asked.Until.After(o.At) {
		return nil, untilPast.to(c)
	}
	yes, last := s.grant(o, SuspensionRequest, c.Extra)
	if !last {
		return yes, nil
	}
	pause := deadline.Pause{From: o.At, To: asked.Until}
	still, beside := s.repaused(func(d deadline.Deadline) deadline.Deadline { return o.paused(d, pause) })
	return append(yes, SuspensionGranted{
		Fact: o.fact(c.Extra), Desk: o.By.Unit, Code: SuspendCode(asked.Code), Reason: asked.Reason, Until: asked.Until,
		Beside: beside, Standing: still,
	}), nil
}

// refuseSuspension says no to it.
func (s State) refuseSuspension(o Order, c RefuseSuspension) ([]Event, error) {
	if c.Reason == "" {
		return nil, reasonRequired.to(c)
	}
	return []Event{SuspensionRefused{Fact: o.fact(c.Extra), Desk: o.By.Unit, Reason: c.Reason}}, nil
}

// resume lets the clocks run on: now, or by its timer when the time is over.
func (s State) resume(o Order, c Resume) ([]Event, error) {
	if c.Due != nil {
		return s.tell(o), nil
	}
	return []Event{s.resumed(o, c.Extra)}, nil
}

// resumed is the fact that the suspension ends before its time: what was paused
// has paused until now only.
func (s State) resumed(o Order, x Extra) Resumed {
	runs, beside := s.repaused(func(d deadline.Deadline) deadline.Deadline {
		var pauses []deadline.Pause
		for _, p := range d.Pauses {
			if p.From.Equal(s.Pause.From) && p.To.Equal(s.Pause.Until) {
				p.To = o.At
			}
			if p.From.Before(p.To) {
				pauses = append(pauses, p)
			}
		}
		return o.Days.WithPauses(d, o.Policy.WarnPercent, pauses...)
	})
	return Resumed{Fact: o.fact(x), Beside: beside, Standing: runs}
}

// awake returns what follows from an order, after the end of the suspension if it
// takes a suspended incident elsewhere or ends it. A merge that may be undone ends
// nothing: what was merged stays suspended.
func (s State) awake(o Order, follow []Event) []Event {
	if s.Pause == nil {
		return follow
	}
	then := s
	for _, e := range follow {
		then = Evolve(then, e)
	}
	stays := then.Status == s.Status && then.Stage == s.Stage && then.Holder == s.Holder
	if stays || then.Status == StatusMerged {
		return follow
	}
	return append([]Event{s.resumed(o, Extra{})}, follow...)
}

// standing returns where it stands; the total clock is not touched.
func (s State) standing() Standing {
	return Standing{Stage: s.Stage, Tier: s.Tier, Holder: s.Holder, Deadline: s.Deadline}
}

// repaused returns where it stands, and what runs beside, once every clock of it
// that runs is changed.
func (s State) repaused(change func(deadline.Deadline) deadline.Deadline) (Standing, Beside) {
	stands := s.standing()
	stands.Deadline = change(s.Deadline)
	if s.Total != nil {
		total := change(*s.Total)
		stands.Total = &total
	}
	var beside Beside
	for _, h := range s.Helpers {
		if !h.Done && !h.Deadline.From.IsZero() {
			h.Deadline = change(h.Deadline)
		}
		beside.Helping = append(beside.Helping, h.Deadline)
	}
	for _, c := range s.Calls {
		if c.Answered == "" && !c.Arrive.From.IsZero() {
			c.Arrive = change(c.Arrive)
		}
		beside.Calling = append(beside.Calling, c.Arrive)
	}
	return stands, beside
}

// approveReturn hands it back as the unit asked.
func (s State) approveReturn(o Order, c ApproveReturn) ([]Event, error) {
	asked := s.Asked[ReturnRequest]
	return []Event{s.returned(o, Return{
		Extra: c.Extra, Code: ReturnCode(asked.Code), Reason: asked.Reason, Clause: asked.Clause,
	})}, nil
}

// refuseReturn leaves it with the unit: with a reason, or by its timer because nobody
// answered in time.
func (s State) refuseReturn(o Order, c RefuseReturn) ([]Event, error) {
	switch {
	case c.Due != nil:
		return s.tell(o), nil
	case c.Reason == "":
		return nil, reasonRequired.to(c)
	}
	return []Event{ReturnRefused{Fact: o.fact(c.Extra), Desk: o.desk(s.Dispatcher), Reason: c.Reason}}, nil
}

// recompute gives the clocks a deadline that had none, by the calendar of today.
// Nothing follows where none is missing, or none can be said yet. One that turns out
// to be over already has passed unsaid: it is said now.
func (s State) recompute(o Order, _ Recompute) ([]Event, error) {
	again, found := s.standing(), false
	if d := s.Deadline; d.Missing != 0 {
		again.Deadline = o.Days.Recompute(d, o.Policy.WarnPercent)
		found = again.Deadline.Missing == 0
	}
	if d := s.Total; d != nil && d.Missing != 0 {
		if total := o.Days.Recompute(*d, o.Policy.WarnPercent); total.Missing == 0 {
			again.Total, found = &total, true
		}
	}
	if !found {
		return nil, nil
	}
	anew := Recomputed{Fact: o.fact(Extra{}), Calendar: o.Days.Version(), Standing: again}
	for _, x := range []struct {
		was deadline.Deadline
		is  **deadline.Deadline
	}{{s.AcceptBy, &anew.Accept}, {s.ReturnBy, &anew.Return}} {
		if x.was.Missing == 0 || s.Stage != Handling {
			continue
		}
		if d := o.Days.Recompute(x.was, o.Policy.WarnPercent); d.Missing == 0 {
			*x.is = &d
		}
	}
	events := []Event{anew}
	then := Evolve(s, events[0])
	for _, t := range then.Timers() {
		if t.Kind == ExpiredKind && t.At.Before(o.At) {
			events = append(events, then.says(t, o.fact(Extra{})))
		}
	}
	return events, nil
}

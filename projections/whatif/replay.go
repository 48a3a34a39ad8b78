package whatif

import (
	"slices"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
)

// A fact is one of an incident, decoded.
type fact struct {
	record eventstore.Record // without its data
	event  incident.Event
}

// A life is what became of one incident under other rules.
type life struct {
	made    []fact // the facts that follow from what people did
	refused []Refused
	away    int // acts that had nothing to act on any more
	differs int // index of the first fact that is not history's; -1: none
}

// A replayer decides an incident's acts again, one after another. While everything came
// out as it was, one state stands for both.
type replayer struct {
	was, now Rules
	facts    []fact
	known    *recall
	state    incident.State  // under the other rules
	apart    bool            // it may be another than it was
	then     incident.State  // as it was, once they are apart
	filed    *incident.Filed // the last filing under the other rules
	n        int             // facts that followed
	whole    bool            // these are kept also while they are history's
	life     life
}

// A recall is what the rules of then say of an incident's facts, whatever the other rules
// are: it is filled in while history is replayed by its own rules, and only read after that.
type recall struct {
	gave  map[int]bool                 // the reason of a dispatch came with the command
	route map[int]jurisdiction.Routing // of a report
	full  bool
}

func (m *recall) gaveBasis(i int, find func() bool) bool {
	if m == nil {
		return find()
	}
	gave, known := m.gave[i]
	if !known {
		if gave = find(); m.full {
			return gave
		}
		if m.gave == nil {
			m.gave = map[int]bool{}
		}
		m.gave[i] = gave
	}
	return gave
}

func (m *recall) routed(i int, find func() jurisdiction.Routing) jurisdiction.Routing {
	if m == nil {
		return find()
	}
	route, known := m.route[i]
	if !known {
		if route = find(); m.full {
			return route
		}
		if m.route == nil {
			m.route = map[int]jurisdiction.Routing{}
		}
		m.route[i] = route
	}
	return route
}

// replay decides an incident's acts again. was are the rules of then, now the other
// ones; horizon is until when clocks run.
func replay(was, now Rules, facts []fact, horizon time.Time) life {
	return (&replayer{was: was, now: now, facts: facts, whole: true}).live(horizon)
}

// live replays the whole incident. What is made is told only of one that differs, unless
// it is wanted whole.
func (r *replayer) live(horizon time.Time) life {
	facts := r.facts
	r.life.differs = -1
	if r.whole {
		r.life.made = make([]fact, 0, len(facts)+2)
	}
	for i := range facts {
		r.slot(i)
	}
	if len(facts) == 0 {
		return r.life
	}
	if r.life.differs < 0 && r.n != len(facts) {
		r.diverge(min(r.n, len(facts)), len(facts))
	}
	r.warn(len(facts)-1, horizon, true)
	return r.life
}

// history returns the incident as it was before fact i, to be asked before fact i is
// added to it.
func (r *replayer) history() incident.State {
	if r.apart {
		return r.then
	}
	return r.state
}

// slot does what history did at fact i, if it was an act or a clock's word.
func (r *replayer) slot(i int) {
	f := r.facts[i]
	before := r.history()
	done := r.life.differs < 0 && r.n > i // it followed from an earlier act already
	if !done {
		r.do(i, f, before)
		r.compare(i, before)
	}
	if r.apart {
		r.then = incident.Evolve(r.then, f.event)
	}
}

// do gives the command that fact i tells of.
func (r *replayer) do(i int, f fact, before incident.State) {
	at := incident.FactOf(f.event).At
	if t, spoken := incident.SpokenBy(before, f.event); spoken {
		if waits, found := r.state.Waits(t); found {
			r.give(i, later(at, waits.At), incident.Workflow, nil, t.Command())
		}
		return
	}
	command := incident.Retold(f.event)
	if command == nil || r.follows(i, before) {
		return
	}
	r.warn(i, at, false)
	by := incident.FactOf(f.event).By
	if r.apart {
		r.approve(i, at, by, command, before)
		by = r.standsIn(by, before)
		if r.fallsAway(command, before) {
			r.life.away++
			return
		}
	}
	command = r.asNow(i, f, before, command)
	if err := r.give(i, at, by, r.posts(i), command); err != nil {
		r.life.refused = append(r.life.refused, Refused{
			Position: f.record.Position, At: at, Command: command.Name(), Unit: by.Unit, Code: err.Code, Why: err.Zh, WhyEN: err.Detail,
		})
	}
	r.byItself(i, f, before)
}

// give decides a command and adds what follows.
func (r *replayer) give(i int, at time.Time, by incident.Actor, posts []jurisdiction.Post, c incident.Command) *domain.Refusal {
	ref := r.now.At(r.facts[i].record.Position, at)
	events, err := incident.Decide(r.state, incident.Order{
		At: at, By: by, Book: ref.Book, Matters: ref.Matters, Days: ref.Days, Policy: ref.Policy, Posts: posts, Command: c,
	})
	if err != nil {
		refusal, _ := domain.AsRefusal(err)
		if refusal == nil {
			refusal = domain.Refuse("failed", err.Error(), "%v", err)
		}
		return refusal
	}
	for _, e := range events {
		if r.life.differs < 0 && (r.n >= len(r.facts) || !same(e, r.facts[r.n].event)) {
			r.diverge(r.n, i)
		}
		r.n++
		if r.whole || r.life.differs >= 0 {
			record := r.facts[i].record
			record.At, record.Version = incident.FactOf(e).At, eventstore.Version(r.n)
			r.life.made = append(r.life.made, fact{record, e})
		}
		if filed, ok := e.(incident.Filed); ok {
			r.filed = &filed
		}
		r.state = incident.Evolve(r.state, e)
	}
	return nil
}

// compare looks whether fact i, which was an act, did not follow. A clock's word may
// still come with the act that it waits for.
func (r *replayer) compare(i int, before incident.State) {
	if r.life.differs >= 0 || r.n > i {
		return
	}
	e := r.facts[i].event
	if _, spoken := incident.SpokenBy(before, e); !spoken && incident.Retold(e) != nil && !r.follows(i, before) {
		r.diverge(r.n, i)
	}
}

// diverge notes that the n-th fact is the first that is not history's, and lets the
// two go on apart: history stands before fact i.
func (r *replayer) diverge(n, i int) {
	r.life.differs = n
	if !r.whole {
		r.life.made = append(make([]fact, 0, len(r.facts)+2), r.facts[:n]...)
	}
	r.apart, r.then = true, incident.State{}
	for _, f := range r.facts[:min(i, len(r.facts))] {
		r.then = incident.Evolve(r.then, f.event)
	}
}

// warn lets clocks speak that run otherwise than they did: up to a moment, and at the
// end of history also those that expire before it. A clock that runs as it did speaks when
// it did, or not at all.
func (r *replayer) warn(i int, until time.Time, end bool) {
	if !r.apart {
		return
	}
	for {
		timers := r.state.Timers()
		next := slices.IndexFunc(timers, func(t incident.Timer) bool {
			if t.AtOnce() && t.At.After(until) || !t.AtOnce() && (!end || !t.At.Before(until)) {
				return false
			}
			shared, same := r.then.Waits(t)
			return !same || !shared.At.Equal(t.At)
		})
		if next < 0 {
			return
		}
		n := r.n
		if err := r.give(i, timers[next].At, incident.Workflow, nil, timers[next].Command()); err != nil || r.n == n {
			return
		}
	}
}

// follows tells whether fact i is no act of its own: one more yes of a grant that the
// fact before it began, or the end of a suspension that the next fact brings with it.
func (r *replayer) follows(i int, before incident.State) bool {
	e, by := r.facts[i].event, incident.FactOf(r.facts[i].event)
	beside := func(j int) bool {
		if j < 0 || j >= len(r.facts) {
			return false
		}
		other := incident.FactOf(r.facts[j].event)
		return other.At.Equal(by.At) && other.By == by.By
	}
	switch e := e.(type) {
	case incident.Endorsed, incident.ExtensionGranted, incident.SuspensionGranted:
		if !beside(i - 1) {
			return false
		}
		_, endorsed := r.facts[i-1].event.(incident.Endorsed)
		return endorsed
	case incident.Resumed:
		if e.Auto || e.Note != "" || len(e.Photos) > 0 || !beside(i+1) {
			return false
		}
		then := incident.Evolve(incident.Evolve(before, e), r.facts[i+1].event)
		return then.Status != before.Status && then.Status != incident.StatusMerged || then.Stage != before.Stage || then.Holder != before.Holder
	default:
		return false
	}
}

// posts returns the posts that the actor of fact i must have held; nil: all.
func (r *replayer) posts(i int) []jurisdiction.Post {
	e := r.facts[i].event
	if slices.Contains(incident.FactOf(e).Notices, incident.PostNotHeld) {
		return []jurisdiction.Post{jurisdiction.DutyLeader, jurisdiction.Clerk}
	}
	if _, endorsed := e.(incident.Endorsed); !endorsed {
		return nil
	}
	for j := i + 1; j < len(r.facts) && r.follows(j, incident.State{}); j++ {
		if _, last := r.facts[j].event.(incident.Endorsed); !last {
			return nil // he granted it
		}
	}
	// The duty leader would have had the last word.
	return []jurisdiction.Post{jurisdiction.IntakePost, jurisdiction.DispatchPost, jurisdiction.ClosingPost, jurisdiction.Clerk}
}

// asNow returns the command of fact i as it would be given: what the edge or the program
// looked up then is looked up in the other tables.
func (r *replayer) asNow(i int, f fact, before incident.State, c incident.Command) incident.Command {
	switch c := c.(type) {
	case incident.Report:
		return r.routed(i, f, c)
	case incident.Dispatch:
		if e, ok := f.event.(incident.Dispatched); ok && e.Auto && incident.FactOf(e).By == incident.Workflow && r.filed != nil {
			// The program dispatches to whom the other tables name; where they name nobody,
			// the desk is taken to do what the program did.
			c.IfAt = r.state.Acts
			if r.filed.Unit != "" {
				c.Unit, c.Basis = r.filed.Unit, r.filed.Basis
			}
			return c
		}
		c.IfAt = r.state.Acts
		if !r.known.gaveBasis(i, func() bool { return r.gaveBasis(f, before, c) }) {
			c.Basis = incident.Basis{}
		}
		return c
	case incident.Transfer:
		if !r.known.gaveBasis(i, func() bool { return r.gaveBasis(f, before, c) }) {
			c.Basis = incident.Basis{}
		}
		return c
	default:
		return c
	}
}

// gaveBasis tells whether the reason of a dispatch came with the command, and was not
// found by the rules of then.
func (r *replayer) gaveBasis(f fact, before incident.State, c incident.Command) bool {
	var said incident.Basis
	switch e := f.event.(type) {
	case incident.Dispatched:
		said = e.Basis
	case incident.Delegated:
		said = e.Basis
	case incident.Transferred:
		said = e.Basis
	default:
	}
	switch x := c.(type) {
	case incident.Dispatch:
		x.Basis = incident.Basis{}
		c = x
	case incident.Transfer:
		x.Basis = incident.Basis{}
		c = x
	default:
	}
	at := incident.FactOf(f.event)
	ref := r.was.At(f.record.Position, at.At)
	events, err := incident.Decide(before, incident.Order{
		At: at.At, By: at.By, Book: ref.Book, Matters: ref.Matters, Days: ref.Days, Policy: ref.Policy, Command: c,
	})
	if err != nil || len(events) == 0 {
		return true
	}
	switch e := events[len(events)-1].(type) {
	case incident.Dispatched:
		return e.Basis != said
	case incident.Delegated:
		return e.Basis != said
	case incident.Transferred:
		return e.Basis != said
	default:
		return true
	}
}

// routed returns a report as the other tables route it. Where somebody else than the
// tables said which desk takes it in, that desk does.
func (r *replayer) routed(i int, f fact, c incident.Report) incident.Command {
	if i+1 < len(r.facts) {
		if e, ok := r.facts[i+1].event.(incident.Routed); ok {
			c.Routing = e.Routing
		}
	}
	was, now := r.was.At(f.record.Position, f.record.At), r.now.At(f.record.Position, f.record.At)
	if len(was.Matters.CriteriaOf(c.Matter)) == 0 && len(now.Matters.CriteriaOf(c.Matter)) > 0 {
		c.Flags = slices.DeleteFunc(c.Flags, func(x incident.Flag) bool { return x == incident.NoCriterion })
	}
	q := jurisdiction.Question{
		Source: string(c.Source), Matter: c.Matter, Criterion: c.Criterion, Severity: string(c.Severity), Place: c.Place, Concerns: c.Concerns,
	}
	asked, then := c.Routing, r.known.routed(i, func() jurisdiction.Routing { return was.Book.Route(q) })
	other := then
	if was.Book != now.Book {
		other = now.Book.Route(q)
	}
	alike := func(a, b jurisdiction.Routing) bool {
		return same(incident.Routed{Routing: a}, incident.Routed{Routing: b})
	}
	switch {
	case alike(asked, then):
		c.Routing = other
	case !alike(then, other): // it was asked in another way then, and the tables say something else now
		if c.Routing = other; asked.Desk != then.Desk {
			c.Routing.Desk = asked.Desk
		}
	}
	return c
}

// byItself does what the program does after fact i by the other tables and did not do
// then: file what they leave no doubt about, and dispatch what exactly one unit answers for.
func (r *replayer) byItself(i int, f fact, before incident.State) {
	at := incident.FactOf(f.event).At
	switch e := f.event.(type) {
	case incident.Reported:
		if e.Source != incident.FromInspector || slices.Contains(e.Flags, incident.Imported) {
			return
		}
		_, then := settled(r.was.At(f.record.Position, at), e)
		criterion, now := settled(r.now.At(f.record.Position, at), e)
		if then || !now {
			return
		}
		r.give(i, at, incident.Workflow, nil, incident.File{Matter: e.Matter, Criterion: criterion, Severity: e.Severity})
		r.dispatch(i, at)
	case incident.Filed:
		if e.Unit == "" && e.First && !slices.Contains(before.Flags, incident.Imported) {
			r.dispatch(i, at)
		}
	default:
	}
}

func (r *replayer) dispatch(i int, at time.Time) {
	if !r.apart || r.filed == nil || r.filed.Unit == "" || !r.filed.First || r.state.Stage != incident.Dispatching {
		return
	}
	r.give(i, at, incident.Workflow, nil, incident.Dispatch{Unit: r.filed.Unit, Auto: true, IfAt: r.state.Acts, Basis: r.filed.Basis})
}

// settled tells whether an inspector's report is filed without asking, and under which
// criterion: the one that was chosen, else the matter's only one.
func settled(ref *reference.Reference, e incident.Reported) (string, bool) {
	matter, known := ref.Matters.Matter(e.Matter)
	if !known || !matter.Activated || ref.Policy.AutoFilePhoto && !e.Fresh {
		return "", false
	}
	of := ref.Matters.CriteriaOf(e.Matter)
	if e.Criterion == "" && len(of) == 1 {
		return of[0].ID, true
	}
	return e.Criterion, slices.ContainsFunc(of, func(c catalogue.Criterion) bool { return c.ID == e.Criterion })
}

// standsIn returns who acts where history's actor did: if another unit has the incident,
// somebody of that unit.
func (r *replayer) standsIn(by incident.Actor, before incident.State) incident.Actor {
	if by.Unit == "" {
		return by
	}
	pairs := [][2]string{{before.Dispatcher, r.state.Dispatcher}, {before.IntakeDesk, r.state.IntakeDesk}, {before.Unit, r.state.Unit}}
	if before.Stage == r.state.Stage {
		pairs = append([][2]string{{before.Holder, r.state.Holder}}, pairs...)
	}
	for _, as := range pairs {
		if as[0] != by.Unit || as[1] == "" {
			continue
		}
		if as[1] == as[0] {
			return by
		}
		by.Unit = as[1]
		if by.Role != "" && by.Role != jurisdiction.Inspector {
			by.Role = r.roleAt(by.Unit, by.Role)
		}
		return by
	}
	return by
}

// roleAt is the role of those who work for a unit.
func (r *replayer) roleAt(unit string, role jurisdiction.Role) jurisdiction.Role {
	last := r.facts[len(r.facts)-1].record
	u, known := r.now.At(last.Position, last.At).Book.Unit(unit)
	switch {
	case !known:
		return role
	case u.Kind == jurisdiction.Station:
		return jurisdiction.CommunityStaff
	case u.Kind == jurisdiction.Center && u.Tier == jurisdiction.District:
		return jurisdiction.DistrictDesk
	case u.Kind == jurisdiction.Center:
		return jurisdiction.StreetDesk
	}
	return jurisdiction.Handler
}

// approve says yes to a return that the other rules let a unit only ask for, once the
// desk goes on as it did after the return: it would have had to say so first.
func (r *replayer) approve(i int, at time.Time, by incident.Actor, c incident.Command, before incident.State) {
	if _, asked := r.state.Asked[incident.ReturnRequest]; !asked || before.Stage != incident.Dispatching {
		return
	}
	switch c.(type) {
	case incident.Dispatch, incident.Escalate, incident.OpenCoordination:
		by.Unit = r.state.Dispatcher
		r.give(i, at, by, nil, incident.ApproveReturn{})
	default:
	}
}

// fallsAway tells whether an act has nothing to act on under the other rules: a unit
// that never had it gives nothing back and asks for nothing, nobody answers what was not
// asked, and what a unit has, or is filed, is not dispatched or filed again.
func (r *replayer) fallsAway(c incident.Command, before incident.State) bool {
	elsewhere := before.Holder != r.state.Holder
	pending := func(kind incident.RequestKind) bool { _, there := r.state.Asked[kind]; return there }
	switch c.(type) {
	case incident.Return, incident.Escalate:
		return before.Stage == incident.Handling && elsewhere
	case incident.RequestExtension, incident.RequestSuspension:
		return elsewhere
	case incident.GrantExtension, incident.RefuseExtension:
		return !pending(incident.ExtensionRequest)
	case incident.GrantSuspension, incident.RefuseSuspension:
		return !pending(incident.SuspensionRequest)
	case incident.ApproveReturn, incident.RefuseReturn:
		return !pending(incident.ReturnRequest)
	case incident.Resume:
		return r.state.Pause == nil
	case incident.File:
		return r.state.Filings > before.Filings
	case incident.Dispatch:
		return r.state.Stage == incident.Handling && before.Stage == incident.Dispatching
	default:
		return false
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

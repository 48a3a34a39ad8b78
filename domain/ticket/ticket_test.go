package ticket_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
)

var (
	nine   = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST) // a Monday
	feed   = incident.Actor{Person: "feed", Unit: "440114", Role: jurisdiction.Hotline}
	ann    = incident.Actor{Person: "ann", Unit: "440114", Role: jurisdiction.Hotline}
	bob    = incident.Actor{Person: "bob", Unit: "440114", Role: jurisdiction.Hotline}
	desk   = incident.Actor{Person: "desk", Unit: "440114", Role: jurisdiction.DistrictDesk}
	leader = incident.Actor{Person: "leader", Unit: "440114", Role: jurisdiction.DistrictDesk}
	street = incident.Actor{Person: "street", Unit: "440114002", Role: jurisdiction.StreetDesk}
)

func content(version int, kind ticket.Type) ticket.Content {
	return ticket.Content{Version: version, Number: "穗热线-1", Type: kind, Text: "路灯不亮", ReceivedAt: &nine}
}

func receive(c ticket.Content) ticket.Receive {
	return ticket.Receive{Source: "12345", External: "T-1", Content: c}
}

func samples() []ticket.Event {
	fact := ticket.Fact{At: nine.UTC(), By: ann}
	due := nine.AddDate(0, 0, 9).UTC()
	at := nine.UTC()
	c := content(2, ticket.Complaint)
	c.ReceivedAt, c.DueAt = &at, &due
	c.Matter = catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "07003"}
	c.Location = &incident.Location{Point: &orb.Point{113.22, 23.39}, CRS: "wgs84", Address: "桂花路 1 号"}
	c.Place = jurisdiction.Place{Grid: "440114002002001", GridVersion: "v", Community: "440114002002", Street: "440114002", District: "440114"}
	c.Caller = &ticket.Caller{Subject: "s", Line: "l", Confidential: true}
	clocks := ticket.Clocks{
		City: deadline.Given(at, due, 80), Internal: &at, Reserve: deadline.Limit{N: 1, Unit: deadline.WorkingDays}, Contact: deadline.Given(at, due, 80),
	}
	return []ticket.Event{
		ticket.Received{Fact: fact, Source: "12345", External: "T-1", Digest: "d", Content: c, Clocks: clocks},
		ticket.Changed{Fact: fact, Digest: "d", Content: c, Clocks: clocks},
		ticket.Noted{Fact: fact, Digest: "d", Content: c},
		ticket.Conflicted{Fact: fact, Digest: "d", Content: c},
		ticket.Signed{Fact: fact},
		ticket.Contacted{Fact: fact, Reached: true, When: at, Note: "约次日到场"},
		ticket.Linked{Fact: fact, Incident: "01a20897-29e7-7105-ae03-d2abc1a67395", Number: "440114-20261123-00001", Street: "440114002", Community: "440114002002", Tier: jurisdiction.Street},
		ticket.Replied{Fact: fact, ToCaller: "已修好。", ToCity: "已办结。", Resolution: ticket.Resolved, Unit: "440114002-S01"},
		ticket.Reviewed{Fact: fact, Reason: "未说明时间"},
		ticket.ReturnAsked{Fact: fact, Reason: "属白云区"},
		ticket.Ruled{Fact: fact, Decision: ticket.Moved, Number: "穗热线〔2026〕7 号", Reason: "疑难", DueAt: &due, Clocks: &clocks},
		ticket.CalledBack{Fact: fact, Result: ticket.NotSatisfied, ForCause: true, Note: "仍不亮"},
		ticket.RedoAsked{Fact: fact, Person: "bob", Reason: "未修好"},
		ticket.RedoDecided{Fact: fact, Approved: true, Reason: "同意"},
		ticket.Warned{Fact: fact, Clock: ticket.InternalClock, Due: due},
		ticket.Expired{Fact: fact, Clock: ticket.CityClock, Due: due},
		ticket.Recomputed{Fact: fact, Calendar: "2027", Clocks: clocks},
		ticket.Repeated{Fact: fact, Of: "01a20897-29e7-8105-ae03-d2abc1a67395", Number: "穗热线-0", Count: 2},
		ticket.CallerViewed{Fact: fact, Reason: "约定到场时间"},
	}
}

type scene struct {
	t     testing.TB
	ref   *reference.Reference
	state ticket.State
	at    time.Time
	posts []jurisdiction.Post
}

func policy(ref *reference.Reference) ticket.Policy {
	p := ticket.Policy{
		Limits: map[ticket.Type]deadline.Limit{}, Unknown: ref.Policy.HotlineTotal, Warn: ref.Policy.WarnPercent,
		Reserve: ref.Limits["reply_reserve"].Normal, Contact: ref.Limits["contact"].Normal,
	}
	for kind, l := range ref.Policy.Tickets.Limits {
		p.Limits[ticket.Type(kind)] = l
	}
	return p
}

func begin(t testing.TB) *scene {
	t.Helper()
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &scene{t: t, ref: ref, at: nine}
}

func (s *scene) order(by incident.Actor, c ticket.Command) ticket.Order {
	return ticket.Order{At: s.at, By: by, Posts: s.posts, Days: s.ref.Days, Policy: policy(s.ref), Command: c}
}

func (s *scene) asks(by incident.Actor, c ticket.Command) ([]ticket.Event, error) {
	return ticket.Decide(s.state, s.order(by, c))
}

func (s *scene) when(by incident.Actor, c ticket.Command) *scene {
	s.t.Helper()
	events, err := s.asks(by, c)
	if err != nil || len(events) == 0 {
		s.t.Fatalf("%s by %s: %v, %v", c.Name(), by.Person, events, err)
	}
	s.state = ticket.Decider.Fold(s.state, events...)
	return s
}

func (s *scene) nothing(by incident.Actor, c ticket.Command) *scene {
	s.t.Helper()
	if events, err := s.asks(by, c); err != nil || len(events) != 0 {
		s.t.Fatalf("%s again by %s: %v, %v", c.Name(), by.Person, events, err)
	}
	return s
}

func (s *scene) refused(code string, by incident.Actor, c ticket.Command) *scene {
	s.t.Helper()
	events, err := s.asks(by, c)
	if no, ok := domain.AsRefusal(err); !ok || no.Code != code || no.Zh == "" {
		s.t.Fatalf("%s by %s: %v, %v; want %s", c.Name(), by.Person, events, err, code)
	}
	return s
}

func (s *scene) stands(stage ticket.Stage) *scene {
	s.t.Helper()
	if s.state.Stage != stage {
		s.t.Fatalf("it stands at %s, want %s", s.state.Stage, stage)
	}
	return s
}

var (
	link     = ticket.Link{Incident: "i1", Number: "440114-20261123-00001", Street: "440114002"}
	reply    = ticket.Reply{ToCaller: "已修好。", ToCity: "已办结。", Resolution: ticket.Resolved}
	bad      = ticket.Callback{Result: ticket.NotSatisfied, ForCause: true}
	yes, no  = true, false
	complain = receive(content(1, ticket.Complaint))
)

func TestAComplaintFromReceiptToCallback(t *testing.T) {
	s := begin(t).when(feed, complain).stands(ticket.AtReceived)
	s.refused("wrong_stage", ann, reply).refused("wrong_stage", ann, ticket.Contact{}).refused("wrong_stage", ann, link)
	s.when(ann, ticket.Sign{}).nothing(ann, ticket.Sign{}).stands(ticket.AtSigned)
	s.when(ann, ticket.Contact{Note: "无人接听"}).when(ann, ticket.Contact{Reached: true})
	s.refused("when_in_future", ann, ticket.Contact{When: nine.Add(time.Minute)})
	s.refused("when_too_early", ann, ticket.Contact{When: nine.AddDate(0, 0, -3)})
	s.refused("incident_required", ann, reply)
	s.when(ann, link).nothing(bob, link)
	s.refused("to_caller_required", ann, ticket.Reply{ToCity: "x"}).refused("to_city_required", ann, ticket.Reply{ToCaller: "x", ToCity: " "})
	s.when(ann, reply).nothing(ann, reply).stands(ticket.AtAnswered)
	s.refused("own_reply", ann, ticket.Review{Pass: true}).refused("reason_required", bob, ticket.Review{})
	s.when(bob, ticket.Review{Reason: "未说明时间"}).stands(ticket.AtSigned)
	s.when(ann, reply).when(bob, ticket.Review{Pass: true}).nothing(bob, ticket.Review{Pass: true}).stands(ticket.AtReviewed)
	s.refused("wrong_stage", ann, ticket.Return{Reason: "x"})
	s.when(feed, ticket.Callback{Result: ticket.NotReached}).stands(ticket.AtCalledBack)
	s.refused("not_for_cause", ann, ticket.Redo{Person: "bob", Reason: "x"})
	s.refused("not_for_cause", ann, ticket.Callback{Result: ticket.Basic, ForCause: true})
	s.when(feed, ticket.Callback{Result: ticket.Satisfied}).nothing(feed, ticket.Callback{Result: ticket.Satisfied})
	s.refused("already_called_back", feed, bad)
	if len(s.state.Contacts) != 2 || len(s.state.Replies) != 2 || !s.state.Ended() || s.state.Rating() != ticket.Satisfied {
		t.Errorf("%+v", s.state)
	}
	for _, c := range []ticket.Command{ticket.Sign{}, reply, bad, link} {
		begin(t).when(feed, complain).refused("role_may_not", street, c)
		begin(t).refused("unknown_ticket", ann, c)
	}
	begin(t).refused("role_may_not", desk, complain)
}

func TestAConsultIsAnsweredDirectly(t *testing.T) {
	s := begin(t).when(feed, receive(content(1, ticket.Consult))).when(ann, ticket.Sign{})
	s.refused("consult_answered_directly", ann, link)
	s.when(ann, reply).stands(ticket.AtAnswered)
}

func TestDissatisfiedForCauseIsDoneAgainOnceByAnother(t *testing.T) {
	s := begin(t).when(feed, complain).when(ann, ticket.Sign{}).when(ann, link).when(ann, reply).when(bob, ticket.Review{Pass: true})
	s.when(feed, bad)
	again := ticket.Redo{Person: "bob", Reason: "仍不亮"}
	s.refused("redo_not_asked", desk, ticket.Redo{Approve: &yes}).refused("another_person", ann, ticket.Redo{Person: "ann", Reason: "x"})
	s.refused("person_required", ann, ticket.Redo{Reason: "x"}).refused("reason_required", ann, ticket.Redo{Person: "bob"})
	s.when(ann, again).nothing(ann, again)
	s.refused("approval_level_up", ann, ticket.Redo{Approve: &yes}).refused("approval_level_up", bob, ticket.Redo{Approve: &yes})
	s.refused("request_pending", desk, again).refused("reason_required", desk, ticket.Redo{Approve: &no})
	s.when(desk, ticket.Redo{Approve: &yes}).stands(ticket.AtSigned)
	s.refused("not_the_redo_person", ann, reply).when(bob, reply)
	s.refused("own_reply", bob, ticket.Review{Pass: true}).when(ann, ticket.Review{Pass: true}).when(feed, bad)
	s.refused("redo_once", ann, ticket.Redo{Person: "carl", Reason: "x"})

	// What the desk asks for is for whoever leads its shift.
	s = begin(t).when(feed, complain).when(ann, ticket.Sign{}).when(ann, link).when(ann, reply).when(bob, ticket.Review{Pass: true})
	s.when(feed, bad).when(desk, again)
	s.posts = []jurisdiction.Post{jurisdiction.DispatchPost}
	s.refused("approval_level_up", leader, ticket.Redo{Approve: &no, Reason: "x"})
	s.posts = []jurisdiction.Post{jurisdiction.DutyLeader}
	s.when(leader, ticket.Redo{Approve: &no, Reason: "已修好"}).stands(ticket.AtCalledBack)
	s.refused("redo_once", ann, again)
}

func TestTheCityTakesItBackOrNot(t *testing.T) {
	s := begin(t).when(feed, complain).when(ann, ticket.Sign{})
	s.refused("nothing_asked", ann, ticket.Rule{Decision: ticket.Refused}).refused("reason_required", ann, ticket.Return{})
	s.when(ann, ticket.Return{Reason: "属白云区"}).stands(ticket.AtReturning).refused("wrong_stage", ann, reply)
	city := *s.state.Clocks.City.Due
	s.when(ann, ticket.Rule{Decision: ticket.Refused, Reason: "属花都"}).stands(ticket.AtSigned)
	if !s.state.Clocks.City.Due.Equal(city) {
		t.Error("a refused return moved the clock")
	}
	s.when(ann, ticket.Return{Reason: "属白云区，附界址"})
	s.when(ann, ticket.Rule{Decision: ticket.Accepted}).nothing(ann, ticket.Rule{Decision: ticket.Accepted}).stands(ticket.AtReturned)
	if len(s.state.Returns) != 2 || s.state.Returns[0].Ruling.Decision != ticket.Refused || !s.state.Ended() {
		t.Errorf("%+v", s.state.Returns)
	}
	s.at = nine.AddDate(1, 0, 0)
	s.fire().overdue(false, false, false)
}

func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, deadline.CST) }

func TestOnlyTheCitysWordMovesItsClock(t *testing.T) {
	s := begin(t).when(feed, complain)
	want := time.Date(2026, 12, 14, 9, 0, 0, 0, deadline.CST) // 15 working days
	if got := s.state.Clocks; !got.City.Due.Equal(want) || !got.Internal.Equal(want.AddDate(0, 0, -3)) || !got.Contact.Due.Equal(at(24, 9)) {
		t.Fatalf("city %v, internal %v, contact %v", got.City.Due, got.Internal, got.Contact.Due)
	}
	s.when(ann, ticket.Sign{}).when(ann, ticket.Return{Reason: "x"})
	s.refused("due_required", ann, ticket.Rule{Decision: ticket.Moved})
	late, early := at(30, 18), at(20, 9)
	s.refused("due_before_received", ann, ticket.Rule{Decision: ticket.Moved, DueAt: &early})
	s.refused("due_not_moved", ann, ticket.Rule{Decision: ticket.Refused, DueAt: &late})
	s.when(ann, ticket.Rule{Decision: ticket.Moved, DueAt: &late, Number: "7 号"}).stands(ticket.AtReturning)
	s.nothing(ann, ticket.Rule{Decision: ticket.Moved, DueAt: &late, Number: "7 号"})
	moved := func(due, internal time.Time) {
		t.Helper()
		if got := s.state.Clocks; !got.City.Due.Equal(due) || !got.Internal.Equal(internal) || !got.City.Given {
			t.Errorf("city %v, internal %v; want %v, %v", got.City.Due, got.Internal, due, internal)
		}
	}
	moved(late, at(27, 18))
	s.when(feed, receive(content(2, ticket.Help))) // says no time: the ruling stands
	moved(late, at(27, 18))
	said := content(3, ticket.Help)
	due := at(26, 10)
	said.DueAt = &due
	s.when(feed, receive(said))
	moved(due, at(25, 10))
	hour := content(4, ticket.Help) // no day to spare
	soon := nine.Add(time.Hour)
	hour.DueAt = &soon
	s.when(feed, receive(hour))
	moved(soon, soon)

	far := content(1, ticket.Complaint)
	december := time.Date(2026, 12, 25, 9, 0, 0, 0, deadline.CST)
	far.ReceivedAt = &december
	if c := begin(t).when(feed, receive(far)).state.Clocks; c.City.Due != nil || c.City.Missing != 2027 || c.Internal != nil {
		t.Errorf("beyond the calendar: %+v", c)
	}
}

func (s *scene) overdue(city, internal, contact bool) *scene {
	s.t.Helper()
	if a, b, c := s.state.Overdue(); a != city || b != internal || c != contact {
		s.t.Fatalf("overdue: city %v, internal %v, contact %v", a, b, c)
	}
	return s
}

func (s *scene) on(day, hour int) *scene {
	s.at = at(day, hour)
	return s
}

// fire lets every timer that is due speak, however late it is.
func (s *scene) fire() *scene {
	s.t.Helper()
	for {
		timers := s.state.Timers()
		if len(timers) == 0 || timers[0].Fires().After(s.at) {
			return s
		}
		s.when(incident.Workflow, timers[0].Command())
	}
}

func TestOverdueFollowsFromFacts(t *testing.T) {
	s := begin(t).when(feed, receive(content(1, ticket.Consult))).when(ann, ticket.Sign{}) // city 25th 09:00, internal and contact 24th 09:00
	s.on(24, 9).fire().overdue(false, false, false)                                        // the very instant is in time
	s.when(ann, ticket.Contact{}).on(24, 10).fire().overdue(false, true, false)
	if m := s.state.Expiry(ticket.InternalClock); !m.At.Equal(at(24, 9)) || !m.Due.Equal(at(24, 9)) || s.state.Expiry(ticket.ContactClock) != nil {
		t.Errorf("it expired at %+v", m)
	}
	s.when(ann, reply).on(25, 9).when(bob, ticket.Review{Reason: "x"}) // sent back: nothing is written
	s.on(25, 10).when(ann, reply).overdue(true, true, false)           // no timer came: the order says first what was due
	s.when(bob, ticket.Review{Pass: true}).overdue(true, true, false)
	if m := s.state.Expiry(ticket.CityClock); !m.At.Equal(at(25, 9)) || len(s.state.Timers()) != 0 {
		t.Errorf("%+v, then %+v", m, s.state.Timers())
	}

	// An answer that is out reaches the caller: it is a first contact too.
	s = begin(t).when(feed, receive(content(1, ticket.Consult))).when(ann, ticket.Sign{}).when(ann, reply).when(bob, ticket.Review{Pass: true})
	if timers := s.state.Timers(); len(timers) != 0 {
		t.Errorf("still waiting: %+v", timers)
	}
	s.nothing(incident.Workflow, ticket.Expire{Clock: ticket.CityClock, Due: at(25, 9)}).refused("role_may_not", ann, ticket.Expire{Clock: ticket.CityClock, Due: at(25, 9)})
}

// What waits for the city's word on a return runs out with a refusal, and never when the
// city takes it back.
func TestNothingRunsOutWhileTheCityIsAsked(t *testing.T) {
	s := begin(t).when(feed, receive(content(1, ticket.Consult))).when(ann, ticket.Sign{}).when(ann, ticket.Return{Reason: "x"})
	s.on(26, 10).fire().overdue(false, false, false)
	asked := *s
	s.when(ann, ticket.Rule{Decision: ticket.Refused}).fire().overdue(false, false, false)
	s.on(26, 11).fire().overdue(true, true, true)
	if m := s.state.Expiry(ticket.CityClock); !m.At.Equal(at(26, 10)) || !m.Due.Equal(at(25, 9)) {
		t.Errorf("%+v", m)
	}
	asked.when(ann, ticket.Rule{Decision: ticket.Accepted}).on(30, 9).fire().overdue(false, false, false)
}

// A timer that comes late, or not at all, changes nothing: the same facts stand in the
// ticket as if each had come at its moment.
func TestALateTimerChangesNothing(t *testing.T) {
	base := begin(t)
	type act struct {
		by incident.Actor
		c  ticket.Command
	}
	acts := []act{
		{ann, ticket.Contact{}},
		{ann, link},
		{ann, reply},
		{bob, ticket.Review{Reason: "x"}},
		{bob, ticket.Review{Pass: true}},
		{ann, ticket.Return{Reason: "x"}},
		{ann, ticket.Rule{Decision: ticket.Refused}},
		{feed, receive(content(2, ticket.Help))},
	}
	rapid.Check(t, func(t *rapid.T) {
		type step struct{ act, hours int }
		var steps []step
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			steps = append(steps, step{rapid.IntRange(0, len(acts)-1).Draw(t, "act"), rapid.IntRange(1, 60).Draw(t, "hours")})
		}
		kind := rapid.SampledFrom(ticket.Types).Draw(t, "type")
		run := func(punctual bool) ticket.State {
			s := &scene{t: base.t, ref: base.ref, at: nine}
			s.when(feed, receive(content(1, kind))).when(ann, ticket.Sign{})
			for _, x := range steps {
				s.at = s.at.Add(time.Duration(x.hours) * time.Hour)
				if punctual {
					s.fire()
				}
				events, _ := s.asks(acts[x.act].by, acts[x.act].c)
				s.state = ticket.Decider.Fold(s.state, events...)
			}
			s.at = s.at.AddDate(0, 1, 0)
			s.fire()
			var expired []ticket.Mark
			for _, m := range s.state.Marks {
				if m.Kind == ticket.ExpiredKind {
					expired = append(expired, m)
				}
			}
			s.state.Marks = expired
			return s.state
		}
		if diff := cmp.Diff(run(true), run(false)); diff != "" {
			t.Fatalf("-punctual +late: %s", diff)
		}
	})
}

// What a new calendar publishes is reckoned once, by the limit as it was.
func TestAnEndBeyondTheCalendarIsReckonedWhenItIsPublished(t *testing.T) {
	far := content(1, ticket.Complaint)
	december := time.Date(2026, 12, 25, 9, 0, 0, 0, deadline.CST)
	far.ReceivedAt = &december
	s := begin(t)
	s.at = december
	s.when(feed, receive(far)).nothing(incident.Workflow, ticket.Recompute{}).refused("role_may_not", ann, ticket.Recompute{})
	if !s.state.Undated() {
		t.Fatal("it is dated")
	}
	days, err := deadline.ParseCalendar("2027", strings.NewReader("date,kind,festival\n2026-01-01,off,元旦\n2027-01-01,off,元旦\n"))
	if err != nil {
		t.Fatal(err)
	}
	ref := *s.ref
	ref.Days, s.ref = days, &ref
	s.when(incident.Workflow, ticket.Recompute{}).nothing(incident.Workflow, ticket.Recompute{})
	want := time.Date(2027, 1, 18, 9, 0, 0, 0, deadline.CST)
	if c := s.state.Clocks; s.state.Undated() || c.City.Due == nil || !c.City.Due.Equal(want) || !c.Internal.Equal(want.AddDate(0, 0, -3)) || c.Contact.Due == nil {
		t.Errorf("%+v", c)
	}
}

func TestWhoCalledIsShownForAReasonAndNeverOfAConfidentialCaller(t *testing.T) {
	open, secret := content(1, ticket.Complaint), content(1, ticket.Complaint)
	open.Caller, secret.Caller = &ticket.Caller{Subject: "s", Line: "l"}, &ticket.Caller{Subject: "s", Line: "l", Confidential: true}
	look := ticket.ViewCaller{Reason: "约定到场时间"}
	s := begin(t).when(feed, receive(open)).refused("reason_required", ann, ticket.ViewCaller{}).when(ann, look).when(ann, look).refused("role_may_not", street, look)
	if len(s.state.Views) != 2 {
		t.Errorf("looks: %+v", s.state.Views)
	}
	begin(t).when(feed, receive(secret)).refused("caller_confidential", ann, look)
	begin(t).when(feed, complain).refused("no_caller", ann, look)
}

func TestAFeedThatRepeatsItself(t *testing.T) {
	s := begin(t).when(feed, receive(content(2, ticket.Complaint))).nothing(feed, receive(content(2, ticket.Complaint)))
	s.when(feed, complain).nothing(feed, complain) // yesterday's: noted
	if s.state.Content.Version != 2 {
		t.Errorf("an older version counts: %+v", s.state.Content)
	}
	other := content(2, ticket.Complaint)
	other.Text = "路灯全不亮"
	s.when(feed, receive(other)).nothing(feed, receive(other))
	if !s.state.Contested() || s.state.Content.Text != "路灯不亮" {
		t.Errorf("%+v", s.state)
	}
	zone := nine.UTC()
	same := content(2, ticket.Complaint)
	same.ReceivedAt, same.Place = &zone, jurisdiction.Place{Street: "440114002"}
	s.nothing(feed, receive(same)) // another zone's clock, a newer grid: not the city's words
	s.when(feed, receive(content(3, ticket.Help)))
	if s.state.Contested() || len(s.state.Conflicts) != 1 || s.state.Content.Type != ticket.Help {
		t.Errorf("a newer version settles it: %+v", s.state)
	}
	if a, b := ticket.StreamID("a", "bc"), ticket.StreamID("ab", "c"); a == b || len(a) != 36 {
		t.Errorf("ids %s %s", a, b)
	}
}

// Any order and repetition of a feed gives the same ticket, whatever is done to it in
// between by people who do not touch the clock.
func TestAnyOrderOfAFeedGivesTheSameTicket(t *testing.T) {
	base := begin(t)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "versions")
		var all []ticket.Content
		for v := range n {
			c := content(v+1, rapid.SampledFrom(ticket.Types).Draw(t, "type"))
			c.Text = rapid.StringN(1, 5, -1).Draw(t, "text")
			if rapid.Bool().Draw(t, "due") {
				due := nine.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
				c.DueAt = &due
			}
			all = append(all, c)
		}
		run := func(name string) ticket.State {
			s := &scene{t: base.t, ref: base.ref, at: nine}
			order := rapid.Permutation(append(slices.Clone(all), all...)).Draw(t, name)
			for _, c := range order {
				events, err := s.asks(feed, receive(c))
				if err != nil {
					t.Fatal(err)
				}
				s.state = ticket.Decider.Fold(s.state, events...)
				if rapid.Bool().Draw(t, "sign") && s.state.Stage == ticket.AtReceived {
					s.when(ann, ticket.Sign{})
				}
			}
			if s.state.Stage == ticket.AtReceived {
				s.when(ann, ticket.Sign{})
			}
			return s.state
		}
		one, two := run("one"), run("two")
		if diff := cmp.Diff(one, two); diff != "" {
			t.Fatalf("another order, another ticket: %s", diff)
		}
		if one.Content.Version != n || len(one.Seen) != n || len(one.Conflicts) != 0 {
			t.Fatalf("%+v", one)
		}
	})
}

// What Allowed names is never refused for its stage or role, and the other way round.
func TestAllowedIsWhatDecideAllows(t *testing.T) {
	base := begin(t)
	commands := map[string]ticket.Command{
		"sign": ticket.Sign{}, "contact": ticket.Contact{}, "link": link, "reply": reply, "review": ticket.Review{Reason: "x"}, "return": ticket.Return{Reason: "x"},
		"rule": ticket.Rule{Decision: ticket.Moved, DueAt: new(at(30, 9))}, "callback": bad, "redo": ticket.Redo{Person: "carl", Reason: "x"}, "view-caller": ticket.ViewCaller{Reason: "x"},
	}
	rapid.Check(t, func(t *rapid.T) {
		s := &scene{t: base.t, ref: base.ref, at: nine}
		s.when(feed, receive(content(1, rapid.SampledFrom(ticket.Types).Draw(t, "type"))))
		for range rapid.IntRange(0, 14).Draw(t, "steps") {
			by := rapid.SampledFrom([]incident.Actor{ann, bob, desk, street}).Draw(t, "by")
			allowed := ticket.Allowed(s.state, s.order(by, nil))
			name := rapid.SampledFrom(ticket.Commands).Draw(t, "command")
			c := commands[name]
			if name == "redo" && s.state.Redo != nil {
				c = ticket.Redo{Approve: &yes}
			}
			if name == "review" && rapid.Bool().Draw(t, "pass") {
				c = ticket.Review{Pass: true}
			}
			events, err := s.asks(by, c)
			if refused := err != nil; refused == slices.Contains(allowed, name) && (err != nil || len(events) > 0) {
				t.Fatalf("%s by %s at %s: %v, allowed %v", name, by.Person, s.state.Stage, err, allowed)
			}
			s.state = ticket.Decider.Fold(s.state, events...)
		}
	})
}

func TestHotSpots(t *testing.T) {
	light := catalogue.Key{Scheme: "s", Kind: "matter", Code: "1"}
	call := func(id, line string, minute int, east float64) ticket.Call {
		return ticket.Call{Ticket: id, Line: line, At: nine.Add(time.Duration(minute) * time.Minute), Matter: light, Point: &orb.Point{113.22 + east/102_000, 23.39}}
	}
	heat := ticket.Heat{Callers: 3, Meters: 200, Within: 24 * time.Hour}
	calls := []ticket.Call{call("a", "1", 0, 0), call("b", "2", 1, 100), call("c", "2", 2, 150), call("d", "", 3, 10)}
	now := nine.Add(time.Hour)
	if got := ticket.HotSpots(calls, now, heat); len(got) != 0 {
		t.Errorf("two callers are no hot spot: %+v", got)
	}
	calls = append(calls, call("e", "3", 4, 190), call("f", "4", 5, 500))
	got := ticket.HotSpots(calls, now, heat)
	if len(got) != 1 || got[0].Callers != 3 || !slices.Equal(got[0].Tickets, []string{"a", "b", "c", "e"}) || got[0].Incident != "" {
		t.Errorf("%+v", got)
	}
	if got := ticket.HotSpots(calls, nine.Add(24*time.Hour+time.Minute), heat); len(got) != 0 {
		t.Errorf("a day later: %+v", got)
	}
	other := call("g", "5", 6, 0)
	other.Matter.Code = "2"
	calls = append(calls, other)
	for i := range 3 {
		calls[i+1].Incident = "x"
	}
	calls[4].Incident, calls[5].Incident = "x", "x"
	got = ticket.HotSpots(calls, now, heat)
	if len(got) != 1 || got[0].Incident != "x" || !slices.Equal(got[0].Tickets, []string{"b", "c", "e", "f"}) {
		t.Errorf("one incident, however far: %+v", got)
	}
}

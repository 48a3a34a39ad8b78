package figures_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/projections/figures"
)

var (
	cityActor  = incident.Actor{Person: "city", Unit: "440114", Role: jurisdiction.Hotline}
	ann        = incident.Actor{Person: "ann", Unit: "440114", Role: jurisdiction.Hotline}
	bob        = incident.Actor{Person: "bob", Unit: "440114", Role: jurisdiction.Hotline}
	districtBy = incident.Actor{Person: "desk", Unit: "440114", Role: jurisdiction.DistrictDesk}
)

// A call is a ticket whose facts are counted as they come.
type call struct {
	t     *testing.T
	ref   *reference.Reference
	state ticket.State
	at    time.Time
	next  eventstore.Position
	all   []figures.Count
}

func calling(t *testing.T, kind ticket.Type) *call {
	t.Helper()
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := &call{t: t, ref: ref, at: time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)}
	at := c.at
	return c.by(cityActor, ticket.Receive{Source: "12345", External: "T", Content: ticket.Content{
		Version: 1, Number: "N", Type: kind, Text: "路灯不亮", ReceivedAt: &at, Matter: catalogue.Key{Scheme: "s", Kind: "matter", Code: "1"},
		Location: &incident.Location{Point: &orb.Point{113.2, 23.4}}, Place: jurisdiction.Place{Street: "440114002", Community: "440114002002"},
		Caller: &ticket.Caller{Subject: "s", Line: "l"},
	}})
}

func (c *call) by(who incident.Actor, command ticket.Command) *call {
	c.t.Helper()
	policy := ticket.Policy{
		Limits: map[ticket.Type]deadline.Limit{ticket.Consult: {N: 2, Unit: deadline.WorkingDays}}, Unknown: deadline.Limit{N: 15, Unit: deadline.WorkingDays},
		Reserve: deadline.Limit{N: 1, Unit: deadline.WorkingDays}, Contact: deadline.Limit{N: 1, Unit: deadline.WorkingDays}, Warn: 80,
	}
	events, err := ticket.Decide(c.state, ticket.Order{At: c.at, By: who, Days: c.ref.Days, Policy: policy, Command: command})
	if err != nil || len(events) == 0 {
		c.t.Fatalf("%s: %v %v", command.Name(), events, err)
	}
	for _, e := range events {
		c.next++
		after := ticket.Evolve(c.state, e)
		c.all = append(c.all, figures.OfTicket(figures.TicketStep{
			Record: eventstore.Record{Position: c.next, At: ticket.FactOf(e).At}, Event: e, Before: c.state, After: after,
		})...)
		c.state = after
	}
	return c
}

func (c *call) after(d time.Duration) *call {
	c.at = c.at.Add(d)
	return c
}

// counts sums what was counted.
func (c *call) counts(want map[figures.Figure]int64) *call {
	c.t.Helper()
	got := map[figures.Figure]int64{}
	for _, x := range c.all {
		got[x.Figure] += x.N
	}
	if diff := cmp.Diff(want, got); diff != "" {
		c.t.Errorf("-want +got: %s", diff)
	}
	return c
}

func (c *call) one(f figures.Figure) figures.Count {
	c.t.Helper()
	for _, x := range c.all {
		if x.Figure == f {
			return x
		}
	}
	c.t.Fatalf("%s is not counted", f)
	return figures.Count{}
}

var (
	answer = ticket.Reply{ToCaller: "a", ToCity: "b", Resolution: ticket.Resolved}
	passes = ticket.Review{Pass: true}
)

func TestATicketInTimeIsCountedOnceForEachThing(t *testing.T) {
	c := calling(t, ticket.Complaint).after(time.Hour).by(ann, ticket.Sign{}).after(time.Hour).by(ann, ticket.Contact{}).by(ann, ticket.Contact{Reached: true})
	c.by(ann, ticket.Link{Incident: "i", Number: "n", Tier: jurisdiction.Street})
	unit := answer
	unit.Unit = "440114002-S01"
	c.after(24*time.Hour).by(ann, unit).by(bob, ticket.Review{Reason: "x"}).by(ann, unit).after(time.Hour).by(bob, passes)
	c.by(cityActor, ticket.Callback{Result: ticket.NotReached}).by(cityActor, ticket.Callback{Result: ticket.NotSatisfied, ForCause: true})
	yes := true
	c.by(ann, ticket.Redo{Person: "bob", Reason: "x"}).by(districtBy, ticket.Redo{Approve: &yes}).by(bob, answer).by(ann, passes)
	c.by(cityActor, ticket.Callback{Result: ticket.Basic})
	c.counts(map[figures.Figure]int64{
		figures.Tickets: 1, figures.TicketsOf(ticket.Complaint): 1, figures.TicketSigned: 1, figures.TicketResponded: 1, figures.TicketContactOnTime: 1,
		figures.TicketLinked: 1, figures.TicketSentBack: 1, figures.TicketAnswered: 1, figures.TicketResolved: 1, figures.TicketInternalOnTime: 1, figures.TicketOnTime: 1,
		figures.TicketRated: 2, figures.TicketSatisfied: 1, figures.TicketRedone: 1,
	})
	got := c.one(figures.TicketOnTime)
	want := figures.Count{Dims: figures.Dims{
		Day: "2026-11-24", Street: "440114002", Community: "440114002002", Unit: "440114002-S01", Matter: "s/matter/1", Source: incident.FromHotline, Tier: jurisdiction.Street,
	}, Figure: figures.TicketOnTime, N: 1, Person: "bob", Position: 9, Minutes: 27 * 60}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := c.one(figures.TicketContactOnTime); got.Minutes != 120 || got.Unit != "440114" || got.Person != "ann" || got.Tier != jurisdiction.District {
		t.Errorf("%+v", got)
	}
	if got := c.one(figures.Tickets); got.Minutes != -1 || got.Unit != "440114" {
		t.Errorf("%+v", got)
	}
}

func TestATicketOutOfTimeIsExpiredOnTheDayOfEachDeadline(t *testing.T) {
	c := calling(t, ticket.Consult).by(ann, ticket.Sign{}).after(72*time.Hour).by(ann, answer).by(bob, passes).by(cityActor, ticket.Callback{Result: ticket.VerySatisfied})
	c.counts(map[figures.Figure]int64{
		figures.Tickets: 1, figures.TicketsOf(ticket.Consult): 1, figures.TicketSigned: 1,
		figures.TicketContactExpired: 1, figures.TicketInternalExpired: 1, figures.TicketExpired: 1,
		figures.TicketResponded: 1, figures.TicketContactLate: 1, figures.TicketInternalLate: 1, figures.TicketLate: 1, figures.TicketAnswered: 1, figures.TicketResolved: 1,
		figures.TicketRated: 1, figures.TicketSatisfied: 1,
	})
	for f, day := range map[figures.Figure]figures.Day{figures.TicketContactExpired: "2026-11-24", figures.TicketExpired: "2026-11-25", figures.TicketLate: "2026-11-26"} {
		if got := c.one(f); got.Day != day {
			t.Errorf("%s on %s, want %s", f, got.Day, day)
		}
	}
	if got := c.one(figures.TicketExpired); got.Person != "ann" {
		t.Errorf("it falls on %q", got.Person)
	}
}

// A run is judged once: what the city moves after it had passed is late all the same.
func TestAnEndThatWasMovedAfterItPassedIsJudgedOnce(t *testing.T) {
	c := calling(t, ticket.Consult).by(ann, ticket.Sign{}).by(ann, ticket.Contact{}).after(72 * time.Hour)
	due := c.at.Add(24 * time.Hour)
	c.by(ann, ticket.Rule{Decision: ticket.Moved, DueAt: &due}).after(48*time.Hour).by(ann, answer).by(bob, passes)
	got := map[figures.Figure]int64{}
	for _, x := range c.all {
		got[x.Figure]++
	}
	if got[figures.TicketExpired] != 1 || got[figures.TicketOnTime] != 0 || got[figures.TicketLate] != 1 {
		t.Errorf("%v", got)
	}
}

func TestWhatTheCityTakesBackIsReturnedAndARepeatIsOne(t *testing.T) {
	c := calling(t, ticket.Help).by(incident.Workflow, ticket.Repeat{Of: "x", Number: "n", Count: 1}).by(ann, ticket.Return{Reason: "x"}).after(100 * 24 * time.Hour)
	c.by(ann, ticket.Rule{Decision: ticket.Accepted}).counts(map[figures.Figure]int64{
		figures.Tickets: 1, figures.TicketsOf(ticket.Help): 1, figures.TicketRepeat: 1, figures.TicketReturnsAsk: 1, figures.TicketReturned: 1,
	})
	if got := c.one(figures.TicketRepeat); got.Person != "" {
		t.Errorf("%+v", got)
	}
}

// Every event of a ticket is known, and whatever is counted is a figure with a name.
func TestEveryFactOfATicketIsKnown(t *testing.T) {
	known := map[figures.Figure]bool{}
	for _, f := range figures.TicketFigures {
		known[f] = true
	}
	done := ticket.State{Replies: []ticket.Answer{{}}}
	for _, e := range ticket.Events {
		for _, x := range figures.OfTicket(figures.TicketStep{Event: e, Before: done, After: done}) {
			if !known[x.Figure] && x.Figure != figures.TicketsOf("") && x.Figure != "" {
				t.Errorf("%T counts for %q", e, x.Figure)
			}
		}
	}
}

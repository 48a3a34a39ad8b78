package figures

import (
	"fmt"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
)

// The figures of hotline tickets. They are counted for who answers: the desk that the
// ticket came to, and from the first reply on the unit that handled the incident that the
// reply tells of, where it tells of one; an agent's own act is counted for the agent. They
// lie where the ticket lies, else where its incident does; at the tier of its incident,
// else the district's.
//
// A run is judged as a stage's is: once, on time when it is done, or expired when its end
// passes; late counts what expired and was done after all, on the day it was done. What
// the city takes back is not judged from then on.
const (
	Tickets         Figure = "ticket.received"  // received, the first version; the desk
	TicketResponded Figure = "ticket.responded" // the caller was called for the first time, reached or not, or the answer was out before
	TicketSigned    Figure = "ticket.signed"    // taken on; the desk
	TicketLinked    Figure = "ticket.linked"    // became or joined an incident; likewise

	TicketContactOnTime  Figure = "ticket.contact.on_time" // responded within the first contact's limit
	TicketContactLate    Figure = "ticket.contact.late"
	TicketContactExpired Figure = "ticket.contact.expired"

	TicketInternalOnTime  Figure = "ticket.internal.on_time" // a reply was let out that was written within the internal limit
	TicketInternalLate    Figure = "ticket.internal.late"
	TicketInternalExpired Figure = "ticket.internal.expired"

	TicketOnTime  Figure = "ticket.on_time" // the first reply was let out within the city's clock
	TicketLate    Figure = "ticket.late"
	TicketExpired Figure = "ticket.expired"

	TicketAnswered   Figure = "ticket.answered"     // the first reply was let out
	TicketResolved   Figure = "ticket.resolved"     // of these, with the resolution "resolved"; what is explained or planned is answered, not resolved
	TicketSentBack   Figure = "ticket.sent_back"    // a reply was sent back to be written again
	TicketRated      Figure = "ticket.rated"        // the caller told the city how content they were; who was not reached did not
	TicketSatisfied  Figure = "ticket.satisfied"    // of these, one of [SatisfiedRatings]
	TicketRedone     Figure = "ticket.redone"       // to be done again by another person
	TicketReturnsAsk Figure = "ticket.return_asked" // the city was asked to take it back
	TicketReturned   Figure = "ticket.returned"     // the city took it back
	TicketRepeat     Figure = "ticket.repeat"       // of those received: the same caller about the same again
)

// TicketsOf counts received tickets by their type, as the city first gave it.
func TicketsOf(t ticket.Type) Figure { return Tickets + "." + Figure(t) }

// SatisfiedRatings are those that count as satisfied (P): all but "not satisfied".
var SatisfiedRatings = map[ticket.Rating]bool{ticket.VerySatisfied: true, ticket.Satisfied: true, ticket.Basic: true}

// The laps of tickets, from receipt on.
const (
	TicketLap        Lap = "ticket"         // until the first reply was let out
	TicketContactLap Lap = "ticket_contact" // until the caller was called first
)

// ticketLaps are the figures whose minutes are a lap's.
var ticketLaps = map[Figure]Lap{
	TicketOnTime: TicketLap, TicketLate: TicketLap, TicketContactOnTime: TicketContactLap, TicketContactLate: TicketContactLap,
}

// TicketFigures holds every figure of tickets.
var TicketFigures = func() []Figure {
	all := []Figure{
		Tickets, TicketResponded, TicketSigned, TicketLinked, TicketContactOnTime, TicketContactLate, TicketContactExpired,
		TicketInternalOnTime, TicketInternalLate, TicketInternalExpired, TicketOnTime, TicketLate, TicketExpired,
		TicketAnswered, TicketResolved, TicketSentBack, TicketRated, TicketSatisfied, TicketRedone, TicketReturnsAsk, TicketReturned, TicketRepeat,
	}
	for _, t := range ticket.Types {
		all = append(all, TicketsOf(t))
	}
	return all
}()

// A TicketStep is one fact of a ticket, and the ticket before and after it.
type TicketStep struct {
	Record        eventstore.Record
	Event         ticket.Event
	Before, After ticket.State
}

// ticketCounter collects the counts of one step.
type ticketCounter struct {
	TicketStep
	by     incident.Actor
	counts []Count
}

// OfTicket returns what one fact counts for.
func OfTicket(s TicketStep) []Count {
	c := &ticketCounter{TicketStep: s, by: ticket.FactOf(s.Event).By}
	from := func(at time.Time) int64 { return lasted(at, s.Record.At) }
	switch e := s.Event.(type) {
	case ticket.Received:
		c.now(Tickets)
		c.now(TicketsOf(e.Content.Type))
	case ticket.Signed:
		c.now(TicketSigned)
	case ticket.Linked:
		c.now(TicketLinked)
	case ticket.Contacted:
		if len(s.Before.Contacts) == 0 && s.Before.Told() == nil {
			c.responded()
		}
	case ticket.Replied:
		// Judged when it is let out: one that is sent back was none.
	case ticket.Reviewed:
		switch {
		case !e.Passed:
			c.now(TicketSentBack)
		case s.Before.Told() == nil:
			if len(s.Before.Contacts) == 0 {
				c.responded()
			}
			c.now(TicketAnswered)
			if last := s.After.Replies[len(s.After.Replies)-1]; last.Resolution == ticket.Resolved {
				c.now(TicketResolved)
			}
			c.judged(ticket.InternalClock, TicketInternalOnTime, TicketInternalLate, -1)
			c.judged(ticket.CityClock, TicketOnTime, TicketLate, from(s.Before.Clocks.City.From))
		}
	case ticket.CalledBack:
		if e.Result != ticket.NotReached {
			c.now(TicketRated)
			if SatisfiedRatings[e.Result] {
				c.now(TicketSatisfied)
			}
		}
	case ticket.RedoDecided:
		if e.Approved {
			c.now(TicketRedone)
		}
	case ticket.ReturnAsked:
		c.now(TicketReturnsAsk)
	case ticket.Ruled:
		if e.Decision == ticket.Accepted {
			c.now(TicketReturned)
		}
	case ticket.Repeated:
		c.now(TicketRepeat)
	case ticket.Expired:
		if s.Before.Expiry(e.Clock) == nil { // a run is judged once, wherever its end was moved to since
			c.now(expiries[e.Clock])
		}
	case ticket.Changed, ticket.Noted, ticket.Conflicted, ticket.RedoAsked, ticket.Warned, ticket.Recomputed, ticket.CallerViewed:
	default:
		panic(fmt.Sprintf("figures: unhandled event %T", e))
	}
	return c.counts
}

var expiries = map[ticket.Clock]Figure{
	ticket.ContactClock: TicketContactExpired, ticket.InternalClock: TicketInternalExpired, ticket.CityClock: TicketExpired,
}

// responded counts the first contact, and judges it.
func (c *ticketCounter) responded() {
	c.now(TicketResponded)
	c.judged(ticket.ContactClock, TicketContactOnTime, TicketContactLate, lasted(c.Before.Clocks.Contact.From, c.Record.At))
}

// judged counts a run whose work is done; one whose end the calendar does not reach is
// not judged.
func (c *ticketCounter) judged(clock ticket.Clock, onTime, late Figure, minutes int64) {
	if c.Before.Expiry(clock) != nil {
		c.add(late, minutes)
	} else if c.due(clock) {
		c.add(onTime, minutes)
	}
}

func (c *ticketCounter) due(clock ticket.Clock) bool {
	switch k := c.Before.Clocks; clock {
	case ticket.ContactClock:
		return k.Contact.Due != nil
	case ticket.InternalClock:
		return k.Internal != nil
	default:
		return k.City.Due != nil
	}
}

// lasted is how many whole minutes lie between two moments.
func lasted(from, to time.Time) int64 { return max(0, int64(to.Sub(from)/time.Minute)) }

func (c *ticketCounter) now(f Figure) { c.add(f, -1) }

func (c *ticketCounter) add(f Figure, minutes int64) {
	s := c.After
	d := Dims{
		Day: DayOf(c.Record.At), Street: s.Content.Place.Street, Community: s.Content.Place.Community, Unit: s.Answerer(),
		Source: incident.FromHotline, Tier: jurisdiction.District,
	}
	if l := s.Link; l != nil {
		if d.Street == "" {
			d.Street, d.Community = l.Street, l.Community
		}
		if l.Tier != "" {
			d.Tier = l.Tier
		}
	}
	if k := s.Content.Matter; !k.IsZero() {
		d.Matter = k.Scheme + "/" + k.Kind + "/" + k.Code
	}
	person := c.by.Person
	if c.by.System() {
		person = ""
		if _, expired := c.Event.(ticket.Expired); expired && s.Signed != nil { // it falls on who took the ticket on
			person = s.Signed.By.Person
		}
	}
	c.counts = append(c.counts, Count{Dims: d, Figure: f, N: 1, Person: person, Position: c.Record.Position, Minutes: minutes})
}

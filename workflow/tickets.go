package workflow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
)

// Tickets joins the rules of hotline tickets to the ledger.
var Tickets = Kind[ticket.Order, ticket.Event, ticket.State]{
	Category: ticket.Category, Rules: ticket.Decider, Encode: ticket.Encode, Decode: ticket.Decode,
	At: func(e ticket.Event) time.Time { return ticket.FactOf(e).At },
}

// ticketsAtOnce is how many tickets of a file go into one append: a few hundred
// kilobytes.
const ticketsAtOnce = 500

// TicketPolicy is what the rules of tickets read of the reference data.
func TicketPolicy(ref *reference.Reference) ticket.Policy {
	p := ticket.Policy{
		Limits: map[ticket.Type]deadline.Limit{}, Unknown: ref.Policy.HotlineTotal, Warn: ref.Policy.WarnPercent,
		Reserve: ref.Limits["reply_reserve"].Normal, Contact: ref.Limits["contact"].Normal,
	}
	for kind, limit := range ref.Policy.Tickets.Limits {
		p.Limits[ticket.Type(kind)] = limit
	}
	return p
}

// Alike says when the tickets of one caller are about the same.
func Alike(ref *reference.Reference) ticket.Alike {
	return ticket.Alike{Meters: ref.Policy.Tickets.HotMeters, Within: ref.Policy.Tickets.RepeatWithin}
}

// TicketOrder returns an order with everything the rules may look at, as it is in force
// at that moment.
func (s *Service) TicketOrder(at time.Time, by incident.Actor, posts []jurisdiction.Post, c ticket.Command) ticket.Order {
	ref := s.reference.At(at)
	return ticket.Order{At: at, By: by, Posts: posts, Days: ref.Days, Policy: TicketPolicy(ref), Command: c}
}

// An Arrival is what became of one version of a ticket.
type Arrival struct {
	ID   string // of the ticket
	What string // added, changed, noted, conflict or known
}

// arrival is what the facts of a feed mean to whoever sent it.
func arrival(events []ticket.Event) string {
	if len(events) == 0 {
		return "known"
	}
	switch events[len(events)-1].(type) { // before it may stand what clocks had to say
	case ticket.Received:
		return "added"
	case ticket.Changed:
		return "changed"
	case ticket.Noted:
		return "noted"
	default:
		return "conflict"
	}
}

// ReceiveTickets takes what the city sent, in its order, and says of each what became
// of it. Nothing is refused for its content here: a file is checked as a whole before.
// What is in already stays as it is, so that after a failure the same may be sent
// again. With dry nothing is appended.
func (s *Service) ReceiveTickets(ctx context.Context, all []ticket.Receive, by incident.Actor, dry bool, o Options) ([]Arrival, eventstore.Position, error) {
	out := make([]Arrival, len(all))
	var last eventstore.Position
	of := map[string][]int{} // ticket → where it stands in all
	var ids []string
	for i, c := range all {
		id := ticket.StreamID(c.Source, c.External)
		if of[id] == nil {
			ids = append(ids, id)
		}
		of[id], out[i].ID = append(of[id], i), id
	}
	for chunk := range slices.Chunk(ids, ticketsAtOnce) {
		for try := 1; ; try++ {
			landed, err := s.receiveTickets(ctx, all, chunk, of, out, by, dry, o)
			if errors.Is(err, eventstore.ErrConflict) && try < attempts {
				continue
			}
			if err != nil {
				return nil, 0, err
			}
			last = max(last, landed)
			break
		}
	}
	return out, last, nil
}

func (s *Service) receiveTickets(ctx context.Context, all []ticket.Receive, ids []string, of map[string][]int, out []Arrival,
	by incident.Actor, dry bool, o Options,
) (eventstore.Position, error) {
	var writes []eventstore.Write
	var last eventstore.Position
	for _, id := range ids {
		state, was, err := Tickets.Read(ctx, s.ledger, id)
		if err != nil {
			return 0, err
		}
		if n := len(was); n > 0 {
			last = max(last, was[n-1].Position)
		}
		at := s.when(o.At, was)
		if n := len(was); n > 0 && at.Before(was[n-1].At) {
			at = was[n-1].At // a clock behind that of another process
		}
		var drafts []eventstore.Draft
		for _, i := range of[id] {
			events, err := ticket.Decide(state, s.TicketOrder(at, by, nil, all[i]))
			if err != nil {
				return 0, err
			}
			out[i].What = arrival(events)
			for _, e := range events {
				name, data, err := ticket.Encode(e)
				if err != nil {
					return 0, err
				}
				state, drafts = ticket.Evolve(state, e), append(drafts, eventstore.Draft{Type: name, At: ticket.FactOf(e).At, Data: data})
			}
		}
		if len(drafts) > 0 {
			writes = append(writes, eventstore.Write{
				Stream: eventstore.StreamOf(ticket.Category, id), Expect: eventstore.At(eventstore.Version(len(was))), Drafts: drafts,
			})
		}
	}
	if len(writes) == 0 || dry {
		return last, nil
	}
	result, err := s.ledger.Append(ctx, eventstore.Append{
		Writes: writes, Meta: eventstore.Meta{Actor: by.Person, Correlation: o.Correlation, Causation: o.Causation},
	})
	if err != nil && !isAnswer(err) {
		return 0, fmt.Errorf("workflow: taking tickets in: %w", err)
	}
	return result.Last, err
}

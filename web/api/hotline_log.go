package api

import (
	"context"
	"errors"
	"slices"
	"time"

	"gridcommand/domain/ticket"
	"gridcommand/projections"
	"gridcommand/projections/tickets"
	"gridcommand/workflow"
)

// A CallerTicket is one of a caller's other tickets.
type CallerTicket struct {
	Ticket
	Repeat bool `json:"repeat" doc:"about the same: matter and place within 200 m, or incident"`
}

// A CallerHistory is the other tickets of a ticket's caller, the last first. A confidential
// ticket neither has one nor stands in one: it would tell who called.
type CallerHistory struct {
	Items    []CallerTicket `json:"items"`
	Position int64          `json:"position"`
}

func (s *server) ticketHistory(ctx context.Context, r *Request, q FromView) (CallerHistory, error) {
	out := CallerHistory{Items: []CallerTicket{}}
	if err := s.await(ctx, s.Tickets.Name(), q.MinPosition); err != nil {
		return out, err
	}
	id := r.PathValue("id")
	state, records, err := workflow.Tickets.Read(ctx, s.Ledger, id)
	if err != nil {
		return out, err
	}
	out.Position = int64(records[len(records)-1].Position)
	others, err := s.others(ctx, id, state)
	if err != nil {
		return out, err
	}
	like := s.alike()
	for _, o := range others {
		shown, err := s.shownTicket(ctx, r.Person, o.ID, o.State)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, CallerTicket{Ticket: shown, Repeat: like.Same(ticket.CallOf(id, state), ticket.CallOf(o.ID, o.State))})
	}
	return out, nil
}

// alike says when two tickets of one caller are about the same.
func (s *server) alike() ticket.Alike { return workflow.Alike(s.reference()) }

// A CallerLook is one look at the caller's name and telephone.
type CallerLook struct {
	At     time.Time `json:"at"`
	By     string    `json:"by" doc:"account"`
	Reason string    `json:"reason"`
}

// A ContactLog is every call to the caller, and who looked up whom to call.
type ContactLog struct {
	Items    []TicketContact `json:"items" doc:"in the order in which they were written down"`
	Looks    []CallerLook    `json:"looks"`
	Due      *time.Time      `json:"due" doc:"until when the caller is to be called first"`
	Overdue  bool            `json:"overdue"`
	Position int64           `json:"position"`
}

func (s *server) ticketContacts(ctx context.Context, r *Request, _ none) (ContactLog, error) {
	state, records, err := workflow.Tickets.Read(ctx, s.Ledger, r.PathValue("id"))
	if err != nil {
		return ContactLog{}, err
	}
	out := ContactLog{Items: contactsOf(state), Looks: []CallerLook{}, Due: state.Clocks.Contact.Due, Position: int64(records[len(records)-1].Position)}
	_, _, out.Overdue = state.Overdue()
	for _, v := range state.Views {
		out.Looks = append(out.Looks, CallerLook{At: v.At, By: v.By.Person, Reason: v.Reason})
	}
	return out, nil
}

func contactsOf(state ticket.State) []TicketContact {
	out := []TicketContact{}
	for _, c := range state.Contacts {
		out = append(out, TicketContact{When: c.When, At: c.At, Reached: c.Reached, Note: c.Note, By: c.By.Person})
	}
	return out
}

// TicketViewCallerBody asks to be shown who called.
type TicketViewCallerBody struct {
	TicketPlain
	Reason string `json:"reason" maxLength:"1000" doc:"why; it is recorded with who looked"`
}

// A TicketCallerAnswer is who called, unmasked, and the ticket with the look in it. Of
// somebody who was erased both are empty.
type TicketCallerAnswer struct {
	Caller KnownCaller  `json:"caller"`
	Ticket TicketDetail `json:"ticket"`
}

func (s *server) viewTicketCaller(ctx context.Context, r *Request, b TicketViewCallerBody) (TicketCallerAnswer, error) {
	id := r.PathValue("id")
	given, err := s.giveTicket(ctx, r, id, ticket.ViewCaller{Reason: b.Reason}, b.ExpectedVersion)
	if err != nil {
		return TicketCallerAnswer{}, err
	}
	var out TicketCallerAnswer
	if out.Ticket, err = s.ticketDetail(ctx, r, id, given); err != nil {
		return out, err
	}
	// A repeat is answered by what holds now: the caller may have asked not to be named since.
	if c := given.State.Content.Caller; c != nil && !c.Confidential {
		known, err := s.knownCaller(ctx, c.Subject)
		if err != nil {
			return out, err
		}
		out.Caller = *known
	}
	return out, nil
}

// others are the caller's other tickets, the last first.
func (s *server) others(ctx context.Context, id string, state ticket.State) ([]tickets.Ticket, error) {
	c := state.Content.Caller
	if c == nil || c.Line == "" || c.Confidential {
		return nil, nil
	}
	all, err := s.Tickets.OfLine(ctx, c.Line)
	if err != nil && !errors.Is(err, projections.ErrNotReady) { // a view that is being made fails no command that was carried out
		return nil, err
	}
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(o tickets.Ticket) bool { return o.ID == id || o.State.Content.Caller.Confidential }), nil
}

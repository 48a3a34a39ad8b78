package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/ticket"
)

var (
	city  = incident.Actor{Person: "city", Unit: "440114", Role: jurisdiction.Hotline}
	agent = incident.Actor{Person: "agent", Unit: "440114", Role: jurisdiction.Hotline}
	chief = incident.Actor{Person: "chief", Unit: "440114", Role: jurisdiction.DistrictDesk}
	lamps = catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "07003"}
)

// calls brings a ticket in: a complaint about lamps, so many metres east of the first.
func (w *town) calls(id, line string, east float64, secret bool) string {
	w.t.Helper()
	at := w.clock.now()
	c := ticket.Content{
		Version: 1, Number: id, Type: ticket.Complaint, Text: "路灯不亮", ReceivedAt: &at, Matter: lamps,
		Location: &incident.Location{Point: &orb.Point{113.22 + east/102_000, 23.39}, CRS: "wgs84"}, Caller: &ticket.Caller{Subject: "s" + id, Line: line, Confidential: secret},
	}
	all, _, err := w.ReceiveTickets(context.Background(), []ticket.Receive{{Source: "12345", External: id, Content: c}}, city, false, Options{})
	must(w.t, err)
	return all[0].ID
}

func (w *town) handles(id string, by incident.Actor, c ticket.Command) {
	w.t.Helper()
	_, err := Give(context.Background(), w.Service, Tickets, id, by.Person, func(_ ticket.State, at time.Time) ticket.Order {
		return w.TicketOrder(at, by, nil, c)
	}, Options{})
	must(w.t, err)
}

// says is what a ticket's facts are, with the moments of those of its clocks.
func (w *town) says(id string) string {
	w.t.Helper()
	_, records, err := Tickets.Read(context.Background(), w.ledger, id)
	must(w.t, err)
	var words []string
	for _, r := range records {
		word := strings.TrimPrefix(r.Type, "ticket.")
		switch e, err := ticket.Decode(r.Type, r.Data); e := e.(type) {
		case ticket.Warned:
			word = fmt.Sprintf("%s:warned@%s", e.Clock, r.At.In(monday.Location()).Format("2T15:04"))
		case ticket.Expired:
			word = fmt.Sprintf("%s:expired@%s", e.Clock, r.At.In(monday.Location()).Format("2T15:04"))
		default:
			must(w.t, err)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestATicketsClocksSpeakOnceAtTheirMomentsHoweverLate(t *testing.T) {
	ledger := inMemory()
	w := founded(t, ledger)
	stop := w.runs()
	id := w.calls("A", "l", 0, false)
	w.idle()
	state, _, err := Tickets.Read(t.Context(), ledger, id)
	must(t, err)
	next, ok, err := w.NextTimer(t.Context())
	if timers := state.Timers(); err != nil || !ok || len(timers) != 6 || !next.Equal(timers[0].At) {
		t.Fatalf("NextTimer: %s %t %v; %+v", next, ok, err, timers)
	}
	w.moves(next.Add(-time.Microsecond))
	if got := w.says(id); got != "received" {
		t.Fatalf("early: %s", got)
	}
	stop() // as a kill would: another run goes on from the table
	w = open(t, ledger, w.dir, w.clock)
	w.runs()
	w.moves(monday.AddDate(0, 2, 0))
	w.moves(monday.AddDate(0, 3, 0))
	var got []string
	for _, word := range strings.Fields(w.says(id)) {
		got = append(got, word)
	}
	state, _, err = Tickets.Read(t.Context(), ledger, id)
	must(t, err)
	if city, internal, contact := state.Overdue(); !city || !internal || !contact || len(got) != 7 || len(state.Timers()) != 0 {
		t.Errorf("%v", got)
	}
	for _, m := range state.Marks {
		if m.Kind == ticket.ExpiredKind && !m.At.Equal(m.Due) {
			t.Errorf("%s ran out at %s, was due at %s", m.Clock, m.At, m.Due)
		}
	}
	if at, ok, _ := w.NextTimer(t.Context()); ok {
		t.Errorf("a timer at %s is left", at)
	}
}

func TestWhatIsDoneInTimeDoesNotRunOut(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.calls("A", "l", 0, false)
	w.handles(id, agent, ticket.Sign{})
	w.moves(monday.AddDate(0, 0, 1)) // at the very instant of the deadline
	w.handles(id, agent, ticket.Contact{})
	w.handles(id, agent, ticket.Link{Incident: "i", Number: "n"})
	w.handles(id, agent, ticket.Reply{ToCaller: "x", ToCity: "y", Resolution: ticket.Resolved})
	w.handles(id, chief, ticket.Review{Pass: true})
	w.moves(monday.AddDate(0, 2, 0))
	if got := w.says(id); strings.Contains(got, "expired") || strings.Count(got, "warned") != 1 {
		t.Errorf("%s", got)
	}
}

func TestTheSameCallerAboutTheSameIsARepeat(t *testing.T) {
	ledger := inMemory()
	w := founded(t, ledger)
	w.runs()
	of := func(id string) string {
		t.Helper()
		w.idle()
		state, _, err := Tickets.Read(t.Context(), ledger, id)
		must(t, err)
		if state.Repeat == nil {
			return ""
		}
		return fmt.Sprintf("%s %d", state.Repeat.Number, state.Repeat.Count)
	}
	step := func() { w.moves(w.clock.now().Add(time.Hour)) }
	first := w.calls("A", "l", 0, false)
	step()
	checks := map[string]string{first: ""}
	checks[w.calls("B", "l", 150, false)] = "A 1"
	step()
	checks[w.calls("C", "l", 250, false)] = "B 1" // 250 m from the first
	checks[w.calls("D", "other", 0, false)] = ""
	checks[w.calls("E", "l", 0, true)] = "" // confidential
	step()
	checks[w.calls("F", "l", 100, false)] = "C 3"
	w.moves(w.clock.now().AddDate(0, 0, 31))
	checks[w.calls("G", "l", 0, false)] = ""
	far := w.calls("H", "l", 5000, false)
	checks[far] = ""
	for id, want := range checks {
		if got := of(id); got != want {
			t.Errorf("%s repeats %q, want %q", id, got, want)
		}
	}
	// What turns out to be one incident is the same thing, wherever it was said to be.
	near := w.calls("I", "l", 9000, false)
	if got := of(near); got != "" {
		t.Errorf("elsewhere: %q", got)
	}
	for _, id := range []string{far, near} {
		w.handles(id, agent, ticket.Sign{})
		w.handles(id, agent, ticket.Link{Incident: "i", Number: "n"})
	}
	if got := []string{of(near), of(far)}; !slices.Contains(got, "H 1") && !slices.Contains(got, "I 1") {
		t.Errorf("one incident: %q", got)
	}
}

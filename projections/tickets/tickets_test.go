package tickets_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tickets"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)

type book struct {
	t *testing.T
	eventstore.Store
}

func (b *book) write(category, id, name string, data []byte, err error) {
	b.t.Helper()
	if err == nil {
		_, err = b.Append(b.t.Context(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: eventstore.StreamOf(category, id), Drafts: []eventstore.Draft{{Type: name, At: nine, Data: data}},
		}}})
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) ticket(id string, e ticket.Event) {
	b.t.Helper()
	name, data, err := ticket.Encode(e)
	b.write(ticket.Category, id, name, data, err)
}

func (b *book) incident(id string, e incident.Event) {
	b.t.Helper()
	name, data, err := incident.Encode(e)
	b.write("incident", id, name, data, err)
}

func id(n int) string { return ticket.StreamID("12345", fmt.Sprint(n)) }

var fact = ticket.Fact{At: nine, By: incident.Actor{Person: "ann"}}

func (b *book) received(n int, kind ticket.Type, line string) {
	b.t.Helper()
	b.ticket(id(n), ticket.Received{Fact: fact, Source: "12345", External: fmt.Sprint(n), Digest: "d", Content: b.content(n, kind, line), Clocks: clocks(n)})
}

func (b *book) content(n int, kind ticket.Type, line string) ticket.Content {
	c := ticket.Content{Version: 1, Number: fmt.Sprintf("N%d", n), Type: kind, Text: "路灯不亮 100%", Caller: &ticket.Caller{Subject: "s", Line: line}}
	if n == 9 {
		c.Place.Street = "440114002"
	}
	return c
}

func clocks(n int) ticket.Clocks {
	came := nine.Add(time.Duration(n) * time.Hour)
	due, internal := came.Add(72*time.Hour), came.Add(48*time.Hour)
	return ticket.Clocks{City: deadline.Given(came, due, 80), Internal: &internal, Contact: deadline.Given(came, due, 80)}
}

// aHistory is ten tickets at every stage, and incidents that were merged.
func aHistory(t *testing.T) *book {
	b := &book{t: t, Store: memory.New(nil)}
	t.Cleanup(func() { _ = b.Close() })
	for n := range 10 {
		b.received(n, ticket.Types[n%len(ticket.Types)], fmt.Sprint("line", n%3))
	}
	for n := range 8 {
		b.ticket(id(n), ticket.Signed{Fact: fact})
		b.ticket(id(n), ticket.Contacted{Fact: fact, When: nine})
	}
	for n := range 6 {
		b.ticket(id(n), ticket.Linked{Fact: fact, Incident: fmt.Sprint("i", n%3), Number: "x", Street: fmt.Sprint("44011400", n%3)})
	}
	b.ticket(id(0), ticket.Replied{Fact: fact, ToCaller: "a", ToCity: "b", Resolution: ticket.Resolved})
	b.ticket(id(0), ticket.Reviewed{Fact: fact, Passed: true})
	b.ticket(id(7), ticket.ReturnAsked{Fact: fact, Reason: "x"})
	b.ticket(id(7), ticket.Ruled{Fact: fact, Decision: ticket.Accepted})
	for n, clock := range map[int]ticket.Clock{1: ticket.InternalClock, 8: ticket.CityClock, 9: ticket.ContactClock} {
		c := nine.Add(time.Duration(n) * time.Hour)
		due := c.Add(72 * time.Hour)
		if clock == ticket.InternalClock {
			due = c.Add(48 * time.Hour)
		}
		b.ticket(id(n), ticket.Warned{Fact: fact, Clock: ticket.CityClock, Due: due})
		b.ticket(id(n), ticket.Expired{Fact: fact, Clock: clock, Due: due})
	}
	for _, n := range []int{5, 6} {
		b.ticket(id(n), ticket.Conflicted{Fact: fact, Digest: "e", Content: ticket.Content{Version: 1, Text: "x"}})
	}
	for _, n := range []int{6, 9} {
		b.ticket(id(n), ticket.Repeated{Fact: fact, Of: id(0), Number: "N0", Count: 1})
	}
	hidden := b.content(9, ticket.Types[9%len(ticket.Types)], "line0")
	hidden.Version, hidden.Caller.Confidential = 2, true
	b.ticket(id(9), ticket.Changed{Fact: fact, Digest: "h", Content: hidden, Clocks: clocks(9)}) // who called before is hidden since
	at := incident.Fact{At: nine, By: incident.Actor{Person: "ann"}}
	b.incident("i0", incident.Merged{Fact: at, Into: "i1"})
	b.incident("i1", incident.Merged{Fact: at, Into: "i2"})
	b.incident("i9", incident.Commented{Fact: at, Text: "x"})
	return b
}

func (b *book) folded(db *sqldb.DB, page int) *tickets.View {
	b.t.Helper()
	v := tickets.New(db)
	if err := projections.NewRunner(db, b, v, &projections.Options{Page: page}).RunToEnd(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
	return v
}

func numbers(all []tickets.Ticket) []string {
	out := []string{}
	for _, t := range all {
		out = append(out, t.State.Content.Number)
	}
	return out
}

func databases(t *testing.T) map[string]*sqldb.DB {
	t.Helper()
	pg, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "views")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Close() })
	return map[string]*sqldb.DB{"sqlite": historytest.Views(t), "postgres": pg}
}

func TestTicketsAreListed(t *testing.T) {
	for name, db := range databases(t) {
		t.Run(name, func(t *testing.T) {
			b := aHistory(t)
			v, ctx := b.folded(db, 3), t.Context()
			yes, no := true, false
			for what, c := range map[string]struct {
				q    tickets.Query
				want []string
			}{
				"all, the last first": {tickets.Query{}, []string{"N9", "N8", "N7", "N6", "N5", "N4", "N3", "N2", "N1", "N0"}},
				"by stage":            {tickets.Query{Stages: []ticket.Stage{ticket.AtReceived, ticket.AtReturned}}, []string{"N9", "N8", "N7"}},
				"by type":             {tickets.Query{Types: []ticket.Type{ticket.Consult}}, []string{"N6", "N0"}},
				"by number":           {tickets.Query{Q: "n4"}, []string{"N4"}},
				"a sign is a sign":    {tickets.Query{Q: "%"}, []string{"N8", "N7", "N6", "N5", "N4", "N3", "N2", "N1", "N0"}},
				"_ is no wildcard":    {tickets.Query{Q: "N_"}, []string{}},
				"by street":           {tickets.Query{Street: "440114001"}, []string{"N4", "N1"}},
				"overdue":             {tickets.Query{Overdue: &yes}, []string{"N8", "N1"}},
				"not overdue":         {tickets.Query{Overdue: &no}, []string{"N9", "N7", "N6", "N5", "N4", "N3", "N2", "N0"}},
				"not called in time":  {tickets.Query{Uncontacted: &yes}, []string{"N9"}},
				"by a clock":          {tickets.Query{Clock: ticket.InternalClock}, []string{"N1"}},
				"contradicting":       {tickets.Query{Conflict: &yes}, []string{"N6", "N5"}},
				"repeated":            {tickets.Query{Repeat: &yes}, []string{"N6"}},
				"of an incident":      {tickets.Query{Incident: "i1"}, []string{"N4", "N3", "N1", "N0"}},
				"in a street":         {tickets.Query{In: "440114002"}, []string{"N9", "N5", "N2"}},
				// N1 to N6 were called, N8 and N9 were not; N0 was answered and N7 taken back.
				"what is owed first": {tickets.Query{Soonest: true}, []string{"N1", "N2", "N3", "N4", "N5", "N6", "N8", "N9", "N7", "N0"}},
			} {
				got := []string{}
				for c.q.Limit = 2; ; {
					p, err := v.List(ctx, c.q)
					if err != nil || p.Total != len(c.want) {
						t.Fatalf("%s: total %d, %v", what, p.Total, err)
					}
					got = append(got, numbers(p.Items)...)
					if c.q.Cursor = p.Next; p.Next == "" {
						break
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", what, diff)
				}
			}
			if _, err := v.List(ctx, tickets.Query{Limit: 1, Cursor: "x"}); err == nil {
				t.Error("a cursor of nowhere")
			}
			if all, err := v.OfLine(ctx, "line1"); err != nil || len(all) != 3 {
				t.Errorf("of a line: %v %v", numbers(all), err)
			}
			if all, position, err := v.Since(ctx, nine.Add(8*time.Hour)); err != nil || len(all) != 2 || position == 0 {
				t.Errorf("since: %v %v", numbers(all), err)
			}

			// A merged incident's tickets follow it, and come back when that is undone.
			follows := func(incident string, want ...string) {
				t.Helper()
				all, err := v.OfIncident(ctx, incident)
				if diff := cmp.Diff(append([]string{}, want...), numbers(all)); diff != "" || err != nil {
					t.Errorf("of %s: %s %v", incident, diff, err)
				}
				for _, x := range all {
					if incident == "i2" && x.Incident != "i2" {
						t.Errorf("%s is about %s", x.ID, x.Incident)
					}
				}
			}
			follows("i2", "N0", "N1", "N2", "N3", "N4", "N5")
			b.incident("i1", incident.Unmerged{Fact: incident.Fact{At: nine, By: incident.Actor{Person: "ann"}}})
			v = b.folded(db, 3)
			follows("i2", "N2", "N5")
			follows("i1", "N0", "N1", "N3", "N4")
		})
	}
}

// However the facts are cut into pages, and rebuilt or live, the rows are the same.
func TestRowsFollowFromFactsAlone(t *testing.T) {
	b := aHistory(t)
	rnd := rand.New(rand.NewPCG(4, 1))
	for range 60 {
		n := rnd.IntN(10)
		switch rnd.IntN(3) {
		case 0:
			b.ticket(id(n), ticket.Contacted{Fact: fact, When: nine.Add(time.Duration(rnd.IntN(90)) * time.Minute), Reached: rnd.IntN(2) == 0})
		case 1:
			b.ticket(id(n), ticket.Noted{Fact: fact, Digest: fmt.Sprint(rnd.IntN(9)), Content: ticket.Content{Version: -rnd.IntN(5)}})
		case 2:
			b.ticket(id(n), ticket.Linked{Fact: fact, Incident: fmt.Sprint("i", rnd.IntN(4))})
		}
	}
	for name, db := range databases(t) {
		var want string
		v := tickets.New(db)
		for _, page := range []int{1000, 1, 7} {
			r := projections.NewRunner(db, b, v, &projections.Options{Page: page})
			if err := r.RunToEnd(t.Context()); err != nil {
				t.Fatal(err)
			}
			live := historytest.Dump(t, db, v)
			if want == "" {
				want = live
			}
			if live != want {
				t.Errorf("%s: pages of %d make other rows: %s", name, page, cmp.Diff(want, live))
			}
			if err := r.Rebuild(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A fact of a newer program, or one without its ticket, stops the view.
func TestAFactThatDoesNotFollowStopsTheView(t *testing.T) {
	for name, write := range map[string]func(b *book){
		"unknown":        func(b *book) { b.write(ticket.Category, id(1), "ticket.newer", []byte(`{}`), nil) },
		"without ticket": func(b *book) { b.ticket(id(1), ticket.Signed{Fact: fact}) },
		"received again": func(b *book) { b.received(1, ticket.Help, ""); b.received(1, ticket.Help, "") },
	} {
		b := &book{t: t, Store: memory.New(nil)}
		t.Cleanup(func() { _ = b.Close() })
		write(b)
		db := historytest.Views(t)
		if err := projections.NewRunner(db, b, tickets.New(db), nil).RunToEnd(t.Context()); err == nil {
			t.Errorf("%s is passed over", name)
		}
	}
}

package simulation

import (
	"fmt"
	"math"
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tally"
)

// The counts of the table are the published shares, rounded as they were published.
func TestTheHotlinesTableIsWhatWasPublished(t *testing.T) {
	r := Hotline2018
	share := func(n, of int) string { return fmt.Sprintf("%.2f", 100*float64(n)/float64(of)) }
	if n := r.Total(); n != 26169 {
		t.Fatalf("%d tickets", n)
	}
	want := map[ticket.Type]string{
		ticket.Consult: "4.69", ticket.Complaint: "32.80", ticket.Report: "33.41", ticket.Suggestion: "2.95", ticket.Help: "15.13", ticket.Other: "11.02",
	}
	for _, x := range r.Types {
		if got := share(x.Count, r.Total()); got != want[x.Type] {
			t.Errorf("%s: %s %%, want %s", x.Type, got, want[x.Type])
		}
	}
	rated, content, all := 0, 0, 0
	for _, x := range r.Ratings {
		all += x.Count
		if x.Result != ticket.NotReached {
			rated += x.Count
			if x.Result != ticket.NotSatisfied {
				content += x.Count
			}
		}
	}
	if all != r.Total() || share(content, rated) != "68.43" {
		t.Errorf("%d of %d rated are content: %s", content, rated, share(content, rated))
	}
	if days := int(math.Ceil(r.To.Sub(r.From).Hours() / 24)); days != 151 || r.Total()/days != 173 {
		t.Errorf("%d days, %d a day", days, r.Total()/days)
	}
}

func hotlineDeps(t testing.TB) Deps {
	t.Helper()
	ref, err := district()
	must(t, err)
	grid, err := ground()
	must(t, err)
	return Deps{Reference: ref, Grid: grid, Now: func() time.Time { return Hotline2018.From }, Seed: 440114}
}

func TestTheHotlinesPlanIsExact(t *testing.T) {
	d, r := hotlineDeps(t), Hotline2018
	p, err := planHotline(r, d)
	must(t, err)
	again, err := planHotline(r, d)
	must(t, err)
	types, ratings, days := map[ticket.Type]int{}, map[ticket.Rating]int{}, map[string]int{}
	sites, repeats := map[*site]int{}, map[string]int{}
	for i, c := range p.calls {
		types[c.kind]++
		ratings[c.rating]++
		days[c.at.Format(time.DateOnly)]++
		repeats[c.line]++
		if c.site != nil {
			sites[c.site]++
		}
		if o := again.calls[i]; !o.at.Equal(c.at) || o.text != c.text || o.line != c.line || o.seed != c.seed {
			t.Fatalf("ticket %d is another one the next time", i)
		}
		if (c.kind == ticket.Consult) != (c.site == nil) || c.at.Before(r.From) || !c.at.Before(r.To) || leaves(c.matter) {
			t.Fatalf("%+v", c)
		}
	}
	for _, x := range r.Types {
		if types[x.Type] != x.Count {
			t.Errorf("%d of %s, want %d", types[x.Type], x.Type, x.Count)
		}
	}
	for _, x := range r.Ratings {
		if ratings[x.Result] != x.Count {
			t.Errorf("%d %s, want %d", ratings[x.Result], x.Result, x.Count)
		}
	}
	// A Wednesday, a Sunday, a day of the spring festival, and the Sunday that was worked for it.
	if days["2018-03-07"] < 180 || days["2018-03-04"] > 145 || days["2018-02-16"] > 145 || days["2018-02-11"] < 180 || len(days) != 151 {
		t.Errorf("%d days: %d %d %d %d", len(days), days["2018-03-07"], days["2018-03-04"], days["2018-02-16"], days["2018-02-11"])
	}
	crowds, again2 := 0, 0
	for _, n := range sites {
		if n >= 5 {
			crowds++
		}
	}
	for _, n := range repeats {
		again2 += n - 1
	}
	if len(p.sites) < 4000 || len(p.sites) > 12000 || crowds < 500 || again2 < 300 || again2 > 1500 {
		t.Errorf("%d incidents, %d that many call about, %d calls again", len(p.sites), crowds, again2)
	}
}

// week is a record that is made in a second: the first days of 2018 (the first is a
// holiday), with as many of everything as shows.
var week = HotlineRecord{
	From: time.Date(2018, 1, 1, 0, 0, 0, 0, deadline.CST), To: time.Date(2018, 1, 12, 18, 0, 0, 0, deadline.CST), Last: 16,
	Types: []HotlineType{
		{ticket.Consult, 23}, {ticket.Complaint, 131}, {ticket.Report, 134}, {ticket.Suggestion, 12}, {ticket.Help, 61}, {ticket.Other, 44},
	},
	Ratings: []HotlineRating{{ticket.VerySatisfied, 80}, {ticket.Satisfied, 114}, {ticket.Basic, 55}, {ticket.NotSatisfied, 115}, {ticket.NotReached, 41}},
}

// Every ticket goes its whole way by the rules, in time and by the numbers of the record,
// and no timer or handler has anything to add.
func TestAHotlineRecordComesTrueByTheRules(t *testing.T) {
	w := founded(t, 440114, week.From)
	said := 0
	must(t, Hotline(t.Context(), w.deps, week, func(n int) { said = n }))
	head, err := w.ledger.Head(t.Context())
	must(t, err)
	w.clock.Step(week.To.AddDate(1, 0, 0))
	must(t, w.service.Idle(t.Context()))
	if now, _ := w.ledger.Head(t.Context()); now != head || said != week.Total() {
		t.Errorf("%d facts were added afterwards; %d tickets", now-head, said)
	}
	tickets, incidents := map[string]ticket.State{}, map[string]incident.State{}
	repeats := 0
	for after := eventstore.Position(0); ; {
		page, err := w.ledger.Page(t.Context(), after, 0)
		must(t, err)
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			after = r.Position
			id := r.Stream.ID()
			if r.Stream.Category() == ticket.Category {
				e, err := ticket.Decode(r.Type, r.Data)
				must(t, err)
				if !ticket.FactOf(e).At.Equal(r.At) || r.At.Before(week.From) || r.At.After(week.To) {
					t.Fatalf("%s at %s", r.Type, r.At)
				}
				if _, again := e.(ticket.Repeated); again {
					repeats++
				}
				tickets[id] = ticket.Evolve(tickets[id], e)
			} else {
				e, err := incident.Decode(r.Type, r.Data)
				must(t, err)
				incidents[id] = incident.Evolve(incidents[id], e)
			}
		}
	}
	types, ratings, shared := map[ticket.Type]int{}, map[ticket.Rating]int{}, map[string]int{}
	for id, s := range tickets {
		types[s.Content.Type]++
		ratings[s.Rating()]++
		city, internal, contact := s.Overdue()
		a := s.Replies[0]
		switch {
		case s.Stage != ticket.AtCalledBack, city, internal, contact, s.Expiry(ticket.ContactClock) != nil, len(s.Contacts) != 1, len(s.Replies) != 1:
			t.Errorf("%s: %+v", id, s)
		case a.By == a.Review.By, s.Signed.At.Before(s.Came), !s.Came.Equal(*s.Content.ReceivedAt):
			t.Errorf("%s: reviewed by %v", id, a.Review.By)
		case s.Content.Type == ticket.Consult:
			if s.Link != nil {
				t.Errorf("a consult is about %s", s.Link.Number)
			}
		case s.Link == nil:
			t.Errorf("%s is about nothing", id)
		default:
			i, known := incidents[s.Link.Incident]
			shared[s.Link.Incident]++
			if !known || i.Status != incident.StatusClosed || i.ClosedAt.After(a.At) || s.Link.At.After(i.ClosedAt) || a.Unit != i.Unit || a.Unit == "" {
				t.Errorf("%s answers at %s for %+v", id, a.At, i)
			}
		}
	}
	for _, x := range week.Types {
		if types[x.Type] != x.Count {
			t.Errorf("%d of %s, want %d", types[x.Type], x.Type, x.Count)
		}
	}
	for _, x := range week.Ratings {
		if ratings[x.Result] != x.Count {
			t.Errorf("%d %s, want %d", ratings[x.Result], x.Result, x.Count)
		}
	}
	statistics(t, w, week, int64(repeats))
	if len(shared) != len(incidents) || len(incidents) >= len(tickets) || repeats == 0 {
		t.Errorf("%d incidents for %d tickets, %d of them linked; %d repeats", len(incidents), len(tickets), len(shared), repeats)
	}
}

// statistics holds the record against the statistics of its period: to the last ticket.
func statistics(t *testing.T, w *town, r HotlineRecord, repeats int64) {
	t.Helper()
	ref, err := district()
	must(t, err)
	db := historytest.Views(t)
	view := tally.New(db, casefile.NewFolder(ref.Book, ref.Matters))
	must(t, projections.NewRunner(db, w.ledger, view, nil).RunToEnd(t.Context()))
	got, err := view.Statistics(t.Context(), tally.Query{From: r.From, To: r.To.AddDate(0, 0, 1).Truncate(time.Hour).Add(-18 * time.Hour), By: tally.BySource, Scope: []string{"area:440114"}})
	must(t, err)
	rated, content := int64(0), int64(0)
	for _, x := range r.Ratings {
		if x.Result != ticket.NotReached {
			rated += int64(x.Count)
		}
		if x.Result == ticket.VerySatisfied || x.Result == ticket.Satisfied || x.Result == ticket.Basic {
			content += int64(x.Count)
		}
	}
	all, row := int64(r.Total()), got.Total
	for name, x := range map[string]struct {
		got  tally.Ratio
		n, d int64
	}{
		"satisfied": {row.TicketSatisfied, content, rated}, "on time": {row.TicketOnTime, all, all}, "on time internally": {row.TicketInternalOnTime, all, all},
		"contact": {row.TicketContactOnTime, all, all}, "response": {row.TicketResponse, all, all}, "returns": {row.TicketReturns, 0, all},
		"repeats": {row.RepeatComplaints, repeats, all - int64(r.Types[0].Count)},
	} {
		if x.got.N != x.n || x.got.D != x.d {
			t.Errorf("%s: %d of %d, want %d of %d", name, x.got.N, x.got.D, x.n, x.d)
		}
	}
	if row.Tickets != all || row.TicketResolved.D != all {
		t.Errorf("%d tickets, %d answered, want %d", row.Tickets, row.TicketResolved.D, all)
	}
	for _, x := range r.Types {
		if n := row.TicketsByType[x.Type]; n != int64(x.Count) {
			t.Errorf("%d of %s, want %d", n, x.Type, x.Count)
		}
	}
}

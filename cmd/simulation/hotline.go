package simulation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/replay"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/workflow"
)

// A HotlineRecord is what a period's statistics say of the hotline: whole numbers, so that
// whatever is simulated by them is counted to the last ticket.
type HotlineRecord struct {
	From, To time.Time // the first day; until when every ticket is called back
	Last     int       // o'clock on the last day: later on no ticket comes, for it could not be done with

	Types   []HotlineType
	Ratings []HotlineRating // in all as many as tickets
}

// HotlineType is how many tickets of a type came.
type HotlineType struct {
	Type  ticket.Type
	Count int
}

// HotlineRating is how many callers said so when they were called back.
type HotlineRating struct {
	Result ticket.Rating
	Count  int
}

// Hotline2018 is the district's hotline from January to May 2018: 26,169 tickets, 173 a
// day, all on time. The published shares fix each count but for the three ways of being
// content and for those who were not reached, which nobody published:
//
//	consult      1,227 of 26,169   4.69 %     very satisfied  5,210 ┐
//	complaint    8,583            32.80 %     satisfied       7,415 ├ 16,117 of 23,552 rated   68.43 %
//	report       8,743            33.41 %     basic           3,492 ┘
//	suggestion     772             2.95 %     not satisfied   7,435
//	help         3,959            15.13 %     not reached     2,617, not rated
//	other        2,885            11.02 %, without a share of its own
var Hotline2018 = HotlineRecord{
	From: time.Date(2018, 1, 1, 0, 0, 0, 0, deadline.CST), To: time.Date(2018, 5, 31, 18, 0, 0, 0, deadline.CST), Last: 16,
	Types: []HotlineType{
		{ticket.Consult, 1227}, {ticket.Complaint, 8583}, {ticket.Report, 8743}, {ticket.Suggestion, 772}, {ticket.Help, 3959}, {ticket.Other, 2885},
	},
	Ratings: []HotlineRating{
		{ticket.VerySatisfied, 5210}, {ticket.Satisfied, 7415}, {ticket.Basic, 3492}, {ticket.NotSatisfied, 7435}, {ticket.NotReached, 2617},
	},
}

// Total is how many tickets came.
func (r HotlineRecord) Total() int {
	n := 0
	for _, t := range r.Types {
		n += t.Count
	}
	return n
}

// neighbours is the matter under which the district looks after what is none: the
// community's station goes there.
var neighbours = catalogue.Key{Scheme: "huadu-demo", Kind: "matter", Code: "21001"}

// A hotlineCall is one ticket that will come.
type hotlineCall struct {
	at     time.Time
	n      int // its number of the record, from 1
	kind   ticket.Type
	rating ticket.Rating
	matter catalogue.Key // zero: none was said
	text   string
	line   string
	site   *site
	agent  int
	seed   uint64
}

// A site is one thing at one place that several callers may call about: those of a site
// share an incident.
type site struct {
	n       int
	grid    string
	point   orb.Point
	address string
	place   jurisdiction.Place
	matter  catalogue.Key // of its incident
	calls   []*hotlineCall
	about   ticket.Link // its incident, once it is made
	unit    string
	closed  time.Time
	press   float64 // as the last who called about it have it
}

// hotlineAgents is how many people answer.
const hotlineAgents = 12

// A hotlinePlan is every call in the order in which they come, and the sites they are about.
type hotlinePlan struct {
	calls []*hotlineCall
	sites []*site // consults are about none
}

// planHotline draws the calls: days by the calendar, hours by the profile of the texts,
// types and ratings dealt out like cards, so that their numbers are exact. It is a pure
// function of the seed and the reference data.
func planHotline(r HotlineRecord, d Deps) (hotlinePlan, error) {
	ref := d.Reference.At(r.From)
	rnd := rand.New(rand.NewPCG(d.Seed, 2018))
	var kinds []ticket.Type
	for _, t := range r.Types {
		kinds = append(kinds, slices.Repeat([]ticket.Type{t.Type}, t.Count)...)
	}
	var ratings []ticket.Rating
	for _, x := range r.Ratings {
		ratings = append(ratings, slices.Repeat([]ticket.Rating{x.Result}, x.Count)...)
	}
	if len(ratings) != len(kinds) {
		return hotlinePlan{}, fmt.Errorf("simulation: %d tickets, but %d ratings", len(kinds), len(ratings))
	}
	rnd.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	rnd.Shuffle(len(ratings), func(i, j int) { ratings[i], ratings[j] = ratings[j], ratings[i] })
	planner := Planner{Seed: d.Seed, Texts: ref.Texts, Matters: ref.Matters}
	var p hotlinePlan
	for day, count := range r.days(ref.Days) {
		midnight := r.From.AddDate(0, 0, day)
		last := !midnight.AddDate(0, 0, 1).Before(r.To)
		for range count {
			i := len(p.calls)
			texts := ref.Texts.Tickets[string(kinds[i])]
			pick := texts[rnd.IntN(len(texts))]
			for leaves(pick.Matter) {
				pick = texts[rnd.IntN(len(texts))]
			}
			c := &hotlineCall{kind: kinds[i], rating: ratings[i], matter: pick.Matter, text: pick.Text, seed: rnd.Uint64(), agent: rnd.IntN(hotlineAgents)}
			for {
				hour := planner.timeOfDay(rnd, Arrival{Source: incident.FromHotline, Matter: c.matter})
				if c.at = midnight.Add(hour); !last || hour < time.Duration(r.Last)*time.Hour {
					break
				}
			}
			p.calls = append(p.calls, c)
		}
	}
	slices.SortStableFunc(p.calls, func(a, b *hotlineCall) int { return a.at.Compare(b.at) })
	for i, c := range p.calls {
		c.n = i + 1
		c.line = hotlineID("line", d.Seed, c.n)
	}
	return p, p.settle(d, rnd)
}

// days are how many tickets come on each day: fewer when offices are closed, and as many
// in all as there are.
func (r HotlineRecord) days(calendar *deadline.Calendar) []int {
	var weights []float64
	sum := 0.0
	for at := r.From; at.Before(r.To); at = at.AddDate(0, 0, 1) {
		w := 0.8
		if works, _ := calendar.IsWorkday(at.Add(12 * time.Hour)); works {
			w = 1.08
		}
		weights, sum = append(weights, w), sum+w
	}
	counts, given := make([]int, len(weights)), 0.0
	for i, w := range weights { // each day what the days until then should have had in all
		before := int(given*float64(r.Total())/sum + 0.5)
		given += w
		counts[i] = int(given*float64(r.Total())/sum+0.5) - before
	}
	return counts
}

// settle gives every call but consults a site: the next few of one matter share one, and
// now and then somebody calls again about a site of the weeks before.
func (p *hotlinePlan) settle(d Deps, rnd *rand.Rand) error {
	if len(p.calls) == 0 {
		return nil
	}
	grid := d.Grid.At(p.calls[0].at)
	cells := grid.Cells()
	names := People{Ref: d.Reference.At(d.Now())}.names()
	open := map[catalogue.Key]*site{}
	room := map[*site]int{}
	known := map[catalogue.Key][]*site{}
	for _, c := range p.calls {
		if c.kind == ticket.Consult {
			continue
		}
		s := open[c.matter]
		if s == nil || room[s] == 0 || c.at.Sub(s.calls[0].at) > 36*time.Hour {
			s = &site{n: len(p.sites) + 1, matter: c.matter}
			if s.matter.IsZero() {
				s.matter = neighbours
			}
			before := known[c.matter]
			for len(before) > 0 && c.at.Sub(before[0].calls[0].at) > 20*24*time.Hour {
				before = before[1:]
			}
			known[c.matter] = before
			if len(before) > 0 && !c.matter.IsZero() && rnd.Float64() < 0.12 {
				old := before[rnd.IntN(len(before))]
				s.grid, s.point, s.address, s.place = old.grid, old.point, old.address, old.place
				c.line = old.calls[0].line // the same again: a repeat complaint
			} else {
				cell := cells[rnd.IntN(len(cells))]
				s.grid, s.point = cell.Code, grid.RandomPoint(cell.Code, rnd.Float64)
				s.place = jurisdiction.Place{
					Grid: cell.Code, GridVersion: grid.Version(), Community: cell.Community, Street: cell.Street, District: cell.District,
				}
				s.address = names.street(cell.Street) + names.community(cell.Community) + spots[rnd.IntN(len(spots))]
			}
			open[c.matter], room[s] = s, 1+rnd.IntN(7)
			p.sites, known[c.matter] = append(p.sites, s), append(known[c.matter], s)
		}
		c.site = s
		s.calls = append(s.calls, c)
		room[s]--
	}
	if len(cells) == 0 {
		return errors.New("simulation: there is no grid")
	}
	return nil
}

// An office is when people work: it counts in working time.
type office struct {
	from, to []time.Time
	before   []time.Duration // worked before each period
}

func officeOf(calendar *deadline.Calendar, from, to time.Time) office {
	var o office
	worked := time.Duration(0)
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		if works, _ := calendar.IsWorkday(day.Add(12 * time.Hour)); !works {
			continue
		}
		for _, hours := range [][2]int{{8, 12}, {14, 18}} {
			a, b := day.Add(time.Duration(hours[0])*time.Hour), day.Add(time.Duration(hours[1])*time.Hour)
			o.from, o.to, o.before = append(o.from, a), append(o.to, b), append(o.before, worked)
			worked += b.Sub(a)
		}
	}
	return o
}

// worked is the working time until t.
func (o office) worked(t time.Time) time.Duration {
	i, _ := slices.BinarySearchFunc(o.to, t, time.Time.Compare)
	if i == len(o.to) {
		return o.before[i-1] + o.to[i-1].Sub(o.from[i-1])
	}
	return o.before[i] + max(0, t.Sub(o.from[i]))
}

// moment is when so much was worked.
func (o office) moment(worked time.Duration) time.Time {
	i, found := slices.BinarySearch(o.before, worked)
	if !found {
		i--
	}
	return o.from[i].Add(worked - o.before[i]).Truncate(time.Millisecond)
}

// after is the moment at which so much more was worked than at t.
func (o office) after(t time.Time, d time.Duration) time.Time { return o.moment(o.worked(t) + d) }

// pressed is the share of their time that people take: less when the end is near.
func (o office) pressed(t, end time.Time) float64 {
	return min(1, float64(o.worked(end)-o.worked(t))/float64(60*time.Hour))
}

// Hotline lets a record come true in a ledger: every ticket received, signed, called,
// answered, reviewed by another person and called back at its own time, by the rules that
// live tickets go by. What is not a consult becomes or joins an incident, which is carried
// from report to close as an import is. Callers are references to nobody: the record has
// no names. It is for a ledger without any ticket; done says how many tickets are in.
func Hotline(ctx context.Context, d Deps, r HotlineRecord, done func(tickets int)) error {
	plan, err := planHotline(r, d)
	if err != nil {
		return err
	}
	ref := d.Reference.At(r.From)
	h := &hotline{
		Deps: d, record: r, ref: ref, policy: workflow.TicketPolicy(ref), office: officeOf(ref.Days, r.From, r.To.AddDate(0, 1, 0)),
		alike: workflow.Alike(ref), lines: map[string][]ticket.Call{},
		carrier: replay.Carrier{
			Ref: d.Reference, Grid: d.Grid, Source: incident.FromHotline, Mapping: "12345", Flags: []incident.Flag{incident.Simulated, incident.Imported},
		},
	}
	made := 0
	for calls := range slices.Chunk(plan.calls, hotlineAtOnce) {
		until := calls[len(calls)-1].n
		from := made
		for made < len(plan.sites) && plan.sites[made].calls[0].n <= until {
			made++
		}
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(atOnce)
		for _, s := range plan.sites[from:made] {
			g.Go(func() error { return h.incident(gctx, s) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
		if err := h.bring(ctx, calls); err != nil {
			return err
		}
		if done != nil {
			done(until)
		}
	}
	return nil
}

// hotlineAtOnce is how many tickets go into one append: about a megabyte.
const hotlineAtOnce = 250

type hotline struct {
	Deps
	record  HotlineRecord
	ref     *reference.Reference
	policy  ticket.Policy
	office  office
	alike   ticket.Alike
	carrier replay.Carrier
	lines   map[string][]ticket.Call // what was called about before, by line
}

// minutes draws a time between two numbers of minutes, shorter when the end is near.
func minutes(rnd *rand.Rand, press float64, least, most int) time.Duration {
	return time.Duration(press * (float64(least) + rnd.Float64()*float64(most-least)) * float64(time.Minute))
}

// taken are the moments at which a ticket is taken on, its caller called and the ticket
// given on.
func (h *hotline) taken(c *hotlineCall) (rnd *rand.Rand, press float64, signed, called, linked time.Time) {
	rnd = rand.New(rand.NewPCG(c.seed, 1))
	press = h.office.pressed(c.at, h.record.To)
	signed = h.office.after(c.at, minutes(rnd, press, 2, 25))
	called = h.office.after(signed, minutes(rnd, press, 3, 80))
	linked = h.office.after(called, minutes(rnd, press, 3, 40))
	return rnd, press, signed, called, linked
}

// incident carries the incident of a site from report to close, if it can before its limit
// is over.
func (h *hotline) incident(ctx context.Context, s *site) error {
	var first, last time.Time
	press := 1.0
	for i, c := range s.calls {
		_, p, _, _, linked := h.taken(c)
		if i == 0 || linked.Before(first) {
			first = linked
		}
		if linked.After(last) {
			last = linked
		}
		press = min(press, p)
	}
	rnd := rand.New(rand.NewPCG(s.calls[0].seed, 2))
	step := func(n int) time.Duration { return time.Duration(press * float64(n) * float64(time.Minute)) }
	number, err := h.Service.NextNumber(ctx, first)
	if err != nil {
		return err
	}
	opening := s.calls[0]
	row := replay.Row{ExternalID: h.external(opening), Reported: first, Description: h.text(opening), Address: s.address, Matter: s.matter, Point: &s.point}
	handled := later(h.office.after(first, step(30)+minutes(rnd, press, 60, 20*60)), h.office.after(last, step(10)))
	moves := 0
	out, err := h.Service.Carry(ctx, uuid.Must(uuid.NewV7()).String(), func(st incident.State) (workflow.Move, bool) {
		moves++
		at := h.office.after(first, step(5*moves))
		switch {
		case st.Status == "":
			at = first
		case st.Stage == incident.Handling:
			if due := st.Deadline.Due; due != nil && !handled.Before(*due) { // in time, if everybody has called by then
				begun := h.office.after(first, step(5*moves))
				left := float64(h.office.worked(*due) - h.office.worked(begun))
				handled = later(h.office.after(begun, time.Duration(0.8*max(0, left))), h.office.after(last, step(10)))
			}
			at = handled
		case st.Stage == incident.Checking:
			at = h.office.after(handled, step(25))
		case st.Stage == incident.Closing:
			at = h.office.after(handled, step(40))
		}
		move, more := h.carrier.Finish(row, st, at, number)
		if report, ok := move.Command.(incident.Report); ok {
			report.TicketType = string(opening.kind)
			move.Command = report
		}
		return move, more
	}, workflow.Options{Key: eventstore.Key{Scope: "hotline", ID: fmt.Sprintf("%s-%d", h.record.From.Format("2006"), s.n)}, At: first})
	if err != nil {
		return fmt.Errorf("simulation: incident %d of the hotline: %w", s.n, err)
	}
	var st incident.State
	for _, rec := range out.Records {
		e, err := incident.Decode(rec.Type, rec.Data)
		if err != nil {
			return err
		}
		st = incident.Evolve(st, e)
	}
	if st.Status != incident.StatusClosed {
		return fmt.Errorf("simulation: incident %s of the hotline is %s, not closed", number, cmp.Or(string(st.Stage), string(st.Status)))
	}
	s.about = ticket.Link{Incident: out.ID, Number: number, Street: s.place.Street, Community: s.place.Community, Tier: st.Tier}
	s.unit, s.closed, s.press = st.Unit, st.ClosedAt, press
	return nil
}

func (h *hotline) external(c *hotlineCall) string {
	return fmt.Sprintf("GZ%s-%06d", h.record.From.Format("2006"), c.n)
}

func (h *hotline) text(c *hotlineCall) string {
	names := names{h.ref.Book}
	community, street := "", ""
	if c.site != nil {
		community, street = c.site.place.Community, c.site.place.Street
	}
	return fill(c.text, c.at, names.community(community), names.street(street), names.street(""))
}

// bring appends tickets, each from receipt to callback.
func (h *hotline) bring(ctx context.Context, calls []*hotlineCall) error {
	writes := make([]eventstore.Write, 0, len(calls))
	for _, c := range calls {
		w, err := h.ticket(c)
		if err != nil {
			return fmt.Errorf("simulation: ticket %d of the hotline: %w", c.n, err)
		}
		writes = append(writes, w)
	}
	_, err := h.Ledger.Append(ctx, eventstore.Append{Writes: writes, Meta: eventstore.Meta{Actor: Person + "hotline"}})
	if err != nil {
		return fmt.Errorf("simulation: bringing tickets in: %w", err)
	}
	return nil
}

// A life is a ticket on its way.
type life struct {
	h      *hotline
	state  ticket.State
	drafts []eventstore.Draft
}

// give lets the ticket's clocks say what they have to before a command, and then decides it.
func (l *life) give(at time.Time, by incident.Actor, c ticket.Command) error {
	for timers := l.state.Timers(); len(timers) > 0 && timers[0].Fires().Before(at); timers = l.state.Timers() {
		if err := l.decide(timers[0].At, incident.Workflow, timers[0].Command()); err != nil {
			return err
		}
	}
	return l.decide(at, by, c)
}

func (l *life) decide(at time.Time, by incident.Actor, c ticket.Command) error {
	at = at.UTC().Truncate(time.Microsecond)
	events, err := ticket.Decide(l.state, ticket.Order{At: at, By: by, Days: l.h.ref.Days, Policy: l.h.policy, Command: c})
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("%s at %s says nothing", c.Name(), at)
	}
	for _, e := range events {
		name, data, err := ticket.Encode(e)
		if err != nil {
			return err
		}
		l.state, l.drafts = ticket.Evolve(l.state, e), append(l.drafts, eventstore.Draft{Type: name, At: ticket.FactOf(e).At, Data: data})
	}
	return nil
}

func (h *hotline) agent(n int) incident.Actor {
	unit := h.ref.Book.District()
	return incident.Actor{
		Person: fmt.Sprintf("%s%s:hotline:%02d", Person, unit, n+1), Unit: unit, Role: jurisdiction.Hotline, Name: fmt.Sprintf("热线专办员 %02d", n+1),
	}
}

func (h *hotline) ticket(c *hotlineCall) (eventstore.Write, error) {
	rnd, press, signed, called, linked := h.taken(c)
	unit := h.ref.Book.District()
	city := incident.Actor{Person: Person + unit + ":city", Unit: unit, Role: jurisdiction.Hotline, Name: "市热线"}
	who, other := h.agent(c.agent), h.agent((c.agent+1+rnd.IntN(hotlineAgents-1))%hotlineAgents)
	at := c.at.Truncate(time.Microsecond)
	content := ticket.Content{
		Version: 1, Number: h.external(c), Type: c.kind, Text: h.text(c), ReceivedAt: &at, Matter: c.matter,
		Caller: &ticket.Caller{Subject: hotlineID("subject", h.Seed, c.n), Line: c.line},
	}
	reply := ticket.Reply{Resolution: resolutionFor(c.rating, rnd)}
	answered := h.office.after(called, minutes(rnd, press, 20, 100))
	if s := c.site; s != nil {
		content.Location, content.Place = &incident.Location{Point: &s.point, CRS: "wgs84", Address: s.address}, s.place
		reply.Unit, press = s.unit, min(press, s.press)
		answered = h.office.after(s.closed, minutes(rnd, press, 10, 200))
	}
	replies := h.ref.Texts.Replies
	reply.ToCaller = fill(replies[rnd.IntN(len(replies))].Text, answered, "", "", "")
	reply.ToCity = fill(cityWords[rnd.IntN(len(cityWords))], answered, "", "", "")
	reviewed := h.office.after(answered, minutes(rnd, press, 5, 60))
	back := h.office.after(reviewed, minutes(rnd, press, 60, 14*60))

	id := ticket.StreamID("12345", h.external(c))
	l := &life{h: h}
	steps := []struct {
		at time.Time
		by incident.Actor
		c  ticket.Command
	}{
		{at, city, ticket.Receive{Source: "12345", External: h.external(c), Content: content}},
		{signed, who, ticket.Sign{}},
		{called, who, ticket.Contact{Reached: c.rating != ticket.NotReached || rnd.IntN(2) == 0, When: called}},
		{later(linked, called), who, ticket.Link{}},
		{answered, who, reply},
		{reviewed, other, ticket.Review{Pass: true}},
		{back, city, ticket.Callback{Result: c.rating}},
	}
	for i, x := range steps {
		if _, links := x.c.(ticket.Link); links {
			if c.site == nil {
				continue // answered directly
			}
			x.c = c.site.about
		}
		if err := l.give(x.at, x.by, x.c); err != nil {
			return eventstore.Write{}, err
		}
		if i == 0 {
			call := ticket.CallOf(id, l.state)
			if again, ok := ticket.Earlier(h.lines[c.line], call, h.alike); ok {
				if err := l.give(at, incident.Workflow, again); err != nil {
					return eventstore.Write{}, err
				}
			}
			h.lines[c.line] = append(h.lines[c.line], call)
		}
	}
	return eventstore.Write{Stream: eventstore.StreamOf(ticket.Category, id), Expect: eventstore.At(0), Drafts: l.drafts}, nil
}

// cityWords are what the city is told.
var cityWords = []string{
	"经核查，诉求已办理完毕，已于 {date} 告知诉求人办理结果。", "已现场处置并通过核查，诉求人知悉办理情况。", "已按职责办理并向诉求人说明，办理材料留存备查。",
}

// resolutionFor is what came of it, as likely as callers would rate it.
func resolutionFor(r ticket.Rating, rnd *rand.Rand) ticket.Resolution {
	solved := 0.85
	if r == ticket.NotSatisfied {
		solved = 0.35
	}
	if rnd.Float64() < solved {
		return ticket.Resolved
	}
	rest := []ticket.Resolution{ticket.Explained, ticket.Explained, ticket.Planned, ticket.NotPossible, ticket.Unreasonable}
	return rest[rnd.IntN(len(rest))]
}

// hotlineID is a reference that is always the same for the same call, and means nobody.
func hotlineID(what string, seed uint64, n int) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "%s %d %d", what, seed, n)).String()
}

package tally_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tally"
)

// A past is a history of everything that is counted, and what its facts say, fact by
// fact.
type past struct {
	*historytest.History
	t       testing.TB
	rnd     *rand.Rand
	tickets int
	grid    *basegrid.Grid

	counts []figures.Count
	files  map[string]casefile.File
	places map[eventstore.Position]*[2]string // where subjects lie by the grid; nil: nowhere known
	ids    map[eventstore.Position]string
}

func newPast(t testing.TB, seed uint64) *past {
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &past{History: historytest.New(t, seed), t: t, rnd: rand.New(rand.NewPCG(seed, 9)), grid: grid}
}

// live lets some days pass in which everything happens.
func (p *past) live() {
	p.Live(110)
	for range 3 {
		p.ticket()
		p.walk()
	}
	p.Now = p.Now.AddDate(0, 0, p.rnd.IntN(9))
}

func (p *past) append(category, id, name string, at time.Time, data []byte, err error) {
	p.t.Helper()
	if err == nil {
		_, err = p.Ledger.Append(p.t.Context(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: eventstore.StreamOf(category, id), Expect: eventstore.Any, Drafts: []eventstore.Draft{{Type: name, At: at, Data: data}},
		}}})
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// ticket lets a ticket come and be answered, or not, or late.
func (p *past) ticket() {
	p.tickets++
	id := ticket.StreamID("12345", fmt.Sprint(p.tickets))
	begun := p.Now
	due := begun.Add(time.Duration(p.rnd.IntN(72)) * time.Hour)
	give := func(after time.Duration, e func(ticket.Fact) ticket.Event) {
		at := begun.Add(after)
		event := e(ticket.Fact{At: at, By: incident.Actor{Person: fmt.Sprintf("agent-%d", p.rnd.IntN(2)), Unit: "440114"}})
		name, data, err := ticket.Encode(event)
		p.append(ticket.Category, id, name, at, data, err)
	}
	c := ticket.Content{Version: 1, Number: fmt.Sprintf("T%d", p.tickets), Type: ticket.Types[p.rnd.IntN(len(ticket.Types))], Text: "路灯不亮"}
	if p.rnd.IntN(3) > 0 {
		at := p.grid.RandomPoint("440114002", p.rnd.Float64)
		cell, _ := p.grid.Locate(at)
		c.Location = &incident.Location{Point: &at, CRS: "wgs84"}
		c.Place.Street, c.Place.Community = cell.Street, cell.Community
	}
	clocks := ticket.Clocks{City: deadline.Given(begun, due, 80), Contact: deadline.Given(begun, begun.Add(8*time.Hour), 80), Internal: &due}
	give(0, func(f ticket.Fact) ticket.Event {
		return ticket.Received{Fact: f, Source: "12345", External: fmt.Sprint(p.tickets), Content: c, Clocks: clocks}
	})
	if p.rnd.IntN(6) == 0 {
		give(time.Minute, func(f ticket.Fact) ticket.Event { return ticket.Repeated{Fact: f} })
	}
	give(time.Hour, func(f ticket.Fact) ticket.Event { return ticket.Signed{Fact: f} })
	if p.rnd.IntN(3) == 0 {
		return
	}
	give(time.Duration(2+p.rnd.IntN(20))*time.Hour, func(f ticket.Fact) ticket.Event { return ticket.Contacted{Fact: f, Reached: true, When: f.At} })
	give(30*time.Hour, func(f ticket.Fact) ticket.Event {
		return ticket.Replied{Fact: f, ToCaller: "x", ToCity: "y", Resolution: ticket.Resolutions[p.rnd.IntN(len(ticket.Resolutions))]}
	})
	give(31*time.Hour, func(f ticket.Fact) ticket.Event { return ticket.Reviewed{Fact: f, Passed: true} })
	give(50*time.Hour, func(f ticket.Fact) ticket.Event {
		return ticket.CalledBack{Fact: f, Result: ticket.Ratings[p.rnd.IntN(len(ticket.Ratings))]}
	})
}

// walk lets inspectors walk some grids, the same ones often.
func (p *past) walk() {
	day := string(figures.DayOf(p.Now))
	cells := p.grid.CommunityCells("440114002002")
	var fixes []patrol.Fix
	for i := range 4 {
		fixes = append(fixes, patrol.Fix{At: p.Now.Add(time.Duration(i) * time.Minute), Point: orb.Point{113.2, 23.4}, Grid: cells[p.rnd.IntN(len(cells))].Code})
	}
	fixes[3].AccuracyM = 1000 // says nothing
	who := fmt.Sprintf("walker-%d", p.rnd.IntN(3))
	name, data, err := patrol.Encode(patrol.Tracked{
		Fact: patrol.Fact{At: p.Now, By: incident.Actor{Person: who, Unit: "440114002002"}}, Fixes: fixes,
	})
	p.append(patrol.Category, patrol.StreamID(who, day), name, p.Now, data, err)
}

// told reads every fact again and says what each counts for, in the plainest way.
func (p *past) told() *past {
	folder := historytest.Folder(p.t)
	p.counts, p.files, p.places, p.ids = nil, map[string]casefile.File{}, map[eventstore.Position]*[2]string{}, map[eventstore.Position]string{}
	states, firsts, walked := map[string]ticket.State{}, map[string]eventstore.Position{}, map[string]bool{}
	lies := func(first eventstore.Position, at *orb.Point) {
		p.places[first] = nil
		if at != nil {
			cell, _ := p.grid.Locate(*at)
			p.places[first] = &[2]string{cell.Street, cell.Community}
		}
	}
	for _, r := range p.Records() {
		id := r.Stream.ID()
		if firsts[id] == 0 {
			firsts[id] = r.Position
		}
		p.ids[firsts[id]] = id
		switch r.Stream.Category() {
		case casefile.Category:
			e, err := casefile.Event(r)
			if err != nil {
				p.t.Fatal(err)
			}
			f := folder.Evolve(p.files[id], r, e)
			p.counts = append(p.counts, figures.Of(casefile.Step{Record: r, Event: e, Before: p.files[id], After: f})...)
			p.files[id] = f
			f = f.Alone()
			if at, ok := f.Point(); f.Seen.Street != f.Street {
				p.places[firsts[id]] = &[2]string{}
			} else if ok {
				lies(firsts[id], &at)
			} else {
				lies(firsts[id], nil)
			}
		case ticket.Category:
			e, err := ticket.Decode(r.Type, r.Data)
			if err != nil {
				p.t.Fatal(err)
			}
			s := ticket.Evolve(states[id], e)
			for _, c := range figures.OfTicket(figures.TicketStep{Record: r, Event: e, Before: states[id], After: s}) {
				c.Subject = firsts[id]
				p.counts = append(p.counts, c)
			}
			states[id] = s
			if l := s.Content.Location; l != nil {
				lies(firsts[id], l.Point)
			}
		case patrol.Category:
			e, err := patrol.Decode(r.Type, r.Data)
			if err != nil {
				p.t.Fatal(err)
			}
			_, day, _ := patrol.ParseStreamID(id)
			for _, f := range e.(patrol.Tracked).Fixes {
				if f.AccuracyM < 500 && !walked[day+f.Grid] {
					walked[day+f.Grid] = true
					by := patrol.FactOf(e).By
					p.counts = append(p.counts, figures.Count{
						Dims:   figures.Dims{Day: figures.Day(day), Street: f.Grid[:9], Community: f.Grid[:12], Unit: by.Unit, Tier: "community"},
						Figure: figures.Walked, N: 1, Person: by.Person, Position: r.Position, Subject: r.Position, Minutes: -1,
					})
					p.ids[r.Position] = id
				}
			}
		}
	}
	return p
}

// where is what a count is counted for, by a ground.
func (p *past) where(c figures.Count, ground tally.Ground) (street, community string) {
	if at := p.places[c.Subject]; ground == tally.Now && at != nil {
		return at[0], at[1]
	}
	return c.Street, c.Community
}

func (p *past) keyOf(c figures.Count, q tally.Query) string {
	street, community := p.where(c, q.Ground)
	return map[tally.By]string{
		tally.ByStreet: street, tally.ByCommunity: community, tally.ByUnit: c.Unit, tally.ByPerson: c.Person, tally.ByMatter: c.Matter,
		tally.BySource: string(c.Source), tally.ByTier: string(c.Tier), tally.ByDay: string(c.Day), tally.ByMonth: string(c.Day[:7]),
	}[q.By]
}

// passes tells whether a count is one that a question is about, whatever its day.
func (p *past) passes(c figures.Count, q tally.Query) bool {
	street, community := p.where(c, q.Ground)
	in := func(list []string, word string) bool { return len(list) == 0 || slices.Contains(list, word) }
	seen := slices.ContainsFunc(q.Scope, func(key string) bool {
		return key == "area:440114" || key == "area:"+street || key == "area:"+community || key == "held:"+c.Unit
	})
	return seen && in(q.Street, street) && in(q.Community, community) && in(q.Unit, c.Unit) && in(q.Person, c.Person) && in(q.Matter, c.Matter) &&
		in(q.Source, string(c.Source)) && in(q.Tier, string(c.Tier))
}

// number is a figure of some counts in a reading.
func number(counts []figures.Count, f figures.Figure, reading tally.Reading) (n int64) {
	of := func(f figures.Figure) (n int64) {
		for _, c := range counts {
			if c.Figure == f {
				n += c.N
			}
		}
		return n
	}
	n = of(f)
	if reading == tally.Exempted {
		n -= of("exempt." + f)
		if base, ok := strings.CutSuffix(string(f), ".on_time"); ok {
			n += of("exempt." + figures.Figure(base) + ".late")
		}
	}
	return n
}

// about is how long a lap took, as exact as is promised.
func about(minutes int64) int64 {
	for width := int64(1); ; width *= 2 {
		if minutes < 256*width {
			return minutes/width*width + (width-1)/2
		}
	}
}

// holds checks one row against the counts of its group.
func (p *past) holds(t *rapid.T, what string, row tally.Row, q tally.Query, reading tally.Reading, counts, suspended []figures.Count) {
	data, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal(data, &said); err != nil {
		t.Fatal(err)
	}
	for _, i := range figures.Indicators {
		name, rest, _ := strings.Cut(i.Code, ".")
		got, there := said[name]
		if rest != "" {
			got, there = got.(map[string]any)[rest]
		}
		if !there {
			t.Fatalf("a row has no %s", i.Code)
		}
		var n, d int64
		for _, term := range i.Numerator {
			n += term.Sign * number(counts, term.Figure, reading)
		}
		for _, term := range i.Denominator {
			d += term.Sign * number(counts, term.Figure, reading)
		}
		switch {
		case i.Code == figures.SuspendedStock:
			if want := number(suspended, figures.Stock, tally.Fact); got != float64(want) {
				t.Fatalf("%s: %d suspended, said %v", what, want, got)
			}
		case i.Kind == figures.Sum:
			if got != float64(n) {
				t.Fatalf("%s: %s is %d, said %v", what, i.Code, n, got)
			}
		case i.Kind == figures.Share:
			r := got.(map[string]any)
			if r["n"] != float64(n) || r["d"] != float64(d) || (r["rate"] == nil) != (d == 0) || d != 0 && r["rate"] != float64(n)/float64(d) {
				t.Fatalf("%s: %s is %d of %d, said %v", what, i.Code, n, d, r)
			}
		case i.Kind == figures.Lapse:
			var all []int64
			for _, c := range counts {
				if figures.LapOf(c.Figure) == i.Lap && c.Minutes >= 0 {
					all = append(all, about(c.Minutes))
				}
			}
			slices.Sort(all)
			r := got.(map[string]any)
			if r["n"] != float64(len(all)) || (r["median_min"] == nil) != (len(all) == 0) {
				t.Fatalf("%s: %s of %d, said %v", what, i.Code, len(all), r)
			}
			if k := len(all); k > 0 && (r["median_min"] != float64(all[(k+1)/2-1]) || r["p90_min"] != float64(all[(9*k+9)/10-1])) {
				t.Fatalf("%s: %s of %v, said %v", what, i.Code, all, r)
			}
		case i.Code == figures.PerGrid && got != nil:
			if area := p.cells(q, row.Key); math.Abs(got.(float64)-float64(n)/float64(area)) > 1e-9 {
				t.Fatalf("%s: %d on %d grids, said %v", what, n, area, got)
			}
		case i.Code == figures.PatrolCoverage:
			if r := got.(map[string]any); r["d"] != 0.0 && r["n"] != float64(n) {
				t.Fatalf("%s: %d walked, said %v", what, n, r)
			}
		}
	}
}

// cells counts the base grids of a row by street or community; of the total, all in scope.
func (p *past) cells(q tally.Query, key string) (n int) {
	for _, c := range p.grid.Cells() {
		seen := slices.ContainsFunc(q.Scope, func(k string) bool { return k == "area:440114" || k == "area:"+c.Street || k == "area:"+c.Community })
		if seen && (key == "" || key == c.Street || key == c.Community) && (len(q.Street) == 0 || slices.Contains(q.Street, c.Street)) &&
			(len(q.Community) == 0 || slices.Contains(q.Community, c.Community)) {
			n++
		}
	}
	return n
}

// draw asks anything.
func (p *past) draw(t *rapid.T) tally.Query {
	some := p.counts[rapid.IntRange(0, len(p.counts)-1).Draw(t, "about")]
	day := func(month, d int) time.Time { return time.Date(2026, time.Month(month), d, 0, 0, 0, 0, deadline.CST) }
	q := tally.Query{
		From:    day(rapid.IntRange(10, 13).Draw(t, "from"), rapid.SampledFrom([]int{1, 1, 5, 23, 28}).Draw(t, "day")),
		By:      rapid.SampledFrom(tally.Bys).Draw(t, "by"),
		Reading: rapid.SampledFrom(tally.Readings).Draw(t, "reading"),
		Ground:  rapid.SampledFrom(tally.Grounds).Draw(t, "ground"),
		Scope: rapid.SampledFrom([][]string{
			{"area:440114"},
			{"area:440114"},
			{"area:440114"},
			{"area:440114002"},
			{"area:440114002", "held:D01"},
			{"held:" + some.Unit},
			{"area:440114002002", "by:system:person-1"},
			nil,
		}).Draw(t, "scope"),
		Compare:    rapid.SampledFrom([][]tally.Ago{nil, {tally.YearAgo}, {tally.MonthAgo}, {tally.MonthAgo, tally.YearAgo}}).Draw(t, "compare"),
		Yardsticks: tally.Yardsticks{Grid: p.grid},
	}
	q.To = rapid.SampledFrom([]time.Time{q.From.AddDate(0, 1, 0), q.From.AddDate(0, 0, 1), q.From.AddDate(0, 3, 0), q.From.AddDate(1, 0, 0)}).Draw(t, "to")
	street, community := p.where(some, q.Ground)
	for _, f := range []struct {
		list  *[]string
		words []string
	}{
		{&q.Street, []string{street}},
		{&q.Community, []string{community, "440114002002"}},
		{&q.Unit, []string{some.Unit}},
		{&q.Person, []string{some.Person, "agent-1"}},
		{&q.Matter, []string{some.Matter}},
		{&q.Source, []string{string(some.Source), "citizen"}},
		{&q.Tier, []string{string(some.Tier)}},
	} {
		if rapid.IntRange(0, 7).Draw(t, "filter") == 0 {
			*f.list = f.words
		}
	}
	return q
}

// of returns the counts that a question is about, those of the period and those of the
// stock at its end.
func (p *past) of(q tally.Query, from, to time.Time) (counts, before []figures.Count) {
	first, last := figures.DayOf(from), figures.DayOf(to)
	for _, c := range p.counts {
		if c.Day >= last || !p.passes(c, q) {
			continue
		}
		before = append(before, c)
		if c.Day >= first {
			counts = append(counts, c)
		}
	}
	return counts, before
}

func (p *past) only(counts []figures.Count, q tally.Query, key string) (list []figures.Count) {
	for _, c := range counts {
		if p.keyOf(c, q) == key {
			list = append(list, c)
		}
	}
	return list
}

// upTo are the counts of a row by day or month and of the days before it.
func (p *past) upTo(counts []figures.Count, q tally.Query, key string) []figures.Count {
	if q.By != tally.ByDay && q.By != tally.ByMonth {
		return p.only(counts, q, key)
	}
	return slices.DeleteFunc(slices.Clone(counts), func(c figures.Count) bool { return p.keyOf(c, q) > key })
}

// Any statistics of any past are a fold of its facts, whatever is asked: groups, filters,
// periods, readings, grounds, scopes, comparisons. The cube that followed the facts says
// what one loaded at the end says, and behind every number stand as many facts as it says.
func TestAnyStatisticsAreAFoldOfTheFacts(t *testing.T) {
	p := newPast(t, 5)
	db := historytest.Views(t)
	v := tally.New(db, historytest.Folder(t))
	runner := projections.NewRunner(db, p.Ledger, v, &projections.Options{Page: 37})
	for range 9 {
		p.live()
		if err := runner.RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, ground := range tally.Grounds { // the cube follows
			if _, err := v.Statistics(t.Context(), tally.Query{Ground: ground, Scope: []string{"area:440114"}, Yardsticks: tally.Yardsticks{Grid: p.grid}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.told()
	asked, rows, facts := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		q := p.draw(rt)
		s, err := v.Statistics(t.Context(), q)
		if err != nil {
			rt.Fatal(err)
		}
		fresh, err := tally.New(db, historytest.Folder(t)).Statistics(t.Context(), q)
		if err != nil {
			rt.Fatal(err)
		}
		if a, b := text(rt, s), text(rt, fresh); a != b {
			rt.Fatalf("a cube that followed says\n%s\nand a fresh one\n%s", a, b)
		}
		main := q.Reading
		if main == tally.Both {
			main = tally.Fact
		}
		p.judge(rt, s, q, main)
		asked, rows, facts = asked+1, rows+len(s.Items), facts+p.traced(t, rt, v, s, q, main)
	})
	if rows < asked/4 || facts == 0 {
		t.Errorf("%d questions, %d rows, %d facts: the questions are of no use", asked, rows, facts)
	}
}

// judge checks an answer against the facts, row by row.
func (p *past) judge(rt *rapid.T, s tally.Statistics, q tally.Query, main tally.Reading) {
	counts, before := p.of(q, s.From, s.To)
	p.holds(rt, "in all", s.Total, q, main, counts, before)
	sum := 0
	for _, row := range s.Items {
		mine := p.only(counts, q, row.Key)
		sum += len(mine)
		p.holds(rt, "row "+row.Key, row, q, main, mine, p.upTo(before, q, row.Key))
		if (row.Exempted != nil) != (q.Reading == tally.Both) {
			rt.Fatalf("reading %s, exempted %v", q.Reading, row.Exempted)
		}
		if row.Exempted != nil {
			p.holds(rt, "exempted "+row.Key, *row.Exempted, q, tally.Exempted, mine, p.upTo(before, q, row.Key))
		}
		for _, ago := range q.Compare {
			then, back := row.MonthAgo, func(t time.Time) time.Time { return t.AddDate(0, -1, 0) }
			if ago == tally.YearAgo {
				then, back = row.YearAgo, func(t time.Time) time.Time { return t.AddDate(-1, 0, 0) }
			}
			if q.By == tally.ByDay || q.By == tally.ByMonth {
				continue // the keys are others: TestAgoByDayAndMonth
			}
			old, long := p.of(q, back(s.From), back(s.To))
			p.holds(rt, string(ago)+" ago, "+row.Key, *then, q, main, p.only(old, q, row.Key), p.only(long, q, row.Key))
		}
	}
	kept := slices.DeleteFunc(slices.Clone(counts), func(c figures.Count) bool { return c.Figure == figures.Stock || c.Figure == figures.StockSince })
	there := 0
	for _, c := range counts {
		if slices.ContainsFunc(s.Items, func(r tally.Row) bool { return r.Key == p.keyOf(c, q) }) {
			there++
		}
	}
	if there < len(kept) || sum != there {
		rt.Fatalf("of %d counts only %d have a row", len(kept), there)
	}
}

// traced checks that behind a number stand the facts that make it.
func (p *past) traced(t *testing.T, rt *rapid.T, v *tally.View, s tally.Statistics, q tally.Query, main tally.Reading) int {
	i := rapid.SampledFrom(figures.Indicators).Draw(rt, "indicator")
	in := tally.FactsQuery{Query: q, Indicator: i.Code, Side: rapid.SampledFrom(tally.Sides[:2]).Draw(rt, "side"), Limit: rapid.IntRange(1, 40).Draw(rt, "limit")}
	in.Reading = main
	counts, before := p.of(q, s.From, s.To)
	stock := i.Code == figures.SuspendedStock || i.Code == figures.SuspendedAge
	if stock {
		counts = before
	}
	if len(s.Items) > 0 && rapid.Bool().Draw(rt, "of a row") {
		key := rapid.SampledFrom(s.Items).Draw(rt, "row").Key
		in.Key = &key
		if counts = p.only(counts, q, key); stock {
			counts = p.upTo(before, q, key)
		}
	}
	terms := i.Numerator
	if in.Side == tally.Denominator {
		terms = i.Denominator
	}
	var want int64
	for _, term := range terms {
		want += term.Sign * number(counts, term.Figure, main)
	}
	type fact struct {
		at     eventstore.Position
		figure figures.Figure
		id     string
		n      int64
	}
	var found []fact
	var sum int64
	var first, last eventstore.Position
	for {
		page, err := v.Facts(t.Context(), in)
		if err != nil {
			rt.Fatal(err)
		}
		for _, f := range page.Items {
			found = append(found, fact{f.Position, f.Figure, f.ID, f.Sign})
			sum += f.Sign
			if first == 0 || f.Position < first {
				first = f.Position
			}
			last = max(last, f.Position)
			if !slices.ContainsFunc(counts, func(c figures.Count) bool {
				return c.Position == f.Position && c.Figure == f.Figure && p.ids[c.Subject] == f.ID && c.Unit == f.Unit && c.Person == f.Person && c.Day == f.Day &&
					(c.Minutes < 0 && f.Minutes == nil || f.Minutes != nil && *f.Minutes == c.Minutes)
			}) {
				rt.Fatalf("%+v is no fact of %s", f, i.Code)
			}
		}
		if in.Cursor = page.Next; in.Cursor != "" {
			continue
		}
		if i.Kind == figures.Lapse {
			break
		}
		if page.Total != len(found) || page.Sum != sum || sum != want || page.From != first || page.To != last {
			rt.Fatalf("%s of %+v: %d in %d to %d, the facts add up to %d in %d to %d; said %d, %d of them", i.Code, in, want, page.From, page.To, sum, first, last, page.Sum, page.Total)
		}
		break
	}
	slices.SortFunc(found, func(a, b fact) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.figure, b.figure), cmp.Compare(a.id, b.id))
	})
	return len(found)
}

func text(t *rapid.T, s tally.Statistics) string {
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What was counted for an incident goes with it when its place is corrected, "as it is
// now", and stays where it was counted, "as it was".
func TestACorrectedPlaceTakesItsCountsAlong(t *testing.T) {
	p := newPast(t, 3)
	p.Now = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	here, there := p.grid.RandomPoint("440114002002", p.rnd.Float64), p.grid.RandomPoint("440114001", p.rnd.Float64)
	in := p.Case(shops, station, &here)
	db := historytest.Views(t)
	v := tally.New(db, historytest.Folder(t))
	runner := projections.NewRunner(db, p.Ledger, v, nil)
	filed := func(ground tally.Ground, street string) (n int64) {
		if err := runner.RunToEnd(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := v.Statistics(t.Context(), tally.Query{Ground: ground, Scope: []string{"area:440114"}, Yardsticks: tally.Yardsticks{Grid: p.grid}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Items {
			if r.Key == street {
				n += r.Filed
			}
		}
		return n
	}
	if filed(tally.Was, street) != 1 || filed(tally.Now, street) != 1 {
		t.Fatal("it was filed in its street")
	}
	cell, _ := p.grid.Locate(there)
	p.Must(in, street, "desk", incident.Correct{
		Field: "location", Reason: "标错", Location: &incident.Location{Point: &there, CRS: "wgs84"},
		Place: &jurisdiction.Place{Grid: cell.Code, GridVersion: p.grid.Version(), Community: cell.Community, Street: cell.Street, District: "440114"},
	})
	if filed(tally.Was, street) != 1 || filed(tally.Now, street) != 0 || filed(tally.Now, cell.Street) != 1 {
		t.Errorf("as it was %d, as it is now %d there and %d here", filed(tally.Was, street), filed(tally.Now, cell.Street), filed(tally.Now, street))
	}
}

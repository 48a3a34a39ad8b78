package tally

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/projections/figures"
)

// A Query asks for the indicators of a period, in groups.
type Query struct {
	// From and To bound the period, in whole days of China Standard Time: the days
	// from From's on that begin before To. Zero: the month of the last fact folded.
	From, To time.Time
	By       By       // empty: ByStreet
	Reading  Reading  // empty: Fact
	Ground   Ground   // empty: Was
	Compare  []Ago    // periods to set beside this one
	Scope    []string // visibility keys of the caller, any of which suffices
	Filter
	Yardsticks
}

// A Filter keeps what is one of each list; an empty list keeps everything.
type Filter struct {
	Street, Community, Unit, Person, Matter, Source, Tier []string
}

// Yardsticks are what figures are measured by and is no fact of the ledger's incidents:
// the base grid in force, people by street, weights. Their zero value measures nothing.
// What they point to never changes.
type Yardsticks struct {
	Grid       *basegrid.Grid
	People     map[string]int64
	Evaluation *reference.Evaluation
}

// Ground is whose boundaries places are counted by.
type Ground string

// The grounds.
const (
	Was Ground = "was" // those that a fact was counted for
	Now Ground = "now" // those of the base grid in force
)

// Grounds holds every ground.
var Grounds = []Ground{Was, Now}

// Ago is a period to compare with: the same one, earlier. Whole months stay whole.
type Ago string

// What to compare with.
const (
	YearAgo  Ago = "year"
	MonthAgo Ago = "month"
)

// Agos holds everything to compare with.
var Agos = []Ago{YearAgo, MonthAgo}

// By is what the rows are grouped by.
type By string

// The groupings.
const (
	ByStreet    By = "street"
	ByCommunity By = "community"
	ByUnit      By = "unit"
	ByMatter    By = "matter"
	BySource    By = "source"
	ByTier      By = "tier"
	ByDay       By = "day"
	ByPerson    By = "person"
	ByMonth     By = "month"
)

// Bys holds every grouping.
var Bys = []By{ByStreet, ByCommunity, ByUnit, ByPerson, ByMatter, BySource, ByTier, ByDay, ByMonth}

// Statistics is the answer. Rows are in order of key; by street there is a row for
// every street in scope, even at zero. Its memory is shared: read only.
type Statistics struct {
	Items    []Row
	Total    Row // of all rows together
	Position eventstore.Position
	At       time.Time // of the last fact folded
	From, To time.Time // the period: midnights

	asked Query // keeps alive what the answer was reckoned with
}

// check fills in what was not said, and refuses what no answer has.
func (q Query) check() (Query, error) {
	if q.By == "" {
		q.By = ByStreet
	}
	if q.Reading == "" {
		q.Reading = Fact
	}
	if q.Ground == "" {
		q.Ground = Was
	}
	switch {
	case !slices.Contains(Bys, q.By):
		return q, fmt.Errorf("tally: no grouping is called %q", q.By)
	case !slices.Contains(Readings, q.Reading):
		return q, fmt.Errorf("tally: no reading is called %q", q.Reading)
	case !slices.Contains(Grounds, q.Ground):
		return q, fmt.Errorf("tally: no ground is called %q", q.Ground)
	case q.Ground == Now && q.Grid == nil:
		return q, fmt.Errorf("tally: there is no grid to count places by")
	}
	for _, ago := range q.Compare {
		if !slices.Contains(Agos, ago) {
			return q, fmt.Errorf("tally: nothing is compared with %q", ago)
		}
	}
	return q, nil
}

// by is the grid by which q has places known; nil: none.
func (q Query) by() *basegrid.Grid {
	if q.Ground == Now {
		return q.Grid
	}
	return nil
}

// key tells questions apart.
func (q Query) key(c choice) string {
	return fmt.Sprintf("%d %d %s %s %s %v %p %x %p %s", q.From.UnixNano(), q.To.UnixNano(), q.By, q.Reading, q.Ground, q.Compare,
		q.Grid, reflect.ValueOf(q.People).Pointer(), q.Evaluation, c.key())
}

// Statistics returns the indicators that q asks for.
func (v *View) Statistics(ctx context.Context, q Query) (Statistics, error) {
	q, err := q.check()
	if err != nil {
		return Statistics{}, err
	}
	c := v.choice(q)
	var out *Statistics
	err = v.look(ctx, false, q.by(), func(_ *sql.Tx, p *picture) error {
		out = p.answers.get(q.key(c), 0, func() (*Statistics, int) {
			s := v.reckon(p, q, c)
			return s, (1 + len(s.Items)) * (1 + len(q.Compare))
		})
		return nil
	})
	if err != nil {
		return Statistics{}, err
	}
	return *out, nil
}

// reckon answers q from a picture.
func (v *View) reckon(p *picture, q Query, c choice) *Statistics {
	out := &Statistics{Position: p.position, At: p.at, asked: q}
	out.From, out.To = period(q.From, q.To, p.at)
	main, other := q.Reading, Reading("")
	if q.Reading == Both {
		main, other = Fact, Exempted
	}
	now, then := v.tables(p, q, c, out.From, out.To)
	row := func(key, name string, of func(t *table, ago Ago) group) Row {
		g := of(now, "")
		r := rowOf(key, name, main, g, q.Evaluation)
		if other != "" {
			r.Exempted = new(rowOf(key, name, other, g, q.Evaluation))
		}
		for ago, t := range then {
			before := new(rowOf(key, name, main, of(t, ago), q.Evaluation))
			if ago == YearAgo {
				r.YearAgo = before
			} else {
				r.MonthAgo = before
			}
		}
		return r
	}
	keys := now.keys()
	out.Items = make([]Row, len(keys))
	sideBySide(len(keys), func(i int) {
		key := keys[i]
		out.Items[i] = row(key, v.nameOf(q.By, key), func(t *table, ago Ago) group { return t.group(t.same(key, ago)) })
	})
	out.Total = row("", "", func(t *table, _ Ago) group { return t.total() })
	return out
}

// tables returns the table of a period, and those of the periods it is compared with.
func (v *View) tables(p *picture, q Query, c choice, from, to time.Time) (now *table, then map[Ago]*table) {
	made := make([]*table, 1+len(q.Compare))
	var wait sync.WaitGroup
	for i, ago := range q.Compare {
		wait.Go(func() {
			from, to := ago.before(from, to)
			made[1+i] = v.table(p, q, c, from, to)
		})
	}
	made[0] = v.table(p, q, c, from, to)
	wait.Wait()
	then = map[Ago]*table{}
	for i, ago := range q.Compare {
		then[ago] = made[1+i]
	}
	return made[0], then
}

// fewRows is how many rows are not worth a second processor.
const fewRows = 256

// sideBySide does n things on the processors there are, if they are many.
func sideBySide(n int, do func(i int)) {
	parts := 1
	if n > fewRows {
		parts = runtime.GOMAXPROCS(0)
	}
	var wait sync.WaitGroup
	for part := range parts {
		wait.Go(func() {
			for i := part * n / parts; i < (part+1)*n/parts; i++ {
				do(i)
			}
		})
	}
	wait.Wait()
}

// A table is what a period's counts add up to, group by group.
type table struct {
	view     *View
	picture  *picture
	query    Query
	choice   choice
	from, to time.Time
	grouping grouping
	months   []string // that have counts, in order
	index    map[string]int
	whole    *whole
	figures  map[figures.Figure]int
	stocks   map[string]stock
	grown    []stock // by day and month: the stock at the end of each of stockAt
	stockAt  []string
	stock    stock
	area     *area
}

func (v *View) table(p *picture, q Query, c choice, from, to time.Time) *table {
	t := &table{view: v, picture: p, query: q, choice: c, from: from, to: to, grouping: p.grouping(q.By, c.now), figures: map[figures.Figure]int{}}
	s := p.sieve(c)
	each := int32(0) // groups that a month adds
	switch q.By {
	case ByDay:
		each = 31
	case ByMonth:
		each = 1
	default:
	}
	months := p.spans(from, to)
	var parts []part
	if each == 0 {
		for _, sum := range p.settled(months, c, s, &t.grouping) {
			parts = append(parts, part{sum, 0})
		}
	} else {
		of := p.sums(months, c, s, &t.grouping)
		for i, x := range months {
			parts = append(parts, part{of[i], each * int32(i)})
			t.months = append(t.months, x.name)
		}
	}
	groups := len(t.grouping.keys)
	if each > 0 {
		groups = int(each) * len(t.months)
	}
	t.whole = p.join(parts, groups)
	t.index = make(map[string]int, groups)
	for g := range groups {
		t.index[t.keyOf(g)] = g
	}
	for i, f := range p.words.figures {
		t.figures[f] = i
	}
	t.stocks, t.stock = p.stocks(figures.DayOf(to), c, s, &t.grouping)
	if each > 0 {
		var sum stock
		t.stockAt = slices.Sorted(maps.Keys(t.stocks))
		for _, key := range t.stockAt {
			sum = sum.plus(t.stocks[key])
			t.grown = append(t.grown, sum)
		}
	}
	t.area = v.area(p, q, c)
	return t
}

// keyOf names a group.
func (t *table) keyOf(g int) string {
	switch t.query.By {
	case ByDay:
		return fmt.Sprintf("%s-%02d", t.months[g/31], g%31+1)
	case ByMonth:
		return t.months[g]
	default:
		return t.grouping.keys[g]
	}
}

// keys are those that have a row, in order.
func (t *table) keys() []string {
	has := map[string]bool{}
	for g, there := range t.whole.there {
		if there {
			has[t.keyOf(g)] = true
		}
	}
	switch t.query.By {
	case ByDay, ByMonth:
	case ByStreet:
		for _, s := range t.view.streets() {
			if t.area.streets[s.Area] {
				has[s.Area] = true
			}
		}
		fallthrough
	default:
		for key, s := range t.stocks {
			if s.n != 0 {
				has[key] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(has))
}

// same is the key of a group in a table of an earlier period.
func (t *table) same(key string, ago Ago) string {
	switch {
	case ago == "":
		return key
	case t.query.By == ByDay:
		return string(figures.DayOf(ago.back(midnight(figures.Day(key)))))
	case t.query.By == ByMonth:
		return string(figures.DayOf(ago.back(midnight(figures.Day(key + "-01"))))[:7])
	}
	return key
}

// group is what was counted for one key.
func (t *table) group(key string) group {
	g := group{sum: func(figures.Figure) int64 { return 0 }, end: earlier(t.to, t.picture.at), stock: t.stocks[key]}
	if i, found := t.index[key]; found {
		g.sum = func(f figures.Figure) int64 {
			if k, known := t.figures[f]; known {
				return t.whole.dense[i*t.whole.width+k]
			}
			return 0
		}
		if runs := t.whole.runs[i]; runs != nil {
			g.laps = func(lap int) Duration { return runs[lap] }
		}
	}
	walked := t.walkedDays(t.from, t.to)
	switch t.query.By {
	case ByStreet, ByCommunity:
		g.grids = t.area.grids[key]
		g.walkable = g.grids * walked
		if t.query.By == ByStreet {
			g.people = float64(t.area.people[key])
		}
	case ByDay, ByMonth:
		begin := midnight(figures.Day((key + "-01")[:10]))
		end := begin.AddDate(0, 0, 1)
		if t.query.By == ByMonth {
			end = earlier(begin.AddDate(0, 1, 0), t.to)
		}
		g.end = earlier(end, t.picture.at)
		g.stock = stock{}
		if i := sort.SearchStrings(t.stockAt, key+"~"); i > 0 {
			g.stock = t.grown[i-1]
		}
		g.walkable = t.area.all * t.walkedDays(later(begin, t.from), end)
	default:
	}
	return g
}

// total is all groups together.
func (t *table) total() group {
	g := group{
		sum: func(f figures.Figure) int64 {
			if k, known := t.figures[f]; known {
				return t.whole.total[k]
			}
			return 0
		},
		laps: func(lap int) Duration { return t.whole.totals[lap] }, stock: t.stock, end: earlier(t.to, t.picture.at),
	}
	switch t.query.By {
	case ByStreet, ByCommunity:
		g.grids = t.area.all
		if t.query.By == ByStreet {
			g.people = float64(t.area.persons)
		}
		fallthrough
	case ByDay, ByMonth:
		g.walkable = t.area.all * t.walkedDays(t.from, t.to)
	default:
	}
	return g
}

// walkedDays is how many of some days grids could be walked on: from the first day that
// anything was counted on to that of the last fact.
func (t *table) walkedDays(from, to time.Time) int64 {
	if len(t.picture.days) == 0 || !t.area.walked {
		return 0
	}
	from, to = later(from, midnight(t.picture.days[0].day)), earlier(to, midnightOf(t.picture.at).AddDate(0, 0, 1))
	return max(0, int64(days(from, to)))
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// An area is the ground that a question is about.
type area struct {
	grids   map[string]int64 // base grids, by street and community
	all     int64            // base grids in all
	people  map[string]int64 // by street
	persons int64
	streets map[string]bool // that have a row whatever was counted
	walked  bool            // nothing but places is asked for
}

func (v *View) area(p *picture, q Query, c choice) *area {
	a := &area{grids: map[string]int64{}, streets: map[string]bool{}, people: q.People}
	a.walked = len(q.Unit)+len(q.Person)+len(q.Matter)+len(q.Source)+len(q.Tier) == 0
	in := func(street, community string) bool {
		scoped := c.all || slices.Contains(c.scope, "area:"+street) || community != "" && slices.Contains(c.scope, "area:"+community)
		return scoped && (len(q.Street) == 0 || slices.Contains(q.Street, street)) && (len(q.Community) == 0 || slices.Contains(q.Community, community))
	}
	for _, s := range v.streets() {
		wanted := len(q.Street) == 0 || slices.Contains(q.Street, s.Area)
		if len(q.Community) > 0 {
			wanted = wanted && slices.ContainsFunc(q.Community, func(x string) bool { return strings.HasPrefix(x, s.Area) })
		}
		if wanted && slices.ContainsFunc(q.Scope, func(key string) bool { return touches(key, s.Area) }) {
			a.streets[s.Area] = true
		}
		if len(q.Community) == 0 && in(s.Area, "") {
			a.persons += q.People[s.Area]
		}
	}
	if q.Grid != nil {
		for _, cell := range q.Grid.Cells() {
			if in(cell.Street, cell.Community) {
				a.grids[cell.Street]++
				a.grids[cell.Community]++
				a.all++
			}
		}
	}
	return a
}

// touches tells whether a scope's key is of an area that the street lies in or
// that lies in the street.
func touches(key, street string) bool {
	area, ok := strings.CutPrefix(key, "area:")
	return ok && (strings.HasPrefix(area, street) || strings.HasPrefix(street, area))
}

func (v *View) nameOf(by By, key string) string {
	switch by {
	case ByStreet, ByCommunity, ByUnit:
		if u, ok := v.folder.Book().Unit(key); ok {
			return u.Name
		}
	case ByMatter:
		if part := strings.SplitN(key, "/", 3); len(part) == 3 {
			if m, ok := v.folder.Matters().Matter(catalogue.Key{Scheme: part[0], Kind: part[1], Code: part[2]}); ok {
				return m.Name
			}
		}
	case BySource, ByTier, ByDay, ByMonth, ByPerson:
	}
	return ""
}

// Knows tells whether a word is one that figures may be counted for: it is in force now,
// or was counted before.
func (v *View) Knows(by By, word string) bool {
	switch by {
	case ByStreet, ByCommunity, ByUnit:
		if u, ok := v.folder.Book().Unit(word); ok {
			return by != ByStreet && by != ByCommunity || u.Area == word
		}
	case ByMatter:
		if v.nameOf(ByMatter, word) != "" {
			return true
		}
	case ByPerson, BySource, ByTier, ByDay, ByMonth:
		return true
	}
	p := v.cube.Load().newest()
	if p == nil {
		return false
	}
	switch by {
	case ByUnit:
		return slices.Contains(p.words.units, word)
	case ByMatter:
		return slices.Contains(p.words.matters, word)
	default:
		return slices.ContainsFunc(p.words.places, func(x place) bool { return x.street == word || x.community == word })
	}
}

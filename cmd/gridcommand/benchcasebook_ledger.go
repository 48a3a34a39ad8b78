package main

import (
	"container/heap"
	"context"
	"crypto/sha256"
	bin "encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"gridcommand/cmd/simulation"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"
	"gridcommand/geo/basegrid"
	"gridcommand/projections/casefile"
)

// A stampedLedger is a ledger that is computed, not stored: life stories of a week are
// stamped out day by day with other ids, numbers, times, people, words and places, all
// interleaved by time, and a page is made when it is asked for. Nothing of it is
// random but its seed, so it is the same ledger in every process, and goes on for ever;
// its head stands where so many incidents have been reported, and [stampedLedger.Advance]
// moves it on.
//
// It keeps what readers lean on: positions without a hole, versions that count each
// stream's facts, times that never go back. It takes no appends: how fast a ledger is
// itself, `bench append` and `bench follow` measure.
type stampedLedger struct {
	epoch   string
	seed    uint64
	begin   time.Time // midnight of its first day
	perDay  float64
	week    [7][]stamp
	spots   map[string][]spot
	names   map[string]string // of communities and streets
	bell    groupcommit.Bell
	mu      sync.Mutex
	kept    []*stamping // states to begin from, in order of position; not moved
	readers []*stamping // each somewhere in the ledger; the one used last comes first
	seeded  eventstore.Position
	live    *stamping           // makes what comes after
	tail    []eventstore.Record // what it made
}

// seededDays is how many days the incidents of the seed are spread over.
const seededDays = 365

// busyDay is how much of an average day's reports come on each weekday from Monday.
var busyDay = [7]float64{1.08, 1.08, 1.08, 1.08, 1.08, 0.8, 0.8}

// newStampedLedger returns the ledger of so many incidents in a year. Its head stands
// before the first report after them.
func newStampedLedger(ref *reference.Reference, grid *basegrid.Grid, seed uint64, incidents int) (*stampedLedger, error) {
	teller := storyteller{ref: ref, grid: grid, people: simulation.People{Ref: ref}}
	week, err := teller.stories(seed, min(600, 20+incidents/100))
	if err != nil {
		return nil, err
	}
	s := &stampedLedger{
		seed: seed, begin: time.Date(2025, 11, 24, 0, 0, 0, 0, deadline.CST), perDay: float64(incidents) / seededDays,
		spots: spotsOf(grid, seed), names: map[string]string{},
	}
	for _, u := range ref.Book.Units() {
		s.names[u.Code] = strings.NewReplacer("网格工作站", "", "指挥中心", "").Replace(u.Name)
	}
	sum := sha256.New()
	fmt.Fprintln(sum, seed, incidents)
	for day, stories := range week {
		for _, story := range stories {
			one, err := stampOf(story, storyWeek.AddDate(0, 0, day))
			if err != nil {
				return nil, err
			}
			one.text = wordsOf(story.text, s.names[one.community], s.names[one.community[:9]])
			for _, f := range one.facts {
				fmt.Fprintln(sum, f.name, f.after, len(f.parts))
				for _, p := range f.parts {
					sum.Write(p.text)
				}
			}
			s.week[day] = append(s.week[day], one)
		}
	}
	s.epoch = "stamped-" + hex.EncodeToString(sum.Sum(nil)[:12])
	return s, s.findHead(incidents)
}

// A stamp is a story cut into what all its copies share and what each has of its own.
type stamp struct {
	start     time.Duration // of its report, since its midnight
	facts     []stampFact
	text      string // the description
	community string
}

type stampFact struct {
	name  string
	actor string
	after time.Duration // since the report
	parts []part
	size  int
}

// A part of a fact's JSON: the same text in every copy, then one thing of its own.
type part struct {
	text []byte
	own  own
	at   time.Duration // ownTime: since the report
	form string        // ownTime: the layout that brings the same zone
}

type own uint8

const (
	ownNothing own = iota
	ownTime
	ownNumber
	ownPerson // a suffix: one of several people at the post
	ownSubject
	ownText
	ownAddress
	ownLng
	ownLat
	ownGrid
)

var timeForm = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"`)

// stampOf cuts a story. Everything that a copy has of its own is found by its text.
func stampOf(story lifeStory, midnight time.Time) (stamp, error) {
	s := stamp{start: story.start.Sub(midnight), community: story.cell.Community}
	grids := regexp.QuoteMeta(story.cell.Code)
	marks := regexp.MustCompile(timeForm.String() + "|" + numberMark + "|" + textMark + "|" + addressMark + "|" + subjectMark + "|113\\.9876543|23\\.9876543|" + grids +
		"|\"" + simulation.Person + `[^"]+"`)
	for _, e := range story.events {
		name, data, err := incident.Encode(e)
		if err != nil {
			return s, err
		}
		fact := incident.FactOf(e)
		f := stampFact{name: name, after: fact.At.Sub(story.start), actor: fact.By.Person, size: len(data) + 128}
		for len(data) > 0 {
			at := marks.FindIndex(data)
			if at == nil {
				f.parts = append(f.parts, part{text: data})
				break
			}
			p, found := part{text: data[:at[0]]}, string(data[at[0]:at[1]])
			data = data[at[1]:]
			switch {
			case found == numberMark:
				p.own = ownNumber
			case found == textMark:
				p.own = ownText
			case found == addressMark:
				p.own = ownAddress
			case found == subjectMark:
				p.own = ownSubject
			case found == "113.9876543":
				p.own = ownLng
			case found == "23.9876543":
				p.own = ownLat
			case found == story.cell.Code:
				p.own = ownGrid
			case strings.HasPrefix(found, `"`+simulation.Person):
				p.own = ownPerson
				p.text = append(slices.Clone(p.text), found[:len(found)-1]...)
			default:
				t, err := time.Parse(`"`+time.RFC3339Nano+`"`, found)
				if err != nil {
					return s, err
				}
				if t.Year() < 2000 { // no time at all
					p.text = append(slices.Clone(p.text), found...)
					break
				}
				p.own, p.at, p.form = ownTime, t.Sub(story.start), `"`+time.RFC3339Nano+`"`
				if !strings.HasSuffix(found, `Z"`) {
					p.form = `"2006-01-02T15:04:05.999999999+08:00"`
				}
			}
			f.parts = append(f.parts, p)
		}
		s.facts = append(s.facts, f)
	}
	return s, nil
}

// A copy is one incident: which story, when, and which number it drew.
type copied struct {
	stamp *stamp
	born  time.Time
	draw  uint64
	day   int
	n     int // of its day, from 1
	id    string
}

// coming is the next fact of an incident that has one.
type coming struct {
	at   int64 // microseconds
	seq  int64 // order of what happens at once
	fact int
	*copied
}

type comings []coming

func (c comings) Len() int { return len(c) }
func (c comings) Less(i, j int) bool {
	return c[i].at < c[j].at || c[i].at == c[j].at && c[i].seq < c[j].seq
}
func (c comings) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *comings) Push(x any)   { *c = append(*c, x.(coming)) }
func (c *comings) Pop() any {
	old := *c
	last := old[len(old)-1]
	*c = old[:len(old)-1]
	return last
}

// A stamping is a reader that makes the facts from the first on.
type stamping struct {
	*stampedLedger
	position eventstore.Position // of the last fact made
	reported int
	seq      int64
	day      int   // whose incidents are next to be taken in
	last     int64 // when the last fact came true, in microseconds
	open     comings
	arena    []byte
}

// before is how many incidents are reported before a day.
func (s *stampedLedger) before(day int) int {
	sum := 0.0
	for _, b := range busyDay {
		sum += b
	}
	days := float64(day/7) * 7
	for d := range day % 7 {
		days += busyDay[d] * 7 / sum
	}
	return int(math.Floor(days * s.perDay))
}

// born takes in the incidents of the next day.
func (g *stamping) born() {
	midnight := g.begin.AddDate(0, 0, g.day)
	stories := g.week[g.day%7]
	rnd := rand.New(rand.NewPCG(g.seed, uint64(g.day)+1<<32))
	for n := range g.before(g.day+1) - g.before(g.day) {
		c := &copied{stamp: &stories[rnd.IntN(len(stories))], draw: rnd.Uint64(), day: g.day, n: n + 1}
		c.born = midnight.Add(c.stamp.start + time.Duration(rnd.IntN(20*60_000))*time.Millisecond).Truncate(time.Microsecond)
		g.seq++
		heap.Push(&g.open, coming{at: c.born.UnixMicro(), seq: g.seq, copied: c})
	}
	g.day++
}

// upcoming returns what happens next.
func (g *stamping) upcoming() coming {
	for len(g.open) == 0 || g.open[0].at >= g.begin.AddDate(0, 0, g.day).UnixMicro() {
		g.born()
	}
	return g.open[0]
}

// next goes one fact on and writes it into a record; nil: nobody reads it.
func (g *stamping) next(into *eventstore.Record) {
	now := g.upcoming()
	g.position++
	g.last = now.at
	if now.fact == 0 {
		g.reported++
	}
	if into != nil {
		g.write(now, into)
	}
	if now.fact+1 < len(now.stamp.facts) {
		next := now
		next.fact++
		next.at = max(now.at, now.born.Add(now.stamp.facts[next.fact].after).UnixMicro())
		g.seq++
		next.seq = g.seq
		g.open[0] = next
		heap.Fix(&g.open, 0)
	} else {
		heap.Pop(&g.open)
	}
}

// write stamps one fact.
func (g *stamping) write(c coming, r *eventstore.Record) {
	f := &c.stamp.facts[c.fact]
	if c.id == "" {
		c.id = c.uuid()
	}
	if cap(g.arena)-len(g.arena) < f.size+512 {
		g.arena = make([]byte, 0, 1<<18)
	}
	from := len(g.arena)
	data := g.arena
	for i := range f.parts {
		p := &f.parts[i]
		data = append(data, p.text...)
		switch p.own {
		case ownNothing:
		case ownTime:
			t := c.born.Add(p.at)
			if p.form[len(p.form)-2] == '0' {
				data = t.In(deadline.CST).AppendFormat(data, p.form)
			} else {
				data = t.UTC().AppendFormat(data, p.form)
			}
		case ownNumber:
			data = g.begin.AddDate(0, 0, c.day).AppendFormat(append(data, "440114-"...), "20060102-")
			data = append(data, fmt.Sprintf("%05d", c.n)...)
		case ownPerson:
			data = append(data, ':', byte('1'+c.draw>>8%4), '"')
		case ownSubject:
			data = strconv.AppendUint(append(data, "caller-"...), c.draw>>4%200_000, 10)
		case ownText:
			data = g.words(data, c.copied)
		case ownAddress:
			data = g.address(data, c.copied)
		case ownLng:
			data = strconv.AppendFloat(data, g.spotOf(c.copied).lng, 'f', 7, 64)
		case ownLat:
			data = strconv.AppendFloat(data, g.spotOf(c.copied).lat, 'f', 7, 64)
		case ownGrid:
			data = append(data, g.spotOf(c.copied).cell...)
		}
	}
	g.arena = data
	*r = eventstore.Record{
		Position: g.position, Stream: eventstore.StreamOf(casefile.Category, c.id), Version: eventstore.Version(c.fact + 1),
		Type: f.name, At: time.UnixMicro(c.at).UTC(), Data: data[from:len(data):len(data)], Meta: eventstore.Meta{Actor: f.actor},
	}
}

// uuid returns a version 7 id of the incident's own time and draw.
func (c *copied) uuid() string {
	var id uuid.UUID
	bin.BigEndian.PutUint64(id[:8], uint64(c.born.UnixMilli())<<16|c.draw>>52)
	bin.BigEndian.PutUint64(id[8:], c.draw*0x9E3779B97F4A7C15)
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id.String()
}

// spot is a place in a community.
type spot struct {
	cell     string
	lng, lat float64
}

// spotsEach is how many places each community has.
const spotsEach = 64

// spotsOf draws the places of every community.
func spotsOf(grid *basegrid.Grid, seed uint64) map[string][]spot {
	rnd := rand.New(rand.NewPCG(seed, 5))
	spots := map[string][]spot{}
	for _, area := range grid.Communities() {
		cells := grid.CommunityCells(area.Code)
		for range spotsEach {
			cell := cells[rnd.IntN(len(cells))]
			p := grid.RandomPoint(cell.Code, rnd.Float64)
			spots[area.Code] = append(spots[area.Code], spot{cell.Code, p.Lon(), p.Lat()})
		}
	}
	return spots
}

func (g *stamping) spotOf(c *copied) spot { return g.spots[c.stamp.community][c.draw>>16%spotsEach] }

// stampedRoads are where things happen: a few thousand house numbers on each, so that a
// road is a common word and a house a rare one.
var stampedRoads = []string{
	"云山大道", "凤凰北路", "建设北路", "迎宾大道", "花港大道", "工业大道", "三东大道", "曙光大道", "公益大道", "天贵路", "商业大道", "秀全大道",
	"龙珠路", "宝华路", "松园大道", "茶园路", "狮岭大道", "合成大道", "红棉大道", "新华路", "田美路", "百寿路", "站前路", "农新路",
}

const housesEach = 3000

var stampedSpots = []string{"市场后门", "公交站旁", "小学东侧", "文化广场", "河涌边", "路口", "小区南门", "祠堂旁", "停车场入口", "桥底", "幼儿园门口", "健身广场北侧"}

func (g *stamping) address(to []byte, c *copied) []byte {
	to = append(append(to, g.names[c.stamp.community[:9]]...), g.names[c.stamp.community]...)
	to = append(to, stampedRoads[c.draw>>22%uint64(len(stampedRoads))]...)
	to = strconv.AppendUint(to, 1+c.draw>>27%housesEach, 10)
	return append(append(to, "号"...), stampedSpots[c.draw>>40%uint64(len(stampedSpots))]...)
}

// words are the story's, and now and then the plate of a car or the number of a pole.
func (g *stamping) words(to []byte, c *copied) []byte {
	to = append(to, c.stamp.text...)
	switch c.draw >> 44 % 6 {
	case 0:
		const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
		to = append(to, "，车牌粤A"...)
		for x := c.draw >> 20; len(signs) > 0 && x > 1<<39; x >>= 1 {
			to = append(to, signs[x%uint64(len(signs))])
		}
	case 1:
		to = strconv.AppendUint(append(to, "，灯杆编号HD"...), c.draw>>18%90_000+10_000, 10)
	case 2:
		to = append(append(to, "，影响"...), stampedSpots[c.draw>>47%uint64(len(stampedSpots))]...)
		to = append(to, "过往行人"...)
	}
	return to
}

// stampsApart is how far the states lie apart that are kept to begin from again.
const stampsApart = 500_000

// findHead goes once through the ledger, sets the head before the report after so many,
// and keeps states to begin from.
func (s *stampedLedger) findHead(incidents int) error {
	g := &stamping{stampedLedger: s}
	s.kept = append(s.kept, g.copy())
	for {
		before := g.copyAt(stampsApart)
		if before != nil {
			s.kept = append(s.kept, before)
		}
		if g.reported == incidents && g.upcoming().fact == 0 {
			s.seeded = g.position
			s.live = g
			s.bell.Ring(s.seeded)
			return nil
		}
		g.next(nil)
	}
}

// copyAt returns a copy of g at every n-th position, nil elsewhere.
func (g *stamping) copyAt(n eventstore.Position) *stamping {
	if g.position == 0 || g.position%n != 0 {
		return nil
	}
	return g.copy()
}

func (g *stamping) copy() *stamping {
	c := *g
	c.open, c.arena = slices.Clone(g.open), nil
	return &c
}

// Seeded is where the head stood at first.
func (s *stampedLedger) Seeded() eventstore.Position { return s.seeded }

// At is when the last fact up to the head came true.
func (s *stampedLedger) At() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tail) > 0 {
		return s.tail[len(s.tail)-1].At
	}
	return time.UnixMicro(s.live.last).UTC()
}

// Advance moves the head on by n facts and wakes who waits for it.
func (s *stampedLedger) Advance(n int) {
	s.mu.Lock()
	for range n {
		var r eventstore.Record
		s.live.next(&r)
		s.tail = append(s.tail, r)
	}
	head := s.live.position
	s.mu.Unlock()
	s.bell.Ring(head)
}

// Forget lets go of the states to begin from: whoever reads old facts after that waits
// until they are made from the first one on.
func (s *stampedLedger) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept, s.readers = s.kept[:1:1], nil
}

// Page implements [eventstore.Store].
func (s *stampedLedger) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if after >= s.seeded {
		from := min(int(after-s.seeded), len(s.tail))
		return slices.Clone(s.tail[from:min(from+limit, len(s.tail))]), nil
	}
	g := s.readerAt(after)
	page := make([]eventstore.Record, min(limit, int(s.seeded-after)))
	for i := range page {
		g.next(&page[i])
	}
	return page, nil
}

// mostReaders is how many readers are remembered.
const mostReaders = 8

// readerAt returns a reader that stands at p, the first of s.readers from now on.
func (s *stampedLedger) readerAt(p eventstore.Position) *stamping {
	at := slices.IndexFunc(s.readers, func(g *stamping) bool { return g.position == p })
	var g *stamping
	if at >= 0 {
		g = s.readers[at]
		s.readers = slices.Delete(s.readers, at, at+1)
	} else {
		for _, k := range s.kept {
			if k.position <= p {
				g = k
			}
		}
		g = g.copy()
		for g.position < p {
			g.next(nil)
		}
	}
	s.readers = append([]*stamping{g}, s.readers[:min(len(s.readers), mostReaders-1)]...)
	return g
}

// Head implements [eventstore.Store].
func (s *stampedLedger) Head(context.Context) (eventstore.Position, error) { return s.bell.Head(), nil }

// Wait implements [eventstore.Store].
func (s *stampedLedger) Wait(ctx context.Context, after eventstore.Position) error {
	return s.bell.Wait(ctx, after)
}

// Epoch implements [eventstore.Store]. Other stories, another epoch.
func (s *stampedLedger) Epoch(context.Context) (string, error) { return s.epoch, nil }

var errStamped = errors.New("bench casebook: this ledger is computed, it takes no appends")

// Append implements [eventstore.Store]: it refuses.
func (s *stampedLedger) Append(context.Context, eventstore.Append) (eventstore.Result, error) {
	return eventstore.Result{}, errStamped
}

// Lookup implements [eventstore.Store]: no key was ever used.
func (s *stampedLedger) Lookup(context.Context, eventstore.Key) (eventstore.Result, bool, error) {
	return eventstore.Result{}, false, nil
}

// Read implements [eventstore.Store]: nobody asks this ledger for one stream.
func (s *stampedLedger) Read(context.Context, eventstore.Stream, eventstore.Version) iter.Seq2[eventstore.Record, error] {
	return func(yield func(eventstore.Record, error) bool) { yield(eventstore.Record{}, errStamped) }
}

// Close implements [eventstore.Store].
func (s *stampedLedger) Close() error {
	s.bell.Close()
	return nil
}

// Package historytest makes ledgers with a random past for the tests of read
// models: incidents that live as the rules let them, all interleaved. The same
// seed gives the same facts.
package historytest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/projections/casefile"
)

// Reference returns the built-in reference data.
func Reference(t testing.TB) *reference.Reference {
	t.Helper()
	r, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var load = sync.OnceValues(reference.Load)

// Folder returns a folder with the built-in names.
func Folder(t testing.TB) *casefile.Folder {
	t.Helper()
	r := Reference(t)
	return casefile.NewFolder(r.Book, r.Matters)
}

// A History is a ledger and the world that writes it.
type History struct {
	Ledger *memory.Store
	Now    time.Time

	t         testing.TB
	rnd       *rand.Rand
	reference *reference.Reference
	policy    *incident.Policy   // of the day
	days      *deadline.Calendar // published so far
	stations  []jurisdiction.Unit
	branches  []jurisdiction.Unit
	laws      []law          // the rules of each day so far
	given     map[string]int // commands, by name
	all       []*Incident
	open      []*Incident
}

// An Incident is one life.
type Incident struct {
	ID    string
	State incident.State
}

// New returns an empty ledger whose time begins on the morning of 2026-11-23.
func New(t testing.TB, seed uint64) *History {
	t.Helper()
	h := &History{
		Ledger: memory.New(&memory.Options{Epoch: fmt.Sprintf("history-%d", seed)}), Now: time.Date(2026, 11, 23, 8, 0, 0, 0, deadline.CST),
		t: t, rnd: rand.New(rand.NewPCG(seed, 1)), reference: Reference(t),
	}
	h.policy, h.days, h.given = h.reference.Policy, h.reference.Days, map[string]int{}
	streets := map[string]int{}
	for _, u := range h.reference.Book.Units() {
		// Three communities of each street: enough to differ, few enough to meet again.
		if u.Kind == jurisdiction.Station && streets[u.Area[:9]] < 3 {
			streets[u.Area[:9]]++
			h.stations = append(h.stations, u)
		}
		if u.Kind == jurisdiction.Branch {
			h.branches = append(h.branches, u)
		}
	}
	return h
}

// focus is how many incidents get most of the attention.
const focus = 8

// Live lets n things happen: a report, a command, a timer.
func (h *History) Live(n int) {
	h.t.Helper()
	for range n {
		h.Now = h.Now.Add(time.Duration(h.rnd.IntN(200)) * time.Second)
		h.timers()
		h.turn()
		if len(h.open) == 0 || h.rnd.IntN(12) == 0 {
			h.report()
			continue
		}
		for range 10 {
			if h.act(h.one()) {
				break
			}
		}
	}
}

// one is an incident for something to happen to. Most happens to a few; the others
// wait, and run out of time.
func (h *History) one() *Incident {
	among := h.open
	if n := len(among); n > focus && h.rnd.IntN(5) > 0 {
		among = among[n-focus:]
	}
	return among[h.rnd.IntN(len(among))]
}

// Give gives a command and tells whether it was accepted with new facts.
func (h *History) Give(in *Incident, by incident.Actor, c incident.Command) bool {
	h.t.Helper()
	events, err := incident.Decide(in.State, h.order(by, c))
	if err != nil || len(events) == 0 {
		return false
	}
	var drafts []eventstore.Draft
	for _, e := range events {
		name, data, err := incident.Encode(e)
		if err != nil {
			h.t.Fatal(err)
		}
		drafts = append(drafts, eventstore.Draft{Type: name, At: incident.FactOf(e).At, Data: data})
	}
	_, err = h.Ledger.Append(h.t.Context(), eventstore.Append{Writes: []eventstore.Write{{
		Stream: eventstore.StreamOf(casefile.Category, in.ID), Expect: eventstore.At(eventstore.Version(in.State.Version)), Drafts: drafts,
	}}})
	if err != nil {
		h.t.Fatal(err)
	}
	in.State = incident.Decider.Fold(in.State, events...)
	if n := len(h.laws); n == 0 || h.laws[n-1].policy != h.policy || h.laws[n-1].days != h.days {
		head, err := h.Ledger.Head(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		h.laws = append(h.laws, law{head - eventstore.Position(len(drafts)) + 1, h.policy, h.days})
	}
	return true
}

// A law is the rules of the day from a fact on.
type law struct {
	from   eventstore.Position
	policy *incident.Policy
	days   *deadline.Calendar
}

// At returns the reference data by which the fact at p was decided.
func (h *History) At(p eventstore.Position, _ time.Time) *reference.Reference {
	r := *h.reference
	for _, l := range h.laws {
		if l.from <= p {
			r.Policy, r.Days = l.policy, l.days
		}
	}
	return &r
}

func (h *History) order(by incident.Actor, c incident.Command) incident.Order {
	r := h.reference
	return incident.Order{At: h.Now, By: by, Book: r.Book, Matters: r.Matters, Days: h.days, Policy: h.policy, Command: c}
}

// Records returns the whole ledger.
func (h *History) Records() []eventstore.Record {
	h.t.Helper()
	var all []eventstore.Record
	for {
		page, err := h.Ledger.Page(h.t.Context(), eventstore.Position(len(all)), 1000)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// All returns every incident.
func (h *History) All() []*Incident { return h.all }

// timers fires most timers that are due; the others are late, or never come.
func (h *History) timers() {
	for _, in := range h.open {
		for _, timer := range in.State.Timers() {
			if !timer.At.After(h.Now) && h.rnd.IntN(3) > 0 {
				h.Give(in, incident.Workflow, timer.Command())
			}
		}
	}
}

var texts = []string{
	"市场后门垃圾桶旁堆了十几袋生活垃圾，已有异味和苍蝇", "店铺把货物摆到人行道上", "井盖缺失，夜间危险", "路灯不亮 Lamp 12", "三㘵村口积水", "流浪狗",
}

func (h *History) report() {
	r := h.reference
	in := &Incident{ID: h.uuid()}
	source := incident.Sources[h.rnd.IntN(6)]
	number := fmt.Sprintf("440114-%s-%05d", h.Now.In(deadline.CST).Format("20060102"), len(h.all)+1)
	c := incident.Report{
		Number: number, Source: source, Description: texts[h.rnd.IntN(len(texts))], Severity: incident.Severities[h.rnd.IntN(3)],
		Location: incident.Location{CRS: "gcj02", Address: fmt.Sprintf("花城路%d号", h.rnd.IntN(99))},
	}
	if h.rnd.IntN(10) > 0 {
		criteria := r.Matters.Criteria()
		criterion := criteria[h.rnd.IntN(min(len(criteria), 40))]
		if h.rnd.IntN(4) == 0 {
			criterion = criteria[h.rnd.IntN(len(criteria))]
		}
		c.Matter, c.Criterion = criterion.Matter, criterion.ID
	}
	if h.rnd.IntN(12) > 0 {
		point := orb.Point{113.0 + h.rnd.Float64()/2, 23.2 + h.rnd.Float64()/3}
		c.Location.Point = &point
		if h.rnd.IntN(12) > 0 {
			station := h.stations[h.rnd.IntN(len(h.stations))].Area
			c.Place = jurisdiction.Place{
				Grid: station + "001", GridVersion: "illustrative-1", Community: station, Street: station[:9], District: station[:6],
			}
		}
	}
	if source == incident.FromHotline {
		c.Reporter = &incident.Reporter{Subject: h.uuid(), Confidential: h.rnd.IntN(2) == 0}
		c.External = &incident.External{System: "12345", ID: number}
	}
	if h.rnd.IntN(25) == 0 {
		c.Concerns = h.anyUnit()
	}
	if h.rnd.IntN(25) == 0 && len(h.all) > 0 {
		c.Parent = h.all[h.rnd.IntN(len(h.all))].ID
	}
	c.Routing = r.Book.Route(jurisdiction.Question{
		Source: string(source), Matter: c.Matter, Criterion: c.Criterion, Severity: string(c.Severity), Place: c.Place, Concerns: c.Concerns,
	})
	if h.rnd.IntN(8) == 0 && source == incident.FromInspector {
		c.OnTheSpot, c.Photos, c.After = true, []string{h.photo()}, []string{h.photo()}
	}
	by := incident.Actor{Person: fmt.Sprintf("system:person-%d", h.rnd.IntN(5)), Unit: c.Place.Community}
	if h.Give(in, by, c) {
		h.all, h.open = append(h.all, in), append(h.open, in)
	}
}

func (h *History) uuid() string {
	var b [16]byte
	for i := range b {
		b[i] = byte(h.rnd.UintN(256))
	}
	id, err := uuid.FromBytes(b[:])
	if err != nil {
		h.t.Fatal(err)
	}
	return id.String()
}

func (h *History) photo() string { return fmt.Sprintf("%064x", h.rnd.Uint64()) }

// Report appends n short reports, a second apart, quickly: for what shows only in
// numbers.
func (h *History) Report(n int) {
	h.t.Helper()
	for i := range n {
		h.Now = h.Now.Add(time.Second)
		in := &Incident{ID: h.uuid()}
		h.Give(in, incident.Actor{Person: "system:person-0"}, incident.Report{
			Number: fmt.Sprintf("440114-%s-%05d", h.Now.In(deadline.CST).Format("20060102"), i+1), Source: incident.FromSensor, Description: "水位",
			Routing: h.reference.Book.Route(jurisdiction.Question{Source: string(incident.FromSensor)}),
		})
		h.all = append(h.all, in)
	}
}

// Must gives a command as somebody of a unit, and fails the test if it is refused or
// changes nothing. Person tells those of one unit apart.
func (h *History) Must(in *Incident, unit, person string, c incident.Command) {
	h.t.Helper()
	by := incident.Actor{Person: "system:" + person, Unit: unit}
	if _, err := incident.Decide(in.State, h.order(by, c)); err != nil {
		h.t.Fatal(err)
	}
	if !h.Give(in, by, c) {
		h.t.Fatalf("%s by %s changed nothing", c.Name(), unit)
	}
}

// Case reports an incident at a place and has it filed under the matter's first
// criterion; it waits for dispatch.
func (h *History) Case(matter catalogue.Key, station string, point *orb.Point) *Incident {
	h.t.Helper()
	in := &Incident{ID: h.uuid()}
	place := jurisdiction.Place{Grid: station + "001", GridVersion: "illustrative-1", Community: station, Street: station[:9], District: station[:6]}
	criterion := h.reference.Matters.CriteriaOf(matter)[0].ID
	h.Must(in, station, "reporter", incident.Report{
		Number: fmt.Sprintf("440114-%s-%05d", h.Now.In(deadline.CST).Format("20060102"), len(h.all)+1), Source: incident.FromInspector,
		Matter: matter, Criterion: criterion, Description: texts[0], Place: place, Location: incident.Location{Point: point, CRS: "wgs84"},
		Routing: h.reference.Book.Route(jurisdiction.Question{Source: "inspector", Matter: matter, Criterion: criterion, Place: place}),
	})
	h.all = append(h.all, in)
	h.Must(in, in.State.Holder, "desk", incident.File{Matter: matter, Criterion: criterion, Severity: incident.Normal})
	return in
}

// Finish leads a case from dispatch to its close by a unit.
func (h *History) Finish(in *Incident, unit string) {
	h.t.Helper()
	h.Must(in, in.State.Holder, "desk", incident.Dispatch{Unit: unit})
	h.Must(in, unit, "hand", incident.Handle{Result: "已清理"})
	h.Close(in)
}

// Close checks a case that was handled, and closes it.
func (h *History) Close(in *Incident) {
	h.t.Helper()
	h.Must(in, in.State.Holder, "eye", incident.Pass{})
	h.Must(in, in.State.Holder, "desk", incident.Close{ClosingConditionMet: true})
}

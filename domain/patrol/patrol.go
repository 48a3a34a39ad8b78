// Package patrol keeps the rules of an inspector's day in the field: when it is duty,
// where the inspector went, and which grids were walked.
//
//	on ──fix──fix──fix── off        on ──fix── …        24:00
//	└────── a stint ──────┘          └── ends with the day ─┘
//
// What it keeps true: no fix is kept that does not lie in a stint, for off duty nobody
// is followed; a fix is kept once, however often and in whatever order it arrives; what
// was walked follows from the fixes alone.
//
// Whence the rules come (S published, P practice, D decided here):
//
//   - Tracks only on duty, and the phone shows it: P. What lies outside a stint is
//     left out of a batch that reaches into one, and refused where nothing lies in one: D.
//   - A stint ends with the day at the latest; after midnight duty begins anew: D.
//   - A fix counts as a visit where its accuracy names a grid; two fixes of one grid
//     belong to one visit up to a gap: P, by [Policy].
//   - A site visit is the grid's own inspector's; nearest on duty of several; never of
//     who handled: P. Who has no grids of their own walks the whole community: D.
//
// One stream is one inspector's day; its id is [StreamID].
package patrol

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Decider joins the rules to the ledger's shape.
var Decider = domain.Decider[Order, Event, State]{Decide: Decide, Evolve: Evolve}

// Policy is the numbers of the rules.
type Policy struct {
	Ahead         time.Duration // how far a device's clock may be ahead of ours
	Oldest        time.Duration // how late a fix may come
	DoubtMeters   float64       // accuracy beyond which a fix names no grid
	AbsurdMeters  float64       // accuracy beyond which it is no fix
	Gap           time.Duration // between two fixes of one visit
	StaleAfter    time.Duration // after which a last fix no longer says where somebody is
	LongestStride float64       // metres a second beyond which nobody walks or rides
}

// Default is the policy of the demonstration (P).
var Default = Policy{
	Ahead: 5 * time.Minute, Oldest: 7 * 24 * time.Hour, DoubtMeters: 200, AbsurdMeters: 5000, Gap: 10 * time.Minute,
	StaleAfter: 30 * time.Minute, LongestStride: 60,
}

// A Fix is where an inspector was at a moment.
type Fix struct {
	At        time.Time `json:"at"`
	Point     orb.Point `json:"point"` // lon, lat in degrees (WGS-84)
	AccuracyM float64   `json:"accuracy_m,omitempty"`
	Grid      string    `json:"grid,omitempty"` // that owns the point; empty: none
}

// An Order is a command with everything a rule needs to judge it.
type Order struct {
	At      time.Time // ledger clock
	By      incident.Actor
	Day     string // whose stream it is: 2026-11-23
	Policy  Policy
	Command Command
}

// A Command asks for something to become true. The set is closed.
//
//sumtype:decl
type Command interface{ isCommand() }

type (
	// GoOn begins a stint.
	GoOn struct{ When time.Time }
	// GoOff ends it.
	GoOff struct{ When time.Time }
	// Track adds fixes, in any order.
	Track struct{ Fixes []Fix }
)

func (GoOn) isCommand()  {}
func (GoOff) isCommand() {}
func (Track) isCommand() {}

// A Stint is a stretch of duty. One that is not over ends with the day.
type Stint struct {
	From time.Time
	To   time.Time // zero: not over
}

// State is what the rules read of one inspector's day.
type State struct {
	Unit   string // the inspector's community
	Stints []Stint
	Fixes  []Fix // by time
}

// On tells whether the inspector is on duty at t.
func (s State) On(t time.Time) bool {
	return slices.ContainsFunc(s.Stints, func(x Stint) bool { return x.has(t) })
}

// OnSince returns when the stint began in which t lies; zero: in none.
func (s State) OnSince(t time.Time) time.Time {
	for _, x := range s.Stints {
		if x.has(t) {
			return x.From
		}
	}
	return time.Time{}
}

// Last returns the last fix.
func (s State) Last() (Fix, bool) {
	if len(s.Fixes) == 0 {
		return Fix{}, false
	}
	return s.Fixes[len(s.Fixes)-1], true
}

func (x Stint) has(t time.Time) bool {
	return !t.Before(x.From) && t.Before(x.end())
}

// end returns when the stint ends at the latest.
func (x Stint) end() time.Time {
	if x.To.IsZero() {
		return midnightAfter(x.From)
	}
	return x.To
}

// DayOf returns the day in which t lies.
func DayOf(t time.Time) string { return t.In(deadline.CST).Format(time.DateOnly) }

func midnightAfter(t time.Time) time.Time {
	y, m, d := t.In(deadline.CST).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, deadline.CST)
}

// StreamID names an inspector's day: wang.20261123.
func StreamID(inspector, day string) string {
	return inspector + "." + day[:4] + day[5:7] + day[8:]
}

// ParseStreamID returns whose day an id names.
func ParseStreamID(id string) (inspector, day string, ok bool) {
	at := len(id) - 9
	if at <= 0 || id[at] != '.' {
		return "", "", false
	}
	d := id[at+1:]
	day = d[:4] + "-" + d[4:6] + "-" + d[6:]
	_, err := time.Parse(time.DateOnly, day)
	return id[:at], day, err == nil
}

// Decide returns the facts that follow from an order, or the reason there are none.
func Decide(s State, o Order) ([]Event, error) {
	switch c := o.Command.(type) {
	case GoOn:
		return s.goOn(o, o.when(c.When))
	case GoOff:
		return s.goOff(o, o.when(c.When))
	case Track:
		return s.track(o, c)
	}
	panic(fmt.Sprintf("patrol: unhandled command %T", o.Command))
}

// Evolve returns the state after a fact.
func Evolve(s State, e Event) State {
	switch e := e.(type) {
	case WentOn:
		s.Unit = e.By.Unit
		s.Stints = append(slices.Clip(s.Stints), Stint{From: e.At})
	case WentOff:
		s.Stints = slices.Clone(s.Stints)
		if n := len(s.Stints); n > 0 {
			s.Stints[n-1].To = e.At
		}
	case Tracked:
		s.Fixes = merge(s.Fixes, e.Fixes)
	default:
		panic(fmt.Sprintf("patrol: unhandled event %T", e))
	}
	return s
}

// merge returns all fixes by time. Facts hold no moment twice.
func merge(old, fresh []Fix) []Fix {
	all := slices.Concat(old, fresh)
	slices.SortStableFunc(all, func(a, b Fix) int { return a.At.Compare(b.At) })
	return all
}

func (o Order) when(t time.Time) time.Time {
	if t.IsZero() {
		return o.At
	}
	return t
}

func (s State) goOn(o Order, at time.Time) ([]Event, error) {
	switch {
	case o.By.Role != jurisdiction.Inspector && !o.By.System():
		return nil, inspectorsOnly.to(goingOn)
	case DayOf(at) != o.Day:
		return nil, otherDay.to(goingOn)
	case s.On(at):
		return nil, nil
	case at.Before(s.lastMark()):
		return nil, beforeLast.to(goingOn)
	}
	return []Event{WentOn{Fact: Fact{At: at, By: o.By}}}, nil
}

func (s State) goOff(o Order, at time.Time) ([]Event, error) {
	switch {
	case o.By.Role != jurisdiction.Inspector && !o.By.System():
		return nil, inspectorsOnly.to(goingOff)
	case DayOf(at) != o.Day:
		return nil, otherDay.to(goingOff)
	case !s.On(at) && !at.Before(s.lastMark()):
		return nil, nil
	case at.Before(s.lastMark()):
		return nil, beforeLast.to(goingOff)
	}
	return []Event{WentOff{Fact: Fact{At: at, By: o.By}}}, nil
}

// lastMark is when duty began or ended last.
func (s State) lastMark() time.Time {
	if len(s.Stints) == 0 {
		return time.Time{}
	}
	last := s.Stints[len(s.Stints)-1]
	if last.To.IsZero() {
		return last.From
	}
	return last.To
}

func (s State) track(o Order, c Track) ([]Event, error) {
	if o.By.Role != jurisdiction.Inspector && !o.By.System() {
		return nil, inspectorsOnly.to(tracking)
	}
	known := map[int64]bool{}
	for _, f := range s.Fixes {
		known[f.At.UnixMicro()] = true
	}
	var fresh []Fix
	covered := false
	for _, f := range c.Fixes {
		if DayOf(f.At) != o.Day || !s.On(f.At) {
			continue
		}
		covered = true
		if at := f.At.UnixMicro(); !known[at] {
			known[at] = true
			fresh = append(fresh, f)
		}
	}
	switch {
	case !covered:
		return nil, offDuty.to(tracking)
	case len(fresh) == 0:
		return nil, nil
	}
	fresh = merge(nil, fresh)
	grids := map[string]bool{}
	for _, v := range Visits(fresh, o.Policy) {
		grids[v.Grid] = true
	}
	return []Event{Tracked{
		Fact: Fact{At: o.At, By: o.By}, Fixes: fresh, Grids: slices.Sorted(maps.Keys(grids)),
	}}, nil
}

// Package campaign keeps the rules of a special action (专项): a desk has one thing
// looked at in every grid of an area, within a time.
//
//	launched ─▶ (begins) ─▶ visited, grid by grid ─▶ ended: by the desk, or by its time
//
// What it keeps true: the grids of a campaign are those of its area on the day it was
// launched; a grid is done when whoever walks it says what they found there; after the
// end nothing is added; every answer stays, and the last one of a grid counts.
//
// Whence the rules come (S published, P practice, D decided here):
//
//   - Campaigns come from above, with an area, a time and a thing to look at: P.
//   - Every grid of the area is a task for its own inspector: P. Where a community has
//     no inspector, its station or a desk above answers: D, as for site visits.
//   - An answer is nothing found, or incidents reported as any other: D.
//   - It ends by itself when its time is over; ending it earlier is the desk's that
//     launched it, or one's above: D. Its end by time needs no fact: it follows from the launch.
//
// One stream is one campaign; its id is a UUIDv7.
package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// Decider joins the rules to the ledger's shape.
var Decider = domain.Decider[Order, Event, State]{Decide: Decide, Evolve: Evolve}

// LongestDays is how long a campaign may last (D).
const LongestDays = 366

// An Order is a command with everything a rule needs to judge it.
type Order struct {
	At      time.Time // ledger clock
	By      incident.Actor
	Grids   []string // that the actor walks; none: all of the community
	Book    *jurisdiction.Book
	Command Command
}

// A Command asks for something to become true. The set is closed.
//
//sumtype:decl
type Command interface{ isCommand() }

type (
	// Launch opens a campaign. The cells of its area are looked up at the edge.
	Launch struct {
		Title  string
		Matter catalogue.Key // zero: not said
		Area   []string      // codes of 6, 9, 12 or 15 digits
		Cells  []Cell
		From   time.Time
		Until  time.Time
		LookAt string
	}
	// Visit answers for one grid.
	Visit struct {
		Grid      string
		Incidents []string // reported there; none: nothing was found
		Note      string
		Photos    []string
	}
	// End ends it before its time.
	End struct{ Reason string }
)

func (Launch) isCommand() {}
func (Visit) isCommand()  {}
func (End) isCommand()    {}

// A Cell is a grid of a campaign's area.
type Cell struct {
	Grid      string `json:"grid"`
	Community string `json:"community"`
	Street    string `json:"street"`
}

// Status is where a campaign stands at a moment.
type Status string

// The statuses.
const (
	Planned Status = "planned"
	Running Status = "running"
	Ended   Status = "ended"
)

// Statuses holds every status.
var Statuses = []Status{Planned, Running, Ended}

// State is what the rules read of one campaign.
type State struct {
	Launched *Launched  // nil: never launched
	Visits   []*Visited // the last answer of each of its cells, in their order; nil: none yet
	Ended    *Finished
}

// Answer returns the last answer of a grid.
func (s State) Answer(grid string) (Visited, bool) {
	if at, within := s.cell(grid); within && s.Visits[at] != nil {
		return *s.Visits[at], true
	}
	return Visited{}, false
}

// cell finds a grid among the campaign's cells.
func (s State) cell(grid string) (int, bool) {
	if s.Launched == nil {
		return 0, false
	}
	return slices.BinarySearchFunc(s.Launched.Cells, grid, func(x Cell, grid string) int { return strings.Compare(x.Grid, grid) })
}

// StatusAt returns where the campaign stands at t.
func (s State) StatusAt(t time.Time) Status {
	switch {
	case s.Ended != nil || !t.Before(s.Launched.Until):
		return Ended
	case t.Before(s.Launched.From):
		return Planned
	}
	return Running
}

// Decide returns the facts that follow from an order, or the reason there are none.
// Saying the same thing again yields nothing.
func Decide(s State, o Order) ([]Event, error) {
	switch c := o.Command.(type) {
	case Launch:
		return s.launch(o, c)
	case Visit:
		return s.visit(o, c)
	case End:
		return s.end(o, c)
	}
	panic(fmt.Sprintf("campaign: unhandled command %T", o.Command))
}

// Evolve returns the state after a fact.
func Evolve(s State, e Event) State {
	switch e := e.(type) {
	case Launched:
		s.Launched, s.Visits = &e, make([]*Visited, len(e.Cells))
	case Visited:
		if at, within := s.cell(e.Grid); within {
			s.Visits = slices.Clone(s.Visits)
			s.Visits[at] = &e
		}
	case Finished:
		s.Ended = &e
	default:
		panic(fmt.Sprintf("campaign: unhandled event %T", e))
	}
	return s
}

func (s State) launch(o Order, c Launch) ([]Event, error) {
	switch {
	case s.Launched != nil:
		return nil, alreadyLaunched.to(launching)
	case o.By.Role != jurisdiction.StreetDesk && o.By.Role != jurisdiction.DistrictDesk:
		return nil, desksOnly.to(launching)
	case strings.TrimSpace(c.Title) == "":
		return nil, titleRequired.to(launching)
	case !c.Until.After(c.From):
		return nil, untilBeforeFrom.to(launching)
	case !c.Until.After(o.At):
		return nil, untilPast.to(launching)
	case c.Until.Sub(c.From) > LongestDays*24*time.Hour:
		return nil, tooLong.to(launching)
	case len(c.Cells) == 0:
		return nil, areaEmpty.to(launching)
	case slices.ContainsFunc(c.Area, func(code string) bool { return !o.reaches(code) }):
		return nil, outOfReach.to(launching)
	}
	cells := slices.Clone(c.Cells)
	slices.SortFunc(cells, func(a, b Cell) int { return strings.Compare(a.Grid, b.Grid) })
	return []Event{Launched{
		Fact: o.fact(), Desk: o.By.Unit, Title: c.Title, Matter: c.Matter, Area: c.Area,
		Cells: slices.CompactFunc(cells, func(a, b Cell) bool { return a.Grid == b.Grid }),
		From:  c.From, Until: c.Until, LookAt: c.LookAt,
	}}, nil
}

// reaches tells whether an area lies in the area of the actor's desk.
func (o Order) reaches(area string) bool {
	desk, known := o.Book.Unit(o.By.Unit)
	return known && strings.HasPrefix(area, desk.Area)
}

func (s State) visit(o Order, c Visit) ([]Event, error) {
	if s.Launched == nil {
		return nil, unknown.to(visiting)
	}
	at, within := s.cell(c.Grid)
	switch {
	case !within:
		return nil, notInIt.to(visiting)
	case !o.walks(s.Launched.Cells[at]):
		return nil, notYourGrid.to(visiting)
	}
	said := Visited{
		Fact: o.fact(), Grid: c.Grid, Community: s.Launched.Cells[at].Community, Street: s.Launched.Cells[at].Street,
		Incidents: c.Incidents, Note: c.Note, Photos: c.Photos,
	}
	if was, there := s.Answer(c.Grid); there && was.says(said) {
		return nil, nil
	}
	switch s.StatusAt(o.At) {
	case Planned:
		return nil, notBegun.to(visiting)
	case Ended:
		return nil, over.to(visiting)
	case Running:
	}
	return []Event{said}, nil
}

// says tells whether two answers are the same person's and the same.
func (v Visited) says(w Visited) bool {
	return v.By == w.By && v.Note == w.Note && slices.Equal(v.Incidents, w.Incidents) && slices.Equal(v.Photos, w.Photos)
}

// walks tells whether the actor answers for a grid: its inspector, or, where the
// community has none, its station or a desk above.
func (o Order) walks(c Cell) bool {
	if o.By.Role == jurisdiction.Inspector {
		return o.By.Unit == c.Community && (len(o.Grids) == 0 || slices.Contains(o.Grids, c.Grid))
	}
	unit, known := o.Book.Unit(o.By.Unit)
	if !known || !unit.IsDesk() || o.By.Role != unit.Staff() || o.Book.HasInspector(c.Community) {
		return false
	}
	return o.By.Unit == c.Community || o.Book.Above(o.By.Unit, c.Community)
}

func (s State) end(o Order, c End) ([]Event, error) {
	if s.Launched == nil {
		return nil, unknown.to(ending)
	}
	mine := o.By.Unit == s.Launched.Desk || o.Book.Above(o.By.Unit, s.Launched.Desk)
	switch {
	case o.By.Role != jurisdiction.StreetDesk && o.By.Role != jurisdiction.DistrictDesk:
		return nil, desksOnly.to(ending)
	case !mine:
		return nil, notYourDesk.to(ending)
	case s.Ended != nil && s.Ended.By == o.By && s.Ended.Reason == c.Reason:
		return nil, nil
	case s.StatusAt(o.At) == Ended:
		return nil, over.to(ending)
	}
	return []Event{Finished{Fact: o.fact(), Reason: c.Reason}}, nil
}

func (o Order) fact() Fact { return Fact{At: o.At, By: o.By} }

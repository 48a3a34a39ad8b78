package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/cmd/simulation"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/geo/basegrid"
)

// A lifeStory is one incident as the rules let it live: its facts in order, at their own
// times. Its description, address and point stand in the facts as the marks below, so
// that each incident that is stamped out of it gets words and a place of its own.
type lifeStory struct {
	start  time.Time // of its report
	number string
	cell   basegrid.Cell
	text   string // the description
	events []incident.Event
}

// What stands in a story's facts where each incident will have its own.
const (
	textMark    = "@description@"
	addressMark = "@address@"
	numberMark  = "@number@"
	subjectMark = "@subject@"
)

// pointMark is written where each incident will have its own point.
var pointMark = orb.Point{113.9876543, 23.9876543}

// storyWeek is the Monday of the week that the stories begin in. No holiday lies near it.
var storyWeek = time.Date(2026, 6, 1, 0, 0, 0, 0, deadline.CST)

// A storyteller makes life stories with the people of the simulation and the real rules:
// timers speak when they are due, inspectors' reports are filed and dispatched as the
// workflow does it, and now and then somebody voids, reopens or corrects one.
type storyteller struct {
	ref    *reference.Reference
	grid   *basegrid.Grid
	people simulation.People
}

// stories returns n of them for each weekday from Monday.
func (s storyteller) stories(seed uint64, n int) ([7][]lifeStory, error) {
	planner := simulation.Planner{Seed: seed, Texts: s.ref.Texts, Matters: s.ref.Matters}
	for _, c := range s.grid.Cells() {
		planner.Grids = append(planner.Grids, c.Code)
	}
	var week [7][]lifeStory
	for day := range week {
		midnight := storyWeek.AddDate(0, 0, day)
		arrivals := planner.Day(midnight)
		rnd := rand.New(rand.NewPCG(seed, uint64(day)))
		rnd.Shuffle(len(arrivals), func(i, j int) { arrivals[i], arrivals[j] = arrivals[j], arrivals[i] })
		for i := range min(n, len(arrivals)) {
			story, err := s.tell(arrivals[i])
			if err != nil {
				return week, err
			}
			week[day] = append(week[day], story)
		}
	}
	return week, nil
}

// longestStory bounds the acts and words of one story.
const longestStory = 120

// tell lives one arrival to its end, or as far as anybody moves it.
func (s storyteller) tell(a simulation.Arrival) (lifeStory, error) {
	rnd := rand.New(rand.NewPCG(a.Seed, 3))
	cell, _, ok := s.grid.Cell(a.Grid)
	if !ok {
		return lifeStory{}, fmt.Errorf("bench casebook: no grid %s", a.Grid)
	}
	l := life{storyteller: s, lifeStory: lifeStory{start: a.At, number: numberMark, cell: cell, text: a.Text}}
	if err := l.report(a, rnd); err != nil {
		return lifeStory{}, err
	}
	stuck := 0 // moves of people that the rules refused
	for range longestStory {
		move, moves := s.people.Next(a.Key, l.acts+stuck*1000, l.state, l.at)
		moves = moves && stuck < 3
		if aside, ok := l.aside(rnd); ok {
			move, moves = aside, true
		}
		timers := l.state.Timers()
		switch {
		case len(timers) > 0 && (!moves || !timers[0].At.After(move.At)):
			if err := l.give(timers[0].At, incident.Workflow, timers[0].Command()); err != nil {
				return l.lifeStory, nil // nobody will ever hear this timer
			}
		case moves:
			if c, ok := move.Command.(incident.ConcludeCoordination); ok {
				c.Ruling = nil // a ruling is for the whole district, not for one of many copies
				move.Command = c
			}
			if l.give(move.At, move.By, move.Command) != nil {
				stuck++
			}
		default:
			return l.lifeStory, nil
		}
	}
	return l.lifeStory, nil
}

// life is a story while it is told.
type life struct {
	storyteller
	lifeStory
	state incident.State
	acts  int       // facts that people made
	at    time.Time // of the last of them
	last  time.Time // of the last fact
	done  int       // asides
}

// give gives a command; refusals are errors.
func (l *life) give(at time.Time, by incident.Actor, c incident.Command) error {
	if at.Before(l.last) {
		at = l.last
	}
	events, err := incident.Decide(l.state, incident.Order{
		At: at.UTC().Truncate(time.Microsecond), By: by, Book: l.ref.Book, Matters: l.ref.Matters, Days: l.ref.Days, Policy: l.ref.Policy, Command: c,
	})
	if err != nil {
		return err
	}
	if len(events) == 0 {
		return fmt.Errorf("bench casebook: %s changed nothing", c.Name())
	}
	for _, e := range events {
		l.state = incident.Evolve(l.state, e)
		l.events = append(l.events, e)
		l.last = incident.FactOf(e).At
		switch e.(type) {
		case incident.Warned, incident.Expired, incident.Lapsed, incident.Voided:
		default:
			l.acts++
			l.at = l.last
		}
	}
	return nil
}

// report opens it, and files and dispatches what the workflow would.
func (l *life) report(a simulation.Arrival, rnd *rand.Rand) error {
	book := l.ref.Book
	place := jurisdiction.Place{
		Grid: l.cell.Code, GridVersion: l.grid.Version(), Community: l.cell.Community, Street: l.cell.Street, District: l.cell.District,
	}
	r := incident.Report{
		Number: numberMark, Source: a.Source, Matter: a.Matter, Severity: incident.Normal, Description: textMark,
		Location: incident.Location{Point: &pointMark, CRS: "wgs84", AccuracyM: float64(4 + rnd.IntN(20)), Address: addressMark},
		Place:    place, OccurredAt: a.At, Flags: []incident.Flag{incident.Simulated},
	}
	if criteria := l.ref.Matters.CriteriaOf(a.Matter); len(criteria) > 0 && !a.Source.Public() {
		r.Criterion = criteria[rnd.IntN(len(criteria))].ID
	}
	if a.Source == incident.FromHotline {
		r.Reporter = &incident.Reporter{Subject: subjectMark, Confidential: rnd.Float64() < 0.06}
		r.External = &incident.External{System: "12345", ID: numberMark}
	}
	r.Routing = book.Route(jurisdiction.Question{
		Source: string(a.Source), Matter: a.Matter, Criterion: r.Criterion, Severity: string(r.Severity), Place: place,
	})
	unit, role := book.District(), jurisdiction.DistrictDesk
	switch a.Source {
	case incident.FromInspector:
		unit, role = l.cell.Community, jurisdiction.Inspector
	case incident.FromHotline, incident.FromCitizen:
		role = jurisdiction.Hotline
	}
	by := incident.Actor{Person: simulation.Person + unit + ":" + string(role), Unit: unit, Role: role}
	if err := l.give(a.At, by, r); err != nil {
		return fmt.Errorf("bench casebook: a report of the simulation was refused: %w", err)
	}
	if a.Source != incident.FromInspector || r.Criterion == "" || l.state.Stage != incident.Intake {
		return nil
	}
	if l.give(l.at, incident.Workflow, incident.File{Matter: a.Matter, Criterion: r.Criterion, Severity: r.Severity}) != nil {
		return nil
	}
	if f, ok := l.events[len(l.events)-1].(incident.Filed); ok && f.Unit != "" {
		_ = l.give(l.at, incident.Workflow, incident.Dispatch{Unit: f.Unit, Auto: true, Basis: f.Basis, IfAt: l.state.Acts})
	}
	return nil
}

// aside returns what somebody does seldom, whatever the incident waits for.
func (l *life) aside(rnd *rand.Rand) (simulation.Move, bool) {
	if l.done >= 2 {
		return simulation.Move{}, false
	}
	book := l.ref.Book
	by := func(unit, post string, c incident.Command) (simulation.Move, bool) {
		l.done++
		u, _ := book.Unit(unit)
		return simulation.Move{
			At:      l.at.Add(time.Duration(5+rnd.IntN(40)) * time.Minute),
			By:      incident.Actor{Person: simulation.Person + unit + ":" + post, Unit: unit, Role: u.Staff(), Name: u.Name},
			Command: c,
		}, true
	}
	desk := cmp.Or(l.state.IntakeDesk, book.District())
	switch x := rnd.Float64(); {
	case x < 0.004 && l.state.Status == incident.StatusOpen:
		return by(desk, "leader", incident.Void{Reason: "经核实为误报。"})
	case x < 0.02 && l.state.Status == incident.StatusClosed:
		return by(desk, "leader", incident.Reopen{Reason: "回访时问题复现。"})
	case x < 0.01:
		return by(desk, "desk", incident.Correct{Field: incident.SeverityField, Severity: incident.Urgent, Reason: "现场情况更急。"})
	case x < 0.03:
		return by(desk, "desk", incident.Comment{Text: "已电话了解进展，请继续跟进。"})
	}
	return simulation.Move{}, false
}

// wordsOf fills the blanks of a description: where it is, as people would write it.
func wordsOf(text, community, street string) string {
	pairs := []string{}
	for name, value := range map[string]string{"{community}": community, "{street}": street, "{unit}": "承办单位", "{other}": "邻近街镇", "{date}": "上周"} {
		pairs = append(pairs, " "+name+" ", value, name+" ", value, " "+name, value, name, value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/web/accounts"
	"gridcommand/workflow"
)

// patrolKind joins the rules of an inspector's day to the ledger.
var patrolKind = workflow.Kind[patrol.Order, patrol.Event, patrol.State]{
	Category: patrol.Category, Rules: patrol.Decider, Encode: patrol.Encode, Decode: patrol.Decode,
	At: func(e patrol.Event) time.Time { return patrol.FactOf(e).At },
}

// walkers are the roles that patrol.
func walkers(r jurisdiction.Role) bool { return r == jurisdiction.Inspector }

// watchers are those who may see where inspectors walk: themselves, their station, the
// desks above. What one person of them may see is for [server.maySeeWalker].
func watchers(r jurisdiction.Role) bool { return walkers(r) || desks(r) }

// coverers are those who may see which grids were walked, by nobody in particular.
func coverers(r jurisdiction.Role) bool { return watchers(r) || r == jurisdiction.Supervisor }

// A DutyMark says whether an inspector is on duty.
type DutyMark struct {
	On bool       `json:"on"`
	At *time.Time `json:"at,omitempty" doc:"by the phone, where it had no network; now unless said"`
}

// An InspectorDuty is how an inspector's day stands.
type InspectorDuty struct {
	Day      string     `json:"day"`
	On       bool       `json:"on"`
	Since    *time.Time `json:"since" doc:"null: off duty"`
	Fixes    int        `json:"fixes" doc:"kept of the day"`
	Grids    int        `json:"grids" doc:"walked on the day"`
	Position int64      `json:"position"`
}

func (s *server) dutyOf(day string, g workflow.Given[patrol.State]) InspectorDuty {
	out := InspectorDuty{Day: day, Fixes: len(g.State.Fixes), Position: int64(g.Position)}
	grids := map[string]bool{}
	for _, v := range patrol.Visits(g.State.Fixes, patrol.Default) {
		grids[v.Grid] = true
	}
	out.Grids = len(grids)
	if since := g.State.OnSince(s.Now()); !since.IsZero() {
		out.On, out.Since = true, &since
	}
	return out
}

func (s *server) markDuty(ctx context.Context, r *Request, body DutyMark) (InspectorDuty, error) {
	at := s.Now()
	if body.At != nil {
		switch at = *body.At; {
		case at.After(s.Now().Add(patrol.Default.Ahead)):
			return InspectorDuty{}, invalid(FieldError{Pointer: "/at", Detail: "lies in the future", Code: "in_the_future"})
		case at.Before(s.Now().Add(-patrol.Default.Oldest)):
			return InspectorDuty{}, invalid(FieldError{Pointer: "/at", Detail: "lies too far back", Code: "too_old"})
		case at.After(s.Now()):
			at = s.Now()
		}
	}
	at = at.UTC().Truncate(time.Microsecond)
	var c patrol.Command = patrol.GoOff{When: at}
	if body.On {
		c = patrol.GoOn{When: at}
	}
	day := patrol.DayOf(at)
	given, err := s.givePatrol(ctx, r, day, c, r.Key)
	return s.dutyOf(day, given), err
}

func (s *server) givePatrol(ctx context.Context, r *Request, day string, c patrol.Command, key eventstore.Key) (workflow.Given[patrol.State], error) {
	given, err := workflow.Give(ctx, s.Workflow, patrolKind, patrol.StreamID(r.Person.Name, day), r.Person.Name, func(_ patrol.State, at time.Time) patrol.Order {
		return patrol.Order{At: at, By: s.actor(r.Person), Day: day, Policy: patrol.Default, Command: c}
	}, workflow.Options{Key: key, Correlation: r.ID})
	s.noteReplay(r, given.Replayed)
	return given, err
}

// A TrackFix is where a phone was.
type TrackFix struct {
	Lng       float64   `json:"lng"`
	Lat       float64   `json:"lat"`
	CRS       string    `json:"crs" enum:"wgs84,gcj02,bd09,cgcs2000"`
	At        time.Time `json:"at"`
	AccuracyM float64   `json:"accuracy_m,omitempty" minimum:"0" maximum:"100000"`
}

// A TrackBatch is what a phone gathered since it last had a network: in any order, and
// what was sent before may be in it.
type TrackBatch struct {
	Fixes []TrackFix `json:"fixes" minItems:"1" maxItems:"1000"`
}

func (s *server) track(ctx context.Context, r *Request, body TrackBatch) (InspectorDuty, error) {
	fixes := make([]patrol.Fix, len(body.Fixes))
	var faults []FieldError
	for i, f := range body.Fixes {
		point, found := toWGS84(orb.Point{f.Lng, f.Lat}, f.CRS)
		faults = append(faults, under(pointer("/fixes", i, ""), found)...)
		fixes[i] = patrol.Fix{At: f.At.UTC().Truncate(time.Microsecond), Point: point, AccuracyM: f.AccuracyM}
		if len(found) == 0 {
			fixes[i].Grid = s.place(point).Grid
		}
	}
	if len(faults) == 0 {
		for _, f := range patrol.Judge(fixes, s.Now(), patrol.Default) {
			faults = append(faults, FieldError{Pointer: pointer("/fixes", f.Fix, f.Field), Detail: f.Detail, Code: f.Code})
		}
	}
	if len(faults) > 0 {
		return InspectorDuty{}, invalid(faults...)
	}
	// A batch that reaches over midnight is one fact in each day's stream. The first
	// answer of the key is then the first day's, and the others follow from it.
	days := map[string][]patrol.Fix{}
	for _, f := range fixes {
		days[patrol.DayOf(f.At)] = append(days[patrol.DayOf(f.At)], f)
	}
	var last InspectorDuty
	var refused error
	taken := false
	for i, day := range sortedDays(days) {
		key := r.Key
		if i > 0 && !key.IsZero() {
			key.Scope += " " + day
		}
		given, err := s.givePatrol(ctx, r, day, patrol.Track{Fixes: days[day]}, key)
		if _, no := domain.AsRefusal(err); no {
			refused = err
			continue
		}
		if err != nil {
			return InspectorDuty{}, err
		}
		taken, last = true, s.dutyOf(day, given)
	}
	if !taken {
		return InspectorDuty{}, refused
	}
	return last, nil
}

func sortedDays(days map[string][]patrol.Fix) []string {
	var all []string
	for day := range days {
		all = append(all, day)
	}
	slices.Sort(all)
	return all
}

// pointer writes a JSON pointer into an element of a list; an empty field is the element.
func pointer(list string, i int, field string) string {
	if field == "" {
		return fmt.Sprintf("%s/%d", list, i)
	}
	return fmt.Sprintf("%s/%d/%s", list, i, field)
}

// within returns the part of an area that a person's own area covers: the narrower of
// the two, where one lies in the other; false: they have nothing in common.
func (s *server) within(p jurisdiction.Person, area string) (string, bool) {
	book := s.reference().Book
	own := book.District()
	if p.Role != jurisdiction.Supervisor {
		unit, known := book.Unit(p.Unit)
		if !known {
			return "", false
		}
		own = unit.Area
	}
	switch {
	case strings.HasPrefix(area, own):
		return area, true
	case strings.HasPrefix(own, area):
		return own, true
	}
	return "", false
}

type areaQuery struct {
	FromView
	Day       *moment `query:"day" doc:"today unless said"`
	Street    string  `query:"street" pattern:"^[0-9]{9}$" patternDescription:"a street's code"`
	Community string  `query:"community" pattern:"^[0-9]{12}$" patternDescription:"a community's code"`
}

// area is what a query asks for, as far as the caller sees it; false: nothing of it.
func (s *server) area(r *Request, q areaQuery) (string, bool, error) {
	area := s.reference().Book.District()
	if q.Street != "" {
		area = q.Street
	}
	if q.Community != "" {
		if q.Street != "" && !strings.HasPrefix(q.Community, q.Street) {
			return "", false, wrong("community", "does not lie in that street")
		}
		area = q.Community
	}
	if !s.isArea(area) {
		name := "street"
		if q.Community != "" {
			name = "community"
		}
		return "", false, wrong(name, "is no area of this district")
	}
	seen, ok := s.within(r.Person, area)
	return seen, ok, nil
}

// A GridCoverage is how often a grid was walked on a day, and for how long.
type GridCoverage struct {
	Grid      string     `json:"grid"`
	Name      string     `json:"name"`
	Community string     `json:"community"`
	Street    string     `json:"street"`
	Visits    int        `json:"visits"`
	First     *time.Time `json:"first" doc:"null: nobody came"`
	Last      *time.Time `json:"last"`
	Minutes   int        `json:"minutes"`
}

// A CoverageSum is the coverage of a unit's grids.
type CoverageSum struct {
	Unit    string   `json:"unit"`
	Name    string   `json:"name"`
	Covered int      `json:"covered" doc:"grids that somebody walked: the numerator"`
	Grids   int      `json:"grids" doc:"the denominator"`
	Rate    *float64 `json:"rate" doc:"per cent; null: there are no grids"`
	Visits  int      `json:"visits"`
	Minutes int      `json:"minutes"`
}

func (c *CoverageSum) add(g GridCoverage) {
	c.Grids++
	c.Visits += g.Visits
	c.Minutes += g.Minutes
	if g.Visits > 0 {
		c.Covered++
	}
	rate := 100 * float64(c.Covered) / float64(c.Grids)
	c.Rate = &rate
}

// A Coverage is which grids of an area were walked on a day.
type Coverage struct {
	Day      string         `json:"day"`
	Items    []GridCoverage `json:"items" doc:"every grid of the area, walked or not"`
	Units    []CoverageSum  `json:"units" doc:"streets of the district, communities of a street"`
	Total    CoverageSum    `json:"total"`
	Position int64          `json:"position"`
	At       time.Time      `json:"at"`
}

func (s *server) coverage(ctx context.Context, r *Request, q areaQuery) (Coverage, error) {
	area, some, err := s.area(r, q)
	if err != nil {
		return Coverage{}, err
	}
	if err := s.await(ctx, s.Duty.Name(), q.MinPosition); err != nil {
		return Coverage{}, err
	}
	out := Coverage{Day: dayOf(q.Day, s.Now()), Items: []GridCoverage{}, Units: []CoverageSum{}}
	covered, stand, err := s.Duty.Coverage(ctx, out.Day, area)
	if err != nil {
		return out, err
	}
	out.Position, out.At = int64(stand.Position), stand.At
	if !some {
		return out, nil
	}
	walked := map[string]int{}
	for i, c := range covered {
		walked[c.Grid] = i
	}
	book := s.reference().Book
	name := func(code string) string {
		u, _ := book.Unit(code)
		return u.Name
	}
	out.Total = CoverageSum{Unit: area, Name: name(area)}
	for _, cell := range s.gridOn(out.Day).Cells() {
		if !strings.HasPrefix(cell.Code, area) {
			continue
		}
		g := GridCoverage{Grid: cell.Code, Name: cell.Name, Community: cell.Community, Street: cell.Street}
		if i, there := walked[cell.Code]; there {
			c := covered[i]
			g.Visits, g.First, g.Last, g.Minutes = c.Visits, &c.First, &c.Last, c.Seconds/60
		}
		out.Items = append(out.Items, g)
		out.Total.add(g)
		unit := cell.Community
		if len(area) == 6 {
			unit = cell.Street
		}
		if n := len(out.Units); n == 0 || out.Units[n-1].Unit != unit {
			out.Units = append(out.Units, CoverageSum{Unit: unit, Name: name(unit)})
		}
		out.Units[len(out.Units)-1].add(g)
	}
	return out, nil
}

// A PatrolStint is a stretch of duty.
type PatrolStint struct {
	From time.Time  `json:"from"`
	To   *time.Time `json:"to" doc:"null: not over; it ends with the day"`
}

func shownStints(list []patrol.Stint) []PatrolStint {
	out := []PatrolStint{}
	for _, x := range list {
		stint := PatrolStint{From: x.From}
		if !x.To.IsZero() {
			stint.To = &x.To
		}
		out = append(out, stint)
	}
	return out
}

// A PatrolDay is one inspector's day.
type PatrolDay struct {
	Inspector string        `json:"inspector"`
	Unit      string        `json:"unit"`
	UnitName  string        `json:"unit_name"`
	On        bool          `json:"on" doc:"on duty now"`
	Stints    []PatrolStint `json:"stints"`
	Fixes     int           `json:"fixes"`
	LastAt    *time.Time    `json:"last_at" doc:"of the last fix; null: none"`
	Grids     int           `json:"grids"`
	Minutes   int           `json:"minutes"`
}

// A PatrolList is who walked in an area on a day.
type PatrolList struct {
	Day      string      `json:"day"`
	Items    []PatrolDay `json:"items"`
	OnDuty   int         `json:"on_duty"`
	Position int64       `json:"position"`
}

func (s *server) patrols(ctx context.Context, r *Request, q areaQuery) (PatrolList, error) {
	area, some, err := s.area(r, q)
	if err != nil {
		return PatrolList{}, err
	}
	if err := s.await(ctx, s.Duty.Name(), q.MinPosition); err != nil {
		return PatrolList{}, err
	}
	out := PatrolList{Day: dayOf(q.Day, s.Now()), Items: []PatrolDay{}}
	all, stand, err := s.Duty.Patrols(ctx, out.Day, area)
	if err != nil {
		return out, err
	}
	out.Position = int64(stand.Position)
	book, now := s.reference().Book, s.Now()
	for _, p := range all {
		if !some || walkers(r.Person.Role) && p.Inspector != r.Person.Name {
			continue
		}
		unit, _ := book.Unit(p.Unit)
		day := PatrolDay{
			Inspector: p.Inspector, Unit: p.Unit, UnitName: unit.Name, On: p.On(now), Stints: shownStints(p.Stints), Fixes: p.Fixes,
			Grids: p.Grids, Minutes: p.Seconds / 60,
		}
		if !p.Last.IsZero() {
			day.LastAt = &p.Last
		}
		if day.On {
			out.OnDuty++
		}
		out.Items = append(out.Items, day)
	}
	return out, nil
}

type trackQuery struct {
	FromView
	Inspector string  `query:"inspector" maxLength:"128" doc:"account; your own unless said"`
	Day       *moment `query:"day" doc:"today unless said"`
}

// A TrackPoint is where an inspector was, in WGS-84.
type TrackPoint struct {
	Lng       float64   `json:"lng"`
	Lat       float64   `json:"lat"`
	At        time.Time `json:"at"`
	AccuracyM float64   `json:"accuracy_m"`
	Grid      string    `json:"grid" doc:"empty: outside every grid"`
}

// A GridVisit is a stay in one grid.
type GridVisit struct {
	Grid    string    `json:"grid"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Minutes int       `json:"minutes"`
}

// A Track is the way of one inspector on one day.
type Track struct {
	Inspector string        `json:"inspector"`
	Unit      string        `json:"unit"`
	Day       string        `json:"day"`
	On        bool          `json:"on"`
	Stints    []PatrolStint `json:"stints"`
	Fixes     []TrackPoint  `json:"fixes" doc:"by time"`
	Visits    []GridVisit   `json:"visits"`
	Position  int64         `json:"position"`
}

// maySeeWalker: an inspector sees their own way; the station and the desks above see it.
func (s *server) maySeeWalker(p jurisdiction.Person, inspector, unit string) bool {
	if walkers(p.Role) {
		return inspector == p.Name
	}
	return p.Unit == unit || s.reference().Book.Above(p.Unit, unit)
}

func (s *server) tracks(ctx context.Context, r *Request, q trackQuery) (Track, error) {
	if q.Inspector == "" {
		if !walkers(r.Person.Role) {
			return Track{}, wrong("inspector", "is required")
		}
		q.Inspector = r.Person.Name
	}
	if err := s.await(ctx, s.Duty.Name(), q.MinPosition); err != nil {
		return Track{}, err
	}
	day := dayOf(q.Day, s.Now())
	p, fixes, walked, stand, err := s.Duty.Track(ctx, q.Inspector, day)
	if err != nil {
		return Track{}, err
	}
	if !walked {
		a, err := s.Accounts.Account(ctx, q.Inspector)
		switch {
		case errors.Is(err, accounts.ErrNoAccount) || err == nil && a.Role != jurisdiction.Inspector:
			return Track{}, noSuchInspector()
		case err != nil:
			return Track{}, err
		}
		p.Unit = a.Unit
	}
	if !s.maySeeWalker(r.Person, q.Inspector, p.Unit) {
		return Track{}, noSuchInspector()
	}
	out := Track{
		Inspector: q.Inspector, Unit: p.Unit, Day: day, On: p.On(s.Now()), Stints: shownStints(p.Stints),
		Fixes: []TrackPoint{}, Visits: []GridVisit{}, Position: int64(stand.Position),
	}
	for _, f := range fixes {
		out.Fixes = append(out.Fixes, TrackPoint{f.Point[0], f.Point[1], f.At, f.AccuracyM, f.Grid})
	}
	for _, v := range patrol.Visits(fixes, patrol.Default) {
		out.Visits = append(out.Visits, GridVisit{v.Grid, v.From, v.To, int(v.To.Sub(v.From).Minutes())})
	}
	return out, nil
}

// noSuchInspector says the same of one that is not there and of one who is none of the
// caller's business.
func noSuchInspector() *Problem { return wrong("inspector", "is no inspector of yours") }

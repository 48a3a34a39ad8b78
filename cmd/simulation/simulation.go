// Package simulation keeps a demonstration district alive: reports arrive as the
// district's figures say, and simulated people verify, file, dispatch, handle,
// check and close them through the same commands that users give. They act only
// on incidents that the simulation itself reported, and everything they report is
// flagged as simulated.
package simulation

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/workflow"
)

// atOnce bounds how many simulated people act at the same moment.
const atOnce = 16

// Deps is what a [Sim] works with.
type Deps struct {
	Ledger    eventstore.Store
	Service   *workflow.Service
	Reference reference.Source
	Grid      basegrid.Source
	Caller    func(ctx context.Context, name, phone string) (subject string, err error) // keeps a caller's name out of the ledger
	Now       func() time.Time
	Log       *slog.Logger
	Seed      uint64
}

// A Sim is the demonstration's people.
type Sim struct {
	deps    Deps
	people  People
	planner Planner

	after   eventstore.Position // absorbed up to here
	open    map[string]*standing
	agenda  agenda
	day     time.Time // midnight (CST) of the day whose arrivals are planned
	coming  []Arrival
	started time.Time
}

// standing is where an incident stands for those who work on it: timers change
// what it looks like, not what they will do.
type standing struct {
	state incident.State
	acts  int       // facts that people made
	at    time.Time // of the last of them
}

// New returns the people, who know the incidents already in the ledger. Reports
// begin after from.
func New(ctx context.Context, d Deps, from time.Time) (*Sim, error) {
	s := &Sim{deps: d, people: People{Ref: d.Reference.At(d.Now())}, open: map[string]*standing{}, started: from}
	s.planner = Planner{Seed: d.Seed, Texts: s.people.Ref.Texts, Matters: s.people.Ref.Matters}
	if err := s.Absorb(ctx); err != nil {
		return nil, err
	}
	local := from.In(deadline.CST)
	s.plan(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, deadline.CST))
	return s, nil
}

func (s *Sim) plan(midnight time.Time) {
	s.planner.Grids = nil
	for _, c := range s.deps.Grid.At(midnight).Cells() {
		s.planner.Grids = append(s.planner.Grids, c.Code)
	}
	s.day, s.coming = midnight, s.planner.Day(midnight)
	for len(s.coming) > 0 && !s.coming[0].At.After(s.started) {
		s.coming = s.coming[1:]
	}
}

// Next returns when the next person acts or the next report is made.
func (s *Sim) Next() time.Time {
	next := s.day.Add(24 * time.Hour)
	if len(s.coming) > 0 {
		next = s.coming[0].At
	}
	if len(s.agenda) > 0 && s.agenda[0].At.Before(next) {
		next = s.agenda[0].At
	}
	return next
}

// Act does everything that is due by until, side by side, and takes in what follows.
func (s *Sim) Act(ctx context.Context, until time.Time) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for len(s.agenda) > 0 && !s.agenda[0].At.After(until) {
		next := heap.Pop(&s.agenda).(planned)
		if now := s.open[next.id]; now == nil || now.acts != next.acts {
			continue // something else came since; it was planned anew
		}
		g.Go(func() error { return s.do(gctx, next) })
	}
	for !s.day.Add(24*time.Hour).After(until) && len(s.coming) == 0 {
		s.plan(s.day.Add(24 * time.Hour))
	}
	for len(s.coming) > 0 && !s.coming[0].At.After(until) {
		arrival := s.coming[0]
		s.coming = s.coming[1:]
		g.Go(func() error { return s.report(gctx, arrival) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return s.Absorb(ctx)
}

// Run lets people act by the ledger's clock until ctx ends.
func (s *Sim) Run(ctx context.Context) error {
	for {
		if err := s.deps.Ledger.Wait(ctx, s.after); err != nil {
			return ended(ctx, err)
		}
		if err := s.Absorb(ctx); err != nil {
			return ended(ctx, err)
		}
		if err := s.Act(ctx, s.deps.Now()); err != nil {
			return ended(ctx, err)
		}
	}
}

func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (s *Sim) do(ctx context.Context, p planned) error {
	_, err := s.deps.Service.Do(ctx, p.id, p.Command, p.By, workflow.Options{At: later(p.At, s.deps.Now())})
	return s.settle(ctx, err, slog.String("incident", p.id), slog.String("command", p.Command.Name()))
}

// settle lets refusals and a moment's overload pass: they are everyday life.
func (s *Sim) settle(ctx context.Context, err error, attrs ...slog.Attr) error {
	if err == nil {
		return nil
	}
	if _, refused := domain.AsRefusal(err); refused || errors.Is(err, eventstore.ErrOverloaded) || errors.Is(err, eventstore.ErrConflict) {
		s.deps.Log.LogAttrs(ctx, slog.LevelDebug, "a simulated act was refused", append(attrs, slog.Any("reason", err))...)
		return nil
	}
	return fmt.Errorf("simulation: %w", err)
}

// later keeps people from acting before the clock they live by.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (s *Sim) report(ctx context.Context, a Arrival) error {
	rnd := rand.New(rand.NewPCG(a.Seed, 2))
	at := later(a.At, s.deps.Now())
	// Planned on the ground of the morning, which may have been divided anew since.
	grid, point := s.deps.Grid.At(at), s.deps.Grid.At(s.day).RandomPoint(a.Grid, rnd.Float64)
	cell, ok := grid.Locate(point)
	if !ok {
		return nil // nobody walks there any more
	}
	ref := s.deps.Reference.At(at)
	book, names := ref.Book, s.people.names()
	place := jurisdiction.Place{
		Grid: cell.Code, GridVersion: grid.Version(), Community: cell.Community, Street: cell.Street, District: cell.District,
	}
	r := incident.Report{
		Source: a.Source, Matter: a.Matter, Severity: incident.Normal,
		Description: fill(a.Text, at, names.community(cell.Community), names.street(cell.Street), names.street(s.people.neighbour(cell.Street, rnd))),
		Location:    incident.Location{Point: &point, CRS: "wgs84", AccuracyM: float64(4 + rnd.IntN(20)), Address: s.address(cell, rnd)},
		Place:       place, OccurredAt: at, Flags: []incident.Flag{incident.Simulated},
	}
	if criteria := ref.Matters.CriteriaOf(a.Matter); len(criteria) > 0 && !a.Source.Public() {
		r.Criterion = criteria[rnd.IntN(len(criteria))].ID
	}
	if a.Source == incident.FromHotline && s.deps.Caller != nil {
		subject, err := s.deps.Caller(ctx, callerName(rnd), fmt.Sprintf("13%d%08d", rnd.IntN(10), rnd.IntN(100_000_000)))
		if err != nil {
			return err
		}
		r.Reporter = &incident.Reporter{Subject: subject, Confidential: rnd.Float64() < 0.06}
	}
	var err error
	if r.Number, err = s.deps.Service.NextNumber(ctx, at); err != nil {
		return fmt.Errorf("simulation: numbering: %w", err)
	}
	r.Routing = book.Route(jurisdiction.Question{
		Source: string(a.Source), Matter: a.Matter, Criterion: r.Criterion, Severity: string(r.Severity), Place: place,
	})
	unit, role := book.District(), jurisdiction.Role("")
	switch a.Source {
	case incident.FromInspector:
		unit, role = cell.Community, jurisdiction.Inspector
	case incident.FromHotline, incident.FromCitizen:
		role = jurisdiction.Hotline
	default:
		role = jurisdiction.DistrictDesk
	}
	by := incident.Actor{Person: Person + unit + ":" + string(cmp.Or(role, "desk")), Unit: unit, Role: role}
	if u, ok := book.Unit(unit); ok {
		by.Name = u.Name + posts["desk"]
		switch role {
		case jurisdiction.Inspector:
			by.Name = u.Name + posts["inspector"]
		case jurisdiction.Hotline:
			by.Name = u.Name + posts["hotline"]
		}
	}
	key := eventstore.Key{Scope: "simulation", ID: a.Key}
	_, err = s.deps.Service.Do(ctx, uuid.Must(uuid.NewV7()).String(), r, by, workflow.Options{Key: key, At: at})
	return s.settle(ctx, err, slog.String("arrival", a.Key))
}

// spots are where things are, as people say it.
var spots = []string{
	"市场后门", "公交站旁", "小学东侧", "文化广场", "河涌边", "工业路口", "居（村）委会前", "小区南门", "祠堂旁", "停车场入口",
	"卫生站对面", "幼儿园门口", "农贸市场正门", "健身广场北侧", "快递驿站旁", "桥底",
}

func (s *Sim) address(c basegrid.Cell, rnd *rand.Rand) string {
	names := s.people.names()
	return fmt.Sprintf("%s%s%s", names.street(c.Street), names.community(c.Community), spots[rnd.IntN(len(spots))])
}

func callerName(rnd *rand.Rand) string {
	family := []string{"陈", "李", "黄", "张", "梁", "林", "刘", "吴", "罗", "杨", "邓", "江", "利", "毕", "汤", "宋"}
	given := []string{"伟", "秀英", "志强", "丽", "建华", "敏", "俊杰", "桂花", "国平", "少芬", "永康", "婉婷"}
	return family[rnd.IntN(len(family))] + given[rnd.IntN(len(given))]
}

// Absorb takes in what the ledger gained, and plans what follows for each
// simulated incident that is still open.
func (s *Sim) Absorb(ctx context.Context) error {
	s.people.Ref = s.deps.Reference.At(s.deps.Now())
	touched := map[string]bool{}
	for {
		page, err := s.deps.Ledger.Page(ctx, s.after, eventstore.DefaultPage)
		if err != nil {
			return err
		}
		if err := eventstore.CheckDense(s.after, page); err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, rec := range page {
			s.after = rec.Position
			if rec.Stream.Category() != "incident" {
				continue
			}
			e, err := incident.Decode(rec.Type, rec.Data)
			if err != nil {
				return fmt.Errorf("simulation: position %d: %w", rec.Position, err)
			}
			id := rec.Stream.ID()
			if r, ok := e.(incident.Reported); ok && simulated(r) {
				s.open[id] = &standing{}
			}
			if mine := s.open[id]; mine != nil {
				mine.state = incident.Evolve(mine.state, e)
				switch e.(type) {
				case incident.Warned, incident.Expired, incident.Commented, incident.Attached, incident.Lapsed, incident.Tasked,
					incident.Recurred, incident.Flagged, incident.Absorbed, incident.Released, incident.CallerViewed:
				default:
					mine.acts++
					mine.at = rec.At
					touched[id] = true
				}
			}
		}
	}
	for id := range touched {
		mine := s.open[id]
		m, ok := s.people.Next(id, mine.acts, mine.state, mine.at)
		switch {
		case ok:
			heap.Push(&s.agenda, planned{Move: m, id: id, acts: mine.acts})
		case mine.state.Status != incident.StatusOpen:
			delete(s.open, id)
		}
	}
	return nil
}

func simulated(r incident.Reported) bool {
	for _, f := range r.Flags {
		if f == incident.Simulated {
			return true
		}
	}
	return false
}

// planned is a move on the agenda; it is void once its incident has moved on.
type planned struct {
	Move
	id   string
	acts int
}

type agenda []planned

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	if !a[i].At.Equal(a[j].At) {
		return a[i].At.Before(a[j].At)
	}
	return a[i].id < a[j].id
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(planned)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

package simulation

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/workflow"
)

var patrolKind = workflow.Kind[patrol.Order, patrol.Event, patrol.State]{
	Category: patrol.Category, Rules: patrol.Decider, Encode: patrol.Encode, Decode: patrol.Decode,
	At: func(e patrol.Event) time.Time { return patrol.FactOf(e).At },
}

var dutyKind = workflow.Kind[duty.Order, duty.Event, duty.State]{
	Category: duty.Category, Rules: duty.Decider, Encode: duty.Encode, Decode: duty.Decode,
	At: func(e duty.Event) time.Time { return duty.FactOf(e).At },
}

const (
	// every is which community of a list has a simulated inspector: enough to see what
	// coverage is, and few enough to cost nothing.
	every = 4
	// stay is how long they walk one grid, and between two fixes.
	stay, between = 16 * time.Minute, 4 * time.Minute
	// batch is how often their phones send.
	batch = 70 * time.Minute
)

// Patrols are simulated inspectors who walk their communities on working days, in the
// hours that the table of shifts gives them. What each does on a day is fixed, so a
// demonstration goes on after a restart.
type Patrols struct {
	deps    Deps
	walkers []walker
	from    time.Time // they begin after it
	day     time.Time // midnight of the day that is planned
	agenda  []errand  // what is left of it, by time
}

// A walker is one of them.
type walker struct {
	by incident.Actor
}

// An errand is one thing that a walker does.
type errand struct {
	at      time.Time
	by      incident.Actor
	command patrol.Command
}

// NewPatrols returns the inspectors; what they do begins after from.
func NewPatrols(d Deps, from time.Time) *Patrols {
	p := &Patrols{deps: d, from: from}
	for i, c := range d.Grid.At(from).Communities() {
		if i%every == 0 {
			p.walkers = append(p.walkers, walker{
				by: incident.Actor{
					Person: Person + "patrol-" + c.Code, Unit: c.Code, Role: jurisdiction.Inspector, Name: c.Name,
				},
			})
		}
	}
	p.plan(midnight(from))
	return p
}

// plan puts a day's errands on the agenda.
func (p *Patrols) plan(day time.Time) {
	p.day, p.agenda = day, nil
	if works, published := p.deps.Reference.At(day).Days.IsWorkday(day); published && !works {
		return
	}
	grid := p.deps.Grid.At(day)
	for _, w := range p.walkers {
		for _, e := range w.errands(grid, p.hours(day), day, p.deps.Seed) {
			if e.at.After(p.from) {
				p.agenda = append(p.agenda, e)
			}
		}
	}
	slices.SortStableFunc(p.agenda, func(a, b errand) int { return a.at.Compare(b.at) })
}

// Until gives everything that is due by t: each walker's errands in their order, the
// walkers side by side.
func (p *Patrols) Until(ctx context.Context, t time.Time) error {
	for {
		due := map[string][]errand{}
		for len(p.agenda) > 0 && !p.agenda[0].at.After(t) {
			e := p.agenda[0]
			p.agenda = p.agenda[1:]
			due[e.by.Person] = append(due[e.by.Person], e)
		}
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(atOnce)
		for _, errands := range due {
			g.Go(func() error { return p.walk(gctx, errands) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
		next := p.day.AddDate(0, 0, 1)
		if next.After(t) {
			return nil
		}
		p.plan(next)
	}
}

// walk gives what one of them does, one thing after the other.
func (p *Patrols) walk(ctx context.Context, errands []errand) error {
	for _, e := range errands {
		day := patrol.DayOf(e.at)
		_, err := workflow.Give(ctx, p.deps.Service, patrolKind, patrol.StreamID(e.by.Person, day), e.by.Person,
			func(_ patrol.State, at time.Time) patrol.Order {
				return patrol.Order{At: at, By: e.by, Day: day, Policy: patrol.Default, Command: e.command}
			}, workflow.Options{At: e.at})
		if err = settled(err); err != nil {
			return fmt.Errorf("simulation: patrol of %s: %w", e.by.Unit, err)
		}
	}
	return nil
}

// hours are when inspectors walk.
func (p *Patrols) hours(day time.Time) []duty.Span {
	for _, s := range p.deps.Reference.At(day).Texts.Shifts {
		if s.Name == "inspector_day" {
			return duty.ParseSpans(s.Text)
		}
	}
	return nil
}

// errands are a walker's whole day: on, a batch of fixes now and then, off, for each
// stretch of the hours. The same day is always the same.
func (w walker) errands(grid *basegrid.Grid, hours []duty.Span, day time.Time, seed uint64) []errand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(w.by.Person + patrol.DayOf(day)))
	rnd := rand.New(rand.NewPCG(seed, h.Sum64()))
	var all []errand
	cells := grid.CommunityCells(w.by.Unit)
	turn := rnd.IntN(max(len(cells), 1))
	for _, span := range hours {
		on := day.Add(time.Duration(span.From+rnd.IntN(12)) * time.Minute)
		off := day.Add(time.Duration(span.To-rnd.IntN(12)) * time.Minute)
		all = append(all, errand{on, w.by, patrol.GoOn{When: on}})
		var fixes []patrol.Fix
		sent := on
		send := func(at time.Time) {
			if len(fixes) > 0 {
				all = append(all, errand{at, w.by, patrol.Track{Fixes: fixes}})
			}
			fixes, sent = nil, at
		}
		for at := on; at.Before(off) && len(cells) > 0; at = at.Add(between) {
			cell := cells[(turn+int(at.Sub(on)/stay))%len(cells)].Code
			fixes = append(fixes, patrol.Fix{
				At: at, Point: grid.RandomPoint(cell, rnd.Float64), AccuracyM: float64(4 + rnd.IntN(12)), Grid: cell,
			})
			if at.Sub(sent) >= batch {
				send(at)
			}
		}
		turn += int(off.Sub(on) / stay)
		send(off)
		all = append(all, errand{off, w.by, patrol.GoOff{When: off}})
	}
	return all
}

// Run lets them walk by the ledger's clock until ctx ends.
func (p *Patrols) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := p.Until(ctx, p.deps.Now()); err != nil {
			return ended(ctx, err)
		}
	}
}

// Rosters sets who is on duty at the centers on the days of from and to, both
// included. Nobody on them is anybody.
func (p *Patrols) Rosters(ctx context.Context, from, to time.Time) error {
	book := p.deps.Reference.At(from).Book
	by := incident.Actor{Person: Person + "duty-leader"}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, unit := range book.Units() {
		if unit.Kind != jurisdiction.Center {
			continue
		}
		leader := by
		leader.Unit, leader.Role, leader.Name = unit.Code, unit.Staff(), unit.Name
		g.Go(func() error {
			for turn := duty.TurnAt(from); !turn.From().After(to.Add(24 * time.Hour)); turn = turn.Next() {
				_, err := workflow.Give(gctx, p.deps.Service, dutyKind, unit.Code, leader.Person, func(_ duty.State, at time.Time) duty.Order {
					return duty.Order{At: at, By: leader, Desk: unit.Code, Book: book, Command: duty.Roster{Turn: turn, People: members(unit, turn), Note: "示意排班"}}
				}, workflow.Options{At: from})
				if err = settled(err); err != nil {
					return fmt.Errorf("simulation: roster of %s: %w", unit.Code, err)
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// surnames are as common as they come; with a post they name nobody.
var surnames = []string{"陈", "李", "黄", "张", "梁", "林", "刘", "吴", "罗", "杨", "何", "邓"}

// members are who is on duty at a center: by day also those who take in and dispatch.
// They have no accounts, so whoever is at the desk signs for them.
func members(unit jurisdiction.Unit, turn duty.Turn) []duty.Member {
	h := fnv.New32a()
	_, _ = h.Write([]byte(unit.Code + turn.Day + string(turn.Shift)))
	name := func(n uint32, post string) string {
		return surnames[(h.Sum32()+n)%uint32(len(surnames))] + "*（" + post + "）"
	}
	all := []duty.Member{{Name: name(0, "值班长"), Post: jurisdiction.DutyLeader}}
	if turn.Shift == duty.NightShift {
		return append(all, duty.Member{Name: name(1, "值班员"), Post: jurisdiction.DispatchPost})
	}
	return append(all, duty.Member{Name: name(2, "受理员"), Post: jurisdiction.IntakePost}, duty.Member{Name: name(3, "派遣员"), Post: jurisdiction.DispatchPost})
}

// settled returns what is left of an error when a rule's no and a crowded ledger are
// answers: a walk that was given before a restart is not given again.
func settled(err error) error {
	if _, refused := domain.AsRefusal(err); refused || errors.Is(err, eventstore.ErrOverloaded) || errors.Is(err, eventstore.ErrConflict) {
		return nil
	}
	return err
}

func midnight(t time.Time) time.Time {
	y, m, d := t.In(deadline.CST).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, deadline.CST)
}

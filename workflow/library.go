package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// ReferenceCategory is the category of a district's reference data; the stream's id is
// the district's code.
const ReferenceCategory = "reference"

// LibraryDeps is what a [Library] works with.
type LibraryDeps struct {
	Ledger eventstore.Store
	// State remembers which facts concern the library, so that a start need not read the
	// whole ledger; nil: it is read.
	State *sqldb.DB
	Now   func() time.Time // the ledger's clock; nil: wall time
	// Inspectors returns the communities that have an inspector of their own; nil: none.
	Inspectors func(context.Context) ([]string, error)
	// Indicators are the codes that a table of evaluation may weigh; nil: any.
	Indicators []string
	Log        *slog.Logger // nil: silent
}

// A Library is the reference data of every moment, as the facts of the ledger tell it:
// tables enacted, the ground divided anew, rulings made by administrators and those that
// coordinations of incidents concluded with.
//
// It keeps two promises. What it says of a moment that has passed never changes. And
// [Library.Of], which views are folded with, depends on nothing but the facts up to a
// position: folded again, a view comes out equal.
type Library struct {
	ledger     eventstore.Store
	state      *sqldb.DB
	now        func() time.Time
	inspectors func(context.Context) ([]string, error)
	log        *slog.Logger
	base       *reference.Base

	folding  sync.Mutex // one reader of the ledger at a time; guards what follows
	compiled map[string]*reference.Reference
	marked   eventstore.Position // as the state database has it
	epoch    string

	shown   atomic.Pointer[shelf]
	staff   atomic.Pointer[jurisdiction.Book] // an empty book that knows the inspectors
	changed atomic.Pointer[chan struct{}]     // closed when an edition comes
}

// A shelf is all that a library knows at one position. It is not changed.
type shelf struct {
	position eventstore.Position
	history  reference.History
	rulings  *jurisdiction.Rulings
	enacted  []eventstore.Position // of each edition's fact
	times    [][]turn              // by how many editions are known: what is in force since when
	days     map[string]*deadline.Calendar
	drawn    []drawing // of each edition of the ground
}

// A turn is a moment from which other tables are in force.
type turn struct {
	from time.Time
	ref  *reference.Reference
}

// OpenLibrary returns a library that has read the ledger to its head.
func OpenLibrary(ctx context.Context, d LibraryDeps) (*Library, error) {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	base, err := reference.LoadBase()
	if err != nil {
		return nil, fmt.Errorf("workflow: %w", err)
	}
	base.Indicators = d.Indicators
	l := &Library{
		ledger: d.Ledger, state: d.State, now: d.Now, inspectors: d.Inspectors, log: d.Log, base: base,
		compiled: map[string]*reference.Reference{},
	}
	l.staff.Store(new(jurisdiction.Book).WithInspectors())
	next := make(chan struct{})
	l.changed.Store(&next)
	first := &shelf{
		times: [][]turn{{{ref: base.Reference}}}, rulings: jurisdiction.NewRulings(nil),
		days: map[string]*deadline.Calendar{base.Reference.Days.Version(): base.Reference.Days},
	}
	l.compiled[reference.History{}.InForce(base, time.Time{}, 0).Key()] = base.Reference
	l.shown.Store(first)
	if err := l.resume(ctx); err != nil {
		return nil, err
	}
	head, err := d.Ledger.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("workflow: %w", err)
	}
	if err := l.Reach(ctx, head); err != nil {
		return nil, err
	}
	l.keep(ctx)
	return l, l.Staff(ctx)
}

// Base is what the ledger begins with.
func (l *Library) Base() *reference.Base { return l.base }

// Origin implements [casefile.Library].
func (l *Library) Origin() string {
	return l.base.Reference.Book.Version() + " " + l.base.Reference.Matters.Version()
}

// Position is how far the library has read.
func (l *Library) Position() eventstore.Position { return l.shown.Load().position }

// History returns everything enacted and ruled so far.
func (l *Library) History() reference.History { return l.shown.Load().history }

// Enacted returns the position of each edition's fact, in the order of the history.
func (l *Library) Enacted() []eventstore.Position { return l.shown.Load().enacted }

// At returns the reference data in force at a moment, with the rulings that bind then
// and the inspectors there are now.
func (l *Library) At(at time.Time) *reference.Reference {
	s := l.shown.Load()
	r := *inForce(s.times[len(s.times)-1], at)
	r.Book = r.Book.WithRulings(s.rulings, at).WithInspectorsOf(l.staff.Load())
	return &r
}

// Now returns the reference data in force now.
func (l *Library) Now() *reference.Reference { return l.At(l.now()) }

// Of returns the tables in force at a moment, as far as they were known at position p.
func (l *Library) Of(p eventstore.Position, at time.Time) *reference.Reference {
	s := l.shown.Load()
	known := len(s.enacted)
	if known > 0 && s.enacted[known-1] > p {
		known = sort.Search(known, func(i int) bool { return s.enacted[i] > p })
	}
	return inForce(s.times[known], at)
}

func inForce(turns []turn, at time.Time) *reference.Reference {
	i := len(turns) - 1
	for i > 0 && turns[i].from.After(at) {
		i--
	}
	return turns[i].ref
}

// RuledAt returns the number of the ruling that the fact at p made; empty: none.
func (l *Library) RuledAt(ctx context.Context, p eventstore.Position) (string, error) {
	page, err := l.ledger.Page(ctx, p-1, 1)
	if err != nil || len(page) != 1 {
		return "", err
	}
	e, err := reference.Decode(page[0].Type, page[0].Data)
	if err != nil {
		return "", err
	}
	ruled, _ := e.(reference.Ruled)
	return ruled.Number, nil
}

// Calendar returns the calendar with a version; nil: there is none.
func (l *Library) Calendar(version string) *deadline.Calendar { return l.shown.Load().days[version] }

// Changed returns a channel that is closed when the next edition comes.
func (l *Library) Changed() <-chan struct{} { return *l.changed.Load() }

// Reach returns when the library knows every fact up to p, which it reads itself.
func (l *Library) Reach(ctx context.Context, p eventstore.Position) error {
	if l.Position() >= p {
		return nil
	}
	l.folding.Lock()
	defer l.folding.Unlock()
	for l.Position() < p {
		page, err := l.ledger.Page(ctx, l.Position(), eventstore.DefaultPage)
		if err == nil {
			err = eventstore.CheckDense(l.Position(), page)
		}
		if err != nil {
			return fmt.Errorf("workflow: reading reference data: %w", err)
		}
		if len(page) == 0 {
			return fmt.Errorf("workflow: the ledger ends at %d, before %d", l.Position(), p)
		}
		if err := l.fold(ctx, page); err != nil {
			return err
		}
	}
	return nil
}

// concluded is the stored name of what a coordination ends with.
var concluded = func() string {
	name, _, err := incident.Encode(incident.CoordinationConcluded{})
	if err != nil {
		panic(err) // an empty fact always encodes
	}
	return name
}()

// fold takes in a page. The lock is held.
func (l *Library) fold(ctx context.Context, page []eventstore.Record) error {
	was := l.shown.Load()
	next := *was
	var mine []eventstore.Position
	for _, r := range page {
		took, err := l.take(&next, r)
		if err != nil {
			return fmt.Errorf("workflow: reference data at position %d: %w", r.Position, err)
		}
		if took {
			mine = append(mine, r.Position)
		}
	}
	next.position = page[len(page)-1].Position
	if len(mine) > 0 {
		next.rulings = jurisdiction.NewRulings(next.history.Rulings)
		if err := l.remember(ctx, mine, next.position); err != nil {
			return err
		}
	}
	l.shown.Store(&next)
	if len(next.enacted) > len(was.enacted) {
		fresh := make(chan struct{})
		close(*l.changed.Swap(&fresh))
	}
	return nil
}

// take folds one fact into s, and tells whether it concerned the library.
func (l *Library) take(s *shelf, r eventstore.Record) (bool, error) {
	switch {
	case r.Stream.Category() == ReferenceCategory:
		e, err := reference.Decode(r.Type, r.Data)
		if err != nil {
			return false, err
		}
		s.history = reference.Evolve(s.history, e)
		switch e.(type) {
		case reference.Enacted:
			return true, l.edition(s, r.Position)
		case reference.GridDrawn:
			s.drawn = append(s.drawn[:len(s.drawn):len(s.drawn)], drawn(s.history.Grids[len(s.history.Grids)-1]))
		default:
		}
		return true, nil
	case r.Type == concluded && r.Stream.Category() == Category:
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			return false, err
		}
		c, ok := e.(incident.CoordinationConcluded)
		if !ok || c.Ruling == nil {
			return false, nil
		}
		s.history = s.history.Concluded(*c.Ruling, r.At, r.Stream.ID())
		return true, nil
	}
	return false, nil
}

// edition adds what is in force since when, now that one more edition is known.
func (l *Library) edition(s *shelf, p eventstore.Position) error {
	known := len(s.history.Editions)
	turns := []turn{}
	days := map[string]*deadline.Calendar{}
	for version, c := range s.days {
		days[version] = c
	}
	for _, from := range append([]time.Time{{}}, s.history.Turns()...) {
		c := s.history.InForce(l.base, from, known)
		ref := l.compiled[c.Key()]
		if ref == nil {
			var err error
			if ref, err = l.base.Compile(c); err != nil {
				return err
			}
			l.compiled[c.Key()] = ref
		}
		days[ref.Days.Version()] = ref.Days
		turns = append(turns, turn{from, ref})
	}
	s.times = append(s.times[:len(s.times):len(s.times)], turns)
	s.enacted = append(s.enacted[:len(s.enacted):len(s.enacted)], p)
	s.days = days
	return nil
}

// Staff asks again which communities have inspectors of their own.
func (l *Library) Staff(ctx context.Context) error {
	if l.inspectors == nil {
		return nil
	}
	communities, err := l.inspectors(ctx)
	if err != nil {
		return fmt.Errorf("workflow: which communities have inspectors: %w", err)
	}
	l.staff.Store(new(jurisdiction.Book).WithInspectors(communities...))
	return nil
}

// staffEvery is how often a running library asks who is there.
const staffEvery = 2 * time.Second

// Run keeps the library up with the ledger until ctx ends, and then returns nil.
func (l *Library) Run(ctx context.Context) error {
	var wait sync.WaitGroup
	wait.Go(func() {
		for sleep(ctx, staffEvery) {
			if err := l.Staff(ctx); err != nil && ctx.Err() == nil {
				l.log.Warn("cannot ask for inspectors, trying again", "error", err)
			}
			l.keep(ctx)
		}
	})
	defer wait.Wait()
	for ctx.Err() == nil {
		err := l.step(ctx)
		if err != nil && ctx.Err() == nil {
			l.log.Error("cannot follow the reference data, trying again", "error", err)
			sleep(ctx, time.Second)
		}
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	l.keep(last)
	return nil
}

func (l *Library) step(ctx context.Context) error {
	head, err := l.ledger.Head(ctx)
	if err != nil {
		return err
	}
	if head > l.Position() {
		return l.Reach(ctx, head)
	}
	return l.ledger.Wait(ctx, head)
}

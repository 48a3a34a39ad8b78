package workflow

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqldb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// monday is a working morning.
var monday = time.Date(2026, 9, 7, 9, 0, 0, 0, deadline.CST)

// guihua is a community with an inspector's station, in 花城.
var guihua = jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"}

// book is the real reference data, loaded once.
var book = sync.OnceValues(reference.Load)

// A clock is a ledger clock that tests step.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// A town is a service with its ledger, state and clock.
type town struct {
	*Service
	t     testing.TB
	clock *clock
	state *sqldb.DB
	dir   string
}

// founded returns a town over ledger, with an empty state of its own.
func founded(t testing.TB, ledger eventstore.Store) *town {
	t.Helper()
	return open(t, ledger, t.TempDir(), &clock{at: monday})
}

// open returns a town whose state lies in dir.
func open(t testing.TB, ledger eventstore.Store, dir string, c *clock) *town {
	t.Helper()
	state, err := sqldb.OpenSQLite(context.Background(), filepath.Join(dir, "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = state.Close() })
	return over(t, ledger, state, dir, c)
}

func over(t testing.TB, ledger eventstore.Store, state *sqldb.DB, dir string, c *clock) *town {
	t.Helper()
	r, err := book()
	must(t, err)
	s, err := New(context.Background(), Deps{Ledger: ledger, State: state, Reference: r, Now: c.now})
	must(t, err)
	s.patience = patience{retries: 2, first: time.Millisecond}
	return &town{Service: s, t: t, clock: c, state: state, dir: dir}
}

// runs runs the handlers until the returned function is called, or the test ends.
func (w *town) runs() (stop func()) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	})
	w.t.Cleanup(stop)
	return stop
}

// idle waits until the handlers have nothing left to do.
func (w *town) idle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := w.Idle(ctx); err != nil {
		w.t.Fatalf("Idle: %v; %+v", err, w.Handlers())
	}
}

// moves steps the clock and waits for what follows.
func (w *town) moves(to time.Time) {
	w.t.Helper()
	w.clock.set(to)
	w.ClockMoved()
	w.idle()
}

// does gives a command that must succeed.
func (w *town) does(id string, c incident.Command, by incident.Actor) Outcome {
	w.t.Helper()
	out, err := w.Do(context.Background(), id, c, by, Options{})
	if err != nil {
		w.t.Fatalf("%s: %v", c.Name(), err)
	}
	return out
}

// facts returns the stored names of an incident's facts without their prefix.
func (w *town) facts(id string) string {
	w.t.Helper()
	_, records, err := w.Load(context.Background(), id)
	must(w.t, err)
	return names1(records)
}

func names1(records []eventstore.Record) string {
	var all []string
	for _, r := range records {
		all = append(all, strings.TrimPrefix(r.Type, "incident."))
	}
	return strings.Join(all, " ")
}

func (w *town) wants(id, facts string) {
	w.t.Helper()
	if got := w.facts(id); got != facts {
		w.t.Fatalf("facts of %s:\n got %s\nwant %s", id, got, facts)
	}
}

// People of 花城.
var (
	inspector = incident.Actor{Person: "inspector", Unit: "440114002002", Role: jurisdiction.Inspector}
	other     = incident.Actor{Person: "inspector-2", Unit: "440114002002", Role: jurisdiction.Inspector}
	street    = incident.Actor{Person: "street", Unit: "440114002", Role: jurisdiction.StreetDesk}
	hotline   = incident.Actor{Person: "hotline", Unit: "440114", Role: jurisdiction.Hotline}
)

// handlerOf returns somebody of a unit who can handle.
func handlerOf(unit string) incident.Actor {
	return incident.Actor{Person: "handler-" + unit, Unit: unit, Role: jurisdiction.Handler}
}

// reports opens an incident; change may alter the report.
func (w *town) reports(by incident.Actor, change func(*incident.Report)) string {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	w.does(id, w.report(change), by)
	return id
}

// report returns an inspector's report of a settled matter that a street office answers for.
func (w *town) report(change func(*incident.Report)) incident.Report {
	w.t.Helper()
	c := w.oneCriterion()
	number, err := w.NextNumber(context.Background(), w.clock.now())
	must(w.t, err)
	point := orb.Point{113.22, 23.39}
	r := incident.Report{
		Number: number, Source: incident.FromInspector, Matter: c.Matter, Criterion: c.ID, Description: "路灯不亮",
		Location: incident.Location{Point: &point, CRS: "wgs84"}, Place: guihua,
	}
	if change != nil {
		change(&r)
	}
	r.Routing = w.reference.At(w.now()).Book.Route(jurisdiction.Question{
		Source: string(r.Source), Matter: r.Matter, Criterion: r.Criterion, Severity: string(r.Severity), Place: r.Place,
	})
	return r
}

// oneCriterion returns the criterion of a matter that has just one, no matter for
// the urgent, handled by an office of the street.
func (w *town) oneCriterion() catalogue.Criterion {
	w.t.Helper()
	return w.criterion(func(of []catalogue.Criterion, route jurisdiction.Routing) bool {
		return len(of) == 1 && of[0].Limit.Unit.Working() && route.Tier == jurisdiction.Street && strings.HasPrefix(route.Unit, "440114002-S")
	})
}

// criterion returns the first criterion of the first matter in guihua that fits.
func (w *town) criterion(fits func([]catalogue.Criterion, jurisdiction.Routing) bool) catalogue.Criterion {
	w.t.Helper()
	for _, m := range w.reference.At(w.now()).Matters.Matters() {
		of := w.reference.At(w.now()).Matters.CriteriaOf(m.Key)
		route := w.reference.At(w.now()).Book.Route(jurisdiction.Question{Source: "inspector", Matter: m.Key, Place: guihua})
		if len(of) > 0 && fits(of, route) {
			return of[0]
		}
	}
	w.t.Fatal("no matter fits")
	return catalogue.Criterion{}
}

// filing is how a person files what w.report reports.
func (w *town) filing() incident.File {
	c := w.oneCriterion()
	return incident.File{Matter: c.Matter, Criterion: c.ID}
}

// unitOf returns the unit that answers for an incident of w.report.
func (w *town) unitOf() string {
	return w.reference.At(w.now()).Book.Route(jurisdiction.Question{Source: "inspector", Matter: w.oneCriterion().Matter, Place: guihua}).Unit
}

// parked returns what is parked as "handler position reason" without the numbers of rows.
func (w *town) parked() []Parked {
	w.t.Helper()
	all, err := w.Parked(context.Background())
	must(w.t, err)
	return all
}

func (w *town) status(name string) HandlerStatus {
	w.t.Helper()
	all := w.Handlers()
	i := slices.IndexFunc(all, func(h HandlerStatus) bool { return h.Name == name })
	if i < 0 {
		w.t.Fatalf("no handler %s in %+v", name, all)
	}
	return all[i]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A troubled ledger fails where the test says.
type troubled struct {
	eventstore.Store
	mu     sync.Mutex
	before func(eventstore.Append) error                    // nil: goes on to append
	after  func(eventstore.Append, eventstore.Result) error // the answer is lost
}

func (s *troubled) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	s.mu.Lock()
	before, after := s.before, s.after
	s.mu.Unlock()
	if before != nil {
		if err := before(a); err != nil {
			return eventstore.Result{}, err
		}
	}
	r, err := s.Store.Append(ctx, a)
	if err == nil && after != nil {
		err = after(a, r)
	}
	return r, err
}

func (s *troubled) set(before func(eventstore.Append) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = before
}

var errTrouble = fmt.Errorf("trouble made by the test")

// failing fails the appends of one handler to one incident.
func failing(handler string, ids ...string) func(eventstore.Append) error {
	return func(a eventstore.Append) error {
		if a.Key.Scope == "workflow:"+handler && slices.Contains(ids, a.Writes[0].Stream.ID()) {
			return errTrouble
		}
		return nil
	}
}

func inMemory() *memory.Store { return memory.New(nil) }

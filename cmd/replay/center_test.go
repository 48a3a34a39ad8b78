package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"gridcommand/cmd/clock"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
	"gridcommand/geo/basegrid"
	"gridcommand/workflow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The district's reference data and grid, loaded once.
var (
	district = sync.OnceValues(reference.Load)
	ground   = sync.OnceValues(basegrid.Load)
)

// city reads a file by the mapping that ships beside the program.
func city(t testing.TB, path string) ([]Row, *Mapping) {
	t.Helper()
	ref, err := district()
	must(t, err)
	text, err := os.Open("baltimore.mapping.json")
	must(t, err)
	defer text.Close()
	m, err := ReadMapping(text, func(k catalogue.Key) bool { _, ok := ref.Matters.Matter(k); return ok })
	must(t, err)
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	rows, err := ReadRows(file, m)
	must(t, err)
	return rows, m
}

const (
	small = "testdata/requests.csv"
	large = "../../../shared/data/baltimore_311.csv.gz"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A center is a workflow over a ledger, with a clock that steps.
type center struct {
	t       testing.TB
	ledger  eventstore.Store
	service *workflow.Service
	clock   *clock.Clock
	carrier Carrier
}

// opened puts a center together over stores that outlive it. Its clock shows the
// last fact.
func opened(t testing.TB, ledger eventstore.Store, state *sqldb.DB) *center {
	t.Helper()
	ref, err := district()
	must(t, err)
	grid, err := ground()
	must(t, err)
	c := &center{t: t, ledger: ledger, clock: clock.Standing(time.Unix(0, 0))}
	c.carrier = Carrier{Ref: ref, Grid: grid, Source: incident.FromHotline, Mapping: "hotline"}
	c.service, err = workflow.New(context.Background(), workflow.Deps{
		Ledger: ledger, State: state, Reference: ref, Now: c.clock.Now,
	})
	must(t, err)
	c.clock.OnMove(c.service.ClockMoved)
	for _, r := range c.records() {
		c.clock.Step(r.At)
	}
	return c
}

// fresh puts a center together over a ledger of its own.
func fresh(t testing.TB, ledger eventstore.Store) *center {
	t.Helper()
	return opened(t, ledger, stateIn(t, t.TempDir()))
}

func stateIn(t testing.TB, dir string) *sqldb.DB {
	t.Helper()
	state, err := sqldb.OpenSQLite(context.Background(), filepath.Join(dir, "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = state.Close() })
	return state
}

// replays carries rows until the last is through, or ctx ends.
func (c *center) replays(ctx context.Context, rows []Row) error {
	c.t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	handlers := make(chan error, 1)
	go func() { handlers <- c.service.Run(ctx) }()
	c.clock.Step(rows[0].Reported)
	err := Run(ctx, Deps{
		Ledger: c.ledger, Service: c.service, Clock: c.clock, Carrier: c.carrier, Rows: rows, Log: slog.New(slog.NewTextHandler(c.t.Output(), nil)),
	})
	cancel()
	if ended := <-handlers; err == nil {
		err = ended
	}
	return err
}

func (c *center) records() []eventstore.Record {
	c.t.Helper()
	var all []eventstore.Record
	for {
		page, err := c.ledger.Page(context.Background(), eventstore.Position(len(all)), eventstore.DefaultPage)
		must(c.t, err)
		must(c.t, eventstore.CheckDense(eventstore.Position(len(all)), page))
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// A life is everything that became of one row.
type life struct {
	streams int // incidents that carry the row's number
	state   incident.State
	events  []incident.Event
}

// lives returns what became of each row, by its number.
func (c *center) lives() map[string]*life {
	c.t.Helper()
	of := map[eventstore.Stream]*life{}
	all := map[string]*life{}
	for _, r := range c.records() {
		e, err := incident.Decode(r.Type, r.Data)
		must(c.t, err)
		if reported, ok := e.(incident.Reported); ok {
			if all[reported.External.ID] == nil {
				all[reported.External.ID] = &life{}
			}
			of[r.Stream] = all[reported.External.ID]
			of[r.Stream].streams++
		}
		l := of[r.Stream]
		l.events, l.state = append(l.events, e), incident.Evolve(l.state, e)
	}
	return all
}

func (l *life) reported() incident.Reported { return l.events[0].(incident.Reported) }

func (l *life) expired() []incident.Expired {
	var all []incident.Expired
	for _, e := range l.events {
		if x, ok := e.(incident.Expired); ok {
			all = append(all, x)
		}
	}
	return all
}

// tells returns the facts as text, without what may differ between two carries of
// one row: the readable number, and the zone in which a timer names its instant.
func (l *life) tells() []string {
	var lines []string
	for _, e := range l.events {
		switch x := e.(type) {
		case incident.Reported:
			x.Number = ""
			e = x
		case incident.Warned:
			x.At, x.Due = x.At.UTC(), x.Due.UTC()
			e = x
		case incident.Expired:
			x.At, x.Due = x.At.UTC(), x.Due.UTC()
			e = x
		}
		name, data, err := incident.Encode(e)
		if err != nil {
			panic(err)
		}
		lines = append(lines, name+" "+string(data))
	}
	return lines
}

// passes tells what has to be true of every row that came through the workflow
// until the clock showed end.
func (c *center) passes(rows []Row, end time.Time) (late, open int) {
	t := c.t
	t.Helper()
	all := c.lives()
	if len(all) != len(rows) {
		t.Errorf("%d rows are in the ledger, want %d", len(all), len(rows))
	}
	for _, row := range rows {
		l := all[row.ExternalID]
		if l == nil || l.streams != 1 {
			t.Errorf("line %d is not in the ledger once: %+v", row.Line, l)
			continue
		}
		r := l.reported()
		if !r.At.Equal(row.Reported) || !r.OccurredAt.Equal(row.Reported) || r.Matter != row.Matter || r.Description != row.Description {
			t.Errorf("line %d was reported as %+v", row.Line, r)
		}
		for _, f := range row.Flags {
			if !slices.Contains(r.Flags, f) {
				t.Errorf("line %d lacks the flag %s: %v", row.Line, f, r.Flags)
			}
		}
		if outside := r.Location.Point != nil && r.Place.Grid == ""; outside != slices.Contains(r.Flags, incident.OutsideGrid) {
			t.Errorf("line %d: place %+v, flags %v", row.Line, r.Place, r.Flags)
		}
		if row.Closed == nil {
			open++
			if l.state.Status != incident.StatusOpen || l.state.Stage != incident.Handling {
				t.Errorf("line %d was never closed and is %s in %q, not in handling", row.Line, l.state.Status, l.state.Stage)
			}
		} else if last, ok := l.events[len(l.events)-1].(incident.Closed); !ok || !last.At.Equal(*row.Closed) {
			t.Errorf("line %d was closed at %s, its last fact is %+v", row.Line, row.Closed, l.events[len(l.events)-1])
		}
		if row.Due == nil {
			continue
		}
		// It is late once the instant of its deadline is over, not before.
		isLate := row.Closed != nil && row.Closed.After(*row.Due) || row.Closed == nil && end.After(*row.Due)
		if isLate && row.Closed != nil {
			late++
		}
		clocks := map[incident.Clock]bool{}
		for _, x := range l.expired() {
			clocks[x.Clock] = true
			if !x.Due.Equal(*row.Due) || !x.At.Equal(later(*row.Due, row.Reported)) || x.Stage != incident.Handling {
				t.Errorf("line %d, due %s: %+v", row.Line, row.Due, x)
			}
		}
		if clocks[incident.StageClock] != isLate || clocks[incident.TotalClock] != isLate {
			t.Errorf("line %d: due %s, closed %v, expired %v", row.Line, row.Due, row.Closed, clocks)
		}
	}
	return late, open
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// last returns when the last row did its last thing: the replay's clock stops there.
func last(rows []Row) time.Time {
	var end time.Time
	for _, r := range rows {
		end = later(end, r.Reported)
		if r.Closed != nil {
			end = later(end, *r.Closed)
		}
	}
	return end
}

func TestEveryRowGoesThroughTheWorkflowOnItsOwnTimes(t *testing.T) {
	rows, _ := city(t, small)
	c := fresh(t, memory.New(nil))
	must(t, c.replays(t.Context(), rows))
	late, open := c.passes(rows, last(rows))
	if late != 17 || open != 4 {
		t.Errorf("%d late rows and %d open ones, want 17 and 4", late, open)
	}
	for _, f := range []incident.Flag{
		incident.Relocated, incident.Unplaced, incident.OutsideGrid, incident.ClosedBeforeReported, incident.NoCriterion, incident.CalendarNotPublished,
	} {
		n := 0
		for _, l := range c.lives() {
			if slices.Contains(l.reported().Flags, f) || slices.Contains(l.state.Flags, f) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("no row has the flag %s", f)
		}
	}
}

// The real file, where it is there; the hand-made one stands in.
func TestTheRealFileGoesThroughWhole(t *testing.T) {
	path := large
	if _, err := os.Stat(path); err != nil {
		path = small
	}
	rows, m := city(t, path)
	c := fresh(t, memory.New(nil))
	must(t, c.replays(t.Context(), rows))
	late, open := c.passes(rows, last(rows))
	types, placed, unnamed := map[string]bool{}, 0, map[string]bool{}
	for _, r := range rows {
		types[r.Type] = true
		if r.Point != nil {
			placed++
		}
		if !slices.ContainsFunc(m.Matters, func(rule struct {
			Match string `json:"match"`
			Code  string `json:"code"`
		},
		) bool {
			return glob(rule.Match, r.Type)
		}) {
			unnamed[r.Type] = true
		}
	}
	t.Logf("%d rows of %d types (%d by the default), %d placed, %d late, %d open", len(rows), len(types), len(unnamed), placed, late, open)
	if path != large {
		return
	}
	got := [...]int{len(rows), len(types), placed, late, open}
	if want := [...]int{10_000, 231, 8_518, 1_567, 208}; got != want {
		t.Errorf("rows, types, placed, late, open: %v, want %v", got, want)
	}
}

// A cutting ledger ends a replay after so many appends of rows.
type cutting struct {
	eventstore.Store
	left atomic.Int64
	cut  context.CancelFunc
}

func (s *cutting) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	r, err := s.Store.Append(ctx, a)
	if s.left.Add(-1) == 0 {
		s.cut()
	}
	return r, err
}

func TestAReplayThatWasCutGoesOnAndEndsWithTheSameFacts(t *testing.T) {
	rows, _ := city(t, small)
	whole := fresh(t, memory.New(nil))
	must(t, whole.replays(t.Context(), rows))
	want := whole.lives()

	dir := t.TempDir()
	lives := 0
	for done := false; !done; lives++ {
		ledger, err := sqlite.Open(t.Context(), dir, nil)
		must(t, err)
		state, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "state.db"))
		must(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cut := &cutting{Store: ledger, cut: cancel}
		cut.left.Store(int64(17 + 13*lives))
		c := opened(t, cut, state)
		err = c.replays(ctx, rows)
		cancel()
		switch {
		case err == nil:
			done = true
			c.passes(rows, last(rows))
			got := c.lives()
			for id, l := range want {
				if diff := cmp.Diff(l.tells(), got[id].tells()); diff != "" {
					t.Errorf("row %s (-in one go +cut):\n%s", id, diff)
				}
			}
		case !errors.Is(err, context.Canceled):
			t.Fatalf("life %d: %v", lives, err)
		}
		must(t, state.Close())
		must(t, ledger.Close())
	}
	if lives < 4 {
		t.Errorf("it took %d lives: this proves little", lives)
	}
	t.Logf("%d lives", lives)
}

// brief says what happened when, without who or why, warnings left out: they are the
// timers' alone.
func (l *life) brief() []string {
	var lines []string
	for _, e := range l.events {
		name, _, err := incident.Encode(e)
		if err != nil {
			panic(err)
		}
		if name != "incident.warned" {
			lines = append(lines, fmt.Sprintf("%s %s", name, incident.FactOf(e).At.UTC().Format(time.RFC3339Nano)))
		}
	}
	return lines
}

func TestAnImportWritesTheSameFactsMarkedAndWorkflowLeavesThemAlone(t *testing.T) {
	rows, _ := city(t, small)
	replayed := fresh(t, memory.New(nil))
	must(t, replayed.replays(t.Context(), rows))
	want := replayed.lives()

	c := fresh(t, memory.New(nil))
	if faults := Check(c.service, c.carrier, rows); len(faults) > 0 {
		t.Fatalf("it would be refused: %v", faults)
	}
	if n := len(c.records()); n != 0 {
		t.Fatalf("checking alone wrote %d facts", n)
	}
	done, err := Import(t.Context(), c.service, c.ledger, c.carrier, rows)
	if want := (Imported{Rows: len(rows), Added: len(rows)}); err != nil || done != want {
		t.Fatalf("%+v, %v; want %+v", done, err, want)
	}
	got := c.lives()
	for _, row := range rows {
		l := got[row.ExternalID]
		if l == nil || l.streams != 1 || !slices.Contains(l.reported().Flags, incident.Imported) {
			t.Fatalf("line %d: %+v", row.Line, l)
		}
		if row.Closed == nil {
			if l.state.Stage != incident.Handling {
				t.Errorf("line %d was never closed and is in %q", row.Line, l.state.Stage)
			}
			continue
		}
		if diff := cmp.Diff(want[row.ExternalID].brief(), l.brief()); diff != "" {
			t.Errorf("line %d (-replayed +imported):\n%s", row.Line, diff)
		}
	}

	head := len(c.records())
	again, err := Import(t.Context(), c.service, c.ledger, c.carrier, rows)
	if want := (Imported{Rows: len(rows), Known: len(rows)}); err != nil || again != want {
		t.Errorf("again: %+v, %v; want %+v", again, err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	handlers := make(chan error, 1)
	go func() { handlers <- c.service.Run(ctx) }()
	must(t, c.service.Idle(ctx))
	c.clock.Step(last(rows).AddDate(1, 0, 0))
	must(t, c.service.Idle(ctx))
	cancel()
	must(t, <-handlers)
	must(t, c.replays(t.Context(), rows)) // what is in by import is not replayed
	if n := len(c.records()); n != head {
		t.Errorf("%d facts came after the import", n-head)
	}
}

func TestWhatWouldBeRefusedIsNamedBeforeAnythingIsWritten(t *testing.T) {
	rows, _ := city(t, small)
	rows[3].Matter, rows[9].Matter = national("99999"), national("99998")
	c := fresh(t, memory.New(nil))
	faults := Check(c.service, c.carrier, rows)
	if len(faults) != 2 || faults[0].Line != rows[3].Line || faults[1].Line != rows[9].Line {
		t.Errorf("%v, want lines %d and %d", faults, rows[3].Line, rows[9].Line)
	}
	if n := len(c.records()); n != 0 {
		t.Errorf("%d facts were written", n)
	}
}

// Somebody at a desk may act on a row's incident; the replay goes on with the rest.
func TestARefusedStepLeavesTheOthersAlone(t *testing.T) {
	rows, _ := city(t, small)
	rows = rows[:6]
	c := fresh(t, memory.New(nil))
	meddled := &meddling{Store: c.ledger, c: c, first: rows[1].ExternalID, at: rows[2].ExternalID}
	must(t, (&center{t: t, ledger: meddled, service: c.service, clock: c.clock, carrier: c.carrier}).replays(t.Context(), rows))
	all := c.lives()
	if got := all[rows[1].ExternalID].state; got.Stage != incident.Dispatching || !got.Difficult {
		t.Errorf("the row that a unit keeps returning is in %q, difficult %t", got.Stage, got.Difficult)
	}
	for _, row := range append(rows[:1:1], rows[2:]...) {
		if got := all[row.ExternalID].state.Status; got != incident.StatusClosed && row.Closed != nil {
			t.Errorf("line %d is %s", row.Line, got)
		}
	}
}

// A meddling ledger lets a unit return one row three times as another is looked up:
// after that only coordination moves it.
type meddling struct {
	eventstore.Store
	c         *center
	first, at string
	once      sync.Once
}

func (m *meddling) Lookup(ctx context.Context, k eventstore.Key) (eventstore.Result, bool, error) {
	if k.ID == m.at {
		m.once.Do(func() {
			r, _, err := m.Store.Lookup(ctx, eventstore.Key{Scope: k.Scope, ID: m.first})
			must(m.c.t, err)
			for range 3 {
				state, _, err := m.c.service.Load(ctx, r.Stream.ID())
				must(m.c.t, err)
				if state.Stage == incident.Dispatching {
					m.does(r.Stream.ID(), state.Holder, "desk", incident.Dispatch{Unit: state.Unit, Reason: "请再核实"})
				}
				m.does(r.Stream.ID(), state.Unit, "handler", incident.Return{Reason: "不属本单位职责"})
			}
		})
	}
	return m.Store.Lookup(ctx, k)
}

func (m *meddling) does(id, unit, post string, c incident.Command) {
	if _, err := m.c.service.Do(context.Background(), id, c, m.c.carrier.actor(time.Time{}, unit, post), workflow.Options{}); err != nil {
		m.c.t.Errorf("%s: %v", c.Name(), err)
	}
}

// The mapping that ships names matters that exist, and every rule can be reached.
func TestTheShippedMappingHasNoIdleRule(t *testing.T) {
	text, err := os.ReadFile("baltimore.mapping.json")
	must(t, err)
	if !json.Valid(text) {
		t.Fatal("not JSON")
	}
	_, m := city(t, small)
	for i, rule := range m.Matters {
		example := strings.NewReplacer("*", "", "?", "x").Replace(rule.Match)
		for _, before := range m.Matters[:i] {
			if glob(before.Match, example) && glob(before.Match, strings.ReplaceAll(rule.Match, "*", "任何")) {
				t.Errorf("rule %d, %q, never comes to its turn: %q matches first", i, rule.Match, before.Match)
			}
		}
	}
}

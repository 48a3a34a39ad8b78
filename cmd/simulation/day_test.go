package simulation

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.uber.org/goleak"

	"gridcommand/cmd/clock"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqldb"
	"gridcommand/workflow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A town is a district with simulated people and a clock that steps.
type town struct {
	t       testing.TB
	ledger  eventstore.Store
	service *workflow.Service
	clock   *clock.Clock
	deps    Deps
	sim     *Sim
	refused *refusals
}

// refusals keeps what the rules refused to simulated people.
type refusals struct {
	slog.Handler
	mu   sync.Mutex
	said []string
}

func (r *refusals) Enabled(context.Context, slog.Level) bool { return true }

func (r *refusals) Handle(_ context.Context, rec slog.Record) error {
	if strings.Contains(rec.Message, "refused") {
		text := rec.Message
		rec.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
		r.mu.Lock()
		r.said = append(r.said, text)
		r.mu.Unlock()
	}
	return nil
}

// callers stands where accounts keep callers; it only counts them.
type callers struct {
	mu   sync.Mutex
	seen int
}

func (c *callers) put(context.Context, string, string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen++
	return fmt.Sprintf("caller-%d", c.seen), nil
}

func founded(t testing.TB, seed uint64, from time.Time) *town {
	t.Helper()
	grid, err := ground()
	must(t, err)
	state, err := sqldb.OpenSQLite(context.Background(), filepath.Join(t.TempDir(), "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = state.Close() })
	w := &town{t: t, ledger: memory.New(nil), clock: clock.Standing(from), refused: &refusals{}}
	// What coordinations rule binds those who file afterwards, as it does in a district.
	library, err := workflow.OpenLibrary(context.Background(), workflow.LibraryDeps{Ledger: w.ledger, State: state, Now: w.clock.Now})
	must(t, err)
	w.service, err = workflow.New(context.Background(), workflow.Deps{Ledger: w.ledger, State: state, Reference: library, Now: w.clock.Now})
	must(t, err)
	w.clock.OnMove(w.service.ClockMoved)
	w.deps = Deps{
		Ledger: w.ledger, Service: w.service, Reference: library, Grid: grid, Caller: (&callers{}).put,
		Now: w.clock.Now, Log: slog.New(w.refused), Seed: seed,
	}
	w.sim = w.people(from)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.service.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return w
}

// people returns people who read the ledger from its start, as after a restart.
func (w *town) people(from time.Time) *Sim {
	w.t.Helper()
	sim, err := New(context.Background(), w.deps, from)
	must(w.t, err)
	return sim
}

// lives lets people and timers act until end.
func (w *town) lives(end time.Time) {
	w.t.Helper()
	ctx := w.t.Context()
	for {
		next := w.sim.Next()
		if timer, ok, err := w.service.NextTimer(ctx); err != nil {
			w.t.Fatal(err)
		} else if ok && timer.Before(next) {
			next = timer
		}
		if next = next.Truncate(time.Second).Add(time.Second); next.After(end) {
			w.clock.Step(end)
			must(w.t, w.service.Idle(ctx))
			must(w.t, w.sim.Absorb(ctx))
			return
		}
		w.clock.Step(next)
		must(w.t, w.sim.Act(ctx, next))
		must(w.t, w.service.Idle(ctx))
		must(w.t, w.sim.Absorb(ctx))
	}
}

type fact struct {
	id string
	incident.Event
}

func (w *town) facts() []fact {
	w.t.Helper()
	var all []fact
	for after := eventstore.Position(0); ; {
		page, err := w.ledger.Page(context.Background(), after, eventstore.DefaultPage)
		must(w.t, err)
		if len(page) == 0 {
			return all
		}
		for _, r := range page {
			e, err := incident.Decode(r.Type, r.Data)
			must(w.t, err)
			all = append(all, fact{r.Stream.ID(), e})
			after = r.Position
		}
	}
}

// texts returns every sentence of a fact that people read.
func (f fact) texts() []string {
	switch e := f.Event.(type) {
	case incident.Reported:
		return []string{e.Description, e.Location.Address}
	case incident.Refuted:
		return []string{e.Reason}
	case incident.Declined:
		return []string{e.Reason}
	case incident.Dispatched:
		return []string{e.Reason + "。"}
	case incident.Handled:
		return []string{e.Result}
	case incident.Returned:
		return []string{e.Reason}
	case incident.Escalated:
		return []string{e.Reason}
	case incident.Failed:
		return []string{e.Reason}
	}
	return nil
}

func TestADayOfTheDistrict(t *testing.T) {
	w := founded(t, 440114, monday)

	// Somebody real reports too; simulated people leave that alone.
	real := uuid.Must(uuid.NewV7()).String()
	by := incident.Actor{Person: "hotline", Unit: "440114", Role: jurisdiction.Hotline}
	report := incident.Report{Source: incident.FromHotline, Number: "440114-20260907-90001", Description: "路灯不亮", Severity: incident.Normal}
	report.Place = jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"}
	report.Routing = w.deps.Reference.At(monday).Book.Route(jurisdiction.Question{Source: string(report.Source), Severity: string(report.Severity), Place: report.Place})
	_, err := w.service.Do(t.Context(), real, report, by, workflow.Options{})
	must(t, err)

	w.lives(monday.Add(36 * time.Hour))

	if len(w.refused.said) > 0 {
		t.Errorf("%d moves were refused, the first: %s", len(w.refused.said), w.refused.said[0])
	}
	counts := map[string]int{}
	handlers, refuted := map[string][]string{}, map[string]bool{}
	for _, f := range w.facts() {
		name, _, err := incident.Encode(f.Event)
		must(t, err)
		counts[name]++
		who := incident.FactOf(f.Event).By
		if f.id == real {
			if strings.HasPrefix(who.Person, Person) {
				t.Errorf("%s did %s to an incident that somebody real reported", who.Person, name)
			}
			continue
		}
		if !strings.HasPrefix(who.Person, Person) && who.Person != incident.Workflow.Person {
			t.Errorf("%s did %s", who.Person, name)
		}
		switch e := f.Event.(type) {
		case incident.Reported:
			if !slices.Contains(e.Flags, incident.Simulated) {
				t.Errorf("%s is not flagged as simulated", e.Number)
			}
			if e.Place.Grid == "" || slices.Contains(e.Flags, incident.OutsideGrid) {
				t.Errorf("%s lies in no grid", e.Number)
			}
			if strings.Contains(e.Location.Address, "工作站") || strings.Contains(e.Location.Address, "指挥中心") {
				t.Errorf("an address names an office: %s", e.Location.Address)
			}
			if e.Source == incident.FromHotline && (e.Reporter == nil || e.Reporter.Subject == "") {
				t.Errorf("ticket %s has no caller", e.Number)
			}
		case incident.Refuted:
			refuted[f.id] = true
		case incident.Filed:
			if refuted[f.id] {
				t.Errorf("%s was not found on site and filed all the same", f.id)
			}
		case incident.Handled:
			handlers[f.id] = append(handlers[f.id], e.By.Person)
		case incident.Passed, incident.Failed, incident.Closed:
			if slices.Contains(handlers[f.id], who.Person) {
				t.Errorf("%s did %s to what they handled", who.Person, name)
			}
		}
		for _, text := range f.texts() {
			if text == "" || strings.ContainsAny(text, "{}") {
				t.Errorf("%s says %q", name, text)
			}
		}
	}
	t.Logf("%v", counts)
	for name, least := range map[string]int{
		"incident.reported": 700, "incident.filed": 500, "incident.dispatched": 500, "incident.handled": 300, "incident.closed": 200,
		"incident.returned": 5, "incident.escalated": 10, "incident.expired": 20, "incident.failed": 5, "incident.declined": 10, "incident.refuted": 3,
		"incident.extension_requested": 1, "incident.urged": 5, "incident.supervised": 1, "incident.replied": 1,
		"incident.called": 3, "incident.arrived": 1, "incident.rated": 3,
	} {
		if counts[name] < least {
			t.Errorf("%s happened %d times, want at least %d", name, counts[name], least)
		}
	}
}

// next returns what people will do, in order.
func (s *Sim) next() []string {
	live := slices.DeleteFunc(slices.Clone(s.agenda), func(p planned) bool {
		now := s.open[p.id]
		return now == nil || now.acts != p.acts
	})
	slices.SortFunc(live, func(a, b planned) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.id, b.id)) })
	lines := make([]string, 0, len(live)+len(s.coming))
	for _, p := range live {
		lines = append(lines, fmt.Sprintf("%s %s %s %T%+v", p.At.UTC().Format(time.RFC3339Nano), p.id, p.By.Person, p.Command, p.Command))
	}
	for _, a := range s.coming {
		lines = append(lines, fmt.Sprintf("%s %s", a.At.UTC().Format(time.RFC3339Nano), a.Key))
	}
	return lines
}

func TestARestartedDistrictGoesOnWhereItWas(t *testing.T) {
	w := founded(t, 3, monday.Add(7*time.Hour))
	for _, hour := range []int{10, 15} {
		now := monday.Add(time.Duration(hour) * time.Hour)
		w.lives(now)
		want := w.sim.next()
		if len(want) < 100 {
			t.Fatalf("only %d things are planned", len(want))
		}
		w.sim = w.people(now)
		if diff := gocmp.Diff(want, w.sim.next()); diff != "" {
			t.Fatalf("at %d o'clock, after a restart, other things come next:\n%s", hour, diff)
		}
	}
	w.lives(monday.Add(17 * time.Hour))
	seen := map[string]int{}
	for _, f := range w.facts() {
		if r, ok := f.Event.(incident.Reported); ok {
			seen[r.Number]++
		}
	}
	for number, n := range seen {
		if n != 1 {
			t.Errorf("%s was reported %d times", number, n)
		}
	}
}

// Ordinary things wait for the morning; the same history makes the same move.
func TestNightIsQuietAndUrgentThingsAreNot(t *testing.T) {
	ref, err := district()
	must(t, err)
	people := People{Ref: ref}
	night := time.Date(2026, 9, 7, 23, 0, 0, 0, deadline.CST)
	state := incident.State{Status: incident.StatusOpen, Stage: incident.Verifying, Holder: "440114002002", Tier: jurisdiction.Street, Severity: incident.Normal}
	for n := range 200 {
		calm, _ := people.Next(fmt.Sprint(n), 1, state, night)
		if h := calm.At.In(deadline.CST).Hour(); h < 8 || h >= 18 {
			t.Fatalf("an ordinary report of the night is verified at %s", calm.At)
		}
		grave := state
		grave.Severity = incident.Urgent
		fast, _ := people.Next(fmt.Sprint(n), 1, grave, night)
		if fast.At.Sub(night) > 2*time.Hour || fast.At.Before(night) {
			t.Fatalf("an urgent report of the night is verified at %s", fast.At)
		}
		if again, _ := people.Next(fmt.Sprint(n), 1, state, night); !gocmp.Equal(again, calm) {
			t.Fatalf("asked again, another move: %+v, %+v", calm, again)
		}
	}
}

func TestSentencesAreFilledAndTheirCodesFit(t *testing.T) {
	got := fill("事发位置在 {other} 辖区，{date} 上次办结后又恢复，{community}在哪里。{street} {unit}", monday, "桂花社区", "花城街道", "新华街道")
	if want := "事发位置在新华街道辖区，8月31日上次办结后又恢复，桂花社区在哪里。花城街道承办单位"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	ref, err := district()
	must(t, err)
	m := moment{people: People{Ref: ref}, at: monday, s: incident.State{Place: jurisdiction.Place{Community: "440114002002", Street: "440114002"}}}
	codes := map[string]bool{}
	for n := range 500 {
		m.rnd = rand.New(rand.NewPCG(uint64(n), 0))
		up, back := m.escalation(), m.giveBack()
		codes[string(up.Code)], codes[string(back.Code)] = true, true
		if strings.Contains(up.Reason, "资金") != (up.Code == incident.Funds) {
			t.Errorf("%s: %s", up.Code, up.Reason)
		}
		if strings.Contains(back.Reason, "新华街道指挥中心") || strings.Contains(back.Reason, "在花城街道辖区") {
			t.Errorf("the incident lies elsewhere, they say: %s", back.Reason)
		}
	}
	for _, want := range []incident.ReturnCode{incident.NotOurDuty, incident.WrongPlace} {
		if !codes[string(want)] {
			t.Errorf("nobody ever returns as %s: %v", want, codes)
		}
	}
}

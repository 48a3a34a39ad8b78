package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/cmd/replay"
	"gridcommand/cmd/simulation"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/web/accounts"
)

// DemoCmd opens a demonstration district.
type DemoCmd struct {
	Checks
	Data    string  `help:"Data folder; a new one first gets one simulated day." default:"data/demo" env:"GRIDCOMMAND_DATA"`
	Listen  string  `help:"Address to listen on." default:"127.0.0.1:8080" env:"GRIDCOMMAND_LISTEN"`
	Start   string  `help:"When the ledger's clock starts, RFC 3339 (default: now). An old folder goes on from its last fact."`
	Speed   float64 `help:"Ledger seconds in a second; with --replay, 0 is as fast as it goes." default:"60"`
	Replay  string  `help:"CSV file (may be gzip) to carry through the workflow in place of simulated work." type:"existingfile"`
	Mapping string  `help:"How the file's columns become reports (JSON)." type:"existingfile"`

	SuiteFlag
	Hotline2018 bool `name:"hotline-2018" help:"A new folder first gets the hotline's record of January to May 2018: 26,169 tickets."`
}

// demoMemory is what a demonstration's own heap is kept to, as long as what it holds
// allows: it shares a small machine with the browsers that look at it. GOMEMLIMIT, where
// it is set, has the last word.
const demoMemory = 256 << 20

// recordMemory is what it may take while the hotline's record comes in: within the other
// bound it would do little else but look for what it could give back.
const recordMemory = 1 << 30

// The demonstration's accounts. Unit 440114002002 is 桂花, 440114002 花城街道.
var demoAccounts = []struct {
	name string
	role jurisdiction.Role
	unit string
}{
	{"inspector", jurisdiction.Inspector, "440114002002"},
	{"community", jurisdiction.CommunityStaff, "440114002002"},
	{"street", jurisdiction.StreetDesk, "440114002"},
	{"handler", jurisdiction.Handler, "440114002-S01"},
	{"bureau", jurisdiction.Handler, "D01"},
	{"district", jurisdiction.DistrictDesk, "440114"},
	{"hotline", jurisdiction.Hotline, "440114"},
	{"supervisor", jurisdiction.Supervisor, "440114"},
	{"screen", jurisdiction.Screen, "440114"},
	{"admin", jurisdiction.Admin, "440114"},
}

// simulationSeed makes every new demonstration begin with the same people.
const simulationSeed = 440114

// Run opens the demonstration and keeps it going until a signal comes.
func (c *DemoCmd) Run(ctx context.Context, console *Console) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(demoMemory)
	}
	start := time.Now()
	if c.Start != "" {
		var err error
		if start, err = time.Parse(time.RFC3339, c.Start); err != nil {
			return usagef("--start: %q is not a time with a zone, like 2026-11-23T09:00:00+08:00", c.Start)
		}
	}
	switch {
	case (c.Replay == "") != (c.Mapping == ""):
		return usagef("--replay and --mapping come together")
	case c.Hotline2018 && c.Replay != "":
		return usagef("--hotline-2018 and --replay do not come together")
	case c.Speed < 0 || c.Speed == 0 && c.Replay == "":
		return usagef("--speed must be above 0")
	}
	password := os.Getenv("GRIDCOMMAND_DEMO_PASSWORD")
	if password == "" {
		password = rand.Text()[:12]
	}
	if err := c.fit(ctx, console, place{dir: c.Data}); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	standing := clock.Standing(time.Unix(0, 0))
	m, err := assemble(ctx, place{dir: c.Data, suite: c.Suite}, standing, console.Log, func(ctx context.Context, a *accounts.Store) error {
		return demoPeople(ctx, a, password)
	})
	if err != nil {
		_ = listener.Close()
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	m.work(gctx, g)
	if err := c.begin(gctx, console, m, start, listener, g, password); err != nil && ctx.Err() == nil {
		g.Go(func() error { return err }) // ends the rest
		_ = listener.Close()
	}
	return finish(m, g.Wait())
}

func (c *DemoCmd) begin(ctx context.Context, console *Console, m *center, start time.Time, listener net.Listener, g *errgroup.Group, password string) error {
	last, err := m.lastFact(ctx)
	if err != nil {
		return err
	}
	if !last.IsZero() && c.Start != "" {
		fmt.Fprintln(console.Err, "gridcommand: --start is ignored: this folder goes on from its last fact")
	}
	if c.Hotline2018 {
		if !last.IsZero() {
			return usagef("--hotline-2018 is for a new folder: this one has facts up to %s", last.Format(time.DateOnly))
		}
		if err := hotlineRecord(ctx, console, m); err != nil {
			return err
		}
	}
	if c.Replay != "" {
		return c.replay(ctx, console, m, last, listener, g, password)
	}
	from := last
	if last.IsZero() {
		from = start.Add(-24 * time.Hour)
	}
	m.clock.Step(from)
	deps := simulation.Deps{
		Ledger: m.ledger, Service: m.service, Reference: m.library, Grid: m.ground,
		Caller: m.accounts.PutCaller, Now: m.clock.Now, Log: m.log, Seed: simulationSeed,
	}
	people, err := simulation.New(ctx, deps, from)
	if err != nil {
		return err
	}
	patrols := simulation.NewPatrols(deps, from)
	if last.IsZero() {
		fmt.Fprintln(console.Err, "gridcommand: a new folder: simulating one day first")
		began := time.Now()
		if err := patrols.Rosters(ctx, from, start.AddDate(0, 0, 6)); err != nil {
			return err
		}
		if err := firstDay(ctx, m, people, patrols, start); err != nil {
			return err
		}
		head, err := m.ledger.Head(ctx)
		if err != nil {
			return err
		}
		console.Log.LogAttrs(ctx, slog.LevelInfo, "simulated one day", slog.Int64("facts", int64(head)), slog.Duration("took", time.Since(began)))
	}
	m.clock.Run(c.Speed)
	g.Go(func() error { return people.Run(ctx) })
	g.Go(func() error { return patrols.Run(ctx) })
	m.serve(ctx, listener, g)
	c.greet(console, listener, password)
	return nil
}

// hotlineRecord lets the hotline's record of 2018 come true before anything else does.
func hotlineRecord(ctx context.Context, console *Console, m *center) error {
	fmt.Fprintln(console.Err, "gridcommand: a new folder: bringing in the hotline's record of January to May 2018")
	if os.Getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(recordMemory))
	}
	began := time.Now()
	m.clock.Step(simulation.Hotline2018.From)
	err := simulation.Hotline(ctx, simulation.Deps{
		Ledger: m.ledger, Service: m.service, Reference: m.library, Grid: m.ground, Now: m.clock.Now, Log: m.log, Seed: simulationSeed,
	}, simulation.Hotline2018, nil)
	if err != nil {
		return err
	}
	head, err := m.ledger.Head(ctx)
	console.Log.LogAttrs(ctx, slog.LevelInfo, "the hotline's record is in", slog.Int64("facts", int64(head)), slog.Duration("took", time.Since(began)))
	return err
}

// stride is how far the clock of the first day steps at least: what falls within
// it happens side by side.
const stride = time.Second

// firstDay lets people work until end, the clock stepping from one thing to the next.
func firstDay(ctx context.Context, m *center, people *simulation.Sim, patrols *simulation.Patrols, end time.Time) error {
	for {
		next := people.Next()
		if timer, ok, err := m.service.NextTimer(ctx); err != nil {
			return err
		} else if ok && timer.Before(next) {
			next = timer
		}
		next = next.Truncate(stride).Add(stride)
		if next.After(end) {
			m.clock.Step(end)
			return m.service.Idle(ctx)
		}
		m.clock.Step(next)
		if err := patrols.Until(ctx, next); err != nil {
			return err
		}
		if err := people.Act(ctx, next); err != nil {
			return err
		}
		if err := m.service.Idle(ctx); err != nil {
			return err
		}
		if err := people.Absorb(ctx); err != nil {
			return err
		}
	}
}

func (c *DemoCmd) replay(ctx context.Context, console *Console, m *center, last time.Time, listener net.Listener, g *errgroup.Group, password string) error {
	rows, mapping, err := readFile(console, m, c.Replay, c.Mapping)
	if err != nil {
		return err
	}
	from := rows[0].Reported
	if last.After(from) {
		from = last
	}
	m.clock.Step(from)
	g.Go(func() error {
		err := replay.Run(ctx, replay.Deps{
			Ledger: m.ledger, Service: m.service, Clock: m.clock, Rows: rows, Speed: c.Speed, Log: m.log,
			Carrier: replay.Carrier{Ref: m.library, Grid: m.ground, Source: mapping.Source, Mapping: mapping.System()},
		})
		return unlessEnded(ctx, "replay", err)
	})
	m.serve(ctx, listener, g)
	c.greet(console, listener, password)
	return nil
}

func (c *DemoCmd) greet(console *Console, listener net.Listener, password string) {
	url := "http://" + listener.Addr().String()
	fmt.Fprintf(console.Out, "gridcommand demo  %s   (console /, phone /m, wall /screen)\n", url)
	fmt.Fprintf(console.Out, "everything shown is illustrative: grid, units, people and incidents\n\n")
	for _, a := range demoAccounts {
		fmt.Fprintf(console.Out, "  %-10s  %-12s  %s\n", a.name, a.unit, password)
	}
	warnWithoutPages(console)
}

// demoPeople makes the demonstration's accounts, or gives them today's password.
func demoPeople(ctx context.Context, a *accounts.Store, password string) error {
	all, err := a.List(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, one := range all {
		known[one.Name] = true
	}
	for _, d := range demoAccounts {
		if known[d.name] {
			err = a.SetPassword(ctx, d.name, password)
		} else {
			err = a.Add(ctx, d.name, d.role, d.unit, password)
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", d.name, err)
		}
	}
	return nil
}

// lastFact returns when the latest fact of the ledger came true; zero: it is empty.
// Facts may lie a little out of order, so it looks at the last page.
func (m *center) lastFact(ctx context.Context) (time.Time, error) {
	head, err := m.ledger.Head(ctx)
	if err != nil {
		return time.Time{}, err
	}
	page, err := m.ledger.Page(ctx, max(0, head-eventstore.DefaultPage), eventstore.DefaultPage)
	if err != nil {
		return time.Time{}, err
	}
	var last time.Time
	for _, r := range page {
		if r.At.After(last) {
			last = r.At
		}
	}
	return last.In(deadline.CST), nil
}

// readFile reads a foreign file and its mapping whole, and says every fault.
func readFile(console *Console, m *center, file, mappingFile string) ([]replay.Row, *replay.Mapping, error) {
	known := func(k keyOf) bool { _, ok := m.library.Now().Matters.Matter(k); return ok }
	text, err := os.Open(mappingFile)
	if err != nil {
		return nil, nil, err
	}
	defer text.Close()
	mapping, err := replay.ReadMapping(text, known)
	if err != nil {
		return nil, nil, err
	}
	data, err := os.Open(file)
	if err != nil {
		return nil, nil, err
	}
	defer data.Close()
	rows, err := replay.ReadRows(data, mapping)
	var faults *replay.FaultsError
	if errors.As(err, &faults) {
		sayFaults(console, file, faults.Faults)
	}
	return rows, mapping, err
}

func sayFaults(console *Console, file string, faults []replay.Fault) {
	for _, f := range faults {
		fmt.Fprintf(console.Err, "%s: %s\n", file, f)
	}
}

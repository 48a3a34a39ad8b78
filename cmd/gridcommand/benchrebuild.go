package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/pprof"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstorebench"
	"gridcommand/eventstore/sqldb"
	"gridcommand/geo/basegrid"
	"gridcommand/projections/casefile"
	"gridcommand/web/accounts"
)

// BenchRebuildCmd measures how fast each view is folded anew from the first fact: what
// `gridcommand rebuild` does, one view after another, over a ledger that is computed
// (see [stampedLedger]).
//
// The raw limit is going once through the same ledger in the same run and decoding every
// fact; the ratio is the slowest view's speed in it.
type BenchRebuildCmd struct {
	Incidents int    `default:"100000" help:"Incidents reported in the year that the ledger tells of."`
	Ledger    string `help:"postgres://… of a database for the views; without it, SQLite."`
	Data      string `help:"Folder of the databases; without it, a new one that is removed." type:"path"`
	Views     string `default:"all" help:"Views to fold: casebook,tally,… or all."`
	Restart   bool   `help:"Store the ledger, bring everything to its head, stop, and measure how long the center takes from its start until it is ready."`
	Seed      uint64 `default:"440114"`
	Profile   string `help:"Also write a CPU profile of each view to FILE.<view>." type:"path" placeholder:"FILE"`
}

// Run measures.
func (c *BenchRebuildCmd) Run(ctx context.Context, console *Console) error {
	if c.Incidents < 1 {
		return usagef("bench rebuild: incidents are above 0")
	}
	p := place{dir: c.Data, pg: c.Ledger}
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "gridcommand-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		p.dir = dir
	}
	ref, err := reference.Load()
	if err != nil {
		return err
	}
	grid, err := basegrid.Load()
	if err != nil {
		return err
	}
	ledger, err := newStampedLedger(ref, grid, c.Seed, c.Incidents)
	if err != nil {
		return err
	}
	measure := c.rebuild
	if c.Restart {
		measure = c.restart
	}
	figures, err := measure(ctx, console, p, ledger)
	if err != nil {
		return err
	}
	fmt.Fprint(console.Out, figures)
	return nil
}

// pass goes once through a ledger and decodes every fact.
func pass(ctx context.Context, ledger eventstore.Store) (facts int, took time.Duration, err error) {
	began, after := time.Now(), eventstore.Position(0)
	for {
		page, err := ledger.Page(ctx, after, 4096)
		if err != nil || len(page) == 0 {
			return facts, time.Since(began), err
		}
		for _, r := range page {
			if _, err := casefile.Event(r); err != nil {
				return 0, 0, err
			}
		}
		facts += len(page)
		after = page[len(page)-1].Position
	}
}

func (c *BenchRebuildCmd) rebuild(ctx context.Context, console *Console, p place, ledger *stampedLedger) (_ eventstorebench.Figures, err error) {
	if err := os.MkdirAll(filepath.Join(p.dir, "photos"), 0o750); err != nil {
		return nil, err
	}
	d := &databases{ledger: ledger}
	for name, db := range map[string]**sqldb.DB{"views": &d.views, "state": &d.state} {
		if *db, err = p.database(ctx, name); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	m, err := assembleOver(ctx, d, p, clock.Standing(ledger.At()), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	if err := m.makeTables(ctx); err != nil {
		return nil, err
	}
	facts, raw, err := pass(ctx, ledger)
	if err != nil {
		return nil, err
	}
	out := eventstorebench.Figures{
		{Name: "incidents", Value: float64(c.Incidents), Unit: "incidents"},
		{Name: "facts", Value: float64(facts), Unit: "facts"},
		{Name: "raw_events_per_second", Value: float64(facts) / raw.Seconds(), Unit: "events/s"},
	}
	total, slowest := time.Duration(0), time.Duration(0)
	runners := m.named(c.Views)
	for _, r := range runners {
		debug.FreeOSMemory()
		stop, err := c.profile(r.Name())
		if err != nil {
			return nil, err
		}
		began, spent := time.Now(), cpuSeconds()
		if err := r.Rebuild(ctx); err != nil {
			return nil, err
		}
		took := time.Since(began)
		spent = cpuSeconds() - spent
		stop()
		if int(r.Position()) != facts {
			return nil, fmt.Errorf("bench rebuild: %s stands at %d of %d", r.Name(), r.Position(), facts)
		}
		total, slowest = total+took, max(slowest, took)
		out = append(out,
			eventstorebench.Figure{Name: "rebuild_" + r.Name() + "_events_per_second", Value: float64(facts) / took.Seconds(), Unit: "events/s"},
			eventstorebench.Figure{Name: "rebuild_" + r.Name() + "_cpu_us", Value: spent * 1e6 / float64(facts), Unit: "us/event"})
		fmt.Fprintf(console.Err, "bench rebuild: %s %.0f events/s, %.1f us of processor each\n", r.Name(), float64(facts)/took.Seconds(), spent*1e6/float64(facts))
	}
	return append(out, eventstorebench.Figures{
		{Name: "rebuild_total_seconds", Value: total.Seconds(), Unit: "s"},
		{Name: "rebuild_total_events_per_second", Value: float64(facts) / total.Seconds(), Unit: "events/s"},
		{Name: "memory_mb", Value: residentMB(), Unit: "MB"},
		{Name: "ratio", Value: raw.Seconds() / slowest.Seconds(), Unit: "x"},
	}...), nil
}

func (c *BenchRebuildCmd) profile(view string) (end func(), err error) {
	if c.Profile == "" {
		return func() {}, nil
	}
	file, err := os.Create(c.Profile + "." + view)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = file.Close()
	}, nil
}

// restart stores the ledger, has handlers and views follow it to its head, and measures
// how long the center takes from opening the databases until /readyz says yes. Beside
// it: how long reading the last ten thousand facts of that ledger takes.
func (c *BenchRebuildCmd) restart(ctx context.Context, console *Console, p place, ledger *stampedLedger) (eventstorebench.Figures, error) {
	at := clock.Standing(ledger.At())
	log := slog.New(slog.DiscardHandler)
	began := time.Now()
	d, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := store(ctx, ledger, d.ledger); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	fmt.Fprintf(console.Err, "bench rebuild: %d facts stored in %.1f s\n", ledger.Seeded(), time.Since(began).Seconds())
	started := func(d *databases) (took time.Duration, err error) {
		began := time.Now()
		if d == nil {
			if d, err = p.open(ctx); err != nil {
				return 0, err
			}
		}
		m, err := assembleOver(ctx, d, p, at, log, func(ctx context.Context, a *accounts.Store) error {
			if all, err := a.List(ctx); err != nil || len(all) > 0 {
				return err
			}
			return a.Add(ctx, "bench", jurisdiction.DistrictDesk, "440114", "bench-rebuild-2026")
		})
		if err != nil {
			return 0, err
		}
		working, rest := context.WithCancel(ctx)
		g, gctx := errgroup.WithContext(working)
		m.work(gctx, g)
		for gctx.Err() == nil {
			w := httptest.NewRecorder()
			m.site.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", http.NoBody))
			if w.Code == http.StatusOK {
				break
			}
			pauseBench(gctx, 5*time.Millisecond)
		}
		took = time.Since(began)
		rest()
		return took, finish(m, g.Wait())
	}
	caughtUp, err := started(d)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(console.Err, "bench rebuild: everything at the head in %.1f s\n", caughtUp.Seconds())
	ready, err := started(nil)
	if err != nil {
		return nil, err
	}
	d, err = p.open(ctx)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	began = time.Now()
	head, err := d.ledger.Head(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := d.ledger.Page(ctx, max(head-10_000, 0), 10_000); err != nil {
		return nil, err
	}
	raw := time.Since(began)
	return eventstorebench.Figures{
		{Name: "facts", Value: float64(head), Unit: "facts"},
		{Name: "catch_up_seconds", Value: caughtUp.Seconds(), Unit: "s"},
		{Name: "restart_ready_seconds", Value: ready.Seconds(), Unit: "s"},
		{Name: "raw_tail_seconds", Value: raw.Seconds(), Unit: "s"},
		{Name: "ratio", Value: raw.Seconds() / ready.Seconds(), Unit: "x"},
	}, nil
}

func pauseBench(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// store copies a computed ledger into one that keeps facts, which is empty or has a part
// of it.
func store(ctx context.Context, from, to eventstore.Store) error {
	archive, ok := to.(eventstore.Archive)
	if !ok {
		return fmt.Errorf("bench rebuild: %T takes no copies", to)
	}
	after, err := to.Head(ctx)
	if err != nil {
		return err
	}
	for {
		page, err := from.Page(ctx, after, 10_000)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := archive.Load(ctx, page, nil); err != nil {
			return err
		}
		after = page[len(page)-1].Position
	}
}

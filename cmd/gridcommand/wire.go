package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/seal"
	"gridcommand/eventstore/tail"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/duty"
	"gridcommand/projections/figures"
	"gridcommand/projections/picture"
	"gridcommand/projections/reports"
	"gridcommand/projections/tally"
	"gridcommand/projections/tickets"
	"gridcommand/projections/wall"
	"gridcommand/projections/whatif"
	"gridcommand/projections/worklist"
	"gridcommand/web/accounts"
	"gridcommand/web/api"
	"gridcommand/web/live"
	"gridcommand/web/meters"
	"gridcommand/web/ui"
	"gridcommand/workflow"
)

// draining is how long a stop may take: requests under way, sockets, handlers.
const draining = 10 * time.Second

// A center is the whole program put together over one ledger.
type center struct {
	*databases
	place    place
	log      *slog.Logger
	clock    *clock.Clock
	library  *workflow.Library
	ground   basegrid.Source
	accounts *accounts.Store
	service  *workflow.Service
	sealer   *seal.Sealer
	sealing  bool // it has run: the last checkpoint is to cover the head
	views    views
	runners  []*projections.Runner
	hub      *live.Hub
	people   *live.People
	whatif   *whatif.Desk
	meters   *meters.Center
	tail     *tail.Tail
	site     http.Handler
}

// views are the read models.
type views struct {
	casebook *casebook.View
	picture  *picture.View
	worklist *worklist.View
	wall     *wall.View
	tally    *tally.View
	duty     *duty.View
	tickets  *tickets.View
	reports  *reports.View
}

func (v views) all() []projections.View {
	return []projections.View{v.casebook, v.picture, v.worklist, v.wall, v.tally, v.duty, v.tickets, v.reports}
}

// assemble opens a place and puts the parts together; nothing runs yet. people is
// called, if not nil, as soon as accounts can be made: the rules read which
// communities have inspectors.
func assemble(ctx context.Context, p place, c *clock.Clock, log *slog.Logger, people func(context.Context, *accounts.Store) error) (_ *center, err error) {
	d, err := p.open(ctx)
	if err != nil {
		return nil, err
	}
	return assembleOver(ctx, d, p, c, log, people)
}

// assembleOver is [assemble] with databases that are open. It closes them if it fails.
func assembleOver(ctx context.Context, d *databases, p place, c *clock.Clock, log *slog.Logger, people func(context.Context, *accounts.Store) error) (_ *center, err error) {
	m := &center{databases: d, place: p, log: log, clock: c}
	defer func() {
		if err != nil {
			_ = m.databases.Close()
		}
	}()
	m.shared() // views, handlers and the library share one reader
	if m.accounts, err = accounts.Open(ctx, m.state, time.Now); err != nil {
		return nil, fmt.Errorf("opening accounts: %w", err)
	}
	if people != nil {
		if err = people(ctx, m.accounts); err != nil {
			return nil, err
		}
	}
	if m.library, err = workflow.OpenLibrary(ctx, workflow.LibraryDeps{
		Ledger: m.ledger, State: m.state, Now: c.Now, Inspectors: m.stationed, Indicators: indicators(), Log: log,
	}); err != nil {
		return nil, fmt.Errorf("opening the reference data: %w", err)
	}
	m.ground = m.library.Ground()
	if err = m.openSeals(ctx); err != nil {
		return nil, err
	}
	if m.service, err = workflow.New(ctx, workflow.Deps{
		Ledger: m.ledger, State: m.state, Reference: m.library, Walkers: m.walkers, Now: c.Now, Log: log,
	}); err != nil {
		return nil, fmt.Errorf("opening the workflow: %w", err)
	}
	c.OnMove(m.service.ClockMoved)
	m.wireViews()
	return m, m.wireWeb(ctx)
}

// grid is the ground as it is divided now.
func (m *center) grid() *basegrid.Grid { return m.ground.At(m.clock.Now()) }

// indicators are the codes that may be weighed.
func indicators() []string {
	var codes []string
	for _, i := range figures.Indicators {
		codes = append(codes, i.Code)
	}
	return codes
}

// stationed returns the communities that have inspectors of their own: where there is
// none, the station or the desk above acts.
func (m *center) stationed(ctx context.Context) ([]string, error) {
	all, err := m.accounts.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	var communities []string
	for _, a := range all {
		if a.Role == jurisdiction.Inspector && a.DisabledAt == nil {
			communities = append(communities, a.Unit)
		}
	}
	return communities, nil
}

// book is who is who in the district, as it is now.
func (m *center) book() *jurisdiction.Book { return m.library.Now().Book }

func (m *center) wireViews() {
	folder := casefile.Following(m.library)
	m.views = views{
		casebook: casebook.New(m.databases.views, folder),
		picture:  picture.New(m.databases.views, folder),
		worklist: worklist.New(m.databases.views, folder),
		wall:     wall.New(m.databases.views, folder),
		tally:    tally.New(m.databases.views, folder),
		duty:     duty.New(m.databases.views),
		tickets:  tickets.New(m.databases.views),
		reports:  reports.New(m.databases.views, folder),
	}
	m.views.tally.Ground = m.grid
	for _, v := range m.views.all() {
		m.runners = append(m.runners, projections.NewRunner(m.databases.views, m.ledger, v, &projections.Options{Log: m.log}))
	}
}

func (m *center) wireWeb(ctx context.Context) error {
	epoch, err := m.ledger.Epoch(ctx)
	if err != nil {
		return fmt.Errorf("reading the ledger's epoch: %w", err)
	}
	m.people = live.NewPeople(m.clock.Now)
	m.hub = live.New(live.Deps{
		Views:  map[string]projections.Live{"picture": m.views.picture, "worklist": m.views.worklist, "wall": m.views.wall},
		Redeem: m.accounts.Redeem,
		Active: m.accounts.Active,
		Scope:  func(p jurisdiction.Person) []string { return m.book().Scope(p) },
		Book:   m.book,
		Head:   m.ledger.Head,
		People: m.people,
		Epoch:  epoch,
		Now:    m.clock.Now,
		Speed:  m.clock.Speed,
		Log:    m.log,
	})
	m.accounts.OnEnd(m.hub.EndSession)
	registry := prometheus.NewRegistry()
	m.meters = meters.Register(registry, m.meter, m.source())
	m.whatif = whatif.NewDesk(m.ledger, m.library, whatif.DeskOptions{Now: m.clock.Now})
	m.site, err = api.New(ctx, api.Deps{
		Accounts: m.accounts, Workflow: m.service, Ledger: m.ledger, State: m.state, Reference: m.library, Grid: m.ground,
		Folder:   casefile.Following(m.library),
		Casebook: m.views.casebook, Picture: m.views.picture, Tally: m.views.tally, Duty: m.views.duty, Tickets: m.views.tickets, Reports: m.views.reports, Seals: m.sealer, WhatIf: m.whatif, Runners: m.runners,
		Photos: filepath.Join(m.place.dir, "photos"), Live: m.hub, UI: ui.FS(), Now: m.clock.Now, Log: m.log, Metrics: registry,
	})
	return err
}

// work runs handlers and views until ctx ends.
func (m *center) work(ctx context.Context, g *errgroup.Group) {
	g.Go(func() error { return unlessEnded(ctx, "reference data", m.library.Run(ctx)) })
	g.Go(func() error { return unlessEnded(ctx, "workflow", m.service.Run(ctx)) })
	g.Go(func() error { return unlessEnded(ctx, "what-if", m.whatif.Run(ctx)) })
	m.sealing = true
	g.Go(func() error { return m.sealer.Run(ctx) })
	g.Go(func() error { return m.meters.Run(ctx) })
	g.Go(func() error { return unlessEnded(ctx, "positions of staff", m.people.Run(ctx, m.ledger)) })
	for i, r := range m.runners {
		g.Go(func() error { return unlessEnded(ctx, "view "+r.Name(), r.Run(ctx)) })
		g.Go(func() error { return m.keepWarm(ctx, m.views.all()[i], r) })
	}
}

func unlessEnded(ctx context.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// serve answers on listener, and on the admin socket, until ctx ends; then it
// drains: no new requests, those under way finish, sockets close with 1012.
func (m *center) serve(ctx context.Context, listener net.Listener, g *errgroup.Group) {
	server := api.Server(m.site)
	server.ErrorLog = slog.NewLogLogger(m.log.Handler(), slog.LevelWarn)
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serving HTTP: %w", err)
		}
		return nil
	})
	g.Go(func() error { return m.admin(ctx) })
	g.Go(func() error {
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), draining)
		defer cancel()
		m.log.LogAttrs(late, slog.LevelInfo, "draining")
		sockets := m.hub.Shutdown(late)
		if err := server.Shutdown(late); err != nil {
			_ = server.Close()
			return fmt.Errorf("draining requests: %w", err)
		}
		return sockets
	})
}

// Close seals what has come since the last checkpoint and releases everything; call it
// after work and serve have ended.
func (m *center) Close() error {
	m.finishSealing()
	return m.databases.Close()
}

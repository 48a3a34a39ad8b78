// Package api is the HTTP face of the district: commands in, views out.
//
// It keeps these promises. Every URL stands in routes.go, and the OpenAPI document is
// made from that table. Every answer that says no is a problem of RFC 9457, and the
// checks come in one order: 401 · 400 · 404 · 403 · 422 invalid · 409 · 422 a rule. What
// a caller may see is decided in one place, scope.go; what they may not see is not
// there. A write with a key happens once; whoever asks again gets the first answer's id
// and position with the incident as it is now. Nothing here decides about an incident:
// that is the domain's, reached through package workflow.
package api

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/seal"
	"gridcommand/eventstore/sqldb"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/duty"
	"gridcommand/projections/picture"
	"gridcommand/projections/reports"
	"gridcommand/projections/tally"
	"gridcommand/projections/tickets"
	"gridcommand/projections/whatif"
	"gridcommand/web/accounts"
	"gridcommand/workflow"
)

// Deps is what the API works with. The creator closes and runs all of it.
type Deps struct {
	Accounts  *accounts.Store
	Workflow  *workflow.Service
	Ledger    eventstore.Store
	State     *sqldb.DB // remembers who uploaded which photo
	Reference reference.Source
	Grid      basegrid.Source
	Folder    *casefile.Folder
	Casebook  *casebook.View
	Picture   *picture.View
	Tally     *tally.View
	Duty      *duty.View
	Tickets   *tickets.View
	Reports   *reports.View
	Seals     *seal.Sealer          // nil: the ledger is not sealed
	WhatIf    *whatif.Desk          // nil: nothing is replayed
	Runners   []*projections.Runner // of every view, named as their views
	Photos    string                // folder of the pictures; made if it is not there

	Live    http.Handler         // GET /api/v1/live; nil: no such URL
	UI      fs.FS                // the built pages; nil: none
	Now     func() time.Time     // the ledger's clock; nil: wall time
	Wall    func() time.Time     // nil: time.Now
	Log     *slog.Logger         // nil: silent
	Metrics *prometheus.Registry // nil: one of its own
}

// reference is the reference data in force now.
func (s *server) reference() *reference.Reference { return s.Reference.At(s.Now()) }

// grid is the ground as it is divided now.
func (s *server) grid() *basegrid.Grid { return s.Grid.At(s.Now()) }

type server struct {
	Deps
	schemas *schemas
	openapi []byte
	photos  *photos
	ready   *readiness
	meters  *meters
	wait    time.Duration // for a view to reach a min_position

	densities densities
}

// New returns the handler of the whole site: the API, the probes and the pages. It
// reads the ledger's head, which every view and handler must have reached before the
// server counts as ready.
func New(ctx context.Context, d Deps) (http.Handler, error) {
	h, _, err := assemble(ctx, d)
	return h, err
}

func assemble(ctx context.Context, d Deps) (http.Handler, *server, error) {
	if d.Wall == nil {
		d.Wall = time.Now
	}
	if d.Now == nil {
		d.Now = d.Wall
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Metrics == nil {
		d.Metrics = prometheus.NewRegistry()
	}
	s := &server{Deps: d, schemas: newSchemas(), wait: longestWait}
	var err error
	if s.photos, err = openPhotos(ctx, d.State, d.Photos); err != nil {
		return nil, nil, fmt.Errorf("api: opening photos: %w", err)
	}
	if err = openPhrases(ctx, d.State); err != nil {
		return nil, nil, err
	}
	if s.ready, err = s.newReadiness(ctx); err != nil {
		return nil, nil, fmt.Errorf("api: reading the head: %w", err)
	}
	s.meters = s.newMeters()
	h, err := s.site()
	return h, s, err
}

// Server returns an HTTP server for h with limits against slow and greedy clients.
// Websockets leave it by hijacking, so its write limit does not touch them.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}

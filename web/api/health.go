package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"gridcommand/eventstore"
	"gridcommand/projections"
)

// patience is how long a view or handler may be behind before the server says so.
const patience = 30 * time.Second

// readiness watches what follows the ledger. At first each follower must reach the head
// as it was at start-up. After that one is behind only if a head that was seen longer
// than patience ago is still before it.
type readiness struct {
	mu    sync.Mutex
	marks map[string]*mark
	begun eventstore.Position
}

// A mark is a head that a follower is to reach.
type mark struct {
	head  eventstore.Position
	since time.Time
	once  bool // it has reached the head of start-up
}

// A follower is a view or a handler.
type follower struct {
	name     string
	position eventstore.Position
	stopped  string // why it stands still; empty: it does not
}

func (s *server) newReadiness(ctx context.Context) (*readiness, error) {
	head, err := s.Ledger.Head(ctx)
	return &readiness{marks: map[string]*mark{}, begun: head}, err
}

func (s *server) followers() []follower {
	var all []follower
	for _, run := range s.Runners {
		st := run.Status()
		f := follower{name: "view " + st.View, position: st.Position}
		if st.State == projections.Stopped {
			f.stopped = fmt.Sprint(st.Err)
		}
		all = append(all, f)
	}
	for _, h := range s.Workflow.Handlers() {
		if h.Elsewhere { // another process runs it; this one waits to take over
			continue
		}
		all = append(all, follower{name: "handler " + h.Name, position: h.Checkpoint, stopped: h.Stopped})
	}
	return all
}

// reasons says why the server is not ready; none: it is.
func (r *readiness) reasons(all []follower, head eventstore.Position, now time.Time) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var why []string
	for _, f := range all {
		m := r.marks[f.name]
		if m == nil {
			m = &mark{head: r.begun, since: now}
			r.marks[f.name] = m
		}
		if f.position >= m.head {
			*m = mark{head: head, since: now, once: true}
		}
		switch {
		case f.stopped != "":
			why = append(why, fmt.Sprintf("%s stopped at position %d: %s", f.name, f.position, f.stopped))
		case !m.once:
			why = append(why, fmt.Sprintf("%s is at position %d of %d", f.name, f.position, m.head))
		case now.Sub(m.since) > patience && f.position < m.head:
			why = append(why, fmt.Sprintf("%s is at position %d and has been behind for %s", f.name, f.position, now.Sub(m.since).Round(time.Second)))
		}
	}
	return why
}

// Health is a good answer of a probe.
type Health struct {
	Status   string `json:"status" enum:"ok"`
	Position int64  `json:"position" doc:"the ledger's head"`
}

func (s *server) livez(ctx context.Context, _ *Request, _ none) (Health, error) {
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return Health{}, busy("ledger_down", "the ledger does not answer")
	}
	return Health{Status: "ok", Position: int64(head)}, nil
}

func (s *server) readyz(ctx context.Context, _ *Request, _ none) (Health, error) {
	notReady := func(why ...string) (Health, error) {
		p := busy("not_ready", "not ready: %d reasons", len(why))
		p.Reasons = why
		return Health{}, p
	}
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return notReady("the ledger does not answer")
	}
	if all, err := s.Accounts.List(ctx); err != nil || len(all) == 0 {
		return notReady("there are no accounts")
	}
	why := s.ready.reasons(s.followers(), head, s.Wall())
	if s.Seals != nil {
		if st := s.Seals.Status(); st.Stopped != "" {
			why = append(why, fmt.Sprintf("sealing stopped at position %d: %s", st.Sealed, st.Stopped))
		}
	}
	if len(why) > 0 {
		return notReady(why...)
	}
	return Health{Status: "ok", Position: int64(head)}, nil
}

// meters are the figures of the HTTP side. Those of ledger, views and handlers come from
// package web/meters, through the same registry.
type meters struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func (s *server) newMeters() *meters {
	m := &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gridcommand_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gridcommand_http_request_seconds", Help: "How long an answer took, by route.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"route"}),
	}
	s.Metrics.MustRegister(m.requests, m.seconds)
	return m
}

func (m *meters) observe(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "elsewhere"
	}
	m.requests.WithLabelValues(route, knownMethod(method), strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}

// knownMethod keeps invented methods from making new series.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "OTHER"
}

// held is an answer kept in memory.
type held struct {
	header http.Header
	body   bytes.Buffer
}

func (h *held) Header() http.Header         { return h.header }
func (h *held) Write(b []byte) (int, error) { return h.body.Write(b) }
func (h *held) WriteHeader(int)             {}

func (s *server) metrics(ctx context.Context, _ *Request, _ none) (blob, error) {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil) // without Accept: the plain text form
	if err != nil {
		return blob{}, err
	}
	h := &held{header: http.Header{}}
	promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{DisableCompression: true, ErrorHandling: promhttp.ContinueOnError}).ServeHTTP(h, ask)
	return blob{media: metricsMedia, data: h.body.Bytes(), cache: "no-store"}, nil
}

const metricsMedia = "text/plain; version=0.0.4; charset=utf-8"

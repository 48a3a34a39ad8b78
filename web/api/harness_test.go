package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
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

// nine is a Monday morning; the ledger's clock of every test stands there until moved.
var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)

const password = "correct horse"

// people are the accounts of the demonstration, and one or two of other units.
var people = []jurisdiction.Person{
	{Name: "inspector", Role: jurisdiction.Inspector, Unit: "440114002002"},
	{Name: "community", Role: jurisdiction.CommunityStaff, Unit: "440114002002"},
	{Name: "street", Role: jurisdiction.StreetDesk, Unit: "440114002"},
	{Name: "handler", Role: jurisdiction.Handler, Unit: "440114002-S01"},
	{Name: "bureau", Role: jurisdiction.Handler, Unit: "D01"},
	{Name: "district", Role: jurisdiction.DistrictDesk, Unit: "440114"},
	{Name: "hotline", Role: jurisdiction.Hotline, Unit: "440114"},
	{Name: "supervisor", Role: jurisdiction.Supervisor, Unit: "440114"},
	{Name: "screen", Role: jurisdiction.Screen, Unit: "440114"},
	{Name: "admin", Role: jurisdiction.Admin, Unit: "440114"},
	{Name: "elsewhere", Role: jurisdiction.StreetDesk, Unit: "440114001"},
}

// The books and the ground never change: they are read once for all tests.
var (
	books = sync.OnceValues(reference.Load)
	earth = sync.OnceValues(basegrid.Load)
)

// A site is a whole server in memory: real ledger, views, workflow and accounts.
type site struct {
	t        *testing.T
	server   *server
	handler  http.Handler
	ledger   eventstore.Store
	service  *workflow.Service
	accounts *accounts.Store
	grid     *basegrid.Grid
	book     *jurisdiction.Book
	runners  []*projections.Runner
	sealer   *seal.Sealer      // it seals when the test has it do so
	library  *workflow.Library // nil: reference data that never changes
	whatif   *whatif.Desk      // with a library only

	*hands

	tokens  map[string]string
	matched []matched
}

// hands are the clocks of a site, moved by its test.
type hands struct {
	mu    sync.Mutex
	clock time.Time // the ledger's
	wall  time.Time
}

// in returns s for a subtest.
func (s *site) in(t *testing.T) *site {
	own := *s
	own.t = t
	return &own
}

func (s *hands) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *hands) wallNow() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wall
}

func (s *hands) advance(ledger, wall time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock, s.wall = s.clock.Add(ledger), s.wall.Add(wall)
}

func open1[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newSite is a site with reference data that never changes, where nothing happens that
// the test does not do.
func newSite(t *testing.T) *site {
	t.Helper()
	return buildSite(t, nil)
}

// livingSite is a site with the ledger's own reference data and the workflow at work:
// after each step of the test, settle waits until the program has done its part.
func livingSite(t *testing.T) *site {
	t.Helper()
	s := buildSite(t, func(s *site, state *sqldb.DB) *workflow.Library {
		library, err := workflow.OpenLibrary(t.Context(), workflow.LibraryDeps{
			Ledger: s.ledger, State: state, Now: s.now,
			Inspectors: func(context.Context) ([]string, error) { return []string{"440114002002"}, nil },
		})
		return open1(t, library, err)
	})
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.service.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	running.Go(func() {
		if err := s.whatif.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return s
}

// settle lets the program do its part, and brings every view to the head.
func (s *site) settle() {
	s.t.Helper()
	s.service.ClockMoved()
	if err := s.service.Idle(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	head, err := s.ledger.Head(s.t.Context())
	if err == nil && s.library != nil {
		err = s.library.Reach(s.t.Context(), head)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.fold()
}

func buildSite(t *testing.T, shelves func(*site, *sqldb.DB) *workflow.Library) *site {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	ref, err := books()
	ref = open1(t, ref, err)
	book := ref.Book.WithInspectors("440114002002")
	own := *ref
	own.Book = book
	grid, err := earth()
	grid = open1(t, grid, err)

	s := &site{t: t, hands: &hands{clock: nine, wall: nine}, grid: grid, book: book, tokens: map[string]string{}}
	s.ledger = memory.New(nil)
	state, err := sqldb.OpenSQLite(ctx, filepath.Join(dir, "state.db"))
	state = open1(t, state, err)
	views, err := sqldb.OpenSQLite(ctx, filepath.Join(dir, "views.db"))
	views = open1(t, views, err)
	t.Cleanup(func() {
		for _, err := range []error{s.ledger.Close(), state.Close(), views.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	s.accounts, err = accounts.Open(ctx, state, s.wallNow, accounts.Options{Hash: accounts.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	s.accounts = open1(t, s.accounts, err)
	for _, p := range people {
		if err := s.accounts.Add(ctx, p.Name, p.Role, p.Unit, password); err != nil {
			t.Fatal(err)
		}
	}
	var source reference.Source = &own
	var ground basegrid.Source = grid
	folder := casefile.NewFolder(book, own.Matters)
	if shelves != nil {
		s.library = shelves(s, state)
		source, folder = s.library, casefile.Following(s.library)
		ground = s.library.Ground()
		s.whatif = whatif.NewDesk(s.ledger, s.library, whatif.DeskOptions{Now: s.now, Wall: s.wallNow})
	}
	s.service, err = workflow.New(ctx, workflow.Deps{Ledger: s.ledger, State: state, Reference: source, Now: s.now})
	s.service = open1(t, s.service, err)

	seals, err := sqldb.OpenSQLite(ctx, filepath.Join(dir, "seal.db"))
	seals = open1(t, seals, err)
	t.Cleanup(func() { _ = seals.Close() })
	s.sealer, err = seal.Open(ctx, seal.Deps{Ledger: s.ledger, DB: seals, Dir: dir, Name: "gridcommand/440114", Recheck: -1})
	s.sealer = open1(t, s.sealer, err)

	d := Deps{
		Seals:    s.sealer,
		Accounts: s.accounts, Workflow: s.service, Ledger: s.ledger, State: state, Reference: source, Grid: ground, Folder: folder,
		Casebook: casebook.New(views, folder), Picture: picture.New(views, folder), Tally: tally.New(views, folder), Duty: duty.New(views), Tickets: tickets.New(views), Reports: reports.New(views, folder), WhatIf: s.whatif,
		Photos: filepath.Join(dir, "photos"), UI: builtPages(), Now: s.now, Wall: s.wallNow,
		Log:  slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Live: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }),
	}
	for _, v := range []projections.View{d.Casebook, d.Picture, d.Tally, d.Duty, d.Tickets, d.Reports} {
		s.runners = append(s.runners, projections.NewRunner(views, s.ledger, v, nil))
	}
	d.Runners = s.runners
	s.handler, s.server, err = assemble(ctx, d)
	s.handler = open1(t, s.handler, err)
	s.fold()
	return s
}

func builtPages() fs.FS {
	return fstest.MapFS{
		"index.html":           {Data: []byte("<!doctype html><title>console</title>")},
		"m/index.html":         {Data: []byte("<!doctype html><title>inspector</title>")},
		"m/sw.js":              {Data: []byte("self.x = 1")},
		"screen/index.html":    {Data: []byte("<!doctype html><title>wall</title>")},
		"assets/main-a1b2.js":  {Data: []byte(strings.Repeat("console.log(1);\n", 200))},
		"assets/work-a1b2.mjs": {Data: []byte("export {}")},
		".keep":                {Data: nil},
	}
}

// fold brings every view to the head.
func (s *site) fold() {
	s.t.Helper()
	for _, r := range s.runners {
		if err := r.RunToEnd(s.t.Context()); err != nil {
			s.t.Fatal(err)
		}
	}
}

// An answer is what came back, read once.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
}

func (a answer) json() map[string]any {
	a.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.raw, &v); err != nil {
		a.t.Fatalf("not a JSON object: %v: %s", err, a.raw)
	}
	return v
}

// at returns what lies at a path of names, e.g. at("incident", "id").
func (a answer) at(path ...string) any {
	a.t.Helper()
	var v any = a.json()
	for _, name := range path {
		v = v.(map[string]any)[name]
	}
	return v
}

func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.raw)
	}
	return a
}

// refused checks that a is a well-formed problem of this status and code.
func (a answer) refused(status int, code string) answer {
	a.t.Helper()
	a.want(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Fatalf("Content-Type %q of a problem: %s", got, a.raw)
	}
	if got := a.at("code"); got != code {
		a.t.Fatalf("code %v, want %s: %s", got, code, a.raw)
	}
	if got := a.at("status"); got != float64(status) {
		a.t.Fatalf("status in the body is %v, want %d", got, status)
	}
	if got := a.at("type"); got != "urn:gridcommand:problem:"+code {
		a.t.Fatalf("type %v", got)
	}
	return a
}

// pointers are the places and parameters that a problem complains of.
func (a answer) pointers() []string {
	a.t.Helper()
	var all []string
	for _, e := range a.at("errors").([]any) {
		e := e.(map[string]any)
		if name, ok := e["parameter"].(string); ok {
			all = append(all, name)
		} else if pointer, ok := e["pointer"].(string); ok {
			all = append(all, pointer)
		}
	}
	return all
}

func (a answer) pointsAt(pointer string) answer {
	a.t.Helper()
	if !slices.Contains(a.pointers(), pointer) {
		a.t.Fatalf("errors point at %q, want %q among them: %s", a.pointers(), pointer, a.raw)
	}
	return a
}

// A shot changes a request before it is sent.
type shot func(*http.Request)

func header(name, value string) shot {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func key(k string) shot { return header("Idempotency-Key", k) }

func (s *site) token(who string) string {
	s.t.Helper()
	if token, ok := s.tokens[who]; ok {
		return token
	}
	session, err := s.accounts.Login(s.t.Context(), who, password)
	if err != nil {
		s.t.Fatalf("logging in %s: %v", who, err)
	}
	s.tokens[who] = session.Token
	return session.Token
}

// send asks as somebody ("" for nobody). The body is JSON unless it is bytes or nil.
func (s *site) send(who, method, path string, body any, shots ...shot) answer {
	s.t.Helper()
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		reader = bytes.NewReader(b)
	case string:
		reader = strings.NewReader(b)
	default:
		reader = bytes.NewReader(encode(b))
	}
	r := httptest.NewRequestWithContext(s.t.Context(), method, path, reader)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+s.token(who))
	}
	for _, f := range shots {
		f(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	a := answer{t: s.t, status: w.Code, header: w.Header(), raw: w.Body.Bytes()}
	s.conforms(method, path, a)
	return a
}

func (s *site) get(who, path string, shots ...shot) answer {
	s.t.Helper()
	return s.send(who, "GET", prefix+path, nil, shots...)
}

func (s *site) post(who, path string, body any, shots ...shot) answer {
	s.t.Helper()
	return s.send(who, "POST", prefix+path, body, shots...)
}

// command gives a command to an incident.
func (s *site) command(who, id, name string, body any, shots ...shot) answer {
	s.t.Helper()
	return s.post(who, "/incidents/"+id+"/commands/"+name, body, shots...)
}

type fields = map[string]any

// inside is a point of 桂花, the inspector's community.
func (s *site) inside() fields {
	s.t.Helper()
	cells := s.grid.CommunityCells("440114002002")
	if len(cells) == 0 {
		s.t.Fatal("no grid in 440114002002")
	}
	p, ok := s.grid.InteriorPoint(cells[0].Code)
	if !ok {
		s.t.Fatal("no point in the first grid")
	}
	return fields{"lng": p[0], "lat": p[1], "crs": "wgs84"}
}

// matter is one that starts at the community; its first criterion.
var matter = fields{"scheme": "gb47678.5-2026", "kind": "matter", "code": "06010"}

func (s *site) criterion(code string) string {
	s.t.Helper()
	for _, c := range s.server.reference().Matters.Criteria() {
		if c.Matter.Code == code && c.Matter.Kind == "matter" {
			return c.ID
		}
	}
	s.t.Fatalf("no criterion of %s", code)
	return ""
}

// reportOf is a good report by an inspector, with changes; a nil value takes a field away.
func (s *site) reportOf(changes fields) fields {
	s.t.Helper()
	r := fields{
		"source": "inspector", "matter": matter, "description": "树枝压住人行道", "location": s.inside(),
	}
	for name, v := range changes {
		if v == nil {
			delete(r, name)
		} else {
			r[name] = v
		}
	}
	return r
}

// with copies m with changes.
func with(m fields, changes fields) fields {
	out := maps.Clone(m)
	maps.Copy(out, changes)
	return out
}

// reported files a report and returns its id.
func (s *site) reported(who string, changes fields) string {
	s.t.Helper()
	return s.post(who, "/incidents", s.reportOf(changes)).want(201).at("id").(string)
}

package live

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"go.uber.org/goleak"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/picture"
	"gridcommand/projections/wall"
	"gridcommand/projections/worklist"
	"gridcommand/web/accounts"
	"gridcommand/workflow"
)

// Every test of this package ends with as many goroutines as it began with.
func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "12") // each check lives through servers and sockets; the command line may ask for more
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for what must come.
const patience = 30 * time.Second

// nine is where the ledger's clock stands.
var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)

const password = "correct horse"

var people = []jurisdiction.Person{
	{Name: "inspector", Role: jurisdiction.Inspector, Unit: "440114002002"},
	{Name: "street", Role: jurisdiction.StreetDesk, Unit: "440114002"},
	{Name: "handler", Role: jurisdiction.Handler, Unit: "440114002-S01"},
	{Name: "bureau", Role: jurisdiction.Handler, Unit: "D01"},
	{Name: "district", Role: jurisdiction.DistrictDesk, Unit: "440114"},
	{Name: "supervisor", Role: jurisdiction.Supervisor, Unit: "440114"},
	{Name: "screen", Role: jurisdiction.Screen, Unit: "440114"},
	{Name: "admin", Role: jurisdiction.Admin, Unit: "440114"},
	{Name: "elsewhere", Role: jurisdiction.StreetDesk, Unit: "440114001"},
}

func person(name string) jurisdiction.Person {
	return people[slices.IndexFunc(people, func(p jurisdiction.Person) bool { return p.Name == name })]
}

var books = sync.OnceValues(reference.Load)

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A world is what outlives a server: the ledger and the databases.
type world struct {
	t         testing.TB
	ledger    eventstore.Store
	views     *sqldb.DB
	state     *sqldb.DB
	accounts  *accounts.Store
	narrow    bool         // sockets hold little, so that a client that reads nothing blocks its own soon
	wall      atomic.Int64 // wall time of the accounts, in seconds after nine
	service   *workflow.Service
	reference *reference.Reference
	folder    *casefile.Folder

	mu       sync.Mutex
	sessions map[string]string // by account
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, ledger: memory.New(nil), sessions: map[string]string{}}
	ref, err := books()
	w.reference = must(t, ref, err)
	w.folder = casefile.NewFolder(w.reference.Book, w.reference.Matters)
	w.state, w.views = w.database("state"), w.database("views")
	w.accounts, err = accounts.Open(t.Context(), w.state, func() time.Time { return nine.Add(time.Duration(w.wall.Load()) * time.Second) },
		accounts.Options{Hash: accounts.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	w.accounts = must(t, w.accounts, err)
	for _, p := range people {
		if err := w.accounts.Add(t.Context(), p.Name, p.Role, p.Unit, password); err != nil {
			t.Fatal(err)
		}
	}
	w.service, err = workflow.New(t.Context(), workflow.Deps{Ledger: w.ledger, State: w.state, Reference: w.reference, Now: func() time.Time { return nine }})
	w.service = must(t, w.service, err)
	return w
}

func (w *world) database(name string) *sqldb.DB {
	w.t.Helper()
	db, err := sqldb.OpenSQLite(w.t.Context(), filepath.Join(w.t.TempDir(), name+".db"))
	db = must(w.t, db, err)
	w.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return db
}

// ticket returns a fresh ticket of an account.
func (w *world) ticket(who string) string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sessions[who] == "" {
		s, err := w.accounts.Login(w.t.Context(), who, password)
		w.sessions[who] = must(w.t, s, err).ID
	}
	ticket, err := w.accounts.NewTicket(w.t.Context(), w.sessions[who])
	return must(w.t, ticket, err)
}

// places are where things happen: two communities of a street, one of another,
// and outside every grid. The cells are those of the points.
var places = []struct {
	community string
	point     orb.Point
	cell      string
}{
	{"440114002002", orb.Point{113.2205, 23.3933}, ""},
	{"440114002003", orb.Point{113.2405, 23.4033}, ""},
	{"440114001001", orb.Point{113.1905, 23.3833}, ""},
	{"", orb.Point{113.9, 23.9}, ""},
}

func init() {
	for i := range places {
		places[i].cell = casefile.CellOf(places[i].point)
	}
}

// report has an incident reported at one of the places and returns its id.
func (w *world) report(place int, description string) string {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	number, err := w.service.NextNumber(w.t.Context(), nine)
	if err != nil {
		w.t.Error(err)
		return ""
	}
	p := places[place]
	point := p.point
	where := jurisdiction.Place{}
	if p.community != "" {
		where = jurisdiction.Place{Grid: p.community + "001", GridVersion: "illustrative-1", Community: p.community, Street: p.community[:9], District: p.community[:6]}
	}
	criterion := w.reference.Matters.Criteria()[place]
	_, err = w.service.Do(w.t.Context(), id, incident.Report{
		Number: number, Source: incident.FromInspector, Matter: criterion.Matter, Criterion: criterion.ID, Description: description, OccurredAt: nine, Place: where,
		Location: incident.Location{Point: &point, CRS: "wgs84", Address: "花城路8号"},
		Routing:  w.reference.Book.Route(jurisdiction.Question{Source: string(incident.FromInspector), Matter: criterion.Matter, Criterion: criterion.ID, Place: where}),
	}, incident.Actor{Person: "inspector", Unit: "440114002002", Role: jurisdiction.Inspector}, workflow.Options{At: nine})
	if err != nil {
		w.t.Error(err)
	}
	return id
}

// act gives one command that the rules may accept, by somebody of a unit in
// charge; racing others, it may well be refused.
func (w *world) act(id string, rnd *rand.Rand) {
	s, _, err := w.service.Load(w.t.Context(), id)
	if err != nil {
		w.t.Error(err)
		return
	}
	units := []string{s.Holder, s.Holder, s.Holder, s.IntakeDesk, s.Place.Community, "440114"}
	by := incident.Actor{Person: people[rnd.IntN(len(people))].Name, Unit: units[rnd.IntN(len(units))]}
	allowed := incident.Allowed(s, w.service.Order(nine, by))
	if len(allowed) == 0 {
		return
	}
	var unit string
	if candidates := w.reference.Book.Candidates(s.Matter, s.Place, w.reference.Book.DeskOf(by.Unit)); len(candidates) > 0 {
		unit = candidates[rnd.IntN(len(candidates))].Unit
	}
	commands := map[string]incident.Command{
		"confirm": incident.Confirm{}, "decline": incident.Decline{Reason: "不属受理范围"}, "dispatch": incident.Dispatch{Unit: unit},
		"accept": incident.Accept{}, "handle": incident.Handle{Result: "已清理"}, "return": incident.Return{Code: incident.ReturnCodes[0], Reason: "非我单位职责"},
		"transfer": incident.Transfer{Unit: unit, Reason: "改派"}, "escalate": incident.Escalate{Code: incident.EscalateCodes[0], Reason: "超出权限"},
		"pass": incident.Pass{}, "fail": incident.Fail{Reason: "仍有残留"}, "close": incident.Close{ClosingConditionMet: true},
		"reopen": incident.Reopen{Reason: "复现"}, "comment": incident.Comment{Text: "补充"},
	}
	if criteria := w.reference.Matters.CriteriaOf(s.Matter); len(criteria) > 0 {
		commands["file"] = incident.File{Matter: s.Matter, Criterion: criteria[0].ID, Severity: s.Severity}
	}
	c := commands[allowed[rnd.IntN(len(allowed))]]
	if c == nil {
		return
	}
	_, err = w.service.Do(w.t.Context(), id, c, by, workflow.Options{At: nine})
	if _, refused := errors.AsType[*domain.Refusal](err); err != nil && !refused && !errors.Is(err, eventstore.ErrConflict) {
		w.t.Errorf("%T: %v", c, err)
	}
}

func (w *world) head() eventstore.Position {
	w.t.Helper()
	head, err := w.ledger.Head(w.t.Context())
	return must(w.t, head, err)
}

// A site is one run of a server over a world: views, runners and a hub.
type site struct {
	*world
	hub     *Hub
	runners []*projections.Runner
	picture *picture.View
	server  *httptest.Server
	closed  chan bool // poked when a socket turns out to be too slow
	scope   atomic.Pointer[func(jurisdiction.Person) []string]
}

// open starts a server. Nothing folds until fold is called, or run.
func (w *world) open(change ...func(*Deps, *projections.Options)) *site {
	w.t.Helper()
	s := &site{world: w, closed: make(chan bool, 100)}
	epoch, err := w.ledger.Epoch(w.t.Context())
	s.picture = picture.New(w.views, w.folder)
	lists, figures := worklist.New(w.views, w.folder), wall.New(w.views, w.folder)
	scope := w.reference.Book.Scope
	s.scope.Store(&scope)
	d := Deps{
		Views:  map[string]projections.Live{"picture": s.picture, "worklist": lists, "wall": figures},
		Redeem: w.accounts.Redeem, Active: w.accounts.Active, Book: func() *jurisdiction.Book { return w.reference.Book }, Head: w.ledger.Head, Epoch: must(w.t, epoch, err),
		Scope: func(p jurisdiction.Person) []string { return (*s.scope.Load())(p) },
		Now:   func() time.Time { return nine }, Speed: func() float64 { return 1 }, Log: slog.New(slowness{s.closed}),
		Limits: Limits{Every: time.Millisecond},
	}
	var o projections.Options
	for _, f := range change {
		f(&d, &o)
	}
	for _, v := range []projections.View{s.picture, lists, figures} {
		s.runners = append(s.runners, projections.NewRunner(w.views, w.ledger, v, &o))
	}
	s.hub = New(d)
	s.server = httptest.NewUnstartedServer(s.hub)
	if w.narrow {
		s.server.Listener = smallBuffers{s.server.Listener}
	}
	s.server.Start()
	w.t.Cleanup(s.close)
	return s
}

func limits(l Limits) func(*Deps, *projections.Options) {
	return func(d *Deps, _ *projections.Options) {
		if l.Every == 0 {
			l.Every = d.Limits.Every
		}
		d.Limits = l
	}
}

// close stops the server as a program does. It may be called twice.
func (s *site) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.hub.Shutdown(ctx); err != nil {
		s.t.Errorf("shutting down: %v", err)
	}
	s.server.Close()
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

// run lets the views follow the ledger until the function returned is called.
func (s *site) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, r := range s.runners {
		wg.Go(func() { _ = r.Run(ctx) })
	}
	return func() { cancel(); wg.Wait() }
}

// smallBuffers is a listener whose connections hold little.
type smallBuffers struct{ net.Listener }

func (l smallBuffers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(16 << 10)
	}
	return c, err
}

// slowly is as by a client that holds little too.
func (s *site) slowly(who string) *client {
	s.t.Helper()
	d := websocket.Dialer{NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		return c, err
	}}
	c, _, err := dialBy(s.t, d, s.server, nil)
	c = must(s.t, c, err)
	c.send(`{"op":"hello","ticket":%q}`, s.ticket(who))
	return c
}

// slowness pokes a channel when the hub logs that a socket is too slow.
type slowness struct{ heard chan bool }

func (s slowness) Enabled(context.Context, slog.Level) bool { return true }
func (s slowness) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s slowness) WithGroup(string) slog.Handler            { return s }
func (s slowness) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "socket is too slow" {
		s.heard <- true
	}
	return nil
}

// A message is a frame of the server.
type message struct {
	Op       string            `json:"op"`
	ID       int64             `json:"id"`
	Epoch    string            `json:"epoch"`
	Position *int64            `json:"position"`
	At       *time.Time        `json:"at"`
	Speed    *float64          `json:"speed"`
	Put      []json.RawMessage `json:"put"`
	Gone     []string          `json:"gone"`
	Part     int               `json:"part"`
	Of       int               `json:"of"`
	From     *int64            `json:"from"`
	To       *int64            `json:"to"`
	Reason   string            `json:"reason"`
	Code     int               `json:"code"`
	Retry    *bool             `json:"retry"`
}

// A client is the other end of a socket.
type client struct {
	t    testing.TB
	conn *websocket.Conn
}

func dial(t testing.TB, server *httptest.Server, header http.Header) (*client, *http.Response, error) {
	t.Helper()
	return dialBy(t, websocket.Dialer{Subprotocols: []string{Subprotocol}}, server, header)
}

func dialBy(t testing.TB, d websocket.Dialer, server *httptest.Server, header http.Header) (*client, *http.Response, error) {
	t.Helper()
	conn, answer, err := d.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), header)
	if err != nil {
		return nil, answer, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t, conn}, answer, nil
}

// stranger opens a socket and says nothing.
func (s *site) stranger() *client {
	s.t.Helper()
	c, _, err := dial(s.t, s.server, nil)
	return must(s.t, c, err)
}

// as opens a socket and says who it is.
func (s *site) as(who string) *client {
	s.t.Helper()
	c := s.stranger()
	c.send(`{"op":"hello","ticket":%q}`, s.ticket(who))
	return c
}

func (c *client) send(format string, args ...any) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, format, args...)); err != nil {
		c.t.Fatalf("sending: %v", err)
	}
}

// next returns the next frame of the server.
func (c *client) next() message {
	c.t.Helper()
	m, err := c.read()
	if err != nil {
		c.t.Fatalf("waiting for a frame: %v", err)
	}
	return m
}

func (c *client) read() (message, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	kind, data, err := c.conn.ReadMessage()
	if err != nil {
		return message{}, err
	}
	if kind != websocket.TextMessage {
		return message{}, fmt.Errorf("a frame of kind %d", kind)
	}
	var m message
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return m, fmt.Errorf("%w: %s", err, data)
	}
	return m, nil
}

// expect returns the next frame, which must be one of this op for this watch.
func (c *client) expect(op string, id int64) message {
	c.t.Helper()
	m := c.next()
	if m.Op != op || m.ID != id {
		c.t.Fatalf("got a %s for watch %d (%s), want a %s for %d", m.Op, m.ID, m.Reason, op, id)
	}
	if m.At == nil || m.Speed == nil {
		c.t.Fatalf("a %s without at and speed", op)
	}
	return m
}

// snapshot reads all parts of a snapshot; nothing may come between.
func (c *client) snapshot(id int64) (position int64, items map[string]string) {
	c.t.Helper()
	items = map[string]string{}
	for part, of := 1, 1; part <= of; part++ {
		m := c.expect("snapshot", id)
		if m.Position == nil || m.Part != part || m.Epoch == "" || part > 1 && (*m.Position != position || m.Of != of) {
			c.t.Fatalf("part %d of %d of a snapshot at %v, want part %d of %d at %d", m.Part, m.Of, *m.Position, part, of, position)
		}
		position, of = *m.Position, m.Of
		for _, p := range m.Put {
			items[idOf(c.t, p)] = string(p)
		}
	}
	return position, items
}

func idOf(t testing.TB, item json.RawMessage) string {
	t.Helper()
	var it struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(item, &it); err != nil || it.ID == "" {
		t.Fatalf("an item without id: %s", item)
	}
	return it.ID
}

// endsWith reads until the socket ends, which must be by a bye frame and then a
// close frame of this code.
func (c *client) endsWith(code int) {
	c.t.Helper()
	var last message
	for late := time.Now().Add(patience); ; {
		m, err := c.read()
		if err == nil && time.Now().After(late) {
			c.t.Fatalf("the socket goes on, want code %d", code)
		}
		if err == nil {
			if last.Op == "bye" {
				c.t.Fatalf("a %s after the bye", m.Op)
			}
			last = m
			continue
		}
		closed, ok := errors.AsType[*websocket.CloseError](err)
		if !ok || closed.Code != code {
			c.t.Fatalf("the socket ended with %v, want code %d", err, code)
		}
		if last.Op != "bye" || last.Code != code || last.Reason == "" || last.Retry == nil || *last.Retry != (code < 4400 || code == 4408 || code == 4429) {
			c.t.Fatalf("before the close frame of %d came %+v, want a bye", code, last)
		}
		return
	}
}

// refusal is what a request that is no socket is answered with.
func refusal(t testing.TB, answer *http.Response) (status int, code string) {
	t.Helper()
	if answer == nil {
		t.Fatal("no answer")
	}
	if got := answer.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %q", got)
	}
	var p struct{ Code string }
	body, _ := io.ReadAll(answer.Body)
	if err := json.Unmarshal(body, &p); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return answer.StatusCode, p.Code
}

// holder is who holds an incident now.
func (w *world) holder(id string) string {
	w.t.Helper()
	state, _, err := w.service.Load(w.t.Context(), id)
	return must(w.t, state, err).Holder
}

// voided takes an incident away.
func (w *world) voided(id string) {
	w.t.Helper()
	if _, err := w.service.Do(w.t.Context(), id, incident.Void{Reason: "误报"},
		incident.Actor{Person: "district", Unit: "440114", Role: jurisdiction.DistrictDesk}, workflow.Options{At: nine}); err != nil {
		w.t.Fatal(err)
	}
}

// watchKeys are what a watch selects.
type watchKeys struct {
	scope string
	cells []string
}

// truth is what somebody sees in a view by a fold from nothing, asked as REST asks.
func (s *site) truth(view string, keys watchKeys, who string) map[string]string {
	s.t.Helper()
	db := s.database("truth-" + uuid.NewString())
	scope := (*s.scope.Load())(person(who))
	items := map[string]string{}
	if view == "picture" {
		v := picture.New(db, s.folder)
		s.foldAll(db, v)
		c, err := v.Features(s.t.Context(), picture.Query{Cells: keys.cells, Area: keys.scope, Scope: scope})
		for _, f := range must(s.t, c, err).Features {
			items[idOf(s.t, f)] = string(f)
		}
		return items
	}
	var any []string
	var v interface {
		projections.View
		projections.Live
	}
	if view == "wall" {
		v, any = wall.New(db, s.folder), wall.Any(keys.scope)
	} else {
		v, any = worklist.New(db, s.folder), worklist.Any(keys.scope)
	}
	s.foldAll(db, v)
	snap, err := v.Snapshot(s.t.Context(), any, scope)
	for _, it := range must(s.t, snap, err).Items {
		items[it.ID] = string(it.Data)
	}
	return items
}

func (w *world) foldAll(db *sqldb.DB, v projections.View) {
	w.t.Helper()
	if err := projections.NewRunner(db, w.ledger, v, nil).RunToEnd(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"gridcommand/cmd/clock"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/eventstorebench"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/web/live"
	"gridcommand/workflow"
)

// BenchCmd measures, each time beside the raw limit of the same run: lines of
// "name value unit", the last the ratio.
type BenchCmd struct {
	Append BenchAppendCmd `cmd:"" help:"The ledger's append beside raw inserts into the same kind of table."`
	Follow BenchFollowCmd `cmd:"" help:"Reading a ledger from its beginning beside a raw scan of its table."`
	Growth BenchGrowthCmd `cmd:"" help:"Appending to and following a ledger that has grown beside an empty one."`
	Locate BenchLocateCmd `cmd:"" help:"Which grid owns a point, beside one exact test against the right polygon."`
	Fanout BenchFanoutCmd `cmd:"" help:"One change to many sockets beside a bare write loop."`

	Casebook      BenchCasebookCmd `cmd:"" help:"Statistics and lists for many users over many incidents, beside a handler that only sends bytes."`
	Rebuild       BenchRebuildCmd  `cmd:"" help:"Folding each view anew, beside decoding every fact; or, with --restart, from a start until ready."`
	CasebookUsers BenchUsersCmd    `cmd:"" hidden:""`
}

func onStore(console *Console, ledger string, f func(dir string) (eventstorebench.Figures, error)) error {
	if ledger != "" && !strings.HasPrefix(ledger, "postgres") {
		return usagef("--ledger: %q is not postgres://…", ledger)
	}
	dir, err := os.MkdirTemp("", "gridcommand-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	figures, err := f(dir)
	if err != nil {
		return err
	}
	fmt.Fprint(console.Out, figures)
	return nil
}

// BenchLocateCmd measures locating.
type BenchLocateCmd struct {
	Points int `default:"200000"`
}

// Run measures.
func (c *BenchLocateCmd) Run(_ context.Context, console *Console) error {
	grid, err := basegrid.Load()
	if err != nil {
		return err
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	cells := grid.Cells()
	points, owners := make([]orb.Point, c.Points), make([]orb.MultiPolygon, c.Points)
	for i := range points {
		code := cells[rnd.IntN(len(cells))].Code
		points[i] = grid.RandomPoint(code, rnd.Float64)
		_, owners[i], _ = grid.Cell(code)
	}
	hits := 0
	began := time.Now()
	for i, p := range points {
		if planar.MultiPolygonContains(owners[i], p) {
			hits++
		}
	}
	raw := time.Since(began)
	found := 0
	began = time.Now()
	for _, p := range points {
		if _, ok := grid.Locate(p); ok {
			found++
		}
	}
	ours := time.Since(began)
	if found != len(points) {
		return fmt.Errorf("bench locate: %d of %d points found", found, len(points))
	}
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(len(points)) }
	fmt.Fprint(console.Out, eventstorebench.Figures{
		{Name: "grids", Value: float64(len(cells)), Unit: "grids"},
		{Name: "points", Value: float64(len(points)), Unit: "points"},
		{Name: "locate", Value: each(ours), Unit: "ns"},
		{Name: "one_exact_test", Value: each(raw), Unit: "ns"},
		{Name: "ratio", Value: raw.Seconds() / ours.Seconds(), Unit: "x"},
	})
	return nil
}

// BenchFanoutCmd measures fan-out.
type BenchFanoutCmd struct {
	Sockets int `default:"1000"`
	Rounds  int `default:"40" help:"Changes sent to every socket."`
}

// Run reports incidents one by one; each must reach every socket before the next.
// The raw limit writes frames of the same size to as many sockets in a bare loop.
func (c *BenchFanoutCmd) Run(ctx context.Context, console *Console) error {
	dir, err := os.MkdirTemp("", "gridcommand-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m, err := assemble(ctx, place{dir: dir}, clock.Wall(), console.Log, nil)
	if err != nil {
		return err
	}
	defer m.Close()
	runner := m.runner("picture")
	if err := runner.RunToEnd(ctx); err != nil {
		return err
	}
	hub := live.New(live.Deps{
		Views: map[string]projections.Live{"picture": m.views.picture},
		Redeem: func(context.Context, string) (jurisdiction.Person, string, error) {
			return jurisdiction.Person{Name: "bench", Role: jurisdiction.DistrictDesk, Unit: m.book().District()}, "bench", nil
		},
		Active: func(context.Context, string) (bool, error) { return true, nil },
		Scope:  m.book().Scope, Book: m.book, Head: m.ledger.Head, Epoch: "bench",
		Now: time.Now, Speed: func() float64 { return 1 }, Log: console.Log,
		Limits: live.Limits{SocketsPerAccount: c.Sockets, Sockets: c.Sockets, Every: time.Millisecond},
	})
	readers, stop, err := connect(ctx, hub, c.Sockets, true)
	if err != nil {
		return err
	}
	defer stop()
	rnd := rand.New(rand.NewPCG(3, 4))
	change := func() error {
		if err := m.reportSomething(ctx, rnd); err != nil {
			return err
		}
		return runner.RunToEnd(ctx)
	}
	var ours time.Duration
	for range c.Rounds {
		before := readers.frames.Load()
		began := time.Now()
		if err := change(); err != nil {
			return err
		}
		if err := readers.until(ctx, before+int64(c.Sockets)); err != nil {
			return err
		}
		ours += time.Since(began)
	}
	size := int(readers.bytes.Load() / max(1, readers.frames.Load()))
	if err := hub.Shutdown(ctx); err != nil {
		return err
	}
	raw, err := bareLoop(ctx, c.Sockets, c.Rounds, size)
	if err != nil {
		return err
	}
	total := float64(c.Sockets * c.Rounds)
	fmt.Fprint(console.Out, eventstorebench.Figures{
		{Name: "sockets", Value: float64(c.Sockets), Unit: "sockets"},
		{Name: "frame_size", Value: float64(size), Unit: "bytes"},
		{Name: "fanout", Value: total / ours.Seconds(), Unit: "frames/s"},
		{Name: "fanout_round", Value: float64(ours.Microseconds()) / 1000 / float64(c.Rounds), Unit: "ms"},
		{Name: "bare_write_loop", Value: total / raw.Seconds(), Unit: "frames/s"},
		{Name: "ratio", Value: raw.Seconds() / ours.Seconds(), Unit: "x"},
	})
	return nil
}

func (m *center) runner(name string) *projections.Runner {
	for _, r := range m.runners {
		if r.Name() == name {
			return r
		}
	}
	panic("no view " + name)
}

// reportSomething adds one incident somewhere in the district.
func (m *center) reportSomething(ctx context.Context, rnd *rand.Rand) error {
	grid := m.grid()
	cells := grid.Cells()
	cell := cells[rnd.IntN(len(cells))]
	point := grid.RandomPoint(cell.Code, rnd.Float64)
	at := time.Now()
	number, err := m.service.NextNumber(ctx, at)
	if err != nil {
		return err
	}
	matter := m.library.Now().Matters.Criteria()[0].Matter
	place := jurisdiction.Place{
		Grid: cell.Code, GridVersion: grid.Version(), Community: cell.Community, Street: cell.Street, District: cell.District,
	}
	_, err = m.service.Do(ctx, uuid.Must(uuid.NewV7()).String(), incident.Report{
		Number: number, Source: incident.FromDepartment, Matter: matter, Description: "bench", OccurredAt: at, Place: place,
		Location: incident.Location{Point: &point, CRS: "wgs84"},
		Routing:  m.book().Route(jurisdiction.Question{Source: string(incident.FromDepartment), Matter: matter, Place: place}),
	}, incident.Actor{Person: "system:bench", Unit: m.book().District(), Role: jurisdiction.DistrictDesk}, workflow.Options{At: at})
	return err
}

// readers are clients that count what they are sent.
type readers struct {
	frames, bytes atomic.Int64
	news          chan struct{}
}

func (r *readers) read(conn *websocket.Conn) {
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if strings.HasPrefix(string(data[:min(len(data), 14)]), `{"op":"frame"`) {
			if !strings.Contains(string(data), `"put"`) {
				continue
			}
			r.bytes.Add(int64(len(data)))
			r.frames.Add(1)
			select {
			case r.news <- struct{}{}:
			default:
			}
		}
	}
}

func (r *readers) until(ctx context.Context, n int64) error {
	for r.frames.Load() < n {
		select {
		case <-r.news:
		case <-time.After(20 * time.Second):
			return fmt.Errorf("bench fanout: %d of %d frames arrived", r.frames.Load(), n)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// connect opens n sockets on h over loopback and, with watch, waits until each
// has its snapshot.
func connect(ctx context.Context, h http.Handler, n int, watch bool) (*readers, func(), error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	r := &readers{news: make(chan struct{}, 1)}
	var conns []*websocket.Conn
	var wg sync.WaitGroup
	stop := func() {
		for _, c := range conns {
			_ = c.Close()
		}
		wg.Wait()
		_ = server.Close()
	}
	dialer := websocket.Dialer{Subprotocols: []string{live.Subprotocol}, ReadBufferSize: 1 << 10, WriteBufferSize: 512}
	for range n {
		conn, _, err := dialer.DialContext(ctx, "ws://"+listener.Addr().String()+"/", nil)
		if err != nil {
			stop()
			return nil, nil, err
		}
		conns = append(conns, conn)
		if watch {
			for _, text := range []string{`{"op":"hello","ticket":"bench"}`, `{"op":"watch","id":1,"view":"picture","scope":"440114"}`} {
				if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
					stop()
					return nil, nil, err
				}
			}
			if _, _, err := conn.ReadMessage(); err != nil {
				stop()
				return nil, nil, err
			}
		}
		wg.Go(func() { r.read(conn) })
	}
	return r, stop, nil
}

// bareLoop writes frames of a size to n sockets, one after another, rounds times,
// each round read by all clients before the next.
func bareLoop(ctx context.Context, n, rounds, size int) (time.Duration, error) {
	arrived := make(chan *websocket.Conn, n)
	upgrader := websocket.Upgrader{Subprotocols: []string{live.Subprotocol}, ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{}}
	r, stop, err := connect(ctx, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if conn, err := upgrader.Upgrade(w, req, nil); err == nil {
			arrived <- conn
		}
	}), n, false)
	if err != nil {
		return 0, err
	}
	defer stop()
	sockets := make([]*websocket.Conn, n)
	for i := range sockets {
		sockets[i] = <-arrived
	}
	frame := []byte(`{"op":"frame","put":"` + strings.Repeat("x", max(0, size-23)) + `"}`)
	var took time.Duration
	for range rounds {
		before := r.frames.Load()
		began := time.Now()
		for _, s := range sockets {
			if err := s.WriteMessage(websocket.TextMessage, frame); err != nil {
				return 0, err
			}
		}
		if err := r.until(ctx, before+int64(n)); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	for _, s := range sockets {
		_ = s.Close()
	}
	return took, nil
}

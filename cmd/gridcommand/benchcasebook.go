package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstorebench"
	"gridcommand/eventstore/sqldb"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/web/accounts"
	"gridcommand/web/api"
)

// BenchCasebookCmd measures how long people wait for statistics and lists when so many
// incidents are there.
//
// What answers is the product: its HTTP handler with sessions of six roles, and its views
// in SQLite or PostgreSQL, folded from facts that the rules made (see [stampedLedger]:
// the ledger itself is computed, not stored). While users ask, new facts come and the
// views follow. No workflow handler runs.
//
// The users are another process on the same machine ([BenchUsersCmd]): its processor
// time is reported apart, but it takes it from the same processors. Each user asks, waits
// for the last byte, thinks for an exponential time of a second on average, and asks on:
// one question in three for statistics, the others for lists. Times are of every answer,
// the first ones included.
//
// The raw limit is a handler that does nothing but send a body of the size of an average
// list to the same users, thinking alike, in the same run: the ratio is its 95th
// percentile in the list's.
type BenchCasebookCmd struct {
	Incidents int     `default:"1000000" help:"Incidents reported in the year before."`
	Users     int     `default:"50"`
	Seconds   float64 `default:"60" help:"How long users ask; the raw limit takes a sixth of it more."`
	Think     float64 `default:"1" help:"Seconds a user thinks between an answer and the next question, on average."`
	Facts     int     `default:"20" help:"New facts a second while users ask."`
	Ledger    string  `help:"postgres://… of a database for the views; without it, SQLite."`
	Data      string  `help:"Folder of the views: kept, and used again if it has those of the same facts. Without it, a new one that is removed." type:"path"`
	Views     string  `default:"casebook,tally" help:"Views to fold; the others are made and stay empty. all: every one."`
	Seed      uint64  `default:"440114"`
	Slowest   bool    `help:"Also say on standard error which answers took longest."`
	Profile   string  `help:"Also write CPU profiles: of the seeding to FILE.seed, of the answers to FILE.load." type:"path" placeholder:"FILE"`
}

// Run measures.
func (c *BenchCasebookCmd) Run(ctx context.Context, console *Console) error {
	if c.Incidents < 1 || c.Users < 1 || c.Seconds <= 0 || c.Think <= 0 || c.Facts < 0 {
		return usagef("bench casebook: incidents, users, seconds and think are above 0")
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
	figures, err := c.measure(ctx, console, p)
	if err != nil {
		return err
	}
	fmt.Fprint(console.Out, figures)
	return nil
}

func (c *BenchCasebookCmd) measure(ctx context.Context, console *Console, p place) (_ eventstorebench.Figures, err error) {
	ref, err := reference.Load()
	if err != nil {
		return nil, err
	}
	grid, err := basegrid.Load()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	ledger, err := newStampedLedger(ref, grid, c.Seed, c.Incidents)
	if err != nil {
		return nil, err
	}
	c.say(console, "stories told in %.1f s: %d facts", time.Since(began).Seconds(), ledger.Seeded())
	d, err := c.open(ctx, p, ledger)
	if err != nil {
		return nil, err
	}
	standing := clock.Standing(ledger.At())
	var tokens []benchUser
	// Every request is logged, as a server does, but nobody reads it.
	log := slog.New(slog.DiscardHandler)
	m, err := assembleOver(ctx, d, p, standing, log, func(ctx context.Context, a *accounts.Store) (err error) {
		tokens, err = c.sessions(ctx, a, ref.Book)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()

	if err := m.makeTables(ctx); err != nil {
		return nil, err
	}
	runners := m.named(c.Views)
	folded, began := int64(0), time.Now()
	profiled, err := c.profile("seed")
	if err != nil {
		return nil, err
	}
	for _, r := range runners {
		n, each := r.Position(), time.Now()
		if err := r.RunToEnd(ctx); err != nil {
			return nil, err
		}
		n = r.Position() - n
		folded += int64(n)
		c.say(console, "%s: %d facts in %.1f s, %.0f a second", r.Name(), n, time.Since(each).Seconds(), float64(n)/time.Since(each).Seconds())
	}
	seeding := time.Since(began)
	profiled()
	warm := time.Now()
	if err := m.warm(ctx); err != nil {
		return nil, err
	}
	warming := time.Since(warm)
	c.say(console, "caches loaded in %.1f s", warming.Seconds())
	ledger.Forget()
	debug.FreeOSMemory()

	if profiled, err = c.profile("load"); err != nil {
		return nil, err
	}
	seen, spent, resident, err := c.load(ctx, m, ledger, standing, runners, tokens)
	if err != nil {
		return nil, err
	}
	profiled()
	raw, err := c.bare(ctx, tokens, seen)
	if err != nil {
		return nil, err
	}
	if seen.Fault != "" {
		c.say(console, "the first error: %s", seen.Fault)
	}
	if c.Slowest {
		for _, s := range seen.Slow {
			c.say(console, "%.1f ms %s %s", s.MS, s.Role, s.Path)
		}
	}
	answers := len(seen.Statistics) + len(seen.List)
	out := eventstorebench.Figures{
		{Name: "incidents", Value: float64(c.Incidents), Unit: "incidents"},
		{Name: "facts", Value: float64(ledger.Seeded()), Unit: "facts"},
		{Name: "seed_facts_per_second", Value: float64(folded) / max(seeding.Seconds(), 1e-9), Unit: "facts/s"},
		{Name: "views_size", Value: sizeOf(ctx, d.views) / (1 << 20), Unit: "MB"},
		{Name: "warm_seconds", Value: warming.Seconds(), Unit: "s"},
		{Name: "users", Value: float64(c.Users), Unit: "users"},
	}
	for _, list := range []struct {
		name string
		ms   []float64
	}{{"statistics", seen.Statistics}, {"list", seen.List}} {
		for _, q := range []int{50, 95, 99} {
			out = append(out, eventstorebench.Figure{Name: fmt.Sprintf("%s_p%d_ms", list.name, q), Value: quantile(list.ms, q), Unit: "ms"})
		}
	}
	bare := quantile(raw.Bare, 95)
	return append(out, eventstorebench.Figures{
		{Name: "list_answer", Value: float64(seen.ListBytes) / float64(max(len(seen.List), 1)), Unit: "bytes"},
		{Name: "requests_per_second", Value: float64(answers) / seen.Seconds, Unit: "requests/s"},
		{Name: "errors", Value: float64(seen.Errors), Unit: "answers"},
		{Name: "server_cpu_seconds", Value: spent, Unit: "s"},
		{Name: "generator_cpu_seconds", Value: seen.CPU, Unit: "s"},
		{Name: "memory_mb", Value: resident, Unit: "MB"},
		{Name: "raw_p95_ms", Value: bare, Unit: "ms"},
		{Name: "ratio", Value: bare / quantile(seen.List, 95), Unit: "x"},
	}...), nil
}

func (c *BenchCasebookCmd) say(console *Console, format string, args ...any) {
	fmt.Fprintf(console.Err, "bench casebook: "+format+"\n", args...)
}

// profile begins to profile a part of the run and returns what ends that.
func (c *BenchCasebookCmd) profile(part string) (end func(), err error) {
	if c.Profile == "" {
		return func() {}, nil
	}
	file, err := os.Create(c.Profile + "." + part)
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

// open opens views and state beside the computed ledger, whose head goes on from where
// the views have come to if they were folded from it before.
func (c *BenchCasebookCmd) open(ctx context.Context, p place, ledger *stampedLedger) (_ *databases, err error) {
	if err := os.MkdirAll(filepath.Join(p.dir, "photos"), 0o750); err != nil {
		return nil, err
	}
	d := &databases{ledger: ledger}
	defer func() {
		if err != nil {
			_ = d.Close()
		}
	}()
	if d.views, err = p.database(ctx, "views"); err != nil {
		return nil, err
	}
	if d.state, err = p.database(ctx, "state"); err != nil {
		return nil, err
	}
	epoch, err := ledger.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	var reached int64
	// Before the first run there is no such table: then nothing has been reached.
	_ = d.views.Read.QueryRowContext(ctx, `SELECT COALESCE(MAX(position), 0) FROM views_checkpoint WHERE epoch = $1`, epoch).Scan(&reached)
	if ahead := reached - int64(ledger.Seeded()); ahead > 0 {
		ledger.Advance(int(ahead))
	}
	return d, nil
}

// benchRoles are who the users are: of ten, so many of each role.
var benchRoles = []struct {
	role jurisdiction.Role
	of10 int
}{
	{jurisdiction.DistrictDesk, 2},
	{jurisdiction.Supervisor, 1},
	{jurisdiction.StreetDesk, 3},
	{jurisdiction.CommunityStaff, 2},
	{jurisdiction.Handler, 1},
	{jurisdiction.Hotline, 1},
}

// sessions makes an account for every user and logs it in.
func (c *BenchCasebookCmd) sessions(ctx context.Context, a *accounts.Store, book *jurisdiction.Book) ([]benchUser, error) {
	units := map[jurisdiction.Role][]string{}
	for _, u := range book.Units() {
		for _, r := range benchRoles {
			if book.Fits(r.role, u.Code) {
				units[r.role] = append(units[r.role], u.Code)
			}
		}
	}
	known := map[string]bool{}
	all, err := a.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		known[one.Name] = true
	}
	var roles []jurisdiction.Role
	for _, r := range benchRoles {
		for range r.of10 {
			roles = append(roles, r.role)
		}
	}
	const password = "bench-casebook-2026"
	var users []benchUser
	for i := range c.Users {
		role := roles[i%len(roles)]
		unit := units[role][i*7919%len(units[role])]
		name := fmt.Sprintf("bench-%s-%s", strings.ReplaceAll(string(role), "_", "-"), strings.ToLower(unit))
		if !known[name] {
			if err := a.Add(ctx, name, role, unit, password); err != nil {
				return nil, fmt.Errorf("bench casebook: account %s: %w", name, err)
			}
			known[name] = true
		}
		session, err := a.Login(ctx, name, password)
		if err != nil {
			return nil, fmt.Errorf("bench casebook: logging in %s: %w", name, err)
		}
		users = append(users, benchUser{Token: session.Token, Role: string(role), Unit: unit})
	}
	return users, nil
}

// named returns the runners of the views to fold.
func (m *center) named(views string) []*projections.Runner {
	if views == "all" {
		return m.runners
	}
	var some []*projections.Runner
	for name := range strings.SplitSeq(views, ",") {
		some = append(some, m.runner(name))
	}
	return some
}

// makeTables makes the tables of every view, so that whatever is asked of one that was
// not folded has an empty answer.
func (m *center) makeTables(ctx context.Context) error {
	for _, r := range m.runners {
		if err := r.Open(ctx); err != nil {
			return err
		}
	}
	return nil
}

// warm loads what views keep in memory, as it is loaded before a server takes requests.
func (m *center) warm(ctx context.Context) error {
	for _, v := range m.views.all() {
		if w, ok := v.(interface{ Warm(context.Context) error }); ok {
			if err := w.Warm(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// load serves while users ask and facts come. It returns what the users saw, what this
// process spent and how much memory it had in the end.
func (c *BenchCasebookCmd) load(ctx context.Context, m *center, ledger *stampedLedger, standing *clock.Clock, runners []*projections.Runner, users []benchUser) (seen usersSeen, spent, resident float64, err error) {
	url, stop, err := serveBench(api.Server(m.site))
	if err != nil {
		return seen, 0, 0, err
	}
	defer stop()
	working, rest := context.WithCancel(ctx)
	var g errgroup.Group
	for _, r := range runners {
		g.Go(func() error { return r.Run(working) })
	}
	g.Go(func() error {
		c.trickle(working, ledger, standing)
		return nil
	})
	before := cpuSeconds()
	seen, err = askAll(ctx, usersPlan{
		URL: url, Users: users, Seconds: c.Seconds, Think: c.Think, Seed: c.Seed, Today: ledger.At(), Words: wordsFor(m, c.Seed),
	})
	spent, resident = cpuSeconds()-before, residentMB()
	rest()
	return seen, spent, resident, errors.Join(err, g.Wait())
}

// trickle lets new facts come, a few at a time, and the ledger's clock with them.
func (c *BenchCasebookCmd) trickle(ctx context.Context, ledger *stampedLedger, standing *clock.Clock) {
	if c.Facts == 0 {
		return
	}
	ticker := time.NewTicker(time.Second / time.Duration(c.Facts))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			ledger.Advance(1)
			standing.Step(ledger.At())
		}
	}
}

// bare measures the raw limit: the same users and a handler that only sends bytes.
func (c *BenchCasebookCmd) bare(ctx context.Context, users []benchUser, seen usersSeen) (usersSeen, error) {
	body := bytes.Repeat([]byte("x"), int(seen.ListBytes/int64(max(len(seen.List), 1))))
	url, stop, err := serveBench(api.Server(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})))
	if err != nil {
		return usersSeen{}, err
	}
	defer stop()
	raw, err := askAll(ctx, usersPlan{URL: url, Users: users, Seconds: max(c.Seconds/6, 1), Think: c.Think, Seed: c.Seed, Bare: "/"})
	if err == nil && len(raw.Bare) == 0 {
		err = fmt.Errorf("bench casebook: the raw limit got no answer: %s", raw.Fault)
	}
	return raw, err
}

// serveBench serves on a port of its own until stop is called.
func serveBench(server *http.Server) (url string, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	return "http://" + listener.Addr().String(), func() {
		_ = server.Close()
		<-done
	}, nil
}

// askAll runs the load generator.
func askAll(ctx context.Context, plan usersPlan) (usersSeen, error) {
	var seen usersSeen
	self, err := os.Executable()
	if err != nil {
		return seen, err
	}
	text, err := json.Marshal(plan)
	if err != nil {
		return seen, err
	}
	cmd := exec.CommandContext(ctx, self, "bench", "casebook-users")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return seen, fmt.Errorf("bench casebook: the load generator: %w", err)
	}
	return seen, json.Unmarshal(out, &seen)
}

// wordsFor chooses what the users filter by and search for.
func wordsFor(m *center, seed uint64) benchWords {
	var w benchWords
	for _, u := range m.book().Units() {
		switch {
		case u.Kind == jurisdiction.Station:
			w.Communities = append(w.Communities, u.Area)
		case u.Kind == jurisdiction.Center && u.Tier == jurisdiction.Street:
			w.Streets = append(w.Streets, u.Area)
		case !u.IsDesk():
			w.Units = append(w.Units, u.Code)
		}
	}
	for _, text := range m.library.Now().Texts.Incidents {
		w.Matters = append(w.Matters, text.Matter.String())
		w.Codes = append(w.Codes, text.Matter.Code)
	}
	w.Common = append([]string{"垃圾", "路灯", "投诉", "车牌", "灯杆", "人行道", "小区南门", "市场后门", "施工", "噪声", "消防", "污水"}, stampedRoads...)
	for i := range 40 {
		x := (seed + uint64(i)) * 0x9E3779B97F4A7C15
		w.Rare = append(w.Rare,
			fmt.Sprintf("%s%d号", stampedRoads[x%uint64(len(stampedRoads))], 1+x>>9%housesEach),
			fmt.Sprintf("HD%d", 10_000+x>>7%90_000),
			fmt.Sprintf("粤A%c%c", 'A'+x>>3%8, 'P'+x>>13%8),
			fmt.Sprintf("-%05d", 1+x>>11%2500),
		)
	}
	at := m.clock.Now().In(deadline.CST)
	for i := range 20 {
		w.Rare = append(w.Rare, at.AddDate(0, 0, -i*11).Format("20060102"))
	}
	return w
}

// quantile returns the q-th percentile of a sorted list; 0 for none.
func quantile(sorted []float64, q int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(math.Ceil(float64(len(sorted)*q)/100))-1)]
}

// sizeOf returns how many bytes the views' database takes; 0 where it can't be said.
func sizeOf(ctx context.Context, db *sqldb.DB) float64 {
	if db.Dialect == sqldb.SQLite {
		if file, err := os.Stat(db.Name); err == nil {
			return float64(file.Size())
		}
		return 0
	}
	var size float64
	_ = db.Read.QueryRowContext(ctx, `SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND n.nspname = $1`, db.Name).Scan(&size)
	return size
}

// residentMB is how much memory this process has now; where the system does not tell,
// the most it ever had.
func residentMB() float64 {
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			if pages, err := strconv.ParseFloat(fields[1], 64); err == nil {
				return pages * float64(os.Getpagesize()) / (1 << 20)
			}
		}
	}
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(u.Maxrss) / (1 << 20)
	}
	return float64(u.Maxrss) / (1 << 10)
}

var _ eventstore.Store = (*stampedLedger)(nil)

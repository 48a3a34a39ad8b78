package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"gridcommand/domain/deadline"
)

// BenchUsersCmd is the load generator of [BenchCasebookCmd], in a process of its own so
// that its work is told apart from the server's. It reads a [usersPlan] on its standard
// input and writes [usersSeen].
type BenchUsersCmd struct{}

// Run loads a server.
func (*BenchUsersCmd) Run(ctx context.Context, console *Console) error {
	var plan usersPlan
	if err := json.NewDecoder(os.Stdin).Decode(&plan); err != nil {
		return fmt.Errorf("bench casebook: reading the plan: %w", err)
	}
	seen, err := plan.run(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(console.Out).Encode(seen)
}

// A usersPlan is who asks what for how long.
type usersPlan struct {
	URL     string
	Users   []benchUser
	Seconds float64
	Think   float64 // seconds between an answer and the next question, on average
	Seed    uint64
	Today   time.Time // the ledger's
	Bare    string    // a path that is asked for in place of everything else; empty: the mix
	Words   benchWords
}

// A benchUser is one session.
type benchUser struct {
	Token, Role, Unit string
}

// benchWords are what people filter by and search for.
type benchWords struct {
	Streets, Communities, Units, Matters, Codes []string
	Common, Rare                                []string
}

// usersSeen is what the users saw.
type usersSeen struct {
	Statistics, List, Bare []float64 // milliseconds from the question to the last byte, in order of size
	StatisticsBytes        int64
	ListBytes              int64
	Errors                 int
	Fault                  string // the first
	Seconds                float64
	CPU                    float64 // seconds
	Slow                   []slowAnswer
}

// A slowAnswer is one of those that took longest.
type slowAnswer struct {
	Path, Role string
	MS         float64
}

// run lets every user ask, wait for the whole answer, think and ask again. Thinking
// times are exponential, so that questions come as independent people's do; users begin
// at moments spread over one thinking time.
func (p usersPlan) run(ctx context.Context) (usersSeen, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: len(p.Users), MaxConnsPerHost: 0, DisableCompression: true}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.Seconds*float64(time.Second)))
	defer cancel()
	var mu sync.Mutex
	var seen usersSeen
	began := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	for i, u := range p.Users {
		g.Go(func() error {
			rnd := rand.New(rand.NewPCG(p.Seed, uint64(i)))
			asks := &asking{usersPlan: p, benchUser: u, rnd: rnd}
			think := time.Duration(rnd.Float64() * p.Think * float64(time.Second))
			for sleep(gctx, think) {
				path, kind := asks.next()
				at := time.Now()
				body, err := fetch(client, p.URL+path, u.Token)
				ms := float64(time.Since(at).Microseconds()) / 1000
				mu.Lock()
				seen.note(kind, path, u.Role, ms, len(body), err)
				mu.Unlock()
				asks.answered(kind, body)
				think = time.Duration(rnd.ExpFloat64() * p.Think * float64(time.Second))
			}
			return nil
		})
	}
	err := g.Wait()
	seen.Seconds = time.Since(began).Seconds()
	seen.CPU = cpuSeconds()
	for _, list := range [][]float64{seen.Statistics, seen.List, seen.Bare} {
		slices.Sort(list)
	}
	return seen, err
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func fetch(client *http.Client, url, token string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Encoding", "gzip") // as browsers do; what comes is unpacked only where it is looked into
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %.300s", answer.Status, body)
	}
	return body, err
}

type questionKind int

const (
	askStatistics questionKind = iota
	askList
	askBare
)

// slowest is how many of the slowest answers are told.
const slowest = 12

func (s *usersSeen) note(kind questionKind, path, role string, ms float64, size int, err error) {
	if err != nil {
		if s.Errors++; s.Fault == "" {
			s.Fault = path + ": " + err.Error()
		}
		return
	}
	switch kind {
	case askStatistics:
		s.Statistics, s.StatisticsBytes = append(s.Statistics, ms), s.StatisticsBytes+int64(size)
	case askList:
		s.List, s.ListBytes = append(s.List, ms), s.ListBytes+int64(size)
	case askBare:
		s.Bare = append(s.Bare, ms)
	}
	if len(s.Slow) < slowest || ms > s.Slow[len(s.Slow)-1].MS {
		s.Slow = append(s.Slow, slowAnswer{path, role, ms})
		slices.SortFunc(s.Slow, func(a, b slowAnswer) int { return int(max(min(b.MS-a.MS, 1), -1)) })
		s.Slow = s.Slow[:min(len(s.Slow), slowest)]
	}
}

// asking is what one user asks next: one question in three is for statistics, the
// others for lists.
type asking struct {
	usersPlan
	benchUser
	rnd   *rand.Rand
	pages int    // of the list at hand that are still to be looked at
	list  string // its path
	more  string // its cursor
}

func (a *asking) next() (string, questionKind) {
	switch {
	case a.Bare != "":
		return a.Bare, askBare
	case a.pages > 0 && a.more != "":
		a.pages--
		return a.list + "&cursor=" + url.QueryEscape(a.more), askList
	case a.rnd.IntN(3) == 0:
		return "/api/v1/statistics?" + a.statistics().Encode(), askStatistics
	}
	a.list = "/api/v1/incidents?" + a.lists().Encode()
	a.pages = 0
	if a.rnd.IntN(3) == 0 {
		a.pages = 1 + a.rnd.IntN(5)
	}
	return a.list, askList
}

func (a *asking) answered(kind questionKind, body []byte) {
	a.more = ""
	if kind != askList || a.pages == 0 {
		return
	}
	if z, err := gzip.NewReader(bytes.NewReader(body)); err == nil {
		body, _ = io.ReadAll(z)
	}
	// The cursor is looked for and not the whole answer parsed: what the generator
	// spends, the server lacks.
	const mark = `"next_cursor":"`
	if at := strings.LastIndex(string(body), mark); at >= 0 {
		rest := string(body[at+len(mark):])
		a.more, _, _ = strings.Cut(rest, `"`)
	}
}

func (a *asking) one(list []string) string { return list[a.rnd.IntN(len(list))] }

// near draws from a list of codes; whoever sees one street only draws from that street.
func (a *asking) near(list []string) string {
	if len(a.Unit) < 9 {
		return a.one(list)
	}
	for range 500 {
		if code := a.one(list); strings.HasPrefix(code, a.Unit[:9]) {
			return code
		}
	}
	return a.Unit
}

func (a *asking) chance(p float64) bool { return a.rnd.Float64() < p }

// statistics asks for any grouping alike; for this month (4 in 10), the last 30 days,
// the month before or the whole year; in 3 of 10 cases with a filter.
func (a *asking) statistics() url.Values {
	q := url.Values{}
	q.Set("by", a.one([]string{"street", "community", "unit", "person", "matter", "source", "tier", "day", "month"}))
	today := a.Today.In(deadline.CST)
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, deadline.CST)
	period := func(from, to time.Time) {
		q.Set("from", from.Format(time.DateOnly))
		q.Set("to", to.Format(time.DateOnly))
	}
	switch x := a.rnd.Float64(); {
	case x < 0.4:
		period(first, first.AddDate(0, 1, -1))
	case x < 0.65:
		period(today.AddDate(0, 0, -30), today)
	case x < 0.8:
		period(first.AddDate(0, -1, 0), first.AddDate(0, 0, -1))
	default:
		period(today.AddDate(-1, 0, 1), today)
	}
	q.Set("reading", a.one([]string{"fact", "fact", "exempted", "both"}))
	if a.chance(0.5) {
		q.Set("compare", a.one([]string{"year", "month", "year,month"}))
	}
	if a.chance(0.2) {
		q.Set("ground", "now")
	}
	if a.chance(0.3) {
		switch a.rnd.IntN(5) {
		case 0:
			q.Set("street", a.near(a.Words.Streets))
		case 1:
			q.Set("matter", a.one(a.Words.Matters))
		case 2:
			q.Set("source", a.one([]string{"inspector", "hotline", "citizen"}))
		case 3:
			q.Set("tier", a.one([]string{"community", "street", "district"}))
		case 4:
			q.Set("unit", a.near(a.Words.Units))
		}
	}
	return q
}

// lists asks for what people look for: what is open (4 in 10), a text (3 in 10: half of
// them words of many, half of few), or anything by one to three filters; by every order.
func (a *asking) lists() url.Values {
	q := url.Values{}
	if a.chance(0.6) {
		q.Set("sort", a.one([]string{"reported_at", "-reported_at", "updated", "-updated", "due", "-due", "number", "-number"}))
	}
	switch x := a.rnd.Float64(); {
	case x < 0.4:
		q.Set("status", "open")
		if a.chance(0.5) {
			q.Set("lamp", a.one([]string{"red", "yellow", "green", "yellow,red"}))
		}
	case x < 0.55:
		q.Set("q", a.one(a.Words.Common))
		if a.chance(0.3) {
			q.Set("q", a.one(a.Words.Common)+" "+a.one(a.Words.Common))
		}
	case x < 0.7:
		q.Set("q", a.one(a.Words.Rare))
		return q
	}
	today := a.Today.In(deadline.CST)
	for range a.rnd.IntN(3) + 1 {
		switch a.rnd.IntN(11) {
		case 0:
			q.Set("street", a.near(a.Words.Streets))
		case 1:
			q.Set("community", a.near(a.Words.Communities))
		case 2:
			q.Set("matter", a.one(a.Words.Codes))
		case 3:
			q.Set("source", a.one([]string{"inspector", "hotline", "citizen", "inspector,hotline"}))
		case 4:
			q.Set("overdue", strconv.FormatBool(a.chance(0.5)))
		case 5:
			q.Set("stage", a.one([]string{"verifying", "intake", "dispatching", "handling", "checking", "closing"}))
		case 6:
			q.Set("from", today.AddDate(0, 0, -a.rnd.IntN(300)).Format(time.DateOnly))
		case 7:
			q.Set("to", today.AddDate(0, 0, -a.rnd.IntN(300)).Format(time.DateOnly))
		case 8:
			q.Set("holder", a.near(a.Words.Units))
		case 9:
			q.Set("flag", a.one([]string{"suspended", "difficult", "reopened", "unsigned", "no_criterion"}))
		case 10:
			q.Set("tier", a.one([]string{"community", "street", "district"}))
		}
	}
	return q
}

// cpuSeconds is what this process has used of the processors.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

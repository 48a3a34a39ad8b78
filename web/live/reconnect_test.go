package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"pgregory.net/rapid"

	"gridcommand/projections"
)

// A board is what a client has folded of one watch.
type board struct {
	epoch string
	at    int64
	items map[string]string
}

// apply takes in one frame, and says what a client could not live with.
func (b *board) apply(m message, parts *int) error {
	if m.Op != "snapshot" && *parts > 0 {
		return fmt.Errorf("a %s amid the parts of a snapshot", m.Op)
	}
	switch m.Op {
	case "snapshot":
		if *parts == 0 {
			*b = board{m.Epoch, *m.Position, map[string]string{}}
		}
		*parts++
		if m.Part != *parts || *m.Position != b.at {
			return fmt.Errorf("part %d at %d after %d parts at %d", m.Part, *m.Position, *parts-1, b.at)
		}
		if m.Part == m.Of {
			*parts = 0
		}
	case "frame":
		if *m.From != b.at || *m.To < *m.From {
			return fmt.Errorf("a frame over (%d, %d] at %d", *m.From, *m.To, b.at)
		}
		b.at = *m.To
	default:
		return fmt.Errorf("a %s: %s", m.Op, m.Reason)
	}
	for _, id := range m.Gone {
		delete(b.items, id)
	}
	for _, p := range m.Put {
		var it struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(p, &it); err != nil {
			return err
		}
		b.items[it.ID] = string(p)
	}
	return nil
}

// A follower is a client that comes back whenever it is cut off.
type follower struct {
	who, view string
	keys      watchKeys
	ticket    func(who string) string
	address   string

	board    board
	sessions int
	err      error
}

func followers() []*follower {
	return []*follower{
		{who: "district", view: "picture", keys: watchKeys{scope: "440114"}},
		{who: "screen", view: "picture", keys: watchKeys{scope: "440114"}},
		{who: "district", view: "picture", keys: watchKeys{cells: []string{places[0].cell, places[2].cell}}},
		{who: "street", view: "picture", keys: watchKeys{cells: []string{places[0].cell, places[1].cell, places[2].cell}}},
		{who: "street", view: "picture", keys: watchKeys{scope: "440114002"}},
		{who: "elsewhere", view: "picture", keys: watchKeys{scope: "440114001"}},
		{who: "handler", view: "picture", keys: watchKeys{scope: "440114002"}},
		{who: "inspector", view: "picture", keys: watchKeys{scope: "440114002002"}},
		{who: "inspector", view: "worklist", keys: watchKeys{scope: "440114002002"}},
		{who: "street", view: "worklist", keys: watchKeys{scope: "440114002"}},
		{who: "district", view: "worklist", keys: watchKeys{scope: "440114"}},
		{who: "handler", view: "worklist", keys: watchKeys{scope: "440114002-S01"}},
		{who: "supervisor", view: "wall", keys: watchKeys{scope: "440114"}},
		{who: "screen", view: "wall", keys: watchKeys{scope: "440114002"}},
	}
}

// once connects, resumes, and follows until the connection ends, done says so, or
// the follower itself has had enough, after `enough` frames (0: never).
func (f *follower) once(ctx context.Context, enough int, done func() bool) error {
	d := websocket.Dialer{Subprotocols: []string{Subprotocol}}
	conn, _, err := d.DialContext(ctx, "ws://"+f.address, nil)
	if err != nil {
		return nil // there is nobody just now
	}
	defer conn.Close()
	f.sessions++
	watch := map[string]any{"op": "watch", "id": f.sessions, "view": f.view}
	if f.keys.scope != "" {
		watch["scope"] = f.keys.scope
	} else {
		watch["cells"] = f.keys.cells
	}
	if f.board.epoch != "" {
		watch["after"] = map[string]any{"epoch": f.board.epoch, "position": f.board.at}
	}
	for _, frame := range []any{map[string]any{"op": "hello", "ticket": f.ticket(f.who)}, watch} {
		if conn.WriteJSON(frame) != nil {
			return nil
		}
	}
	work, parts := f.board, 0
	for n := 1; !done(); n++ {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		var m message
		if err := conn.ReadJSON(&m); err != nil {
			if isTimeout(err) {
				return errors.New("nothing was heard for long")
			}
			return nil // a snapshot cut in the middle is forgotten
		}
		if m.Op == "bye" {
			if m.Code != closeRestart {
				return fmt.Errorf("sent away with %d: %s", m.Code, m.Reason)
			}
			return nil
		}
		if err := work.apply(m, &parts); err != nil {
			return err
		}
		if parts == 0 {
			f.board = work
		}
		if n == enough {
			return nil
		}
	}
	return nil
}

// Cut off at any moment by either side, through restarts of the server, and coming
// back each time to where it was, every client ends up with exactly what it would
// be shown if it asked now, and no frame leaves out a position.
func TestEveryClientConvergesHoweverOftenItIsCutOff(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	converge(t, seed, 25)
}

// The same with seeds that once mattered, or stand for the ordinary.
func TestEveryClientConvergesWithTheseSeeds(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		converge(t, seed, 12)
	}
}

// notYet stands for a head that is still moving.
const notYet = math.MaxInt64

func converge(t *testing.T, seed uint64, rounds int) {
	w := newWorld(t)
	rnd := rand.New(rand.NewPCG(seed, 0))
	var current atomic.Pointer[site]
	front := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { current.Load().hub.ServeHTTP(rw, r) }))
	defer front.Close()
	page := func(_ *Deps, o *projections.Options) { o.Page = 1 + rnd.IntN(40) }
	s := w.open(page)
	current.Store(s)
	stop := s.run()

	var head atomic.Int64 // of the ledger, once nobody writes any more
	head.Store(notYet)
	progress := make(chan struct{}, 1)
	var clients sync.WaitGroup
	all := followers()
	for i, f := range all {
		f.ticket, f.address = w.ticket, strings.TrimPrefix(front.URL, "http://")
		rnd := rand.New(rand.NewPCG(seed, uint64(100+i)))
		clients.Go(func() {
			for f.err == nil && f.board.at < head.Load() {
				enough := 0
				if head.Load() == notYet {
					enough = 1 + rnd.IntN(12)
				}
				f.err = f.once(t.Context(), enough, func() bool {
					select {
					case progress <- struct{}{}:
					default:
					}
					return f.board.at >= head.Load()
				})
			}
		})
	}

	gone := make(chan struct{}) // closed when no client is left, as happens if all fail
	go func() { clients.Wait(); close(gone) }()

	turns := make(chan struct{}, 40) // what the workers may do ahead of the cuts
	var workers sync.WaitGroup
	ids := &pool{}
	for i := range 4 {
		rnd := rand.New(rand.NewPCG(seed, uint64(200+i)))
		workers.Go(func() {
			for range turns {
				if id := ids.any(rnd); id == "" || rnd.IntN(5) == 0 {
					ids.add(w.report(rnd.IntN(len(places)), "又一个"))
				} else {
					w.act(id, rnd)
				}
			}
		})
	}
	restarts := 0
	for round := range rounds {
		for range rnd.IntN(25) {
			turns <- struct{}{}
		}
		ids.add(w.report(rnd.IntN(len(places)), "一个")) // whatever the others do, something moves
		for range 1 + rnd.IntN(10) {
			select {
			case <-progress:
			case <-gone:
			}
		}
		switch {
		case rnd.IntN(5) > 0 && round != rounds/2:
			s.cutSome(rnd)
		default:
			restarts++
			s.close()
			stop()
			s = w.open(page)
			current.Store(s)
			stop = s.run()
		}
	}
	close(turns)
	workers.Wait()
	head.Store(int64(w.head()))
	<-gone
	stop()
	cuts, seen := 0, 0
	for _, f := range all {
		name := fmt.Sprintf("%s of %v as %s", f.view, f.keys, f.who)
		if f.err != nil {
			t.Errorf("seed %d: %s: %v", seed, name, f.err)
			continue
		}
		if diff := cmp.Diff(s.truth(f.view, f.keys, f.who), f.board.items); diff != "" {
			t.Errorf("seed %d: %s after %d connections (-asked +folded):\n%s", seed, name, f.sessions, diff)
		}
		cuts += f.sessions - 1
		seen += len(f.board.items)
	}
	t.Logf("seed %d: %d facts, %d clients, %d cuts, %d restarts, %d items", seed, w.head(), len(all), cuts, restarts, seen)
	if cuts < len(all) || restarts == 0 || seen == 0 {
		t.Errorf("seed %d: %d cuts, %d restarts, %d items: nothing was proven", seed, cuts, restarts, seen)
	}
}

// cutSome breaks the connections of some sockets, without a word.
func (s *site) cutSome(rnd *rand.Rand) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	for k := range s.hub.sockets {
		if rnd.IntN(3) == 0 {
			_ = k.conn.Close()
		}
	}
}

// A pool is the ids that the workers share.
type pool struct {
	mu  sync.Mutex
	ids []string
}

func (p *pool) add(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if id != "" {
		p.ids = append(p.ids, id)
	}
}

func (p *pool) any(rnd *rand.Rand) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ids) == 0 {
		return ""
	}
	return p.ids[rnd.IntN(len(p.ids))]
}

// The same, one step at a time, as a law: however facts, pages, cuts and restarts
// follow one another, a client that has heard of a position has what was there.
func TestWhoeverHasHeardOfAPositionHasWhatWasThere(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := newWorld(t)
		open := func() *site {
			page := rapid.IntRange(1, 30).Draw(r, "page")
			return w.open(func(_ *Deps, o *projections.Options) { o.Page = page })
		}
		s := open()
		defer func() { s.close() }()
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		all := followers()
		f := all[rapid.IntRange(0, len(all)-1).Draw(r, "who")]
		other := all[rapid.IntRange(0, len(all)-1).Draw(r, "other")]
		ids := &pool{}
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{"act", "act", "fold", "follow", "follow other", "restart"}), 5, 25).Draw(r, "steps")
		for _, step := range append(steps, "fold", "follow", "follow other") {
			switch step {
			case "act":
				for range 10 {
					if id := ids.any(rnd); id == "" || rnd.IntN(3) == 0 {
						ids.add(w.report(rnd.IntN(len(places)), "又一个"))
					} else {
						w.act(id, rnd)
					}
				}
			case "fold":
				s.fold()
			case "restart":
				s.close()
				s = open()
				s.fold()
			default:
				x := f
				if step == "follow other" {
					x = other
				}
				s.fold() // a watch ahead of its view would wait
				x.ticket, x.address = w.ticket, strings.TrimPrefix(s.server.URL, "http://")
				head := int64(w.head())
				if err := x.once(t.Context(), 0, func() bool { return x.board.epoch != "" && x.board.at >= head }); err != nil {
					r.Fatalf("%s: %v", step, err)
				}
				if diff := cmp.Diff(s.truth(x.view, x.keys, x.who), x.board.items); diff != "" {
					r.Fatalf("%s %s (-asked +folded):\n%s", x.who, x.view, diff)
				}
			}
		}
	})
}

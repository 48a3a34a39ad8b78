package live

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"gridcommand/projections"
)

// A Hub holds the sockets. Make one with [New], close it with [Hub.Shutdown].
type Hub struct {
	deps     Deps
	limits   Limits
	caches   map[string]*cache
	upgrader websocket.Upgrader
	stop     context.CancelFunc
	ctx      context.Context // ends with Shutdown
	tails    sync.WaitGroup  // one goroutine per view
	handlers sync.WaitGroup  // one per socket, its writer inside

	mu       sync.Mutex
	closing  bool
	sockets  map[*socket]struct{}
	accounts map[string]int // sockets by account

	sessions sessions
	frames   atomic.Int64
	slow     atomic.Int64
}

// New returns a hub that follows its views until Shutdown.
func New(d Deps) *Hub {
	ctx, stop := context.WithCancel(context.Background())
	h := &Hub{
		deps: d, limits: d.Limits.withDefaults(), ctx: ctx, stop: stop,
		caches: map[string]*cache{}, sockets: map[*socket]struct{}{}, accounts: map[string]int{},
	}
	h.sessions.active = d.Active
	h.upgrader = websocket.Upgrader{
		Subprotocols: []string{Subprotocol}, ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
		CheckOrigin: func(*http.Request) bool { return true }, // judged before, with a problem document
	}
	for name, view := range d.Views {
		h.caches[name] = &cache{}
		h.tails.Go(func() { h.tail(view) })
	}
	return h
}

// tail wakes every socket when a view moved.
func (h *Hub) tail(view projections.Live) {
	changed, done := view.Changed()
	defer done()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-changed:
		}
		h.mu.Lock()
		for s := range h.sockets {
			s.poke()
		}
		h.mu.Unlock()
	}
}

// ServeHTTP upgrades a request and serves the socket until it ends.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !ours(r) {
		problem(w, http.StatusForbidden, "foreign_origin", "The page that opened this socket is not ours.")
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		problem(w, http.StatusUpgradeRequired, "upgrade_required", "This address speaks websocket only.")
		return
	}
	if offered := websocket.Subprotocols(r); len(offered) > 0 && !contains(offered, Subprotocol) {
		problem(w, http.StatusBadRequest, "unknown_subprotocol", "The subprotocol here is "+Subprotocol+".")
		return
	}
	h.mu.Lock()
	full := len(h.sockets) >= h.limits.Sockets
	closing := h.closing
	if !closing && !full {
		h.handlers.Add(1)
	}
	h.mu.Unlock()
	if closing || full {
		w.Header().Set("Retry-After", "5")
		problem(w, http.StatusServiceUnavailable, "overloaded", "No room for another socket just now.")
		return
	}
	defer h.handlers.Done()
	conn, err := h.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	newSocket(h, conn).serve()
}

// ours tells whether a request came from a page of this server, or from no page
// at all.
func ours(r *http.Request) bool {
	values, sent := r.Header["Origin"]
	if !sent {
		return true
	}
	if len(values) != 1 {
		return false
	}
	u, err := url.Parse(values[0])
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "urn:gridcommand:problem:" + code, "title": http.StatusText(status), "status": status, "detail": detail, "code": code,
	})
}

func contains(all []string, x string) bool {
	for _, y := range all {
		if x == y {
			return true
		}
	}
	return false
}

// join lets a socket in once it said who it is; false: its account has too many.
func (h *Hub) join(s *socket) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.accounts[s.person.Name] >= h.limits.SocketsPerAccount {
		return false
	}
	h.accounts[s.person.Name]++
	h.sockets[s] = struct{}{}
	if h.closing {
		s.end(closeRestart, "the server restarts")
	}
	return true
}

func (h *Hub) leave(s *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, in := h.sockets[s]; !in {
		return
	}
	delete(h.sockets, s)
	if h.accounts[s.person.Name]--; h.accounts[s.person.Name] == 0 {
		delete(h.accounts, s.person.Name)
	}
}

// EndSession closes the sockets of a session that is over.
func (h *Hub) EndSession(id string) {
	h.sessions.forget(id)
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.sockets {
		if s.session == id {
			s.end(closeNoSession, "the session is over")
		}
	}
}

// Shutdown closes every socket with 1012 and waits for them, at most as long as ctx.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	for s := range h.sockets {
		s.end(closeRestart, "the server restarts")
	}
	h.mu.Unlock()
	h.stop()
	done := make(chan struct{})
	go func() { h.handlers.Wait(); h.tails.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		h.mu.Lock()
		for s := range h.sockets {
			_ = s.conn.Close()
		}
		h.mu.Unlock()
		<-done
		return ctx.Err()
	}
}

// Stats says how many sockets there are, how many frames were sent, and how many
// sockets were closed for being blocked.
func (h *Hub) Stats() (sockets int, frames, slow int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sockets), h.frames.Load(), h.slow.Load()
}

// sessions remembers for a second which sessions are active, so that a thousand
// sockets of one session ask the database once.
type sessions struct {
	active func(ctx context.Context, id string) (bool, error)
	mu     sync.Mutex
	known  map[string]time.Time // active when looked up
}

func (s *sessions) isActive(ctx context.Context, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.known[id]) < time.Second {
		return true
	}
	ok, err := s.active(ctx, id)
	if err != nil {
		return true // unknown is not ended: the next look decides
	}
	if s.known == nil {
		s.known = map[string]time.Time{}
	}
	if !ok {
		delete(s.known, id)
		return false
	}
	if len(s.known) > 10_000 {
		clear(s.known)
	}
	s.known[id] = time.Now()
	return true
}

func (s *sessions) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, id)
}

package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
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
	caches   map[string]*cache // by view
	upgrader websocket.Upgrader

	ctx      context.Context // ends when Shutdown begins
	stop     context.CancelFunc
	work     context.Context // what is asked of others for sockets; ends when Shutdown has no more time
	cut      context.CancelFunc
	tails    sync.WaitGroup // one goroutine per view, and one for sessions
	handlers sync.WaitGroup // one per socket, its writer inside

	mu       sync.Mutex
	closing  bool
	opening  int // sockets not yet upgraded
	sockets  map[*socket]struct{}
	accounts map[string]int // sockets by account

	frames atomic.Int64
	slow   atomic.Int64
}

// New returns a hub that follows its views until Shutdown.
func New(d Deps) *Hub {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	h := &Hub{
		deps: d, limits: d.Limits.withDefaults(),
		caches: map[string]*cache{}, sockets: map[*socket]struct{}{}, accounts: map[string]int{},
	}
	h.ctx, h.stop = context.WithCancel(context.Background())
	h.work, h.cut = context.WithCancel(context.Background())
	h.upgrader = websocket.Upgrader{
		Subprotocols: []string{Subprotocol}, ReadBufferSize: 1 << 10, WriteBufferSize: 1 << 10, WriteBufferPool: &sync.Pool{},
		CheckOrigin: func(*http.Request) bool { return true }, // judged before, with a problem document
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			problem(w, status, "bad_handshake", reason.Error())
		},
	}
	for name, view := range d.Views {
		h.caches[name] = &cache{}
		h.tails.Go(func() { h.tail(view) })
	}
	if d.People != nil {
		d.People.onMove(h.poke)
	}
	h.tails.Go(h.watchSessions)
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
		h.poke()
	}
}

// poke has every socket look whether something is due.
func (h *Hub) poke() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.sockets {
		s.poke()
	}
}

// watchSessions ends the sockets of sessions that are over, also if another process
// ended them, of which nobody tells.
func (h *Hub) watchSessions() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case <-tick.C:
		}
		sessions := map[string]struct{}{}
		h.mu.Lock()
		for s := range h.sockets {
			if s.session != "" {
				sessions[s.session] = struct{}{}
			}
		}
		h.mu.Unlock()
		for id := range sessions {
			// Unknown is not ended: the next look decides.
			if ok, err := h.deps.Active(h.ctx, id); err == nil && !ok {
				h.EndSession(id)
			}
		}
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
	if offered := websocket.Subprotocols(r); len(offered) > 0 && !slices.Contains(offered, Subprotocol) {
		problem(w, http.StatusBadRequest, "unknown_subprotocol", "The subprotocol here is "+Subprotocol+".")
		return
	}
	if !h.room() {
		w.Header().Set("Retry-After", "5")
		problem(w, http.StatusServiceUnavailable, "overloaded", "No room for another socket just now.")
		return
	}
	defer h.handlers.Done()
	conn, err := h.upgrader.Upgrade(w, r, nil)
	s := h.admit(conn, r)
	if err != nil {
		return // the upgrader has answered
	}
	defer h.leave(s)
	s.serve()
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
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(values[0], u.Scheme+"://"+r.Host)
}

func problem(w http.ResponseWriter, status int, code, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "urn:gridcommand:problem:" + code, "title": http.StatusText(status), "status": status, "detail": detail, "code": code,
	})
}

// room keeps a place for a socket, if there is one. Sockets that have not said
// hello count: nobody fills the server by opening and saying nothing.
func (h *Hub) room() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closing || len(h.sockets)+h.opening >= h.limits.Sockets {
		return false
	}
	h.opening++
	h.handlers.Add(1)
	return true
}

// admit gives the place kept to the socket on conn, or frees it if there is none.
func (h *Hub) admit(conn *websocket.Conn, r *http.Request) *socket {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.opening--
	if conn == nil {
		return nil
	}
	s := newSocket(h, conn, r.Header.Get("Origin"))
	h.sockets[s] = struct{}{}
	if h.closing {
		s.end(restarting)
	}
	return s
}

// join counts a socket that said who it is for its account.
func (h *Hub) join(s *socket, session string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.accounts[s.person.Name] >= h.limits.SocketsPerAccount {
		return &fault{closeTooMany, "too many sockets of this account"}
	}
	h.accounts[s.person.Name]++
	s.session = session
	return nil
}

func (h *Hub) leave(s *socket) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sockets, s)
	if s.session == "" {
		return
	}
	if h.accounts[s.person.Name]--; h.accounts[s.person.Name] == 0 {
		delete(h.accounts, s.person.Name)
	}
}

// EndSession closes the sockets of a session that is over.
func (h *Hub) EndSession(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.sockets {
		if id != "" && s.session == id {
			s.end(fault{closeNoSession, "the session is over"})
		}
	}
}

var restarting = fault{closeRestart, "the server restarts"}

// Shutdown closes every socket with 1012 and waits for them, at most as long as ctx.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closing = true
	for s := range h.sockets {
		s.end(restarting)
	}
	h.mu.Unlock()
	h.stop()
	defer h.cut()
	done := make(chan struct{})
	go func() { h.handlers.Wait(); h.tails.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		h.cut()
		h.mu.Lock()
		for s := range h.sockets {
			_ = s.conn.Close()
		}
		h.mu.Unlock()
		<-done
		return ctx.Err()
	}
}

func (h *Hub) isClosing() bool { return h.ctx.Err() != nil }

// Stats says how many sockets there are, how many frames were sent, and how many
// sockets were closed for being too slow.
func (h *Hub) Stats() (sockets int, frames, slow int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.sockets), h.frames.Load(), h.slow.Load()
}

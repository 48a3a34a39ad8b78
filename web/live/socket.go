package live

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

// A socket is one client. Its reader hands requests to its writer, which alone
// writes and alone knows who the client is and what it watches.
type socket struct {
	hub    *Hub
	conn   *websocket.Conn // for reading
	wire   wire            // for writing
	origin string

	wake     chan struct{} // a view moved
	requests chan request  // hello, watch, unwatch
	pings    chan []byte   // to be answered
	ended    chan struct{} // closed once, with reason set
	once     sync.Once
	reason   fault

	person  jurisdiction.Person // set by hello
	session string              // under hub.mu; "" before hello
	watches []*watch            // in the order they were asked for
}

func newSocket(h *Hub, conn *websocket.Conn, origin string) *socket {
	ended := make(chan struct{})
	return &socket{
		hub: h, conn: conn, wire: wire{conn: conn.NetConn(), wait: h.limits.WriteWait, ended: ended}, origin: origin,
		wake: make(chan struct{}, 1), requests: make(chan request, 4), pings: make(chan []byte, 1), ended: ended,
	}
}

func (s *socket) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// end asks the writer to say goodbye; the first reason counts.
func (s *socket) end(f fault) {
	s.once.Do(func() {
		s.reason = f
		close(s.ended)
	})
}

// serve returns when the socket is closed and its goroutines are gone.
func (s *socket) serve() {
	read := make(chan struct{})
	go func() {
		defer close(read)
		s.read()
		// What else the client sends is thrown away: a connection closed over unread
		// bytes is cut, and the client might never read why.
		_ = s.conn.SetReadDeadline(time.Time{})
		_, _ = io.Copy(io.Discard, s.conn.NetConn())
	}()
	s.write()
	if s.goodbye() {
		select {
		case <-read: // the client has closed too
		case <-time.After(s.hub.limits.Linger):
		}
	}
	_ = s.conn.Close() // ends the reader
	<-read
	s.hub.deps.Log.LogAttrs(s.hub.work, slog.LevelDebug, "socket closed",
		slog.String("account", s.person.Name), slog.Int("code", s.reason.code), slog.String("reason", s.reason.text))
}

// read hands the client's frames to the writer until the socket ends.
func (s *socket) read() {
	limits := s.hub.limits
	greeted := false
	alive := func() {
		if greeted {
			_ = s.conn.SetReadDeadline(time.Now().Add(2 * limits.Heartbeat))
		}
	}
	minute, count := time.Now(), 0
	enough := func() error {
		if time.Since(minute) > time.Minute {
			minute, count = time.Now(), 0
		}
		if count++; count > limits.MessagesPerMinute {
			return &fault{closeTooMany, "too many frames in a minute"}
		}
		alive()
		return nil
	}
	s.conn.SetPongHandler(func(string) error { return enough() })
	s.conn.SetPingHandler(func(text string) error {
		select {
		case s.pings <- []byte(text):
		default: // one answer serves for several
		}
		return enough()
	})
	s.conn.SetCloseHandler(func(int, string) error { return nil }) // the writer answers
	_ = s.conn.SetReadDeadline(time.Now().Add(limits.HelloWait))
	for {
		r, err := s.request()
		if err == nil {
			err = enough()
		}
		if err == nil {
			err = r.check(limits, greeted)
		}
		if err != nil {
			s.end(whyUnread(err, greeted))
			return
		}
		greeted = true
		alive()
		if r.Op == "ack" {
			continue // informs only
		}
		select {
		case s.requests <- r:
		case <-s.ended:
			return
		}
	}
}

// request reads one frame of the client.
func (s *socket) request() (request, error) {
	kind, from, err := s.conn.NextReader()
	if err != nil {
		return request{}, err
	}
	if kind != websocket.TextMessage {
		return request{}, badFrame("frames are text")
	}
	limit := s.hub.limits.FrameBytes
	data, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return request{}, err
	}
	if int64(len(data)) > limit {
		return request{}, badFrame("a frame has more than %d bytes", limit)
	}
	return parse(data)
}

// whyUnread says why nothing more can be read.
func whyUnread(err error, greeted bool) fault {
	f, isFault := errors.AsType[*fault](err)
	closed, isClosed := errors.AsType[*websocket.CloseError](err)
	_, isNet := errors.AsType[*net.OpError](err)
	switch {
	case isFault:
		return *f
	case isClosed && closed.Code != websocket.CloseAbnormalClosure:
		return fault{closeDone, "the client left"}
	case isTimeout(err) && !greeted:
		return fault{closeNoSession, "no hello"}
	case isTimeout(err):
		return fault{closeSlow, "no answer to pings"}
	case errors.Is(err, websocket.ErrReadLimit):
		return fault{closeBadFrame, "a frame has more bytes than there are"}
	case isClosed, isNet, errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault{closeGone, "the connection is gone"}
	}
	return fault{closeProtocol, err.Error()} // the library has answered
}

// write sends what the watches have coming until the socket ends.
func (s *socket) write() {
	heart := time.NewTicker(s.hub.limits.Heartbeat)
	defer heart.Stop()
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	for {
		select {
		case <-s.ended: // before anything else
			return
		default:
		}
		var err error
		select {
		case <-s.ended:
			return
		case r := <-s.requests:
			err = s.take(r)
		case text := <-s.pings:
			err = s.wire.write(kindPong, text, nil)
		case <-heart.C:
			err = s.wire.write(kindPing, nil, nil)
		case <-s.wake:
		case <-due.C:
		}
		var next time.Duration
		if err == nil {
			next, err = s.frames()
		}
		if err != nil {
			s.end(whyUnwritten(err))
			return
		}
		due.Reset(next)
	}
}

// whyUnwritten says why nothing more can be written.
func whyUnwritten(err error) fault {
	if f, ok := errors.AsType[*fault](err); ok {
		return *f
	}
	if isTimeout(err) {
		return fault{closeSlow, "too slow"}
	}
	return fault{closeGone, "the connection is gone"}
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

// take does what the client asks.
func (s *socket) take(r request) error {
	switch r.Op {
	case "hello":
		return s.hello(r.Ticket)
	case "unwatch":
		s.unwatch(*r.ID)
		return nil
	}
	s.hub.deps.Log.LogAttrs(s.hub.work, slog.LevelDebug, "watch", slog.String("account", s.person.Name),
		slog.String("view", r.View), slog.String("scope", r.Scope), slog.Int("cells", len(r.Cells)))
	return s.watch(r)
}

// hello learns from a ticket who the client is.
func (s *socket) hello(ticket string) error {
	person, session, err := s.hub.deps.Redeem(s.hub.work, ticket)
	switch {
	case errors.Is(err, accounts.ErrNoTicket):
		return &fault{closeNoSession, "the ticket is used, too old or unknown"}
	case err != nil:
		s.hub.deps.Log.LogAttrs(s.hub.work, slog.LevelWarn, "a ticket could not be redeemed", slog.Any("error", err))
		return &fault{closeRestart, "the ticket could not be looked up"}
	}
	s.person = person
	s.hub.deps.Log.LogAttrs(s.hub.work, slog.LevelDebug, "socket opened", slog.String("account", person.Name), slog.String("origin", s.origin))
	return s.hub.join(s, session)
}

// goodbye says why, then that nothing follows. It tells whether the client may
// have heard it. A client that blocked the line hears it if it reads within a while.
func (s *socket) goodbye() bool {
	f := s.reason
	var frames [][]byte
	switch f.code {
	case closeGone:
		return false
	case closeProtocol: // said by the library
	case closeDone:
		frames = [][]byte{whole(kindClose, websocket.FormatCloseMessage(f.code, ""))}
	default:
		frames = [][]byte{whole(kindText, f.bye()), whole(kindClose, websocket.FormatCloseMessage(f.code, f.short()))}
	}
	if f.code == closeSlow {
		s.hub.slow.Add(1)
		s.hub.deps.Log.LogAttrs(s.hub.work, slog.LevelInfo, "socket is too slow", slog.String("account", s.person.Name), slog.String("reason", f.text))
	}
	until := time.Now().Add(s.hub.limits.WriteWait)
	if !s.wire.flush(func() bool { return time.Now().Before(until) && !s.hub.isClosing() }, frames...) {
		return false
	}
	s.wire.hangUp()
	return true
}

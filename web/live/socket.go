package live

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A socket is one client. Its reader hands requests to its writer, which alone
// writes and alone knows the watches.
type socket struct {
	hub     *Hub
	conn    *websocket.Conn
	person  jurisdiction.Person
	session string

	wake     chan struct{} // a view moved
	requests chan request  // watch, unwatch
	ended    chan struct{} // closed once, with reason set
	once     sync.Once
	reason   fault

	watches map[int64]*watch
	order   []int64 // watches in the order they were asked for
}

// A watch is what a socket is told about.
type watch struct {
	request
	view   projections.Live
	cache  *cache
	any    []string
	scope  []string
	begun  bool                // a snapshot was sent or a resume agreed
	reset  string              // reason of the reset to send before the snapshot
	at     eventstore.Position // the last to
	sentAt time.Time
}

func newSocket(h *Hub, conn *websocket.Conn) *socket {
	return &socket{
		hub: h, conn: conn, wake: make(chan struct{}, 1), requests: make(chan request, 4), ended: make(chan struct{}),
		watches: map[int64]*watch{},
	}
}

func (s *socket) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// end asks the writer to say goodbye; the first reason counts.
func (s *socket) end(code int, text string) {
	s.once.Do(func() {
		s.reason = fault{code, text}
		close(s.ended)
	})
}

// serve returns when the socket is closed and its goroutines are gone.
func (s *socket) serve() {
	defer s.conn.Close()
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.hub.ctx))
	defer cancel()
	if !s.hello(ctx) {
		return
	}
	defer s.hub.leave(s)
	if !s.hub.join(s) {
		s.goodbye(fault{closeTooMany, "too many sockets of this account"})
		return
	}
	s.hub.deps.Log.LogAttrs(ctx, slog.LevelDebug, "socket opened", slog.String("account", s.person.Name))
	var reader sync.WaitGroup
	reader.Go(func() { s.read(); cancel() })
	s.write(ctx)
	_ = s.conn.Close() // ends the reader
	reader.Wait()
	s.hub.deps.Log.LogAttrs(ctx, slog.LevelDebug, "socket closed", slog.String("account", s.person.Name), slog.Int("code", s.reason.code))
}

// hello reads the first frame, which says who the client is.
func (s *socket) hello(ctx context.Context) bool {
	s.conn.SetReadLimit(s.hub.limits.FrameBytes)
	_ = s.conn.SetReadDeadline(time.Now().Add(s.hub.limits.HelloWait))
	kind, data, err := s.conn.ReadMessage()
	if err != nil {
		if errors.Is(err, websocket.ErrReadLimit) {
			s.goodbye(fault{closeBadFrame, "frame too large"})
		} else if isTimeout(err) {
			s.goodbye(fault{closeNoSession, "no hello"})
		}
		return false
	}
	r, err := parse(data)
	switch {
	case kind != websocket.TextMessage:
		s.goodbye(fault{closeBadFrame, "frames are text"})
		return false
	case err != nil:
		s.goodbye(*asFault(err))
		return false
	case r.Op != "hello" || r.Ticket == "":
		s.goodbye(fault{closeBadFrame, "the first frame is a hello with a ticket"})
		return false
	}
	if s.person, s.session, err = s.hub.deps.Redeem(ctx, r.Ticket); err != nil {
		s.goodbye(fault{closeNoSession, "the ticket is used, too old or unknown"})
		return false
	}
	return true
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

// read hands the client's frames to the writer until the socket ends.
func (s *socket) read() {
	limits := s.hub.limits
	alive := func() { _ = s.conn.SetReadDeadline(time.Now().Add(2 * limits.Heartbeat)) }
	s.conn.SetPongHandler(func(string) error { alive(); return nil })
	alive()
	minute, count := time.Now(), 0
	for {
		kind, data, err := s.conn.ReadMessage()
		if err != nil {
			if errors.Is(err, websocket.ErrReadLimit) {
				s.end(closeBadFrame, "frame too large")
			} else {
				s.end(closeGoingAway, "the client left")
			}
			return
		}
		alive()
		if time.Since(minute) > time.Minute {
			minute, count = time.Now(), 0
		}
		if count++; count > limits.MessagesPerMinute {
			s.end(closeTooMany, "too many frames in a minute")
			return
		}
		r, err := parse(data)
		if kind != websocket.TextMessage {
			err = badFrame("frames are text")
		}
		if err == nil {
			switch r.Op {
			case "watch":
				err = r.check(limits)
			case "unwatch":
				if r.ID == nil {
					err = badFrame("unwatch: which id?")
				}
			case "ack":
				if r.ID == nil || r.To == nil {
					err = badFrame("ack: id and to are needed")
				}
			default:
				err = badFrame("op %q is none of watch, unwatch, ack", r.Op)
			}
		}
		if err != nil {
			f := asFault(err)
			s.end(f.code, f.text)
			return
		}
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

// write sends what the watches have coming until the socket ends.
func (s *socket) write(ctx context.Context) {
	limits := s.hub.limits
	heart := time.NewTicker(limits.Heartbeat)
	defer heart.Stop()
	check := time.NewTicker(time.Second)
	defer check.Stop()
	due := time.NewTimer(time.Hour)
	defer due.Stop()
	for {
		select {
		case <-s.ended:
			s.goodbye(s.reason)
			return
		default:
		}
		select {
		case <-s.ended:
			continue
		case r := <-s.requests:
			if err := s.change(r); err != nil {
				f := asFault(err)
				s.end(f.code, f.text)
				continue
			}
		case <-s.wake:
		case <-due.C:
		case <-check.C:
			if !s.hub.sessions.isActive(ctx, s.session) {
				s.end(closeNoSession, "the session is over")
				continue
			}
		case <-heart.C:
			if err := s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(limits.WriteWait)); err != nil {
				s.blocked(err)
				return
			}
		}
		next, err := s.frames(ctx)
		if err != nil {
			var f *fault
			if errors.As(err, &f) {
				s.end(f.code, f.text)
				continue
			}
			s.blocked(err)
			return
		}
		due.Reset(next)
	}
}

// blocked closes a socket that takes no more bytes.
func (s *socket) blocked(err error) {
	if isTimeout(err) {
		s.hub.slow.Add(1)
		s.end(closeSlow, "too slow")
		s.goodbye(s.reason)
		return
	}
	s.end(closeGoingAway, "the client left")
}

// change takes a watch on or off.
func (s *socket) change(r request) error {
	if r.Op == "unwatch" {
		s.drop(*r.ID)
		return nil
	}
	view, ok := s.hub.deps.Views[r.View]
	if !ok {
		return badFrame("watch: no view %q", r.View)
	}
	any, err := r.keys(s.hub.deps.Book, s.person)
	if err != nil {
		return err
	}
	s.drop(*r.ID)
	if len(s.watches) >= s.hub.limits.Watches {
		return badFrame("more than %d watches", s.hub.limits.Watches)
	}
	w := &watch{request: r, view: view, cache: s.hub.caches[r.View], any: any}
	if a := r.After; a != nil {
		switch {
		case a.Epoch != s.hub.deps.Epoch:
			w.reset = "epoch"
		default:
			w.begun, w.at = true, eventstore.Position(*a.Position)
		}
	}
	s.watches[*r.ID] = w
	s.order = append(s.order, *r.ID)
	return nil
}

func (s *socket) drop(id int64) {
	if _, ok := s.watches[id]; !ok {
		return
	}
	delete(s.watches, id)
	for i, x := range s.order {
		if x == id {
			s.order = append(s.order[:i:i], s.order[i+1:]...)
			return
		}
	}
}

// frames sends what is due and returns how long until something else may be.
func (s *socket) frames(ctx context.Context) (time.Duration, error) {
	wait := s.hub.limits.Heartbeat
	for _, id := range s.order {
		next, err := s.frame(ctx, id, s.watches[id])
		if err != nil {
			return 0, err
		}
		wait = min(wait, next)
	}
	return wait, nil
}

func (s *socket) frame(ctx context.Context, id int64, w *watch) (time.Duration, error) {
	limits, now := s.hub.limits, time.Now()
	since := now.Sub(w.sentAt)
	if since < limits.Every {
		return limits.Every - since, nil
	}
	// What may be seen is asked anew for every frame.
	any, err := w.keys(s.hub.deps.Book, s.person)
	if err != nil {
		return 0, err
	}
	scope := s.hub.deps.Scope(s.person)
	if w.begun && w.scope != nil && !equal(w.scope, scope) {
		w.begun, w.reset = false, "scope"
	}
	w.any, w.scope = any, scope
	if !w.begun {
		return limits.Every, s.snapshot(ctx, id, w)
	}
	at := w.view.Position()
	switch {
	case at == w.at && since < limits.Heartbeat:
		return limits.Heartbeat - since, nil
	case at < w.at:
		return s.ahead(ctx, id, w)
	}
	if at == w.at {
		if err := s.send(s.line("frame", id, frameBody(at, projections.Delta{To: at}).text)); err != nil {
			return 0, err
		}
		w.sentAt = now
		return limits.Heartbeat, nil
	}
	b, err := w.cache.get(at, question(w.any, w.scope, w.at), func() (body, error) {
		d, err := w.view.Since(ctx, w.any, w.scope, w.at)
		if err != nil {
			return body{}, err
		}
		return frameBody(w.at, d), nil
	})
	switch {
	case errors.Is(err, projections.ErrAhead):
		return s.ahead(ctx, id, w)
	case errors.Is(err, projections.ErrTooOld):
		w.begun, w.reset = false, "too_old"
		return limits.Every, s.snapshot(ctx, id, w)
	case err != nil:
		s.hub.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a watch could not be answered", slog.String("view", w.View), slog.Any("error", err))
		return time.Second, nil
	}
	if b.empty && b.to > w.at && since < quiet {
		return quiet - since, nil
	}
	if err := s.send(s.line("frame", id, b.text)); err != nil {
		return 0, err
	}
	w.at, w.sentAt = b.to, now
	return limits.Every, nil
}

// ahead deals with a watch whose position the view has not reached: after a
// restart the view comes up to it; a position past the ledger's head belongs to
// another history.
func (s *socket) ahead(ctx context.Context, id int64, w *watch) (time.Duration, error) {
	head, err := s.hub.deps.Head(ctx)
	if err != nil || w.at <= head {
		return s.hub.limits.Every, nil
	}
	w.begun, w.reset = false, "epoch"
	return s.hub.limits.Every, s.snapshot(ctx, id, w)
}

func (s *socket) snapshot(ctx context.Context, id int64, w *watch) error {
	if w.reset != "" {
		rest, _ := json.Marshal(w.reset)
		if err := s.send(s.line("reset", id, append(append([]byte(`,"reason":`), rest...), '}'))); err != nil {
			return err
		}
		w.reset = ""
	}
	snap, err := w.view.Snapshot(ctx, w.any, w.scope)
	if err != nil {
		s.hub.deps.Log.LogAttrs(ctx, slog.LevelWarn, "a snapshot could not be made", slog.String("view", w.View), slog.Any("error", err))
		w.sentAt = time.Now() // try again, not at once
		return nil
	}
	for _, part := range snapshotParts(id, s.hub.deps.Epoch, snap, s.hub.deps.Now(), s.hub.deps.Speed()) {
		if err := s.send(part); err != nil {
			return err
		}
	}
	w.begun, w.at, w.sentAt = true, snap.Position, time.Now()
	return nil
}

func (s *socket) line(op string, id int64, rest []byte) []byte {
	return frame(op, id, s.hub.deps.Now(), s.hub.deps.Speed(), rest)
}

func (s *socket) send(text []byte) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(s.hub.limits.WriteWait))
	s.hub.frames.Add(1)
	return s.conn.WriteMessage(websocket.TextMessage, text)
}

// goodbye says why, then closes. A blocked socket may not hear it.
func (s *socket) goodbye(f fault) {
	wait := time.Now().Add(min(time.Second, s.hub.limits.WriteWait))
	if f.code != closeSlow {
		text, _ := json.Marshal(map[string]any{"op": "bye", "code": f.code, "reason": f.text, "retry": comesBack(f.code)})
		_ = s.conn.SetWriteDeadline(wait)
		_ = s.conn.WriteMessage(websocket.TextMessage, text)
	}
	reason := f.text
	if len(reason) > 120 { // a control frame holds 125 bytes
		reason = reason[:120]
	}
	_ = s.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(f.code, reason), wait)
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

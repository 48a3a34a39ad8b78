package live

import (
	"encoding/binary"
	"net"
	"time"
)

// The kinds of websocket frame that a server writes (RFC 6455, 5.2).
const (
	kindText  = 0x1
	kindClose = 0x8
	kindPing  = 0x9
	kindPong  = 0xA
)

// A wire writes websocket frames. It writes them itself, not through the library's
// connection, for two reasons: a frame that a thousand sockets share is not copied
// a thousand times, and of a frame that a blocked client took in part the rest is
// kept, so that the close frame which says why can still follow it.
type wire struct {
	conn    net.Conn
	wait    time.Duration   // how long the client may take no byte at all
	ended   <-chan struct{} // closed when the socket is to end
	scratch []byte
	rest    net.Buffers // what a failed write left
}

// headRoom is the longest header of a frame.
const headRoom = 10

// small is the size up to which a body is copied behind its header, so that both
// leave in one write; longer ones are handed over as they are.
const small = 1 << 10

// write sends one frame: own, which is this socket's, and then shared. Neither is kept.
func (w *wire) write(kind byte, own, shared []byte) error {
	b := append(w.scratch[:0], make([]byte, headRoom)...)
	b = append(b, own...)
	begin := header(b[:headRoom], kind, len(own)+len(shared))
	if len(shared) <= small {
		b, shared = append(b, shared...), nil
	}
	w.scratch = b
	b = b[begin:]
	for len(b)+len(shared) > 0 {
		if err := w.conn.SetWriteDeadline(time.Now().Add(w.wait)); err != nil {
			return err
		}
		n, err := w.push(&b, &shared)
		if err != nil && (n == 0 || !isTimeout(err) || w.ending()) {
			w.rest = net.Buffers{b, shared}
			return err
		}
	}
	return nil
}

// push writes what it can of b and then of shared, and leaves the rest in them.
func (w *wire) push(b, shared *[]byte) (n int64, err error) {
	if len(*shared) == 0 {
		m, err := w.conn.Write(*b)
		*b = (*b)[m:]
		return int64(m), err
	}
	both := net.Buffers{*b, *shared}
	n, err = both.WriteTo(w.conn)
	done := min(n, int64(len(*b)))
	*b, *shared = (*b)[done:], (*shared)[n-done:]
	return n, err
}

// ending tells whether the socket is to end, so that a slow client is waited for no longer.
func (w *wire) ending() bool {
	select {
	case <-w.ended:
		return true
	default:
		return false
	}
}

// header writes the header of a frame so that it ends where room ends, and returns
// where it begins. A server's frames are whole and unmasked.
func header(room []byte, kind byte, size int) int {
	begin := headRoom - 2
	switch {
	case size < 126:
		room[headRoom-1] = byte(size)
	case size <= 0xFFFF:
		begin = headRoom - 4
		room[begin+1] = 126
		binary.BigEndian.PutUint16(room[begin+2:], uint16(size))
	default:
		begin = 0
		room[1] = 127
		binary.BigEndian.PutUint64(room[2:], uint64(size))
	}
	room[begin] = 0x80 | kind
	return begin
}

// flush writes what a failed write left, and then frames. It asks goOn every second
// at least whether to go on, and tells whether all is written.
func (w *wire) flush(goOn func() bool, frames ...[]byte) bool {
	all := append(w.rest, frames...)
	w.rest = nil
	for len(all) > 0 {
		if w.conn.SetWriteDeadline(time.Now().Add(min(w.wait, time.Second))) != nil {
			return false
		}
		_, err := all.WriteTo(w.conn)
		if err != nil && (!isTimeout(err) || !goOn()) {
			return false
		}
	}
	return true
}

// whole returns one short frame.
func whole(kind byte, text []byte) []byte {
	b := append(make([]byte, headRoom), text...)
	return b[header(b[:headRoom], kind, len(text)):]
}

// hangUp says that nothing more will be written: the client sees the end after
// the last frame, even one that is still sending.
func (w *wire) hangUp() {
	if c, ok := w.conn.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}

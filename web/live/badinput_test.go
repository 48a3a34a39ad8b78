package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Every kind of bad frame has its close code, after a bye frame that says why, and
// leaves nothing behind.
func TestBadFramesCloseTheSocket(t *testing.T) {
	s := newWorld(t).open(limits(Limits{Cells: 3, Watches: 2, FrameBytes: 2000}))
	s.fold()
	watch := func(rest string) string { return `{"op":"watch","id":1,` + rest + `}` }
	for name, x := range map[string]struct {
		frames string // one a line
		code   int
	}{
		"unknown op":                  {`{"op":"command","id":1}`, 4400},
		"a command":                   {`{"op":"close","id":1,"view":"picture"}`, 4400},
		"no op":                       {`{"id":1}`, 4400},
		"unknown view":                {watch(`"view":"casebook"`), 4400},
		"no view":                     {`{"op":"watch","id":1}`, 4400},
		"unknown layer":               {watch(`"view":"picture","scope":"440114","layers":["staff"]`), 4400},
		"layers of a wall":            {watch(`"view":"wall","layers":["incidents"]`), 4400},
		"unknown field":               {watch(`"view":"wall","topic":"*"`), 4400},
		"a name in another case":      {`{"OP":"watch","id":1,"view":"wall"}`, 4400},
		"a name twice":                {watch(`"view":"wall","view":"picture"`), 4400},
		"unknown field of after":      {watch(`"view":"wall","after":{"epoch":"x","position":1,"part":2}`), 4400},
		"after without position":      {watch(`"view":"wall","after":{"epoch":"x"}`), 4400},
		"after without epoch":         {watch(`"view":"wall","after":{"position":1}`), 4400},
		"after is a number":           {watch(`"view":"wall","after":812}`), 4400},
		"negative position":           {watch(`"view":"wall","after":{"epoch":"x","position":-1}`), 4400},
		"a broken position":           {watch(`"view":"wall","after":{"epoch":"x","position":1.5}`), 4400},
		"a position past all numbers": {watch(`"view":"wall","after":{"epoch":"x","position":1e999}`), 4400},
		"no id":                       {`{"op":"watch","view":"wall"}`, 4400},
		"negative id":                 {`{"op":"watch","id":-1,"view":"wall"}`, 4400},
		"an id that is text":          {`{"op":"watch","id":"1","view":"wall"}`, 4400},
		"an id past 64 bits":          {`{"op":"watch","id":18446744073709551616,"view":"wall"}`, 4400},
		"neither cells nor scope":     {watch(`"view":"picture"`), 4400},
		"cells and scope":             {watch(`"view":"picture","scope":"440114","cells":["14/1/1"]`), 4400},
		"cells of a worklist":         {watch(`"view":"worklist","cells":["14/1/1"]`), 4400},
		"another zoom":                {watch(`"view":"picture","cells":["13/1/1"]`), 4400},
		"wildcard cell":               {watch(`"view":"picture","cells":["14/*/*"]`), 4400},
		"a cell off the map":          {watch(`"view":"picture","cells":["14/16384/1"]`), 4400},
		"a cell in other words":       {watch(`"view":"picture","cells":["14/01/1"]`), 4400},
		"too many cells":              {watch(`"view":"picture","cells":["14/1/1","14/1/2","14/1/3","14/1/4"]`), 4400},
		"too many watches":            {watch(`"view":"wall"`) + "\n" + `{"op":"watch","id":2,"view":"wall"}` + "\n" + `{"op":"watch","id":3,"view":"wall"}`, 4400},
		"unwatch without id":          {`{"op":"unwatch"}`, 4400},
		"ack without to":              {`{"op":"ack","id":1}`, 4400},
		"ack below zero":              {`{"op":"ack","id":1,"to":-1}`, 4400},
		"bad UTF-8":                   {watch(`"view":"wall","scope":"` + "\xff" + `"`), 4400},
		"no JSON":                     {`hello`, 4400},
		"half of JSON":                {`{"op":"watch"`, 4400},
		"JSON and more":               {watch(`"view":"wall"`) + `}`, 4400},
		"two frames in one":           {watch(`"view":"wall"`) + watch(`"view":"wall"`), 4400},
		"a list":                      {`[{"op":"watch"}]`, 4400},
		"null":                        {`null`, 4400},
		"a byte order mark":           {"\xef\xbb\xbf" + watch(`"view":"wall"`), 4400},
		"deep nesting":                {watch(`"view":"wall","cells":` + strings.Repeat("[", 900) + strings.Repeat("]", 900)), 4400},
		"oversize":                    {watch(`"view":"wall","scope":"` + strings.Repeat("4", 2000) + `"`), 4400},
		"far oversize":                {watch(`"view":"wall","scope":"` + strings.Repeat("4", 1<<20) + `"`), 4400},
		"a long scope":                {watch(`"view":"wall","scope":"` + strings.Repeat("4", 65) + `"`), 4400},
		"unknown unit":                {watch(`"view":"wall","scope":"440115"`), 4403},
		"a unit of nowhere":           {watch(`"view":"worklist","scope":"*"`), 4403},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.as("district")
			for line := range strings.SplitSeq(x.frames, "\n") {
				// A large frame may be cut off while it is being written.
				if err := c.conn.WriteMessage(websocket.TextMessage, []byte(line)); err != nil {
					t.Logf("sending: %v", err)
				}
			}
			c.endsWith(x.code)
		})
	}
	t.Run("binary", func(t *testing.T) {
		c := s.as("district")
		if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte(watch(`"view":"wall"`))); err != nil {
			t.Fatal(err)
		}
		c.endsWith(4400)
	})
	t.Run("a binary hello", func(t *testing.T) {
		c := s.stranger()
		if err := c.conn.WriteMessage(websocket.BinaryMessage, fmt.Appendf(nil, `{"op":"hello","ticket":%q}`, s.ticket("district"))); err != nil {
			t.Fatal(err)
		}
		c.endsWith(4400)
	})
	t.Run("an oversize hello", func(t *testing.T) {
		c := s.stranger()
		c.send(`{"op":"hello","ticket":%q}`, strings.Repeat("x", 3000))
		c.endsWith(4400)
	})
	t.Run("bad UTF-8 across fragments", func(t *testing.T) {
		c := s.as("district")
		c.raw(t, 0x01, []byte("{\"op\":\"\xe5\x9e"))
		c.raw(t, 0x80, []byte("\x28\"}"))
		c.endsWith(4400)
	})
	t.Run("endless fragments", func(t *testing.T) {
		c := s.as("district")
		c.raw(t, 0x01, []byte(`{`))
		for range 3 {
			c.raw(t, 0x00, []byte(strings.Repeat(" ", 1000)))
		}
		c.endsWith(4400)
	})
	t.Run("a frame that announces more than there is", func(t *testing.T) {
		c := s.as("district")
		head := binary.BigEndian.AppendUint64([]byte{0x81, 0x80 | 127}, 1<<63-1)
		if _, err := c.conn.NetConn().Write(append(append(head, 0, 0, 0, 0), strings.Repeat("x", 3000)...)); err != nil {
			t.Fatal(err)
		}
		c.endsWith(4400)
	})
	if sockets, _, _ := s.hub.Stats(); sockets > 1 {
		// The last one may still be leaving; the others were waited for by their clients.
		t.Logf("%d sockets are still closing", sockets)
	}
}

// raw writes one frame byte by byte as asked, masked with zeros.
func (c *client) raw(t *testing.T, first byte, payload []byte) {
	t.Helper()
	if len(payload) < 126 {
		_, err := c.conn.NetConn().Write(append([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...))
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	head := binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(len(payload)))
	if _, err := c.conn.NetConn().Write(append(append(head, 0, 0, 0, 0), payload...)); err != nil {
		t.Logf("writing: %v", err)
	}
}

func TestBrokenWebsocketFramesCloseTheSocket(t *testing.T) {
	s := newWorld(t).open()
	for name, x := range map[string][]byte{
		"unmasked":                   {0x81, 0x02, '{', '}'},
		"reserved bit":               {0xC1, 0x82, 0, 0, 0, 0, '{', '}'}, // a compressed message nobody agreed to
		"reserved opcode":            {0x83, 0x82, 0, 0, 0, 0, '{', '}'},
		"fragmented ping":            {0x09, 0x80, 0, 0, 0, 0},
		"long ping":                  append([]byte{0x89, 0x80 | 126, 0, 126, 0, 0, 0, 0}, make([]byte, 126)...),
		"invalid close code":         {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED}, // 1005
		"continuation of nothing":    {0x80, 0x80, 0, 0, 0, 0},
		"a message inside another":   {0x01, 0x81, 0, 0, 0, 0, '{', 0x81, 0x81, 0, 0, 0, 0, '{'},
		"bad UTF-8 of a close frame": {0x88, 0x83, 0, 0, 0, 0, 0x03, 0xE8, 0xFF},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.as("district")
			if _, err := c.conn.NetConn().Write(x); err != nil {
				t.Fatal(err)
			}
			for {
				_, err := c.read()
				if err == nil {
					continue
				}
				if !websocket.IsCloseError(err, 1002) {
					t.Fatalf("ended with %v, want 1002", err)
				}
				return
			}
		})
	}
}

func TestTooManyFramesInAMinute(t *testing.T) {
	s := newWorld(t).open(limits(Limits{MessagesPerMinute: 5}))
	t.Run("of any kind", func(t *testing.T) {
		c := s.as("district")
		for range 5 {
			c.send(`{"op":"ack","id":1,"to":1}`)
		}
		c.endsWith(4429)
	})
	t.Run("pings too", func(t *testing.T) {
		c := s.as("district")
		for range 5 {
			if err := c.conn.WriteControl(websocket.PingMessage, []byte("x"), time.Now().Add(patience)); err != nil {
				t.Fatal(err)
			}
		}
		c.endsWith(4429)
	})
	t.Run("a million", func(t *testing.T) {
		c := s.as("district")
		one := []byte{0x81, 0x81, 0, 0, 0, 0, ' '}
		many := []byte(strings.Repeat(string(one), 10_000))
		var written error
		for range 100 {
			if _, written = c.conn.NetConn().Write(many); written != nil {
				break
			}
		}
		_, err := c.read()
		if written == nil && err == nil {
			t.Log("everything was taken and thrown away")
		}
	})
}

func TestPingsAreAnswered(t *testing.T) {
	w := newWorld(t)
	s := w.open()
	s.fold()
	c := s.as("district")
	pong := make(chan string, 1)
	c.conn.SetPongHandler(func(text string) error { pong <- text; return errors.New("enough") })
	if err := c.conn.WriteControl(websocket.PingMessage, []byte("are you there"), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, _ = c.read()
	if got := <-pong; got != "are you there" {
		t.Errorf("pong %q", got)
	}
}

// Whoever opens connections and walks away in the middle costs nothing that stays.
func TestHalfHandshakes(t *testing.T) {
	s := newWorld(t).open()
	address := s.server.Listener.Addr().String()
	for i := range 200 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		text := "GET / HTTP/1.1\r\nHost: " + address + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
		if _, err := c.Write([]byte(text[:i*len(text)/199])); err != nil {
			t.Fatal(err)
		}
		_ = c.Close()
	}
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"wall"}`)
	c.snapshot(1)
}

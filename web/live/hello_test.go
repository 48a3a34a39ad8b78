package live

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"gridcommand/domain/jurisdiction"
	"gridcommand/projections"
)

func TestATicketOpensOneSocketInTime(t *testing.T) {
	w := newWorld(t)
	s := w.open()
	s.fold()
	watch := `{"op":"watch","id":1,"view":"picture","scope":"440114"}`

	ticket := w.ticket("district")
	first := s.stranger()
	first.send(`{"op":"hello","ticket":%q}`, ticket)
	first.send("%s", watch)
	first.snapshot(1)

	for name, hello := range map[string]string{
		"used":    `{"op":"hello","ticket":"` + ticket + `"}`,
		"unknown": `{"op":"hello","ticket":"abc"}`,
		"expired": `{"op":"hello","ticket":"` + w.ticket("district") + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			if name == "expired" {
				w.wall.Add(31)
			}
			c := s.stranger()
			c.send("%s", hello)
			c.send("%s", watch)
			c.endsWith(4401)
		})
	}
	t.Run("of a session that is over", func(t *testing.T) {
		ticket := w.ticket("street")
		if err := w.accounts.Logout(t.Context(), w.sessions["street"]); err != nil {
			t.Fatal(err)
		}
		c := s.stranger()
		c.send(`{"op":"hello","ticket":%q}`, ticket)
		c.endsWith(4401)
	})
}

func TestATicketThatCannotBeLookedUpMayComeBack(t *testing.T) {
	s := newWorld(t).open(func(d *Deps, _ *projections.Options) {
		d.Redeem = func(context.Context, string) (jurisdiction.Person, string, error) {
			return jurisdiction.Person{}, "", errors.New("the disk is away")
		}
	})
	c := s.stranger()
	c.send(`{"op":"hello","ticket":"x"}`)
	c.endsWith(1012)
}

func TestHelloComesFirstAndOnce(t *testing.T) {
	s := newWorld(t).open()
	for name, frames := range map[string][]string{
		"watch first":    {`{"op":"watch","id":1,"view":"picture","scope":"440114"}`},
		"ack first":      {`{"op":"ack","id":1,"to":2}`},
		"no ticket":      {`{"op":"hello"}`},
		"an empty frame": {``},
		"hello twice":    {`{"op":"hello","ticket":"` + s.ticket("district") + `"}`, `{"op":"hello","ticket":"` + s.ticket("district") + `"}`},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.stranger()
			for _, f := range frames {
				c.send("%s", f)
			}
			c.endsWith(4400)
		})
	}
}

func TestWhoeverSaysNothingIsSentAway(t *testing.T) {
	s := newWorld(t).open(limits(Limits{HelloWait: time.Millisecond}))
	s.stranger().endsWith(4401)

	t.Run("pings are no hello", func(t *testing.T) {
		s := newWorld(t).open(limits(Limits{HelloWait: 50 * time.Millisecond, MessagesPerMinute: 1 << 30}))
		c := s.stranger()
		stop, done := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				default:
					if c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience)) != nil {
						return
					}
				}
			}
		}()
		c.endsWith(4401)
		close(stop)
		<-done
	})
}

func TestOrigin(t *testing.T) {
	s := newWorld(t).open()
	host := s.server.Listener.Addr().String()
	for name, origin := range map[string][]string{
		"foreign":                {"https://example.com"},
		"null":                   {"null"},
		"empty":                  {""},
		"two":                    {"http://" + host, "http://" + host},
		"ours with another port": {"http://127.0.0.1:1"},
		"ours as a user's name":  {"http://" + host + "@example.com"},
		"ours with a path":       {"http://" + host + "/x"},
		"another scheme":         {"ftp://" + host},
		"ours as a suffix":       {"http://x." + host},
	} {
		t.Run(name, func(t *testing.T) {
			_, answer, err := dial(t, s.server, http.Header{"Origin": origin})
			if err == nil {
				t.Fatal("a socket was opened")
			}
			if status, code := refusal(t, answer); status != 403 || code != "foreign_origin" {
				t.Errorf("answered %d %s", status, code)
			}
		})
	}
	for _, header := range []http.Header{nil, {"Origin": {"http://" + host}}, {"Origin": {"https://" + host}}} {
		if _, _, err := dial(t, s.server, header); err != nil {
			t.Errorf("%v: %v", header, err)
		}
	}
}

func TestSubprotocol(t *testing.T) {
	s := newWorld(t).open()
	_, answer, err := dial(t, s.server, nil)
	if err != nil || answer.Header.Get("Sec-WebSocket-Protocol") != "gridcommand.1" {
		t.Errorf("subprotocol %q, %v", answer.Header.Get("Sec-WebSocket-Protocol"), err)
	}
	d := websocket.Dialer{Subprotocols: []string{"gridcommand.2"}}
	_, answer, err = d.DialContext(t.Context(), "ws://"+s.server.Listener.Addr().String(), nil)
	if err == nil {
		t.Fatal("another subprotocol was taken")
	}
	if status, code := refusal(t, answer); status != 400 || code != "unknown_subprotocol" {
		t.Errorf("answered %d %s", status, code)
	}
}

func TestWhatIsNoHandshakeIsAProblem(t *testing.T) {
	s := newWorld(t).open()
	for name, x := range map[string]struct {
		header http.Header
		status int
		code   string
	}{
		"plain GET":       {nil, 426, "upgrade_required"},
		"another version": {http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"8"}}, 400, "bad_handshake"},
		"no key":          {http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}}, 400, "bad_handshake"},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), "GET", s.server.URL, nil)
		r.Header = x.header
		answer, err := s.server.Client().Do(r)
		answer = must(t, answer, err)
		if status, code := refusal(t, answer); status != x.status || code != x.code {
			t.Errorf("%s: answered %d %s", name, status, code)
		}
		_ = answer.Body.Close()
	}
}

func TestRoomIsBounded(t *testing.T) {
	t.Run("of the server, also for those who say nothing", func(t *testing.T) {
		s := newWorld(t).open(limits(Limits{Sockets: 2}))
		s.stranger()
		s.stranger()
		_, answer, err := dial(t, s.server, nil)
		if err == nil {
			t.Fatal("a third socket was opened")
		}
		if status, code := refusal(t, answer); status != 503 || code != "overloaded" || answer.Header.Get("Retry-After") == "" {
			t.Errorf("answered %d %s", status, code)
		}
	})
	t.Run("of an account", func(t *testing.T) {
		s := newWorld(t).open(limits(Limits{SocketsPerAccount: 1}))
		s.fold()
		watch := `{"op":"watch","id":1,"view":"picture","scope":"440114"}`
		first := s.as("district")
		first.send("%s", watch)
		first.snapshot(1)
		s.as("district").endsWith(4429)
		other := s.as("supervisor")
		other.send("%s", watch)
		other.snapshot(1)
		// The place of one that left is free again.
		_ = first.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience))
		if _, err := first.read(); !websocket.IsCloseError(err, 1000) {
			t.Fatalf("a goodbye was answered with %v", err)
		}
	})
}

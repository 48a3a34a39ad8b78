package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/projections"
)

func TestShutdownSaysSoToEverybody(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	var all []*client
	for i := range 30 {
		var c *client
		switch i % 3 {
		case 0: // has not said hello
			c = s.stranger()
		case 1: // watches nothing
			c = s.as("street")
		default:
			c = s.as("district")
			c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114"}`)
			c.snapshot(1)
		}
		all = append(all, c)
	}
	done := make(chan error, 1)
	go func() { done <- s.hub.Shutdown(t.Context()) }()
	for _, c := range all {
		c.endsWith(1012)
	}
	if err := <-done; err != nil {
		t.Errorf("shutting down: %v", err)
	}
	if sockets, _, _ := s.hub.Stats(); sockets != 0 {
		t.Errorf("%d sockets are left", sockets)
	}
	_, answer, err := dial(t, s.server, nil)
	if err == nil {
		t.Fatal("a socket was opened after the end")
	}
	if status, code := refusal(t, answer); status != 503 || code != "overloaded" {
		t.Errorf("answered %d %s", status, code)
	}
}

// Clients that do not close their end hold up a shutdown no longer than it lasts.
func TestShutdownWaitsForNobodyForEver(t *testing.T) {
	w := newWorld(t)
	redeeming := make(chan struct{})
	s := w.open(limits(Limits{Linger: patience}), func(d *Deps, _ *projections.Options) {
		d.Redeem = func(ctx context.Context, _ string) (jurisdiction.Person, string, error) {
			close(redeeming)
			<-ctx.Done() // a database that does not answer
			return jurisdiction.Person{}, "", ctx.Err()
		}
	})
	s.stranger()
	stuck := s.stranger()
	stuck.send(`{"op":"hello","ticket":"x"}`)
	<-redeeming
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.hub.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("shutting down: %v", err)
	}
	if sockets, _, _ := s.hub.Stats(); sockets != 0 {
		t.Errorf("%d sockets are left", sockets)
	}
}

// A socket's goroutines end with it, while the server goes on.
func TestNothingOutlivesASocket(t *testing.T) {
	w := newWorld(t)
	s := w.open()
	s.fold()
	for i := range 20 {
		c := s.as("district")
		c.send(`{"op":"watch","id":1,"view":"wall"}`)
		c.snapshot(1)
		switch i % 3 {
		case 0:
			_ = c.conn.Close()
		case 1:
			c.send(`{"op":"what"}`)
			c.endsWith(4400)
		default:
			s.hub.EndSession(s.sessions["district"])
			c.endsWith(4401)
		}
	}
	s.hub.handlers.Wait() // returns only when each has waited for its reader
	if sockets, _, _ := s.hub.Stats(); sockets != 0 || len(s.hub.accounts) != 0 {
		t.Errorf("%d sockets and %v are left", sockets, s.hub.accounts)
	}
}

package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"

	"github.com/jackc/pgx/v5"
)

// A load appends to a store until it is stopped, whatever the answers are.
type load struct {
	told *tale
	wg   sync.WaitGroup
	stop atomic.Bool
	acks atomic.Int64
	errs atomic.Int64
}

func put(t *testing.T, s eventstore.Store, name string, told *tale, writers int) *load {
	t.Helper()
	l := &load{told: told}
	ctx := context.WithoutCancel(t.Context())
	for n := range writers {
		l.wg.Go(func() {
			for i := 0; !l.stop.Load(); i++ {
				if told.append(ctx, s, fmt.Sprintf("%s.%d.%d", name, n, i)) == nil {
					l.acks.Add(1)
				} else {
					l.errs.Add(1)
					time.Sleep(10 * time.Millisecond) // a caller takes a breath too
				}
			}
		})
	}
	return l
}

// until waits until a count of the load has grown by n.
func until(t *testing.T, what *atomic.Int64, n int64) {
	t.Helper()
	target := what.Load() + n
	for end := time.Now().Add(time.Minute); what.Load() < target; {
		if time.Now().After(end) {
			t.Fatal("nothing more happened for a minute")
		}
		time.Sleep(time.Millisecond)
	}
}

func (l *load) end() {
	l.stop.Store(true)
	l.wg.Wait()
}

// PostgreSQL is killed with all its backends, or restarted in order, or its connections
// are ended, under load. The same open store goes on when it is back.
func TestPostgreSQLIsLostUnderLoad(t *testing.T) {
	c := postgrestest.NewCluster(t)
	s, err := postgres.Open(t.Context(), c.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	told := newTale()
	rounds := often(1, 8)
	for round := range rounds {
		for _, blow := range []struct {
			name string
			do   func()
		}{
			{"killed", func() { c.Kill(); c.Start() }},
			{"restarted", func() { c.Stop(); c.Start() }},
			{"terminated", func() { terminate(t, c.URL()) }},
		} {
			l := put(t, s, fmt.Sprintf("%s.%d", blow.name, round), told, 6)
			until(t, &l.acks, 20)
			blow.do()
			until(t, &l.acks, 20) // it goes on by itself
			l.end()
			check(t, s, told, true)
			if t.Failed() {
				t.Fatalf("round %d, %s", round, blow.name)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	reopen(t, c.URL(), told, true)
	saw(t, "PostgreSQL killed, restarted, connections ended", "%d times under load, %d appends acknowledged", 3*rounds, len(told.acknowledged))
}

func terminate(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND application_name LIKE 'gridcommand%'")
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// The server is set back to an older backup under an open store and its followers, by
// somebody who does not know of the ledger. Nobody takes the shorter ledger for the
// longer one in silence.
func TestPostgreSQLIsSetBackToAnOlderBackup(t *testing.T) {
	c := postgrestest.NewCluster(t)
	s, err := postgres.Open(t.Context(), c.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	told := newTale()
	grow := func(from, to int) {
		for i := from; i < to; i++ {
			if err := told.append(t.Context(), s, fmt.Sprintf("b.%d", i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	grow(0, 10)
	c.Stop()
	back := c.Keep()
	c.Start()
	for try := 0; told.append(t.Context(), s, "between") != nil; try++ {
		if try == 100 {
			t.Fatal("the store does not find the server again")
		}
	}
	grow(20, 30)
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	follower, stop := context.WithCancel(t.Context())
	defer stop()
	followed := make(chan error, 1)
	caught := make(chan struct{})
	go func() {
		var reached eventstore.Position
		for page, err := range eventstore.Follow(follower, s, 0, 0) {
			for err != nil && !errors.Is(err, eventstore.ErrSetBack) && follower.Err() == nil {
				// The server is away: one who follows comes back and asks on.
				time.Sleep(10 * time.Millisecond)
				if _, again := s.Head(follower); again == nil {
					for page, err = range eventstore.Follow(follower, s, reached, 0) {
						break
					}
				}
			}
			if err != nil {
				followed <- err
				return
			}
			if reached = page[len(page)-1].Position; reached == head {
				close(caught)
			}
			if reached > head {
				followed <- fmt.Errorf("position %d follows the head %d of before", reached, head)
				return
			}
		}
		followed <- errors.New("it ended without a word")
	}()
	<-caught
	c.Stop()
	back()
	c.Start()
	fresh, err := postgres.Open(t.Context(), c.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = fresh.Close() }()
	lower, err := fresh.Head(t.Context())
	if err != nil || lower >= head {
		t.Fatalf("the head is %d after going back from %d, %v", lower, head, err)
	}
	select {
	case err := <-followed:
		if !errors.Is(err, eventstore.ErrSetBack) {
			t.Errorf("the follower says %v", err)
		}
		saw(t, "PostgreSQL set back to an older backup", "head %d → %d; a follower ends with: %v", head, lower, err)
	case <-time.After(10 * time.Second):
		t.Error("a follower that is ahead of the ledger goes on waiting without a word")
		saw(t, "PostgreSQL set back to an older backup", "head %d → %d; no word", head, lower)
	}
}

// The answer to a commit is lost on the way. Whoever asks again under the same key has
// the same answer, and the ledger one fact.
func TestTheAnswerIsLostAfterTheCommit(t *testing.T) {
	c := postgrestest.NewCluster(t)
	way := newWay(t, c.Socket())
	s, err := postgres.Open(t.Context(), strings.Replace(c.URL(), escaped(filepath.Dir(c.Socket())), escaped(way.dir), 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	told := newTale()
	rounds := often(10, 100)
	lost := 0
	for i := range rounds {
		id := fmt.Sprintf("lost.%d", i)
		if err := told.append(t.Context(), s, id+".before"); err != nil {
			t.Fatal(err)
		}
		way.mute.Store(true)
		err := told.append(t.Context(), s, id)
		way.mute.Store(false)
		if err == nil {
			t.Fatalf("%s was acknowledged, though no answer can have come", id)
		}
		if !strings.Contains(err.Error(), "outcome is unknown") {
			t.Errorf("%s: %v, want that the outcome is unknown", id, err)
		}
		lost++
		// The server may still be at it.
		var r eventstore.Result
		for try := 0; ; try++ {
			if r, err = s.Append(t.Context(), pair(id)); err == nil || try == 50 {
				break
			}
		}
		again, againErr := s.Append(t.Context(), pair(id))
		if err != nil || againErr != nil || again.First != r.First || !again.Replayed {
			t.Fatalf("%s, asked again: %+v, %v; and again: %+v, %v", id, r, err, again, againErr)
		}
		told.acknowledged[id] = r.First
		delete(told.unknown, id)
	}
	check(t, s, told, true)
	saw(t, "response lost after commit, postgres", "%d answers lost, each settled by asking again", lost)
}

func escaped(path string) string { return strings.ReplaceAll(path, "/", "%2F") }

// A way leads to a server's socket. While it is mute, the first answer that comes back
// cuts the connection instead of going through.
type way struct {
	dir  string
	mute atomic.Bool
}

func newWay(t *testing.T, to string) *way {
	t.Helper()
	w := &way{dir: fast(t)}
	listener, err := net.Listen("unix", filepath.Join(w.dir, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("unix", to)
			if err != nil {
				_ = client.Close()
				continue
			}
			wg.Go(func() {
				_, _ = io.Copy(server, client)
				_ = server.Close()
			})
			wg.Go(func() {
				defer func() { _, _ = client.Close(), server.Close() }()
				buffer := make([]byte, 64<<10)
				for {
					n, err := server.Read(buffer)
					if err != nil || w.mute.Load() {
						return
					}
					if _, err := client.Write(buffer[:n]); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
	})
	return w
}

package postgres_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A between stands between a ledger and its server and does to listening connections what
// networks and poolers do.
type between struct {
	url string

	swallow  atomic.Bool // what listeners are sent is taken and kept, on connections that stay up
	deafen   atomic.Bool // LISTEN is answered, but goes to a session that is somebody else's
	listened atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool
	work  sync.WaitGroup
}

func stand(t *testing.T, server string) *between {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	config, err := pgx.ParseConfig(server)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &between{conns: map[net.Conn]bool{}}
	network, target := pgconn.NetworkAddress(config.Host, config.Port)
	u.Host = listener.Addr().String()
	query := u.Query()
	query.Del("host")
	query.Del("port")
	u.RawQuery = query.Encode()
	b.url = u.String()
	b.work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			b.work.Go(func() { b.carry(conn, network, target) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		b.mu.Lock()
		for c := range b.conns {
			_ = c.Close()
		}
		b.mu.Unlock()
		b.work.Wait()
	})
	return b
}

func (b *between) hold(c net.Conn) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.conns[c] = true
}

// carry passes bytes on in both directions until one side hangs up.
func (b *between) carry(client net.Conn, network, target string) {
	b.hold(client)
	defer func() { _ = client.Close() }()
	server, err := net.Dial(network, target)
	if err != nil {
		return
	}
	b.hold(server)
	defer func() { _ = server.Close() }()
	var listens atomic.Bool
	b.work.Go(func() {
		defer func() { _ = client.Close() }()
		pass(client, server, func([]byte) bool { return listens.Load() && b.swallow.Load() })
	})
	pass(server, client, func(said []byte) bool {
		if i := strings.Index(string(said), "LISTEN gridcommand"); i >= 0 {
			listens.Store(true)
			b.listened.Add(1)
			if b.deafen.Load() {
				// The session that listens is not the one that this client hears: the
				// channels it is given are others of the same length.
				copy(said, strings.ReplaceAll(string(said), "LISTEN gridcommand", "LISTEN somebody_el"))
			}
		}
		return listens.Load() && b.swallow.Load()
	})
}

// pass copies from one to the other, except what is to be kept.
func pass(to, from net.Conn, keep func([]byte) bool) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !keep(buffer[:n]) {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// sees makes one process append while another follows: it must see every fact, whatever
// becomes of its notifications.
func sees(ctx context.Context, t *testing.T, writer, follower *postgres.Store, facts int) {
	t.Helper()
	from, err := writer.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		for page, err := range eventstore.Follow(ctx, follower, from, 0) {
			if err != nil || page[len(page)-1].Position == from+eventstore.Position(facts) {
				done <- err
				return
			}
		}
	}()
	for range facts {
		if _, err := writer.Append(ctx, one("incident-1", eventstore.Any, "")); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-done; err != nil {
		t.Errorf("the follower ends with %v", err)
	}
}

// becomes waits until a store hears, or does not hear, of others.
func becomes(ctx context.Context, t *testing.T, s *postgres.Store, listening bool) {
	t.Helper()
	for s.Listening() != listening {
		if ctx.Err() != nil {
			t.Fatalf("after a minute Listening is still %v", !listening)
		}
		_ = s.Wait(ctx, 1<<40)
	}
}

func apartFrom(t *testing.T) (ctx context.Context, b *between, writer, follower *postgres.Store) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	server := postgrestest.URL(t)
	b = stand(t, server)
	writer = open(t, server, nil)
	follower = open(t, b.url, &postgres.Options{Probe: 100 * time.Millisecond, Log: quiet})
	return ctx, b, writer, follower
}

// The other end of the connection is gone, and nobody says so.
func TestAListenerNoticesAConnectionThatSwallowsEverything(t *testing.T) {
	ctx, b, writer, follower := apartFrom(t)
	becomes(ctx, t, follower, true)
	b.swallow.Store(true)
	sees(ctx, t, writer, follower, 20)
	becomes(ctx, t, follower, false)
	sees(ctx, t, writer, follower, 20)
	b.swallow.Store(false)
	becomes(ctx, t, follower, true)
	sees(ctx, t, writer, follower, 20)
	if n := b.listened.Load(); n < 2 {
		t.Errorf("it listened %d times", n)
	}
}

// A pooler that gives each transaction another session takes LISTEN and hears alone.
func TestFollowersBehindATransactionPoolerPoll(t *testing.T) {
	ctx, b, writer, follower := apartFrom(t)
	becomes(ctx, t, follower, true)
	b.deafen.Store(true)
	terminateListeners(ctx, t, b.url)
	becomes(ctx, t, follower, false)
	for b.listened.Load() < 3 { // it tries again, and hears nothing again
		sees(ctx, t, writer, follower, 5)
	}
	if follower.Listening() {
		t.Error("the follower says that it hears of others")
	}
	b.deafen.Store(false)
	becomes(ctx, t, follower, true)
}

func TestAListenerThatWasTerminatedListensAgain(t *testing.T) {
	ctx, b, writer, follower := apartFrom(t)
	for range 3 {
		becomes(ctx, t, follower, true)
		terminateListeners(ctx, t, b.url)
		sees(ctx, t, writer, follower, 10)
	}
	becomes(ctx, t, follower, true)
}

func terminateListeners(ctx context.Context, t *testing.T, url string) {
	t.Helper()
	if _, err := connect(t, url).Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND (query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%')`); err != nil {
		t.Fatal(err)
	}
}

package postgres_test

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestLinearizable(t *testing.T) {
	eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
		return []eventstore.Store{open(t, postgrestest.URL(t), nil)}
	})
}

// Two stores with connections of their own are what two processes are.
func TestTwoProcessesAreLinearizable(t *testing.T) {
	eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
		url := postgrestest.URL(t)
		return []eventstore.Store{open(t, url, nil), open(t, url, nil)}
	})
}

// What was asked may have been done when the connection breaks before the answer; the
// ledger must have done it whole and at one moment, or not at all.
func TestBrokenConnectionsLeaveAHistoryThatIsLinearizable(t *testing.T) {
	through := postgrestest.URL(t)
	line := newLine(t, through)
	quiet := &postgres.Options{Log: slog.New(slog.DiscardHandler)}
	stores := []eventstore.Store{open(t, line.url, quiet), open(t, through, quiet)}
	eventstoretest.CheckLinearizable(t, stores, eventstoretest.Load{Streams: 5, Callers: 8, Calls: 100, Rounds: 4, Disturb: line.breakSoon})
}

// A line lies between a client and a server and is cut in the midst of what passes.
type line struct {
	url string

	mu   sync.Mutex
	ends map[net.Conn]bool
	luck *rand.Rand
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	config, err := pgconn.ParseConfig(to)
	if err != nil {
		t.Fatal(err)
	}
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("host", host)
	query.Set("port", port)
	u.RawQuery = query.Encode()
	l := &line{url: u.String(), ends: map[net.Conn]bool{}, luck: rand.New(rand.NewPCG(1, 2))}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { l.carry(client, network, address) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		l.cut()
		serving.Wait()
	})
	return l
}

func (l *line) carry(client net.Conn, network, address string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	l.mu.Lock()
	l.ends[client] = true
	l.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(server, client); _ = server.Close() })
	both.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
	both.Wait()
	l.mu.Lock()
	delete(l.ends, client)
	l.mu.Unlock()
}

// cut hangs up on the clients. The server learns of it when it answers.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for end := range l.ends {
		_ = end.Close()
	}
}

func (l *line) breakSoon(ctx context.Context) {
	l.mu.Lock()
	after := time.Duration(5000+l.luck.IntN(50_000)) * time.Microsecond
	l.mu.Unlock()
	timer := time.NewTimer(after)
	defer timer.Stop()
	select {
	case <-timer.C:
		l.cut()
	case <-ctx.Done():
	}
}

package postgres_test

import (
	"context"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, url string, o *postgres.Options) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	eventstoretest.Run(t, func(t *testing.T) eventstore.Store { return open(t, postgrestest.URL(t), nil) })
}

func TestDurableStore(t *testing.T) {
	eventstoretest.RunDurable(t, func(t *testing.T) func() eventstore.Store {
		url := postgrestest.URL(t)
		return func() eventstore.Store { return open(t, url, nil) }
	})
}

func TestOverload(t *testing.T) {
	eventstoretest.RunOverload(t, 2, func(t *testing.T) (eventstore.Store, func() func()) {
		url := postgrestest.URL(t)
		hold := func() func() { return lockHead(t, url) }
		return open(t, url, &postgres.Options{Queue: 2, Batch: 2}), hold
	})
}

// lockHead holds the head as an appending process does, until released.
func lockHead(t *testing.T, url string) (release func()) {
	t.Helper()
	conn := connect(t, url)
	if _, err := conn.Exec(t.Context(), "BEGIN; SELECT * FROM ledger.head FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.Exec(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

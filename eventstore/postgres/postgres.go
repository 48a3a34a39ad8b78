// Package postgres keeps a ledger in the schema "ledger" of a PostgreSQL database
// (15 or later). Any number of processes may append to it and follow it.
//
// Whoever appends locks the one row of the table head first and reads after; the
// position moves in the same transaction. So positions are dense in commit order,
// whoever writes, at the price of one writer at a time, which is paid by storing
// many appends in one transaction: one call, one fsync, one notification.
//
// A process hears of the appends of others by LISTEN, which is a hint only: who
// waits looks for itself after a quarter of a second at the latest.
package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"
	"gridcommand/eventstore/sqldb"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	schema      = "ledger"
	channel     = "gridcommand_ledger"
	connections = 10 // one of them is the writer's most of the time
)

// Options sets up a Store. Its zero value, like nil, means the defaults.
type Options struct {
	Queue    int                 // appends that may wait in this process; one more is ErrOverloaded
	Batch    int                 // appends in one commit at most
	Observer eventstore.Observer // hears of each commit; nil: nobody does
	Log      *slog.Logger        // hears when notifications are lost; nil: slog.Default()
	Probe    time.Duration       // how often it is tried whether notifications arrive; 0: ten seconds
}

//go:embed migrations/*.sql
var migrations embed.FS

// A Store is a ledger in a PostgreSQL database.
type Store struct {
	epoch    string
	pool     *pgxpool.Pool
	commit   *groupcommit.Committer // nil when read-only
	bell     groupcommit.Bell
	listener *listener // nil when read-only

	stopListening context.CancelFunc
	listening     sync.WaitGroup

	mu     sync.RWMutex // held for reading while the database is in use
	closed bool
}

var _ eventstore.Store = (*Store)(nil)

// ErrReadOnly says that the ledger was opened for reading.
var ErrReadOnly = errors.New("postgres: ledger was opened read-only")

// Open opens the ledger in the database at url and makes it, or brings its
// tables up to date, as needed.
func Open(ctx context.Context, url string, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	if err := migrate(ctx, url); err != nil {
		return nil, err
	}
	s, err := connect(ctx, url, map[string]string{
		"synchronous_commit":            "on",             // acknowledged means durable
		"default_transaction_isolation": "read committed", // lock first, read after
		"lock_timeout":                  "10s",            // a process that hangs with the head locked
	})
	if err != nil {
		return nil, err
	}
	if _, err := s.pool.Exec(ctx, foundSQL, rand.Text()); err != nil {
		s.pool.Close()
		return nil, fmt.Errorf("postgres: make the head: %w", err)
	}
	if err := s.recall(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	w := &writer{pool: s.pool, bell: &s.bell}
	s.commit = groupcommit.New(&groupcommit.Options{Queue: o.Queue, Batch: o.Batch, Observer: o.Observer}, w.commit)

	log := o.Log
	if log == nil {
		log = slog.Default()
	}
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stopListening = stop
	s.listener = &listener{config: s.pool.Config().ConnConfig, bell: &s.bell, log: log, every: cmp.Or(o.Probe, probeEvery)}
	s.listening.Go(func() { s.listener.run(listening) })
	return s, nil
}

// OpenReadOnly opens an existing ledger for reading and changes nothing in the
// database. Append returns [ErrReadOnly]; Wait polls.
func OpenReadOnly(ctx context.Context, url string) (*Store, error) {
	s, err := connect(ctx, url, map[string]string{"default_transaction_read_only": "on"})
	if err != nil {
		return nil, err
	}
	if err := s.recall(ctx); err != nil {
		s.pool.Close()
		return nil, err
	}
	return s, nil
}

// connect makes a Store that can read.
func connect(ctx context.Context, url string, settings map[string]string) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	config.MaxConns = connections
	params := config.ConnConfig.RuntimeParams
	params["search_path"] = schema
	if params["application_name"] == "" {
		params["application_name"] = "gridcommand ledger"
	}
	maps.Copy(params, settings)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return &Store{pool: pool}, nil
}

// recall reads what stays the same as long as the ledger is open.
func (s *Store) recall(ctx context.Context) error {
	var encoding string
	if err := s.pool.QueryRow(ctx, epochSQL).Scan(&s.epoch, &encoding); err != nil {
		return fmt.Errorf("postgres: open the ledger: %w", err)
	}
	if encoding != "UTF8" {
		return fmt.Errorf("postgres: the database keeps text as %s, UTF8 is needed", encoding)
	}
	return nil
}

func migrate(ctx context.Context, url string) (err error) {
	db, err := sqldb.OpenPostgres(ctx, url, schema)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tables, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return sqldb.Migrate(ctx, db, tables, "ledger")
}

// Append stores a with one commit shared by all who append meanwhile. See
// [eventstore.Store] and [groupcommit.Committer.Append].
func (s *Store) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	if s.commit == nil {
		return eventstore.Result{}, ErrReadOnly
	}
	return s.commit.Append(ctx, a)
}

// Epoch returns the ledger's epoch. See [eventstore.Store].
func (s *Store) Epoch(ctx context.Context) (string, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return s.epoch, nil
}

// Wait returns when the head may be past `after`. See [eventstore.Store].
func (s *Store) Wait(ctx context.Context, after eventstore.Position) error {
	return s.bell.Wait(ctx, after)
}

// Close waits for appends under way and hangs up. See [eventstore.Store].
func (s *Store) Close() error {
	if s.commit != nil {
		s.commit.Close()
		s.stopListening()
		s.listening.Wait()
	}
	s.bell.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.pool.Close()
	}
	return nil
}

// enter begins one use of the database; Close waits for leave.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	if s.closed {
		s.mu.RUnlock()
		return nil, eventstore.ErrClosed
	}
	return s.mu.RUnlock, nil
}

// Package sqlite keeps a ledger in one folder of this machine.
//
//	DIR/ledger.db   the facts, in SQLite's WAL mode, every commit fsynced
//	DIR/lock        held while a process has the ledger open for writing
//
// One process writes. Inside it one goroutine commits what many callers append
// together; since nobody else writes, what it remembers of the head and of
// stream versions is true and need not be read again. Readers use connections of
// their own and never wait for the writer.
//
// After the first disk error of the writer nothing is acknowledged any more:
// what an fsync that failed has left behind cannot be known from inside the
// process. A full disk is not such an error: the append fails, nobody is shown it, and
// the ledger goes on when there is room. If it was full at the very commit, the outcome
// is unknown until then: a process that is started anew may find it in the log.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"
	"gridcommand/eventstore/sqldb"
)

// Options sets up a Store. Its zero value, like nil, means the defaults.
type Options struct {
	Queue    int                 // appends that may wait; one more is ErrOverloaded
	Batch    int                 // appends in one commit at most
	Observer eventstore.Observer // hears of each commit; nil: nobody does
	VFS      string              // the SQLite file system that ledger.db is kept on; empty: the default one
}

// ErrReadOnly says that the ledger was opened for reading.
var ErrReadOnly = errors.New("sqlite: ledger was opened read-only")

//go:embed migrations/*.sql
var migrations embed.FS

// A Store is a ledger in a folder.
type Store struct {
	epoch  string
	db     *sqldb.DB
	lock   *os.File               // nil when read-only
	commit *groupcommit.Committer // nil when read-only
	writer *writer                // nil when read-only
	bell   groupcommit.Bell
	reads  statements

	mu     sync.RWMutex // held for reading while the database is in use
	closed bool
}

var _ eventstore.Store = (*Store)(nil)

// Open opens the ledger in the folder dir, which is made if there is none. It
// returns [eventstore.ErrInUse] if another process, or another Store of this
// one, has it open.
func Open(ctx context.Context, dir string, o *Options) (_ *Store, err error) {
	if o == nil {
		o = &Options{}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	s := &Store{}
	if s.lock, err = lock(filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if err := rewrite(filepath.Join(dir, "ledger.db-wal")); err != nil {
		return nil, err
	}
	if s.db, err = sqldb.OpenSQLiteOn(ctx, filepath.Join(dir, "ledger.db"), o.VFS); err != nil {
		return nil, err
	}
	if err := settle(ctx, dir, s.db); err != nil {
		return nil, err
	}
	tables, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, s.db, tables, "ledger"); err != nil {
		return nil, err
	}
	if _, err := s.db.Write.ExecContext(ctx, foundSQL, rand.Text()); err != nil {
		return nil, fmt.Errorf("sqlite: make the epoch: %w", err)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if s.writer, err = newWriter(ctx, s.db, &s.bell); err != nil {
		return nil, err
	}
	s.commit = groupcommit.New(&groupcommit.Options{Queue: o.Queue, Batch: o.Batch, Observer: o.Observer}, s.writer.commit)
	return s, nil
}

// OpenReadOnly opens an existing ledger for reading, also while another process
// writes it. Append returns [ErrReadOnly].
func OpenReadOnly(ctx context.Context, dir string) (_ *Store, err error) {
	s := &Store{}
	if s.db, err = sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(dir, "ledger.db")); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

// prepare readies the statements of the readers and reads the epoch.
func (s *Store) prepare(ctx context.Context) error {
	if err := s.reads.prepare(ctx, s.db.Read); err != nil {
		return fmt.Errorf("sqlite: %s: %w", s.db.Name, err)
	}
	err := s.db.Read.QueryRowContext(ctx, epochSQL).Scan(&s.epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("sqlite: %s has no epoch: it was never opened for writing", s.db.Name)
	}
	if err != nil {
		return fmt.Errorf("sqlite: %s: %w", s.db.Name, err)
	}
	return nil
}

// Append stores a with one fsync shared by all who append meanwhile. See
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

// Close waits for appends under way, folds the log into ledger.db and gives the
// folder free. See [eventstore.Store].
func (s *Store) Close() error {
	if s.commit != nil {
		s.commit.Close()
	}
	s.bell.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	return s.release()
}

// release lets go of whatever has been opened, the lock last.
func (s *Store) release() error {
	var errs []error
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	errs = append(errs, s.reads.close())
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
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

// Package sqldb opens the SQL databases that stand beside the ledger: views and
// state. It keeps one rule for all of them: one connection writes, others read.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Dialect is the kind of database.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// A DB is one database (SQLite file) or one schema (PostgreSQL). SQL sent to it
// is portable: $1 placeholders, BIGINT, TEXT and BLOB/BYTEA columns, ON CONFLICT
// and RETURNING, times as unix microseconds, no JSON operators.
type DB struct {
	Write   *sql.DB // on SQLite a single connection; nil if opened read-only
	Read    *sql.DB // on SQLite read-only connections, apart from Write
	Dialect Dialect
	Name    string // file or schema

	beside neighbours
	within bool                                       // a schema beside the one that the pools are set to
	again  func(context.Context, string) (*DB, error) // opens another file as this one was opened; nil: to read only
}

// Tx runs f in one write transaction and commits it if f returns nil; otherwise,
// also when f panics, nothing of it stays.
func (db *DB) Tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // without effect after Commit
	if db.within {
		if err := db.Enter(ctx, tx); err != nil {
			return err
		}
	}
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Close closes both pools. On SQLite the readers go first, so that the writer is
// the last connection and folds the write-ahead log back into the file.
func (db *DB) Close() error {
	besideErr := db.closeBeside()
	var readErr, writeErr error
	if db.Read != nil && db.Read != db.Write {
		readErr = db.Read.Close()
		drain(db.Read)
	}
	if db.Write != nil {
		writeErr = db.Write.Close()
		drain(db.Write)
	}
	return errors.Join(besideErr, readErr, writeErr)
}

// draining is how long Close waits for connections in use.
const draining = 5 * time.Second

// drain waits until a closed pool has let go of its connections. One that a cancelled
// question still holds would keep SQLite, whose last connection folds the write-ahead
// log away, from doing so.
func drain(pool *sql.DB) {
	for end := time.Now().Add(draining); pool.Stats().OpenConnections > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

package eventstorebench

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
)

// rawTransaction is how many appends the raw loop of SQLite writes in one transaction.
const rawTransaction = 100

// AppendSQLite measures appends to a new ledger in dir beside a bare loop that
// writes the same rows into the same tables in transactions of 100 appends; with one
// caller, of one.
func AppendSQLite(ctx context.Context, dir string, o Appends) (_ Figures, err error) {
	store, err := sqlite.Open(ctx, filepath.Join(dir, "ledger"), nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	db, err := emptyTables(ctx, filepath.Join(dir, "raw"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return Append(ctx, store, Raw{"raw_loop", func(ctx context.Context, l Load) error {
		return insertRows(ctx, db, l, o.Callers)
	}}, o)
}

// emptyTables makes a ledger's tables in dir and opens them without a ledger.
func emptyTables(ctx context.Context, dir string) (*sqldb.DB, error) {
	s, err := sqlite.Open(ctx, dir, nil)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return sqldb.OpenSQLite(ctx, filepath.Join(dir, "ledger.db"))
}

func insertRows(ctx context.Context, db *sqldb.DB, l Load, callers int) (err error) {
	fact, err := db.Write.PrepareContext(ctx, "INSERT INTO events (position, stream, version, type, at, data, meta) VALUES ($1, $2, $3, $4, $5, $6, $7)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fact.Close()) }()
	key, err := db.Write.PrepareContext(ctx, "INSERT INTO keys (scope, id, digest, first, last, version) VALUES ($1, $2, $3, $4, $5, $6)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, key.Close()) }()
	inOne := rawTransaction
	if callers == 1 {
		inOne = 1
	}
	for from := l.From; from < l.To; from += inOne {
		err := db.Tx(ctx, func(tx *sql.Tx) error {
			fact, key := tx.StmtContext(ctx, fact), tx.StmtContext(ctx, key) //nolint:sqlclosecheck // the transaction closes them
			for n := from; n < min(from+inOne, l.To); n++ {
				r := l.Row(n, n%callers, callers)
				position := int64(n + 1)
				if _, err := key.ExecContext(ctx, r.Key.Scope, r.Key.ID, r.Key.Digest[:], position, position, int64(r.Version)); err != nil {
					return err
				}
				if _, err := fact.ExecContext(ctx, position, string(r.Stream), int64(r.Version), r.Type, r.At.UnixMicro(), string(r.Data), r.Meta.Text()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// FollowSQLite measures following a ledger in dir beside one SELECT over its table.
func FollowSQLite(ctx context.Context, dir string, o Follows) (_ Figures, err error) {
	store, err := sqlite.Open(ctx, filepath.Join(dir, "ledger"), nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	db, err := sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(dir, "ledger", "ledger.db"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return followBoth(ctx, store, Raw{"raw_scan", func(ctx context.Context, l Load) error {
		return scanRows(ctx, db.Read, l.To)
	}}, o)
}

func scanRows(ctx context.Context, db *sql.DB, n int) (err error) {
	rows, err := db.QueryContext(ctx, "SELECT position, stream, version, type, at, data, meta FROM events ORDER BY position LIMIT $1", n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var position, version, at int64
		var stream, kind string
		var data, meta []byte
		if err := rows.Scan(&position, &stream, &version, &kind, &at, &data, &meta); err != nil {
			return err
		}
	}
	return rows.Err()
}

// GrowthSQLite measures a ledger in dir that has grown beside empty ones.
func GrowthSQLite(ctx context.Context, dir string, o Grows, say func(string)) (Figures, error) {
	return Growth(ctx, func(ctx context.Context, name string) (eventstore.Archive, error) {
		return sqlite.Open(ctx, filepath.Join(dir, name), nil)
	}, o, say)
}

package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// migrationLock is the advisory lock under which schemas are made and migrated,
// so that two processes starting together take turns.
const migrationLock = 0x6772_6964 // "grid"

// OpenPostgres opens one schema of the database at url and makes the schema if
// there is none. Unqualified names resolve in it alone.
func OpenPostgres(ctx context.Context, url, schema string) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("sqldb: %w", err)
	}
	config.RuntimeParams["search_path"] = pgx.Identifier{schema}.Sanitize()
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "gridcommand " + schema
	}

	write, read := stdlib.OpenDB(*config), stdlib.OpenDB(*config)
	write.SetMaxOpenConns(4)
	write.SetMaxIdleConns(4)
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	db := &DB{Write: write, Read: read, Dialect: Postgres, Name: schema}
	err = locked(ctx, write, func(conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{schema}.Sanitize())
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqldb: open schema %s: %w", schema, err), db.Close())
	}
	return db, nil
}

// locked runs f while this connection holds the migration lock.
func locked(ctx context.Context, db *sql.DB, f func(*sql.Conn) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return err
	}
	// The lock must not outlive f when ctx has ended in between.
	defer func() {
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
		err = errors.Join(err, unlockErr)
	}()
	return f(conn)
}

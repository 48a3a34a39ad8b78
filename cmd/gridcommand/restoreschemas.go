package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// restoringSchema is there as long as a restore into a database is under way, or was
// broken off. Nothing in such a database is ever served.
const restoringSchema = "gridcommand_restoring"

// restoreLock is held by the one restore that may be at work.
const restoreLock = 0x7265_7374 // "rest"

var ourSchemas = []string{"ledger", "views", "state", "seal"}

// restoreSchemas lets fill make our schemas in a database that has none, and takes the
// mark away after swap. If either fails, no schema stays. What a killed restore left is
// known by the mark, and goes first.
func restoreSchemas(ctx context.Context, url string, fill, swap func() error) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	late := context.WithoutCancel(ctx)
	var alone, broken bool
	defer func() {
		if alone { // a server may take its time to see that a connection is closed
			_, unlocked := conn.Exec(late, "SELECT pg_advisory_unlock($1)", restoreLock)
			err = errors.Join(err, unlocked)
		}
		err = errors.Join(err, conn.Close(late))
	}()
	var there []string
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1),
		EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $2),
		ARRAY(SELECT nspname::text FROM pg_namespace WHERE nspname = ANY($3) ORDER BY nspname)`, restoreLock, restoringSchema, ourSchemas).
		Scan(&alone, &broken, &there)
	switch {
	case err != nil:
		return err
	case !alone:
		return errors.New("another restore into this database is under way")
	case !broken && len(there) > 0:
		return fmt.Errorf("the database is not empty: it has the schema %q; restore into a new database", there[0])
	}
	clean := func() error {
		return pgx.BeginFunc(late, conn, func(tx pgx.Tx) error {
			for _, schema := range append(ourSchemas, restoringSchema) {
				if _, err := tx.Exec(late, "DROP SCHEMA IF EXISTS "+pgx.Identifier{schema}.Sanitize()+" CASCADE"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if broken {
		if err := clean(); err != nil {
			return fmt.Errorf("removing what an earlier restore left: %w", err)
		}
	}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+restoringSchema); err != nil {
		return err
	}
	err = fill()
	if err == nil {
		err = swap()
	}
	if err == nil {
		_, err = conn.Exec(late, "DROP SCHEMA "+restoringSchema)
		return err
	}
	return errors.Join(err, clean())
}

// served returns an error if what is in a database may not be served.
func served(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var broken bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", restoringSchema).Scan(&broken); err != nil {
		return err
	}
	if broken {
		return errors.New("a restore into this database is under way or was broken off; run it again")
	}
	return nil
}

package sqldb

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// OpenPostgresReadOnly opens a schema that is there and changes nothing in the database.
// Write is nil. Without the schema the error is an [fs.ErrNotExist].
func OpenPostgresReadOnly(ctx context.Context, url, schema string) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("sqldb: %w", err)
	}
	config.RuntimeParams["search_path"] = pgx.Identifier{schema}.Sanitize()
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["default_transaction_read_only"] = "on"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "gridcommand " + schema
	}
	read := stdlib.OpenDB(*config)
	read.SetMaxOpenConns(readers)
	var there bool
	err = read.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)", schema).Scan(&there)
	if err == nil && !there {
		err = fs.ErrNotExist
	}
	if err != nil {
		_ = read.Close()
		return nil, fmt.Errorf("sqldb: open schema %s: %w", schema, err)
	}
	return &DB{Read: read, Dialect: Postgres, Name: schema}, nil
}

package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
)

// An Owner keeps tables in a database that it shares with others.
type Owner struct {
	Name  string // as it was given to [Migrate]
	Files fs.FS
}

// Newest returns the version that [Migrate] brings the owner's tables to.
func (o Owner) Newest() (int64, error) {
	files, err := fs.Glob(o.Files, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("sqldb: migrations of %s: %w", o.Name, err)
	}
	newest := int64(0)
	for _, file := range files {
		version, err := goose.NumericComponent(file)
		if err != nil {
			return 0, fmt.Errorf("sqldb: migrations of %s: %s: %w", o.Name, file, err)
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// MigrateTo is [Migrate] up to a version: tables as a program of that time had them.
func MigrateTo(ctx context.Context, db *DB, o Owner, version int64) error {
	return migrateTo(ctx, db, o.Files, o.Name, version)
}

const migrated = "_migrations"

// Owners returns who keeps tables in the database that q looks at, and which version
// they are at.
func Owners(ctx context.Context, q *sql.Tx, d Dialect) (map[string]int64, error) {
	tables, err := Tables(ctx, q, d)
	if err != nil {
		return nil, err
	}
	at := map[string]int64{}
	for _, table := range tables {
		owner, ok := strings.CutSuffix(table, migrated)
		if !ok || !ownerName.MatchString(owner) {
			continue
		}
		var version int64
		if err := q.QueryRowContext(ctx, `SELECT COALESCE(MAX(version_id), 0) FROM `+table).Scan(&version); err != nil {
			return nil, fmt.Errorf("sqldb: version of %s: %w", owner, err)
		}
		at[owner] = version
	}
	return at, nil
}

// Tables returns the names of the tables in the database that q looks at, sorted.
func Tables(ctx context.Context, q *sql.Tx, d Dialect) (names []string, err error) {
	query := `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	if d == Postgres {
		query = `SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename COLLATE "C"`
	}
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

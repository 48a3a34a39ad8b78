package historytest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
)

// Views opens an empty database for views.
func Views(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "views.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Dump returns every row of a view's tables, in order, as text.
func Dump(t testing.TB, db *sqldb.DB, v projections.View) string {
	t.Helper()
	var out strings.Builder
	err := projections.Read(t.Context(), db, v.Name(), func(tx *sql.Tx, _ eventstore.Position, _ time.Time) error {
		for _, table := range v.Tables() {
			lines, err := rowsOf(t.Context(), tx, table)
			if err != nil {
				return err
			}
			fmt.Fprintf(&out, "%s: %d rows\n%s\n", table, len(lines), strings.Join(lines, "\n"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func rowsOf(ctx context.Context, tx *sql.Tx, table string) (lines []string, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var line []string
		for _, c := range cells {
			line = append(line, fmt.Sprintf("%t:%s", c.Valid, c.String))
		}
		lines = append(lines, strings.Join(line, " | "))
	}
	slices.Sort(lines)
	return lines, rows.Err()
}

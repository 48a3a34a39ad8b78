package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
)

// tryBeside tries what both dialects promise of databases beside one.
func tryBeside(t *testing.T, db *sqldb.DB) {
	ctx := t.Context()
	names := []string{"one_1", "one_2"}
	for i, name := range names {
		beside, release, err := db.Beside(ctx, name, true)
		if err != nil {
			t.Fatal(err)
		}
		if err := sqldbTx(ctx, beside, "CREATE TABLE notes (id BIGINT)", "INSERT INTO notes VALUES (7)"); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			if err := sqldbTx(ctx, beside, "INSERT INTO notes VALUES (8)"); err != nil {
				t.Fatal(err)
			}
		}
		release()
		release() // a second time does nothing
	}
	if err := sqldbTx(ctx, db, "INSERT INTO notes VALUES (9)"); err == nil {
		t.Error("a table beside is seen from here")
	}
	if got, err := db.ListBeside(ctx, "one_"); err != nil || !slices.Equal(got, names) {
		t.Errorf("beside it lie %v, want %v: %v", got, names, err)
	}
	beside, release, err := db.Beside(ctx, "one_2", false)
	if err != nil {
		t.Fatal(err)
	}
	read := func() (n int) {
		tx, err := beside.Read.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if err := beside.Enter(ctx, tx); err != nil {
			t.Fatal(err)
		}
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM notes").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := read(); n != 2 {
		t.Errorf("%d notes, want 2", n)
	}
	if err := db.DropBeside(ctx, "one_1"); err != nil {
		t.Fatal(err)
	}
	if db.Dialect == sqldb.SQLite { // whoever has it open keeps it
		if err := db.DropBeside(ctx, "one_2"); err != nil {
			t.Fatal(err)
		}
		if n := read(); n != 2 {
			t.Errorf("%d notes of a dropped file that is open, want 2", n)
		}
	}
	release()
	if err := db.DropBeside(ctx, "one_2"); err != nil {
		t.Fatal(err)
	}
	if got, err := db.ListBeside(ctx, ""); err != nil || len(got) != 0 {
		t.Errorf("beside it lie %v: %v", got, err)
	}
}

func sqldbTx(ctx context.Context, db *sqldb.DB, statements ...string) error {
	return db.Tx(ctx, func(tx *sql.Tx) error {
		for _, s := range statements {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestFilesBeside(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "od d[na]*me.db"))
	tryBeside(t, db)
	if _, _, err := db.Beside(t.Context(), "never_1", false); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestSchemasBeside(t *testing.T) {
	db, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "views")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tryBeside(t, db)
}

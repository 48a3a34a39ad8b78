package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"testing/fstest"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
)

var notes = fstest.MapFS{
	"00001_notes.sql": {Data: []byte(`-- +goose Up
CREATE TABLE notes (id BIGINT PRIMARY KEY, at BIGINT NOT NULL, body BLOB NOT NULL);
`)},
	"00002_owner.sql": {Data: []byte(`-- +goose Up
ALTER TABLE notes ADD COLUMN owner TEXT NOT NULL DEFAULT '';
`)},
}

var tasks = fstest.MapFS{
	"00001_tasks.sql": {Data: []byte("-- +goose Up\nCREATE TABLE tasks (id BIGINT PRIMARY KEY);\n")},
}

func openSQLite(t *testing.T, path string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenSQLite(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// tryPortable tries what both dialects promise.
func tryPortable(t *testing.T, db *sqldb.DB) {
	ctx := t.Context()
	var wg sync.WaitGroup
	for range 2 { // two owners, each migrating twice, all at once
		wg.Go(func() {
			if err := sqldb.Migrate(ctx, db, notes, "notes"); err != nil {
				t.Error(err)
			}
			if err := sqldb.Migrate(ctx, db, tasks, "tasks"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := sqldb.Migrate(ctx, db, tasks, "Bad name"); err == nil {
		t.Error("a name that is no table name was taken")
	}

	refused := errors.New("refused")
	insert := func(id int, err error) error {
		return db.Tx(ctx, func(tx *sql.Tx) error {
			_, execErr := tx.ExecContext(ctx, `INSERT INTO notes (id, at, body, owner) VALUES ($1, $2, $3, $4)`, id, 5, []byte{0, 255}, "花都")
			return errors.Join(execErr, err)
		})
	}
	if err := insert(1, nil); err != nil {
		t.Fatal(err)
	}
	if err := insert(2, refused); !errors.Is(err, refused) {
		t.Fatalf("Tx: %v", err)
	}
	var n int
	var body []byte
	var owner string
	if err := db.Read.QueryRowContext(ctx, `SELECT count(*), max(owner) FROM notes`).Scan(&n, &owner); err != nil || n != 1 || owner != "花都" {
		t.Errorf("%d notes of %q, want the one that was committed: %v", n, owner, err)
	}
	if err := db.Read.QueryRowContext(ctx, `SELECT body FROM notes WHERE id = $1`, 1).Scan(&body); err != nil || string(body) != "\x00\xff" {
		t.Errorf("body % x: %v", body, err)
	}
}

func TestSQLiteIsPortable(t *testing.T) {
	tryPortable(t, openSQLite(t, filepath.Join(t.TempDir(), "state.db")))
}

func TestPostgresIsPortable(t *testing.T) {
	url := postgrestest.URL(t)
	for _, schema := range []string{"views", "state"} { // side by side, with the same names
		db, err := sqldb.OpenPostgres(t.Context(), url, schema)
		if err != nil {
			t.Fatal(err)
		}
		tryPortable(t, db)
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSQLiteConnectionsAreSetUp(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "od d#na%me?.db"))
	for _, pool := range []*sql.DB{db.Write, db.Read} {
		for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
			var got string
			if err := pool.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %s, want %s: %v", pragma, got, want, err)
			}
		}
	}
	if n := db.Write.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d connections may write, want 1", n)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	db := openSQLite(t, filepath.Join(t.TempDir(), "state.db"))
	if _, err := db.Read.ExecContext(t.Context(), "CREATE TABLE x (id BIGINT)"); err == nil {
		t.Error("a reading connection wrote")
	}
}

func TestReadersSeeTheLastCommitWhileAWriterIsAtWork(t *testing.T) {
	ctx := t.Context()
	db := openSQLite(t, filepath.Join(t.TempDir(), "state.db"))
	if err := sqldb.Migrate(ctx, db, tasks, "tasks"); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := db.Read.QueryRowContext(ctx, "SELECT count(*) FROM tasks").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	err := db.Tx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO tasks (id) VALUES (1)")
		if n := count(); n != 0 {
			t.Errorf("%d tasks are seen before the commit", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 1 {
		t.Errorf("%d tasks are seen after the commit", n)
	}
}

func TestCloseFoldsTheLogAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := openSQLite(t, path)
	tryPortable(t, db)
	if _, err := os.Stat(path + "-wal"); err != nil {
		t.Fatalf("no log while open: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is still there after Close: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, want it readable by its owner alone: %v", info.Mode(), err)
	}
}

func TestReadOnlyNeedsAFile(t *testing.T) {
	if _, err := sqldb.OpenSQLiteReadOnly(t.Context(), filepath.Join(t.TempDir(), "none.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenSQLiteReadOnly: %v, want ErrNotExist", err)
	}
}

func TestDerivedFilesDoNotWaitForTheDisk(t *testing.T) {
	for name, c := range map[string]struct {
		open func(context.Context, string) (*sqldb.DB, error)
		want int
	}{"derived": {sqldb.OpenSQLiteDerived, 1}, "own": {sqldb.OpenSQLite, 2}} {
		db, err := c.open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
		if err != nil {
			t.Fatal(err)
		}
		var level int // 1 NORMAL, 2 FULL
		if err := db.Write.QueryRowContext(t.Context(), "PRAGMA synchronous").Scan(&level); err != nil || level != c.want {
			t.Errorf("%s: synchronous is %d (%v), want %d", name, level, err, c.want)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A reader that is still busy when the program ends does not keep the write-ahead log
// from being folded away: Close waits for it.
func TestCloseWaitsForBusyReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := openSQLite(t, path)
	if _, err := db.Write.ExecContext(t.Context(), "CREATE TABLE notes (id BIGINT)"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Write.ExecContext(t.Context(), "INSERT INTO notes VALUES (1), (2)"); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Read.QueryContext(t.Context(), "SELECT id FROM notes")
	if err != nil || !rows.Next() {
		t.Fatalf("reading: %v", err)
	}
	var reader sync.WaitGroup
	reader.Go(func() {
		// The closed pool still has this connection; then it is given back.
		for db.Read.PingContext(context.Background()) == nil {
			runtime.Gosched()
		}
		_ = rows.Close()
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(path + "-wal")
	reader.Wait()
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the write-ahead log is still there: %v", err)
	}
}

package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/web/accounts"
)

// schemas returns which of our schemas a database has.
func schemas(t *testing.T, url string) (there []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	rows, err := conn.Query(t.Context(), "SELECT nspname::text FROM pg_namespace WHERE nspname = ANY($1) ORDER BY 1", append(slices.Clone(ourSchemas), restoringSchema))
	if err != nil {
		t.Fatal(err)
	}
	if there, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		t.Fatal(err)
	}
	return there
}

// A restore that fails leaves nothing in a database; one that was killed is not served,
// and the next removes what it left.
func TestHalfARestoreIsNeverServed(t *testing.T) {
	t.Parallel()
	url, dir := postgrestest.URL(t), filepath.Join(t.TempDir(), "data")
	broken := errors.New("broken off")
	fill := func() error {
		db, err := sqldb.OpenPostgres(t.Context(), url, "ledger")
		if err == nil {
			err = db.Close()
		}
		return err
	}
	for what, steps := range map[string][2]func() error{
		"filling":  {func() error { return errors.Join(fill(), broken) }, func() error { return nil }},
		"swapping": {fill, func() error { return broken }},
	} {
		if err := restoreSchemas(t.Context(), url, steps[0], steps[1]); !errors.Is(err, broken) {
			t.Errorf("%s fails: %v", what, err)
		}
		if there := schemas(t, url); len(there) > 0 {
			t.Errorf("%s fails: the schemas %v stay", what, there)
		}
	}
	// While it is at work, nobody serves and no second one begins.
	err := restoreSchemas(t.Context(), url, func() error {
		if err := fill(); err != nil {
			return err
		}
		if _, err := (place{pg: url, dir: dir}).open(t.Context()); err == nil || !strings.Contains(err.Error(), "restore") {
			t.Errorf("a half restore is served: %v", err)
		}
		if err := restoreSchemas(t.Context(), url, fill, fill); err == nil || !strings.Contains(err.Error(), "under way") {
			t.Errorf("a second restore begins: %v", err)
		}
		return nil
	}, func() error { return nil })
	if there := schemas(t, url); err != nil || !slices.Equal(there, []string{"ledger"}) {
		t.Errorf("%v, %v", there, err)
	}
	if err := restoreSchemas(t.Context(), url, fill, fill); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a database that is in use: %v", err)
	}
	// One that was killed: its mark is there, its lock is not.
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), "CREATE SCHEMA "+restoringSchema+"; CREATE TABLE ledger.left_over ()")
	if err := errors.Join(err, conn.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	if _, talk, code := tool(t, "serve", "--ledger", url, "--data", dir, "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(talk, "postgres.whole") {
		t.Errorf("serving what a killed restore left: exit %d: %s", code, talk)
	}
	source := t.TempDir()
	staffed(t, "--data", filepath.Join(source, "data"))
	must(t, "backup", filepath.Join(source, "b"), "--data", filepath.Join(source, "data"))
	must(t, "restore", filepath.Join(source, "b"), "--ledger", url, "--data", dir)
	if there := schemas(t, url); slices.Contains(there, restoringSchema) || !slices.Contains(there, "state") {
		t.Errorf("restored: %v", there)
	}
	if out := must(t, "user", "list", "--ledger", url, "--data", dir); !strings.Contains(out, "supervisor") {
		t.Errorf("accounts: %s", out)
	}
}

// A backup that is older than an erasure does not bring the caller back, where a newer
// backup or the old folder tells of it.
func TestErasedCallersStayErased(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	staffed(t, "--data", at("data"))
	store := func(name string, use func(*accounts.Store)) {
		t.Helper()
		db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(at(name), "state.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		s, err := accounts.Open(t.Context(), db, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		use(s)
	}
	const phone = "13987654321"
	var gone, stays accounts.KnownCaller
	store("data", func(s *accounts.Store) {
		var err1, err2 error
		gone, err1 = s.PutKnownCaller(t.Context(), "李四", phone, "")
		stays, err2 = s.PutKnownCaller(t.Context(), "王五", "13700001111", "")
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
	})
	must(t, "backup", at("older"), "--data", at("data"))
	store("data", func(s *accounts.Store) {
		if err := s.EraseCaller(t.Context(), gone.Subject); err != nil {
			t.Fatal(err)
		}
	})
	must(t, "backup", at("newer"), "--data", at("data"))
	must(t, "restore", at("older"), "--data", at("forgetful"))
	must(t, "restore", at("older"), "--erasures", at("newer"), "--data", at("by-file"))
	must(t, "restore", at("older"), "--erasures", at("data"), "--data", at("by-folder"))
	must(t, "restore", at("newer"), "--data", at("by-itself"))
	must(t, "backup", at("next"), "--data", at("by-file"))
	must(t, "restore", at("older"), "--erasures", at("next"), "--data", at("by-next"))
	for name, erased := range map[string]bool{"forgetful": false, "by-file": true, "by-folder": true, "by-itself": true, "by-next": true} {
		store(name, func(s *accounts.Store) {
			_, err := s.Caller(t.Context(), gone.Subject)
			if errors.Is(err, accounts.ErrNoCaller) != erased {
				t.Errorf("%s: the erased caller: %v", name, err)
			}
			known, err := s.FindKnownCaller(t.Context(), "李四", phone, "")
			if err != nil || (known.Subject == "") != erased {
				t.Errorf("%s: the erased caller is known as %+v, %v", name, known, err)
			}
			if c, err := s.Caller(t.Context(), stays.Subject); err != nil || c.Name != "王五" {
				t.Errorf("%s: another caller: %v", name, err)
			}
		})
		for _, file := range []string{"state.db", "ledger.db"} {
			data, err := os.ReadFile(filepath.Join(at(name), file))
			if err != nil || bytes.Contains(data, []byte(phone)) {
				t.Errorf("%s/%s holds a telephone: %v", name, file, err)
			}
		}
	}
}

// Whoever keeps tables in the databases beside the ledger is known to backups.
func TestEveryTableOfAPlaceHasAnOwner(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	staffed(t, "--data", dir)
	for name, owners := range besides() {
		db, err := place{dir: dir}.readDatabase(t.Context(), name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		tx, err := db.Read.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		have, err := sqldb.Owners(t.Context(), tx, db.Dialect)
		if err := errors.Join(err, tx.Rollback(), db.Close()); err != nil {
			t.Fatal(err)
		}
		for _, o := range owners {
			newest, err := o.Newest()
			if err != nil || have[o.Name] != newest {
				t.Errorf("%s in %s is at %d, newest is %d: %v", o.Name, name, have[o.Name], newest, err)
			}
			delete(have, o.Name)
		}
		for owner := range have {
			t.Errorf("%s keeps tables in %s, and backups do not know", owner, name)
		}
	}
}

package doctor_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"gridcommand/eventstore/doctor"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqlite"
)

// levels returns the level of each check.
func levels(t *testing.T, all []doctor.Finding) map[string]doctor.Level {
	t.Helper()
	by := map[string]doctor.Level{}
	for _, f := range all {
		by[f.Check] = f.Level
		if f.What.ZH == "" || f.What.EN == "" {
			t.Errorf("%s says nothing", f.Check)
		}
		if f.Level == doctor.Fail && f.Do.EN == "" && f.Check != "sqlite.synchronous" {
			t.Errorf("%s does not say what to do", f.Check)
		}
	}
	return by
}

// failing returns the checks that fail, sorted.
func failing(t *testing.T, all []doctor.Finding) (checks []string) {
	t.Helper()
	for check, level := range levels(t, all) {
		if level == doctor.Fail {
			checks = append(checks, check)
		}
	}
	slices.Sort(checks)
	return checks
}

func execute(t *testing.T, url string, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestAServerInOrderFailsNothing(t *testing.T) {
	url := postgrestest.URL(t)
	if failed := failing(t, doctor.Postgres(t.Context(), url)); len(failed) > 0 {
		t.Errorf("%v fail", failed)
	}
	ledger, err := postgres.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ledger.Close() }()
	if failed := failing(t, doctor.Postgres(t.Context(), url)); len(failed) > 0 {
		t.Errorf("%v fail beside an open ledger", failed)
	}
}

func TestSettingsOfADatabaseOrRoleThatBreakPromisesFail(t *testing.T) {
	for setting, check := range map[string]string{
		"synchronous_commit = off":           "postgres.synchronous_commit",
		"default_transaction_read_only = on": "postgres.writable",
	} {
		url := postgrestest.URL(t)
		execute(t, url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET `+setting+`', current_database()); END $$`)
		if failed := failing(t, doctor.Postgres(t.Context(), url)); !slices.Equal(failed, []string{check}) {
			t.Errorf("%s of the database: %v fail", setting, failed)
		}
	}
	url := postgrestest.URL(t)
	execute(t, url, `CREATE SCHEMA gridcommand_restoring`)
	if failed := failing(t, doctor.Postgres(t.Context(), url)); !slices.Equal(failed, []string{"postgres.whole"}) {
		t.Errorf("a restore that was broken off: %v fail", failed)
	}
}

func TestSettingsOfAServerThatBreakPromisesFail(t *testing.T) {
	url := postgrestest.Badly(t, "fsync=off", "full_page_writes=off", "max_connections=20")
	all := doctor.Postgres(t.Context(), url)
	if failed := failing(t, all); !slices.Equal(failed, []string{"postgres.fsync", "postgres.full_page_writes"}) {
		t.Errorf("%v fail", failed)
	}
	if levels(t, all)["postgres.connections"] != doctor.Warn {
		t.Error("20 connections are no warning")
	}
	for _, f := range all {
		if f.Harmless != (f.Check == "postgres.full_page_writes" && f.Level == doctor.Fail) {
			t.Errorf("%s is harmless: %v", f.Check, f.Harmless)
		}
	}

	// A role of its own, with another setting and few rights.
	execute(t, url, `CREATE ROLE clerk LOGIN CONNECTION LIMIT 9`, `ALTER ROLE clerk SET synchronous_commit = off`,
		`CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	clerk := "postgres:///latin?sslmode=disable&user=clerk&port=5432&host=" + config.Host
	want := []string{"postgres.connections", "postgres.encoding", "postgres.fsync", "postgres.full_page_writes", "postgres.schemas", "postgres.synchronous_commit"}
	if failed := failing(t, doctor.Postgres(t.Context(), clerk)); !slices.Equal(failed, want) {
		t.Errorf("%v fail, want %v", failed, want)
	}
	if failed := failing(t, doctor.Postgres(t.Context(), "postgres:///nowhere?sslmode=disable&user=clerk&port=5432&host="+config.Host)); !slices.Equal(failed, []string{"postgres.connect"}) {
		t.Errorf("no such database: %v fail", failed)
	}
}

func TestALedgerInAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	look := func() map[string]doctor.Level {
		t.Helper()
		return levels(t, append(doctor.SQLite(t.Context(), dir), doctor.Folder{Dir: dir, Ledger: true, Secret: []string{"seal.key"}}.Check()...))
	}
	wants := func(what, check string, want doctor.Level) {
		t.Helper()
		if got := look()[check]; got != want {
			t.Errorf("%s: %s is %s, want %s", what, check, got, want)
		}
	}
	wants("before there is one", "sqlite.ledger", doctor.OK)
	ledger, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	wants("in use", "sqlite.held", doctor.OK)
	wants("in use", "sqlite.journal_mode", doctor.OK)
	wants("without photos", "folder.photos", doctor.Warn)
	if err := ledger.Close(); err != nil {
		t.Fatal(err)
	}
	wants("closed", "sqlite.lock", doctor.OK)
	wants("closed", "sqlite.synchronous", doctor.OK)
	wants("closed", "folder.modes", doctor.OK)

	path := filepath.Join(dir, "ledger.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA journal_mode = DELETE"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wants("with another journal", "sqlite.journal_mode", doctor.Warn)

	for file, c := range map[string]struct {
		mode  os.FileMode
		check string
		want  doctor.Level
	}{"ledger.db": {0o644, "folder.modes", doctor.Warn}, "seal.key": {0o640, "folder.keys", doctor.Fail}} {
		f, err := os.OpenFile(filepath.Join(dir, file), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		wants(file+" as it should be", c.check, doctor.OK)
		if err := os.Chmod(filepath.Join(dir, file), c.mode); err != nil {
			t.Fatal(err)
		}
		wants(file+" open to others", c.check, c.want)
		if err := os.Chmod(filepath.Join(dir, file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(path, []byte("not a database, but long enough to be one"), 0o600); err != nil {
		t.Fatal(err)
	}
	wants("overwritten", "sqlite.ledger", doctor.Fail)
}

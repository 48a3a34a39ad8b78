package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role, os.Getenv(dirVariable)))
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T, dir string, o *sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func appendOne(t *testing.T, s eventstore.Store, stream eventstore.Stream) eventstore.Result {
	t.Helper()
	r, err := s.Append(t.Context(), fact(stream))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStore(t *testing.T) {
	eventstoretest.Run(t, func(t *testing.T) eventstore.Store { return open(t, t.TempDir(), nil) })
}

func TestArchive(t *testing.T) {
	eventstoretest.RunArchive(t, func(t *testing.T) eventstore.Archive { return open(t, t.TempDir(), nil) })
}

// The promises do not depend on how much is committed at once.
func TestStoreThatCommitsOneByOne(t *testing.T) {
	eventstoretest.Run(t, func(t *testing.T) eventstore.Store { return open(t, t.TempDir(), &sqlite.Options{Batch: 1}) })
}

func TestDurableStore(t *testing.T) {
	eventstoretest.RunDurable(t, func(t *testing.T) func() eventstore.Store {
		dir := filepath.Join(t.TempDir(), "made", "as needed")
		return func() eventstore.Store { return open(t, dir, nil) }
	})
}

func TestOverload(t *testing.T) {
	eventstoretest.RunOverload(t, 2, func(t *testing.T) (eventstore.Store, func() func()) {
		dir := t.TempDir()
		s := open(t, dir, &sqlite.Options{Queue: 2, Batch: 2})
		return s, func() func() { return lockDatabase(t, dir) }
	})
}

// lockDatabase holds SQLite's write lock, as no other program should, until released.
func lockDatabase(t *testing.T, dir string) (release func()) {
	t.Helper()
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.Write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := errors.Join(tx.Rollback(), db.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestASecondOpenOfTheFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, nil)
	if _, err := sqlite.Open(t.Context(), dir, nil); !errors.Is(err, eventstore.ErrInUse) {
		t.Fatalf("second Open: %v, want ErrInUse", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir, nil)
}

func TestCloseLeavesOneFileOfFacts(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	appendOne(t, s, "incident-1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil || len(names) != 2 || names[0] != "ledger.db" || names[1] != "lock" {
		t.Errorf("the folder holds %v, %v", names, err)
	}
}

func TestReadOnlyBesideAWriterSeesWhatComes(t *testing.T) {
	dir := t.TempDir()
	writer := open(t, dir, nil)
	appendOne(t, writer, "incident-1")

	reader, err := sqlite.OpenReadOnly(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	appendOne(t, writer, "incident-2")
	report, err := eventstore.Verify(t.Context(), reader)
	if err != nil || !report.Sound() || report.Facts != 2 {
		t.Errorf("report %+v, %v", report, err)
	}
	if _, err := reader.Append(t.Context(), fact("incident-3")); !errors.Is(err, sqlite.ErrReadOnly) {
		t.Errorf("Append: %v, want ErrReadOnly", err)
	}
	for page, err := range eventstore.Follow(t.Context(), reader, 0, 0) {
		if err != nil || len(page) != 2 {
			t.Fatalf("Follow gives %d facts, %v", len(page), err)
		}
		break
	}
	theirs, err := reader.Epoch(t.Context())
	ours, ourErr := writer.Epoch(t.Context())
	if theirs != ours || err != nil || ourErr != nil {
		t.Errorf("epochs %q and %q, %v, %v", ours, theirs, err, ourErr)
	}
}

func TestReadOnlyOpensAClosedLedgerAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	appendOne(t, s, "incident-1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	reader, err := sqlite.OpenReadOnly(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := reader.Head(t.Context())
	if err := errors.Join(err, reader.Close()); err != nil || head != 1 {
		t.Errorf("head %d, %v", head, err)
	}
	if _, err := sqlite.OpenReadOnly(t.Context(), t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenReadOnly of an empty folder: %v, want ErrNotExist", err)
	}
}

func TestFactsAndKeysCannotBeChangedBySQL(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	a := fact("incident-1")
	a.Key = eventstore.Key{Scope: "s", ID: "k"}
	if _, err := s.Append(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{
		"UPDATE events SET data = '{}'", "DELETE FROM events", "UPDATE keys SET first = 2", "DELETE FROM keys",
		"INSERT INTO ledger (one, epoch) VALUES (2, 'x')",
	} {
		if _, err := db.Write.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
}

func TestVersionsThatWereForgottenAreLookedUp(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	const streams = 40
	sqlite.Forget(s, 8) // keep few
	for round := range 3 {
		for i := range streams {
			a := fact(eventstore.StreamOf("incident", string(rune('A'+i))))
			a.Writes[0].Expect = eventstore.At(eventstore.Version(round))
			if _, err := s.Append(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
	}
}

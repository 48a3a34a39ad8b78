package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"

	"github.com/google/go-cmp/cmp"
)

// A ledger made before keys lay in the order of their facts keeps them all.
func TestKeysOfAnOlderLedgerAreKept(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	tables, err := os.ReadFile("migrations/00001_ledger.sql")
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.OpenSQLite(ctx, filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := sqldb.Migrate(ctx, db, fstest.MapFS{"00001_ledger.sql": {Data: tables}}, "ledger"); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"INSERT INTO ledger (one, epoch) VALUES (1, 'the epoch of before')",
		`INSERT INTO events (position, stream, version, type, at, data, meta) VALUES
			(1, 'incident-1', 1, 'a', 0, '1', '{}'), (2, 'incident-1', 2, 'a', 0, '2', '{}'), (3, 'incident-2', 1, 'a', 0, '3', '{}')`,
		"INSERT INTO keys (scope, id, digest, first, last, version) VALUES ('z', 'first', zeroblob(32), 1, 2, 2), ('a', 'second', zeroblob(32), 3, 3, 1)",
	} {
		if _, err := db.Write.ExecContext(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	s := open(t, dir, nil)
	want := []eventstore.KeyRecord{
		{Key: eventstore.Key{Scope: "z", ID: "first"}, First: 1, Last: 2, Version: 2},
		{Key: eventstore.Key{Scope: "a", ID: "second"}, First: 3, Last: 3, Version: 1},
	}
	keys, err := s.Keys(ctx, 0, 10)
	if d := cmp.Diff(want, keys); d != "" || err != nil {
		t.Errorf("keys (-want +got):\n%s%v", d, err)
	}
	a := fact("incident-9")
	a.Key = want[0].Key
	if r, err := s.Append(ctx, a); err != nil || !r.Replayed || r.Last != 2 || r.Stream != "incident-1" {
		t.Errorf("the key of before is answered %+v, %v", r, err)
	}
	if epoch, err := s.Epoch(ctx); epoch != "the epoch of before" || err != nil {
		t.Errorf("epoch %q, %v", epoch, err)
	}
}

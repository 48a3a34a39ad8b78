package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/sqldb"
)

func TestLinearizable(t *testing.T) {
	eventstoretest.RunLinearizable(t, func(t *testing.T) []eventstore.Store {
		return []eventstore.Store{open(t, t.TempDir(), nil)}
	})
}

// Between a commit and the moment its writer says so, readers see it already. Whichever
// way one of them has seen a part of it, the head and the pages are past all of it from
// then on. Here the commit is put into the file behind the writer's back, so that the
// moment lasts.
func TestNobodyHearsThatTheLedgerEndsBeforeWhatWasRead(t *testing.T) {
	key := eventstore.Key{Scope: "s", ID: "k"}
	for what, see := range map[string]func(s eventstore.Store) (bool, error){
		"a page": func(s eventstore.Store) (bool, error) {
			page, err := s.Page(t.Context(), 0, 2)
			return len(page) == 2, err
		},
		"a stream": func(s eventstore.Store) (bool, error) {
			for _, err := range s.Read(t.Context(), "incident-1", 0) {
				return true, err
			}
			return false, nil
		},
		"a key": func(s eventstore.Store) (bool, error) {
			_, known, err := s.Lookup(t.Context(), key)
			return known, err
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, nil)
			appendOne(t, s, "incident-0")
			behind, err := sqldb.OpenSQLite(t.Context(), filepath.Join(dir, "ledger.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = behind.Close() }()
			_, insertErr := behind.Write.ExecContext(t.Context(), `BEGIN;
				INSERT INTO events VALUES (2, 'incident-1', 1, 't', 0, '1', '{}'), (3, 'incident-2', 1, 't', 0, '2', '{}');
				INSERT INTO keys (scope, id, digest, first, last, version) VALUES ('s', 'k', zeroblob(32), 2, 3, 1);
				COMMIT`)
			saw, seeErr := see(s)
			head, headErr := s.Head(t.Context())
			rest, restErr := s.Page(t.Context(), 2, 10)
			if err := errors.Join(insertErr, seeErr, headErr, restErr); err != nil {
				t.Fatal(err)
			}
			if !saw || head != 3 || len(rest) != 1 {
				t.Errorf("saw it: %v; the head is %d and the page after position 2 has %d facts, want 3 and 1", saw, head, len(rest))
			}
		})
	}
}

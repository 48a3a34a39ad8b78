package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
)

const shortLog = 2 << 20

func logSize(t *testing.T, dir string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(dir, "ledger.db-wal"))
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// write appends n facts of a hundred kilobytes and returns how long the log has been.
func write(t *testing.T, s *sqlite.Store, dir string, n int) (longest int64) {
	t.Helper()
	data := bytes.Repeat([]byte{'x'}, 100<<10)
	data[0], data[len(data)-1] = '"', '"'
	for range n {
		a := fact("incident-1")
		a.Writes[0].Drafts[0].Data = data
		if _, err := s.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		longest = max(longest, logSize(t, dir))
	}
	return longest
}

func TestManyReadersDoNotMakeTheLogGrow(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	sqlite.LimitLog(s, shortLog)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil { // each reads without a pause: there is always one within the log
				if _, err := s.Page(ctx, 0, 4); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		})
	}
	longest := write(t, s, dir, 150)
	stop()
	readers.Wait()
	// Between two looks sixteen commits of little more than 100 kB are written.
	if longest > 5*shortLog {
		t.Errorf("the log was %d bytes long while 15 MB were written", longest)
	}
}

func TestALongReaderIsLeftAloneAndTheLogBeginsAnewAfterwards(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, nil)
	sqlite.LimitLog(s, shortLog)
	write(t, s, dir, 1)
	db, err := sqldb.OpenSQLiteReadOnly(t.Context(), filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tx, err := db.Read.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM events").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 1 {
		t.Fatalf("%d facts", n)
	}
	longest := write(t, s, dir, 80)
	if longest < 2*shortLog {
		t.Errorf("the log is %d bytes long: the reader was not in its way", longest)
	}
	if n := count(); n != 1 {
		t.Errorf("the long reader sees %d facts, it began with one", n)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	// The log begins anew within the file that it has.
	if size := write(t, s, dir, 80); size > longest+shortLog {
		t.Errorf("the log goes on growing, to %d bytes", size)
	}
	report, err := eventstore.Verify(t.Context(), s)
	if err != nil || !report.Sound() || report.Facts != 161 {
		t.Errorf("report %+v, %v", report, err)
	}
}

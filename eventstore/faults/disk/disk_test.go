package disk_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/faults/disk"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
)

func newDisk(t *testing.T) (*disk.Disk, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "ledger")
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, dir
}

func open(t *testing.T, d *disk.Disk, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, &sqlite.Options{VFS: d.Name()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func add(ctx context.Context, s eventstore.Store, n int) error {
	id := strconv.Itoa(n)
	_, err := s.Append(ctx, eventstore.Append{
		Key: eventstore.Key{Scope: "test", ID: id},
		Writes: []eventstore.Write{{Stream: eventstore.StreamOf("left", id), Expect: eventstore.NoStream, Drafts: []eventstore.Draft{
			{Type: "happened", At: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), Data: fmt.Appendf(nil, `{"n":%d}`, n)},
		}}},
	})
	return err
}

// left opens what a cut left, by the machine's own file system, and returns its head.
func left(t *testing.T, dir string) eventstore.Position {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, nil)
	if err != nil {
		t.Fatalf("what the cut left does not open: %v", err)
	}
	defer func() { _ = s.Close() }()
	report, err := eventstore.Verify(t.Context(), s)
	if err != nil || !report.Sound() {
		t.Fatalf("report %+v, %v", report, err)
	}
	return report.Head
}

func TestALedgerLivesOnTheDisk(t *testing.T) {
	d, dir := newDisk(t)
	s := open(t, d, dir)
	kinds := map[disk.Kind]int{}
	d.Watch(func(o disk.Op) { kinds[o.Kind]++ })
	for n := range 20 {
		if err := add(t.Context(), s, n); err != nil {
			t.Fatal(err)
		}
	}
	if kinds[disk.Write] < 20 || kinds[disk.Sync] < 20 {
		t.Errorf("20 appends made %v", kinds)
	}
	for seed := range uint64(20) {
		into := filepath.Join(t.TempDir(), strconv.FormatUint(seed, 10))
		if err := d.Image(seed, into); err != nil {
			t.Fatal(err)
		}
		if head := left(t, into); head != 20 {
			t.Errorf("seed %d: 20 facts were acknowledged, the disk holds %d", seed, head)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if head := left(t, dir); head != 20 {
		t.Errorf("the folder itself holds %d", head)
	}
}

// What was not synced is not kept for certain: without syncs facts are lost, and with
// some seeds kept.
func TestWhatIsNotSyncedMayBeLostOrTorn(t *testing.T) {
	d, dir := newDisk(t)
	db, err := sqldb.OpenSQLiteOn(t.Context(), filepath.Join(dir, "loose.db"), d.Name())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{"CREATE TABLE t (a)", "PRAGMA synchronous=OFF"} {
		if _, err := db.Write.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 10 {
		if _, err := db.Write.ExecContext(t.Context(), "INSERT INTO t VALUES ($1)", n); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[int]bool{}
	for seed := range uint64(60) {
		into := filepath.Join(t.TempDir(), "left")
		if err := d.Image(seed, into); err != nil {
			t.Fatal(err)
		}
		lost, err := sqldb.OpenSQLite(t.Context(), filepath.Join(into, "loose.db"))
		if err != nil {
			t.Fatal(err)
		}
		var n int
		err = lost.Read.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&n)
		if err := errors.Join(err, lost.Close()); err != nil {
			t.Fatal(err)
		}
		seen[n] = true
	}
	if !seen[0] || !seen[10] || len(seen) < 4 {
		t.Errorf("of 10 rows never synced, power cuts left only these counts: %v", seen)
	}
}

func TestTheSameSeedLeavesTheSame(t *testing.T) {
	d, dir := newDisk(t)
	s := open(t, d, dir)
	d.FailAt(2, disk.ErrPower)
	if err := add(t.Context(), s, 1); !errors.Is(err, eventstore.ErrFailed) {
		t.Fatal(err)
	}
	var wals [2][]byte
	for i := range wals {
		into := t.TempDir()
		if err := d.Cut(7, into); err != nil {
			t.Fatal(err)
		}
		wals[i], _ = os.ReadFile(filepath.Join(into, "ledger.db-wal"))
	}
	if string(wals[0]) != string(wals[1]) || len(wals[0]) == 0 {
		t.Errorf("the same seed left %d and %d bytes", len(wals[0]), len(wals[1]))
	}
}

func TestHeldSyncsWait(t *testing.T) {
	d, dir := newDisk(t)
	s := open(t, d, dir)
	release := d.Hold()
	done := make(chan error, 1)
	go func() { done <- add(t.Context(), s, 1) }()
	select {
	case err := <-done:
		t.Fatalf("acknowledged while the sync waits: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// A process dies between the writing and the syncing of a commit, and the next one reads
// the fact: from then on it is there to stay, whatever happens to the power.
func TestWhatIsReadAfterAKillIsDurable(t *testing.T) {
	for _, fault := range []error{disk.ErrPower, syscall.EIO} {
		d, dir := newDisk(t)
		s := open(t, d, dir)
		if err := add(t.Context(), s, 1); err != nil {
			t.Fatal(err)
		}
		d.Plan(func(o disk.Op) error {
			if o.Kind == disk.Sync {
				return fault
			}
			return nil
		})
		if err := add(t.Context(), s, 2); !errors.Is(err, eventstore.ErrFailed) {
			t.Fatalf("an append whose sync fails: %v", err)
		}
		again := filepath.Join(t.TempDir(), "again")
		next, err := d.Kill(again)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = next.Close() })
		s = open(t, next, again)
		head, err := s.Head(t.Context())
		if err != nil || head != 2 {
			t.Fatalf("head %d, %v: the fact was written, if not synced", head, err)
		}
		for seed := range uint64(30) {
			into := t.TempDir()
			if err := next.Image(seed, into); err != nil {
				t.Fatal(err)
			}
			if have := left(t, into); have < head {
				t.Fatalf("after %v, seed %d: position %d was read, and a power cut leaves %d", fault, seed, head, have)
			}
		}
		if err := add(t.Context(), s, 3); err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(30) {
			into := t.TempDir()
			if err := next.Image(seed, into); err != nil {
				t.Fatal(err)
			}
			if have := left(t, into); have != 3 {
				t.Fatalf("after %v, seed %d: position 3 was acknowledged, and a power cut leaves %d", fault, seed, have)
			}
		}
	}
}

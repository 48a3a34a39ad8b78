package faults

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/seal"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
)

// damaged makes a ledger of n appends and returns its files as a dead process leaves
// them: part of the facts in ledger.db, part in the log.
func damaged(t *testing.T, n int) (database, log []byte, told *tale) {
	t.Helper()
	d, dir := newDisk(t)
	told = newTale()
	s, err := onDisk(t, d, dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if i == n/2 { // what is behind is in ledger.db, what comes is in the log
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = onDisk(t, d, dir); err != nil {
				t.Fatal(err)
			}
		}
		if err := told.append(t.Context(), s, fmt.Sprintf("d.%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	left := filepath.Join(fast(t), "left")
	if err := d.Cut(0, left); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	database, err = os.ReadFile(filepath.Join(left, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	log, err = os.ReadFile(filepath.Join(left, "ledger.db-wal"))
	if err != nil || len(log) == 0 {
		t.Fatalf("the log holds %d bytes, %v", len(log), err)
	}
	return database, log, told
}

func lay(t *testing.T, dir string, database, log []byte) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	err := os.WriteFile(filepath.Join(dir, "ledger.db"), database, 0o600)
	if log != nil {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, "ledger.db-wal"), log, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The log ends at any byte of its last commits: the ledger opens, holds everything up to
// some append and nothing after it, and goes on.
func TestTheLogIsTornAtEveryByte(t *testing.T) {
	database, log, told := damaged(t, 20)
	dir := filepath.Join(fast(t), "torn")
	from := max(0, len(log)-60_000)
	every := len(log) - often(0, 13_000) // from here on every byte: a whole commit
	runs, heads := 0, map[eventstore.Position]bool{}
	for end := len(log); end >= from; end-- {
		if end < every && end%197 != 0 {
			continue
		}
		lay(t, dir, database, log[:end])
		s, err := sqlite.Open(t.Context(), dir, nil)
		if err != nil {
			t.Fatalf("torn at byte %d of %d: %v", end, len(log), err)
		}
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		part := newTale() // those that the head covers must be there, the others not
		for id, at := range told.acknowledged {
			if at <= head {
				part.acknowledged[id] = at
			}
		}
		if seen, err := readAll(t.Context(), s); err != nil || len(seen) != len(part.acknowledged) {
			t.Fatalf("torn at byte %d of %d: %d appends, of %d up to the head; %v", end, len(log), len(seen), len(part.acknowledged), err)
		}
		check(t, s, part, false)
		if err := errors.Join(part.append(t.Context(), s, "next"), s.Close()); err != nil || t.Failed() {
			t.Fatalf("torn at byte %d of %d: %v", end, len(log), err)
		}
		heads[head] = true
		runs++
	}
	if len(heads) < 3 {
		t.Errorf("tearing left only %d different heads", len(heads))
	}
	saw(t, "torn tail of the log", "torn at %d places of the last %d bytes: %d different heads, each whole", runs, len(log)-from, len(heads))
}

// ledger.db ends too early: that is never taken for a shorter ledger.
func TestTheDatabaseIsTornAtItsEnd(t *testing.T) {
	database, _, _ := damaged(t, 40)
	dir := filepath.Join(fast(t), "torn")
	whole := sealAll(t, database, nil)
	stride := often(211, 1)
	runs, refused := 0, 0
	for end := len(database) - 1; end >= len(database)-2*4096; end -= stride {
		lay(t, dir, database[:end], nil)
		runs++
		if found := examine(t, dir, whole); found == "" {
			t.Fatalf("ledger.db was cut at byte %d of %d, and nothing is said", end, len(database))
		} else {
			refused++
		}
	}
	saw(t, "torn tail of ledger.db", "cut at %d places of the last two pages: %d found", runs, refused)
}

// A bit turns over in ledger.db or in the log. Either something says so, or everything
// that was stored reads as it did.
func TestABitTurnsOver(t *testing.T) {
	database, log, told := damaged(t, often(100, 150))
	dir := filepath.Join(fast(t), "flipped")
	whole := sealAll(t, database, log)
	if len(whole.digests) != 3*len(told.acknowledged) {
		t.Fatalf("%d facts and keys, %d appends acknowledged", len(whole.digests), len(told.acknowledged))
	}
	folded := sealAll(t, database, nil) // what ledger.db holds without its log
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	found, same, keys := map[string]int{}, 0, 0
	for range often(100, 1000) {
		for _, file := range []string{"ledger.db", "ledger.db-wal"} {
			d, l, want := slices.Clone(database), slices.Clone(log), whole
			bytes := d
			if file == "ledger.db-wal" {
				bytes = l
			} else {
				l, want = nil, folded // or the log would hide what is under it
			}
			at := chance.IntN(len(bytes))
			bytes[at] ^= 1 << chance.IntN(8)
			lay(t, dir, d, l)
			how := examine(t, dir, want)
			switch {
			case how == "different fact":
				t.Fatalf("%s, byte %d: a fact reads differently and nothing says so", file, at)
			case how == "":
				same++
			case how == "different key":
				// Known and open: the memory of a key has no second copy and no seal. The
				// facts are whole; a retry under that key may be refused, or done again.
				keys++
			default:
				found[how]++
			}
		}
	}
	saw(t, "bit flips", "%d found (%v), %d changed nothing that is stored, %d changed a remembered key unseen, 0 a fact", sum(found), found, same, keys)
}

func sum(of map[string]int) (n int) {
	for _, k := range of {
		n += k
	}
	return n
}

// digests returns the digest of every fact and every key of the ledger in dir.
func digests(ctx context.Context, s *sqlite.Store) (map[string][32]byte, error) {
	have := map[string][32]byte{}
	for after := eventstore.Position(0); ; {
		page, err := s.Page(ctx, after, 1000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			have[fmt.Sprintf("fact %d", r.Position)] = sha256.Sum256(seal.Encoding(nil, r))
		}
		after = page[len(page)-1].Position
	}
	for after := eventstore.Position(0); ; {
		page, err := s.Keys(ctx, after, 1000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return have, nil
		}
		for _, k := range page {
			have[fmt.Sprintf("key %d", k.First)] = sha256.Sum256(fmt.Appendf(nil, "%+v", k))
		}
		after = page[len(page)-1].First
	}
}

// A sealed is what is known of a ledger before it is damaged.
type sealed struct {
	digests map[string][32]byte
	seals   *sqldb.DB
}

func sealAll(t *testing.T, database, log []byte) sealed {
	t.Helper()
	dir := filepath.Join(fast(t), "whole")
	lay(t, dir, database, log)
	s, err := sqlite.OpenReadOnly(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	whole, err := digests(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(fast(t), "seal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	sealer, err := seal.Open(t.Context(), seal.Deps{Ledger: s, DB: db, Dir: t.TempDir(), Name: "faults"})
	if err == nil {
		err = sealer.Seal(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if how := examine(t, dir, sealed{whole, db}); how != "" {
		t.Fatalf("an undamaged ledger: %s", how)
	}
	return sealed{whole, db}
}

// examine looks at a damaged ledger as `gridcommand verify` does and returns who found
// something: "" if nobody did and all reads as before; "different fact" or "different
// key" if nobody did and that is wrong.
func examine(t *testing.T, dir string, was sealed) string {
	t.Helper()
	ctx := t.Context()
	s, err := sqlite.OpenReadOnly(ctx, dir)
	if err != nil {
		return "does not open"
	}
	defer func() { _ = s.Close() }()
	if report, err := eventstore.Verify(ctx, s); err != nil {
		return "reading fails"
	} else if !report.Sound() {
		return "not dense"
	}
	if report, err := seal.Verify(ctx, s, was.seals, seal.Outside{}); err != nil {
		return "seals: " + err.Error()
	} else if len(report.Faults) > 0 {
		if report.Faults[0].Position == 0 {
			t.Errorf("%s names no position", report.Faults[0])
		}
		return "seal: " + report.Faults[0].Kind
	}
	if wrong, err := s.Integrity(ctx); err != nil {
		return "reading fails"
	} else if len(wrong) > 0 {
		return "pages do not agree"
	}
	have, err := digests(ctx, s)
	if err != nil {
		return "reading fails"
	}
	if len(have) != len(was.digests) {
		return "different fact"
	}
	for name, digest := range was.digests {
		if have[name] != digest {
			return "different " + strings.Fields(name)[0]
		}
	}
	return ""
}

package faults

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/faults/disk"
	"gridcommand/eventstore/sqlite"
)

// onDisk opens a ledger on a disk that can fail.
func onDisk(t *testing.T, d *disk.Disk, dir string) (*sqlite.Store, error) {
	t.Helper()
	return sqlite.Open(t.Context(), dir, &sqlite.Options{VFS: d.Name()})
}

func newDisk(t *testing.T) (*disk.Disk, string) {
	t.Helper()
	dir := filepath.Join(fast(t), "ledger")
	d, err := disk.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return d, dir
}

// A script is the life of a ledger, from its founding over appends and refusals to the
// folding of its log. It goes on after failures, as callers do.
func script(t *testing.T, d *disk.Disk, dir string, told *tale) error {
	t.Helper()
	s, err := onDisk(t, d, dir)
	if err != nil {
		return err
	}
	failed := false
	for i := range 12 {
		id := fmt.Sprintf("s.%d", i)
		err := told.append(t.Context(), s, id)
		if failed && err == nil {
			t.Errorf("%s was acknowledged after the ledger had failed", id)
		}
		if errors.Is(err, eventstore.ErrFailed) {
			failed = true
		}
		if i%4 == 3 {
			if _, err := s.Append(t.Context(), impossible(id)); errors.Is(err, eventstore.ErrConflict) {
				told.refused[id] = true
			} else if err == nil {
				t.Errorf("%s cannot have been stored", id)
			}
		}
	}
	_ = s.Close() // a failing disk may say so here too
	return nil
}

// Every operation on the disk, from a ledger's founding to its closing, fails in turn,
// in each way that a disk fails. Each time the folder is then read as it stands, and as
// power cuts would leave it.
func TestEveryOperationFailsInTurn(t *testing.T) {
	d, dir := newDisk(t)
	if err := script(t, d, dir, newTale()); err != nil {
		t.Fatal(err)
	}
	total := d.Operations()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	stride := int64(often(9, 1))
	seeds := uint64(often(2, 12))
	runs, cuts, refusedToOpen := 0, 0, 0
	for _, fault := range []error{syscall.EIO, syscall.ENOSPC, disk.ErrShort, disk.ErrPower} {
		for n := int64(1); n <= total; n += stride {
			d, dir := newDisk(t)
			told := newTale()
			d.FailAt(n, fault)
			if err := script(t, d, dir, told); err != nil {
				refusedToOpen++
			}
			runs++
			if !errors.Is(fault, disk.ErrPower) {
				reopen(t, dir, told, false) // the process is gone, the machine is not
			}
			for seed := range seeds {
				left := filepath.Join(fast(t), "left")
				if err := d.Cut(seed, left); err != nil {
					t.Fatal(err)
				}
				cuts++
				mine := told.clone()
				reopen(t, left, mine, true)
				if t.Failed() {
					t.Fatalf("operation %d of %d: %v, power cut with seed %d", n, total, fault, seed)
				}
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if t.Failed() {
				t.Fatalf("operation %d of %d: %v", n, total, fault)
			}
		}
	}
	saw(t, "every operation fails, sqlite", "%d operations × 4 faults: %d runs (%d could not open), %d power cuts after them", total, runs, refusedToOpen, cuts)
}

// The writer dies at every operation of one append and another process goes on, on what
// the kernel still holds; then the power goes.
func TestKilledAtEveryOperationThenThePowerGoes(t *testing.T) {
	runs := 0
	for n := int64(1); ; n++ {
		d, dir := newDisk(t)
		told := newTale()
		s, err := onDisk(t, d, dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := told.append(t.Context(), s, "before"); err != nil {
			t.Fatal(err)
		}
		d.FailAt(n, disk.ErrPower)
		done := told.append(t.Context(), s, "dying") == nil
		again := filepath.Join(fast(t), "again")
		next, err := d.Kill(again)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		if s, err = onDisk(t, next, again); err != nil {
			t.Fatalf("killed at operation %d, the ledger does not open: %v", n, err)
		}
		check(t, s, told, true)
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := told.append(t.Context(), s, "after"); err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(often(5, 50)) {
			left := filepath.Join(fast(t), "left")
			if err := next.Image(seed, left); err != nil {
				t.Fatal(err)
			}
			reopen(t, left, told, false)
			if t.Failed() {
				t.Fatalf("killed at operation %d, head %d read afterwards, power cut with seed %d", n, head, seed)
			}
			runs++
		}
		if err := errors.Join(s.Close(), next.Close(), d.Close()); err != nil {
			t.Fatal(err)
		}
		if done {
			break
		}
	}
	saw(t, "kill at every operation of an append, then power cut, sqlite", "%d power cuts", runs)
}

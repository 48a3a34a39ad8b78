package faults

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/faults/disk"
)

// A sync fails once. Nothing is acknowledged from then on, though the disk is well
// again; whoever opens the ledger anew has all that was acknowledged.
func TestASyncFailsOnce(t *testing.T) {
	d, dir := newDisk(t)
	told := newTale()
	s, err := onDisk(t, d, dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		if err := told.append(t.Context(), s, fmt.Sprintf("before.%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	var once sync.Once
	d.Plan(func(o disk.Op) (err error) {
		if o.Kind == disk.Sync {
			once.Do(func() { err = syscall.EIO })
		}
		return err
	})
	for i := range 30 {
		err := told.append(t.Context(), s, fmt.Sprintf("after.%d", i))
		if !errors.Is(err, eventstore.ErrFailed) || !strings.Contains(err.Error(), "I/O") {
			t.Fatalf("append %d after the failure: %v", i, err)
		}
	}
	check(t, s, told, false) // reading goes on
	again := filepath.Join(fast(t), "again")
	next, err := d.Kill(again)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	if s, err = onDisk(t, next, again); err != nil {
		t.Fatal(err)
	}
	check(t, s, told, true)
	cuts := often(10, 200)
	for seed := range cuts {
		left := filepath.Join(fast(t), "left")
		if err := next.Image(uint64(seed), left); err != nil {
			t.Fatal(err)
		}
		reopen(t, left, told, false)
	}
	if err := errors.Join(s.Close(), next.Close(), d.Close()); err != nil {
		t.Error(err)
	}
	saw(t, "fsync fails once, sqlite", "30 acknowledged before, 30 refused as ErrFailed after, %d power cuts after the restart", cuts)
}

// The disk takes its time: nothing is acknowledged before it is done, readers go on, and
// what waits is bounded and answered.
func TestASyncTakesItsTime(t *testing.T) {
	d, dir := newDisk(t)
	told := newTale()
	s, err := onDisk(t, d, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := told.append(t.Context(), s, "before"); err != nil {
		t.Fatal(err)
	}
	release := d.Hold()
	const callers = 50
	answers := make(chan error, callers)
	for i := range callers {
		go func() { answers <- told.append(t.Context(), s, fmt.Sprintf("slow.%d", i)) }()
	}
	// Long enough for a wrong acknowledgement to come; that none does is what is seen.
	stall := 100 * time.Millisecond
	if full {
		stall = 5 * time.Second
	}
	for end := time.Now().Add(stall); time.Now().Before(end); {
		if page, err := s.Page(t.Context(), 0, 10); err != nil || len(page) != 2 {
			t.Fatalf("reading meanwhile: %d facts, %v", len(page), err)
		}
		select {
		case err := <-answers:
			t.Fatalf("an answer while the sync waits: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	release()
	for range callers {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	check(t, s, told, false)
	left := filepath.Join(fast(t), "left")
	if err := d.Cut(1, left); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	reopen(t, left, told, false)
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	saw(t, "slow fsync, sqlite", "%v without an answer, readers went on, then %d appends acknowledged", stall, callers)
}

// saysWhatIsKnown tells whether a refusal for want of room says what became of the append:
// when room is missing at the commit itself, a process started anew may find it in the log.
func saysWhatIsKnown(err error) bool {
	return strings.Contains(err.Error(), "nothing was stored") || strings.Contains(err.Error(), "the outcome is unknown")
}

// The disk is full for a while: appends fail and say that nothing was stored, reading
// goes on, and when there is room again the ledger goes on by itself.
func TestADiskIsFullAndHasRoomAgain(t *testing.T) {
	for _, fault := range []error{syscall.ENOSPC, disk.ErrShort} {
		d, dir := newDisk(t)
		told := newTale()
		s, err := onDisk(t, d, dir)
		if err != nil {
			t.Fatal(err)
		}
		for round := range 5 {
			for i := range 5 {
				if err := told.append(t.Context(), s, fmt.Sprintf("room.%d.%d", round, i)); err != nil {
					t.Fatalf("round %d, with room: %v", round, err)
				}
			}
			d.Plan(func(o disk.Op) error {
				if o.Kind == disk.Write {
					return fault
				}
				return nil
			})
			for i := range 5 {
				id := fmt.Sprintf("full.%d.%d", round, i)
				err := told.append(t.Context(), s, id)
				if err == nil || errors.Is(err, eventstore.ErrFailed) || !saysWhatIsKnown(err) {
					t.Fatalf("without room: %v", err)
				}
				if _, known, err := s.Lookup(t.Context(), pair(id).Key); known || err != nil {
					t.Fatalf("%s was not acknowledged: %v, %v", id, known, err)
				}
			}
			check(t, s, told, false)
			d.Plan(nil)
		}
		check(t, s, told, true)
		left := filepath.Join(fast(t), "left")
		if err := d.Cut(3, left); err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		reopen(t, left, told, false)
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	saw(t, "disk full and back, sqlite", "10 times full and back, 50 appends refused as not stored, then stored")
}

// The clock is not what orders facts.
func TestTheClockJumps(t *testing.T) {
	s, err := openAt(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	now := time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)
	var given []time.Time
	for _, jump := range []time.Duration{0, time.Second, -time.Hour, 24 * time.Hour, -30 * 24 * time.Hour, 90 * time.Minute, -56 * 365 * 24 * time.Hour, 57 * 365 * 24 * time.Hour} {
		now = now.Add(jump)
		given = append(given, now)
		a := pair("x")
		a.Key = eventstore.Key{}
		a.Writes = a.Writes[:1]
		a.Writes[0].Expect = eventstore.At(eventstore.Version(len(given) - 1))
		a.Writes[0].Drafts[0].At = now
		if _, err := s.Append(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	page, err := s.Page(t.Context(), 0, 100)
	if err != nil || len(page) != len(given) {
		t.Fatalf("%d facts, %v", len(page), err)
	}
	for i, r := range page {
		if r.Position != eventstore.Position(i+1) || r.Version != eventstore.Version(i+1) || !r.At.Equal(given[i]) {
			t.Errorf("fact %d: position %d, version %d, at %s, want %s", i, r.Position, r.Version, r.At, given[i])
		}
	}
	saw(t, "the clock jumps", "%d jumps, 57 years back and forth: order by position, times as given", len(given)-1)
}

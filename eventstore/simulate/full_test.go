package simulate

import (
	"errors"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/faults/disk"
	"gridcommand/eventstore/sqlite"
)

// Room is missing at every operation of an append in turn, and then the process is
// killed: what was said to be certainly not stored is not there when it is started anew.
func TestWhatIsCertainlyNotStoredIsNotThereAfterAKill(t *testing.T) {
	draft := func(id string) eventstore.Append {
		return eventstore.Append{
			Key: eventstore.Key{Scope: "test", ID: id},
			Writes: []eventstore.Write{{Stream: eventstore.StreamOf("case", id), Drafts: []eventstore.Draft{
				{Type: "happened", At: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), Data: fmt.Appendf(nil, `{"id":%q}`, id)},
			}}},
		}
	}
	unknown := 0
	for _, fault := range []error{syscall.ENOSPC, disk.ErrShort} {
		for n := int64(1); n <= 16; n++ {
			dir := t.TempDir()
			d, err := disk.New(filepath.Join(dir, "first"))
			if err != nil {
				t.Fatal(err)
			}
			s, err := sqlite.Open(t.Context(), filepath.Join(dir, "first"), &sqlite.Options{VFS: d.Name()})
			if err != nil {
				t.Fatal(err)
			}
			d.FailAt(n, fault)
			_, appendErr := s.Append(t.Context(), draft("k"))
			next, err := d.Kill(filepath.Join(dir, "next"))
			_ = s.Close() // nothing of it reaches the disk
			if err := errors.Join(err, d.Close()); err != nil {
				t.Fatal(err)
			}
			if s, err = sqlite.Open(t.Context(), filepath.Join(dir, "next"), &sqlite.Options{VFS: next.Name()}); err != nil {
				t.Fatal(err)
			}
			_, there, err := s.Lookup(t.Context(), draft("k").Key)
			if err := errors.Join(err, s.Close(), next.Close()); err != nil {
				t.Fatal(err)
			}
			switch {
			case appendErr == nil && !there:
				t.Errorf("%v at operation %d: acknowledged, and not there", fault, n)
			case appendErr != nil && there && certain(appendErr):
				t.Errorf("%v at operation %d: there, though the answer was: %v", fault, n, appendErr)
			case appendErr != nil && there:
				unknown++
			}
		}
	}
	if unknown == 0 {
		t.Error("no append of unknown outcome was stored: the case that this test is about did not come")
	}
}

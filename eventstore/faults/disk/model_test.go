package disk

import (
	"os"
	"path/filepath"
	"testing"
)

// A sync that failed has lost the writes for ever, though the next sync succeeds.
func TestAFailedSyncIsNotMendedByTheNext(t *testing.T) {
	d := &Disk{files: map[string]*file{"f": {kept: true, exists: true}}}
	d.wrote("f", 0, []byte("one"))
	d.synced("f", false)
	d.wrote("f", 3, []byte("two"))
	d.lost("f")
	d.wrote("f", 6, []byte("three"))
	d.synced("f", false)
	seen := map[string]int{}
	for seed := range uint64(50) {
		into := t.TempDir()
		if err := d.Image(seed, into); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(into, "f"))
		if err != nil {
			t.Fatal(err)
		}
		seen[string(content)]++
	}
	if len(seen) != 2 || seen["onetwothree"] == 0 || seen["one\x00\x00\x00three"] == 0 {
		t.Errorf("the disk held %v", seen)
	}
}

func TestANameIsSureWhenTheFolderIsSynced(t *testing.T) {
	d := &Disk{files: map[string]*file{"f": {exists: true}}}
	d.wrote("f", 0, []byte("one"))
	d.synced("f", false)
	there := func() (n int) {
		for seed := range uint64(50) {
			into := t.TempDir()
			if err := d.Image(seed, into); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(filepath.Join(into, "f")); err == nil {
				n++
			}
		}
		return n
	}
	if n := there(); n == 0 || n == 50 {
		t.Errorf("a name never synced was there %d times of 50", n)
	}
	d.synced("f", true)
	if n := there(); n != 50 {
		t.Errorf("a name that was synced was there %d times of 50", n)
	}
	d.deleted("f", false)
	if n := there(); n == 0 || n == 50 {
		t.Errorf("a deletion never synced had happened %d times of 50", 50-n)
	}
	d.deleted("f", true)
	if n := there(); n != 0 {
		t.Errorf("a deletion that was synced had not happened %d times of 50", n)
	}
}

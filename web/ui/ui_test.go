package ui

import (
	"io/fs"
	"testing"
)

// A clone in which nothing was built yet still has the folder, and one that was built has all three pages.
func TestFSHoldsAllPagesOrNone(t *testing.T) {
	if _, err := fs.Stat(FS(), ".keep"); err != nil {
		t.Fatalf("dist/.keep is gone, so a fresh clone would not compile: %v", err)
	}
	if !Built() {
		return
	}
	for _, page := range []string{"index.html", "m/index.html", "screen/index.html"} {
		if _, err := fs.Stat(FS(), page); err != nil {
			t.Errorf("a face is missing from the build: %v", err)
		}
	}
}

package archive

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Arrange returns the files of the chain that was written last in a folder, the oldest
// first. Files that are no backups are passed over; a backup that is not whole is not.
func Arrange(ctx context.Context, dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	paths, files, parents := map[string]string{}, map[string]*Older{}, map[string]bool{} // by digest
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		old, err := ReadOlder(ctx, path)
		if errors.Is(err, ErrNotBackup) {
			continue
		}
		if err != nil {
			return nil, err
		}
		name := hex.EncodeToString(old.Digest[:])
		paths[name], files[name] = path, old
		parents[old.Manifest.Parent] = true
	}
	last := ""
	for name, f := range files {
		if !parents[name] && (last == "" || f.Manifest.MadeAt.After(files[last].Manifest.MadeAt)) {
			last = name
		}
	}
	if last == "" {
		return nil, fmt.Errorf("%w: there is no backup in %s", ErrChain, dir)
	}
	var chain []string
	for name := last; name != ""; name = files[name].Manifest.Parent {
		if files[name] == nil {
			return nil, fmt.Errorf("%w: the file with digest sha256:%s, which %s goes on from, is not in %s", ErrChain, name, chain[len(chain)-1], dir)
		}
		chain = append(chain, paths[name])
	}
	slices.Reverse(chain)
	return chain, nil
}

package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Kill ends the process that writes, as kill -9 does, while the machine goes on: this
// disk does nothing any more, and the one that is returned, in the new folder into,
// shows all that was written, synced or not, and knows what of it was not synced.
func (d *Disk) Kill(into string) (*Disk, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	next, err := New(into)
	if err != nil {
		return nil, err
	}
	for name, f := range d.files {
		if f.exists {
			content, err := os.ReadFile(filepath.Join(d.dir, name))
			if err != nil {
				return nil, fmt.Errorf("disk: %w", err)
			}
			if err := os.WriteFile(filepath.Join(next.dir, name), content, 0o600); err != nil {
				return nil, fmt.Errorf("disk: %w", err)
			}
		}
		next.files[name] = &file{sure: slices.Clone(f.sure), kept: f.kept, exists: f.exists, changes: slices.Clone(f.changes)}
	}
	return next, nil
}

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gridcommand/eventstore/sqldb"
)

// settle makes durable what the last process may have left written but not synced,
// before anybody reads it. One that was killed between the two, or whose sync failed,
// leaves commits in the log that the kernel shows and the disk does not hold, and after
// a failure a later sync of the log would not write them. So the log is folded into
// ledger.db, which writes the pages anew, and a new one is begun, so that no commit to
// come stands behind one that a power cut takes away. Its beginning is synced: the old
// log, come back without its end, would undo what was folded.
//
// The names of the folder and of what is in it are synced too: SQLite does so for its
// log alone.
func settle(ctx context.Context, dir string, db *sqldb.DB) error {
	var held, frames, folded, version int
	if err := db.Write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&held, &frames, &folded); err != nil {
		return fmt.Errorf("sqlite: fold the log into %s: %w", db.Name, err)
	}
	if held != 0 {
		return fmt.Errorf("sqlite: the log of %s cannot be folded into it: another process is reading it", db.Name)
	}
	// The smallest commit there is. The number is not used for anything.
	err := db.Write.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	if err == nil {
		_, err = db.Write.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version))
	}
	if err != nil {
		return fmt.Errorf("sqlite: begin the log of %s: %w", db.Name, err)
	}
	for _, folder := range []string{dir, filepath.Dir(dir)} {
		if err := syncFolder(folder); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	return nil
}

// rewrite writes a log that is there over itself and syncs it. What a failed sync has
// dropped is thereby written after all, before SQLite builds on it.
func rewrite(path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	buffer := make([]byte, 1<<20)
	for offset := int64(0); ; {
		n, readErr := f.ReadAt(buffer, offset)
		if _, err := f.WriteAt(buffer[:n], offset); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		offset += int64(n)
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return fmt.Errorf("sqlite: %w", readErr)
		}
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, os.ErrPermission) {
		return nil // somebody else's folder: they made our name in it
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

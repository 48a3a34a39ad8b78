package sqlite

import (
	"context"
	"fmt"
	"os"
)

// How the write-ahead log is kept short. SQLite copies it into the file by itself after a
// few megabytes, but begins it anew only when no reader is within it; many who read by
// turns can keep it from that for ever.
const (
	logLimit = 64 << 20 // bytes after which the log is cut at a moment without readers
	logLooks = 16       // commits between two looks at its size
)

// cutting is what the writer waits at most for such a moment, in milliseconds. Appends
// wait with it. A reader who stays longer is left alone until the log has grown by half
// the limit again.
const cutting = 250

// A logKeeper keeps the write-ahead log short.
type logKeeper struct {
	path    string
	limit   int64
	commits int
	refused int64 // size at which a reader was in the way
}

// keepLog cuts the log if it has become too long. An error means a disk error.
func (w *writer) keepLog(ctx context.Context) error {
	k := &w.log
	if k.commits++; k.commits < logLooks {
		return nil
	}
	k.commits = 0
	info, err := os.Stat(k.path)
	if err != nil || info.Size() <= k.limit || info.Size() < k.refused+k.limit/2 {
		return nil //nolint:nilerr // without a log there is nothing to cut
	}
	if _, err := w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", cutting)); err != nil {
		return fmt.Errorf("cut the log: %w", err)
	}
	var busy, frames, copied int64
	err = w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &copied)
	if _, again := w.conn.ExecContext(ctx, "PRAGMA busy_timeout = 10000"); err == nil {
		err = again
	}
	if err != nil {
		return fmt.Errorf("cut the log: %w", err)
	}
	k.refused = 0
	if busy != 0 {
		k.refused = info.Size()
	}
	return nil
}

package workflow

import (
	"context"
	"errors"
	"time"

	"gridcommand/eventstore"
)

// isFinal tells whether err ends a handler as a whole: a newer program wrote a fact,
// or the ledger broke its promise, failed or was closed.
func isFinal(err error) bool {
	_, gap := errors.AsType[*eventstore.GapError](err)
	return gap || isUnknown(err) || errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed)
}

// isCrowding tells whether err will pass by itself and no fact is to blame: too
// many write at once.
func isCrowding(err error) bool {
	return errors.Is(err, eventstore.ErrOverloaded) || errors.Is(err, eventstore.ErrConflict)
}

// backoff returns how long to wait before try number `try` + 1: first, twice that, …
// up to five seconds; nothing after no failure.
func backoff(first time.Duration) func(try int) time.Duration {
	return func(try int) time.Duration {
		if try < 1 {
			return 0
		}
		return min(first<<min(try-1, 16), 5*time.Second)
	}
}

// sleep waits for d and tells whether ctx still lives.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

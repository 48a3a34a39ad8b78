package groupcommit

import (
	"context"
	"sync"
	"time"

	"gridcommand/eventstore"
)

// Patience is how long a waiter sleeps at most when nobody rings.
const Patience = 250 * time.Millisecond

// A Bell wakes those who wait for the head of a ledger to move. Its zero value
// is ready. It knows the head as far as it was rung, which may be behind.
type Bell struct {
	mu     sync.Mutex
	head   eventstore.Position
	wake   chan struct{} // closed and replaced at each ring; nil while nobody waits
	closed bool
}

// Ring says that the head is at least at p.
func (b *Bell) Ring(p eventstore.Position) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.head = max(b.head, p)
	b.rouse()
}

// Nudge wakes everyone without knowing the head: they look for themselves.
func (b *Bell) Nudge() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rouse()
}

// Close wakes everyone for good; from then on Wait returns [eventstore.ErrClosed].
func (b *Bell) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.rouse()
}

func (b *Bell) rouse() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// Head returns the highest position rung.
func (b *Bell) Head() eventstore.Position {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.head
}

// Wait returns nil once the head is past `after`, at a Nudge, or when its
// [Patience] is at an end; ctx's error when ctx ends.
func (b *Bell) Wait(ctx context.Context, after eventstore.Position) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return eventstore.ErrClosed
	}
	if b.head > after {
		b.mu.Unlock()
		return nil
	}
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	wake := b.wake
	b.mu.Unlock()

	timer := time.NewTimer(Patience)
	defer timer.Stop()
	select {
	case <-wake:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return eventstore.ErrClosed
	}
	return nil
}

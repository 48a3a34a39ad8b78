package workflow

import (
	"context"
	"sync"
)

// A board is where all handlers show how far they are. One lock guards what they
// all show, so that whoever asks "is everything done?" sees one moment of it.
type board struct {
	sync.Mutex
	moved   sync.Cond
	changes uint64 // counts calls of change
}

func newBoard() *board {
	b := new(board)
	b.moved.L = &b.Mutex
	return b
}

// change tells everybody who waits that something may have moved. The lock is held.
func (b *board) change() {
	b.changes++
	b.moved.Broadcast()
}

// poke is change for those who do not hold the lock.
func (b *board) poke() {
	b.Lock()
	b.change()
	b.Unlock()
}

// await waits, with the lock held, until something changed after `seen` or ctx ends.
// Whoever waits must have called [board.wakeOn] for ctx.
func (b *board) await(ctx context.Context, seen uint64) {
	for b.changes == seen && ctx.Err() == nil {
		b.moved.Wait()
	}
}

// wakeOn wakes everybody when ctx ends, until the returned function is called.
func (b *board) wakeOn(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, b.poke)
}

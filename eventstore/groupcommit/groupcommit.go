// Package groupcommit turns many small appends that arrive together into few
// durable commits. A ledger has one Committer in each process.
//
// What it keeps true: every append given to it is committed at most once and
// handed to the engine in the order it came; an append refused by [eventstore.ErrOverloaded] or given up
// before its turn leaves no trace; what waits is bounded.
//
//	caller ─┐
//	caller ─┼─ queue ─→ one goroutine ─→ commit(batch) ─→ an answer to each caller
//	caller ─┘
package groupcommit

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
)

// Limits that serve unless Options says otherwise.
const (
	DefaultQueue = 4096     // appends that may wait
	DefaultBatch = 512      // appends in one commit
	batchBytes   = 16 << 20 // data in one commit, unless a single append is larger
)

// Options bounds a Committer. Its zero value, like nil, means the defaults.
type Options struct {
	Queue    int                 // how many appends may wait; one more is overload
	Batch    int                 // how many appends go into one commit at most
	Observer eventstore.Observer // hears of each commit; nil: nobody does
}

// An Outcome is what became of one append of a batch.
type Outcome struct {
	Result eventstore.Result
	Err    error
}

// A Commit makes the appends of a batch durable, those to one stream in their
// order, and answers each. It fills outcomes, which is as long as batch. One refused
// append must not touch the others. It is called from one goroutine.
type Commit func(batch []eventstore.Append, outcomes []Outcome)

// A Committer is the one writer of a ledger in this process.
type Committer struct {
	queue    chan *request
	batch    int
	commit   Commit
	observer eventstore.Observer
	done     chan struct{} // closed when the goroutine has ended

	mu     sync.RWMutex // held for reading while sending to queue
	closed bool
}

type request struct {
	append  eventstore.Append
	state   atomic.Int32 // waiting, then taken or given up
	outcome chan Outcome
}

const (
	waiting = iota
	taken
	givenUp
)

// New starts a Committer. Close stops it.
func New(o *Options, commit Commit) *Committer {
	c := &Committer{batch: DefaultBatch, commit: commit, done: make(chan struct{})}
	size := DefaultQueue
	if o != nil && o.Queue > 0 {
		size = o.Queue
	}
	if o != nil && o.Batch > 0 {
		c.batch = o.Batch
	}
	if o != nil {
		c.observer = o.Observer
	}
	c.queue = make(chan *request, size)
	go c.run()
	return c
}

// Append waits for a to be committed. If ctx ends before a's turn has come,
// nothing is stored; if it ends while a is being committed, the outcome is
// unknown to the caller. The error says which, and wraps ctx's error.
func (c *Committer) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Result{}, fmt.Errorf("eventstore: append, nothing was stored: %w", err)
	}
	r := &request{append: a, outcome: make(chan Outcome, 1)}
	if err := c.enqueue(r); err != nil {
		return eventstore.Result{}, err
	}
	select {
	case o := <-r.outcome:
		return o.Result, o.Err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, givenUp) {
			return eventstore.Result{}, fmt.Errorf("eventstore: append, nothing was stored: %w", ctx.Err())
		}
		return eventstore.Result{}, fmt.Errorf("eventstore: append, the outcome is unknown: %w", ctx.Err())
	}
}

func (c *Committer) enqueue(r *request) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return eventstore.ErrClosed
	}
	select {
	case c.queue <- r:
		return nil
	default:
		return eventstore.ErrOverloaded
	}
}

// Close takes no more appends, waits until those that were taken have their
// answers, and returns. It may be called again.
func (c *Committer) Close() {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.queue)
	}
	c.mu.Unlock()
	<-c.done
}

func (c *Committer) run() {
	defer close(c.done)
	requests := make([]*request, 0, c.batch)
	appends := make([]eventstore.Append, 0, c.batch)
	outcomes := make([]Outcome, c.batch)
	for first := range c.queue {
		requests = c.gather(requests[:0], first)
		if len(requests) == 0 {
			continue
		}
		appends = appends[:0]
		for _, r := range requests {
			appends = append(appends, r.append)
		}
		answers := outcomes[:len(requests)]
		clear(answers)
		begun := time.Now()
		c.commit(appends, answers)
		if c.observer != nil {
			c.observer.Committed(commitOf(appends, answers, len(c.queue), time.Since(begun)))
		}
		for i, r := range requests {
			r.outcome <- answers[i]
			requests[i] = nil // a large append must not live on in the scratch space
		}
		clear(appends)
	}
}

// commitOf tells an observer what became of a batch.
func commitOf(appends []eventstore.Append, answers []Outcome, waiting int, took time.Duration) eventstore.Commit {
	c := eventstore.Commit{Appends: len(appends), Waiting: waiting, Took: took}
	for i := range answers {
		switch {
		case errors.Is(answers[i].Err, eventstore.ErrConflict), errors.Is(answers[i].Err, eventstore.ErrKeyReused):
			c.Refused++
		case answers[i].Err != nil:
			c.Err = answers[i].Err
		case answers[i].Result.Replayed:
			c.Replayed++
		default:
			c.Facts += int(answers[i].Result.Last - answers[i].Result.First + 1)
		}
	}
	return c
}

// gather takes what waits, first included, up to the limits of a batch.
//
// Callers answered by the last commit are just about to come back with their
// next append. As long as letting others run makes the queue grow, that is
// cheaper than a commit for the few who were quickest; no clock is involved.
func (c *Committer) gather(into []*request, first *request) []*request {
	size := 0
	take := func(r *request) {
		if r.state.CompareAndSwap(waiting, taken) {
			into = append(into, r)
			size += bytesOf(r.append)
		}
	}
	take(first)
	for waited := 0; len(c.queue) > waited && len(c.queue) < c.batch; {
		waited = len(c.queue)
		runtime.Gosched()
	}
	for len(into) < c.batch && size < batchBytes {
		select {
		case r, ok := <-c.queue:
			if !ok {
				return into
			}
			take(r)
		default:
			return into
		}
	}
	return into
}

func bytesOf(a eventstore.Append) int {
	n := 0
	for _, w := range a.Writes {
		for _, d := range w.Drafts {
			n += len(d.Data)
		}
	}
	return n
}

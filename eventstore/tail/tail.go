// Package tail lets any number of followers of one ledger share one reader.
//
// What it keeps true: whoever follows through it sees every fact once and in order, as if
// it read alone; the facts near the head are read from the database once, however many
// follow; nobody waits for a slower one; what is held in memory is bounded.
//
//	ledger ─→ one reader ─→ the newest facts ─┬─→ follower at the head
//	   │                                      └─→ follower a little behind
//	   └────────────── pages of its own ────────→ follower far behind
//
// There is no moment of joining at which a fact could be lost: each call names the
// position it goes on from, and gets what comes after it from wherever that lies.
package tail

import (
	"context"
	"errors"
	"iter"
	"math"
	"sync"
	"sync/atomic"

	"gridcommand/eventstore"
)

// What serves unless Options says otherwise.
const (
	DefaultFacts = 8192
	DefaultBytes = 16 << 20
)

// Options bounds a Tail. Its zero value, like nil, means the defaults.
type Options struct {
	Facts int // newest facts remembered; in memory there are at most twice as many, and one page
	Bytes int // of theirs, likewise
}

// A Tail is a ledger whose newest facts are remembered. It is an [eventstore.Store]
// itself, with the same promises.
//
// Facts that [Tail.Next] returns, and with it [eventstore.Follow], are shared by all who
// follow: nobody may write to them. Those of Page and Read belong to the caller.
type Tail struct {
	store        eventstore.Store
	facts, bytes int

	reader sync.WaitGroup
	life   context.Context // ends with Close
	end    context.CancelFunc
	turn   chan struct{} // holds one token: who has it reads
	begun  atomic.Int64  // readings begun, told to those who want one that begins after they asked

	mu      sync.Mutex
	closed  bool
	read    int64               // the last reading that ended well
	started bool                // after and recent mean something
	after   eventstore.Position // recent holds after+1, after+2, …
	recent  []eventstore.Record // never written to once it is in here
	weight  int                 // of recent
	changed chan struct{}       // closed and replaced when recent grows, and when reading fails
	failure error               // why the reader stopped; told to those who waited meanwhile
	waiting int                 // how many wait in Next
	running bool                // the reader is
	counts  [2]atomic.Int64     // pages asked of the ledger: by the reader, by those far behind
}

var _ eventstore.Store = (*Tail)(nil)

// New returns a Tail of store. [Tail.Close] closes both.
func New(store eventstore.Store, o *Options) *Tail {
	t := &Tail{store: store, facts: DefaultFacts, bytes: DefaultBytes, turn: make(chan struct{}, 1), changed: make(chan struct{})}
	if o != nil && o.Facts > 0 {
		t.facts = o.Facts
	}
	if o != nil && o.Bytes > 0 {
		t.bytes = o.Bytes
	}
	t.life, t.end = context.WithCancel(context.Background())
	t.turn <- struct{}{}
	return t
}

// Unwrap returns the ledger itself.
func (t *Tail) Unwrap() eventstore.Store { return t.store }

// Reads returns how many pages were asked of the ledger: those shared by all, and those
// read by single callers who were too far behind.
func (t *Tail) Reads() (shared, alone int64) { return t.counts[0].Load(), t.counts[1].Load() }

// Held returns how many wait for the next fact, and what is remembered of the newest:
// how many facts, and how many bytes they take.
func (t *Tail) Held() (waiting, facts, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waiting, len(t.recent), t.weight
}

// Next returns up to limit facts after position `after`, and waits for them if there are
// none yet: at least one, unless there is an error. They are shared: nobody may write to
// them.
func (t *Tail) Next(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	if limit <= 0 {
		limit = eventstore.DefaultPage
	}
	after = max(after, 0)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := t.start(ctx); err != nil {
			return nil, err
		}
		t.mu.Lock()
		page, where := t.cut(after, limit)
		switch {
		case t.closed:
			t.mu.Unlock()
			return nil, eventstore.ErrClosed
		case where == within:
			t.mu.Unlock()
			return page, nil
		case where == before:
			t.mu.Unlock()
			page, err := t.alone(ctx, after, limit)
			if err != nil || len(page) > 0 {
				return page, err
			}
			continue
		}
		err := t.wait(ctx)
		t.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

// wait returns when there may be more, or with the reason why there cannot be. t.mu is
// held when it is called and when it returns.
func (t *Tail) wait(ctx context.Context) error {
	changed := t.changed
	t.waiting++
	defer func() { t.waiting-- }()
	if !t.running {
		t.running, t.failure = true, nil
		t.reader.Go(t.readOn)
	}
	t.mu.Unlock()
	select {
	case <-changed:
	case <-ctx.Done():
	}
	t.mu.Lock()
	switch {
	case t.closed:
		return eventstore.ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return t.failure
}

// readOn is the one reader. It ends when nobody has waited for a whole patience of the
// ledger, or with a failure that those who wait are told.
func (t *Tail) readOn() {
	last := eventstore.Position(-1)
	for {
		err := t.grow(t.life, math.MaxInt64)
		t.mu.Lock()
		after := t.after + eventstore.Position(len(t.recent))
		t.mu.Unlock()
		if err == nil && after == last {
			err = eventstore.CheckHead(t.life, t.store, after)
		}
		last = after
		if err == nil {
			err = t.store.Wait(t.life, after)
		}
		t.mu.Lock()
		if err != nil || t.waiting == 0 {
			t.running, t.failure = false, err
			if errors.Is(err, eventstore.ErrSetBack) {
				t.started, t.recent, t.weight = false, nil, 0 // what is kept is of no ledger any more
			}
			if err != nil {
				t.wake()
			}
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
	}
}

// Page returns facts in order. See [eventstore.Store].
func (t *Tail) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	if limit <= 0 {
		limit = eventstore.DefaultPage
	}
	after = max(after, 0)
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	page, where, err := t.look(after, limit)
	if err != nil {
		return nil, err
	}
	if where == atEnd {
		// Only a reading that begins from here on can say that there is no more.
		if err := t.grow(ctx, after); err != nil {
			return nil, err
		}
		if page, where, err = t.look(after, limit); err != nil {
			return nil, err
		}
	}
	switch where {
	case within:
		return own(page), nil
	case atEnd:
		return nil, nil
	default:
		return t.alone(ctx, after, limit)
	}
}

// alone reads a page for one caller.
func (t *Tail) alone(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	t.counts[1].Add(1)
	return t.store.Page(ctx, after, limit)
}

// own copies a page, so that what a caller does to it stays with them.
func own(page []eventstore.Record) []eventstore.Record {
	size := 0
	for i := range page {
		size += len(page[i].Data)
	}
	bytes := make([]byte, 0, size)
	mine := make([]eventstore.Record, len(page))
	for i, r := range page {
		from := len(bytes)
		bytes = append(bytes, r.Data...)
		r.Data = bytes[from:len(bytes):len(bytes)]
		mine[i] = r
	}
	return mine
}

// Where a position lies to what is remembered.
type where int

const (
	before where = iota // facts after it are remembered no more, or it lies beyond the end
	within              // the next fact is remembered
	atEnd               // the next fact is the next one to be read
)

func (t *Tail) look(after eventstore.Position, limit int) ([]eventstore.Record, where, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, before, eventstore.ErrClosed
	}
	page, w := t.cut(after, limit)
	if end := t.after + eventstore.Position(len(t.recent)); w == atEnd && after > end {
		w = before
	}
	return page, w, nil
}

// cut returns what is remembered after a position; beyond the end counts as at the end.
func (t *Tail) cut(after eventstore.Position, limit int) ([]eventstore.Record, where) {
	i := int(after - t.after)
	switch {
	case i < 0:
		return nil, before
	case i >= len(t.recent):
		return nil, atEnd
	}
	to := min(i+limit, len(t.recent))
	return t.recent[i:to:to], within
}

// start begins at the head, once: what was before is not worth remembering.
func (t *Tail) start(ctx context.Context) error {
	t.mu.Lock()
	started, closed := t.started, t.closed
	t.mu.Unlock()
	switch {
	case closed:
		return eventstore.ErrClosed
	case started:
		return ctx.Err()
	}
	head, err := t.store.Head(ctx)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.started {
		t.started, t.after = true, head
	}
	return nil
}

// pageSize is how many facts the reader asks for at a time.
const pageSize = eventstore.DefaultPage

// patience is how many full pages the reader reads before it looks how far behind it is.
const patience = 4

// grow sees to it that the end is past a position, or that a reading which began after
// the call has found no more. Those who ask while one is under way share the next.
func (t *Tail) grow(ctx context.Context, past eventstore.Position) error {
	asked := t.begun.Load()
	select {
	case <-t.turn:
	case <-ctx.Done():
		return ctx.Err()
	case <-t.life.Done():
		return eventstore.ErrClosed
	}
	defer func() { t.turn <- struct{}{} }()
	t.mu.Lock()
	known, after := t.read > asked, t.after+eventstore.Position(len(t.recent))
	t.mu.Unlock()
	if known || after > past {
		return nil
	}
	this := t.begun.Add(1)
	for full := 1; ; full++ {
		t.counts[0].Add(1)
		page, err := t.store.Page(ctx, after, pageSize)
		if err == nil {
			err = eventstore.CheckDense(after, page)
		}
		if err != nil {
			return err
		}
		t.add(page, this)
		if len(page) < pageSize {
			return nil
		}
		if after = page[len(page)-1].Position; after > past {
			return nil
		}
		if full%patience == 0 {
			if after, err = t.keepUp(ctx, after); err != nil {
				return err
			}
		}
	}
}

// add remembers a page and wakes who waits.
func (t *Tail) add(page []eventstore.Record, reading int64) {
	weight := 0
	for i := range page {
		weight += weigh(&page[i])
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.read = reading
	if len(page) == 0 {
		return
	}
	if len(t.recent)+len(page) > 2*t.facts || t.weight+weight > 2*t.bytes {
		t.forget()
	}
	t.recent = append(t.recent, page...)
	t.weight += weight
	t.wake()
}

// forget keeps the newest facts that fit, in a slice of their own: the old one may still
// be read by followers and goes when they are through.
func (t *Tail) forget() {
	keep, weight := 0, 0
	for i := len(t.recent) - 1; i >= 0 && keep < t.facts; i-- {
		w := weigh(&t.recent[i])
		if weight+w > t.bytes {
			break
		}
		keep, weight = keep+1, weight+w
	}
	gone := len(t.recent) - keep
	t.after += eventstore.Position(gone)
	t.recent = append(make([]eventstore.Record, 0, keep+t.facts/4), t.recent[gone:]...)
	t.weight = weight
}

// keepUp lets the reader jump when the head is farther away than what is remembered:
// reading all that lies between would serve nobody.
func (t *Tail) keepUp(ctx context.Context, after eventstore.Position) (eventstore.Position, error) {
	head, err := t.store.Head(ctx)
	if err != nil || head-after <= eventstore.Position(t.facts) {
		return after, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after, t.recent, t.weight = head, nil, 0
	t.wake()
	return head, nil
}

func (t *Tail) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

func weigh(r *eventstore.Record) int {
	return len(r.Data) + len(r.Stream) + len(r.Type) + 128
}

// Append stores a. See [eventstore.Store].
func (t *Tail) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	return t.store.Append(ctx, a)
}

// Lookup returns the result stored under k. See [eventstore.Store].
func (t *Tail) Lookup(ctx context.Context, k eventstore.Key) (eventstore.Result, bool, error) {
	return t.store.Lookup(ctx, k)
}

// Read returns the facts of one stream. See [eventstore.Store].
func (t *Tail) Read(ctx context.Context, stream eventstore.Stream, after eventstore.Version) iter.Seq2[eventstore.Record, error] {
	return t.store.Read(ctx, stream, after)
}

// Head returns the last position. See [eventstore.Store].
func (t *Tail) Head(ctx context.Context) (eventstore.Position, error) { return t.store.Head(ctx) }

// Wait returns when the head may be past `after`. See [eventstore.Store].
func (t *Tail) Wait(ctx context.Context, after eventstore.Position) error {
	return t.store.Wait(ctx, after)
}

// Epoch returns the ledger's epoch. See [eventstore.Store].
func (t *Tail) Epoch(ctx context.Context) (string, error) { return t.store.Epoch(ctx) }

// Close ends the reader and closes the ledger. See [eventstore.Store].
func (t *Tail) Close() error {
	t.mu.Lock()
	if !t.closed {
		t.closed = true
		t.wake()
	}
	t.mu.Unlock()
	t.end()
	err := t.store.Close()
	t.reader.Wait()
	t.mu.Lock()
	t.recent = nil
	t.mu.Unlock()
	return err
}

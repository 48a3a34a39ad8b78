// Package memory keeps a ledger in memory. It keeps every promise of
// [eventstore.Store] except to survive the process, and it is the store that
// tests of other packages run on.
//
// One lock guards everything: an append is judged and stored under it, so there
// is no queue and never an overload, and no goroutine that would have to be
// stopped.
package memory

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"
)

// Options sets up a Store. Its zero value, like nil, means a random epoch.
type Options struct {
	Epoch string
}

// A Store is a ledger in memory.
type Store struct {
	epoch string
	bell  groupcommit.Bell

	mu      sync.RWMutex
	closed  bool
	records []eventstore.Record                         // by position, the first at index 0
	streams map[eventstore.Stream][]eventstore.Position // by version, the first at index 0
	keys    map[name]remembered
	order   []eventstore.KeyRecord // keys in the order of the facts they stand for
}

type name struct{ scope, id string }

type remembered struct {
	digest [32]byte
	result eventstore.Result
}

var _ eventstore.Store = (*Store)(nil)

// New returns an empty ledger.
func New(o *Options) *Store {
	s := &Store{
		epoch:   rand.Text(),
		streams: map[eventstore.Stream][]eventstore.Position{},
		keys:    map[name]remembered{},
	}
	if o != nil && o.Epoch != "" {
		s.epoch = o.Epoch
	}
	return s
}

// Append stores a. See [eventstore.Store].
func (s *Store) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Result{}, fmt.Errorf("eventstore: append, nothing was stored: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return eventstore.Result{}, eventstore.ErrClosed
	}
	if result, known, err := s.lookup(a.Key); known || err != nil {
		return result, err
	}
	for _, w := range a.Writes {
		if have := s.version(w.Stream); !w.Expect.Met(have) {
			return eventstore.Result{}, &eventstore.ConflictError{Stream: w.Stream, Want: w.Expect, Have: have}
		}
	}
	return s.store(a), nil
}

// store adds what has been judged good.
func (s *Store) store(a eventstore.Append) eventstore.Result {
	first := s.head() + 1
	for _, w := range a.Writes {
		for _, d := range w.Drafts {
			r := eventstore.Record{
				Position: s.head() + 1,
				Stream:   w.Stream,
				Version:  s.version(w.Stream) + 1,
				Type:     d.Type,
				At:       time.UnixMicro(d.At.UnixMicro()).UTC(),
				Data:     bytes.Clone(d.Data),
				Meta:     a.Meta,
			}
			s.records = append(s.records, r)
			s.streams[w.Stream] = append(s.streams[w.Stream], r.Position)
		}
	}
	stream := a.Writes[0].Stream
	result := eventstore.Result{First: first, Last: s.head(), Stream: stream, Version: s.version(stream)}
	if !a.Key.IsZero() {
		s.remember(a.Key, result)
	}
	s.bell.Ring(result.Last)
	return result
}

func (s *Store) remember(k eventstore.Key, r eventstore.Result) {
	s.keys[name{k.Scope, k.ID}] = remembered{k.Digest, r}
	s.order = append(s.order, eventstore.KeyRecord{Key: k, First: r.First, Last: r.Last, Version: r.Version})
}

func (s *Store) head() eventstore.Position { return eventstore.Position(len(s.records)) }

func (s *Store) version(stream eventstore.Stream) eventstore.Version {
	return eventstore.Version(len(s.streams[stream]))
}

func (s *Store) lookup(k eventstore.Key) (eventstore.Result, bool, error) {
	if k.IsZero() {
		return eventstore.Result{}, false, nil
	}
	was, known := s.keys[name{k.Scope, k.ID}]
	switch {
	case !known:
		return eventstore.Result{}, false, nil
	case was.digest != k.Digest:
		return eventstore.Result{}, false, eventstore.ErrKeyReused
	}
	was.result.Replayed = true
	return was.result, true, nil
}

// Lookup returns the result stored under k. See [eventstore.Store].
func (s *Store) Lookup(ctx context.Context, k eventstore.Key) (eventstore.Result, bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return eventstore.Result{}, false, err
	}
	return s.lookup(k)
}

// Read returns the facts of one stream. See [eventstore.Store].
func (s *Store) Read(ctx context.Context, stream eventstore.Stream, after eventstore.Version) iter.Seq2[eventstore.Record, error] {
	return func(yield func(eventstore.Record, error) bool) {
		facts, err := s.history(ctx, stream, after)
		if err != nil {
			yield(eventstore.Record{}, err)
			return
		}
		for _, r := range facts {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// history copies a stream, so that no lock is held while a reader thinks.
func (s *Store) history(ctx context.Context, stream eventstore.Stream, after eventstore.Version) ([]eventstore.Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	places := s.streams[stream]
	places = places[min(max(int(after), 0), len(places)):]
	facts := make([]eventstore.Record, len(places))
	for i, p := range places {
		facts[i] = given(s.records[p-1])
	}
	return facts, nil
}

// Page returns facts in order. See [eventstore.Store].
func (s *Store) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = eventstore.DefaultPage
	}
	from := min(max(after, 0), s.head())
	to := min(from+eventstore.Position(limit), s.head())
	page := make([]eventstore.Record, 0, to-from)
	for _, r := range s.records[from:to] {
		page = append(page, given(r))
	}
	return page, nil
}

// given returns r with data of its own: what a reader does to it stays with them.
func given(r eventstore.Record) eventstore.Record {
	r.Data = bytes.Clone(r.Data)
	return r
}

// Head returns the last position. See [eventstore.Store].
func (s *Store) Head(ctx context.Context) (eventstore.Position, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return 0, err
	}
	return s.head(), nil
}

// Wait returns when the head may be past `after`. See [eventstore.Store].
func (s *Store) Wait(ctx context.Context, after eventstore.Position) error {
	return s.bell.Wait(ctx, after)
}

// Epoch returns the ledger's epoch. See [eventstore.Store].
func (s *Store) Epoch(ctx context.Context) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.epoch, s.usable(ctx)
}

// Close forbids further use. See [eventstore.Store].
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.bell.Close()
	return nil
}

func (s *Store) usable(ctx context.Context) error {
	if s.closed {
		return eventstore.ErrClosed
	}
	return ctx.Err()
}

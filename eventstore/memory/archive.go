package memory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gridcommand/eventstore"
)

var _ eventstore.Archive = (*Store)(nil)

// Keys returns remembered keys in order. See [eventstore.Archive].
func (s *Store) Keys(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.KeyRecord, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if limit <= 0 {
		limit = eventstore.DefaultKeys
	}
	from, _ := slices.BinarySearchFunc(s.order, after+1, func(k eventstore.KeyRecord, p eventstore.Position) int {
		return int(k.First - p)
	})
	return slices.Clone(s.order[from:min(from+limit, len(s.order))]), nil
}

// Load adds facts and keys of another ledger. See [eventstore.Archive].
func (s *Store) Load(ctx context.Context, records []eventstore.Record, keys []eventstore.KeyRecord) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.usable(ctx); err != nil {
		return err
	}
	var last eventstore.KeyRecord
	if n := len(s.order); n > 0 {
		last = s.order[n-1]
	}
	version := func(stream eventstore.Stream) (eventstore.Version, error) { return s.version(stream), nil }
	if err := eventstore.CheckLoad(s.head(), last, version, records, keys); err != nil {
		return err
	}
	names := make(map[name]bool, len(keys))
	for _, k := range keys {
		n := name{k.Scope, k.ID}
		if _, known := s.keys[n]; known || names[n] {
			return fmt.Errorf("%w: key %s is known", eventstore.ErrInvalid, k.ID)
		}
		names[n] = true
	}
	for _, r := range records {
		r = given(r)
		r.At = time.UnixMicro(r.At.UnixMicro()).UTC()
		s.records = append(s.records, r)
		s.streams[r.Stream] = append(s.streams[r.Stream], r.Position)
	}
	for _, k := range keys {
		s.remember(k.Key, eventstore.Result{First: k.First, Last: k.Last, Stream: s.records[k.First-1].Stream, Version: k.Version})
	}
	s.bell.Ring(s.head())
	return nil
}

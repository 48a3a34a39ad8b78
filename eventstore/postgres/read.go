package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"gridcommand/eventstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Page returns facts in order. See [eventstore.Store].
func (s *Store) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit <= 0 {
		limit = eventstore.DefaultPage
	}
	page, err := s.records(ctx, pageSQL, int64(after), limit)
	if err != nil {
		return nil, fmt.Errorf("postgres: read after position %d: %w", after, err)
	}
	return page, nil
}

// Read returns the facts of one stream. See [eventstore.Store]. It fetches a
// page at a time: no connection is held while the caller thinks.
func (s *Store) Read(ctx context.Context, stream eventstore.Stream, after eventstore.Version) iter.Seq2[eventstore.Record, error] {
	return func(yield func(eventstore.Record, error) bool) {
		after := after
		for {
			page, err := s.readPage(ctx, stream, after)
			if err != nil {
				yield(eventstore.Record{}, err)
				return
			}
			for _, r := range page {
				if !yield(r, nil) {
					return
				}
			}
			if len(page) < eventstore.DefaultPage {
				return
			}
			after = page[len(page)-1].Version
		}
	}
}

func (s *Store) readPage(ctx context.Context, stream eventstore.Stream, after eventstore.Version) ([]eventstore.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	page, err := s.records(ctx, streamSQL, string(stream), int64(after), eventstore.DefaultPage)
	if err != nil {
		return nil, fmt.Errorf("postgres: read %s: %w", stream, err)
	}
	return page, nil
}

func (s *Store) records(ctx context.Context, query string, args ...any) ([]eventstore.Record, error) {
	rows, err := s.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var page []eventstore.Record
	var metas eventstore.MetaReader
	var r eventstore.Record
	var at int64
	var data, meta pgtype.DriverBytes // lent until the next row
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&r.Position), (*string)(&r.Stream), (*int64)(&r.Version), &r.Type, &at, &data, &meta}, func() error {
		r.At, r.Data = time.UnixMicro(at).UTC(), bytes.Clone(data)
		var err error
		if r.Meta, err = metas.Read(meta); err != nil {
			return fmt.Errorf("position %d: %w", r.Position, err)
		}
		page = append(page, r)
		return nil
	})
	return page, err
}

// Head returns the last position. See [eventstore.Store].
func (s *Store) Head(ctx context.Context) (eventstore.Position, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	var head int64
	if err := s.pool.QueryRow(ctx, headSQL).Scan(&head); err != nil {
		return 0, fmt.Errorf("postgres: read the head: %w", err)
	}
	return eventstore.Position(head), nil
}

// Lookup returns the result stored under k. See [eventstore.Store].
func (s *Store) Lookup(ctx context.Context, k eventstore.Key) (eventstore.Result, bool, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return eventstore.Result{}, false, err
	}
	defer leave()
	if k.IsZero() {
		return eventstore.Result{}, false, nil
	}
	var digest []byte
	r := eventstore.Result{Replayed: true}
	err = s.pool.QueryRow(ctx, keySQL, k.Scope, k.ID).
		Scan(&digest, (*int64)(&r.First), (*int64)(&r.Last), (*string)(&r.Stream), (*int64)(&r.Version))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return eventstore.Result{}, false, nil
	case err != nil:
		return eventstore.Result{}, false, fmt.Errorf("postgres: look up key %s: %w", k.ID, err)
	case string(digest) != string(k.Digest[:]):
		return eventstore.Result{}, false, eventstore.ErrKeyReused
	}
	return r, true, nil
}

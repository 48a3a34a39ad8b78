package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"time"

	"gridcommand/eventstore"
)

// statements are the prepared questions of the readers.
type statements struct{ page, stream, head, key *sql.Stmt }

func (r *statements) prepare(ctx context.Context, db *sql.DB) error {
	var errs [4]error
	r.page, errs[0] = db.PrepareContext(ctx, pageSQL)
	r.stream, errs[1] = db.PrepareContext(ctx, streamSQL)
	r.head, errs[2] = db.PrepareContext(ctx, headSQL)
	r.key, errs[3] = db.PrepareContext(ctx, keySQL)
	return errors.Join(errs[:]...)
}

func (r *statements) close() error {
	var errs []error
	for _, s := range []*sql.Stmt{r.page, r.stream, r.head, r.key} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}

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
	// At the head, which only this process moves, there is nothing to ask for.
	if s.writer != nil && after >= s.bell.Head() {
		return nil, nil
	}
	page, err := records(s.reads.page.QueryContext(ctx, int64(after), limit))
	if err != nil {
		return nil, fmt.Errorf("sqlite: read after position %d: %w", after, err)
	}
	if err := s.noticed(ctx, page); err != nil {
		return nil, err
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
	page, err := records(s.reads.stream.QueryContext(ctx, string(stream), int64(after), eventstore.DefaultPage))
	if err != nil {
		return nil, fmt.Errorf("sqlite: read %s: %w", stream, err)
	}
	return page, s.noticed(ctx, page)
}

// noticed sees to it that nobody who has read facts hears afterwards that the ledger
// ends before them. A commit is visible a moment before its writer rings; the head is
// then that of the commit, which may lie past what was read of it.
func (s *Store) noticed(ctx context.Context, read []eventstore.Record) error {
	if n := len(read); n > 0 {
		return s.noticedUpTo(ctx, read[n-1].Position)
	}
	return nil
}

func (s *Store) noticedUpTo(ctx context.Context, p eventstore.Position) error {
	if s.writer == nil || p <= s.bell.Head() {
		return nil
	}
	head, err := s.readHead(ctx)
	if err != nil {
		return err
	}
	s.bell.Ring(head)
	return nil
}

// Head returns the last position. See [eventstore.Store].
func (s *Store) Head(ctx context.Context) (eventstore.Position, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	if s.writer != nil {
		return s.bell.Head(), nil
	}
	return s.readHead(ctx)
}

func (s *Store) readHead(ctx context.Context) (eventstore.Position, error) {
	var head eventstore.Position
	if err := s.reads.head.QueryRowContext(ctx).Scan(&head); err != nil {
		return 0, fmt.Errorf("sqlite: read the head: %w", err)
	}
	return head, nil
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
	result, known, err := lookup(ctx, s.reads.key, k)
	if err == nil && known {
		err = s.noticedUpTo(ctx, result.Last)
	}
	return result, known, err
}

func lookup(ctx context.Context, stmt *sql.Stmt, k eventstore.Key) (eventstore.Result, bool, error) {
	var digest []byte
	r := eventstore.Result{Replayed: true}
	err := stmt.QueryRowContext(ctx, k.Scope, k.ID).Scan(&digest, &r.First, &r.Last, &r.Stream, &r.Version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return eventstore.Result{}, false, nil
	case err != nil:
		return eventstore.Result{}, false, fmt.Errorf("sqlite: look up key %s: %w", k.ID, err)
	case string(digest) != string(k.Digest[:]):
		return eventstore.Result{}, false, eventstore.ErrKeyReused
	}
	return r, true, nil
}

// records reads the rows of a query to their end.
func records(rows *sql.Rows, err error) (_ []eventstore.Record, _err error) {
	if err != nil {
		return nil, err
	}
	defer func() { _err = errors.Join(_err, rows.Close()) }()
	var page []eventstore.Record
	var metas eventstore.MetaReader
	for rows.Next() {
		var r eventstore.Record
		var at int64
		var meta sql.RawBytes
		if err := rows.Scan(&r.Position, &r.Stream, &r.Version, &r.Type, &at, &r.Data, &meta); err != nil {
			return nil, err
		}
		r.At = time.UnixMicro(at).UTC()
		if r.Meta, err = metas.Read(meta); err != nil {
			return nil, fmt.Errorf("position %d: %w", r.Position, err)
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

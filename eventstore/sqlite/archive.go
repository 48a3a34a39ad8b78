package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gridcommand/eventstore"
)

var _ eventstore.Archive = (*Store)(nil)

// Keys returns remembered keys in order. See [eventstore.Archive].
func (s *Store) Keys(ctx context.Context, after eventstore.Position, limit int) (_ []eventstore.KeyRecord, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit <= 0 {
		limit = eventstore.DefaultKeys
	}
	rows, err := s.db.Read.QueryContext(ctx, keysSQL, int64(after), limit)
	if err != nil {
		return nil, fmt.Errorf("sqlite: read the keys after position %d: %w", after, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var keys []eventstore.KeyRecord
	for rows.Next() {
		var k eventstore.KeyRecord
		var digest sql.RawBytes
		if err := rows.Scan(&k.Scope, &k.ID, &digest, &k.First, &k.Last, &k.Version); err != nil {
			return nil, fmt.Errorf("sqlite: read the keys after position %d: %w", after, err)
		}
		if copy(k.Digest[:], digest) != len(k.Digest) {
			return nil, fmt.Errorf("sqlite: the digest of key %s is %d bytes long", k.ID, len(digest))
		}
		keys = append(keys, k)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("sqlite: read the keys after position %d: %w", after, err)
	}
	return keys, nil
}

// Load adds facts and keys of another ledger in one transaction. See [eventstore.Archive].
func (s *Store) Load(ctx context.Context, records []eventstore.Record, keys []eventstore.KeyRecord) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if s.writer == nil {
		return ErrReadOnly
	}
	return s.writer.load(ctx, records, keys)
}

// load is to the writer's connection what commit is, for facts that have their places.
func (w *writer) load(ctx context.Context, records []eventstore.Record, keys []eventstore.KeyRecord) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	var last eventstore.KeyRecord
	err := w.conn.QueryRowContext(ctx, lastKeySQL).Scan(&last.First, &last.Last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("sqlite: load: %w", err)
	}
	version := func(s eventstore.Stream) (eventstore.Version, error) { return w.version(ctx, s) }
	if err := eventstore.CheckLoad(w.head, last, version, records, keys); err != nil {
		return err
	}
	// From here on only the disk can refuse, or the name of a key that is known; a caller
	// who goes away does not leave half a load behind.
	ctx = context.WithoutCancel(ctx)
	if err := w.fill(ctx, records, keys); err != nil {
		w.versions.clear()
		if errors.Is(err, eventstore.ErrInvalid) {
			return err
		}
		return w.judge(err)
	}
	if n := len(records); n > 0 {
		w.head = records[n-1].Position
		w.bell.Ring(w.head)
	}
	w.log.commits = logLooks // a load is as much as many commits
	if err := w.keepLog(ctx); err != nil {
		_ = w.judge(err)
	}
	return nil
}

// fill is the transaction of a load.
func (w *writer) fill(ctx context.Context, records []eventstore.Record, keys []eventstore.KeyRecord) (err error) {
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			_, rollbackErr := w.rollback.ExecContext(ctx)
			err = errors.Join(err, rollbackErr)
		}
	}()
	for i := range records {
		r := &records[i]
		if _, err := w.addFact.ExecContext(ctx, int64(r.Position), string(r.Stream), int64(r.Version),
			r.Type, r.At.UnixMicro(), string(r.Data), r.Meta.Text()); err != nil {
			return fmt.Errorf("load position %d: %w", r.Position, err)
		}
		w.versions.put(r.Stream, r.Version)
	}
	for _, k := range keys {
		added, err := w.addKey.ExecContext(ctx, k.Scope, k.ID, k.Digest[:], int64(k.First), int64(k.Last), int64(k.Version))
		if err != nil {
			return fmt.Errorf("load key %s: %w", k.ID, err)
		}
		if n, err := added.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fmt.Errorf("%w: key %s is known", eventstore.ErrInvalid, k.ID))
		}
	}
	if _, err := w.commitTx.ExecContext(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

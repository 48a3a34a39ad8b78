package postgres

import (
	"context"
	"errors"
	"fmt"

	"gridcommand/eventstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var _ eventstore.Archive = (*Store)(nil)

// Keys returns remembered keys in order. See [eventstore.Archive].
func (s *Store) Keys(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.KeyRecord, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit <= 0 {
		limit = eventstore.DefaultKeys
	}
	rows, err := s.pool.Query(ctx, keysSQL, int64(after), limit)
	if err != nil {
		return nil, fmt.Errorf("postgres: read the keys after position %d: %w", after, err)
	}
	var keys []eventstore.KeyRecord
	var k eventstore.KeyRecord
	var digest []byte
	_, err = pgx.ForEachRow(rows, []any{&k.Scope, &k.ID, &digest, (*int64)(&k.First), (*int64)(&k.Last), (*int64)(&k.Version)}, func() error {
		if copy(k.Digest[:], digest) != len(k.Digest) {
			return fmt.Errorf("the digest of key %s is %d bytes long", k.ID, len(digest))
		}
		keys = append(keys, k)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("postgres: read the keys after position %d: %w", after, err)
	}
	return keys, nil
}

// Load adds facts and keys of another ledger in one transaction, which holds the head
// locked as an append does. See [eventstore.Archive].
func (s *Store) Load(ctx context.Context, records []eventstore.Record, keys []eventstore.KeyRecord) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	if s.commit == nil {
		return ErrReadOnly
	}
	var head eventstore.Position
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		head, err = load(ctx, tx, records, keys)
		return err
	})
	switch known, isKnown := errors.AsType[*pgconn.PgError](err); {
	case isKnown && known.Code == "23505": // unique_violation: what CheckLoad cannot see
		return fmt.Errorf("%w: a key comes twice: %w", eventstore.ErrInvalid, err)
	case err != nil && !errors.Is(err, eventstore.ErrInvalid):
		return fmt.Errorf("postgres: load: %w", err)
	case err != nil:
		return err
	}
	s.bell.Ring(head)
	return nil
}

// load is the transaction. It returns the head after it.
func load(ctx context.Context, tx pgx.Tx, records []eventstore.Record, keys []eventstore.KeyRecord) (eventstore.Position, error) {
	// Plans for tables without statistics would walk through them.
	if _, err := tx.Exec(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
		return 0, err
	}
	var head eventstore.Position
	if err := tx.QueryRow(ctx, "SELECT position FROM head FOR UPDATE").Scan((*int64)(&head)); err != nil {
		return 0, err
	}
	var last eventstore.KeyRecord
	err := tx.QueryRow(ctx, lastKeySQL).Scan((*int64)(&last.First), (*int64)(&last.Last))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, err
	}
	versions, err := versionsOf(ctx, tx, records)
	if err != nil {
		return 0, err
	}
	version := func(s eventstore.Stream) (eventstore.Version, error) { return versions[s], nil }
	if err := eventstore.CheckLoad(head, last, version, records, keys); err != nil {
		return 0, err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"events"}, []string{"position", "stream", "version", "type", "at", "data", "meta"},
		pgx.CopyFromSlice(len(records), func(i int) ([]any, error) {
			r := &records[i]
			return []any{int64(r.Position), string(r.Stream), int64(r.Version), r.Type, r.At.UnixMicro(), string(r.Data), r.Meta.Text()}, nil
		}))
	if err != nil {
		return 0, err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"keys"}, []string{"scope", "id", "digest", "first", "last", "version"},
		pgx.CopyFromSlice(len(keys), func(i int) ([]any, error) {
			k := &keys[i]
			return []any{k.Scope, k.ID, k.Digest[:], int64(k.First), int64(k.Last), int64(k.Version)}, nil
		}))
	if err != nil || len(records) == 0 {
		return head, err
	}
	head = records[len(records)-1].Position
	if _, err := tx.Exec(ctx, "UPDATE head SET position = $1", int64(head)); err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, "SELECT pg_notify($1, $2)", channel, fmt.Sprint(int64(head)))
	return head, err
}

func versionsOf(ctx context.Context, tx pgx.Tx, records []eventstore.Record) (map[eventstore.Stream]eventstore.Version, error) {
	versions := map[eventstore.Stream]eventstore.Version{}
	var streams []string
	for i := range records {
		if _, seen := versions[records[i].Stream]; !seen {
			versions[records[i].Stream] = 0
			streams = append(streams, string(records[i].Stream))
		}
	}
	rows, err := tx.Query(ctx, versionsSQL, streams)
	if err != nil {
		return nil, err
	}
	var stream string
	var version int64
	_, err = pgx.ForEachRow(rows, []any{&stream, &version}, func() error {
		versions[eventstore.Stream(stream)] = eventstore.Version(version)
		return nil
	})
	return versions, err
}

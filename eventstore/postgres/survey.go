package postgres

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"gridcommand/eventstore"

	"github.com/jackc/pgx/v5"
)

//go:embed query/survey.sql
var surveySQL string

var _ eventstore.Surveyor = (*Store)(nil)

const sizeSQL = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind = 'r'"

// Survey counts the ledger. See [eventstore.Surveyor].
func (s *Store) Survey(ctx context.Context, offset time.Duration) (_ eventstore.Survey, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return eventstore.Survey{}, err
	}
	defer leave()
	defer func() {
		if err != nil {
			err = fmt.Errorf("postgres: survey: %w", err)
		}
	}()
	var all eventstore.Survey
	if err := s.pool.QueryRow(ctx, "SELECT count(*) FROM keys").Scan(&all.Keys); err != nil {
		return all, err
	}
	if err := s.pool.QueryRow(ctx, sizeSQL, schema).Scan(&all.Bytes); err != nil {
		return all, err
	}
	// A ledger that no newer program has opened yet is not cut.
	var cut bool
	if err := s.pool.QueryRow(ctx, "SELECT to_regclass('partitions') IS NOT NULL").Scan(&cut); err != nil {
		return all, err
	}
	if cut {
		if err := s.pool.QueryRow(ctx, "SELECT count(*), count(*) FILTER (WHERE NOT attached) FROM partitions").Scan(&all.Partitions, &all.Detached); err != nil {
			return all, err
		}
	}
	rows, err := s.pool.Query(ctx, surveySQL, offset.Microseconds())
	if err != nil {
		return all, err
	}
	all.Counts, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (eventstore.Count, error) {
		var c eventstore.Count
		var day int64
		err := row.Scan(&c.Category, &c.Type, &day, &c.Facts, &c.Streams)
		c.Day = eventstore.DayOf(day, offset)
		return c, err
	})
	return all, err
}

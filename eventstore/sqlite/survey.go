package sqlite

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"gridcommand/eventstore"
)

//go:embed query/survey.sql
var surveySQL string

var _ eventstore.Surveyor = (*Store)(nil)

// Survey counts the ledger. See [eventstore.Surveyor].
func (s *Store) Survey(ctx context.Context, offset time.Duration) (_ eventstore.Survey, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return eventstore.Survey{}, err
	}
	defer leave()
	defer func() {
		if err != nil {
			err = fmt.Errorf("sqlite: survey: %w", err)
		}
	}()
	var all eventstore.Survey
	if err := s.db.Read.QueryRowContext(ctx, "SELECT count(*) FROM keys").Scan(&all.Keys); err != nil {
		return all, err
	}
	if err := s.db.Read.QueryRowContext(ctx, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").Scan(&all.Bytes); err != nil {
		return all, err
	}
	rows, err := s.db.Read.QueryContext(ctx, surveySQL, offset.Microseconds())
	if err != nil {
		return all, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c eventstore.Count
		var day int64
		if err := rows.Scan(&c.Category, &c.Type, &day, &c.Facts, &c.Streams); err != nil {
			return all, err
		}
		c.Day = eventstore.DayOf(day, offset)
		all.Counts = append(all.Counts, c)
	}
	return all, rows.Err()
}

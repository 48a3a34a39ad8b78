package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// Integrity reads every page of ledger.db and its log and compares tables with their
// indexes. It returns what is wrong, each with the page or the row; SQLite names at most
// a hundred.
func (s *Store) Integrity(ctx context.Context) (wrong []string, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	rows, err := s.db.Read.QueryContext(ctx, "PRAGMA integrity_check")
	if err != nil {
		return nil, fmt.Errorf("sqlite: check %s: %w", s.db.Name, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, fmt.Errorf("sqlite: check %s: %w", s.db.Name, err)
		}
		if line != "ok" {
			wrong = append(wrong, s.db.Name+": "+line)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("sqlite: check %s: %w", s.db.Name, err)
	}
	return wrong, nil
}

package accounts

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gridcommand/eventstore/sqldb"
)

// Erasures are references of callers that were erased. A copy of the state database that
// is restored may be older than an erasure; what it still holds of such a caller must not
// come back.
type Erasures map[string]bool

// Learn takes in a row of any of this package's tables.
func (e Erasures) Learn(table string, columns []string, row []any) {
	if table == "caller_erased" {
		if subject, ok := named(columns, row, "subject"); ok {
			e[subject] = true
		}
	}
}

// Spare tells whether a row may come back: it holds nothing of an erased caller.
func (e Erasures) Spare(table string, columns []string, row []any) bool {
	column := map[string]string{"callers": "subject", "caller_keys": "subject", "caller_marks": "reference"}[table]
	if column == "" {
		return true
	}
	subject, ok := named(columns, row, column)
	return !ok || !e[subject]
}

func named(columns []string, row []any, column string) (string, bool) {
	for i, name := range columns {
		if name == column && i < len(row) {
			text, ok := row[i].(string)
			return text, ok
		}
	}
	return "", false
}

// Remember notes in db that callers were erased, so that its next copies know it too.
func Remember(ctx context.Context, db *sqldb.DB, e Erasures, at time.Time) error {
	err := db.Tx(ctx, func(tx *sql.Tx) error {
		for subject := range e {
			if _, err := tx.ExecContext(ctx, `INSERT INTO caller_erased (subject, at) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING`,
				subject, at.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("accounts: remembering erasures: %w", err)
	}
	return nil
}

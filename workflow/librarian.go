package workflow

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// resume takes in the facts that the state database remembers as the library's, and
// goes on where it says that the ledger was read to. What it says of another ledger is
// forgotten: the ledger is then read from its first fact.
func (l *Library) resume(ctx context.Context) error {
	if l.state == nil {
		return nil
	}
	if err := sqldb.Migrate(ctx, l.state, migrations(), "workflow"); err != nil {
		return fmt.Errorf("workflow: %w", err)
	}
	var err error
	if l.epoch, err = l.ledger.Epoch(ctx); err != nil {
		return fmt.Errorf("workflow: %w", err)
	}
	head, err := l.ledger.Head(ctx)
	if err != nil {
		return fmt.Errorf("workflow: %w", err)
	}
	var epoch string
	var read eventstore.Position
	err = l.state.Read.QueryRowContext(ctx, "SELECT epoch, position FROM workflow_library WHERE id = 1").Scan(&epoch, &read)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("workflow: reading where the library was: %w", err)
	case epoch != l.epoch || read > head:
		return l.state.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM workflow_library")
			if err == nil {
				_, err = tx.ExecContext(ctx, "DELETE FROM workflow_library_fact")
			}
			return err
		})
	}
	places, err := l.remembered(ctx)
	if err != nil {
		return fmt.Errorf("workflow: reading what the library remembers: %w", err)
	}
	l.folding.Lock()
	defer l.folding.Unlock()
	next := *l.shown.Load()
	for _, p := range places {
		page, err := l.ledger.Page(ctx, p-1, 1)
		if err == nil && len(page) == 1 {
			_, err = l.take(&next, page[0])
		}
		if err != nil {
			return fmt.Errorf("workflow: reference data at position %d: %w", p, err)
		}
	}
	next.position = read
	next.rulings = jurisdiction.NewRulings(next.history.Rulings)
	l.marked = read
	l.shown.Store(&next)
	return nil
}

func (l *Library) remembered(ctx context.Context) (places []eventstore.Position, err error) {
	rows, err := l.state.Read.QueryContext(ctx, "SELECT position FROM workflow_library_fact ORDER BY position")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var p eventstore.Position
		if err := rows.Scan(&p); err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	return places, rows.Err()
}

// remember notes facts that concern the library, before it shows what they say: a start
// after a kill never passes one over. The lock is held.
func (l *Library) remember(ctx context.Context, mine []eventstore.Position, read eventstore.Position) error {
	if l.state == nil {
		return nil
	}
	err := l.state.Tx(ctx, func(tx *sql.Tx) error {
		for _, p := range mine {
			if _, err := tx.ExecContext(ctx, libraryFact, int64(p)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, libraryRead, l.epoch, int64(read))
		return err
	})
	if err != nil {
		return fmt.Errorf("workflow: remembering reference data: %w", err)
	}
	l.marked = read
	return nil
}

// keepAfter is how many facts are read again at most after a kill, about.
const keepAfter = 1000

// keep notes from time to time how far the ledger was read. It only saves reading.
func (l *Library) keep(ctx context.Context) {
	l.folding.Lock()
	defer l.folding.Unlock()
	if read := l.Position(); l.state != nil && read-l.marked >= keepAfter {
		if err := l.remember(ctx, nil, read); err != nil && ctx.Err() == nil {
			l.log.Warn("cannot note how far the reference data was read", "error", err)
		}
	}
}

package casefile

import (
	"context"
	"database/sql"
	"encoding/json"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// FoldOpen folds one page for a view that shows open incidents and keeps their past
// states in versions. show says what such a view shows of an incident, and to which
// visibility keys; an incident that is no longer open is gone.
func (s *Shelf) FoldOpen(ctx context.Context, tx *sql.Tx, page []eventstore.Record, versions *projections.Versions,
	show func(File) (shown any, keys []string),
) ([]projections.Change, error) {
	if err := versions.Begin(ctx, tx, IDs(page)); err != nil {
		return nil, err
	}
	err := s.Fold(ctx, tx, page, func(step Step) error {
		if step.After.Status != incident.StatusOpen {
			versions.Set(step.After.ID, step.Record.Position, step.Record.At, nil, nil)
			return nil
		}
		shown, keys := show(step.After)
		data, err := json.Marshal(shown)
		if err == nil {
			versions.Set(step.After.ID, step.Record.Position, step.Record.At, data, keys)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return versions.Save(ctx, tx, page[len(page)-1].Position)
}

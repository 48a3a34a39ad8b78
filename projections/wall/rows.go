package wall

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/figures"
)

// load reads the whole wall back: a few thousand rows, once in a process's life.
func (v *View) load(ctx context.Context, tx *sql.Tx) error {
	v.rows, v.lasts, v.newest = map[string]*row{}, map[string][]string{}, ""
	err := projections.Scan(ctx, tx, `SELECT id, position, data, keys, ever FROM wall_items`, nil, func(rows *sql.Rows) error {
		var id, data, keys, ever string
		r := &row{}
		if err := rows.Scan(&id, &r.position, &data, &keys, &ever); err != nil {
			return err
		}
		r.keys, r.ever = strings.Fields(keys), strings.Fields(ever)
		v.rows[id] = r
		return decode(data, r)
	})
	if err != nil {
		return err
	}
	for id, r := range v.rows {
		if r.item != nil && r.item.Kind == KindDay {
			v.newest = max(v.newest, figures.Day(r.item.Day))
		}
		for _, k := range r.keys {
			if scope, ok := strings.CutPrefix(k, wallKey("")); ok && r.last != nil {
				v.lasts[scope] = append(v.lasts[scope], id)
			}
		}
	}
	for _, list := range v.lasts {
		slices.SortFunc(list, func(a, b string) int { return cmp.Compare(v.rows[a].last.Position, v.rows[b].last.Position) })
	}
	return nil
}

// save writes what the page touched and returns it. What went long ago is forgotten.
func (v *View) save(ctx context.Context, tx *sql.Tx, head eventstore.Position) ([]projections.Change, error) {
	var rows [][]any
	var changes []projections.Change
	for _, id := range slices.Sorted(maps.Keys(v.dirty)) {
		r := v.rows[id]
		data, err := r.data()
		if err != nil {
			return nil, err
		}
		rows = append(rows, []any{id, r.position, string(data), strings.Join(r.keys, " "), strings.Join(r.ever, " ")})
		changes = append(changes, projections.Change{
			Position: eventstore.Position(r.position), ID: id, Put: data, Before: v.before[id], After: r.keys,
		})
	}
	slices.SortStableFunc(changes, func(a, b projections.Change) int { return cmp.Compare(a.Position, b.Position) })
	err := projections.Bulk{
		Table: "wall_items", Columns: []string{"id", "position", "data", "keys", "ever"},
		Tail: "ON CONFLICT (id) DO UPDATE SET position = excluded.position, data = excluded.data, keys = excluded.keys, ever = excluded.ever",
	}.Write(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	floor := projections.Floor(head, kept)
	maps.DeleteFunc(v.rows, func(_ string, r *row) bool { return r.gone() && r.position <= int64(floor) })
	_, err = tx.ExecContext(ctx, `DELETE FROM wall_items WHERE data = '' AND position <= $1`, int64(floor))
	return changes, err
}

// history reads the wall's past: what was touched since, and whoever ever saw it.
type history struct{}

// Items implements [projections.History].
func (history) Items(ctx context.Context, tx *sql.Tx) ([]projections.Change, error) {
	return since(ctx, tx, 0, `data <> '' AND position > $1`)
}

// Since implements [projections.History].
func (history) Since(ctx context.Context, tx *sql.Tx, after eventstore.Position) ([]projections.Change, error) {
	var head eventstore.Position
	if err := tx.QueryRowContext(ctx, `SELECT position FROM views_checkpoint WHERE view = $1`, name).Scan(&head); err != nil {
		return nil, err
	}
	if after < projections.Floor(head, kept) {
		return nil, projections.ErrTooOld
	}
	return since(ctx, tx, after, `position > $1`)
}

func since(ctx context.Context, tx *sql.Tx, after eventstore.Position, where string) ([]projections.Change, error) {
	var out []projections.Change
	err := projections.Scan(ctx, tx, `SELECT id, position, data, keys, ever FROM wall_items WHERE `+where+` ORDER BY id`, []any{int64(after)},
		func(rows *sql.Rows) error {
			var c projections.Change
			var data, keys, ever string
			if err := rows.Scan(&c.ID, &c.Position, &data, &keys, &ever); err != nil {
				return err
			}
			if data != "" {
				c.Put, c.After = json.RawMessage(data), strings.Fields(keys)
			}
			c.Before = strings.Fields(ever)
			out = append(out, c)
			return nil
		})
	return out, err
}

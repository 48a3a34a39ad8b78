package projections

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"gridcommand/eventstore"
)

// Versions keeps every state that a view's items had, each with the stretch of
// positions and of time in which it was true: (from_position, to_position] reads
// as a half-open stretch [from, to). So one table answers what is there now, what
// changed since a position, and how it was at a time. It is a [History].
type Versions struct {
	view string
	keep eventstore.Position // how long past states are kept, in positions; 0: for ever

	now   map[string]version // items that the page under way may touch
	dirty map[string][]version
	out   []Change
	began eventstore.Position // before the first fact that Set was told of since Begin
}

// version is one state of one item.
type version struct {
	from, to     eventstore.Position
	fromAt, toAt int64
	data         string
	keys         []string
}

// open is the end of a stretch that has none yet.
const open = math.MaxInt64

// NewVersions returns the versions of a view. keep bounds how long past states are
// kept, in positions; 0 keeps them for ever.
func NewVersions(view string, keep eventstore.Position) *Versions {
	return &Versions{view: view, keep: keep}
}

// Table is the table of the versions.
func (v *Versions) Table() string { return v.view + "_items" }

// Schema is the DDL of the table.
func (v *Versions) Schema() string {
	t := v.Table()
	return `CREATE TABLE ` + t + ` (
	id            TEXT   NOT NULL,
	from_position BIGINT NOT NULL,
	to_position   BIGINT NOT NULL,
	from_at       BIGINT NOT NULL,
	to_at         BIGINT NOT NULL,
	data          TEXT   NOT NULL,
	keys          TEXT   NOT NULL,
	PRIMARY KEY (id, from_position)
);
CREATE INDEX ` + t + `_to ON ` + t + ` (to_position);
CREATE INDEX ` + t + `_from ON ` + t + ` (from_position);
`
}

// Begin reads the items with these ids as they are now.
func (v *Versions) Begin(ctx context.Context, tx *sql.Tx, ids []string) error {
	v.now, v.dirty, v.out = make(map[string]version, len(ids)), map[string][]version{}, nil
	v.began = -1
	return Each(ctx, tx, `SELECT id, from_position, from_at, data, keys FROM `+v.Table()+
		` WHERE to_position = 9223372036854775807 AND id IN ids`, ids, func(rows *sql.Rows) error {
		var id, keys string
		r := version{to: open, toAt: open}
		if err := rows.Scan(&id, &r.from, &r.fromAt, &r.data, &keys); err != nil {
			return err
		}
		r.keys = splitKeys(keys)
		v.now[id] = r
		return nil
	})
}

// Set says how an item is since the fact at position p, which came true at at; nil
// data: it is gone. Nothing happens if it was so before.
func (v *Versions) Set(id string, p eventstore.Position, at time.Time, data []byte, keys []string) {
	if v.began < 0 {
		v.began = p - 1
	}
	old, was := v.now[id]
	if was == (data != nil) && (!was || old.data == string(data) && slices.Equal(old.keys, keys)) {
		return
	}
	change := Change{Position: p, ID: id}
	// A state never ends before it began, whatever the facts' times say.
	since := at.UnixMicro()
	if was {
		since = max(since, old.fromAt)
		change.Before = old.keys
		if old.from < p {
			old.to, old.toAt = p, since
			v.dirty[id] = append(v.dirty[id], old)
		}
		delete(v.now, id)
	}
	if data != nil {
		v.now[id] = version{p, open, since, open, string(data), keys}
		change.Put, change.After = json.RawMessage(data), keys
	}
	if v.dirty[id] == nil {
		v.dirty[id] = []version{}
	}
	v.out = append(v.out, change)
}

// Save writes what Set said since Begin and returns it. head is the last position
// of the page.
func (v *Versions) Save(ctx context.Context, tx *sql.Tx, head eventstore.Position) ([]Change, error) {
	var rows [][]any
	// A state that came and went within this page, and will be forgotten before anybody
	// reads these rows, need not be written.
	forgotten := v.floor(towards(ctx))
	for _, id := range slices.Sorted(maps.Keys(v.dirty)) {
		states := v.dirty[id]
		if now, ok := v.now[id]; ok {
			states = append(states, now)
		}
		for _, r := range states {
			if r.to <= forgotten && r.from > v.began {
				continue
			}
			rows = append(rows, []any{id, int64(r.from), int64(r.to), r.fromAt, r.toAt, r.data, joinKeys(r.keys)})
		}
	}
	err := Bulk{
		Table:   v.Table(),
		Columns: []string{"id", "from_position", "to_position", "from_at", "to_at", "data", "keys"},
		Tail:    "ON CONFLICT (id, from_position) DO UPDATE SET to_position = excluded.to_position, to_at = excluded.to_at",
	}.Write(ctx, tx, rows)
	if err == nil && v.keep > 0 {
		_, err = tx.ExecContext(ctx, `DELETE FROM `+v.Table()+` WHERE to_position <= $1`, int64(v.floor(head)))
	}
	out := v.out
	v.now, v.dirty, v.out = nil, nil, nil
	return out, err
}

// floor is the position before which past states may be gone. It moves in strides,
// the same ones however the facts were cut into pages.
func (v *Versions) floor(head eventstore.Position) eventstore.Position {
	return Floor(head, v.keep)
}

// Floor is the position up to which a view that keeps the last keep positions
// forgets: a multiple of a hundredth of keep.
func Floor(head, keep eventstore.Position) eventstore.Position {
	if keep == 0 {
		return 0
	}
	stride := max(keep/100, 1)
	return max(head/stride*stride-keep, 0)
}

// Items implements [History].
func (v *Versions) Items(ctx context.Context, tx *sql.Tx) ([]Change, error) {
	var out []Change
	err := Scan(ctx, tx, `SELECT id, data, keys FROM `+v.Table()+` WHERE to_position = 9223372036854775807`, nil, func(rows *sql.Rows) error {
		var id, data, keys string
		if err := rows.Scan(&id, &data, &keys); err != nil {
			return err
		}
		out = append(out, Change{ID: id, Put: json.RawMessage(data), After: splitKeys(keys)})
		return nil
	})
	return out, err
}

// Since implements [History].
func (v *Versions) Since(ctx context.Context, tx *sql.Tx, after eventstore.Position) ([]Change, error) {
	c, _, err := readCheckpoint(ctx, tx, v.view)
	if err != nil {
		return nil, err
	}
	if after < v.floor(c.position) {
		return nil, ErrTooOld
	}
	changed := map[string]Change{}
	err = Scan(ctx, tx, `SELECT id, from_position, to_position, data, keys FROM `+v.Table()+
		` WHERE from_position > $1 OR (to_position > $1 AND to_position < 9223372036854775807)`, []any{int64(after)}, func(rows *sql.Rows) error {
		var id, data, keys string
		var from, to eventstore.Position
		if err := rows.Scan(&id, &from, &to, &data, &keys); err != nil {
			return err
		}
		c := changed[id]
		c.ID, c.Position = id, max(c.Position, from)
		if from <= after {
			c.Before = splitKeys(keys)
		}
		if to == open {
			c.Put, c.After = json.RawMessage(data), splitKeys(keys)
		} else {
			c.Position = max(c.Position, to)
		}
		changed[id] = c
		return nil
	})
	out := slices.Collect(maps.Values(changed))
	slices.SortFunc(out, func(a, b Change) int { return strings.Compare(a.ID, b.ID) })
	return out, err
}

// At calls f for each item as it was at a time, with its keys.
func (v *Versions) At(ctx context.Context, tx *sql.Tx, at time.Time, f func(id string, data json.RawMessage, keys []string)) error {
	return Scan(ctx, tx, `SELECT id, data, keys FROM `+v.Table()+` WHERE from_at <= $1 AND to_at > $1 ORDER BY id`, []any{at.UnixMicro()}, func(rows *sql.Rows) error {
		var id, data, keys string
		if err := rows.Scan(&id, &data, &keys); err != nil {
			return err
		}
		f(id, json.RawMessage(data), splitKeys(keys))
		return nil
	})
}

func joinKeys(keys []string) string { return strings.Join(keys, "\n") }

func splitKeys(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

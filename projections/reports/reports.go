// Package reports keeps what an auditor asks for: acts that took an incident off its
// clock shortly before the clock ran out, or changed it afterwards ([View.Acts]); what
// stands still, since when and on whose word ([View.Stock]); what was put right in no
// time and came back ([View.Comebacks]); who had more than one part in an incident
// ([View.Doubles]); and who was shown a caller's telephone ([View.Viewings]).
//
// What it keeps true: every row follows from facts alone, and says who by their account
// and unit as the facts have it. No name and no telephone of a caller is in it. What a
// reader is shown is decided by the incident as it is now: one that somebody may not see
// in lists is in none of their reports, and of a confidential one no text is told.
package reports

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

const name = "reports"

//go:embed schema.sql
var schema string

// A View is the read model.
type View struct {
	db     *sqldb.DB
	folder *casefile.Folder
	shelf  *casefile.Shelf
}

// New returns the view, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	return &View{db, folder, casefile.NewShelf(folder, name)}
}

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + schema }

// Tables implements [projections.View].
func (v *View) Tables() []string {
	return []string{
		v.shelf.Table(), "reports_memos", "reports_acts", "reports_stock", "reports_returned", "reports_hands", "reports_views", "reports_tickets",
	}
}

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db, v.folder) }

// Apply implements [projections.View]. Nobody watches the reports: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	d := &desk{ctx: ctx, tx: tx, memos: map[string]*memo{}, touched: map[string]bool{}}
	if err := d.load(casefile.IDs(page)); err != nil {
		return nil, err
	}
	// Tickets and incidents know of each other: their facts are folded in the order in
	// which they came.
	rest := slices.DeleteFunc(slices.Clone(page), func(r eventstore.Record) bool { return r.Stream.Category() != ticket.Category })
	upTo := func(p eventstore.Position) error {
		for ; len(rest) > 0 && rest[0].Position < p; rest = rest[1:] {
			if err := d.ticket(rest[0]); err != nil {
				return fmt.Errorf("reports: fact %d: %w", rest[0].Position, err)
			}
		}
		return nil
	}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		if err := upTo(s.Record.Position); err != nil {
			return err
		}
		return d.incident(s)
	})
	if err == nil {
		err = upTo(page[len(page)-1].Position + 1)
	}
	if err == nil {
		err = d.save()
	}
	return nil, err
}

// A desk is where one page is folded.
type desk struct {
	ctx     context.Context
	tx      *sql.Tx
	memos   map[string]*memo
	touched map[string]bool
}

// load reads the memos of incidents.
func (d *desk) load(ids []string) error {
	return projections.Each(d.ctx, d.tx, `SELECT id, data FROM reports_memos WHERE id IN ids`, ids, func(rows *sql.Rows) error {
		var id, data string
		if err := rows.Scan(&id, &data); err != nil {
			return err
		}
		m := &memo{}
		d.memos[id] = m
		return json.Unmarshal([]byte(data), m)
	})
}

// memo returns what is kept of an incident; whoever changes it says so in touched.
func (d *desk) memo(id string) (*memo, error) {
	if d.memos[id] == nil {
		if err := d.load([]string{id}); err != nil {
			return nil, err
		}
		if d.memos[id] == nil {
			d.memos[id] = &memo{}
		}
	}
	return d.memos[id], nil
}

func (d *desk) save() error {
	rows := make([][]any, 0, len(d.touched))
	for _, id := range slices.Sorted(maps.Keys(d.touched)) {
		data, err := json.Marshal(d.memos[id])
		if err != nil {
			return err
		}
		rows = append(rows, []any{id, string(data)})
	}
	return projections.Bulk{
		Table: "reports_memos", Columns: []string{"id", "data"}, Tail: "ON CONFLICT (id) DO UPDATE SET data = excluded.data",
	}.Write(d.ctx, d.tx, rows)
}

// put writes one row whose last column is data.
func (d *desk) put(query string, data any, args ...any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = d.tx.ExecContext(d.ctx, query, append(args, string(text))...)
	return err
}

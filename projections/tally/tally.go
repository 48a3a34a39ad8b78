// Package tally keeps the indicators of any period: how many facts of each kind
// there were on each day, for each place, unit, matter, source and tier. What each
// figure counts is said in package figures; here they are added up.
//
// A viewer's scope decides what is added: an area's key the figures of the area, a
// unit's those counted for the unit.
//
// Beside them it keeps what units give to one another: how often two exchanged a
// matter in a year ([View.Exchanges]), and who brought to an end what a unit gave up,
// which says where the responsibility list is wrong ([View.Returns]).
package tally

import (
	"cmp"
	"context"
	"database/sql"
	_ "embed"
	"maps"
	"slices"
	"strings"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

const name = "tally"

//go:embed schema.sql
var schema string

// A View is the tally.
type View struct {
	db     *sqldb.DB
	shelf  *casefile.Shelf
	folder *casefile.Folder
}

// New returns the tally, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	return &View{db: db, shelf: casefile.NewShelf(folder, name), folder: folder}
}

// streets are the streets and towns there are now.
func (v *View) streets() []jurisdiction.Unit {
	var list []jurisdiction.Unit
	for _, u := range v.folder.Book().Units() {
		if u.Kind == jurisdiction.Center && u.Tier == jurisdiction.Street {
			list = append(list, u)
		}
	}
	return list
}

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + schema }

// Tables implements [projections.View].
func (v *View) Tables() []string {
	return []string{v.shelf.Table(), "tally_cells", "tally_stock", "tally_exchanges", "tally_settled"}
}

// Apply implements [projections.View]. Nobody watches the tally: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	counts, stock := map[figures.Count]int64{}, map[figures.Count]int64{}
	exchanges, settled := map[figures.Exchange]int64{}, map[figures.Settlement]int64{}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		for _, c := range figures.Of(s) {
			n, to := c.N, counts
			if c.Figure == figures.Stock || c.Figure == figures.StockSince {
				to = stock
			}
			c.N = 0
			to[c] += n
		}
		if x, ok := figures.ExchangeOf(s); ok {
			exchanges[x]++
		}
		for _, x := range figures.SettlementsOf(s) {
			settled[x]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for table, counts := range map[string]map[figures.Count]int64{"tally_cells": counts, "tally_stock": stock} {
		var rows [][]any
		for _, c := range slices.SortedFunc(maps.Keys(counts), compare) {
			rows = append(rows, []any{
				string(c.Day), c.Street, c.Community, c.Unit, c.Matter, string(c.Source), string(c.Tier), string(c.Figure), counts[c],
			})
		}
		if err := add(ctx, tx, table, []string{"day", "street", "community", "unit", "matter", "source", "tier", "figure"}, rows); err != nil {
			return nil, err
		}
	}
	var rows [][]any
	for x, n := range exchanges {
		rows = append(rows, []any{x.Year, x.Matter, x.From, x.To, n})
	}
	if err := add(ctx, tx, "tally_exchanges", []string{"year", "matter", "from_unit", "to_unit"}, rows); err != nil {
		return nil, err
	}
	rows = nil
	for x, n := range settled {
		rows = append(rows, []any{string(x.Day), x.Street, x.Community, x.Matter, x.Unit, x.Handler, n})
	}
	return nil, add(ctx, tx, "tally_settled", []string{"day", "street", "community", "matter", "unit", "handler"}, rows)
}

// add adds the last value of each row to what the table has under the key before it.
func add(ctx context.Context, tx *sql.Tx, table string, key []string, rows [][]any) error {
	return projections.Bulk{
		Table: table, Columns: append(slices.Clip(key), "n"),
		Tail: "ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET n = " + table + ".n + excluded.n",
	}.Write(ctx, tx, rows)
}

// compare orders counts as the table's key does.
func compare(a, b figures.Count) int {
	return cmp.Or(
		cmp.Compare(a.Day, b.Day), cmp.Compare(a.Street, b.Street), cmp.Compare(a.Community, b.Community),
		cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Matter, b.Matter), cmp.Compare(a.Source, b.Source),
		cmp.Compare(a.Tier, b.Tier), cmp.Compare(a.Figure, b.Figure),
	)
}

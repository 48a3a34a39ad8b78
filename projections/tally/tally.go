// Package tally keeps the indicators of any period: how many facts of each kind
// there were on each day, for each place, unit, matter, source and tier. What each
// figure counts is said in package figures; here they are added up.
//
// A viewer's scope decides what is added: an area's key the figures of the area, a
// unit's those counted for the unit.
package tally

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"

	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

const name = "tally"

const cells = `CREATE TABLE tally_cells (
	day       TEXT   NOT NULL,
	street    TEXT   NOT NULL,
	community TEXT   NOT NULL,
	unit      TEXT   NOT NULL,
	matter    TEXT   NOT NULL,
	source    TEXT   NOT NULL,
	tier      TEXT   NOT NULL,
	figure    TEXT   NOT NULL,
	n         BIGINT NOT NULL,
	PRIMARY KEY (day, street, community, unit, matter, source, tier, figure)
) WITHOUT ROWID;
`

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
func (v *View) Schema() string { return v.shelf.Schema() + cells }

// Tables implements [projections.View].
func (v *View) Tables() []string { return []string{v.shelf.Table(), "tally_cells"} }

// Apply implements [projections.View]. Nobody watches the tally: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	counts := map[figures.Count]int64{}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		for _, c := range figures.Of(s) {
			n := c.N
			c.N = 0
			counts[c] += n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rows [][]any
	for _, c := range slices.SortedFunc(maps.Keys(counts), compare) {
		rows = append(rows, []any{
			string(c.Day), c.Street, c.Community, c.Unit, c.Matter, string(c.Source), string(c.Tier), string(c.Figure), counts[c],
		})
	}
	return nil, projections.Bulk{
		Table:   "tally_cells",
		Columns: []string{"day", "street", "community", "unit", "matter", "source", "tier", "figure", "n"},
		Tail: "ON CONFLICT (day, street, community, unit, matter, source, tier, figure) " +
			"DO UPDATE SET n = tally_cells.n + excluded.n",
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

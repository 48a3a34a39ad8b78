// Package tally keeps the indicators of any period, and the facts behind each. What a
// figure counts is said in package figures; here every count is kept, one by one, in the
// order of the facts, with all that it is counted for, and added up when somebody asks.
//
// So nothing is a sum that cannot be taken apart again: what stands in a row of
// statistics is what [View.Facts] lists for it, fact by fact.
//
// The rows are packed (pack.go): a day's counts lie in chunks of [chunkSize], and a chunk
// once full never changes. Questions are answered from a cube in memory (cube.go), which
// is nothing but those rows laid out in columns: it follows them chunk by chunk, and an
// answer always stands at the position that it names, however many programs share the
// rows.
//
// A viewer's scope decides what is added: an area's key the figures of the area, a
// unit's those counted for the unit.
//
// Beside them it keeps what units give to one another: how often two exchanged a
// matter in a year ([View.Exchanges]), and who brought to an end what a unit gave up,
// which says where the responsibility list is wrong ([View.Returns]).
package tally

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

const name = "tally"

//go:embed schema.sql
var schema string

// A View is the tally.
type View struct {
	// Ground says by which base grid [View.Warm] has places known, set before the view is
	// used; nil: they are found when somebody asks.
	Ground func() *basegrid.Grid

	db     *sqldb.DB
	shelf  *casefile.Shelf
	folder *casefile.Folder
	writer writer
	cube   atomic.Pointer[cube]
	coming atomic.Pointer[cube] // of rows that will be read before long; nil: none are
}

// New returns the tally, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	v := &View{db: db, shelf: casefile.NewShelf(folder, name), folder: folder}
	v.cube.Store(&cube{dialect: db.Dialect})
	return v
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

// Schema implements [projections.View]. Rows depend on the policy of visits.
func (v *View) Schema() string {
	return fmt.Sprintf("%s-- made with visits by %+v\n-- chunks of %d\n%s", v.shelf.Schema(), patrol.Default, chunkSize, schema)
}

// Tables implements [projections.View].
func (v *View) Tables() []string {
	return []string{
		v.shelf.Table(), "tally_chunks", "tally_words", "tally_subjects", "tally_tickets", "tally_walked", "tally_exchanges", "tally_settled",
	}
}

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db, v.folder) }

// Apply implements [projections.View]. Nobody watches the tally: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	if err := v.writer.begin(ctx, tx, page); err != nil {
		return nil, err
	}
	c, err := v.count(ctx, tx, page)
	if err != nil {
		return nil, err
	}
	if err := v.writer.add(ctx, tx, c.counts); err != nil {
		return nil, err
	}
	if err := writeSubjects(ctx, tx, c.subjects); err != nil {
		return nil, err
	}
	var rows [][]any
	for x, n := range c.exchanges {
		rows = append(rows, []any{x.Year, x.Matter, x.From, x.To, n})
	}
	if err := add(ctx, tx, "tally_exchanges", []string{"year", "matter", "from_unit", "to_unit"}, rows); err != nil {
		return nil, err
	}
	rows = nil
	for x, n := range c.settled {
		rows = append(rows, []any{string(x.Day), x.Street, x.Community, x.Matter, x.Unit, x.Handler, n})
	}
	if err := add(ctx, tx, "tally_settled", []string{"day", "street", "community", "matter", "unit", "handler"}, rows); err != nil {
		return nil, err
	}
	return nil, v.writer.end(ctx, tx, page)
}

// add adds the last value of each row to what the table has under the key before it.
func add(ctx context.Context, tx *sql.Tx, table string, key []string, rows [][]any) error {
	return projections.Bulk{
		Table: table, Columns: append(slices.Clip(key), "n"),
		Tail: "ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET n = " + table + ".n + excluded.n",
	}.Write(ctx, tx, rows)
}

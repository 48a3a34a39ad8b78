// Package casebook keeps every incident findable: by what it is, where it is, who
// holds it, how it stands and what is written of it.
//
// Of each incident there is one row with what lists filter, sort and search by, and its
// file. The rows are made to be written fast: one line of text, found by the incident's
// first fact and by its last. Questions are answered from an index in memory, which is
// nothing but the rows read once: whoever asks brings it to the position of the
// transaction they read in, by the rows with later facts. So it needs no word of any
// change, and programs that share a database answer alike.
//
// The index has, for each value of a facet (a status, a street, a holder, a mark), the
// set of its rows; for each column that lists are sorted by, the values and the bounds
// of each block of rows; and for each pair of neighbouring characters the rows whose
// text has it. A search for a word takes the rows with all of the word's pairs and then
// looks for the word itself, so that two Chinese characters find what contains them
// without anything knowing where words begin. A million incidents with forty characters
// of text each weigh some 460 MB in it and are read in about ten seconds of one core;
// then it names a page and its total within 0.1 to 6 ms of one core, whatever is asked
// (BenchmarkListMillion).
//
// Beside lists it answers what lies near an incident and is of the same matter
// ([View.Duplicates], [View.Recurrences]), and what waits for a desk's word
// ([View.Approvals]). Of a confidential report it tells neither text nor caller, and
// no search finds them.
package casebook

import (
	"context"
	"database/sql"
	_ "embed"
	"maps"
	"slices"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

//go:embed schema.sql
var schema string

const name = "casebook"

// A View is the casebook.
type View struct {
	db     *sqldb.DB
	folder *casefile.Folder
	shelf  *casefile.Shelf
	cache  cache
}

// New returns the casebook, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	return &View{db: db, folder: folder, shelf: casefile.NewShelf(folder, name)}
}

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + schema }

// Tables implements [projections.View]. They are dropped in the order in which questions
// read them, so that neither waits for the other.
func (v *View) Tables() []string { return []string{"casebook_rows", v.shelf.Table()} }

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db, v.folder) }

// Apply implements [projections.View]. Nobody watches the casebook: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	turned := map[int64]casefile.File{}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		turned[s.After.First] = s.After
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows := make([][]any, 0, len(turned))
	for _, first := range slices.Sorted(maps.Keys(turned)) {
		f := turned[first]
		rows = append(rows, []any{first, f.Position, entryOf(f).line()})
	}
	return nil, bulk.Write(ctx, tx, rows)
}

// bulk writes rows.
var bulk = projections.Bulk{
	Table: "casebook_rows", Columns: []string{"first", "position", "entry"},
	Tail: "ON CONFLICT (first) DO UPDATE SET position = excluded.position, entry = excluded.entry",
}

// Package wall keeps a live view.
package wall

import (
	"context"
	"database/sql"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A View is the wall. It is watched through its board ([projections.Live]).
type View struct{ *projections.Board }

// New returns the wall, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View { panic("soon") }

func (v *View) Schema() string   { panic("soon") }
func (v *View) Tables() []string { panic("soon") }
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	panic("soon")
}

// Package picture keeps a live view.
package picture

import (
	"context"
	"database/sql"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A View is the picture. It is watched through its board ([projections.Live]).
type View struct{ *projections.Board }

// New returns the picture, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View { panic("soon") }

func (v *View) Schema() string   { panic("soon") }
func (v *View) Tables() []string { panic("soon") }
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	panic("soon")
}

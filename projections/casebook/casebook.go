// Package casebook keeps every incident findable.
package casebook

import (
	"context"
	"database/sql"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A View is the casebook.
type View struct{}

// New returns the casebook, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View { panic("soon") }

func (v *View) Name() string     { return "casebook" }
func (v *View) Schema() string   { panic("soon") }
func (v *View) Tables() []string { panic("soon") }
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	panic("soon")
}

// List returns one page of what q asks for.
func (v *View) List(ctx context.Context, q Query) (Page, error) { panic("soon") }

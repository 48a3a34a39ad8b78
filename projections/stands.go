package projections

import (
	"context"
	"database/sql"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Stands tells how far the rows of a view have come that a program keeps in db, which
// may be another program; false: there are none of this ledger that this program can
// read.
func Stands(ctx context.Context, db *sqldb.DB, v View, epoch string) (at eventstore.Position, ok bool) {
	err := Read(ctx, db, v.Name(), func(tx *sql.Tx, position eventstore.Position, _ time.Time) error {
		c, found, err := readCheckpoint(ctx, tx, v.Name())
		at, ok = position, found && formOf(v).fits(c, epoch, position) == good
		return err
	})
	return at, err == nil && ok
}

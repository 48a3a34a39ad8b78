package projections

import (
	"context"
	"database/sql"
	"errors"

	"gridcommand/eventstore/sqldb"
)

// ErrRemade says that a table is another one than when the transaction began.
var ErrRemade = errors.New("projections: the view was made anew meanwhile")

// Edition returns what tells the rows of a view apart from rows made of another ledger, by
// another schema, or at another time. Rows of one edition at one position are always the
// same, so what was read of them at a position holds for as long as the edition does.
func Edition(ctx context.Context, tx *sql.Tx, view string) (string, error) {
	var epoch, schema string
	err := tx.QueryRowContext(ctx, `SELECT epoch, schema FROM views_checkpoint WHERE view = $1`, view).Scan(&epoch, &schema)
	return epoch + " " + schema, err
}

// Whole returns [ErrRemade] if a table that tx has read from is another one than when tx
// began: PostgreSQL shows a table that was made anew to older transactions too, without
// its rows. SQLite shows them the old one. Whoever keeps what was read asks this first.
func Whole(ctx context.Context, tx *sql.Tx, dialect sqldb.Dialect, table string) error {
	if dialect != sqldb.Postgres {
		return nil
	}
	var n int // the table by the catalogue as tx sees it and as it is now
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass($1)`, table).Scan(&n)
	if err == nil && n == 0 {
		err = ErrRemade
	}
	return err
}

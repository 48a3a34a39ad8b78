package projections

import (
	"context"
	"database/sql"
)

// Edition returns what tells the rows of a view apart from rows made of another ledger or
// by another schema. Rows of one edition at one position are always the same, so what
// was read of them at a position holds for as long as the edition does, also after a
// rebuild.
func Edition(ctx context.Context, tx *sql.Tx, view string) (string, error) {
	var epoch, schema string
	err := tx.QueryRowContext(ctx, `SELECT epoch, schema FROM views_checkpoint WHERE view = $1`, view).Scan(&epoch, &schema)
	return epoch + " " + schema, err
}

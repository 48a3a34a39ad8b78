package casebook

import (
	"context"
	"database/sql"
	"time"

	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// walked is how many files a walk has in memory at a time.
const walked = 256

// Walk calls each for every incident that q asks for, in its order and as lists show
// it, all at one position; begin is told first which one it is, and how many there are.
// A limit and a cursor count for nothing. What is wrong with q is a [*QueryError].
func (v *View) Walk(ctx context.Context, q Query, begin func(position eventstore.Position, at time.Time, count int) error, each func(casefile.File) error) error {
	q.Limit, q.Cursor = 0, ""
	plan, err := planOf(q)
	if err != nil {
		return err
	}
	var ids []string
	return v.consult(ctx, func(x *index) {
		plan.limit = len(x.firsts) + 1
		ids, _, _ = plan.page(x)
	}, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		if err := begin(position, at, len(ids)); err != nil {
			return err
		}
		for len(ids) > 0 {
			some := ids[:min(walked, len(ids))]
			ids = ids[len(some):]
			files, err := v.listed(ctx, tx, some)
			if err != nil {
				return err
			}
			for _, f := range files {
				if err := each(f); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

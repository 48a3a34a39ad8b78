package seal

import (
	"context"
	"io/fs"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Tables are the tables of the seals' database.
func Tables() sqldb.Owner {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sqldb.Owner{Name: "seal", Files: sub}
}

// Root reckons the root of the first size facts of a ledger from the facts themselves.
func (s Suite) Root(ctx context.Context, ledger eventstore.Store, size int64) (Hash, error) {
	f, h := frontier{suite: s}, hasher{suite: s}
	for f.size < size {
		after := eventstore.Position(f.size)
		page, err := ledger.Page(ctx, after, int(min(readPage, size-f.size)))
		if err == nil {
			err = eventstore.CheckDense(after, page)
		}
		if err == nil && len(page) == 0 {
			err = &eventstore.GapError{Want: after + 1, Have: after}
		}
		if err != nil {
			return Hash{}, err
		}
		for _, r := range page {
			f.add(h.leaf(r), func(int, Hash) {})
		}
	}
	return f.root(), nil
}

package projections

import (
	"context"
	"database/sql"
	"math/bits"
	"strconv"
	"strings"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// A Bulk writes many rows of one table by few statements.
type Bulk struct {
	Table   string
	Columns []string
	Tail    string // what follows the rows, e.g. "ON CONFLICT (id) DO UPDATE SET …"
}

// These bound the placeholders of one statement. SQLite's driver looks each $n up among
// all the others, so there a few middling statements are faster than one large; where a
// runner says that it is SQLite, they stand as ?, and the driver looks up nothing. To
// PostgreSQL each statement is a journey.
const (
	bulkValues         = 250
	bulkValuesSQLite   = 1000
	bulkValuesPostgres = 2000
)

// dialectKey is under what a runner's context says which database its transaction is in.
type dialectKey struct{}

func inDialect(ctx context.Context, d sqldb.Dialect) context.Context {
	return context.WithValue(ctx, dialectKey{}, d)
}

// untilKey is under what a runner's context says how far rows come before anybody reads
// them.
type untilKey struct{}

func toward(ctx context.Context, until eventstore.Position) context.Context {
	if until == 0 {
		return ctx
	}
	return context.WithValue(ctx, untilKey{}, until)
}

func towards(ctx context.Context) eventstore.Position {
	until, _ := ctx.Value(untilKey{}).(eventstore.Position)
	return until
}

// Write writes rows. No two rows may have the same key.
func (b Bulk) Write(ctx context.Context, tx *sql.Tx, rows [][]any) error {
	values, bare := bulkValues, false
	switch ctx.Value(dialectKey{}) {
	case sqldb.SQLite:
		values, bare = bulkValuesSQLite, true
	case sqldb.Postgres:
		values = bulkValuesPostgres
	}
	size := max(values/len(b.Columns), 1)
	args := make([]any, 0, min(len(rows), size)*len(b.Columns))
	var full *sql.Stmt // for the chunks of full size, if there is more than one
	for len(rows) > 0 {
		n := min(size, len(rows))
		if n < size && values == bulkValuesPostgres {
			n = 1 << (bits.Len(uint(n)) - 1) // few texts, which the connection keeps prepared
		}
		chunk := rows[:n]
		rows = rows[n:]
		args = args[:0]
		for _, row := range chunk {
			args = append(args, row...)
		}
		var err error
		switch {
		case full != nil && len(chunk) == size:
			_, err = full.ExecContext(ctx, args...)
		case len(chunk) == size && len(rows) >= size:
			full, err = tx.PrepareContext(ctx, b.text(size, bare))
			if err == nil {
				defer func() { _ = full.Close() }()
				_, err = full.ExecContext(ctx, args...)
			}
		default:
			_, err = tx.ExecContext(ctx, b.text(len(chunk), bare), args...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b Bulk) text(rows int, bare bool) string {
	var s strings.Builder
	s.WriteString("INSERT INTO " + b.Table + " (" + strings.Join(b.Columns, ", ") + ") VALUES ")
	n := 0
	for i := range rows {
		if i > 0 {
			s.WriteByte(',')
		}
		s.WriteByte('(')
		for j := range b.Columns {
			if j > 0 {
				s.WriteByte(',')
			}
			if bare {
				s.WriteByte('?')
				continue
			}
			n++
			s.WriteByte('$')
			s.WriteString(strconv.Itoa(n))
		}
		s.WriteByte(')')
	}
	s.WriteByte(' ')
	s.WriteString(b.Tail)
	return s.String()
}

// Each runs query once for every few ids, with " IN ($1, …)" written where it says
// " IN ids", and calls scan for every row.
func Each(ctx context.Context, tx *sql.Tx, query string, ids []string, scan func(*sql.Rows) error) error {
	const size = 256
	for len(ids) > 0 {
		chunk := ids[:min(size, len(ids))]
		ids = ids[len(chunk):]
		args := make([]any, len(chunk))
		for i, id := range chunk {
			args[i] = id
		}
		if err := Scan(ctx, tx, strings.Replace(query, " IN ids", " IN ("+Placeholders(1, len(chunk))+")", 1), args, scan); err != nil {
			return err
		}
	}
	return nil
}

// Scan runs query and calls scan for every row.
func Scan(ctx context.Context, tx *sql.Tx, query string, args []any, scan func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Placeholders returns n placeholders from number first: "$3, $4".
func Placeholders(first, n int) string {
	var s strings.Builder
	for i := range n {
		if i > 0 {
			s.WriteString(", ")
		}
		s.WriteString("$" + strconv.Itoa(first+i))
	}
	return s.String()
}

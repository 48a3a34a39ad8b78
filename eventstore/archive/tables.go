package archive

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gridcommand/eventstore/sqldb"
)

// A Database is one that stands beside the ledger.
type Database struct {
	Name string
	DB   *sqldb.DB
	// Follower tells which tables say how far something has followed the ledger. They
	// are read before the position of the backup is chosen, so that they never lead it;
	// the others after, so that whatever a fact refers to is in them. nil: none.
	Follower func(table string) bool
	// Skip names tables that do not come back.
	Skip []string
}

// A picture is one consistent sight of a database.
type picture struct {
	Database
	tx     *sql.Tx
	tables []string
	owners Versions
}

// look opens a picture of the database as it is now, of the tables that follow the
// ledger or of the others.
func (d Database) look(ctx context.Context, followers bool) (_ *picture, err error) {
	o := &sql.TxOptions{ReadOnly: true}
	if d.DB.Dialect == sqldb.Postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	p := &picture{Database: d}
	if p.tx, err = d.DB.Read.BeginTx(ctx, o); err != nil {
		return nil, fmt.Errorf("archive: reading %s: %w", d.Name, err)
	}
	// The first question is what fixes the moment.
	all, err := sqldb.Tables(ctx, p.tx, d.DB.Dialect)
	if err == nil {
		p.owners, err = sqldb.Owners(ctx, p.tx, d.DB.Dialect)
	}
	if err != nil {
		p.close()
		return nil, fmt.Errorf("archive: reading %s: %w", d.Name, err)
	}
	for _, table := range all {
		owner, kept := strings.CutSuffix(table, "_migrations")
		if _, known := p.owners[owner]; kept && known || slices.Contains(d.Skip, table) {
			continue
		}
		if follows := d.Follower != nil && d.Follower(table); follows == followers {
			p.tables = append(p.tables, table)
		}
	}
	return p, nil
}

func (p *picture) close() { _ = p.tx.Rollback() }

// rows hands out a table's rows. The row is lent.
func (p *picture) rows(ctx context.Context, table string, use func(Table, []any) error) (err error) {
	rows, err := p.tx.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	t := Table{Database: p.Name, Name: table}
	if t.Columns, err = rows.Columns(); err != nil {
		return err
	}
	row, into := make([]any, len(t.Columns)), make([]any, len(t.Columns))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := use(t, row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// plainName is what a table or column may be called, in either engine and without quotes.
var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// A filler puts rows into the tables of one database, in one transaction.
type filler struct {
	tx     *sql.Tx
	table  Table
	args   []any
	rows   int
	counts map[string]int64
	empty  map[string]bool
}

// arguments bounds what goes into one statement.
const arguments = 2000

// add puts a row in.
func (f *filler) add(ctx context.Context, t Table, row []any) error {
	if t.Name != f.table.Name || !slices.Equal(t.Columns, f.table.Columns) {
		if err := f.flush(ctx); err != nil {
			return err
		}
		if err := f.begin(ctx, t); err != nil {
			return err
		}
	}
	f.args = append(f.args, row...)
	f.rows++
	if len(f.args)+len(row) > arguments {
		return f.flush(ctx)
	}
	return nil
}

// begin makes ready for rows of t; what migrations put there gives way.
func (f *filler) begin(ctx context.Context, t Table) error {
	for _, name := range append([]string{t.Name}, t.Columns...) {
		if !plainName.MatchString(name) {
			return fmt.Errorf("%w: %q cannot name a table or column", ErrContent, name)
		}
	}
	f.table = t
	if !f.empty[t.Name] {
		f.empty[t.Name] = true
		if _, err := f.tx.ExecContext(ctx, `DELETE FROM `+t.Name); err != nil {
			return fmt.Errorf("archive: table %s: %w", t.Name, err)
		}
	}
	return nil
}

func (f *filler) flush(ctx context.Context) error {
	if f.rows == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "INSERT INTO %s (%s) VALUES ", f.table.Name, strings.Join(f.table.Columns, ", "))
	n := 0
	for row := range f.rows {
		if row > 0 {
			text.WriteString(", ")
		}
		for column := range f.table.Columns {
			n++
			text.WriteString(map[bool]string{true: "(", false: ", "}[column == 0])
			fmt.Fprintf(&text, "$%d", n)
		}
		text.WriteString(")")
	}
	if _, err := f.tx.ExecContext(ctx, text.String(), f.args...); err != nil {
		return fmt.Errorf("archive: filling table %s: %w", f.table.Name, err)
	}
	f.counts[f.table.Name] += int64(f.rows)
	f.rows, f.args = 0, f.args[:0]
	return nil
}

// EachRow hands out every row of the database that a backup would hold. The row is lent.
func (d Database) EachRow(ctx context.Context, use func(Table, []any) error) error {
	for _, followers := range []bool{true, false} {
		p, err := d.look(ctx, followers)
		if err != nil {
			return err
		}
		for _, table := range p.tables {
			if err = p.rows(ctx, table, use); err != nil {
				break
			}
		}
		p.close()
		if err != nil {
			return fmt.Errorf("archive: reading %s: %w", d.Name, err)
		}
	}
	return nil
}

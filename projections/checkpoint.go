package projections

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// One row for each view: how far it has come, in which ledger, by which schema.
const checkpointTable = `CREATE TABLE IF NOT EXISTS views_checkpoint (
	view     TEXT   NOT NULL PRIMARY KEY,
	position BIGINT NOT NULL,
	at       BIGINT NOT NULL,
	epoch    TEXT   NOT NULL,
	schema   TEXT   NOT NULL,
	tables   TEXT   NOT NULL
)`

// errNotMine says that another runner is at work on this view, or was.
var errNotMine = errors.New("projections: another runner has the view")

type checkpoint struct {
	position      eventstore.Position
	at            time.Time
	epoch, schema string
	tables        string
}

// readCheckpoint returns the checkpoint of a view, and whether there is one.
func readCheckpoint(ctx context.Context, tx *sql.Tx, view string) (checkpoint, bool, error) {
	var c checkpoint
	var at int64
	err := tx.QueryRowContext(ctx, `SELECT position, at, epoch, schema, tables FROM views_checkpoint WHERE view = $1`, view).
		Scan(&c.position, &at, &c.epoch, &c.schema, &c.tables)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	c.at = time.UnixMicro(at).UTC()
	return c, err == nil, err
}

// remark is a comment in DDL, in which a semicolon ends nothing.
var remark = regexp.MustCompile(`--[^\n]*`)

func (r *Runner) dropTables(ctx context.Context, tx *sql.Tx, old checkpoint) error {
	for _, t := range append(strings.Fields(old.tables), r.view.Tables()...) {
		if _, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS `+t); err != nil {
			return err
		}
	}
	return nil
}

// remake makes the view's tables, empty, with the checkpoint c.
func (r *Runner) remake(ctx context.Context, tx *sql.Tx, c checkpoint) error {
	if err := r.dropTables(ctx, tx, c); err != nil {
		return err
	}
	for statement := range strings.SplitSeq(remark.ReplaceAllString(r.view.Schema(), ""), ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, portable(r.db.Dialect, statement)); err != nil {
			return fmt.Errorf("projections: schema of %s: %w", r.view.Name(), err)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO views_checkpoint (view, position, at, epoch, schema, tables) VALUES ($1, 0, 0, $2, $3, $4)
		ON CONFLICT (view) DO UPDATE SET position = 0, at = 0, epoch = excluded.epoch, schema = excluded.schema, tables = excluded.tables`,
		r.view.Name(), c.epoch, c.schema, strings.Join(r.view.Tables(), " "))
	return err
}

// lock makes runners of one view in many processes open it one after another.
func (r *Runner) lock(ctx context.Context, tx *sql.Tx) error {
	if r.db.Dialect != sqldb.Postgres {
		return nil
	}
	// The checkpoint table is shared by all views: making it takes turns too.
	for _, id := range []int64{lockID(r.db.Name, ""), lockID(r.db.Name, r.Name())} {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, id); err != nil {
			return err
		}
	}
	return nil
}

func lockID(schema, view string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("gridcommand view " + schema + " " + view))
	return int64(h.Sum64())
}

// madeWith begins a remark in a Schema that says what rows were made with, and nothing
// of how they are read.
const madeWith = "-- made with "

// A form says by which schema rows are kept: how they are read and what they were made
// with.
type form struct{ read, made string }

func formOf(v View) form {
	var read, made strings.Builder
	for line := range strings.Lines(v.Schema()) {
		if strings.HasPrefix(line, madeWith) {
			made.WriteString(line)
		} else {
			read.WriteString(line)
		}
	}
	return form{sumOf(read.String() + "\n" + strings.Join(v.Tables(), " ")), sumOf(made.String())}
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// schema is what a checkpoint says of rows of this form at a place. Rows at different
// places are different ones, though the same facts made them.
func (f form) schema(place string) string { return f.read + " " + f.made + " " + place }

// A fit says of what use rows are that are there.
type fit int

const (
	none     fit = iota // there are none
	useless             // of another ledger, of a ledger that had come further, or of a form that this program cannot read
	outdated            // to be read, but made with something else than the program would make them with
	good
)

// fits tells of what use the rows of a checkpoint are.
func (f form) fits(c checkpoint, epoch string, head eventstore.Position) fit {
	parts := strings.Split(c.schema, " ")
	switch {
	case c.epoch != epoch || c.position > head || parts[0] != f.read:
		return useless
	case len(parts) < 2 || parts[1] != f.made:
		return outdated
	}
	return good
}

// portable makes the substitutions that the package documents.
func portable(d sqldb.Dialect, ddl string) string {
	if d != sqldb.Postgres {
		return ddl
	}
	ddl = strings.ReplaceAll(ddl, " TEXT", ` TEXT COLLATE "C"`)
	ddl = strings.ReplaceAll(ddl, " BLOB", " BYTEA")
	return strings.ReplaceAll(ddl, "WITHOUT ROWID", "")
}

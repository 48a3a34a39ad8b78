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

// open makes the view's tables if there are none, or none of use: of another
// ledger, of another schema, or of a ledger that had come further than this one.
func (r *Runner) open(ctx context.Context) error {
	epoch, err := r.ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	head, err := r.ledger.Head(ctx)
	if err != nil {
		return err
	}
	var c checkpoint
	made := false
	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, portable(r.db.Dialect, checkpointTable)); err != nil {
			return err
		}
		var found bool
		c, found, err = readCheckpoint(ctx, tx, r.view.Name())
		if err != nil {
			return err
		}
		if found && c.epoch == epoch && c.schema == schemaHash(r.view) && c.position <= head {
			return nil
		}
		old := strings.Fields(c.tables)
		made, c = true, checkpoint{epoch: epoch}
		return r.remake(ctx, tx, old, epoch)
	})
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.position, r.at = c.position, c.at
	if made && head > 0 {
		r.state = Rebuilding
	}
	r.mu.Unlock()
	if r.board != nil {
		return r.board.load(ctx)
	}
	return nil
}

// drop empties the view and sends it back before the first fact.
func (r *Runner) drop(ctx context.Context) error {
	epoch, err := r.ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, portable(r.db.Dialect, checkpointTable)); err != nil {
			return err
		}
		c, _, err := readCheckpoint(ctx, tx, r.view.Name())
		if err != nil {
			return err
		}
		return r.remake(ctx, tx, strings.Fields(c.tables), epoch)
	})
	if err != nil {
		return err
	}
	r.opened = true
	r.mu.Lock()
	r.position, r.at, r.state, r.err = 0, time.Time{}, Rebuilding, nil
	close(r.moved)
	r.moved = make(chan struct{})
	r.mu.Unlock()
	return nil
}

// remark is a comment in DDL, in which a semicolon ends nothing.
var remark = regexp.MustCompile(`--[^\n]*`)

func (r *Runner) remake(ctx context.Context, tx *sql.Tx, old []string, epoch string) error {
	for _, t := range append(old, r.view.Tables()...) {
		if _, err := tx.ExecContext(ctx, `DROP TABLE IF EXISTS `+t); err != nil {
			return err
		}
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
		r.view.Name(), epoch, schemaHash(r.view), strings.Join(r.view.Tables(), " "))
	return err
}

// take moves the checkpoint from `from` to last, first thing in the transaction
// that folds the page. If it is not at `from`, another runner moved it.
func (r *Runner) take(ctx context.Context, tx *sql.Tx, from eventstore.Position, last eventstore.Record) error {
	if r.db.Dialect == sqldb.Postgres {
		var got bool
		if err := tx.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, r.lockID()).Scan(&got); err != nil {
			return err
		}
		if !got {
			return errNotMine
		}
	}
	result, err := tx.ExecContext(ctx, `UPDATE views_checkpoint SET position = $1, at = $2 WHERE view = $3 AND position = $4 AND schema = $5`,
		int64(last.Position), last.At.UnixMicro(), r.view.Name(), int64(from), schemaHash(r.view))
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return errNotMine
	}
	return err
}

// follow comes as far as another runner of the view has.
func (r *Runner) follow(ctx context.Context, from eventstore.Position) (int, error) {
	var c checkpoint
	var found bool
	err := r.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		c, found, err = readCheckpoint(ctx, tx, r.view.Name())
		return err
	})
	switch {
	case err != nil:
		return 0, err
	case !found || c.schema != schemaHash(r.view):
		return 0, fmt.Errorf("projections: view %s belongs to a program of another version", r.view.Name())
	case c.position <= from:
		pause(ctx, 50*time.Millisecond)
		if c.position == from {
			return 0, nil
		}
	}
	if r.board != nil {
		if err := r.board.catchUp(ctx); err != nil {
			return 0, err
		}
	}
	r.mu.Lock()
	r.position, r.at, r.state, r.err = c.position, c.at, CatchingUp, nil
	close(r.moved)
	r.moved = make(chan struct{})
	r.mu.Unlock()
	r.pokes.poke()
	return int(max(c.position-from, 1)), nil
}

// lock makes runners of one view in many processes open it one after another.
func (r *Runner) lock(ctx context.Context, tx *sql.Tx) error {
	if r.db.Dialect != sqldb.Postgres {
		return nil
	}
	// The checkpoint table is shared by all views: making it takes turns too.
	for _, id := range []int64{lockID(r.db.Name, ""), r.lockID()} {
		if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, id); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) lockID() int64 { return lockID(r.db.Name, r.view.Name()) }

func lockID(schema, view string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("gridcommand view " + schema + " " + view))
	return int64(h.Sum64())
}

func schemaHash(v View) string {
	sum := sha256.Sum256([]byte(v.Schema() + "\n" + strings.Join(v.Tables(), " ")))
	return hex.EncodeToString(sum[:8])
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

// hasCheckpoints tells whether any runner was ever at work in this database.
func hasCheckpoints(ctx context.Context, tx *sql.Tx, d sqldb.Dialect) (bool, error) {
	query := `SELECT COUNT(*) FROM sqlite_schema WHERE name = 'views_checkpoint'`
	if d == sqldb.Postgres {
		query = `SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'views_checkpoint'`
	}
	var n int
	err := tx.QueryRowContext(ctx, query).Scan(&n)
	return n > 0, err
}

// Read runs f on one consistent picture of db, with the position that the view
// had come to in it and the time of the last fact folded. Before the view's runner
// has made its tables it returns [ErrNotReady].
func Read(ctx context.Context, db *sqldb.DB, view string, f func(tx *sql.Tx, position eventstore.Position, at time.Time) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if db.Dialect == sqldb.Postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.Read.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	var c checkpoint
	there, err := hasCheckpoints(ctx, tx, db.Dialect)
	if err == nil && there {
		c, there, err = readCheckpoint(ctx, tx, view)
	}
	switch {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: %s", ErrNotReady, view)
	}
	return f(tx, c.position, c.at)
}

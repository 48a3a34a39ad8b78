package projections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// The rows of a view lie at a place: in the database of views itself (""), or in one
// beside it, a file or a schema that holds this view's tables and nothing else. A view
// that is made anew is made at a place of its own, and one row says for everybody which
// place is read: when that row changes, and not before, the new rows are the view's.
const placesTable = `CREATE TABLE IF NOT EXISTS views_places (
	view   TEXT   NOT NULL PRIMARY KEY,
	place  TEXT   NOT NULL,
	coming TEXT   NOT NULL,
	serial BIGINT NOT NULL
)`

// places says where the rows of a view lie.
type places struct {
	live   string // where they are read
	coming string // where those are made that will take their place; "": none are
	serial int64  // of the last place that was made
}

// next is the place where rows are made when they are made anew, and its number.
func (p places) next(view string) (string, int64) {
	return view + "_" + strconv.FormatInt(p.serial+1, 10), p.serial + 1
}

// table is the name of a table of the database of views, also for a transaction in a
// place beside it.
func (r *Runner) table(name string) string {
	if r.db.Dialect == sqldb.Postgres {
		return `"` + strings.ReplaceAll(r.db.Name, `"`, `""`) + `".` + name
	}
	return name
}

// asker is whatever answers a question of one row.
type asker interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readPlaces(ctx context.Context, q asker, table, view string) (p places, there bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT place, coming, serial FROM `+table+` WHERE view = $1`, view).Scan(&p.live, &p.coming, &p.serial)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// places returns where the rows lie now.
func (r *Runner) places(ctx context.Context) (places, error) {
	p, there, err := readPlaces(ctx, r.db.Read, r.table("views_places"), r.Name())
	if err == nil && !there {
		err = fmt.Errorf("projections: view %s has no place", r.Name())
	}
	return p, err
}

// placesIn is [Runner.places] in a page's transaction, wherever that is.
func (r *Runner) placesIn(ctx context.Context, tx *sql.Tx) (places, error) {
	if r.db.Dialect == sqldb.SQLite { // one file does not know the other
		return r.places(ctx)
	}
	p, _, err := readPlaces(ctx, tx, r.table("views_places"), r.Name())
	return p, err
}

// settle calls change with where the rows lie and keeps what it makes of that.
func (r *Runner) settle(ctx context.Context, change func(*places) error) (p places, err error) {
	err = r.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		for _, table := range []string{checkpointTable, placesTable} {
			if _, err := tx.ExecContext(ctx, portable(r.db.Dialect, table)); err != nil {
				return err
			}
		}
		var there bool
		if p, there, err = readPlaces(ctx, tx, "views_places", r.Name()); err != nil {
			return err
		}
		was := p
		if err := change(&p); err != nil || there && p == was {
			return err
		}
		return r.keep(ctx, tx, p)
	})
	return p, err
}

func (r *Runner) keep(ctx context.Context, tx *sql.Tx, p places) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO `+r.table("views_places")+` (view, place, coming, serial) VALUES ($1, $2, $3, $4)
		ON CONFLICT (view) DO UPDATE SET place = excluded.place, coming = excluded.coming, serial = excluded.serial`, r.Name(), p.live, p.coming, p.serial)
	return err
}

// at opens a place.
func at(ctx context.Context, db *sqldb.DB, place string, make bool) (*sqldb.DB, func(), error) {
	if place == "" {
		return db, func() {}, nil
	}
	return db.Beside(ctx, place, make)
}

// Read runs f on one consistent picture of the rows of a view, which db or a place beside
// it holds, with the position that the view had come to in it and the time of the last
// fact folded. Before the view's runner has made its tables it returns [ErrNotReady].
func Read(ctx context.Context, db *sqldb.DB, view string, f func(tx *sql.Tx, position eventstore.Position, at time.Time) error) error {
	if db.Dialect == sqldb.Postgres {
		return readPostgres(ctx, db, view, f)
	}
	for {
		again, err := readSQLite(ctx, db, view, f)
		if !again {
			return err
		}
	}
}

// reader is what [Read] calls.
type reader = func(tx *sql.Tx, position eventstore.Position, at time.Time) error

// readSQLite reads one file; again says that meanwhile the rows lie in another one.
func readSQLite(ctx context.Context, db *sqldb.DB, view string, f reader) (again bool, err error) {
	place := ""
	err = inSnapshot(ctx, db, func(tx *sql.Tx) error {
		there, err := hasPlaces(ctx, tx)
		if err != nil {
			return err
		}
		var p places
		if there {
			if p, there, err = readPlaces(ctx, tx, "views_places", view); err != nil {
				return err
			}
		}
		if !there {
			return fmt.Errorf("%w: %s", ErrNotReady, view)
		}
		if place = p.live; place == "" {
			return readRows(ctx, tx, view, f)
		}
		return nil
	})
	if err != nil || place == "" {
		return false, err
	}
	beside, release, err := db.Beside(ctx, place, false)
	if err == nil {
		defer release()
	} else if !errors.Is(err, os.ErrNotExist) {
		return false, err
	}
	// A place is dropped after it was left: one that is held and still the view's stays.
	p, _, changed := readPlaces(ctx, db.Read, "views_places", view)
	switch {
	case changed != nil:
		return false, changed
	case p.live != place:
		return true, nil
	case err != nil: // the file is lost; the runner makes it anew
		return false, fmt.Errorf("%w: %s", ErrNotReady, view)
	}
	return false, inSnapshot(ctx, beside, func(tx *sql.Tx) error { return readRows(ctx, tx, view, f) })
}

func readPostgres(ctx context.Context, db *sqldb.DB, view string, f reader) error {
	err := inSnapshot(ctx, db, func(tx *sql.Tx) error {
		p, there, err := readPlaces(ctx, tx, "views_places", view)
		switch {
		case err != nil:
			return err
		case !there:
			return fmt.Errorf("%w: %s", ErrNotReady, view)
		case p.live != "":
			beside, release, err := db.Beside(ctx, p.live, false)
			if err != nil {
				return err
			}
			defer release()
			if err := beside.Enter(ctx, tx); err != nil {
				return err
			}
		}
		return readRows(ctx, tx, view, f)
	})
	if coded, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err); ok && coded.SQLState() == undefinedTable {
		return fmt.Errorf("%w: %s: %w", ErrNotReady, view, err)
	}
	return err
}

// undefinedTable is PostgreSQL's code of it.
const undefinedTable = "42P01"

// inSnapshot runs f in one consistent picture of a database.
func inSnapshot(ctx context.Context, db *sqldb.DB, f func(*sql.Tx) error) error {
	o := &sql.TxOptions{ReadOnly: true}
	if db.Dialect == sqldb.Postgres {
		o.Isolation = sql.LevelRepeatableRead
	}
	tx, err := db.Read.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return f(tx)
}

func readRows(ctx context.Context, tx *sql.Tx, view string, f reader) error {
	c, there, err := readCheckpoint(ctx, tx, view)
	switch {
	case err != nil:
		return err
	case !there:
		return fmt.Errorf("%w: %s", ErrNotReady, view)
	}
	return f(tx, c.position, c.at)
}

// hasPlaces tells whether any runner was ever at work in this file.
func hasPlaces(ctx context.Context, tx *sql.Tx) (bool, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_schema WHERE name = 'views_places'`).Scan(&n)
	return n > 0, err
}

// sweep drops the places that nobody names any more, as soon as nobody reads there, and
// gives up after a while: they are found again.
func (r *Runner) sweep(ctx context.Context, patience time.Duration) error {
	p, err := r.places(ctx)
	if err != nil {
		return err
	}
	own := regexp.MustCompile(`^` + regexp.QuoteMeta(r.Name()) + `_[0-9]+$`)
	names, err := r.db.ListBeside(ctx, r.Name()+"_")
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		serial, _ := strconv.ParseInt(strings.TrimPrefix(name, r.Name()+"_"), 10, 64)
		return !own.MatchString(name) || name == p.live || name == p.coming || serial > p.serial
	})
	left := false // rows in the database of views itself
	if p.live != "" {
		err := inSnapshot(ctx, r.db, func(tx *sql.Tx) (err error) {
			_, left, err = readCheckpoint(ctx, tx, r.Name())
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(names) == 0 && !left {
		return nil
	}
	if quiet, err := r.quiet(ctx, patience); err != nil || !quiet {
		return err
	}
	for _, name := range names {
		if err := r.db.DropBeside(ctx, name); err != nil {
			return err
		}
	}
	if !left {
		return nil
	}
	return r.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		c, there, err := readCheckpoint(ctx, tx, r.Name())
		if err != nil || !there {
			return err
		}
		if err := r.dropTables(ctx, tx, c); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM views_checkpoint WHERE view = $1`, r.Name())
		return err
	})
}

// quiet waits until every transaction is over that began before it was called and may
// read where the rows lay. SQLite's readers keep the files they have open.
func (r *Runner) quiet(ctx context.Context, patience time.Duration) (bool, error) {
	if r.db.Dialect != sqldb.Postgres {
		return true, nil
	}
	var now string
	if err := r.db.Write.QueryRowContext(ctx, `SELECT pg_current_xact_id()::xid::text`).Scan(&now); err != nil {
		return false, err
	}
	for end := time.Now().Add(patience); ; pause(ctx, 20*time.Millisecond) {
		var readers int
		err := r.db.Write.QueryRowContext(ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()
			AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL AND age(backend_xmin) >= age($1::text::xid)`, now).Scan(&readers)
		if err != nil || readers == 0 {
			return err == nil, err
		}
		if time.Now().After(end) {
			return false, nil
		}
	}
}

package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// neighbours are the databases beside one that are open.
type neighbours struct {
	mu   sync.Mutex
	open map[string]*neighbour
}

// A neighbour is one database beside another, and how many use it.
type neighbour struct {
	*DB
	users   int
	dropped bool // to be removed when nobody uses it any more
}

// Beside opens the database called name beside this one: on SQLite a file whose name
// begins as this one's does, on PostgreSQL a schema reached by the same connections. With
// make it is made if there is none; without, a file that is not there is
// [os.ErrNotExist]. Whoever opened it says by release that they are done with it. It is
// closed with db.
//
// A transaction of [DB.Tx] is in it; on PostgreSQL the pools Write and Read are db's own,
// and [DB.Enter] leads a transaction of theirs into it.
func (db *DB) Beside(ctx context.Context, name string, make bool) (beside *DB, release func(), err error) {
	if db.Dialect == Postgres && make {
		// Two that make the same schema at once would fail, whatever they say.
		err := db.Tx(ctx, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{db.Schema(name)}.Sanitize())
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	db.beside.mu.Lock()
	defer db.beside.mu.Unlock()
	n := db.beside.open[name]
	if n == nil {
		if db.Dialect == SQLite && !make {
			if _, err := os.Stat(db.fileBeside(name)); err != nil {
				return nil, nil, err
			}
		}
		if n, err = db.openBeside(ctx, name); err != nil {
			return nil, nil, err
		}
		if db.beside.open == nil {
			db.beside.open = map[string]*neighbour{}
		}
		db.beside.open[name] = n
	}
	n.users++
	return n.DB, sync.OnceFunc(func() { db.leave(n) }), nil
}

func (db *DB) openBeside(ctx context.Context, name string) (*neighbour, error) {
	if db.Dialect == Postgres {
		return &neighbour{DB: &DB{Write: db.Write, Read: db.Read, Dialect: Postgres, Name: db.Schema(name), within: true}}, nil
	}
	open := db.again
	if open == nil {
		open = OpenSQLiteReadOnly
	}
	n, err := open(ctx, db.fileBeside(name))
	return &neighbour{DB: n}, err
}

// Schema is the name of the schema called name beside this one.
func (db *DB) Schema(name string) string { return db.Name + "_" + name }

func (db *DB) fileBeside(name string) string {
	return strings.TrimSuffix(db.Name, ".db") + "-" + name + ".db"
}

func (db *DB) leave(n *neighbour) {
	db.beside.mu.Lock()
	defer db.beside.mu.Unlock()
	if n.users--; n.users == 0 && n.dropped {
		_ = n.remove() // what stays of it is found and dropped later
	}
}

// remove closes a file and deletes it.
func (n *neighbour) remove() error {
	err := n.Close()
	for _, end := range []string{"-shm", "-wal", ""} {
		if gone := os.Remove(n.Name + end); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// DropBeside drops the database called name beside this one, if there is one. A file
// goes when the last who opened it has left; that nobody reads a schema, the caller
// knows.
func (db *DB) DropBeside(ctx context.Context, name string) error {
	if db.Dialect == Postgres {
		_, err := db.Write.ExecContext(ctx, "DROP SCHEMA IF EXISTS "+pgx.Identifier{db.Schema(name)}.Sanitize()+" CASCADE")
		return err
	}
	db.beside.mu.Lock()
	defer db.beside.mu.Unlock()
	n := db.beside.open[name]
	if n == nil {
		file := &neighbour{DB: &DB{Name: db.fileBeside(name)}}
		return file.remove()
	}
	delete(db.beside.open, name)
	if n.dropped = true; n.users > 0 {
		return nil
	}
	return n.remove()
}

// ListBeside returns the names of the databases beside this one that begin so.
func (db *DB) ListBeside(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	if db.Dialect == SQLite {
		begins, _ := strings.CutSuffix(filepath.Base(db.fileBeside(prefix)), ".db")
		files, err := os.ReadDir(filepath.Dir(db.Name))
		for _, file := range files {
			if rest, ok := strings.CutPrefix(file.Name(), begins); ok && strings.HasSuffix(rest, ".db") {
				names = append(names, prefix+strings.TrimSuffix(rest, ".db"))
			}
		}
		return names, err
	}
	rows, err := db.Read.QueryContext(ctx, `SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)`, db.Schema(prefix))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var schema string
		if err := rows.Scan(&schema); err != nil {
			return nil, err
		}
		names = append(names, strings.TrimPrefix(schema, db.Schema("")))
	}
	slices.Sort(names)
	return names, rows.Err()
}

// closeBeside closes every database beside this one.
func (db *DB) closeBeside() error {
	db.beside.mu.Lock()
	defer db.beside.mu.Unlock()
	var err error
	for _, n := range db.beside.open {
		if db.Dialect == SQLite {
			err = errors.Join(err, n.Close())
		}
	}
	db.beside.open = nil
	return err
}

// Enter makes a transaction of db's pools see the schema db alone, until it ends or enters
// another one. On SQLite it does nothing.
func (db *DB) Enter(ctx context.Context, tx *sql.Tx) error {
	if db.Dialect != Postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SET LOCAL search_path TO "+pgx.Identifier{db.Name}.Sanitize())
	return err
}

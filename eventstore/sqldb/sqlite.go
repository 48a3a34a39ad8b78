package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the "sqlite" driver
)

// oldestSQLite is the first release without the write-ahead log bug that could
// lose a commit when a checkpoint and a restarting writer met.
const oldestSQLite = "3.51.3"

// readers is how many connections read one SQLite file at a time.
const readers = 8

// every pragma a connection needs. Durability first: a commit returns after the
// log is on the disk. foreign_keys is off by default in SQLite.
var sqlitePragmas = []string{
	"busy_timeout(10000)",
	"foreign_keys(1)",
	"synchronous(FULL)",
	"cache_size(-2048)",
	"temp_store(MEMORY)",
	"journal_size_limit(67108864)",
}

// OpenSQLite opens the database in the file path, and makes the file, readable
// by its owner alone, if there is none.
//
// The file is kept in WAL mode, so readers never wait for the writer. Write is
// one connection whose transactions take the write lock when they begin: a
// transaction that reads first cannot find later that it may not write.
// [DB.Close] folds the log back into the file.
func OpenSQLite(ctx context.Context, path string) (*DB, error) {
	return openSQLite(ctx, path, "", sqlitePragmas)
}

// OpenSQLiteOn is [OpenSQLite] through the SQLite file system registered under the name
// vfs; an empty name is the default one.
func OpenSQLiteOn(ctx context.Context, path, vfs string) (*DB, error) {
	return openSQLite(ctx, path, vfs, sqlitePragmas)
}

// OpenSQLiteDerived is [OpenSQLite] for what can be made again from the ledger: a
// commit does not wait for the disk. After a power cut the file is whole but may
// have lost its last commits.
func OpenSQLiteDerived(ctx context.Context, path string) (*DB, error) {
	return openSQLite(ctx, path, "", append(slices.Clone(sqlitePragmas), "synchronous(NORMAL)"))
}

func openSQLite(ctx context.Context, path, vfs string, pragmas []string) (*DB, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqldb: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("sqldb: %w", err)
	}
	// The one writer gets a large page cache; the readers, of which there are many,
	// live on the operating system's.
	write, err := sql.Open("sqlite", sqliteURL(path, vfs, "rw", append([]string{"journal_mode(WAL)"}, append(slices.Clone(pragmas), "cache_size(-16384)")...)))
	if err != nil {
		return nil, fmt.Errorf("sqldb: open %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	db := &DB{Write: write, Dialect: SQLite, Name: path, again: func(ctx context.Context, path string) (*DB, error) {
		return openSQLite(ctx, path, vfs, pragmas)
	}}
	if err := checkSQLite(ctx, write); err != nil {
		return nil, errors.Join(fmt.Errorf("sqldb: open %s: %w", path, err), write.Close())
	}
	if db.Read, err = openReaders(path, vfs); err != nil {
		return nil, errors.Join(err, write.Close())
	}
	return db, nil
}

// OpenSQLiteReadOnly opens an existing file for reading, also while another
// process writes it. Write is nil.
func OpenSQLiteReadOnly(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("sqldb: %w", err)
	}
	read, err := openReaders(path, "")
	if err != nil {
		return nil, err
	}
	if err := read.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqldb: open %s: %w", path, err), read.Close())
	}
	return &DB{Read: read, Dialect: SQLite, Name: path}, nil
}

func openReaders(path, vfs string) (*sql.DB, error) {
	read, err := sql.Open("sqlite", sqliteURL(path, vfs, "ro", append([]string{"query_only(1)"}, sqlitePragmas...)))
	if err != nil {
		return nil, fmt.Errorf("sqldb: open %s: %w", path, err)
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	read.SetConnMaxIdleTime(time.Minute)
	return read, nil
}

func sqliteURL(path, vfs, mode string, pragmas []string) string {
	q := url.Values{"mode": {mode}, "_pragma": pragmas}
	if mode == "rw" {
		q.Set("_txlock", "immediate")
	}
	if vfs != "" {
		q.Set("vfs", vfs)
	}
	// Only these three characters end a path in SQLite's reading of a URI.
	escaped := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
	return "file:" + escaped + "?" + q.Encode()
}

func checkSQLite(ctx context.Context, db *sql.DB) error {
	var version, journal string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return err
	}
	if older(version, oldestSQLite) {
		return fmt.Errorf("SQLite %s can lose commits in WAL mode, %s or later is needed", version, oldestSQLite)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&journal); err != nil {
		return err
	}
	if journal != "wal" {
		return fmt.Errorf("journal mode is %q, WAL is needed (is the folder on a network disk?)", journal)
	}
	return nil
}

// older tells whether version a comes before version b, both as "1.2.3".
func older(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range bs {
		if i >= len(as) {
			return true
		}
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		if errX != nil || errY != nil {
			return true
		}
		if x != y {
			return x < y
		}
	}
	return false
}

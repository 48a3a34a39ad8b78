package sqldb

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"
	"regexp"

	"github.com/pressly/goose/v3"
)

// Migrate brings the tables of one owner up to date. fsys holds goose
// migrations ("00001_name.sql" with "-- +goose Up") at its root; name tells one
// owner from another in the same database: the versions done are kept in the
// table name_migrations.
//
// Migrations are portable SQL with one substitution: the word BLOB becomes BYTEA
// on PostgreSQL. Two processes that start together take turns.
func Migrate(ctx context.Context, db *DB, fsys fs.FS, name string) error {
	return migrateTo(ctx, db, fsys, name, goose.MaxVersion)
}

func migrateTo(ctx context.Context, db *DB, fsys fs.FS, name string, version int64) error {
	if !ownerName.MatchString(name) {
		return fmt.Errorf("sqldb: %q cannot name a migration table", name)
	}
	up := func() error { return migrate(ctx, db, fsys, name, version) }
	var err error
	if db.Dialect == Postgres {
		err = locked(ctx, db.Write, func(*sql.Conn) error { return up() })
	} else {
		err = up()
	}
	if err != nil {
		return fmt.Errorf("sqldb: migrate %s in %s: %w", name, db.Name, err)
	}
	return nil
}

var ownerName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func migrate(ctx context.Context, db *DB, fsys fs.FS, name string, version int64) error {
	dialect := goose.DialectSQLite3
	if db.Dialect == Postgres {
		dialect = goose.DialectPostgres
		fsys = byteaFS{fsys}
	}
	p, err := goose.NewProvider(dialect, db.Write, fsys,
		goose.WithTableName(name+"_migrations"),
		goose.WithDisableGlobalRegistry(true),
	)
	if err != nil {
		return err
	}
	// p.Close would close the caller's database, so it is left alone.
	_, err = p.UpTo(ctx, version)
	return err
}

// byteaFS is an fs.FS in whose files the word BLOB reads BYTEA.
type byteaFS struct{ fs.FS }

var blobWord = regexp.MustCompile(`\bBLOB\b`)

func (b byteaFS) Open(name string) (fs.File, error) {
	f, err := b.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || info.IsDir() {
		return f, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	text = blobWord.ReplaceAll(text, []byte("BYTEA"))
	return &byteaFile{Reader: bytes.NewReader(text), info: sized{info, int64(len(text))}}, nil
}

// byteaFile is one substituted file.
type byteaFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *byteaFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *byteaFile) Close() error               { return nil }

// sized is a file's description with its size after the substitution.
type sized struct {
	fs.FileInfo
	size int64
}

func (s sized) Size() int64 { return s.size }

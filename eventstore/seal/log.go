package seal

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate makes the tables.
func migrate(ctx context.Context, db *sqldb.DB) error {
	tables, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	return sqldb.Migrate(ctx, db, tables, "seal")
}

// ErrNone says that a ledger has no seals here: none of this epoch, or no fact is
// sealed yet.
var ErrNone = errors.New("seal: nothing is sealed here")

// A RangeError says that something was asked of facts that are not there, or not yet.
type RangeError struct {
	What string // position, size, from, to
	Text string
}

func (e *RangeError) Error() string { return "seal: " + e.What + ": " + e.Text }

// A Log is the sealed history of one ledger, as it is stored: its tree and every
// checkpoint that was signed. Reading it needs no key and no ledger.
type Log struct {
	Epoch  string
	Origin string
	Suite  Suite
	Key    PublicKey
	Begun  time.Time

	db      *sqldb.DB
	id      int64
	suspect int64
}

// OpenLog opens the log of the ledger of that epoch for reading. It returns
// [ErrNone] if there is none. The creator closes db.
func OpenLog(ctx context.Context, db *sqldb.DB, epoch string) (*Log, error) {
	l, err := findLog(ctx, db.Read, epoch)
	if err != nil {
		return nil, err
	}
	l.db = db
	return l, nil
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func findLog(ctx context.Context, q querier, epoch string) (*Log, error) {
	l := &Log{Epoch: epoch}
	var key string
	var begun int64
	err := q.QueryRowContext(ctx, `SELECT id, origin, suite, key, begun, suspect FROM seal_log WHERE epoch = $1`, epoch).
		Scan(&l.id, &l.Origin, &l.Suite, &key, &begun, &l.suspect)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("seal: reading the log: %w", err)
	}
	if l.Key, err = parseKeyText(key); err != nil {
		return nil, err
	}
	if l.Suite != l.Key.Suite {
		return nil, fmt.Errorf("seal: the log is of suite %s and its key of suite %s", l.Suite, l.Key.Suite)
	}
	l.Begun = time.UnixMicro(begun).UTC()
	return l, nil
}

// Newest returns the last checkpoint, or [ErrNone].
func (l *Log) Newest(ctx context.Context) (Checkpoint, error) {
	return l.newest(ctx, l.db.Read)
}

func (l *Log) newest(ctx context.Context, q querier) (Checkpoint, error) {
	return l.checkpoint(q.QueryRowContext(ctx,
		`SELECT size, root, signature, at FROM seal_checkpoint WHERE log = $1 ORDER BY size DESC LIMIT 1`, l.id))
}

// At returns the checkpoint that was signed when the ledger had size facts, or
// [ErrNone] if none was signed just then.
func (l *Log) At(ctx context.Context, size int64) (Checkpoint, error) {
	return l.checkpoint(l.db.Read.QueryRowContext(ctx,
		`SELECT size, root, signature, at FROM seal_checkpoint WHERE log = $1 AND size = $2`, l.id, size))
}

// Checkpoints returns up to limit checkpoints, the newest first, that are smaller than below.
func (l *Log) Checkpoints(ctx context.Context, below int64, limit int) (_ []Checkpoint, err error) {
	rows, err := l.db.Read.QueryContext(ctx,
		`SELECT size, root, signature, at FROM seal_checkpoint WHERE log = $1 AND size < $2 ORDER BY size DESC LIMIT $3`, l.id, below, limit)
	if err != nil {
		return nil, fmt.Errorf("seal: reading checkpoints: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var all []Checkpoint
	for rows.Next() {
		c, err := l.checkpoint(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

type scanner interface{ Scan(...any) error }

func (l *Log) checkpoint(row scanner) (Checkpoint, error) {
	c := Checkpoint{Origin: l.Origin, KeyID: l.Key.ID(l.Origin)}
	var root []byte
	var at int64
	err := row.Scan(&c.Size, &root, &c.Signature, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Checkpoint{}, ErrNone
	}
	if err == nil && len(root) != len(c.Root) {
		err = fmt.Errorf("the root at size %d is %d bytes long", c.Size, len(root))
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("seal: reading a checkpoint: %w", err)
	}
	c.Root, c.At = Hash(root), time.UnixMicro(at).UTC()
	return c, nil
}

// An Inclusion proves that one record is in the ledger that a checkpoint was signed of.
type Inclusion struct {
	Position   eventstore.Position
	Leaf       Hash       // of the record
	Path       []Hash     // of leaf Position − 1, from the leaf to the root
	Checkpoint Checkpoint // Root and Size are what the path leads to
}

// Inclusion returns the proof for a record under the checkpoint signed at size; 0: the newest.
func (l *Log) Inclusion(ctx context.Context, position eventstore.Position, size int64) (Inclusion, error) {
	in := Inclusion{Position: position}
	newest, err := l.Newest(ctx)
	if err != nil {
		return in, err
	}
	in.Checkpoint = newest
	if size != 0 && size != newest.Size {
		in.Checkpoint, err = l.At(ctx, size)
		if errors.Is(err, ErrNone) {
			return in, &RangeError{"size", fmt.Sprintf("no checkpoint was signed at %d facts", size)}
		}
		if err != nil {
			return in, err
		}
	}
	switch {
	case position < 1:
		return in, &RangeError{"position", "facts are counted from 1"}
	case int64(position) > in.Checkpoint.Size:
		return in, &RangeError{"position", fmt.Sprintf("this checkpoint covers positions 1 to %d", in.Checkpoint.Size)}
	}
	t := l.tree(ctx, l.db.Read)
	if in.Leaf, err = t.node(0, int64(position)-1); err != nil {
		return in, err
	}
	in.Path, err = t.inclusion(int64(position)-1, in.Checkpoint.Size)
	return in, err
}

// A Consistency proves that a ledger only grew.
type Consistency struct {
	From, To         int64
	FromRoot, ToRoot Hash
	Path             []Hash
	Checkpoint       *Checkpoint // the one signed at To; nil: none was signed just then
}

// Consistency returns the proof that the ledger of `from` facts is a prefix of the one
// of `to`; to 0 is the size of the newest checkpoint.
func (l *Log) Consistency(ctx context.Context, from, to int64) (Consistency, error) {
	newest, err := l.Newest(ctx)
	if err != nil {
		return Consistency{}, err
	}
	if to == 0 {
		to = newest.Size
	}
	c := Consistency{From: from, To: to}
	switch {
	case from < 1:
		return c, &RangeError{"from", "sizes are counted from 1"}
	case to < 1:
		return c, &RangeError{"to", "sizes are counted from 1"}
	case to > newest.Size:
		return c, &RangeError{"to", fmt.Sprintf("%d facts are sealed", newest.Size)}
	case from > to:
		return c, &RangeError{"from", fmt.Sprintf("from %d is beyond to %d", from, to)}
	}
	if at, err := l.At(ctx, to); err == nil {
		c.Checkpoint = &at
	} else if !errors.Is(err, ErrNone) {
		return c, err
	}
	t := l.tree(ctx, l.db.Read)
	if c.FromRoot, err = t.hash(0, from); err != nil {
		return c, err
	}
	if c.ToRoot, err = t.hash(0, to); err != nil {
		return c, err
	}
	c.Path, err = t.consistency(from, to)
	return c, err
}

package simulate

import (
	"errors"
	"fmt"
	"path/filepath"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// A follower takes up the facts of the ledger into a database of its own, with its
// checkpoint in the same transaction, as views do. It lies on the same disk.
type follower struct {
	*world
	number int
	loose  bool // commits do not wait for the disk, as in what can be made again
	db     *sqldb.DB
	after  eventstore.Position
	most   eventstore.Position // that it ever committed
}

func (f *follower) open() error {
	var err error
	name := filepath.Join(f.server.dir, fmt.Sprintf("follower%d.db", f.number))
	if f.db, err = sqldb.OpenSQLiteOn(f.ctx, name, f.server.disk.Name()); err != nil {
		return err
	}
	statements := []string{
		"CREATE TABLE IF NOT EXISTS taken (position INTEGER PRIMARY KEY, fact TEXT NOT NULL) STRICT",
		"CREATE TABLE IF NOT EXISTS checkpoint (one INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT",
		"INSERT INTO checkpoint VALUES (1, 0) ON CONFLICT DO NOTHING",
	}
	if f.loose {
		statements = append(statements, "PRAGMA synchronous = NORMAL")
	}
	for _, s := range statements {
		if _, err := f.db.Write.ExecContext(f.ctx, s); err != nil {
			return err
		}
	}
	return f.db.Write.QueryRowContext(f.ctx, "SELECT position FROM checkpoint").Scan(&f.after)
}

func (f *follower) close() error {
	if f.db == nil {
		return nil
	}
	err := f.db.Close()
	f.db = nil
	return err
}

// step takes up the next page, as eventstore.Follow gives it.
func (f *follower) step() error {
	head, err := f.server.ledger.Head(f.ctx)
	if err != nil || head <= f.after {
		return err
	}
	for page, err := range eventstore.Follow(f.ctx, f.server.ledger, f.after, 1+f.luck.IntN(8)) {
		if err != nil {
			if gap, ok := errors.AsType[*eventstore.GapError](err); ok {
				f.breach("follower %d: %v", f.number, gap)
			}
			return err
		}
		for _, r := range page {
			f.show(r)
		}
		err := f.take(page)
		switch {
		case err == nil:
		case f.server.full > 0:
			// It stays where its database is; a full disk is no reason to stop.
			return f.db.Write.QueryRowContext(f.ctx, "SELECT position FROM checkpoint").Scan(&f.after)
		default:
			// A view that cannot write stops, and the process with it. What its log holds
			// since is in no ledger's care: its next commits may stand behind one that the
			// disk has lost, and its checkpoint go back with them. It takes up anew what is
			// missing.
			f.tell("follower %d cannot write", f.number)
			f.server.failed = true
			f.loose = true
			return nil
		}
		break
	}
	return nil
}

func (f *follower) take(page []eventstore.Record) (err error) {
	tx, err := f.db.Write.BeginTx(f.ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback()
		}
	}()
	for _, r := range page {
		if _, err := tx.ExecContext(f.ctx, "INSERT INTO taken VALUES (?, ?)", int64(r.Position), print(r)); err != nil {
			return err
		}
	}
	last := page[len(page)-1].Position
	if _, err := tx.ExecContext(f.ctx, "UPDATE checkpoint SET position = ?", int64(last)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	f.after, f.most = last, max(f.most, last)
	return nil
}

// look compares what f has taken up with the ledger.
func (f *follower) look(all []eventstore.Record) error {
	rows, err := f.db.Read.QueryContext(f.ctx, "SELECT position, fact FROM taken ORDER BY position")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		var p eventstore.Position
		var fact string
		if err := rows.Scan(&p, &fact); err != nil {
			return err
		}
		if n >= len(all) || p != all[n].Position || fact != print(all[n]) {
			f.breach("follower %d has taken up %s at %d, which the ledger of %d facts does not hold there", f.number, fact, p, len(all))
			return nil
		}
		n++
	}
	if eventstore.Position(n) != f.after {
		f.breach("follower %d has taken up %d facts, its checkpoint is %d", f.number, n, f.after)
	}
	if !f.loose && f.after < f.most {
		f.breach("follower %d committed its checkpoint at %d and is back at %d", f.number, f.most, f.after)
	}
	return rows.Err()
}

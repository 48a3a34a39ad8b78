package archive

import (
	"context"
	"fmt"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// A Target is an empty place that a chain is loaded into.
type Target struct {
	Ledger eventstore.Archive
	// Databases have the tables of the chain's owners, at its versions; see
	// [sqldb.MigrateTo].
	Databases map[string]*sqldb.DB
	Photo     func(Digest, []byte) error
	// Renew names the databases whose columns called epoch, where they hold the old
	// ledger's, are given the new one's: positions mean the same in both.
	Renew map[string]bool
	// Row may refuse a row, which then does not come back; nil: all do.
	Row      func(Table, []any) bool
	Progress func(done, of eventstore.Position) // nil: nobody asks
}

// loadAtOnce and bytesAtOnce are how many facts, and how much data, go into one commit.
const (
	loadAtOnce  = 8192
	bytesAtOnce = 8 << 20
)

// Load fills t from the chain, then reads the ledger again and holds it against what was
// checked. If it fails, what is in t is of no use. The ledger has an epoch of its own.
func (c *Chain) Load(ctx context.Context, t Target) error {
	epoch, err := t.Ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	head, err := t.Ledger.Head(ctx)
	if err != nil {
		return err
	}
	if head != 0 {
		return fmt.Errorf("archive: the ledger to load into is not empty: it is at position %d", head)
	}
	l := &loader{chain: c, to: t, epoch: epoch, fillers: map[string]*filler{}}
	defer l.abandon()
	for i, path := range c.Paths {
		v := Visitor{
			Records: func(page []eventstore.Record) error { return l.records(ctx, page) },
			Keys:    func(keys []eventstore.KeyRecord) error { return l.keys(ctx, keys) },
			Photo:   t.Photo,
		}
		if i == len(c.Paths)-1 {
			v.Row = func(t Table, row []any) error { return l.row(ctx, t, row) }
		}
		digest, err := ReadFile(ctx, path, v)
		if err != nil {
			return err
		}
		if digest != c.Digests[i] {
			return &FaultError{File: path, Err: fmt.Errorf("%w: it was changed since it was checked", ErrDamaged)}
		}
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	if err := l.commit(ctx); err != nil {
		return err
	}
	return c.compare(ctx, t.Ledger)
}

type loader struct {
	chain *Chain
	to    Target
	epoch string

	facts   []eventstore.Record
	pending []eventstore.KeyRecord
	size    int // of the facts' data
	fillers map[string]*filler
}

func (l *loader) records(ctx context.Context, page []eventstore.Record) error {
	if len(l.facts) >= loadAtOnce || l.size >= bytesAtOnce {
		if err := l.flush(ctx); err != nil {
			return err
		}
	}
	for i := range page {
		l.size += len(page[i].Data)
	}
	l.facts = append(l.facts, page...)
	return nil
}

func (l *loader) keys(_ context.Context, keys []eventstore.KeyRecord) error {
	l.pending = append(l.pending, keys...)
	return nil
}

func (l *loader) flush(ctx context.Context) error {
	if len(l.facts) == 0 && len(l.pending) == 0 {
		return nil
	}
	if err := l.to.Ledger.Load(ctx, l.facts, l.pending); err != nil {
		return fmt.Errorf("archive: loading facts: %w", err)
	}
	if n := len(l.facts); n > 0 && l.to.Progress != nil {
		l.to.Progress(l.facts[n-1].Position, l.chain.Manifest.Head)
	}
	l.facts, l.pending, l.size = l.facts[:0], l.pending[:0], 0
	return nil
}

func (l *loader) row(ctx context.Context, t Table, row []any) error {
	f, err := l.filler(ctx, t.Database)
	if err != nil {
		return err
	}
	for i, column := range t.Columns {
		if column == "epoch" && l.to.Renew[t.Database] && row[i] == l.chain.Manifest.Epoch {
			row[i] = l.epoch
		}
	}
	if l.to.Row != nil && !l.to.Row(t, row) {
		return nil
	}
	return f.add(ctx, t, row)
}

func (l *loader) filler(ctx context.Context, database string) (*filler, error) {
	if f := l.fillers[database]; f != nil {
		return f, nil
	}
	db := l.to.Databases[database]
	if db == nil {
		return nil, fmt.Errorf("%w: there is no database %q", ErrContent, database)
	}
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	f := &filler{tx: tx, counts: map[string]int64{}, empty: map[string]bool{}}
	l.fillers[database] = f
	return f, nil
}

func (l *loader) commit(ctx context.Context) error {
	for database, f := range l.fillers {
		if err := f.flush(ctx); err != nil {
			return err
		}
		if err := f.tx.Commit(); err != nil {
			return fmt.Errorf("archive: filling %s: %w", database, err)
		}
	}
	return nil
}

func (l *loader) abandon() {
	for _, f := range l.fillers {
		_ = f.tx.Rollback() // without effect after Commit
	}
}

// compare reads a ledger whole and holds it against the chain.
func (c *Chain) compare(ctx context.Context, ledger eventstore.Archive) error {
	got := newContent()
	var buf []byte
	for after := eventstore.Position(0); ; {
		page, err := ledger.Page(ctx, after, eventstore.DefaultPage)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for i := range page {
			buf = appendRecord(buf[:0], &page[i])
			got.records.Write(buf)
		}
		after = page[len(page)-1].Position
	}
	for after := eventstore.Position(0); ; {
		keys, err := ledger.Keys(ctx, after, eventstore.DefaultKeys)
		if err != nil {
			return err
		}
		if len(keys) == 0 {
			break
		}
		for i := range keys {
			buf = appendKey(buf[:0], &keys[i])
			got.keys.Write(buf)
		}
		after = keys[len(keys)-1].First
	}
	if !got.equal(c.content) {
		return fmt.Errorf("archive: the ledger that was loaded is not that of the backup: facts or keys differ")
	}
	return nil
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"
	"gridcommand/eventstore/sqldb"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// versionsKept bounds how many stream versions the writer remembers; the others
// are looked up again.
const versionsKept = 1 << 16

// A writer commits batches. The committer's goroutine calls commit; a load takes turns with it.
type writer struct {
	mu   sync.Mutex
	conn *sql.Conn
	bell *groupcommit.Bell

	begin, commitTx, rollback           *sql.Stmt
	addFact, addKey, getKey, getVersion *sql.Stmt

	head     eventstore.Position
	versions *versions
	log      logKeeper
	failed   error // the disk error after which nothing is taken any more
}

func newWriter(ctx context.Context, db *sqldb.DB, bell *groupcommit.Bell) (_ *writer, err error) {
	w := &writer{bell: bell, versions: newVersions(versionsKept), log: logKeeper{path: db.Name + "-wal", limit: logLimit}}
	if w.conn, err = db.Write.Conn(ctx); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	prepare := func(text string) *sql.Stmt {
		if err != nil {
			return nil
		}
		var stmt *sql.Stmt
		stmt, err = w.conn.PrepareContext(ctx, text)
		return stmt
	}
	w.begin = prepare("BEGIN IMMEDIATE")
	w.commitTx = prepare("COMMIT")
	w.rollback = prepare("ROLLBACK")
	w.addFact = prepare(addFactSQL)
	w.addKey = prepare(addKeySQL)
	w.getKey = prepare(keySQL)
	w.getVersion = prepare(versionSQL)
	if err == nil {
		err = w.conn.QueryRowContext(ctx, headSQL).Scan(&w.head)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: prepare the writer: %w", err), w.close())
	}
	bell.Ring(w.head)
	return w, nil
}

func (w *writer) close() error {
	var errs []error
	for _, s := range []*sql.Stmt{w.begin, w.commitTx, w.rollback, w.addFact, w.addKey, w.getKey, w.getVersion} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// commit judges the appends of a batch in turn, stores the good ones in one
// transaction and answers each. It is a [groupcommit.Commit].
func (w *writer) commit(batch []eventstore.Append, outcomes []groupcommit.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		fail(outcomes, w.failed)
		return
	}
	// The batch belongs to many callers, so none of their contexts governs it.
	ctx := context.Background()
	head, err := w.store(ctx, batch, outcomes)
	if err != nil {
		w.versions.clear()
		fail(outcomes, w.judge(err))
		return
	}
	w.head = head
	w.bell.Ring(head)
	// What is stored is stored; a log that cannot be cut is trouble for the next append.
	if err := w.keepLog(ctx); err != nil {
		_ = w.judge(err)
	}
}

// store is the transaction of one batch. It returns the head after it.
func (w *writer) store(ctx context.Context, batch []eventstore.Append, outcomes []groupcommit.Outcome) (eventstore.Position, error) {
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return 0, fmt.Errorf("begin: %w", err)
	}
	head := w.head
	for i := range batch {
		o, err := w.add(ctx, head, &batch[i])
		if err != nil {
			_, rollbackErr := w.rollback.ExecContext(ctx)
			return 0, errors.Join(err, rollbackErr)
		}
		if o.Err == nil && !o.Result.Replayed {
			head = o.Result.Last
		}
		outcomes[i] = o
	}
	if _, err := w.commitTx.ExecContext(ctx); err != nil {
		// SQLite may have rolled back by itself; a second time is an error of no interest.
		_, _ = w.rollback.ExecContext(ctx)
		return 0, fmt.Errorf("%w: %w", errCommitting, err)
	}
	return head, nil
}

// add judges and stores one append. An error in the outcome refuses this append
// and has left no trace; the second result is the failure of the whole batch.
func (w *writer) add(ctx context.Context, head eventstore.Position, a *eventstore.Append) (groupcommit.Outcome, error) {
	conflict, facts := error(nil), 0
	first := &a.Writes[0]
	var result eventstore.Result
	for i := range a.Writes {
		write := &a.Writes[i]
		have, err := w.version(ctx, write.Stream)
		if err != nil {
			return groupcommit.Outcome{}, err
		}
		if !write.Expect.Met(have) && conflict == nil {
			conflict = &eventstore.ConflictError{Stream: write.Stream, Want: write.Expect, Have: have}
		}
		facts += len(write.Drafts)
		if write == first {
			result.Version = have + eventstore.Version(len(write.Drafts))
		}
	}
	result.First, result.Last, result.Stream = head+1, head+eventstore.Position(facts), first.Stream

	// A known key is answered before expectations are. One that is new is found
	// out by adding it, which saves a look-up whenever all is well.
	if !a.Key.IsZero() {
		known := conflict != nil
		if !known {
			added, err := w.addKey.ExecContext(ctx, a.Key.Scope, a.Key.ID, a.Key.Digest[:],
				int64(result.First), int64(result.Last), int64(result.Version))
			if err != nil {
				return groupcommit.Outcome{}, fmt.Errorf("add key: %w", err)
			}
			n, err := added.RowsAffected()
			if err != nil {
				return groupcommit.Outcome{}, fmt.Errorf("add key: %w", err)
			}
			known = n == 0
		}
		if known {
			was, found, err := lookup(ctx, w.getKey, a.Key)
			switch {
			case errors.Is(err, eventstore.ErrKeyReused):
				return groupcommit.Outcome{Err: err}, nil
			case err != nil:
				return groupcommit.Outcome{}, err
			case found:
				return groupcommit.Outcome{Result: was}, nil
			}
		}
	}
	if conflict != nil {
		return groupcommit.Outcome{Err: conflict}, nil
	}
	return groupcommit.Outcome{Result: result}, w.addFacts(ctx, head, a)
}

func (w *writer) addFacts(ctx context.Context, position eventstore.Position, a *eventstore.Append) error {
	meta := a.Meta.Text()
	for _, write := range a.Writes {
		version, err := w.version(ctx, write.Stream)
		if err != nil {
			return err
		}
		for _, d := range write.Drafts {
			position++
			version++
			if _, err := w.addFact.ExecContext(ctx, int64(position), string(write.Stream), int64(version),
				d.Type, d.At.UnixMicro(), string(d.Data), meta); err != nil {
				return fmt.Errorf("add %s version %d at position %d: %w", write.Stream, version, position, err)
			}
		}
		w.versions.put(write.Stream, version)
	}
	return nil
}

func (w *writer) version(ctx context.Context, stream eventstore.Stream) (eventstore.Version, error) {
	if v, ok := w.versions.get(stream); ok {
		return v, nil
	}
	var v eventstore.Version
	if err := w.getVersion.QueryRowContext(ctx, string(stream)).Scan(&v); err != nil {
		return 0, fmt.Errorf("read the version of %s: %w", stream, err)
	}
	w.versions.put(stream, v)
	return v, nil
}

// errCommitting marks a failure of the last step. What the log holds by then may be the
// whole transaction: nobody is shown it, and the next commit is written over it, but
// should the process end before that, the next one finds it there.
var errCommitting = errors.New("commit")

// judge decides what a failed batch means for the ledger.
func (w *writer) judge(err error) error {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_NOMEM:
			if errors.Is(err, errCommitting) {
				return fmt.Errorf("sqlite: append, the outcome is unknown: %w", err)
			}
			return fmt.Errorf("sqlite: append, nothing was stored: %w", err)
		}
	}
	w.failed = fmt.Errorf("%w: %w", eventstore.ErrFailed, err)
	return w.failed
}

func fail(outcomes []groupcommit.Outcome, err error) {
	for i := range outcomes {
		outcomes[i] = groupcommit.Outcome{Err: err}
	}
}

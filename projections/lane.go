package projections

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// A lane is rows at one place, and what folds facts into them: those that are read, or
// those that are made anew beside them.
type lane struct {
	db      *sqldb.DB
	place   string
	schema  string // what the checkpoint says of these rows
	coming  bool   // made anew
	view    View   // folds into these rows and no others
	release func()

	position eventstore.Position
	at       time.Time
	until    eventstore.Position // nobody reads these rows before they have come so far

	page, least, most int    // facts per transaction
	ahead             *ahead // the page after the last one, if it is being read; nil: it is not
}

// end lets go of a lane.
func (l *lane) end() {
	l.rest()
	l.release()
}

// How many facts go into one transaction. Live, a page is small and soon seen. While the
// view is far behind, pages grow as long as the facts in one fit into a modest share of
// memory: a row that many facts touch is then written once for all of them. Rows that
// are made anew are seen by nobody until the end, so their pages may be larger still.
const (
	livePage  = 1024
	farPage   = 8192
	pageBytes = 16 << 20

	anewPage  = 65536
	anewBytes = 64 << 20
)

// lane opens a place, and makes the view's tables there if it holds nothing of this view.
func (r *Runner) lane(ctx context.Context, place string, coming bool, epoch string, head eventstore.Position) (*lane, fit, error) {
	db, release, err := at(ctx, r.db, place, true)
	if err != nil {
		return nil, none, err
	}
	l := &lane{db: db, place: place, coming: coming, release: release, page: max(r.page, r.grown), least: r.page, most: r.most}
	switch {
	case coming:
		l.view, l.page, l.most = r.view.Again(), r.page, r.far
	case r.folds == nil:
		r.folds = r.view
	case r.folded != place: // what it remembers is of other rows
		r.folds = r.view.Again()
	}
	if !coming {
		l.view, r.folded = r.folds, place
	}
	form, is := formOf(r.view), none
	err = db.Tx(ctx, func(tx *sql.Tx) error {
		if err := r.lock(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, portable(r.db.Dialect, checkpointTable)); err != nil {
			return err
		}
		c, found, err := readCheckpoint(ctx, tx, r.Name())
		switch {
		case err != nil:
			return err
		case found:
			is = form.fits(c, epoch, head)
		default:
			c = checkpoint{epoch: epoch, schema: form.schema(place)}
			if err := r.remake(ctx, tx, c); err != nil {
				return err
			}
		}
		l.position, l.at, l.schema = c.position, c.at, c.schema
		return nil
	})
	if err != nil {
		release()
		return nil, none, err
	}
	return l, is, nil
}

// take moves the checkpoint of a lane to last, first thing in the transaction that folds
// the page. If it is not where the lane is, or the lane's rows are not the view's any
// more, another runner was at work.
func (r *Runner) take(ctx context.Context, tx *sql.Tx, l *lane, last eventstore.Record) error {
	if r.db.Dialect == sqldb.Postgres {
		var got bool
		if err := tx.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock($1)`, r.laneLock(l)).Scan(&got); err != nil {
			return err
		}
		if !got {
			return errNotMine
		}
	}
	p, err := r.placesIn(ctx, tx)
	if err != nil {
		return err
	}
	if is := p.live; l.coming {
		if is = p.coming; is != l.place {
			return errNotMine
		}
	} else if is != l.place {
		return errNotMine
	}
	result, err := tx.ExecContext(ctx, `UPDATE views_checkpoint SET position = $1, at = $2 WHERE view = $3 AND position = $4 AND schema = $5`,
		int64(last.Position), last.At.UnixMicro(), r.Name(), int64(l.position), l.schema)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return errNotMine
	}
	return err
}

func (r *Runner) laneLock(l *lane) int64 {
	if l.coming {
		return lockID(r.db.Name, r.Name()+" coming")
	}
	return lockID(r.db.Name, r.Name())
}

// reread comes to where another runner brought the lane's rows.
func (r *Runner) reread(ctx context.Context, l *lane) error {
	return l.db.Tx(ctx, func(tx *sql.Tx) error {
		c, found, err := readCheckpoint(ctx, tx, r.Name())
		switch {
		case err != nil:
			return err
		case !found || c.schema != l.schema:
			return fmt.Errorf("projections: view %s belongs to a program of another version", r.Name())
		}
		l.position, l.at = c.position, c.at
		return nil
	})
}

// ahead is a page that is read while the one before it is folded.
type ahead struct {
	from   eventstore.Position
	done   chan struct{}
	cancel context.CancelFunc
	page   []eventstore.Record
	err    error
}

// next returns the page after the lane's position. After a full page there is likely to
// be another: it is read while this one is folded.
func (l *lane) next(ctx context.Context, ledger eventstore.Store) ([]eventstore.Record, error) {
	from := l.position
	page, read, err := l.readAhead(from)
	if !read {
		page, err = ledger.Page(ctx, from, l.page)
	}
	if err == nil {
		err = eventstore.CheckDense(from, page)
	}
	if err != nil {
		return nil, err
	}
	if len(page) < l.page {
		l.page = l.least
		return page, nil
	}
	most := pageBytes
	if l.coming {
		most = anewBytes
	}
	if l.page < l.most && sizeOf(page) < most/2 {
		l.page = min(2*l.page, l.most)
	}
	a := &ahead{from: page[len(page)-1].Position, done: make(chan struct{})}
	reading, cancel := context.WithCancel(ctx)
	size := l.page
	a.cancel = cancel
	go func() {
		defer close(a.done)
		a.page, a.err = ledger.Page(reading, a.from, size)
	}()
	l.ahead = a
	return page, nil
}

// readAhead returns the page after from if it was read ahead. Whatever was read ahead
// and is of no use is waited for and dropped.
func (l *lane) readAhead(from eventstore.Position) (page []eventstore.Record, read bool, err error) {
	a := l.ahead
	if a == nil {
		return nil, false, nil
	}
	l.ahead = nil
	if a.from != from {
		a.cancel()
	}
	<-a.done
	a.cancel()
	if a.from != from {
		return nil, false, nil
	}
	return a.page, true, a.err
}

// rest waits for what is read ahead.
func (l *lane) rest() { _, _, _ = l.readAhead(-1) }

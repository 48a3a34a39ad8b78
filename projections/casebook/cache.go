package casebook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A cache is the index of the rows at one position. Whoever asks brings it to the
// position of the transaction they read in, by reading the rows that facts have come to
// since; nothing else has to tell it of a change.
type cache struct {
	mu       sync.RWMutex
	edition  string
	position eventstore.Position
	index    *index // nil: not loaded
	coming   *cache // of rows that will be read before long; nil: none are
}

// errElsewhere says that the cache stands at other facts than the transaction: another
// question brought it further, or the rows were made anew. A new transaction tells.
var errElsewhere = errors.New("casebook: the index is not of this transaction")

// errCold says that every row has to be read.
var errCold = errors.New("casebook: the index is not loaded")

// A stand is rows of one edition at one position.
type stand struct {
	edition  string
	position eventstore.Position
}

// isPast tells whether the rows that the cache, which now has some, was met with are
// there no more: a transaction that began later reads other ones, or fewer.
func (met *stand) isPast(has, is stand) bool {
	return met != nil && has.edition == met.edition && (is.edition != met.edition || is.position < met.position)
}

// rows calls take with the rows that have facts after a position, batch by batch, in the
// order of their first facts.
type rows func(after eventstore.Position, take func([]row) error) error

// reach brings the index to where the rows are and holds it there until release is
// called. met is where it was before the transaction began, if that is known. Without
// load it refuses to read all rows.
func (c *cache) reach(is stand, met *stand, load bool, rows rows) (release func(), err error) {
	c.mu.RLock()
	if c.index != nil && is == (stand{c.edition, c.position}) {
		return c.mu.RUnlock, nil
	}
	c.mu.RUnlock()
	c.mu.Lock()
	defer func() {
		if err != nil {
			c.mu.Unlock()
		}
	}()
	if n := c.coming; n != nil && is.edition == n.edition && is.edition != c.edition {
		c.index, c.edition, c.position, c.coming = n.index, n.edition, n.position, nil
	}
	has := stand{c.edition, c.position}
	switch {
	case c.index != nil && is == has:
		return c.mu.Unlock, nil
	case c.index != nil && is.edition == has.edition && is.position > has.position:
		return c.mu.Unlock, c.read(is, rows)
	case c.index != nil && !met.isPast(has, is):
		return nil, errElsewhere
	case !load:
		return nil, errCold
	}
	c.index, c.edition, c.position = newIndex(), is.edition, 0
	return c.mu.Unlock, c.read(is, rows)
}

// read takes the rows that the index lacks. Until all are read, an index that was there
// stays as it is: whoever asks may go before that.
func (c *cache) read(is stand, rows rows) error {
	x := c.index
	if c.position == 0 {
		c.index = nil
		if err := rows(0, x.put); err != nil {
			return err
		}
		x.trim()
	} else {
		var all []row
		if err := rows(c.position, func(batch []row) error { all = append(all, batch...); return nil }); err != nil {
			return err
		}
		c.index = nil // a failure from here on leaves it half changed
		if err := x.put(all); err != nil {
			return err
		}
	}
	x.settle()
	c.index, c.position = x, is.position
	return nil
}

// How rows are read: all in the order they lie in, or the few that changed, found by
// their positions. The plus keeps a planner from walking all rows in their order for
// those few.
const (
	readAll   = `SELECT first, entry FROM casebook_rows WHERE position > $1 ORDER BY first`
	readLater = `SELECT first, entry FROM casebook_rows WHERE position > $1 ORDER BY +first`
)

// batch is how many rows are handed over at a time.
const batch = 512

// each reads rows for [cache.reach], and reads on while some are being taken.
func each(ctx context.Context, tx *sql.Tx, after eventstore.Position, take func([]row) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches, failed := make(chan []row, 4), make(chan error, 1)
	go func() {
		defer close(batches)
		var rows []row
		send := func() error {
			select {
			case batches <- rows:
				rows = make([]row, 0, batch)
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		query := readAll
		if after > 0 {
			query = readLater
		}
		err := projections.Scan(ctx, tx, query, []any{int64(after)}, func(r *sql.Rows) error {
			var x row
			var line string
			if err := r.Scan(&x.first, &line); err != nil {
				return err
			}
			if err := x.parse(line); err != nil {
				return err
			}
			if rows = append(rows, x); len(rows) < batch {
				return nil
			}
			return send()
		})
		if err == nil {
			err = send()
		}
		failed <- err
	}()
	var bad error
	for rows := range batches {
		if bad == nil {
			bad = take(rows)
		}
		if bad != nil {
			cancel()
		}
	}
	return errors.Join(bad, <-failed)
}

// consult calls ask with the index, and then, with the index free again, follow, in one
// consistent picture of the database.
func (v *View) consult(ctx context.Context, ask func(*index), follow func(*sql.Tx, eventstore.Position, time.Time) error) error {
	return v.read(ctx, false, ask, follow)
}

// Warm reads what the index lacks, all rows if need be, so that the next question does
// not have to. Before the view's runner has made its tables it returns
// [projections.ErrNotReady].
func (v *View) Warm(ctx context.Context) error {
	return v.read(ctx, true, func(*index) {}, func(*sql.Tx, eventstore.Position, time.Time) error { return nil })
}

// Expect implements [projections.Keeper]: it reads an index of the rows that are coming,
// if there is one of those there are.
func (v *View) Expect(ctx context.Context, tx *sql.Tx, position eventstore.Position, _ time.Time) error {
	if v.cache.stand().edition == "" {
		return nil
	}
	edition, err := projections.Edition(ctx, tx, name)
	if err != nil {
		return err
	}
	coming := &cache{}
	release, err := coming.reach(stand{edition, position}, nil, true, func(after eventstore.Position, take func([]row) error) error {
		return each(ctx, tx, after, take)
	})
	if err != nil {
		return err
	}
	release()
	v.cache.mu.Lock()
	v.cache.coming = coming
	v.cache.mu.Unlock()
	return nil
}

func (v *View) read(ctx context.Context, load bool, ask func(*index), follow func(*sql.Tx, eventstore.Position, time.Time) error) error {
	var met *stand
	for {
		err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
			edition, err := projections.Edition(ctx, tx, name)
			if err != nil {
				return err
			}
			release, err := v.cache.reach(stand{edition, position}, met, load, func(after eventstore.Position, take func([]row) error) error {
				return errors.Join(each(ctx, tx, after, take), projections.Whole(ctx, tx, v.db.Dialect, "casebook_rows"))
			})
			if err != nil {
				return err
			}
			func() {
				defer release()
				ask(v.cache.index)
			}()
			return follow(tx, position, at)
		})
		switch {
		case errors.Is(err, errElsewhere), errors.Is(err, projections.ErrRemade):
			met = v.cache.stand()
		case errors.Is(err, errCold):
			// Whoever asked may be gone before all rows are read: others wait for them too.
			if err := v.Warm(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

// files returns the files with these ids, by id.
func (v *View) files(ctx context.Context, tx *sql.Tx, ids []string) (map[string]casefile.File, error) {
	files, err := v.shelf.Files(ctx, tx, ids)
	if err != nil || len(files) == len(ids) {
		return files, err
	}
	if err := projections.Whole(ctx, tx, v.db.Dialect, v.shelf.Table()); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("casebook: %d of %d files that have rows are missing", len(ids)-len(files), len(ids))
}

func (c *cache) stand() *stand {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &stand{c.edition, c.position}
}

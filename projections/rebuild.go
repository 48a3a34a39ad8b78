package projections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// open finds the rows that are read and makes the tables if there are none. Rows that can
// be read but would be made otherwise today stay in use, and are owed a rebuild; rows of
// no use are left at once for an empty place.
func (r *Runner) open(ctx context.Context) error {
	epoch, err := r.ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	head, err := r.ledger.Head(ctx)
	if err != nil {
		return err
	}
	p, err := r.settle(ctx, func(*places) error { return nil })
	if err != nil {
		return err
	}
	made := false
	for {
		l, is, err := r.lane(ctx, p.live, false, epoch, head)
		if err != nil {
			return err
		}
		if is != useless {
			if r.board != nil { // before anybody hears of the position
				if err := r.board.load(ctx); err != nil {
					l.end()
					return err
				}
			}
			r.live = l
			made = made || is == none
			r.mu.Lock()
			r.position, r.at, r.outdated = l.position, l.at, is == outdated || p.coming != ""
			if made && head > 0 {
				r.state = Rebuilding
			}
			r.stir()
			owed := r.outdated
			r.mu.Unlock()
			if owed {
				r.owe()
			}
			return nil
		}
		l.end()
		made = true
		if p, err = r.settle(ctx, func(now *places) error {
			if now.live == p.live { // else another runner has left it already
				now.live, now.serial = now.next(r.Name())
				now.coming = ""
			}
			return nil
		}); err != nil {
			return err
		}
		r.owe() // to drop the old ones
	}
}

// owe has [Runner.tend] look.
func (r *Runner) owe() {
	select {
	case r.owed <- struct{}{}:
	default:
	}
}

func (r *Runner) isOutdated() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outdated
}

// stir wakes whoever waits for the runner. The caller holds mu.
func (r *Runner) stir() {
	close(r.moved)
	r.moved = make(chan struct{})
}

// follow comes as far as another runner of the view has, and to where its rows lie now.
func (r *Runner) follow(ctx context.Context) (int, error) {
	l, from := r.live, r.live.position
	p, err := r.places(ctx)
	if err != nil {
		return 0, err
	}
	if p.live != l.place {
		r.leave()
		if err := r.open(ctx); err != nil {
			return 0, err
		}
		r.note(CatchingUp, nil)
		r.pokes.poke()
		return int(max(r.Position()-from, 1)), nil
	}
	if err := r.reread(ctx, l); err != nil {
		return 0, err
	}
	if l.position <= from {
		pause(ctx, 50*time.Millisecond)
		return 0, nil
	}
	if r.board != nil {
		if err := r.board.catchUp(ctx); err != nil {
			return 0, err
		}
	}
	r.mu.Lock()
	r.position, r.at, r.state, r.err = l.position, l.at, CatchingUp, nil
	r.stir()
	r.mu.Unlock()
	r.pokes.poke()
	return int(l.position - from), nil
}

// Rebuild folds the whole ledger into new rows, at a place of their own. Those there are
// stay in use and go on following the ledger meanwhile; when the new ones have come as
// far, they take their place in one transaction, and the old ones are dropped. If it
// ends before that, the old ones stay in use, and the next start goes on with the new.
func (r *Runner) Rebuild(ctx context.Context) error {
	r.building.Lock()
	defer r.building.Unlock()
	if err := r.Open(ctx); err != nil {
		return err
	}
	p, err := r.settle(ctx, func(p *places) error {
		p.coming, p.serial = p.next(r.Name())
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.build(ctx, p); err != nil {
		return err
	}
	return r.sweep(ctx, time.Second)
}

// renew makes outdated rows anew, or goes on with what a rebuild left that was not ended.
func (r *Runner) renew(ctx context.Context) error {
	r.building.Lock()
	defer r.building.Unlock()
	if !r.isOutdated() {
		return nil
	}
	p, err := r.settle(ctx, func(p *places) error {
		if p.coming == "" {
			p.coming, p.serial = p.next(r.Name())
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := r.build(ctx, p); err != nil {
		return err
	}
	return r.sweep(ctx, time.Second)
}

// tend makes outdated rows anew and drops places that were left, until ctx ends.
func (r *Runner) tend(ctx context.Context) {
	for {
		select {
		case <-r.owed:
		case <-ctx.Done():
			return
		}
		var err error
		if r.isOutdated() {
			err = r.renew(ctx)
		}
		if err == nil {
			err = r.sweep(ctx, 30*time.Second)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		r.log.WarnContext(ctx, "view could not be made anew", slog.String("view", r.Name()), slog.Any("error", err))
		if !stops(err) {
			pause(ctx, time.Second)
			r.owe()
		}
	}
}

// build folds the ledger into the rows of the place that p says is coming, until they
// have taken the place of those that are read. Other processes may help, end it, or
// begin anew.
func (r *Runner) build(ctx context.Context, p places) (err error) {
	s, err := r.comingLane(ctx, p)
	if err != nil {
		return err
	}
	defer ease()()
	defer func() {
		r.came(0)
		if s != nil {
			s.end()
		}
		if stops(err) {
			err = errors.Join(err, r.giveUp(ctx, p))
		}
	}()
	expected := false
	for {
		page, err := s.next(ctx, r.ledger)
		if err != nil {
			return err
		}
		if len(page) > 0 {
			easeMore()
			_, err = r.fold(ctx, s, page)
		} else if !expected {
			// What is kept in memory is read while the old rows still answer.
			if err = r.expect(ctx, s); err == nil {
				expected = true
				continue
			}
		} else if err = r.swap(ctx, s); err == nil {
			s = nil // it is the live one
			return nil
		}
		if err != nil && !errors.Is(err, errNotMine) {
			return err
		}
		if err == nil {
			r.came(s.position)
			continue
		}
		now, err := r.places(ctx)
		switch {
		case err != nil:
			return err
		case now.coming == p.coming: // another runner is at work on it too
			had := s.position
			if err := r.reread(ctx, s); err != nil {
				return err
			}
			if s.position == had {
				pause(ctx, 50*time.Millisecond)
			}
		case now.coming == "": // ended
			return r.move(ctx)
		default: // begun anew
			s.end()
			p = now
			if s, err = r.comingLane(ctx, p); err != nil {
				return err
			}
			expected = false
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// comingLane opens the place that is coming. What lies there and is of no use is made
// anew elsewhere.
func (r *Runner) comingLane(ctx context.Context, p places) (*lane, error) {
	epoch, err := r.ledger.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	head, err := r.ledger.Head(ctx)
	if err != nil {
		return nil, err
	}
	for {
		l, is, err := r.lane(ctx, p.coming, true, epoch, head)
		if err != nil || is == good || is == none {
			if l != nil {
				l.until = head
			}
			return l, err
		}
		l.end()
		was := p.coming
		if p, err = r.settle(ctx, func(now *places) error {
			if now.coming == was || now.coming == "" {
				now.coming, now.serial = now.next(r.Name())
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
}

// came notes how far the rows have come that are made anew.
func (r *Runner) came(position eventstore.Position) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.coming = position
	r.stir()
}

// giveUp lets go of rows that cannot be made.
func (r *Runner) giveUp(ctx context.Context, p places) error {
	_, err := r.settle(ctx, func(now *places) error {
		if now.coming == p.coming {
			now.coming = ""
		}
		return nil
	})
	return err
}

// expect lets the view read into memory what it keeps there of the rows that are coming.
func (r *Runner) expect(ctx context.Context, s *lane) error {
	k, ok := r.view.(Keeper)
	if !ok {
		return nil
	}
	db := s.db
	return inSnapshot(ctx, db, func(tx *sql.Tx) error {
		if err := db.Enter(ctx, tx); err != nil {
			return err
		}
		c, _, err := readCheckpoint(ctx, tx, r.Name())
		if err != nil {
			return err
		}
		return k.Expect(ctx, tx, c.position, c.at)
	})
}

// swap makes the rows of s the view's, in one transaction, if they have come as far as
// those there are; the few facts that these are ahead are folded first, while they stand
// still.
func (r *Runner) swap(ctx context.Context, s *lane) error {
	r.work.Lock()
	defer r.work.Unlock()
	if r.live == nil {
		if err := r.open(ctx); err != nil {
			return err
		}
	}
	err := r.live.db.Tx(ctx, func(tx *sql.Tx) error {
		if r.db.Dialect == sqldb.Postgres {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, r.laneLock(r.live)); err != nil {
				return err
			}
		}
		p, err := r.placesIn(ctx, tx)
		switch {
		case err != nil:
			return err
		case p.live != r.live.place || p.coming != s.place:
			return errNotMine
		}
		c, _, err := readCheckpoint(ctx, tx, r.Name())
		if err != nil {
			return err
		}
		for s.position < c.position {
			page, err := s.next(ctx, r.ledger)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				return fmt.Errorf("projections: view %s stands at %d, past the ledger's head", r.Name(), c.position)
			}
			if err := r.foldWithin(ctx, tx, s, page); err != nil {
				return err
			}
		}
		p.live, p.coming = s.place, ""
		if r.db.Dialect == sqldb.Postgres || r.live.db == r.db {
			return r.keep(ctx, tx, p)
		}
		return r.db.Tx(ctx, func(tx *sql.Tx) error { return r.keep(ctx, tx, p) })
	})
	if err != nil {
		return err
	}
	r.live.end()
	s.coming, s.most, s.page, s.until = false, r.most, s.least, 0
	r.live, r.folds, r.folded = s, s.view, s.place
	r.mu.Lock()
	r.outdated = false
	r.mu.Unlock()
	if r.board != nil {
		if err := r.board.load(ctx); err != nil {
			return err
		}
	}
	r.advance(s.position, s.at)
	r.note(CatchingUp, nil)
	r.pokes.poke()
	return nil
}

// foldWithin folds a page into the rows that are coming while the live ones are held by
// tx: on PostgreSQL in tx itself, of which there are few; on SQLite in the other file.
func (r *Runner) foldWithin(ctx context.Context, tx *sql.Tx, s *lane, page []eventstore.Record) error {
	if r.db.Dialect != sqldb.Postgres {
		_, err := r.fold(ctx, s, page)
		return err
	}
	if err := s.db.Enter(ctx, tx); err != nil {
		return err
	}
	last := page[len(page)-1]
	if err := r.take(ctx, tx, s, last); err != nil {
		return err
	}
	if _, err := s.view.Apply(inDialect(toward(ctx, s.until), r.db.Dialect), tx, page); err != nil {
		return err
	}
	s.position, s.at = last.Position, last.At
	return r.live.db.Enter(ctx, tx)
}

// move goes to where the rows lie now, after another runner ended the rebuild.
func (r *Runner) move(ctx context.Context) error {
	r.work.Lock()
	defer r.work.Unlock()
	r.leave()
	if err := r.open(ctx); err != nil {
		return err
	}
	r.note(CatchingUp, nil)
	r.pokes.poke()
	return nil
}

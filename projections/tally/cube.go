package tally

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/projections/figures"
)

// A cube is the tally's rows in memory, laid out to be added up: for each chunk a block
// of columns, ordered by day. It is a cache and nothing else. It follows the rows by
// reading the chunks that changed since it last looked, and begins anew when they are of
// another ledger or another form, or have gone back.
//
// A million counts take 18 MB (measured by BenchmarkCube: 18.3 bytes each), two more once
// somebody has asked by today's boundaries, and two for each million facts then.
type cube struct {
	dialect sqldb.Dialect

	mu     sync.Mutex // held while a picture is made
	vocab  vocabulary
	days   map[figures.Day]*day // nil: begin anew
	life   int64
	stamp  int64
	ground ground

	held struct {
		sync.RWMutex
		*picture // the newest; nil: none yet
	}
	months   *memory[sums]     // what months add up to, by choice and grouping
	postings *memory[postings] // where what is asked for lies in a month
}

const (
	monthsKept   = 256 << 20 // bytes of what months add up to
	postingsKept = 256 << 20 // bytes of postings; 4 for each count and column
	answersKept  = 8_000     // rows of answers, for as long as nothing moves
)

// A picture is the cube as it stood at one position. It never changes, so a question
// reads it without a lock.
type picture struct {
	form     string // which rows it is of
	life     int64  // tells those apart between which the cube began anew
	position eventstore.Position
	at       time.Time // of the last fact folded
	words    words
	days     []*day // in order
	months   []*month
	located  atomic.Pointer[located] // by whose boundaries its blocks know places; nil: not asked for yet
	cache    *memory[sums]
	postings *memory[postings]
	answers  *memory[Statistics]
}

// A day is the chunks of a day, in order.
type day struct {
	day    figures.Day
	blocks []*block
	stamp  int64 // of its last change
}

// A month is days that follow each other.
type month struct {
	name  string // 2026-11
	days  []*day
	stamp int64 // of the last change of any of its days
	laid  laid
}

// newest returns the newest picture made; nil: none.
func (c *cube) newest() *picture {
	c.held.RLock()
	defer c.held.RUnlock()
	return c.held.picture
}

// look calls f with a picture that stands no earlier than the rows did when look was
// called, and, if exact, with the rows themselves as they stood at its position. With a
// grid, the picture knows places by it; it is exact then.
func (v *View) look(ctx context.Context, exact bool, grid *basegrid.Grid, f func(tx *sql.Tx, p *picture) error) error {
	exact = exact || grid != nil
	for again := false; ; again = true {
		c := v.cube.Load()
		seen := c.newest()
		behind := false
		err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
			var form string
			if err := tx.QueryRowContext(ctx, `SELECT epoch || ' ' || schema FROM views_checkpoint WHERE view = $1`, name).Scan(&form); err != nil {
				return err
			}
			if n := v.coming.Load(); n != nil && n.newest().form == form && v.coming.CompareAndSwap(n, nil) {
				v.cube.Store(n)
				c, seen = n, nil
			}
			// Whoever looks after having seen more and finds less has found other rows.
			gone := seen != nil && seen.position > position
			if behind = gone && !again; behind {
				return nil
			}
			p, err := c.reach(ctx, tx, rows{form, position, at}, grid, gone)
			if err != nil {
				return err
			}
			if behind = exact && p.position != position; behind {
				return nil
			}
			return f(tx, p)
		})
		switch {
		case errors.Is(err, projections.ErrRemade):
		case err != nil || !behind:
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Expect implements [projections.Keeper]: it reads a cube of the rows that are coming, if
// there is one of those there are.
func (v *View) Expect(ctx context.Context, tx *sql.Tx, position eventstore.Position, at time.Time) error {
	if v.cube.Load().newest() == nil {
		return nil
	}
	var form string
	if err := tx.QueryRowContext(ctx, `SELECT epoch || ' ' || schema FROM views_checkpoint WHERE view = $1`, name).Scan(&form); err != nil {
		return err
	}
	var grid *basegrid.Grid
	if v.Ground != nil {
		grid = v.Ground()
	}
	c := &cube{dialect: v.db.Dialect}
	if _, err := c.reach(ctx, tx, rows{form, position, at}, grid, false); err != nil {
		return err
	}
	v.coming.Store(c)
	return nil
}

// rows is how a transaction finds the rows.
type rows struct {
	form     string
	position eventstore.Position
	at       time.Time
}

// reach returns a picture of the rows as tx sees them, or a newer one. With gone, what
// was read of them is no longer true.
func (c *cube) reach(ctx context.Context, tx *sql.Tx, r rows, grid *basegrid.Grid, gone bool) (*picture, error) {
	if p := c.newest(); p != nil && p.form == r.form && p.position >= r.position && !gone && p.knows(grid) {
		return p, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.newest()
	if p == nil || p.form != r.form || c.days == nil || gone && p.position > r.position {
		c.days, c.vocab, c.ground = map[figures.Day]*day{}, newVocabulary(), ground{turn: c.ground.turn}
		c.life++
		c.months, c.postings = remember[sums](monthsKept), remember[postings](postingsKept)
		p = &picture{form: r.form}
	}
	if p.position < r.position || p.life != c.life {
		var err error
		if p, err = c.read(ctx, tx, p, r); err != nil {
			c.days = nil // half of it may be there: begin anew
			return nil, err
		}
		c.held.Lock()
		c.held.picture = p
		c.held.Unlock()
	}
	if grid != nil && p.position == r.position && !p.knows(grid) {
		if err := c.locate(ctx, tx, p, grid); err != nil {
			c.days = nil
			return nil, err
		}
	}
	return p, nil
}

// How chunks are read: all in the order they lie in, or the few that changed. That no
// index has what the few are sorted by keeps a planner from walking all for them.
const (
	readAll   = `SELECT day, chunk, n, data FROM tally_chunks WHERE changed > $1 ORDER BY day, chunk`
	readLater = `SELECT day, chunk, n, data FROM tally_chunks WHERE changed > $1 ORDER BY day || '', chunk`
)

// read brings the cube from an old picture to where the rows stand.
func (c *cube) read(ctx context.Context, tx *sql.Tx, old *picture, r rows) (*picture, error) {
	if err := c.vocab.read(ctx, tx); err != nil {
		return nil, err
	}
	c.stamp++
	touched := map[figures.Day]*day{}
	query := readAll
	if old.position > 0 {
		query = readLater
	}
	err := projections.Scan(ctx, tx, query, []any{int64(old.position)}, func(scan *sql.Rows) error {
		var on figures.Day
		var chunk, n int
		var data sql.RawBytes
		if err := scan.Scan(&on, &chunk, &n, &data); err != nil {
			return err
		}
		b, err := c.vocab.block(n, data)
		if err != nil {
			return fmt.Errorf("%w: day %s, chunk %d", err, on, chunk)
		}
		d := touched[on]
		if d == nil {
			d = &day{day: on, stamp: c.stamp}
			if was := c.days[on]; was != nil {
				d.blocks = slices.Clone(was.blocks)
			}
			touched[on] = d
		}
		switch {
		case chunk < len(d.blocks):
			d.blocks[chunk] = b
		case chunk == len(d.blocks):
			d.blocks = append(d.blocks, b)
		default:
			return fmt.Errorf("tally: chunk %d of day %s is missing", len(d.blocks), on)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := projections.Whole(ctx, tx, c.dialect, "tally_chunks"); err != nil {
		return nil, err
	}
	maps.Copy(c.days, touched)
	if err := c.follow(ctx, tx, old.position); err != nil {
		return nil, err
	}
	return c.picture(r), nil
}

// picture makes a picture of the cube as it stands.
func (c *cube) picture(r rows) *picture {
	p := &picture{form: r.form, life: c.life, cache: c.months, postings: c.postings, position: r.position, at: r.at, words: c.vocab.words, answers: remember[Statistics](answersKept)}
	p.days = slices.SortedFunc(maps.Values(c.days), func(a, b *day) int { return cmp.Compare(a.day, b.day) })
	for _, d := range p.days {
		if n := len(p.months); n == 0 || p.months[n-1].name != string(d.day[:7]) {
			p.months = append(p.months, &month{name: string(d.day[:7])})
		}
		m := p.months[len(p.months)-1]
		m.days, m.stamp = append(m.days, d), max(m.stamp, d.stamp)
	}
	return p
}

// between returns the days of a period.
func (p *picture) between(from, to figures.Day) []*day {
	i, _ := slices.BinarySearchFunc(p.days, from, func(d *day, at figures.Day) int { return cmp.Compare(d.day, at) })
	j, _ := slices.BinarySearchFunc(p.days, to, func(d *day, at figures.Day) int { return cmp.Compare(d.day, at) })
	return p.days[i:max(i, j)]
}

// Warm reads the rows into memory, finds what lies where by the grid of [View.Ground],
// and adds up the months that are over, so that the first questions need not wait for it.
func (v *View) Warm(ctx context.Context) error {
	var grid *basegrid.Grid
	if v.Ground != nil {
		grid = v.Ground()
	}
	var newest *picture
	err := v.look(ctx, false, grid, func(_ *sql.Tx, p *picture) error {
		newest = p
		return nil
	})
	if err != nil {
		return err
	}
	newest.foresee(false)
	if grid != nil && newest.knows(grid) {
		newest.foresee(true)
	}
	return nil
}

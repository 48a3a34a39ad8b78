package tally

import (
	"context"
	"database/sql"
	"math"
	"slices"

	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
)

// ground is where subjects lie by the base grid in force. What a fact was counted for
// stays; "as it is now" is by where its subject lies now, in the boundaries of now. A
// subject without a point stays where each fact was counted.
type ground struct {
	grid *basegrid.Grid // nil: nobody asked yet
	turn int64          // goes up with each other grid
	at   []uint16       // places, by the subject's first position
}

// Where no place stands in ground.at.
const stays = math.MaxUint16

// nowPlaces are the places of a block's counts by a grid.
type nowPlaces struct {
	turn  int64
	place []uint16
}

// located says by which grid a picture's blocks know places.
type located struct {
	grid *basegrid.Grid
	turn int64
	ends words // with the places of now among them
}

// knows tells whether p's blocks know places by a grid.
func (p *picture) knows(grid *basegrid.Grid) bool {
	if grid == nil {
		return true
	}
	l := p.located.Load()
	return l != nil && l.grid == grid
}

// locate makes the blocks of the newest picture know places by a grid. tx stands where
// the picture does.
func (c *cube) locate(ctx context.Context, tx *sql.Tx, p *picture, grid *basegrid.Grid) error {
	if c.ground.grid != grid {
		c.ground = ground{grid: grid, turn: c.ground.turn + 1}
		if _, err := c.place(ctx, tx, 0); err != nil {
			return err
		}
	}
	for _, d := range p.days {
		for _, b := range d.blocks {
			if now := b.now.Load(); now == nil || now.turn != c.ground.turn {
				b.now.Store(c.ground.of(b))
			}
		}
	}
	p.located.Store(&located{grid, c.ground.turn, c.vocab.words})
	return nil
}

// of returns where a block's counts lie.
func (g *ground) of(b *block) *nowPlaces {
	now := &nowPlaces{g.turn, slices.Clone(b.place)}
	for i, s := range b.subject {
		if int(s) < len(g.at) && g.at[s] != stays {
			now.place[i] = g.at[s]
		}
	}
	return now
}

// place finds where subjects lie that came or changed after a position, and returns
// those that came before it and lie elsewhere now.
func (c *cube) place(ctx context.Context, tx *sql.Tx, after eventstore.Position) (elsewhere set, err error) {
	err = projections.Scan(ctx, tx, `SELECT first, sight, lng, lat FROM tally_subjects WHERE changed > $1`, []any{int64(after)}, func(rows *sql.Rows) error {
		var first, sight int64
		var at basegrid.Vertex
		if err := rows.Scan(&first, &sight, &at.X, &at.Y); err != nil {
			return err
		}
		if first < 0 || first >= math.MaxUint32 {
			return errTooMany
		}
		place := uint16(stays)
		if sight != noPoint {
			var cell basegrid.Cell
			if sight == hasPoint {
				cell, _ = c.ground.grid.Locate(at.Point())
			}
			var err error
			if place, err = c.vocab.placeOf(cell.Street, cell.Community); err != nil {
				return err
			}
		}
		for int64(len(c.ground.at)) <= first {
			c.ground.at = append(c.ground.at, stays)
		}
		if c.ground.at[first] != place {
			c.ground.at[first] = place
			if eventstore.Position(first) <= after { // none of a later one is in a block that knows its places
				elsewhere = elsewhere.with(uint32(first))
			}
		}
		return nil
	})
	return elsewhere, err
}

// follow keeps the ground up with the rows, once somebody has asked by it. The blocks
// with counts of a subject that moved are made anew.
func (c *cube) follow(ctx context.Context, tx *sql.Tx, after eventstore.Position) error {
	if c.ground.grid == nil {
		return nil
	}
	moved, err := c.place(ctx, tx, after)
	if err != nil || len(moved) == 0 {
		return err
	}
	for on, d := range c.days {
		var blocks []*block
		for i, b := range d.blocks {
			if b.now.Load() == nil || !slices.ContainsFunc(b.subject, moved.has) {
				continue
			}
			if blocks == nil {
				blocks = slices.Clone(d.blocks)
			}
			blocks[i] = b.anew()
		}
		if blocks != nil {
			c.days[on] = &day{day: on, blocks: blocks, stamp: c.stamp}
		}
	}
	return nil
}

// A set is positions, a bit for each.
type set []uint64

func (s set) has(x uint32) bool { return int(x>>6) < len(s) && s[x>>6]>>(x&63)&1 != 0 }

func (s set) with(x uint32) set {
	for len(s) <= int(x>>6) {
		s = append(s, 0)
	}
	s[x>>6] |= 1 << (x & 63)
	return s
}

// anew returns b without the places of now.
func (b *block) anew() *block {
	return &block{
		figure: b.figure, origin: b.origin, place: b.place, unit: b.unit, matter: b.matter, person: b.person, minutes: b.minutes,
		subject: b.subject, odd: b.odd, first: b.first, last: b.last,
	}
}

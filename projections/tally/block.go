package tally

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"sync/atomic"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/figures"
)

// A block is a chunk in columns, one element for each count. Words are by their place in
// the lists of [words].
type block struct {
	figure  []uint8
	origin  []uint8 // source and tier
	place   []uint16
	unit    []uint16
	matter  []uint16
	person  []uint32
	minutes []uint16                  // see [bucketOf]; noMinutes: none
	subject []uint32                  // position of its first fact
	odd     []odd                     // counts that add something else than 1
	first   eventstore.Position       // of its first count
	last    eventstore.Position       // of its last
	now     atomic.Pointer[nowPlaces] // places by the base grid in force, once asked for
}

func newBlock(n int) *block {
	return &block{
		figure: make([]uint8, n), origin: make([]uint8, n), place: make([]uint16, n), unit: make([]uint16, n), matter: make([]uint16, n),
		person: make([]uint32, n), minutes: make([]uint16, n), subject: make([]uint32, n),
	}
}

// rows is how many counts b has.
func (b *block) rows() int { return len(b.figure) }

// odd is a count that adds n.
type odd struct {
	row   uint16
	stock bool // it is of what is suspended
	n     int64
}

// words are what the columns name. They only ever grow, at the end.
type words struct {
	places  []place
	units   []string
	matters []string
	persons []string
	origins []origin
	figures []figures.Figure
}

type place struct{ street, community string }

type origin struct {
	source incident.Source
	tier   jurisdiction.Tier
}

// A vocabulary finds words by their numbers in the rows.
type vocabulary struct {
	words
	all     []string // by number
	places  map[place]uint16
	units   column[uint16]
	matters column[uint16]
	persons column[uint32]
	origins map[origin]uint8
	figures column[uint8]
}

// column maps the numbers of words to their place in a list; one more than it, 0: none yet.
type column[T uint8 | uint16 | uint32] []T

func newVocabulary() vocabulary {
	return vocabulary{places: map[place]uint16{}, origins: map[origin]uint8{}}
}

// errTooMany says that a district has more of something than a column can name.
var errTooMany = errors.New("tally: more different words than the cube can tell apart")

// index returns the place of a word in a list, which it joins if need be.
func index[T uint8 | uint16 | uint32, W ~string](c *column[T], list *[]W, all []string, word uint32) (T, error) {
	if int(word) < len(*c) {
		if i := (*c)[word]; i != 0 {
			return i - 1, nil
		}
	} else {
		if int(word) >= len(all) {
			return 0, errChunk
		}
		*c = append(*c, make([]T, len(all)-len(*c))...)
	}
	if uint64(len(*list))+1 >= uint64(^T(0)) {
		return 0, errTooMany
	}
	*list = append(*list, W(all[word]))
	(*c)[word] = T(len(*list))
	return T(len(*list)) - 1, nil
}

// read takes the words that came since.
func (v *vocabulary) read(ctx context.Context, tx *sql.Tx) error {
	return projections.Scan(ctx, tx, `SELECT id, word FROM tally_words WHERE id >= $1 ORDER BY id`, []any{len(v.all)}, func(rows *sql.Rows) error {
		var id int
		var word string
		if err := rows.Scan(&id, &word); err != nil {
			return err
		}
		if id != len(v.all) {
			return errChunk
		}
		v.all = append(v.all, word)
		return nil
	})
}

func (v *vocabulary) placeOf(street, community string) (uint16, error) {
	p := place{street, community}
	i, known := v.places[p]
	if !known {
		if len(v.words.places) >= math.MaxUint16 {
			return 0, errTooMany
		}
		i = uint16(len(v.words.places))
		v.words.places = append(v.words.places, p)
		v.places[p] = i
	}
	return i, nil
}

func (v *vocabulary) originOf(source, tier string) (uint8, error) {
	o := origin{incident.Source(source), jurisdiction.Tier(tier)}
	i, known := v.origins[o]
	if !known {
		if len(v.words.origins) >= math.MaxUint8 {
			return 0, errTooMany
		}
		i = uint8(len(v.words.origins))
		v.words.origins = append(v.words.origins, o)
		v.origins[o] = i
	}
	return i, nil
}

// block lays a chunk of n counts out.
func (v *vocabulary) block(n int, data []byte) (*block, error) {
	b := newBlock(n)
	last := entry{street: math.MaxUint32, source: math.MaxUint32}
	var at uint16
	var from uint8
	var failed error
	rows := 0
	err := unpack(data, func(row int, e entry) {
		if rows++; failed != nil {
			return
		}
		if row >= n || int(max(e.street, e.community, e.source, e.tier)) >= len(v.all) {
			failed = errChunk
			return
		}
		if e.subject > math.MaxUint32 {
			failed = errTooMany
			return
		}
		var errs [6]error
		if e.street != last.street || e.community != last.community {
			at, errs[0] = v.placeOf(v.all[e.street], v.all[e.community])
		}
		if e.source != last.source || e.tier != last.tier {
			from, errs[1] = v.originOf(v.all[e.source], v.all[e.tier])
		}
		if last = e; row == 0 {
			b.first = e.position
		}
		b.last = e.position
		b.figure[row], errs[2] = index(&v.figures, &v.words.figures, v.all, e.figure)
		b.unit[row], errs[3] = index(&v.units, &v.words.units, v.all, e.unit)
		b.matter[row], errs[4] = index(&v.matters, &v.words.matters, v.all, e.matter)
		b.person[row], errs[5] = index(&v.persons, &v.words.persons, v.all, e.person)
		if failed = cmp.Or(errs[:]...); failed != nil {
			return
		}
		b.place[row], b.origin[row], b.subject[row], b.minutes[row] = at, from, uint32(e.subject), noMinutes
		if e.minutes >= 0 {
			b.minutes[row] = bucketOf(e.minutes)
		}
		f := v.words.figures[b.figure[row]]
		if stock := f == figures.Stock || f == figures.StockSince; stock || e.n != 1 {
			b.odd = append(b.odd, odd{uint16(row), stock, e.n})
		}
	})
	if err == nil {
		err = failed
	}
	if err == nil && rows != n {
		err = errChunk
	}
	return b, err
}

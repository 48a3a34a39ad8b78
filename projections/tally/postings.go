package tally

import (
	"fmt"
	"slices"
	"sync"
)

// Postings say where the counts of a month lie, word by word of one column, those of a
// word in their order. With them a question about one unit or one street does not walk
// through what is of no concern to it.
type postings struct {
	from []uint32 // by word, where its rows begin; and at the end, where the last ends
	rows []uint32 // block<<rowBits | row
}

// rowBits hold a row of a block.
const rowBits = 10

func (x *postings) of(word int) []uint32 {
	if word+1 >= len(x.from) {
		return nil // it came later than this month
	}
	return x.rows[x.from[word]:x.from[word+1]]
}

func (x *postings) weight() int { return 4 * (len(x.from) + len(x.rows)) }

// post lays one column of a month's blocks out.
func post(blocks []*block, words int, column func(*block) []uint16) *postings {
	x := &postings{from: make([]uint32, words+1)}
	n := 0
	for _, b := range blocks {
		for _, w := range column(b) {
			x.from[int(w)+1]++
		}
		n += b.rows()
	}
	for w := range words {
		x.from[w+1] += x.from[w]
	}
	x.rows = make([]uint32, n)
	next := make([]uint32, words)
	copy(next, x.from)
	for k, b := range blocks {
		for i, w := range column(b) {
			x.rows[next[w]] = uint32(k)<<rowBits | uint32(i)
			next[w]++
		}
	}
	return x
}

// laid is a month's blocks in order, and of which day each is.
type laid struct {
	once   sync.Once
	blocks []*block
	day    []int32 // of the month, from 0
	rows   int
}

// lay returns the blocks of m in order.
func (m *month) lay() *laid {
	m.laid.once.Do(func() {
		for _, d := range m.days {
			for _, b := range d.blocks {
				m.laid.blocks, m.laid.day = append(m.laid.blocks, b), append(m.laid.day, int32(dayOfMonth(d.day)-1))
				m.laid.rows += b.rows()
			}
		}
	})
	return &m.laid
}

// post returns the postings of a column of m, as it stands.
func (p *picture) post(m *month, column string, words int, of func(*block) []uint16) *postings {
	return p.postings.get(m.name+" "+column, m.stamp, func() (*postings, int) {
		x := post(m.lay().blocks, words, of)
		return x, x.weight()
	})
}

// A path is rows to look at, and what they still have to pass.
type path struct {
	rows  []uint32
	sieve *sieve
	again []bool // rows at these places lie on another path too
}

// few returns paths on which every count of m that passes s lies once, if they are much
// shorter than the month; else nil. The newest month is never laid out: it moves with
// every fact.
func (p *picture) few(m *month, s *sieve) []path {
	if p.isNewest(m) {
		return nil
	}
	best, least := []path(nil), m.lay().rows/4
	offer := func(paths []path) {
		n := 0
		for _, x := range paths {
			n += len(x.rows)
		}
		if n < least {
			best, least = paths, n
		}
	}
	places := "place"
	if s.now {
		places = fmt.Sprintf("place %d", p.located.Load().turn)
	}
	byPlace := func() *postings { return p.post(m, places, len(s.places), s.placeOf) }
	byUnit := func() *postings {
		return p.post(m, "unit", len(p.words.units), func(b *block) []uint16 { return b.unit })
	}
	without := func(drop func(*sieve)) *sieve {
		rest := *s
		drop(&rest)
		return &rest
	}
	if s.unit != nil {
		offer(lead([]path{}, byUnit(), s.unit, path{sieve: without(func(s *sieve) { s.unit = nil })}))
	}
	if s.matter != nil {
		byMatter := p.post(m, "matter", len(p.words.matters), func(b *block) []uint16 { return b.matter })
		offer(lead([]path{}, byMatter, s.matter, path{sieve: without(func(s *sieve) { s.matter = nil })}))
	}
	if s.place != nil {
		offer(lead([]path{}, byPlace(), s.place, path{sieve: without(func(s *sieve) { s.place = nil })}))
	}
	if s.scopePlace != nil {
		rest := without(func(s *sieve) { s.scopePlace, s.scopeUnit = nil, nil })
		paths, again := []path{}, []bool(nil)
		if slices.Contains(s.scopePlace, true) {
			paths, again = lead(paths, byPlace(), s.scopePlace, path{sieve: rest}), s.scopePlace
		}
		offer(lead(paths, byUnit(), s.scopeUnit, path{sieve: rest, again: again}))
	}
	return best
}

// isNewest tells whether m is the month that facts are coming in for.
func (p *picture) isNewest(m *month) bool { return m == p.months[len(p.months)-1] }

// lead adds paths like one, with the rows of the words that a mask has.
func lead(paths []path, x *postings, mask []bool, like path) []path {
	for w, has := range mask {
		if rows := x.of(w); has && len(rows) > 0 {
			like.rows = rows
			paths = append(paths, like)
		}
	}
	return paths
}

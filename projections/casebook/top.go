package casebook

import (
	"cmp"
	"math/bits"
	"slices"
)

// An order is a column to sort by, and which way. Of equal values the row decides.
type order[T cmp.Ordered] struct {
	*column[T]
	down bool
}

// compare tells which of two comes first: one with value a in row or first fact i, or one
// with b in j.
func (o order[T]) compare(a T, i int64, b T, j int64) int {
	if o.down {
		a, i, b, j = b, j, a, i
	}
	return cmp.Or(cmp.Compare(a, b), cmp.Compare(i, j))
}

// bounds returns what comes first in a block, and what comes last.
func (o order[T]) bounds(block int) (best, last T) {
	if o.down {
		return o.high[block], o.low[block]
	}
	return o.low[block], o.high[block]
}

// A place is where in a list something stands.
type place[T cmp.Ordered] struct {
	value T
	first int64
}

// top returns the first limit rows of what is found, in order, that come after a place
// (nil: all do), and how many are found, before the place too, up to most. Blocks that
// hold the foremost values are looked at first, and looking ends when no other block
// could do better.
func top[T cmp.Ordered](x *index, f found, o order[T], after *place[T], limit, most int) ([]uint32, int) {
	words := f.rows.ToDense()
	b := &best[T]{order: o, limit: limit}
	total, counted := 0, f.judge == nil
	if counted {
		total = int(f.rows.GetCardinality())
	}
	for _, block := range o.blocks(words) {
		foremost, last := o.bounds(block)
		wanted := !b.beats(foremost) && (after == nil || o.compare(last, 0, after.value, 0) >= 0)
		switch {
		case b.beats(foremost) && (counted || total >= most):
			return b.rows, min(total, most) // the blocks that follow are no better
		case !wanted && counted:
			continue
		}
		for row := range ones(words, block) {
			v := o.values[row]
			good := wanted && (after == nil || o.compare(v, x.firsts[row], after.value, after.first) > 0) && b.takes(v, row)
			if !counted {
				if !good && total >= most || !f.judge(row) {
					continue
				}
				total++
			}
			if good {
				b.add(row)
			}
		}
		if len(b.rows) >= limit {
			b.cut()
		}
	}
	b.cut()
	return b.rows, min(total, most)
}

const wordsPerBlock = blockSize / 64

// blocks returns the blocks that have a bit in words, the one with the foremost value
// first.
func (o order[T]) blocks(words []uint64) []int {
	var blocks []int
	for b := 0; b*wordsPerBlock < len(words); b++ {
		if slices.ContainsFunc(words[b*wordsPerBlock:min((b+1)*wordsPerBlock, len(words))], func(w uint64) bool { return w != 0 }) {
			blocks = append(blocks, b)
		}
	}
	slices.SortFunc(blocks, func(a, b int) int {
		foremostA, _ := o.bounds(a)
		foremostB, _ := o.bounds(b)
		return o.compare(foremostA, int64(a), foremostB, int64(b))
	})
	return blocks
}

// ones yields the rows of a block that have a bit in words.
func ones(words []uint64, block int) func(func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for w := block * wordsPerBlock; w < min((block+1)*wordsPerBlock, len(words)); w++ {
			for word := words[w]; word != 0; word &= word - 1 {
				if !yield(uint32(w*64 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}

// best keeps the foremost rows of those it was given: at least the first limit of them.
type best[T cmp.Ordered] struct {
	order[T]
	limit int
	rows  []uint32
	full  bool // the worst of limit rows is known
	worst T
	at    uint32 // its row
}

// beats tells whether limit rows come before every row with this value.
func (b *best[T]) beats(v T) bool { return b.full && b.compare(b.worst, 0, v, 0) < 0 }

// takes tells whether a row may be among the first limit ones.
func (b *best[T]) takes(v T, row uint32) bool {
	return !b.full || b.compare(v, int64(row), b.worst, int64(b.at)) < 0
}

func (b *best[T]) add(row uint32) {
	if b.rows = append(b.rows, row); len(b.rows) >= 2*b.limit {
		b.cut()
	}
}

// cut sorts the rows and leaves the first limit ones.
func (b *best[T]) cut() {
	slices.SortFunc(b.rows, func(i, j uint32) int { return b.compare(b.values[i], int64(i), b.values[j], int64(j)) })
	if len(b.rows) >= b.limit {
		b.rows, b.full = b.rows[:b.limit], true
		b.at = b.rows[b.limit-1]
		b.worst = b.values[b.at]
	}
}

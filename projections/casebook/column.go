package casebook

import (
	"cmp"

	"github.com/RoaringBitmap/roaring/v2"
)

// blockSize is how many rows' least and greatest value are known without looking.
const blockSize = 4096

// A column keeps one value of each row that lists are sorted by.
type column[T cmp.Ordered] struct {
	values    []T
	low, high []T          // of each block
	loose     map[int]bool // blocks whose bounds may be wider than their values
}

// put says what row has.
func (c *column[T]) put(row uint32, v T) {
	block := int(row / blockSize)
	switch {
	case int(row) < len(c.values):
		was := c.values[row]
		c.values[row] = v
		if was != v && (was == c.low[block] || was == c.high[block]) {
			if c.loose == nil {
				c.loose = map[int]bool{}
			}
			c.loose[block] = true
		}
	case block == len(c.low):
		c.values, c.low, c.high = append(c.values, v), append(c.low, v), append(c.high, v)
	default:
		c.values = append(c.values, v)
	}
	c.low[block], c.high[block] = min(c.low[block], v), max(c.high[block], v)
}

// settle makes the bounds of all blocks as narrow as their values.
func (c *column[T]) settle() {
	for block := range c.loose {
		values := c.values[block*blockSize : min((block+1)*blockSize, len(c.values))]
		low, high := values[0], values[0]
		for _, v := range values {
			low, high = min(low, v), max(high, v)
		}
		c.low[block], c.high[block] = low, high
	}
	clear(c.loose)
}

// between returns the rows with a value from one on and before another.
func (c *column[T]) between(from, to T) *roaring.Bitmap {
	rows := roaring.New()
	for block, low := range c.low {
		begin, end := block*blockSize, min((block+1)*blockSize, len(c.values))
		switch {
		case c.high[block] < from || low >= to:
		case low >= from && c.high[block] < to:
			rows.AddRange(uint64(begin), uint64(end))
		default:
			var some []uint32
			for row := begin; row < end; row++ {
				if v := c.values[row]; v >= from && v < to {
					some = append(some, uint32(row))
				}
			}
			rows.AddMany(some)
		}
	}
	return rows
}

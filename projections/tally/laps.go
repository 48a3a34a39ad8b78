package tally

import (
	"math"
	"math/bits"
)

// Minutes lie in buckets: each minute has its own up to 255, and from there on a 128th of
// each power of two, so that a bucket's middle is within half a percent of what lies in it.
//
//	minutes  0 … 255   256 … 511   512 … 1023   …   2²¹ and more
//	width    1         2           4                 the last bucket
const (
	fine      = 7  // 2^fine buckets to each power of two
	longest   = 21 // minutes of 2^longest, four years, and more are alike
	buckets   = (longest-fine+1)<<fine + 1
	noMinutes = math.MaxUint16
)

// bucketOf returns the bucket of a length.
func bucketOf(minutes int64) uint16 {
	if minutes >= 1<<longest {
		return buckets - 1
	}
	if minutes < 1<<fine {
		return uint16(minutes)
	}
	k := bits.Len64(uint64(minutes)) - 1 - fine
	return uint16(k<<fine + int(minutes>>k))
}

// minutesOf returns the middle of a bucket.
func minutesOf(bucket int) int64 {
	if bucket < 1<<fine {
		return int64(bucket)
	}
	k := bucket>>fine - 1
	low := int64(bucket-k<<fine) << k
	return low + (int64(1)<<k-1)/2
}

// A histogram is how many runs lie in each bucket.
type histogram struct {
	count    [buckets]uint32
	from, to int // the buckets that may not be empty: [from, to)
}

func (h *histogram) add(bucket uint16, n uint32) {
	h.count[bucket] += n
	if h.to == 0 {
		h.from = int(bucket)
	}
	h.from, h.to = min(h.from, int(bucket)), max(h.to, int(bucket)+1)
}

// duration returns median and 90th percentile. The q-quantile of n lengths is the
// ⌈q·n⌉th of them in order.
func (h *histogram) duration() Duration {
	var d Duration
	for _, c := range h.count[h.from:h.to] {
		d.N += int64(c)
	}
	if d.N == 0 {
		return d
	}
	at := func(rank int64) *int64 {
		for b := h.from; b < h.to; b++ {
			if rank -= int64(h.count[b]); rank <= 0 {
				return new(minutesOf(b))
			}
		}
		return nil
	}
	d.MedianMin, d.P90Min = at((d.N+1)/2), at((9*d.N+9)/10)
	return d
}

// clear empties h.
func (h *histogram) clear() {
	clear(h.count[h.from:h.to])
	h.from, h.to = 0, 0
}

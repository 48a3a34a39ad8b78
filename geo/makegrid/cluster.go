package main

import "math"

// A part is one of the sets that a set of pixels is divided into.
type part struct {
	center point
	pixels []point
}

// middle returns a place in the part near its centre, off the raster, so that
// no four sites lie on one circle.
func (p part) middle(rnd *random) point {
	best, bestD := p.pixels[0], int64(math.MaxInt64)
	for _, q := range p.pixels {
		if d := distance2(q, p.center); d < bestD {
			best, bestD = q, d
		}
	}
	return point{best.x + rnd.below(pixelMicro) - pixelMicro/2, best.y + rnd.below(pixelMicro) - pixelMicro/2}
}

// cluster divides pixels into k parts around moving centres (Lloyd's rounds).
// A few rounds even the parts out; many would turn them into honeycomb.
func cluster(pixels []point, k, rounds int, density func(point) int64, rnd *random) []part {
	weight := make([]int64, len(pixels))
	for i, p := range pixels {
		weight[i] = density(p)
	}
	centers := scatter(pixels, weight, k, rnd)
	owner := make([]int, len(pixels))
	for range rounds {
		assign(pixels, centers, owner)
		sums := make([]struct{ x, y, w int64 }, k)
		for i, p := range pixels {
			s := &sums[owner[i]]
			s.x += (p.x - pixels[0].x) * weight[i]
			s.y += (p.y - pixels[0].y) * weight[i]
			s.w += weight[i]
		}
		for c, s := range sums {
			if s.w > 0 {
				centers[c] = point{pixels[0].x + s.x/s.w, pixels[0].y + s.y/s.w}
			}
		}
	}
	assign(pixels, centers, owner)
	parts := make([]part, k)
	for c := range parts {
		parts[c].center = centers[c]
	}
	for i, p := range pixels {
		parts[owner[i]].pixels = append(parts[owner[i]].pixels, p)
	}
	return parts
}

func assign(pixels, centers []point, owner []int) {
	for i, p := range pixels {
		bestD := int64(math.MaxInt64)
		for c, q := range centers {
			if d := distance2(p, q); d < bestD {
				owner[i], bestD = c, d
			}
		}
	}
}

// scatter picks k first centres, each the best of a few random ones: far from
// those already there, where the ground is dense.
func scatter(pixels []point, weight []int64, k int, rnd *random) []point {
	var centers []point
	for range k {
		var best point
		bestScore := -1.0
		for range 6 {
			i := rnd.below(int64(len(pixels)))
			d := int64(1 << 40)
			for _, c := range centers {
				d = min(d, distance2(pixels[i], c))
			}
			if score := float64(d) * float64(weight[i]); score > bestScore {
				best, bestScore = pixels[i], score
			}
		}
		centers = append(centers, best)
	}
	return centers
}

// random is splitmix64: a counter, stirred. Its sequence is part of the
// drawing, so it is written here rather than borrowed.
type random struct{ state uint64 }

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number in [0, n).
func (r *random) below(n int64) int64 { return int64(r.next() % uint64(n)) }

// signed returns a number in [-1, 1).
func (r *random) signed() float64 { return float64(int64(r.next())>>11) / (1 << 52) }

package main

import (
	"cmp"
	"math"
	"slices"
)

const (
	gridTotal  = 1401 // duty grids of the district
	seed       = 20261123
	pixelMicro = 500 // raster step, about 50 m
)

// A site is the seed of one duty grid.
type site struct {
	at        point
	community string
	urban     bool
}

type plan struct {
	sites []site
}

// share puts down the sites of all grids. It works top down, each time dividing
// a set of pixels: the district by streets, a street by communities, a community
// by its grids. Only the sites are kept; their Voronoi cells follow the raster's
// division nearly, and are unions by construction: each cell belongs to the
// community of its site.
func share(in *input) *plan {
	rnd := &random{seed}
	pixels := raster(in.outline)
	ground := divide(pixels, in.streets)

	weights := make([][]float64, len(in.streets))
	var all []float64
	communities := make([][][]point, len(in.streets))
	for i, s := range in.streets {
		communities[i] = settle(s, ground[i], rnd)
		weights[i] = make([]float64, len(s.units))
		for j, u := range s.units {
			weights[i][j] = gridWeight(s.kind, u.kind, len(communities[i][j]))
		}
		all = append(all, weights[i]...)
	}
	counts := apportion(gridTotal, all)

	p := new(plan)
	for i, s := range in.streets {
		for j, u := range s.units {
			n := counts[0]
			counts = counts[1:]
			uniform := func(point) int64 { return 1 }
			for _, part := range cluster(communities[i][j], n, 12, uniform, rnd) {
				p.sites = append(p.sites, site{at: part.middle(rnd), community: u.code, urban: s.kind == "street"})
			}
		}
	}
	return p
}

// raster returns the middles of the pixels inside the outline.
func raster(outline []point) []point {
	lo, hi := outline[0], outline[0]
	for _, p := range outline {
		lo = point{min(lo.x, p.x), min(lo.y, p.y)}
		hi = point{max(hi.x, p.x), max(hi.y, p.y)}
	}
	var pixels []point
	for y := lo.y + pixelMicro/2; y < hi.y; y += pixelMicro {
		// Pixels of a row are inside between the odd and the even crossing.
		var cuts []int64
		for i, a := range outline {
			b := outline[(i+1)%len(outline)]
			if (a.y > y) != (b.y > y) {
				cuts = append(cuts, a.x+(b.x-a.x)*(y-a.y)/(b.y-a.y))
			}
		}
		slices.Sort(cuts)
		for k := 0; k+1 < len(cuts); k += 2 {
			first := (cuts[k]-lo.x)/pixelMicro + 1
			for x := lo.x + first*pixelMicro; x < cuts[k+1]; x += pixelMicro {
				pixels = append(pixels, point{x, y})
			}
		}
	}
	return pixels
}

// landmarks are places whose street is known. Their streets reach out from
// them as they do from their centres.
var landmarks = map[string]point{
	"440114001": micro(113.20802, 23.37289),
	"440114002": micro(113.2203, 23.4042),
}

// divide gives each pixel to the street whose centre or landmark is nearest after taking a
// head start off the squared distance (a power diagram), and adjusts the head
// starts until every street has its share of the area.
func divide(pixels []point, streets []street) [][]point {
	var total float64
	for _, s := range streets {
		total += s.areaKm2
	}
	hearts := make([][]point, len(streets))
	for i, s := range streets {
		hearts[i] = []point{warp(s.center)}
		if known, ok := landmarks[s.code]; ok {
			hearts[i] = append(hearts[i], warp(known))
		}
	}
	headStart := make([]int64, len(streets))
	nearest := func(p point) int {
		best, bestD := 0, int64(math.MaxInt64)
		for i := range streets {
			for _, heart := range hearts[i] {
				if d := distance2(p, heart) - headStart[i]; d < bestD {
					best, bestD = i, d
				}
			}
		}
		return best
	}
	const every = 8 // a sample of the pixels is enough to adjust
	var sample []point
	for k := 0; k < len(pixels); k += every {
		sample = append(sample, warp(pixels[k]))
	}
	const pixelArea = int64(pixelMicro*scaleX) * int64(pixelMicro*scaleY)
	for range 400 {
		have := make([]int, len(streets))
		for _, p := range sample {
			have[nearest(p)]++
		}
		for i, s := range streets {
			want := int(s.areaKm2 / total * float64(len(sample)))
			headStart[i] += int64(want-have[i]) * every * pixelArea / 8
		}
	}
	owner := make(map[point]int, len(pixels))
	for _, p := range pixels {
		owner[p] = nearest(warp(p))
	}
	rejoin(pixels, owner, len(streets))
	ground := make([][]point, len(streets))
	for _, p := range pixels {
		ground[owner[p]] = append(ground[owner[p]], p)
	}
	return ground
}

// warp moves p along slow waves, by up to a kilometre, so that the boundaries
// of streets are not the straight lines of a power diagram.
func warp(p point) point {
	wave := func(v int64, length, phase float64) float64 {
		return math.Sin(float64(float64(v)/length*2*math.Pi) + phase)
	}
	return point{
		p.x + int64(6000*wave(p.y, 93_000, 1)) + int64(2500*wave(p.y+p.x/2, 37_000, 2)),
		p.y + int64(6000*wave(p.x, 81_000, 3)) + int64(2500*wave(p.x-p.y/2, 33_000, 4)),
	}
}

// rejoin leaves every street one connected ground: where the outline or a wave
// cuts a piece off, it goes to the street beside it.
func rejoin(pixels []point, owner map[point]int, streets int) {
	beside := []point{{pixelMicro, 0}, {-pixelMicro, 0}, {0, pixelMicro}, {0, -pixelMicro}}
	seen := make(map[point]bool, len(pixels))
	pieces := make([][][]point, streets)
	for _, p := range pixels {
		if seen[p] {
			continue
		}
		seen[p] = true
		piece := []point{p}
		for k := 0; k < len(piece); k++ {
			for _, d := range beside {
				q := point{piece[k].x + d.x, piece[k].y + d.y}
				if o, inside := owner[q]; inside && o == owner[p] && !seen[q] {
					seen[q] = true
					piece = append(piece, q)
				}
			}
		}
		pieces[owner[p]] = append(pieces[owner[p]], piece)
	}
	for s := range pieces {
		slices.SortStableFunc(pieces[s], func(a, b []point) int { return cmp.Compare(len(b), len(a)) })
		for _, piece := range pieces[s][1:] {
			touching := make([]int, streets)
			for _, p := range piece {
				for _, d := range beside {
					if o, inside := owner[point{p.x + d.x, p.y + d.y}]; inside && o != s {
						touching[o]++
					}
				}
			}
			to := s // a piece that touches nobody stays
			for o, n := range touching {
				if n > 0 && (to == s || n > touching[to]) {
					to = o
				}
			}
			for _, p := range piece {
				owner[p] = to
			}
		}
	}
}

// settle divides a street's ground among its communities. Ground near the
// centre is divided more finely; residents' committees (居委会) stand around the
// centre and villages around them, each kind in the order of the list.
func settle(s street, ground []point, rnd *random) [][]point {
	const core = 1500 / unitMeters // metres around the centre that count as built up
	crowd := int64(8)
	if s.kind == "town" {
		crowd = 40
	}
	density := func(p point) int64 {
		d := float64(distance2(p, s.center)) / (core * core)
		return 8 + int64(float64(crowd)/(1+d))
	}
	parts := cluster(ground, len(s.units), 10, density, rnd)

	from := func(p part) int64 { return distance2(p.center, s.center) }
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(from(a), from(b)) })
	inner := 0
	for _, u := range s.units {
		if u.kind == "community" {
			inner++
		}
	}
	turn := func(p part) float64 {
		return math.Atan2(float64(p.center.y-s.center.y)*scaleY, float64(p.center.x-s.center.x)*scaleX)
	}
	around := func(a, b part) int { return cmp.Compare(turn(a), turn(b)) }
	slices.SortFunc(parts[:inner], around)
	slices.SortFunc(parts[inner:], around)

	grounds := make([][]point, len(s.units))
	nextInner, nextOuter := 0, inner
	for i, u := range s.units {
		next := &nextOuter
		if u.kind == "community" {
			next = &nextInner
		}
		grounds[i] = parts[*next].pixels
		*next++
	}
	return grounds
}

// gridWeight says how many grids a community would have if there were no fixed
// total: people first, ground second.
func gridWeight(streetKind, unitKind string, pixels int) float64 {
	const pixelKm2 = 0.00283
	people := 4.0
	switch {
	case streetKind == "street" && unitKind == "community":
		people = 6.5
	case streetKind == "street":
		people = 7
	case unitKind == "community":
		people = 6
	}
	return people + 0.15*pixelKm2*float64(pixels)
}

// apportion divides total in proportion to weights, at least one each, by
// largest remainders.
func apportion(total int, weights []float64) []int {
	var sum float64
	for _, w := range weights {
		sum += w
	}
	counts := make([]int, len(weights))
	type rest struct {
		i int
		r float64
	}
	var rests []rest
	left := total
	for i, w := range weights {
		share := w / sum * float64(total)
		counts[i] = max(1, int(share))
		left -= counts[i]
		rests = append(rests, rest{i, share - float64(counts[i])})
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return cmp.Compare(b.r, a.r) })
	for k := range left {
		counts[rests[k].i]++
	}
	return counts
}

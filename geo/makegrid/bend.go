package main

import "math"

// bend returns the edge as a line of points from a to b that wanders a little,
// as boundaries along streams and lanes do: the middle of each piece is moved
// sideways by a random part of its length, again and again until the pieces are
// short. Streets of the town are straighter.
//
// A line stays within the two triangles between the edge and its sites. The
// triangles of different edges do not overlap, so no two lines can cross.
func bend(e edge, sites []site) []point {
	sway, shortest := 0.16, 260.0 // part of the length; metres
	if sites[e.left].urban && sites[e.right].urban {
		sway, shortest = 0.05, 200
	}
	rnd := &random{seed ^ uint64(e.left)<<32 ^ uint64(e.right)}
	kite := func(p point) bool {
		for _, s := range []point{sites[e.left].at, sites[e.right].at} {
			if inTriangle(p, e.a, e.b, s) {
				return true
			}
		}
		return false
	}
	line := []point{e.a}
	var walk func(a, b point, depth int)
	walk = func(a, b point, depth int) {
		if depth < 4 && math.Sqrt(float64(distance2(a, b)))*unitMeters > shortest {
			m := point{(a.x + b.x) / 2, (a.y + b.y) / 2}
			// A quarter turn in the metric of distance2, in thousandths.
			k := int64(math.Round(1000 * sway * rnd.signed()))
			moved := point{
				m.x - (b.y-a.y)*k*scaleY/(1000*scaleX),
				m.y + (b.x-a.x)*k*scaleX/(1000*scaleY),
			}
			if kite(moved) {
				m = moved
			}
			walk(a, m, depth+1)
			walk(m, b, depth+1)
			return
		}
		line = append(line, b)
	}
	walk(e.a, e.b, 0)
	return line
}

// inTriangle reports whether p lies inside the triangle, not on its sides.
func inTriangle(p, a, b, c point) bool {
	u, v, w := cross(a, b, p), cross(b, c, p), cross(c, a, p)
	return u > 0 && v > 0 && w > 0 || u < 0 && v < 0 && w < 0
}

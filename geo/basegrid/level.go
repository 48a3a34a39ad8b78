package basegrid

import "math"

// A level is what one layer of tiles draws: the regions of a list of codes,
// with a weight for every vertex of their boundaries.
//
// Lines are made simpler for far views by leaving out light vertices. A vertex
// has one weight, whoever's boundary it is on, so neighbours leave out the same
// ones and still share their edge. Junctions are never left out.
type level struct {
	codes   []string
	regions map[string]*region
	weight  map[Vertex]float64 // lattice units; infinite at junctions
}

func newLevel(codes []string, regions map[string]*region) *level {
	l := &level{codes: codes, regions: regions, weight: make(map[Vertex]float64)}
	neighbours := make(map[Vertex]map[Vertex]bool)
	link := func(a, b Vertex) {
		if neighbours[a] == nil {
			neighbours[a] = make(map[Vertex]bool, 2)
		}
		neighbours[a][b] = true
	}
	l.eachRing(func(ring []Vertex) {
		for i, v := range ring {
			w := ring[(i+1)%len(ring)]
			link(v, w)
			link(w, v)
		}
	})
	l.eachRing(func(ring []Vertex) {
		var junctions []int
		for i, v := range ring {
			if len(neighbours[v]) != 2 {
				junctions = append(junctions, i)
			}
		}
		if len(junctions) < 2 {
			junctions = anchors(ring, junctions)
		}
		for k, from := range junctions {
			to := junctions[(k+1)%len(junctions)]
			line := []Vertex{ring[from]}
			for i := (from + 1) % len(ring); ; i = (i + 1) % len(ring) {
				line = append(line, ring[i])
				if i == to {
					break
				}
			}
			l.weigh(line)
		}
	})
	return l
}

func (l *level) eachRing(do func([]Vertex)) {
	for _, code := range l.codes {
		if r := l.regions[code]; r != nil {
			for _, ring := range r.rings {
				do(ring)
			}
		}
	}
}

// anchors gives a ring with fewer than two junctions, such as an island, two
// vertices that stay: its first junction or lowest vertex, and the one farthest
// from that. Both sides of the ring choose the same.
func anchors(ring []Vertex, junctions []int) []int {
	first := 0
	if len(junctions) > 0 {
		first = junctions[0]
	} else {
		for i, v := range ring {
			if compare(v, ring[first]) < 0 {
				first = i
			}
		}
	}
	far, farD := first, -1.0
	for i, v := range ring {
		d := math.Hypot(float64(v.X-ring[first].X), float64(v.Y-ring[first].Y))
		if d > farD || d == farD && compare(v, ring[far]) < 0 {
			far, farD = i, d
		}
	}
	return []int{first, far}
}

// weigh sets the weights of a line between two junctions by Douglas and
// Peucker's rule: the vertex farthest from the chord weighs its distance, and
// divides the line in two. No vertex weighs more than the one that exposed it,
// so leaving out everything below a limit is the same as simplifying to it.
func (l *level) weigh(line []Vertex) {
	a, b := line[0], line[len(line)-1]
	l.weight[a], l.weight[b] = math.Inf(1), math.Inf(1)
	var split func(line []Vertex, atMost float64)
	split = func(line []Vertex, atMost float64) {
		if len(line) < 3 {
			return
		}
		far, farD := 0, -1.0
		for i := 1; i < len(line)-1; i++ {
			d := distance2(line[i], line[0], line[len(line)-1])
			if d > farD || d == farD && compare(line[i], line[far]) < 0 {
				far, farD = i, d
			}
		}
		w := min(math.Sqrt(farD), atMost)
		l.weight[line[far]] = w
		split(line[:far+1], w)
		split(line[far:], w)
	}
	// Both neighbours come by, one in each direction: measure in the same one.
	if compare(a, b) > 0 {
		line = reversed(line)
	}
	split(line, math.Inf(1))
}

func reversed(line []Vertex) []Vertex {
	out := make([]Vertex, len(line))
	for i, v := range line {
		out[len(line)-1-i] = v
	}
	return out
}

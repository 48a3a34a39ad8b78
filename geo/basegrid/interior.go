package basegrid

import (
	"container/heap"
	"math"
)

// interior returns a point of the region that is nearly as far from its
// boundary as any. It looks at squares, the most promising first: no point of a
// square is farther from the boundary than its middle plus half its diagonal,
// so a square that cannot win by a hundredth of the region's size is dropped.
func interior(rings [][]Vertex, lo, hi Vertex) Vertex {
	width, height := hi.X-lo.X, hi.Y-lo.Y
	half := max(min(width, height)/4, max(width, height)/64, 1)
	precision := float64(max(width, height)) / 100

	var best square
	best.depth = math.Inf(-1)
	var q queue
	look := func(middle Vertex, half int64) {
		s := square{middle: middle, half: half, depth: depth(middle, rings)}
		s.promise = s.depth + float64(half)*math.Sqrt2
		if s.depth > best.depth {
			best = s
		}
		if s.promise > best.depth+precision {
			heap.Push(&q, s)
		}
	}
	for y := lo.Y + half; y-half < hi.Y; y += 2 * half {
		for x := lo.X + half; x-half < hi.X; x += 2 * half {
			look(Vertex{x, y}, half)
		}
	}
	for looks := 0; q.Len() > 0 && looks < 2000; looks++ {
		s := heap.Pop(&q).(square)
		if s.promise <= best.depth+precision && best.depth > 0 || s.half < 2 {
			break
		}
		h := s.half / 2
		for _, d := range [4]Vertex{{-h, -h}, {h, -h}, {-h, h}, {h, h}} {
			look(Vertex{s.middle.X + d.X, s.middle.Y + d.Y}, h)
		}
	}
	if best.depth <= 0 {
		return rings[0][0] // a needle: its tip must do
	}
	return best.middle
}

type square struct {
	middle  Vertex
	half    int64
	depth   float64 // of the middle, see depth
	promise float64 // no point of the square is deeper
}

// depth is the distance of v to the boundary, negative outside. East and north
// are measured alike: a tenth more or less does not matter to a label.
func depth(v Vertex, rings [][]Vertex) float64 {
	nearest := math.Inf(1)
	for _, ring := range rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			nearest = min(nearest, distance2(v, a, b))
			a = b
		}
	}
	if Find(v, rings...) == Inside {
		return math.Sqrt(nearest)
	}
	return -math.Sqrt(nearest)
}

// distance2 is the square of the distance from v to the segment a–b.
func distance2(v, a, b Vertex) float64 {
	dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
	px, py := float64(v.X-a.X), float64(v.Y-a.Y)
	if length2 := dx*dx + dy*dy; length2 > 0 {
		t := min(max((px*dx+py*dy)/length2, 0), 1)
		px, py = px-t*dx, py-t*dy
	}
	return px*px + py*py
}

// A queue holds squares, the most promising first.
type queue []square

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].promise > q[j].promise }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(s any)        { *q = append(*q, s.(square)) }
func (q *queue) Pop() any {
	last := len(*q) - 1
	s := (*q)[last]
	*q = (*q)[:last]
	return s
}

package tally

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/projections/figures"
)

// sums are what some days add up to, by group and figure, and by group and lap. By day
// a group is a day of its month, by month there is one.
type sums struct {
	cells  []cell
	runs   []run
	bucket []uint16 // of all runs
	count  []uint32
}

type cell struct {
	group  int32
	figure uint8
	n      int64
}

// A run is the lengths of one lap in one group: the buckets [from, to), in order.
type run struct {
	group    int32
	lap      uint8
	from, to int32
}

// workroom is memory that adding up needs for a while.
type workroom struct {
	dense   []int64
	groups  [chunkSize]int32
	rows    [chunkSize]uint16
	keys    []uint32 // of lengths: group and lap
	values  []uint16
	sorted  []uint16
	starts  []int32
	lengths histogram
	whole   []histogram
}

var workrooms = sync.Pool{New: func() any { return new(workroom) }}

// sum adds up the counts of the days [from, to) of a month that pass the sieve. What is
// suspended is not added: see [picture.stocks].
func (p *picture) sum(m *month, from, to figures.Day, s *sieve, g *grouping) *sums {
	room := workrooms.Get().(*workroom)
	defer workrooms.Put(room)
	width, groups := len(p.words.figures), max(len(g.keys), 1)
	if g.by == ByDay {
		groups = 31
	}
	lapOf := make([]int8, width)
	for i, f := range p.words.figures {
		lapOf[i] = int8(slices.Index(figures.Laps, figures.LapOf(f)))
	}
	room.dense = slices.Grow(room.dense[:0], groups*width)[:groups*width]
	clear(room.dense)
	room.keys, room.values = room.keys[:0], room.values[:0]
	if few := p.few(m, s); few != nil {
		room.pick(m, from, to, few, s, g, width, lapOf)
	} else {
		room.scan(m, from, to, s, g, width, lapOf)
	}
	out := &sums{}
	for f, figure := range p.words.figures {
		if figure == figures.Stock || figure == figures.StockSince {
			for i := range groups {
				room.dense[i*width+f] = 0
			}
		}
	}
	for i, n := range room.dense {
		if n != 0 {
			out.cells = append(out.cells, cell{int32(i / width), uint8(i % width), n})
		}
	}
	room.lay(out, groups)
	return out
}

// scan adds up all counts of some days that pass.
func (room *workroom) scan(m *month, from, to figures.Day, s *sieve, g *grouping, width int, lapOf []int8) {
	for _, d := range m.days {
		if d.day < from || d.day >= to {
			continue
		}
		base := int32(0)
		if g.by == ByDay {
			base = int32(dayOfMonth(d.day) - 1)
		}
		for _, b := range d.blocks {
			rows, all := s.pass(b, room.rows[:0:chunkSize])
			if !all && len(rows) == 0 {
				continue
			}
			to := room.groups[:b.rows()]
			g.groups(s, b, to)
			if base != 0 {
				for i := range to {
					to[i] = base
				}
			}
			if all {
				for i, f := range b.figure {
					room.dense[int(to[i])*width+int(f)]++
				}
				for i := range b.minutes {
					room.length(b, uint16(i), to[i], lapOf)
				}
			} else {
				for _, i := range rows {
					room.dense[int(to[i])*width+int(b.figure[i])]++
					room.length(b, i, to[i], lapOf)
				}
			}
			for _, o := range b.odd {
				if !o.stock && s.has(b, o.row) {
					room.dense[int(to[o.row])*width+int(b.figure[o.row])] += o.n - 1
				}
			}
		}
	}
}

// pick adds up the counts of some days that lie on few paths.
func (room *workroom) pick(m *month, from, to figures.Day, few []path, s *sieve, g *grouping, width int, lapOf []int8) {
	laid := m.lay()
	first, last := int32(dayOfMonth(from)-1), int32(31)
	if string(to[:7]) == m.name {
		last = int32(dayOfMonth(to) - 1)
	}
	for _, x := range few {
		for _, at := range x.rows {
			k, i := at>>rowBits, uint16(at&(1<<rowBits-1))
			b, on := laid.blocks[k], laid.day[k]
			if on < first || on >= last || !x.sieve.has(b, i) || x.again != nil && x.again[s.placeOf(b)[i]] {
				continue
			}
			group := on
			if g.by != ByDay {
				group = g.group(s, b, i)
			}
			room.dense[int(group)*width+int(b.figure[i])] += b.adds(i)
			room.length(b, i, group, lapOf)
		}
	}
}

// length notes how long the run that a count judges was.
func (room *workroom) length(b *block, i uint16, group int32, lapOf []int8) {
	if m := b.minutes[i]; m != noMinutes {
		if lap := lapOf[b.figure[i]]; lap >= 0 {
			room.keys, room.values = append(room.keys, uint32(group)<<4|uint32(lap)), append(room.values, m)
		}
	}
}

// adds is what a count adds.
func (b *block) adds(i uint16) int64 {
	for _, o := range b.odd {
		if o.row == i {
			return o.n
		}
	}
	return 1
}

// lay sorts the lengths by group and lap, and counts those of one bucket together.
func (room *workroom) lay(out *sums, groups int) {
	n := groups << 4
	room.starts = slices.Grow(room.starts[:0], n+1)[:n+1]
	clear(room.starts)
	for _, k := range room.keys {
		room.starts[k+1]++
	}
	for i := range n {
		room.starts[i+1] += room.starts[i]
	}
	room.sorted = slices.Grow(room.sorted[:0], len(room.values))[:len(room.values)]
	for i, k := range room.keys {
		room.sorted[room.starts[k]] = room.values[i]
		room.starts[k]++ // ends up as where the next key starts
	}
	from := int32(0)
	for k, to := range room.starts[:n] {
		list := room.sorted[from:to]
		from = to
		if len(list) == 0 {
			continue
		}
		r := run{group: int32(k >> 4), lap: uint8(k & 15), from: int32(len(out.bucket))}
		if len(list) < buckets/8 {
			slices.Sort(list)
			for i, m := range list {
				if i > 0 && m == list[i-1] {
					out.count[len(out.count)-1]++
				} else {
					out.bucket, out.count = append(out.bucket, m), append(out.count, 1)
				}
			}
		} else {
			for _, m := range list {
				room.lengths.add(m, 1)
			}
			for b := room.lengths.from; b < room.lengths.to; b++ {
				if c := room.lengths.count[b]; c > 0 {
					out.bucket, out.count = append(out.bucket, uint16(b)), append(out.count, c)
				}
			}
			room.lengths.clear()
		}
		r.to = int32(len(out.bucket))
		out.runs = append(out.runs, r)
	}
}

// weight is the bytes that s takes, roughly.
func (s *sums) weight() int { return 64 + 16*len(s.cells) + 16*len(s.runs) + 6*len(s.bucket) }

// A part is sums whose groups stand at a place among others.
type part struct {
	*sums
	base int32
}

// A whole is parts added up.
type whole struct {
	width  int     // of the figures
	dense  []int64 // by group and figure
	total  []int64 // by figure
	there  []bool  // groups that anything was counted for
	runs   [][]Duration
	totals []Duration
}

// join adds parts up, of so many groups.
func (p *picture) join(parts []part, groups int) *whole {
	room := workrooms.Get().(*workroom)
	defer workrooms.Put(room)
	width := len(p.words.figures)
	w := &whole{
		width: width, dense: make([]int64, groups*width), total: make([]int64, width), there: make([]bool, groups), runs: make([][]Duration, groups),
		totals: make([]Duration, len(figures.Laps)),
	}
	type piece struct {
		part int
		run
	}
	var pieces []piece
	for i, x := range parts {
		for _, c := range x.cells {
			g := int(c.group + x.base)
			w.dense[g*width+int(c.figure)] += c.n
			w.total[c.figure] += c.n
			w.there[g] = true
		}
		for _, r := range x.runs {
			r.group += x.base
			pieces = append(pieces, piece{i, r})
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return int(a.group-b.group)<<4 + int(a.lap) - int(b.lap) })
	if room.whole == nil {
		room.whole = make([]histogram, len(figures.Laps))
	}
	for i, x := range pieces {
		s := parts[x.part]
		for k := x.from; k < x.to; k++ {
			room.lengths.add(s.bucket[k], s.count[k])
			room.whole[x.lap].add(s.bucket[k], s.count[k])
		}
		if i+1 < len(pieces) && pieces[i+1].group == x.group && pieces[i+1].lap == x.lap {
			continue
		}
		if w.runs[x.group] == nil {
			w.runs[x.group] = make([]Duration, len(figures.Laps))
		}
		w.runs[x.group][x.lap] = room.lengths.duration()
		room.lengths.clear()
	}
	for lap := range room.whole {
		w.totals[lap] = room.whole[lap].duration()
		room.whole[lap].clear()
	}
	return w
}

// merge adds up sums of the same groups.
func (p *picture) merge(list []*sums, groups int) *sums {
	room := workrooms.Get().(*workroom)
	defer workrooms.Put(room)
	width := len(p.words.figures)
	room.dense = slices.Grow(room.dense[:0], groups*width)[:groups*width]
	clear(room.dense)
	type piece struct {
		of *sums
		run
	}
	var pieces []piece
	for _, x := range list {
		for _, c := range x.cells {
			room.dense[int(c.group)*width+int(c.figure)] += c.n
		}
		for _, r := range x.runs {
			pieces = append(pieces, piece{x, r})
		}
	}
	out := &sums{}
	for i, n := range room.dense {
		if n != 0 {
			out.cells = append(out.cells, cell{int32(i / width), uint8(i % width), n})
		}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return int(a.group-b.group)<<4 + int(a.lap) - int(b.lap) })
	for i, x := range pieces {
		for k := x.from; k < x.to; k++ {
			room.lengths.add(x.of.bucket[k], x.of.count[k])
		}
		if i+1 < len(pieces) && pieces[i+1].group == x.group && pieces[i+1].lap == x.lap {
			continue
		}
		r := run{group: x.group, lap: x.lap, from: int32(len(out.bucket))}
		for b := room.lengths.from; b < room.lengths.to; b++ {
			if c := room.lengths.count[b]; c > 0 {
				out.bucket, out.count = append(out.bucket, uint16(b)), append(out.count, c)
			}
		}
		room.lengths.clear()
		r.to = int32(len(out.bucket))
		out.runs = append(out.runs, r)
	}
	return out
}

// stocks returns what was suspended when the period ended, by group and in all; by day
// and month, what each added. What months that are over added is kept.
func (p *picture) stocks(to figures.Day, c choice, s *sieve, g *grouping) (map[string]stock, stock) {
	groups, all := map[string]stock{}, stock{}
	for _, m := range p.months {
		var added *sums
		switch last := string(to[:7]); {
		case m.name > last:
			return groups, all
		case m.name == last || p.isNewest(m):
			added = p.stocked(m, to, s, g)
		default:
			added = p.cache.get(p.kept("stock "+m.name, c, g), m.stamp, func() (*sums, int) {
				x := p.stocked(m, to, s, g)
				return x, x.weight()
			})
		}
		for _, x := range added.cells {
			key := m.name
			switch g.by {
			case ByMonth:
			case ByDay:
				key = fmt.Sprintf("%s-%02d", m.name, x.group+1)
			default:
				key = g.keys[x.group]
			}
			one := stock{n: x.n}
			if p.words.figures[x.figure] == figures.StockSince {
				one = stock{since: x.n}
			}
			groups[key], all = groups[key].plus(one), all.plus(one)
		}
	}
	return groups, all
}

// stocked returns what the days of a month before `to` added to what is suspended.
func (p *picture) stocked(m *month, to figures.Day, s *sieve, g *grouping) *sums {
	type place struct {
		group  int32
		figure uint8
	}
	added := map[place]int64{}
	for _, d := range m.days {
		if d.day >= to {
			break
		}
		for _, b := range d.blocks {
			for _, o := range b.odd {
				if !o.stock || !s.has(b, o.row) {
					continue
				}
				at := place{0, b.figure[o.row]}
				switch g.by {
				case ByMonth:
				case ByDay:
					at.group = int32(dayOfMonth(d.day) - 1)
				default:
					at.group = int32(g.group(s, b, o.row))
				}
				added[at] += o.n
			}
		}
	}
	out := &sums{cells: make([]cell, 0, len(added))}
	for at, n := range added {
		out.cells = append(out.cells, cell{at.group, at.figure, n})
	}
	return out
}

func dayOfMonth(d figures.Day) int { return int(d[8]-'0')*10 + int(d[9]-'0') }

// midnight is when a day begins.
func midnight(d figures.Day) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, string(d), deadline.CST)
	if err != nil {
		return time.Time{}
	}
	return t
}

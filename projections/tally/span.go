package tally

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"gridcommand/projections/figures"
)

// A span is the days of a period that lie in one month that has counts.
type span struct {
	*month
	from, to figures.Day
	isWhole  bool
}

// spans cuts a period into months, of which those without counts are left out.
func (p *picture) spans(from, to time.Time) []span {
	var list []span
	for _, x := range stretches(from, to) {
		if i, found := slices.BinarySearchFunc(p.months, x.month, func(m *month, name string) int { return strings.Compare(m.name, name) }); found {
			list = append(list, span{p.months[i], x.from, x.to, x.isWhole})
		}
	}
	return list
}

// settled returns sums of which the spans' are made: those of the months that are over
// as one, which is kept.
func (p *picture) settled(spans []span, c choice, s *sieve, g *grouping) []*sums {
	n, stamp := 0, int64(0)
	for n < len(spans) && !p.isNewest(spans[n].month) {
		stamp = max(stamp, spans[n].stamp)
		n++
	}
	if n < 2 {
		return p.sums(spans, c, s, g)
	}
	first, last := spans[0], spans[n-1]
	over := p.cache.get(p.kept(string(first.from)+" "+string(last.to), c, g), stamp, func() (*sums, int) {
		m := p.merge(p.sums(spans[:n], c, s, g), max(len(g.keys), 1))
		return m, m.weight()
	})
	return append(p.sums(spans[n:], c, s, g), over)
}

// kept names what some days add up to.
func (p *picture) kept(days string, c choice, g *grouping) string {
	turn := int64(0)
	if c.now {
		turn = p.located.Load().turn
	}
	return fmt.Sprintf("%s %s %d %s", days, g.by, turn, c.key())
}

// sums returns what each span adds up to, from memory or side by side. Days of the
// newest month, unless it is asked for as a whole, are not kept: they move.
func (p *picture) sums(spans []span, c choice, s *sieve, g *grouping) []*sums {
	out := make([]*sums, len(spans))
	one := func(i int) {
		x := spans[i]
		sum := func() (*sums, int) {
			s := p.sum(x.month, x.from, x.to, s, g)
			return s, s.weight()
		}
		switch {
		case x.isWhole:
			out[i] = p.cache.get(p.kept(x.name, c, g), x.stamp, sum)
		case !p.isNewest(x.month):
			out[i] = p.cache.get(p.kept(string(x.from)+" "+string(x.to), c, g), x.stamp, sum)
		default:
			out[i], _ = sum()
		}
	}
	if len(spans) < 2 {
		for i := range spans {
			one(i)
		}
		return out
	}
	var next sync.Mutex
	var wait sync.WaitGroup
	at := 0
	for range min(runtime.GOMAXPROCS(0), len(spans)) {
		wait.Go(func() {
			for {
				next.Lock()
				i := at
				at++
				next.Unlock()
				if i >= len(spans) {
					return
				}
				one(i)
			}
		})
	}
	wait.Wait()
	return out
}

// foresee adds up the months that are over, for those who ask about everything: so the
// first of them need not wait. The newest month moves with every fact.
func (p *picture) foresee(now bool) {
	c := choice{all: true, now: now}
	s := p.sieve(c)
	for _, by := range Bys {
		g := p.grouping(by, now)
		var spans []span
		for _, m := range p.months[:max(len(p.months)-1, 0)] {
			from := midnight(figures.Day(m.name + "-01"))
			spans = append(spans, span{m, figures.DayOf(from), figures.DayOf(from.AddDate(0, 1, 0)), true})
		}
		p.sums(spans, c, s, &g)
	}
}

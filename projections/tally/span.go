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

// sums returns what each span adds up to: whole months from memory where they are, the
// others side by side.
func (p *picture) sums(spans []span, c choice, s *sieve, g *grouping) []*sums {
	out := make([]*sums, len(spans))
	one := func(i int) {
		x := spans[i]
		sum := func() (*sums, int) {
			s := p.sum(x.month, x.from, x.to, s, g)
			return s, s.weight()
		}
		if !x.isWhole {
			out[i], _ = sum()
			return
		}
		turn := int64(0)
		if c.now {
			turn = p.located.Load().turn
		}
		out[i] = p.cache.get(fmt.Sprintf("%s %s %d %s", x.name, g.by, turn, c.key()), x.stamp, sum)
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

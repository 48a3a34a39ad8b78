package tally

import (
	"slices"
	"strings"
)

// A choice says which counts a question is about, whatever their figure and day.
type choice struct {
	Filter
	scope []string // keys that may fit, in order; the district's alone: everything
	all   bool     // scope leaves nothing out
	now   bool     // places by the base grid in force
}

func (v *View) choice(q Query) choice {
	c := choice{Filter: q.Filter, now: q.Ground == Now && q.Grid != nil}
	for _, key := range q.Scope {
		kind, what, _ := strings.Cut(key, ":")
		switch {
		case kind == "area" && what == v.folder.Book().District():
			c.all = true
		case kind == "area" && (len(what) == 9 || len(what) == 12), kind == "held":
			c.scope = append(c.scope, key)
		}
	}
	slices.Sort(c.scope)
	if c.all {
		c.scope = nil
	}
	return c
}

// key tells choices apart.
func (c choice) key() string {
	var b strings.Builder
	list := func(words []string) {
		for _, w := range words {
			b.WriteString(w)
			b.WriteByte(0)
		}
		b.WriteByte(1)
	}
	if c.all {
		b.WriteByte('*')
	}
	if c.now {
		b.WriteByte('@')
	}
	list(c.scope)
	for _, words := range [][]string{c.Street, c.Community, c.Unit, c.Person, c.Matter, c.Source, c.Tier} {
		words = slices.Clone(words)
		slices.Sort(words)
		list(words)
	}
	return b.String()
}

// A sieve lets the counts of a choice through: each mask by the place of a word in its
// list, nil where everything passes.
type sieve struct {
	places                      []place
	now                         bool
	scopePlace, scopeUnit       []bool // any of both suffices
	place, unit, matter, origin []bool
	person                      []bool
	figure                      []bool
}

// sieve makes a choice ready for a picture.
func (p *picture) sieve(c choice) *sieve {
	w := p.words
	if c.now {
		w = p.located.Load().ends
	}
	s := &sieve{places: w.places, now: c.now}
	if !c.all {
		areas, units := map[string]bool{}, map[string]bool{}
		for _, key := range c.scope {
			kind, what, _ := strings.Cut(key, ":")
			if kind == "area" {
				areas[what] = true
			} else {
				units[what] = true
			}
		}
		s.scopePlace = mask(w.places, func(x place) bool { return areas[x.street] || areas[x.community] })
		s.scopeUnit = mask(w.units, func(x string) bool { return units[x] })
	}
	in := func(list []string, x string) bool { return len(list) == 0 || slices.Contains(list, x) }
	if len(c.Street)+len(c.Community) > 0 {
		s.place = mask(w.places, func(x place) bool { return in(c.Street, x.street) && in(c.Community, x.community) })
	}
	if len(c.Source)+len(c.Tier) > 0 {
		s.origin = mask(w.origins, func(x origin) bool { return in(c.Source, string(x.source)) && in(c.Tier, string(x.tier)) })
	}
	s.unit, s.matter, s.person = wanted(w.units, c.Unit), wanted(w.matters, c.Matter), wanted(w.persons, c.Person)
	return s
}

func mask[T any](list []T, has func(T) bool) []bool {
	m := make([]bool, len(list))
	for i, x := range list {
		m[i] = has(x)
	}
	return m
}

// wanted is the mask of the words that are wanted; nil: all.
func wanted(list, these []string) []bool {
	if len(these) == 0 {
		return nil
	}
	set := map[string]bool{}
	for _, w := range these {
		set[w] = true
	}
	return mask(list, func(x string) bool { return set[x] })
}

// placeOf returns where the counts of b lie.
func (s *sieve) placeOf(b *block) []uint16 {
	if s.now {
		return b.now.Load().place
	}
	return b.place
}

// pass returns the rows of b that pass, in order, and whether all do. Its room is for
// chunkSize rows.
func (s *sieve) pass(b *block, room []uint16) (rows []uint16, all bool) {
	n := b.rows()
	rows, all = room[:0], true
	if s.scopePlace != nil {
		at := s.placeOf(b)
		for i := range n {
			if s.scopePlace[at[i]] || s.scopeUnit[b.unit[i]] {
				rows = append(rows, uint16(i))
			}
		}
		all = false
	}
	rows, all = keep(rows, all, n, s.figure, b.figure)
	rows, all = keep(rows, all, n, s.place, s.placeOf(b))
	rows, all = keep(rows, all, n, s.unit, b.unit)
	rows, all = keep(rows, all, n, s.matter, b.matter)
	rows, all = keep(rows, all, n, s.person, b.person)
	return keep(rows, all, n, s.origin, b.origin)
}

// keep drops the rows whose word a mask does not have.
func keep[T uint8 | uint16 | uint32](rows []uint16, all bool, n int, mask []bool, column []T) ([]uint16, bool) {
	switch {
	case mask == nil:
		return rows, all
	case all:
		for i, x := range column[:n] {
			if mask[x] {
				rows = append(rows, uint16(i))
			}
		}
	default:
		kept := rows[:0]
		for _, i := range rows {
			if mask[column[i]] {
				kept = append(kept, i)
			}
		}
		rows = kept
	}
	return rows, false
}

// has tells whether one row passes.
func (s *sieve) has(b *block, i uint16) bool {
	return (s.scopePlace == nil || s.scopePlace[s.placeOf(b)[i]] || s.scopeUnit[b.unit[i]]) &&
		(s.figure == nil || s.figure[b.figure[i]]) && (s.place == nil || s.place[s.placeOf(b)[i]]) && (s.unit == nil || s.unit[b.unit[i]]) &&
		(s.matter == nil || s.matter[b.matter[i]]) && (s.person == nil || s.person[b.person[i]]) && (s.origin == nil || s.origin[b.origin[i]])
}

// A grouping puts counts in groups: by a column's word, through a table, or all of a day
// or month in one.
type grouping struct {
	by    By
	keys  []string // by group; by day and month: as days come
	table []int32  // group of a word; nil: by day or month
}

// grouping of everything that a picture knows.
func (p *picture) grouping(by By, now bool) grouping {
	g := grouping{by: by}
	w := p.words
	if now {
		w = p.located.Load().ends
	}
	index := map[string]int32{}
	of := func(key string) int32 {
		i, known := index[key]
		if !known {
			i = int32(len(g.keys))
			index[key], g.keys = i, append(g.keys, key)
		}
		return i
	}
	add := func(key string) { g.table = append(g.table, of(key)) }
	switch by {
	case ByStreet:
		for _, x := range w.places {
			add(x.street)
		}
	case ByCommunity:
		for _, x := range w.places {
			add(x.community)
		}
	case ByUnit:
		each(w.units, add)
	case ByPerson:
		each(w.persons, add)
	case ByMatter:
		each(w.matters, add)
	case BySource:
		for _, x := range w.origins {
			add(string(x.source))
		}
	case ByTier:
		for _, x := range w.origins {
			add(string(x.tier))
		}
	case ByDay, ByMonth:
		g.keys = []string{}
	}
	return g
}

func each(list []string, f func(string)) {
	for _, x := range list {
		f(x)
	}
}

// groups writes the group of each of b's counts.
func (g *grouping) groups(s *sieve, b *block, to []int32) {
	switch g.by {
	case ByStreet, ByCommunity:
		lookUp(to, g.table, s.placeOf(b))
	case ByUnit:
		lookUp(to, g.table, b.unit)
	case ByPerson:
		lookUp(to, g.table, b.person)
	case ByMatter:
		lookUp(to, g.table, b.matter)
	case BySource, ByTier:
		lookUp(to, g.table, b.origin)
	case ByDay, ByMonth:
		clear(to[:b.rows()])
	}
}

func lookUp[T uint8 | uint16 | uint32](to, table []int32, column []T) {
	to = to[:len(column)]
	for i, x := range column {
		to[i] = table[x]
	}
}

// group returns the group of one row.
func (g *grouping) group(s *sieve, b *block, i uint16) int32 {
	switch g.by {
	case ByStreet, ByCommunity:
		return g.table[s.placeOf(b)[i]]
	case ByUnit:
		return g.table[b.unit[i]]
	case ByPerson:
		return g.table[b.person[i]]
	case ByMatter:
		return g.table[b.matter[i]]
	case BySource, ByTier:
		return g.table[b.origin[i]]
	case ByDay, ByMonth:
	}
	return 0
}

package tally

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/geo/basegrid"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
)

// large is a year of a million incidents: eleven million counts, laid out as the rows
// would be.
func large(b *testing.B) (*View, *picture) {
	b.Helper()
	ref, err := reference.Load()
	if err != nil {
		b.Fatal(err)
	}
	grid, err := basegrid.Load()
	if err != nil {
		b.Fatal(err)
	}
	v := New(nil, casefile.NewFolder(ref.Book, ref.Matters))
	rnd := rand.New(rand.NewPCG(1, 1))
	c := v.cube.Load()
	c.vocab, c.days, c.months = newVocabulary(), map[figures.Day]*day{}, remember[sums](monthsKept)
	w := &c.vocab.words
	for _, x := range grid.Communities() {
		w.places = append(w.places, place{x.Code[:9], x.Code})
	}
	for _, u := range ref.Book.Units() {
		w.units = append(w.units, u.Code)
	}
	for i := range 250 {
		w.matters = append(w.matters, fmt.Sprintf("gb47678.5-2026/matter/%05d", i))
	}
	for i := range 1500 {
		w.persons = append(w.persons, fmt.Sprintf("person-%d", i))
	}
	for _, s := range incident.Sources {
		for _, t := range jurisdiction.Tiers {
			w.origins = append(w.origins, origin{s, t})
		}
	}
	for _, f := range figures.All {
		w.figures = append(w.figures, f.Figure)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	const perDay = 30_000
	begin := time.Date(2025, 11, 1, 0, 0, 0, 0, deadline.CST)
	for d := range 370 {
		on := &day{day: figures.DayOf(begin.AddDate(0, 0, d))}
		for left := perDay; left > 0; left -= chunkSize {
			x := newBlock(min(left, chunkSize))
			for i := range x.rows() {
				x.figure[i], x.origin[i] = uint8(rnd.IntN(34)), uint8(rnd.IntN(len(w.origins)))
				x.place[i], x.unit[i] = uint16(rnd.IntN(len(w.places))), uint16(rnd.IntN(len(w.units)))
				x.matter[i], x.person[i] = uint16(rnd.IntN(len(w.matters))), uint32(rnd.IntN(len(w.persons)))
				x.subject[i], x.minutes[i] = uint32(d*perDay+i), noMinutes
				if rnd.IntN(3) == 0 {
					x.figure[i], x.minutes[i] = uint8(44+rnd.IntN(8)), bucketOf(int64(rnd.ExpFloat64()*2000))
				}
			}
			on.blocks = append(on.blocks, x)
		}
		c.days[on.day] = on
	}
	p := c.picture(rows{position: 1, at: begin.AddDate(0, 0, 369)})
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("%.1f bytes for each of %d counts", float64(after.HeapAlloc-before.HeapAlloc)/(370*perDay), 370*perDay)
	return v, p
}

// BenchmarkCube says what questions cost at eleven million counts, when nobody asked the
// like before and when somebody did.
func BenchmarkCube(b *testing.B) {
	v, p := large(b)
	grid, _ := basegrid.Load()
	ref, _ := reference.Load()
	yard := Yardsticks{Grid: grid, Evaluation: &ref.Evaluation, People: reference.People()}
	year := Query{
		From: time.Date(2025, 11, 1, 0, 0, 0, 0, deadline.CST), To: time.Date(2026, 11, 1, 0, 0, 0, 0, deadline.CST), By: ByStreet, Reading: Fact,
		Ground: Was, Scope: []string{"area:440114"}, Yardsticks: yard,
	}
	with := func(change func(q *Query)) Query { q := year; change(&q); return q }
	for name, q := range map[string]Query{
		"year by street":                year,
		"year by unit":                  with(func(q *Query) { q.By = ByUnit }),
		"year by person":                with(func(q *Query) { q.By = ByPerson }),
		"year by matter, both readings": with(func(q *Query) { q.By, q.Reading = ByMatter, Both }),
		"year of an office":             with(func(q *Query) { q.By, q.Scope = ByMatter, []string{"held:440114002-S01"} }),
		"year of a source by day":       with(func(q *Query) { q.By, q.Source = ByDay, []string{"hotline"} }),
		"half a month by street": with(func(q *Query) {
			q.From = time.Date(2026, 10, 10, 0, 0, 0, 0, deadline.CST)
			q.To = q.From.AddDate(0, 0, 15)
		}),
		"month by street, compared": with(func(q *Query) {
			q.From = time.Date(2026, 10, 1, 0, 0, 0, 0, deadline.CST)
			q.Compare = []Ago{YearAgo, MonthAgo}
		}),
	} {
		c := v.choice(q)
		b.Run(name+", cold", func(b *testing.B) {
			for b.Loop() {
				p.cache = remember[sums](monthsKept)
				v.reckon(p, q, c)
			}
		})
		b.Run(name+", warm", func(b *testing.B) {
			for b.Loop() {
				v.reckon(p, q, c)
			}
		})
	}
}

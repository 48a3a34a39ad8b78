package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
)

// Figures of the district (domain rules §1): hotline tickets a day and their
// types, January–May 2018. The types listed add up to 88.98 %; the rest is "other".
const hotlineADay = 173

var ticketTypes = []struct {
	name   string
	weight float64
}{
	{"consult", 4.69}, {"complaint", 32.80}, {"report", 33.41}, {"suggestion", 2.95}, {"help", 15.13}, {"other", 11.02},
}

// An Arrival is one report that will be made.
type Arrival struct {
	At     time.Time
	Key    string // stable: the same day of the same simulation makes the same arrivals
	Source incident.Source
	Matter catalogue.Key // zero: the caller named nothing that is a matter
	Text   string
	Grid   string // code of the grid it lies in
	Seed   uint64
}

// A Planner makes the reports of a day. It is a pure function of its seed and the day.
type Planner struct {
	Seed    uint64
	Texts   *reference.Texts
	Matters *catalogue.Catalogue
	Grids   []string
}

// Day returns the reports of the day that begins at midnight (CST), in order of time.
func (p Planner) Day(midnight time.Time) []Arrival {
	rnd := rand.New(rand.NewPCG(p.Seed, uint64(midnight.Unix())))
	busy := 1.08
	if wd := midnight.In(deadline.CST).Weekday(); wd == time.Saturday || wd == time.Sunday {
		busy = 0.8
	}
	hotlineShare := 22
	for _, s := range p.Texts.SourceShares {
		if s.Source == incident.FromHotline {
			hotlineShare = s.Percent
		}
	}
	var day []Arrival
	for _, share := range p.Texts.SourceShares {
		mean := hotlineADay * busy * float64(share.Percent) / float64(hotlineShare)
		for i := range poisson(rnd, mean) {
			a := Arrival{
				Source: share.Source,
				Key:    fmt.Sprintf("%s-%s-%d", midnight.In(deadline.CST).Format("20060102"), share.Source, i),
				Grid:   p.Grids[rnd.IntN(len(p.Grids))],
				Seed:   rnd.Uint64(),
			}
			if share.Source == incident.FromHotline {
				a.Matter, a.Text = p.ticket(rnd)
			} else {
				a.Matter, a.Text = p.seen(rnd)
			}
			a.At = midnight.Add(p.timeOfDay(rnd, a))
			day = append(day, a)
		}
	}
	slices.SortFunc(day, func(a, b Arrival) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	return day
}

func (p Planner) ticket(rnd *rand.Rand) (catalogue.Key, string) {
	x := rnd.Float64() * 100
	for _, t := range ticketTypes {
		if x -= t.weight; x < 0 || t.name == "other" {
			texts := p.Texts.Tickets[t.name]
			for range 8 {
				pick := texts[rnd.IntN(len(texts))]
				if !leaves(pick.Matter) {
					return pick.Matter, pick.Text
				}
			}
		}
	}
	return catalogue.Key{}, p.Texts.Tickets["other"][0].Text
}

// leaves tells whether matters of k only leave the platform by a hand-over, so
// that nobody could ever close them here.
func leaves(k catalogue.Key) bool { return strings.HasPrefix(k.Prefixed(), "huadu-demo:99") }

// seen picks what a passer-by sees: litter often, a sinkhole seldom.
func (p Planner) seen(rnd *rand.Rand) (catalogue.Key, string) {
	for {
		pick := p.Texts.Incidents[rnd.IntN(len(p.Texts.Incidents))]
		keep := 0.5
		switch criteria := p.Matters.CriteriaOf(pick.Matter); {
		case len(criteria) == 0:
			keep = 0.15
		case criteria[0].Limit.Unit.Urgent():
			keep = 0.35
		}
		if code := pick.Matter.Code; code == "06010" || code == "06012" || code == "07001" || code == "09005" || code == "06036" || code == "06042" {
			keep = 1
		}
		if rnd.Float64() < keep {
			return pick.Matter, pick.Text
		}
	}
}

func (p Planner) timeOfDay(rnd *rand.Rand, a Arrival) time.Duration {
	hours, ok := p.Texts.HoursOf(a.Source, a.Matter)
	if !ok || a.Source == incident.FromInspector {
		if own, has := p.Texts.HoursOf(a.Source, catalogue.Key{}); has {
			hours, ok = own, true
		}
	}
	hour := 8 + rnd.IntN(10)
	if ok {
		total := 0
		for _, w := range hours {
			total += w
		}
		x := rnd.IntN(total)
		for h, w := range hours {
			if x -= w; x < 0 {
				hour = h
				break
			}
		}
	}
	return time.Duration(hour)*time.Hour + time.Duration(rnd.Int64N(int64(time.Hour))).Truncate(time.Millisecond)
}

// poisson draws from a Poisson distribution (Knuth's product method, in steps so
// that large means do not underflow).
func poisson(rnd *rand.Rand, mean float64) int {
	n := 0
	for mean > 0 {
		step := min(mean, 20)
		mean -= step
		left := rnd.ExpFloat64()
		for left < step {
			n++
			left += rnd.ExpFloat64()
		}
	}
	return n
}

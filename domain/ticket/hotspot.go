package ticket

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
)

// A Call is what hot spots and repeats are made of: somebody called about something somewhere.
type Call struct {
	Ticket   string
	Number   string
	Type     Type
	At       time.Time
	Line     string        // who called; empty: not known, who counts for nobody
	Matter   catalogue.Key // zero: not said
	Point    *orb.Point
	Incident string // empty: none

	Confidential bool
}

// A Spot is one thing that many called about.
type Spot struct {
	Incident string // that they share; empty: a matter at a place
	Matter   catalogue.Key
	Center   *orb.Point // of the call that has the most others near it
	Callers  int
	Tickets  []string // the oldest first
	First    time.Time
	Last     time.Time
}

// Heat is from when a thing is a hot spot.
type Heat struct {
	Callers int
	Meters  float64
	Within  time.Duration
}

// HotSpots returns what at least so many different callers called about within the time
// before at: one incident, or one matter within so many metres. A call is in one spot
// only: an incident's first, then the fullest place's. The most callers come first.
func HotSpots(calls []Call, at time.Time, h Heat) []Spot {
	left := slices.DeleteFunc(slices.Clone(calls), func(c Call) bool { return c.Line == "" || c.At.After(at) || c.At.Before(at.Add(-h.Within)) })
	slices.SortFunc(left, func(a, b Call) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ticket, b.Ticket)) })
	left = slices.CompactFunc(left, func(a, b Call) bool { return a.Ticket == b.Ticket })
	var spots []Spot
	take := func(shared bool, has func(Call) bool, same func(a, b Call) bool) {
		cold := map[string]bool{}
		for {
			best, most := -1, 0
			for i, c := range left {
				if !has(c) || cold[c.Ticket] {
					continue
				}
				switch n := callers(left, c, same); {
				case n < h.Callers:
					cold[c.Ticket] = true // taking others away makes it no fuller
				case n > most:
					best, most = i, n
				}
			}
			if best < 0 {
				return
			}
			var spot Spot
			spot, left = gather(left, left[best], same)
			if spot.Callers = most; !shared {
				spot.Incident = ""
			}
			spots = append(spots, spot)
		}
	}
	take(true, func(c Call) bool { return c.Incident != "" }, func(a, b Call) bool { return a.Incident == b.Incident })
	take(false, func(c Call) bool { return c.Point != nil && !c.Matter.IsZero() }, func(a, b Call) bool {
		return a.Matter == b.Matter && b.Point != nil && apart(*a.Point, *b.Point) <= h.Meters
	})
	slices.SortStableFunc(spots, func(a, b Spot) int { return cmp.Or(cmp.Compare(b.Callers, a.Callers), a.First.Compare(b.First)) })
	return spots
}

// callers counts the different ones among those that are the same thing as c.
func callers(all []Call, c Call, same func(a, b Call) bool) int {
	lines := map[string]bool{}
	for _, x := range all {
		if same(c, x) {
			lines[x.Line] = true
		}
	}
	return len(lines)
}

// gather takes what is the same thing as center out of all.
func gather(all []Call, center Call, same func(a, b Call) bool) (Spot, []Call) {
	spot := Spot{Incident: center.Incident, Matter: center.Matter, Center: center.Point}
	var rest []Call
	for _, c := range all {
		if !same(center, c) {
			rest = append(rest, c)
			continue
		}
		if len(spot.Tickets) == 0 {
			spot.First = c.At
		}
		spot.Tickets, spot.Last = append(spot.Tickets, c.Ticket), c.At
	}
	return spot, rest
}

// apart is how many metres lie between two points of one town: on a plane, which is
// true to a part in ten thousand over a few kilometres.
func apart(a, b orb.Point) float64 {
	const degree = 111_195.0 // metres of a degree of latitude on a sphere of 6,371 km
	x := (a[0] - b[0]) * degree * math.Cos((a[1]+b[1])/2*math.Pi/180)
	return math.Hypot(x, (a[1]-b[1])*degree)
}

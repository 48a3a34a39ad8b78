package ticket

import "time"

// CallOf is what a ticket says about who called about what.
func CallOf(id string, s State) Call {
	c := Call{Ticket: id, Number: s.Content.Number, At: s.Clocks.City.From, Type: s.Content.Type, Matter: s.Content.Matter}
	if s.Content.Location != nil {
		c.Point = s.Content.Location.Point
	}
	if s.Link != nil {
		c.Incident = s.Link.Incident
	}
	if who := s.Content.Caller; who != nil {
		c.Line, c.Confidential = who.Line, who.Confidential
	}
	return c
}

// Alike says what is the same thing, and how long it stays so.
type Alike struct {
	Meters float64
	Within time.Duration
}

// Same tells whether two calls are about the same: one incident, or one matter within so
// many metres.
func (k Alike) Same(a, b Call) bool {
	return a.Incident != "" && a.Incident == b.Incident ||
		!a.Matter.IsZero() && a.Matter == b.Matter && a.Point != nil && b.Point != nil && apart(*a.Point, *b.Point) <= k.Meters
}

// Earlier returns what makes c a repeat complaint (重复投诉), if it is one: the calls of
// the same caller about the same within the time before it, the last of them and how
// many. Who asks again for information complains of nothing. A confidential call neither
// is a repeat nor makes one: it would tell who called.
func Earlier(before []Call, c Call, k Alike) (Repeat, bool) {
	var last Call
	n := 0
	counts := func(x Call) bool { return x.Line != "" && !x.Confidential && x.Type != Consult }
	for _, x := range before {
		if x.Ticket == c.Ticket || !counts(x) || !counts(c) || x.Line != c.Line || !k.Same(x, c) {
			continue
		}
		if ago := c.At.Sub(x.At); ago < 0 || ago > k.Within || ago == 0 && x.Ticket > c.Ticket {
			continue
		}
		if n++; n == 1 || x.At.After(last.At) {
			last = x
		}
	}
	return Repeat{Of: last.Ticket, Number: last.Number, Count: n}, n > 0
}

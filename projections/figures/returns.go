package figures

import (
	"slices"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/projections/casefile"
)

// An Exchange is an incident that went from one unit to another because the first gave
// it up: it returned it and a desk gave it to the second, or a desk moved it.
type Exchange struct {
	Year   int // in China Standard Time
	Matter string
	From   string
	To     string
}

// A Settlement is an incident that a unit gave up, and who brought it to its end: another
// unit, or in the end the same.
type Settlement struct {
	Day       Day
	Street    string
	Community string
	Matter    string
	Unit      string // that gave it up
	Handler   string // that handled it in the end
}

// ExchangeOf returns the exchange that a fact completes, if it does.
func ExchangeOf(s casefile.Step) (Exchange, bool) {
	x := Exchange{Year: s.Record.At.In(deadline.CST).Year(), From: s.Before.LastGiver}
	if s.After.Matter != nil {
		x.Matter = s.After.Matter.Key()
	}
	switch e := s.Event.(type) {
	case incident.Dispatched:
		x.To = e.Unit
	case incident.CoordinationConcluded:
		x.To = e.Lead
	case incident.Transferred:
		x.From, x.To = e.From, e.Unit
	default:
		return x, false
	}
	return x, x.From != "" && x.From != x.To
}

// SettlementsOf returns what an incident's close settles, once for each unit that gave
// it up since it was filed.
func SettlementsOf(s casefile.Step) []Settlement {
	if _, closed := s.Event.(incident.Closed); !closed || s.Before.Unit == "" {
		return nil
	}
	f := s.Before
	at := Settlement{Day: DayOf(s.Record.At), Street: f.Seen.Street, Community: f.Seen.Community, Handler: f.Unit}
	if f.Matter != nil {
		at.Matter = f.Matter.Key()
	}
	var list []Settlement
	for _, unit := range f.GivenUp {
		if !slices.Contains(f.Settled, unit) {
			at.Unit = unit
			list = append(list, at)
		}
	}
	return list
}

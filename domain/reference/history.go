package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/table"
)

// An Edition is whole tables with the moment from which they count.
type Edition struct {
	Version   string
	At        time.Time // when it was enacted
	By        incident.Actor
	Effective time.Time
	Basis     string
	Note      string
	Tables    Tables
}

// A History is everything that was ever enacted and ruled, in that order. Its zero
// value is a district that goes by its [Base] alone. What a history says of a moment
// never changes by what is added later: nothing counts before it was enacted.
type History struct {
	Editions []Edition
	Rulings  []jurisdiction.Ruling
	Grids    []GridEdition
}

// Evolve returns h after e. It never fails and never judges, and leaves the history it
// was given as it was.
func Evolve(h History, e Event) History {
	switch e := e.(type) {
	case Enacted:
		edition := Edition{
			Version: e.Version, At: e.At, By: e.By, Effective: later(e.Effective, e.At), Basis: e.Basis, Note: e.Note, Tables: Tables{},
		}
		for name, text := range e.Tables {
			edition.Tables[name], _ = ReadText(name, text)
		}
		h.Editions = append(slices.Clip(h.Editions), edition)
	case Ruled:
		r := jurisdiction.Ruling{
			Number: e.Number, Authority: e.Authority, Matter: e.Matter, Area: e.Area, Unit: e.Unit, Basis: e.Basis,
			Effective: later(e.Effective, e.At),
		}
		if e.Expires != nil {
			r.Expires = *e.Expires
		}
		h.Rulings = append(slices.Clip(h.Rulings), r)
	case RulingEnded:
		h.Rulings = slices.Clone(h.Rulings)
		for i, r := range h.Rulings {
			if ends := later(e.Ends, e.At); r.Number == e.Number && (r.Expires.IsZero() || ends.Before(r.Expires)) {
				h.Rulings[i].Expires = ends
			}
		}
	case GridDrawn:
		h.Grids = append(slices.Clip(h.Grids), GridEdition{
			Version: e.Version, At: e.At, By: e.By, Effective: later(e.Effective, e.At), Basis: e.Basis, Note: e.Note,
			Grids: e.Grids, SHA256: e.SHA256, GeoJSON: e.GeoJSON,
		})
	default:
		panic(fmt.Sprintf("reference: unhandled event %T", e))
	}
	return h
}

// Concluded returns h after a coordination of an incident ended with a ruling.
func (h History) Concluded(r incident.Ruling, at time.Time, incidentID string) History {
	ruling := jurisdiction.Ruling{
		Number: r.Number, Authority: r.Authority, Matter: r.Matter, Area: r.Area, Unit: r.Unit, Effective: at, Incident: incidentID,
	}
	if r.Expires != nil {
		ruling.Expires = *r.Expires
	}
	h.Rulings = append(slices.Clip(h.Rulings), ruling)
	return h
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Decider is the rules of reference data.
var Decider = domain.Decider[Order, Event, History]{Decide: Decide, Evolve: Evolve}

// A Composite is the tables in force at a moment, and the editions they are of.
type Composite struct {
	Tables   Tables
	Versions Versions
	From     map[string]time.Time // since when each table is in force; zero: from the start

	policy, matters string // versions of what several tables make
}

// Key tells composites apart.
func (c Composite) Key() string {
	var b strings.Builder
	for _, name := range TableNames {
		b.WriteString(c.Versions[name] + "\n")
	}
	return b.String()
}

// InForce returns what is in force at a moment, as far as the first `known` editions
// go: of each table the one that took effect last.
func (h History) InForce(base *Base, at time.Time, known int) Composite {
	c := Composite{Tables: Tables{}, Versions: versions(), From: map[string]time.Time{}, policy: PolicyVersion, matters: CatalogueVersion}
	var policyFrom, mattersFrom time.Time
	for _, name := range TableNames {
		c.Tables[name] = base.Tables[name]
	}
	for _, e := range h.Editions[:known] {
		if e.Effective.After(at) {
			continue
		}
		for name, rows := range e.Tables {
			if e.Effective.Before(c.From[name]) {
				continue
			}
			if name == Limits || name == PolicyTable {
				rows = mergeBy(base.Tables[name], rows, func(row table.Row) string { return row.Fields[0] }) // a newer program knows settings that the edition does not
			}
			c.Tables[name], c.Versions[name], c.From[name] = rows, e.Version, e.Effective
			switch name {
			case CalendarTable, EvaluationTable: // nobody's routing goes by them
			case Matters, Criteria, SchemeMapping:
				if !e.Effective.Before(mattersFrom) {
					c.matters, mattersFrom = e.Version, e.Effective
				}
			default:
				if !e.Effective.Before(policyFrom) {
					c.policy, policyFrom = e.Version, e.Effective
				}
			}
		}
	}
	return c
}

// Compile returns what a composite makes, or a [*FaultsError].
func (b *Base) Compile(c Composite) (*Reference, error) {
	return compile(c.Tables, c.Versions, c.policy, c.matters, b.Reference.Texts)
}

// At returns the reference data in force at a moment, with the rulings that bind then.
func (h History) At(base *Base, at time.Time) (*Reference, error) {
	r, err := base.Compile(h.InForce(base, at, len(h.Editions)))
	if err != nil {
		return nil, err
	}
	r.Book = r.Book.WithRulings(jurisdiction.NewRulings(h.Rulings), at)
	return r, nil
}

// Turns returns the moments at which something else comes into force.
func (h History) Turns() []time.Time { return h.turns(time.Time{})[1:] }

// turns returns the moments from `from` on at which something else comes into force.
func (h History) turns(from time.Time) []time.Time {
	list := []time.Time{from}
	for _, e := range h.Editions {
		if e.Effective.After(from) {
			list = append(list, e.Effective)
		}
	}
	slices.SortFunc(list, time.Time.Compare)
	return slices.CompactFunc(list, time.Time.Equal)
}

package tally

import (
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"gridcommand/domain/patrol"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// SubjectKind is what a figure counts facts of.
type SubjectKind string

// The kinds of subjects.
const (
	OfIncident SubjectKind = "incident"
	OfTicket   SubjectKind = "ticket"
	OfPatrol   SubjectKind = "patrol" // an inspector's day
)

// SubjectKinds holds every kind.
var SubjectKinds = []SubjectKind{OfIncident, OfTicket, OfPatrol}

// How much of where a subject lies may be told by its point.
const (
	noPoint  = 0 // it has none: it lies where a fact was counted
	hasPoint = 1
	kept     = 2 // its street may not know of it: it lies nowhere
)

// A subject is what facts are counted of.
type subject struct {
	kind       SubjectKind
	id, number string
	sight      int64
	lng, lat   int64 // on the base grid's lattice
}

func (s subject) at(p orb.Point) subject {
	s.sight = hasPoint
	s.lng, s.lat = int64(math.Round(p[0]*basegrid.Lattice)), int64(math.Round(p[1]*basegrid.Lattice))
	return s
}

func incidentSubject(f casefile.File) subject {
	s := subject{kind: OfIncident, id: f.ID, number: f.Number}
	switch p, placed := f.Point(); {
	case f.Seen.Street != f.Street || f.Seen.Community != f.Community:
		s.sight = kept
	case placed:
		s = s.at(p)
	}
	return s
}

func ticketSubject(id string, t ticket.State) subject {
	s := subject{kind: OfTicket, id: id, number: t.Content.Number}
	if l := t.Content.Location; l != nil && l.Point != nil {
		s = s.at(*l.Point)
	}
	return s
}

func patrolSubject(r eventstore.Record) subject {
	_, day, _ := patrol.ParseStreamID(r.Stream.ID())
	return subject{kind: OfPatrol, id: r.Stream.ID(), number: day}
}

// moved is a subject that a page brought or changed.
type moved struct {
	subject
	changed eventstore.Position
}

func writeSubjects(ctx context.Context, tx *sql.Tx, all map[eventstore.Position]moved) error {
	rows := make([][]any, 0, len(all))
	for _, first := range slices.Sorted(maps.Keys(all)) {
		m := all[first]
		rows = append(rows, []any{int64(first), int64(m.changed), string(m.kind), m.id, m.number, m.sight, m.lng, m.lat})
	}
	return projections.Bulk{
		Table: "tally_subjects", Columns: []string{"first", "changed", "kind", "id", "number", "sight", "lng", "lat"},
		Tail: `ON CONFLICT (first) DO UPDATE SET changed = excluded.changed, number = excluded.number, sight = excluded.sight,
			lng = excluded.lng, lat = excluded.lat`,
	}.Write(ctx, tx, rows)
}

package casebook

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// Near asks for incidents of one matter around a point.
type Near struct {
	ID     string    // the incident asked about, which is left out; empty: not reported yet
	Matter string    // scheme/kind/code
	Point  orb.Point // WGS-84
	At     time.Time // when it was or is reported
	Meters float64
	Within time.Duration
	Scope  []string // visibility keys of the caller, any of which suffices
}

// Around returns the question about what lies near f, as f was reported; false: f has
// no place or no matter, and nothing is near it.
func Around(f casefile.File, meters float64, within time.Duration, scope []string) (Near, bool) {
	p, placed := f.Point()
	if !placed || f.Matter == nil {
		return Near{}, false
	}
	return Near{f.ID, f.Matter.Key(), p, f.ReportedAt, meters, within, scope}, true
}

// A Neighbour is an incident of the same matter that lies near.
type Neighbour struct {
	File   casefile.File
	Meters float64 // how far away
}

// Neighbours is the answer.
type Neighbours struct {
	Items    []Neighbour
	Count    int // recurrences: which time this is; 1: the first
	Position eventstore.Position
	At       time.Time // of the last fact folded
}

// Duplicates returns the open incidents that may be the same as the one asked about:
// of its matter, within so many metres, reported within so long before or after it. The
// nearest comes first.
func (v *View) Duplicates(ctx context.Context, n Near) (Neighbours, error) {
	p := n.plan()
	p.and("status = " + p.arg(string(incident.StatusOpen)))
	p.and("reported_at BETWEEN " + p.arg(n.At.Add(-n.Within).UnixMicro()) + " AND " + p.arg(n.At.Add(n.Within).UnixMicro()))
	out, err := v.near(ctx, n, p, func(context.Context, *sql.Tx, map[string]casefile.File) error { return nil })
	slices.SortFunc(out.Items, func(a, b Neighbour) int {
		return cmp.Or(cmp.Compare(a.Meters, b.Meters), cmp.Compare(a.File.First, b.File.First))
	})
	return out, err
}

// Recurrences returns the closed incidents that the one asked about is again: of its
// matter, within so many metres, closed within so long before it was reported; and
// those that they are linked to as recurrences in turn. The last one closed comes
// first; Count is which time this is, as far as the caller may see.
func (v *View) Recurrences(ctx context.Context, n Near) (Neighbours, error) {
	p := n.plan()
	p.and("status = " + p.arg(string(incident.StatusClosed)))
	p.and("closed_at BETWEEN " + p.arg(n.At.Add(-n.Within).UnixMicro()) + " AND " + p.arg(n.At.UnixMicro()))
	out, err := v.near(ctx, n, p, func(ctx context.Context, tx *sql.Tx, found map[string]casefile.File) error {
		return v.chain(ctx, tx, n, found)
	})
	slices.SortFunc(out.Items, func(a, b Neighbour) int {
		return cmp.Or(b.File.ClosedAt.Compare(*a.File.ClosedAt), cmp.Compare(b.File.First, a.File.First))
	})
	out.Count = 1 + len(out.Items)
	return out, err
}

// plan asks for the matter and the box around the place; the index finds both.
func (n Near) plan() *plan {
	p := &plan{order: "first", column: "first", limit: mostLimit}
	p.and("matter = " + p.arg(n.Matter))
	box := geo.NewBoundAroundPoint(n.Point, 1.01*n.Meters) // a little more: the ball is judged afterwards
	for i, column := range []string{"lat", "lng"} {
		p.and(column + " BETWEEN " + p.arg(int64(math.Floor(box.Min[1-i]*degree))) + " AND " + p.arg(int64(math.Ceil(box.Max[1-i]*degree))))
	}
	p.and("id <> " + p.arg(n.ID))
	p.scope(n.Scope)
	return p
}

// near finds what lies near; more may add to it.
func (v *View) near(ctx context.Context, n Near, p *plan, more func(context.Context, *sql.Tx, map[string]casefile.File) error) (Neighbours, error) {
	out := Neighbours{Items: []Neighbour{}}
	err := projections.Read(ctx, v.db, name, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		out.Position, out.At = position, at
		rows, err := p.rows(ctx, tx)
		if err != nil {
			return err
		}
		var ids []string
		for _, r := range rows {
			ids = append(ids, r.id)
		}
		found, err := v.shelf.Files(ctx, tx, ids)
		if err != nil {
			return err
		}
		maps.DeleteFunc(found, func(_ string, f casefile.File) bool { return n.away(f) > n.Meters })
		if err := more(ctx, tx, found); err != nil {
			return err
		}
		for _, f := range found {
			out.Items = append(out.Items, Neighbour{f.Listed(), n.away(f)})
		}
		return nil
	})
	return out, err
}

// away is how far f lies from the point asked about, in metres.
func (n Near) away(f casefile.File) float64 {
	p, placed := f.Point()
	if !placed {
		return math.MaxFloat64
	}
	return geo.DistanceHaversine(n.Point, p)
}

// longestChain bounds how far back a chain of recurrences is followed.
const longestChain = 50

// chain adds what the found ones are linked to as recurrences, and what those are.
func (v *View) chain(ctx context.Context, tx *sql.Tx, n Near, found map[string]casefile.File) error {
	met, next := map[string]bool{n.ID: true}, slices.Collect(maps.Values(found))
	for range longestChain {
		var ids []string
		for _, f := range next {
			met[f.ID] = true
			if r := f.Recurrence; r != nil && !met[r.Of] && !slices.Contains(ids, r.Of) {
				ids = append(ids, r.Of)
			}
		}
		if len(ids) == 0 {
			return nil
		}
		linked, err := v.shelf.Files(ctx, tx, ids)
		if err != nil {
			return err
		}
		next = nil
		for id, f := range linked {
			next = append(next, f)
			if f.ClosedAt != nil && slices.ContainsFunc(f.Keys(), func(k string) bool { return slices.Contains(n.Scope, k) }) {
				found[id] = f
			}
		}
	}
	return nil
}

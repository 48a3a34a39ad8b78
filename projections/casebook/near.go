package casebook

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
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
	out, err := v.near(ctx, n, incident.StatusOpen, func(x *index, row uint32) bool {
		at := x.reports.values[row]
		return n.At.Add(-n.Within).UnixMicro() <= at && at <= n.At.Add(n.Within).UnixMicro()
	}, func(context.Context, *sql.Tx, map[string]casefile.File) error { return nil })
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
	out, err := v.near(ctx, n, incident.StatusClosed, func(x *index, row uint32) bool {
		return n.At.Add(-n.Within).UnixMicro() <= x.closed[row] && x.closed[row] <= n.At.UnixMicro()
	}, func(ctx context.Context, tx *sql.Tx, found map[string]casefile.File) error {
		return v.chain(ctx, tx, n, found)
	})
	slices.SortFunc(out.Items, func(a, b Neighbour) int {
		return cmp.Or(b.File.ClosedAt.Compare(*a.File.ClosedAt), cmp.Compare(b.File.First, a.File.First))
	})
	out.Count = 1 + len(out.Items)
	return out, err
}

// around returns the ids of incidents with this status around the place, those reported
// first if they are too many: of the matter, in a box that holds the ball, and when it fits.
func (n Near) around(x *index, status incident.Status, when func(*index, uint32) bool) []string {
	box := geo.NewBoundAroundPoint(n.Point, 1.01*n.Meters) // a little more: the ball is judged afterwards
	inside := x.within(box)
	rows := both(
		x.seen(n.Scope), x.facets[byStatus].with(string(status)),
		x.facets[byMatter].where(func(value string) bool { return matterKey(value) == n.Matter }),
	)
	var ids []string
	rows.Iterate(func(row uint32) bool {
		if inside(row) && when(x, row) && x.id(row) != n.ID {
			ids = append(ids, strings.Clone(x.id(row)))
		}
		return len(ids) <= mostLimit
	})
	return ids
}

// near finds what lies near; more may add to it.
func (v *View) near(ctx context.Context, n Near, status incident.Status, when func(*index, uint32) bool,
	more func(context.Context, *sql.Tx, map[string]casefile.File) error,
) (Neighbours, error) {
	out := Neighbours{Items: []Neighbour{}}
	var ids []string
	err := v.consult(ctx, func(x *index) { ids = n.around(x, status, when) }, func(tx *sql.Tx, position eventstore.Position, at time.Time) error {
		out.Position, out.At = position, at
		found, err := v.files(ctx, tx, ids)
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

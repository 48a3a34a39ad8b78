// Package casebook keeps every incident findable: by what it is, where it is, who
// holds it, how it stands and what is written of it.
//
// Of each incident there is one row with the columns that lists filter and sort
// by, its file, the units that ever held it, and the pairs of neighbouring
// characters of its text. A search for a word looks for rows with the word's
// pairs and then for the word itself, so that two Chinese characters find what
// contains them without anything knowing where words begin.
package casebook

import (
	"context"
	"database/sql"
	_ "embed"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

//go:embed schema.sql
var schema string

const name = "casebook"

// A View is the casebook.
type View struct {
	db    *sqldb.DB
	shelf *casefile.Shelf
}

// New returns the casebook, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	return &View{db, casefile.NewShelf(folder, name)}
}

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + schema }

// Tables implements [projections.View].
func (v *View) Tables() []string {
	return []string{v.shelf.Table(), "casebook_rows", "casebook_held", "casebook_grams"}
}

// Apply implements [projections.View]. Nobody watches the casebook: it returns no changes.
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	type turn struct{ before, after casefile.File }
	turns := map[string]turn{}
	err := v.shelf.Fold(ctx, tx, page, func(s casefile.Step) error {
		t, ok := turns[s.After.ID]
		if !ok {
			t.before = s.Before
		}
		t.after = s.After
		turns[s.After.ID] = t
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rows, held, came, left [][]any
	for _, id := range slices.Sorted(maps.Keys(turns)) {
		t := turns[id]
		rows = append(rows, rowOf(t.after))
		for _, unit := range t.after.Held[len(t.before.Held):] {
			held = append(held, []any{unit, t.after.First})
		}
		before, after := textOf(t.before), textOf(t.after)
		if before != after {
			had, has := gramsOf(before), gramsOf(after)
			came = append(came, lacking(has, had, t.after.First)...)
			left = append(left, lacking(had, has, t.after.First)...)
		}
	}
	// In the order of the key, the tree is written from one end to the other.
	slices.SortFunc(came, func(a, b []any) int { return int(min(max(a[0].(int64)-b[0].(int64), -1), 1)) })
	for _, row := range left {
		if _, err := tx.ExecContext(ctx, `DELETE FROM casebook_grams WHERE gram = $1 AND first = $2`, row...); err != nil {
			return nil, err
		}
	}
	for _, bulk := range []struct {
		projections.Bulk
		rows [][]any
	}{
		{projections.Bulk{Table: "casebook_rows", Columns: columns, Tail: onConflict}, rows},
		{projections.Bulk{Table: "casebook_held", Columns: []string{"unit", "first"}, Tail: "ON CONFLICT DO NOTHING"}, held},
		{projections.Bulk{Table: "casebook_grams", Columns: []string{"gram", "first"}, Tail: "ON CONFLICT DO NOTHING"}, came},
	} {
		if err := bulk.Write(ctx, tx, bulk.rows); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// textOf is what words are looked for in.
func textOf(f casefile.File) string {
	if f.ID == "" {
		return ""
	}
	text := fold(f.Description) + "\n" + fold(f.Location.Address)
	if f.Matter != nil {
		text += "\n" + fold(f.Matter.Name)
	}
	return text
}

// lacking returns rows for the grams of a that b has not.
func lacking(a, b []gram, first int64) [][]any {
	var rows [][]any
	for _, g := range a {
		if _, found := slices.BinarySearch(b, g); !found {
			rows = append(rows, []any{int64(g), first})
		}
	}
	return rows
}

var columns = []string{
	"first", "id", "number", "reported_at", "reported_by", "source", // these never change
	"status", "stage", "tier", "street", "community", "seen_district", "seen_street", "seen_community", "holder",
	"matter", "matter_code", "lamp", "overdue", "flags", "text", "lng", "lat", "updated_at", "due",
}

// onConflict leaves the unchanging columns alone, and so their indexes.
var onConflict = func() string {
	var set []string
	for _, c := range columns[6:] {
		set = append(set, c+" = excluded."+c)
	}
	return "ON CONFLICT (first) DO UPDATE SET " + strings.Join(set, ", ")
}()

// never is the due time of what will not break.
const never = math.MaxInt64

// degree is how coordinates are stored: as whole ten-millionths of a degree.
const degree = 1e7

func rowOf(f casefile.File) []any {
	var stage incident.Stage
	if f.Stage != nil {
		stage = *f.Stage
	}
	var holder, matter, code string
	if f.Holder != nil {
		holder = f.Holder.Unit
	}
	if f.Matter != nil {
		matter, code = f.Matter.Key(), f.Matter.Code
	}
	overdue := 0
	if f.Overdue {
		overdue = 1
	}
	flags := " "
	for _, flag := range f.Flags {
		flags += string(flag) + " "
	}
	var lng, lat any
	if p, ok := f.Point(); ok {
		lng, lat = int64(math.Round(p.Lon()*degree)), int64(math.Round(p.Lat()*degree))
	}
	return []any{
		f.First, f.ID, f.Number, f.ReportedAt.UnixMicro(), f.ReportedBy, string(f.Source),
		string(f.Status), string(stage), string(f.Tier), f.Street, f.Community, f.Seen.District, f.Seen.Street, f.Seen.Community, holder,
		matter, code, string(f.Lamp), overdue, flags, textOf(f), lng, lat, f.UpdatedAt.UnixMicro(), breaks(f),
	}
}

// breaks is when the first of f's clocks runs out.
func breaks(f casefile.File) int64 {
	due := int64(never)
	for _, t := range []*time.Time{f.Due.Stage, f.Due.Total} {
		if t != nil {
			due = min(due, t.UnixMicro())
		}
	}
	return due
}

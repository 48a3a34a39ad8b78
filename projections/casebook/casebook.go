// Package casebook keeps every incident findable: by what it is, where it is, who
// holds it, how it stands and what is written of it.
//
// Of each incident there is one row with the columns that lists filter and sort
// by, its file, the units that ever had a hand in it, and the pairs of neighbouring
// characters of its text. A search for a word looks for rows with the word's
// pairs and then for the word itself, so that two Chinese characters find what
// contains them without anything knowing where words begin.
//
// Beside lists it answers what lies near an incident and is of the same matter
// ([View.Duplicates], [View.Recurrences]), and what waits for a desk's word
// ([View.Approvals]). Of a confidential report it tells neither text nor caller, and
// no search finds them.
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
	db     *sqldb.DB
	folder *casefile.Folder
	shelf  *casefile.Shelf
}

// New returns the casebook, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	return &View{db, folder, casefile.NewShelf(folder, name)}
}

// Name implements [projections.View].
func (v *View) Name() string { return name }

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + schema }

// Tables implements [projections.View].
func (v *View) Tables() []string {
	return []string{v.shelf.Table(), "casebook_rows", "casebook_held", "casebook_asked", "casebook_grams"}
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
	var rows, held, asked, came, left [][]any
	deleted := map[string][][]any{}
	drop := func(query string, row ...any) { deleted[query] = append(deleted[query], row) }
	for _, id := range slices.Sorted(maps.Keys(turns)) {
		t := turns[id]
		rows = append(rows, rowOf(t.after))
		had, has := t.before.Holders(), t.after.Holders()
		for _, unit := range has {
			if !slices.Contains(had, unit) {
				held = append(held, []any{unit, t.after.First})
			}
		}
		for _, unit := range had {
			if !slices.Contains(has, unit) {
				drop(`DELETE FROM casebook_held WHERE unit = $1 AND first = $2`, unit, t.after.First)
			}
		}
		switch was, is := isAsked(t.before), isAsked(t.after); {
		case is && !was:
			asked = append(asked, []any{t.after.First, t.after.ID})
		case was && !is:
			drop(`DELETE FROM casebook_asked WHERE first = $1`, t.after.First)
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
	deleted[`DELETE FROM casebook_grams WHERE gram = $1 AND first = $2`] = left
	for query, rows := range deleted {
		for _, row := range rows {
			if _, err := tx.ExecContext(ctx, query, row...); err != nil {
				return nil, err
			}
		}
	}
	for _, bulk := range []struct {
		projections.Bulk
		rows [][]any
	}{
		{projections.Bulk{Table: "casebook_rows", Columns: columns, Tail: onConflict}, rows},
		{projections.Bulk{Table: "casebook_held", Columns: []string{"unit", "first"}, Tail: "ON CONFLICT DO NOTHING"}, held},
		{projections.Bulk{Table: "casebook_asked", Columns: []string{"first", "id"}, Tail: "ON CONFLICT DO NOTHING"}, asked},
		{projections.Bulk{Table: "casebook_grams", Columns: []string{"gram", "first"}, Tail: "ON CONFLICT DO NOTHING"}, came},
	} {
		if err := bulk.Write(ctx, tx, bulk.rows); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// textOf is what words are looked for in. Of a confidential report nobody finds more
// than the matter.
func textOf(f casefile.File) string {
	if f.ID == "" {
		return ""
	}
	text := "\n"
	if !f.IsConfidential() {
		text = fold(f.Description) + "\n" + fold(f.Location.Address)
	}
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
	"first", "id", "number", "reported_at", "source", // these never change
	"reported_by", "status", "stage", "tier", "street", "community", "seen_district", "seen_street", "seen_community", "holder",
	"matter", "matter_code", "lamp", "overdue", "accepted", "suspended", "difficult", "flags", "text", "lng", "lat",
	"updated_at", "due", "closed_at",
}

// onConflict leaves the unchanging columns alone, and so their indexes.
var onConflict = func() string {
	var set []string
	for _, c := range columns[5:] {
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
	flags := " "
	for _, flag := range append(slices.Clip(f.Flags), MarksOf(f)...) {
		flags += string(flag) + " "
	}
	var closed int64
	if f.ClosedAt != nil {
		closed = f.ClosedAt.UnixMicro()
	}
	var lng, lat any
	if p, ok := f.Point(); ok {
		lng, lat = int64(math.Round(p.Lon()*degree)), int64(math.Round(p.Lat()*degree))
	}
	return []any{
		f.First, f.ID, f.Number, f.ReportedAt.UnixMicro(), string(f.Source),
		f.SeenBy(), string(f.Status), string(stage), string(f.Tier), f.Street, f.Community,
		f.Seen.District, f.Seen.Street, f.Seen.Community, holder,
		matter, code, string(f.Lamp), bit(f.Overdue), bit(f.Accepted), bit(f.Suspended), bit(f.Difficult), flags, textOf(f), lng, lat,
		f.UpdatedAt.UnixMicro(), breaks(f), closed,
	}
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// breaks is when the first of f's two clocks runs out. That of signing is none of
// them: what is not signed for in time counts as signed, and breaks nothing.
func breaks(f casefile.File) int64 {
	due := int64(never)
	for _, t := range []*time.Time{f.Due.Stage, f.Due.Total} {
		if t != nil {
			due = min(due, t.UnixMicro())
		}
	}
	return due
}

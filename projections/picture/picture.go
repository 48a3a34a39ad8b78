// Package picture keeps the open incidents on the ground, one GeoJSON feature
// each, as they are now and as they were at any time since the ledger began.
package picture

import (
	"context"
	"database/sql"
	"slices"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A View is the picture. It is watched through its board ([projections.Live]);
// see [Any].
type View struct {
	*projections.Board
	db       *sqldb.DB
	folder   *casefile.Folder
	shelf    *casefile.Shelf
	versions *projections.Versions
}

const name = "picture"

// New returns the picture, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	versions := projections.NewVersions(name, 0)
	return &View{projections.NewBoard(name, db, versions), db, folder, casefile.NewShelf(folder, name), versions}
}

// Schema implements [projections.View].
func (v *View) Schema() string { return v.shelf.Schema() + v.versions.Schema() }

// Tables implements [projections.View].
func (v *View) Tables() []string { return []string{v.shelf.Table(), v.versions.Table()} }

// Again implements [projections.View].
func (v *View) Again() projections.View { return New(v.db, v.folder) }

// Apply implements [projections.View].
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	return v.shelf.FoldOpen(ctx, tx, page, v.versions, func(f casefile.File) (any, []string) {
		return featureOf(f), append(f.Keys(), all)
	})
}

// Feature is one open incident as GeoJSON.
type Feature struct {
	Type       string     `json:"type"` // "Feature"
	ID         string     `json:"id"`
	Geometry   *Geometry  `json:"geometry"` // null: unplaced
	Properties Properties `json:"properties"`
}

// Geometry is a GeoJSON point.
type Geometry struct {
	Type        string     `json:"type"` // "Point"
	Coordinates [2]float64 `json:"coordinates"`
}

// Properties are what a screen may show of an incident: no description, address or person.
type Properties struct {
	Number    string            `json:"number"`
	Matter    *casefile.Matter  `json:"matter"`
	Stage     *incident.Stage   `json:"stage"`
	Tier      jurisdiction.Tier `json:"tier"`
	Lamp      incident.Lamp     `json:"lamp"`
	Street    string            `json:"street"`
	Community string            `json:"community"`
	Flags     []incident.Flag   `json:"flags"`
}

func featureOf(f casefile.File) Feature {
	feature := Feature{"Feature", f.ID, nil, Properties{
		f.Number, f.Matter, f.Stage, f.Tier, f.Lamp, f.Street, f.Community, slices.Clip(f.Flags),
	}}
	if p, ok := f.Point(); ok {
		feature.Geometry = &Geometry{"Point", [2]float64(p)}
	}
	return feature
}

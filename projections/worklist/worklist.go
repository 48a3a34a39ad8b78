// Package worklist keeps, for each unit, the incidents that it holds now, and those on
// which it has something to do beside the holder: to help, to come when called, to say
// in a coordination whose it is.
package worklist

import (
	"context"
	"database/sql"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A View is the worklists of all units. It is watched through its board
// ([projections.Live]); see [Any].
type View struct {
	*projections.Board
	db       *sqldb.DB
	folder   *casefile.Folder
	shelf    *casefile.Shelf
	versions *projections.Versions
}

const name = "worklist"

// kept is how long past states are kept, in positions: for those who come back.
const kept = 200_000

// New returns the worklists, with their rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View {
	versions := projections.NewVersions(name, kept)
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
		return itemOf(f.Listed()), f.Keys()
	})
}

// Any returns the watch keys of one unit's worklist.
func Any(unit string) []string { return []string{"holder:" + unit, "hand:" + unit} }

// An Item is one row of a worklist: the fields of the API's incident that a row
// shows, under the same names.
type Item struct {
	ID          string            `json:"id"`
	Number      string            `json:"number"`
	Version     int64             `json:"version"`
	Source      incident.Source   `json:"source"`
	Matter      *casefile.Matter  `json:"matter"`
	Description string            `json:"description"`
	Severity    incident.Severity `json:"severity"`
	Location    casefile.Location `json:"location"`
	Community   string            `json:"community"`
	Street      string            `json:"street"`
	Status      incident.Status   `json:"status"`
	Stage       *incident.Stage   `json:"stage"`
	Tier        jurisdiction.Tier `json:"tier"`
	Holder      *casefile.Holder  `json:"holder"`
	Due         casefile.Due      `json:"due"`
	Lamp        incident.Lamp     `json:"lamp"`
	Overdue     bool              `json:"overdue"`
	Accepted    bool              `json:"accepted"`
	AcceptDue   *time.Time        `json:"accept_due"`
	Suspended   bool              `json:"suspended"`
	Difficult   bool              `json:"difficult"`
	Returns     int               `json:"returns"`
	Reworks     int               `json:"reworks"`
	Urges       int               `json:"urges"`

	ReturnBy     *time.Time             `json:"return_by"`
	Assignee     *casefile.Assignee     `json:"assignee"`
	Requests     casefile.Requests      `json:"requests"`
	Suspension   *casefile.Suspension   `json:"suspension"`
	Safeguard    *casefile.Safeguard    `json:"safeguard"`
	Helpers      []casefile.Helper      `json:"helpers"`
	Calls        []casefile.Call        `json:"calls"`
	Coordination *casefile.Coordination `json:"coordination"`
	Supervisions []casefile.Supervision `json:"supervisions"`
	Tasked       *casefile.Tasked       `json:"tasked"`
	Recurrence   *casefile.Recurrence   `json:"recurrence"`

	Flags      []incident.Flag `json:"flags"`
	ReportedAt time.Time       `json:"reported_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

func itemOf(f casefile.File) Item {
	return Item{
		ID: f.ID, Number: f.Number, Version: f.Version, Source: f.Source, Matter: f.Matter, Description: f.Description,
		Severity: f.Severity, Location: f.Location, Community: f.Community, Street: f.Street, Status: f.Status,
		Stage: f.Stage, Tier: f.Tier, Holder: f.Holder, Due: f.Due, Lamp: f.Lamp, Overdue: f.Overdue,
		Accepted: f.Accepted, AcceptDue: f.AcceptDue, Suspended: f.Suspended, Difficult: f.Difficult,
		Returns: f.Returns, Reworks: f.Reworks, Urges: f.Urges, ReturnBy: f.ReturnBy, Assignee: f.Assignee, Requests: f.Requests,
		Suspension: f.Suspension, Safeguard: f.Safeguard, Helpers: f.Helpers, Calls: f.Calls, Coordination: f.Coordination,
		Supervisions: f.Supervisions, Tasked: f.Tasked, Recurrence: f.Recurrence, Flags: f.Flags, ReportedAt: f.ReportedAt, UpdatedAt: f.UpdatedAt,
	}
}

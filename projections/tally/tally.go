// Package tally counts.
package tally

import (
	"context"
	"database/sql"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// A View is the tally.
type View struct{}

// New returns the tally, with its rows in db.
func New(db *sqldb.DB, folder *casefile.Folder) *View { panic("soon") }

func (v *View) Name() string     { return "tally" }
func (v *View) Schema() string   { panic("soon") }
func (v *View) Tables() []string { panic("soon") }
func (v *View) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	panic("soon")
}

// A Query asks for the indicators of a period, in groups.
type Query struct {
	From, To time.Time // days in China Standard Time: From's day up to, not including, To's; zero: the month of the last fact folded
	By       By
	Scope    []string // visibility keys of the caller
}

// By is what the rows are grouped by.
type By string

// The groupings.
const (
	ByStreet    By = "street"
	ByCommunity By = "community"
	ByUnit      By = "unit"
	ByMatter    By = "matter"
	BySource    By = "source"
	ByTier      By = "tier"
	ByDay       By = "day"
)

// A Ratio is a numerator, its denominator and their quotient.
type Ratio struct {
	N    int64    `json:"n"`
	D    int64    `json:"d"`
	Rate *float64 `json:"rate"` // null: not applicable, D is 0
}

// Statistics is the answer.
type Statistics struct {
	Items    []Row
	Position eventstore.Position
	At       time.Time
	From, To time.Time
}

// Row holds the indicators of one group.
type Row struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// Statistics returns the indicators that q asks for.
func (v *View) Statistics(ctx context.Context, q Query) (Statistics, error) { panic("soon") }

// Package projections keeps one promise: every read model is a fold of the
// ledger, stored with the position it has reached, and can be dropped and folded
// again to the same bytes.
//
// A [View] folds pages of facts into rows. Its [Runner] commits the rows and the
// checkpoint in one transaction, so the effect of a fact is there exactly once,
// and then tells the view's [Board], so that whoever watches hears of it. A view
// reads no clock, no other view, and skips no fact it does not understand: it stops.
//
// A view's SQL is portable: $1 placeholders, BIGINT, TEXT and BLOB columns, ON CONFLICT.
// In a Schema the runner makes three substitutions on PostgreSQL: TEXT becomes
// TEXT COLLATE "C", so that text sorts by bytes as it does on SQLite, BLOB becomes
// BYTEA, and WITHOUT ROWID is left out.
package projections

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"gridcommand/eventstore"
)

// A View is one read model.
type View interface {
	// Name is the view's name and the prefix of its tables.
	Name() string
	// Schema is the DDL of its tables, statements ended by semicolons. A changed
	// text means that the view is folded anew; so it also names, in remarks, what the
	// rows were made with. A remark that begins "-- made with " says nothing of how rows
	// are read: where only such ones differ, the rows there are keep being read until
	// the new ones have come as far.
	Schema() string
	// Tables names the tables that Schema makes.
	Tables() []string
	// Apply folds one page and returns what changed for those who watch, in order
	// of position. It must leave the same rows however the facts were cut into
	// pages. What it remembers between pages it trusts only if page begins right
	// after the last one it saw; anything else means that a transaction failed.
	Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]Change, error)
	// Again returns a view that folds the same and remembers nothing: it makes new rows
	// at another place while the old ones are read and kept up.
	Again() View
}

// A Keeper is a view that keeps rows in memory.
type Keeper interface {
	// Expect reads rows that will be read before long in place of those there are, as
	// tx sees them at a position. Afterwards few of them are read anew.
	Expect(ctx context.Context, tx *sql.Tx, position eventstore.Position, at time.Time) error
}

// A Change is what one fact, or several of one page, did to one item of a view.
type Change struct {
	Position eventstore.Position
	ID       string
	Put      json.RawMessage // nil: gone
	Before   []string        // visibility keys before the change; none: it was not there
	After    []string        // visibility keys after it
}

// Live is a view that can be watched. Every answer stands at one position and
// never shows half of one.
type Live interface {
	Name() string
	// Snapshot returns every item that has one key of `any` and one of `scope`.
	Snapshot(ctx context.Context, any, scope []string) (Snapshot, error)
	// Since returns what happened after position `after` to a watch with these
	// keys: the latest state of each item, and the ids that left its sight.
	// [ErrTooOld] and [ErrAhead] say that there is no such answer.
	Since(ctx context.Context, any, scope []string, after eventstore.Position) (Delta, error)
	// Position is how far the view has come.
	Position() eventstore.Position
	// Changed is poked after each advance, at least once after the last one; call
	// the function when done.
	Changed() (<-chan struct{}, func())
}

// A Snapshot is everything one watch sees at a position. Items are in order of id.
// Its memory is shared: read only.
type Snapshot struct {
	Position eventstore.Position
	At       time.Time
	Items    []Item
}

// A Delta is what one watch has to change to stand at To. Put and Gone are in
// order of id. Its memory is shared: read only.
type Delta struct {
	To   eventstore.Position
	At   time.Time // of the last fact folded
	Put  []Item
	Gone []string
}

// An Item is one thing on a live view.
type Item struct {
	ID   string
	Data json.RawMessage
}

var (
	// ErrTooOld says that the changes after a position are no longer kept; begin
	// with a snapshot.
	ErrTooOld = errors.New("projections: position is too old")
	// ErrAhead says that the view has not reached the position yet; wait for Changed.
	ErrAhead = errors.New("projections: view has not reached the position")
	// ErrNotReady says that a view's tables are not made yet: its runner has just begun.
	ErrNotReady = errors.New("projections: view is not ready")
	// ErrStopped says that the view met a fact it cannot fold and stands still.
	ErrStopped = errors.New("projections: view is stopped")
)

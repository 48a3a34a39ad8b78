// Package workflow is the ledger at work. It is the one place where rules and
// ledger meet to write: [Service.Do] reads an incident, lets the rules decide, and
// appends what follows. Beside it, handlers follow the facts and give the commands
// that nobody has to give by hand: file, dispatch, warn, expire.
//
// What it keeps true:
//
//   - A command takes effect once. A key that is known is answered with its first
//     result before anything is decided; a conflict is read and decided again.
//   - A handler sees the facts of one incident in their order, the next one only
//     after it is done with the last, and many incidents side by side.
//   - Killing the program anywhere does nothing twice and skips nothing: a handler
//     resumes after the lowest fact it was not done with, and the keys of its
//     commands derive from the position of the fact that caused them.
//   - A fact that a handler keeps failing on is parked, and that incident's later
//     facts behind it; the other incidents go on.
//   - A timer's fact carries the moment it was due, however late it fires.
package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Deps is what a [Service] works with. The creator closes Ledger and State.
type Deps struct {
	Ledger    eventstore.Store
	State     *sqldb.DB        // checkpoints, timers, parked facts, numbers
	Reference reference.Source // asked at the time of each command
	Walkers   Walkers          // nil: site visits are given to nobody in particular
	Now       func() time.Time // the ledger's clock; nil: wall time
	Log       *slog.Logger     // nil: silent
}

// A Service gives commands and runs the handlers. Its methods may be called from
// many goroutines; Run from one at a time.
type Service struct {
	ledger    eventstore.Store
	state     *sqldb.DB
	reference reference.Source
	walkers   Walkers
	now       func() time.Time
	log       *slog.Logger
	patience  patience

	board     *board
	names     *names
	numbers   *numbers
	parking   *parking
	followers []*subscription // of the handlers that follow facts
	timers    *timers
	tickets   *ticketDesk
	sightings *sightings
	handles   map[string]message.NoPublishHandlerFunc

	kept      map[string]eventstore.Position // checkpoints as written last; of the running goroutine
	library   *Library                       // nil: reference data that never changes
	anew      anew
	elsewhere bool       // another process runs the handlers; guarded by the board's lock
	operator  sync.Mutex // one retry or drop at a time
}

// patience is how a failing fact is tried again before it is parked.
type patience struct {
	retries int
	first   time.Duration // before the first retry; doubled before each further one
}

// New prepares the state database and returns a service that gives commands at
// once; its handlers begin with [Service.Run].
func New(ctx context.Context, d Deps) (*Service, error) {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if err := sqldb.Migrate(ctx, d.State, migrations(), "workflow"); err != nil {
		return nil, fmt.Errorf("workflow: %w", err)
	}
	names, err := newNames()
	if err != nil {
		return nil, err
	}
	s := &Service{
		ledger: d.Ledger, state: d.State, reference: d.Reference, walkers: d.Walkers, now: d.Now, log: d.Log,
		patience: patience{retries: 4, first: 100 * time.Millisecond},
		board:    newBoard(),
		names:    names,
		numbers:  &numbers{db: d.State, ledger: d.Ledger, district: d.Reference.At(d.Now()).Book.District(), held: map[string]span{}},
		parking:  &parking{db: d.State, now: d.Now},
	}
	s.library, _ = d.Reference.(*Library)
	s.anew.done = map[eventstore.Position]bool{}
	if err := s.parking.load(ctx); err != nil {
		return nil, err
	}
	s.prepare()
	return s, nil
}

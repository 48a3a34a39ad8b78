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
	"log/slog"
	"time"

	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Deps is what a [Service] works with. The creator closes Ledger and State.
type Deps struct {
	Ledger    eventstore.Store
	State     *sqldb.DB // checkpoints, timers, parked facts, numbers
	Reference *reference.Reference
	Now       func() time.Time // the ledger's clock; nil: wall time
	Log       *slog.Logger     // nil: silent
}

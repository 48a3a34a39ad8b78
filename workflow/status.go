package workflow

import (
	"fmt"
	"time"

	"gridcommand/eventstore"
)

// A HandlerStatus says how far a handler is.
type HandlerStatus struct {
	Name       string
	Checkpoint eventstore.Position // every fact up to here is done with (handled, parked or not its concern)
	Head       eventstore.Position // of the ledger, when it last looked
	Lag        int64               // facts between them
	Behind     time.Duration       // wall time since it last had nothing left to do; 0: it has nothing left
	Parked     int                 // facts waiting for an operator
	Stopped    string              // why it stopped as a whole; empty: it has not
	Elsewhere  bool                // another process runs it, and this one waits to take over: the figures above say nothing
}

// A Parked is a fact, or a timer, that a handler could not cope with, or one of
// the same incident that waits behind it.
type Parked struct {
	ID       int64
	Handler  string
	Incident string
	Position eventstore.Position // of the fact; of the fact that set the timer
	Type     string              // of the fact; "timer" for a timer
	Reason   string
	At       time.Time // ledger time of parking
	Tries    int       // failed retries so far
}

// A StoppedError says that a handler stopped as a whole.
type StoppedError struct{ Handler, Reason string }

func (e *StoppedError) Error() string {
	return fmt.Sprintf("workflow: handler %s stopped: %s", e.Handler, e.Reason)
}

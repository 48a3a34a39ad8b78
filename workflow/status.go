package workflow

import (
	"fmt"
	"time"

	"gridcommand/eventstore"
)

// A HandlerStatus says how far a handler is.
type HandlerStatus struct {
	Name       string              `json:"name"`
	Checkpoint eventstore.Position `json:"checkpoint"`          // every fact up to here is done with (handled, parked or not its concern)
	Head       eventstore.Position `json:"head"`                // of the ledger, when it last looked
	Lag        int64               `json:"lag"`                 // facts between them
	Behind     time.Duration       `json:"behind_ns"`           // wall time since it last had nothing left to do; 0: it has nothing left
	Parked     int                 `json:"parked"`              // facts waiting for an operator
	Stopped    string              `json:"stopped,omitempty"`   // why it stopped as a whole; empty: it has not
	Elsewhere  bool                `json:"elsewhere,omitempty"` // another process runs it, and this one waits to take over: the figures above say nothing
}

// A Parked is a fact, or a timer, that a handler could not cope with, or one of
// the same incident that waits behind it.
type Parked struct {
	ID       int64               `json:"id"`
	Handler  string              `json:"handler"`
	Incident string              `json:"incident"`
	Position eventstore.Position `json:"position"` // of the fact; of the fact that set the timer
	Type     string              `json:"type"`     // of the fact; "timer" for a timer
	Reason   string              `json:"reason"`
	At       time.Time           `json:"at"`    // ledger time of parking
	Tries    int                 `json:"tries"` // failed retries so far
}

// A StoppedError says that a handler stopped as a whole.
type StoppedError struct{ Handler, Reason string }

func (e *StoppedError) Error() string {
	return fmt.Sprintf("workflow: handler %s stopped: %s", e.Handler, e.Reason)
}

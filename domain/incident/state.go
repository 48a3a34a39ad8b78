package incident

import (
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// State is what the rules read of one incident. Its zero value is an incident
// that was never reported.
type State struct {
	Status    Status // empty: never reported
	Version   int    // facts so far
	Acts      int    // facts other than comments and attachments
	Source    Source
	Matter    catalogue.Key
	Criterion string
	Severity  Severity
	Limit     deadline.Limit // handling limit since filing
	Place     jurisdiction.Place
	OnTheSpot bool
	Reporter  string // person who reported
	DueAt     *time.Time

	Stage      Stage
	Tier       jurisdiction.Tier
	Holder     string
	Deadline   deadline.Deadline
	Total      *deadline.Deadline
	IntakeDesk string

	Dispatcher string   // desk that gave it to the holder
	Unit       string   // unit that handles or handled last
	Handlers   []string // persons who handled it, ever: they may not check or close
	AcceptBy   deadline.Deadline
	Accepted   bool
	Delegated  bool

	Returns, Transfers, Reworks, Filings int
	Difficult                            bool

	Marked   map[Mark]bool // which timers have fired for the clocks now running
	ClosedAt time.Time
	Flags    []Flag
	Last     Last // the last command's doing, for recognising a repeat
}

// A Mark is a timer that fired.
type Mark struct {
	Clock Clock
	Kind  string // "warned" or "expired"
}

// Last is the last thing a person did and the facts' fields it left, so that the
// same command by the same actor is recognised when nothing came since.
type Last struct {
	Command string
	By      Actor
	Digest  string
}

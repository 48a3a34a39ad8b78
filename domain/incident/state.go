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
	Status       Status // empty: never reported
	Version      int    // facts so far
	Acts         int    // facts that moved it: all but comments, attachments and the words of clocks
	Source       Source
	Matter       catalogue.Key
	Criterion    string
	Severity     Severity
	Limit        deadline.Limit // handling limit since filing
	Place        jurisdiction.Place
	OnTheSpot    bool
	Reporter     string // person who reported
	ReporterUnit string
	DueAt        *time.Time

	Stage      Stage
	Tier       jurisdiction.Tier
	Peak       jurisdiction.Tier // highest tier that had it since it was filed; below it, it is delegated
	Holder     string
	Deadline   deadline.Deadline
	Total      *deadline.Deadline // nil: not filed, or ended
	IntakeDesk string

	Dispatcher string   // desk that gave it to the holder
	Unit       string   // unit that handles or handled last
	Handlers   []string // persons who handled it, ever: they may not check or close
	AcceptBy   deadline.Deadline
	Accepted   bool

	Returns, Transfers, Reworks, Filings int
	Difficult                            bool // by the policy of the day it became so

	Marked   map[Mark]bool // timers that fired, for the clocks that run or ran last
	ClosedAt time.Time
	Flags    []Flag
	Last     Event // what was said last, to recognise a repeat; nil: nobody said the last fact
}

// A Mark is a timer that fired.
type Mark struct {
	Clock Clock
	Kind  string // WarnedKind or ExpiredKind
}

// Delegated tells whether it is at a lower tier than it once was since filing.
func (s State) Delegated() bool { return s.Tier.Rank() < s.Peak.Rank() }

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
	Number       string
	Version      int // facts so far
	Acts         int // facts that moved it: all but comments, attachments and the words of clocks
	Source       Source
	Matter       catalogue.Key
	Criterion    string
	Severity     Severity
	Limit        deadline.Limit // handling limit since filing
	Place        jurisdiction.Place
	OnTheSpot    bool
	Reporter     string // person who reported
	ReporterUnit string
	HasCaller    bool // a citizen left name and phone
	DueAt        *time.Time
	TicketType   string // of the hotline ticket it comes from

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

	// What is asked for and granted while a unit handles: requests.go.
	Asked       map[RequestKind]Request // requests in flight
	Extensions  int                     // granted
	Suspensions int                     // granted
	Pause       *Pause                  // suspended now
	ReturnBy    deadline.Deadline       // until when the holder may return it; no due: any time
	HandlingRun deadline.Deadline       // clock of the last handling, to be continued after a check that failed
	HandledAt   time.Time

	// Several hands: hands.go.
	Path          []string      // units that had it since it was filed, one after another
	FirstReceiver string        // the first of them
	Disputes      int           // returns and transfers that count toward difficult
	Disputed      bool          // a unit said that it is not theirs, and nobody handles it since
	Bound         bool          // a coordination was concluded since it was filed
	Rulings       int           // that coordinations made, ever
	Coordination  *Coordination // open now
	Helpers       []HelperTask  // of the present handling
	Assignee      Assignee
	Calls         []CallState
	Tasked        string // account that the site visit of this stage is for

	// What those above and the callers say: watch.go.
	Urges        int
	Supervisions []Supervision
	Raters       []string
	Appeal       *AppealState // the one there may be
	Exempt       []Ground
	Late         []Lateness // clocks that expired, ever, with who had it
	ReturnedBy   []string   // units that returned it, ever
	ReworkedBy   []string   // units whose work failed a check, ever
	SpotChecks   int
	False        int // spot checks that found it false

	// What ties it to others: links.go.
	Concerns   string // unit that it, or its staff, is about
	MergedInto string
	Absorbed   []string // incidents merged into it
	Was        *State   // merged: what it would be now if it had not been
	EndedAt    time.Time
	Recurs     *Recurrence
	Drawn      bool
	Posted     map[jurisdiction.Post][]string // persons that acted at a post

	Marked   map[Mark]bool // timers that fired, for the clocks that run or ran last
	ClosedAt time.Time
	Flags    []Flag
	Last     Event // what was said last, to recognise a repeat; nil: nobody said the last fact
}

// A Request is one in flight.
type Request struct {
	By     Actor
	Unit   string
	At     time.Time
	Reason string
	Code   string    // of a suspension or a return
	Clause string    // of a return
	Until  time.Time // of a suspension
	Review deadline.Deadline
	Rungs  int // of the ladder that said yes so far
}

// A Pause is a suspension that goes on.
type Pause struct {
	From, Until time.Time
	Code        SuspendCode
	Reason      string
}

// A Coordination is one that is open.
type Coordination struct {
	Desk     string
	Units    []string
	Question string
	At       time.Time
}

// A HelperTask is what a helper has to do.
type HelperTask struct {
	Helper
	Done, Late bool
	Result     string
}

// An Assignee is who has it inside the unit.
type Assignee struct{ Team, Person string }

// A CallState is a call to a branch, and what became of it.
type CallState struct {
	Unit     string
	Task     string
	Arrive   deadline.Deadline
	Answered string // arrived, refused, over: the incident ended first; empty: open
	Lapsed   bool
}

// A Supervision is a question from above.
type Supervision struct {
	By       Actor
	Question string
	ReplyBy  time.Time
	Answered bool
	Lapsed   bool
}

// An AppealState is how an appeal stands.
type AppealState struct {
	Unit    string
	Grounds []Ground
	Desk    string // that decides next; empty: decided
	Upheld  bool
}

// A Lateness is a clock that expired while a unit had the incident.
type Lateness struct {
	Clock  Clock
	Stage  Stage
	Holder string
	Due    time.Time
}

// A Mark is a timer that fired.
type Mark struct {
	Clock Clock
	Kind  string // WarnedKind or ExpiredKind
}

// Delegated tells whether it is at a lower tier than it once was since filing.
func (s State) Delegated() bool { return s.Tier.Rank() < s.Peak.Rank() }

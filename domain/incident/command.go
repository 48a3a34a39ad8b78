package incident

import (
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// An Order is a command with everything a rule needs to judge it. Nothing in it
// is looked up by the rule itself.
type Order struct {
	At      time.Time // ledger clock
	By      Actor
	Book    *jurisdiction.Book
	Matters *catalogue.Catalogue
	Days    *deadline.Calendar
	Policy  *Policy
	Posts   []jurisdiction.Post // the actor's; nil: all
	Command Command

	notices []Notice // what the facts that follow say of the actor
}

// A Command asks for something to become true. The set is closed.
//
//sumtype:decl
type Command interface {
	isCommand()
	// Name is the command's word in URLs, buttons and logs, e.g. "dispatch".
	Name() string
}

// Extra is what every command of a person may carry.
type Extra struct {
	Note   string
	Photos []string `json:",omitempty"` // none and an empty list are the same
}

type (
	// Report opens an incident. Routing is computed at the edge and comes with it.
	Report struct {
		Extra
		Number      string
		Source      Source
		Matter      catalogue.Key
		Criterion   string
		Description string
		Severity    Severity // empty: normal
		Location    Location
		Place       jurisdiction.Place
		OccurredAt  time.Time // zero: now
		CapturedAt  *time.Time
		Reporter    *Reporter
		OnTheSpot   bool
		External    *External
		DueAt       *time.Time
		TicketType  string   // of the hotline ticket it comes from; empty: none, or not known
		After       []string // on the spot: photos after; Photos are those before. One list of two will do
		Fresh       bool     // the edge's: a photo was taken there and then
		Concerns    string   // unit that it, or its staff, is about
		Parent      string   // incident whose rest it is; the program's
		Flags       []Flag   // those only the edge can know: unplaced, relocated, imported, simulated, …
		Routing     jurisdiction.Routing
	}
	// Confirm says a public report was found true on site.
	Confirm struct{ Extra }
	// Refute says nothing was found on site.
	Refute struct {
		Extra
		Reason string
	}
	// File accepts as a case.
	File struct {
		Extra
		Matter    catalogue.Key
		Criterion string // empty only with StandIn
		Severity  Severity
		StandIn   *deadline.Limit // limit where the matter has no criterion; replay and import only
	}
	// Decline refuses as a case.
	Decline struct {
		Extra
		Reason string
	}
	// Dispatch gives to a handling unit, or to a lower desk (delegates).
	Dispatch struct {
		Extra
		Unit   string
		Reason string

		Helpers []HelpWanted
		Auto    bool // by the workflow, right after the first filing
		IfAt    int  // Auto: the State.Acts it was decided on; another number drops it
		Basis   Basis
	}
	// Accept signs for it.
	Accept struct{ Extra }
	// Handle says it is put right.
	Handle struct {
		Extra
		Result string
	}
	// Return hands it back to the desk that dispatched.
	Return struct {
		Extra
		Code   ReturnCode // empty: not_our_duty
		Reason string
		Clause string // by which rule it is another's
	}
	// Transfer moves it to another unit.
	Transfer struct {
		Extra
		Unit    string
		Reason  string
		Helpers []HelpWanted
		Basis   Basis
	}
	// Escalate moves it up a tier.
	Escalate struct {
		Extra
		Code   EscalateCode // empty: beyond_power
		Reason string
	}
	// Pass says the check found it put right.
	Pass struct{ Extra }
	// Fail says the check did not.
	Fail struct {
		Extra
		Reason string
	}
	// Close ends it.
	Close struct {
		Extra
		ClosingConditionMet bool
	}
	// Reopen takes it back to intake within the window.
	Reopen struct {
		Extra
		Reason string
	}
	// Void ends it as never valid.
	Void struct {
		Extra
		Reason string
	}
	// Comment adds a remark.
	Comment struct {
		Extra
		Text string
	}
	// Attach adds photos.
	Attach struct{ Extra }
	// Warn is the timer of the policy's share; it names the deadline it was set for.
	Warn struct {
		Clock Clock
		Due   time.Time
	}
	// Expire is the timer of the deadline.
	Expire struct {
		Clock Clock
		Due   time.Time
	}
)

func (Report) isCommand()   {}
func (Confirm) isCommand()  {}
func (Refute) isCommand()   {}
func (File) isCommand()     {}
func (Decline) isCommand()  {}
func (Dispatch) isCommand() {}
func (Accept) isCommand()   {}
func (Handle) isCommand()   {}
func (Return) isCommand()   {}
func (Transfer) isCommand() {}
func (Escalate) isCommand() {}
func (Pass) isCommand()     {}
func (Fail) isCommand()     {}
func (Close) isCommand()    {}
func (Reopen) isCommand()   {}
func (Void) isCommand()     {}
func (Comment) isCommand()  {}
func (Attach) isCommand()   {}
func (Warn) isCommand()     {}
func (Expire) isCommand()   {}

func (Report) Name() string   { return "report" }
func (Confirm) Name() string  { return "confirm" }
func (Refute) Name() string   { return "refute" }
func (File) Name() string     { return "file" }
func (Decline) Name() string  { return "decline" }
func (Dispatch) Name() string { return "dispatch" }
func (Accept) Name() string   { return "accept" }
func (Handle) Name() string   { return "handle" }
func (Return) Name() string   { return "return" }
func (Transfer) Name() string { return "transfer" }
func (Escalate) Name() string { return "escalate" }
func (Pass) Name() string     { return "pass" }
func (Fail) Name() string     { return "fail" }
func (Close) Name() string    { return "close" }
func (Reopen) Name() string   { return "reopen" }
func (Void) Name() string     { return "void" }
func (Comment) Name() string  { return "comment" }
func (Attach) Name() string   { return "attach" }
func (Warn) Name() string     { return "warn" }
func (Expire) Name() string   { return "expire" }

// Commands holds one zero value of every Command.
var Commands = []Command{
	Report{},
	Confirm{},
	Refute{},
	File{},
	Decline{},
	Dispatch{},
	Accept{},
	Handle{},
	Return{},
	Transfer{},
	Escalate{},
	Pass{},
	Fail{},
	Close{},
	Reopen{},
	Void{},
	Comment{},
	Attach{},
	Warn{},
	Expire{},
	RequestExtension{},
	GrantExtension{},
	RefuseExtension{},
	RequestSuspension{},
	GrantSuspension{},
	RefuseSuspension{},
	Resume{},
	ApproveReturn{},
	RefuseReturn{},
	Recompute{},
	Lapse{},
	OpenCoordination{},
	ConcludeCoordination{},
	Help{},
	Assign{},
	Call{},
	Arrive{},
	RefuseCall{},
	Task{},
	Urge{},
	Supervise{},
	Reply{},
	Rate{},
	Appeal{},
	UpholdAppeal{},
	RejectAppeal{},
	SpotCheck{},
	ViewCaller{},
	Merge{},
	Unmerge{},
	Absorb{},
	Release{},
	Correct{},
	HandOver{},
	Recur{},
	MarkFlag{},
}

// StageLimit is how long a stage may take, for normal and for urgent incidents.
type StageLimit struct {
	Normal deadline.Limit
	Urgent deadline.Limit // zero: as Normal
}

// Policy holds the numbers that are configuration, not rules.
type Policy struct {
	Version        string
	StageLimits    map[Stage]StageLimit // handling has none: the criterion's limit counts
	AcceptLimit    StageLimit
	HotlineTotal   deadline.Limit // 15 working_days: a hotline incident's total where the ticket type is unknown
	WarnPercent    int            // 80
	DifficultAfter int            // 3 returns or transfers
	ReopenWindow   time.Duration  // 72 h
	StandIn        deadline.Limit // 5 working_days, for replay and import

	ReturnWindow      StageLimit    // how long after dispatch a unit may return it
	ReturnReview      ReturnReview  // whether a return has to be approved
	ReturnReviewLimit StageLimit    // silence until then refuses
	MaxExtensions     int           // 2
	SuspensionMax     time.Duration // 1 year
	ExtensionLadder   []Rung        // who grants, one after another
	SuspensionLadder  []Rung
	Rework            Rework
	Separation        Separation
	CallLimit         StageLimit // how soon a branch that is called must come
	DrawPercent       int        // of what is settled on the spot: another inspector looks
	UnmergeWindow     time.Duration
	AutoFilePhoto     bool          // file by itself only with a photo taken there and then
	FreshWithin       time.Duration // 30 min
	FreshMeters       float64       // 100 m
	DuplicateMeters   float64       // 50 m
	DuplicateWithin   time.Duration // 24 h
	RecurrenceMeters  float64       // 30 m
	RecurrenceWithin  time.Duration // 7 days

	Tickets TicketPolicy
}

// TicketPolicy holds the numbers that are configuration of hotline tickets.
type TicketPolicy struct {
	Limits     map[string]deadline.Limit // of the city's clock by ticket type, where the city says no deadline
	HotCallers int                       // 5 different callers on one thing
	HotMeters  float64                   // 200 m: how near one thing is
	HotWithin  time.Duration             // 24 h
	// 30 days: how long after one ticket the same caller's next on the same thing is a
	// repeat complaint; as near as a hot spot's.
	RepeatWithin time.Duration
}

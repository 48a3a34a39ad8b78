package reports

import (
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
)

// A Subject is the incident that an item is about, as it is now.
type Subject struct {
	ID            string            `json:"id"`
	Number        string            `json:"number"`
	Matter        *casefile.Matter  `json:"matter"`
	Street        string            `json:"street"`
	StreetName    string            `json:"street_name"`
	Community     string            `json:"community"`
	CommunityName string            `json:"community_name"`
	Severity      incident.Severity `json:"severity"`
	Status        incident.Status   `json:"status"`
	Confidential  bool              `json:"confidential"` // texts are left out
}

// A Hand is somebody who acted, and for whom.
type Hand struct {
	Person string `json:"person"` // account
	casefile.Named
	Role string `json:"role"` // empty: the program
}

// ActKind is what was done.
type ActKind string

// The acts that are looked at when a clock was about to run out.
const (
	Void     ActKind = "void"
	Merge    ActKind = "merge"
	Suspend  ActKind = "suspend"
	Extend   ActKind = "extend"
	Correct  ActKind = "correct"
	HandOver ActKind = "hand_over"
	Transfer ActKind = "transfer"
	Escalate ActKind = "escalate"
	Return   ActKind = "return"
)

// ActKinds holds every kind.
var ActKinds = []ActKind{Void, Merge, Suspend, Extend, Correct, HandOver, Transfer, Escalate, Return}

// An Act took an incident off its clock, or changed what it is, shortly before the clock
// ran out, or afterwards.
type Act struct {
	Subject
	Position    int64             `json:"position"`
	At          time.Time         `json:"at"` // when it took effect
	Kind        ActKind           `json:"act"`
	By          Hand              `json:"by"`          // who did it, or asked for it
	AskedAt     *time.Time        `json:"asked_at"`    // null: nobody had to be asked
	ApprovedBy  []Hand            `json:"approved_by"` // those who said yes, one after another
	Unit        casefile.Named    `json:"unit"`        // that held it
	Stage       incident.Stage    `json:"stage"`
	Tier        jurisdiction.Tier `json:"tier"`
	Clock       incident.Clock    `json:"clock"` // the one that would have run out first, or ran out last
	Due         time.Time         `json:"due"`
	DueAfter    *time.Time        `json:"due_after"` // the same clock's end afterwards; null: it runs no more
	MinutesLeft int64             `json:"minutes_left"`
	AskedLeft   *int64            `json:"asked_minutes_left"` // when it was asked for
	AfterRed    bool              `json:"after_red"`
	DutyLeader  bool              `json:"duty_leader"` // after red, by the district's duty leader
	Reason      string            `json:"reason"`
	Detail      Detail            `json:"detail"`
	DetailUnit  *casefile.Named   `json:"to"` // whom it went to; null: to nobody
	Outcome     Outcome           `json:"outcome"`
}

// An Outcome is what became of an incident after an act.
type Outcome struct {
	Stage    *incident.Stage `json:"stage"`  // null: not open
	Holder   *casefile.Named `json:"holder"` // null: not open
	Expired  bool            `json:"expired"`
	ClosedAt *time.Time      `json:"closed_at"`
	Undone   bool            `json:"undone"` // merged, and taken up again
}

// A Standstill is an incident that is suspended.
type Standstill struct {
	Subject
	Unit       casefile.Named       `json:"unit"`
	Since      time.Time            `json:"since"`
	Until      time.Time            `json:"until"`
	NextReview time.Time            `json:"next_review"`
	AgeDays    int64                `json:"age_days"` // whole days since, as of the last fact
	Code       incident.SuspendCode `json:"code"`     // empty: none of the usual grounds
	Reason     string               `json:"reason"`
	AskedBy    Hand                 `json:"asked_by"`
	AskedAt    *time.Time           `json:"asked_at"`
	ApprovedBy []Hand               `json:"approved_by"`
}

// Back is how a closed incident came back.
type Back string

// The ways.
const (
	BackReopened   Back = "reopened"
	BackSpotCheck  Back = "spot_check"
	BackRecurrence Back = "recurrence"
	BackComplaint  Back = "repeat_complaint"
)

// Backs holds every way.
var Backs = []Back{BackReopened, BackSpotCheck, BackRecurrence, BackComplaint}

// A Comeback is an incident that was put right in no time, closed, and came back.
type Comeback struct {
	Subject
	Position     int64          `json:"position"`
	At           time.Time      `json:"at"` // when it came back
	Back         Back           `json:"back"`
	Reason       string         `json:"reason"`
	Other        *casefile.Link `json:"other"` // the incident it is again, or the ticket about it
	Unit         casefile.Named `json:"unit"`  // that handled it
	HandledBy    Hand           `json:"handled_by"`
	GivenAt      time.Time      `json:"given_at"` // to the unit
	Due          *time.Time     `json:"due"`
	HandledAt    time.Time      `json:"handled_at"`
	ClosedAt     time.Time      `json:"closed_at"`
	UsedMinutes  int64          `json:"used_minutes"`  // of the limit, as the limit counts
	LimitMinutes int64          `json:"limit_minutes"` // 0: not known
	Share        *float64       `json:"share"`         // used of the limit; null: not known
	HoursAfter   int64          `json:"hours_after"`   // whole hours from closing to coming back
}

// Part is what somebody did on the way of an incident.
type Part string

// The parts.
const (
	Dispatching Part = "dispatch"
	Handling    Part = "handle"
	Checking    Part = "check"
	Closing     Part = "close"
)

// Parts holds every part, in their order.
var Parts = []Part{Dispatching, Handling, Checking, Closing}

// A Double is one person who had more than one part in an incident that was closed.
type Double struct {
	Subject
	Position int64          `json:"position"` // of the close
	At       time.Time      `json:"at"`
	Unit     casefile.Named `json:"unit"` // that handled it
	By       Hand           `json:"by"`
	Parts    []Part         `json:"parts"`
	AllThree bool           `json:"all_three"` // dispatched, checked and closed
}

// A Viewing is one time that somebody was shown a caller's name and telephone.
type Viewing struct {
	Kind         string    `json:"kind"` // [OfIncident] or [OfTicket]
	ID           string    `json:"id"`
	Number       string    `json:"number"`
	Street       string    `json:"street"`
	StreetName   string    `json:"street_name"`
	Confidential bool      `json:"confidential"`
	Position     int64     `json:"position"`
	At           time.Time `json:"at"`
	By           Hand      `json:"by"`
	Reason       string    `json:"reason"`
}

// What a caller was looked up for.
const (
	OfIncident = "incident"
	OfTicket   = "ticket"
)

package casefile

import (
	"time"

	"gridcommand/domain/incident"
)

// Named is a unit with its name.
type Named struct {
	Unit string `json:"unit"`
	Name string `json:"name"`
}

// Safeguard is the unit that makes the place safe while duty is disputed.
type Safeguard struct {
	Named
	Why string `json:"why"` // [incident.AsFirstReceiver] or [incident.AsFallback]
}

// Assignee is who has it inside the unit.
type Assignee struct {
	Team   string `json:"team"`
	Person string `json:"person"`
}

// Helper is a unit that helps the lead, and how far it has come.
type Helper struct {
	Named
	Task   string     `json:"task"`
	Due    *time.Time `json:"due"`
	Done   bool       `json:"done"`
	Late   bool       `json:"late"`
	Result string     `json:"result"`
}

// Call is a call to a branch, and what became of it.
type Call struct {
	N int `json:"n"`
	Named
	Task       string     `json:"task"`
	Due        *time.Time `json:"due"`
	Answered   string     `json:"answered"` // arrived, refused, over: the incident ended first; empty: open
	AnsweredAt *time.Time `json:"answered_at"`
	Late       bool       `json:"late"`
	Lapsed     bool       `json:"lapsed"`
	Reason     string     `json:"reason"` // why it refused
}

// The answers to a call.
const (
	Came    = "arrived"
	Refused = "refused"
	Over    = "over"
)

// Requests are those in flight; null: none.
type Requests struct {
	Extension  *Request `json:"extension"`
	Suspension *Request `json:"suspension"`
	Return     *Request `json:"return"`
}

// Request is what a unit asks a desk for. Until and Code belong to a suspension, Code,
// Clause and ReviewDue to a return.
type Request struct {
	Named
	Reason    string     `json:"reason"`
	At        time.Time  `json:"at"`
	Rungs     int        `json:"rungs"` // of the ladder that said yes so far
	Until     *time.Time `json:"until,omitempty"`
	Code      string     `json:"code,omitempty"`
	Clause    string     `json:"clause,omitempty"`
	ReviewDue *time.Time `json:"review_due,omitempty"` // silence until then refuses
}

// Suspension is one that goes on: both clocks stand still.
type Suspension struct {
	From   time.Time            `json:"from"`
	Until  time.Time            `json:"until"`
	Code   incident.SuspendCode `json:"code"` // empty: none of the usual grounds
	Reason string               `json:"reason"`
}

// Coordination is one that is open.
type Coordination struct {
	Desk     string    `json:"desk"`
	Units    []Named   `json:"units"`
	Question string    `json:"question"`
	OpenedAt time.Time `json:"opened_at"`
}

// Supervision is a question from above, and its answer.
type Supervision struct {
	N         int        `json:"n"`
	ByUnit    string     `json:"by_unit"`
	Question  string     `json:"question"`
	ReplyBy   time.Time  `json:"reply_by"`
	Answer    string     `json:"answer"`
	RepliedAt *time.Time `json:"replied_at"` // null: not yet
	Late      bool       `json:"late"`
	Lapsed    bool       `json:"lapsed"`
}

// Tasked is the inspector that the site visit of this stage is for.
type Tasked struct {
	Person string `json:"person"`
	Grid   string `json:"grid"`
	Why    string `json:"why"`
}

// Link is another incident.
type Link struct {
	ID     string `json:"id"`
	Number string `json:"number"`
}

// Recurrence is the earlier incident of the same matter at the same place.
type Recurrence struct {
	Of       string    `json:"of"`
	Number   string    `json:"number"`
	ClosedAt time.Time `json:"closed_at"`
	Count    int       `json:"count"` // which time this is, from 2
}

// Rating is how content somebody was.
type Rating struct {
	Score int       `json:"score"`
	Rater string    `json:"rater"`
	At    time.Time `json:"at"`
}

// Appeal is the one there may be, and how it stands.
type Appeal struct {
	Named
	Reason  string            `json:"reason"`
	At      time.Time         `json:"at"`
	Grounds []incident.Ground `json:"grounds"`
	State   string            `json:"state"` // Pending, Upheld or Rejected
	Desk    string            `json:"desk"`  // that decides next, or has decided
}

// The states of an appeal.
const (
	Pending  = "pending"
	Upheld   = "upheld"
	Rejected = "rejected"
)

// SpotCheck is a look after closing.
type SpotCheck struct {
	Genuine bool      `json:"genuine"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// Lateness is a clock that expired, and who had the incident then.
type Lateness struct {
	Clock incident.Clock `json:"clock"`
	Stage incident.Stage `json:"stage"`
	Named
	Due time.Time `json:"due"`
}

// HandedOver is to whom it left the district's own hands.
type HandedOver struct {
	Agency  string `json:"agency"`
	Receipt string `json:"receipt"`
}

// Package casefile keeps one incident as a reader sees it: the pure fold of its
// facts that the API answers with and every incident view begins from. Its JSON is
// the incident of the API.
package casefile

import (
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// A File is one incident as a reader sees it.
type File struct {
	ID          string            `json:"id"`
	Number      string            `json:"number"`
	Version     int64             `json:"version"`
	Position    int64             `json:"position"` // of its last fact
	Source      incident.Source   `json:"source"`
	Matter      *Matter           `json:"matter"`    // null: not said
	Criterion   *Criterion        `json:"criterion"` // null: none
	Description string            `json:"description"`
	Severity    incident.Severity `json:"severity"`
	Location    Location          `json:"location"`
	Grid        *Grid             `json:"grid"` // null: outside every grid or unplaced
	Community   string            `json:"community"`
	Street      string            `json:"street"`

	Status    incident.Status   `json:"status"`
	Stage     *incident.Stage   `json:"stage"` // null when not open
	Tier      jurisdiction.Tier `json:"tier"`
	Holder    *Holder           `json:"holder"` // null when not open
	Due       Due               `json:"due"`
	Lamp      incident.Lamp     `json:"lamp"`
	Overdue   bool              `json:"overdue"` // a clock expired while it ran, now or before
	Accepted  bool              `json:"accepted"`
	AcceptDue *time.Time        `json:"accept_due"`
	Suspended bool              `json:"suspended"`
	Difficult bool              `json:"difficult"`

	Returns    int             `json:"returns"`
	Transfers  int             `json:"transfers"`
	Reworks    int             `json:"reworks"`
	Extensions int             `json:"extensions"`
	Flags      []incident.Flag `json:"flags"`
	Routing    Routing         `json:"routing"`
	IntakeDesk string          `json:"intake_desk"`
	Photos     []string        `json:"photos"`
	Reporter   *Reporter       `json:"reporter"` // masked; null: none
	OnTheSpot  bool            `json:"handled_on_the_spot"`
	External   *External       `json:"external"`
	Result     string          `json:"result,omitempty"` // of the last handling

	OccurredAt time.Time  `json:"occurred_at"`
	CapturedAt *time.Time `json:"captured_at"`
	ReportedAt time.Time  `json:"reported_at"`
	FiledAt    *time.Time `json:"filed_at"`
	HandledAt  *time.Time `json:"handled_at"`
	ClosedAt   *time.Time `json:"closed_at"`
	UpdatedAt  time.Time  `json:"updated_at"`

	// While a unit handles, and what it asks for.
	ReturnBy        *time.Time  `json:"return_by"` // until when the holder may return it
	Assignee        *Assignee   `json:"assignee"`
	Requests        Requests    `json:"requests"`
	Suspension      *Suspension `json:"suspension"`
	Suspensions     int         `json:"suspensions"`      // granted, ever
	CriterionUrgent bool        `json:"criterion_urgent"` // its limit runs day and night

	// More than one hand.
	FirstReceiver *Named        `json:"first_receiver"` // since it was filed
	Safeguard     *Safeguard    `json:"safeguard"`      // null: duty is not disputed
	Bound         bool          `json:"bound"`          // a coordination was concluded since it was filed
	Helpers       []Helper      `json:"helpers"`        // of the present or last handling
	Calls         []Call        `json:"calls"`
	Coordination  *Coordination `json:"coordination"`
	Tasked        *Tasked       `json:"tasked"`

	// What those above, the callers and the auditors said.
	Urges        int               `json:"urges"`
	Supervisions []Supervision     `json:"supervisions"`
	Ratings      []Rating          `json:"ratings"`
	Appeal       *Appeal           `json:"appeal"`
	Exemptions   []incident.Ground `json:"exemptions"`
	SpotChecks   []SpotCheck       `json:"spot_checks"`
	Late         []Lateness        `json:"late"` // clocks that expired, ever

	// What ties it to others.
	Concerns    *Named      `json:"concerns"` // the unit that it, or its staff, is about
	MergedInto  *Link       `json:"merged_into"`
	Absorbed    []Link      `json:"absorbed"`
	Parent      *string     `json:"parent"` // id of the incident whose rest it is
	Rest        *string     `json:"rest"`   // id of the incident that its rest became
	Recurrence  *Recurrence `json:"recurrence"`
	HandedOver  *HandedOver `json:"handed_over"`
	PhotosAfter []string    `json:"photos_after"`

	Allowed []string `json:"allowed,omitempty"` // commands this caller may give now; detail and command answers only

	Hidden `json:"-"`
}

// Hidden is what later facts and other views need but no reader is shown.
// [File.Marshal] keeps it.
type Hidden struct {
	First        int64              `json:"first"` // position of its first fact; unique, and shorter than ID
	ReportedBy   string             `json:"reported_by"`
	ReportedUnit string             `json:"reported_unit,omitempty"` // that the reporter acted for
	Held         []string           `json:"held"`                    // units that ever held it or had a hand in it, for scope
	Barred       []string           `json:"barred,omitempty"`        // of these, those that it is about: they may not see it
	ByBarred     bool               `json:"by_barred,omitempty"`     // nor may the reporter
	Seen         jurisdiction.Place `json:"seen"`                    // the place whose people may see it
	Unit         string             `json:"unit,omitempty"`          // that handles it, or handled it last
	Dispatcher   string             `json:"dispatcher,omitempty"`    // desk that gave it to the holder
	DispatchedBy string             `json:"dispatched_by,omitempty"` // account that did
	HandledBy    string             `json:"handled_by,omitempty"`    // account that handled it last for Unit
	Subject      string             `json:"subject,omitempty"`       // reference to the caller

	StageClock deadline.Deadline  `json:"stage_clock"`
	TotalClock *deadline.Deadline `json:"total_clock,omitempty"`
	StageMark  Mark               `json:"stage_mark,omitempty"`
	TotalMark  Mark               `json:"total_mark,omitempty"`
	RunFrom    time.Time          `json:"run_from,omitzero"` // when the last handling began
	Was        *Whole             `json:"was,omitempty"`     // merged: what it would be now if it had not been

	AsLead    []string `json:"as_lead,omitempty"`    // helpers without a limit of their own: they have as long as the lead
	Disputed  bool     `json:"disputed,omitempty"`   // a unit said that it is not theirs, and nobody has it since
	GivenUp   []string `json:"given_up,omitempty"`   // units that gave it up since it was filed
	Settled   []string `json:"settled,omitempty"`    // of these, those that an earlier close was counted for
	LastGiver string   `json:"last_giver,omitempty"` // the last of them, until another unit has it

	Blames      []Blame `json:"blames,omitempty"`       // what may be held against a unit, in order of the facts
	SuspendedAs *Where  `json:"suspended_as,omitempty"` // where it was counted when it was suspended
}

// Where is what a fact was counted for.
type Where struct {
	Street    string            `json:"street,omitempty"`
	Community string            `json:"community,omitempty"`
	Matter    string            `json:"matter,omitempty"` // scheme/kind/code
	Tier      jurisdiction.Tier `json:"tier"`
	Unit      string            `json:"unit"`
	Person    string            `json:"person,omitempty"` // account that it falls on; empty: nobody's
	At        time.Time         `json:"at"`
}

// A Blame is what may be held against a unit, and may be exempted: a clock that
// expired, a return, work that failed its check.
type Blame struct {
	Ground incident.Ground     `json:"ground"`
	Clock  incident.Clock      `json:"clock,omitempty"`
	Stage  incident.Stage      `json:"stage,omitempty"`
	Code   incident.ReturnCode `json:"code,omitempty"`
	Where
	Open   bool `json:"open,omitempty"`   // the run of the clock that expired goes on
	Late   bool `json:"late,omitempty"`   // it was done in the end
	Exempt bool `json:"exempt,omitempty"` // an appeal was upheld
}

// A Mark is how far a clock has come, by the facts its timers left.
type Mark int

// The marks, and none.
const (
	Unmarked Mark = 0
	Warned   Mark = 1 // the policy's share of the limit is used up
	Expired  Mark = 2 // the deadline is past
)

// Has tells whether m holds a mark.
func (m Mark) Has(mark Mark) bool { return m&mark != 0 }

// Matter is a catalogue key with its name.
type Matter struct {
	Scheme string `json:"scheme"`
	Kind   string `json:"kind"`
	Code   string `json:"code"`
	Name   string `json:"name"`
}

// Key returns scheme/kind/code.
func (m Matter) Key() string { return m.Scheme + "/" + m.Kind + "/" + m.Code }

// Criterion is what was filed under.
type Criterion struct {
	ID               string `json:"id"`
	FilingCondition  string `json:"filing_condition"`
	ClosingCondition string `json:"closing_condition"`
	Limit            int    `json:"limit"`
	LimitUnit        string `json:"limit_unit"`
}

// Location is where it is, in WGS-84.
type Location struct {
	Lng       *float64 `json:"lng"` // null: unplaced
	Lat       *float64 `json:"lat"`
	CRS       string   `json:"crs"`       // always "wgs84"
	GivenCRS  string   `json:"given_crs"` // the system it came in
	AccuracyM float64  `json:"accuracy_m,omitempty"`
	Address   string   `json:"address"`
}

// Grid is the cell of the base grid, and its version in force when it happened.
type Grid struct {
	Code    string `json:"code"`
	Version string `json:"version"`
}

// Holder is the unit that has it now.
type Holder struct {
	Unit string `json:"unit"`
	Name string `json:"name"`
}

// Due is when its two clocks run out. Null: not running, or past the published
// calendar (then flagged calendar_not_published).
type Due struct {
	Stage *time.Time `json:"stage"`
	Total *time.Time `json:"total"`
}

// Routing is the last decision on who answers, and why.
type Routing struct {
	PolicyVersion string                   `json:"policy_version"`
	Reason        string                   `json:"reason"`
	Candidates    []jurisdiction.Candidate `json:"candidates"`
}

// Reporter is the caller, masked.
type Reporter struct {
	Name         string `json:"name"`
	Phone        string `json:"phone"`
	Confidential bool   `json:"confidential"`
}

// External is the number another system gave it.
type External struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

package incident

import (
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
)

// HelpWanted asks a unit to help the lead.
type HelpWanted struct {
	Unit  string
	Task  string
	Limit *deadline.Limit // nil: the lead's deadline
}

// Requests and answers while a unit handles.
type (
	// RequestExtension asks for one more limit.
	RequestExtension struct {
		Extra
		Reason string
	}
	// GrantExtension says yes, on the rung of the ladder that the actor stands on.
	GrantExtension struct{ Extra }
	// RefuseExtension says no.
	RefuseExtension struct {
		Extra
		Reason string
	}
	// RequestSuspension asks to stop both clocks.
	RequestSuspension struct {
		Extra
		Reason string
		Code   SuspendCode // empty: none of the usual grounds
		Until  time.Time
	}
	// GrantSuspension says yes, on the rung of the ladder that the actor stands on.
	GrantSuspension struct{ Extra }
	// RefuseSuspension says no.
	RefuseSuspension struct {
		Extra
		Reason string
	}
	// Resume lets the clocks run on.
	Resume struct {
		Extra
		Due *time.Time `json:",omitempty"` // the timer's: the end it was set for
	}
	// ApproveReturn hands it back, where returns are reviewed.
	ApproveReturn struct{ Extra }
	// RefuseReturn leaves it with the unit.
	RefuseReturn struct {
		Extra
		Reason string
		Due    *time.Time `json:",omitempty"` // the timer's: nobody answered until then
	}
	// Recompute gives clocks the deadline that the calendar could not say before.
	Recompute struct{}
	// Lapse is the timer of something with a limit of its own.
	Lapse struct {
		Of  Duty
		N   int
		Due time.Time
	}
)

// Several units, one incident.
type (
	// OpenCoordination asks several units who does what.
	OpenCoordination struct {
		Extra
		Units    []string
		Question string
	}
	// ConcludeCoordination settles it.
	ConcludeCoordination struct {
		Extra
		Lead    string
		Helpers []HelpWanted
		Ruling  *Ruling
	}
	// Help says that a helper has done its task.
	Help struct {
		Extra
		Result string
	}
	// Assign gives it to a team or person inside the unit.
	Assign struct {
		Extra
		Team   string
		Person string
		Reason string
	}
	// Call asks a branch to come.
	Call struct {
		Extra
		Unit   string
		Task   string
		Within *deadline.Limit // nil: the policy's
	}
	// Arrive says the branch came, on the oldest call to it that is open.
	Arrive struct{ Extra }
	// RefuseCall says the branch does not come.
	RefuseCall struct {
		Extra
		Reason string
	}
	// Task gives a site visit to one inspector.
	Task struct {
		Person string
		Grid   string
		Why    string
	}
)

// What those above, the callers and the auditors say.
type (
	// Urge reminds the holder.
	Urge struct {
		Extra
		Reason string
	}
	// Supervise asks the holder a question.
	Supervise struct {
		Extra
		Question string
		ReplyBy  time.Time
	}
	// Reply answers the oldest supervision that is open.
	Reply struct {
		Extra
		Answer string
	}
	// Rate says how content somebody is.
	Rate struct {
		Extra
		Score int // 1–5
		Rater string
	}
	// Appeal asks for an exemption.
	Appeal struct {
		Extra
		Reason string
	}
	// UpholdAppeal adds the exemption.
	UpholdAppeal struct{ Extra }
	// RejectAppeal says no.
	RejectAppeal struct {
		Extra
		Reason string
	}
	// SpotCheck says what a look after closing found.
	SpotCheck struct {
		Extra
		Genuine bool
		Reason  string
	}
	// ViewCaller asks to be shown the caller's name and phone.
	ViewCaller struct {
		Extra
		Reason string
	}
)

// What ties incidents together.
type (
	// Merge ends it as another one's duplicate.
	Merge struct {
		Extra
		Into       string // incident id
		Reason     string
		IntoNumber string // the edge's: its number
		Target     *State `json:"-"` // the edge's: as it stands; nil: not there, or not visible to the actor
	}
	// Unmerge undoes that within the window.
	Unmerge struct {
		Extra
		Reason string
	}
	// Absorb notes at the other incident what was merged into it.
	Absorb struct{ From, Number string }
	// Release notes there that it was undone.
	Release struct{ From, Number string }
	// Correct changes one thing that was reported.
	Correct struct {
		Extra
		Field     string // location, matter, description, severity, concerns
		Reason    string
		Location  *Location
		Place     *jurisdiction.Place // the edge's: of the new location
		Matter    *catalogue.Key
		Criterion string // with Matter, once filed
		Text      string
		Severity  Severity
		Concerns  *string // unit code; "": nobody
	}
	// HandOver gives it to an emergency number or another authority.
	HandOver struct {
		Extra
		Agency  string // 110, 119, 120, 122 or an authority's name
		Receipt string
		Rest    string
		RestID  string // the edge's: id of the incident that the rest becomes
	}
	// Recur links it to the one before it.
	Recur struct{ Recurrence }
	// MarkFlag says what the program noticed.
	MarkFlag struct {
		Flag  Flag
		Other string
		Photo string
	}
)

func (RequestExtension) isCommand()     {}
func (GrantExtension) isCommand()       {}
func (RefuseExtension) isCommand()      {}
func (RequestSuspension) isCommand()    {}
func (GrantSuspension) isCommand()      {}
func (RefuseSuspension) isCommand()     {}
func (Resume) isCommand()               {}
func (ApproveReturn) isCommand()        {}
func (RefuseReturn) isCommand()         {}
func (Recompute) isCommand()            {}
func (Lapse) isCommand()                {}
func (OpenCoordination) isCommand()     {}
func (ConcludeCoordination) isCommand() {}
func (Help) isCommand()                 {}
func (Assign) isCommand()               {}
func (Call) isCommand()                 {}
func (Arrive) isCommand()               {}
func (RefuseCall) isCommand()           {}
func (Task) isCommand()                 {}
func (Urge) isCommand()                 {}
func (Supervise) isCommand()            {}
func (Reply) isCommand()                {}
func (Rate) isCommand()                 {}
func (Appeal) isCommand()               {}
func (UpholdAppeal) isCommand()         {}
func (RejectAppeal) isCommand()         {}
func (SpotCheck) isCommand()            {}
func (ViewCaller) isCommand()           {}
func (Merge) isCommand()                {}
func (Unmerge) isCommand()              {}
func (Absorb) isCommand()               {}
func (Release) isCommand()              {}
func (Correct) isCommand()              {}
func (HandOver) isCommand()             {}
func (Recur) isCommand()                {}
func (MarkFlag) isCommand()             {}

func (RequestExtension) Name() string     { return "request-extension" }
func (GrantExtension) Name() string       { return "grant-extension" }
func (RefuseExtension) Name() string      { return "refuse-extension" }
func (RequestSuspension) Name() string    { return "request-suspension" }
func (GrantSuspension) Name() string      { return "grant-suspension" }
func (RefuseSuspension) Name() string     { return "refuse-suspension" }
func (Resume) Name() string               { return "resume" }
func (ApproveReturn) Name() string        { return "approve-return" }
func (RefuseReturn) Name() string         { return "refuse-return" }
func (Recompute) Name() string            { return "recompute" }
func (Lapse) Name() string                { return "lapse" }
func (OpenCoordination) Name() string     { return "open-coordination" }
func (ConcludeCoordination) Name() string { return "conclude-coordination" }
func (Help) Name() string                 { return "help" }
func (Assign) Name() string               { return "assign" }
func (Call) Name() string                 { return "call" }
func (Arrive) Name() string               { return "arrive" }
func (RefuseCall) Name() string           { return "refuse-call" }
func (Task) Name() string                 { return "task" }
func (Urge) Name() string                 { return "urge" }
func (Supervise) Name() string            { return "supervise" }
func (Reply) Name() string                { return "reply" }
func (Rate) Name() string                 { return "rate" }
func (Appeal) Name() string               { return "appeal" }
func (UpholdAppeal) Name() string         { return "uphold-appeal" }
func (RejectAppeal) Name() string         { return "reject-appeal" }
func (SpotCheck) Name() string            { return "spot-check" }
func (ViewCaller) Name() string           { return "view-caller" }
func (Merge) Name() string                { return "merge" }
func (Unmerge) Name() string              { return "unmerge" }
func (Absorb) Name() string               { return "absorb" }
func (Release) Name() string              { return "release" }
func (Correct) Name() string              { return "correct" }
func (HandOver) Name() string             { return "hand-over" }
func (Recur) Name() string                { return "recur" }
func (MarkFlag) Name() string             { return "flag" }

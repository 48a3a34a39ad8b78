package incident

// Stage is where an open incident stands. An open incident has exactly one.
type Stage string

// The stages. The empty stage belongs to incidents that are not open.
const (
	Verifying    Stage = "verifying"
	Intake       Stage = "intake"
	Dispatching  Stage = "dispatching"
	Handling     Stage = "handling"
	Coordinating Stage = "coordinating"
	Checking     Stage = "checking"
	Closing      Stage = "closing"
)

// Stages holds every stage in the order of the workflow.
var Stages = []Stage{Verifying, Intake, Dispatching, Handling, Coordinating, Checking, Closing}

// Status tells whether an incident is open, and if not, how it ended.
type Status string

// The statuses.
const (
	StatusOpen     Status = "open"
	StatusClosed   Status = "closed"
	StatusDeclined Status = "declined"
	StatusVoided   Status = "voided"
	StatusMerged   Status = "merged"
)

// Statuses holds every status.
var Statuses = []Status{StatusOpen, StatusClosed, StatusDeclined, StatusVoided, StatusMerged}

// Source is where a report came from.
type Source string

// The sources.
const (
	FromInspector  Source = "inspector"
	FromHotline    Source = "hotline"
	FromCitizen    Source = "citizen"
	FromSensor     Source = "sensor"
	FromVideo      Source = "video"
	FromDepartment Source = "department"
	FromLeader     Source = "leader"
	FromMedia      Source = "media"
	FromCampaign   Source = "campaign"
	FromEmergency  Source = "emergency"
)

// Sources holds every source.
var Sources = []Source{
	FromInspector, FromHotline, FromCitizen, FromSensor, FromVideo, FromDepartment, FromLeader, FromMedia,
	FromCampaign, FromEmergency,
}

// Public tells whether reports from s start in verifying.
func (s Source) Public() bool { return s == FromHotline || s == FromCitizen }

// Severity is how grave it is.
type Severity string

// The severities.
const (
	Normal Severity = "normal"
	Urgent Severity = "urgent"
	Major  Severity = "major"
)

// Severities holds every severity.
var Severities = []Severity{Normal, Urgent, Major}

// Lamp shows how much of a limit is used: green below the warning share, yellow
// to the end, red past it, grey while suspended.
type Lamp string

// The lamps.
const (
	Green  Lamp = "green"
	Yellow Lamp = "yellow"
	Red    Lamp = "red"
	Grey   Lamp = "grey"
)

// Lamps holds every lamp, calmest first.
var Lamps = []Lamp{Green, Yellow, Red, Grey}

// Clock is one of an incident's two clocks.
type Clock string

// The clocks.
const (
	StageClock Clock = "stage"
	TotalClock Clock = "total"
)

// ReturnCode is why a unit hands an incident back.
type ReturnCode string

// The return codes.
const (
	Misdispatched  ReturnCode = "misdispatched"
	NotOurDuty     ReturnCode = "not_our_duty"
	WrongPlace     ReturnCode = "wrong_place"
	OwnerElsewhere ReturnCode = "owner_elsewhere"
	Duplicate      ReturnCode = "duplicate"
	NeedsSupport   ReturnCode = "needs_support"
)

// ReturnCodes holds every return code.
var ReturnCodes = []ReturnCode{Misdispatched, NotOurDuty, WrongPlace, OwnerElsewhere, Duplicate, NeedsSupport}

// EscalateCode is why an incident goes up a tier.
type EscalateCode string

// The escalation codes.
const (
	BeyondPower      EscalateCode = "beyond_power"
	NeedsEnforcement EscalateCode = "needs_enforcement"
	CrossArea        EscalateCode = "cross_area"
	Funds            EscalateCode = "funds"
	NotOurs          EscalateCode = "not_ours"
)

// EscalateCodes holds every escalation code.
var EscalateCodes = []EscalateCode{BeyondPower, NeedsEnforcement, CrossArea, Funds, NotOurs}

// Flag marks something a reader should know.
type Flag string

// The flags.
const (
	Unplaced             Flag = "unplaced"
	OutsideGrid          Flag = "outside_grid"
	Relocated            Flag = "relocated"
	NoCriterion          Flag = "no_criterion"
	NoMatter             Flag = "no_matter"
	CalendarNotPublished Flag = "calendar_not_published"
	Imported             Flag = "imported"
	Simulated            Flag = "simulated"
	SentLater            Flag = "sent_later"
	Pinned               Flag = "pinned"
	PlaceInDoubt         Flag = "place_in_doubt"
	Confidential         Flag = "confidential"
	ClosedBeforeReported Flag = "closed_before_reported"
	NotFound             Flag = "not_found"
	ReopenedFlag         Flag = "reopened"
)

// Flags holds every flag.
var Flags = []Flag{
	Unplaced, OutsideGrid, Relocated, NoCriterion, NoMatter, CalendarNotPublished, Imported, Simulated, SentLater, Pinned,
	PlaceInDoubt, Confidential, ClosedBeforeReported, NotFound, ReopenedFlag,
}

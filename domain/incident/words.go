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

	HandedOverFlag   Flag = "handed_over"
	SupervisedFlag   Flag = "supervised"     // asked from above and not answered yet
	CallRefusedFlag  Flag = "call_refused"   // a branch did not come when called
	Absorbing        Flag = "absorbing"      // others were merged into it
	RecurrenceFlag   Flag = "recurrence"     // the same again, not long after closing
	SamePhoto        Flag = "same_photo"     // a photo was used before
	FalseHandling    Flag = "false_handling" // a spot check found nothing put right
	DrawnFlag        Flag = "drawn"          // settled on the spot: another inspector must look
	ConflictFlag     Flag = "conflict"       // about a unit or its staff: kept from them
	Exempted         Flag = "exempted"       // an appeal was upheld
	HelperUnfinished Flag = "helper_unfinished"
)

// Flags holds every flag.
var Flags = []Flag{
	Unplaced, OutsideGrid, Relocated, NoCriterion, NoMatter, CalendarNotPublished, Imported, Simulated, SentLater, Pinned,
	PlaceInDoubt, Confidential, ClosedBeforeReported, NotFound, ReopenedFlag,
	HandedOverFlag, SupervisedFlag, CallRefusedFlag, Absorbing, RecurrenceFlag, SamePhoto, FalseHandling, DrawnFlag, ConflictFlag,
	Exempted, HelperUnfinished,
}

// SuspendCode is the ground of a suspension, where one of the usual ones fits.
type SuspendCode string

// The grounds of suspension.
const (
	Litigation    SuspendCode = "litigation"    // 诉讼
	Planned       SuspendCode = "planned"       // 列入工程计划
	Assessment    SuspendCode = "assessment"    // 评审、勘察
	TitleTransfer SuspendCode = "transfer"      // 权属移交
	Season        SuspendCode = "season"        // 季节、汛期
	Expropriation SuspendCode = "expropriation" // 征收冻结
	CriminalCase  SuspendCode = "criminal_case" // 刑事立案
	Permit        SuspendCode = "permit"        // 报批、报装
)

// SuspendCodes holds every ground.
var SuspendCodes = []SuspendCode{Litigation, Planned, Assessment, TitleTransfer, Season, Expropriation, CriminalCase, Permit}

// RequestKind is what a unit may ask a desk for.
type RequestKind string

// The kinds of request.
const (
	ExtensionRequest  RequestKind = "extension"
	SuspensionRequest RequestKind = "suspension"
	ReturnRequest     RequestKind = "return"
)

// A Rung is who says yes on one step of an approval ladder.
type Rung string

// The rungs.
const (
	ByDesk       Rung = "desk"        // the desk that dispatched, or one above
	ByDistrict   Rung = "district"    // the district's desk
	ByDutyLeader Rung = "duty_leader" // the district's duty leader
)

// Rungs holds every rung.
var Rungs = []Rung{ByDesk, ByDistrict, ByDutyLeader}

// ReturnReview says whether a return has to be approved, and by whom.
type ReturnReview string

// The ways of review.
const (
	ReviewOff        ReturnReview = "off"
	ReviewDesk       ReturnReview = "desk"
	ReviewDutyLeader ReturnReview = "duty_leader"
)

// Rework says which time a unit has when a check found the work wanting.
type Rework string

// The rework policies.
const (
	ReworkRestart  Rework = "restart"  // its whole limit from now
	ReworkContinue Rework = "continue" // what was left when it said it was done
)

// Separation says what happens when one person acts at two posts on one incident.
type Separation string

// The separations of duties.
const (
	SeparationOff     Separation = "off"
	SeparationWarn    Separation = "warn"    // the fact carries a notice
	SeparationEnforce Separation = "enforce" // refused
)

// Notice is what a fact says somebody should look at.
type Notice string

// The notices.
const (
	SamePerson  Notice = "same_person" // gave a command of another post on this incident before
	PostNotHeld Notice = "post_not_held"
)

// Duty is something with a limit of its own beside the two clocks.
type Duty string

// The duties.
const (
	ReplyDuty Duty = "reply"
	CallDuty  Duty = "call"
	HelpDuty  Duty = "help"
)

// Ground is what an appeal is about.
type Ground string

// The grounds of appeal.
const (
	TimedOut    Ground = "timeout"
	WasReturned Ground = "return"
	WasReworked Ground = "rework"
)

// Grounds holds every ground of appeal.
var Grounds = []Ground{TimedOut, WasReturned, WasReworked}

package incident

import (
	"slices"

	"gridcommand/domain/jurisdiction"
)

// from says at which stages a command may be given; a command not named here may
// be given at any.
var from = map[string][]Stage{
	"confirm":  {Verifying},
	"refute":   {Verifying},
	"file":     {Intake},
	"decline":  {Intake},
	"dispatch": {Dispatching},
	"accept":   {Handling},
	"handle":   {Handling},
	"return":   {Handling},
	"transfer": {Handling},
	"escalate": {Dispatching, Handling},
	"pass":     {Checking},
	"fail":     {Checking},
	"close":    {Closing},

	"request-extension":     {Handling},
	"grant-extension":       {Handling},
	"refuse-extension":      {Handling},
	"request-suspension":    {Handling},
	"grant-suspension":      {Handling},
	"refuse-suspension":     {Handling},
	"resume":                {Handling},
	"approve-return":        {Handling},
	"refuse-return":         {Handling},
	"open-coordination":     {Dispatching, Handling},
	"conclude-coordination": {Coordinating},
	"help":                  {Handling},
	"assign":                {Handling},
	"call":                  {Dispatching, Handling, Coordinating},
}

// after says at which endings a command may be given that is not for open incidents,
// or not for them alone; a command not named here is for open ones.
var after = map[string][]Status{
	"reopen":        {StatusClosed},
	"rate":          {StatusClosed},
	"appeal":        {StatusClosed},
	"uphold-appeal": {StatusClosed},
	"reject-appeal": {StatusClosed},
	"spot-check":    {StatusClosed},
	"unmerge":       {StatusMerged},
	"view-caller":   Statuses,
	"absorb":        Statuses,
	"release":       Statuses,
	"recur":         Statuses,
	"flag":          Statuses,
}

// may says what each post may ever do; who may report what is for [jurisdiction.MayReport].
// Supervisors read everything and decide nothing; screens and administrators have no
// business with an incident.
var may = map[jurisdiction.Role][]string{
	jurisdiction.Inspector: {"confirm", "refute", "pass", "fail", "comment", "attach", "rate", "view-caller"},
	jurisdiction.CommunityStaff: {
		"confirm", "refute", "file", "decline", "dispatch", "accept", "handle", "return", "transfer", "escalate",
		"pass", "fail", "close", "reopen", "void", "comment", "attach",
		"request-extension", "request-suspension", "resume", "help", "assign", "urge", "reply", "merge", "unmerge", "correct",
		"hand-over", "appeal", "uphold-appeal", "reject-appeal", "rate", "view-caller",
	},
	jurisdiction.Handler: {
		"accept", "handle", "return", "comment", "attach", "request-extension", "request-suspension", "resume", "help", "assign",
		"arrive", "refuse-call", "reply", "appeal", "rate", "view-caller",
	},
	jurisdiction.StreetDesk: {
		"confirm", "refute", "file", "decline", "dispatch", "transfer", "escalate", "pass", "fail", "close", "reopen",
		"void", "comment", "attach",
		"grant-extension", "refuse-extension", "grant-suspension", "refuse-suspension", "resume", "approve-return", "refuse-return",
		"open-coordination", "conclude-coordination", "call", "urge", "supervise", "reply", "merge", "unmerge", "correct",
		"hand-over", "uphold-appeal", "reject-appeal", "rate", "view-caller",
	},
	jurisdiction.DistrictDesk: {
		"confirm", "refute", "file", "decline", "dispatch", "transfer", "pass", "fail", "close", "reopen",
		"void", "comment", "attach",
		"grant-extension", "refuse-extension", "grant-suspension", "refuse-suspension", "resume", "approve-return", "refuse-return",
		"open-coordination", "conclude-coordination", "urge", "supervise", "reply", "merge", "unmerge", "correct",
		"hand-over", "uphold-appeal", "reject-appeal", "spot-check", "rate", "view-caller",
	},
	jurisdiction.Hotline:    {"comment", "attach", "rate", "view-caller"},
	jurisdiction.Supervisor: {"comment", "attach", "urge", "supervise"},
}

// unaided is what the program may do by itself, standing at no desk. With a unit,
// it acts as that unit, whatever the post.
var unaided = []string{
	"report", "file", "dispatch", "warn", "expire", "resume", "refuse-return", "recompute", "lapse", "absorb", "release", "recur",
	"flag", "task",
}

// MayEver tells whether there is any incident on which role may give command.
func MayEver(role jurisdiction.Role, command string) bool {
	if command == "report" {
		return len(jurisdiction.MayReport(role)) > 0
	}
	return slices.Contains(may[role], command)
}

// may tells whether there is any incident on which the actor may give command.
func (o Order) may(command string) bool {
	switch {
	case !o.By.System():
		return MayEver(o.By.Role, command)
	case o.By.Unit == "":
		return slices.Contains(unaided, command)
	}
	return true
}

// Allowed returns the names of the commands, in the order of [Commands], that
// Decide would not refuse for reasons of status, stage, holder or role, whatever
// fields they had. o.Command is not read.
//
// Deadlines that passed without anybody saying so are taken as said, as Decide does.
func Allowed(s State, o Order) []string {
	var names []string
	o.Command = nil
	if !o.By.System() { // whose timers speak of their own moments
		for _, e := range s.missed(o) {
			s = Evolve(s, e)
		}
	}
	for _, c := range Commands {
		if s.permits(o, c) == nil {
			names = append(names, c.Name())
		}
	}
	return names
}

// permits is the middle of the table of commands: who may give one, and when.
func (s State) permits(o Order, c Command) error {
	command := c.Name()
	stages, limited := from[command]
	switch {
	case !o.may(command):
		return roleMayNot.to(c)
	case command == "report" && s.Status != "":
		return alreadyReported.to(c)
	case command == "report":
		return nil
	case command == "reopen":
		return s.permitsReopening(o, c)
	case command == "unmerge":
		return s.permitsUnmerging(o, c)
	case !s.isAt(command):
		return s.notNow(c)
	case limited && !slices.Contains(stages, s.Stage):
		return wrongStage.at(s.Stage).to(c)
	case !s.isFor(o, command):
		return s.notYours(c)
	}
	return s.permitsStill(o, c)
}

// isAt tells whether a command is for an incident of this status.
func (s State) isAt(command string) bool {
	if statuses, named := after[command]; named {
		return s.Status != "" && slices.Contains(statuses, s.Status)
	}
	return s.Status == StatusOpen
}

// notNow says why the status is the wrong one.
func (s State) notNow(c Command) error {
	switch at := after[c.Name()]; {
	case slices.Equal(at, []Status{StatusClosed}):
		return notClosed.to(c)
	case slices.Equal(at, []Status{StatusMerged}):
		return notMerged.to(c)
	}
	return notOpen.to(c)
}

// permitsReopening: the intake desk, or one above it, within the window.
func (s State) permitsReopening(o Order, c Command) error {
	switch {
	case s.Status != StatusClosed:
		return notClosed.to(c)
	case !o.is(s.takesIn(o)) && !o.Book.Above(o.By.Unit, s.takesIn(o)):
		return notYourDesk.to(c)
	case o.At.After(s.ClosedAt.Add(o.Policy.ReopenWindow)):
		return windowOver.to(c)
	}
	return nil
}

// isFor tells whether an open incident is the actor's to give command on.
func (s State) isFor(o Order, command string) bool {
	switch command {
	case "file", "decline", "dispatch", "accept", "handle", "return", "close", "request-extension", "request-suspension":
		return o.is(s.Holder)
	case "confirm", "refute", "pass", "fail":
		return s.isVisitor(o)
	case "open-coordination", "conclude-coordination", "call", "assign", "help", "arrive", "refuse-call":
		return s.isForHands(o, command)
	case "transfer", "void", "merge", "correct", "hand-over":
		return o.is(s.desk()) || o.Book.Above(o.By.Unit, s.desk())
	case "escalate":
		return o.is(s.desk()) || s.isStationHandling(o)
	case "urge", "supervise":
		return o.By.Role == jurisdiction.Supervisor || o.is(s.desk()) || o.Book.Above(o.By.Unit, s.desk())
	case "grant-extension", "refuse-extension", "grant-suspension", "refuse-suspension", "approve-return", "refuse-return":
		return o.By.Unit != s.Holder && (o.is(s.Dispatcher) || o.Book.Above(o.By.Unit, s.Dispatcher))
	case "resume":
		return o.is(s.Holder) || o.is(s.Dispatcher) || o.Book.Above(o.By.Unit, s.Dispatcher)
	case "reply":
		return o.is(s.Holder)
	case "rate":
		return o.By.Role == jurisdiction.Hotline || o.By.Person == s.Reporter
	case "appeal":
		return o.is(s.Unit)
	case "uphold-appeal", "reject-appeal":
		return s.Appeal != nil && o.is(s.Appeal.Desk)
	case "view-caller":
		return o.By.Role == jurisdiction.Hotline || o.is(s.Holder) || o.is(s.desk())
	}
	return true // comment, attach: whoever sees it; the program's own: permits knows
}

// notYours says why an incident is not for the actor.
func (s State) notYours(c Command) error {
	switch c.Name() {
	case "help":
		return notAHelper.to(c)
	case "arrive", "refuse-call":
		return notCalled.to(c)
	case "merge", "correct", "hand-over", "open-coordination", "conclude-coordination", "call":
		return notYourDesk.to(c)
	case "transfer", "void", "escalate", "urge", "supervise", "grant-extension", "refuse-extension", "grant-suspension",
		"refuse-suspension", "approve-return", "refuse-return":
		return notYourDesk.to(c)
	case "rate":
		return notTheReporter.to(c)
	case "appeal":
		return notTheHandler.to(c)
	case "uphold-appeal", "reject-appeal":
		return noAppealHere.to(c)
	}
	return notTheHolder.to(c)
}

// permitsStill says what is refused even to those whose business it is.
// What concerns the district's own staff stays at the district desk.
func (s State) permitsStill(o Order, c Command) error {
	_, higher := o.Book.DeskAbove(o.By.Unit)
	handled := slices.Contains(s.Handlers, o.By.Person)
	if err := s.permitsRequest(o, c); err != nil {
		return err
	}
	if err := s.permitsWatching(o, c); err != nil {
		return err
	}
	switch command := c.Name(); {
	case (command == "dispatch" || command == "transfer") && s.isKept(o):
		return handOverOnly.to(c)
	case command == "escalate" && !higher:
		return topTier.to(c)
	case command == "accept" && s.Accepted:
		return alreadyAccepted.to(c)
	case slices.Contains([]string{"pass", "fail", "close", "spot-check"}, command) && handled:
		return handledItYourself.to(c)
	}
	if err := s.permitsHands(o, c); err != nil {
		return err
	}
	return s.permitsPost(o, c)
}

// desk returns the desk in charge: the holder while it is one; while a unit handles,
// the desk that dispatched; while the place is visited and after, the intake desk.
func (s State) desk() string {
	switch s.Stage {
	case Handling:
		return s.Dispatcher
	case Intake, Dispatching, Coordinating:
		return s.Holder
	}
	return s.IntakeDesk
}

// is tells whether the actor stands for unit. The program at no desk stands for any.
func (o Order) is(unit string) bool {
	return o.By.Unit == unit && unit != "" || o.By.Unit == "" && o.By.System()
}

// isVisitor tells whether the actor may verify or check the place: an inspector
// of its community. Its station and the desks above it may where there is none, or
// where an inspector settled the incident on the spot and may be the only one. One
// that was drawn is looked at by another inspector of the street, if there is one.
func (s State) isVisitor(o Order) bool {
	switch {
	case o.By.System(), s.isKept(o):
		return o.is(s.Holder)
	case s.Drawn && o.By.Role == jurisdiction.Inspector:
		desk, _ := o.Book.DeskAbove(o.By.Unit)
		return desk == s.Place.Street && desk != ""
	case s.Drawn && s.hasOther(o):
		return false
	case o.By.Role == jurisdiction.Inspector:
		return o.By.Unit == s.Place.Community && o.By.Unit != ""
	case o.Book.HasInspector(s.Place.Community) && !s.OnTheSpot:
		return false
	}
	return o.is(s.Holder) || o.Book.Above(o.By.Unit, s.Holder)
}

// hasOther tells whether the street has an inspector beside the one who settled it
// on the spot.
func (s State) hasOther(o Order) bool {
	others := o.Book.Inspectors(s.Place.Street)
	if unit, _ := o.Book.DeskAbove(s.ReporterUnit); unit == s.Place.Street && o.Book.HasInspector(s.ReporterUnit) {
		others--
	}
	return others > 0
}

// isStationHandling tells whether the actor is the community station that handles it.
func (s State) isStationHandling(o Order) bool {
	unit, known := o.Book.Unit(s.Holder)
	return s.Stage == Handling && known && unit.Kind == jurisdiction.Station && o.is(s.Holder)
}

package api

import (
	"strconv"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

// The bodies of the commands that carry an incident from its report to its end.
type (
	// PlainCommand has nothing to say of its own.
	PlainCommand struct {
		CommandExtra
	}
	// ReasonCommand says why.
	ReasonCommand struct {
		CommandExtra
		Reason string `json:"reason" minLength:"1" maxLength:"1000" pattern:"\\S" patternDescription:"not blank"`
	}
	// FileCommand accepts as a case.
	FileCommand struct {
		CommandExtra
		Matter    MatterKey         `json:"matter"`
		Criterion *string           `json:"criterion" maxLength:"128"`
		Severity  incident.Severity `json:"severity,omitempty"`
	}
	// UnitCommand gives it to a unit, and asks others to help.
	UnitCommand struct {
		CommandExtra
		Unit    string         `json:"unit" minLength:"1" maxLength:"64"`
		Reason  string         `json:"reason,omitempty" maxLength:"1000"`
		Helpers []HelperWanted `json:"helpers,omitempty" maxItems:"10"`
	}
	// HelperWanted asks a unit to help the one that leads.
	HelperWanted struct {
		Unit  string `json:"unit" minLength:"1" maxLength:"64"`
		Task  string `json:"task,omitempty" maxLength:"500"`
		Limit string `json:"limit,omitempty" maxLength:"40" doc:"e.g. 4 working_hours; the lead's deadline unless said"`
	}
	// HandleCommand says what was done.
	HandleCommand struct {
		CommandExtra
		Result string `json:"result" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
	}
	// ReturnCommand hands it back.
	ReturnCommand struct {
		CommandExtra
		Reason string              `json:"reason" minLength:"1" maxLength:"1000" pattern:"\\S" patternDescription:"not blank"`
		Code   incident.ReturnCode `json:"code,omitempty"`
		Clause string              `json:"clause,omitempty" maxLength:"500" doc:"the rule by which it is another's"`
	}
	// EscalateCommand moves it up.
	EscalateCommand struct {
		CommandExtra
		Reason string                `json:"reason" minLength:"1" maxLength:"1000" pattern:"\\S" patternDescription:"not blank"`
		Code   incident.EscalateCode `json:"code,omitempty"`
	}
	// CloseCommand ticks the closing condition.
	CloseCommand struct {
		CommandExtra
		ClosingConditionMet bool `json:"closing_condition_met"`
	}
	// CommentCommand adds a remark.
	CommentCommand struct {
		CommandExtra
		Text string `json:"text" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
	}
	// AttachCommand adds photos.
	AttachCommand struct {
		Note            string   `json:"note,omitempty" maxLength:"1000"`
		Photos          []string `json:"photos" minItems:"1" maxItems:"20" pattern:"^[0-9a-f]{64}$"`
		ExpectedVersion int64    `json:"expected_version,omitempty" minimum:"1" maximum:"9007199254740991"`
	}
)

func (c AttachCommand) given() CommandExtra {
	return CommandExtra{Note: c.Note, Photos: c.Photos, ExpectedVersion: c.ExpectedVersion}
}

// flowVerbs carry an incident from its report to its end.
var flowVerbs = []verb{
	say("confirm", "Found true on site", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.Confirm{Extra: x} }),
	say("refute", "Nothing found on site", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Refute{Extra: x, Reason: b.Reason}
	}),
	ask("file", "Accept as a case", (*server).fileCommand),
	say("decline", "Refuse as a case", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Decline{Extra: x, Reason: b.Reason}
	}),
	ask("dispatch", "Give to a unit, or to a lower desk", (*server).dispatchCommand),
	say("accept", "Sign for it", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.Accept{Extra: x} }),
	say("handle", "Say that it is put right", func(b HandleCommand, x incident.Extra) incident.Command {
		return incident.Handle{Extra: x, Result: b.Result}
	}),
	say("return", "Hand back to the desk that dispatched", func(b ReturnCommand, x incident.Extra) incident.Command {
		return incident.Return{Extra: x, Reason: b.Reason, Code: b.Code, Clause: b.Clause}
	}),
	ask("transfer", "Move to another unit", (*server).transferCommand),
	say("escalate", "Move up a tier", func(b EscalateCommand, x incident.Extra) incident.Command {
		return incident.Escalate{Extra: x, Reason: b.Reason, Code: b.Code}
	}),
	say("pass", "The check found it put right", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.Pass{Extra: x} }),
	say("fail", "The check did not", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Fail{Extra: x, Reason: b.Reason}
	}),
	say("close", "End it", func(b CloseCommand, x incident.Extra) incident.Command {
		return incident.Close{Extra: x, ClosingConditionMet: b.ClosingConditionMet}
	}),
	say("reopen", "Take it up again", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Reopen{Extra: x, Reason: b.Reason}
	}),
	say("void", "End it as never valid", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Void{Extra: x, Reason: b.Reason}
	}),
	say("comment", "Add a remark", func(b CommentCommand, x incident.Extra) incident.Command {
		return incident.Comment{Extra: x, Text: b.Text}
	}),
	say("attach", "Add photos", func(_ AttachCommand, x incident.Extra) incident.Command { return incident.Attach{Extra: x} }),
}

func (s *server) fileCommand(_ *Request, b FileCommand, x incident.Extra) (incident.Command, []FieldError) {
	c := incident.File{Extra: x, Matter: b.Matter.key(), Severity: b.Severity}
	if b.Criterion != nil {
		c.Criterion = *b.Criterion
	}
	return c, s.judgeCriterion(&c.Matter, c.Criterion)
}

func (s *server) dispatchCommand(r *Request, b UnitCommand, x incident.Extra) (incident.Command, []FieldError) {
	helpers, faults := s.helpers(b.Helpers)
	return incident.Dispatch{Extra: x, Unit: b.Unit, Reason: b.Reason, Helpers: helpers, Basis: s.basis(r, b)},
		append(s.judgeUnit("/unit", b.Unit), faults...)
}

func (s *server) transferCommand(r *Request, b UnitCommand, x incident.Extra) (incident.Command, []FieldError) {
	helpers, faults := s.helpers(b.Helpers)
	return incident.Transfer{Extra: x, Unit: b.Unit, Reason: b.Reason, Helpers: helpers, Basis: s.basis(r, b)},
		append(s.judgeUnit("/unit", b.Unit), faults...)
}

// helpers reads what is wanted of other units.
func (s *server) helpers(wanted []HelperWanted) ([]incident.HelpWanted, []FieldError) {
	var helpers []incident.HelpWanted
	var faults []FieldError
	for i, w := range wanted {
		at := "/helpers/" + strconv.Itoa(i)
		limit, wrong := readLimit(at+"/limit", w.Limit)
		faults = append(append(faults, s.judgeUnit(at+"/unit", w.Unit)...), wrong...)
		helpers = append(helpers, incident.HelpWanted{Unit: w.Unit, Task: w.Task, Limit: limit})
	}
	return helpers, faults
}

// readLimit reads a limit as it is written everywhere: "4 working_hours". An empty text
// is none.
func readLimit(pointer, text string) (*deadline.Limit, []FieldError) {
	if text == "" {
		return nil, nil
	}
	limit, err := deadline.ParseLimit(text)
	if err != nil {
		return nil, []FieldError{{Pointer: pointer, Detail: "is no limit, as 4 working_hours or 30 urgent_minutes"}}
	}
	return &limit, nil
}

func (s *server) judgeUnit(pointer, code string) []FieldError {
	if _, ok := s.reference().Book.Unit(code); !ok {
		return []FieldError{{Pointer: pointer, Detail: "is no unit of this district", Code: "no_such_unit"}}
	}
	return nil
}

// basis says why a unit may be chosen: the row or ruling that names it, or else what
// whoever chose it says.
func (s *server) basis(r *Request, b UnitCommand) incident.Basis {
	book, state := s.reference().Book, r.Case.State
	basis := incident.Basis{PolicyVersion: s.reference().Policy.Version, Reason: b.Reason}
	for _, c := range book.Candidates(state.Matter, state.Place, book.DeskOf(r.Person.Unit)) {
		if c.Unit == b.Unit {
			basis.Row, basis.Ruling, basis.Reason = c.Row, c.Ruling, c.Reason
			break
		}
	}
	return basis
}

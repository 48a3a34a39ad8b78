package api

import (
	"context"
	"net/http"
	"reflect"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/workflow"
)

// CommandExtra is what every command may carry.
type CommandExtra struct {
	Note            string   `json:"note,omitempty" maxLength:"1000"`
	Photos          []string `json:"photos,omitempty" maxItems:"20" pattern:"^[0-9a-f]{64}$"`
	ExpectedVersion int64    `json:"expected_version,omitempty" minimum:"1" maximum:"9007199254740991" doc:"refused with 409 if the incident is at another"`
}

func (e CommandExtra) given() CommandExtra { return e }

// domain is the extra as the rules know it.
func (e CommandExtra) domain() incident.Extra { return incident.Extra{Note: e.Note, Photos: e.Photos} }

// The bodies of the commands.
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
	// UnitCommand names a unit.
	UnitCommand struct {
		CommandExtra
		Unit   string `json:"unit" minLength:"1" maxLength:"64"`
		Reason string `json:"reason,omitempty" maxLength:"1000"`
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

// A verb is one command: its name, its body, and how the body becomes what the rules
// know. It may find faults that only a look into the books shows.
type verb struct {
	name, summary string
	body          reflect.Type
	command       func(s *server, r *Request, body any) (incident.Command, []FieldError)
}

// extended is a body that carries what every command may carry.
type extended interface{ given() CommandExtra }

func say[B extended](name, summary string, f func(B, incident.Extra) incident.Command) verb {
	return ask(name, summary, func(_ *server, _ *Request, b B, x incident.Extra) (incident.Command, []FieldError) {
		return f(b, x), nil
	})
}

func ask[B extended](name, summary string, f func(*server, *Request, B, incident.Extra) (incident.Command, []FieldError)) verb {
	return verb{
		name: name, summary: summary, body: reflect.TypeFor[B](),
		command: func(s *server, r *Request, body any) (incident.Command, []FieldError) {
			b := *body.(*B)
			return f(s, r, b, b.given().domain())
		},
	}
}

// verbs is every command that a person may give to an incident.
var verbs = []verb{
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
		return incident.Return{Extra: x, Reason: b.Reason, Code: b.Code}
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
	return incident.Dispatch{Extra: x, Unit: b.Unit, Reason: b.Reason, Basis: s.basis(r, b)}, s.judgeUnit(b.Unit)
}

func (s *server) transferCommand(r *Request, b UnitCommand, x incident.Extra) (incident.Command, []FieldError) {
	return incident.Transfer{Extra: x, Unit: b.Unit, Reason: b.Reason, Basis: s.basis(r, b)}, s.judgeUnit(b.Unit)
}

func (s *server) judgeUnit(code string) []FieldError {
	if _, ok := s.reference().Book.Unit(code); !ok {
		return []FieldError{{Pointer: "/unit", Detail: "is no unit of this district", Code: "no_such_unit"}}
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

// A CommandAnswer is the incident after a command, and where the ledger stood then.
type CommandAnswer struct {
	Incident casefile.File `json:"incident"`
	Position int64         `json:"position" doc:"of the last fact that the command added"`
}

func (s *server) commandRoutes() []route {
	routes := make([]route, 0, len(verbs))
	for _, v := range verbs {
		routes = append(routes, route{
			method: http.MethodPost, path: "/incidents/{id}/commands/" + v.name,
			name: v.name + "Incident", summary: v.summary, status: http.StatusOK,
			may:        func(role jurisdiction.Role) bool { return incident.MayEver(role, v.name) },
			ofIncident: true, key: true, body: v.body, bodyOptional: true, answer: reflect.TypeFor[CommandAnswer](),
			serve: func(ctx context.Context, r *Request, _, body any) (any, error) { return s.command(ctx, r, v, body) },
		})
	}
	return routes
}

func (s *server) command(ctx context.Context, r *Request, v verb, body any) (CommandAnswer, error) {
	given := body.(extended).given()
	c, faults := v.command(s, r, body)
	unseen, err := s.judgePhotos(ctx, r, given.Photos)
	if err != nil {
		return CommandAnswer{}, err
	}
	if faults = append(faults, unseen...); len(faults) > 0 {
		return CommandAnswer{}, invalid(faults...)
	}
	if err := s.photos.use(ctx, r.Case.ID, given.Photos); err != nil {
		return CommandAnswer{}, err
	}
	out, err := s.Workflow.Do(ctx, r.Case.ID, c, s.actor(r.Person), workflow.Options{
		Key: r.Key, ExpectVersion: given.ExpectedVersion, Correlation: r.ID,
	})
	if err != nil {
		return CommandAnswer{}, err
	}
	file, err := s.written(ctx, r, out)
	return CommandAnswer{Incident: file, Position: int64(out.Position)}, err
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gridcommand/domain/incident"
	"gridcommand/web/accounts"
)

// The bodies of what a unit asks for and a desk answers, and of what several units do
// together.
type (
	// SuspensionCommand asks to stop both clocks.
	SuspensionCommand struct {
		CommandExtra
		Reason string               `json:"reason" minLength:"1" maxLength:"1000" pattern:"\\S" patternDescription:"not blank"`
		Until  time.Time            `json:"until"`
		Code   incident.SuspendCode `json:"code,omitempty" doc:"the usual ground, where one fits"`
	}
	// CoordinateCommand asks several units who does what.
	CoordinateCommand struct {
		CommandExtra
		Units    []string `json:"units" minItems:"1" maxItems:"20" minLength:"1" maxLength:"64"`
		Question string   `json:"question" minLength:"1" maxLength:"2000" pattern:"\\S" patternDescription:"not blank"`
	}
	// ConcludeCommand settles it.
	ConcludeCommand struct {
		CommandExtra
		Lead    string     `json:"lead" minLength:"1" maxLength:"64"`
		Helpers []Helping  `json:"helpers,omitempty" maxItems:"10" doc:"units by code, or with their tasks"`
		Ruling  *NewRuling `json:"ruling,omitempty" doc:"binds later routing"`
	}
	// NewRuling settles who answers for a matter in an area.
	NewRuling struct {
		Matter    MatterKey  `json:"matter"`
		Area      string     `json:"area" pattern:"^([0-9]{6}|[0-9]{9}|[0-9]{12})$" patternDescription:"a district's, street's or community's code"`
		Unit      string     `json:"unit" minLength:"1" maxLength:"64"`
		Authority string     `json:"authority,omitempty" maxLength:"100"`
		Number    string     `json:"number,omitempty" maxLength:"64" doc:"of the paper; made from the incident's unless given"`
		Expires   *time.Time `json:"expires,omitempty"`
	}
	// AssignCommand gives it to a team or person inside the unit.
	AssignCommand struct {
		CommandExtra
		Team   string `json:"team,omitempty" maxLength:"64"`
		Person string `json:"person,omitempty" maxLength:"64" doc:"account"`
		Reason string `json:"reason,omitempty" maxLength:"1000"`
	}
	// CallCommand asks a branch to come.
	CallCommand struct {
		CommandExtra
		Unit   string `json:"unit" minLength:"1" maxLength:"64"`
		Task   string `json:"task" minLength:"1" maxLength:"500" pattern:"\\S" patternDescription:"not blank"`
		Within string `json:"within,omitempty" maxLength:"40" doc:"e.g. 30 urgent_minutes; the policy's unless said"`
	}
)

// A Helping is a unit's code alone, or a HelperWanted.
type Helping struct{ HelperWanted }

// UnmarshalJSON takes either form.
func (h *Helping) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &h.Unit)
	}
	return json.Unmarshal(data, &h.HelperWanted)
}

// Schema says so.
func (Helping) Schema(r huma.Registry) *huma.Schema {
	shortest, longest := 1, 64
	return &huma.Schema{AnyOf: []*huma.Schema{
		{Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest},
		r.Schema(reflect.TypeFor[HelperWanted](), true, ""),
	}}
}

// deskVerbs are what a unit asks for and a desk answers, and what several do together.
var deskVerbs = []verb{
	say("request-extension", "Ask for one more limit", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.RequestExtension{Extra: x, Reason: b.Reason}
	}),
	say("grant-extension", "Give it", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.GrantExtension{Extra: x} }),
	say("refuse-extension", "Refuse it", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.RefuseExtension{Extra: x, Reason: b.Reason}
	}),
	ask("request-suspension", "Ask to stop both clocks", (*server).suspensionCommand),
	say("grant-suspension", "Stop them", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.GrantSuspension{Extra: x} }),
	say("refuse-suspension", "Let them run", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.RefuseSuspension{Extra: x, Reason: b.Reason}
	}),
	say("resume", "Let the clocks run on", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.Resume{Extra: x} }),
	say("approve-return", "Take it back", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.ApproveReturn{Extra: x} }),
	say("refuse-return", "Leave it with the unit", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.RefuseReturn{Extra: x, Reason: b.Reason}
	}),

	ask("open-coordination", "Ask several units who does what", (*server).coordinateCommand),
	ask("conclude-coordination", "Settle who does what", (*server).concludeCommand),
	say("help", "A helper has done its task", func(b HandleCommand, x incident.Extra) incident.Command {
		return incident.Help{Extra: x, Result: b.Result}
	}),
	seek("assign", "Give it to a team or person of the unit", (*server).assignCommand),
	ask("call", "Ask a department's branch to come", (*server).callCommand),
	say("arrive", "The branch came", func(_ PlainCommand, x incident.Extra) incident.Command { return incident.Arrive{Extra: x} }),
	say("refuse-call", "The branch does not come", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.RefuseCall{Extra: x, Reason: b.Reason}
	}),
}

// farthest is how far ahead anything here may be set: what lies beyond is a slip of the
// keyboard, not a date.
const farthest = 10 * 365 * 24 * time.Hour

// judgeComing says what is wrong with a time that must lie ahead.
func (s *server) judgeComing(pointer string, at time.Time) []FieldError {
	switch now := s.Now(); {
	case !at.After(now):
		return []FieldError{{Pointer: pointer, Detail: "does not lie ahead"}}
	case at.After(now.Add(farthest)):
		return []FieldError{{Pointer: pointer, Detail: "lies more than ten years ahead"}}
	}
	return nil
}

func (s *server) suspensionCommand(_ *Request, b SuspensionCommand, x incident.Extra) (incident.Command, []FieldError) {
	return incident.RequestSuspension{Extra: x, Reason: b.Reason, Code: b.Code, Until: b.Until}, s.judgeComing("/until", b.Until)
}

func (s *server) coordinateCommand(_ *Request, b CoordinateCommand, x incident.Extra) (incident.Command, []FieldError) {
	var faults []FieldError
	for i, unit := range b.Units {
		faults = append(faults, s.judgeUnit("/units/"+strconv.Itoa(i), unit)...)
	}
	return incident.OpenCoordination{Extra: x, Units: b.Units, Question: b.Question}, faults
}

func (s *server) concludeCommand(_ *Request, b ConcludeCommand, x incident.Extra) (incident.Command, []FieldError) {
	wanted := make([]HelperWanted, len(b.Helpers))
	for i, h := range b.Helpers {
		wanted[i] = h.HelperWanted
	}
	helpers, faults := s.helpers(wanted)
	c := incident.ConcludeCoordination{Extra: x, Lead: b.Lead, Helpers: helpers}
	faults = append(s.judgeUnit("/lead", b.Lead), faults...)
	if b.Ruling != nil {
		ruling, wrong := s.ruling(*b.Ruling)
		c.Ruling, faults = &ruling, append(faults, wrong...)
	}
	return c, faults
}

// ruling reads a new ruling.
func (s *server) ruling(b NewRuling) (incident.Ruling, []FieldError) {
	var faults []FieldError
	if _, ok := s.reference().Matters.Matter(b.Matter.key()); !ok {
		faults = append(faults, FieldError{Pointer: "/ruling/matter", Detail: "is not in the catalogue"})
	}
	if !s.isArea(b.Area) {
		faults = append(faults, FieldError{Pointer: "/ruling/area", Detail: "is no area of this district"})
	}
	faults = append(faults, s.judgeUnit("/ruling/unit", b.Unit)...)
	if b.Expires != nil {
		faults = append(faults, s.judgeComing("/ruling/expires", *b.Expires)...)
	}
	return incident.Ruling{
		Number: b.Number, Authority: b.Authority, Matter: b.Matter.key(), Area: b.Area, Unit: b.Unit, Expires: b.Expires,
	}, faults
}

// assignCommand names a team or a person, and the person must be one of the unit.
func (s *server) assignCommand(ctx context.Context, r *Request, b AssignCommand, x incident.Extra) (incident.Command, []FieldError, error) {
	c := incident.Assign{Extra: x, Team: b.Team, Person: b.Person, Reason: b.Reason}
	if (b.Team == "") == (b.Person == "") {
		return c, []FieldError{{Pointer: "/team", Detail: "or person is wanted: one of both"}}, nil
	}
	if b.Person == "" {
		return c, nil, nil
	}
	a, err := s.Accounts.Account(ctx, b.Person)
	switch {
	case errors.Is(err, accounts.ErrNoAccount), err == nil && (a.Unit != r.Person.Unit || a.DisabledAt != nil):
		return c, []FieldError{{Pointer: "/person", Detail: "is nobody of your unit", Code: "no_such_person"}}, nil
	case err != nil:
		return c, nil, err
	}
	return c, nil, nil
}

func (s *server) callCommand(_ *Request, b CallCommand, x incident.Extra) (incident.Command, []FieldError) {
	within, faults := readLimit("/within", b.Within)
	return incident.Call{Extra: x, Unit: b.Unit, Task: b.Task, Within: within}, append(s.judgeUnit("/unit", b.Unit), faults...)
}

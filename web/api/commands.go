package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/web/accounts"
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

// extended is a body that carries what every command may carry.
type extended interface{ given() CommandExtra }

// A verb is one command: its name, its body, and how the body becomes what the rules
// know. It may find faults that only a look into the books shows.
type verb struct {
	name, summary string
	body          reflect.Type
	command       func(ctx context.Context, s *server, r *Request, body any) (incident.Command, []FieldError, error)
}

// verbs is every command that a person may give to an incident.
var verbs = slices.Concat(flowVerbs, deskVerbs, watchVerbs, linkVerbs)

// say is a verb whose body says everything.
func say[B extended](name, summary string, f func(B, incident.Extra) incident.Command) verb {
	return ask(name, summary, func(_ *server, _ *Request, b B, x incident.Extra) (incident.Command, []FieldError) {
		return f(b, x), nil
	})
}

// ask is a verb whose body has to be held against the books.
func ask[B extended](name, summary string, f func(*server, *Request, B, incident.Extra) (incident.Command, []FieldError)) verb {
	return seek(name, summary, func(s *server, _ context.Context, r *Request, b B, x incident.Extra) (incident.Command, []FieldError, error) {
		c, faults := f(s, r, b, x)
		return c, faults, nil
	})
}

// seek is a verb that needs something looked up where a look may fail.
func seek[B extended](name, summary string,
	f func(*server, context.Context, *Request, B, incident.Extra) (incident.Command, []FieldError, error),
) verb {
	return verb{
		name: name, summary: summary, body: reflect.TypeFor[B](),
		command: func(ctx context.Context, s *server, r *Request, body any) (incident.Command, []FieldError, error) {
			b := *body.(*B)
			return f(s, ctx, r, b, b.given().domain())
		},
	}
}

// A CommandAnswer is the incident after a command, and where the ledger stood then.
type CommandAnswer struct {
	Incident casefile.File `json:"incident"`
	Position int64         `json:"position" doc:"of the last fact that the command added"`
	Caller   *KnownCaller  `json:"caller,omitempty" doc:"view-caller only"`
}

// A KnownCaller is who called, unmasked. Each look is a fact.
type KnownCaller struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

func (s *server) commandRoutes() []route {
	routes := make([]route, 0, len(verbs))
	for _, v := range verbs {
		routes = append(routes, route{
			method: http.MethodPost, path: "/incidents/{id}/commands/" + v.name,
			name: camel(v.name) + "Incident", summary: v.summary, status: http.StatusOK,
			may:        func(role jurisdiction.Role) bool { return incident.MayEver(role, v.name) },
			ofIncident: true, key: true, body: v.body, bodyOptional: true, answer: reflect.TypeFor[CommandAnswer](),
			serve: func(ctx context.Context, r *Request, _, body any) (any, error) { return s.command(ctx, r, v, body) },
		})
	}
	return routes
}

// camel writes request-extension as requestExtension.
func camel(name string) string {
	head, rest, more := strings.Cut(name, "-")
	if !more {
		return head
	}
	tail := camel(rest)
	return head + strings.ToUpper(tail[:1]) + tail[1:]
}

func (s *server) command(ctx context.Context, r *Request, v verb, body any) (CommandAnswer, error) {
	given := body.(extended).given()
	c, faults, err := v.command(ctx, s, r, body)
	if err != nil {
		return CommandAnswer{}, err
	}
	unseen, err := s.judgePhotos(ctx, r, "/photos", given.Photos)
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
		Key: r.Key, ExpectVersion: given.ExpectedVersion, Correlation: r.ID, Posts: r.Person.Posts,
	})
	if err != nil {
		return CommandAnswer{}, err
	}
	answer := CommandAnswer{Position: int64(out.Position)}
	if _, viewing := c.(incident.ViewCaller); viewing {
		if answer.Caller, err = s.knownCaller(ctx, r.Case.File.Subject); err != nil {
			return CommandAnswer{}, err
		}
	}
	answer.Incident, err = s.written(ctx, r, out)
	return answer, err
}

// knownCaller is a caller unmasked. Nobody is known as an erased one.
func (s *server) knownCaller(ctx context.Context, subject string) (*KnownCaller, error) {
	c, err := s.Accounts.Caller(ctx, subject)
	if err != nil && !errors.Is(err, accounts.ErrNoCaller) {
		return nil, err
	}
	return &KnownCaller{Name: c.Name, Phone: c.Phone}, nil
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
)

// The bodies of what ties incidents together, and of what was wrong about one.
type (
	// MergeCommand ends it as another one's duplicate.
	MergeCommand struct {
		CommandExtra
		Into   string `json:"into" format:"uuid" doc:"id of the other incident"`
		Reason string `json:"reason,omitempty" maxLength:"1000"`
	}
	// CorrectCommand changes one thing that was reported.
	CorrectCommand struct {
		CommandExtra
		Field  string         `json:"field" enum:"location,matter,description,severity,concerns"`
		Value  CorrectedValue `json:"value" doc:"a place, a matter or a text, as the field has it"`
		Reason string         `json:"reason" minLength:"1" maxLength:"1000" pattern:"\\S" patternDescription:"not blank"`
	}
	// CorrectedMatter is another matter, with its criterion where the incident is filed.
	CorrectedMatter struct {
		MatterKey
		Criterion string `json:"criterion,omitempty" maxLength:"128"`
	}
	// HandOverCommand gives it to an emergency number or another authority.
	HandOverCommand struct {
		CommandExtra
		Agency  string `json:"agency" minLength:"1" maxLength:"100" pattern:"\\S" patternDescription:"not blank" doc:"110, 119, 120, 122 or an authority's name"`
		Receipt string `json:"receipt" minLength:"1" maxLength:"100" pattern:"\\S" patternDescription:"not blank"`
		Rest    string `json:"rest,omitempty" maxLength:"2000" doc:"what remains to be done: it becomes a linked incident"`
	}
)

// A CorrectedValue is what a correction puts in place of what was reported. Which shape
// it has depends on the field, so it is judged with the field in hand; the document
// lists the shapes.
type CorrectedValue struct{ json.RawMessage }

// Schema lists the shapes. They stand where the judge of bodies does not look.
func (CorrectedValue) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"anyOf": []*huma.Schema{
		r.Schema(reflect.TypeFor[Place](), true, ""), r.Schema(reflect.TypeFor[CorrectedMatter](), true, ""), {Type: huma.TypeString},
	}}}
}

// longestDescription is what a report and a correction may say, in characters.
const longestDescription = 2000

// linkVerbs are what ties incidents together, and what was wrong about one.
var linkVerbs = []verb{
	seek("merge", "End it as another one's duplicate", (*server).mergeCommand),
	say("unmerge", "Undo that", func(b ReasonCommand, x incident.Extra) incident.Command {
		return incident.Unmerge{Extra: x, Reason: b.Reason}
	}),
	ask("correct", "Change what was reported", (*server).correctCommand),
	seek("hand-over", "Give it to an emergency number or another authority", (*server).handOverCommand),
}

// mergeCommand looks the other incident up. One that the caller does not see is as
// little there as one that is not.
func (s *server) mergeCommand(ctx context.Context, r *Request, b MergeCommand, x incident.Extra) (incident.Command, []FieldError, error) {
	c := incident.Merge{Extra: x, Into: b.Into, Reason: b.Reason}
	other, err := s.find(ctx, r.Person, b.Into)
	if p, refused := errors.AsType[*Problem](err); refused && p.Status == http.StatusNotFound {
		return c, []FieldError{{Pointer: "/into", Detail: "is no incident that you can see", Code: "no_such_incident"}}, nil
	}
	if err != nil {
		return c, nil, err
	}
	c.IntoNumber, c.Target = other.File.Number, &other.State
	return c, nil, nil
}

// correctCommand reads the value as its field has it. A new place comes in any system
// and lies in the grid that owned it when it was reported: an incident keeps its ground.
func (s *server) correctCommand(r *Request, b CorrectCommand, x incident.Extra) (incident.Command, []FieldError) {
	c := incident.Correct{Extra: x, Field: b.Field, Reason: b.Reason}
	switch b.Field {
	case "location":
		place, faults := readValueAs[Place](s, b.Value)
		if len(faults) > 0 {
			return c, faults
		}
		point, faults := toWGS84(orb.Point{place.Lng, place.Lat}, place.CRS)
		if len(faults) > 0 {
			return c, under("/value", faults)
		}
		cell := placeIn(s.Grid.At(r.Case.File.ReportedAt), point)
		c.Location, c.Place = &incident.Location{
			Point: &point, CRS: place.CRS, AccuracyM: place.AccuracyM, Address: place.Address, Pinned: place.Pinned,
		}, &cell
		return c, nil
	case "matter":
		m, faults := readValueAs[CorrectedMatter](s, b.Value)
		if len(faults) > 0 {
			return c, faults
		}
		key := m.key()
		c.Matter, c.Criterion = &key, m.Criterion
		faults = s.judgeCriterion(&key, m.Criterion)
		for i, f := range faults {
			if f.Pointer == "/matter" {
				faults[i].Pointer = ""
			}
		}
		return c, under("/value", faults)
	}

	var text string
	if err := json.Unmarshal(b.Value.RawMessage, &text); err != nil || len(b.Value.RawMessage) == 0 || b.Value.RawMessage[0] != '"' {
		return c, []FieldError{{Pointer: "/value", Detail: "must be a text"}}
	}
	switch b.Field {
	case "description":
		c.Text = text
		if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > longestDescription {
			return c, []FieldError{{Pointer: "/value", Detail: "is blank or longer than 2000 characters"}}
		}
	case "severity":
		c.Severity = incident.Severity(text)
		if !slices.Contains(incident.Severities, c.Severity) {
			return c, []FieldError{{Pointer: "/value", Detail: "is none of the severities"}}
		}
	case "concerns":
		c.Concerns = &text
		if text != "" {
			return c, s.judgeUnit("/value", text)
		}
	}
	return c, nil
}

// readValueAs reads a value that must be a T.
func readValueAs[T any](s *server, v CorrectedValue) (T, []FieldError) {
	var out T
	var plain any
	if err := json.Unmarshal(v.RawMessage, &plain); err != nil {
		return out, []FieldError{{Pointer: "/value", Detail: "is required"}}
	}
	shape := &huma.Schema{Ref: schemaPrefix + nameOf(reflect.TypeFor[T](), "")}
	if faults := s.schemas.judge(shape, plain); len(faults) > 0 {
		return out, under("/value", faults)
	}
	if err := json.Unmarshal(v.RawMessage, &out); err != nil {
		return out, under("/value", []FieldError{unreadable(err)})
	}
	return out, nil
}

// handOverCommand names the incident that the rest becomes, should there be one.
func (s *server) handOverCommand(_ context.Context, _ *Request, b HandOverCommand, x incident.Extra) (incident.Command, []FieldError, error) {
	c := incident.HandOver{Extra: x, Agency: b.Agency, Receipt: b.Receipt, Rest: b.Rest}
	if b.Rest == "" {
		return c, nil, nil
	}
	id, err := uuid.NewV7()
	c.RestID = id.String()
	return c, nil, err
}

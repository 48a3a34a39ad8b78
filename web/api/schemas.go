package api

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"gridcommand/domain/campaign"
	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/ticket"
	"gridcommand/projections/casebook"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
	"gridcommand/projections/picture"
	"gridcommand/projections/reports"
	"gridcommand/projections/tally"
	"gridcommand/projections/whatif"
)

func init() {
	// Lists are never null here, and a field's name is its name.
	huma.DefaultArrayNullable = false
	huma.ValidateStrictCasing = true
}

const schemaPrefix = "#/components/schemas/"

// schemas makes a JSON schema of every type that crosses the edge, and judges what
// comes in by it. Go types give the shape; what Go can't say is said here: which words
// a text type has, and that a pointer without omitempty may be null.
type schemas struct {
	registry huma.Registry
	refined  map[reflect.Type]bool
}

// schemaNames are the names of types that would otherwise be called alike or oddly.
var schemaNames = map[reflect.Type]string{
	reflect.TypeFor[casefile.File]():          "Incident",
	reflect.TypeFor[casefile.Matter]():        "Matter",
	reflect.TypeFor[casefile.Criterion]():     "IncidentCriterion",
	reflect.TypeFor[casefile.Grid]():          "IncidentGrid",
	reflect.TypeFor[casefile.Due]():           "IncidentDue",
	reflect.TypeFor[casefile.Routing]():       "IncidentRouting",
	reflect.TypeFor[picture.Feature]():        "PictureFeature",
	reflect.TypeFor[picture.Geometry]():       "PictureGeometry",
	reflect.TypeFor[picture.Properties]():     "PictureProperties",
	reflect.TypeFor[tally.Row]():              "StatisticsRow",
	reflect.TypeFor[tally.SubjectKind]():      "StatisticsSubject",
	reflect.TypeFor[tally.Duration]():         "StatisticsDuration",
	reflect.TypeFor[tally.Durations]():        "StatisticsDurations",
	reflect.TypeFor[figures.Term]():           "IndicatorTerm",
	reflect.TypeFor[figures.Kind]():           "IndicatorKind",
	reflect.TypeFor[figures.Sense]():          "IndicatorSense",
	reflect.TypeFor[tally.HandledBy]():        "HandledInstead",
	reflect.TypeFor[tally.Suggestion]():       "RulingSuggested",
	reflect.TypeFor[whatif.State]():           "WhatIfState",
	reflect.TypeFor[whatif.Report]():          "WhatIfReport",
	reflect.TypeFor[whatif.Figures]():         "WhatIfFigures",
	reflect.TypeFor[whatif.Run]():             "WhatIfRun",
	reflect.TypeFor[whatif.UnitLoad]():        "WhatIfUnit",
	reflect.TypeFor[whatif.Refused]():         "WhatIfRefused",
	reflect.TypeFor[whatif.RefusedFor]():      "WhatIfRefusedBy",
	reflect.TypeFor[whatif.Difference]():      "WhatIfDifference",
	reflect.TypeFor[whatif.Outcome]():         "WhatIfOutcome",
	reflect.TypeFor[reports.Act]():            "UnusualAct",
	reflect.TypeFor[reports.ActKind]():        "UnusualActKind",
	reflect.TypeFor[reports.Detail]():         "UnusualActDetail",
	reflect.TypeFor[reports.Outcome]():        "UnusualActOutcome",
	reflect.TypeFor[reports.Hand]():           "ActingPerson",
	reflect.TypeFor[reports.Standstill]():     "SuspendedItem",
	reflect.TypeFor[reports.Comeback]():       "ClosedEarlyItem",
	reflect.TypeFor[reports.Back]():           "ClosedEarlyBack",
	reflect.TypeFor[reports.Double]():         "OneHandItem",
	reflect.TypeFor[reports.Part]():           "OneHandPart",
	reflect.TypeFor[reports.Viewing]():        "CallerView",
	reflect.TypeFor[reports.Count]():          "KeyCount",
	reflect.TypeFor[deadline.Unit]():          "LimitUnit",
	reflect.TypeFor[jurisdiction.Kind]():      "UnitKind",
	reflect.TypeFor[deadline.Limit]():         "TimeLimit",
	reflect.TypeFor[deadline.Pause]():         "Pause",
	reflect.TypeFor[jurisdiction.Candidate](): "Candidate",
	reflect.TypeFor[duty.Sheet]():             "HandoverSheet",
	reflect.TypeFor[duty.Counts]():            "HandoverCounts",
	reflect.TypeFor[duty.Line]():              "HandoverLine",
	reflect.TypeFor[duty.Side]():              "HandoverSide",
	reflect.TypeFor[campaign.Status]():        "CampaignStatus",
	reflect.TypeFor[ticket.Type]():            "TicketType",
	reflect.TypeFor[ticket.Stage]():           "TicketStage",
	reflect.TypeFor[ticket.Resolution]():      "TicketResolution",
	reflect.TypeFor[ticket.Rating]():          "TicketResult",
	reflect.TypeFor[ticket.Decision]():        "TicketDecision",
}

// words are the texts that a text type may be.
var words = map[reflect.Type][]any{
	reflect.TypeFor[incident.Stage]():        anys(incident.Stages),
	reflect.TypeFor[incident.Status]():       anys(incident.Statuses),
	reflect.TypeFor[incident.Source]():       anys(incident.Sources),
	reflect.TypeFor[incident.Severity]():     anys(incident.Severities),
	reflect.TypeFor[incident.Lamp]():         anys(incident.Lamps),
	reflect.TypeFor[incident.Flag]():         anys(incident.Flags),
	reflect.TypeFor[incident.ReturnCode]():   anys(incident.ReturnCodes),
	reflect.TypeFor[incident.EscalateCode](): anys(incident.EscalateCodes),
	reflect.TypeFor[listMark]():              append(anys(incident.Flags), anys(casebook.Marks)...),
	reflect.TypeFor[incident.SuspendCode]():  append(anys(incident.SuspendCodes), ""), // none of the usual grounds
	reflect.TypeFor[incident.Ground]():       anys(incident.Grounds),
	reflect.TypeFor[whatif.State]():          anys(whatif.States),
	reflect.TypeFor[incident.Clock]():        {string(incident.StageClock), string(incident.TotalClock)},
	reflect.TypeFor[incident.RequestKind](): {
		string(incident.ExtensionRequest), string(incident.SuspensionRequest), string(incident.ReturnRequest),
	},
	reflect.TypeFor[incident.Rung]():     append(anys(incident.Rungs), ""), // no ladder
	reflect.TypeFor[jurisdiction.Tier](): anys(jurisdiction.Tiers),
	reflect.TypeFor[jurisdiction.Role](): anys(jurisdiction.Roles),
	reflect.TypeFor[jurisdiction.Kind](): {"center", "station", "office", "branch", "department", "owner"},
	reflect.TypeFor[deadline.Unit]():     anys(deadline.Units),
	reflect.TypeFor[jurisdiction.Post](): anys(jurisdiction.Posts),
	reflect.TypeFor[duty.Shift]():        anys(duty.Shifts),
	reflect.TypeFor[duty.Side]():         anys(duty.Sides),
	reflect.TypeFor[campaign.Status]():   anys(campaign.Statuses),
	reflect.TypeFor[tally.SubjectKind](): anys(tally.SubjectKinds),
	reflect.TypeFor[figures.Kind]():      anys(figures.Kinds),
	reflect.TypeFor[figures.Sense]():     anys(figures.Senses),
	reflect.TypeFor[ticket.Type]():       anys(ticket.Types),
	reflect.TypeFor[ticket.Stage]():      anys(ticket.Stages),
	reflect.TypeFor[ticket.Resolution](): anys(ticket.Resolutions),
	reflect.TypeFor[ticket.Rating]():     anys(ticket.Ratings),
	reflect.TypeFor[ticket.Decision]():   anys(ticket.Decisions),
	reflect.TypeFor[reports.ActKind]():   anys(reports.ActKinds),
	reflect.TypeFor[reports.Back]():      anys(reports.Backs),
	reflect.TypeFor[reports.Part]():      anys(reports.Parts),
}

func anys[T ~string](list []T) []any {
	out := make([]any, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

func newSchemas() *schemas {
	return &schemas{registry: huma.NewMapRegistry(schemaPrefix, nameOf), refined: map[reflect.Type]bool{}}
}

func nameOf(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if name, ok := schemaNames[t]; ok {
		return name
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// of returns the schema of t, a reference where t is a struct or a text type with words.
func (s *schemas) of(t reflect.Type) *huma.Schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case words[t] != nil:
		name := nameOf(t, "")
		if s.registry.Map()[name] == nil {
			e := &huma.Schema{Type: huma.TypeString, Enum: words[t]}
			e.PrecomputeMessages()
			s.registry.Map()[name] = e
		}
		return &huma.Schema{Ref: schemaPrefix + name}
	case t.Kind() == reflect.Slice && t != reflect.TypeFor[json.RawMessage]() && t.Elem().Kind() != reflect.Uint8:
		return &huma.Schema{Type: huma.TypeArray, Items: s.of(t.Elem())}
	case t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]():
		ref := s.registry.Schema(t, true, "")
		if ref.Ref != "" {
			s.refine(t, s.registry.SchemaFromRef(ref.Ref))
		}
		return ref
	}
	return s.registry.Schema(t, true, "")
}

// refine says of a struct's properties what the library does not: words, and null.
func (s *schemas) refine(t reflect.Type, schema *huma.Schema) {
	if s.refined[t] {
		return
	}
	s.refined[t] = true
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		old := schema.Properties[name]
		if old == nil || f.Anonymous {
			continue
		}
		elem := f.Type
		for elem.Kind() == reflect.Pointer || elem.Kind() == reflect.Slice {
			elem = elem.Elem()
		}
		isStruct := elem.Kind() == reflect.Struct && elem != reflect.TypeFor[time.Time]()
		if words[elem] == nil && !isStruct {
			continue
		}
		fresh := s.of(f.Type)
		if f.Type.Kind() == reflect.Slice {
			fresh.MinItems, fresh.MaxItems = old.MinItems, old.MaxItems
		}
		if f.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit") {
			fresh = &huma.Schema{AnyOf: []*huma.Schema{fresh, {Type: "null"}}}
		}
		fresh.Description = old.Description
		schema.Properties[name] = fresh
	}
	schema.PrecomputeMessages()
}

// check judges a parsed body by the schema of t.
func (s *schemas) check(schema *huma.Schema, v any) []FieldError {
	if found := badTexts(v, ""); found != nil {
		return found
	}
	return s.judge(schema, v)
}

// judge is check without a look at the texts.
func (s *schemas) judge(schema *huma.Schema, v any) []FieldError {
	var found huma.ValidateResult
	huma.Validate(s.registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, hide(v), &found)
	out := make([]FieldError, 0, len(found.Errors))
	for _, err := range found.Errors {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			out = append(out, FieldError{Detail: err.Error()})
			continue
		}
		at := FieldError{Pointer: pointerOf(d.Location), Detail: d.Message}
		if name, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
			name, _, _ = strings.Cut(name, " ")
			at.Pointer += "/" + escapePointer(name)
			at.Detail = "is required"
		}
		if d.Message == "unexpected property" {
			at.Detail = "is not a field of this request"
		}
		out = append(out, at)
	}
	slices.SortStableFunc(out, func(a, b FieldError) int { return strings.Compare(a.Pointer, b.Pointer) })
	return out
}

// The library writes locations as a.b[0].c. Names with those signs in them are none of
// ours; they are hidden from it and shown again in the pointer.
var (
	hidden = strings.NewReplacer(".", "\x01", "[", "\x02", "]", "\x03")
	steps  = strings.NewReplacer(".", "/", "[", "/", "]", "", "\x01", ".", "\x02", "[", "\x03", "]", "~", "~0", "/", "~1")
)

func hide(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, x := range v {
			out[hidden.Replace(name)] = hide(x)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = hide(x)
		}
		return out
	}
	return v
}

func pointerOf(location string) string {
	if location == "" {
		return ""
	}
	p := steps.Replace(location)
	if !strings.HasPrefix(location, "[") {
		p = "/" + p
	}
	return p
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

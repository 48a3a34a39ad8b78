package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gridcommand/projections/picture"
)

// describe makes the OpenAPI 3.1 document of the routes: nothing is in it that is not
// routed, and everything routed is in it.
func (s *server) describe(routes []route) ([]byte, error) {
	doc := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "gridcommand", Version: "1",
			Description: "Command center for grid management. Times are RFC 3339, coordinates go out in WGS-84, errors are RFC 9457. " +
				"Checks come in this order: 401, 400, 404, 403, 422 invalid, 409, 422 a rule says no.",
		},
		Servers: []*huma.Server{{URL: "/"}},
		Paths:   map[string]*huma.PathItem{},
		Components: &huma.Components{
			Schemas: s.schemas.registry,
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"bearer": {Type: "http", Scheme: "bearer"},
				"cookie": {Type: "apiKey", In: "cookie", Name: cookieName},
			},
		},
	}
	s.schemas.of(reflect.TypeFor[picture.Feature]()) // the picture's items; they lie stored as JSON
	for _, rt := range routes {
		if err := addTo(doc, prefix+rt.path, rt.method, s.operation(rt)); err != nil {
			return nil, err
		}
		if probe := rt.path; probe == "/livez" || probe == "/readyz" || probe == "/metrics" {
			op := s.operation(rt)
			op.OperationID += "AtRoot"
			if err := addTo(doc, probe, rt.method, op); err != nil {
				return nil, err
			}
		}
	}
	if s.Live != nil {
		if err := addTo(doc, prefix+"/live", http.MethodGet, s.liveOperation()); err != nil {
			return nil, err
		}
	}
	if p := s.schemas.registry.Map()["Picture"]; p != nil {
		p.Properties["features"].Items = &huma.Schema{Ref: schemaPrefix + "PictureFeature"}
	}
	return json.Marshal(doc)
}

func addTo(doc *huma.OpenAPI, path, method string, op *huma.Operation) error {
	item := doc.Paths[path]
	if item == nil {
		item = &huma.PathItem{}
		doc.Paths[path] = item
	}
	switch method {
	case http.MethodGet:
		item.Get = op
	case http.MethodPost:
		item.Post = op
	case http.MethodDelete:
		item.Delete = op
	default:
		return fmt.Errorf("api: no place in the document for %s %s", method, path)
	}
	return nil
}

var wildcard = regexp.MustCompile(`\{([a-z]+)\}`)

func (s *server) operation(rt route) *huma.Operation {
	op := &huma.Operation{OperationID: rt.name, Summary: rt.summary, Tags: []string{tag(rt.path)}, Responses: map[string]*huma.Response{}}
	if !rt.open {
		op.Security = []map[string][]string{{"bearer": {}}, {"cookie": {}}}
	}
	for _, m := range wildcard.FindAllStringSubmatch(rt.path, -1) {
		op.Parameters = append(op.Parameters, &huma.Param{Name: m[1], In: "path", Required: true, Schema: pathSchema(m[1], rt)})
	}
	no := false
	for _, p := range s.schemas.params(rt.query) {
		param := &huma.Param{Name: p.name, In: "query", Description: p.doc, Schema: p.schema}
		if f := rt.query.FieldByIndex(p.index); f.Tag.Get("required") == "true" {
			param.Required = true
		}
		if p.schema.Type == huma.TypeArray {
			param.Style, param.Explode = "form", &no
		}
		op.Parameters = append(op.Parameters, param)
	}
	if rt.key {
		longest := maxKey
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: &longest},
			Description: "makes the write happen once; the same key with another body is refused with key_reused",
		})
	}
	switch {
	case rt.bodyMedia != nil:
		op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, m := range rt.bodyMedia {
			op.RequestBody.Content[m] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
	case rt.body != nil && rt.body != reflect.TypeFor[none]():
		schema := s.schemas.of(rt.body)
		shape := s.schemas.registry.SchemaFromRef(schema.Ref)
		op.RequestBody = &huma.RequestBody{
			Required: !rt.bodyOptional || shape != nil && len(shape.Required) > 0,
			Content:  map[string]*huma.MediaType{"application/json": {Schema: schema}},
		}
	}
	s.addAnswers(op, rt)
	return op
}

func (s *server) addAnswers(op *huma.Operation, rt route) {
	good := &huma.Response{Description: http.StatusText(rt.status)}
	switch {
	case rt.answerMedia != nil:
		good.Content = map[string]*huma.MediaType{}
		for _, m := range rt.answerMedia {
			good.Content[m] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
		}
		if rt.answer != reflect.TypeFor[blob]() { // JSON, or a file where the query asks for one
			good.Content["application/json"] = &huma.MediaType{Schema: s.schemas.of(rt.answer)}
		}
	case rt.answer == reflect.TypeFor[json.RawMessage]():
		good.Content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: huma.TypeObject}}}
	case rt.status != http.StatusNoContent:
		good.Content = map[string]*huma.MediaType{"application/json": {Schema: s.schemas.of(rt.answer)}}
	}
	if rt.key {
		good.Headers = map[string]*huma.Param{"Idempotent-Replay": {
			Description: "true where a known key was answered", Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"true"}},
		}}
	}
	op.Responses[strconv.Itoa(rt.status)] = good
	if strings.HasSuffix(rt.path, ".mvt") {
		op.Responses["204"] = &huma.Response{Description: "An empty tile"}
	}
	if slices.Contains(rt.answerMedia, mvt) || slices.Contains(rt.answerMedia, "image/jpeg") {
		op.Responses["304"] = &huma.Response{Description: "Not Modified"}
	}
	for _, status := range problemsOf(rt) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: s.schemas.of(reflect.TypeFor[Problem]())}},
		}
	}
}

// problemsOf is every status that a route may refuse with.
func problemsOf(rt route) []int {
	list := []int{http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if !rt.open || rt.name == "logIn" {
		list = append(list, http.StatusUnauthorized)
	}
	if rt.may != nil || writes(rt.method) {
		list = append(list, http.StatusForbidden)
	}
	if strings.Contains(rt.path, "{") || rt.path == "/grid/locate" || strings.HasPrefix(rt.path, "/audit/") {
		list = append(list, http.StatusNotFound)
	}
	if rt.key && (rt.ofIncident || strings.HasPrefix(rt.path, "/hotline/tickets/{")) {
		list = append(list, http.StatusConflict)
	}
	if rt.body != nil || rt.bodyMedia != nil {
		list = append(list, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if rt.name == "logIn" || rt.name == "askWhatIf" {
		list = append(list, http.StatusTooManyRequests)
	}
	slices.Sort(list)
	return list
}

func pathSchema(name string, rt route) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	switch {
	case name == "z" || name == "x" || name == "y":
		s.Type = huma.TypeInteger
	case name == "id" && rt.ofIncident:
		s.Format = "uuid"
	case name == "layer":
		s.Enum = []any{"streets", "communities", "grids", "density"}
	}
	return s
}

func tag(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	first, _, _ = strings.Cut(first, ".")
	return first
}

func (s *server) liveOperation() *huma.Operation {
	refused := func(status int) *huma.Response {
		return &huma.Response{
			Description: http.StatusText(status),
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: s.schemas.of(reflect.TypeFor[Problem]())}},
		}
	}
	return &huma.Operation{
		OperationID: "openLive", Summary: "A websocket, subprotocol gridcommand.1", Tags: []string{"live"},
		Description: "The first frame is {\"op\":\"hello\",\"ticket\":…}; the ticket authenticates.",
		Responses: map[string]*huma.Response{
			"101": {Description: "Switching Protocols"}, "400": refused(400), "403": refused(403), "503": refused(503),
		},
	}
}

func (s *server) document(context.Context, *Request, none) (json.RawMessage, error) {
	return s.openapi, nil
}

package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// conforms checks an answer against the OpenAPI document: its status is announced, its
// media type too, and its body is of the announced shape with nothing more in it. The
// harness does this for every answer of every test.
func (s *site) conforms(method, path string, a answer) {
	s.t.Helper()
	path, _, _ = strings.Cut(path, "?")
	rt, ok := s.routeOf(method, path)
	if !ok || a.status == http.StatusMethodNotAllowed {
		return
	}
	kind, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	switch {
	case a.status == rt.status && kind == "application/json" && rt.answerMedia != nil && rt.answer != reflect.TypeFor[blob]():
		s.shaped(method+" "+path, rt.answer, a.raw) // JSON where no file was asked for
	case a.status == rt.status && rt.answerMedia != nil:
		if !slices.ContainsFunc(rt.answerMedia, func(m string) bool { return strings.HasPrefix(m, kind) && kind != "" }) {
			s.t.Fatalf("%s %s: %d of undocumented type %q", method, path, a.status, kind)
		}
	case a.status == rt.status && rt.status == http.StatusNoContent:
	case a.status == rt.status:
		if rt.name != "getOpenAPI" {
			s.shaped(method+" "+path, rt.answer, a.raw)
		}
	case a.status == http.StatusNotModified, a.status == http.StatusNoContent && strings.HasSuffix(rt.path, ".mvt"):
	case slices.Contains(problemsOf(rt), a.status):
		if kind != "application/problem+json" {
			s.t.Fatalf("%s %s: a %d of type %q", method, path, a.status, kind)
		}
		s.shaped(method+" "+path, reflect.TypeFor[Problem](), a.raw)
	default:
		s.t.Fatalf("%s %s: status %d is not in the document: %s", method, path, a.status, a.raw)
	}
}

func (s *site) shaped(what string, t reflect.Type, raw []byte) {
	s.t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		s.t.Fatalf("%s: no JSON: %v", what, err)
	}
	var found huma.ValidateResult
	schemas := s.server.schemas
	huma.Validate(schemas.registry, schemas.of(t), huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &found)
	s.nullables(schemas.of(t), v, &found)
	for _, err := range found.Errors {
		s.t.Errorf("%s: answer is not as documented: %v", what, err)
	}
}

// nullables looks behind "this or null", where the library takes anything for null.
func (s *site) nullables(schema *huma.Schema, v any, found *huma.ValidateResult) {
	registry := s.server.schemas.registry
	for schema.Ref != "" {
		schema = registry.SchemaFromRef(schema.Ref)
	}
	if len(schema.AnyOf) == 2 && schema.AnyOf[1].Type == "null" {
		if v != nil {
			huma.Validate(registry, schema.AnyOf[0], huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, found)
			s.nullables(schema.AnyOf[0], v, found)
		}
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for name, prop := range schema.Properties {
			s.nullables(prop, v[name], found)
		}
	case []any:
		for _, item := range v {
			if schema.Items != nil {
				s.nullables(schema.Items, item, found)
			}
		}
	}
}

func (s *site) routeOf(method, path string) (route, bool) {
	for _, rt := range s.routes() {
		if rt.re.MatchString(path) && (rt.method == method || rt.method == "GET" && method == "HEAD") {
			return rt.route, true
		}
	}
	return route{}, false
}

type matched struct {
	route
	re *regexp.Regexp
}

func (s *site) routes() []matched {
	if s.matched == nil {
		for _, rt := range s.server.routes() {
			parts := wildcard.Split(prefix+rt.path, -1)
			for i := range parts {
				parts[i] = regexp.QuoteMeta(parts[i])
			}
			s.matched = append(s.matched, matched{rt, regexp.MustCompile("^" + strings.Join(parts, "[^/]+") + "$")})
		}
	}
	return s.matched
}

func TestTheConformanceCheckBites(t *testing.T) {
	s := newSite(t)
	for name, raw := range map[string]string{
		"a field that is not documented": `{"status":"ok","position":0,"more":1}`,
		"a field of another type":        `{"status":"ok","position":"0"}`,
		"a field that is missing":        `{"status":"ok"}`,
		"a word that is not one":         `{"status":"fine","position":0}`,
	} {
		var v any
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			t.Fatal(err)
		}
		var found huma.ValidateResult
		schemas := s.server.schemas
		huma.Validate(schemas.registry, schemas.of(reflect.TypeFor[Health]()), huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, v, &found)
		if len(found.Errors) == 0 {
			t.Errorf("%s passed", name)
		}
	}
}

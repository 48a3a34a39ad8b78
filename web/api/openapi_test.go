package api

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every route is in the document, and nothing else is.
func TestTheDocumentIsComplete(t *testing.T) {
	s := newSite(t)
	doc := s.get("", "/openapi.json").want(200).json()
	if doc["openapi"] != "3.1.0" {
		t.Errorf("openapi %v", doc["openapi"])
	}
	documented := map[string]map[string]any{}
	for path, item := range doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			documented[strings.ToUpper(method)+" "+path] = op.(map[string]any)
		}
	}
	routed := map[string]bool{"GET /livez": true, "GET /readyz": true, "GET /metrics": true, "GET " + prefix + "/live": true}
	for _, rt := range s.routes() {
		routed[rt.method+" "+prefix+rt.path] = true
	}
	for _, url := range slices.Sorted(maps.Keys(routed)) {
		if documented[url] == nil {
			t.Errorf("%s is not in the document", url)
		}
	}
	ids := map[string]string{}
	for _, url := range slices.Sorted(maps.Keys(documented)) {
		if !routed[url] {
			t.Errorf("%s is in the document and no route", url)
		}
		op := documented[url]
		if id, _ := op["operationId"].(string); id == "" || ids[id] != "" {
			t.Errorf("%s has the operation id %q, so has %s", url, id, ids[id])
		} else {
			ids[id] = url
		}
		if op["summary"] == "" || len(op["responses"].(map[string]any)) == 0 {
			t.Errorf("%s says nothing of itself", url)
		}
		declared := map[string]bool{}
		params, _ := op["parameters"].([]any)
		for _, p := range params {
			p := p.(map[string]any)
			if p["schema"] == nil {
				t.Errorf("%s: parameter %v has no schema", url, p["name"])
			}
			if p["in"] == "path" {
				declared[p["name"].(string)] = true
			}
		}
		for _, m := range regexp.MustCompile(`\{([a-z]+)\}`).FindAllStringSubmatch(url, -1) {
			if !declared[m[1]] {
				t.Errorf("%s: {%s} is not declared", url, m[1])
			}
		}
		for status, r := range op["responses"].(map[string]any) {
			if status >= "400" {
				content, _ := r.(map[string]any)["content"].(map[string]any)
				if content["application/problem+json"] == nil {
					t.Errorf("%s: %s is no problem", url, status)
				}
			}
		}
		method, _, _ := strings.Cut(url, " ")
		if method == "POST" && !strings.HasSuffix(url, "/live/tickets") && op["requestBody"] == nil {
			t.Errorf("%s has no body", url)
		}
	}
}

// Every reference leads somewhere, and every schema is used.
func TestTheDocumentsReferencesResolve(t *testing.T) {
	s := newSite(t)
	a := s.get("", "/openapi.json").want(200)
	schemas := a.at("components", "schemas").(map[string]any)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`"\$ref":"([^"]*)"`).FindAllStringSubmatch(string(a.raw), -1) {
		name, ok := strings.CutPrefix(m[1], schemaPrefix)
		if !ok || schemas[name] == nil {
			t.Errorf("%s leads nowhere", m[1])
		}
		used[name] = true
	}
	for name := range schemas {
		if !used[name] {
			t.Errorf("%s is used by nothing", name)
		}
	}
}

// What may be null says so, what must be there is required, and words are listed: the pages'
// types are made from this.
func TestTheIncidentIsDescribedForTypes(t *testing.T) {
	s := newSite(t)
	a := s.get("", "/openapi.json").want(200)
	one := a.at("components", "schemas", "Incident").(map[string]any)
	props := one["properties"].(map[string]any)
	required := one["required"].([]any)
	for _, name := range []string{
		"id", "number", "version", "position", "source", "matter", "criterion", "description", "severity", "location", "grid",
		"community", "street", "status", "stage", "tier", "holder", "due", "lamp", "suspended", "difficult", "returns", "transfers",
		"reworks", "extensions", "flags", "routing", "photos", "reporter", "occurred_at", "reported_at", "filed_at", "handled_at", "closed_at",
	} {
		if props[name] == nil {
			t.Errorf("an incident has no %s", name)
		}
		if !slices.Contains(required, any(name)) {
			t.Errorf("%s is not required", name)
		}
	}
	if props["allowed"] == nil || slices.Contains(required, any("allowed")) {
		t.Error("allowed comes with detail and command answers only")
	}
	text := func(v any) string { raw, _ := json.Marshal(v); return string(raw) }
	for name, want := range map[string]string{
		"stage":       `{"anyOf":[{"$ref":"#/components/schemas/Stage"},{"type":"null"}]}`,
		"matter":      `{"anyOf":[{"$ref":"#/components/schemas/Matter"},{"type":"null"}]}`,
		"holder":      `{"anyOf":[{"$ref":"#/components/schemas/Holder"},{"type":"null"}]}`,
		"status":      `{"$ref":"#/components/schemas/Status"}`,
		"flags":       `{"items":{"$ref":"#/components/schemas/Flag"},"type":"array"}`,
		"closed_at":   `{"format":"date-time","type":["string","null"]}`,
		"reported_at": `{"format":"date-time","type":"string"}`,
	} {
		if got := text(props[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := text(a.at("components", "schemas", "Lamp", "enum")); got != `["green","yellow","red","grey"]` {
		t.Errorf("lamps %s", got)
	}
}

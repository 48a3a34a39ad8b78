package api

import (
	"os"
	"strings"
	"testing"
)

// The page about the API names every command, every body's field, and every URL that
// explains an incident.
func TestThePageAboutTheAPINamesEveryCommand(t *testing.T) {
	raw, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	s := newSite(t)
	for _, v := range verbs {
		if !strings.Contains(page, "`"+v.name+"`") {
			t.Errorf("%s is not on the page", v.name)
		}
		for name := range s.server.schemas.registry.SchemaFromRef(s.server.schemas.of(v.body).Ref).Properties {
			if !strings.Contains(page, "`"+name) {
				t.Errorf("%s: %s is not on the page", v.name, name)
			}
		}
	}
	for _, rt := range s.routes() {
		if rt.ofIncident && rt.method == "GET" && !strings.HasSuffix(rt.path, "{id}") && !strings.HasSuffix(rt.path, "/timeline") && !strings.Contains(page, "`"+rt.path) {
			t.Errorf("%s is not on the page", rt.path)
		}
	}
}

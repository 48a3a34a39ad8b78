// Package deploy holds what an operator installs beside the center: alert rules for
// Prometheus and a dashboard for Grafana.
//
// What its tests keep true: Prometheus accepts every rule as its promtool does, every
// expression on the dashboard parses, and every rule says what to do about it.
package deploy

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func TestPrometheusAcceptsTheRules(t *testing.T) {
	groups, faults := rulefmt.ParseFile("prometheus/alerts.yml", false, model.UTF8Validation, parser.NewParser(parser.Options{}), nil)
	for _, err := range faults {
		t.Error(err)
	}
	if t.Failed() {
		return
	}
	names := map[string]bool{}
	for _, g := range groups.Groups {
		for _, r := range g.Rules {
			if names[r.Alert] {
				t.Errorf("two rules are called %s", r.Alert)
			}
			names[r.Alert] = true
			if s := r.Labels["severity"]; s != "page" && s != "ticket" {
				t.Errorf("%s has severity %q", r.Alert, s)
			}
			if r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("%s does not say what is wrong", r.Alert)
			}
		}
	}
	tried, err := os.ReadFile("prometheus/alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name := range names {
		if name != "GridcommandLedgerDown" && !strings.Contains(string(tried), name) {
			t.Errorf("alerts_test.yml does not try %s", name)
		}
	}
}

func TestEveryExpressionOfTheDashboardParses(t *testing.T) {
	text, err := os.ReadFile("grafana/gridcommand.json")
	if err != nil {
		t.Fatal(err)
	}
	type panel struct {
		ID                 int
		Title, Description string
		Type               string
		Targets            []struct{ Expr string }
		Panels             []json.RawMessage
	}
	var board struct {
		Title  string
		UID    string
		Panels []panel
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	ids := map[int]bool{}
	reads := parser.NewParser(parser.Options{})
	for _, p := range board.Panels {
		if ids[p.ID] {
			t.Errorf("two panels have id %d", p.ID)
		}
		ids[p.ID] = true
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d (%s) lacks a title, a description or something to show", p.ID, p.Title)
		}
		for _, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$__range", "1h").Replace(q.Expr)
			if _, err := reads.ParseExpr(expr); err != nil {
				t.Errorf("%s: %s: %v", p.Title, q.Expr, err)
			}
		}
	}
	if len(ids) == 0 {
		t.Error("the dashboard is empty")
	}
}

package main

import (
	"fmt"
	"strings"
	"testing"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/geo/basegrid"
)

// TestWhoAnswersIsData moves a line of the responsibility list and renames a unit while
// the program runs, makes a ruling, and kills the program in between: what comes after
// goes the new way, what came before keeps its unit, its name and its reason, and every
// view is equal to a fold of the ledger.
func TestWhoAnswersIsData(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		answersAsData(t, "--ledger", "sqlite:"+t.TempDir())
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		answersAsData(t, "--ledger", postgrestest.URL(t), "--data", t.TempDir())
	})
}

func answersAsData(t *testing.T, at ...string) {
	staffed(t, at...)
	serve := append([]string{"serve", "--listen", "127.0.0.1:0"}, at...)
	s := start(t, serve...)
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	here, ok := grid.InteriorPoint("440114002002")
	if !ok {
		t.Fatal("the grid has no 桂花")
	}
	report := func(key string) map[string]any {
		t.Helper()
		phone := s.login("inspector")
		id := phone.must(201, "POST", "/incidents", key, map[string]any{
			"source": "inspector", "description": "店外摆卖", "matter": map[string]any{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"},
			"criterion": "gb47678.5-2026/matter/07003/1", "location": map[string]any{"lng": here[0], "lat": here[1], "crs": "wgs84"},
		})["id"].(string)
		return phone.settle(id, "dispatched by the workflow", func(i map[string]any) bool { return i["stage"] == "handling" })
	}
	told := func(i map[string]any) string {
		holder, routing := i["holder"].(map[string]any), i["routing"].(map[string]any)
		return fmt.Sprintf("%v %v %v %v", holder["unit"], holder["name"], routing["policy_version"], routing["reason"])
	}

	before := report("r1")
	if got := told(before); !strings.HasPrefix(got, "440114002-S01 花城街道综合行政执法队 huadu-illustrative-1 ") {
		t.Fatalf("at first it is %s", got)
	}

	admin := s.login("admin")
	number := before["routing"].(map[string]any)["candidates"].([]any)[0].(map[string]any)["row"].(float64)
	change := func(table, key, column, value string) map[string]any {
		rows := admin.get("/reference/" + table)["items"].([]any)
		for _, row := range rows {
			fields := row.(map[string]any)
			if fields["row"] == key || fields["code"] == key {
				fields[column] = value
			}
		}
		return map[string]any{"name": table, "rows": rows}
	}
	edition := map[string]any{"version": "2026-12", "basis": "花府办〔2026〕5 号", "tables": []any{
		change("responsibility", fmt.Sprint(number), "unit", "S02"), change("units", "440114002-S01", "name", "花城街道综合行政执法大队"),
	}}
	enacted := admin.must(201, "POST", "/reference/editions", "e1", edition)
	if n := len(enacted["changes"].([]any)); n != 2 {
		t.Fatalf("%d changes: %v", n, enacted["changes"])
	}

	after := report("r2")
	if got := told(after); !strings.HasPrefix(got, "440114002-S02 ") || !strings.Contains(got, " 2026-12 ") {
		t.Errorf("after it, it is %s", got)
	}
	street := s.login("street")
	if got := told(street.get("/incidents/" + before["id"].(string))); got != told(before) {
		t.Errorf("the one before was %s and is %s", told(before), got)
	}

	s.kill()
	s = start(t, serve...)
	admin = s.login("admin")
	status, again, header, err := admin.ask("POST", "/reference/editions", "e1", edition)
	if err != nil || status != 201 || header.Get("Idempotent-Replay") != "true" || again["position"] != enacted["position"] {
		t.Fatalf("the same edition after the restart: %d %v (%v)", status, again["position"], err)
	}
	if got := told(report("r3")); !strings.HasPrefix(got, "440114002-S02 ") {
		t.Errorf("after the restart it is %s", got)
	}

	ruling := s.login("district").must(201, "POST", "/rulings", "ruling-1", map[string]any{
		"authority": "区委编办", "matter": map[string]any{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"},
		"area": "440114002", "unit": "440114002-S03",
	})["ruling"].(map[string]any)
	if got := told(report("r4")); !strings.HasPrefix(got, "440114002-S03 ") || !strings.Contains(got, ruling["number"].(string)) {
		t.Errorf("after the ruling it is %s", got)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.log)
	}
	for _, command := range []string{"verify", "rebuild", "verify"} {
		out, talk, code := tool(t, append([]string{command}, at...)...)
		if code != 0 || command == "verify" && !strings.Contains(out, "view casebook: equal to a fold up to position") {
			t.Errorf("%s: exit %d\n%s%s", command, code, out, talk)
		}
	}
}

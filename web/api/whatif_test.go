package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gridcommand/projections/whatif"
)

// asked puts a question and returns it as it is when it has ended.
func (s *site) asked(who string, tables fields) answer {
	s.t.Helper()
	q := s.post(who, "/whatif", fields{"from": "2026-11-23", "to": "2026-11-23", "tables": tables}).want(202)
	if err := s.whatif.Settle(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
	return s.get(who, "/whatif/"+q.at("id").(string)).want(200)
}

// One incident of shops that the office lets lie: it is warned of and expires. By half the
// time it is warned of earlier; by today's rules everything is as it was. Nothing is
// written, and what was added since is read on from where the last question was.
func TestADirectorAsksHistory(t *testing.T) {
	s := livingSite(t)
	report := func() {
		t.Helper()
		s.post("inspector", "/incidents", s.reportOf(fields{"matter": shops, "criterion": s.criterion("07003")})).want(201)
		s.settle()
	}
	report()
	s.advance(30*24*time.Hour, 0)
	s.settle()
	head := s.get("supervisor", "/whatif").want(200).at("position")

	half := s.asked("supervisor", fields{"policy": "name,value\nwarn_percent,50\n"})
	report1 := half.at("report").(map[string]any)
	if half.at("state") != "done" || half.at("error") != nil || report1["incidents"] != 1.0 || report1["differ"] != 1.0 || report1["not_reproduced"].([]any) == nil {
		t.Fatalf("half the time: %s", half.raw)
	}
	if item := report1["items"].([]any)[0].(map[string]any); !strings.Contains(item["why"].(string), "预警") {
		t.Errorf("why it differs: %v", item["why"])
	}
	if half.at("facts") != report1["facts"] || half.at("done") != report1["facts"] || half.at("facts_per_second").(float64) <= 0 {
		t.Errorf("how far it came: %s", half.raw)
	}
	today := s.asked("supervisor", fields{})
	if r := today.at("report").(map[string]any); r["differ"] != 0.0 || fmt.Sprint(r["then"]) != fmt.Sprint(r["now"]) || today.at("cached") != true {
		t.Errorf("by today's rules: %s", today.raw)
	}
	if now := s.get("supervisor", "/whatif").at("position"); now != head {
		t.Errorf("the ledger went from %v to %v", head, now)
	}

	s.advance(-30*24*time.Hour, 0) // reported on the same day
	report()
	s.advance(30*24*time.Hour, 0)
	s.settle()
	again := s.asked("supervisor", fields{"policy": "name,value\nwarn_percent,50\n"})
	fresh := s.asked("district", fields{"policy": "name,value\nwarn_percent,50\n"})
	if again.at("report", "incidents") != 2.0 || again.at("report", "differ") != 2.0 || again.at("cached") != true {
		t.Errorf("with one more: %s", again.raw)
	}
	if a, b := again.at("report").(map[string]any), fresh.at("report").(map[string]any); fmt.Sprint(a["items"], a["then"], a["now"]) != fmt.Sprint(b["items"], b["then"], b["now"]) {
		t.Errorf("read on: %s\nread anew: %s", again.raw, fresh.raw)
	}

	listed := s.get("supervisor", "/whatif").want(200).at("items").([]any)
	if len(listed) != 3 || listed[0].(map[string]any)["id"] != again.at("id") || listed[0].(map[string]any)["report"] != nil {
		t.Errorf("listed: %v", listed)
	}
	s.get("district", "/whatif/"+again.at("id").(string)).refused(404, "not_found")
	s.send("district", "DELETE", prefix+"/whatif/"+again.at("id").(string), nil).refused(404, "not_found")
	s.send("supervisor", "DELETE", prefix+"/whatif/"+again.at("id").(string), nil).want(204)
	s.get("supervisor", "/whatif/"+again.at("id").(string)).refused(404, "not_found")
}

func TestFaultyTablesAreNotReplayed(t *testing.T) {
	s := livingSite(t)
	a := s.post("supervisor", "/whatif", fields{"from": "2026-11-01", "to": "2026-11-30", "tables": fields{
		"policy": "name,value\nwarn_percent,most\ncolour,blue\n", "calendar": "date,kind\n2027-02-30,off\n",
	}}).refused(422, "faulty_tables").pointsAt("/tables/policy").pointsAt("/tables/calendar")
	for _, want := range []string{"line 2, value", "line 3, name"} {
		if !strings.Contains(string(a.raw), want) {
			t.Errorf("does not say %q: %s", want, a.raw)
		}
	}
	s.post("supervisor", "/whatif", fields{"from": "2026-11-01", "to": "2026-11-30", "tables": fields{"limits": "speed\n1\n"}}).
		refused(422, "faulty_tables").pointsAt("/tables/limits")
	s.post("supervisor", "/whatif", fields{"from": "yesterday", "to": "2026-11-30", "tables": fields{}}).refused(422, "invalid").pointsAt("/from")
	s.post("supervisor", "/whatif", fields{"from": "2026-12-01", "to": "2026-11-30", "tables": fields{}}).refused(422, "invalid").pointsAt("/to")
	s.post("supervisor", "/whatif", fields{"from": "2026-11-01", "to": "2026-11-30"}).refused(422, "invalid").pointsAt("/tables")
	s.post("supervisor", "/whatif", fields{"from": "2026-11-01", "to": "2026-11-30", "tables": fields{"units": "code\n"}}).refused(422, "invalid")
	if items := s.get("supervisor", "/whatif").at("items").([]any); len(items) != 0 {
		t.Errorf("a faulty question is kept: %v", items)
	}
}

// Questions wait for one another, up to a bound; one that is cancelled gives no answer.
// A desk that nobody runs keeps them all waiting.
func TestQuestionsWaitForOneAnother(t *testing.T) {
	s := livingSite(t)
	s.server.WhatIf = whatif.NewDesk(s.ledger, s.library, whatif.DeskOptions{Waiting: 2})
	q := fields{"from": "2026-11-01", "to": "2026-11-30", "tables": fields{}}
	for ahead := range 3 {
		if a := s.post("supervisor", "/whatif", q).want(202); a.at("ahead") != float64(ahead) || a.at("state") != "reading" {
			t.Errorf("question %d: %s", ahead, a.raw)
		}
	}
	if a := s.post("district", "/whatif", q).refused(429, "whatif_busy"); a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	first := s.get("supervisor", "/whatif").at("items").([]any)[2].(map[string]any)["id"].(string)
	s.send("supervisor", "DELETE", prefix+"/whatif/"+first, nil).want(204)
	if a := s.get("supervisor", "/whatif/"+first).want(200); a.at("state") != "cancelled" {
		t.Errorf("cancelled: %s", a.raw)
	}
	if a := s.post("district", "/whatif", q).want(202); a.at("ahead") != 2.0 {
		t.Errorf("in its place: %s", a.raw)
	}
}

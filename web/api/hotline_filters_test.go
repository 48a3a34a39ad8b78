package api

import (
	"strings"
	"testing"
	"time"
)

// What breaks first stands first, and a list is cut by clock, mark, street and incident.
func TestTicketsAreCutByWhatAnAgentLooksFor(t *testing.T) {
	s := livingSite(t)
	s.pushed("T1", fields{"received_at": inTime(-400 * hour)})
	s.pushed("T2", fields{"received_at": inTime(-time.Minute)})
	clash := s.pushed("T3", nil)
	s.post("hotline", tickets1, push("T3", with(fields{"location": s.inside()}, fields{"description": "路灯全不亮"}))).want(201)
	s.post("hotline", clash+"/sign", fields{}).want(200)
	about := s.post("hotline", clash+"/link", fields{"report": fields{}}).want(200).at("incident", "id").(string)
	s.advance(time.Minute, 0)
	s.settle()
	s.fold()
	list := func(who, query string, want ...string) {
		t.Helper()
		a := s.get(who, tickets1+query).want(200)
		var got []string
		for _, item := range a.at("items").([]any) {
			got = append(got, item.(fields)["external_id"].(string))
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s %s: %v, want %v", who, query, got, want)
		}
	}
	list("hotline", "?sort=due&limit=1", "T1")
	first := s.get("hotline", tickets1+"?sort=due&limit=1").want(200)
	list("hotline", "?sort=due&limit=2&cursor="+first.at("next_cursor").(string), "T2", "T3")
	s.get("hotline", tickets1+"?cursor="+first.at("next_cursor").(string)).refused(422, "invalid").pointsAt("cursor")
	list("hotline", "?clock=contact", "T1")
	list("hotline", "?clock=city")
	list("hotline", "?conflict=true", "T3")
	list("hotline", "?incident="+about, "T3")
	list("hotline", "?street=440114002", "T3", "T2", "T1")
	list("hotline", "?street=440114001")
	list("street", "?incident="+about, "T3")
	list("elsewhere", "?incident="+about)
	s.get("hotline", tickets1+"?clock=lunch").refused(422, "invalid")
}

package api

import (
	"maps"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
)

const hour = time.Hour

// The routes of duty, patrols and campaigns in the matrix of scope_test.go, from the
// contract as the others. Those with something in their path are tried by who sees it.
func init() {
	maps.Copy(refusedTo, map[string]string{
		"getRoster": "inspector handler hotline screen admin", "getHandover": "inspector handler hotline screen admin",
		"listHandovers": "inspector handler hotline screen admin", "getDutyQueue": "inspector handler hotline screen admin",
		"getBriefing":     "inspector handler hotline screen admin",
		"setRoster":       "inspector handler hotline supervisor screen admin",
		"prepareHandover": "inspector handler hotline supervisor screen admin",
		"markDuty":        "community handler street district hotline supervisor screen admin",
		"addTrack":        "community handler street district hotline supervisor screen admin",
		"listTasks":       "community handler street district hotline supervisor screen admin",
		"listPatrols":     "handler hotline supervisor screen admin", "getTrack": "handler hotline supervisor screen admin",
		"getCoverage":    "handler hotline screen admin",
		"launchCampaign": "inspector community handler hotline supervisor screen admin",
		"listCampaigns":  "handler hotline screen admin",
		"listPhrases":    "screen admin", "addPhrase": "supervisor screen admin",
	})
}

// colleague adds an account.
func (s *site) colleague(name string, role jurisdiction.Role, unit string) {
	s.t.Helper()
	if err := s.accounts.Add(s.t.Context(), name, role, unit, password); err != nil {
		s.t.Fatal(err)
	}
}

func onRoster(leader string) []fields {
	return []fields{{"person": leader, "name": "值班长甲", "post": "duty_leader"}, {"name": "值班员乙", "post": "intake"}}
}

func (s *site) count(a answer, path ...string) int {
	s.t.Helper()
	return len(a.at(path...).([]any))
}

func TestARosterIsSetAndRead(t *testing.T) {
	s := newSite(t)
	body := fields{"day": "2026-11-23", "shift": "day", "people": onRoster("street"), "note": "台风值守"}
	set := s.post("street", "/duty/roster", body, key("r1")).want(200)
	if got := set.at("turn", "leader", "person"); got != "street" {
		t.Errorf("the leader is %v", got)
	}
	again := s.post("street", "/duty/roster", body, key("r1")).want(200)
	if again.header.Get("Idempotent-Replay") != "true" || again.at("position") != set.at("position") {
		t.Errorf("a repeat: %s", again.raw)
	}
	s.post("street", "/duty/roster", with(body, fields{"note": "x"}), key("r1")).refused(422, "key_reused")
	s.fold()

	list := s.get("street", "/duty/roster?day=2026-11-23&days=2").want(200)
	if n := s.count(list, "items"); n != 4 {
		t.Errorf("%d shifts in two days", n)
	}
	if list.at("current", "note") != "台风值守" || list.at("hours", "workdays") != true || s.count(list, "hours", "spans") != 2 {
		t.Errorf("%s", list.raw)
	}
	above := s.get("district", "/duty/roster?desk=440114002").want(200)
	if above.at("items").([]any)[0].(fields)["set_by"] != "street" {
		t.Errorf("%s", above.raw)
	}
	if hall := s.get("district", "/duty/roster").want(200); hall.at("hours", "workdays") != false || hall.at("current", "leader") != nil {
		t.Errorf("%s", hall.raw)
	}
	s.get("supervisor", "/duty/roster?desk=440114002").want(200)
	s.get("elsewhere", "/duty/roster?desk=440114002").refused(422, "invalid").pointsAt("desk")
	s.get("street", "/duty/roster?desk=440114").refused(422, "invalid").pointsAt("desk")
	s.get("street", "/duty/roster?desk=D01").refused(422, "invalid").pointsAt("desk")

	s.post("street", "/duty/roster", with(body, fields{"day": "2026-02-30"})).refused(422, "invalid").pointsAt("/day")
	s.post("street", "/duty/roster", with(body, fields{"people": onRoster("elsewhere")})).refused(422, "invalid").pointsAt("/people/0/person")
	s.post("street", "/duty/roster", with(body, fields{"day": "2026-11-21"})).refused(422, "shift_over")
	s.post("street", "/duty/roster", with(body, fields{"people": []fields{{"name": "乙", "post": "intake"}}})).refused(422, "one_leader")
	s.post("elsewhere", "/duty/roster", with(body, fields{"desk": "440114002"})).refused(422, "invalid").pointsAt("/desk")
}

// Posts count as they are now: a dispatcher who is no duty leader sets no roster.
func TestTheRosterIsForTheDutyLeader(t *testing.T) {
	s := newSite(t)
	body := fields{"day": "2026-11-24", "shift": "night", "people": onRoster("street")}
	duties(s, "street", jurisdiction.DispatchPost)
	s.post("street", "/duty/roster", body).refused(422, "duty_leader_only")
	duties(s, "street", jurisdiction.DispatchPost, jurisdiction.DutyLeader)
	s.post("street", "/duty/roster", body).want(200)
}

func TestAHandoverIsWrittenFromFactsAndSignedByTwo(t *testing.T) {
	s := newSite(t)
	s.colleague("street2", jurisdiction.StreetDesk, "440114002")
	urgentOne := s.reported("inspector", fields{"severity": "urgent"})
	s.reported("inspector", nil)
	s.fold()
	s.advance(10*hour, 0) // 19:00

	now := s.get("street", "/duty/handover").want(200)
	if now.at("handover", "status") != "none" || now.at("handover", "sheet") != nil || now.at("handover", "moment") != "2026-11-23T20:00:00+08:00" {
		t.Errorf("%s", now.raw)
	}
	if now.at("draft", "counts", "open") != 2.0 || now.at("draft", "counts", "urgent") != 1.0 {
		t.Errorf("the draft: %s", now.raw)
	}
	a := s.post("street", "/duty/handovers", fields{"notes": "S01 夜间联系电话占线"}, key("h1")).want(201)
	id := a.at("handover", "id").(string)
	if id != "440114002-20261123-2000" || a.at("handover", "status") != "prepared" || a.at("handover", "sheet", "notes") != "S01 夜间联系电话占线" {
		t.Errorf("%s", a.raw)
	}
	if lines := a.at("handover", "sheet", "urgent").([]any); len(lines) != 1 || lines[0].(fields)["id"] != urgentOne {
		t.Errorf("the urgent: %v", lines)
	}
	digest := a.at("handover", "digest")

	s.post("street", "/duty/handovers/"+id+"/sign", fields{"side": "outgoing", "digest": "0000"}).refused(422, "sheet_changed")
	one := s.post("street", "/duty/handovers/"+id+"/sign", fields{"side": "outgoing", "digest": digest}).want(200)
	if one.at("handover", "status") != "half_signed" || one.at("handover", "signed_outgoing", "person") != "street" || one.at("handover", "signed_incoming") != nil {
		t.Errorf("%s", one.raw)
	}
	s.post("street", "/duty/handovers/"+id+"/sign", fields{"side": "incoming"}).refused(422, "same_person")
	s.post("street2", "/duty/handovers/"+id+"/sign", fields{"side": "outgoing"}).refused(422, "side_signed")

	// What happens now is in the facts, and not on the sheet that was signed.
	s.reported("inspector", nil)
	s.fold()
	s.post("street", "/duty/handovers", fields{}).refused(422, "sheet_signed")
	both := s.post("street2", "/duty/handovers/"+id+"/sign", fields{"side": "incoming"}, key("s1")).want(200)
	if both.at("handover", "status") != "signed" || both.at("handover", "sheet", "counts", "open") != 2.0 || both.at("handover", "digest") != digest {
		t.Errorf("%s", both.raw)
	}
	s.post("street2", "/duty/handovers/"+id+"/sign", fields{"side": "incoming"}, key("s1")).want(200)
	s.fold()
	history := s.get("district", "/duty/handovers?desk=440114002").want(200)
	if s.count(history, "items") != 1 || history.at("items").([]any)[0].(fields)["status"] != "signed" {
		t.Errorf("%s", history.raw)
	}

	for _, who := range []string{"elsewhere", "handler", "inspector", "hotline", "screen", "admin"} {
		s.post(who, "/duty/handovers/"+id+"/sign", fields{"side": "incoming"}).refused(404, "not_found")
	}
	s.post("supervisor", "/duty/handovers/"+id+"/sign", fields{"side": "incoming"}).refused(403, "role_may_not")
	for _, none := range []string{"440114002-20261123-0800", "440114002", "x", "440114002-20261123-2001"} {
		s.post("street", "/duty/handovers/"+none+"/sign", fields{"side": "incoming"}).refused(404, "not_found")
	}
	s.post("street", "/duty/handovers", fields{"moment": "2026-11-23T21:00:00+08:00"}).refused(422, "no_change_of_shifts")
	s.post("street", "/duty/handovers", fields{"moment": "2026-11-24T08:00:00+08:00"}).refused(422, "too_early")
	s.get("street", "/duty/handover?moment=2026-11-23T21:00:00%2B08:00").refused(422, "invalid").pointsAt("moment")
}

// What came in at night waits in the queue until somebody moves it, urgent first.
func TestTheQueueHoldsWhatCameAtNight(t *testing.T) {
	s := newSite(t)
	night := func(changes fields) string {
		return s.post("district", "/incidents", s.reportOf(with(fields{"source": "department"}, changes))).want(201).at("id").(string)
	}
	s.reported("inspector", nil) // at nine: the desk is attended
	s.advance(14*hour, 0)        // 23:00
	calm := night(nil)
	s.advance(hour, 0)
	grave := night(fields{"severity": "urgent"})
	s.fold()
	// Matter 06010 starts at the community: its station takes it in.
	q := s.get("community", "/duty/queue").want(200)
	items := q.at("items").([]any)
	if len(items) != 2 || items[0].(fields)["incident"].(fields)["id"] != grave || items[1].(fields)["incident"].(fields)["id"] != calm {
		t.Fatalf("%s", q.raw)
	}
	if q.at("attended") != false || q.at("total") != 2.0 {
		t.Errorf("%s", q.raw)
	}
	if n := s.count(s.get("street", "/duty/queue").want(200), "items"); n != 0 {
		t.Errorf("%d wait at the street's desk, which holds none", n)
	}
	s.get("elsewhere", "/duty/queue?desk=440114002").refused(422, "invalid")
	s.command("community", grave, "decline", fields{"reason": "重复"}).want(200)
	s.fold()
	if n := s.count(s.get("district", "/duty/queue?desk=440114002002").want(200), "items"); n != 1 {
		t.Errorf("%d wait after one was moved", n)
	}
}

func TestTheBriefingIsOnePage(t *testing.T) {
	s := newSite(t)
	s.advance(12*hour, 0) // 21:00
	grave := s.reported("inspector", fields{"severity": "urgent", "description": "路面塌陷"})
	s.reported("inspector", nil)
	s.advance(11*hour, 0) // 08:00 of the next day
	s.fold()
	b := s.get("street", "/duty/briefing").want(200)
	night := b.at("overnight_urgent", "items").([]any)
	if len(night) != 1 || night[0].(fields)["id"] != grave || night[0].(fields)["description"] != "路面塌陷" || b.at("overnight_urgent", "total") != 1.0 {
		t.Errorf("overnight: %s", b.raw)
	}
	if b.at("open") != 2.0 || b.at("night_from") != "2026-11-23T20:00:00+08:00" {
		t.Errorf("%s", b.raw)
	}
	if red := s.count(b, "turning_red", "items"); red == 0 {
		t.Errorf("nothing turns red: %s", b.raw)
	}
	s.get("supervisor", "/duty/briefing?desk=440114002").want(200)
	s.get("handler", "/duty/briefing").refused(403, "role_may_not")
}

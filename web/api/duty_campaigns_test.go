package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
)

func jsonOf(v any) string { raw, _ := json.Marshal(v); return string(raw) }

func inTime(d time.Duration) string { return nine.Add(d).Format(time.RFC3339) }
func newCampaign(area ...string) fields {
	return fields{"title": "电动自行车专项", "matter": matter, "area": area, "until": inTime(24 * hour), "look_at": "楼道停放充电"}
}

func TestACampaignFromLaunchToEnd(t *testing.T) {
	s := newSite(t)
	cells := s.grid.CommunityCells("440114002002")
	body := newCampaign("440114002")
	c := s.post("street", "/campaigns", body, key("c1")).want(201)
	id := c.at("id").(string)
	again := s.post("street", "/campaigns", body, key("c1")).want(201)
	if again.at("id") != id || again.header.Get("Idempotent-Replay") != "true" || again.header.Get("Location") != prefix+"/campaigns/"+id {
		t.Errorf("%s", again.raw)
	}
	s.post("street", "/campaigns", newCampaign("440114"), key("c1")).refused(422, "key_reused")

	incident := s.reported("inspector", nil)
	path := "/campaigns/" + id + "/grids/" + cells[0].Code + "/visit"
	seen := s.post("inspector", path, fields{"incidents": []string{incident}, "note": "一处"}, key("v1")).want(200)
	if seen.at("progress", "done") != 1.0 || seen.at("progress", "found") != 1.0 || seen.at("progress", "grids") != float64(len(cells)) {
		t.Errorf("an inspector's view: %s", seen.raw)
	}
	all := s.get("street", "/campaigns/"+id).want(200)
	if all.at("progress", "done") != 1.0 || s.count(all, "streets") != 1 || s.count(all, "units") < 2 || all.at("status") != "running" || all.at("may_end") != true {
		t.Errorf("%s", all.raw)
	}
	s.fold()
	list := s.get("district", "/campaigns?status=running").want(200)
	if s.count(list, "items") != 1 || list.at("items").([]any)[0].(fields)["progress"].(fields)["done"] != 1.0 {
		t.Errorf("%s", list.raw)
	}
	if n := s.count(s.get("street", "/campaigns?status=ended").want(200), "items"); n != 0 {
		t.Errorf("%d ended", n)
	}

	s.post("inspector", path, fields{"incidents": []string{"01a20897-29e7-7105-ae03-d2abc1a67395"}}).refused(422, "invalid").pointsAt("/incidents/0")
	s.post("inspector", path, fields{"photos": []string{strings.Repeat("0", 64)}}).refused(422, "invalid").pointsAt("/photos/0")
	s.post("community", path, fields{}).refused(422, "not_your_grid") // its inspector answers
	s.post("inspector", "/campaigns/"+id+"/grids/440114002003001/visit", fields{}).refused(404, "not_found")

	s.post("inspector", "/campaigns/"+id+"/end", fields{}).refused(403, "role_may_not")
	end := s.post("street", "/campaigns/"+id+"/end", fields{"reason": "提前完成"}, key("e1")).want(200)
	if end.at("status") != "ended" || end.at("end_reason") != "提前完成" || end.at("may_end") != false {
		t.Errorf("%s", end.raw)
	}
	s.post("district", "/campaigns/"+id+"/end", fields{}).refused(422, "campaign_over")
	s.post("inspector", "/campaigns/"+id+"/grids/"+cells[1].Code+"/visit", fields{}).refused(422, "campaign_over")
}

// It ends by itself, though nobody says so.
func TestACampaignEndsByItsTime(t *testing.T) {
	s := newSite(t)
	id := s.post("district", "/campaigns", with(newCampaign("440114002002", "440114001"), fields{"from": inTime(hour)})).want(201).at("id").(string)
	cell := s.grid.CommunityCells("440114002002")[0].Code
	s.post("inspector", "/campaigns/"+id+"/grids/"+cell+"/visit", fields{}).refused(422, "not_begun")
	s.fold()
	for at, want := range map[time.Duration]string{0: "planned", hour: "running", 23 * hour: "ended"} {
		s.advance(at, 0)
		_ = want
	}
	if got := s.get("district", "/campaigns/"+id).want(200).at("status"); got != "ended" {
		t.Errorf("after its time it is %v", got)
	}
	if got := s.get("district", "/campaigns").want(200).at("items").([]any)[0].(fields)["status"]; got != "ended" {
		t.Errorf("in the list it is %v", got)
	}
	if n := s.count(s.get("inspector", "/tasks/mine").want(200), "items"); n != 0 {
		t.Errorf("%d tasks of a campaign that is over", n)
	}
}

func TestWhoSeesACampaign(t *testing.T) {
	s := newSite(t)
	id := s.post("street", "/campaigns", newCampaign("440114002002")).want(201).at("id").(string)
	s.fold()
	for who, status := range map[string]int{
		"inspector": 200, "community": 200, "street": 200, "district": 200, "supervisor": 200,
		"elsewhere": 404, "handler": 404, "bureau": 404, "hotline": 404, "screen": 404, "admin": 404,
	} {
		s.get(who, "/campaigns/"+id).want(status)
	}
	if n := s.count(s.get("elsewhere", "/campaigns").want(200), "items"); n != 0 {
		t.Errorf("another street sees %d", n)
	}
	s.get("handler", "/campaigns").refused(403, "role_may_not")
	s.post("inspector", "/campaigns", newCampaign("440114002002")).refused(403, "role_may_not")
	s.post("street", "/campaigns", newCampaign("440114001")).refused(422, "out_of_reach").pointsAt("/area")
	s.post("street", "/campaigns", newCampaign("440114002", "440114099")).refused(422, "invalid").pointsAt("/area/1")
	s.post("street", "/campaigns", with(newCampaign("440114002"), fields{"until": inTime(-hour)})).want(422).pointsAt("/until")
	s.post("street", "/campaigns", with(newCampaign("440114002"), fields{"matter": fields{"scheme": "x", "kind": "matter", "code": "1"}})).refused(422, "invalid").pointsAt("/matter")
	for _, bad := range []string{"x", "01a20897-29e7-7105-ae03-d2abc1a67395", strings.ToUpper(id)} {
		s.get("street", "/campaigns/"+bad).refused(404, "not_found")
	}
}

// A photo of a campaign's answer is seen by those who see the answer.
func TestACampaignsPhotos(t *testing.T) {
	s := newSite(t)
	photo := s.upload("inspector", "image/jpeg", asJPEG(t, corner(80, 60))).want(201).at("id").(string)
	id := s.post("street", "/campaigns", newCampaign("440114002002")).want(201).at("id").(string)
	cell := s.grid.CommunityCells("440114002002")[0].Code
	s.get("street", "/photos/"+photo).refused(404, "not_found")
	s.post("inspector", "/campaigns/"+id+"/grids/"+cell+"/visit", fields{"photos": []string{photo}}).want(200)
	s.get("street", "/photos/"+photo).want(200)
	s.get("elsewhere", "/photos/"+photo).refused(404, "not_found")
	s.get("handler", "/photos/"+photo).refused(404, "not_found")
}

func TestPhrasesAreTheDistrictsAndTheUnitsOwn(t *testing.T) {
	s := newSite(t)
	s.colleague("street2", jurisdiction.StreetDesk, "440114002")
	all := s.get("street", "/phrases?kind=return").want(200)
	district := s.count(all, "items")
	if district == 0 {
		t.Fatal("the district has no sentences for a return")
	}
	one := s.post("street", "/phrases", fields{"kind": "return", "text": "该路段属公路部门管养。"}).want(201)
	id := one.at("id").(string)
	if again := s.post("street2", "/phrases", fields{"kind": "return", "text": "该路段属公路部门管养。"}).want(201); again.at("id") != id {
		t.Errorf("the same sentence twice: %s", again.raw)
	}
	list := s.get("street2", "/phrases?kind=return").want(200)
	if s.count(list, "items") != district+1 || list.at("items").([]any)[0].(fields)["id"] != id {
		t.Errorf("own ones come first: %s", list.raw)
	}
	if n := s.count(s.get("elsewhere", "/phrases?kind=return").want(200), "items"); n != district {
		t.Errorf("another desk has %d", n)
	}
	s.post("street", "/phrases", fields{"kind": "return", "text": "x", "matter": fields{"scheme": "x", "kind": "matter", "code": "1"}}).refused(422, "invalid").pointsAt("/matter")
	s.post("street", "/phrases", fields{"kind": "return", "text": " "}).refused(422, "invalid").pointsAt("/text")
	s.post("supervisor", "/phrases", fields{"kind": "return", "text": "x"}).refused(403, "role_may_not")
	s.send("elsewhere", "DELETE", prefix+"/phrases/"+id, nil).refused(404, "not_found")
	s.send("street2", "DELETE", prefix+"/phrases/"+id, nil).want(204)
	s.send("street2", "DELETE", prefix+"/phrases/"+id, nil).refused(404, "not_found")
	for _, kind := range []string{"escalate", "extension", "suspension", "rework", "decline", "refute", "appeal", "result", "reply"} {
		if n := s.count(s.get("street", "/phrases?kind="+kind).want(200), "items"); n == 0 {
			t.Errorf("no sentence for %s", kind)
		}
	}
	own := s.get("street", "/phrases?kind=result&matter=gb47678.5-2026/matter/06010").want(200)
	for _, x := range own.at("items").([]any) {
		if m := x.(fields)["matter"]; m != nil && m != "gb47678.5-2026/matter/06010" {
			t.Errorf("another matter's: %v", x)
		}
	}
	s.get("street", "/phrases?kind=none").refused(422, "invalid").pointsAt("kind")
}

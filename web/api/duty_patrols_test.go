package api

import (
	"strings"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

func duties(s *site, name string, posts ...jurisdiction.Post) {
	s.t.Helper()
	if err := s.accounts.SetDuties(s.t.Context(), name, accounts.Duties{Posts: posts}); err != nil {
		s.t.Fatal(err)
	}
}

// fixAt is a fix in the first grid of 桂花, so many minutes after nine.
func (s *site) fixAt(minutes int) fields {
	return with(s.inside(), fields{"at": nine.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339), "accuracy_m": 8})
}

func TestTracksAreTakenOnDutyOnly(t *testing.T) {
	s := newSite(t)
	s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(0)}}).refused(422, "off_duty")
	on := s.post("inspector", "/patrols/duty", fields{"on": true}, key("d1")).want(200)
	if on.at("on") != true || on.at("since") == nil {
		t.Errorf("%s", on.raw)
	}
	if again := s.post("inspector", "/patrols/duty", fields{"on": true}, key("d1")).want(200); again.at("position") != on.at("position") {
		t.Errorf("%s", again.raw)
	}
	s.advance(30*time.Minute, 0)
	batch := fields{"fixes": []fields{s.fixAt(8), s.fixAt(0), s.fixAt(4), s.fixAt(8), s.fixAt(-10)}}
	first := s.post("inspector", "/patrols/tracks", batch, key("t1")).want(200)
	if first.at("fixes") != 3.0 || first.at("grids") != 1.0 {
		t.Errorf("unordered, twice and before duty: %s", first.raw)
	}
	again := s.post("inspector", "/patrols/tracks", batch, key("t1")).want(200)
	if again.header.Get("Idempotent-Replay") != "true" || again.at("position") != first.at("position") {
		t.Errorf("%s", again.raw)
	}
	if same := s.post("inspector", "/patrols/tracks", batch).want(200); same.at("position") != first.at("position") {
		t.Errorf("known fixes made a fact: %s", same.raw)
	}
	late := s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(2)}}).want(200)
	if late.at("fixes") != 4.0 {
		t.Errorf("a late batch: %s", late.raw)
	}
	off := s.post("inspector", "/patrols/duty", fields{"on": false}).want(200)
	if off.at("on") != false || off.at("since") != nil {
		t.Errorf("%s", off.raw)
	}
	s.advance(30*time.Minute, 0)
	s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(50)}}).refused(422, "off_duty")
	s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(20), s.fixAt(50)}}).want(200) // what was measured on duty
	s.post("street", "/patrols/duty", fields{"on": true}).refused(403, "role_may_not")
	s.post("community", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(1)}}).refused(403, "role_may_not")
}

// A batch gathered over midnight is two days' facts and one answer.
func TestABatchOverMidnight(t *testing.T) {
	s := newSite(t)
	s.advance(14*hour, 0) // 23:00
	s.post("inspector", "/patrols/duty", fields{"on": true}).want(200)
	s.advance(90*time.Minute, 0) // 00:30
	s.post("inspector", "/patrols/duty", fields{"on": true}).want(200)
	s.advance(30*time.Minute, 0) // 01:00
	batch := fields{"fixes": []fields{s.fixAt(14*60 + 30), s.fixAt(14*60 + 70), s.fixAt(14*60 + 110)}}
	a := s.post("inspector", "/patrols/tracks", batch, key("m")).want(200)
	if a.at("day") != "2026-11-24" || a.at("fixes") != 1.0 {
		t.Errorf("%s", a.raw)
	}
	if again := s.post("inspector", "/patrols/tracks", batch, key("m")).want(200); again.at("position") != a.at("position") {
		t.Errorf("%s", again.raw)
	}
	s.fold()
	if n := s.count(s.get("inspector", "/patrols/tracks?day=2026-11-23").want(200), "fixes"); n != 1 {
		t.Errorf("%d fixes before midnight", n)
	}
}

func TestFixesThatCannotBe(t *testing.T) {
	s := newSite(t)
	s.post("inspector", "/patrols/duty", fields{"on": true}).want(200)
	for pointer, bad := range map[string]fields{
		"/fixes/1/at":         with(s.fixAt(0), fields{"at": nine.Add(hour).Format(time.RFC3339)}),
		"/fixes/1/lng":        with(s.fixAt(0), fields{"lng": 10, "lat": 20}),
		"/fixes/1/accuracy_m": with(s.fixAt(1), fields{"accuracy_m": 9000}),
		"/fixes/1/crs":        with(s.fixAt(1), fields{"crs": "epsg:4326"}),
		"/fixes/1":            with(s.fixAt(1), fields{"lng": 113.0, "lat": 23.2}),
	} {
		s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(0), bad}}).refused(422, "invalid").pointsAt(pointer)
	}
	old := with(s.fixAt(0), fields{"at": "2026-11-01T09:00:00+08:00"})
	s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{old}}).refused(422, "invalid").pointsAt("/fixes/0/at")
	s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{}}).refused(422, "invalid")
	s.post("inspector", "/patrols/duty", fields{"on": true, "at": nine.Add(hour).Format(time.RFC3339)}).refused(422, "invalid").pointsAt("/at")
	s.post("inspector", "/patrols/duty", fields{"on": true, "at": "2026-11-01T09:00:00+08:00"}).refused(422, "invalid").pointsAt("/at")
}

// Where an inspector walked is the inspector's, the station's and the desks' above.
func TestWhoSeesAWay(t *testing.T) {
	s := newSite(t)
	s.colleague("inspector2", jurisdiction.Inspector, "440114002002")
	s.colleague("station3", jurisdiction.CommunityStaff, "440114002003")
	s.post("inspector", "/patrols/duty", fields{"on": true}).want(200)
	s.advance(20*time.Minute, 0)
	s.post("inspector", "/patrols/tracks", fields{"fixes": []fields{s.fixAt(0), s.fixAt(6)}}).want(200)
	s.fold()
	path := "/patrols/tracks?inspector=inspector"
	for _, who := range []string{"inspector", "community", "street", "district"} {
		a := s.get(who, path).want(200)
		if s.count(a, "fixes") != 2 || s.count(a, "visits") != 1 {
			t.Errorf("%s: %s", who, a.raw)
		}
		if a := s.get(who, "/patrols/duty").want(200); s.count(a, "items") != 1 || a.at("on_duty") != 1.0 {
			t.Errorf("%s: %s", who, a.raw)
		}
	}
	for _, who := range []string{"inspector2", "elsewhere", "station3"} {
		s.get(who, path).refused(422, "invalid").pointsAt("inspector")
		if n := s.count(s.get(who, "/patrols/duty").want(200), "items"); n != 0 {
			t.Errorf("%s sees %d on duty", who, n)
		}
	}
	for _, who := range []string{"supervisor", "handler", "hotline", "screen", "admin"} {
		s.get(who, path).refused(403, "role_may_not")
		s.get(who, "/patrols/duty").refused(403, "role_may_not")
	}
	s.get("street", "/patrols/tracks?inspector=nobody").refused(422, "invalid").pointsAt("inspector")
	s.get("street", "/patrols/tracks").refused(422, "invalid").pointsAt("inspector")
	s.get("inspector2", "/patrols/tracks").want(200) // nothing yet, and that is theirs

	// Which grids were walked says nothing of whom: the supervisor reads it, too.
	for who, want := range map[string]float64{"inspector": 1, "community": 1, "street": 1, "district": 1, "supervisor": 1, "elsewhere": 0} {
		a := s.get(who, "/patrols/coverage?street=440114002").want(200)
		if got := a.at("total", "covered"); got != want {
			t.Errorf("%s: %v covered", who, got)
		}
	}
	a := s.get("community", "/patrols/coverage").want(200)
	cells := s.grid.CommunityCells("440114002002")
	if got := a.at("total", "grids"); got != float64(len(cells)) || s.count(a, "items") != len(cells) {
		t.Errorf("the denominator is %v of %d", got, len(cells))
	}
	if one := a.at("items").([]any)[0].(fields); one["visits"] != 1.0 || one["minutes"] != 6.0 || one["first"] == nil {
		t.Errorf("%v", one)
	}
	s.get("street", "/patrols/coverage?street=440114002&community=440114001001").refused(422, "invalid").pointsAt("community")
	s.get("street", "/patrols/coverage?street=440114099").refused(422, "invalid").pointsAt("street")
	if a := s.get("district", "/patrols/coverage?day=2026-11-20").want(200); a.at("total", "covered") != 0.0 || a.at("total", "grids") != float64(len(s.grid.Cells())) || s.count(a, "units") != 10 {
		t.Errorf("another day: %v of %v", a.at("total", "covered"), a.at("total", "grids"))
	}
}

// A task is what waits to be looked at in the inspector's grids, nearest first.
func TestTasks(t *testing.T) {
	s := newSite(t)
	id := s.post("hotline", "/incidents", s.reportOf(fields{
		"source": "hotline", "location": with(s.inside(), fields{"address": "桂花市场东门"}),
		"reporter": fields{"name": "李四", "phone": "13800001234"},
	})).want(201).at("id").(string)
	campaign := s.post("street", "/campaigns", fields{
		"title": "消防通道专项", "area": []string{"440114002002"}, "until": nine.Add(48 * hour).Format(time.RFC3339), "look_at": "占用消防通道",
	}).want(201).at("id").(string)
	s.fold()
	here := s.inside()
	a := s.get("inspector", "/tasks/mine?lng="+jsonOf(here["lng"])+"&lat="+jsonOf(here["lat"])).want(200)
	items := a.at("items").([]any)
	if want := 1 + len(s.grid.CommunityCells("440114002002")); len(items) != want {
		t.Fatalf("%d tasks, want %d", len(items), want)
	}
	var verify fields
	for _, x := range items {
		if x.(fields)["kind"] == "verify" {
			verify = x.(fields)
		}
	}
	if verify["incident"] != id || verify["address"] != "桂花市场东门" || verify["distance_m"] != 0.0 || verify["left_s"] == nil || verify["due"] == nil {
		t.Errorf("%v", verify)
	}
	for _, word := range []string{"李四", "1380000"} {
		if strings.Contains(string(a.raw), word) {
			t.Errorf("a task says %q", word)
		}
	}
	grid := s.grid.CommunityCells("440114002002")[0].Code
	s.post("inspector", "/campaigns/"+campaign+"/grids/"+grid+"/visit", fields{}).want(200)
	s.command("inspector", id, "confirm", fields{}).want(200)
	s.fold()
	if n := s.count(s.get("inspector", "/tasks/mine").want(200), "items"); n != len(items)-2 {
		t.Errorf("%d tasks after two were done", n)
	}
	if err := s.accounts.SetDuties(t.Context(), "inspector", accounts.Duties{Grids: []string{grid}}); err != nil {
		t.Fatal(err)
	}
	if n := s.count(s.get("inspector", "/tasks/mine").want(200), "items"); n != 0 {
		t.Errorf("%d tasks of grids that are another's", n)
	}
	if me := s.get("inspector", "/sessions/current").want(200); s.count(me, "user", "grids") != 1 || s.count(me, "user", "posts") != 0 {
		t.Errorf("%s", me.raw)
	}
	s.get("street", "/tasks/mine").refused(403, "role_may_not")
	s.get("inspector", "/tasks/mine?lng=113").refused(422, "invalid").pointsAt("lat")
	s.get("inspector", "/tasks/mine?lng=1&lat=2").refused(422, "invalid").pointsAt("lng")
}

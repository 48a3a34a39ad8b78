package main

import (
	"fmt"
	"slices"
	"testing"

	"gridcommand/eventstore/postgrestest"
	"gridcommand/geo/basegrid"
)

// TestTheMainJob carries one incident from the phone through station, street and
// district to its close, over HTTP, while a live watcher looks on. On the way the
// server is killed without warning; the watcher comes back and misses nothing.
func TestTheMainJob(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		mainJob(t, "--ledger", "sqlite:"+t.TempDir())
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		mainJob(t, "--ledger", postgrestest.URL(t), "--data", t.TempDir())
	})
}

func mainJob(t *testing.T, at ...string) {
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
	watcher := newFollower(t, "picture", "440114")
	district := s.login("district")
	conn := watcher.connect(district)
	watcher.until(conn, "the first snapshot", func() bool { return watcher.epoch != "" })

	report := map[string]any{
		"source": "inspector", "description": "公交站后面绿化带有外卖盒和饮料瓶散落，约两平方米",
		"matter":    map[string]any{"scheme": "gb47678.5-2026", "kind": "matter", "code": "06010"},
		"criterion": "gb47678.5-2026/matter/06010/1",
		"location":  map[string]any{"lng": here[0], "lat": here[1], "crs": "wgs84", "accuracy_m": 8},
	}
	phone := s.login("inspector")
	id := phone.must(201, "POST", "/incidents", "from-the-phone-1", report)["id"].(string)

	atStation := func(i map[string]any) bool {
		return i["stage"] == "handling" && i["holder"].(map[string]any)["unit"] == "440114002002"
	}
	phone.settle(id, "dispatched to the station by the workflow", atStation)
	watcher.until(conn, "the watcher sees it at the station", func() bool { return watcher.items[id] != nil })

	station, street := s.login("community"), s.login("street")
	i := station.order(id, "escalate", map[string]any{"code": "needs_enforcement", "reason": "劝导三次无效，涉及行政处罚，村居无执法权。"})
	wantAt(t, i, "dispatching", "street", "440114002")
	i = street.order(id, "dispatch", map[string]any{"unit": "440114002-S01", "reason": "请到场处理"})
	wantAt(t, i, "handling", "street", "440114002-S01")

	// The power goes. What was answered is there; what the phone asks again is answered again.
	s.kill()
	s = start(t, serve...)
	phone = s.login("inspector")
	status, again, header, err := phone.ask("POST", "/incidents", "from-the-phone-1", report)
	if err != nil || status != 201 || again["id"] != id || header.Get("Idempotent-Replay") != "true" {
		t.Fatalf("asking again after the restart: %d %v %v (%v)", status, again["id"], header.Get("Idempotent-Replay"), err)
	}
	wantAt(t, again, "handling", "street", "440114002-S01")
	if status, _, _, _ := phone.ask("POST", "/incidents", "from-the-phone-1", map[string]any{"source": "inspector"}); status != 422 {
		t.Fatalf("the same key for something else: %d, want 422", status)
	}

	seen := watcher.position
	conn = watcher.connect(s.login("district"))
	watcher.until(conn, "the watcher resumed", func() bool { return watcher.position > seen })
	if len(watcher.resets) > 0 {
		t.Fatalf("the watcher was told to start anew: %v", watcher.resets)
	}

	handler, bureau := s.login("handler"), s.login("bureau")
	station, street, district = s.login("community"), s.login("street"), s.login("district")
	i = handler.order(id, "return", map[string]any{"code": "not_our_duty", "reason": "该处为市政绿化带，不属执法事项。"})
	wantAt(t, i, "dispatching", "street", "440114002")
	i = street.order(id, "escalate", map[string]any{"reason": "需区城管局统筹保洁合同。"})
	wantAt(t, i, "dispatching", "district", "440114")
	i = district.order(id, "dispatch", map[string]any{"unit": "D01"})
	wantAt(t, i, "handling", "district", "D01")
	bureau.order(id, "accept", nil)
	i = bureau.order(id, "handle", map[string]any{"result": "已清运垃圾约0.5立方米并冲洗地面。"})
	wantAt(t, i, "checking", "district", "440114002002")
	if status, answer, _, _ := bureau.ask("POST", "/incidents/"+id+"/commands/pass", "", map[string]any{}); status != 403 && status != 422 && status != 404 {
		t.Fatalf("the unit that handled passed its own work: %d %v", status, answer)
	}
	i = phone2(s).order(id, "pass", nil)
	wantAt(t, i, "closing", "district", "440114002002")
	if status, answer, _, _ := station.ask("POST", "/incidents/"+id+"/commands/close", "", map[string]any{"closing_condition_met": false}); status != 422 {
		t.Fatalf("closed without its closing condition: %d %v", status, answer)
	}
	i = station.order(id, "close", map[string]any{"closing_condition_met": true})
	if i["status"] != "closed" || i["stage"] != nil || i["holder"] != nil {
		t.Fatalf("after closing: status %v, stage %v, holder %v", i["status"], i["stage"], i["holder"])
	}

	last := int64(i["position"].(float64))
	watcher.until(conn, "the watcher saw it close", func() bool { return watcher.position >= last })
	if watcher.items[id] != nil {
		t.Error("a closed incident is still on the watcher's map")
	}
	watcher.sameAsPicture(district, last)

	var types []string
	for n, fact := range district.get("/incidents/" + id + "/timeline")["items"].([]any) {
		f := fact.(map[string]any)
		if f["version"] != float64(n+1) {
			t.Fatalf("fact %d has version %v", n+1, f["version"])
		}
		// The visit is given to an inspector by the program, as soon as it comes to it.
		if f["type"] != "incident.tasked" {
			types = append(types, f["type"].(string))
		}
	}
	want := []string{
		"incident.reported", "incident.routed", "incident.filed", "incident.dispatched", "incident.escalated", "incident.dispatched",
		"incident.returned", "incident.escalated", "incident.dispatched", "incident.accepted", "incident.handled", "incident.passed", "incident.closed",
	}
	if !slices.Equal(types, want) {
		t.Errorf("its facts are\n%v, want\n%v", types, want)
	}
	if code := s.stop(); code != 0 {
		t.Errorf("SIGTERM: exit %d\n%s", code, s.log)
	}
	if out, talk, code := tool(t, append([]string{"verify"}, at...)...); code != 0 {
		t.Errorf("verify: exit %d\n%s%s", code, out, talk)
	}
}

func phone2(s *server) *caller { return s.login("inspector") }

func wantAt(t *testing.T, i map[string]any, stage, tier, holder string) {
	t.Helper()
	have := fmt.Sprintf("%v at %v with %v", i["stage"], i["tier"], i["holder"].(map[string]any)["unit"])
	if want := fmt.Sprintf("%s at %s with %s", stage, tier, holder); have != want {
		t.Fatalf("the incident is in %s, want %s", have, want)
	}
}

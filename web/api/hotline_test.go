package api

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/ticket"
	"gridcommand/workflow"
)

const tickets1 = "/hotline/tickets"

func push(id string, more fields) fields {
	return with(fields{
		"external_id": id, "version": 1, "number": "穗-" + id, "type": "complaint", "description": "路灯不亮，夜间出行不便", "received_at": inTime(0), "matter": matter,
		"caller": fields{"name": "张三", "phone": "13800138000"},
	}, more)
}

// pushed is the path of a ticket that the city sent.
func (s *site) pushed(id string, more fields) string {
	s.t.Helper()
	more = with(fields{"location": s.inside()}, more)
	a := s.post("hotline", tickets1, push(id, more)).want(201)
	return tickets1 + "/" + a.at("ticket", "id").(string)
}

func stage(t *testing.T, a answer, want string) answer {
	t.Helper()
	if got := a.at("stage"); got != want {
		t.Fatalf("stage %v, want %s", got, want)
	}
	return a
}

var replied = fields{"to_caller": "您好，路灯已修复。", "to_city": "已更换灯具，已回访。", "resolution": "resolved"}

func TestAComplaintFromTheCityAndBack(t *testing.T) {
	s := newSite(t)
	s.colleague("hotline2", jurisdiction.Hotline, "440114")
	path := s.pushed("T1", nil)
	d := stage(t, s.get("hotline", path).want(200), "received")
	if d.at("due", "city") != "2026-12-14T09:00:00+08:00" || d.at("due", "internal") != "2026-12-11T09:00:00+08:00" || d.at("due", "contact") != "2026-11-24T09:00:00+08:00" {
		t.Errorf("clocks: %v", d.at("due"))
	}
	if d.at("due_explained", "city", "sum_seconds") != 15*8*3600.0 || d.at("due_explained", "internal", "counted", "sum_seconds") != 8*3600.0 || !strings.Contains(d.at("due_explained", "internal", "sentence").(string), "12月11日 09:00") {
		t.Errorf("explained: %v", d.at("due_explained"))
	}
	if d.at("caller", "name") != "张*" || d.at("caller", "phone") != "138****8000" {
		t.Errorf("caller: %v", d.at("caller"))
	}
	s.post("hotline", path+"/reply", replied).refused(422, "wrong_stage")
	sign := s.post("hotline", path+"/sign", fields{}, key("k1")).want(200)
	if again := s.post("hotline", path+"/sign", fields{}, key("k1")).want(200); again.header.Get("Idempotent-Replay") != "true" || again.at("position") != sign.at("position") {
		t.Errorf("a repeat: %s", again.raw)
	}
	s.post("hotline", path+"/contact", fields{"reached": false, "note": "无人接听", "expected_version": 1}).refused(409, "version_conflict")
	s.post("hotline", path+"/contact", fields{"reached": false, "note": "无人接听"}).want(200)
	s.post("hotline", path+"/contact", fields{"reached": true}).want(200)
	s.post("hotline", path+"/reply", replied).refused(422, "incident_required")

	linked := s.post("hotline", path+"/link", fields{"report": fields{}}, key("l1")).want(200)
	id := linked.at("incident", "id").(string)
	if again := s.post("hotline", path+"/link", fields{"report": fields{}}, key("l1")).want(200); again.at("incident", "id") != id || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("linked twice: %s", again.raw)
	}
	about := s.get("hotline", "/incidents/"+id).want(200)
	if about.at("source") != "hotline" || about.at("description") != "路灯不亮，夜间出行不便" || about.at("reporter", "name") != "张*" || about.at("community") != "440114002002" {
		t.Errorf("its incident: %s", about.raw)
	}
	s.post("hotline", path+"/reply", replied, key("r1")).want(200)
	s.post("hotline", path+"/review", fields{"pass": true}).refused(422, "own_reply")
	s.post("hotline2", path+"/review", fields{"pass": false}).refused(422, "reason_required").pointsAt("/reason")
	stage(t, s.post("hotline2", path+"/review", fields{"pass": false, "reason": "未写明时间"}).want(200), "signed")
	s.post("hotline", path+"/reply", with(replied, fields{"to_city": "11月23日已更换灯具。"})).want(200)
	out := stage(t, s.post("hotline2", path+"/review", fields{"pass": true}).want(200), "reviewed")
	if s.count(out, "replies") != 2 || s.count(out, "contacts") != 2 || out.at("reported_at") == nil || out.at("resolution") != "resolved" {
		t.Errorf("%s", out.raw)
	}
	back := stage(t, s.post("hotline", path+"/callback", fields{"result": "not_satisfied", "for_cause": true, "note": "仍不亮"}).want(200), "called_back")
	if !slices.Contains(texts(back.at("allowed")), "redo") {
		t.Errorf("allowed %v", back.at("allowed"))
	}

	s.post("hotline", path+"/redo", fields{"person": "nobody", "reason": "x"}).refused(422, "invalid").pointsAt("/person")
	s.post("hotline", path+"/redo", fields{"person": "hotline", "reason": "x"}).refused(422, "another_person")
	s.post("hotline", path+"/redo", fields{"person": "hotline2", "reason": "仍不亮"}).want(200)
	s.post("hotline2", path+"/redo", fields{"approve": true}).refused(422, "approval_level_up")
	again := stage(t, s.post("district", path+"/redo", fields{"approve": true}).want(200), "signed")
	if again.at("round") != 2.0 || again.at("redo", "approver") != "district" {
		t.Errorf("%s", again.raw)
	}
	s.post("hotline", path+"/reply", replied).refused(422, "not_the_redo_person")
	s.post("hotline2", path+"/reply", replied).want(200)
	s.post("hotline", path+"/review", fields{"pass": true}).want(200)
	end := s.post("hotline", path+"/callback", fields{"result": "satisfied"}).want(200)
	if end.at("rating") != "satisfied" || len(texts(end.at("allowed"))) != 0 && slices.Contains(texts(end.at("allowed")), "callback") {
		t.Errorf("%s", end.raw)
	}
	line := s.get("supervisor", path+"/timeline").want(200)
	items := line.at("items").([]any)
	if len(items) != int(end.at("version").(float64)) || strings.Contains(string(line.raw), "subject") || strings.Contains(string(line.raw), "1380013") || strings.Contains(string(line.raw), "张") {
		t.Errorf("timeline: %s", line.raw)
	}
}

func texts(v any) []string {
	var out []string
	for _, x := range v.([]any) {
		out = append(out, x.(string))
	}
	return out
}

func TestAFeedRepeatsChangesAndContradictsItself(t *testing.T) {
	s := newSite(t)
	path := s.pushed("T1", nil)
	place := fields{"location": s.inside()}
	outcome := func(want string, more fields) answer {
		t.Helper()
		a := s.post("hotline", tickets1, push("T1", with(place, more))).want(201)
		if a.at("outcome") != want {
			t.Fatalf("outcome %v, want %s: %s", a.at("outcome"), want, a.raw)
		}
		return a
	}
	outcome("known", nil)
	clash := outcome("conflict", fields{"description": "路灯全不亮"})
	if clash.at("ticket", "conflict") != true || s.count(answer{t: t, raw: encode(clash.at("ticket"))}, "conflicts") != 1 {
		t.Errorf("%s", clash.raw)
	}
	outcome("known", fields{"description": "路灯全不亮"})
	outcome("changed", fields{"version": 3, "type": "help", "due_at": inTime(72 * hour)})
	outcome("noted", fields{"version": 2, "type": "consult"})
	outcome("known", fields{"version": 2, "type": "consult"})
	d := s.get("hotline", path).want(200)
	if d.at("type") != "help" || d.at("due", "city") != inTime(72*hour) || d.at("due", "internal") != inTime(48*hour) || d.at("conflict") != false || s.count(d, "conflicts") != 1 {
		t.Errorf("%s", d.raw)
	}
	first := s.post("hotline", tickets1, push("T2", nil), key("p")).want(201)
	again := s.post("hotline", tickets1, push("T2", nil), key("p")).want(201)
	if first.at("outcome") != "added" || again.at("outcome") != "added" || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("%s", again.raw)
	}
	s.post("hotline", tickets1, push("T2", fields{"version": 2}), key("p")).refused(422, "key_reused")
	for pointer, more := range map[string]fields{
		"/type": {"type": "rant"}, "/due_at": {"due_at": inTime(-hour)}, "/received_at": {"received_at": inTime(hour)}, "/external_id": {"external_id": " "},
		"/version": {"version": 0}, "/location/lng": {"location": fields{"lng": 23.4, "lat": 113.2, "crs": "wgs84"}}, "/matter": {"matter": fields{"scheme": "x", "kind": "matter", "code": "1"}},
		"/description": {"description": "\u202e"},
	} {
		s.post("hotline", tickets1, push("T3", more)).refused(422, "invalid").pointsAt(pointer)
	}
	s.post("district", tickets1, push("T3", nil)).refused(403, "role_may_not")
}

// Several tickets share one incident; each is answered by itself, and follows a merge.
func TestTicketsShareAnIncidentAndFollowItsMerge(t *testing.T) {
	s := livingSite(t)
	s.colleague("hotline2", jurisdiction.Hotline, "440114")
	var paths []string
	for _, id := range []string{"T1", "T2"} {
		path := s.pushed(id, nil)
		s.post("hotline", path+"/sign", fields{}).want(200)
		paths = append(paths, path)
	}
	first := s.post("hotline", paths[0]+"/link", fields{"report": fields{}}).want(200).at("incident", "id").(string)
	s.settle()
	joined := s.post("hotline", paths[1]+"/link", fields{"incident": first}).want(200)
	s.settle()
	if joined.at("incident", "id") != first || s.get("hotline", paths[0]).want(200).at("incident", "tickets") != 2.0 {
		t.Errorf("%s", joined.raw)
	}
	s.post("hotline", paths[1]+"/link", fields{"incident": "01a20897-29e7-7105-ae03-d2abc1a67395"}).refused(422, "invalid").pointsAt("/incident")
	s.post("hotline", paths[1]+"/link", fields{}).refused(422, "invalid")
	s.post("hotline", paths[1]+"/reply", replied).want(200)
	s.post("hotline2", paths[1]+"/review", fields{"pass": true}).want(200)
	stage(t, s.get("hotline", paths[0]).want(200), "signed")

	into := s.reported("inspector", nil)
	s.settle()
	s.command("district", first, "merge", fields{"into": into, "reason": "同一处"}).want(200)
	s.settle()
	for _, path := range paths {
		if d := s.get("hotline", path).want(200); d.at("incident", "id") != into || d.at("incident", "linked") != first || d.at("incident", "tickets") != 2.0 {
			t.Errorf("it did not follow: %s", d.raw)
		}
	}
	s.command("district", first, "unmerge", fields{"reason": "不是同一处"}).want(200)
	s.settle()
	if d := s.get("hotline", paths[0]).want(200); d.at("incident", "id") != first {
		t.Errorf("it did not come back: %s", d.raw)
	}
}

func TestWhoSeesATicket(t *testing.T) {
	s := newSite(t)
	path := s.pushed("T1", nil)
	s.fold()
	see := func(want map[string]int) {
		t.Helper()
		for _, p := range people {
			status := want[p.Name]
			if status == 0 {
				status = 404
			}
			s.get(p.Name, path).want(status)
			s.get(p.Name, path+"/timeline").want(status)
		}
	}
	see(map[string]int{"hotline": 200, "district": 200, "supervisor": 200})
	if n := s.count(s.get("street", tickets1).want(200), "items"); n != 0 {
		t.Errorf("a street sees %d tickets without an incident", n)
	}
	s.post("hotline", path+"/sign", fields{}).want(200)
	s.post("hotline", path+"/contact", fields{"reached": true, "note": "张先生约明日"}).want(200)
	s.post("hotline", path+"/link", fields{"report": fields{}}).want(200)
	s.fold()
	see(map[string]int{"hotline": 200, "district": 200, "supervisor": 200, "street": 200})
	for _, a := range []answer{s.get("street", path), s.get("street", path+"/timeline"), s.get("street", tickets1)} {
		if text := string(a.want(200).raw); strings.Contains(text, "张") || strings.Contains(text, "8000") {
			t.Errorf("a street sees the caller: %s", text)
		}
	}
	if s.count(s.get("street", tickets1), "items") != 1 || s.count(s.get("elsewhere", tickets1).want(200), "items") != 0 {
		t.Error("the streets' lists")
	}
	s.post("street", path+"/contact", fields{"reached": true}).refused(403, "role_may_not")
	s.post("supervisor", path+"/contact", fields{"reached": true}).refused(403, "role_may_not")
	s.post("elsewhere", path+"/contact", fields{"reached": true}).refused(404, "not_found")
	for _, bad := range []string{"x", ticket.StreamID("12345", "never"), strings.ToUpper(strings.TrimPrefix(path, tickets1+"/"))} {
		s.get("hotline", tickets1+"/"+bad).refused(404, "not_found")
	}
}

func TestAConfidentialCallerIsNeverIdentified(t *testing.T) {
	s := newSite(t)
	secret := s.pushed("T1", fields{"caller": fields{"name": "王小明", "phone": "13900139000", "confidential": true}})
	plain := s.pushed("T2", fields{"caller": fields{"name": "王小明", "phone": "13900139000"}})
	again := s.pushed("T3", fields{"caller": fields{"name": "王小明", "phone": "+86 139 0013 9000"}})
	s.fold()
	s.post("hotline", secret+"/sign", fields{}).want(200)
	id := s.post("hotline", secret+"/link", fields{"report": fields{}}).want(200).at("incident", "id").(string)
	s.fold()
	for _, who := range []string{"hotline", "district", "supervisor", "street"} {
		for _, path := range []string{secret, secret + "/timeline", "/incidents/" + id, "/incidents/" + id + "/timeline"} {
			a := s.get(who, path).want(200)
			if text := string(a.raw); strings.Contains(text, "王") || strings.Contains(text, "9000") || strings.Contains(text, "subject") {
				t.Errorf("%s reads of a confidential caller at %s: %s", who, path, text)
			}
		}
	}
	if n := s.count(s.get("hotline", tickets1+"?q=夜间出行").want(200), "items"); n != 2 {
		t.Errorf("a search finds %d tickets, one of them a confidential caller's words", n)
	}
	for _, item := range s.get("hotline", tickets1).want(200).at("items").([]any) {
		if item := item.(fields); (item["description"] == "") != (item["caller"].(fields)["confidential"] == true) {
			t.Errorf("in a list: %v", item)
		}
	}
	if d := s.get("hotline", secret); s.count(d, "history") != 0 || d.at("caller", "confidential") != true {
		t.Errorf("%s", d.raw)
	}
	d := s.get("hotline", plain).want(200)
	history := d.at("history").([]any)
	if len(history) != 1 || tickets1+"/"+history[0].(fields)["id"].(string) != again || history[0].(fields)["repeat"] != true {
		t.Errorf("the caller's history: %s", d.raw)
	}
}

func TestTicketsAreListedAndReturned(t *testing.T) {
	s := livingSite(t)
	one := s.pushed("T1", fields{"type": "consult", "description": "咨询入学政策"})
	s.pushed("T2", fields{"description": "占道经营", "address": "桂花路"})
	s.pushed("T3", fields{"type": "help"})
	s.fold()
	list := func(query string, want int) answer {
		t.Helper()
		a := s.get("hotline", tickets1+query).want(200)
		if s.count(a, "items") != want {
			t.Fatalf("%s: %s", query, a.raw)
		}
		return a
	}
	list("", 3)
	list("?type=consult,help", 2)
	list("?q=占道", 1)
	list("?status=received", 3)
	list("?overdue=true", 0)
	page := list("?limit=2", 2)
	list("?limit=2&cursor="+page.at("next_cursor").(string), 1)
	s.get("hotline", tickets1+"?cursor=x").refused(422, "invalid").pointsAt("cursor")
	s.get("hotline", tickets1+"?type=rant").refused(422, "invalid")
	s.post("hotline", one+"/sign", fields{}).want(200)
	s.settle()
	s.advance(30*hour, 0)
	s.service.ClockMoved()
	s.settle()
	if d := s.get("hotline", one).want(200); d.at("overdue", "internal") != true || d.at("overdue", "city") != false || d.at("overdue", "contact") != true {
		t.Errorf("overdue: %v", d.at("overdue"))
	}
	list("?overdue=true", 1)
	list("?uncontacted=true", 3)
	if lamp := list("?overdue=true", 1).at("items").([]any)[0].(fields)["lamp"]; lamp != "red" {
		t.Errorf("the lamp is %v", lamp)
	}

	s.post("hotline", one+"/return", fields{"reason": "属白云区"}).want(200)
	s.post("hotline", one+"/rule", fields{"decision": "refused", "reason": "属花都"}).want(200)
	moved := s.post("district", one+"/rule", fields{"decision": "moved", "due_at": inTime(7 * 24 * hour), "number": "7 号"}).want(200)
	if moved.at("due", "city") != inTime(7*24*hour) || moved.at("due_explained", "city", "given") != true {
		t.Errorf("%s", moved.raw)
	}
	s.post("hotline", one+"/return", fields{"reason": "属白云区，附界址"}).want(200)
	end := s.post("hotline", one+"/rule", fields{"decision": "accepted", "number": "8 号"}).want(200)
	if stage(t, end, "returned"); s.count(end, "returns") != 2 || end.at("overdue", "city") != false {
		t.Errorf("%s", end.raw)
	}
}

func TestManyCallersOnOneThingAreAHotSpot(t *testing.T) {
	s := newSite(t)
	call := func(n int, phone string) {
		s.pushed(fmt.Sprint("T", n), fields{"received_at": inTime(time.Duration(-n) * time.Minute), "caller": fields{"phone": phone}})
	}
	for n := range 4 {
		call(n, fmt.Sprint("1380013800", n))
	}
	call(4, "13800138000") // who called before
	s.fold()
	if n := s.count(s.get("hotline", "/hotline/hotspots").want(200), "items"); n != 0 {
		t.Errorf("four callers make %d hot spots", n)
	}
	call(5, "13800138005")
	s.fold()
	a := s.get("district", "/hotline/hotspots").want(200)
	if s.count(a, "items") != 1 || a.at("items").([]any)[0].(fields)["callers"] != 5.0 || len(a.at("items").([]any)[0].(fields)["tickets"].([]any)) != 6 {
		t.Errorf("%s", a.raw)
	}
	s.advance(25*hour, 0)
	if n := s.count(s.get("hotline", "/hotline/hotspots").want(200), "items"); n != 0 {
		t.Error("a day later it is one still")
	}
}

const csvHead = "市热线编号,external_id,版本,类型,内容,接收时间,经度,纬度,坐标系,姓名,电话,保密\n"

func (s *site) file(who, query, media string, data []byte) answer {
	s.t.Helper()
	return s.send(who, "POST", prefix+tickets1+"/files"+query, data, header("Content-Type", media))
}

func TestAFileOfTickets(t *testing.T) {
	s := newSite(t)
	good := csvHead +
		"穗1,A1,1,投诉,路灯不亮,2026-11-23 08:30,113.22,23.39,wgs84,张三,13800138000,否\n" +
		"穗1,A1,2,求助,路灯全不亮,2026-11-23 08:30,113.22,23.39,wgs84,张三,13800138000,否\n" +
		"穗2,A2,,咨询,=1+1,2026/11/23 08:40,,,,,,\n"
	counts := func(a answer, rows, added, changed, known float64) {
		t.Helper()
		a.want(200)
		if a.at("rows") != rows || a.at("added") != added || a.at("changed") != changed || a.at("known") != known {
			t.Fatalf("%s", a.raw)
		}
	}
	counts(s.file("hotline", "?dry_run=true", "text/csv", []byte(good)), 3, 2, 1, 0)
	s.fold()
	if n := s.count(s.get("hotline", tickets1), "items"); n != 0 {
		t.Fatalf("a dry run left %d tickets", n)
	}
	counts(s.file("hotline", "", "text/csv", []byte("\ufeff"+good)), 3, 2, 1, 0)
	counts(s.file("hotline", "", "text/csv", []byte(good)), 3, 0, 0, 3)
	counts(s.file("hotline", "?dry_run=true", "text/csv", []byte(good)), 3, 0, 0, 3)
	s.fold()
	if n := s.count(s.get("hotline", tickets1), "items"); n != 2 {
		t.Fatalf("%d tickets", n)
	}
	head, _ := s.ledger.Head(t.Context())
	for name, bad := range map[string]string{
		"half a row":     good + "穗3,A3,1,投诉,路",
		"an open quote":  good + "穗3,A3,1,投诉,\"路灯",
		"a bad type":     good + "穗3,A3,1,骂人,路灯,,,,,,,\n",
		"a bad time":     good + "穗3,A3,1,投诉,路灯,昨天,,,,,,\n",
		"no column":      "类型,内容\n投诉,x\n",
		"a column twice": "external_id,id,类型,内容\n1,1,投诉,x\n",
		"empty":          "",
	} {
		media := "text/csv"
		a := s.file("hotline", "", media, []byte(bad)).refused(422, "faulty_file")
		if s.count(a, "errors") == 0 {
			t.Errorf("%s: no fault is named", name)
		}
	}
	if now, _ := s.ledger.Head(t.Context()); now != head {
		t.Error("a refused file left facts")
	}
	s.file("district", "", "text/csv", []byte(good)).refused(403, "role_may_not")
	s.file("hotline", "", "application/json", []byte(good)).refused(415, "unsupported_media_type")

	book := excelize.NewFile()
	for i, row := range [][]any{{"external_id", "type", "description", "received_at"}, {"A9", "help", "积水", 46349.375}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var xlsx bytes.Buffer
	if err := book.Write(&xlsx); err != nil {
		t.Fatal(err)
	}
	counts(s.file("hotline", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx.Bytes()), 1, 1, 0, 0)
	if a := s.get("hotline", tickets1+"/"+ticket.StreamID("12345", "A9")).want(200); a.at("received_at") != "2026-11-23T09:00:00+08:00" {
		t.Errorf("a spreadsheet's day: %v", a.at("received_at"))
	}
}

func TestTheCallersHistoryLogAndPaper(t *testing.T) {
	s := livingSite(t)
	s.colleague("hotline2", jurisdiction.Hotline, "440114")
	first := s.pushed("T1", nil)
	s.settle()
	s.advance(hour, 0)
	path := s.pushed("T2", fields{"description": "路灯仍不亮 <b>=1+1</b>", "received_at": inTime(hour)})
	s.settle()
	id := func(path string) string { return strings.TrimPrefix(path, tickets1+"/") }
	d := s.get("hotline", path).want(200)
	if d.at("repeat_of", "id") != id(first) || d.at("repeat_of", "count") != 1.0 || s.get("hotline", first).at("repeat_of") != nil {
		t.Errorf("repeat_of %v", d.at("repeat_of"))
	}
	history := s.get("supervisor", path+"/history").want(200)
	if s.count(history, "items") != 1 || history.at("items").([]any)[0].(fields)["id"] != id(first) || history.at("items").([]any)[0].(fields)["repeat"] != true {
		t.Errorf("%s", history.raw)
	}
	s.post("hotline", path+"/sign", fields{}).want(200)
	s.post("hotline", path+"/view-caller", fields{"reason": " "}).refused(422, "reason_required").pointsAt("/reason")
	seen := s.post("hotline", path+"/view-caller", fields{"reason": "约定到场时间"}, key("v")).want(200)
	again := s.post("hotline", path+"/view-caller", fields{"reason": "约定到场时间"}, key("v")).want(200)
	if seen.at("caller", "phone") != "13800138000" || seen.at("caller", "name") != "张三" || again.at("caller", "phone") != "13800138000" || again.at("ticket", "version") != seen.at("ticket", "version") {
		t.Errorf("%s", seen.raw)
	}
	s.post("supervisor", path+"/view-caller", fields{"reason": "x"}).refused(403, "role_may_not")
	s.post("street", path+"/view-caller", fields{"reason": "x"}).refused(404, "not_found")
	s.post("hotline", path+"/contact", fields{"reached": true, "note": "约明日"}).want(200)
	log := s.get("district", path+"/contacts").want(200)
	if s.count(log, "items") != 1 || s.count(log, "looks") != 1 || log.at("looks").([]any)[0].(fields)["by"] != "hotline" || log.at("overdue") != false || strings.Contains(string(log.raw), "13800138000") {
		t.Errorf("%s", log.raw)
	}
	linked := s.post("hotline", path+"/link", fields{"report": fields{}}).want(200)
	s.settle()
	s.post("hotline", path+"/reply", replied).want(200)
	s.post("hotline2", path+"/review", fields{"pass": true}).want(200)
	paper := s.get("hotline", path+"/sheet").want(200)
	for _, want := range []string{"热线工单", "路灯仍不亮 &lt;b&gt;=", "138****8000", "张*", "约明日", "您好，路灯已修复。", "已更换灯具，已回访。", "审核通过", linked.at("incident", "number").(string), "重复投诉"} {
		if !strings.Contains(string(paper.raw), want) {
			t.Errorf("%q is not on the paper:\n%s", want, paper.raw)
		}
	}
	if !strings.HasPrefix(paper.header.Get("Content-Type"), "text/html") || strings.Contains(string(paper.raw), "13800138000") || strings.Contains(string(paper.raw), "<script") {
		t.Error("the paper")
	}
	if street := string(s.get("street", path+"/sheet").want(200).raw); strings.Contains(street, "8000") || strings.Contains(street, "约明日") || strings.Contains(street, "重复投诉") {
		t.Error("a street reads of the caller on paper")
	}
	s.get("street", path+"/history").refused(403, "role_may_not")
	s.get("elsewhere", path+"/sheet").refused(404, "not_found")
	for _, kind := range []string{"reply", "reply_city", "contact"} {
		if n := s.count(s.get("hotline", "/phrases?kind="+kind).want(200), "items"); n < 3 {
			t.Errorf("%d sentences for %s", n, kind)
		}
	}

	secret := s.pushed("T9", fields{"caller": fields{"name": "王小明", "phone": "13900139000", "confidential": true}})
	s.settle()
	s.post("hotline", secret+"/view-caller", fields{"reason": "x"}).refused(422, "caller_confidential")
	if text := string(s.get("hotline", secret+"/sheet").want(200).raw); !strings.Contains(text, "匿名保密") || strings.Contains(text, "9000") || strings.Contains(text, "王") {
		t.Error("a confidential caller on paper")
	}
}

// An incident made of a ticket has the ticket's limit by type where the city says no
// deadline; with one, the city's less what review takes.
func TestAnIncidentOfATicketHasTheTicketsLimit(t *testing.T) {
	s := livingSite(t)
	s.settle()
	key := catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "06010"}
	criterion := s.server.reference().Matters.CriteriaOf(key)[0].ID
	for kind, days := range map[string]string{"help": "10 working_days", "complaint": "15 working_days", "other": "15 working_days"} {
		path := s.pushed("T"+kind, fields{"type": kind})
		s.post("hotline", path+"/sign", fields{}).want(200)
		id := s.post("hotline", path+"/link", fields{"report": fields{}}).want(200).at("incident", "id").(string)
		s.settle()
		s.command("inspector", id, "confirm", nil).want(200)
		s.command("street", id, "file", fields{"matter": matter, "criterion": criterion}).want(200)
		d := s.get("street", "/incidents/"+id+"/deadlines").want(200)
		if got := string(encode(d.at("total", "limits"))); !strings.Contains(got, strings.Fields(days)[0]) || !strings.Contains(got, "working_days") {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

// Whose name was erased does not come back with a copy of the ticket, and the copy is no
// conflict.
func TestACopyOfATicketDoesNotBringAnErasedCallerBack(t *testing.T) {
	s := newSite(t)
	path := s.pushed("T1", nil)
	s.post("hotline", path+"/sign", fields{}).want(200)
	state, _, err := workflow.Tickets.Read(t.Context(), s.ledger, strings.TrimPrefix(path, tickets1+"/"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.accounts.EraseCaller(t.Context(), state.Content.Caller.Subject); err != nil {
		t.Fatal(err)
	}
	here := fields{"location": s.inside()}
	for outcome, version := range map[string]int{"known": 1, "changed": 2} {
		a := s.post("hotline", tickets1, push("T1", with(here, fields{"version": version}))).want(201)
		if a.at("outcome") != outcome || a.at("ticket", "conflict") != false || a.at("ticket", "caller", "name") != "" {
			t.Errorf("version %d: %s", version, a.raw)
		}
	}
	if seen := s.post("hotline", path+"/view-caller", fields{"reason": "x"}).want(200); seen.at("caller", "phone") != "" {
		t.Errorf("%s", seen.raw)
	}
}

package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
)

// The moves of the trade, each through HTTP against a site where the program does its
// part: what they say no to, what they change, and who sees it.

// streets's office S01 answers for adverts in 440114002; its first criterion gives it one
// working day.
var advert = fields{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"}

// barbecue is urgent: two hours by day and night, of S01 as well.
var barbecue = fields{"scheme": "gb47678.5-2026", "kind": "matter", "code": "06029"}

// given reports a matter that the program files and dispatches to S01 by itself.
func (s *site) given(m fields) string {
	s.t.Helper()
	id := s.reported("inspector", fields{"matter": m, "criterion": s.criterion(m["code"].(string))})
	s.settle()
	if got := s.get("handler", "/incidents/"+id).want(200).at("holder", "unit"); got != "440114002-S01" {
		s.t.Fatalf("%s is held by %v", m["code"], got)
	}
	return id
}

// of returns what lies at a path in an incident, as somebody sees it.
func (s *site) of(who, id string, path ...string) any {
	s.t.Helper()
	return s.get(who, "/incidents/"+id).want(200).at(path...)
}

func (s *site) may(who, id, command string) bool {
	s.t.Helper()
	allowed, _ := s.of(who, id, "allowed").([]any)
	return slices.Contains(allowed, any(command))
}

// inbox lists what waits for somebody's desk, as kind and unit.
func (s *site) inbox(who, query string) []string {
	s.t.Helper()
	s.settle()
	all := []string{}
	for _, item := range s.get(who, "/approvals"+query).want(200).at("items").([]any) {
		a := item.(map[string]any)
		all = append(all, a["kind"].(string)+" "+a["unit"].(string))
	}
	return all
}

func (s *site) inboxIs(who, query string, want ...string) {
	s.t.Helper()
	if got := s.inbox(who, query); !slices.Equal(got, want) {
		s.t.Errorf("%s%s waits for %q, want %q", who, query, got, want)
	}
}

func why(reason string) fields { return fields{"reason": reason} }

func TestAnExtensionIsAskedForAndGranted(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.command("street", id, "grant-extension", nil).refused(422, "no_request")
	s.command("bureau", id, "request-extension", why("x")).refused(404, "not_found")
	s.command("street", id, "request-extension", why("x")).refused(403, "role_may_not")
	due := s.of("handler", id, "due", "stage")

	a := s.command("handler", id, "request-extension", why("登高车已约")).want(200)
	if got := a.at("incident", "requests", "extension", "reason"); got != "登高车已约" {
		t.Errorf("asked for %v", got)
	}
	s.command("handler", id, "request-extension", why("再申请")).refused(422, "request_pending")
	s.inboxIs("street", "", "extension 440114002-S01")
	s.inboxIs("elsewhere", "")
	s.inboxIs("district", "")
	s.inboxIs("district", "?below=true", "extension 440114002-S01")
	s.command("elsewhere", id, "grant-extension", nil).refused(404, "not_found")
	s.command("street", id, "refuse-extension", why("工期足够")).want(200)
	s.inboxIs("street", "")

	for n := 1; n <= 2; n++ {
		s.command("handler", id, "request-extension", why("雨天")).want(200)
		if !s.may("street", id, "grant-extension") || s.may("handler", id, "request-extension") {
			t.Error("a desk may not grant what waits, or the unit may ask twice")
		}
		a := s.command("street", id, "grant-extension", nil).want(200)
		if got := a.at("incident", "extensions"); got != float64(n) {
			t.Errorf("extended %v times", got)
		}
	}
	s.command("handler", id, "request-extension", why("再一次")).refused(422, "extension_limit")
	if got := s.of("handler", id, "due", "stage"); got == due {
		t.Error("the deadline did not move")
	}
	d := s.get("handler", "/incidents/"+id+"/deadlines").want(200)
	if got := d.at("stage", "sum_seconds"); got != 3*8*3600.0 {
		t.Errorf("counted %v seconds toward three working days", got)
	}
	if got := d.at("stage", "sentence").(string); !strings.HasPrefix(got, "环节时限 1 工作日＋1 工作日＋1 工作日，11月23日 09:00 起算，") {
		t.Errorf("%s", got)
	}

	urgent := s.given(barbecue)
	s.command("handler", urgent, "request-extension", why("x")).refused(422, "urgent_never")
	s.advance(3*time.Hour, 3*time.Hour)
	s.settle()
	if got := s.of("handler", urgent, "lamp"); got != "red" {
		t.Errorf("after three hours the lamp of two urgent hours is %v", got)
	}
	if late := s.of("handler", urgent, "late").([]any); len(late) == 0 || late[0].(map[string]any)["unit"] != "440114002-S01" {
		t.Errorf("late: %v", late)
	}
}

func TestASuspensionStopsBothClocks(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	until := func(days int) string { return nine.AddDate(0, 0, days).Format(time.RFC3339) }
	ask := func(until string) fields {
		return fields{"reason": "等待评审", "code": "assessment", "until": until}
	}
	s.command("handler", id, "request-suspension", ask(until(-1))).refused(422, "invalid").pointsAt("/until")
	s.command("handler", id, "request-suspension", ask(until(30*365))).refused(422, "invalid").pointsAt("/until")
	s.command("handler", id, "request-suspension", ask(until(400))).refused(422, "until_too_far").pointsAt("/until")
	s.command("handler", id, "request-suspension", ask("明天")).refused(422, "invalid").pointsAt("/until")
	s.command("handler", id, "request-suspension", with(ask(until(2)), fields{"code": "mood"})).refused(422, "invalid").pointsAt("/code")
	s.command("handler", id, "resume", nil).refused(422, "not_suspended")
	due, total := s.of("handler", id, "due", "stage"), s.of("handler", id, "due", "total")

	s.command("handler", id, "request-suspension", ask(until(2))).want(200)
	s.inboxIs("street", "", "suspension 440114002-S01")
	s.command("handler", id, "grant-suspension", nil).refused(403, "role_may_not")
	a := s.command("street", id, "grant-suspension", nil).want(200)
	if a.at("incident", "suspended") != true || a.at("incident", "lamp") != "grey" || a.at("incident", "suspension", "code") != "assessment" {
		t.Errorf("suspended: %s", a.raw)
	}
	if s.of("handler", id, "due", "stage") == due || s.of("handler", id, "due", "total") == total {
		t.Error("a clock did not stop")
	}
	s.command("handler", id, "handle", fields{"result": "x"}).refused(422, "suspended")

	// It resumes by itself when the time is over, and is suspended only once.
	s.advance(48*time.Hour, 0)
	s.settle()
	if s.of("handler", id, "suspended") != false || s.of("handler", id, "suspensions") != 1.0 {
		t.Error("it did not resume by itself")
	}
	d := s.get("street", "/incidents/"+id+"/deadlines").want(200)
	if pauses := d.at("stage", "pauses").([]any); len(pauses) != 1 {
		t.Errorf("pauses %v", pauses)
	}
	if got := d.at("stage", "sum_seconds"); got != 8*3600.0 {
		t.Errorf("counted %v seconds toward one working day", got)
	}
	if got := d.at("stage", "sentence").(string); !strings.Contains(got, "11月23日 09:00 至 11月25日 09:00 停表") {
		t.Errorf("%s", got)
	}
	s.command("handler", id, "request-suspension", ask(until(5))).refused(422, "suspended_before")
	s.command("street", id, "refuse-suspension", why("x")).refused(422, "no_request")
}

func TestAReturnSaysByWhichRule(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	before := s.get("handler", "/incidents/"+id+"/routing").want(200)
	if before.at("row", "number") == nil || !strings.Contains(before.at("reason").(string), "权责清单第") {
		t.Errorf("what sent it: %s", before.raw)
	}
	s.command("handler", id, "return", fields{"reason": "非本单位职责", "code": "bored"}).refused(422, "invalid").pointsAt("/code")
	a := s.command("handler", id, "return", fields{"reason": "广告内容由市监管理", "code": "not_our_duty", "clause": "广告法第六条"}).want(200)
	if a.at("incident", "stage") != "dispatching" || a.at("incident", "returns") != 1.0 {
		t.Errorf("returned: %s", a.raw)
	}
	if got := a.at("incident", "safeguard", "unit"); got != "440114002-S01" {
		t.Errorf("while duty is disputed it is made safe by %v", got)
	}
	s.command("street", id, "dispatch", fields{"unit": "440114002-B03", "reason": "转市监所"}).want(200)
	s.settle()
	routing := s.get("street", "/incidents/"+id+"/routing").want(200)
	if routing.at("unit") != "440114002-B03" || routing.at("exchanges", "count") != 1.0 || routing.at("exchanges", "b") != "440114002-S01" {
		t.Errorf("routing: %s", routing.raw)
	}
	if got := routing.at("earlier").([]any); len(got) != 2 {
		t.Errorf("%d decisions before", len(got))
	}
	s.get("street", "/incidents/"+id+"/routing?unit=440114002-S02").want(200)
	s.get("street", "/incidents/"+id+"/routing?unit=X99").refused(422, "invalid").pointsAt("unit")

	matrix := s.get("district", "/returns/matrix").want(200).at("items").([]any)
	if len(matrix) != 1 || matrix[0].(map[string]any)["unit"] != "440114002-S01" || matrix[0].(map[string]any)["returns"] != 1.0 {
		t.Errorf("the matrix of returns: %v", matrix)
	}
	if got := s.get("elsewhere", "/returns/matrix").want(200).at("items").([]any); len(got) != 0 {
		t.Errorf("another street sees %v", got)
	}

	// After four working hours only a coordination helps.
	late := s.given(advert)
	s.advance(8*time.Hour, 8*time.Hour)
	s.settle()
	s.command("handler", late, "return", why("太晚了")).refused(422, "return_window_over")
	if s.may("handler", late, "return") || !s.may("street", late, "open-coordination") {
		t.Error("what may be done after the window")
	}
}

func TestACoordinationRulesForTheNextReport(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.command("street", id, "open-coordination", fields{"units": []string{"440114002-B03"}, "question": "谁来办"}).refused(422, "return_window_open")
	s.command("handler", id, "return", fields{"reason": "x", "code": "not_our_duty"}).want(200)
	for name, c := range map[string]struct {
		body    fields
		pointer string
	}{
		"no units":        {fields{"units": []string{}, "question": "x"}, "/units"},
		"no question":     {fields{"units": []string{"D01"}}, "/question"},
		"an unknown unit": {fields{"units": []string{"D01", "X99"}, "question": "x"}, "/units/1"},
	} {
		t.Run(name, func(t *testing.T) {
			s.in(t).command("street", id, "open-coordination", c.body).refused(422, "invalid").pointsAt(c.pointer)
		})
	}
	s.hire("market", "440114002-B03")
	s.get("market", "/incidents/"+id).refused(404, "not_found")
	a := s.command("street", id, "open-coordination", fields{"units": []string{"440114002-S01", "440114002-B03"}, "question": "违规广告由谁办"}).want(200)
	s.command("market", id, "comment", fields{"text": "我所可办"}).want(200) // whoever is asked to the table sees it
	if a.at("incident", "stage") != "coordinating" || a.at("incident", "coordination", "question") != "违规广告由谁办" {
		t.Errorf("coordination: %s", a.raw)
	}
	ruling := fields{"matter": advert, "area": "440114002", "unit": "440114002-B03", "authority": "花城街道办事处", "number": "职责裁定〔2026〕第 7 号"}
	conclude := func(changes, ruled fields) fields {
		r := with(ruling, ruled)
		return with(fields{"lead": "440114002-B03", "helpers": []any{"440114002-S01"}, "ruling": r}, changes)
	}
	past := nine.AddDate(0, 0, -1).Format(time.RFC3339)
	for name, c := range map[string]struct {
		body    fields
		pointer string
	}{
		"no lead":               {conclude(fields{"lead": ""}, nil), "/lead"},
		"an unknown lead":       {conclude(fields{"lead": "X99"}, nil), "/lead"},
		"an unknown helper":     {conclude(fields{"helpers": []any{fields{"unit": "X99"}}}, nil), "/helpers/0/unit"},
		"a limit that is none":  {conclude(fields{"helpers": []any{fields{"unit": "440114002-S01", "limit": "soon"}}}, nil), "/helpers/0/limit"},
		"a ruling on nothing":   {conclude(nil, fields{"matter": fields{"scheme": "x", "kind": "matter", "code": "1"}}), "/ruling/matter"},
		"a matter as text":      {conclude(nil, fields{"matter": "07003"}), "/ruling/matter"},
		"an area that is none":  {conclude(nil, fields{"area": "440114999"}), "/ruling/area"},
		"an area out of form":   {conclude(nil, fields{"area": "here"}), "/ruling/area"},
		"an unknown unit":       {conclude(nil, fields{"unit": "X99"}), "/ruling/unit"},
		"one that is over":      {conclude(nil, fields{"expires": past}), "/ruling/expires"},
		"an unknown field":      {conclude(nil, fields{"colour": "red"}), "/ruling/colour"},
		"a helper that is a 1":  {conclude(fields{"helpers": []any{1}}, nil), "/helpers/0"},
		"helpers in an object":  {conclude(fields{"helpers": fields{}}, nil), "/helpers"},
		"a whole other street":  {conclude(nil, fields{"area": "440114001"}), "/ruling/area"},
		"beyond the own street": {conclude(nil, fields{"area": "440114"}), "/ruling/area"},
	} {
		t.Run(name, func(t *testing.T) {
			a := s.in(t).command("street", id, "conclude-coordination", c.body).want(422)
			a.pointsAt(c.pointer)
		})
	}
	done := s.command("street", id, "conclude-coordination", conclude(nil, nil)).want(200)
	if done.at("incident", "holder", "unit") != "440114002-B03" || done.at("incident", "bound") != true {
		t.Errorf("concluded: %s", done.raw)
	}
	if helpers := done.at("incident", "helpers").([]any); len(helpers) != 1 || helpers[0].(map[string]any)["unit"] != "440114002-S01" {
		t.Errorf("helpers: %s", done.raw)
	}
	s.settle()

	next := s.reported("inspector", fields{"matter": advert, "criterion": s.criterion("07003")})
	s.settle()
	if got := s.of("street", next, "holder", "unit"); got != "440114002-B03" {
		t.Errorf("the next report went to %v", got)
	}
	routing := s.get("street", "/incidents/"+next+"/routing").want(200)
	if routing.at("ruling", "number") != "职责裁定〔2026〕第 7 号" || routing.at("ruling", "authority") != "花城街道办事处" || routing.at("ruling", "area") != "440114002" {
		t.Errorf("the ruling: %s", routing.raw)
	}
	if got := routing.at("reason"); got != "派给 花城街道市场监督管理所，依据 职责裁定〔2026〕第 7 号。" {
		t.Errorf("%v", got)
	}
}

func TestHelpersHaveTheirOwnTasks(t *testing.T) {
	s := livingSite(t)
	s.hire("branch", "440114002-B01")
	s.hire("mate", "440114002-S01")
	id := s.given(advert)
	s.command("street", id, "transfer", fields{"unit": "440114002-S02", "reason": "试", "helpers": []any{fields{"unit": "X99"}}}).refused(422, "invalid").pointsAt("/helpers/0/unit")
	a := s.command("street", id, "transfer", fields{
		"unit": "440114002-S02", "reason": "由环卫拆除", "helpers": []any{fields{"unit": "440114002-B01", "task": "维持秩序", "limit": "2 working_hours"}, fields{"unit": "440114002-S01"}},
	}).want(200)
	helpers := a.at("incident", "helpers").([]any)
	if len(helpers) != 2 || helpers[0].(map[string]any)["task"] != "维持秩序" {
		t.Fatalf("helpers: %s", a.raw)
	}
	s.command("street", id, "transfer", fields{"unit": "440114002-S01", "helpers": []any{fields{"unit": "440114002-B01", "limit": "9 working_days"}}}).refused(422, "helper_later_than_lead")
	s.settle()
	// A helper sees it for its task, and says when that is done.
	if got := s.get("branch", "/incidents").want(200).at("total"); got != 1.0 {
		t.Errorf("the helper's list has %v", got)
	}
	s.command("branch", id, "help", fields{"result": " "}).refused(422, "invalid").pointsAt("/result")
	done := s.command("branch", id, "help", fields{"result": "秩序良好"}).want(200)
	if got := done.at("incident", "helpers").([]any)[0].(map[string]any); got["done"] != true || got["result"] != "秩序良好" {
		t.Errorf("helped: %v", got)
	}
	s.command("branch", id, "help", fields{"result": "又一次"}).refused(422, "already_helped")
	s.command("branch", id, "handle", fields{"result": "x"}).refused(422, "not_the_holder")

	// Inside a unit it is given to a team or to one of its people.
	own := s.given(advert)
	s.command("handler", own, "assign", fields{}).refused(422, "invalid").pointsAt("/team")
	s.command("handler", own, "assign", fields{"team": "二中队", "person": "mate"}).refused(422, "invalid").pointsAt("/team")
	s.command("handler", own, "assign", fields{"person": "branch"}).refused(422, "invalid").pointsAt("/person")
	s.command("handler", own, "assign", fields{"person": "nobody"}).refused(422, "invalid").pointsAt("/person")
	given := s.command("handler", own, "assign", fields{"person": "mate", "reason": "片区"}).want(200)
	if given.at("incident", "assignee", "person") != "mate" || given.at("incident", "holder", "unit") != "440114002-S01" {
		t.Errorf("assigned: %s", given.raw)
	}
}

// hire adds a handler of a unit.
func (s *site) hire(name, unit string) {
	s.t.Helper()
	if err := s.accounts.Add(s.t.Context(), name, jurisdiction.Handler, unit, password); err != nil {
		s.t.Fatal(err)
	}
}

func TestACallThatIsRefusedReachesTheDistrict(t *testing.T) {
	s := livingSite(t)
	s.hire("branch", "440114002-B01")
	id := s.given(advert)
	s.get("branch", "/incidents/"+id).refused(404, "not_found")
	s.command("street", id, "call", fields{"unit": "440114002-B01"}).refused(422, "invalid").pointsAt("/task")
	s.command("street", id, "call", fields{"unit": "X99", "task": "到场"}).refused(422, "invalid").pointsAt("/unit")
	s.command("street", id, "call", fields{"unit": "440114002-B01", "task": "到场", "within": "soon"}).refused(422, "invalid").pointsAt("/within")
	s.command("street", id, "call", fields{"unit": "440114002-S02", "task": "到场"}).refused(422, "not_a_branch_here")
	s.command("district", id, "call", fields{"unit": "440114002-B01", "task": "到场"}).refused(403, "role_may_not")
	s.command("street", id, "call", fields{"unit": "440114002-B01", "task": "维持秩序", "within": "30 urgent_minutes"}).want(200)
	if !s.may("branch", id, "arrive") || !s.may("branch", id, "refuse-call") {
		t.Error("the branch may not answer")
	}
	explained := false
	for _, item := range s.get("branch", "/incidents/"+id+"/timeline").want(200).at("items").([]any) {
		e := item.(map[string]any)
		if due, ok := e["due_explained"].(map[string]any); ok && e["type"] == "incident.called" {
			explained = due["arrive"].(map[string]any)["sentence"] == "报到时限 30 分钟，11月23日 09:00 起算，当日计 0.5 紧急工作时，截止 11月23日 09:30。"
		}
	}
	if !explained {
		t.Error("the time to arrive is not explained")
	}
	s.inboxIs("district", "")
	s.command("branch", id, "refuse-call", why("警力不足")).want(200)
	s.inboxIs("district", "", "call_refused 440114002-B01")
	s.command("branch", id, "arrive", nil).refused(422, "not_called")
	s.command("street", id, "call", fields{"unit": "440114002-B01", "task": "再请到场"}).want(200)
	s.command("branch", id, "arrive", nil).want(200)
	if calls := s.of("street", id, "calls").([]any); len(calls) != 2 || calls[1].(map[string]any)["answered"] != "arrived" {
		t.Errorf("calls %v", calls)
	}
}

// policied enacts the policy in force with some numbers changed.
func (s *site) policied(changes map[string]string) {
	s.t.Helper()
	rows := s.table("policy")
	for i, row := range rows {
		if value, ok := changes[row[0]]; ok {
			rows[i][1] = value
		}
	}
	s.post("admin", "/reference/editions", edition(fields{"name": "policy", "csv": text(rows)})).want(201)
	s.settle()
}

// Whether returns are reviewed, and who grants on which rung, is policy: a new edition
// counts from the next command on.
func TestReviewedReturnsAndALadderOfTwo(t *testing.T) {
	s := livingSite(t)
	before := s.given(advert)
	s.policied(map[string]string{"return_review": "desk", "extension_ladder": "desk;district"})
	if a := s.get("handler", "/policy").want(200); a.at("return_review") != "desk" || len(a.at("extension_ladder").([]any)) != 2 {
		t.Fatalf("the policy: %s", a.raw)
	}
	id := s.given(advert)
	s.command("street", id, "approve-return", nil).refused(422, "no_request")
	asked := s.command("handler", id, "return", fields{"reason": "不归我们", "code": "not_our_duty", "clause": "条例第九条"}).want(200)
	if asked.at("incident", "holder", "unit") != "440114002-S01" || asked.at("incident", "requests", "return", "clause") != "条例第九条" {
		t.Errorf("asked: %s", asked.raw)
	}
	s.inboxIs("street", "", "return 440114002-S01")
	s.command("street", id, "refuse-return", nil).refused(422, "invalid").pointsAt("/reason")
	s.command("street", id, "refuse-return", why("属你们职责")).want(200)
	s.command("handler", id, "return", fields{"reason": "再次申请", "code": "owner_elsewhere"}).want(200)
	done := s.command("street", id, "approve-return", nil).want(200)
	if done.at("incident", "stage") != "dispatching" || done.at("incident", "returns") != 1.0 {
		t.Errorf("approved: %s", done.raw)
	}

	// Silence refuses, at the moment the review was due.
	quiet := s.given(advert)
	s.command("handler", quiet, "return", fields{"reason": "x", "code": "not_our_duty"}).want(200)
	explained := false
	for _, item := range s.get("handler", "/incidents/"+quiet+"/timeline").want(200).at("items").([]any) {
		if due, ok := item.(map[string]any)["due_explained"].(map[string]any); ok && due["review"] != nil {
			explained = strings.HasPrefix(due["review"].(map[string]any)["sentence"].(string), "审核时限 2 工作时，")
		}
	}
	if !explained {
		t.Error("the time of the review is not explained")
	}
	s.advance(3*time.Hour, 0)
	s.settle()
	if s.of("handler", quiet, "requests", "return") != nil || s.of("handler", quiet, "holder", "unit") != "440114002-S01" {
		t.Error("silence did not refuse")
	}

	// The street says yes first, then the district: in one inbox after the other.
	s.command("handler", before, "request-extension", why("雨天")).want(200)
	s.inboxIs("district", "")
	first := s.command("street", before, "grant-extension", nil).want(200)
	if first.at("incident", "extensions") != 0.0 || first.at("incident", "requests", "extension", "rungs") != 1.0 {
		t.Errorf("the first yes: %s", first.raw)
	}
	s.inboxIs("street", "")
	s.inboxIs("district", "", "extension 440114002-S01")
	s.command("supervisor", before, "comment", fields{"text": "已阅"}).want(200) // what follows is no repeat
	s.command("street", before, "grant-extension", nil).refused(422, "not_your_rung")
	if last := s.command("district", before, "grant-extension", nil).want(200); last.at("incident", "extensions") != 1.0 {
		t.Errorf("the last yes: %s", last.raw)
	}
}

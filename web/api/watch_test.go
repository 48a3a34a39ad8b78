package api

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

// handledBy brings what a unit holds to its end.
func (s *site) closed(id string) {
	s.t.Helper()
	s.command("handler", id, "handle", fields{"result": "已拆除"}).want(200)
	s.command("inspector", id, "pass", nil).want(200)
	s.command("street", id, "close", fields{"closing_condition_met": true}).want(200)
	s.settle()
}

func TestASupervisionIsAnsweredInTime(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	soon := nine.Add(2 * time.Hour).Format(time.RFC3339)
	s.get("street", "/incidents/"+id+"/sheets/supervision").refused(422, "nothing_supervised")
	for name, c := range map[string]struct {
		body    fields
		pointer string
	}{
		"no question":    {fields{"reply_by": soon}, "/question"},
		"no time":        {fields{"question": "x"}, "/reply_by"},
		"the past":       {fields{"question": "x", "reply_by": nine.Add(-time.Minute).Format(time.RFC3339)}, "/reply_by"},
		"year 2100":      {fields{"question": "x", "reply_by": "2100-01-01T00:00:00Z"}, "/reply_by"},
		"no zone":        {fields{"question": "x", "reply_by": "2026-11-23T12:00:00"}, "/reply_by"},
		"a blank":        {fields{"question": " ", "reply_by": soon}, "/question"},
		"a day in words": {fields{"question": "x", "reply_by": "明天"}, "/reply_by"},
	} {
		t.Run(name, func(t *testing.T) {
			s.in(t).command("supervisor", id, "supervise", c.body).refused(422, "invalid").pointsAt(c.pointer)
		})
	}
	s.command("handler", id, "supervise", fields{"question": "x", "reply_by": soon}).refused(403, "role_may_not")
	s.command("handler", id, "reply", fields{"answer": "x"}).refused(422, "nothing_to_reply")
	s.command("supervisor", id, "urge", nil).refused(422, "invalid").pointsAt("/reason")
	s.command("supervisor", id, "urge", why("群众多次反映")).want(200)
	a := s.command("supervisor", id, "supervise", fields{"question": "为何仍未拆除？", "reply_by": soon}).want(200)
	if a.at("incident", "urges") != 1.0 || len(a.at("incident", "supervisions").([]any)) != 1 {
		t.Errorf("supervised: %s", a.raw)
	}
	if s.may("supervisor", id, "handle") || !s.may("supervisor", id, "supervise") {
		t.Errorf("the supervisor may %v", s.of("supervisor", id, "allowed"))
	}
	s.settle()
	if got := s.get("supervisor", "/incidents?flag=supervised").want(200).at("total"); got != 1.0 {
		t.Errorf("%v are supervised", got)
	}
	s.command("street", id, "reply", fields{"answer": "x"}).refused(422, "not_the_holder")
	s.advance(3*time.Hour, 0)
	s.settle()
	late := s.command("handler", id, "reply", fields{"answer": "吊车今日到场"}).want(200)
	if got := late.at("incident", "supervisions").([]any)[0].(map[string]any); got["late"] != true || got["lapsed"] != true || got["answer"] != "吊车今日到场" {
		t.Errorf("answered: %v", got)
	}

	// Both papers can be printed by whoever sees the incident; they hold no script.
	for kind, words := range map[string][]string{
		"dispatch":    {"派遣单", "花城街道综合行政执法队", "权责清单第", "环节", "树枝压住人行道"},
		"supervision": {"督办单", "为何仍未拆除？", "吊车今日到场", "催办次数"},
	} {
		page := s.get("handler", "/incidents/"+id+"/sheets/"+kind).want(200)
		if got := page.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
			t.Errorf("%s is of type %q", kind, got)
		}
		for _, word := range words {
			if word != "环节" && !bytes.Contains(page.raw, []byte(word)) {
				t.Errorf("the %s sheet does not say %s: %s", kind, word, page.raw)
			}
		}
		if bytes.Contains(bytes.ToLower(page.raw), []byte("<script")) {
			t.Errorf("the %s sheet has a script", kind)
		}
		s.get("bureau", "/incidents/"+id+"/sheets/"+kind).refused(404, "not_found")
	}
	s.command("street", id, "correct", fields{"field": "description", "value": "<script>alert(1)</script>", "reason": "x"}).want(200)
	if page := s.get("street", "/incidents/"+id+"/sheets/dispatch").want(200); bytes.Contains(page.raw, []byte("<script>alert")) {
		t.Error("what was written runs on the sheet")
	}
	fresh := s.reported("hotline", fields{"source": "hotline"}) // it waits for a visit
	s.get("street", "/incidents/"+fresh+"/sheets/dispatch").refused(422, "nothing_dispatched")
}

func TestRatingsAndAppealsAndTheExemptedReading(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.command("hotline", id, "rate", fields{"score": 5, "by": "回访"}).refused(422, "not_closed")
	s.advance(60*time.Hour, 0) // past one working day
	s.settle()
	s.closed(id)

	s.command("hotline", id, "rate", fields{"score": 6, "by": "回访"}).refused(422, "invalid").pointsAt("/score")
	s.command("hotline", id, "rate", fields{"score": 0, "by": "回访"}).refused(422, "invalid").pointsAt("/score")
	s.command("hotline", id, "rate", fields{"score": 4.5, "by": "回访"}).refused(422, "invalid").pointsAt("/score")
	s.command("hotline", id, "rate", fields{"score": 4}).refused(422, "invalid").pointsAt("/by")
	s.command("hotline", id, "rate", fields{"score": 4, "by": "12345回访"}).want(200)
	s.command("hotline", id, "rate", fields{"score": 1, "by": "12345回访"}).refused(422, "already_rated")
	s.command("street", id, "rate", fields{"score": 1, "by": "我"}).refused(422, "not_the_reporter")

	figure := func(reading string) (n, d float64) {
		s.settle()
		for _, item := range s.get("district", "/statistics?by=unit&from=2026-11-01&to=2026-11-30&reading="+reading).want(200).at("items").([]any) {
			if row := item.(map[string]any); row["key"] == "440114002-S01" {
				ratio := row["handled_on_time"].(map[string]any)
				return ratio["n"].(float64), ratio["d"].(float64)
			}
		}
		t.Fatalf("no row of S01")
		return 0, 0
	}
	if n, d := figure("fact"); n != 0 || d != 1 {
		t.Errorf("handled on time %v of %v", n, d)
	}
	s.command("handler", id, "appeal", nil).refused(422, "invalid").pointsAt("/reason")
	s.command("street", id, "uphold-appeal", nil).refused(422, "no_appeal_here")
	a := s.command("handler", id, "appeal", why("台风预警停工")).want(200)
	if a.at("incident", "appeal", "state") != "pending" || a.at("incident", "appeal", "desk") != "440114002" {
		t.Errorf("appealed: %s", a.raw)
	}
	s.command("handler", id, "appeal", why("再来")).refused(422, "already_appealed")
	s.inboxIs("street", "", "appeal 440114002-S01")
	s.command("street", id, "reject-appeal", why("停工期外")).want(200)
	s.inboxIs("street", "")
	s.inboxIs("district", "", "appeal 440114002-S01")
	s.command("supervisor", id, "uphold-appeal", nil).refused(403, "role_may_not")
	done := s.command("district", id, "uphold-appeal", nil).want(200)
	if got := done.at("incident", "exemptions"); !slices.Contains(got.([]any), any("timeout")) {
		t.Errorf("exempt from %v", got)
	}
	if n, d := figure("fact"); n != 0 || d != 1 {
		t.Errorf("the fact is gone: %v of %v", n, d)
	}
	if n, d := figure("exempted"); n != 1 || d != 1 {
		t.Errorf("exempted: %v of %v", n, d)
	}
}

func TestASpotCheckThatFindsItFalse(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.command("district", id, "spot-check", fields{"genuine": false, "reason": "x"}).refused(422, "not_closed")
	s.closed(id)
	s.command("district", id, "spot-check", nil).refused(422, "invalid").pointsAt("/genuine")
	s.command("district", id, "spot-check", fields{"genuine": "no"}).refused(422, "invalid").pointsAt("/genuine")
	s.command("district", id, "spot-check", fields{"genuine": false}).refused(422, "reason_required").pointsAt("/reason")
	s.command("street", id, "spot-check", fields{"genuine": true}).refused(403, "role_may_not")
	s.command("district", id, "spot-check", fields{"genuine": true}).want(200)
	a := s.command("district", id, "spot-check", fields{"genuine": false, "reason": "现场仍在"}).want(200)
	if a.at("incident", "status") != "open" || a.at("incident", "stage") != "intake" || !slices.Contains(a.at("incident", "flags").([]any), any("false_handling")) {
		t.Errorf("found false: %s", a.raw)
	}
	if got := a.at("incident", "spot_checks").([]any); len(got) != 2 {
		t.Errorf("spot checks %v", got)
	}
	s.command("handler", id, "appeal", why("x")).refused(422, "not_closed")
}

// A phone number is shown to the holder on request, with a reason; each look is a fact. A
// confidential caller is shown to nobody.
func TestTheCallerIsShownOnRequest(t *testing.T) {
	s := livingSite(t)
	caller := fields{"name": "张三丰", "phone": "13812341234"}
	report := func(c fields) string {
		id := s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "matter": advert, "reporter": c})).want(201).at("id").(string)
		s.settle()
		return id
	}
	id := report(caller)
	s.command("community", id, "view-caller", nil).refused(422, "invalid").pointsAt("/reason")
	s.command("supervisor", id, "view-caller", why("x")).refused(403, "role_may_not")
	s.command("district", id, "view-caller", why("x")).refused(422, "not_the_holder")
	version := s.of("community", id, "version").(float64)
	for n := 1.0; n <= 2; n++ {
		a := s.command("community", id, "view-caller", why("联系诉求人核实位置")).want(200)
		if a.at("caller", "name") != "张三丰" || a.at("caller", "phone") != "13812341234" {
			t.Errorf("shown %v", a.at("caller"))
		}
		if got := a.at("incident", "reporter", "phone"); got != "138****1234" {
			t.Errorf("in the incident it is %v", got)
		}
		if got := a.at("incident", "version"); got != version+n {
			t.Errorf("look %v: version %v", n, got)
		}
	}
	if raw := s.get("community", "/incidents/"+id+"/timeline").want(200).raw; bytes.Contains(raw, []byte("13812341234")) || !bytes.Contains(raw, []byte("incident.caller_viewed")) {
		t.Errorf("the timeline: %s", raw)
	}
	if a := s.command("street", id, "comment", fields{"text": "已阅"}).want(200); bytes.Contains(a.raw, []byte(`"caller"`)) {
		t.Error("another command shows the caller")
	}

	none := s.given(advert)
	s.command("handler", none, "view-caller", why("x")).refused(422, "no_caller")

	kept := report(with(caller, fields{"confidential": true}))
	s.command("community", kept, "view-caller", why("x")).refused(422, "caller_confidential")
	if s.may("community", kept, "view-caller") {
		t.Error("a button offers a confidential caller")
	}
	for who, shown := range map[string]bool{"community": true, "street": true, "district": true} {
		list := s.get(who, "/incidents?flag=confidential").want(200)
		if list.at("total") != 1.0 || bytes.Contains(list.raw, []byte("树枝")) || bytes.Contains(list.raw, []byte("138")) {
			t.Errorf("%s's list: %s", who, list.raw)
		}
		if got := s.get(who, "/incidents?flag=confidential&q=树枝").want(200).at("total"); got != 0.0 {
			t.Errorf("%s finds %v by what a confidential report says", who, got)
		}
		detail := s.get(who, "/incidents/"+kept).want(200)
		if bytes.Contains(detail.raw, []byte("树枝")) != shown || bytes.Contains(detail.raw, []byte("138")) {
			t.Errorf("%s's detail: %s", who, detail.raw)
		}
	}
}

// A report about a unit is never shown to it, to what stands under it or to the inspectors
// of the place; it stays with the district's desk and leaves by hand-over.
func TestAReportAboutAUnitIsKeptFromIt(t *testing.T) {
	s := livingSite(t)
	s.hire("branch", "440114002-B01")
	about := func(unit string) string {
		id := s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "matter": advert, "concerns": unit})).want(201).at("id").(string)
		s.settle()
		return id
	}
	s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "concerns": "X99"})).refused(422, "invalid").pointsAt("/concerns")
	office, street, station := about("440114002-S01"), about("440114002"), about("440114002002")
	for _, id := range []string{office, street, station} {
		for _, who := range []string{"inspector", "community", "street", "handler", "branch", "bureau", "elsewhere"} {
			for _, path := range []string{"", "/timeline", "/routing", "/deadlines", "/duplicates", "/recurrences", "/sheets/dispatch"} {
				s.get(who, "/incidents/"+id+path).refused(404, "not_found")
			}
			if got := idsOf(s.get(who, "/incidents").want(200).at("items")); slices.Contains(got, id) {
				t.Errorf("%s lists what is about %s", who, id)
			}
			if raw := s.get(who, "/picture").want(200).raw; bytes.Contains(raw, []byte(id)) {
				t.Errorf("%s sees it on the picture", who)
			}
		}
		a := s.get("district", "/incidents/"+id).want(200)
		if a.at("holder", "unit") != "440114" || !slices.Contains(a.at("flags").([]any), any("conflict")) {
			t.Errorf("held by %v with %v", a.at("holder"), a.at("flags"))
		}
		s.get("supervisor", "/incidents/"+id).want(200)
	}
	s.command("district", office, "file", fields{"matter": advert, "criterion": s.criterion("07003")}).want(200)
	s.command("district", office, "dispatch", fields{"unit": "D01"}).refused(422, "hand_over_only")
	s.command("district", office, "hand-over", fields{"agency": "区纪委监委", "receipt": "JW-7"}).want(200)

	// One that turns out to be about the unit that has it vanishes from its hands.
	held := s.given(advert)
	s.command("street", held, "correct", fields{"field": "concerns", "value": "440114002-S01", "reason": "反映执法队"}).want(200)
	s.settle()
	s.get("handler", "/incidents/"+held).refused(404, "not_found")
	s.get("handler", "/incidents/"+held+"/timeline").refused(404, "not_found")
	if got := s.get("handler", "/incidents").want(200).at("total"); got != 0.0 {
		t.Errorf("the unit still lists %v", got)
	}
	if got := s.of("district", held, "holder", "unit"); got != "440114" {
		t.Errorf("it went to %v", got)
	}
}

// What concerns the district's own staff is the district's: no street lists it, and whoever
// held it before that was known does not see it any more.
func TestARestrictedMatterIsTheDistricts(t *testing.T) {
	s := livingSite(t)
	restricted := fields{"scheme": "huadu-demo", "kind": "matter", "code": "99001"}
	reported := s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "matter": restricted})).want(201).at("id").(string)
	s.settle()
	turned := s.given(advert)
	criterion := ""
	for _, c := range s.server.reference().Matters.Criteria() {
		if c.Matter.Scheme == "huadu-demo" && c.Matter.Code == "99001" {
			criterion = c.ID
		}
	}
	s.command("street", turned, "correct", fields{"field": "matter", "value": with(restricted, fields{"criterion": criterion}), "reason": "反映工作人员"}).want(200)
	s.settle()
	for _, id := range []string{reported, turned} {
		for _, who := range []string{"community", "street", "handler", "elsewhere"} {
			s.get(who, "/incidents/"+id).refused(404, "not_found")
			if got := idsOf(s.get(who, "/incidents").want(200).at("items")); slices.Contains(got, id) {
				t.Errorf("%s lists it", who)
			}
		}
		s.get("district", "/incidents/"+id).want(200)
		s.command("district", id, "open-coordination", fields{"units": []string{"D01"}, "question": "x"}).want(422)
	}
}

func TestSettledOnTheSpotNeedsBeforeAndAfter(t *testing.T) {
	s := livingSite(t)
	photo := func(size int) string {
		return s.upload("inspector", "image/jpeg", asJPEG(t, corner(size, size))).want(201).at("id").(string)
	}
	before, after, theirs := photo(16), photo(32), s.upload("community", "image/jpeg", asJPEG(t, corner(48, 48))).want(201).at("id").(string)
	report := func(changes fields) fields {
		return s.reportOf(with(fields{"matter": advert, "criterion": s.criterion("07003"), "handled_on_the_spot": true}, changes))
	}
	s.post("inspector", "/incidents", report(fields{"photos": []string{before}})).refused(422, "photos_before_and_after")
	s.post("inspector", "/incidents", report(fields{"photos": []string{before}, "photos_after": []string{theirs}})).refused(422, "invalid").pointsAt("/photos_after/0")
	s.post("inspector", "/incidents", report(fields{"photos": []string{before}, "photos_after": []string{"x"}})).refused(422, "invalid").pointsAt("/photos_after/0")
	s.post("inspector", "/incidents", s.reportOf(fields{"photos": []string{before}, "photos_after": []string{after}})).refused(422, "invalid").pointsAt("/photos_after")
	id := s.post("inspector", "/incidents", report(fields{"photos": []string{before}, "photos_after": []string{after}})).want(201).at("id").(string)
	s.settle()
	a := s.get("street", "/incidents/"+id).want(200)
	if a.at("stage") != "checking" || !slices.Equal(a.at("photos_after").([]any), []any{after}) {
		t.Errorf("settled on the spot: %s", a.raw)
	}
	s.get("street", "/photos/"+after).want(200)
	s.command("inspector", id, "pass", nil).refused(422, "handled_it_yourself")
}

// The policy in force is there for everybody who logs in, with the numbers of the file.
func TestThePolicyIsToldToEverybody(t *testing.T) {
	s := newSite(t)
	for _, p := range people {
		a := s.get(p.Name, "/policy").want(200)
		if a.at("return_window", "normal") != "4 working_hours" || a.at("max_extensions") != 2.0 || a.at("duplicate_meters") != 50.0 ||
			a.at("recurrence_within_seconds") != 7*24*3600.0 || a.at("return_review") != "off" {
			t.Errorf("%s", a.raw)
		}
	}
	if len(s.get("street", "/policy").at("stage_limits").([]any)) != len(s.server.reference().Policy.StageLimits) {
		t.Error("a stage is missing")
	}
}

// A post that is not held is not a command's: the session's posts travel with each order.
func TestPostsTravelWithCommands(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.advance(60*time.Hour, 0)
	s.settle()
	s.command("street", id, "void", why("红灯后作废")).refused(422, "duty_leader_required")
	if err := s.accounts.SetDuties(t.Context(), "district", accounts.Duties{Posts: []jurisdiction.Post{jurisdiction.IntakePost}}); err != nil {
		t.Fatal(err)
	}
	if s.may("district", id, "void") {
		t.Error("a button offers what the post may not")
	}
	s.command("district", id, "void", why("红灯后作废")).refused(422, "duty_leader_required")
	if err := s.accounts.SetDuties(t.Context(), "district", accounts.Duties{Posts: []jurisdiction.Post{jurisdiction.DutyLeader}}); err != nil {
		t.Fatal(err)
	}
	s.command("district", id, "void", why("红灯后作废")).want(200)
	if strings.Contains(s.get("district", "/incidents/"+id).want(200).at("status").(string), "open") {
		t.Error("it is still open")
	}
}

package api

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAMergeIsAbsorbedAndUndone(t *testing.T) {
	s := livingSite(t)
	first, again := s.given(advert), s.given(advert)
	cell := s.grid.CommunityCells("440114001001")
	p, _ := s.grid.InteriorPoint(cell[0].Code)
	theirs := s.post("elsewhere", "/incidents", s.reportOf(fields{
		"source": "department", "location": fields{"lng": p[0], "lat": p[1], "crs": "wgs84"},
	})).want(201).at("id").(string)
	s.settle()

	offered := s.get("street", "/incidents/"+again+"/duplicates").want(200)
	if got := idsOf(offered.at("items")); !slices.Equal(got, []string{first}) {
		t.Errorf("offered %v, want %s", got, first)
	}
	if got := offered.at("items").([]any)[0].(map[string]any)["meters"]; got != 0.0 {
		t.Errorf("%v m away", got)
	}
	for name, c := range map[string]struct{ into, code, pointer string }{
		"nothing":           {"", "invalid", "/into"},
		"no id":             {"first", "invalid", "/into"},
		"what is not there": {"01a20897-29e7-7105-ae03-d2abc1a67395", "invalid", "/into"},
		"another street's":  {theirs, "invalid", "/into"},
		"itself":            {again, "into_itself", "/into"},
	} {
		t.Run(name, func(t *testing.T) {
			s.in(t).command("street", again, "merge", fields{"into": c.into}).refused(422, c.code).pointsAt(c.pointer)
		})
	}
	s.command("handler", again, "merge", fields{"into": first}).refused(403, "role_may_not")
	number := s.of("street", first, "number")
	a := s.command("street", again, "merge", fields{"into": first, "reason": "同一块招牌"}).want(200)
	if a.at("incident", "status") != "merged" || a.at("incident", "merged_into", "id") != first || a.at("incident", "merged_into", "number") != number {
		t.Errorf("merged: %s", a.raw)
	}
	s.settle()
	if got := s.of("street", first, "absorbed").([]any); len(got) != 1 || got[0].(map[string]any)["id"] != again {
		t.Errorf("absorbed %v", got)
	}
	s.command("street", first, "merge", fields{"into": again}).refused(422, "into_merged")
	if got := s.get("district", "/picture").want(200).at("features").([]any); len(got) != 2 {
		t.Errorf("%d on the picture", len(got))
	}

	s.command("elsewhere", again, "unmerge", why("x")).refused(404, "not_found")
	s.command("street", again, "unmerge", nil).refused(422, "invalid").pointsAt("/reason")
	back := s.command("street", again, "unmerge", why("不是同一处")).want(200)
	if back.at("incident", "stage") != "handling" || back.at("incident", "holder", "unit") != "440114002-S01" {
		t.Errorf("taken up: %s", back.raw)
	}
	s.settle()
	if got := s.of("street", first, "absorbed").([]any); len(got) != 0 {
		t.Errorf("still absorbed: %v", got)
	}
	s.command("street", again, "unmerge", why("再一次")).refused(422, "not_merged")

	// After the window it stays merged.
	s.command("street", again, "merge", fields{"into": first}).want(200)
	s.advance(73*time.Hour, 0)
	s.settle()
	s.command("street", again, "unmerge", why("太晚")).refused(422, "window_over")
}

func TestACorrectionMovesItBackToTheDesk(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	here := s.inside()
	correct := func(field string, value any) fields {
		return fields{"field": field, "value": value, "reason": "更正"}
	}
	for name, c := range map[string]struct {
		body    fields
		pointer string
	}{
		"an unknown field":       {correct("colour", "red"), "/field"},
		"no value":               {fields{"field": "description", "reason": "x"}, "/value"},
		"no reason":              {fields{"field": "description", "value": "x"}, "/reason"},
		"null":                   {correct("location", nil), "/value"},
		"a place as text":        {correct("location", "桂花社区"), "/value"},
		"a place without system": {correct("location", fields{"lng": here["lng"], "lat": here["lat"]}), "/value/crs"},
		"a place in Tokyo":       {correct("location", fields{"lng": 139.7, "lat": 35.7, "crs": "wgs84"}), "/value/lng"},
		"lng and lat swapped":    {correct("location", fields{"lng": here["lat"], "lat": here["lng"], "crs": "wgs84"}), "/value/lng"},
		"more than a place":      {correct("location", with(here, fields{"altitude": 5})), "/value/altitude"},
		"a matter as text":       {correct("matter", "07003"), "/value"},
		"a matter of no scheme":  {correct("matter", fields{"kind": "matter", "code": "07003"}), "/value/scheme"},
		"an unknown matter":      {correct("matter", with(advert, fields{"code": "99999"})), "/value"},
		"an unknown criterion":   {correct("matter", with(advert, fields{"criterion": "x"})), "/value/criterion"},
		"another's criterion":    {correct("matter", with(advert, fields{"criterion": s.criterion("06010")})), "/value/criterion"},
		"a number for a text":    {correct("description", 7), "/value"},
		"a blank text":           {correct("description", "  "), "/value"},
		"a text of 2,001":        {correct("description", strings.Repeat("字", 2001)), "/value"},
		"NUL":                    {correct("description", "a\x00b"), "/value"},
		"a severity of its own":  {correct("severity", "terrible"), "/value"},
		"a unit that is none":    {correct("concerns", "X99"), "/value"},
	} {
		t.Run(name, func(t *testing.T) {
			s.in(t).command("street", id, "correct", c.body).refused(422, "invalid").pointsAt(c.pointer)
		})
	}
	s.command("street", id, "correct", correct("matter", matter)).refused(422, "criterion_required")

	a := s.command("street", id, "correct", correct("description", "楼顶广告牌松动")).want(200)
	if a.at("incident", "description") != "楼顶广告牌松动" || a.at("incident", "stage") != "handling" {
		t.Errorf("a text: %s", a.raw)
	}
	s.command("street", id, "correct", correct("severity", "urgent")).want(200)
	s.settle()
	if got := s.get("street", "/incidents?q=广告牌松动").want(200).at("total"); got != 1.0 {
		t.Errorf("the list finds %v by the new text", got)
	}

	// Another street answers at the true place: it goes to the desk there, which sees it now,
	// and the place comes out in WGS-84 and in the grid that owns it.
	cell := s.grid.CommunityCells("440114001001")
	p, _ := s.grid.InteriorPoint(cell[0].Code)
	s.get("elsewhere", "/incidents/"+id).refused(404, "not_found")
	moved := s.command("street", id, "correct", correct("location", fields{"lng": p[0], "lat": p[1], "crs": "cgcs2000", "address": "新华路"})).want(200)
	if moved.at("incident", "stage") != "dispatching" || moved.at("incident", "holder", "unit") != "440114001" {
		t.Errorf("moved: %s", moved.raw)
	}
	if moved.at("incident", "grid", "code") != cell[0].Code || moved.at("incident", "street") != "440114001" || moved.at("incident", "location", "crs") != "wgs84" {
		t.Errorf("the place: %s", moved.raw)
	}
	s.settle()
	if !s.may("elsewhere", id, "dispatch") {
		t.Error("the desk there may not dispatch it")
	}
	s.get("street", "/incidents/"+id).want(200) // it held it
	s.command("street", id, "dispatch", fields{"unit": "440114002-S01"}).refused(422, "not_the_holder")

	// Another matter answers elsewhere as well.
	other := s.given(advert)
	food := fields{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07004"}
	b := s.command("street", other, "correct", correct("matter", with(food, fields{"criterion": s.criterion("07004")}))).want(200)
	if b.at("incident", "matter", "code") != "07004" || b.at("incident", "stage") != "dispatching" {
		t.Errorf("another matter: %s", b.raw)
	}
}

func TestAHandOverLeavesTheRest(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.command("street", id, "hand-over", fields{"agency": "119"}).refused(422, "invalid").pointsAt("/receipt")
	s.command("street", id, "hand-over", fields{"agency": " ", "receipt": "1"}).refused(422, "invalid").pointsAt("/agency")
	s.command("handler", id, "hand-over", fields{"agency": "119", "receipt": "1"}).refused(403, "role_may_not")
	body := fields{"agency": "119", "receipt": "HD-2026-1123-07", "rest": "拆除残余支架"}
	a := s.command("street", id, "hand-over", body, key("once")).want(200)
	if a.at("incident", "status") != "closed" || a.at("incident", "handed_over", "receipt") != "HD-2026-1123-07" {
		t.Errorf("handed over: %s", a.raw)
	}
	rest, ok := a.at("incident", "rest").(string)
	if !ok {
		t.Fatalf("no rest: %s", a.raw)
	}
	again := s.command("street", id, "hand-over", body, key("once")).want(200)
	if again.at("incident", "rest") != rest || again.header.Get("Idempotent-Replay") != "true" {
		t.Errorf("said again: %s", again.raw)
	}
	s.settle()
	if s.of("street", rest, "parent") != id || s.of("street", rest, "description") != "拆除残余支架" {
		t.Errorf("the rest: %s", s.get("street", "/incidents/"+rest).raw)
	}
}

func TestTheSameAgainShowsWhatWasThere(t *testing.T) {
	s := livingSite(t)
	first := s.given(advert)
	photo := s.upload("handler", "image/jpeg", asJPEG(t, corner(24, 24))).want(201).at("id")
	s.command("handler", first, "handle", fields{"result": "已拆除", "photos": []any{photo}}).want(200)
	s.command("inspector", first, "pass", nil).want(200)
	s.command("street", first, "close", fields{"closing_condition_met": true}).want(200)
	s.advance(48*time.Hour, 0)
	s.settle()
	again := s.given(advert)
	a := s.get("inspector", "/incidents/"+again+"/recurrences").want(200)
	items := a.at("items").([]any)
	if a.at("count") != 2.0 || len(items) != 1 || items[0].(map[string]any)["id"] != first {
		t.Fatalf("recurrences: %s", a.raw)
	}
	if photos := items[0].(map[string]any)["photos"].([]any); !slices.Contains(photos, photo) {
		t.Errorf("its photos: %v", photos)
	}
	s.get("inspector", "/photos/"+photo.(string)).want(200)
	if got := s.of("street", again, "recurrence", "of"); got != first {
		t.Errorf("linked to %v", got)
	}
	if got := s.get("street", "/incidents/"+first+"/recurrences").want(200); got.at("count") != 1.0 {
		t.Errorf("the first one: %s", got.raw)
	}
}

package api

import (
	"testing"
	"time"
)

// What stands in a row is what its facts add up to, and each fact is shown with its
// number; nobody is shown a fact that is not in their figures.
func TestFiguresLeadToTheirFacts(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	s.fold()
	a := s.get("district", "/statistics/facts?indicator=reported&by=street&key=440114002").want(200)
	items := a.at("items").([]any)
	if len(items) != 1 || a.at("total") != 1.0 || a.at("sum") != 1.0 || a.at("from_position") != a.at("to_position") || a.at("next_cursor") != "" {
		t.Fatalf("facts: %s", a.raw)
	}
	f := items[0].(map[string]any)
	if f["id"] != id || f["kind"] != "incident" || f["type"] != "incident.routed" || f["figure"] != "reported" || f["unit"] != "440114002002" ||
		f["unit_name"] == "" || f["person"] != "inspector" || f["minutes"] != nil || f["day"] != "2026-11-23" || f["position"] != a.at("from_position") {
		t.Errorf("the fact: %v", f)
	}
	if n := s.get("elsewhere", "/statistics/facts?indicator=reported").want(200).at("total"); n != 0.0 {
		t.Errorf("another street is shown %v", n)
	}
	if n := s.get("district", "/statistics/facts?indicator=reported&by=street&key=-").want(200).at("total"); n != 0.0 {
		t.Errorf("outside every grid: %v", n)
	}
	s.get("screen", "/statistics/facts?indicator=reported").refused(403, "role_may_not")
	s.get("screen", "/statistics?by=person").refused(403, "role_may_not")
	for path, what := range map[string]string{
		"/statistics/facts":                                          "indicator",
		"/statistics/facts?indicator=mood":                           "indicator",
		"/statistics/facts?indicator=reported&part=both":             "part",
		"/statistics/facts?indicator=reported&reading=both":          "reading",
		"/statistics/facts?indicator=reported&cursor=x":              "cursor",
		"/statistics/facts?indicator=reported&limit=0":               "limit",
		"/statistics?compare=week":                                   "compare",
		"/statistics?ground=then":                                    "ground",
		"/statistics?street=440114999":                               "street",
		"/statistics?community=440114002999":                         "community",
		"/statistics?unit=nobody":                                    "unit",
		"/statistics?matter=nothing":                                 "matter",
		"/statistics?source=rumour":                                  "source",
		"/statistics?tier=city":                                      "tier",
		"/statistics/facts?indicator=reported&by=mood&key=440114002": "by",
	} {
		s.get("district", path).refused(422, "invalid").pointsAt(what)
	}
}

// Both readings stand on one line, and an exemption leads to who approved it, and why
// it was asked for.
func TestAnExemptionIsOneClickFromItsApproval(t *testing.T) {
	s := livingSite(t)
	id := s.given(advert)
	s.advance(60*time.Hour, 0) // past one working day
	s.settle()
	s.closed(id)
	s.command("handler", id, "appeal", why("台风预警停工")).want(200)
	upheld := s.command("street", id, "uphold-appeal", nil).want(200).at("position")
	s.settle()
	const period = "from=2026-11-01&to=2026-11-30&by=unit"
	for _, item := range s.get("district", "/statistics?reading=both&compare=month,year&"+period).want(200).at("items").([]any) {
		row := item.(map[string]any)
		if row["key"] != "440114002-S01" {
			continue
		}
		exempted := row["exempted"].(map[string]any)["handled_on_time"].(map[string]any)
		if row["handled_on_time"].(map[string]any)["n"] != 0.0 || exempted["n"] != 1.0 {
			t.Errorf("both readings: %v, %v", row["handled_on_time"], exempted)
		}
		for _, ago := range []string{"year_ago", "month_ago"} {
			if row[ago].(map[string]any)["handled"] != 0.0 {
				t.Errorf("%s: %v", ago, row[ago])
			}
		}
	}
	a := s.get("district", "/statistics/facts?indicator=handled_on_time&part=exempt&key=440114002-S01&"+period).want(200)
	items := a.at("items").([]any)
	if len(items) != 2 { // the expiry, and that it was done late
		t.Fatalf("%d exemptions: %s", len(items), a.raw)
	}
	for _, item := range items {
		f := item.(map[string]any)
		e := f["exemption"].(map[string]any)
		if f["type"] != "incident.appeal_upheld" || e["position"] != upheld || e["desk"] != "440114002" || e["person"] != "street" ||
			e["reason"] != "台风预警停工" || e["grounds"].([]any)[0] != "timeout" {
			t.Errorf("the approval: %v", f)
		}
	}
}

// The catalogue names every indicator and figure in both languages, with its weight.
func TestTheCatalogueOfIndicators(t *testing.T) {
	a := newSite(t).get("screen", "/statistics/indicators").want(200)
	known := map[string]bool{}
	for _, item := range a.at("figures").([]any) {
		f := item.(map[string]any)
		if known[f["code"].(string)] = true; f["name"] == "" || f["name_en"] == "" {
			t.Errorf("figure %v has no name", f)
		}
	}
	weights := 0.0
	for _, item := range a.at("items").([]any) {
		i := item.(map[string]any)
		for _, field := range []string{"code", "name", "name_en", "formula", "formula_en", "falls_on", "falls_on_en", "kind", "sense", "source"} {
			if i[field] == "" {
				t.Errorf("%v has no %s", i["code"], field)
			}
		}
		for _, term := range append(i["numerator"].([]any), i["denominator"].([]any)...) {
			if !known[term.(map[string]any)["figure"].(string)] {
				t.Errorf("%v is made of %v, which has no name", i["code"], term)
			}
		}
		weights += i["weight"].(float64)
	}
	if weights == 0 || len(a.at("grades").([]any)) != 5 {
		t.Errorf("weights of %v, grades %v", weights, a.at("grades"))
	}
}

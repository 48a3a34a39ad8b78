package jurisdiction_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
)

// The places of the demonstration.
var (
	guihua  = jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"} // 桂花 in 花城
	shiling = jurisdiction.Place{Community: "440114109001", Street: "440114109", District: "440114"}
	outside = jurisdiction.Place{} // in no grid
)

func file(t testing.TB, name string) *os.File {
	t.Helper()
	f, err := os.Open("../reference/data/" + name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func builtIn(t testing.TB) *jurisdiction.Book {
	t.Helper()
	b, err := jurisdiction.ParseBook("p1", file(t, "huadu_units.csv"), file(t, "huadu_streets.csv"), file(t, "departments.csv"), file(t, "demo_texts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return b.Naming(matters(t))
}

func matters(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Parse("c1", file(t, "catalogue_gb47678_5.csv"), file(t, "criteria_example_city.csv"), file(t, "demo_texts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func units(list []jurisdiction.Candidate) []string {
	codes := []string{}
	for _, c := range list {
		codes = append(codes, c.Unit)
	}
	return codes
}

func TestTheDistrictHasItsUnits(t *testing.T) {
	b := builtIn(t)
	count := map[jurisdiction.Kind]int{}
	for _, u := range b.Units() {
		count[u.Kind]++
		parent, ok := b.Unit(u.Parent)
		switch {
		case u.Code == "440114":
			if u.Parent != "" {
				t.Errorf("the district stands under %s", u.Parent)
			}
		case !ok || !parent.IsDesk():
			t.Errorf("%s stands under %q", u.Code, u.Parent)
		case u.IsDesk() && parent.Tier.Rank() != u.Tier.Rank()+1:
			t.Errorf("desk %s of tier %s stands under one of tier %s", u.Code, u.Tier, parent.Tier)
		case !u.IsDesk() && parent.Tier != u.Tier:
			t.Errorf("%s of tier %s stands under one of tier %s", u.Code, u.Tier, parent.Tier)
		}
		if u.Name == "" || strings.ContainsAny(u.Name, "（）") {
			t.Errorf("%s is named %q", u.Code, u.Name)
		}
	}
	want := map[jurisdiction.Kind]int{"center": 11, "station": 261, "office": 70, "branch": 40, "department": 19, "owner": 7}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
}

func TestUnitsAreNamedAsPeopleNameThem(t *testing.T) {
	b := builtIn(t)
	for code, want := range map[string]string{
		"440114":        "花都区网格化服务管理指挥中心",
		"440114002":     "花城街道指挥中心",
		"440114109":     "狮岭镇指挥中心",
		"440114002002":  "桂花社区网格工作站",
		"440114002-S01": "花城街道综合行政执法队",
		"440114109-B01": "狮岭镇派出所",
		"D01":           "区城市管理和综合执法局",
		"D14":           "区林业和园林局",
		"E01":           "花都供电局",
	} {
		if u, _ := b.Unit(code); u.Name != want {
			t.Errorf("%s is named %q, not %q", code, u.Name, want)
		}
	}
	for _, u := range b.Units() {
		if u.Kind == jurisdiction.Station && (strings.Contains(u.Name, "委会") || strings.Contains(u.Name, "村村") || strings.Contains(u.Name, "社区社区")) {
			t.Errorf("station %s is named %s", u.Code, u.Name)
		}
	}
}

func TestRouting(t *testing.T) {
	b := builtIn(t)
	for _, tt := range []struct {
		name, source, matter string
		place                jurisdiction.Place
		tier                 jurisdiction.Tier
		desk                 string
		verify               bool
		candidates           []string
		reason               string
	}{
		{
			"a sign goes to the street's enforcement, above it the bureau", "inspector", "07003", guihua,
			jurisdiction.Street, "440114002", false,
			[]string{"440114002-S01", "D01"},
			"派给 花城街道综合行政执法队，因为 权责清单第 196 条（违规户外广告 × 花城街道）。",
		},
		{
			"litter goes to the place's own station first", "inspector", "06010", guihua,
			jurisdiction.Community, "440114002002", false,
			[]string{"440114002002", "440114002-S02", "D01"},
			"派给 桂花社区网格工作站，因为 权责清单第 308 条（暴露垃圾 × 桂花社区）。",
		},
		{
			"a signal lamp goes to the district's police", "inspector", "02014", guihua,
			jurisdiction.District, "440114", false,
			[]string{"D09"},
			"派给 市公安局花都区分局，因为 权责清单第 113 条（交通信号灯异常 × 花城街道）。",
		},
		{
			"a power company's cover goes to its owner", "inspector", "01005", guihua,
			jurisdiction.District, "440114", false,
			[]string{"E01"},
			"派给 花都供电局，因为 权责清单第 183 条（电力井盖异常 × 花城街道）。",
		},
		{
			"what the hotline says is verified, at the street's desk", "hotline", "07003", shiling,
			jurisdiction.Street, "440114109", true,
			[]string{"440114109-S01", "D01"},
			"派给 狮岭镇综合行政执法队，因为 权责清单第 196 条（违规户外广告 × 狮岭镇）。",
		},
		{
			"what citizens say comes in at the street even when the station starts", "citizen", "06010", guihua,
			jurisdiction.Community, "440114002", true,
			[]string{"440114002002", "440114002-S02", "D01"},
			"派给 桂花社区网格工作站，因为 权责清单第 308 条（暴露垃圾 × 桂花社区）。",
		},
		{
			"what citizens say comes in at the street even when the district starts", "citizen", "02014", guihua,
			jurisdiction.District, "440114002", true,
			[]string{"D09"},
			"派给 市公安局花都区分局，因为 权责清单第 113 条（交通信号灯异常 × 花城街道）。",
		},
		{
			"outside every grid the district has it", "inspector", "06010", outside,
			jurisdiction.District, "440114", false,
			[]string{"D01"},
			"派给 区城市管理和综合执法局，因为 权责清单第 3 条（暴露垃圾 × 花都区）。",
		},
		{
			"outside every grid a citizen's report is with the district too", "citizen", "06010", outside,
			jurisdiction.District, "440114", true,
			[]string{"D01"},
			"派给 区城市管理和综合执法局，因为 权责清单第 3 条（暴露垃圾 × 花都区）。",
		},
		{
			"without a matter the street's desk decides", "hotline", "", guihua,
			jurisdiction.Street, "440114002", true,
			[]string{},
			"由 花城街道指挥中心 受理，因为 未指明管理事项。",
		},
		{
			"without matter and place the district's desk decides", "hotline", "", outside,
			jurisdiction.District, "440114", true,
			[]string{},
			"由 花都区网格化服务管理指挥中心 受理，因为 未指明管理事项。",
		},
		{
			"what is said about staff stays with the district's desk", "hotline", "huadu-demo:99001", guihua,
			jurisdiction.District, "440114", false,
			[]string{},
			"由 花都区网格化服务管理指挥中心 移送有权机关，不派任何单位。",
		},
		{
			"a quarrel starts at the station, then the street", "inspector", "huadu-demo:21001", guihua,
			jurisdiction.Community, "440114002002", false,
			[]string{"440114002002", "440114002-S05", "D18"},
			"派给 桂花社区网格工作站，因为 权责清单第 317 条（邻里、家庭、劳资一般纠纷 × 桂花社区）。",
		},
		{
			"a matter of no list goes to the street's fallback office", "department", "elsewhere:1", guihua,
			jurisdiction.Street, "440114002", false,
			[]string{"440114002-S05"},
			"派给 花城街道综合治理办公室，因为 权责清单没有对应条目，由兜底单位承办。",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := jurisdiction.Question{Source: tt.source, Place: tt.place}
			if tt.matter != "" {
				q.Matter = catalogue.ParsePrefixed(tt.matter)
			}
			r := b.Route(q)
			if r.Tier != tt.tier || r.Desk != tt.desk || r.Verify != tt.verify || r.Reason != tt.reason || r.PolicyVersion != "p1" {
				t.Errorf("routed %+v", r)
			}
			if diff := cmp.Diff(tt.candidates, units(r.Candidates)); diff != "" {
				t.Errorf("candidates (-want +got):\n%s", diff)
			}
			if want := append(tt.candidates, "")[0]; r.Unit != want {
				t.Errorf("unit %q, not %q", r.Unit, want)
			}
		})
	}
}

func TestARulingBindsBeforeTheList(t *testing.T) {
	b := builtIn(t)
	noise, sign := catalogue.ParsePrefixed("06028"), catalogue.ParsePrefixed("07003")
	ruling := func(number, area, unit string, m catalogue.Key) jurisdiction.Ruling {
		return jurisdiction.Ruling{Number: number, Matter: m, Area: area, Unit: unit}
	}
	for _, tt := range []struct {
		name    string
		rulings []jurisdiction.Ruling
		unit    string
		tier    jurisdiction.Tier
		ruling  string
	}{
		{"none", nil, "440114002-B01", jurisdiction.Street, ""},
		{"a department makes it the district's", []jurisdiction.Ruling{ruling("1", "440114", "D05", noise)}, "D05", jurisdiction.District, "1"},
		{"an office leaves it the street's", []jurisdiction.Ruling{ruling("1", "440114002", "440114002-S01", noise)}, "440114002-S01", jurisdiction.Street, "1"},
		{"a station makes it the community's", []jurisdiction.Ruling{ruling("1", "440114002", "440114002002", noise)}, "440114002002", jurisdiction.Community, "1"},
		{"the narrowest area wins", []jurisdiction.Ruling{ruling("1", "440114002", "440114002-S01", noise), ruling("2", "440114", "D05", noise)}, "440114002-S01", jurisdiction.Street, "1"},
		{"of two for one area the later", []jurisdiction.Ruling{ruling("1", "440114", "D01", noise), ruling("2", "440114", "D05", noise)}, "D05", jurisdiction.District, "2"},
		{"another matter is not bound", []jurisdiction.Ruling{ruling("1", "440114", "D05", sign)}, "440114002-B01", jurisdiction.Street, ""},
		{"another area is not bound", []jurisdiction.Ruling{ruling("1", "440114001", "D05", noise)}, "440114002-B01", jurisdiction.Street, ""},
		{"a unit nobody here reaches binds nobody", []jurisdiction.Ruling{ruling("1", "440114", "440114001-S01", noise)}, "440114002-B01", jurisdiction.Street, ""},
		{"nor does one that is only handed to", []jurisdiction.Ruling{ruling("1", "440114", "D19", noise)}, "440114002-B01", jurisdiction.Street, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Route(jurisdiction.Question{Source: "inspector", Matter: noise, Place: guihua, Rulings: tt.rulings})
			if r.Unit != tt.unit || r.Tier != tt.tier || r.Candidates[0].Ruling != tt.ruling || r.Desk != b.Desk(tt.tier, guihua) {
				t.Errorf("routed %+v", r)
			}
			if tt.ruling != "" && r.Reason != "派给 "+r.Candidates[0].Name+"，依据 "+tt.ruling+"。" {
				t.Errorf("reason %s", r.Reason)
			}
		})
	}
	street := jurisdiction.Place{Street: "440114002", District: "440114"}
	if r := b.Route(jurisdiction.Question{Matter: noise, Place: street, Rulings: []jurisdiction.Ruling{ruling("1", "440114", "440114002-S01", noise)}}); r.Tier != jurisdiction.Street {
		t.Errorf("where no station is, an office's tier is %s", r.Tier)
	}
	r := b.Route(jurisdiction.Question{Rulings: []jurisdiction.Ruling{ruling("1", "440114", "D05", catalogue.Key{})}, Place: guihua})
	if r.Unit != "" {
		t.Errorf("a report without matter is bound: %+v", r)
	}
}

func TestEveryNationalMatterHasOneAnswerInEveryStreetAndOneInTheDistrict(t *testing.T) {
	b, c := builtIn(t), matters(t)
	for _, m := range c.Matters() {
		if b.Restricted(m.Key) {
			continue
		}
		for _, u := range b.Units() {
			if u.Kind != jurisdiction.Center || u.Tier != jurisdiction.Street {
				continue
			}
			p := jurisdiction.Place{Street: u.Code, District: "440114"}
			street, ok := b.Answer(m.Key, p, jurisdiction.Street)
			if !ok || b.DeskOf(street.Unit) != u.Code {
				t.Errorf("%s in %s is answered by %q", m.Key, u.Code, street.Unit)
			}
			if district, ok := b.Answer(m.Key, p, jurisdiction.District); !ok || b.TierOf(district.Unit) != jurisdiction.District {
				t.Errorf("%s in the district is answered by %q", m.Key, district.Unit)
			}
			if station, ok := b.Answer(m.Key, p, jurisdiction.Community); ok {
				t.Errorf("%s in no community is answered by station %s", m.Key, station.Unit)
			}
		}
	}
}

func TestNoRouteLeadsToUnitsThatAnswerForNothing(t *testing.T) {
	b, c := builtIn(t), matters(t)
	for _, m := range c.Matters() {
		for _, p := range []jurisdiction.Place{guihua, outside} {
			r := b.Route(jurisdiction.Question{Source: "inspector", Matter: m.Key, Place: p})
			if r.Unit == "" && !b.Restricted(m.Key) {
				t.Errorf("%s at %+v is answered by nobody", m.Key, p)
			}
			for _, x := range r.Candidates {
				if slices.Contains([]string{"D19", "E02", "E04", "E05", "E06", "E07"}, x.Unit) {
					t.Errorf("%s is offered to %s", m.Key, x.Unit)
				}
			}
			if r.Unit != "" && !b.Reaches(b.Desk(r.Tier, p), r.Unit) {
				t.Errorf("%s starts at tier %s, whose desk does not reach %s", m.Key, r.Tier, r.Unit)
			}
		}
	}
}

func TestAStationIsOfferedOnlyWhatStartsInItsCommunity(t *testing.T) {
	b, c := builtIn(t), matters(t)
	starting := 0
	for _, m := range c.Matters() {
		_, answers := b.Answer(m.Key, guihua, jurisdiction.Community)
		starts := b.StartTier(m.Key, guihua) == jurisdiction.Community
		if answers != starts {
			t.Errorf("%s starts at the community %t, its station answers %t", m.Key, starts, answers)
		}
		if starts {
			starting++
		}
	}
	if starting == 0 {
		t.Error("no matter starts at the community")
	}
}

func TestAMatterTheStationHasNoDutyForStartsAtTheStreet(t *testing.T) {
	b, err := jurisdiction.ParseBook(
		"v", file(t, "huadu_units.csv"), file(t, "huadu_streets.csv"),
		strings.NewReader("code,name,duties,matter_prefixes\nS01,队,,07\nC01,站,,08\n"),
		strings.NewReader("kind,matter_code,text\ndefault_tier,0,community\n"),
	)
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]jurisdiction.Tier{"07003": jurisdiction.Street, "08001": jurisdiction.Community} {
		if got := b.StartTier(catalogue.ParsePrefixed(code), guihua); got != want {
			t.Errorf("%s starts at the %s, not the %s", code, got, want)
		}
	}
}

func TestADeskSeesWhoCouldTakeIt(t *testing.T) {
	b := builtIn(t)
	litter := catalogue.ParsePrefixed("06010")
	for desk, want := range map[string][]string{
		"440114002002": {"440114002002"},
		"440114002":    {"440114002-S02", "440114002002"},
		"440114":       {"D01", "440114002"},
		"440114001":    {},
		"440114001001": {},
		"D01":          {},
		"nowhere":      {},
	} {
		got := b.Candidates(litter, guihua, desk)
		if diff := cmp.Diff(want, units(got)); diff != "" {
			t.Errorf("from %s (-want +got):\n%s", desk, diff)
		}
		for _, c := range got {
			if !b.Reaches(desk, c.Unit) || c.Reason == "" || c.Name == "" || c.Tier != b.TierOf(c.Unit) {
				t.Errorf("from %s: %+v", desk, c)
			}
		}
	}
	down := b.Candidates(litter, guihua, "440114")[1]
	if down.Reason != "下派 花城街道指挥中心，因为 权责清单第 209 条（暴露垃圾 × 花城街道）。" {
		t.Error(down.Reason)
	}
	if got := b.Candidates(catalogue.ParsePrefixed("huadu-demo:99001"), guihua, "440114"); got == nil || len(got) != 0 {
		t.Errorf("what is said about staff is offered to %v", got)
	}
	if got := units(b.Candidates(catalogue.ParsePrefixed("elsewhere:1"), guihua, "440114002")); !slices.Equal(got, []string{"440114002-S05"}) {
		t.Errorf("a matter of no list is offered to %v", got)
	}
}

func TestReach(t *testing.T) {
	b := builtIn(t)
	for _, tt := range []struct {
		desk, unit string
		want       bool
		why        string
	}{
		{"440114", "D01", true, "a department of its own"},
		{"440114", "E02", true, "an owner, by a person's decision"},
		{"440114", "D19", false, "only handed to"},
		{"440114", "440114002", true, "a lower desk"},
		{"440114", "440114002002", true, "a lower desk, two tiers down"},
		{"440114", "440114002-S01", false, "an office of another desk"},
		{"440114", "440114", false, "itself, and no station"},
		{"440114002", "440114002-S01", true, "an office of its own"},
		{"440114002", "440114002-B02", true, "a branch in its street"},
		{"440114002", "440114002002", true, "a lower desk"},
		{"440114002", "440114001001", false, "a station of another street"},
		{"440114002", "440114001-S01", false, "an office of another street"},
		{"440114002", "D01", false, "a department"},
		{"440114002", "440114", false, "a desk above"},
		{"440114002002", "440114002002", true, "a station handles itself"},
		{"440114002002", "440114002-S01", false, "an office"},
		{"440114002002", "440114002001", false, "a neighbour"},
		{"440114002-S01", "440114002-S01", false, "no desk"},
		{"D01", "D01", false, "no desk"},
		{"nowhere", "D01", false, "no unit"},
		{"440114", "nowhere", false, "no unit"},
	} {
		if got := b.Reaches(tt.desk, tt.unit); got != tt.want {
			t.Errorf("%s reaches %s (%s): %t", tt.desk, tt.unit, tt.why, got)
		}
	}
}

func TestDesks(t *testing.T) {
	b := builtIn(t)
	for unit, want := range map[string][2]string{
		"440114": {"440114", ""}, "440114002": {"440114002", "440114"}, "440114002002": {"440114002002", "440114002"},
		"440114002-S01": {"440114002", "440114002"}, "D01": {"440114", "440114"}, "nowhere": {"", ""},
	} {
		above, ok := b.DeskAbove(unit)
		if b.DeskOf(unit) != want[0] || above != want[1] || ok != (want[1] != "") {
			t.Errorf("%s: desk %q, above %q", unit, b.DeskOf(unit), above)
		}
	}
	street := jurisdiction.Place{Street: "440114002", District: "440114"}
	for _, tt := range []struct {
		tier  jurisdiction.Tier
		place jurisdiction.Place
		want  string
	}{
		{jurisdiction.Community, guihua, "440114002002"},
		{jurisdiction.Street, guihua, "440114002"},
		{jurisdiction.District, guihua, "440114"},
		{jurisdiction.Community, street, "440114002"},
		{jurisdiction.Street, outside, "440114"},
		{jurisdiction.Community, outside, "440114"},
	} {
		if got := b.Desk(tt.tier, tt.place); got != tt.want {
			t.Errorf("%s desk at %+v is %s, not %s", tt.tier, tt.place, got, tt.want)
		}
	}
	if !b.Above("440114", "440114002-S01") || !b.Above("440114002", "440114002002") || b.Above("440114002", "440114002-S01") || b.Above("440114001", "440114002002") {
		t.Error("desks above are wrong")
	}
}

func TestScope(t *testing.T) {
	b := builtIn(t)
	in := func(role jurisdiction.Role, unit string) jurisdiction.Person {
		return jurisdiction.Person{Name: "li", Role: role, Unit: unit}
	}
	for _, tt := range []struct {
		who  jurisdiction.Person
		want []string
	}{
		{in(jurisdiction.Inspector, "440114002002"), []string{"area:440114002002", "held:440114002002", "by:li"}},
		{in(jurisdiction.CommunityStaff, "440114002002"), []string{"area:440114002002", "held:440114002002", "by:li"}},
		{in(jurisdiction.StreetDesk, "440114002"), []string{"area:440114002", "held:440114002", "by:li"}},
		{in(jurisdiction.DistrictDesk, "440114"), []string{"area:440114", "held:440114", "by:li"}},
		{in(jurisdiction.Handler, "440114002-S01"), []string{"held:440114002-S01", "by:li"}},
		{in(jurisdiction.Handler, "D01"), []string{"held:D01", "by:li"}},
		{in(jurisdiction.Hotline, "440114"), []string{"area:440114", "held:440114", "by:li"}},
		{in(jurisdiction.Supervisor, "440114"), []string{"area:440114", "by:li"}},
		{in(jurisdiction.Supervisor, "D19"), []string{"area:440114", "by:li"}},
		{in(jurisdiction.Screen, "440114"), []string{"area:440114", "held:440114", "by:li"}},
		{in(jurisdiction.Screen, "440114002"), []string{"area:440114002", "held:440114002", "by:li"}},
		{in(jurisdiction.Handler, "gone"), []string{"by:li"}},
		{in(jurisdiction.Admin, "440114"), nil},
		{jurisdiction.Person{}, nil},
	} {
		if diff := cmp.Diff(tt.want, b.Scope(tt.who)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.who, diff)
		}
	}
}

func TestWhoSeesAnIncident(t *testing.T) {
	b := builtIn(t)
	street := jurisdiction.Person{Name: "li", Role: jurisdiction.StreetDesk, Unit: "440114002"}
	bureau := jurisdiction.Person{Name: "wu", Role: jurisdiction.Handler, Unit: "D01"}
	district := jurisdiction.Person{Name: "he", Role: jurisdiction.DistrictDesk, Unit: "440114"}
	admin := jurisdiction.Person{Name: "root", Role: jurisdiction.Admin, Unit: "440114"}
	clue := catalogue.ParsePrefixed("huadu-demo:99001")
	for _, tt := range []struct {
		name  string
		who   jurisdiction.Person
		place jurisdiction.Place
		held  []string
		by    string
		want  bool
	}{
		{"its place is inside the area", street, guihua, nil, "zhao", true},
		{"its place is elsewhere", street, shiling, nil, "zhao", false},
		{"the unit held it once", street, shiling, []string{"440114002", "440114109"}, "zhao", true},
		{"the person reported it", street, shiling, nil, "li", true},
		{"outside every grid is no street's", street, outside, nil, "", false},
		{"outside every grid is the district's", district, outside, nil, "", true},
		{"a department sees what it held", bureau, guihua, []string{"440114002-S01", "D01"}, "", true},
		{"and nothing else", bureau, guihua, []string{"440114002-S01"}, "", false},
		{"the administrator sees no case", admin, guihua, []string{"440114"}, "root", false},
		{"what is said about staff is hidden from the street", street, b.VisiblePlace(clue, guihua), []string{"440114"}, "", false},
		{"but not from the district", district, b.VisiblePlace(clue, guihua), []string{"440114"}, "", true},
	} {
		if got := b.Sees(tt.who, tt.place, tt.held, tt.by); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
	if p := b.VisiblePlace(catalogue.ParsePrefixed("06010"), guihua); p != guihua {
		t.Errorf("an ordinary matter is hidden: %+v", p)
	}
}

func TestNobodySeesMoreThanTheDeskAbove(t *testing.T) {
	b := builtIn(t)
	all := b.Units()
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom(all).Draw(t, "unit")
		station := rapid.SampledFrom(slices.DeleteFunc(b.Units(), func(u jurisdiction.Unit) bool { return u.Kind != jurisdiction.Station })).Draw(t, "station")
		place := jurisdiction.Place{Community: station.Code, Street: station.Parent, District: "440114"}
		above, ok := b.DeskAbove(unit.Code)
		if !ok || !unit.IsDesk() {
			return
		}
		low := jurisdiction.Person{Name: "a", Role: jurisdiction.StreetDesk, Unit: unit.Code}
		high := jurisdiction.Person{Name: "b", Role: jurisdiction.StreetDesk, Unit: above}
		if b.Sees(low, place, nil, "") && !b.Sees(high, place, nil, "") {
			t.Fatalf("%s sees %+v, %s above does not", unit.Code, place, above)
		}
	})
}

func TestSourcesARoleMayGive(t *testing.T) {
	for _, tt := range []struct {
		role   jurisdiction.Role
		source string
		want   bool
	}{
		{jurisdiction.Inspector, "inspector", true},
		{jurisdiction.Inspector, "hotline", false},
		{jurisdiction.CommunityStaff, "inspector", true},
		{jurisdiction.Handler, "department", true},
		{jurisdiction.Handler, "leader", false},
		{jurisdiction.StreetDesk, "leader", true},
		{jurisdiction.DistrictDesk, "inspector", false},
		{jurisdiction.Hotline, "hotline", true},
		{jurisdiction.Hotline, "sensor", false},
	} {
		if got := slices.Contains(jurisdiction.MayReport(tt.role), tt.source); got != tt.want {
			t.Errorf("%s gives %s: %t", tt.role, tt.source, got)
		}
	}
	for _, r := range []jurisdiction.Role{jurisdiction.Supervisor, jurisdiction.Screen, jurisdiction.Admin, "", "mayor"} {
		if got := jurisdiction.MayReport(r); len(got) != 0 {
			t.Errorf("%q gives %v", r, got)
		}
	}
}

func TestRolesFitUnits(t *testing.T) {
	b := builtIn(t)
	for _, tt := range []struct {
		role jurisdiction.Role
		unit string
		want bool
	}{
		{jurisdiction.Inspector, "440114002002", true},
		{jurisdiction.Inspector, "440114002", false},
		{jurisdiction.Handler, "440114002-S01", true},
		{jurisdiction.Handler, "D01", true},
		{jurisdiction.Handler, "D19", false},
		{jurisdiction.Handler, "440114", false},
		{jurisdiction.StreetDesk, "440114002", true},
		{jurisdiction.StreetDesk, "440114", false},
		{jurisdiction.DistrictDesk, "440114", true},
		{jurisdiction.Screen, "440114002", true},
		{jurisdiction.Admin, "440114", true},
		{jurisdiction.Admin, "440114002002", false},
		{jurisdiction.Admin, "nowhere", false},
		{"mayor", "440114", false},
	} {
		if got := b.Fits(tt.role, tt.unit); got != tt.want {
			t.Errorf("%s in %s: %t", tt.role, tt.unit, got)
		}
	}
}

func TestABookKnowsWhereInspectorsAre(t *testing.T) {
	b := builtIn(t)
	with := b.WithInspectors("440114002002")
	if b.HasInspector("440114002002") || !with.HasInspector("440114002002") || with.HasInspector("440114002001") {
		t.Error("inspectors are not where they were put")
	}
	if diff := cmp.Diff(b.Units(), with.Units()); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutACatalogueReasonsGiveCodes(t *testing.T) {
	b := builtIn(t).Naming(nil)
	c, _ := b.Answer(catalogue.ParsePrefixed("07003"), guihua, jurisdiction.Street)
	if want := "派给 花城街道综合行政执法队，因为 权责清单第 196 条（07003 × 花城街道）。"; c.Reason != want {
		t.Error(c.Reason)
	}
}

func TestAFaultyBookIsRefusedWithItsLines(t *testing.T) {
	const (
		unitsHead, unit     = "street_code,street_name,unit_code,unit_name,kind\n", "440114001,甲街道,440114001001,乙居委会,community\n"
		streetsHead, street = "code,name,kind,center_lng,center_lat,area_km2,basis\n", "440114001,甲街道,street,113,23,1,x\n"
		listHead, list      = "code,name,duties,matter_prefixes\n", "D01,局,,01\nS01,队,,01\n"
		textsHead           = "kind,matter_code,text\n"
	)
	for _, tt := range []struct{ name, units, streets, list, texts, want string }{
		{"a code of no group", unitsHead + unit, streetsHead + street, listHead + "X01,局,,01\n", textsHead, "line 2, code"},
		{"a prefix with two answers", unitsHead + unit, streetsHead + street, listHead + list + "B01,所,,01\n", textsHead, "line 4, matter_prefixes"},
		{"a unit twice", unitsHead + unit, streetsHead + street, listHead + list + "S01,队,,02\n", textsHead, "line 4, code"},
		{"a unit without name", unitsHead + unit, streetsHead + street, listHead + "S01,（注）,,02\n", textsHead, "line 2, name"},
		{"no street", unitsHead, streetsHead, listHead + list, textsHead, "no street"},
		{"a street's code", unitsHead, streetsHead + "44011,甲街道,street,113,23,1,x\n", listHead + list, textsHead, "line 2, code"},
		{"a street twice", unitsHead, streetsHead + street + street, listHead + list, textsHead, "line 3, code"},
		{"a street of another district", unitsHead, streetsHead + street + "440115001,甲街道,street,113,23,1,x\n", listHead + list, textsHead, "line 3, code"},
		{"a community of another street", unitsHead + "440114002,甲街道,440114001001,乙居委会,community\n", streetsHead + street, listHead + list, textsHead, "line 2, unit_code"},
		{"a community of no street", unitsHead + "440114002,甲街道,440114002001,乙居委会,community\n", streetsHead + street, listHead + list, textsHead, "line 2, street_code"},
		{"a community twice", unitsHead + unit + unit, streetsHead + street, listHead + list, textsHead, "line 3, unit_code"},
		{"a committee of another kind", unitsHead + "440114001,甲街道,440114001001,乙公司,community\n", streetsHead + street, listHead + list, textsHead, "line 2, unit_name"},
		{"a tier of another name", unitsHead + unit, streetsHead + street, listHead + list, textsHead + "default_tier,01,city\n", "line 2, text"},
		{"a default tier twice", unitsHead + unit, streetsHead + street, listHead + list, textsHead + "default_tier,01,street\ndefault_tier,01,street\n", "line 3, matter_code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := jurisdiction.ParseBook("v", strings.NewReader(tt.units), strings.NewReader(tt.streets), strings.NewReader(tt.list), strings.NewReader(tt.texts))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v does not say %q", err, tt.want)
			}
		})
	}
	b, err := jurisdiction.ParseBook("v", strings.NewReader(unitsHead+unit), strings.NewReader(streetsHead+street), strings.NewReader(listHead+list), strings.NewReader(textsHead))
	if err != nil || b.District() != "440114" || b.Version() != "v" {
		t.Errorf("a small book is refused: %v", err)
	}
}

func ExampleBook_Route() {
	units := strings.NewReader("street_code,street_name,unit_code,unit_name,kind\n440114002,花城街道,440114002002,桂花居委会,community\n")
	streets := strings.NewReader("code,name,kind,center_lng,center_lat,area_km2,basis\n440114002,花城街道,street,113.232,23.402,27,example\n")
	list := strings.NewReader("code,name,duties,matter_prefixes\nD01,区城市管理和综合执法局,,07\nS01,综合行政执法队,,07\n")
	texts := strings.NewReader("kind,matter_code,text\ndefault_tier,07,street\n")
	book, err := jurisdiction.ParseBook("example", units, streets, list, texts)
	if err != nil {
		panic(err)
	}
	r := book.Route(jurisdiction.Question{
		Source: "inspector", Matter: catalogue.ParsePrefixed("07003"),
		Place: jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"},
	})
	fmt.Println(r.Tier, r.Desk, r.Unit)
	fmt.Println(r.Reason)
	// Output:
	// street 440114002 440114002-S01
	// 派给 花城街道综合行政执法队，因为 权责清单第 2 条（07003 × 花城街道）。
}

func TestWhoActsForAUnitFromInsideFitsIt(t *testing.T) {
	b := builtIn(t)
	for _, u := range b.Units() {
		if !u.OnlyHandedTo && !b.Fits(u.Staff(), u.Code) {
			t.Errorf("%s, a %s of the %s: its staff is %s, which does not fit it", u.Code, u.Kind, u.Tier, u.Staff())
		}
	}
}

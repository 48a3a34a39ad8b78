package api

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// refusedTo says which roles a route refuses with 403, whatever they ask. It is written by
// hand from the contract, not from the code: the matrix compares the two.
var refusedTo = map[string]string{
	"logIn": "", "logOut": "", "getSession": "", "createLiveTicket": "",
	"reportIncident": "supervisor screen admin",
	"listIncidents":  "screen admin",
	"getIncident":    "screen",
	"getTimeline":    "screen",
	"getDeadlines":   "screen", "getRouting": "screen", "getDispatchSheet": "screen", "getSupervisionSheet": "screen",
	"getDuplicates": "screen", "getRecurrences": "screen",
	"listApprovals":    "inspector handler hotline screen admin",
	"getReturnsMatrix": "screen admin",
	"askWhatIf":        "inspector community handler street hotline screen admin", "listWhatIfs": "inspector community handler street hotline screen admin",
	"getPolicy":     "",
	"listReference": "inspector handler hotline screen", "previewEdition": "inspector community handler street district hotline supervisor screen",
	"enactEdition": "inspector community handler street district hotline supervisor screen", "importReferenceFile": "inspector community handler street district hotline supervisor screen",
	"listRulings": "screen", "makeRuling": "inspector community handler street hotline supervisor screen",
	"pushTicket": "inspector community handler street district supervisor screen admin", "importTickets": "inspector community handler street district supervisor screen admin",
	"listTickets": "inspector community handler screen admin", "listHotSpots": "inspector community handler street screen admin",
	"listUnits": "", "listMatters": "", "listCriteria": "", "locate": "", "getCell": "",
	"getTile": "admin", "getTileJSON": "admin", "getPicture": "admin", "getStatistics": "admin",
	"listIndicators": "admin", "listStatisticsFacts": "screen admin", "exportIncidents": "screen admin",
	"getBulletin":       "inspector community handler hotline screen admin",
	"getUnusualActs":    "inspector community handler hotline screen admin",
	"getSuspendedStock": "inspector community handler hotline screen admin",
	"getClosedEarly":    "inspector community handler hotline screen admin",
	"getOneHand":        "inspector community handler hotline screen admin",
	"getCallerViews":    "inspector community handler hotline screen admin",
	"getCheckpoint":     "inspector community handler street district hotline screen",
	"getProof":          "inspector community handler street district hotline screen",
	"getConsistency":    "inspector community handler street district hotline screen",
	"uploadPhoto":       "screen admin",
	"getPhoto":          "screen admin",
	"getOpenAPI":        "", "getLivez": "", "getReadyz": "", "getMetrics": "",
}

// Every route times every role: 401 without a log-in, 403 exactly where the role never may.
func TestEveryRouteForEveryRole(t *testing.T) {
	s := livingSite(t)
	id := s.reported("inspector", nil)
	s.fold()
	roles := map[string]jurisdiction.Person{}
	for _, p := range people {
		if p.Name != "elsewhere" && p.Name != "bureau" {
			roles[p.Name] = p
		}
	}
	tried := 0
	for _, rt := range s.routes() {
		command, isCommand := strings.CutPrefix(rt.path, "/incidents/{id}/commands/")
		if rt.there != nil {
			continue // what such a path names is not there for most: the tests of each try who sees it
		}
		refused, listed := refusedTo[rt.name]
		if !listed && !isCommand {
			t.Errorf("%s %s is not in the matrix", rt.method, rt.path)
			continue
		}
		path := prefix + strings.NewReplacer("{id}", id, "{code}", "440114002", "{layer}", "grids", "{z}", "10", "{x}", "834", "{y}", "444").Replace(rt.path)
		if rt.name == "getPhoto" {
			path = prefix + "/photos/" + strings.Repeat("0", 64)
		}
		if rt.name == "getStatistics" {
			path += "?reading=none" // valid for nobody, so that only the order of checks decides
		}
		if !rt.open {
			s.send("", rt.method, path, nil).refused(401, "unauthorized")
		}
		for _, name := range slices.Sorted(maps.Keys(roles)) {
			if rt.name == "logOut" {
				continue // it would end the session that the others use
			}
			p := roles[name]
			var body any
			if rt.method == "POST" && rt.body != nil {
				body = "{}"
			}
			a := s.send(name, rt.method, path, body)
			tried++
			var want bool
			switch {
			case !isCommand:
				want = slices.Contains(strings.Fields(refused), string(p.Role))
			default:
				want = !incident.MayEver(p.Role, command)
			}
			switch {
			case rt.ofIncident && p.Role == jurisdiction.Admin:
				if a.status != 404 {
					t.Errorf("%s %s as %s: %d, an incident is not there for an administrator", rt.method, rt.path, name, a.status)
				}
			case rt.ofIncident && p.Role == jurisdiction.Handler:
				if a.status != 404 {
					t.Errorf("%s %s as %s: %d, of an incident its office never held", rt.method, rt.path, name, a.status)
				}
			case want != (a.status == 403):
				t.Errorf("%s %s as %s: %d, refused by role: want %v", rt.method, rt.path, name, a.status, want)
			case a.status >= 500:
				t.Errorf("%s %s as %s: %d %s", rt.method, rt.path, name, a.status, a.raw)
			}
		}
	}
	if tried < 9*30 {
		t.Errorf("only %d combinations were tried", tried)
	}
}

// Which commands a role may ever give, from the table of the domain: written once more by
// hand, for the roles that must decide nothing.
func TestTheSupervisorDecidesNothingAndTheScreenSaysNothing(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	for _, v := range verbs {
		s.command("screen", id, v.name, "{}").refused(403, "role_may_not")
		if !slices.Contains([]string{"comment", "attach", "urge", "supervise"}, v.name) {
			s.command("supervisor", id, v.name, "{}").refused(403, "role_may_not")
		}
	}
}

// Lists, totals, the picture and the density tiles show each person their own and no more.
func TestEachSeesTheirOwn(t *testing.T) {
	s := newSite(t)
	ours := s.reported("inspector", nil)
	cell := s.grid.CommunityCells("440114001001")
	if len(cell) == 0 {
		t.Fatal("no grid in 440114001001")
	}
	p, _ := s.grid.InteriorPoint(cell[0].Code)
	theirs := s.post("elsewhere", "/incidents", s.reportOf(fields{
		"source": "department", "location": fields{"lng": p[0], "lat": p[1], "crs": "wgs84"},
	})).want(201).at("id").(string)
	outside := s.post("district", "/incidents", s.reportOf(fields{
		"source": "department", "location": fields{"lng": 114.5, "lat": 24.0, "crs": "wgs84"},
	})).want(201).at("id").(string)
	s.fold()
	for who, want := range map[string][]string{
		"inspector": {ours}, "community": {ours}, "street": {ours}, "elsewhere": {theirs}, "handler": nil, "bureau": nil,
		"district": {ours, theirs, outside}, "supervisor": {ours, theirs, outside}, "hotline": {ours, theirs, outside},
	} {
		want = slices.Sorted(slices.Values(want))
		list := s.get(who, "/incidents").want(200)
		if got := idsOf(list.at("items")); !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", who, got, want)
		}
		if got := list.at("total"); got != float64(len(want)) {
			t.Errorf("%s counts %v, want %d", who, got, len(want))
		}
		for _, query := range []string{"", "?scope=440114", "?bbox=113,23,115,25"} {
			if got := idsOf(s.get(who, "/picture"+query).want(200).at("features")); !slices.Equal(got, want) {
				t.Errorf("%s sees %v on the picture%s, want %v", who, got, query, want)
			}
		}
		for _, id := range []string{ours, theirs, outside} {
			status := 404
			if slices.Contains(want, id) {
				status = 200
			}
			s.get(who, "/incidents/"+id).want(status)
		}
	}
	// Another street's scope shows a street nothing.
	if got := idsOf(s.get("street", "/picture?scope=440114001").want(200).at("features")); len(got) != 0 {
		t.Errorf("street sees %v of 440114001", got)
	}
	// The screen sees where, and neither what was written nor who.
	features := s.get("screen", "/picture").want(200)
	if got := idsOf(features.at("features")); len(got) != 3 {
		t.Errorf("the screen sees %v", got)
	}
	for _, word := range []string{"树枝", "description", "address", "reporter", "photo"} {
		if strings.Contains(string(features.raw), word) {
			t.Errorf("the picture says %q", word)
		}
	}
	one := s.get("elsewhere", "/tiles/density"+s.tileAt(10))
	all := s.get("district", "/tiles/density"+s.tileAt(10)).want(200)
	if string(one.raw) == string(all.raw) {
		t.Error("a street's density is the district's")
	}
}

func idsOf(items any) []string {
	var ids []string
	for _, item := range items.([]any) {
		ids = append(ids, item.(map[string]any)["id"].(string))
	}
	slices.Sort(ids)
	return ids
}

// The picture of a moment is the picture as it was.
func TestThePictureThen(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	s.advance(time.Hour, time.Hour)
	s.command("street", id, "void", fields{"reason": "重复上报"}).want(200)
	s.fold()
	if got := idsOf(s.get("district", "/picture").want(200).at("features")); len(got) != 0 {
		t.Errorf("now: %v", got)
	}
	then := s.get("district", "/picture?at=2026-11-23T09:30:00%2B08:00").want(200)
	if got := idsOf(then.at("features")); !slices.Equal(got, []string{id}) {
		t.Errorf("at half past nine: %v", got)
	}
}

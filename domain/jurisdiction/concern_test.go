package jurisdiction_test

import (
	"testing"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
)

func TestAReportAboutAUnitIsSeenByNobodyBelowTheDistrict(t *testing.T) {
	b := builtIn(t)
	person := func(name string, role jurisdiction.Role, unit string) jurisdiction.Person {
		return jurisdiction.Person{Name: name, Role: role, Unit: unit}
	}
	everybodyHeld := []string{"440114002002", "440114002", "440114002-S01", "D01", "440114"}
	sees := func(concerns string, who jurisdiction.Person, by, byUnit string) bool {
		s := b.Seen(jurisdiction.Sight{
			Matter: catalogue.ParsePrefixed("06010"), Place: guihua, Concerns: concerns, Held: everybodyHeld,
			ReportedBy: by, ReporterUnit: byUnit,
		})
		return b.Sees(who, s.Place, s.Held, s.ReportedBy)
	}
	for _, concerns := range []string{"440114002-S01", "440114002", "440114002002", "D01"} {
		for _, who := range []jurisdiction.Person{
			person("handler", jurisdiction.Handler, "440114002-S01"), person("bureau", jurisdiction.Handler, "D01"),
			person("street", jurisdiction.StreetDesk, "440114002"), person("community", jurisdiction.CommunityStaff, "440114002002"),
			person("inspector", jurisdiction.Inspector, "440114002002"),
		} {
			if sees(concerns, who, "nobody", "") {
				t.Errorf("%s sees what concerns %s", who.Name, concerns)
			}
			if !sees("", who, "nobody", "") {
				t.Errorf("%s does not see what concerns nobody", who.Name)
			}
		}
		for _, who := range []jurisdiction.Person{
			person("district", jurisdiction.DistrictDesk, "440114"), person("supervisor", jurisdiction.Supervisor, "440114"),
		} {
			if !sees(concerns, who, "nobody", "") {
				t.Errorf("%s does not see what concerns %s", who.Name, concerns)
			}
		}
	}
	inspector := person("inspector", jurisdiction.Inspector, "440114002002")
	for _, tt := range []struct {
		concerns string
		want     bool
	}{
		{"440114002-S01", true}, // the street's office is not his unit
		{"D01", true},           // nor is a department
		{"440114002002", false}, // his own station
		{"440114002", false},    // the center it stands under
		{"440114001-S01", true}, // another street's
		{"440114002003", true},  // another station
		{"440114", false},       // the district, of which all are part
	} {
		if got := sees(tt.concerns, inspector, "inspector", inspector.Unit); got != tt.want {
			t.Errorf("who reported it sees what concerns %s: %t", tt.concerns, got)
		}
	}
}

func TestABranchIsPartOfItsStreetAndOfItsDepartment(t *testing.T) {
	b := builtIn(t)
	for _, tt := range []struct {
		unit, whole string
		want        bool
	}{
		{"440114002-S01", "440114002", true},
		{"440114002-S01", "440114002-S01", true},
		{"440114002", "440114002-S01", false},
		{"440114002002", "440114002", true},
		{"D01", "440114", true},
		{"D01", "D02", false},
		{"Z99", "Z99", false},
		{"D01", "", false},
	} {
		if got := b.IsPartOf(tt.unit, tt.whole); got != tt.want {
			t.Errorf("%s is part of %s: %t", tt.unit, tt.whole, got)
		}
	}
	found := false
	for _, u := range b.Units() {
		if u.Kind != jurisdiction.Branch || u.LineParent == "" {
			continue
		}
		found = true
		if !b.IsPartOf(u.Code, u.LineParent) || !b.IsPartOf(u.Code, u.Parent) {
			t.Errorf("%s is no part of %s and %s", u.Code, u.LineParent, u.Parent)
		}
	}
	if !found {
		t.Error("no branch belongs to a department")
	}
}

func TestWhatConcernsAUnitIsRoutedToTheDistrictsDesk(t *testing.T) {
	b := builtIn(t)
	for _, source := range []string{"hotline", "citizen", "inspector", "leader"} {
		for _, matter := range []string{"06010", "07003", "01005", ""} {
			q := jurisdiction.Question{Source: source, Place: guihua, Concerns: "440114002-S01"}
			if matter != "" {
				q.Matter = catalogue.ParsePrefixed(matter)
			}
			r := b.Route(q)
			if r.Desk != "440114" || r.Verify || r.Unit != "" || len(r.Candidates) > 0 || r.Tier != jurisdiction.District {
				t.Errorf("%s of %q: %+v", source, matter, r)
			}
		}
	}
}

func TestInspectorsAreCountedByStreet(t *testing.T) {
	b := builtIn(t).WithInspectors("440114002002", "440114002002", "440114002003", "440114001001")
	for street, want := range map[string]int{"440114002": 3, "440114001": 1, "440114003": 0, "": 0} {
		if got := b.Inspectors(street); got != want {
			t.Errorf("%q has %d inspectors, not %d", street, got, want)
		}
	}
}

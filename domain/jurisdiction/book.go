package jurisdiction

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/table"
)

// Book is an immutable set of units, responsibility rows and default tiers.
type Book struct {
	version   string
	district  string
	units     []Unit
	byCode    map[string]int
	areas     map[string]string // name by area code
	rows      []Row             // the responsibility list, in the order of the table
	duty      map[group]duties
	start     map[string]Tier              // default tier by matter prefix
	fallback  map[string]map[string]string // by street ("": every) and matter prefix ("": any): the unit or template that answers when no other does
	inspected map[string]int               // inspectors by community
	rulings   map[catalogue.Key][]Ruling
	asOf      time.Time            // the moment whose rulings bind
	matters   *catalogue.Catalogue // for names in reasons; nil: codes
}

// A group is the set of units among which a matter has one answer.
type group string

// The groups: C, S+B and D+E.
const (
	stations    group = "C"
	offices     group = "S+B"
	departments group = "D+E"
)

// groups says which group answers on a tier.
var groups = map[Tier]group{Community: stations, Street: offices, District: departments}

// groupOf returns the group and kind of a unit's template code: D01, E01, S01, B01, C01.
func groupOf(code string) (group, Kind, bool) {
	if len(code) != 3 {
		return "", "", false
	}
	switch code[0] {
	case 'C':
		return stations, Station, true
	case 'S':
		return offices, Office, true
	case 'B':
		return offices, Branch, true
	case 'D':
		return departments, Department, true
	case 'E':
		return departments, Owner, true
	}
	return "", "", false
}

// duties are responsibility rows of one group: by area ("": everywhere, a street or a
// community) and matter prefix.
type duties map[string]map[string]Row

// Marks in the names and duties of the departments' table.
const (
	onlyHandedTo = "不在平台办理" // in a name's note: this unit never holds an incident
	lineMark     = "条线＝"    // in a name's note: before the code of the department that a branch belongs to
	fallbackDuty = "事件兜底"   // in an office's duties: it answers in its street when no other does
)

// centers names the district centers the program knows.
var centers = map[string]string{"440114": "花都区网格化服务管理指挥中心"}

// districts names the districts.
var districts = map[string]string{"440114": "花都区"}

// ParseBook reads a book from four tables: the communities, the streets and towns,
// the units with their matter prefixes, and the texts, of which rows of kind
// `default_tier` count. Offices and branches (S, B) are set up in every street and
// town, the station (C) in every community.
func ParseBook(version string, units, streets, departments, texts io.Reader) (*Book, error) {
	b := &Book{
		version: version, byCode: map[string]int{}, areas: map[string]string{},
		duty: map[group]duties{}, start: map[string]Tier{}, fallback: map[string]map[string]string{},
	}
	templates, err := b.readDepartments(departments)
	if err != nil {
		return nil, err
	}
	if err := b.readStreets(streets, templates); err != nil {
		return nil, err
	}
	if err := b.readCommunities(units); err != nil {
		return nil, err
	}
	if err := b.readDefaultTiers(texts); err != nil {
		return nil, err
	}
	b.nameDuties()
	return b, nil
}

// readDepartments reads the units of the list as templates, and its rows.
func (b *Book) readDepartments(r io.Reader) ([]Unit, error) {
	rows, faults := table.Read("departments", r, "code", "name", "duties", "matter_prefixes")
	var templates []Unit
	number := 0
	for _, x := range rows {
		code, name, duties := x.Fields[0], x.Fields[1], x.Fields[2]
		name, note, noted := strings.Cut(name, "（")
		g, kind, ok := groupOf(code)
		switch {
		case !ok:
			faults.Add(x.Line, "code", "%q is not a letter of C, S, B, D, E and two digits", code)
		case slices.ContainsFunc(templates, func(u Unit) bool { return u.Code == code }):
			faults.Add(x.Line, "code", "%s is there twice", code)
		case name == "":
			faults.Add(x.Line, "name", "%s has no name", code)
		}
		u := Unit{Code: code, Name: name, Kind: kind, Duties: duties}
		if noted {
			u.Duties += "（" + note
			u.OnlyHandedTo = strings.Contains(note, onlyHandedTo)
			if _, line, ok := strings.Cut(note, lineMark); ok && len(line) >= 3 {
				u.LineParent = line[:3]
			}
		}
		if kind == Office && strings.Contains(duties, fallbackDuty) {
			b.fallback[""] = map[string]string{"": code}
		}
		templates = append(templates, u)
		for prefix := range strings.SplitSeq(x.Fields[3], ";") {
			if prefix = strings.TrimSpace(prefix); prefix == "" {
				continue
			}
			number++
			if other, twice := b.duty[g][""][prefix]; twice {
				faults.Add(x.Line, "matter_prefixes", "%s belongs to %s already", prefix, other.Unit)
			}
			b.addRow("", Row{Number: number, Matter: prefix, Group: string(g), Unit: code, List: Own})
		}
	}
	return templates, faults.Err()
}

// readStreets sets up the district with its departments, and every street or town
// with its offices and branches.
func (b *Book) readStreets(r io.Reader, templates []Unit) error {
	rows, faults := table.Read("streets", r, "code", "name", "kind", "center_lng", "center_lat", "area_km2", "basis")
	for i, x := range rows {
		code, name := x.Fields[0], x.Fields[1]
		if !digits(code, 9) || name == "" {
			faults.Add(x.Line, "code", "%q is not a name and 9 digits", code+" "+name)
			continue
		}
		if i == 0 {
			b.addDistrict(code[:6], templates)
		}
		switch _, twice := b.byCode[code]; {
		case twice:
			faults.Add(x.Line, "code", "%s is there twice", code)
		case code[:6] != b.district:
			faults.Add(x.Line, "code", "%s is not in district %s", code, b.district)
		}
		b.areas[code] = name
		b.add(Unit{Code: code, Name: name + "指挥中心", Tier: Street, Kind: Center, Parent: b.district, Area: code})
		for _, u := range templates {
			if u.Kind == Office || u.Kind == Branch {
				u.Code, u.Name, u.Tier, u.Parent, u.Area = code+"-"+u.Code, name+u.Name, Street, code, code
				b.add(u)
			}
		}
	}
	if b.district == "" && faults.Err() == nil {
		faults.Add(0, "", "no street in it")
	}
	return faults.Err()
}

func (b *Book) addDistrict(code string, templates []Unit) {
	name, named := centers[code]
	if !named {
		name = code + "区指挥中心"
	}
	b.district, b.areas[code] = code, districts[code]
	if b.areas[code] == "" {
		b.areas[code] = code
	}
	b.add(Unit{Code: code, Name: name, Tier: District, Kind: Center, Area: code})
	for _, u := range templates {
		if u.Kind == Department || u.Kind == Owner {
			u.Tier, u.Parent, u.Area = District, code, code
			b.add(u)
		}
	}
}

// readCommunities sets up a station in every village and community.
func (b *Book) readCommunities(r io.Reader) error {
	rows, faults := table.Read("communities", r, "street_code", "street_name", "unit_code", "unit_name", "kind")
	for _, x := range rows {
		street, code, kind := x.Fields[0], x.Fields[2], x.Fields[4]
		name := communityName(x.Fields[3], kind)
		switch _, twice := b.byCode[code]; {
		case !digits(code, 12) || !strings.HasPrefix(code, street):
			faults.Add(x.Line, "unit_code", "%q is not 12 digits within %s", code, street)
		case b.areas[street] == "" || len(street) != 9:
			faults.Add(x.Line, "street_code", "there is no street %q", street)
		case twice:
			faults.Add(x.Line, "unit_code", "%s is there twice", code)
		case name == "":
			faults.Add(x.Line, "unit_name", "%q of kind %q names no village or community", x.Fields[3], kind)
		}
		b.areas[code] = name
		b.add(Unit{Code: code, Name: name + "网格工作站", Tier: Community, Kind: Station, Parent: street, Area: code})
	}
	return faults.Err()
}

// communityName returns 桂花社区 for 桂花居委会 and 集贤村 for 集贤村委会; empty: unknown.
func communityName(committee, kind string) string {
	word := map[string]string{"community": "社区", "village": "村"}[kind]
	for _, ending := range []string{"社区居民委员会", "居民委员会", "村民委员会", "居委会", "村委会"} {
		if name, ok := strings.CutSuffix(committee, ending); ok && name != "" && word != "" {
			return strings.TrimSuffix(name, word) + word
		}
	}
	return ""
}

func (b *Book) readDefaultTiers(r io.Reader) error {
	rows, faults := table.Read("texts", r, "kind", "matter_code", "text")
	for _, x := range rows {
		if x.Fields[0] != "default_tier" {
			continue
		}
		prefix, tier := x.Fields[1], Tier(x.Fields[2])
		if _, twice := b.start[prefix]; twice || prefix == "" {
			faults.Add(x.Line, "matter_code", "%q is there twice or empty", prefix)
		}
		if tier.Rank() < 0 {
			faults.Add(x.Line, "text", "%q is not a tier", tier)
		}
		b.start[prefix] = tier
	}
	return faults.Err()
}

func (b *Book) add(u Unit) {
	if !u.IsDesk() {
		u.Clerk, u.Phone = "收发员（示意）", fmt.Sprintf("020-0000%04d", len(b.units)) // illustrative: no such exchange
	}
	b.byCode[u.Code] = len(b.units)
	b.units = append(b.units, u)
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// Naming returns b giving its reasons with the matters' names in c, not their codes.
func (b *Book) Naming(c *catalogue.Catalogue) *Book {
	named := *b
	named.matters = c
	return &named
}

// WithInspectors returns b knowing the inspectors, by the community of each; where
// there is none, the station or the desk above verifies and checks.
func (b *Book) WithInspectors(communities ...string) *Book {
	known := *b
	known.inspected = map[string]int{}
	for _, c := range communities {
		known.inspected[c]++
	}
	return &known
}

// WithInspectorsOf returns b knowing the inspectors that other knows.
func (b *Book) WithInspectorsOf(other *Book) *Book {
	known := *b
	known.inspected = other.inspected
	return &known
}

// HasInspector tells whether the community has an inspector of its own.
func (b *Book) HasInspector(community string) bool { return b.inspected[community] > 0 }

// Inspectors returns how many inspectors the communities of a street have.
func (b *Book) Inspectors(street string) int {
	n := 0
	for community, inspectors := range b.inspected {
		if desk, _ := b.DeskAbove(community); desk == street && street != "" {
			n += inspectors
		}
	}
	return n
}

// Version names the policy: units, responsibility list and default tiers.
func (b *Book) Version() string { return b.version }

// District returns the code of the district, which is also its center's.
func (b *Book) District() string { return b.district }

// Unit returns the unit with code.
func (b *Book) Unit(code string) (Unit, bool) {
	if i, ok := b.byCode[code]; ok {
		return b.units[i], true
	}
	return Unit{}, false
}

// Units returns every unit: the district's center, departments and owners, then
// street by street the center, offices and branches, then the stations.
func (b *Book) Units() []Unit { return slices.Clone(b.units) }

// TierOf returns the tier of a unit; empty: there is no such unit.
func (b *Book) TierOf(unit string) Tier {
	u, _ := b.Unit(unit)
	return u.Tier
}

// Desk returns the desk of a tier at a place. Where the place has no desk of that
// tier, the next higher one answers; outside every grid it is the district's.
func (b *Book) Desk(tier Tier, p Place) string {
	if _, ok := b.Unit(p.Community); ok && tier == Community {
		return p.Community
	}
	if _, ok := b.Unit(p.Street); ok && tier != District {
		return p.Street
	}
	return b.district
}

// DeskAbove returns the desk right above a unit: a street's center above its
// stations and offices, the district's above streets, departments and owners.
// Above the district there is none.
func (b *Book) DeskAbove(unit string) (string, bool) {
	u, ok := b.Unit(unit)
	return u.Parent, ok && u.Parent != ""
}

// DeskOf returns the desk a unit belongs to; a desk is its own. Empty: there is
// no such unit.
func (b *Book) DeskOf(unit string) string {
	u, _ := b.Unit(unit)
	if u.IsDesk() {
		return u.Code
	}
	return u.Parent
}

// Reaches tells whether desk may give an incident to unit: its own offices or
// departments, any lower desk, and, for a station, itself. Nobody gives one to a
// unit that is only handed to.
func (b *Book) Reaches(desk, unit string) bool {
	d, ok := b.Unit(desk)
	u, ok2 := b.Unit(unit)
	if !ok || !ok2 || !d.IsDesk() || u.OnlyHandedTo {
		return false
	}
	if desk == unit {
		return d.Kind == Station
	}
	return u.Parent == desk || u.IsDesk() && b.isAbove(desk, unit)
}

// isAbove tells whether unit stands under desk, at any depth.
func (b *Book) isAbove(desk, unit string) bool {
	for above, ok := b.DeskAbove(unit); ok; above, ok = b.DeskAbove(above) {
		if above == desk {
			return true
		}
	}
	return false
}

// Above tells whether desk is a desk above unit's own desk, at any height.
func (b *Book) Above(desk, unit string) bool { return b.isAbove(desk, b.DeskOf(unit)) }

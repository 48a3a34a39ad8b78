package jurisdiction

import (
	"slices"
	"strconv"
	"strings"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/table"
)

// The columns of the tables that make a book.
var (
	UnitColumns = []string{
		"code", "name", "tier", "kind", "parent", "line_parent", "area", "area_name", "clerk", "phone", "duties", "only_handed_to",
	}
	RowColumns         = []string{"row", "matter", "group", "unit", "regulator", "enforcer", "maintainer_or_owner", "list"}
	FallbackColumns    = []string{"matter", "street", "unit"}
	DefaultTierColumns = []string{"matter", "tier"}
)

// Tables are what a book is made of, each row in the order of its columns.
type Tables struct {
	Units, Rows, Fallback, DefaultTiers []table.Row
}

// FromTables returns the book that the tables make, or every fault in them. matters
// are those that must have a fallback in every street, and whose names reasons give.
func FromTables(version string, t Tables, matters *catalogue.Catalogue) (*Book, []*table.Faults) {
	b := &Book{
		version: version, byCode: map[string]int{}, areas: map[string]string{}, matters: matters,
		duty: map[group]duties{}, start: map[string]Tier{}, fallback: map[string]map[string]string{},
	}
	all := []*table.Faults{b.readUnits(t.Units), b.readRows(t.Rows), b.readFallback(t.Fallback), b.readTiers(t.DefaultTiers)}
	if len(all[0].List)+len(all[1].List)+len(all[2].List) == 0 {
		b.everyFallback(all[2])
	}
	return b, all
}

// flag reads a yes or no; an empty field is no.
func flag(faults *table.Faults, line int, column, text string) bool {
	if text != "yes" && text != "no" && text != "" {
		faults.Add(line, column, "%q is neither yes nor no", text)
	}
	return text == "yes"
}

func (b *Book) readUnits(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "units"}
	lines := map[string]int{}
	for _, x := range rows {
		f := x.Fields
		u := Unit{
			Code: f[0], Name: f[1], Tier: Tier(f[2]), Kind: Kind(f[3]), Parent: f[4], LineParent: f[5], Area: f[6],
			Clerk: f[8], Phone: f[9], Duties: f[10], OnlyHandedTo: flag(faults, x.Line, "only_handed_to", f[11]),
		}
		if _, twice := b.byCode[u.Code]; twice || u.Code == "" {
			faults.Add(x.Line, "code", "%q is there twice or empty", u.Code)
			continue
		}
		lines[u.Code] = x.Line
		if u.Name == "" {
			faults.Add(x.Line, "name", "%s has no name", u.Code)
		}
		b.fits(faults, x.Line, u)
		if u.IsDesk() {
			if b.areas[u.Area] = f[7]; f[7] == "" {
				faults.Add(x.Line, "area_name", "%s serves an area without a name", u.Code)
			}
		}
		if u.Kind == Center && u.Tier == District {
			if b.district != "" {
				faults.Add(x.Line, "tier", "%s is a second district", u.Code)
			}
			b.district = u.Code
		}
		b.byCode[u.Code] = len(b.units)
		b.units = append(b.units, u)
	}
	if b.district == "" {
		faults.Add(0, "", "no district center in it")
	}
	for _, u := range b.units {
		b.parents(faults, lines[u.Code], u)
	}
	return faults
}

// fits says what is wrong with a unit by itself: its code, tier, kind and area must be
// those of one another.
func (b *Book) fits(faults *table.Faults, line int, u Unit) {
	street, short, _ := strings.Cut(u.Code, "-")
	_, kind, template := groupOf(short)
	_, own, _ := groupOf(u.Code)
	ok := false
	switch u.Kind {
	case Center:
		ok = u.Area == u.Code && (u.Tier == District && digits(u.Code, 6) || u.Tier == Street && digits(u.Code, 9))
	case Station:
		ok = u.Area == u.Code && u.Tier == Community && digits(u.Code, 12)
	case Office, Branch:
		ok = u.Area == street && u.Tier == Street && digits(street, 9) && template && kind == u.Kind
	case Department, Owner:
		ok = digits(u.Area, 6) && u.Tier == District && own == u.Kind
	}
	if !ok {
		faults.Add(line, "", "code %q, tier %q, kind %q and area %q do not fit together", u.Code, u.Tier, u.Kind, u.Area)
	}
}

// parents says what is wrong with a unit among the others.
func (b *Book) parents(faults *table.Faults, line int, u Unit) {
	parent, known := b.Unit(u.Parent)
	switch {
	case u.Code == b.district && u.Parent != "":
		faults.Add(line, "parent", "the district stands under nobody")
	case u.Code == b.district:
	case !known || !parent.IsDesk() || parent.Tier.Rank() < u.Tier.Rank() || parent.Code == u.Code:
		faults.Add(line, "parent", "%q is no desk above %s", u.Parent, u.Code)
	case !strings.HasPrefix(u.Area, parent.Area):
		faults.Add(line, "area", "%s does not lie within %s", u.Area, parent.Area)
	}
	department, known := b.Unit(u.LineParent)
	switch {
	case u.LineParent == "" && u.Kind != Branch:
	case u.Kind != Branch:
		faults.Add(line, "line_parent", "%s is no branch: only a branch has a department above it", u.Code)
	case !known || department.Kind != Department:
		faults.Add(line, "line_parent", "%q is no department: a branch has two parents", u.LineParent)
	}
}

// names tells whether text is a unit's code, or the template of one that some place has.
func (b *Book) names(text string) (Unit, bool) {
	if u, ok := b.Unit(text); ok {
		return u, true
	}
	g, kind, template := groupOf(text)
	for _, u := range b.units {
		if template && (g == stations && u.Kind == kind || strings.HasSuffix(u.Code, "-"+text)) {
			return u, true
		}
	}
	return Unit{}, false
}

// rowArea returns the area that a row naming a unit counts in, and the unit's group.
func (b *Book) rowArea(unit string) (area string, g group) {
	if g, _, template := groupOf(unit); template {
		return "", g
	}
	u, _ := b.Unit(unit)
	for tier, g := range groups {
		if tier == u.Tier {
			return u.Area, g
		}
	}
	return "", ""
}

func (b *Book) readRows(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "responsibility"}
	numbers := map[int]bool{}
	for _, x := range rows {
		f := x.Fields
		r := Row{Matter: f[1], Group: f[2], Unit: f[3], Regulator: f[4], Enforcer: f[5], Maintainer: f[6], List: List(f[7])}
		var err error
		if r.Number, err = strconv.Atoi(f[0]); err != nil || r.Number < 1 || numbers[r.Number] {
			faults.Add(x.Line, "row", "%q is there twice or no number from 1 up", f[0])
		}
		numbers[r.Number] = true
		if r.Matter == "" || !b.covers(r.Matter) {
			faults.Add(x.Line, "matter", "%q is no beginning of a matter's code in a scheme of the catalogue", r.Matter)
		}
		u, known := b.names(r.Unit)
		area, g := b.rowArea(r.Unit)
		switch {
		case !known:
			faults.Add(x.Line, "unit", "there is no unit %q", r.Unit)
		case u.Kind == Center:
			faults.Add(x.Line, "unit", "%s dispatches and answers for nothing", r.Unit)
		case string(g) != r.Group:
			faults.Add(x.Line, "group", "%q is not the group of %s, which is %s", r.Group, r.Unit, g)
		}
		for i, duty := range []string{r.Regulator, r.Enforcer, r.Maintainer} {
			if _, known := b.names(duty); duty != "" && !known {
				faults.Add(x.Line, RowColumns[4+i], "there is no unit %q", duty)
			}
		}
		if !slices.Contains(Lists, r.List) {
			faults.Add(x.Line, "list", "%q is none of %v", r.List, Lists)
		}
		if other, twice := b.duty[g][area][r.Matter]; twice {
			faults.Add(x.Line, "matter", "%s belongs to %s already, by row %d", r.Matter, other.Unit, other.Number)
			continue
		}
		b.addRow(area, r)
	}
	return faults
}

// covers tells whether prefix is the beginning of a matter's code. In a local scheme that
// the catalogue lists, a duty may be settled before its matters are; in the national one
// a prefix of nothing is a slip, such as a zero that a spreadsheet took away.
func (b *Book) covers(prefix string) bool {
	if b.matters == nil {
		return true
	}
	scheme, code, local := strings.Cut(prefix, ":")
	if !local {
		scheme, code = catalogue.National, prefix
	}
	return strings.Trim(code, "0123456789") == "" && (local || code != "") &&
		slices.ContainsFunc(b.matters.Matters(), func(m catalogue.Matter) bool {
			return m.Scheme == scheme && (local || strings.HasPrefix(m.Code, code))
		})
}

func (b *Book) readFallback(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "fallback"}
	for _, x := range rows {
		matter, street, unit := x.Fields[0], x.Fields[1], x.Fields[2]
		if matter == "*" {
			matter = ""
		} else if matter == "" || !b.covers(matter) {
			faults.Add(x.Line, "matter", "%q is no beginning of a matter's code in a scheme of the catalogue, and not *", matter)
		}
		if street == "*" {
			street = ""
		} else if u, known := b.Unit(street); !known || u.Kind != Center || u.Tier != Street {
			faults.Add(x.Line, "street", "%q is no street, and not *", street)
		}
		_, known := b.names(unit)
		area, g := b.rowArea(unit)
		if !known || g != offices || area != "" && area != street {
			faults.Add(x.Line, "unit", "%q is no office or branch of %s", unit, x.Fields[1])
		}
		if _, twice := b.fallback[street][matter]; twice {
			faults.Add(x.Line, "", "%s × %s has a fallback already", x.Fields[0], x.Fields[1])
		}
		if b.fallback[street] == nil {
			b.fallback[street] = map[string]string{}
		}
		b.fallback[street][matter] = unit
	}
	return faults
}

// everyFallback adds a fault for each matter and street without a fallback. Which one
// counts where several lines fit is fixed by [Book.Fallback], so there is at most one.
func (b *Book) everyFallback(faults *table.Faults) {
	if b.matters == nil {
		return
	}
	for _, street := range b.units {
		if street.Kind != Center || street.Tier != Street {
			continue
		}
		var without []string
		for _, m := range b.matters.Matters() {
			u, ok := b.Fallback(m.Key, Place{Street: street.Code, District: b.district})
			if (!ok || u.OnlyHandedTo) && !b.Restricted(m.Key) && !slices.Contains(without, m.Prefixed()) {
				without = append(without, m.Prefixed())
			}
		}
		if n := len(without); n > 0 {
			faults.Add(0, "", "%s: %d matters have no fallback unit, the first is %s", street.Code, n, without[0])
		}
	}
}

func (b *Book) readTiers(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "default_tiers"}
	for _, x := range rows {
		prefix, tier := x.Fields[0], Tier(x.Fields[1])
		if _, twice := b.start[prefix]; twice || prefix == "" {
			faults.Add(x.Line, "matter", "%q is there twice or empty", prefix)
		}
		if tier.Rank() < 0 {
			faults.Add(x.Line, "tier", "%q is not a tier", tier)
		}
		b.start[prefix] = tier
	}
	return faults
}

// Unsettled returns why an activated matter may not be: no line of the responsibility
// list names it, no default tier says where its disposal starts, or in some street
// nobody would handle it. Empty: its duty and its flow are settled.
func (b *Book) Unsettled(m catalogue.Key) string {
	if b.Restricted(m) {
		return ""
	}
	duty := false
	for _, areas := range b.duty {
		for _, rows := range areas {
			if _, ok := longest(rows, m); ok {
				duty = true
			}
		}
	}
	if !duty {
		return "no line of the responsibility list names it"
	}
	if _, ok := longest(b.start, m); !ok {
		return "no default tier says where it starts"
	}
	for _, u := range b.units {
		if u.Kind == Center && u.Tier == Street {
			if r := b.Route(Question{Matter: m, Place: Place{Street: u.Code, District: b.district}}); r.Unit == "" {
				return "nobody would handle it in " + u.Code
			}
		}
	}
	return ""
}

// Export returns the tables that make b: what [FromTables] makes of them is b again.
func (b *Book) Export() (units, rows, fallback, tiers [][]string) {
	for _, u := range b.units {
		name := ""
		if u.IsDesk() {
			name = b.areas[u.Area]
		}
		units = append(units, []string{
			u.Code, u.Name, string(u.Tier), string(u.Kind), u.Parent, u.LineParent, u.Area, name, u.Clerk, u.Phone, u.Duties, yes(u.OnlyHandedTo),
		})
	}
	for _, r := range b.rows {
		rows = append(rows, []string{strconv.Itoa(r.Number), r.Matter, r.Group, r.Unit, r.Regulator, r.Enforcer, r.Maintainer, string(r.List)})
	}
	for _, street := range sorted(b.fallback) {
		for _, matter := range sorted(b.fallback[street]) {
			fallback = append(fallback, []string{orAll(matter), orAll(street), b.fallback[street][matter]})
		}
	}
	for _, prefix := range sorted(b.start) {
		tiers = append(tiers, []string{prefix, string(b.start[prefix])})
	}
	return units, rows, fallback, tiers
}

func sorted[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func orAll(text string) string {
	if text == "" {
		return "*"
	}
	return text
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

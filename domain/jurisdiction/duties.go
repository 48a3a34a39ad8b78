package jurisdiction

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/catalogue"
)

// List is the list that a row of the responsibility list stands on.
type List string

// The lists. What is no street's own duty starts at the district: a unit that only
// assists does not lead, and what was withdrawn is never dispatched to a street.
const (
	Own       List = "own"       // 自有
	Assisting List = "assisting" // 配合
	Withdrawn List = "withdrawn" // 上收
)

// Lists holds every list.
var Lists = []List{Own, Assisting, Withdrawn}

// A Row is one line of the responsibility list (权责清单): who answers for what a
// matter prefix covers, and the three duties.
type Row struct {
	Number     int    `json:"row"`
	Matter     string `json:"matter"` // prefix of [catalogue.Key.Prefixed]; the longest wins
	Group      string `json:"group"`  // C, S+B or D+E: the units among which one answers
	Unit       string `json:"unit"`   // a unit's code, or a template: S01 is the S01 of every street
	Regulator  string `json:"regulator"`
	Enforcer   string `json:"enforcer"`
	Maintainer string `json:"maintainer_or_owner"`
	List       List   `json:"list"`
}

func (b *Book) addRow(area string, r Row) {
	g := group(r.Group)
	if b.duty[g] == nil {
		b.duty[g] = duties{}
	}
	if b.duty[g][area] == nil {
		b.duty[g][area] = map[string]Row{}
	}
	b.duty[g][area][r.Matter] = r
	b.rows = append(b.rows, r)
}

// Rows returns the responsibility list in the order of its table.
func (b *Book) Rows() []Row { return slices.Clone(b.rows) }

// Row returns the line of the responsibility list with a number.
func (b *Book) Row(number int) (Row, bool) {
	i := slices.IndexFunc(b.rows, func(r Row) bool { return r.Number == number })
	if i < 0 {
		return Row{}, false
	}
	return b.rows[i], true
}

// RowFor returns the line that counts for a matter at a place on a tier, whatever list
// it stands on: the longest prefix, and among equals the one of the narrowest area.
func (b *Book) RowFor(m catalogue.Key, p Place, tier Tier) (Row, bool) {
	if m.IsZero() {
		return Row{}, false
	}
	var best Row
	found := false
	of := b.duty[groups[tier]]
	for _, area := range []string{"", p.Street, p.Community} {
		if area == "" && found {
			continue // a place outside: the rows of everywhere were looked at
		}
		if x, ok := longest(of[area], m); ok && (!found || len(x.Matter) >= len(best.Matter)) {
			best, found = x, true
		}
	}
	return best, found
}

// withheld tells whether the streets do not lead in a matter at a place: the line that
// counts there stands on another list than their own.
func (b *Book) withheld(m catalogue.Key, p Place) bool {
	x, ok := b.RowFor(m, p, Street)
	return ok && x.List != Own
}

// Withdrawn tells whether a matter at a place was withdrawn to the district: no street,
// community or unit of theirs may be given it.
func (b *Book) Withdrawn(m catalogue.Key, p Place) bool {
	x, ok := b.RowFor(m, p, Street)
	return ok && x.List == Withdrawn
}

// MayHold tells whether a unit may be given a matter at a place, as far as the lists go:
// what was withdrawn stays with the district.
func (b *Book) MayHold(m catalogue.Key, p Place, unit string) bool {
	return b.TierOf(unit) == District || !b.Withdrawn(m, p)
}

// Fallback returns the unit that answers for a matter in a place's street when nobody
// else does: the street's own line before that of every street, then the longest
// prefix.
func (b *Book) Fallback(m catalogue.Key, p Place) (Unit, bool) {
	for _, street := range []string{p.Street, ""} {
		of := b.fallback[street]
		unit, ok := longest(of, m)
		if !ok {
			unit, ok = of[""]
		}
		if ok {
			return b.unitAt(unit, p)
		}
	}
	return Unit{}, false
}

// nameDuties fills in the three duties of a list that names only who answers: the
// department answering for the prefix regulates, a street's enforcement office or a
// branch enforces, an owner or a street's service center maintains. Illustrative.
func (b *Book) nameDuties() {
	of := func(g group, prefix string, fits func(string) bool) string {
		for n := len(prefix); n > 0; n-- {
			if x, ok := b.duty[g][""][prefix[:n]]; ok && fits(x.Unit) {
				return x.Unit
			}
		}
		return ""
	}
	begins := func(letters string) func(string) bool {
		return func(unit string) bool { return strings.ContainsAny(unit[:1], letters) }
	}
	enforces := func(unit string) bool { return unit == "S01" || unit[0] == 'B' }
	maintains := func(unit string) bool { return unit == "S02" || unit == "S07" }
	for i, r := range b.rows {
		r.Regulator = of(departments, r.Matter, begins("D"))
		if r.Enforcer = of(offices, r.Matter, enforces); r.Enforcer == "" {
			r.Enforcer = r.Regulator
		}
		if r.Maintainer = of(departments, r.Matter, begins("E")); r.Maintainer == "" {
			r.Maintainer = of(offices, r.Matter, maintains)
		}
		b.rows[i] = r
		b.duty[group(r.Group)][""][r.Matter] = r
	}
}

// WithRulings returns b with the rulings that bind at a moment, out of all there ever
// were. [Book.Route] and [Book.Candidates] see them before the responsibility list.
func (b *Book) WithRulings(all *Rulings, at time.Time) *Book {
	ruled := *b
	ruled.rulings, ruled.asOf = all.byMatter, at
	return &ruled
}

// Rulings are all rulings there ever were, immutable.
type Rulings struct{ byMatter map[catalogue.Key][]Ruling }

// NewRulings returns list to look up in.
func NewRulings(list []Ruling) *Rulings {
	r := &Rulings{byMatter: map[catalogue.Key][]Ruling{}}
	for _, x := range list {
		r.byMatter[x.Matter] = append(r.byMatter[x.Matter], x)
	}
	return r
}

// InForce returns the rulings on a matter that bind at the book's moment.
func (b *Book) InForce(m catalogue.Key) []Ruling {
	var list []Ruling
	for _, r := range b.rulings[m] {
		if r.InForce(b.asOf) {
			list = append(list, r)
		}
	}
	return list
}

// Ruled tells whether a ruling with this number was ever made.
func (b *Book) Ruled(number string) bool {
	for _, list := range b.rulings {
		if slices.ContainsFunc(list, func(r Ruling) bool { return r.Number == number }) {
			return true
		}
	}
	return false
}

// NextRuling returns the first number of a year that no ruling has yet.
func (b *Book) NextRuling(year int) string {
	for n := 1; ; n++ {
		if number := fmt.Sprintf("职责裁定〔%d〕第 %d 号", year, n); !b.Ruled(number) {
			return number
		}
	}
}

// toward returns what a desk does to bring an incident to the unit of c: the unit
// itself where the desk reaches it, else the lower desk on the way there.
func (b *Book) toward(desk string, c Candidate) Candidate {
	if b.Reaches(desk, c.Unit) {
		return c
	}
	for above, ok := b.DeskAbove(c.Unit); ok; above, ok = b.DeskAbove(above) {
		if b.Reaches(desk, above) {
			u, _ := b.Unit(above)
			c.Unit, c.Name, c.Tier = u.Code, u.Name, u.Tier
			c.Reason = "下派 " + u.Name + "，依据 " + c.Ruling + "。"
			break
		}
	}
	return c
}

// IsArea tells whether code is the area of a desk: a district, a street or a community.
func (b *Book) IsArea(code string) bool {
	_, ok := b.areas[code]
	return ok
}

// MayBeRuled tells whether a ruling may name a unit, by code or by template, for an
// area: it handles something, and its own area and that one overlap.
func (b *Book) MayBeRuled(unit, area string) bool {
	u, known := b.names(unit)
	if !known || u.Kind == Center || u.OnlyHandedTo {
		return false
	}
	own, _ := b.rowArea(unit) // empty: wherever it is
	return own == "" || strings.HasPrefix(own, area) || strings.HasPrefix(area, own)
}

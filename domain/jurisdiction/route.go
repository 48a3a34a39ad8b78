package jurisdiction

import (
	"fmt"
	"slices"

	"gridcommand/domain/catalogue"
)

// public tells whether reports from a source are verified before intake: what the
// people say, through the hotline or by themselves.
func public(source string) bool { return source == "hotline" || source == "citizen" }

// Route says which desk takes a report in, whether it is verified first, at which
// tier disposal starts, and which unit handles it and why. Rulings bind first, then
// the responsibility list, where the longest matter prefix wins, then the street's
// fallback office. Candidates holds who answers at the starting tier, then who
// answers above it.
//
// The intake desk is the desk of the starting tier; for what the people report it
// is the street's where the place is known. What is kept from those it is about
// ([Book.Keeps]) goes to the district's desk at once, is verified by nobody below it,
// and no unit handles it.
func (b *Book) Route(q Question) Routing {
	r := Routing{PolicyVersion: b.version, Candidates: []Candidate{}}
	r.Tier = b.StartTier(q.Matter, q.Place)
	kept := b.Keeps(q.Matter, q.Concerns)
	if kept {
		r.Tier = District
	}
	if c, ok := b.ruled(q); ok && !kept {
		r.Tier = c.Tier
		r.Candidates = append(r.Candidates, c)
	} else if c, ok := b.Answer(q.Matter, q.Place, r.Tier); ok && !kept {
		r.Candidates = append(r.Candidates, c)
	} else if c, ok := b.fallbackAt(q.Matter, q.Place, r.Tier); ok {
		r.Candidates = append(r.Candidates, c)
	}
	r.Desk = b.Desk(r.Tier, q.Place)
	if public(q.Source) && !kept {
		r.Desk = b.Desk(Street, q.Place)
		r.Verify = true
	}
	switch {
	case len(r.Candidates) > 0:
		r.Unit, r.Reason = r.Candidates[0].Unit, r.Candidates[0].Reason
	case kept:
		r.Reason = "由 " + b.name(b.district) + " 移送有权机关，不派任何单位。"
	case q.Matter.IsZero():
		r.Reason = "由 " + b.name(r.Desk) + " 受理，因为 未指明管理事项。"
	default:
		r.Reason = "由 " + b.name(r.Desk) + " 人工派遣，因为 权责清单没有对应条目。"
	}
	for _, tier := range Tiers[r.Tier.Rank()+1:] {
		if c, ok := b.Answer(q.Matter, q.Place, tier); ok {
			r.Candidates = append(r.Candidates, c)
		}
	}
	return r
}

// StartTier returns the tier at which a matter's disposal starts at a place,
// without a ruling: the default tier, where the longest matter prefix wins, raised
// to the lowest tier the place has a desk of. A matter no row names starts at the
// street.
func (b *Book) StartTier(m catalogue.Key, p Place) Tier {
	tier, ok := longest(b.start, m)
	if !ok {
		tier = Street
	}
	if b.Restricted(m) {
		tier = District
	}
	if desk := b.TierOf(b.Desk(tier, p)); desk.Rank() > tier.Rank() {
		tier = desk
	}
	if _, answers := b.Answer(m, p, Community); tier == Community && !answers {
		tier = Street
	}
	if tier == Street && b.withheld(m, p) {
		tier = District
	}
	return tier
}

// Answer returns the unit that the responsibility list names for a matter at a
// place, on one tier: the place's own station, an office or branch of its street,
// or a department or owner of the district.
func (b *Book) Answer(m catalogue.Key, p Place, tier Tier) (Candidate, bool) {
	x, u, ok := b.answering(m, p, tier)
	if !ok {
		return Candidate{}, false
	}
	return Candidate{
		Unit: u.Code, Name: u.Name, Tier: tier, Row: x.Number, Prefix: x.Matter,
		Reason: "派给 " + u.Name + "，因为 " + b.because(x, m, p, tier) + "。",
	}, true
}

// answering returns the row of the list that counts, and its unit at the place.
func (b *Book) answering(m catalogue.Key, p Place, tier Tier) (Row, Unit, bool) {
	x, ok := b.RowFor(m, p, tier)
	if !ok || x.List != Own || b.Restricted(m) || tier != District && b.Withdrawn(m, p) {
		return Row{}, Unit{}, false
	}
	u, ok := b.unitAt(x.Unit, p)
	return x, u, ok
}

// unitAt returns the unit that a row names by code or by template at a place.
func (b *Book) unitAt(unit string, p Place) (Unit, bool) {
	switch g, _, template := groupOf(unit); {
	case !template:
	case g == stations:
		unit = p.Community
	case g == offices:
		unit = p.Street + "-" + unit
	}
	return b.Unit(unit)
}

// because names the row of the list: 权责清单第 214 条（店外经营 × 花城街道）.
func (b *Book) because(x Row, m catalogue.Key, p Place, tier Tier) string {
	area := b.areas[b.district]
	if name := b.areas[p.Street]; name != "" {
		area = name
	}
	if name := b.areas[p.Community]; name != "" && tier == Community {
		area = name
	}
	return fmt.Sprintf("权责清单第 %d 条（%s × %s）", x.Number, b.matterName(m), area)
}

// ruled returns the unit that a ruling names for the question. Its tier is the
// lowest whose desk reaches it; a ruling that names a unit no desk at the place
// reaches binds nobody.
func (b *Book) ruled(q Question) (Candidate, bool) {
	var best Ruling
	for _, r := range slices.Concat(q.Rulings, b.InForce(q.Matter)) {
		if !q.Matter.IsZero() && r.Matter == q.Matter && q.Place.Inside(r.Area) && len(r.Area) >= len(best.Area) {
			best = r
		}
	}
	u, ok := b.unitAt(best.Unit, q.Place)
	if !ok {
		return Candidate{}, false
	}
	for _, tier := range Tiers {
		if desk := b.Desk(tier, q.Place); b.TierOf(desk) == tier && b.Reaches(desk, u.Code) {
			return Candidate{
				Unit: u.Code, Name: u.Name, Tier: tier, Ruling: best.Number,
				Reason: "派给 " + u.Name + "，依据 " + best.Number + "。",
			}, true
		}
	}
	return Candidate{}, false
}

// fallbackAt returns the street's office that answers when nobody else does.
func (b *Book) fallbackAt(m catalogue.Key, p Place, tier Tier) (Candidate, bool) {
	u, ok := b.Fallback(m, p)
	if !ok || tier != Street || m.IsZero() || b.Restricted(m) || b.withheld(m, p) {
		return Candidate{}, false
	}
	return Candidate{
		Unit: u.Code, Name: u.Name, Tier: Street,
		Reason: "派给 " + u.Name + "，因为 权责清单没有对应条目，由兜底单位承办。",
	}, true
}

// Candidates returns who could take a matter at a place from a desk, best first:
// whom a ruling names, or the lower desk on the way there; then who answers at the
// desk's own tier, else the fallback office; then the lower desk that could dispatch
// it on.
func (b *Book) Candidates(m catalogue.Key, p Place, desk string) []Candidate {
	list := []Candidate{}
	offer := func(c Candidate, ok bool) {
		known := slices.ContainsFunc(list, func(x Candidate) bool { return x.Unit == c.Unit })
		if ok && !known && b.Reaches(desk, c.Unit) {
			list = append(list, c)
		}
	}
	if c, ok := b.ruled(Question{Matter: m, Place: p}); ok && !b.Restricted(m) {
		offer(b.toward(desk, c), true)
		if len(list) == 0 {
			return list // the ruling names a unit that only a desk above can give it to
		}
	}
	tier := b.TierOf(desk)
	if c, ok := b.Answer(m, p, tier); ok {
		offer(c, ok)
	} else {
		offer(b.fallbackAt(m, p, tier))
	}
	if below := tier.Rank() - 1; below >= 0 {
		offer(b.delegate(m, p, Tiers[below]))
	}
	return list
}

// delegate returns the desk of a tier at a place, when somebody there answers.
func (b *Book) delegate(m catalogue.Key, p Place, tier Tier) (Candidate, bool) {
	x, _, ok := b.answering(m, p, tier)
	if !ok {
		return Candidate{}, false
	}
	desk, _ := b.Unit(b.Desk(tier, p))
	return Candidate{
		Unit: desk.Code, Name: desk.Name, Tier: tier, Row: x.Number, Prefix: x.Matter,
		Reason: "下派 " + desk.Name + "，因为 " + b.because(x, m, p, tier) + "。",
	}, true
}

// Restricted tells whether a matter concerns the district's own staff: what is said
// goes to the district's desk only, leaves it by hand-over, and enters no list of a
// street, a community or the units it is about.
func (b *Book) Restricted(m catalogue.Key) bool {
	x, ok := longest(b.duty[departments][""], m)
	u, known := b.Unit(x.Unit)
	return ok && known && u.OnlyHandedTo
}

// VisiblePlace returns p as far as it decides who sees an incident: all of it, or,
// when the matter is restricted, the district alone.
func (b *Book) VisiblePlace(m catalogue.Key, p Place) Place {
	if b.Restricted(m) {
		return Place{District: b.district}
	}
	return p
}

// longest returns the value of the longest prefix of m's code. A component is
// looked up like the matter with its code, which is about the same thing.
func longest[V any](byPrefix map[string]V, m catalogue.Key) (V, bool) {
	code := m.Prefixed()
	if !m.IsZero() {
		for n := len(code); n > 0; n-- {
			if v, ok := byPrefix[code[:n]]; ok {
				return v, true
			}
		}
	}
	var none V
	return none, false
}

func (b *Book) name(unit string) string {
	u, _ := b.Unit(unit)
	return u.Name
}

func (b *Book) matterName(m catalogue.Key) string {
	if b.matters != nil {
		if x, ok := b.matters.Matter(m); ok {
			return x.Name
		}
	}
	return m.Prefixed()
}

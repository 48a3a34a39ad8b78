package jurisdiction

import (
	"fmt"

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
// is the street's where the place is known. What concerns staff ([Book.Restricted])
// goes to the district's desk at once, is verified by nobody below it, and no unit
// handles it.
func (b *Book) Route(q Question) Routing {
	r := Routing{PolicyVersion: b.version, Candidates: []Candidate{}}
	r.Tier = b.StartTier(q.Matter, q.Place)
	restricted := b.Restricted(q.Matter)
	if c, ok := b.ruled(q); ok && !restricted {
		r.Tier = c.Tier
		r.Candidates = append(r.Candidates, c)
	} else if c, ok := b.Answer(q.Matter, q.Place, r.Tier); ok {
		r.Candidates = append(r.Candidates, c)
	} else if c, ok := b.fallbackAt(q.Matter, q.Place, r.Tier); ok {
		r.Candidates = append(r.Candidates, c)
	}
	r.Desk = b.Desk(r.Tier, q.Place)
	if public(q.Source) && !restricted {
		r.Desk = b.Desk(Street, q.Place)
		r.Verify = true
	}
	switch {
	case len(r.Candidates) > 0:
		r.Unit, r.Reason = r.Candidates[0].Unit, r.Candidates[0].Reason
	case restricted:
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
		Unit: u.Code, Name: u.Name, Tier: tier, Row: x.number, Prefix: x.prefix,
		Reason: "派给 " + u.Name + "，因为 " + b.because(x, m, p, tier) + "。",
	}, true
}

// answering returns the row of the list that counts, and its unit at the place.
func (b *Book) answering(m catalogue.Key, p Place, tier Tier) (row, Unit, bool) {
	if m.IsZero() || b.Restricted(m) {
		return row{}, Unit{}, false
	}
	x, ok := longest(b.duty[groups[tier]], m)
	if !ok {
		return row{}, Unit{}, false
	}
	code := x.unit
	switch tier {
	case Community:
		code = p.Community
	case Street:
		code = p.Street + "-" + x.unit
	}
	u, ok := b.Unit(code)
	return x, u, ok
}

// because names the row of the list: 权责清单第 214 条（店外经营 × 花城街道）.
func (b *Book) because(x row, m catalogue.Key, p Place, tier Tier) string {
	area := b.areas[b.district]
	if name := b.areas[p.Street]; name != "" {
		area = name
	}
	if name := b.areas[p.Community]; name != "" && tier == Community {
		area = name
	}
	return fmt.Sprintf("权责清单第 %d 条（%s × %s）", x.number, b.matterName(m), area)
}

// ruled returns the unit that a ruling names for the question. Its tier is the
// lowest whose desk reaches it; a ruling that names a unit no desk at the place
// reaches binds nobody.
func (b *Book) ruled(q Question) (Candidate, bool) {
	var best Ruling
	for _, r := range q.Rulings {
		if !q.Matter.IsZero() && r.Matter == q.Matter && q.Place.Inside(r.Area) && len(r.Area) >= len(best.Area) {
			best = r
		}
	}
	u, ok := b.Unit(best.Unit)
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
	u, ok := b.Unit(p.Street + "-" + b.fallback)
	if !ok || tier != Street || m.IsZero() || b.Restricted(m) {
		return Candidate{}, false
	}
	return Candidate{
		Unit: u.Code, Name: u.Name, Tier: Street,
		Reason: "派给 " + u.Name + "，因为 权责清单没有对应条目，由兜底单位承办。",
	}, true
}

// Candidates returns who could take a matter at a place from a desk, best first:
// who answers at the desk's own tier, else the fallback office; then the lower desk
// that could dispatch it on.
func (b *Book) Candidates(m catalogue.Key, p Place, desk string) []Candidate {
	list := []Candidate{}
	offer := func(c Candidate, ok bool) {
		if ok && b.Reaches(desk, c.Unit) {
			list = append(list, c)
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
		Unit: desk.Code, Name: desk.Name, Tier: tier, Row: x.number, Prefix: x.prefix,
		Reason: "下派 " + desk.Name + "，因为 " + b.because(x, m, p, tier) + "。",
	}, true
}

// Restricted tells whether a matter concerns the district's own staff: what is said
// goes to the district's desk only, leaves it by hand-over, and enters no list of a
// street, a community or the units it is about.
func (b *Book) Restricted(m catalogue.Key) bool {
	x, ok := longest(b.duty[departments], m)
	u, known := b.Unit(x.unit)
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

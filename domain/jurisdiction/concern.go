package jurisdiction

import (
	"slices"

	"gridcommand/domain/catalogue"
)

// A Sight is what decides who sees an incident.
type Sight struct {
	Matter       catalogue.Key
	Place        Place
	Concerns     string   // unit that the report, or its staff, is about; empty: nobody's
	Held         []string // units that ever held it
	ReportedBy   string   // account
	ReporterUnit string   // unit the reporter acted for
}

// Keeps tells whether an incident is kept from those below the district: because its
// matter is restricted, or because it concerns a unit or its staff.
func (b *Book) Keeps(m catalogue.Key, concerns string) bool {
	return concerns != "" || b.Restricted(m)
}

// IsPartOf tells whether unit is whole or stands under it: by the desks, or as the
// branch of a department.
func (b *Book) IsPartOf(unit, whole string) bool {
	u, known := b.Unit(unit)
	return known && whole != "" && (unit == whole || b.isAbove(whole, unit) || u.LineParent == whole)
}

// Seen returns s as far as it shows an incident to anybody; the keys of an incident
// are made of that, and of nothing else.
//
// What is kept shows no street and no community, and is kept from the units that held
// it before that was known; what concerns a unit also from whoever reported it, if he
// belongs to that unit. The district's desk, which has to hand it over, sees it always.
func (b *Book) Seen(s Sight) Sight {
	if !b.Keeps(s.Matter, s.Concerns) {
		return s
	}
	s.Place = Place{District: b.district}
	s.Held = slices.DeleteFunc(slices.Clone(s.Held), func(unit string) bool { return unit != b.district })
	if b.IsPartOf(s.ReporterUnit, s.Concerns) && s.ReporterUnit != b.district {
		s.ReportedBy = ""
	}
	return s
}

package jurisdiction

import (
	"slices"
	"strings"
)

// A Person is who acts, and for which unit.
type Person struct {
	Name  string // account
	Role  Role
	Unit  string
	Posts []Post   // nil: all; see [HasPost]
	Grids []string // grids an inspector walks, 15 digits; nil: all of the community
}

// Scope returns the visibility keys of what a person may see; an incident is shown
// to those who share a key with it. Desks see what lies in their area and what
// their unit held; offices and departments only what they held; everybody what
// they reported. The supervisor reads all, the administrator no case.
func (b *Book) Scope(p Person) []string {
	u, known := b.Unit(p.Unit)
	var keys []string
	switch {
	case p.Role == Admin:
		return nil
	case p.Role == Supervisor:
		keys = append(keys, "area:"+b.district)
	case known && u.IsDesk():
		keys = append(keys, "area:"+u.Area, "held:"+u.Code)
	case known:
		keys = append(keys, "held:"+u.Code)
	}
	if p.Name != "" {
		keys = append(keys, "by:"+p.Name)
	}
	return keys
}

// Sees tells whether an incident is in a person's scope. The place is the one of
// [Book.VisiblePlace]; held are the units that ever held it.
func (b *Book) Sees(who Person, p Place, held []string, reportedBy string) bool {
	return slices.ContainsFunc(b.Scope(who), func(key string) bool {
		kind, value, _ := strings.Cut(key, ":")
		switch kind {
		case "area":
			return p.Inside(value)
		case "held":
			return slices.Contains(held, value)
		case "by":
			return value == reportedBy
		}
		return false
	})
}

// MayReport returns the sources a role may give a report. The hotline's agents
// write down what callers say; desks also take in what other channels bring;
// supervisor, screen and administrator report nothing.
func MayReport(r Role) []string {
	switch r {
	case Inspector:
		return []string{"inspector"}
	case CommunityStaff:
		return []string{"inspector", "citizen"}
	case Handler:
		return []string{"department"}
	case StreetDesk, DistrictDesk:
		return []string{"department", "leader", "media", "campaign", "emergency", "video", "sensor", "citizen", "hotline"}
	case Hotline:
		return []string{"hotline", "citizen"}
	case Supervisor, Screen, Admin:
		return nil
	}
	return nil
}

// Fits tells whether a person of a role may belong to a unit: inspectors and
// station staff to a station, handlers to a unit that is no desk, dispatchers to a
// center of their tier, all others to any center.
func (b *Book) Fits(r Role, unit string) bool {
	u, ok := b.Unit(unit)
	if !ok {
		return false
	}
	switch r {
	case Inspector, CommunityStaff:
		return u.Kind == Station
	case Handler:
		return !u.IsDesk() && !u.OnlyHandedTo
	case StreetDesk:
		return u.Kind == Center && u.Tier == Street
	case DistrictDesk:
		return u.Kind == Center && u.Tier == District
	case Hotline, Supervisor, Screen, Admin:
		return u.Kind == Center
	}
	return false
}

// Staff is the role of those who act for u from inside. A station's inspectors are
// outside, and a role of their own.
func (u Unit) Staff() Role {
	switch {
	case u.Kind == Station:
		return CommunityStaff
	case u.Kind == Center && u.Tier == District:
		return DistrictDesk
	case u.Kind == Center:
		return StreetDesk
	}
	return Handler
}

// Package jurisdiction says who is who in the district, who may act where, and
// who answers for which matter. It keeps true that at every place and tier at most
// one unit answers for a matter, and that every answer says why.
//
//	district   440114  center ──── D01 … departments, E01 … owners
//	             │
//	street     440114002  center ── 440114002-S01 … offices, -B01 … branches
//	             │
//	community  440114002002  station
//
// Centers and stations are desks. A desk reaches the units under it and every lower
// desk; a station also reaches itself, because it handles what it is given.
package jurisdiction

import (
	"time"

	"gridcommand/domain/catalogue"
)

// Tier is the level at which an incident is being disposed of.
type Tier string

// The tiers, lowest first.
const (
	Community Tier = "community"
	Street    Tier = "street"
	District  Tier = "district"
)

// Tiers holds every tier, lowest first.
var Tiers = []Tier{Community, Street, District}

// Rank orders tiers: 0 community, 1 street, 2 district, -1 unknown.
func (t Tier) Rank() int {
	for i, x := range Tiers {
		if x == t {
			return i
		}
	}
	return -1
}

// Kind is what a unit is.
type Kind string

// The kinds of unit. Centers and stations are desks: units that dispatch.
const (
	Center     Kind = "center"     // district or street/town command center
	Station    Kind = "station"    // village or community grid station
	Office     Kind = "office"     // office of a street or town (S..)
	Branch     Kind = "branch"     // a department's branch in a street or town (B..)
	Department Kind = "department" // district department (D..)
	Owner      Kind = "owner"      // owner of facilities or contractor (E..)
)

// A Unit is an organisation that can hold an incident. Centers and stations carry
// the code of their area (6, 9 or 12 digits). Offices and branches are
// "<street>-S01"; departments and owners "D01", "E01".
type Unit struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Tier   Tier   `json:"tier"`
	Kind   Kind   `json:"kind"`
	Parent string `json:"parent,omitempty"` // the desk it stands under
	Area   string `json:"area"`             // the area it serves: 440114, a street's 9 or a community's 12 digits
	Duties string `json:"duties,omitempty"`

	// LineParent is the department a branch belongs to by trade (条线); the street it
	// serves is its Parent (属地).
	LineParent string `json:"line_parent,omitempty"`
	Clerk      string `json:"clerk,omitempty"` // who receives for it (收发员)
	Phone      string `json:"phone,omitempty"`

	// OnlyHandedTo marks a unit that never holds an incident: matters it answers
	// for stay with the district's desk and leave by hand-over.
	OnlyHandedTo bool `json:"only_handed_to,omitempty"`
}

// IsDesk tells whether u dispatches.
func (u Unit) IsDesk() bool { return u.Kind == Center || u.Kind == Station }

// Role is what a person may be.
type Role string

// The roles.
const (
	Inspector      Role = "inspector"
	CommunityStaff Role = "community"
	Handler        Role = "handler"
	StreetDesk     Role = "street"
	DistrictDesk   Role = "district"
	Hotline        Role = "hotline"
	Supervisor     Role = "supervisor"
	Screen         Role = "screen"
	Admin          Role = "admin"
)

// Roles holds every role.
var Roles = []Role{Inspector, CommunityStaff, Handler, StreetDesk, DistrictDesk, Hotline, Supervisor, Screen, Admin}

// A Place is where an incident is, by area codes; empty codes: outside every grid.
type Place struct {
	Grid        string `json:"grid,omitempty"`         // 15 digits
	GridVersion string `json:"grid_version,omitempty"` // of the base grid in force
	Community   string `json:"community,omitempty"`    // 12 digits
	Street      string `json:"street,omitempty"`       // 9 digits
	District    string `json:"district,omitempty"`     // 6 digits
}

// Inside tells whether p lies in area, by code prefix. A place outside every
// grid lies only in its district.
func (p Place) Inside(area string) bool {
	switch len(area) {
	case 6:
		return p.District == area || p.District == ""
	case 9:
		return p.Street == area
	case 12:
		return p.Community == area
	case 15:
		return p.Grid == area
	}
	return false
}

// A Candidate is a unit that might answer for a matter at a place, and why.
type Candidate struct {
	Unit   string `json:"unit"`
	Name   string `json:"name,omitempty"`
	Tier   Tier   `json:"tier"`
	Row    int    `json:"row,omitempty"`    // number of the responsibility row, from 1
	Prefix string `json:"prefix,omitempty"` // the matter prefix that won
	Ruling string `json:"ruling,omitempty"` // number of the ruling, if one bound
	Reason string `json:"reason"`           // one Chinese sentence
}

// A Question is what routing is asked: it is a pure function of these.
type Question struct {
	Source    string
	Matter    catalogue.Key // zero: not known yet
	Criterion string
	Severity  string
	Place     Place
	Concerns  string   // unit that the report, or its staff, is about
	Rulings   []Ruling // in force at the time of asking, beside those of the book
}

// A Ruling settles who answers for a matter in an area.
type Ruling struct {
	Number    string // e.g. 职责裁定〔2026〕第 7 号
	Authority string // who ruled
	Matter    catalogue.Key
	Area      string // 6, 9 or 12 digits; the narrowest area that holds the place wins
	Unit      string
	Basis     string
	Effective time.Time // zero: from ever
	Expires   time.Time // zero: never; the first moment at which it no longer binds
	Incident  string    // the incident whose coordination made it, if one did
}

// InForce tells whether r binds at a moment.
func (r Ruling) InForce(at time.Time) bool {
	return !at.Before(r.Effective) && (r.Expires.IsZero() || at.Before(r.Expires))
}

// A Routing is routing's whole answer.
type Routing struct {
	PolicyVersion string      `json:"policy_version"`
	Desk          string      `json:"desk"`           // the intake desk; it does not change later
	Verify        bool        `json:"verify"`         // must be verified before intake
	Tier          Tier        `json:"tier"`           // where disposal starts
	Unit          string      `json:"unit,omitempty"` // who handles it, when exactly one answers
	Candidates    []Candidate `json:"candidates"`
	Reason        string      `json:"reason"` // one Chinese sentence
}

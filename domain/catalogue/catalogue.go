// Package catalogue says what can be wrong in a district: matters and components
// by scheme, and the criteria that fix when a case is filed, when it is closed and
// how long it may take. It keeps true that every criterion belongs to a matter that
// is there, and that an id, once given, means the same row as long as the order of
// the tables does not change.
package catalogue

import (
	"slices"
	"strings"

	"gridcommand/domain/deadline"
)

// A Key identifies a matter or component. Scheme and kind belong to it: both
// kinds of one scheme may contain the same code.
type Key struct {
	Scheme string `json:"scheme"` // e.g. "gb47678.5-2026"
	Kind   string `json:"kind"`   // "matter" or "component"
	Code   string `json:"code"`   // e.g. "06010"
}

// National is the scheme of GB/T 47678.5-2026, whose codes stand without a
// prefix in the demonstration files.
const National = "gb47678.5-2026"

// The kinds of a key.
const (
	KindMatter    = "matter"    // something that happens
	KindComponent = "component" // a thing that stands somewhere
)

// IsZero tells whether k names nothing.
func (k Key) IsZero() bool { return k == Key{} }

// String returns scheme/kind/code.
func (k Key) String() string { return k.Scheme + "/" + k.Kind + "/" + k.Code }

// Prefixed returns the code as responsibility lists write it: bare for the
// national scheme, "scheme:code" for others.
func (k Key) Prefixed() string {
	if k.Scheme == National {
		return k.Code
	}
	return k.Scheme + ":" + k.Code
}

// ParsePrefixed reads a code as [Key.Prefixed] writes it. Such codes always mean
// matters, never components.
func ParsePrefixed(s string) Key {
	if scheme, code, ok := strings.Cut(s, ":"); ok {
		return Key{Scheme: scheme, Kind: KindMatter, Code: code}
	}
	return Key{Scheme: National, Kind: KindMatter, Code: s}
}

// A Matter is a kind of thing that can be wrong.
type Matter struct {
	Key
	Class     string
	Name      string
	Activated bool // it may be filed: its duty, limit and flow are settled
}

// A Criterion is the row that fixes filing condition, closing condition and time
// limit of a matter.
type Criterion struct {
	ID               string // e.g. "gb47678.5-2026/matter/06001/2": the key and the row's place among the matter's, from 1
	Matter           Key
	FilingCondition  string
	ClosingCondition string
	Limit            deadline.Limit
}

// Catalogue is an immutable set of matters and criteria.
type Catalogue struct {
	version  string
	matters  []Matter
	criteria []Criterion
	byKey    map[Key]int
	byID     map[string]int
	byMatter map[Key][]int
	mapped   map[Key]Mapping // by the older key
	mappings []Mapping       // in the order of the table
}

// A Mapping says which key a thing has that an older scheme numbers differently.
type Mapping struct {
	Old, Key Key
	Name     string // in the older scheme
}

// Resolve returns the key of this catalogue that k means: k itself where the catalogue
// lists it, else what an older scheme's number is mapped to.
func (c *Catalogue) Resolve(k Key) (Key, bool) {
	if _, listed := c.byKey[k]; listed {
		return k, true
	}
	m, ok := c.mapped[k]
	return m.Key, ok
}

// Mappings returns every mapping of an older scheme, in the order of the table.
func (c *Catalogue) Mappings() []Mapping { return slices.Clone(c.mappings) }

// Version names the catalogue.
func (c *Catalogue) Version() string { return c.version }

// Matters returns every matter and component in the order of the tables.
func (c *Catalogue) Matters() []Matter { return slices.Clone(c.matters) }

// Criteria returns every criterion in the order of the tables.
func (c *Catalogue) Criteria() []Criterion { return slices.Clone(c.criteria) }

// Matter returns the matter or component k names.
func (c *Catalogue) Matter(k Key) (Matter, bool) {
	if i, ok := c.byKey[k]; ok {
		return c.matters[i], true
	}
	return Matter{}, false
}

// Criterion returns the criterion with id.
func (c *Catalogue) Criterion(id string) (Criterion, bool) {
	if i, ok := c.byID[id]; ok {
		return c.criteria[i], true
	}
	return Criterion{}, false
}

// CriteriaOf returns the criteria of a matter in the order of the tables; none
// where the matter is not activated.
func (c *Catalogue) CriteriaOf(k Key) []Criterion {
	var list []Criterion
	for _, i := range c.byMatter[k] {
		list = append(list, c.criteria[i])
	}
	return list
}

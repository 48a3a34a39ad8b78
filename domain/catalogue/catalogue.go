// Package catalogue says what can be wrong in a district: matters and components
// by scheme, and the criteria that fix when a case is filed, when it is closed and
// how long it may take.
package catalogue

import "gridcommand/domain/deadline"

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

// A Matter is a kind of thing that can be wrong.
type Matter struct {
	Key
	Class     string
	Name      string
	Activated bool // it has at least one criterion
}

// A Criterion is the row that fixes filing condition, closing condition and time
// limit of a matter.
type Criterion struct {
	ID               string // e.g. "gb47678.5-2026/matter/06001/2": the key and the row's place among the matter's
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
}

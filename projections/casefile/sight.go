package casefile

import (
	"slices"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// concerns says which unit f, or its staff, is about; empty: none.
func (d names) concerns(f File, unit string) File {
	f.Concerns = nil
	if unit == "" {
		return f.unflag(incident.ConflictFlag)
	}
	f.Concerns = new(d.named(unit))
	return f.flag(incident.ConflictFlag)
}

// see says whose people may see f by where it lies: the place's, unless the matter is
// restricted or it is about a unit; then only the district's.
func (d names) see(f File) File {
	f.Seen = d.Book.VisiblePlace(f.key(), f.place(d.Book.District()))
	if f.Concerns != nil {
		f.Seen = jurisdiction.Place{District: d.Book.District()}
	}
	return f
}

// bar keeps f from those that it is about, whatever they held or reported: the unit,
// what stands under it, and the station whose inspectors walk the place.
func (d names) bar(f File) File {
	f.Barred, f.ByBarred = nil, false
	if f.Concerns == nil {
		return f
	}
	for _, unit := range f.Held {
		if unit == f.Community || d.isUnder(unit, f.Concerns.Unit) {
			f.Barred = append(f.Barred, unit)
		}
	}
	f.ByBarred = d.isUnder(f.ReportedUnit, f.Concerns.Unit)
	return f
}

// isUnder tells whether unit is top or stands under it. The district's own desk is
// barred from nothing: somebody has to act.
func (d names) isUnder(unit, top string) bool {
	for ok := unit != ""; ok && unit != d.Book.District(); unit, ok = d.Book.DeskAbove(unit) {
		if unit == top {
			return true
		}
	}
	return false
}

// Holders are the units that held f or had a hand in it and may see it for that.
func (f File) Holders() []string {
	if len(f.Barred) == 0 {
		return f.Held
	}
	return slices.DeleteFunc(slices.Clone(f.Held), func(unit string) bool { return slices.Contains(f.Barred, unit) })
}

// Reporter account that may see f for having reported it; empty: none.
func (f File) reporter() string {
	if f.ByBarred {
		return ""
	}
	return f.ReportedBy
}

// Hands are the units that have something to do now beside the holder: helpers that are
// not done, branches called and not come, those that coordinate.
func (f File) Hands() []string {
	var units []string
	add := func(unit string) {
		if !slices.Contains(units, unit) && !slices.Contains(f.Barred, unit) {
			units = append(units, unit)
		}
	}
	if f.Stage == nil {
		return nil
	}
	for _, h := range f.Helpers {
		if *f.Stage == incident.Handling && !h.Done {
			add(h.Unit)
		}
	}
	for _, c := range f.Calls {
		if c.Answered == "" {
			add(c.Unit)
		}
	}
	if f.Coordination != nil {
		for _, u := range f.Coordination.Units {
			add(u.Unit)
		}
	}
	return units
}

// IsConfidential tells whether the caller asked not to be known.
func (f File) IsConfidential() bool {
	return f.Has(incident.Confidential) || f.Reporter != nil && f.Reporter.Confidential
}

// ConfidentialText stands in lists where the text of a confidential report would.
const ConfidentialText = "保密件，内容不在列表中显示"

// Listed returns f as lists, walls and exports show it: a confidential report without
// its text, its address and its caller.
func (f File) Listed() File {
	if !f.IsConfidential() {
		return f
	}
	f.Description, f.Result, f.Location.Address = ConfidentialText, "", ""
	f.Subject = ""
	if f.Reporter != nil {
		f.Reporter = &Reporter{Confidential: true}
	}
	return f
}

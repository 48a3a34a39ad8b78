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

// see says who may see f: whose people by where it lies, and which of those that held
// or reported it. What is about a unit is kept from it.
func (d names) see(f File) File {
	sight := jurisdiction.Sight{
		Matter: f.key(), Place: f.place(d.Book.District()), Held: f.Held, ReportedBy: f.ReportedBy, ReporterUnit: f.ReportedUnit,
	}
	if f.Concerns != nil {
		sight.Concerns = f.Concerns.Unit
	}
	seen := d.Book.Seen(sight)
	f.Seen, f.ByBarred, f.Barred = seen.Place, seen.ReportedBy != f.ReportedBy, nil
	if len(seen.Held) < len(f.Held) {
		f.Barred = slices.DeleteFunc(slices.Clone(f.Held), func(unit string) bool { return slices.Contains(seen.Held, unit) })
	}
	return f
}

// Holders are the units that held f or had a hand in it and may see it for that.
func (f File) Holders() []string {
	if len(f.Barred) == 0 {
		return f.Held
	}
	return slices.DeleteFunc(slices.Clone(f.Held), func(unit string) bool { return slices.Contains(f.Barred, unit) })
}

// SeenBy is the account that may see f for having reported it; empty: none.
func (f File) SeenBy() string {
	if f.ByBarred {
		return ""
	}
	return f.ReportedBy
}

// showStations shows f to every station of its street: it was settled on the spot and
// drawn for another inspector, who may belong to any of them.
func (d names) showStations(f File) File {
	for _, u := range d.Book.Units() {
		if u.Kind == jurisdiction.Station && u.Parent == f.Street {
			f = f.hold(u.Code)
		}
	}
	return f
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

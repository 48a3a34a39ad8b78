package reference

import (
	"fmt"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/table"
)

// A Base is what a district's ledger begins with: the embedded data as the tables that
// editions replace, and what they make.
type Base struct {
	Tables    Tables
	Reference *Reference
	// Indicators are the codes that a weight may name; nil: any. An edition that was
	// enacted stays whatever they become.
	Indicators []string
}

// LoadBase reads the built-in data and lays it out in tables.
func LoadBase() (*Base, error) {
	r, err := Load()
	if err != nil {
		return nil, err
	}
	t, err := r.tables()
	if err != nil {
		return nil, err
	}
	return &Base{Tables: t, Reference: r}, nil
}

// tables returns r as tables. The calendar's festivals and the meanings of settings are no
// part of what the rules read, so those tables come from the embedded files.
func (r *Reference) tables() (Tables, error) {
	units, rows, fallback, tiers := r.Book.Export()
	matters, criteria, mappings := r.Matters.Export()
	var limits [][]string
	for _, name := range LimitNames {
		l := r.Limits[name]
		urgent := ""
		if !l.Urgent.IsZero() {
			urgent = l.Urgent.String()
		}
		limits = append(limits, []string{name, l.Normal.String(), urgent})
	}
	t := Tables{
		Units: rowsOf(units), Responsibility: rowsOf(rows), Fallback: rowsOf(fallback), DefaultTiers: rowsOf(tiers),
		Matters: rowsOf(matters), Criteria: rowsOf(criteria), SchemeMapping: rowsOf(mappings), Limits: rowsOf(limits),
	}
	for name, file := range map[string]string{CalendarTable: "calendar_cn", PolicyTable: "policy", EvaluationTable: "evaluation"} {
		read, faults := table.Read(name, embedded(file), shapes[name].columns...)
		if err := faults.Err(); err != nil {
			return nil, fmt.Errorf("reference: %w", err)
		}
		t[name] = read
	}
	return t, nil
}

// mappings returns c with the embedded mapping of the older scheme.
func mappings(c *catalogue.Catalogue) (*catalogue.Catalogue, error) {
	rows, faults := table.Read(SchemeMapping, embedded("scheme_mapping"), catalogue.MappingColumns...)
	if err := faults.Err(); err != nil {
		return nil, err
	}
	mapped, faults := c.WithMappings(rows)
	return mapped, faults.Err()
}

// versions are those of the tables that the ledger begins with.
func versions() Versions {
	v := Versions{}
	for _, name := range TableNames {
		switch name {
		case Matters, Criteria, SchemeMapping:
			v[name] = CatalogueVersion
		case CalendarTable:
			v[name] = CalendarVersion
		default:
			v[name] = PolicyVersion
		}
	}
	return v
}

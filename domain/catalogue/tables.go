package catalogue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gridcommand/domain/deadline"
	"gridcommand/domain/table"
)

// The columns of the tables that make a catalogue.
var (
	MatterColumns    = []string{"scheme", "kind", "code", "class", "name", "activated"}
	CriterionColumns = []string{"scheme", "kind", "code", "number", "filing_condition", "closing_condition", "limit", "limit_unit"}
	MappingColumns   = []string{"old_scheme", "old_kind", "old_code", "old_name", "scheme", "kind", "code"}
)

// Tables are what a catalogue is made of, each row in the order of its columns.
type Tables struct{ Matters, Criteria, Mappings []table.Row }

// FromTables returns the catalogue that the tables make, or every fault in them. The
// number of a criterion is part of its id and stays with it when others come or go.
func FromTables(version string, t Tables) (*Catalogue, []*table.Faults) {
	c := &Catalogue{
		version: version, byKey: map[Key]int{}, byID: map[string]int{}, byMatter: map[Key][]int{}, mapped: map[Key]Mapping{},
	}
	return c, []*table.Faults{c.readMatters(t.Matters), c.readCriteria(t.Criteria), c.readMappings(t.Mappings)}
}

func (c *Catalogue) readMatters(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "matters"}
	for _, x := range rows {
		f := x.Fields
		m := Matter{Key: Key{f[0], f[1], f[2]}, Class: f[3], Name: f[4], Activated: f[5] == "yes"}
		checkKey(faults, x, m.Key)
		if strings.ContainsAny(m.Scheme+m.Code, ":/ ") {
			faults.Add(x.Line, "", "%q: a scheme and a code hold no colon, slash or space", m.Key.String())
		}
		if m.Name == "" {
			faults.Add(x.Line, "name", "%s has no name", m.Key)
		}
		if !slices.Contains([]string{"yes", "no", ""}, f[5]) {
			faults.Add(x.Line, "activated", "%q is neither yes nor no", f[5])
		}
		if _, twice := c.byKey[m.Key]; twice {
			faults.Add(x.Line, "code", "%s is there twice", m.Key)
			continue
		}
		c.byKey[m.Key] = len(c.matters)
		c.matters = append(c.matters, m)
	}
	if len(rows) == 0 {
		faults.Add(0, "", "no matter in it")
	}
	return faults
}

func (c *Catalogue) readCriteria(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "criteria"}
	for _, x := range rows {
		f := x.Fields
		key := Key{f[0], f[1], f[2]}
		if _, known := c.byKey[key]; !known {
			faults.Add(x.Line, "code", "there is no matter %s", key)
		}
		if n, err := strconv.Atoi(f[3]); err != nil || n < 1 || strconv.Itoa(n) != f[3] {
			faults.Add(x.Line, "number", "%q is no number from 1 up", f[3])
		}
		l, err := deadline.ParseLimit(f[6] + " " + f[7])
		if err != nil {
			faults.Add(x.Line, "limit", "%v", err)
		}
		if f[4] == "" || f[5] == "" {
			faults.Add(x.Line, "", "%s: a condition is missing", key)
		}
		k := Criterion{ID: key.String() + "/" + f[3], Matter: key, FilingCondition: f[4], ClosingCondition: f[5], Limit: l}
		if _, twice := c.byID[k.ID]; twice {
			faults.Add(x.Line, "number", "%s is there twice", k.ID)
			continue
		}
		c.byID[k.ID] = len(c.criteria)
		c.byMatter[key] = append(c.byMatter[key], len(c.criteria))
		c.criteria = append(c.criteria, k)
	}
	return faults
}

func (c *Catalogue) readMappings(rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: "scheme_mapping"}
	for _, x := range rows {
		f := x.Fields
		m := Mapping{Old: Key{f[0], f[1], f[2]}, Name: f[3], Key: Key{f[4], f[5], f[6]}}
		checkKey(faults, x, m.Old)
		if _, known := c.byKey[m.Key]; !known {
			faults.Add(x.Line, "code", "there is no matter %s", m.Key)
		}
		if _, listed := c.byKey[m.Old]; listed {
			faults.Add(x.Line, "old_code", "%s is a matter itself", m.Old)
		}
		if _, twice := c.mapped[m.Old]; twice {
			faults.Add(x.Line, "old_code", "%s is mapped twice", m.Old)
			continue
		}
		c.mapped[m.Old] = m
		c.mappings = append(c.mappings, m)
	}
	return faults
}

// Unlimited returns why an activated matter may not be: it has no criterion, and so no
// limit. Empty: it has one.
func (c *Catalogue) Unlimited(k Key) string {
	if len(c.byMatter[k]) == 0 {
		return "no criterion gives it a limit"
	}
	return ""
}

// Export returns the tables that make c: what [FromTables] makes of them is c again.
func (c *Catalogue) Export() (matters, criteria, mappings [][]string) {
	for _, m := range c.matters {
		activated := "no"
		if m.Activated {
			activated = "yes"
		}
		matters = append(matters, []string{m.Scheme, m.Kind, m.Code, m.Class, m.Name, activated})
	}
	for _, k := range c.criteria {
		number := strings.TrimPrefix(k.ID, k.Matter.String()+"/")
		criteria = append(criteria, []string{
			k.Matter.Scheme, k.Matter.Kind, k.Matter.Code, number, k.FilingCondition, k.ClosingCondition, fmt.Sprint(k.Limit.N), string(k.Limit.Unit),
		})
	}
	for _, m := range c.mappings {
		mappings = append(mappings, []string{m.Old.Scheme, m.Old.Kind, m.Old.Code, m.Name, m.Key.Scheme, m.Key.Kind, m.Key.Code})
	}
	return matters, criteria, mappings
}

// WithMappings returns c with a table of mappings, or every fault in it.
func (c *Catalogue) WithMappings(rows []table.Row) (*Catalogue, *table.Faults) {
	mapped := *c
	mapped.mapped, mapped.mappings = map[Key]Mapping{}, nil
	faults := mapped.readMappings(rows)
	return &mapped, faults
}

package catalogue

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"gridcommand/domain/deadline"
	"gridcommand/domain/table"
)

// LocalClass is the class of matters that no catalogue lists and whose criteria
// define them.
const LocalClass = "地方扩展类"

// Parse reads a catalogue and its criteria from three tables; criteria and extra
// may be nil.
//
// catalogue lists matters and components: scheme, kind, code, class, name. criteria
// holds scheme, kind, code, name, filing_condition, closing_condition, limit and
// limit_unit. extra holds kind, matter_code and text: its rows of kind `criterion`
// read filing condition｜closing condition｜limit, other kinds are passed over.
//
// A criterion of a scheme that the catalogue does not list defines its matter,
// under the name its row gives or, in extra, that its filing conditions give.
func Parse(version string, catalogue, criteria, extra io.Reader) (*Catalogue, error) {
	p := parser{
		Catalogue: &Catalogue{
			version: version, byKey: map[Key]int{}, byID: map[string]int{}, byMatter: map[Key][]int{}, mapped: map[Key]Mapping{},
		},
		listed: map[string]bool{},
	}
	if err := p.matterTable(catalogue); err != nil {
		return nil, err
	}
	if criteria != nil {
		if err := p.criterionTable(criteria); err != nil {
			return nil, err
		}
	}
	if extra != nil {
		if err := p.extraTable(extra); err != nil {
			return nil, err
		}
	}
	for k := range p.byMatter {
		p.matters[p.byKey[k]].Activated = true
	}
	return p.Catalogue, nil
}

type parser struct {
	*Catalogue
	listed map[string]bool // schemes that the catalogue table lists
}

func (p parser) matterTable(r io.Reader) error {
	rows, faults := table.Read("catalogue", r, "scheme", "kind", "code", "class", "name")
	for _, row := range rows {
		m := Matter{
			Key:   Key{Scheme: row.Fields[0], Kind: row.Fields[1], Code: row.Fields[2]},
			Class: row.Fields[3], Name: row.Fields[4],
		}
		checkKey(faults, row, m.Key)
		if m.Name == "" {
			faults.Add(row.Line, "name", "%s has no name", m.Key)
		}
		if _, twice := p.byKey[m.Key]; twice {
			faults.Add(row.Line, "code", "%s is there twice", m.Key)
		}
		p.define(m)
		p.listed[m.Scheme] = true
	}
	if len(rows) == 0 && faults.Err() == nil {
		faults.Add(0, "", "no matter in it")
	}
	return faults.Err()
}

func (p parser) criterionTable(r io.Reader) error {
	rows, faults := table.Read("criteria", r, "scheme", "kind", "code", "name", "filing_condition", "closing_condition", "limit", "limit_unit")
	for _, row := range rows {
		f := row.Fields
		key := Key{Scheme: f[0], Kind: f[1], Code: f[2]}
		checkKey(faults, row, key)
		if _, known := p.byKey[key]; !known {
			if p.listed[key.Scheme] {
				faults.Add(row.Line, "code", "%s is not in the catalogue", key)
			}
			p.define(Matter{Key: key, Class: LocalClass, Name: f[3]})
		}
		p.criterion(faults, row, key, f[4], f[5], f[6]+" "+f[7])
	}
	return faults.Err()
}

func (p parser) extraTable(r io.Reader) error {
	rows, faults := table.Read("texts", r, "kind", "matter_code", "text")
	named := map[Key]bool{} // matters defined here
	for _, row := range rows {
		if row.Fields[0] != "criterion" {
			continue
		}
		parts := strings.Split(row.Fields[2], "｜")
		if len(parts) != 3 {
			faults.Add(row.Line, "text", "%q is not condition｜condition｜limit", row.Fields[2])
			continue
		}
		key := ParsePrefixed(row.Fields[1])
		checkKey(faults, row, key)
		switch i, known := p.byKey[key]; {
		case !known && p.listed[key.Scheme]:
			faults.Add(row.Line, "matter_code", "%s is not in the catalogue", key)
		case !known:
			p.define(Matter{Key: key, Class: LocalClass, Name: parts[0]})
			named[key] = true
		case named[key]:
			p.matters[i].Name += "、" + parts[0]
		}
		p.criterion(faults, row, key, parts[0], parts[1], parts[2])
	}
	return faults.Err()
}

func (p parser) define(m Matter) {
	p.byKey[m.Key] = len(p.matters)
	p.matters = append(p.matters, m)
}

func (p parser) criterion(faults *table.Faults, row table.Row, key Key, filing, closing, limit string) {
	l, err := deadline.ParseLimit(limit)
	if err != nil {
		faults.Add(row.Line, "limit", "%v", err)
	}
	if filing == "" || closing == "" {
		faults.Add(row.Line, "", "%s: a condition is missing", key)
	}
	c := Criterion{
		ID:     fmt.Sprintf("%s/%d", key, len(p.byMatter[key])+1),
		Matter: key, FilingCondition: filing, ClosingCondition: closing, Limit: l,
	}
	p.byID[c.ID] = len(p.criteria)
	p.byMatter[key] = append(p.byMatter[key], len(p.criteria))
	p.criteria = append(p.criteria, c)
}

func checkKey(faults *table.Faults, row table.Row, k Key) {
	if k.Scheme == "" || k.Code == "" || !slices.Contains([]string{KindMatter, KindComponent}, k.Kind) {
		faults.Add(row.Line, "", "%q is no scheme, kind and code", k.String())
	}
}

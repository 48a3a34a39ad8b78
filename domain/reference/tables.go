package reference

import (
	"cmp"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/table"
)

// The tables of an edition.
const (
	Units          = "units"
	Responsibility = "responsibility"
	Fallback       = "fallback"
	DefaultTiers   = "default_tiers"
	Matters        = "matters"
	Criteria       = "criteria"
	SchemeMapping  = "scheme_mapping"
	Limits         = "limits"
	PolicyTable    = "policy"
	CalendarTable  = "calendar"
	// EvaluationTable weighs figures; no rule of an incident reads it.
	EvaluationTable = "evaluation"

	// RulingTable is no table of an edition: each of its rows is a fact of its own.
	RulingTable = "rulings"
)

// TableNames holds the name of every table, in the order in which people read them.
var TableNames = []string{
	Units, Responsibility, Fallback, DefaultTiers, Matters, Criteria, SchemeMapping, Limits, PolicyTable, CalendarTable,
	EvaluationTable,
}

var (
	limitColumns  = []string{"name", "normal", "urgent"}
	policyColumns = []string{"name", "value", "meaning"} // of evaluation too
)

// A shape is what every table of a name looks like.
type shape struct {
	columns []string
	key     []int // the columns that tell its rows apart
}

var shapes = map[string]shape{
	Units:           {jurisdiction.UnitColumns, []int{0}},
	Responsibility:  {jurisdiction.RowColumns, []int{0}},
	Fallback:        {jurisdiction.FallbackColumns, []int{0, 1}},
	DefaultTiers:    {jurisdiction.DefaultTierColumns, []int{0}},
	Matters:         {catalogue.MatterColumns, []int{0, 1, 2}},
	Criteria:        {catalogue.CriterionColumns, []int{0, 1, 2, 3}},
	SchemeMapping:   {catalogue.MappingColumns, []int{0, 1, 2}},
	Limits:          {limitColumns, []int{0}},
	PolicyTable:     {policyColumns, []int{0}},
	CalendarTable:   {deadline.CalendarColumns, []int{0}},
	EvaluationTable: {policyColumns, []int{0}},
	RulingTable:     {rulingColumns, []int{0}},
}

// optional are columns that a file may leave out: they are empty then.
var optional = map[string][]string{
	Units:           {"line_parent", "clerk", "phone", "duties", "only_handed_to"},
	Responsibility:  {"regulator", "enforcer", "maintainer_or_owner"},
	Matters:         {"class", "activated"},
	Criteria:        {"number"},
	SchemeMapping:   {"old_name"},
	Limits:          {"urgent"},
	PolicyTable:     {"meaning"},
	CalendarTable:   {"festival"},
	EvaluationTable: {"meaning"},
	RulingTable:     {"number", "authority", "effective", "expires", "basis"},
}

// Optional returns the columns of a table that a file may leave out.
func Optional(name string) []string { return slices.Clone(optional[name]) }

// Columns returns the columns of a table; nil: there is no such table.
func Columns(name string) []string { return slices.Clone(shapes[name].columns) }

// Tables are tables by name, each row in the order of its table's columns. They are
// not changed once they are made.
type Tables map[string][]table.Row

// Text returns a table as it is stored and exported: CSV with a header, lines ended by
// a line feed.
func (t Tables) Text(name string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(shapes[name].columns) // into memory: it does not fail
	for _, row := range t[name] {
		_ = w.Write(row.Fields)
	}
	w.Flush()
	return b.String()
}

// ReadText reads a table as [Tables.Text] writes it.
func ReadText(name, text string) ([]table.Row, *table.Faults) {
	return table.Read(name, strings.NewReader(text), shapes[name].columns...)
}

// Same tells whether two tables hold the same rows in the same order.
func Same(a, b []table.Row) bool {
	return slices.EqualFunc(a, b, func(x, y table.Row) bool { return slices.Equal(x.Fields, y.Fields) })
}

func rowsOf(fields [][]string) []table.Row {
	rows := make([]table.Row, len(fields))
	for i, f := range fields {
		rows[i] = table.Row{Line: i + 2, Fields: f}
	}
	return rows
}

// Versions names the edition that each table is of.
type Versions map[string]string

// A FaultsError is everything wrong with tables: nothing of them is taken.
type FaultsError struct{ Tables []*table.Faults }

func (e *FaultsError) Error() string {
	var text []string
	for _, t := range e.Tables {
		text = append(text, t.Error())
	}
	return strings.Join(text, "\n")
}

// Count is how many faults there are.
func (e *FaultsError) Count() int {
	n := 0
	for _, t := range e.Tables {
		n += len(t.List)
	}
	return n
}

// faultsOf returns the faults there are as one error; nil: there is none.
func faultsOf(all []*table.Faults) error {
	all = slices.DeleteFunc(slices.Clone(all), func(f *table.Faults) bool { return len(f.List) == 0 })
	if len(all) == 0 {
		return nil
	}
	for _, f := range all {
		slices.SortStableFunc(f.List, func(a, b table.Fault) int { return cmp.Compare(a.Line, b.Line) })
	}
	return &FaultsError{Tables: all}
}

// A Change is what a table has in place of another.
type Change struct {
	Table  string   `json:"table"`
	Kind   string   `json:"kind"` // added, removed or changed
	Key    string   `json:"key"`  // what tells the row apart
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
}

// Diff returns what b has in place of a, table by table: removed and changed rows in
// the order of a, then the added ones in the order of b. Rows that only moved are no
// change.
func Diff(a, b Tables) []Change {
	list := []Change{}
	for _, name := range TableNames {
		key := func(row table.Row) string {
			var parts []string
			for _, i := range shapes[name].key {
				parts = append(parts, row.Fields[i])
			}
			return strings.Join(parts, "/")
		}
		after, had := map[string]table.Row{}, map[string]bool{}
		for _, row := range b[name] {
			after[key(row)] = row
		}
		for _, row := range a[name] {
			k := key(row)
			had[k] = true
			now, stays := after[k]
			switch {
			case !stays:
				list = append(list, Change{Table: name, Kind: "removed", Key: k, Before: row.Fields})
			case !slices.Equal(row.Fields, now.Fields):
				list = append(list, Change{Table: name, Kind: "changed", Key: k, Before: row.Fields, After: now.Fields})
			}
		}
		for _, row := range b[name] {
			if k := key(row); !had[k] {
				list = append(list, Change{Table: name, Kind: "added", Key: k, After: row.Fields})
			}
		}
	}
	return list
}

// Merge returns the rows a table has when rows are brought in over what there is:
//
//   - A calendar replaces the days of its own years and keeps all others, so that a newly
//     published year needs no old ones beside it, and no year ever ends being published.
//   - Matters replace those they name, and criteria those of the matters they name; facts
//     name the others, so they stay. A matter goes out of use by not being activated.
//   - Limits, policy and evaluation replace the settings they name.
//   - Any other table is replaced whole.
func Merge(name string, there, rows []table.Row) []table.Row {
	first := func(row table.Row) string { return row.Fields[0] }
	matter := func(row table.Row) string { return strings.Join(row.Fields[:3], "/") }
	switch name {
	case CalendarTable:
		return mergeDays(there, rows)
	case Matters, Criteria:
		return mergeBy(there, filledIn(name, there, rows), matter)
	case Limits:
		return mergeBy(there, rows, first)
	case PolicyTable, EvaluationTable:
		return mergeBy(there, meant(there, rows), first)
	}
	return rows
}

// filledIn returns rows with what a file of matters or criteria may leave out: whether a
// matter is activated stays as it is, and criteria are numbered in the order of the file.
func filledIn(name string, there, rows []table.Row) []table.Row {
	key := func(row table.Row) string { return strings.Join(row.Fields[:3], "/") }
	activated, number := map[string]string{}, map[string]int{}
	for _, row := range there {
		activated[key(row)] = row.Fields[len(row.Fields)-1]
	}
	filled := slices.Clone(rows)
	for i, row := range rows {
		number[key(row)]++
		fields := slices.Clone(row.Fields)
		switch last := len(fields) - 1; {
		case name == Matters && fields[last] == "":
			if fields[last] = activated[key(row)]; fields[last] == "" {
				fields[last] = "no"
			}
		case name == Criteria && fields[3] == "":
			fields[3] = strconv.Itoa(number[key(row)])
		}
		filled[i] = table.Row{Line: row.Line, Fields: fields}
	}
	return filled
}

// meant returns rows of a policy with the meanings that a file may leave out.
func meant(there, rows []table.Row) []table.Row {
	meaning := map[string]string{}
	for _, row := range there {
		meaning[row.Fields[0]] = row.Fields[2]
	}
	filled := slices.Clone(rows)
	for i, row := range rows {
		if row.Fields[2] == "" {
			filled[i] = table.Row{Line: row.Line, Fields: []string{row.Fields[0], row.Fields[1], meaning[row.Fields[0]]}}
		}
	}
	return filled
}

// mergeBy puts those of rows that share a key in the place of those there that have it,
// and the others at the end.
func mergeBy(there, rows []table.Row, key func(table.Row) string) []table.Row {
	given, put := map[string][]table.Row{}, map[string]bool{}
	for _, row := range rows {
		given[key(row)] = append(given[key(row)], row)
	}
	var merged []table.Row
	for _, row := range there {
		switch k := key(row); {
		case given[k] == nil:
			merged = append(merged, table.Row{Fields: row.Fields}) // of no line of what was given
		case !put[k]:
			merged, put[k] = append(merged, given[k]...), true
		}
	}
	for _, row := range rows {
		if k := key(row); !put[k] {
			merged = append(merged, row)
		}
	}
	return merged
}

func mergeDays(there, rows []table.Row) []table.Row {
	years, days := map[string]bool{}, map[string]bool{}
	for _, row := range rows {
		days[row.Fields[0]] = true
		if year, rest, ok := strings.Cut(row.Fields[0], "-"); ok && rest < "12-25" {
			years[year] = true
		}
	}
	var kept []table.Row
	for _, row := range there {
		year, _, _ := strings.Cut(row.Fields[0], "-")
		if !years[year] && !days[row.Fields[0]] {
			kept = append(kept, table.Row{Fields: row.Fields}) // of no line of what was given
		}
	}
	kept = append(kept, rows...)
	slices.SortStableFunc(kept, func(a, b table.Row) int { return strings.Compare(a.Fields[0], b.Fields[0]) })
	return kept
}

// compile returns what tables make, or every fault in them and between them.
func compile(t Tables, v Versions, policy, matters string, texts *Texts) (*Reference, error) {
	cat, faults := catalogue.FromTables(matters, catalogue.Tables{Matters: t[Matters], Criteria: t[Criteria], Mappings: t[SchemeMapping]})
	book, more := jurisdiction.FromTables(policy, jurisdiction.Tables{
		Units: t[Units], Rows: t[Responsibility], Fallback: t[Fallback], DefaultTiers: t[DefaultTiers],
	}, cat)
	faults = append(faults, more...)
	days, calendar := deadline.CalendarFrom(v[CalendarTable], t[CalendarTable])
	limits, wrong := limitsFrom(t[Limits])
	numbers, wrongNumbers := policyFrom(policy, limits, t[PolicyTable])
	if len(wrong.List) > 0 {
		wrongNumbers.List = slices.DeleteFunc(wrongNumbers.List, func(f table.Fault) bool {
			return strings.HasPrefix(f.Problem, "no limit for") // said already, of the table of limits
		})
	}
	evaluation, wrongWeights := evaluationFrom(v[EvaluationTable], t[EvaluationTable])
	faults = append(faults, calendar, wrong, wrongNumbers, wrongWeights)
	if faultsOf(faults) == nil {
		faults = append(faults, unsettled(t[Matters], cat, book))
	}
	if err := faultsOf(faults); err != nil {
		return nil, err
	}
	return &Reference{Book: book, Matters: cat, Days: days, Policy: numbers, Texts: texts, Limits: limits, Evaluation: evaluation}, nil
}

// unsettled adds a fault for each matter that is activated without a duty, a limit and
// a flow.
func unsettled(rows []table.Row, cat *catalogue.Catalogue, book *jurisdiction.Book) *table.Faults {
	faults := &table.Faults{Table: Matters}
	for i, m := range cat.Matters() {
		if !m.Activated {
			continue
		}
		for _, why := range []string{cat.Unlimited(m.Key), book.Unsettled(m.Key)} {
			if why != "" {
				faults.Add(rows[i].Line, "activated", "%s may not be activated: %s", m.Key, why)
			}
		}
	}
	return faults
}

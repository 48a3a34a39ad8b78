package reference

import (
	"slices"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/table"
)

var rulingColumns = []string{"number", "authority", "scheme", "kind", "code", "area", "unit", "effective", "expires", "basis"}

// RulingsFrom reads a table of rulings. An empty effective time is at once, an empty
// time of expiry never; a day alone is its first moment.
func RulingsFrom(rows []table.Row) ([]jurisdiction.Ruling, *table.Faults) {
	faults := &table.Faults{Table: RulingTable}
	var list []jurisdiction.Ruling
	for _, x := range rows {
		f := x.Fields
		r := jurisdiction.Ruling{
			Number: f[0], Authority: f[1], Matter: catalogue.Key{Scheme: f[2], Kind: f[3], Code: f[4]}, Area: f[5], Unit: f[6], Basis: f[9],
		}
		for i, to := range map[int]*time.Time{7: &r.Effective, 8: &r.Expires} {
			var err error
			if *to, err = moment(f[i]); err != nil {
				faults.Add(x.Line, rulingColumns[i], "%q is no time like 2026-12-01 or 2026-12-01T08:00:00+08:00", f[i])
			}
		}
		if slices.ContainsFunc(list, func(other jurisdiction.Ruling) bool { return r.Number != "" && other.Number == r.Number }) {
			faults.Add(x.Line, "number", "%s is there twice", r.Number)
		}
		list = append(list, r)
	}
	return list, faults
}

func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, deadline.CST); err == nil {
		return day, nil
	}
	return time.Parse(time.RFC3339, text)
}

// RulingTables returns rulings as a table.
func RulingTables(list []jurisdiction.Ruling) Tables {
	text := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(deadline.CST).Format(time.RFC3339Nano)
	}
	var rows [][]string
	for _, r := range list {
		rows = append(rows, []string{
			r.Number, r.Authority, r.Matter.Scheme, r.Matter.Kind, r.Matter.Code, r.Area, r.Unit, text(r.Effective), text(r.Expires), r.Basis,
		})
	}
	return Tables{RulingTable: rowsOf(rows)}
}

// says tells whether a row says of a ruling what it said; times that the row leaves out
// are the ruling's.
func says(row, known jurisdiction.Ruling) bool {
	if row.Effective.IsZero() {
		row.Effective = known.Effective
	}
	if row.Expires.IsZero() {
		row.Expires = known.Expires
	}
	a, b := RulingTables([]jurisdiction.Ruling{row}), RulingTables([]jurisdiction.Ruling{known})
	return Same(a[RulingTable], b[RulingTable])
}

// NewRulings returns those of list that h does not have yet: a table of rulings that was
// exported can be brought in again. One with a known number must say what it said.
func (h History) NewRulings(rows []table.Row, list []jurisdiction.Ruling) ([]jurisdiction.Ruling, *table.Faults) {
	faults := &table.Faults{Table: RulingTable}
	var fresh []jurisdiction.Ruling
	for i, r := range list {
		at := slices.IndexFunc(h.Rulings, func(known jurisdiction.Ruling) bool { return r.Number != "" && known.Number == r.Number })
		switch {
		case at < 0:
			fresh = append(fresh, r)
		case !says(r, h.Rulings[at]):
			faults.Add(rows[i].Line, "number", "%s was ruled otherwise; a ruling is ended, not changed", r.Number)
		}
	}
	return fresh, faults
}

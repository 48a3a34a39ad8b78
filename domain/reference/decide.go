package reference

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/table"
)

// An Order is a command with everything a rule needs to judge it.
type Order struct {
	At      time.Time // ledger clock
	By      incident.Actor
	Base    *Base
	Others  []jurisdiction.Ruling // made by coordinations: their numbers are taken too
	Command Command
}

// A Command asks for reference data to change. The set is closed.
//
//sumtype:decl
type Command interface{ isCommand() }

type (
	// Enact puts whole tables in the place of those before. Tables that would change
	// nothing are left out; when none is left, nothing happens.
	Enact struct {
		Version   string    // empty: made of the day it takes effect
		Effective time.Time // zero: at once
		Basis     string
		Note      string
		Tables    Tables
	}
	// Rule makes rulings, all or none.
	Rule struct{ Rulings []jurisdiction.Ruling } // Number empty: the next free one; Effective zero: at once
	// EndRuling lets a ruling bind no longer.
	EndRuling struct {
		Number string
		Ends   time.Time // zero: at once
		Reason string
	}
	// DrawGrid divides the ground anew. What is drawn was checked by those who know what
	// ground is; here it is a text. One that is in force already changes nothing.
	DrawGrid struct {
		Version   string
		Effective time.Time // zero: at once
		Basis     string
		Note      string
		Grids     int
		SHA256    string
		GeoJSON   []byte
	}
)

func (Enact) isCommand()     {}
func (Rule) isCommand()      {}
func (EndRuling) isCommand() {}
func (DrawGrid) isCommand()  {}

// Decide returns the facts that follow from an order, or why there are none: a
// [*domain.Refusal], or for tables a [*FaultsError] that names every fault.
func Decide(h History, o Order) ([]Event, error) {
	fact := Fact{At: o.At, By: o.By}
	switch c := o.Command.(type) {
	case Enact:
		return h.enact(fact, o, c)
	case Rule:
		return h.rule(fact, o, c)
	case EndRuling:
		return h.end(fact, o, c)
	case DrawGrid:
		return h.draw(fact, c)
	}
	panic(fmt.Sprintf("reference: unhandled command %T", o.Command))
}

func (h History) enact(fact Fact, o Order, c Enact) ([]Event, error) {
	effective := c.Effective
	if effective.IsZero() {
		effective = fact.At
	}
	if effective.Before(fact.At) {
		return nil, inThePast(effective)
	}
	e, rows, err := h.edition(fact, o.Base, c, effective)
	if err != nil || len(e.Tables) == 0 {
		return nil, err
	}
	if e.Version == "" {
		e.Version = h.freeVersion(effective)
	}
	if h.taken(e.Version) {
		return nil, refuse("version_taken", "version", "这个版本号已经用过。", "there is an edition %s already", e.Version)
	}
	after := Evolve(h, e)
	after.Editions[len(after.Editions)-1].Tables = rows // with the lines of what was given, for faults
	for _, at := range after.turns(effective) {
		before, now := h.InForce(o.Base, at, len(h.Editions)), after.InForce(o.Base, at, len(after.Editions))
		if err := gone(before.Tables[Units], now.Tables[Units]); err != nil {
			return nil, err
		}
		if _, err := o.Base.Compile(now); err != nil {
			return nil, elsewhere(err, rows)
		}
	}
	return []Event{e}, nil
}

// elsewhere takes the lines off the faults of tables that were not given: they are of no
// file that anybody has in hand.
func elsewhere(err error, given Tables) error {
	faults, ok := errors.AsType[*FaultsError](err)
	if !ok {
		return err
	}
	for _, t := range faults.Tables {
		for i := range t.List {
			if _, there := given[t.Table]; !there {
				t.List[i].Line = 0
			}
		}
	}
	return faults
}

// edition returns the tables that change something, as they would be stored, and
// their rows.
func (h History) edition(fact Fact, base *Base, c Enact, effective time.Time) (Enacted, Tables, error) {
	e := Enacted{Fact: fact, Version: c.Version, Effective: effective, Basis: c.Basis, Note: c.Note, Tables: map[string]string{}}
	for what, text := range map[string]string{"version": c.Version, "basis": c.Basis, "note": c.Note} {
		if why := unreadable(text, 500); why != "" {
			return e, nil, refuse("invalid_text", what, "文字不合要求。", "%s %s", what, why)
		}
	}
	there := h.InForce(base, effective, len(h.Editions)).Tables
	changed := Tables{}
	var wrong []*table.Faults
	for _, name := range slices.Sorted(maps.Keys(c.Tables)) {
		if !slices.Contains(TableNames, name) {
			return e, nil, refuse("unknown_table", "tables", "没有这张表。", "there is no table %q; there are %s", name, strings.Join(TableNames, ", "))
		}
		rows := Merge(name, there[name], c.Tables[name])
		faults := cells(name, rows)
		if name == EvaluationTable && base.Indicators != nil {
			faults.List = append(faults.List, unknownIndicators(c.Tables[name], base.Indicators).List...)
		}
		if len(faults.List) > 0 {
			wrong = append(wrong, faults)
			continue
		}
		if !Same(there[name], rows) {
			changed[name], e.Tables[name] = rows, Tables{name: rows}.Text(name)
		}
	}
	return e, changed, faultsOf(wrong)
}

// maxCell bounds a cell, in characters.
const maxCell = 2000

// cells says what is wrong with a table's cells whatever they mean.
func cells(name string, rows []table.Row) *table.Faults {
	faults := &table.Faults{Table: name}
	columns := shapes[name].columns
	for _, row := range rows {
		for i, text := range row.Fields {
			if why := unreadable(text, maxCell); why != "" {
				faults.Add(row.Line, columns[i], "it %s", why)
			} else if strings.HasPrefix(text, "=") || strings.HasPrefix(text, "@") {
				faults.Add(row.Line, columns[i], "%q is a formula; write its value", text)
			}
		}
	}
	return faults
}

// unreadable says what is wrong with a text, or nothing.
func unreadable(text string, most int) string {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError):
		return "holds characters that could not be read"
	case utf8.RuneCountInString(text) > most:
		return fmt.Sprintf("has more than %d characters", most)
	}
	for _, r := range text {
		if r < ' ' || r >= 0x7F && r <= 0x9F || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x200B || r == 0xFEFF {
			return fmt.Sprintf("holds the invisible character U+%04X", r)
		}
	}
	return ""
}

// gone says which units are no longer there. Units stay, for the facts and the
// incidents that name them.
func gone(before, now []table.Row) error {
	there := map[string]bool{}
	for _, row := range now {
		there[row.Fields[0]] = true
	}
	faults := &table.Faults{Table: Units}
	for _, row := range before {
		if !there[row.Fields[0]] {
			faults.Add(0, "", "%s (%s) is missing: units stay, for the facts that name them; only_handed_to takes one out of use", row.Fields[0], row.Fields[1])
		}
	}
	return faultsOf([]*table.Faults{faults})
}

func (h History) taken(version string) bool {
	return slices.Contains([]string{PolicyVersion, CatalogueVersion, CalendarVersion}, version) ||
		slices.ContainsFunc(h.Editions, func(e Edition) bool { return e.Version == version })
}

func (h History) freeVersion(effective time.Time) string {
	day := effective.In(deadline.CST).Format("20060102")
	for n := 1; ; n++ {
		if v := fmt.Sprintf("%s-%d", day, n); !h.taken(v) {
			return v
		}
	}
}

func (h History) rule(fact Fact, o Order, c Rule) ([]Event, error) {
	known := slices.Concat(h.Rulings, o.Others)
	var events []Event
	for i, r := range c.Rulings {
		if r.Effective.IsZero() {
			r.Effective = fact.At
		}
		if r.Effective.Before(fact.At) {
			return nil, inThePast(r.Effective)
		}
		ref, err := o.Base.Compile(h.InForce(o.Base, r.Effective, len(h.Editions)))
		if err != nil {
			return nil, err
		}
		book := ref.Book.WithRulings(jurisdiction.NewRulings(known), r.Effective)
		if r.Number == "" {
			r.Number = book.NextRuling(r.Effective.In(deadline.CST).Year())
		}
		if r.Matter, err = ruledMatter(ref, r.Matter); err == nil {
			err = ruledRight(book, r)
		}
		if err != nil {
			if len(c.Rulings) > 1 {
				return nil, fmt.Errorf("ruling %d: %w", i+1, err)
			}
			return nil, err
		}
		e := Ruled{
			Fact: fact, Number: r.Number, Authority: r.Authority, Matter: r.Matter, Area: r.Area, Unit: r.Unit, Effective: r.Effective, Basis: r.Basis,
		}
		if !r.Expires.IsZero() {
			e.Expires = &r.Expires
		}
		known = append(slices.Clip(known), r)
		events = append(events, e)
	}
	return events, nil
}

// ruledMatter returns the matter that a ruling means, by the catalogue's own key.
func ruledMatter(ref *Reference, k catalogue.Key) (catalogue.Key, error) {
	key, known := ref.Matters.Resolve(k)
	switch {
	case !known:
		return k, refuse("unknown_matter", "matter", "没有这个管理事项。", "there is no matter %s", k)
	case ref.Book.Restricted(key):
		return k, refuse("restricted_matter", "matter", "涉及工作人员的事项不作职责裁定。", "what concerns staff leaves by hand-over: nobody rules on it")
	}
	return key, nil
}

// ruledRight says what is wrong with a ruling, if anything is.
func ruledRight(book *jurisdiction.Book, r jurisdiction.Ruling) error {
	for what, text := range map[string]string{"number": r.Number, "authority": r.Authority, "basis": r.Basis} {
		if why := unreadable(text, 200); why != "" {
			return refuse("invalid_text", what, "文字不合要求。", "%s %s", what, why)
		}
	}
	switch {
	case book.Ruled(r.Number):
		return refuse("number_taken", "number", "这个裁定文号已经用过。", "there is a ruling %s already", r.Number)
	case !book.IsArea(r.Area):
		return refuse("unknown_area", "area", "没有这个区域。", "%q is no district, street or community", r.Area)
	case !r.Expires.IsZero() && !r.Expires.After(r.Effective):
		return refuse("expires_too_early", "expires", "失效时间不晚于生效时间。", "it would expire before it takes effect")
	case !book.MayBeRuled(r.Unit, r.Area):
		return refuse("unknown_unit", "unit", "该单位不能承办这个区域的事项。", "%q is no unit that can handle anything in %s", r.Unit, r.Area)
	}
	return nil
}

func (h History) end(fact Fact, o Order, c EndRuling) ([]Event, error) {
	ends := c.Ends
	if ends.IsZero() {
		ends = fact.At
	}
	all := slices.Concat(h.Rulings, o.Others)
	i := slices.IndexFunc(all, func(r jurisdiction.Ruling) bool { return r.Number == c.Number })
	switch {
	case i < 0:
		return nil, refuse("unknown_ruling", "number", "没有这个裁定。", "there is no ruling %s", c.Number)
	case ends.Before(fact.At):
		return nil, inThePast(ends)
	case !all[i].Expires.IsZero() && !ends.Before(all[i].Expires):
		return nil, nil // it binds no longer by then
	case strings.TrimSpace(c.Reason) == "" || unreadable(c.Reason, 500) != "":
		return nil, refuse("reason_required", "reason", "请填写理由。", "a reason is wanted")
	}
	return []Event{RulingEnded{Fact: fact, Number: c.Number, Ends: ends, Reason: c.Reason}}, nil
}

func refuse(code, field, zh, format string, args ...any) *domain.Refusal {
	r := domain.Refuse(code, zh, format, args...)
	r.Field = field
	return r
}

func inThePast(t time.Time) *domain.Refusal {
	return refuse("effective_in_the_past", "effective", "生效时间不能早于现在：已经发生的事不因新规则改变。",
		"%s has passed: what happened is not changed by later rules", t.Format(time.RFC3339))
}

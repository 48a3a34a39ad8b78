package reference_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/table"
)

var (
	once  = sync.OnceValues(reference.LoadBase)
	nine  = time.Date(2026, 11, 23, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	admin = incident.Actor{Person: "admin", Unit: "440114", Role: jurisdiction.Admin}
	shops = catalogue.ParsePrefixed("07003") // 店外经营
	place = jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"}
)

func base(t testing.TB) *reference.Base {
	t.Helper()
	b, err := once()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// given is a history with what was done to it.
func given(t testing.TB, orders ...reference.Order) reference.History {
	t.Helper()
	var h reference.History
	for _, o := range orders {
		events, err := do(t, h, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			h = reference.Evolve(h, e)
		}
	}
	return h
}

func do(t testing.TB, h reference.History, o reference.Order) ([]reference.Event, error) {
	o.Base, o.By = base(t), admin
	return reference.Decide(h, o)
}

func at(t time.Time, c reference.Command) reference.Order { return reference.Order{At: t, Command: c} }

// edited returns a table of the base with one row replaced, by its key; nil: taken out.
func edited(t testing.TB, name, key string, change func([]string) []string) reference.Tables {
	t.Helper()
	var rows []table.Row
	found := false
	for _, row := range base(t).Tables[name] {
		if row.Fields[0] != key {
			rows = append(rows, row)
			continue
		}
		found = true
		if fields := change(slices.Clone(row.Fields)); fields != nil {
			rows = append(rows, table.Row{Line: row.Line, Fields: fields})
		}
	}
	if !found {
		t.Fatalf("%s has no row %s", name, key)
	}
	return reference.Tables{name: rows}
}

func column(name, column string) int { return slices.Index(reference.Columns(name), column) }

// rowOf returns the number of the row that answers for a matter at the place.
func rowOf(t testing.TB, m catalogue.Key) string {
	t.Helper()
	c, ok := base(t).Reference.Book.Answer(m, place, jurisdiction.Street)
	if !ok {
		t.Fatalf("nobody answers for %s", m)
	}
	return fmt.Sprint(c.Row)
}

// moved returns the responsibility list with the row that answers for shops changed.
func moved(t testing.TB, to, list string) reference.Tables {
	return edited(t, reference.Responsibility, rowOf(t, shops), func(f []string) []string {
		f[column(reference.Responsibility, "unit")], f[column(reference.Responsibility, "list")] = to, list
		return f
	})
}

func route(t testing.TB, h reference.History, when time.Time) jurisdiction.Routing {
	t.Helper()
	r, err := h.At(base(t), when)
	if err != nil {
		t.Fatal(err)
	}
	return r.Book.Route(jurisdiction.Question{Source: "inspector", Matter: shops, Place: place})
}

func refusedWith(t *testing.T, err error, code string) {
	t.Helper()
	if r, ok := domain.AsRefusal(err); !ok || r.Code != code {
		t.Errorf("not refused with %s: %v", code, err)
	}
}

func faults(t *testing.T, err error, want ...string) {
	t.Helper()
	var f *reference.FaultsError
	if !errors.As(err, &f) {
		t.Fatalf("no faults: %v", err)
	}
	for _, w := range want {
		if !strings.Contains(f.Error(), w) {
			t.Errorf("%q does not say %q", f.Error(), w)
		}
	}
}

func TestAnEditionCountsFromItsEffectiveTimeOn(t *testing.T) {
	monday := nine.AddDate(0, 0, 7)
	h := given(t, at(nine, reference.Enact{Version: "e1", Effective: monday, Tables: moved(t, "S02", "own")}))
	for when, want := range map[time.Time]string{nine: "440114002-S01", monday.Add(-1): "440114002-S01", monday: "440114002-S02"} {
		if got := route(t, h, when).Unit; got != want {
			t.Errorf("at %s it is routed to %s, not %s", when, got, want)
		}
	}
	r, err := h.At(base(t), monday)
	if err != nil {
		t.Fatal(err)
	}
	if r.Book.Version() != "e1" || r.Policy.Version != "e1" || r.Matters.Version() != reference.CatalogueVersion || r.Days.Version() != reference.CalendarVersion {
		t.Errorf("versions %s, %s, %s, %s", r.Book.Version(), r.Policy.Version, r.Matters.Version(), r.Days.Version())
	}
}

func TestNothingTakesEffectBeforeItIsEnacted(t *testing.T) {
	_, err := do(t, reference.History{}, at(nine, reference.Enact{Effective: nine.Add(-time.Second), Tables: moved(t, "S02", "own")}))
	refusedWith(t, err, "effective_in_the_past")
	_, err = do(t, reference.History{}, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{{Matter: shops, Area: "440114", Unit: "D01", Effective: nine.Add(-1)}}}))
	refusedWith(t, err, "effective_in_the_past")
}

func TestTablesThatChangeNothingEnactNothing(t *testing.T) {
	events, err := do(t, reference.History{}, at(nine, reference.Enact{Tables: base(t).Tables}))
	if err != nil || len(events) != 0 {
		t.Errorf("%d facts, %v", len(events), err)
	}
}

func TestARowOfAnotherListIsNoStreetsToLead(t *testing.T) {
	for list, candidates := range map[string][]string{"assisting": {"D01"}, "withdrawn": {"D01"}} {
		h := given(t, at(nine, reference.Enact{Tables: moved(t, "S01", list)}))
		r := route(t, h, nine)
		var units []string
		for _, c := range r.Candidates {
			units = append(units, c.Unit)
		}
		if r.Tier != jurisdiction.District || r.Unit != "D01" || !slices.Equal(units, candidates) {
			t.Errorf("%s: routed %+v", list, r)
		}
		ref, err := h.At(base(t), nine)
		if err != nil {
			t.Fatal(err)
		}
		if got := ref.Book.Withdrawn(shops, place); got != (list == "withdrawn") {
			t.Errorf("%s: withdrawn is %v", list, got)
		}
		for _, c := range ref.Book.Candidates(shops, place, "440114") {
			if ref.Book.TierOf(c.Unit) != jurisdiction.District {
				t.Errorf("%s: the district is offered %s", list, c.Unit)
			}
		}
	}
}

func TestAStreetsOwnRowComesBeforeThatOfEveryStreet(t *testing.T) {
	tables := reference.Tables{reference.Responsibility: append(slices.Clone(base(t).Tables[reference.Responsibility]),
		table.Row{Line: 999, Fields: []string{"999", "07003", "S+B", "440114002-S05", "", "", "", "own"}})}
	h := given(t, at(nine, reference.Enact{Tables: tables}))
	if got := route(t, h, nine); got.Unit != "440114002-S05" || got.Candidates[0].Row != 999 {
		t.Errorf("routed %+v", got)
	}
	ref, _ := h.At(base(t), nine)
	elsewhere := jurisdiction.Place{Street: "440114001", District: "440114"}
	if c, _ := ref.Book.Answer(shops, elsewhere, jurisdiction.Street); c.Unit != "440114001-S01" {
		t.Errorf("in another street %s answers", c.Unit)
	}
}

// Every fault of a whole edition is named with its table and line.
func TestFaultsOfAnEditionAreNamed(t *testing.T) {
	b := base(t).Tables
	add := func(name string, fields ...string) []table.Row {
		return append(slices.Clone(b[name]), table.Row{Line: 7777, Fields: fields})
	}
	for what, c := range map[string]struct {
		tables reference.Tables
		want   []string
	}{
		"a unit with a wrong parent": {reference.Tables{reference.Units: add(reference.Units, "440114002-S77", "甲", "street", "office", "440114001", "", "440114002", "", "", "", "", "no")}, []string{"units: line 7777, area"}},
		"a branch with one parent":   {reference.Tables{reference.Units: add(reference.Units, "440114002-B77", "甲", "street", "branch", "440114002", "", "440114002", "", "", "", "", "")}, []string{"line 7777, line_parent"}},
		"a unit that is no unit":     {reference.Tables{reference.Units: add(reference.Units, "X1", "", "moon", "office", "", "", "", "", "", "", "", "maybe")}, []string{"line 7777, name", "do not fit together", "only_handed_to", "line 7777, parent"}},
		"a row twice":                {reference.Tables{reference.Responsibility: add(reference.Responsibility, "1", "01", "D+E", "D01", "", "", "", "own")}, []string{"line 7777, row", "line 7777, matter"}},
		"a row of nobody":            {reference.Tables{reference.Responsibility: add(reference.Responsibility, "9999", "77x", "S+B", "S99", "D77", "", "", "theirs")}, []string{"line 7777, matter", "line 7777, unit", "line 7777, regulator", "line 7777, list"}},
		"a row of another group":     {reference.Tables{reference.Responsibility: add(reference.Responsibility, "9999", "0700399", "C", "S01", "", "", "", "own")}, []string{"line 7777, group"}},
		"a zero lost":                {reference.Tables{reference.Responsibility: add(reference.Responsibility, "9999", "7003", "S+B", "S02", "", "", "", "own")}, []string{"line 7777, matter"}},
		"no fallback":                {reference.Tables{reference.Fallback: nil}, []string{"fallback: 440114001: ", "440114109: "}},
		"a second fallback":          {reference.Tables{reference.Fallback: add(reference.Fallback, "*", "*", "S01")}, []string{"line 7777: "}},
		"a fallback that is none":    {reference.Tables{reference.Fallback: add(reference.Fallback, "07", "440114002", "D01")}, []string{"line 7777, unit"}},
		"a matter without a name":    {reference.Tables{reference.Matters: add(reference.Matters, "x", "matter", "1", "", "", "yes")}, []string{"line 7777, name"}},
		"activated, not settled":     {reference.Tables{reference.Matters: add(reference.Matters, "x", "matter", "1", "", "甲", "yes")}, []string{"line 7777, activated", "no criterion", "no line of the responsibility list"}},
		"a criterion of nothing":     {reference.Tables{reference.Criteria: add(reference.Criteria, "x", "matter", "1", "0", "a", "", "1", "moons")}, []string{"line 7777, code", "line 7777, number", "line 7777, limit", "a condition is missing"}},
		"a mapping to nothing":       {reference.Tables{reference.SchemeMapping: add(reference.SchemeMapping, "old", "matter", "1", "", "x", "matter", "1")}, []string{"line 7777, code"}},
		"a day that is none":         {reference.Tables{reference.CalendarTable: add(reference.CalendarTable, "2026-02-30", "off", "")}, []string{"line 7777, date"}},
		"a policy that is none":      {edited(t, reference.PolicyTable, "draw_percent", func(f []string) []string { f[1] = "120"; return f }), []string{"policy: line", "0 to 100"}},
		"a limit that is none":       {edited(t, reference.Limits, "accept", func(f []string) []string { f[1] = "soon"; return f }), []string{"limits: line", "normal"}},
		"a formula":                  {edited(t, reference.Units, "D01", func(f []string) []string { f[8] = "=cmd|' /C calc'!A0"; return f }), []string{"clerk: \"=cmd"}},
		"an invisible character":     {edited(t, reference.Units, "D01", func(f []string) []string { f[1] = "甲\u202e乙"; return f }), []string{"U+202E"}},
		"a unit that is gone":        {edited(t, reference.Units, "440114109-S06", func([]string) []string { return nil }), []string{"440114109-S06"}},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := do(t, reference.History{}, at(nine, reference.Enact{Tables: c.tables}))
			faults(t, err, c.want...)
		})
	}
	_, err := do(t, reference.History{}, at(nine, reference.Enact{Tables: reference.Tables{"jokes": nil}}))
	refusedWith(t, err, "unknown_table")
	_, err = do(t, reference.History{}, at(nine, reference.Enact{Version: reference.PolicyVersion, Tables: moved(t, "S02", "own")}))
	refusedWith(t, err, "version_taken")
}

// An edition is checked with everything that will be in force with it, also later.
func TestAnEditionMustFitWhatIsStillToCome(t *testing.T) {
	newUnit := append(slices.Clone(base(t).Tables[reference.Units]), table.Row{Fields: []string{"D20", "区数据局", "district", "department", "440114", "", "440114", "", "", "", "", "no"}})
	rows := append(slices.Clone(base(t).Tables[reference.Responsibility]), table.Row{Fields: []string{"999", "07003", "D+E", "D20", "", "", "", "own"}})
	_, err := do(t, reference.History{}, at(nine, reference.Enact{Tables: reference.Tables{reference.Responsibility: rows}}))
	faults(t, err, `there is no unit "D20"`)

	h := given(t,
		at(nine, reference.Enact{Effective: nine.AddDate(0, 1, 0), Tables: reference.Tables{reference.Units: newUnit}}),
		at(nine, reference.Enact{Effective: nine.AddDate(0, 2, 0), Tables: reference.Tables{reference.Responsibility: rows}}))
	without := edited(t, reference.Units, "D01", func(f []string) []string { f[8] = "李"; return f })
	_, err = do(t, h, at(nine, reference.Enact{Effective: nine.AddDate(0, 3, 0), Tables: without}))
	faults(t, err, "D20 (区数据局) is missing")
}

func TestANewYearJoinsTheCalendar(t *testing.T) {
	year := reference.Tables{reference.CalendarTable: {{Line: 2, Fields: []string{"2027-01-01", "off", "元旦"}}, {Line: 3, Fields: []string{"2026-12-31", "off", "元旦"}}}}
	h := given(t, at(nine, reference.Enact{Version: "cn-2027", Tables: year}))
	before, _ := h.At(base(t), nine.Add(-1))
	after, err := h.At(base(t), nine)
	if err != nil {
		t.Fatal(err)
	}
	if got := before.Days.Years(); got[len(got)-1] != 2026 {
		t.Errorf("before: %v", got)
	}
	if got := after.Days.Years(); got[0] != 2018 || got[len(got)-1] != 2027 || after.Days.Version() != "cn-2027" {
		t.Errorf("after: %v of %s", got, after.Days.Version())
	}
	if works, _ := after.Days.IsWorkday(time.Date(2026, 12, 31, 12, 0, 0, 0, nine.Location())); works {
		t.Error("the day before New Year, which the new table says is off, is worked")
	}
	if works, _ := after.Days.IsWorkday(time.Date(2026, 10, 1, 12, 0, 0, 0, nine.Location())); works {
		t.Error("National Day of the year before was lost")
	}
}

func TestSettingsAndSchemesThatAreNotNamedStay(t *testing.T) {
	h := given(t, at(nine, reference.Enact{Tables: reference.Tables{
		reference.PolicyTable: {{Fields: []string{"draw_percent", "25", ""}}},
		reference.Limits:      {{Fields: []string{"accept", "3 working_hours", "10 urgent_minutes"}}},
		reference.Matters:     {{Fields: []string{"huadu-new", "matter", "01001", "新", "新事项", "no"}}},
		reference.Criteria: {
			{Fields: []string{"huadu-new", "matter", "01001", "", "a", "b", "1", "working_days"}},
			{Fields: []string{"huadu-new", "matter", "01001", "", "c", "d", "2", "working_days"}},
		},
	}}))
	r, err := h.At(base(t), nine)
	if err != nil {
		t.Fatal(err)
	}
	if r.Policy.DrawPercent != 25 || r.Policy.DifficultAfter != 3 || r.Policy.AcceptLimit.Urgent.N != 10 || r.Policy.StageLimits[incident.Intake].Normal.N != 1 {
		t.Errorf("policy %+v", r.Policy)
	}
	if was, is := len(base(t).Reference.Matters.Matters()), len(r.Matters.Matters()); is != was+1 {
		t.Errorf("%d matters, %d before", is, was)
	}
	if changes := reference.Diff(base(t).Tables, h.InForce(base(t), nine, 1).Tables); len(changes) != 5 {
		t.Errorf("%d changes: %v", len(changes), changes)
	}
}

func TestARulingBindsBeforeTheListWhileItIsInForce(t *testing.T) {
	r := jurisdiction.Ruling{Authority: "区委编办", Matter: shops, Area: "440114002", Unit: "S02", Effective: nine.Add(time.Hour), Expires: nine.Add(3 * time.Hour)}
	h := given(t, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{r}}))
	for when, want := range map[time.Time]string{nine: "440114002-S01", nine.Add(time.Hour): "440114002-S02", nine.Add(3 * time.Hour): "440114002-S01"} {
		if got := route(t, h, when).Unit; got != want {
			t.Errorf("at %s it is routed to %s, not %s", when, got, want)
		}
	}
	now := route(t, h, nine.Add(time.Hour))
	if c := now.Candidates[0]; c.Ruling != "职责裁定〔2026〕第 1 号" || !strings.Contains(now.Reason, "依据 职责裁定〔2026〕第 1 号") {
		t.Errorf("routed %+v", now)
	}
	ref, _ := h.At(base(t), nine.Add(time.Hour))
	if c := ref.Book.Candidates(shops, place, "440114002"); len(c) == 0 || c[0].Unit != "440114002-S02" || c[0].Ruling == "" {
		t.Errorf("the street is offered %+v", c)
	}
	if c := ref.Book.Candidates(shops, place, "440114"); len(c) == 0 || c[0].Unit != "440114002" || !strings.Contains(c[0].Reason, "依据") {
		t.Errorf("the district is offered %+v", c)
	}
	ended := given(t, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{r}}),
		at(nine.Add(2*time.Hour), reference.EndRuling{Number: "职责裁定〔2026〕第 1 号", Reason: "机构调整"}))
	if got := route(t, ended, nine.Add(2*time.Hour)).Unit; got != "440114002-S01" {
		t.Errorf("after its end it is routed to %s", got)
	}
	if got := route(t, ended, nine.Add(2*time.Hour-1)).Unit; got != "440114002-S02" {
		t.Errorf("before its end it was routed to %s", got)
	}
}

func TestRulingsThatCannotBeAreRefused(t *testing.T) {
	good := jurisdiction.Ruling{Number: "n", Matter: shops, Area: "440114002", Unit: "440114002-S02"}
	h := given(t, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{good}}))
	for code, change := range map[string]func(*jurisdiction.Ruling){
		"number_taken":      func(*jurisdiction.Ruling) {},
		"unknown_matter":    func(r *jurisdiction.Ruling) { r.Number, r.Matter = "m", catalogue.ParsePrefixed("99999") },
		"restricted_matter": func(r *jurisdiction.Ruling) { r.Number, r.Matter = "m", catalogue.ParsePrefixed("huadu-demo:99001") },
		"unknown_area":      func(r *jurisdiction.Ruling) { r.Number, r.Area = "m", "440114999" },
		"unknown_unit":      func(r *jurisdiction.Ruling) { r.Number, r.Unit = "m", "440114001-S02" },
		"expires_too_early": func(r *jurisdiction.Ruling) { r.Number, r.Expires = "m", nine },
		"invalid_text":      func(r *jurisdiction.Ruling) { r.Number = "a\nb" },
	} {
		r := good
		change(&r)
		_, err := do(t, h, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{r}}))
		refusedWith(t, err, code)
	}
	_, err := do(t, h, at(nine, reference.EndRuling{Number: "?", Reason: "r"}))
	refusedWith(t, err, "unknown_ruling")
	_, err = do(t, h, at(nine, reference.EndRuling{Number: "n"}))
	refusedWith(t, err, "reason_required")
}

func TestARulingByTheOlderNumberMeansTheNewKey(t *testing.T) {
	old := catalogue.Key{Scheme: "gb30428.2-2013", Kind: "component", Code: "0118"}
	h := given(t, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{{Matter: old, Area: "440114", Unit: "D01"}}}))
	if got := h.Rulings[0].Matter; got != (catalogue.Key{Scheme: catalogue.National, Kind: "component", Code: "01037"}) {
		t.Errorf("it is about %s", got)
	}
}

// Whatever is enacted and ruled later, what was in force at a moment stays so.
func TestEditionsNeverChangeThePast(t *testing.T) {
	units := []string{"S01", "S02", "S03", "S05"}
	compiled := map[string]*jurisdiction.Book{} // reading a book is slow
	rapid.Check(t, func(rt *rapid.T) {
		h, clock := reference.History{}, nine
		ask := func(when time.Time) string {
			c := h.InForce(base(t), when, len(h.Editions))
			text := c.Tables.Text(reference.Responsibility)
			if compiled[text] == nil {
				r, err := base(t).Compile(c)
				if err != nil {
					rt.Fatal(err)
				}
				compiled[text] = r.Book
			}
			book := compiled[text].WithRulings(jurisdiction.NewRulings(h.Rulings), when)
			return book.Route(jurisdiction.Question{Source: "inspector", Matter: shops, Place: place}).Unit
		}
		type seen struct {
			at   time.Time
			unit string
		}
		var past []seen
		for range rapid.IntRange(1, 6).Draw(rt, "acts") {
			clock = clock.Add(time.Duration(rapid.IntRange(0, 48).Draw(rt, "hours")) * time.Hour)
			past = append(past, seen{clock.Add(-1), ask(clock.Add(-1))})
			from := clock.Add(time.Duration(rapid.IntRange(-2, 48).Draw(rt, "effective")) * time.Hour)
			var c reference.Command
			switch rapid.IntRange(0, 2).Draw(rt, "what") {
			case 0:
				c = reference.Enact{Effective: from, Tables: moved(t, rapid.SampledFrom(units).Draw(rt, "unit"), "own")}
			case 1:
				c = reference.Rule{Rulings: []jurisdiction.Ruling{{Matter: shops, Area: "440114002", Unit: rapid.SampledFrom(units).Draw(rt, "unit"), Effective: from}}}
			default:
				if len(h.Rulings) == 0 {
					continue
				}
				c = reference.EndRuling{Number: rapid.SampledFrom(h.Rulings).Draw(rt, "ruling").Number, Ends: from, Reason: "r"}
			}
			events, err := do(t, h, at(clock, c))
			if from.Before(clock) {
				if _, refused := domain.AsRefusal(err); !refused {
					rt.Fatalf("%T from %s at %s was taken", c, from, clock)
				}
				continue
			}
			if err != nil {
				rt.Fatal(err)
			}
			for _, e := range events {
				h = reference.Evolve(h, e)
			}
		}
		for _, p := range past {
			if now := ask(p.at); now != p.unit {
				rt.Fatalf("at %s it was routed to %s, now it would have been to %s", p.at, p.unit, now)
			}
		}
	})
}

func TestEvolveLeavesTheOldHistoryAlone(t *testing.T) {
	h := given(t, at(nine, reference.Rule{Rulings: []jurisdiction.Ruling{{Number: "n", Matter: shops, Area: "440114", Unit: "D01"}}}))
	was := fmt.Sprint(h)
	_ = reference.Evolve(h, reference.RulingEnded{Fact: reference.Fact{At: nine}, Number: "n", Ends: nine})
	_ = reference.Evolve(h, reference.Enacted{Fact: reference.Fact{At: nine}, Version: "v"})
	if now := fmt.Sprint(h); now != was {
		t.Errorf("it is %s, and was %s", now, was)
	}
}

var addGolden = flag.Bool("add-golden", false, "write golden facts that are missing; those that are there never change")

func samples() []reference.Event {
	fact := reference.Fact{At: nine.UTC(), By: admin}
	expires := nine.UTC().AddDate(1, 0, 0)
	return []reference.Event{
		reference.Enacted{
			Fact: fact, Version: "20261123-1", Effective: nine.UTC(), Basis: "花府办〔2026〕5 号", Note: "年末调整",
			Tables: map[string]string{"default_tiers": "matter,tier\n07,street\n"},
		},
		reference.Ruled{
			Fact: fact, Number: "职责裁定〔2026〕第 7 号", Authority: "区委编办", Matter: shops, Area: "440114002", Unit: "440114002-S02",
			Effective: nine.UTC(), Expires: &expires, Basis: "会商纪要",
		},
		reference.RulingEnded{Fact: fact, Number: "职责裁定〔2026〕第 7 号", Ends: nine.UTC(), Reason: "机构调整"},
		reference.GridDrawn{
			Fact: fact, Version: "花都网格 2027", Effective: nine.UTC(), Basis: "花府办〔2026〕9 号", Note: "拆分两个网格", Grids: 1402,
			SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", GeoJSON: []byte{31, 139, 8},
		},
	}
}

// Each golden fact stands for rows in somebody's ledger: what was stored, and what it
// means today.
func TestStoredFactsKeepTheirMeaning(t *testing.T) {
	if len(samples()) != len(reference.Events) {
		t.Fatalf("%d samples of %d events", len(samples()), len(reference.Events))
	}
	type golden struct{ Stored, Means json.RawMessage }
	pretty := func(raw []byte) string {
		var b bytes.Buffer
		if err := json.Indent(&b, raw, "", "  "); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, e := range samples() {
		name, data, err := reference.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "log", name+".json")
		if _, err := os.Stat(file); err != nil && *addGolden {
			text := fmt.Sprintf(`{"stored":%s,"means":%s}`, data, data)
			if err := os.WriteFile(file, []byte(pretty([]byte(text))+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%s has no golden fact: run the tests with -add-golden", name)
		}
		var g golden
		if err := json.Unmarshal(text, &g); err != nil {
			t.Fatal(err)
		}
		stored, err := reference.Decode(name, g.Stored)
		if err != nil {
			t.Fatal(err)
		}
		_, means, err := reference.Encode(stored)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(pretty(g.Means), pretty(means)); diff != "" {
			t.Errorf("%s means something else now (-was +is):\n%s", name, diff)
		}
		back, err := reference.Decode(name, data)
		if err != nil || !cmp.Equal(back, e) {
			t.Errorf("%s comes back as %v, %v", name, back, err)
		}
	}
	for _, bad := range []string{"", "[]", "{}", `{"at":"soon"}`} {
		if _, err := reference.Decode("reference.ruled", []byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	var unknown *reference.UnknownTypeError
	if _, err := reference.Decode("reference.burnt", []byte("{}")); !errors.As(err, &unknown) {
		t.Errorf("an unknown name: %v", err)
	}
}

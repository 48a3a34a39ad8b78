package reference_test

import (
	"testing"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
)

// The traps of the trade that lie in reference data; all twelve are in docs/traps.md.

// 01037 is a lamp that does not burn, among matters, and the lamp itself, among
// components. A key is scheme, kind and code: never the code alone.
func TestTrapSameCodeInTwoKinds(t *testing.T) {
	r := load(t)
	matter := catalogue.Key{Scheme: catalogue.National, Kind: catalogue.KindMatter, Code: "01037"}
	component := catalogue.Key{Scheme: catalogue.National, Kind: catalogue.KindComponent, Code: "01037"}
	m, isMatter := r.Matters.Matter(matter)
	c, isComponent := r.Matters.Matter(component)
	switch {
	case !isMatter || !isComponent || m.Name == c.Name:
		t.Fatalf("%+v, %+v", m, c)
	case len(r.Matters.CriteriaOf(matter)) == 0 || len(r.Matters.CriteriaOf(component)) != 0:
		t.Error("the criteria of one kind count for the other")
	case matter.String() == component.String():
		t.Error("both are stored as one")
	}
	for _, x := range r.Matters.CriteriaOf(matter) {
		if x.Matter != matter {
			t.Errorf("%s is of %v", x.ID, x.Matter)
		}
	}
	// Whoever answers for the lamp answers for its not burning.
	place := jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"}
	a := r.Book.Route(jurisdiction.Question{Source: "inspector", Matter: matter, Place: place})
	b := r.Book.Route(jurisdiction.Question{Source: "inspector", Matter: component, Place: place})
	if a.Unit == "" || a.Unit != b.Unit {
		t.Errorf("the matter goes to %q, the component to %q", a.Unit, b.Unit)
	}
}

// The street lamp was 0118 by GB/T 30428.2-2013 and is 01037 by GB/T 47678.5-2026: an
// old number means the thing it meant, and never what a new list gives that number.
func TestTrapOldAndNewClassNumbers(t *testing.T) {
	r := load(t)
	const old = "gb30428.2-2013"
	lamp := catalogue.Key{Scheme: old, Kind: catalogue.KindComponent, Code: "0118"}
	now, known := r.Matters.Resolve(lamp)
	if want := (catalogue.Key{Scheme: catalogue.National, Kind: catalogue.KindComponent, Code: "01037"}); !known || now != want {
		t.Errorf("%v is %v now, %t", lamp, now, known)
	}
	if again, known := r.Matters.Resolve(now); !known || again != now {
		t.Errorf("today's key means %v", again)
	}
	for _, k := range []catalogue.Key{
		{Scheme: old, Kind: catalogue.KindMatter, Code: "0118"},                   // the same number in the other kind
		{Scheme: catalogue.National, Kind: catalogue.KindComponent, Code: "0118"}, // the old number in the new list
		{Scheme: old, Kind: catalogue.KindComponent, Code: "01037"},               // the new number in the old list
		{Scheme: "gb0000", Kind: catalogue.KindComponent, Code: "0118"},           // no such list
	} {
		if x, known := r.Matters.Resolve(k); known {
			t.Errorf("%v is taken for %v", k, x)
		}
	}
	for _, m := range r.Matters.Mappings() {
		if m.Old.Scheme != m.Key.Scheme && m.Old.Kind != m.Key.Kind {
			t.Errorf("%v becomes another kind: %v", m.Old, m.Key)
		}
		if _, there := r.Matters.Matter(m.Key); !there {
			t.Errorf("%v becomes %v, which is nothing", m.Old, m.Key)
		}
	}
}

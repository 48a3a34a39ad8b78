package casefile_test

import (
	"slices"
	"testing"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

var shops = catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: "07003"}

// A report about a unit, said so from the beginning or only later, shares no key with
// anybody of that unit, of what stands under it, or with the inspectors of the place,
// whatever they held before; the district sees it. And whoever has a hand in an
// incident sees it.
func TestWhomAReportIsAboutNeverSeesIt(t *testing.T) {
	folder := historytest.Folder(t)
	book := folder.Book()
	about, later, hands := 0, 0, 0
	for seed := range uint64(4) {
		h := historytest.New(t, seed+20)
		h.Live(1500)
		files := map[string]casefile.File{}
		for _, r := range h.Records() {
			id := r.Stream.ID()
			f, err := folder.Apply(files[id], r)
			if err != nil {
				t.Fatal(err)
			}
			sees := func(p jurisdiction.Person) bool {
				scope := book.Scope(p)
				return slices.ContainsFunc(f.Keys(), func(k string) bool { return slices.Contains(scope, k) })
			}
			if f.Concerns != nil {
				about++
				if files[id].ID != "" && files[id].Concerns == nil {
					later++
				}
				for _, u := range book.Units() {
					if book.IsPartOf(u.Code, f.Concerns.Unit) && u.Code != book.District() && sees(jurisdiction.Person{Name: "someone", Role: u.Staff(), Unit: u.Code}) {
						t.Fatalf("%s is about %s and shown to %s: %v", f.Number, f.Concerns.Unit, u.Code, f.Keys())
					}
				}
				if f.Community != "" && sees(jurisdiction.Person{Name: "someone", Role: jurisdiction.Inspector, Unit: f.Community}) {
					t.Fatalf("%s is about %s and shown to the place's inspectors", f.Number, f.Concerns.Unit)
				}
				if book.IsPartOf(f.ReportedUnit, f.Concerns.Unit) && slices.Contains(f.Keys(), "by:"+f.ReportedBy) {
					t.Fatalf("%s is about %s and shown to who reported it for that unit", f.Number, f.Concerns.Unit)
				}
				if !sees(jurisdiction.Person{Name: "someone", Role: jurisdiction.DistrictDesk, Unit: book.District()}) {
					t.Fatalf("%s is hidden from the district", f.Number)
				}
			} else {
				for _, unit := range f.Hands() {
					hands++
					if u, _ := book.Unit(unit); !sees(jurisdiction.Person{Name: "someone", Role: u.Staff(), Unit: unit}) {
						t.Fatalf("%s has a hand in %s and does not see it", unit, f.Number)
					}
				}
			}
			files[id] = f
		}
	}
	if about < 20 || later == 0 || hands < 20 {
		t.Errorf("%d facts about units, %d said later, %d hands: the histories are of no use", about, later, hands)
	}
}

// Corrected, the place that decides who sees an incident is the new one.
func TestACorrectedPlaceDecidesWhoSees(t *testing.T) {
	h := historytest.New(t, 1)
	const was, is = "440114002002", "440114001001"
	in := h.Case(shops, was, nil)
	moved := incident.Correct{Field: incident.LocationField, Reason: "定位有误", Location: &incident.Location{CRS: "wgs84", Address: "新华路"}, Place: &jurisdiction.Place{
		Grid: is + "001", GridVersion: "illustrative-1", Community: is, Street: is[:9], District: is[:6],
	}}
	h.Must(in, in.State.Holder, "desk", moved)
	f, err := historytest.Folder(t).Fold(h.Records())
	if err != nil {
		t.Fatal(err)
	}
	if f.Seen.Street != is[:9] || f.Community != is || f.Grid.Code != is+"001" || f.Location.Address != "新华路" || f.IntakeDesk != is[:9] {
		t.Errorf("it lies in %+v of %s, seen in %+v", f.Grid, f.Community, f.Seen)
	}
	keys := f.Keys()
	for key, want := range map[string]bool{"area:" + is: true, "area:" + is[:9]: true, "area:" + was: false, "area:" + was[:9]: false, "held:" + was[:9]: true} {
		if slices.Contains(keys, key) != want {
			t.Errorf("key %s: %t", key, !want)
		}
	}
}

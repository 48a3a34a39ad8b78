package tally_test

import (
	"reflect"
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/projections/historytest"
	"gridcommand/projections/tally"
)

// The traps of the trade that lie in figures; all twelve are in docs/traps.md.

// Nothing of nothing is neither everything nor nothing: a rate without a denominator is
// not applicable, whatever is counted.
func TestTrapZeroDenominators(t *testing.T) {
	v := tallied(t, historytest.New(t, 1))
	for _, reading := range []tally.Reading{tally.Fact, tally.Exempted} {
		s, err := v.Statistics(t.Context(), tally.Query{By: tally.ByStreet, Reading: reading, Scope: []string{"area:440114"}})
		if err != nil || len(s.Items) == 0 {
			t.Fatalf("%d rows, %v", len(s.Items), err)
		}
		ratios := 0
		for _, row := range append(s.Items, s.Total) {
			for _, field := range reflect.VisibleFields(reflect.TypeOf(row)) {
				r, isRatio := reflect.ValueOf(row).FieldByIndex(field.Index).Interface().(tally.Ratio)
				if !isRatio {
					continue
				}
				ratios++
				if r.D != 0 || r.Rate != nil {
					t.Errorf("%s of %q: %+v", field.Name, row.Key, r)
				}
			}
		}
		if ratios == 0 {
			t.Error("no rate was looked at")
		}
	}
}

// Handled in time and checked late is handled in time; the lateness is the check's.
func TestTrapTimelinessCountsAtTheUnitsConfirmation(t *testing.T) {
	h := historytest.New(t, 1)
	h.Now = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	in := h.Case(shops, station, nil)
	h.Must(in, street, "desk", incident.Dispatch{Unit: first})
	h.Now = h.Now.Add(3 * time.Hour)
	h.Must(in, first, "hand", incident.Handle{Result: "已清理"})
	h.Now = h.Now.AddDate(0, 0, 9)
	h.Close(in)
	s, err := tallied(t, h).Statistics(t.Context(), tally.Query{
		From: time.Date(2026, 11, 1, 0, 0, 0, 0, deadline.CST), To: time.Date(2026, 12, 31, 0, 0, 0, 0, deadline.CST),
		By: tally.ByStreet, Scope: []string{"area:" + street},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := s.Total.HandledOnTime; r.N != 1 || r.D != 1 {
		t.Errorf("handled on time: %d of %d", r.N, r.D)
	}
	if r := s.Total.ClosedOnTime; r.N != 0 || r.D != 1 {
		t.Errorf("closed on time: %d of %d", r.N, r.D)
	}
	if s.Total.Overdue != 0 {
		t.Errorf("%d overdue handlings", s.Total.Overdue)
	}
}

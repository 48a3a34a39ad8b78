package duty_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/reference"
)

func TestANightBelongsToTheDayItBegins(t *testing.T) {
	for text, want := range map[string]duty.Turn{
		"2026-11-23T07:59:59+08:00": {Day: "2026-11-22", Shift: duty.NightShift},
		"2026-11-23T08:00:00+08:00": {Day: "2026-11-23", Shift: duty.DayShift},
		"2026-11-23T19:59:59+08:00": {Day: "2026-11-23", Shift: duty.DayShift},
		"2026-11-23T20:00:00+08:00": {Day: "2026-11-23", Shift: duty.NightShift},
		"2026-11-30T23:30:00Z":      {Day: "2026-11-30", Shift: duty.NightShift},
		"2026-12-31T20:00:00+08:00": {Day: "2026-12-31", Shift: duty.NightShift},
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := duty.TurnAt(at); got != want {
			t.Errorf("%s is of %v, want %v", text, got, want)
		}
	}
}

// Turns follow each other without a gap, and an id names its desk and moment.
func TestTurnsFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(1_500_000_000, 2_000_000_000).Draw(t, "at"), 0)
		turn := duty.TurnAt(at)
		switch {
		case at.Before(turn.From()) || !at.Before(turn.To()):
			t.Fatalf("%v is not in %v", at, turn)
		case turn.Next().Before() != turn || !turn.Next().From().Equal(turn.To()):
			t.Fatalf("%v and %v do not meet", turn, turn.Next())
		}
		if begun, ok := duty.TurnFrom(turn.From()); !ok || begun != turn {
			t.Fatalf("%v does not begin at %v", begun, turn.From())
		}
		id := duty.HandoverID("440114002", turn.From())
		if desk, moment, ok := duty.ParseHandoverID(id); !ok || desk != "440114002" || !moment.Equal(turn.From()) {
			t.Fatalf("%s is %s at %v", id, desk, moment)
		}
	})
	for _, bad := range []string{"", "-20261123-2000", "440114-20261123-2060", "440114-2026-11-23", "440114002", "440114x20261123-2000"} {
		if _, _, ok := duty.ParseHandoverID(bad); ok {
			t.Errorf("%q is an id", bad)
		}
	}
}

// The hours are those of the rows of shifts.
func TestHoursComeFromTheTable(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, s := range ref.Texts.Shifts {
		texts[s.Name] = s.Text
	}
	hall, street := duty.HoursOf(texts["district_desk"]), duty.HoursOf(texts["street_desk"])
	if diff := cmp.Diff([]duty.Span{{From: 8 * 60, To: 20 * 60}}, hall.Spans); diff != "" || hall.Workdays {
		t.Errorf("the hall: %+v", hall)
	}
	if street.String() != "08:30–12:00、14:30–18:00" || !street.Workdays {
		t.Errorf("a street's desk: %+v", street)
	}
	for text, want := range map[string][2]bool{ // hall, street
		"2026-11-23T08:29:59+08:00": {true, false},
		"2026-11-23T08:30:00+08:00": {true, true},
		"2026-11-23T12:00:00+08:00": {true, false},
		"2026-11-23T17:59:00+08:00": {true, true},
		"2026-11-23T20:00:00+08:00": {false, false},
		"2026-11-22T10:00:00+08:00": {true, false}, // a Sunday
		"2026-09-20T10:00:00+08:00": {true, true},  // a Sunday on which people work
		"2027-03-01T10:00:00+08:00": {true, true},  // a Monday of a year not published
	} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]bool{hall.Has(at, ref.Days), street.Has(at, ref.Days)}; got != want {
			t.Errorf("%s: hall and street %v, want %v", text, got, want)
		}
	}
	night := duty.Hours{Spans: duty.ParseSpans("夜班 20:00–08:00")}
	for hour, want := range map[int]bool{19: false, 20: true, 3: true, 8: false} {
		if got := night.Has(time.Date(2026, 11, 23, hour, 0, 0, 0, deadline.CST), ref.Days); got != want {
			t.Errorf("night at %d: %v", hour, got)
		}
	}
}

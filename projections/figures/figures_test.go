package figures_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/figures"
	"gridcommand/projections/historytest"
)

// One life with everything in it: each line is a command and what its facts count
// for. What is done late counts on the day of the deadline.
func TestWhatEachFactCountsFor(t *testing.T) {
	const station, street, office = "440114002002", "440114002", "440114002-S01"
	h := historytest.New(t, 1)
	book := historytest.Reference(t).Book
	matter := catalogue.Key{Scheme: catalogue.National, Kind: "matter", Code: "07003"}
	criterion := historytest.Reference(t).Matters.CriteriaOf(matter)[0].ID
	place := jurisdiction.Place{Grid: station + "001", GridVersion: "v1", Community: station, Street: street, District: "440114"}
	in := &historytest.Incident{ID: "0198c0de-0000-7000-8000-000000000001"}
	as := func(person, unit string) incident.Actor {
		return incident.Actor{Person: "system:" + person, Unit: unit}
	}
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, deadline.CST)
	}

	lines := []struct {
		at   time.Time
		by   incident.Actor
		c    incident.Command
		want string
	}{
		{at(23, 9, 0), as("ann", station), incident.Report{
			Number: "1", Source: incident.FromInspector, Matter: matter, Criterion: criterion, Description: "占道", Place: place,
			Routing: book.Route(jurisdiction.Question{Source: "inspector", Matter: matter, Criterion: criterion, Place: place}),
		}, "23 reported 440114002, 23 reported.inspector 440114002"},
		{
			at(23, 9, 5), as("desk", street),
			incident.File{Matter: matter, Criterion: criterion, Severity: incident.Normal},
			"23 filed 440114002, 23 filed.on_time 440114002, 23 filed.inspector 440114002, 23 intake.on_time 440114002",
		},
		{
			at(23, 9, 10), as("desk", street),
			incident.Dispatch{Unit: office},
			"23 dispatched 440114002-S01, 23 dispatches 440114002, 23 dispatching.on_time 440114002",
		},
		{at(23, 9, 12), as("bob", office), incident.Accept{}, "23 signed 440114002-S01, 23 signed.on_time 440114002-S01"},
		{
			at(23, 9, 15), as("bob", office),
			incident.Return{Code: incident.Misdispatched, Reason: "派错了"},
			"23 returned 440114002-S01, 23 returned.misdispatched 440114002-S01, 23 misdispatched 440114002",
		},
		{
			at(23, 9, 20), as("desk", street),
			incident.Dispatch{Unit: office},
			"23 dispatched 440114002-S01, 23 dispatches 440114002, 23 dispatching.on_time 440114002",
		},
		{at(23, 9, 25), as("desk", street), incident.Comment{Text: "请尽快"}, ""},
		{
			at(30, 9, 0), as("bob", office),
			incident.Handle{Result: "已清理"},
			"DUE handling.expired 440114002-S01, 30 handled 440114002-S01, DUE handling.late 440114002-S01",
		},
		{at(30, 9, 30), as("eve", station), incident.Fail{Reason: "仍有残留"}, "30 reworked 440114002-S01, 30 checking.on_time 440114002002"},
		{at(30, 9, 40), as("bob", office), incident.Handle{Result: "已清理干净"}, "30 handled 440114002-S01, 30 handling.on_time 440114002-S01"},
		{at(30, 9, 50), as("eve", station), incident.Pass{}, "30 checking.on_time 440114002002"},
		{
			at(30, 9, 55), as("desk", street),
			incident.Close{ClosingConditionMet: true},
			"30 closed 440114002-S01, 30 closing.on_time 440114002, DUE total.late 440114002-S01",
		},
		{at(30, 10, 0), as("desk", street), incident.Reopen{Reason: "复现"}, "30 reopened 440114002"},
		{at(30, 10, 5), as("desk", street), incident.Void{Reason: "误报"}, "30 voided 440114002, 30 voided.filed 440114002"},
	}
	folder := historytest.Folder(t)
	var f casefile.File
	seen := 0
	for _, line := range lines {
		h.Now = line.at
		if !h.Give(in, line.by, line.c) {
			t.Fatalf("%s at %s was refused", line.c.Name(), line.at)
		}
		var got []string
		records := h.Records()
		for _, r := range records[seen:] {
			e, err := casefile.Event(r)
			if err != nil {
				t.Fatal(err)
			}
			after := folder.Evolve(f, r, e)
			for _, c := range figures.Of(casefile.Step{Record: r, Event: e, Before: f, After: after}) {
				if c.Street != street || c.Community != station || c.Matter != matter.String() || c.Source != incident.FromInspector {
					t.Errorf("%s counts elsewhere: %+v", c.Figure, c.Dims)
				}
				got = append(got, fmt.Sprintf("%s %s %s", strings.TrimPrefix(string(c.Day), "2026-11-"), c.Figure, c.Unit))
			}
			f = after
		}
		seen = len(records)
		got = slices.DeleteFunc(got, func(s string) bool { return strings.Contains(s, "total.expired") })
		for i := range got { // the day of a deadline is the catalogue's business
			if d := strings.SplitN(got[i], " ", 2); strings.Contains(d[1], ".expired") || strings.Contains(d[1], ".late") {
				if d[0] >= "30" || d[0] < "23" {
					t.Errorf("%s is not on the day of the deadline", got[i])
				}
				got[i] = "DUE " + d[1]
			}
		}
		if diff := cmp.Diff(line.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s counts for (-want +got):\n%s", line.c.Name(), diff)
		}
	}
	if last := h.Records()[seen-1]; last.Stream != eventstore.StreamOf(casefile.Category, in.ID) {
		t.Errorf("the last fact is of %s", last.Stream)
	}
}

// A day begins at midnight in China, wherever the server stands.
func TestDaysAreChinas(t *testing.T) {
	if got := figures.DayOf(time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)); got != "2026-11-23" {
		t.Errorf("got %s", got)
	}
	if got := figures.DayOf(time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC)); got != "2026-11-22" {
		t.Errorf("got %s", got)
	}
}

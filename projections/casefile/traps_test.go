package casefile_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// The traps of the trade that lie in what a reader sees; all twelve are in docs/traps.md.

// folded returns the file of a report and what came after it.
func folded(t *testing.T, events ...incident.Event) casefile.File {
	t.Helper()
	var records []eventstore.Record
	for i, e := range events {
		name, data, err := incident.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, eventstore.Record{
			Position: eventstore.Position(i + 1), Stream: eventstore.StreamOf(casefile.Category, "0198c0de-7000-7000-8000-000000000001"),
			Version: eventstore.Version(i + 1), Type: name, At: incident.FactOf(e).At.UTC(), Data: data,
		})
	}
	f, err := historytest.Folder(t).Fold(records)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The grid is drawn anew, and a cell's code is given to other ground: an incident keeps
// the version of the grid it happened in, and only a correction moves it to another.
func TestTrapGridVersions(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	place := func(version, grid string) jurisdiction.Place {
		return jurisdiction.Place{Grid: grid, GridVersion: version, Community: grid[:12], Street: grid[:9], District: grid[:6]}
	}
	point := orb.Point{113.232, 23.402}
	reported := func(p jurisdiction.Place) incident.Reported {
		return incident.Reported{
			Fact: incident.Fact{At: at, By: incident.Actor{Person: "inspector"}}, Number: "440114-20261123-00001", Place: p,
			Location: incident.Location{Point: &point, CRS: "wgs84"}, OccurredAt: at,
		}
	}
	before := folded(t, reported(place("2026-1", "440114002002003")))
	after := folded(t, reported(place("2027-1", "440114002002003")))
	if *before.Grid == *after.Grid || before.Grid.Version != "2026-1" || after.Grid.Version != "2027-1" || before.Grid.Code != after.Grid.Code {
		t.Errorf("the same code in two grids: %+v, %+v", before.Grid, after.Grid)
	}
	now := place("2027-1", "440114002002004")
	moved := folded(t, reported(place("2026-1", "440114002002003")), incident.Commented{Fact: incident.Fact{At: at.AddDate(1, 0, 0)}, Text: "网格调整后"})
	if moved.Grid.Version != "2026-1" {
		t.Errorf("a later fact moved it to %+v", moved.Grid)
	}
	moved = folded(t, reported(place("2026-1", "440114002002003")), incident.Corrected{
		Fact: incident.Fact{At: at.AddDate(1, 0, 0)}, Field: incident.LocationField, Reason: "标错",
		Location: &incident.Location{Point: &point, CRS: "wgs84"}, Place: &now,
	})
	if moved.Grid.Version != "2027-1" || moved.Grid.Code != now.Grid {
		t.Errorf("corrected, it lies in %+v", moved.Grid)
	}
}

// A caller who asked for confidence is in no list: neither the name, nor the words and
// the address by which a neighbour would know who it was.
func TestTrapConfidentialReporters(t *testing.T) {
	const subject, words, address = "0198c0de-7000-7000-8000-00000000caf3", "我是三楼的住户", "公益路 35 号 302"
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	say := func(confidential bool) casefile.File {
		report := incident.Reported{
			Fact: incident.Fact{At: at, By: incident.Actor{Person: "hotline", Unit: "440114"}}, Number: "440114-20261123-00001",
			Description: words, Location: incident.Location{Address: address}, OccurredAt: at,
			Reporter: &incident.Reporter{Subject: subject, Confidential: confidential},
		}
		if confidential {
			report.Flags = []incident.Flag{incident.Confidential}
		}
		return folded(t, report)
	}
	listed := func(f casefile.File) string {
		data, err := json.Marshal(f.Listed())
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if text := listed(say(false)); !strings.Contains(text, words) || !strings.Contains(text, address) {
		t.Fatalf("an open report is listed as %s", text)
	}
	f := say(true)
	for _, secret := range []string{subject, words, address} {
		if text := listed(f); strings.Contains(text, secret) {
			t.Errorf("a list tells %q: %s", secret, text)
		}
		if keys := strings.Join(f.Keys(), " "); strings.Contains(keys, secret) {
			t.Errorf("the keys tell %q: %s", secret, keys)
		}
	}
	if f.Description != words {
		t.Error("whoever works on it cannot read it")
	}
}

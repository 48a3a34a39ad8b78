package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"gridcommand/eventstore/postgrestest"
)

// figureName finds what the rules and the dashboard call figures by.
var figureName = regexp.MustCompile(`\b(?:gridcommand|process|go)_[a-z_]+\b`)

// told are the names of all figures that a center tells.
func told(t *testing.T, url string) map[string]bool {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", url, answer.Status, err)
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if name := figureName.FindString(line); name != "" && !strings.HasPrefix(line, "#") {
			names[name] = true
		}
	}
	return names
}

// Every figure that the alert rules and the dashboard name is told by a running center:
// an alert that names nothing never fires.
func TestDashboardAndAlertsNameFiguresThatExist(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := []string{"--ledger", postgrestest.URL(t), "--data", dir}
	staffed(t, at...)
	s := start(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, at...)...)
	names := told(t, s.url+"/metrics")
	for name := range told(t, s.url+"/api/v1/metrics") { // by now a request has been counted
		names[name] = true
	}
	for _, file := range []string{"../../deploy/prometheus/alerts.yml", "../../deploy/grafana/gridcommand.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, name := range figureName.FindAllString(string(text), -1) {
			found++
			if !names[name] {
				t.Errorf("%s names %s, which no center tells", file, name)
			}
		}
		if found < 20 {
			t.Errorf("%s names %d figures: is it read at all?", file, found)
		}
	}
}

// What is stored is seen in the figures: the ledger's head, the commits, the views that
// have taken it in, the seal.
func TestFiguresFollowTheLedger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	staffed(t, "--data", dir)
	s := start(t, "serve", "--ledger", "sqlite:"+dir, "--listen", "127.0.0.1:0")
	names := told(t, s.url+"/metrics")
	if names["gridcommand_listen_connected"] {
		t.Error("a SQLite ledger tells of notifications that it does not have")
	}
	for _, name := range []string{"gridcommand_ledger_head", "gridcommand_seal_position", "gridcommand_tail_readers", "gridcommand_follower_lag_seconds", "gridcommand_data_free_bytes"} {
		if !names[name] {
			t.Errorf("no %s", name)
		}
	}
	inspector := s.login("inspector")
	before := figure(t, s.url, `gridcommand_appends_total{outcome="stored"}`)
	inspector.must(http.StatusCreated, "POST", "/incidents", "", map[string]any{
		"source": "inspector", "description": "井盖缺失",
		"location": map[string]any{"lng": 113.2116, "lat": 23.3985, "crs": "wgs84"},
	})
	if after := figure(t, s.url, `gridcommand_appends_total{outcome="stored"}`); after <= before {
		t.Errorf("%v appends before a report, %v after it", before, after)
	}
	if facts := figure(t, s.url, "gridcommand_facts_total"); facts < 1 {
		t.Errorf("%v facts were stored", facts)
	}
	end := time.Now().Add(time.Minute)
	for {
		head := figure(t, s.url, "gridcommand_ledger_head")
		sealed := figure(t, s.url, "gridcommand_seal_position")
		view := figure(t, s.url, `gridcommand_follower_position{follower="casebook",kind="view"}`)
		if head > 0 && sealed == head && view == head {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the head is %v, the view at %v, sealed up to %v", head, view, sealed)
		}
		time.Sleep(50 * time.Millisecond) // between two looks; nothing depends on how long
	}
}

// figure is one figure as a center tells it.
func figure(t *testing.T, url, name string) float64 {
	t.Helper()
	answer, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			var v float64
			if _, err := fmt.Sscan(value, &v); err != nil {
				t.Fatalf("%s is %q", name, value)
			}
			return v
		}
	}
	t.Fatalf("no %s in the figures", name)
	return 0
}

package main

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
)

// The bench runs small and says everything it has to say. How fast it was is nothing to
// judge here.
func TestBenchCasebookSaysItAll(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"", t.TempDir()} { // the second run uses the folder of the first again
		args := []string{"bench", "casebook", "--incidents", "200", "--users", "2", "--seconds", "1", "--think", "0.02"}
		runs := 1
		if folder != "" {
			args, runs = append(args, "--data", folder), 2
		}
		for range runs {
			cmd := exec.CommandContext(t.Context(), binary, args...)
			var talk strings.Builder
			cmd.Stderr = &talk
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, talk.String())
			}
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			said := map[string]string{}
			var names []string
			for _, line := range lines {
				words := strings.Fields(line)
				if len(words) != 3 {
					t.Fatalf("%q is not name, value and unit", line)
				}
				said[words[0]] = words[1]
				names = append(names, words[0])
			}
			for _, name := range []string{
				"incidents", "facts", "seed_facts_per_second", "statistics_p50_ms", "statistics_p95_ms", "statistics_p99_ms",
				"list_p50_ms", "list_p95_ms", "list_p99_ms", "requests_per_second", "errors", "server_cpu_seconds",
				"generator_cpu_seconds", "memory_mb", "ratio",
			} {
				if !slices.Contains(names, name) {
					t.Errorf("no line %s in\n%s", name, out)
				}
			}
			if names[len(names)-1] != "ratio" || !strings.HasSuffix(lines[len(lines)-1], " x") {
				t.Errorf("the last line is %q, want the ratio", lines[len(lines)-1])
			}
			if said["errors"] != "0.00" {
				t.Errorf("%s questions were not answered:\n%s", said["errors"], talk.String())
			}
			if said["incidents"] != "200" || said["list_p95_ms"] == "0.00" || said["statistics_p95_ms"] == "0.00" {
				t.Errorf("nothing was measured:\n%s\n%s", out, talk.String())
			}
		}
	}
}

// The computed ledger keeps what readers lean on, comes out alike however it is read, and
// holds facts that the program reads.
func TestTheStampedLedgerIsALedger(t *testing.T) {
	t.Parallel()
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	grid, err := basegrid.Load()
	if err != nil {
		t.Fatal(err)
	}
	const incidents = 300
	ledger, err := newStampedLedger(ref, grid, 5, incidents)
	if err != nil {
		t.Fatal(err)
	}
	ledger.Advance(40)
	head, err := ledger.Head(t.Context())
	if err != nil || head != ledger.Seeded()+40 {
		t.Fatalf("the head is %d, %v, want %d", head, err, ledger.Seeded()+40)
	}
	all := wholeLedger(t, ledger, 100_000)
	if err := eventstore.CheckDense(0, all); err != nil || len(all) != int(head) {
		t.Fatalf("%d facts, %v, want %d", len(all), err, head)
	}
	versions, states, numbers := map[eventstore.Stream]eventstore.Version{}, map[eventstore.Stream]incident.State{}, map[string]bool{}
	reported := 0
	for i, r := range all {
		if i > 0 && r.At.Before(all[i-1].At) {
			t.Fatalf("position %d came true before the one before it", r.Position)
		}
		if versions[r.Stream]++; r.Version != versions[r.Stream] {
			t.Fatalf("position %d is version %d of %s, want %d", r.Position, r.Version, r.Stream, versions[r.Stream])
		}
		e, err := incident.Decode(r.Type, r.Data)
		if err != nil {
			t.Fatalf("position %d: %v\n%s", r.Position, err, r.Data)
		}
		if strings.Contains(string(r.Data), "@") {
			t.Fatalf("position %d was not filled in: %s", r.Position, r.Data)
		}
		states[r.Stream] = incident.Evolve(states[r.Stream], e)
		if x, ok := e.(incident.Reported); ok {
			if reported++; reported == incidents+1 && r.Position <= ledger.Seeded() {
				t.Errorf("the seed holds more than %d incidents", incidents)
			}
			if numbers[x.Number] {
				t.Errorf("number %s was given twice", x.Number)
			}
			numbers[x.Number] = true
			if cell, ok := grid.Locate(*x.Location.Point); !ok || cell.Code != x.Place.Grid || cell.Community != x.Place.Community {
				t.Errorf("%s lies in %v, not in %v", x.Number, cell, x.Place)
			}
		}
	}
	if reported < incidents {
		t.Errorf("%d incidents, want %d", reported, incidents)
	}
	closed := 0
	for _, s := range states {
		if s.Status == incident.StatusClosed {
			closed++
		}
	}
	if closed < incidents/4 || closed == len(states) {
		t.Errorf("%d of %d incidents are closed", closed, len(states))
	}
	again := wholeLedger(t, ledger, 7)
	for i, r := range again {
		if r.Stream != all[i].Stream || string(r.Data) != string(all[i].Data) || r.Type != all[i].Type {
			t.Fatalf("read in other pages, position %d is another fact", r.Position)
		}
	}
	if page, err := ledger.Page(t.Context(), 123, 3); err != nil || string(page[0].Data) != string(all[123].Data) {
		t.Errorf("in the middle: %v, %v", page, err)
	}
}

func wholeLedger(t *testing.T, s eventstore.Store, size int) (all []eventstore.Record) {
	t.Helper()
	for {
		page, err := s.Page(context.Background(), eventstore.Position(len(all)), size)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

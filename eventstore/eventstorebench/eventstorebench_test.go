package eventstorebench_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstorebench"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqlite"
)

// What is measured here are a few appends: the tests are about what a run does,
// the benchmarks about how fast.
func TestEachRunMeasuresBothSidesAndEndsWithTheRatio(t *testing.T) {
	ctx := t.Context()
	for name, run := range map[string]func() (eventstorebench.Figures, error){
		"append on SQLite": func() (eventstorebench.Figures, error) {
			return eventstorebench.AppendSQLite(ctx, t.TempDir(), eventstorebench.Appends{Callers: 8, Events: 400, Payload: 200, Conflicts: 10, Duplicates: 20})
		},
		"follow on SQLite": func() (eventstorebench.Figures, error) {
			return eventstorebench.FollowSQLite(ctx, t.TempDir(), eventstorebench.Follows{Events: 700, Payload: 200})
		},
		"follow on SQLite, and what comes": func() (eventstorebench.Figures, error) {
			return eventstorebench.FollowSQLite(ctx, t.TempDir(), eventstorebench.Follows{Events: 100, Payload: 50, Followers: 3, Rate: 500, Seconds: 1})
		},
		"growth on SQLite": func() (eventstorebench.Figures, error) {
			return eventstorebench.GrowthSQLite(ctx, t.TempDir(), eventstorebench.Grows{Events: 2000, Probe: 128, Payload: 50}, func(string) {})
		},
		"growth on PostgreSQL": func() (eventstorebench.Figures, error) {
			return eventstorebench.GrowthPostgres(ctx, postgrestest.URL(t), eventstorebench.Grows{Events: 1000, Probe: 64, Payload: 50}, func(string) {})
		},
		"append on PostgreSQL": func() (eventstorebench.Figures, error) {
			return eventstorebench.AppendPostgres(ctx, postgrestest.URL(t), eventstorebench.Appends{Callers: 8, Events: 400, Payload: 200, Conflicts: 10, Duplicates: 20})
		},
		"follow on PostgreSQL": func() (eventstorebench.Figures, error) {
			return eventstorebench.FollowPostgres(ctx, postgrestest.URL(t), eventstorebench.Follows{Events: 700, Payload: 200})
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := run()
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(f.String(), "\n"), "\n")
			last := strings.Fields(lines[len(lines)-1])
			if len(last) != 3 || last[0] != "ratio" || last[2] != "x" || f.Ratio() <= 0 {
				t.Errorf("the last line is %q", lines[len(lines)-1])
			}
		})
	}
}

func TestBothSidesStoreTheSameFacts(t *testing.T) {
	dir := t.TempDir()
	if _, err := eventstorebench.AppendSQLite(t.Context(), dir, eventstorebench.Appends{Callers: 5, Events: 200, Payload: 64}); err != nil {
		t.Fatal(err)
	}
	var reports [2]eventstore.Report
	for i, side := range []string{"/ledger", "/raw"} {
		s, err := sqlite.OpenReadOnly(t.Context(), dir+side)
		if err != nil {
			t.Fatal(err)
		}
		report, verifyErr := eventstore.Verify(t.Context(), s)
		if err := errors.Join(verifyErr, s.Close()); err != nil || !report.Sound() {
			t.Fatalf("%s: %+v, %v", side, report, err)
		}
		report.Epoch = ""
		reports[i] = report
	}
	if reports[0].Facts != reports[1].Facts || reports[0].Streams != reports[1].Streams || reports[0].Facts != 200 {
		t.Errorf("the ledger holds %+v, the raw tables %+v", reports[0], reports[1])
	}
}

func TestALedgerInUseIsNotMeasuredOn(t *testing.T) {
	url := postgrestest.URL(t)
	s, err := postgres.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	w := eventstore.Write{Stream: "incident-1", Drafts: []eventstore.Draft{{Type: "a", At: noon, Data: []byte("1")}}}
	if _, err := s.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{w}}); err != nil {
		t.Fatal(err)
	}
	if _, err := eventstorebench.AppendPostgres(t.Context(), url, eventstorebench.Appends{Callers: 1, Events: 10, Payload: 10}); !errors.Is(err, eventstorebench.ErrNotEmpty) {
		t.Errorf("AppendPostgres: %v, want ErrNotEmpty", err)
	}
}

func TestAFailureEndsTheRun(t *testing.T) {
	s := memory.New(nil)
	_ = s.Close()
	nothing := eventstorebench.Raw{Name: "raw", Run: func(context.Context, eventstorebench.Load) error { return nil }}
	if _, err := eventstorebench.Append(t.Context(), s, nothing, eventstorebench.Appends{Callers: 4, Events: 100, Payload: 10}); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("Append: %v, want ErrClosed", err)
	}
	if _, err := eventstorebench.Follow(t.Context(), s, nothing, 100, 10); !errors.Is(err, eventstore.ErrClosed) {
		t.Errorf("Follow: %v, want ErrClosed", err)
	}
}

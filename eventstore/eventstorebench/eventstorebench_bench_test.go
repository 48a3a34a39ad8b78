package eventstorebench_test

import (
	"fmt"
	"testing"
	"time"

	"gridcommand/eventstore/eventstorebench"
	"gridcommand/eventstore/postgrestest"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

// Each benchmark reports the figures of one run, the ratio to the raw limit among them.
func report(b *testing.B, run func() (eventstorebench.Figures, error)) {
	b.Helper()
	var f eventstorebench.Figures
	var err error
	for b.Loop() {
		if f, err = run(); err != nil {
			b.Fatal(err)
		}
	}
	for _, one := range f {
		b.ReportMetric(one.Value, one.Name+"-"+one.Unit)
	}
}

func BenchmarkAppendSQLite(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprint(callers, "callers"), func(b *testing.B) {
			report(b, func() (eventstorebench.Figures, error) {
				return eventstorebench.AppendSQLite(b.Context(), b.TempDir(), eventstorebench.Appends{Callers: callers, Events: 200 + callers*400, Payload: 300})
			})
		})
	}
}

func BenchmarkAppendPostgres(b *testing.B) {
	for _, callers := range []int{1, 64, 256} {
		b.Run(fmt.Sprint(callers, "callers"), func(b *testing.B) {
			report(b, func() (eventstorebench.Figures, error) {
				return eventstorebench.AppendPostgres(b.Context(), postgrestest.URL(b), eventstorebench.Appends{Callers: callers, Events: 1000 + callers*80, Payload: 300})
			})
		})
	}
}

func BenchmarkFollowSQLite(b *testing.B) {
	report(b, func() (eventstorebench.Figures, error) {
		return eventstorebench.FollowSQLite(b.Context(), b.TempDir(), eventstorebench.Follows{Events: 50_000, Payload: 300})
	})
}

func BenchmarkFollowPostgres(b *testing.B) {
	report(b, func() (eventstorebench.Figures, error) {
		return eventstorebench.FollowPostgres(b.Context(), postgrestest.URL(b), eventstorebench.Follows{Events: 50_000, Payload: 300})
	})
}

package tally

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/projections/figures"
)

// BenchmarkWriter says how many facts a second the tally packs and writes, beside the
// folding of files: pages of 1,024 facts, two counts for each, on three days.
func BenchmarkWriter(b *testing.B) {
	db, err := sqldb.OpenSQLite(b.Context(), filepath.Join(b.TempDir(), "views.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Write.ExecContext(b.Context(), schema); err != nil {
		b.Fatal(err)
	}
	const perPage = 1024
	var w writer
	at := eventstore.Position(0)
	for b.Loop() {
		page := make([]eventstore.Record, perPage)
		var counts []figures.Count
		for i := range page {
			at++
			page[i].Position = at
			d := figures.Dims{
				Day: figures.Day(fmt.Sprintf("2026-11-%02d", 1+int(at/40_000)%25+int(at)%3)), Street: "440114002", Community: "440114002002",
				Unit: fmt.Sprint("unit-", at%100), Matter: fmt.Sprint("matter-", at%200), Source: "inspector", Tier: "street",
			}
			for _, f := range []figures.Figure{figures.Handled, "handling.on_time"} {
				counts = append(counts, figures.Count{Dims: d, Figure: f, N: 1, Person: "person", Position: at, Subject: at / 9, Minutes: int64(at % 900)})
			}
		}
		err := db.Tx(b.Context(), func(tx *sql.Tx) error {
			if err := w.begin(b.Context(), tx, page); err != nil {
				return err
			}
			if err := w.add(b.Context(), tx, counts); err != nil {
				return err
			}
			return w.end(b.Context(), tx, page)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(perPage*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}

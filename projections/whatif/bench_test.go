package whatif

import (
	"testing"
	"time"

	"gridcommand/projections/historytest"
)

// BenchmarkReplay reports facts a second, on all processors: of a first look, which reads
// and decodes, and of a second one, which has the decoded facts in memory.
func BenchmarkReplay(b *testing.B) {
	h := historytest.New(b, 7)
	h.Live(15_000)
	folder := historytest.Folder(b)
	q := Question{To: always, Was: h, Now: h, Folder: folder}
	past := read(b, h)
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			if _, err := past.Ask(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(past.Facts())*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	})
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := Ask(b.Context(), h.Ledger, q); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(past.Facts())*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	})
	// Other rules that touch every incident: each is replayed twice, and counted twice.
	b.Run("other", func(b *testing.B) {
		other := relaid(h, nil)
		q := q
		q.Now = other
		for b.Loop() {
			if _, err := past.Ask(b.Context(), q); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(past.Facts())*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	})
	_ = time.Now
}

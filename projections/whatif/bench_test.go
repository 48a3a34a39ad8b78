package whatif

import (
	"testing"

	"gridcommand/projections/historytest"
)

// BenchmarkWhatIf reports facts a second on all processors: of a first look, which reads,
// decodes and replays by the rules of then; and of the questions after it, which have the
// decoded facts in memory, by today's rules and by others that touch every incident.
func BenchmarkWhatIf(b *testing.B) {
	h := historytest.New(b, 7)
	h.Live(15_000)
	past := read(b, h)
	rate := func(b *testing.B) {
		b.ReportMetric(float64(past.Facts())*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			read(b, h)
		}
		rate(b)
	})
	for name, rules := range map[string]Rules{"today": past.Was, "other": relaid(past.Was, slower)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := past.Ask(b.Context(), rules); err != nil {
					b.Fatal(err)
				}
			}
			rate(b)
		})
	}
}

package seal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgrestest"
	shared "gridcommand/eventstore/tail"
)

// BenchmarkAppendWhileSealing compares appends by 256 callers without and with a sealer
// that follows, in turns of the same run on the same ledger: the ratio is the median of
// the pairs'. In both turns another follower reads what comes, as in a server. Each turn is measured
// once it runs steadily, so that the sealer, half a second behind, takes its share.
//
//	go test ./eventstore/seal -run xxx -bench WhileSealing -benchtime 1x
func BenchmarkAppendWhileSealing(b *testing.B) {
	for _, suite := range both {
		b.Run("sqlite/"+string(suite), func(b *testing.B) { appendWhileSealing(b, suite, "") })
	}
	b.Run("postgres/intl", func(b *testing.B) { appendWhileSealing(b, Intl, postgrestest.URL(b)) })
}

const (
	benchPairs   = 5
	benchCallers = 256
	benchSteady  = time.Second
	benchTurn    = 3 * time.Second
)

func appendWhileSealing(b *testing.B, suite Suite, url string) {
	d := openDesk(b, suite, url)
	ledger := shared.New(keptOpen{d.ledger}, nil)
	b.Cleanup(func() { _ = ledger.Close() })
	deps := d.deps()
	deps.Ledger, deps.Interval, deps.Recheck = ledger, 0, 0
	for b.Loop() {
		var plain, sealed, ratios []float64
		for range benchPairs {
			without := turn(b, ledger, nil)
			sealer, err := Open(b.Context(), deps)
			d.must(err)
			d.must(sealer.Seal(b.Context())) // what came meanwhile
			with := turn(b, ledger, sealer)
			plain, sealed, ratios = append(plain, without), append(sealed, with), append(ratios, with/without)
			b.Logf("%.0f events/s without a sealer, %.0f with one: %.3f", without, with, with/without)
		}
		b.ReportMetric(middle(plain), "events/s")
		b.ReportMetric(middle(sealed), "sealed-events/s")
		b.ReportMetric(middle(ratios), "ratio")
	}
}

// keptOpen is a store that whoever shares it does not close.
type keptOpen struct{ eventstore.Store }

func (keptOpen) Close() error { return nil }

func middle(of []float64) float64 {
	of = slices.Clone(of)
	slices.Sort(of)
	return of[len(of)/2]
}

var benchTurns atomic.Int64

// turn appends for a while, beside a follower and a sealer if there is one, and returns events a second.
func turn(b *testing.B, ledger eventstore.Store, sealer *Sealer) float64 {
	ctx, stop := context.WithTimeout(b.Context(), benchSteady+benchTurn)
	defer stop()
	data, err := json.Marshal(map[string]string{"text": strings.Repeat("x", 240)})
	if err != nil {
		b.Fatal(err)
	}
	head, err := ledger.Head(ctx)
	if err != nil {
		b.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		for page, err := range eventstore.Follow(ctx, ledger, head, 0) {
			if err != nil {
				return
			}
			_, _ = io.Discard.Write(page[0].Data)
		}
	})
	if sealer != nil {
		done.Go(func() { _ = sealer.Run(ctx) })
	}
	began := time.Now()
	var counted atomic.Int64
	n := benchTurns.Add(1)
	for caller := range benchCallers {
		done.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				_, err := ledger.Append(ctx, eventstore.Append{Writes: []eventstore.Write{{
					Stream: eventstore.StreamOf("bench", fmt.Sprintf("%d-%d-%d", n, caller, i/4)), Expect: eventstore.At(eventstore.Version(i % 4)),
					Drafts: []eventstore.Draft{{Type: "bench.written", At: began, Data: data}},
				}}})
				if err == nil && time.Since(began) > benchSteady {
					counted.Add(1)
				}
			}
		})
	}
	done.Wait()
	if sealer != nil && (sealer.Status().Stopped != "" || sealer.Sealed() <= head) {
		b.Fatalf("nothing was sealed: %+v", sealer.Status())
	}
	return float64(counted.Load()) / benchTurn.Seconds()
}

// BenchmarkLeaf is what a fact costs the sealer's own goroutine: encoding, hashing, tree.
func BenchmarkLeaf(b *testing.B) {
	data, err := json.Marshal(map[string]string{"text": strings.Repeat("x", 240)})
	if err != nil {
		b.Fatal(err)
	}
	r := eventstore.Record{Position: 1, Stream: "incident-0198c0de-0000-7000-8000-000000000000", Version: 1, Type: "incident.commented", At: time.UnixMicro(1), Data: data, Meta: eventstore.Meta{Actor: "community"}}
	for _, suite := range both {
		b.Run(string(suite), func(b *testing.B) {
			g, h := growth{frontier: frontier{suite: suite}}, hasher{suite: suite}
			b.ReportAllocs()
			for b.Loop() {
				r.Position++
				g.add(h.leaf(r))
				g.full = nil
			}
		})
	}
}

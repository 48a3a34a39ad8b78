package eventstorebench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
)

// Appends says what to measure of a ledger's Append.
type Appends struct {
	Callers    int // at a time
	Events     int // appends of one fact each, over all turns
	Payload    int // bytes of data in a fact
	Conflicts  int // how many calls of a hundred expect a version that is not there
	Duplicates int // how many calls of a hundred repeat an append that was made
}

// perTurn returns how many calls one turn makes: as many for each caller.
func (o Appends) perTurn() int { return max(o.Events/rounds/o.Callers, 1) * o.Callers }

func (o Appends) check() error {
	if o.Callers < 1 || o.Conflicts < 0 || o.Duplicates < 0 || o.Conflicts > 30 || o.Duplicates > 30 {
		return errors.New("bench append: at least one caller, and at most 30 % of each kind of calls that store nothing")
	}
	return nil
}

// Append measures o.Events appends to store in turns with raw, which writes as many
// of the same rows elsewhere.
func Append(ctx context.Context, store eventstore.Store, raw Raw, o Appends) (Figures, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	var theirs time.Duration
	var ours tally
	each := o.perTurn()
	for round := range rounds {
		load := Load{From: round * each, To: (round + 1) * each, Payload: o.Payload}.ready(o.Callers)
		took, err := timed(func() error { return raw.Run(ctx, load) })
		if err != nil {
			return nil, fmt.Errorf("bench append: %s: %w", raw.Name, err)
		}
		theirs += took
		if err := ours.turn(ctx, store, load, o); err != nil {
			return nil, fmt.Errorf("bench append: %w", err)
		}
	}
	f := Figures{{"callers", float64(o.Callers), "callers"}}
	f = append(f, ours.counts(o)...)
	f = append(f, Figure{"raw_insert_events_per_second", perSecond(rounds*each, theirs), "events/s"})
	return append(f, Figure{"ratio", ours.perSecond() / perSecond(rounds*each, theirs), "x"}), nil
}

// A tally is what was seen of the ledger's turns.
type tally struct {
	stored, refused, replayed atomic.Int64
	took                      time.Duration
	latencies                 []time.Duration // of calls that stored
	bytes, allocs             uint64          // of the whole process during the turns
}

func (t *tally) perSecond() float64 { return perSecond(int(t.stored.Load()), t.took) }

func (t *tally) counts(o Appends) Figures {
	slices.Sort(t.latencies)
	calls := t.stored.Load() + t.refused.Load() + t.replayed.Load()
	f := Figures{{"appends", float64(t.stored.Load()), "appends"}}
	if o.Conflicts > 0 {
		f = append(f, Figure{"conflicts", float64(t.refused.Load()), "calls"})
	}
	if o.Duplicates > 0 {
		f = append(f, Figure{"duplicates", float64(t.replayed.Load()), "calls"})
	}
	return append(f,
		Figure{"append_calls_per_second", perSecond(int(calls), t.took), "calls/s"},
		Figure{"append_bytes_per_call", float64(t.bytes) / float64(calls), "B"},
		Figure{"append_allocs_per_call", float64(t.allocs) / float64(calls), "allocations"},
		Figure{"append_events_per_second", t.perSecond(), "events/s"},
		Figure{"append_p50_ms", milliseconds(t.latencies[len(t.latencies)/2]), "ms"},
		Figure{"append_p99_ms", milliseconds(t.latencies[len(t.latencies)*99/100]), "ms"},
	)
}

// turn makes the calls of one load and counts what became of them.
func (t *tally) turn(ctx context.Context, store eventstore.Store, l Load, o Appends) error {
	rows := l.made
	latencies := make([]time.Duration, len(rows))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	var wg sync.WaitGroup
	for caller := range o.Callers {
		wg.Go(func() {
			for i := caller; i < len(rows); i += o.Callers {
				if err := t.call(ctx, store, rows, i, caller, o, &latencies[i]); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	t.took += time.Since(begun)
	runtime.ReadMemStats(&after)
	t.bytes += after.TotalAlloc - before.TotalAlloc
	t.allocs += after.Mallocs - before.Mallocs
	t.latencies = append(t.latencies, latencies...)
	return context.Cause(ctx)
}

// call makes the ith append of a turn, and, as often as o says, before it one that is
// refused and after it one of its caller's that was made already.
func (t *tally) call(ctx context.Context, store eventstore.Store, rows []Row, i, caller int, o Appends, took *time.Duration) error {
	// Of a hundred calls 100−C−D store, so C conflicts come with every 100−C−D appends.
	storing := 100 - o.Conflicts - o.Duplicates
	mine := i / o.Callers
	due := func(percent int) bool { return (mine+1)*percent/storing > mine*percent/storing }
	if due(o.Conflicts) {
		a := rows[i].append()
		a.Writes[0].Expect = eventstore.At(rows[i].Version + factsInStream)
		a.Key.ID += "c"
		if _, err := store.Append(ctx, a); !errors.Is(err, eventstore.ErrConflict) {
			return fmt.Errorf("an append that expects too much: %w", err)
		}
		t.refused.Add(1)
	}
	begun := time.Now()
	if _, err := store.Append(ctx, rows[i].append()); err != nil {
		return err
	}
	*took = time.Since(begun)
	t.stored.Add(1)
	if due(o.Duplicates) {
		earlier := (mine*7919 + 13) % (mine + 1) // any of the caller's appends of this turn
		r, err := store.Append(ctx, rows[earlier*o.Callers+caller].append())
		if err != nil || !r.Replayed {
			return fmt.Errorf("an append that was made already: %+v, %w", r, err)
		}
		t.replayed.Add(1)
	}
	return nil
}

package eventstorebench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"gridcommand/eventstore"
)

// Grows is what a measurement of growth does.
type Grows struct {
	Events  int // in the grown ledger
	Probe   int // facts appended and followed in one run; 0: 10000
	Payload int
	Callers int // 0: 64

	// Scattered gives keys ids in no order. Else they are in the order of time, as
	// those of streams are, which is what UUIDs of version 7 are for: an index of names
	// that come in order grows at its end, one of scattered names everywhere.
	Scattered bool
}

// row is the nth append. Streams that are open at the same time lie side by side.
func (o Grows) row(n int) Row {
	r := Load{Payload: o.Payload}.Row(n, n%o.Callers, o.Callers)
	r.Stream = eventstore.Stream(fmt.Sprintf("incident-%012x-7000-8000-%012x", n/o.Callers/factsInStream, n%o.Callers))
	r.Key.ID = fmt.Sprintf("%012x-7000-8000-%012x", n, n)
	if o.Scattered {
		r.Key.ID = fmt.Sprintf("%x", sha256.Sum256([]byte(r.Key.ID)))[:36]
	}
	return r
}

// A Ground opens ledgers: the same one for the same name.
type Ground func(ctx context.Context, name string) (eventstore.Archive, error)

const (
	growthRuns = 5     // alternating, of which the median counts
	fillFacts  = 25000 // in one load
)

// Growth measures appending and following on a ledger that holds o.Events facts beside
// one that is empty, in turns, and how long the grown one takes to open. say hears how
// the filling goes.
func Growth(ctx context.Context, open Ground, o Grows, say func(string)) (_ Figures, err error) {
	if o.Probe <= 0 {
		o.Probe = 10_000
	}
	if o.Callers <= 0 {
		o.Callers = 64
	}
	grown, err := open(ctx, "grown")
	if err != nil {
		return nil, fmt.Errorf("bench growth: %w", err)
	}
	filling, err := timed(func() error { return bulk(ctx, grown, o, say) })
	if err = errors.Join(err, grown.Close()); err != nil {
		return nil, fmt.Errorf("bench growth: fill: %w", err)
	}
	var opening []float64
	for range growthRuns {
		took, err := timed(func() error {
			if grown, err = open(ctx, "grown"); err != nil {
				return err
			}
			_, err := grown.Page(ctx, eventstore.Position(o.Events)-1, 1)
			return err
		})
		if err == nil {
			err = grown.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("bench growth: open: %w", err)
		}
		opening = append(opening, milliseconds(took))
	}
	if grown, err = open(ctx, "grown"); err != nil {
		return nil, fmt.Errorf("bench growth: open: %w", err)
	}
	defer func() { err = errors.Join(err, grown.Close()) }()

	var speeds [2]struct{ append, follow []float64 } // empty, grown
	for run := range growthRuns {
		empty, err := open(ctx, fmt.Sprint("empty", run))
		if err != nil {
			return nil, fmt.Errorf("bench growth: open: %w", err)
		}
		for i, s := range []eventstore.Archive{empty, grown} {
			a, f, err := probe(ctx, s, o)
			if err != nil {
				return nil, errors.Join(fmt.Errorf("bench growth: %w", err), empty.Close())
			}
			speeds[i].append, speeds[i].follow = append(speeds[i].append, a), append(speeds[i].follow, f)
		}
		if err := empty.Close(); err != nil {
			return nil, fmt.Errorf("bench growth: %w", err)
		}
	}
	appends := median(speeds[1].append) / median(speeds[0].append)
	follows := median(speeds[1].follow) / median(speeds[0].follow)
	return Figures{
		{"facts", float64(o.Events), "facts"},
		{"fill_events_per_second", perSecond(o.Events, filling), "events/s"},
		{"open_ms", median(opening), "ms"},
		{"append_empty", median(speeds[0].append), "events/s"},
		{"append_grown", median(speeds[1].append), "events/s"},
		{"append_ratio", appends, "x"},
		{"follow_empty", median(speeds[0].follow), "events/s"},
		{"follow_grown", median(speeds[1].follow), "events/s"},
		{"follow_ratio", follows, "x"},
		{"ratio", min(appends, follows), "x"},
	}, nil
}

// bulk loads o.Events facts, with the keys of their appends, as far as they are missing.
func bulk(ctx context.Context, s eventstore.Archive, o Grows, say func(string)) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	begun := time.Now()
	for from := int(head); from < o.Events; from += fillFacts {
		to := min(from+fillFacts, o.Events)
		records, keys := make([]eventstore.Record, 0, to-from), make([]eventstore.KeyRecord, 0, to-from)
		for n := from; n < to; n++ {
			r := o.row(n)
			p := eventstore.Position(n + 1)
			records = append(records, eventstore.Record{
				Position: p, Stream: r.Stream, Version: r.Version, Type: r.Type, At: r.At, Data: r.Data, Meta: r.Meta,
			})
			keys = append(keys, eventstore.KeyRecord{Key: r.Key, First: p, Last: p, Version: r.Version})
		}
		if err := s.Load(ctx, records, keys); err != nil {
			return err
		}
		if to/1_000_000 > from/1_000_000 {
			say(fmt.Sprintf("%d facts after %.0f s", to, time.Since(begun).Seconds()))
		}
	}
	return nil
}

// probe appends facts by many callers and follows them, and returns both speeds.
func probe(ctx context.Context, s eventstore.Store, o Grows) (appends, follows float64, err error) {
	head, err := s.Head(ctx)
	if err != nil {
		return 0, 0, err
	}
	from := int(head)
	load := Load{From: from, To: from + o.Probe, Payload: o.Payload}
	for n := load.From; n < load.To; n++ {
		load.made = append(load.made, o.row(n))
	}
	took, err := timed(func() error {
		t := &tally{}
		return t.turn(ctx, s, load, Appends{Callers: o.Callers})
	})
	if err != nil {
		return 0, 0, err
	}
	appends = perSecond(o.Probe, took)
	took, err = timed(func() error {
		for page, err := range eventstore.Follow(ctx, s, head, 0) {
			if err != nil {
				return err
			}
			if page[len(page)-1].Position >= head+eventstore.Position(o.Probe) {
				break
			}
		}
		return nil
	})
	return appends, perSecond(o.Probe, took), err
}

func median(of []float64) float64 {
	of = slices.Clone(of)
	slices.Sort(of)
	return of[len(of)/2]
}

package eventstorebench

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/tail"
)

// Follows is what a measurement of following does.
type Follows struct {
	Events    int // read from the beginning
	Payload   int
	Followers int // of the same ledger, while facts come; 0: one
	Rate      int // facts a second that come; 0: 1000
	Seconds   int // how long they come; 0: not measured
}

// liveCallers append while followers are timed.
const liveCallers = 32

// FollowLive measures how long after its commit a fact is with each of the followers, who
// share one reader, while o.Rate facts a second are appended one by one. A fact that a
// follower has before its writer has the answer counts as no time at all.
func FollowLive(ctx context.Context, store eventstore.Store, o Follows) (Figures, error) {
	followers, rate := max(o.Followers, 1), o.Rate
	if rate <= 0 {
		rate = 1000
	}
	from, err := store.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("bench follow: %w", err)
	}
	n := rate * o.Seconds
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	shared := tail.New(keptOpen{store}, nil)
	defer func() { _ = shared.Close() }()
	seen := make([][]time.Time, followers)
	var following sync.WaitGroup
	for i := range seen {
		seen[i] = make([]time.Time, n)
		following.Go(func() {
			if err := see(ctx, shared, from, seen[i]); err != nil {
				cancel(err)
			}
		})
	}
	called, answered := make([]time.Time, n), make([]time.Time, n)
	due := make(chan int, n)
	var appending sync.WaitGroup
	var late atomic.Int64
	for range liveCallers {
		appending.Go(func() {
			for i := range due {
				begun := time.Now()
				r, err := shared.Append(ctx, liveFact(i, o.Payload))
				if err != nil {
					cancel(err)
					continue
				}
				place := r.First - from - 1
				called[place], answered[place] = begun, time.Now()
			}
		})
	}
	started := time.Now()
	for i := range n {
		if wait := time.Until(started.Add(time.Duration(i) * time.Second / time.Duration(rate))); wait > 0 {
			time.Sleep(wait)
		} else if -wait > 50*time.Millisecond {
			late.Add(1)
		}
		due <- i
	}
	close(due)
	appending.Wait()
	took := time.Since(started)
	following.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, fmt.Errorf("bench follow: %w", err)
	}
	var fromCommit, fromCall []time.Duration
	for _, times := range seen {
		for i, at := range times {
			fromCommit = append(fromCommit, max(0, at.Sub(answered[i])))
			fromCall = append(fromCall, at.Sub(called[i]))
		}
	}
	slices.Sort(fromCommit)
	slices.Sort(fromCall)
	at := func(d []time.Duration, percent int) float64 { return milliseconds(d[len(d)*percent/100]) }
	pages, alone := shared.Reads()
	return Figures{
		{"followers", float64(followers), "followers"},
		{"follow_events_per_second", perSecond(n, took), "events/s"},
		{"follow_late_events", float64(late.Load()), "events"},
		{"follow_p50_ms", at(fromCommit, 50), "ms"},
		{"follow_p99_ms", at(fromCommit, 99), "ms"},
		{"append_to_follower_p50_ms", at(fromCall, 50), "ms"},
		{"append_to_follower_p99_ms", at(fromCall, 99), "ms"},
		{"pages_read_for_all", float64(pages), "pages"},
		{"pages_read_alone", float64(alone), "pages"},
	}, nil
}

// see follows and notes when each fact was there.
func see(ctx context.Context, s eventstore.Store, from eventstore.Position, times []time.Time) error {
	if len(times) == 0 {
		return nil
	}
	for page, err := range eventstore.Follow(ctx, s, from, 0) {
		if err != nil {
			return err
		}
		now := time.Now()
		for i := range page {
			times[page[i].Position-from-1] = now
		}
		if page[len(page)-1].Position == from+eventstore.Position(len(times)) {
			break
		}
	}
	return nil
}

func liveFact(n, payload int) eventstore.Append {
	r := Load{Payload: payload}.Row(n, 0, 1)
	return eventstore.Append{Meta: r.Meta, Writes: []eventstore.Write{{
		Stream: eventstore.StreamOf("live", fmt.Sprint(n)), Drafts: []eventstore.Draft{{Type: r.Type, At: r.At, Data: json.RawMessage(r.Data)}},
	}}}
}

// keptOpen is a ledger that outlives who shares it.
type keptOpen struct{ eventstore.Store }

func (keptOpen) Close() error { return nil }

// followBoth is catching up and then following what comes; the ratio stays last.
func followBoth(ctx context.Context, store eventstore.Store, raw Raw, o Follows) (Figures, error) {
	figures, err := Follow(ctx, store, raw, o.Events, o.Payload)
	if err != nil || o.Seconds == 0 {
		return figures, err
	}
	live, err := FollowLive(ctx, store, o)
	if err != nil {
		return nil, err
	}
	last := len(figures) - 1
	return slices.Concat(figures[:last], live, figures[last:]), nil
}

// Package eventstorebench measures a ledger beside the raw limit of the same
// machine, driver and disk, taken in turns in the same run: a figure of one
// machine says little, the ratio of two says what our own code costs.
package eventstorebench

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/eventstore"
)

// A Figure is one measured number.
type Figure struct {
	Name  string
	Value float64
	Unit  string
}

// Figures are what one run measured; the last is the ratio to the raw limit.
type Figures []Figure

// String gives one line "name value unit" each, in plain decimals.
func (f Figures) String() string {
	var b strings.Builder
	for _, one := range f {
		fmt.Fprintf(&b, "%s %s %s\n", one.Name, plainDecimal(one.Value), one.Unit)
	}
	return b.String()
}

// Ratio returns the value of the last figure.
func (f Figures) Ratio() float64 { return f[len(f)-1].Value }

func plainDecimal(v float64) string {
	if math.Abs(v) >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// A Load is a number of appends of one fact each, the same ones for a ledger and
// for its raw limit. Every stream gets eight facts, as many as a plain incident
// has, at versions that are expected, and every append has a key.
type Load struct {
	From, To int // which appends: From, From+1, …, To-1
	Payload  int // bytes of data in a fact
	Series   int // tells the streams and keys of one process from those of another

	made []Row // the appends themselves, when they were made before the clock ran
}

const factsInStream = 8

// A Row is one append of a Load as it ends up in tables.
type Row struct {
	Stream  eventstore.Stream
	Version eventstore.Version
	Type    string
	At      time.Time
	Data    []byte
	Meta    eventstore.Meta
	Key     eventstore.Key
}

var began = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// Row returns the nth append of the load of one of `of` callers. Callers do not
// share streams.
func (l Load) Row(n, caller, of int) Row {
	if l.made != nil {
		return l.made[n-l.From]
	}
	mine := n / of // the caller's how-manieth append
	data := bytes.Repeat([]byte{'x'}, max(l.Payload, 2))
	data[0], data[len(data)-1] = '"', '"'
	key := eventstore.Key{Scope: "bench", ID: fmt.Sprintf("0198c0de-%04x-7%03x-8000-%012x", caller, l.Series, mine)}
	key.Digest[0], key.Digest[31] = byte(n), byte(caller)
	return Row{
		Stream:  eventstore.Stream(fmt.Sprintf("incident-0198c0de-%04x-7%03x-8000-%012x", caller, l.Series, mine/factsInStream)),
		Version: eventstore.Version(mine%factsInStream + 1),
		Type:    "incident.reported",
		At:      began.Add(time.Duration(n) * time.Millisecond),
		Data:    data,
		Meta:    eventstore.Meta{Actor: "bench"},
		Key:     key,
	}
}

// ready returns l with its appends made: what callers ask for is not part of what is
// measured, on either side.
func (l Load) ready(callers int) Load {
	rows := make([]Row, 0, l.To-l.From)
	for n := l.From; n < l.To; n++ {
		rows = append(rows, l.Row(n, n%callers, callers))
	}
	l.made = rows
	return l
}

func (r Row) append() eventstore.Append {
	return eventstore.Append{
		Key:  r.Key,
		Meta: r.Meta,
		Writes: []eventstore.Write{{
			Stream: r.Stream,
			Expect: eventstore.At(r.Version - 1),
			Drafts: []eventstore.Draft{{Type: r.Type, At: r.At, Data: r.Data}},
		}},
	}
}

// A Raw writes or reads the load as fast as the driver allows, without a ledger.
type Raw struct {
	Name string
	Run  func(ctx context.Context, l Load) error
}

// rounds is how often ledger and raw limit take turns, so that a disk that is
// slow for a second is slow for both.
const rounds = 4

// Follow measures reading a ledger of `events` facts from its beginning through
// [eventstore.Follow], beside raw, which scans as many rows of the same table.
// The ledger is filled first as far as it has fewer facts.
func Follow(ctx context.Context, store eventstore.Store, raw Raw, events, payload int) (Figures, error) {
	head, err := store.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("bench follow: %w", err)
	}
	if err := fill(ctx, store, Load{From: int(head), To: events, Payload: payload}); err != nil {
		return nil, fmt.Errorf("bench follow: fill: %w", err)
	}
	var ours, theirs time.Duration
	for range rounds {
		took, err := timed(func() error { return raw.Run(ctx, Load{To: events, Payload: payload}) })
		if err != nil {
			return nil, fmt.Errorf("bench follow: %s: %w", raw.Name, err)
		}
		theirs += took
		took, err = timed(func() error { return followAll(ctx, store, eventstore.Position(events)) })
		if err != nil {
			return nil, fmt.Errorf("bench follow: %w", err)
		}
		ours += took
	}
	return Figures{
		{"facts", float64(events), "facts"},
		{"follow", perSecond(rounds*events, ours), "facts/s"},
		{raw.Name, perSecond(rounds*events, theirs), "facts/s"},
		{"ratio", theirs.Seconds() / ours.Seconds(), "x"},
	}, nil
}

func followAll(ctx context.Context, store eventstore.Store, to eventstore.Position) error {
	for page, err := range eventstore.Follow(ctx, store, 0, 0) {
		if err != nil {
			return err
		}
		if page[len(page)-1].Position >= to {
			break
		}
	}
	return nil
}

// fill appends the load quickly, many at a time.
func fill(ctx context.Context, store eventstore.Store, l Load) error {
	const callers = 64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for caller := range callers {
		wg.Go(func() {
			for n := l.From + caller; n < l.To && failed.Load() == nil; n += callers {
				row := l.Row(n, caller, callers)
				a := row.append()
				a.Key, a.Writes[0].Expect = eventstore.Key{}, eventstore.Any
				if _, err := store.Append(ctx, a); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

func timed(f func() error) (time.Duration, error) {
	begun := time.Now()
	err := f()
	return time.Since(begun), err
}

func perSecond(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

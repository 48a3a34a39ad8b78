// Package meters tells Prometheus how the center is doing.
//
// What it keeps true: reading the figures writes nothing and never waits longer than a
// moment for the ledger; no label holds an id, an account or anything else that grows
// with the work; a figure about something this center does not have (notifications of
// PostgreSQL, a seal) is absent, not zero. Durations are in seconds, sizes in bytes, and
// counters end in _total.
//
// The figures of the HTTP side are package api's; they stand in the same registry.
package meters

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"gridcommand/eventstore"
)

// patience is how long one reading of the figures may wait for the ledger.
const patience = 5 * time.Second

// A Follower is a view or a handler: something that takes in the ledger's facts.
type Follower struct {
	Kind     string // view or handler
	Name     string
	Position eventstore.Position
	Stopped  bool // it stands still until somebody acts
	Failing  bool // its last attempt failed; it tries again
	Parked   int  // facts that wait for an operator
}

// Sockets is how the live side is doing.
type Sockets struct {
	Open         int
	Frames, Slow int64 // sent, and sockets closed for being too slow, since the start
}

// Tail is how the buffer that readers near the head share is doing.
type Tail struct {
	Readers int // who wait at it now
	Facts   int // kept in it
	Bytes   int // that those take
}

// A Seal is how far the ledger is sealed.
type Seal struct {
	Position eventstore.Position // covered by a signed checkpoint
	Stopped  bool                // nothing more is sealed until somebody acts
}

// A Source is what the figures are read from whenever somebody asks.
type Source struct {
	Head      func(context.Context) (eventstore.Position, error)
	Followers func() []Follower
	Sockets   func() Sockets
	Folder    string // whose disk is watched

	Seal      func() Seal      // nil: the ledger is not sealed
	Listening func() bool      // whether notifications of PostgreSQL arrive; nil: there are none
	Tail      func() Tail      // nil: there is no such buffer
	Now       func() time.Time // nil: time.Now
}

// Register joins the figures of a center to a registry, with those of the process
// itself. [Center.Run] keeps the lags in seconds true.
func Register(to *prometheus.Registry, ledger *Ledger, from Source) *Center {
	if from.Now == nil {
		from.Now = time.Now
	}
	c := &Center{from: from}
	to.MustRegister(
		ledger, c,
		collectors.NewGoCollector(),
		collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	return c
}

// A Center reads a [Source] for Prometheus.
type Center struct {
	from  Source
	heads heads
}

// Run looks at the ledger's head every second until ctx ends: how long something has
// been behind is known from when its head was first seen.
func (c *Center) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if head, err := c.from.Head(ctx); err == nil {
			c.heads.see(head, c.from.Now())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/sqlite"
)

// LedgerCmd looks at facts; it never writes, and may be used beside a running server.
type LedgerCmd struct {
	Tail  LedgerTailCmd  `cmd:"" help:"The last facts, and with --follow those that come."`
	Show  LedgerShowCmd  `cmd:"" help:"Every fact of one incident, by id."`
	Stats LedgerStatsCmd `cmd:"" help:"How many facts of each kind."`
}

// readOnly opens the ledger of a place for reading, also beside a running server.
func (p place) readOnly(ctx context.Context) (eventstore.Store, error) {
	if p.pg != "" {
		return postgres.OpenReadOnly(ctx, p.pg)
	}
	if !p.exists() {
		return nil, fmt.Errorf("no ledger in %s", p.dir)
	}
	return sqlite.OpenReadOnly(ctx, p.dir)
}

func (a At) readOnly(ctx context.Context) (eventstore.Store, error) {
	p, err := a.place()
	if err != nil {
		return nil, err
	}
	return p.readOnly(ctx)
}

type factLine struct {
	Position eventstore.Position `json:"position"`
	Stream   eventstore.Stream   `json:"stream"`
	Version  eventstore.Version  `json:"version"`
	Type     string              `json:"type"`
	At       time.Time           `json:"at"`
	Actor    string              `json:"actor,omitempty"`
	Data     json.RawMessage     `json:"data"`
}

func (c *Console) fact(r eventstore.Record) error {
	return json.NewEncoder(c.Out).Encode(factLine{r.Position, r.Stream, r.Version, r.Type, r.At, r.Meta.Actor, r.Data})
}

// LedgerTailCmd shows the last facts.
type LedgerTailCmd struct {
	At
	N      int  `short:"n" default:"20" help:"How many of those already there."`
	Follow bool `short:"f" help:"Go on with those that come."`
}

// Run prints one JSON line per fact.
func (c *LedgerTailCmd) Run(ctx context.Context, console *Console) error {
	store, err := c.readOnly(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	after := max(0, head-eventstore.Position(max(0, c.N)))
	if after == head && !c.Follow {
		return nil
	}
	for page, err := range eventstore.Follow(ctx, store, after, 0) {
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		for _, r := range page {
			if !c.Follow && r.Position > head {
				return nil
			}
			if err := console.fact(r); err != nil {
				return err
			}
			if !c.Follow && r.Position == head {
				return nil
			}
		}
	}
	return nil
}

// LedgerShowCmd shows one stream.
type LedgerShowCmd struct {
	At
	ID string `arg:"" help:"Id of an incident."`
}

// Run prints one JSON line per fact.
func (c *LedgerShowCmd) Run(ctx context.Context, console *Console) error {
	store, err := c.readOnly(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	found := false
	for r, err := range store.Read(ctx, eventstore.StreamOf("incident", c.ID), 0) {
		if err != nil {
			return err
		}
		found = true
		if err := console.fact(r); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("no incident %s", c.ID)
	}
	return nil
}

// LedgerStatsCmd counts facts.
type LedgerStatsCmd struct {
	At
	JSON bool `name:"json"`
}

// Run reads the whole ledger.
func (c *LedgerStatsCmd) Run(ctx context.Context, console *Console) error {
	store, err := c.readOnly(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	counts, streams := map[string]int{}, map[eventstore.Stream]bool{}
	after := eventstore.Position(0)
	for {
		page, err := store.Page(ctx, after, 4096)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			counts[r.Type]++
			streams[r.Stream] = true
		}
		after = page[len(page)-1].Position
	}
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(map[string]any{"head": after, "streams": len(streams), "types": counts})
	}
	fmt.Fprintf(console.Out, "head %d\nstreams %d\n", after, len(streams))
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(console.Out, "%s %d\n", name, counts[name])
	}
	return nil
}

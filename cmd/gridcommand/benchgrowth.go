package main

import (
	"context"
	"fmt"

	"gridcommand/eventstore/eventstorebench"
)

// BenchGrowthCmd measures what a ledger's size costs.
type BenchGrowthCmd struct {
	Ledger  string `help:"postgres://… of a server to make databases on, which are dropped afterwards; without it, SQLite in a new folder."`
	Events  int    `default:"10000000" help:"Facts in the grown ledger."`
	Probe   int    `default:"10000" help:"Facts appended and followed in each of five runs."`
	Payload int    `default:"256" help:"Bytes of data in a fact."`
	Callers int    `default:"64" help:"Who append at a time."`

	Scattered bool `help:"Give appends keys in no order, instead of in the order of time."`
}

// Run measures.
func (c *BenchGrowthCmd) Run(ctx context.Context, console *Console) error {
	o := eventstorebench.Grows{Events: c.Events, Probe: c.Probe, Payload: c.Payload, Callers: c.Callers, Scattered: c.Scattered}
	say := func(what string) { fmt.Fprintln(console.Err, what) }
	return onStore(console, c.Ledger, func(dir string) (eventstorebench.Figures, error) {
		if c.Ledger != "" {
			return eventstorebench.GrowthPostgres(ctx, c.Ledger, o, say)
		}
		return eventstorebench.GrowthSQLite(ctx, dir, o, say)
	})
}

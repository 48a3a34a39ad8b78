package main

import (
	"context"

	"gridcommand/eventstore/eventstorebench"
)

// BenchAppendCmd measures appends.
type BenchAppendCmd struct {
	Ledger     string `help:"postgres://… of a database to measure on; without it, SQLite in a new folder."`
	Callers    int    `default:"64" help:"Who append at a time. With one, the raw limit is one connection that commits single rows."`
	Events     int    `default:"40000"`
	Payload    int    `default:"256" help:"Bytes of data in a fact."`
	Conflicts  int    `help:"Per cent of calls that expect a version which is not there."`
	Duplicates int    `help:"Per cent of calls that repeat an append which was made."`
}

// Run measures.
func (c *BenchAppendCmd) Run(ctx context.Context, console *Console) error {
	o := eventstorebench.Appends{
		Callers: c.Callers, Events: c.Events, Payload: c.Payload, Conflicts: c.Conflicts, Duplicates: c.Duplicates,
	}
	return onStore(console, c.Ledger, func(dir string) (eventstorebench.Figures, error) {
		if c.Ledger != "" {
			return eventstorebench.AppendPostgres(ctx, c.Ledger, o)
		}
		return eventstorebench.AppendSQLite(ctx, dir, o)
	})
}

package main

import (
	"context"

	"gridcommand/eventstore/eventstorebench"
)

// BenchFollowCmd measures following: first from the beginning, then what comes.
type BenchFollowCmd struct {
	Ledger    string `help:"postgres://… of a database to measure on; without it, SQLite in a new folder."`
	Events    int    `default:"100000" help:"Facts read from the beginning."`
	Payload   int    `default:"256" help:"Bytes of data in a fact."`
	Followers int    `default:"1" help:"Who follow in one process while facts come."`
	Rate      int    `default:"1000" help:"Facts a second that come."`
	Seconds   int    `default:"5" help:"How long they come; 0 measures catching up alone."`
}

// Run measures.
func (c *BenchFollowCmd) Run(ctx context.Context, console *Console) error {
	o := eventstorebench.Follows{Events: c.Events, Payload: c.Payload, Followers: c.Followers, Rate: c.Rate, Seconds: c.Seconds}
	return onStore(console, c.Ledger, func(dir string) (eventstorebench.Figures, error) {
		if c.Ledger != "" {
			return eventstorebench.FollowPostgres(ctx, c.Ledger, o)
		}
		return eventstorebench.FollowSQLite(ctx, dir, o)
	})
}

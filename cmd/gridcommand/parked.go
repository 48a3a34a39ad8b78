package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
)

// ParkedCmd deals with facts that a workflow handler could not cope with.
type ParkedCmd struct {
	List  ParkedListCmd  `cmd:"" help:"What is parked, and why."`
	Retry ParkedRetryCmd `cmd:"" help:"Try one again, and what waits behind it."`
	Drop  ParkedDropCmd  `cmd:"" help:"Give one up: the handler never does it."`
}

// ParkedListCmd lists.
type ParkedListCmd struct {
	At
	JSON bool `name:"json"`
}

// Run lists what is parked.
func (c *ParkedListCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	r, err := send(ctx, console, p, order{Do: "parked list"})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(r.Parked)
	}
	w := tabwriter.NewWriter(console.Out, 0, 0, 2, ' ', 0)
	for _, one := range r.Parked {
		fmt.Fprintf(w, "%d\t%s\t%s\t%d\t%s\t%s\n", one.ID, one.Handler, one.Incident, one.Position, one.Type, one.Reason)
	}
	return w.Flush()
}

// ParkedRetryCmd tries again.
type ParkedRetryCmd struct {
	At
	ID int64 `arg:""`
}

// Run tries one again.
func (c *ParkedRetryCmd) Run(ctx context.Context, console *Console) error {
	return c.send(ctx, console, "parked retry", c.ID)
}

// ParkedDropCmd gives one up.
type ParkedDropCmd struct {
	At
	ID int64 `arg:""`
}

// Run gives one up.
func (c *ParkedDropCmd) Run(ctx context.Context, console *Console) error {
	return c.send(ctx, console, "parked drop", c.ID)
}

func (a At) send(ctx context.Context, console *Console, do string, id int64) error {
	p, err := a.place()
	if err != nil {
		return err
	}
	_, err = send(ctx, console, p, order{Do: do, ID: id})
	return err
}

// RebuildCmd folds views anew.
type RebuildCmd struct {
	At
	Views []string `arg:"" optional:"" name:"view" help:"casebook, picture, worklist, wall, tally; none: all."`
}

// Run rebuilds.
func (c *RebuildCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	r, err := send(ctx, console, p, order{Do: "rebuild", Views: c.Views})
	for _, name := range r.Views {
		fmt.Fprintf(console.Out, "%s rebuilt\n", name)
	}
	return err
}

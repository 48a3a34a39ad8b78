package main

import (
	"context"
	"fmt"
	"net"

	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/web/ui"
)

// ServeCmd serves a district's ledger.
type ServeCmd struct {
	At
	Checks
	SuiteFlag
	Listen string `help:"Address to listen on." default:"127.0.0.1:8080" env:"GRIDCOMMAND_LISTEN"`
}

// Run serves until a signal comes.
func (c *ServeCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	p.suite = c.Suite
	if err := c.fit(ctx, console, p); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	m, err := assemble(ctx, p, clock.Wall(), console.Log, nil)
	if err != nil {
		_ = listener.Close()
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	m.work(gctx, g)
	m.serve(gctx, listener, g)
	fmt.Fprintf(console.Err, "gridcommand: serving http://%s\n", listener.Addr())
	warnWithoutPages(console)
	return finish(m, g.Wait())
}

// finish closes m after its goroutines ended with err.
func finish(m *center, err error) error {
	if closed := m.Close(); err == nil && closed != nil {
		return fmt.Errorf("closing: %w", closed)
	}
	return err
}

func warnWithoutPages(console *Console) {
	if !ui.Built() {
		fmt.Fprintln(console.Err, "gridcommand: this binary holds no pages; 'make build' makes one that does")
	}
}

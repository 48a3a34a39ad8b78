package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gridcommand/web/api"
)

// ImportTicketsCmd brings hotline tickets in.
type ImportTicketsCmd struct {
	At
	File   string `arg:"" type:"existingfile" help:"CSV (UTF-8 or GB 18030) or XLSX; a row for each version of a ticket."`
	DryRun bool   `help:"Check only: print every fault with its row, or what would become of the rows."`
	JSON   bool   `name:"json"`
}

// A ticketsReply is what came of a file of tickets, as the admin socket carries it.
type ticketsReply struct {
	Faults []string       `json:"faults"`
	File   api.TicketFile `json:"file"`
}

// Run checks the file as a whole, then brings in everything or nothing.
func (c *ImportTicketsCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	data, err := readLimited(c.File)
	if err != nil {
		return err
	}
	r, err := send(ctx, console, p, order{Do: "import tickets", Table: &tableOrder{Data: data, DryRun: c.DryRun}})
	if err != nil {
		return err
	}
	if r.Tickets == nil {
		return errors.New("the running server gave no answer")
	}
	if faults := r.Tickets.Faults; len(faults) > 0 {
		for _, f := range faults {
			fmt.Fprintf(console.Err, "%s: %s\n", c.File, f)
		}
		return fmt.Errorf("%d faults; nothing was brought in", len(faults))
	}
	f := r.Tickets.File
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(f)
	}
	fmt.Fprintf(console.Out, "%d rows, %d added, %d changed, %d older versions noted, %d conflicts, %d already known\n", f.Rows, f.Added, f.Changed, f.Noted, f.Conflicts, f.Known)
	return nil
}

// importTickets brings a file of tickets in, or says what is wrong with it.
func (m *center) importTickets(ctx context.Context, o tableOrder) (*ticketsReply, error) {
	last, err := m.lastFact(ctx)
	if err != nil {
		return nil, err
	}
	intake := api.TicketIntake{
		Accounts: m.accounts, Ledger: m.ledger, Workflow: m.service, Reference: m.library, Grid: m.ground,
		Now: func() time.Time { // not before what the ledger already holds, whatever clock it went by
			if at := m.clock.Now(); at.After(last) {
				return at
			}
			return last
		},
	}
	r := &ticketsReply{Faults: []string{}}
	by := operator
	by.Unit = m.book().District() // whose desk they come to
	r.File, err = intake.File(ctx, o.Data, by, o.DryRun)
	if faults, ok := errors.AsType[*api.TicketFaultsError](err); ok {
		for _, f := range faults.Faults {
			r.Faults = append(r.Faults, f.Detail)
		}
		return r, nil
	}
	return r, err
}

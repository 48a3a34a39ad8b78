package main

import (
	"context"
	"encoding/json"
	"fmt"

	"gridcommand/cmd/clock"
	"gridcommand/cmd/replay"
	"gridcommand/domain/catalogue"
)

type keyOf = catalogue.Key

// ImportCmd brings in files.
type ImportCmd struct {
	Incidents ImportIncidentsCmd `cmd:"" help:"Incidents of another system, with their own times; workflow leaves them alone."`

	Grid    ImportGridCmd    `cmd:"" help:"The ground divided anew: GeoJSON, checked as a whole; incidents keep the grid of their time."`
	Tickets ImportTicketsCmd `cmd:"" help:"Hotline tickets from the city; versions known already stay."`

	Calendar       ImportTableCmd `cmd:"" help:"Working days of a newly published year; the years before stay."`
	Catalogue      ImportTableCmd `cmd:"" help:"Matters, criteria or the mapping of an older scheme; a workbook may hold all. Other schemes stay."`
	Units          ImportTableCmd `cmd:"" help:"Units with their parents, clerks and telephones."`
	Responsibility ImportTableCmd `cmd:"" help:"The responsibility list: who answers for which matters."`
	Fallback       ImportTableCmd `cmd:"" help:"Who answers in a street when nobody else does."`
	DefaultTiers   ImportTableCmd `cmd:"" help:"At which tier disposal of a matter starts."`
	Limits         ImportTableCmd `cmd:"" help:"Time limits of the stages."`
	Policy         ImportTableCmd `cmd:"" help:"The numbers that are configuration; those not named stay."`
	Evaluation     ImportTableCmd `cmd:"" help:"What indicators weigh in a score, and from which score on a grade counts; those not named stay."`
	Rulings        ImportTableCmd `cmd:"" help:"Rulings on who answers; those known already stay."`
	Reference      ImportTableCmd `cmd:"" help:"Any of these tables: a workbook with a sheet for each, or a CSV whose header tells."`
}

// ImportIncidentsCmd brings in incidents.
type ImportIncidentsCmd struct {
	At
	File    string `arg:"" type:"existingfile" help:"CSV, may be gzip."`
	Mapping string `required:"" type:"existingfile" help:"How the file's columns become reports (JSON)."`
	DryRun  bool   `help:"Check only; print every fault with its row."`
	JSON    bool   `name:"json"`
}

// Run checks the file as a whole, then brings in everything or nothing.
func (c *ImportIncidentsCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	m, err := assemble(ctx, p, clock.Wall(), console.Log, nil)
	if err != nil {
		return err
	}
	defer m.Close()
	rows, mapping, err := readFile(console, m, c.File, c.Mapping)
	if err != nil {
		return err
	}
	carrier := replay.Carrier{Ref: m.library, Grid: m.ground, Source: mapping.Source, Mapping: mapping.System()}
	if faults := replay.Check(m.service, carrier, rows); len(faults) > 0 {
		sayFaults(console, c.File, faults)
		return fmt.Errorf("%d rows would be refused; nothing was brought in", len(faults))
	}
	done := replay.Imported{Rows: len(rows)}
	if !c.DryRun {
		if done, err = replay.Import(ctx, m.service, m.ledger, carrier, rows); err != nil {
			return fmt.Errorf("%w (rows already in are known by their number: run it again)", err)
		}
	}
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(map[string]any{"rows": done.Rows, "added": done.Added, "known": done.Known, "dry_run": c.DryRun})
	}
	fmt.Fprintf(console.Out, "%d rows, %d added, %d already known\n", done.Rows, done.Added, done.Known)
	return nil
}

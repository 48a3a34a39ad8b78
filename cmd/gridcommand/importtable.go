package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/workflow"
	"gridcommand/workflow/sheets"
)

// ImportTableCmd brings reference data in. Which tables it takes is the command's name.
type ImportTableCmd struct {
	At
	File string `arg:"" type:"existingfile" help:"CSV (UTF-8 or GB 18030) or XLSX."`
	Coming
}

// tablesOf are the tables that a command takes; nil: any.
func tablesOf(command string) []string {
	switch command {
	case "catalogue":
		return []string{reference.Matters, reference.Criteria, reference.SchemeMapping}
	case "reference":
		return nil
	}
	return []string{strings.ReplaceAll(command, "-", "_")}
}

// A tableOrder is tables to bring in, as the admin socket carries them.
type tableOrder struct {
	Command   string    `json:"command"`
	Data      []byte    `json:"data"`
	Effective time.Time `json:"effective,omitzero"`
	Version   string    `json:"version,omitempty"`
	Basis     string    `json:"basis,omitempty"`
	Note      string    `json:"note,omitempty"`
	DryRun    bool      `json:"dry_run,omitempty"`
}

// A tableReply is what came of it.
type tableReply struct {
	Faults    []string           `json:"faults"`
	Changes   []reference.Change `json:"changes"`
	Version   string             `json:"version,omitempty"`
	Effective time.Time          `json:"effective,omitzero"`
	Position  int64              `json:"position"`
	DryRun    bool               `json:"dry_run"`
}

// Run checks the file as a whole, shows what it changes, and enacts it.
func (c *ImportTableCmd) Run(ctx context.Context, console *Console, k *kong.Context) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	o := tableOrder{Command: k.Selected().Name, Version: c.Version, Basis: c.Basis, Note: c.Note, DryRun: c.DryRun}
	if o.Effective, err = c.effective(); err != nil {
		return err
	}
	if o.Data, err = readLimited(c.File); err != nil {
		return err
	}
	r, err := send(ctx, console, p, order{Do: "import table", Table: &o})
	if err != nil {
		return err
	}
	return c.tell(console, r.Table)
}

func readLimited(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, sheets.MaxBytes+1)) // one more says that it is too long
}

func (c *ImportTableCmd) tell(console *Console, r *tableReply) error {
	if r == nil {
		return errNoAnswer
	}
	if said, err := c.said(console, c.File, r, r.Faults); said {
		return err
	}
	count := map[string]int{}
	for _, x := range r.Changes {
		count[x.Kind]++
		fmt.Fprintf(console.Out, "%s %s %s%s\n", map[string]string{"added": "+", "removed": "-", "changed": "~"}[x.Kind], x.Table, x.Key, differences(x))
	}
	switch {
	case len(r.Changes) == 0:
		fmt.Fprintln(console.Out, "no change")
	case r.DryRun:
		fmt.Fprintf(console.Out, "would be: %d added, %d changed, %d removed\n", count["added"], count["changed"], count["removed"])
	default:
		fmt.Fprintf(console.Out, "%d added, %d changed, %d removed", count["added"], count["changed"], count["removed"])
		if r.Version != "" {
			fmt.Fprintf(console.Out, "; edition %s counts from %s", r.Version, r.Effective.In(deadline.CST).Format(time.RFC3339))
		}
		fmt.Fprintln(console.Out)
	}
	return nil
}

// differences says in which columns a changed row differs, and how.
func differences(x reference.Change) string {
	columns := reference.Columns(x.Table)
	var all []string
	for i := range columns {
		switch {
		case x.Kind == "changed" && x.Before[i] != x.After[i]:
			all = append(all, fmt.Sprintf("%s: %q → %q", columns[i], x.Before[i], x.After[i]))
		case x.Kind == "added" && x.After[i] != "":
			all = append(all, x.After[i])
		}
	}
	if len(all) == 0 {
		return ""
	}
	return "  " + strings.Join(all, ", ")
}

// operator is who brings tables in at the machine itself.
var operator = incident.Actor{Person: "system:operator", Role: jurisdiction.Admin}

// importTable brings tables in, or says what is wrong with them.
func (m *center) importTable(ctx context.Context, o tableOrder) (*tableReply, error) {
	allowed := tablesOf(o.Command)
	name := ""
	if len(allowed) == 1 {
		name = allowed[0]
	}
	r := &tableReply{Faults: []string{}, Changes: []reference.Change{}, DryRun: o.DryRun}
	tables, err := sheets.Read(name, o.Data)
	if err == nil {
		for table := range tables {
			if allowed != nil && !slices.Contains(allowed, table) {
				return r, fmt.Errorf("this is the table %s; 'import %s' takes %s", table, o.Command, strings.Join(allowed, ", "))
			}
		}
		var last time.Time
		if last, err = m.lastFact(ctx); err != nil {
			return r, err
		}
		at := m.clock.Now() // not before what the ledger already holds, whatever clock it went by
		if last.After(at) {
			at = last
		}
		var p workflow.Preview
		p, err = m.service.Bring(ctx, workflow.Bring{
			Enact:  reference.Enact{Version: o.Version, Effective: o.Effective, Basis: o.Basis, Note: o.Note, Tables: tables},
			DryRun: o.DryRun, Options: workflow.Options{At: at},
		}, operator)
		r.Changes, r.Version, r.Effective, r.Position = p.Changes, p.Version, p.Effective, int64(p.Position)
	}
	var faults *reference.FaultsError
	if errors.As(err, &faults) {
		for _, t := range faults.Tables {
			for _, f := range t.List {
				r.Faults = append(r.Faults, t.Table+": "+f.String())
			}
		}
		return r, nil
	}
	return r, err
}

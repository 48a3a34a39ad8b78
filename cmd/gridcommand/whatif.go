package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/reference"
	"gridcommand/projections/casefile"
	"gridcommand/projections/whatif"
	"gridcommand/workflow"
	"gridcommand/workflow/sheets"
)

// WhatIfCmd replays real history under other rules. It reads the ledger, also beside a
// running server, and changes nothing.
type WhatIfCmd struct {
	At
	From           string `required:"" help:"First day, or a time with a zone: incidents reported from then on."`
	To             string `required:"" help:"Last day, or a time with a zone: incidents reported before it."`
	Policy         string `type:"existingfile" help:"Settings laid over those of each moment, as 'import policy' takes them."`
	Calendar       string `type:"existingfile" help:"Working days laid over, as 'import calendar' takes them."`
	Limits         string `type:"existingfile" help:"Time limits of the stages laid over, as 'import limits' takes them."`
	Responsibility string `type:"existingfile" help:"Another responsibility list, as 'import responsibility' takes it."`
	Criteria       string `type:"existingfile" help:"Criteria with their limits laid over, as 'import catalogue' takes them."`
	JSON           bool   `name:"json" help:"Answer for programs: every figure, every unit, every incident that differs."`
}

// mayDecode is how many facts are decoded beforehand, at about 1 kB each, as much again
// while that goes on. More are decoded one incident after another.
const mayDecode = 2_000_000

// files returns the given files by the name of their table.
func (c *WhatIfCmd) files() map[string]string {
	files := map[string]string{}
	for name, file := range map[string]string{
		reference.PolicyTable: c.Policy, reference.CalendarTable: c.Calendar, reference.Limits: c.Limits,
		reference.Responsibility: c.Responsibility, reference.Criteria: c.Criteria,
	} {
		if file != "" {
			files[name] = file
		}
	}
	return files
}

// Run tells then and now on stdout, and what it assumed on stderr.
func (c *WhatIfCmd) Run(ctx context.Context, console *Console) error {
	from, to, err := c.period()
	if err != nil {
		return err
	}
	files := c.files()
	laid, err := laidTables(files)
	if err != nil {
		return tellFaults(console, files, err)
	}
	ledger, err := c.readOnly(ctx)
	if err != nil {
		return err
	}
	defer ledger.Close()
	library, err := workflow.OpenLibrary(ctx, workflow.LibraryDeps{Ledger: ledger})
	if err != nil {
		return err
	}
	head := &until{Store: ledger, end: library.Position()} // what a running server adds is for another time
	now, err := whatif.NewTimeline(library.Base(), library.History(), laid, time.Now())
	if err != nil {
		return tellFaults(console, files, err)
	}
	was, err := whatif.NewTimeline(library.Base(), library.History(), nil, time.Now())
	if err != nil {
		return err
	}
	history, err := whatif.Read(ctx, head, whatif.Period{From: from, To: to, Was: was, Folder: casefile.Following(library)})
	if err != nil {
		return err
	}
	debug.SetGCPercent(400) // this process does nothing else: memory for speed
	if history.Facts() <= mayDecode {
		if err := history.Prepare(ctx); err != nil {
			return err
		}
	}
	r, err := history.Ask(ctx, now)
	if err != nil {
		return err
	}
	console.talkOf(history, r)
	if c.JSON {
		enc := json.NewEncoder(console.Out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	console.tellWhatIf(r)
	return nil
}

// period reads --from and --to: a time counts exactly, a day whole.
func (c *WhatIfCmd) period() (from, to time.Time, err error) {
	read := func(flag, text string, days int) (time.Time, error) {
		if day, err := time.ParseInLocation(time.DateOnly, text, deadline.CST); err == nil {
			return day.AddDate(0, 0, days), nil
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return at, usagef("%s: %q is neither a day like 2026-11-01 nor a time with a zone like 2026-11-01T08:00:00+08:00", flag, text)
		}
		return at, nil
	}
	if from, err = read("--from", c.From, 0); err != nil {
		return from, to, err
	}
	if to, err = read("--to", c.To, 1); err != nil {
		return from, to, err
	}
	if !from.Before(to) {
		return from, to, usagef("--to: %s is not after %s", c.To, c.From)
	}
	return from, to, nil
}

// laidTables reads the files, each as its table, or names every fault in them.
func laidTables(files map[string]string) (reference.Tables, error) {
	laid := reference.Tables{}
	var wrong reference.FaultsError
	for name, file := range files {
		data, err := readLimited(file)
		if err != nil {
			return nil, err
		}
		tables, err := sheets.Read(name, data)
		var faults *reference.FaultsError
		switch {
		case errors.As(err, &faults):
			wrong.Tables = append(wrong.Tables, faults.Tables...)
		case err != nil:
			return nil, fmt.Errorf("%s: %w", file, err)
		default:
			laid[name] = tables[name]
		}
	}
	if len(wrong.Tables) > 0 {
		return nil, &wrong
	}
	return laid, nil
}

// tellFaults writes every fault with its file and row.
func tellFaults(console *Console, files map[string]string, err error) error {
	var faults *reference.FaultsError
	if !errors.As(err, &faults) {
		return err
	}
	for _, t := range faults.Tables {
		for _, f := range t.List {
			fmt.Fprintf(console.Err, "%s: %s: %s\n", files[t.Table], t.Table, f)
		}
	}
	return fmt.Errorf("%d faults; nothing was replayed", faults.Count())
}

// talkOf says how fast it went, and what was assumed.
func (c *Console) talkOf(h *whatif.History, r *whatif.Report) {
	rate := func(took time.Duration) float64 { return float64(r.Facts) / max(took.Seconds(), 1e-9) }
	fmt.Fprintf(c.Err, "read %d facts of %d incidents: %.0f facts/s\n", r.Facts, r.Incidents, rate(h.Elapsed))
	if h.Checked > 0 {
		fmt.Fprintf(c.Err, "decoded: %.0f facts/s; replayed by the rules of then: %.0f facts/s\n", rate(h.Decoded), rate(h.Checked))
		fmt.Fprintf(c.Err, "replayed by the other rules, decoded facts in memory: %.0f facts/s\n", rate(r.Elapsed))
	} else {
		fmt.Fprintf(c.Err, "decoded and replayed by the rules of then and by the other ones: %.0f facts/s\n", rate(r.Elapsed))
	}
	fmt.Fprintf(c.Err, "by the rules of then %d of %d incidents came out fact for fact\n", r.Incidents-r.Unlike, r.Incidents)
	for _, text := range r.Assumptions {
		fmt.Fprintf(c.Err, "assumed: %s\n", text)
	}
}

// tellWhatIf writes a report for people.
func (c *Console) tellWhatIf(r *whatif.Report) {
	fmt.Fprintf(c.Out, "%d incidents, %d facts, up to position %d; %d differ", r.Incidents, r.Facts, r.Position, r.Differ)
	if r.Unlike > 0 {
		fmt.Fprintf(c.Out, "; %d not reproduced, counted as they were", r.Unlike)
	}
	fmt.Fprintln(c.Out)
	for i, then := range r.Then.Stages {
		c.tellRun(string(then.Stage), then, r.Now.Stages[i])
	}
	c.tellRun("total", r.Then.Total, r.Now.Total)
	for _, x := range []struct {
		what      string
		then, now int64
	}{
		{"dispatched", r.Then.Dispatched, r.Now.Dispatched},
		{"handled", r.Then.Handled, r.Now.Handled},
		{"closed", r.Then.Closed, r.Now.Closed},
		{"open", r.Then.Open, r.Now.Open},
		{"returns", r.Then.Returns, r.Now.Returns},
		{"difficult", r.Then.Difficult, r.Now.Difficult},
		{"extensions", r.Then.Extensions, r.Now.Extensions},
		{"suspensions", r.Then.Suspensions, r.Now.Suspensions},
		{"warned", r.Then.Warned, r.Now.Warned},
		{"expired", r.Then.Expired, r.Now.Expired},
	} {
		fmt.Fprintf(c.Out, "%s %d → %d\n", x.what, x.then, x.now)
	}
	for _, u := range r.Units {
		if u.Then != u.Now || u.ThenExpired != u.NowExpired {
			fmt.Fprintf(c.Out, "unit %s %s: dispatched %d → %d, expired %d → %d\n", u.Unit, u.Name, u.Then, u.Now, u.ThenExpired, u.NowExpired)
		}
	}
	fmt.Fprintf(c.Out, "refused %d, fell away %d\n", r.Refused, r.Away)
	for _, x := range r.RefusedBy {
		fmt.Fprintf(c.Out, "refused %s %s %d: %s\n", x.Command, x.Code, x.Count, x.Why)
	}
	fmt.Fprintf(c.Out, "facts_per_second %.0f\n", r.FactsPerSecond)
	for _, d := range r.Items {
		fmt.Fprintf(c.Out, "%s %s\n", d.Number, strings.TrimSuffix(d.Why+"，"+d.Change, "，"))
	}
	for _, d := range r.NotAlike {
		fmt.Fprintf(c.Out, "%s not reproduced: %s\n", d.Number, d.Why)
	}
}

func (c *Console) tellRun(what string, then, now whatif.Run) {
	if then.Due == 0 && now.Due == 0 {
		return
	}
	percent := func(r whatif.Run) string {
		if r.Rate == nil {
			return "n/a"
		}
		return fmt.Sprintf("%.1f %%", *r.Rate*100)
	}
	fmt.Fprintf(c.Out, "%s on time %d/%d (%s) → %d/%d (%s)\n", what, then.OnTime, then.Due, percent(then), now.OnTime, now.Due, percent(now))
}

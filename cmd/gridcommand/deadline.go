package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/reference"
	"gridcommand/workflow"
)

// DeadlineCmd says when something is due and why.
type DeadlineCmd struct {
	From  string   `required:"" help:"When the clock starts, RFC 3339 with zone."`
	Limit string   `required:"" help:"For example '4 working_hours'. Units: urgent_minutes urgent_hours urgent_days working_hours working_days natural_days."`
	Pause []string `help:"FROM/TO: the clock stands between them. May be repeated."`
	Data  string   `help:"Data folder whose calendar counts; without it the built-in one."`
	JSON  bool     `name:"json" help:"Answer for programs: due and periods."`
}

type deadlineAnswer struct {
	From     time.Time        `json:"from"`
	Limit    deadline.Limit   `json:"limit"`
	Due      *time.Time       `json:"due,omitempty"`
	Calendar string           `json:"calendar"`
	Periods  []deadlinePeriod `json:"periods,omitempty"`
	Pauses   []deadline.Pause `json:"pauses,omitempty"`
	Error    string           `json:"error,omitempty"`
	Missing  int              `json:"missing_year,omitempty"`
}

type deadlinePeriod struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Minutes float64   `json:"minutes"`
}

// reference returns the built-in reference data, or that of the folder's ledger with
// everything that was published in it, also what has yet to take effect.
func (c *DeadlineCmd) reference(ctx context.Context) (*reference.Reference, error) {
	if c.Data == "" {
		return reference.Load()
	}
	ledger, err := place{dir: c.Data}.readOnly(ctx)
	if err != nil {
		return nil, err
	}
	defer ledger.Close()
	library, err := workflow.OpenLibrary(ctx, workflow.LibraryDeps{Ledger: ledger})
	if err != nil {
		return nil, err
	}
	return library.At(time.Unix(1<<40, 0)), nil
}

// Run answers on stdout; past the calendar it fails without a due time.
func (c *DeadlineCmd) Run(ctx context.Context, console *Console) error {
	from, err := time.Parse(time.RFC3339, c.From)
	if err != nil {
		return usagef("--from: %q is not a time with a zone, like 2026-09-18T17:00:00+08:00", c.From)
	}
	limit, err := deadline.ParseLimit(c.Limit)
	if err != nil {
		return usagef("--limit: %v", err)
	}
	var pauses []deadline.Pause
	for _, text := range c.Pause {
		begin, end, _ := strings.Cut(text, "/")
		b, errB := time.Parse(time.RFC3339, begin)
		e, errE := time.Parse(time.RFC3339, end)
		if errB != nil || errE != nil || !b.Before(e) {
			return usagef("--pause: %q is not FROM/TO", text)
		}
		pauses = append(pauses, deadline.Pause{From: b, To: e})
	}
	ref, err := c.reference(ctx)
	if err != nil {
		return err
	}
	due := ref.Days.Deadline(from, ref.Policy.WarnPercent, limit)
	if len(pauses) > 0 {
		due = ref.Days.WithPauses(due, ref.Policy.WarnPercent, pauses...)
	}
	answer := deadlineAnswer{
		From: from.In(deadline.CST), Limit: limit, Calendar: ref.Days.Version(), Pauses: pauses,
	}
	if due.Due == nil {
		answer.Error, answer.Missing = "calendar_not_published", due.Missing
	} else {
		at := due.Due.In(deadline.CST)
		answer.Due = &at
		for _, p := range ref.Days.Explain(due) {
			answer.Periods = append(answer.Periods, deadlinePeriod{p.From.In(deadline.CST), p.To.In(deadline.CST), p.To.Sub(p.From).Minutes()})
		}
	}
	if c.JSON {
		enc := json.NewEncoder(console.Out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(answer); err != nil {
			return err
		}
	} else if answer.Due != nil {
		fmt.Fprintf(console.Out, "due %s\n", answer.Due.Format(time.RFC3339))
		for _, p := range answer.Periods {
			fmt.Fprintf(console.Out, "  %s – %s  %g min\n", p.From.Format("2006-01-02 15:04"), p.To.Format("2006-01-02 15:04"), p.Minutes)
		}
		fmt.Fprintf(console.Out, "  calendar %s\n", answer.Calendar)
	}
	if answer.Due == nil {
		fmt.Fprintf(console.Err, "gridcommand: the calendar for %d is not published: no deadline can be given\n", answer.Missing)
		return &saidError{fmt.Errorf("calendar_not_published")}
	}
	return nil
}

// Command gridcommand is the command center: one program that serves a
// district, shows a demonstration of one, and keeps its ledger.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // files to replay name their own zones

	"github.com/alecthomas/kong"
)

// Exit codes: 0 done, 1 failed, 2 wrong usage.
const (
	exitFailed = 1
	exitUsage  = 2
)

// CLI is the whole command line.
type CLI struct {
	LogLevel slog.Level `help:"Least level of messages on stderr: DEBUG, INFO, WARN or ERROR." default:"INFO" env:"GRIDCOMMAND_LOG_LEVEL"`

	Demo     DemoCmd     `cmd:"" help:"Open a demonstration district: embedded ledger, illustrative grid, accounts, simulated work."`
	Serve    ServeCmd    `cmd:"" help:"Serve a district's ledger."`
	User     UserCmd     `cmd:"" help:"Accounts: add, passwd, disable, list."`
	Import   ImportCmd   `cmd:"" help:"Bring in files: checked as a whole, then everything or nothing."`
	Export   ExportCmd   `cmd:"" help:"Lists as files: CSV, XLSX, GeoJSON."`
	Verify   VerifyCmd   `cmd:"" help:"Read the whole ledger and prove that it and its views are whole."`
	Audit    AuditCmd    `cmd:"" help:"What an auditor takes away: records, proofs, checkpoint."`
	Rebuild  RebuildCmd  `cmd:"" help:"Drop views and fold them anew from the first fact."`
	Backup   BackupCmd   `cmd:"" help:"Copy everything into one file, also while a server runs."`
	Restore  RestoreCmd  `cmd:"" help:"Fill an empty place from a backup, checked whole before it is used."`
	Doctor   DoctorCmd   `cmd:"" help:"Check what the ledger stands on: settings, disk, clock. Exit 1 where a promise cannot be kept."`
	Deadline DeadlineCmd `cmd:"" help:"Say when something is due, and why."`
	Whatif   WhatIfCmd   `cmd:"" help:"Replay real history under other rules, and say what would have been; changes nothing."`
	Ledger   LedgerCmd   `cmd:"" help:"Look at facts: tail, show, stats."`
	Parked   ParkedCmd   `cmd:"" help:"Facts that a workflow handler could not cope with: list, retry."`
	Bench    BenchCmd    `cmd:"" help:"Measure beside the raw limit of the same run."`
}

// Console is where a command reads and writes: data on Out, talk on Err.
type Console struct {
	Out, Err io.Writer
	Log      *slog.Logger
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	var cli CLI
	exit := -1
	parser, err := kong.New(&cli,
		kong.Name("gridcommand"),
		kong.Description("An event-sourced command center for grid management."),
		kong.UsageOnError(),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exit = code }),
		kong.DefaultEnvars("GRIDCOMMAND"),
	)
	if err != nil {
		panic(err)
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help has answered
		return exit
	}
	if err != nil {
		fmt.Fprintf(stderr, "gridcommand: %v\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	console := &Console{Out: stdout, Err: stderr, Log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: cli.LogLevel}))}
	command.BindTo(ctx, (*context.Context)(nil))
	if err := command.Run(console); err != nil {
		var usage *usageError
		if errors.As(err, &usage) {
			fmt.Fprintf(stderr, "gridcommand: %v\n", err)
			return exitUsage
		}
		var said *saidError
		if !errors.As(err, &said) {
			fmt.Fprintf(stderr, "gridcommand: %v\n", err)
		}
		return exitFailed
	}
	return 0
}

// A usageError says that a command was called wrongly.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// A saidError is a failure whose reasons have been written already.
type saidError struct{ error }

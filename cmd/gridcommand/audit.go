package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gridcommand/eventstore"
	"gridcommand/eventstore/seal"
	"gridcommand/eventstore/sqldb"
)

// AuditCmd has what an auditor takes away.
type AuditCmd struct {
	Export AuditExportCmd `cmd:"" help:"Write records, proofs, checkpoint and public key as files that docs/verify/verify.py checks with stock tools."`
}

// AuditExportCmd writes a ledger for somebody who does not trust whoever keeps it.
type AuditExportCmd struct {
	At
	Dir    string   `arg:"" help:"Folder, made if there is none; it must be empty."`
	From   int64    `help:"First position." default:"0"`
	To     int64    `help:"Last position." default:"0"`
	Proofs bool     `help:"A proof for each record also where the ledger is whole and has more than 100,000."`
	Since  []string `help:"Checkpoint that was kept outside: the ledger is proved to continue it." type:"existingfile"`
	JSON   bool     `name:"json"`
}

// Run reads only, also beside a running server.
func (c *AuditExportCmd) Run(ctx context.Context, console *Console) (err error) {
	p, err := c.place()
	if err != nil {
		return err
	}
	e := seal.Export{From: eventstore.Position(c.From), To: eventstore.Position(c.To), Proofs: c.Proofs}
	if e.Since, err = readCheckpoints(c.Since); err != nil {
		return err
	}
	ledger, err := p.readOnly(ctx)
	if err != nil {
		return err
	}
	defer ledger.Close()
	seals, err := p.sealsReadOnly(ctx)
	if err != nil {
		return err
	}
	defer seals.Close()
	epoch, err := ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	log, err := seal.OpenLog(ctx, seals, epoch)
	if err != nil {
		return err
	}
	done, err := e.Write(ctx, c.Dir, ledger, log)
	var out *seal.RangeError
	if errors.As(err, &out) {
		return usagef("--%s: %s", out.What, out.Text)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(map[string]any{
			"records": done.Records, "proofs": done.Proofs, "checkpoints": done.Checkpoints, "size": done.Checkpoint.Size, "root": done.Checkpoint.Root,
		})
	}
	fmt.Fprintf(console.Out, "%d records, %d proofs, %d earlier checkpoints; the checkpoint covers %d facts\n", done.Records, done.Proofs, done.Checkpoints, done.Checkpoint.Size)
	if done.Proofs == 0 {
		fmt.Fprintln(console.Err, "gridcommand: no proof for each record: the root of all of them is computed from this export; --proofs writes them")
	}
	return nil
}

func readCheckpoints(files []string) ([]seal.Checkpoint, error) {
	var all []seal.Checkpoint
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		one, err := seal.ParseCheckpoint(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// sealsReadOnly opens the seals for reading; seal.ErrNone: there are none.
func (p place) sealsReadOnly(ctx context.Context) (*sqldb.DB, error) {
	if p.pg != "" {
		db, err := p.database(ctx, "seal")
		if err != nil {
			return nil, err
		}
		var there bool
		err = db.Read.QueryRowContext(ctx, "SELECT to_regclass('seal_log') IS NOT NULL").Scan(&there)
		if err == nil && !there {
			err = seal.ErrNone
		}
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		return db, nil
	}
	db, err := sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(p.dir, "seal.db"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, seal.ErrNone
	}
	return db, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gridcommand/eventstore/seal"
)

// SuiteFlag says what a new ledger is sealed with.
type SuiteFlag struct {
	Suite string `help:"Algorithms that a new ledger is sealed with: intl (SHA-256, Ed25519) or sm (SM3, SM2). Default: intl; an old ledger keeps its own." enum:"intl,sm," default:"" env:"GRIDCOMMAND_SUITE"`
}

// openSeals opens the seals of the ledger, or begins them.
func (m *center) openSeals(ctx context.Context) (err error) {
	if m.seals, err = m.place.database(ctx, "seal"); err != nil {
		return err
	}
	m.sealer, err = seal.Open(ctx, seal.Deps{
		Ledger: m.ledger, DB: m.seals, Dir: m.place.dir, Name: sealName(m.book().District()), Suite: seal.Suite(m.place.suite), Log: m.log,
	})
	if wrong, ok := errors.AsType[*seal.SuiteError](err); ok {
		return usagef("--suite: this ledger was made with suite %s and keeps it; leave --suite %s away", wrong.Have, wrong.Want)
	}
	if err != nil {
		return fmt.Errorf("opening the seals: %w", err)
	}
	return nil
}

// sealName is whose ledger checkpoints say they are of.
func sealName(district string) string { return "gridcommand/" + district }

// finishSealing lets the last checkpoint cover the head, if facts were sealed at all. Facts that it cannot seal in
// time are kept, and sealed when the ledger is opened again.
func (m *center) finishSealing() {
	if !m.sealing {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), finishing)
	defer cancel()
	if err := m.sealer.Finish(ctx); err != nil {
		m.log.LogAttrs(ctx, slog.LevelWarn, "the last facts are not sealed yet", slog.Any("error", err))
	}
}

// finishing is how long the last checkpoint may take.
const finishing = 10 * time.Second

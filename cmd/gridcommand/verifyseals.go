package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gridcommand/eventstore"
	"gridcommand/eventstore/seal"
)

// KeptOutside is what whoever verifies brings along.
type KeptOutside struct {
	Checkpoint []string `help:"Checkpoint (signed note) that was kept outside; may be given several times." type:"existingfile"`
	Key        string   `help:"Public key that was kept outside: PEM, or as C2SP writes it." type:"existingfile"`
}

func (k KeptOutside) read() (out seal.Outside, err error) {
	if out.Checkpoints, err = readCheckpoints(k.Checkpoint); err != nil || k.Key == "" {
		return out, err
	}
	text, err := os.ReadFile(k.Key)
	if err != nil {
		return out, err
	}
	key, err := seal.ParsePublicKey(text)
	if err != nil {
		return out, fmt.Errorf("%s: %w", k.Key, err)
	}
	out.Key = &key
	return out, nil
}

// seals computes the tree anew and compares it with what was signed.
func (v *verdict) seals(ctx context.Context, p place, ledger eventstore.Store, out seal.Outside) error {
	db, err := p.sealsReadOnly(ctx)
	if errors.Is(err, seal.ErrNone) {
		return v.noSeals(ctx, p, ledger, out)
	}
	if err != nil {
		return err
	}
	defer db.Close()
	r, err := seal.Verify(ctx, ledger, db, out)
	if errors.Is(err, seal.ErrNone) {
		return v.noSeals(ctx, p, ledger, out)
	}
	if err != nil {
		return err
	}
	v.Seals = &sealVerdict{Origin: r.Origin, Suite: string(r.Suite), Key: r.Key, Sealed: r.Sealed, Unsealed: r.Unsealed, Checkpoints: r.Stored, Notes: r.Notes}
	for _, f := range r.Faults {
		v.fault("%s", f)
	}
	return nil
}

// A sealVerdict is what the seals say.
type sealVerdict struct {
	Origin      string   `json:"origin"`
	Suite       string   `json:"suite"`
	Key         string   `json:"key"`
	Sealed      int64    `json:"sealed"`
	Unsealed    int64    `json:"unsealed"`
	Checkpoints int64    `json:"checkpoints"`
	Notes       []string `json:"notes"`
}

// noSeals tells a ledger that was never served from one whose seals were taken away.
func (v *verdict) noSeals(ctx context.Context, p place, ledger eventstore.Store, out seal.Outside) error {
	head, err := ledger.Head(ctx)
	if err != nil {
		return err
	}
	_, err = os.Stat(filepath.Join(p.dir, seal.PublicFile))
	switch {
	case len(out.Checkpoints) > 0:
		v.fault("%s: the ledger has no seals, though a checkpoint of %d facts was kept outside", seal.Forked, out.Checkpoints[0].Size)
	case err == nil && head > 0 && p.pg == "":
		v.fault("%s: %s says that this ledger was sealed, but there are no seals of its epoch", seal.Seals, seal.PublicFile)
	}
	return nil
}

// line is the verdict on the seals for people.
func (s *sealVerdict) line() string {
	text := fmt.Sprintf("seals: positions 1 to %d are sealed by %d checkpoints of %s", s.Sealed, s.Checkpoints, s.Key)
	if s.Unsealed > 0 {
		text += fmt.Sprintf("; %d after them are not sealed yet", s.Unsealed)
	}
	return text
}

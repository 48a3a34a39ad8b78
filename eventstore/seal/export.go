package seal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gridcommand/eventstore"
)

// The files of an export; docs/verify says what is in them.
const (
	RecordsFile     = "records.jsonl"
	ProofsFile      = "proofs.jsonl"
	ConsistencyFile = "consistency.jsonl"
	CheckpointFile  = "checkpoint"
)

// manyRecords is how many records have a proof each in an export of the whole ledger.
// Beyond that the root, which is computed from all of them, is proof enough.
const manyRecords = 100_000

// manyCheckpoints is how many of the newest checkpoints an export proves to be prefixes.
const manyCheckpoints = 256

// An Export is what is written for somebody outside.
type Export struct {
	From, To eventstore.Position // 0: the first, the last sealed one
	Proofs   bool                // one for each record, however many there are
	Since    []Checkpoint        // kept outside: the ledger is proved to continue them
}

// Exported says what was written.
type Exported struct {
	Records, Proofs, Checkpoints int64
	Checkpoint                   Checkpoint
}

// exportedRecord is a line of records.jsonl. Data is the stored JSON text as a string, so
// that no reader changes a byte of it.
type exportedRecord struct {
	Position    int64  `json:"position"`
	Stream      string `json:"stream"`
	Version     int64  `json:"version"`
	Type        string `json:"type"`
	At          int64  `json:"at"`
	Data        string `json:"data"`
	Actor       string `json:"actor"`
	Correlation string `json:"correlation"`
	Causation   string `json:"causation"`
}

type exportedProof struct {
	Position int64  `json:"position"`
	Leaf     Hash   `json:"leaf"`
	Path     []Hash `json:"path"`
}

type exportedConsistency struct {
	Size int64  `json:"size"`
	Note string `json:"note"`
	Path []Hash `json:"path"`
}

// Write writes records, proofs, the public key and the newest checkpoint into a folder,
// which is made, or must be empty. The ledger may grow meanwhile.
func (e Export) Write(ctx context.Context, dir string, ledger eventstore.Store, l *Log) (done Exported, err error) {
	newest, err := l.Newest(ctx)
	if err != nil {
		return done, err
	}
	done.Checkpoint = newest
	first, last := int64(max(1, e.From)), int64(e.To)
	if last == 0 {
		last = newest.Size
	}
	switch {
	case e.From < 0 || first > newest.Size:
		return done, &RangeError{"from", fmt.Sprintf("positions 1 to %d are sealed", newest.Size)}
	case last < first || last > newest.Size:
		return done, &RangeError{"to", fmt.Sprintf("positions %d to %d are sealed and not before from", first, newest.Size)}
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return done, fmt.Errorf("seal: %w", err)
	}
	if there, err := os.ReadDir(dir); err != nil || len(there) > 0 {
		return done, errors.Join(err, fmt.Errorf("seal: %s is not empty", dir))
	}
	whole := first == 1 && last == newest.Size
	proofs := e.Proofs || !whole || last <= manyRecords
	if done.Records, done.Proofs, err = e.records(ctx, dir, ledger, l, newest, first, last, proofs); err != nil {
		return done, err
	}
	if done.Checkpoints, err = e.checkpoints(ctx, dir, l, newest); err != nil {
		return done, err
	}
	if err := l.Key.publish(dir, l.Origin); err != nil {
		return done, err
	}
	return done, os.WriteFile(filepath.Join(dir, CheckpointFile), newest.Note(), 0o644)
}

func (e Export) records(ctx context.Context, dir string, ledger eventstore.Store, l *Log, newest Checkpoint, first, last int64, proofs bool) (records, proved int64, err error) {
	out, err := createLines(filepath.Join(dir, RecordsFile))
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	var proofOut *lines
	if proofs {
		if proofOut, err = createLines(filepath.Join(dir, ProofsFile)); err != nil {
			return 0, 0, err
		}
		defer func() { err = errors.Join(err, proofOut.Close()) }()
	}
	h := hasher{suite: l.Suite}
	for after := first - 1; after < last; {
		page, err := ledger.Page(ctx, eventstore.Position(after), int(min(readPage, last-after)))
		if err == nil {
			err = eventstore.CheckDense(eventstore.Position(after), page)
		}
		if err == nil && len(page) == 0 {
			err = fmt.Errorf("the ledger ends at position %d, but positions up to %d are sealed", after, last)
		}
		if err != nil {
			return records, proved, fmt.Errorf("seal: exporting: %w", err)
		}
		t := l.tree(ctx, l.db.Read)
		for _, r := range page {
			after++
			if err := out.put(exportedRecord{after, string(r.Stream), int64(r.Version), r.Type, r.At.UnixMicro(), string(r.Data), r.Meta.Actor, r.Meta.Correlation, r.Meta.Causation}); err != nil {
				return records, proved, err
			}
			records++
			if !proofs {
				continue
			}
			path, err := t.inclusion(after-1, newest.Size)
			if err != nil {
				return records, proved, err
			}
			if err := proofOut.put(exportedProof{after, h.leaf(r), path}); err != nil {
				return records, proved, err
			}
			proved++
		}
	}
	return records, proved, nil
}

// checkpoints writes earlier checkpoints with the proofs that the newest continues them.
func (e Export) checkpoints(ctx context.Context, dir string, l *Log, newest Checkpoint) (n int64, err error) {
	out, err := createLines(filepath.Join(dir, ConsistencyFile))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	earlier, err := l.Checkpoints(ctx, newest.Size, manyCheckpoints)
	if err != nil {
		return 0, err
	}
	t := l.tree(ctx, l.db.Read)
	for _, c := range append(earlier, e.Since...) {
		if c.Size < 1 || c.Size > newest.Size {
			return n, &RangeError{"since", fmt.Sprintf("the checkpoint is of %d facts, but %d are sealed here", c.Size, newest.Size)}
		}
		path, err := t.consistency(c.Size, newest.Size)
		if err != nil {
			return n, err
		}
		if err := out.put(exportedConsistency{c.Size, string(c.Note()), path}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// lines writes JSON, a value a line.
type lines struct {
	f *os.File
	w *bufio.Writer
	e *json.Encoder
}

func createLines(name string) (*lines, error) {
	f, err := os.Create(name)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	w := bufio.NewWriterSize(f, 1<<16)
	return &lines{f, w, json.NewEncoder(io.Writer(w))}, nil
}

func (l *lines) put(x any) error { return l.e.Encode(x) }

func (l *lines) Close() error { return errors.Join(l.w.Flush(), l.f.Close()) }

package archive

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"gridcommand/eventstore"
)

func digestOf(data []byte) Digest { return sha256.Sum256(data) }

// A Visitor is shown what a file holds, in its order. Functions that are nil are left
// out, and what they would be shown is not decoded. Pages and rows are theirs to keep;
// data is lent.
type Visitor struct {
	Manifest func(Manifest) error
	Records  func([]eventstore.Record) error
	Keys     func([]eventstore.KeyRecord) error
	Row      func(Table, []any) error
	Photo    func(Digest, []byte) error
	File     func(name string, data []byte) error
	Index    func([]Digest) error
	Summary  func(Summary) error
}

// order is that in which parts come; facts and keys take turns.
var order = map[byte]int{kindManifest: 1, kindTable: 2, kindRecords: 3, kindKeys: 3, kindPhoto: 4, kindIndex: 5, kindFile: 6, kindSummary: 7}

// Read reads a file to its end and shows it to v. The digest of every part is checked
// before it is shown, the whole of the file only at the end. name is for messages.
func Read(ctx context.Context, name string, r io.Reader, v Visitor) (Digest, error) {
	parts, err := newPartReader(name, r)
	if err != nil {
		return Digest{}, err
	}
	defer parts.unpack.Close()
	came := 0
	for {
		if err := ctx.Err(); err != nil {
			return Digest{}, err
		}
		kind, raw, err := parts.next()
		if errors.Is(err, io.EOF) {
			if came != order[kindSummary] {
				return Digest{}, parts.fault(fmt.Errorf("%w: it has no summary", ErrContent))
			}
			return parts.digest, nil
		}
		if err != nil {
			return Digest{}, err
		}
		turn := order[kind]
		once := kind == kindManifest || kind == kindSummary || kind == kindIndex
		if turn == 0 || turn < came || turn == came && once || came == 0 && kind != kindManifest {
			return Digest{}, parts.fault(fmt.Errorf("%w: a part of kind %q does not belong here", ErrContent, kind))
		}
		came = turn
		if err := v.show(kind, raw); err != nil {
			var fault *FaultError
			if errors.As(err, &fault) {
				return Digest{}, err
			}
			return Digest{}, parts.fault(err)
		}
	}
}

// ReadFile is [Read] of the file at path.
func ReadFile(ctx context.Context, path string, v Visitor) (Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Digest{}, err
	}
	defer func() { _ = f.Close() }()
	return Read(ctx, path, f, v)
}

// ReadOlder reads what a backup needs to know to go on from the file at path, and
// whether the file is whole.
func ReadOlder(ctx context.Context, path string) (*Older, error) {
	old := &Older{Photos: map[Digest]bool{}}
	digest, err := ReadFile(ctx, path, Visitor{
		Manifest: func(m Manifest) error { old.Manifest = m; return nil },
		Index: func(all []Digest) error {
			for _, name := range all {
				old.Photos[name] = true
			}
			return nil
		},
	})
	old.Digest = digest
	return old, err
}

func (v Visitor) show(kind byte, raw []byte) error {
	d := &decoder{b: raw}
	var err error
	switch kind {
	case kindManifest:
		err = showJSON(raw, v.Manifest)
	case kindSummary:
		err = showJSON(raw, v.Summary)
	case kindRecords:
		if v.Records == nil {
			return nil
		}
		var page []eventstore.Record
		for d.more() {
			page = append(page, d.record())
		}
		if d.err == nil {
			err = v.Records(page)
		}
	case kindKeys:
		if v.Keys == nil {
			return nil
		}
		var keys []eventstore.KeyRecord
		for d.more() {
			keys = append(keys, d.key())
		}
		if d.err == nil {
			err = v.Keys(keys)
		}
	case kindTable:
		if v.Row == nil {
			return nil
		}
		err = showRows(d, v.Row)
	case kindPhoto:
		if v.Photo == nil {
			return nil
		}
		var name Digest
		copy(name[:], d.take(uint64(len(name))))
		if d.err == nil {
			err = v.Photo(name, d.b)
		}
	case kindFile:
		if v.File == nil {
			return nil
		}
		name, data := string(d.bytes()), d.bytes()
		if d.err == nil {
			err = v.File(name, data)
		}
	case kindIndex:
		if v.Index == nil {
			return nil
		}
		var all []Digest
		for d.more() {
			var name Digest
			copy(name[:], d.take(uint64(len(name))))
			all = append(all, name)
		}
		if d.err == nil {
			err = v.Index(all)
		}
	}
	if d.err != nil {
		return fmt.Errorf("%w: %w", ErrContent, d.err)
	}
	return err
}

func showJSON[T any](raw []byte, use func(T) error) error {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	if use == nil {
		return nil
	}
	return use(v)
}

func showRows(d *decoder, use func(Table, []any) error) error {
	t := d.table()
	if d.err == nil && len(t.Columns) == 0 {
		return fmt.Errorf("%w: table %s has no columns", ErrContent, t)
	}
	for d.more() {
		row := make([]any, len(t.Columns))
		for i := range row {
			row[i] = d.value()
		}
		if d.err != nil {
			return nil // said by the caller
		}
		if err := use(t, row); err != nil {
			return err
		}
	}
	return nil
}

package archive

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"gridcommand/eventstore"
)

// A Source is what is copied. It may be in use: nothing of it is locked.
type Source struct {
	Ledger    eventstore.Archive
	Databases []Database
	// Photos returns the SHA-256 of every photo there is, asked after the position was chosen.
	Photos func() ([]Digest, error)
	// Photo returns one of them. A photo that is not what its name says is left out.
	Photo func(Digest) ([]byte, error)
	Files []File
	Since *Older // an older file to go on from; nil: from the first fact
	// Manifest gives District, MadeAt, By, Store, Suite and WithKey; the rest is filled in.
	Manifest Manifest
	Progress func(done, of eventstore.Position) // nil: nobody asks
}

// A File is copied byte for byte.
type File struct {
	Name string
	Data []byte
}

// Older is what a file that goes on from another needs to know of it.
type Older struct {
	Digest   Digest
	Manifest Manifest
	Photos   map[Digest]bool
}

// Written says what a file came to be.
type Written struct {
	Manifest Manifest
	Summary  Summary
	Digest   Digest
	Bytes    int64
	Damaged  []Digest // photos that were left out
}

// Write writes a copy of src to w as it was at one position.
//
// Tables that follow the ledger are looked at first, then the position is chosen, then
// the other tables are looked at: so no follower is ahead of the facts, and all that the
// facts refer to is there. Facts and photos never change and are read at leisure.
func Write(ctx context.Context, w io.Writer, src Source) (_ *Written, err error) {
	b := &backup{src: src, Written: Written{Manifest: src.Manifest, Summary: Summary{Rows: map[string]int64{}}}}
	if b.parts, err = newPartWriter(w); err != nil {
		return nil, err
	}
	if err := b.tables(ctx); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{b.ledger, b.photos, b.files, b.end} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return &b.Written, nil
}

type backup struct {
	src   Source
	parts *partWriter
	raw   []byte
	Written
}

func (b *backup) tables(ctx context.Context) error {
	var pictures []*picture
	defer func() {
		for _, p := range pictures {
			p.close()
		}
	}()
	look := func(followers bool) error {
		for _, d := range b.src.Databases {
			p, err := d.look(ctx, followers)
			if err != nil {
				return err
			}
			pictures = append(pictures, p)
		}
		return nil
	}
	if err := look(true); err != nil {
		return err
	}
	if err := b.choose(ctx); err != nil {
		return err
	}
	if err := look(false); err != nil {
		return err
	}
	b.Manifest.Owners = map[string]Versions{}
	for _, p := range pictures {
		if had, twice := b.Manifest.Owners[p.Name]; twice && !maps.Equal(had, p.owners) {
			return fmt.Errorf("archive: the tables of %s are just being brought up to date; try again", p.Name)
		}
		b.Manifest.Owners[p.Name] = p.owners
	}
	if err := b.json(kindManifest, b.Manifest); err != nil {
		return err
	}
	for _, p := range pictures {
		for _, table := range p.tables {
			if err := b.table(ctx, p, table); err != nil {
				return fmt.Errorf("archive: reading table %s of %s: %w", table, p.Name, err)
			}
		}
		p.close()
	}
	return nil
}

// choose fixes the position.
func (b *backup) choose(ctx context.Context) error {
	m := &b.Manifest
	var err error
	if m.Epoch, err = b.src.Ledger.Epoch(ctx); err != nil {
		return err
	}
	if m.Head, err = b.src.Ledger.Head(ctx); err != nil {
		return err
	}
	if old := b.src.Since; old != nil {
		switch {
		case old.Manifest.District != m.District:
			return fmt.Errorf("%w: the older file is of %s, the ledger of %s", ErrDistrict, old.Manifest.District, m.District)
		case old.Manifest.Epoch != m.Epoch:
			return fmt.Errorf("%w: the older file is of a ledger with epoch %s, this one's is %s (was it restored since?): make a whole backup", ErrChain, old.Manifest.Epoch, m.Epoch)
		case old.Manifest.Head > m.Head:
			return fmt.Errorf("%w: the older file reaches to position %d, the ledger to %d: it has lost facts", ErrChain, old.Manifest.Head, m.Head)
		}
		m.After, m.Parent = old.Manifest.Head, hex.EncodeToString(old.Digest[:])
	}
	return nil
}

func (b *backup) json(kind byte, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.parts.part(kind, text)
}

// flush writes what has gathered as one part.
func (b *backup) flush(kind byte) error {
	if len(b.raw) == 0 {
		return nil
	}
	err := b.parts.part(kind, b.raw)
	b.raw = b.raw[:0]
	return err
}

func (b *backup) table(ctx context.Context, p *picture, table string) error {
	b.Summary.Rows[p.Name+"."+table] = 0
	err := p.rows(ctx, table, func(t Table, row []any) (err error) {
		if len(b.raw) == 0 {
			if b.raw, err = appendTable(b.raw, t); err != nil {
				return err
			}
		}
		for i, value := range row {
			if b.raw, err = appendValue(b.raw, value); err != nil {
				return fmt.Errorf("column %s: %w", t.Columns[i], err)
			}
		}
		b.Summary.Rows[t.String()]++
		if len(b.raw) >= partSize {
			return b.flush(kindTable)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.flush(kindTable)
}

// ledger writes facts, and each key behind the facts that it stands for.
func (b *backup) ledger(ctx context.Context) error {
	var keys []eventstore.KeyRecord
	lastKey, after := b.Manifest.After, b.Manifest.After
	for after < b.Manifest.Head {
		page, err := b.src.Ledger.Page(ctx, after, eventstore.DefaultPage)
		if err != nil {
			return err
		}
		if page = upTo(page, b.Manifest.Head); len(page) == 0 {
			return fmt.Errorf("archive: the ledger ends at position %d, though it had come to %d", after, b.Manifest.Head)
		}
		if err := eventstore.CheckDense(after, page); err != nil {
			return err
		}
		for i := range page {
			b.raw = appendRecord(b.raw, &page[i])
			if len(b.raw) >= partSize {
				if err := b.flush(kindRecords); err != nil {
					return err
				}
			}
		}
		if err := b.flush(kindRecords); err != nil {
			return err
		}
		after = page[len(page)-1].Position
		b.Summary.Records += int64(len(page))
		for {
			if len(keys) == 0 {
				if keys, err = b.src.Ledger.Keys(ctx, lastKey, eventstore.DefaultKeys); err != nil {
					return err
				}
			}
			n := 0
			for n < len(keys) && keys[n].Last <= after {
				b.raw = appendKey(b.raw, &keys[n])
				lastKey = keys[n].First
				n++
			}
			b.Summary.Keys += int64(n)
			if keys = keys[n:]; n == 0 || len(keys) > 0 {
				break
			}
		}
		if err := b.flush(kindKeys); err != nil {
			return err
		}
		if b.src.Progress != nil {
			b.src.Progress(after, b.Manifest.Head)
		}
	}
	return nil
}

func upTo(page []eventstore.Record, head eventstore.Position) []eventstore.Record {
	for i := range page {
		if page[i].Position > head {
			return page[:i]
		}
	}
	return page
}

func (b *backup) photos(ctx context.Context) error {
	if b.src.Photos == nil {
		return nil
	}
	all, err := b.src.Photos()
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(x, y Digest) int { return slices.Compare(x[:], y[:]) })
	var index []byte
	for _, name := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.src.Since == nil || !b.src.Since.Photos[name] {
			data, err := b.src.Photo(name)
			if err != nil {
				return err
			}
			if digestOf(data) != name {
				b.Damaged = append(b.Damaged, name)
				continue
			}
			b.raw = append(append(b.raw, name[:]...), data...)
			if err := b.flush(kindPhoto); err != nil {
				return err
			}
			b.Summary.Photos++
		}
		index = append(index, name[:]...)
		b.Summary.PhotosKnown++
	}
	return b.parts.part(kindIndex, index)
}

func (b *backup) files(context.Context) error {
	for _, f := range b.src.Files {
		b.raw = appendText(b.raw, f.Name)
		b.raw = appendText(b.raw, f.Data)
		if err := b.flush(kindFile); err != nil {
			return err
		}
		b.Summary.Files++
	}
	return nil
}

func (b *backup) end(context.Context) error {
	b.Summary.Unpacked = b.parts.unpacked
	if err := b.json(kindSummary, b.Summary); err != nil {
		return err
	}
	if err := b.parts.end(); err != nil {
		return err
	}
	b.Digest, b.Bytes = b.parts.digest, b.parts.written
	return nil
}

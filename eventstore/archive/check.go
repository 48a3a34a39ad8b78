package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"

	"gridcommand/eventstore"
)

// Rules say what a chain has to be, beyond being whole.
type Rules struct {
	District string
	// Newest are the versions of tables that this program makes, by database and owner.
	Newest map[string]Versions
	Record func(eventstore.Record) error // nil: a fact need only be JSON
}

// A Chain is a backup that was checked: one file, or one and those that go on from it.
type Chain struct {
	Paths    []string
	Digests  []Digest
	Manifest Manifest // of the last file; After is that of the first, 0
	Summary  Summary  // of all files; Rows and Files of the last
	Files    map[string][]byte
	content  content
}

// A content is the digest of facts and keys, however they were stored.
type content struct{ records, keys hash.Hash }

func newContent() content { return content{sha256.New(), sha256.New()} }

func (c content) equal(other content) bool {
	return bytes.Equal(c.records.Sum(nil), other.records.Sum(nil)) && bytes.Equal(c.keys.Sum(nil), other.keys.Sum(nil))
}

// Check reads the files of a chain, the oldest first, and returns what they hold
// together, or the first reason why nothing may be restored from them. It keeps one
// number for each stream in memory, and one digest for each photo.
func Check(ctx context.Context, paths []string, rules Rules) (*Chain, error) {
	c := &checker{rules: rules, versions: map[eventstore.Stream]eventstore.Version{}, photos: map[Digest]bool{}, chain: &Chain{content: newContent()}}
	for _, path := range paths {
		if err := c.file(ctx, path); err != nil {
			return nil, err
		}
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrChain)
	}
	return c.chain, nil
}

type checker struct {
	rules    Rules
	chain    *Chain
	versions map[eventstore.Stream]eventstore.Version
	photos   map[Digest]bool
	head     eventstore.Position  // the last fact seen
	lastKey  eventstore.KeyRecord // the last key seen
	buf      []byte

	// of the file being read
	path     string
	manifest Manifest
	counted  Summary
}

func (c *checker) file(ctx context.Context, path string) error {
	c.path, c.counted = path, Summary{Rows: map[string]int64{}}
	c.chain.Files = map[string][]byte{}
	digest, err := ReadFile(ctx, path, Visitor{
		Manifest: c.begin, Records: c.records, Keys: c.keys, Row: c.row, Photo: c.photo, Index: c.index, Summary: c.summary,
		File: func(name string, data []byte) error {
			c.counted.Files++
			c.chain.Files[name] = bytes.Clone(data)
			return nil
		},
	})
	if err != nil {
		return err
	}
	c.chain.Paths, c.chain.Digests = append(c.chain.Paths, path), append(c.chain.Digests, digest)
	return nil
}

// begin checks whether a file goes on where the one before it ended.
func (c *checker) begin(m Manifest) error {
	refuse := func(why error, format string, args ...any) error {
		return &FaultError{File: c.path, Err: fmt.Errorf("%w: %s", why, fmt.Sprintf(format, args...))}
	}
	if m.District != c.rules.District {
		return refuse(ErrDistrict, "it is of %s, this program serves %s", m.District, c.rules.District)
	}
	for database, owners := range m.Owners {
		for owner, version := range owners {
			if newest, known := c.rules.Newest[database][owner]; !known || version > newest {
				return refuse(ErrNewer, "the tables of %s in %s are at version %d, this program knows %d", owner, database, version, newest)
			}
		}
	}
	if n := len(c.chain.Digests); n == 0 {
		if m.Parent != "" || m.After != 0 {
			return refuse(ErrChain, "it goes on from another file, which reaches to position %d; give that one first", m.After)
		}
	} else {
		before := c.chain.Manifest
		switch {
		case m.Epoch != before.Epoch:
			return refuse(ErrChain, "its epoch is %s, that of %s is %s", m.Epoch, c.chain.Paths[n-1], before.Epoch)
		case m.Parent == "":
			return refuse(ErrChain, "it goes on from no other file; restore from it alone, or leave it out")
		case m.Parent != hex.EncodeToString(c.chain.Digests[n-1][:]):
			return refuse(ErrChain, "it goes on from a file with digest sha256:%s, not from %s", m.Parent, c.chain.Paths[n-1])
		case m.After != before.Head:
			return refuse(ErrChain, "it goes on after position %d, %s ends at %d", m.After, c.chain.Paths[n-1], before.Head)
		}
	}
	if m.Head < m.After || m.Epoch == "" {
		return refuse(ErrContent, "it goes from position %d to %d of epoch %q", m.After, m.Head, m.Epoch)
	}
	c.manifest, c.chain.Manifest = m, m
	c.chain.Manifest.After = 0
	return nil
}

func (c *checker) records(page []eventstore.Record) error {
	if err := eventstore.CheckDense(c.head, page); err != nil {
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	for i := range page {
		r := &page[i]
		if want := c.versions[r.Stream] + 1; r.Version != want {
			return fmt.Errorf("%w: position %d is version %d of %s, %d was expected", ErrContent, r.Position, r.Version, r.Stream, want)
		}
		if !json.Valid(r.Data) {
			return fmt.Errorf("%w: the data at position %d is not JSON", ErrContent, r.Position)
		}
		if c.rules.Record != nil {
			if err := c.rules.Record(*r); err != nil {
				return fmt.Errorf("%w: position %d: %w", ErrContent, r.Position, err)
			}
		}
		c.versions[r.Stream] = r.Version
		c.buf = appendRecord(c.buf[:0], r)
		c.chain.content.records.Write(c.buf)
	}
	c.head += eventstore.Position(len(page))
	c.counted.Records += int64(len(page))
	if c.head > c.manifest.Head {
		return fmt.Errorf("%w: it has facts up to %d, past %d where it says to end", ErrContent, c.head, c.manifest.Head)
	}
	return nil
}

func (c *checker) keys(keys []eventstore.KeyRecord) error {
	for i := range keys {
		k := &keys[i]
		if k.IsZero() || k.First <= c.lastKey.Last || k.Last < k.First || k.Last > c.head {
			return fmt.Errorf("%w: key %q stands for positions %d to %d, after one that ends at %d, with facts up to %d",
				ErrContent, k.ID, k.First, k.Last, c.lastKey.Last, c.head)
		}
		c.lastKey = *k
		c.buf = appendKey(c.buf[:0], k)
		c.chain.content.keys.Write(c.buf)
	}
	c.counted.Keys += int64(len(keys))
	return nil
}

func (c *checker) row(t Table, _ []any) error {
	if _, known := c.manifest.Owners[t.Database]; !known {
		return fmt.Errorf("%w: table %s belongs to nobody", ErrContent, t)
	}
	c.counted.Rows[t.String()]++
	return nil
}

func (c *checker) photo(name Digest, data []byte) error {
	if digestOf(data) != name {
		return fmt.Errorf("%w: photo %s is not what its name says", ErrContent, hex.EncodeToString(name[:]))
	}
	c.photos[name] = true
	c.counted.Photos++
	return nil
}

func (c *checker) index(all []Digest) error {
	for _, name := range all {
		if !c.photos[name] {
			return fmt.Errorf("%w: photo %s is in none of the files", ErrContent, hex.EncodeToString(name[:]))
		}
	}
	c.counted.PhotosKnown = int64(len(all))
	return nil
}

// summary holds what was counted against what the file says of itself.
func (c *checker) summary(s Summary) error {
	n := c.counted
	if c.head != c.manifest.Head || n.Records != s.Records || n.Keys != s.Keys || n.Photos != s.Photos || n.PhotosKnown != s.PhotosKnown || n.Files != s.Files {
		return fmt.Errorf("%w: it says to hold %d facts up to %d, %d keys, %d photos and %d files; it holds %d up to %d, %d, %d and %d", ErrContent,
			s.Records, c.manifest.Head, s.Keys, s.Photos, s.Files, n.Records, c.head, n.Keys, n.Photos, n.Files)
	}
	for table, rows := range s.Rows {
		if n.Rows[table] != rows {
			return fmt.Errorf("%w: it says to hold %d rows of %s, it holds %d", ErrContent, rows, table, n.Rows[table])
		}
	}
	total := &c.chain.Summary
	total.Records, total.Keys, total.Photos = total.Records+n.Records, total.Keys+n.Keys, total.Photos+n.Photos
	total.Rows, total.PhotosKnown, total.Files, total.Unpacked = s.Rows, n.PhotosKnown, n.Files, total.Unpacked+s.Unpacked
	return nil
}

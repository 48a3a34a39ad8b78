package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/archive"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/seal"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
	"gridcommand/web/accounts"
)

// RestoreCmd fills an empty place from a backup.
type RestoreCmd struct {
	At
	Files     []string `arg:"" help:"Backup, then those that go on from it, in order; or the folder that holds them."`
	Erasures  []string `help:"Newer backups, or data folders, whose erased callers stay erased." placeholder:"FILE"`
	CheckOnly bool     `help:"Only check whether the files could be restored."`
	JSON      bool     `name:"json"`
}

// noteFile says in a restored place where it came from.
const noteFile = "restored.json"

// A restoredNote is what noteFile holds.
type restoredNote struct {
	At        time.Time           `json:"restored_at"`
	By        string              `json:"by"`
	Files     []string            `json:"files"`
	Digests   []string            `json:"digests"`
	MadeAt    time.Time           `json:"made_at"`
	District  string              `json:"district"`
	OldEpoch  string              `json:"old_epoch"`
	Epoch     string              `json:"epoch"`
	Position  eventstore.Position `json:"position"`
	Keys      int64               `json:"keys"`
	Photos    int64               `json:"photos"`
	Erased    int                 `json:"callers_erased"` // known to be, in the backup or by --erasures
	Seal      string              `json:"seal"`
	CheckOnly bool                `json:"check_only,omitempty"`
}

// Run checks the files whole before anything is made, restores into a temporary place,
// and puts that in the place of the empty one at the end.
func (c *RestoreCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	files := c.Files
	if info, err := os.Stat(files[0]); err == nil && info.IsDir() {
		if len(files) > 1 {
			return usagef("a folder is given alone")
		}
		if files, err = archive.Arrange(ctx, files[0]); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if !c.CheckOnly {
		if err := p.vacant(); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	fmt.Fprintf(console.Err, "gridcommand: checking %d files\n", len(files))
	r := &restoring{place: p, console: console, erasures: accounts.Erasures{}}
	if r.chain, err = checkChain(ctx, files); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := r.learn(ctx, append([]string{files[len(files)-1]}, c.Erasures...)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	r.note = restoredNote{
		At: time.Now().UTC(), By: version(), MadeAt: r.chain.Manifest.MadeAt, District: r.chain.Manifest.District, OldEpoch: r.chain.Manifest.Epoch,
		Position: r.chain.Manifest.Head, Keys: r.chain.Summary.Keys, Photos: r.chain.Summary.PhotosKnown, Erased: len(r.erasures), CheckOnly: c.CheckOnly,
	}
	for i, path := range r.chain.Paths {
		r.note.Files, r.note.Digests = append(r.note.Files, filepath.Base(path)), append(r.note.Digests, r.chain.Digests[i].String())
	}
	if !c.CheckOnly {
		if err := r.run(ctx); err != nil {
			return fmt.Errorf("restore: nothing was restored: %w", err)
		}
	}
	if c.JSON {
		return json.NewEncoder(console.Out).Encode(r.note)
	}
	fmt.Fprintf(console.Out, "position %d\nold_epoch %s\nmade_at %s\nkeys %d\nphotos %d\n", r.note.Position, r.note.OldEpoch, r.note.MadeAt.Format(time.RFC3339), r.note.Keys, r.note.Photos)
	if c.CheckOnly {
		fmt.Fprintln(console.Out, "whole yes")
		return nil
	}
	fmt.Fprintf(console.Out, "epoch %s\nseal %s\n", r.note.Epoch, r.note.Seal)
	fmt.Fprintln(console.Err, "gridcommand: restored; views are folded when the server starts, everybody logs in anew")
	return nil
}

// checkChain checks files by what this program knows.
func checkChain(ctx context.Context, files []string) (*archive.Chain, error) {
	base, err := reference.Load()
	if err != nil {
		return nil, err
	}
	newest := map[string]archive.Versions{}
	for database, owners := range besides() {
		newest[database] = archive.Versions{}
		for _, o := range owners {
			if newest[database][o.Name], err = o.Newest(); err != nil {
				return nil, err
			}
		}
	}
	return archive.Check(ctx, files, archive.Rules{District: base.Book.District(), Newest: newest, Record: decodes})
}

// decodes tells whether this program understands a fact.
func decodes(r eventstore.Record) error {
	if decode := decoders[r.Stream.Category()]; decode != nil {
		return decode(r)
	}
	if r.Stream.Category() == "incident" {
		_, err := incident.Decode(r.Type, r.Data)
		return err
	}
	return nil
}

type restoring struct {
	place    place
	console  *Console
	chain    *archive.Chain
	erasures accounts.Erasures
	note     restoredNote
}

// learn takes in who was erased, as backups or data folders tell.
func (r *restoring) learn(ctx context.Context, from []string) error {
	for _, path := range from {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			src, closing, err := place{dir: path}.source(ctx, false)
			if err != nil {
				return fmt.Errorf("--erasures: %w", err)
			}
			for _, d := range src.Databases {
				err = errors.Join(err, d.EachRow(ctx, func(t archive.Table, row []any) error {
					r.erasures.Learn(t.Name, t.Columns, row)
					return nil
				}))
			}
			closing()
			if err != nil {
				return fmt.Errorf("--erasures: %w", err)
			}
			continue
		}
		_, err := archive.ReadFile(ctx, path, archive.Visitor{Row: func(t archive.Table, row []any) error {
			r.erasures.Learn(t.Name, t.Columns, row)
			return nil
		}})
		if err != nil {
			return err
		}
	}
	return nil
}

// vacant says why a folder is no empty place.
func (p place) vacant() error {
	entries, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty (it holds %s): restore into a new folder, or move this one away", p.dir, entries[0].Name())
	}
	return nil
}

// run restores into a folder beside the place, and swaps it in.
func (r *restoring) run(ctx context.Context) (err error) {
	parent := filepath.Dir(filepath.Clean(r.place.dir))
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(parent, "."+filepath.Base(r.place.dir)+".restoring-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // it is gone when all went well
	if err := os.Mkdir(filepath.Join(dir, "photos"), 0o700); err != nil {
		return err
	}
	swap := func() error { return swapIn(dir, r.place.dir) }
	there := place{dir: dir, pg: r.place.pg}
	if there.pg == "" {
		if err := r.fill(ctx, there); err != nil {
			return err
		}
		return swap()
	}
	return restoreSchemas(ctx, there.pg, func() error { return r.fill(ctx, there) }, swap)
}

// fill makes the databases and files of a place, and checks what became of them.
func (r *restoring) fill(ctx context.Context, at place) (err error) {
	var ledger eventstore.Archive
	if at.pg != "" {
		ledger, err = postgres.Open(ctx, at.pg, nil)
	} else {
		ledger, err = sqlite.Open(ctx, at.dir, nil)
	}
	if err != nil {
		return err
	}
	databases := map[string]*sqldb.DB{}
	defer func() {
		for _, db := range databases {
			err = errors.Join(err, db.Close())
		}
		err = errors.Join(err, ledger.Close())
		if err == nil {
			err = settle(at.dir)
		}
	}()
	for name, owners := range besides() {
		versions, kept := r.chain.Manifest.Owners[name]
		if !kept {
			continue
		}
		if databases[name], err = at.database(ctx, name); err != nil {
			return err
		}
		for _, o := range owners {
			if version, kept := versions[o.Name]; kept {
				if err := sqldb.MigrateTo(ctx, databases[name], o, version); err != nil {
					return err
				}
			}
		}
	}
	err = r.chain.Load(ctx, archive.Target{
		Ledger: ledger, Databases: databases,
		Renew: map[string]bool{"state": true}, // seals go on being those of the old epoch
		Row:   func(t archive.Table, row []any) bool { return r.erasures.Spare(t.Name, t.Columns, row) },
		Photo: func(name archive.Digest, data []byte) error {
			return keepFile(filepath.Join(at.dir, "photos", hex.EncodeToString(name[:])+".jpg"), data)
		},
		Progress: progress(r.console, "restored"),
	})
	if err != nil {
		return err
	}
	if err := r.erase(ctx, databases["state"]); err != nil {
		return err
	}
	for name, data := range r.chain.Files {
		as, known := restoredFiles[name]
		if !known {
			return fmt.Errorf("%w: nobody knows a file %q", archive.ErrContent, name)
		}
		if err := keepFile(filepath.Join(at.dir, as), data); err != nil {
			return err
		}
	}
	if r.note.Seal, err = r.checkSeal(ctx, ledger); err != nil {
		return err
	}
	if r.note.Epoch, err = ledger.Epoch(ctx); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r.note, "", "  ")
	if err != nil {
		return err
	}
	return keepFile(filepath.Join(at.dir, noteFile), append(text, '\n'))
}

// restoredFiles are the names that files of a backup get. What speaks of the old epoch is
// kept beside the seals of the new one, which begin when a server starts.
var restoredFiles = map[string]string{
	seal.KeyFile: seal.KeyFile, seal.PublicFile: "restored.pub", checkpointFile: "restored.checkpoint",
}

// erase remembers in the restored place who was erased elsewhere.
func (r *restoring) erase(ctx context.Context, state *sqldb.DB) error {
	if state == nil || len(r.erasures) == 0 {
		return nil
	}
	if err := sqldb.Migrate(ctx, state, accounts.Tables().Files, accounts.Tables().Name); err != nil {
		return err
	}
	return accounts.Remember(ctx, state, r.erasures, time.Now())
}

// checkSeal holds the restored facts against the checkpoint that came with them.
func (r *restoring) checkSeal(ctx context.Context, ledger eventstore.Store) (string, error) {
	note, sealed := r.chain.Files[checkpointFile]
	if !sealed {
		return "none", nil
	}
	c, err := seal.ParseCheckpoint(bytes.Clone(note))
	if err != nil {
		return "", err
	}
	key, err := seal.ParsePublicKey(r.chain.Files[seal.PublicFile])
	if err != nil {
		return "", err
	}
	if !c.SignedBy(key) {
		return "", fmt.Errorf("%w: the checkpoint is not signed by the key that came with it", archive.ErrContent)
	}
	if c.Size > int64(r.chain.Manifest.Head) {
		return "", fmt.Errorf("%w: the checkpoint covers %d facts, there are %d", archive.ErrContent, c.Size, r.chain.Manifest.Head)
	}
	root, err := key.Suite.Root(ctx, ledger, c.Size)
	if err != nil {
		return "", err
	}
	if root != c.Root {
		return "", fmt.Errorf("%w: the facts up to %d are not those that were sealed", archive.ErrContent, c.Size)
	}
	return fmt.Sprintf("%s up to %d", c.Origin, c.Size), nil
}

// keepFile writes a file that only its owner reads. What makes it last is settle.
func keepFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// settle puts every file and folder under dir on the disk.
func settle(dir string) error {
	if err := os.Remove(filepath.Join(dir, "lock")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncFolder(path)
	})
}

// swapIn puts dir in the place of an empty or missing folder.
func swapIn(dir, place string) error {
	if err := os.Remove(place); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s cannot be replaced (is it a mount point? then restore into a folder in it): %w", place, err)
	}
	if err := os.Rename(dir, place); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(filepath.Clean(place)))
}

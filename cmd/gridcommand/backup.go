package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/eventstore/archive"
	"gridcommand/eventstore/seal"
	"gridcommand/eventstore/sqldb"
	"gridcommand/web/accounts"
	"gridcommand/web/api"
	"gridcommand/workflow"
)

// BackupCmd copies a place into one file, also while a server runs on it.
type BackupCmd struct {
	At
	File    string `arg:"" help:"File to write; it is there whole or not at all."`
	Since   string `help:"Older backup, or folder of backups, to go on from: only what came since is copied (accounts and what else changes in place are copied whole)." placeholder:"FILE"`
	Force   bool   `help:"Write over a file that is there."`
	WithKey bool   `help:"Also copy the private key that seals are signed with."`
	JSON    bool   `name:"json"`
}

// besides are the databases beside the ledger that a backup holds, and who keeps tables
// in them. Views are folded from the ledger and are not copied.
func besides() map[string][]sqldb.Owner {
	return map[string][]sqldb.Owner{
		"state": append([]sqldb.Owner{accounts.Tables(), workflow.Tables()}, api.Tables()...),
		"seal":  {seal.Tables()},
	}
}

// follows tells which tables of a database say how far something has followed the ledger.
func follows(database string) func(string) bool {
	return func(table string) bool { return database == "seal" || strings.HasPrefix(table, "workflow_") }
}

type backupReply struct {
	File     string              `json:"file"`
	Position eventstore.Position `json:"position"`
	After    eventstore.Position `json:"after"`
	Epoch    string              `json:"epoch"`
	Bytes    int64               `json:"bytes"`
	Digest   string              `json:"digest"`
	Facts    int64               `json:"facts"`
	Keys     int64               `json:"keys"`
	Photos   int64               `json:"photos"`
	Damaged  []string            `json:"damaged_photos"`
}

// Run writes the file.
func (c *BackupCmd) Run(ctx context.Context, console *Console) error {
	p, err := c.place()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.File); err == nil && !c.Force {
		return fmt.Errorf("%s is there already; --force writes over it", c.File)
	}
	began := time.Now()
	src, closing, err := p.source(ctx, c.WithKey)
	if err != nil {
		return err
	}
	defer closing()
	if c.Since != "" {
		if src.Since, err = older(ctx, c.Since); err != nil {
			return err
		}
	}
	src.Progress = progress(console, "copied")
	var written *archive.Written
	err = writeWhole(c.File, c.Force, func(f *os.File) (err error) {
		written, err = archive.Write(ctx, f, *src)
		return err
	})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	r := backupReply{
		File: c.File, Position: written.Manifest.Head, After: written.Manifest.After, Epoch: written.Manifest.Epoch, Bytes: written.Bytes,
		Digest: written.Digest.String(), Facts: written.Summary.Records, Keys: written.Summary.Keys, Photos: written.Summary.Photos, Damaged: []string{},
	}
	for _, d := range written.Damaged {
		r.Damaged = append(r.Damaged, hex.EncodeToString(d[:]))
	}
	if c.JSON {
		if err := json.NewEncoder(console.Out).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(console.Out, "position %d\nepoch %s\nafter %d\nfacts %d\nkeys %d\nphotos %d\nbytes %d\ndigest %s\n",
			r.Position, r.Epoch, r.After, r.Facts, r.Keys, r.Photos, r.Bytes, r.Digest)
	}
	if written.Manifest.WithKey {
		fmt.Fprintf(console.Err, "gridcommand: %s holds the PRIVATE KEY of the seals: whoever has the file can sign in this ledger's name\n", c.File)
	}
	console.Log.LogAttrs(ctx, slog.LevelInfo, "backup written", slog.Int64("unpacked_bytes", written.Summary.Unpacked), slog.Duration("took", time.Since(began)))
	if n := len(r.Damaged); n > 0 {
		return fmt.Errorf("the backup is written, but %d photos are damaged on disk and were left out: %s", n, strings.Join(r.Damaged, " "))
	}
	return nil
}

// older reads what a backup goes on from: a file, or the last of a folder.
func older(ctx context.Context, path string) (*archive.Older, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		chain, err := archive.Arrange(ctx, path)
		if err != nil {
			return nil, err
		}
		path = chain[len(chain)-1]
	}
	return archive.ReadOlder(ctx, path)
}

var photoFile = regexp.MustCompile(`^([0-9a-f]{64})\.jpg$`)

// source opens a place for reading, as it is copied. The caller calls closing.
func (p place) source(ctx context.Context, withKey bool) (_ *archive.Source, closing func(), err error) {
	var closers []func() error
	closing = func() {
		for i := len(closers) - 1; i >= 0; i-- {
			_ = closers[i]()
		}
	}
	defer func() {
		if err != nil {
			closing()
		}
	}()
	ledger, err := p.readOnly(ctx)
	if err != nil {
		return nil, nil, err
	}
	closers = append(closers, ledger.Close)
	whole, ok := ledger.(eventstore.Archive)
	if !ok {
		return nil, nil, fmt.Errorf("a ledger of type %T cannot be copied", ledger)
	}
	base, err := reference.Load()
	if err != nil {
		return nil, nil, err
	}
	src := &archive.Source{Ledger: whole, Manifest: archive.Manifest{
		District: base.Book.District(), MadeAt: time.Now().UTC(), By: version(), Store: "sqlite",
	}}
	if p.pg != "" {
		src.Manifest.Store = "postgres"
	}
	for _, name := range []string{"state", "seal"} {
		db, err := p.readDatabase(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		closers = append(closers, db.Close)
		src.Databases = append(src.Databases, archive.Database{Name: name, DB: db, Follower: follows(name), Skip: accounts.Fleeting()})
		if name == "seal" {
			if err := sealed(ctx, src, db); err != nil {
				return nil, nil, err
			}
		}
	}
	if withKey {
		key, err := os.ReadFile(filepath.Join(p.dir, seal.KeyFile))
		if err != nil {
			return nil, nil, fmt.Errorf("--with-key: %w", err)
		}
		src.Files, src.Manifest.WithKey = append(src.Files, archive.File{Name: seal.KeyFile, Data: key}), true
	}
	photos := filepath.Join(p.dir, "photos")
	src.Photos = func() ([]archive.Digest, error) { return listPhotos(photos) }
	src.Photo = func(name archive.Digest) ([]byte, error) {
		data, err := os.ReadFile(filepath.Join(photos, hex.EncodeToString(name[:])+".jpg"))
		if err != nil {
			return nil, nil //nolint:nilerr // what cannot be read is damaged, and said to be
		}
		return data, nil
	}
	return src, closing, nil
}

// checkpointFile is the newest checkpoint in a backup, a note that others can check.
const checkpointFile = "seal.checkpoint"

// sealed adds the newest checkpoint and the public key.
func sealed(ctx context.Context, src *archive.Source, db *sqldb.DB) error {
	epoch, err := src.Ledger.Epoch(ctx)
	if err != nil {
		return err
	}
	log, err := seal.OpenLog(ctx, db, epoch)
	if errors.Is(err, seal.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	src.Manifest.Suite = string(log.Suite)
	pem, err := log.Key.PEM()
	if err != nil {
		return err
	}
	src.Files = append(src.Files, archive.File{Name: seal.PublicFile, Data: append([]byte(log.Key.Text(log.Origin)+"\n"), pem...)})
	newest, err := log.Newest(ctx)
	if errors.Is(err, seal.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	src.Files = append(src.Files, archive.File{Name: checkpointFile, Data: newest.Note()})
	return nil
}

func listPhotos(dir string) ([]archive.Digest, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []archive.Digest
	for _, e := range entries {
		name := photoFile.FindStringSubmatch(e.Name())
		if name == nil || !e.Type().IsRegular() {
			continue
		}
		var d archive.Digest
		if _, err := hex.Decode(d[:], []byte(name[1])); err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// readDatabase opens a database beside the ledger for reading; fs.ErrNotExist: there is none.
func (p place) readDatabase(ctx context.Context, name string) (*sqldb.DB, error) {
	if p.pg != "" {
		return sqldb.OpenPostgresReadOnly(ctx, p.pg, name)
	}
	return sqldb.OpenSQLiteReadOnly(ctx, filepath.Join(p.dir, name+".db"))
}

// writeWhole writes a file that only its owner reads: it is there whole, and safe on the
// disk, or not at all.
func writeWhole(path string, over bool, write func(*os.File) error) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".partial-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // without effect after the rename
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil && !over {
		return fmt.Errorf("%s has appeared meanwhile", path)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

// syncFolder makes what was renamed or made in a folder last.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// progress says from time to time how far a long walk over the ledger is.
func progress(console *Console, what string) func(done, of eventstore.Position) {
	said := time.Now()
	return func(done, of eventstore.Position) {
		if time.Since(said) >= 2*time.Second {
			said = time.Now()
			fmt.Fprintf(console.Err, "gridcommand: %d of %d facts %s\n", done, of, what)
		}
	}
}

// version is what this program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return info.Main.Version
}

// Package disk is a disk for SQLite that fails when it is told to.
//
// A [Disk] is a folder and a file system of SQLite (a VFS) around the ordinary one of
// this machine. It numbers every operation that changes the folder, can let any of
// them fail as a disk does, and keeps beside the files what of them would be there if
// the power went now: what was synced is there, what was not is each kept, lost or
// torn between two sectors, by a seed.
//
//	d, err := disk.New(dir)
//	s, err := sqlite.Open(ctx, dir, &sqlite.Options{VFS: d.Name()})
//	d.FailAt(3, syscall.EIO)      // the third operation from now
//	err = d.Cut(seed, otherDir)   // the power goes; otherDir is what the disk holds
//
// What the model takes from Linux, being harder than it is:
//   - writes that were not synced reach the disk in any order, by sectors of 512 bytes;
//   - a sync that fails has lost what it was to write, for ever: the next one succeeds
//     and does not write it, while reads go on showing it;
//   - a file that was made or deleted is so for certain only when the folder is synced,
//     which SQLite does with the first sync of a log or a journal.
//
// Files are synced in the model alone, not on the disk below: runs are quick. SQLite's
// shared memory passes through and is no part of what a power cut leaves, as on any
// machine. Reads are not counted and never fail.
package disk

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
)

// Sector is the number of bytes that a disk writes whole or not at all.
const Sector = 512

// Faults beside [syscall.EIO] and [syscall.ENOSPC].
var (
	// ErrShort is a write of which a part is done before the disk is full.
	ErrShort = errors.New("disk: short write")
	// ErrPower ends the disk: neither this operation nor any later one is done.
	ErrPower = errors.New("disk: the power is cut")
)

// Kind is what an operation does.
type Kind string

// The kinds of operations.
const (
	Create   Kind = "create"
	Write    Kind = "write"
	Sync     Kind = "sync"
	Truncate Kind = "truncate"
	Delete   Kind = "delete"
)

// An Op is one operation that changes the folder.
type Op struct {
	N      int64 // counted from 1
	Kind   Kind
	File   string // name in the folder
	Offset int64  // of a write; the new size of a truncate
	Size   int    // of a write
}

func (o Op) String() string {
	return fmt.Sprintf("%d %s %s %d+%d", o.N, o.Kind, o.File, o.Offset, o.Size)
}

// A Disk is one folder. Its methods may be called from many goroutines.
type Disk struct {
	dir  string
	name string
	vfs  uintptr // SQLite's description of the file system

	mu    sync.Mutex // held during every operation
	count int64
	plan  func(Op) error
	watch func(Op)
	files map[string]*file
	dead  bool
	gates []chan struct{}
}

// A file is what the disk knows of one name, and what was asked of it since.
type file struct {
	sure    []byte // what a power cut leaves for certain
	kept    bool   // the name is on the disk for certain
	exists  bool   // the name is there for whoever looks now
	changes []change
}

// A change is a write or a truncate that is not folded into sure yet.
type change struct {
	offset   int64
	data     []byte // nil: truncate to offset
	certain  bool   // synced, after changes that are lost or not by chance
	hopeless bool   // a sync failed on it: no later sync helps
}

// New makes the folder dir, if there is none, and a file system for it. What is in the
// folder already is on the disk for certain. The caller closes the Disk.
func New(dir string) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	full, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	if full, err = filepath.Abs(full); err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	d := &Disk{dir: full, files: map[string]*file{}}
	if err := d.find(); err != nil {
		return nil, fmt.Errorf("disk: %w", err)
	}
	return d, d.register()
}

// find takes note of the files that are there, so that a power cut leaves them also if
// nobody opens them before. Shared memory is no part of the disk.
func (d *Disk) find() error {
	entries, err := os.ReadDir(d.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || strings.HasSuffix(e.Name(), "-shm") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(d.dir, e.Name()))
		if err != nil {
			return err
		}
		d.files[e.Name()] = &file{sure: content, kept: true, exists: true}
	}
	return nil
}

// Name is what SQLite calls the file system, for sqlite.Options.VFS.
func (d *Disk) Name() string { return d.name }

// Close forgets the file system. Every database on it must be closed before.
func (d *Disk) Close() error { return d.unregister() }

// Operations is how many operations there were.
func (d *Disk) Operations() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count
}

// FailAt lets the n-th operation from now, counted from 1, end with err, which is
// [syscall.EIO], [syscall.ENOSPC], [ErrShort] or [ErrPower]. It replaces what was
// planned before.
func (d *Disk) FailAt(n int64, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.count + n
	d.plan = func(o Op) error {
		if o.N == at {
			return err
		}
		return nil
	}
}

// Plan asks f before each operation whether it fails; nil: none does. f is called from
// one goroutine at a time and must not use the Disk.
func (d *Disk) Plan(f func(Op) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plan = f
}

// Watch tells f of each operation before it is done; nil: nobody is told. As for Plan.
func (d *Disk) Watch(f func(Op)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watch = f
}

// Hold lets every sync from now on wait until release is called.
func (d *Disk) Hold() (release func()) {
	gate := make(chan struct{})
	d.mu.Lock()
	d.gates = append(d.gates, gate)
	d.mu.Unlock()
	return sync.OnceFunc(func() {
		d.mu.Lock()
		d.gates = slices.DeleteFunc(d.gates, func(g chan struct{}) bool { return g == gate })
		d.mu.Unlock()
		close(gate)
	})
}

// Cut cuts the power: no operation is done any more, every one fails. It writes to the
// folder into, which is made, what the disk is left with; the seed decides. Databases
// that are open must be closed and opened anew from there. Cut may be called again,
// with another seed, for what else might have been left.
func (d *Disk) Cut(seed uint64, into string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
	return d.image(seed, into)
}

// Image writes to the folder into what a power cut now would leave, and lets the disk
// go on.
func (d *Disk) Image(seed uint64, into string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.image(seed, into)
}

func (d *Disk) image(seed uint64, into string) error {
	if err := os.MkdirAll(into, 0o700); err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	chance := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		f := d.files[name]
		there := f.exists
		if f.exists != f.kept {
			there = chance.IntN(2) == 0
		}
		content := f.left(chance)
		if !there {
			continue
		}
		if err := os.WriteFile(filepath.Join(into, name), content, 0o600); err != nil {
			return fmt.Errorf("disk: %w", err)
		}
	}
	return nil
}

// left plays what a power cut leaves of f.
func (f *file) left(chance *rand.Rand) []byte {
	content := slices.Clone(f.sure)
	// Some cuts lose everything that was not synced, some nothing: the ends are likelier
	// than chance alone would make them.
	odds := [...]int{0, 20, 50, 80, 100}[chance.IntN(5)]
	for _, c := range f.changes {
		switch {
		case c.certain || chance.IntN(100) < odds:
			content = c.apply(content)
		case chance.IntN(2) == 0:
			for _, part := range c.sectors() {
				if chance.IntN(2) == 0 {
					content = part.apply(content)
				}
			}
		}
	}
	return content
}

// apply returns content after c.
func (c change) apply(content []byte) []byte {
	if c.data == nil {
		return resize(content, c.offset)
	}
	if end := c.offset + int64(len(c.data)); end > int64(len(content)) {
		content = resize(content, end)
	}
	copy(content[c.offset:], c.data)
	return content
}

// resize cuts content or fills it up with zeros, as a file's hole reads.
func resize(content []byte, size int64) []byte {
	if size <= int64(len(content)) {
		return content[:size]
	}
	return append(content, make([]byte, size-int64(len(content)))...)
}

// sectors splits a write at the boundaries of sectors. A truncate is one part.
func (c change) sectors() []change {
	var parts []change
	for len(c.data) > 0 {
		n := min(int64(len(c.data)), Sector-c.offset%Sector)
		parts = append(parts, change{offset: c.offset, data: c.data[:n]})
		c.offset, c.data = c.offset+n, c.data[n:]
	}
	return parts
}

// enter begins an operation: it is counted, watched and, if so planned, refused. The
// caller holds d.mu.
func (d *Disk) enter(o Op) error {
	d.count++
	o.N = d.count
	if d.watch != nil {
		d.watch(o)
	}
	if d.dead {
		return ErrPower
	}
	if d.plan == nil {
		return nil
	}
	err := d.plan(o)
	if errors.Is(err, ErrPower) {
		d.dead = true
	}
	return err
}

// opened notes that a file was opened. The caller holds d.mu.
func (d *Disk) opened(name string) error {
	if f := d.files[name]; f != nil && f.exists {
		return nil
	}
	content, err := os.ReadFile(filepath.Join(d.dir, name))
	if err != nil {
		return err
	}
	f := d.files[name]
	if f == nil {
		f = &file{}
		d.files[name] = f
	}
	f.exists = true
	f.changes = append(f.changes, change{}) // a name made anew begins empty
	if len(content) > 0 {                   // it was there before the Disk was
		f.kept, f.sure, f.changes = true, content, nil
	}
	return nil
}

// wrote notes a write or a truncate. The caller holds d.mu.
func (d *Disk) wrote(name string, offset int64, data []byte) {
	f := d.files[name]
	f.changes = append(f.changes, change{offset: offset, data: data})
}

// synced notes that what was asked of a file is done, and with it, if folder is set,
// what became of names. The caller holds d.mu.
func (d *Disk) synced(name string, folder bool) {
	f := d.files[name]
	chancy := false
	for i := range f.changes {
		if f.changes[i].hopeless {
			chancy = true
		} else {
			f.changes[i].certain = true
		}
	}
	if !chancy {
		for _, c := range f.changes {
			f.sure = c.apply(f.sure)
		}
		f.changes = nil
	}
	if folder {
		d.folderSynced()
	}
}

func (d *Disk) folderSynced() {
	for _, f := range d.files {
		f.kept = f.exists
		if !f.exists {
			f.sure, f.changes = nil, nil
		}
	}
}

// lost notes that a sync failed: what it should have written is gone, unless by
// chance it is not. The caller holds d.mu.
func (d *Disk) lost(name string) {
	f := d.files[name]
	for i := range f.changes {
		if !f.changes[i].certain {
			f.changes[i].hopeless = true
		}
	}
}

// deleted notes that a name is gone. The caller holds d.mu.
func (d *Disk) deleted(name string, folder bool) {
	if f := d.files[name]; f != nil {
		f.exists = false
	}
	if folder {
		d.folderSynced()
	}
}

// full tells whether err is a disk without room.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, ErrShort) }

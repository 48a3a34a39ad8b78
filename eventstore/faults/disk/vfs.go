package disk

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The file system is the machine's own with a few of its functions replaced. SQLite
// holds them as tables of C function pointers; each database file begins with a pointer
// to its table. So a file is opened by the machine's own function, and then its table
// is exchanged for a copy in which writing, syncing and closing are ours. What we know
// of an open file is found by its address.

// An open is one file of SQLite, open on a disk.
type open struct {
	disk    *Disk
	name    string
	newName bool                         // a log or a journal: its first sync syncs the folder
	methods *sqlite3.Tsqlite3_io_methods // the machine's own
}

var (
	disksMade atomic.Int64

	tables sync.Mutex
	disks  = map[uintptr]*Disk{}   // by address of the VFS
	opens  = map[uintptr]*open{}   // by address of the file
	copies = map[uintptr]uintptr{} // our table for a table of the machine's own
)

// at is the T at a C address.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

// pointer is a top-level function as C holds it.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// function is the Go function that C holds as p.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) }

type (
	openFunc     = func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	deleteFunc   = func(tls *libc.TLS, vfs, name uintptr, dirSync int32) int32
	closeFunc    = func(tls *libc.TLS, file uintptr) int32
	writeFunc    = func(tls *libc.TLS, file, from uintptr, n int32, offset int64) int32
	truncateFunc = func(tls *libc.TLS, file uintptr, size int64) int32
	syncFunc     = func(tls *libc.TLS, file uintptr, flags int32) int32
)

// machine is the VFS that SQLite uses by itself.
func machine(tls *libc.TLS) uintptr { return sqlite3.Xsqlite3_vfs_find(tls, 0) }

func (d *Disk) register() error {
	tls := libc.NewTLS()
	defer tls.Close()
	d.name = fmt.Sprintf("faulty-%d", disksMade.Add(1))
	own := machine(tls)
	if own == 0 {
		return errors.New("disk: SQLite has no file system")
	}
	name, err := libc.CString(d.name)
	if err != nil {
		return fmt.Errorf("disk: %w", err)
	}
	d.vfs = libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	if d.vfs == 0 {
		return errors.New("disk: out of memory")
	}
	vfs := at[sqlite3.Tsqlite3_vfs](d.vfs)
	*vfs = *at[sqlite3.Tsqlite3_vfs](own)
	vfs.FpNext, vfs.FzName = 0, name
	vfs.FxOpen, vfs.FxDelete = pointer(openFunc(vfsOpen)), pointer(deleteFunc(vfsDelete))
	tables.Lock()
	disks[d.vfs] = d
	tables.Unlock()
	if code := sqlite3.Xsqlite3_vfs_register(tls, d.vfs, 0); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("disk: register %s: SQLite's code %d", d.name, code)
	}
	return nil
}

func (d *Disk) unregister() error {
	tls := libc.NewTLS()
	defer tls.Close()
	tables.Lock()
	defer tables.Unlock()
	for _, o := range opens {
		if o.disk == d {
			return fmt.Errorf("disk: %s is still open", o.name)
		}
	}
	if disks[d.vfs] == nil {
		return nil
	}
	delete(disks, d.vfs)
	if code := sqlite3.Xsqlite3_vfs_unregister(tls, d.vfs); code != sqlite3.SQLITE_OK {
		return fmt.Errorf("disk: unregister %s: SQLite's code %d", d.name, code)
	}
	libc.Xfree(tls, at[sqlite3.Tsqlite3_vfs](d.vfs).FzName)
	libc.Xfree(tls, d.vfs)
	return nil
}

// ours returns the copy of a table of the machine's own in which our functions stand.
// The caller holds tables.
func ours(tls *libc.TLS, table uintptr) uintptr {
	if known := copies[table]; known != 0 {
		return known
	}
	p := libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
	if p == 0 {
		return 0
	}
	m := at[sqlite3.Tsqlite3_io_methods](p)
	*m = *at[sqlite3.Tsqlite3_io_methods](table)
	m.FxClose = pointer(closeFunc(fileClose))
	m.FxWrite = pointer(writeFunc(fileWrite))
	m.FxTruncate = pointer(truncateFunc(fileTruncate))
	m.FxSync = pointer(syncFunc(fileSync))
	copies[table] = p
	return p
}

func find(file uintptr) *open {
	tables.Lock()
	defer tables.Unlock()
	return opens[file]
}

func diskOf(vfs uintptr) *Disk {
	tables.Lock()
	defer tables.Unlock()
	return disks[vfs]
}

// inside returns the name of a path within the folder.
func (d *Disk) inside(path uintptr) (name string, ok bool) {
	if path == 0 {
		return "", false // a file without a name, for sorting
	}
	dir, name := filepath.Split(libc.GoString(path))
	return name, filepath.Clean(dir) == d.dir
}

func vfsOpen(tls *libc.TLS, vfs, path, file uintptr, flags int32, out uintptr) int32 {
	d := diskOf(vfs)
	own := machine(tls)
	open1 := function[openFunc](at[sqlite3.Tsqlite3_vfs](own).FxOpen)
	name, ok := d.inside(path)
	if !ok {
		return open1(tls, own, path, file, flags, out)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.files[name]; flags&sqlite3.SQLITE_OPEN_CREATE != 0 && (known == nil || !known.exists) {
		if err := d.enter(Op{Kind: Create, File: name}); err != nil {
			at[sqlite3.Tsqlite3_file](file).FpMethods = 0
			return sqlite3.SQLITE_CANTOPEN
		}
	}
	code := open1(tls, own, path, file, flags, out)
	table := at[sqlite3.Tsqlite3_file](file).FpMethods
	if code != sqlite3.SQLITE_OK || table == 0 {
		return code
	}
	tables.Lock()
	exchanged := ours(tls, table)
	if exchanged != 0 {
		opens[file] = &open{
			disk: d, name: name, methods: at[sqlite3.Tsqlite3_io_methods](table),
			newName: flags&sqlite3.SQLITE_OPEN_CREATE != 0 &&
				flags&(sqlite3.SQLITE_OPEN_WAL|sqlite3.SQLITE_OPEN_MAIN_JOURNAL|sqlite3.SQLITE_OPEN_SUPER_JOURNAL) != 0,
		}
		at[sqlite3.Tsqlite3_file](file).FpMethods = exchanged
	}
	tables.Unlock()
	if exchanged == 0 || d.opened(name) != nil {
		return sqlite3.SQLITE_IOERR
	}
	return sqlite3.SQLITE_OK
}

func vfsDelete(tls *libc.TLS, vfs, path uintptr, dirSync int32) int32 {
	d := diskOf(vfs)
	own := machine(tls)
	delete1 := function[deleteFunc](at[sqlite3.Tsqlite3_vfs](own).FxDelete)
	name, ok := d.inside(path)
	if !ok {
		return delete1(tls, own, path, dirSync)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enter(Op{Kind: Delete, File: name}); err != nil {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	code := delete1(tls, own, path, 0)
	if code == sqlite3.SQLITE_OK {
		d.deleted(name, dirSync != 0)
	}
	return code
}

func fileClose(tls *libc.TLS, file uintptr) int32 {
	tables.Lock()
	o := opens[file]
	delete(opens, file)
	tables.Unlock()
	return function[closeFunc](o.methods.FxClose)(tls, file)
}

func fileWrite(tls *libc.TLS, file, from uintptr, n int32, offset int64) int32 {
	o := find(file)
	d := o.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.enter(Op{Kind: Write, File: o.name, Offset: offset, Size: int(n)})
	if errors.Is(err, ErrShort) {
		n /= 2
	} else if err != nil {
		return code(err, sqlite3.SQLITE_IOERR_WRITE)
	}
	if n > 0 {
		if code := function[writeFunc](o.methods.FxWrite)(tls, file, from, n, offset); code != sqlite3.SQLITE_OK {
			return code
		}
		d.wrote(o.name, offset, slices.Clone(unsafe.Slice(at[byte](from), n)))
	}
	return code(err, sqlite3.SQLITE_IOERR_WRITE)
}

func fileTruncate(tls *libc.TLS, file uintptr, size int64) int32 {
	o := find(file)
	d := o.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enter(Op{Kind: Truncate, File: o.name, Offset: size}); err != nil {
		return code(err, sqlite3.SQLITE_IOERR_TRUNCATE)
	}
	done := function[truncateFunc](o.methods.FxTruncate)(tls, file, size)
	if done == sqlite3.SQLITE_OK {
		d.wrote(o.name, size, nil)
	}
	return done
}

func fileSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	o := find(file)
	d := o.disk
	d.mu.Lock()
	for len(d.gates) > 0 {
		gate := d.gates[0]
		d.mu.Unlock()
		<-gate
		d.mu.Lock()
	}
	defer d.mu.Unlock()
	if err := d.enter(Op{Kind: Sync, File: o.name}); err != nil {
		if !errors.Is(err, ErrPower) {
			d.lost(o.name)
		}
		return code(err, sqlite3.SQLITE_IOERR_FSYNC)
	}
	d.synced(o.name, o.newName)
	o.newName = false
	return sqlite3.SQLITE_OK
}

// code is what SQLite hears of err, otherwise being for what is no full disk.
func code(err error, otherwise int32) int32 {
	switch {
	case err == nil:
		return sqlite3.SQLITE_OK
	case full(err):
		return sqlite3.SQLITE_FULL
	default:
		return otherwise
	}
}

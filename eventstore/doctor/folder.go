package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gridcommand/eventstore/sqldb"
)

// What a disk needs free, in bytes. Below the least nothing can be written at all, so a
// start would fail halfway; below a hundredth of a disk and a gigabyte, today's work
// hardly fits.
const (
	leastFree = 32 << 20
	scarce    = 1 << 30
)

// The kinds of file systems that matter, by their magic numbers.
var (
	network = map[int64]string{0x6969: "nfs", 0xff534d42: "cifs", 0xfe534d42: "smb2", 0x517b: "smb", 0x00c36400: "ceph", 0x5346414f: "afs"}
	passed  = map[int64]string{0x65735546: "fuse", 0x01021997: "9p", 0x6a656a63: "virtiofs"}
	fading  = map[int64]string{0x01021994: "tmpfs", 0x858458f6: "ramfs"}
)

const overlay = 0x794c7630

// A Folder is what is known of a data folder.
type Folder struct {
	Dir    string
	Ledger bool // it holds a SQLite ledger, or will
	Secret []string
}

// existing returns dir, or the nearest folder above it that is there.
func existing(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		_, err := os.Stat(dir)
		if err == nil || !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			return dir, err
		}
		dir = filepath.Dir(dir)
	}
}

// Check looks at the folder and the disk below it.
func (f Folder) Check() []Finding {
	at, err := existing(f.Dir)
	var disk syscall.Statfs_t
	if err == nil {
		err = syscall.Statfs(at, &disk)
	}
	if err != nil {
		return []Finding{finding("folder.there", Fail, "无法查看数据目录：%v", "cannot look at the data folder: %v", err)}
	}
	all := []Finding{f.kind(int64(disk.Type)), space(uint64(disk.Bavail)*uint64(disk.Bsize), disk.Blocks*uint64(disk.Bsize))}
	if disk.Files > 0 { // some file systems have no such limit
		all = append(all, inodes(disk.Ffree, disk.Files))
	}
	if at == f.Dir || sameFolder(at, f.Dir) {
		all = append(all, f.modes(), f.secrets())
		if f.Ledger {
			all = append(all, f.photos())
		}
	}
	return all
}

func sameFolder(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

func (f Folder) kind(magic int64) Finding {
	magic &= 0xffffffff
	if name := network[magic]; name != "" {
		if !f.Ledger {
			return finding("folder.disk", Warn, "数据目录在网络盘上（%s）", "the data folder is on a network disk (%s)", name)
		}
		return finding("folder.disk", Fail, "账本目录在网络盘上（%s）：锁与预写日志在那里不可靠", "the ledger's folder is on a network disk (%s): neither locks nor the write-ahead log can be relied on there", name).
			do("把目录移到本机磁盘，或改用 PostgreSQL", "move the folder to a disk of this machine, or use PostgreSQL")
	}
	if name := fading[magic]; name != "" {
		return finding("folder.disk", Warn, "数据目录在内存盘上（%s）：断电后一切都不在", "the data folder is in memory (%s): a power cut takes everything", name).
			do("正式使用时把目录放到磁盘上", "put the folder on a disk before this is for real")
	}
	if name := passed[magic]; name != "" {
		return finding("folder.disk", Warn, "数据目录由宿主机转接（%s）：能否在断电后保留取决于宿主机", "the data folder is passed on by a host (%s): what a power cut takes depends on it", name).
			do("正式使用时把目录放到本机磁盘上", "put the folder on a disk of this machine before this is for real")
	}
	if magic == overlay {
		return finding("folder.disk", Warn, "数据目录在容器的叠加层上：删除容器即丢失", "the data folder is in a container's own layer: it goes with the container").
			do("挂载一个数据卷", "mount a volume")
	}
	return ok("folder.disk", "数据目录在本机磁盘上", "the data folder is on a disk of this machine")
}

func space(free, size uint64) Finding {
	gib := func(n uint64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }
	percent := 100 * float64(free) / float64(max(size, 1))
	zh, en := "磁盘剩余 %s（%.1f%%）", "%s of the disk are free (%.1f %%)"
	switch {
	case free < leastFree || percent < 1 && free < scarce:
		return finding("disk.space", Fail, zh, en, gib(free), percent).do("清理磁盘或换更大的磁盘", "make room, or take a larger disk").harmless()
	case percent < 10 || free < scarce:
		return finding("disk.space", Warn, zh, en, gib(free), percent).do("尽快清理磁盘", "make room soon")
	}
	return ok("disk.space", zh, en, gib(free), percent)
}

func inodes(free, all uint64) Finding {
	percent := 100 * float64(free) / float64(all)
	zh, en := "可用 inode 剩余 %.1f%%", "%.1f %% of the disk's inodes are free"
	switch {
	case percent < 1:
		return finding("disk.inodes", Fail, zh, en, percent).do("删除大量小文件", "remove what small files there are").harmless()
	case percent < 10:
		return finding("disk.inodes", Warn, zh, en, percent).do("尽快清理小文件", "remove small files soon")
	}
	return ok("disk.inodes", zh, en, percent)
}

// modes looks whether others on this machine can read what is here.
func (f Folder) modes() Finding {
	var open []string
	for _, name := range []string{".", "ledger.db", "state.db", "views.db", "seal.db", "photos"} {
		if info, err := os.Stat(filepath.Join(f.Dir, name)); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, fmt.Sprintf("%s %04o", name, info.Mode().Perm()))
		}
	}
	if len(open) > 0 {
		return finding("folder.modes", Warn, "其他用户可以访问：%s", "other users can get at: %s", strings.Join(open, ", ")).
			do("目录 chmod 700，文件 chmod 600", "chmod 700 the folders and 600 the files")
	}
	return ok("folder.modes", "只有本用户可以访问数据目录", "only this user can get at the data folder")
}

func (f Folder) secrets() Finding {
	for _, name := range f.Secret {
		if info, err := os.Stat(filepath.Join(f.Dir, name)); err == nil && info.Mode().Perm()&0o077 != 0 {
			return finding("folder.keys", Fail, "私钥文件 %s 的权限为 %04o，其他用户可读", "the private key %s has mode %04o: others can read it", name, info.Mode().Perm()).
				do("chmod 600 "+name, "chmod 600 "+name)
		}
	}
	return ok("folder.keys", "没有可被他人读取的私钥", "no private key can be read by others")
}

func (f Folder) photos() Finding {
	_, ledger := os.Stat(filepath.Join(f.Dir, "ledger.db"))
	if info, err := os.Stat(filepath.Join(f.Dir, "photos")); ledger == nil && (err != nil || !info.IsDir()) {
		return finding("folder.photos", Warn, "账本在，照片目录不在", "the ledger is there, the folder of photos is not").
			do("从备份取回 photos 目录", "bring the folder photos back from a backup")
	}
	return ok("folder.photos", "照片目录正常", "the folder of photos is in order")
}

// SQLite looks at the ledger in a folder, also while a server runs on it.
func SQLite(ctx context.Context, dir string) []Finding {
	path := filepath.Join(dir, "ledger.db")
	form, err := journal(path)
	if errors.Is(err, fs.ErrNotExist) {
		return []Finding{ok("sqlite.ledger", "尚无账本，启动时建立", "there is no ledger yet; it is made at the start")}
	}
	if err != nil {
		return []Finding{finding("sqlite.ledger", Fail, "%s 不是账本文件：%v", "%s is no ledger: %v", path, err).do("从备份恢复", "restore a backup")}
	}
	all := []Finding{holder(dir)}
	if form != 2 {
		f := finding("sqlite.journal_mode", Warn, "账本不在 WAL 模式，启动时会改回", "the ledger is not in WAL mode; the next start changes that")
		if strings.Contains(all[0].Check, "held") {
			f = finding("sqlite.journal_mode", Fail, "服务器正在使用，而账本不在 WAL 模式", "a server is at work on the ledger, which is not in WAL mode")
		}
		all = append(all, f.do("不要用其他工具改写 ledger.db", "let no other tool write to ledger.db"))
	} else {
		all = append(all, ok("sqlite.journal_mode", "WAL 模式", "the ledger is in WAL mode"))
	}
	db, err := sqldb.OpenSQLiteReadOnly(ctx, path)
	if err != nil {
		return append(all, finding("sqlite.ledger", Fail, "无法打开账本：%v", "cannot open the ledger: %v", err).do("从备份恢复", "restore a backup"))
	}
	defer func() { _ = db.Close() }()
	var version string
	var level int
	err = db.Read.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
	if err == nil {
		err = db.Read.QueryRowContext(ctx, "PRAGMA synchronous").Scan(&level)
	}
	if err != nil {
		return append(all, finding("sqlite.ledger", Fail, "账本读不出来：%v", "the ledger cannot be read: %v", err).do("从备份恢复", "restore a backup"))
	}
	all = append(all, ok("sqlite.version", "SQLite %s", "SQLite %s", version))
	if level != 2 {
		return append(all, finding("sqlite.synchronous", Fail, "synchronous 为 %d，应为 FULL", "synchronous is %d, it should be FULL", level))
	}
	return append(all, ok("sqlite.synchronous", "synchronous 为 FULL", "synchronous is FULL"))
}

// journal returns the form of writing that a SQLite file's header names: 1 for a
// rollback journal, 2 for a write-ahead log.
func journal(path string) (byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	var head [20]byte
	n, err := io.ReadFull(file, head[:])
	if n == 0 && errors.Is(err, io.EOF) {
		return 2, nil // made and never written: as good as none
	}
	if err != nil || string(head[:16]) != "SQLite format 3\x00" {
		return 0, errors.New("the file does not begin as a SQLite database does")
	}
	return head[18], nil
}

// holder tells who has the ledger open for writing.
func holder(dir string) Finding {
	file, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return ok("sqlite.lock", "没有服务器占用账本", "no server holds the ledger")
	}
	defer func() { _ = file.Close() }()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err == nil {
		_ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN)
		return ok("sqlite.lock", "没有服务器占用账本", "no server holds the ledger")
	}
	text, _ := io.ReadAll(io.LimitReader(file, 32))
	pid := strings.TrimSpace(string(text))
	return ok("sqlite.held", "账本由进程 %s 占用", "process %s holds the ledger", pid)
}

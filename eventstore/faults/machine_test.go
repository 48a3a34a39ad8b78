//go:build faults

package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"gridcommand/eventstore/sqlite"
)

// What needs the machine's own means: root, strace, loop devices, small file systems.

// have tells whether a program is here.
func have(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

func need(t *testing.T, fault string, programs ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		lacks(t, fault, "root (run make faults as root)")
	}
	for _, p := range programs {
		if !have(p) {
			lacks(t, fault, p)
		}
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// mount mounts a file system and unmounts it when the test is over.
func mount(t *testing.T, args ...string) (at string, unmount func()) {
	t.Helper()
	at = t.TempDir()
	run(t, "mount", append(args, at)...)
	unmount = sync.OnceFunc(func() {
		for range 100 { // a process that was just killed may hold it for a moment
			if exec.Command("umount", at).Run() == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
		_ = exec.Command("umount", "-l", at).Run()
	})
	t.Cleanup(unmount)
	return at, unmount
}

// image makes a file system in a file.
func image(t *testing.T, kind string, megabytes int64) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), kind+".img")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(file, megabytes<<20); err != nil {
		t.Fatal(err)
	}
	force := map[string]string{"ext4": "-F", "xfs": "-f"}[kind]
	run(t, "mkfs."+kind, "-q", force, file)
	return file
}

// Every write and sync that the kernel is asked for during one append is the last thing
// the process does.
func TestKilledAtEverySystemCall(t *testing.T) {
	const fault = "kill -9 at every system call of an append (strace)"
	need(t, fault, "strace")
	runs := 0
	for _, call := range []string{"pwrite64", "fsync", "fdatasync", "ftruncate", "unlink"} {
		for n := 1; ; n++ {
			dir, told := t.TempDir(), newTale()
			if l := begin(t, "one", dir, "before", told, nil); true {
				<-l.over
			}
			if len(told.acknowledged) != 1 {
				t.Fatalf("the first append: %v", told.other)
			}
			cmd := exec.CommandContext(t.Context(), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+call,
				"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n), os.Args[0])
			l := beginAs(t, cmd, "one", dir, "dying", told, nil)
			<-l.over
			whole := cmd.ProcessState.ExitCode() == 0
			reopen(t, dir, told, true)
			if t.Failed() {
				t.Fatalf("killed at %s %d", call, n)
			}
			if whole {
				break // there is no n-th call
			}
			runs++
		}
	}
	saw(t, fault, "%d kills", runs)
}

// The kernel answers one sync with an error. Nothing is acknowledged afterwards.
func TestTheKernelFailsASync(t *testing.T) {
	const fault = "fsync → EIO once (strace)"
	need(t, fault, "strace")
	runs, acknowledged := 0, 0
	for _, n := range []int{12, 20, 40, 80} {
		dir, told := t.TempDir(), newTale()
		cmd := exec.CommandContext(t.Context(), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
			"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d", n), os.Args[0])
		var late []string
		l := beginAs(t, cmd, "write", dir, "eio", told, func(l *life, _ int) {
			told.mu.Lock()
			defer told.mu.Unlock()
			for id, why := range told.unknown {
				if strings.Contains(why, "ledger failed") && len(late) == 0 {
					late = append(late, id)
				}
			}
		})
		<-l.over
		if code := cmd.ProcessState.ExitCode(); code != 4 && code != 3 {
			t.Fatalf("sync %d fails: exit %d, %v", n, code, told.other)
		}
		if cmd.ProcessState.ExitCode() == 4 && len(late) == 0 {
			t.Errorf("sync %d fails, and no writer heard of it", n)
		}
		acknowledged += len(told.acknowledged)
		reopen(t, dir, told, true)
		runs++
	}
	saw(t, fault, "%d runs, %d appends acknowledged before, every later one refused, opened anew", runs, acknowledged)
}

// The kernel takes five seconds for a sync.
func TestTheKernelIsSlow(t *testing.T) {
	const fault = "fsync takes 5 s (strace)"
	need(t, fault, "strace")
	dir, told := t.TempDir(), newTale()
	cmd := exec.CommandContext(t.Context(), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
		"-e", "inject=fsync,fdatasync:delay_enter=5000000:when=15+30", os.Args[0])
	l := beginAs(t, cmd, "write", dir, "slow", told, func(l *life, n int) {
		if n >= 300 {
			l.kill()
		}
	})
	<-l.over
	reopen(t, dir, told, true)
	if len(told.acknowledged) < 300 {
		t.Errorf("only %d appends were acknowledged: %v", len(told.acknowledged), told.other)
	}
	saw(t, fault, "%d appends acknowledged, none lost", len(told.acknowledged))
}

// The power goes: the file system is shut down under a writer, with and without its
// journal flushed, mounted again, and asked.
func TestTheFileSystemIsShutDown(t *testing.T) {
	for _, kind := range []string{"ext4", "xfs"} {
		t.Run(kind, func(t *testing.T) {
			fault := "power cut by FS_IOC_SHUTDOWN, " + kind
			need(t, fault, "mkfs."+kind, "mount", "losetup")
			file := image(t, kind, map[string]int64{"ext4": 64, "xfs": 320}[kind])
			told, cuts, late := newTale(), 0, 0
			const noLogFlush = 2
			for cycle := range 20 {
				at, unmount := mount(t, "-o", "loop", file)
				dir := filepath.Join(at, "ledger")
				if cycle > 0 {
					reopen(t, dir, told, true)
				}
				die := 20 + 7*cycle
				// What was heard before the power went counts. The process, which a true cut
				// would have ended, may hear from a dying kernel what it likes.
				var heard *tale
				l := begin(t, "write", dir, fmt.Sprintf("cut%d", cycle), told, func(l *life, n int) {
					if n == die && heard == nil {
						l.tale.mu.Lock()
						heard = l.tale.clone()
						l.tale.mu.Unlock()
						if err := shutdown(at, noLogFlush); err != nil {
							t.Errorf("FS_IOC_SHUTDOWN: %v", err)
						}
						cuts++
					}
				})
				<-l.over // the ledger fails, the writer ends
				unmount()
				for id := range told.acknowledged {
					if _, before := heard.acknowledged[id]; !before {
						heard.unknown[id] = "the power went"
						late++
					}
				}
				told = heard
				if t.Failed() {
					t.Fatalf("cycle %d: %v", cycle, told.other)
				}
			}
			at, _ := mount(t, "-o", "loop", file)
			reopen(t, filepath.Join(at, "ledger"), told, true)
			saw(t, fault, "%d cuts, %d appends acknowledged and there (%d more were heard while the power went)", cuts, len(told.acknowledged), late)
		})
	}
}

// The image of the disk is copied while a ledger on it is written; each copy is a disk
// of its own.
func TestTheImageIsCopiedWhileRunning(t *testing.T) {
	const fault = "disk image copied while running, ext4"
	need(t, fault, "mkfs.ext4", "mount", "losetup")
	file := image(t, "ext4", 32)
	at, unmount := mount(t, "-o", "loop", file)
	told := newTale()
	l := begin(t, "write", filepath.Join(at, "ledger"), "copied", told, nil)
	type copied struct {
		file string
		told *tale
	}
	var copies []copied
	const wanted = 20
	for i := range wanted {
		time.Sleep(50 * time.Millisecond)
		told.mu.Lock()
		before := told.clone() // what was acknowledged before the copy begins
		told.mu.Unlock()
		to := fmt.Sprintf("%s.%d", file, i)
		// A disk stops at one moment; a copy takes a while. So the file system is held, which
		// also writes out what was not synced: copies are later than a power cut, not earlier.
		run(t, "fsfreeze", "-f", at)
		run(t, "cp", "--sparse=always", file, to)
		run(t, "fsfreeze", "-u", at)
		copies = append(copies, copied{to, before})
	}
	l.kill()
	<-l.over
	unmount()
	for i, c := range copies {
		at, unmount := mount(t, "-o", "loop", c.file)
		reopen(t, filepath.Join(at, "ledger"), c.told, false)
		unmount()
		_ = os.Remove(c.file)
		if t.Failed() {
			t.Fatalf("copy %d", i)
		}
	}
	saw(t, fault, "%d copies, the last after %d acknowledged appends", len(copies), len(copies[wanted-1].told.acknowledged))
}

// A small disk fills up, or has no names left, or becomes read-only, and is well again.
// The same open ledger takes appends again, unless it said that it had failed.
func TestASmallDisk(t *testing.T) {
	for _, trouble := range []struct {
		name    string
		options string
		begin   func(t *testing.T, at string)
		end     func(t *testing.T, at string)
	}{
		{"disk full and back, tmpfs", "size=8m",
			func(t *testing.T, at string) { fill(t, filepath.Join(at, "filler")) },
			func(t *testing.T, at string) { _ = os.Remove(filepath.Join(at, "filler")) }},
		{"no inodes left and back, tmpfs", "size=64m,nr_inodes=40",
			func(t *testing.T, at string) {
				for i := 0; ; i++ {
					if os.WriteFile(filepath.Join(at, fmt.Sprintf("f%d", i)), nil, 0o600) != nil {
						return
					}
				}
			},
			func(t *testing.T, at string) {
				files, _ := filepath.Glob(filepath.Join(at, "f*"))
				for _, f := range files {
					_ = os.Remove(f)
				}
			}},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			need(t, trouble.name, "mount")
			at, _ := mount(t, "-t", "tmpfs", "-o", trouble.options, "none")
			dir, told := filepath.Join(at, "ledger"), newTale()
			s, err := openAt(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			refused := 0
			for round := range 3 {
				for i := range 10 {
					if err := told.append(t.Context(), s, fmt.Sprintf("well.%d.%d", round, i)); err != nil {
						t.Fatalf("with room: %v", err)
					}
				}
				trouble.begin(t, at)
				for i := range 100 {
					if err := told.append(t.Context(), s, fmt.Sprintf("ill.%d.%d", round, i)); err != nil {
						refused++
						if !saysWhatIsKnown(err) {
							t.Fatalf("without room: %v", err)
						}
					}
				}
				check(t, s, told, false)
				trouble.end(t, at)
			}
			check(t, s, told, true)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			reopen(t, dir, told, false)
			saw(t, trouble.name, "3 times, %d appends refused as not stored, went on by itself", refused)
		})
	}
}

func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for size := 1 << 16; size > 0; size /= 2 {
		for {
			if _, err := f.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
}

// The file system becomes read-only under the ledger and writable again.
func TestTheDiskBecomesReadOnly(t *testing.T) {
	const fault = "remounted read-only, ext4"
	need(t, fault, "mkfs.ext4", "mount", "losetup")
	at, _ := mount(t, "-o", "loop", image(t, "ext4", 32))
	dir, told := filepath.Join(at, "ledger"), newTale()
	s, err := openAt(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		if err := told.append(t.Context(), s, fmt.Sprintf("rw.%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	remount := func(how string) error { return exec.Command("mount", "-o", "remount,"+how, at).Run() }
	// The kernel refuses to remount read-only while files are open for writing. So the
	// ledger is closed, and a process finds the disk as it is.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := remount("ro"); err != nil {
		t.Fatal(err)
	}
	if s, err := openAt(t.Context(), dir); err == nil {
		if told.append(t.Context(), s, "ro") == nil {
			t.Error("acknowledged on a disk that takes nothing")
		}
		_ = s.Close()
	} else if !strings.Contains(err.Error(), "read-only") && !strings.Contains(err.Error(), "readonly") {
		t.Errorf("the refusal does not say why: %v", err)
	}
	reader, err := sqlite.OpenReadOnly(t.Context(), dir)
	if err != nil {
		t.Logf("SQLite makes its shared memory beside the file, which a read-only disk has no place for: %v", err)
	} else {
		check(t, reader, told, false)
		_ = reader.Close()
	}
	if err := remount("rw"); err != nil {
		t.Fatal(err)
	}
	reopen(t, dir, told, true)
	saw(t, fault, "refused with the reason, went on when writable (a closed ledger cannot be read on a read-only disk)")
}

// shutdown is FS_IOC_SHUTDOWN: the file system takes nothing any more, as if the power
// had gone. 1 flushes its journal before, 2 does not.
func shutdown(at string, how uint32) error {
	const shutdownCode = 0x8004587d
	f, err := os.Open(at)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	if _, _, code := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), shutdownCode, uintptr(unsafe.Pointer(&how))); code != 0 {
		return code
	}
	return nil
}

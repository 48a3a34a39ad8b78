package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Cluster is a PostgreSQL server of one test, which may be killed, started again and
// set back to what it was.
type Cluster struct {
	t        testing.TB
	bin, dir string
	as       *syscall.Credential
	server   *exec.Cmd
	gone     <-chan struct{} // closed when the server has ended
}

// NewCluster makes a server and starts it. It is gone when the test is over.
func NewCluster(t testing.TB) *Cluster {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	as, err := servant()
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	dir, err := folder(as)
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	c := &Cluster{t: t, bin: bin, dir: dir, as: as}
	t.Cleanup(func() {
		c.Kill()
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("postgrestest: %v", err)
		}
	})
	if out, err := c.command(filepath.Join(bin, "initdb"), "-D", c.data(), "-U", "postgres", "-A", "trust", "--no-locale", "-E", "UTF8", "-N").CombinedOutput(); err != nil {
		t.Fatalf("postgrestest: initdb: %v\n%s", err, out)
	}
	c.Start()
	return c
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: c.as}
	return cmd
}

// URL is where the server is, running or not.
func (c *Cluster) URL() string {
	query := url.Values{"host": {c.dir}, "port": {"5432"}, "user": {"postgres"}, "sslmode": {"disable"}}
	return "postgres:///postgres?" + query.Encode()
}

// Socket is the path of the socket that the server listens on.
func (c *Cluster) Socket() string { return filepath.Join(c.dir, ".s.PGSQL.5432") }

// Start starts the server and returns when it answers.
func (c *Cluster) Start() {
	c.t.Helper()
	const patience = time.Minute
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		_ = os.Remove(filepath.Join(c.data(), "postmaster.pid")) // of one that was killed
		c.server = c.command(filepath.Join(c.bin, "postgres"), "-D", c.data(), "-p", "5432", "-c", "listen_addresses=",
			"-c", "unix_socket_directories="+c.dir, "-c", "max_connections=100", "-c", "fsync=on")
		if err = c.server.Start(); err != nil {
			c.t.Fatalf("postgrestest: %v", err)
		}
		gone := make(chan struct{})
		go func(cmd *exec.Cmd) { _ = cmd.Wait(); close(gone) }(c.server)
		c.gone = gone
		if err = c.answers(gone, end); err == nil {
			return
		}
		// Backends of one that was killed may hold its memory for a moment more.
	}
	c.t.Fatalf("postgrestest: the server does not answer: %v", err)
}

var errGone = errors.New("it has ended")

func (c *Cluster) answers(gone <-chan struct{}, end time.Time) error {
	err := error(context.DeadlineExceeded)
	for time.Now().Before(end) {
		select {
		case <-gone:
			return errGone
		default:
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		var conn *pgx.Conn
		if conn, err = pgx.Connect(ctx, c.URL()); err == nil {
			_, err = conn.Exec(ctx, "SELECT 1")
			_ = conn.Close(ctx)
		}
		cancel()
		if err == nil {
			return nil
		}
		time.Sleep(10 * time.Millisecond) // between two looks at a server that is starting
	}
	return err
}

// Kill kills the server and everything of it, as kill -9 does.
func (c *Cluster) Kill() {
	if c.server == nil || c.server.Process == nil {
		return
	}
	_ = syscall.Kill(-c.server.Process.Pid, syscall.SIGKILL)
	<-c.gone // backends have process groups of their own; they end when their parent is gone
	c.server = nil
}

// Stop stops the server in order, ending all connections.
func (c *Cluster) Stop() {
	c.t.Helper()
	if out, err := c.command(filepath.Join(c.bin, "pg_ctl"), "-D", c.data(), "-m", "fast", "-w", "stop").CombinedOutput(); err != nil {
		c.t.Fatalf("postgrestest: stop: %v\n%s", err, out)
	}
	c.server = nil
}

// Keep copies the folder of a stopped server; the function sets the server, stopped
// again, back to it, as a restored backup does.
func (c *Cluster) Keep() (back func()) {
	c.t.Helper()
	kept := filepath.Join(c.dir, fmt.Sprintf("kept-%d", time.Now().UnixNano()))
	duplicate := func(from, to string) {
		c.t.Helper()
		if out, err := c.command("cp", "-a", from, to).CombinedOutput(); err != nil {
			c.t.Fatalf("postgrestest: copy: %v\n%s", err, out)
		}
	}
	duplicate(c.data(), kept)
	return func() {
		c.t.Helper()
		if err := os.RemoveAll(c.data()); err != nil {
			c.t.Fatalf("postgrestest: %v", err)
		}
		duplicate(kept, c.data())
	}
}

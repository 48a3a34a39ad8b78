package postgrestest

import (
	"bufio"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const childVariable = "GRIDCOMMAND_POSTGRESTEST_CHILD"

// The test binary is also a process that has a server and is killed.
func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		fmt.Println(server())
		select {}
	}
	os.Exit(m.Run())
}

func TestEachCallGivesADatabaseOfItsOwnOnARealServer(t *testing.T) {
	seen := map[string]bool{}
	for range 2 {
		conn, err := pgx.Connect(t.Context(), URL(t))
		if err != nil {
			t.Fatal(err)
		}
		var name, fsync string
		var version, tables int
		scanErr := conn.QueryRow(t.Context(), `SELECT current_database(), current_setting('fsync'), current_setting('server_version_num')::int,
			(SELECT count(*) FROM pg_tables WHERE schemaname = 'public')`).Scan(&name, &fsync, &version, &tables)
		if err := errors.Join(scanErr, conn.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		if seen[name] || fsync != "on" || version < 150000 || tables != 0 {
			t.Errorf("database %s, fsync %s, version %d, %d tables", name, fsync, version, tables)
		}
		seen[name] = true
	}
}

func TestTheServerGoesWhenItsProcessIsKilled(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1", Variable+"=")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the process says %q, %v", line, err)
	}
	at, err := url.Parse(strings.Fields(line)[0])
	if err != nil {
		t.Fatal(err)
	}
	dir := at.Query().Get("host")
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for { // the test's own deadline bounds it
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			return
		}
		select {
		case <-look.C:
		case <-t.Context().Done():
			t.Fatalf("%s is still there", dir)
		}
	}
}

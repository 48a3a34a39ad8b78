package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	_ "modernc.org/sqlite" // for tamper
)

// TestCommandLine runs the built program as its users do. Each script in
// testdata/script tells one part of the command line.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	files, err := filepath.Abs("../replay")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(binary)+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("VERIFY", filepath.Join(files, "../../docs/verify/verify.py"))
			env.Setenv("CSV", filepath.Join(files, "testdata", "requests.csv"))
			env.Setenv("MAPPING", filepath.Join(files, "baltimore.mapping.json"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"answers": answers,
			"fills":   fills,
			"tamper":  tamper,
			"rooms":   rooms,
			"code":    code,
			"term":    term,
			"firstid": firstID,
			"spoil":   spoil,
			"cut":     cut,
		},
	})
}

// answers waits until the server on a folder takes orders.
func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: answers FOLDER")
	}
	path := filepath.Join(ts.MkAbs(args[0]), "admin.sock")
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("unix", path)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no server answers: %v", err)
		}
	}
}

// fills waits until the ledger in a folder has a fact.
func fills(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fills FOLDER")
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(ts.MkAbs(args[0]), "ledger.db")+"?mode=ro")
	ts.Check(err)
	defer db.Close()
	facts := 0
	for deadline := time.Now().Add(time.Minute); facts == 0; time.Sleep(10 * time.Millisecond) {
		err := db.QueryRow(`SELECT COUNT(*) FROM events`).Scan(&facts)
		if facts == 0 && time.Now().After(deadline) {
			ts.Fatalf("the ledger stays empty: %v", err)
		}
	}
}

// tamper writes into a database behind the program's back, past its triggers.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper DATABASE STATEMENT")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	ts.Check(err)
	var triggers []string
	for rows.Next() {
		var name string
		ts.Check(rows.Scan(&name))
		triggers = append(triggers, name)
	}
	ts.Check(rows.Err())
	_ = rows.Close()
	for _, name := range triggers {
		_, err := db.Exec("DROP TRIGGER " + name)
		ts.Check(err)
	}
	done, err := db.Exec(args[1])
	ts.Check(err)
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("nothing was changed: %v", err)
	}
}

// rooms tells whether a folder holds exactly the files and folders named.
func rooms(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: rooms FOLDER NAME…")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	if got, want := fmt.Sprint(have), fmt.Sprint(args[1:]); got != want {
		ts.Fatalf("%s holds %s, want %s", args[0], got, want)
	}
}

// code runs a command that has to end with an exit code.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit %d, want %s", got, args[0])
	}
}

// firstID sets $ID to the incident of a folder's first fact.
func firstID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: firstid FOLDER")
	}
	db, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "ledger.db"))
	ts.Check(err)
	defer db.Close()
	var stream string
	ts.Check(db.QueryRow(`SELECT stream FROM events WHERE position = 1`).Scan(&stream))
	ts.Setenv("ID", strings.TrimPrefix(stream, "incident-"))
}

// term asks the server that holds a folder to drain.
func term(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: term FOLDER")
	}
	text, err := os.ReadFile(filepath.Join(ts.MkAbs(args[0]), "lock"))
	ts.Check(err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, syscall.SIGTERM))
}

// spoil copies a file with one bit in its middle turned.
func spoil(ts *testscript.TestScript, neg bool, args []string) {
	copyWith(ts, args, func(data []byte) []byte {
		data[len(data)/2] ^= 4
		return data
	})
}

// cut copies the first half of a file.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	copyWith(ts, args, func(data []byte) []byte { return data[:len(data)/2] })
}

func copyWith(ts *testscript.TestScript, args []string, change func([]byte) []byte) {
	if len(args) != 2 {
		ts.Fatalf("usage: spoil|cut FROM TO")
	}
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), change(data), 0o600))
}

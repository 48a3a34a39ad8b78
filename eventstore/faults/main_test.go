package faults

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"text/tabwriter"
)

// full asks for the long forms.
var full = os.Getenv("GRIDCOMMAND_FAULTS") == "full"

// often is how often something is done: short with every test, long in full.
func often(short, long int) int {
	if full {
		return long
	}
	return short
}

var table struct {
	sync.Mutex
	rows [][3]string
}

// saw puts a line into the table that a full run ends with.
func saw(t *testing.T, fault, format string, args ...any) {
	t.Helper()
	text := fmt.Sprintf(format, args...)
	t.Logf("%s: %s", fault, text)
	table.Lock()
	defer table.Unlock()
	verdict := "held"
	if t.Failed() {
		verdict = "BROKEN"
	}
	table.rows = append(table.rows, [3]string{fault, verdict, text})
}

// lacks ends a test that this machine has no means for, and says so in the table.
func lacks(t *testing.T, fault, what string) {
	t.Helper()
	table.Lock()
	table.rows = append(table.rows, [3]string{fault, "not run", "this machine lacks " + what})
	table.Unlock()
	t.Skipf("this machine lacks %s", what)
}

// fast is a new folder in memory, where the machine has one: what is tried a thousand
// times over on a disk of ours need not wait for the one below.
func fast(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "gridcommand-faults-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(play(role))
	}
	code := m.Run()
	if full {
		fmt.Println()
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		for _, row := range table.rows {
			fmt.Fprintf(w, "%s\t%s\t%s\n", row[0], row[1], row[2])
		}
		_ = w.Flush()
	}
	os.Exit(code)
}

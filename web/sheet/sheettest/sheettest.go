// Package sheettest reads files of rows by programs that are none of ours: Node's and
// Python's own libraries, and LibreOffice where it is installed.
package sheettest

import (
	_ "embed"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gridcommand/web/sheet"
)

//go:embed read.py
var python string

//go:embed read.mjs
var node string

// Found is what a reader found in a file.
type Found struct {
	Sheets []struct {
		Name string  `json:"name"`
		Rows [][]any `json:"rows"` // text, numbers and nothing
	} `json:"sheets"`
	Formulas int `json:"formulas"`
}

// Readers returns what each reader there is finds in a file, by the reader's name. Node
// is always there; it builds the pages.
func Readers(t testing.TB, data []byte, kind string, e sheet.Encoding) map[string]Found {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "file."+kind)
	write(t, file, data)
	all := map[string]Found{}
	for _, r := range []struct{ program, script, text string }{{"node", "read.mjs", node}, {"python3", "read.py", python}} {
		path, err := exec.LookPath(r.program)
		if err != nil && r.program != "node" {
			t.Logf("no %s here", r.program)
			continue
		}
		script := filepath.Join(dir, r.script)
		write(t, script, []byte(r.text))
		cmd := exec.Command(path, script, file, kind, string(e))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s cannot read the file: %v", r.program, err)
		}
		var found Found
		if err := json.Unmarshal(out, &found); err != nil {
			t.Fatal(err)
		}
		all[r.program] = found
	}
	return all
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

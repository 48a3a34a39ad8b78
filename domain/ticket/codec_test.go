package ticket_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/ticket"
)

var add = flag.Bool("add-golden", false, "write golden facts that are missing; those that are there never change")

// A golden fact stands for rows in somebody's ledger: what was stored, and what it
// means today.
type golden struct {
	Stored json.RawMessage `json:"stored"`
	Means  json.RawMessage `json:"means"`
}

func TestStoredFactsKeepTheirMeaning(t *testing.T) {
	for _, e := range samples() {
		name, data, err := ticket.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "log", name+".json")
		if _, err := os.Stat(file); err != nil && *add {
			if err := os.WriteFile(file, []byte(pretty(t, golden{data, data})+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatalf("%s has no golden fact: run the tests with -add-golden", name)
		}
		var g golden
		if err := json.Unmarshal(text, &g); err != nil {
			t.Fatal(err)
		}
		stored, err := ticket.Decode(name, g.Stored)
		if err != nil {
			t.Fatal(err)
		}
		_, means, err := ticket.Encode(stored)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(pretty(t, g.Means), pretty(t, json.RawMessage(means))); diff != "" {
			t.Errorf("%s means something else now (-was +is):\n%s", name, diff)
		}
		back, err := ticket.Decode(name, data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, back); diff != "" {
			t.Errorf("%s comes back otherwise (-put +got):\n%s", name, diff)
		}
	}
}

func TestEveryEventHasANameAndASample(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range samples() {
		name, _, err := ticket.Encode(e)
		if err != nil || seen[name] || !strings.HasPrefix(name, "ticket.") {
			t.Errorf("%T is stored as %q: %v", e, name, err)
		}
		seen[name] = true
	}
	for _, e := range ticket.Events {
		if name, _, err := ticket.Encode(e); err != nil || !seen[name] {
			t.Errorf("%T has no sample: %v", e, err)
		}
	}
}

func TestWhatIsNoFactIsNotRead(t *testing.T) {
	name, _, err := ticket.Encode(ticket.Events[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "null", "[]", "{}", "{", `{"at":"yesterday"}`} {
		if e, err := ticket.Decode(name, []byte(bad)); err == nil {
			t.Errorf("%q is read as %v", bad, e)
		}
	}
	_, err = ticket.Decode("ticket.never", []byte("{}"))
	var unknown *ticket.UnknownTypeError
	if !errors.As(err, &unknown) || unknown.Name != "ticket.never" || !strings.Contains(err.Error(), "ticket.never") {
		t.Errorf("an unknown name: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range samples() {
		name, data, err := ticket.Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		e, err := ticket.Decode(name, data)
		if err != nil {
			return
		}
		again, text, err := ticket.Encode(e)
		if err != nil || again != name {
			t.Fatalf("%s does not go back: %v", name, err)
		}
		twice, err := ticket.Decode(again, text)
		if err != nil {
			t.Fatal(err)
		}
		if _, once, err := ticket.Encode(twice); err != nil || !bytes.Equal(once, text) {
			t.Fatalf("%s changes each time: %v", name, err)
		}
	})
}

func pretty(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

package incident_test

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
	"pgregory.net/rapid"

	"gridcommand/domain/incident"
)

var add = flag.Bool("add-golden", false, "write golden facts that are missing; those that are there never change")

// A golden fact stands for rows in somebody's ledger: what was stored, and what it
// means today, in the words of today's program.
type golden struct {
	Stored json.RawMessage `json:"stored"`
	Means  meaning         `json:"means"`
}

type meaning struct {
	Name string          `json:"name"`
	Fact json.RawMessage `json:"fact"`
}

func TestStoredFactsKeepTheirMeaning(t *testing.T) {
	if *add {
		addGolden(t)
	}
	files, err := filepath.Glob("testdata/log/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden facts: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var g golden
			if err := json.Unmarshal(text, &g); err != nil {
				t.Fatal(err)
			}
			e, err := incident.Decode(name, g.Stored)
			if err != nil {
				t.Fatal(err)
			}
			today, data, err := incident.Encode(e)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(pretty(t, g.Means), pretty(t, meaning{today, data})); diff != "" {
				t.Errorf("%s means something else now (-was +is):\n%s", name, diff)
			}
		})
	}
}

func addGolden(t *testing.T) {
	for _, e := range samples() {
		name, data, err := incident.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "log", name+".json")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		text := pretty(t, golden{Stored: data, Means: meaning{name, data}})
		if err := os.WriteFile(file, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func pretty(t *testing.T, v any) string {
	t.Helper()
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryEventHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range samples() {
		name, data, err := incident.Encode(e)
		if err != nil {
			t.Fatalf("%T: %v", e, err)
		}
		if seen[name] || !strings.HasPrefix(name, "incident.") {
			t.Errorf("%T is stored as %q: taken, or not of this package", e, name)
		}
		seen[name] = true
		back, err := incident.Decode(name, data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(e, back); diff != "" {
			t.Errorf("%s comes back otherwise (-put +got):\n%s", name, diff)
		}
		if _, err := os.Stat(filepath.Join("testdata", "log", name+".json")); err != nil {
			t.Errorf("%s has no golden fact: run the tests with -add-golden", name)
		}
	}
}

func TestEveryFactComesBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, data, err := incident.Encode(anyEvent.Draw(t, "event"))
		if err != nil {
			t.Fatal(err)
		}
		roundTrips(t, name, data)
	})
}

func TestAnUnknownNameStopsTheReader(t *testing.T) {
	_, err := incident.Decode("incident.teleported", []byte(`{"at":"2026-11-23T09:00:00+08:00"}`))
	if unknown, ok := errors.AsType[*incident.UnknownTypeError](err); !ok || unknown.Name != "incident.teleported" {
		t.Errorf("got %v", err)
	}
}

func TestADamagedFactIsAnError(t *testing.T) {
	for _, data := range []string{
		``, `null`, `[]`, `"x"`, `{`, `{}`, `{"at":"yesterday"}`, `{"at":"2026-11-23T09:00:00+08:00"} {}`,
		`{"at":"2026-11-23T09:00:00+08:00","reason":1}`,
	} {
		if e, err := incident.Decode("incident.voided", []byte(data)); err == nil {
			t.Errorf("%s is read as %+v", data, e)
		}
	}
}

func TestANewerOptionalFieldIsPassedOver(t *testing.T) {
	e, err := incident.Decode("incident.voided", []byte(`{"at":"2026-11-23T09:00:00+08:00","reason":"误报","mood":"blue"}`))
	if v, ok := e.(incident.Voided); err != nil || !ok || v.Reason != "误报" {
		t.Errorf("got %+v, %v", e, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, e := range samples() {
		name, data, err := incident.Encode(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, data)
	}
	f.Add("incident.closed", []byte(`{"at":"2026-11-23T09:00:00.123456789+08:00","photos":[],"AT":"2027-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if _, err := incident.Decode(name, data); err == nil {
			roundTrips(t, name, data)
		}
	})
}

// roundTrips fails unless what data decodes to is stored and read without change.
func roundTrips(t interface {
	Helper()
	Fatalf(string, ...any)
}, name string, data []byte,
) {
	t.Helper()
	e, err := incident.Decode(name, data)
	if err != nil {
		t.Fatalf("decoding %s: %v", data, err)
	}
	newer, once, err := incident.Encode(e)
	if err != nil {
		t.Fatalf("encoding %+v: %v", e, err)
	}
	again, err := incident.Decode(newer, once)
	if err != nil {
		t.Fatalf("decoding %s: %v", once, err)
	}
	if _, twice, err := incident.Encode(again); err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("stored as %s, then as %s: %v", once, twice, err)
	}
}

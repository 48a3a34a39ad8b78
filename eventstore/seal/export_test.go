package seal

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gridcommand/eventstore"
)

// outsider runs the script of docs/verify, which shares no code with this package.
func outsider(t *testing.T, args ...string) (string, bool) {
	t.Helper()
	script, err := filepath.Abs("../../docs/verify/verify.py")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("python3", append([]string{script}, args...)...).CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return string(out), err == nil
}

// An export is checked with Python's standard library and openssl alone, and whatever
// was touched in it is found.
func TestAnOutsiderChecks(t *testing.T) {
	for _, suite := range both {
		t.Run(string(suite), func(t *testing.T) {
			d := openDesk(t, suite, "")
			d.add(70)
			kept := d.seal()
			d.add(200)
			d.seal()
			d.add(31)
			d.seal()
			note := filepath.Join(t.TempDir(), "kept")
			key := filepath.Join(t.TempDir(), "key.pem")
			pem, err := d.sealer.Log.Key.PEM()
			d.must(err)
			d.must(os.WriteFile(note, kept.Note(), 0o600))
			d.must(os.WriteFile(key, pem, 0o600))

			dir := filepath.Join(t.TempDir(), "export")
			done, err := Export{Since: []Checkpoint{kept}}.Write(t.Context(), dir, d.ledger, d.sealer.Log)
			d.must(err)
			if done.Records != 301 || done.Proofs != 301 || done.Checkpoints != 3 {
				t.Fatalf("exported %+v", done)
			}
			said, ok := outsider(t, dir, "--key", key, "--checkpoint", note)
			if !ok || !strings.Contains(said, "301 records hold (the whole ledger), 301 proofs") || !strings.Contains(said, "suite "+string(suite)) {
				t.Fatalf("a sound export: %s", said)
			}
			if _, err := (Export{}).Write(t.Context(), dir, d.ledger, d.sealer.Log); err == nil {
				t.Error("an export into a folder that is not empty")
			}

			part := filepath.Join(t.TempDir(), "part")
			_, err = Export{From: 100, To: 104}.Write(t.Context(), part, d.ledger, d.sealer.Log)
			d.must(err)
			if said, ok := outsider(t, part, "--key", key); !ok || !strings.Contains(said, "5 records hold, 5 proofs") {
				t.Fatalf("a part: %s", said)
			}
			for _, e := range []Export{{From: -1}, {From: 302}, {From: 5, To: 4}, {To: 302}} {
				if _, err := e.Write(t.Context(), filepath.Join(t.TempDir(), "x"), d.ledger, d.sealer.Log); !errors.As(err, new(*RangeError)) {
					t.Errorf("%+v: %v", e, err)
				}
			}

			line := func(name string, n int, f func([]byte) []byte) func(dir string) {
				return func(dir string) {
					text, err := os.ReadFile(filepath.Join(dir, name))
					d.must(err)
					all := bytes.SplitAfter(text, []byte("\n"))
					all[n] = f(bytes.Clone(all[n]))
					d.must(os.WriteFile(filepath.Join(dir, name), bytes.Join(all, nil), 0o600))
				}
			}
			replace := func(old, with string) func([]byte) []byte {
				return func(b []byte) []byte {
					if !bytes.Contains(b, []byte(old)) {
						t.Fatalf("%q is not in %q", old, b)
					}
					return bytes.Replace(b, []byte(old), []byte(with), 1)
				}
			}
			gone := func([]byte) []byte { return nil }
			other, err := NewKey(suite)
			d.must(err)
			forged, err := sign(other, done.Checkpoint.Origin, done.Checkpoint.Size, done.Checkpoint.Root, done.Checkpoint.At)
			d.must(err)
			for name, c := range map[string]struct {
				touch func(dir string)
				want  string
			}{
				"data":            {line(RecordsFile, 76, replace("井盖", "井圈")), "position 77"},
				"time":            {line(RecordsFile, 9, replace(`"at":10`, `"at":11`)), "position 10"},
				"actor":           {line(RecordsFile, 9, replace(`community`, `district`)), "position 10"},
				"version":         {line(RecordsFile, 0, replace(`"version":1`, `"version":2`)), "position 1:"},
				"a record less":   {line(RecordsFile, 150, gone), "position 151 is missing"},
				"the last record": {line(RecordsFile, 300, gone), "position 301 has no record"},
				"a path":          {line(ProofsFile, 5, replace(`"path":["`, `"path":["AAAA`)), ""},
				"the size":        {line(CheckpointFile, 1, replace("301", "300")), "signature"},
				"the root":        {line(CheckpointFile, 2, func(b []byte) []byte { b[0] ^= 1; return b }), ""},
				"an old note":     {line(ConsistencyFile, 0, replace(`\n270\n`, `\n269\n`)), "269"},
				"another key":     {func(dir string) { d.must(os.WriteFile(filepath.Join(dir, CheckpointFile), forged.Note(), 0o600)) }, "signed with key"},
			} {
				if suite == Intl && name != "data" && name != "another key" {
					continue // what is touched is read alike; only hashes and signatures differ
				}
				touched := filepath.Join(t.TempDir(), "touched")
				d.must(os.CopyFS(touched, os.DirFS(dir)))
				c.touch(touched)
				if said, ok := outsider(t, touched, "--key", key, "--checkpoint", note); ok || !strings.Contains(said, "FAULT") || !strings.Contains(said, c.want) {
					t.Errorf("%s: %s", name, said)
				}
			}

			// A ledger that was written anew by whoever has the key is another one than
			// the kept checkpoint's, and an older one does not reach it.
			d.behind("UPDATE events SET data = '{}' WHERE position = 50")
			d.sealAnew()
			anew := filepath.Join(t.TempDir(), "anew")
			_, err = Export{}.Write(t.Context(), anew, d.ledger, d.sealer.Log)
			d.must(err)
			if said, ok := outsider(t, anew, "--key", key, "--checkpoint", note); ok || !strings.Contains(said, "forked") {
				t.Errorf("a forked history: %s", said)
			}
			if _, ok := outsider(t, anew, "--key", key); !ok {
				t.Error("without the kept checkpoint there is nothing to find")
			}
		})
	}
}

// Every field of a record is in its encoding, and no byte of one can pass for another's.
func TestEncodingsDiffer(t *testing.T) {
	base := eventstore.Record{Position: 1, Stream: "a-b", Version: 2, Type: "c", Data: []byte("d"), Meta: eventstore.Meta{Actor: "e", Correlation: "f", Causation: "g"}}
	seen := map[string]string{}
	for name, change := range map[string]func(*eventstore.Record){
		"itself": func(*eventstore.Record) {}, "position": func(r *eventstore.Record) { r.Position++ }, "stream": func(r *eventstore.Record) { r.Stream += "x" },
		"version": func(r *eventstore.Record) { r.Version++ }, "type": func(r *eventstore.Record) { r.Type += "x" },
		"at": func(r *eventstore.Record) { r.At = r.At.Add(1000) }, "data": func(r *eventstore.Record) { r.Data = []byte("d ") },
		"actor": func(r *eventstore.Record) { r.Meta.Actor = "" }, "correlation": func(r *eventstore.Record) { r.Meta.Correlation = "" }, "causation": func(r *eventstore.Record) { r.Meta.Causation = "" },
		"moved":          func(r *eventstore.Record) { r.Meta.Actor, r.Meta.Correlation = "ef", "" },
		"type into data": func(r *eventstore.Record) { r.Type, r.Data = "cd", nil },
	} {
		r := base
		change(&r)
		text := string(Encoding(nil, r))
		if other, twice := seen[text]; twice {
			t.Errorf("%s and %s have one encoding", name, other)
		}
		seen[text] = name
	}
}

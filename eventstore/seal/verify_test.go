package seal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gridcommand/eventstore/postgrestest"
)

// verify is what somebody finds who comes with what they kept.
func (d *desk) verify(out Outside) Report {
	d.t.Helper()
	r, err := Verify(d.t.Context(), d.ledger, d.db, out)
	d.must(err)
	return r
}

// sealAnew lets whoever has the key make the seals fit the ledger as it is now.
func (d *desk) sealAnew() {
	d.t.Helper()
	d.meddle("seal", "DELETE FROM seal_log", "DELETE FROM seal_tile", "DELETE FROM seal_checkpoint")
	d.reopen()
	d.must(d.sealer.Seal(context.Background()))
}

// Every way of changing a sealed ledger is found, called by its name, and the place told.
func TestTampering(t *testing.T) {
	swap := []string{
		"UPDATE events SET position = 1000000 WHERE position = 120",
		"UPDATE events SET position = 120 WHERE position = 300",
		"UPDATE events SET position = 300 WHERE position = 1000000",
	}
	shift := []string{"DELETE FROM events WHERE position = 150"}
	for p := 151; p <= 400; p++ {
		shift = append(shift, fmt.Sprintf("UPDATE events SET position = %d WHERE position = %d", p-1, p))
	}
	edit := "UPDATE events SET data = '{\"text\":\"没有这回事\"}' WHERE position = 77"
	for name, c := range map[string]struct {
		ledger  []string
		seals   []string
		outside bool          // a checkpoint of 200 facts and the key were kept
		do      func(d *desk) // in place of statements
		want    []string      // each fault's beginning
		says    string        // in the first fault
	}{
		"nothing":                        {outside: true},
		"an edited byte":                 {ledger: []string{"UPDATE events SET data = '{\"text\":\"井盖 <78>\"}' WHERE position = 77"}, want: []string{Edited}, says: "position 77 "},
		"an edited time":                 {ledger: []string{"UPDATE events SET at = at + 1 WHERE position = 256"}, want: []string{Edited}, says: "position 256 "},
		"an edited actor":                {ledger: []string{"UPDATE events SET meta = '{\"actor\":\"district\",\"correlation\":\"c257\"}' WHERE position = 257"}, want: []string{Edited}, says: "position 257 "},
		"an edited type":                 {ledger: []string{"UPDATE events SET type = 'incident.closed' WHERE position = 400"}, want: []string{Edited}, says: "position 400 "},
		"two edited":                     {ledger: []string{edit, "UPDATE events SET at = at + 1 WHERE position = 350"}, want: []string{Edited, Edited}, says: "position 77 "},
		"a dropped record":               {ledger: []string{"DELETE FROM events WHERE position = 150"}, want: []string{Dropped}, says: "position 150 "},
		"dropped, and the rest moved up": {ledger: shift, want: []string{Dropped, Truncated}, says: "position 150 "},
		"swapped records":                {ledger: swap, want: []string{Swapped}, says: "positions 120 and 300"},
		"another fact's contents": {
			ledger: []string{
				"UPDATE events SET data = (SELECT data || ' ' FROM events WHERE position = 20), at = (SELECT at FROM events WHERE position = 20), meta = (SELECT meta FROM events WHERE position = 20) WHERE position = 10",
			}, want: []string{Edited}, says: "position 10 ",
		},
		"a truncated tail": {ledger: []string{"DELETE FROM events WHERE position > 390"}, want: []string{Truncated}, says: "positions 391 to 400"},
		"a tail truncated together with its seals": {
			outside: true,
			ledger:  []string{"DELETE FROM events WHERE position > 150"},
			seals:   []string{"DELETE FROM seal_checkpoint WHERE size > 100", "DELETE FROM seal_tile WHERE n > 0"},
			want:    []string{RolledBack}, says: "positions 151 to 200",
		},
		"an edited record whose hash was edited too": {
			do: func(d *desk) {
				d.behind(edit)
				page, err := d.ledger.Page(context.Background(), 76, 1)
				d.must(err)
				leaves, err := d.sealer.tile(context.Background(), d.db.Read, tileAt{0, 0})
				d.must(err)
				leaves[76] = (&hasher{suite: d.sealer.Suite}).leaf(page[0])
				_, err = d.db.Write.Exec(`UPDATE seal_tile SET hashes = $1 WHERE level = 0 AND n = 0`, pack(leaves))
				d.must(err)
			}, want: []string{Forked}, says: "positions 1 to 100",
		},
		"an edited hash": {
			do: func(d *desk) {
				leaves, err := d.sealer.tile(context.Background(), d.db.Read, tileAt{0, 1})
				d.must(err)
				leaves[3][0] ^= 1
				_, err = d.db.Write.Exec(`UPDATE seal_tile SET hashes = $1 WHERE level = 0 AND n = 1`, pack(leaves))
				d.must(err)
			}, want: []string{Seals}, says: "position 260 ",
		},
		"history forked by whoever has the key": {
			outside: true,
			do:      func(d *desk) { d.behind(edit); d.sealAnew() },
			want:    []string{Forked}, says: "first 200 facts",
		},
		"re-signed with another key": {
			outside: true,
			do: func(d *desk) {
				d.behind(edit)
				d.must(os.Remove(filepath.Join(d.dir, KeyFile)))
				d.sealAnew()
			}, want: []string{Resigned, Forked}, says: "the key kept outside",
		},
		"a checkpoint re-signed with another key": {
			do: func(d *desk) {
				other, err := NewKey(d.suite)
				d.must(err)
				c, err := d.sealer.At(context.Background(), 200)
				d.must(err)
				c, err = sign(other, c.Origin, c.Size, c.Root, c.At)
				d.must(err)
				_, err = d.db.Write.Exec(`UPDATE seal_checkpoint SET signature = $1 WHERE size = 200`, c.Signature)
				d.must(err)
			}, want: []string{Resigned}, says: "checkpoint of 200 facts is not signed",
		},
		"two roots of one size": {
			outside: true,
			do: func(d *desk) {
				d.behind(edit)
				d.meddle("seal", "DELETE FROM seal_tile", "DELETE FROM seal_checkpoint")
				d.reopen()
				d.sealer.signed = Checkpoint{}
				d.must(d.sealer.grow(context.Background(), 200))
				d.must(d.sealer.store(context.Background()))
				d.must(d.sealer.Seal(context.Background()))
			}, want: []string{Resigned}, says: "two checkpoints of 200 facts",
		},
	} {
		for engine, suite := range map[string]Suite{"sqlite": SM, "postgres": Intl} {
			t.Run(name+"/"+engine, func(t *testing.T) {
				url := ""
				if engine == "postgres" {
					url = postgrestest.URL(t)
				}
				d := openDesk(t, suite, url)
				var kept Outside
				for i := range 4 {
					d.add(100)
					if s := d.seal(); i == 1 && c.outside {
						key := d.sealer.Log.Key
						kept = Outside{Key: &key, Checkpoints: []Checkpoint{s}}
					}
				}
				d.behind(c.ledger...)
				d.meddle("seal", c.seals...)
				if c.do != nil {
					c.do(d)
				}
				d.reopen() // its head is what the file says, not what the process remembers
				if d.url != "" && strings.Contains(name, "truncated") {
					d.behind("UPDATE head SET position = (SELECT MAX(position) FROM events)")
				}
				r := d.verify(kept)
				var kinds []string
				for _, f := range r.Faults {
					kinds = append(kinds, f.Kind)
				}
				if fmt.Sprint(kinds) != fmt.Sprint(c.want) {
					t.Fatalf("found %v, want %q", r.Faults, c.want)
				}
				if len(c.want) > 0 && !strings.Contains(r.Faults[0].What, c.says) {
					t.Errorf("says %q, want %q", r.Faults[0].What, c.says)
				}
				if len(c.want) == 0 && (r.Sealed != 400 || r.Stored != 4 || len(r.Notes) != 1) {
					t.Errorf("a sound ledger: %+v", r)
				}
			})
		}
	}
}

// A folder put back from an older copy is found out by a checkpoint kept outside.
func TestARolledBackFolder(t *testing.T) {
	d := openDesk(t, Intl, "")
	d.add(30)
	d.seal()
	d.close()
	old := t.TempDir()
	d.must(os.CopyFS(old, os.DirFS(d.dir)))
	d.open()
	d.add(5)
	kept := d.seal()
	d.close()
	d.dir = old
	d.open()
	r := d.verify(Outside{Checkpoints: []Checkpoint{kept}})
	if len(r.Faults) != 1 || r.Faults[0].Kind != RolledBack || !strings.Contains(r.Faults[0].What, "positions 31 to 35") {
		t.Fatalf("found %v", r.Faults)
	}
	// And when it has grown again, it is another history.
	d.facts = 99
	d.add(9)
	d.seal()
	r = d.verify(Outside{Checkpoints: []Checkpoint{kept}})
	if len(r.Faults) != 1 || r.Faults[0].Kind != Forked {
		t.Fatalf("found %v", r.Faults)
	}
}

// A note that somebody touched is no checkpoint any more, and one of another ledger says so.
func TestTouchedNotes(t *testing.T) {
	d := openDesk(t, SM, "")
	d.add(3)
	c := d.seal()
	if read, err := ParseCheckpoint(c.Note()); err != nil || read.Root != c.Root || !read.SignedBy(d.sealer.Log.Key) {
		t.Fatalf("a note does not read as it was written: %v", err)
	}
	touched := c
	touched.Root[0] ^= 1
	if r := d.verify(Outside{Checkpoints: []Checkpoint{touched}}); len(r.Faults) != 1 || r.Faults[0].Kind != Resigned {
		t.Errorf("a touched root: %v", r.Faults)
	}
	foreign := c
	foreign.Origin = "gridcommand/440115/" + d.sealer.Epoch
	if r := d.verify(Outside{Checkpoints: []Checkpoint{foreign}}); len(r.Faults) != 1 || r.Faults[0].Kind != Foreign {
		t.Errorf("another district: %v", r.Faults)
	}
	for _, bad := range []string{"", "hello\n", string(c.Note()[1:20]), strings.Replace(string(c.Note()), "\n3\n", "\n03\n", 1), strings.Replace(string(c.Note()), "\n3\n", "\n-3\n", 1), strings.Replace(string(c.Note()), "\n\n", "\nmore\n\n", 1)} {
		if _, err := ParseCheckpoint([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a checkpoint", bad)
		}
	}
}

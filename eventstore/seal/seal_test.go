package seal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"gridcommand/eventstore"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
)

// A desk is a ledger with its seals, on one of the engines.
type desk struct {
	t      testing.TB
	dir    string
	url    string // PostgreSQL
	suite  Suite
	ledger eventstore.Store
	db     *sqldb.DB
	sealer *Sealer
	facts  int
}

func openDesk(t testing.TB, suite Suite, url string) *desk {
	d := &desk{t: t, dir: t.TempDir(), url: url, suite: suite}
	d.open()
	t.Cleanup(d.close)
	return d
}

func (d *desk) open() {
	d.t.Helper()
	ctx := d.t.Context()
	var err error
	if d.url != "" {
		d.ledger, err = postgres.Open(ctx, d.url, nil)
	} else {
		d.ledger, err = sqlite.Open(ctx, d.dir, nil)
	}
	d.must(err)
	d.db, err = d.database(ctx)
	d.must(err)
	d.sealer, err = Open(ctx, d.deps())
	d.must(err)
}

func (d *desk) deps() Deps {
	return Deps{Ledger: d.ledger, DB: d.db, Dir: d.dir, Name: "gridcommand/440114", Suite: d.suite, Interval: time.Millisecond, Recheck: -1}
}

func (d *desk) database(ctx context.Context) (*sqldb.DB, error) {
	if d.url != "" {
		return sqldb.OpenPostgres(ctx, d.url, "seal")
	}
	return sqldb.OpenSQLite(ctx, filepath.Join(d.dir, "seal.db"))
}

func (d *desk) close() {
	if d.db != nil {
		_ = d.db.Close()
		_ = d.ledger.Close()
		d.db = nil
	}
}

func (d *desk) reopen() { d.close(); d.open() }

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// add appends n facts, one stream in three having several.
func (d *desk) add(n int) {
	d.t.Helper()
	for range n {
		d.facts++
		_, err := d.ledger.Append(context.Background(), eventstore.Append{
			Writes: []eventstore.Write{{
				Stream: eventstore.StreamOf("incident", fmt.Sprint(d.facts%7)),
				Drafts: []eventstore.Draft{{Type: "incident.commented", At: time.UnixMicro(int64(d.facts) * 1_000_003), Data: fmt.Appendf(nil, `{"text":"井盖 <%d>"}`, d.facts)}},
			}},
			Meta: eventstore.Meta{Actor: "community", Correlation: fmt.Sprint("c", d.facts)},
		})
		d.must(err)
	}
}

func (d *desk) seal() Checkpoint {
	d.t.Helper()
	d.must(d.sealer.Seal(context.Background()))
	c, err := d.sealer.Newest(context.Background())
	d.must(err)
	return c
}

// behind changes the ledger behind the program's back, past its triggers.
func (d *desk) behind(statements ...string) {
	d.t.Helper()
	d.meddle("ledger", statements...)
}

func (d *desk) meddle(which string, statements ...string) {
	d.t.Helper()
	var db *sql.DB
	var lift []string
	if d.url != "" {
		pg, err := sqldb.OpenPostgres(context.Background(), d.url, which)
		d.must(err)
		defer pg.Close()
		db = pg.Write
		lift = []string{"SET session_replication_role = replica"}
	} else {
		var err error
		db, err = sql.Open("sqlite", filepath.Join(d.dir, which+".db")+"?_pragma=busy_timeout(5000)")
		d.must(err)
		defer db.Close()
		lift = []string{"DROP TRIGGER IF EXISTS events_stay", "DROP TRIGGER IF EXISTS events_last"}
	}
	conn, err := db.Conn(context.Background())
	d.must(err)
	defer conn.Close()
	for _, s := range append(lift, statements...) {
		if _, err := conn.ExecContext(context.Background(), s); err != nil {
			d.t.Fatalf("%s: %v", s, err)
		}
	}
}

var both = []Suite{Intl, SM}

// Facts are sealed, the note can be read by its own rules, and every fact and every
// earlier checkpoint is proved under the newest.
func TestSealing(t *testing.T) {
	for _, suite := range both {
		t.Run(string(suite), func(t *testing.T) {
			d := openDesk(t, suite, "")
			ctx := t.Context()
			if _, err := d.sealer.Checkpoint(ctx); !errors.Is(err, ErrNone) {
				t.Fatalf("a checkpoint of nothing: %v", err)
			}
			var kept []Checkpoint
			for _, n := range []int{1, 1, 253, 1, 1, 300} {
				d.add(n)
				kept = append(kept, d.seal())
			}
			if got, want := d.sealer.Sealed(), eventstore.Position(557); got != want {
				t.Fatalf("sealed %d, want %d", got, want)
			}
			text, err := d.sealer.Checkpoint(ctx)
			d.must(err)
			n, err := note.Open(text, note.VerifierList(d.sealer.Log.Key.As(d.sealer.Origin)))
			d.must(err)
			if !strings.HasPrefix(n.Text, "gridcommand/440114/") || len(n.Sigs) != 1 {
				t.Fatalf("a note %q with %d signatures", n.Text, len(n.Sigs))
			}
			if suite == Intl { // what C2SP's own reader makes of our key
				v, err := note.NewVerifier(d.sealer.Log.Key.Text(d.sealer.Origin))
				d.must(err)
				_, err = note.Open(text, note.VerifierList(v))
				d.must(err)
			}
			newest := kept[len(kept)-1]
			for after := eventstore.Position(0); after < 557; {
				page, err := d.ledger.Page(ctx, after, 100)
				d.must(err)
				for _, r := range page {
					in, err := d.sealer.Inclusion(ctx, r.Position, 0)
					d.must(err)
					if leaf := suite.Leaf(Encoding(nil, r)); leaf != in.Leaf {
						t.Fatalf("leaf of position %d", r.Position)
					}
					d.must(suite.CheckInclusion(in.Path, newest.Size, newest.Root, int64(r.Position)-1, in.Leaf))
				}
				after = page[len(page)-1].Position
			}
			for _, c := range kept {
				p, err := d.sealer.Consistency(ctx, c.Size, 0)
				d.must(err)
				d.must(suite.CheckConsistency(p.Path, c.Size, c.Root, newest.Size, newest.Root))
				at, err := d.sealer.At(ctx, c.Size)
				d.must(err)
				if at.Root != c.Root || !at.SignedBy(d.sealer.Log.Key) {
					t.Fatalf("the checkpoint of %d facts is not what it was", c.Size)
				}
			}
			if info, err := os.Stat(filepath.Join(d.dir, KeyFile)); err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("key file: %v, %v", info, err)
			}
		})
	}
}

// A sealer that was killed goes on at its last checkpoint: the tree is the same as one
// that was built in one go.
func TestGoingOn(t *testing.T) {
	d := openDesk(t, Intl, "")
	whole := &frontier{suite: Intl}
	h := hasher{suite: Intl}
	for _, n := range []int{3, 252, 1, 1, 255, 256, 5, 700} {
		d.add(n)
		c := d.seal()
		page, err := d.ledger.Page(t.Context(), eventstore.Position(whole.size), n)
		d.must(err)
		for _, r := range page {
			whole.add(h.leaf(r), func(int, Hash) {})
		}
		if whole.root() != c.Root || whole.size != c.Size {
			t.Fatalf("root at %d", c.Size)
		}
		d.reopen()
		if st := d.sealer.Status(); st.Stopped != "" || int64(st.Sealed) != c.Size {
			t.Fatalf("opened again at %d: %+v", c.Size, st)
		}
	}
}

// Run seals what comes without being asked, and Finish covers the head.
func TestRunning(t *testing.T) {
	d := openDesk(t, Intl, "")
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- d.sealer.Run(ctx) }()
	d.add(40)
	for d.sealer.Sealed() < 40 {
		d.must(d.ledger.Wait(t.Context(), 40))
	}
	stop()
	d.must(<-done)
	d.add(5)
	d.must(d.sealer.Finish(t.Context()))
	if got := d.sealer.Sealed(); got != 45 {
		t.Fatalf("sealed %d of 45", got)
	}
}

// What was chosen when the ledger was made stays.
func TestTheSuiteStays(t *testing.T) {
	d := openDesk(t, SM, "")
	d.add(1)
	d.seal()
	deps := d.deps()
	deps.Suite = Intl
	_, err := Open(t.Context(), deps)
	if wrong, ok := errors.AsType[*SuiteError](err); !ok || wrong.Have != SM {
		t.Fatalf("another suite: %v", err)
	}
	d.suite = ""
	d.reopen()
	if d.sealer.Suite != SM {
		t.Fatalf("opened with suite %s", d.sealer.Suite)
	}
	// Without its seals, the key says what they were.
	d.meddle("seal", "DELETE FROM seal_log", "DELETE FROM seal_tile", "DELETE FROM seal_checkpoint")
	deps = d.deps()
	deps.Suite = Intl
	if _, err := Open(t.Context(), deps); !errors.As(err, new(*SuiteError)) {
		t.Fatalf("another suite, without seals: %v", err)
	}
}

// A key that is gone is not made anew: nothing would say that it is another one.
func TestAKeyThatIsGone(t *testing.T) {
	d := openDesk(t, Intl, "")
	d.add(3)
	d.seal()
	d.must(os.Remove(filepath.Join(d.dir, KeyFile)))
	d.reopen()
	if st := d.sealer.Status(); !strings.Contains(st.Stopped, KeyFile) {
		t.Fatalf("without a key: %+v", st)
	}
	if _, err := os.Stat(filepath.Join(d.dir, KeyFile)); err == nil {
		t.Fatal("a new key was made")
	}
	other, err := NewKey(Intl)
	d.must(err)
	d.must(other.write(d.dir))
	d.reopen()
	d.add(2)
	d.must(d.sealer.Seal(t.Context()))
	if st := d.sealer.Status(); !strings.Contains(st.Stopped, "not the key") || st.Sealed != 3 {
		t.Fatalf("with another key: %+v", st)
	}
}

// A ledger that was changed beneath its seals is not sealed on, while facts are still
// taken; and the next process knows.
func TestChangedBeneath(t *testing.T) {
	edit := "UPDATE events SET data = '{\"text\":\"nothing\"}' WHERE position = 100"
	for name, c := range map[string]struct {
		which, statement, want string
	}{
		"a fact edited":     {"ledger", edit, "position 100 is not the one"},
		"a fact removed":    {"ledger", "DELETE FROM events WHERE position = 100", "position 100 is gone"},
		"the tail cut off":  {"ledger", "DELETE FROM events WHERE position > 590", "ends at position 590"},
		"the tree edited":   {"seal", "UPDATE seal_tile SET hashes = (SELECT hashes FROM seal_tile WHERE level = 0 AND n = 0) WHERE level = 1", "tree"},
		"a tile removed":    {"seal", "DELETE FROM seal_tile WHERE level = 1", "tile"},
		"the root replaced": {"seal", "UPDATE seal_checkpoint SET root = (SELECT root FROM seal_checkpoint ORDER BY size LIMIT 1) WHERE size = 600", "not signed"},
	} {
		t.Run(name, func(t *testing.T) {
			d := openDesk(t, Intl, "")
			d.add(300)
			d.seal()
			d.add(300)
			d.seal()
			if c.which == "ledger" && !strings.Contains(name, "tail") {
				d.behind(c.statement)
				for range 3 {
					d.must(d.sealer.lookAgain(t.Context()))
				}
				if st := d.sealer.Status(); !strings.Contains(st.Stopped, c.want) {
					t.Fatalf("while running: %+v", st)
				}
			} else {
				d.close()
				d.meddle(c.which, c.statement)
				d.open()
			}
			d.reopen()
			if strings.Contains(name, "removed") && c.which == "ledger" {
				return // the ledger's own rules find a hole; facts cannot follow it
			}
			d.add(20)
			d.must(d.sealer.Seal(t.Context()))
			if st := d.sealer.Status(); !strings.Contains(st.Stopped, c.want) || st.Sealed > 600 {
				t.Fatalf("opened again: %+v, want %q", st, c.want)
			}
		})
	}
	t.Run("and mended", func(t *testing.T) {
		d := openDesk(t, Intl, "")
		d.add(300)
		d.seal()
		page, err := d.ledger.Page(t.Context(), 99, 1)
		d.must(err)
		d.behind(edit)
		d.must(d.sealer.lookAgain(t.Context()))
		d.behind(fmt.Sprintf("UPDATE events SET data = '%s' WHERE position = 100", page[0].Data))
		d.reopen()
		d.add(1)
		if c := d.seal(); c.Size != 301 {
			t.Fatalf("sealed %d of 301: %+v", c.Size, d.sealer.Status())
		}
	})
}

// Two processes on one PostgreSQL ledger: one seals; the other shows the same and takes
// over when facts wait for too long. Without the key it never signs.
func TestTwoProcesses(t *testing.T) {
	d := openDesk(t, Intl, postgrestest.URL(t))
	second := &desk{t: t, dir: d.dir, url: d.url}
	second.open()
	t.Cleanup(second.close)
	keyless := &desk{t: t, dir: t.TempDir(), url: d.url}
	keyless.open()
	t.Cleanup(keyless.close)

	d.add(10)
	d.seal()
	if err := second.sealer.Seal(t.Context()); !errors.Is(err, errElsewhere) {
		t.Fatalf("both seal: %v", err)
	}
	in, err := second.sealer.Inclusion(t.Context(), 10, 0)
	d.must(err)
	d.must(Intl.CheckInclusion(in.Path, 10, in.Checkpoint.Root, 9, in.Leaf))
	if st := keyless.sealer.Status(); !st.Elsewhere || st.Stopped != "" {
		t.Fatalf("without the key: %+v", st)
	}
	if _, err := os.Stat(filepath.Join(keyless.dir, KeyFile)); err == nil {
		t.Fatal("a second key was made")
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for _, one := range []*desk{second, keyless} {
		go func() { _ = one.sealer.Run(ctx) }()
	}
	d.add(7) // and the first process is gone
	for second.sealer.Sealed() < 17 || keyless.sealer.Sealed() < 17 {
		d.must(d.ledger.Wait(t.Context(), 17))
	}
	if !errors.Is(d.sealer.Seal(t.Context()), errElsewhere) && d.sealer.Sealed() != 17 {
		t.Fatal("the first goes on as if nothing had happened")
	}
}

// What is signed is what is stored, and continues what was signed before: a database
// that keeps something else than it was given, and a last checkpoint that the tree does not
// lead through, end the sealing.
func TestOnlyAContinuationIsSigned(t *testing.T) {
	d := openDesk(t, Intl, "")
	d.add(256) // the next fact begins a tile
	d.seal()
	d.meddle("seal", `CREATE TRIGGER forge AFTER INSERT ON seal_tile WHEN NEW.n = 1 BEGIN
		UPDATE seal_tile SET hashes = zeroblob(length(NEW.hashes)) WHERE log = NEW.log AND level = NEW.level AND n = NEW.n; END`)
	d.add(3)
	d.must(d.sealer.Seal(t.Context()))
	if st := d.sealer.Status(); st.Sealed != 256 || !strings.Contains(st.Stopped, "not the one that was built") {
		t.Errorf("another tree is stored: %+v", st)
	}

	d = openDesk(t, Intl, "")
	d.add(5)
	d.seal()
	d.sealer.signed.Root[0] ^= 1
	_, err := d.sealer.continues(t.Context(), d.db.Read)
	if not, ok := errors.AsType[*notContinuedError](err); !ok {
		t.Errorf("another last checkpoint: %v", err)
	} else if !strings.Contains(not.Error(), "no continuation of the checkpoint of 5") {
		t.Errorf("says %q", not)
	}
}

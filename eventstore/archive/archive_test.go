package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/eventstore"
	"gridcommand/eventstore/archive"
	"gridcommand/eventstore/memory"
	"gridcommand/eventstore/postgrestest"
	"gridcommand/eventstore/sqldb"
)

const district = "440114"

var notes = sqldb.Owner{Name: "notes", Files: fstest.MapFS{
	"00001_notes.sql": {Data: []byte("-- +goose Up\nCREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, body BLOB, text TEXT, weight DOUBLE PRECISION);\nINSERT INTO notes (id) VALUES (0);\n")},
	"00002_marks.sql": {Data: []byte("-- +goose Up\nCREATE TABLE marks (follower TEXT NOT NULL PRIMARY KEY, epoch TEXT NOT NULL, position BIGINT NOT NULL);\nCREATE TABLE secrets (s TEXT);\n")},
	"00003_later.sql": {Data: []byte("-- +goose Up\nALTER TABLE notes ADD COLUMN later BIGINT NOT NULL DEFAULT 7;\n")},
}}

var newest = map[string]archive.Versions{"state": {"notes": 3}}

// A world is a ledger with what stands beside it.
type world struct {
	t      *testing.T
	ledger *memory.Store
	state  *sqldb.DB
	photos map[archive.Digest][]byte
	facts  int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, ledger: memory.New(nil), photos: map[archive.Digest][]byte{}, state: sqlite(t)}
	if err := sqldb.MigrateTo(t.Context(), w.state, notes, 2); err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{{1, []byte{0, 255}, "花都", 1.5}, {2, []byte{}, "", nil}, {-3, nil, nil, -0.25}} {
		if _, err := w.state.Write.ExecContext(t.Context(), "INSERT INTO notes (id, body, text, weight) VALUES ($1, $2, $3, $4)", row...); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := w.state.Write.ExecContext(t.Context(), "INSERT INTO secrets VALUES ('never copied')"); err != nil {
		t.Fatal(err)
	}
	return w
}

func sqlite(t *testing.T) *sqldb.DB {
	t.Helper()
	db, err := sqldb.OpenSQLite(t.Context(), filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// add appends facts, some of them under a key, and a photo.
func (w *world) add(appends int) {
	w.t.Helper()
	for range appends {
		w.facts++
		a := eventstore.Append{Meta: eventstore.Meta{Actor: "王"}}
		stream := eventstore.StreamOf("incident", fmt.Sprint(w.facts%7))
		draft := eventstore.Draft{Type: "incident.noted", At: time.Unix(int64(w.facts), 1000), Data: fmt.Appendf(nil, `{"n":%d,"text":%q}`, w.facts, strings.Repeat("字", w.facts%50))}
		a.Writes = []eventstore.Write{{Stream: stream, Drafts: []eventstore.Draft{draft, draft}}}
		if w.facts%3 == 0 {
			a.Writes = append(a.Writes, eventstore.Write{Stream: "other-1", Drafts: []eventstore.Draft{draft}})
		}
		if w.facts%2 == 0 {
			a.Key = eventstore.Key{Scope: "wang", ID: fmt.Sprint("key-", w.facts), Digest: sha256.Sum256(draft.Data)}
		}
		if _, err := w.ledger.Append(w.t.Context(), a); err != nil {
			w.t.Fatal(err)
		}
	}
	photo := fmt.Appendf(nil, "photo %d", w.facts)
	w.photos[sha256.Sum256(photo)] = photo
	epoch, _ := w.ledger.Epoch(w.t.Context())
	head, _ := w.ledger.Head(w.t.Context())
	if _, err := w.state.Write.ExecContext(w.t.Context(), `INSERT INTO marks (follower, epoch, position) VALUES ('timers', $1, $2)
		ON CONFLICT (follower) DO UPDATE SET position = excluded.position`, epoch, int64(head)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) source() archive.Source {
	return archive.Source{
		Ledger: w.ledger,
		Databases: []archive.Database{{
			Name: "state", DB: w.state, Skip: []string{"secrets"}, Follower: func(table string) bool { return table == "marks" },
		}},
		Photos: func() (all []archive.Digest, err error) {
			for name := range w.photos {
				all = append(all, name)
			}
			return all, nil
		},
		Photo:    func(name archive.Digest) ([]byte, error) { return w.photos[name], nil },
		Files:    []archive.File{{Name: "seal.pub", Data: []byte("public")}},
		Manifest: archive.Manifest{District: district, MadeAt: time.Unix(1_800_000_000, 0).UTC()},
	}
}

// backup writes a file and returns its path.
func (w *world) backup(since string) (string, *archive.Written) {
	w.t.Helper()
	src := w.source()
	if since != "" {
		old, err := archive.ReadOlder(w.t.Context(), since)
		if err != nil {
			w.t.Fatal(err)
		}
		src.Since = old
	}
	var file bytes.Buffer
	written, err := archive.Write(w.t.Context(), &file, src)
	if err != nil {
		w.t.Fatal(err)
	}
	if written.Bytes != int64(file.Len()) {
		w.t.Errorf("it says to have written %d bytes, %d came", written.Bytes, file.Len())
	}
	path := filepath.Join(w.t.TempDir(), "backup")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path, written
}

func check(t *testing.T, paths ...string) (*archive.Chain, error) {
	t.Helper()
	return archive.Check(t.Context(), paths, archive.Rules{District: district, Newest: newest})
}

// restored is what came out of a chain.
type restored struct {
	ledger *memory.Store
	state  *sqldb.DB
	photos map[archive.Digest][]byte
}

func load(t *testing.T, chain *archive.Chain, state *sqldb.DB) *restored {
	t.Helper()
	r := &restored{ledger: memory.New(nil), state: state, photos: map[archive.Digest][]byte{}}
	if err := sqldb.MigrateTo(t.Context(), state, notes, chain.Manifest.Owners["state"]["notes"]); err != nil {
		t.Fatal(err)
	}
	err := chain.Load(t.Context(), archive.Target{
		Ledger: r.ledger, Databases: map[string]*sqldb.DB{"state": state}, Renew: map[string]bool{"state": true},
		Photo: func(name archive.Digest, data []byte) error { r.photos[name] = bytes.Clone(data); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// same holds what was restored against the world.
func (w *world) same(r *restored) {
	t, ctx := w.t, w.t.Context()
	t.Helper()
	want, _ := w.ledger.Page(ctx, 0, 1<<20)
	got, _ := r.ledger.Page(ctx, 0, 1<<20)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts differ: %s", diff)
	}
	wantKeys, _ := w.ledger.Keys(ctx, 0, 1<<20)
	gotKeys, _ := r.ledger.Keys(ctx, 0, 1<<20)
	if diff := cmp.Diff(wantKeys, gotKeys); diff != "" || len(gotKeys) == 0 {
		t.Errorf("%d keys differ: %s", len(gotKeys), diff)
	}
	if diff := cmp.Diff(w.photos, r.photos); diff != "" {
		t.Errorf("photos differ: %s", diff)
	}
	rows := func(db *sqldb.DB) string {
		var all strings.Builder
		rows, err := db.Read.QueryContext(ctx, "SELECT id, body, body IS NULL, text, weight FROM notes ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var body []byte
			var null bool
			var text *string
			var weight *float64
			if err := rows.Scan(&id, &body, &null, &text, &weight); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&all, "%d %v %t", id, body, null)
			if text != nil {
				fmt.Fprintf(&all, " %q", *text)
			}
			if weight != nil {
				fmt.Fprintf(&all, " %v", *weight)
			}
			all.WriteString("\n")
		}
		return all.String()
	}
	if diff := cmp.Diff(rows(w.state), rows(r.state)); diff != "" {
		t.Errorf("rows differ: %s", diff)
	}
	var epoch string
	var position eventstore.Position
	if err := r.state.Read.QueryRowContext(ctx, "SELECT epoch, position FROM marks").Scan(&epoch, &position); err != nil {
		t.Fatal(err)
	}
	if mine, _ := r.ledger.Epoch(ctx); epoch != mine || position != eventstore.Position(len(want)) {
		t.Errorf("a follower stands at %d of epoch %s, want %d of the new ledger's", position, epoch, len(want))
	}
	var secrets int
	if err := r.state.Read.QueryRowContext(ctx, "SELECT COUNT(*) FROM secrets").Scan(&secrets); err != nil || secrets != 0 {
		t.Errorf("%d rows came back of a table that is left out: %v", secrets, err)
	}
}

func TestWhatIsRestoredIsWhatWasBackedUp(t *testing.T) {
	w := newWorld(t)
	w.add(3000)
	path, _ := w.backup("")
	chain, err := check(t, path)
	if err != nil {
		t.Fatal(err)
	}
	w.same(load(t, chain, sqlite(t)))
	if string(chain.Files["seal.pub"]) != "public" {
		t.Errorf("files: %q", chain.Files)
	}
}

func TestABackupOfSQLiteFillsPostgreSQLAndComesBack(t *testing.T) {
	w := newWorld(t)
	w.add(20)
	path, _ := w.backup("")
	chain, err := check(t, path)
	if err != nil {
		t.Fatal(err)
	}
	state, err := sqldb.OpenPostgres(t.Context(), postgrestest.URL(t), "state")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = state.Close() })
	there := load(t, chain, state)
	w.same(there)
	back := &world{t: t, ledger: there.ledger, state: there.state, photos: there.photos}
	path, _ = back.backup("")
	if chain, err = check(t, path); err != nil {
		t.Fatal(err)
	}
	back.same(load(t, chain, sqlite(t)))
}

func TestAChainIsReadAsOne(t *testing.T) {
	w := newWorld(t)
	w.add(300)
	first, whole := w.backup("")
	w.add(5)
	second, more := w.backup(first)
	third, none := w.backup(second) // nothing new
	w.add(40)
	fourth, _ := w.backup(third)
	if more.Bytes*2 > whole.Bytes || more.Summary.Records >= whole.Summary.Records || more.Summary.Photos != 1 || none.Summary.Records != 0 {
		t.Errorf("the second file holds %+v in %d bytes, the first %+v in %d", more.Summary, more.Bytes, whole.Summary, whole.Bytes)
	}
	chain, err := check(t, first, second, third, fourth)
	if err != nil {
		t.Fatal(err)
	}
	w.same(load(t, chain, sqlite(t)))

	other := newWorld(t)
	other.add(300)
	foreign, _ := other.backup("")
	for name, paths := range map[string][]string{
		"wrong order":       {second, first},
		"one is missing":    {first, third},
		"begins too late":   {second, third},
		"twice the same":    {first, second, second},
		"two whole ones":    {first, first},
		"of another ledger": {foreign, second},
		"none":              {},
	} {
		if _, err := check(t, paths...); !errors.Is(err, archive.ErrChain) {
			t.Errorf("%s: %v, want ErrChain", name, err)
		}
	}
	old, err := archive.ReadOlder(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	src := other.source()
	src.Since = old
	if _, err := archive.Write(t.Context(), &bytes.Buffer{}, src); !errors.Is(err, archive.ErrChain) {
		t.Errorf("a file that goes on from another ledger's: %v", err)
	}
}

func TestEveryEditedByteIsFound(t *testing.T) {
	w := newWorld(t)
	w.add(4)
	path, _ := w.backup("")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad")
	refused := func(what string, data []byte, want ...error) {
		t.Helper()
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := check(t, bad)
		for _, e := range want {
			if errors.Is(err, e) {
				if fault, ok := errors.AsType[*archive.FaultError](err); !ok || fault.File != bad {
					t.Errorf("%s: %v does not name the file", what, err)
				}
				return
			}
		}
		t.Errorf("%s: %v, want one of %v", what, err, want)
	}
	for i := range whole {
		edited := bytes.Clone(whole)
		edited[i] ^= 1 << (i % 8)
		refused(fmt.Sprintf("byte %d", i), edited, archive.ErrDamaged, archive.ErrCut, archive.ErrNotBackup, archive.ErrNewer)
		refused(fmt.Sprintf("cut at %d", i), whole[:i], archive.ErrCut, archive.ErrNotBackup)
	}
	refused("a byte more", append(bytes.Clone(whole), 0), archive.ErrDamaged)
	refused("newer", append([]byte("gridcommand backup 12\n"), whole[21:]...), archive.ErrNewer)
	refused("something else", []byte(strings.Repeat("PK\x03\x04", 100)), archive.ErrNotBackup)
	refused("nothing", nil, archive.ErrCut, archive.ErrNotBackup)
}

func TestAnotherDistrictAndNewerTablesAreRefused(t *testing.T) {
	w := newWorld(t)
	w.add(2)
	path, _ := w.backup("")
	for _, c := range []struct {
		rules archive.Rules
		want  error
	}{
		{archive.Rules{District: "440111", Newest: newest}, archive.ErrDistrict},
		{archive.Rules{District: district, Newest: map[string]archive.Versions{"state": {"notes": 1}}}, archive.ErrNewer},
		{archive.Rules{District: district}, archive.ErrNewer},
		{archive.Rules{District: district, Newest: newest, Record: func(r eventstore.Record) error {
			if r.Position == 3 {
				return errors.New("nobody knows this kind of fact")
			}
			return nil
		}}, archive.ErrContent},
	} {
		if _, err := archive.Check(t.Context(), []string{path}, c.rules); !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}

// A file with the right digests need not be one that a ledger writes.
func TestFactsThatDoNotFitAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*spoilt){
		"a hole":                       func(s *spoilt) { s.page = func(p []eventstore.Record) { p[1].Position++ } },
		"a version that skips":         func(s *spoilt) { s.page = func(p []eventstore.Record) { p[1].Version++ } },
		"data that is no JSON":         func(s *spoilt) { s.page = func(p []eventstore.Record) { p[1].Data = []byte("{") } },
		"a key of no fact":             func(s *spoilt) { s.key = func(k *eventstore.KeyRecord) { k.First, k.Last = k.Last+1, k.First } },
		"a key of an earlier one":      func(s *spoilt) { s.key = func(k *eventstore.KeyRecord) { k.First = 0 } },
		"a key with another's version": func(s *spoilt) { s.key = func(k *eventstore.KeyRecord) { k.Version++ } },
	} {
		w := newWorld(t)
		w.add(10)
		src := w.source()
		s := &spoilt{Store: w.ledger, page: func([]eventstore.Record) {}, key: func(*eventstore.KeyRecord) {}}
		spoil(s)
		src.Ledger = s
		var file bytes.Buffer
		_, err := archive.Write(t.Context(), &file, src)
		if err == nil {
			path := filepath.Join(t.TempDir(), "spoilt")
			if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			var chain *archive.Chain
			if chain, err = check(t, path); err == nil { // found when it is loaded, at the latest
				state := sqlite(t)
				if err := sqldb.MigrateTo(t.Context(), state, notes, 2); err != nil {
					t.Fatal(err)
				}
				err = chain.Load(t.Context(), archive.Target{Ledger: memory.New(nil), Databases: map[string]*sqldb.DB{"state": state}})
			}
		}
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// spoilt is a ledger that breaks its promises.
type spoilt struct {
	*memory.Store
	page func([]eventstore.Record)
	key  func(*eventstore.KeyRecord)
}

func (s *spoilt) Page(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Record, error) {
	page, err := s.Store.Page(ctx, after, limit)
	if len(page) > 1 {
		s.page(page)
	}
	return page, err
}

func (s *spoilt) Keys(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.KeyRecord, error) {
	keys, err := s.Store.Keys(ctx, after, limit)
	if len(keys) > 1 {
		s.key(&keys[1])
	}
	return keys, err
}

func TestAPhotoThatIsDamagedIsLeftOutAndSaid(t *testing.T) {
	w := newWorld(t)
	w.add(1)
	lost := archive.Digest(sha256.Sum256([]byte("what it was")))
	w.photos[lost] = []byte("what became of it")
	path, written := w.backup("")
	if len(written.Damaged) != 1 || written.Damaged[0] != lost || written.Summary.Photos != 1 {
		t.Errorf("damaged %v, %d photos", written.Damaged, written.Summary.Photos)
	}
	if _, err := check(t, path); err != nil {
		t.Error(err)
	}
}

// A copy made while facts are added is that of one position, and no follower leads it.
func TestABackupUnderLoadIsOfOnePosition(t *testing.T) {
	w := newWorld(t)
	w.add(500)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				w.add(10)
			}
		}
	}()
	for range 5 {
		src := w.source()
		src.Photos = nil // the map is being written
		var file bytes.Buffer
		written, err := archive.Write(t.Context(), &file, src)
		if err != nil {
			t.Fatal(err)
		}
		follower := int64(-1)
		var facts int
		_, err = archive.Read(t.Context(), "file", &file, archive.Visitor{
			Records: func(page []eventstore.Record) error { facts += len(page); return nil },
			Row: func(table archive.Table, row []any) error {
				if table.Name == "marks" {
					follower = row[2].(int64)
				}
				return nil
			},
		})
		if err != nil || eventstore.Position(facts) != written.Manifest.Head || follower < 0 || follower > int64(facts) {
			t.Errorf("%d facts up to %d, a follower at %d: %v", facts, written.Manifest.Head, follower, err)
		}
	}
	close(stop)
	<-done
}

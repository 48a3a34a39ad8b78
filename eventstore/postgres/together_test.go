package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/eventstoretest"
	"gridcommand/eventstore/postgres"
	"gridcommand/eventstore/postgrestest"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)

func one(stream eventstore.Stream, expect eventstore.Expect, key string) eventstore.Append {
	a := eventstore.Append{Writes: []eventstore.Write{{Stream: stream, Expect: expect, Drafts: []eventstore.Draft{
		{Type: "test.happened", At: noon, Data: []byte(`{"said":"花都"}`)},
	}}}}
	if key != "" {
		a.Key = eventstore.Key{Scope: "test", ID: key}
	}
	return a
}

// Two stores with connections of their own are what two processes are.
func TestTwoProcessesShareOneDenseLedger(t *testing.T) {
	url := postgrestest.URL(t)
	var stores [2]eventstore.Store
	var opening sync.WaitGroup
	for i := range stores { // they open an empty database at the same time
		opening.Go(func() { stores[i] = open(t, url, nil) })
	}
	opening.Wait()
	if t.Failed() {
		return
	}
	a, aErr := stores[0].Epoch(t.Context())
	b, bErr := stores[1].Epoch(t.Context())
	if a != b || aErr != nil || bErr != nil {
		t.Fatalf("epochs %q and %q, %v, %v", a, b, aErr, bErr)
	}

	const callers, rounds = 8, 25
	var mu sync.Mutex
	stored := map[string]int{}
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := range rounds {
				// Both sides try the same version and the same key: one wins each.
				s, other := stores[c%2], stores[(c+1)%2]
				_, err := s.Append(t.Context(), one("incident-hot", eventstore.At(eventstore.Version(i)), ""))
				if err != nil && !errors.Is(err, eventstore.ErrConflict) {
					t.Error(err)
				}
				key := fmt.Sprint(c/2, ".", i)
				r, err := s.Append(t.Context(), one(eventstore.StreamOf("incident", key), eventstore.Any, key))
				if err != nil {
					t.Error(err)
				}
				if !r.Replayed {
					mu.Lock()
					stored[key]++
					mu.Unlock()
				}
				// What one has stored the other reads at once.
				page, err := other.Page(t.Context(), r.First-1, 1)
				if err != nil || len(page) != 1 || page[0].Stream != eventstore.StreamOf("incident", key) {
					t.Errorf("the other store reads %+v at %d, %v", page, r.First, err)
				}
			}
		})
	}
	after := eventstore.Position(0)
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for page, err := range eventstore.Follow(t.Context(), stores[1], 0, 16) {
		if err != nil {
			t.Fatal(err)
		}
		after = page[len(page)-1].Position
		if after >= callers/2*rounds {
			break
		}
	}
	<-done
	for key, n := range stored {
		if n != 1 {
			t.Errorf("key %s was stored %d times", key, n)
		}
	}
	report, err := eventstore.Verify(t.Context(), stores[0])
	if err != nil || !report.Sound() || len(stored) != callers/2*rounds {
		t.Errorf("%d keys, report %+v, %v", len(stored), report, err)
	}
}

func TestATailingReaderInOneProcessMissesNothingOfAnother(t *testing.T) {
	url := postgrestest.URL(t)
	writer, reader := open(t, url, nil), open(t, url, nil)
	missed, err := eventstoretest.Missed(t.Context(), apart{reader, writer}, 8, 60)
	if err != nil || len(missed) > 0 {
		t.Errorf("missed %v, %v", missed, err)
	}
}

// apart reads here and appends there.
type apart struct {
	*postgres.Store
	there *postgres.Store
}

func (a apart) Append(ctx context.Context, what eventstore.Append) (eventstore.Result, error) {
	return a.there.Append(ctx, what)
}

func TestLostConnectionsAreMadeAnew(t *testing.T) {
	url := postgrestest.URL(t)
	s := open(t, url, nil)
	admin := connect(t, url)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // to fail, where it would wait for ever
	defer cancel()
	listening := func() (n int) {
		if err := admin.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query LIKE 'NOTIFY%')").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for round := range 3 {
		for listening() != 1 { // until it listens
		}
		// While facts flow, every connection but ours is cut.
		var wg sync.WaitGroup
		for c := range 4 {
			wg.Go(func() {
				for i := range 20 {
					key := fmt.Sprint(round, ".", c, ".", i)
					appendUntilKnown(t, s, one(eventstore.StreamOf("incident", key), eventstore.NoStream, key))
				}
			})
		}
		if _, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
	}
	for listening() != 1 {
	}
	report, err := eventstore.Verify(t.Context(), s)
	want := eventstore.Report{Epoch: report.Epoch, Head: 240, Facts: 240, Streams: 240}
	if d := cmp.Diff(want, report); d != "" || err != nil {
		t.Errorf("every append once (-want +got):\n%s%v", d, err)
	}
}

// appendUntilKnown does what a caller does whose outcome is unknown: it asks
// again with the same key.
func appendUntilKnown(t *testing.T, s eventstore.Store, a eventstore.Append) {
	for try := 0; ; try++ {
		_, err := s.Append(t.Context(), a)
		if err == nil {
			return
		}
		if errors.Is(err, eventstore.ErrConflict) || try == 20 {
			t.Errorf("append %s: %v", a.Key.ID, err)
			return
		}
	}
}

func TestAProcessThatHangsWithTheHeadLockedDelaysButBreaksNothing(t *testing.T) {
	url := postgrestest.URL(t)
	s := open(t, url, nil)
	release := lockHead(t, url)
	answered := make(chan error)
	go func() {
		_, err := s.Append(t.Context(), one("incident-1", eventstore.NoStream, "k"))
		answered <- err
	}()
	// Readers do not wait for the one who writes.
	if head, err := s.Head(t.Context()); head != 0 || err != nil {
		t.Errorf("head %d, %v", head, err)
	}
	release()
	if err := <-answered; err != nil {
		t.Error(err)
	}
}

func TestFactsAndKeysCannotBeChangedBySQL(t *testing.T) {
	url := postgrestest.URL(t)
	s := open(t, url, nil)
	if _, err := s.Append(t.Context(), one("incident-1", eventstore.Any, "k")); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, url)
	for _, statement := range []string{
		"UPDATE ledger.events SET data = '{}'", "DELETE FROM ledger.events", "TRUNCATE ledger.events",
		"UPDATE ledger.keys SET first = 2", "DELETE FROM ledger.keys", "TRUNCATE ledger.keys",
	} {
		if _, err := conn.Exec(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "never changed") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestReadOnlyReadsBesideAWriterAndMakesNothing(t *testing.T) {
	url := postgrestest.URL(t)
	if _, err := postgres.OpenReadOnly(t.Context(), url); err == nil {
		t.Error("a ledger that does not exist was opened")
	}
	var schemas int
	if err := connect(t, url).QueryRow(t.Context(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'ledger'").Scan(&schemas); err != nil || schemas != 0 {
		t.Errorf("%d schemas were made, %v", schemas, err)
	}
	writer := open(t, url, nil)
	reader, err := postgres.OpenReadOnly(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	if _, err := writer.Append(t.Context(), one("incident-1", eventstore.Any, "")); err != nil {
		t.Fatal(err)
	}
	report, err := eventstore.Verify(t.Context(), reader)
	if err != nil || !report.Sound() || report.Facts != 1 {
		t.Errorf("report %+v, %v", report, err)
	}
	if _, err := reader.Append(t.Context(), one("incident-1", eventstore.Any, "")); !errors.Is(err, postgres.ErrReadOnly) {
		t.Errorf("Append: %v, want ErrReadOnly", err)
	}
}

func TestOpeningWithoutAServerFails(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres:///none?host="+filepath.Join(os.TempDir(), "no-such-folder"), nil)
	if err == nil {
		t.Error("opened")
	}
}

package faults

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"gridcommand/eventstore"
)

// pair is the append with this id: a fact in each of two streams of its own, so that
// what is half done can be told.
func pair(id string) eventstore.Append {
	at := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	data := fmt.Appendf(nil, `{"said":"花都 %s","more":"%s"}`, id, strings.Repeat("x", 200))
	return eventstore.Append{
		Key:  eventstore.Key{Scope: "faults", ID: id, Digest: sha256.Sum256([]byte(id))},
		Meta: eventstore.Meta{Actor: "faults"},
		Writes: []eventstore.Write{
			{Stream: eventstore.StreamOf("left", id), Expect: eventstore.NoStream, Drafts: []eventstore.Draft{{Type: "test.began", At: at, Data: data}}},
			{Stream: eventstore.StreamOf("right", id), Expect: eventstore.NoStream, Drafts: []eventstore.Draft{{Type: "test.ended", At: at, Data: data}}},
		},
	}
}

// impossible is an append that a ledger refuses.
func impossible(id string) eventstore.Append {
	a := pair(id)
	a.Key.ID = "refused." + id
	for i := range a.Writes {
		a.Writes[i].Stream = eventstore.StreamOf("refused", fmt.Sprintf("%s.%d", id, i))
		a.Writes[i].Expect = eventstore.At(7)
	}
	return a
}

// A tale is what writers were told, over all their lives.
type tale struct {
	mu           sync.Mutex
	acknowledged map[string]eventstore.Position // the append's first position
	refused      map[string]bool
	unknown      map[string]string // what the error said
	other        []string
}

func newTale() *tale {
	return &tale{acknowledged: map[string]eventstore.Position{}, refused: map[string]bool{}, unknown: map[string]string{}}
}

// clone is w, to be gone on with apart from it.
func (w *tale) clone() *tale {
	return &tale{acknowledged: maps.Clone(w.acknowledged), refused: maps.Clone(w.refused), unknown: maps.Clone(w.unknown)}
}

// hear takes one line of a writer and tells whether it was an acknowledgement.
func (w *tale) hear(line string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	var id string
	var first eventstore.Position
	if n, _ := fmt.Sscanf(line, "stored %s %d", &id, &first); n == 2 {
		w.acknowledged[id] = first
		delete(w.unknown, id)
		return true
	}
	if n, _ := fmt.Sscanf(line, "asking %s", &id); n == 1 {
		w.unknown[id] = "no answer came"
		return false
	}
	if n, _ := fmt.Sscanf(line, "refused %s", &id); n == 1 {
		w.refused[id] = true
		return false
	}
	if n, _ := fmt.Sscanf(line, "error %s", &id); n == 1 {
		w.unknown[id] = strings.TrimPrefix(line, "error "+id)
		return false
	}
	w.other = append(w.other, line)
	return false
}

// append asks s for the append with this id and remembers the answer.
func (w *tale) append(ctx context.Context, s eventstore.Store, id string) error {
	r, err := s.Append(ctx, pair(id))
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.unknown[id] = err.Error()
		return err
	}
	delete(w.unknown, id)
	w.acknowledged[id] = r.First
	return nil
}

// check asks a ledger for the promises, given what its writers were told. settle also
// asks again for what has no answer, which adds facts.
func check(t *testing.T, s eventstore.Store, w *tale, settle bool) {
	t.Helper()
	ctx := t.Context()
	seen, err := readAll(ctx, s)
	if err != nil {
		t.Errorf("I3: %v", err)
		return
	}
	head := eventstore.Position(2 * len(seen))
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, first := range w.acknowledged {
		if at := seen[id]; at != first {
			t.Errorf("I1: %s was acknowledged at position %d, the ledger has it at %d", id, first, at)
		}
	}
	for id := range w.refused {
		if seen["refused "+id] != 0 {
			t.Errorf("I2: %s was refused and is there", id)
		}
	}
	if t.Failed() {
		return
	}
	for id, first := range seen {
		r, known, err := s.Lookup(ctx, pair(id).Key)
		if err != nil || !known || r.First != first {
			t.Errorf("I1: the facts of %s are at %d, its key says %d, known %v, %v", id, first, r.First, known, err)
			return
		}
	}
	for id, why := range w.unknown {
		if strings.TrimSpace(why) == "" {
			t.Errorf("I11: the failure of %s says nothing", id)
		}
		if !settle {
			continue
		}
		r, err := s.Append(ctx, pair(id))
		// A PostgreSQL may still have been at the commit of a dead writer.
		late := r.Replayed && seen[id] == 0 && r.First > head
		if err != nil || !late && ((seen[id] != 0) != r.Replayed || r.Replayed && r.First != seen[id]) {
			t.Errorf("I12: %s, asked again: %+v, %v; its facts were at %d", id, r, err, seen[id])
			continue
		}
		w.acknowledged[id] = r.First
		delete(w.unknown, id)
	}
}

// readAll walks the ledger and returns the first position of each append. It is an
// error if anything is not dense, not whole or not as it was given.
func readAll(ctx context.Context, s eventstore.Store) (map[string]eventstore.Position, error) {
	report, err := eventstore.Verify(ctx, s)
	if err != nil {
		return nil, err
	}
	if !report.Sound() {
		return nil, fmt.Errorf("verify: %v", report.Faults[0])
	}
	seen := map[string]eventstore.Position{}
	halves := map[string]eventstore.Position{}
	for after := eventstore.Position(0); ; {
		page, err := s.Page(ctx, after, 1000)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			id := r.Stream.ID()
			a := pair(id)
			side := 0
			switch r.Stream.Category() {
			case "left":
				halves[id] = r.Position
			case "right":
				side = 1
				if halves[id] != r.Position-1 {
					return nil, fmt.Errorf("position %d: the other half of %s is at %d", r.Position, id, halves[id])
				}
				delete(halves, id)
				seen[id] = r.Position - 1
			default:
				seen["refused "+id] = r.Position
			}
			want := a.Writes[side].Drafts[0]
			if string(r.Data) != string(want.Data) || r.Type != want.Type || !r.At.Equal(want.At) || r.Version != 1 || r.Meta != a.Meta {
				return nil, fmt.Errorf("position %d is not as it was given: %s %s %s %s", r.Position, r.Stream, r.Type, r.At, r.Data)
			}
		}
		after = page[len(page)-1].Position
	}
	for id, at := range halves {
		return nil, fmt.Errorf("position %d: %s is half done", at, id)
	}
	return seen, nil
}

// reopen opens a ledger, checks it and closes it. It returns how long opening took.
func reopen(t *testing.T, where string, w *tale, settle bool) time.Duration {
	t.Helper()
	files := openFiles(t)
	begun := time.Now()
	s, err := openAt(t.Context(), where)
	if err != nil {
		t.Errorf("the ledger does not open: %v", err)
		return 0
	}
	took := time.Since(begun)
	check(t, s, w, settle)
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	// A connection that is hung up may take a moment to be gone.
	for end := time.Now().Add(5 * time.Second); openFiles(t) > files && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if now := openFiles(t); now > files {
		t.Errorf("I9: %d files were open before, %d after", files, now)
	}
	return took
}

func openFiles(t *testing.T) int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, os.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	return len(files)
}

package workflow

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

func key(id string) eventstore.Key {
	return eventstore.Key{Scope: "account", ID: id, Digest: [32]byte{1}}
}

func TestAnOutcomeHoldsTheWholeStreamAsStored(t *testing.T) {
	w := founded(t, inMemory())
	id := uuid.Must(uuid.NewV7()).String()
	opened := w.does(id, w.report(nil), inspector)
	out := w.does(id, w.filing(), street)
	stored, err := w.read(t.Context(), id)
	must(t, err)
	if diff := cmp.Diff(stored, out.Records); diff != "" {
		t.Errorf("records differ from the ledger's (-stored +answered):\n%s", diff)
	}
	if opened.Position != 2 || opened.Version != 2 || out.Position != 3 || out.Version != 3 || out.ID != id {
		t.Errorf("positions %d and %d, versions %d and %d, id %s", opened.Position, out.Position, opened.Version, out.Version, out.ID)
	}
}

func TestAKnownKeyIsAnsweredBeforeDeciding(t *testing.T) {
	w := founded(t, inMemory())
	report := w.report(nil)
	first, err := w.Do(t.Context(), uuid.NewString(), report, inspector, Options{Key: key("a")})
	must(t, err)
	w.does(first.ID, w.filing(), street)

	// The phone retries: the server has given the report another id meanwhile.
	again, err := w.Do(t.Context(), uuid.NewString(), report, inspector, Options{Key: key("a")})
	must(t, err)
	if !again.Replayed || again.ID != first.ID || again.Position != first.Position || again.Version != 3 || len(again.Records) != 3 {
		t.Errorf("replayed as %+v, want the first id and position, and the incident as it is now", again)
	}
	// Filing again would be refused if it were decided.
	file := Options{Key: key("b")}
	other := w.reports(inspector, nil)
	_, err = w.Do(t.Context(), other, w.filing(), street, file)
	must(t, err)
	w.does(other, incident.Escalate{Reason: "需要区里协调"}, street)
	if out, err := w.Do(t.Context(), other, w.filing(), street, file); err != nil || !out.Replayed {
		t.Errorf("got %+v, %v; want the first answer", out, err)
	}
	reused := key("b")
	reused.Digest[0]++
	if _, err := w.Do(t.Context(), other, w.filing(), street, Options{Key: reused}); !errors.Is(err, eventstore.ErrKeyReused) {
		t.Errorf("got %v, want ErrKeyReused", err)
	}
}

func TestARepeatIsNothing(t *testing.T) {
	w := founded(t, inMemory())
	id := w.reports(inspector, nil)
	first := w.does(id, w.filing(), street)
	again := w.does(id, w.filing(), street)
	if !again.Nothing || again.Position != first.Position || again.Version != first.Version {
		t.Errorf("got %+v, want nothing new", again)
	}
}

func TestAnotherVersionIsRefused(t *testing.T) {
	w := founded(t, inMemory())
	id := w.reports(inspector, nil)
	_, err := w.Do(t.Context(), id, w.filing(), street, Options{ExpectVersion: 1})
	if v, ok := errors.AsType[*VersionError](err); !ok || v.Have != 2 {
		t.Errorf("got %v, want a VersionError at 2", err)
	}
	if _, err := w.Do(t.Context(), id, w.filing(), street, Options{ExpectVersion: 2}); err != nil {
		t.Error(err)
	}
}

func TestARefusalComesBackAsItIsAndLeavesNothing(t *testing.T) {
	w := founded(t, inMemory())
	id := w.reports(inspector, nil)
	_, err := w.Do(t.Context(), id, incident.Pass{}, other, Options{Key: key("a")})
	if refusal, ok := domain.AsRefusal(err); !ok || refusal.Error() != err.Error() {
		t.Errorf("got %v, want a refusal and nothing around it", err)
	}
	w.wants(id, "reported routed")
}

// racing puts a comment of somebody else into every gap between reading an incident
// and appending to it, as long as any are left.
type racing struct {
	eventstore.Store
	mu    sync.Mutex
	write func()
	left  int
}

func (r *racing) Read(ctx context.Context, s eventstore.Stream, after eventstore.Version) iter.Seq2[eventstore.Record, error] {
	r.mu.Lock()
	write := r.left > 0
	if write {
		r.left--
	}
	r.mu.Unlock()
	return func(yield func(eventstore.Record, error) bool) {
		for record, err := range r.Store.Read(ctx, s, after) {
			if !yield(record, err) {
				return
			}
		}
		if write {
			r.write()
		}
	}
}

func TestAConflictIsReadAndDecidedAgain(t *testing.T) {
	ledger := &racing{Store: inMemory()}
	w := founded(t, ledger)
	id := w.reports(inspector, nil)
	remark := func() {
		drafts, err := Drafts([]incident.Event{incident.Commented{Fact: incident.Fact{At: monday, By: street}, Text: "请尽快"}})
		must(t, err)
		_, err = ledger.Append(context.Background(), eventstore.Append{
			Writes: []eventstore.Write{{Stream: eventstore.StreamOf(Category, id), Drafts: drafts}},
		})
		must(t, err)
	}
	ledger.write, ledger.left = remark, attempts-1
	w.does(id, w.filing(), street)

	ledger.left = attempts
	_, err := w.Do(t.Context(), id, incident.Escalate{Reason: "需要区里协调"}, street, Options{})
	if _, ok := errors.AsType[*eventstore.ConflictError](err); !ok {
		t.Errorf("got %v, want the conflict after %d attempts", err, attempts)
	}
}

func TestACommandIsNotBeforeTheLastFact(t *testing.T) {
	w := founded(t, inMemory())
	id := w.reports(inspector, nil)
	w.clock.set(monday.Add(-time.Second))
	out := w.does(id, w.filing(), street)
	if at := out.Records[2].At; !at.Equal(monday) {
		t.Errorf("filed at %s, before it was reported at %s", at, monday)
	}
}

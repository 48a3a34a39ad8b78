package workflow

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// along returns the moves of a script, an hour apart, however far it has come.
func along(commands ...incident.Command) func(incident.State) (Move, bool) {
	i := 0
	return func(s incident.State) (Move, bool) {
		if s.Status == "" {
			i = 0 // decided anew
		}
		if i == len(commands) {
			return Move{}, false
		}
		i++
		at := monday.Add(time.Duration(i) * time.Hour)
		switch commands[i-1].(type) {
		case incident.Handle:
			return Move{commands[i-1], handlerOf(s.Holder), at}, true
		case incident.Pass:
			return Move{commands[i-1], other, at}, true
		case incident.Report:
			return Move{commands[i-1], incident.Workflow, at}, true
		default:
			return Move{commands[i-1], street, at}, true
		}
	}
}

func TestACarryIsOneAppendAndHappensOnce(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	appends := 0
	ledger.set(func(eventstore.Append) error { appends++; return nil })
	w := founded(t, ledger)
	script := []incident.Command{
		w.report(func(r *incident.Report) { r.Flags = []incident.Flag{incident.Imported} }), w.filing(),
		incident.Dispatch{Unit: w.unitOf()},
		incident.Handle{Result: "已修复"},
		incident.Pass{},
		incident.Close{ClosingConditionMet: true},
	}
	first, err := w.Carry(t.Context(), uuid.NewString(), along(script...), Options{Key: key("row")})
	must(t, err)
	w.wants(first.ID, "reported routed filed dispatched handled passed closed")
	if appends != 1 || first.Version != 7 || !first.Records[6].At.Equal(monday.Add(6*time.Hour)) {
		t.Errorf("%d appends, outcome %+v", appends, first)
	}
	again, err := w.Carry(t.Context(), uuid.NewString(), along(script...), Options{Key: key("row")})
	if err != nil || !again.Replayed || again.ID != first.ID {
		t.Errorf("carried again: %+v, %v", again, err)
	}
}

func TestARefusalRefusesTheWholeCarry(t *testing.T) {
	w := founded(t, inMemory())
	id := uuid.NewString()
	_, err := w.Carry(t.Context(), id, along(w.report(nil), incident.Pass{}), Options{})
	if _, ok := errors.AsType[*domain.Refusal](err); !ok {
		t.Errorf("got %v, want a refusal", err)
	}
	w.wants(id, "")
}

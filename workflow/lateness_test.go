package workflow

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// A step is one command of a script: what is tried on which incident, and how long after the last.
type step struct {
	After    time.Duration
	Incident int
	Command  string
}

// play gives the commands of a script in a town where timers fire in time, or not
// before the end, and returns each incident's facts as text, warnings left out: a warning
// that is overtaken is never said.
func play(t *rapid.T, w *town, ledger *troubled, late bool, script []step) []string {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	if late {
		ledger.set(func(a eventstore.Append) error {
			if a.Key.Scope == "workflow:"+Timers {
				return eventstore.ErrOverloaded
			}
			return nil
		})
	}
	rest := func() {
		if late {
			w.followed(ctx)
		} else {
			w.idle()
		}
	}
	w.clock.set(monday)
	ids := make([]string, 3)
	for i := range ids {
		ids[i] = uuid.Must(uuid.NewV7()).String()
		report := w.report(func(r *incident.Report) {
			if i > 0 {
				r.Source = incident.FromHotline
			}
		})
		report.Number = fmt.Sprintf("440114-20260907-%05d", 90000+i)
		w.does(ids[i], report, map[bool]incident.Actor{true: hotline, false: inspector}[i > 0])
		rest()
	}
	for i, s := range script {
		// No two sums of these add to a whole second: no command falls on the very
		// moment of a deadline, where being first decides.
		until := w.clock.now().Add(s.After + time.Microsecond<<i)
		if !late {
			for at, ok, _ := w.NextTimer(ctx); ok && at.Before(until); at, ok, _ = w.NextTimer(ctx) {
				w.moves(at)
			}
		}
		w.clock.set(until)
		w.ClockMoved()
		command, by := w.chosen(s, incident.Extra{Note: fmt.Sprint("步骤 ", i)})
		_, err := w.Do(ctx, ids[s.Incident], command, by, Options{})
		_ = err // refused commands are part of the game
		rest()
	}
	ledger.set(nil)
	w.clock.set(w.clock.now().AddDate(0, 2, 0))
	w.ClockMoved()
	w.idle()

	all := make([]string, len(ids))
	for i, id := range ids {
		_, records, err := w.Load(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, r := range records {
			if r.Type != "incident.warned" {
				lines = append(lines, fmt.Sprintf("%s %s %s", r.Type, r.At.Format(time.RFC3339), r.Data))
			}
		}
		all[i] = strings.Join(lines, "\n")
	}
	return all
}

// followed waits until the handlers that follow facts have nothing left to do.
func (w *town) followed(ctx context.Context) {
	defer w.board.wakeOn(ctx)()
	for {
		head, err := w.ledger.Head(ctx)
		must(w.t, err)
		w.board.Lock()
		for w.followers[0].low() < head || w.followers[1].low() < head {
			w.board.await(ctx, w.board.changes)
		}
		w.board.Unlock()
		if again, err := w.ledger.Head(ctx); err != nil || again == head {
			return
		}
	}
}

// chosen returns the command of a step and who gives it.
func (w *town) chosen(s step, x incident.Extra) (incident.Command, incident.Actor) {
	switch s.Command {
	case "confirm":
		return incident.Confirm{Extra: x}, inspector
	case "file":
		c := w.filing()
		c.Extra = x
		return c, street
	case "dispatch":
		return incident.Dispatch{Extra: x, Unit: w.unitOf()}, street
	case "return":
		return incident.Return{Extra: x, Reason: "不属于本办职责"}, handlerOf(w.unitOf())
	case "handle":
		return incident.Handle{Extra: x, Result: "已修复"}, handlerOf(w.unitOf())
	case "pass":
		return incident.Pass{Extra: x}, other
	case "fail":
		return incident.Fail{Extra: x, Reason: "仍不亮"}, other
	case "close":
		return incident.Close{Extra: x, ClosingConditionMet: true}, street
	case "request-suspension":
		return incident.RequestSuspension{Extra: x, Reason: "诉讼未决", Until: w.clock.now().Add(50 * time.Hour)}, handlerOf(w.unitOf())
	case "grant-suspension":
		return incident.GrantSuspension{Extra: x}, street
	case "resume":
		return incident.Resume{Extra: x}, street
	case "request-extension":
		return incident.RequestExtension{Extra: x, Reason: "需协调吊车"}, handlerOf(w.unitOf())
	case "grant-extension":
		return incident.GrantExtension{Extra: x}, street
	case "supervise":
		return incident.Supervise{Extra: x, Question: "何时解决", ReplyBy: w.clock.now().Add(7 * time.Hour)}, supervisor
	case "reply":
		return incident.Reply{Extra: x, Answer: "明日解决"}, handlerOf(w.unitOf())
	default:
		return incident.Comment{Extra: x, Text: "请尽快"}, street
	}
}

func TestASlowTimerChangesNothing(t *testing.T) {
	// One state database serves all runs: each ledger has an epoch of its own.
	eager, lazy := founded(t, inMemory()), founded(t, inMemory())
	rapid.Check(t, func(t *rapid.T) {
		script := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{
				After: rapid.SampledFrom([]time.Duration{
					time.Minute, 20 * time.Minute, time.Hour, 5 * time.Hour, 26 * time.Hour, 9 * 24 * time.Hour,
				}).Draw(t, "after"),
				Incident: rapid.IntRange(0, 2).Draw(t, "incident"),
				Command: rapid.SampledFrom([]string{
					"confirm", "file", "dispatch", "return", "handle", "handle", "pass", "fail", "close", "comment",
					"request-suspension", "grant-suspension", "grant-suspension", "resume", "request-extension", "grant-extension",
					"supervise", "reply",
				}).Draw(t, "command"),
			}
		}), 0, 20).Draw(t, "script")
		var got [2][]string
		for i, w := range []*town{eager, lazy} {
			ledger := &troubled{Store: inMemory()}
			got[i] = play(t, over(w.t, ledger, w.state, w.dir, w.clock), ledger, i == 1, script)
		}
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Fatalf("late timers changed something (-in time +late):\n%s", diff)
		}
	})
}

package whatif

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/projections/historytest"
)

// shelf is a library of what is built in, for ever.
type shelf struct{ base *reference.Base }

func (s shelf) Reach(context.Context, eventstore.Position) error       { return nil }
func (s shelf) Of(eventstore.Position, time.Time) *reference.Reference { return s.base.Reference }
func (s shelf) Now() *reference.Reference                              { return s.base.Reference }
func (s shelf) Origin() string                                         { return "built in" }
func (s shelf) Base() *reference.Base                                  { return s.base }
func (s shelf) History() reference.History                             { return reference.History{} }

func half() reference.Tables {
	return reference.Tables{reference.PolicyTable: {{Line: 2, Fields: []string{"warn_percent", "50", ""}}}}
}

// running is a desk at work.
func running(t *testing.T, h *historytest.History, o DeskOptions) *Desk {
	t.Helper()
	o.Now = func() time.Time { return h.Now }
	d := NewDesk(h.Ledger, shelf{base(t)}, o)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := d.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); wait.Wait() })
	return d
}

func answered(t *testing.T, d *Desk, q Question) Job {
	t.Helper()
	j, err := d.Ask(q)
	if err == nil {
		err = d.Settle(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	j, _ = d.Job(j.ID, q.By)
	return j
}

// What is read on, from where the last question was, answers as what is read anew; facts
// of the incidents that were there already and of new ones.
func TestWhatIsReadOnAnswersAsWhatIsReadAnew(t *testing.T) {
	h := historytest.New(t, 13)
	d := running(t, h, DeskOptions{})
	q := Question{By: "a", To: always, Tables: half()}
	facts := 0
	for turn := range 4 {
		h.Live(250)
		on := answered(t, d, q)
		anew := answered(t, running(t, h, DeskOptions{}), q)
		if on.State != Done || on.Cached != (turn > 0) || anew.Cached {
			t.Fatalf("turn %d: %s, cached %v", turn, on.State, on.Cached)
		}
		if diff := cmp.Diff(anew.Report, on.Report, cmpopts.IgnoreFields(Report{}, "Elapsed", "FactsPerSecond")); diff != "" {
			t.Fatalf("turn %d (-anew +read on):\n%s", turn, diff)
		}
		if on.Report.Facts <= facts || on.Report.Differ == 0 {
			t.Errorf("turn %d: %d facts, %d differ", turn, on.Report.Facts, on.Report.Differ)
		}
		facts = on.Report.Facts
	}
	if other := answered(t, d, Question{By: "a", To: h.Now, Tables: half()}); other.Cached {
		t.Error("another period is answered from memory")
	}
}

// A period that does not fit into memory is refused when it is found to be; few items are
// listed and all are counted; what ends first is dropped first; and an end of the program
// cancels what runs.
func TestADeskHasBounds(t *testing.T) {
	h := historytest.New(t, 13)
	h.Live(300)
	long := answered(t, running(t, h, DeskOptions{MaxFacts: 100}), Question{By: "a", To: always})
	if _, is := errors.AsType[*TooLongError](long.Err); long.State != Failed || !is {
		t.Errorf("a long period is %s: %v", long.State, long.Err)
	}
	d := running(t, h, DeskOptions{Keep: 2, Items: 3})
	first := answered(t, d, Question{By: "a", To: always, Tables: half()})
	if len(first.Report.Items) != 3 || first.Report.Differ <= 3 {
		t.Errorf("%d of %d that differ are listed", len(first.Report.Items), first.Report.Differ)
	}
	for range 2 {
		answered(t, d, Question{By: "a", To: always})
	}
	if _, there := d.Job(first.ID, "a"); there || len(d.Jobs("a")) != 2 || len(d.Jobs("b")) != 0 {
		t.Errorf("%d questions are kept", len(d.Jobs("a")))
	}
	still := NewDesk(h.Ledger, shelf{base(t)}, DeskOptions{})
	j, err := still.Ask(Question{By: "a", To: always})
	if err != nil {
		t.Fatal(err)
	}
	ended, stop := context.WithCancel(t.Context())
	stop()
	if err := still.Run(ended); err != nil {
		t.Fatal(err)
	}
	if j, _ = still.Job(j.ID, "a"); j.State != Cancelled {
		t.Errorf("at the program's end it is %s", j.State)
	}
}

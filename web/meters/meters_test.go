package meters

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"gridcommand/eventstore"
	"gridcommand/eventstore/memory"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// figures are what a registry says, one line each.
func figures(t *testing.T, r *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			name := f.GetName()
			if len(labels) > 0 {
				name += "{" + strings.Join(labels, ",") + "}"
			}
			switch {
			case m.Gauge != nil:
				all[name] = m.Gauge.GetValue()
			case m.Counter != nil:
				all[name] = m.Counter.GetValue()
			case m.Histogram != nil:
				all[name+"_count"] = float64(m.Histogram.GetSampleCount())
				all[name+"_sum"] = m.Histogram.GetSampleSum()
			}
		}
	}
	return all
}

func wantFigures(t *testing.T, r *prometheus.Registry, want map[string]float64) {
	t.Helper()
	have := figures(t, r)
	for name, v := range want {
		if got, ok := have[name]; !ok || got != v {
			t.Errorf("%s is %v (there: %t), want %v", name, got, ok, v)
		}
	}
}

func draft(stream string) eventstore.Append {
	return eventstore.Append{Writes: []eventstore.Write{{
		Stream: eventstore.Stream(stream), Expect: eventstore.NoStream, Drafts: []eventstore.Draft{{Type: "x", At: nine, Data: []byte("{}")}},
	}}}
}

func TestEveryAppendIsCountedByWhatBecameOfIt(t *testing.T) {
	l := NewLedger()
	store := l.Over(memory.New(&memory.Options{}))
	t.Cleanup(func() { _ = store.Close() })
	if _, ok := store.(eventstore.Archive); !ok {
		t.Error("an archive that is counted is no archive any more")
	}
	ctx := t.Context()
	keyed := draft("a-1")
	keyed.Key = eventstore.Key{Scope: "s", ID: "k"}
	for _, a := range []eventstore.Append{keyed, keyed, draft("a-1"), draft("a-2"), {}} {
		_, _ = store.Append(ctx, a)
	}
	other := keyed
	other.Key.Digest[0] = 1
	_, _ = store.Append(ctx, other)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, _ = store.Append(ended, draft("a-3"))

	r := prometheus.NewRegistry()
	r.MustRegister(l)
	wantFigures(t, r, map[string]float64{
		"gridcommand_appends_total{outcome=stored}":     2,
		"gridcommand_appends_total{outcome=replayed}":   1,
		"gridcommand_appends_total{outcome=conflict}":   1,
		"gridcommand_appends_total{outcome=key_reused}": 1,
		"gridcommand_appends_total{outcome=invalid}":    1,
		"gridcommand_appends_total{outcome=given_up}":   1,
		"gridcommand_appends_total{outcome=overloaded}": 0,
		"gridcommand_append_waiting":                    0,
		"gridcommand_append_seconds_count":              2,
		"gridcommand_append_waiting_limit":              4096,
		"gridcommand_commits_total{result=failed}":      0,
		"gridcommand_appends_total{outcome=failed}":     0,
	})
	if got := outcomeOf(eventstore.Result{}, eventstore.ErrOverloaded); got != overloaded {
		t.Errorf("overload counts as %s", got)
	}
	if got := outcomeOf(eventstore.Result{}, eventstore.ErrFailed); got != failed {
		t.Errorf("a failed ledger counts as %s", got)
	}
}

func TestACommitIsCountedWithItsBatch(t *testing.T) {
	l := NewLedger()
	l.Committed(eventstore.Commit{Appends: 7, Facts: 5, Refused: 1, Replayed: 2, Took: 3 * time.Millisecond})
	l.Committed(eventstore.Commit{Appends: 2, Took: time.Second, Err: errors.New("disk")})
	r := prometheus.NewRegistry()
	r.MustRegister(l)
	wantFigures(t, r, map[string]float64{
		"gridcommand_commits_total{result=done}":   1,
		"gridcommand_commits_total{result=failed}": 1,
		"gridcommand_commit_seconds_sum":           1.003,
		"gridcommand_commit_appends_sum":           9,
		"gridcommand_commit_facts_count":           1,
		"gridcommand_facts_total":                  5,
		"gridcommand_commit_refused_total":         1,
		"gridcommand_commit_replayed_total":        2,
	})
}

// A follower's lag in seconds is the age of the oldest fact it has not taken in.
func TestLagIsTheAgeOfTheOldestFactNotTakenIn(t *testing.T) {
	now, head := nine, eventstore.Position(10)
	view := Follower{Kind: "view", Name: "casebook", Position: 10}
	var down error
	r := prometheus.NewRegistry()
	Register(r, NewLedger(), Source{
		Head: func(context.Context) (eventstore.Position, error) { return head, down },
		Followers: func() []Follower {
			return []Follower{view, {Kind: "handler", Name: "filing", Position: 4, Stopped: true, Parked: 3}}
		},
		Sockets:   func() Sockets { return Sockets{Open: 2, Frames: 30, Slow: 1} },
		Seal:      func() Seal { return Seal{Position: 8, Stopped: true} },
		Listening: func() bool { return true },
		Tail:      func() Tail { return Tail{Readers: 9, Facts: 100, Bytes: 4000} },
		Folder:    t.TempDir(),
		Now:       func() time.Time { return now },
	})
	const lag = "gridcommand_follower_lag_seconds{follower=casebook,kind=view}"
	wantFigures(t, r, map[string]float64{
		lag: 0, "gridcommand_ledger_head": 10, "gridcommand_ledger_up": 1,
		"gridcommand_follower_lag_facts{follower=filing,kind=handler}": 6,
		"gridcommand_follower_stopped{follower=filing,kind=handler}":   1,
		"gridcommand_handler_parked_facts{follower=filing}":            3,
		"gridcommand_seal_lag_facts":                                   2,
		"gridcommand_seal_stopped":                                     1,
		"gridcommand_seal_position":                                    8,
		"gridcommand_tail_readers":                                     9,
		"gridcommand_tail_buffer_facts":                                100,
		"gridcommand_tail_buffer_bytes":                                4000,
		"gridcommand_listen_connected":                                 1,
		"gridcommand_live_sockets":                                     2,
		"gridcommand_live_frames_total":                                30,
		"gridcommand_live_slow_total":                                  1,
	})
	now, head = nine.Add(10*time.Second), 12
	wantFigures(t, r, map[string]float64{lag: 0}) // seen this moment
	now, head = nine.Add(25*time.Second), 15
	wantFigures(t, r, map[string]float64{lag: 15, "gridcommand_seal_lag_seconds": 25})
	view.Position = 12
	wantFigures(t, r, map[string]float64{lag: 0})
	now = nine.Add(30 * time.Second)
	wantFigures(t, r, map[string]float64{lag: 5})
	down = errors.New("no answer")
	wantFigures(t, r, map[string]float64{lag: 5, "gridcommand_ledger_up": 0})
	if _, there := figures(t, r)["gridcommand_ledger_head"]; there {
		t.Error("a ledger that does not answer has a head")
	}
	if free := figures(t, r)["gridcommand_data_free_bytes"]; free <= 0 {
		t.Errorf("%v bytes are free", free)
	}
}

// What is remembered of the ledger's growth is bounded; how long something has been
// behind stays true for the oldest, and never grows younger.
func TestGrowthIsRememberedInBounds(t *testing.T) {
	var h heads
	for i := range 100_000 {
		h.see(eventstore.Position(i+1), nine.Add(time.Duration(i)*time.Second))
	}
	now := nine.Add(100_000 * time.Second)
	if len(h.seen) > mostHeads {
		t.Errorf("%d heads are remembered", len(h.seen))
	}
	if got := h.behind(0, now); got != 100_000*time.Second {
		t.Errorf("who never came anywhere is %s behind", got)
	}
	if got := h.behind(99_990, now); got != 10*time.Second {
		t.Errorf("who lacks ten facts is %s behind", got)
	}
	if got := h.behind(100_000, now); got != 0 {
		t.Errorf("who has everything is %s behind", got)
	}
	h.see(3, now) // another ledger
	if got := h.behind(2, now.Add(time.Second)); got != time.Second {
		t.Errorf("in another ledger, %s", got)
	}
}

// Names are as Prometheus wants them, and every figure says what it is.
func TestNamesFollowTheConventions(t *testing.T) {
	r := prometheus.NewRegistry()
	Register(r, NewLedger(), Source{
		Head:      func(context.Context) (eventstore.Position, error) { return 1, nil },
		Followers: func() []Follower { return []Follower{{Kind: "handler", Name: "x"}} },
		Sockets:   func() Sockets { return Sockets{} },
		Seal:      func() Seal { return Seal{} },
		Listening: func() bool { return false },
		Tail:      func() Tail { return Tail{} },
		Folder:    t.TempDir(),
	})
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

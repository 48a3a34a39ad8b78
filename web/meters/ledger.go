package meters

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"gridcommand/eventstore"
	"gridcommand/eventstore/groupcommit"
)

// A Ledger counts what is appended to one: it hears of each commit as the
// [eventstore.Observer] of a store, and of each append through [Ledger.Over].
type Ledger struct {
	waiting  prometheus.Gauge
	room     prometheus.Gauge
	appends  *prometheus.CounterVec
	took     prometheus.Histogram
	commits  *prometheus.CounterVec
	commit   prometheus.Histogram
	batch    prometheus.Histogram
	size     prometheus.Histogram
	facts    prometheus.Counter
	refused  prometheus.Counter
	replayed prometheus.Counter
}

var _ eventstore.Observer = (*Ledger)(nil)

// short are the limits of the buckets for what ought to take milliseconds.
var short = []float64{.0005, .001, .002, .005, .01, .02, .04, .08, .16, .32, .64, 1.28, 2.56, 5, 10, 30}

// What becomes of an append, as the label outcome has it.
const (
	stored     = "stored"
	replayed   = "replayed"
	conflict   = "conflict"
	reused     = "key_reused"
	overloaded = "overloaded"
	invalid    = "invalid"
	givenUp    = "given_up"
	failed     = "failed"
)

// NewLedger returns figures that stand at zero.
func NewLedger() *Ledger {
	l := &Ledger{
		waiting: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gridcommand_append_waiting", Help: "Appends that wait for their answer: queued, or in the commit under way.",
		}),
		room: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gridcommand_append_waiting_limit", Help: "Appends that may queue; one more is refused as overload.",
		}),
		appends: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gridcommand_appends_total", Help: "Appends answered by this process, by what became of them.",
		}, []string{"outcome"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gridcommand_append_seconds", Help: "From an append's call to its answer, queue included; only of those that were stored.", Buckets: short,
		}),
		commits: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gridcommand_commits_total", Help: "Group commits, by whether they went through.",
		}, []string{"result"}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gridcommand_commit_seconds", Help: "How long a group commit took, until it would survive a power cut.", Buckets: short,
		}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gridcommand_commit_appends", Help: "Appends in one group commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 10),
		}),
		size: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gridcommand_commit_facts", Help: "Facts that one group commit stored.", Buckets: prometheus.ExponentialBuckets(1, 2, 13),
		}),
		facts: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gridcommand_facts_total", Help: "Facts stored by this process.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gridcommand_commit_refused_total", Help: "Appends that a commit refused: version conflicts and keys used for something else.",
		}),
		replayed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "gridcommand_commit_replayed_total", Help: "Appends that a commit answered from their key, storing nothing.",
		}),
	}
	l.room.Set(groupcommit.DefaultQueue)
	for _, outcome := range []string{stored, replayed, conflict, reused, overloaded, invalid, givenUp, failed} {
		l.appends.WithLabelValues(outcome)
	}
	l.commits.WithLabelValues("done")
	l.commits.WithLabelValues("failed")
	return l
}

func (l *Ledger) parts() []prometheus.Collector {
	return []prometheus.Collector{l.waiting, l.room, l.appends, l.took, l.commits, l.commit, l.batch, l.size, l.facts, l.refused, l.replayed}
}

// Describe and Collect make a Ledger a [prometheus.Collector].
func (l *Ledger) Describe(ch chan<- *prometheus.Desc) {
	for _, p := range l.parts() {
		p.Describe(ch)
	}
}

// Collect hands over the figures.
func (l *Ledger) Collect(ch chan<- prometheus.Metric) {
	for _, p := range l.parts() {
		p.Collect(ch)
	}
}

// Committed counts a group commit.
func (l *Ledger) Committed(c eventstore.Commit) {
	result := "done"
	if c.Err != nil {
		result = "failed"
	}
	l.commits.WithLabelValues(result).Inc()
	l.commit.Observe(c.Took.Seconds())
	l.batch.Observe(float64(c.Appends))
	if c.Facts > 0 {
		l.size.Observe(float64(c.Facts))
	}
	l.facts.Add(float64(c.Facts))
	l.refused.Add(float64(c.Refused))
	l.replayed.Add(float64(c.Replayed))
}

// Over returns store with its appends counted. An append is counted from the call to its
// answer, so what hangs in a commit that does not come back is seen waiting.
func (l *Ledger) Over(store eventstore.Store) eventstore.Store {
	if archive, ok := store.(eventstore.Archive); ok {
		return countedArchive{archive, l}
	}
	return counted{store, l}
}

type counted struct {
	eventstore.Store
	l *Ledger
}

// Append counts what becomes of an append.
func (c counted) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	return c.l.append(ctx, c.Store, a)
}

// A countedArchive is a ledger that can be copied whole, and stays one.
type countedArchive struct {
	eventstore.Archive
	l *Ledger
}

// Append counts what becomes of an append.
func (c countedArchive) Append(ctx context.Context, a eventstore.Append) (eventstore.Result, error) {
	return c.l.append(ctx, c.Archive, a)
}

// Unwrap returns the ledger itself.
func (c counted) Unwrap() eventstore.Store { return c.Store }

// Unwrap returns the ledger itself.
func (c countedArchive) Unwrap() eventstore.Store { return c.Archive }

func (l *Ledger) append(ctx context.Context, store eventstore.Store, a eventstore.Append) (eventstore.Result, error) {
	begun := time.Now()
	l.waiting.Inc()
	defer l.waiting.Dec()
	result, err := store.Append(ctx, a)
	outcome := outcomeOf(result, err)
	l.appends.WithLabelValues(outcome).Inc()
	if outcome == stored {
		l.took.Observe(time.Since(begun).Seconds())
	}
	return result, err
}

func outcomeOf(r eventstore.Result, err error) string {
	switch {
	case err == nil && r.Replayed:
		return replayed
	case err == nil:
		return stored
	case errors.Is(err, eventstore.ErrConflict):
		return conflict
	case errors.Is(err, eventstore.ErrKeyReused):
		return reused
	case errors.Is(err, eventstore.ErrOverloaded):
		return overloaded
	case errors.Is(err, eventstore.ErrInvalid):
		return invalid
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return givenUp
	}
	return failed
}

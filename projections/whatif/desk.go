package whatif

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
)

// Library is the reference data of every moment, as the ledger tells it.
type Library interface {
	casefile.Library
	Base() *reference.Base
	History() reference.History
}

// A State says how far a question is.
type State string

// The states of a question.
const (
	Reading   State = "reading" // waiting for its turn, reading history, or replaying it by the rules of then
	Asking    State = "asking"  // replaying by the other rules
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// States holds every state.
var States = []State{Reading, Asking, Done, Failed, Cancelled}

// ErrBusy says that too many questions wait already.
var ErrBusy = errors.New("whatif: too many questions are waiting")

// A Question is what would have been of the incidents of a period, with tables laid over
// those of each moment.
type Question struct {
	By       string // account
	From, To time.Time
	Tables   reference.Tables
}

// A Job is a question and how far it is.
type Job struct {
	ID       string
	Question Question
	State    State
	AskedAt  time.Time // by the wall
	Ahead    int       // questions that come first
	Facts    int64     // to be read, or replayed, in this state
	Done     int64     // of these
	Rate     float64   // facts a second of the present state, or of the answer
	Cached   bool      // history was in memory, decoded, from the question before
	Err      error     // why it failed
	Report   *Report   // of one that is done; not to be changed
}

// DeskOptions are the bounds of a desk.
type DeskOptions struct {
	MaxFacts int           // of one period, in memory at about 1 kB each; 0: 1,000,000
	Keep     int           // questions that are kept, the oldest dropped first; 0: 12
	Waiting  int           // that may wait; 0: 4
	Items    int           // incidents listed in one report; 0: 5,000
	Idle     time.Duration // after which history leaves memory; 0: ten minutes
	Now      func() time.Time
	Wall     func() time.Time
}

// A Desk answers questions one after another, each over the ledger as it is when its turn
// comes. It writes nothing; questions and answers are in memory and end with the program.
// The decoded history of the last question stays for the next one of the same period,
// which reads only what was added since.
type Desk struct {
	ledger  eventstore.Store
	library Library
	o       DeskOptions

	mu   sync.Mutex
	jobs []*job // the oldest first
	came chan struct{}
	over chan struct{} // closed when the next question ends

	past *History // of the last question; only the running one touches it
}

type job struct {
	Job
	ctx     context.Context
	stop    context.CancelFunc
	done    atomic.Int64
	started time.Time // of the present state
}

// NewDesk returns a desk over a ledger. [Desk.Run] does its work.
func NewDesk(ledger eventstore.Store, library Library, o DeskOptions) *Desk {
	o.MaxFacts, o.Keep, o.Waiting = cmp.Or(o.MaxFacts, 1_000_000), cmp.Or(o.Keep, 12), cmp.Or(o.Waiting, 4)
	o.Items, o.Idle = cmp.Or(o.Items, 5000), cmp.Or(o.Idle, 10*time.Minute)
	if o.Wall == nil {
		o.Wall = time.Now
	}
	if o.Now == nil {
		o.Now = o.Wall
	}
	return &Desk{ledger: ledger, library: library, o: o, came: make(chan struct{}, 1), over: make(chan struct{})}
}

// Ask takes a question on, if its tables have no fault: else a [*reference.FaultsError]
// names them all.
func (d *Desk) Ask(q Question) (Job, error) {
	if _, err := d.timeline(q.Tables); err != nil {
		return Job{}, err
	}
	ctx, stop := context.WithCancel(context.Background())
	j := &job{Job: Job{ID: newID(), Question: q, State: Reading, AskedAt: d.o.Wall()}, ctx: ctx, stop: stop}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open() > d.o.Waiting {
		stop()
		return Job{}, ErrBusy
	}
	d.jobs = append(d.jobs, j)
	for i := 0; len(d.jobs) > d.o.Keep && i < len(d.jobs); {
		if d.jobs[i].ended() {
			d.jobs = slices.Delete(d.jobs, i, i+1)
		} else {
			i++
		}
	}
	select {
	case d.came <- struct{}{}:
	default:
	}
	return d.shown(j), nil
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (j *job) ended() bool { return j.State != Reading && j.State != Asking }

// open counts the questions that have no answer yet. The lock is held.
func (d *Desk) open() int {
	n := 0
	for _, j := range d.jobs {
		if !j.ended() {
			n++
		}
	}
	return n
}

// shown is a question as it is now. The lock is held.
func (d *Desk) shown(j *job) Job {
	out := j.Job
	if j.ended() {
		return out
	}
	for _, other := range d.jobs {
		if other == j {
			break
		}
		if !other.ended() {
			out.Ahead++
		}
	}
	out.Done = min(j.done.Load(), j.Facts)
	if took := d.o.Wall().Sub(j.started).Seconds(); !j.started.IsZero() && took > 0 {
		out.Rate = float64(out.Done) / took
	}
	return out
}

// Jobs returns the questions of an account, the newest first.
func (d *Desk) Jobs(by string) []Job {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []Job{}
	for _, j := range slices.Backward(d.jobs) {
		if j.Question.By == by {
			list = append(list, d.shown(j))
		}
	}
	return list
}

// Job returns one question of an account; false: there is none.
func (d *Desk) Job(id, by string) (Job, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i := d.find(id, by); i >= 0 {
		return d.shown(d.jobs[i]), true
	}
	return Job{}, false
}

func (d *Desk) find(id, by string) int {
	return slices.IndexFunc(d.jobs, func(j *job) bool { return j.ID == id && j.Question.By == by })
}

// Cancel ends a question of an account that has no answer yet, and forgets one that has;
// false: there is none.
func (d *Desk) Cancel(id, by string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := d.find(id, by)
	if i < 0 {
		return false
	}
	if d.jobs[i].ended() {
		d.jobs = slices.Delete(d.jobs, i, i+1)
		return true
	}
	d.jobs[i].State = Cancelled
	d.jobs[i].stop()
	return true
}

// Settle returns when every question that there is now has ended.
func (d *Desk) Settle(ctx context.Context) error {
	for {
		d.mu.Lock()
		open, over := d.open(), d.over
		d.mu.Unlock()
		if open == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over:
		}
	}
}

// Run answers questions until ctx ends; what has no answer then is cancelled.
func (d *Desk) Run(ctx context.Context) error {
	idle := time.NewTimer(d.o.Idle)
	defer idle.Stop()
	for {
		for j := d.next(); j != nil && ctx.Err() == nil; j = d.next() {
			ends := context.AfterFunc(ctx, j.stop)
			r, err := d.answer(j)
			ends()
			d.end(j, r, err)
		}
		idle.Reset(d.o.Idle)
		select {
		case <-ctx.Done():
			for j := d.next(); j != nil; j = d.next() {
				d.end(j, nil, ctx.Err())
			}
			return nil
		case <-d.came:
		case <-idle.C:
			d.past = nil
		}
	}
}

// next returns the question whose turn it is; nil: none waits.
func (d *Desk) next() *job {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, j := range d.jobs {
		if !j.ended() {
			return j
		}
	}
	return nil
}

// end notes what came of a question.
func (d *Desk) end(j *job, r *Report, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.over)
	d.over = make(chan struct{})
	j.stop()
	switch {
	case j.State == Cancelled:
	case errors.Is(err, context.Canceled):
		j.State = Cancelled
	case err != nil:
		j.State, j.Err = Failed, err
	default:
		j.State, j.Report, j.Facts, j.Done = Done, r, int64(r.Facts), int64(r.Facts)
		j.Rate = r.FactsPerSecond
	}
}

// step begins a part of the work: facts are what it goes through.
func (d *Desk) step(j *job, s State, facts int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if j.State != Cancelled {
		j.State = s
	}
	j.Facts, j.started = facts, d.o.Wall()
	j.done.Store(0)
}

func (d *Desk) timeline(laid reference.Tables) (*Timeline, error) {
	return NewTimeline(d.library.Base(), d.library.History(), laid, d.o.Now())
}

// answer reads history, as far as it is not in memory, and asks it.
func (d *Desk) answer(j *job) (*Report, error) {
	ctx, q := j.ctx, j.Question
	h := d.past
	cached := h != nil && h.From.Equal(q.From) && h.To.Equal(q.To)
	if !cached {
		h = &History{Period: Period{From: q.From, To: q.To, Folder: casefile.Following(d.library)}, index: map[eventstore.Stream]int{}}
	}
	d.past = nil // a reading that breaks off leaves nothing
	head, err := d.ledger.Head(ctx)
	if err != nil {
		return nil, err
	}
	from := h.position
	d.step(j, Reading, int64(head-from))
	if err := h.Extend(ctx, d.ledger, d.o.MaxFacts, func(p eventstore.Position) { j.done.Store(int64(p - from)) }); err != nil {
		return nil, err
	}
	if err := d.library.Reach(ctx, h.position); err != nil {
		return nil, err
	}
	// What the rules said of moments that have passed never changes: what was checked stays.
	if h.Was, err = d.timeline(nil); err != nil {
		return nil, err
	}
	now, err := d.timeline(q.Tables)
	if err != nil {
		return nil, err
	}
	if err := h.Prepare(ctx); err != nil {
		return nil, err
	}
	d.past = h
	d.mu.Lock()
	j.Cached = cached
	d.mu.Unlock()
	d.step(j, Asking, int64(h.facts))
	r, err := h.ask(ctx, now, &j.done)
	if err != nil {
		return nil, err
	}
	r.Items, r.NotAlike = r.Items[:min(len(r.Items), d.o.Items)], r.NotAlike[:min(len(r.NotAlike), d.o.Items)]
	return r, nil
}

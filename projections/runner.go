package projections

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
)

// Options tune a [Runner]. The zero value is good.
type Options struct {
	Page int          // facts per transaction; 0: 1024, and more while the view is far behind
	Log  *slog.Logger // nil: silent
}

// A Runner keeps one view up with the ledger. Several runners of one view, in
// one process or many, take turns page by page: the checkpoint decides, so none
// does another's work twice.
type Runner struct {
	db     *sqldb.DB
	ledger eventstore.Store
	view   View
	board  *Board // nil: nobody watches this view
	page   int    // facts per transaction, at first
	most   int    // that a page may grow to
	far    int    // that a page may grow to while rows are made anew
	log    *slog.Logger

	work   sync.Mutex // held while a page is folded into the rows that are read; one at a time
	live   *lane      // under work: those rows; nil: not opened
	folds  View       // under work: what folded into the rows that were read last, and
	folded string     // where these lie
	grown  int        // facts in a page, when they were left

	building sync.Mutex    // held while rows are made anew; one at a time
	owed     chan struct{} // filled when rows were found that have to be made anew

	mu       sync.Mutex
	position eventstore.Position
	at       time.Time
	state    RunState
	err      error
	outdated bool                // the rows there are have to be made anew
	coming   eventstore.Position // how far rows have come that are made anew; 0: none are
	moved    chan struct{}       // closed and replaced whenever anything above changes
	pokes    pokes
}

// RunState says what a runner is doing.
type RunState string

// The run states.
const (
	Starting   RunState = "starting"
	CatchingUp RunState = "catching_up"
	Current    RunState = "current"    // it has folded every fact it could see
	Rebuilding RunState = "rebuilding" // from the first fact, because the old rows were of no use
	Failing    RunState = "failing"    // a transaction failed; it is tried again
	Stopped    RunState = "stopped"    // it met a fact it cannot fold
)

// Status is how a view is doing.
type Status struct {
	View     string
	Position eventstore.Position
	At       time.Time // of the last fact folded
	State    RunState
	Err      error // why it is failing or stopped
	// Coming is how far rows have come that are made anew and will take the place of
	// those that are read; 0: none are being made.
	Coming eventstore.Position
}

// watched is a view that keeps a board.
type watched interface{ Watch() *Board }

// NewRunner returns a runner of v over ledger, with rows in db. It does nothing yet.
func NewRunner(db *sqldb.DB, ledger eventstore.Store, v View, o *Options) *Runner {
	r := &Runner{db: db, ledger: ledger, view: v, page: livePage, most: farPage, far: anewPage,
		log: slog.New(slog.DiscardHandler), state: Starting, owed: make(chan struct{}, 1), moved: make(chan struct{})}
	if o != nil && o.Page > 0 {
		r.page, r.most, r.far = o.Page, o.Page, o.Page
	}
	if o != nil && o.Log != nil {
		r.log = o.Log
	}
	if w, ok := v.(watched); ok {
		r.board = w.Watch()
	}
	return r
}

// Name is the view's name.
func (r *Runner) Name() string { return r.view.Name() }

// Position is how far the view has come.
func (r *Runner) Position() eventstore.Position {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.position
}

// At is when the last fact folded came true.
func (r *Runner) At() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

// Status tells how the view is doing.
func (r *Runner) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Status{View: r.view.Name(), Position: r.position, At: r.at, State: r.state, Err: r.err, Coming: r.coming}
}

// Subscribe returns a channel that is poked after each committed page, and the
// function that ends it. Pokes coalesce: one is never lost, many may become one.
func (r *Runner) Subscribe() (<-chan struct{}, func()) { return r.pokes.subscribe() }

// WaitFor returns nil once the view has reached p. It returns an error wrapping
// [ErrStopped] if it stands still before that, or ctx's error.
func (r *Runner) WaitFor(ctx context.Context, p eventstore.Position) error {
	for {
		r.mu.Lock()
		position, state, cause, moved := r.position, r.state, r.err, r.moved
		r.mu.Unlock()
		switch {
		case position >= p:
			return nil
		case state == Stopped:
			return fmt.Errorf("%w: %s at position %d: %w", ErrStopped, r.view.Name(), position, cause)
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Run keeps the view up until ctx ends, and then returns nil. A failing database
// is tried again; a fact that cannot be folded stops the view, with the reason in
// its [Status], and leaves the rest of the program running.
func (r *Runner) Run(ctx context.Context) error {
	defer r.rest()
	var tending sync.WaitGroup
	defer tending.Wait()
	tending.Go(func() { r.tend(ctx) })
	for ctx.Err() == nil {
		n, err := r.step(ctx)
		switch {
		case ctx.Err() != nil:
		case err == nil && n > 0:
		case err == nil:
			_ = r.ledger.Wait(ctx, r.Position())
		case r.Status().State == Stopped:
			r.log.ErrorContext(ctx, "view stopped", slog.String("view", r.Name()), slog.Any("error", err))
			r.untilRebuilt(ctx)
		default:
			r.log.WarnContext(ctx, "view failed, trying again", slog.String("view", r.Name()), slog.Any("error", err))
			pause(ctx, time.Second)
		}
	}
	return nil
}

// Open makes the view's tables if there are none, or none of use. It folds nothing.
func (r *Runner) Open(ctx context.Context) error {
	r.work.Lock()
	defer r.work.Unlock()
	if r.live != nil {
		return nil
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	if r.Status().State == Starting {
		r.note(CatchingUp, nil)
	}
	return nil
}

// RunToEnd folds everything up to the head as it stands when the end is reached. Rows
// that have to be made anew are.
func (r *Runner) RunToEnd(ctx context.Context) error {
	defer r.rest()
	for {
		n, err := r.step(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		if !r.isOutdated() {
			return nil
		}
		if err := r.renew(ctx); err != nil {
			return err
		}
	}
}

func (r *Runner) untilRebuilt(ctx context.Context) {
	for {
		r.mu.Lock()
		state, moved := r.state, r.moved
		r.mu.Unlock()
		if state != Stopped {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// step opens the view if need be and folds one page. It returns how many facts
// the view came forward, by this runner or another.
func (r *Runner) step(ctx context.Context) (int, error) {
	r.work.Lock()
	defer r.work.Unlock()
	n, err := r.forward(ctx)
	switch {
	case err == nil:
	case ctx.Err() != nil:
	case stops(err):
		r.note(Stopped, err)
	default:
		r.leave()
		r.note(Failing, err)
	}
	return n, err
}

// A FoldError says that a view could not fold a fact.
type FoldError struct {
	View     string
	Position eventstore.Position
	Err      error
}

func (e *FoldError) Error() string {
	return fmt.Sprintf("projections: %s cannot fold the fact at position %d: %v", e.View, e.Position, e.Err)
}

func (e *FoldError) Unwrap() error { return e.Err }

// stops tells whether err would come again however often the page is tried.
func stops(err error) bool {
	if _, ok := errors.AsType[*FoldError](err); ok {
		return true
	}
	_, ok := errors.AsType[*eventstore.GapError](err)
	return ok
}

func (r *Runner) forward(ctx context.Context) (int, error) {
	if r.live == nil {
		if err := r.open(ctx); err != nil {
			return 0, err
		}
	}
	l, from := r.live, r.live.position
	page, err := l.next(ctx, r.ledger)
	if err != nil {
		return 0, err
	}
	if len(page) == 0 {
		r.note(Current, nil)
		return 0, nil
	}
	changes, err := r.fold(ctx, l, page)
	if errors.Is(err, errNotMine) {
		return r.follow(ctx)
	}
	if err != nil {
		return 0, err
	}
	if r.board != nil {
		if err := r.board.publish(ctx, from, l.position, l.at, changes); err != nil {
			return 0, err
		}
	}
	r.advance(l.position, l.at)
	r.pokes.poke()
	return len(page), nil
}

// fold commits one page into the rows of a lane.
func (r *Runner) fold(ctx context.Context, l *lane, page []eventstore.Record) (changes []Change, err error) {
	last := page[len(page)-1]
	err = l.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := r.take(ctx, tx, l, last); err != nil {
			return err
		}
		changes, err = l.view.Apply(inDialect(toward(ctx, l.until), r.db.Dialect), tx, page)
		return err
	})
	if err == nil {
		l.position, l.at = last.Position, last.At
	}
	return changes, err
}

// leave lets go of the rows that are read, to be found again.
func (r *Runner) leave() {
	if r.live != nil {
		r.grown = r.live.page
		r.live.end()
		r.live = nil
	}
}

// rest waits for what is read ahead, so that nobody reads the ledger when it is closed.
func (r *Runner) rest() {
	r.work.Lock()
	defer r.work.Unlock()
	if r.live != nil {
		r.live.rest()
	}
}

// sizeOf is about how much memory the facts of a page take.
func sizeOf(page []eventstore.Record) int {
	size := 0
	for i := range page {
		size += len(page[i].Data)
	}
	return size
}

// advance tells everybody that the view has come to position.
func (r *Runner) advance(position eventstore.Position, at time.Time) {
	r.mu.Lock()
	r.position, r.at, r.err = position, at, nil
	if r.state != Rebuilding {
		r.state = CatchingUp
	}
	close(r.moved)
	r.moved = make(chan struct{})
	r.mu.Unlock()
}

func (r *Runner) note(s RunState, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == s && errors.Is(err, r.err) {
		return
	}
	r.state, r.err = s, err
	close(r.moved)
	r.moved = make(chan struct{})
}

// Package replay carries the rows of a real file through the workflow. Every row
// comes in, under the number the other system gave it, and none twice: a restart
// goes on where it was.
package replay

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"gridcommand/cmd/clock"
	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/workflow"
)

// atOnce bounds how many rows that fall on the same moment are carried side by side.
const atOnce = 16

// Deps is what a replay works with.
type Deps struct {
	Ledger  eventstore.Store
	Service *workflow.Service
	Clock   *clock.Clock
	Carrier Carrier
	Rows    []Row   // oldest first
	Speed   float64 // ledger seconds in a wall second; 0: as fast as it goes
	Log     *slog.Logger
}

// A step is one thing a row does at one time.
type step struct {
	at     time.Time
	row    int
	id     string // of its incident, once reported
	finish bool
}

// Run steps the clock from one due thing to the next — a row's report, a row's
// close, a timer — and moves it on only when the workflow has nothing left to do.
// After the last row the clock runs on at 1×.
func Run(ctx context.Context, d Deps) error {
	r := &run{Deps: d}
	for i := range d.Rows {
		r.agenda = append(r.agenda, step{at: d.Rows[i].Reported, row: i})
	}
	heap.Init(&r.agenda)
	began := time.Now()
	for len(r.agenda) > 0 {
		next := r.agenda[0].at
		if timer, ok, err := d.Service.NextTimer(ctx); err != nil {
			return fmt.Errorf("replay: %w", err)
		} else if ok && timer.Before(next) {
			next = timer
		}
		if err := r.pace(ctx, next); err != nil {
			return err
		}
		d.Clock.Step(next)
		if err := r.steps(ctx, next); err != nil {
			return err
		}
		if err := d.Service.Idle(ctx); err != nil {
			return err
		}
	}
	d.Log.LogAttrs(ctx, slog.LevelInfo, "replay finished", slog.Int("rows", len(d.Rows)), slog.Duration("took", time.Since(began)))
	d.Clock.Run(1)
	return nil
}

type run struct {
	Deps
	agenda steps
}

// pace waits so that ledger time passes at Speed.
func (r *run) pace(ctx context.Context, next time.Time) error {
	if r.Speed <= 0 {
		return ctx.Err()
	}
	select {
	case <-time.After(time.Duration(float64(next.Sub(r.Clock.Now())) / r.Speed)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// steps does what is due at now: reports first; then, when the workflow has had
// its turn, what it left to people, and the closes.
func (r *run) steps(ctx context.Context, now time.Time) error {
	var reports, finishes []step
	for len(r.agenda) > 0 && !r.agenda[0].at.After(now) {
		s := heap.Pop(&r.agenda).(step)
		if s.finish {
			finishes = append(finishes, s)
		} else {
			reports = append(reports, s)
		}
	}
	if len(reports) > 0 {
		if err := r.each(ctx, reports, r.report); err != nil {
			return err
		}
		if err := r.Service.Idle(ctx); err != nil {
			return err
		}
		if err := r.each(ctx, reports, r.dispatch); err != nil {
			return err
		}
	}
	for _, s := range reports {
		if closed := r.Rows[s.row].Closed; closed != nil {
			heap.Push(&r.agenda, step{at: *closed, row: s.row, id: s.id, finish: true})
		}
	}
	return r.each(ctx, finishes, r.finish)
}

func (r *run) each(ctx context.Context, all []step, f func(context.Context, *step) error) error {
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range all {
		g.Go(func() error { return f(gctx, &all[i]) })
	}
	return g.Wait()
}

func (r *run) report(ctx context.Context, s *step) error {
	row := r.Rows[s.row]
	key := r.Carrier.key(row)
	number, known := "", false
	if first, ok, err := r.Ledger.Lookup(ctx, key); err != nil {
		return fmt.Errorf("replay: line %d: %w", row.Line, err)
	} else if ok {
		s.id, known = first.Stream.ID(), true
	}
	if !known {
		s.id = uuid.Must(uuid.NewV7()).String()
		var err error
		if number, err = r.Service.NextNumber(ctx, row.Reported); err != nil {
			return fmt.Errorf("replay: line %d: %w", row.Line, err)
		}
	}
	at := r.at()
	_, err := r.Service.Carry(ctx, s.id, func(st incident.State) (workflow.Move, bool) {
		return r.Carrier.Next(row, st, at, number, false)
	}, workflow.Options{Key: key, At: at})
	return r.told(ctx, row, err)
}

func (r *run) dispatch(ctx context.Context, s *step) error {
	row, at := r.Rows[s.row], r.at()
	_, err := r.Service.Carry(ctx, s.id, func(st incident.State) (workflow.Move, bool) {
		return r.Carrier.Next(row, st, at, "", true)
	}, workflow.Options{At: at})
	return r.told(ctx, row, err)
}

func (r *run) finish(ctx context.Context, s *step) error {
	row, at := r.Rows[s.row], r.at()
	_, err := r.Service.Carry(ctx, s.id, func(st incident.State) (workflow.Move, bool) {
		return r.Carrier.Finish(row, st, at, "")
	}, workflow.Options{At: at})
	return r.told(ctx, row, err)
}

func (r *run) at() time.Time { return r.Clock.Now() }

// told lets a rule's refusal pass with a word to the operator: somebody at a desk
// may have acted on the row's incident. It stays in the ledger as it stands.
func (r *run) told(ctx context.Context, row Row, err error) error {
	if err == nil {
		return nil
	}
	if refusal, ok := domain.AsRefusal(err); ok {
		r.Log.LogAttrs(ctx, slog.LevelWarn, "a row's step was refused", slog.Int("line", row.Line),
			slog.String("external_id", row.ExternalID), slog.String("code", refusal.Code))
		return nil
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	return fmt.Errorf("replay: line %d: %w", row.Line, err)
}

type steps []step

func (a steps) Len() int { return len(a) }
func (a steps) Less(i, j int) bool {
	if !a[i].at.Equal(a[j].at) {
		return a[i].at.Before(a[j].at)
	}
	return a[i].row < a[j].row
}
func (a steps) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *steps) Push(x any)   { *a = append(*a, x.(step)) }
func (a *steps) Pop() any {
	old := *a
	last := old[len(old)-1]
	*a = old[:len(old)-1]
	return last
}

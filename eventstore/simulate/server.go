package simulate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gridcommand/eventstore"
	"gridcommand/eventstore/faults/disk"
	"gridcommand/eventstore/sqlite"
)

// A server is the process that has the ledger open, and its disk.
type server struct {
	generation int
	dir        string
	disk       *disk.Disk
	store      *sqlite.Store    // nil while the process is down
	ledger     eventstore.Store // what is asked: store, unless the run has put something before it
	gate       *gate
	epoch      string
	down       int  // ticks until it is started again
	failed     bool // the ledger said so
	dead       bool // the power is off
	full       int  // ticks for which the disk stays full
}

// A gate holds the committer after each commit, before it answers.
type gate struct {
	reached chan struct{}
	open    chan struct{}
}

func (g *gate) Committed(eventstore.Commit) {
	g.reached <- struct{}{}
	<-g.open
}

// dying tells whether the process must be started anew.
func (s *server) dying() bool { return s.failed || s.dead }

// boot opens the ledger, which may fail because the power goes again, and looks whether
// everything is there.
func (w *world) boot() error {
	s := &w.server
	if s.disk == nil {
		if s.dir == "" {
			s.dir = filepath.Join(w.dir, "start")
		}
		var err error
		if s.disk, err = disk.New(s.dir); err != nil {
			return err
		}
	}
	s.failed, s.dead, s.full = false, false, 0
	w.watch()
	if w.mishap(15) {
		n := 1 + w.luck.Int64N(40)
		w.tell("the power will fail while the ledger opens, at operation %d", n)
		s.plan(n, disk.ErrPower)
	}
	s.gate = &gate{make(chan struct{}), make(chan struct{})}
	var err error
	s.store, err = sqlite.Open(w.ctx, s.dir, &sqlite.Options{VFS: s.disk.Name(), Observer: s.gate})
	for _, f := range w.followers {
		if err == nil {
			err = f.open()
		}
	}
	if s.dead {
		return w.crash(true)
	}
	if err != nil {
		return fmt.Errorf("seed %d: the ledger does not open: %w", w.seed, err)
	}
	s.plan(0, nil)
	s.ledger = s.store
	if w.Wrap != nil {
		s.ledger = w.Wrap(s.store)
	}
	epoch, err := s.store.Epoch(w.ctx)
	if err != nil {
		return err
	}
	if s.epoch == "" || len(w.shown) == 0 {
		s.epoch = epoch
	}
	if s.epoch != epoch {
		w.breach("the epoch changed without a restore")
	}
	w.tell("up, operation %d", s.disk.Operations())
	return w.look()
}

// watch learns when the disk is dead.
func (w *world) watch() { w.server.plan(0, nil) }

// plan lets the n-th operation from now fail; 0: none. While the disk is full every
// write fails.
func (s *server) plan(n int64, err error) {
	at := s.disk.Operations() + n
	s.disk.Plan(func(o disk.Op) error {
		switch {
		case n > 0 && o.N == at:
			if errors.Is(err, disk.ErrPower) {
				s.dead = true
			}
			return err
		case s.full > 0 && o.Kind == disk.Write:
			return syscall.ENOSPC
		}
		return nil
	})
}

// calm ends what was planned.
func (s *server) calm() {
	s.full = 0
	if s.disk != nil && !s.dead {
		s.plan(0, nil)
	}
}

// mischief plans what will go wrong with the disk.
func (s *server) mischief(w *world) {
	if s.full > 0 {
		s.full--
	}
	if w.calm {
		return
	}
	n := 1 + w.luck.Int64N(30)
	switch {
	case w.chance(4):
		w.report.PowerCuts++
		w.tell("the power will fail at operation %d from now", n)
		s.plan(n, disk.ErrPower)
	case w.chance(2):
		w.report.Errors++
		w.tell("operation %d from now will fail", n)
		s.plan(n, syscall.EIO)
	case w.chance(1):
		w.report.Errors++
		w.tell("operation %d from now will be a short write", n)
		s.plan(n, disk.ErrShort)
	case w.chance(2):
		w.report.Fulls++
		s.full = 1 + w.luck.IntN(4)
		w.tell("the disk is full for %d ticks", s.full)
		s.plan(0, nil)
	}
}

// crash ends the process as it is and leaves for the next one what the disk holds: after
// a power cut what was synced, and of the rest what chance leaves; after a kill all that
// was written, of which what was not synced is still at the mercy of the power.
func (w *world) crash(power bool) error {
	s := &w.server
	next := filepath.Join(w.dir, fmt.Sprint(s.generation))
	var err error
	var survivor *disk.Disk
	if power || s.dead {
		w.tell("power cut at operation %d", s.disk.Operations())
		err = s.disk.Cut(w.luck.Uint64(), next)
	} else {
		w.report.Kills++
		w.tell("killed at operation %d", s.disk.Operations())
		survivor, err = s.disk.Kill(next)
	}
	old := s.dir
	_ = w.stop() // nothing that it still does reaches the disk
	s.dir, s.disk = next, survivor
	s.generation++
	s.down = 1 + w.luck.IntN(5)
	return errors.Join(err, os.RemoveAll(old))
}

// restart is an orderly one.
func (w *world) restart() error {
	w.report.Restarts++
	w.tell("restart")
	for _, f := range w.followers {
		if err := f.close(); err != nil {
			return err
		}
	}
	err := w.server.store.Close()
	w.server.store = nil
	if err != nil && !w.server.dead && w.server.full == 0 {
		w.tell("close: %v", err) // a planned fault met it
	}
	if w.server.dead {
		return w.crash(true)
	}
	return w.boot()
}

// stop closes everything.
func (w *world) stop() error {
	s := &w.server
	var errs []error
	for _, f := range w.followers {
		errs = append(errs, f.close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
		s.store, s.ledger = nil, nil
	}
	if s.disk != nil {
		errs = append(errs, s.disk.Close())
		s.disk = nil
	}
	if s.dead || w.broken != nil {
		return nil
	}
	return errors.Join(errs...)
}

// An outcome is what an append returned.
type outcome struct {
	number                   int
	result                   eventstore.Result
	err                      error
	acknowledgedAfterFailure bool
}

// queued is a context that tells when the committer has taken an append into its queue:
// it then begins to wait, and asks for Done.
type queued struct {
	context.Context
	tell chan<- struct{}
}

func (q queued) Done() <-chan struct{} {
	select {
	case q.tell <- struct{}{}:
	default:
	}
	return q.Context.Done()
}

// together appends decisions that are under way at the same time. The first is committed
// by itself; the others queue up one by one meanwhile and make the next batch.
func (s *server) together(w *world, decisions []*decision) []outcome {
	outcomes := make([]outcome, len(decisions))
	failed := s.failed
	answers := make(chan outcome, len(decisions))
	left := 0
	held := false // the committer stands at the gate
	take := func(o outcome) {
		o.acknowledgedAfterFailure = failed && o.err == nil && !o.result.Replayed
		outcomes[o.number] = o
		left--
	}
	for i, d := range decisions {
		waiting := make(chan struct{}, 1)
		left++
		go func() {
			r, err := s.ledger.Append(queued{w.ctx, waiting}, d.append)
			answers <- outcome{number: i, result: r, err: err}
		}()
		switch {
		case held:
			select {
			case <-waiting:
			case o := <-answers:
				take(o)
			}
		default:
			select {
			case <-s.gate.reached:
				held = true
			case o := <-answers:
				take(o)
			}
		}
	}
	if held && w.mishap(2) {
		w.tell("the power fails between commit and answer")
		s.plan(1, disk.ErrPower)
	}
	for left > 0 {
		if held {
			s.gate.open <- struct{}{}
			held = false
		}
		select {
		case <-s.gate.reached:
			held = true
		case o := <-answers:
			take(o)
		}
	}
	if held {
		s.gate.open <- struct{}{}
	}
	for _, o := range outcomes {
		if errors.Is(o.err, eventstore.ErrFailed) {
			s.failed = true
		}
	}
	return outcomes
}

// certain tells whether err says that nothing was stored.
func certain(err error) bool {
	return errors.Is(err, eventstore.ErrOverloaded) || strings.Contains(err.Error(), "nothing was stored")
}

package workflow

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

const (
	firing = 32    // timers being fired at a time
	folds  = 16384 // incidents whose state is remembered between two of their facts
	// tick is how often the loop looks at a running clock while a timer waits. A
	// late look changes nothing: facts carry the moment that was due.
	tick = 100 * time.Millisecond
)

// timers is the watermill subscriber of due timers. It folds every incident's facts
// into the timers still to fire; of that fold it keeps the set in memory, ahead
// of the table, which is written with its checkpoint from time to time. What the
// table misses after a kill is folded again.
//
// A timer is handed out only when the other handlers are done with the fact that
// set it: a filing is dispatched before its own clock can come in between.
type timers struct {
	ledger  eventstore.Store
	names   *names
	now     func() time.Time
	log     *slog.Logger
	pause   func(try int) time.Duration
	parking *parking
	load    func(ctx context.Context, id string) (incident.State, []eventstore.Record, error)
	after   []*subscription // the handlers that come first

	work sync.WaitGroup
	out  chan *message.Message
	end  context.CancelFunc

	states map[string]folded // of the fold alone; no lock

	board   *board
	read    eventstore.Position
	set     timerSet
	dirty   map[string]bool // incidents whose rows in the table are not as in set
	undated map[string]bool // open incidents with a deadline beyond the published calendar
	busy    int             // timers being fired
	broken  map[string]bool // incidents whose facts could not be folded: parked
	stopped string
	since   time.Time
}

// folded is an incident's state after its fact number version.
type folded struct {
	version eventstore.Version
	state   incident.State
}

// start sets the position and the timers to go on from; of the incidents parked
// none fires, and those parked over a fact and not a timer are not folded.
func (t *timers) start(at eventstore.Position, rows []timerRow, undated []string, parked []parkedRow) {
	t.board.Lock()
	defer t.board.Unlock()
	t.read, t.set, t.dirty, t.busy, t.stopped, t.since = at, newTimerSet(), map[string]bool{}, 0, "", time.Time{}
	t.states, t.broken, t.undated = map[string]folded{}, map[string]bool{}, map[string]bool{}
	for _, id := range undated {
		t.undated[id] = true
	}
	for _, r := range rows {
		c := t.set.at(r.incident)
		c.timers = append(c.timers, r.timer)
	}
	for _, r := range parked {
		if r.Handler == Timers {
			t.set.at(r.Incident).blocked = true
			t.broken[r.Incident] = t.broken[r.Incident] || r.Type != timerType
		}
	}
	for _, c := range t.set.of {
		slices.SortFunc(c.timers, func(a, b timer) int { return incident.CompareTimers(a.Timer, b.Timer) })
		t.set.settle(c)
	}
	t.board.change()
}

// Subscribe begins to hand out timers as they come due; the topic is not looked at.
func (t *timers) Subscribe(ctx context.Context, _ string) (<-chan *message.Message, error) {
	ctx, t.end = context.WithCancel(ctx)
	t.out = make(chan *message.Message)
	t.work.Go(func() { t.follow(ctx) })
	t.work.Go(func() { t.loop(ctx) })
	go func() {
		t.work.Wait()
		close(t.out)
	}()
	return t.out, nil
}

// Close ends the subscription and waits for the timers handed out.
func (t *timers) Close() error {
	if t.end != nil {
		t.end()
	}
	t.work.Wait()
	return nil
}

func (t *timers) stop(reason string) {
	t.board.Lock()
	defer t.board.Unlock()
	if t.stopped == "" {
		t.stopped = reason
		t.log.Error("handler stopped", "handler", Timers, "reason", reason)
		t.board.change()
	}
}

// follow folds every fact until ctx ends or a fact of a newer program stops it.
func (t *timers) follow(ctx context.Context) {
	for try := 1; ; try++ {
		t.board.Lock()
		after := t.read
		t.board.Unlock()
		for page, err := range eventstore.Follow(ctx, t.ledger, after, 0) {
			if err == nil {
				err = t.foldPage(ctx, page)
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				if isFinal(err) {
					t.stop(err.Error())
					return
				}
				t.log.Warn("cannot follow the ledger, trying again", "handler", Timers, "error", err)
				break
			}
			try = 0
		}
		if !sleep(ctx, t.pause(try)) {
			return
		}
	}
}

// foldPage folds a page, and shows its timers and its end in one moment.
func (t *timers) foldPage(ctx context.Context, page []eventstore.Record) error {
	type change struct {
		r       eventstore.Record
		timers  []incident.Timer
		undated bool
	}
	changes := make([]change, 0, len(page))
	for _, r := range page {
		name, err := t.names.of(r)
		switch {
		case err != nil:
			return err
		case name == "" || t.isBroken(r.Stream.ID()):
			continue
		}
		state, err := t.fold(ctx, r)
		if err != nil {
			if isUnknown(err) || t.ledgerFails(ctx) {
				return err
			}
			if err := t.parking.park(ctx, Timers, newMessage(ctx, r), err.Error()); err != nil {
				return err
			}
			t.log.Error("incident parked", "handler", Timers, "incident", r.Stream.ID(), "position", r.Position, "error", err)
			t.block(r.Stream.ID())
			continue
		}
		changes = append(changes, change{r, timersOf(state), isUndated(state)})
	}
	t.board.Lock()
	defer t.board.Unlock()
	for _, c := range changes {
		t.put(c.r, c.timers)
		t.date(c.r.Stream.ID(), c.undated)
	}
	t.read = page[len(page)-1].Position
	t.settle(len(page) < eventstore.DefaultPage)
	t.board.change()
	return nil
}

// put notes an incident's timers since r. The lock is held.
func (t *timers) put(r eventstore.Record, timers []incident.Timer) {
	id := r.Stream.ID()
	if t.set.of[id] == nil && len(timers) == 0 {
		return
	}
	t.set.put(id, r.Version, r.Position, timers)
	t.dirty[id] = true
}

// date notes whether an incident has a deadline beyond the calendar. The lock is held.
func (t *timers) date(id string, undated bool) {
	if t.undated[id] == undated {
		return
	}
	if undated {
		t.undated[id] = true
	} else {
		delete(t.undated, id)
	}
	t.dirty[id] = true
}

// isUndated tells whether a clock of s runs to a day of a year that is not published;
// imported incidents are left alone.
func isUndated(s incident.State) bool {
	return s.Status == incident.StatusOpen && !slices.Contains(s.Flags, incident.Imported) &&
		(s.Deadline.Missing != 0 || s.Total != nil && s.Total.Missing != 0)
}

// timersOf returns the timers of s; imported incidents are left alone.
func timersOf(s incident.State) []incident.Timer {
	if slices.Contains(s.Flags, incident.Imported) {
		return nil
	}
	return s.Timers()
}

// fold returns the state of r's incident after r.
func (t *timers) fold(ctx context.Context, r eventstore.Record) (incident.State, error) {
	id := r.Stream.ID()
	was, known := t.states[id]
	var state incident.State
	var err error
	if r.Version == 1 || known && was.version == r.Version-1 {
		state, err = fold(was.state, []eventstore.Record{r})
	} else {
		state, err = t.stateAt(ctx, id, r.Version)
	}
	if err != nil {
		delete(t.states, id)
		return state, err
	}
	if state.Status != incident.StatusOpen {
		delete(t.states, id)
		return state, nil
	}
	if len(t.states) >= folds {
		for other := range t.states { // any one will do: it is read again when needed
			delete(t.states, other)
			break
		}
	}
	t.states[id] = folded{r.Version, state}
	return state, nil
}

// stateAt reads an incident's state after its fact number v.
func (t *timers) stateAt(ctx context.Context, id string, v eventstore.Version) (incident.State, error) {
	var state incident.State
	for r, err := range t.ledger.Read(ctx, eventstore.StreamOf(Category, id), 0) {
		if err == nil && r.Version <= v {
			state, err = fold(state, []eventstore.Record{r})
		}
		if err != nil {
			return incident.State{}, err
		}
		if r.Version >= v {
			break
		}
	}
	return state, nil
}

func (t *timers) isBroken(id string) bool {
	t.board.Lock()
	defer t.board.Unlock()
	return t.broken[id]
}

// block leaves an incident alone whose facts cannot be folded.
func (t *timers) block(id string) {
	t.board.Lock()
	defer t.board.Unlock()
	t.broken[id] = true
	c := t.set.at(id)
	c.blocked = true
	t.set.settle(c)
}

// unblock lets an incident go on of which nothing is parked any more. Facts that
// were left out while it could not be folded are made up for from its stream.
func (t *timers) unblock(ctx context.Context, id string) error {
	t.board.Lock()
	broken := t.broken[id]
	delete(t.broken, id)
	c := t.set.at(id)
	c.blocked = false
	t.set.settle(c)
	t.board.change()
	t.board.Unlock()
	if !broken {
		return nil
	}
	state, records, err := t.load(ctx, id)
	if err != nil {
		return err
	}
	t.board.Lock()
	defer t.board.Unlock()
	t.put(records[len(records)-1], timersOf(state))
	t.date(id, isUndated(state))
	t.board.change()
	return nil
}

// ledgerFails tells whether the ledger itself does not answer: then no incident is
// to blame.
func (t *timers) ledgerFails(ctx context.Context) bool {
	_, err := t.ledger.Head(ctx)
	return err != nil
}

// loop hands out due timers, the earliest first, several incidents' at once.
func (t *timers) loop(ctx context.Context) {
	defer t.board.wakeOn(ctx)()
	wake := time.AfterFunc(time.Hour, t.board.poke)
	defer wake.Stop()
	for ctx.Err() == nil {
		t.board.Lock()
		seen := t.board.changes
		t.board.Unlock()
		now := t.now() // not under the lock: a stepped clock may be telling us right now that it moved
		t.board.Lock()
		for {
			c := t.set.peek()
			if c == nil || t.busy >= firing || t.stopped != "" || !t.mayFire(c, now) {
				break
			}
			due, _ := c.first()
			c.busy = true
			t.busy++
			t.set.settle(c)
			t.work.Go(func() { t.hand(ctx, c.id, due) })
		}
		if t.set.peek() != nil {
			wake.Reset(tick)
		}
		t.board.await(ctx, seen)
		t.board.Unlock()
	}
}

// mayFire tells whether c's next timer is due and the other handlers are done with
// the fact that set it. The lock is held.
func (t *timers) mayFire(c *clocks, now time.Time) bool {
	next, _ := c.first()
	if next.fires().After(now) {
		return false
	}
	for _, other := range t.after {
		if other.low() < next.set {
			return false
		}
	}
	return true
}

// hand gives a timer out until it is acked or ctx ends.
func (t *timers) hand(ctx context.Context, id string, due timer) {
	acked := false
	for try := 1; !acked; try++ {
		m := newTimerMessage(ctx, id, due.set, due.Timer)
		select {
		case t.out <- m:
			select {
			case <-m.Acked():
				acked = true
			case <-m.Nacked():
			}
		case <-ctx.Done():
		}
		if !acked && (t.isStopped() || !sleep(ctx, t.pause(try))) {
			break
		}
	}
	parked := acked && t.parking.holds(lot{Timers, id})
	t.board.Lock()
	defer t.board.Unlock()
	t.busy--
	c := t.set.at(id)
	c.busy, c.blocked = false, parked
	if acked && !parked {
		t.set.finish(id, due.Timer)
		t.dirty[id] = true
	} else {
		t.set.settle(c)
	}
	t.board.change()
}

// fired marks a parked timer as done with.
func (t *timers) fired(id string, due incident.Timer) {
	t.board.Lock()
	defer t.board.Unlock()
	t.set.finish(id, due)
	t.dirty[id] = true
	t.board.change()
}

// settle notes since when there is something left to fold. The lock is held.
func (t *timers) settle(atHead bool) {
	switch {
	case atHead:
		t.since = time.Time{}
	case t.since.IsZero():
		t.since = time.Now()
	}
}

// quiet tells whether everything up to head is folded, nothing is being fired and
// nothing is due. The lock is held.
func (t *timers) quiet(head eventstore.Position, now time.Time) bool {
	if t.read < head || t.busy > 0 {
		return false
	}
	c := t.set.peek()
	return c == nil || c.moment().After(now)
}

// upcoming returns when the next timer fires.
func (t *timers) upcoming() (time.Time, bool) {
	t.board.Lock()
	defer t.board.Unlock()
	if c := t.set.peek(); c != nil {
		return c.moment(), true
	}
	return time.Time{}, false
}

func (t *timers) isStopped() bool {
	t.board.Lock()
	defer t.board.Unlock()
	return t.stopped != ""
}

// takeDirty returns the rows to write: every timer still to fire of every incident
// that changed, and which of them are undated. The lock is held.
func (t *timers) takeDirty() (ids []string, rows []timerRow, undated []string) {
	ids = slices.Sorted(maps.Keys(t.dirty))
	t.dirty = map[string]bool{}
	for _, id := range ids {
		if t.undated[id] {
			undated = append(undated, id)
		}
		c := t.set.of[id]
		if c == nil {
			continue
		}
		for _, x := range c.timers {
			if !x.done {
				rows = append(rows, timerRow{id, x})
			}
		}
	}
	return ids, rows, undated
}

// A timerRow is a timer in the table.
type timerRow struct {
	incident string
	timer
}

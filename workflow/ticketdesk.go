package workflow

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
)

// TicketDesk is the handler that looks after hotline tickets: it lets their clocks speak
// and notes who calls about the same again.
const TicketDesk = "tickets"

// ticketDesk follows the facts of tickets. Of each it keeps when its next timer fires,
// and of each call who called about what; both lie in a table with its checkpoint, so
// that a kill loses nothing. Whatever it does is decided from the ticket as it then is:
// doing it again says nothing new.
type ticketDesk struct {
	service *Service
	ledger  eventstore.Store
	pause   func(try int) time.Duration
	board   *board
	epoch   string

	// Guarded by the board's lock.
	read    eventstore.Position
	waiting []ticketTimer // the next to fire first
	busy    bool          // one of them is being fired
	stopped string
	since   time.Time
}

// A ticketTimer is when a ticket's next timer fires.
type ticketTimer struct {
	at time.Time
	id string
}

func (a ticketTimer) compare(b ticketTimer) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
}

// start sets the position to go on from, and reads what waits there.
func (d *ticketDesk) start(ctx context.Context, epoch string, at eventstore.Position) (err error) {
	rows, err := d.service.state.Read.QueryContext(ctx, ticketWaiting)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var waiting []ticketTimer
	for rows.Next() {
		var t ticketTimer
		var fires int64
		if err := rows.Scan(&t.id, &fires); err != nil {
			return err
		}
		t.at = time.UnixMicro(fires).UTC()
		waiting = append(waiting, t)
	}
	slices.SortFunc(waiting, ticketTimer.compare)
	d.board.Lock()
	defer d.board.Unlock()
	d.epoch, d.read, d.waiting, d.busy, d.stopped, d.since = epoch, at, waiting, false, "", time.Time{}
	d.board.change()
	return rows.Err()
}

// follow takes in every fact until ctx ends or a fact of a newer program stops it.
func (d *ticketDesk) follow(ctx context.Context) {
	for try := 1; ; try++ {
		d.board.Lock()
		after := d.read
		d.board.Unlock()
		for page, err := range eventstore.Follow(ctx, d.ledger, after, 0) {
			if err == nil {
				err = d.take(ctx, page)
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				if isFinal(err) {
					d.stop(err.Error())
					return
				}
				d.service.log.Warn("cannot follow the ledger, trying again", "handler", TicketDesk, "error", err)
				break
			}
			try = 0
		}
		if !sleep(ctx, d.pause(try)) {
			return
		}
	}
}

func (d *ticketDesk) stop(reason string) {
	d.board.Lock()
	defer d.board.Unlock()
	d.stopped = reason
	d.service.log.Error("handler stopped", "handler", TicketDesk, "reason", reason)
	d.board.change()
}

// take absorbs a page: first what it says of tickets, then what follows from that, last
// the checkpoint. What was done before a kill is done again, to no effect.
func (d *ticketDesk) take(ctx context.Context, page []eventstore.Record) error {
	asks := map[string]time.Time{} // tickets that say who called about what, and since when
	var touched []string
	seen := map[string]bool{}
	for _, r := range page {
		if r.Stream.Category() != ticket.Category {
			continue
		}
		id := r.Stream.ID()
		if !seen[id] {
			seen[id], touched = true, append(touched, id)
		}
		switch r.Type {
		case "ticket.received", "ticket.changed", "ticket.linked":
			asks[id] = r.At
		}
	}
	if len(touched) > 0 {
		if err := d.fold(ctx, touched, asks); err != nil {
			return err
		}
	}
	last := page[len(page)-1].Position
	if len(touched) > 0 || len(page) == eventstore.DefaultPage {
		if _, err := d.service.state.Write.ExecContext(ctx, checkpointSet, TicketDesk, d.epoch, int64(last)); err != nil {
			return err
		}
	}
	d.board.Lock()
	defer d.board.Unlock()
	d.read = last
	switch {
	case len(page) < eventstore.DefaultPage:
		d.since = time.Time{}
	case d.since.IsZero():
		d.since = time.Now()
	}
	d.board.change()
	return nil
}

func (d *ticketDesk) fold(ctx context.Context, touched []string, asks map[string]time.Time) error {
	states := make(map[string]ticket.State, len(touched))
	err := d.service.state.Tx(ctx, func(tx *sql.Tx) error {
		set, err := tx.PrepareContext(ctx, ticketSet)
		if err != nil {
			return err
		}
		defer func() { _ = set.Close() }()
		for _, id := range touched {
			state, _, err := Tickets.Read(ctx, d.ledger, id)
			if err != nil {
				return err
			}
			states[id] = state
			call := ticket.CallOf(id, state)
			text, err := json.Marshal(call)
			if err != nil {
				return err
			}
			fires := int64(0)
			if timers := state.Timers(); len(timers) > 0 {
				fires = timers[0].Fires().UnixMicro()
			}
			undated := 0
			if state.Undated() {
				undated = 1
			}
			if _, err := set.ExecContext(ctx, id, call.Line, fires, string(text), undated); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.board.Lock()
	for id, state := range states {
		d.wait(id, state)
	}
	d.board.Unlock()
	for _, id := range touched {
		if at, ask := asks[id]; ask && states[id].Repeat == nil {
			if err := d.repeats(ctx, id, states[id], at); err != nil {
				return err
			}
		}
	}
	return nil
}

// wait notes when a ticket's next timer fires. The lock is held.
func (d *ticketDesk) wait(id string, state ticket.State) {
	d.waiting = slices.DeleteFunc(d.waiting, func(t ticketTimer) bool { return t.id == id })
	if timers := state.Timers(); len(timers) > 0 {
		t := ticketTimer{timers[0].Fires(), id}
		i, _ := slices.BinarySearchFunc(d.waiting, t, ticketTimer.compare)
		d.waiting = slices.Insert(d.waiting, i, t)
	}
}

// repeats notes it when the same caller called about the same before.
func (d *ticketDesk) repeats(ctx context.Context, id string, state ticket.State, at time.Time) (err error) {
	call := ticket.CallOf(id, state)
	if call.Line == "" {
		return nil
	}
	rows, err := d.service.state.Read.QueryContext(ctx, ticketLine, call.Line)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var before []ticket.Call
	for rows.Next() {
		var text string
		var c ticket.Call
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return err
		}
		before = append(before, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	moment := latest(d.service.now(), at)
	repeat, again := ticket.Earlier(before, call, Alike(d.service.reference.At(moment)))
	if !again {
		return nil
	}
	return d.give(ctx, id, "repeat:"+id, repeat, moment)
}

// give gives a command of the workflow to a ticket, at most once.
func (d *ticketDesk) give(ctx context.Context, id, key string, c ticket.Command, at time.Time) error {
	o := Options{Key: eventstore.Key{Scope: "workflow:" + TicketDesk, ID: key}, At: at, Causation: "ticket:" + id}
	_, err := Give(ctx, d.service, Tickets, id, incident.Workflow.Person, func(_ ticket.State, at time.Time) ticket.Order {
		return d.service.TicketOrder(at, incident.Workflow, nil, c)
	}, o)
	return refusedIsDone(err)
}

// loop fires the timers that are due, the earliest first.
func (d *ticketDesk) loop(ctx context.Context) {
	defer d.board.wakeOn(ctx)()
	wake := time.AfterFunc(time.Hour, d.board.poke)
	defer wake.Stop()
	for try := 1; ctx.Err() == nil; {
		d.board.Lock()
		seen := d.board.changes
		d.board.Unlock()
		now := d.service.now() // not under the lock: a stepped clock may be telling us right now that it moved
		d.board.Lock()
		if len(d.waiting) == 0 || d.waiting[0].at.After(now) || d.stopped != "" {
			if len(d.waiting) > 0 {
				wake.Reset(tick)
			}
			d.board.await(ctx, seen)
			d.board.Unlock()
			continue
		}
		next := d.waiting[0]
		d.busy = true
		d.board.Unlock()
		state, err := d.fire(ctx, next.id, now)
		d.board.Lock()
		d.busy = false
		if err == nil {
			d.wait(next.id, state)
		}
		d.board.change()
		d.board.Unlock()
		if err == nil {
			try = 1
			continue
		}
		if ctx.Err() == nil {
			d.service.log.Warn("a ticket's timer did not fire, trying again", "ticket", next.id, "error", err)
		}
		sleep(ctx, d.pause(try))
		try++
	}
}

// fire lets every timer of a ticket speak that is due, each at its own moment.
func (d *ticketDesk) fire(ctx context.Context, id string, now time.Time) (ticket.State, error) {
	var last ticket.Timer
	for {
		state, _, err := Tickets.Read(ctx, d.ledger, id)
		if err != nil {
			return state, err
		}
		timers := state.Timers()
		if len(timers) == 0 || timers[0].Fires().After(now) {
			return state, nil
		}
		t := timers[0]
		if t == last {
			return state, fmt.Errorf("workflow: %s of the clock %q left no mark", t.Kind, t.Clock)
		}
		last = t
		key := fmt.Sprintf("%s:%s-%s-%d-%d", id, t.Clock, t.Kind, t.Due.UnixMicro(), t.At.UnixMicro())
		if err := d.give(ctx, id, key, t.Command(), t.At); err != nil {
			return state, err
		}
	}
}

// undatedAt returns the tickets with an end beyond the calendar, once everything up to p
// is taken in.
func (d *ticketDesk) undatedAt(ctx context.Context, p eventstore.Position) (ids []string, err error) {
	d.board.Lock()
	for d.read < p && d.stopped == "" && ctx.Err() == nil {
		d.board.await(ctx, d.board.changes)
	}
	stopped := d.stopped
	d.board.Unlock()
	if stopped != "" {
		return nil, &StoppedError{Handler: TicketDesk, Reason: stopped}
	}
	rows, err := d.service.state.Read.QueryContext(ctx, ticketUndated)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// quiet tells whether everything up to head is taken in and nothing is due. The lock is
// held.
func (d *ticketDesk) quiet(head eventstore.Position, now time.Time) bool {
	return d.read >= head && !d.busy && (len(d.waiting) == 0 || d.waiting[0].at.After(now))
}

// upcoming returns when the next timer fires.
func (d *ticketDesk) upcoming() (time.Time, bool) {
	d.board.Lock()
	defer d.board.Unlock()
	if len(d.waiting) == 0 {
		return time.Time{}, false
	}
	return d.waiting[0].at, true
}

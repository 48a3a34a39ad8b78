package workflow

import (
	"container/heap"
	"slices"
	"time"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// A timerSet holds the timers still to fire, by incident, and knows which incident's
// is next. An incident's timers fire in their order, one at a time.
type timerSet struct {
	of   map[string]*clocks
	next queue
}

// clocks is what one incident's timers are.
type clocks struct {
	id      string
	version eventstore.Version // of the incident when its timers were reckoned
	timers  []timer            // the earliest first
	busy    bool               // one of them is being fired
	blocked bool               // one of them is parked
	place   int                // in the queue; -1: not in it
}

// A timer is one moment of an incident's clocks.
type timer struct {
	incident.Timer
	set  eventstore.Position // the fact that set it
	done bool                // it was fired and had nothing to say, or what it said is not folded yet
}

// same tells whether t and u name the same moment of the same run of a clock.
func same(t, u incident.Timer) bool {
	return t.Clock == u.Clock && t.Kind == u.Kind && t.At.Equal(u.At) && t.Due.Equal(u.Due)
}

func newTimerSet() timerSet { return timerSet{of: map[string]*clocks{}} }

// at returns the clocks of an incident, new ones if there are none.
func (s *timerSet) at(id string) *clocks {
	c := s.of[id]
	if c == nil {
		c = &clocks{id: id, place: -1}
		s.of[id] = c
	}
	return c
}

// put says which timers an incident has since its fact at position, version. What
// an older version says is ignored. Timers it had before keep what is known of them.
func (s *timerSet) put(id string, v eventstore.Version, at eventstore.Position, timers []incident.Timer) {
	c := s.at(id)
	if v < c.version {
		return
	}
	now := make([]timer, len(timers))
	for i, t := range timers {
		now[i] = timer{Timer: t, set: at}
		if j := slices.IndexFunc(c.timers, func(u timer) bool { return same(t, u.Timer) }); j >= 0 {
			now[i].set, now[i].done = c.timers[j].set, c.timers[j].done
		}
	}
	c.version, c.timers = v, now
	s.settle(c)
}

// finish marks a timer as fired.
func (s *timerSet) finish(id string, t incident.Timer) {
	c := s.at(id)
	for i := range c.timers {
		if same(t, c.timers[i].Timer) {
			c.timers[i].done = true
		}
	}
	s.settle(c)
}

// settle puts c where it belongs in the queue after any change to it.
func (s *timerSet) settle(c *clocks) {
	_, waiting := c.first()
	waiting = waiting && !c.busy && !c.blocked
	switch {
	case waiting && c.place < 0:
		heap.Push(&s.next, c)
	case waiting:
		heap.Fix(&s.next, c.place)
	case c.place >= 0:
		heap.Remove(&s.next, c.place)
	}
	if len(c.timers) == 0 && !c.busy && !c.blocked {
		delete(s.of, c.id)
	}
}

// first returns the next timer to fire.
func (c *clocks) first() (timer, bool) {
	for _, t := range c.timers {
		if !t.done {
			return t, true
		}
	}
	return timer{}, false
}

// moment returns when the next timer of a queued incident fires.
func (c *clocks) moment() time.Time {
	t, _ := c.first()
	return t.fires()
}

// fires returns the moment from which a timer may speak: a warning and the end of a
// suspension at their time, an end as soon as the deadline is over. What is done at
// the very instant of a deadline is in time, so the end waits for the next microsecond;
// its fact is stamped with the deadline all the same.
func (t timer) fires() time.Time {
	if t.AtOnce() {
		return t.At
	}
	return t.At.Add(time.Microsecond)
}

// peek returns the incident whose timer is next, nil when none is.
func (s *timerSet) peek() *clocks {
	if len(s.next) == 0 {
		return nil
	}
	return s.next[0]
}

// queue is a heap of incidents by their next moment; equal moments by id, so that
// the order is always the same.
type queue []*clocks

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	a, b := q[i].moment(), q[j].moment()
	if !a.Equal(b) {
		return a.Before(b)
	}
	return q[i].id < q[j].id
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *queue) Push(x any) {
	c := x.(*clocks)
	c.place = len(*q)
	*q = append(*q, c)
}

func (q *queue) Pop() any {
	old := *q
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	c.place = -1
	return c
}

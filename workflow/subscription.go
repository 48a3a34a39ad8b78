package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"gridcommand/eventstore"
)

// window is how many facts a handler may have been given and not be done with.
const window = 128

// A subscription is a watermill subscriber over the ledger for one handler. It
// hands out an incident's next fact only after the last one's Ack, and many incidents
// side by side. Its low mark is the lowest fact that is not done with, less one:
// what the checkpoint may say.
//
// A Nack brings the same fact again, after a pause that grows; nothing of that
// incident overtakes it.
type subscription struct {
	name   string
	ledger eventstore.Store // remembers its last pages
	names  *names
	wants  map[string]bool // today's names of the facts the handler gets; the others are done with at once
	log    *slog.Logger
	pause  func(try int) time.Duration
	sees   func(context.Context, eventstore.Record) (bool, error) // shown each fact wanted, in order, before it is handed out; false: it is done with

	lanes sync.WaitGroup
	out   chan *message.Message
	end   context.CancelFunc

	board   *board
	read    eventstore.Position            // the last fact looked at
	open    []handed                       // facts not done with, in order; done ones inside stay until they are first
	waiting map[string][]eventstore.Record // by incident that has a lane: the facts behind the one handed out
	stopped string                         // why the handler stopped as a whole
	since   time.Time                      // wall time since when there is something left to do
	tail    bool                           // the last page ended at the ledger's head
}

type handed struct {
	position eventstore.Position
	done     bool
}

// low returns the position up to which everything is done with. The lock is held.
func (s *subscription) low() eventstore.Position {
	if len(s.open) > 0 {
		return s.open[0].position - 1
	}
	return s.read
}

// start sets the position to go on from.
func (s *subscription) start(at eventstore.Position) {
	s.board.Lock()
	defer s.board.Unlock()
	s.read, s.open, s.waiting, s.stopped = at, nil, map[string][]eventstore.Record{}, ""
	s.since, s.tail = time.Time{}, false
	s.board.change()
}

// Subscribe begins to hand out facts; the topic is not looked at. The channel is
// closed when ctx has ended and every fact handed out was acked or nacked.
func (s *subscription) Subscribe(ctx context.Context, _ string) (<-chan *message.Message, error) {
	ctx, s.end = context.WithCancel(ctx)
	s.out = make(chan *message.Message)
	s.lanes.Go(func() { s.follow(ctx) })
	go func() {
		s.lanes.Wait()
		close(s.out)
	}()
	return s.out, nil
}

// Close ends the subscription and waits for the facts handed out.
func (s *subscription) Close() error {
	if s.end != nil {
		s.end()
	}
	s.lanes.Wait()
	return nil
}

// stop ends the handler as a whole: it is given nothing more.
func (s *subscription) stop(reason string) {
	s.board.Lock()
	defer s.board.Unlock()
	if s.stopped == "" {
		s.stopped = reason
		s.log.Error("handler stopped", "handler", s.name, "reason", reason)
		s.board.change()
	}
}

// follow looks at every fact until ctx ends or the handler stops.
func (s *subscription) follow(ctx context.Context) {
	defer s.board.wakeOn(ctx)()
	for try := 1; ; try++ {
		s.board.Lock()
		after := s.read
		s.board.Unlock()
		for page, err := range eventstore.Follow(ctx, s.ledger, after, 0) {
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				if isFinal(err) {
					s.stop(err.Error())
					return
				}
				s.log.Warn("cannot follow the ledger, trying again", "handler", s.name, "error", err)
				break
			}
			try = 0
			more, err := s.takePage(ctx, page)
			if err != nil && ctx.Err() == nil {
				s.log.Warn("cannot take in the ledger, trying again", "handler", s.name, "error", err)
				break
			}
			if !more {
				return
			}
		}
		if !sleep(ctx, s.pause(try)) {
			return
		}
	}
}

// takePage hands out what the handler wants of a page; false: no more. After an error
// the page is taken up again where it was left.
func (s *subscription) takePage(ctx context.Context, page []eventstore.Record) (bool, error) {
	for _, r := range page {
		name, err := s.names.of(r)
		if err != nil {
			s.stop(fmt.Sprintf("fact %d: %v", r.Position, err))
			return false, nil
		}
		wanted := s.wants[name]
		if wanted && s.sees != nil {
			if wanted, err = s.sees(ctx, r); err != nil {
				return false, err
			}
		}
		if wanted && !s.take(ctx, r) {
			return false, nil
		}
	}
	s.board.Lock()
	defer s.board.Unlock()
	s.read = page[len(page)-1].Position
	s.tail = len(page) < eventstore.DefaultPage
	s.settle()
	s.board.change()
	return s.stopped == "", nil
}

// take hands r out, or puts it behind its incident's earlier facts, when the window has room.
func (s *subscription) take(ctx context.Context, r eventstore.Record) bool {
	s.board.Lock()
	defer s.board.Unlock()
	for len(s.open) >= window && s.stopped == "" && ctx.Err() == nil {
		s.board.await(ctx, s.board.changes)
	}
	if s.stopped != "" || ctx.Err() != nil {
		return false
	}
	s.read = r.Position
	s.open = append(s.open, handed{position: r.Position})
	s.settle()
	id := r.Stream.ID()
	if behind, busy := s.waiting[id]; busy {
		s.waiting[id] = append(behind, r)
		return true
	}
	s.waiting[id] = nil
	s.lanes.Go(func() { s.lane(ctx, id, r) })
	return true
}

// lane hands out one incident's facts, one after the other, until none is left.
func (s *subscription) lane(ctx context.Context, id string, r eventstore.Record) {
	for more := true; more; {
		for try := 1; ; try++ {
			if s.hand(ctx, newMessage(ctx, r)) {
				break
			}
			if ctx.Err() != nil || s.isStopped() || !sleep(ctx, s.pause(try)) {
				return
			}
		}
		r, more = s.done(id, r.Position)
	}
}

// hand gives out m and tells whether it was acked. A message once given is always
// waited for, so that at shutdown what was done counts as done.
func (s *subscription) hand(ctx context.Context, m *message.Message) bool {
	select {
	case s.out <- m:
	case <-ctx.Done():
		return false
	}
	select {
	case <-m.Acked():
		return true
	case <-m.Nacked():
		return false
	}
}

// done marks the fact at p as done with and returns the incident's next fact.
func (s *subscription) done(id string, p eventstore.Position) (next eventstore.Record, more bool) {
	s.board.Lock()
	defer s.board.Unlock()
	for i := range s.open {
		if s.open[i].position == p {
			s.open[i].done = true
			break
		}
	}
	for len(s.open) > 0 && s.open[0].done {
		s.open = s.open[1:]
	}
	s.settle()
	s.board.change()
	behind := s.waiting[id]
	if len(behind) == 0 {
		delete(s.waiting, id)
		return eventstore.Record{}, false
	}
	s.waiting[id] = behind[1:]
	return behind[0], true
}

// settle notes since when there is something left to do. The lock is held.
func (s *subscription) settle() {
	switch idle := s.tail && len(s.open) == 0; {
	case idle:
		s.since = time.Time{}
	case s.since.IsZero():
		s.since = time.Now()
	}
}

func (s *subscription) isStopped() bool {
	s.board.Lock()
	defer s.board.Unlock()
	return s.stopped != ""
}

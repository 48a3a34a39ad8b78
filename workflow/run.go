package workflow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
)

// ending is how long the end of a run may take: what handlers are busy with, and
// the last checkpoint.
const ending = 20 * time.Second

// prepare makes the handlers, and their subscriptions with nothing handed out yet.
func (s *Service) prepare() {
	pause := func(try int) time.Duration { return backoff(s.patience.first)(try) }
	follows := func(name string, events ...incident.Event) *subscription {
		wants := map[string]bool{}
		for _, e := range events {
			wants[s.names.nameOf(e)] = true
		}
		return &subscription{
			name: name, ledger: s.ledger, names: s.names, wants: wants, log: s.log, pause: pause, board: s.board,
		}
	}
	s.followers = []*subscription{
		follows(AutoFile, incident.Reported{}),
		follows(AutoDispatch, incident.Filed{}),
		follows(Links, incident.Merged{}, incident.Unmerged{}, incident.HandedOver{}),
	}
	s.sightings = newSightings(s.state, s.read)
	recurrences := follows(Recurrences, looked...)
	recurrences.sees = s.looks
	s.followers = append(s.followers, recurrences)
	if s.walkers != nil {
		s.followers = append(s.followers, follows(Tasking, visited...))
	}
	s.timers = &timers{
		ledger: s.ledger, names: s.names, now: s.now, log: s.log, pause: pause, parking: s.parking,
		load: s.Load, after: s.followers, board: s.board, set: newTimerSet(), dirty: map[string]bool{}, broken: map[string]bool{},
	}
	s.tickets = &ticketDesk{service: s, ledger: s.ledger, pause: pause, board: s.board}
	s.handles = map[string]message.NoPublishHandlerFunc{
		AutoFile: s.autoFile, AutoDispatch: s.autoDispatch, Links: s.linked, Recurrences: s.recur, Tasking: s.tasking, Timers: s.fire,
	}
}

// Run runs the handlers and timers until ctx ends, and then returns nil when all of
// them are at rest and their checkpoints are written. On PostgreSQL one process
// runs them at a time; the others wait here to take over.
func (s *Service) Run(ctx context.Context) error {
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
		defer cancel()
		s.numbers.rest(last)
	}()
	for {
		alone, err := s.alone(ctx)
		if err != nil {
			return s.ended(ctx, err)
		}
		err = s.runOnce(alone)
		lost := alone.lost()
		alone.release()
		if !lost {
			return s.ended(ctx, err)
		}
		s.log.Warn("lost the right to run the handlers, waiting for it again", "error", err)
	}
}

// ended returns nil for an end that ctx asked for.
func (s *Service) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return nil
	}
	return err
}

// runOnce runs the handlers until the end, or until the right to is lost.
func (s *Service) runOnce(alone aloneness) error {
	ctx := alone.ctx
	epoch, err := s.resume(ctx)
	if err != nil {
		return err
	}
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: ending}, s.routerLog())
	if err != nil {
		return fmt.Errorf("workflow: %w", err)
	}
	for _, f := range s.followers {
		s.handler(router, f.name, f)
	}
	s.handler(router, Timers, s.timers)

	var keeping sync.WaitGroup
	keeps, stop := context.WithCancel(ctx)
	keeping.Go(func() { s.keep(keeps, epoch) })
	keeping.Go(func() { s.tickets.follow(keeps) })
	keeping.Go(func() { s.tickets.loop(keeps) })
	if s.library != nil {
		keeping.Go(func() { s.recompute(keeps, epoch) })
	}
	err = router.Run(ctx)
	stop()
	keeping.Wait()

	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer cancel()
	if alone.lost() {
		return err // the checkpoints are another process's now
	}
	return errors.Join(err, s.flush(last, epoch))
}

// handler puts a handler into the router. From the outside in: what keeps failing
// is parked, after being tried again, a panic counting as a failure.
func (s *Service) handler(router *message.Router, name string, from message.Subscriber) {
	h := router.AddConsumerHandler(name, Category, from, s.handles[name])
	h.AddMiddleware(
		s.parks(name),
		middleware.Retry{
			MaxRetries:      s.patience.retries,
			InitialInterval: s.patience.first,
			MaxInterval:     5 * time.Second,
			Multiplier:      2,
			ShouldRetry:     func(p middleware.RetryParams) bool { return !isFinal(p.Err) },
		}.Middleware,
		middleware.Recoverer,
	)
}

// parks stores a fact that keeps failing, with the reason, before it counts as done
// with, and later facts of its incident behind it. What is not the fact's fault
// is handed out again later instead: the run is ending, the ledger is crowded
// or does not answer. What no fact can cure stops the handler.
func (s *Service) parks(name string) message.HandlerMiddleware {
	return func(h message.HandlerFunc) message.HandlerFunc {
		return func(m *message.Message) ([]*message.Message, error) {
			ctx := m.Context()
			if behind, err := s.parking.behind(ctx, name, m); behind || err != nil {
				return nil, err
			}
			_, err := h(m)
			switch {
			case err == nil:
				return nil, nil
			case ctx.Err() != nil, isCrowding(err):
				return nil, err
			case isFinal(err):
				s.stop(name, err)
				return nil, err
			}
			if _, silent := s.ledger.Head(ctx); silent != nil {
				return nil, err
			}
			s.log.Error("incident parked", "handler", name, "incident", m.Metadata[metaIncident], "position", m.Metadata[metaPosition], "error", err)
			return nil, s.parking.park(ctx, name, m, err.Error())
		}
	}
}

// stop stops a handler as a whole.
func (s *Service) stop(name string, err error) {
	if name == Timers {
		s.timers.stop(err.Error())
		return
	}
	for _, f := range s.followers {
		if f.name == name {
			f.stop(err.Error())
		}
	}
}

// routerLog carries watermill's log into ours, one level lower: its information is
// about its own plumbing.
func (s *Service) routerLog() watermill.LoggerAdapter {
	return watermill.NewSlogLoggerWithLevelMapping(s.log, map[slog.Level]slog.Level{
		slog.LevelInfo:  slog.LevelDebug,
		slog.LevelError: slog.LevelWarn,
	})
}

// Handlers tells how far each handler is.
func (s *Service) Handlers() []HandlerStatus {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	head, err := s.ledger.Head(ctx)
	all := make([]HandlerStatus, 0, len(s.followers)+1)
	s.board.Lock()
	for _, f := range s.followers {
		all = append(all, status(f.name, f.low(), f.since, f.stopped))
	}
	all = append(all,
		status(Timers, s.timers.read, s.timers.since, s.timers.stopped), status(TicketDesk, s.tickets.read, s.tickets.since, s.tickets.stopped))
	elsewhere := s.elsewhere
	s.board.Unlock()
	for i := range all {
		h := &all[i]
		h.Elsewhere = elsewhere
		if err != nil {
			head = h.Checkpoint // the ledger does not answer: nothing is known beyond this
		}
		h.Head = max(head, h.Checkpoint)
		h.Lag = int64(h.Head - h.Checkpoint)
		h.Parked = s.parking.count(h.Name)
	}
	return all
}

func status(name string, at eventstore.Position, since time.Time, stopped string) HandlerStatus {
	h := HandlerStatus{Name: name, Checkpoint: at, Stopped: stopped}
	if !since.IsZero() {
		h.Behind = time.Since(since)
	}
	return h
}

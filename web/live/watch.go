package live

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A watch is what a socket is told about.
type watch struct {
	request
	id    int64
	view  projections.Live
	cache *cache

	any, scope []string // keys: of what is wanted, of what may be seen
	sight      sight

	begun  bool                // a snapshot was sent or a resume agreed
	ours   bool                // at is a position of this ledger, not of another history
	reset  string              // why the client has to start anew, until it is told
	at     eventstore.Position // the last to
	sentAt time.Time

	told map[string]int64 // of the layer patrols: who it was told of, by the count of the word
	turn bool             // the last frame was of that layer
}

// watch takes a watch on; one with the same number ends.
func (s *socket) watch(r request) error {
	d := s.hub.deps
	view, ok := d.Views[r.View]
	if !ok {
		return badFrame("watch: no view %q", r.View)
	}
	s.unwatch(*r.ID)
	if len(s.watches) >= s.hub.limits.Watches {
		return badFrame("more than %d watches", s.hub.limits.Watches)
	}
	w := &watch{request: r, id: *r.ID, view: view, cache: s.hub.caches[r.View], any: r.selection(d.Book(), s.person)}
	switch a := r.After; {
	case a == nil:
	case a.Epoch != d.Epoch:
		w.reset = "epoch"
	default:
		w.begun, w.at = true, eventstore.Position(*a.Position)
	}
	s.watches = append(s.watches, w)
	return s.look(w)
}

func (s *socket) unwatch(id int64) {
	s.watches = slices.DeleteFunc(s.watches, func(w *watch) bool { return w.id == id })
}

// look asks anew what the caller may see. It is asked for every frame, and a watch
// whose scope has changed starts anew.
func (s *socket) look(w *watch) error {
	d := s.hub.deps
	if !w.permitted(d.Book(), s.person) {
		return errOutOfScope
	}
	scope := d.Scope(s.person)
	if w.sight != (sight{}) && slices.Equal(w.scope, scope) {
		return nil
	}
	if w.begun && w.sight != (sight{}) {
		w.begun, w.reset = false, "scope"
	}
	w.scope, w.sight = scope, sightOf(w.any, scope)
	return nil
}

// frames sends what is due and returns how long until something else may be.
func (s *socket) frames() (time.Duration, error) {
	wait := s.hub.limits.Heartbeat
	for _, w := range s.watches {
		next, err := s.frame(w, time.Now())
		if err != nil {
			return 0, err
		}
		wait = min(wait, next)
	}
	return wait, nil
}

// frame sends what is due to one watch and returns how long until more may be.
func (s *socket) frame(w *watch, now time.Time) (time.Duration, error) {
	limits, since := s.hub.limits, now.Sub(w.sentAt)
	if since < limits.Every {
		return limits.Every - since, nil
	}
	if err := s.look(w); err != nil {
		return 0, err
	}
	if !w.begun {
		return limits.Every, s.snapshot(w)
	}
	if !w.turn {
		if sent, err := s.people(w); sent || err != nil {
			return limits.Every, err
		}
	}
	w.turn = false // the ledger's changes come next
	at := w.view.Position()
	if at < w.at && !w.ours {
		return s.judge(w)
	}
	if at <= w.at { // nothing new; or, after a restart, the view is still on its way
		if sent, err := s.people(w); sent || err != nil {
			return limits.Every, err
		}
		if since < limits.Heartbeat {
			return limits.Heartbeat - since, nil
		}
		return limits.Heartbeat, s.send(w, "frame", frameBody(w.at, projections.Delta{To: w.at}))
	}
	b, err := w.cache.get(at, question{w.sight, w.at}, func() (body, error) {
		d, err := w.view.Since(s.hub.work, w.any, w.scope, w.at)
		return frameBody(w.at, d), err
	})
	switch {
	case errors.Is(err, projections.ErrTooOld):
		w.begun, w.reset = false, "too_old"
		return limits.Every, s.snapshot(w)
	case err != nil:
		return s.failed(w, err), nil
	case b.empty && since < quiet:
		return quiet - since, nil
	}
	w.ours = true
	return limits.Every, s.send(w, "frame", b)
}

// judge decides about a watch whose position the view has not reached: after a
// restart the view comes up to it; a position past the ledger's head belongs to
// another history. The head only grows, so it is asked once.
func (s *socket) judge(w *watch) (time.Duration, error) {
	head, err := s.hub.deps.Head(s.hub.work)
	if err != nil {
		return s.failed(w, err), nil
	}
	if w.at <= head {
		w.ours = true
		return s.hub.limits.Every, nil
	}
	w.begun, w.reset = false, "epoch"
	return s.hub.limits.Every, s.snapshot(w)
}

// snapshot sends everything the watch sees, after the reset if there is one to tell.
func (s *socket) snapshot(w *watch) error {
	b, err := w.cache.get(w.view.Position(), question{w.sight, everything}, func() (body, error) {
		snap, err := w.view.Snapshot(s.hub.work, w.any, w.scope)
		return snapshotBody(s.hub.deps.Epoch, snap), err
	})
	if err != nil {
		s.failed(w, err)
		w.sentAt = time.Now() // not again at once
		return nil
	}
	if w.reset != "" {
		reason := append(append([]byte(`,"reason":`), quoted(w.reset)...), '}')
		if err := s.send(w, "reset", body{texts: [][]byte{reason}}); err != nil {
			return err
		}
	}
	w.reset, w.begun, w.ours, w.told = "", true, true, nil
	return s.send(w, "snapshot", b)
}

// failed says that a watch could not be answered and returns when to try again.
func (s *socket) failed(w *watch, err error) time.Duration {
	s.hub.deps.Log.LogAttrs(s.hub.work, slog.LevelWarn, "a watch could not be answered", slog.String("view", w.View), slog.Any("error", err))
	return time.Second
}

// send sends a body to a watch, which then stands at its position.
func (s *socket) send(w *watch, op string, b body) error {
	now, speed := s.hub.deps.Now(), s.hub.deps.Speed()
	for _, text := range b.texts {
		if s.wire.ending() {
			return nil // goodbye comes next; nobody is told half a snapshot and then more
		}
		var room [128]byte
		if err := s.wire.write(kindText, appendHead(room[:0], op, w.id, now, speed), text); err != nil {
			return err
		}
		s.hub.frames.Add(1)
	}
	w.at, w.sentAt = b.to, time.Now()
	return nil
}

package live

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A slow reader is never a queue: while it does not read, nothing is kept for it,
// and when it does, one frame holds what it missed, the latest state of each item.
func TestASlowReaderGetsCoalescedFrames(t *testing.T) {
	w := newWorld(t)
	w.narrow = true
	long := strings.Repeat("垃圾", 2000) // 12 kB, of which the buffers hold few
	id := w.report(0, long)
	holder := w.holder(id)
	s := w.open(limits(Limits{WriteWait: patience}))
	s.fold()
	slow, quick := s.slowly("district"), s.as("supervisor")
	for _, c := range []*client{slow, quick} {
		c.send(`{"op":"watch","id":1,"view":"worklist","scope":%q}`, holder)
	}
	at, items := slow.snapshot(1)
	from, _ := quick.snapshot(1)
	const changes = 50
	for range changes { // each reaches the quick one before the next
		w.report(0, long)
		s.fold()
		m := quick.frame(1, from)
		from = *m.To
	}
	frames := slow.upTo(1, at, w.head(), items)
	if frames >= changes/2 {
		t.Errorf("%d frames for %d changes: somebody queued", frames, changes)
	}
	if diff := cmp.Diff(s.truth("worklist", watchKeys{scope: holder}, "district"), items); diff != "" {
		t.Errorf("-there +folded:\n%s", diff)
	}
}

// Many facts about one incident become its latest state.
func TestAFrameHoldsEachItemOnce(t *testing.T) {
	w := newWorld(t)
	id := w.report(0, "一")
	s := w.open()
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114","after":{"epoch":%q,"position":%d}}`, s.epoch(), w.head())
	at := *c.frame(1, int64(w.head())).To
	w.report(0, "二")
	w.voided(id)
	gone := w.report(0, "三")
	w.voided(gone) // came and went in between
	s.fold()
	m := c.frame(1, at)
	if len(m.Put) != 1 || len(m.Gone) != 1 || m.Gone[0] != id {
		t.Errorf("%d put, %v gone, want one put and %s gone", len(m.Put), m.Gone, id)
	}
}

// blocked opens a site with one client that reads nothing and one that goes on, and
// returns once the hub has had enough of the first.
func blocked(t *testing.T, wait time.Duration) (s *site, stuck *client) {
	w := newWorld(t)
	w.narrow = true
	s = w.open(limits(Limits{WriteWait: wait}))
	s.fold()
	holder := w.holder(w.report(0, "一"))
	stuck, other := s.slowly("district"), s.as("supervisor")
	for _, c := range []*client{stuck, other} {
		c.send(`{"op":"watch","id":1,"view":"worklist","scope":%q}`, holder)
	}
	stuck.snapshot(1)
	from, _ := other.snapshot(1)
	long := strings.Repeat("垃圾", 2000)
	for {
		w.report(0, long)
		s.fold()
		m := other.frame(1, from) // the others hear of each
		from = *m.To
		select {
		case <-s.closed:
			return s, stuck
		default:
		}
	}
}

func TestASocketThatTakesNothingIsClosedWhileOthersGoOn(t *testing.T) {
	s, stuck := blocked(t, 20*time.Millisecond)
	if _, _, slow := s.hub.Stats(); slow != 1 {
		t.Errorf("%d sockets were too slow", slow)
	}
	for {
		if _, err := stuck.read(); err != nil {
			return // it was given up
		}
	}
}

// Whoever begins to read again before the hub gives up hears the rest of the frame
// that was stuck, and then why the socket ends.
func TestABlockedClientHearsWhyOnceItReads(t *testing.T) {
	_, stuck := blocked(t, 3*time.Second)
	stuck.endsWith(4408)
}

func TestAClientThatNeverAnswersPingsIsClosed(t *testing.T) {
	w := newWorld(t)
	s := w.open(limits(Limits{Heartbeat: 20 * time.Millisecond}))
	s.fold()
	c := s.as("district")
	c.conn.SetPingHandler(func(string) error { return nil })
	c.send(`{"op":"watch","id":1,"view":"wall"}`)
	c.endsWith(4408)
}

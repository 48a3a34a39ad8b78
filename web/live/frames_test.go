package live

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
)

// frame reads one frame and checks that it follows from.
func (c *client) frame(id, from int64) message {
	c.t.Helper()
	m := c.expect("frame", id)
	if m.From == nil || m.To == nil || *m.From != from || *m.To < from {
		c.t.Fatalf("a frame over %v, want from %d", m, from)
	}
	return m
}

// upTo reads frames until the watch stands at head, and applies them to items.
func (c *client) upTo(id, from int64, head eventstore.Position, items map[string]string) (frames int) {
	c.t.Helper()
	for from < int64(head) {
		m := c.frame(id, from)
		for _, gone := range m.Gone {
			delete(items, gone)
		}
		for _, p := range m.Put {
			items[idOf(c.t, p)] = string(p)
		}
		from = *m.To
		frames++
	}
	return frames
}

func TestASnapshotComesInPartsThatShareOnePosition(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("垃圾", 400)
	var holder string
	for range 250 { // 250 × 2.4 kB of worklist make more than one part
		holder = w.holder(w.report(0, long))
	}
	s := w.open()
	s.fold()
	stop := s.run()
	defer stop()
	c := s.as("district")
	c.send(`{"op":"watch","id":7,"view":"worklist","scope":%q}`, holder)
	done := make(chan struct{})
	go func() { // facts flow meanwhile
		defer close(done)
		for range 20 {
			w.report(0, "又一个")
		}
	}()
	first := c.expect("snapshot", 7)
	if first.Of < 2 || first.Part != 1 {
		t.Fatalf("part %d of %d, want several", first.Part, first.Of)
	}
	items := map[string]string{}
	for _, p := range first.Put {
		items[idOf(t, p)] = string(p)
	}
	for part := 2; part <= first.Of; part++ {
		m := c.expect("snapshot", 7)
		if m.Part != part || m.Of != first.Of || *m.Position != *first.Position || m.Epoch != first.Epoch {
			t.Fatalf("part %d of %d at %d after parts of %d at %d", m.Part, m.Of, *m.Position, first.Of, *first.Position)
		}
		for _, p := range m.Put {
			if id := idOf(t, p); items[id] != "" {
				t.Fatalf("%s came twice", id)
			}
			items[idOf(t, p)] = string(p)
		}
	}
	<-done
	c.upTo(7, *first.Position, w.head(), items)
	if len(items) != 270 {
		t.Errorf("%d items, want 270", len(items))
	}
}

func TestAnEmptySnapshotHasOnePart(t *testing.T) {
	s := newWorld(t).open()
	s.fold()
	c := s.as("inspector")
	c.send(`{"op":"watch","id":0,"view":"worklist"}`)
	if position, items := c.snapshot(0); position != 0 || len(items) != 0 {
		t.Errorf("%d items at %d", len(items), position)
	}
}

func TestFramesAreChainedAndSayWhenThereIsNothing(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114001"}`)
	at, items := c.snapshot(1)
	if len(items) != 0 {
		t.Fatalf("%d items of another street", len(items))
	}
	for round := range 3 {
		id := w.report(2, "二")
		s.fold()
		m := c.frame(1, at)
		if len(m.Put) != 1 || idOf(t, m.Put[0]) != id || *m.To != int64(w.head()) {
			t.Fatalf("round %d: %+v, want %s up to %d", round, m, id, w.head())
		}
		at = *m.To
		// Nothing for this watch, but it hears that it is up to date.
		w.report(0, "三")
		s.fold()
		m = c.frame(1, at)
		if len(m.Put)+len(m.Gone) != 0 || *m.To != int64(w.head()) {
			t.Fatalf("round %d: %+v, want nothing up to %d", round, m, w.head())
		}
		at = *m.To
	}
}

func TestAFrameSaysWhatIsGone(t *testing.T) {
	w := newWorld(t)
	id := w.report(0, "一")
	s := w.open()
	s.fold()
	c := s.as("district")
	holder := w.holder(id)
	c.send(`{"op":"watch","id":1,"view":"worklist","scope":%q}`, holder)
	at, items := c.snapshot(1)
	if items[id] == "" {
		t.Fatalf("%s is not on the worklist of %s", id, holder)
	}
	w.voided(id)
	s.fold()
	if m := c.frame(1, at); len(m.Gone) != 1 || m.Gone[0] != id || len(m.Put) != 0 {
		t.Errorf("%+v, want %s gone", m, id)
	}
}

func TestHeartbeatsAreEmptyFrames(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open(limits(Limits{Heartbeat: 400 * time.Millisecond}))
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114"}`)
	at, _ := c.snapshot(1)
	for range 3 {
		if m := c.frame(1, at); *m.To != at || m.Put != nil || m.Gone != nil {
			t.Fatalf("%+v, want an empty frame at %d", m, at)
		}
	}
}

func (s *site) epoch() string { return s.hub.deps.Epoch }

func TestResumedWatchesGoOnWhereTheyWere(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114"}`)
	at, items := c.snapshot(1)
	_ = c.conn.Close()
	w.report(0, "二")
	s.fold()

	again := s.as("district")
	again.send(`{"op":"watch","id":9,"view":"picture","scope":"440114","after":{"epoch":%q,"position":%d}}`, s.epoch(), at)
	m := again.frame(9, at)
	if len(m.Put) != 1 || *m.To != int64(w.head()) {
		t.Errorf("%+v, want one item", m)
	}
	items[idOf(t, m.Put[0])] = string(m.Put[0])
	if diff := cmp.Diff(s.truth("picture", watchKeys{scope: "440114"}, "district"), items); diff != "" {
		t.Errorf("-there +folded:\n%s", diff)
	}

	t.Run("with nothing missed, they hear so", func(t *testing.T) {
		c := s.as("district")
		c.send(`{"op":"watch","id":9,"view":"picture","scope":"440114","after":{"epoch":%q,"position":%d}}`, s.epoch(), w.head())
		if m := c.frame(9, int64(w.head())); *m.To != int64(w.head()) || m.Put != nil {
			t.Errorf("%+v", m)
		}
	})
}

func TestResumingIsRefusedWithAReasonAndASnapshot(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	n := 1
	for name, after := range map[string]string{
		"another epoch":              `{"epoch":"of another ledger","position":1}`,
		"another epoch, ahead":       `{"epoch":"of another ledger","position":1000000}`,
		"a position from the future": `{"epoch":"` + s.epoch() + `","position":1000000}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := s.as("district")
			c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114","after":%s}`, after)
			if m := c.expect("reset", 1); m.Reason != "epoch" {
				t.Errorf("reset for %q", m.Reason)
			}
			position, items := c.snapshot(1)
			if len(items) != n {
				t.Errorf("%d items, want %d", len(items), n)
			}
			w.report(0, "二")
			n++
			s.fold()
			c.frame(1, position)
		})
	}
}

// forgetful is a view that remembers the last ten positions.
type forgetful struct {
	*projections.Board
	*projections.Versions
}

func (forgetful) Name() string              { return "forgetful" }
func (v forgetful) Tables() []string        { return []string{v.Table()} }
func (v forgetful) Again() projections.View { return v }
func (v forgetful) Since(ctx context.Context, any, scope []string, after eventstore.Position) (projections.Delta, error) {
	return v.Board.Since(ctx, any, scope, after)
}

func (v forgetful) Apply(ctx context.Context, tx *sql.Tx, page []eventstore.Record) ([]projections.Change, error) {
	if err := v.Begin(ctx, tx, casefile.IDs(page)); err != nil {
		return nil, err
	}
	for _, r := range page {
		v.Set(r.Stream.ID(), r.Position, r.At, fmt.Appendf(nil, `{"id":%q,"version":%d}`, r.Stream.ID(), r.Version), []string{"area:440114"})
	}
	return v.Save(ctx, tx, page[len(page)-1].Position)
}

func TestTooOldPositionsAreReset(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	old := w.head()
	for range 20 {
		w.report(0, "二")
	}
	remembering := func() forgetful {
		versions := projections.NewVersions("forgetful", 10)
		return forgetful{projections.NewBoard("forgetful", w.views, versions), versions}
	}
	w.foldAll(w.views, remembering())
	view := remembering() // a board remembers what it saw itself; after a restart only the database does
	w.foldAll(w.views, view)
	s := w.open(func(d *Deps, _ *projections.Options) { d.Views = map[string]projections.Live{"picture": view} })
	for position, tooOld := range map[eventstore.Position]bool{1: true, old: true, w.head() - 10: false} {
		c := s.as("district")
		c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114","after":{"epoch":%q,"position":%d}}`, s.epoch(), position)
		if !tooOld {
			if m := c.frame(1, int64(position)); len(m.Put) == 0 {
				t.Errorf("after %d: %+v", position, m)
			}
			continue
		}
		if m := c.expect("reset", 1); m.Reason != "too_old" {
			t.Errorf("reset for %q", m.Reason)
		}
		if at, items := c.snapshot(1); at != int64(w.head()) || len(items) != 21 {
			t.Errorf("%d items at %d", len(items), at)
		}
	}
}

// A restart loses nothing: whoever is ahead of a view that is still on its way waits.
func TestAfterARestartWatchesWaitForTheView(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		w.report(0, "一")
	}
	s := w.open()
	s.fold()
	at := w.head()
	s.close()
	w.report(0, "二")

	w.views = w.database("rebuilt") // as if views.db had been deleted
	s = w.open(limits(Limits{Heartbeat: 400 * time.Millisecond}))
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114","after":{"epoch":%q,"position":%d}}`, s.epoch(), at)
	// The view stands at zero; the watch hears that it stands still, and no more.
	for range 3 {
		if m := c.frame(1, int64(at)); *m.To != int64(at) || m.Put != nil {
			t.Fatalf("%+v while the view is on its way", m)
		}
	}
	s.fold()
	items := map[string]string{}
	for m := c.frame(1, int64(at)); ; m = c.frame(1, int64(at)) {
		if *m.To == int64(at) {
			continue
		}
		for _, p := range m.Put {
			items[idOf(t, p)] = string(p)
		}
		if *m.To != int64(w.head()) || len(items) != 1 {
			t.Fatalf("%+v, want one item up to %d", m, w.head())
		}
		return
	}
}

func TestWatchesOfOneSocketCountTheirOwnPositions(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	start := w.head()
	w.report(0, "二")
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114","after":{"epoch":%q,"position":%d}}`, s.epoch(), start)
	c.frame(1, int64(start))
	c.send(`{"op":"watch","id":2,"view":"picture","scope":"440114001","after":{"epoch":%q,"position":%d}}`, s.epoch(), 0)
	second := c.frame(2, 0)
	if len(second.Put) != 0 {
		t.Errorf("%d items of another street", len(second.Put))
	}
	c.send(`{"op":"watch","id":3,"view":"wall"}`)
	_, figures := c.snapshot(3)
	if figures["open:440114"] == "" || figures["day:2026-11-23:440114"] == "" || figures["open:440114002"] != "" {
		t.Errorf("the district's wall has %d items, of streets: %v", len(figures), figures["open:440114002"] != "")
	}
}

func TestUnwatchEndsAWatchAndWatchReplacesIt(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114"}`)
	c.snapshot(1)
	c.send(`{"op":"unwatch","id":1}`)
	c.send(`{"op":"unwatch","id":1}`)
	c.send(`{"op":"watch","id":2,"view":"picture","scope":"440114002"}`)
	at, _ := c.snapshot(2)
	w.report(0, "二")
	s.fold()
	c.frame(2, at) // and nothing for 1

	c.send(`{"op":"watch","id":2,"view":"picture","scope":"440114001"}`)
	at, items := c.snapshot(2)
	if len(items) != 0 {
		t.Errorf("%d items of another street", len(items))
	}
	w.report(2, "三")
	s.fold()
	if m := c.frame(2, at); len(m.Put) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestAckInformsOnly(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	c := s.as("district")
	c.send(`{"op":"ack","id":5,"to":99999}`)
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114"}`)
	at, _ := c.snapshot(1)
	c.send(`{"op":"ack","id":1,"to":0}`)
	w.report(0, "二")
	s.fold()
	c.frame(1, at)
}

func TestLayersThatAreNotAskedForAreNotSent(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	for layers, n := range map[string]int{`["patrols"]`: 0, `["incidents"]`: 1, `["incidents","patrols"]`: 1, `[]`: 1} {
		c := s.as("district")
		c.send(`{"op":"watch","id":1,"view":"picture","cells":[%q],"layers":%s}`, places[0].cell, layers)
		if _, items := c.snapshot(1); len(items) != n {
			t.Errorf("%s: %d items", layers, len(items))
		}
	}
}

func TestCellsAreWatched(t *testing.T) {
	w := newWorld(t)
	first, _, third := w.report(0, "一"), w.report(1, "二"), w.report(2, "三")
	s := w.open()
	s.fold()
	c := s.as("district")
	c.send(`{"op":"watch","id":1,"view":"picture","cells":[%q,%q]}`, places[0].cell, places[2].cell)
	_, items := c.snapshot(1)
	want := map[string]string{first: "", third: ""}
	for id := range items {
		items[id] = ""
	}
	if !maps.Equal(want, items) {
		t.Errorf("%v, want %v", items, want)
	}
}

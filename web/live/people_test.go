package live

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
	"gridcommand/projections"
)

// A field is people whose clock a test moves.
type field struct {
	*People
	t     *testing.T
	after atomic.Int64 // minutes past nine
}

func newField(t *testing.T) *field {
	f := &field{t: t}
	f.People = NewPeople(func() time.Time { return nine.Add(time.Duration(f.after.Load()) * time.Minute) })
	return f
}

func (f *field) with(d *Deps, _ *projections.Options) { d.People = f.People }

func recordOf(t *testing.T, who, unit string, e func(patrol.Fact) patrol.Event) eventstore.Record {
	t.Helper()
	event := e(patrol.Fact{At: nine, By: incident.Actor{Person: who, Unit: unit, Role: jurisdiction.Inspector}})
	name, data, err := patrol.Encode(event)
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.Record{Stream: eventstore.StreamOf(patrol.Category, patrol.StreamID(who, "2026-11-23")), Type: name, At: nine, Data: data}
}

// walks has somebody's phone send where they were, so many minutes past nine.
func (f *field) walks(who, unit string, minute int, where orb.Point) {
	f.t.Helper()
	f.take(recordOf(f.t, who, unit, func(fact patrol.Fact) patrol.Event {
		return patrol.Tracked{Fact: fact, Fixes: []patrol.Fix{{At: nine.Add(time.Duration(minute) * time.Minute), Point: where}}}
	}))
}

func (f *field) stops(who, unit string) {
	f.t.Helper()
	f.take(recordOf(f.t, who, unit, func(fact patrol.Fact) patrol.Event { return patrol.WentOff{Fact: fact} }))
}

// where reads the next frame that says something and returns the place of each it puts.
func (c *client) where(id, at int64) (put map[string]string, gone []string) {
	c.t.Helper()
	for {
		m := c.expect("frame", id)
		if *m.From != at || *m.To != at {
			c.t.Fatalf("a frame covers (%d, %d], nothing happened after %d", *m.From, *m.To, at)
		}
		if len(m.Put)+len(m.Gone) == 0 {
			continue
		}
		put = map[string]string{}
		for _, p := range m.Put {
			var f struct {
				Geometry struct{ Coordinates json.RawMessage }
			}
			if err := json.Unmarshal(p, &f); err != nil {
				c.t.Fatal(err)
			}
			put[idOf(c.t, p)] = string(f.Geometry.Coordinates)
		}
		return put, m.Gone
	}
}

// Who moved is told at once, in frames that cover nothing of the ledger; only the last
// place counts, and whoever goes is gone.
func TestTheLastPlaceCounts(t *testing.T) {
	w, f := newWorld(t), newField(t)
	s := w.open(f.with)
	s.fold()
	f.walks("before", "440114002002", 0, places[0].point)
	c := s.as("street")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114002","layers":["incidents","patrols"]}`)
	at, items := c.snapshot(1)
	if len(items) != 0 {
		t.Errorf("the snapshot holds %v: people are none of the ledger's", items)
	}
	if put, _ := c.where(1, at); len(put) != 1 || put["patrol:before"] == "" {
		t.Errorf("put %v", put)
	}
	f.walks("wang", "440114002002", 3, places[0].point)
	if put, _ := c.where(1, at); put["patrol:wang"] != "[113.2205,23.3933]" || len(put) != 1 {
		t.Errorf("put %v", put)
	}
	f.walks("wang", "440114002002", 1, places[1].point) // late: not where they are
	if got := f.seen(request{Scope: "440114"}, w.reference.Book, person("street"))["wang"].point; got != places[0].point {
		t.Errorf("a late batch moves wang to %v", got)
	}
	f.walks("far", "440114001001", 4, places[2].point) // another street's
	f.walks("wang", "440114002002", 5, places[1].point)
	if put, _ := c.where(1, at); put["patrol:wang"] != "[113.2405,23.4033]" || len(put) != 1 {
		t.Errorf("put %v", put)
	}
	f.stops("wang", "440114002002")
	if put, gone := c.where(1, at); len(put) != 0 || !slices.Equal(gone, []string{"patrol:wang"}) {
		t.Errorf("put %v, gone %v", put, gone)
	}
	f.after.Store(31) // the last word of "before" is too old to say anything
	f.stops("wang", "440114002002")
	if _, gone := c.where(1, at); !slices.Equal(gone, []string{"patrol:before"}) {
		t.Errorf("gone %v", gone)
	}

	// What happens in the ledger comes as ever.
	id := w.report(0, "树枝压住人行道")
	s.fold()
	for {
		m := c.expect("frame", 1)
		if *m.From != at {
			t.Fatalf("a frame from %d, the last one was to %d", *m.From, at)
		}
		if at = *m.To; len(m.Put) == 1 && strings.Contains(string(m.Put[0]), id) {
			break
		}
	}
}

// Where staff are is seen by themselves, their station and the desks above, and only by
// those who ask for it.
func TestWhoSeesWhereStaffAre(t *testing.T) {
	w, f := newWorld(t), newField(t)
	book := w.reference.Book
	f.walks("inspector", "440114002002", 0, places[0].point)
	f.walks("other", "440114002002", 0, places[0].point)
	for who, want := range map[string]int{
		"inspector": 1, "street": 2, "district": 2, "elsewhere": 0, "supervisor": 0, "screen": 0, "handler": 0, "bureau": 0, "admin": 0,
	} {
		if got := len(f.seen(request{Scope: "440114"}, book, person(who))); got != want {
			t.Errorf("%s sees %d", who, got)
		}
		if got := len(f.seen(request{Cells: []string{places[0].cell}}, book, person(who))); got != want {
			t.Errorf("%s sees %d in the cell", who, got)
		}
		if got := len(f.seen(request{Cells: []string{places[2].cell}}, book, person(who))); got != 0 {
			t.Errorf("%s sees %d in another cell", who, got)
		}
	}
	station := jurisdiction.Person{Name: "station", Role: jurisdiction.CommunityStaff, Unit: "440114002002"}
	next := jurisdiction.Person{Name: "next", Role: jurisdiction.CommunityStaff, Unit: "440114002003"}
	if mine, others := len(f.seen(request{Scope: "440114"}, book, station)), len(f.seen(request{Scope: "440114"}, book, next)); mine != 2 || others != 0 {
		t.Errorf("a station sees %d, its neighbour %d", mine, others)
	}

	s := w.open(f.with)
	s.fold()
	c := s.as("street")
	c.send(`{"op":"watch","id":1,"view":"picture","scope":"440114002"}`)
	at, _ := c.snapshot(1)
	f.walks("inspector", "440114002002", 2, places[1].point)
	w.report(0, "路灯不亮")
	s.fold()
	for to := at; to == at; {
		m := c.expect("frame", 1)
		for _, p := range m.Put {
			if strings.Contains(string(p), "patrol") {
				t.Errorf("told of staff without asking: %s", p)
			}
		}
		to = *m.To
	}
}

// What phones send reaches the field through the ledger, from its head on.
func TestPeopleFollowTheLedger(t *testing.T) {
	w, f := newWorld(t), newField(t)
	moved := make(chan struct{}, 10)
	f.onMove(func() { moved <- struct{}{} })
	send := func(who string) {
		r := recordOf(t, who, "440114002002", func(fact patrol.Fact) patrol.Event {
			return patrol.Tracked{Fact: fact, Fixes: []patrol.Fix{{At: nine, Point: places[0].point}}}
		})
		_, err := w.ledger.Append(t.Context(), eventstore.Append{Writes: []eventstore.Write{{
			Stream: r.Stream, Drafts: []eventstore.Draft{{Type: r.Type, At: r.At, Data: r.Data}},
		}}})
		must(t, 0, err)
	}
	send("earlier")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	begun := make(chan struct{})
	go func() { ended <- f.Run(ctx, &told{Store: w.ledger, waits: begun}) }()
	<-begun
	send("wang")
	<-moved
	seen := f.seen(request{Scope: "440114002"}, w.reference.Book, person("street"))
	if _, there := seen["wang"]; !there || len(seen) != 1 {
		t.Errorf("%v", seen)
	}
	stop()
	if err := <-ended; ctx.Err() == nil || err == nil {
		t.Errorf("Run ended with %v", err)
	}
}

// told says when somebody waits for the ledger to grow.
type told struct {
	eventstore.Store
	waits chan struct{}
	once  atomic.Bool
}

func (s *told) Wait(ctx context.Context, after eventstore.Position) error {
	if s.once.CompareAndSwap(false, true) {
		close(s.waits)
	}
	return s.Store.Wait(ctx, after)
}

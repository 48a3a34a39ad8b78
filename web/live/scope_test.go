package live

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/jurisdiction"
	"gridcommand/web/accounts"
)

func TestWatchesOfForeignUnitsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	s := w.open()
	s.fold()
	for _, x := range []struct {
		who, watch string
		may        bool
	}{
		{"street", `"view":"picture","scope":"440114002"`, true},
		{"street", `"view":"picture","scope":"440114002002"`, true},
		{"street", `"view":"picture","scope":"440114001"`, false},
		{"street", `"view":"worklist","scope":"440114002-S01"`, true},
		{"street", `"view":"worklist","scope":"440114001-S01"`, false},
		{"street", `"view":"worklist","scope":"440114"`, false},
		{"street", `"view":"wall","scope":"440114001"`, false},
		{"inspector", `"view":"worklist"`, true},
		{"inspector", `"view":"worklist","scope":"440114002"`, false},
		{"handler", `"view":"worklist"`, true},
		{"handler", `"view":"worklist","scope":"440114002"`, false},
		{"bureau", `"view":"worklist","scope":"440114002-S01"`, false},
		{"district", `"view":"worklist","scope":"440114001-S01"`, true},
		{"supervisor", `"view":"worklist","scope":"440114001-S01"`, true},
		{"supervisor", `"view":"wall","scope":"440114001"`, true},
		{"screen", `"view":"picture","scope":"440114"`, true},
		{"screen", `"view":"wall"`, true},
		{"screen", `"view":"worklist"`, false},
		{"screen", `"view":"worklist","scope":"440114002"`, false},
		{"admin", `"view":"picture","scope":"440114"`, false},
		{"admin", `"view":"wall"`, false},
		{"admin", `"view":"worklist"`, false},
		{"district", `"view":"picture","scope":"440114002-S01"`, false},
		{"district", `"view":"picture","scope":"44011"`, false},
		{"district", `"view":"worklist","scope":"440114999"`, false},
	} {
		t.Run(x.who+" "+x.watch, func(t *testing.T) {
			c := s.as(x.who)
			c.send(`{"op":"watch","id":1,%s}`, x.watch)
			if !x.may {
				c.endsWith(4403)
				return
			}
			c.snapshot(1)
		})
	}
}

// Cells and whole areas show each caller only what is in the own scope.
func TestItemsOutOfScopeAreNotSent(t *testing.T) {
	w := newWorld(t)
	for place := range places {
		w.report(place, "一")
	}
	s := w.open()
	s.fold()
	cells := []string{places[0].cell, places[1].cell, places[2].cell, places[3].cell}
	quoted, _ := json.Marshal(cells)
	for who, n := range map[string]int{"street": 2, "elsewhere": 1, "district": 4, "bureau": 0, "admin": 0, "screen": 4, "inspector": 4} {
		c := s.as(who)
		c.send(`{"op":"watch","id":1,"view":"picture","cells":%s}`, quoted)
		_, items := c.snapshot(1)
		if len(items) != n {
			t.Errorf("%s sees %d items, want %d", who, len(items), n)
		}
	}
}

// A screen hangs where anybody looks at it.
func TestWhatAScreenIsSentHoldsNoDescriptionAddressOrPerson(t *testing.T) {
	w := newWorld(t)
	s := w.open()
	s.fold()
	c := s.as("screen")
	var texts []string
	for id, watch := range []string{`"view":"picture","scope":"440114"`, `"view":"wall"`} {
		c.send(`{"op":"watch","id":%d,%s}`, id, watch)
		c.snapshot(int64(id))
	}
	w.report(0, "王阿姨家门口堆了垃圾")
	s.fold()
	for range 2 {
		for _, p := range c.next().Put {
			texts = append(texts, string(p))
		}
	}
	if len(texts) < 5 {
		t.Fatalf("only %d items", len(texts))
	}
	for _, text := range texts {
		for _, secret := range []string{"王阿姨", "花城路", "description", "address", "reporter", "person", "actor", `_by"`} {
			if strings.Contains(text, secret) {
				t.Errorf("%q in %s", secret, text)
			}
		}
	}
}

func TestTheSocketsOfADisabledAccountAreClosed(t *testing.T) {
	open := func(t *testing.T) (*site, *client, *client) {
		w := newWorld(t)
		s := w.open()
		s.fold()
		c, other := s.as("street"), s.as("district")
		for _, x := range []*client{c, other} {
			x.send(`{"op":"watch","id":1,"view":"picture","scope":"440114002"}`)
			x.snapshot(1)
		}
		return s, c, other
	}
	goesOn := func(s *site, c *client) {
		s.t.Helper()
		s.report(0, "一")
		s.fold()
		c.frame(1, 0)
	}
	t.Run("by this process", func(t *testing.T) {
		s, c, other := open(t)
		s.accounts.OnEnd(s.hub.EndSession)
		if err := s.accounts.Disable(t.Context(), "street"); err != nil {
			t.Fatal(err)
		}
		c.endsWith(4401)
		goesOn(s, other)
	})
	t.Run("by another process, which tells nobody", func(t *testing.T) {
		s, c, other := open(t)
		another, err := accounts.Open(t.Context(), s.state, func() time.Time { return nine }, accounts.Options{})
		if err := must(t, another, err).Disable(t.Context(), "street"); err != nil {
			t.Fatal(err)
		}
		c.endsWith(4401)
		goesOn(s, other)
	})
	t.Run("by log-out", func(t *testing.T) {
		s, c, other := open(t)
		s.accounts.OnEnd(s.hub.EndSession)
		if err := s.accounts.Logout(t.Context(), s.sessions["street"]); err != nil {
			t.Fatal(err)
		}
		c.endsWith(4401)
		goesOn(s, other)
	})
}

// What may be seen is asked for every frame, not once: whoever loses a street in the
// middle of a watch is told to start anew, and sees it no more.
func TestScopeIsAskedForEveryFrame(t *testing.T) {
	w := newWorld(t)
	w.report(0, "一")
	w.report(2, "二")
	s := w.open()
	s.fold()
	c, other := s.as("supervisor"), s.as("district")
	for _, x := range []*client{c, other} {
		x.send(`{"op":"watch","id":1,"view":"picture","scope":"440114"}`)
		if _, items := x.snapshot(1); len(items) != 2 {
			t.Fatalf("%d items", len(items))
		}
	}
	narrow := func(p jurisdiction.Person) []string {
		if p.Name == "supervisor" {
			return []string{"area:440114001"}
		}
		return w.reference.Book.Scope(p)
	}
	s.scope.Store(&narrow)
	at := int64(w.head())
	id := w.report(0, "三")
	s.fold()
	if m := c.expect("reset", 1); m.Reason != "scope" {
		t.Errorf("reset for %q", m.Reason)
	}
	if _, items := c.snapshot(1); len(items) != 1 || items[id] != "" {
		t.Errorf("%d items", len(items))
	}
	if m := other.frame(1, at); len(m.Put) != 1 {
		t.Errorf("the other got %+v", m)
	}
}

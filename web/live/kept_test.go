package live

import (
	"slices"
	"strings"
	"testing"

	"gridcommand/domain/incident"
	"gridcommand/workflow"
)

// do gives a command as somebody of the demonstration.
func (w *world) do(who, id string, c incident.Command) {
	w.t.Helper()
	p := person(who)
	if _, err := w.service.Do(w.t.Context(), id, c, incident.Actor{Person: p.Name, Unit: p.Unit, Role: p.Role}, workflow.Options{At: nine}); err != nil {
		w.t.Fatalf("%s %s: %v", who, c.Name(), err)
	}
}

// An incident that turns out to be about the unit that has it is gone from the unit's
// lists at once, and from everybody's below the district.
func TestWhatIsAboutAUnitLeavesItsSockets(t *testing.T) {
	w := newWorld(t)
	id := w.report(0, "一")
	w.do("street", id, incident.Correct{Field: incident.DescriptionField, Text: "二", Reason: "更正"})
	s := w.open()
	s.fold()
	watched := map[string]*client{}
	for who, watch := range map[string]string{
		"street": `"view":"picture","scope":"440114002"`, "inspector": `"view":"picture","scope":"440114002002"`,
		"district": `"view":"picture","scope":"440114"`,
	} {
		c := s.as(who)
		c.send(`{"op":"watch","id":1,%s}`, watch)
		if _, items := c.snapshot(1); len(items) != 1 {
			t.Fatalf("%s sees %d items before", who, len(items))
		}
		watched[who] = c
	}
	concerned := "440114002002"
	w.do("district", id, incident.Correct{Field: incident.ConcernsField, Concerns: &concerned, Reason: "反映网格站人员"})
	s.fold()
	for who, c := range watched {
		frame := c.next()
		if gone := slices.Contains(frame.Gone, id); gone == (who == "district") {
			t.Errorf("%s: gone %v, put %d", who, frame.Gone, len(frame.Put))
		}
	}
	// Whoever comes later does not see it either.
	late := s.as("street")
	late.send(`{"op":"watch","id":1,"view":"picture","scope":"440114002"}`)
	if _, items := late.snapshot(1); len(items) != 0 {
		t.Errorf("the street sees %v", items)
	}
}

// What a helper is asked for comes to its list, though another unit holds it.
func TestAHelpersWorklist(t *testing.T) {
	w := newWorld(t)
	id := w.report(0, "王阿姨家门口堆了垃圾")
	state, _, err := w.service.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.do("street", id, incident.File{Matter: state.Matter, Criterion: state.Criterion})
	w.do("street", id, incident.Dispatch{Unit: "440114002-S02", Helpers: []incident.HelpWanted{{Unit: "440114002-S01", Task: "维持秩序"}}})
	s := w.open()
	s.fold()
	c := s.as("handler")
	c.send(`{"op":"watch","id":1,"view":"worklist"}`)
	if _, items := c.snapshot(1); len(items) != 1 || !strings.Contains(items[id], "维持秩序") {
		t.Errorf("the helper's list: %v", items)
	}
}

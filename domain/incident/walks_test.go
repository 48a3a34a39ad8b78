package incident_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// helpers draws who is to help, mostly nobody.
func helpers(t *rapid.T) []incident.HelpWanted {
	return rapid.SampledFrom([][]incident.HelpWanted{
		nil, nil, nil,
		{{Unit: s02, Task: "清运"}},
		{{Unit: guihua, Limit: &deadline.Limit{N: 1, Unit: deadline.UrgentHours}}, {Unit: s02}},
		{{Unit: s01, Limit: &deadline.Limit{N: 60, Unit: deadline.WorkingDays}}},
		{{Unit: "Z99"}},
	}).Draw(t, "helpers")
}

// tied draws a command of several hands, or one that ties incidents together; nil: it
// is another kind.
func tied(t *rapid.T, name string, extra incident.Extra, text, unit string, matter catalogue.Key, criterion string) incident.Command {
	units := []string{s01, s02, d01, huacheng, xinhua, guihua}
	switch name {
	case "open-coordination":
		return incident.OpenCoordination{Extra: extra, Units: rapid.SliceOfN(rapid.SampledFrom(append(units, unit)), 0, 3).Draw(t, "units"), Question: text}
	case "conclude-coordination":
		c := incident.ConcludeCoordination{Extra: extra, Lead: rapid.SampledFrom(append(units, unit)).Draw(t, "lead"), Helpers: helpers(t)}
		if rapid.Bool().Draw(t, "with ruling") {
			area := rapid.SampledFrom([]string{district, huacheng, guihua, xinhua, ""}).Draw(t, "area")
			c.Ruling = &incident.Ruling{Matter: matter, Area: area, Unit: rapid.SampledFrom(append(units, unit)).Draw(t, "ruled"), Number: rapid.SampledFrom([]string{"", "第 7 号"}).Draw(t, "number")}
		}
		return c
	case "help":
		return incident.Help{Extra: extra, Result: text}
	case "assign":
		return incident.Assign{Extra: extra, Team: text, Person: rapid.SampledFrom([]string{"", "li"}).Draw(t, "person")}
	case "call":
		return incident.Call{Extra: extra, Unit: rapid.SampledFrom([]string{police, police, unit}).Draw(t, "branch"), Task: text}
	case "arrive":
		return incident.Arrive{Extra: extra}
	case "refuse-call":
		return incident.RefuseCall{Extra: extra, Reason: text}
	case "task":
		return incident.Task{Person: rapid.SampledFrom([]string{"inspector", "inspector2"}).Draw(t, "person"), Why: text}
	case "merge":
		if rapid.IntRange(0, 4).Draw(t, "spare it") > 0 {
			return incident.Merge{Extra: extra, Reason: text}
		}
		return incident.Merge{Extra: extra, Into: another, Reason: text, Target: target()}
	case "unmerge":
		return incident.Unmerge{Extra: extra, Reason: text}
	case "absorb":
		return incident.Absorb{From: another, Number: "440114-20261123-00002"}
	case "release":
		return incident.Release{From: another, Number: "440114-20261123-00002"}
	case "correct":
		places := []jurisdiction.Place{atGuihua, atZiwei, atYunshan, offGrid}
		c := place(rapid.SampledFrom(places).Draw(t, "place"))
		c.Field = rapid.SampledFrom([]string{"location", "matter", "description", "severity", "concerns", "colour"}).Draw(t, "field")
		c.Extra, c.Reason, c.Text = extra, text, text
		c.Severity = rapid.SampledFrom(append([]incident.Severity{""}, incident.Severities...)).Draw(t, "corrected severity")
		c.Matter, c.Criterion = &matter, criterion
		if about := rapid.SampledFrom([]string{"", "", s01, "Z99"}).Draw(t, "about"); c.Field == "concerns" {
			c.Concerns = &about
		}
		// A correction says one thing; what else it held would be no part of the fact.
		switch c.Field {
		case "location":
			c.Matter, c.Criterion, c.Text, c.Severity = nil, "", "", ""
		case "matter":
			c.Location, c.Place, c.Text, c.Severity = nil, nil, "", ""
		case "severity":
			c.Location, c.Place, c.Matter, c.Criterion, c.Text = nil, nil, nil, "", ""
		default:
			c.Location, c.Place, c.Matter, c.Criterion, c.Severity = nil, nil, nil, "", ""
			if c.Field == "concerns" {
				c.Text = ""
			}
		}
		return c
	case "hand-over":
		if rapid.IntRange(0, 9).Draw(t, "spare it") > 0 {
			text = ""
		}
		return incident.HandOver{Extra: extra, Agency: "122", Receipt: text, Rest: text, RestID: another}
	case "recur":
		return incident.Recur{Recurrence: incident.Recurrence{Of: another, Number: "440114-20261112-00003", ClosedAt: nine.Add(-time.Hour), Count: 2}}
	case "flag":
		return incident.MarkFlag{Flag: incident.SamePhoto, Other: another, Photo: someImage}
	}
	return nil
}

// onward holds the commands that bring an incident nearer to its end.
var onward = []string{
	"confirm", "refute", "file", "decline", "dispatch", "handle", "return", "transfer", "escalate", "pass", "fail", "close",
	"open-coordination", "conclude-coordination", "resume",
}

// isNotStuck fails unless somebody who works at the holder, at the place or at a desk
// above may move it on. What is kept from its units leaves by hand-over.
func (w *walk) isNotStuck(t *rapid.T) {
	if w.s.Status != incident.StatusOpen {
		return
	}
	o := w.world
	o.At = w.now
	unit, known := o.Book.Unit(w.s.Holder)
	who := []incident.Actor{actor("another inspector", w.s.Place.Community, jurisdiction.Inspector)}
	for known {
		who = append(who, actor("another of "+unit.Code, unit.Code, unit.Staff()))
		unit, known = o.Book.Unit(unit.Parent)
	}
	leaves := onward
	if o.Book.Keeps(w.s.Matter, w.s.Concerns) {
		leaves = append(slices.Clone(leaves), "hand-over")
	}
	for _, o.By = range who {
		for _, name := range incident.Allowed(w.s, o) {
			if slices.Contains(leaves, name) {
				return
			}
		}
	}
	t.Fatalf("nobody moves it on: %s at %s, difficult %t, bound %t, suspended %t", w.s.Stage, w.s.Holder, w.s.Difficult, w.s.Bound, w.s.Pause != nil)
}

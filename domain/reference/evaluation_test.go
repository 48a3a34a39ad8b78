package reference_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/reference"
	"gridcommand/domain/table"
)

func TestTheBuiltInWeightsAddUpToAHundred(t *testing.T) {
	e := base(t).Reference.Evaluation
	sum := 0
	for _, w := range e.Weights {
		sum += w.Weight
	}
	if sum != 100 || e.Weight("handled_on_time") != 20 || e.Weight("nothing_such") != 0 || e.Version != reference.PolicyVersion {
		t.Errorf("%d in all: %+v", sum, e)
	}
}

func TestAGradeIsTheBestOneThatAScoreReaches(t *testing.T) {
	e := base(t).Reference.Evaluation
	for score, want := range map[float64]string{
		100: "A", 90: "A", 89.99: "B", 75: "B", 74.9: "C", 60: "C", 59.5: "D", 40: "D", 39.999: "E", 0: "E",
	} {
		if got := e.Grade(score); got != want {
			t.Errorf("%v is %s, want %s", score, got, want)
		}
	}
}

// weights are rows of a table of evaluation: name, value, name, value …
func weights(pairs ...string) reference.Tables {
	var rows []table.Row
	for i := 0; i < len(pairs); i += 2 {
		rows = append(rows, table.Row{Line: i/2 + 2, Fields: []string{pairs[i], pairs[i+1], ""}})
	}
	return reference.Tables{reference.EvaluationTable: rows}
}

// An edition of weights counts from its time on, leaves those it does not name as they
// are, and no incident is routed by another version for it.
func TestAnEvaluationCountsFromItsEffectiveTimeOn(t *testing.T) {
	monday := nine.AddDate(0, 0, 7)
	h := given(t, at(nine, reference.Enact{Version: "e1", Effective: monday, Tables: weights("weight.rework", "0", "weight.closed_rate", "7", "grade.A", "95")}))
	for when, want := range map[time.Time]string{nine: "5 0 15 A", monday.Add(-1): "5 0 15 A", monday: "0 7 15 B"} {
		r, err := h.At(base(t), when)
		if err != nil {
			t.Fatal(err)
		}
		e := r.Evaluation
		if got := fmt.Sprintf("%d %d %d %s", e.Weight("rework"), e.Weight("closed_rate"), e.Weight("closed_on_time"), e.Grade(92)); got != want {
			t.Errorf("at %v: %s, want %s", when, got, want)
		}
	}
	if got := route(t, h, monday).PolicyVersion; got != reference.PolicyVersion {
		t.Errorf("incidents are routed by %s", got)
	}
	c := h.InForce(base(t), monday, 1)
	if c.Versions[reference.EvaluationTable] != "e1" || len(c.Tables[reference.EvaluationTable]) != len(base(t).Tables[reference.EvaluationTable])+1 {
		t.Errorf("in force: %s with %d rows", c.Versions[reference.EvaluationTable], len(c.Tables[reference.EvaluationTable]))
	}
	if row := c.Tables[reference.EvaluationTable]; row[10].Fields[2] == "" {
		t.Errorf("%v lost its meaning", row[10].Fields)
	}
}

func TestAFaultyEvaluationIsRefusedWholeWithItsRows(t *testing.T) {
	_, err := do(t, reference.History{}, at(nine, reference.Enact{Tables: weights(
		"weight.rework", "-1", "weight.rework", "5", "weight.Rework", "5", "weight.", "5", "speed", "3", "weight.return_rate", "half",
		"weight.recurrence", "1001", "grade.F", "10", "grade.A", "101", "grade.B", "20", "grade.C", "20",
	)}))
	faults(t, err,
		"line 2, value: \"-1\"", "line 3, name: weight.rework is there twice", "line 4, name", "line 5, name", "line 6, name", "line 7, value",
		"line 8, value", "line 9, name", "line 10, value: \"101\"", "line 12, value: C from 20 on is not below B from 20 on",
	)
	if strings.Contains(err.Error(), "line 14") {
		t.Errorf("names a line that was not given: %v", err)
	}
}

// What is not known among the indicators is refused where the program knows them all; an
// edition that was enacted counts on when an indicator is no longer there.
func TestAWeightOfNoIndicatorIsRefused(t *testing.T) {
	b := *base(t)
	b.Indicators = []string{"handled_on_time", "rework"}
	enact := func(h reference.History, pairs ...string) error {
		_, err := reference.Decide(h, reference.Order{At: nine, By: admin, Base: &b, Command: reference.Enact{Tables: weights(pairs...)}})
		return err
	}
	faults(t, enact(reference.History{}, "weight.rework", "2", "weight.hapiness", "3"), "line 3, name: there is no indicator hapiness")
	if err := enact(reference.History{}, "weight.rework", "2"); err != nil {
		t.Errorf("with known ones alone: %v", err)
	}
	h := given(t, at(nine, reference.Enact{Tables: weights("weight.old_one", "3")}))
	if err := enact(h, "weight.rework", "2"); err != nil {
		t.Errorf("beside one that is gone: %v", err)
	}
}

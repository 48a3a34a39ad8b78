package reference

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gridcommand/domain/table"
)

// An Evaluation is how figures become one score and a grade:
//
//	score = Σ weight × points / Σ weight, over the indicators that are not n/a
//
// It concerns nobody's work, only how work is judged: no rule of an incident reads it.
type Evaluation struct {
	Version string
	Weights []Weight    // in the order of the table; those that weigh nothing too
	Grades  []GradeFrom // the best first: A to D; below the last it is E
}

// A Weight is how much an indicator counts.
type Weight struct {
	Indicator string // its code
	Weight    int
}

// A GradeFrom is the least score of a grade.
type GradeFrom struct {
	Grade string
	From  int
}

// LowestGrade is what is below all limits.
const LowestGrade = "E"

// grades are those that have a limit, the best first.
var grades = []string{"A", "B", "C", "D"}

// Weight returns how much an indicator counts; 0: not at all.
func (e Evaluation) Weight(indicator string) int {
	for _, w := range e.Weights {
		if w.Indicator == indicator {
			return w.Weight
		}
	}
	return 0
}

// Grade returns the grade of a score.
func (e Evaluation) Grade(score float64) string {
	for _, g := range e.Grades {
		if score >= float64(g.From) {
			return g.Grade
		}
	}
	return LowestGrade
}

// maxWeight bounds one weight. Only the weights' proportions count.
const maxWeight = 1000

var indicatorCode = regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)

// evaluationFrom reads a table of evaluation: name, value, meaning.
func evaluationFrom(version string, rows []table.Row) (Evaluation, *table.Faults) {
	faults := &table.Faults{Table: EvaluationTable}
	e := Evaluation{Version: version}
	from, seen := map[string]int{}, map[string]bool{}
	for _, x := range rows {
		name, value := x.Fields[0], x.Fields[1]
		if seen[name] {
			faults.Add(x.Line, "name", "%s is there twice", name)
			continue
		}
		seen[name] = true
		n, err := strconv.Atoi(value)
		kind, what, _ := strings.Cut(name, ".")
		switch {
		case kind == "weight" && indicatorCode.MatchString(what):
			if err != nil || n < 0 || n > maxWeight {
				faults.Add(x.Line, "value", "%q is no whole number from 0 to %d", value, maxWeight)
				continue
			}
			e.Weights = append(e.Weights, Weight{what, n})
		case kind == "grade" && slices.Contains(grades, what):
			if err != nil || n < 0 || n > 100 {
				faults.Add(x.Line, "value", "%q is no score from 0 to 100", value)
				continue
			}
			from[what] = n
		default:
			faults.Add(x.Line, "name", "%q is neither weight.INDICATOR nor one of grade.A to grade.D", name)
		}
	}
	for i, g := range grades {
		n, set := from[g]
		switch {
		case !seen["grade."+g]:
			faults.Add(0, "", "grade.%s is missing", g)
		case !set: // said already
		default:
			if i > 0 {
				if better, known := from[grades[i-1]]; known && better <= n {
					faults.Add(lineOf(rows, "grade."+g), "value", "%s from %d on is not below %s from %d on", g, n, grades[i-1], better)
				}
			}
			e.Grades = append(e.Grades, GradeFrom{g, n})
		}
	}
	return e, faults
}

func lineOf(rows []table.Row, name string) int {
	i := slices.IndexFunc(rows, func(x table.Row) bool { return x.Fields[0] == name })
	return rows[i].Line
}

// unknownIndicators says which weights are of indicators that nobody knows.
func unknownIndicators(rows []table.Row, known []string) *table.Faults {
	faults := &table.Faults{Table: EvaluationTable}
	for _, x := range rows {
		if code, weight := strings.CutPrefix(x.Fields[0], "weight."); weight && !slices.Contains(known, code) {
			faults.Add(x.Line, "name", "there is no indicator %s; there are %s", code, strings.Join(known, ", "))
		}
	}
	return faults
}

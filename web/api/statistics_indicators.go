package api

import (
	"context"

	"gridcommand/projections/figures"
)

// An Indicator is one entry of the catalogue of indicators.
type Indicator struct {
	Code        string         `json:"code" doc:"field of a row of statistics, with dots where it lies deeper"`
	Name        string         `json:"name"`
	NameEN      string         `json:"name_en"`
	Formula     string         `json:"formula"`
	FormulaEN   string         `json:"formula_en"`
	FallsOn     string         `json:"falls_on" doc:"whose unit and person it counts for"`
	FallsOnEN   string         `json:"falls_on_en"`
	Numerator   []figures.Term `json:"numerator"`
	Denominator []figures.Term `json:"denominator" doc:"none: it is no share of facts"`
	Sense       figures.Sense  `json:"sense" doc:"which way is better"`
	Kind        figures.Kind   `json:"kind"`
	Duration    string         `json:"duration" doc:"the run that it judges: a field of durations; empty: none"`
	Source      string         `json:"source" enum:"published,practice,decided"`
	Weight      int            `json:"weight" doc:"in the score"`
}

// A FigureName is what a figure is called.
type FigureName struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	NameEN string `json:"name_en"`
}

// A GradeFrom is the least score of a grade.
type GradeFrom struct {
	Grade string `json:"grade"`
	From  int    `json:"from"`
}

// Indicators is the catalogue of indicators.
type Indicators struct {
	Items    []Indicator  `json:"items"`
	Figures  []FigureName `json:"figures"`
	Grades   []GradeFrom  `json:"grades" doc:"the best first"`
	Position int64        `json:"position"`
}

func (s *server) indicators(ctx context.Context, _ *Request, q FromView) (Indicators, error) {
	if err := s.await(ctx, "tally", q.MinPosition); err != nil {
		return Indicators{}, err
	}
	e := s.reference().Evaluation
	out := Indicators{Items: []Indicator{}, Figures: []FigureName{}, Grades: []GradeFrom{}}
	for _, i := range figures.Indicators {
		out.Items = append(out.Items, Indicator{
			Code: i.Code, Name: i.Name.ZH, NameEN: i.Name.EN, Formula: i.Formula.ZH, FormulaEN: i.Formula.EN, FallsOn: i.FallsOn.ZH, FallsOnEN: i.FallsOn.EN,
			Numerator: terms(i.Numerator), Denominator: terms(i.Denominator), Sense: i.Sense, Kind: i.Kind, Duration: string(i.Lap), Source: i.Source,
			Weight: e.Weight(i.Code),
		})
	}
	for _, f := range figures.All {
		out.Figures = append(out.Figures, FigureName{string(f.Figure), f.Name.ZH, f.Name.EN})
	}
	for _, g := range e.Grades {
		out.Grades = append(out.Grades, GradeFrom{g.Grade, g.From})
	}
	out.Grades = append(out.Grades, GradeFrom{"E", 0})
	for _, runner := range s.Runners {
		if runner.Name() == "tally" {
			out.Position = int64(runner.Position())
		}
	}
	return out, nil
}

func terms(list []figures.Term) []figures.Term {
	if list == nil {
		return []figures.Term{}
	}
	return list
}

package api

import (
	"gridcommand/domain/reference"
	"gridcommand/projections/figures"
	"gridcommand/projections/tally"
)

// columnsOf are indicators of the catalogue, by their codes.
func columnsOf(codes ...string) []BulletinColumn {
	var list []BulletinColumn
	for _, code := range codes {
		found := false
		for _, i := range figures.Indicators {
			if i.Code == code {
				list, found = append(list, BulletinColumn{code, i.Name.ZH, i.Name.EN, kindOf(i), i.Formula.ZH}), true
			}
		}
		if !found {
			panic("api: the catalogue has no indicator " + code)
		}
	}
	return list
}

func kindOf(i figures.Indicator) string {
	switch {
	case i.Kind == figures.Share || i.Code == figures.PatrolCoverage:
		return share
	case i.Kind == figures.Sum:
		return count
	}
	return number
}

// measured is a question with what its answer is measured by.
func (s *server) measured(q tally.Query) tally.Query {
	ref := s.reference()
	q.Grid, q.Evaluation, q.People = s.grid(), &ref.Evaluation, reference.People()
	return q
}

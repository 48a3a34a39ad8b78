package api

import (
	"context"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/casefile"
)

// A Unit is an organisation that can hold an incident.
type Unit struct {
	Code   string            `json:"code"`
	Name   string            `json:"name"`
	Tier   jurisdiction.Tier `json:"tier"`
	Kind   jurisdiction.Kind `json:"kind"`
	Parent *string           `json:"parent" doc:"the desk it stands under; null: the district's own"`
	Area   string            `json:"area" doc:"code of the area it serves"`
	Desk   bool              `json:"desk" doc:"it dispatches"`
	Duties string            `json:"duties,omitempty"`

	LineParent *string `json:"line_parent" doc:"the department a branch belongs to by trade; null: it is no branch"`
	Clerk      string  `json:"clerk,omitempty" doc:"who receives for it"`
	Phone      string  `json:"phone,omitempty"`
}

// UnitList is every unit.
type UnitList struct {
	Items    []Unit `json:"items"`
	Position int64  `json:"position"`
}

func (s *server) units(ctx context.Context, _ *Request, _ none) (UnitList, error) {
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return UnitList{}, err
	}
	out := UnitList{Items: []Unit{}, Position: int64(head)}
	for _, u := range s.reference().Book.Units() {
		unit := Unit{Code: u.Code, Name: u.Name, Tier: u.Tier, Kind: u.Kind, Area: u.Area, Desk: u.IsDesk(), Duties: u.Duties}
		if u.Parent != "" {
			unit.Parent = &u.Parent
		}
		unit.Clerk, unit.Phone = u.Clerk, u.Phone
		if u.LineParent != "" {
			unit.LineParent = &u.LineParent
		}
		out.Items = append(out.Items, unit)
	}
	return out, nil
}

// A CatalogueMatter is a kind of thing that can be wrong.
type CatalogueMatter struct {
	Scheme    string `json:"scheme"`
	Kind      string `json:"kind" enum:"matter,component"`
	Code      string `json:"code"`
	Name      string `json:"name"`
	Class     string `json:"class"`
	Activated bool   `json:"activated" doc:"it may be filed: its duty, limit and flow are settled"`
}

// MatterList is every matter and component.
type MatterList struct {
	Items    []CatalogueMatter `json:"items"`
	Version  string            `json:"version" doc:"of the catalogue"`
	Position int64             `json:"position"`
}

func (s *server) matters(ctx context.Context, _ *Request, _ none) (MatterList, error) {
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return MatterList{}, err
	}
	listed := s.reference().Matters
	out := MatterList{Items: []CatalogueMatter{}, Version: listed.Version(), Position: int64(head)}
	for _, m := range listed.Matters() {
		out.Items = append(out.Items, CatalogueMatter{
			Scheme: m.Scheme, Kind: m.Kind, Code: m.Code, Name: m.Name, Class: m.Class, Activated: m.Activated,
		})
	}
	return out, nil
}

// A CatalogueCriterion fixes when a case is filed, when it is closed and how long it may take.
type CatalogueCriterion struct {
	ID               string          `json:"id"`
	Matter           casefile.Matter `json:"matter"`
	FilingCondition  string          `json:"filing_condition"`
	ClosingCondition string          `json:"closing_condition"`
	Limit            int             `json:"limit"`
	LimitUnit        deadline.Unit   `json:"limit_unit"`
}

// CriterionList is every criterion.
type CriterionList struct {
	Items    []CatalogueCriterion `json:"items"`
	Version  string               `json:"version" doc:"of the catalogue"`
	Position int64                `json:"position"`
}

func (s *server) criteria(ctx context.Context, _ *Request, _ none) (CriterionList, error) {
	head, err := s.Ledger.Head(ctx)
	if err != nil {
		return CriterionList{}, err
	}
	listed := s.reference().Matters
	out := CriterionList{Items: []CatalogueCriterion{}, Version: listed.Version(), Position: int64(head)}
	for _, c := range listed.Criteria() {
		out.Items = append(out.Items, CatalogueCriterion{
			ID: c.ID, Matter: named(listed, c.Matter), FilingCondition: c.FilingCondition, ClosingCondition: c.ClosingCondition,
			Limit: c.Limit.N, LimitUnit: c.Limit.Unit,
		})
	}
	return out, nil
}

func named(c *catalogue.Catalogue, k catalogue.Key) casefile.Matter {
	m, _ := c.Matter(k)
	return casefile.Matter{Scheme: k.Scheme, Kind: k.Kind, Code: k.Code, Name: m.Name}
}

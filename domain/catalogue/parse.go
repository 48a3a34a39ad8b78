package catalogue

import "io"

func Parse(version string, catalogue, criteria, extra io.Reader) (*Catalogue, error) { panic("soon") }
func ParsePrefixed(s string) Key                                                     { panic("soon") }
func (c *Catalogue) Version() string                                                 { panic("soon") }
func (c *Catalogue) Matters() []Matter                                               { panic("soon") }
func (c *Catalogue) Criteria() []Criterion                                           { panic("soon") }
func (c *Catalogue) Matter(k Key) (Matter, bool)                                     { panic("soon") }
func (c *Catalogue) Criterion(id string) (Criterion, bool)                           { panic("soon") }
func (c *Catalogue) CriteriaOf(k Key) []Criterion                                    { panic("soon") }

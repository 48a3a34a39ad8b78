package jurisdiction

import (
	"io"

	"gridcommand/domain/catalogue"
)

// A Person is who acts, and for which unit.
type Person struct {
	Name string // account
	Role Role
	Unit string
}

func ParseBook(version string, units, streets, departments, texts io.Reader) (*Book, error) {
	panic("soon")
}
func (b *Book) Version() string                                                 { panic("soon") }
func (b *Book) Unit(code string) (Unit, bool)                                   { panic("soon") }
func (b *Book) Units() []Unit                                                   { panic("soon") }
func (b *Book) District() string                                                { panic("soon") }
func (b *Book) Desk(tier Tier, p Place) string                                  { panic("soon") }
func (b *Book) DeskAbove(unit string) (string, bool)                            { panic("soon") }
func (b *Book) DeskOf(unit string) string                                       { panic("soon") }
func (b *Book) Reaches(desk, unit string) bool                                  { panic("soon") }
func (b *Book) TierOf(unit string) Tier                                         { panic("soon") }
func (b *Book) StartTier(m catalogue.Key, p Place) Tier                         { panic("soon") }
func (b *Book) Candidates(m catalogue.Key, p Place, desk string) []Candidate    { panic("soon") }
func (b *Book) Route(q Question) Routing                                        { panic("soon") }
func (b *Book) Answer(m catalogue.Key, p Place, tier Tier) (Candidate, bool)    { panic("soon") }
func (b *Book) Naming(c *catalogue.Catalogue) *Book                             { panic("soon") }
func (b *Book) WithInspectors(communities ...string) *Book                      { panic("soon") }
func (b *Book) HasInspector(community string) bool                              { panic("soon") }
func (b *Book) Restricted(m catalogue.Key) bool                                 { panic("soon") }
func (b *Book) VisiblePlace(m catalogue.Key, p Place) Place                     { panic("soon") }
func (b *Book) Scope(p Person) []string                                         { panic("soon") }
func (b *Book) Sees(who Person, p Place, held []string, reportedBy string) bool { panic("soon") }
func MayReport(r Role) []string                                                 { panic("soon") }

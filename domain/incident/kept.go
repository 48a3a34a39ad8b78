package incident

// isKept tells whether an incident is kept from those it is about: by its matter, or
// because the report concerns a unit or its staff. It stays at the district's desk,
// which hands it over; nobody below visits the place and no unit gets it.
func (s State) isKept(o Order) bool { return o.Book.Keeps(s.Matter, s.Concerns) }

// takesIn returns the desk that takes it in again: the intake desk, or the district's
// for what turned out to be kept only after it was reported.
func (s State) takesIn(o Order) string {
	if s.isKept(o) {
		return o.Book.District()
	}
	return s.IntakeDesk
}

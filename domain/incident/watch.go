package incident

// evolveWatch returns s after one of the facts of this file.
func (s State) evolveWatch(e Event) State {
	switch e.(type) {
	case Urged, Supervised, Replied, Rated, Appealed, AppealUpheld, AppealRejected, SpotChecked, CallerViewed:
	}
	return s
}

func (s State) urge(_ Order, c Urge) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) supervise(_ Order, c Supervise) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) reply(_ Order, c Reply) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) rate(_ Order, c Rate) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) appeal(_ Order, c Appeal) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) upholdAppeal(_ Order, c UpholdAppeal) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) rejectAppeal(_ Order, c RejectAppeal) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) spotCheck(_ Order, c SpotCheck) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) viewCaller(_ Order, c ViewCaller) ([]Event, error) { return nil, roleMayNot.to(c) }

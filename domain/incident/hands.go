package incident

// evolveHands returns s after one of the facts of this file.
func (s State) evolveHands(e Event) State {
	switch e.(type) {
	case CoordinationOpened, CoordinationConcluded, Helped, Assigned, Called, Arrived, CallRefused, Tasked:
	}
	return s
}

func (s State) openCoordination(_ Order, c OpenCoordination) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) concludeCoordination(_ Order, c ConcludeCoordination) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) help(_ Order, c Help) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) assign(_ Order, c Assign) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) call(_ Order, c Call) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) arrive(_ Order, c Arrive) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) refuseCall(_ Order, c RefuseCall) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) task(_ Order, c Task) ([]Event, error) { return nil, roleMayNot.to(c) }

package incident

// evolveRequest returns s after one of the facts of this file.
func (s State) evolveRequest(e Event) State {
	switch e.(type) {
	case ExtensionRequested, ExtensionGranted, ExtensionRefused, SuspensionRequested, SuspensionGranted, SuspensionRefused, Resumed, Endorsed, ReturnRequested, ReturnRefused, Recomputed, Lapsed:
	}
	return s
}

func (s State) requestExtension(_ Order, c RequestExtension) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) grantExtension(_ Order, c GrantExtension) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) refuseExtension(_ Order, c RefuseExtension) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) requestSuspension(_ Order, c RequestSuspension) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) grantSuspension(_ Order, c GrantSuspension) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) refuseSuspension(_ Order, c RefuseSuspension) ([]Event, error) {
	return nil, roleMayNot.to(c)
}

func (s State) resume(_ Order, c Resume) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) approveReturn(_ Order, c ApproveReturn) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) refuseReturn(_ Order, c RefuseReturn) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) recompute(_ Order, c Recompute) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) lapse(_ Order, c Lapse) ([]Event, error) { return nil, roleMayNot.to(c) }

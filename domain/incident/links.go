package incident

// evolveLinks returns s after one of the facts of this file.
func (s State) evolveLinks(e Event) State {
	switch e.(type) {
	case Merged, Unmerged, Absorbed, Released, Corrected, HandedOver, Recurred, Flagged:
	}
	return s
}

func (s State) merge(_ Order, c Merge) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) unmerge(_ Order, c Unmerge) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) absorb(_ Order, c Absorb) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) release(_ Order, c Release) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) correct(_ Order, c Correct) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) handOver(_ Order, c HandOver) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) recur(_ Order, c Recur) ([]Event, error) { return nil, roleMayNot.to(c) }

func (s State) markFlag(_ Order, c MarkFlag) ([]Event, error) { return nil, roleMayNot.to(c) }

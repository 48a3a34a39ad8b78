package incident

import "gridcommand/domain"

// Decide returns the facts that follow from an order, or the reason there are none.
func Decide(s State, o Order) ([]Event, error) { panic("incident: not built yet") }

// Evolve returns s after e. It is total: it never fails and never judges.
func Evolve(s State, e Event) State { panic("incident: not built yet") }

// Decider joins the two.
var Decider = domain.Decider[Order, Event, State]{Decide: Decide, Evolve: Evolve}

package main

import (
	"context"
	"fmt"

	"gridcommand/domain/patrol"
	"gridcommand/eventstore"
)

// walkers returns the inspectors of a community who may be sent to a place: their grids
// from the accounts, their duty and last fix from today's facts.
func (m *center) walkers(ctx context.Context, community string) ([]patrol.Walker, error) {
	inspectors, err := m.accounts.Inspectors(ctx, community)
	if err != nil {
		return nil, fmt.Errorf("inspectors of %s: %w", community, err)
	}
	now := m.clock.Now()
	all := make([]patrol.Walker, 0, len(inspectors))
	for _, a := range inspectors {
		today, err := m.patrolOf(ctx, a.Name, patrol.DayOf(now))
		if err != nil {
			return nil, err
		}
		w := patrol.Walker{Person: a.Name, Name: a.Name, Grids: a.Grids, On: today.On(now)}
		if last, ok := today.Last(); ok {
			w.Last = &last
		}
		all = append(all, w)
	}
	return all, nil
}

// patrolOf folds one inspector's day.
func (m *center) patrolOf(ctx context.Context, inspector, day string) (patrol.State, error) {
	var state patrol.State
	for r, err := range m.ledger.Read(ctx, eventstore.StreamOf(patrol.Category, patrol.StreamID(inspector, day)), 0) {
		if err != nil {
			return state, fmt.Errorf("the day of %s: %w", inspector, err)
		}
		e, err := patrol.Decode(r.Type, r.Data)
		if err != nil {
			return state, fmt.Errorf("fact %d: %w", r.Position, err)
		}
		state = patrol.Evolve(state, e)
	}
	return state, nil
}

package whatif

import (
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
)

// other rules are those of a past with its policy changed.
type other struct {
	Rules
	change func(*incident.Policy)
	made   map[*incident.Policy]*incident.Policy
}

// relaid returns the rules of a past with its policy changed: nil doubles the time for
// dispatching.
func relaid(r Rules, change func(*incident.Policy)) other {
	if change == nil {
		change = func(p *incident.Policy) {
			p.StageLimits = map[incident.Stage]incident.StageLimit{}
			for _, s := range incident.Stages {
				p.StageLimits[s] = incident.StageLimit{Normal: deadline.Limit{N: 16, Unit: deadline.WorkingHours}}
			}
		}
	}
	return other{Rules: r, change: change}
}

func (o other) At(p eventstore.Position, at time.Time) *reference.Reference {
	r := *o.Rules.At(p, at)
	policy := *r.Policy
	o.change(&policy)
	r.Policy = &policy
	return &r
}

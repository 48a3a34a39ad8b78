package whatif

import (
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
	"gridcommand/projections/historytest"
)

var always = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// read returns the whole of a random past.
func read(t testing.TB, h *historytest.History) *History {
	t.Helper()
	past, err := Read(t.Context(), h.Ledger, Period{To: always, Was: cached(h), Folder: historytest.Folder(t)})
	if err == nil {
		err = past.Prepare(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return past
}

// byPosition are rules looked up beforehand.
type byPosition []*reference.Reference

func (b byPosition) At(p eventstore.Position, _ time.Time) *reference.Reference { return b[p-1] }

// cached returns the rules of a past, each edition of them once.
func cached(h *historytest.History) byPosition {
	var list byPosition
	for p := range h.Records() {
		ref := h.At(eventstore.Position(p+1), time.Time{})
		if n := len(list); n > 0 && list[n-1].Policy == ref.Policy && list[n-1].Days == ref.Days {
			ref = list[n-1]
		}
		list = append(list, ref)
	}
	return list
}

// relaid returns the rules of a past with its policy changed.
func relaid(r Rules, change func(*incident.Policy)) Rules {
	list := append(byPosition{}, r.(byPosition)...)
	for i, ref := range list {
		if i > 0 && ref == r.(byPosition)[i-1] {
			list[i] = list[i-1]
			continue
		}
		other, policy := *ref, *ref.Policy
		change(&policy)
		other.Policy = &policy
		list[i] = &other
	}
	return list
}

// slower gives every stage but handling two working days.
func slower(p *incident.Policy) {
	p.StageLimits = map[incident.Stage]incident.StageLimit{}
	for _, s := range incident.Stages {
		p.StageLimits[s] = incident.StageLimit{Normal: deadline.Limit{N: 16, Unit: deadline.WorkingHours}}
	}
}

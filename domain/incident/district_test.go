package incident_test

import (
	"testing"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

// The rules on the district's own data: a market's rubbish goes from the station to
// the street's service center, and up to the district's bureau.
func TestTheBuiltInDistrictCarriesAnIncidentThroughThreeTiers(t *testing.T) {
	r, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	district := incident.Order{Book: r.Book.WithInspectors(guihua), Matters: r.Matters, Days: r.Days, Policy: r.Policy}

	sc := (&scene{t: t, world: district, now: nine}).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		stands("intake community 440114002002 11-23 10:00").
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		stands("dispatching community 440114002002 11-23 10:00").totalIs("11-25 10:00")
	filed := last[incident.Filed](sc)
	sc.does(incident.Workflow, incident.Dispatch{Unit: filed.Unit, Auto: true, IfAt: sc.s.Acts, Basis: filed.Basis}).
		stands("handling community 440114002002 11-23 15:00").
		does(station, incident.Escalate{Reason: "量大"}).
		does(street, incident.Dispatch{Unit: s02}).stands("handling street 440114002-S02 11-23 15:00").
		does(handler2, incident.Return{Reason: "需执法"}).
		does(street, incident.Escalate{Reason: "需执法", Code: incident.NeedsEnforcement}).
		does(center, incident.Dispatch{Unit: d01}).stands("handling district D01 11-23 15:00").
		does(bureau, incident.Handle{Result: "已清理"}).
		does(inspector, incident.Pass{}).
		does(station, incident.Close{ClosingConditionMet: true})

	sc = (&scene{t: t, world: district, now: nine}).does(inspector, report(incident.FromInspector, shop, atGuihua)).
		does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1})
	if filed := last[incident.Filed](sc); filed.Unit != s01 || filed.Tier != jurisdiction.Street {
		t.Errorf("07003 goes to %s at %s", filed.Unit, filed.Tier)
	}
}

package incident_test

import (
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// requestSamples returns one event of every kind of event_requests.go with every field set.
func requestSamples() []incident.Event {
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, deadline.CST)
	}
	fact := func(when time.Time, person, unit string, role jurisdiction.Role) incident.Fact {
		return incident.Fact{
			At: when, By: incident.Actor{Person: person, Unit: unit, Role: role, Name: "派遣员"}, Note: "已电话联系",
			Photos: []string{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}, Notices: []incident.Notice{incident.SamePerson},
		}
	}
	limit := deadline.Limit{N: 4, Unit: deadline.WorkingHours}
	warn, due, longer := at(23, 14, 12), at(23, 15, 0), at(24, 11, 0)
	one := deadline.Deadline{From: at(23, 9, 0), Limits: []deadline.Limit{limit}, Warn: &warn, Due: &due, Calendar: "cn-2026"}
	two := one
	two.Limits, two.Due = []deadline.Limit{limit, limit}, &longer
	paused := two
	paused.Pauses = []deadline.Pause{{From: at(23, 16, 0), To: at(24, 8, 0)}}
	standing := func(d deadline.Deadline) incident.Standing {
		return incident.Standing{Stage: incident.Handling, Tier: jurisdiction.Street, Holder: "440114002-S01", Deadline: d, Total: &d}
	}
	beside := incident.Beside{Helping: []deadline.Deadline{one}, Calling: []deadline.Deadline{paused}}
	street, office := "440114002", "440114002-S01"
	return []incident.Event{
		incident.ExtensionRequested{Fact: fact(at(23, 10, 0), "handler", office, jurisdiction.Handler), Unit: office, Reason: "需协调吊车"},
		incident.ExtensionGranted{
			Fact: fact(at(23, 10, 30), "street", street, jurisdiction.StreetDesk), Desk: street, Standing: standing(two),
		},
		incident.ExtensionRefused{Fact: fact(at(23, 10, 31), "street", street, jurisdiction.StreetDesk), Desk: street, Reason: "理由不足"},
		incident.SuspensionRequested{
			Fact: fact(at(23, 15, 0), "handler", office, jurisdiction.Handler), Unit: office, Reason: "权属诉讼未决",
			Code: incident.Litigation, Until: at(24, 8, 0),
		},
		incident.SuspensionGranted{
			Fact: fact(at(23, 16, 0), "street", street, jurisdiction.StreetDesk), Desk: street, Code: incident.Litigation,
			Reason: "权属诉讼未决", Until: at(24, 8, 0), Beside: beside, Standing: standing(paused),
		},
		incident.SuspensionRefused{Fact: fact(at(23, 16, 1), "street", street, jurisdiction.StreetDesk), Desk: street, Reason: "可以先行处置"},
		incident.Resumed{
			Fact: fact(at(24, 8, 0), "system:workflow", "", ""), Auto: true, Beside: beside, Standing: standing(paused),
		},
		incident.Endorsed{
			Fact: fact(at(23, 15, 30), "street", street, jurisdiction.StreetDesk), Request: incident.SuspensionRequest,
			Rung: incident.ByDesk, Desk: street,
		},
		incident.ReturnRequested{
			Fact: fact(at(23, 9, 30), "handler", office, jurisdiction.Handler), Unit: office, Code: incident.OwnerElsewhere,
			Reason: "属交通设施", Clause: "城市道路管理条例第二十条", Review: one,
		},
		incident.ReturnRefused{
			Fact: fact(at(23, 9, 45), "street", street, jurisdiction.StreetDesk), Desk: street, Reason: "属贵单位职责", Silent: true,
		},
		incident.Recomputed{Fact: fact(at(24, 9, 0), "system:calendar", "", ""), Calendar: "cn-2027", Standing: standing(one)},
		incident.Lapsed{
			Fact: fact(at(23, 15, 0), "system:workflow", "", ""), Of: incident.CallDuty, N: 2, Unit: "440114002-B01", Due: due,
		},
	}
}

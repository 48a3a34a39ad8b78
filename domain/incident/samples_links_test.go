package incident_test

import (
	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// linksSamples returns one event of every kind of event_links.go with every field set.
func linksSamples() []incident.Event {
	at, fact := sampleAt, sampleFact
	due, point, concerns := at(15, 0), orb.Point{113.232, 23.402}, s02
	limit := deadline.Limit{N: 4, Unit: deadline.WorkingHours}
	run := deadline.Deadline{From: at(9, 0), Limits: []deadline.Limit{limit}, Due: &due, Calendar: "cn-2026"}
	stands := incident.Standing{Stage: incident.Dispatching, Tier: jurisdiction.Street, Holder: huacheng, Deadline: run, Total: &run}
	other, number := "0198c0de-7000-7000-8000-000000000002", "440114-20261123-00003"
	desk := func(minute int) incident.Fact { return fact(16, minute, "street", huacheng, jurisdiction.StreetDesk) }
	program := func(minute int) incident.Fact { return fact(16, minute, "system:workflow", "", "") }
	matter := catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "06010"}
	return []incident.Event{
		incident.Merged{Fact: desk(0), Into: other, IntoNumber: number, Reason: "同一处灯箱"},
		incident.Unmerged{Fact: desk(1), Reason: "不是同一处", Standing: stands},
		incident.Absorbed{Fact: program(2), From: other, Number: number},
		incident.Released{Fact: program(3), From: other, Number: number},
		incident.Corrected{
			Fact: desk(4), Field: incident.LocationField, Reason: "定位偏差",
			Location: &incident.Location{Point: &point, CRS: "gcj02", AccuracyM: 12.5, Address: "花城路 12 号", Pinned: true},
			Place:    &atGuihua, Matter: &matter, Criterion: rubbish1, Limit: &limit, Text: "绿化带内垃圾", Severity: incident.Urgent,
			Concerns: &concerns, Flags: []incident.Flag{incident.Pinned},
			Routing: &jurisdiction.Routing{
				PolicyVersion: "2026-11", Desk: huacheng, Verify: true, Tier: jurisdiction.Street, Unit: s01,
				Candidates: []jurisdiction.Candidate{{Unit: s01, Tier: jurisdiction.Street, Reason: "权责清单第 214 条"}}, Reason: "权责清单第 214 条",
			},
			Back: &stands,
		},
		incident.HandedOver{Fact: desk(5), Agency: "122", Receipt: "2026-1123-7", Rest: "清理路面油污", RestID: other},
		incident.Recurred{Fact: program(6), Recurrence: incident.Recurrence{Of: other, Number: number, ClosedAt: at(8, 0), Count: 4}},
		incident.Flagged{Fact: program(7), Flag: incident.SamePhoto, Other: other, Photo: someImage},
	}
}

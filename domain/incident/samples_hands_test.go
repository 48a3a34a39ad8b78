package incident_test

import (
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// handsSamples returns one event of every kind of event_hands.go with every field set.
func handsSamples() []incident.Event {
	at, fact := sampleAt, sampleFact
	warn, due, expires := at(14, 12), at(15, 0), at(23, 59)
	limit, half := deadline.Limit{N: 4, Unit: deadline.WorkingHours}, deadline.Limit{N: 30, Unit: deadline.UrgentMinutes}
	run := deadline.Deadline{From: at(9, 0), Limits: []deadline.Limit{limit}, Warn: &warn, Due: &due, Calendar: "cn-2026"}
	standing := func(stage incident.Stage, tier jurisdiction.Tier, holder string) incident.Standing {
		return incident.Standing{Stage: stage, Tier: tier, Holder: holder, Deadline: run, Total: &run}
	}
	branch := "440114002-B02"
	return []incident.Event{
		incident.CoordinationOpened{
			Fact: fact(10, 0, "street", huacheng, jurisdiction.StreetDesk), Desk: huacheng, Units: []string{s01, s02},
			Question: "隔离带内的店外经营由谁处置", Standing: standing(incident.Coordinating, jurisdiction.Street, huacheng),
		},
		incident.CoordinationConcluded{
			Fact: fact(11, 0, "street", huacheng, jurisdiction.StreetDesk), Desk: huacheng, Lead: s01,
			Helpers: []incident.Helper{{Unit: s02, Task: "清运", Limit: &half, Deadline: run}},
			Ruling: &incident.Ruling{
				Number: "职责裁定〔2026〕第 7 号", Authority: "花城街道指挥中心",
				Matter: catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "07003"}, Area: huacheng, Unit: s01, Expires: &expires,
			},
			Basis:  incident.Basis{PolicyVersion: "2026-11", Row: 214, Ruling: "职责裁定〔2026〕第 7 号", Reason: "会商办结"},
			Accept: run, Standing: standing(incident.Handling, jurisdiction.Street, s01),
		},
		incident.Helped{Fact: fact(11, 30, "handler2", s02, jurisdiction.Handler), Unit: s02, Result: "已清运", Late: true},
		incident.Assigned{
			Fact: fact(11, 31, "handler", s01, jurisdiction.Handler), Unit: s01, Team: "二中队", Person: "handler-2", Reason: "当班",
		},
		incident.Called{
			Fact: fact(11, 32, "street", huacheng, jurisdiction.StreetDesk), N: 2, Desk: huacheng, Unit: branch, Task: "维持秩序",
			Arrive: run, Within: &half,
		},
		incident.Arrived{Fact: fact(11, 50, "police", branch, jurisdiction.Handler), N: 2, Unit: branch, Late: true},
		incident.CallRefused{Fact: fact(11, 51, "police", branch, jurisdiction.Handler), N: 2, Unit: branch, Reason: "警力已出"},
		incident.Tasked{
			Fact: fact(12, 0, "system:workflow", "", ""), Stage: incident.Checking, Person: "inspector", Grid: guihua + "001",
			Why: "该网格的网格员在岗",
		},
	}
}

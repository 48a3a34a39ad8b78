package incident_test

import (
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// watchSamples returns one event of every kind of event_watch.go with every field set.
func watchSamples() []incident.Event {
	at, fact := sampleAt, sampleFact
	due := at(17, 0)
	noticed := fact(18, 0, "street", huacheng, jurisdiction.StreetDesk)
	noticed.Notices = []incident.Notice{incident.SamePerson, incident.PostNotHeld}
	again := incident.Standing{
		Stage: incident.Intake, Tier: jurisdiction.Street, Holder: huacheng,
		Deadline: deadline.Deadline{
			From: at(16, 0), Limits: []deadline.Limit{{N: 1, Unit: deadline.WorkingHours}}, Due: &due, Calendar: "cn-2026",
		},
	}
	grounds := []incident.Ground{incident.TimedOut, incident.WasReturned, incident.WasReworked}
	return []incident.Event{
		incident.Urged{Fact: fact(15, 10, "district", district, jurisdiction.DistrictDesk), Holder: s01, Reason: "群众再次来电"},
		incident.Supervised{
			Fact: fact(15, 11, "supervisor", district, jurisdiction.Supervisor), N: 2, Holder: s01, Question: "为何两次返工", ReplyBy: at(17, 30),
		},
		incident.Replied{Fact: fact(15, 12, "handler", s01, jurisdiction.Handler), N: 2, Unit: s01, Answer: "已调整班次", Late: true},
		incident.Rated{Fact: fact(15, 13, "hotline", district, jurisdiction.Hotline), Score: 4, Rater: "电话回访"},
		incident.Appealed{Fact: fact(15, 14, "handler", s01, jurisdiction.Handler), Unit: s01, Reason: "暴雨停工", Grounds: grounds, Desk: huacheng},
		incident.AppealUpheld{Fact: fact(15, 15, "street", huacheng, jurisdiction.StreetDesk), Unit: s01, Desk: huacheng, Grounds: grounds},
		incident.AppealRejected{Fact: noticed, Unit: s01, Desk: huacheng, Reason: "未达停工标准", Next: district},
		incident.SpotChecked{
			Fact: fact(16, 0, "district", district, jurisdiction.DistrictDesk), Reason: "现场仍有堆放", Unit: s01, Again: &again,
		},
		incident.CallerViewed{Fact: fact(16, 1, "handler", s01, jurisdiction.Handler), Reason: "约定上门时间"},
	}
}

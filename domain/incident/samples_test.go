package incident_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// samples returns one event of every kind with every field set, in the order of
// [incident.Events].
func samples() []incident.Event {
	return slices.Concat(basicSamples(), requestSamples(), handsSamples(), watchSamples(), linksSamples())
}

func sampleAt(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, deadline.CST)
}

func sampleFact(hour, minute int, person, unit string, role jurisdiction.Role) incident.Fact {
	return incident.Fact{
		At: sampleAt(hour, minute), By: incident.Actor{Person: person, Unit: unit, Role: role, Name: "桂花社区网格员"},
		Note: "已电话联系", Photos: []string{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
	}
}

func basicSamples() []incident.Event {
	at, fact := sampleAt, sampleFact
	ptr := func(t time.Time) *time.Time { return &t }
	limit := deadline.Limit{N: 4, Unit: deadline.WorkingHours}
	due := deadline.Deadline{
		From: at(9, 0), Limits: []deadline.Limit{limit}, Warn: ptr(at(14, 12)), Due: ptr(at(15, 0)), Calendar: "cn-2026",
		Pauses: []deadline.Pause{{From: at(10, 0), To: at(10, 30)}},
	}
	unpublished := deadline.Deadline{From: at(9, 0), Limits: []deadline.Limit{limit, limit}, Calendar: "cn-2026", Missing: 2027}
	standing := func(stage incident.Stage, tier jurisdiction.Tier, holder string) incident.Standing {
		return incident.Standing{Stage: stage, Tier: tier, Holder: holder, Deadline: due, Total: &unpublished}
	}
	rubbish := catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "07003"}
	candidates := []jurisdiction.Candidate{{
		Unit: "440114002-S01", Name: "花城街道综合行政执法队", Tier: jurisdiction.Street, Row: 214, Prefix: "07003", Ruling: "职责裁定〔2026〕第 7 号",
		Reason: "派给 花城街道综合行政执法队，因为 权责清单第 214 条（店外经营 × 花城街道）。",
	}}
	basis := incident.Basis{PolicyVersion: "2026-11", Row: 214, Ruling: "职责裁定〔2026〕第 7 号", Reason: "权责清单第 214 条"}
	point := orb.Point{113.232, 23.402}
	district, street, station, office := "440114", "440114002", "440114002002", "440114002-S01"
	return []incident.Event{
		incident.Reported{
			Fact: fact(9, 0, "inspector", station, jurisdiction.Inspector), Number: "440114-20261123-00087",
			Source: incident.FromInspector, Matter: rubbish, Criterion: "gb47678.5-2026/matter/07003/1",
			Description: "店铺将货物摆到人行道上", Severity: incident.Major,
			Location: incident.Location{Point: &point, CRS: "gcj02", AccuracyM: 12.5, Address: "花城路 12 号", Pinned: true},
			Place: jurisdiction.Place{
				Grid: "440114002002001", GridVersion: "illustrative-1", Community: station, Street: street, District: district,
			},
			OccurredAt: at(8, 40), CapturedAt: ptr(at(8, 45)),
			Reporter:  &incident.Reporter{Subject: "0198c0de-7000-7000-8000-000000000001", Confidential: true},
			OnTheSpot: true, External: &incident.External{System: "12345", ID: "GZ-1"}, DueAt: ptr(at(17, 0)),
			Flags: []incident.Flag{incident.Pinned, incident.SentLater},
		},
		incident.Routed{
			Fact: fact(9, 0, "inspector", station, jurisdiction.Inspector),
			Routing: jurisdiction.Routing{
				PolicyVersion: "2026-11", Desk: street, Verify: true, Tier: jurisdiction.Street, Unit: office,
				Candidates: candidates, Reason: candidates[0].Reason,
			},
			Standing: standing(incident.Intake, jurisdiction.Street, street),
		},
		incident.Confirmed{
			Fact:     fact(9, 5, "inspector", station, jurisdiction.Inspector),
			Standing: standing(incident.Intake, jurisdiction.Street, street),
		},
		incident.Refuted{
			Fact: fact(9, 6, "inspector", station, jurisdiction.Inspector), Reason: "现场未发现问题",
			Standing: standing(incident.Intake, jurisdiction.Street, street),
		},
		incident.Filed{
			Fact: fact(9, 10, "street", street, jurisdiction.StreetDesk), Matter: rubbish,
			Criterion: "gb47678.5-2026/matter/07003/1", Severity: incident.Urgent, Limit: limit, Candidates: candidates,
			Unit: office, Basis: basis, First: true, Standing: standing(incident.Dispatching, jurisdiction.Street, street),
		},
		incident.Declined{Fact: fact(9, 11, "street", street, jurisdiction.StreetDesk), Reason: "不属于受理范围"},
		incident.Dispatched{
			Fact: fact(9, 20, "street", street, jurisdiction.StreetDesk), From: street, Unit: office, Reason: "请尽快处置",
			Auto: true, Basis: basis, Accept: due, Standing: standing(incident.Handling, jurisdiction.Street, office),
		},
		incident.Delegated{
			Fact: fact(9, 21, "district", district, jurisdiction.DistrictDesk), From: district, Unit: street, Reason: "由街道派遣",
			Basis: basis, Standing: standing(incident.Dispatching, jurisdiction.Street, street),
		},
		incident.Accepted{Fact: fact(9, 30, "handler", office, jurisdiction.Handler), Late: true},
		incident.Handled{
			Fact: fact(10, 0, "handler", office, jurisdiction.Handler), Unit: office, Result: "已清理", OnTheSpot: true,
			Standing: standing(incident.Checking, jurisdiction.Street, station),
		},
		incident.Returned{
			Fact: fact(10, 1, "handler", office, jurisdiction.Handler), Unit: office, Code: incident.OwnerElsewhere,
			Reason: "属交通设施", Difficult: true, Standing: standing(incident.Dispatching, jurisdiction.Street, street),
		},
		incident.Transferred{
			Fact: fact(10, 2, "street", street, jurisdiction.StreetDesk), Desk: street, From: office, Unit: "440114002-S02",
			Reason: "职责在规建办", Basis: basis, Accept: due, Difficult: true,
			Standing: standing(incident.Handling, jurisdiction.Street, "440114002-S02"),
		},
		incident.Escalated{
			Fact: fact(10, 3, "street", street, jurisdiction.StreetDesk), From: street, FromTier: jurisdiction.Street,
			Code: incident.NotOurs, Reason: "跨街镇", Returns: true, Difficult: true,
			Standing: standing(incident.Dispatching, jurisdiction.District, district),
		},
		incident.Passed{
			Fact:     fact(11, 0, "inspector", station, jurisdiction.Inspector),
			Standing: standing(incident.Closing, jurisdiction.Street, street),
		},
		incident.Failed{
			Fact: fact(11, 1, "inspector", station, jurisdiction.Inspector), Reason: "仍有堆放",
			Standing: standing(incident.Handling, jurisdiction.Street, office),
		},
		incident.Closed{Fact: fact(11, 30, "street", street, jurisdiction.StreetDesk), ClosingConditionMet: true},
		incident.Reopened{
			Fact: fact(15, 0, "street", street, jurisdiction.StreetDesk), Reason: "问题反弹",
			Standing: standing(incident.Intake, jurisdiction.Street, street),
		},
		incident.Voided{Fact: fact(15, 1, "street", street, jurisdiction.StreetDesk), Reason: "测试件"},
		incident.Commented{Fact: fact(15, 2, "supervisor", district, jurisdiction.Supervisor), Text: "请注意时限"},
		incident.Attached{Fact: fact(15, 3, "handler", office, jurisdiction.Handler)},
		incident.Warned{
			Fact: fact(14, 12, "system:workflow", "", ""), Clock: incident.StageClock, Stage: incident.Handling, Holder: office, Due: at(15, 0),
		},
		incident.Expired{
			Fact: fact(15, 0, "system:workflow", "", ""), Clock: incident.TotalClock, Stage: incident.Handling, Holder: office, Due: at(15, 0),
		},
	}
}

// anyEvent generates events of every kind with any contents, sensible or not.
var anyEvent = rapid.OneOf(
	of[incident.Reported](),
	of[incident.Routed](),
	of[incident.Confirmed](),
	of[incident.Refuted](),
	of[incident.Filed](),
	of[incident.Declined](),
	of[incident.Dispatched](),
	of[incident.Delegated](),
	of[incident.Accepted](),
	of[incident.Handled](),
	of[incident.Returned](),
	of[incident.Transferred](),
	of[incident.Escalated](),
	of[incident.Passed](),
	of[incident.Failed](),
	of[incident.Closed](),
	of[incident.Reopened](),
	of[incident.Voided](),
	of[incident.Commented](),
	of[incident.Attached](),
	of[incident.Warned](),
	of[incident.Expired](),
	of[incident.ExtensionRequested](),
	of[incident.ExtensionGranted](),
	of[incident.ExtensionRefused](),
	of[incident.SuspensionRequested](),
	of[incident.SuspensionGranted](),
	of[incident.SuspensionRefused](),
	of[incident.Resumed](),
	of[incident.Endorsed](),
	of[incident.ReturnRequested](),
	of[incident.ReturnRefused](),
	of[incident.Recomputed](),
	of[incident.Lapsed](),
	of[incident.CoordinationOpened](),
	of[incident.CoordinationConcluded](),
	of[incident.Helped](),
	of[incident.Assigned](),
	of[incident.Called](),
	of[incident.Arrived](),
	of[incident.CallRefused](),
	of[incident.Tasked](),
	of[incident.Urged](),
	of[incident.Supervised](),
	of[incident.Replied](),
	of[incident.Rated](),
	of[incident.Appealed](),
	of[incident.AppealUpheld](),
	of[incident.AppealRejected](),
	of[incident.SpotChecked](),
	of[incident.CallerViewed](),
	of[incident.Merged](),
	of[incident.Unmerged](),
	of[incident.Absorbed](),
	of[incident.Released](),
	of[incident.Corrected](),
	of[incident.HandedOver](),
	of[incident.Recurred](),
	of[incident.Flagged](),
)

func of[E incident.Event]() *rapid.Generator[incident.Event] {
	moment := rapid.Map(rapid.Int64Range(1, 4e9), func(s int64) time.Time { return time.Unix(s, 0).In(deadline.CST) })
	cfg := rapid.MakeConfig{
		Types: map[reflect.Type]*rapid.Generator[any]{reflect.TypeFor[time.Time](): moment.AsAny()},
		Kinds: map[reflect.Kind]*rapid.Generator[any]{
			reflect.Float64: rapid.Float64Range(-180, 180).AsAny(),
		},
	}
	return rapid.Map(rapid.MakeCustom[E](cfg), func(e E) incident.Event { return e })
}

func TestEverySampleAndGeneratorIsThere(t *testing.T) {
	have := samples()
	if len(have) != len(incident.Events) {
		t.Fatalf("%d samples of %d kinds of event", len(have), len(incident.Events))
	}
	for i, e := range incident.Events {
		if reflect.TypeOf(e) != reflect.TypeOf(have[i]) {
			t.Errorf("sample %d is a %T, the kind is %T", i, have[i], e)
		}
	}
	seen := map[reflect.Type]bool{}
	for seed := range 4000 {
		seen[reflect.TypeOf(anyEvent.Example(seed))] = true
	}
	if len(seen) != len(incident.Events) {
		t.Errorf("the generator makes %d of %d kinds of event", len(seen), len(incident.Events))
	}
}

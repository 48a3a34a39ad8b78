package duty_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

var (
	seven = time.Date(2026, 11, 23, 7, 0, 0, 0, deadline.CST) // a Monday
	eight = seven.Add(time.Hour)
	nine  = eight.Add(time.Hour)

	monday = duty.Turn{Day: "2026-11-23", Shift: duty.DayShift}
	sunday = duty.Turn{Day: "2026-11-22", Shift: duty.NightShift}
)

const desk = "440114002"

var (
	ann  = incident.Actor{Person: "ann", Unit: desk, Role: jurisdiction.StreetDesk, Name: "花城街道指挥中心"}
	bob  = incident.Actor{Person: "bob", Unit: desk, Role: jurisdiction.StreetDesk, Name: "花城街道指挥中心"}
	eve  = incident.Actor{Person: "eve", Unit: desk, Role: jurisdiction.StreetDesk, Name: "花城街道指挥中心"}
	hall = incident.Actor{Person: "hall", Unit: "440114", Role: jurisdiction.DistrictDesk}
	far  = incident.Actor{Person: "far", Unit: "440114001", Role: jurisdiction.StreetDesk}
	unit = incident.Actor{Person: "unit", Unit: "440114002-S01", Role: jurisdiction.Handler}
)

func led(by string) []duty.Member {
	return []duty.Member{{Person: by, Name: "值班长", Post: jurisdiction.DutyLeader}, {Name: "值班员", Post: jurisdiction.IntakePost}}
}

func sheet(open int) duty.Sheet {
	due := nine
	return duty.Sheet{
		AsOf: seven, Position: 812, Counts: duty.Counts{Open: open, Urgent: 1},
		Urgent: []duty.Line{{ID: "i", Number: "440114-20261122-00001", Matter: "路面塌陷", Stage: incident.Handling, Holder: "城管办", Due: &due}},
		Notes:  "S01 夜间电话占线",
	}
}

func samples() []duty.Event {
	fact := duty.Fact{At: eight, By: ann}
	return []duty.Event{
		duty.Rostered{Fact: fact, Turn: monday, People: led("ann"), Note: "台风值守"},
		duty.Prepared{
			Fact: fact, Handover: duty.HandoverID(desk, eight), Moment: eight, Outgoing: sunday, Incoming: monday, Sheet: sheet(3),
		},
		duty.Signed{Fact: fact, Handover: duty.HandoverID(desk, eight), Side: duty.Outgoing, Digest: sheet(3).Digest()},
	}
}

// A scene is a desk with its facts so far.
type scene struct {
	t     *testing.T
	book  *jurisdiction.Book
	state duty.State
	at    time.Time
	posts []jurisdiction.Post
}

func given(t *testing.T, at time.Time) *scene {
	t.Helper()
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &scene{t: t, book: ref.Book, at: at}
}

func (s *scene) asks(by incident.Actor, c duty.Command) ([]duty.Event, error) {
	return duty.Decide(s.state, duty.Order{At: s.at, By: by, Posts: s.posts, Desk: desk, Rosters: s.state.Rosters, Book: s.book, Command: c})
}

func (s *scene) when(by incident.Actor, c duty.Command) *scene {
	s.t.Helper()
	events, err := s.asks(by, c)
	if err != nil || len(events) == 0 {
		s.t.Fatalf("%T by %s: %v, %v", c, by.Person, events, err)
	}
	s.state = duty.Decider.Fold(s.state, events...)
	return s
}

func (s *scene) nothing(by incident.Actor, c duty.Command) *scene {
	s.t.Helper()
	if events, err := s.asks(by, c); err != nil || len(events) != 0 {
		s.t.Fatalf("%T again by %s: %v, %v", c, by.Person, events, err)
	}
	return s
}

func (s *scene) refused(code string, by incident.Actor, c duty.Command) *scene {
	s.t.Helper()
	events, err := s.asks(by, c)
	no, ok := domain.AsRefusal(err)
	if !ok || no.Code != code || len(events) > 0 {
		s.t.Fatalf("%T by %s: %v, %v; want %s", c, by.Person, events, err, code)
	}
	if no.Zh == "" || no.Detail == "" {
		s.t.Errorf("%s says nothing", code)
	}
	return s
}

func (s *scene) later(d time.Duration) *scene { s.at = s.at.Add(d); return s }

func TestARosterIsTheDutyLeaders(t *testing.T) {
	s := given(t, nine)
	s.when(ann, duty.Roster{Turn: monday, People: led("ann")})
	s.nothing(bob, duty.Roster{Turn: monday, People: led("ann")})
	s.when(hall, duty.Roster{Turn: monday, People: led("bob")})
	s.refused("not_your_desk", far, duty.Roster{Turn: monday, People: led("far")})
	s.refused("not_your_desk", unit, duty.Roster{Turn: monday, People: led("unit")})
	s.posts = []jurisdiction.Post{jurisdiction.IntakePost}
	s.refused("duty_leader_only", ann, duty.Roster{Turn: monday, People: led("ann")})
	s.posts = []jurisdiction.Post{jurisdiction.DutyLeader}
	s.when(ann, duty.Roster{Turn: monday, People: led("ann")})
}

func TestAShiftHasOneLeaderAndNobodyTwice(t *testing.T) {
	s := given(t, nine)
	s.refused("one_leader", ann, duty.Roster{Turn: monday})
	s.refused("one_leader", ann, duty.Roster{Turn: monday, People: append(led("ann"), led("bob")...)})
	s.refused("person_twice", ann, duty.Roster{Turn: monday, People: append(led("ann"), duty.Member{Person: "ann", Name: "安", Post: jurisdiction.Clerk})})
	s.when(ann, duty.Roster{Turn: monday, People: append(led("ann"), duty.Member{Name: "无账号甲", Post: jurisdiction.Clerk}, duty.Member{Name: "无账号乙", Post: jurisdiction.Clerk})})
}

func TestAPastShiftKeepsItsRoster(t *testing.T) {
	s := given(t, eight)
	s.refused("shift_over", ann, duty.Roster{Turn: sunday, People: led("ann")})
	s.refused("shift_over", ann, duty.Roster{Turn: duty.Turn{Day: "neither", Shift: duty.DayShift}, People: led("ann")})
	s.later(-time.Second).when(ann, duty.Roster{Turn: sunday, People: led("ann")})
}

// The rosters of long ago are in the facts, and no rule has to carry them.
func TestOldRostersAreNotCarried(t *testing.T) {
	s := given(t, seven)
	for range 100 {
		turn := duty.TurnAt(s.at)
		s.when(ann, duty.Roster{Turn: turn, People: led("ann")}).later(24 * time.Hour)
	}
	if n := len(s.state.Rosters); n > 33 {
		t.Errorf("%d rosters after a hundred days", n)
	}
	if _, there := s.state.Rosters[duty.TurnAt(s.at.Add(-24*time.Hour))]; !there {
		t.Error("yesterday's is gone")
	}
}

func TestBothSidesSignAndNeverOnePersonForBoth(t *testing.T) {
	s := given(t, seven)
	id := duty.HandoverID(desk, eight)
	out, in := duty.Sign{Handover: id, Side: duty.Outgoing}, duty.Sign{Handover: id, Side: duty.Incoming}
	s.refused("not_prepared", ann, out)
	s.when(ann, duty.Prepare{Moment: eight, Sheet: sheet(3)})
	s.when(ann, out).nothing(ann, out)
	if h := s.state.Handovers[id]; h.Complete() {
		t.Error("one signature is not both")
	}
	s.refused("side_signed", bob, out)
	s.refused("same_person", ann, in)
	s.refused("not_your_desk", hall, in)
	s.refused("not_your_desk", unit, in)
	s.when(bob, in)
	if h := s.state.Handovers[id]; !h.Complete() || h.Signed[duty.Incoming].Digest != sheet(3).Digest() {
		t.Errorf("%+v", h)
	}
}

func TestASignedSheetNeverChanges(t *testing.T) {
	s := given(t, seven)
	id := duty.HandoverID(desk, eight)
	s.when(ann, duty.Prepare{Moment: eight, Sheet: sheet(3)})
	same := sheet(3)
	same.AsOf, same.Position = nine, 900
	s.nothing(bob, duty.Prepare{Moment: eight, Sheet: same})
	s.when(bob, duty.Prepare{Moment: eight, Sheet: sheet(4)})
	s.refused("sheet_changed", ann, duty.Sign{Handover: id, Side: duty.Outgoing, Digest: sheet(3).Digest()})
	s.when(ann, duty.Sign{Handover: id, Side: duty.Outgoing, Digest: sheet(4).Digest()})
	s.refused("sheet_signed", bob, duty.Prepare{Moment: eight, Sheet: sheet(5)})
	if diff := cmp.Diff(sheet(4), s.state.Handovers[id].Prepared.Sheet); diff != "" {
		t.Error(diff)
	}
}

func TestWhoIsNotOnTheRosterDoesNotSign(t *testing.T) {
	s := given(t, seven)
	id := duty.HandoverID(desk, eight)
	s.when(ann, duty.Roster{Turn: sunday, People: led("ann")})
	s.when(ann, duty.Roster{Turn: monday, People: led("bob")})
	s.when(eve, duty.Prepare{Moment: eight, Sheet: sheet(1)})
	s.refused("not_on_shift", eve, duty.Sign{Handover: id, Side: duty.Outgoing})
	s.refused("not_on_shift", ann, duty.Sign{Handover: id, Side: duty.Incoming})
	s.when(ann, duty.Sign{Handover: id, Side: duty.Outgoing}).when(bob, duty.Sign{Handover: id, Side: duty.Incoming})

	// A roster of people without accounts bars nobody at the desk.
	s = given(t, seven).when(ann, duty.Roster{Turn: sunday, People: []duty.Member{{Name: "甲", Post: jurisdiction.DutyLeader}}})
	s.when(eve, duty.Prepare{Moment: eight, Sheet: sheet(1)}).when(eve, duty.Sign{Handover: id, Side: duty.Outgoing})
}

func TestASheetIsWrittenWhenShiftsChange(t *testing.T) {
	s := given(t, eight.Add(-2*time.Hour-time.Second))
	s.refused("too_early", ann, duty.Prepare{Moment: eight, Sheet: sheet(1)})
	s.later(time.Second).when(ann, duty.Prepare{Moment: eight, Sheet: sheet(1)})
	s.refused("no_change_of_shifts", ann, duty.Prepare{Moment: nine, Sheet: sheet(1)})
	s.refused("not_your_desk", hall, duty.Prepare{Moment: eight, Sheet: sheet(2)})
	s.at = eight.Add(12*time.Hour - time.Second)
	s.when(ann, duty.Prepare{Moment: eight, Sheet: sheet(2)})
	s.later(time.Second).refused("shift_over", ann, duty.Prepare{Moment: eight, Sheet: sheet(3)})
	prepared := s.state.Handovers[duty.HandoverID(desk, eight)].Prepared
	if prepared.Outgoing != sunday || prepared.Incoming != monday {
		t.Errorf("%v hands to %v", prepared.Outgoing, prepared.Incoming)
	}
}

// Whatever anybody does: a sheet with a signature stays as it was, two signatures are
// two persons', and asking again changes nothing.
func TestSheetsStand(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	people := []incident.Actor{ann, bob, eve, hall, far}
	rapid.Check(t, func(t *rapid.T) {
		var s duty.State
		at := seven
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
			by := rapid.SampledFrom(people).Draw(t, "by")
			moment := rapid.SampledFrom([]time.Time{eight, eight.Add(12 * time.Hour)}).Draw(t, "moment")
			id := duty.HandoverID(desk, moment)
			var c duty.Command
			switch rapid.IntRange(0, 2).Draw(t, "kind") {
			case 0:
				c = duty.Roster{Turn: duty.TurnAt(moment), People: led(rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "leader"))}
			case 1:
				c = duty.Prepare{Moment: moment, Sheet: sheet(rapid.IntRange(0, 3).Draw(t, "open"))}
			default:
				c = duty.Sign{Handover: id, Side: rapid.SampledFrom(duty.Sides).Draw(t, "side")}
			}
			o := duty.Order{At: at, By: by, Desk: desk, Rosters: s.Rosters, Book: ref.Book, Command: c}
			before := s.Handovers[id]
			events, err := duty.Decide(s, o)
			if err != nil {
				continue
			}
			s = duty.Decider.Fold(s, events...)
			after := s.Handovers[id]
			if len(before.Signed) > 0 && before.Digest != after.Digest {
				t.Fatalf("a signed sheet changed by %T", c)
			}
			if after.Complete() && after.Signed[duty.Outgoing].By.Person == after.Signed[duty.Incoming].By.Person {
				t.Fatal("one person signed for both")
			}
			if again, err := duty.Decide(s, o); err == nil && len(again) > 0 {
				t.Fatalf("%T a second time: %v", c, again)
			}
		}
	})
}

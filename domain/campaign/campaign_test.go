package campaign_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain"
	"gridcommand/domain/campaign"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

const (
	street   = "440114002"
	guihua   = "440114002002" // has an inspector
	other    = "440114002003" // has none
	one      = "440114002002001"
	two      = "440114002002002"
	deserted = "440114002003001"
)

var (
	nine    = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	hall    = incident.Actor{Person: "hall", Unit: "440114", Role: jurisdiction.DistrictDesk}
	desk    = incident.Actor{Person: "desk", Unit: street, Role: jurisdiction.StreetDesk}
	far     = incident.Actor{Person: "far", Unit: "440114001", Role: jurisdiction.StreetDesk}
	wang    = incident.Actor{Person: "wang", Unit: guihua, Role: jurisdiction.Inspector}
	li      = incident.Actor{Person: "li", Unit: other, Role: jurisdiction.Inspector}
	station = incident.Actor{Person: "station", Unit: guihua, Role: jurisdiction.CommunityStaff}
	guard   = incident.Actor{Person: "station3", Unit: other, Role: jurisdiction.CommunityStaff}
)

func launch() campaign.Launch {
	return campaign.Launch{
		Title: "电动自行车违规停放充电专项", Matter: catalogue.Key{Scheme: "gb47678.5-2026", Kind: "matter", Code: "06010"}, Area: []string{street},
		Cells: []campaign.Cell{
			{Grid: two, Community: guihua, Street: street},
			{Grid: one, Community: guihua, Street: street},
			{Grid: deserted, Community: other, Street: street},
			{Grid: one, Community: guihua, Street: street},
		},
		From: nine.Add(time.Hour), Until: nine.Add(25 * time.Hour), LookAt: "楼道、架空层内停放充电",
	}
}

func samples() []campaign.Event {
	fact := campaign.Fact{At: nine, By: desk}
	l := launch()
	return []campaign.Event{
		campaign.Launched{Fact: fact, Desk: street, Title: l.Title, Matter: l.Matter, Area: l.Area, Cells: l.Cells[1:2], From: l.From, Until: l.Until, LookAt: l.LookAt},
		campaign.Visited{Fact: fact, Grid: one, Community: guihua, Street: street, Incidents: []string{"01a20897-29e7-7105-ae03-d2abc1a67395"}, Note: "两处", Photos: []string{strings.Repeat("0", 64)}},
		campaign.Finished{Fact: fact, Reason: "台风预警，改期"},
	}
}

type scene struct {
	t     *testing.T
	book  *jurisdiction.Book
	state campaign.State
	at    time.Time
	grids []string
}

func given(t *testing.T, at time.Time, before ...campaign.Event) *scene {
	t.Helper()
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &scene{t: t, book: ref.Book.WithInspectors(guihua), at: at, state: campaign.Decider.Fold(campaign.State{}, before...)}
}

func (s *scene) asks(by incident.Actor, c campaign.Command) ([]campaign.Event, error) {
	return campaign.Decide(s.state, campaign.Order{At: s.at, By: by, Grids: s.grids, Book: s.book, Command: c})
}

func (s *scene) when(by incident.Actor, c campaign.Command) *scene {
	s.t.Helper()
	events, err := s.asks(by, c)
	if err != nil || len(events) == 0 {
		s.t.Fatalf("%T by %s: %v, %v", c, by.Person, events, err)
	}
	s.state = campaign.Decider.Fold(s.state, events...)
	return s
}

func (s *scene) nothing(by incident.Actor, c campaign.Command) {
	s.t.Helper()
	if events, err := s.asks(by, c); err != nil || len(events) != 0 {
		s.t.Fatalf("%T again by %s: %v, %v", c, by.Person, events, err)
	}
}

func (s *scene) refused(code string, by incident.Actor, c campaign.Command) {
	s.t.Helper()
	events, err := s.asks(by, c)
	if no, ok := domain.AsRefusal(err); !ok || no.Code != code || no.Zh == "" {
		s.t.Fatalf("%T by %s: %v, %v; want %s", c, by.Person, events, err, code)
	}
}

func TestADeskLaunchesWithinItsReach(t *testing.T) {
	with := func(change func(*campaign.Launch)) campaign.Launch { l := launch(); change(&l); return l }
	s := given(t, nine)
	s.refused("role_may_not", wang, launch())
	s.refused("role_may_not", station, launch())
	s.refused("out_of_reach", far, launch())
	s.refused("out_of_reach", desk, with(func(l *campaign.Launch) { l.Area = []string{guihua, "440114"} }))
	s.refused("title_required", desk, with(func(l *campaign.Launch) { l.Title = " " }))
	s.refused("until_before_from", desk, with(func(l *campaign.Launch) { l.Until = l.From }))
	s.refused("until_past", desk, with(func(l *campaign.Launch) { l.From, l.Until = nine.Add(-time.Hour), nine }))
	s.refused("too_long", desk, with(func(l *campaign.Launch) { l.Until = l.From.AddDate(2, 0, 0) }))
	s.refused("area_empty", desk, with(func(l *campaign.Launch) { l.Cells = nil }))
	s.when(desk, launch())
	s.refused("already_launched", desk, launch())
	var grids []string
	for _, c := range s.state.Launched.Cells {
		grids = append(grids, c.Grid)
	}
	if diff := cmp.Diff([]string{one, two, deserted}, grids); diff != "" {
		t.Errorf("its grids, each once and in order: %s", diff)
	}
	given(t, nine).when(hall, launch())
}

func TestAGridIsAnsweredForByItsInspector(t *testing.T) {
	s := given(t, nine.Add(2*time.Hour)).when(desk, launch())
	s.refused("not_in_campaign", wang, campaign.Visit{Grid: "440114002002009"})
	for _, by := range []incident.Actor{li, station, desk, hall} {
		s.refused("not_your_grid", by, campaign.Visit{Grid: one})
	}
	s.grids = []string{two}
	s.refused("not_your_grid", wang, campaign.Visit{Grid: one})
	s.when(wang, campaign.Visit{Grid: two})
	s.grids = nil
	s.when(wang, campaign.Visit{Grid: one, Incidents: []string{"a"}, Note: "一处"})
	s.nothing(wang, campaign.Visit{Grid: one, Incidents: []string{"a"}, Note: "一处"})
	s.when(wang, campaign.Visit{Grid: one, Note: "已整改"})
	if v, _ := s.state.Answer(one); v.Note != "已整改" || v.Community != guihua {
		t.Errorf("the last answer counts: %+v", v)
	}

	// Where nobody inspects, the station or a desk above answers.
	s.refused("not_your_grid", wang, campaign.Visit{Grid: deserted})
	s.refused("not_your_grid", far, campaign.Visit{Grid: deserted})
	s.when(guard, campaign.Visit{Grid: deserted})
	s.when(desk, campaign.Visit{Grid: deserted, Note: "复核"})
}

func TestACampaignHasItsTime(t *testing.T) {
	s := given(t, nine).when(desk, launch())
	l := launch()
	for at, want := range map[time.Time]campaign.Status{
		nine: campaign.Planned, l.From: campaign.Running, l.Until.Add(-time.Second): campaign.Running, l.Until: campaign.Ended,
	} {
		if got := s.state.StatusAt(at); got != want {
			t.Errorf("at %v it is %s, want %s", at, got, want)
		}
	}
	s.refused("not_begun", wang, campaign.Visit{Grid: one})
	s.at = l.From
	s.when(wang, campaign.Visit{Grid: one})
	s.at = l.Until
	s.nothing(wang, campaign.Visit{Grid: one}) // a retry that comes late
	s.refused("campaign_over", wang, campaign.Visit{Grid: two})
	s.refused("campaign_over", desk, campaign.End{})
}

func TestTheDeskEndsIt(t *testing.T) {
	s := given(t, nine.Add(2*time.Hour)).when(desk, launch())
	s.refused("role_may_not", wang, campaign.End{})
	s.refused("not_your_desk", far, campaign.End{})
	s.when(desk, campaign.End{Reason: "提前完成"})
	s.nothing(desk, campaign.End{Reason: "提前完成"})
	s.refused("campaign_over", hall, campaign.End{})
	s.refused("campaign_over", wang, campaign.Visit{Grid: one})
	given(t, nine.Add(2*time.Hour)).when(desk, launch()).when(hall, campaign.End{})

	s = given(t, nine)
	s.refused("unknown_campaign", desk, campaign.End{})
	s.refused("unknown_campaign", wang, campaign.Visit{Grid: one})
}

package incident_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// under returns the scene under a changed policy.
func (sc *scene) under(change func(*incident.Policy)) *scene {
	p := *sc.world.Policy
	change(&p)
	sc.world.Policy = &p
	return sc
}

// holding returns the scene with orders from somebody who holds these posts only.
func (sc *scene) holding(posts ...jurisdiction.Post) *scene {
	sc.world.Posts = posts
	return sc
}

var (
	separated = func(p *incident.Policy) { p.Separation = incident.SeparationEnforce }
	warned    = func(p *incident.Policy) { p.Separation = incident.SeparationWarn }
	street2   = actor("street2", huacheng, jurisdiction.StreetDesk)
	street3   = actor("street3", huacheng, jurisdiction.StreetDesk)
)

func TestOnePersonAtTwoPostsIsRefusedWarnedOfOrNothing(t *testing.T) {
	taken := func() *scene { return shopReported(t).does(street, incident.File{Matter: shop, Criterion: shop1}) }
	taken().under(separated).isRefused(street, incident.Dispatch{Unit: s01}, "same_person").
		does(street2, incident.Dispatch{Unit: s01}).does(handler, incident.Handle{Result: "x"}).does(inspector, incident.Pass{}).
		isRefused(street, incident.Close{ClosingConditionMet: true}, "same_person").
		isRefused(street2, incident.Close{ClosingConditionMet: true}, "same_person").
		does(street3, incident.Close{ClosingConditionMet: true})

	sc := taken().under(warned).does(street, incident.Dispatch{Unit: s01})
	if diff := cmp.Diff([]incident.Notice{incident.SamePerson}, last[incident.Dispatched](sc).Notices); diff != "" {
		t.Error(diff)
	}
	sc = taken().under(warned).does(street2, incident.Dispatch{Unit: s01})
	if n := last[incident.Dispatched](sc).Notices; n != nil {
		t.Errorf("another person is noticed: %v", n)
	}
	sc = taken().does(street, incident.Dispatch{Unit: s01})
	if n := last[incident.Dispatched](sc).Notices; n != nil {
		t.Errorf("where duties are not separated there is notice of %v", n)
	}
	// Twice at one post is one post.
	taken().under(separated).does(street2, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "x"}).
		does(street2, incident.Dispatch{Unit: s02}).does(street2, incident.Transfer{Unit: s01})
	// The program has no post, and acts at any.
	shopFiled(t).under(separated).does(incident.Workflow, incident.Dispatch{Unit: s01})
}

func TestWhoeverLacksThePostLikewise(t *testing.T) {
	shopReported(t).under(separated).holding(jurisdiction.DispatchPost).
		isRefused(street, incident.File{Matter: shop, Criterion: shop1}, "post_not_held").
		holding(jurisdiction.Clerk, jurisdiction.IntakePost).does(street, incident.File{Matter: shop, Criterion: shop1})
	sc := shopReported(t).under(warned).holding(jurisdiction.ClosingPost).does(street, incident.File{Matter: shop, Criterion: shop1})
	if diff := cmp.Diff([]incident.Notice{incident.PostNotHeld}, last[incident.Filed](sc).Notices); diff != "" {
		t.Error(diff)
	}
	shopReported(t).holding(jurisdiction.ClosingPost).does(street, incident.File{Matter: shop, Criterion: shop1})
}

func TestOnceRedVoidingIsForTheDistrictsDutyLeader(t *testing.T) {
	red := func() *scene { return shopDispatched(t).on(96 * time.Hour) }
	red().isRefused(street, incident.Void{Reason: "误报"}, "duty_leader_required").
		holding(jurisdiction.DispatchPost).isRefused(center, incident.Void{Reason: "误报"}, "duty_leader_required").
		holding(jurisdiction.DutyLeader).isRefused(street, incident.Void{Reason: "误报"}, "duty_leader_required").
		does(center, incident.Void{Reason: "误报"}).followed("Expired", "Expired", "Voided")
	shopDispatched(t).does(street, incident.Void{Reason: "误报"})
	// The list of what is allowed knows of a deadline that nobody has marked yet.
	sc := red()
	if slices.Contains(incident.Allowed(sc.s, sc.order(street, incident.Void{})), "void") {
		t.Error("the street may void what is red")
	}
	if !slices.Contains(incident.Allowed(sc.s, sc.order(center, incident.Void{})), "void") {
		t.Error("the duty leader may not void")
	}
}

// Who may not.

func TestWhoeverSettledItMayNotCheckOrClose(t *testing.T) {
	self := actor("community", guihua, jurisdiction.CommunityStaff)
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).
		does(incident.Workflow, incident.Dispatch{Unit: guihua}).does(self, incident.Handle{Result: "x"}).
		does(inspector2, incident.Pass{}).isRefused(self, incident.Close{ClosingConditionMet: true}, "handled_it_yourself")
	// Nor may who helped, nor who has since come to the district's desk.
	begin(t).does(inspector, report(incident.FromInspector, rubbish, atGuihua)).
		does(incident.Workflow, incident.File{Matter: rubbish, Criterion: rubbish1}).does(self, incident.Escalate{Reason: "量大"}).
		does(street, incident.Dispatch{Unit: s02, Helpers: []incident.HelpWanted{{Unit: guihua, Task: "围蔽"}}}).
		does(self, incident.Help{Result: "已围蔽"}).does(handler2, incident.Handle{Result: "已清运"}).does(inspector, incident.Pass{}).
		isRefused(self, incident.Close{ClosingConditionMet: true}, "handled_it_yourself").
		does(actor("another", guihua, jurisdiction.CommunityStaff), incident.Close{ClosingConditionMet: true}).
		isRefused(actor(handler2.Person, district, jurisdiction.DistrictDesk), incident.SpotCheck{Genuine: true}, "handled_it_yourself").
		does(center, incident.SpotCheck{Genuine: true})
}

func TestAReportAboutAUnitStaysAtTheDistrictsDesk(t *testing.T) {
	about := func(unit string) func(*incident.Report) { return func(c *incident.Report) { c.Concerns = unit } }
	for _, source := range []struct {
		by     incident.Actor
		source incident.Source
	}{{inspector, incident.FromInspector}, {hotline, incident.FromHotline}, {center, incident.FromLeader}} {
		sc := begin(t).does(source.by, report(source.source, shop, atGuihua, about(s01))).
			stands("intake district 440114 11-23 10:00").flagged(incident.ConflictFlag).
			isRefused(street, incident.File{Matter: shop, Criterion: shop1}, "not_the_holder").
			does(center, incident.File{Matter: shop, Criterion: shop1})
		if f := last[incident.Filed](sc); f.Unit != "" || f.Holder != district {
			t.Errorf("filed %+v", f)
		}
		for _, unit := range []string{s01, d01, huacheng, guihua} {
			sc.isRefused(center, incident.Dispatch{Unit: unit}, "hand_over_only")
		}
	}
	begin(t).isRefused(hotline, report(incident.FromHotline, shop, atGuihua, about("Z99")), "unit_unknown")
	// What an inspector settled on the spot is not his colleague's to check then.
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot, about(guihua))).
		does(center, incident.File{Matter: shop, Criterion: shop1}).followed("Filed").stands("dispatching district 440114 11-23 10:00").
		does(center, incident.HandOver{Agency: "区纪委监委", Receipt: "1"})
	// Found to be about staff when it was filed, it comes back to the district's desk, not
	// to the street's, which took it in.
	shopReported(t).does(street, incident.File{Matter: staff, Criterion: "huadu-demo/matter/99/1"}).
		stands("dispatching district 440114 11-23 10:00").
		does(center, incident.HandOver{Agency: "区纪委监委", Receipt: "1"}).
		isRefused(street, incident.Reopen{Reason: "x"}, "not_your_desk").
		does(center, incident.Reopen{Reason: "退回补充"}).stands("intake district 440114 11-23 10:00")
}

// Settled on the spot.

func TestWhatIsSettledOnTheSpotIsProvedByTwoPhotos(t *testing.T) {
	photos := func(before, after []string) func(*incident.Report) {
		return func(c *incident.Report) { c.OnTheSpot, c.Photos, c.After = true, before, after }
	}
	begin(t).
		isRefused(inspector, report(incident.FromInspector, shop, atGuihua, photos(nil, nil)), "photos_required").
		isRefused(inspector, report(incident.FromInspector, shop, atGuihua, photos([]string{someImage}, nil)), "photos_before_and_after").
		isRefused(inspector, report(incident.FromInspector, shop, atGuihua, photos([]string{someImage}, []string{someImage})), "photos_before_and_after").
		isRefused(inspector, report(incident.FromInspector, shop, atGuihua, photos(nil, []string{someImage})), "photos_required")
	begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, photos([]string{someImage, otherImage}, nil)))
	sc := begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua, photos([]string{someImage}, []string{otherImage})))
	r := sc.events[0].(incident.Reported)
	if diff := cmp.Diff([]string{otherImage}, r.After); diff != "" || r.Drawn {
		t.Errorf("reported %+v", r)
	}
}

func TestTenInAHundredAreDrawn(t *testing.T) {
	drawn := 0
	for n := 1; n <= 2000; n++ {
		sc := begin(t).under(func(p *incident.Policy) { p.DrawPercent = 10 })
		c := report(incident.FromInspector, shop, atGuihua, onTheSpot)
		c.Number = fmt.Sprintf("440114-20261123-%05d", n)
		if sc.does(inspector, c).s.Drawn {
			sc.flagged(incident.DrawnFlag)
			drawn++
		}
		c.OnTheSpot = false
		if begin(t).under(func(p *incident.Policy) { p.DrawPercent = 100 }).does(inspector, c).s.Drawn {
			t.Fatal("drawn though it was not settled on the spot")
		}
	}
	if drawn < 150 || drawn > 250 {
		t.Errorf("%d of 2000 are drawn", drawn)
	}
}

func TestADrawnOneIsCheckedByAnotherInspectorOfTheStreet(t *testing.T) {
	ziweiInspector := actor("ziwei1", ziwei, jurisdiction.Inspector)
	settled := func(inspectors ...string) *scene {
		sc := begin(t).under(func(p *incident.Policy) { p.DrawPercent = 100 })
		sc.world.Book = sc.world.Book.WithInspectors(inspectors...)
		return sc.does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot)).
			does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1}).
			isRefused(inspector, incident.Pass{}, "handled_it_yourself").
			isRefused(stranger, incident.Pass{}, "not_the_holder")
	}
	for _, inspectors := range [][]string{{guihua, guihua}, {guihua, ziwei}} {
		settled(inspectors...).isRefused(station, incident.Pass{}, "not_the_holder").isRefused(street, incident.Pass{}, "not_the_holder").
			does(ziweiInspector, incident.Pass{})
	}
	settled(guihua, guihua).does(inspector2, incident.Fail{Reason: "还在"}).does(station, incident.Handle{Result: "清了"}).
		isRefused(station, incident.Pass{}, "not_the_holder").does(inspector2, incident.Pass{})
	settled(guihua, yunshan).does(station, incident.Pass{})
	settled(guihua).does(street, incident.Pass{})
	settled(guihua).isRefused(xinhuaDesk, incident.Pass{}, "not_the_holder")
}

package incident_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// The district of these tests: two streets, three communities, of which 桂花 has an
// inspector of its own; a calendar that ends with 2026.
const (
	district   = "440114"
	huacheng   = "440114002"
	xinhua     = "440114001"
	guihua     = "440114002002"
	ziwei      = "440114002003"
	yunshan    = "440114001001"
	s01        = "440114002-S01"
	s02        = "440114002-S02"
	otherS01   = "440114001-S01"
	police     = "440114002-B01"
	d01        = "D01"
	rubbish1   = "gb47678.5-2026/matter/06010/1" // 4 working hours; starts at the community
	shop1      = "gb47678.5-2026/matter/07003/1" // 1 working day; starts at the street
	shop2      = "gb47678.5-2026/matter/07003/2" // 5 working days
	manhole1   = "gb47678.5-2026/matter/01005/1" // 2 urgent hours; starts at the district
	someImage  = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	otherImage = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
)

var (
	rubbish = catalogue.ParsePrefixed("06010")
	shop    = catalogue.ParsePrefixed("07003")
	manhole = catalogue.ParsePrefixed("01005")
	idle    = catalogue.ParsePrefixed("06099")         // not activated
	staff   = catalogue.ParsePrefixed("huadu-demo:99") // about the district's own staff

	atGuihua  = jurisdiction.Place{Grid: guihua + "001", GridVersion: "v1", Community: guihua, Street: huacheng, District: district}
	atZiwei   = jurisdiction.Place{Grid: ziwei + "001", GridVersion: "v1", Community: ziwei, Street: huacheng, District: district}
	offGrid   = jurisdiction.Place{}
	here      = orb.Point{113.232, 23.402}
	somewhere = incident.Location{Point: &here, CRS: "wgs84"}

	inspector  = actor("inspector", guihua, jurisdiction.Inspector)
	inspector2 = actor("inspector2", guihua, jurisdiction.Inspector)
	stranger   = actor("stranger", yunshan, jurisdiction.Inspector)
	station    = actor("community", guihua, jurisdiction.CommunityStaff)
	ziweiStaff = actor("ziwei", ziwei, jurisdiction.CommunityStaff)
	street     = actor("street", huacheng, jurisdiction.StreetDesk)
	xinhuaDesk = actor("xinhua", xinhua, jurisdiction.StreetDesk)
	handler    = actor("handler", s01, jurisdiction.Handler)
	handler2   = actor("handler2", s02, jurisdiction.Handler)
	officer    = actor("officer", police, jurisdiction.Handler)
	bureau     = actor("bureau", d01, jurisdiction.Handler)
	center     = actor("district", district, jurisdiction.DistrictDesk)
	hotline    = actor("hotline", district, jurisdiction.Hotline)
	supervisor = actor("supervisor", district, jurisdiction.Supervisor)
	screen     = actor("screen", district, jurisdiction.Screen)
	admin      = actor("admin", district, jurisdiction.Admin)
	replayS01  = incident.Actor{Person: "system:replay", Unit: s01}
	people     = []incident.Actor{
		inspector, inspector2, stranger, station, ziweiStaff, street, xinhuaDesk, handler, handler2, bureau, center, hotline,
		supervisor, screen, admin, replayS01, incident.Workflow,
	}

	nine = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST) // a Monday
)

func actor(person, unit string, role jurisdiction.Role) incident.Actor {
	return incident.Actor{Person: person, Unit: unit, Role: role}
}

func limit(n int, u deadline.Unit) deadline.Limit { return deadline.Limit{N: n, Unit: u} }

// world holds what orders are judged by.
var world = func() incident.Order {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	communities := `street_code,street_name,unit_code,unit_name,kind
440114001,新华街道,440114001001,云山居委会,community
440114002,花城街道,440114002002,桂花居委会,community
440114002,花城街道,440114002003,紫薇居委会,community
`
	streets := `code,name,kind,center_lng,center_lat,area_km2,basis
440114001,新华街道,street,113.207,23.379,30,test
440114002,花城街道,street,113.232,23.402,27,test
`
	departments := `code,name,duties,matter_prefixes
D01,区城市管理和综合执法局,市容环卫,06;07
D04,区水务局,供水排水,01
D19,区纪委监委（不在平台办理）,监督,huadu-demo:99
S01,综合行政执法队,综合执法,06;07;01
S02,市政环卫园林服务中心,环卫,06010
B01,公安派出所,治安,08
C01,村（社区）网格工作站,巡查,06010
`
	texts := `kind,matter_code,text
default_tier,01005,district
default_tier,06,street
default_tier,06010,community
default_tier,07,street
criterion,huadu-demo:99,涉及工作人员｜移送｜1 working_days
`
	matters := `scheme,kind,code,class,name
gb47678.5-2026,matter,01005,市政公用设施类,电力井盖异常
gb47678.5-2026,matter,06010,市容环境类,暴露垃圾
gb47678.5-2026,matter,06099,市容环境类,其他
gb47678.5-2026,matter,07003,宣传广告类,违规户外广告
`
	criteria := `scheme,kind,code,name,filing_condition,closing_condition,limit,limit_unit
gb47678.5-2026,matter,06010,暴露垃圾,未倒入容器,清理,4,working_hours
gb47678.5-2026,matter,07003,违规户外广告,灯箱,拆除,1,working_days
gb47678.5-2026,matter,07003,违规户外广告,立柱,拆除,5,working_days
gb47678.5-2026,matter,01005,电力井盖异常,缺失,补装,2,urgent_hours
`
	calendar := `date,kind,festival
2026-01-01,off,元旦
`
	book, err := jurisdiction.ParseBook("book-1", strings.NewReader(communities), strings.NewReader(streets), strings.NewReader(departments), strings.NewReader(texts))
	must(err)
	list, err := catalogue.Parse("catalogue-1", strings.NewReader(matters), strings.NewReader(criteria), strings.NewReader(texts))
	must(err)
	days, err := deadline.ParseCalendar("cn-2026", strings.NewReader(calendar))
	must(err)
	return incident.Order{
		Book: book.Naming(list).WithInspectors(guihua), Matters: list, Days: days,
		Policy: &incident.Policy{
			Version:       "policy-1",
			CallLimit:     incident.StageLimit{Normal: limit(1, deadline.WorkingHours), Urgent: limit(30, deadline.UrgentMinutes)},
			UnmergeWindow: 72 * time.Hour,
			StageLimits: map[incident.Stage]incident.StageLimit{
				incident.Verifying:    {Normal: limit(2, deadline.WorkingHours), Urgent: limit(1, deadline.UrgentHours)},
				incident.Intake:       {Normal: limit(1, deadline.WorkingHours), Urgent: limit(15, deadline.UrgentMinutes)},
				incident.Dispatching:  {Normal: limit(1, deadline.WorkingHours), Urgent: limit(15, deadline.UrgentMinutes)},
				incident.Coordinating: {Normal: limit(1, deadline.WorkingDays), Urgent: limit(4, deadline.UrgentHours)},
				incident.Checking:     {Normal: limit(1, deadline.WorkingDays), Urgent: limit(4, deadline.UrgentHours)},
				incident.Closing:      {Normal: limit(4, deadline.WorkingHours)},
			},
			AcceptLimit:  incident.StageLimit{Normal: limit(2, deadline.WorkingHours), Urgent: limit(30, deadline.UrgentMinutes)},
			HotlineTotal: limit(15, deadline.WorkingDays), WarnPercent: 80, DifficultAfter: 3,
			ReopenWindow: 72 * time.Hour, StandIn: limit(5, deadline.WorkingDays),
			ReturnWindow:      incident.StageLimit{Normal: limit(4, deadline.WorkingHours), Urgent: limit(30, deadline.UrgentMinutes)},
			ReturnReviewLimit: incident.StageLimit{Normal: limit(2, deadline.WorkingHours)},
			MaxExtensions:     2, SuspensionMax: 365 * 24 * time.Hour,
			Tickets: incident.TicketPolicy{Limits: map[string]deadline.Limit{"consult": limit(2, deadline.WorkingDays), "help": limit(10, deadline.WorkingDays)}},
		},
	}
}()

// report returns a report; its routing comes with the order.
func report(source incident.Source, matter catalogue.Key, place jurisdiction.Place, change ...func(*incident.Report)) incident.Report {
	c := incident.Report{
		Number: "440114-20261123-00001", Source: source, Matter: matter, Description: "说明", Location: somewhere, Place: place,
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// routed returns a report with its routing, as the edge sends it on.
func routed(o incident.Order, c incident.Report) incident.Report {
	c.Routing = o.Book.Route(jurisdiction.Question{
		Source: string(c.Source), Matter: c.Matter, Criterion: c.Criterion, Severity: string(c.Severity), Place: c.Place,
	})
	return c
}

func onTheSpot(c *incident.Report) {
	c.OnTheSpot, c.Photos, c.After = true, []string{someImage}, []string{otherImage}
}

// A scene is one incident with people acting on it.
type scene struct {
	t      *testing.T
	world  incident.Order
	s      incident.State
	events []incident.Event // all so far
	last   []incident.Event // of the last command
	now    time.Time
}

// begin returns a scene in which nothing was reported, at nine o'clock.
func begin(t *testing.T) *scene { return &scene{t: t, world: world, now: nine} }

func (sc *scene) order(by incident.Actor, c incident.Command) incident.Order {
	o := sc.world
	if r, ok := c.(incident.Report); ok {
		c = routed(o, r)
	}
	o.At, o.By, o.Command = sc.now, by, c
	return o
}

// on lets time pass.
func (sc *scene) on(d time.Duration) *scene {
	sc.now = sc.now.Add(d)
	return sc
}

// does lets somebody give a command that must have an effect.
func (sc *scene) does(by incident.Actor, c incident.Command) *scene {
	sc.t.Helper()
	events, err := incident.Decide(sc.s, sc.order(by, c))
	if err != nil || len(events) == 0 {
		sc.t.Fatalf("%s by %s: %d facts, %v", c.Name(), by.Person, len(events), err)
	}
	return sc.add(events...)
}

func (sc *scene) add(events ...incident.Event) *scene {
	for _, e := range events {
		sc.s = incident.Evolve(sc.s, e)
	}
	sc.events, sc.last = append(sc.events, events...), events
	return sc
}

// isRefused expects a no, and that it leaves no trace.
func (sc *scene) isRefused(by incident.Actor, c incident.Command, code string) *scene {
	sc.t.Helper()
	events, err := incident.Decide(sc.s, sc.order(by, c))
	no, ok := domain.AsRefusal(err)
	if !ok || no.Code != code || len(events) > 0 {
		sc.t.Errorf("%s by %s: %d facts, %v; want a refusal %s", c.Name(), by.Person, len(events), err, code)
		return sc
	}
	if !strings.HasPrefix(no.Zh, "不能") || !strings.HasSuffix(no.Zh, "。") || !strings.HasPrefix(no.Detail, "Cannot "+c.Name()+": ") {
		sc.t.Errorf("refusal reads %q, %q", no.Zh, no.Detail)
	}
	return sc
}

// changesNothing expects neither facts nor a refusal.
func (sc *scene) changesNothing(by incident.Actor, c incident.Command) *scene {
	sc.t.Helper()
	if events, err := incident.Decide(sc.s, sc.order(by, c)); err != nil || len(events) > 0 {
		sc.t.Errorf("%s by %s: %v, %v; want nothing", c.Name(), by.Person, events, err)
	}
	return sc
}

// stands expects "stage tier holder due", due as "01-02 15:04" in the district's time.
func (sc *scene) stands(want string) *scene {
	sc.t.Helper()
	got := fmt.Sprintf("%s %s %s %s", sc.s.Stage, sc.s.Tier, sc.s.Holder, clock(&sc.s.Deadline))
	if got != want {
		sc.t.Errorf("it stands %q, want %q", got, want)
	}
	return sc
}

func (sc *scene) totalIs(want string) *scene {
	sc.t.Helper()
	if got := clock(sc.s.Total); got != want {
		sc.t.Errorf("total clock %s, want %s", got, want)
	}
	return sc
}

// followed expects the names of the facts of the last command.
func (sc *scene) followed(want ...string) *scene {
	sc.t.Helper()
	var got []string
	for _, e := range sc.last {
		got = append(got, reflect.TypeOf(e).Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		sc.t.Errorf("facts (-want +got):\n%s", diff)
	}
	return sc
}

func (sc *scene) flagged(want ...incident.Flag) *scene {
	sc.t.Helper()
	for _, f := range want {
		if !slices.Contains(sc.s.Flags, f) {
			sc.t.Errorf("flags %v, want %s", sc.s.Flags, f)
		}
	}
	if len(sc.s.Flags) != len(want) {
		sc.t.Errorf("flags %v, want %v", sc.s.Flags, want)
	}
	return sc
}

func clock(d *deadline.Deadline) string {
	switch {
	case d == nil:
		return "none"
	case d.Due == nil && d.Missing != 0:
		return "unpublished"
	case d.Due == nil:
		return "none"
	}
	return d.Due.In(deadline.CST).Format("01-02 15:04")
}

// last returns the last fact of a scene as the kind it is expected to be.
func last[E incident.Event](sc *scene) E {
	sc.t.Helper()
	e, ok := sc.last[len(sc.last)-1].(E)
	if !ok {
		sc.t.Fatalf("the last fact is a %T", sc.last[len(sc.last)-1])
	}
	return e
}

// Incidents on their way, each by the shortest path, all at nine o'clock.

// shopReported is in intake at the street.
func shopReported(t *testing.T) *scene {
	t.Helper()
	return begin(t).does(inspector, report(incident.FromInspector, shop, atGuihua))
}

// shopFiled is dispatching at the street.
func shopFiled(t *testing.T) *scene {
	t.Helper()
	return shopReported(t).does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1})
}

// shopDispatched is handled by the street's office.
func shopDispatched(t *testing.T) *scene {
	t.Helper()
	return shopFiled(t).does(street, incident.Dispatch{Unit: s01})
}

// shopHandled is to be checked.
func shopHandled(t *testing.T) *scene {
	t.Helper()
	return shopDispatched(t).does(handler, incident.Handle{Result: "已拆除"})
}

// shopPassed is closing.
func shopPassed(t *testing.T) *scene {
	t.Helper()
	return shopHandled(t).does(inspector, incident.Pass{})
}

// shopClosed is over.
func shopClosed(t *testing.T) *scene {
	t.Helper()
	return shopPassed(t).does(street, incident.Close{ClosingConditionMet: true})
}

// complaint is verifying at the station.
func complaint(t *testing.T) *scene {
	t.Helper()
	return begin(t).does(hotline, report(incident.FromHotline, shop, atGuihua))
}

// difficult is returned three times, dispatching at the street.
func difficult(t *testing.T) *scene {
	t.Helper()
	sc := shopFiled(t)
	for range 3 {
		sc.does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "不属我单位职责"})
	}
	return sc
}

package reference_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

func load(t testing.TB) *reference.Reference {
	t.Helper()
	r, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func limit(t testing.TB, s string) deadline.Limit {
	t.Helper()
	l, err := deadline.ParseLimit(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestThePolicyIsReadFromTheTables(t *testing.T) {
	of := func(normal, urgent string) incident.StageLimit {
		l := incident.StageLimit{Normal: limit(t, normal)}
		if urgent != "" {
			l.Urgent = limit(t, urgent)
		}
		return l
	}
	want := &incident.Policy{
		Version: reference.PolicyVersion,
		StageLimits: map[incident.Stage]incident.StageLimit{
			incident.Verifying:    of("2 working_hours", "1 urgent_hours"),
			incident.Intake:       of("1 working_hours", "15 urgent_minutes"),
			incident.Dispatching:  of("1 working_hours", "15 urgent_minutes"),
			incident.Coordinating: of("3 working_days", "4 urgent_hours"),
			incident.Checking:     of("1 working_days", "4 urgent_hours"),
			incident.Closing:      of("4 working_hours", ""),
		},
		AcceptLimit:    of("2 working_hours", "30 urgent_minutes"),
		HotlineTotal:   limit(t, "15 working_days"),
		WarnPercent:    80,
		DifficultAfter: 3,
		ReopenWindow:   72 * time.Hour,
		StandIn:        limit(t, "5 working_days"),

		ReturnWindow:      of("4 working_hours", "30 urgent_minutes"),
		ReturnReview:      incident.ReviewOff,
		ReturnReviewLimit: of("2 working_hours", ""),
		MaxExtensions:     2,
		SuspensionMax:     365 * 24 * time.Hour,
		ExtensionLadder:   []incident.Rung{incident.ByDesk},
		SuspensionLadder:  []incident.Rung{incident.ByDesk},
		Rework:            incident.ReworkRestart,
		Separation:        incident.SeparationOff,
		CallLimit:         of("1 working_hours", "30 urgent_minutes"),
		DrawPercent:       10,
		UnmergeWindow:     72 * time.Hour,
		FreshWithin:       30 * time.Minute,
		FreshMeters:       100,
		DuplicateMeters:   50,
		DuplicateWithin:   24 * time.Hour,
		RecurrenceMeters:  30,
		RecurrenceWithin:  7 * 24 * time.Hour,
		Tickets: incident.TicketPolicy{
			Limits: map[string]deadline.Limit{
				"consult": of("2 working_days", "").Normal, "complaint": of("15 working_days", "").Normal, "report": of("15 working_days", "").Normal,
				"suggestion": of("10 working_days", "").Normal, "help": of("10 working_days", "").Normal, "other": of("15 working_days", "").Normal,
			},
			HotCallers: 5, HotMeters: 200, HotWithin: 24 * time.Hour, RepeatWithin: 30 * 24 * time.Hour,
		},
	}
	r := load(t)
	if diff := cmp.Diff(want, r.Policy); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
	for name, want := range map[string]incident.StageLimit{
		"return":        of("4 working_hours", "30 urgent_minutes"),
		"return_review": of("2 working_hours", ""),
		"contact":       of("1 working_days", ""),
		"reply_reserve": of("1 working_days", ""),
		"handling":      {},
	} {
		if diff := cmp.Diff(want, r.Limits[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEveryTextFindsItsPlace(t *testing.T) {
	x := load(t).Texts
	count := map[string]int{
		"incident": len(x.Incidents), "result": len(x.Results), "reply": len(x.Replies), "ruling": len(x.Rulings),
		"shift": len(x.Shifts), "profile": len(x.HourProfiles), "share": len(x.SourceShares),
	}
	for kind, list := range x.Tickets {
		count["ticket "+kind] = len(list)
	}
	for kind, list := range x.Reasons {
		count["reason "+kind] = len(list)
	}
	want := map[string]int{
		"incident": 48, "result": 10, "reply": 4, "ruling": 4, "shift": 7, "profile": 14, "share": 8,
		"ticket consult": 2, "ticket complaint": 5, "ticket report": 5, "ticket help": 3, "ticket suggestion": 1, "ticket other": 1,
		"reason return": 10, "reason escalate": 10, "reason extension": 10, "reason suspension": 10, "reason rework": 6,
		"reason decline": 6, "reason refute": 3, "reason appeal": 4, "reason contact": 3, "reason reply_city": 3,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
	sum := 0
	for _, s := range x.SourceShares {
		sum += s.Percent
	}
	if sum != 100 {
		t.Errorf("the sources share %d of a hundred", sum)
	}
}

func TestEveryMatterOfATextCanBeFiled(t *testing.T) {
	r := load(t)
	check := func(kind string, list []reference.Text) {
		for _, x := range list {
			if m, ok := r.Matters.Matter(x.Matter); !x.Matter.IsZero() && (!ok || !m.Activated) {
				t.Errorf("%s %q: its matter %s has no criterion", kind, x.Text, x.Matter)
			}
		}
	}
	check("incident", r.Texts.Incidents)
	check("result", r.Texts.Results)
	for kind, list := range r.Texts.Tickets {
		check(kind, list)
	}
	for kind, list := range r.Texts.Reasons {
		check(kind, list)
	}
	for _, x := range r.Texts.Incidents {
		if x.Matter.IsZero() || strings.Contains(x.Text, "{") {
			t.Errorf("incident %q has no matter, or a place of its own", x.Text)
		}
	}
}

func TestAnActivatedMatterHasAnAnswerAndALimit(t *testing.T) {
	r := load(t)
	place := jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"}
	for _, m := range r.Matters.Matters() {
		if !m.Activated || r.Book.Restricted(m.Key) {
			continue
		}
		if got := r.Book.Route(jurisdiction.Question{Source: "inspector", Matter: m.Key, Place: place}); got.Unit == "" || got.Candidates[0].Row == 0 {
			t.Errorf("%s is activated, but routed %+v", m.Key, got)
		}
		if _, ok := r.Book.Answer(m.Key, place, jurisdiction.District); !ok {
			t.Errorf("%s is activated, but nobody answers in the district", m.Key)
		}
		for _, c := range r.Matters.CriteriaOf(m.Key) {
			if c.Limit.Counted() <= 0 {
				t.Errorf("criterion %s has the limit %v", c.ID, c.Limit)
			}
		}
	}
	if clue := catalogue.ParsePrefixed("huadu-demo:99001"); !r.Book.Restricted(clue) {
		t.Error("what is said about staff is not restricted")
	}
}

func TestReasonsOfTheMatterComeBeforeThoseOfAny(t *testing.T) {
	x := load(t).Texts
	if got := x.ReasonsFor("return", catalogue.ParsePrefixed("02014")); !slices.Equal(got, []string{"信号灯归交警部门管理，我单位无控制权限。"}) {
		t.Errorf("reasons to return a signal lamp: %q", got)
	}
	for _, m := range []catalogue.Key{catalogue.ParsePrefixed("07001"), {}} {
		if got := x.ReasonsFor("return", m); len(got) != 4 {
			t.Errorf("reasons to return %s: %q", m, got)
		}
	}
	if got := x.ReasonsFor("dance", catalogue.Key{}); got != nil {
		t.Errorf("reasons of an unknown kind: %q", got)
	}
	if got := x.ResultsFor(catalogue.ParsePrefixed("01003")); len(got) != 1 || !strings.Contains(got[0], "井盖") {
		t.Errorf("results for a manhole cover: %q", got)
	}
	if got := x.IncidentsFor(catalogue.ParsePrefixed("06010")); len(got) != 2 {
		t.Errorf("incidents of litter: %q", got)
	}
}

func TestHoursFollowTheMatterThenTheSource(t *testing.T) {
	x := load(t).Texts
	peak := func(s incident.Source, code string) int {
		var m catalogue.Key
		if code != "" {
			m = catalogue.ParsePrefixed(code)
		}
		hours, ok := x.HoursOf(s, m)
		if !ok {
			return -1
		}
		return slices.Index(hours[:], slices.Max(hours[:]))
	}
	for _, tt := range []struct {
		source incident.Source
		matter string
		want   int
	}{
		{incident.FromInspector, "", 9},
		{incident.FromInspector, "06029", 19},
		{incident.FromHotline, "huadu-demo:22001", 9},
		{incident.FromHotline, "huadu-demo:21001", 9},
		{incident.FromCitizen, "06013", 19},
		{incident.FromCampaign, "", -1},
	} {
		if got := peak(tt.source, tt.matter); got != tt.want {
			t.Errorf("%s %s peaks at %d, not %d", tt.source, tt.matter, got, tt.want)
		}
	}
}

func TestLoadingTwiceGivesTheSame(t *testing.T) {
	a, b := load(t), load(t)
	if diff := cmp.Diff(a.Texts, b.Texts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a.Book.Units(), b.Book.Units()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(a.Matters.Criteria(), b.Matters.Criteria()); diff != "" {
		t.Error(diff)
	}
	if a.Days.Version() != reference.CalendarVersion || a.Book.Version() != a.Policy.Version || a.Matters.Version() != reference.CatalogueVersion {
		t.Error("the versions differ")
	}
}

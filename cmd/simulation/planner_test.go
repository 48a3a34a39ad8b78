package simulation

import (
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/reference"
	"gridcommand/geo/basegrid"
)

// The district's reference data and grid, loaded once.
var (
	district = sync.OnceValues(reference.Load)
	ground   = sync.OnceValues(basegrid.Load)
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// monday is the midnight of a plain week.
var monday = time.Date(2026, 9, 7, 0, 0, 0, 0, deadline.CST)

func planner(t testing.TB, seed uint64) Planner {
	t.Helper()
	ref, err := district()
	must(t, err)
	grid, err := ground()
	must(t, err)
	p := Planner{Seed: seed, Texts: ref.Texts, Matters: ref.Matters}
	for _, c := range grid.Cells() {
		p.Grids = append(p.Grids, c.Code)
	}
	return p
}

func TestADayIsTheSameEachTimeItIsPlanned(t *testing.T) {
	day := planner(t, 1).Day(monday)
	if diff := cmp.Diff(day, planner(t, 1).Day(monday)); diff != "" {
		t.Errorf("planned again it differs:\n%s", diff)
	}
	if cmp.Equal(day, planner(t, 2).Day(monday)) {
		t.Error("another seed makes the same day")
	}
	if cmp.Equal(day, planner(t, 1).Day(monday.AddDate(0, 0, 1))) {
		t.Error("the next day is the same")
	}
	keys := map[string]bool{}
	for i, a := range day {
		if a.At.Before(monday) || !a.At.Before(monday.AddDate(0, 0, 1)) || i > 0 && a.At.Before(day[i-1].At) {
			t.Errorf("arrival %d is at %s", i, a.At)
		}
		if keys[a.Key] {
			t.Errorf("two arrivals have the key %s", a.Key)
		}
		keys[a.Key] = true
	}
}

// weeks is how many whole weeks the figures are taken over.
const weeks = 9

func many(t testing.TB) (all []Arrival) {
	for day := range weeks * 7 {
		all = append(all, planner(t, 7).Day(monday.AddDate(0, 0, day))...)
	}
	return all
}

// near tells whether a share lies within five standard deviations of what it should be.
func near(share, want float64, n int) bool {
	return math.Abs(share-want) <= 5*math.Sqrt(want*(1-want)/float64(n))
}

func TestFiguresAreTheDistricts(t *testing.T) {
	p, all := planner(t, 7), many(t)
	bySource := map[incident.Source]int{}
	for _, a := range all {
		bySource[a.Source]++
	}
	hotline := bySource[incident.FromHotline]
	mean, deviation := float64(hotline)/(weeks*7), math.Sqrt(173./(weeks*7))
	if math.Abs(mean-173) > 5*deviation {
		t.Errorf("%.1f hotline tickets a day, want 173 ± %.1f", mean, 5*deviation)
	}
	for _, s := range p.Texts.SourceShares {
		if got, want := float64(bySource[s.Source])/float64(len(all)), float64(s.Percent)/100; !near(got, want, len(all)) {
			t.Errorf("%s is %.3f of all reports, want %.3f", s.Source, got, want)
		}
	}

	kinds := map[string]string{}
	for kind, texts := range p.Texts.Tickets {
		for _, text := range texts {
			kinds[text.Text] = kind
		}
	}
	byKind := map[string]int{}
	for _, a := range all {
		if a.Source == incident.FromHotline {
			byKind[kinds[a.Text]]++
		}
	}
	for _, kind := range ticketTypes {
		if got := float64(byKind[kind.name]) / float64(hotline); !near(got, kind.weight/100, hotline) {
			t.Errorf("%s is %.4f of the tickets, want %.4f", kind.name, got, kind.weight/100)
		}
	}
	if byKind[""] > 0 {
		t.Errorf("%d tickets have a text of no type", byKind[""])
	}
}

func TestHoursFollowTheProfiles(t *testing.T) {
	p, all := planner(t, 7), many(t)
	var inspectors [24]int
	n := 0
	for _, a := range all {
		hour := a.At.In(deadline.CST).Hour()
		if a.Source == incident.FromInspector {
			inspectors[hour]++
			n++
		} else if hours, ok := p.Texts.HoursOf(a.Source, a.Matter); ok && hours[hour] == 0 {
			t.Errorf("a report from %s about %s comes at %d o'clock, which has no weight", a.Source, a.Matter.Prefixed(), hour)
		}
	}
	profile, _ := p.Texts.HoursOf(incident.FromInspector, catalogue.Key{})
	sum := 0
	for _, w := range profile {
		sum += w
	}
	for hour, w := range profile {
		if got, want := float64(inspectors[hour])/float64(n), float64(w)/float64(sum); !near(got, want, n) {
			t.Errorf("%.4f of the inspectors' reports come at %d o'clock, want %.4f", got, hour, want)
		}
	}
}

func TestReportsAreOfThisDistrict(t *testing.T) {
	ref, err := district()
	must(t, err)
	grid, err := ground()
	must(t, err)
	hit := map[string]bool{}
	for _, a := range many(t) {
		if _, _, ok := grid.Cell(a.Grid); !ok {
			t.Fatalf("there is no grid %s", a.Grid)
		}
		hit[a.Grid] = true
		if _, known := ref.Matters.Matter(a.Matter); !a.Matter.IsZero() && !known {
			t.Errorf("there is no matter %s", a.Matter.Prefixed())
		}
		if leaves(a.Matter) {
			t.Errorf("%q can only leave the platform", a.Text)
		}
		if strings.TrimSpace(a.Text) == "" {
			t.Error("a report without a text")
		}
	}
	if len(hit) != len(grid.Cells()) {
		t.Errorf("in %d days reports came from %d of %d grids", weeks*7, len(hit), len(grid.Cells()))
	}
}

package patrol_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/patrol"
)

const day = "2026-11-23"

var (
	nine = time.Date(2026, 11, 23, 9, 0, 0, 0, deadline.CST)
	wang = incident.Actor{Person: "wang", Unit: "440114002002", Role: jurisdiction.Inspector, Name: "桂花社区"}
	desk = incident.Actor{Person: "desk", Unit: "440114002", Role: jurisdiction.StreetDesk}
	home = orb.Point{113.22, 23.38}
)

const one, two = "440114002002001", "440114002002002"

func minute(n int) time.Time { return nine.Add(time.Duration(n) * time.Minute) }

// fix is where wang was n minutes past nine.
func fix(n int, grid string) patrol.Fix {
	return patrol.Fix{At: minute(n), Point: home, AccuracyM: 8, Grid: grid}
}

func samples() []patrol.Event {
	fact := patrol.Fact{At: nine, By: wang}
	return []patrol.Event{
		patrol.WentOn{Fact: fact},
		patrol.WentOff{Fact: fact},
		patrol.Tracked{Fact: fact, Fixes: []patrol.Fix{fix(0, one), fix(1, "")}, Grids: []string{one}},
	}
}

type scene struct {
	t     *testing.T
	state patrol.State
	at    time.Time
}

func given(t *testing.T) *scene { return &scene{t: t, at: minute(60)} }

func (s *scene) asks(by incident.Actor, c patrol.Command) ([]patrol.Event, error) {
	return patrol.Decide(s.state, patrol.Order{At: s.at, By: by, Day: day, Policy: patrol.Default, Command: c})
}

func (s *scene) when(c patrol.Command) []patrol.Event {
	s.t.Helper()
	events, err := s.asks(wang, c)
	if err != nil {
		s.t.Fatalf("%T: %v", c, err)
	}
	s.state = patrol.Decider.Fold(s.state, events...)
	return events
}

func (s *scene) refused(code string, by incident.Actor, c patrol.Command) {
	s.t.Helper()
	events, err := s.asks(by, c)
	if no, ok := domain.AsRefusal(err); !ok || no.Code != code || no.Zh == "" {
		s.t.Fatalf("%T: %v, %v; want %s", c, events, err, code)
	}
}

func on(n int) patrol.Command                  { return patrol.GoOn{When: minute(n)} }
func off(n int) patrol.Command                 { return patrol.GoOff{When: minute(n)} }
func track(fixes ...patrol.Fix) patrol.Command { return patrol.Track{Fixes: fixes} }

func TestOffDutyNobodyIsFollowed(t *testing.T) {
	s := given(t)
	s.refused("off_duty", wang, track(fix(5, one)))
	s.when(on(10))
	s.refused("off_duty", wang, track(fix(5, one), fix(9, one)))
	s.when(off(30))
	s.refused("off_duty", wang, track(fix(30, one), fix(31, one)))

	// A batch that reaches into a stint is kept as far as it lies in one, also later.
	got := s.when(track(fix(9, one), fix(10, one), fix(29, two), fix(30, two)))
	want := []patrol.Event{patrol.Tracked{
		Fact: patrol.Fact{At: s.at, By: wang}, Fixes: []patrol.Fix{fix(10, one), fix(29, two)}, Grids: []string{one, two},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDutyIsMarkedOnce(t *testing.T) {
	s := given(t)
	s.when(off(1)) // nobody is on: nothing to end
	s.when(on(5))
	if again := s.when(on(20)); len(again) > 0 {
		t.Errorf("on duty twice: %v", again)
	}
	s.refused("before_last_mark", wang, on(4))
	s.refused("before_last_mark", wang, off(4))
	s.when(off(30))
	if again := s.when(off(31)); len(again) > 0 {
		t.Errorf("off duty twice: %v", again)
	}
	s.refused("before_last_mark", wang, on(2))
	s.when(on(30))
	s.refused("other_day", wang, patrol.GoOn{When: nine.AddDate(0, 0, 1)})
	s.refused("other_day", wang, patrol.GoOff{When: nine.AddDate(0, 0, -1)})
	for _, c := range []patrol.Command{on(50), off(50), track(fix(50, one))} {
		s.refused("inspectors_only", desk, c)
	}
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, deadline.CST)
	if !s.state.On(midnight.Add(-time.Second)) || s.state.On(midnight) {
		t.Error("a stint ends with the day")
	}
	if got := s.state.OnSince(minute(59)); !got.Equal(minute(30)) {
		t.Errorf("on duty since %v", got)
	}
}

func TestAFixIsKeptOnce(t *testing.T) {
	s := given(t)
	s.when(on(0))
	s.when(track(fix(3, one), fix(1, one), fix(3, two)))
	if got := s.when(track(fix(1, two), fix(3, two))); len(got) > 0 {
		t.Errorf("known fixes again: %v", got)
	}
	s.when(track(fix(2, one), fix(1, one)))
	var minutes []int
	for _, f := range s.state.Fixes {
		minutes = append(minutes, int(f.At.Sub(nine).Minutes()))
	}
	if diff := cmp.Diff([]int{1, 2, 3}, minutes); diff != "" {
		t.Error(diff)
	}
	if last, ok := s.state.Last(); !ok || !last.At.Equal(minute(3)) || last.Grid != one {
		t.Errorf("the last fix is %v", last)
	}
}

// However a day's fixes are cut into batches, shuffled and sent again, the same is kept.
func TestBatchesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []patrol.Fix
		for n := range rapid.IntRange(1, 40).Draw(t, "fixes") {
			all = append(all, fix(n, rapid.SampledFrom([]string{one, two, ""}).Draw(t, "grid")))
		}
		s := patrol.State{Stints: []patrol.Stint{{From: nine}}}
		sent := rapid.Permutation(slices.Concat(all, all)).Draw(t, "sent")
		kept := 0
		for len(sent) > 0 {
			n := rapid.IntRange(1, len(sent)).Draw(t, "batch")
			events, err := patrol.Decide(s, patrol.Order{At: minute(60), By: wang, Day: day, Policy: patrol.Default, Command: patrol.Track{Fixes: sent[:n]}})
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				kept += len(e.(patrol.Tracked).Fixes)
			}
			s, sent = patrol.Decider.Fold(s, events...), sent[n:]
		}
		if diff := cmp.Diff(all, s.Fixes); diff != "" || kept != len(all) {
			t.Fatalf("kept %d of %d: %s", kept, len(all), diff)
		}
	})
}

func TestVisitsAreStays(t *testing.T) {
	rough := fix(6, two)
	rough.AccuracyM = 300
	got := patrol.Visits([]patrol.Fix{
		fix(0, one), fix(5, one), rough, fix(7, ""), fix(8, one), fix(9, two), fix(10, one), fix(21, one),
	}, patrol.Default)
	want := []patrol.Visit{
		{Grid: one, From: minute(0), To: minute(8), Fixes: 3},
		{Grid: two, From: minute(9), To: minute(9), Fixes: 1},
		{Grid: one, From: minute(10), To: minute(10), Fixes: 1},
		{Grid: one, From: minute(21), To: minute(21), Fixes: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFixesThatNoDeviceMeasured(t *testing.T) {
	now := minute(60)
	far := fix(21, one)
	far.Point = orb.Point{113.32, 23.38} // ten kilometres off within a minute
	bad := func(f patrol.Fix, change func(*patrol.Fix)) patrol.Fix { change(&f); return f }
	for name, c := range map[string]struct {
		fixes []patrol.Fix
		want  []string // place, field, code
	}{
		"good ones, in any order": {[]patrol.Fix{fix(60, one), fix(3, one), fix(64, one)}, nil},
		"of the future":           {[]patrol.Fix{fix(1, one), fix(66, one)}, []string{"1", "at", "in_the_future"}},
		"too old":                 {[]patrol.Fix{fix(-8*24*60, one)}, []string{"0", "at", "too_old"}},
		"too rough":               {[]patrol.Fix{bad(fix(1, one), func(f *patrol.Fix) { f.AccuracyM = 9000 })}, []string{"0", "accuracy_m", "absurd"}},
		"flown":                   {[]patrol.Fix{far, fix(20, one)}, []string{"0", "", "absurd"}},
	} {
		var got []string
		for _, f := range patrol.Judge(c.fixes, now, patrol.Default) {
			got = append(got, string(rune('0'+f.Fix)), f.Field, f.Code)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhoGoes(t *testing.T) {
	at := func(metres float64, minutesAgo int) *patrol.Fix {
		return &patrol.Fix{At: minute(60 - minutesAgo), Point: orb.Point{home[0], home[1] + metres/111_195}}
	}
	site := patrol.Site{Grid: one, Point: &home}
	own := []string{one}
	for name, c := range map[string]struct {
		walkers []patrol.Walker
		barred  []string
		want    string
		why     string
	}{
		"nobody":                                       {nil, nil, "", ""},
		"the grid's own, also off duty":                {[]patrol.Walker{{Person: "a", On: true}, {Person: "b", Grids: own}}, nil, "b", "本格网格员，不在岗"},
		"on duty before off":                           {[]patrol.Walker{{Person: "a", Grids: own}, {Person: "b", Grids: own, On: true}}, nil, "b", "本格网格员，在岗"},
		"the nearest on duty":                          {[]patrol.Walker{{Person: "a", On: true, Last: at(900, 5)}, {Person: "b", On: true, Last: at(300, 5)}, {Person: "c", Last: at(1, 5)}}, nil, "b", "本村（社区）网格员，在岗，距现场最近（300 米）"},
		"a stale fix says nothing":                     {[]patrol.Walker{{Person: "a", On: true, Last: at(10, 45)}, {Person: "b", On: true, Last: at(900, 5)}}, nil, "b", "本村（社区）网格员，在岗，距现场最近（900 米）"},
		"by account, all else being equal":             {[]patrol.Walker{{Person: "b", On: true}, {Person: "a", On: true}}, nil, "a", "本村（社区）网格员，在岗"},
		"never who handled it":                         {[]patrol.Walker{{Person: "a", Grids: own, On: true}, {Person: "b", Grids: []string{two}}}, []string{"a"}, "b", "本村（社区）其他网格的网格员，不在岗"},
		"off duty, where they were counts for nothing": {[]patrol.Walker{{Person: "b", Last: at(10, 5)}, {Person: "a", Last: at(900, 5)}}, nil, "a", "本村（社区）网格员，不在岗"},
		"nobody is left":                               {[]patrol.Walker{{Person: "a"}}, []string{"a"}, "", ""},
		"whoever walks all before neighbours":          {[]patrol.Walker{{Person: "a", Grids: []string{two}, On: true}, {Person: "b"}}, nil, "b", "本村（社区）网格员，不在岗"},
	} {
		w, why, ok := patrol.Choose(site, c.walkers, c.barred, minute(60), patrol.Default)
		if ok != (c.want != "") || w.Person != c.want || why != c.why {
			t.Errorf("%s: %q goes, because %q", name, w.Person, why)
		}
	}
}

func TestAStreamNamesItsDay(t *testing.T) {
	for _, who := range []string{"wang", "wang.er-2", "a.20261122"} {
		id := patrol.StreamID(who, day)
		if back, on, ok := patrol.ParseStreamID(id); !ok || back != who || on != day {
			t.Errorf("%s is %s on %s", id, back, on)
		}
	}
	for _, bad := range []string{"", ".20261123", "wang", "wang.20261323", "wang-20261123"} {
		if _, _, ok := patrol.ParseStreamID(bad); ok {
			t.Errorf("%q names a day", bad)
		}
	}
}

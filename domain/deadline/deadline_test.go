package deadline_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain/deadline"
)

// at reads a moment in China Standard Time.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	when, err := time.ParseInLocation("2006-01-02 15:04", s, deadline.CST)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func limits(t testing.TB, texts ...string) []deadline.Limit {
	t.Helper()
	var list []deadline.Limit
	for _, s := range texts {
		l, err := deadline.ParseLimit(s)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, l)
	}
	return list
}

// published is the calendar of 2018–2026 that the program carries.
func published(t testing.TB) *deadline.Calendar {
	t.Helper()
	f, err := os.Open("../reference/data/calendar_cn.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := deadline.ParseCalendar("cn-2026", f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func show(when *time.Time) string {
	if when == nil {
		return "none"
	}
	return when.In(deadline.CST).Format("2006-01-02 15:04")
}

func TestDeadlines(t *testing.T) {
	c := published(t)
	for _, tt := range []struct {
		name   string
		from   string
		limits []string
		due    string
		warn   string
	}{
		{"four hours over a Saturday into a working Sunday", "2026-09-18 17:00", []string{"4 working_hours"}, "2026-09-20 11:00", "2026-09-20 10:12"},
		{"urgent hours run through midnight", "2026-11-23 23:30", []string{"2 urgent_hours"}, "2026-11-24 01:30", "2026-11-24 01:06"},
		{"urgent hours do not look at the calendar", "2026-12-31 23:30", []string{"2 urgent_hours"}, "2027-01-01 01:30", "2027-01-01 01:06"},
		{"a day into a working Saturday", "2026-02-13 16:00", []string{"1 working_days"}, "2026-02-14 16:00", "2026-02-14 14:24"},
		{"a day over the Spring Festival", "2026-02-14 16:00", []string{"1 working_days"}, "2026-02-24 16:00", "2026-02-24 14:24"},
		{"two days need the year that is not published", "2026-12-31 09:00", []string{"2 working_days"}, "none", "none"},
		{"the last day of the last year still counts", "2026-12-31 09:00", []string{"7 working_hours"}, "2026-12-31 18:00", "2026-12-31 16:36"},
		{"one hour more does not", "2026-12-31 09:00", []string{"8 working_hours"}, "none", "none"},
		{"a year before the first is not published either", "2017-12-29 09:00", []string{"1 working_hours"}, "none", "none"},
		{"exactly at the end of the morning is the end of the morning", "2026-11-23 08:00", []string{"4 working_hours"}, "2026-11-23 12:00", "2026-11-23 11:12"},
		{"exactly at the end of the day is the end of the day", "2026-11-23 08:00", []string{"1 working_days"}, "2026-11-23 18:00", "2026-11-23 16:24"},
		{"a start at noon counts from two", "2026-11-23 12:00", []string{"1 working_hours"}, "2026-11-23 15:00", "2026-11-23 14:48"},
		{"a start in the lunch break counts from two", "2026-11-23 13:10", []string{"1 working_hours"}, "2026-11-23 15:00", "2026-11-23 14:48"},
		{"a start in the evening counts from the morning", "2026-11-23 18:00", []string{"1 working_hours"}, "2026-11-24 09:00", "2026-11-24 08:48"},
		{"a start before the morning counts from eight", "2026-11-23 05:00", []string{"1 working_hours"}, "2026-11-23 09:00", "2026-11-23 08:48"},
		{"a start on Saturday counts from Monday", "2026-11-21 10:00", []string{"1 working_hours"}, "2026-11-23 09:00", "2026-11-23 08:48"},
		{"natural days are 24 hours each", "2026-02-14 16:00", []string{"3 natural_days"}, "2026-02-17 16:00", "2026-02-17 01:36"},
		{"urgent days are 24 hours each", "2026-02-14 16:00", []string{"1 urgent_days"}, "2026-02-15 16:00", "2026-02-15 11:12"},
		{"urgent minutes", "2026-11-23 11:50", []string{"15 urgent_minutes"}, "2026-11-23 12:05", "2026-11-23 12:02"},
		// 09:00 + 1 h = 10:00, + 2 urgent h = 12:00, + 8 working h = next day 12:00: 80 % of 11 h is 8 h 48 min counted.
		{"a chain counts one limit after the other", "2026-11-23 09:00", []string{"1 working_hours", "2 urgent_hours", "1 working_days"}, "2026-11-24 12:00", "2026-11-24 09:48"},
		// The urgent part ends in the night, so the working part begins in the morning.
		{"a chain's next limit starts where the last ended", "2026-11-23 17:00", []string{"4 urgent_hours", "1 working_hours"}, "2026-11-24 09:00", "2026-11-23 21:00"},
		{"the deadline in the glossary", "2026-11-23 16:30", []string{"4 working_hours"}, "2026-11-24 10:30", "2026-11-24 09:42"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := c.Deadline(at(t, tt.from), 80, limits(t, tt.limits...)...)
			if got := show(d.Due); got != tt.due {
				t.Errorf("due %s, not %s", got, tt.due)
			}
			if d.Warn != nil {
				*d.Warn = d.Warn.Truncate(time.Minute)
			}
			if got := show(d.Warn); got != tt.warn {
				t.Errorf("warning %s, not %s", got, tt.warn)
			}
			if (d.Missing != 0) != (d.Due == nil) {
				t.Errorf("due %v, missing %d", d.Due, d.Missing)
			}
			if d.Calendar != "cn-2026" || !d.From.Equal(at(t, tt.from)) {
				t.Errorf("from %v on %q", d.From, d.Calendar)
			}
		})
	}
}

// The test points of the rule book, by name, and that each explains itself: its periods
// sum to its limit.
func TestThePointsOfTheRuleBook(t *testing.T) {
	c := published(t)
	for _, tt := range []struct{ name, from, limit, due string }{
		{"four working hours into a working Sunday", "2026-09-18 17:00", "4 working_hours", "2026-09-20 11:00"},
		{"two urgent hours through midnight", "2026-11-23 23:30", "2 urgent_hours", "2026-11-24 01:30"},
		{"one working day into a working Saturday", "2026-02-13 16:00", "1 working_days", "2026-02-14 16:00"},
		{"one working day over the Spring Festival", "2026-02-14 16:00", "1 working_days", "2026-02-24 16:00"},
		{"two working days into a year that is not published", "2026-12-31 09:00", "2 working_days", "none"},
		{"the end of a period is that end", "2026-11-23 14:00", "4 working_hours", "2026-11-23 18:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			limit := limits(t, tt.limit)[0]
			d := c.Deadline(at(t, tt.from), 80, limit)
			if got := show(d.Due); got != tt.due {
				t.Fatalf("due %s, not %s", got, tt.due)
			}
			var counted time.Duration
			for _, p := range c.Explain(d) {
				counted += p.To.Sub(p.From)
			}
			if d.Due == nil {
				if d.Missing != 2027 || counted >= limit.Counted() {
					t.Errorf("%d is missing, %v of %v counted", d.Missing, counted, limit.Counted())
				}
				return
			}
			if counted != limit.Counted() || d.Calendar != "cn-2026" || d.Missing != 0 {
				t.Errorf("the periods sum to %v of %v, by %s", counted, limit.Counted(), d.Calendar)
			}
		})
	}
}

func TestTheAnswerNamesTheYearThatIsMissing(t *testing.T) {
	c := published(t)
	for from, want := range map[string]int{"2026-12-31 09:00": 2027, "2017-12-29 09:00": 2017, "2030-01-01 09:00": 2030} {
		d := c.Deadline(at(t, from), 80, limits(t, "2 working_days")...)
		if d.Missing != want || d.Due != nil || d.Warn != nil {
			t.Errorf("from %s: %+v, want %d missing", from, d, want)
		}
	}
}

func TestALoadedYearAnswersWhatWasMissing(t *testing.T) {
	c := published(t)
	from := at(t, "2026-12-31 09:00")
	before := c.Deadline(from, 80, limits(t, "2 working_days")...)
	next, err := deadline.ParseCalendar("cn-2027", strings.NewReader("date,kind,festival\n2027-01-01,off,元旦\n2027-01-02,off,元旦\n2027-01-03,off,元旦\n"))
	if err != nil {
		t.Fatal(err)
	}
	both := c.With(next)
	after := both.Recompute(before, 80)
	if got := show(after.Due); got != "2027-01-05 09:00" || after.Missing != 0 || after.Calendar != "cn-2027" {
		t.Errorf("due %s, missing %d on %s", got, after.Missing, after.Calendar)
	}
	if before.Due != nil || before.Missing != 2027 {
		t.Errorf("the old deadline changed: %+v", before)
	}
	if diff := cmp.Diff([]int{2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027}, both.Years()); diff != "" {
		t.Error(diff)
	}
	if slices.Contains(c.Years(), 2027) {
		t.Error("the old calendar changed")
	}
}

func TestTheNewYearHolidayDoesNotPublishTheYearItBeginsIn(t *testing.T) {
	c, err := deadline.ParseCalendar("v", strings.NewReader("date,kind,festival\n2027-12-31,off,元旦\n2028-01-03,off,元旦\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{2028}, c.Years()); diff != "" {
		t.Error(diff)
	}
	if _, published := c.IsWorkday(at(t, "2027-12-31 12:00")); published {
		t.Error("2027 counts as published")
	}
}

func TestWorkdays(t *testing.T) {
	c := published(t)
	for day, want := range map[string]bool{
		"2026-11-23": true,  // Monday
		"2026-11-22": false, // Sunday
		"2026-09-20": true,  // a working Sunday
		"2026-10-01": false, // a Thursday off
		"2018-12-31": false, // a Monday off
	} {
		works, published := c.IsWorkday(at(t, day+" 00:00"))
		if works != want || !published {
			t.Errorf("%s: works %t, published %t", day, works, published)
		}
	}
	// The day is China's: 17:00 UTC on Saturday is Sunday there.
	if works, _ := c.IsWorkday(time.Date(2026, 9, 19, 17, 0, 0, 0, time.UTC)); !works {
		t.Error("the day was not taken in China Standard Time")
	}
	if works, published := c.IsWorkday(at(t, "2027-01-04 09:00")); works || published {
		t.Errorf("2027: works %t, published %t", works, published)
	}
}

func TestACalendarWithFaultsIsRefusedAndEachFaultNamed(t *testing.T) {
	_, err := deadline.ParseCalendar("v", strings.NewReader(
		"date,kind,festival\n2026-02-30,off,x\n2026-01-01,free,x\n2026-01-02,off,x\n2026-01-02,off,x\n2026-01-05,work,x\n"))
	for _, want := range []string{"line 2, date", "line 3, kind", "line 5, date", "line 6, kind"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not name %q", err, want)
		}
	}
	for _, empty := range []string{"", "date,kind,festival\n", "date,kind\n2026-01-01,off\n"} {
		if _, err := deadline.ParseCalendar("v", strings.NewReader(empty)); err == nil {
			t.Errorf("calendar %q was taken", empty)
		}
	}
}

func TestLimitsAreReadAsTheyAreWritten(t *testing.T) {
	for _, u := range deadline.Units {
		want := deadline.Limit{N: 12, Unit: u}
		got, err := deadline.ParseLimit(want.String())
		if err != nil || got != want {
			t.Errorf("%s came back as %v, %v", want, got, err)
		}
	}
	for _, bad := range []string{
		"", "4", "working_hours", "4 hours", "4  working_hours", "0 working_hours", "-1 working_hours", "+1 working_hours",
		"1.5 working_hours", "4 working_hours ", "99999999999999999999 working_days", "4000 natural_days", "４ working_hours", "4working_hours",
	} {
		if l, err := deadline.ParseLimit(bad); err == nil {
			t.Errorf("%q was read as %v", bad, l)
		}
	}
}

func TestAPauseIsCountedOut(t *testing.T) {
	c := published(t)
	pause := func(from, to string) deadline.Pause { return deadline.Pause{From: at(t, from), To: at(t, to)} }
	for _, tt := range []struct {
		name   string
		from   string
		limit  string
		pauses []deadline.Pause
		due    string
	}{
		{"working time inside the pause does not count", "2026-11-23 08:00", "4 working_hours", []deadline.Pause{pause("2026-11-23 09:00", "2026-11-23 11:00")}, "2026-11-23 16:00"},
		{"a pause outside working time changes nothing", "2026-11-23 08:00", "1 working_days", []deadline.Pause{pause("2026-11-23 12:00", "2026-11-23 14:00")}, "2026-11-23 18:00"},
		{"a pause of days", "2026-11-23 17:00", "2 working_hours", []deadline.Pause{pause("2026-11-23 17:30", "2026-11-26 15:00")}, "2026-11-26 16:30"},
		{"an urgent limit moves by the whole pause", "2026-11-23 23:00", "2 urgent_hours", []deadline.Pause{pause("2026-11-23 23:30", "2026-11-25 08:00")}, "2026-11-25 09:30"},
		{"a pause from the very start", "2026-11-23 08:00", "1 working_hours", []deadline.Pause{pause("2026-11-22 08:00", "2026-11-23 10:00")}, "2026-11-23 11:00"},
		{"a pause that begins at the deadline comes too late", "2026-11-23 08:00", "1 working_hours", []deadline.Pause{pause("2026-11-23 09:00", "2026-11-24 09:00")}, "2026-11-23 09:00"},
		{"pauses that overlap count once", "2026-11-23 08:00", "2 urgent_hours", []deadline.Pause{pause("2026-11-23 10:00", "2026-11-23 12:00"), pause("2026-11-23 09:00", "2026-11-23 11:00")}, "2026-11-23 13:00"},
		{"a pause around another counts once", "2026-11-23 08:00", "2 urgent_hours", []deadline.Pause{pause("2026-11-23 09:30", "2026-11-23 10:00"), pause("2026-11-23 09:00", "2026-11-23 12:00")}, "2026-11-23 13:00"},
		{"a pause that ends before it begins is empty", "2026-11-23 08:00", "2 urgent_hours", []deadline.Pause{pause("2026-11-23 09:30", "2026-11-23 09:00")}, "2026-11-23 10:00"},
		{"a pause into a year that is not published", "2026-12-31 08:00", "4 working_hours", []deadline.Pause{pause("2026-12-31 09:00", "2027-01-05 09:00")}, "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := c.Deadline(at(t, tt.from), 80, limits(t, tt.limit)...)
			paused := c.WithPauses(d, 80, tt.pauses...)
			if got := show(paused.Due); got != tt.due {
				t.Errorf("due %s, not %s", got, tt.due)
			}
			again := c.WithPauses(paused, 80)
			if diff := cmp.Diff(d, again); diff != "" {
				t.Errorf("without its pauses it is not what it was (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnExtensionIsOneMoreLimitAtTheEnd(t *testing.T) {
	c := published(t)
	d := c.Deadline(at(t, "2026-11-23 16:00"), 80, limits(t, "4 working_hours")...)
	more := c.Extend(d, deadline.Limit{N: 4, Unit: deadline.WorkingHours}, 80)
	if got := show(more.Due); got != "2026-11-24 16:00" || show(d.Due) != "2026-11-24 10:00" {
		t.Errorf("due %s, before %s", got, show(d.Due))
	}
	// 80 % of 8 working hours is 6 h 24 min: 2 h on Monday, 4 h on Tuesday morning, 24 min after lunch.
	if got := show(more.Warn); got != "2026-11-24 14:24" {
		t.Errorf("warning %s", got)
	}
	if len(d.Limits) != 1 || len(more.Limits) != 2 {
		t.Errorf("limits %v and %v", d.Limits, more.Limits)
	}
}

func TestADeadlineGivenFromOutside(t *testing.T) {
	c := published(t)
	from, due := at(t, "2026-11-23 10:00"), at(t, "2026-11-23 20:00")
	d := deadline.Given(from, due, 80)
	if show(d.Due) != "2026-11-23 20:00" || show(d.Warn) != "2026-11-23 18:00" || !d.Given || d.Set != nil || d.Calendar != "" {
		t.Errorf("given: %+v", d)
	}
	if diff := cmp.Diff([]deadline.Period{{From: from, To: due, Limit: -1}}, c.Explain(d)); diff != "" {
		t.Errorf("explanation (-want +got):\n%s", diff)
	}

	extended := c.Extend(d, deadline.Limit{N: 1, Unit: deadline.WorkingHours}, 80)
	if show(extended.Due) != "2026-11-24 09:00" || show(extended.Set) != "2026-11-23 20:00" {
		t.Errorf("extended: %+v", extended)
	}
	twice := c.Extend(extended, deadline.Limit{N: 1, Unit: deadline.WorkingHours}, 80)
	if show(twice.Due) != "2026-11-24 10:00" || show(twice.Set) != "2026-11-23 20:00" {
		t.Errorf("extended twice: %+v", twice)
	}
	paused := c.WithPauses(d, 80, deadline.Pause{From: at(t, "2026-11-23 12:00"), To: at(t, "2026-11-23 15:00")})
	if show(paused.Due) != "2026-11-23 23:00" {
		t.Errorf("paused: %+v", paused)
	}
	if diff := cmp.Diff(d, c.WithPauses(paused, 80)); diff != "" {
		t.Errorf("unpaused (-want +got):\n%s", diff)
	}

	past := deadline.Given(due, from, 80)
	if show(past.Due) != "2026-11-23 10:00" || past.Warn != nil || len(c.Explain(past)) != 0 {
		t.Errorf("given in the past: %+v", past)
	}
}

func TestADeadlineIsStoredWhole(t *testing.T) {
	c := published(t)
	d := c.WithPauses(c.Extend(deadline.Given(at(t, "2026-11-23 10:00"), at(t, "2026-11-23 20:00"), 80), limits(t, "1 working_days")[0], 80), 80,
		deadline.Pause{From: at(t, "2026-11-24 09:00"), To: at(t, "2026-11-25 09:00")})
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back deadline.Deadline
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d, back); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(c.Explain(d), c.Explain(back)); diff != "" {
		t.Error(diff)
	}
}

func TestTheExplanationNamesEachPeriod(t *testing.T) {
	c := published(t)
	d := c.Deadline(at(t, "2026-09-18 17:00"), 80, limits(t, "4 working_hours", "1 urgent_hours")...)
	want := []deadline.Period{
		{From: at(t, "2026-09-18 17:00"), To: at(t, "2026-09-18 18:00"), Limit: 0},
		{From: at(t, "2026-09-20 08:00"), To: at(t, "2026-09-20 11:00"), Limit: 0},
		{From: at(t, "2026-09-20 11:00"), To: at(t, "2026-09-20 12:00"), Limit: 1},
	}
	if diff := cmp.Diff(want, c.Explain(d)); diff != "" {
		t.Error(diff)
	}
}

func TestNoPercentageNoWarning(t *testing.T) {
	c := published(t)
	for _, percent := range []int{-1, 0, 100, 120} {
		if d := c.Deadline(at(t, "2026-11-23 09:00"), percent, limits(t, "1 working_hours")...); d.Warn != nil {
			t.Errorf("%d %% warns at %v", percent, d.Warn)
		}
	}
}

// The laws, over any start in the published years, chain and pauses.

func anyMoment(t *rapid.T, label string) time.Time {
	first := time.Date(2018, 1, 1, 0, 0, 0, 0, deadline.CST)
	seconds := rapid.Int64Range(0, int64(8.5*365*24*3600)).Draw(t, label)
	if rapid.Bool().Draw(t, label+" on the hour") {
		seconds -= seconds % 3600
	}
	return first.Add(time.Duration(seconds) * time.Second)
}

func anyLimits(t *rapid.T) []deadline.Limit {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deadline.Limit {
		return deadline.Limit{N: rapid.IntRange(1, 20).Draw(t, "n"), Unit: rapid.SampledFrom(deadline.Units).Draw(t, "unit")}
	}), 1, 4).Draw(t, "limits")
}

func anyPauses(t *rapid.T, from time.Time) []deadline.Pause {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) deadline.Pause {
		start := from.Add(time.Duration(rapid.IntRange(-24, 240).Draw(t, "after hours")) * time.Hour)
		return deadline.Pause{From: start, To: start.Add(time.Duration(rapid.IntRange(-2, 100).Draw(t, "hours")) * time.Hour)}
	}), 0, 3).Draw(t, "pauses")
}

func TestPeriodsSumToTheirLimitsAndLieWhereTheyMay(t *testing.T) {
	c := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from, chain := anyMoment(t, "from"), anyLimits(t)
		pauses := anyPauses(t, from)
		d := c.WithPauses(c.Deadline(from, 80, chain...), 80, pauses...)
		periods := c.Explain(d)
		sums := make([]time.Duration, len(chain))
		end, index := from, 0
		for _, p := range periods {
			if p.From.Before(end) || !p.From.Before(p.To) || p.Limit < index {
				t.Fatalf("period %v does not follow %v", p, end)
			}
			end, index = p.To, p.Limit
			sums[p.Limit] += p.To.Sub(p.From)
			for _, q := range pauses {
				if q.From.Before(p.To) && q.To.After(p.From) && q.From.Before(q.To) {
					t.Fatalf("period %v lies in pause %v", p, q)
				}
			}
			if chain[p.Limit].Unit.Working() && !insideWorkingTime(c, p) {
				t.Fatalf("period %v lies outside working time", p)
			}
		}
		if d.Due == nil {
			t.Fatalf("no deadline from %v", from)
		}
		if !d.Due.Equal(end) {
			t.Fatalf("due %v, but the last period ends %v", d.Due, end)
		}
		for i, l := range chain {
			if sums[i] != l.Counted() {
				t.Fatalf("%v counted %v", l, sums[i])
			}
		}
		counted, whole := time.Duration(0), time.Duration(0)
		for _, p := range periods {
			whole += p.To.Sub(p.From)
			if d.Warn.After(p.From) {
				counted += min(p.To.Sub(p.From), d.Warn.Sub(p.From))
			}
		}
		if counted != whole*4/5 {
			t.Fatalf("warned after %v of %v", counted, whole)
		}
	})
}

// minuteByMinute is the rule in its plainest form: walk on a minute at a time and
// count those that count.
func minuteByMinute(c *deadline.Calendar, from time.Time, chain []deadline.Limit, pauses []deadline.Pause) time.Time {
	for _, l := range chain {
		for left := l.Counted(); left > 0; from = from.Add(time.Minute) {
			paused := slices.ContainsFunc(pauses, func(p deadline.Pause) bool { return !from.Before(p.From) && from.Before(p.To) })
			works, _ := c.IsWorkday(from)
			hour := from.In(deadline.CST).Hour()
			working := works && (hour >= 8 && hour < 12 || hour >= 14 && hour < 18)
			if !paused && (working || !l.Unit.Working()) {
				left -= time.Minute
			}
		}
	}
	return from
}

func TestReckoningEqualsCountingMinuteByMinute(t *testing.T) {
	c := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from := anyMoment(t, "from").Truncate(time.Minute)
		chain := anyLimits(t)[:1]
		chain[0].N = min(chain[0].N, 6)
		if rapid.Bool().Draw(t, "two limits") {
			chain = append(chain, deadline.Limit{N: 3, Unit: rapid.SampledFrom(deadline.Units).Draw(t, "second unit")})
		}
		pauses := anyPauses(t, from)
		got := c.WithPauses(c.Deadline(from, 80, chain...), 80, pauses...)
		if want := minuteByMinute(c, from, chain, pauses); got.Due == nil || !got.Due.Equal(want) {
			t.Fatalf("%v from %v is due %v, not %v", chain, from, got.Due, want)
		}
	})
}

func insideWorkingTime(c *deadline.Calendar, p deadline.Period) bool {
	works, _ := c.IsWorkday(p.From)
	minute := func(t time.Time) int { return t.In(deadline.CST).Hour()*60 + t.Minute() }
	// Ends are inclusive, so a second before the end decides.
	from, to := minute(p.From), minute(p.To.Add(-time.Second))
	morning := from >= 8*60 && to < 12*60
	afternoon := from >= 14*60 && to < 18*60
	return works && (morning || afternoon) && p.To.Sub(p.From) <= 4*time.Hour
}

func TestALaterStartIsNeverDueEarlier(t *testing.T) {
	c := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from, chain := anyMoment(t, "from"), anyLimits(t)
		later := from.Add(time.Duration(rapid.Int64Range(0, 20*24*3600).Draw(t, "seconds later")) * time.Second)
		a, b := c.Deadline(from, 80, chain...), c.Deadline(later, 80, chain...)
		if a.Due == nil || b.Due == nil || b.Due.Before(*a.Due) {
			t.Fatalf("from %v due %v, from %v due %v", from, a.Due, later, b.Due)
		}
	})
}

func TestAChainEqualsItsLimitsOneAfterAnother(t *testing.T) {
	c := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from, chain := anyMoment(t, "from"), anyLimits(t)
		whole := c.Deadline(from, 80, chain...)
		next, extended := from, c.Deadline(from, 80, chain[0])
		for i, l := range chain {
			next = *c.Deadline(next, 80, l).Due
			if i > 0 {
				extended = c.Extend(extended, l, 80)
			}
		}
		if !whole.Due.Equal(next) {
			t.Fatalf("the chain is due %v, one after another %v", whole.Due, next)
		}
		if diff := cmp.Diff(whole, extended); diff != "" {
			t.Fatalf("extending differs from chaining:\n%s", diff)
		}
	})
}

func TestAPauseNeverMakesItDueEarlier(t *testing.T) {
	c := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from, chain := anyMoment(t, "from"), anyLimits(t)
		d := c.Deadline(from, 80, chain...)
		paused := c.WithPauses(d, 80, anyPauses(t, from)...)
		if paused.Due == nil || paused.Due.Before(*d.Due) {
			t.Fatalf("due %v, paused %v", d.Due, paused.Due)
		}
	})
}

func FuzzParseLimit(f *testing.F) {
	f.Add("4 working_hours")
	f.Add("１ working_days")
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := deadline.ParseLimit(s); err == nil {
			if again, err := deadline.ParseLimit(l.String()); err != nil || again != l || l.Counted() <= 0 {
				t.Errorf("%q read as %v, again as %v, %v", s, l, again, err)
			}
		}
	})
}

// Counted back and forward again it is the last working moment not after the due time.
func TestCountedBackItIsDueThen(t *testing.T) {
	days := published(t)
	for text, want := range map[string]string{
		"2026-11-27T18:00:00+08:00": "2026-11-26T18:00:00+08:00",
		"2026-11-27T10:00:00+08:00": "2026-11-26T10:00:00+08:00",
		"2026-11-30T09:00:00+08:00": "2026-11-27T09:00:00+08:00", // over a weekend
		"2026-11-29T12:00:00+08:00": "2026-11-26T18:00:00+08:00", // a Sunday: the end of Friday
		"2026-11-27T13:00:00+08:00": "2026-11-26T12:00:00+08:00", // at noon
		"2026-09-21T10:00:00+08:00": "2026-09-20T10:00:00+08:00", // a working Sunday
	} {
		due, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		got, missing := days.Back(due, deadline.Limit{N: 1, Unit: deadline.WorkingDays})
		if got.Format(time.RFC3339) != want || missing != 0 {
			t.Errorf("a working day before %s is %s (%d), want %s", text, got.Format(time.RFC3339), missing, want)
		}
	}
	if _, missing := days.Back(time.Date(2028, 1, 5, 9, 0, 0, 0, deadline.CST), deadline.Limit{N: 1, Unit: deadline.WorkingDays}); missing != 2028 {
		t.Errorf("beyond the calendar: %d", missing)
	}
	rapid.Check(t, func(t *rapid.T) {
		due := time.Date(2026, 3, 1, 0, 0, 0, 0, deadline.CST).Add(time.Duration(rapid.IntRange(0, 300*24*60).Draw(t, "minute")) * time.Minute)
		limit := deadline.Limit{N: rapid.IntRange(1, 40).Draw(t, "n"), Unit: rapid.SampledFrom(deadline.Units).Draw(t, "unit")}
		at, missing := days.Back(due, limit)
		if missing != 0 {
			return
		}
		forward := days.Deadline(at, 80, limit)
		if forward.Due == nil || forward.Due.After(due) || !limit.Unit.Working() && !forward.Due.Equal(due) {
			t.Fatalf("%v before %v is %v, and that forward %v", limit, due, at, forward.Due)
		}
		if again, _ := days.Back(*forward.Due, limit); !again.Equal(at) {
			t.Fatalf("%v before %v is %v, before %v it is %v", limit, due, at, forward.Due, again)
		}
	})
}

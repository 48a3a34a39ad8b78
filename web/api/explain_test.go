package api

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gridcommand/domain/deadline"
)

// A sentence says what the reader of a desk would say: limit, start, each day's share, end.
func TestADeadlineInOneSentence(t *testing.T) {
	s := newSite(t)
	ref := s.server.reference()
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, 11, day, hour, minute, 0, 0, deadline.CST)
	}
	limit := func(text string) deadline.Limit { return must(deadline.ParseLimit(text)) }
	days := ref.Days
	paused := days.WithPauses(days.Deadline(at(23, 9, 0), 80, limit("4 working_hours")), 80, deadline.Pause{From: at(23, 10, 0), To: at(24, 10, 0)})
	for _, c := range []struct {
		name string
		d    deadline.Deadline
		want string
	}{
		{
			"over night", days.Deadline(at(23, 16, 30), 80, limit("4 working_hours")),
			"总时限 4 工作时，11月23日 16:30 起算，当日计 1.5 工作时，次日计 2.5 工作时，截止 11月24日 10:30。",
		},
		{
			"day and night", days.Deadline(at(23, 23, 30), 80, limit("2 urgent_hours")),
			"总时限 2 紧急工作时，11月23日 23:30 起算，当日计 0.5 紧急工作时，次日计 1.5 紧急工作时，截止 11月24日 01:30。",
		},
		{
			"over a weekend", days.Deadline(at(20, 17, 0), 80, limit("1 working_days")),
			"总时限 1 工作日，11月20日 17:00 起算，当日计 1 工作时，11月23日计 7 工作时，截止 11月23日 17:00。",
		},
		{
			"a chain", days.Extend(days.Deadline(at(23, 9, 0), 80, limit("1 working_hours")), limit("30 urgent_minutes"), 80),
			"总时限 1 工作时＋30 分钟，11月23日 09:00 起算，当日计 1 工作时，当日计 0.5 紧急工作时，截止 11月23日 10:30。",
		},
		{
			"long", days.Deadline(at(23, 9, 0), 80, limit("15 working_days")),
			"总时限 15 工作日，11月23日 09:00 起算，当日计 7 工作时，次日计 8 工作时，11月25日计 8 工作时，其后计 97 工作时，截止 12月14日 09:00。",
		},
		{
			"paused", paused,
			"总时限 4 工作时，11月23日 09:00 起算，11月23日 10:00 至 11月24日 10:00 停表，当日计 1 工作时，次日计 3 工作时，截止 11月24日 15:00。",
		},
		{
			"given", deadline.Given(at(23, 9, 0), at(23, 21, 0), 80),
			"总时限，由来件方给定，11月23日 09:00 起算，当日计 12 小时，截止 11月23日 21:00。",
		},
	} {
		got := s.server.explain(totalWord, &c.d, ref)
		if got.Sentence != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got.Sentence, c.want)
		}
	}
	late := days.Deadline(time.Date(2026, 12, 31, 9, 0, 0, 0, deadline.CST), 80, limit("2 working_days"))
	got := s.server.explain(stageWord, &late, ref)
	if got.Due != nil || !strings.HasSuffix(got.Sentence, "2027年节假日安排尚未公布，时限为暂定。") {
		t.Errorf("beyond the calendar: %s", got.Sentence)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Whatever the limits and pauses: the periods add up to the limits, and what is explained
// ends when it is due.
func TestPeriodsAddUpToTheLimits(t *testing.T) {
	s := newSite(t)
	ref := s.server.reference()
	rapid.Check(t, func(r *rapid.T) {
		from := nine.Add(time.Duration(rapid.IntRange(-60*24*300, 60*24*10).Draw(r, "minutes")) * time.Minute)
		var limits []deadline.Limit
		var whole time.Duration
		for range rapid.IntRange(1, 3).Draw(r, "limits") {
			l := deadline.Limit{N: rapid.IntRange(1, 5).Draw(r, "n"), Unit: rapid.SampledFrom(deadline.Units).Draw(r, "unit")}
			limits, whole = append(limits, l), whole+l.Counted()
		}
		d := ref.Days.Deadline(from, 80, limits...)
		if rapid.Bool().Draw(r, "paused") {
			begin := from.Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "after")) * time.Minute)
			d = ref.Days.WithPauses(d, 80, deadline.Pause{From: begin, To: begin.Add(time.Duration(rapid.IntRange(1, 6000).Draw(r, "for")) * time.Minute)})
		}
		got := s.server.explain(stageWord, &d, ref)
		if d.Due == nil {
			r.Skip("not published")
		}
		if got.Sum != int64(whole/time.Second) {
			r.Errorf("counted %d s of %s", got.Sum, whole)
		}
		if last := got.Periods[len(got.Periods)-1]; !last.To.Equal(*d.Due) {
			r.Errorf("the last period ends %s, due %s", last.To, d.Due)
		}
		for _, p := range got.Periods {
			if p.Day != p.From.In(deadline.CST).Format(time.DateOnly) {
				r.Errorf("%s is said to be of %s", p.From, p.Day)
			}
		}
	})
}

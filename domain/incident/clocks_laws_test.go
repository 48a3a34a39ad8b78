package incident_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gridcommand/domain"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

// workingHours counts the working hours between two whole hours, one by one.
func workingHours(from, to time.Time) int {
	n := 0
	for ; from.Before(to); from = from.Add(time.Hour) {
		works, _ := world.Days.IsWorkday(from)
		if hour := from.In(deadline.CST).Hour(); works && (hour >= 8 && hour < 12 || hour >= 14 && hour < 18) {
			n++
		}
	}
	return n
}

func TestSuspendingAndResumingCostsTheWorkingTimePaused(t *testing.T) {
	begun := shopDispatched(t)
	hour := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Hour) }
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 23).Draw(t, "suspended after hours")
		until := from + rapid.IntRange(1, 300).Draw(t, "for hours")
		early := rapid.IntRange(from, until).Draw(t, "resumed after hours")
		s := begun.s
		give := func(at time.Time, by incident.Actor, c incident.Command) {
			o := world
			o.At, o.By, o.Command = at, by, c
			events, err := incident.Decide(s, o)
			if err != nil {
				t.Fatalf("%s: %v", c.Name(), err)
			}
			s = incident.Decider.Fold(s, events...)
		}
		give(hour(from), handler, incident.RequestSuspension{Reason: "x", Until: hour(until)})
		give(hour(from), street, incident.GrantSuspension{})
		if early < until {
			give(hour(early), handler, incident.Resume{})
		} else {
			give(hour(until), handler, incident.Accept{}) // it has resumed by itself
		}
		paused := workingHours(hour(from), hour(early))
		for clock, d := range map[string][2]deadline.Deadline{
			"stage": {begun.s.Deadline, s.Deadline}, "total": {*begun.s.Total, *s.Total},
		} {
			want := d[0]
			if paused > 0 {
				want = world.Days.Extend(want, limit(paused, deadline.WorkingHours), 80)
			}
			if !want.Due.Equal(*d[1].Due) {
				t.Fatalf("%s: due %s after %d working hours of pause, not %s", clock, d[1].Due, paused, want.Due)
			}
		}
		if s.Lamp() == incident.Grey || s.Pause != nil {
			t.Fatal("it is still suspended")
		}
	})
}

// A handling on which extensions, suspensions and reworks come as they may.
func TestTheClocksCountTheirLimitsWhateverIsAskedFor(t *testing.T) {
	filed := shopFiled(t).s
	rapid.Check(t, func(t *rapid.T) {
		o := world
		policy := *world.Policy
		policy.Rework = rapid.SampledFrom([]incident.Rework{incident.ReworkRestart, incident.ReworkContinue}).Draw(t, "rework")
		policy.ExtensionLadder = rapid.SliceOfN(rapid.SampledFrom(incident.Rungs), 0, 3).Draw(t, "extension ladder")
		policy.SuspensionLadder = rapid.SliceOfN(rapid.SampledFrom(incident.Rungs), 0, 3).Draw(t, "suspension ladder")
		policy.ReturnReview = rapid.SampledFrom([]incident.ReturnReview{incident.ReviewOff, incident.ReviewDesk}).Draw(t, "review")
		o.Policy = &policy
		s, at := filed, nine
		total := s.Total.Limits
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			at = at.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
			step := rapid.SampledFrom([]struct {
				by incident.Actor
				c  incident.Command
			}{
				{street, incident.Dispatch{Unit: s01}},
				{handler, incident.RequestExtension{Reason: "x"}},
				{street, incident.GrantExtension{}},
				{center, incident.GrantExtension{}},
				{street, incident.RefuseExtension{Reason: "x"}},
				{handler, incident.RequestSuspension{Reason: "x", Until: at.Add(37 * time.Hour)}},
				{street, incident.GrantSuspension{}},
				{center, incident.GrantSuspension{}},
				{handler, incident.Resume{}},
				{handler, incident.Accept{}},
				{handler, incident.Return{Reason: "x"}},
				{street, incident.ApproveReturn{}},
				{handler, incident.Handle{Result: "x"}},
				{inspector, incident.Fail{Reason: "x"}},
			}).Draw(t, "step")
			o.At, o.By, o.Command = at, step.by, step.c
			events, err := incident.Decide(s, o)
			if _, refused := domain.AsRefusal(err); err != nil && (!refused || len(events) > 0) {
				t.Fatalf("%s: %v, %v", step.c.Name(), events, err)
			}
			for _, e := range events {
				was := s
				s = incident.Evolve(s, e)
				keepsItsPlace(t, was, s, e)
			}
			countsItsLimits(t, "stage", s.Deadline, s.Deadline.Limits)
			countsItsLimits(t, "total", *s.Total, total)
			if n := len(s.Deadline.Limits); s.Stage == incident.Handling && n != 1+s.Extensions {
				t.Fatalf("%d extensions and %d limits", s.Extensions, n)
			}
			if s.Extensions > policy.MaxExtensions || s.Suspensions > 1 {
				t.Fatalf("%d extensions, %d suspensions", s.Extensions, s.Suspensions)
			}
			if (s.Pause != nil) != (s.Lamp() == incident.Grey) || s.Pause != nil && !at.Before(s.Pause.Until) && len(events) > 0 {
				t.Fatalf("at %s it is suspended as %+v and shows %s", at, s.Pause, s.Lamp())
			}
			if len(s.Total.Pauses) > s.Suspensions {
				t.Fatalf("the total clock paused %v in %d suspensions", s.Total.Pauses, s.Suspensions)
			}
			if s.Pause != nil && !slices.ContainsFunc(s.Deadline.Pauses, func(p deadline.Pause) bool {
				return p.From.Equal(s.Pause.From) && p.To.Equal(s.Pause.Until)
			}) {
				t.Fatalf("suspended as %+v, the stage paused %v", s.Pause, s.Deadline.Pauses)
			}
		}
	})
}

// keepsItsPlace fails if a word about the clocks moved the incident.
func keepsItsPlace(t *rapid.T, was, is incident.State, e incident.Event) {
	switch e.(type) {
	case incident.ExtensionRequested, incident.ExtensionGranted, incident.ExtensionRefused, incident.Endorsed,
		incident.SuspensionRequested, incident.SuspensionGranted, incident.SuspensionRefused, incident.Resumed,
		incident.ReturnRequested, incident.ReturnRefused, incident.Warned, incident.Expired, incident.Lapsed:
		if was.Stage != is.Stage || was.Holder != is.Holder || was.Tier != is.Tier || was.Dispatcher != is.Dispatcher {
			t.Fatalf("%T moved it from %s at %s to %s at %s", e, was.Stage, was.Holder, is.Stage, is.Holder)
		}
		_, extended := e.(incident.ExtensionGranted)
		if extended && !cmp.Equal(was.Total, is.Total) {
			t.Fatal("an extension moved the total clock")
		}
	default:
	}
}

// countsItsLimits fails unless the periods of a deadline sum to its limits, and its
// limits are these.
func countsItsLimits(t *rapid.T, clock string, d deadline.Deadline, limits []deadline.Limit) {
	if !cmp.Equal(d.Limits, limits) {
		t.Fatalf("%s: limits %v, not %v", clock, d.Limits, limits)
	}
	counted := make([]time.Duration, len(d.Limits))
	end := d.From
	for _, p := range world.Days.Explain(d) {
		counted[p.Limit] += p.To.Sub(p.From)
		for _, q := range d.Pauses {
			if q.From.Before(p.To) && q.To.After(p.From) {
				t.Fatalf("%s: period %v lies in pause %v", clock, p, q)
			}
		}
		end = p.To
	}
	for i, l := range d.Limits {
		if counted[i] != l.Counted() {
			t.Fatalf("%s: %v counted %v", clock, l, counted[i])
		}
	}
	if d.Due == nil || !d.Due.Equal(end) {
		t.Fatalf("%s: due %v, its last period ends %s", clock, d.Due, end)
	}
}

package workflow

import (
	"slices"
	"testing"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore/sqlite"
)

var supervisor = incident.Actor{Person: "supervisor", Unit: "440114", Role: jurisdiction.Supervisor}

// nextMonday is when the suspensions of these tests end.
var nextMonday = monday.AddDate(0, 0, 7)

// suspends lets the unit ask for a suspension and the street grant it.
func (w *town) suspends(id string, until time.Time) {
	w.t.Helper()
	w.does(id, incident.RequestSuspension{Reason: "权属诉讼未决", Code: incident.Litigation, Until: until}, handlerOf(w.unitOf()))
	w.does(id, incident.GrantSuspension{}, street)
}

func TestASuspendedIncidentResumesByItself(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	w.suspends(id, nextMonday)
	w.idle()
	if at, ok, _ := w.NextTimer(t.Context()); !ok || !at.Equal(nextMonday) {
		t.Fatalf("the next timer is at %s (%t), want the end of the suspension", at, ok)
	}
	const before = "reported routed filed dispatched suspension_requested suspension_granted"
	w.moves(nextMonday.Add(-time.Microsecond))
	w.wants(id, before)
	w.moves(nextMonday)
	w.wants(id, before+" resumed")
	state, records, err := w.Load(t.Context(), id)
	must(t, err)
	if at := records[len(records)-1].At; !at.Equal(nextMonday) || state.Lamp() != incident.Green {
		t.Errorf("resumed at %s, the lamp is %s", at, state.Lamp())
	}
}

// The program ends, or is killed so that its state is lost, while an incident is
// suspended, and is away when the time is over.
func TestKilledWhileSuspendedItResumesAtItsMoment(t *testing.T) {
	for name, forgets := range map[string]bool{"restarted": false, "killed": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := &clock{at: monday}
			store, err := sqlite.Open(t.Context(), dir, nil)
			must(t, err)
			w := open(t, store, dir, c)
			stop := w.runs()
			id := w.reports(inspector, nil)
			w.idle()
			saved := readAll(t, dir)
			w.suspends(id, nextMonday)
			w.does(id, incident.Supervise{Question: "何时解决", ReplyBy: monday.AddDate(0, 0, 2)}, supervisor)
			w.idle()
			stop()
			must(t, w.state.Close())
			must(t, store.Close())
			if forgets {
				restore(t, dir, saved)
			}

			c.set(nextMonday.Add(74 * time.Hour))
			store, err = sqlite.Open(t.Context(), dir, nil)
			must(t, err)
			t.Cleanup(func() { _ = store.Close() })
			again := open(t, store, dir, c)
			t.Cleanup(again.runs())
			again.idle()
			state, records, err := again.Load(t.Context(), id)
			must(t, err)
			at := map[string][]time.Time{}
			for _, r := range records {
				at[r.Type] = append(at[r.Type], r.At)
			}
			for kind, want := range map[string]time.Time{
				"incident.lapsed": monday.AddDate(0, 0, 2), "incident.resumed": nextMonday, "incident.expired": *state.Deadline.Due,
			} {
				if len(at[kind]) != 1 || !at[kind][0].Equal(want) {
					t.Errorf("%s at %v, want once at %s", kind, at[kind], want)
				}
			}
		})
	}
}

func TestTimersOfEveryKindAreKeptInTheTable(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	id := w.reports(inspector, nil)
	w.idle()
	w.does(id, incident.Supervise{Question: "何时解决", ReplyBy: monday.AddDate(0, 0, 2)}, supervisor)
	w.does(id, incident.Supervise{Question: "谁负责", ReplyBy: monday.AddDate(0, 0, 1)}, supervisor)
	w.suspends(id, nextMonday)
	w.idle()
	state, _, err := w.Load(t.Context(), id)
	must(t, err)
	want := state.Timers()
	stop()

	rows, err := w.timerRows(t.Context())
	must(t, err)
	var got []incident.Timer
	for _, r := range rows {
		got = append(got, r.Timer)
	}
	slices.SortFunc(got, incident.CompareTimers)
	if !slices.EqualFunc(got, want, same) || len(got) != 7 {
		t.Errorf("in the table:\n%+v\nwant\n%+v", got, want)
	}
	again := over(t, w.ledger, w.state, w.dir, w.clock)
	again.runs()
	again.moves(monday.AddDate(0, 0, 3))
	again.wants(id, w.facts(id))
	if lapsed := again.facts(id); lapsed != "reported routed filed dispatched supervised supervised suspension_requested suspension_granted lapsed lapsed" {
		t.Errorf("facts %s", lapsed)
	}
}

func TestATimerOfEveryKindTravelsAsAMessage(t *testing.T) {
	at := time.Date(2026, 9, 8, 9, 0, 0, 1000, deadline.CST)
	for _, want := range []incident.Timer{
		{Clock: incident.StageClock, Kind: incident.WarnedKind, At: at.Add(-time.Hour), Due: at},
		{Clock: incident.TotalClock, Kind: incident.ExpiredKind, At: at, Due: at},
		{Clock: incident.SuspensionClock, Kind: incident.ResumedKind, At: at, Due: at},
		{Clock: incident.ReviewClock, Kind: incident.RefusedKind, At: at, Due: at},
		{Clock: incident.DutyClock(incident.CallDuty, 12), Kind: incident.LapsedKind, At: at, Due: at},
		{Clock: incident.DutyClock(incident.HelpDuty, 1), Kind: incident.LapsedKind, At: at, Due: at},
		{Clock: incident.DutyClock(incident.ReplyDuty, 3), Kind: incident.LapsedKind, At: at, Due: at},
	} {
		got, err := timerOf(newTimerMessage(t.Context(), "id", 7, want))
		if err != nil || !same(got, want) {
			t.Errorf("%+v came back as %+v, %v", want, got, err)
		}
		if fires := (timer{Timer: want}).fires(); fires.Equal(at) != (want.Kind == incident.ResumedKind) && want.Kind != incident.WarnedKind {
			t.Errorf("%s fires at %s", want.Kind, fires)
		}
	}
	if (timer{Timer: incident.Timer{Kind: incident.WarnedKind, At: at}}).fires() != at {
		t.Error("a warning waits")
	}
}

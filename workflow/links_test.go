package workflow

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
)

// is returns an incident's state.
func (w *town) is(id string) incident.State {
	w.t.Helper()
	state, _, err := w.Load(w.t.Context(), id)
	must(w.t, err)
	return state
}

// merges merges one incident into another.
func (w *town) merges(id, into string) {
	w.t.Helper()
	target := w.is(into)
	w.does(id, incident.Merge{Into: into, Reason: "同一处", Target: &target}, street)
}

// told returns an incident's facts of some kinds.
func (w *town) told(id string, kinds ...string) string {
	w.t.Helper()
	var got []string
	for _, name := range strings.Fields(w.facts(id)) {
		if slices.Contains(kinds, name) {
			got = append(got, name)
		}
	}
	return strings.Join(got, " ")
}

func (w *town) tells(id, want string) {
	w.t.Helper()
	if got := w.told(id, "absorbed", "released", "recurred", "flagged"); got != want {
		w.t.Errorf("%s is told %q, want %q", id, got, want)
	}
}

// flagOf returns the last flag an incident was given.
func (w *town) flagOf(id string) (f incident.Flagged) {
	w.t.Helper()
	_, records, err := w.Load(w.t.Context(), id)
	must(w.t, err)
	for _, r := range records {
		e, err := incident.Decode(r.Type, r.Data)
		must(w.t, err)
		if e, ok := e.(incident.Flagged); ok {
			f = e
		}
	}
	return f
}

// public is a report that nothing happens to by itself.
func public(r *incident.Report) { r.Source = incident.FromHotline }

func TestTheOtherIncidentIsToldOfAMergeOnce(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	one, other := w.reports(hotline, public), w.reports(hotline, public)
	w.merges(one, other)
	w.idle()
	w.tells(other, "absorbed")
	if got := w.is(other).Absorbed; !slices.Equal(got, []string{one}) {
		t.Errorf("absorbed %v", got)
	}
	w.does(one, incident.Unmerge{Reason: "不是同一处"}, street)
	w.idle()
	w.tells(other, "absorbed released")
	w.merges(one, other)
	w.idle()
	w.tells(other, "absorbed released absorbed")

	// Without its checkpoints a handler begins anew, and says nothing twice.
	stop()
	_, err := w.state.Write.ExecContext(t.Context(), "DELETE FROM workflow_checkpoint")
	must(t, err)
	w.runs()
	w.idle()
	w.tells(other, "absorbed released absorbed")
}

func TestWhatRemainsAfterAHandOverIsReported(t *testing.T) {
	w := founded(t, inMemory())
	stop := w.runs()
	id := w.reports(hotline, func(r *incident.Report) { public(r); r.Flags = []incident.Flag{incident.Simulated} })
	corrected := orb.Point{113.23, 23.40}
	place := guihua
	w.does(id, incident.Correct{
		Field: incident.LocationField, Reason: "定位偏差", Location: &incident.Location{Point: &corrected, CRS: "wgs84"}, Place: &place,
	}, street)
	rest := uuid.Must(uuid.NewV7()).String()
	w.does(id, incident.HandOver{Agency: "122", Receipt: "7", Rest: "清理路面油污", RestID: rest}, street)
	w.idle()
	w.wants(rest, "reported routed")
	_, records, err := w.Load(t.Context(), rest)
	must(t, err)
	e, err := incident.Decode(records[0].Type, records[0].Data)
	must(t, err)
	r := e.(incident.Reported)
	if r.Parent != id || r.Description != "清理路面油污" || r.Location.Point == nil || *r.Location.Point != corrected ||
		r.Source != incident.FromDepartment || !slices.Contains(r.Flags, incident.Simulated) || r.Number == w.is(id).Number {
		t.Errorf("reported %+v", r)
	}
	if s := w.is(rest); s.Stage != incident.Intake || s.Holder != "440114002" {
		t.Errorf("it stands %s at %s", s.Stage, s.Holder)
	}
	nothing := w.reports(hotline, public)
	w.does(nothing, incident.HandOver{Agency: "110", Receipt: "8"}, street)
	stop()
	_, err = w.state.Write.ExecContext(t.Context(), "DELETE FROM workflow_checkpoint")
	must(t, err)
	w.runs()
	w.idle()
	w.wants(rest, "reported routed")
}

// closes takes a public report through its whole life.
func (w *town) closes(change func(*incident.Report)) string {
	w.t.Helper()
	id := w.reports(hotline, func(r *incident.Report) {
		public(r)
		if change != nil {
			change(r)
		}
	})
	w.does(id, incident.Confirm{}, inspector)
	w.does(id, w.filing(), street)
	w.idle()
	if w.is(id).Stage == incident.Dispatching {
		w.does(id, incident.Dispatch{Unit: w.unitOf()}, street)
	}
	w.does(id, incident.Handle{Result: "已修复"}, handlerOf(w.unitOf()))
	w.does(id, incident.Pass{}, inspector)
	w.does(id, incident.Close{ClosingConditionMet: true}, street)
	w.idle()
	return id
}

// metres returns a point so far north of the usual one.
func metres(n float64) func(*incident.Report) {
	return func(r *incident.Report) {
		r.Location.Point = &orb.Point{113.22, 23.39 + n/111_195}
	}
}

func TestTheSameAgainAtTheSamePlaceIsLinkedToTheLastOne(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	first := w.closes(nil)
	w.moves(monday.AddDate(0, 0, 3))
	second := w.closes(metres(29))
	w.tells(first, "")
	w.tells(second, "recurred")
	w.moves(monday.AddDate(0, 0, 10)) // seven days after the second
	third := w.reports(hotline, func(r *incident.Report) { public(r); metres(20)(r) })
	w.idle()
	want := incident.Recurrence{Of: second, Number: w.is(second).Number, ClosedAt: monday.AddDate(0, 0, 3), Count: 3}
	got := w.is(third).Recurs
	if got == nil {
		t.Fatal("the third time is not linked")
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("linked (-want +got):\n%s", diff)
	}
}

func TestWhatIsNotTheSameAgain(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	first := w.closes(nil)
	two := w.criterion(func(of []catalogue.Criterion, _ jurisdiction.Routing) bool { return len(of) > 1 })
	for name, change := range map[string]func(*incident.Report){
		"farther":       metres(31),
		"another thing": func(r *incident.Report) { r.Matter, r.Criterion = two.Matter, "" },
		"unplaced":      func(r *incident.Report) { r.Location.Point = nil },
		"imported":      func(r *incident.Report) { r.Flags = []incident.Flag{incident.Imported} },
	} {
		id := w.reports(hotline, func(r *incident.Report) { public(r); change(r) })
		w.idle()
		if got := w.told(id, "recurred"); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.does(first, incident.Reopen{Reason: "又坏了"}, street)
	open := w.reports(hotline, public)
	w.idle()
	w.tells(open, "") // the first is open again: a duplicate, not a recurrence

	w.clock.set(monday.AddDate(0, 0, 1))
	w.ClockMoved()
	late := w.closes(metres(500))
	w.moves(w.is(late).ClosedAt.Add(7*24*time.Hour + time.Second))
	after := w.reports(hotline, func(r *incident.Report) { public(r); metres(500)(r) })
	w.idle()
	w.tells(after, "")
}

func TestAMatterSaidOnlyAtFilingCounts(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	first := w.closes(nil)
	unsaid := w.reports(hotline, func(r *incident.Report) { public(r); r.Matter, r.Criterion = catalogue.Key{}, "" })
	w.idle()
	w.tells(unsaid, "")
	w.does(unsaid, incident.Confirm{}, inspector)
	w.does(unsaid, w.filing(), street)
	w.idle()
	w.tells(unsaid, "recurred")
	if got := w.is(unsaid).Recurs; got == nil || got.Of != first || got.Count != 2 {
		t.Errorf("linked %+v", got)
	}
}

const (
	photoA = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
	photoB = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
	photoC = "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"
)

func TestTheSamePhotoTwiceIsFlagged(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	with := func(photos ...string) func(*incident.Report) {
		return func(r *incident.Report) { public(r); r.Photos = photos }
	}
	one := w.reports(hotline, with(photoA))
	w.idle()
	w.does(one, incident.Attach{Extra: incident.Extra{Photos: []string{photoA}}}, street) // once more of the same thing
	w.idle()
	w.tells(one, "")
	other := w.reports(hotline, with(photoB, photoA))
	w.idle()
	w.tells(one, "")
	w.tells(other, "flagged")
	if f := w.flagOf(other); f.Flag != incident.SamePhoto || f.Other != one || f.Photo != photoA {
		t.Errorf("flagged %+v", f)
	}
	attached := w.reports(hotline, with(photoC))
	w.does(attached, incident.Attach{Extra: incident.Extra{Photos: []string{photoB}}}, street)
	w.idle()
	if f := w.flagOf(attached); f.Other != other || f.Photo != photoB {
		t.Errorf("flagged %+v", f)
	}
}

func TestAPhotoFromBeforeIsNoneFromAfter(t *testing.T) {
	w := founded(t, inMemory())
	w.runs()
	id := w.reports(hotline, func(r *incident.Report) { public(r); r.Photos = []string{photoA} })
	w.does(id, incident.Confirm{}, inspector)
	w.does(id, w.filing(), street)
	w.idle()
	w.does(id, incident.Handle{Result: "已修复", Extra: incident.Extra{Photos: []string{photoA}}}, handlerOf(w.unitOf()))
	w.idle()
	w.tells(id, "flagged")
	if f := w.flagOf(id); f.Other != "" || f.Photo != photoA {
		t.Errorf("flagged %+v", f)
	}
}

// What is remembered outlives the process, wherever it was killed.
func TestWhatWasClosedAndShownIsRememberedOverARestart(t *testing.T) {
	for _, forgets := range []bool{false, true} {
		w := founded(t, inMemory())
		stop := w.runs()
		first := w.closes(func(r *incident.Report) { r.Photos = []string{photoA} })
		stop()
		if forgets {
			for _, table := range []string{"workflow_checkpoint", "workflow_closing", "workflow_photo"} {
				_, err := w.state.Write.ExecContext(t.Context(), "DELETE FROM "+table)
				must(t, err)
			}
		}
		again := over(t, w.ledger, w.state, w.dir, w.clock)
		again.runs()
		id := again.reports(hotline, func(r *incident.Report) { public(r); r.Photos = []string{photoA} })
		again.idle()
		if s := again.is(id); s.Recurs == nil || s.Recurs.Of != first || !slices.Contains(s.Flags, incident.SamePhoto) {
			t.Errorf("forgets %t: recurs %+v, flags %v", forgets, s.Recurs, s.Flags)
		}
	}
}

// A ledger that fails while something is to be said is asked again, and it is said once.
func TestLinksSurviveALedgerThatFails(t *testing.T) {
	ledger := &troubled{Store: inMemory()}
	w := founded(t, ledger)
	w.runs()
	one, other := w.reports(hotline, public), w.reports(hotline, public)
	w.idle()
	failed := map[string]int{}
	ledger.mu.Lock()
	ledger.after = func(a eventstore.Append, _ eventstore.Result) error {
		if scope := a.Key.Scope; strings.HasPrefix(scope, "workflow:") && failed[scope+a.Key.ID] == 0 {
			failed[scope+a.Key.ID]++
			return fmt.Errorf("the answer is lost: %w", errors.ErrUnsupported)
		}
		return nil
	}
	ledger.mu.Unlock()
	w.merges(one, other)
	w.idle()
	w.tells(other, "absorbed")
	if len(failed) == 0 {
		t.Error("nothing failed")
	}
	if rows := w.parked(); len(rows) != 0 {
		t.Errorf("parked %+v", rows)
	}
}

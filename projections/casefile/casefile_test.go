package casefile_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// The file a reader sees and the state the rules see are two folds of the same
// facts: where both say something, they say the same, after every single fact.
func TestTheFileAgreesWithTheRules(t *testing.T) {
	folder := historytest.Folder(t)
	for seed := range uint64(4) {
		h := historytest.New(t, seed)
		h.Live(1500)
		files, states, streams := map[string]casefile.File{}, map[string]incident.State{}, map[string][]eventstore.Record{}
		for _, r := range h.Records() {
			id := r.Stream.ID()
			streams[id] = append(streams[id], r)
			e, err := casefile.Event(r)
			if err != nil {
				t.Fatal(err)
			}
			f, s := folder.Evolve(files[id], r, e), incident.Evolve(states[id], e)
			files[id], states[id] = f, s
			if r.Version == 1 {
				continue // half of the first append: nobody has it yet
			}
			if got, want := told(f), ruled(s, folder.Book()); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s (-rules +file):\n%s\n%s", seed, id, cmp.Diff(want, got), story(streams[id]))
			}
			if (f.Status == incident.StatusOpen) != (f.Stage != nil && f.Holder != nil) {
				t.Fatalf("%s is %s with stage %v and holder %v", id, f.Status, f.Stage, f.Holder)
			}
			for _, flag := range s.Flags {
				if !f.Has(flag) && !slices.Contains([]incident.Flag{incident.CalendarNotPublished, incident.NoMatter, incident.NoCriterion, incident.NotFound}, flag) {
					t.Errorf("%s lacks flag %s", id, flag)
				}
			}
		}
	}
}

// told and ruled are what both folds say of one incident.
type view struct {
	Status                                            incident.Status
	Stage                                             incident.Stage
	Holder, Intake, Street, Person, Unit, Dispatcher  string
	Lamp                                              incident.Lamp
	Version, Returns, Transfers, Reworks              int
	Difficult, Accepted, Total                        bool
	Extensions, Suspensions, Urges, SpotChecks, False int
	Asked                                             map[incident.RequestKind]int // rungs so far
	Paused                                            time.Time                    // until
	First, Safe, Team, Tasked                         string
	Bound, Disputed                                   bool
	Coordinating                                      []string
	Helpers, Calls, Supervisions, Late                []string
	Appeal, Concerns, Merged, Recurs                  string
	Absorbed                                          []string
	Exempt                                            []incident.Ground
}

func ruled(s incident.State, book *jurisdiction.Book) view {
	v := view{
		Status: s.Status, Stage: s.Stage, Holder: s.Holder, Intake: s.IntakeDesk, Street: s.Place.Street, Person: s.Reporter,
		Unit: s.Unit, Dispatcher: s.Dispatcher, Lamp: s.Lamp(), Version: s.Version, Returns: s.Returns, Transfers: s.Transfers,
		Reworks: s.Reworks, Difficult: s.Difficult, Accepted: s.Accepted, Total: s.Total != nil, Extensions: s.Extensions,
		Suspensions: s.Suspensions, Urges: s.Urges, SpotChecks: s.SpotChecks, False: s.False, Asked: map[incident.RequestKind]int{},
		First: s.FirstReceiver, Team: s.Assignee.Team, Bound: s.Bound, Disputed: s.Disputed,
		Concerns: s.Concerns, Merged: s.MergedInto, Absorbed: append([]string{}, s.Absorbed...), Exempt: append([]incident.Ground{}, s.Exempt...),
	}
	for kind, r := range s.Asked {
		v.Asked[kind] = r.Rungs
	}
	if s.Stage != "" {
		v.Tasked = s.Tasked
	}
	if s.Pause != nil {
		v.Paused = s.Pause.Until.UTC()
	}
	if s.Coordination != nil && s.Status == incident.StatusOpen {
		v.Coordinating = s.Coordination.Units
	}
	for _, h := range s.Helpers {
		if s.Stage != incident.Handling {
			break
		}
		v.Helpers = append(v.Helpers, fmt.Sprint(h.Unit, h.Task, h.Done, h.Late, h.Result, at(h.Deadline.Due)))
	}
	for _, c := range s.Calls {
		v.Calls = append(v.Calls, fmt.Sprint(c.Unit, c.Task, c.Answered, c.Lapsed, at(c.Arrive.Due)))
	}
	for _, x := range s.Supervisions {
		v.Supervisions = append(v.Supervisions, fmt.Sprint(x.Question, x.Answered, at(&x.ReplyBy)))
	}
	for _, l := range s.Late {
		v.Late = append(v.Late, fmt.Sprint(l.Clock, l.Stage, l.Holder, at(&l.Due)))
	}
	if a := s.Appeal; a != nil {
		v.Appeal = fmt.Sprint(a.Unit, a.Grounds, a.Upheld, a.Desk != "")
	}
	v.Safe, _ = incident.Safeguard(s, book)
	if s.Recurs != nil {
		v.Recurs = s.Recurs.Of
	}
	return v
}

func told(f casefile.File) view {
	v := view{
		Status: f.Status, Intake: f.IntakeDesk, Street: f.Street, Person: f.ReportedBy, Unit: f.Unit, Dispatcher: f.Dispatcher,
		Lamp: f.Lamp, Version: int(f.Version), Returns: f.Returns, Transfers: f.Transfers, Reworks: f.Reworks, Difficult: f.Difficult,
		Accepted: f.Accepted, Total: f.TotalClock != nil, Extensions: f.Extensions, Suspensions: f.Suspensions, Urges: f.Urges,
		SpotChecks: len(f.SpotChecks), Asked: map[incident.RequestKind]int{}, Bound: f.Bound, Disputed: f.Disputed,
		Absorbed: []string{}, Exempt: f.Exemptions,
	}
	if f.Stage != nil {
		v.Stage, v.Holder = *f.Stage, f.Holder.Unit
	}
	for _, c := range f.SpotChecks {
		if !c.Genuine {
			v.False++
		}
	}
	for kind, r := range map[incident.RequestKind]*casefile.Request{
		incident.ExtensionRequest: f.Requests.Extension, incident.SuspensionRequest: f.Requests.Suspension, incident.ReturnRequest: f.Requests.Return,
	} {
		if r != nil {
			v.Asked[kind] = r.Rungs
		}
	}
	if f.Suspended != (f.Suspension != nil) {
		v.Paused = time.Unix(0, 0)
	}
	if f.Suspension != nil {
		v.Paused = f.Suspension.Until
	}
	if f.FirstReceiver != nil {
		v.First = f.FirstReceiver.Unit
	}
	if f.Assignee != nil {
		v.Team = f.Assignee.Team
	}
	if f.Tasked != nil {
		v.Tasked = f.Tasked.Person
	}
	if f.Coordination != nil {
		for _, u := range f.Coordination.Units {
			v.Coordinating = append(v.Coordinating, u.Unit)
		}
	}
	for _, h := range f.Helpers {
		if f.Stage != nil && *f.Stage == incident.Handling { // a reader goes on seeing who helped
			v.Helpers = append(v.Helpers, fmt.Sprint(h.Unit, h.Task, h.Done, h.Late, h.Result, at(h.Due)))
		}
	}
	for _, c := range f.Calls {
		v.Calls = append(v.Calls, fmt.Sprint(c.Unit, c.Task, c.Answered, c.Lapsed, at(c.Due)))
	}
	for _, x := range f.Supervisions {
		v.Supervisions = append(v.Supervisions, fmt.Sprint(x.Question, x.RepliedAt != nil, at(&x.ReplyBy)))
	}
	for _, l := range f.Late {
		v.Late = append(v.Late, fmt.Sprint(l.Clock, l.Stage, l.Unit, at(&l.Due)))
	}
	if a := f.Appeal; a != nil {
		v.Appeal = fmt.Sprint(a.Unit, a.Grounds, a.State == casefile.Upheld, a.State == casefile.Pending)
	}
	if f.Safeguard != nil {
		v.Safe = f.Safeguard.Unit
	}
	if f.Concerns != nil {
		v.Concerns = f.Concerns.Unit
	}
	if f.MergedInto != nil {
		v.Merged = f.MergedInto.ID
	}
	for _, l := range f.Absorbed {
		v.Absorbed = append(v.Absorbed, l.ID)
	}
	if f.Recurrence != nil {
		v.Recurs = f.Recurrence.Of
	}
	return v
}

func at(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}

func story(records []eventstore.Record) string {
	var lines []string
	for _, r := range records {
		lines = append(lines, r.At.Format("01-02 15:04 ")+r.Type+" "+string(r.Data))
	}
	return strings.Join(lines, "\n")
}

// What is stored comes back whole, and folding on from it is folding on.
func TestAStoredFileGoesOnAsIfItHadNeverBeenStored(t *testing.T) {
	folder := historytest.Folder(t)
	h := historytest.New(t, 7)
	h.Live(1200)
	files, kept := map[string]casefile.File{}, map[string][]byte{}
	for _, r := range h.Records() {
		id := r.Stream.ID()
		var err error
		if files[id], err = folder.Apply(files[id], r); err != nil {
			t.Fatal(err)
		}
		var f casefile.File
		if kept[id] != nil {
			if f, err = casefile.Unmarshal(kept[id]); err != nil {
				t.Fatal(err)
			}
		}
		if f, err = folder.Apply(f, r); err != nil {
			t.Fatal(err)
		}
		if kept[id], err = f.Marshal(); err != nil {
			t.Fatal(err)
		}
		want, err := files[id].Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != string(kept[id]) {
			t.Fatalf("after position %d (-in memory +stored):\n%s", r.Position, cmp.Diff(string(want), string(kept[id])))
		}
	}
}

// Folding a fact leaves the file before it as it was: views keep both.
func TestEvolveLeavesTheOldFileAlone(t *testing.T) {
	folder := historytest.Folder(t)
	h := historytest.New(t, 8)
	h.Live(800)
	files := map[string]casefile.File{}
	for _, r := range h.Records() {
		before := files[r.Stream.ID()]
		was, err := before.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		after, err := folder.Apply(before, r)
		if err != nil {
			t.Fatal(err)
		}
		is, err := before.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if string(was) != string(is) {
			t.Fatalf("%s at %d changed the file before it:\n%s", r.Type, r.Position, cmp.Diff(string(was), string(is)))
		}
		files[r.Stream.ID()] = after
	}
}

// Nothing of the caller is in the incident of the API; the name is filled in elsewhere.
func TestTheCallerIsNotInTheIncident(t *testing.T) {
	folder := historytest.Folder(t)
	h := historytest.New(t, 9)
	h.Live(600)
	streams := map[string][]eventstore.Record{}
	for _, r := range h.Records() {
		streams[r.Stream.ID()] = append(streams[r.Stream.ID()], r)
	}
	callers := 0
	for _, records := range streams {
		f, err := folder.Fold(records)
		if err != nil {
			t.Fatal(err)
		}
		if f.Subject == "" {
			continue
		}
		callers++
		data, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), f.Subject) || strings.Contains(string(data), f.ReportedBy) {
			t.Errorf("the incident names its caller: %s", data)
		}
		if f.Reporter == nil || f.Reporter.Name != "" || f.Reporter.Confidential != f.Has(incident.Confidential) {
			t.Errorf("reporter is %+v, flags %v", f.Reporter, f.Flags)
		}
	}
	if callers == 0 {
		t.Fatal("nobody called")
	}
}

func TestAnUnknownTypeIsAnError(t *testing.T) {
	_, err := historytest.Folder(t).Apply(casefile.File{}, eventstore.Record{Position: 7, Stream: "incident-x", Type: "incident.teleported", Data: []byte("{}")})
	if err == nil || !strings.Contains(err.Error(), "position 7") {
		t.Fatalf("got %v", err)
	}
}

// The tile of a point, by the formula
//
//	x = ⌊2^14 · (lon + 180°)/360°⌋
//	y = ⌊2^14 · (1 − asinh(tan lat)/π)/2⌋
func TestCellsAreSlippyTiles(t *testing.T) {
	for _, c := range []struct {
		p    orb.Point
		want string
	}{
		{orb.Point{0, 0}, "14/8192/8192"},
		{orb.Point{-180, 85.0511}, "14/0/0"},
		{orb.Point{113.2203, 23.4042}, "14/13344/7095"},
		{orb.Point{113.2073, 23.3901}, "14/13344/7096"},
	} {
		if got := casefile.CellOf(c.p); got != c.want {
			t.Errorf("CellOf(%v) = %s, want %s", c.p, got, c.want)
		}
	}
}

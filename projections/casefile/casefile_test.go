package casefile_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/eventstore"
	"gridcommand/projections/casefile"
	"gridcommand/projections/historytest"
)

// The file a reader sees and the state the rules see are two folds of the same
// facts: where both say something, they say the same.
func TestTheFileAgreesWithTheRules(t *testing.T) {
	folder := historytest.Folder(t)
	for seed := range uint64(4) {
		h := historytest.New(t, seed)
		h.Live(1500)
		streams := map[string][]eventstore.Record{}
		for _, r := range h.Records() {
			streams[r.Stream.ID()] = append(streams[r.Stream.ID()], r)
		}
		for _, in := range h.All() {
			f, err := folder.Fold(streams[in.ID])
			if err != nil {
				t.Fatal(err)
			}
			s := in.State
			type view struct {
				Status                               incident.Status
				Stage                                incident.Stage
				Holder, Intake, Street, Person       string
				Lamp                                 incident.Lamp
				Version, Returns, Transfers, Reworks int
				Difficult, Accepted, Total           bool
			}
			got := view{
				f.Status, "", "", f.IntakeDesk, f.Street, f.ReportedBy, f.Lamp, int(f.Version), f.Returns, f.Transfers, f.Reworks,
				f.Difficult, f.Accepted, f.TotalClock != nil,
			}
			if f.Stage != nil {
				got.Stage, got.Holder = *f.Stage, f.Holder.Unit
			}
			want := view{
				s.Status, s.Stage, s.Holder, s.IntakeDesk, s.Place.Street, s.Reporter, s.Lamp(), s.Version, s.Returns, s.Transfers, s.Reworks,
				s.Difficult, s.Accepted, s.Total != nil,
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("seed %d, %s (-rules +file):\n%s\n%s", seed, in.ID, diff, story(streams[in.ID]))
			}
			if (f.Status == incident.StatusOpen) != (f.Stage != nil && f.Holder != nil) {
				t.Fatalf("%s is %s with stage %v and holder %v", in.ID, f.Status, f.Stage, f.Holder)
			}
			for _, flag := range s.Flags {
				if !f.Has(flag) && !slices.Contains([]incident.Flag{incident.CalendarNotPublished, incident.NoMatter, incident.NoCriterion, incident.NotFound}, flag) {
					t.Errorf("%s lacks flag %s", in.ID, flag)
				}
			}
		}
	}
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

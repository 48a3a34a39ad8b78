package workflow

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/table"
	"gridcommand/eventstore"
	"gridcommand/eventstore/sqldb"
	"gridcommand/eventstore/sqlite"
)

// shops is a matter that the S01 of a street answers for.
var shops = catalogue.ParsePrefixed("07003")

var keeper = incident.Actor{Person: "admin", Unit: "440114", Role: jurisdiction.Admin}

// readers is a town that goes by a library.
func readers(t testing.TB, ledger eventstore.Store, dir string, c *clock) *town {
	t.Helper()
	state, err := sqldb.OpenSQLite(context.Background(), filepath.Join(dir, "state.db"))
	must(t, err)
	t.Cleanup(func() { _ = state.Close() })
	l, err := OpenLibrary(context.Background(), LibraryDeps{Ledger: ledger, State: state, Now: c.now})
	must(t, err)
	s, err := New(context.Background(), Deps{Ledger: ledger, State: state, Reference: l, Now: c.now})
	must(t, err)
	s.patience = patience{retries: 2, first: time.Millisecond}
	return &town{Service: s, t: t, clock: c, state: state, dir: dir}
}

// moved is the responsibility list in which another unit answers for shops.
func (w *town) moved(unit string) reference.Tables {
	w.t.Helper()
	answer, ok := w.library.Base().Reference.Book.Answer(shops, guihua, jurisdiction.Street)
	if !ok {
		w.t.Fatal("nobody answers")
	}
	rows := slices.Clone(w.library.Base().Tables[reference.Responsibility])
	for i, row := range rows {
		if row.Fields[0] == fmt.Sprint(answer.Row) {
			fields := slices.Clone(row.Fields)
			fields[slices.Index(reference.Columns(reference.Responsibility), "unit")] = unit
			rows[i] = table.Row{Fields: fields}
		}
	}
	return reference.Tables{reference.Responsibility: rows}
}

func (w *town) enacts(c reference.Command) Given[reference.History] {
	w.t.Helper()
	out, err := w.Enact(context.Background(), c, keeper, Options{})
	must(w.t, err)
	return out
}

func (w *town) answers(at time.Time) string {
	return w.library.At(at).Book.Route(jurisdiction.Question{Source: "inspector", Matter: shops, Place: guihua}).Unit
}

func TestWhoeverAsksAfterAnEditionIsAnsweredByIt(t *testing.T) {
	w := readers(t, inMemory(), t.TempDir(), &clock{at: monday})
	if got := w.answers(monday); got != "440114002-S01" {
		t.Fatalf("%s answers", got)
	}
	out := w.enacts(reference.Enact{Version: "e1", Tables: w.moved("S02")})
	if got := w.answers(monday); got != "440114002-S02" || out.Position != 1 {
		t.Errorf("%s answers after position %d", got, out.Position)
	}
	if got := w.answers(monday.Add(-time.Second)); got != "440114002-S01" {
		t.Errorf("before it %s answers", got)
	}
	again := w.enacts(reference.Enact{Tables: w.moved("S02")})
	if !again.Nothing {
		t.Errorf("the same tables again are %+v", again)
	}
	if of := w.library.Of(0, monday.AddDate(1, 0, 0)).Book.Version(); of != reference.PolicyVersion {
		t.Errorf("before its position it was known: %s", of)
	}
	if of := w.library.Of(1, monday).Book.Version(); of != "e1" {
		t.Errorf("at its position it is %s", of)
	}
}

func TestAPreviewEnactsNothing(t *testing.T) {
	w := readers(t, inMemory(), t.TempDir(), &clock{at: monday})
	p, err := w.Preview(context.Background(), reference.Enact{Tables: w.moved("S02")}, keeper, time.Time{})
	must(t, err)
	if len(p.Changes) != 1 || p.Changes[0].Kind != "changed" || p.Changes[0].Table != reference.Responsibility {
		t.Errorf("changes %+v", p.Changes)
	}
	if head, _ := w.ledger.Head(context.Background()); head != 0 || w.answers(monday) != "440114002-S01" {
		t.Error("something was enacted")
	}
}

// A coordination's ruling binds whoever asks after its answer, and until it expires.
func TestARulingOfACoordinationBinds(t *testing.T) {
	w := readers(t, inMemory(), t.TempDir(), &clock{at: monday})
	expires := monday.Add(48 * time.Hour)
	ruling := incident.Ruling{Number: "职责裁定〔2026〕第 1 号", Matter: shops, Area: "440114002", Unit: "440114002-S03", Expires: &expires}
	drafts, err := Drafts([]incident.Event{incident.CoordinationConcluded{Fact: incident.Fact{At: monday, By: street}, Ruling: &ruling}})
	must(t, err)
	_, err = w.ledger.Append(context.Background(), eventstore.Append{Writes: []eventstore.Write{{Stream: eventstore.StreamOf(Category, "x"), Drafts: drafts}}})
	must(t, err)
	must(t, w.library.Reach(context.Background(), 1))
	for at, want := range map[time.Time]string{monday.Add(-1): "440114002-S01", monday: "440114002-S03", expires: "440114002-S01"} {
		if got := w.answers(at); got != want {
			t.Errorf("at %s %s answers, not %s", at, got, want)
		}
	}
	next := w.enacts(reference.Rule{Rulings: []jurisdiction.Ruling{{Matter: shops, Area: "440114", Unit: "D01"}}})
	if got := next.State.Rulings[0].Number; got != "职责裁定〔2026〕第 2 号" {
		t.Errorf("the next one is %s", got)
	}
	if got := w.answers(monday); got != "440114002-S03" {
		t.Errorf("the narrower ruling gave way to %s", got)
	}
	w.enacts(reference.EndRuling{Number: ruling.Number, Reason: "机构调整"})
	if got := w.answers(monday); got != "D01" {
		t.Errorf("after its end %s answers", got)
	}
}

// A library opened anew knows what the one before knew, whatever it had noted.
func TestALibraryOpensWhereItWas(t *testing.T) {
	dir, c := t.TempDir(), &clock{at: monday}
	ledger, err := sqlite.Open(context.Background(), dir, nil)
	must(t, err)
	defer ledger.Close()
	w := readers(t, ledger, dir, c)
	w.reports(inspector, nil)
	w.enacts(reference.Enact{Version: "e1", Tables: w.moved("S02")})
	w.reports(inspector, nil)
	w.enacts(reference.Rule{Rulings: []jurisdiction.Ruling{{Matter: shops, Area: "440114", Unit: "S03"}}})
	w.reports(inspector, nil)
	must(t, w.state.Close())

	check := func(what string) *town {
		t.Helper()
		again := readers(t, ledger, dir, c)
		head, err := ledger.Head(context.Background())
		must(t, err)
		if got := again.answers(monday); got != "440114002-S03" || again.library.Position() != head {
			t.Errorf("%s: %s answers at position %d", what, got, again.library.Position())
		}
		if got := again.library.Of(1, monday).Book.Version(); got != reference.PolicyVersion {
			t.Errorf("%s: the first fact is folded with %s", what, got)
		}
		return again
	}
	remembered := check("with what it noted")
	var facts int
	must(t, remembered.state.Read.QueryRow("SELECT COUNT(*) FROM workflow_library_fact").Scan(&facts))
	if facts != 2 {
		t.Errorf("%d facts are noted", facts)
	}
	must(t, remembered.state.Close())
	restore(t, dir, nil)
	check("with nothing noted")
}

// A library of a ledger that was restored forgets what it noted of the one before.
func TestALibraryForgetsAnotherLedger(t *testing.T) {
	dir, c := t.TempDir(), &clock{at: monday}
	w := readers(t, inMemory(), dir, c)
	w.enacts(reference.Enact{Version: "e1", Tables: w.moved("S02")})
	must(t, w.state.Close())
	other := readers(t, inMemory(), dir, c)
	if got := other.answers(monday); got != "440114002-S01" || len(other.library.History().Editions) != 0 {
		t.Errorf("%s answers", got)
	}
}

func TestInspectorsAreThereAsSoonAsTheyAreAskedFor(t *testing.T) {
	var there []string
	l, err := OpenLibrary(t.Context(), LibraryDeps{Ledger: inMemory(), Inspectors: func(context.Context) ([]string, error) { return there, nil }})
	must(t, err)
	if l.Now().Book.HasInspector("440114002002") {
		t.Error("somebody is there")
	}
	there = []string{"440114002002"}
	must(t, l.Staff(t.Context()))
	if !l.Now().Book.HasInspector("440114002002") || l.Now().Book.HasInspector("440114002004") {
		t.Error("the inspector is not known")
	}
}

// What runs past the published calendar gets its deadline when the year is published,
// once, and nothing that is stored changes.
func TestAPublishedYearGivesDeadlines(t *testing.T) {
	eve := time.Date(2026, 12, 31, 9, 0, 0, 0, monday.Location())
	dir, c := t.TempDir(), &clock{at: eve}
	ledger, err := sqlite.Open(context.Background(), dir, nil)
	must(t, err)
	defer ledger.Close()
	w := readers(t, ledger, dir, c)
	stop := w.runs()
	long := w.criterion(func(of []catalogue.Criterion, r jurisdiction.Routing) bool {
		return len(of) == 1 && of[0].Limit.Unit == "working_days" && of[0].Limit.N >= 5 && r.Tier == jurisdiction.Street && strings.HasPrefix(r.Unit, "440114002-S")
	})
	id := w.reports(inspector, func(r *incident.Report) { r.Matter, r.Criterion = long.Matter, long.ID })
	call := w.calls("A", "l", 0, false)
	w.idle()
	state, before, err := w.Load(context.Background(), id)
	must(t, err)
	if state.Deadline.Missing != 2027 || state.Total == nil || state.Total.Missing != 2027 {
		t.Fatalf("its deadlines are %+v and %+v", state.Deadline, state.Total)
	}
	w.enacts(reference.Enact{Version: "cn-2027", Tables: reference.Tables{reference.CalendarTable: {
		{Fields: []string{"2027-01-01", "off", "元旦"}}, {Fields: []string{"2027-02-06", "off", "春节"}},
	}}})
	w.idle()
	state, after, err := w.Load(context.Background(), id)
	must(t, err)
	if state.Deadline.Missing != 0 || state.Deadline.Due == nil || state.Deadline.Calendar != "cn-2027" || state.Total.Missing != 0 {
		t.Fatalf("its deadlines are %+v and %+v after %s", state.Deadline, state.Total, names1(after))
	}
	if got := names1(after[len(before):]); got != "recomputed" {
		t.Errorf("there followed %q", got)
	}
	if got := w.says(call); got != "received recomputed" {
		t.Errorf("of the ticket: %s", got)
	}
	for i := range before {
		if string(before[i].Data) != string(after[i].Data) {
			t.Errorf("fact %d changed", i+1)
		}
	}
	// Asked again after a kill that forgot it was done, nothing is done twice.
	stop()
	_, err = w.state.Write.Exec("DELETE FROM workflow_recomputed")
	must(t, err)
	must(t, w.state.Close())
	again := readers(t, ledger, dir, c)
	again.runs()
	again.idle()
	if got := again.facts(id) + " " + again.says(call); got != names1(after)+" received recomputed" {
		t.Errorf("after a kill there is %s", got)
	}
	if got := again.status(Timers); got.Stopped != "" {
		t.Error(got.Stopped)
	}
}

// Killed between two incidents, a reckoning goes on with the rest: each gets its deadline
// once, whether or not the state database remembers.
func TestAReckoningThatWasKilledGoesOn(t *testing.T) {
	eve := time.Date(2026, 12, 31, 9, 0, 0, 0, monday.Location())
	dir, c := t.TempDir(), &clock{at: eve}
	store, err := sqlite.Open(context.Background(), dir, nil)
	must(t, err)
	defer store.Close()
	ctx, kill := context.WithCancel(context.Background())
	defer kill()
	left := 2
	ledger := &troubled{Store: store, after: func(a eventstore.Append, _ eventstore.Result) error {
		if a.Key.Scope != "workflow:"+Recompute {
			return nil
		}
		if left--; left > 0 {
			return nil
		}
		kill()
		return fmt.Errorf("killed between commit and answer: %w", context.Canceled)
	}}
	w := readers(t, ledger, dir, c)
	long := w.criterion(func(of []catalogue.Criterion, r jurisdiction.Routing) bool {
		return len(of) == 1 && of[0].Limit.Unit == "working_days" && of[0].Limit.N >= 5 && r.Tier == jurisdiction.Street && strings.HasPrefix(r.Unit, "440114002-S")
	})
	var ids []string
	for range 5 {
		ids = append(ids, w.reports(inspector, func(r *incident.Report) { r.Matter, r.Criterion = long.Matter, long.ID }))
	}
	saved := readAll(t, dir)
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	w.idle()
	w.enacts(reference.Enact{Tables: reference.Tables{reference.CalendarTable: {{Fields: []string{"2027-01-01", "off", "元旦"}}}}})
	must(t, <-ended)
	must(t, w.state.Close())
	reckoned := func(w *town) (n int) {
		for _, id := range ids {
			n += strings.Count(w.facts(id), "recomputed")
		}
		return n
	}
	for _, what := range []string{"with its state", "with the state from before"} {
		again := readers(t, store, dir, c)
		if what == "with its state" {
			if n := reckoned(again); n != 2 {
				t.Errorf("%d were reckoned before the kill", n)
			}
		}
		stop := again.runs()
		again.idle()
		if n := reckoned(again); n != len(ids) {
			t.Errorf("%s: %d reckonings of %d incidents", what, n, len(ids))
		}
		stop()
		must(t, again.state.Close())
		restore(t, dir, saved)
	}
}

// A calendar that counts from tomorrow gives deadlines tomorrow.
func TestAYearPublishedForLaterWaitsForItsTime(t *testing.T) {
	eve := time.Date(2026, 12, 31, 9, 0, 0, 0, monday.Location())
	w := readers(t, inMemory(), t.TempDir(), &clock{at: eve})
	w.runs()
	long := w.criterion(func(of []catalogue.Criterion, r jurisdiction.Routing) bool {
		return len(of) == 1 && of[0].Limit.Unit == "working_days" && of[0].Limit.N >= 5 && r.Tier == jurisdiction.Street && strings.HasPrefix(r.Unit, "440114002-S")
	})
	id := w.reports(inspector, func(r *incident.Report) { r.Matter, r.Criterion = long.Matter, long.ID })
	w.idle()
	w.enacts(reference.Enact{Effective: eve.Add(time.Hour), Tables: reference.Tables{reference.CalendarTable: {{Fields: []string{"2027-01-01", "off", "元旦"}}}}})
	w.idle()
	missing := func() int {
		state, _, err := w.Load(context.Background(), id)
		must(t, err)
		return state.Deadline.Missing
	}
	if got := missing(); got != 2027 {
		t.Errorf("before its time, the missing year is %d", got)
	}
	w.moves(eve.Add(time.Hour))
	if got := missing(); got != 0 {
		t.Errorf("at its time, the missing year is %d", got)
	}
}

// What was withdrawn to the district is dispatched to no street, by nobody.
func TestAWithdrawnMatterStaysWithTheDistrict(t *testing.T) {
	w := readers(t, inMemory(), t.TempDir(), &clock{at: monday})
	tables := w.moved("S01")
	for i, row := range tables[reference.Responsibility] {
		if row.Fields[1] == "07" && row.Fields[2] == "S+B" {
			fields := slices.Clone(row.Fields)
			fields[slices.Index(reference.Columns(reference.Responsibility), "list")] = "withdrawn"
			tables[reference.Responsibility][i] = table.Row{Fields: fields}
		}
	}
	w.enacts(reference.Enact{Tables: tables})
	criterion := w.library.Now().Matters.CriteriaOf(shops)[0].ID
	id := w.reports(inspector, func(r *incident.Report) { r.Matter, r.Criterion = shops, criterion })
	district := incident.Actor{Person: "district", Unit: "440114", Role: jurisdiction.DistrictDesk}
	w.does(id, incident.File{Matter: shops, Criterion: criterion}, district)
	state, _, err := w.Load(context.Background(), id)
	must(t, err)
	if state.Holder != "440114" || state.Tier != jurisdiction.District {
		t.Fatalf("held by %s at the tier %s", state.Holder, state.Tier)
	}
	for _, unit := range []string{"440114002", "440114002002"} {
		_, err := w.Do(context.Background(), id, incident.Dispatch{Unit: unit, Reason: "请处置"}, district, Options{})
		if r, refused := domain.AsRefusal(err); !refused || r.Code != "withdrawn" {
			t.Errorf("dispatched to %s: %v", unit, err)
		}
	}
	w.does(id, incident.OpenCoordination{Units: []string{"440114002-S01", "D01"}, Question: "谁主办？"}, district)
	_, err = w.Do(context.Background(), id, incident.ConcludeCoordination{Lead: "440114002-S01"}, district, Options{})
	if r, refused := domain.AsRefusal(err); !refused || r.Code != "withdrawn" || r.Field != "lead" {
		t.Errorf("concluded with an office of the street as lead: %v", err)
	}
	w.does(id, incident.ConcludeCoordination{Lead: "D01"}, district)
}

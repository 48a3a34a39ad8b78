package casefile

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/eventstore"
)

// Category is the kind of stream that files are folded from.
const Category = "incident"

// A Library knows the reference data that a fact is folded with. It answers for one
// position always alike, so that what is folded anew comes out equal.
type Library interface {
	// Reach returns when the library knows every fact up to p.
	Reach(ctx context.Context, p eventstore.Position) error
	// Of returns the data in force at a moment, as far as it was known at position p.
	Of(p eventstore.Position, at time.Time) *reference.Reference
	// Now returns the data in force now, for names in answers.
	Now() *reference.Reference
	// Origin names the data that the ledger began with.
	Origin() string
}

// A Folder folds facts into files. It knows the names of units and matters, each
// fact's by the reference data in force when the fact came true.
type Folder struct{ library Library }

// NewFolder returns a folder with the names of book and matters, which never change.
func NewFolder(book *jurisdiction.Book, matters *catalogue.Catalogue) *Folder {
	return Following(fixed{&reference.Reference{Book: book, Matters: matters}})
}

// Following returns a folder with the names that a library knows.
func Following(l Library) *Folder { return &Folder{library: l} }

// fixed is a library of one edition.
type fixed struct{ ref *reference.Reference }

func (f fixed) Reach(context.Context, eventstore.Position) error       { return nil }
func (f fixed) Of(eventstore.Position, time.Time) *reference.Reference { return f.ref }
func (f fixed) Now() *reference.Reference                              { return f.ref }
func (f fixed) Origin() string                                         { return f.ref.Book.Version() + " " + f.ref.Matters.Version() }

// Version names the reference data that files are made with, as far as it is no
// matter of facts: other data, other files from the same facts.
func (d *Folder) Version() string { return d.library.Origin() }

// Reach returns when the folder can fold facts up to p.
func (d *Folder) Reach(ctx context.Context, p eventstore.Position) error {
	return d.library.Reach(ctx, p)
}

// Book is where names of units in answers are from, as they are now. What is stored
// takes them from [Folder.Of].
func (d *Folder) Book() *jurisdiction.Book { return d.library.Now().Book }

// Matters is where names of matters in answers are from, as they are now.
func (d *Folder) Matters() *catalogue.Catalogue { return d.library.Now().Matters }

// Of returns the reference data that a fact is folded with.
func (d *Folder) Of(r eventstore.Record) *reference.Reference { return d.library.Of(r.Position, r.At) }

// Fold returns the file of one stream, from its facts in order.
func (d *Folder) Fold(records []eventstore.Record) (File, error) {
	var f File
	for _, r := range records {
		var err error
		if f, err = d.Apply(f, r); err != nil {
			return File{}, err
		}
	}
	return f, nil
}

// Apply returns f after one fact of its stream.
func (d *Folder) Apply(f File, r eventstore.Record) (File, error) {
	e, err := Event(r)
	if err != nil {
		return f, err
	}
	return d.Evolve(f, r, e), nil
}

// Event returns the fact that r stores.
func Event(r eventstore.Record) (incident.Event, error) {
	e, err := incident.Decode(r.Type, r.Data)
	if err != nil {
		return nil, fmt.Errorf("casefile: fact at position %d: %w", r.Position, err)
	}
	return e, nil
}

// Evolve returns f after e, which r stores. It is total: it never fails and never
// judges, and leaves the file it was given as it was.
func (d *Folder) Evolve(f File, r eventstore.Record, e incident.Event) File {
	return names{d.Of(r)}.evolve(f, r, e)
}

// names is the reference data that one fact is folded with.
type names struct{ *reference.Reference }

func (d names) evolve(f File, r eventstore.Record, e incident.Event) File {
	if f.Was != nil {
		return d.whileMerged(f, r, e)
	}
	at := r.At.UTC()
	f.ID = r.Stream.ID()
	f.Version, f.Position = int64(r.Version), int64(r.Position)
	if at.After(f.UpdatedAt) {
		f.UpdatedAt = at
	}
	if f.First == 0 {
		f.First = f.Position
	}
	switch e := e.(type) {
	case incident.Reported:
		f = d.reported(f, e, at)
	case incident.Routed:
		f.IntakeDesk = e.Routing.Desk
		f.Routing = Routing{e.Routing.PolicyVersion, e.Routing.Reason, list(e.Routing.Candidates)}
		f = d.stand(f, e.Standing)
	case incident.Confirmed:
		f = d.stand(f.worked(), e.Standing).unflag(incident.NotFound)
	case incident.Refuted:
		f = d.stand(f.worked(), e.Standing).flag(incident.NotFound)
	case incident.Filed:
		f = d.filed(f.worked(), e, at)
	case incident.Declined:
		f = f.worked().end(incident.StatusDeclined, at)
	case incident.Dispatched:
		f.Difficult = f.Difficult || e.Difficult
		f = d.given(f.worked(), given{e.From, e.Unit, PersonOf(e), e.Accept, e.Return, e.Helpers, e.Basis, e.Standing})
	case incident.Delegated:
		f.Difficult = f.Difficult || e.Difficult
		f = d.stand(f.worked().leavesUnit(), e.Standing).because(e.Basis)
		f.Dispatcher, f.DispatchedBy = e.From, PersonOf(e)
	case incident.Accepted:
		f.Accepted = true
	case incident.Handled:
		f = d.handled(f.worked(), e, at)
	case incident.Returned:
		f = f.givenUp(f.holder(), e.Code, PersonOf(e), at)
		f.Difficult = f.Difficult || e.Difficult
		f = d.stand(f.leavesUnit(), e.Standing)
	case incident.Transferred:
		f.Transfers++
		f.Difficult = f.Difficult || e.Difficult
		f = d.given(f, given{e.Desk, e.Unit, PersonOf(e), e.Accept, e.Return, e.Helpers, e.Basis, e.Standing})
	case incident.Escalated:
		if e.Returns {
			f = f.givenUp(f.holder(), incident.NotOurDuty, PersonOf(e), at)
		}
		f.Difficult = f.Difficult || e.Difficult
		f = d.stand(f.leavesUnit(), e.Standing)
	case incident.Passed:
		f = d.stand(f.worked(), e.Standing)
	case incident.Failed:
		f.Reworks++
		f.HandledAt, f.Helpers = nil, []Helper{}
		granted := f.Extensions
		f = d.stand(f.worked(), e.Standing)
		if e.Deadline.From.Equal(f.RunFrom) {
			f.Extensions = granted // the same handling goes on
		}
		f = f.blame(Blame{Ground: incident.WasReworked, Where: f.where(e.Holder, f.HandledBy, at)})
	case incident.Closed:
		f = f.worked().settle(incident.TotalClock, true).end(incident.StatusClosed, at)
		f.Settled = f.GivenUp
	case incident.Reopened:
		f = d.stand(f.again(), e.Standing).flag(incident.ReopenedFlag)
	case incident.Voided:
		f = f.end(incident.StatusVoided, at)
	case incident.Commented, incident.Attached:
	case incident.Warned:
		f = f.mark(e.Clock, Warned)
	case incident.Expired:
		f = d.expired(f, e, at)
	case incident.ExtensionRequested, incident.ExtensionGranted, incident.ExtensionRefused, incident.SuspensionRequested,
		incident.SuspensionGranted, incident.SuspensionRefused, incident.Resumed, incident.Endorsed, incident.ReturnRequested,
		incident.ReturnRefused, incident.Recomputed, incident.Lapsed:
		f = d.asked(f, e, at)
	case incident.CoordinationOpened, incident.CoordinationConcluded, incident.Helped, incident.Assigned, incident.Called,
		incident.Arrived, incident.CallRefused, incident.Tasked:
		f = d.shared(f, e, at)
	case incident.Urged, incident.Supervised, incident.Replied, incident.Rated, incident.Appealed, incident.AppealUpheld,
		incident.AppealRejected, incident.SpotChecked, incident.CallerViewed:
		f = d.watched(f, e, at)
	case incident.Merged, incident.Unmerged, incident.Absorbed, incident.Released, incident.Corrected, incident.HandedOver,
		incident.Recurred, incident.Flagged:
		f = d.tied(f, e, at)
	default:
		return unhandled(e)
	}
	return d.finish(f.photos(incident.FactOf(e).Photos))
}

// unhandled stops at a fact that this program should know and does not.
func unhandled(e incident.Event) File { panic(fmt.Sprintf("casefile: unhandled event %T", e)) }

// finish says what follows from the rest of f.
func (d names) finish(f File) File {
	f.Lamp, f.Safeguard = f.lamp(), d.safeguard(f)
	return d.see(f)
}

func (d names) reported(f File, e incident.Reported, at time.Time) File {
	f.Number, f.Source, f.Description, f.Severity = e.Number, e.Source, e.Description, e.Severity
	f.Status, f.ReportedAt = incident.StatusOpen, at
	f.OccurredAt = e.OccurredAt.UTC()
	if e.OccurredAt.IsZero() {
		f.OccurredAt = at
	}
	f.CapturedAt = utc(e.CapturedAt)
	f.ReportedBy, f.ReportedUnit, f.OnTheSpot = e.By.Person, e.By.Unit, e.OnTheSpot
	f = f.lies(e.Location, e.Place)
	if e.Reporter != nil {
		f.Reporter, f.Subject = &Reporter{Confidential: e.Reporter.Confidential}, e.Reporter.Subject
	}
	if e.External != nil {
		f.External = &External{e.External.System, e.External.ID}
	}
	if e.Parent != "" {
		f.Parent = &e.Parent
	}
	f.Photos, f.Flags, f.Held, f.Routing.Candidates = []string{}, []incident.Flag{}, []string{}, []jurisdiction.Candidate{}
	f.PhotosAfter, f.Helpers, f.Calls, f.Supervisions, f.Ratings = []string{}, []Helper{}, []Call{}, []Supervision{}, []Rating{}
	f.Exemptions, f.SpotChecks, f.Late, f.Absorbed = []incident.Ground{}, []SpotCheck{}, []Lateness{}, []Link{}
	f = d.concerns(f, e.Concerns)
	f = d.matter(f, e.Matter, e.Criterion)
	for _, flag := range e.Flags {
		f = f.flag(flag)
	}
	if e.Drawn {
		f = f.flag(incident.DrawnFlag)
	}
	f.PhotosAfter = append(f.PhotosAfter, e.After...)
	return f.photos(e.Photos).photos(e.After)
}

// lies puts f on the ground.
func (f File) lies(l incident.Location, p jurisdiction.Place) File {
	f.Location = Location{CRS: "wgs84", GivenCRS: l.CRS, AccuracyM: l.AccuracyM, Address: l.Address}
	if at := l.Point; at != nil {
		lng, lat := at.Lon(), at.Lat()
		f.Location.Lng, f.Location.Lat = &lng, &lat
	}
	f.Grid = nil
	if p.Grid != "" {
		f.Grid = &Grid{p.Grid, p.GridVersion}
	}
	f.Community, f.Street = p.Community, p.Street
	return f
}

func (d names) filed(f File, e incident.Filed, at time.Time) File {
	f.FiledAt, f.Severity = &at, e.Severity
	f.Routing.Candidates = list(e.Candidates)
	f.FirstReceiver, f.Bound, f.Disputed, f.GivenUp, f.Settled, f.LastGiver = nil, false, false, nil, nil, ""
	f = d.matter(f, e.Matter, e.Criterion).because(e.Basis).unflag(incident.NoMatter)
	f.CriterionUrgent = e.Limit.Unit.Urgent()
	if e.Criterion == "" {
		f = f.flag(incident.NoCriterion)
	} else {
		f = f.unflag(incident.NoCriterion)
	}
	return d.stand(f, e.Standing)
}

func (d names) handled(f File, e incident.Handled, at time.Time) File {
	f.RunFrom = f.StageClock.From
	if e.OnTheSpot {
		f.Dispatcher, f.DispatchedBy, f.RunFrom = f.holder(), "", time.Time{} // nobody dispatched it: the desk that would have
		f = f.leavesUnit().receives(d.named(e.Unit))
	}
	f.Unit, f.HandledBy, f.Result, f.HandledAt = e.Unit, PersonOf(e), e.Result, &at
	f.OnTheSpot = f.OnTheSpot || e.OnTheSpot
	for _, id := range e.Photos {
		if !slices.Contains(f.PhotosAfter, id) {
			f.PhotosAfter = append(slices.Clip(f.PhotosAfter), id)
		}
	}
	f = d.stand(f, e.Standing)
	if e.OnTheSpot && f.Has(incident.DrawnFlag) {
		f = d.showStations(f)
	}
	if len(e.Unfinished) > 0 {
		return f.flag(incident.HelperUnfinished)
	}
	return f
}

// given says how an incident came to a unit.
type given struct {
	desk, unit string
	by         string // account that gave it
	accept     deadline.Deadline
	giveBack   *deadline.Deadline
	helpers    []incident.Helper
	why        incident.Basis
	incident.Standing
}

// given puts f into the hands of a unit: one that handles it, with those who help,
// or a lower desk that a transfer named.
func (d names) given(f File, g given) File {
	f = d.stand(f.leavesUnit(), g.Standing).because(g.why)
	f.Dispatcher, f.DispatchedBy, f.Accepted, f.ReturnBy = g.desk, g.by, false, nil
	if g.Stage != incident.Handling {
		return f
	}
	f = f.receives(d.named(g.unit))
	f.Unit, f.HandledBy, f.AcceptDue = g.unit, "", utc(g.accept.Due)
	if g.giveBack != nil {
		f.ReturnBy = utc(g.giveBack.Due)
	}
	for _, h := range g.helpers {
		f.Helpers = append(f.Helpers, Helper{Named: d.named(h.Unit), Task: h.Task, Due: utc(h.Deadline.Due)})
		if h.Limit == nil {
			f.AsLead = append(slices.Clip(f.AsLead), h.Unit)
		}
		f = f.hold(h.Unit)
	}
	return f
}

// receives notes that a unit has it to handle.
func (f File) receives(unit Named) File {
	f.Disputed, f.LastGiver = false, ""
	if f.FirstReceiver == nil {
		f.FirstReceiver = &unit
	}
	return f
}

// leavesUnit ends what was asked of helpers and of people inside the unit.
func (f File) leavesUnit() File {
	f.Helpers, f.AsLead, f.Assignee = []Helper{}, nil, nil
	return f
}

// givenUp notes that a unit said it is not theirs.
func (f File) givenUp(unit string, code incident.ReturnCode, by string, at time.Time) File {
	f.Returns++
	f.Disputed, f.LastGiver = true, unit
	if !slices.Contains(f.GivenUp, unit) {
		f.GivenUp = append(slices.Clip(f.GivenUp), unit)
	}
	return f.blame(Blame{Ground: incident.WasReturned, Code: code, Where: f.where(unit, by, at)})
}

// again takes f up after it was closed.
func (f File) again() File {
	f.Status, f.HandledAt, f.ClosedAt, f.TotalMark = incident.StatusOpen, nil, nil, Unmarked
	return f
}

// matter says what it is.
func (d names) matter(f File, key catalogue.Key, criterion string) File {
	f.Matter, f.Criterion, f.CriterionUrgent = nil, nil, false
	if !key.IsZero() {
		f.Matter = &Matter{Scheme: key.Scheme, Kind: key.Kind, Code: key.Code}
		if m, ok := d.Matters.Matter(key); ok {
			f.Matter.Name = m.Name
		}
	}
	if criterion != "" {
		f.Criterion = &Criterion{ID: criterion}
		if c, ok := d.Matters.Criterion(criterion); ok {
			f.Criterion = &Criterion{c.ID, c.FilingCondition, c.ClosingCondition, c.Limit.N, string(c.Limit.Unit)}
			f.CriterionUrgent = c.Limit.Unit.Urgent()
		}
	}
	return f
}

// stand puts f where a fact says it stands now. A clock that goes on keeps of its marks
// what [incident.Kept] says; a new one has none. What was asked at a stage or by a
// holder goes with it.
func (d names) stand(f File, s incident.Standing) File {
	moved := f.Stage == nil || *f.Stage != s.Stage
	if moved || f.Holder.Unit != s.Holder {
		f.AcceptDue, f.ReturnBy, f.Requests = nil, nil, Requests{}
		f.Suspended, f.Suspension = false, nil
	}
	if moved {
		f.Tasked, f.Coordination = nil, nil
	}
	if moved && s.Stage == incident.Handling {
		f.Extensions = 0
	}
	if moved || !f.StageClock.From.Equal(s.Deadline.From) {
		f = f.settle(incident.StageClock, false)
	}
	f.StageMark = f.StageMark.kept(f.StageClock, s.Deadline)
	stage := s.Stage
	f.Stage, f.Tier = &stage, s.Tier
	f.Holder = new(Holder(d.named(s.Holder)))
	f = f.hold(s.Holder)
	f.StageClock, f.Due.Stage = s.Deadline, utc(s.Deadline.Due)
	if s.Total != nil {
		var before deadline.Deadline
		if f.TotalClock != nil {
			before = *f.TotalClock
		}
		if !before.From.Equal(s.Total.From) {
			f = f.settle(incident.TotalClock, false)
		}
		f.TotalMark = f.TotalMark.kept(before, *s.Total)
		f.TotalClock, f.Due.Total = s.Total, utc(s.Total.Due)
	}
	if f.StageClock.Missing != 0 || (f.TotalClock != nil && f.TotalClock.Missing != 0) {
		return f.flag(incident.CalendarNotPublished)
	}
	return f.unflag(incident.CalendarNotPublished)
}

func (f File) holder() string {
	if f.Holder == nil {
		return ""
	}
	return f.Holder.Unit
}

// hold notes that a unit has a hand in it, and may see it from now on.
func (f File) hold(unit string) File {
	if unit != "" && !slices.Contains(f.Held, unit) {
		f.Held = append(slices.Clip(f.Held), unit)
	}
	return f
}

func (d names) named(unit string) Named {
	u, _ := d.Book.Unit(unit)
	return Named{unit, u.Name}
}

// kept returns what is left of m when a clock's deadline changes.
func (m Mark) kept(before, after deadline.Deadline) Mark {
	warned, expired := incident.Kept(before, after)
	if !warned {
		m &^= Warned
	}
	if !expired {
		m &^= Expired
	}
	return m
}

// end takes f out of everybody's hands and stops its clocks. Their marks stay: an
// incident that ended late shows late.
func (f File) end(s incident.Status, at time.Time) File {
	f.Status, f.Stage, f.Holder = s, nil, nil
	f.Due, f.AcceptDue, f.ReturnBy, f.Requests = Due{}, nil, nil, Requests{}
	f.Suspended, f.Suspension, f.Coordination, f.Tasked = false, nil, nil, nil
	f.StageClock, f.TotalClock = deadline.Deadline{}, nil
	f.ClosedAt = &at
	f.Calls = slices.Clone(f.Calls)
	for i, c := range f.Calls {
		if c.Answered == "" {
			f.Calls[i].Answered = Over
		}
	}
	return f.settle(incident.StageClock, false).settle(incident.TotalClock, false)
}

// mark notes what a timer said of a clock.
func (f File) mark(c incident.Clock, m Mark) File {
	switch c {
	case incident.StageClock:
		f.StageMark |= m
	case incident.TotalClock:
		f.TotalMark |= m
	}
	return f
}

// lamp is the worst of both clocks, as the facts left them.
func (f File) lamp() incident.Lamp {
	if f.Suspended {
		return incident.Grey
	}
	switch marks := f.StageMark | f.TotalMark; {
	case marks.Has(Expired):
		return incident.Red
	case marks.Has(Warned):
		return incident.Yellow
	}
	return incident.Green
}

// because notes why a unit was chosen.
func (f File) because(b incident.Basis) File {
	if b.PolicyVersion != "" {
		f.Routing.PolicyVersion = b.PolicyVersion
	}
	if b.Reason != "" {
		f.Routing.Reason = b.Reason
	}
	return f
}

// flag sets a flag; flags stand in the order of [incident.Flags].
func (f File) flag(flag incident.Flag) File {
	if f.Has(flag) {
		return f
	}
	f.Flags = append(slices.Clip(f.Flags), flag)
	return f.sorted()
}

// sorted puts the flags, which nobody else has, in order.
func (f File) sorted() File {
	slices.SortFunc(f.Flags, func(a, b incident.Flag) int {
		return slices.Index(incident.Flags, a) - slices.Index(incident.Flags, b)
	})
	return f
}

func (f File) unflag(flag incident.Flag) File {
	if f.Has(flag) {
		f.Flags = slices.DeleteFunc(slices.Clone(f.Flags), func(x incident.Flag) bool { return x == flag })
	}
	return f
}

// Has tells whether f is flagged so.
func (f File) Has(flag incident.Flag) bool { return slices.Contains(f.Flags, flag) }

func (f File) photos(ids []string) File {
	for _, id := range ids {
		if !slices.Contains(f.Photos, id) {
			f.Photos = append(slices.Clip(f.Photos), id)
		}
	}
	return f
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

func list(c []jurisdiction.Candidate) []jurisdiction.Candidate {
	if c == nil {
		return []jurisdiction.Candidate{}
	}
	return c
}

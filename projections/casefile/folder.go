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
		f = d.stand(f, e.Standing).photos(e.Photos)
	case incident.Confirmed:
		f = d.stand(f, e.Standing).photos(e.Photos).unflag(incident.NotFound)
	case incident.Refuted:
		f = d.stand(f, e.Standing).photos(e.Photos).flag(incident.NotFound)
	case incident.Filed:
		f = d.filed(f, e, at)
	case incident.Declined:
		f = f.end(incident.StatusDeclined, at).photos(e.Photos)
	case incident.Dispatched:
		f = d.given(f, e.Unit, e.Accept, e.Basis, e.Standing).photos(e.Photos)
	case incident.Delegated:
		f = d.stand(f, e.Standing).because(e.Basis).photos(e.Photos)
	case incident.Accepted:
		f.Accepted = true
		f = f.photos(e.Photos)
	case incident.Handled:
		f.Unit, f.Result, f.HandledAt = e.Unit, e.Result, &at
		f.OnTheSpot = f.OnTheSpot || e.OnTheSpot
		f = d.stand(f, e.Standing).photos(e.Photos)
	case incident.Returned:
		f.Returns++
		f.Difficult = f.Difficult || e.Difficult
		f = d.stand(f, e.Standing).photos(e.Photos)
	case incident.Transferred:
		f.Transfers++
		f.Difficult = f.Difficult || e.Difficult
		f = d.given(f, e.Unit, e.Accept, e.Basis, e.Standing).photos(e.Photos)
	case incident.Escalated:
		if e.Returns {
			f.Returns++
		}
		f.Difficult = f.Difficult || e.Difficult
		f = d.stand(f, e.Standing).photos(e.Photos)
	case incident.Passed:
		f = d.stand(f, e.Standing).photos(e.Photos)
	case incident.Failed:
		f.Reworks++
		f.HandledAt = nil
		f = d.stand(f, e.Standing).photos(e.Photos)
	case incident.Closed:
		f = f.end(incident.StatusClosed, at).photos(e.Photos)
	case incident.Reopened:
		f.Status, f.HandledAt, f.ClosedAt, f.TotalMark = incident.StatusOpen, nil, nil, Unmarked
		f = d.stand(f, e.Standing).photos(e.Photos).flag(incident.ReopenedFlag)
	case incident.Voided:
		f = f.end(incident.StatusVoided, at).photos(e.Photos)
	case incident.Commented:
		f = f.photos(e.Photos)
	case incident.Attached:
		f = f.photos(e.Photos)
	case incident.Warned:
		f = f.mark(e.Clock, Warned)
	case incident.Expired:
		f = f.mark(e.Clock, Expired)
		f.Overdue = true
	default:
		panic(fmt.Sprintf("casefile: unhandled event %T", e))
	}
	f.Lamp = f.lamp()
	return f
}

func (d names) reported(f File, e incident.Reported, at time.Time) File {
	f.Number, f.Source, f.Description, f.Severity = e.Number, e.Source, e.Description, e.Severity
	f.Status, f.ReportedAt = incident.StatusOpen, at
	f.OccurredAt = e.OccurredAt.UTC()
	if e.OccurredAt.IsZero() {
		f.OccurredAt = at
	}
	f.CapturedAt = utc(e.CapturedAt)
	f.ReportedBy, f.OnTheSpot = e.By.Person, e.OnTheSpot
	f.Location = Location{CRS: "wgs84", GivenCRS: e.Location.CRS, AccuracyM: e.Location.AccuracyM, Address: e.Location.Address}
	if p := e.Location.Point; p != nil {
		lng, lat := p.Lon(), p.Lat()
		f.Location.Lng, f.Location.Lat = &lng, &lat
	}
	if e.Place.Grid != "" {
		f.Grid = &Grid{e.Place.Grid, e.Place.GridVersion}
	}
	f.Community, f.Street = e.Place.Community, e.Place.Street
	if e.Reporter != nil {
		f.Reporter, f.Subject = &Reporter{Confidential: e.Reporter.Confidential}, e.Reporter.Subject
	}
	if e.External != nil {
		f.External = &External{e.External.System, e.External.ID}
	}
	f.Photos, f.Flags, f.Held, f.Routing.Candidates = []string{}, []incident.Flag{}, []string{}, []jurisdiction.Candidate{}
	f = d.matter(f, e.Matter, e.Criterion)
	for _, flag := range e.Flags {
		f = f.flag(flag)
	}
	return f.photos(e.Photos)
}

func (d names) filed(f File, e incident.Filed, at time.Time) File {
	f.FiledAt, f.Severity = &at, e.Severity
	f.Routing.Candidates = list(e.Candidates)
	f = d.matter(f, e.Matter, e.Criterion).because(e.Basis).unflag(incident.NoMatter)
	if e.Criterion == "" {
		f = f.flag(incident.NoCriterion)
	} else {
		f = f.unflag(incident.NoCriterion)
	}
	return d.stand(f, e.Standing).photos(e.Photos)
}

// given puts f into the hands of a handling unit.
func (d names) given(f File, unit string, accept deadline.Deadline, why incident.Basis, s incident.Standing) File {
	f = d.stand(f, s).because(why)
	f.Accepted = false
	if s.Stage == incident.Handling {
		f.Unit, f.AcceptDue = unit, utc(accept.Due)
	}
	return f
}

// matter says what it is, and who may see it: some matters hide from the place's people.
func (d names) matter(f File, key catalogue.Key, criterion string) File {
	f.Matter, f.Criterion = nil, nil
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
		}
	}
	place := jurisdiction.Place{Community: f.Community, Street: f.Street, District: d.Book.District()}
	if f.Grid != nil {
		place.Grid, place.GridVersion = f.Grid.Code, f.Grid.Version
	}
	f.Seen = d.Book.VisiblePlace(key, place)
	return f
}

// stand puts f where a fact says it stands now. A clock that goes on as it was
// keeps its mark; a new one has none.
func (d names) stand(f File, s incident.Standing) File {
	fresh := f.Stage == nil || *f.Stage != s.Stage || !same(f.StageClock, s.Deadline)
	stage := s.Stage
	f.Stage, f.Tier = &stage, s.Tier
	f.Holder = &Holder{Unit: s.Holder}
	if u, ok := d.Book.Unit(s.Holder); ok {
		f.Holder.Name = u.Name
	}
	if !slices.Contains(f.Held, s.Holder) {
		f.Held = append(slices.Clip(f.Held), s.Holder)
	}
	f.StageClock, f.Due.Stage = s.Deadline, utc(s.Deadline.Due)
	if fresh {
		f.StageMark = Unmarked
	}
	if s.Total != nil {
		f.TotalMark = Unmarked
		f.TotalClock, f.Due.Total = s.Total, utc(s.Total.Due)
	}
	if s.Stage != incident.Handling {
		f.AcceptDue = nil
	}
	if f.StageClock.Missing != 0 || (f.TotalClock != nil && f.TotalClock.Missing != 0) {
		return f.flag(incident.CalendarNotPublished)
	}
	return f.unflag(incident.CalendarNotPublished)
}

func same(a, b deadline.Deadline) bool {
	if !a.From.Equal(b.From) || (a.Due == nil) != (b.Due == nil) {
		return false
	}
	return a.Due == nil || a.Due.Equal(*b.Due)
}

// end takes f out of everybody's hands and stops its clocks. Their marks stay: an
// incident that ended late shows late.
func (f File) end(s incident.Status, at time.Time) File {
	f.Status, f.Stage, f.Holder = s, nil, nil
	f.Due, f.AcceptDue = Due{}, nil
	f.StageClock, f.TotalClock = deadline.Deadline{}, nil
	f.ClosedAt = &at
	return f
}

// mark notes what a timer said of a clock.
func (f File) mark(c incident.Clock, m Mark) File {
	switch c {
	case incident.StageClock:
		f.StageMark = max(f.StageMark, m)
	case incident.TotalClock:
		f.TotalMark = max(f.TotalMark, m)
	}
	return f
}

// lamp is the worst of both clocks, as the facts left them.
func (f File) lamp() incident.Lamp {
	if f.Suspended {
		return incident.Grey
	}
	switch max(f.StageMark, f.TotalMark) {
	case Expired:
		return incident.Red
	case Warned:
		return incident.Yellow
	default:
		return incident.Green
	}
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

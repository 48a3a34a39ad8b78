package api

import (
	"context"
	"slices"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/duty"
	"gridcommand/domain/jurisdiction"
	view "gridcommand/projections/duty"
	"gridcommand/workflow"
)

// dutyKind joins the rules of a desk's duty to the ledger.
var dutyKind = workflow.Kind[duty.Order, duty.Event, duty.State]{
	Category: duty.Category, Rules: duty.Decider, Encode: duty.Encode, Decode: duty.Decode,
	At: func(e duty.Event) time.Time { return duty.FactOf(e).At },
}

// desks are the roles that stand at one: station, street and district.
func desks(r jurisdiction.Role) bool {
	return r == jurisdiction.CommunityStaff || r == jurisdiction.StreetDesk || r == jurisdiction.DistrictDesk
}

// overseers are those who read what desks do: the desks and the supervisor.
func overseers(r jurisdiction.Role) bool { return desks(r) || r == jurisdiction.Supervisor }

// desk returns the desk that a request means: the caller's own unless one is named, and
// then one that the caller sees: their own, one below it, any for the supervisor.
func (s *server) desk(r *Request, named string, fault func(string) *Problem) (jurisdiction.Unit, error) {
	if named == "" {
		named = r.Person.Unit
	}
	book := s.reference().Book
	unit, known := book.Unit(named)
	if !known || !unit.IsDesk() {
		return unit, fault("is no desk of this district")
	}
	if named != r.Person.Unit && !book.Above(r.Person.Unit, named) && r.Person.Role != jurisdiction.Supervisor {
		return unit, fault("is not your desk, nor one below it")
	}
	return unit, nil
}

func inQuery(parameter string) func(string) *Problem {
	return func(detail string) *Problem { return wrong(parameter, "%s", detail) }
}

func inBody(pointer string) func(string) *Problem {
	return func(detail string) *Problem { return invalid(FieldError{Pointer: pointer, Detail: detail}) }
}

// hoursOf are a desk's attended hours, from the table of texts.
func (s *server) hoursOf(desk jurisdiction.Unit) duty.Hours {
	row := map[jurisdiction.Tier]string{
		jurisdiction.District: "district_desk", jurisdiction.Street: "street_desk", jurisdiction.Community: "inspector_day",
	}[desk.Tier]
	for _, shift := range s.reference().Texts.Shifts {
		if shift.Name == row {
			return duty.HoursOf(shift.Text)
		}
	}
	return duty.Hours{}
}

// A DeskRef names a desk.
type DeskRef struct {
	Code string            `json:"code"`
	Name string            `json:"name"`
	Tier jurisdiction.Tier `json:"tier"`
}

// DeskHours are when a desk is attended.
type DeskHours struct {
	Text     string     `json:"text" doc:"as the table of shifts has it"`
	Spans    []HourSpan `json:"spans"`
	Workdays bool       `json:"workdays" doc:"on working days only"`
}

// An HourSpan is a stretch of a day.
type HourSpan struct {
	From string `json:"from" doc:"08:30"`
	To   string `json:"to"`
}

func shownHours(h duty.Hours) DeskHours {
	out := DeskHours{Text: h.Text, Workdays: h.Workdays, Spans: []HourSpan{}}
	for _, span := range h.Spans {
		from, to := span.Clock()
		out.Spans = append(out.Spans, HourSpan{from, to})
	}
	return out
}

// A RosterMember is somebody on duty.
type RosterMember struct {
	Person string            `json:"person,omitempty" maxLength:"64" doc:"account; none: has none"`
	Name   string            `json:"name" minLength:"1" maxLength:"50" pattern:"\\S" patternDescription:"not blank"`
	Post   jurisdiction.Post `json:"post"`
}

// A RosterTurn is one shift of one day with the people on it.
type RosterTurn struct {
	Day    string         `json:"day"`
	Shift  duty.Shift     `json:"shift"`
	From   time.Time      `json:"from"`
	To     time.Time      `json:"to"`
	Leader *RosterMember  `json:"leader" doc:"the duty leader; null: no roster yet"`
	People []RosterMember `json:"people"`
	Note   string         `json:"note"`
	SetBy  string         `json:"set_by" doc:"account; empty: no roster yet"`
	SetAt  *time.Time     `json:"set_at"`
}

func shownTurn(t duty.Turn, r *duty.Rostered) RosterTurn {
	out := RosterTurn{Day: t.Day, Shift: t.Shift, From: t.From(), To: t.To(), People: []RosterMember{}}
	if r == nil {
		return out
	}
	out.Note, out.SetBy, out.SetAt = r.Note, r.By.Person, &r.At
	for _, m := range r.People {
		member := RosterMember(m)
		if m.Post == jurisdiction.DutyLeader {
			out.Leader = &member
		}
		out.People = append(out.People, member)
	}
	return out
}

// A RosterList is the roster of a desk.
type RosterList struct {
	Desk     DeskRef      `json:"desk"`
	Hours    DeskHours    `json:"hours"`
	Current  RosterTurn   `json:"current" doc:"the shift that is on now"`
	Items    []RosterTurn `json:"items"`
	Position int64        `json:"position"`
}

type rosterQuery struct {
	FromView
	Desk string  `query:"desk" maxLength:"12" doc:"your own unless said"`
	Day  *moment `query:"day" doc:"today unless said"`
	Days int     `query:"days" minimum:"1" maximum:"31" doc:"how many days; 1 unless said"`
}

func (s *server) roster(ctx context.Context, r *Request, q rosterQuery) (RosterList, error) {
	desk, err := s.desk(r, q.Desk, inQuery("desk"))
	if err != nil {
		return RosterList{}, err
	}
	if err := s.await(ctx, s.Duty.Name(), q.MinPosition); err != nil {
		return RosterList{}, err
	}
	now := duty.TurnAt(s.Now())
	first := duty.Turn{Day: dayOf(q.Day, s.Now()), Shift: duty.DayShift}
	last := first
	for range 2*max(q.Days, 1) - 1 {
		last = last.Next()
	}
	rosters, stand, err := s.Duty.Rosters(ctx, desk.Code, min(first.Day, now.Day), max(last.Day, now.Day))
	if err != nil {
		return RosterList{}, err
	}
	of := func(t duty.Turn) RosterTurn {
		for _, one := range rosters {
			if one.Turn == t {
				return shownTurn(t, &one)
			}
		}
		return shownTurn(t, nil)
	}
	out := RosterList{
		Desk: DeskRef{desk.Code, desk.Name, desk.Tier}, Hours: shownHours(s.hoursOf(desk)), Current: of(now),
		Items: []RosterTurn{}, Position: int64(stand.Position),
	}
	for t := first; ; t = t.Next() {
		out.Items = append(out.Items, of(t))
		if t == last {
			return out, nil
		}
	}
}

// A NewRoster says who is on duty in one shift.
type NewRoster struct {
	Desk   string         `json:"desk,omitempty" maxLength:"12" doc:"your own unless said"`
	Day    string         `json:"day" pattern:"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" patternDescription:"a day"`
	Shift  duty.Shift     `json:"shift"`
	People []RosterMember `json:"people" minItems:"1" maxItems:"40"`
	Note   string         `json:"note,omitempty" maxLength:"1000"`
}

// A RosterAnswer is a shift after its roster was set.
type RosterAnswer struct {
	Turn     RosterTurn `json:"turn"`
	Position int64      `json:"position"`
}

func (s *server) setRoster(ctx context.Context, r *Request, body NewRoster) (RosterAnswer, error) {
	desk, err := s.desk(r, body.Desk, inBody("/desk"))
	if err != nil {
		return RosterAnswer{}, err
	}
	turn := duty.Turn{Day: body.Day, Shift: body.Shift}
	if turn.From().Year() < 2000 {
		return RosterAnswer{}, invalid(FieldError{Pointer: "/day", Detail: "is no day"})
	}
	people := make([]duty.Member, 0, len(body.People))
	for i, m := range body.People {
		if m.Person != "" {
			if a, err := s.Accounts.Account(ctx, m.Person); err != nil || a.DisabledAt != nil || a.Unit != desk.Code {
				return RosterAnswer{}, invalid(FieldError{
					Pointer: pointer("/people", i, "person"), Detail: "is no account of this desk", Code: "no_such_person",
				})
			}
		}
		people = append(people, duty.Member(m))
	}
	given, err := s.giveDuty(ctx, r, desk.Code, desk.Code, nil, duty.Roster{Turn: turn, People: people, Note: body.Note})
	if err != nil {
		return RosterAnswer{}, err
	}
	set := given.State.Rosters[turn]
	return RosterAnswer{Turn: shownTurn(turn, &set), Position: int64(given.Position)}, nil
}

// giveDuty gives a command to a desk's stream of rosters, or to that of one change of
// shifts, for which the rosters are known.
func (s *server) giveDuty(ctx context.Context, r *Request, desk, stream string, rosters map[duty.Turn]duty.Rostered, c duty.Command) (workflow.Given[duty.State], error) {
	given, err := workflow.Give(ctx, s.Workflow, dutyKind, stream, r.Person.Name, func(_ duty.State, at time.Time) duty.Order {
		return duty.Order{
			At: at, By: s.actor(r.Person), Posts: r.Person.Posts, Desk: desk, Rosters: rosters, Book: s.Reference.At(at).Book, Command: c,
		}
	}, workflow.Options{Key: r.Key, Correlation: r.ID})
	s.noteReplay(r, given.Replayed)
	return given, err
}

// noteReplay says in the answer that a known key was answered.
func (s *server) noteReplay(r *Request, replayed bool) {
	if replayed {
		r.header.Set("Idempotent-Replay", "true")
	}
}

// A Signature is a name under a sheet.
type Signature struct {
	Person string    `json:"person"`
	Name   string    `json:"name" doc:"as the roster has it, else the account"`
	At     time.Time `json:"at"`
}

// A DutyHandover is one change of shifts.
type DutyHandover struct {
	ID       string     `json:"id"`
	Desk     DeskRef    `json:"desk"`
	Moment   time.Time  `json:"moment"`
	Outgoing RosterTurn `json:"outgoing"`
	Incoming RosterTurn `json:"incoming"`
	Status   string     `json:"status" enum:"none,prepared,half_signed,signed"`

	Sheet      *duty.Sheet `json:"sheet" doc:"as it was prepared; null: not yet"`
	Digest     string      `json:"digest" doc:"of the sheet: what a signature stands under"`
	PreparedBy string      `json:"prepared_by"`
	PreparedAt *time.Time  `json:"prepared_at"`

	SignedOutgoing *Signature `json:"signed_outgoing" doc:"null: unsigned"`
	SignedIncoming *Signature `json:"signed_incoming" doc:"null: unsigned"`
}

// shownHandover is a change of shifts as a reader sees it; h is nil where no sheet is
// prepared yet.
func (s *server) shownHandover(desk jurisdiction.Unit, moment time.Time, rosters func(duty.Turn) *duty.Rostered, h *view.Handover) DutyHandover {
	incoming := duty.TurnAt(moment)
	outgoing := incoming.Before()
	out := DutyHandover{
		ID: duty.HandoverID(desk.Code, moment), Desk: DeskRef{desk.Code, desk.Name, desk.Tier}, Moment: moment,
		Outgoing: shownTurn(outgoing, rosters(outgoing)), Incoming: shownTurn(incoming, rosters(incoming)), Status: "none",
	}
	if h == nil {
		return out
	}
	sheet := filled(h.Prepared.Sheet)
	out.Sheet, out.Digest, out.PreparedBy, out.PreparedAt = &sheet, h.Digest, h.Prepared.By.Person, &h.Prepared.At
	out.Status = [...]string{"prepared", "half_signed", "signed"}[len(h.Signed)]
	signature := func(side duty.Side, turn RosterTurn) *Signature {
		signed, done := h.Signed[side]
		if !done {
			return nil
		}
		at := slices.IndexFunc(turn.People, func(m RosterMember) bool { return m.Person == signed.By.Person })
		if at < 0 {
			return &Signature{signed.By.Person, signed.By.Person, signed.At}
		}
		return &Signature{signed.By.Person, turn.People[at].Name, signed.At}
	}
	out.SignedOutgoing, out.SignedIncoming = signature(duty.Outgoing, out.Outgoing), signature(duty.Incoming, out.Incoming)
	return out
}

// filled has empty lists where a sheet has none.
func filled(sheet duty.Sheet) duty.Sheet {
	for _, list := range []*[]duty.Line{&sheet.Urgent, &sheet.TurningRed, &sheet.Pending, &sheet.Suspended} {
		if *list == nil {
			*list = []duty.Line{}
		}
	}
	return sheet
}

// A HandoverAnswer is a change of shifts after something was done to it.
type HandoverAnswer struct {
	Handover DutyHandover `json:"handover"`
	Position int64        `json:"position"`
}

// rostersOf are a desk's rosters, as of its last fact.
func (s *server) rostersOf(ctx context.Context, desk string) (map[duty.Turn]duty.Rostered, error) {
	state, _, err := dutyKind.Read(ctx, s.Ledger, desk)
	return state.Rosters, err
}

// handoverOf shows a change of shifts from the state of its stream.
func (s *server) handoverOf(desk jurisdiction.Unit, moment time.Time, known map[duty.Turn]duty.Rostered, state duty.State) DutyHandover {
	rosters := func(t duty.Turn) *duty.Rostered {
		if r, there := known[t]; there {
			return &r
		}
		return nil
	}
	h, there := state.Handovers[duty.HandoverID(desk.Code, moment)]
	if !there {
		return s.shownHandover(desk, moment, rosters, nil)
	}
	return s.shownHandover(desk, moment, rosters, &view.Handover{Prepared: h.Prepared, Digest: h.Digest, Signed: h.Signed})
}

// handoverMoment is the change of shifts that is at hand: the coming one from two hours
// before it, else the last one.
func handoverMoment(now time.Time) time.Time {
	turn := duty.TurnAt(now)
	if !now.Before(turn.To().Add(-2 * time.Hour)) {
		return turn.To()
	}
	return turn.From()
}

type handoverQuery struct {
	Desk   string  `query:"desk" maxLength:"12" doc:"your own unless said"`
	Moment *moment `query:"moment" doc:"of the change; the one at hand unless said"`
}

// A HandoverNow is the change of shifts at hand and what its sheet would say now.
type HandoverNow struct {
	Handover DutyHandover `json:"handover"`
	Draft    duty.Sheet   `json:"draft" doc:"what the facts say now"`
	Position int64        `json:"position"`
}

func (s *server) handover(ctx context.Context, r *Request, q handoverQuery) (HandoverNow, error) {
	desk, err := s.desk(r, q.Desk, inQuery("desk"))
	if err != nil {
		return HandoverNow{}, err
	}
	moment := handoverMoment(s.Now())
	if q.Moment != nil {
		moment = q.Moment.Time
		if _, changes := duty.TurnFrom(moment); !changes {
			return HandoverNow{}, wrong("moment", "is no change of shifts: 08:00 or 20:00")
		}
	}
	rosters, err := s.rostersOf(ctx, desk.Code)
	if err != nil {
		return HandoverNow{}, err
	}
	if s.Now().Sub(moment) > 24*time.Hour { // the rules have forgotten those of long ago
		incoming := duty.TurnAt(moment)
		old, _, err := s.Duty.Rosters(ctx, desk.Code, incoming.Before().Day, incoming.Day)
		if err != nil {
			return HandoverNow{}, err
		}
		rosters = map[duty.Turn]duty.Rostered{}
		for _, r := range old {
			rosters[r.Turn] = r
		}
	}
	state, _, err := dutyKind.Read(ctx, s.Ledger, duty.HandoverID(desk.Code, moment))
	if err != nil {
		return HandoverNow{}, err
	}
	draft, err := s.sheet(ctx, desk, moment)
	if err != nil {
		return HandoverNow{}, err
	}
	head, err := s.Ledger.Head(ctx)
	return HandoverNow{Handover: s.handoverOf(desk, moment, rosters, state), Draft: draft, Position: int64(head)}, err
}

type handoversQuery struct {
	FromView
	Desk   string  `query:"desk" maxLength:"12" doc:"your own unless said"`
	Before *moment `query:"before" doc:"those before it"`
	Limit  int     `query:"limit" minimum:"1" maximum:"100" doc:"14 unless said"`
}

// A HandoverList is the changes of shifts that have a sheet, the last first.
type HandoverList struct {
	Items    []DutyHandover `json:"items"`
	Position int64          `json:"position"`
}

func (s *server) handovers(ctx context.Context, r *Request, q handoversQuery) (HandoverList, error) {
	desk, err := s.desk(r, q.Desk, inQuery("desk"))
	if err != nil {
		return HandoverList{}, err
	}
	if err := s.await(ctx, s.Duty.Name(), q.MinPosition); err != nil {
		return HandoverList{}, err
	}
	before := s.Now().Add(24 * time.Hour)
	if q.Before != nil {
		before = q.Before.Time
	}
	if q.Limit == 0 {
		q.Limit = 14
	}
	all, stand, err := s.Duty.Handovers(ctx, desk.Code, before, q.Limit)
	if err != nil {
		return HandoverList{}, err
	}
	out := HandoverList{Items: []DutyHandover{}, Position: int64(stand.Position)}
	if len(all) == 0 {
		return out, nil
	}
	rosters, _, err := s.Duty.Rosters(ctx, desk.Code, all[len(all)-1].Prepared.Outgoing.Day, all[0].Prepared.Incoming.Day)
	if err != nil {
		return out, err
	}
	of := func(t duty.Turn) *duty.Rostered {
		if at := slices.IndexFunc(rosters, func(r duty.Rostered) bool { return r.Turn == t }); at >= 0 {
			return &rosters[at]
		}
		return nil
	}
	for _, h := range all {
		out.Items = append(out.Items, s.shownHandover(desk, h.Prepared.Moment, of, &h))
	}
	return out, nil
}

// A NewHandover asks for the sheet of a change of shifts.
type NewHandover struct {
	Desk   string     `json:"desk,omitempty" maxLength:"12" doc:"your own unless said"`
	Moment *time.Time `json:"moment,omitempty" doc:"of the change; the one at hand unless said"`
	Notes  string     `json:"notes,omitempty" maxLength:"2000" doc:"what the facts do not say"`
}

func (s *server) prepareHandover(ctx context.Context, r *Request, body NewHandover) (HandoverAnswer, error) {
	desk, err := s.desk(r, body.Desk, inBody("/desk"))
	if err != nil {
		return HandoverAnswer{}, err
	}
	moment := handoverMoment(s.Now())
	if body.Moment != nil {
		moment = *body.Moment
	}
	sheet, err := s.sheet(ctx, desk, moment)
	if err != nil {
		return HandoverAnswer{}, err
	}
	sheet.Notes = body.Notes
	rosters, err := s.rostersOf(ctx, desk.Code)
	if err != nil {
		return HandoverAnswer{}, err
	}
	given, err := s.giveDuty(ctx, r, desk.Code, duty.HandoverID(desk.Code, moment), rosters, duty.Prepare{Moment: moment, Sheet: sheet})
	if err != nil {
		return HandoverAnswer{}, err
	}
	return HandoverAnswer{Handover: s.handoverOf(desk, moment, rosters, given.State), Position: int64(given.Position)}, nil
}

// A NewSignature puts the caller's name under a sheet.
type NewSignature struct {
	Side   duty.Side `json:"side"`
	Digest string    `json:"digest,omitempty" maxLength:"64" doc:"of the sheet that was read; refused if it has changed"`
}

// thereHandover: a change of shifts is there for those who see its desk, once it has a
// sheet.
func (s *server) thereHandover(ctx context.Context, r *Request) error {
	code, _, ok := duty.ParseHandoverID(r.PathValue("id"))
	if !ok || !overseers(r.Person.Role) {
		return notFound()
	}
	if _, err := s.desk(r, code, inQuery("id")); err != nil {
		return notFound()
	}
	state, _, err := dutyKind.Read(ctx, s.Ledger, r.PathValue("id"))
	if err != nil {
		return err
	}
	if _, there := state.Handovers[r.PathValue("id")]; !there {
		return notFound()
	}
	return nil
}

func (s *server) signHandover(ctx context.Context, r *Request, body NewSignature) (HandoverAnswer, error) {
	code, moment, _ := duty.ParseHandoverID(r.PathValue("id")) // it is there
	desk, _ := s.reference().Book.Unit(code)
	rosters, err := s.rostersOf(ctx, code)
	if err != nil {
		return HandoverAnswer{}, err
	}
	given, err := s.giveDuty(ctx, r, code, r.PathValue("id"), rosters, duty.Sign{Handover: r.PathValue("id"), Side: body.Side, Digest: body.Digest})
	if err != nil {
		return HandoverAnswer{}, err
	}
	return HandoverAnswer{Handover: s.handoverOf(desk, moment, rosters, given.State), Position: int64(given.Position)}, nil
}

// dayOf is the day that a query means, today unless it says one.
func dayOf(m *moment, now time.Time) string {
	if m != nil {
		now = m.Time
	}
	return now.In(deadline.CST).Format(time.DateOnly)
}

package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/projections"
	"gridcommand/projections/casefile"
	"gridcommand/projections/tickets"
	"gridcommand/web/accounts"
	"gridcommand/workflow"
)

// ticketReaders read tickets: the hotline, the district, the supervisor, and streets
// those of incidents that they see.
func ticketReaders(r jurisdiction.Role) bool {
	return wholeHotline(r) || r == jurisdiction.StreetDesk
}

// wholeHotline are the roles that see every ticket and, where not confidential, whose it is.
func wholeHotline(r jurisdiction.Role) bool {
	return r == jurisdiction.Hotline || r == jurisdiction.DistrictDesk || r == jurisdiction.Supervisor
}

// A TicketCaller is who called, masked; of a confidential caller nothing is shown.
type TicketCaller struct {
	Name         string `json:"name"`
	Phone        string `json:"phone"`
	Confidential bool   `json:"confidential"`
}

// A TicketPlace is where it is said to be.
type TicketPlace struct {
	Lng     *float64 `json:"lng" doc:"null: known by name only"`
	Lat     *float64 `json:"lat"`
	Address string   `json:"address"`
}

// A TicketIncident is the incident that a ticket became or joined, merges followed.
type TicketIncident struct {
	ID      string          `json:"id"`
	Number  string          `json:"number"`
	Status  incident.Status `json:"status"`
	Stage   *incident.Stage `json:"stage"`
	Linked  string          `json:"linked" doc:"the incident it was linked to; another one, where that was merged"`
	Tickets int             `json:"tickets" doc:"how many it answers for"`
}

// TicketDue is until when what is owed.
type TicketDue struct {
	City     *time.Time `json:"city" doc:"the city's clock; null: the calendar is not published so far"`
	Internal *time.Time `json:"internal" doc:"until when the reply is to be written"`
	Contact  *time.Time `json:"contact" doc:"until when the caller is to be called first"`
}

// TicketOverdue tells which clocks ran out before what they are for was done.
type TicketOverdue struct {
	City     bool `json:"city"`
	Internal bool `json:"internal"`
	Contact  bool `json:"contact"`
}

// A Ticket is a hotline ticket.
type Ticket struct {
	ID          string           `json:"id"`
	Number      string           `json:"number" doc:"the city's"`
	Source      string           `json:"source"`
	ExternalID  string           `json:"external_id"`
	CityVersion int              `json:"city_version" doc:"the newest version that the city sent"`
	Type        ticket.Type      `json:"type"`
	Stage       ticket.Stage     `json:"stage"`
	Description string           `json:"description"`
	Matter      *casefile.Matter `json:"matter"`
	Location    *TicketPlace     `json:"location"`
	Community   string           `json:"community"`
	Street      string           `json:"street"`
	ReceivedAt  time.Time        `json:"received_at" doc:"the city's clock runs from then"`
	CameAt      time.Time        `json:"came_at" doc:"when it first came here"`
	Due         TicketDue        `json:"due"`
	Overdue     TicketOverdue    `json:"overdue"`
	SignedAt    *time.Time       `json:"signed_at"`
	ContactedAt *time.Time       `json:"contacted_at"`
	RepliedAt   *time.Time       `json:"replied_at"`
	ReportedAt  *time.Time       `json:"reported_at" doc:"when the reply went out"`
	Caller      *TicketCaller    `json:"caller" doc:"null: not said, or not for you"`
	Incident    *TicketIncident  `json:"incident"`
	Resolution  string           `json:"resolution" doc:"resolved, explained, planned, not_possible, unreasonable; empty: not answered"`
	Rating      string           `json:"rating" doc:"very_satisfied, satisfied, basic, not_satisfied, not_reached; empty: not called back"`
	Round       int              `json:"round" doc:"2: it is done again"`
	Conflict    bool             `json:"conflict" doc:"its newest version came with two contents"`
	Lamp        incident.Lamp    `json:"lamp" doc:"green, yellow or red: the worst of its clocks"`
	RepeatOf    *TicketRepeat    `json:"repeat_of" doc:"null: no repeat complaint, or not for you"`
}

// A TicketRepeat is what the same caller called about before.
type TicketRepeat struct {
	ID     string `json:"id" doc:"the last ticket before it"`
	Number string `json:"number"`
	Count  int    `json:"count" doc:"how many tickets before it"`
}

// A TicketList is a page of tickets, the last received first. What a confidential caller
// says is not in it.
type TicketList struct {
	Items      []Ticket `json:"items"`
	NextCursor string   `json:"next_cursor"`
	Total      int      `json:"total"`
	Position   int64    `json:"position"`
}

// A ReserveClock is the internal limit, counted back from the city's.
type ReserveClock struct {
	Due      *time.Time         `json:"due"`
	Reserve  string             `json:"reserve" doc:"what it ends before the city's, e.g. 1 working_days"`
	Counted  *DeadlineExplained `json:"counted" doc:"the reserve, from the internal limit to the city's; null: there was no time for one"`
	Sentence string             `json:"sentence"`
}

// TicketClocks say how each deadline came about.
type TicketClocks struct {
	City     *DeadlineExplained `json:"city"`
	Internal ReserveClock       `json:"internal"`
	Contact  *DeadlineExplained `json:"contact"`
}

// A TicketContact is one line of the contact log.
type TicketContact struct {
	When    time.Time `json:"when"`
	At      time.Time `json:"at" doc:"when it was written down"`
	Reached bool      `json:"reached"`
	Note    string    `json:"note"`
	By      string    `json:"by" doc:"account"`
}

// A TicketReply is one reply with its review.
type TicketReply struct {
	At         time.Time         `json:"at"`
	By         string            `json:"by"`
	ToCaller   string            `json:"to_caller"`
	ToCity     string            `json:"to_city"`
	Resolution ticket.Resolution `json:"resolution"`
	Round      int               `json:"round"`
	ReviewedAt *time.Time        `json:"reviewed_at"`
	Reviewer   string            `json:"reviewer"`
	Passed     *bool             `json:"passed" doc:"null: not reviewed; false: sent back to be written again"`
	Reason     string            `json:"reason"`
}

// A TicketReturn is one return with the city's ruling.
type TicketReturn struct {
	At       time.Time  `json:"at"`
	By       string     `json:"by"`
	Reason   string     `json:"reason"`
	RuledAt  *time.Time `json:"ruled_at"`
	Accepted *bool      `json:"accepted" doc:"null: not ruled"`
	Number   string     `json:"number"`
	Ruling   string     `json:"ruling" doc:"why"`
}

// A TicketRating is what the caller told the city once.
type TicketRating struct {
	At       time.Time     `json:"at"`
	Result   ticket.Rating `json:"result"`
	ForCause bool          `json:"for_cause"`
	Note     string        `json:"note"`
}

// A TicketRedo is the one time it is done again.
type TicketRedo struct {
	At       time.Time  `json:"at"`
	By       string     `json:"by"`
	Person   string     `json:"person"`
	Reason   string     `json:"reason"`
	Decided  *time.Time `json:"decided_at"`
	Approver string     `json:"approver"`
	Approved *bool      `json:"approved" doc:"null: waits for the level above"`
}

// A TicketConflict is a version that came with other content than was known.
type TicketConflict struct {
	At          time.Time   `json:"at"`
	CityVersion int         `json:"city_version"`
	Number      string      `json:"number"`
	Type        ticket.Type `json:"type"`
	Description string      `json:"description"`
	DueAt       *time.Time  `json:"due_at"`
}

// A TicketBefore is another ticket of the same caller.
type TicketBefore struct {
	ID         string       `json:"id"`
	Number     string       `json:"number"`
	Type       ticket.Type  `json:"type"`
	Stage      ticket.Stage `json:"stage"`
	ReceivedAt time.Time    `json:"received_at"`
	Repeat     bool         `json:"repeat" doc:"about the same: matter and place within 200 m, or incident"`
}

// A TicketDetail is a ticket with all that belongs to it.
type TicketDetail struct {
	Ticket
	DueExplained TicketClocks     `json:"due_explained"`
	Contacts     []TicketContact  `json:"contacts"`
	Replies      []TicketReply    `json:"replies"`
	Returns      []TicketReturn   `json:"returns"`
	Ratings      []TicketRating   `json:"ratings"`
	Redo         *TicketRedo      `json:"redo"`
	Conflicts    []TicketConflict `json:"conflicts"`
	History      []TicketBefore   `json:"history" doc:"the caller's other tickets, the last first; none of a confidential caller"`
	Allowed      []string         `json:"allowed"`
	Position     int64            `json:"position"`
	Version      int64            `json:"version"`
}

// shownTicket is a ticket as a person may see it.
func (s *server) shownTicket(ctx context.Context, p jurisdiction.Person, id string, state ticket.State) (Ticket, error) {
	c := state.Content
	t := Ticket{
		ID: id, Number: c.Number, Source: state.Source, ExternalID: state.External, CityVersion: c.Version, Type: c.Type, Stage: state.Stage,
		Description: c.Text, Community: c.Place.Community, Street: c.Place.Street, ReceivedAt: state.Clocks.City.From, CameAt: state.Came,
		Due:         TicketDue{City: state.Clocks.City.Due, Internal: state.Clocks.Internal, Contact: state.Clocks.Contact.Due},
		ContactedAt: state.Contact(), RepliedAt: state.Written(), ReportedAt: state.Told(), Rating: string(state.Rating()), Round: state.Round(), Conflict: state.Contested(),
	}
	t.Overdue.City, t.Overdue.Internal, t.Overdue.Contact = state.Overdue()
	t.Lamp = state.Lamp()
	if r := state.Repeat; r != nil && wholeHotline(p.Role) && (c.Caller == nil || !c.Caller.Confidential) {
		t.RepeatOf = &TicketRepeat{ID: r.Of, Number: r.Number, Count: r.Count}
	}
	if !c.Matter.IsZero() {
		m := named(s.reference().Matters, c.Matter)
		t.Matter = &m
	}
	if l := c.Location; l != nil {
		t.Location = &TicketPlace{Address: l.Address}
		if l.Point != nil {
			t.Location.Lng, t.Location.Lat = &l.Point[0], &l.Point[1]
		}
	}
	if state.Signed != nil {
		t.SignedAt = &state.Signed.At
	}
	if n := len(state.Replies); n > 0 {
		t.Resolution = string(state.Replies[n-1].Resolution)
	}
	if c.Caller != nil && wholeHotline(p.Role) {
		t.Caller = &TicketCaller{Confidential: c.Caller.Confidential}
		if !c.Caller.Confidential {
			who, err := s.Accounts.Caller(ctx, c.Caller.Subject)
			if err != nil && !errors.Is(err, accounts.ErrNoCaller) {
				return t, err
			}
			t.Caller.Name, t.Caller.Phone = who.Masked().Name, who.Masked().Phone
		}
	}
	if state.Link == nil {
		return t, nil
	}
	about, err := s.ticketIncident(ctx, p, state.Link.Incident)
	if err != nil || about == nil {
		return t, err
	}
	t.Incident = &TicketIncident{ID: about.ID, Number: about.File.Number, Status: about.File.Status, Stage: about.File.Stage, Linked: state.Link.Incident}
	return t, nil
}

// ticketIncident is the incident that a ticket is about, merges followed; nil: the
// person does not see it.
func (s *server) ticketIncident(ctx context.Context, p jurisdiction.Person, id string) (*found, error) {
	for range 100 {
		state, records, err := s.Workflow.Load(ctx, id)
		if err != nil || len(records) == 0 {
			return nil, err
		}
		if state.MergedInto != "" {
			id = state.MergedInto
			continue
		}
		file, err := s.Folder.Fold(records)
		if err != nil || !s.visible(p, file) {
			return nil, err
		}
		return &found{ID: id, State: state, Records: records, File: file}, nil
	}
	return nil, fmt.Errorf("api: incident %s is merged in a circle", id)
}

// thereTicket: a ticket is there for the hotline, the district and the supervisor; for a
// street when it sees its incident.
func (s *server) thereTicket(ctx context.Context, r *Request) error {
	id := r.PathValue("id")
	if parsed, err := uuid.Parse(id); err != nil || parsed.String() != id || !ticketReaders(r.Person.Role) {
		return notFound()
	}
	state, _, err := workflow.Tickets.Read(ctx, s.Ledger, id)
	switch {
	case err != nil:
		return err
	case !state.There():
		return notFound()
	case wholeHotline(r.Person.Role):
		return nil
	case state.Link == nil:
		return notFound()
	}
	about, err := s.ticketIncident(ctx, r.Person, state.Link.Incident)
	if err == nil && about == nil {
		err = notFound()
	}
	return err
}

func (s *server) ticketDetail(ctx context.Context, r *Request, id string, g workflow.Given[ticket.State]) (TicketDetail, error) {
	state, ref := g.State, s.reference()
	out := TicketDetail{
		Contacts: []TicketContact{}, Replies: []TicketReply{}, Returns: []TicketReturn{}, Ratings: []TicketRating{}, Conflicts: []TicketConflict{}, History: []TicketBefore{},
		Position: int64(g.Position), Version: g.Version,
	}
	var err error
	if out.Ticket, err = s.shownTicket(ctx, r.Person, id, state); err != nil {
		return out, err
	}
	if out.Incident != nil {
		family, err := s.Tickets.OfIncident(ctx, out.Incident.ID)
		if err != nil && !errors.Is(err, projections.ErrNotReady) {
			return out, err
		}
		out.Incident.Tickets = len(family)
	}
	clocks := state.Clocks
	out.DueExplained = TicketClocks{
		City: s.explain("市热线时限", &clocks.City, ref), Contact: s.explain("先行联系时限", &clocks.Contact, ref),
		Internal: ReserveClock{Due: clocks.Internal, Reserve: clocks.Reserve.String()},
	}
	if in := &out.DueExplained.Internal; in.Due != nil && clocks.City.Due != nil {
		if in.Due.Before(*clocks.City.Due) {
			counted := ref.Days.Deadline(*in.Due, 0, clocks.Reserve)
			in.Counted = s.explain("审核和回填", &counted, ref)
		}
		in.Sentence = fmt.Sprintf("内部时限 %s，市热线时限 %s 前留 %d %s 审核和回填。", clockOf(*in.Due), clockOf(*clocks.City.Due), clocks.Reserve.N, limitWords[clocks.Reserve.Unit])
		if in.Counted == nil {
			in.Sentence = fmt.Sprintf("内部时限 %s，与市热线时限相同：不足以留出审核和回填。", clockOf(*in.Due))
		}
	}
	order := s.Workflow.TicketOrder(s.Now(), s.actor(r.Person), r.Person.Posts, nil)
	out.Allowed = ticket.Allowed(state, order)
	whole := wholeHotline(r.Person.Role)
	for _, a := range state.Replies {
		reply := TicketReply{At: a.At, By: a.By.Person, ToCaller: a.ToCaller, ToCity: a.ToCity, Resolution: a.Resolution, Round: a.Round}
		if a.Review != nil {
			reply.ReviewedAt, reply.Reviewer, reply.Passed, reply.Reason = &a.Review.At, a.Review.By.Person, &a.Review.Passed, a.Review.Reason
		}
		out.Replies = append(out.Replies, reply)
	}
	for _, a := range state.Ratings {
		out.Ratings = append(out.Ratings, TicketRating{At: a.At, Result: a.Result, ForCause: a.ForCause, Note: a.Note})
	}
	if !whole {
		return out, nil // what is between the caller, the city and the hotline
	}
	out.Contacts = contactsOf(state)
	for _, a := range state.Returns {
		back := TicketReturn{At: a.At, By: a.By.Person, Reason: a.Reason}
		if a.Ruling != nil {
			accepted := a.Ruling.Decision == ticket.Accepted
			back.RuledAt, back.Accepted, back.Number, back.Ruling = &a.Ruling.At, &accepted, a.Ruling.Number, a.Ruling.Reason
		}
		out.Returns = append(out.Returns, back)
	}
	if a := state.Redo; a != nil {
		out.Redo = &TicketRedo{At: a.At, By: a.By.Person, Person: a.Person, Reason: a.Reason}
		if a.Decided != nil {
			out.Redo.Decided, out.Redo.Approver, out.Redo.Approved = &a.Decided.At, a.Decided.By.Person, &a.Decided.Approved
		}
	}
	for _, c := range state.Conflicts {
		out.Conflicts = append(out.Conflicts, TicketConflict{
			At: c.At, CityVersion: c.Content.Version, Number: c.Content.Number, Type: c.Content.Type, Description: c.Content.Text, DueAt: c.Content.DueAt,
		})
	}
	out.History, err = s.history(ctx, id, state)
	return out, err
}

// history is the caller's other tickets in short.
func (s *server) history(ctx context.Context, id string, state ticket.State) ([]TicketBefore, error) {
	out := []TicketBefore{}
	others, err := s.others(ctx, id, state)
	like := s.alike()
	for _, o := range others {
		out = append(out, TicketBefore{
			ID: o.ID, Number: o.State.Content.Number, Type: o.State.Content.Type, Stage: o.State.Stage, ReceivedAt: o.State.Clocks.City.From,
			Repeat: like.Same(ticket.CallOf(id, state), ticket.CallOf(o.ID, o.State)),
		})
	}
	return out, err
}

func pointOf(s ticket.State) *orb.Point {
	if s.Content.Location == nil {
		return nil
	}
	return s.Content.Location.Point
}

func (s *server) hotlineTicket(ctx context.Context, r *Request, _ none) (TicketDetail, error) {
	id := r.PathValue("id")
	if err := s.await(ctx, s.Tickets.Name(), 0); err != nil { // the caller's history is from the view
		return TicketDetail{}, err
	}
	state, records, err := workflow.Tickets.Read(ctx, s.Ledger, id)
	if err != nil {
		return TicketDetail{}, err
	}
	g := workflow.Given[ticket.State]{State: state, Version: int64(len(records)), Position: records[len(records)-1].Position}
	return s.ticketDetail(ctx, r, id, g)
}

type ticketQuery struct {
	FromView
	Status  []ticket.Stage `query:"status"`
	Type    []ticket.Type  `query:"type"`
	Q       string         `query:"q" maxLength:"100" doc:"part of number, text or address"`
	Overdue *bool          `query:"overdue" doc:"the city's clock or the internal one ran out"`

	Uncontacted *bool        `query:"uncontacted" doc:"the caller was not called in time"`
	Clock       ticket.Clock `query:"clock" enum:"city,internal,contact" doc:"that ran out"`
	Conflict    *bool        `query:"conflict" doc:"its newest version came with two contents"`
	Repeat      *bool        `query:"repeat" doc:"the caller called about the same before; not for a street"`
	Incident    string       `query:"incident" maxLength:"36" doc:"id of the incident that they are about, merges followed"`
	Street      string       `query:"street" pattern:"^[0-9]{9}$" patternDescription:"a street's code" doc:"of the incident or of the ticket's own place"`
	Sort        string       `query:"sort" enum:"due,-received_at" doc:"due: by when the first of what is owed is due; -received_at unless said"`
	Limit       int          `query:"limit" minimum:"1" maximum:"500"`
	Cursor      string       `query:"cursor" maxLength:"200" doc:"next_cursor of the page before, with the same sort"`
}

func (s *server) tickets(ctx context.Context, r *Request, q ticketQuery) (TicketList, error) {
	out := TicketList{Items: []Ticket{}}
	if err := s.await(ctx, s.Tickets.Name(), q.MinPosition); err != nil {
		return out, err
	}
	query := tickets.Query{
		Stages: q.Status, Types: q.Type, Q: q.Q, Overdue: q.Overdue, Uncontacted: q.Uncontacted, Clock: q.Clock, Conflict: q.Conflict,
		Incident: q.Incident, In: q.Street, Soonest: q.Sort == "due", Limit: cmp.Or(q.Limit, 50), Cursor: q.Cursor,
	}
	whole := wholeHotline(r.Person.Role)
	if whole {
		query.Repeat = q.Repeat
	} else {
		query.Street = r.Person.Unit
	}
	page, err := s.Tickets.List(ctx, query)
	if errors.Is(err, tickets.ErrCursor) {
		return out, wrong("cursor", "is none of this list")
	}
	if err != nil {
		return out, err
	}
	out.NextCursor, out.Total, out.Position = page.Next, page.Total, int64(page.Position)
	for _, t := range page.Items {
		shown, err := s.shownTicket(ctx, r.Person, t.ID, t.State)
		if err != nil {
			return out, err
		}
		if c := t.State.Content.Caller; c != nil && c.Confidential {
			shown.Description = "" // it may tell who called: the ticket itself shows it
			if shown.Location != nil {
				shown.Location.Address = ""
			}
		}
		if whole || shown.Incident != nil {
			out.Items = append(out.Items, shown)
		}
	}
	return out, nil
}

// ticketTimeline is every fact of a ticket; of the caller it says only whether they are
// confidential.
func (s *server) ticketTimeline(ctx context.Context, r *Request, _ none) (Timeline, error) {
	state, records, err := workflow.Tickets.Read(ctx, s.Ledger, r.PathValue("id"))
	if err != nil {
		return Timeline{}, err
	}
	secret := state.Content.Caller != nil && state.Content.Caller.Confidential
	t := Timeline{Items: make([]TimelineEntry, 0, len(records))}
	for _, rec := range records {
		entry, err := s.ticketEntry(rec, wholeHotline(r.Person.Role), secret)
		if err != nil {
			return t, fmt.Errorf("api: fact %d: %w", rec.Position, err)
		}
		t.Items, t.Position = append(t.Items, entry), entry.Position
	}
	return t, nil
}

func (s *server) ticketEntry(rec eventstore.Record, whole, secret bool) (TimelineEntry, error) {
	entry, err := s.entry(rec)
	if err != nil {
		return entry, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(entry.Data, &fields); err != nil {
		return entry, err
	}
	delete(fields, "digest")
	if content, there := fields["content"]; there {
		var c map[string]json.RawMessage
		if err := json.Unmarshal(content, &c); err != nil {
			return entry, err
		}
		var caller struct {
			Confidential bool `json:"confidential"`
		}
		if said, there := c["caller"]; there {
			if err := json.Unmarshal(said, &caller); err != nil {
				return entry, err
			}
			delete(c, "caller")
			if whole {
				c["caller"] = encode(caller)
			}
		}
		fields["content"] = encode(c)
	}
	switch {
	case !whole && rec.Type == "ticket.contacted":
		delete(fields, "note")
	case !whole && rec.Type == "ticket.caller_viewed":
		delete(fields, "reason")
	case (!whole || secret) && rec.Type == "ticket.repeated": // it joins tickets of one caller
		delete(fields, "of")
		delete(fields, "number")
		delete(fields, "count")
	}
	entry.Data = encode(fields)
	return entry, nil
}

// A HotSpot is one thing that many called about within a day.
type HotSpot struct {
	Incident *TicketIncident  `json:"incident" doc:"that they share; null: a matter at a place"`
	Matter   *casefile.Matter `json:"matter"`
	Location *TicketPlace     `json:"location"`
	Callers  int              `json:"callers" doc:"different ones"`
	Tickets  []string         `json:"tickets" doc:"ids, the oldest first"`
	First    time.Time        `json:"first"`
	Last     time.Time        `json:"last"`
}

// HotSpots are what at least five different callers called about within 24 hours.
type HotSpots struct {
	Items    []HotSpot `json:"items" doc:"the most callers first"`
	AsOf     time.Time `json:"as_of"`
	Position int64     `json:"position"`
}

type hotspotsQuery struct {
	FromView
	At *moment `query:"at" doc:"now unless said"`
}

func (s *server) hotspots(ctx context.Context, r *Request, q hotspotsQuery) (HotSpots, error) {
	out := HotSpots{Items: []HotSpot{}, AsOf: s.Now()}
	if q.At != nil {
		out.AsOf = q.At.Time
	}
	if err := s.await(ctx, s.Tickets.Name(), q.MinPosition); err != nil {
		return out, err
	}
	ref := s.reference()
	policy := ref.Policy.Tickets
	all, position, err := s.Tickets.Since(ctx, out.AsOf.Add(-policy.HotWithin))
	if err != nil {
		return out, err
	}
	out.Position = int64(position)
	calls := make([]ticket.Call, len(all))
	for i, t := range all {
		c := t.State.Content
		calls[i] = ticket.Call{Ticket: t.ID, At: t.State.Clocks.City.From, Matter: c.Matter, Point: pointOf(t.State), Incident: t.Incident}
		if c.Caller != nil {
			calls[i].Line = c.Caller.Line
		}
	}
	for _, spot := range ticket.HotSpots(calls, out.AsOf, ticket.Heat{Callers: policy.HotCallers, Meters: policy.HotMeters, Within: policy.HotWithin}) {
		h := HotSpot{Callers: spot.Callers, Tickets: spot.Tickets, First: spot.First, Last: spot.Last}
		if !spot.Matter.IsZero() {
			m := named(ref.Matters, spot.Matter)
			h.Matter = &m
		}
		if spot.Center != nil {
			h.Location = &TicketPlace{Lng: &spot.Center[0], Lat: &spot.Center[1]}
		}
		if spot.Incident != "" {
			about, err := s.ticketIncident(ctx, r.Person, spot.Incident)
			if err != nil {
				return out, err
			}
			if about != nil {
				h.Incident = &TicketIncident{
					ID: about.ID, Number: about.File.Number, Status: about.File.Status, Stage: about.File.Stage, Linked: spot.Incident, Tickets: len(spot.Tickets),
				}
			}
		}
		out.Items = append(out.Items, h)
	}
	return out, nil
}

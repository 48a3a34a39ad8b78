package api

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/workflow"
)

// The bodies of what is done to a ticket.
type (
	// TicketPlain is a command without fields of its own.
	TicketPlain struct {
		ExpectedVersion int64 `json:"expected_version,omitempty" minimum:"1" maximum:"9007199254740991" doc:"refused with 409 if the ticket is at another"`
	}
	// TicketContactBody logs a call to the caller.
	TicketContactBody struct {
		TicketPlain
		Reached bool       `json:"reached"`
		When    *time.Time `json:"when,omitempty" doc:"now unless said"`
		Note    string     `json:"note,omitempty" maxLength:"1000"`
	}
	// TicketLinkBody makes it an incident's: of one that is there, or of a new report.
	TicketLinkBody struct {
		TicketPlain
		Incident string        `json:"incident,omitempty" maxLength:"36" doc:"id of the incident that it joins"`
		Report   *TicketReport `json:"report,omitempty" doc:"what it becomes; {} takes all from the ticket"`
	}
	// TicketReport is what of a new report differs from the ticket.
	TicketReport struct {
		Matter      *MatterKey        `json:"matter,omitempty"`
		Criterion   string            `json:"criterion,omitempty" maxLength:"128"`
		Description string            `json:"description,omitempty" maxLength:"2000"`
		Severity    incident.Severity `json:"severity,omitempty"`
		Location    *Place            `json:"location,omitempty" doc:"needed where the ticket has no point"`
		Photos      []string          `json:"photos,omitempty" maxItems:"20" pattern:"^[0-9a-f]{64}$"`
		Concerns    string            `json:"concerns,omitempty" maxLength:"64"`
	}
	// TicketReplyBody answers, in two texts.
	TicketReplyBody struct {
		TicketPlain
		ToCaller   string            `json:"to_caller" maxLength:"4000" doc:"the answer to the caller"`
		ToCity     string            `json:"to_city" maxLength:"4000" doc:"the report to the city"`
		Resolution ticket.Resolution `json:"resolution"`
	}
	// TicketReviewBody lets a reply out, or sends it back.
	TicketReviewBody struct {
		TicketPlain
		Pass   bool   `json:"pass"`
		Reason string `json:"reason,omitempty" maxLength:"1000" doc:"needed where it does not pass"`
	}
	// TicketReturnBody asks the city to take it back.
	TicketReturnBody struct {
		TicketPlain
		Reason string `json:"reason" maxLength:"1000"`
	}
	// TicketRuleBody records the city's decision.
	TicketRuleBody struct {
		TicketPlain
		Decision ticket.Decision `json:"decision" doc:"accepted, refused: on a return; moved: on the city's clock"`
		DueAt    *time.Time      `json:"due_at,omitempty" doc:"with moved"`
		Number   string          `json:"number,omitempty" maxLength:"64" doc:"of the city's paper"`
		Reason   string          `json:"reason,omitempty" maxLength:"1000"`
	}
	// TicketCallbackBody records what the caller told the city.
	TicketCallbackBody struct {
		TicketPlain
		Result   ticket.Rating `json:"result"`
		ForCause bool          `json:"for_cause,omitempty" doc:"not satisfied, with reason"`
		Note     string        `json:"note,omitempty" maxLength:"1000"`
	}
	// TicketRedoBody asks that it be done again, or decides on that.
	TicketRedoBody struct {
		TicketPlain
		Person  string `json:"person,omitempty" maxLength:"64" doc:"account of the other person who does it"`
		Reason  string `json:"reason,omitempty" maxLength:"1000"`
		Approve *bool  `json:"approve,omitempty" doc:"by the level above whoever asked"`
	}
)

// giveTicket gives an order to a ticket.
func (s *server) giveTicket(ctx context.Context, r *Request, id string, c ticket.Command, expect int64) (workflow.Given[ticket.State], error) {
	by := s.actor(r.Person)
	given, err := workflow.Give(ctx, s.Workflow, workflow.Tickets, id, r.Person.Name, func(_ ticket.State, at time.Time) ticket.Order {
		return s.Workflow.TicketOrder(at, by, r.Person.Posts, c)
	}, workflow.Options{Key: r.Key, ExpectVersion: expect, Correlation: r.ID})
	if err == nil {
		s.noteReplay(r, given.Replayed)
	}
	return given, err
}

func (s *server) doTicket(ctx context.Context, r *Request, c ticket.Command, expect int64) (TicketDetail, error) {
	id := r.PathValue("id")
	given, err := s.giveTicket(ctx, r, id, c, expect)
	if err != nil {
		return TicketDetail{}, err
	}
	return s.ticketDetail(ctx, r, id, given)
}

func (s *server) signTicket(ctx context.Context, r *Request, b TicketPlain) (TicketDetail, error) {
	return s.doTicket(ctx, r, ticket.Sign{}, b.ExpectedVersion)
}

func (s *server) contactTicket(ctx context.Context, r *Request, b TicketContactBody) (TicketDetail, error) {
	c := ticket.Contact{Reached: b.Reached, Note: b.Note}
	if b.When != nil {
		c.When = *b.When
	}
	return s.doTicket(ctx, r, c, b.ExpectedVersion)
}

func (s *server) replyTicket(ctx context.Context, r *Request, b TicketReplyBody) (TicketDetail, error) {
	reply := ticket.Reply{ToCaller: b.ToCaller, ToCity: b.ToCity, Resolution: b.Resolution}
	state, _, err := workflow.Tickets.Read(ctx, s.Ledger, r.PathValue("id"))
	if err != nil {
		return TicketDetail{}, err
	}
	if state.Link != nil {
		about, err := s.ticketIncident(ctx, r.Person, state.Link.Incident)
		if err != nil {
			return TicketDetail{}, err
		}
		if about != nil {
			reply.Unit = about.File.Unit
		}
	}
	return s.doTicket(ctx, r, reply, b.ExpectedVersion)
}

func (s *server) reviewTicket(ctx context.Context, r *Request, b TicketReviewBody) (TicketDetail, error) {
	return s.doTicket(ctx, r, ticket.Review{Pass: b.Pass, Reason: b.Reason}, b.ExpectedVersion)
}

func (s *server) returnTicket(ctx context.Context, r *Request, b TicketReturnBody) (TicketDetail, error) {
	return s.doTicket(ctx, r, ticket.Return{Reason: b.Reason}, b.ExpectedVersion)
}

func (s *server) ruleTicket(ctx context.Context, r *Request, b TicketRuleBody) (TicketDetail, error) {
	if b.DueAt != nil && !inCalendar(*b.DueAt) {
		return TicketDetail{}, invalid(FieldError{Pointer: "/due_at", Detail: "is no time that a ticket could have"})
	}
	return s.doTicket(ctx, r, ticket.Rule{Decision: b.Decision, DueAt: b.DueAt, Number: b.Number, Reason: b.Reason}, b.ExpectedVersion)
}

func (s *server) callbackTicket(ctx context.Context, r *Request, b TicketCallbackBody) (TicketDetail, error) {
	return s.doTicket(ctx, r, ticket.Callback{Result: b.Result, ForCause: b.ForCause, Note: b.Note}, b.ExpectedVersion)
}

func (s *server) redoTicket(ctx context.Context, r *Request, b TicketRedoBody) (TicketDetail, error) {
	if b.Person != "" {
		all, err := s.Accounts.List(ctx)
		if err != nil {
			return TicketDetail{}, err
		}
		able := false
		for _, a := range all {
			able = able || a.Name == b.Person && a.DisabledAt == nil && ticket.MayEver(a.Role)
		}
		if !able {
			return TicketDetail{}, invalid(FieldError{Pointer: "/person", Detail: "is nobody who handles tickets"})
		}
	}
	return s.doTicket(ctx, r, ticket.Redo{Person: b.Person, Reason: b.Reason, Approve: b.Approve}, b.ExpectedVersion)
}

// linkTicket joins the ticket to an incident, or makes it one.
func (s *server) linkTicket(ctx context.Context, r *Request, b TicketLinkBody) (TicketDetail, error) {
	if (b.Incident == "") == (b.Report == nil) {
		return TicketDetail{}, invalid(FieldError{Pointer: "/incident", Detail: "either this or report is wanted"})
	}
	id := r.PathValue("id")
	if _, known, err := s.lookup(ctx, r.Key); err != nil || known {
		if err != nil {
			return TicketDetail{}, err
		}
		return s.doTicket(ctx, r, ticket.Link{}, 0) // the first answer, whatever is asked
	}
	var about *found
	var err error
	if b.Report != nil {
		about, err = s.reportTicket(ctx, r, id, *b.Report, b.ExpectedVersion)
	} else if about, err = s.find(ctx, r.Person, b.Incident); err != nil {
		if p := problemOf(err); p != nil && p.Code == "not_found" {
			err = invalid(FieldError{Pointer: "/incident", Detail: "is no incident that you can see", Code: "no_such_incident"})
		}
	}
	if err != nil {
		return TicketDetail{}, err
	}
	return s.doTicket(ctx, r, ticket.Link{
		Incident: about.ID, Number: about.File.Number, Street: about.File.Street, Community: about.File.Community, Tier: about.File.Tier,
	}, b.ExpectedVersion)
}

// reportTicket reports the ticket as an incident. It happens once for each time the
// ticket was linked, so that whoever tries again after a failure finds the first one.
func (s *server) reportTicket(ctx context.Context, r *Request, id string, b TicketReport, expect int64) (*found, error) {
	state, records, err := workflow.Tickets.Read(ctx, s.Ledger, id)
	if err != nil {
		return nil, err
	}
	if have := int64(len(records)); expect != 0 && expect != have {
		return nil, &workflow.VersionError{Have: have}
	}
	now := s.Now()
	if _, err := ticket.Decide(state, s.Workflow.TicketOrder(now, s.actor(r.Person), r.Person.Posts, ticket.Link{Incident: "new"})); err != nil {
		return nil, err
	}
	links := 0
	for _, rec := range records {
		if rec.Type == "ticket.linked" {
			links++
		}
	}
	key := eventstore.Key{Scope: "ticket:" + id, ID: fmt.Sprintf("report:%d", links)}
	key.Digest = sha256.Sum256([]byte(key.Scope + " " + key.ID))
	first, known, err := s.lookup(ctx, key)
	if err != nil {
		return nil, err
	}
	if known {
		return s.find(ctx, r.Person, first.Stream.ID())
	}
	body, missing := reportOf(state, b)
	if missing {
		return nil, invalid(FieldError{Pointer: "/report/location", Detail: "is needed: the ticket has no point"})
	}
	report, faults, err := s.judgeReport(ctx, r, body, now)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, invalid(under("/report", faults)...)
	}
	if c := state.Content.Caller; c != nil {
		report.Reporter = &incident.Reporter{Subject: c.Subject, Confidential: c.Confidential}
		if c.Confidential {
			report.Flags = append(report.Flags, incident.Confidential)
		}
	}
	report.TicketType = string(state.Content.Type)
	if state.Content.DueAt != nil {
		report.DueAt = state.Clocks.Internal // the city's word, less what review takes
	}
	incidentID, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	if report.Number, err = s.Workflow.NextNumber(ctx, now); err != nil {
		return nil, err
	}
	if err := s.photos.use(ctx, incidentID.String(), b.Photos); err != nil {
		return nil, err
	}
	out, err := s.Workflow.Do(ctx, incidentID.String(), report, s.actor(r.Person), workflow.Options{
		Key: key, At: now, Correlation: r.ID, Posts: r.Person.Posts,
	})
	if no, refused := domain.AsRefusal(err); refused && no.Field != "" {
		under := *no
		under.Field = "report." + no.Field
		return nil, &under
	}
	if err != nil {
		return nil, err
	}
	return s.find(ctx, r.Person, out.ID)
}

// reportOf is the report that a ticket makes; true: it has no place.
func reportOf(state ticket.State, b TicketReport) (NewReport, bool) {
	c := state.Content
	body := NewReport{
		Source: incident.FromHotline, Matter: b.Matter, Criterion: b.Criterion, Description: b.Description, Severity: b.Severity,
		Photos: b.Photos, Concerns: b.Concerns, External: &ExternalNumber{System: state.Source, ID: state.External},
	}
	if body.Matter == nil && b.Criterion == "" && !c.Matter.IsZero() {
		body.Matter = &MatterKey{Scheme: c.Matter.Scheme, Kind: c.Matter.Kind, Code: c.Matter.Code}
	}
	if body.Description == "" {
		text := []rune(c.Text)
		body.Description = string(text[:min(len(text), 2000)])
	}
	switch point := pointOf(state); {
	case b.Location != nil:
		body.Location = *b.Location
	case point != nil:
		body.Location = Place{Lng: point[0], Lat: point[1], CRS: "wgs84", AccuracyM: c.Location.AccuracyM, Address: c.Location.Address, Pinned: c.Location.Pinned}
	default:
		return body, true
	}
	if body.Location.Address == "" && c.Location != nil {
		body.Location.Address = c.Location.Address
	}
	return body, false
}

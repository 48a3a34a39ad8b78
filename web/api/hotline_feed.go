package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/domain/ticket"
	"gridcommand/eventstore"
	"gridcommand/geo/basegrid"
	"gridcommand/web/accounts"
	"gridcommand/workflow"
	"gridcommand/workflow/sheets"
)

// cityFeed is the source of a ticket that names none.
const cityFeed = "12345"

// A TicketPush is one version of a ticket as the city hands it over.
type TicketPush struct {
	Source      string            `json:"source,omitempty" maxLength:"64" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line" doc:"the feed; 12345 unless said"`
	ExternalID  string            `json:"external_id" minLength:"1" maxLength:"128" pattern:"^[^\\r\\n\\t]*\\S[^\\r\\n\\t]*$" patternDescription:"one line, not blank" doc:"the city's id"`
	Version     int               `json:"version,omitempty" minimum:"1" maximum:"1000000" doc:"the city's, counted up with each change; 1 unless said"`
	Number      string            `json:"number,omitempty" maxLength:"64" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line" doc:"that people say; external_id unless said"`
	Type        ticket.Type       `json:"type"`
	Description string            `json:"description" minLength:"1" maxLength:"4000" pattern:"\\S" patternDescription:"not blank"`
	ReceivedAt  *time.Time        `json:"received_at,omitempty" doc:"when the city handed it to us: its clock runs from then; now unless said"`
	DueAt       *time.Time        `json:"due_at,omitempty" doc:"the city's deadline; by type unless said"`
	Matter      *MatterKey        `json:"matter,omitempty"`
	Location    *Place            `json:"location,omitempty"`
	Address     string            `json:"address,omitempty" maxLength:"200" pattern:"^[^\\r\\n\\t]*$" patternDescription:"one line" doc:"where the place is known by name only"`
	Caller      *ReportingCitizen `json:"caller,omitempty"`
}

// A TicketIntake takes tickets in, from the wire and from files.
type TicketIntake struct {
	Accounts  *accounts.Store
	Ledger    eventstore.Store
	Workflow  *workflow.Service
	Reference reference.Source
	Grid      basegrid.Source
	Now       func() time.Time
}

func (s *server) ticketIntake() TicketIntake {
	return TicketIntake{Accounts: s.Accounts, Ledger: s.Ledger, Workflow: s.Workflow, Reference: s.Reference, Grid: s.Grid, Now: s.Now}
}

// judge says what is wrong with a version of a ticket, and returns it without its caller.
func (in TicketIntake) judge(b TicketPush) (ticket.Receive, []FieldError) {
	now := in.Now()
	s := &server{Deps: Deps{Reference: in.Reference, Grid: in.Grid, Now: in.Now}}
	c := ticket.Content{Version: max(b.Version, 1), Number: b.Number, Type: b.Type, Text: b.Description, ReceivedAt: b.ReceivedAt, DueAt: b.DueAt}
	if c.Number == "" {
		c.Number = b.ExternalID
	}
	var faults []FieldError
	fault := func(pointer, detail string) { faults = append(faults, FieldError{Pointer: pointer, Detail: detail}) }
	if at := b.ReceivedAt; at != nil && (at.After(now.Add(skew)) || !inCalendar(*at)) {
		fault("/received_at", "lies in the future, or nowhere")
	}
	if at := b.DueAt; at != nil {
		from := now
		if b.ReceivedAt != nil {
			from = *b.ReceivedAt
		}
		if !at.After(from) && (b.ReceivedAt != nil || at.Before(now.Add(-oldest))) || !inCalendar(*at) {
			fault("/due_at", "is no time after the ticket was received")
		}
	}
	if b.Matter != nil {
		c.Matter = b.Matter.key()
		faults = append(faults, s.judgeCriterion(&c.Matter, "")...)
	}
	if b.Address != "" {
		c.Location = &incident.Location{Address: b.Address}
	}
	if b.Location != nil {
		point, found := toWGS84(orb.Point{b.Location.Lng, b.Location.Lat}, b.Location.CRS)
		faults = append(faults, under("/location", found)...)
		address := b.Location.Address
		if address == "" {
			address = b.Address
		}
		c.Location = &incident.Location{Point: &point, CRS: b.Location.CRS, AccuracyM: b.Location.AccuracyM, Address: address, Pinned: b.Location.Pinned}
		if len(found) == 0 {
			c.Place = s.place(point)
		}
	}
	source := b.Source
	if source == "" {
		source = cityFeed
	}
	return ticket.Receive{Source: source, External: b.ExternalID, Content: c}, faults
}

// known puts the reference to the caller in: name and telephone stay behind. Whose name
// was erased does not come back with another copy of the same ticket: it keeps the
// reference to nobody that it has.
func (in TicketIntake) known(ctx context.Context, c *ticket.Receive, caller *ReportingCitizen, dry bool) error {
	if caller == nil || caller.Name == "" && caller.Phone == "" && !caller.Confidential {
		return nil
	}
	was, err := in.erased(ctx, *c)
	if err != nil {
		return err
	}
	if was != nil {
		c.Content.Caller = &ticket.Caller{Subject: was.Subject, Line: was.Line, Confidential: caller.Confidential}
		return nil
	}
	find := in.Accounts.PutKnownCaller
	if dry {
		find = in.Accounts.FindKnownCaller
	}
	k, err := find(ctx, caller.Name, caller.Phone, ticket.StreamID(c.Source, c.External))
	c.Content.Caller = &ticket.Caller{Subject: k.Subject, Line: k.Line, Confidential: caller.Confidential}
	return err
}

// erased returns the caller of a ticket that is here already, if it was erased since: of
// the same version, else of the newest.
func (in TicketIntake) erased(ctx context.Context, c ticket.Receive) (*ticket.Caller, error) {
	state, records, err := workflow.Tickets.Read(ctx, in.Ledger, ticket.StreamID(c.Source, c.External))
	if err != nil || !state.There() {
		return nil, err
	}
	who := state.Content.Caller
	for _, rec := range records {
		e, err := ticket.Decode(rec.Type, rec.Data)
		if err != nil {
			return nil, err
		}
		if said, ok := ticket.ContentOf(e); ok && said.Version == c.Content.Version {
			who = said.Caller
			break
		}
	}
	if who == nil {
		return nil, nil
	}
	if _, err = in.Accounts.Caller(ctx, who.Subject); errors.Is(err, accounts.ErrNoCaller) {
		return who, nil
	}
	return nil, err
}

// ticketForm is a file of tickets: a row for each version.
var ticketForm = sheets.Form{
	Name: "tickets",
	Columns: []string{
		"source", "external_id", "version", "number", "type", "description", "received_at", "due_at", "matter", "lng", "lat", "crs", "address",
		"caller_name", "caller_phone", "confidential",
	},
	Needs: []string{"external_id", "type", "description"},
	Aliases: map[string][]string{
		"source": {"来源"}, "external_id": {"id", "工单标识", "工单id"}, "version": {"版本", "版本号"}, "number": {"工单编号", "市热线编号"}, "type": {"工单类型", "类型", "诉求类型"},
		"description": {"内容", "诉求内容", "工单内容"}, "received_at": {"接收时间", "转派时间"}, "due_at": {"截止时间", "办理期限"}, "matter": {"管理事项", "事项"},
		"lng": {"经度"}, "lat": {"纬度"}, "crs": {"坐标系"}, "address": {"地址", "诉求地址"}, "caller_name": {"诉求人", "姓名"}, "caller_phone": {"联系电话", "电话"}, "confidential": {"匿名保密", "保密"},
	},
}

var (
	typeWords = map[string]string{"咨询": "consult", "投诉": "complaint", "举报": "report", "建议": "suggestion", "求助": "help", "其他": "other"}
	yesWords  = map[string]bool{"true": true, "1": true, "yes": true, "是": true, "false": false, "0": false, "no": false, "否": false}
)

// body is a row as the wire would have it.
func bodyOf(r sheets.Row) (map[string]any, []FieldError) {
	body := map[string]any{}
	var faults []FieldError
	fault := func(column, detail string) {
		faults = append(faults, FieldError{Pointer: "/" + column, Detail: detail})
	}
	set := func(at map[string]any, name, column string) {
		if v := r.Cells[column]; v != "" {
			at[name] = v
		}
	}
	numeric := func(at map[string]any, name, column string) {
		if v := r.Cells[column]; v != "" {
			if _, err := strconv.ParseFloat(v, 64); err != nil || !json.Valid([]byte(v)) {
				fault(column, "is not a number")
				return
			}
			at[name] = json.Number(v)
		}
	}
	for _, name := range []string{"source", "external_id", "number", "description", "address"} {
		set(body, name, name)
	}
	numeric(body, "version", "version")
	set(body, "type", "type")
	if word, ok := typeWords[r.Cells["type"]]; ok {
		body["type"] = word
	}
	for _, name := range []string{"received_at", "due_at"} {
		if v := r.Cells[name]; v != "" {
			at, ok := sheets.Moment(v)
			if !ok {
				fault(name, "is not a time like 2026-11-23 09:00")
				continue
			}
			body[name] = at.Format(time.RFC3339)
		}
	}
	if v := r.Cells["matter"]; v != "" {
		k := catalogue.ParsePrefixed(v)
		body["matter"] = map[string]any{"scheme": k.Scheme, "kind": k.Kind, "code": k.Code}
	}
	if r.Cells["lng"] != "" || r.Cells["lat"] != "" {
		place := map[string]any{"crs": "wgs84"}
		numeric(place, "lng", "lng")
		numeric(place, "lat", "lat")
		set(place, "crs", "crs")
		body["location"] = place
	}
	caller := map[string]any{}
	set(caller, "name", "caller_name")
	set(caller, "phone", "caller_phone")
	if v := r.Cells["confidential"]; v != "" {
		yes, ok := yesWords[strings.ToLower(v)]
		if !ok {
			fault("confidential", "is neither yes nor no")
		}
		caller["confidential"] = yes
	}
	if len(caller) > 0 {
		body["caller"] = caller
	}
	return body, faults
}

// TicketFile is what became of a file of tickets.
type TicketFile struct {
	Rows      int   `json:"rows"`
	Added     int   `json:"added"`
	Changed   int   `json:"changed" doc:"newer versions"`
	Noted     int   `json:"noted" doc:"older versions that came late"`
	Conflicts int   `json:"conflicts" doc:"known versions with other content"`
	Known     int   `json:"known"`
	DryRun    bool  `json:"dry_run"`
	Position  int64 `json:"position"`
}

// A TicketFaultsError is every fault of a file, each with its row; nothing was taken in.
type TicketFaultsError struct{ Faults []FieldError }

func (e *TicketFaultsError) Error() string {
	return fmt.Sprintf("%d faults; nothing was taken in", len(e.Faults))
}

// File takes a CSV or a workbook in: everything, or, with a [*TicketFaultsError],
// nothing. The same file again adds nothing.
func (in TicketIntake) File(ctx context.Context, data []byte, by incident.Actor, dry bool) (TicketFile, error) {
	out := TicketFile{DryRun: dry}
	rows, err := sheets.ReadRows(ticketForm, data)
	if broken, ok := errors.AsType[*reference.FaultsError](err); ok {
		e := &TicketFaultsError{}
		for _, t := range broken.Tables {
			for _, f := range t.List {
				e.Faults = append(e.Faults, FieldError{Detail: f.String()})
			}
		}
		return out, e
	}
	if err != nil {
		return out, err
	}
	schemas := newSchemas()
	shape := schemas.of(reflect.TypeFor[TicketPush]())
	all, callers := make([]ticket.Receive, len(rows)), make([]*ReportingCitizen, len(rows))
	e := &TicketFaultsError{}
	for i, r := range rows {
		body, found := bodyOf(r)
		parsed, err := parse(encode(body))
		if err != nil {
			return out, err
		}
		if len(found) == 0 {
			found = schemas.check(shape, parsed)
		}
		if len(found) == 0 {
			var push TicketPush
			if err := json.Unmarshal(encode(parsed), &push); err != nil {
				found = []FieldError{unreadable(err)}
			} else {
				all[i], found = in.judge(push)
				callers[i] = push.Caller
			}
		}
		for _, f := range found {
			column := strings.ReplaceAll(strings.TrimPrefix(f.Pointer, "/"), "/", ".")
			e.Faults = append(e.Faults, FieldError{Pointer: "/" + strconv.Itoa(r.Line) + f.Pointer, Detail: fmt.Sprintf("line %d, %s: %s", r.Line, column, f.Detail), Code: f.Code})
		}
	}
	if len(e.Faults) > 0 {
		return out, e
	}
	out.Rows = len(rows)
	for i := range all {
		if err := in.known(ctx, &all[i], callers[i], dry); err != nil {
			return out, err
		}
	}
	arrived, position, err := in.Workflow.ReceiveTickets(ctx, all, by, dry, workflow.Options{At: in.Now()})
	out.Position = int64(position)
	for _, a := range arrived {
		count := map[string]*int{"added": &out.Added, "changed": &out.Changed, "noted": &out.Noted, "conflict": &out.Conflicts, "known": &out.Known}
		*count[a.What]++
	}
	return out, err
}

type ticketFileQuery struct {
	DryRun bool `query:"dry_run"`
}

func (s *server) ticketFile(ctx context.Context, r *Request, q ticketFileQuery) (TicketFile, error) {
	out, err := s.ticketIntake().File(ctx, r.Raw, s.actor(r.Person), q.DryRun)
	if faults, ok := errors.AsType[*TicketFaultsError](err); ok {
		p := problem(http.StatusUnprocessableEntity, "faulty_file", "%v", faults)
		p.Errors = faults.Faults
		return out, p
	}
	return out, err
}

// TicketReceipt says what became of a version that was pushed.
type TicketReceipt struct {
	Outcome string       `json:"outcome" enum:"added,changed,noted,conflict,known"`
	Ticket  TicketDetail `json:"ticket"`
}

func (s *server) pushTicket(ctx context.Context, r *Request, body TicketPush) (TicketReceipt, error) {
	in := s.ticketIntake()
	receive, faults := in.judge(body)
	if len(faults) > 0 {
		return TicketReceipt{}, invalid(faults...)
	}
	_, replayed, err := s.lookup(ctx, r.Key)
	if err != nil {
		return TicketReceipt{}, err
	}
	if !replayed {
		if err := in.known(ctx, &receive, body.Caller, false); err != nil {
			return TicketReceipt{}, err
		}
	}
	id := ticket.StreamID(receive.Source, receive.External)
	given, err := s.giveTicket(ctx, r, id, receive, 0)
	if err != nil {
		return TicketReceipt{}, err
	}
	r.header.Set("Location", prefix+"/hotline/tickets/"+id)
	out := TicketReceipt{Outcome: "known"}
	_, records, err := workflow.Tickets.Read(ctx, s.Ledger, id)
	if err != nil {
		return out, err
	}
	for _, rec := range records {
		if rec.Position == given.Position && !given.Nothing {
			out.Outcome = map[string]string{
				"ticket.received": "added", "ticket.changed": "changed", "ticket.noted": "noted", "ticket.conflicted": "conflict",
			}[rec.Type]
		}
	}
	out.Ticket, err = s.ticketDetail(ctx, r, id, given)
	return out, err
}

// hotliners are the roles through which the city speaks.
func hotliners(r jurisdiction.Role) bool { return r == jurisdiction.Hotline }

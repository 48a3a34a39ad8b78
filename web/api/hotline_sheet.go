package api

import (
	"bytes"
	"context"
	_ "embed"

	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
	"gridcommand/workflow"
)

//go:embed hotline_sheet.html
var ticketSheetText string

var ticketSheetPage = paperOf("ticket", ticketSheetText)

// A ticketPaper is what the page of hotline_sheet.html is filled with: what its reader may
// see of the ticket, and nothing more.
type ticketPaper struct {
	Ticket                          TicketDetail
	Type, Stage, Matter, Class      string
	Place, Area, Street             string
	Received, Signed                string
	City, Internal, Contact         string
	Caller                          string
	Confidential                    bool
	Incident, IncidentStage         string
	Contacts                        []paperContact
	Replies                         []paperReply
	Returns                         []paperReturn
	Rating, Cause, Printed, Printer string
}

type paperContact struct{ When, By, Reached, Note string }

type paperReply struct{ ToCaller, ToCity, Resolution, By, At, Review string }

type paperReturn struct{ At, Reason, Ruling string }

// What codes are called on paper.
var (
	ticketTypeWords = map[ticket.Type]string{
		ticket.Consult: "咨询", ticket.Complaint: "投诉", ticket.Report: "举报", ticket.Suggestion: "建议", ticket.Help: "求助", ticket.Other: "其他",
	}
	ticketStageWords = map[ticket.Stage]string{
		ticket.AtReceived: "已接收", ticket.AtSigned: "已分派", ticket.AtAnswered: "已答复", ticket.AtReviewed: "已审核", ticket.AtCalledBack: "已回访",
		ticket.AtReturning: "申请退单", ticket.AtReturned: "已退单",
	}
	resolutionWords = map[ticket.Resolution]string{
		ticket.Resolved: "实际解决", ticket.Explained: "解释说明", ticket.Planned: "列入计划", ticket.NotPossible: "暂无法解决", ticket.Unreasonable: "不合理诉求",
	}
	ratingWords = map[ticket.Rating]string{
		ticket.VerySatisfied: "非常满意", ticket.Satisfied: "满意", ticket.Basic: "基本满意", ticket.NotSatisfied: "不满意", ticket.NotReached: "未接通",
	}
	incidentStageWords = map[incident.Stage]string{
		incident.Verifying: "待核实", incident.Intake: "待立案", incident.Dispatching: "待派遣", incident.Handling: "处置中", incident.Coordinating: "会商中",
		incident.Checking: "待核查", incident.Closing: "待结案",
	}
	incidentStatusWords = map[incident.Status]string{
		incident.StatusClosed: "已结案", incident.StatusDeclined: "不予立案", incident.StatusVoided: "已作废", incident.StatusMerged: "已并案",
	}
)

func (s *server) ticketSheet(ctx context.Context, r *Request, _ none) (blob, error) {
	id := r.PathValue("id")
	state, records, err := workflow.Tickets.Read(ctx, s.Ledger, id)
	if err != nil {
		return blob{}, err
	}
	d, err := s.ticketDetail(ctx, r, id, workflow.Given[ticket.State]{State: state, Version: int64(len(records)), Position: records[len(records)-1].Position})
	if err != nil {
		return blob{}, err
	}
	book := s.reference().Book
	name := func(unit string) string {
		if u, ok := book.Unit(unit); ok {
			return u.Name
		}
		return unit
	}
	p := ticketPaper{
		Ticket: d, Type: ticketTypeWords[d.Type], Stage: ticketStageWords[d.Stage], Area: name(d.Community), Street: name(d.Street),
		Received: paperTime(&d.ReceivedAt), Signed: paperTime(d.SignedAt), City: paperTime(d.Due.City), Internal: paperTime(d.Due.Internal), Contact: paperTime(d.Due.Contact),
		Rating: ratingWords[ticket.Rating(d.Rating)], Printed: paperTime(new(s.Now())), Printer: s.actor(r.Person).Name,
	}
	if d.Matter != nil {
		p.Matter, p.Class = d.Matter.Name, d.Matter.Code
	}
	if d.Location != nil {
		p.Place = d.Location.Address
	}
	if c := d.Caller; c != nil {
		p.Confidential = c.Confidential
		if !c.Confidential {
			p.Caller = c.Name + "　" + c.Phone
		}
	}
	if about := d.Incident; about != nil {
		p.Incident, p.IncidentStage = about.Number, incidentStatusWords[about.Status]
		if about.Stage != nil {
			p.IncidentStage = incidentStageWords[*about.Stage]
		}
	}
	for _, c := range d.Contacts {
		line := paperContact{When: paperTime(&c.When), By: c.By, Reached: "未接通", Note: c.Note}
		if c.Reached {
			line.Reached = "已接通"
		}
		p.Contacts = append(p.Contacts, line)
	}
	for _, a := range d.Replies {
		line := paperReply{ToCaller: a.ToCaller, ToCity: a.ToCity, Resolution: resolutionWords[a.Resolution], By: a.By, At: paperTime(&a.At)}
		switch {
		case a.Passed == nil:
			line.Review = "待审核"
		case *a.Passed:
			line.Review = "审核通过　" + a.Reviewer + "　" + paperTime(a.ReviewedAt)
		default:
			line.Review = "退回重写　" + a.Reviewer + "　" + paperTime(a.ReviewedAt) + "　" + a.Reason
		}
		p.Replies = append(p.Replies, line)
	}
	for _, b := range d.Returns {
		line := paperReturn{At: paperTime(&b.At), Reason: b.Reason, Ruling: "待市热线裁定"}
		if b.Accepted != nil {
			line.Ruling = "不同意　" + b.Number + "　" + b.Ruling
			if *b.Accepted {
				line.Ruling = "同意　" + b.Number + "　" + b.Ruling
			}
		}
		p.Returns = append(p.Returns, line)
	}
	if n := len(d.Ratings); n > 0 {
		p.Cause = d.Ratings[n-1].Note
	}
	var out bytes.Buffer
	if err := ticketSheetPage.Execute(&out, p); err != nil {
		return blob{}, err
	}
	return blob{media: html + "; charset=utf-8", data: out.Bytes(), cache: "no-store"}, nil
}

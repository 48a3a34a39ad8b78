package figures

import (
	"cmp"
	"slices"

	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
)

// A Named is a figure with what it is called.
type Named struct {
	Figure Figure
	Name   Text
}

var stageWords = map[incident.Stage]Text{
	incident.Verifying: {"核实", "verifying"}, incident.Intake: {"立案", "intake"}, incident.Dispatching: {"派遣", "dispatching"},
	incident.Handling: {"处置", "handling"}, incident.Coordinating: {"会商", "coordinating"}, incident.Checking: {"核查", "checking"},
	incident.Closing: {"结案环节", "closing"},
}

var lapWords = func() map[Lap]Text {
	m := map[Lap]Text{
		TotalLap: {"总时限", "total"}, SigningLap: {"签收", "signing"}, TicketLap: {"工单答复", "ticket's answer"},
		TicketContactLap: {"先行联系", "first contact"},
	}
	for s, w := range stageWords {
		m[Lap(s)] = w
	}
	return m
}()

var returnCodes = map[incident.ReturnCode]Text{
	incident.Misdispatched: {"派遣有误", "misdispatched"}, incident.NotOurDuty: {"非本单位职责", "not our duty"},
	incident.WrongPlace: {"位置有误", "wrong place"}, incident.OwnerElsewhere: {"权属另有单位", "owner elsewhere"},
	incident.Duplicate: {"重复", "duplicate"}, incident.NeedsSupport: {"需要支援", "needs support"},
}

var ticketWords = map[ticket.Type]Text{
	ticket.Consult: {"咨询", "consult"}, ticket.Complaint: {"投诉", "complaint"}, ticket.Report: {"举报", "report"},
	ticket.Suggestion: {"建议", "suggestion"}, ticket.Help: {"求助", "help"}, ticket.Other: {"其他", "other"},
}

var ticketNames = map[Figure]Text{
	Tickets: {"热线工单", "tickets"}, TicketSigned: {"工单签收", "tickets signed for"}, TicketLinked: {"工单关联事件", "tickets linked to an incident"},
	TicketResponded: {"已响应（先行联系或已答复）", "responded to"}, TicketContactOnTime: {"按时先行联系", "first contact on time"},
	TicketContactLate: {"超时后先行联系", "first contact late"}, TicketContactExpired: {"先行联系超时", "first contact, deadline passed"},
	TicketInternalOnTime: {"内部时限内拟复", "written within the internal limit"}, TicketInternalLate: {"内部超时后拟复", "written after the internal limit"},
	TicketInternalExpired: {"内部时限超时", "internal limit passed"}, TicketOnTime: {"市热线时限内答复", "answered within the city's clock"},
	TicketLate: {"市热线超时后答复", "answered after the city's clock"}, TicketExpired: {"市热线时限超时", "the city's clock passed"},
	TicketAnswered: {"已答复", "answered"}, TicketResolved: {"实际解决", "resolved"}, TicketSentBack: {"答复退回重写", "replies sent back"},
	TicketRated: {"有效回访", "called back and reached"}, TicketSatisfied: {"回访满意", "satisfied"}, TicketRedone: {"不满意重办", "done again"},
	TicketReturnsAsk: {"申请退单", "asked to be taken back"}, TicketReturned: {"市热线收回", "taken back by the city"}, TicketRepeat: {"重复投诉", "repeated by the same caller"},
}

// All holds every figure, with its name.
var All = func() []Named {
	list := []Named{
		{Reported, Text{"上报", "reported"}},
		{ReportedInspector, Text{"网格员上报", "reported by inspectors"}},
		{ReportedPublic, Text{"热线、市民上报", "reported by hotline and citizens"}},
		{Filed, Text{"立案", "filed"}},
		{FiledOnTime, Text{"按时立案", "filed on time"}},
		{FiledInspector, Text{"网格员上报首次立案", "inspectors' reports filed for the first time"}},
		{Declined, Text{"不予立案", "declined"}},
		{Voided, Text{"作废", "voided"}},
		{VoidedFiled, Text{"立案后作废", "voided after filing"}},
		{Dispatched, Text{"派遣到单位", "dispatched to a unit"}},
		{Dispatches, Text{"指挥中心派遣", "dispatched by a desk"}},
		{Misdispatched, Text{"派遣有误被退回", "returned as misdispatched"}},
		{Signed, Text{"签收", "signed for"}},
		{SignedOnTime, Text{"按时签收", "signed for on time"}},
		{Handled, Text{"处置反馈", "handled"}},
		{Returned, Text{"退单", "returned"}},
		{Reworked, Text{"返工", "reworked"}},
		{Escalated, Text{"提级上报", "escalated"}},
		{Closed, Text{"结案", "closed"}},
		{Reopened, Text{"重办", "reopened"}},
		{Extended, Text{"延期", "extended"}},
		{Suspended, Text{"挂账", "suspended"}},
		{Coordinated, Text{"提请会商", "brought to coordination"}},
		{Merged, Text{"并案", "merged"}},
		{Unmerged, Text{"撤销并案", "unmerged"}},
		{HandedOver, Text{"移交应急", "handed over"}},
		{Recurred, Text{"回潮", "recurred"}},
		{Rated, Text{"评价", "rated"}},
		{Satisfied, Text{"评价满意", "rated satisfied"}},
		{SpotChecked, Text{"督查抽查", "spot-checked"}},
		{False, Text{"虚假处置", "found false"}},
		{Stock, Text{"挂账存量", "suspended stock"}},
		{StockSince, Text{"挂账起始时间之和", "sum of when suspended"}},
		{Walked, Text{"网格当日已巡查", "grid walked on a day"}},
	}
	add := func(f Figure, zh, en string) { list = append(list, Named{f, Text{zh, en}}) }
	for _, c := range incident.ReturnCodes {
		add(ReturnedFor(c), "退单："+returnCodes[c].ZH, "returned: "+returnCodes[c].EN)
	}
	for _, s := range incident.Stages {
		w := stageWords[s]
		add(OnTime(s), w.ZH+"按时", w.EN+", on time")
		add(Late(s), w.ZH+"超时后完成", w.EN+", done late")
		add(Expired(s), w.ZH+"超时", w.EN+", deadline passed")
	}
	add(TotalOnTime, "按期结案", "closed on time")
	add(TotalLate, "超期后结案", "closed late")
	add(TotalExpired, "总时限超时", "total deadline passed")
	for _, x := range list {
		if exemptible[x.Figure] {
			add(Exempt(x.Figure), x.Name.ZH+"（申诉成立不计）", x.Name.EN+", exempted")
		}
	}
	for f, name := range ticketNames {
		list = append(list, Named{f, name})
	}
	slices.SortStableFunc(list[len(list)-len(ticketNames):], func(a, b Named) int { return cmp.Compare(a.Figure, b.Figure) })
	for _, t := range ticket.Types {
		add(TicketsOf(t), "热线工单："+ticketWords[t].ZH, "tickets: "+ticketWords[t].EN)
	}
	return list
}()

package figures

import (
	"slices"

	"gridcommand/domain/incident"
	"gridcommand/domain/ticket"
)

// Codes of indicators that are reckoned with more than figures.
const (
	PatrolCoverage = "patrol_coverage" // by grids × days
	PerGrid        = "per_grid"        // by base grids
	Per10K         = "per_10k"         // by ten thousand people
	SuspendedStock = "suspended"       // at the end of the period
	SuspendedAge   = "suspended_days"
)

// Indicators is the catalogue. A row of statistics has a field for each, and a test
// proves that it has.
var Indicators = slices.Concat(shares, perGround, ticketShares, sums, toBe, returnsSplit, ticketTypes, lapses)

func sum(figures ...Figure) []Term {
	var list []Term
	for _, f := range figures {
		list = append(list, Term{f, 1})
	}
	return list
}

func less(list []Term, f Figure) []Term { return append(slices.Clip(list), Term{f, -1}) }

// judged is what was to be done at a stage: on time + expired.
func judged(s incident.Stage) []Term { return sum(OnTime(s), Expired(s)) }

var closable = sum(TotalOnTime, TotalExpired)

// Upon whom figures fall.
var (
	onHandler  = Text{"承办单位；到期时的承办人", "the unit that handles; who has it when the deadline passes"}
	onDoer     = Text{"处置该件的单位与承办人；无处置的为受理中心", "the unit and person that handled it, else the intake desk"}
	onDesk     = Text{"经办的指挥中心与派遣员", "the desk that did it, and its person"}
	onReporter = Text{"上报人；单位为受理中心", "the reporter; as unit the intake desk"}
	onStation  = Text{"核查单位与经办人", "who holds it at that stage, and its person"}
	onHotline  = Text{"答复的单位；经办的热线专办员", "the unit that answers; the agent who acted"}
	onIntake   = Text{"受理中心", "the intake desk"}
	onArea     = Text{"网格所在的街镇、村居", "the street and community that the grid lies in"}
)

var shares = []Indicator{
	{
		Code: "verified_on_time", Name: Text{"按时核实率", "Verified on time"}, Kind: Share, Sense: More, Lap: Lap(incident.Verifying), Source: Published,
		Numerator: sum(OnTime(incident.Verifying)), Denominator: judged(incident.Verifying), FallsOn: onStation,
		Formula: Text{"按时核实数 ÷ 应核实数", "verified on time / to be verified"},
	},
	{
		Code: "filed_on_time", Name: Text{"按时立案率", "Filed on time"}, Kind: Share, Sense: More, Lap: Lap(incident.Intake), Source: Published,
		Numerator: sum(FiledOnTime), Denominator: sum(Filed), FallsOn: onDesk,
		Formula: Text{"按时立案数 ÷ 立案数", "filed on time / filed"},
	},
	{
		Code: "accurate_filing", Name: Text{"准确立案率", "Accurate filing"}, Kind: Share, Sense: More, Source: Published,
		Numerator: less(sum(Filed), VoidedFiled), Denominator: sum(Filed), FallsOn: Text{"立案、作废时的持有单位", "who filed it; who held it when it was voided"},
		Formula: Text{"（立案数 − 立案后作废数）÷ 立案数", "(filed − voided after filing) / filed"},
	},
	{
		Code: "dispatched_on_time", Name: Text{"按时派遣率", "Dispatched on time"}, Kind: Share, Sense: More, Lap: Lap(incident.Dispatching), Source: Published,
		Numerator: sum(OnTime(incident.Dispatching)), Denominator: judged(incident.Dispatching), FallsOn: onDesk,
		Formula: Text{"按时派遣数 ÷ 应派遣数", "dispatched on time / to be dispatched"},
	},
	{
		Code: "accurate_dispatch", Name: Text{"准确派遣率", "Accurate dispatch"}, Kind: Share, Sense: More, Source: Published,
		Numerator: less(sum(Dispatches), Misdispatched), Denominator: sum(Dispatches), FallsOn: Text{"派遣的指挥中心与派遣员", "the desk that dispatched, and its person"},
		Formula: Text{"（派遣数 − 因派遣有误退单数）÷ 派遣数", "(dispatched − returned as misdispatched) / dispatched"},
	},
	{
		Code: "signed_on_time", Name: Text{"签收及时率", "Signed for on time"}, Kind: Share, Sense: More, Lap: SigningLap, Source: Practice,
		Numerator: sum(SignedOnTime), Denominator: sum(Dispatched), FallsOn: onHandler,
		Formula: Text{"按时签收数 ÷ 派遣到单位数", "signed for on time / dispatched"},
	},
	{
		Code: "handled_rate", Name: Text{"处置率", "Handled"}, Kind: Share, Sense: More, Lap: Lap(incident.Handling), Source: Published,
		Numerator: sum(OnTime(incident.Handling), Late(incident.Handling)), Denominator: judged(incident.Handling), FallsOn: onHandler,
		Formula: Text{"处置数 ÷ 应处置数", "handled / to be handled"},
	},
	{
		Code: "handled_on_time", Name: Text{"按期处置率", "Handled on time"}, Kind: Share, Sense: More, Lap: Lap(incident.Handling), Source: Published,
		Numerator: sum(OnTime(incident.Handling)), Denominator: judged(incident.Handling), FallsOn: onHandler,
		Formula: Text{"按期处置数 ÷ 应处置数", "handled on time / to be handled"},
	},
	{
		Code: "overdue_unhandled", Name: Text{"超期未处置率", "Overdue, not handled"}, Kind: Share, Sense: Less, Source: Published,
		Numerator: less(sum(Expired(incident.Handling)), Late(incident.Handling)), Denominator: judged(incident.Handling), FallsOn: onHandler,
		Formula: Text{"（超期数 − 超期后已处置数）÷ 应处置数", "(overdue − handled late) / to be handled"},
	},
	{
		Code: "checked_on_time", Name: Text{"按时核查率", "Checked on time"}, Kind: Share, Sense: More, Lap: Lap(incident.Checking), Source: Published,
		Numerator: sum(OnTime(incident.Checking)), Denominator: judged(incident.Checking), FallsOn: onStation,
		Formula: Text{"按时核查数 ÷ 应核查数", "checked on time / to be checked"},
	},
	{
		Code: "rework", Name: Text{"返工率", "Rework"}, Kind: Share, Sense: Less, Source: Published,
		Numerator: sum(Reworked), Denominator: closable, FallsOn: onDoer,
		Formula: Text{"返工数 ÷ 应结案数", "rework / to be closed"},
	},
	{
		Code: "closed_rate", Name: Text{"结案率", "Closed"}, Kind: Share, Sense: More, Lap: TotalLap, Source: Published,
		Numerator: sum(TotalOnTime, TotalLate), Denominator: closable, FallsOn: onDoer,
		Formula: Text{"结案数 ÷ 应结案数", "closed / to be closed"},
	},
	{
		Code: "closed_on_time", Name: Text{"按期结案率", "Closed on time"}, Kind: Share, Sense: More, Lap: TotalLap, Source: Published,
		Numerator: sum(TotalOnTime), Denominator: closable, FallsOn: onDoer,
		Formula: Text{"按期结案数 ÷ 应结案数", "closed on time / to be closed"},
	},
	{
		Code: "return_rate", Name: Text{"退单率（回退率）", "Returned"}, Kind: Share, Sense: Less, Source: Published,
		Numerator: sum(Returned), Denominator: sum(Dispatched), FallsOn: Text{"退单的单位与承办人", "the unit that returned it, and its person"},
		Formula: Text{"退单数 ÷ 派遣到单位数", "returned / dispatched"},
	},
	{
		Code: "valid_reports", Name: Text{"有效上报率", "Valid reports"}, Kind: Share, Sense: More, Source: Published,
		Numerator: sum(FiledInspector), Denominator: sum(ReportedInspector), FallsOn: onReporter,
		Formula: Text{"网格员上报已立案数 ÷ 网格员上报数", "inspectors' reports filed / inspectors' reports"},
	},
	{
		Code: "found_by_ourselves", Name: Text{"主动发现率", "Found by ourselves"}, Kind: Share, Sense: More, Source: Practice,
		Numerator: sum(ReportedInspector), Denominator: sum(ReportedInspector, ReportedPublic), FallsOn: onReporter,
		Formula: Text{"网格员上报数 ÷（网格员 + 热线 + 市民上报数）", "inspector / (inspector + hotline + citizen)"},
	},
	{
		Code: "extension", Name: Text{"延期率", "Extended"}, Kind: Share, Sense: Less, Source: Published,
		Numerator: sum(Extended), Denominator: judged(incident.Handling), FallsOn: onHandler,
		Formula: Text{"延期数 ÷ 应处置数", "extensions granted / to be handled"},
	},
	{
		Code: "recurrence", Name: Text{"回潮率", "Recurrence"}, Kind: Share, Sense: Less, Source: Practice,
		Numerator: sum(Recurred), Denominator: sum(Closed), FallsOn: Text{"回潮为受理中心；结案为处置单位", "recurrences the intake desk, closes the unit that handled"},
		Formula: Text{"回潮数 ÷ 结案数", "recurrences / closed"},
	},
	{
		Code: "false_handling", Name: Text{"虚假处置率", "False handling"}, Kind: Share, Sense: Less, Source: Practice,
		Numerator: sum(False), Denominator: sum(SpotChecked), FallsOn: onDoer,
		Formula: Text{"抽查发现虚假处置数 ÷ 督查抽查数", "found false / spot-checked"},
	},
	{
		Code: "satisfaction", Name: Text{"满意率", "Satisfied"}, Kind: Share, Sense: More, Source: Published,
		Numerator: sum(Satisfied), Denominator: sum(Rated), FallsOn: onDoer,
		Formula: Text{"满意数 ÷ 评价数", "rated 4 or 5 of 5 / rated"},
	},
}

var perGround = []Indicator{
	{
		Code: PatrolCoverage, Name: Text{"巡查覆盖率", "Patrol coverage"}, Kind: Per, Sense: More, Source: Practice,
		Numerator: sum(Walked), FallsOn: onArea,
		Formula: Text{"当日巡查到的网格数之和 ÷（网格数 × 天数）", "grids walked, summed over the days / (grids × days)"},
	},
	{
		Code: PerGrid, Name: Text{"网均上报数", "Reported per grid"}, Kind: Per, Sense: Neither, Source: Practice,
		Numerator: sum(Reported), FallsOn: onArea, Formula: Text{"上报数 ÷ 基础网格数", "reported / base grids"},
	},
	{
		Code: Per10K, Name: Text{"万人上报数", "Reported per 10,000 people"}, Kind: Per, Sense: Neither, Source: Practice,
		Numerator: sum(Reported), FallsOn: onArea, Formula: Text{"上报数 ÷ 人口（万人）", "reported / ten thousand people"},
	},
}

var ticketShares = []Indicator{
	{
		Code: "ticket_contact_on_time", Name: Text{"先行联系及时率", "First contact on time"}, Kind: Share, Sense: More, Lap: TicketContactLap, Source: Practice,
		Numerator: sum(TicketContactOnTime), Denominator: sum(TicketContactOnTime, TicketContactExpired), FallsOn: onHotline,
		Formula: Text{"按时先行联系数 ÷ 应先行联系数", "callers contacted on time / to be contacted"},
	},
	{
		Code: "ticket_on_time", Name: Text{"工单按期办结率", "Tickets on time"}, Kind: Share, Sense: More, Lap: TicketLap, Source: Published,
		Numerator: sum(TicketOnTime), Denominator: sum(TicketOnTime, TicketExpired), FallsOn: onHotline,
		Formula: Text{"市热线时限内答复数 ÷ 应答复数", "answered within the city's clock / to be answered"},
	},
	{
		Code: "ticket_internal_on_time", Name: Text{"工单内部按期率", "Tickets on time, internally"}, Kind: Share, Sense: More, Source: Practice,
		Numerator: sum(TicketInternalOnTime), Denominator: sum(TicketInternalOnTime, TicketInternalExpired), FallsOn: onHotline,
		Formula: Text{"内部时限内拟复数 ÷ 应拟复数", "written before the internal limit / to be written"},
	},
	{
		Code: "ticket_response", Name: Text{"响应率", "Response"}, Kind: Share, Sense: More, Source: Published,
		Numerator: sum(TicketResponded), Denominator: sum(Tickets), FallsOn: onHotline,
		Formula: Text{"已响应工单数 ÷ 工单数", "tickets responded to / tickets"},
	},
	{
		Code: "ticket_resolved", Name: Text{"解决率", "Resolved"}, Kind: Share, Sense: More, Source: Published,
		Numerator: sum(TicketResolved), Denominator: sum(TicketAnswered), FallsOn: onHotline,
		Formula: Text{"实际解决数 ÷ 已答复数", "answered as resolved / answered"},
	},
	{
		Code: "ticket_satisfied", Name: Text{"工单满意率", "Tickets satisfied"}, Kind: Share, Sense: More, Source: Published,
		Numerator: sum(TicketSatisfied), Denominator: sum(TicketRated), FallsOn: onHotline,
		Formula: Text{"满意数 ÷ 有效回访数（未接通不计）", "satisfied / called back and reached"},
	},
	{
		Code: "ticket_returns", Name: Text{"工单退回率", "Tickets returned"}, Kind: Share, Sense: Neither, Source: Practice,
		Numerator: sum(TicketReturned), Denominator: sum(Tickets), FallsOn: onHotline,
		Formula: Text{"市热线收回数 ÷ 工单数", "taken back by the city / tickets"},
	},
	{
		Code: "repeat_complaints", Name: Text{"重复投诉率", "Repeat complaints"}, Kind: Share, Sense: Less, Source: Published,
		Numerator: sum(TicketRepeat), Denominator: less(sum(Tickets), TicketsOf(ticket.Consult)), FallsOn: onHotline,
		Formula: Text{"同一诉求人就同一事项再次反映数 ÷（工单数 − 咨询数）", "the same caller about the same again / (tickets − consults)"},
	},
}

// plain is an indicator that is one figure.
func plain(code string, name Text, f Figure, falls Text) Indicator {
	return Indicator{
		Code: code, Name: name, Kind: Sum, Sense: Neither, Source: Decided, Numerator: sum(f), FallsOn: falls,
		Formula: Text{name.ZH, "number of facts: " + name.EN},
	}
}

var sums = []Indicator{
	plain("reported", Text{"上报数", "Reported"}, Reported, onReporter),
	plain("filed", Text{"立案数", "Filed"}, Filed, onDesk),
	plain("declined", Text{"不予立案数", "Declined"}, Declined, onDesk),
	plain("voided", Text{"作废数", "Voided"}, Voided, Text{"作废时的持有单位", "who held it"}),
	plain("dispatched", Text{"派遣到单位数", "Dispatched"}, Dispatched, onHandler),
	plain("handled", Text{"处置数（次）", "Handled"}, Handled, onHandler),
	plain("closed", Text{"结案数", "Closed"}, Closed, onDoer),
	plain("reopened", Text{"重办数", "Reopened"}, Reopened, onIntake),
	plain("escalated", Text{"提级数", "Escalated"}, Escalated, Text{"提级的单位", "who gave it up"}),
	plain("returns", Text{"退单数", "Returns"}, Returned, onHandler),
	plain("reworks", Text{"返工数", "Reworks"}, Reworked, onDoer),
	plain("overdue", Text{"处置超时数", "Overdue"}, Expired(incident.Handling), onHandler),
	plain("extensions", Text{"延期数", "Extensions"}, Extended, onHandler),
	plain("suspensions", Text{"挂账数", "Suspensions"}, Suspended, onHandler),
	plain("coordinated", Text{"会商数", "Coordinated"}, Coordinated, onDesk),
	plain("merged", Text{"并案数", "Merged"}, Merged, Text{"并案时的持有单位", "who held it"}),
	plain("unmerged", Text{"撤销并案数", "Unmerged"}, Unmerged, Text{"恢复后的持有单位", "who holds it again"}),
	plain("handed_over", Text{"移交应急数", "Handed over"}, HandedOver, Text{"移交时的持有单位", "who held it"}),
	plain("recurrences", Text{"回潮数", "Recurrences"}, Recurred, onIntake),
	plain("tickets", Text{"热线工单数", "Tickets"}, Tickets, onHotline),
	{
		Code: SuspendedStock, Name: Text{"挂账存量", "Suspended stock"}, Kind: Sum, Sense: Less, Source: Published,
		Numerator: sum(Stock), FallsOn: onHandler,
		Formula: Text{"期末仍在挂账的件数", "suspended and not resumed at the end of the period"},
	},
	{
		Code: SuspendedAge, Name: Text{"挂账平均天数", "Age of the suspended stock"}, Kind: Per, Sense: Less, Source: Published,
		Numerator: sum(Stock), FallsOn: onHandler,
		Formula: Text{"期末挂账各件已挂账天数的平均", "days that each has been suspended at the end of the period, on average"},
	},
}

// tobe is what was judged of a stage.
func tobe(code string, name Text, of []Term, falls Text) Indicator {
	return Indicator{
		Code: code, Name: name, Kind: Sum, Sense: Neither, Source: Published, Numerator: of, FallsOn: falls,
		Formula: Text{"按时数 + 超时数", "on time + deadlines that passed"},
	}
}

var toBe = []Indicator{
	tobe("to_be_verified", Text{"应核实数", "To be verified"}, judged(incident.Verifying), onStation),
	tobe("to_be_dispatched", Text{"应派遣数", "To be dispatched"}, judged(incident.Dispatching), onDesk),
	tobe("to_be_handled", Text{"应处置数", "To be handled"}, judged(incident.Handling), onHandler),
	tobe("to_be_checked", Text{"应核查数", "To be checked"}, judged(incident.Checking), onStation),
	tobe("to_be_closed", Text{"应结案数", "To be closed"}, closable, onDoer),
}

var returnsSplit = func() []Indicator {
	var list []Indicator
	for _, c := range incident.ReturnCodes {
		w := returnCodes[c]
		list = append(list, plain("returns_by_code."+string(c), Text{"退单：" + w.ZH, "Returned: " + w.EN}, ReturnedFor(c), onHandler))
	}
	return list
}()

var ticketTypes = func() []Indicator {
	var list []Indicator
	for _, t := range ticket.Types {
		w := ticketWords[t]
		list = append(list, plain("tickets_by_type."+string(t), Text{"热线工单：" + w.ZH, "Tickets: " + w.EN}, TicketsOf(t), onHotline))
	}
	return list
}()

// lapses are the lengths of runs, each beside the on-time rate that judges it.
var lapses = func() []Indicator {
	var list []Indicator
	for _, lap := range Laps {
		var of []Term
		for _, f := range All {
			if LapOf(f.Figure) == lap {
				of = append(of, Term{f.Figure, 1})
			}
		}
		w := lapWords[lap]
		list = append(list, Indicator{
			Code: "durations." + string(lap), Name: Text{w.ZH + "用时", "Time: " + w.EN}, Kind: Lapse, Sense: Less, Source: Published,
			Numerator: of, Lap: lap, FallsOn: onStation,
			Formula: Text{"中位数与九成位数（分钟，停表不计）", "median and 90th percentile of minutes, less what stood still"},
		})
	}
	return list
}()

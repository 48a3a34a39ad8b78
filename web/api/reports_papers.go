package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/projections/reports"
	"gridcommand/web/export"
	"gridcommand/web/sheet"
)

// The columns that every report begins with.
var subjectColumns = []sheet.Column{
	{Name: "number", Head: "事件编号", Width: 24},
	{Name: "matter", Head: "管理事项", Width: 22},
	{Name: "street", Head: "街镇", Width: 14},
	{Name: "community", Head: "村居", Width: 20},
	{Name: "status", Head: "状态"},
}

func subjectRow(s reports.Subject) []any {
	matter := ""
	if s.Matter != nil {
		matter = s.Matter.Name
	}
	return []any{s.Number, matter, export.Area(s.StreetName), export.Area(s.CommunityName), export.Statuses[s.Status]}
}

// actWords are the labels of the acts.
var actWords = map[reports.ActKind]string{
	reports.Void: "作废", reports.Merge: "并案", reports.Suspend: "挂账", reports.Extend: "延期", reports.Correct: "更正",
	reports.HandOver: "移交应急", reports.Transfer: "改派", reports.Escalate: "提级上报", reports.Return: "退单",
}

var fieldWords = map[string]string{"location": "位置", "matter": "管理事项", "description": "问题描述", "severity": "严重程度", "concerns": "涉及单位"}

var clockWords = map[incident.Clock]string{incident.StageClock: stageWord, incident.TotalClock: totalWord}

var unusualPaper = reportPaper{"临期异常操作清单", "unusual", slices.Concat(subjectColumns, []sheet.Column{
	{Name: "act", Head: "操作"},
	{Name: "at", Head: "生效时间", Kind: sheet.Moment},
	{Name: "minutes_left", Head: "距超时（分钟）", Kind: sheet.Whole},
	{Name: "clock", Head: "时限"},
	{Name: "due", Head: "截止时间", Kind: sheet.Moment},
	{Name: "due_after", Head: "操作后截止时间", Kind: sheet.Moment},
	{Name: "by", Head: "操作人（申请人）"},
	{Name: "by_unit", Head: "操作人单位", Width: 26},
	{Name: "asked_at", Head: "申请时间", Kind: sheet.Moment},
	{Name: "asked_minutes_left", Head: "申请时距超时（分钟）", Kind: sheet.Whole},
	{Name: "approved_by", Head: "审批人", Width: 20},
	{Name: "approved_by_unit", Head: "审批单位", Width: 26},
	{Name: "unit", Head: "承办单位", Width: 26},
	{Name: "stage", Head: "操作时环节"},
	{Name: "after_red", Head: "红灯后"},
	{Name: "duty_leader", Head: "值班长"},
	{Name: "detail", Head: "操作内容", Width: 26},
	{Name: "reason", Head: "理由", Width: 36},
	{Name: "outcome_stage", Head: "现环节"},
	{Name: "outcome_holder", Head: "现承办单位", Width: 26},
	{Name: "outcome_expired", Head: "其后超时"},
	{Name: "outcome_closed_at", Head: "办结时间", Kind: sheet.Moment},
	{Name: "position", Head: "存证序号", Kind: sheet.Whole},
})}

func unusualRow(a reports.Act) []any {
	stage, holder := "", ""
	if a.Outcome.Stage != nil {
		stage = export.Stage(*a.Outcome.Stage)
	}
	if a.Outcome.Holder != nil {
		holder = a.Outcome.Holder.Name
	}
	persons, units := handsRow(a.ApprovedBy)
	return append(subjectRow(a.Subject),
		actWords[a.Kind], a.At, a.MinutesLeft, clockWords[a.Clock], a.Due, a.DueAfter, a.By.Person, a.By.Name, a.AskedAt, a.AskedLeft, persons, units,
		a.Unit.Name, export.Stage(a.Stage), a.AfterRed, a.DutyLeader, detailText(a), a.Reason, stage, holder, a.Outcome.Expired, a.Outcome.ClosedAt, a.Position)
}

// handsRow is several people in two cells.
func handsRow(hands []reports.Hand) (persons, units string) {
	var p, u []string
	for _, h := range hands {
		p = append(p, h.Person)
		u = append(u, h.Name)
	}
	return strings.Join(p, "、"), strings.Join(slices.Compact(u), "、")
}

func detailText(a reports.Act) string {
	d := a.Detail
	var parts []string
	add := func(format string, text string) {
		if text != "" {
			parts = append(parts, fmt.Sprintf(format, text))
		}
	}
	add("更正%s", fieldWords[d.Field])
	add("并入 %s", d.Number)
	if a.DetailUnit != nil {
		add("至 %s", cmp.Or(a.DetailUnit.Name, a.DetailUnit.Unit))
	}
	if d.Until != nil {
		add("挂账至 %s", paperTime(d.Until))
	}
	add("移交 %s", d.Agency)
	switch a.Kind {
	case reports.Return:
		add("%s", export.ReturnCodes[incident.ReturnCode(d.Code)])
	case reports.Escalate:
		add("%s", export.EscalateCodes[incident.EscalateCode(d.Code)])
	case reports.Suspend:
		add("%s", export.SuspendCodes[incident.SuspendCode(d.Code)])
	case reports.Void, reports.Merge, reports.Extend, reports.Correct, reports.HandOver, reports.Transfer:
	}
	return strings.Join(parts, "，")
}

func unusualNotes(within int) []string {
	return []string{
		fmt.Sprintf("列出在环节时限或总时限（取先到者）截止前 %d 分钟内生效或申请的作废、并案、挂账、延期、更正、移交应急、改派、提级上报、退单。", within),
		"红灯后仅列作废、并案、挂账、更正：按规则须由区值班长办理，在“值班长”列标明；距超时为负数即超时后。",
		"操作人：需审批的为申请人，审批人依次列出；不需审批的审批人为空。",
		"其后超时：操作之后该事件有时限到期。匿名保密件不列理由。全部数据取自账本事实。",
	}
}

var suspendedPaper = reportPaper{"挂账存量清单", "suspended", slices.Concat(subjectColumns, []sheet.Column{
	{Name: "unit", Head: "承办单位", Width: 26},
	{Name: "code", Head: "挂账事由", Width: 18},
	{Name: "reason", Head: "理由", Width: 36},
	{Name: "since", Head: "挂账时间", Kind: sheet.Moment},
	{Name: "age_days", Head: "已挂账天数", Kind: sheet.Whole},
	{Name: "until", Head: "挂账至", Kind: sheet.Moment},
	{Name: "next_review", Head: "下次复核", Kind: sheet.Moment},
	{Name: "asked_by", Head: "申请人"},
	{Name: "asked_at", Head: "申请时间", Kind: sheet.Moment},
	{Name: "approved_by", Head: "审批人", Width: 20},
	{Name: "approved_by_unit", Head: "审批单位", Width: 26},
})}

func suspendedRow(x reports.Standstill) []any {
	persons, units := handsRow(x.ApprovedBy)
	return append(subjectRow(x.Subject), x.Unit.Name, groundWord(x.Code), x.Reason, x.Since, x.AgeDays, x.Until, x.NextReview, x.AskedBy.Person, x.AskedAt, persons, units)
}

func groundWord(c incident.SuspendCode) string { return cmp.Or(export.SuspendCodes[c], "其他") }

func suspendedNotes(review int) []string {
	notes := []string{"列出数据截至时仍在挂账中的事件，按挂账时间从早到晚；已挂账天数为整 24 小时数。"}
	if review > 0 {
		return append(notes, fmt.Sprintf("下次复核：自挂账起每 %d 天一次，不晚于挂账到期。", review))
	}
	return append(notes, "下次复核：挂账到期之时。")
}

// ages are the bounds of how long something stands still, in days.
var ages = []int64{0, 7, 30, 90, 180, 365}

// stockGroups counts what stands still by ground, age and unit.
func stockGroups(items []reports.Standstill) (grounds []reports.Count, old []AgeCount, units []reports.Count) {
	byGround, byUnit := map[string]*reports.Count{}, map[string]*reports.Count{}
	old = make([]AgeCount, len(ages))
	for i, from := range ages {
		old[i].FromDays = from
		if i+1 < len(ages) {
			old[i].ToDays = &ages[i+1]
		}
	}
	count := func(m map[string]*reports.Count, key, name string) {
		if m[key] == nil {
			m[key] = &reports.Count{Key: key, Name: name}
		}
		m[key].Count++
	}
	for _, x := range items {
		count(byGround, string(x.Code), groundWord(x.Code))
		count(byUnit, x.Unit.Unit, x.Unit.Name)
		for i := len(ages) - 1; i >= 0; i-- {
			if x.AgeDays >= ages[i] {
				old[i].Count++
				break
			}
		}
	}
	return mostFirst(byGround), old, mostFirst(byUnit)
}

func mostFirst(m map[string]*reports.Count) []reports.Count {
	list := make([]reports.Count, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		list = append(list, *m[key])
	}
	slices.SortStableFunc(list, func(a, b reports.Count) int { return cmp.Compare(b.Count, a.Count) })
	return list
}

var backWords = map[reports.Back]string{
	reports.BackReopened: "重办", reports.BackSpotCheck: "虚假处置", reports.BackRecurrence: "回潮", reports.BackComplaint: "重复投诉",
}

var reopenedPaper = reportPaper{"快速办结后反复清单", "reopened", slices.Concat(subjectColumns, []sheet.Column{
	{Name: "unit", Head: "承办单位", Width: 26},
	{Name: "handled_by", Head: "承办人"},
	{Name: "given_at", Head: "派遣时间", Kind: sheet.Moment},
	{Name: "due", Head: "截止时间", Kind: sheet.Moment},
	{Name: "handled_at", Head: "处置反馈时间", Kind: sheet.Moment},
	{Name: "used_minutes", Head: "用时（分钟）", Kind: sheet.Whole},
	{Name: "limit_minutes", Head: "时限（分钟）", Kind: sheet.Whole},
	{Name: "share", Head: "用时占时限", Kind: sheet.Percent},
	{Name: "closed_at", Head: "办结时间", Kind: sheet.Moment},
	{Name: "back", Head: "反复情形"},
	{Name: "at", Head: "反复时间", Kind: sheet.Moment},
	{Name: "hours_after", Head: "办结后（小时）", Kind: sheet.Whole},
	{Name: "other", Head: "关联编号", Width: 24},
	{Name: "reason", Head: "理由", Width: 36},
	{Name: "position", Head: "存证序号", Kind: sheet.Whole},
})}

func reopenedRow(x reports.Comeback) []any {
	other, limit := "", any(nil)
	if x.Other != nil {
		other = x.Other.Number
	}
	if x.LimitMinutes > 0 {
		limit = x.LimitMinutes
	}
	return append(subjectRow(x.Subject), x.Unit.Name, x.HandledBy.Person, x.GivenAt, x.Due, x.HandledAt, x.UsedMinutes, limit, x.Share, x.ClosedAt,
		backWords[x.Back], x.At, x.HoursAfter, other, x.Reason, x.Position)
}

func reopenedNotes(share, minutes, days int) []string {
	return []string{
		fmt.Sprintf("快速办结：处置反馈时所用时间不超过处置时限的 %d%%（按时限的计时方式计，含延期），或自派遣起不超过 %d 分钟；返工的从首次派遣计。自行处置不列。", share, minutes),
		fmt.Sprintf("反复：办结后 %d 天内被重办、抽查为虚假处置、回潮，或有诉求人就同一事项再次投诉。", days),
		"重复投诉：工单并入已办结的事件，或同一诉求人就同一事项再次来电（按热线重复投诉规则认定）。",
	}
}

var partWords = map[reports.Part]string{
	reports.Dispatching: "派遣", reports.Handling: "处置", reports.Checking: "核查", reports.Closing: "结案",
}

var oneHandPaper = reportPaper{"同一人多岗办理清单", "one-hand", slices.Concat(subjectColumns, []sheet.Column{
	{Name: "by", Head: "办理人"},
	{Name: "by_unit", Head: "办理人单位", Width: 26},
	{Name: "role", Head: "角色"},
	{Name: "parts", Head: "所办环节", Width: 24},
	{Name: "all_three", Head: "派遣核查结案为同一人"},
	{Name: "unit", Head: "承办单位", Width: 26},
	{Name: "at", Head: "结案时间", Kind: sheet.Moment},
	{Name: "position", Head: "存证序号", Kind: sheet.Whole},
})}

func oneHandRow(x reports.Double) []any {
	parts := make([]string, len(x.Parts))
	for i, p := range x.Parts {
		parts[i] = partWords[p]
	}
	return append(subjectRow(x.Subject), x.By.Person, x.By.Name, roleWord(x.By.Role), strings.Join(parts, "、"), x.AllThree, x.Unit.Name, x.At, x.Position)
}

func roleWord(role string) string { return export.Roles[jurisdiction.Role(role)] }

var oneHandNotes = []string{
	"列出期间内结案的事件中，同一账号办理了派遣（含下派、改派、会商办结）、处置、核查、结案中两个及以上环节的人；自最近一次立案或重办起计。",
	"系统自动派遣不计。派遣、核查、结案三者为同一人的另作标明。",
}

var callerViewsPaper = reportPaper{"查看诉求人电话清单", "caller-views", []sheet.Column{
	{Name: "at", Head: "查看时间", Kind: sheet.Moment},
	{Name: "by", Head: "查看人"},
	{Name: "by_unit", Head: "查看人单位", Width: 26},
	{Name: "role", Head: "角色"},
	{Name: "kind", Head: "对象"},
	{Name: "number", Head: "编号", Width: 24},
	{Name: "street", Head: "街镇", Width: 14},
	{Name: "reason", Head: "理由", Width: 40},
	{Name: "confidential", Head: "匿名保密"},
	{Name: "position", Head: "存证序号", Kind: sheet.Whole},
}}

func callerViewsRow(x reports.Viewing) []any {
	kind := "事件"
	if x.Kind == reports.OfTicket {
		kind = "热线工单"
	}
	return []any{x.At, x.By.Person, x.By.Name, roleWord(x.By.Role), kind, x.Number, export.Area(x.StreetName), x.Reason, x.Confidential, x.Position}
}

var callerViewsNotes = []string{"每次查看诉求人姓名、电话均为账本事实；清单只列谁、何时、因何查看，不列姓名和电话。未关联事件的工单仅区级可见。匿名保密件不列理由。"}

package whatif

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// stageNames are what is done at a stage.
var stageNames = map[incident.Stage]string{
	incident.Verifying: "核实", incident.Intake: "立案", incident.Dispatching: "派遣", incident.Handling: "处置",
	incident.Coordinating: "会商", incident.Checking: "核查", incident.Closing: "结案",
}

// explain says which fact is the first that differs, and why.
func (d *Difference) explain(w words, facts []fact, other life) {
	n := other.differs
	var was, now incident.Event
	at := facts[min(n, len(facts)-1)]
	if n < len(facts) {
		was = facts[n].event
	}
	if n < len(other.made) {
		now = other.made[n].event
	}
	d.Position, d.At = at.record.Position, incident.FactOf(at.event).At
	for _, x := range other.refused {
		if x.Position == d.Position {
			d.Why = "不允许：" + x.Why
			return
		}
	}
	d.Why = w.why(was, now)
}

// words know the names of units.
type words struct{ book *jurisdiction.Book }

// unit is what a unit is called; where there is none, a person dispatches.
func (w words) unit(code string) string {
	if code == "" {
		return "人工派遣"
	}
	if u, known := w.book.Unit(code); known {
		return u.Name
	}
	return code
}

// why says what differs between a fact as it was and as it is.
func (w words) why(was, now incident.Event) string {
	switch {
	case was == nil && now == nil:
		return ""
	case was == nil:
		return "新增：" + name(now)
	case now == nil:
		return "不再发生：" + name(was)
	case name(was) != name(now):
		return name(was) + " → " + name(now)
	}
	if a, ok := was.(incident.Filed); ok {
		if b := now.(incident.Filed); a.Limit != b.Limit {
			return "处置时限 " + limitText(a.Limit) + " → " + limitText(b.Limit)
		}
	}
	if text := w.standing(was, now); text != "" {
		return text
	}
	switch a := was.(type) {
	case incident.Filed:
		b := now.(incident.Filed)
		if a.Unit != b.Unit {
			return "承办单位 " + w.unit(a.Unit) + " → " + w.unit(b.Unit)
		}
		return "分派依据 " + a.Basis.Reason + " → " + b.Basis.Reason
	case incident.Routed:
		b := now.(incident.Routed)
		if a.Routing.Unit != b.Routing.Unit {
			return "承办单位 " + w.unit(a.Routing.Unit) + " → " + w.unit(b.Routing.Unit)
		}
		return "分派依据 " + a.Routing.Reason + " → " + b.Routing.Reason
	case incident.Dispatched:
		b := now.(incident.Dispatched)
		switch {
		case a.Unit != b.Unit:
			return "派遣单位 " + w.unit(a.Unit) + " → " + w.unit(b.Unit)
		case !sameDeadline(a.Accept, b.Accept):
			return clock("签收时限", a.Accept, b.Accept)
		case a.Return != nil && b.Return != nil && !sameDeadline(*a.Return, *b.Return):
			return clock("退单时限", *a.Return, *b.Return)
		}
	case incident.Warned:
		b := now.(incident.Warned)
		return fmt.Sprintf("预警时间 %s → %s", moment(a.At), moment(b.At))
	case incident.Expired:
		b := now.(incident.Expired)
		return fmt.Sprintf("截止时间 %s → %s", moment(a.Due), moment(b.Due))
	case incident.Returned:
		if b := now.(incident.Returned); a.Difficult != b.Difficult {
			return difficult(b.Difficult)
		}
	case incident.Transferred:
		if b := now.(incident.Transferred); a.Difficult != b.Difficult {
			return difficult(b.Difficult)
		}
	case incident.Accepted:
		if b := now.(incident.Accepted); a.Late != b.Late {
			return map[bool]string{true: "签收超时", false: "签收按时"}[b.Late]
		}
	case incident.Reported:
		return "上报标记不同"
	default:
	}
	if a, b := incident.FactOf(was), incident.FactOf(now); !a.At.Equal(b.At) {
		return fmt.Sprintf("%s %s → %s", name(was), moment(a.At), moment(b.At))
	}
	return name(was) + "内容不同"
}

// standing says what differs of where an incident stands after a fact.
func (w words) standing(was, now incident.Event) string {
	a, ok := standingOf(was)
	b, also := standingOf(now)
	switch {
	case !ok || !also:
		return ""
	case a.Stage != b.Stage:
		return "环节 " + stageNames[a.Stage] + " → " + stageNames[b.Stage]
	case a.Holder != b.Holder:
		return stageNames[a.Stage] + "单位 " + w.unit(a.Holder) + " → " + w.unit(b.Holder)
	case !sameDeadline(a.Deadline, b.Deadline):
		return clock(stageNames[a.Stage]+"时限", a.Deadline, b.Deadline)
	case (a.Total == nil) != (b.Total == nil):
		return "总时限不同"
	case a.Total != nil && !sameDeadline(*a.Total, *b.Total):
		return clock("总时限", *a.Total, *b.Total)
	}
	return ""
}

// standingOf returns where an incident stands after a fact, if the fact says so.
func standingOf(e incident.Event) (incident.Standing, bool) {
	switch e := e.(type) {
	case incident.Routed:
		return e.Standing, true
	case incident.Confirmed:
		return e.Standing, true
	case incident.Refuted:
		return e.Standing, true
	case incident.Filed:
		return e.Standing, true
	case incident.Dispatched:
		return e.Standing, true
	case incident.Delegated:
		return e.Standing, true
	case incident.Handled:
		return e.Standing, true
	case incident.Returned:
		return e.Standing, true
	case incident.Transferred:
		return e.Standing, true
	case incident.Escalated:
		return e.Standing, true
	case incident.Passed:
		return e.Standing, true
	case incident.Failed:
		return e.Standing, true
	case incident.Reopened:
		return e.Standing, true
	case incident.ExtensionGranted:
		return e.Standing, true
	case incident.SuspensionGranted:
		return e.Standing, true
	case incident.Resumed:
		return e.Standing, true
	case incident.Recomputed:
		return e.Standing, true
	case incident.CoordinationOpened:
		return e.Standing, true
	case incident.CoordinationConcluded:
		return e.Standing, true
	case incident.Unmerged:
		return e.Standing, true
	default:
		return incident.Standing{}, false
	}
}

func sameDeadline(a, b deadline.Deadline) bool {
	return same(incident.Confirmed{Standing: incident.Standing{Deadline: a}}, incident.Confirmed{Standing: incident.Standing{Deadline: b}})
}

// clock says how a deadline differs: by its limits, else by when it is due, else by when
// it is warned of.
func clock(name string, a, b deadline.Deadline) string {
	if n := len(a.Limits); n == len(chain) && n == len(b.Limits) && !slices.Equal(a.Limits, b.Limits) {
		var parts []string
		for i, stage := range chain {
			if a.Limits[i] != b.Limits[i] {
				parts = append(parts, fmt.Sprintf("%s %s → %s", stageNames[stage], limitText(a.Limits[i]), limitText(b.Limits[i])))
			}
		}
		return name + "（" + strings.Join(parts, "，") + "）"
	}
	if !slices.Equal(a.Limits, b.Limits) {
		return fmt.Sprintf("%s %s → %s", name, limitsText(a.Limits), limitsText(b.Limits))
	}
	if text := []string{dueText(a.Due), dueText(b.Due)}; text[0] != text[1] {
		return fmt.Sprintf("%s截止 %s → %s", name, text[0], text[1])
	}
	return fmt.Sprintf("%s预警 %s → %s", name, dueText(a.Warn), dueText(b.Warn))
}

// chain is whose limits the total clock adds up, one after another.
var chain = []incident.Stage{incident.Dispatching, incident.Handling, incident.Checking, incident.Closing}

func limitsText(limits []deadline.Limit) string {
	var parts []string
	for _, l := range limits {
		parts = append(parts, limitText(l))
	}
	if len(parts) == 0 {
		return "无"
	}
	return strings.Join(parts, "＋")
}

func dueText(t *time.Time) string {
	if t == nil {
		return "未公布"
	}
	return moment(*t)
}

func moment(t time.Time) string { return t.In(deadline.CST).Format("2006-01-02 15:04:05") }

func difficult(is bool) string {
	if is {
		return "转为疑难件"
	}
	return "不再成为疑难件"
}

// change says in which figures an incident comes out otherwise.
func (w words) change(then, now Outcome) string {
	var parts []string
	for _, x := range []struct{ what, a, b string }{
		{"处置", then.Handling, now.Handling}, {"总时限", then.Total, now.Total},
	} {
		if x.a != x.b {
			parts = append(parts, fmt.Sprintf("%s原%s 现%s", x.what, verdict(x.a), verdict(x.b)))
		}
	}
	for _, x := range []struct {
		what string
		a, b int64
	}{
		{"超时", then.Expired, now.Expired}, {"退单", then.Returns, now.Returns}, {"延期", then.Extensions, now.Extensions},
	} {
		if x.a != x.b {
			parts = append(parts, fmt.Sprintf("%s %d → %d", x.what, x.a, x.b))
		}
	}
	if then.Difficult != now.Difficult {
		parts = append(parts, difficult(now.Difficult))
	}
	if then.Unit != now.Unit {
		parts = append(parts, "承办 "+w.unit(then.Unit)+" → "+w.unit(now.Unit))
	}
	if a, b := string(then.Status)+string(then.Stage), string(now.Status)+string(now.Stage); a != b {
		parts = append(parts, "现状 "+state(then)+" → "+state(now))
	}
	return strings.Join(parts, "；")
}

func verdict(v string) string {
	return map[string]string{onTime: "按时", expired: "超时", "": "未考核"}[v]
}

func state(o Outcome) string {
	if o.Stage != "" {
		return stageNames[o.Stage]
	}
	return map[incident.Status]string{
		incident.StatusOpen: "在办", incident.StatusClosed: "已结案", incident.StatusDeclined: "不予立案",
		incident.StatusVoided: "已作废", incident.StatusMerged: "已并案",
	}[o.Status]
}

// name is what a kind of fact is called.
func name(e incident.Event) string {
	switch e := e.(type) {
	case incident.Reported:
		return "上报"
	case incident.Routed:
		return "分派"
	case incident.Confirmed:
		return "核实属实"
	case incident.Refuted:
		return "核实不属实"
	case incident.Filed:
		return "立案"
	case incident.Declined:
		return "不予立案"
	case incident.Dispatched:
		return "派遣"
	case incident.Delegated:
		return "下派"
	case incident.Accepted:
		return "签收"
	case incident.Handled:
		return "处置反馈"
	case incident.Returned:
		return "退单"
	case incident.Transferred:
		return "改派"
	case incident.Escalated:
		return "升级"
	case incident.Passed:
		return "核查通过"
	case incident.Failed:
		return "核查不通过"
	case incident.Closed:
		return "结案"
	case incident.Reopened:
		return "重办"
	case incident.Voided:
		return "作废"
	case incident.Warned:
		return clockName(e.Clock, e.Stage) + "预警"
	case incident.Expired:
		return clockName(e.Clock, e.Stage) + "超时"
	case incident.ExtensionRequested:
		return "申请延期"
	case incident.ExtensionGranted:
		return "同意延期"
	case incident.SuspensionGranted:
		return "同意挂账"
	case incident.ReturnRequested:
		return "申请退单"
	case incident.ReturnRefused:
		return "不同意退单"
	default:
		return strings.TrimPrefix(stored(e), "incident.")
	}
}

func clockName(c incident.Clock, s incident.Stage) string {
	if c == incident.TotalClock {
		return "总时限"
	}
	return stageNames[s]
}

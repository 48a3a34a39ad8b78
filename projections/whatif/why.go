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
			d.Why, d.WhyEN = w.t("不允许：")+x.Why, w.inEnglish().t("不允许：")+x.WhyEN
			return
		}
	}
	d.Why, d.WhyEN = w.why(was, now), w.inEnglish().why(was, now)
}

// words know the names of units, and say what differs in Chinese or in English. Units
// have Chinese names only.
type words struct {
	book    *jurisdiction.Book
	english bool
}

// t is a phrase in the language of w.
func (w words) t(chinese string) string {
	if w.english {
		return english[chinese]
	}
	return chinese
}

// inEnglish are the same words in English.
func (w words) inEnglish() words { return words{w.book, true} }

// limitText writes a limit as people say it.
func (w words) limitText(l deadline.Limit) string {
	switch {
	case !w.english:
		return limitText(l)
	case l.IsZero():
		return english["无"]
	}
	return number(l.N) + " " + strings.ReplaceAll(string(l.Unit), "_", " ")
}

// unit is what a unit is called; where there is none, a person dispatches.
func (w words) unit(code string) string {
	if code == "" {
		return w.t("人工派遣")
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
		return w.t("新增：") + w.name(now)
	case now == nil:
		return w.t("不再发生：") + w.name(was)
	case w.name(was) != w.name(now):
		return w.name(was) + " → " + w.name(now)
	}
	if a, ok := was.(incident.Filed); ok {
		if b := now.(incident.Filed); a.Limit != b.Limit {
			return w.t("处置时限 ") + w.limitText(a.Limit) + " → " + w.limitText(b.Limit)
		}
	}
	if text := w.standing(was, now); text != "" {
		return text
	}
	switch a := was.(type) {
	case incident.Filed:
		b := now.(incident.Filed)
		if a.Unit != b.Unit {
			return w.t("承办单位 ") + w.unit(a.Unit) + " → " + w.unit(b.Unit)
		}
		return w.t("分派依据 ") + a.Basis.Reason + " → " + b.Basis.Reason
	case incident.Routed:
		b := now.(incident.Routed)
		if a.Routing.Unit != b.Routing.Unit {
			return w.t("承办单位 ") + w.unit(a.Routing.Unit) + " → " + w.unit(b.Routing.Unit)
		}
		return w.t("分派依据 ") + a.Routing.Reason + " → " + b.Routing.Reason
	case incident.Dispatched:
		b := now.(incident.Dispatched)
		switch {
		case a.Unit != b.Unit:
			return w.t("派遣单位 ") + w.unit(a.Unit) + " → " + w.unit(b.Unit)
		case !sameDeadline(a.Accept, b.Accept):
			return w.clock(w.t("签收时限"), a.Accept, b.Accept)
		case a.Return != nil && b.Return != nil && !sameDeadline(*a.Return, *b.Return):
			return w.clock(w.t("退单时限"), *a.Return, *b.Return)
		}
	case incident.Warned:
		b := now.(incident.Warned)
		return fmt.Sprintf(w.t("预警时间 %s → %s"), moment(a.At), moment(b.At))
	case incident.Expired:
		b := now.(incident.Expired)
		return fmt.Sprintf(w.t("截止时间 %s → %s"), moment(a.Due), moment(b.Due))
	case incident.Returned:
		if b := now.(incident.Returned); a.Difficult != b.Difficult {
			return w.difficult(b.Difficult)
		}
	case incident.Transferred:
		if b := now.(incident.Transferred); a.Difficult != b.Difficult {
			return w.difficult(b.Difficult)
		}
	case incident.Accepted:
		if b := now.(incident.Accepted); a.Late != b.Late {
			return map[bool]string{true: w.t("签收超时"), false: w.t("签收按时")}[b.Late]
		}
	case incident.Reported:
		return w.t("上报标记不同")
	default:
	}
	if a, b := incident.FactOf(was), incident.FactOf(now); !a.At.Equal(b.At) {
		return fmt.Sprintf("%s %s → %s", w.name(was), moment(a.At), moment(b.At))
	}
	return w.name(was) + w.t("内容不同")
}

// standing says what differs of where an incident stands after a fact.
func (w words) standing(was, now incident.Event) string {
	a, ok := standingOf(was)
	b, also := standingOf(now)
	switch {
	case !ok || !also:
		return ""
	case a.Stage != b.Stage:
		return w.t("环节 ") + w.t(stageNames[a.Stage]) + " → " + w.t(stageNames[b.Stage])
	case a.Holder != b.Holder:
		return w.t(stageNames[a.Stage]) + w.t("单位 ") + w.unit(a.Holder) + " → " + w.unit(b.Holder)
	case !sameDeadline(a.Deadline, b.Deadline):
		return w.clock(w.t(stageNames[a.Stage])+w.t("时限"), a.Deadline, b.Deadline)
	case (a.Total == nil) != (b.Total == nil):
		return w.t("总时限不同")
	case a.Total != nil && !sameDeadline(*a.Total, *b.Total):
		return w.clock(w.t("总时限"), *a.Total, *b.Total)
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
func (w words) clock(name string, a, b deadline.Deadline) string {
	if n := len(a.Limits); n == len(chain) && n == len(b.Limits) && !slices.Equal(a.Limits, b.Limits) {
		var parts []string
		for i, stage := range chain {
			if a.Limits[i] != b.Limits[i] {
				parts = append(parts, fmt.Sprintf("%s %s → %s", w.t(stageNames[stage]), w.limitText(a.Limits[i]), w.limitText(b.Limits[i])))
			}
		}
		return name + w.t("（") + strings.Join(parts, w.t("，")) + w.t("）")
	}
	if !slices.Equal(a.Limits, b.Limits) {
		return fmt.Sprintf("%s %s → %s", name, w.limitsText(a.Limits), w.limitsText(b.Limits))
	}
	if text := []string{w.dueText(a.Due), w.dueText(b.Due)}; text[0] != text[1] {
		return fmt.Sprintf(w.t("%s截止 %s → %s"), name, text[0], text[1])
	}
	return fmt.Sprintf(w.t("%s预警 %s → %s"), name, w.dueText(a.Warn), w.dueText(b.Warn))
}

// chain is whose limits the total clock adds up, one after another.
var chain = []incident.Stage{incident.Dispatching, incident.Handling, incident.Checking, incident.Closing}

func (w words) limitsText(limits []deadline.Limit) string {
	var parts []string
	for _, l := range limits {
		parts = append(parts, w.limitText(l))
	}
	if len(parts) == 0 {
		return w.t("无")
	}
	return strings.Join(parts, w.t("＋"))
}

func (w words) dueText(t *time.Time) string {
	if t == nil {
		return w.t("未公布")
	}
	return moment(*t)
}

func moment(t time.Time) string { return t.In(deadline.CST).Format("2006-01-02 15:04:05") }

func (w words) difficult(is bool) string {
	if is {
		return w.t("转为疑难件")
	}
	return w.t("不再成为疑难件")
}

// change says in which figures an incident comes out otherwise.
func (w words) change(then, now Outcome) string {
	var parts []string
	for _, x := range []struct{ what, a, b string }{
		{w.t("处置"), then.Handling, now.Handling}, {w.t("总时限"), then.Total, now.Total},
	} {
		if x.a != x.b {
			parts = append(parts, fmt.Sprintf(w.t("%s原%s 现%s"), x.what, w.verdict(x.a), w.verdict(x.b)))
		}
	}
	for _, x := range []struct {
		what string
		a, b int64
	}{
		{w.t("超时"), then.Expired, now.Expired}, {w.t("退单"), then.Returns, now.Returns}, {w.t("延期"), then.Extensions, now.Extensions},
	} {
		if x.a != x.b {
			parts = append(parts, fmt.Sprintf("%s %d → %d", x.what, x.a, x.b))
		}
	}
	if then.Difficult != now.Difficult {
		parts = append(parts, w.difficult(now.Difficult))
	}
	if then.Unit != now.Unit {
		parts = append(parts, w.t("承办 ")+w.unit(then.Unit)+" → "+w.unit(now.Unit))
	}
	if a, b := string(then.Status)+string(then.Stage), string(now.Status)+string(now.Stage); a != b {
		parts = append(parts, w.t("现状 ")+w.state(then)+" → "+w.state(now))
	}
	return strings.Join(parts, w.t("；"))
}

func (w words) verdict(v string) string {
	return map[string]string{onTime: w.t("按时"), expired: w.t("超时"), "": w.t("未考核")}[v]
}

func (w words) state(o Outcome) string {
	if o.Stage != "" {
		return w.t(stageNames[o.Stage])
	}
	return map[incident.Status]string{
		incident.StatusOpen: w.t("在办"), incident.StatusClosed: w.t("已结案"), incident.StatusDeclined: w.t("不予立案"),
		incident.StatusVoided: w.t("已作废"), incident.StatusMerged: w.t("已并案"),
	}[o.Status]
}

// name is what a kind of fact is called.
func (w words) name(e incident.Event) string {
	switch e := e.(type) {
	case incident.Reported:
		return w.t("上报")
	case incident.Routed:
		return w.t("分派")
	case incident.Confirmed:
		return w.t("核实属实")
	case incident.Refuted:
		return w.t("核实不属实")
	case incident.Filed:
		return w.t("立案")
	case incident.Declined:
		return w.t("不予立案")
	case incident.Dispatched:
		return w.t("派遣")
	case incident.Delegated:
		return w.t("下派")
	case incident.Accepted:
		return w.t("签收")
	case incident.Handled:
		return w.t("处置反馈")
	case incident.Returned:
		return w.t("退单")
	case incident.Transferred:
		return w.t("改派")
	case incident.Escalated:
		return w.t("升级")
	case incident.Passed:
		return w.t("核查通过")
	case incident.Failed:
		return w.t("核查不通过")
	case incident.Closed:
		return w.t("结案")
	case incident.Reopened:
		return w.t("重办")
	case incident.Voided:
		return w.t("作废")
	case incident.Warned:
		return w.clockName(e.Clock, e.Stage) + w.t("预警")
	case incident.Expired:
		return w.clockName(e.Clock, e.Stage) + w.t("超时")
	case incident.ExtensionRequested:
		return w.t("申请延期")
	case incident.ExtensionGranted:
		return w.t("同意延期")
	case incident.SuspensionGranted:
		return w.t("同意挂账")
	case incident.ReturnRequested:
		return w.t("申请退单")
	case incident.ReturnRefused:
		return w.t("不同意退单")
	default:
		return strings.TrimPrefix(stored(e), "incident.")
	}
}

func (w words) clockName(c incident.Clock, s incident.Stage) string {
	if c == incident.TotalClock {
		return w.t("总时限")
	}
	return w.t(stageNames[s])
}

package historytest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
)

// turn lets the rules of the day change now and then: whether returns are reviewed, who
// grants, what a failed check leaves of the time; and once the next year is published.
func (h *History) turn() {
	if h.rnd.IntN(60) == 0 {
		p := *h.reference.Policy
		p.ReturnReview = []incident.ReturnReview{incident.ReviewOff, incident.ReviewOff, incident.ReviewDesk, incident.ReviewDutyLeader}[h.rnd.IntN(4)]
		p.Rework = []incident.Rework{incident.ReworkRestart, incident.ReworkContinue}[h.rnd.IntN(2)]
		if h.rnd.IntN(2) == 0 {
			p.ExtensionLadder = []incident.Rung{incident.ByDesk, incident.ByDistrict}
			p.SuspensionLadder = []incident.Rung{incident.ByDesk, incident.ByDutyLeader}
		}
		h.policy = &p
	}
	waits := func(in *Incident) bool {
		return in.State.Deadline.Missing != 0 || in.State.Total != nil && in.State.Total.Missing != 0
	}
	if h.days == h.reference.Days && h.rnd.IntN(10) == 0 && slices.ContainsFunc(h.open, waits) {
		next, err := deadline.ParseCalendar("next-year", strings.NewReader("date,kind,festival\n2027-01-01,off,元旦\n2027-02-06,off,春节\n"))
		if err != nil {
			h.t.Fatal(err)
		}
		h.days = h.days.With(next)
		for _, in := range h.all {
			h.Give(in, incident.Workflow, incident.Recompute{})
		}
	}
}

// Under changes the rules of the day.
func (h *History) Under(change func(*incident.Policy)) {
	p := *h.policy
	change(&p)
	h.policy = &p
}

// asides may be given at almost any time, and move little.
var asides = []string{"comment", "attach", "urge", "supervise", "correct", "void", "merge", "hand-over", "recur", "flag", "task", "recompute"}

// act gives one command that the rules may accept, by somebody of a unit in charge, or
// by the program itself, and tells whether they did.
func (h *History) act(in *Incident) bool {
	s := in.State
	var by incident.Actor
	var allowed []string
	for range 4 { // until somebody has more to do than remarks
		by = incident.Actor{Person: fmt.Sprintf("system:person-%d", h.rnd.IntN(5)), Unit: h.actor(s)}
		if h.rnd.IntN(15) == 0 {
			by = incident.Workflow
		}
		allowed = incident.Allowed(s, h.order(by, nil))
		if slices.ContainsFunc(allowed, func(name string) bool { return !slices.Contains(asides, name) }) {
			break
		}
	}
	if len(allowed) == 0 {
		return false
	}
	name := h.choose(allowed)
	// Ending is rarer than in a fair draw, or few would live to see much.
	if slices.Contains([]string{"void", "merge", "hand-over", "decline"}, name) && h.rnd.IntN(4) > 0 {
		return false
	}
	c := h.command(in, by, name)
	if c == nil || !h.Give(in, by, c) {
		return false
	}
	h.given[name]++
	h.tell(in, c)
	if in.State.Status != incident.StatusOpen && h.rnd.IntN(4) == 0 {
		h.open = slices.DeleteFunc(h.open, func(x *Incident) bool { return x == in })
	}
	return true
}

// answers are waited for.
var answers = []string{
	"grant-extension", "refuse-extension", "grant-suspension", "refuse-suspension", "approve-return", "refuse-return",
	"conclude-coordination", "help", "arrive", "refuse-call", "reply", "appeal", "uphold-appeal", "reject-appeal", "resume",
}

// choose picks a command: what leads on, what was rarely given so far, or any.
func (h *History) choose(allowed []string) string {
	name := allowed[h.rnd.IntN(len(allowed))]
	if slices.Contains(asides, name) { // drawn twice
		name = allowed[h.rnd.IntN(len(allowed))]
	}
	for _, x := range allowed {
		if slices.Contains(answers, x) && h.rnd.IntN(3) == 0 {
			return x
		}
	}
	switch h.rnd.IntN(8) {
	case 0, 1:
		for _, likely := range []string{"confirm", "file", "dispatch", "handle", "pass", "close"} {
			if slices.Contains(allowed, likely) {
				name = likely
			}
		}
	case 2, 3, 4:
		for _, x := range allowed {
			if aside := slices.Contains(asides, x) || x == "decline"; !aside && (h.given[x] < h.given[name] || slices.Contains(asides, name)) {
				name = x
			}
		}
	}
	return name
}

// actor is a unit that may have a say.
func (h *History) actor(s incident.State) string {
	units := []string{s.Holder, s.Holder, s.Holder, s.Holder, s.IntakeDesk, s.Dispatcher, s.Unit, s.Place.Community, s.Place.Street, h.reference.Book.District()}
	for range 4 { // those who are waited for
		units = append(units, incident.Involved(s)...)
		if len(s.Asked) > 0 {
			units = append(units, s.Dispatcher, s.Dispatcher, s.Dispatcher, h.reference.Book.District())
		}
		if s.Status == incident.StatusClosed {
			units = append(units, s.Unit)
		}
		if s.Appeal != nil {
			units = append(units, s.Appeal.Desk, s.Appeal.Desk)
		}
	}
	units = slices.DeleteFunc(units, func(u string) bool { return u == "" })
	return units[h.rnd.IntN(len(units))]
}

func (h *History) anyUnit() string {
	units := h.reference.Book.Units()
	for {
		if u := units[h.rnd.IntN(len(units))]; u.Code != h.reference.Book.District() {
			return u.Code
		}
	}
}

// tell says at the other incident what a merge did to it.
func (h *History) tell(in *Incident, c incident.Command) {
	merge, merged := c.(incident.Merge)
	_, undone := c.(incident.Unmerge)
	for _, other := range h.all {
		switch {
		case merged && other.ID == merge.Into:
			h.Give(other, incident.Workflow, incident.Absorb{From: in.ID, Number: in.State.Number})
		case undone && slices.Contains(other.State.Absorbed, in.ID):
			h.Give(other, incident.Workflow, incident.Release{From: in.ID, Number: in.State.Number})
		}
	}
}

// command returns a command of that name with fields that may do.
func (h *History) command(in *Incident, by incident.Actor, name string) incident.Command {
	s, r := in.State, h.reference
	extra := incident.Extra{Note: "已核实"}
	if h.rnd.IntN(4) == 0 {
		extra.Photos = []string{h.photo()}
	}
	unit := s.Holder
	if candidates := r.Book.Candidates(s.Matter, s.Place, r.Book.DeskOf(by.Unit)); len(candidates) > 0 {
		unit = candidates[h.rnd.IntN(len(candidates))].Unit
	}
	switch name {
	case "confirm":
		return incident.Confirm{Extra: extra}
	case "refute":
		return incident.Refute{Extra: extra, Reason: "现场未发现"}
	case "file":
		return h.file(s, extra)
	case "decline":
		return incident.Decline{Extra: extra, Reason: "不属受理范围"}
	case "dispatch":
		return incident.Dispatch{Extra: extra, Unit: unit, Helpers: h.helpers(by.Unit)}
	case "accept":
		return incident.Accept{Extra: extra}
	case "handle":
		return incident.Handle{Extra: extra, Result: "已清理"}
	case "return":
		return incident.Return{Extra: extra, Code: incident.ReturnCodes[h.rnd.IntN(len(incident.ReturnCodes))], Reason: "非我单位职责", Clause: "职责规定第三条"}
	case "transfer":
		return incident.Transfer{Extra: extra, Unit: unit, Reason: "改派", Helpers: h.helpers(by.Unit)}
	case "escalate":
		return incident.Escalate{Extra: extra, Code: incident.EscalateCodes[h.rnd.IntN(len(incident.EscalateCodes))], Reason: "超出权限"}
	case "pass":
		return incident.Pass{Extra: extra}
	case "fail":
		return incident.Fail{Extra: extra, Reason: "仍有残留"}
	case "close":
		return incident.Close{Extra: extra, ClosingConditionMet: true}
	case "reopen":
		return incident.Reopen{Extra: extra, Reason: "复现"}
	case "void":
		return incident.Void{Extra: extra, Reason: "误报"}
	case "comment":
		return incident.Comment{Extra: extra, Text: "补充"}
	case "attach":
		return incident.Attach{Extra: incident.Extra{Photos: []string{h.photo()}}}
	case "request-extension":
		return incident.RequestExtension{Extra: extra, Reason: "等配件"}
	case "grant-extension":
		return incident.GrantExtension{Extra: extra}
	case "refuse-extension":
		return incident.RefuseExtension{Extra: extra, Reason: "理由不充分"}
	case "request-suspension":
		codes := append([]incident.SuspendCode{""}, incident.SuspendCodes...)
		return incident.RequestSuspension{
			Extra: extra, Reason: "列入计划", Code: codes[h.rnd.IntN(len(codes))], Until: h.Now.Add(time.Duration(1+h.rnd.IntN(60)) * []time.Duration{time.Hour, 24 * time.Hour}[h.rnd.IntN(2)]),
		}
	case "grant-suspension":
		return incident.GrantSuspension{Extra: extra}
	case "refuse-suspension":
		return incident.RefuseSuspension{Extra: extra, Reason: "不符合条件"}
	case "resume":
		return incident.Resume{Extra: extra}
	case "approve-return":
		return incident.ApproveReturn{Extra: extra}
	case "refuse-return":
		return incident.RefuseReturn{Extra: extra, Reason: "属你单位职责"}
	case "recompute":
		return incident.Recompute{}
	}
	return h.more(in, by, name, unit, extra)
}

func (h *History) more(in *Incident, by incident.Actor, name, unit string, extra incident.Extra) incident.Command {
	s := in.State
	switch name {
	case "open-coordination":
		return incident.OpenCoordination{Extra: extra, Units: []string{h.near(s), h.near(s), unit}, Question: "由谁主办？"}
	case "conclude-coordination":
		c := incident.ConcludeCoordination{Extra: extra, Lead: unit, Helpers: h.helpers(by.Unit)}
		if h.rnd.IntN(3) == 0 && s.Place.Street != "" {
			c.Ruling = &incident.Ruling{Matter: s.Matter, Area: s.Place.Street, Unit: unit}
		}
		return c
	case "help":
		return incident.Help{Extra: extra, Result: "已协助"}
	case "assign":
		return incident.Assign{Extra: extra, Team: "一中队"}
	case "call":
		return incident.Call{Extra: extra, Unit: h.branch(by.Unit), Task: "现场执法"}
	case "arrive":
		return incident.Arrive{Extra: extra}
	case "refuse-call":
		return incident.RefuseCall{Extra: extra, Reason: "警力不足"}
	case "task":
		return incident.Task{Person: fmt.Sprintf("system:person-%d", h.rnd.IntN(5)), Grid: s.Place.Grid, Why: "本网格网格员"}
	case "urge":
		return incident.Urge{Extra: extra, Reason: "请抓紧"}
	case "supervise":
		return incident.Supervise{Extra: extra, Question: "为何超时？", ReplyBy: h.Now.Add(time.Duration(1+h.rnd.IntN(9)) * time.Hour)}
	case "reply":
		return incident.Reply{Extra: extra, Answer: "正在办理"}
	case "rate":
		return incident.Rate{Extra: extra, Score: 1 + h.rnd.IntN(5), Rater: "回访"}
	case "appeal":
		return incident.Appeal{Extra: extra, Reason: "停电所致"}
	case "uphold-appeal":
		return incident.UpholdAppeal{Extra: extra}
	case "reject-appeal":
		return incident.RejectAppeal{Extra: extra, Reason: "证据不足"}
	case "spot-check":
		return incident.SpotCheck{Extra: extra, Genuine: h.rnd.IntN(2) == 0, Reason: "现场未处置"}
	case "view-caller":
		return incident.ViewCaller{Extra: extra, Reason: "联系诉求人"}
	case "merge":
		other := h.all[h.rnd.IntN(len(h.all))]
		return incident.Merge{Extra: extra, Into: other.ID, IntoNumber: other.State.Number, Target: &other.State, Reason: "同一事件"}
	case "unmerge":
		return incident.Unmerge{Extra: extra, Reason: "不是同一事件"}
	case "correct":
		return h.correct(s, extra)
	case "hand-over":
		c := incident.HandOver{Extra: extra, Agency: "119", Receipt: "消-0172"}
		if h.rnd.IntN(2) == 0 {
			c.Rest, c.RestID = "清理现场", h.uuid()
		}
		return c
	case "recur":
		other := h.all[h.rnd.IntN(len(h.all))]
		if other.State.ClosedAt.IsZero() {
			return nil
		}
		return incident.Recur{Recurrence: incident.Recurrence{Of: other.ID, Number: other.State.Number, ClosedAt: other.State.ClosedAt, Count: 2}}
	case "flag":
		return incident.MarkFlag{Flag: incident.SamePhoto, Other: h.all[h.rnd.IntN(len(h.all))].ID, Photo: h.photo()}
	}
	return nil
}

func (h *History) file(s incident.State, extra incident.Extra) incident.Command {
	m := h.reference.Matters
	criteria := m.CriteriaOf(s.Matter)
	if len(criteria) == 0 {
		criteria = m.Criteria()[:1]
	}
	criterion := criteria[h.rnd.IntN(len(criteria))]
	return incident.File{Extra: extra, Matter: criterion.Matter, Criterion: criterion.ID, Severity: s.Severity}
}

// near is a unit of the place's street, or any branch.
func (h *History) near(s incident.State) string {
	var units []string
	for _, u := range h.reference.Book.Units() {
		if s.Place.Street != "" && u.Area == s.Place.Street && !u.IsDesk() {
			units = append(units, u.Code)
		}
	}
	if len(units) == 0 {
		return h.branches[h.rnd.IntN(len(h.branches))].Code
	}
	return units[h.rnd.IntN(len(units))]
}

// branch is one that serves the street of a desk, or any.
func (h *History) branch(desk string) string {
	var units []string
	for _, u := range h.branches {
		if u.Area == desk {
			units = append(units, u.Code)
		}
	}
	if len(units) == 0 {
		return h.branches[h.rnd.IntN(len(h.branches))].Code
	}
	return units[h.rnd.IntN(len(units))]
}

// helpers are none, or one within a desk's reach.
func (h *History) helpers(desk string) []incident.HelpWanted {
	if h.rnd.IntN(3) > 0 {
		return nil
	}
	var units []string
	for _, u := range h.reference.Book.Units() {
		if h.reference.Book.Reaches(desk, u.Code) && !u.IsDesk() {
			units = append(units, u.Code)
		}
	}
	if len(units) == 0 {
		return nil
	}
	w := incident.HelpWanted{Unit: units[h.rnd.IntN(len(units))], Task: "协助清理"}
	if h.rnd.IntN(2) == 0 {
		w.Limit = &deadline.Limit{N: 10 + h.rnd.IntN(50), Unit: deadline.UrgentMinutes}
	}
	return []incident.HelpWanted{w}
}

// correct corrects one thing or another.
func (h *History) correct(s incident.State, extra incident.Extra) incident.Command {
	c := incident.Correct{Extra: extra, Reason: "填写有误"}
	switch h.rnd.IntN(5) {
	case 0:
		station := h.stations[h.rnd.IntN(len(h.stations))].Area
		point := orb.Point{113.0 + h.rnd.Float64()/2, 23.2 + h.rnd.Float64()/3}
		c.Field, c.Location = incident.LocationField, &incident.Location{Point: &point, CRS: "wgs84", Address: "公园前路1号", Pinned: true}
		c.Place = &jurisdiction.Place{Grid: station + "001", GridVersion: "illustrative-1", Community: station, Street: station[:9], District: station[:6]}
	case 1:
		criteria := h.reference.Matters.Criteria()
		criterion := criteria[h.rnd.IntN(len(criteria))]
		c.Field, c.Matter, c.Criterion = incident.MatterField, &criterion.Matter, criterion.ID
	case 2:
		c.Field, c.Text = incident.DescriptionField, "补充：三㘵村口积水约二十厘米"
	case 3:
		c.Field, c.Severity = incident.SeverityField, incident.Severities[h.rnd.IntN(3)]
	case 4:
		unit := ""
		if h.rnd.IntN(2) == 0 {
			unit = h.near(s)
		}
		c.Field, c.Concerns = incident.ConcernsField, &unit
	}
	return c
}

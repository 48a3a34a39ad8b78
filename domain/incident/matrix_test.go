package incident_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain"
	"gridcommand/domain/incident"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
)

var update = flag.Bool("update", false, "rewrite docs/commands.md")

const matrixFile = "../../docs/commands.md"

// A situation is an incident that stands for all of its kind.
type situation struct {
	name  string // in Chinese and English
	scene *scene
}

// A relation is somebody who stands to the incidents of the matrix in one way.
type relation struct {
	name string
	by   incident.Actor
}

// matrixScene begins a scene in the built-in district, in which 桂花 has two inspectors
// and 紫薇西 one.
func matrixScene(t *testing.T, ref *reference.Reference) *scene {
	t.Helper()
	policy := *ref.Policy
	policy.DrawPercent = 0
	return &scene{t: t, now: nine, world: incident.Order{
		Book: ref.Book.WithInspectors(guihua, guihua, ziweiWest), Matters: ref.Matters, Days: ref.Days, Policy: &policy,
	}}
}

const (
	ziweiWest = "440114002004"
	s04       = "440114002-S04"
)

var matrixRelations = []relation{
	{"该社区网格员 inspector of the place", inspector2},
	{"上报人（网格员） inspector who reported it", inspector},
	{"同街镇其他网格员 inspector elsewhere in the street", actor("ziwei", ziweiWest, jurisdiction.Inspector)},
	{"其他街镇网格员 inspector of another street", stranger},
	{"该社区网格站 the place's station", station},
	{"其他网格站 another station", actor("other", ziweiWest, jurisdiction.CommunityStaff)},
	{"承办人（处置过） who handles or handled it", handler},
	{"承办单位其他人 others of the unit that handles it", actor("colleague", s01, jurisdiction.Handler)},
	{"协办单位 helper", actor("safety", s04, jurisdiction.Handler)},
	{"被吹哨单位 branch that was called", officer},
	{"其他单位 another unit of the street", handler2},
	{"职能部门 department", bureau},
	{"主管指挥中心 desk in charge", street},
	{"上级指挥中心 desk above", center},
	{"其他街镇指挥中心 another street's desk", xinhuaDesk},
	{"热线专办员 hotline", hotline},
	{"督查员 supervisor", supervisor},
	{"大屏 screen", screen},
	{"管理员 admin", admin},
	{"系统 the program", incident.Workflow},
}

// matrixSituations returns one incident for each stage, status and circumstance by which
// the rules tell incidents apart.
func matrixSituations(t *testing.T, ref *reference.Reference) []situation {
	t.Helper()
	begun := func() *scene { return matrixScene(t, ref) }
	reported := func() *scene {
		return begun().does(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) {
			c.Reporter = &incident.Reporter{Subject: "caller"}
		}))
	}
	filed := func() *scene {
		return reported().does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1})
	}
	dispatched := func() *scene {
		return filed().does(street, incident.Dispatch{Unit: s01, Helpers: []incident.HelpWanted{{Unit: s04, Task: "警戒"}}}).
			does(street, incident.Call{Unit: police, Task: "维持秩序"})
	}
	handled := func() *scene { return dispatched().does(handler, incident.Handle{Result: "已拆除"}) }
	passed := func() *scene { return handled().does(inspector2, incident.Pass{}) }
	closed := func() *scene { return passed().does(street, incident.Close{ClosingConditionMet: true}) }
	late := func() *scene {
		return dispatched().on(48*time.Hour).does(handler, incident.Handle{Result: "已拆除"}).
			does(inspector2, incident.Pass{}).does(street, incident.Close{ClosingConditionMet: true})
	}
	merge := incident.Merge{Into: "another", Target: &incident.State{Number: "440114-20261123-00099", Status: incident.StatusOpen}}
	all := []situation{
		{"未上报 not reported", begun()},
		{"待核实 verifying", begun().does(hotline, report(incident.FromHotline, shop, atGuihua, func(c *incident.Report) {
			c.Reporter = &incident.Reporter{Subject: "caller"}
		}))},
		{"待立案 intake", reported()},
		{"待派遣 dispatching", filed()},
		{"待派遣，疑难 dispatching, difficult", filed().
			does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "x"}).
			does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "x"}).
			does(street, incident.Dispatch{Unit: s01}).does(handler, incident.Return{Reason: "x"})},
		{"待签收 handling, not signed for", dispatched()},
		{"处置中，已督办 handling, signed for and supervised; its return window is over", dispatched().does(handler, incident.Accept{}).
			does(supervisor, incident.Supervise{Question: "进展如何", ReplyBy: nine.Add(9 * time.Hour)}).on(8 * time.Hour)},
		{"处置中，有申请 handling, extension and suspension asked for", dispatched().does(handler, incident.Accept{}).
			does(handler, incident.RequestExtension{Reason: "x"}).
			does(handler, incident.RequestSuspension{Reason: "x", Until: nine.AddDate(0, 0, 9)})},
		{"处置中，超时 handling, red", dispatched().does(handler, incident.Accept{}).on(48 * time.Hour)},
		{"挂账中 suspended", dispatched().does(handler, incident.RequestSuspension{Reason: "x", Until: nine.AddDate(0, 0, 9)}).
			does(street, incident.GrantSuspension{})},
		{"会商中 coordinating", filed().does(street, incident.OpenCoordination{Units: []string{s01, s02}, Question: "由谁"})},
		{"待核查 checking", handled()},
		{"待核查，自行处置 checking what an inspector settled on the spot", begun().
			does(inspector, report(incident.FromInspector, shop, atGuihua, onTheSpot)).
			does(incident.Workflow, incident.File{Matter: shop, Criterion: shop1})},
		{"待结案 closing", passed()},
		{"已结案 closed", closed()},
		{"已结案，超时 closed late", late()},
		{"已结案，申诉中 closed late, appealed", late().does(handler, incident.Appeal{Reason: "暴雨"})},
		{"不予立案 declined", reported().does(street, incident.Decline{Reason: "x"})},
		{"已作废 voided", reported().does(street, incident.Void{Reason: "x"})},
		{"已并案 merged", reported().does(street, merge)},
		{"需回避 about a unit, dispatching", begun().does(inspector, report(incident.FromInspector, shop, atGuihua, func(c *incident.Report) {
			c.Concerns = s01
		})).does(center, incident.File{Matter: shop, Criterion: shop1})},
	}
	for _, at := range all {
		at.scene.clocksSpeak()
	}
	return all
}

// clocksSpeak lets every timer say what it has to say by now.
func (sc *scene) clocksSpeak() {
	sc.t.Helper()
	for {
		timers := sc.s.Timers()
		if len(timers) == 0 || !timers[0].At.Before(sc.now) {
			return
		}
		sc.does(incident.Workflow, timers[0].Command())
	}
}

// example returns a command with fields that are in order, for this actor and incident.
func example(name string, sc *scene, by incident.Actor) incident.Command {
	s, book := sc.s, sc.world.Book
	unit := ""
	for _, code := range []string{s02, "440114001-S02", d01, guihua, ziweiWest} {
		if book.Reaches(by.Unit, code) && s.Holder != code {
			unit = code
			break
		}
	}
	if by.System() {
		unit = s02
	}
	switch name {
	case "report":
		source := incident.FromCampaign
		if sources := jurisdiction.MayReport(by.Role); len(sources) > 0 {
			source = incident.Source(sources[0])
		}
		return routed(sc.world, report(source, shop, atGuihua))
	case "refute":
		return incident.Refute{Reason: "x"}
	case "file":
		return incident.File{Matter: shop, Criterion: shop1}
	case "decline":
		return incident.Decline{Reason: "x"}
	case "dispatch":
		return incident.Dispatch{Unit: unit, Reason: "按清单"}
	case "transfer":
		return incident.Transfer{Unit: unit, Reason: "按清单"}
	case "handle":
		return incident.Handle{Result: "已办"}
	case "return":
		return incident.Return{Reason: "另有单位"}
	case "escalate":
		return incident.Escalate{Reason: "无权处置"}
	case "fail":
		return incident.Fail{Reason: "还在"}
	case "close":
		return incident.Close{ClosingConditionMet: true}
	case "reopen":
		return incident.Reopen{Reason: "反弹"}
	case "void":
		return incident.Void{Reason: "误报"}
	case "comment":
		return incident.Comment{Text: "注意"}
	case "attach":
		return incident.Attach{Extra: incident.Extra{Photos: []string{otherImage}}}
	case "warn":
		return incident.Warn{Clock: incident.StageClock, Due: sc.now.Add(-time.Hour)}
	case "expire":
		return incident.Expire{Clock: incident.StageClock, Due: sc.now.Add(-time.Hour)}
	case "request-extension":
		return incident.RequestExtension{Reason: "人手不足"}
	case "refuse-extension":
		return incident.RefuseExtension{Reason: "不充分"}
	case "request-suspension":
		return incident.RequestSuspension{Reason: "评审", Until: sc.now.AddDate(0, 0, 7)}
	case "refuse-suspension":
		return incident.RefuseSuspension{Reason: "不充分"}
	case "refuse-return":
		return incident.RefuseReturn{Reason: "在清单上"}
	case "lapse":
		return incident.Lapse{Of: incident.CallDuty, N: 9, Due: sc.now}
	case "open-coordination":
		return incident.OpenCoordination{Units: []string{s01, s02, s04}, Question: "由谁处置"}
	case "conclude-coordination":
		return incident.ConcludeCoordination{Lead: unit}
	case "help":
		return incident.Help{Result: "已办"}
	case "assign":
		return incident.Assign{Team: "一中队"}
	case "call":
		return incident.Call{Unit: "440114002-B02", Task: "疏导"}
	case "refuse-call":
		return incident.RefuseCall{Reason: "警力不足"}
	case "task":
		return incident.Task{Person: "inspector2", Why: "责任网格"}
	case "urge":
		return incident.Urge{Reason: "来电"}
	case "supervise":
		return incident.Supervise{Question: "为何", ReplyBy: sc.now.Add(time.Hour)}
	case "reply":
		return incident.Reply{Answer: "在办"}
	case "rate":
		return incident.Rate{Score: 5, Rater: "回访"}
	case "appeal":
		return incident.Appeal{Reason: "停工"}
	case "reject-appeal":
		return incident.RejectAppeal{Reason: "不成立"}
	case "spot-check":
		return incident.SpotCheck{Genuine: true}
	case "view-caller":
		return incident.ViewCaller{Reason: "回访"}
	case "merge":
		return incident.Merge{Into: "third", Target: &incident.State{Number: "440114-20261123-00098", Status: incident.StatusOpen}}
	case "unmerge":
		return incident.Unmerge{Reason: "两处"}
	case "absorb":
		return incident.Absorb{From: "other", Number: "440114-20261123-00097"}
	case "release":
		return incident.Release{From: "other", Number: "440114-20261123-00097"}
	case "correct":
		return incident.Correct{Field: incident.DescriptionField, Text: "补充", Reason: "补充"}
	case "hand-over":
		return incident.HandOver{Agency: "110", Receipt: "回执"}
	case "recur":
		return incident.Recur{Recurrence: incident.Recurrence{Of: "other", Number: "440114-20261123-00097", ClosedAt: nine, Count: 2}}
	case "flag":
		return incident.MarkFlag{Flag: incident.SamePhoto}
	}
	for _, c := range incident.Commands {
		if c.Name() == name {
			return c // without fields
		}
	}
	panic(name)
}

// answer returns what the rules answer: empty for yes, idle for nothing left to do, or
// the code of the no. It fails
// unless Decide and Allowed agree.
func answer(t *testing.T, at situation, who relation, name string) string {
	t.Helper()
	o := at.scene.order(who.by, example(name, at.scene, who.by))
	s := at.scene.s
	s.Last = nil // nothing is said again
	allowed := slices.Contains(incident.Allowed(s, o), name)
	events, err := incident.Decide(s, o)
	no, refused := domain.AsRefusal(err)
	switch {
	case err != nil && !refused:
		t.Fatalf("%s by %s, %s: %v", name, who.name, at.name, err)
	case who.by.System() && !refused && len(events) == 0:
		return idleNow // also where the moment for it is gone
	case refused && !slices.Contains(forbidden, no.Code):
		t.Errorf("%s by %s, %s: the example is refused for its fields: %v", name, who.name, at.name, err)
	case refused == allowed:
		t.Errorf("%s by %s, %s: %v, and allowed is %t", name, who.name, at.name, err, allowed)
	case !refused && len(events) == 0:
		t.Errorf("%s by %s, %s: allowed, and nothing follows", name, who.name, at.name)
	}
	if refused {
		return no.Code
	}
	if who.by.Role != "" && !incident.MayEver(who.by.Role, name) {
		t.Errorf("%s by %s: it is done, and the role may never", name, who.name)
	}
	return ""
}

// The matrix: who may give which command, and when. Every cell is asked of Decide and
// of Allowed, which have to agree; the answers are docs/commands.md.
func TestTheMatrixOfCommandsIsWhatTheDocumentationSays(t *testing.T) {
	ref, err := reference.Load()
	if err != nil {
		t.Fatal(err)
	}
	got := matrix(t, matrixSituations(t, ref))
	if *update {
		if err := os.WriteFile(matrixFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(matrixFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("docs/commands.md is not what the rules answer; see the difference with `make gen` and git diff")
	}
}

const idleNow = "∅"

// matrix prints the answers, command by command.
func matrix(t *testing.T, situations []situation) []byte {
	t.Helper()
	var out, body bytes.Buffer
	var codes []string // in order of first use
	reasons := map[string]string{}
	number := func(code string) int {
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
		return slices.Index(codes, code) + 1
	}
	for _, c := range incident.Commands {
		name := c.Name()
		fmt.Fprintf(&body, "\n### %s `%s`\n\n", incident.Label(name), name)
		var never, alike []string // rows of cells, in order, and who has which
		whose := map[string][]string{}
		for _, who := range matrixRelations {
			var cells []string
			for _, at := range situations {
				code := answer(t, at, who, name)
				cells = append(cells, code)
				if code != "" && code != idleNow && reasons[code] == "" {
					_, err := incident.Decide(at.scene.s, at.scene.order(who.by, example(name, at.scene, who.by)))
					no, _ := domain.AsRefusal(err)
					reasons[code] = reasonOf(no)
				}
			}
			if !slices.ContainsFunc(cells, func(code string) bool { return code != "role_may_not" }) {
				never = append(never, who.name)
				continue
			}
			var row strings.Builder
			for _, code := range cells {
				switch code {
				case "":
					row.WriteString(" ✓ |")
				case idleNow:
					row.WriteString(" ∅ |")
				default:
					fmt.Fprintf(&row, " %d |", number(code))
				}
			}
			if whose[row.String()] == nil {
				alike = append(alike, row.String())
			}
			whose[row.String()] = append(whose[row.String()], who.name)
		}
		body.WriteString("|  |")
		for i := range situations {
			fmt.Fprintf(&body, " %s |", letter(i))
		}
		body.WriteString("\n|---|" + strings.Repeat("---|", len(situations)) + "\n")
		for _, row := range alike {
			fmt.Fprintf(&body, "| %s |%s\n", strings.Join(whose[row], "; "), row)
		}
		if len(never) > 0 {
			fmt.Fprintf(&body, "\n从不 never (`role_may_not`): %s.\n", strings.Join(never, "; "))
		}
	}
	out.WriteString(`# 指令表 Who may give which command, and when

Asked of the rules themselves: each cell is one command, given to one incident by one person, decided by
` + "`incident.Decide`" + ` and looked up in ` + "`incident.Allowed`" + `, which agree. Written by ` + "`make gen`" + `; a test
keeps it current. The units are those of 花城街道, the policy is the built-in one, and nobody's posts are
limited. ✓: it is done. ∅: there is nothing left to do. A number: it is refused for that reason.

## 情形 The incidents

`)
	for i, at := range situations {
		fmt.Fprintf(&out, "- **%s** %s\n", letter(i), at.name)
	}
	out.WriteString("\n## 理由 The reasons\n\n")
	for i, code := range codes {
		fmt.Fprintf(&out, "%d. `%s` %s\n", i+1, code, reasons[code])
	}
	out.WriteString("\n## 指令 The commands\n")
	body.WriteTo(&out)
	return out.Bytes()
}

// letter names the n-th incident: A, B, …
func letter(n int) string { return string(rune('A' + n)) }

// reasonOf is a refusal without the command it answers, and without what in it belongs
// to one incident only.
func reasonOf(no *domain.Refusal) string {
	_, zh, _ := strings.Cut(no.Zh, "：")
	_, en, _ := strings.Cut(no.Detail, ": ")
	zh, _, _ = strings.Cut(zh, "（")
	en, _, _ = strings.Cut(en, " (")
	return strings.TrimSuffix(zh, "。") + "。 " + strings.TrimSuffix(en, ".") + "."
}

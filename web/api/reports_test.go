package api

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gridcommand/projections/reports"
	"gridcommand/web/sheet"
	"gridcommand/web/sheet/sheettest"
)

// reportNames are the reports that are lists.
var reportNames = []string{"unusual", "suspended", "reopened", "one-hand", "caller-views"}

// formulaText is what somebody may give as a reason.
const formulaText = "=HYPERLINK(\"http://x\",\"点我\")"

// audited is a site where something stands in every report.
func audited(t *testing.T) *site {
	t.Helper()
	s := livingSite(t)
	s.colleague("other", "street", "440114002")
	stage := func(id string) time.Time {
		t.Helper()
		due, err := time.Parse(time.RFC3339, s.of("district", id, "due", "stage").(string))
		return open1(t, due, err)
	}
	still := s.given(advert)
	s.command("handler", still, "request-suspension", fields{"reason": formulaText, "until": nine.AddDate(0, 2, 0), "code": "planned"}).want(200)
	s.command("street", still, "grant-suspension", fields{}).want(200)
	one := s.given(advert)
	s.command("street", one, "transfer", fields{"unit": "440114002-S01", "reason": "同一单位"})
	s.command("handler", one, "handle", fields{"result": "已清理"}).want(200)
	s.command("inspector", one, "pass", fields{}).want(200)
	s.command("street", one, "close", fields{"closing_condition_met": true}).want(200)
	s.settle()
	s.advance(time.Hour, 0)
	s.command("street", one, "reopen", fields{"reason": formulaText}).want(200)
	called := s.post("hotline", "/incidents", s.reportOf(fields{
		"source": "hotline", "reporter": fields{"name": "张三", "phone": "13800001234"},
	})).want(201).at("id").(string)
	s.command("street", called, "view-caller", fields{"reason": formulaText}).want(200)
	late := s.given(advert)
	s.settle()
	s.advance(stage(late).Add(-20*time.Minute).Sub(s.now()), 0)
	s.command("street", late, "void", fields{"reason": formulaText}).want(200)
	s.settle()
	return s
}

func TestReportsAreForThoseWhoAnswerForOthers(t *testing.T) {
	s := newSite(t)
	for _, name := range append(reportNames, "bulletin") {
		for who, status := range map[string]int{
			"supervisor": 200, "district": 200, "street": 200, "handler": 403, "bureau": 403, "inspector": 403, "community": 403, "hotline": 403, "screen": 403, "admin": 403, "": 401,
		} {
			if a := s.get(who, "/reports/"+name); a.status != status {
				t.Errorf("%s reads %s with %d, want %d", who, name, a.status, status)
			}
		}
	}
}

func TestReportsAsTheyStand(t *testing.T) {
	s := audited(t)
	var acts UnusualActs
	read := func(name string, into any) {
		t.Helper()
		if err := json.Unmarshal(s.get("district", "/reports/"+name).want(200).raw, into); err != nil {
			t.Fatal(err)
		}
	}
	read("unusual", &acts)
	if len(acts.Items) != 1 || acts.Items[0].Kind != reports.Void || acts.Items[0].MinutesLeft != 20 || acts.Items[0].By.Person != "street" || acts.Within != 60 || acts.Position == 0 {
		t.Errorf("unusual: %+v", acts)
	}
	var stock SuspendedStock
	read("suspended?review=7", &stock)
	if len(stock.Items) != 1 || stock.Items[0].AskedBy.Person != "handler" || stock.Items[0].ApprovedBy[0].Person != "street" || stock.ByGround[0].Name != "列入工程计划" || stock.ByAge[0].Count != 1 {
		t.Errorf("suspended: %+v", stock)
	}
	var early ClosedEarly
	read("reopened", &early)
	if len(early.Items) != 1 || early.Items[0].Back != reports.BackReopened || early.Items[0].LimitMinutes != 480 || early.Items[0].HoursAfter != 1 {
		t.Errorf("closed early: %+v", early)
	}
	var views CallerViews
	read("caller-views", &views)
	if len(views.Items) != 1 || views.Items[0].By.Person != "street" || views.People[0].Count != 1 {
		t.Errorf("looked up: %+v", views)
	}
	// Another street reads nothing of it.
	for _, name := range reportNames {
		if n := s.get("elsewhere", "/reports/"+name).want(200).at("total"); n != 0.0 {
			t.Errorf("another street reads %v in %s", n, name)
		}
	}
	for _, wrong := range []string{"unusual?within=0", "unusual?within=5000", "unusual?act=wish", "reopened?share=200", "one-hand?from=2026-12-01&to=2026-11-01", "suspended?from=2026-11-01", "bulletin?month=2026-13", "bulletin?format=csv"} {
		s.get("district", "/reports/"+wrong).want(422)
	}
}

// Every report comes as a file that other programs read, cell for cell what the report
// says; a reason that looks like a formula is none, and no telephone is in any.
func TestEveryReportIsAFile(t *testing.T) {
	s := audited(t)
	for _, name := range reportNames {
		total := int(s.get("supervisor", "/reports/"+name).want(200).at("total").(float64))
		seen := false
		for _, form := range []string{"csv&encoding=utf-8", "csv&encoding=gb18030", "xlsx"} {
			kind, _, _ := strings.Cut(form, "&")
			e := sheet.UTF8
			if strings.HasSuffix(form, "gb18030") {
				e = sheet.GB18030
			}
			a := s.get("supervisor", "/reports/"+name+"?format="+form).want(200)
			if strings.Contains(string(a.raw), "13800001234") {
				t.Errorf("%s as %s names a telephone", name, form)
			}
			for reader, found := range sheettest.Readers(t, a.raw, kind, e) {
				rows := found.Sheets[0].Rows
				if len(rows) != total+1 || found.Formulas != 0 {
					t.Fatalf("%s as %s: %s reads %d rows, want %d", name, form, reader, len(rows)-1, total)
				}
				for _, row := range rows[1:] {
					for i, cell := range row {
						text, _ := cell.(string)
						if kind == "csv" && strings.HasPrefix(text, "=") {
							t.Errorf("%s as %s: %v is a formula", name, form, rows[0][i])
						}
						seen = seen || sheet.Unguarded(text) == formulaText
					}
				}
				if kind == "xlsx" && (len(found.Sheets) != 2 || found.Sheets[1].Name != "说明" || len(found.Sheets[1].Rows) < 5) {
					t.Errorf("%s: a workbook of %d sheets", name, len(found.Sheets))
				}
			}
		}
		if total == 0 && name != "one-hand" || total > 0 && !seen && name != "one-hand" {
			t.Errorf("%s: %d rows, and the reason is seen: %t", name, total, seen)
		}
	}
}

// The bulletin's figures are those of the statistics, as JSON, on paper and in a workbook.
func TestTheBulletinSaysWhatTheStatisticsSay(t *testing.T) {
	s := audited(t)
	for _, who := range []string{"district", "street"} {
		var b Bulletin
		if err := json.Unmarshal(s.get(who, "/reports/bulletin").want(200).raw, &b); err != nil {
			t.Fatal(err)
		}
		total := s.get(who, "/statistics?from=2026-11-01&to=2026-11-30").want(200).at("total").(map[string]any)
		if b.Month != "2026-11" || !b.Provisional || b.Position == 0 || len(b.Overview) < 20 {
			t.Fatalf("%s: %s, provisional %t, %d lines", who, b.Title, b.Provisional, len(b.Overview))
		}
		for _, l := range b.Overview {
			switch want := total[l.Code].(type) {
			case map[string]any:
				if float64(*l.Fact.N) != want["n"] || float64(*l.Fact.D) != want["d"] || (l.Fact.Value == nil) != (want["rate"] == nil) {
					t.Errorf("%s: %s is %+v, the statistics say %v", who, l.Code, l.Fact, want)
				}
			case float64:
				if *l.Fact.Value != want {
					t.Errorf("%s: %s is %v, the statistics say %v", who, l.Code, *l.Fact.Value, want)
				}
			default:
				if l.Fact.Value != nil {
					t.Errorf("%s: %s is %v, the statistics say %v", who, l.Code, *l.Fact.Value, want)
				}
			}
			if l.YearAgo.Value != nil && *l.YearAgo.Value != 0 || l.YearChange != nil {
				t.Errorf("a year ago there was nothing, the bulletin says %+v", l)
			}
		}
		for i, r := range b.Streets.Rows {
			if i > 0 && r.Rank != nil && b.Streets.Rows[i-1].Rank != nil && *r.Rank < *b.Streets.Rows[i-1].Rank {
				t.Errorf("street %s is ranked %d behind %d", r.Name, *r.Rank, *b.Streets.Rows[i-1].Rank)
			}
		}
		if want := map[string]int{"district": 10, "street": 1}[who]; len(b.Streets.Rows) != want {
			t.Errorf("%s reads of %d streets", who, len(b.Streets.Rows))
		}
		page := string(s.get(who, "/reports/bulletin?format=html").want(200).raw)
		for _, want := range []string{b.Title, "本月尚未结束", fmt.Sprintf("存证序号 %d", b.Position), "按期处置率", "size: A4"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page does not say %s", who, want)
			}
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "http") {
			t.Error("the page wants something from elsewhere")
		}
		a := s.get(who, "/reports/bulletin?format=xlsx").want(200)
		for reader, found := range sheettest.Readers(t, a.raw, "xlsx", sheet.UTF8) {
			var names []string
			for _, x := range found.Sheets {
				names = append(names, x.Name)
			}
			if got := strings.Join(names, " "); got != "总体情况 街镇排名 单位排名 村居网格工作站排名 高发事项 热线 挂账存量 说明" {
				t.Errorf("%s reads the sheets %s", reader, got)
			}
			for i, l := range b.Overview {
				row := found.Sheets[0].Rows[i+1]
				if row[0] != l.Name || l.Fact.Value != nil && math.Abs(row[3].(float64)-*l.Fact.Value) > 1e-9 {
					t.Errorf("%s: %s reads %v for %+v", l.Code, reader, row, l.Fact)
				}
			}
		}
	}
	// A month that is over is told whole, and one before anything was has nothing.
	var empty Bulletin
	if err := json.Unmarshal(s.get("district", "/reports/bulletin?month=2025-01").want(200).raw, &empty); err != nil || empty.Provisional || len(empty.Units.Rows) != 0 || len(empty.Matters.Rows) != 0 {
		t.Errorf("a month of nothing: %+v, %v", empty.Units, err)
	}
	s.get("district", "/reports/bulletin?month=2025-01&format=html").want(200)
	s.get("district", "/reports/bulletin?month=2025-01&format=xlsx").want(200)
}

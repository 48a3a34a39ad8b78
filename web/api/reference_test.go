package api

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gridcommand/domain/catalogue"
	"gridcommand/domain/jurisdiction"
	"gridcommand/domain/reference"
	"gridcommand/workflow/sheets"
)

// shops is a matter that the S01 of a street answers for.
var shops = fields{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"}

// table returns a table as the server exports it.
func (s *site) table(name string) [][]string {
	s.t.Helper()
	text := strings.TrimPrefix(string(s.get("admin", "/reference/"+name+".csv").want(200).raw), "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	return rows
}

func text(rows [][]string) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(rows)
	return b.String()
}

// moved is the responsibility list in which another unit answers for shops.
func (s *site) moved(unit string) string {
	s.t.Helper()
	key := catalogue.ParsePrefixed("07003")
	place := jurisdiction.Place{Community: "440114002002", Street: "440114002", District: "440114"}
	c, ok := s.server.reference().Book.Answer(key, place, jurisdiction.Street)
	if !ok {
		s.t.Fatal("nobody answers")
	}
	rows := s.table("responsibility")
	for i, row := range rows {
		if row[0] == fmt.Sprint(c.Row) {
			rows[i][slices.Index(rows[0], "unit")] = unit
		}
	}
	return text(rows)
}

func edition(tables ...fields) fields { return fields{"tables": tables} }

func TestWhatIsExportedComesBackAsNoChange(t *testing.T) {
	s := livingSite(t)
	listed := s.get("street", "/reference").want(200)
	names := map[string]bool{}
	var whole []fields
	for _, item := range listed.at("items").([]any) {
		name := item.(map[string]any)["name"].(string)
		names[name] = true
		whole = append(whole, fields{"name": name, "csv": text(s.table(name))})
		book := s.get("admin", "/reference/"+name+".xlsx").want(200)
		for what, sent := range map[string]answer{
			"XLSX": s.importsFile("/reference/files?table="+name, sheets.XLSX, book.raw),
			"CSV":  s.importsFile("/reference/files", sheets.CSV, s.get("admin", "/reference/"+name+".csv").raw),
			"rows": s.post("admin", "/reference/editions", edition(fields{"name": name, "rows": s.get("admin", "/reference/"+name).at("items")})),
		} {
			if got := sent.at("changes"); len(got.([]any)) != 0 {
				t.Errorf("%s of %s changes %v", what, name, got)
			}
		}
	}
	for _, name := range reference.TableNames {
		if !names[name] {
			t.Errorf("%s is not listed", name)
		}
	}
	if a := s.post("admin", "/reference/editions", edition(whole...)).want(201); len(a.at("changes").([]any)) != 0 || a.at("effective") != nil {
		t.Errorf("%s", a.raw)
	}
	if head, _ := s.ledger.Head(t.Context()); head != 0 {
		t.Errorf("%d facts were added", head)
	}
}

func (s *site) importsFile(path, media string, data []byte) answer {
	s.t.Helper()
	return s.send("admin", "POST", prefix+path, data, header("Content-Type", media)).want(200)
}

// A moved row of the responsibility list leads the next report to the new unit; what was
// routed before keeps its reason.
func TestAnEditionRoutesWhatComesAfterIt(t *testing.T) {
	s := livingSite(t)
	report := func() string {
		t.Helper()
		body := fields{"source": "inspector", "matter": shops, "description": "店外经营", "location": fields{"lng": 113.2203, "lat": 23.4042, "crs": "wgs84"}}
		return s.post("inspector", "/incidents", body).want(201).at("id").(string)
	}
	before := report()
	was := s.get("street", "/incidents/"+before).at("routing")
	moved := fields{"name": "responsibility", "csv": s.moved("S02")}
	preview := s.post("admin", "/reference/preview", edition(moved)).want(200)
	change := preview.at("changes").([]any)[0].(map[string]any)
	if change["kind"] != "changed" || change["before"].(map[string]any)["unit"] != "S01" || change["after"].(map[string]any)["unit"] != "S02" {
		t.Errorf("preview %s", preview.raw)
	}
	if a := s.get("street", "/reference").at("editions").([]any); len(a) != 0 {
		t.Errorf("a preview enacted %v", a)
	}
	e := fields{"version": "2026-权责-2", "basis": "花府办〔2026〕5 号", "tables": []fields{moved}}
	enacted := s.post("admin", "/reference/editions", e, key("k1")).want(201)
	if again := s.post("admin", "/reference/editions", e, key("k1")).want(201); again.header.Get("Idempotent-Replay") != "true" || again.at("position") != enacted.at("position") || len(again.at("changes").([]any)) != 1 {
		t.Errorf("the same key again: %s", again.raw)
	}
	s.post("admin", "/reference/editions", edition(fields{"name": "limits", "csv": "name,normal\naccept,9 working_hours\n"}), key("k1")).refused(422, "key_reused")

	after := report()
	now := s.get("street", "/incidents/"+after).at("routing").(map[string]any)
	if first := now["candidates"].([]any)[0].(map[string]any); first["unit"] != "440114002-S02" || now["policy_version"] != "2026-权责-2" {
		t.Errorf("the next report is routed %v", now)
	}
	if is := s.get("street", "/incidents/"+before).at("routing"); fmt.Sprint(is) != fmt.Sprint(was) {
		t.Errorf("the one before was routed %v, now %v", was, is)
	}
	listed := s.get("district", "/reference").want(200)
	one := listed.at("editions").([]any)[0].(map[string]any)
	if one["version"] != "2026-权责-2" || one["by"] != "admin" || one["in_force"] != true {
		t.Errorf("editions %v", one)
	}
	past := url.QueryEscape(nine.Add(-time.Hour).Format(time.RFC3339))
	rows := s.get("street", "/reference/responsibility?at="+past).want(200)
	if rows.at("version") == "2026-权责-2" {
		t.Error("an hour before it was in force already")
	}
	s.settle()
}

func TestFaultsOfAnEditionAreWhereTheyAre(t *testing.T) {
	s := livingSite(t)
	rows := s.get("admin", "/reference/responsibility").at("items").([]any)
	row := rows[3].(map[string]any)
	row["unit"], row["list"] = "S99", "theirs"
	a := s.post("admin", "/reference/editions", edition(fields{"name": "responsibility", "rows": rows})).refused(422, "faulty_tables")
	a.pointsAt("/tables/0/rows/3/unit").pointsAt("/tables/0/rows/3/list")
	a = s.post("admin", "/reference/editions", edition(fields{"name": "calendar", "csv": "date,kind\n2027-02-30,off\n2027-01-01,odd\n"})).refused(422, "faulty_tables")
	if got := string(a.raw); !strings.Contains(got, "line 2, date") || !strings.Contains(got, "line 3, kind") {
		t.Errorf("%s", got)
	}
	s.post("admin", "/reference/editions", edition(fields{"name": "calendar", "csv": "date,day\n"})).refused(422, "faulty_tables").pointsAt("/tables/0/csv")
	s.post("admin", "/reference/editions", edition(fields{"name": "jokes", "csv": "a\n"})).refused(422, "faulty_tables").pointsAt("/tables/0/name")
	s.post("admin", "/reference/editions", edition(fields{"name": "calendar"})).refused(422, "faulty_tables").pointsAt("/tables/0")
	s.post("admin", "/reference/editions", edition(fields{"name": "limits", "rows": []fields{{"name": "accept", "speed": "1"}}})).
		refused(422, "faulty_tables").pointsAt("/tables/0/rows/0/normal").pointsAt("/tables/0/rows/0/speed")
	s.post("admin", "/reference/editions", edition()).refused(422, "invalid")
	limits := fields{"name": "limits", "csv": "name,normal\naccept,9 working_hours\n"}
	s.post("admin", "/reference/editions", fields{"effective": nine.Add(-time.Minute), "tables": []fields{limits}}).refused(422, "effective_in_the_past").pointsAt("/effective")
	s.send("admin", "POST", prefix+"/reference/files", []byte("a,b\n"), header("Content-Type", "text/csv")).refused(422, "faulty_tables")
	s.send("admin", "POST", prefix+"/reference/files?table=jokes", []byte("a,b\n"), header("Content-Type", "text/csv")).refused(422, "invalid")
	s.send("admin", "POST", prefix+"/reference/files", []byte("a,b\n"), header("Content-Type", "application/json")).refused(415, "unsupported_media_type")
	s.get("admin", "/reference/jokes").refused(404, "not_found")
	s.get("admin", "/reference/jokes.csv").refused(404, "not_found")
	s.get("admin", "/reference/units.doc").refused(404, "not_found")
	s.get("handler", "/reference/units").refused(403, "role_may_not")
	if head, _ := s.ledger.Head(t.Context()); head != 0 {
		t.Errorf("%d facts were added", head)
	}
}

func TestRulings(t *testing.T) {
	s := livingSite(t)
	body := fields{"authority": "区委编办", "matter": shops, "area": "440114002", "unit": "440114002-S03", "expires": nine.Add(48 * time.Hour)}
	made := s.post("district", "/rulings", body, key("r1")).want(201)
	ruling := made.at("ruling").(map[string]any)
	if ruling["number"] != "职责裁定〔2026〕第 1 号" || ruling["in_force"] != true || ruling["unit_name"] == "" {
		t.Errorf("%s", made.raw)
	}
	if again := s.post("district", "/rulings", body, key("r1")).want(201); again.header.Get("Idempotent-Replay") != "true" || fmt.Sprint(again.at("ruling")) != fmt.Sprint(ruling) {
		t.Errorf("%s", again.raw)
	}
	report := fields{"source": "inspector", "matter": shops, "description": "店外经营", "location": fields{"lng": 113.2203, "lat": 23.4042, "crs": "wgs84"}}
	routed := s.post("inspector", "/incidents", report).want(201).at("routing").(map[string]any)
	if !strings.Contains(routed["reason"].(string), "依据 职责裁定〔2026〕第 1 号") {
		t.Errorf("routed %v", routed)
	}
	number := url.PathEscape(ruling["number"].(string))
	s.post("street", "/rulings/"+number+"/end", fields{"reason": "r"}).refused(403, "role_may_not")
	s.post("district", "/rulings/none/end", fields{"reason": "r"}).refused(404, "not_found")
	s.post("district", "/rulings/"+number+"/end", fields{}).refused(422, "invalid").pointsAt("/reason")
	ended := s.post("district", "/rulings/"+number+"/end", fields{"reason": "机构调整"}).want(200)
	if r := ended.at("ruling").(map[string]any); r["in_force"] != false || r["expires"] == nil {
		t.Errorf("%s", ended.raw)
	}
	if got := s.get("street", "/rulings").at("items").([]any); len(got) != 0 {
		t.Errorf("in force are %v", got)
	}
	if got := s.get("inspector", "/rulings?all=true&matter=07003").at("items").([]any); len(got) != 1 {
		t.Errorf("there were %v", got)
	}
	wrong := func(change fields, code, pointer string) {
		t.Helper()
		other := fields{}
		for k, v := range body {
			other[k] = v
		}
		for k, v := range change {
			other[k] = v
		}
		s.post("admin", "/rulings", other).refused(422, code).pointsAt(pointer)
	}
	wrong(fields{"unit": "440114001-S03"}, "unknown_unit", "/unit")
	wrong(fields{"area": "1"}, "unknown_area", "/area")
	wrong(fields{"number": ruling["number"]}, "number_taken", "/number")
	wrong(fields{"matter": fields{"scheme": "x", "kind": "matter", "code": "1"}}, "unknown_matter", "/matter")
	wrong(fields{"effective": nine.Add(-time.Hour)}, "effective_in_the_past", "/effective")
	wrong(fields{"expires": nine}, "expires_too_early", "/expires")
}

// A branch has two parents, and contacts stand beside a unit.
func TestUnitsTellTheirParentsAndContacts(t *testing.T) {
	s := newSite(t)
	found := 0
	for _, item := range s.get("street", "/units").at("items").([]any) {
		u := item.(map[string]any)
		switch u["code"] {
		case "440114002-B01":
			found++
			if u["parent"] != "440114002" || u["line_parent"] != "D09" || u["clerk"] == nil || u["phone"] == nil {
				t.Errorf("%v", u)
			}
		case "440114002-S01":
			found++
			if u["line_parent"] != nil {
				t.Errorf("%v", u)
			}
		}
	}
	if found != 2 {
		t.Errorf("%d of the two are there", found)
	}
}

func TestTheOlderNumberOfAThingIsUnderstood(t *testing.T) {
	s := livingSite(t)
	a := s.post("inspector", "/incidents", fields{
		"source": "inspector", "matter": fields{"scheme": "gb30428.2-2013", "kind": "component", "code": "0118"}, "description": "路灯不亮",
		"location": fields{"lng": 113.2203, "lat": 23.4042, "crs": "wgs84"},
	}).want(201)
	if m := a.at("matter").(map[string]any); m["scheme"] != "gb47678.5-2026" || m["code"] != "01037" || m["name"] != "路灯" {
		t.Errorf("%v", m)
	}
}

// A ruling that a coordination concludes with binds the very next report.
func TestTheRulingOfACoordinationBindsTheNextReport(t *testing.T) {
	s := livingSite(t)
	body := fields{"source": "inspector", "matter": shops, "criterion": "gb47678.5-2026/matter/07003/1", "description": "店外经营", "location": s.inside()}
	first := s.post("inspector", "/incidents", body).want(201)
	id := first.at("id").(string)
	s.settle()
	s.command("handler", id, "return", fields{"reason": "不属本单位职责", "code": "not_our_duty"}).want(200)
	s.command("street", id, "open-coordination", fields{"units": []string{"440114002-S01", "440114002-S02"}, "question": "店外经营由谁牵头？"}).want(200)
	concluded := s.command("street", id, "conclude-coordination", fields{
		"lead": "440114002-S02", "ruling": fields{"matter": shops, "area": "440114002", "unit": "440114002-S02", "expires": nine.Add(240 * time.Hour)},
	}).want(200)
	routing := s.post("inspector", "/incidents", body).want(201).at("routing").(map[string]any)
	if c := routing["candidates"].([]any)[0].(map[string]any); c["unit"] != "440114002-S02" || c["ruling"] == nil {
		t.Errorf("the next one is routed %v", routing)
	}
	listed := s.get("street", "/rulings").at("items").([]any)
	if len(listed) != 1 || listed[0].(map[string]any)["incident"] != id || listed[0].(map[string]any)["in_force"] != true {
		t.Errorf("rulings %v after %s", listed, concluded.raw)
	}
	s.advance(241*time.Hour, 0)
	routing = s.post("inspector", "/incidents", body).want(201).at("routing").(map[string]any)
	if c := routing["candidates"].([]any)[0].(map[string]any); c["unit"] != "440114002-S01" {
		t.Errorf("after it expired it is routed %v", routing)
	}
}

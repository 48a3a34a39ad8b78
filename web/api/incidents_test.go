package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gridcommand/domain/deadline"
	"gridcommand/domain/incident"
)

// An incident goes from report to close by the commands of the people whose turn it is;
// after each the answer shows where it stands and what its caller may do next.
func TestAnIncidentFromReportToClose(t *testing.T) {
	s := newSite(t)
	street := fields{"scheme": "gb47678.5-2026", "kind": "matter", "code": "07003"}
	a := s.post("inspector", "/incidents", s.reportOf(fields{"matter": street})).want(201)
	id := a.at("id").(string)
	if got, want := a.header.Get("Location"), "/api/v1/incidents/"+id; got != want {
		t.Errorf("Location %q, want %q", got, want)
	}
	if got, want := a.at("number"), "440114-20261123-00001"; got != want {
		t.Errorf("number %v, want %v", got, want)
	}

	steps := []struct {
		who, command string
		body         fields
		stage        any
		holder       any
	}{
		{"street", "file", fields{"matter": street, "criterion": s.criterion("07003"), "note": "符合立案条件"}, "dispatching", "440114002"},
		{"street", "dispatch", fields{"unit": "440114002-S01", "reason": "属综合行政执法"}, "handling", "440114002-S01"},
		{"handler", "accept", nil, "handling", "440114002-S01"},
		{"handler", "handle", fields{"result": "已清理"}, "checking", "440114002002"},
		{"inspector", "fail", fields{"reason": "仍有残留"}, "handling", "440114002-S01"},
		{"handler", "handle", fields{"result": "再次清理"}, "checking", "440114002002"},
		{"inspector", "pass", nil, "closing", "440114002"},
		{"district", "comment", fields{"text": "已阅"}, "closing", "440114002"},
		{"street", "close", fields{"closing_condition_met": true}, nil, nil},
	}
	version := 2.0
	for _, step := range steps {
		s.advance(time.Minute, time.Minute)
		if before := s.get(step.who, "/incidents/"+id).want(200).at("allowed").([]any); !slices.Contains(before, any(step.command)) {
			t.Errorf("%s is not among what %s may do: %v", step.command, step.who, before)
		}
		var a answer
		if step.body == nil {
			a = s.command(step.who, id, step.command, nil)
		} else {
			a = s.command(step.who, id, step.command, step.body)
		}
		a.want(200)
		version++
		if got := a.at("incident", "version"); got != version {
			t.Errorf("%s: version %v, want %v", step.command, got, version)
		}
		if a.at("position") != a.at("incident", "position") {
			t.Errorf("%s: position %v, of the incident %v", step.command, a.at("position"), a.at("incident", "position"))
		}
		if got := a.at("incident", "stage"); got != step.stage {
			t.Errorf("%s: stage %v, want %v", step.command, got, step.stage)
		}
		var holder any
		if h, ok := a.at("incident", "holder").(map[string]any); ok {
			holder = h["unit"]
		}
		if holder != step.holder {
			t.Errorf("%s: holder %v, want %v", step.command, holder, step.holder)
		}
	}
	if got := s.get("supervisor", "/incidents/"+id).at("status"); got != "closed" {
		t.Errorf("status %v", got)
	}

	tl := s.get("street", "/incidents/"+id+"/timeline").want(200)
	items := tl.at("items").([]any)
	if len(items) != int(version) {
		t.Fatalf("%d facts, want %v", len(items), version)
	}
	for i, item := range items {
		e := item.(map[string]any)
		if e["version"] != float64(i+1) {
			t.Errorf("fact %d has version %v", i, e["version"])
		}
	}
	if got := tl.at("position"); got != items[len(items)-1].(map[string]any)["position"] {
		t.Errorf("the timeline stands at %v", got)
	}

	s.fold()
	list := s.get("street", "/incidents?status=closed&q=树枝").want(200)
	if got := list.at("total"); got != 1.0 {
		t.Errorf("the casebook finds %v", got)
	}
	if got := len(s.get("screen", "/picture").want(200).at("features").([]any)); got != 0 {
		t.Errorf("a closed incident is still on the picture: %d", got)
	}
}

// Every deadline in a timeline explains itself: the counted periods add up to the limits.
func TestATimelineExplainsItsDeadlines(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	explained := 0
	for _, item := range s.get("inspector", "/incidents/"+id+"/timeline").want(200).at("items").([]any) {
		raw, _ := json.Marshal(item)
		var e TimelineEntry
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		if e.DueExplained == nil || e.DueExplained.Stage == nil {
			continue
		}
		explained++
		d := e.DueExplained.Stage
		var counted time.Duration
		for _, p := range d.Periods {
			counted += p.To.Sub(p.From)
		}
		if len(d.Limits) != 1 || d.Limits[0] != (deadline.Limit{N: 1, Unit: deadline.WorkingHours}) {
			t.Fatalf("limits %v", d.Limits)
		}
		if counted != time.Hour {
			t.Errorf("counted %s toward 1 working hour", counted)
		}
		if d.Calendar == "" {
			t.Error("the calendar has no version")
		}
	}
	if explained == 0 {
		t.Fatal("no deadline was explained")
	}
}

// A caller is shown masked, and neither the timeline nor the ledger knows who it was.
func TestACallerIsMaskedAndNeverInTheLedger(t *testing.T) {
	s := newSite(t)
	caller := fields{"name": "张三丰", "phone": "13812341234"}
	a := s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "reporter": caller})).want(201)
	id := a.at("id").(string)
	if got := a.at("reporter"); got.(map[string]any)["name"] != "张*" || got.(map[string]any)["phone"] != "138****1234" {
		t.Errorf("reporter %v", got)
	}
	confidential := s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "reporter": with(caller, fields{"confidential": true})})).want(201)
	if got := confidential.at("reporter").(map[string]any); got["name"] != "" || got["phone"] != "" || got["confidential"] != true {
		t.Errorf("a confidential reporter shows as %v", got)
	}
	if !slices.Contains(confidential.at("flags").([]any), any(string(incident.Confidential))) {
		t.Errorf("flags %v", confidential.at("flags"))
	}
	s.fold()
	var one, other string
	if err := s.server.State.Read.QueryRowContext(t.Context(), `SELECT MIN(subject), MAX(subject) FROM callers`).Scan(&one, &other); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/incidents", "/incidents/" + id, "/incidents/" + id + "/timeline"} {
		if raw := s.get("hotline", path).want(200).raw; bytes.Contains(raw, []byte(one)) || bytes.Contains(raw, []byte(other)) {
			t.Errorf("%s shows the reference to the caller", path)
		}
	}
	seen := s.get("hotline", "/incidents").raw
	seen = append(seen, s.get("hotline", "/incidents/"+id+"/timeline").raw...)
	page, err := s.ledger.Page(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range page {
		seen = append(seen, r.Data...)
	}
	for _, secret := range []string{"张三丰", "13812341234"} {
		if bytes.Contains(seen, []byte(secret)) {
			t.Errorf("%s shows", secret)
		}
	}
}

// A report inside China but outside every grid is taken in, flagged and held by the district desk.
func TestAReportOutsideEveryGridIsHeldByTheDistrict(t *testing.T) {
	s := newSite(t)
	a := s.post("district", "/incidents", s.reportOf(fields{
		"source": "department", "location": fields{"lng": 113.9, "lat": 22.5, "crs": "wgs84"},
	})).want(201)
	if !slices.Contains(a.at("flags").([]any), any("outside_grid")) {
		t.Errorf("flags %v", a.at("flags"))
	}
	if got := a.at("holder", "unit"); got != "440114" {
		t.Errorf("held by %v", got)
	}
	if a.at("grid") != nil {
		t.Errorf("grid %v", a.at("grid"))
	}
}

// The same place in four systems lies in the same grid and comes out in WGS-84.
func TestAPlaceIsConverted(t *testing.T) {
	s := newSite(t)
	want := s.inside()
	// The point of the vectors' kind: moved by the shift of its system.
	for _, crs := range []string{"wgs84", "cgcs2000"} {
		a := s.post("inspector", "/incidents", s.reportOf(fields{"location": with(want, fields{"crs": crs, "address": "建设北路"})})).want(201)
		if a.at("location", "lng") != want["lng"] || a.at("location", "given_crs") != crs || a.at("location", "crs") != "wgs84" {
			t.Errorf("%s: %v", crs, a.at("location"))
		}
	}
	for _, crs := range []string{"gcj02", "bd09"} {
		a := s.post("inspector", "/incidents", s.reportOf(fields{"location": with(want, fields{"crs": crs})})).want(201)
		if a.at("location", "lng") == want["lng"] {
			t.Errorf("%s was taken for wgs84", crs)
		}
	}
}

func TestMinPositionWaitsForTheView(t *testing.T) {
	s := newSite(t)
	position := s.post("inspector", "/incidents", s.reportOf(nil)).want(201).at("position").(float64)
	folded := make(chan error, 1)
	go func() { folded <- s.runners[0].RunToEnd(t.Context()) }()
	a := s.get("inspector", "/incidents?min_position="+strconv.Itoa(int(position))).want(200)
	if err := <-folded; err != nil {
		t.Fatal(err)
	}
	if a.at("position").(float64) < position || a.at("total") != 1.0 {
		t.Errorf("the list stands at %v with %v", a.at("position"), a.at("total"))
	}
}

func TestMinPositionThatDoesNotComeIsA503(t *testing.T) {
	s := newSite(t)
	s.server.wait = time.Millisecond
	for _, path := range []string{"/incidents", "/picture"} {
		a := s.get("supervisor", path+"?min_position=99").refused(503, "behind")
		if a.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
}

// Every command that the rules know and a person may give has its URL.
func TestEveryCommandHasAURL(t *testing.T) {
	var have, want []string
	for _, v := range verbs {
		have = append(have, v.name)
	}
	// What the program says by itself, and what opens an incident, have none.
	own := []string{"report", "warn", "expire", "recompute", "lapse", "absorb", "release", "recur", "flag", "task"}
	for _, c := range incident.Commands {
		if name := c.Name(); !slices.Contains(own, name) {
			want = append(want, name)
		}
	}
	slices.Sort(have)
	slices.Sort(want)
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("commands of the rules (-) and of the API (+):\n%s", diff)
	}
}

// A dispatch records the row that names the unit, beside what the dispatcher says.
func TestADispatchRecordsItsBasis(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	s.command("community", id, "file", fields{"matter": matter, "criterion": s.criterion("06010")}).want(200)
	s.command("community", id, "dispatch", fields{"unit": "440114002002", "reason": "就近处置"}).want(200)
	items := s.get("community", "/incidents/"+id+"/timeline").want(200).at("items").([]any)
	data := items[len(items)-1].(map[string]any)["data"].(map[string]any)
	basis := data["basis"].(map[string]any)
	if data["reason"] != "就近处置" || basis["row"].(float64) < 1 || basis["policy_version"] == "" || basis["reason"] == "就近处置" {
		t.Errorf("%v", data)
	}
}

package api

import (
	"net/http"
	"strings"
	"testing"

	"gridcommand/eventstore"
)

// One request after another has one fault fewer; each is refused for the first that is
// left: 401, 415, 400, 404, 403, 422 invalid, 409, 422 a rule.
func TestChecksComeInTheContractsOrder(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	nowhere := "01a20897-29e7-7105-ae03-d2abc1a67395"

	s.command("", nowhere, "close", "{").refused(401, "unauthorized")
	s.command("supervisor", nowhere, "close", "{", header("Content-Type", "text/plain")).refused(415, "unsupported_media_type")
	s.command("supervisor", nowhere, "close", "{").refused(400, "unparseable")
	s.command("supervisor", nowhere, "close", "{}").refused(404, "not_found")
	s.command("supervisor", id, "close", "{}").refused(403, "role_may_not")
	s.command("street", id, "close", fields{"expected_version": 7}).refused(422, "invalid").pointsAt("/closing_condition_met")
	a := s.command("street", id, "close", fields{"expected_version": 7, "closing_condition_met": true}).refused(409, "version_conflict")
	if got := a.at("have_version"); got != 2.0 {
		t.Errorf("have_version %v, want 2", got)
	}
	a = s.command("street", id, "close", fields{"expected_version": 2, "closing_condition_met": true}).want(422)
	if code := a.at("code"); code == "invalid" {
		t.Errorf("a rule's no has code %v", code)
	}
	s.get("street", "/incidents/"+id).want(200)
	if got := s.get("street", "/incidents/"+id).at("version"); got != 2.0 {
		t.Errorf("a refused command left version %v", got)
	}
}

// An incident that is not there, one of another street and one with a malformed id look the same.
func TestAForeignIncidentIsNotThere(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	missing := s.get("elsewhere", "/incidents/01a20897-29e7-7105-ae03-d2abc1a67395").refused(404, "not_found")
	foreign := s.get("elsewhere", "/incidents/"+id).refused(404, "not_found")
	if a, b := missing.json(), foreign.json(); a["detail"] != b["detail"] || a["title"] != b["title"] {
		t.Errorf("%v and %v differ", a, b)
	}
	for _, path := range []string{"/timeline", "/commands/comment"} {
		method := map[bool]string{true: "POST", false: "GET"}[strings.Contains(path, "commands")]
		s.send("elsewhere", method, prefix+"/incidents/"+id+path, map[bool]any{true: fields{"text": "x"}}[method == "POST"]).refused(404, "not_found")
	}
	s.get("admin", "/incidents/"+id).refused(404, "not_found")
	s.get("bureau", "/incidents/"+id).refused(404, "not_found")
	s.get("screen", "/incidents/"+id).refused(403, "role_may_not")
	for _, bad := range []string{"x", strings.ToUpper(id), "{" + id + "}", "urn:uuid:" + id, id + "%00", "..%2f" + id} {
		s.get("street", "/incidents/"+bad).refused(404, "not_found")
	}
}

func TestARuleSaysWhichFieldInBothLanguages(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	a := s.command("community", id, "dispatch", fields{"unit": "D01"}).want(422)
	if a.at("code") == "invalid" || a.at("detail") == "" || a.at("detail_zh") == nil {
		t.Errorf("%s", a.raw)
	}
}

func TestAnOverloadedLedgerIsA503(t *testing.T) {
	p := problemOf(eventstore.ErrOverloaded)
	if p == nil || p.Status != http.StatusServiceUnavailable || p.retryAfter == 0 {
		t.Fatalf("%+v", p)
	}
	for _, err := range []error{eventstore.ErrFailed, eventstore.ErrClosed, &eventstore.ConflictError{}} {
		if p := problemOf(err); p == nil || p.Status != http.StatusServiceUnavailable {
			t.Errorf("%v: %+v", err, p)
		}
	}
	if p := problemOf(eventstore.ErrKeyReused); p == nil || p.Code != "key_reused" || p.Status != 422 {
		t.Errorf("%+v", p)
	}
}

// A panic is a 500 that shows its request id and nothing of its cause.
func TestAPanicIsA500WithARequestID(t *testing.T) {
	s := newSite(t)
	h := s.server.wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret cause") }))
	s.handler = h
	a := s.send("", "GET", "/anything", nil).refused(500, "internal")
	if strings.Contains(string(a.raw), "secret") {
		t.Errorf("%s", a.raw)
	}
	if a.at("request_id") == "" || a.at("request_id") != a.header.Get("X-Request-Id") {
		t.Errorf("request id %v, header %q", a.at("request_id"), a.header.Get("X-Request-Id"))
	}
}

package api

import (
	"strings"
	"testing"
	"time"
)

// The same key and body: the same status, id and position, the incident as it is now.
func TestAKeyMakesAReportHappenOnce(t *testing.T) {
	s := newSite(t)
	body := s.reportOf(fields{"source": "hotline", "reporter": fields{"name": "李四", "phone": "13900001111"}})
	first := s.post("hotline", "/incidents", body, key("report-1")).want(201)
	id := first.at("id").(string)
	s.command("inspector", id, "confirm", nil).want(200)

	again := s.post("hotline", "/incidents", body, key("report-1")).want(201)
	if again.header.Get("Idempotent-Replay") != "true" || first.header.Get("Idempotent-Replay") != "" {
		t.Errorf("Idempotent-Replay %q, at first %q", again.header.Get("Idempotent-Replay"), first.header.Get("Idempotent-Replay"))
	}
	if again.at("id") != id || again.at("position") != first.at("position") {
		t.Errorf("replayed as %v at %v, first %v at %v", again.at("id"), again.at("position"), id, first.at("position"))
	}
	if again.at("version") != 3.0 || again.at("stage") != "intake" {
		t.Errorf("the replay shows version %v in %v, not the incident as it is now", again.at("version"), again.at("stage"))
	}
	if again.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("Location %q, first %q", again.header.Get("Location"), first.header.Get("Location"))
	}
	if head, err := s.ledger.Head(t.Context()); err != nil || head != 3 {
		t.Errorf("head %d (%v), want 3", head, err)
	}
	// Equal bodies are equal however they are written.
	spaced := strings.NewReplacer(":", " : ", ",", " ,\n").Replace(string(encode(fields{"text": "好"})))
	s.command("hotline", id, "comment", `{"text":"好"}`, key("c")).want(200)
	if a := s.command("hotline", id, "comment", spaced, key("c")).want(200); a.header.Get("Idempotent-Replay") != "true" {
		t.Error("the same body with blanks was not recognised")
	}
	next := s.post("hotline", "/incidents", body, key("report-2")).want(201)
	if got, want := next.at("number"), "440114-20261123-00002"; got != want {
		t.Errorf("a replay used up a number: next is %v, want %v", got, want)
	}
}

func TestAKeyMakesACommandHappenOnce(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	body := fields{"text": "看过", "expected_version": 2}
	first := s.command("street", id, "comment", body, key("k")).want(200)
	s.command("district", id, "comment", fields{"text": "另一条"}).want(200)
	again := s.command("street", id, "comment", body, key("k")).want(200)
	if again.at("position") != first.at("position") || again.at("incident", "version") != 4.0 {
		t.Errorf("replayed at %v with version %v", again.at("position"), again.at("incident", "version"))
	}
	if again.header.Get("Idempotent-Replay") != "true" {
		t.Error("no Idempotent-Replay")
	}
}

func TestAKeyForSomethingElseIsRefused(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	s.command("street", id, "comment", fields{"text": "一"}, key("k")).want(200)
	s.command("street", id, "comment", fields{"text": "二"}, key("k")).refused(422, "key_reused")
	s.command("street", id, "void", fields{"reason": "一"}, key("k")).refused(422, "key_reused")
	s.post("street", "/incidents", s.reportOf(fields{"source": "leader"}), key("k")).refused(422, "key_reused")
	// Another account's key is another key.
	s.command("district", id, "comment", fields{"text": "三"}, key("k")).want(200)
	// The same body to another URL is something else as well.
	s.command("street", id, "void", fields{"reason": "重复"}, key("v")).want(200)
	s.command("street", id, "reopen", fields{"reason": "重复"}, key("v")).refused(422, "key_reused")
}

func TestARefusalIsNotRemembered(t *testing.T) {
	s := newSite(t)
	id := s.reported("inspector", nil)
	body := fields{"unit": "440114002002"}
	s.command("community", id, "dispatch", body, key("k")).want(422)
	s.command("community", id, "file", fields{"matter": matter, "criterion": s.criterion("06010")}).want(200)
	s.command("community", id, "dispatch", body, key("k")).want(200)
}

// The same command again by the same person, with nothing in between, adds no fact.
func TestARepeatAddsNoFact(t *testing.T) {
	s := newSite(t)
	id := s.reported("hotline", fields{"source": "hotline"})
	first := s.command("inspector", id, "confirm", fields{"note": "属实"}).want(200)
	s.advance(time.Minute, time.Minute)
	again := s.command("inspector", id, "confirm", fields{"note": "属实"}).want(200)
	if again.at("position") != first.at("position") || again.at("incident", "version") != first.at("incident", "version") {
		t.Errorf("%v then %v", first.at("position"), again.at("position"))
	}
}

func TestKeysThatAreNone(t *testing.T) {
	s := newSite(t)
	for name, k := range map[string]string{"too long": strings.Repeat("键", 129), "empty": "", "control": "a\x01b", "not UTF-8": "a\xffb"} {
		s.post("inspector", "/incidents", s.reportOf(nil), key(k)).refused(422, "invalid").pointsAt("Idempotency-Key")
		if head, _ := s.ledger.Head(t.Context()); head != 0 {
			t.Fatalf("%s: something was stored", name)
		}
	}
	s.post("inspector", "/incidents", s.reportOf(nil), key(strings.Repeat("键", 128))).want(201)
	// A log-in is no ledger write: its key is ignored.
	for range 2 {
		s.post("", "/sessions", fields{"username": "street", "password": password}, key("k")).want(201)
	}
}

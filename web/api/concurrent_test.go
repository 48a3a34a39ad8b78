package api

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Of many who send one report with one key at once, one opens the incident and the others
// are told so; the caller is stored once.
func TestOneKeyAtOnceOpensOneIncident(t *testing.T) {
	s := newSite(t)
	token := s.token("hotline")
	body := string(encode(s.reportOf(fields{"source": "hotline", "reporter": fields{"name": "张三", "phone": "13812341234"}})))
	const callers = 8
	ids, replays := map[string]int{}, 0
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), "POST", prefix+"/incidents", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", "Bearer "+token)
			r.Header.Set("Idempotency-Key", "k")
			w := httptest.NewRecorder()
			s.handler.ServeHTTP(w, r)
			mu.Lock()
			defer mu.Unlock()
			ids[fmt.Sprint(w.Code, " ", w.Header().Get("Location"))]++
			if w.Header().Get("Idempotent-Replay") == "true" {
				replays++
			}
		})
	}
	wg.Wait()
	if len(ids) != 1 || replays != callers-1 {
		t.Errorf("answers %v, %d of them replays", ids, replays)
	}
	if head, err := s.ledger.Head(t.Context()); err != nil || head != 2 {
		t.Errorf("head %d (%v), want 2", head, err)
	}
	var stored int
	if err := s.server.State.Read.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM callers`).Scan(&stored); err != nil || stored != 1 {
		t.Errorf("%d callers are stored (%v)", stored, err)
	}
	for answer := range ids {
		if !strings.HasPrefix(answer, "201 ") {
			t.Errorf("answer %q", answer)
		}
	}
}

// A refused report leaves no caller behind.
func TestARefusedReportStoresNoCaller(t *testing.T) {
	s := newSite(t)
	caller := fields{"name": "张三", "phone": "13812341234"}
	s.post("hotline", "/incidents", s.reportOf(fields{"source": "hotline", "reporter": caller, "description": ""})).want(422)
	s.post("inspector", "/incidents", s.reportOf(fields{"reporter": caller, "handled_on_the_spot": true})).want(422)
	var stored int
	if err := s.server.State.Read.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM callers`).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("%d callers are stored (%v)", stored, err)
	}
	if head, err := s.ledger.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("head %d (%v)", head, err)
	}
}

// The log says who asked for what and how it ended, and no secret.
func TestTheLogHoldsNoSecret(t *testing.T) {
	s := newSite(t)
	var log bytes.Buffer
	s.server.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	session := s.post("", "/sessions", fields{"username": "hotline", "password": password}).want(201)
	token := session.at("token").(string)
	ticket := s.post("hotline", "/live/tickets", nil).want(201).at("ticket").(string)
	s.post("", "/incidents", s.reportOf(fields{"source": "hotline", "reporter": fields{"name": "张三丰", "phone": "13812341234"}}),
		header("Authorization", "Bearer "+token)).want(201)
	s.get("", "/incidents?q=13812341234", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: token}) }).want(200)
	s.post("", "/sessions", fields{"username": "hotline", "password": "nearly " + password}).want(401)
	for _, secret := range []string{password, token, ticket, "张三丰", "13812341234", s.token("hotline")} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log says %q", secret)
		}
	}
	for _, want := range []string{`"path":"/api/v1/incidents"`, `"account":"hotline"`, `"status":401`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, log.String())
		}
	}
}
